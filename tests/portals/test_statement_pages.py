"""银行流水 by pages: uploaded, tried, corrected, imported, and matched to bills."""

from decimal import Decimal

import pytest
from tests.support.browser import Browser
from tests.support.province import ACTING
from tests.support.world import World, a_world
from tests.writeoff.months import FIRST, SECOND, begin, close, on, standing, total_of, unit_of

from mingpiao.house.opening import FILES
from mingpiao.identity.model import Role
from mingpiao.issuing.model import Bill
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.writeoff.statement_jobs import StatementReader
from mingpiao.writeoff.matches import match_unit
from mingpiao.writeoff.model import Payment
from mingpiao.writeoff.service import last_day, match_by_hand, record_payment, statement_key

site = a_world("peopled", demo=True)
LIST = "/unit/writeoff/statements"
MONTH = f"/unit/writeoff/{FIRST:%Y-%m}"


def _csv(*bills: Bill, head: str = "交易日期,流水号,收入金额,付款人名称,摘要", title: str = "") -> bytes:
    rows = [
        f"{last_day(FIRST)},S{bill.number},{bill.total},{bill.payer.name},{bill.business_no}"
        for bill in bills
    ]
    return "\n".join([*([title] if title else []), head, *rows]).encode()


async def _upload(browser: Browser, data: bytes, name: str = "流水.csv") -> str:
    shown = await browser.get(LIST)
    assert shown.status_code == 200
    token = await browser.csrf_token()
    sent = await browser.post(LIST, {"csrf_token": token}, files={"file": (name, data)})
    assert sent.status_code == 303, sent.text
    return str(sent.headers["location"])


async def _work(site: World) -> None:
    """What the worker does with statements and matching."""
    reader = StatementReader(site.database, await site.house.get(FILES))
    for row in await site.rows("SELECT statement_id, unit_id FROM statements"):
        await reader.handle(dict(row))
    await match_unit(site.database, site.unit.unit_id)


async def _press(browser: Browser, at: str, **members: str) -> int:
    token = await browser.csrf_token()
    return (await browser.post(at, {"csrf_token": token} | members)).status_code


@pytest.mark.parametrize(
    ("name", "more", "channel"),
    [
        ("POS流水.csv", "", "POS"),
        ("九月.csv", ",终端号", "POS"),
        ("微信账单.csv", "", "微信"),
        ("流水.csv", "", "银行转账"),
    ],
)
async def test_the_first_lines_show_how_a_file_is_read_and_its_channel_can_be_chosen(
    site: World, clock: StoppedClock, name: str, more: str, channel: str
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request(business_no="N-202615"))
    clock.set(on(SECOND))
    await close(site)
    browser = await site.browser("handler")
    at = await _upload(browser, _csv(bill, head=f"交易日期,流水号,收入金额,付款人名称,摘要{more}"), name)
    await _work(site)
    shown = (await browser.get(at)).text
    assert f"没有列明渠道的按“{channel}”计入" in shown
    assert f"<td>{channel}</td>" in shown
    assert "第3列 收入金额" in shown
    assert f'<td class="text-end figure">{bill.total:,.2f}</td>' in shown
    if name == "流水.csv":
        columns = {"heading": "1", "day": "1", "credit": "3", "payer_name": "4"}
        assert await _press(browser, at, action="columns", lines_channel="现钞", **columns) == 422
        assert await site.value("SELECT state FROM statements") == "checked"
        assert await _press(browser, at, action="columns", lines_channel="现金", **columns) == 303
        await _work(site)
        channel = "现金"
    assert await _press(browser, at, action="import") == 303
    await _work(site)
    assert await site.value("SELECT channel FROM receipts") == channel
    if channel == "现金":
        # What was chosen for a heading is kept for the next file, unless its name says otherwise.
        for later, told in (("十月.csv", "现金"), ("POS.csv", "POS")):
            page = await _upload(browser, _csv(bill, bill) + f"\n,,{told}".encode(), later)
            await _work(site)
            assert f"没有列明渠道的按“{told}”计入" in (await browser.get(page)).text


