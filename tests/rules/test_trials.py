"""A version acts only after it was tried: back-tested, on trial for days, or acting before with the same hits."""

from datetime import date, timedelta
from decimal import Decimal

import asyncpg
import pytest
from tests.rules.desk import RuleDesk, rule_desk_of
from tests.rules.people import (
    BAOTOU,
    CITY_OFFICER,
    HEAD,
    HOHHOT,
    OFFICER,
    PROVINCE,
    local_rule,
    refused,
    rule,
    was_tried,
)
from tests.support.world import World

from mingpiao.kernel.clock import StoppedClock
from mingpiao.lake.model import BackTestResult, MonthFigure
from mingpiao.rules.model import Rule, RuleMode, RuleVersion, Severity, TrialKind, VersionState
from mingpiao.rules.service import approve, trials_of_version

_UNTRIED = [("rule.untried", "")]


@pytest.fixture
async def desk(world: World) -> RuleDesk:
    return await rule_desk_of(world)


async def _submitted(desk: RuleDesk, content: Rule | None = None) -> RuleVersion:
    return await desk.submit(await desk.create(content or rule()))


async def test_what_nobody_tried_is_not_approved(desk: RuleDesk) -> None:
    waiting = await _submitted(desk)
    assert await refused(desk.approve_untried(waiting)) == _UNTRIED
    assert (await desk.version("P-001", 1)).state is VersionState.SUBMITTED
    assert await desk.live() == {}
    await was_tried(desk.database, rule())
    assert (await desk.approve_untried(waiting)).state is VersionState.APPROVED
    assert await desk.live() == {"P-001": 1}


@pytest.mark.parametrize(
    "other",
    [
        rule(condition="total > 1"),
        rule(kinds=("0601",)),
        rule(regions=(HOHHOT,)),
        rule("P-002"),
    ],
)
async def test_a_trial_of_other_bills_does_not_count(desk: RuleDesk, other: Rule) -> None:
    waiting = await _submitted(desk)
    await was_tried(desk.database, other)
    assert await refused(desk.approve_untried(waiting)) == _UNTRIED


async def test_a_draft_that_was_tried_in_the_editor_counts_whatever_its_words(desk: RuleDesk) -> None:
    await was_tried(
        desk.database, rule(name="试一试", severity=Severity.WARN, condition=rule().condition + "  ")
    )
    await desk.approve_untried(await _submitted(desk))
    assert await desk.live() == {"P-001": 1}


async def test_a_back_test_that_is_not_done_does_not_count(desk: RuleDesk) -> None:
    waiting = await _submitted(desk)
    await was_tried(desk.database, rule())
    for state in ("waiting", "running", "stopped", "failed"):
        await desk.database.pool.execute("UPDATE backtests SET state = $1", state)
        assert await refused(desk.approve_untried(waiting)) == _UNTRIED, state


async def test_a_back_test_covers_the_whole_of_the_owners_region(desk: RuleDesk) -> None:
    content = local_rule()
    waiting = await desk.submit(await desk.create(content, CITY_OFFICER), CITY_OFFICER)
    await was_tried(desk.database, content, region=BAOTOU)
    assert await refused(desk.approve_untried(waiting)) == _UNTRIED
    await was_tried(desk.database, content, region=PROVINCE)
    assert (await desk.approve_untried(waiting)).state is VersionState.APPROVED


async def test_what_acted_before_acts_again_without_a_trial(desk: RuleDesk) -> None:
    await desk.make_live(rule())
    await desk.approve_untried(await desk.submit(await desk.start(rule(name="新名称", message="请核对。"))))
    await desk.approve(await desk.submit(await desk.start(rule(condition="total > 5"))))
    back = await desk.roll_back("P-001", 1)
    assert (await desk.approve_untried(back)).state is VersionState.APPROVED
    assert await desk.live() == {"P-001": 4}


