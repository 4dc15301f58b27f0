"""Reading forms and addresses: text in, text out, nothing that a database would choke on.

Days, amounts and ids of an address have one grammar each, of ASCII digits only: an address is written
by our own pages, and two spellings of one thing would be two addresses of one page.
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation

from mingpiao.kernel.money import MAX_AMOUNT
from mingpiao.portals.session import PageRequest

#: Longer texts are cut before they are judged; no field of any form is that long.
MAX_TEXT = 2_000
#: Texts of an address are compared with names and codes; none of those is longer.
_TEXT_LENGTH = 100
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"-?([0-9]{1,3}(,[0-9]{3})+|[0-9]+)(\.[0-9]{1,2})?")
_ID = re.compile(r"[0-9]{1,18}")


async def read_form(request: PageRequest) -> dict[str, str]:
    """The text fields of a posted form without outer spaces; of a name given twice, the last."""
    form = await request.form()
    return {name: clean(value) for name, value in form.multi_items() if isinstance(value, str)}


def read_query(request: PageRequest) -> dict[str, str]:
    """The members of the address's query without outer spaces; of a name given twice, the last."""
    return {name: clean(value) for name, value in request.query_params.multi_items()}


def clean(text: str) -> str:
    """Text without NUL and outer spaces, at most `MAX_TEXT` long."""
    return text.replace("\x00", "").strip()[:MAX_TEXT]


def read_number(text: str) -> Decimal | None:
    """A number as people type it (full-width digits, thousands commas), or None when it is none.

    At most 15 digits before the point, so that products of two stay exact.
    """
    plain = unicodedata.normalize("NFKC", text).replace(",", "").replace(" ", "")
    whole, _, decimals = plain.removeprefix("-").partition(".")
    if not (whole + decimals).isascii() or not (whole + decimals).isdigit() or len(whole) > 15:
        return None
    try:
        return Decimal(plain) if len(decimals) <= 15 else None
    except InvalidOperation:
        return None


def clean_text(text: str) -> str:
    """A text from the address without what cannot be printed (NUL among it), at most 100 characters."""
    return "".join(character for character in text if character.isprintable()).strip()[:_TEXT_LENGTH]


def read_day(text: str) -> date:
    """A date of this century, written 2026-11-21. Raises ValueError for anything else."""
    day = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    if day is None or not 2000 <= day.year < 2100:
        raise ValueError(text)
    return day


def read_amount(text: str) -> Decimal:
    """An amount in 元, two decimals at most, thousands apart by commas or not. Raises ValueError for anything else."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError(text)
    amount = Decimal(text.replace(",", ""))
    if abs(amount) > MAX_AMOUNT:
        raise ValueError(text)
    return amount


def read_id(text: str, most: int = 18) -> int | None:
    """The number of a row, of so many digits at most, or None for anything else."""
    return int(text) if _ID.fullmatch(text) and len(text) <= most else None
