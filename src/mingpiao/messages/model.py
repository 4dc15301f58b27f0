"""Values of messages inside the platform."""

from datetime import datetime

import msgspec


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """站内消息 to a unit or a department. `link` is a portal page; `read` says whether the asking account read
    it, or what it asked for is done.
    """

    message_id: int
    title: str
    body: str
    link: str
    urgent: bool
    created_at: datetime
    read: bool
