"""Values for a page that shows one thing: its history, and the actions on it.

`templates/detail.html` draws them, with the sections around.
"""

from datetime import datetime

import msgspec


class HistoryLine(msgspec.Struct, frozen=True, kw_only=True):
    """One event in the history: the time, what happened, by whom if that is known, and the person's own
    words.
    """

    at: datetime
    what: str
    who: str = ""
    note: str = ""


class PageAction(msgspec.Struct, frozen=True, kw_only=True):
    """A button that does one thing at once: it posts `values` to `address`.

    `style` is primary, danger or empty; `about` names the thing if several buttons have the same label.
    """

    label: str
    address: str
    values: dict[str, str] = {}
    style: str = ""
    about: str = ""
