"""Figures of write-off: a province's month judged beside a bare scan, one unit's button, and what issuing pays.

    python -m bench.writeoff [--bills N] [--units N] [--full] [--rules-only] [--seconds S]

The month is invented, as files of the lake; all rules of stage 核销 of the library judge it, in a process of its
own whose memory is measured. The button is pressed on the site of `make bench`, for a hospital with 10,000 real
bills that were exported to the lake, as the worker does all day.
"""

import argparse
import asyncio
import itertools
import math
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path
from statistics import median

import duckdb
import msgspec

from bench.__main__ import BATCH, Bodies, issue_single
from bench.batches import worker_of
from bench.figures import Figure
from bench.load import App, batch_call, drive
from bench.rules import demo_catalog
from bench.site import BenchSite, Hospital, free_port
from mingpiao.demo.acting import ACTING
from mingpiao.house.opening import DATABASE
from mingpiao.identity.model import Role, acting_for, interface_app
from mingpiao.identity.service import create_account, random_password
from mingpiao.kernel.clock import now, set_to, today
from mingpiao.lake.model import Dataset, FoundBill, MonthRule
from mingpiao.lake.month import judge_month
from mingpiao.lake.parquet import from_files, quoted
from mingpiao.lake.room import LAKE
from mingpiao.lake.schema import columns
from mingpiao.numbering.service import begin_writeoff
from mingpiao.rules.model import Stage
from mingpiao.rules.service import field_table, library_rules, parse
from mingpiao.storage.database import Database
from mingpiao.writeoff.model import DifferenceReason, Policy, WriteOffState
from mingpiao.writeoff.room import CHECKER
from mingpiao.writeoff.service import (
    close_due_months,
    get_writeoff,
    month_of,
    month_standing,
    next_month,
    set_policy,
    submit,
)

BILLS, UNITS = 1_000_000, 3_000
FULL_BILLS, FULL_UNITS = 10_400_000, 36_000
#: The growth is measured from so many bills on.
_SHARE = 4
_MONTH = date(2026, 10, 1)
_MICROSECONDS = 31 * 86_400_000_000
#: The findings of one bill in so many, beside those that the rules find themselves.
_FOUND_EVERY = 2_000
_PRESSED_BILLS = 10_000
_ROUNDS = 4
_LONGEST = 600.0


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of a whole run and of a bare scan of the same columns, bills that were hit, and memory at most."""

    run_s: float
    scan_s: float
    hits: int
    peak_mb: float


def _duckdb() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("SET enable_progress_bar = false")
    return connection


def made_month(folder: Path, bills: int, units: int) -> Path:
    """A month's bills of units of very different size, with up to three items, in one file of the lake."""
    item = (
        "{{code: '0' || (6 + (n + {k}) % 2) || '01' || ((n * 7 + {k}) % 40)::VARCHAR, quantity: 1.0, "
        "rate: (n * 37 + {k} * 91) % 90000 / 100, amount: (n * 37 + {k} * 91) % 90000 / 100, "
        "listed: n % 100000 <> 7, allowed: n % 50000 <> 11, "
        "rate_minimum: CASE WHEN n % 3 = 0 THEN 0.0 END, "
        "rate_maximum: CASE WHEN n % 20000 = 9 THEN 0.001 WHEN n % 3 = 0 THEN 900.0 END}}"
    )
    own = {
        "kind": "CASE n % 3 WHEN 0 THEN '0601' WHEN 1 THEN '0602' ELSE '0201' END",
        "category": "CASE n % 3 WHEN 2 THEN '02' ELSE '06' END",
        "total": "(n * 7919 % 1000000) / 100",
        "payer_name": "'缴款人' || n",
        "business_no": "'YS' || n",
        "unit_id": "unit",
        "unit_region": "'1501' || lpad((unit % 20)::VARCHAR, 2, '0')",
        "unit_type": "CASE unit % 3 WHEN 0 THEN 'hospital' WHEN 1 THEN 'school' ELSE 'office' END",
        "issued_date": "CAST(moment AS DATE)",
        "issued_at": "moment",
        "bill_id": "6000000000000 + n",
        "items": f"list_slice([{item.format(k=0)}, {item.format(k=1)}, {item.format(k=2)}], 1, 1 + n % 3)",
    }
    kinds = columns(Dataset.BILLS)
    chosen = ", ".join(f'CAST({own.get(name, "NULL")} AS {kind}) AS "{name}"' for name, kind in kinds.items())
    drawn = (
        f"SELECT range AS n, CAST(floor({units} * pow((hash(range) % 10000) / 10000, 3)) AS BIGINT) AS unit, "
        f"TIMESTAMP '{_MONTH} 00:00:00' + to_microseconds(CAST(range * {_MICROSECONDS // bills} AS BIGINT)) AS moment "
        f"FROM range({bills})"
    )
    path = folder / f"bills-{bills}.parquet"
    with _duckdb() as connection:
        connection.execute(
            f"COPY (SELECT {chosen} FROM ({drawn})) TO {quoted(str(path))} "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)"
        )
    return path


