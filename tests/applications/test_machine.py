"""The life of an application: its table alone, its table in the database, and people's verbs in any order."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from tests.applications.window import CITY, PERSON, PROVINCE, Window, confirmed, finding, open_window, problem
from tests.support.invariants import assert_invariants
from tests.support.province import Province
from tests.support.world import open_world

from mingpiao.applications import store
from mingpiao.applications.machine import (
    MOVES,
    PLATFORM,
    ApplicationEvent,
    Doer,
    Side,
    carry_out,
    next_state,
)
from mingpiao.applications.model import Application, ApplicationState, StepKind
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal

STATE = ApplicationState
PEOPLE = {Side.UNIT, Side.CHECKER, Side.DEPARTMENT, Side.DEPARTMENT_ABOVE}
POSITIONS = [*((state, False) for state in STATE), (STATE.APPROVED, True), (STATE.AGREED, True)]

#: (state, held up) → what people may make happen there, and what the platform may.
EXPECTED = {
    ("checking", False): ("withdrawn", "questioned refused given_back sent_on to_checker issued"),
    ("needs_confirmation", False): (
        "retry_passed retry_questioned retry_waits retry_to_checker appealed resubmitted withdrawn",
        "issued",
    ),
    ("in_review", False): ("withdrawn assigned passed_up taken_over approved returned rejected", "issued"),
    ("returned", False): (
        "retry_passed retry_questioned retry_waits retry_to_checker resubmitted withdrawn",
        "issued",
    ),
    ("approved", False): ("", "held_up reopened to_checker issued"),
    ("approved", True): ("withdrawn returned rejected", "held_up reopened to_checker issued"),
    ("awaits_checker", False): ("agreed sent_back withdrawn", "issued"),
    ("agreed", False): ("", "questioned held_up reopened issued"),
    ("agreed", True): ("sent_back withdrawn", "questioned held_up reopened issued"),
}


# -- the table -------------------------------------------------------------------------------------


def test_the_table_is_what_people_were_promised() -> None:
    for state, held_up in POSITIONS:
        people, platform = (set(each.split()) for each in EXPECTED.get((state.value, held_up), ("", "")))
        possible = {
            event for event in ApplicationEvent if next_state(event, state, held_up=held_up) is not None
        }
        # A retry that passed is followed by the bill, for which nobody asks by itself.
        may = {event for event in possible if MOVES[event].by & PEOPLE} - {ApplicationEvent.ISSUED}
        assert may == people, (state, held_up)
        assert {event for event in possible if Side.PLATFORM in MOVES[event].by} == platform, (
            state,
            held_up,
        )


def test_nothing_leaves_an_end_and_every_open_state_can_end() -> None:
    for event, state in product(ApplicationEvent, STATE):
        if not state.open:
            assert next_state(event, state, held_up=True) is None
    onward = {
        state: {target for event in ApplicationEvent if (target := next_state(event, state, held_up=True))}
        for state in STATE
    }
    for state in STATE:
        if state.open:
            assert STATE.ISSUED in onward[state]
    reached = {move.targets[None] for move in MOVES.values() if None in move.targets}
    for _ in STATE:
        reached |= {target for state in reached for target in onward[state]}
    assert reached == set(STATE)


def test_who_may_do_what() -> None:
    for event, move in MOVES.items():
        targets = set(move.targets.values())
        if STATE.APPROVED in targets and event is not ApplicationEvent.HELD_UP:
            assert move.by == {Side.DEPARTMENT}
        if STATE.AGREED in targets and event is not ApplicationEvent.HELD_UP:
            assert move.by == {Side.CHECKER}
        if targets & {STATE.REJECTED}:
            assert move.by == {Side.DEPARTMENT}
        if targets & {STATE.WITHDRAWN}:
            assert move.by == {Side.UNIT}
        assert move.by
        assert move.targets
    assert {step for move in MOVES.values() for step in move.steps} == set(StepKind)


# -- the table in the database -------------------------------------------------------------------------


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


_PLACE = text(
    "UPDATE applications SET state = :state, problems = CAST(:problems AS jsonb), "
    "checked_by = CASE WHEN :state = 'agreed' THEN 'account:71' END, "
    "checked_by_name = CASE WHEN :state = 'agreed' THEN '复核员1' ELSE '' END, "
    "checked_at = CASE WHEN :state = 'agreed' THEN now() END, "
    "bill_id = CASE WHEN :state = 'issued' THEN 1 END, attempt_until = now() + interval '1 minute' "
    "WHERE application_id = :id"
)
_TRACES = text(
    "SELECT (SELECT count(*) FROM application_steps WHERE application_id = :id) AS steps, "
    "(SELECT count(*) FROM audit_log WHERE subject = 'application:' || :id) AS audit, "
    "state, revision, attempt, attempt_until FROM applications WHERE application_id = :id"
)


class _Undone(Exception):
    """Takes a trial back."""


def test_every_event_in_every_state_does_what_the_table_says_and_leaves_its_traces(
    province_url: str, tmp_path: Path, settled: Province, runner: asyncio.Runner
) -> None:
    stack = AsyncExitStack()
    window: Window = runner.run(_open(stack, province_url, tmp_path, settled))
    brought = runner.run(window.appeal())
    doers = {
        Side.UNIT: Doer.unit(PERSON),
        Side.CHECKER: Doer.checker(window.second()),
        Side.DEPARTMENT: Doer.department(window.officer(brought)),
        Side.DEPARTMENT_ABOVE: Doer.department(window.officers[CITY][0], above=True),
        Side.PLATFORM: PLATFORM,
    }

    async def trial(event: ApplicationEvent, position: tuple[ApplicationState, bool], side: Side) -> None:
        state, held_up = position
        problems = msgspec.json.encode([problem()] if held_up else []).decode()
        number = brought.application_id
        try:
            async with window.world.database.system() as connection:
                await connection.execute(_PLACE, {"state": state.value, "problems": problems, "id": number})
                application = await store.lock(connection, number)
                assert application.held_up is held_up
                before = (await connection.execute(_TRACES, {"id": number})).one()
                members: dict[str, Any] = {"bill_id": 1} if event is ApplicationEvent.ISSUED else {}
                if event is ApplicationEvent.AGREED:
                    members = {"checked_by": "account:71", "checked_by_name": "复核员1", "checked_at": now()}
                changed, error = None, None
                try:
                    changed = await carry_out(connection, application, event, doers[side], **members)
                except (Refusal, PermissionError) as refused:
                    error = refused
                after = (await connection.execute(_TRACES, {"id": number})).one()
                target = next_state(event, state, held_up=held_up)
                if side not in MOVES[event].by:
                    assert (type(error), after) == (PermissionError, before)
                elif changed is None:
                    assert (target, type(error), after) == (None, Refusal, before)
                else:
                    assert (changed.state, changed.state.value) == (target, after.state)
                    assert (changed.finished_at is None) is changed.state.open
                    assert after.revision == before.revision + 1
                    assert (after.steps, after.audit) == (before.steps + 1, before.audit + 1)
                    assert (after.attempt > before.attempt, after.attempt_until) == (True, None)
                raise _Undone
        except _Undone:
            pass

    @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(ApplicationEvent), st.sampled_from(POSITIONS), st.sampled_from(Side))
    def try_any(event: ApplicationEvent, position: tuple[ApplicationState, bool], side: Side) -> None:
        runner.run(trial(event, position, side))

    try:
        try_any()
        for event, position in product(ApplicationEvent, POSITIONS):
            for side in MOVES[event].by:
                runner.run(trial(event, position, side))
    finally:
        runner.run(stack.aclose())


async def _open(stack: AsyncExitStack, url: str, folder: Path, province: Province) -> Window:
    return await open_window(await stack.enter_async_context(open_world(url, folder, settled=province)))


async def test_a_stale_application_is_not_changed(window: Window) -> None:
    """Whoever changes what it has not locked is a fault of the program, and finds out."""
    asked = await window.ask()
    await window.applications.appeal(
        window.unit.unit_id, asked.application_id, "合同约定分期支付", acting=PERSON
    )
    with pytest.raises(LookupError):
        async with window.world.database.system() as connection:
            await carry_out(connection, asked, ApplicationEvent.WITHDRAWN, Doer.unit(PERSON))
    assert (await window.now(asked)).state is STATE.IN_REVIEW


# -- people's verbs in any order ---------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """One application under verbs in any order. `url`, `folder`, `province` and `runner` are set by the test."""

    url: str
    folder: Path
    province: Province
    runner: asyncio.Runner
    serial = 0

    @initialize()
    def open(self) -> None:
        Life.serial += 1
        self.stack = AsyncExitStack()
        self.window: Window = self.run(self._open())
        self.application: Application = self.run(self.window.wait(f"LIFE-{Life.serial}"))

    async def _open(self) -> Window:
        world = await self.stack.enter_async_context(open_world(self.url, self.folder, settled=self.province))
        window = await open_window(world)
        window.desk.asks = (finding(),)
        return window

    def run(self, awaitable: Any) -> Any:
        return self.runner.run(awaitable)

    def tried(self, attempt: Any) -> None:
        """Do it; a refusal must name the state that the application is in."""
        try:
            self.run(attempt)
        except Refusal as refusal:
            told = refusal.problems[0]
            if told.code in ("application.wrong_state", "application.already_decided"):
                assert self.present().state.label in told.message

    def present(self) -> Application:
        found: Application = self.run(self.window.now(self.application))
        return found

    @property
    def names(self) -> tuple[int, int]:
        return self.window.unit.unit_id, self.application.application_id

    @rule(asks=st.booleans(), blocks=st.booleans())
    def rules_change(self, asks: bool, blocks: bool) -> None:
        self.window.desk.asks = (finding(),) if asks else ()
        self.window.desk.blocks = (problem(),) if blocks else ()

    @precondition(lambda self: self.window.desk.unread)
    @rule()
    def evidence_is_read(self) -> None:
        self.window.desk.unread.clear()

    @rule()
    def advance(self) -> None:
        self.tried(self.window.applications.advance(self.application.application_id))

    @rule(reasons=st.booleans(), remark=st.sampled_from(["", "甲", "乙"]))
    def submit_again(self, reasons: bool, remark: str) -> None:
        if not self.present().state.open:
            # The business number may be free again, for another application than this.
            return
        request = msgspec.structs.replace(
            self.application.request, remark=remark, confirmations=confirmed() if reasons else ()
        )
        self.tried(
            self.window.applications.submit(self.window.unit.unit_id, request, acting=PERSON, look_first=True)
        )

    @rule()
    def confirm(self) -> None:
        self.tried(self.window.applications.confirm(*self.names, confirmed(), acting=PERSON))

    @rule()
    def appeal(self) -> None:
        self.tried(self.window.applications.appeal(*self.names, "合同约定分期支付", acting=PERSON))

    @rule()
    def withdraw(self) -> None:
        self.tried(self.window.applications.withdraw(*self.names, acting=PERSON))

    @rule(what=st.sampled_from(["approve", "return_for_correction", "reject", "pass_up", "take_over"]))
    def department(self, what: str) -> None:
        present = self.present()
        region = present.reviewer_region or CITY
        officer = self.window.officers[PROVINCE if what == "take_over" else region][0]
        self.tried(
            getattr(self.window.reviews, what)(present.application_id, "合同约定分期支付", acting=officer)
        )

    @rule()
    def assign(self) -> None:
        present = self.present()
        officer, other = self.window.officers[present.reviewer_region or CITY]
        self.tried(self.window.reviews.assign(present.application_id, other.account_id, acting=officer))

    @invariant()
    def each_step_is_in_the_table_and_bills_agree(self) -> None:
        present = self.present()
        trail = self.run(self._trail())
        assert trail[0] == (STATE.CHECKING, StepKind.SUBMITTED, Side.UNIT)
        assert trail[-1][0] is present.state
        for (state, _, _), (after, step, side) in pairwise(trail):
            assert any(
                step in move.steps
                and side
                in {each if each is not Side.DEPARTMENT_ABOVE else Side.DEPARTMENT for each in move.by}
                and move.targets.get(state) is after
                for move in MOVES.values()
            ), (state, step, after, side)
        bills = self.run(
            self.window.count("SELECT count(*) FROM bills WHERE business_no = $1", present.business_no)
        )
        assert bills == (present.state is STATE.ISSUED)
        if bills and present.returned_at is not None:
            # What a person returned is issued only after a person approved it.
            steps = self.run(self.window.steps(self.application))
            assert "approved" in steps[steps.index("returned") :]
        assert present.attempt_until is None

    async def _trail(self) -> list[tuple[ApplicationState, StepKind, Side]]:
        """State after, step and side of each change, as the audit trail tells them."""
        rows = await self.window.world.database.pool.fetch(
            "SELECT action, actor, details ->> 'state' AS state FROM audit_log WHERE subject = $1 "
            "ORDER BY audit_id",
            f"application:{self.application.application_id}",
        )
        sides = {PERSON.actor: Side.UNIT, PLATFORM.acting.actor: Side.PLATFORM}
        return [
            (
                STATE(row["state"]),
                StepKind(row["action"].partition(":")[2]),
                sides.get(row["actor"], Side.DEPARTMENT),
            )
            for row in rows
        ]

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.run(assert_invariants(self.url))


def test_people_and_worker_in_any_order(
    province_url: str, tmp_path: Path, settled: Province, runner: asyncio.Runner
) -> None:
    Life.url, Life.folder, Life.province, Life.runner = province_url, tmp_path, settled, runner
    Life.serial = 0
    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
