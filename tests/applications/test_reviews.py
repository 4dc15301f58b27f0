"""A department's side: who decides, what a decision does, and that of two reviewers one wins."""

import asyncio
from collections.abc import Awaitable

import asyncpg
import msgspec
import pytest
from tests.applications.window import (
    CITY,
    COUNTY,
    ELSEWHERE,
    FILE,
    PERSON,
    PROVINCE,
    Window,
    confirmed,
    finding,
    problem,
)

from mingpiao.applications.model import Application, ApplicationState, Decision, Pending
from mingpiao.applications.service import get
from mingpiao.issuing.model import Issued, NeedsConfirmation, Refused
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal
from mingpiao.kernel.workdays import end_of_workday
from mingpiao.storage.scope import DepartmentScope, UnitScope

STATE = ApplicationState
BILLS = "SELECT count(*) FROM bills"


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.problems[0].code


async def test_an_appeal_reaches_the_department_of_the_units_level(window: Window) -> None:
    before = now()
    brought = await window.appeal()
    assert brought.state is STATE.IN_REVIEW
    assert brought.reviewer_region == COUNTY
    assert brought.due_at == end_of_workday(before, 3)
    assert brought.workdays_left() == 3
    assert await window.messages(COUNTY) == ["有新的人工复核申请"]
    assert await window.steps(brought) == ["submitted", "asked", "appealed"]
    assert await window.count(BILLS) == 0


async def test_what_was_told_before_is_dealt_with_once_the_application_goes_on(window: Window) -> None:
    async def waiting() -> list[str]:
        rows = await window.world.rows("SELECT title FROM messages WHERE settled_at IS NULL ORDER BY 1")
        return [row["title"] for row in rows]

    brought = await window.appeal()
    assert await waiting() == ["有新的人工复核申请"]
    await window.reviews.return_for_correction(
        brought.application_id, "附上补充协议", acting=window.officer(brought)
    )
    assert await waiting() == ["开票申请被退回更正"]
    await window.applications.withdraw(window.unit.unit_id, brought.application_id, acting=PERSON)
    assert await waiting() == []


async def test_without_a_department_of_its_own_the_next_above_decides(window: Window) -> None:
    owner = await asyncpg.connect(window.world.database.url)
    # Roles and those who have them are never deleted; here there are none from the beginning.
    for table in ("role_grants", "accounts"):
        await owner.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    await owner.execute(
        "DELETE FROM role_grants WHERE account_id IN (SELECT account_id FROM accounts WHERE region_code = $1)",
        COUNTY,
    )
    await owner.execute("DELETE FROM accounts WHERE region_code = $1", COUNTY)
    await owner.execute("DELETE FROM departments WHERE region_code = $1", COUNTY)
    await owner.close()
    assert (await window.appeal()).reviewer_region == CITY


async def test_approval_issues_the_bill_at_once(window: Window) -> None:
    brought = await window.appeal()
    officer = window.officer(brought)
    done = await window.reviews.approve(brought.application_id, "合同约定属实", acting=officer)
    assert (done.state, done.decided_by_name, done.decision_reason) == (
        STATE.ISSUED,
        officer.name,
        "合同约定属实",
    )
    assert done.bill_id is not None
    assert await window.count(BILLS) == 1
    assert await window.steps(done) == ["submitted", "asked", "appealed", "approved", "issued"]
    assert await window.audit(done) == [
        ("account:7", "application:submitted"),
        ("system:applications", "application:asked"),
        ("account:7", "application:appealed"),
        (officer.actor, "application:approved"),
        ("system:applications", "application:issued"),
    ]
    assert (await window.messages(window.unit.unit_id))[-1] == "人工复核通过，票据已开具"
    assert await window.count("SELECT overturned FROM rule_hits WHERE code = 'DEMO-ASK'") == 1
    decision = await window.world.database.pool.fetchrow("SELECT * FROM review_decisions")
    assert (decision["decision"], decision["rules"]) == ("approved", ["DEMO-ASK"])
    # The unit's program that asks once more gets the same bill.
    again = await window.submit(brought.request)
    assert isinstance(again, NeedsConfirmation | Issued | Pending)
    assert await window.count(BILLS) == 1


