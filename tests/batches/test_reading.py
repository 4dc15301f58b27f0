"""Cells as people and spreadsheet programs write them."""

from decimal import Decimal

import msgspec
import pytest

from mingpiao.batches.columns import SheetColumn, columns_of, item_label
from mingpiao.batches.reading import Wanted, complete, content_of, names_of_items, tidy_cells
from mingpiao.catalog.model import BillKind, Rate, RateKind
from mingpiao.demo.charge_items import charge_items
from mingpiao.demo.kinds import KINDS

_COLUMNS = (
    SheetColumn(name="number", label="数量", note="", sort="number"),
    SheetColumn(name="year", label="年度", note="", sort="year"),
    SheetColumn(name="day", label="日期", note="", sort="date"),
    SheetColumn(name="text", label="名称", note=""),
)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("1,234.50", "1234.5"),
        ("￥100元", "100"),
        ("１２", "12"),
        ("100.00", "100"),
        ("一百", "一百"),
        ("1e3", "1e3"),
    ],
)
def test_numbers(written: str, kept: str) -> None:
    assert tidy_cells(_COLUMNS, {"number": written})["number"] == kept


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("2026-01-31", "2026-01-31"),
        ("46053", "2026-01-31"),
        ("2026/1/5", "2026-01-05"),
        ("2026年1月5日", "2026-01-05"),
        ("2026.01.05", "2026-01-05"),
        ("2026-01-05T08:00:00", "2026-01-05"),
        ("昨天", "昨天"),
        ("12", "12"),
    ],
)
def test_dates(written: str, kept: str) -> None:
    assert tidy_cells(_COLUMNS, {"day": written})["day"] == kept


@pytest.mark.parametrize(
    ("written", "kept"), [("2026", "2026"), ("2026年", "2026"), ("2026.0", "2026"), ("今年", "今年")]
)
def test_years(written: str, kept: str) -> None:
    assert tidy_cells(_COLUMNS, {"year": written})["year"] == kept


def test_texts_stay_as_they_are() -> None:
    assert tidy_cells(_COLUMNS, {"text": " 46053 "})["text"] == "46053"


def _wanted(rate: Rate) -> Wanted:
    item = msgspec.structs.replace(charge_items()[0], rate=rate)
    kind = KINDS[0]
    return Wanted(kind=kind, columns=columns_of(kind, [item]), items=names_of_items([item]))


def test_a_row_is_known_by_what_it_asks_for() -> None:
    wanted = _wanted(Rate(kind=RateKind.FIXED, minimum=Decimal(20), maximum=Decimal(20)))
    (item, *_) = wanted.items.values()
    named = {"payer/name": "张三", "items/0/code": item.name, "reason": "属实", "remark": ""}
    coded = {"payer/name": "张三", "items/0/code": item.code, "items/0/quantity": "1", "total": "20"}
    assert content_of(wanted, named) == content_of(wanted, coded)
    assert content_of(wanted, complete(wanted, named)) == content_of(wanted, named)
    assert content_of(wanted, named) != content_of(wanted, coded | {"items/0/quantity": "2"})
    assert content_of(wanted, named) != content_of(wanted, coded | {"payer/name": "李四"})


def test_what_may_be_left_out_is_filled_in_once() -> None:
    fixed = _wanted(Rate(kind=RateKind.FIXED, minimum=Decimal(20), maximum=Decimal(20)))
    (item, *_) = fixed.items.values()
    cells = {"items/0/code": item.name}
    filled = cells | {"items/0/quantity": "1", "items/0/rate": "20"}
    assert complete(fixed, cells) == filled
    later = _wanted(Rate(kind=RateKind.FIXED, minimum=Decimal(30), maximum=Decimal(30)))
    assert complete(later, filled) == filled
    free = _wanted(Rate(kind=RateKind.FREE))
    assert complete(free, cells) == cells | {"items/0/quantity": "1"}
    assert complete(free, {"items/0/code": "没有的"}) == {"items/0/code": "没有的"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind.code))
def test_no_two_columns_have_one_heading(kind: BillKind) -> None:
    labels = [column.label for column in columns_of(kind, ())]
    assert len(set(labels)) == len(labels)


def test_items_of_one_name_are_told_apart_by_code() -> None:
    first, second, *_ = charge_items()
    twin = msgspec.structs.replace(second, name=first.name)
    assert item_label(first, [first, second]) == first.name
    assert item_label(first, [first, twin]) == f"{first.code} {first.name}"
    assert set(names_of_items([first, twin])) == {
        first.code,
        twin.code,
        f"{first.code} {first.name}",
        f"{twin.code} {first.name}",
    }
