"""佐证材料 on the pages: uploads with and without JavaScript, who sees what, places outlined on pages."""

import asyncio
import re
from decimal import Decimal
from io import BytesIO

import httpx
import msgspec
import pytest
from PIL import Image
from tests.evidence import hostile
from tests.portals.test_unit_issue import FILLED, KIND
from tests.support.browser import Browser, members_of
from tests.support.world import World

from mingpiao.catalog.service import CHANNEL as CATALOG_CHANNEL
from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.evidence.model import (
    Claim,
    ClaimVerdict,
    EvidenceFile,
    EvidenceState,
    Extraction,
    Mark,
    ReadPage,
)
from mingpiao.evidence.service import EvidenceReader
from mingpiao.kernel.clock import now
from mingpiao.portals.rendering import ENVIRONMENT
from mingpiao.reading.model import PagePlace
from mingpiao.storage.notices import notify

FILE = hostile.plain_pdf("An agreement between two parties about 12345.00 yuan", pages=2)
DIGEST = sm3_hex(FILE)
OTHER = hostile.plain_pdf("Another agreement between two parties")


async def _send(browser: Browser, *files: tuple[str, bytes], token: str | None = None) -> httpx.Response:
    files = [("evidence-files", (name, data, "application/pdf")) for name, data in files]
    headers = {"X-CSRF-Token": await browser.csrf_token() if token is None else token}
    return await browser.client.post("/unit/evidence", files=files, headers=headers)


async def _read_all(site: World) -> None:
    services = site.services
    reader = EvidenceReader(services.database, services.evidence, services.readers)
    for row in await services.database.pool.fetch("SELECT payload FROM pgqueuer"):
        await reader.read(msgspec.json.decode(row["payload"]))


async def test_files_are_taken_in_one_by_one_and_each_is_answered(site: World) -> None:
    browser = await site.browser("handler")
    answer = await _send(browser, ("合同.pdf", FILE), ("x.exe", b"MZ"), ("空.pdf", b""))
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert [(file["digest"], file["name"], file["label"]) for file in body["files"]] == [
        (DIGEST, "合同.pdf", "待识别")
    ]
    assert body["problems"] == [
        "文件内容不是 PDF、OFD、PNG、JPEG 或 HEIC，请换一个文件。",
        "文件是空的，请重新选择文件。",
    ]
    await _read_all(site)
    states = (await browser.get("/unit/evidence/status", digests=f"{DIGEST} {'0' * 64} junk")).json()
    assert [(file["digest"], file["settled"], file["pages"]) for file in states] == [(DIGEST, True, 2)]
    audit = await site.services.database.pool.fetchrow(
        "SELECT actor, unit_id FROM audit_log WHERE action = 'evidence:upload'"
    )
    assert tuple(audit) == (site.accounts["handler"].actor, site.unit.unit_id)


async def test_only_who_may_issue_uploads_and_means_it(site: World) -> None:
    handler = await site.browser("handler")
    assert (await _send(handler, ("a.pdf", FILE), token="wrong")).status_code == 403
    assert (await _send(await site.browser("checker"), ("a.pdf", FILE))).status_code == 403
    stranger = site.stranger()
    sent = await _send(stranger, ("a.pdf", FILE), token="x")
    assert sent.headers["location"].startswith("/login")
    count = await site.services.database.pool.fetchval("SELECT count(*) FROM evidence_files")
    assert count == 0