async def test_returned_goes_back_to_its_handler_who_cannot_answer_alone(window: Window) -> None:
    brought = await window.appeal()
    returned = await window.reviews.return_for_correction(
        brought.application_id, "附上补充协议", acting=window.officer(brought)
    )
    assert (returned.state, returned.held_rules) == (STATE.RETURNED, frozenset({"DEMO-ASK"}))
    assert (await window.messages(window.unit.unit_id))[-1] == "开票申请被退回更正"
    alone = await window.submit(msgspec.structs.replace(brought.request, confirmations=confirmed()))
    assert isinstance(alone, Refused)
    assert alone.problems[0].code == "application.review_required"
    # Nor after it was withdrawn, nor under a second application.
    await window.applications.withdraw(window.unit.unit_id, brought.application_id, acting=PERSON)
    alone = await window.submit(msgspec.structs.replace(brought.request, confirmations=confirmed()))
    assert isinstance(alone, Refused)
    second = await window.applications.appeal_request(
        window.unit.unit_id, brought.request, "已附补充协议原文", acting=PERSON
    )
    assert isinstance(second, Application)
    assert (second.state, second.held_rules) == (STATE.IN_REVIEW, frozenset({"DEMO-ASK"}))
    assert await window.count(BILLS) == 0


async def test_corrected_under_the_same_number_it_is_issued(window: Window) -> None:
    brought = await window.appeal()
    await window.reviews.return_for_correction(
        brought.application_id, "金额应与合同一致", acting=window.officer(brought)
    )
    corrected = msgspec.structs.replace(brought.request, remark="金额按合同更正")
    assert isinstance(await window.submit(corrected), NeedsConfirmation)
    again = await window.applications.appeal(
        window.unit.unit_id, brought.application_id, "已按合同更正金额", acting=PERSON
    )
    assert (again.state, again.decided_at, again.request.remark) == (STATE.IN_REVIEW, None, "金额按合同更正")
    done = await window.reviews.approve(
        brought.application_id, "合同约定分期支付", acting=window.officer(again)
    )
    assert done.state is STATE.ISSUED
    decisions = await window.world.database.pool.fetch("SELECT decision FROM review_decisions ORDER BY 1")
    assert [row["decision"] for row in decisions] == ["approved", "returned"]


async def returned(window: Window, business_no: str = "SQ-1") -> Application:
    """An application that its department returned, with no rule that asks any more."""
    brought = await window.appeal(business_no)
    sent_back = await window.reviews.return_for_correction(
        brought.application_id, "请更正", acting=window.officer(brought)
    )
    window.desk.asks = ()
    return sent_back


async def test_what_a_person_returned_comes_back_to_that_person(window: Window) -> None:
    brought = await returned(window)
    emptied = msgspec.structs.replace(brought.request, remark="")
    answer = await window.submit(emptied)
    assert isinstance(answer, Pending)
    again = answer.application
    assert (again.application_id, again.state, again.request) == (
        brought.application_id,
        STATE.IN_REVIEW,
        emptied,
    )
    assert (again.reviewer_region, again.reviewer_id) == (brought.reviewer_region, brought.reviewer_id)
    assert again.returned_request == brought.request
    assert await window.count(BILLS) == 0
    assert await window.steps(again) == ["submitted", "asked", "appealed", "returned", "resubmitted"]
    # No rule asks, so nothing is overridden: an opinion is not asked for.
    done = await window.reviews.approve(again.application_id, acting=window.officer(again))
    assert done.state is STATE.ISSUED
    assert await window.count(BILLS) == 1


async def test_an_answer_with_any_text_comes_back_too(window: Window) -> None:
    brought = await returned(window)
    window.desk.asks = (finding("OTHER"),)
    asked = await window.submit(brought.request)
    assert isinstance(asked, NeedsConfirmation)
    answer = await window.applications.confirm(
        window.unit.unit_id,
        brought.application_id,
        confirmed("OTHER", reason="已按退回意见更正"),
        acting=PERSON,
    )
    assert isinstance(answer, Pending)
    assert answer.application.state is STATE.IN_REVIEW
    assert await window.count(BILLS) == 0