def month_rules() -> list[MonthRule]:
    """All rules of stage 核销 of the library, for the whole province."""
    catalog = demo_catalog()
    return [
        MonthRule(
            rule=rule,
            region_code="150000",
            condition=parse(rule.condition, field_table(catalog, rule.kinds, rule.stage)),
        )
        for rule in library_rules()
        if rule.stage is Stage.WRITEOFF
    ]


def judge_file(folder: Path, path: Path, times: int) -> Judged:
    """Best of some whole runs and of some bare scans, by turns."""
    rules, files = month_rules(), {Dataset.BILLS: [path], Dataset.REVERSALS: []}
    found = _found(path)
    runs, scans, hits = [], [], 0
    for _ in range(times):
        scans.append(_bare_scan(path, rules))
        start = time.perf_counter()
        hits = len(judge_month(folder / "work", files, _MONTH, rules, found))
        runs.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Judged(run_s=min(runs), scan_s=min(scans), hits=hits, peak_mb=peak)


def _found(path: Path) -> list[FoundBill]:
    with _duckdb() as connection:
        rows = connection.execute(
            f"SELECT unit_id, bill_id FROM {from_files([path])} WHERE bill_id % {_FOUND_EVERY} = 1"
        ).fetchall()
    return [FoundBill(unit_id=unit, bill_id=bill, columns=("writeoff_unsealed",)) for unit, bill in rows]


def _bare_scan(path: Path, rules: Sequence[MonthRule]) -> float:
    """Seconds to read the columns that the rules and their hits need, and nothing else."""
    members = sorted(set().union(*(each.condition.item_columns for each in rules)))
    lists = [f'max(len(list_transform(items, lambda item: item."{each}")))' for each in members]
    plain = [
        f'max("{each}")' for each in ("unit_id", "bill_id", "kind", "total", "issued_date", "unit_region")
    ]
    with _duckdb() as connection:
        start = time.perf_counter()
        connection.execute(f"SELECT {', '.join(plain + lists)} FROM {from_files([path])}").fetchall()
        return time.perf_counter() - start


def judging_figures(bills: int, units: int, times: int) -> Iterator[Figure]:
    """A month of all units, its growth and its memory."""
    small = BILLS if bills > BILLS else bills // _SHARE
    with (
        tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory,
        # A process of its own for each: what the other one needed is not counted.
        ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool,
    ):
        folder = Path(directory)
        paths = [made_month(folder, small, units), made_month(folder, bills, units)]
        less, more = (pool.submit(judge_file, folder, path, times).result() for path in paths)
    yield Figure(
        name="writeoff_month_s",
        value=round(more.run_s, 2),
        unit="s",
        limit=round(more.scan_s, 3),
        limit_name="bare scan",
        aim=2,
        note=f"{bills:,} bills, {units:,} units, {more.hits:,} hits; a ratio below the aim is good",
    )
    exponent = math.log(more.run_s / less.run_s) / math.log(bills / small)
    note = f"from {small:,} ({less.run_s:.2f} s) to {bills:,} bills"
    yield Figure(name="writeoff_growth", value=round(exponent, 2), unit="exponent", aim=1.05, note=note)
    yield Figure(name="writeoff_memory_mb", value=round(more.peak_mb), unit="MB", aim=1536, note="at most")


# -- with real bills -----------------------------------------------------------------------------------


