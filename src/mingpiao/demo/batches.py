"""A sheet of bills that waits at a unit of the demonstration: most rows can be issued, the others show why not."""

from collections.abc import Sequence

from mingpiao.batches.model import SheetRow
from mingpiao.batches.service import Wanted, tidy_cells
from mingpiao.demo.acting import ACTING
from mingpiao.demo.services import DemoServices
from mingpiao.demo.units import DemoUnit
from mingpiao.kernel.errors import Refusal
from mingpiao.kernel.money import plain_number
from mingpiao.units.model import Unit

_PROFILE, _KIND = "police", "0101"
_PAYERS = ("马晓东", "王丽娜", "李建国", "赵雅琴", "孙志强", "周美玲", "吴海燕", "郑立新")


async def bring_batch(services: DemoServices, members: Sequence[tuple[Unit, DemoUnit]]) -> None:
    """Upload the sheet for the first unit that fits; one that an earlier build uploaded stays as it is."""
    unit = next((unit for unit, entry in members if entry.profile == _PROFILE), None)
    if unit is None:
        return
    wanted = await services.batches.wanted(unit.unit_id, _KIND)
    try:
        await services.batches.take_in(unit.unit_id, _KIND, "换领证件.xlsx", _sheet(wanted), acting=ACTING)
    except Refusal as refusal:
        if refusal.problems[0].code != "batch.same_sheet":
            raise


def _sheet(wanted: Wanted) -> list[SheetRow]:
    """A row for each payer; one lacks a payer type, another is the row before it once more."""
    item = next(iter(wanted.items.values()))
    rows = [
        {
            "payer/type": "个人",
            "payer/name": payer,
            "items/0/code": item.name,
            "items/0/rate": plain_number(item.rate.minimum),
        }
        for payer in _PAYERS
    ]
    rows[2]["payer/type"] = ""
    rows.append(rows[-1])
    return [
        SheetRow(row_no=number, cells=tidy_cells(wanted.columns, cells))
        for number, cells in enumerate(rows, start=2)
    ]
