"""A small made province for the analysis: units of two types with plain months, and rows that a test adds."""

import json
import random
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

import duckdb

from mingpiao.analysis.extracting import before
from mingpiao.analysis.inputs import RELATIONS
from mingpiao.analysis.nightly import Inputs, MonthFiles

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEWEST = date(2026, 10, 1)
Row = dict[str, Any]


class Made:
    """Rows of the four relations; `files` writes them as the lake would."""

    def __init__(self, seed: int = 1) -> None:
        self.random = random.Random(seed)
        self.bills: list[Row] = []
        self.reversals: list[Row] = []
        self.asks: list[Row] = []
        self.units: dict[int, Row] = {}
        self._next = 1

    def unit(self, unit_id: int, unit_type: str = "school", region: str = "150102") -> None:
        self.units[unit_id] = {"unit_id": unit_id, "unit_type": unit_type, "region_code": region}

    def bill(self, unit_id: int, day: date, amount: str = "120.50", **more: Any) -> Row:
        """A bill at ten in the morning of a working day, to a person with a code, of one item."""
        number, self._next = self._next, self._next + 1
        hour = more.pop("hour", 10)
        at = datetime(day.year, day.month, day.day, hour, number % 60, tzinfo=SHANGHAI).astimezone(UTC)
        payer = more.pop("payer", f"缴款人{number}")
        item = {
            "code": more.pop("item", "020101"),
            "name": "学费",
            "quantity": 1,
            "rate": more.pop("rate", amount),
            "amount": amount,
            "rate_kind": "bounded",
            "rate_minimum": "1",
            "rate_maximum": more.pop("rate_maximum", "100000"),
            "remark": "",
        }
        row = {
            "unit_id": unit_id,
            "bill_id": number,
            "kind": "0201",
            "issued_at": at.strftime("%Y-%m-%d %H:%M:%S"),
            "issued_date": day.isoformat(),
            "issued_workday": day.weekday() < 5,
            "total": amount,
            "payer_type": "1",
            "payer_name": payer,
            "payer_code": "11010519491231002X",
            "payer_account": "",
            "payer_subject": crc32(payer.encode()),
            "content_subject": crc32(f"{unit_id} {item['code']} {amount}".encode()),
            "handler": f"经办{unit_id}",
            "remark": "",
            "items": [item],
            "evidence_count": 0,
            "evidence_papers": [],
            "paid_on": None,
        } | more
        self.bills.append(row)
        return row

    def reverse(self, bill: Row, day: date, handler: str | None = None) -> None:
        number, self._next = self._next, self._next + 1
        at = datetime(day.year, day.month, day.day, 15, number % 60, tzinfo=SHANGHAI).astimezone(UTC)
        self.reversals.append(
            {
                "unit_id": bill["unit_id"],
                "bill_id": number,
                "blue_bill_id": bill["bill_id"],
                "blue_date": bill["issued_date"],
                "issued_at": at.strftime("%Y-%m-%d %H:%M:%S"),
                "issued_date": day.isoformat(),
                "total": bill["total"],
                "payer_subject": bill["payer_subject"],
                "content_subject": bill["content_subject"],
                "handler": bill["handler"] if handler is None else handler,
            }
        )

    def plain(self, units: Iterable[int], months: int = 14, bills: int = 20, newest: date = NEWEST) -> None:
        """Plain months of units up to one: about as many bills each, of odd sums, on days of the whole month."""
        for unit_id in units:
            for back in reversed(range(months)):
                month = before(newest, back)
                for _ in range(self.random.randint(bills - 3, bills + 3)):
                    day = month + timedelta(days=self.random.randrange(27))
                    day -= timedelta(days=max(0, day.weekday() - 4)) if day.day > 3 else timedelta(0)
                    item = "020102" if self.random.random() < 0.15 else "020101"
                    self.bill(unit_id, day, f"{self.random.randint(5_000, 30_000) / 100:.2f}", item=item)

    def files(self, folder: Path) -> Inputs:
        """The rows as files by month."""
        folder.mkdir(parents=True, exist_ok=True)
        months: dict[date, MonthFiles] = {}
        for month in sorted({_month(row["issued_date"]) for row in (*self.bills, *self.reversals)}):
            bills = [row for row in self.bills if _month(row["issued_date"]) == month]
            reds = [row for row in self.reversals if _month(row["issued_date"]) == month]
            months[month] = MonthFiles(
                bills=(write(folder, "bills", bills, f"{month:%Y-%m}"),),
                reversals=(write(folder, "reversals", reds, f"{month:%Y-%m}"),),
            )
        return Inputs(
            months=months,
            asks=write(folder, "asks", self.asks),
            units=write(folder, "units", list(self.units.values())),
        )


def _month(day: str) -> date:
    return date.fromisoformat(day).replace(day=1)


def write(folder: Path, relation: str, rows: Sequence[Row], name: str = "all") -> Path:
    """Rows of a relation as a file of Parquet."""
    source, target = folder / f"{relation}-{name}.json", folder / f"{relation}-{name}.parquet"
    source.write_text("\n".join(json.dumps(row) for row in rows) or "\n")
    shape = ", ".join(f"'{column}': '{kind}'" for column, kind in RELATIONS[relation].items())
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_json('{source}', format = 'newline_delimited', columns = {{{shape}}})) "
            f"TO '{target}' (FORMAT parquet)"
        )
    return target
