"""Values of issuing: what is asked for, what was issued, and what is answered."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal

import asyncpg
import msgspec

from mingpiao.evidence.model import Claim
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem
from mingpiao.rules.model import Confirmation, Hit

MAX_ITEMS = 200
#: What a red bill carries beside the fields of its kind: code and number of the blue one.
RELATED_FIELDS = ("RelatedInvoiceCode", "RelatedInvoiceNumber")
MAX_AUX_ITEMS = 1_000
#: Files that may back one bill.
MAX_EVIDENCE = 20
MAX_CONFIRMATIONS = 100


class Payer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """缴款人. `type` is "1" for a person, "2" for a unit; `code` is a unit's 统一社会信用代码 or a person's number."""

    type: Literal["1", "2"]
    name: str
    code: str = ""
    account: str = ""
    bank: str = ""


class RequestItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One charge: a preset item's code, quantity and rate (up to six places), amount in 元 (two)."""

    code: str
    quantity: Decimal
    rate: Decimal
    amount: Decimal
    remark: str = ""


class RequestAuxItem(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """清单明细: one line of the detailed list, under the charge item `related_code`."""

    related_code: str
    name: str
    quantity: Decimal
    amount: Decimal
    code: str = ""
    unit: str = ""
    standard: str = ""
    remark: str = ""


class IssueRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A bill that a unit wants issued. `business_no` is the unit's own, and no two bills are issued under it.

    `kind` is the four-digit 票据种类; `total` is in 元; `extension` holds 其他信息 by the MOF names
    that the kind defines. `evidence` names files by the SM3 of their files in hex; `confirmations`
    answer what rules asked when the same request came before. `point` is the code of the 开票点 in whose name it is
    issued; empty: that of the person who asks, if there is one.
    """

    business_no: str
    kind: str
    payer: Payer
    items: tuple[RequestItem, ...]
    total: Decimal
    handler: str
    checker: str = ""
    pay_mode: str = ""
    remark: str = ""
    extension: dict[str, str] = {}
    aux_items: tuple[RequestAuxItem, ...] = ()
    evidence: tuple[str, ...] = ()
    confirmations: tuple[Confirmation, ...] = ()
    point: str = ""


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """人工复核通过: a person of the department answered what these rules asked of an application."""

    application_id: int
    rules: frozenset[str]
    decided_by: str


class CheckingDemand(msgspec.Struct, frozen=True, kw_only=True):
    """复核规则: bills that a unit issues only after a second person has agreed.

    A bill is concerned when it meets all that is given: the kind, an item that is charged, and a total of
    `amount_from` (元, inclusive) or more.
    """

    demand_id: int
    unit_id: int
    kind: str = ""
    item: str = ""
    amount_from: Decimal | None = None
    active: bool = True
    changed_at: datetime
    changed_by_name: str

    def concerns(self, request: IssueRequest) -> bool:
        """Whether a bill of this request must be agreed to."""
        return (
            self.kind in ("", request.kind)
            and (not self.item or any(line.code == self.item for line in request.items))
            and (self.amount_from is None or request.total >= self.amount_from)
        )


class Sender(msgspec.Struct, frozen=True, kw_only=True):
    """The account that sent a request which the platform issues, and the 开票点 of the UKey by which it signed in."""

    account_id: int
    point: str = ""


class SecondPerson(msgspec.Struct, frozen=True, kw_only=True):
    """复核人: who agreed to the bill of an application. The bill bears this name."""

    application_id: int
    name: str


#: Whether a request is still wanted. The train asks within its own transaction, and issues nothing on False.
#: It must lock what it looked at, so that True holds until the train's commit; among trains such locks are shared.
Proviso = Callable[[asyncpg.Connection], Awaitable[bool]]


class ReversalRequest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """冲红 of a whole bill: which one, why, and who does it."""

    code: str
    number: str
    reason: str
    handler: str


class Color(StrEnum):
    """蓝票 as issued; 红票 reverses one."""

    BLUE = "blue"
    RED = "red"

    @property
    def label(self) -> str:
        return "蓝票" if self is Color.BLUE else "红票"


class BillState(StrEnum):
    """票据状态."""

    NORMAL = "normal"
    REVERSED = "reversed"

    @property
    def label(self) -> str:
        return "正常" if self is BillState.NORMAL else "已冲红"


class BillItem(msgspec.Struct, frozen=True, kw_only=True):
    """One line of an issued bill, as stored for look-ups."""

    code: str
    name: str
    quantity: Decimal
    unit: str
    rate: Decimal
    amount: Decimal
    remark: str = ""


#: What of a bill may differ between the register and the sealed original, with the words for it.
BILL_PARTS = {
    "number": "票据代码和号码",
    "kind": "票据种类",
    "region_code": "监管地区",
    "color": "票据类型",
    "state": "票据状态",
    "related": "关联票据",
    "business_no": "业务流水号",
    "check_code": "校验码",
    "issued_at": "开票时间",
    "payer": "缴款人",
    "total": "金额",
    "handler": "开票人",
    "pay_mode": "交款方式",
    "extension": "其他信息",
    "items": "收款项目",
    "sm3": "原件摘要",
    "xml": "签名原件",
}


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """An issued bill without its XML. `total` is in 元, negative on a red bill.

    `related` is the blue bill of a red one, or the red bill that reversed a blue one. `sm3` is the
    hex hash of the sealed XML. `ruleset_version` names the rules that judged it; None before there
    were any. `differs` names what the register says otherwise than the sealed original (`BILL_PARTS`). `remark`
    stands in the original alone: it is empty in lists, which do not read it. `point` is the code of the 开票点 in whose
    name it was issued, which its original does not tell; empty where none was named.
    """

    unit_id: int
    bill_id: int
    kind: str
    region_code: str
    color: Color
    state: BillState
    business_no: str
    check_code: str
    issued_at: datetime
    payer: Payer
    total: Decimal
    handler: str
    pay_mode: str
    extension: dict[str, str]
    items: tuple[BillItem, ...]
    related: BillIdentity | None
    reason: str
    sm3: str
    ruleset_version: int | None = None
    differs: tuple[str, ...] = ()
    remark: str = ""
    point: str = ""

    @property
    def differing_parts(self) -> list[str]:
        """What differs, in words."""
        return [BILL_PARTS[name] for name in self.differs]

    @property
    def identity(self) -> BillIdentity:
        return BillIdentity.from_bill_id(self.bill_id)

    @property
    def code(self) -> str:
        return self.identity.code

    @property
    def number(self) -> str:
        return self.identity.number


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """The bill is issued. With `repeated` it was issued before, and the same request came again.

    `warnings` are hits that stop nothing (提示).
    """

    bill: Bill
    repeated: bool = False
    warnings: tuple[Hit, ...] = ()


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was issued, for these reasons, all of them."""

    problems: tuple[Problem, ...]


class NeedsConfirmation(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was issued yet: rules ask whether the business complies. `hits` are those without an answer.

    `claims` tell how the files compare with the bill, for kinds that need evidence.
    """

    hits: tuple[Hit, ...]
    claims: tuple[Claim, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(hit.problem for hit in self.hits)


class NeedsChecking(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was issued yet: the rules are satisfied, and the unit demands that a second person agrees.

    `demands` are those that the bill meets; `findings` asked or warned, `claims` compare its files.
    """

    demands: tuple[CheckingDemand, ...]
    findings: tuple[Hit, ...] = ()
    claims: tuple[Claim, ...] = ()

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (
            Problem(
                code="bill.must_be_checked",
                message="本单位规定该票据须经复核人同意后开具，请逐张提交，由平台送复核人。",
                status=409,
            ),
        )


class AwaitsEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """Nothing was issued yet: these files (SM3 in hex) have not been read to the end."""

    digests: tuple[str, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (
            Problem(
                code="evidence.not_read",
                field="evidence",
                message="佐证材料正在识别，请稍后用同一业务流水号重新提交。",
                status=409,
                facts={"evidence": list(self.digests)},
            ),
        )


class Unresolved(msgspec.Struct, frozen=True, kw_only=True):
    """The database went away. `issued` is False when surely nothing was issued, None when unknown.

    In either case the same request again, under the same business number, gets the true answer.
    """

    issued: Literal[False] | None

    @property
    def problem(self) -> Problem:
        if self.issued is None:
            return Problem(
                code="service.outcome_unknown",
                message="系统繁忙，开票结果暂时无法确认，请稍后用同一业务流水号重新提交或查询，不会重复开票。",
                status=503,
            )
        return Problem(
            code="service.unavailable",
            message="系统暂时不可用，本次没有开票，请稍后用同一业务流水号重新提交。",
            status=503,
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        return (self.problem,)


Outcome = Issued | Refused | NeedsConfirmation | NeedsChecking | AwaitsEvidence | Unresolved


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """The answer that a request would get now. Nothing is issued.

    `problems` refuse it, `hits` ask or warn, `claims` compare its files; `waiting` are files that
    have not been read; `demands` are those of the unit that have it checked by a second person.
    """

    problems: tuple[Problem, ...] = ()
    hits: tuple[Hit, ...] = ()
    claims: tuple[Claim, ...] = ()
    waiting: tuple[str, ...] = ()
    demands: tuple[CheckingDemand, ...] = ()


class Supervision(msgspec.Struct, frozen=True, kw_only=True):
    """The supervision of one bill, kept with it: hits that asked or warned, reasons given, files, claims."""

    findings: tuple[Hit, ...]
    confirmations: tuple[Confirmation, ...]
    evidence: tuple[str, ...]
    claims: tuple[Claim, ...]
    application_id: int | None


class BillFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which bills a list shows; empty members do not restrict. Dates and amounts are inclusive.

    `evidence` is the SM3 (hex) of a file on which they were issued. `number_part` are the first or the last
    digits of the number, `item` is the code of a charge item, `handler` and
    `pay_mode` are parts of what the bill says. `standing` is its 核销状态, by the words of `BillStanding` in write-off.
    """

    issued_from: date | None = None
    issued_to: date | None = None
    kind: str = ""
    payer: str = ""
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    state: str = ""
    color: str = ""
    code: str = ""
    number: str = ""
    business_no: str = ""
    unit_id: int | None = None
    region_code: str = ""
    evidence: str = ""
    number_part: str = ""
    item: str = ""
    handler: str = ""
    pay_mode: str = ""
    standing: str = ""


class BillSums(msgspec.Struct, frozen=True, kw_only=True):
    """Number and sum of some bills. Amounts are in 元 and positive, those of red bills as well."""

    blue_count: int = 0
    blue_amount: Decimal = Decimal(0)
    red_count: int = 0
    red_amount: Decimal = Decimal(0)

    @property
    def count(self) -> int:
        return self.blue_count + self.red_count

    @property
    def net(self) -> Decimal:
        """What remains of the blue amount."""
        return self.blue_amount - self.red_amount


class BillChanges(msgspec.Struct, frozen=True, kw_only=True):
    """Bills in the order in which they became visible, for a program that copies them.

    `mark` continues after them. When `complete` is True, everything issued at or before the mark
    has been delivered.
    """

    bills: tuple[Bill, ...]
    mark: str
    complete: bool


class DayTotal(msgspec.Struct, frozen=True, kw_only=True):
    """Bills and amounts (元) of one day, one kind and one region."""

    day: date
    kind: str
    region_code: str
    issued_count: int
    issued_amount: Decimal
    reversed_count: int
    reversed_amount: Decimal


class BillDocument(msgspec.Struct, frozen=True, kw_only=True):
    """The sealed XML of a bill with what is needed to draw its face."""

    bill: Bill
    xml: bytes
    unit_key_id: int
    supervisor_key_id: int
