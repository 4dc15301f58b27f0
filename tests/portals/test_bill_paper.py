"""Bills on paper and in packs: what is printed and counted, and what is in a ZIP."""

import io
import re
from zipfile import ZipFile

import httpx
import pytest
from tests.support.browser import Browser, members_of
from tests.support.world import World, a_world

from mingpiao.exports.service import file_key
from mingpiao.issuing.model import Bill
from mingpiao.portals.list_exports import write_export
from mingpiao.portals.list_filters import sources_of

site = a_world("peopled", demo=True)


async def _bills(site: World, count: int) -> list[Bill]:
    requests = [site.unit.request(kind="0301", business_no=f"P-{n}") for n in range(count)]
    return await site.issue(site.unit, *requests)


def _named(*bills: Bill) -> list[str]:
    return [f"{bill.code}-{bill.number}" for bill in bills]


async def _post(browser: Browser, page: str, path: str, **members: object) -> httpx.Response:
    token = members_of((await browser.get(page)).text)["csrf_token"]
    return await browser.client.post(path, data={"csrf_token": token, **members})


async def test_faces_are_printed_without_menus_and_each_print_is_counted(site: World) -> None:
    first, second = await _bills(site, 2)
    browser = await site.browser("handler")
    chosen = await _post(browser, "/unit/bills", "/unit/bills/print", chosen=_named(first, second))
    assert chosen.status_code == 303
    address = chosen.headers["location"]
    shown = (await browser.get(address)).text
    assert shown.count('<section class="sheet"') == 2
    assert "主菜单" not in shown
    assert "data-print-now" not in shown
    once = await _post(browser, address, "/unit/bills/print/now", bill=_named(first, second))
    assert once.status_code == 200
    assert "data-print-now" in once.text
    again = await _post(browser, address, "/unit/bills/print/now", bill=_named(first))
    assert "这是第 2 次" in again.text
    for bill, told in ((first, "2"), (second, "1")):
        page = (await browser.get(f"/unit/bills/{bill.code}/{bill.number}")).text
        assert f'打印 <span class="figure">{told}</span> 次' in page
    rows = await site.services.database.pool.fetch(
        "SELECT subject, details->>'prints' AS prints FROM audit_log WHERE action = 'bill:print' ORDER BY audit_id"
    )
    assert sorted((row["subject"], row["prints"]) for row in rows) == sorted(
        [(f"bill:{first.bill_id}", "1"), (f"bill:{second.bill_id}", "1"), (f"bill:{first.bill_id}", "2")]
    )


async def test_a_reversed_bill_is_marked_on_every_face_and_warned_of_on_paper(site: World) -> None:
    good, bad = await _bills(site, 2)
    await site.reverse(site.unit, bad)
    browser = await site.browser("handler")
    paper = f"bill={good.code}-{good.number}&bill={bad.code}-{bad.number}"
    printed = (await browser.get(f"/unit/bills/print?{paper}")).text
    assert printed.count('class="bill-mark"') == 1
    warned = f'<span class="code">{bad.code}-{bad.number}</span>。票面上加印了“已冲红”。'
    assert "1 份票据已冲红，不能再使用" in printed
    assert warned in printed
    assert "1 份票据已冲红，不能再使用" in (await browser.get(f"/unit/bills/slip?{paper}")).text
    for page in (f"/unit/bills/{bad.code}/{bad.number}", f"/unit/issue/done/{bad.code}/{bad.number}"):
        assert (await browser.get(page)).text.count('class="bill-mark"') == 1
    department = await site.browser("head")
    assert (await department.get(f"/finance/bills/{bad.code}/{bad.number}")).text.count(
        'class="bill-mark"'
    ) == 1
    for page in (
        f"/unit/bills/{good.code}/{good.number}",
        f"/unit/bills/print?bill={good.code}-{good.number}",
    ):
        clean = (await browser.get(page)).text
        assert "bill-mark" not in clean
        assert "已冲红" not in clean


async def test_what_cannot_be_printed_is_told_and_not_counted(site: World) -> None:
    (bill,) = await _bills(site, 1)
    browser = await site.browser("handler")
    for chosen, status in (
        ([], 422),
        (_named(bill) * 51, 422),
        (["x"], 404),
        ([f"{bill.code}-9999999999"], 404),
    ):
        for path in ("/unit/bills/print/now", "/unit/bills/print"):
            answer = await _post(browser, "/unit/bills", path, chosen=chosen, bill=chosen)
            # The list's form leads on to the page that says what is not there.
            assert answer.status_code in (status, 303), (chosen, path)
    assert (await browser.get(f"/unit/bills/print?bill={bill.code}-9999999999")).status_code == 404
    assert await site.services.database.pool.fetchval("SELECT count(*) FROM bill_prints") == 0


