"""短信: what is sent, in which state it is, and the port through which it goes."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec


class SmsTemplate(msgspec.Struct, frozen=True, kw_only=True):
    """A text with places for values in braces, under a stable name by which providers know it too.

    `label` is what people call it.
    """

    name: str
    label: str
    words: str


class SmsState(StrEnum):
    """How far a message is. DELIVERED and FAILED are told by the provider, FAILED by the platform too."""

    QUEUED = "queued"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    SmsState.QUEUED: "待发送",
    SmsState.SENT: "已发送",
    SmsState.DELIVERED: "已送达",
    SmsState.FAILED: "未送达",
}


class OutgoingSms(msgspec.Struct, frozen=True, kw_only=True):
    """A message as a carrier gets it. The `reference` stays the same when it is sent again.

    `template` and `values` are for providers that keep the texts of templates, `words` is the whole text.
    """

    reference: str
    mobile: str
    template: str
    values: dict[str, str]
    words: str

    def __repr__(self) -> str:
        return f"OutgoingSms(reference={self.reference!r})"


class SmsRow(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the administrator sees it: neither its text nor the whole number; `label` is its template's."""

    sms_id: int
    label: str
    mobile: str
    state: SmsState
    reason: str
    tries: int
    queued_at: datetime
    changed_at: datetime


class PhoneMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message that the demonstration's telephone shows."""

    mobile: str
    words: str
    arrived_at: datetime


class Undeliverable(Exception):
    """A carrier will never take this message; the text says why, without anything of the message."""


class Carrier(Protocol):
    """A way on which messages go out."""

    async def carry(self, message: OutgoingSms) -> None:
        """Hand the message over. Raises `Undeliverable` when trying again is no use, anything else when it is."""
        ...
