"""Months as a state machine: whatever people do in whatever order, books, limits and bills' standings agree.

MINGPIAO_MONTHS=200 .venv/bin/pytest tests/writeoff/test_any_order.py    # a longer search
"""

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.support.databases import Grounds
from tests.support.invariants import assert_invariants
from tests.support.province import ACTING, Province, Resident
from tests.support.world import World, codes_of, open_world, reversal_of
from tests.writeoff.months import FIRST, ask, begin, check, close, on, receive

from mingpiao.issuing.model import Bill, Issued, Outcome
from mingpiao.kernel.clock import StoppedClock, now, to_shanghai, today
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import allot
from mingpiao.units.model import UnitMode
from mingpiao.writeoff.model import BillStanding, DifferenceReason, WriteOff, WriteOffState
from mingpiao.writeoff.service import due_on, last_day, month_of, months_after, next_month, standings_of

#: So many searches; each begins anew in a database of its own.
EXAMPLES = int(os.environ.get("MINGPIAO_MONTHS", "2"))
WORKDAYS = 5


class Books:
    """What a unit's months should be."""

    def __init__(self, resident: Resident) -> None:
        self.resident = resident
        self.online = resident.unit.mode is UnitMode.ONLINE
        self.bills: list[Bill] = []
        self.reversed: set[int] = set()
        self.received: dict[date, Decimal] = {}
        self.paid: set[int] = set()
        self.closed: set[date] = set()
        self.asked: dict[date, WriteOff] = {}
        self.done: set[date] = set()
        self.exceptions: set[int] = set()

    def of(self, month: date) -> list[Bill]:
        return [each for each in self.bills if _month(each) == month]

    def difference(self, month: date) -> Decimal:
        issued = sum((each.total for each in self.of(month)), Decimal(0))
        return issued - self.received.get(month, Decimal(0))

    def unpaid(self, month: date) -> set[int]:
        return {
            each.bill_id
            for each in self.of(month)
            if each.color == "blue" and each.bill_id not in self.reversed | self.paid
        }

    def close_so_far(self) -> None:
        self.closed |= {_month(each) for each in self.bills} - {month_of(today())}

    @property
    def open(self) -> list[date]:
        return sorted(self.closed - self.done)

    @property
    def overdue(self) -> bool:
        return any(due_on(month, WORKDAYS) < today() for month in self.open)

    def issuing_stops(self, kind: str) -> str:
        """The code with which a bill of a kind is refused now; empty where it is issued."""
        if not self.online:
            return ""
        if self.overdue:
            return "unit.issuing_locked"
        months = [_month(each) for each in self.bills if each.kind == kind]
        owes = months and months[-1] < month_of(today()) and months[-1] not in self.done
        return "unit.writeoff_required" if owes else ""

    def standing(self, bill: Bill) -> BillStanding:
        if _month(bill) not in self.done:
            return BillStanding.OPEN
        return BillStanding.EXCEPTION if bill.bill_id in self.exceptions else BillStanding.WRITTEN_OFF


def _month(bill: Bill) -> date:
    return month_of(to_shanghai(bill.issued_at).date())


_unit = st.sampled_from(["hospital", "office"])
#: Months back from the present one.
_back = st.sampled_from([0, 1, 1, 1, 2])


