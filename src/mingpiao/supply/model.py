"""Values of supply (申领): what a unit asks for, what the audit said, and how long its stock lasts."""

from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction

import msgspec


class SupplyPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """申领设置 of the province.

    A request is shortened to `months_at_most` months of use; `months_proposed` months are proposed. A request of more
    than `review_above` numbers is decided by a person. `all_written_off`: every closed month must be written off first
    (核旧领新); otherwise only those whose last day has passed. `by_levels`: units get numbers from the stock of their own
    department (逐级下发); otherwise all from the province.
    """

    months_at_most: int = 6
    months_proposed: int = 3
    review_above: int = 200_000
    all_written_off: bool = False
    by_levels: bool = False


class SupplyPolicyOf(msgspec.Struct, frozen=True, kw_only=True):
    """The policy in force; `revision` 0: nobody has set it."""

    policy: SupplyPolicy
    revision: int = 0
    changed_by_name: str = ""
    changed_at: datetime | None = None


class RequisitionState(StrEnum):
    """已发放 or 未通过 at once, or 待审核 until the department says 已发放 or 未通过, or the unit 已撤回."""

    GRANTED = "granted"
    REFUSED = "refused"
    REVIEW = "review"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    RequisitionState.GRANTED: "已发放",
    RequisitionState.REFUSED: "未通过",
    RequisitionState.REVIEW: "待审核",
    RequisitionState.WITHDRAWN: "已撤回",
}


class RequestOrigin(StrEnum):
    """How a request came: 网页, 接口, or 自动申领 by a standing order."""

    PAGE = "page"
    API = "api"
    ORDER = "order"

    @property
    def label(self) -> str:
        return {"page": "网页", "api": "接口", "order": "自动申领"}[self.value]


class SupplyFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What the audit found: a stable code, and a sentence that says what to do. `page` is where the unit does it."""

    code: str
    message: str
    page: str = ""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the audit decides: `quantity` numbers are granted, or nothing is, for the reasons in `findings`."""

    state: RequisitionState
    quantity: int = 0
    findings: tuple[SupplyFinding, ...] = ()


class Outlook(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit will use of a kind: numbers used by month (its first day), and how long its stock lasts.

    `expected` are the coming months with the numbers expected in each, the present one first; empty where nothing is
    known. `by_estimate`: they follow a figure that the unit stated and its department approved. `runs_out_on` is the
    first day on which the stock is not enough; None when it lasts through all of `expected` or nothing is known.
    """

    used: tuple[tuple[date, int], ...] = ()
    expected: tuple[tuple[date, Fraction], ...] = ()
    by_estimate: bool = False
    runs_out_on: date | None = None

    @property
    def is_known(self) -> bool:
        return bool(self.expected)


class SupplyFacts(msgspec.Struct, frozen=True, kw_only=True):
    """All that the audit of a request looks at, as of one moment under the unit's locks.

    `locks` and `valid_until` are the unit's; `open_months` closed months that are not written off, `overdue_months` and
    `overdue_notices` those whose last day has passed, in words. `free` numbers are in stock. `department_run` is the
    longest run of numbers in the stock of the unit's department; None where the province gives them.
    """

    today: date
    policy: SupplyPolicy
    outlook: Outlook
    free: int
    locks: tuple[str, ...] = ()
    valid_until: date | None = None
    open_months: tuple[str, ...] = ()
    overdue_months: tuple[str, ...] = ()
    overdue_notices: tuple[str, ...] = ()
    department_run: int | None = None


class WantedNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit asks for. `estimate` is the monthly use that a unit without use states; None: it states none.

    `request_no` is the unit's own number of the request; the same one twice is one request. `point_code` is the 开票点 in
    whose name it is asked; empty: the unit as a whole.
    """

    kind_code: str
    quantity: int
    purpose: str
    request_no: str
    point_code: str = ""
    estimate: int | None = None
    origin: RequestOrigin = RequestOrigin.PAGE


class Requisition(msgspec.Struct, frozen=True, kw_only=True):
    """申领: a unit's request for numbers of a kind, and what became of it.

    `quantity` numbers were asked for, `proposed` were proposed (None: nothing could be). `granted` numbers, from
    `first` to `last` (both inclusive) of `code`, were put in stock; 0 otherwise. `estimate` is the monthly use that
    the unit stated, `approved_estimate` the one that its department approved. `decided_by_name` is a person's name, or
    that of the automatic audit.
    """

    requisition_id: int
    unit_id: int
    kind_code: str
    quantity: int
    purpose: str
    request_no: str
    point_code: str
    estimate: int | None
    approved_estimate: int | None
    origin: RequestOrigin
    state: RequisitionState
    proposed: int | None
    free: int
    findings: tuple[SupplyFinding, ...]
    granted: int
    code: str
    first: int | None
    last: int | None
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    decided_by_name: str
    decided_at: datetime | None
    reason: str
    revision: int


class ListedRequisition(msgspec.Struct, frozen=True, kw_only=True):
    """A requisition as lists show it, with its unit's name."""

    requisition: Requisition
    unit_name: str


class RequisitionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which requisitions a list shows; empty members do not restrict. Days (Asia/Shanghai) are inclusive."""

    unit_id: int | None = None
    region_prefix: str = ""
    kind_code: str = ""
    state: str = ""
    asked_from: date | None = None
    asked_to: date | None = None


class SupplyOrder(msgspec.Struct, frozen=True, kw_only=True):
    """自动申领: below `below` numbers in stock the platform requests what it proposes. `active` False: withdrawn."""

    kind_code: str
    below: int
    active: bool
    changed_by_name: str
    changed_at: datetime


class KindStock(msgspec.Struct, frozen=True, kw_only=True):
    """库存 of a unit in a kind, as its page shows it. `proposed` None: nothing could be proposed."""

    kind_code: str
    free: int
    used: int
    outlook: Outlook
    proposed: int | None
    limit: int | None
    order: SupplyOrder | None = None
    open_request: int | None = None
