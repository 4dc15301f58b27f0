"""Values of the generator: bills, lines, and what a line shows to who reads it."""

from datetime import date
from enum import StrEnum

import msgspec


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill; amounts in 分, of red bills negative."""

    bill_id: int
    amount: int
    issued_on: date
    payer_name: str
    business_no: str = ""
    payment_code: str = ""
    reverses: int | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a statement; amounts in 分, negative where money goes out."""

    amount: int
    received_on: date
    payer_name: str = ""
    business_no: str = ""
    payment_code: str = ""
    memo: str = ""


class Reading(StrEnum):
    """How an accountant gets from a line to its bills."""

    CLEAR = "clear"  # a whole number, a list, a range, an order, or a day of a channel
    WEAK = "weak"  # amount and day, with what the line shows of name and number
    LONELY = "lonely"  # by the payer, of whom there must be one bill only
    NONE = "none"  # pays none, and its memo says so
    UNCLEAR = "unclear"  # pays none, and says nothing: there must be no open bill that it could pay


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A line with the bills that it pays, as (bill_id, 分), and why one can tell."""

    line: Line
    kind: str
    reading: Reading
    pays: tuple[tuple[int, int], ...] = ()
    #: What the line shows of payer and number: regular expressions for the whole name and the whole number.
    name: str = ""
    number: str = ""
    #: A whole number that the payer wrote by mistake; another bill may have it.
    mistaken: str = ""


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """Bills and payments that belong together: what is taken out, is taken out whole."""

    bills: tuple[Bill, ...] = ()
    payments: tuple[Payment, ...] = ()


class MadeSet(msgspec.Struct, frozen=True):
    """The set as the file has it, and the kind of each line by its receipt_id."""

    bills: list[dict[str, str | int | None]]
    lines: list[dict[str, str | int]]
    truth: list[dict[str, str | int]]
    kinds: dict[int, str]
