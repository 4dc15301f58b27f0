"""按材料填写 from OFD: a bill of the platform, and a voucher that another program wrote."""

from io import BytesIO

from PIL import Image
from tests.portals.test_evidence_pages import _read_all as read_all
from tests.portals.test_evidence_pages import _send as send
from tests.portals.test_material import _form, _notes, _offered, _press
from tests.support.browser import members_of
from tests.support.ofd import package, written
from tests.support.world import World

from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.issuing.service import get_document

VOUCHER = (
    "付款方：乌海市远航商贸有限公司",
    "收款方：内蒙古蓝天助学基金会",
    "捐赠金额：人民币陆万叁仟元整（¥63,000.00元）",
    "用途：助学",
    "签订日期：2026年3月2日",
)


async def test_a_bill_of_the_platform_fills_the_form(site: World) -> None:
    (bill,) = await site.issue(site.unit, site.unit.request())
    async with site.services.database.system() as connection:
        document = await get_document(connection, bill.bill_id)
    data = await site.services.documents.ofd(document)
    browser = await site.browser("handler")
    answer = await send(browser, ("票据.ofd", data))
    assert [file["name"] for file in answer.json()["files"]] == ["票据.ofd"]
    await read_all(site)
    offered = _offered((await browser.post("/unit/issue/material", await _form(browser, data))).text)
    assert offered["payer-name"] == bill.payer.name
    assert offered["items-0-rate"] == f"{bill.total:.2f}"
    assert offered["remark"] == bill.extension["Custom1"], "and not the heading of a column"


async def test_a_voucher_fills_the_form_and_its_page_is_drawn(site: World) -> None:
    data = package(written(VOUCHER))
    browser = await site.browser("handler")
    await send(browser, ("捐赠协议.OFD", data))
    await read_all(site)
    filled = await _press(browser, await _form(browser, data), "material-")
    now = members_of(filled)
    assert now["payer-name"] == "乌海市远航商贸有限公司"
    assert now["items-0-rate"] == "63000.00"
    assert {"payer-name", "items-0-rate"} <= _notes(filled)
    assert 'class="evidence-mark is-hint"' in filled
    drawn = await browser.get(f"/unit/evidence/{sm3_hex(data)}/pages/1.png")
    assert Image.open(BytesIO(drawn.content)).size == (1200, 1697)
    original = await browser.get(f"/unit/evidence/{sm3_hex(data)}/file")
    assert original.headers["content-type"].startswith("application/ofd")
    assert original.content == data


async def test_a_broken_package_is_told(site: World) -> None:
    broken = package(written(VOUCHER))[:-30]
    browser = await site.browser("handler")
    await send(browser, ("半份.ofd", broken))
    await read_all(site)
    told = (await browser.post("/unit/issue/material", await _form(browser, broken))).text
    assert "“半份.ofd”没有读出内容：文件已损坏或不完整" in told
