"""核销 of a unit: its months, what arrived, the difference, and the way back to the bill that waits."""

from datetime import timedelta
from decimal import Decimal

from tests.support.browser import members_of
from tests.support.world import World, a_world
from tests.writeoff.months import FIRST, SECOND, begin, close, head, on, receive, total_of

from mingpiao.identity.model import Acting
from mingpiao.issuing.model import Bill
from mingpiao.kernel.clock import StoppedClock
from mingpiao.writeoff.model import CaseFilter
from mingpiao.writeoff.reminders import remind_units
from mingpiao.writeoff.room import CHECKER
from mingpiao.writeoff.service import clear_case, due_on, last_day, list_cases

site = a_world("peopled", demo=True)
FILLED = {
    "payer-name": "李四",
    "items-0-search": "货币捐赠",
    "items-0-quantity": "2",
    "items-0-rate": "150.25",
    "extension-Custom1": "助学项目",
    "extension-Custom2": "货币",
    "checker": "复核员乙",
}
MONTH = f"/unit/writeoff/{FIRST:%Y-%m}"
DUE = due_on(FIRST, 5)


async def _check_all(site: World) -> None:
    """Do what the worker does with all requests."""
    checker = await site.house.get(CHECKER)
    for row in await site.rows("SELECT writeoff_id FROM writeoffs WHERE state = 'checking'"):
        await checker.check(row["writeoff_id"])


async def _clear(site: World, bill: Bill, boss: Acting) -> None:
    async with site.database.system() as connection:
        (case,) = [
            each
            for each in (await list_cases(connection, CaseFilter())).items
            if each.bill_id == bill.bill_id
        ]
        await clear_case(
            connection, case.case_id, "已核对银行回单，款项次月到账。", revision=case.revision, acting=boss
        )


