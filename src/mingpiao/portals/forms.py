"""Forms, declared as data, that show refusals on their own page; and functions that read members of forms and
addresses.

The handler of a form reads the members and calls the verb. On a `Refusal` it shows the page again with what
was typed and the problems. Each problem is shown at its field and in the summary at the top. If the session
has ended meanwhile, `portals/kept.py` keeps what was typed, for every form without its help.

Texts are read without characters that a database does not accept.

Days, amounts and ids in an address each have one grammar, of ASCII digits only: our own pages write the
addresses, and a second spelling of a value would give one page two addresses.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Literal

import msgspec
from litestar import Response

from mingpiao.identity.service import PROOF_FIELD
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_date, read_typed_decimal, read_whole
from mingpiao.kernel.money import MAX_AMOUNT, fits_places
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest

#: A longer text is refused, never cut: half a list of sheets is another list.
MAX_TEXT = 20_000
#: So much of a text in an address is read.
MAX_QUERY = 2_000
#: Texts of an address are compared with names and codes; none of those is longer.
_TEXT_LENGTH = 100


class FormField(msgspec.Struct, frozen=True, kw_only=True):
    """A field of a form. `name` is that of its member, and the path in a problem's `field`.

    `kind` chooses how it is drawn (`suggest`: a choice among many, read by `chosen_option`); `options` are
    (value, label) of a choice, `empty` the label of choosing none; `attributes` are further attributes of the
    input.
    """

    name: str
    label: str
    kind: Literal["text", "date", "textarea", "select", "suggest", "radios"] = "text"
    required: bool = False
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    empty: str = ""
    attributes: dict[str, str | int] = {}


class PageForm(msgspec.Struct, frozen=True, kw_only=True):
    """A form: the address it posts to, its fields, its button, and the link that cancels it.

    `once` keeps a second press of the button from sending it twice; a form that only leads to the next step
    does not need that.
    """

    address: str
    fields: tuple[FormField, ...]
    button: str
    cancel: str
    note: str = ""
    once: bool = True


def form_page(
    request: PageRequest,
    form: PageForm,
    values: Mapping[str, str],
    problems: tuple[Problem, ...] = (),
    *,
    template: str = "form.html",
    **context: Any,
) -> Response[str]:
    """The page of a form with what was typed and the problems.

    A `template` of its own shows more beside the form, which `form_parts.html` draws.
    """
    return page(request, template, form=form, values=values, problems=problems, **context)


def fields_of_form(refusal: Refusal, form: str) -> tuple[Problem, ...]:
    """The problems at the fields of one of several forms on a page, whose fields are called `form/field`."""
    return tuple(
        msgspec.structs.replace(each, field=f"{form}/{each.field}") if each.field else each
        for each in refusal.problems
    )


async def read_form(request: PageRequest) -> dict[str, str]:
    """The text fields of a posted form without outer spaces; if a name occurs twice, the last value. What was typed to
    prove again who the person is (`proof.py`) is none of them. Raises `Refusal` (`form.too_long`, 422).
    """
    members = (await request.form()).multi_items()
    texts = {name: value for name, value in members if isinstance(value, str) and name != PROOF_FIELD}
    found = {name: clean(value) for name, value in texts.items()}
    if long := [name for name, value in found.items() if len(value) > MAX_TEXT]:
        message = f"填写的内容超过{MAX_TEXT:,}字，请分几次办理。"
        raise Refusal(
            *(Problem(code="form.too_long", field=name, message=message, status=422) for name in long)
        )
    return found


async def read_ids(request: PageRequest, name: str) -> list[int]:
    """The numbers of a posted member that may occur several times, in their order and each once."""
    numbers = [read_id(str(value)) for value in (await request.form()).getall(name, [])]
    return list(dict.fromkeys(each for each in numbers if each is not None))


def chosen_option(text: str, options: Sequence[tuple[str, str]]) -> str | None:
    """The value of the option that a text means: by its value, by its label, by both as `suggest` writes them, or by
    a part of the label that no other one has. None for any other text.
    """
    exact = [value for value, label in options if text in (value, label, f"{label}（{value}）")]
    found = exact or [value for value, label in options if text and text in label]
    return found[0] if len(found) == 1 else None


def read_query(request: PageRequest) -> dict[str, str]:
    """The members of the address's query without outer spaces; if a name occurs twice, the last value."""
    return {name: clean(value)[:MAX_QUERY] for name, value in request.query_params.multi_items()}


def clean(text: str) -> str:
    """Text without NUL and outer spaces."""
    return text.replace("\x00", "").strip()


def clean_text(text: str) -> str:
    """A text from the address without what cannot be printed (NUL among it), at most 100 characters."""
    return "".join(character for character in text if character.isprintable()).strip()[:_TEXT_LENGTH]


def read_day(text: str) -> date:
    """A date of this century, written 2026-11-21. Raises ValueError for any other text."""
    day = read_date(text)
    if day is None or not 2000 <= day.year < 2100:
        raise ValueError(text)
    return day


def read_amount(text: str) -> Decimal:
    """An amount in 元, at most two decimals, with or without commas between thousands. Raises ValueError for
    any other text.
    """
    amount = read_typed_decimal(text) if text.isascii() and " " not in text else None
    if amount is None or not fits_places(amount, 2) or abs(amount) > MAX_AMOUNT:
        raise ValueError(text)
    return amount


def read_id(text: str, most: int = 18) -> int | None:
    """The number of a row, with a limited number of digits; None for any other text."""
    return read_whole(text, digits=most)
