"""Figures of rules: judging one bill, and a rule over a million past bills beside a bare scan.

python -m bench.rules [--bills N]
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from datetime import time as datetime_time
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec

from bench.figures import Figure
from mingpiao.catalog.model import Catalog
from mingpiao.demo.bills import requests, seeded
from mingpiao.demo.charge_items import charge_items
from mingpiao.demo.kinds import CATEGORIES, KINDS
from mingpiao.demo.regions import departments, province_regions
from mingpiao.demo.units import demo_units
from mingpiao.evidence.model import CLAIM_NAMES
from mingpiao.issuing.model import IssueRequest
from mingpiao.issuing.service import facts_of
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.lake.backtest import BackTestRun
from mingpiao.lake.model import BackTestResult, Dataset
from mingpiao.lake.parquet import from_files, quoted
from mingpiao.lake.queries import PastBills, month_before
from mingpiao.lake.schema import columns
from mingpiao.rules.language import FIELDS, FieldTable
from mingpiao.rules.model import LoadedRule, Rule, Severity, Stage
from mingpiao.rules.service import (
    Condition,
    RuleSet,
    compile_condition,
    field_table,
    history_needs,
    judge,
    library_rules,
    parse,
)
from mingpiao.units.model import UnitProfile, UnitType

BILLS = 1_000_000
_LAST = date(2026, 11, 15)
_MONTHS = 12
_JUDGED = 200
_TABLE = FieldTable(fields={field.path: field for field in FIELDS}, unusable={})
#: Without history: read once. With it: what came before each bill, for all of them.
PLAIN = "total >= 5000 AND contains_any(remark, '押金', '预交') AND payer.type = '1'"
WITH_ITEMS = "any_item(item.amount > 800 AND item.class = '07') AND total < 2000"
WITH_HISTORY = "payer_count(7) >= 2 AND payer_sum(7) + total > 1000 AND unit_sum(30) > 10000"
WITH_MEDIAN = "any_item(item.amount > 10 * unit_median(item, 90))"


def made_lake(folder: Path, bills: int) -> dict[Dataset, list[Path]]:
    """Invented bills of a year, in files of a month, as the worker's nightly merge leaves them."""
    paths: dict[Dataset, list[Path]] = {Dataset.BILLS: [], Dataset.REVERSALS: []}
    each = bills // _MONTHS + 1
    for back in range(_MONTHS):
        month = month_before(_LAST, back)
        for dataset, query in (
            (Dataset.BILLS, _blue(month, each, back)),
            (Dataset.REVERSALS, _red(month, each, back)),
        ):
            path = folder / f"{dataset.value}-{month:%Y-%m}.parquet"
            with duckdb.connect() as connection:
                connection.execute(
                    f"COPY ({query}) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 100000)"
                )
            paths[dataset].append(path)
    return paths


def _blue(month: date, count: int, back: int) -> str:
    """Blue bills of a month: 1,200 units of very different size, payers who come again, up to three items."""
    item = (
        "{{code: '0' || (6 + (n + {k}) % 2) || '01' || ((n * 7 + {k}) % 40)::VARCHAR, amount: (n * 37 + {k} * 91) % 90000 / 100, "
        "class: '0' || (6 + (n + {k}) % 2)}}"
    )
    own = {
        "kind": "CASE n % 3 WHEN 0 THEN '0601' WHEN 1 THEN '0602' ELSE '0201' END",
        "category": "CASE n % 3 WHEN 2 THEN '02' ELSE '06' END",
        "total": "(n * 7919 % 1000000) / 100",
        "remark": "CASE WHEN n % 50 = 0 THEN '住院押金' WHEN n % 3 = 0 THEN '' ELSE '门诊收费第' || n || '号' END",
        "payer_type": "CASE WHEN n % 10 = 0 THEN '2' ELSE '1' END",
        "payer_name": "'缴款人' || payer",
        "unit_id": "unit",
        "unit_region": "'1501' || lpad((unit % 20)::VARCHAR, 2, '0')",
        "unit_type": "CASE unit % 3 WHEN 0 THEN 'hospital' WHEN 1 THEN 'school' ELSE 'office' END",
        "issued_date": "CAST(moment AS DATE)",
        "issued_at": "moment",
        "bill_id": f"{back} * 10000000 + n",
        "payer_subject": "hash(payer) >> 1",
        "twin_subject": "hash(payer, n % 900) >> 1",
        "content_subject": "hash(n % 900) >> 1",
        "items": f"list_slice([{item.format(k=0)}, {item.format(k=1)}, {item.format(k=2)}], 1, 1 + n % 3)",
    }
    kinds = columns(Dataset.BILLS)
    chosen = ", ".join(f'CAST({own.get(name, "NULL")} AS {kind}) AS "{name}"' for name, kind in kinds.items())
    return f"SELECT {chosen} FROM ({_drawn(month, count)}) ORDER BY issued_at, bill_id"


