"""The ten patterns, each planted once in a small province, and what must not be said."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from tests.analysis.made import NEWEST, Made

from mingpiao.analysis import nightly
from mingpiao.analysis.extracting import before
from mingpiao.analysis.inputs import PATTERNS as NAMED
from mingpiao.analysis.judging import Standout
from mingpiao.analysis.model import Basis, TieKind
from mingpiao.analysis.nightly import Nightly
from mingpiao.analysis.patterns import PATTERNS
from mingpiao.analysis.ties import Tie

MONTHS, UNITS = 7, range(1, 21)
FLOODED = range(31, 40)


def day(number: int) -> date:
    return NEWEST + timedelta(days=number - 1)


def split(made: Made, unit: int) -> None:
    for number in (12, 13):
        for _ in range(3):
            made.bill(unit, day(number), "980.00", payer="拆分人")


def wash(made: Made, unit: int) -> None:
    bill = made.bill(unit, day(12), "5000.00", payer="回转人")
    for number in (12, 13, 14, 15):
        made.reverse(bill, day(number))
        bill = made.bill(unit, day(number), "5000.00", payer="回转人", hour=16)


def borrow(made: Made, unit: int) -> None:
    for number in range(4):
        made.bill(unit, day(13 + number), "48000.00", payer=f"外来公司{number}", payer_type="2")


def disguise(made: Made, unit: int) -> None:
    for number in range(12):
        made.bill(unit, day(12 + number % 4), f"{1000 + 37 * number}.30", item="020102")


def above(made: Made, unit: int) -> None:
    for number in range(6):
        made.bill(unit, day(12 + number % 4), f"23{number}.00", rate_maximum="200")


def ghosts(made: Made, unit: int) -> None:
    for number in range(10):
        made.bill(unit, day(12 + number % 4), "150.00", payer=f"某{number}", payer_code="")


def month_end(made: Made, unit: int) -> None:
    for number in range(15):
        made.bill(unit, day(29 + number % 3), f"{2000 + 1000 * (number % 3)}.00")


def reuse(made: Made, unit: int) -> None:
    for number in range(5):
        made.bill(unit, day(12 + number % 4), f"17{number}.10", evidence_count=1, evidence_papers=[77])


def dormant(made: Made, unit: int) -> None:
    for number in range(20):
        made.bill(unit, day(5 + number % 20), f"{300 + number}.10")


def collude(made: Made, unit: int) -> None:
    for number in range(6):
        one, other = ("甲", "乙") if number % 2 else ("乙", "甲")
        made.reverse(made.bill(unit, day(8 + number), f"16{number}.10", handler=one), day(15), handler=other)


PLANTED: Mapping[str, Callable[[Made, int], None]] = {
    "splitting": split,
    "wash_reversal": wash,
    "borrowed_bills": borrow,
    "item_disguise": disguise,
    "above_rate": above,
    "ghost_payers": ghosts,
    "month_end": month_end,
    "evidence_reuse": reuse,
    "dormant_busy": dormant,
    "collusion": collude,
}
PLACE = {pattern: unit for unit, pattern in enumerate(PLANTED, start=1)}


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """Twenty schools over eight months, ten of which do what they should not in the last one."""
    made, folder = Made(), tmp_path_factory.mktemp("made")
    for unit in UNITS:
        made.unit(unit)
    made.plain([unit for unit in UNITS if unit != PLACE["dormant_busy"]], months=MONTHS)
    for _ in range(10):
        made.bill(PLACE["dormant_busy"], before(NEWEST, MONTHS - 1) + timedelta(days=3))
    for pattern, plant in PLANTED.items():
        plant(made, PLACE[pattern])
    for unit in FLOODED:
        made.unit(unit, "hospital")
        made.plain([unit], months=MONTHS, bills=6)
        for number in range(40):
            made.bill(unit, day(1 + number % 28), f"{150 + number}.10")
    for unit in (11, 12, 13):
        made.bill(unit, day(6), "900.00", payer="跨单位公司", payer_type="2", payer_account="6222")
    inputs = made.files(folder / "lake")
    run = Nightly(folder / "work", inputs, threads=1)
    folders = run.prepare(NEWEST)
    found = run.judge(folders, NEWEST, {})
    yield SimpleNamespace(
        run=run,
        folders=folders,
        inputs=inputs,
        work=folder / "work",
        found=found,
        ties=run.ties(folders, NEWEST),
        examples=run.examples(folders, found),
        made=made,
    )
    run.close()


def of_unit(found: list[Standout], unit: int) -> list[Standout]:
    return [each for each in found if each.unit_id == unit]


def test_the_patterns_are_those_of_the_contract() -> None:
    assert {each.code: each.label for each in PATTERNS} == NAMED


@pytest.mark.parametrize("pattern", PLANTED)
def test_what_was_planted_is_named_first_of_its_unit(judged: SimpleNamespace, pattern: str) -> None:
    first = of_unit(judged.found, PLACE[pattern])[0]
    assert first.pattern == pattern
    assert first.month == NEWEST
    assert first.sentence.startswith("2026年10月")
    assert first.sentence.endswith("。")
    assert judged.examples[PLACE[pattern], pattern]


def test_plain_units_stay_below_all_that_was_planted(judged: SimpleNamespace) -> None:
    least = min(of_unit(judged.found, unit)[0].score for unit in PLACE.values())
    others = [each.score for each in judged.found if each.unit_id not in PLACE.values()]
    assert all(score < least for score in others)
    assert len({each.unit_id for each in judged.found} - set(PLACE.values())) <= 3


def test_a_flood_that_all_hospitals_have_is_no_finding(judged: SimpleNamespace) -> None:
    assert [each for each in judged.found if each.unit_id in FLOODED] == []


def test_a_finding_tells_its_numbers_and_draws_them(judged: SimpleNamespace) -> None:
    found = of_unit(judged.found, PLACE["evidence_reuse"])[0]
    assert found.basis is Basis.PAST
    assert "同一凭证用于多份票据" in found.sentence
    assert "（5份），自身以往0.0%，同类18家单位中位数0.0%" in found.sentence
    assert found.drawing.months[-1] == NEWEST
    assert len(found.drawing.months) == len(found.drawing.own) == 24
    assert found.drawing.own[0] is None
    assert found.drawing.middle[-1] == 0.0


def test_bills_of_a_finding_are_the_planted_ones(judged: SimpleNamespace) -> None:
    unit = PLACE["splitting"]
    planted = {row["bill_id"] for row in judged.made.bills if row["payer_name"] == "拆分人"}
    assert set(judged.examples[unit, "splitting"]) == planted


def test_ties_are_found(judged: SimpleNamespace) -> None:
    ties: list[Tie] = judged.ties
    payer = next(each for each in ties if each.kind is TieKind.PAYER)
    assert (payer.name, payer.units, payer.bills, payer.amount) == ("跨单位公司", 3, 3, 2700.0)
    assert sorted(edge.unit_id for edge in payer.edges) == [11, 12, 13]
    handlers = next(each for each in ties if each.kind is TieKind.HANDLERS)
    assert {(edge.source, edge.target, edge.bills) for edge in handlers.edges} == {
        ("甲", "乙", 3),
        ("乙", "甲", 3),
    }
    circle = next(each for each in ties if each.kind is TieKind.ROUND_TRIP)
    assert [(edge.unit_id, edge.source, edge.bills) for edge in circle.edges] == [
        (PLACE["wash_reversal"], "回转人", 4)
    ]


def test_a_killed_worker_goes_on_with_what_is_missing(
    judged: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[date] = []
    for step in ("extract_month", "derive_month"):
        original = getattr(nightly, step)

        def killed(*given: object, original: Callable[..., None] = original, **more: object) -> None:
            calls.append(given[-2] if isinstance(given[-2], date) else given[-1])  # type: ignore[arg-type]
            if len(calls) == 3:
                raise KeyboardInterrupt
            original(*given, **more)

        monkeypatch.setattr(nightly, step, killed)
    run = Nightly(tmp_path, judged.inputs, threads=1)
    newest = before(NEWEST, MONTHS - 3)
    with pytest.raises(KeyboardInterrupt):
        run.prepare(newest)
    assert [each.name[:7] for each in tmp_path.glob("*-*-*")] == [f"{before(NEWEST, MONTHS - 1):%Y-%m}"]
    folders = run.prepare(newest)
    # The second and third month were still to do, two steps each.
    assert len(calls) == 3 + 4
    assert [path.name for path in folders.values()] == [judged.folders[month].name for month in folders]
    run.close()


def test_what_was_replaced_is_swept_away(judged: SimpleNamespace) -> None:
    left = judged.work / "2026-10-part-0123"
    left.mkdir()
    judged.run.sweep(judged.folders)
    assert not left.exists()
    assert all(path.exists() for path in judged.folders.values())


def test_files_from_before_a_column_tell_nothing_of_it(judged: SimpleNamespace, tmp_path: Path) -> None:
    files = judged.inputs.months[NEWEST]
    old = tmp_path / "old.parquet"
    with duckdb.connect() as connection:
        connection.execute(
            f"COPY (SELECT * EXCLUDE (evidence_papers, paid_on) FROM '{files.bills[0]}') TO '{old}' (FORMAT parquet)"
        )
        relation = nightly._typed([old], nightly.BILLS)
        rows = connection.execute(f"SELECT evidence_papers, paid_on FROM {relation} LIMIT 1").fetchall()
    assert rows == [(None, None)]
