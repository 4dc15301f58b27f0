"""What all lists have: a part for htmx, columns to choose, exports at once and in the background."""

import csv
import html
import io
import re
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import openpyxl
import pytest
from tests.support.apps import serve
from tests.support.browser import Browser, members_of
from tests.support.province import ACTING
from tests.support.world import World, bill_of

from mingpiao.exports.service import file_key, purge_exports
from mingpiao.exports.settings import ExportSettings
from mingpiao.issuing.model import Bill, Payer
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.audit.wording import action_label
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_exports import listing_named, write_export
from mingpiao.portals.list_filters import sources_of
from mingpiao.portals.subjects import subjects
from mingpiao.storage.files import FileStore

_FRAGMENT = {"HX-Request": "true"}
_TOKEN = re.compile(r'(?<=name="csrf_token" value=")[^"]+')


async def _issue(site: World, count: int, payer: str = "甲公司") -> list[Bill]:
    requests = [
        site.unit.request(
            kind="0301", business_no=f"L-{payer}-{n:03d}", payer=Payer(type="1", name=f"{payer}{n:03d}")
        )
        for n in range(count)
    ]
    outcomes = await site.services.desk.issue(site.unit.unit_id, requests, acting=ACTING)
    return [bill_of(outcome) for outcome in outcomes]


def _headings(answer: httpx.Response) -> list[str]:
    found = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', answer.text)
    return [heading for heading in found if heading != "操作"]


def _hasty(site: World, rows: int) -> Browser:
    """A browser of a site that leaves exports longer than so many rows to the worker."""
    settings = site.services.settings.with_room(ExportSettings(export_rows_at_once=rows))
    return Browser(serve(msgspec.structs.replace(site.services, settings=settings)))


def _files(site: World) -> FileStore:
    files: FileStore = site.services.own["files"]
    return files


async def _write(site: World, export_id: int) -> None:
    """What the worker does for an export."""
    await write_export(sources_of(site.services), _files(site), export_id)


async def _exports(site: World) -> list[dict[str, Any]]:
    rows = await site.services.database.pool.fetch("SELECT * FROM exports ORDER BY export_id")
    return [dict(row) for row in rows]


async def test_htmx_gets_the_part_that_changes_under_a_clean_address(site: World) -> None:
    await _issue(site, 1)
    browser = await site.browser("handler")
    asked = {"payer": "甲", "from": "", "to": ""}
    part = await browser.client.get("/unit/bills", params=asked, headers=_FRAGMENT)
    assert part.text.lstrip().startswith('<div id="list"')
    assert "<html" not in part.text
    assert part.headers["hx-push-url"] == "/unit/bills?payer=%E7%94%B2"
    assert part.headers["vary"] == "Accept-Encoding, HX-Request"
    assert "共 1 条" in part.text
    whole = await browser.get("/unit/bills", **asked)
    # Each answer masks the token anew.
    assert _TOKEN.sub("", part.text).strip() in _TOKEN.sub("", whole.text)
    # The browser's own history wants a page.
    again = await browser.client.get(
        "/unit/bills", headers=_FRAGMENT | {"HX-History-Restore-Request": "true"}
    )
    assert "<html" in again.text


async def test_a_wrong_filter_is_told_alike_everywhere(site: World) -> None:
    people = {portal: await site.browser(name) for portal, name in (("unit", "manager"), ("finance", "head"))}
    others = [await site.browser(name) for name in ("handler", "checker")]
    for listing in (each for subject in subjects() for each in subject.lists):
        portal = listing.address.split("/")[1]
        if portal not in people or "{" in listing.address:
            continue
        person = people[portal]
        shown = await person.get(listing.address)
        for other in others if portal == "unit" else []:
            if shown.status_code == 403:  # what only handlers or checkers do
                person = other
                shown = await person.get(listing.address)
        assert shown.status_code == 200, listing.name
        assert "清除条件" not in shown.text
        assert (">重置</a>" in shown.text) is bool(listing.filters or listing.orders)
        wrong_key = await person.get(listing.address, **{listing.key: "x"})
        if listing.name not in (
            "unit_accounts",
            "unit_demands",
            "finance_kinds",
            "finance_faces",
        ):  # all on one page
            assert wrong_key.status_code == 422, listing.name
            assert "翻页标记不正确" in wrong_key.text


async def test_names_of_lists_and_of_their_columns_are_unique() -> None:
    listings = [each for subject in subjects() for each in subject.lists]
    assert len({each.name for each in listings}) == len(listings) > 15
    for listing in listings:
        names = [column.name for column in listing.columns]
        assert len(set(names)) == len(names), listing.name
        assert sum(column.head for column in listing.columns) == 1, listing.name
        if listing.export:
            assert action_label(listing.export.action) != listing.export.action, listing.name
            assert set(listing.export.columns) <= set(names), listing.name


