"""Every number has one holder at each moment, and its way is told from the pool to the bill."""

import asyncio

import pytest
from click.testing import CliRunner
from tests.supply.asking import KIND, ask, emptied, used, wanted
from tests.support.world import World, a_world
from tests.writeoff.casework import officer
from tests.writeoff.months import unit_of

from mingpiao.cli import main
from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Refusal
from mingpiao.storage.scope import DepartmentScope
from mingpiao.supply.service import NumberTrace, trace_number

world = a_world()
site = a_world("peopled", demo=True)


async def trace(world: World, code: str, number: str | int, region: str = "") -> NumberTrace:
    catalog = await world.catalog.get()
    text = f"{number:010d}" if isinstance(number, int) else number
    opened = world.database.scoped(DepartmentScope(region)) if region else world.database.system()
    async with opened as connection:
        return await trace_number(connection, code, text, catalog)


def told(found: NumberTrace) -> list[str]:
    return [step.what for step in found.steps]


async def test_a_number_is_in_stock_then_a_bill_then_reversed(world: World) -> None:
    hospital = world.province.hospital
    (bill,) = await world.issue(hospital, hospital.request(kind=KIND))
    red = await world.reverse(hospital, bill)
    name = hospital.unit.name
    found = await trace(world, bill.code, bill.number)
    assert (found.holder, found.unit, found.has_bill) == ("已开具的票据", name, True)
    assert told(found)[0].endswith(f"发放给{name}")
    assert told(found)[1:] == ["开具票据", f"被红字票据{red.number}冲红"]
    assert [step.at for step in found.steps] == sorted(step.at for step in found.steps if step.at)
    assert told(await trace(world, bill.code, red.number))[1:] == [f"开具红字票据，冲红{bill.number}"]
    free = await trace(world, bill.code, int(red.number) + 1)
    assert (free.holder, free.has_bill, len(free.steps)) == ("用票单位库存", False, 1)


async def test_a_number_of_a_request_names_it_and_one_given_back_is_nobodys(
    world: World, clock: StoppedClock
) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    made = await ask(world, hospital, wanted(5, request_no="SL-7"), acting=unit_of(hospital))
    assert made.last is not None
    found = await trace(world, made.code, made.last)
    assert told(found)[0].endswith("申请编号SL-7")
    await emptied(world, hospital)
    back = await trace(world, made.code, made.last)
    assert (back.holder, told(back)[1:]) == (
        "已退回注销，不再发放",
        ["未使用，退回注销（收回票据种类：重新核定），不再发放"],
    )
    pool = await trace(world, made.code, 9_999_999_998)
    assert (pool.holder, pool.unit_id, told(pool)) == (
        "省级号码池",
        None,
        ["在省级号码池中，还没有发放给用票单位"],
    )


@pytest.mark.parametrize(
    ("code", "number", "fields"),
    [
        ("1506012", "0000000001", ["code"]),
        ("15060125", "1", ["number"]),
        ("abcdefgh", "０００００００００１", ["code", "number"]),
        ("", "", ["code", "number"]),
    ],
)
async def test_what_is_no_number_is_refused(world: World, code: str, number: str, fields: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        await trace(world, code, number)
    assert [(each.code, each.field) for each in refused.value.problems] == [
        ("number.malformed", field) for field in fields
    ]


async def test_a_department_traces_its_own_units_numbers(world: World) -> None:
    hospital, other = world.province.hospital, world.province.other_hospital
    (bill,) = await world.issue(hospital, hospital.request(kind=KIND))
    acting: Acting = await officer(world, hospital.unit.region_code)
    assert acting.region_code is not None
    assert (await trace(world, bill.code, bill.number, acting.region_code)).has_bill
    for code, number in ((bill.code, bill.number), ("99999999", "0000000001")):
        with pytest.raises(Refusal) as refused:
            await trace(world, code, number, other.unit.region_code)
        assert refused.value.problems[0].code == "number.unknown"


async def test_the_page_tells_the_way_and_what_was_mistyped(site: World) -> None:
    (bill,) = await site.issue(site.unit, site.unit.request())
    officer = await site.browser("officer")
    at = "/finance/supply/trace"
    assert "8位数字" in (await officer.get(at)).text
    shown = (await officer.get(at, code=bill.code, number=bill.number)).text
    assert "开具票据" in shown
    assert f"/finance/bills/{bill.code}/{bill.number}" in shown
    wrong = await officer.get(at, code="<b>", number="1")
    assert (wrong.status_code, "&lt;b&gt;" in wrong.text) == (422, True)
    assert (await officer.get(at, code="99999999", number=bill.number)).status_code == 404


async def test_the_command_tells_it_line_by_line(world: World) -> None:
    hospital = world.province.hospital
    (bill,) = await world.issue(hospital, hospital.request(kind=KIND))

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(main, ["numbers", "trace", *arguments, "--database-url", world.url])
        return done.exit_code, done.output

    code, output = await asyncio.to_thread(run, bill.code, bill.number)
    assert code == 0, output
    assert output.splitlines()[-1] == f"现在：已开具的票据（{hospital.unit.name}）"
    assert "开具票据" in output
    code, output = await asyncio.to_thread(run, "99999999", bill.number)
    assert (code, "没有找到该号码" in output) == (1, True)
