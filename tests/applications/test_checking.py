"""复核: a unit's second person agrees to bills before they are issued, and nothing goes past that."""

import asyncio

import msgspec
import pytest
from sqlalchemy.exc import IntegrityError
from tests.applications.window import PERSON, Pause, Window, confirmed, finding, problem
from tests.supply.test_points import belongs, points
from tests.support.checking import demand_of, somebody_of
from tests.support.rules import put_in_force, rule
from tests.support.waiting import until
from tests.support.world import World, bill_of, codes_of
from tests.writeoff.casework import person

from mingpiao.applications.model import Application, ApplicationState, CheckDecision, CheckFilter, Pending
from mingpiao.applications.service import Checkers, checks_waiting, list_checks
from mingpiao.identity.model import Acting, Role
from mingpiao.issuing.model import Issued, IssueRequest, NeedsConfirmation, Refused
from mingpiao.issuing.service import get_document, switch_demand
from mingpiao.kernel.errors import Refusal
from mingpiao.sealing.service import parse_sealed

STATE = ApplicationState


@pytest.fixture
async def demanding(window: Window) -> Window:
    """A unit that has all its bills checked."""
    await window.demand()
    return window


def plain(window: Window, business_no: str = "FH-1", **changes: object) -> IssueRequest:
    return window.request(business_no, **({"checker": ""} | changes))


async def given(window: Window, business_no: str = "FH-1", **changes: object) -> Application:
    """An application that waits for a second person."""
    answer = await window.submit(plain(window, business_no, **changes))
    assert isinstance(answer, Pending), answer
    assert answer.application.state is STATE.AWAITS_CHECKER
    return answer.application


async def face_of(window: Window, application: Application) -> tuple[str, str]:
    """开票人 and 复核人 as the sealed original of an application's bill has them."""
    assert application.bill_id is not None
    async with window.world.database.system() as connection:
        face = parse_sealed((await get_document(connection, application.bill_id)).xml)
    return face.handler, face.checker


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> str:
    return refused.value.problems[0].code


async def test_who_agreed_is_printed_and_signed(demanding: Window) -> None:
    waiting = await given(demanding)
    assert await demanding.count("SELECT count(*) FROM bills") == 0
    issued = await demanding.checkers.agree(waiting.application_id, acting=demanding.second())
    assert issued.state is STATE.ISSUED
    assert await face_of(demanding, issued) == (waiting.request.handler, "复核员1")
    assert await demanding.steps(waiting) == ["submitted", "agreed", "issued"]
    assert await demanding.audit(waiting) == [
        (PERSON.actor, "application:submitted"),
        ("account:71", "application:agreed"),
        ("system:applications", "application:issued"),
    ]
    assert await demanding.messages(demanding.unit.unit_id) == ["复核人已同意，票据已开具"]


async def test_the_bill_stands_in_the_name_of_the_point_of_who_sent_it(demanding: Window) -> None:
    world, charity = demanding.world, demanding.unit
    await points(world, charity)
    sender = await person(world, Role.UNIT_HANDLER, unit=charity)
    await belongs(world, charity, sender)

    async def known() -> bool:
        profile = await world.services.units.profile(charity.unit_id)
        return profile.points.issued_at(sender.account_id) == "MZ"

    await until(known)
    answer = await demanding.applications.submit(charity.unit_id, plain(demanding), acting=sender)
    assert isinstance(answer, Pending)
    issued = await demanding.checkers.agree(answer.application.application_id, acting=demanding.second())
    assert issued.state is STATE.ISSUED
    assert await world.value("SELECT point_code FROM bills") == "MZ"


async def test_the_same_request_asks_how_far_it_is_and_gets_its_bill_in_the_end(demanding: Window) -> None:
    waiting = await given(demanding)
    again = await demanding.submit(waiting.request)
    assert isinstance(again, Pending)
    assert again.application == waiting
    other = await demanding.submit(msgspec.structs.replace(waiting.request, remark="另一内容"))
    assert codes_of(other) == [("application.in_progress", "business_no")]
    issued = await demanding.checkers.agree(waiting.application_id, acting=demanding.second())
    repeated = await demanding.submit(waiting.request)
    assert isinstance(repeated, Issued)
    assert (repeated.repeated, repeated.bill.bill_id) == (True, issued.bill_id)


