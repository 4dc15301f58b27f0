"""Paper goes from the printer down the levels to the point that uses it, and every sheet has one holder and one state."""

import asyncpg
import pytest
from tests.paper.sheets import (
    CODE,
    KIND,
    answer,
    down,
    given,
    held,
    lines,
    officer,
    order,
    refused,
    stocked,
    tried,
)
from tests.support.world import World, a_world
from tests.writeoff.casework import person

from mingpiao.identity.model import Role
from mingpiao.kernel.codes import BillIdentity
from mingpiao.paper.levels import follow_region_end, paper_left
from mingpiao.paper.model import PaperHolder, PaperState
from mingpiao.paper.service import (
    allot_to_region,
    allot_to_unit,
    move_to_point,
    open_parcels,
    receive_batch,
    return_paper,
    take_next_sheet,
    take_sheet,
    trace_sheet,
)
from mingpiao.storage.embedded import OWNER, SUPERUSER
from mingpiao.storage.scope import DepartmentScope, UnitScope

world = a_world()
PROVINCE, CITY, OTHER = "150000", "150100", "150200"
#: By a trigger, or by a constraint.
_REFUSING = (asyncpg.IntegrityConstraintViolationError, asyncpg.ExclusionViolationError, asyncpg.RaiseError)
STOCK, TRANSIT, USED = PaperState.STOCK, PaperState.TRANSIT, PaperState.USED


async def test_from_the_printer_to_a_bill(world: World) -> None:
    hospital = world.province.other_hospital
    unit = PaperHolder(unit_id=hospital.unit_id)
    province = await stocked(world)
    city = await officer(world, CITY)
    step = await down(world, province, CITY, 1, 300)
    assert await held(world, PaperHolder(CITY)) == {("", TRANSIT): ((1, 300),)}
    await answer(world, city, step)
    manager = await given(world, city, hospital, 1, 100, point="A")
    async with world.database.system() as connection:
        taken = [
            await take_next_sheet(
                connection, hospital.unit_id, "A", KIND, reference=f"bill-{n}", acting=manager
            )
            for n in (1, 2, 1)
        ]
        named = await take_sheet(
            connection,
            hospital.unit_id,
            "A",
            BillIdentity(CODE, "0000000050"),
            reference="bill-3",
            acting=manager,
        )
    assert [each.number for each in taken] == ["0000000001", "0000000002", "0000000001"]
    assert named.number == "0000000050"
    assert await held(world, unit) == {
        ("A", STOCK): ((3, 49), (51, 100)),
        ("A", USED): ((1, 2), (50, 50)),
    }
    assert await held(world, PaperHolder(CITY)) == {("", STOCK): ((101, 300),)}
    assert await held(world, PaperHolder(PROVINCE)) == {("", STOCK): ((301, 1_000),)}
    async with world.database.scoped(UnitScope(hospital.unit_id)) as connection:
        own = await trace_sheet(connection, CODE, "0000000050")
        assert await paper_left(connection, hospital.unit_id) == [
            "还有97张纸质票据没有退回或销毁，请先办理。"
        ]
    assert (own.state, own.holder) == (USED, PaperHolder(unit_id=hospital.unit_id, point="A"))
    assert [each.way.value for each in own.steps] == ["allot", "accept", "hand_out", "use"]
    async with world.database.scoped(DepartmentScope(PROVINCE)) as connection:
        whole = await trace_sheet(connection, CODE, "0000000050")
    assert [each.way.value for each in whole.steps][:3] == ["receive", "allot", "accept"]
    async with world.database.scoped(DepartmentScope(OTHER)) as connection:
        assert await refused(trace_sheet(connection, CODE, "0000000050")) == ("paper.sheet_unknown", 404)