def _red(month: date, count: int, back: int) -> str:
    """One bill of fifty is reversed on the day after."""
    return (
        "SELECT unit AS unit_id, '1501' || lpad((unit % 20)::VARCHAR, 2, '0') AS unit_region, "
        f"CAST({back} * 10000000 + n AS BIGINT) AS blue_bill_id, CAST(moment AS DATE) AS blue_date, "
        "CAST(moment AS DATE) + 1 AS issued_date, CAST((n * 7919 % 1000000) / 100 AS DECIMAL(14, 2)) AS total, "
        f"CAST({back} * 10000000 + n + 900000000 AS BIGINT) AS bill_id, moment + INTERVAL 1 DAY AS issued_at, "
        "CAST(hash(payer) >> 1 AS BIGINT) AS payer_subject, CAST(hash(payer, n % 900) >> 1 AS BIGINT) AS twin_subject, "
        "CAST(hash(n % 900) >> 1 AS BIGINT) AS content_subject "
        f"FROM ({_drawn(month, count)}) WHERE n % 50 = 7"
    )


def _drawn(month: date, count: int) -> str:
    return (
        "SELECT range AS n, CAST(floor(1200 * pow((hash(range) % 10000) / 10000, 3)) AS BIGINT) AS unit, "
        f"hash(range, 1) % {max(1, count // 4)} AS payer, "
        f"TIMESTAMP '{month} 00:00:00' + to_seconds(CAST(hash(range, 2) % 2400000 AS BIGINT)) AS moment FROM range({count})"
    )


def rule_of(condition: str) -> Rule:
    """A rule without restrictions."""
    return Rule(
        code="BENCH",
        name="",
        basis="",
        severity=Severity.ASK,
        condition=condition,
        message="",
        effective_from=date(2026, 1, 1),
    )


def back_test(folder: Path, files: dict[Dataset, list[Path]], text: str) -> tuple[float, BackTestResult]:
    """Seconds that a rule takes over the past, and what it found."""
    condition = parse(text, _TABLE)
    past = PastBills(today=_LAST, months=_MONTHS, region_code="150000")
    run = BackTestRun(folder / "work")
    try:
        start = time.perf_counter()
        result = run.run(rule_of(text), condition, files, past)
        return time.perf_counter() - start, result
    finally:
        run.close()


def bare_scan(files: dict[Dataset, list[Path]], text: str) -> float:
    """Seconds to read the columns that a rule and its figures need, and nothing else."""
    condition = parse(text, _TABLE)
    wanted = sorted(
        condition.columns | {"unit_id", "bill_id", "issued_at", "issued_date", "total", "unit_region"}
    )
    read = ", ".join(f'{_touch(name, condition)} AS "{name}"' for name in wanted)
    with duckdb.connect(config={"threads": 2}) as connection:
        start = time.perf_counter()
        connection.execute(f"SELECT {read} FROM {from_files(files[Dataset.BILLS])}").fetchall()
        return time.perf_counter() - start


def _touch(name: str, condition: Condition) -> str:
    if name != "items":
        return f'max("{name}")'
    members = sorted(condition.item_columns) or ["code"]
    return (
        "max(["
        + ", ".join(f'len(list_transform(items, lambda item: item."{each}"))' for each in members)
        + "])"
    )


# -- one bill ------------------------------------------------------------------------------------


