"""Parts of the page of one bill that are the same for a unit and for a department."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.issuing.model import RELATED_FIELDS, Bill
from mingpiao.journal.model import Event
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.rendering import day
from mingpiao.writeoff.model import BillStanding, BillWriteOff, WorkStep

#: Badges of 核销状态.
STANDING_COLOURS: Mapping[BillStanding, str] = {
    BillStanding.OPEN: "secondary",
    BillStanding.WRITTEN_OFF: "green",
    BillStanding.EXCEPTION: "orange",
    BillStanding.BREACH: "red",
    BillStanding.RECTIFYING: "orange",
}
_MEANINGS: Mapping[BillStanding, str] = {
    BillStanding.OPEN: "未核销，所在月份核销后变为已核销。",
    BillStanding.EXCEPTION: "异常，核销时列为异常票据，由财政部门审核。",
    BillStanding.BREACH: "违规，财政部门已认定。",
    BillStanding.RECTIFYING: "整改中，财政部门已通知整改。",
}


def bill_keys(bills: Iterable[Bill]) -> list[tuple[int, int, str, datetime]]:
    """What write-off needs of bills to tell where they stand."""
    return [(bill.unit_id, bill.bill_id, bill.kind, bill.issued_at) for bill in bills]


def standing_words(writeoff: BillWriteOff) -> str:
    """核销状态 of a bill as a sentence; empty where there is nothing to tell."""
    if not writeoff.is_told:
        return ""
    if writeoff.is_written_off and writeoff.written_off_at is not None:
        return f"已核销，{day(writeoff.written_off_at)}，核销编号 {writeoff.serial}"
    return _MEANINGS[writeoff.standing]


def extension_of(catalog: Catalog, bill: Bill) -> list[tuple[str, str]]:
    """其他信息 of a bill as (label, value), without empty ones.

    The members of a red bill that name the blue one are left out: the page has a link to it.
    """
    kind = catalog.kinds.get(bill.kind)
    labels = {field.name: field.label for field in kind.extension_fields} if kind else {}
    return [
        (labels.get(name, name), value)
        for name, value in bill.extension.items()
        if value and name not in RELATED_FIELDS
    ]


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """What stands beside 正常 of a bill that its department doubts."""

    label: str
    colour: str


def doubt_of(writeoff: BillWriteOff) -> Doubt | None:
    """None of a bill that nobody doubts."""
    if not writeoff.standing.is_questioned:
        return None
    return Doubt(label=writeoff.standing.label, colour=STANDING_COLOURS[writeoff.standing])


def history_of(events: Iterable[Event], steps: Iterable[WorkStep] = ()) -> list[HistoryLine]:
    """The history of a bill, with the steps of its exceptions."""
    issued = [
        HistoryLine(at=event.occurred_at, what=event.type.label, note=event.facts.get("reason", ""))
        for event in events
    ]
    examined = [
        HistoryLine(at=step.at, what=step.kind.label, who=step.actor_name, note=step.words) for step in steps
    ]
    return sorted([*issued, *examined], key=lambda line: line.at)