async def test_what_is_declined_or_returned_is_whole_again(world: World) -> None:
    """Ranges that were parted join when they come back."""
    province, city = await stocked(world), await officer(world, CITY)
    step = await down(world, province, CITY, 101, 200)
    assert await refused(answer(world, city, step, accept=False)) == ("paper.form_invalid", 422)
    declined = await answer(world, city, step, accept=False, note="少了一箱")
    assert await answer(world, city, step, accept=False, note="少了一箱") == declined
    assert await refused(answer(world, city, step)) == ("paper.parcel_answered", 409)
    assert await held(world, PaperHolder(PROVINCE)) == {("", STOCK): ((1, 1_000),)}
    await answer(world, city, await down(world, province, CITY, 1, 50))
    async with world.database.system() as connection:
        back = await return_paper(
            connection, lines(11, 50), await world.catalog.get(), request_no="B-1", note="用不完", acting=city
        )
        assert [each.step_id for each in await open_parcels(connection, PaperHolder(PROVINCE))] == [back]
    assert await refused(answer(world, city, back)) == ("paper.parcel_unknown", 404)
    await answer(world, province, back)
    assert await held(world, PaperHolder(PROVINCE)) == {("", STOCK): ((11, 1_000),)}
    assert await held(world, PaperHolder(CITY)) == {("", STOCK): ((1, 10),)}
    # Of a parcel that was answered nobody is reminded any more; that one was declined is still told.
    told = "SELECT topic FROM messages WHERE topic LIKE 'paper_step:%' AND settled_at IS NULL"
    assert [row["topic"] for row in await world.rows(told)] == [f"paper_step:{declined}"]


async def test_the_same_form_is_the_same_step(world: World) -> None:
    province = await stocked(world)
    first = await down(world, province, CITY, 1, 10, "X")
    assert await down(world, province, CITY, 1, 10, "X") == first
    assert await refused(down(world, province, CITY, 1, 11, "X")) == ("paper.request_no_used", 409)
    assert await order(world, province, 1, 1_000) == 1
    assert await refused(order(world, province, 2_000, 2_010, request_no="O-1")) == (
        "paper.request_no_used",
        409,
    )
    assert await world.value("SELECT count(*) FROM paper_steps") == 2
    assert await world.value("SELECT count(*) FROM audit_log WHERE action LIKE 'paper:%'") == 3


async def test_a_region_that_ends_leaves_its_paper(world: World) -> None:
    province, city = await stocked(world), await officer(world, CITY)
    await answer(world, city, await down(world, province, CITY, 1, 10))
    await down(world, province, CITY, 20, 30)
    async with world.database.system() as connection:
        await follow_region_end(connection, CITY, OTHER, acting=province)
    assert await held(world, PaperHolder(OTHER)) == {("", STOCK): ((1, 10),), ("", TRANSIT): ((20, 30),)}
    assert await held(world, PaperHolder(CITY)) == {}


_NO_RANGES = (
    ("", "paper.ranges_missing", 422),
    (lines(1, 10) + "\n" + lines(10, 20), "paper.ranges_overlap", 422),
    (lines(20, 10), "paper.ranges_backwards", 422),
    (lines(0, 10), "paper.ranges_malformed", 422),
    (f"{CODE} 0000000001 15990127 0000000002", "paper.ranges_malformed", 422),
    (f"{CODE} 1 10", "paper.ranges_malformed", 422),
    (f"{CODE} -000000001 0000000010", "paper.ranges_malformed", 422),
    (lines(1, 9_999_999_999), "paper.ranges_too_many", 422),
    ("\n".join(lines(n, n) for n in range(1, 203)), "paper.ranges_too_many", 422),
    (lines(990, 1_001), "paper.not_held", 409),
    (lines(1, 10, "15990127"), "paper.not_held", 409),
    ("١٥٩٩٠١٢٦ 0000000001", "paper.ranges_malformed", 422),
)


async def test_ranges_that_are_none(world: World) -> None:
    province = await stocked(world)
    catalog = await world.catalog.get()
    for sheets, code, status in _NO_RANGES:
        attempt = tried(world, allot_to_region, sheets, CITY, catalog, request_no="bad", acting=province)
        assert await refused(attempt) == (code, status), sheets
    assert await held(world, PaperHolder(PROVINCE)) == {("", STOCK): ((1, 1_000),)}
    assert await world.value("SELECT count(*) FROM paper_steps") == 1


async def test_ranges_that_touch_are_one(world: World) -> None:
    province = await stocked(world)
    async with world.database.system() as connection:
        await allot_to_region(
            connection,
            f"{lines(1, 10)}\n{CODE} 0000000011\n{CODE} 0000000012-0000000020",
            CITY,
            await world.catalog.get(),
            request_no="T",
            acting=province,
        )
    assert await held(world, PaperHolder(CITY)) == {("", TRANSIT): ((1, 20),)}