def issuing_figure(site: BenchSite, bodies: Bodies, seconds: float) -> Figure:
    """Bills a second with and without write-off in force, medians of rounds by turns."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    for number in range(_ROUNDS):
        # Each goes first by turns: the table grows, and a machine drifts.
        for in_force in (False, True) if number % 2 == 0 else (True, False):
            asyncio.run(_put_in_force(site, in_force=in_force))
            rates[in_force].append(issue_single(site, bodies, 32, seconds).per_s)
    return Figure(
        name="issue_with_writeoff_per_s",
        value=median(rates[True]),
        unit="bills/s",
        limit=median(rates[False]),
        limit_name="the same without",
        aim=0.95,
        note=f"32 connections, medians of {_ROUNDS} rounds by turns",
    )


async def _put_in_force(site: BenchSite, *, in_force: bool) -> None:
    database = await Database.open(site.server.url, pool_size=1)
    try:
        async with database.system() as connection:
            await begin_writeoff(connection, month_of(today()) if in_force else None)
    finally:
        await database.close()


def pressed_figure(site: BenchSite, bodies: Bodies) -> Figure:
    """Seconds from the button to the written-off month, for a hospital with 10,000 bills."""
    hospital = site.hospitals[0]
    app = App(app_id=hospital.app_id, secret=hospital.secret)
    calls = [
        batch_call(app, f"127.0.0.1:{site.port}", bodies.take(0, BATCH))
        for _ in range(_PRESSED_BILLS // BATCH)
    ]
    drive(("127.0.0.1", site.port), calls, connections=1, seconds=_LONGEST)
    seconds, bills, seals = asyncio.run(_press(site, hospital))
    return Figure(
        name="writeoff_pressed_s",
        value=round(seconds, 2),
        unit="s",
        aim=1,
        note=f"{bills:,} bills, {seals} seals verified, from the button to the end of the checks",
    )


async def _press(site: BenchSite, hospital: Hospital) -> tuple[float, int, int]:
    month, unit_id = month_of(today()), hospital.unit_id
    async with worker_of(site) as house:
        database = await house.get(DATABASE)
        async with database.system() as connection:
            head = await create_account(
                connection,
                username="bench-head",
                display_name="负责人",
                role=Role.DEPARTMENT_HEAD,
                password=random_password(),
                region_code="150000",
                acting=ACTING,
            )
            await set_policy(connection, Policy(begins_on=month), revision=0, acting=acting_for(head))
        await (await house.get(LAKE)).exporter.export()
        checker = await house.get(CHECKER)
        with set_to(now().replace(day=1, hour=9) + timedelta(days=(next_month(month) - month).days)):
            await close_due_months(database)
            started = time.perf_counter()
            async with database.system() as connection:
                standing = await month_standing(connection, unit_id, month)
                reasons = [DifferenceReason(code="arrears", amount=standing.difference)]
                acting = interface_app("bench", unit_id, "127.0.0.1")
                asked = await submit(connection, unit_id, month, reasons=reasons, acting=acting)
            await checker.check(asked.writeoff_id)
            seconds = time.perf_counter() - started
            async with database.system() as connection:
                done = await get_writeoff(connection, asked.writeoff_id)
    if done.state is not WriteOffState.DONE:
        raise RuntimeError(f"not written off: {done.failure}")
    bills = sum(each.issued_count + each.reversed_count for each in standing.cycles)
    return seconds, bills, done.seals_checked


def site_figures(seconds: float) -> Iterator[Figure]:
    """What needs a site with real bills."""
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        site = BenchSite(Path(directory), free_port())
        try:
            site.build()
            bodies = Bodies(site.hospitals)
            yield issuing_figure(site, bodies, seconds)
            yield pressed_figure(site, bodies)
        finally:
            site.stop()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.writeoff", description=__doc__)
    parser.add_argument("--bills", type=int, default=BILLS)
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--full", action="store_true", help=f"{FULL_BILLS:,} bills of {FULL_UNITS:,} units")
    parser.add_argument("--rules-only", action="store_true", help="no site with real bills")
    parser.add_argument("--seconds", type=float, default=2.0, help="for each round of issuing")
    given = parser.parse_args(arguments)
    size = (FULL_BILLS, FULL_UNITS) if given.full else (given.bills, given.units)
    rest = iter(()) if given.rules_only else site_figures(given.seconds)
    for figure in itertools.chain(judging_figures(*size, times=3), rest):
        print(msgspec.json.encode(figure).decode(), figure.ratio, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
