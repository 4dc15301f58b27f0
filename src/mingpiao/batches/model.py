"""Values of batches: a sheet, its rows, and what became of each."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem
from mingpiao.rules.model import Hit, Severity

#: Rows that one batch may have.
MAX_ROWS = 10_000


class BatchState(StrEnum):
    """The state of a batch."""

    CHECKING = "checking"
    CHECKED = "checked"
    RUNNING = "running"
    STOPPED = "stopped"
    FINISHED = "finished"

    @property
    def label(self) -> str:
        return _BATCH_LABELS[self]

    @property
    def moving(self) -> bool:
        """Whether the platform is at work on the batch."""
        return self in (BatchState.CHECKING, BatchState.RUNNING)


_BATCH_LABELS = {
    BatchState.CHECKING: "正在核对",
    BatchState.CHECKED: "待开具",
    BatchState.RUNNING: "正在开具",
    BatchState.STOPPED: "已停止",
    BatchState.FINISHED: "已完成",
}


class RowState(StrEnum):
    """The state of a row. A row that is being sent may have its bill or not; nobody knows until it is answered.

    One that went to the unit's 复核人 goes on as an application, and no longer as a row.
    """

    NEW = "new"
    WRONG = "wrong"
    ASKED = "asked"
    READY = "ready"
    SENDING = "sending"
    TO_CHECKER = "to_checker"
    ISSUED = "issued"

    @property
    def label(self) -> str:
        return _ROW_LABELS[self]


_ROW_LABELS = {
    RowState.NEW: "待核对",
    RowState.WRONG: "有问题",
    RowState.ASKED: "需核实",
    RowState.READY: "可开具",
    RowState.SENDING: "开具中",
    RowState.TO_CHECKER: "已送复核",
    RowState.ISSUED: "已开具",
}
#: States of rows that may still be changed.
OPEN_STATES = (RowState.NEW, RowState.WRONG, RowState.ASKED, RowState.READY)


class PackState(StrEnum):
    """The state of a batch's ZIP file of OFDs."""

    NONE = "none"
    WAITING = "waiting"
    READY = "ready"


class SheetRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row as it came: its number in the file (the heading is 1) and the texts of its cells by column.

    A cell that could not be read has a sentence in `faults`.
    """

    row_no: int
    cells: dict[str, str]
    faults: dict[str, str] = {}


class BillBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A batch of a unit. `counts` are its rows by state; `stop_reason` says why the platform stopped it;
    `total_to_issue` is the sum of the rows of `to_issue`.

    `started_name` is the person in whose name rows are issued; `packed_size` is the ZIP file's in bytes.
    """

    batch_id: int
    unit_id: int
    kind: str
    file_name: str
    state: BatchState
    version: int
    run: int
    uploaded_name: str
    uploaded_at: datetime
    started_by: int | None
    started_name: str
    started_from: str
    started_at_point: str
    started_at: datetime | None
    finished_at: datetime | None
    stop_reason: str
    pack_state: PackState
    packed_count: int
    packed_size: int
    pack_expires_at: datetime | None
    counts: dict[RowState, int] = {}
    issued_total: Decimal = Decimal(0)
    total_to_issue: Decimal = Decimal(0)

    @property
    def rows(self) -> int:
        return sum(self.counts.values())

    def count(self, state: str) -> int:
        """How many rows are in a state."""
        return self.counts.get(RowState(state), 0)

    @property
    def open_rows(self) -> int:
        """Rows that are neither issued nor on their way."""
        return sum(self.count(state) for state in OPEN_STATES)

    @property
    def to_issue(self) -> int:
        return self.count(RowState.READY) + self.count(RowState.SENDING)

    @property
    def startable(self) -> bool:
        """Whether issuing may start or go on."""
        return not self.state.moving and self.to_issue > 0


class BatchRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a batch with what was found about it.

    `problems` refuse it, by column; `hits` ask or warn; `reasons` answer rules by their code. `bill_id` and what
    follows are there once it is issued; `application_id` is the application that a row became.
    """

    batch_id: int
    row_no: int
    unit_id: int
    cells: dict[str, str]
    faults: dict[str, str]
    reasons: dict[str, str]
    state: RowState
    business_no: str
    payer_name: str
    total: Decimal | None
    problems: tuple[Problem, ...]
    hits: tuple[Hit, ...]
    handler: str
    bill_id: int | None
    check_code: str
    issued_at: datetime | None
    application_id: int | None

    @property
    def identity(self) -> BillIdentity | None:
        return None if self.bill_id is None else BillIdentity.from_bill_id(self.bill_id)

    @property
    def asks(self) -> tuple[Hit, ...]:
        """The questions of rules, answered or not."""
        return tuple(hit for hit in self.hits if hit.severity is Severity.ASK)

    @property
    def unanswered(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.asks if not self.reasons.get(hit.rule))

    @property
    def open(self) -> bool:
        """Whether the row may still be changed."""
        return self.state in OPEN_STATES


class RowFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows a list shows; empty members do not restrict. `rule` is the code of a rule that asks or warns."""

    state: str = ""
    rule: str = ""
    payer: str = ""
    row_no: int | None = None


class RuleCount(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that asks about rows of a batch: how many wait for a reason, and an example of what it says."""

    rule: str
    name: str
    message: str
    basis: str
    rows: int
