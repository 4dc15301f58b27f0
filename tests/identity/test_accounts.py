"""Accounts, sign-in, lock and sessions on a real database."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from tests.support.world import a_world

from mingpiao.identity.model import Account, Rejected, Role, SignedIn, acting_as, acting_for, platform
from mingpiao.identity.passwords import password_fits
from mingpiao.identity.service import (
    change_password,
    create_account,
    reset_password,
    session_of,
    set_active,
    sign_in,
    sign_out,
)
from mingpiao.identity.sessions import token_hash
from mingpiao.kernel.clock import now, set_to
from mingpiao.kernel.errors import Refusal
from mingpiao.storage.database import Database

PASSWORD = "Quiet-Harbour-57"
ADDRESS = "192.0.2.7"
ACTING = platform("test")


world = a_world("migrated")


@pytest.fixture
async def account(database: Database) -> Account:
    return await _create(database, "admin1")


async def _create(database: Database, username: str, **changes: Any) -> Account:
    wanted: dict[str, Any] = {
        "username": username,
        "display_name": "系统管理员",
        "role": Role.ADMINISTRATOR,
        "password": PASSWORD,
        "acting": ACTING,
    }
    async with database.system() as connection:
        return await create_account(connection, **(wanted | changes))


async def _sign_in(
    database: Database, password: str = PASSWORD, username: str = "admin1"
) -> SignedIn | Rejected:
    return await sign_in(database, username, password, address=ADDRESS)


async def _signed_in(database: Database) -> SignedIn:
    outcome = await _sign_in(database)
    assert isinstance(outcome, SignedIn)
    return outcome


async def _rejected(database: Database, password: str = PASSWORD, username: str = "admin1") -> str:
    outcome = await _sign_in(database, password, username)
    assert isinstance(outcome, Rejected)
    return outcome.problem.code


async def _audit(database: Database) -> list[tuple[str, str, str]]:
    rows = await database.pool.fetch(
        "SELECT action, subject, address FROM audit_log WHERE action <> 'role:grant' ORDER BY audit_id"
    )
    return [(row["action"], row["subject"], row["address"]) for row in rows]


async def test_signing_in_and_out(database: Database, account: Account) -> None:
    signed = await _signed_in(database)
    assert signed.session.account == account
    assert signed.session.factors == ("password",)
    assert await session_of(database, signed.token) == signed.session
    stored = await database.pool.fetch("SELECT token_hash, csrf_token FROM sessions")
    assert [(row["token_hash"], row["csrf_token"]) for row in stored] == [
        (token_hash(signed.token), signed.session.csrf_token)
    ]
    await sign_out(database, signed.token, address=ADDRESS)
    assert await session_of(database, signed.token) is None
    subject = f"account:{account.account_id}"
    assert await _audit(database) == [
        ("account:create", subject, ""),
        ("session:sign_in", subject, ADDRESS),
        ("session:sign_out", subject, ADDRESS),
    ]


async def test_signing_out_twice_is_recorded_once(database: Database, account: Account) -> None:
    signed = await _signed_in(database)
    await sign_out(database, signed.token, address=ADDRESS)
    await sign_out(database, signed.token, address=ADDRESS)
    assert [action for action, _, _ in await _audit(database)].count("session:sign_out") == 1


async def test_unknown_disabled_and_wrong_get_the_same_answer(database: Database, account: Account) -> None:
    closed = await _create(database, "closed1")
    async with database.system() as connection:
        await set_active(connection, closed, False, acting=ACTING)
    outcomes = [
        await _sign_in(database, "Wrong-Password-1"),
        await _sign_in(database, PASSWORD, "closed1"),
        await _sign_in(database, PASSWORD, "nobody"),
        await _sign_in(database, PASSWORD, "名\x00字"),
    ]
    assert all(outcome == outcomes[0] for outcome in outcomes)
    assert isinstance(outcomes[0], Rejected)
    assert (outcomes[0].problem.code, outcomes[0].problem.status) == ("session.credentials_wrong", 401)
    assert await database.pool.fetchval("SELECT count(*) FROM sessions") == 0


async def test_what_was_typed_as_an_unknown_name_is_not_kept(database: Database, account: Account) -> None:
    await _rejected(database, PASSWORD, "Secret-Typed-Here")
    written = await database.pool.fetch(
        "SELECT actor || action || subject || details::text AS all FROM audit_log"
    )
    assert not any("Secret-Typed-Here" in row["all"] for row in written)


async def test_the_fifth_failure_locks_for_fifteen_minutes_and_leaves_few_lines(
    database: Database, account: Account
) -> None:
    answers = [await _rejected(database, f"Wrong-Password-{n}") for n in range(5)]
    assert answers == ["session.credentials_wrong"] * 4 + ["session.account_locked"]
    for _ in range(20):
        outcome = await _sign_in(database)
        assert isinstance(outcome, Rejected)
        assert outcome.problem.status == 429
        assert "15分钟" in outcome.problem.message
    locked_until = await database.pool.fetchval("SELECT locked_until FROM accounts")
    assert timedelta(minutes=14) < locked_until - now() <= timedelta(minutes=15)
    assert [action for action, _, _ in await _audit(database)] == [
        "account:create",
        "session:sign_in_failed",
        "session:lock",
    ]
    with set_to(now() + timedelta(minutes=16)):
        assert await _rejected(database, "Wrong-Password-6") == "session.credentials_wrong"
        await _signed_in(database)
    row = await database.pool.fetchrow("SELECT failed_attempts, locked_until FROM accounts")
    assert (row["failed_attempts"], row["locked_until"]) == (0, None)
    details = await database.pool.fetchval("SELECT details FROM audit_log WHERE action = 'session:sign_in'")
    assert details == {"failures": "1"}


async def test_the_name_of_no_account_is_locked_with_the_same_answers(
    database: Database, account: Account
) -> None:
    known = [await _sign_in(database, f"Wrong-Password-{n}") for n in range(6)]
    unknown = [await _sign_in(database, f"Wrong-Password-{n}", "nobody1") for n in range(6)]
    assert known == unknown


async def test_nobody_keeps_anybody_locked_out_from_elsewhere(database: Database, account: Account) -> None:
    for n in range(6):
        await sign_in(database, "admin1", f"Wrong-Password-{n}", address="203.0.113.1")
    assert isinstance(await _sign_in(database), SignedIn)


async def test_a_known_browser_is_served_whatever_comes_from_its_network(
    database: Database, account: Account
) -> None:
    device = (await _signed_in(database)).device
    for n in range(60):
        await _sign_in(database, f"Wrong-Password-{n}", f"nobody{n}")
    assert await _rejected(database) == "session.account_locked"  # the network as a whole
    again = await sign_in(database, "admin1", PASSWORD, address=ADDRESS, device=device)
    assert isinstance(again, SignedIn)
    assert again.device == device
    # It is known for this account alone, and five wrong passwords lock it too.
    await _create(database, "admin2")
    other = await sign_in(database, "admin2", PASSWORD, address=ADDRESS, device=device)
    assert isinstance(other, Rejected)
    for n in range(5):
        await sign_in(database, "admin1", f"Wrong-Password-{n}", address=ADDRESS, device=device)
    last = await sign_in(database, "admin1", PASSWORD, address=ADDRESS, device=device)
    assert isinstance(last, Rejected)
    assert last.problem.code == "session.account_locked"


async def test_one_name_is_guessed_from_many_networks_only_so_often(
    database: Database, account: Account
) -> None:
    device = (await _signed_in(database)).device
    for network in range(10):
        for n in range(5):
            await sign_in(database, "admin1", f"Wrong-Password-{n}", address=f"203.0.113.{network}")
    elsewhere = await sign_in(database, "admin1", PASSWORD, address="198.51.100.9")
    assert isinstance(elsewhere, Rejected)
    assert elsewhere.problem.code == "session.account_locked"
    # The owner's browser is known, and stays open.
    own = await sign_in(database, "admin1", PASSWORD, address="198.51.100.9", device=device)
    assert isinstance(own, SignedIn)


async def test_a_success_between_failures_begins_the_count_anew(database: Database, account: Account) -> None:
    for _ in range(2):
        for n in range(4):
            assert await _rejected(database, f"Wrong-Password-{n}") == "session.credentials_wrong"
        await _signed_in(database)


async def test_attempts_at_the_same_moment_are_all_counted(
    database: Database, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them is counted before all have passed the lock that is not there yet."""
    together = asyncio.Barrier(12)

    async def fits(stored: str | None, password: str, *, known: bool = False) -> bool:
        await together.wait()
        return await password_fits(stored, password, known=known)

    monkeypatch.setattr("mingpiao.identity.signing_in.password_fits", fits)
    answers = await asyncio.gather(*(_rejected(database, f"Wrong-Password-{n}") for n in range(12)))
    assert answers.count("session.credentials_wrong") == 4
    assert answers.count("session.account_locked") == 8
    assert await database.pool.fetchval("SELECT max(failures) FROM sign_in_failures") == 12


