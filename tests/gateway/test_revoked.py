"""A program whose access was taken away is refused, even where no notice of it arrives."""

import pytest
from tests.support.province import ACTING, MASTER
from tests.support.proxy import proxied
from tests.support.waiting import until
from tests.support.world import World, a_world

from mingpiao.storage import notices as storage
from mingpiao.storage import remembered
from mingpiao.storage.notices import Notices
from mingpiao.units.service import AppDirectory, create_app

world = a_world()


async def _new_app(world: World) -> str:
    async with world.database.system() as connection:
        created = await create_app(
            connection, world.province.hospital.unit_id, "HIS", master=MASTER, acting=ACTING
        )
    return created.app.app_id


async def _revoke(world: World, app_id: str) -> None:
    """As it looks to a process that hears nothing: without a notice."""
    await world.database.pool.execute("UPDATE interface_apps SET active = false WHERE app_id = $1", app_id)


async def test_a_half_open_connection_of_notices_leaves_no_revoked_app(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(storage, "ANSWER_SECONDS", 1.0)
    app_id = await _new_app(world)
    async with proxied(world.url) as proxy:
        notices = Notices(proxy.url)
        apps = AppDirectory(world.database, notices, MASTER)
        await notices.start()
        try:
            assert await apps.find(app_id) is not None
            proxy.stop()
            await _revoke(world, app_id)

            async def refused() -> bool:
                return await apps.find(app_id) is None

            await until(refused)
        finally:
            await notices.close()


async def test_without_any_notice_it_is_refused_after_half_a_minute(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert remembered.KEPT_SECONDS <= 30
    app_id = await _new_app(world)
    apps = AppDirectory(world.database, Notices(world.url), MASTER)
    assert await apps.find(app_id) is not None
    await _revoke(world, app_id)
    assert await apps.find(app_id) is not None, "it is remembered"
    moment = remembered.time.monotonic() + remembered.KEPT_SECONDS
    monkeypatch.setattr(remembered.time, "monotonic", lambda: moment)
    assert await apps.find(app_id) is None