async def test_a_sheet_for_the_counter_leads_to_the_check_page(site: World) -> None:
    (bill,) = await _bills(site, 1)
    browser = await site.browser("handler")
    shown = (await browser.get(f"/unit/bills/slip?bill={bill.code}-{bill.number}")).text
    (address,) = re.findall(r'<p class="slip-address"><a href="([^"]+)"', shown)
    assert address.endswith(f"/verify?c={bill.code}&amp;n={bill.number}&amp;h={bill.sm3}")
    assert "<svg" in shown
    assert bill.check_code in shown


@pytest.mark.parametrize("extent", ["chosen", "all"])
async def test_documents_are_packed_by_a_worker(site: World, extent: str) -> None:
    bills = await _bills(site, 3)
    browser = await site.browser("handler")
    wanted = bills[:2] if extent == "chosen" else bills
    form = {"documents": "pdf", "extent": extent, "chosen": _named(*wanted), "filter-kind": "0301"}
    asked = await _post(browser, "/unit/bills", "/unit/bills/pack", **form)
    assert asked.headers["location"] == "/unit/exports"
    (export,) = await site.services.database.pool.fetch("SELECT export_id, format FROM exports")
    assert export["format"] == "zip"
    files = site.services.own["files"]
    await write_export(sources_of(site.services), files, export["export_id"])
    page = (await browser.get("/unit/exports")).text
    assert "可下载" in page
    saved = await browser.get(f"/unit/exports/{export['export_id']}/file")
    assert saved.headers["content-type"] == "application/zip"
    with ZipFile(io.BytesIO(saved.content)) as archive:
        assert sorted(archive.namelist()) == sorted(f"{name}.pdf" for name in _named(*wanted))
        assert all(archive.read(name).startswith(b"%PDF") for name in archive.namelist())
    assert await files.get(file_key(export["export_id"])) == saved.content


async def test_what_cannot_be_packed_is_refused(site: World) -> None:
    (bill,) = await _bills(site, 1)
    browser = await site.browser("handler")
    for form, message in (
        ({"documents": "exe", "chosen": _named(bill)}, "没有这种文件格式"),
        ({"documents": "ofd"}, "没有选择"),
        # One value is one bill: several in one would pass the limit.
        ({"documents": "ofd", "chosen": ",".join(_named(bill) * 2001)}, "所选的行无法识别"),
        ({"documents": "ofd", "chosen": f"{bill.code}-\x00"}, "所选的行无法识别"),
        ({"documents": "ofd", "extent": "all", "filter-amount_from": "zehn"}, "最低金额不正确"),
    ):
        answer = await _post(browser, "/unit/bills", "/unit/bills/pack", **form)
        assert answer.status_code == 422
        assert message in answer.text
    assert await site.services.database.pool.fetchval("SELECT count(*) FROM exports") == 0
    # NUL is not looked for, so that this asks for a pack of everything that the kind has.
    everything = {"documents": "ofd", "extent": "all", "filter-kind": "0301\x00"}
    assert (await _post(browser, "/unit/bills", "/unit/bills/pack", **everything)).status_code == 303
    assert await site.value("SELECT question->>'kind' FROM exports") == "0301"
    assert await site.value("DELETE FROM exports RETURNING 1") == 1
    # Another unit's bill is not there for the worker either.
    other = await _post(
        browser, "/unit/bills", "/unit/bills/pack", documents="ofd", chosen=[f"{bill.code}-9999999999"]
    )
    assert other.status_code == 303
    export_id = await site.services.database.pool.fetchval("SELECT export_id FROM exports")
    await write_export(sources_of(site.services), site.services.own["files"], export_id)
    assert "没有找到该票据" in (await browser.get("/unit/exports")).text


async def test_the_worker_counts_the_rows_once_more(site: World) -> None:
    (bill,) = await _bills(site, 1)
    browser = await site.browser("handler")
    await _post(browser, "/unit/bills", "/unit/bills/pack", documents="ofd", chosen=_named(bill))
    many = ",".join(f"{bill.code}-{n:010d}" for n in range(2001))
    export_id = await site.value(
        "UPDATE exports SET question = jsonb_set(question::jsonb, '{chosen}', to_jsonb($1::text)) "
        "RETURNING export_id",
        many,
    )
    await write_export(sources_of(site.services), site.services.own["files"], export_id)
    assert "一次最多打包2000份" in (await browser.get("/unit/exports")).text
