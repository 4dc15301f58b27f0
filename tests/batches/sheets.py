"""Sheets of bills as tests fill them in."""

from typing import Any

from tests.support.world import World

from mingpiao.batches.model import BillBatch, SheetRow
from mingpiao.batches.room import BATCH_DESK
from mingpiao.batches.service import BatchDesk, get_batch, get_row, tidy_cells
from mingpiao.identity.model import Acting, acting_for

#: The kind of the charity: its members' donations, which need no files in the small province.
KIND = "0301"


async def desk_of(site: World) -> BatchDesk:
    return await site.house.get(BATCH_DESK)


def handler_of(site: World) -> Acting:
    return acting_for(site.accounts["handler"], address="192.0.2.7")


async def rows_of(site: World, count: int, **changes: str) -> list[SheetRow]:
    """Rows that nothing stands against, each with another payer; `__` in a name stands for a slash."""
    wanted = await (await desk_of(site)).wanted(site.unit.unit_id, KIND)
    item = next(item for item in wanted.items.values() if item.code)
    given = {name.replace("__", "/"): value for name, value in changes.items()}
    cells = {
        "payer/type": "个人",
        "items/0/code": item.name,
        "items/0/quantity": "1",
        "items/0/rate": "100",
        **{
            f"extension/{field.name}": _value(field)
            for field in wanted.kind.extension_fields
            if field.required
        },
    }
    return [
        SheetRow(
            row_no=number,
            cells=tidy_cells(wanted.columns, cells | {"payer/name": f"捐赠人{number}"} | given),
        )
        for number in range(2, count + 2)
    ]


def _value(field: Any) -> str:
    if field.choices:
        return str(field.choices[0])
    return {"date": "2026-01-31", "money": "100", "number": "1"}.get(field.type.value, "示例")


async def take_in(site: World, *rows: SheetRow) -> BillBatch:
    desk = await desk_of(site)
    return await desk.take_in(site.unit.unit_id, KIND, "捐赠.xlsx", rows, acting=handler_of(site))


async def batch_of(site: World, batch_id: int) -> BillBatch:
    async with site.database.system() as connection:
        return await get_batch(connection, batch_id)


async def told_of(site: World, batch_id: int, row_no: int) -> tuple[str, list[tuple[str, str]], list[str]]:
    """The state of a row, (column, sentence) of its problems, and the rules that ask or warn."""
    async with site.database.system() as connection:
        row = await get_row(connection, batch_id, row_no)
    problems = [(problem.field, problem.message) for problem in row.problems]
    return row.state.value, problems, [hit.rule for hit in row.hits]
