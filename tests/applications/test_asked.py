"""核实记录: what rules ask about a request is kept with its end, whatever becomes of it."""

import asyncio
from datetime import timedelta

import msgspec
import pytest
from tests.applications.window import PERSON, Window, confirmed, finding, problem

from mingpiao.applications.model import AskedFilter, AskedRequest, AskEnding, Pending
from mingpiao.applications.service import list_asked, rules_that_asked
from mingpiao.issuing.model import Issued, IssueRequest, NeedsConfirmation
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal


async def kept(window: Window, **wanted: str) -> list[AskedRequest]:
    async with window.world.database.system() as connection:
        return list((await list_asked(connection, AskedFilter(**wanted))).items)


async def asked(window: Window, business_no: str = "SQ-1", **changes: str) -> IssueRequest:
    """A request of a program that rules asked about."""
    window.desk.asks = (finding(),)
    request = window.request(business_no, **changes)
    assert isinstance(await window.submit(request), NeedsConfirmation)
    return request


async def ending(window: Window) -> AskEnding:
    (only,) = await kept(window)
    return only.ending


async def audited(window: Window) -> list[str]:
    rows = await window.world.database.pool.fetch(
        "SELECT action FROM audit_log WHERE action LIKE 'asked_request:%' ORDER BY audit_id"
    )
    return [row["action"] for row in rows]


async def test_a_question_is_kept_and_its_repetition_counts(window: Window) -> None:
    request = await asked(window)
    window.desk.asks = (finding("DEMO-ASK"), finding("DEMO-OTHER"))
    assert isinstance(await window.submit(request), NeedsConfirmation)
    (only,) = await kept(window)
    assert (only.business_no, only.unit_id, only.times) == ("SQ-1", window.unit.unit_id, 2)
    assert (only.payer_name, only.total) == (request.payer.name, request.total)
    assert [hit.rule for hit in only.hits] == ["DEMO-ASK", "DEMO-OTHER"]
    assert (only.ending, only.asked_by) == (AskEnding.WAITING, PERSON.name)
    assert only.asked_last_at >= only.asked_at
    assert (only.bill_id, only.application_id) == (None, None)
    assert await audited(window) == ["asked_request:ask"]


async def test_reasons_end_it(window: Window) -> None:
    request = await asked(window)
    done = await window.submit(msgspec.structs.replace(request, confirmations=confirmed()))
    assert isinstance(done, Issued)
    (only,) = await kept(window)
    # The scripted desk takes the reasons off before the real one issues, so the bill knows of none.
    assert (only.ending, only.bill_id) == (AskEnding.UNASKED, done.bill.bill_id)


async def test_other_content_under_its_number_ends_it(window: Window) -> None:
    request = await asked(window)
    window.desk.asks = ()
    done = await window.submit(msgspec.structs.replace(request, remark="已更正"))
    assert isinstance(done, Issued)
    (only,) = await kept(window)
    assert (only.ending, only.bill_id) == (AskEnding.CHANGED, done.bill.bill_id)


async def test_an_appeal_ends_it_and_leads_to_its_application(window: Window) -> None:
    request = await asked(window)
    application = await window.applications.appeal_request(
        window.unit.unit_id, request, "合同另有约定", acting=PERSON
    )
    assert not isinstance(application, tuple)
    (only,) = await kept(window)
    assert (only.ending, only.application_id) == (AskEnding.APPEALED, application.application_id)
    # While its application is open, the request is that application's: nothing is kept twice.
    await window.submit(request)
    assert [each.times for each in await kept(window)] == [1]
    await window.applications.withdraw(window.unit.unit_id, application.application_id, acting=PERSON)
    assert await ending(window) is AskEnding.WAITING


async def test_a_refusal_ends_it_until_it_is_asked_again(window: Window, clock: StoppedClock) -> None:
    request = await asked(window)
    clock.move(minutes=1)
    window.desk.blocks = (problem("service.busy", 503),)
    await window.submit(request)
    assert await ending(window) is AskEnding.WAITING
    window.desk.blocks = (problem(),)
    await window.submit(msgspec.structs.replace(request, remark="又一内容"))
    assert await ending(window) is AskEnding.REFUSED
    await window.submit(request)
    assert await audited(window) == ["asked_request:ask", "asked_request:refuse"]
    clock.move(minutes=1)
    window.desk.blocks = ()
    await window.submit(request)
    assert await ending(window) is AskEnding.WAITING


