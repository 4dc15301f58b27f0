"""UKeys on the pages of a unit and its department."""

import httpx
import pytest
from asn1crypto import pem
from tests.support.browser import Browser
from tests.support.world import World, a_world
from tests.ukeys.keys import OutsideCA, request_of

from mingpiao.crypto import x509
from mingpiao.crypto.crl import RevocationList
from mingpiao.crypto.sm2 import PrivateKey

pytestmark = pytest.mark.asyncio(loop_scope="module")
site = a_world("peopled", demo=True, scope="module")


async def test_a_manager_applies_an_officer_issues_and_the_manager_revokes(site: World) -> None:
    manager, officer = await site.browser("manager"), await site.browser("officer")
    holder = str(site.accounts["handler"].account_id)
    assert "没有符合条件的 UKey" in (await manager.get("/unit/ukeys")).text
    assert (await officer.get("/crl/ukeys.crl")).status_code == 404
    page = await _send(manager, "/unit/ukeys/new", "/unit/ukeys/new", account_id=holder, request="不是申请")
    assert (page.status_code, "证书申请格式不对" in page.text, "不是申请" in page.text) == (422, True, True)
    done = await _send(
        manager,
        "/unit/ukeys/new",
        "/unit/ukeys/new",
        account_id=holder,
        request=request_of(PrivateKey.generate()),
    )
    own = done.headers["Location"]
    number = own.rsplit("/", 1)[1]
    assert "待签发" in (await manager.get(own)).text
    theirs = f"/finance/ukeys/{number}"
    assert "开票员甲" in (await officer.get("/finance/ukeys")).text
    assert (
        "-----BEGIN CERTIFICATE REQUEST-----"
        in (await officer.get("/finance/ukeys/authorities/requests.pem")).text
    )
    assert (await _send(officer, theirs, f"{theirs}/issue")).status_code == 303
    assert "签发证书</button>" not in (await officer.get(theirs)).text
    assert (await _send(manager, own, f"{own}/deliver")).status_code == 303
    file = await manager.get(f"{own}/certificate")
    assert file.text.startswith("-----BEGIN CERTIFICATE-----")
    asked = await _send(manager, own, f"{own}/revoke")
    assert ("吊销后不能恢复" in asked.text, asked.status_code) == (True, 200)
    refused = await _send(manager, own, f"{own}/revoke", confirmed="yes", reason="")
    assert "请填写原因" in refused.text
    ended = await _send(manager, own, f"{own}/revoke", confirmed="yes", reason="电脑遗失")
    assert ended.status_code == 303
    assert "已吊销" in (await manager.get(own)).text
    published = await site.stranger().get("/crl/ukeys.crl")
    ca = x509.read(_der((await site.stranger().get("/crl/ukeys.pem")).text))
    found = RevocationList(published.content)
    assert (found.issued_by(ca), len(found.entries)) == (True, 1)
    assert (await officer.get("/finance/ukeys/authorities")).status_code == 200
    for address in (own, f"{own}/certificate", "/unit/ukeys"):
        assert (await (await site.browser("handler")).get(address)).status_code == 403
    assert (await (await site.browser("elsewhere")).get(theirs)).status_code == 404


async def test_what_the_province_takes_in(site: World) -> None:
    head, ca = await site.browser("head"), OutsideCA.named("某某 CA")
    address = "/finance/ukeys/authorities"
    done = await _send(head, address, f"{address}/trust", name="某某 CA", authority=ca.pem)
    assert done.status_code == 303
    assert "某某 CA" in (await head.get(address)).text
    for verb, members, told in (
        ("trust", {"name": "某某", "authority": "x"}, "请粘贴在有效期内的 CA 证书"),
        ("accept", {"certificate": "x"}, "请上传一张证书"),
        ("accept", {"certificate": ca.pem}, "没有等待签发的申请"),
        ("crl", {}, "请选择吊销列表文件"),
    ):
        answer = await _send(head, address, f"{address}/{verb}", **members)
        assert (answer.status_code, told in answer.text) == (422, True), verb
    officer = await site.browser("officer")
    assert (await _send(officer, address, f"{address}/trust", name="x", authority=ca.pem)).status_code == 403


async def _send(browser: Browser, shown: str, address: str, **members: str) -> httpx.Response:
    """Send a form of a page."""
    return await browser.submit(await browser.get(shown), address, **members)


def _der(text: str) -> bytes:
    return bytes(pem.unarmor(text.encode())[2])
