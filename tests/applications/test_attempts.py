"""Attempts to issue: each guard is first taken away, which shows the race, and then put back.

A guard is a function of `attempts`: the mark (`under_way`), the train's question (`is_present`), the
look for a bill that nobody has recorded yet (`find_bill`), and the comparison of the attempt's number
before its outcome is recorded (`end`).
"""

import asyncio
from collections.abc import Awaitable

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.applications.window import PERSON, Pause, Window, confirmed, finding, problem

from mingpiao.applications import attempts, store
from mingpiao.applications.attempts import Attempt
from mingpiao.applications.model import Application, ApplicationState
from mingpiao.applications.service import enqueue_waiting
from mingpiao.issuing.model import Issued, Refused, Unresolved
from mingpiao.kernel.errors import Refusal

STATE = ApplicationState
BILLS = "SELECT count(*) FROM bills"

GUARDED = pytest.mark.parametrize("guarded", [False, True], ids=["unguarded", "guarded"])


async def code_of(attempt: Awaitable[object]) -> str:
    with pytest.raises(Refusal) as refused:
        await attempt
    return refused.value.problems[0].code


async def ready(window: Window, business_no: str = "SQ-1") -> Application:
    """An application whose evidence was just read."""
    waiting = await window.wait(business_no)
    window.desk.unread.clear()
    return waiting


async def let_the_mark_end(window: Window) -> None:
    """As if `attempts.LEASE` had passed."""
    await window.world.database.pool.execute(
        "UPDATE applications SET attempt_until = now() - interval '1 second' WHERE attempt_until IS NOT NULL"
    )


def seen_under_way(monkeypatch: pytest.MonkeyPatch, *, guarded: bool) -> asyncio.Event:
    """Set once somebody has met the mark of another; unguarded, the mark then stops nobody."""
    met, real = asyncio.Event(), attempts.under_way

    def under_way(application: Application) -> bool:
        if real(application):
            met.set()
            return guarded
        return False

    monkeypatch.setattr(attempts, "under_way", under_way)
    return met


# -- two workers -----------------------------------------------------------------------------------


