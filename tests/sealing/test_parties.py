"""The process's copy of sealing parties: each owner is read once, until a key changes."""

import asyncio
from collections import Counter

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.support.province import ACTING, MASTER
from tests.support.waiting import PATIENCE_SECONDS
from tests.support.world import World

from mingpiao.kernel.clock import now
from mingpiao.sealing import parties
from mingpiao.sealing.model import SealImage, SealingParty
from mingpiao.sealing.parties import Owner
from mingpiao.sealing.service import PartyStore, make_sealing_key, store_key
from mingpiao.storage.notices import Notices

OWNERS: list[Owner] = [("department", "150100"), ("department", "150000")]


async def test_an_owner_without_a_key_is_read_once_until_it_gets_one(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads: Counter[Owner] = Counter()
    find_key = parties.find_key

    async def counted(connection: AsyncConnection, owner: Owner) -> SealingParty | None:
        reads[owner] += 1
        return await find_key(connection, owner)

    monkeypatch.setattr(parties, "find_key", counted)
    notices = Notices(world.url)
    store = PartyStore(world.database, notices)
    changed = asyncio.Event()
    notices.subscribe(parties.CHANNEL, lambda payload: changed.set() if payload is not None else None)
    await notices.start()
    try:
        above = [await store.in_use(OWNERS) for _ in range(3)]
        assert len({party.key_id for party in above}) == 1
        assert reads == {OWNERS[0]: 1, OWNERS[1]: 1}
        async with world.database.system() as connection:
            key = make_sealing_key(
                MASTER,
                world.province.authority,
                owner_name="呼和浩特市财政局",
                province="内蒙古自治区",
                seal_id="ES15010000000001",
                seal_name="财政票据监制章",
                image=SealImage(format="png", data=b"", width_mm=40, height_mm=40),
                at=now(),
            )
            await store_key(connection, OWNERS[0], key, acting=ACTING)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await changed.wait()
        assert (await store.in_use(OWNERS)).key_id != above[0].key_id
    finally:
        await notices.close()
