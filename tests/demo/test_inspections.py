"""The demonstration's inspections, as far as the small province has bills for them."""

from tests.support.world import World, a_world

from mingpiao.analysis.room import ANALYST
from mingpiao.batches.room import BATCH_DESK
from mingpiao.demo.inspections import bring_inspections
from mingpiao.demo.services import DemoServices
from mingpiao.evidence.room import READERS
from mingpiao.house.opening import MASTER_KEY
from mingpiao.identity.model import Role
from mingpiao.writeoff.room import CHECKER

world = a_world()


async def test_inspections_are_brought_once_and_in_their_states(world: World) -> None:
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
    await world.issue(world.unit, *world.unit.requests(4, kind="0301"))
    hospital = world.province.hospital
    await world.issue(hospital, *hospital.requests(8, kind="0602"))
    await world.browser(Role.DEPARTMENT_OFFICER, region="150000", name="officer")
    for _ in range(2):
        await bring_inspections(made, members, "officer")
    rows = await world.rows("SELECT name, state FROM inspections ORDER BY inspection_id")
    assert [tuple(row) for row in rows] == [
        ("捐赠票据专项检查", "concluded"),
        ("住院票据大额抽查", "working"),
        ("往来票据使用检查", "failed"),
        ("会费票据检查", "failed"),
    ]
    assert await world.value("SELECT count(*) FROM inspection_statements WHERE answered_at IS NOT NULL") == 1
    assert await world.value("SELECT count(*) FROM inspection_questions") == 1