async def test_days_on_trial_are_counted_without_those_of_a_suspension(
    desk: RuleDesk, clock: StoppedClock
) -> None:
    tried = await _submitted(desk, rule(mode=RuleMode.SHADOW))
    await desk.approve_untried(tried)
    waiting = await desk.submit(await desk.start(rule()))
    clock.move(days=4)
    await desk.switch("P-001", on=False)
    clock.move(days=10)
    assert await refused(desk.approve_untried(waiting)) == _UNTRIED
    await desk.switch("P-001", on=True)
    clock.move(days=2, hours=23, minutes=59)
    async with desk.database.system() as connection:
        (shadow,) = await trials_of_version(connection, waiting)
    assert (shadow.kind, shadow.days, shadow.version) == (TrialKind.SHADOW, 6, 1)
    assert await refused(desk.approve_untried(waiting)) == _UNTRIED
    clock.move(minutes=1)
    await desk.approve_untried(waiting)
    clock.move(days=30)
    async with desk.database.system() as connection:
        found = await trials_of_version(connection, await desk.version("P-001", 2))
    assert [(each.kind, each.days) for each in found] == [(TrialKind.ACTED, 0), (TrialKind.SHADOW, 7)]


async def test_a_trial_ends_for_good_and_still_counts(desk: RuleDesk, clock: StoppedClock) -> None:
    await desk.make_live(rule())
    for name in ("第一次试", "第二次试"):
        shadow = await desk.start(rule(name=name, condition="total > 5", mode=RuleMode.SHADOW))
        await desk.approve_untried(await desk.submit(shadow))
    assert await desk.live() == {"P-001": 3}
    assert await refused(desk.roll_back("P-001", 1)) == [("rule.wrong_state", "")]
    assert await refused(desk.roll_back("P-001", 3)) == [("rule.wrong_state", "")]
    assert await refused(desk.end_trial("P-001", 1)) == [("rule.not_on_trial", "")]
    assert await refused(desk.end_trial("P-001", 3, CITY_OFFICER)) == [("rule.not_own", "")]
    clock.move(days=7)
    ended = await desk.end_trial("P-001", 3)
    assert (ended.state, ended.decided_by) == (VersionState.WITHDRAWN, HEAD.actor)
    # Neither the earlier trial nor anything else takes its place.
    assert await desk.live() == {"P-001": 1}
    assert (await desk.trail("P-001"))[-1] == (OFFICER.actor, "rule:end_trial")
    assert await refused(desk.end_trial("P-001", 3)) == [("rule.not_on_trial", "")]
    clock.move(days=30)
    acts = await desk.submit(await desk.start(rule(condition="total > 5")))
    async with desk.database.system() as connection:
        found = await trials_of_version(connection, acts)
    assert {each.version: each.days for each in found if each.kind is TrialKind.SHADOW} == {2: 0, 3: 7}
    with pytest.raises(asyncpg.IntegrityConstraintViolationError):
        await desk.database.pool.execute("UPDATE rule_versions SET state = 'withdrawn' WHERE version = 1")


async def test_the_days_are_a_setting(desk: RuleDesk, clock: StoppedClock) -> None:
    await desk.approve_untried(await _submitted(desk, rule(mode=RuleMode.SHADOW)))
    waiting = await desk.submit(await desk.start(rule()))
    clock.move(days=1)

    async def decide(days: int) -> RuleVersion:
        async with desk.database.system() as connection:
            given = {"revision": waiting.revision, "acting": HEAD, "trial_days": days}
            return await approve(connection, desk.catalog, "P-001", 2, **given)

    assert await refused(decide(2)) == _UNTRIED
    assert (await decide(1)).state is VersionState.APPROVED


async def test_the_last_back_test_tells_its_figures(desk: RuleDesk) -> None:
    waiting = await _submitted(desk)
    months = tuple(
        MonthFigure(
            month=date(2026, 10, 1) + timedelta(days=31 * number), bills=50, hits=3 + number, money=Decimal(9)
        )
        for number in range(2)
    )
    result = BackTestResult(bills=100, hits=7, units=2, money=Decimal(18), months=months, sample=())
    await was_tried(desk.database, rule())
    await was_tried(desk.database, rule(), result=result)
    async with desk.database.system() as connection:
        (told,) = await trials_of_version(connection, waiting)
    assert (told.kind, told.bills, told.hits, told.units, told.newest_hits, told.months) == (
        TrialKind.BACKTEST, 100, 7, 2, 4, 12,
    )  # fmt: skip