@pytest.mark.parametrize("withdrawn", [True, False])
async def test_a_plain_request_does_not_get_past_it(window: Window, withdrawn: bool) -> None:
    brought = await returned(window)
    if withdrawn:
        await window.applications.withdraw(window.unit.unit_id, brought.application_id, acting=PERSON)
    plain = msgspec.structs.replace(brought.request, evidence=(), remark="")
    (batched,) = await window.applications.submit_plain(window.unit.unit_id, [plain], acting=PERSON)
    assert isinstance(batched, Pending)
    assert batched.application.state is STATE.IN_REVIEW
    answer = await window.submit(plain)
    assert isinstance(answer, Pending)
    assert answer.application == batched.application
    assert await window.count(BILLS) == 0


@pytest.mark.parametrize("reject", [True, False])
async def test_a_fresh_form_of_the_same_business_comes_back(window: Window, reject: bool) -> None:
    brought = await window.appeal()
    decide = window.reviews.reject if reject else window.reviews.return_for_correction
    await decide(brought.application_id, "不属于资金往来", acting=window.officer(brought))
    window.desk.asks = ()
    fresh = window.request("SQ-2", remark="另行填写")
    answer = await window.submit(fresh)
    assert isinstance(answer, Pending)
    again = answer.application
    assert (again.state, again.earlier_id) == (STATE.IN_REVIEW, brought.application_id)
    assert again.returned_request == brought.request
    assert "缴款人和金额相同" in again.appeal_reason
    assert await window.count(BILLS) == 0
    assert await window.submit(fresh) == Pending(application=again)
    done = await window.reviews.approve(again.application_id, acting=window.officer(again))
    assert done.state is STATE.ISSUED
    # Once a person let the business pass, the next payment of the same payer is another one.
    assert isinstance(await window.submit(window.request("SQ-3")), Issued)


@pytest.mark.parametrize("by_hand", [True, False])
async def test_another_application_about_what_was_returned_comes_to_the_same_person(
    window: Window, by_hand: bool
) -> None:
    """It was there before the return, and goes on afterwards: by itself, or by its handler's reasons."""
    brought = await window.appeal("SQ-1")
    other = await window.ask("SQ-2") if by_hand else await window.wait("SQ-2")
    await window.reviews.return_for_correction(
        brought.application_id, "请更正", acting=window.officer(brought, 1)
    )
    window.desk.unread.clear()
    if by_hand:
        answer = await window.applications.confirm(
            window.unit.unit_id, other.application_id, confirmed(), acting=PERSON
        )
        assert isinstance(answer, Pending)
    else:
        window.desk.asks = ()
        await window.applications.advance(other.application_id)
    again = await window.now(other)
    expected = (STATE.IN_REVIEW, brought.application_id, window.officer(brought, 1).account_id)
    assert (again.state, again.earlier_id, again.reviewer_id) == expected
    assert again.returned_request == brought.request
    assert await window.count(BILLS) == 0


async def test_what_nobody_looks_at_is_not_for_returned_business(window: Window) -> None:
    unit_id = window.unit.unit_id
    before = window.request("SQ-0")
    assert isinstance(await window.submit(before), Issued)
    await returned(window)
    told = await window.applications.must_be_seen(unit_id, window.request("SQ-2"))
    assert told is not None
    assert (told.code, "缴款人和金额相同" in told.message) == ("application.review_required", True)
    # A bill that stands already is its own request's answer.
    assert await window.applications.must_be_seen(unit_id, before) is None
    other = msgspec.structs.replace(before.payer, name="另一家公司", code="")
    assert await window.applications.must_be_seen(unit_id, window.request("SQ-3", payer=other)) is None


