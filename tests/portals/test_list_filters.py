"""Filters of lists: one grammar for days, amounts and numbers, one status for what is wrong."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingpiao.portals.forms import read_amount, read_day, read_id
from mingpiao.portals.list_filters import (
    AmountsFilter,
    ChoiceFilter,
    DaysFilter,
    DigitsFilter,
    Filter,
    Filtered,
    Here,
    TextFilter,
)

_FILTERS: tuple[Filter, ...] = (
    DaysFilter(label="开票日期"),
    AmountsFilter(label="金额"),
    ChoiceFilter(name="state", label="状态", options=[("normal", "正常"), ("reversed", "已冲红")]),
    DigitsFilter(name="code", label="票据代码", least=8, most=8),
    TextFilter(name="payer", label="缴款人"),
)


async def _read(values: Mapping[str, str]) -> Filtered:
    names = [name for each in _FILTERS for name in each.names]
    given = dict.fromkeys(names, "") | dict(values)
    # None of these filters looks at who asks.
    here = cast(Here, None)
    found = [await each.read(here, given) for each in _FILTERS]
    wanted: dict[str, Any] = {}
    for each in found:
        wanted |= each.wanted
    return Filtered(wanted=wanted, problems=tuple(problem for each in found for problem in each.problems))


async def test_all_members_are_read() -> None:
    found = await _read(
        {
            "from": "2026-11-01",
            "to": "2026-11-20",
            "amount_from": "1,000.5",
            "amount_to": "2000",
            "state": "normal",
            "code": "15060126",
            "payer": "张三",
        }
    )
    assert found.problems == ()
    assert found.wanted == {
        "from": date(2026, 11, 1),
        "to": date(2026, 11, 20),
        "amount_from": Decimal("1000.5"),
        "amount_to": Decimal(2000),
        "state": "normal",
        "code": "15060126",
        "payer": "张三",
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from", "2026-02-30"),
        ("from", "20260230"),
        ("from", "2026-W01-1"),
        ("from", "２０２６-11-01"),
        ("from", "2026-11-1"),
        ("to", "昨天"),
        ("to", "9999-12-31"),
        ("from", "0001-01-01"),
        ("amount_from", "NaN"),
        ("amount_from", "1e400"),
        ("amount_from", "1e2"),
        ("amount_from", "+1"),
        ("amount_from", "1_000"),
        ("amount_from", "1,00"),
        ("amount_from", "１００"),
        ("amount_from", "٣"),
        ("amount_to", "1.234"),
        ("amount_to", "1."),
        ("amount_to", "abc"),
        ("amount_to", "9999999999999"),
        ("state", "gone"),
        ("code", "1506012"),
        ("code", "１５０６０１２６"),
    ],
)
async def test_what_is_wrong_is_a_problem_of_its_field(name: str, value: str) -> None:
    (problem,) = (await _read({name: value})).problems
    assert (problem.field, problem.status) == (name, 422)
    assert problem.code == f"filter.{name}_invalid"
    assert problem.message.endswith("。")


async def test_reversed_bounds_are_problems() -> None:
    asked = {"from": "2026-11-02", "to": "2026-11-01", "amount_from": "2", "amount_to": "1"}
    assert [(problem.code, problem.field) for problem in (await _read(asked)).problems] == [
        ("filter.dates_reversed", "to"),
        ("filter.amounts_reversed", "amount_to"),
    ]


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_of_the_century_is_read(day: date) -> None:
    assert read_day(day.isoformat()) == day


@given(st.decimals("-999999999999.99", "999999999999.99", places=2), st.booleans())
def test_every_amount_is_read_with_commas_or_without(amount: Decimal, grouped: bool) -> None:
    assert read_amount(f"{amount:,}" if grouped else f"{amount:f}") == amount


@given(st.text(max_size=24))
def test_any_other_text_is_refused_without_another_error(text: str) -> None:
    for read in (read_day, read_amount):
        try:
            read(text)
        except ValueError:
            continue
        assert text.isascii()
    assert read_id(text) is None or text.isascii()


@pytest.mark.parametrize("text", ["", "-1", "１", "²", "1" * 19, "0x1", " 1"])
def test_a_number_of_a_row_is_ascii_digits(text: str) -> None:
    assert read_id(text) is None