async def test_a_name_that_nobody_agreed_to_cannot_be_typed(demanding: Window) -> None:
    refused = await demanding.submit(plain(demanding, checker="复核员1"))
    assert codes_of(refused) == [("bill.checker_not_agreed", "checker")]
    assert await demanding.count("SELECT count(*) FROM applications") == 0


async def test_without_a_demand_a_typed_name_is_printed_as_before(window: Window) -> None:
    issued = await window.submit(plain(window, checker="手填复核"))
    bill = bill_of(issued)  # type: ignore[arg-type]  # it is issued
    async with window.world.database.system() as connection:
        assert parse_sealed((await get_document(connection, bill.bill_id)).xml).checker == "手填复核"


async def test_only_what_meets_the_whole_demand_is_checked(window: Window) -> None:
    request = plain(window, "FH-A")
    item = request.items[0].code
    await window.demand(kind=request.kind, item=item, amount_from=request.total + 1)
    assert isinstance(await window.submit(request), Issued)
    await window.demand(kind=request.kind, item=item, amount_from=request.total)
    assert isinstance(await window.submit(plain(window, "FH-B")), Pending)


async def test_several_at_once_are_checked_each_by_itself(demanding: Window) -> None:
    requests = [plain(demanding, f"FH-{number}") for number in range(3)]
    answers = await demanding.applications.submit_plain(demanding.unit.unit_id, requests, acting=PERSON)
    states = [answer.application.state for answer in answers if isinstance(answer, Pending)]
    assert states == [STATE.AWAITS_CHECKER] * 3
    # Sent again, they are the same.
    again = await demanding.applications.submit_plain(demanding.unit.unit_id, requests, acting=PERSON)
    assert again == answers


async def test_the_checker_is_another_person(demanding: Window) -> None:
    mine = demanding.second(1)
    # A person who sent it as a handler may have become a 复核人 since.
    answer = await demanding.applications.submit(
        demanding.unit.unit_id, plain(demanding, handler="他人"), acting=mine
    )
    assert isinstance(answer, Pending)
    for verb in (
        demanding.checkers.agree(answer.application.application_id, acting=mine),
        demanding.checkers.send_back(answer.application.application_id, "金额与收据不符", acting=mine),
    ):
        with pytest.raises(Refusal) as refused:
            await verb
        assert code_of(refused) == "application.own_request"
    # Nor may both names on the face be one.
    named = await given(demanding, "FH-2", handler="复核员2")
    with pytest.raises(Refusal) as refused:
        await demanding.checkers.agree(named.application_id, acting=demanding.second(2))
    assert code_of(refused) == "application.own_request"
    assert await demanding.count("SELECT count(*) FROM bills") == 0


async def test_the_database_knows_that_too(demanding: Window) -> None:
    waiting = await given(demanding)
    for change in (
        "checked_by = submitted_by",
        "checked_by = sent_by",
        "state = 'agreed'",
        "state = 'agreed', checked_by = 'account:71', checked_by_name = request ->> 'handler', checked_at = now()",
    ):
        with pytest.raises(IntegrityError):
            async with demanding.world.database.system() as connection:
                await connection.exec_driver_sql(
                    f"UPDATE applications SET {change} WHERE application_id = {waiting.application_id}"
                )


@pytest.mark.parametrize("who", ["handler", "manager", "stranger"])
async def test_nobody_else_decides(demanding: Window, who: str) -> None:
    waiting = await given(demanding)
    stranger = msgspec.structs.replace(demanding.second(), unit_id=demanding.world.province.office.unit_id)
    acting, code = {
        "handler": (msgspec.structs.replace(PERSON, unit_id=waiting.unit_id), "access.denied"),
        "manager": (demanding.manager, "access.denied"),
        "stranger": (stranger, "application.unknown"),
    }[who]
    with pytest.raises(Refusal) as refused:
        await demanding.checkers.agree(waiting.application_id, acting=acting)
    assert code_of(refused) == code
    assert (await demanding.now(waiting)).state is STATE.AWAITS_CHECKER


