"""What becomes of paper that is not used: spoilt, lost, counted, destroyed; and units that end ordinary paper."""

from datetime import date, timedelta

from tests.paper.sheets import CODE, KIND, answer, down, given, held, lines, officer, refused, stocked, tried
from tests.support.province import Resident
from tests.support.world import World, a_world
from tests.writeoff.casework import person

from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.paper.model import DestructionState, PaperHolder, PaperState, WantedDestruction
from mingpiao.paper.service import (
    allot_to_unit,
    ask_destruction,
    countersign_destruction,
    decide_destruction,
    get_destruction,
    list_losses,
    list_stocktakings,
    move_to_point,
    report_loss,
    sign_destruction,
    stop_of,
    stop_paper,
    stop_sums,
    take_sheet,
    take_stock,
    void_sheets,
)
from mingpiao.paper.stopping import stop_paper_of_live_units
from mingpiao.storage.scope import DepartmentScope, UnitScope

world = a_world()
CITY = "150100"
STOCK, VOID, LOST = PaperState.STOCK, PaperState.VOID, PaperState.LOST
LISTED, DESTROYED, USED = PaperState.LISTED, PaperState.DESTROYED, PaperState.USED


async def hospital_with(
    world: World, quantity: int = 100, *, point: str = "", **order: object
) -> tuple[Resident, Acting, Acting]:
    """The hospital of the city has sheets 1 to `quantity`; with a manager of it and an officer of the city."""
    hospital = world.province.other_hospital
    province, city = await stocked(world, **order), await officer(world, CITY)
    await answer(world, city, await down(world, province, CITY, 1, 300))
    return hospital, await given(world, city, hospital, 1, quantity, point=point), city


async def test_spoilt_and_lost_sheets(world: World) -> None:
    hospital, manager, city = await hospital_with(world, point="A")
    unit, catalog = PaperHolder(unit_id=hospital.unit_id), await world.catalog.get()
    used = BillIdentity(CODE, "0000000001")
    await tried(world, take_sheet, hospital.unit_id, "A", used, reference="b-1", acting=manager)
    await tried(world, void_sheets, lines(2, 5), request_no="V-1", note="打印错位", acting=manager)
    loss = ("本单位不慎遗失下列纸质票据，声明作废。", catalog)
    lost = await tried(
        world, report_loss, lines(5, 9), today(), *loss, request_no="L-1", note="搬家", acting=manager
    )
    assert await held(world, unit) == {
        ("A", STOCK): ((10, 100),),
        ("A", USED): ((1, 1),),
        ("", VOID): ((2, 4),),
        ("", LOST): ((5, 9),),
    }
    for first, last, code in (
        (1, 1, "not_held"),
        (2, 3, "taken_meanwhile"),
        (6, 7, "not_held"),
        (100, 101, "not_held"),
    ):
        attempt = tried(world, void_sheets, lines(first, last), request_no="V-2", note="污损", acting=manager)
        assert await refused(attempt) == (f"paper.{code}", 409)
    for when, notice, note in (
        (today() + timedelta(days=1), loss[0], "搬家"),
        (None, loss[0], "搬家"),
        (date(1999, 1, 1), loss[0], "搬家"),
        (today(), "丢了", "搬家"),
        (today(), "字" * 501, "搬家"),
        (today(), loss[0], " "),
    ):
        attempt = tried(
            world,
            report_loss,
            lines(20, 21),
            when,
            notice,
            catalog,
            request_no="L-2",
            note=note,
            acting=manager,
        )
        assert await refused(attempt) == ("paper.form_invalid", 422)
    reasonless = tried(world, void_sheets, lines(20, 20), request_no="V-3", note="", acting=manager)
    assert await refused(reasonless) == ("paper.form_invalid", 422)
    stranger = await person(world, Role.UNIT_MANAGER, unit=world.province.charity)
    foreign = tried(world, void_sheets, lines(20, 20), request_no="V-1", note="污损", acting=stranger)
    assert await refused(foreign) == ("paper.not_held", 409)
    (notice_,) = await tried(world, list_losses)
    assert (notice_.step_id, notice_.holder_name) == (lost, hospital.unit.name)
    assert (
        await world.value("SELECT count(*) FROM messages WHERE urgent AND topic = $1", f"paper_step:{lost}")
        == 1
    )
    assert await refused(
        tried(
            world,
            take_sheet,
            hospital.unit_id,
            "A",
            BillIdentity(CODE, "0000000009"),
            reference="b-2",
            acting=city,
        )
    ) == ("paper.not_held", 409)


