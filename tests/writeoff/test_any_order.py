"""Months as a state machine: whatever people do in whatever order, books, limits and bills' standings agree.

make test-months MONTHS=200    # a longer search
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
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
from tests.former import files as former_files
from tests.support.databases import Grounds
from tests.support.invariants import assert_invariants
from tests.support.province import ACTING, Province
from tests.support.world import World, codes_of, open_world, reversal_of
from tests.writeoff.books import WORKDAYS, Books, Case, CatchingUp, Notice, days, month_of_bill
from tests.writeoff.campaigns import PLAN, province_head
from tests.writeoff.casework import KEPT, REASON, cases, kept, manager, officer, person
from tests.writeoff.months import FIRST, ask, begin, check, close, on, receive
from tests.writeoff.test_cases import BREACH, do, refused
from tests.writeoff.test_rectifications import DEMANDS, limits

from mingpiao.approvals.service import approve
from mingpiao.drafts.service import link_reissue
from mingpiao.identity.model import Role
from mingpiao.issuing.model import Bill, Issued, Outcome
from mingpiao.kernel import workdays
from mingpiao.kernel.clock import StoppedClock, now, today
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import allot
from mingpiao.writeoff.model import (
    BillOrigin,
    BillStanding,
    CampaignSums,
    CaseState,
    DifferenceReason,
    Policy,
    RectificationState,
    WriteOff,
    WriteOffState,
)
from mingpiao.writeoff.months import workday_after
from mingpiao.writeoff.service import (
    accept,
    added_up,
    answer_case,
    ask_unit,
    campaign_sums,
    campaign_total,
    carry_campaigns,
    clear_case,
    corrections_of,
    due_on,
    extend,
    get_campaign,
    issue_notice,
    last_day,
    list_campaigns,
    mark_breach,
    month_of,
    months_after,
    next_month,
    propose_campaign,
    propose_campaign_end,
    propose_campaign_extension,
    propose_extension,
    propose_reopening,
    report,
    send_back,
    set_policy,
    standings_of,
    submit,
    writeoff_figures,
)

#: So many searches; each begins anew in a database of its own. Long ones go further, too.
EXAMPLES = int(os.environ.get("MINGPIAO_MONTHS", "2"))
STEPS = 25 if EXAMPLES < 10 else 60
BEGINNINGS = ("nothing", "exceptions", "breaches", "notice", "last day")


def _undecided(case: Case) -> str:
    """The code with which a question about a case, or a breach, is refused now; empty where it is heard."""
    if not case.undecided:
        return "exception.decided"
    return "exception.awaits_answer" if case.awaited else ""


def _examined(notice: Notice) -> str:
    """The code with which an examination is refused now; empty where there is something to examine."""
    codes = {
        RectificationState.ISSUED: "rectification.not_reported",
        RectificationState.ACCEPTED: "rectification.not_open",
    }
    return codes.get(notice.state, "")


def _with_holidays(day: date) -> bool:
    """Whether people work on a day: on Mondays to Fridays but the first three days of a month, and on its first Sunday."""
    if day.day <= 3:
        return False
    return day.isoweekday() <= 5 or (day.isoweekday() == 7 and day.day <= 10)


def _has_cases(machine: "Months") -> bool:
    return any(unit.cases for unit in machine.units.values())


def _has_notices(machine: "Months") -> bool:
    return any(unit.notices for unit in machine.units.values())


_place = st.integers(0, 1_000)
_unit = st.sampled_from(["hospital", "office"])
#: Months of an old system.
_old_month = st.sampled_from([date(2023, number, 1) for number in (5, 6, 7)])
#: Months back from the present one.
_back = st.sampled_from([0, 1, 1, 1, 2])


class Months(RuleBasedStateMachine):
    """A hospital that has its numbers in stock and an office that gets them at issue, each with two kinds.

    A search may begin with what is far from an empty month: exceptions, or a notice of rectification on its last day.
    """

    grounds: Grounds
    province: Province
    folder: Path
    clock: StoppedClock
    runner: asyncio.Runner

    @initialize(
        months=st.integers(0, 13),
        last_minutes=st.booleans(),
        policy=st.fixed_dictionaries(
            {"rectification_months": st.integers(1, 3), "breach_stops_issuing": st.booleans()}
        ),
        beginning=st.sampled_from(BEGINNINGS),
    )
    def open(self, months: int, last_minutes: bool, policy: dict[str, Any], beginning: str) -> None:
        self.stack, self.opened = ExitStack(), AsyncExitStack()
        self.patch = pytest.MonkeyPatch()
        self.serial = count(1)
        self.begins_on = months_after(FIRST, months)
        self.clock.set(on(last_day(self.begins_on), 23, 50) if last_minutes else on(self.begins_on, 0))
        self.url = self.stack.enter_context(self.grounds.copy("settled"))
        self.world: World = self.run(
            self.opened.enter_async_context(open_world(self.url, self.folder, settled=self.province))
        )
        self.policy, self.revision, self.holidays = policy, 1, False
        self.run(begin(self.world, self.begins_on, **policy))
        self.units = {
            "hospital": Books(self.province.hospital),
            "office": Books(self.province.office),
        }
        self.kinds = {
            name: sorted({each.kind for each in unit.resident.requests(40)})[:2]
            for name, unit in self.units.items()
        }
        self.campaigns: list[CatchingUp] = []
        for unit in self.units.values():
            unit.campaigns = self.campaigns
        self.chief = self.run(province_head(self.world))
        self.boss = self.run(officer(self.world))
        self.other = self.run(person(self.world, Role.DEPARTMENT_HEAD, region="150000"))
        self.clerks = {
            name: self.run(manager(self.world, unit.resident)) for name, unit in self.units.items()
        }
        self._begin_with(BEGINNINGS.index(beginning))

    def _begin_with(self, reached: int) -> None:
        """Bills that nobody paid, their exceptions, their breaches, a notice about them, its last day."""
        if reached == 0:
            return
        for name in self.units:
            self._issue(name, 0, 2)
        self.clock.set(on(next_month(today()), 0))
        for unit in self.units.values():
            self._submit(unit, self._past(1), "partial")
        self._check(1)
        for unit in self.units.values():
            for case in list(unit.cases.values())[1:] if reached > 1 else []:
                self._mark(case)
            if reached > 2:
                self._send_notice(unit, [case for case in unit.cases.values() if not case.undecided])
        if reached > 3:
            self._go_to(on(min(self._last_days()), 23, 59))

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
        self._go_to(moment)

    def _go_to(self, moment: datetime) -> None:
        if moment > now():
            self.clock.set(moment)

    def _last_days(self) -> list[date]:
        """The last days of notices that still stop something, or will."""
        return [each.due for unit in self.units.values() for each in unit.notices.values() if each.limit]

    @precondition(lambda self: self._last_days())
    @rule(after=st.booleans())
    def a_notice_runs_out(self, after: bool) -> None:
        last = min(self._last_days())
        self._go_to(on(last + days(1), 0) if after else on(last, 23, 59) + timedelta(seconds=59))

    @precondition(lambda self: not self.holidays)
    @rule()
    def holidays_are_announced(self) -> None:
        """The first days of each month are free from now on, and a Sunday is worked in their stead."""
        self.holidays = True
        self.patch.setattr(workdays, "is_workday", _with_holidays)

    @rule()
    def the_province_changes_what_a_breach_stops(self) -> None:
        self.policy = self.policy | {"breach_stops_issuing": not self.policy["breach_stops_issuing"]}
        policy = Policy(begins_on=self.begins_on, **self.policy)
        self._do(set_policy, policy, revision=self.revision, acting=self.other)
        self.revision += 1

    # -- bills ---------------------------------------------------------------------------------------------

    @rule(name=_unit, which=st.integers(0, 1), number=st.integers(1, 3))
    def issue(self, name: str, which: int, number: int) -> None:
        self._issue(name, which, number)

    def _issue(self, name: str, which: int, number: int) -> None:
        unit, kind = self.units[name], self.kinds[name][which]
        pattern = unit.resident.requests(1, kind=kind)[0]
        for _ in range(number):
            request = unit.resident.request(kind=kind, business_no=f"N{next(self.serial)}")
            assert request.kind == pattern.kind
            (outcome,) = self.run(self.world.desk.issue(unit.resident.unit_id, [request], acting=ACTING))
            self._told(unit, kind, outcome)

    @precondition(lambda self: any(unit.reversed for unit in self.units.values()))
    @rule(name=_unit, place=_place)
    def reissue(self, name: str, place: int) -> None:
        """A reversed bill is issued once more, also by a unit that is stopped for it."""
        unit = self.units[name]
        left = [b for b in unit.bills if b.bill_id in unit.reversed.keys() - unit.reissued.keys()]
        if not left:
            return
        bill = left[place % len(left)]
        number = f"N{next(self.serial)}"
        clerk = self.clerks[name]
        self._do(link_reissue, clerk.account, bill, number, acting=clerk)
        request = unit.resident.request(kind=bill.kind, business_no=number)
        owed = any(unit.owed(case) for case in unit.cases.values() if case.bill.bill_id == bill.bill_id)
        (outcome,) = self.run(self.world.desk.issue(unit.resident.unit_id, [request], acting=ACTING))
        new = self._told(unit, bill.kind, outcome, correcting=owed and request.total <= bill.total)
        if new is not None:
            unit.reissued[bill.bill_id] = new.bill_id

    @rule(name=_unit, place=_place)
    def reverse(self, name: str, place: int) -> None:
        unit = self.units[name]
        standing = [b for b in unit.bills if b.color == "blue" and b.bill_id not in unit.reversed]
        if not standing:
            return
        bill = standing[place % len(standing)]
        (outcome,) = self.run(
            self.world.desk.reverse(unit.resident.unit_id, [reversal_of(bill)], acting=ACTING)
        )
        red = self._told(unit, bill.kind, outcome, correcting=True)
        if red is not None:
            unit.reversed[bill.bill_id] = red.bill_id

    def _told(self, unit: Books, kind: str, outcome: Outcome, *, correcting: bool = False) -> Bill | None:
        code = unit.issuing_stops(kind, correcting=correcting, breach_stops_issuing=self._stops)
        if code:
            assert [code] == [each for each, _ in codes_of(outcome)]
            return None
        assert isinstance(outcome, Issued), outcome
        unit.bills.append(outcome.bill)
        return outcome.bill

    @property
    def _stops(self) -> bool:
        return bool(self.policy["breach_stops_issuing"])

    @rule(name=_unit, which=st.integers(0, 1))
    def ask_for_numbers(self, name: str, which: int) -> None:
        unit = self.units[name]
        refused = self.run(self._allot(unit, self.kinds[name][which]))
        supply, _ = unit.limits(breach_stops_issuing=self._stops)
        stopped = supply is not None and supply[0] < today()
        assert refused == ("numbering.supply_stopped" if stopped else "")

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

    @rule(name=_unit, place=_place)
    def a_bill_is_paid(self, name: str, place: int) -> None:
        unit = self.units[name]
        bills = [
            b
            for b in unit.bills
            if b.color == "blue" and b.bill_id not in unit.paid and month_of_bill(b) not in unit.asked
        ]
        if not bills:
            return
        bill = bills[place % len(bills)]
        receipt = self._receive(unit, month_of_bill(bill), bill.total)
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
            unit.renew_days()

    @rule(name=_unit, back=_back, how=st.sampled_from(["whole", "explained", "partial", "partial"]))
    def submit(self, name: str, back: int, how: str) -> None:
        self._submit(self.units[name], self._past(back), how)

    def _submit(self, unit: Books, month: date, how: str) -> None:
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
        months = {month_of_bill(each) for each in unit.bills}
        if month not in months:
            return "writeoff.nothing"
        if any(each < month and each not in unit.done for each in months):
            return "writeoff.earlier_open"
        return "writeoff.difference" if how == "whole" and unit.difference(month) else ""

    @precondition(lambda self: any(each.asked.keys() - each.done for each in self.units.values()))
    @rule(times=st.integers(1, 2))
    def the_worker_checks(self, times: int) -> None:
        self._check(times)

    def _check(self, times: int) -> None:
        for unit in self.units.values():
            for month in sorted(unit.asked.keys() - unit.done):
                for _ in range(times):
                    ended = self.run(check(self.world, unit.asked[month]))
                found = unit.suspicious(month) if ended.partial else set()
                held = len(found) + unit.held(month)
                assert (ended.state, ended.exceptions) == (WriteOffState.DONE, held)
                unit.done.add(month)
                self._take_cases(unit, found)

    def _take_cases(self, unit: Books, found: set[int]) -> None:
        """Each bill that did not pass has one new case."""
        fresh = [
            each
            for each in self.run(cases(self.world))
            if each.unit_id == unit.resident.unit_id and each.case_id not in unit.cases
        ]
        assert {each.bill_id for each in fresh} == found
        bills = {each.bill_id: each for each in unit.bills}
        unit.cases |= {each.case_id: Case(case_id=each.case_id, bill=bills[each.bill_id]) for each in fresh}

    @precondition(lambda self: any(each.due.keys() - each.done for each in self.units.values()))
    @rule(name=_unit, place=_place, longer=st.integers(1, 20))
    def a_later_day_is_granted(self, name: str, place: int, longer: int) -> None:
        unit = self.units[name]
        if not unit.open:
            return
        month = unit.open[place % len(unit.open)]
        day = max(unit.due[month], today()) + days(longer)
        proposal = self._do(propose_extension, unit.resident.unit_id, month, day, REASON, acting=self.boss)
        assert self._refused_by(approve, proposal, acting=self.boss) == ["proposal.own"]
        self._do(approve, proposal, acting=self.other)
        unit.due[month] = day
        unit.fixed.add(month)

    @precondition(lambda self: any(each.done for each in self.units.values()))
    @rule(name=_unit, place=_place)
    def a_month_is_opened_again(self, name: str, place: int) -> None:
        unit = self.units[name]
        if not unit.done:
            return
        month = sorted(unit.done)[place % len(unit.done)]
        done = unit.asked.pop(month)
        proposal = self._do(propose_reopening, done.writeoff_id, REASON, acting=self.boss)
        assert self._refused_by(approve, proposal, acting=self.boss) == ["proposal.own"]
        self._do(approve, proposal, acting=self.other)
        unit.done.remove(month)
        unit.due[month] = workday_after(today(), WORKDAYS)
        unit.fixed.add(month)
        for case in unit.cases.values():
            if case.undecided and month_of_bill(case.bill) == month:
                case.become(CaseState.CLEARED)

    # -- months from before ----------------------------------------------------------------------------------

    @rule(name=_unit, month=_old_month, number=st.integers(1, 3))
    def former_bills_come_in(self, name: str, month: date, number: int) -> None:
        """Numbers follow one another, and items are the unit's own: nothing of them becomes an exception."""
        unit = self.units[name]
        pattern = next(each for each in unit.resident.requests(40) if len(each.items) == 1)
        named = self.run(self.world.catalog.get()).items
        # What is refused leaves no gap.
        taken = sum(map(len, unit.former.values()))
        rows = [
            former_files.row(
                taken + place,
                code=f"15{pattern.kind}22",
                issued_on=f"{month:%Y-%m}-06",
                item_code=pattern.items[0].code,
                item_name=named[pattern.items[0].code].name,
                quantity=str(pattern.items[0].quantity),
                rate=str(pattern.items[0].rate),
                amount=str(pattern.total),
                total=str(pattern.total),
            )
            for place in range(1, number + 1)
        ]
        data = former_files.table(*rows)
        found = self.run(former_files.take(self.world, data, self.clerks[name]))
        told = {each[1:] for each in self.run(former_files.verdicts(self.world, found.import_id))}
        if month in unit.former_asked:
            assert told == {("refused", "former.month_settled")}
            return
        assert told == {("created", "")}
        unit.former.setdefault(month, []).extend([pattern.total] * number)

    @rule(name=_unit, month=_old_month)
    def an_old_month_is_written_off(self, name: str, month: date) -> None:
        unit = self.units[name]
        clerk = self.clerks[name]
        code = "" if month in unit.former else "writeoff.nothing"
        given = {"origin": BillOrigin.FORMER, "acting": clerk}
        asked = self._made(code, submit, unit.resident.unit_id, month, **given)
        if asked is None:
            return
        ended = self.run(check(self.world, asked))
        assert (ended.state, ended.exceptions) == (WriteOffState.DONE, 0)
        assert ended.issued_net == sum(unit.former[month])
        assert ended.writeoff_id == unit.former_asked.setdefault(month, ended).writeoff_id
        unit.former_done.add(month)

    @precondition(lambda self: any(each.former_done for each in self.units.values()))
    @rule(name=_unit, place=_place)
    def an_old_month_is_opened_again(self, name: str, place: int) -> None:
        unit = self.units[name]
        if not unit.former_done:
            return
        month = sorted(unit.former_done)[place % len(unit.former_done)]
        done = unit.former_asked.pop(month)
        proposal = self._do(propose_reopening, done.writeoff_id, REASON, acting=self.boss)
        self._do(approve, proposal, acting=self.other)
        unit.former_done.remove(month)

    @rule(first=_old_month, last=_old_month, longer=st.integers(1, 60), stops=st.booleans())
    def a_campaign_is_opened(self, first: date, last: date, longer: int, stops: bool) -> None:
        due = today() + days(longer)
        plan = msgspec.structs.replace(PLAN, first_month=first, last_month=last, due_on=due, stops=stops)
        taken = any(not each.ended and each.first <= last and first <= each.last for each in self.campaigns)
        code = "campaign.range_invalid" if first > last else "campaign.overlap" if taken else ""
        proposal = self._made(code, propose_campaign, plan, REASON, acting=self.chief)
        if proposal is None:
            return
        self._do(approve, proposal, acting=self.other)
        known = {each.campaign_id for each in self.campaigns}
        (made,) = [each for each in self._do(list_campaigns, "150000") if each.campaign_id not in known]
        self.campaigns.append(
            CatchingUp(campaign_id=made.campaign_id, first=first, last=last, due=due, stops=stops)
        )
        self.run(carry_campaigns(self.world.database))

    @precondition(lambda self: self.campaigns)
    @rule(place=_place, longer=st.integers(1, 60))
    def a_campaign_is_put_off(self, place: int, longer: int) -> None:
        campaign = self.campaigns[place % len(self.campaigns)]
        due = max(campaign.due, today()) + days(longer)
        code = "campaign.ended" if campaign.ended else ""
        given = {"acting": self.chief}
        proposal = self._made(code, propose_campaign_extension, campaign.campaign_id, due, REASON, **given)
        if proposal is not None:
            self._do(approve, proposal, acting=self.other)
            campaign.due = due
            self.run(carry_campaigns(self.world.database))

    @precondition(lambda self: self.campaigns)
    @rule(place=_place)
    def a_campaign_is_ended(self, place: int) -> None:
        campaign = self.campaigns[place % len(self.campaigns)]
        code = "campaign.ended" if campaign.ended else ""
        proposal = self._made(code, propose_campaign_end, campaign.campaign_id, REASON, acting=self.chief)
        if proposal is not None:
            self._do(approve, proposal, acting=self.other)
            campaign.ended = True
            self.run(carry_campaigns(self.world.database))

    # -- exceptions ----------------------------------------------------------------------------------------

    def _do(self, verb: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any:
        return self.run(do(self.world, verb, *args, **more))

    def _refused_by(self, verb: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> list[str]:
        codes: list[str] = self.run(refused(self.world, verb, *args, **more))
        return codes

    def _made(self, code: str, verb: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any | None:
        """What comes of something; None where it must be refused with a code, and is."""
        if code:
            assert self._refused_by(verb, *args, **more) == [code]
            return None
        return self._do(verb, *args, **more)

    def _tell(self, code: str, verb: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> bool:
        """Do something that must be refused with a code, or succeed where it is empty; whether it did."""
        if code:
            assert self._refused_by(verb, *args, **more) == [code]
            return False
        self._do(verb, *args, **more)
        return True

    def _case(self, place: int) -> Case:
        known = [case for unit in self.units.values() for case in unit.cases.values()]
        return known[place % len(known)]

    @precondition(_has_cases)
    @rule(place=_place, longer=st.integers(0, 10))
    def a_unit_is_asked(self, place: int, longer: int) -> None:
        case, until = self._case(place), today() + days(longer)
        given = {"revision": case.revision, "acting": self.boss}
        if self._tell(_undecided(case), ask_unit, case.case_id, "请说明款项为何没有到账", until, **given):
            case.become(CaseState.ASKED)
            case.asked_until = until

    @precondition(_has_cases)
    @rule(place=_place)
    def a_unit_answers(self, place: int) -> None:
        case = self._case(place)
        code = "" if case.undecided else "exception.decided"
        code = "exception.explained" if case.state is CaseState.ANSWERED else code
        given = {"revision": case.revision, "acting": self.clerks[self._name_of(case)]}
        if self._tell(code, answer_case, case.case_id, REASON, **given):
            case.become(CaseState.ANSWERED)

    def _name_of(self, case: Case) -> str:
        return next(name for name, unit in self.units.items() if case.case_id in unit.cases)

    @precondition(_has_cases)
    @rule(place=_place, stale=st.booleans())
    def a_case_is_cleared(self, place: int, stale: bool) -> None:
        case = self._case(place)
        code = "" if case.undecided else "exception.decided"
        given = {"revision": case.revision - stale, "acting": self.boss}
        if self._tell(
            code or ("exception.changed" if stale else ""), clear_case, case.case_id, REASON, **given
        ):
            case.become(CaseState.CLEARED)

    @precondition(_has_cases)
    @rule(place=_place)
    def a_breach_is_marked(self, place: int) -> None:
        self._mark(self._case(place))

    def _mark(self, case: Case) -> None:
        given = {"revision": case.revision, "acting": self.boss}
        if self._tell(_undecided(case), mark_breach, case.case_id, BREACH, **given):
            case.become(CaseState.BREACHED)

    # -- rectification -------------------------------------------------------------------------------------

    @precondition(_has_cases)
    @rule(name=_unit, number=st.integers(1, 3), one_more=st.integers(0, 4))
    def a_notice_is_issued(self, name: str, number: int, one_more: int) -> None:
        unit = self.units[name]
        breached = [case for case in unit.cases.values() if case.state is CaseState.BREACHED][:number]
        others = [case for case in unit.cases.values() if case.state is not CaseState.BREACHED]
        self._send_notice(unit, breached + (others[:1] if one_more == 0 else []))

    def _send_notice(self, unit: Books, chosen: list[Case]) -> None:
        ids = [case.case_id for case in chosen]
        given = {"acting": self.boss}
        if not ids or any(case.state is not CaseState.BREACHED for case in chosen):
            code = "rectification.case_taken" if ids else "rectification.none_chosen"
            self._tell(code, issue_notice, unit.resident.unit_id, ids, DEMANDS, **given)
            return
        made = self._do(issue_notice, unit.resident.unit_id, ids, DEMANDS, **given)
        due = months_after(today(), self.policy["rectification_months"])
        for case in chosen:
            case.become(CaseState.RECTIFYING)
        unit.notices[made.rectification_id] = Notice(notice_id=made.rectification_id, cases=chosen, due=due)

    def _notice(self, place: int) -> tuple[str, Notice]:
        known = [(name, each) for name, unit in self.units.items() for each in unit.notices.values()]
        return known[place % len(known)]

    @precondition(_has_notices)
    @rule(place=_place)
    def a_unit_reports(self, place: int) -> None:
        name, notice = self._notice(place)
        replaced: dict[int, int] = {}
        for case in notice.cases:
            new = self.units[name].replacement(case)
            if new is not None and new not in replaced.values():
                replaced[case.case_id] = new
        code = "" if notice.state is RectificationState.ISSUED else "rectification.not_open"
        given = {"revision": notice.revision, "acting": self.clerks[name], "replaced_by": replaced}
        left = [case for case in notice.cases if case.bill.bill_id not in self.units[name].reversed]
        if not code and left:
            unsaid = self._refused_by(report, notice.notice_id, REASON, **given)
            assert unsaid == ["rectification.reason_required"] * len(left)
        given["kept"] = kept(left)
        if self._tell(code, report, notice.notice_id, REASON, **given):
            notice.become(RectificationState.ANSWERED)
            notice.reported_on, notice.replaced = today(), replaced
            self._linked(self.units[name], notice)

    def _linked(self, unit: Books, notice: Notice) -> None:
        """Each reversal of a bill of the notice is linked, with the bill that the unit named for it, and of all others
        there is a reason."""
        told = self._do(corrections_of, notice.notice_id)
        assert {
            each.case_id: (each.red_bill_id, each.new_bill_id, each.reason) for each in told.values()
        } == {
            case.case_id: (unit.reversed[case.bill.bill_id], self._replaced(unit, notice, case), "")
            if case.bill.bill_id in unit.reversed
            else (None, None, KEPT)
            for case in notice.cases
        }

    def _replaced(self, unit: Books, notice: Notice, case: Case) -> int | None:
        """The bill that the unit named, or else the one that it reissued, unless that is reversed too."""
        new = unit.reissued.get(case.bill.bill_id)
        found = None if new in unit.reversed else new
        return notice.replaced.get(case.case_id, found)

    @precondition(_has_notices)
    @rule(place=_place)
    def a_report_is_accepted(self, place: int) -> None:
        name, notice = self._notice(place)
        given = {"revision": notice.revision, "acting": self.boss}
        if not self._tell(_examined(notice), accept, notice.notice_id, "整改到位", **given):
            return
        notice.become(RectificationState.ACCEPTED)
        for case in notice.cases:
            case.become(CaseState.RECTIFIED)
        # What this notice alone had stopped goes on at once.
        if not self.units[name].limits(breach_stops_issuing=True)[0]:
            self.ask_for_numbers(name, 0)

    @precondition(_has_notices)
    @rule(place=_place)
    def a_report_is_returned(self, place: int) -> None:
        _, notice = self._notice(place)
        given = {"revision": notice.revision, "acting": self.boss}
        if not self._tell(_examined(notice), send_back, notice.notice_id, REASON, **given):
            return
        assert notice.reported_on is not None
        if notice.reported_on <= notice.due:
            notice.due += today() - notice.reported_on
        notice.become(RectificationState.ISSUED)

    @precondition(_has_notices)
    @rule(place=_place, longer=st.integers(1, 20))
    def a_notice_is_extended(self, place: int, longer: int) -> None:
        _, notice = self._notice(place)
        until = max(notice.due, today()) + days(longer)
        code = "rectification.extended_already" if notice.extended else ""
        code = "rectification.not_open" if notice.state is RectificationState.ACCEPTED else code
        given = {"revision": notice.revision, "acting": self.boss}
        if self._tell(code, extend, notice.notice_id, until, REASON, **given):
            notice.due, notice.extended = until, True
            notice.revision += 1

    # -- what must hold ------------------------------------------------------------------------------------

    @invariant()
    def bills_stand_where_they_should(self) -> None:
        for unit in self.units.values():
            told = self.run(self._standings(unit))
            assert told == {each.bill_id: unit.standing(each) for each in unit.bills}

    @invariant()
    def cases_and_notices_are_where_they_should(self) -> None:
        for table, known in (
            ("exception_cases", [c for unit in self.units.values() for c in unit.cases.values()]),
            ("rectifications", [n for unit in self.units.values() for n in unit.notices.values()]),
        ):
            key = "case_id" if table == "exception_cases" else "rectification_id"
            rows = self.run(self.world.rows(f"SELECT {key}, state, revision FROM {table}"))
            assert {tuple(row) for row in rows} == {
                (each.case_id if isinstance(each, Case) else each.notice_id, each.state.value, each.revision)
                for each in known
            }

    @invariant()
    def days_stop_what_they_should(self) -> None:
        for unit in self.units.values():
            supply, issue = unit.limits(breach_stops_issuing=self._stops)
            told = self.run(limits(self.world, unit.resident.unit_id))
            assert told == (*(supply or (None, "")), *(issue or (None, "")))

    @invariant()
    def campaigns_count_what_is_done(self) -> None:
        for each in self.campaigns:
            campaign = self._do(get_campaign, each.campaign_id)
            assert (campaign.due_on, campaign.is_running) == (each.due, not each.ended)
            found = [
                {month: bills for month, bills in unit.former.items() if each.includes(month)}
                for unit in self.units.values()
            ]
            done = [
                unit.former_done & months.keys()
                for unit, months in zip(self.units.values(), found, strict=True)
            ]
            told = campaign_total(self._do(campaign_sums, campaign, "150000").values())
            assert told == CampaignSums(
                units=sum(bool(months) for months in found),
                units_done=sum(
                    bool(months) and ended == months.keys() for months, ended in zip(found, done, strict=True)
                ),
                months=sum(map(len, found)),
                months_done=sum(map(len, done)),
                bills=sum(len(bills) for months in found for bills in months.values()),
                bills_done=sum(
                    len(months[month]) for months, ended in zip(found, done, strict=True) for month in ended
                ),
            )

    @invariant()
    def figures_add_up(self) -> None:
        """What departments see of months that are over is the sum of what units see of their bills."""
        months = {month for unit in self.units.values() for month in unit.due}
        if not months:
            return
        first = max(min(months), months_after(max(months), -11))
        told = self._do(writeoff_figures, first, max(months), region_prefix="15")
        bills = [
            unit.standing(bill)
            for unit in self.units.values()
            for month in unit.due
            if month >= first
            for bill in unit.of(month)
        ]
        added = added_up(told.months)
        assert (added.bills, added.written_off) == (len(bills), bills.count(BillStanding.WRITTEN_OFF))
        late = [
            case
            for unit in self.units.values()
            for notice in unit.notices.values()
            for case in notice.cases
            if case.state is CaseState.RECTIFYING
            and notice.due < today()
            and month_of_bill(case.bill) >= first
        ]
        assert told.cases[""].rectifying_late == len(late)

    async def _standings(self, unit: Books) -> dict[int, BillStanding]:
        asked = [(each.unit_id, each.bill_id, each.kind, each.issued_at) for each in unit.bills]
        async with self.world.database.system() as connection:
            told = await standings_of(connection, asked)
        return {bill_id: each.standing for bill_id, each in told.items()}

    @invariant()
    def the_books_agree(self) -> None:
        self.run(assert_invariants(self.url))

    def teardown(self) -> None:
        self.patch.undo()
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
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
