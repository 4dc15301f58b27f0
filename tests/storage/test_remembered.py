"""What a process remembers: for half a minute, until a notice, and read once by all who ask together."""

import asyncio

import pytest
from tests.support.world import World, a_world

from mingpiao.catalog.service import CatalogStore
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.service import RuleBook
from mingpiao.sealing.service import PartyStore
from mingpiao.storage import remembered as module
from mingpiao.storage.notices import Notices
from mingpiao.storage.remembered import KEPT_SECONDS, Remembered
from mingpiao.units.service import UnitDirectory

world = a_world()


class Source:
    """Values that are read when the test lets them be."""

    def __init__(self) -> None:
        self.value = 1
        self.reads = 0
        self.open = asyncio.Event()
        self.open.set()

    async def read(self, key: str) -> int:
        self.reads += 1
        value = self.value
        await self.open.wait()
        if key == "none":
            raise LookupError(key)
        return value


def later(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    moment = module.time.monotonic() + seconds
    monkeypatch.setattr(module.time, "monotonic", lambda: moment)


async def test_a_value_is_read_once_by_all_who_ask_together_and_again_after_half_a_minute(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = Source()
    kept = Remembered(source.read)
    assert await asyncio.gather(*(kept.get("a") for _ in range(20))) == [1] * 20
    assert source.reads == 1
    source.value = 2
    assert await kept.get("a") == 1
    later(monkeypatch, KEPT_SECONDS)
    assert (await kept.get("a"), source.reads) == (2, 2)


async def test_a_notice_during_a_reading_is_not_lost() -> None:
    source = Source()
    kept = Remembered(source.read)
    source.open.clear()
    early = asyncio.create_task(kept.get("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    source.value = 2
    kept.forget("a")
    late = asyncio.create_task(kept.get("a"))
    await asyncio.sleep(0)
    source.open.set()
    assert (await early, await late, await kept.get("a")) == (1, 2, 2)
    kept.forget()
    assert (await kept.get("a"), source.reads) == (2, 3)


async def test_what_fails_is_not_remembered_and_one_who_leaves_takes_nothing_from_the_others() -> None:
    source = Source()
    kept = Remembered(source.read)
    for _ in range(2):
        with pytest.raises(LookupError):
            await kept.get("none")
    assert source.reads == 2
    source.open.clear()
    leaving, staying = (asyncio.create_task(kept.get("a")) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    source.open.set()
    assert await staying == 1
    assert source.reads == 3


async def test_every_directory_reads_anew_where_no_notice_comes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each hears nothing: what it read must not hold for longer than half a minute."""
    unit = world.province.hospital.unit
    silent = Notices(world.url)
    catalog, units = CatalogStore(world.database, silent), UnitDirectory(world.database, silent)
    parties, rules = PartyStore(world.database, silent), RuleBook(world.database, silent)

    async def look() -> list[object]:
        try:
            sealed = (await parties.in_use([("unit", unit.uscc)])).key_id
        except Refusal:
            sealed = 0
        kinds, items = (await catalog.get()).kinds, (await units.profile(unit.unit_id)).item_codes
        return [kinds["0601"].name, bool(items), sealed > 0, (await rules.get()).version]

    before = await look()
    assert before[1:] == [True, True, 0]
    for change in (
        "UPDATE bill_kinds SET name = '改名' WHERE code = '0601'",
        "DELETE FROM unit_charge_items",
        "UPDATE signing_keys SET retired_at = now()",
        "INSERT INTO rule_sets (members, cause) VALUES ('{}', 'rule:approve')",
    ):
        await world.database.pool.execute(change)
    assert await look() == before, "all is remembered"
    later(monkeypatch, KEPT_SECONDS)
    assert await look() == ["改名", False, False, 1]
