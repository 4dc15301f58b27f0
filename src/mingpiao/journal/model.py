"""Events: what happened to a bill. Each event is a leaf of the journal's hash tree."""

from datetime import datetime
from enum import StrEnum

import msgspec


class EventType(StrEnum):
    ISSUED = "issued"
    REVERSED = "reversed"
    REVERSAL_ISSUED = "reversal_issued"

    @property
    def label(self) -> str:
        return {"issued": "开具", "reversed": "被冲红", "reversal_issued": "开具红字票据"}[self.value]


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a bill's state. `facts` describe the change, among them the SM3 of the bill's XML."""

    type: EventType
    unit_id: int
    bill_id: int
    occurred_at: datetime
    actor: str
    facts: dict[str, str] = {}
