"""Notices over a connection that hangs: it is found out, everybody forgets, and listening goes on."""

import asyncio
import os
import signal

import asyncpg
import pytest
from sqlalchemy import text
from tests.support.proxy import proxied
from tests.support.waiting import until

from mingpiao.storage import notices as module
from mingpiao.storage.database import Database
from mingpiao.storage.notices import Notices, notify


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(module, "ANSWER_SECONDS", 1.0)


async def test_a_half_open_connection_is_found_out_and_replaced(database_url: str) -> None:
    told: list[str | None] = []
    async with proxied(database_url) as proxy:
        notices = Notices(proxy.url)
        notices.subscribe("changed", told.append)
        await notices.start()
        try:
            assert told == [None]
            proxy.stop()
            await until(lambda: len(told) >= 3, "caches are not told again and again while nothing comes")
            assert set(told) == {None}
            proxy.go_on()
            sender = await asyncpg.connect(database_url)
            try:

                async def heard() -> bool:
                    await sender.execute("NOTIFY changed, 'x'")
                    return "x" in told

                await until(heard)
            finally:
                await sender.close()
        finally:
            await notices.close()


async def test_a_frozen_server_process_is_found_out(database_url: str) -> None:
    told: list[str | None] = []
    notices = Notices(database_url)
    notices.subscribe("changed", told.append)
    await notices.start()
    watcher = await asyncpg.connect(database_url)
    try:
        frozen = await watcher.fetchval(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        os.kill(frozen, signal.SIGSTOP)
        try:
            # Told to forget when the beat stays away, and again when another process serves.
            await until(lambda: len(told) >= 3)
        finally:
            os.kill(frozen, signal.SIGCONT)
    finally:
        await watcher.close()
        await notices.close()


async def test_a_start_that_hangs_ends(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_START_SECONDS", 0.3)
    async with proxied(database_url) as proxy:
        proxy.stop()
        notices = Notices(proxy.url)
        with pytest.raises(TimeoutError):
            await notices.start()
        await notices.close()


async def test_a_database_that_hangs_is_waited_for_with_a_limit(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mingpiao.storage import database as storage

    monkeypatch.setattr(storage, "_ACQUIRE_SECONDS", 0.5)
    monkeypatch.setattr(storage, "_CLOSE_SECONDS", 0.5)
    monkeypatch.setattr(storage, "_COMMAND_SECONDS", 0.5)
    async with proxied(database_url) as proxy:
        database = await Database.open(proxy.url, pool_size=1)
        assert await database.pool.fetchval("SELECT 1") == 1
        proxy.stop()
        async with asyncio.timeout(30):
            with pytest.raises(TimeoutError):
                await database.pool.fetchval("SELECT 1")
            await database.close()


async def test_a_process_hears_of_its_own_changes_at_their_commit(database: Database) -> None:
    """Nothing listens here: what is told was told by the commit itself."""
    told: list[str | None] = []
    notices = Notices(database.url)
    notices.subscribe("changed", told.append)
    database.on_notice(notices.hear)
    async with database.system() as connection:
        await notify(connection, "changed", "1")
        await notify(connection, "of nobody", "2")
        assert told == []
    assert told == ["1"]

    async def is_rolled_back() -> None:
        async with database.system() as connection:
            await notify(connection, "changed", "3")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await is_rolled_back()
    async with database.system() as connection:
        await connection.execute(text("SELECT 1"))
    assert told == ["1"]
