"""The question as SQL over the lake's files, and the answer from what DuckDB finds. Only names of `model.py` and
values that were checked become part of a statement.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from mingpiao.cube.model import (
    CUBE_DIMENSIONS,
    CUBE_MEASURES,
    MAX_COLUMNS,
    MAX_ROWS,
    CubeAnswer,
    CubeLine,
    CubeQuestion,
)
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import refuse
from mingpiao.lake.model import Dataset
from mingpiao.lake.service import from_bills, from_files, quoted

#: How much memory one question may use; beyond that it uses temporary files.
MEMORY = "1GB"
#: A reversal is told by what its bill was; bills are looked for so many months before the first day.
BLUE_MONTHS = 24

Files = Mapping[Dataset, Sequence[Path]]
_NO_LINE = ""


class CubeRun:
    """One question at work; `progress` and `stop` may be called from any thread meanwhile."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        self._connection = duckdb.connect(
            config={"threads": threads, "memory_limit": MEMORY, "temp_directory": str(folder)}
        )
        self._connection.execute("SET enable_progress_bar_print = false")
        self._connection.execute("SET enable_progress_bar = true")
        self._connection.execute("SET progress_bar_time = 0")
        self._stopped = False

    def close(self) -> None:
        """Free memory and delete temporary files."""
        self._connection.close()

    def progress(self) -> float:
        """The progress of the statement that runs, 0 to 1."""
        return max(0.0, min(1.0, self._connection.query_progress() / 100))

    def stop(self) -> None:
        """Stop; `answer` then raises `duckdb.InterruptException`."""
        self._stopped = True
        self._connection.interrupt()

    def answer(self, question: CubeQuestion, files: Files) -> CubeAnswer:
        """The answer. Raises `Refusal` (`cube.too_wide`, `cube.too_long`) for more columns or rows than can be shown,
        and `duckdb.Error`, its InterruptException when stopped.
        """
        if not files.get(Dataset.BILLS):
            return _answer(question, [], None)
        rows = self._fetch(statement(question, files, question.first, question.last))
        newest = self._fetch(f"SELECT max(issued_at) FROM {from_files(files[Dataset.BILLS])}")[0][0]
        answer = _answer(question, rows, newest)
        if not question.year_before:
            return answer
        first, last = year_before(question.first), year_before(question.last)
        earlier = _answer(question, self._fetch(statement(question, files, first, last)), None)
        before = {_year_later(question.rows, line.key): line.cells[-1] for line in earlier.lines}
        return msgspec.structs.replace(answer, before=before | {_NO_LINE: earlier.total.cells[-1]})

    def _fetch(self, query: str) -> list[tuple[Any, ...]]:
        if self._stopped:
            raise duckdb.InterruptException("stopped")
        return self._connection.execute(query).fetchall()


def statement(question: CubeQuestion, files: Files, first: date, last: date) -> str:
    """One statement for the lines, the columns, and the totals of both."""
    by = [CUBE_DIMENSIONS[name].sql for name in (question.rows, question.columns) if name]
    names = ["line", "col"][: len(by)]
    keys = ", ".join(f"coalesce({sql}, '') AS {name}" for sql, name in zip(by, names, strict=True))
    measures = ", ".join(CUBE_MEASURES[name].sql for name in question.measures)
    sets = "((line, col), (line), (col), ())" if question.columns else "((line), ())"
    marks = ", ".join(f"GROUPING({name})" for name in names)
    shown = ", ".join(names)
    return (
        f"WITH facts AS ({_facts(question, files, first, last)}), keyed AS (SELECT *, {keys} FROM facts) "
        f"SELECT {marks}, {shown}, {measures} FROM keyed GROUP BY GROUPING SETS {sets}"
    )


#: What every row of facts has; of a line of a bill the item and its amount, else the whole bill's.
_OF_BILL = "unit_id, unit_region, unit_type, kind, category, pay_mode, payer_type, items"


