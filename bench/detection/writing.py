"""Bills in memory become Parquet files with the columns of the contract."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import numpy as np

from bench.detection.ground import AHEAD, DAY, PLACES, Array, Calendar, amounts, listed_items, totals
from bench.detection.payers import (
    BRANDS,
    CHECKS,
    GIVEN,
    NAMELESS,
    PLAIN,
    SURNAMES,
    TRADES,
    UNIT_BITS,
    particulars,
    payer,
)
from bench.detection.profiles import REMARKS
from mingpiao.analysis.inputs import ASKS, BILLS, REVERSALS, UNITS
from mingpiao.catalog.model import Rate, RateKind

#: What the catalogue has as bounds where there are none.
FREE = Rate(kind=RateKind.FREE)

#: 票据编号: 票据代码 (15, kind, year of the template) and ten digits of number.
_NUMBERS = 10**10
_LAST = 10**6

_NAME = """CASE WHEN payer & 1 = 1 THEN
    place_name || substr($brands, brand, 1) || substr($brands, brand_two, 1) || trades[trade]
    || CASE trade_shift WHEN 0 THEN '有限责任公司' ELSE '有限公司' END
  WHEN (payer >> 3) & 7 = {nameless} THEN ['爱心人士', '匿名', '好心人', '无名氏'][surname % 4 + 1]
  ELSE substr($surnames, surname, 1) || substr($given, given, 1)
    || CASE WHEN second > 0 THEN substr($given, second, 1) ELSE '' END END"""

_PEOPLE = """CREATE OR REPLACE TEMP TABLE people AS
SELECT payer, name, code, account, (hash(name || '|' || code) >> 1)::BIGINT AS subject FROM (
  SELECT payer, {name} AS name,
    CASE WHEN payer & 2 = 2 THEN lpad(digits::VARCHAR, 17, '0') || substr($checks, mark, 1) ELSE '' END AS code,
    CASE WHEN payer & 4 = 4 THEN
      CASE WHEN payer & 1 = 1 THEN '15001' ELSE '621700' END || lpad(account::VARCHAR, 13, '0')
    ELSE '' END AS account
  FROM particulars JOIN places ON particulars.place = places.number, (SELECT {trades} AS trades)
)"""

#: A line of the contract, of the item and the figures of line {n}.
_LINE = """{{'code': i{n}.code, 'name': i{n}.name, 'quantity': (quantity{n} / 100)::DECIMAL(18, 6),
  'rate': (rate{n} / 100)::DECIMAL(18, 6), 'amount': (amount{n} / 100)::DECIMAL(14, 2), 'rate_kind': i{n}.rate_kind,
  'rate_minimum': i{n}.rate_minimum, 'rate_maximum': i{n}.rate_maximum, 'remark': ''}}"""

_ROWS = """CREATE OR REPLACE TEMP TABLE made AS
SELECT unit_id, bill_id, lpad(kind::VARCHAR, 4, '0') AS kind, make_timestamp(("at" - {ahead}) * 1000000) AS issued_at,
  DATE '1970-01-01' + day::INTEGER AS issued_date, issued_workday, (total / 100)::DECIMAL(14, 2) AS total,
  CASE WHEN flat.payer & 1 = 1 THEN '2' ELSE '1' END AS payer_type, people.name AS payer_name,
  people.code AS payer_code, people.account AS payer_account, people.subject AS payer_subject,
  CASE lines WHEN 1 THEN [{one}] WHEN 2 THEN [{one}, {two}] ELSE [{one}, {two}, {three}] END AS items,
  coalesce(staff.name, '') AS handler, remarks.word AS remark, papers AS evidence_count,
  CASE WHEN day >= {papers_from} THEN
    list_filter([paper0, paper1], lambda paper: paper <> 0) END AS evidence_papers,
  CASE WHEN paid >= 0 THEN DATE '1970-01-01' + paid::INTEGER END AS paid_on,
  red_id, reversed_at, reverser_key
