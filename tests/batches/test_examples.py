"""The example row of each sheet is a bill that the checks let pass."""

from tests.rules.wellformed import catalog

from mingpiao.batches.columns import columns_of, items_of_kind
from mingpiao.batches.model import BatchRow, RowState
from mingpiao.batches.reading import Wanted, names_of_items, read_row, tidy_cells
from mingpiao.catalog.model import BillKind
from mingpiao.demo.units import DemoUnit, demo_units
from mingpiao.issuing.checks import examine
from mingpiao.kernel.clock import today
from mingpiao.units.model import UnitProfile


def _profile(entry: DemoUnit) -> UnitProfile:
    return UnitProfile(
        unit=entry.unit, item_codes=frozenset(entry.item_codes), kind_codes=frozenset(entry.kinds)
    )


def _wanted(entry: DemoUnit, kind: BillKind) -> Wanted:
    items = items_of_kind(_profile(entry), kind, catalog())
    return Wanted(
        kind=kind, columns=columns_of(kind, items, pay_modes=("转账",)), items=names_of_items(items)
    )


def _row(cells: dict[str, str]) -> BatchRow:
    """A row as it stands before anything was found about it."""
    return BatchRow(
        batch_id=1,
        row_no=2,
        unit_id=1,
        cells=cells,
        faults={},
        reasons={},
        state=RowState.NEW,
        business_no="",
        payer_name="",
        total=None,
        problems=(),
        hits=(),
        handler="",
        bill_id=None,
        check_code="",
        issued_at=None,
        application_id=None,
    )


def test_every_units_example_passes_the_checks_as_it_stands() -> None:
    tried = 0
    for entry in demo_units():
        for code in sorted(entry.kinds):
            wanted = _wanted(entry, catalog().kinds[code])
            examples = {column.name: column.example for column in wanted.columns}
            read = read_row(wanted, _row(tidy_cells(wanted.columns, examples)), "开票人")
            assert not read.problems, (entry.unit.name, code, read.problems)
            found = examine(read.request, _profile(entry), catalog())
            # Only that papers are missing may stand against it: they are no cells.
            left = {problem.code for problem in found} if isinstance(found, tuple) else set()
            assert left <= {"evidence.required"}, (entry.unit.name, code, found)
            tried += 1
    assert tried >= len(demo_units())


def test_examples_keep_to_bounds_and_years() -> None:
    entry = next(entry for entry in demo_units() if "0401" in entry.kinds)
    examples = {
        column.name: column.example
        for column in _wanted(entry, catalog().kinds["0401"]).columns
        if column.example
    }
    assert examples == {
        "payer/type": "单位",
        "payer/name": "示例商贸有限公司",
        "items/0/code": "会费（会长单位）",
        "items/0/quantity": "1",
        "items/0/rate": "10000",
        "extension/Custom2": str(today().year),
        "pay_mode": "转账",
    }