async def test_what_was_sent_back_is_corrected_and_checked_again(demanding: Window) -> None:
    waiting = await given(demanding)
    with pytest.raises(Refusal) as refused:
        await demanding.checkers.send_back(waiting.application_id, " ", acting=demanding.second())
    assert code_of(refused) == "application.reason_required"
    back = await demanding.checkers.send_back(
        waiting.application_id, "缴款人名称与收据不符", acting=demanding.second()
    )
    assert (back.state, back.sent_back, back.correctable) == (STATE.RETURNED, True, True)
    assert (back.check_reason, back.checked_by_name) == ("缴款人名称与收据不符", "复核员1")
    assert await demanding.messages(demanding.unit.unit_id) == ["复核人退回了开票申请"]
    corrected = msgspec.structs.replace(waiting.request, remark="已更正")
    again = await demanding.submit(corrected)
    assert isinstance(again, Pending)
    assert (again.application.state, again.application.checked_by) == (STATE.AWAITS_CHECKER, None)
    issued = await demanding.checkers.agree(waiting.application_id, acting=demanding.second(2))
    assert await face_of(demanding, issued) == (waiting.request.handler, "复核员2")
    assert await demanding.steps(waiting) == ["submitted", "sent_back", "corrected", "agreed", "issued"]


async def test_who_corrected_it_does_not_check_it(demanding: Window) -> None:
    waiting = await given(demanding)
    await demanding.checkers.send_back(waiting.application_id, "缴款人名称有误", acting=demanding.second())
    await demanding.applications.submit(
        demanding.unit.unit_id,
        msgspec.structs.replace(waiting.request, remark="改"),
        acting=demanding.second(2),
        look_first=True,
    )
    with pytest.raises(Refusal) as refused:
        await demanding.checkers.agree(waiting.application_id, acting=demanding.second(2))
    assert code_of(refused) == "application.own_request"
    issued = await demanding.checkers.agree(waiting.application_id, acting=demanding.second())
    assert issued.state is STATE.ISSUED


async def test_questions_come_first_and_the_reasons_are_checked_with_the_bill(demanding: Window) -> None:
    demanding.desk.asks = (finding(),)
    asked = await demanding.submit(plain(demanding))
    assert isinstance(asked, NeedsConfirmation)
    waiting = await given(demanding, confirmations=confirmed())
    assert waiting.request.confirmations == confirmed()
    issued = await demanding.checkers.agree(waiting.application_id, acting=demanding.second())
    assert issued.state is STATE.ISSUED


async def test_a_new_question_takes_the_consent_back(demanding: Window) -> None:
    """What the second person saw was a bill that nothing was asked about."""
    waiting = await given(demanding)
    demanding.desk.asks = (finding(),)
    asked = await demanding.checkers.agree(waiting.application_id, acting=demanding.second())
    assert (asked.state, asked.checked_by, asked.rules) == (
        STATE.NEEDS_CONFIRMATION,
        None,
        frozenset({"DEMO-ASK"}),
    )
    answer = await demanding.applications.confirm(
        demanding.unit.unit_id, asked.application_id, confirmed(), acting=PERSON
    )
    assert isinstance(answer, Pending)
    assert answer.application.state is STATE.AWAITS_CHECKER


async def test_evidence_is_read_before_anybody_checks(demanding: Window) -> None:
    waiting = await demanding.wait("FH-9", checker="")
    demanding.desk.unread.clear()
    ready = await demanding.applications.advance(waiting.application_id)
    assert ready.state is STATE.AWAITS_CHECKER
    assert (await demanding.applications.advance(waiting.application_id)) == ready
    issued = await demanding.checkers.agree(ready.application_id, acting=demanding.second())
    assert issued.state is STATE.ISSUED
    assert await demanding.steps(waiting) == ["submitted", "to_checker", "agreed", "issued"]


async def test_a_department_decides_first_and_its_approval_stays(demanding: Window) -> None:
    demanding.desk.unread.add("ab" * 32)
    answer = await demanding.submit(plain(demanding, evidence=("ab" * 32,)))
    assert isinstance(answer, Pending)
    demanding.desk.unread.clear()
    demanding.desk.asks = (finding(),)
    asked = await demanding.applications.advance(answer.application.application_id)
    brought = await demanding.applications.appeal(
        demanding.unit.unit_id, asked.application_id, "合同约定分期支付", acting=PERSON
    )
    approved = await demanding.reviews.approve(
        brought.application_id, "合同约定属实可以开具", acting=demanding.officer(brought)
    )
    assert (approved.state, approved.department_approved) == (STATE.AWAITS_CHECKER, True)
    issued = await demanding.checkers.agree(brought.application_id, acting=demanding.second())
    assert issued.state is STATE.ISSUED
    assert issued.decided_by_name == demanding.officer(brought).name


