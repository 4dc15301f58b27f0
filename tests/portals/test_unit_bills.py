"""已开票据 through the pages: filters, pages, exports, documents, and the bills of others."""

import csv
import io
import re
from datetime import datetime
from decimal import Decimal

import httpx
import openpyxl
from tests.support.browser import Browser
from tests.support.province import ACTING
from tests.support.world import World, bill_of

from mingpiao.issuing.model import Bill, BillFilter, Payer
from mingpiao.issuing.service import sum_bills
from mingpiao.kernel.clock import today
from mingpiao.portals.rendering import moment


async def _issue(site: World, count: int, payer: str = "甲公司") -> list[Bill]:
    requests = [
        site.unit.request(
            kind="0301",
            business_no=f"BUS-{payer}-{n:03d}",
            payer=Payer(type="1", name=f"{payer}{n:03d}"),
            handler="开票员甲",
        )
        for n in range(count)
    ]
    outcomes = await site.services.desk.issue(site.unit.unit_id, requests, acting=ACTING)
    return [bill_of(outcome) for outcome in outcomes]


def _numbers(answer: httpx.Response) -> list[str]:
    """The numbers of the bills in a list's table, in order."""
    assert answer.status_code == 200, answer.text
    return re.findall(r'<th scope="row" class="code"[^>]*><a href="/unit/bills/\d{8}/(\d{10})"', answer.text)


async def _listed(browser: Browser, **query: str) -> list[str]:
    return _numbers(await browser.get("/unit/bills", **query))


async def test_the_list_filters_by_each_member(site: World) -> None:
    bills = await _issue(site, 3)
    (other,) = await _issue(site, 1, "乙学校")
    browser = await site.browser("checker")
    everything = [bill.number for bill in (other, *reversed(bills))]
    first = bills[0]
    date = today().isoformat()
    assert sorted(await _listed(browser)) == sorted(everything)
    assert sorted(await _listed(browser, **{"from": date, "to": date})) == sorted(everything)
    assert await _listed(browser, to="2020-01-01") == []
    assert await _listed(browser, payer="乙学") == [other.number]
    assert await _listed(browser, payer="%") == []
    assert await _listed(browser, number=first.number) == [first.number]
    assert await _listed(browser, code=first.code, number=first.number) == [first.number]
    assert await _listed(browser, code="15060125") == []
    assert await _listed(browser, business_no=first.business_no) == [first.number]
    assert sorted(await _listed(browser, kind="0301")) == sorted(everything)
    assert await _listed(browser, kind="0601") == []
    assert await _listed(browser, state="reversed") == []
    assert await _listed(browser, color="red") == []
    exact = [bill.number for bill in (*bills, other) if bill.total == first.total]
    total = str(first.total)
    assert sorted(await _listed(browser, amount_from=total, amount_to=total)) == sorted(exact)
    assert await _listed(browser, amount_to="0.001"[:4]) == []


async def test_filters_stay_in_the_form_and_the_export_addresses(site: World) -> None:
    await _issue(site, 1)
    browser = await site.browser("handler")
    answer = await browser.get("/unit/bills", payer="甲公司", state="normal")
    assert 'value="甲公司"' in answer.text
    assert '<option value="normal" selected>' in answer.text
    assert 'href="/unit/bills/export.csv?state=normal&amp;payer=%E7%94%B2%E5%85%AC%E5%8F%B8"' in answer.text


async def test_wrong_filters_are_told_and_nothing_is_listed(site: World) -> None:
    await _issue(site, 1)
    browser = await site.browser("handler")
    for query, field in [
        ({"from": "2026-13-01"}, "from"),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "to"),
        ({"amount_from": "x"}, "amount_from"),
        ({"amount_from": "1e9999"}, "amount_from"),
        ({"state": "gone"}, "state"),
        ({"number": "12"}, "number"),
    ]:
        for address in ("/unit/bills", "/unit/bills/export.csv", "/unit/bills/export.xlsx"):
            answer = await browser.get(address, **query)
            assert answer.status_code == 422, address
        answer = await browser.get("/unit/bills", **query)
        assert f'<a href="#{field}">' in answer.text
        assert "<td" not in answer.text


async def test_odd_addresses_are_no_errors(site: World) -> None:
    browser = await site.browser("handler")
    for query in ({"payer": "a\x00b"}, {"business_no": "\x00"}, {"kind": "\x00"}, {"payer": "'; --"}):
        assert await _listed(browser, **query) == []
    malformed = await browser.get("/unit/bills", after="not-a-key")
    assert malformed.status_code == 422
    assert "翻页标记不正确" in malformed.text


async def test_pages_follow_one_another_without_gap_or_repetition(site: World) -> None:
    bills = await _issue(site, 120)
    browser = await site.browser("handler")
    seen: list[str] = []
    address = "/unit/bills?payer=%E7%94%B2"
    pages = 0
    while address:
        answer = await browser.get(address)
        seen += _numbers(answer)
        pages += 1
        following = re.search(r'href="([^"]+)" rel="next"', answer.text)
        address = following[1].replace("&amp;", "&") if following else ""
        assert "payer=" in address or not address
    assert pages == 3
    assert len(seen) == 120
    assert set(seen) == {bill.number for bill in bills}
    assert 'rel="first"' in answer.text