def _facts(question: CubeQuestion, files: Files, first: date, last: date) -> str:
    days = f"issued_date BETWEEN DATE '{first.isoformat()}' AND DATE '{last.isoformat()}'"
    area = f"starts_with(unit_region, {quoted(region_prefix(question.region_code))})"
    bills = from_bills(files[Dataset.BILLS])
    blue = (
        f"SELECT true AS blue, bill_id, issued_date, total, {_OF_BILL} FROM {bills} WHERE {days} AND {area}"
    )
    both = f"({blue})"
    if files.get(Dataset.REVERSALS):
        red = (
            "SELECT false AS blue, red.bill_id, red.issued_date, abs(red.total) AS total, red.unit_id, red.unit_region, "
            "own.unit_type, own.kind, own.category, own.pay_mode, own.payer_type, own.items "
            f"FROM (SELECT * FROM {from_files(files[Dataset.REVERSALS])} WHERE {days} AND {area}) AS red "
            f"LEFT JOIN {bills} AS own ON own.unit_id = red.unit_id AND own.bill_id = red.blue_bill_id"
        )
        both = f"({blue} UNION ALL BY NAME {red})"
    wanted = " AND ".join(
        [
            "true",
            *_among("kind", question.kinds),
            *_among("unit_type", question.unit_types),
        ]
    )
    if "item" in (question.rows, question.columns):
        lines = f"SELECT * EXCLUDE (items, total), unnest(items) AS line_of FROM {both} WHERE {wanted}"
        return f"SELECT *, line_of.code AS item, line_of.amount AS amount FROM ({lines})"
    return f"SELECT * EXCLUDE (items, total), total AS amount FROM {both} WHERE {wanted}"


def _among(column: str, codes: Sequence[str]) -> list[str]:
    """A condition where there are codes, which `check_question` has found in the catalogue."""
    texts = ", ".join(quoted(code) for code in codes)
    return [f"{column} IN ({texts})"] if codes else []


# -- from rows to the answer --------------------------------------------------------------------------------


def _answer(question: CubeQuestion, rows: Sequence[tuple[Any, ...]], newest: Any) -> CubeAnswer:
    keys = 2 if question.columns else 1
    found: dict[tuple[str | None, str | None], tuple[str, ...]] = {}
    for row in rows:
        marks, names, values = row[:keys], row[keys : 2 * keys], row[2 * keys :]
        line, column = (
            None if mark else str(name)
            for mark, name in zip((*marks, 1)[:2], (*names, None)[:2], strict=True)
        )
        found[line, column] = tuple(_text(value) for value in values)
    columns = sorted({column for _, column in found if column is not None})
    lines = [line for line, column in found if line is not None and column is None]
    if len(columns) > MAX_COLUMNS:
        message = f"结果有{len(columns)}列，最多{MAX_COLUMNS}列，请缩短期间或换一个列。"
        raise refuse("cube.too_wide", message, field="columns", status=422)
    if len(lines) > MAX_ROWS and not question.top:
        message = f"结果有{len(lines):,}行，最多{MAX_ROWS:,}行，请增加条件，或只看前若干行。"
        raise refuse("cube.too_long", message, field="rows", status=422)
    nothing = ("",) * len(question.measures)

    def cells(line: str | None) -> tuple[tuple[str, ...], ...]:
        return tuple(found.get((line, column), nothing) for column in (*columns, None))

    ordered = _ordered(question, lines, found)
    return CubeAnswer(
        columns=tuple(columns),
        lines=tuple(CubeLine(key=line, cells=cells(line)) for line in ordered[: question.top or None]),
        total=CubeLine(key=_NO_LINE, cells=cells(None)),
        rows=len(lines),
        as_of=None if newest is None else newest.replace(tzinfo=UTC).astimezone(SHANGHAI),
    )


def _ordered(
    question: CubeQuestion,
    lines: Sequence[str],
    found: Mapping[tuple[str | None, str | None], tuple[str, ...]],
) -> list[str]:
    """Times in their own order, all else by the first measure, the largest first; with `top` always by size."""
    if CUBE_DIMENSIONS[question.rows].timely and not question.top:
        return sorted(lines)
    return sorted(lines, key=lambda line: (-Decimal(found[line, None][0] or 0), line))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return (
        f"{value:f}"
        if isinstance(value, Decimal)
        else f"{value:.2f}"
        if isinstance(value, float)
        else str(value)
    )


def year_before(day: date) -> date:
    """The same day of the year before; of 29 February the day before it."""
    return day.replace(year=day.year - 1, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _year_later(dimension: str, key: str) -> str:
    """The key of a line of the year before, as it is of this year: 2025-03 is 2026-03."""
    if dimension in ("year", "quarter", "month", "day") and key[:4].isdigit():
        return f"{int(key[:4]) + 1}{key[4:]}"
    return key
