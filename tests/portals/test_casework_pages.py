"""异常票据 and 整改 through the pages: a department asks and decides, a unit explains and puts right."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import httpx
from sqlalchemy import event
from tests.former.files import MONTH, handler, row, table, take
from tests.support.browser import PASSWORD, Browser, members_of
from tests.support.province import ACTING
from tests.support.world import World, a_world
from tests.writeoff.casework import KEPT, REASON, cases, unpaid
from tests.writeoff.months import SECOND, begin, on
from tests.writeoff.test_cases import BREACH, do
from tests.writeoff.test_rectifications import DEMANDS, breached, issued

from mingpiao.identity.model import Role
from mingpiao.identity.service import create_account
from mingpiao.kernel.clock import StoppedClock
from mingpiao.writeoff.model import (
    BillOrigin,
    CaseState,
    ExceptionCase,
    RectificationFilter,
    RectificationState,
)
from mingpiao.writeoff.room import CHECKER
from mingpiao.writeoff.service import list_rectifications, submit

world = a_world()
PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


async def manager_of_charity(world: World, role: Role = Role.UNIT_MANAGER) -> Browser:
    """Somebody of the unit whose bills are exceptions."""
    name = f"cishan-{role.value}"
    async with world.database.system() as connection:
        await create_account(
            connection,
            username=name,
            display_name="慈善管理员",
            role=role,
            password=PASSWORD,
            unit_id=world.province.charity.unit_id,
            acting=ACTING,
        )
    browser = world.stranger()
    await browser.sign_in(name)
    return browser


async def send(browser: Browser, shown: httpx.Response, address: str, **members: str) -> httpx.Response:
    token = members_of(shown.text)
    given = {"csrf_token": token["csrf_token"], "revision": token.get("revision", "")}
    return await browser.post(address, data=given | members)


def _is_ticked(page: str, case: ExceptionCase) -> bool:
    (box,) = re.findall(f'<input [^>]*name="chosen" value="{case.case_id}"[^>]*>', page)
    return " checked" in box


@contextmanager
def most_connections(world: World) -> Iterator[Callable[[], int]]:
    """Tell at the end how many connections were in use at one moment."""
    counts = [0]
    pool = world.database.engine.pool

    def took(*_: object) -> None:
        counts.append(counts[-1] + 1)

    def gave(*_: object) -> None:
        counts.append(counts[-1] - 1)

    event.listen(pool, "checkout", took)
    event.listen(pool, "checkin", gave)
    try:
        yield lambda: max(counts)
    finally:
        event.remove(pool, "checkout", took)
        event.remove(pool, "checkin", gave)


def at(case: ExceptionCase, portal: str = "finance") -> str:
    return f"/{portal}/exceptions/{case.case_id}"


def _breach() -> dict[str, str]:
    return {
        "breach_type": BREACH.type,
        "breach_basis": BREACH.basis,
        "breach_amount": "120.00",
        "facts": BREACH.reason,
    }


async def mark(browser: Browser, case: ExceptionCase, shown: httpx.Response) -> httpx.Response:
    """Mark a breach and confirm it."""
    return await send(browser, shown, f"{at(case)}/breach", **_breach(), confirmed="yes")


async def test_a_breach_is_confirmed_and_withdrawn_until_a_notice_names_it(
    world: World, clock: StoppedClock
) -> None:
    (bill,), (case,) = await unpaid(world, clock)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    shown = await officer.get(at(case))
    assert '<option value="unpaid">没有收款而开票、到账不符</option>' in shown.text
    assert '<option value="other">其他违反财政票据管理规定的行为</option>' in shown.text
    thin = await send(officer, shown, f"{at(case)}/breach", **(_breach() | {"facts": "违规"}))
    assert "不少于5个字" in thin.text
    before = await send(officer, shown, f"{at(case)}/breach", **_breach())
    assert "请确认" in before.text
    assert "财政部门已认定违规，提示不要报销和入账" in before.text
    assert BREACH.reason in before.text
    assert [each.state for each in await cases(world)] == [CaseState.OPEN]
    back = await send(officer, before, f"{at(case)}/breach", **_breach(), revised="yes")
    assert f'value="{BREACH.basis}"' in back.text
    assert BREACH.reason in back.text
    marked = await officer.submit(before, f"{at(case)}/breach")
    assert (marked.status_code, marked.headers["location"]) == (303, f"{at(case)}?done=breach")
    page = await officer.get(marked.headers["location"])
    assert "已标记违规，单位收到消息。" in page.text
    empty = await send(officer, page, f"{at(case)}/withdraw", reason="")
    assert "请填写撤回原因" in empty.text
    withdrawn = await send(officer, page, f"{at(case)}/withdraw", reason="核对后发现款项记在另一账户")
    assert withdrawn.status_code == 303, withdrawn.text
    (now,) = await cases(world)
    assert (now.state, now.breach_type, now.breach_amount, now.decided_by) == (CaseState.OPEN, "", None, None)
    unit = await manager_of_charity(world)
    told = await unit.get(at(case, "unit"))
    assert "撤回违规认定" in told.text
    messages = await world.rows("SELECT title FROM messages WHERE topic LIKE 'exception:withdraw:%'")
    assert [row["title"] for row in messages] == [f"票据{bill.number}的违规认定已撤回"]
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'exception:withdraw'") == 1
    # Marked once more and named by a notice, it stays.
    shown = await officer.get(at(case))
    assert (await mark(officer, case, shown)).status_code == 303
    page = await officer.get(at(case))
    form = await officer.get(f"/finance/rectifications/new/{case.unit_id}")
    body = f"csrf_token={members_of(form.text)['csrf_token']}&chosen={case.case_id}&demands={DEMANDS}&confirmed=yes"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    address = f"/finance/rectifications/new/{case.unit_id}"
    assert (await officer.post(address, content=body.encode(), headers=headers)).status_code == 303
    late = await send(officer, page, f"{at(case)}/withdraw", reason="核对后发现款项记在另一账户")
    assert late.status_code == 409
    assert "还没有发出整改通知的可以撤回" in late.text
    assert [each.state for each in await cases(world)] == [CaseState.RECTIFYING]


async def test_what_waits_longer_than_the_limit_is_marked_and_comes_first(
    world: World, clock: StoppedClock
) -> None:
    bills, (first, second) = await unpaid(world, clock, 2, decision_workdays=3)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    asked = await send(
        officer,
        await officer.get(at(first)),
        f"{at(first)}/ask",
        question="请说明款项为何没有到账",
        due_on=first.opened_at.date().isoformat(),
    )
    assert asked.status_code == 303
    listed = (await officer.get("/finance/exceptions")).text
    assert ">逾期未办</span>" not in listed
    # It waits for the unit until the end of the day, and so less long for the department.
    assert listed.index(f'"/finance/exceptions/{second.case_id}"') < listed.index(
        f'"/finance/exceptions/{first.case_id}"'
    )
    clock.set(on(SECOND + timedelta(days=20)))
    head = await world.browser(Role.DEPARTMENT_HEAD, region="150000")
    listed = (await head.get("/finance/exceptions")).text
    assert listed.count(">逾期未办</span>") == 2
    assert all(bill.number in listed for bill in bills)


async def test_a_department_asks_a_unit_answers_with_a_file_and_the_case_is_cleared(
    world: World, clock: StoppedClock
) -> None:
    (bill,), (case,) = await unpaid(world, clock)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    listed = await officer.get("/finance/exceptions")
    assert bill.number in listed.text
    shown = await officer.get(at(case))
    assert shown.status_code == 200
    assert "没有对应到这张票据的到账" in shown.text
    empty = await send(officer, shown, f"{at(case)}/clear", reason="同意")
    assert "不少于5个字" in empty.text
    await send(
        officer,
        shown,
        f"{at(case)}/ask",
        question="请说明款项为何没有到账",
        due_on=case.opened_at.date().isoformat(),
    )
    unit = await manager_of_charity(world)
    assert bill.number in (await unit.get("/unit/exceptions")).text
    asked = await unit.get(at(case, "unit"))
    assert "请说明款项为何没有到账" in asked.text
    token = members_of(asked.text)
    answered = await unit.post(
        at(case, "unit"),
        data={
            "csrf_token": token["csrf_token"],
            "revision": token["revision"],
            "explanation": REASON,
            "evidence": "",
        },
        files={"evidence-files": ("回单.pdf", PDF, "application/pdf")},
    )
    assert answered.status_code == 303, answered.text
    told = await officer.get(at(case))
    assert REASON in told.text
    assert "回单.pdf" in told.text
    done = await send(officer, told, f"{at(case)}/clear", reason=REASON)
    assert done.status_code == 303
    assert "已解除异常，票据随该月核销" in (await unit.get(at(case, "unit"))).text


async def test_two_officers_at_once_the_second_sees_what_the_first_did(
    world: World, clock: StoppedClock
) -> None:
    _, (case,) = await unpaid(world, clock)
    first = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    second = await world.browser(Role.DEPARTMENT_HEAD, region="150000")
    shown = await second.get(at(case))
    await send(
        first,
        await first.get(at(case)),
        f"{at(case)}/ask",
        question="请说明款项为何没有到账",
        due_on=case.opened_at.date().isoformat(),
    )
    late = await send(second, shown, f"{at(case)}/clear", reason=REASON)
    assert late.status_code == 409
    assert "刚才已由他人办理" in late.text
    assert [each.state for each in await cases(world)] == [CaseState.ASKED]


async def test_alike_cases_are_cleared_together_from_the_list(world: World, clock: StoppedClock) -> None:
    _, found = await unpaid(world, clock, 2)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    listed = await officer.get(f"/finance/exceptions?unit={found[0].unit_id}")
    assert re.findall(r'name="chosen" value="(\d+)"', listed.text) == [str(each.case_id) for each in found]
    token = members_of(listed.text)["csrf_token"]
    body = f"csrf_token={token}&chosen={found[0].case_id}&chosen={found[1].case_id}&reason="
    headers = {"content-type": "application/x-www-form-urlencoded"}
    refused = await officer.post("/finance/exceptions/batch", content=body.encode(), headers=headers)
    assert "请填写解除理由" in refused.text
    done = await officer.post("/finance/exceptions/batch", content=(body + REASON).encode(), headers=headers)
    assert "已解除 2 份，共 2 份" in done.text
    assert {each.state for each in await cases(world)} == {CaseState.CLEARED}


async def test_breaches_become_a_notice_that_the_unit_answers_and_the_department_accepts(
    world: World, clock: StoppedClock
) -> None:
    bills, found = await unpaid(world, clock, 2)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    for case in found:
        shown = await officer.get(at(case))
        wrong = await send(officer, shown, f"{at(case)}/breach", breach_amount="很多")
        assert "请填写违规金额" in wrong.text
        marked = await mark(officer, case, shown)
        assert marked.status_code == 303, marked.text
    address = f"/finance/rectifications/new/{found[0].unit_id}"
    form = await officer.get(address)
    token = members_of(form.text)["csrf_token"]
    body = f"csrf_token={token}&chosen={found[0].case_id}&chosen={found[1].case_id}&demands={DEMANDS}"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    preview = await officer.post(address, content=body.encode(), headers=headers)
    assert "还没有发出" in preview.text
    assert all(bill.number in preview.text for bill in bills)
    assert await world.value("SELECT count(*) FROM rectifications") == 0
    one_left_out = body.replace(f"&chosen={found[1].case_id}", "")
    back = await officer.post(address, content=f"{one_left_out}&change=yes".encode(), headers=headers)
    assert DEMANDS in back.text
    assert [case.case_id for case in found if _is_ticked(back.text, case)] == [found[0].case_id]
    issued = await officer.post(address, content=f"{body}&confirmed=yes".encode(), headers=headers)
    assert issued.status_code == 303, issued.text
    at_finance = issued.headers["location"]
    at_unit = at_finance.replace("/finance/", "/unit/")
    red = await world.reverse(world.province.charity, bills[0])
    (fresh,) = await world.issue(
        world.province.charity, world.province.charity.request(business_no="AGAIN-1")
    )
    unit = await manager_of_charity(world)
    assert "财票整改" in (await unit.get("/unit/rectifications")).text
    shown = await unit.get(at_unit)
    for browser, address in ((unit, at_unit), (officer, at_finance)):
        assert f'href="{address}/notice.pdf"' in (await browser.get(address)).text
        paper = await browser.get(f"{address}/notice.pdf")
        assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")
        assert paper.content.startswith(b"%PDF")
    abroad = await world.browser(Role.DEPARTMENT_OFFICER, region="150100")
    assert (await abroad.get(f"{at_finance}/notice.pdf")).status_code == 404
    stranger = await world.browser(Role.UNIT_MANAGER)
    assert (await stranger.get(f"{at_unit}/notice.pdf")).status_code == 404
    downloads = "SELECT count(*) FROM audit_log WHERE action = 'rectification:download'"
    assert await world.value(downloads) == 2
    field = f"replaced_by-{found[0].case_id}"
    malformed = await send(unit, shown, at_unit, measures=REASON, evidence="", **{field: "123"})
    assert "请填写8位票据代码" in malformed.text
    # The other bill is neither reversed nor replaced: the unit says why, or it is asked.
    replaced = {field: f"{fresh.code} {fresh.number}"}
    assert "没有冲红的票据（1 份）" in shown.text
    assert f'name="replaced_by-{found[1].case_id}"' not in shown.text
    unsaid = await send(unit, shown, at_unit, measures=REASON, evidence="", **replaced)
    assert f"票据{bills[1].number}还没有冲红，请先冲红；确实不冲红的，写明原因。" in unsaid.text
    assert f'href="#kept-{found[1].case_id}"' in unsaid.text
    assert f'value="{replaced[field]}"' in unsaid.text
    said = {f"kept-{found[1].case_id}": KEPT}
    reported = await send(unit, shown, at_unit, measures=REASON, evidence="", **replaced, **said)
    assert reported.status_code == 303, reported.text
    seen = await officer.get(at_finance)
    assert "1 份票据没有冲红，也没有重开" in seen.text
    assert f"{bills[1].number}</a>：{KEPT}" in seen.text
    assert red.number in seen.text
    assert fresh.number in seen.text
    accepted = await send(officer, seen, f"{at_finance}/accept", opinion="整改到位")
    assert accepted.status_code == 303
    async with world.database.system() as connection:
        (notice,) = (await list_rectifications(connection, RectificationFilter())).items
    assert notice.state is RectificationState.ACCEPTED
    assert {each.state for each in await cases(world)} == {CaseState.RECTIFIED}


async def test_what_a_notice_names_is_issued_once_more_from_its_page(
    world: World, clock: StoppedClock
) -> None:
    (bill,), found, boss = await breached(world, clock, 1, breach_stops_issuing=True, rectification_months=1)
    charity = world.province.charity
    made = await issued(world, found, boss)
    clock.set(on(made.due_on + timedelta(days=1)))
    at_unit, at_finance = (
        f"/{portal}/rectifications/{made.rectification_id}" for portal in ("unit", "finance")
    )
    manager = await manager_of_charity(world)
    handler = await manager_of_charity(world, Role.UNIT_HANDLER)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    reissue = f"/unit/issue/reissue/{bill.code}/{bill.number}"
    shown = (await handler.get(at_unit)).text
    assert f'href="/unit/bills/{bill.code}/{bill.number}" aria-label="去冲红{bill.number}"' in shown
    assert reissue not in shown
    red = await world.reverse(charity, bill)
    page = await handler.get(at_unit)
    assert red.number in page.text
    assert reissue in page.text
    # Who does not issue is offered nothing, and the department sees what is done.
    for browser, address in ((manager, at_unit), (officer, at_finance)):
        told = (await browser.get(address)).text
        assert red.number in told
        assert reissue not in told
    opened = await send(handler, page, reissue)
    number = opened.headers["location"].split("draft=")[1].split("&")[0]
    (fresh,) = await world.issue(charity, charity.request(business_no=number))
    for browser, address in ((handler, at_unit), (officer, at_finance)):
        told = (await browser.get(address)).text
        assert fresh.number in told
        assert reissue not in told


async def test_one_reason_stands_for_all_bills_that_are_not_reversed(
    world: World, clock: StoppedClock
) -> None:
    _, found, boss = await breached(world, clock, 3)
    made = await issued(world, found, boss)
    unit = await manager_of_charity(world)
    at_unit = f"/unit/rectifications/{made.rectification_id}"
    shown = await unit.get(at_unit)
    own = {f"kept-{found[1].case_id}": "票面属实，另附收款凭证"}
    with most_connections(world) as most:
        done = await send(unit, shown, at_unit, measures=REASON, evidence="", kept=KEPT, **own)
    # Whoever waits for the rows of a unit has one connection: many of them at once cannot use all up.
    assert (done.status_code, most()) == (303, 1), done.text
    reasons = await world.rows("SELECT case_id, reason FROM corrections ORDER BY case_id")
    assert [row["reason"] for row in reasons] == [KEPT, "票面属实，另附收款凭证", KEPT]


async def test_a_unit_explains_on_its_page_before_it_is_asked(world: World, clock: StoppedClock) -> None:
    _, (case,) = await unpaid(world, clock)
    unit = await manager_of_charity(world)
    shown = await unit.get(at(case, "unit"))
    assert "可以现在就在本页说明情况" in shown.text
    done = await send(unit, shown, at(case, "unit"), explanation=REASON, evidence="")
    assert done.status_code == 303, done.text
    told = (await unit.get(at(case, "unit"))).text
    assert "已说明，请等待财政部门办理。" in told
    assert 'name="explanation"' not in told
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    assert REASON in (await officer.get(at(case))).text
    assert [each.state for each in await cases(world)] == [CaseState.ANSWERED]


async def test_a_notice_about_a_former_bill_asks_for_words_alone(world: World) -> None:
    await begin(world)
    charity = world.province.charity
    acting = await handler(world, charity)
    await take(world, table(row(1, amount="9.00")), acting)
    month = await do(world, submit, charity.unit_id, MONTH, origin=BillOrigin.FORMER, acting=acting)
    await (await world.house.get(CHECKER)).check(month.writeoff_id)
    (case,) = await cases(world)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    assert (await mark(officer, case, await officer.get(at(case)))).status_code == 303
    form = await officer.get(f"/finance/rectifications/new/{case.unit_id}")
    made = await send(
        officer, form, str(form.url), chosen=str(case.case_id), demands=DEMANDS, confirmed="yes"
    )
    at_unit = made.headers["location"].replace("/finance/", "/unit/")
    unit = await manager_of_charity(world, Role.UNIT_HANDLER)
    shown = await unit.get(at_unit)
    assert "历史票据不在本平台冲红和重开，请在整改措施中写明怎样更正。" in shown.text
    assert "去冲红" not in shown.text
    assert "按原内容重开" not in shown.text
    assert f'name="replaced_by-{case.case_id}"' not in shown.text
    reported = await send(unit, shown, at_unit, measures=REASON, evidence="")
    assert reported.status_code == 303, reported.text


async def test_others_see_nothing_and_units_decide_nothing(world: World, clock: StoppedClock) -> None:
    (bill,), (case,) = await unpaid(world, clock)
    abroad = await world.browser(Role.DEPARTMENT_OFFICER, region="150100")
    assert bill.number not in (await abroad.get("/finance/exceptions?state=all&whose=all")).text
    assert (await abroad.get(at(case))).status_code == 404
    stranger = await world.browser(Role.UNIT_MANAGER)
    assert (await stranger.get(at(case, "unit"))).status_code == 404
    assert (await stranger.get(at(case))).status_code == 403
    for address in (at(case), "/finance/rectifications/1", f"/finance/exceptions/{10**30}"):
        assert (await abroad.get(address)).status_code == 404
    administrator = await world.browser(Role.ADMINISTRATOR)
    assert (await administrator.get(at(case))).status_code == 200
    token = await administrator.csrf_token()
    denied = await administrator.post(f"{at(case)}/clear", data={"csrf_token": token, "reason": REASON})
    assert denied.status_code == 403


async def test_a_later_day_and_a_month_opened_again_wait_for_a_second_person(
    world: World, clock: StoppedClock
) -> None:
    _, (case,) = await unpaid(world, clock)
    officer = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    base = f"/finance/units/{case.unit_id}/months"
    month = f"{case.month:%Y-%m}"
    listed = await officer.get(base)
    assert f"{base}/{month}/reopen" in listed.text
    form = await officer.get(f"{base}/{month}/reopen")
    assert "已认定的违规不变" in form.text
    empty = await officer.submit(form, f"{base}/{month}/reopen")
    assert "请填写重新打开的原因" in empty.text
    sent = await officer.submit(form, f"{base}/{month}/reopen", reason=REASON)
    assert sent.status_code == 303
    assert sent.headers["location"].startswith("/finance/approvals/")
    proposal = await officer.get(sent.headers["location"])
    assert "重新打开核销" in proposal.text
    again = await officer.submit(form, f"{base}/{month}/reopen", reason=REASON)
    assert "已有一项变更待审" in again.text
    late = await officer.submit(form, f"{base}/{month}/extend", due_on="很快", reason=REASON)
    assert "请按“年-月-日”填写新的期限" in late.text
    for address in (f"{base}/{month}/burn", f"{base}/2027-13/extend", f"{base}/1999-01/reopen"):
        assert (await officer.get(address)).status_code == 404
    abroad = await world.browser(Role.DEPARTMENT_OFFICER, region="150100")
    assert (await abroad.get(base)).status_code == 404
