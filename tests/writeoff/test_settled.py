"""Messages about cases, notices and months that are dealt with need nobody's attention any more."""

from tests.support.world import World
from tests.writeoff.casework import REASON, kept, manager, officer, person, unpaid
from tests.writeoff.months import ask, check
from tests.writeoff.test_cases import BREACH, asked, do
from tests.writeoff.test_rectifications import breached, issued

from mingpiao.approvals.service import approve
from mingpiao.identity.model import Role
from mingpiao.kernel.clock import StoppedClock
from mingpiao.writeoff.service import (
    accept,
    answer_case,
    mark_breach,
    propose_reopening,
    report,
    send_back,
    withdraw_breach,
)


async def waiting(world: World, like: str) -> list[str]:
    """Topics of the messages that still ask for something, by name."""
    rows = await world.rows(
        "SELECT topic FROM messages WHERE settled_at IS NULL AND topic LIKE $1 ORDER BY topic", like
    )
    return [row["topic"] for row in rows]


async def test_an_answer_deals_with_every_question_before_it(world: World, clock: StoppedClock) -> None:
    _, (case,) = await unpaid(world, clock)
    boss, clerk = await officer(world), await manager(world, world.province.charity)
    key = case.case_id
    first = await asked(world, case, boss)
    clock.move(days=8)
    again = await asked(world, first, boss)
    assert await waiting(world, "exception:ask:%") == [f"exception:ask:{key}:3"]
    await do(world, answer_case, key, REASON, revision=again.revision, acting=clerk)
    assert await waiting(world, "exception:a%") == [f"exception:answer:{key}:4"]
    # The breach is announced, and no longer so once it is withdrawn.
    marked = await do(world, mark_breach, key, BREACH, revision=4, acting=boss)
    assert await waiting(world, "exception:%:_%:_%") == [f"exception:breach:{key}:5"]
    await do(world, withdraw_breach, key, REASON, revision=marked.revision, acting=boss)
    assert await waiting(world, "exception:breach:%") == []


async def test_a_notice_is_asked_for_until_it_is_reported_and_examined(
    world: World, clock: StoppedClock
) -> None:
    _, found, boss = await breached(world, clock)
    clerk = await manager(world, world.province.charity)
    assert len(await waiting(world, "exception:breach:%")) == 2
    made = await issued(world, found, boss)
    key = made.rectification_id
    assert await waiting(world, "exception:breach:%") == []
    assert await waiting(world, "rectification:%") == [f"rectification:issue:{key}"]
    await do(world, report, key, REASON, kept=kept(found), revision=1, acting=clerk)
    assert await waiting(world, "rectification:%") == [f"rectification:report:{key}:2"]
    clock.move(hours=1)
    await do(world, send_back, key, REASON, revision=2, acting=boss)
    assert await waiting(world, "rectification:%") == [f"rectification:{key}:3"]
    await do(world, report, key, REASON, kept=kept(found), revision=3, acting=clerk)
    assert await waiting(world, "rectification:%") == [f"rectification:report:{key}:4"]
    await do(world, accept, key, REASON, revision=4, acting=boss)
    # What is left tells the unit that it is over, and asks for nothing.
    assert await waiting(world, "rectification:%") == [f"rectification:{key}:5"]


async def test_a_month_that_is_opened_again_asks_for_itself_and_no_longer_for_its_cases(
    world: World, clock: StoppedClock
) -> None:
    _, (case,) = await unpaid(world, clock)
    boss = await officer(world)
    await asked(world, case, boss)
    proposal = await do(world, propose_reopening, case.writeoff_id, REASON, acting=boss)
    await do(world, approve, proposal, acting=await person(world, Role.DEPARTMENT_HEAD, region="150000"))
    assert await waiting(world, "exception:%") == []
    assert await waiting(world, "writeoff:exceptions:%") == []
    assert await waiting(world, "writeoff:reopen:%") == [f"writeoff:reopen:{case.writeoff_id}"]
    clock.move(hours=1)
    await check(world, await ask(world, world.province.charity, partial=True))
    assert await waiting(world, "writeoff:reopen:%") == []