async def test_an_empty_list_says_what_to_do(site: World) -> None:
    browser = await site.browser("handler")
    answer = await browser.get("/unit/bills")
    assert "没有符合条件的票据" in answer.text
    assert "export.csv" not in answer.text


def _row(bill: Bill) -> list[str]:
    return [
        bill.code,
        bill.number,
        bill.check_code,
        "公益事业捐赠统一票据（电子）",
        "蓝票",
        "正常",
        moment(bill.issued_at),
        bill.payer.name,
        "",
        "；".join(f"{item.name}×{item.quantity.normalize():f}" for item in bill.items),
        f"{bill.total:.2f}",
        "开票员甲",
        bill.pay_mode,
        bill.business_no,
        "",
        "",
        "",
        "",
    ]


async def test_csv_holds_the_whole_filter_and_no_formula(site: World) -> None:
    bills = await _issue(site, 60)
    (evil,) = await _issue(site, 1, "=HYPERLINK(A1)")
    browser = await site.browser("checker")
    answer = await browser.get("/unit/bills/export.csv", payer="甲公司")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="bills-\d{8}-\d{6}\.csv"', answer.headers["content-disposition"]
    )
    assert answer.content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    kind = (await site.services.catalog.get()).kinds["0301"].name
    assert rows[0][:3] == ["票据代码", "票据号码", "校验码"]
    expected = [[*_row(bill)[:3], kind, *_row(bill)[4:]] for bill in bills]
    assert sorted(rows[1:]) == sorted(expected)
    answer = await browser.get("/unit/bills/export.csv", number=evil.number)
    (row,) = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))[1:]
    assert row[7] == "'=HYPERLINK(A1)000"


async def test_a_workbook_holds_texts_as_texts_and_amounts_as_numbers(site: World) -> None:
    (bill,) = await _issue(site, 1, "=1+1")
    browser = await site.browser("handler")
    answer = await browser.get("/unit/bills/export.xlsx")
    assert answer.status_code == 200
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    rows = list(sheet.iter_rows(values_only=True))
    assert len(rows) == 2
    assert rows[0][0] == "票据代码"
    assert rows[1][:3] == (bill.code, bill.number, bill.check_code)
    assert rows[1][7] == "=1+1000"
    assert sheet.cell(2, 8).data_type == "s"
    assert Decimal(str(rows[1][10])) == bill.total
    assert sheet.cell(2, 11).number_format == "#,##0.00"
    assert [str(each) for each in rows[1] if isinstance(each, datetime)] == [moment(bill.issued_at)]
    assert list((site.services.settings.data_dir).glob("mingpiao-export-*")) == []


async def test_exports_are_put_down_in_the_audit_trail(site: World) -> None:
    await _issue(site, 1)
    browser = await site.browser("manager")
    await browser.get("/unit/bills/export.csv", payer="甲")
    row = await site.services.database.pool.fetchrow(
        "SELECT actor, subject, unit_id, details FROM audit_log WHERE action = 'bill:export'"
    )
    assert dict(row) == {
        "actor": f"account:{site.accounts['manager'].account_id}",
        "subject": f"unit:{site.unit.unit_id}",
        "unit_id": site.unit.unit_id,
        "details": {"format": "csv", "payer": "甲"},
    }


async def test_a_bills_page_and_documents(site: World) -> None:
    (bill,) = await _issue(site, 1)
    browser = await site.browser("checker")
    address = f"/unit/bills/{bill.code}/{bill.number}"
    shown = await browser.get(address)
    for text in (bill.check_code, bill.business_no, "甲公司000", "<svg", "开具", "被查验"):
        assert text in shown.text, text
    assert f"{address}/reverse" not in shown.text  # a checker only looks
    starts = {"ofd": b"PK", "pdf": b"%PDF-", "xml": b"<?xml"}
    types = {"ofd": "application/ofd", "pdf": "application/pdf", "xml": "application/xml"}
    for ending, start in starts.items():
        file = await browser.get(f"{address}/document.{ending}")
        assert file.status_code == 200
        assert file.content.startswith(start)
        assert file.headers["content-type"].partition(";")[0] == types[ending]
        name = f'attachment; filename="{bill.code}-{bill.number}.{ending}"'
        assert file.headers["content-disposition"] == name
    assert (await browser.get(f"{address}/document.exe")).status_code == 404


async def test_bills_of_another_unit_do_not_exist(site: World) -> None:
    (bill,) = await _issue(site, 1)
    browser = await site.browser("other")
    address = f"/unit/bills/{bill.code}/{bill.number}"
    addresses = [
        address,
        f"{address}/document.pdf",
        f"{address}/document.xml",
        f"{address}/reverse",
        f"{address}/reversed",
        f"/unit/issue/done/{bill.code}/{bill.number}",
    ]
    answers = [await browser.get(each) for each in addresses]
    assert [answer.status_code for answer in answers] == [404] * len(addresses)
    assert not any("甲公司" in answer.text or bill.check_code in answer.text for answer in answers)
    unknown = await browser.get(f"/unit/bills/{bill.code}/9999999999")
    assert unknown.status_code == 404
    assert await _listed(browser) == []
    assert await _listed(browser, number=bill.number) == []
    exported = await browser.get("/unit/bills/export.csv")
    assert len(exported.content.decode("utf-8-sig").splitlines()) == 1