async def test_a_right_guess_among_many_at_the_same_moment_comes_too_late(
    database: Database, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The right password, looked at while a dozen wrong ones lock the account, meets the lock."""
    looking, locked = asyncio.Event(), asyncio.Event()

    async def fits(stored: str | None, password: str, *, known: bool = False) -> bool:
        if password == PASSWORD:
            looking.set()
            await locked.wait()
        return await password_fits(stored, password, known=known)

    monkeypatch.setattr("mingpiao.identity.signing_in.password_fits", fits)
    right = asyncio.create_task(_sign_in(database))
    await looking.wait()
    await asyncio.gather(*(_sign_in(database, f"Wrong-Password-{n}") for n in range(12)))
    locked.set()
    outcome = await right
    assert isinstance(outcome, Rejected)
    assert outcome.problem.code == "session.account_locked"
    assert await database.pool.fetchval("SELECT count(*) FROM sessions") == 0


async def test_many_right_passwords_at_the_same_moment_all_get_in(
    database: Database, account: Account
) -> None:
    outcomes = await asyncio.gather(*(_sign_in(database) for _ in range(8)))
    assert all(isinstance(outcome, SignedIn) for outcome in outcomes)


async def test_signing_in_again_ends_the_session_that_the_browser_had(
    database: Database, account: Account
) -> None:
    first = await _signed_in(database)
    second = await sign_in(database, "admin1", PASSWORD, address=ADDRESS, replacing=first.token)
    assert isinstance(second, SignedIn)
    assert second.token != first.token
    assert await session_of(database, first.token) is None
    assert await session_of(database, second.token) is not None


@pytest.mark.parametrize(
    ("after", "alive"),
    [
        (timedelta(minutes=29, seconds=59), True),
        (timedelta(minutes=30, seconds=1), False),
    ],
)
async def test_an_idle_session_ends(
    database: Database, account: Account, after: timedelta, alive: bool
) -> None:
    signed = await _signed_in(database)
    found = await session_of(database, signed.token, at=signed.session.created_at + after)
    assert (found is not None) is alive


async def test_a_session_ends_after_twelve_hours_however_busy(database: Database, account: Account) -> None:
    signed = await _signed_in(database)
    moment, end = signed.session.created_at, signed.session.created_at + timedelta(hours=12)
    while (moment := moment + timedelta(minutes=20)) < end:
        assert await session_of(database, signed.token, at=moment) is not None
    assert await session_of(database, signed.token, at=end + timedelta(seconds=1)) is None


async def test_seen_is_written_at_most_once_a_minute(database: Database, account: Account) -> None:
    signed = await _signed_in(database)
    began = signed.session.created_at

    async def seen_after(seconds: int) -> float:
        await session_of(database, signed.token, at=began + timedelta(seconds=seconds))
        return float((await database.pool.fetchval("SELECT seen_at FROM sessions") - began).total_seconds())

    assert await seen_after(59) == 0
    assert await seen_after(60) == 60
    assert await seen_after(119) == 60
    assert await seen_after(120) == 120


async def test_changing_the_password_ends_the_other_sessions(database: Database, account: Account) -> None:
    here, there = await _signed_in(database), await _signed_in(database)
    await change_password(
        database,
        here.session,
        here.token,
        old=PASSWORD,
        new="Other-Harbour-58",
        acting=acting_as(here.session, ADDRESS),
    )
    assert await session_of(database, here.token) is not None
    assert await session_of(database, there.token) is None
    assert await _rejected(database) == "session.credentials_wrong"
    assert isinstance(await _sign_in(database, "Other-Harbour-58"), SignedIn)
    assert ("account:change_password", f"account:{account.account_id}", ADDRESS) in await _audit(database)


@pytest.mark.parametrize(
    ("old", "new", "codes"),
    [
        ("Wrong-Password-1", "Other-Harbour-58", [("account.old_password_wrong", "old_password")]),
        (PASSWORD, PASSWORD, [("account.password_unchanged", "new_password")]),
        (PASSWORD, "abc", [("account.password_weak", "new_password")] * 2),
    ],
)
async def test_a_password_is_not_changed(
    database: Database, account: Account, old: str, new: str, codes: list[tuple[str, str]]
) -> None:
    here = await _signed_in(database)
    with pytest.raises(Refusal) as refused:
        await change_password(
            database, here.session, here.token, old=old, new=new, acting=acting_as(here.session, ADDRESS)
        )
    assert [(problem.code, problem.field) for problem in refused.value.problems] == codes
    assert isinstance(await _sign_in(database), SignedIn)


async def test_guessing_the_old_password_locks_too(database: Database, account: Account) -> None:
    here = await _signed_in(database)
    codes: list[str] = []
    for n in range(6):
        old = PASSWORD if n == 5 else f"Wrong-Password-{n}"
        with pytest.raises(Refusal) as refused:
            await change_password(
                database,
                here.session,
                here.token,
                old=old,
                new="Other-Harbour-58",
                acting=acting_as(here.session, ADDRESS),
            )
        codes.append(refused.value.problems[0].code)
    assert codes == ["account.old_password_wrong"] * 4 + ["session.account_locked"] * 2


async def test_a_reset_opens_the_lock_and_asks_for_a_new_password(
    database: Database, account: Account
) -> None:
    before = await _signed_in(database)
    for n in range(5):
        await _rejected(database, f"Wrong-Password-{n}")
    async with database.system() as connection:
        password = await reset_password(connection, account, acting=ACTING)
    assert await session_of(database, before.token) is None
    outcome = await _sign_in(database, password)
    assert isinstance(outcome, SignedIn)
    assert outcome.session.account.must_change_password
    details = await database.pool.fetch("SELECT details::text AS all FROM audit_log")
    assert not any(password in row["all"] for row in details)


async def test_a_password_past_ninety_days_must_be_changed(database: Database, account: Account) -> None:
    await database.pool.execute("UPDATE accounts SET password_changed_at = now() - interval '89 days'")
    assert not (await _signed_in(database)).session.account.must_change_password
    await database.pool.execute("UPDATE accounts SET password_changed_at = now() - interval '91 days'")
    assert (await _signed_in(database)).session.account.must_change_password


async def test_closing_an_account_ends_its_sessions(database: Database, account: Account) -> None:
    await _create(database, "admin2")
    signed = await _signed_in(database)
    async with database.system() as connection:
        await set_active(connection, account, False, acting=ACTING)
    assert await session_of(database, signed.token) is None
    assert await _rejected(database) == "session.credentials_wrong"
    async with database.system() as connection:
        await set_active(connection, account, True, acting=ACTING)
    assert isinstance(await _sign_in(database), SignedIn)


async def test_nobody_closes_their_own_account(database: Database, account: Account) -> None:
    with pytest.raises(Refusal, match=r"account\.is_own"):
        async with database.system() as connection:
            await set_active(connection, account, False, acting=acting_for(account))
    assert isinstance(await _sign_in(database), SignedIn)


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"username": "a b"}, [("account.username_invalid", "username")]),
        ({"username": "名字"}, [("account.username_invalid", "username")]),
        ({"username": "x" * 65}, [("account.username_invalid", "username")]),
        ({"display_name": " "}, [("account.name_invalid", "display_name")]),
        ({"display_name": "<b>"}, [("account.name_invalid", "display_name")]),
        ({"password": "Aa1-"}, [("account.password_weak", "password")]),
        ({"username": "admin1"}, [("account.username_taken", "username")]),
    ],
)
async def test_an_account_is_not_made(
    database: Database, account: Account, changes: dict[str, str], codes: list[tuple[str, str]]
) -> None:
    with pytest.raises(Refusal) as refused:
        await _create(database, **({"username": "other1"} | changes))
    assert [(problem.code, problem.field) for problem in refused.value.problems] == codes
    assert await database.pool.fetchval("SELECT count(*) FROM accounts") == 1
    assert len(await _audit(database)) == 1


async def test_of_two_accounts_with_one_name_at_the_same_moment_one_is_made(database: Database) -> None:
    made = await asyncio.gather(
        _create(database, "twin1"), _create(database, "twin1"), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in made) == ["Account", "Refusal"]
    assert await database.pool.fetchval("SELECT count(*) FROM accounts") == 1