async def test_the_same_file_comes_back_and_other_business_does_not(window: Window) -> None:
    brought = await returned(window)
    other = msgspec.structs.replace(brought.request.payer, name="另一家公司", code="")
    alike = window.request("SQ-2", evidence=(FILE,), payer=other)
    answer = await window.submit(alike)
    assert isinstance(answer, Pending)
    assert "佐证材料相同" in answer.application.appeal_reason
    assert isinstance(await window.submit(window.request("SQ-4", payer=other)), Issued)


@pytest.mark.parametrize("reason", ["好", "同意", "情况属实", "属实属实属实", "11111111", "已核实，没有问题"])
async def test_thin_reasons_are_told(window: Window, reason: str) -> None:
    asked = await window.ask()
    with pytest.raises(Refusal) as refused:
        await window.applications.confirm(
            window.unit.unit_id, asked.application_id, confirmed(reason=reason), acting=PERSON
        )
    assert code_of(refused) == "application.reason_thin"
    with pytest.raises(Refusal) as refused:
        await window.applications.appeal(window.unit.unit_id, asked.application_id, reason, acting=PERSON)
    assert code_of(refused) == "application.reason_thin"
    brought = await window.applications.appeal(
        window.unit.unit_id, asked.application_id, "合同约定分期支付", acting=PERSON
    )
    for opinion, code in ((reason, "application.reason_thin"), ("", "application.reason_required")):
        with pytest.raises(Refusal) as refused:
            await window.reviews.approve(brought.application_id, opinion, acting=window.officer(brought))
        assert code_of(refused) == code
    assert (await window.now(brought)).state is STATE.IN_REVIEW
    assert await window.count(BILLS) == 0


async def test_rejected_ends_the_business_number(window: Window) -> None:
    brought = await window.appeal()
    officer = window.officer(brought)
    with pytest.raises(Refusal) as refused:
        await window.reviews.reject(brought.application_id, " ", acting=officer)
    assert code_of(refused) == "application.reason_required"
    rejected = await window.reviews.reject(brought.application_id, "不属于资金往来", acting=officer)
    assert (rejected.state, rejected.decision_reason) == (STATE.REJECTED, "不属于资金往来")
    answer = await window.submit(msgspec.structs.replace(brought.request, confirmations=confirmed()))
    assert isinstance(answer, Refused)
    assert answer.problems[0].code == "application.rejected"
    assert "不属于资金往来" in answer.problems[0].message
    assert await window.applications.advance(brought.application_id) == rejected
    assert await window.count(BILLS) == 0


async def test_a_block_cannot_be_appealed(window: Window) -> None:
    window.desk.blocks = (problem(),)
    answer = await window.applications.appeal_request(
        window.unit.unit_id, window.request(), "按合同分期支付", acting=PERSON
    )
    assert isinstance(answer, Refused)
    assert [p.code for p in answer.problems] == ["application.not_appealable", "rule.violation"]
    window.desk.blocks = ()
    with pytest.raises(Refusal) as refused:
        await window.applications.appeal_request(
            window.unit.unit_id, window.request(), "按合同分期支付", acting=PERSON
        )
    assert code_of(refused) == "application.nothing_to_appeal"
    assert await window.count("SELECT count(*) FROM applications") == 0


async def test_an_appeal_without_an_application_before_it(window: Window) -> None:
    window.desk.asks = (finding(),)
    request = window.request(confirmations=confirmed())
    brought = await window.applications.appeal_request(
        window.unit.unit_id, request, "按合同分期支付", acting=PERSON
    )
    assert isinstance(brought, Application)
    assert (brought.state, brought.request.confirmations) == (STATE.IN_REVIEW, ())
    assert await window.steps(brought) == ["submitted", "appealed"]
    again = await window.submit(window.request())
    assert isinstance(again, Pending)
    assert again.application == brought
    assert (
        await window.reviews.approve(
            brought.application_id, "合同约定分期支付", acting=window.officer(brought)
        )
    ).state is STATE.ISSUED