async def test_pages_and_files_are_the_units_own(site: World) -> None:
    browser = await site.browser("handler")
    await _send(browser, ("采购 合同.pdf", FILE))
    assert (await browser.get(f"/unit/evidence/{DIGEST}/pages/1.png")).status_code == 404, "not read yet"
    await _read_all(site)
    shown = await browser.get(f"/unit/evidence/{DIGEST}/pages/2.png")
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    assert shown.headers["cache-control"] == "private, max-age=600"
    assert Image.open(BytesIO(shown.content)).width == 1200
    file = await browser.get(f"/unit/evidence/{DIGEST}/file")
    assert file.content == FILE
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''%E9%87%87")
    rows = await site.rows("SELECT actor, subject FROM audit_log WHERE action = 'evidence:download'")
    actor = f"account:{site.accounts['handler'].account_id}"
    assert [tuple(row.values()) for row in rows] == [(actor, f"evidence:{DIGEST}")]
    for wrong in ("pages/3.png", "pages/0.png", "pages/x.png", "pages/1.jpg", "pages/²³.png"):
        assert (await browser.get(f"/unit/evidence/{DIGEST}/{wrong}")).status_code == 404, wrong

    other = await site.browser("other")
    for address in ("pages/1.png", "file"):
        assert (await other.get(f"/unit/evidence/{DIGEST}/{address}")).status_code == 404
    assert (await other.get("/unit/evidence/status", digests=DIGEST)).json() == []
    assert (await (await site.browser("checker")).get(f"/unit/evidence/{DIGEST}/file")).status_code == 200


async def _need_files(site: World) -> None:
    await site.services.database.pool.execute(
        "UPDATE bill_kinds SET needs_evidence = true WHERE code = $1", KIND
    )
    async with site.services.database.system() as connection:
        await notify(connection, CATALOG_CHANNEL)
    for _ in range(200):
        if (await site.services.catalog.get()).kinds[KIND].needs_evidence:
            return
        await asyncio.sleep(0.02)
    raise AssertionError("the catalog did not change")


async def _form(site: World, browser: Browser) -> dict[str, str]:
    await _need_files(site)
    shown = await browser.get("/unit/issue", kind=KIND)
    assert 'enctype="multipart/form-data"' in shown.text
    assert "data-evidence-picker" in shown.text
    members = members_of(shown.text)
    members.pop("evidence-files")
    return members | FILLED


async def test_without_javascript_files_come_with_the_form(site: World) -> None:
    browser = await site.browser("handler")
    members = await _form(site, browser)
    added = await browser.client.post(
        "/unit/issue",
        data=members | {"action": "update"},
        files=[
            ("evidence-files", ("合同.pdf", FILE, "application/pdf")),
            ("evidence-files", ("坏.pdf", b"nothing", "application/pdf")),
        ],
    )
    assert added.status_code == 422
    assert "“坏.pdf”：文件内容不是 PDF" in added.text
    assert members_of(added.text)["evidence"] == DIGEST
    assert members_of(added.text)["payer-name"] == "测试缴款人"
    assert "合同.pdf" in added.text

    checked = await browser.client.post(
        "/unit/issue",
        data=members_of(added.text) | {"action": "check"},
        files=[("evidence-files", ("又一份.pdf", OTHER, "application/pdf"))],
    )
    checked = await browser.arrive(checked)
    assert checked.status_code == 200, re.findall(r"<li>(.*?)</li>", checked.text)
    assert members_of(checked.text)["evidence"].split() == [DIGEST, sm3_hex(OTHER)]
    assert "佐证材料正在识别" in checked.text

    members = members_of(checked.text)
    dropped = await browser.client.post(
        "/unit/issue", data=members | {"action": f"drop-{DIGEST}"}, files={"none": b""}
    )
    left = members_of((await browser.arrive(dropped)).text)
    assert left["evidence"] == sm3_hex(OTHER)


async def test_a_kind_that_needs_files_is_not_issued_without(site: World) -> None:
    browser = await site.browser("handler")
    refused = await browser.client.post(
        "/unit/issue", data=await _form(site, browser) | {"action": "check"}, files={"none": b""}
    )
    refused = await browser.arrive(refused)
    assert refused.status_code == 422
    assert 'href="#evidence"' in refused.text