async def test_malformed_addresses_of_bills_are_unknown(site: World) -> None:
    browser = await site.browser("handler")
    for address in ["/unit/bills/x/y", "/unit/bills/15030125/1", "/unit/bills/1503012５/0000000001"]:
        assert (await browser.get(address)).status_code == 404


async def test_nobody_sees_anything_without_signing_in(site: World) -> None:
    (bill,) = await _issue(site, 1)
    stranger = site.stranger()
    for address in (
        "/unit",
        "/unit/bills",
        "/unit/bills/export.csv",
        f"/unit/bills/{bill.code}/{bill.number}",
        f"/unit/bills/{bill.code}/{bill.number}/document.xml",
        "/unit/accounts",
        "/unit/issue",
    ):
        answer = await stranger.get(address)
        assert answer.status_code == 303, address
        assert answer.headers["location"].startswith("/login?next=/unit"), address
        assert answer.content == b""


async def test_a_part_of_a_number_an_item_and_a_handler_find_bills(site: World) -> None:
    (first, second) = await _issue(site, 2)
    browser = await site.browser("checker")
    assert await _listed(browser, number=first.number[-5:]) == [first.number]
    assert sorted(await _listed(browser, number=first.number[:4])) == sorted([first.number, second.number])
    assert "票据号码应为4至10位数字" in (await browser.get("/unit/bills", number="123")).text
    both = sorted([first.number, second.number])
    assert sorted(await _listed(browser, item=first.items[0].code)) == both
    assert await _listed(browser, item="999999") == []
    assert sorted(await _listed(browser, handler="票员甲")) == both
    assert await _listed(browser, handler="_") == []


async def test_a_pay_mode_finds_bills_and_is_exported(site: World) -> None:
    requests = [
        site.unit.request(kind="0301", business_no=f"PAY-{mode}", pay_mode=mode)
        for mode in ("微信支付", "POS刷卡 & 转账", "")
    ]
    wechat, card, silent = await site.issue(site.unit, *requests)
    red = await site.reverse(site.unit, card)
    assert (wechat.pay_mode, silent.pay_mode, red.pay_mode) == ("微信支付", "", "POS刷卡 & 转账")
    browser = await site.browser("checker")
    assert await _listed(browser, pay_mode="微信") == [wechat.number]
    assert await _listed(browser, pay_mode="卡 & 转") == [red.number, card.number]
    assert await _listed(browser, pay_mode="%") == []
    assert _sums(await browser.get("/unit/bills", pay_mode="微信"))["票据"] == "1 份"
    head = await site.browser("head")
    assert _sums(await head.get("/finance/bills", pay_mode="POS"))["票据"] == "2 份"
    saved = await browser.get("/unit/bills/export.csv", pay_mode="微信")
    heading, row = list(csv.reader(io.StringIO(saved.content.decode("utf-8-sig"))))
    assert dict(zip(heading, row, strict=True))["交款方式"] == "微信支付"


async def test_what_the_filter_finds_is_counted_and_added_up(site: World) -> None:
    bills = await _issue(site, 3)
    await site.reverse(site.unit, bills[0])
    total = bills[0].total
    unit, department = await site.browser("checker"), await site.browser("head")
    for page in ("/unit/bills", "/finance/bills"):
        browser = unit if page.startswith("/unit") else department
        whole = {"票据": "4 份", "蓝字": f"3 份 {total * 3:,.2f} 元", "红字": f"1 份 {-total:,.2f} 元"}
        assert _sums(await browser.get(page)) == whole | {"净额": f"{total * 2:,.2f} 元"}
        # Not known to daily totals, so that the bills are looked through.
        found = _sums(await browser.get(page, payer="甲公司001"))
        assert found["票据"] == "1 份"
        assert found["净额"] == f"{total:,.2f} 元"
        assert _sums(await browser.get(page, color="red"))["净额"] == f"{-total:,.2f} 元"
        assert _sums(await browser.get(page, payer="没有")) == {}


async def test_too_many_bills_are_not_looked_through(site: World) -> None:
    await _issue(site, 3)
    unit_id = site.unit.unit_id
    async with site.services.database.system() as connection:
        assert await sum_bills(connection, BillFilter(unit_id=unit_id, payer="甲"), most=2) is None
        known = await sum_bills(connection, BillFilter(unit_id=unit_id), most=2)
        looked = await sum_bills(connection, BillFilter(unit_id=unit_id, payer="甲"), most=3)
    assert known is not None
    assert known == looked
    assert known.count == 3


def _sums(answer: httpx.Response) -> dict[str, str]:
    return dict(re.findall(r'<dt>([^<]+)</dt><dd class="figure">([^<]+)</dd>', answer.text))
