"""The made province of bench/detection: the same for the same seed, and as the contract of the analysis says."""

from collections import Counter
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from bench.detection.province import Province, made_province
from bench.detection.seeds import FIGURE_SEEDS, TUNING_SEEDS

from mingpiao.analysis.inputs import PATTERNS, RELATIONS
from mingpiao.kernel.codes import is_uscc

#: One that is neither for tuning nor for the figure.
SEED = 5
MONTHS = (date(2023, 3, 1), date(2025, 2, 1), 24)
BILLS_MADE = (16067, Decimal("93435716.29"), 70)
REVERSALS_MADE = (278, Decimal("1736347.89"))
ASKS_MADE = (157, 177)
TRUTH = {
    "borrowed_bills": 3,
    "dormant_busy": 4,
    "month_end": 2,
    "item_disguise": 1,
    "ghost_payers": 3,
    "collusion": 5,
    "above_rate": 1,
    "evidence_reuse": 1,
    "splitting": 2,
    "wash_reversal": 2,
}
ODDITIES = {
    "second_person": 48,
    "seasonal": 24,
    "opening": 2,
    "joint_paper": 3,
    "reopening": 1,
    "enrolment": 2,
    "merger": 4,
    "quarter_rent": 24,
    "special_approval": 24,
    "checkups": 2,
    "new_service": 9,
    "new_system": 2,
    "campaign": 1,
    "always_late": 24,
    "late_registration": 2,
    "many_parcels": 4,
}


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Province:
    return made_province(tmp_path_factory.mktemp("province"), SEED, units=70, size=0.04)


def one(query: str) -> tuple[object, ...]:
    (row,) = duckdb.sql(query).fetchall()
    return tuple(row)


def test_a_seed_gives_the_same_province(province: Province) -> None:
    """Other numbers are no fault where profiles, items or habits were changed; figures of before no longer compare."""
    assert (province.months[0], province.months[-1], len(province.months)) == MONTHS
    assert one(f"SELECT count(*), sum(total), count(DISTINCT unit_id) FROM '{province.bills}'") == BILLS_MADE
    assert one(f"SELECT count(*), sum(total) FROM '{province.reversals}'") == REVERSALS_MADE
    assert one(f"SELECT sum(refused), sum(overridden) FROM '{province.asks}'") == ASKS_MADE
    assert Counter(row.pattern for row in province.truth) == TRUTH
    assert Counter(row.what for row in province.oddities) == ODDITIES


def test_seeds_for_the_figure_are_not_those_for_tuning() -> None:
    assert not set(TUNING_SEEDS) & set(FIGURE_SEEDS)
    assert len(set(FIGURE_SEEDS)) == 6


def test_files_have_the_columns_of_the_contract(province: Province) -> None:
    for name, columns in RELATIONS.items():
        made = duckdb.sql(f"SELECT * FROM '{getattr(province, name)}' LIMIT 0")
        wanted = duckdb.sql(
            "SELECT " + ", ".join(f'NULL::{kind} AS "{column}"' for column, kind in columns.items())
        )
        assert dict(zip(made.columns, made.types, strict=True)) == dict(
            zip(wanted.columns, wanted.types, strict=True)
        )


def test_bills_add_up_and_their_numbers_grow(province: Province) -> None:
    wrong = f"""SELECT count(*) FROM '{province.bills}' WHERE total <= 0 OR len(items) NOT BETWEEN 1 AND 3
      OR total <> list_sum([line.amount FOR line IN items])
      OR list_bool_or([abs(line.quantity::DOUBLE * line.rate::DOUBLE - line.amount) > 0.0051 FOR line IN items])
      OR issued_date <> (issued_at + INTERVAL 8 HOUR)::DATE"""
    assert one(wrong) == (0,)
    backwards = f"""SELECT count(*) FROM (SELECT issued_at < lag(issued_at) OVER
      (PARTITION BY unit_id, kind ORDER BY bill_id) AS back FROM '{province.bills}') WHERE back"""
    assert one(backwards) == (0,)
    assert one(f"SELECT count(*) - count(DISTINCT bill_id) FROM '{province.bills}'") == (0,)


def test_reversals_follow_their_bills(province: Province) -> None:
    query = f"""SELECT count(*), count(*) FILTER (blue.total <> red.total OR red.issued_at <= blue.issued_at
      OR red.bill_id <= blue.bill_id OR red.content_subject <> blue.content_subject OR red.blue_date <> blue.issued_date
      OR red.payer_subject <> blue.payer_subject)
      FROM '{province.reversals}' red JOIN '{province.bills}' blue ON blue.bill_id = red.blue_bill_id"""
    assert one(query) == (REVERSALS_MADE[0], 0)


def test_payers_have_valid_codes_and_equal_ones_are_equal(province: Province) -> None:
    codes = duckdb.sql(
        f"SELECT DISTINCT payer_code FROM '{province.bills}' WHERE payer_type = '2' AND payer_code <> ''"
    ).fetchall()
    assert [code for (code,) in codes if not is_uscc(code)] == []
    twice = f"""SELECT count(DISTINCT payer_subject), count(DISTINCT payer_name || '|' || payer_code)
      FROM '{province.bills}'"""
    subjects, payers = one(twice)
    assert subjects == payers


def test_truth_names_units_months_and_patterns(province: Province) -> None:
    units = {row[0] for row in duckdb.sql(f"SELECT unit_id FROM '{province.units}'").fetchall()}
    assert len(units) == 70
    assert {row.pattern for row in province.truth} <= set(PATTERNS)
    assert {row.unit_id for row in province.truth} <= units
    assert {row.month for row in province.truth} <= set(province.months)
    assert len({(row.unit_id, row.month, row.pattern) for row in province.truth}) == len(province.truth)
    wrongdoers = {row.unit_id for row in province.truth}
    # Whoever does wrong has no oddity that would excuse it.
    assert wrongdoers.isdisjoint(row.unit_id for row in province.oddities)
