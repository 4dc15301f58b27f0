"""Which bills of a month rules hit: all rules that ask no history in one scan of the month's files.

It takes files and returns hits, and does not use PostgreSQL.
"""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from mingpiao.lake.model import Dataset, FoundBill, MonthHit, MonthRule
from mingpiao.lake.parquet import quoted, write_rows
from mingpiao.lake.queries import PastBills, Queries, in_regions, in_scope, with_findings
from mingpiao.lake.schema import columns
from mingpiao.rules.service import to_sql, writeoff_columns

#: How much memory DuckDB may use; beyond that it uses temporary files.
MEMORY = "1GB"


def judge_month(
    folder: Path,
    files: Mapping[Dataset, Sequence[Path]],
    month: date,
    rules: Sequence[MonthRule],
    found: Sequence[FoundBill],
    *,
    unit_ids: Sequence[int] | None = None,
) -> list[MonthHit]:
    """The blue bills of a month (its first day) that rules hit, by unit and number; of all units, or of some.

    `found` has the bills of which something was found; of all others nothing was. Raises `duckdb.Error`.
    """
    if not files[Dataset.BILLS] or not rules:
        return []
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="month-", dir=folder) as work:
        config: dict[str, str | bool | int | float | list[str]] = {
            "threads": 2,
            "memory_limit": MEMORY,
            "temp_directory": work,
        }
        with duckdb.connect(config=config) as connection:
            # It takes a process without a script for a person at a prompt, and draws bars into its output.
            connection.execute("SET enable_progress_bar = false")
            _load(connection, Path(work), found)
            where = _in_month(month, unit_ids)
            hits = _judge_at_once(connection, files, where, rules)
            for each in rules:
                if each.condition.history or each.condition.item_history:
                    _add(hits, _judge_with_history(connection, files, month, where, each), each.rule.code)
    return [hits[key] for key in sorted(hits)]


def judge_rows(
    folder: Path,
    month: date,
    rules: Sequence[MonthRule],
    rows: Sequence[Mapping[str, Any]],
    found: Sequence[FoundBill],
) -> list[MonthHit]:
    """As `judge_month`, of bills that are in no file: their facts by column; what a row lacks is not known.

    Rules that ask history are not for them. Raises `duckdb.Error`.
    """
    unknown = dict.fromkeys(columns(Dataset.BILLS))
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(prefix="rows-", dir=folder) as work:
        file = Path(work) / "bills.parquet"
        file.write_bytes(write_rows(Dataset.BILLS, [unknown | dict(each) for each in rows]))
        return judge_month(folder, {Dataset.BILLS: [file], Dataset.REVERSALS: []}, month, rules, found)


_Hits = dict[tuple[int, int], MonthHit]


def _load(connection: duckdb.DuckDBPyConnection, work: Path, found: Sequence[FoundBill]) -> None:
    """The table `found`: from a file, since rows that are inserted one by one take their time."""
    columns = {"unit_id": "BIGINT", "bill_id": "BIGINT"} | dict.fromkeys(writeoff_columns(), "BOOLEAN")
    shape = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in columns.items())
    source = work / "found.json"
    with source.open("wb") as file:
        for each in found:
            row: dict[str, Any] = {"unit_id": each.unit_id, "bill_id": each.bill_id}
            file.write(msgspec.json.encode(row | dict.fromkeys(each.columns, True)) + b"\n")
    connection.execute(
        f"CREATE TEMP TABLE found AS SELECT * FROM read_json({quoted(str(source))}, "
        f"format = 'newline_delimited', columns = {{{shape}}})"
    )


def _in_month(month: date, unit_ids: Sequence[int] | None) -> str:
    after = (month + timedelta(days=32)).replace(day=1)
    where = f"issued_date >= DATE '{month}' AND issued_date < DATE '{after}'"
    if unit_ids is not None:
        where += f" AND unit_id IN ({', '.join(str(each) for each in unit_ids) or 'NULL'})"
    return where


def _judge_at_once(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[Dataset, Sequence[Path]],
    where: str,
    rules: Sequence[MonthRule],
) -> _Hits:
    plain = [each for each in rules if not each.condition.history and not each.condition.item_history]
    if not plain:
        return {}
    # One column a rule; only its first rule's name leaves the scan for most bills, which none hits.
    tests = [
        f"({in_regions([each.region_code])} AND {in_scope(each.rule)} AND {to_sql(each.condition, 'duckdb')})"
        for each in plain
    ]
    flags = ", ".join(f"coalesce({test}, FALSE) AS hit_{n}" for n, test in enumerate(tests))
    any_flag = " OR ".join(f"hit_{n}" for n in range(len(plain)))
    source = with_findings(files[Dataset.BILLS], "found")
    rows = connection.execute(
        f"SELECT unit_id, bill_id, kind, total, [{', '.join(f'hit_{n}' for n in range(len(plain)))}] "
        f"FROM (SELECT unit_id, bill_id, kind, total, {flags} FROM {source} WHERE {where}) WHERE {any_flag}"
    ).fetchall()
    return {
        (unit_id, bill_id): MonthHit(
            unit_id=unit_id,
            bill_id=bill_id,
            kind_code=kind,
            total=total,
            rules=tuple(each.rule.code for each, hit in zip(plain, flagged, strict=True) if hit),
        )
        for unit_id, bill_id, kind, total, flagged in rows
    }


def _judge_with_history(
    connection: duckdb.DuckDBPyConnection,
    files: Mapping[Dataset, Sequence[Path]],
    month: date,
    where: str,
    judging: MonthRule,
) -> list[MonthHit]:
    past = PastBills(today=month, months=1, region_code=judging.region_code)
    queries = Queries(
        rule=judging.rule, condition=judging.condition, files=files, past=past, findings="found"
    )
    rows = connection.execute(
        f"WITH judged AS ({queries.hits()}) SELECT judged.unit_id, judged.bill_id, bills.kind, bills.total "
        f"FROM judged JOIN {with_findings(files[Dataset.BILLS])} AS bills USING (unit_id, bill_id) "
        f"WHERE {where.replace('issued_date', 'bills.issued_date').replace('unit_id', 'judged.unit_id')}"
    ).fetchall()
    return [
        MonthHit(unit_id=unit_id, bill_id=bill_id, kind_code=kind, total=total, rules=(judging.rule.code,))
        for unit_id, bill_id, kind, total in rows
    ]


def _add(hits: _Hits, more: Sequence[MonthHit], code: str) -> None:
    for each in more:
        known = hits.get((each.unit_id, each.bill_id))
        rules = (code,) if known is None else (*known.rules, code)
        hits[each.unit_id, each.bill_id] = msgspec.structs.replace(each, rules=rules)