async def test_an_account_chooses_columns_for_itself(site: World) -> None:
    await _issue(site, 1)
    browser = await site.browser("handler")
    shown = await browser.get("/unit/bills", payer="甲")
    usual = _headings(shown)
    assert "校验码" not in usual
    token = members_of(shown.text)["csrf_token"]
    wanted = {"csrf_token": token, "query": "payer=甲", "column": ["check", "amount", "no-such-column"]}
    chosen = await browser.client.post("/unit/bills/columns", data=wanted)
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/unit/bills?payer=%E7%94%B2")
    # The column that names a row stays.
    assert _headings(await browser.get("/unit/bills")) == ["票据号码", "金额（元）", "校验码"]
    other = await site.browser("checker")
    assert _headings(await other.get("/unit/bills")) == usual
    everything = [column.name for column in listing_named("unit_bills").columns if column.shown]
    await browser.client.post("/unit/bills/columns", data={"csrf_token": token, "column": everything})
    assert _headings(await browser.get("/unit/bills")) == usual
    assert await site.services.database.pool.fetchval("SELECT count(*) FROM list_columns") == 0


async def test_an_order_is_kept_and_an_odd_one_hides_nothing(site: World) -> None:
    browser = await site.browser("officer")

    async def names(**query: str) -> list[str]:
        html = (await browser.get("/finance/units", **query)).text
        return re.findall(r'<a href="/finance/units/\d+">([^<]+)</a>', html)

    by_name = await names(sort="name")
    assert sorted(by_name) == sorted(await names()) == sorted(await names(sort="odd"))
    assert await names(sort="odd") == await names()


