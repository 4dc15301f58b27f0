"""A unit's side: what waits, what is asked, what is confirmed, corrected, withdrawn."""

import asyncio

import msgspec
import pytest
from tests.applications.window import FILE, PERSON, Window, confirmed, finding, problem

from mingpiao.applications.model import ApplicationState, Pending
from mingpiao.issuing.model import Issued, NeedsConfirmation, Refused
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.model import Severity

STATE = ApplicationState
COUNT = "SELECT count(*) FROM applications"


async def test_a_plain_request_leaves_no_application(window: Window) -> None:
    answer = await window.submit(window.request())
    assert isinstance(answer, Issued)
    window.desk.blocks = (problem(),)
    assert isinstance(await window.submit(window.request("SQ-2")), Refused)
    window.desk.blocks, window.desk.asks = (), (finding(),)
    assert isinstance(await window.submit(window.request("SQ-3")), NeedsConfirmation)
    assert isinstance(await window.submit(window.request("SQ-3", confirmations=confirmed())), Issued)
    assert await window.count(COUNT) == 0
    assert window.desk.calls == 4


async def test_files_that_are_read_issue_the_bill(window: Window) -> None:
    waiting = await window.wait()
    assert (waiting.payer_name, waiting.total) == (window.request().payer.name, window.request().total)
    assert await window.applications.advance(waiting.application_id) == waiting
    window.desk.unread.clear()
    done = await window.applications.advance(waiting.application_id)
    assert done.state is STATE.ISSUED
    bill_id = await window.count(
        "SELECT bill_id FROM business_numbers WHERE unit_id = $1 AND business_no = 'SQ-1'",
        window.unit.unit_id,
    )
    assert done.bill_id == bill_id
    assert await window.steps(done) == ["submitted", "issued"]
    assert await window.audit(done) == [
        ("account:7", "application:submitted"),
        ("system:applications", "application:issued"),
    ]
    # Once more, as after a worker that was killed: nothing happens.
    assert await window.applications.advance(waiting.application_id) == done
    assert await window.count("SELECT count(*) FROM bills") == 1


async def test_files_read_before_the_row_stands_are_not_missed(window: Window) -> None:
    window.desk.unread.add(FILE)
    window.desk.read_after_first_look = True
    answer = await window.submit(window.request(evidence=(FILE,)))
    assert isinstance(answer, Pending)
    assert answer.application.state is STATE.ISSUED


async def test_the_same_request_again_is_the_same_application(window: Window) -> None:
    waiting = await window.wait()
    again = await window.submit(window.request(evidence=(FILE,)))
    assert isinstance(again, Pending)
    assert again.application == waiting
    other = await window.submit(window.request(evidence=(FILE,), remark="另一内容"))
    assert isinstance(other, Refused)
    assert [(p.code, p.facts["application_id"]) for p in other.problems] == [
        ("application.in_progress", waiting.application_id)
    ]
    assert await window.count(COUNT) == 1


async def test_ten_at_once_make_one_application(window: Window) -> None:
    window.desk.unread.add(FILE)
    request = window.request(evidence=(FILE,))
    answers = await asyncio.gather(*(window.submit(request) for _ in range(10)))
    assert len({answer.application.application_id for answer in answers if isinstance(answer, Pending)}) == 1
    assert all(isinstance(answer, Pending) for answer in answers)
    assert await window.count(COUNT) == 1


async def test_a_question_is_answered_with_a_reason(window: Window) -> None:
    asked = await window.ask("SQ-1", finding("A-1"), finding("A-2"), finding("W-1", Severity.WARN))
    assert await window.messages(window.unit.unit_id) == ["开票申请需要您核实"]
    unit_id, number = window.unit.unit_id, asked.application_id
    both = ["confirmations/A-1", "confirmations/A-2"]
    for given, fields in (
        ((), both),
        (confirmed("A-1"), both[1:]),
        (confirmed("A-1", "A-2", reason="  "), both),
    ):
        with pytest.raises(Refusal) as refused:
            await window.applications.confirm(unit_id, number, given, acting=PERSON)
        told = [(p.code, p.field) for p in refused.value.problems]
        assert told == [("application.reason_required", field) for field in fields]
    window.desk.asks = (finding("A-1"), finding("A-2"))
    answer = await window.applications.confirm(unit_id, number, confirmed("A-1", "A-2"), acting=PERSON)
    assert isinstance(answer, Issued)
    done = await window.now(asked)
    assert (done.state, done.bill_id) == (STATE.ISSUED, answer.bill.bill_id)
    assert done.request.confirmations == confirmed("A-1", "A-2")
    assert await window.steps(done) == ["submitted", "asked", "confirmed", "issued"]
    note = "SELECT note FROM application_steps WHERE step = 'asked'"
    assert await window.world.database.pool.fetchval(note) == "A-1需要核实；A-2需要核实；W-1需要核实。"