class Months(RuleBasedStateMachine):
    """A hospital that has its numbers in stock and an office that gets them at issue, each with two kinds."""

    grounds: Grounds
    province: Province
    folder: Path
    clock: StoppedClock
    runner: asyncio.Runner

    @initialize(months=st.integers(0, 13), last_minutes=st.booleans())
    def open(self, months: int, last_minutes: bool) -> None:
        self.stack, self.opened = ExitStack(), AsyncExitStack()
        self.serial = count(1)
        self.begins_on = months_after(FIRST, months)
        self.clock.set(on(last_day(self.begins_on), 23, 50) if last_minutes else on(self.begins_on, 0))
        self.url = self.stack.enter_context(self.grounds.copy("settled"))
        self.world: World = self.run(
            self.opened.enter_async_context(open_world(self.url, self.folder, settled=self.province))
        )
        self.run(begin(self.world, self.begins_on))
        self.units = {
            "hospital": Books(self.province.hospital),
            "office": Books(self.province.office),
        }
        self.kinds = {
            name: sorted({each.kind for each in unit.resident.requests(40)})[:2]
            for name, unit in self.units.items()
        }

    def run(self, awaitable: Any) -> Any:
        return self.runner.run(awaitable)

    # -- time ----------------------------------------------------------------------------------------------

    @rule(hours=st.integers(1, 40))
    def wait(self, hours: int) -> None:
        self.clock.move(hours=hours)

    @rule(where=st.sampled_from(["last second", "first moment", "first moment", "due day", "day after"]))
    def go_to(self, where: str) -> None:
        due = due_on(month_of(today() - timedelta(days=today().day)), WORKDAYS)
        moment: datetime = {
            "last second": on(last_day(today()), 23, 59) + timedelta(seconds=59),
            "first moment": on(next_month(today()), 0),
            "due day": on(due, 23, 59),
            "day after": on(due + timedelta(days=1), 0),
        }[where]
        if moment > now():
            self.clock.set(moment)

    # -- bills ---------------------------------------------------------------------------------------------

    @rule(name=_unit, which=st.integers(0, 1), number=st.integers(1, 3))
    def issue(self, name: str, which: int, number: int) -> None:
        unit, kind = self.units[name], self.kinds[name][which]
        pattern = unit.resident.requests(1, kind=kind)[0]
        for _ in range(number):
            request = unit.resident.request(kind=kind, business_no=f"N{next(self.serial)}")
            assert request.kind == pattern.kind
            (outcome,) = self.run(self.world.desk.issue(unit.resident.unit_id, [request], acting=ACTING))
            self._told(unit, kind, outcome)

    @rule(name=_unit, place=st.integers(0, 1_000))
    def reverse(self, name: str, place: int) -> None:
        unit = self.units[name]
        standing = [b for b in unit.bills if b.color == "blue" and b.bill_id not in unit.reversed]
        if not standing:
            return
        bill = standing[place % len(standing)]
        (outcome,) = self.run(
            self.world.desk.reverse(unit.resident.unit_id, [reversal_of(bill)], acting=ACTING)
        )
        if self._told(unit, bill.kind, outcome):
            unit.reversed.add(bill.bill_id)

    def _told(self, unit: Books, kind: str, outcome: Outcome) -> bool:
        code = unit.issuing_stops(kind)
        if code:
            assert [code] == [each for each, _ in codes_of(outcome)]
            return False
        assert isinstance(outcome, Issued), outcome
        unit.bills.append(outcome.bill)
        return True

    @rule(name=_unit, which=st.integers(0, 1))
    def ask_for_numbers(self, name: str, which: int) -> None:
        unit = self.units[name]
        refused = self.run(self._allot(unit, self.kinds[name][which]))
        assert refused == ("numbering.supply_stopped" if unit.overdue else "")

    async def _allot(self, unit: Books, kind: str) -> str:
        catalog = await self.world.catalog.get()
        code = catalog.bill_code(catalog.kinds[kind])
        try:
            async with self.world.database.system() as connection:
                await allot(connection, unit.resident.unit_id, kind, code, 10, acting=ACTING)
        except Refusal as refusal:
            return refusal.problems[0].code
        return ""

    # -- money ---------------------------------------------------------------------------------------------

    @rule(name=_unit, back=_back, part=st.booleans())
    def money_arrives(self, name: str, back: int, part: bool) -> None:
        unit, month = self.units[name], self._past(back)
        amount = Decimal("0.01") if part else unit.difference(month)
        if amount and month not in unit.asked:
            self._receive(unit, month, amount)

    @rule(name=_unit, place=st.integers(0, 1_000))
    def a_bill_is_paid(self, name: str, place: int) -> None:
        unit = self.units[name]
        bills = [
            b
            for b in unit.bills
            if b.color == "blue" and b.bill_id not in unit.paid and _month(b) not in unit.asked
        ]
        if not bills:
            return
        bill = bills[place % len(bills)]
        receipt = self._receive(unit, _month(bill), bill.total)
        self.run(
            self.world.value(
                "INSERT INTO receipt_matches VALUES ($1, $2, $3, $4, 'business_no')",
                receipt,
                unit.resident.unit_id,
                bill.bill_id,
                bill.total,
            )
        )
        unit.paid.add(bill.bill_id)

    def _receive(self, unit: Books, month: date, amount: Decimal) -> int:
        unit.received[month] = unit.received.get(month, Decimal(0)) + amount
        key = str(next(self.serial))
        return int(self.run(receive(self.world, unit.resident, month, amount, entry_key=key)))

    def _past(self, back: int) -> date:
        month = today()
        for _ in range(back):
            month = month_of(month) - timedelta(days=1)
        return month_of(month)

    # -- months --------------------------------------------------------------------------------------------

    @rule()
    def months_are_closed(self) -> None:
        self.run(close(self.world))
        for unit in self.units.values():
            unit.close_so_far()

    @rule(name=_unit, back=_back, how=st.sampled_from(["whole", "explained", "partial"]))
    def submit(self, name: str, back: int, how: str) -> None:
        unit, month = self.units[name], self._past(back)
        difference = unit.difference(month)
        explained = how == "explained" and difference != 0
        reasons = (
            [DifferenceReason(code="fee", amount=difference, words="银行按合同扣收的手续费")]
            if explained
            else []
        )
        code, asked = self.run(self._ask(unit, month, reasons, partial=how == "partial"))
        assert code == self._refused(unit, month, how)
        if asked is None:
            return
        assert asked.writeoff_id == unit.asked.get(month, asked).writeoff_id
        unit.close_so_far()
        unit.asked.setdefault(month, asked)

    async def _ask(
        self, unit: Books, month: date, reasons: list[DifferenceReason], *, partial: bool
    ) -> tuple[str, WriteOff | None]:
        try:
            return "", await ask(self.world, unit.resident, month, reasons=reasons, partial=partial)
        except Refusal as refusal:
            return refusal.problems[0].code, None

    def _refused(self, unit: Books, month: date, how: str) -> str:
        if month == month_of(today()):
            return "writeoff.month_open"
        if month < self.begins_on:
            return "writeoff.not_in_force"
        if month in unit.asked:
            return ""
        months = {_month(each) for each in unit.bills}
        if month not in months:
            return "writeoff.nothing"
        if any(each < month and each not in unit.done for each in months):
            return "writeoff.earlier_open"
        return "writeoff.difference" if how == "whole" and unit.difference(month) else ""

    @precondition(lambda self: any(each.asked.keys() - each.done for each in self.units.values()))
    @rule(times=st.integers(1, 2))
    def the_worker_checks(self, times: int) -> None:
        for unit in self.units.values():
            for month in sorted(unit.asked.keys() - unit.done):
                for _ in range(times):
                    ended = self.run(check(self.world, unit.asked[month]))
                found = unit.unpaid(month) if ended.partial else set()
                assert (ended.state, ended.exceptions) == (WriteOffState.DONE, len(found))
                unit.exceptions |= found
                unit.done.add(month)

    # -- what must hold ------------------------------------------------------------------------------------

    @invariant()
    def bills_stand_where_they_should(self) -> None:
        for unit in self.units.values():
            told = self.run(self._standings(unit))
            assert told == {each.bill_id: unit.standing(each) for each in unit.bills}

    async def _standings(self, unit: Books) -> dict[int, BillStanding]:
        asked = [(each.unit_id, each.bill_id, each.kind, each.issued_at) for each in unit.bills]
        async with self.world.database.system() as connection:
            told = await standings_of(connection, asked)
        return {bill_id: each.standing for bill_id, each in told.items()}

    @invariant()
    def the_books_agree(self) -> None:
        self.run(assert_invariants(self.url))

    def teardown(self) -> None:
        self.run(self.opened.aclose())
        self.stack.close()


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as opened:
        yield opened


@pytest.mark.timeout(max(400, 20 * EXAMPLES))
def test_months_in_any_order(
    grounds: Grounds, settled: Province, tmp_path: Path, clock: StoppedClock, runner: asyncio.Runner
) -> None:
    # Settled before the clock is moved: its keys are valid from then on, also for tests that come after this one.
    Months.grounds, Months.province, Months.folder = grounds, settled, tmp_path
    Months.clock, Months.runner = clock, runner
    run_state_machine_as_test(
        Months,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
