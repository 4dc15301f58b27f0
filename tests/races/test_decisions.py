"""The locks of decisions, about qualifications and applications: what happens with each, and without it."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError
from tests.applications.window import PERSON, Window, open_window
from tests.qualifications.desk import Bench, bench_of, officer, stated_as
from tests.support.locks import WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.world import World

from mingpiao.applications.model import Application, ApplicationState, Pending
from mingpiao.applications.service import Checkers
from mingpiao.issuing.model import Issued
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.qualifications.model import Qualification, QualificationState
from mingpiao.qualifications.service import decide, remind


@pytest.fixture
def bench(world: World) -> Bench:
    return bench_of(world)


@pytest.fixture
async def window(world: World) -> Window:
    return await open_window(world)


async def handed_in(bench: Bench, days: int) -> Qualification:
    """A qualification that a person has to look at, valid for so many days."""
    facts = bench.facts(valid_until=today() + timedelta(days=days))
    read = await bench.upload(bench.lines(facts))
    return await bench.submit(read, stated_as(facts, representative="巴特尔"))


async def decided(there: World, qualification: Qualification, *, accept: bool = True) -> Qualification:
    region = there.unit.unit.region_code
    async with there.database.system() as connection:
        return await decide(
            connection,
            qualification.qualification_id,
            accept=accept,
            reason="" if accept else "看不清",
            revision=qualification.revision,
            acting=officer(region),
        )


@WITH_AND_WITHOUT
async def test_of_two_qualifications_of_a_type_one_is_current(
    world: World, other: World, bench: Bench, locked: bool
) -> None:
    first, second = await handed_in(bench, 400), await handed_in(bench, 500)
    with lock_taken_away("units", unless=locked):
        outcomes = await race(
            world.url, writing("qualifications"), decided(world, first), decided(other, second)
        )
    failures = [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)]
    # Without the lock only an index keeps both from being the current one.
    assert failures == ([] if locked else [IntegrityError])
    if locked:
        assert (await bench.get(first.qualification_id)).state is QualificationState.SUPERSEDED
        assert (await bench.get(second.qualification_id)).state is QualificationState.ACCEPTED


@WITH_AND_WITHOUT
async def test_a_qualification_is_decided_once(
    world: World, other: World, bench: Bench, locked: bool
) -> None:
    """The lock of its unit keeps two decisions apart before its own does: that one is away in both cases."""
    waiting = await handed_in(bench, 400)
    with lock_taken_away("units"), lock_taken_away("qualifications", unless=locked):
        outcomes = await race(
            world.url,
            writing("qualifications"),
            decided(world, waiting),
            decided(other, waiting, accept=False),
        )
    told = [outcome.problems[0].code for outcome in outcomes if isinstance(outcome, Refusal)]
    assert told == (["qualification.already_decided"] if locked else [])
    decisions = [each for each in await bench.audited() if each.endswith((":accept", ":reject"))]
    assert len(decisions) == (1 if locked else 2)


@WITH_AND_WITHOUT
async def test_nobody_is_reminded_of_what_is_replaced_at_this_moment(
    world: World, other: World, bench: Bench, locked: bool
) -> None:
    await bench.accepted(valid_until=today() + timedelta(days=7))
    renewed = await handed_in(bench, 400)
    with lock_taken_away("qualifications", unless=locked):
        await race(world.url, writing("messages"), decided(world, renewed), remind(other.database))
    reminders = [title for _, _, title in await bench.told() if "到期" in title]
    assert len(reminders) == (0 if locked else 1)


@WITH_AND_WITHOUT
async def test_an_application_is_withdrawn_once(
    world: World, other: World, window: Window, locked: bool
) -> None:
    waiting = await window.wait()

    async def withdraw(there: World) -> Application:
        verb = there.services.applications.withdraw
        return await verb(world.unit.unit_id, waiting.application_id, acting=PERSON)

    with lock_taken_away("applications", unless=locked):
        outcomes = await race(world.url, writing("application_steps"), withdraw(world), withdraw(other))
    assert isinstance(outcomes[0], Application)
    # Without the lock the second finds out, too late to be told in words.
    assert isinstance(outcomes[1], Refusal if locked else LookupError)


@WITH_AND_WITHOUT
async def test_what_is_withdrawn_while_its_train_runs_is_issued_or_withdrawn_and_never_both(
    world: World, other: World, window: Window, locked: bool
) -> None:
    waiting = await window.wait()
    window.desk.unread.clear()
    withdrawing = other.services.applications.withdraw(
        world.unit.unit_id, waiting.application_id, acting=PERSON
    )
    with lock_taken_away("attempts", unless=locked):
        outcomes = await race(
            world.url, writing("bills"), window.applications.advance(waiting.application_id), withdrawing
        )
    assert await world.value("SELECT count(*) FROM bills") == 1
    if locked:
        assert isinstance(outcomes[1], Refusal)
        assert (await window.now(waiting)).state is ApplicationState.ISSUED
    else:
        assert (await window.now(waiting)).state is ApplicationState.WITHDRAWN


@WITH_AND_WITHOUT
async def test_an_application_is_checked_once(
    world: World, other: World, window: Window, locked: bool
) -> None:
    await window.demand()
    answer = await window.submit(window.request(checker=""))
    assert isinstance(answer, Pending)
    number = answer.application.application_id

    async def agree(there: World, place: int) -> Application:
        checkers = Checkers(there.database, there.services.applications)
        return await checkers.agree(number, acting=window.second(place))

    with lock_taken_away("applications", unless=locked):
        outcomes = await race(world.url, writing("application_steps"), agree(world, 1), agree(other, 2))
    assert isinstance(outcomes[0], Application)
    # Without the lock the second finds out, too late to be told in words.
    assert isinstance(outcomes[1], Refusal if locked else LookupError)
    assert await world.value("SELECT count(*) FROM bills") == 1


@WITH_AND_WITHOUT
async def test_what_is_issued_beside_a_new_demand_comes_before_it(
    world: World, window: Window, locked: bool
) -> None:
    """A bill that nobody checked is recorded before the demand, or it is not issued."""
    with lock_taken_away("stock rows", unless=locked):
        outcomes = await race(
            world.url, writing("bills"), window.submit(window.request(checker="")), window.demand()
        )
    assert isinstance(outcomes[0], Issued)
    actions = [
        row["action"]
        for row in await world.rows(
            "SELECT action FROM audit_log WHERE action IN ('bill:issued', 'checking_demand:add') ORDER BY audit_id"
        )
    ]
    right = ["bill:issued", "checking_demand:add"]
    assert actions == (right if locked else right[::-1])
