"""Reading forms and addresses: text in, text out, nothing that a database would choke on."""

import unicodedata
from decimal import Decimal, InvalidOperation

from mingpiao.portals.session import PageRequest

#: Longer texts are cut before they are judged; no field of any form is that long.
MAX_TEXT = 2_000


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
