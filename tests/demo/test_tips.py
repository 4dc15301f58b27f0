"""The demonstration's tips and watches, as far as the small province has their units."""

from tests.support.world import World, a_world

from mingpiao.analysis.room import ANALYST
from mingpiao.batches.room import BATCH_DESK
from mingpiao.demo.services import DemoServices
from mingpiao.demo.tips import bring_tips, bring_watches
from mingpiao.evidence.room import READERS
from mingpiao.house.opening import MASTER_KEY
from mingpiao.identity.model import Role
from mingpiao.writeoff.room import CHECKER

world = a_world()


async def test_tips_and_watches_are_brought_once(world: World) -> None:
    services = world.services
    made = DemoServices(
        settings=services.settings,
        master_key=await world.house.get(MASTER_KEY),
        database=services.database,
        catalog=services.catalog,
        desk=services.desk,
        units=services.units,
        applications=services.applications,
        batches=await world.house.get(BATCH_DESK),
        evidence=services.evidence,
        readers=await world.house.get(READERS),
        checker=await world.house.get(CHECKER),
        analyst=await world.house.get(ANALYST),
    )
    members = [(each.unit, each.entry) for each in world.province.residents]
    await world.browser(Role.DEPARTMENT_OFFICER, region="150000", name="officer")
    for _ in range(2):
        await bring_tips(made, members)
        async with world.database.system() as connection:
            await bring_watches(connection, members, "officer")
    rows = await world.rows("SELECT state FROM tips ORDER BY tip_id")
    assert [row["state"] for row in rows] == ["closed", "refused", "new", "asked"]
    assert await world.value("SELECT count(*) FROM watches") == 1
