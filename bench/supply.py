"""申领 from pressing to in stock, with a province's units and millions of segments stored.

    python -m bench.supply [--units N] [--segments N] [--requests N]

Interface units in the counties of the demonstration's province have segments behind them, all used, and half a year of
use; there are no bills. Each request is another unit's, one after the other, each a transaction that waits for the
disk. The limit of the same run is the smallest transaction that allots: one that draws numbers and adds a segment.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

import asyncpg
import msgspec

from bench.figures import Figure
from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load
from mingpiao.demo.ground import lay_ground
from mingpiao.identity.model import interface_app, platform
from mingpiao.kernel.clock import today
from mingpiao.numbering.service import allot, open_code
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer
from mingpiao.storage.migrate import upgrade
from mingpiao.supply.model import RequestOrigin, RequisitionState, WantedNumbers
from mingpiao.supply.service import request_numbers

UNITS, SEGMENTS, REQUESTS = 36_000, 5_000_000, 200
KIND = "0601"
_DAYS = 183
#: Numbers of each old segment.
_WIDTH = 100
_ALLOTTING = platform("bench")

_MADE = (
    """
    INSERT INTO units (uscc, name, region_code, mode, unit_type, receiving_account, receiving_bank, address, phone)
    SELECT lpad(n::text, 18, '0'), '单位' || n, (SELECT array_agg(code ORDER BY code) FROM regions
        WHERE right(code, 2) <> '00')[1 + n % (SELECT count(*) FROM regions WHERE right(code, 2) <> '00')],
        'INTERFACE', 'hospital', '', '', '', ''
    FROM generate_series(1, $1::int) AS n
    """,
    "INSERT INTO stock_limits (unit_id) SELECT unit_id FROM units",
    "INSERT INTO stocks (unit_id, kind_code) SELECT unit_id, $1 FROM units",
    # Adding five million rows one by one to what keeps segments apart takes longer than building it once.
    "ALTER TABLE segments DROP CONSTRAINT segments_code_int8range_excl",
    # So does looking for the holder of each.
    "ALTER TABLE segments DISABLE TRIGGER drawn",
    """
    INSERT INTO segments (unit_id, kind_code, code, first_number, last_number, state)
    SELECT 1 + n % $1::int, $2, $3, n::bigint * $4::int + 1, (n::bigint + 1) * $4::int, 'used'
    FROM generate_series(0, $5::int - 1) AS n
    """,
    """
    ALTER TABLE segments ADD CONSTRAINT segments_code_int8range_excl
        EXCLUDE USING gist (code WITH =, int8range(first_number, last_number, '[]') WITH &&)
    """,
    "ALTER TABLE segments ENABLE TRIGGER drawn",
    "UPDATE number_pools SET next_number = $1::bigint WHERE code = $2",
    """
    INSERT INTO daily_totals (unit_id, kind_code, day, region_code, issued_count, issued_amount)
    SELECT unit_id, $1, $2::date - n, region_code, 20 + unit_id % 80, 100
    FROM units CROSS JOIN generate_series(1, $3::int) AS n
    """,
    "VACUUM ANALYZE",
)


async def _make(server: EmbeddedServer, database: Database, units: int, segments: int) -> Catalog:
    async with database.system() as connection:
        await lay_ground(connection)
        catalog = await load(connection)
        code = catalog.bill_code(catalog.kinds[KIND])
        await open_code(connection, code, KIND)
    given: tuple[tuple[object, ...], ...] = (
        (units,),
        (),
        (KIND,),
        (),
        (),
        (units, KIND, code, _WIDTH, segments),
        (),
        (),
        (segments * _WIDTH + 1, code),
        (KIND, today(), _DAYS),
        (),
    )
    owner = await asyncpg.connect(server.url)
    try:
        for statement, values in zip(_MADE, given, strict=True):
            await owner.execute(statement, *values)
    finally:
        await owner.close()
    return catalog


async def _timed(count: int, work: Callable[[int], Awaitable[None]]) -> list[float]:
    """Milliseconds of each of so many calls, sorted; the first ones, in which caches fill, are left out."""
    found = []
    for number in range(count + 10):
        started = time.perf_counter()
        await work(number)
        found.append(1_000 * (time.perf_counter() - started))
    return sorted(found[10:])


async def _measured(server: EmbeddedServer, units: int, segments: int, count: int) -> Sequence[Figure]:
    database = await Database.open(server.url, pool_size=1)
    try:
        catalog = await _make(server, database, units, segments)
        code = catalog.bill_code(catalog.kinds[KIND])

        async def bare(number: int) -> None:
            async with database.system() as connection:
                await allot(connection, units - number, KIND, code, 10, acting=_ALLOTTING)

        async def ask(number: int) -> None:
            unit_id = 1 + number
            wanted = WantedNumbers(
                kind_code=KIND,
                quantity=100,
                purpose="门诊收费",
                request_no="B-1",
                origin=RequestOrigin.API,
            )
            acting = interface_app("bench", unit_id, "192.0.2.1")
            async with database.system() as connection:
                made = await request_numbers(connection, unit_id, wanted, catalog, acting=acting)
            if made.state is not RequisitionState.GRANTED:
                raise RuntimeError(f"nothing was granted: {made.findings}")

        limit, asked = await _timed(count, bare), await _timed(count, ask)
    finally:
        await database.close()
    floor, usual = median(limit), median(asked)
    worst = asked[int(0.99 * len(asked))]
    return [
        Figure(name="allotment_ms", value=round(floor, 1), unit="ms", note="draws numbers, adds a segment"),
        Figure(
            name="requisition_ms",
            value=round(usual, 1),
            unit="ms",
            limit=round(floor, 1),
            limit_name="bare allotment",
            note=f"99 of 100 within {worst:.0f} ms; aim: below 300 ms",
        ),
    ]


def figures_of(units: int, segments: int, count: int) -> Iterator[Figure]:
    """The figures of so many units, stored segments and requests."""
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        server = EmbeddedServer(Path(directory) / "postgres", EmbeddedOptions(durable=True))
        server.start()
        try:
            upgrade(server.url)
            yield from asyncio.run(_measured(server, units, segments, count))
        finally:
            server.stop(immediate=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.supply", description=__doc__)
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--segments", type=int, default=SEGMENTS)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    given = parser.parse_args(arguments)
    for figure in figures_of(given.units, given.segments, given.requests):
        print(msgspec.json.encode(figure).decode(), figure.ratio, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