@pytest.mark.parametrize("username", ["officer", "elsewhere"])
async def test_a_department_sees_files_of_its_units_only(site: World, username: str) -> None:
    await _send(await site.browser("handler"), ("a.pdf", FILE))
    await _read_all(site)
    browser = await site.browser(username)
    base = f"/finance/evidence/{site.unit.unit_id}/{DIGEST}"
    expected = 200 if username == "officer" else 404
    assert (await browser.get(f"{base}/pages/1.png")).status_code == expected
    assert (await browser.get(f"{base}/file")).status_code == expected
    other = f"/finance/evidence/{site.province.office.unit_id}/{DIGEST}/file"
    assert (await browser.get(other)).status_code == 404


def _file(pages: int) -> EvidenceFile:
    read = tuple(
        ReadPage(number=n, width=595, height=842, rotation=0, method="text", text="")
        for n in range(1, pages + 1)
    )
    return EvidenceFile(
        unit_id=1,
        digest=DIGEST,
        name="<合同>.pdf",
        media_type="application/pdf",
        size=1,
        pages=pages,
        state=EvidenceState.READ,
        pages_done=pages,
        failure_code="",
        failure="",
        uploaded_by="x",
        uploaded_at=now(),
        extraction=Extraction(kind="contract", pages=read),
        used_amount=Decimal(0),
        used_bills=0,
    )


def _claims() -> tuple[Claim, ...]:
    place = PagePlace(page=5, left=0.1, top=0.2, right=0.4, bottom=0.25)
    return (
        Claim(
            name="amount",
            verdict=ClaimVerdict.CONTRADICT,
            expected="100.00",
            found="900.00",
            explanation="金额不符。",
            marks=(Mark(digest=DIGEST, place=place), Mark(digest="f" * 64, place=place)),
        ),
        Claim(
            name="model",
            verdict=ClaimVerdict.HINT,
            expected="",
            found="",
            explanation="请留意。",
            source="model",
        ),
    )


def _rendered(template: str, **values: object) -> str:
    source = '{% from "evidence/parts.html" import claims_table, file_view with context %}' + template
    return ENVIRONMENT.from_string(source).render(problems=(), **values)


def test_places_are_outlined_and_claims_lead_to_them() -> None:
    shown = _rendered(
        "{{ claims_table(claims, [file]) }}{{ file_view(file, claims, '/unit/evidence') }}",
        claims=_claims(),
        file=_file(8),
    )
    assert shown.count("<rect") == 1, "marks of other files are not drawn here"
    assert 'x="0.10000" y="0.20000" width="0.30000" height="0.05000"' in shown
    assert f'href="#file-{DIGEST[:12]}-5"' in shown
    assert f'id="file-{DIGEST[:12]}-5"' in shown
    assert f'src="/unit/evidence/{DIGEST}/pages/5.png"' in shown
    assert f'href="/unit/evidence/{DIGEST}">使用情况</a>' in shown
    assert shown.index("pages/5.png") < shown.index("其余 7 页") < shown.index("pages/1.png")
    assert "不符" in shown
    assert "由大模型提示" in shown
    assert "&lt;合同&gt;.pdf" in shown
    assert "style=" not in shown


def test_of_several_files_a_claim_names_the_one_that_it_leads_to() -> None:
    other = msgspec.structs.replace(_file(2), digest="cd" * 32, name="补充协议.pdf")
    told = _rendered("{{ claims_table(claims, files) }}", claims=_claims(), files=[_file(8), other])
    assert ">&lt;合同&gt;.pdf 第 5 页</a>" in told
    alone = _rendered("{{ claims_table(claims, files) }}", claims=_claims(), files=[_file(8)])
    assert ">第 5 页</a>" in alone


def test_few_pages_are_shown_in_order() -> None:
    shown = _rendered("{{ file_view(file, (), '/unit/evidence') }}", file=_file(2))
    assert shown.index("pages/1.png") < shown.index("pages/2.png")
    assert "<details" not in shown
