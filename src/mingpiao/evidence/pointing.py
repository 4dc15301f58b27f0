"""Reads the facts that a large language model points at: it says where one stands, the platform reads what stands there."""

import re
from collections.abc import Callable, Mapping, Sequence

from mingpiao.evidence.extraction.amounts import spot_amounts
from mingpiao.evidence.extraction.characters import fold, packed
from mingpiao.evidence.extraction.dates import spot_dates
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.names import is_name
from mingpiao.evidence.model import Extraction
from mingpiao.kernel.money import plain
from mingpiao.reading.model import Found, PageLines, PagePlace, TextLine

_SHORTEST_ACCOUNT, _LONGEST_ACCOUNT = 8, 30


def read_pointed(fact: str, written: str, places: tuple[PagePlace, ...], says: Extraction) -> Found | None:
    """What the page says where a model pointed; None where it says no such fact there."""
    value = _READERS[fact](written, places, says)
    return None if value is None else Found(value=value, text=written, places=places)


def _name(written: str, _places: Sequence[PagePlace], _says: Extraction) -> str | None:
    return written if is_name(fold(written)) else None


def _amount(written: str, places: Sequence[PagePlace], says: Extraction) -> str | None:
    # The reader has seen the page around the quote, and knows the unit in the head of its table.
    known = {
        one.value
        for one in says.amounts
        if packed(one.found.text) in packed(written) and _is_on(one.found, places)
    }
    values = known or {one.value for one in spot_amounts(_flow(written))}
    return plain(values.pop()) if len(values) == 1 else None


def _is_on(found: Found, lines: Sequence[PagePlace]) -> bool:
    return any(_within(place, line) for place in found.places for line in lines)


def _within(part: PagePlace, line: PagePlace) -> bool:
    middle = (part.top + part.bottom) / 2
    across = line.left <= (part.left + part.right) / 2 <= line.right
    return part.page == line.page and across and line.top <= middle <= line.bottom


def _day(written: str, _places: Sequence[PagePlace], _says: Extraction) -> str | None:
    days = {day for _, _, day in spot_dates(_flow(written))}
    return days.pop() if len(days) == 1 else None


def _account(written: str, _places: Sequence[PagePlace], _says: Extraction) -> str | None:
    digits = re.sub(r"\D", "", fold(written))
    return digits if _SHORTEST_ACCOUNT <= len(digits) <= _LONGEST_ACCOUNT else None


def _words(written: str, _places: Sequence[PagePlace], _says: Extraction) -> str | None:
    return written


_READERS: Mapping[str, Callable[[str, Sequence[PagePlace], Extraction], str | None]] = {
    "payer": _name,
    "payee": _name,
    "total": _amount,
    "signed_on": _day,
    "account": _account,
    "purpose": _words,
    "status": _words,
}


def _flow(text: str) -> Flow:
    place = PagePlace(page=1, left=0, top=0, right=1, bottom=0.1)
    line = TextLine(text=text, place=place)
    return Flow([PageLines(number=1, width=1, height=1, rotation=0, method="text", lines=(line,))])
