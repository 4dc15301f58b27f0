"""What a new 开票方式 changes of what arrears stop."""

from datetime import timedelta

from tests.support.world import World
from tests.writeoff.months import FIRST, begin, close, head, on
from tests.writeoff.test_cases import do
from tests.writeoff.test_rectifications import limits

from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.units.model import UnitChangeKind, UnitMode
from mingpiao.units.service import ChangeWish, change_unit
from mingpiao.writeoff.limits import WRITEOFF_OVERDUE
from mingpiao.writeoff.months import last_day
from mingpiao.writeoff.service import due_on, unit_stops


async def test_arrears_stop_what_the_new_mode_lives_on(world: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    charity = world.province.charity
    await world.issue(charity, charity.request())
    due = due_on(FIRST, 5)
    clock.set(on(due + timedelta(days=1)))
    await close(world)
    overdue, nothing = (due, WRITEOFF_OVERDUE), (None, "")
    assert await limits(world, charity.unit_id) == overdue + overdue
    boss = await head(world)
    for mode, issuing in ((UnitMode.INTERFACE, False), (UnitMode.ONLINE, True)):
        wish = ChangeWish(
            kind=UnitChangeKind.MODE, effective_on=today(), reason="单位更换开票系统", after=mode.value
        )
        assert await do(world, change_unit, charity.unit_id, wish, acting=boss)
        assert await limits(world, charity.unit_id) == overdue + (overdue if issuing else nothing)
        assert (await do(world, unit_stops, charity.unit_id)).issuing is issuing
