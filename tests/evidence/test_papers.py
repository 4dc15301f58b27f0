"""A copy finds its paper among many of one form, and only within its unit."""

import json

import msgspec
from sqlalchemy import text
from tests.evidence.test_sameness import paper
from tests.support.province import Resident
from tests.support.world import World, a_world

from mingpiao.evidence.model import Extraction
from mingpiao.evidence.papers import link_paper

world = a_world()
_PUT = text(
    "INSERT INTO evidence_files (unit_id, digest, region_code, name, media_type, size, pages, state, extraction, "
    "uploaded_by) SELECT unit_id, :digest, region_code, '合同.pdf', 'application/pdf', 1, 1, 'read', "
    "CAST(:extraction AS jsonb), 'account:1' FROM units WHERE unit_id = :unit_id"
)


async def read(world: World, resident: Resident, number: int, says: Extraction) -> str:
    """A unit's file as it is after its reading."""
    digest = f"{number:064x}"
    async with world.database.system() as connection:
        given = {"unit_id": resident.unit_id, "digest": bytes.fromhex(digest)}
        await connection.execute(
            _PUT, given | {"extraction": json.dumps(msgspec.to_builtins(says), default=str)}
        )
        await link_paper(connection, resident.unit_id, digest, says)
    return digest


async def paper_of(world: World, resident: Resident, digest: str) -> str | None:
    found = await world.value(
        "SELECT encode(paper, 'hex') FROM evidence_files WHERE unit_id = $1 AND digest = $2",
        resident.unit_id,
        bytes.fromhex(digest),
    )
    return None if found is None else str(found)


async def test_a_copy_is_found_among_many_papers_of_one_sum(world: World) -> None:
    """Sixty contracts of the same parties over the same sum came before: who gives to a charity often gives 20,000."""
    charity = world.province.charity
    for number in range(61):
        other = paper(("第0317号", f"第{1000 + number}号"), ("2026年3月17日", f"2025年{1 + number % 9}月1日"))
        assert await paper_of(world, charity, await read(world, charity, number, other)) is None
    first = await read(world, charity, 100, paper())
    assert await paper_of(world, charity, first) is None
    copy = await read(world, charity, 101, paper(("合同总金额：人民币", "合同总金额： 人民币 ")))
    assert await paper_of(world, charity, copy) == first
    stranger = await read(world, world.province.hospital, 102, paper())
    assert await paper_of(world, world.province.hospital, stranger) is None


async def test_a_notice_that_many_units_have_is_looked_for_in_one(world: World) -> None:
    """No trait is that of another unit, so an index of traits brings the unit's own files alone."""
    first, second = world.province.charity, world.province.hospital
    for resident in (first, second):
        digests = [await read(world, resident, number, paper()) for number in (301, 302)]
        assert await paper_of(world, resident, digests[1]) == digests[0]
    shared = await world.value(
        "SELECT count(*) FROM evidence_files AS one JOIN evidence_files AS two ON one.traits && two.traits "
        "WHERE one.unit_id = $1 AND two.unit_id = $2",
        first.unit_id,
        second.unit_id,
    )
    assert shared == 0


async def test_a_copy_of_a_copy_belongs_to_the_first_file(world: World) -> None:
    """The third is found by the second, with which it shares every word, and counts with the first."""
    charity = world.province.charity
    first = await read(world, charity, 201, paper())
    again = paper(("性能检测", "功能检测"))
    second = await read(world, charity, 202, again)
    third = await read(world, charity, 203, again)
    assert [await paper_of(world, charity, each) for each in (first, second, third)] == [None, first, first]
