"""Filters of bill lists as they stand in the address: read, checked, and written back."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar
from urllib.parse import urlencode

import msgspec

from mingpiao.evidence.service import is_digest
from mingpiao.issuing.model import BillFilter, BillState, Color
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import is_number
from mingpiao.kernel.errors import Problem
from mingpiao.kernel.money import MAX_AMOUNT, places

_TEXT_LENGTH = 100
#: What a list shows that was asked for nothing in particular.
_USUAL_DAYS = 30
_NAMES = (
    "from", "to", "kind", "payer", "amount_from", "amount_to", "state", "color", "code", "number", "evidence",
)  # fmt: skip
_Value = TypeVar("_Value")


class ListQuery(msgspec.Struct, frozen=True, kw_only=True):
    """The texts that a filter was read from (for the form and the address) and what is wrong in them."""

    values: dict[str, str]
    problems: tuple[Problem, ...]

    def address(self, path: str, **more: str) -> str:
        """The address of a page with this filter; empty values are left out."""
        given = {name: value for name, value in (self.values | more).items() if value}
        return f"{path}?{urlencode(given)}" if given else path


class BillQuery(ListQuery, frozen=True, kw_only=True):
    """A filter of bills."""

    wanted: BillFilter


def read_bill_query(parameters: Mapping[str, str], *, also: tuple[str, ...] = ()) -> BillQuery:
    """Read a filter from an address' parameters. `also` names further texts to keep in `values`.

    Without any parameter the last thirty days are wanted; with a number, that bill of any day. A wrong value is a problem and restricts
    nothing, so that a caller shows no list while there are problems.
    """
    values = {name: clean_text(parameters.get(name, "")) for name in (*_NAMES, *also)}
    if not any(values.values()):
        values["from"] = usual_start()
    if is_number(values["number"]):
        # Who has a bill's number wants that bill, whatever dates the form happened to show.
        values["from"] = values["to"] = ""
    problems: list[Problem] = []

    def read(name: str, convert: Callable[[str], _Value], message: str) -> _Value | None:
        if not values[name]:
            return None
        try:
            return convert(values[name])
        except (ValueError, InvalidOperation):
            problems.append(Problem(code=f"filter.{name}_invalid", field=name, message=message))
            return None

    found: dict[str, Any] = {
        "issued_from": read("from", read_day, "开始日期不正确，请按“年-月-日”填写。"),
        "issued_to": read("to", read_day, "结束日期不正确，请按“年-月-日”填写。"),
        "amount_from": read("amount_from", _amount, "最低金额不正确，请填写最多两位小数的数字。"),
        "amount_to": read("amount_to", _amount, "最高金额不正确，请填写最多两位小数的数字。"),
        "state": read("state", BillState, "没有这种票据状态，请从列表中选择。") or "",
        "color": read("color", Color, "没有这种票据类型，请从列表中选择。") or "",
        "code": read("code", _digits(8), "票据代码应为8位数字，请核对。") or "",
        "number": read("number", _digits(10), "票据号码应为10位数字，请核对。") or "",
        "evidence": read("evidence", _digest, "没有这份佐证材料，请从佐证材料列表进入。") or "",
        "kind": values["kind"],
        "payer": values["payer"],
    }
    problems += _order_problems(found)
    return BillQuery(values=values, wanted=BillFilter(**found), problems=tuple(problems))


def clean_text(text: str) -> str:
    """A text from the address without what cannot be printed (NUL among it), at most 100 characters."""
    return "".join(character for character in text if character.isprintable()).strip()[:_TEXT_LENGTH]


def read_day(text: str) -> date:
    """A date of this century; raises ValueError for anything else."""
    day = date.fromisoformat(text)
    if not 2000 <= day.year < 2100:
        raise ValueError(text)
    return day


def usual_start() -> str:
    """The day on which a list begins that was asked for nothing in particular."""
    return (today() - timedelta(days=_USUAL_DAYS)).isoformat()


def _amount(text: str) -> Decimal:
    amount = Decimal(text.replace(",", ""))
    if not amount.is_finite() or places(amount) > 2 or abs(amount) > MAX_AMOUNT:
        raise ValueError(text)
    return amount


def _digest(text: str) -> str:
    if not is_digest(text):
        raise ValueError(text)
    return text


def _digits(count: int) -> Callable[[str], str]:
    def convert(text: str) -> str:
        if len(text) != count or not (text.isascii() and text.isdigit()):
            raise ValueError(text)
        return text

    return convert


def _order_problems(found: Mapping[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    first, last = found["issued_from"], found["issued_to"]
    if first and last and first > last:
        message = "结束日期早于开始日期，请调整。"
        problems.append(Problem(code="filter.dates_reversed", field="to", message=message))
    lowest, highest = found["amount_from"], found["amount_to"]
    if lowest is not None and highest is not None and lowest > highest:
        message = "最高金额低于最低金额，请调整。"
        problems.append(Problem(code="filter.amounts_reversed", field="amount_to", message=message))
    return problems