async def test_a_list_needs_three_people_and_two_signatures(world: World) -> None:
    hospital, manager, city = await hospital_with(world)
    unit, catalog = PaperHolder(unit_id=hospital.unit_id), await world.catalog.get()
    in_stock = tried(
        world, ask_destruction, lines(1, 10), catalog, request_no="D", note="污损", acting=manager
    )
    assert await refused(in_stock) == ("paper.not_held", 409)
    await tried(world, void_sheets, lines(1, 10), request_no="V", note="污损", acting=manager)
    first = await tried(
        world, ask_destruction, lines(1, 4), catalog, request_no="D-1", note="污损", acting=manager
    )
    again = await tried(
        world, ask_destruction, lines(1, 4), catalog, request_no="D-1", note="污损", acting=manager
    )
    assert first == again
    assert await refused(tried(world, decide_destruction, first, approve=False, acting=city)) == (
        "paper.form_invalid",
        422,
    )
    await tried(world, decide_destruction, first, approve=False, note="号码不符", acting=city)
    assert await held(world, unit) == {("", STOCK): ((11, 100),), ("", VOID): ((1, 10),)}
    made = await tried(
        world, ask_destruction, lines(1, 10), catalog, request_no="D-2", note="污损", acting=manager
    )
    said = WantedDestruction(destroyed_on=today(), place="县档案馆，粉碎", witnesses="张三、李四")
    assert await refused(tried(world, sign_destruction, made, said, acting=manager)) == (
        "paper.list_moved_on",
        409,
    )
    elsewhere = await officer(world, "150200")
    assert await refused(tried(world, decide_destruction, made, approve=True, acting=elsewhere)) == (
        "paper.list_unknown",
        404,
    )
    assert await refused(tried(world, decide_destruction, made, approve=True, acting=manager)) == (
        "access.denied",
        403,
    )
    await tried(world, decide_destruction, made, approve=True, acting=city)
    for wrong in (
        WantedDestruction(destroyed_on=None, place=said.place, witnesses=said.witnesses),
        WantedDestruction(
            destroyed_on=today() + timedelta(days=1), place=said.place, witnesses=said.witnesses
        ),
        WantedDestruction(
            destroyed_on=today() - timedelta(days=1), place=said.place, witnesses=said.witnesses
        ),
        WantedDestruction(destroyed_on=today(), place="", witnesses=said.witnesses),
        WantedDestruction(destroyed_on=today(), place=said.place, witnesses="张三、张三"),
    ):
        attempt = tried(world, sign_destruction, made, wrong, acting=manager)
        assert await refused(attempt) == ("paper.form_invalid", 422)
    await tried(world, sign_destruction, made, said, acting=manager)
    assert await held(world, unit) == {("", STOCK): ((11, 100),), ("", LISTED): ((1, 10),)}
    await tried(world, countersign_destruction, made, acting=city)
    assert await held(world, unit) == {("", STOCK): ((11, 100),), ("", DESTROYED): ((1, 10),)}
    assert await refused(tried(world, countersign_destruction, made, acting=city)) == (
        "paper.list_moved_on",
        409,
    )
    async with world.database.scoped(UnitScope(hospital.unit_id)) as connection:
        found = await get_destruction(connection, made)
    assert (found.state, found.witnesses, found.count) == (DestructionState.DONE, "张三、李四", 10)
    async with world.database.scoped(UnitScope(world.province.charity.unit_id)) as connection:
        assert await refused(get_destruction(connection, made)) == ("paper.list_unknown", 404)


async def test_nobody_approves_or_countersigns_alone(world: World) -> None:
    """Of a department's own paper; the database holds it too."""
    catalog = await world.catalog.get()
    alone = await stocked(world)
    second = await officer(world)
    await tried(world, void_sheets, lines(1, 10), request_no="V", note="受潮", acting=alone)
    made = await tried(
        world, ask_destruction, lines(1, 10), catalog, request_no="D", note="受潮", acting=alone
    )
    approve = tried(world, decide_destruction, made, approve=True, acting=alone)
    assert await refused(approve) == ("paper.same_person", 409)
    await tried(world, decide_destruction, made, approve=True, acting=second)
    said = WantedDestruction(destroyed_on=today(), place="省档案馆，粉碎", witnesses="张三、李四")
    await tried(world, sign_destruction, made, said, acting=second)
    assert await refused(tried(world, countersign_destruction, made, acting=second)) == (
        "paper.same_person",
        409,
    )
    await tried(world, countersign_destruction, made, acting=alone)
    assert await held(world, PaperHolder("150000")) == {
        ("", STOCK): ((11, 1_000),),
        ("", DESTROYED): ((1, 10),),
    }


