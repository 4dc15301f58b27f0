"""The worker on a real database: its rounds, its end, its death, and a database that goes away."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest
from tests.support.proxy import proxied
from tests.support.totals import add_daily
from tests.support.waiting import PATIENCE_SECONDS, until
from tests.support.world import World, a_world

from mingpiao import worker
from mingpiao.app import background_work
from mingpiao.house.model import Duty
from mingpiao.house.rooms import duties
from mingpiao.issuing.totals import add_up_closed_days
from mingpiao.kernel.clock import SHANGHAI, today
from mingpiao.settings import Settings
from mingpiao.storage import database as storage
from mingpiao.storage.database import Database

pytestmark = pytest.mark.whole

DAY = date(2026, 11, 19)


world = a_world("migrated", checked=False)


@pytest.fixture
def database_url(world: World) -> str:
    """Where that world lies."""
    return world.url


async def _do(name: str, database: Database) -> None:
    await next(duty for duty in duties() if duty.name == name).work(database)


async def test_nonces_are_forgotten_after_ten_minutes(database: Database) -> None:
    await database.pool.execute(
        "INSERT INTO interface_nonces VALUES ('a', 'old', now() - interval '11 minutes'), "
        "('a', 'new', now() - interval '9 minutes')"
    )
    await _do("purge_nonces", database)
    assert [row["nonce"] for row in await database.pool.fetch("SELECT nonce FROM interface_nonces")] == [
        "new"
    ]


async def test_a_purge_takes_all_portions(database: Database) -> None:
    await database.pool.execute(
        "INSERT INTO interface_nonces SELECT 'a', n::text, now() - interval '1 hour' FROM generate_series(1, 12000) n"
    )
    await _do("purge_nonces", database)
    assert await database.pool.fetchval("SELECT count(*) FROM interface_nonces") == 0


async def test_verification_failures_are_forgotten_after_thirty_days(database: Database) -> None:
    await database.pool.execute(
        "INSERT INTO verification_failures VALUES ('x', CAST($1 AS date) - 31, 5), ('x', CAST($1 AS date) - 30, 6)",
        today(),
    )
    await _do("purge_verification_failures", database)
    assert await database.pool.fetchval("SELECT array_agg(failures) FROM verification_failures") == [6]


async def test_sessions_are_forgotten_when_idle_or_old(database: Database) -> None:
    account = await database.pool.fetchval(
        "INSERT INTO accounts (username, display_name, password_hash, role) "
        "VALUES ('a', 'a', 'x', 'ungranted') RETURNING account_id"
    )
    for token, created, seen in (
        ("live", "1 hour", "1 minute"),
        ("idle", "2 hours", "1 hour"),
        ("old", "1 day", "0"),
    ):
        await database.pool.execute(
            "INSERT INTO sessions VALUES ($1, $2, '{password}', now() - $3::text::interval, "
            "now() - $4::text::interval, '', '')",
            token.encode(),
            account,
            created,
            seen,
        )
    await _do("purge_sessions", database)
    assert await database.pool.fetchval("SELECT array_agg(token_hash) FROM sessions") == [b"live"]


async def test_closed_days_are_added_up_and_today_is_not(database: Database) -> None:
    async with database.system() as connection:
        await add_daily(
            connection,
            [
                (1, "0601", DAY, "150102", 3, "30.30", 0, "0"),
                (1, "0601", DAY + timedelta(days=1), "150102", 4, "40.40", 0, "0"),
            ],
        )
    just_after_midnight = datetime(2026, 11, 20, 0, 4, tzinfo=SHANGHAI)
    await add_up_closed_days(database, just_after_midnight)
    assert await database.pool.fetchval("SELECT count(*) FROM region_totals") == 0
    await add_up_closed_days(database, just_after_midnight + timedelta(minutes=2))
    await add_up_closed_days(database, just_after_midnight + timedelta(minutes=12))
    rows = await database.pool.fetch("SELECT day, issued_count FROM region_totals")
    assert [tuple(row) for row in rows] == [(DAY, 3)]


async def test_it_beats_does_its_rounds_and_leaves_no_trace_at_its_end(
    database: Database, database_url: str
) -> None:
    done = 0

    async def count(_database: Database) -> None:
        nonlocal done
        done += 1

    stop = asyncio.Event()
    rounds = [Duty(name="count", cron="* * * * * *", label="试验", work=count)]
    task = asyncio.create_task(worker.work(database_url, stop, rounds=rounds))

    async def beaten_and_done() -> bool:
        beats = await database.pool.fetchval("SELECT count(*) FROM worker_heartbeats")
        return bool(beats == 1 and done >= 1)

    await until(beaten_and_done)
    stop.set()
    await asyncio.wait_for(task, PATIENCE_SECONDS)
    assert await database.pool.fetchval("SELECT count(*) FROM worker_heartbeats") == 0


async def test_the_round_at_hand_is_finished_before_the_end(database: Database, database_url: str) -> None:
    begun = asyncio.Event()
    finished = False

    async def slow(_database: Database) -> None:
        nonlocal finished
        begun.set()
        await asyncio.sleep(0.5)
        finished = True

    stop = asyncio.Event()
    rounds = [Duty(name="slow", cron="* * * * * *", label="试验", work=slow)]
    task = asyncio.create_task(worker.work(database_url, stop, rounds=rounds))
    await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
    stop.set()
    await asyncio.wait_for(task, PATIENCE_SECONDS)
    assert finished


async def test_a_round_that_fails_comes_again(database_url: str) -> None:
    tries = 0
    again = asyncio.Event()

    async def fail_once(_database: Database) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ValueError("once")
        again.set()

    stop = asyncio.Event()
    rounds = [Duty(name="fail", cron="* * * * * *", label="试验", work=fail_once)]
    task = asyncio.create_task(worker.work(database_url, stop, rounds=rounds))
    await asyncio.wait_for(again.wait(), PATIENCE_SECONDS)
    stop.set()
    await asyncio.wait_for(task, PATIENCE_SECONDS)


async def test_it_works_again_after_its_connections_hung(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half open, as after a firewall forgot them: nothing is refused, nothing comes."""
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.2)
    monkeypatch.setattr(worker, "_BEAT_LIMIT_SECONDS", 1.0)
    for limit in ("_CONNECT_SECONDS", "_ACQUIRE_SECONDS", "_CLOSE_SECONDS"):
        monkeypatch.setattr(storage, limit, 1.0)
    stop = asyncio.Event()
    tries = 0

    def alive() -> None:
        nonlocal tries
        tries += 1

    async def beating() -> bool:
        return bool(await database.pool.fetchval("SELECT count(*) FROM worker_heartbeats"))

    async with proxied(database_url) as proxy:
        task = asyncio.create_task(worker.work(proxy.url, stop, rounds=(), alive=alive))
        try:
            await until(beating)
            proxy.stop()
            await asyncio.sleep(2)
            await database.pool.execute("DELETE FROM worker_heartbeats")
            before = tries
            await until(lambda: tries > before + 1, "it does not try to connect again")
            proxy.go_on()
            await until(beating)
        finally:
            stop.set()
            await asyncio.wait_for(task, PATIENCE_SECONDS)


