"""实时监控 and 预警: how fast events are counted and judged, how soon an alert is there, and what a board costs.

    python -m bench.supervision [--units N] [--events N] [--rate N] [--seconds N] [--viewers N]

Units in the counties of the demonstration's province have events of issued bills; the library's rules of 监测预警 are
in force, and one more that hits an hour with a bill of a million. The backlog is worked off by one worker, share by
share. Then events come at a rate, in transactions of a tenth of a second, some of them such a bill, while rounds of
two seconds work as the worker does: from the commit of the bill to the commit of its alert.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import asyncpg
import msgspec

from bench.figures import Figure
from mingpiao.catalog.service import load
from mingpiao.demo.ground import lay_ground
from mingpiao.demo.staff import HEAD
from mingpiao.kernel.clock import now
from mingpiao.rules.model import Rule, Severity, Stage
from mingpiao.rules.service import install_library, library_rules
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer
from mingpiao.storage.migrate import upgrade
from mingpiao.supervision.board import Board
from mingpiao.supervision.counting import SHARES, count_events
from mingpiao.supervision.judging import HourJudge

UNITS, EVENTS, RATE, SECONDS, VIEWERS = 10_000, 100_000, 500, 60, 100
_ROUND_SECONDS = 2.0
_TENTH = 0.1
#: Of the commits of a second so many have a bill that an alert tells of.
_ALARMS = 2
_LOUD = 1_000_000
_WATCH = Rule(
    code="WATCH-BENCH",
    name="大额",
    basis="bench",
    stage=Stage.MONITORING,
    severity=Severity.WARN,
    condition=f"watch.largest >= {_LOUD}",
    message="{watch.largest}",
    effective_from=date(2026, 1, 1),
)
_UNITS_MADE = """
    INSERT INTO units (uscc, name, region_code, mode, unit_type, receiving_account, receiving_bank, address, phone)
    SELECT lpad(n::text, 18, '0'), '单位' || n, (SELECT array_agg(code ORDER BY code) FROM regions
        WHERE right(code, 2) <> '00')[1 + n % (SELECT count(*) FROM regions WHERE right(code, 2) <> '00')],
        'INTERFACE', 'hospital', '', '', '', ''
    FROM generate_series(1, $1::int) AS n
"""
#: Events of bills as the train writes them; `$4` is the amount of the first.
_EVENTS_MADE = """
    INSERT INTO events (unit_id, bill_id, type, occurred_at, body, leaf_hash)
    SELECT 1 + (n * 7919) % $1::bigint, 150601250000000000 + n, 'issued', now(),
           json_build_object('facts', json_build_object('total',
               CASE WHEN n = $2::bigint THEN $4::text ELSE (n % 500)::text || '.50' END,
               'sm3', repeat('0', 64), 'business_no', 'B-' || n))::text, '\\x00'
    FROM generate_series($2::bigint, $3::bigint) AS n