async def test_what_nobody_sends_again_is_given_up(window: Window, clock: StoppedClock) -> None:
    await asked(window)
    clock.move(days=7)
    assert await ending(window) is AskEnding.WAITING
    clock.move(seconds=1)
    assert await ending(window) is AskEnding.GIVEN_UP
    assert [each.ending for each in await kept(window, ending="given_up")] == [AskEnding.GIVEN_UP]
    assert await kept(window, ending="waiting") == []


async def test_what_is_not_asked_about_leaves_nothing(window: Window) -> None:
    assert isinstance(await window.submit(window.request()), Issued)
    window.desk.blocks = (problem(),)
    await window.submit(window.request("SQ-2"))
    await window.submit(window.request("坏\x00号"))
    assert await kept(window) == []
    assert await audited(window) == []


async def test_many_together_are_kept_at_once(window: Window) -> None:
    window.desk.asks = (finding(),)
    wanted = [window.request(f"SQ-{place}") for place in (1, 2, 1)]
    outcomes = await window.applications.submit_plain(window.unit.unit_id, wanted, acting=PERSON)
    assert [type(each) for each in outcomes] == [NeedsConfirmation] * 3
    assert [(each.business_no, each.times) for each in await kept(window)] == [("SQ-2", 1), ("SQ-1", 2)]


async def test_the_same_questions_at_the_same_time_are_one_row(window: Window) -> None:
    window.desk.asks = (finding(),)
    batches = [[window.request(f"SQ-{place}") for place in order] for order in ((1, 2, 3), (3, 2, 1))] * 3
    await asyncio.gather(
        *(window.applications.submit_plain(window.unit.unit_id, each, acting=PERSON) for each in batches)
    )
    assert [each.times for each in await kept(window)] == [6, 6, 6]
    assert await audited(window) == ["asked_request:ask"] * 3


async def test_it_is_found_by_number_rule_and_day(window: Window, clock: StoppedClock) -> None:
    await asked(window, "SQ-1")
    clock.move(days=1)
    window.desk.asks = (finding("DEMO-OTHER"),)
    await window.submit(window.request("SQ-2"))
    assert [each.business_no for each in await kept(window, business_no="SQ-1")] == ["SQ-1"]
    assert [each.business_no for each in await kept(window, rule="DEMO-OTHER")] == ["SQ-2"]
    async with window.world.database.system() as connection:
        assert await rules_that_asked(connection) == [
            ("DEMO-ASK", "规则DEMO-ASK"),
            ("DEMO-OTHER", "规则DEMO-OTHER"),
        ]
        late = await list_asked(connection, AskedFilter(asked_from=today()))
        early = await list_asked(connection, AskedFilter(asked_to=today() - timedelta(days=1)))
        first = await list_asked(connection, AskedFilter(), limit=1)
        second = await list_asked(connection, AskedFilter(), limit=1, after=first.next_key)
        with pytest.raises(Refusal):
            await list_asked(connection, AskedFilter(), after="no key")
    assert [each.business_no for each in (*late.items, *early.items)] == ["SQ-2", "SQ-1"]
    assert [each.business_no for each in (*first.items, *second.items)] == ["SQ-2", "SQ-1"]
    assert second.next_key == ""


async def test_one_that_was_answered_waits_for_the_second_person(window: Window) -> None:
    await window.demand()
    window.desk.asks = (finding(),)
    request = window.request(checker="")
    await window.submit(request)
    assert await ending(window) is AskEnding.WAITING
    answer = await window.submit(msgspec.structs.replace(request, confirmations=confirmed()))
    assert isinstance(answer, Pending)
    (only,) = await kept(window)
    assert (only.ending, only.application_id) == (
        AskEnding.WITH_CHECKER,
        answer.application.application_id,
    )
    assert await kept(window, ending="waiting") == []