async def test_an_appeal_about_what_was_issued_finds_the_bill(window: Window) -> None:
    brought = await window.appeal()
    done = await window.reviews.approve(
        brought.application_id, "合同约定分期支付", acting=window.officer(brought)
    )
    unit_id, request = window.unit.unit_id, brought.request
    assert await window.applications.appeal_request(unit_id, request, "按合同分期支付", acting=PERSON) == done
    other = msgspec.structs.replace(request, remark="另一内容")
    answer = await window.applications.appeal_request(unit_id, other, "按合同分期支付", acting=PERSON)
    assert isinstance(answer, Refused)
    assert answer.problems[0].code == "application.in_progress"


async def test_five_appeals_at_once_are_one(window: Window) -> None:
    window.desk.asks = (finding(),)
    answers = await asyncio.gather(
        *(
            window.applications.appeal_request(
                window.unit.unit_id, window.request(), "按合同分期支付", acting=PERSON
            )
            for _ in range(5)
        )
    )
    assert {each.application_id for each in answers if isinstance(each, Application)} == {1}
    assert await window.count("SELECT count(*) FROM application_steps WHERE step = 'appealed'") == 1


# -- two at once -----------------------------------------------------------------------------------


async def decide(url: str, number: int, gate: asyncio.Barrier, *, lock: bool) -> bool:
    """Decide an application as the verbs do, with the row's lock or without; whether it was ours to decide."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            query = "SELECT state FROM applications WHERE application_id = $1"
            if lock:
                await gate.wait()
            state = await connection.fetchval(query + (" FOR UPDATE" if lock else ""), number)
            if not lock:
                # Both have read before either writes: what the lock rules out.
                await gate.wait()
            if state != "in_review":
                return False
            await connection.execute(
                "UPDATE applications SET state = 'rejected' WHERE application_id = $1", number
            )
            return True
    finally:
        await connection.close()


@pytest.mark.parametrize(("lock", "winners"), [(False, 2), (True, 1)])
async def test_two_decide_only_without_the_lock(window: Window, lock: bool, winners: int) -> None:
    brought = await window.appeal()
    gate = asyncio.Barrier(2)
    url = window.world.database.url
    answers = await asyncio.gather(*(decide(url, brought.application_id, gate, lock=lock) for _ in range(2)))
    assert sum(answers) == winners


async def test_of_two_reviewers_one_wins_and_the_other_is_told(window: Window) -> None:
    for turn in range(5):
        brought = await window.appeal(f"SQ-{turn}")
        first, second = window.officer(brought), window.officer(brought, 1)
        answers = await asyncio.gather(
            window.reviews.approve(brought.application_id, "合同约定分期支付", acting=first),
            window.reviews.reject(brought.application_id, "不予开具", acting=second),
            return_exceptions=True,
        )
        told = [answer for answer in answers if isinstance(answer, Refusal)]
        assert len(told) == 1
        assert told[0].problems[0].code == "application.already_decided"
        winner = first if isinstance(answers[1], Refusal) else second
        assert winner.name in told[0].problems[0].message
        done = await window.now(brought)
        bills = await window.count(BILLS + " WHERE business_no = $1", f"SQ-{turn}")
        assert (done.state, bills) in ((STATE.ISSUED, 1), (STATE.REJECTED, 0))
        assert (
            await window.count(
                "SELECT count(*) FROM review_decisions WHERE application_id = $1", brought.application_id
            )
            == 1
        )


# -- approved, and then ----------------------------------------------------------------------------


async def test_an_approval_that_was_cut_off_is_taken_up_again(window: Window) -> None:
    brought = await window.appeal()
    await window.reviews._decide(
        brought.application_id, Decision.APPROVED, "合同约定分期支付", acting=window.officer(brought)
    )
    assert (await window.now(brought)).state is STATE.APPROVED
    assert await window.count(BILLS) == 0
    done = await asyncio.gather(*(window.applications.advance(brought.application_id) for _ in range(3)))
    assert {each.state for each in done} == {STATE.ISSUED}
    assert await window.count(BILLS) == 1


async def test_an_approval_that_is_held_up_is_not_lost(window: Window) -> None:
    brought = await window.appeal()
    window.desk.blocks = (problem("unit.issuing_locked", 409),)
    held = await window.reviews.approve(
        brought.application_id, "合同约定分期支付", acting=window.officer(brought)
    )
    assert (held.state, held.held_up) == (STATE.APPROVED, True)
    assert [p.code for p in held.problems] == ["unit.issuing_locked"]
    assert (await window.messages(window.unit.unit_id))[-1] == "复核已通过，票据暂未开出"
    # Trying again says nothing twice.
    assert await window.applications.advance(brought.application_id) == held
    with pytest.raises(Refusal) as refused:
        await window.reviews.approve(
            brought.application_id, "合同约定分期支付", acting=window.officer(brought)
        )
    assert code_of(refused) == "application.already_decided"
    window.desk.blocks = ()
    assert (await window.applications.advance(brought.application_id)).state is STATE.ISSUED
    assert await window.steps(brought) == [
        "submitted", "asked", "appealed", "approved", "held_up", "issued",
    ]  # fmt: skip


async def test_what_is_held_up_can_be_returned_or_withdrawn(window: Window) -> None:
    for number, end in (("SQ-1", "return"), ("SQ-2", "withdraw")):
        brought = await window.appeal(number)
        window.desk.blocks = (problem(),)
        await window.reviews.approve(
            brought.application_id, "合同约定分期支付", acting=window.officer(brought)
        )
        if end == "return":
            done = await window.reviews.return_for_correction(
                brought.application_id, "请按新规则更正", acting=window.officer(brought)
            )
            assert done.state is STATE.RETURNED
        else:
            done = await window.applications.withdraw(
                window.unit.unit_id, brought.application_id, acting=PERSON
            )
            assert done.state is STATE.WITHDRAWN
        window.desk.blocks = ()
        assert await window.applications.advance(brought.application_id) == done
    assert await window.count(BILLS) == 0


async def test_a_new_question_goes_back_to_the_department(window: Window) -> None:
    brought = await window.appeal()
    window.desk.asks = (finding(), finding("NEW-1"))
    again = await window.reviews.approve(
        brought.application_id, "合同约定分期支付", acting=window.officer(brought)
    )
    assert (again.state, again.rules) == (STATE.IN_REVIEW, frozenset({"DEMO-ASK", "NEW-1"}))
    assert again.decided_at is None
    done = await window.reviews.approve(
        brought.application_id, "合同约定分期支付", acting=window.officer(brought)
    )
    assert done.state is STATE.ISSUED
    assert await window.count(BILLS) == 1


# -- whose it is -----------------------------------------------------------------------------------


async def test_only_the_department_in_charge_decides(window: Window) -> None:
    brought = await window.appeal()
    for code, expected in (
        (ELSEWHERE, "application.unknown"),
        (CITY, "application.not_yours"),
        (PROVINCE, "application.not_yours"),
    ):
        stranger = window.officers[code][0]
        for attempt in (
            window.reviews.approve(brought.application_id, "合同约定分期支付", acting=stranger),
            window.reviews.reject(brought.application_id, "理由", acting=stranger),
            window.reviews.assign(brought.application_id, stranger.account_id, acting=stranger),
        ):
            with pytest.raises(Refusal) as refused:
                await attempt
            assert code_of(refused) == expected, code
    assert await window.now(brought) == brought


async def test_reassignment_within_up_and_from_above(window: Window) -> None:
    brought = await window.appeal()
    number = brought.application_id
    first, second = window.officers[COUNTY]
    head = window.officers[PROVINCE][0]

    async def refused_as(attempt: Awaitable[Application]) -> str:
        with pytest.raises(Refusal) as refused:
            await attempt
        return code_of(refused)

    given = await window.reviews.assign(number, second.account_id, acting=first)
    assert given.reviewer_id == second.account_id
    assert (
        await refused_as(window.reviews.assign(number, head.account_id, acting=first))
        == "application.officer_unknown"
    )
    moved = await window.reviews.pass_up(number, "涉及本部门", acting=first)
    assert (moved.reviewer_region, moved.reviewer_id, moved.due_at) == (CITY, None, brought.due_at)
    assert await window.messages(CITY) == ["复核申请改由呼和浩特市财政局办理"]
    assert (
        await refused_as(window.reviews.approve(number, "合同约定分期支付", acting=first))
        == "application.not_yours"
    )
    assert await refused_as(window.reviews.take_over(number, "拿回", acting=first)) == "application.not_below"
    taken = await window.reviews.take_over(number, "提级办理", acting=head)
    assert (taken.reviewer_region, taken.reviewer_id) == (PROVINCE, head.account_id)
    assert (await window.messages(CITY))[1:] == ["复核申请改由内蒙古自治区财政厅办理"]
    assert (
        await refused_as(window.reviews.pass_up(number, "上报", acting=head))
        == "application.no_department_above"
    )
    assert await refused_as(window.reviews.take_over(number, "提级", acting=head)) == "application.not_below"
    assert (await window.reviews.approve(number, "合同约定分期支付", acting=head)).state is STATE.ISSUED


async def test_a_batch_decides_each_by_itself(window: Window) -> None:
    brought = [await window.appeal(f"SQ-{n}") for n in range(4)]
    officer = window.officer(brought[0])
    await window.reviews.reject(brought[1].application_id, "先被驳回", acting=window.officer(brought[0], 1))
    numbers = [each.application_id for each in brought]
    results = await window.reviews.decide_batch(
        [*numbers, numbers[0]], Decision.APPROVED, "合同均约定分期支付", acting=officer
    )
    assert [each.application_id for each in results] == numbers
    assert [each.application.state if each.application else None for each in results] == [
        STATE.ISSUED,
        None,
        STATE.ISSUED,
        STATE.ISSUED,
    ]
    assert results[1].problem is not None
    assert results[1].problem.code == "application.already_decided"
    assert await window.count(BILLS) == 3


async def test_a_batch_holds_alike_cases_and_a_reason(window: Window) -> None:
    one = await window.appeal("SQ-1", finding("A-1"), finding("A-2"))
    two = await window.appeal("SQ-2", finding("A-2"), finding("A-3"))
    three = await window.appeal("SQ-3", finding("A-3"))
    officer = window.officer(one)

    async def refused_as(numbers: list[int], reason: str = "同类") -> str:
        with pytest.raises(Refusal) as refused:
            await window.reviews.decide_batch(numbers, Decision.REJECTED, reason, acting=officer)
        return code_of(refused)

    unlike = [one.application_id, two.application_id, three.application_id]
    assert await refused_as(unlike) == "application.not_alike"
    assert await refused_as([]) == "application.batch_size"
    assert await refused_as(list(range(1, 102))) == "application.batch_size"
    assert await refused_as(unlike[:2], "") == "application.reason_required"
    results = await window.reviews.decide_batch(unlike[:2], Decision.REJECTED, "同类", acting=officer)
    assert {each.application.state for each in results if each.application} == {STATE.REJECTED}
    assert (await window.now(three)).state is STATE.IN_REVIEW


# -- who sees what ---------------------------------------------------------------------------------


async def test_each_sees_its_own_alone(window: Window) -> None:
    brought = await window.appeal()
    await window.reviews.return_for_correction(
        brought.application_id, "请更正", acting=window.officer(brought)
    )
    database = window.world.database
    for scope, seen in (
        (UnitScope(window.unit.unit_id), True),
        (UnitScope(window.world.province.office.unit_id), False),
        (DepartmentScope(COUNTY), True),
        (DepartmentScope(PROVINCE), True),
        (DepartmentScope(ELSEWHERE), False),
    ):
        async with database.scoped(scope) as connection:
            for table in ("applications", "application_steps"):
                found = await connection.exec_driver_sql(f"SELECT count(*) FROM {table}")
                assert bool(found.scalar_one()) is seen, (scope, table)
            if seen:
                assert (await get(connection, brought.application_id)).state is STATE.RETURNED
            else:
                with pytest.raises(Refusal):
                    await get(connection, brought.application_id)
        if isinstance(scope, DepartmentScope):
            async with database.scoped(scope) as connection:
                found = await connection.exec_driver_sql("SELECT count(*) FROM review_decisions")
                assert bool(found.scalar_one()) is seen
