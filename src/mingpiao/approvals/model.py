"""待审变更: a change of something important, which takes effect when a second person approves it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from mingpiao.house.model import ChangedRow, Circle


class ProposalState(StrEnum):
    """An open proposal waits; the others are final."""

    OPEN = "open"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    ProposalState.OPEN: "待审",
    ProposalState.APPROVED: "已通过",
    ProposalState.RETURNED: "已退回",
    ProposalState.WITHDRAWN: "已撤回",
}


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed change of one subject: `kind` and `key` name it, `title` says for people what is proposed.

    `payload` belongs to the room that declared the kind; `affects` are the keys of what it changes. `changes`
    and `consequence` tell for people what it changes and how much that touches, as of the proposal, and of an
    approved one as of the approval. `region_code` is the department of the author, where people of departments
    propose and decide (`among`). `decided_by` is also the one who withdrew it.
    """

    proposal_id: int
    kind: str
    key: str
    title: str
    payload: dict[str, Any]
    affects: tuple[str, ...]
    changes: tuple[ChangedRow, ...]
    consequence: str
    among: Circle
    region_code: str | None
    reason: str
    author: str
    author_name: str
    proposed_at: datetime
    state: ProposalState
    decided_by: str | None = None
    decided_by_name: str | None = None
    decided_at: datetime | None = None
    opinion: str = ""


class ProposalFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which proposals a list shows; empty members leave nothing out."""

    state: ProposalState | None = None
    kind: str = ""
    key: str = ""
    author: str = ""
    among: Circle = "department"


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What an open proposal would change now, or why it no longer can be approved."""

    changes: tuple[ChangedRow, ...]
    consequence: str
    problem: str = ""