FROM flat JOIN people ON people.payer = flat.payer LEFT JOIN people staff ON staff.payer = handler_key
JOIN remarks ON remarks.number = remark
JOIN items i0 ON i0.number = item0 LEFT JOIN items i1 ON i1.number = item1 LEFT JOIN items i2 ON i2.number = item2"""

_CONTENT = "(hash(kind, [[line.code, line.quantity::VARCHAR, line.amount::VARCHAR] FOR line IN items], total) >> 1)::BIGINT"

_REVERSED = """SELECT unit_id, red_id AS bill_id, bill_id AS blue_bill_id, issued_date AS blue_date,
  make_timestamp((reversed_at - {ahead}) * 1000000) AS issued_at,
  DATE '1970-01-01' + (reversed_at // {day})::INTEGER AS issued_date, total, payer_subject, {content} AS content_subject,
  CASE WHEN reversed_at >= {handlers_from} THEN coalesce(staff.name, '') END AS handler
FROM made LEFT JOIN people staff ON staff.payer = reverser_key WHERE reversed_at > 0 ORDER BY bill_id"""


def handler_keys(unit: Array, handler: Array) -> Array:
    """Handlers as persons, so that they have names; 0 for a program."""
    # Who came from another unit is still called the same.
    home = np.where(handler >= 64, handler // 64 - 1, unit).astype(np.int64)
    serial = (home + 1 << UNIT_BITS) + (1 << 21) + handler % 64
    key = payer(serial, 0, PLAIN, np.zeros(len(serial), bool), np.zeros(len(serial), bool))
    return np.asarray(np.where(handler >= 0, key, 0))


class Writer:
    """Writes bills and reversals, some units at a time, into a folder."""

    def __init__(self, folder: Path, calendar: Calendar, changed: dict[int, float], new_from: int) -> None:
        """`changed` are items with the factor of their second version; before day `new_from` files are old."""
        self._folder = folder
        self._calendar = calendar
        self._new_from = new_from
        self._parts = 0
        self._database = duckdb.connect(config={"threads": 1})
        for name in ("bills", "reversals"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._keep_words(changed)

    def _keep_words(self, changed: dict[int, float]) -> None:
        run = self._database.execute
        run("CREATE TABLE places (number BIGINT, place_name VARCHAR)")
        self._database.executemany(
            "INSERT INTO places VALUES (?, ?)", [(n + 1, name) for n, (_, name) in enumerate(PLACES)]
        )
        run("CREATE TABLE remarks (number BIGINT, word VARCHAR)")
        self._database.executemany("INSERT INTO remarks VALUES (?, ?)", list(enumerate(REMARKS)))
        run(
            "CREATE TABLE items (number BIGINT, code VARCHAR, name VARCHAR, rate_kind VARCHAR, "
            "rate_minimum DECIMAL(18, 6), rate_maximum DECIMAL(18, 6))"
        )
        self._database.executemany("INSERT INTO items VALUES (?, ?, ?, ?, ?, ?)", _item_rows(changed))

    def write(self, unit: Array, bills: Array) -> None:
        """One more file of bills and one of reversals; `unit` is the index of each bill's unit."""
        flat = _flat(unit, bills, self._calendar)
        staff = np.unique(np.concatenate([flat["handler_key"], flat["reverser_key"]]))
        known = particulars(np.unique(np.concatenate([bills["payer"], staff[staff > 0]])))
        database = self._database
        name = _NAME.format(nameless=NAMELESS)
        trades = "[" + ", ".join(f"'{trade}'" for trade in TRADES) + "]"
        database.register("flat", flat)
        database.register("particulars", known)
        words = {"brands": BRANDS, "surnames": SURNAMES, "given": GIVEN, "checks": CHECKS}
        database.execute(_PEOPLE.format(name=name, trades=trades), words)
        lines = {word: _LINE.format(n=n) for n, word in enumerate(("one", "two", "three"))}
        database.execute(_ROWS.format(ahead=AHEAD, papers_from=self._new_from, **lines))
        part = f"{self._parts:04d}.parquet"
        columns = ", ".join(_column(name, kind) for name, kind in BILLS.items())
        self._copy(f"SELECT {columns} FROM made ORDER BY bill_id", self._folder / "bills" / part)
        red = _REVERSED.format(
            ahead=AHEAD, day=DAY, content=_CONTENT, handlers_from=(self._new_from + 30) * DAY
        )
        columns = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in REVERSALS.items())
        self._copy(f"SELECT {columns} FROM ({red})", self._folder / "reversals" / part)
        database.unregister("flat")
        database.unregister("particulars")
        self._parts += 1

    def _copy(self, query: str, file: Path) -> None:
        self._database.execute(f"COPY ({query}) TO '{file}' (FORMAT parquet, COMPRESSION zstd)")

    def units(self, rows: list[tuple[int, str, str]]) -> Path:
        """The file of units: id, type and region."""
        return self._small("units", UNITS, rows)

    def asks(self, rows: list[tuple[int, object, int, int]]) -> Path:
        """The file of asks: unit, month, refused and overridden."""
        return self._small("asks", ASKS, rows)

    def _small(self, name: str, columns: Mapping[str, str], rows: list[tuple[object, ...]]) -> Path:
        kinds = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        self._database.execute(f"CREATE OR REPLACE TABLE small ({kinds})")
        marks = ", ".join("?" for _ in columns)
        if rows:
            self._database.executemany(f"INSERT INTO small VALUES ({marks})", rows)
        file = self._folder / f"{name}.parquet"
        self._copy("SELECT * FROM small ORDER BY ALL", file)
        return file

    def close(self) -> None:
        """Lets go of the memory."""
        self._database.close()


