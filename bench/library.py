"""How often each rule of the library hits honest bills: the demonstration's, spread over four months.

    python -m bench.library [--bills N] [--over PERCENT] [--first-night]

The bills are those of the demonstration province, in which nobody does anything wrong; so whatever a rule
hits here is noise. Units issue in the hours of their type; one bill in thirty is issued in the evening, at
night or on a day off, as in life. With `--first-night` all bills are issued in one minute of a Sunday night,
by units without a past: what `make demo` shows who starts it then. The seed is fixed, so that two runs of
one version of the rules print the same.

Rules that read evidence files are left out: these bills have none.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby, islice
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from bench.rules import demo_catalog
from mingpiao.catalog.model import Catalog
from mingpiao.demo.bills import requests, seeded
from mingpiao.demo.units import DemoUnit, demo_units, shares
from mingpiao.issuing.history import subjects_of
from mingpiao.issuing.model import IssueRequest
from mingpiao.issuing.service import StoredBill
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.workdays import is_workday
from mingpiao.lake.backtest import BackTestRun
from mingpiao.lake.model import BackTestResult, Dataset
from mingpiao.lake.parquet import write_rows
from mingpiao.lake.queries import PastBills
from mingpiao.lake.rows import bill_row
from mingpiao.rules.model import Rule, Stage
from mingpiao.rules.service import field_table, library_rules, parse
from mingpiao.units.model import UnitProfile, UnitType

BILLS = 20_000
_LAST = date(2026, 11, 30)
_DAYS = 122
_MONTHS = 4
_SUNDAY_NIGHT = datetime(2026, 11, 29, 0, 10, tzinfo=SHANGHAI)
#: One bill in so many is issued outside the hours of its unit's type.
_LATE_EVERY = 30
_OPEN_DAILY = frozenset({UnitType.HOSPITAL})


def made_bills(count: int, *, first_night: bool) -> list[StoredBill]:
    """The demonstration's bills with times of issue, in the order of these."""
    units = list(demo_units())
    wanted = shares(count, units)
    found = [
        bill
        for number, unit in enumerate(units)
        for bill in _of_unit(unit, number, wanted[unit.ordinal], first_night=first_night)
    ]
    return sorted(found, key=lambda bill: (bill.issued_at, bill.bill_id))


def _of_unit(unit: DemoUnit, number: int, count: int, *, first_night: bool) -> Iterator[StoredBill]:
    hours = Random(f"hours:{unit.unit.uscc}")  # noqa: S311 - invented hours
    moments = sorted(_SUNDAY_NIGHT if first_night else _moment(unit, hours) for _ in range(count))
    rng, place = seeded(unit), 0
    for day, group in groupby(moments, key=lambda moment: moment.date()):
        times = list(group)
        # The first bills of a call are one of each kind; those behind them are as frequent as in life.
        skipped = 0 if first_night else len(unit.kinds)
        drawn = islice(requests(unit, rng, skipped + len(times), day), skipped, None)
        for moment, raw in zip(times, drawn, strict=True):
            yield _stored(unit, number, place, moment, raw)
            place += 1


def _stored(unit: DemoUnit, number: int, place: int, moment: datetime, raw: dict[str, Any]) -> StoredBill:
    request = msgspec.convert(raw | {"business_no": f"{number}-{place}"}, IssueRequest)
    return StoredBill(
        bill_id=number * 1_000_000 + place,
        unit_id=number,
        region_code=unit.unit.region_code,
        request=request,
        issued_at=moment,
        subjects=subjects_of(request.payer, request.kind, request.items, request.total),
        claims={},
        evidence=(),
    )


def _moment(unit: DemoUnit, rng: Random) -> datetime:
    late = rng.randrange(_LATE_EVERY) == 0
    while True:
        day = _LAST - timedelta(days=rng.randrange(_DAYS))
        if late or unit.unit.unit_type in _OPEN_DAILY or is_workday(day):
            break
    hour = (
        rng.choice((0, 6, 7, 12, 19, 20, 21, 22, 23)) if late else rng.choice((8, 9, 10, 11, 14, 15, 16, 17))
    )
    return datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), SHANGHAI)


def written(folder: Path, bills: Sequence[StoredBill], catalog: Catalog) -> dict[Dataset, list[Path]]:
    """The bills as a file of the lake."""
    profiles = {
        number: UnitProfile(
            unit=msgspec.structs.replace(unit.unit, unit_id=number),
            item_codes=frozenset(unit.item_codes),
            kind_codes=frozenset(unit.kinds),
        )
        for number, unit in enumerate(demo_units())
    }
    path = folder / "bills.parquet"
    rows = (bill_row(bill, profiles[bill.unit_id], catalog) for bill in bills)
    path.write_bytes(write_rows(Dataset.BILLS, rows))
    return {Dataset.BILLS: [path], Dataset.REVERSALS: []}


def rates(
    count: int, rules: Sequence[Rule] = library_rules(), *, first_night: bool = False
) -> Iterator[tuple[Rule, BackTestResult]]:
    """What each rule hits of so many bills, by default those of the library."""
    catalog = demo_catalog()
    past = PastBills(today=_LAST, months=_MONTHS, region_code="150000")
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        folder = Path(directory)
        files = written(folder, made_bills(count, first_night=first_night), catalog)
        for rule in rules:
            if rule.stage in (Stage.EVIDENCE, Stage.MONITORING):
                continue
            condition = parse(rule.condition, field_table(catalog, rule.kinds, rule.stage))
            run = BackTestRun(folder / "work")
            try:
                yield rule, run.run(rule, condition, files, past)
            finally:
                run.close()


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.library", description=__doc__)
    parser.add_argument("--bills", type=int, default=BILLS)
    parser.add_argument(
        "--over", type=float, default=0.0, help="only rules that hit more than so many per cent"
    )
    parser.add_argument(
        "--first-night", action="store_true", help="all bills in one minute of a Sunday night"
    )
    given = parser.parse_args(arguments)
    found = list(rates(given.bills, first_night=given.first_night))
    print(f"{'规则':<26}{'处置':<4}{'票据':>8}{'命中':>8}{'比例':>9}{'单位':>6}")
    for rule, result in sorted(found, key=lambda each: (-each[1].share, each[0].code)):
        if result.hits and result.share * 100 > given.over:
            print(
                f"{rule.code:<26}{rule.severity.label:<4}{result.bills:>8,}{result.hits:>8,}"
                f"{result.share:>9.2%}{result.units:>6}"
            )
    silent = sum(not result.hits for _, result in found)
    print(f"{len(found)} 条规则，其中 {silent} 条没有命中。")


if __name__ == "__main__":
    main(sys.argv[1:])
