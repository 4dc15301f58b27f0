"""An export of a list, as its owner sees it."""

from datetime import datetime
from enum import StrEnum

import msgspec


class ExportState(StrEnum):
    """The state of an export."""

    WAITING = "waiting"
    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def open(self) -> bool:
        """Whether the export is not finished yet."""
        return self in (ExportState.WAITING, ExportState.RUNNING)


_LABELS = {
    ExportState.WAITING: "排队",
    ExportState.RUNNING: "进行中",
    ExportState.READY: "可下载",
    ExportState.FAILED: "失败",
}


class ExportOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What to export: a list by name, with the members of its address, as csv or xlsx.

    `title` is the list's name for people; `file_name` is the name under which the file is saved.
    """

    list_name: str
    title: str
    file_name: str
    format: str
    question: dict[str, str]


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """An export that was requested. `written` counts rows, `size` bytes; the file is deleted at `expires_at`."""

    export_id: int
    account_id: int
    order: ExportOrder
    state: ExportState
    written: int
    size: int
    failure: str
    asked_at: datetime
    finished_at: datetime | None
    expires_at: datetime
