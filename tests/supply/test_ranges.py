"""Ranges of numbers that are none: the database refuses each, whoever writes it, and numbers keep their one holder."""

import asyncpg
import pytest
from tests.supply.asking import KIND
from tests.support.province import ACTING
from tests.support.world import World, a_world

from mingpiao.numbering.service import allot

world = a_world()
_REFUSING = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,
    asyncpg.RaiseError,
)
_ADD = (
    "INSERT INTO segments (unit_id, kind_code, code, first_number, last_number) VALUES ($1, $2, $3, $4, $5)"
)


async def in_stock(world: World) -> tuple[int, str, int, int]:
    """Two segments of the hospital that touch: its id, their code, and the first and last of their twenty numbers."""
    hospital, catalog = world.province.hospital, await world.catalog.get()
    code = catalog.bill_code(catalog.kinds[KIND])
    spans = []
    async with world.database.system() as connection:
        for _ in range(2):
            spans.append(await allot(connection, hospital.unit_id, KIND, code, 10, acting=ACTING))
    rows = await world.rows(
        "SELECT first_number, last_number FROM segments WHERE unit_id = $1 AND code = $2 ORDER BY segment_id DESC LIMIT 2",
        hospital.unit_id,
        code,
    )
    (second, first) = rows
    assert second["first_number"] == first["last_number"] + 1
    return hospital.unit_id, code, first["first_number"], second["last_number"]


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (0, 0),  # the first number again
        (19, 19),  # the last one
        (5, 14),  # over the end of one and the beginning of the next
        (3, 5),  # within
        (-1, 20),  # around both
        (20, 25),  # behind: touches, but nobody drew these numbers
        (9, 3),  # backwards
    ],
)
async def test_what_overlaps_touches_or_goes_backwards(world: World, first: int, last: int) -> None:
    unit_id, code, begin, _ = await in_stock(world)
    before = await world.rows("SELECT * FROM segments ORDER BY segment_id")
    for other in (unit_id, world.province.other_hospital.unit_id):
        with pytest.raises(_REFUSING):
            await world.database.pool.execute(_ADD, other, KIND, code, begin + first, begin + last)
    assert await world.rows("SELECT * FROM segments ORDER BY segment_id") == before


async def test_what_crosses_a_code_or_is_no_number(world: World) -> None:
    unit_id, code, begin, _ = await in_stock(world)
    other = next(each for each in (await world.catalog.get()).kinds if each != KIND)
    catalog = await world.catalog.get()
    foreign = catalog.bill_code(catalog.kinds[other])
    before = await world.value("SELECT count(*) FROM segments")
    for kind, of_code, first, last in (
        (KIND, code, 9_999_999_990, 10_000_000_009),
        (KIND, code, 0, 5),
        (KIND, code, -5, 5),
        (KIND, foreign, begin, begin),
        (other, code, begin, begin),
        (KIND, "99999999", begin, begin),
        (KIND, "1506", begin, begin),
    ):
        with pytest.raises(_REFUSING):
            await world.database.pool.execute(_ADD, unit_id, kind, of_code, first, last)
    assert await world.value("SELECT count(*) FROM segments") == before