async def test_a_month_is_held_against_what_arrived_and_submitted(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    bills = await site.issue(site.unit, *[site.unit.request(business_no=f"N-{n}") for n in range(3)])
    red = await site.reverse(site.unit, bills[0])
    total = total_of(*bills, red)
    clock.set(on(SECOND))
    browser = await site.browser("handler")
    listed = await browser.get("/unit/writeoff")
    assert "待核销" in listed.text
    assert f"{DUE:%Y-%m-%d}" in listed.text
    shown = (await browser.get(MONTH)).text
    assert f"{total:,.2f}" in shown
    assert bills[1].items[0].name in shown
    assert "（2 份列为异常）" in shown
    entered = await browser.submit(
        await browser.get(f"{MONTH}/receipts"), f"{MONTH}/receipts", 微信=f"{total:,.2f}"
    )
    assert entered.headers["location"] == MONTH
    shown_again = await browser.get(MONTH)
    assert "开票与到账一致" in shown_again.text
    sent = await browser.submit(shown_again, MONTH, action="submit")
    assert sent.headers["location"] == MONTH
    waiting = await browser.get(MONTH)
    assert "核对中" in waiting.text
    assert f'hx-get="{MONTH}/status"' in waiting.text
    assert "HX-Refresh" not in (await browser.get(f"{MONTH}/status")).headers
    await _check_all(site)
    assert (await browser.get(f"{MONTH}/status")).headers["HX-Refresh"] == "true"
    done = (await browser.get(MONTH)).text
    assert "核销编号" in done
    assert "提交核销</button>" not in done
    refused = await browser.post(
        f"{MONTH}/receipts",
        members_of(entered.text) | {"csrf_token": await browser.csrf_token(), "现金": "1"},
    )
    assert refused.status_code == 409
    assert "已经核销" in refused.text


async def test_a_month_says_how_many_of_its_bills_are_exceptions_still(
    site: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    bills = await site.issue(site.unit, *[site.unit.request(business_no=f"N-{n}") for n in range(2)])
    clock.set(on(SECOND))
    await close(site)
    browser = await site.browser("handler")
    shown = await browser.get(MONTH)
    # Where nothing would be written off, this way is not offered.
    assert "先核销已匹配到账的票据" not in shown.text
    await browser.submit(shown, MONTH, action="partial", confirmed="yes")
    await _check_all(site)
    at = f"/unit/exceptions?state=all&month={FIRST:%Y-%m}"
    month = (await browser.get(MONTH)).text.replace("&amp;", "&")
    assert "该月 2 份票据全部列为异常票据，由财政部门审核，还没有票据核销。" in month
    listed = (await browser.get("/unit/writeoff")).text.replace("&amp;", "&")
    for page in (month, listed):
        assert f'<a class="badge bg-orange-lt" href="{at}">全部异常</a>' in page
        assert "已核销</span>" not in page
    told = [
        row["body"] for row in await site.rows("SELECT body FROM messages WHERE title LIKE '%全部列为异常'")
    ]
    assert told[0] == f"{FIRST:%Y年%-m月}的2份票据全部列为异常票据，由财政部门审核，还没有票据核销。"
    found = (await browser.get(at)).text
    assert all(bill.number in found for bill in bills)
    other = (await browser.get(f"/unit/exceptions?state=all&month={SECOND:%Y-%m}")).text
    assert not any(bill.number in other for bill in bills)
    boss = await head(site)
    await _clear(site, bills[0], boss)
    month = (await browser.get(MONTH)).text
    assert "1 份票据列为异常票据，由财政部门审核；其余 1 份已核销。" in month
    listed = (await browser.get("/unit/writeoff")).text.replace("&amp;", "&")
    assert f'<a class="badge bg-orange-lt" href="{at}">异常 1 份</a>' in listed
    assert "已核销</span>" in listed
    await _clear(site, bills[1], boss)
    month = (await browser.get(MONTH)).text
    assert "核销时列为异常的 2 份票据都已解除或整改，该月票据全部核销。" in month
    assert "bg-orange-lt" not in (await browser.get("/unit/writeoff")).text


async def test_the_form_of_a_bill_leads_to_the_month_and_back(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request())
    clock.set(on(SECOND))
    await close(site)
    await receive(site, site.unit, FIRST, bill.total)
    browser = await site.browser("handler")
    form = await browser.get("/unit/issue", kind=bill.kind)
    assert f"{FIRST:%Y年%-m月}的票据还没有核销" in form.text
    left = await browser.submit(form, "/unit/issue", action="settle", payer__name="李四")
    address = left.headers["location"]
    number = members_of(form.text)["business_no"]
    assert address == f"{MONTH}?draft={number}&kind={bill.kind}"
    month = await browser.get(address)
    assert "继续开票" not in month.text
    sent = await browser.submit(month, MONTH, action="submit")
    assert sent.headers["location"] == address
    await _check_all(site)
    done = (await browser.get(address)).text
    assert f'href="/unit/issue?draft={number}"' in done
    again = await browser.get("/unit/issue", draft=number)
    assert "还没有核销" not in again.text
    assert members_of(again.text)["payer-name"] == "李四"
    # Of a form that was never saved, at least the kind is known; of anything else nothing.
    unsaved = (await browser.get(f"{MONTH}?draft=WEB{FIRST:%Y%m%d}0123456789abcdef&kind={bill.kind}")).text
    assert f'href="/unit/issue?kind={bill.kind}"' in unsaved
    assert "继续开票" not in (await browser.get(f"{MONTH}?draft=//evil.test&kind=x")).text


async def test_a_refused_bill_shows_the_way_as_well(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    await site.issue(site.unit, site.unit.request(kind="0301"))
    browser = await site.browser("handler")
    form = await browser.get("/unit/issue", kind="0301")
    assert "还没有核销" not in form.text
    saved = await browser.post("/unit/issue", members_of(form.text) | FILLED | {"action": "check"})
    assert "/check?" in saved.headers["location"]
    clock.set(on(SECOND))
    browser = await site.browser("handler")
    check_page = await browser.get(saved.headers["location"])
    refused = await browser.submit(check_page, "/unit/issue/confirm", action="issue")
    assert refused.status_code == 409
    assert "请先在“核销”页面提交核销" in refused.text
    assert "保存并去核销" in refused.text
    assert members_of(refused.text)["payer-name"] == FILLED["payer-name"]


async def test_a_difference_needs_reasons_of_which_one_takes_the_rest(
    site: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    (bill,) = await site.issue(site.unit, site.unit.request())
    clock.set(on(SECOND))
    await close(site)
    await receive(site, site.unit, FIRST, bill.total - 10)
    browser = await site.browser("manager")
    shown = await browser.get(MONTH)
    assert "到账比开票少 10.00 元" in shown.text
    token = await browser.csrf_token()

    async def send(**typed: str) -> str:
        members = {"csrf_token": token, "action": "submit"}
        members |= {name.replace("_", "."): value for name, value in typed.items()}
        return (await browser.post(MONTH, members)).text

    nothing = await send(reasons_0_code="", reasons_0_amount="10.00", reasons_0_words="")
    assert "到账金额比开票金额少10.00元" in nothing
    wrong = await send(reasons_0_code="other", reasons_0_amount="10x", reasons_0_words="")
    assert "请填写差额金额" in wrong
    assert "请用不少于4个字写清楚差额的原因" in wrong
    part = await send(reasons_0_code="fee", reasons_0_amount="3", reasons_0_words="")
    assert "到账金额比开票金额少10.00元，还有7.00元没有说明。" in part
    much = await send(reasons_0_code="fee", reasons_0_amount="12", reasons_0_words="手续费加一笔罚金")
    assert "到账金额比开票金额少10.00元，填写的原因多说明了2.00元。" in much
    assert 'value="10x"' in wrong
    more = await send(action="more", reasons_0_code="fee", reasons_0_amount="", reasons_0_words="")
    assert 'name="reasons.3.code"' in more
    told = await send(
        reasons_0_code="fee", reasons_0_amount="3", reasons_0_words="",
        reasons_1_code="refund", reasons_1_amount="", reasons_1_words="退一件",
    )  # fmt: skip
    # First what follows, with all figures and the amount that was left open; nothing is submitted before.
    for words in (
        f"{FIRST:%Y年%-m月}", f"{bill.total:,.2f} 元", f"{bill.total - 10:,.2f} 元", "到账比开票少 10.00 元",
        "手续费 3.00 元，没有说明；退款 7.00 元，退一件", "没有通过的列为异常票据",
    ):  # fmt: skip
        assert words in told, words
    assert await site.value("SELECT count(*) FROM writeoffs") == 0
    # Going back, nothing that was typed is lost.
    back = await browser.post(MONTH, members_of(told) | {"csrf_token": token, "revised": "yes"})
    assert back.status_code == 200
    kept = members_of(back.text)
    assert {name: value for name, value in kept.items() if name.startswith(("reasons.0", "reasons.1"))} == {
        "reasons.0.code": "fee", "reasons.0.amount": "3.00", "reasons.0.words": "",
        "reasons.1.code": "refund", "reasons.1.amount": "7.00", "reasons.1.words": "退一件",
    }  # fmt: skip
    assert await site.value("SELECT count(*) FROM writeoffs") == 0
    # What arrives meanwhile makes the amounts wrong, and is seen before anything is submitted.
    late = await receive(site, site.unit, FIRST, Decimal(1), entry_key="late")
    stale = await browser.post(MONTH, members_of(told) | {"csrf_token": token})
    assert stale.status_code == 422
    assert "到账金额比开票金额少9.00元，填写的原因多说明了1.00元。" in stale.text
    await site.value("DELETE FROM receipts WHERE receipt_id = $1", late)
    sent = await browser.post(MONTH, members_of(told) | {"csrf_token": token})
    assert sent.headers["location"] == MONTH
    asked = await site.value("SELECT reasons FROM writeoffs")
    assert [(each["code"], Decimal(each["amount"])) for each in asked] == [("fee", 3), ("refund", 7)]
    await _check_all(site)
    assert "退款 7.00 元，退一件" in (await browser.get(MONTH)).text


async def test_who_only_checks_reads_and_a_stranger_sees_nothing(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    await site.issue(site.unit, site.unit.request())
    clock.set(on(SECOND))
    checker = await site.browser("checker")
    shown = await checker.get(MONTH)
    assert "由开票人或票据管理员提交核销" in shown.text
    token = await checker.csrf_token()
    assert (await checker.post(MONTH, {"csrf_token": token, "action": "submit"})).status_code == 403
    assert (await checker.get(f"{MONTH}/receipts")).status_code == 403
    assert (await checker.get("/unit/writeoff/2027-13")).status_code == 404
    assert (await checker.get("/unit/writeoff/x")).status_code == 404
    ahead = await (await site.browser("handler")).get(f"/unit/writeoff/{SECOND:%Y-%m}")
    assert "本月还没有结束" in ahead.text
    empty = await checker.get("/unit/writeoff/2026-01")
    assert "该月没有需要核销的票据" in empty.text


async def test_the_home_page_and_a_message_tell_what_is_due(site: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    await site.issue(site.unit, site.unit.request())
    clock.set(on(SECOND))
    await close(site)
    browser = await site.browser("handler")
    home = (await browser.get("/unit")).text
    assert f"核销期限 {DUE:%Y-%m-%d}" in home
    told = "SELECT count(*) FROM messages WHERE topic LIKE 'writeoff:due:%'"
    await remind_units(site.database)
    assert await site.value(told) == 0
    clock.set(on(DUE))
    await remind_units(site.database)
    await remind_units(site.database)
    assert await site.value(told) == 1
    clock.set(on(DUE + timedelta(days=1)))
    browser = await site.browser("handler")
    assert "核销已逾期" in (await browser.get("/unit")).text
    assert "已逾期" in (await browser.get("/unit/writeoff")).text


async def test_a_month_is_written_off_in_part_after_a_page_that_says_what_follows(
    site: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(site)
    bills = await site.issue(site.unit, *[site.unit.request(business_no=f"N-{n}") for n in range(3)])
    await site.reverse(site.unit, bills[0])
    clock.set(on(SECOND))
    await close(site)
    browser = await site.browser("handler")
    shown = await browser.get(MONTH)
    assert "先核销已匹配到账的票据（2 份列为异常）" in shown.text
    token = await browser.csrf_token()
    typed = {"reasons.0.code": "fee", "reasons.0.amount": "3.00", "reasons.0.words": "月末手续费"}
    asked = await browser.post(MONTH, {"csrf_token": token, "action": "partial"} | typed)
    for words in ("2 份没有匹配到账的票据", "其余 2 份", "已填写的差额原因不随部分核销提交", "确认部分核销"):
        assert words in asked.text, words
    assert await site.value("SELECT count(*) FROM writeoffs") == 0
    back = await browser.post(MONTH, members_of(asked.text) | {"csrf_token": token, "revised": "yes"})
    kept = members_of(back.text)
    assert {name: kept[name] for name in typed} == typed
    assert await site.value("SELECT count(*) FROM writeoffs") == 0
    sent = await browser.post(MONTH, members_of(asked.text) | {"csrf_token": token})
    assert sent.headers["location"] == MONTH
    (row,) = await site.rows("SELECT partial, reasons FROM writeoffs")
    assert (row["partial"], row["reasons"]) == (True, [])