async def test_other_content_is_a_new_attempt(window: Window) -> None:
    await window.ask()
    window.desk.asks = (finding("A-2"),)
    corrected = window.request(evidence=(FILE,), remark="已更正")
    answer = await window.submit(corrected)
    assert isinstance(answer, NeedsConfirmation)
    again = await window.submit(corrected)
    assert again == answer
    window.desk.asks = ()
    assert isinstance(await window.submit(corrected), Issued)
    assert await window.count(COUNT) == 1
    rows = await window.world.database.pool.fetch("SELECT step FROM application_steps ORDER BY step_id")
    assert [row["step"] for row in rows] == ["submitted", "asked", "corrected", "corrected", "issued"]


async def test_what_is_refused_after_reading_may_come_again(window: Window) -> None:
    waiting = await window.wait()
    window.desk.unread.clear()
    window.desk.blocks = (problem("evidence.unreadable"),)
    refused = await window.applications.advance(waiting.application_id)
    assert (refused.state, refused.problems) == (STATE.REFUSED, window.desk.blocks)
    assert refused.finished_at is not None
    assert await window.messages(window.unit.unit_id) == ["开票申请未通过检查"]
    window.desk.blocks = ()
    assert isinstance(await window.submit(window.request(evidence=(FILE,))), Issued)


async def test_the_platforms_own_trouble_ends_nothing(window: Window) -> None:
    waiting = await window.wait()
    window.desk.unread.clear()
    window.desk.blocks = (problem("service.busy", 503),)
    assert await window.applications.advance(waiting.application_id) == waiting
    window.desk.blocks = ()
    assert (await window.applications.advance(waiting.application_id)).state is STATE.ISSUED


async def test_what_is_withdrawn_is_not_issued(window: Window) -> None:
    waiting = await window.wait()
    unit_id = window.unit.unit_id
    gone = await window.applications.withdraw(unit_id, waiting.application_id, "填错了", acting=PERSON)
    assert gone.state is STATE.WITHDRAWN
    window.desk.unread.clear()
    assert await window.applications.advance(waiting.application_id) == gone
    assert await window.count("SELECT count(*) FROM bills") == 0
    with pytest.raises(Refusal) as refused:
        await window.applications.withdraw(unit_id, waiting.application_id, acting=PERSON)
    assert refused.value.problems[0].code == "application.wrong_state"
    assert isinstance(await window.submit(window.request(evidence=(FILE,))), Issued)


async def test_withdrawing_and_issuing_at_once_is_one_of_both(window: Window) -> None:
    for turn in range(6):
        waiting = await window.wait(f"SQ-{turn}")
        window.desk.unread.clear()
        unit_id, number = window.unit.unit_id, waiting.application_id
        await asyncio.gather(
            window.applications.advance(number),
            window.applications.withdraw(unit_id, number, acting=PERSON),
            return_exceptions=True,
        )
        done = await window.now(waiting)
        bills = await window.count("SELECT count(*) FROM bills WHERE business_no = $1", f"SQ-{turn}")
        assert (done.state, bills) in ((STATE.ISSUED, 1), (STATE.WITHDRAWN, 0))


async def test_another_unit_meets_nothing(window: Window) -> None:
    asked = await window.ask()
    stranger = window.world.province.office.unit_id
    for attempt in (
        window.applications.confirm(stranger, asked.application_id, confirmed(), acting=PERSON),
        window.applications.appeal(stranger, asked.application_id, "合同约定分期支付", acting=PERSON),
        window.applications.withdraw(stranger, asked.application_id, acting=PERSON),
    ):
        with pytest.raises(Refusal) as refused:
            await attempt
        assert [(p.code, p.status) for p in refused.value.problems] == [("application.unknown", 404)]
    assert await window.now(asked) == asked


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("", "application.reason_required"),
        ("长" * 501, "application.reason_invalid"),
        ("表情😀", "application.reason_invalid"),
        ("控制\x07符", "application.reason_invalid"),
    ],
)
async def test_bad_reasons_change_nothing(window: Window, reason: str, code: str) -> None:
    asked = await window.ask()
    with pytest.raises(Refusal) as refused:
        await window.applications.appeal(window.unit.unit_id, asked.application_id, reason, acting=PERSON)
    assert [p.code for p in refused.value.problems] == [code]
    assert await window.now(asked) == asked


async def test_a_request_is_stored_as_it_came(window: Window) -> None:
    waiting = await window.wait(remark="原样保存，含\n换行")
    stored = (await window.now(waiting)).request
    assert stored == msgspec.structs.replace(window.request(evidence=(FILE,)), remark="原样保存，含\n换行")
