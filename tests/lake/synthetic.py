"""Invented rows of the lake: units, payers and items few enough to meet again, over some months."""

import random
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from mingpiao.issuing.history import subjects_of
from mingpiao.issuing.model import BillItem, Payer
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.lake.model import Dataset
from mingpiao.lake.parquet import write_rows
from mingpiao.lake.rows import content_hash, payer_hash
from mingpiao.rules.service import item_columns

UNITS = {1: ("150102", "hospital"), 2: ("150102", "school"), 3: ("150221", "hospital")}
#: Names with codes; one name comes without a code and with two, one code under two names.
PAYERS = (
    ("张三", ""),
    ("张三", "11010519491231002X"),
    ("张三", "931840199001010011"),
    ("李四", "440524198801010011"),
    ("李四（丁）", "12440600MB2C07549J"),
    ("李四(丁)", "12440600mb2c07549j"),
    ("李四（丁）有限公司", "12440600MB2C07549J"),
    ("无", ""),
)
PRICES = {"060101": Decimal("10.00"), "060102": Decimal("25.50"), "070101": Decimal("300.00")}

Row = dict[str, Any]


def bill_row(
    bill_id: int,
    unit_id: int,
    issued_at: datetime,
    *,
    payer: str = "张三",
    code: str = "",
    items: Sequence[tuple[str, Decimal]] = (("060101", Decimal("10.00")),),
    **changes: Any,
) -> Row:
    """A blue bill; columns that are not told are NULL or plain."""
    region, unit_type = UNITS[unit_id]
    total = sum((amount for _, amount in items), Decimal(0))
    row: Row = {
        "kind": "0601",
        "category": "06",
        "total": total,
        "remark": "",
        "unit_id": unit_id,
        "unit_region": region,
        "unit_type": unit_type,
        "payer_name": payer,
        "payer_code": code,
        "issued_date": issued_at.date(),
        "issued_year": issued_at.year,
        "items_count": len(items),
        "items_sum": total,
        "items": [
            dict.fromkeys(item_columns())
            | {"code": code, "class": code[:2], "amount": amount, "line": amount}
            for code, amount in items
        ],
        "extension": {},
        "extension_numbers": {},
        "extension_dates": {},
        "bill_id": bill_id,
        "issued_at": issued_at,
    }
    row |= changes
    return row | _subjects(row)


def _subjects(row: Row) -> Row:
    items = [
        BillItem(
            code=item["code"],
            name="",
            quantity=Decimal(1),
            unit="",
            rate=item["amount"],
            amount=item["amount"],
        )
        for item in row["items"]
    ]
    payer = Payer(type="1", name=row["payer_name"], code=row["payer_code"])
    subjects = subjects_of(payer, row["kind"], items, row["total"])
    return {
        "payer_subject": payer_hash(subjects.payer),
        "twin_subject": payer_hash(subjects.recast),
        "content_subject": content_hash(subjects.content),
    }


def reversal_row(bill_id: int, blue: Row, issued_at: datetime) -> Row:
    """The red bill of a blue one."""
    kept = ("unit_id", "unit_region", "total", "payer_subject", "twin_subject", "content_subject")
    return {name: blue[name] for name in kept} | {
        "bill_id": bill_id,
        "blue_bill_id": blue["bill_id"],
        "blue_date": blue["issued_date"],
        "issued_at": issued_at,
        "issued_date": issued_at.date(),
    }


def random_past(chance: random.Random, bills: int, days: int, last: date) -> tuple[list[Row], list[Row]]:
    """Blue and red bills over some days; now and then several in the same second."""
    moments = []
    for _ in range(bills):
        day = last - timedelta(days=chance.randrange(days))
        second = chance.choice([0, 1, chance.randrange(86_400)])
        start = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
        moments.append(start + timedelta(seconds=second))
    moments.sort()
    blues = []
    for index, moment in enumerate(moments):
        name, code = chance.choice(PAYERS)
        items = chance.choices(list(PRICES.items()), k=chance.choice([1, 1, 2]))
        unit = chance.choice(list(UNITS))
        blues.append(bill_row(1_000 + index, unit, moment, payer=name, code=code, items=items))
    reds = []
    for index, blue in enumerate(blues):
        if chance.random() < 0.25:
            later = blue["issued_at"] + timedelta(seconds=chance.choice([0, 60, 86_400, 20 * 86_400]))
            reds.append(reversal_row(1_000_000 + index, blue, later))
    return blues, reds


def write_lake(folder: Path, blues: list[Row], reds: list[Row]) -> dict[Dataset, list[Path]]:
    """The rows as files, one a dataset."""
    paths: dict[Dataset, list[Path]] = {}
    for dataset, rows in ((Dataset.BILLS, blues), (Dataset.REVERSALS, reds)):
        path = folder / f"{dataset.value}.parquet"
        path.write_bytes(write_rows(dataset, rows))
        paths[dataset] = [path] if rows else []
    return paths
