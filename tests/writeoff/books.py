"""What a unit's months, exceptions and notices should be, kept beside the platform in the plainest way."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from tests.support.province import Resident

from mingpiao.issuing.model import Bill
from mingpiao.kernel.clock import to_shanghai, today
from mingpiao.units.model import UnitMode
from mingpiao.writeoff.model import BillStanding, CaseState, RectificationState, WriteOff
from mingpiao.writeoff.service import due_on, month_of

WORKDAYS = 5
#: A last day with the reason for which everything stops after it.
Limit = tuple[date, str]
WRITEOFF, RECTIFICATION = "writeoff_overdue", "rectification_overdue"
_STANDINGS = {
    CaseState.BREACHED: BillStanding.BREACH,
    CaseState.RECTIFYING: BillStanding.RECTIFYING,
    CaseState.RECTIFIED: BillStanding.WRITTEN_OFF,
}


@dataclass
class Case:
    """An exception as it should be."""

    case_id: int
    bill: Bill
    state: CaseState = CaseState.OPEN
    revision: int = 1
    asked_until: date | None = None

    @property
    def undecided(self) -> bool:
        return self.state in (CaseState.OPEN, CaseState.ASKED, CaseState.ANSWERED)

    @property
    def awaited(self) -> bool:
        """Whether the unit still has time to answer."""
        return self.state is CaseState.ASKED and self.asked_until is not None and today() <= self.asked_until

    def become(self, state: CaseState) -> None:
        self.state, self.revision = state, self.revision + 1


@dataclass
class Notice:
    """A notice of rectification as it should be."""

    notice_id: int
    cases: list[Case]
    due: date
    state: RectificationState = RectificationState.ISSUED
    revision: int = 1
    reported_on: date | None = None
    extended: bool = False
    replaced: dict[int, int] = field(default_factory=dict)

    @property
    def limit(self) -> Limit | None:
        """What it stops: nothing while a report that came in time is examined, nor once it is accepted."""
        late = self.reported_on is not None and self.reported_on > self.due
        binds = self.state is RectificationState.ISSUED or (
            self.state is RectificationState.ANSWERED and late
        )
        return (self.due, RECTIFICATION) if binds else None

    @property
    def overdue(self) -> bool:
        return self.limit is not None and self.due < today()

    def become(self, state: RectificationState) -> None:
        self.state, self.revision = state, self.revision + 1


@dataclass
class CatchingUp:
    """A campaign as it should be: months from `first` to `last`, all of them long before write-off began."""

    campaign_id: int
    first: date
    last: date
    due: date
    stops: bool
    ended: bool = False

    def includes(self, month: date) -> bool:
        return self.first <= month <= self.last


class Books:
    """What a unit's months should be."""

    def __init__(self, resident: Resident) -> None:
        self.resident = resident
        self.online = resident.unit.mode is UnitMode.ONLINE
        self.bills: list[Bill] = []
        #: The red bill of each that is reversed.
        self.reversed: dict[int, int] = {}
        #: The bill that was issued by 按原内容重开 instead of a reversed one.
        self.reissued: dict[int, int] = {}
        self.received: dict[date, Decimal] = {}
        self.paid: set[int] = set()
        #: The last day of each month that is closed, and the months whose day somebody set.
        self.due: dict[date, date] = {}
        self.fixed: set[date] = set()
        self.asked: dict[date, WriteOff] = {}
        self.done: set[date] = set()
        #: Amounts of the bills of an old system by month, and which of these months are asked for and written off.
        self.former: dict[date, list[Decimal]] = {}
        self.former_asked: dict[date, WriteOff] = {}
        self.former_done: set[date] = set()
        self.campaigns: list[CatchingUp] = []
        self.cases: dict[int, Case] = {}
        self.notices: dict[int, Notice] = {}

    # -- money and months ----------------------------------------------------------------------------------

    def of(self, month: date) -> list[Bill]:
        return [each for each in self.bills if month_of_bill(each) == month]

    def difference(self, month: date) -> Decimal:
        issued = sum((each.total for each in self.of(month)), Decimal(0))
        return issued - self.received.get(month, Decimal(0))

    def suspicious(self, month: date) -> set[int]:
        """Bills that a check in part makes exceptions of: nobody paid for them, and they have no case that stands."""
        known = {case.bill.bill_id for case in self.cases.values() if case.state is not CaseState.CLEARED}
        return {
            each.bill_id
            for each in self.of(month)
            if each.color == "blue" and each.bill_id not in self.reversed.keys() | self.paid | known
        }

    def held(self, month: date) -> int:
        """How many bills of a month have a case that is neither cleared nor rectified."""
        ended = (CaseState.CLEARED, CaseState.RECTIFIED)
        return sum(
            case.state not in ended and month_of_bill(case.bill) == month for case in self.cases.values()
        )

    def close_so_far(self) -> None:
        for month in {month_of_bill(each) for each in self.bills} - {month_of(today())} - self.due.keys():
            self.due[month] = due_on(month, WORKDAYS)

    def renew_days(self) -> None:
        """Days that are not over are reckoned by the calendar as it is now, unless two persons set them."""
        for month in self.open:
            if month not in self.fixed and self.due[month] >= today():
                self.due[month] = due_on(month, WORKDAYS)

    @property
    def open(self) -> list[date]:
        return sorted(self.due.keys() - self.done)

    # -- what is stopped -----------------------------------------------------------------------------------

    def limits(self, *, breach_stops_issuing: bool) -> tuple[Limit | None, Limit | None]:
        """After which day supply stops, and after which issuing, and why."""
        owed = min((*(self.due[month] for month in self.open), *self._caught_up()), default=None)
        overdue = None if owed is None else (owed, WRITEOFF)
        breach = min((each.limit for each in self.notices.values() if each.limit), default=None)
        issue = _earliest(overdue if self.online else None, breach if breach_stops_issuing else None)
        return _earliest(overdue, breach), issue

    def _caught_up(self) -> list[date]:
        """The last days of campaigns that stop whoever has a month of theirs left."""
        return [
            each.due
            for each in self.campaigns
            if each.stops
            and not each.ended
            and any(each.includes(month) for month in self.former.keys() - self.former_done)
        ]

    def issuing_stops(self, kind: str, *, correcting: bool, breach_stops_issuing: bool) -> str:
        """The code with which a bill of a kind is refused now; empty where it is issued."""
        _, limit = self.limits(breach_stops_issuing=breach_stops_issuing)
        spared = correcting and limit is not None and limit[1] == RECTIFICATION
        if limit is not None and limit[0] < today() and not spared:
            return "unit.issuing_locked"
        months = [month_of_bill(each) for each in self.bills if each.kind == kind]
        owes = months and months[-1] < month_of(today()) and months[-1] not in self.done
        return "unit.writeoff_required" if self.online and owes else ""

    # -- bills ---------------------------------------------------------------------------------------------

    def standing(self, bill: Bill) -> BillStanding:
        states = [case.state for case in self.cases.values() if case.bill.bill_id == bill.bill_id]
        standing = [state for state in states if state is not CaseState.CLEARED]
        told = _STANDINGS.get(standing[-1], BillStanding.EXCEPTION) if standing else BillStanding.WRITTEN_OFF
        # What is in question stands while the month is open again.
        is_open = month_of_bill(bill) not in self.done and not told.is_questioned
        return BillStanding.OPEN if is_open else told

    def owed(self, case: Case) -> bool:
        """Whether a notice asks for a bill instead of a case's, which is reversed and was not reissued yet."""
        asked = case.state is CaseState.RECTIFYING and case.bill.bill_id in self.reversed
        return asked and case.bill.bill_id not in self.reissued

    def replacement(self, case: Case) -> int | None:
        """A bill that may be said to replace the reversed one of a case, if there is any that no notice has."""
        if case.bill.bill_id in self.reissued:
            return None
        used = {*self.reissued.values()} | {
            new for each in self.notices.values() for new in each.replaced.values()
        }
        later = [
            each.bill_id
            for each in self.bills
            if each.color == "blue"
            and each.issued_at >= case.bill.issued_at
            and each.bill_id not in self.reversed.keys() | used | {case.bill.bill_id}
        ]
        return later[0] if later and case.bill.bill_id in self.reversed else None


def _earliest(*limits: Limit | None) -> Limit | None:
    """Of the same day, what is owed by the month comes first."""
    return min((each for each in limits if each), key=lambda limit: limit[0], default=None)


def month_of_bill(bill: Bill) -> date:
    """The month of a bill's issue."""
    return month_of(to_shanghai(bill.issued_at).date())


def days(count: int) -> timedelta:
    """So many days."""
    return timedelta(days=count)