async def test_what_cannot_be_issued_now_waits_and_may_be_sent_back(demanding: Window) -> None:
    waiting = await given(demanding)
    demanding.desk.blocks = (problem("numbering.out_of_stock", 409),)
    held = await demanding.checkers.agree(waiting.application_id, acting=demanding.second())
    assert (held.state, held.held_up) == (STATE.AGREED, True)
    demanding.desk.blocks = ()
    issued = await demanding.applications.advance(waiting.application_id)
    assert issued.state is STATE.ISSUED
    assert (await face_of(demanding, issued))[1] == "复核员1"


async def test_several_are_decided_together_and_each_result_is_told(demanding: Window) -> None:
    first, second, third = [await given(demanding, f"FH-{number}") for number in range(3)]
    await demanding.applications.withdraw(demanding.unit.unit_id, second.application_id, acting=PERSON)
    results = await demanding.checkers.decide_batch(
        [first.application_id, second.application_id, third.application_id, first.application_id],
        CheckDecision.AGREED,
        "",
        acting=demanding.second(),
    )
    told = [(each.application_id, each.problem.code if each.problem else "") for each in results]
    assert told == [
        (first.application_id, ""),
        (second.application_id, "application.wrong_state"),
        (third.application_id, ""),
    ]
    assert await demanding.count("SELECT count(*) FROM bills") == 2


async def test_the_list_has_what_waits_and_what_was_decided(demanding: Window) -> None:
    first, second = await given(demanding, "FH-1"), await given(demanding, "FH-2")
    await demanding.checkers.send_back(first.application_id, "缴款人名称有误", acting=demanding.second())
    unit_id = demanding.unit.unit_id

    async def listed(**wanted: object) -> list[int]:
        asked = msgspec.convert({"unit_id": unit_id} | wanted, CheckFilter)
        async with demanding.world.database.system() as connection:
            return [each.application_id for each in (await list_checks(connection, asked)).items]

    assert await listed() == [second.application_id]
    assert await listed(state="") == [second.application_id, first.application_id]
    assert await listed(state="returned") == [first.application_id]
    assert await listed(payer="没有这个人") == []
    async with demanding.world.database.system() as connection:
        assert await checks_waiting(connection, unit_id) == 1


# -- at the same time ------------------------------------------------------------------------------


async def test_of_two_who_decide_at_once_one_does(demanding: Window) -> None:
    waiting = await given(demanding)

    async def agree(acting: Acting) -> Application:
        return await demanding.checkers.agree(waiting.application_id, acting=acting)

    outcomes = await asyncio.gather(
        agree(demanding.second(1)), agree(demanding.second(2)), return_exceptions=True
    )
    refused = [each for each in outcomes if isinstance(each, Refusal)]
    assert [each.problems[0].code for each in refused] == ["application.already_checked"]
    assert "复核员" in refused[0].problems[0].message
    assert await demanding.count("SELECT count(*) FROM bills") == 1
    assert (await demanding.steps(waiting)).count("agreed") == 1


async def test_withdrawing_during_the_issue_comes_too_late_or_in_time(demanding: Window) -> None:
    waiting = await given(demanding)
    demanding.desk.before = Pause()
    agreeing = asyncio.create_task(
        demanding.checkers.agree(waiting.application_id, acting=demanding.second())
    )
    await demanding.desk.before.arrival()
    # Agreed, and its bill is on the way: only the platform can end it now.
    with pytest.raises(Refusal) as refused:
        await demanding.applications.withdraw(demanding.unit.unit_id, waiting.application_id, acting=PERSON)
    assert code_of(refused) == "application.wrong_state"
    demanding.desk.before.go_on()
    assert (await agreeing).state is STATE.ISSUED


async def test_a_demand_that_comes_while_a_request_is_on_its_way_holds(window: Window) -> None:
    window.desk.before = Pause()
    sending = asyncio.create_task(window.submit(plain(window)))
    await window.desk.before.arrival()
    await window.demand()
    window.desk.before.go_on()
    answer = await sending
    assert isinstance(answer, Pending)
    assert answer.application.state is STATE.AWAITS_CHECKER


