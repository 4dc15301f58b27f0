"""How long the nightly analysis takes for a whole province, and how much memory.

    python -m bench.analysis [--units N] [--bills N] [--months N]

Raw bills are made for every month: units of very different size, two kinds, up to three items, payers that come back,
one bill in fifty reversed, a file of evidence under every tenth. A process of its own analyses them twice: all months
from nothing, and then a night on which only the last month is new.
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from shutil import rmtree

import duckdb
import msgspec
from rich.console import Console
from rich.table import Table

from bench.figures import Figure
from mingpiao.analysis.extracting import after, before
from mingpiao.analysis.inputs import ASKS, BILLS, REVERSALS, UNITS
from mingpiao.analysis.nightly import Inputs, MonthFiles, Nightly
from mingpiao.analysis.running import last_closed_month
from mingpiao.kernel.clock import today

FULL_UNITS, FULL_MONTHS = 36_000, 24
#: Bills of one month of the whole province.
FULL_BILLS = 1_000_000
_MOST_SECONDS, _MOST_MB = 300.0, 2_048.0
_ITEM = (
    "{{code: '02' || lpad(((n + {k}) % 30)::VARCHAR, 4, '0'), name: '项目', quantity: 1, "
    "rate: (n * 37 + {k} * 91) % 9000 / 10 + 1, amount: (n * 37 + {k} * 91) % 9000 / 10 + 1, rate_kind: 'bounded', "
    "rate_minimum: 0, rate_maximum: 890, remark: ''}}"
)


class Night(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds of the first run and of a later night, vectors and findings of the last month, and memory at most."""

    first_s: float
    night_s: float
    vectors: int
    found: int
    ties: int
    peak_mb: float


def _columns(own: Mapping[str, str], columns: Mapping[str, str]) -> str:
    return ", ".join(f'CAST({own.get(name, "NULL")} AS {kind}) AS "{name}"' for name, kind in columns.items())


