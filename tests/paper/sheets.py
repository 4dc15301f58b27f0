"""Paper for tests: a batch in the province's stock, and the people who move it."""

from typing import Any

import pytest
from tests.support.province import Resident
from tests.support.world import World
from tests.writeoff.casework import person

from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.codes import bill_id
from mingpiao.kernel.errors import Refusal
from mingpiao.paper.model import PaperHolder, PaperRange, PaperState, WantedPaper
from mingpiao.paper.service import (
    allot_to_region,
    allot_to_unit,
    answer_parcel,
    holdings_of,
    move_to_point,
    order_batch,
    receive_batch,
)
from mingpiao.units.model import IssuingPoint
from mingpiao.units.service import save_point

CODE, KIND, PROVINCE = "15980126", "0601", "150000"


def lines(first: int, last: int, code: str = CODE) -> str:
    """A range as a line of a form."""
    return f"{code} {first:010d} {last:010d}"


def ranges(*ends: tuple[int, int]) -> tuple[PaperRange, ...]:
    base = bill_id(CODE, "0" * 10)
    return tuple(PaperRange(base + first, base + last) for first, last in ends)


async def officer(world: World, region: str = PROVINCE, name: str = "") -> Acting:
    """Somebody of a department."""
    return await person(world, Role.DEPARTMENT_OFFICER, region=region, name=name)


async def order(world: World, acting: Acting, first: int, last: int, **changes: Any) -> int:
    """Order a batch of the hospital's kind; its id."""
    values = {
        "kind_code": KIND,
        "purpose": "exchange",
        "sheets": lines(first, last),
        "printer": "内蒙古印制厂",
        "plan_no": "印2026-1",
        "request_no": f"O-{first}",
    }
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        return await order_batch(connection, WantedPaper(**values | changes), catalog, acting=acting)


async def stocked(world: World, quantity: int = 1_000, **changes: Any) -> Acting:
    """Sheets 1 to `quantity` are in the province's stock; an officer of the province."""
    acting = await officer(world)
    batch = await order(world, acting, 1, quantity, **changes)
    async with world.database.system() as connection:
        await receive_batch(connection, batch, lines(1, quantity), request_no="R-1", acting=acting)
    return acting


async def down(world: World, acting: Acting, to: str, first: int, last: int, number: str = "") -> int:
    """Allot to a department below, which has not accepted; the step's id."""
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        return await allot_to_region(
            connection, lines(first, last), to, catalog, request_no=number or f"A-{first}", acting=acting
        )


async def answer(world: World, acting: Acting, step: int, *, accept: bool = True, note: str = "") -> int:
    async with world.database.system() as connection:
        return await answer_parcel(connection, step, accept=accept, note=note, acting=acting)


async def given(
    world: World, acting: Acting, resident: Resident, first: int, last: int, *, point: str = ""
) -> Acting:
    """A unit of the officer's region has the sheets, at a point where one is named; a manager of the unit."""
    manager = await person(world, Role.UNIT_MANAGER, unit=resident)
    async with world.database.system() as connection:
        step = await allot_to_unit(
            connection, lines(first, last), resident.unit_id, request_no=f"U-{first}", acting=acting
        )
        await answer_parcel(connection, step, accept=True, acting=manager)
        if point:
            await save_point(
                connection, IssuingPoint(unit_id=resident.unit_id, code=point, name=point), acting=acting
            )
            await to_point(connection, first, last, point, acting=manager)
    return manager


async def to_point(connection: Any, first: int, last: int, point: str, *, acting: Acting) -> None:
    await move_to_point(connection, lines(first, last), point, request_no=f"P-{first}", acting=acting)


async def held(
    world: World, holder: PaperHolder
) -> dict[tuple[str, PaperState], tuple[tuple[int, int], ...]]:
    """Numbers of a holder by point and state, as ranges."""
    base = bill_id(CODE, "0" * 10)
    async with world.database.system() as connection:
        found = await holdings_of(connection, holder)
    return {
        (each.holder.point, each.state): tuple((one.first - base, one.last - base) for one in each.ranges)
        for each in found
    }


async def refused(attempt: Any) -> tuple[str, int]:
    """The code and status with which something is refused."""
    with pytest.raises(Refusal) as caught:
        await attempt
    return caught.value.problems[0].code, caught.value.problems[0].status


async def tried(world: World, verb: Any, *args: Any, **more: Any) -> Any:
    """Call a verb in a transaction of its own."""
    async with world.database.system() as connection:
        return await verb(connection, *args, **more)