async def test_a_statement_is_tried_imported_matched_and_the_month_agrees(
    site: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    bills = await site.issue(site.unit, *[site.unit.request(business_no=f"N-20261{n}") for n in range(3)])
    clock.set(on(SECOND))
    await close(site)
    browser = await site.browser("handler")
    at = await _upload(browser, _csv(*bills))
    assert "读取中" in (await browser.get(at)).text
    await _work(site)
    tried = (await browser.get(at)).text
    assert f"3 笔，{total_of(*bills):,.2f} 元" in tried
    assert await site.value("SELECT count(*) FROM receipts") == 0
    assert await _press(browser, at, action="import") == 303
    await _work(site)
    await _work(site)
    assert "已导入" in (await browser.get(at)).text
    rows = await site.rows("SELECT bill_id, how FROM receipt_matches ORDER BY bill_id")
    assert [tuple(row) for row in rows] == [(bill.bill_id, "memo") for bill in bills]
    month = (await browser.get(MONTH)).text
    assert "开票与到账一致" in month
    assert "银行流水" in month
    lines = (await browser.get(f"{MONTH}/lines")).text
    assert f"{bills[0].number}（摘要中的号码）" in lines
    assert "该月的票据都有对应的到账" in (await browser.get(f"{MONTH}/unpaid")).text
    # The same file is the same statement; one that overlaps adds what is new.
    assert await _upload(browser, _csv(*bills), "另一个名字.csv") == f"{at}?again=yes"
    more = await _upload(browser, _csv(bills[2], bills[0]) + f"\n{last_day(FIRST)},S9,7.00,赵六,\n".encode())
    await _work(site)
    assert "1 笔，7.00 元" in (await browser.get(more)).text
    assert await _press(browser, more, action="import") == 303
    await _work(site)
    assert await site.value("SELECT count(*) FROM receipts") == 4
    open_lines = (await browser.get(f"{MONTH}/lines", state="open")).text
    assert "赵六" in open_lines
    assert bills[0].number not in open_lines


async def test_columns_are_chosen_once_a_bank(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request())
    clock.set(on(SECOND))
    browser = await site.browser("manager")
    at = await _upload(browser, _csv(bill, head="甲,乙,丙,丁,戊", title="某银行"))
    await _work(site)
    shown = (await browser.get(at)).text
    assert "没有认出到账日期和金额所在的列" in shown
    assert await _press(browser, at, action="import") == 409
    assert await _press(browser, at, action="columns", heading="2", day="1") == 422
    chosen = {"heading": "2", "day": "1", "credit": "3", "payer_name": "4", "memo": "5", "serial": "2"}
    assert await _press(browser, at, action="columns", **chosen) == 303
    await _work(site)
    assert f"1 笔，{bill.total:,.2f} 元" in (await browser.get(at)).text
    other = await _upload(browser, _csv(bill, bill, head="甲,乙,丙,丁,戊"))
    await _work(site)
    assert "待导入" in (await browser.get(other)).text


async def test_a_file_of_another_unit_is_noticed(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request())
    browser = await site.browser("handler")
    at = await _upload(browser, _csv(bill, title="账号：1505000012345678,户名：别的单位"))
    await _work(site)
    assert "与本单位名称不一致" in (await browser.get(at)).text
    assert await _press(browser, at, action="import") == 409
    assert await _press(browser, at, action="import", sure="yes") == 303
    stranger = await site.browser(Role.UNIT_HANDLER)
    assert (await stranger.get(at)).status_code == 404
    assert await _press(stranger, at, action="import", sure="yes") == 404


async def test_what_is_no_table_is_told_and_may_come_again(site: World) -> None:
    browser = await site.browser("handler")
    at = await _upload(browser, b"\x00\x01", "x.csv")
    await _work(site)
    assert "文件不是" in (await browser.get(at)).text
    again = await _upload(browser, b"\x00\x01", "x.csv")
    assert again == f"{at}?again=yes"
    token = await browser.csrf_token()
    nothing = await browser.post(LIST, {"csrf_token": token})
    assert "请选择要导入的文件" in nothing.text
    assert (await browser.get(f"{LIST}/99")).status_code == 404
    assert (await browser.get(f"{LIST}/x")).status_code == 404
    assert (await (await site.browser("checker")).get(LIST)).status_code == 403


async def test_people_match_and_take_matches_away(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request())
    clock.set(on(SECOND))
    await close(site)
    payment = Payment(serial="P-1", received_on=FIRST, amount=bill.total, payer_name="无名氏")
    async with site.database.system() as connection:
        assert await record_payment(connection, site.unit.unit_id, payment, acting=ACTING)
        assert not await record_payment(connection, site.unit.unit_id, payment, acting=ACTING)
    receipt = await site.value("SELECT receipt_id FROM receipts")
    browser = await site.browser("handler")
    at = f"{MONTH}/lines/{receipt}"
    shown = (await browser.get(at)).text
    assert bill.number in shown
    assert "可能对应的票据" in shown
    assert bill.number in (await browser.get(at, words=bill.payer.name)).text
    assert "没有金额或缴款人相同" in (await browser.get(at, words="没有这个人")).text
    assert await _press(browser, at, action="match", bill=str(bill.bill_id)) == 303
    assert "人工匹配" in (await browser.get(at)).text
    assert await _press(browser, at, action="match", bill=str(bill.bill_id)) == 409
    assert await _press(browser, at, action="unmatch", bill=str(bill.bill_id)) == 303
    assert await _press(browser, at, action="unmatch", bill=str(bill.bill_id)) == 303
    assert await _press(browser, at, action="match", bill="12") == 409
    assert await site.value("SELECT count(*) FROM receipt_matches") == 0
    actions = await site.rows("SELECT action FROM audit_log WHERE action LIKE 'receipt:%' ORDER BY audit_id")
    assert [row["action"] for row in actions] == ["receipt:payment", "receipt:match", "receipt:unmatch"]
    with pytest.raises(Refusal) as refused:
        async with site.database.system() as connection:
            await match_by_hand(
                connection, site.unit.unit_id + 1, receipt, bill.bill_id, acting=unit_of(site.unit)
            )
    assert refused.value.problems[0].code == "access.denied"


async def test_money_for_a_month_that_is_settled_counts_for_the_next(
    site: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    await site.issue(site.unit, site.unit.request())
    clock.set(on(SECOND))
    await close(site)
    await site.value(
        "INSERT INTO writeoffs (unit_id, month, region_code, issued_net, received, tolerance, submitted_by, "
        "submitted_by_name, submitted_at) VALUES ($1, $2, '150100', 0, 0, 0, 'x', 'x', now())",
        site.unit.unit_id,
        FIRST,
    )
    payment = Payment(serial="P-1", received_on=FIRST, amount=Decimal("5.00"))
    async with site.database.system() as connection:
        await record_payment(connection, site.unit.unit_id, payment, acting=ACTING)
    assert (await standing(site, site.unit, SECOND)).received == {"payment": Decimal("5.00")}


async def test_a_file_that_brought_nothing_is_deleted(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request(business_no="N-202617"))
    clock.set(on(SECOND))
    await close(site)
    browser = await site.browser("handler")
    files = await site.house.get(FILES)
    unreadable = await _upload(browser, b"\x00\x01" * 400, "说明.txt")
    # Nobody takes away what is being read.
    assert await _press(browser, f"{unreadable}/delete") == 409
    assert await site.value("SELECT count(*) FROM statements") == 1
    await _work(site)
    assert await site.value("SELECT state FROM statements") == "failed"
    unmapped = await _upload(browser, "随手记的一句话".encode(), "备忘.txt")
    tried = await _upload(browser, _csv(bill))
    await _work(site)
    assert [row["state"] for row in await site.rows("SELECT state FROM statements ORDER BY 1")] == [
        "checked", "failed", "unmapped",
    ]  # fmt: skip
    assert len(await files.listing("statements/")) == 3
    for at in (unreadable, unmapped, tried):
        assert f'action="{at}/delete"' in (await browser.get(at)).text
        assert await _press(browser, f"{at}/delete") == 303
        assert (await browser.get(at)).status_code == 404
        assert await _press(browser, f"{at}/delete") == 404
    assert await files.listing("statements/") == {}
    assert "还没有导入过银行流水" in (await browser.get(LIST)).text
    # A job that comes late finds nothing, and the file may come again.
    await StatementReader(site.database, files).handle({"unit_id": site.unit.unit_id, "statement_id": 1})
    again = await _upload(browser, _csv(bill))
    await _work(site)
    assert await _press(browser, again, action="import") == 303
    await _work(site)
    shown = (await browser.get(again)).text
    assert f'action="{again}/delete"' not in shown
    assert await _press(browser, f"{again}/delete") == 409
    assert await site.value("SELECT count(*) FROM receipts") == 1
    told = await site.rows(
        "SELECT details->>'file' AS file FROM audit_log WHERE action = 'statement:delete' ORDER BY 1"
    )
    assert [row["file"] for row in told] == ["备忘.txt", "流水.csv", "说明.txt"]


async def test_a_file_of_which_a_part_was_imported_is_not_deleted(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request(business_no="N-202617"))
    browser = await site.browser("handler")
    files = await site.house.get(FILES)
    at = await _upload(browser, _csv(bill))
    await _work(site)
    assert await _press(browser, at, action="import") == 303
    await _work(site)
    # The worker is cut off before its end, and the file is gone when it comes again.
    unit_id, statement_id = site.unit.unit_id, int(at.rpartition("/")[2])
    await site.tamper("UPDATE statements SET state = 'importing', finished_at = NULL")
    await files.delete(statement_key(unit_id, statement_id))
    await StatementReader(site.database, files).handle({"unit_id": unit_id, "statement_id": statement_id})
    shown = (await browser.get(at)).text
    assert "文件没有保存成功，请重新上传。" in shown
    assert f'action="{at}/delete"' not in shown
    token = await browser.csrf_token()
    refused = await browser.post(f"{at}/delete", {"csrf_token": token})
    assert refused.status_code == 409
    assert "已有到账导入，不能删除" in refused.text
    assert await site.value("SELECT count(*) FROM receipts") == 1
    # It goes on once the file comes again.
    assert await _upload(browser, _csv(bill)) == f"{at}?again=yes"
    await _work(site)
    assert await _press(browser, at, action="import") == 303
    await _work(site)
    assert await site.value("SELECT state FROM statements") == "imported"
    assert await site.value("SELECT count(*) FROM receipts") == 1