def demo_catalog() -> Catalog:
    """The demonstration's base data."""
    return Catalog(
        province="15",
        regions={region.code: region for region in province_regions()},
        departments={department.region_code: department for department in departments()},
        categories={category.code: category for category in CATEGORIES},
        kinds={kind.code: kind for kind in KINDS},
        items={item.code: item for item in charge_items()},
    )


def _loaded(rule: Rule, condition: Condition) -> LoadedRule:
    return LoadedRule(
        rule=rule,
        region_code="150000",
        version=1,
        predicate=compile_condition(condition),
        history=condition.history,
        item_history=condition.item_history,
    )


def _hospital_facts(catalog: Catalog, rules: Sequence[LoadedRule]) -> list[dict[str, Any]]:
    """Facts of a hospital's bills, with a quiet history."""
    entry = next(each for each in demo_units() if each.unit.unit_type is UnitType.HOSPITAL)
    profile = UnitProfile(
        unit=entry.unit, item_codes=frozenset(catalog.items), kind_codes=frozenset(catalog.kinds)
    )
    history, item_history = history_needs(rules)
    told: dict[str, Any] = {need.column: Decimal(0) for need in history}
    told |= {f"evidence_{name}": None for name in CLAIM_NAMES} | {"evidence_count": Decimal(0)}
    bills = []
    for raw in itertools.islice(requests(entry, seeded(entry), _JUDGED, _LAST), _JUDGED):
        request = msgspec.json.decode(msgspec.json.encode(raw), type=IssueRequest)
        facts = facts_of(request, profile, catalog, datetime.combine(_LAST, datetime_time(10), SHANGHAI))
        facts["items"] = [item | {need.column: None for need in item_history} for item in facts["items"]]
        bills.append(facts | told)
    return bills


def judging_figure() -> Figure:
    """Microseconds to judge a hospital's bill by all rules of the library that are in force for it."""
    catalog = demo_catalog()
    rules = RuleSet(
        1,
        [
            _loaded(rule, parse(rule.condition, field_table(catalog, rule.kinds, rule.stage)))
            for rule in library_rules()
        ],
        {},
    )
    bills = _hospital_facts(catalog, rules.rules)
    stages = frozenset({Stage.FACE, Stage.EVIDENCE})
    ridden = [
        (facts, rules.for_bill(facts["kind"], facts["unit_type"], ("150100", "150000"), stages, _LAST).rules)
        for facts in bills
    ]

    def once() -> float:
        start = time.perf_counter()
        for facts, mine in ridden:
            judge(mine, facts)
        return (time.perf_counter() - start) / len(bills) * 1e6

    counts = sorted(len(mine) for _, mine in ridden)
    note = f"{counts[0]} to {counts[-1]} rules in force, of {len(rules.rules)}"
    return Figure(name="judge_us", value=round(_best(once, 7), 1), unit="us", aim=60, note=note)


def _best(measure: Callable[[], float], times: int = 3) -> float:
    return min(measure() for _ in range(times))


def measure(bills: int = BILLS) -> Iterator[Figure]:
    """All figures of rules."""
    yield judging_figure()
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        folder = Path(directory)
        files = made_lake(folder, bills)
        for name, text in (("plain", PLAIN), ("items", WITH_ITEMS)):
            scan = _best(lambda text=text: bare_scan(files, text))
            run = _best(lambda text=text: back_test(folder, files, text)[0])
            yield Figure(
                name=f"backtest_{name}_s",
                value=round(run, 2),
                unit="s",
                limit=round(scan, 3),
                limit_name="bare scan",
                aim=2,
                note=f"{bills:,} bills; a ratio below the aim is good",
            )
        for name, text in (("history", WITH_HISTORY), ("median", WITH_MEDIAN)):
            seconds, result = back_test(folder, files, text)
            note = f"{bills:,} bills, {result.hits:,} hits"
            yield Figure(name=f"backtest_{name}_s", value=round(seconds, 2), unit="s", aim=10, note=note)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rules", description=__doc__)
    parser.add_argument("--bills", type=int, default=BILLS)
    for figure in measure(parser.parse_args(arguments).bills):
        print(msgspec.json.encode(figure).decode(), figure.ratio, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
