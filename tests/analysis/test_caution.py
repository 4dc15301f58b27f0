"""Where too little is known, nothing is said."""

from datetime import date
from pathlib import Path

from tests.analysis.made import NEWEST, Made

from mingpiao.analysis.extracting import before
from mingpiao.analysis.judging import Standout
from mingpiao.analysis.measures import PLACES
from mingpiao.analysis.nightly import Nightly


def judge(made: Made, folder: Path, newest: date = NEWEST) -> list[Standout]:
    run = Nightly(folder / "work", made.files(folder / "lake"), threads=1)
    try:
        return run.judge(run.prepare(newest), newest, {})
    finally:
        run.close()


def month_of_schools(units: int, bills: int = 8) -> Made:
    made = Made()
    for unit in range(1, units + 1):
        made.unit(unit)
    made.plain(range(1, units + 1), months=1, bills=bills)
    return made


def test_two_units_of_a_type_are_no_peers(tmp_path: Path) -> None:
    made = month_of_schools(2)
    for number in range(10):
        made.bill(1, NEWEST, "150.00", payer=f"某{number}", payer_code="")
    assert judge(made, tmp_path) == []


def test_where_all_are_alike_nobody_stands_out(tmp_path: Path) -> None:
    made = Made()
    for unit in range(1, 9):
        made.unit(unit)
        for _ in range(5):
            made.bill(unit, NEWEST, "150.00", payer_code="")
    assert judge(made, tmp_path) == []


def test_a_unit_of_one_bill_is_no_finding(tmp_path: Path) -> None:
    made = month_of_schools(8)
    made.unit(9)
    made.bill(
        9, date(2026, 10, 31), "990000.00", payer="某公司", payer_type="2", payer_code="", item="999999"
    )
    assert [each for each in judge(made, tmp_path) if each.unit_id == 9] == []


def test_a_unit_whose_bills_are_all_reversed(tmp_path: Path) -> None:
    made = month_of_schools(8)
    made.unit(9)
    for number in range(6):
        made.reverse(made.bill(9, NEWEST, f"10{number}.30"), date(2026, 10, 2))
    (found,) = [each for each in judge(made, tmp_path) if each.pattern == "wash_reversal"]
    assert (found.unit_id, found.evidence[0].value) == (9, 1.0)


def test_reversals_of_a_month_without_a_bill(tmp_path: Path) -> None:
    made = month_of_schools(8)
    made.unit(9)
    made.plain([9], months=1, newest=before(NEWEST, 1))
    for bill in [each for each in made.bills if each["unit_id"] == 9][:5]:
        made.reverse(bill, NEWEST)
    run = Nightly(tmp_path / "work", made.files(tmp_path / "lake"), threads=1)
    series = run.series(run.prepare(NEWEST), NEWEST)
    row = list(series.units).index(9)
    assert [float(series.newest[row, PLACES[name]]) for name in ("bills", "reversals", "reversal")] == [
        0,
        5,
        1,
    ]
    run.judge(run.prepare(NEWEST), NEWEST, {})
    run.close()