async def test_what_waits_stays_with_the_checker_when_the_demand_ends(demanding: Window) -> None:
    waiting = await given(demanding)
    unit_id = demanding.unit.unit_id
    async with demanding.world.database.system() as connection:
        number = await connection.exec_driver_sql("SELECT demand_id FROM checking_demands")
        ended = await switch_demand(connection, unit_id, number.scalar_one(), False, acting=demanding.manager)
    assert not ended.active
    issued = await demanding.checkers.agree(waiting.application_id, acting=demanding.second())
    assert (await face_of(demanding, issued))[1] == "复核员1"
    assert isinstance(await demanding.submit(plain(demanding, "FH-3")), Issued)


async def test_a_returned_one_is_issued_by_its_correction_when_the_demand_ended(demanding: Window) -> None:
    waiting = await given(demanding)
    await demanding.checkers.send_back(waiting.application_id, "缴款人名称有误", acting=demanding.second())
    async with demanding.world.database.system() as connection:
        number = (await connection.exec_driver_sql("SELECT demand_id FROM checking_demands")).scalar_one()
        await switch_demand(connection, waiting.unit_id, number, False, acting=demanding.manager)
    answer = await demanding.applications.submit(
        waiting.unit_id, waiting.request, acting=PERSON, look_first=True
    )
    assert isinstance(answer, Issued)
    ended = await demanding.now(waiting)
    # Whoever sent it back agreed to nothing.
    assert (ended.state, ended.checked_by, ended.check_reason) == (STATE.ISSUED, None, "")


async def test_demands_are_the_managers_and_each_change_is_recorded(window: Window, world: World) -> None:
    demand = await window.demand(kind=window.request().kind)
    with pytest.raises(Refusal) as refused:
        await window.demand(kind=window.request().kind)
    assert code_of(refused) == "checking_demand.exists"
    for given_wrong, code in (
        ({"kind": ""}, "checking_demand.empty"),
        ({"kind": "9999"}, "checking_demand.kind_unknown"),
        ({"item": "没有"}, "checking_demand.item_unknown"),
    ):
        with pytest.raises(Refusal) as refused:
            await window.demand(**given_wrong)
        assert code_of(refused) == code
    async with world.database.system() as connection:
        with pytest.raises(Refusal) as refused:
            await switch_demand(connection, demand.unit_id, demand.demand_id, False, acting=PERSON)
        assert code_of(refused) == "access.denied"
        with pytest.raises(Refusal) as refused:
            await switch_demand(
                connection, demand.unit_id, demand.demand_id + 1, False, acting=window.manager
            )
        assert code_of(refused) == "checking_demand.unknown"
        await switch_demand(connection, demand.unit_id, demand.demand_id, False, acting=window.manager)
        # Off already: nothing changes, and nothing is recorded.
        await switch_demand(connection, demand.unit_id, demand.demand_id, False, acting=window.manager)
        await switch_demand(connection, demand.unit_id, demand.demand_id, True, acting=window.manager)
    rows = await world.rows(
        "SELECT action, details ->> 'kind' AS kind FROM audit_log WHERE action LIKE 'checking_demand:%' "
        "ORDER BY audit_id"
    )
    assert [(row["action"].partition(":")[2], row["kind"]) for row in rows] == [
        ("add", demand.kind),
        ("disable", demand.kind),
        ("enable", demand.kind),
    ]


async def test_a_refusal_under_a_demand_is_no_application(demanding: Window) -> None:
    demanding.desk.blocks = (problem(),)
    assert isinstance(await demanding.submit(plain(demanding)), Refused)
    assert await demanding.count("SELECT count(*) FROM applications") == 0


async def test_a_rule_that_wants_a_checker_is_content_with_one_to_come(world: World) -> None:
    await put_in_force(world.database, rule("T-CHECKER", "checker = ''", field="checker"))
    unit = world.province.charity
    request = unit.request(checker="", business_no="FH-R")
    applications = world.services.applications

    async def blocked() -> bool:
        return bool((await world.desk.check(unit.unit_id, request)).problems)

    await until(blocked, "the rule book was not told")
    assert codes_of(await applications.submit(unit.unit_id, request, acting=PERSON)) == [
        ("rule.violation", "checker")
    ]
    await demand_of(world, unit)
    assert (await world.desk.check(unit.unit_id, request)).problems == ()
    answer = await applications.submit(unit.unit_id, request, acting=PERSON)
    assert isinstance(answer, Pending)
    checkers = Checkers(world.database, applications)
    second = somebody_of(unit, Role.UNIT_CHECKER)
    done = await checkers.agree(answer.application.application_id, acting=second)
    assert done.state is STATE.ISSUED