async def test_a_long_export_is_written_in_the_background(site: World) -> None:
    bills = await _issue(site, 5)
    await _issue(site, 1, "＝乙")
    browser = _hasty(site, 3)
    await browser.sign_in("manager")
    for _ in range(2):
        # Asked twice, it is written once.
        asked = await browser.get("/unit/bills/export.csv", payer="甲")
        assert (asked.status_code, asked.headers["location"]) == (303, "/unit/exports")
    (export,) = await _exports(site)
    assert (export["state"], export["question"]["payer"]) == ("waiting", "甲")
    waiting = await browser.get("/unit/exports")
    assert "排队" in waiting.text
    assert 'hx-trigger="every 2s"' in waiting.text
    address = f"/unit/exports/{export['export_id']}/file"
    assert (await browser.get(address)).status_code == 404

    (job,) = await site.services.database.pool.fetch(
        "SELECT * FROM pgqueuer WHERE entrypoint = 'write_export'"
    )
    await _write(site, msgspec.json.decode(job["payload"])["export_id"])
    (export,) = await _exports(site)
    assert (export["state"], export["written"]) == ("ready", 5)
    ready = await browser.get("/unit/exports")
    assert "可下载" in ready.text
    assert 'hx-trigger="every 2s"' not in ready.text
    file = await browser.get(address)
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.search(r'filename="bills-\d{8}-\d{6}\.csv"', file.headers["content-disposition"])
    rows = list(csv.reader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [row[1] for row in rows[1:]] == [bill.number for bill in reversed(bills)]
    audited = await site.services.database.pool.fetch(
        "SELECT action, details ->> 'format' AS format FROM audit_log "
        "WHERE action IN ('bill:export', 'export:download') ORDER BY audit_id"
    )
    assert [tuple(row) for row in audited] == [("bill:export", "csv"), ("export:download", None)]


async def test_a_background_workbook_has_numbers_and_harmless_texts(site: World) -> None:
    (bill,) = await _issue(site, 1, "＝1+1")
    await _issue(site, 2)
    browser = _hasty(site, 1)
    await browser.sign_in("manager")
    assert (await browser.get("/unit/bills/export.xlsx")).status_code == 303
    assert (await browser.get("/unit/bills/export.csv")).status_code == 303
    for export in await _exports(site):
        await _write(site, export["export_id"])
    book, text = [
        (await browser.get(f"/unit/exports/{export['export_id']}/file")).content
        for export in await _exports(site)
    ]
    sheet = openpyxl.load_workbook(io.BytesIO(book)).active
    assert sheet is not None
    (row,) = [each for each in sheet.iter_rows(values_only=True) if each[1] == bill.number]
    assert (row[7], row[10]) == (bill.payer.name, float(bill.total))
    assert f"'{bill.payer.name}" in text.decode()


async def test_exports_belong_to_who_asked(site: World) -> None:
    await _issue(site, 3)
    browser = _hasty(site, 1)
    await browser.sign_in("manager")
    await browser.get("/unit/bills/export.csv")
    (export,) = await _exports(site)
    await _write(site, export["export_id"])
    address = f"/unit/exports/{export['export_id']}/file"
    assert (await browser.get(address)).status_code == 200
    for name in ("handler", "other"):
        stranger = await site.browser(name)
        assert (await stranger.get(address)).status_code == 404
        assert "没有导出" in (await stranger.get("/unit/exports")).text
    for odd in ("0", "9" * 30):
        assert (await browser.get(f"/unit/exports/{odd}/file")).status_code == 404


async def test_an_account_has_three_exports_open_at_most(site: World) -> None:
    await _issue(site, 3)
    browser = _hasty(site, 1)
    await browser.sign_in("manager")
    for payer in ("甲", "甲公", "甲公司"):
        assert (await browser.get("/unit/bills/export.csv", payer=payer)).status_code == 303
    refused = await browser.get("/unit/bills/export.xlsx", payer="公司")
    assert refused.status_code == 429
    assert "3个导出正在进行" in refused.text
    audited = await site.services.database.pool.fetchval(
        "SELECT count(*) FROM audit_log WHERE action = 'bill:export'"
    )
    assert (audited, len(await _exports(site))) == (3, 3)


async def test_what_the_owner_of_a_closed_account_asked_for_is_not_written(site: World) -> None:
    await _issue(site, 3)
    browser = _hasty(site, 1)
    await browser.sign_in("manager")
    await browser.get("/unit/bills/export.csv")
    (export,) = await _exports(site)
    await site.services.database.pool.execute(
        "UPDATE accounts SET active = false WHERE account_id = $1", export["account_id"]
    )
    await _write(site, export["export_id"])
    (export,) = await _exports(site)
    refused = "该账户已停用或没有导出的权限，请联系管理员。"
    assert (export["state"], export["failure"]) == ("failed", refused)


async def test_files_go_when_their_time_is_over(site: World) -> None:
    await _issue(site, 3)
    browser = _hasty(site, 1)
    await browser.sign_in("manager")
    await browser.get("/unit/bills/export.csv")
    await browser.get("/unit/bills/export.xlsx")
    first, second = [export["export_id"] for export in await _exports(site)]
    for export_id in (first, second):
        await _write(site, export_id)
    (kept,) = {export["expires_at"] - export["asked_at"] for export in await _exports(site)}
    assert kept == timedelta(days=7)
    await site.services.database.pool.execute(
        "UPDATE exports SET expires_at = now() - interval '1 second' WHERE export_id = $1", first
    )
    await purge_exports(site.services.database, _files(site))
    assert [export["export_id"] for export in await _exports(site)] == [second]
    assert await _files(site).get(file_key(first)) is None
    assert await _files(site).get(file_key(second)) is not None
    # A job that comes late finds nothing to do.
    await _write(site, first)


def test_a_list_that_is_no_more_is_refused() -> None:
    with pytest.raises(Refusal) as refusal:
        listing_named("gone")
    assert refusal.value.problems[0].code == "export.unknown"


async def test_the_conditions_that_are_set_stand_as_chips_each_with_a_way_out(site: World) -> None:
    await _issue(site, 2)
    browser = await site.browser("handler")
    day = today().isoformat()
    asked = {"from": day, "kind": "0301", "payer": "甲公司"}
    chips = await _chips(await browser.get("/unit/bills", **asked))
    assert [(label, "payer=" in without, "kind=" in without) for label, without in chips] == [
        (f"开票日期从：{day}", True, True),
        (f"票据种类：{kind_name(await site.services.catalog.get(), '0301')}", True, False),
        ("缴款人：甲公司", False, True),
    ]
    # What the list sets by itself can only be changed, not left out.
    assert [without for _, without in await _chips(await browser.get("/unit/bills"))] == [""]


async def test_each_account_chooses_how_many_rows_a_page_has(site: World) -> None:
    await _issue(site, 25)
    browser = await site.browser("handler")
    shown = await browser.get("/unit/bills")
    assert "共 25 条" in shown.text
    token = members_of(shown.text)["csrf_token"]
    usual = [column.name for column in listing_named("unit_bills").columns if column.shown]
    for rows, told in (("20", "本页 20 条"), ("1000000", "本页 20 条"), ("100", "共 25 条")):
        form = {"csrf_token": token, "column": usual, "rows": rows}
        await browser.client.post("/unit/bills/columns", data=form)
        assert told in (await browser.get("/unit/bills")).text
    other = await site.browser("checker")
    assert '<option value="50" selected>' in (await other.get("/unit/bills")).text


async def _chips(answer: httpx.Response) -> list[tuple[str, str]]:
    """The chips above a list: their words, and the address without the condition."""
    found = re.findall(r'<li class="chip">([^<]+)(?:<a href="([^"]+)")?', answer.text)
    return [(html.unescape(label), html.unescape(without)) for label, without in found]
