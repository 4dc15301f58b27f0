"""UKeys that end soon: who is told, how often, and on which days."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.support.browser import ADDRESS
from tests.support.world import World, a_world
from tests.ukeys.keys import acting, delivered, signed_in

from mingpiao.crypto.sm2 import PrivateKey
from mingpiao.kernel.clock import StoppedClock, now
from mingpiao.kernel.errors import Refusal
from mingpiao.ukeys.ending import due_days, tell_of_ends
from mingpiao.ukeys.model import UKey
from mingpiao.ukeys.service import hold_ukey, set_ukey_policy

site = a_world("peopled", demo=True, public_url=ADDRESS)
AT = datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("left", "days", "expected"),
    [
        (timedelta(days=31), (30, 7, 1), None),
        (timedelta(days=30), (30, 7, 1), 30),
        (timedelta(days=8), (30, 7, 1), 30),
        (timedelta(days=7), (30, 7, 1), 7),
        (timedelta(hours=25), (30, 7, 1), 7),
        (timedelta(hours=24), (30, 7, 1), 1),
        (timedelta(seconds=1), (1, 7, 30), 1),
        (timedelta(), (30, 7, 1), None),
        (timedelta(days=-5), (30, 7, 1), None),
        (timedelta(days=3), (2,), None),
    ],
)
def test_of_which_days_is_told(left: timedelta, days: tuple[int, ...], expected: int | None) -> None:
    assert due_days(AT + left, AT, days) == expected


async def in_use(site: World, holder: str) -> UKey:
    key = PrivateKey.generate()
    made = await delivered(site, key, holder)
    assert made.certificate is not None
    await signed_in(site.stranger(), key, made.certificate)
    return made


async def told(site: World) -> list[tuple[int, str, str, bool]]:
    rows = await site.rows(
        "SELECT to_account_id, title, link, urgent FROM messages WHERE topic LIKE 'ukey:%:ends:%' "
        "ORDER BY message_id"
    )
    return [(row["to_account_id"], row["title"], row["link"], row["urgent"]) for row in rows]


async def test_the_person_and_the_manager_are_told_once_of_each(site: World, clock: StoppedClock) -> None:
    made, own = await in_use(site, "handler"), await in_use(site, "manager")
    person, manager = (site.accounts[name].account_id for name in ("handler", "manager"))
    assert made.valid_to is not None
    name, end = made.holder_name, made.valid_to
    links = [f"/unit/ukeys/{each.ukey_id}" for each in (made, own)]
    await tell_of_ends(site.database)
    assert await told(site) == []
    for left, urgent in ((29.5, False), (6.5, False), (0.5, True)):
        before = len(await told(site))
        clock.move(seconds=(end - timedelta(days=left) - now()).total_seconds())
        for _ in range(2):
            await tell_of_ends(site.database)
        fresh = (await told(site))[before:]
        assert [(to, link, is_urgent) for to, _, link, is_urgent in fresh] == [
            (person, "", urgent),
            (manager, links[0], urgent),
            (manager, links[1], urgent),
        ]
        assert [title.partition(" 将于")[0] for _, title, _, _ in fresh] == [
            "您的 UKey",
            f"{name}的 UKey",
            "您的 UKey",
        ]
    clock.move(seconds=86_400)
    await tell_of_ends(site.database)
    assert len(await told(site)) == 9


async def test_only_the_nearest_is_told_and_none_of_what_is_not_in_use(
    site: World, clock: StoppedClock
) -> None:
    made, held = await in_use(site, "handler"), await in_use(site, "checker")
    async with site.database.system() as connection:
        await hold_ukey(connection, held.ukey_id, "停职检查", acting=acting(site, "officer"))
    assert made.valid_to is not None
    clock.move(seconds=(made.valid_to - timedelta(days=3) - now()).total_seconds())
    await tell_of_ends(site.database)
    rows = await site.rows("SELECT topic FROM messages WHERE topic LIKE 'ukey:%:ends:%'")
    assert {row["topic"].rpartition(":")[0] for row in rows} == {f"ukey:{made.ukey_id}:ends:7"}
    assert len(rows) == 2


async def test_days_are_a_departments_choice(site: World, clock: StoppedClock) -> None:
    made, head = await in_use(site, "handler"), acting(site, "head")
    for days in ([], [0], [-3], [181], [1, 2, 3, 4, 5, 6]):
        async with site.database.system() as connection:
            with pytest.raises(Refusal) as refused:
                await set_ukey_policy(connection, False, told_before=days, revision=0, acting=head)
        assert [(each.code, each.field) for each in refused.value.problems] == [
            ("ukey.days_invalid", "told_before")
        ]
    browser = await site.browser("head")
    shown = await browser.get("/finance/ukeys/settings")
    assert 'value="30、7、1"' in shown.text
    address = "/finance/ukeys/settings"
    for typed in ("", "很快", "7、七", "1e3", "9" * 40):
        wrong = await browser.submit(shown, address, issuing="no", told_before=typed)
        assert (wrong.status_code, "请填写1至5个天数" in wrong.text) == (422, True), typed
    done = await browser.submit(shown, address, issuing="no", told_before="60，3 60")
    assert done.status_code == 303
    assert 'value="60、3"' in (await browser.get(address)).text
    assert made.valid_to is not None
    clock.move(seconds=(made.valid_to - timedelta(days=45) - now()).total_seconds())
    await tell_of_ends(site.database)
    assert len(await told(site)) == 2
    clock.move(seconds=20 * 86_400)
    await tell_of_ends(site.database)
    assert len(await told(site)) == 2
