"""What watched units do is told at once, once each, whatever is cut off."""

import asyncio

import pytest
from sqlalchemy.exc import DBAPIError
from tests.support.world import World, a_world
from tests.watches.test_watches import place

from mingpiao.identity.model import Role
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.watches import telling
from mingpiao.watches.telling import tell_watchers

# The test writes counters of rules that no train wrote.
world = a_world(checked=False)


async def told(world: World) -> list[tuple[str, str]]:
    rows = await world.rows("SELECT title, body FROM messages WHERE topic LIKE 'watch:%' ORDER BY message_id")
    return [(row["title"], row["body"]) for row in rows]


async def test_bills_and_reversals_are_told_once(world: World, clock: StoppedClock) -> None:
    office, charity = world.province.office, world.province.charity
    officer = await world.browser(region="150000")
    (earlier,) = await world.issue(office, office.request())
    clock.move(seconds=5)
    await place(officer, office.unit.name, bound="0.01")
    clock.move(seconds=5)
    one, two = await world.issue(office, *office.requests(3)[1:])
    await world.issue(charity, charity.request())
    await world.reverse(office, earlier)
    async with world.beside() as other:
        await asyncio.gather(tell_watchers(world.database), tell_watchers(other.database))
    await tell_watchers(world.database)
    largest = f"{max(one.total, two.total):,.2f}"
    assert await told(world) == [
        (
            f"重点监控：{office.unit.name}",
            f"大额开票2张，最大{largest}元；冲红1张，最大{earlier.total:,.2f}元。",
        )
    ]
    watch_id = await world.value("SELECT watch_id FROM watches")
    shown = await officer.get(f"/finance/watches/{watch_id}")
    for bill in (one, two):
        assert f"/finance/bills/{bill.code}/{bill.number}" in shown.text
    assert f"/finance/bills/{earlier.code}/{earlier.number}" not in shown.text
    owner = await world.value("SELECT to_account_id FROM messages WHERE topic LIKE 'watch:%'")
    assert owner == await world.value("SELECT watcher_id FROM watches")


async def test_what_is_below_the_bound_or_after_the_end_is_not_told(
    world: World, clock: StoppedClock
) -> None:
    office = world.province.office
    officer = await world.browser(region="150000")
    await place(officer, office.unit.name, bound="99999999.00")
    clock.move(seconds=5)
    await world.issue(office, office.request())
    await tell_watchers(world.database)
    assert await told(world) == []
    watch_id = await world.value("SELECT watch_id FROM watches")
    token = await officer.csrf_token()
    await officer.post(
        f"/finance/watches/{watch_id}/end",
        {"csrf_token": token, "revision": "1", "end-reason": "核查完毕，解除。"},
    )
    clock.move(seconds=5)
    (bill,) = await world.issue(office, office.requests(2)[1])
    await world.reverse(office, bill)
    await tell_watchers(world.database)
    assert await told(world) == []


async def test_refusals_and_overrides_are_told_as_they_grow(world: World, clock: StoppedClock) -> None:
    office = world.province.office
    hits = (
        "INSERT INTO rule_hits (unit_id, code, day, blocked, confirmed) VALUES ($1, 'R', $2, $3, $4) "
        "ON CONFLICT (unit_id, code, day) DO UPDATE SET blocked = excluded.blocked, confirmed = excluded.confirmed"
    )
    await world.value(hits, office.unit_id, today(), 5, 5)
    officer = await world.browser(region="150000")
    await place(officer, office.unit.name)
    await tell_watchers(world.database)
    assert await told(world) == []
    await world.value(hits, office.unit_id, today(), 7, 6)
    clock.move(minutes=1)
    async with world.beside() as other:
        await asyncio.gather(tell_watchers(world.database), tell_watchers(other.database))
    assert [body for _, body in await told(world)] == ["被规则拦截2次；经核实后照开1次。"]
    listed = await officer.get("/finance/watches/export.csv")
    assert office.unit.name in listed.text
    head = await world.browser(Role.DEPARTMENT_HEAD, region="150000")
    watch_id = await world.value("SELECT watch_id FROM watches")
    assert "被规则拦截 2 次" in (await head.get(f"/finance/watches/{watch_id}")).text


async def test_a_portion_that_was_cut_off_is_told_later(
    world: World, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = world.province.office
    officer = await world.browser(region="150000")
    await place(officer, office.unit.name, bound="0.01")
    clock.move(seconds=5)
    await world.issue(office, office.request())

    async def dies(*_: object) -> bool:
        raise DBAPIError("the worker was killed", None, RuntimeError())

    with monkeypatch.context() as patched:
        patched.setattr(telling, "move_mark", dies)
        with pytest.raises(DBAPIError):
            await tell_watchers(world.database)
    assert await told(world) == []
    assert await world.value("SELECT count(*) FROM watch_events") == 0
    monkeypatch.setattr(telling, "PORTION", 1)
    await tell_watchers(world.database)
    assert len(await told(world)) == 1
    assert await world.value("SELECT count(*) FROM watch_events") == 1