@GUARDED
async def test_two_workers_ask_the_desk_only_without_the_mark(
    window: Window, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    waiting = await ready(window)
    met = seen_under_way(monkeypatch, guarded=guarded)
    pause = window.desk.before = Pause()
    window.desk.calls = 0
    first = asyncio.create_task(window.applications.advance(waiting.application_id))
    await pause.arrival()
    second = asyncio.create_task(window.applications.advance(waiting.application_id))
    await met.wait()
    if not guarded:
        await pause.arrival()
    pause.go_on()
    done = await asyncio.gather(first, second)
    assert (window.desk.calls == 1) is guarded
    # The attempt's number keeps even those who ask at once from issuing or recording twice.
    assert [each.state for each in done] == [STATE.ISSUED] * 2
    assert await window.count(BILLS) == 1
    assert await window.steps(waiting) == ["submitted", "issued"]


async def test_a_slow_worker_and_the_one_that_took_over_record_once(window: Window) -> None:
    waiting = await ready(window)
    pause = window.desk.after = Pause()
    slow = asyncio.create_task(window.applications.advance(waiting.application_id))
    await pause.arrival()
    window.desk.after = None
    await let_the_mark_end(window)
    done = await window.applications.advance(waiting.application_id)
    pause.go_on()
    assert await slow == done
    assert done.state is STATE.ISSUED
    assert await window.count(BILLS) == 1
    assert await window.steps(waiting) == ["submitted", "issued"]


async def test_ten_workers_issue_many_applications_once_each(window: Window) -> None:
    waiting = [await window.wait(f"SQ-{n}") for n in range(6)]
    window.desk.unread.clear()
    window.desk.calls = 0
    await asyncio.gather(
        *(window.applications.advance(each.application_id) for each in waiting for _ in range(10))
    )
    assert window.desk.calls == await window.count(BILLS) == 6
    for each in waiting:
        assert await window.steps(each) == ["submitted", "issued"]


async def test_no_connection_is_held_while_the_desk_is_asked(window: Window) -> None:
    asked, waiting = await window.ask("SQ-1"), await ready(window, "SQ-2")
    approved = await window.appeal("SQ-3")
    unit_id, pool = window.unit.unit_id, window.world.database.engine.pool
    for attempt in (
        window.applications.confirm(unit_id, asked.application_id, confirmed(), acting=PERSON),
        window.applications.advance(waiting.application_id),
        window.reviews.approve(approved.application_id, "合同约定分期支付", acting=window.officer(approved)),
    ):
        pause = window.desk.before = Pause()
        running = asyncio.ensure_future(attempt)
        await pause.arrival()
        assert pool.checkedout() == 0  # type: ignore[attr-defined]
        pause.go_on()
        await running


# -- a killed process ------------------------------------------------------------------------------


async def kill_during(window: Window, running: Awaitable[object], *, issued: bool) -> None:
    """Break an attempt off before or after the desk has issued the bill; its mark ends by and by."""
    pause = Pause()
    if issued:
        window.desk.after = pause
    else:
        window.desk.before = pause
    task = asyncio.ensure_future(running)
    await pause.arrival()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    window.desk.before = window.desk.after = None
    await let_the_mark_end(window)


@pytest.mark.parametrize("issued", [False, True])
async def test_what_a_killed_worker_left_ends_with_one_bill(window: Window, issued: bool) -> None:
    waiting = await ready(window)
    await kill_during(window, window.applications.advance(waiting.application_id), issued=issued)
    assert (await window.now(waiting)).state is STATE.CHECKING
    assert await window.count(BILLS) == issued
    await enqueue_waiting(window.world.database)
    assert await window.count("SELECT count(*) FROM pgqueuer") == 1
    done = await window.applications.advance(waiting.application_id)
    assert (done.state, await window.count("SELECT bill_id FROM bills")) == (STATE.ISSUED, done.bill_id)
    assert await window.steps(waiting) == ["submitted", "issued"]


@pytest.mark.parametrize("issued", [False, True])
async def test_a_confirmation_that_was_killed_is_repeated(window: Window, issued: bool) -> None:
    asked = await window.ask()
    unit_id, number = window.unit.unit_id, asked.application_id
    confirming = window.applications.confirm(unit_id, number, confirmed(), acting=PERSON)
    await kill_during(window, confirming, issued=issued)
    if issued:
        # It is told the truth: the bill is there.
        again = window.applications.confirm(unit_id, number, confirmed(), acting=PERSON)
        assert await code_of(again) == "application.wrong_state"
    else:
        assert isinstance(
            await window.applications.confirm(unit_id, number, confirmed(), acting=PERSON), Issued
        )
    assert (await window.now(asked)).state is STATE.ISSUED
    assert await window.count(BILLS) == 1


@GUARDED
async def test_a_bill_that_nobody_recorded_is_found_before_its_application_is_withdrawn(
    window: Window, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    waiting = await ready(window)
    await kill_during(window, window.applications.advance(waiting.application_id), issued=True)
    if not guarded:
        monkeypatch.setattr(attempts, "find_bill", nothing_found)
    withdrawing = window.applications.withdraw(window.unit.unit_id, waiting.application_id, acting=PERSON)
    if guarded:
        assert await code_of(withdrawing) == "application.wrong_state"
    else:
        await withdrawing
    assert await window.count(BILLS) == 1
    state = (await window.now(waiting)).state
    assert state is (STATE.ISSUED if guarded else STATE.WITHDRAWN)


async def nothing_found(connection: AsyncConnection, application: Application) -> None:
    """Looks for no bill."""


async def test_a_bill_whose_answer_was_lost_is_found(window: Window) -> None:
    """The database goes away during the commit: nobody knows of the bill until the mark has ended."""
    one, two = await window.ask("SQ-1"), await ready(window, "SQ-2")
    unit_id = window.unit.unit_id
    window.desk.asks, window.desk.hushed = (finding(),), True
    answer = await window.applications.confirm(unit_id, one.application_id, confirmed(), acting=PERSON)
    assert answer == Unresolved(issued=None)
    window.desk.asks = ()
    assert await window.applications.advance(two.application_id) == two
    window.desk.hushed = False
    await let_the_mark_end(window)
    for each in (one, two):
        withdrawing = window.applications.withdraw(unit_id, each.application_id, acting=PERSON)
        assert await code_of(withdrawing) == "application.wrong_state"
        assert (await window.now(each)).state is STATE.ISSUED
    assert await window.count(BILLS) == 2


# -- a person and an attempt at once ---------------------------------------------------------------


@GUARDED
async def test_what_is_withdrawn_before_its_train_is_issued_only_without_the_trains_question(
    window: Window, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    if not guarded:
        monkeypatch.setattr(attempts, "is_present", always_present)
    waiting = await ready(window)
    pause = window.desk.before = Pause()
    advancing = asyncio.create_task(window.applications.advance(waiting.application_id))
    await pause.arrival()
    gone = await window.applications.withdraw(window.unit.unit_id, waiting.application_id, acting=PERSON)
    pause.go_on()
    assert await advancing == gone
    assert gone.state is STATE.WITHDRAWN
    assert await window.count(BILLS) == (0 if guarded else 1)


async def always_present(connection: object, attempt: Attempt) -> bool:
    return True


async def test_what_is_withdrawn_after_its_train_is_issued_and_its_handler_told(
    window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = await ready(window)
    met = seen_under_way(monkeypatch, guarded=True)
    pause = window.desk.after = Pause()
    advancing = asyncio.create_task(window.applications.advance(waiting.application_id))
    await pause.arrival()
    withdrawing = asyncio.create_task(
        window.applications.withdraw(window.unit.unit_id, waiting.application_id, acting=PERSON)
    )
    await met.wait()
    pause.go_on()
    with pytest.raises(Refusal, match="已开具"):
        await withdrawing
    assert (await advancing).state is STATE.ISSUED
    assert await window.steps(waiting) == ["submitted", "issued"]


@GUARDED
async def test_an_outcome_of_the_past_is_recorded_only_without_the_comparison(
    window: Window, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """A confirmation's answer comes so late that the department has returned the application meanwhile."""
    asked = await window.ask()
    if not guarded:
        monkeypatch.setattr(attempts, "end", end_without_comparing)
    window.desk.asks = (finding(), finding("NEW-1"))
    pause = window.desk.after = Pause()
    confirming = asyncio.create_task(
        window.applications.confirm(window.unit.unit_id, asked.application_id, confirmed(), acting=PERSON)
    )
    await pause.arrival()
    window.desk.after = None
    brought = await window.applications.appeal(
        window.unit.unit_id, asked.application_id, "合同约定分期支付", acting=PERSON
    )
    returned = await window.reviews.return_for_correction(
        brought.application_id, "请更正", acting=window.officer(brought)
    )
    pause.go_on()
    if guarded:
        assert await code_of(confirming) == "application.wrong_state"
        assert await window.now(asked) == returned
    else:
        await confirming
        # What the department returned is open to its handler's word again.
        assert (await window.now(asked)).state is STATE.NEEDS_CONFIRMATION


async def end_without_comparing(connection: AsyncConnection, attempt: Attempt) -> Application | None:
    return await store.lock(connection, attempt.application.application_id)


async def test_of_an_appeal_and_a_confirmation_at_once_one_wins(window: Window) -> None:
    unit_id = window.unit.unit_id
    for turn in range(6):
        asked = await window.ask(f"SQ-{turn}")
        window.desk.asks = (finding(),)
        confirmation, appeal = await asyncio.gather(
            window.applications.confirm(unit_id, asked.application_id, confirmed(), acting=PERSON),
            window.applications.appeal(unit_id, asked.application_id, "合同约定分期支付", acting=PERSON),
            return_exceptions=True,
        )
        done = await window.now(asked)
        bills = await window.count(BILLS + " WHERE business_no = $1", f"SQ-{turn}")
        if isinstance(confirmation, Issued):
            assert isinstance(appeal, Refusal)
            assert (done.state, bills) == (STATE.ISSUED, 1)
        else:
            assert isinstance(confirmation, Refusal)
            assert (done, done.state, bills) == (appeal, STATE.IN_REVIEW, 0)


async def test_of_a_new_try_and_a_return_at_once_one_wins(window: Window) -> None:
    """An approved application that was held up is tried again while the department returns it."""
    for turn in range(6):
        brought = await window.appeal(f"SQ-{turn}")
        officer = window.officer(brought)
        window.desk.blocks = (problem(),)
        await window.reviews.approve(brought.application_id, "合同约定分期支付", acting=officer)
        window.desk.blocks = ()
        tried, returned = await asyncio.gather(
            window.reviews.retry(brought.application_id, acting=officer),
            window.reviews.return_for_correction(brought.application_id, "请更正", acting=officer),
            return_exceptions=True,
        )
        done = await window.now(brought)
        bills = await window.count(BILLS + " WHERE business_no = $1", f"SQ-{turn}")
        assert done == tried
        if isinstance(returned, Refusal):
            assert returned.problems[0].code == "application.already_decided"
            assert (done.state, bills) == (STATE.ISSUED, 1)
        else:
            assert (done, done.state, bills) == (returned, STATE.RETURNED, 0)


async def test_a_request_that_comes_again_meets_what_happened_meanwhile(window: Window) -> None:
    """A correction waits at the desk while the application is appealed: its answer is the present state."""
    asked = await window.ask()
    corrected = window.request(remark="已更正")
    window.desk.asks = ()
    pause = window.desk.before = Pause()
    submitting = asyncio.create_task(
        window.applications.submit(window.unit.unit_id, corrected, acting=PERSON, look_first=True)
    )
    await pause.arrival()
    await window.applications.appeal(
        window.unit.unit_id, asked.application_id, "合同约定分期支付", acting=PERSON
    )
    pause.go_on()
    answer = await submitting
    assert isinstance(answer, Refused)
    assert answer.problems[0].code == "application.in_progress"
    assert await window.count(BILLS) == 0
