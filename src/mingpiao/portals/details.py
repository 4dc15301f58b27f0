"""Values of a page that shows one thing: what has happened to it, and what may be done with it.

`templates/detail.html` draws them, with the sections around.
"""

from datetime import datetime

import msgspec


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened: when, what, by whom where it is told, and in whose words."""

    at: datetime
    what: str
    who: str = ""
    note: str = ""


class PageAction(msgspec.Struct, frozen=True, kw_only=True):
    """A button that does one thing at once: it posts `values` to `address`.

    `style` is primary, danger or nothing; `about` names the thing where several buttons read alike.
    """

    label: str
    address: str
    values: dict[str, str] = {}
    style: str = ""
    about: str = ""