def _column(name: str, kind: str) -> str:
    source = _CONTENT if name == "content_subject" else f'"{name}"'
    return f'{source}::{kind} AS "{name}"'


def _item_rows(changed: dict[int, float]) -> list[tuple[object, ...]]:
    """Rows of items, second versions numbered on from the last one."""
    listed = listed_items()
    rows: list[tuple[object, ...]] = []
    for number, item in enumerate(listed):
        if item.minimum < 0:
            rows.append((number, item.code, item.name, None, None, None))
        elif item.rate_kind == "free":
            rows.append((number, item.code, item.name, "free", FREE.minimum, FREE.maximum))
        else:
            rows.append(
                (number, item.code, item.name, item.rate_kind, item.minimum / 100, item.maximum / 100)
            )
            if number in changed:
                low = item.minimum / 100 if changed[number] > 1 else 0.01
                high = int(item.maximum * changed[number]) / 100
                rows.append((number + len(listed), item.code, item.name, item.rate_kind, low, high))
    return rows


def _flat(unit: Array, bills: Array, calendar: Calendar) -> dict[str, Array]:
    """Columns of numbers for DuckDB, with the numbers of bills: blue and red ones of a unit and kind in one row."""
    day = bills["at"] // DAY
    blue, red = _numbered(unit, bills)
    lines = amounts(bills)
    flat = {
        "unit_id": 100_001 + unit.astype(np.int64) * 7,
        "bill_id": blue,
        "red_id": red,
        "day": day,
        "issued_workday": calendar.workday[day - calendar.first],
        "total": totals(bills),
        "papers": bills["papers"].astype(np.int64),
        "paper0": bills["paper"][:, 0].copy(),
        "paper1": bills["paper"][:, 1].copy(),
        "handler_key": handler_keys(unit, bills["handler"]),
        "reverser_key": handler_keys(unit, bills["reverser"]),
    }
    for name in ("kind", "at", "payer", "remark", "lines", "paid", "reversed_at"):
        flat[name] = bills[name].astype(np.int64)
    for line in range(3):
        flat[f"item{line}"] = np.where(bills["lines"] > line, bills["item"][:, line], -1).astype(np.int64)
        for name in ("quantity", "rate"):
            flat[f"{name}{line}"] = bills[name][:, line].copy()
        flat[f"amount{line}"] = lines[:, line].copy()
    return flat


def _numbered(unit: Array, bills: Array) -> tuple[Array, Array]:
    """The 票据编号 of blue bills, and of the red bills that reverse them (0 for none)."""
    red = np.flatnonzero(bills["reversed_at"] > 0)
    at = np.concatenate([bills["at"], bills["reversed_at"][red]])
    kind = np.concatenate([bills["kind"], bills["kind"][red]]).astype(np.int64)
    owner = np.concatenate([unit, unit[red]]).astype(np.int64)
    order = np.lexsort((at, kind, owner))
    group = (owner * 10_000 + kind)[order]
    starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
    place = np.arange(len(order)) - np.repeat(starts, np.diff(np.r_[starts, len(order)]))
    number = np.empty(len(order), np.int64)
    number[order] = place + 1
    full = (15 * 10**6 + kind * 100 + 25) * _NUMBERS + owner * _LAST + number
    reds = np.zeros(len(bills), np.int64)
    reds[red] = full[len(bills) :]
    return full[: len(bills)], reds