"""


async def _backlog(database: Database, judge: HourJudge) -> float:
    """Seconds in which all events that wait are counted and judged by one worker."""
    started = time.perf_counter()
    for share in range(SHARES):
        await count_events(database, share)
        await judge.judge_waiting(database, share)
    return time.perf_counter() - started


async def _rounds(database: Database, judge: HourJudge, stop: asyncio.Event, latest: list[float]) -> None:
    """The four rounds of a worker, each every two seconds; `latest` gets how long each took."""

    async def one(share: int) -> None:
        await asyncio.sleep(_ROUND_SECONDS * share / SHARES)
        while not stop.is_set():
            started = time.perf_counter()
            await count_events(database, share)
            await judge.judge_waiting(database, share)
            took = time.perf_counter() - started
            latest.append(took)
            await asyncio.sleep(max(0.0, _ROUND_SECONDS - took))

    await asyncio.gather(*(one(share) for share in range(SHARES)))


async def _come(url: str, units: int, first: int, rate: int, seconds: int) -> dict[int, float]:
    """Let events come, and return when the loud bill of each unit was committed (seconds since the epoch)."""
    committed: dict[int, float] = {}
    connection = await asyncpg.connect(url)
    each, number, alarms = round(rate * _TENTH), first, 0
    try:
        started = time.perf_counter()
        for tick in range(round(seconds / _TENTH)):
            unit = 1 + (number * 7919) % units
            loud = tick % round(1 / _TENTH / _ALARMS) == 0 and unit not in committed
            total = str(_LOUD + alarms) if loud else "1.00"
            await connection.execute(_EVENTS_MADE, units, number, number + each - 1, total)
            if loud:
                committed[unit] = now().timestamp()
                alarms += 1
            number += each
            await asyncio.sleep(max(0.0, started + (tick + 1) * _TENTH - time.perf_counter()))
    finally:
        await connection.close()
    return committed


async def _latency(
    server: EmbeddedServer, database: Database, units: int, first: int, rate: int, seconds: int
) -> list[Figure]:
    stop, took = asyncio.Event(), list[float]()
    working = asyncio.create_task(_rounds(database, HourJudge(), stop, took))
    committed = await _come(server.url, units, first, rate, seconds)
    await asyncio.sleep(3 * _ROUND_SECONDS)
    stop.set()
    await working
    rows = await database.pool.fetch(
        "SELECT unit_id, extract(epoch FROM raised_at)::float8 AS at FROM alerts WHERE rule_code = $1",
        _WATCH.code,
    )
    waits = sorted(row["at"] - committed[row["unit_id"]] for row in rows if row["unit_id"] in committed)
    if len(waits) != len(committed):
        raise RuntimeError(f"{len(committed)} bills, {len(waits)} alerts")
    return [
        Figure(
            name="alert_p99_s",
            value=round(waits[int(0.99 * len(waits))], 2),
            unit="s",
            note=f"{len(waits)} alerts at {rate} bills/s; middle {waits[len(waits) // 2]:.2f} s; aim: below 5 s",
        ),
        Figure(
            name="round_ms",
            value=round(1_000 * sum(took) / len(took), 1),
            unit="ms",
            note=f"of each of {SHARES} rounds every {_ROUND_SECONDS:.0f} s",
        ),
    ]


async def _board(server: EmbeddedServer, viewers: int) -> list[Figure]:
    board = Board(server.url)
    try:
        await board.area("150000")
        seconds, before, asked = 10, time.process_time(), board.questions
        for _ in range(seconds):
            await asyncio.gather(*(board.area("150000") for _ in range(viewers)))
            await asyncio.sleep(1.0)
        share = 100 * (time.process_time() - before) / seconds
        asked = board.questions - asked
    finally:
        await board.close()
    return [
        Figure(
            name="board_core_percent",
            value=round(share, 2),
            unit="%",
            note=f"of a core for {viewers} viewers, {asked / seconds:.1f} questions/s; aim: below 5",
        )
    ]


async def _measured(server: EmbeddedServer, given: argparse.Namespace) -> list[Figure]:
    database = await Database.open(server.url, pool_size=SHARES)
    try:
        async with database.system() as connection:
            await lay_ground(connection)
            catalog = await load(connection)
            watching = [each for each in library_rules() if each.stage is Stage.MONITORING]
            await install_library(connection, catalog, [*watching, _WATCH], acting=HEAD)
        owner = await asyncpg.connect(server.url)
        try:
            await owner.execute(_UNITS_MADE, given.units)
            # In transactions of fifty bills, as trains are.
            for first in range(1, given.events + 1, 50):
                await owner.execute(_EVENTS_MADE, given.units, first, first + 49, "1.00")
            await owner.execute("VACUUM ANALYZE")
        finally:
            await owner.close()
        seconds = await _backlog(database, HourJudge())
        found = [
            Figure(
                name="events_per_s",
                value=round(given.events / seconds),
                unit="/s",
                note="counted and judged by one worker; aim: 3,000",
            )
        ]
        found += await _latency(server, database, given.units, given.events + 1, given.rate, given.seconds)
        return found + await _board(server, given.viewers)
    finally:
        await database.close()


def figures_of(given: argparse.Namespace) -> Iterator[Figure]:
    """The figures of so many units and events."""
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        server = EmbeddedServer(Path(directory) / "postgres", EmbeddedOptions(durable=True))
        server.start()
        try:
            upgrade(server.url)
            yield from asyncio.run(_measured(server, given))
        finally:
            server.stop(immediate=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.supervision", description=__doc__)
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--rate", type=int, default=RATE)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--viewers", type=int, default=VIEWERS)
    for figure in figures_of(parser.parse_args(arguments)):
        print(msgspec.json.encode(figure).decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