async def test_orders_that_are_none(world: World) -> None:
    province = await stocked(world, 10)
    for first, last, changes, answered in (
        (10, 20, {}, ("paper.batch_overlaps", 409)),
        (11, 20, {"sheets": f"{lines(11, 12)}\n{lines(14, 20)}"}, ("paper.form_invalid", 422)),
        (11, 20, {"kind_code": "9999"}, ("paper.form_invalid", 422)),
        (11, 20, {"purpose": "other"}, ("paper.form_invalid", 422)),
        (11, 20, {"printer": " "}, ("paper.form_invalid", 422)),
        (20, 11, {}, ("paper.ranges_backwards", 422)),
    ):
        assert await refused(order(world, province, first, last, request_no="N", **changes)) == answered
    catalog = await world.catalog.get()
    electronic = catalog.bill_code(catalog.kinds[KIND])
    assert await refused(order(world, province, 11, 20, sheets=lines(11, 20, electronic))) == (
        "paper.form_invalid",
        422,
    )
    # Nor is one of a year that nobody has opened.
    later = f"{electronic[:6]}{(int(electronic[6:]) + 7) % 100:02d}"
    assert await refused(order(world, province, 11, 20, sheets=lines(11, 20, later))) == (
        "paper.form_invalid",
        422,
    )
    assert await refused(order(world, await officer(world, CITY), 11, 20)) == ("access.denied", 403)
    # A batch that touches another one is no overlap; what arrived does not arrive again.
    batch = await order(world, province, 11, 20)
    async with world.database.system() as connection:
        await receive_batch(connection, batch, lines(11, 15), request_no="R-2", acting=province)
    for ends in ((15, 16), (9, 12), (16, 21)):
        attempt = tried(world, receive_batch, batch, lines(*ends), request_no=f"R-{ends}", acting=province)
        assert await refused(attempt) == ("paper.not_ordered", 409)
    assert await world.value("SELECT sum(sheet_count(sheets)) FROM paper_holdings") == 15


async def test_sheets_of_others_stay_theirs(world: World) -> None:
    hospital = world.province.other_hospital
    province, city = await stocked(world), await officer(world, CITY)
    await answer(world, city, await down(world, province, CITY, 1, 300))
    manager = await given(world, city, hospital, 1, 100, point="A")
    stranger = await person(world, Role.UNIT_MANAGER, unit=world.province.charity)
    catalog = await world.catalog.get()
    unit_id, wanted = hospital.unit_id, BillIdentity(CODE, "0000000101")
    for attempt in (
        tried(world, return_paper, lines(1, 2), catalog, request_no="1", note="退", acting=stranger),
        tried(world, return_paper, lines(1, 2), catalog, request_no="2", note="退", acting=manager),
        tried(world, return_paper, lines(301, 302), catalog, request_no="3", note="退", acting=city),
        tried(world, move_to_point, lines(150, 151), "A", request_no="4", acting=manager),
        tried(world, take_sheet, unit_id, "A", wanted, reference="b", acting=manager),
    ):
        assert await refused(attempt) == ("paper.not_held", 409)
    for attempt, answered in (
        (
            tried(world, take_next_sheet, unit_id, "", KIND, reference="b", acting=manager),
            ("paper.point_empty", 409),
        ),
        (
            tried(world, take_next_sheet, unit_id, "A", KIND, reference="", acting=manager),
            ("paper.form_invalid", 422),
        ),
        (
            tried(world, move_to_point, lines(1, 2), "Z", request_no="5", acting=manager),
            ("paper.form_invalid", 422),
        ),
        (
            tried(world, allot_to_unit, lines(301, 302), unit_id, request_no="6", acting=province),
            ("paper.other_region", 409),
        ),
        (
            tried(world, allot_to_unit, lines(1, 2), unit_id, request_no="7", acting=manager),
            ("access.denied", 403),
        ),
    ):
        assert await refused(attempt) == answered
    assert await held(world, PaperHolder(unit_id=hospital.unit_id)) == {("A", STOCK): ((1, 100),)}


async def test_the_database_holds_it_by_itself(world: World) -> None:
    await stocked(world, 10)
    connection = await asyncpg.connect(world.url.replace(f"//{OWNER}@", f"//{SUPERUSER}@"))
    for statement in (
        "UPDATE paper_holdings SET sheets = '{}'",
        "UPDATE paper_holdings SET state = 'used'",
        "UPDATE paper_batches SET received = '{}'",
        "DELETE FROM paper_holdings",
        "UPDATE paper_steps SET note = 'x'",
        "INSERT INTO paper_holdings (batch_id, region_code, state, sheets) "
        "SELECT batch_id, '150100', state, sheets FROM paper_holdings",
    ):
        with pytest.raises(_REFUSING):
            await connection.execute(statement)
    await connection.close()
    assert await world.value("SELECT sum(sheet_count(sheets)) FROM paper_holdings") == 10