async def test_differences_are_explained(world: World) -> None:
    hospital, manager, _ = await hospital_with(world, 10)
    unit = PaperHolder(unit_id=hospital.unit_id)

    async def count(found: str, explanation: str = "", number: str = "C", by: str = "王五") -> int:
        made: int = await tried(
            world,
            take_stock,
            found,
            counted_by=by,
            explanation=explanation,
            request_no=number,
            acting=manager,
        )
        return made

    assert await refused(count(lines(1, 9))) == ("paper.difference_unexplained", 422)
    assert await refused(count("无")) == ("paper.difference_unexplained", 422)
    assert await refused(count("")) == ("paper.ranges_missing", 422)
    assert await refused(count(lines(1, 10), by="")) == ("paper.form_invalid", 422)
    await count(lines(1, 10))
    assert await count(lines(1, 10)) == 1
    await count(f"{lines(1, 8)}\n{lines(20, 20)}", "两张在财务科，一张是上月多发", "C-2")
    async with world.database.scoped(UnitScope(hospital.unit_id)) as connection:
        latest, before = await list_stocktakings(connection, unit)
    assert [each.numbers for each in latest.missing] == ["0000000009至0000000010"]
    assert [each.numbers for each in latest.surplus] == ["0000000020"]
    assert (before.missing, before.surplus) == ((), ())
    assert await held(world, unit) == {("", STOCK): ((1, 10),)}


async def test_a_unit_that_stops_gets_and_uses_no_ordinary_paper(world: World) -> None:
    hospital, manager, city = await hospital_with(world, 10, purpose="ordinary", point="A")
    unit_id, catalog = hospital.unit_id, await world.catalog.get()

    async def stage() -> tuple[str, int, int, int]:
        found = await tried(world, stop_of, unit_id)
        return (found.stage, found.left, found.void, found.destroyed)

    assert await stage() == ("未停用", 10, 0, 0)
    await stop_paper_of_live_units(world.database)
    assert await stage() == ("未停用", 10, 0, 0)
    await world.issue(hospital, hospital.request(kind=KIND))
    await stop_paper_of_live_units(world.database)
    await stop_paper_of_live_units(world.database)
    assert await stage() == ("待盘点", 10, 0, 0)
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'paper:stop'") == 1
    sheet = BillIdentity(CODE, "0000000001")
    for attempt in (
        tried(world, take_sheet, unit_id, "A", sheet, reference="b", acting=manager),
        tried(world, allot_to_unit, lines(11, 12), unit_id, request_no="U", acting=city),
        tried(world, move_to_point, lines(1, 2), "A", request_no="P", acting=manager),
    ):
        assert await refused(attempt) == ("paper.unit_stopped", 409)
    await tried(
        world, take_stock, lines(1, 10), counted_by="王五", explanation="", request_no="C", acting=manager
    )
    assert await stage() == ("待核销", 10, 0, 0)
    areas = {"150000": "15", CITY: "1501", "150200": "1502"}
    assert [
        (each.region_code, each.units, each.by_stage, each.left)
        for each in await tried(world, stop_sums, areas)
    ] == [
        ("150000", 1, {"待核销": 1}, 10),
        (CITY, 1, {"待核销": 1}, 10),
        ("150200", 0, {}, 0),
    ]
    async with world.database.scoped(DepartmentScope("150200")) as connection:
        assert [each.units for each in await stop_sums(connection, areas)] == [0, 0, 0]
    await tried(world, void_sheets, lines(1, 10), request_no="V", note="停用", acting=manager)
    assert await stage() == ("待销毁", 0, 10, 0)
    made = await tried(
        world, ask_destruction, lines(1, 10), catalog, request_no="D", note="停用", acting=manager
    )
    await tried(world, decide_destruction, made, approve=True, acting=city)
    said = WantedDestruction(destroyed_on=today(), place="县档案馆，粉碎", witnesses="张三、李四")
    await tried(world, sign_destruction, made, said, acting=manager)
    await tried(world, countersign_destruction, made, acting=city)
    assert await stage() == ("已完成", 0, 0, 10)
    await tried(world, stop_paper, unit_id, note="再停一次", acting=city)
    assert await world.value("SELECT count(*) FROM paper_stops") == 1