def make(folder: Path, units: int, bills: int, months: int) -> Inputs:
    """A province's bills, month by month."""
    newest = last_closed_month(today())
    files = {}
    with duckdb.connect(config={"threads": 2, "memory_limit": "1500MB"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        for back in range(months):
            month = before(newest, back)
            days = (after(month) - month).days
            made = (
                f"SELECT range AS n, CAST(floor({units} * pow(hash(range * 31 + {back}) % 1000000 / 1e6, 2)) AS BIGINT) "
                f"AS unit, TIMESTAMP '{month}' + to_seconds(CAST(hash(range + {back} * 7919) % {days * 86_400} AS BIGINT)) "
                f"AS moment FROM range({bills})"
            )
            items = (
                f"list_slice([{_ITEM.format(k=0)}, {_ITEM.format(k=1)}, {_ITEM.format(k=2)}], 1, 1 + n % 3)"
            )
            own = {
                "unit_id": "unit",
                "bill_id": f"{back * 100_000_000} + n",
                "kind": "CASE n % 4 WHEN 0 THEN '0201' ELSE '0101' END",
                "issued_at": "moment - INTERVAL 8 HOUR",
                "issued_date": "CAST(moment AS DATE)",
                "issued_workday": "isodow(moment) < 6",
                "total": "list_sum(list_transform(lines, lambda line: line.amount))",
                "payer_type": "CASE n % 5 WHEN 0 THEN '2' ELSE '1' END",
                "payer_name": "'缴款人' || (hash(n) % 400000)",
                "payer_code": "CASE n % 3 WHEN 0 THEN '' ELSE '150102199001010011' END",
                "payer_account": "CASE n % 7 WHEN 0 THEN '6222' || (hash(n) % 400000) ELSE '' END",
                "payer_subject": "CAST(hash(n) % 400000 AS BIGINT)",
                "content_subject": "CAST(hash((unit, n * 37 % 9000)) % 1000000000 AS BIGINT)",
                "handler": "'经办' || unit || '-' || n % 3",
                "remark": "''",
                "items": "lines",
                "evidence_count": "CASE n % 10 WHEN 0 THEN 1 ELSE 0 END",
                "evidence_papers": f"CASE n % 10 WHEN 0 THEN [n + {back * 100_000_000}] ELSE [] END",
                "paid_on": "CASE n % 2 WHEN 0 THEN CAST(moment AS DATE) - 1 END",
            }
            paths = folder / f"bills-{month}.parquet", folder / f"reversals-{month}.parquet"
            connection.execute(
                f"COPY (SELECT {_columns(own, BILLS)} FROM (SELECT *, {items} AS lines FROM ({made}))) "
                f"TO '{paths[0]}' (FORMAT parquet, COMPRESSION zstd)"
            )
            red = {
                "bill_id": "bill_id + 50000000",
                "blue_bill_id": "bill_id",
                "blue_date": "issued_date",
            } | {name: name for name in REVERSALS if name not in ("bill_id", "blue_bill_id", "blue_date")}
            connection.execute(
                f"COPY (SELECT {_columns(red, REVERSALS)} FROM read_parquet('{paths[0]}') WHERE bill_id % 50 = 0) "
                f"TO '{paths[1]}' (FORMAT parquet, COMPRESSION zstd)"
            )
            files[month] = MonthFiles(bills=(paths[0],), reversals=(paths[1],))
        asks = {
            "unit_id": "range",
            "month": f"DATE '{newest}'",
            "refused": "range % 3",
            "overridden": "range % 2",
        }
        kinds = "['hospital', 'school', 'charity', 'association', 'court', 'office'][1 + range % 6]"
        own_units = {"unit_id": "range", "unit_type": kinds, "region_code": "'150102'"}
        for name, chosen in (("asks", _columns(asks, ASKS)), ("units", _columns(own_units, UNITS))):
            connection.execute(
                f"COPY (SELECT {chosen} FROM range({units})) TO '{folder / name}.parquet' (FORMAT parquet)"
            )
    return Inputs(months=files, asks=folder / "asks.parquet", units=folder / "units.parquet")


def analyse(work: Path, inputs: Inputs) -> Night:
    """Both runs; in a process of its own, since memory at most is of a process's whole life."""
    newest = last_closed_month(today())
    seconds = []
    for again in (False, True):
        if again:
            for folder in work.glob(f"{newest:%Y-%m}-*"):
                rmtree(folder)
        began = time.perf_counter()
        run = Nightly(work, inputs)
        folders = run.prepare(newest)
        found = run.judge(folders, newest, {})
        run.examples(folders, found)
        ties = run.ties(folders, newest)
        vectors = len(run.series(folders, newest).units)
        run.close()
        seconds.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    return Night(
        first_s=seconds[0],
        night_s=seconds[1],
        vectors=vectors,
        found=len(found),
        ties=len(ties),
        peak_mb=peak,
    )


def measure(units: int, bills: int, months: int) -> Iterator[Figure]:
    """The figures, each beside its limit."""
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as made:
        inputs = make(Path(made), units, bills, months)
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
            night = process.submit(analyse, Path(made) / "work", inputs).result()
    note = f"{units:,} units, {months} months of {bills:,} bills; {night.vectors:,} vectors in the last, {night.found:,} findings"
    yield Figure(
        name="all months from nothing",
        value=night.first_s,
        unit="s",
        limit=_MOST_SECONDS,
        limit_name="5 min",
        note=note,
    )
    yield Figure(
        name="a night, last month new",
        value=night.night_s,
        unit="s",
        limit=_MOST_SECONDS,
        limit_name="5 min",
        note=note,
    )
    yield Figure(
        name="memory at most", value=night.peak_mb, unit="MB", limit=_MOST_MB, limit_name="2 GB", note=note
    )


def main(arguments: Sequence[str]) -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="the nightly analysis of a province")
    parser.add_argument("--units", type=int, default=FULL_UNITS)
    parser.add_argument("--bills", type=int, default=FULL_BILLS)
    parser.add_argument("--months", type=int, default=FULL_MONTHS)
    given = parser.parse_args(arguments)
    table = Table("figure", "value", "limit", "note")
    for figure in measure(given.units, given.bills, given.months):
        table.add_row(figure.name, f"{figure.value:,.1f} {figure.unit}", figure.limit_name, figure.note)
    Console().print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