async def test_it_connects_again_when_its_connections_are_cut(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BEAT_SECONDS", 0.2)
    stop = asyncio.Event()
    task = asyncio.create_task(worker.work(database_url, stop, rounds=()))
    watcher = await asyncpg.connect(database_url)
    try:

        async def beating() -> bool:
            return bool(await watcher.fetchval("SELECT count(*) FROM worker_heartbeats"))

        await until(beating)
        await watcher.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await watcher.execute("DELETE FROM worker_heartbeats")
        await until(beating)
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)
        await watcher.close()


async def _process(database_url: str, tmp_path: Path) -> asyncio.subprocess.Process:
    program = (
        "import asyncio\nfrom mingpiao import settings, worker\nasyncio.run(worker.run(settings.load()))\n"
    )
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        program,
        env=os.environ
        | {
            "MINGPIAO_DATABASE_URL": database_url,
            "MINGPIAO_DATA_DIR": str(tmp_path),
            "MINGPIAO_MASTER_KEY": "0" * 32,
        },
    )


async def test_the_process_ends_at_sigterm_and_survives_being_killed(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    async def beats() -> int:
        return int(await database.pool.fetchval("SELECT count(*) FROM worker_heartbeats"))

    async def one_beats() -> bool:
        return await beats() == 1

    process = await _process(database_url, tmp_path)
    try:
        await until(one_beats)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    assert await beats() == 0

    killed = await _process(database_url, tmp_path)
    try:
        await until(one_beats)
    finally:
        killed.kill()
        await killed.wait()
    assert await beats() == 1, "a killed worker leaves its last beat, whose age tells"


async def test_a_roll_up_that_is_killed_in_the_middle_leaves_the_day_whole(
    database: Database, database_url: str
) -> None:
    async with database.system() as connection:
        await add_daily(connection, [(1, "0601", DAY, "150102", 3, "30.30", 0, "0")])
    after = datetime(2026, 11, 20, 1, 0, tzinfo=SHANGHAI)
    await add_up_closed_days(database, after)

    # Another transaction keeps the new row from being written, so that the roll-up stands in its middle.
    blocker = await asyncpg.connect(database_url)
    await blocker.execute("BEGIN; LOCK TABLE daily_totals IN ACCESS EXCLUSIVE MODE")
    victim = await Database.open(database_url, pool_size=1)
    rolling = asyncio.create_task(_roll_up_on(victim))
    try:

        async def waits() -> bool:
            return bool(await blocker.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))

        await until(waits)
        await blocker.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted AND pid <> pg_backend_pid()"
        )
        assert isinstance((await asyncio.gather(rolling, return_exceptions=True))[0], Exception)
        await blocker.execute("ROLLBACK")
    finally:
        await blocker.close()
        await victim.close()
    rows = await database.pool.fetch("SELECT day, issued_count FROM region_totals")
    assert [tuple(row) for row in rows] == [(DAY, 3)]


async def _roll_up_on(database: Database) -> None:
    from mingpiao.issuing.totals import roll_up

    async with database.system() as connection:
        await roll_up(connection, DAY)


async def test_a_web_process_works_too_where_the_settings_ask_for_it(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGPIAO_MASTER_KEY", "0" * 32)

    async def beats() -> int:
        return int(await database.pool.fetchval("SELECT count(*) FROM worker_heartbeats"))

    async def one_beats() -> bool:
        return await beats() == 1

    async with background_work(Settings(database_url=database_url, data_dir=tmp_path)):
        await asyncio.sleep(0.2)
        assert await beats() == 0
    async with background_work(Settings(database_url=database_url, data_dir=tmp_path, run_worker=True)):
        await until(one_beats)
    assert await beats() == 0


async def test_of_two_workers_one_does_a_round(database_url: str) -> None:
    running = 0
    most = 0
    done = 0

    async def slow(_database: Database) -> None:
        nonlocal running, most, done
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.6)
        running -= 1
        done += 1

    async def done_twice() -> bool:
        return done >= 2

    stop = asyncio.Event()
    rounds = [Duty(name="slow", cron="* * * * * *", label="试验", work=slow)]
    tasks = [asyncio.create_task(worker.work(database_url, stop, rounds=rounds)) for _ in range(2)]
    await until(done_twice)
    stop.set()
    await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE_SECONDS)
    assert most == 1
