"""年度换码 for a province: how long a worker takes to give all units their first numbers of six kinds.

    python -m bench.years [--units N]

Interface units in the counties of the demonstration's province have six kinds each and half a year of use; there are no
bills. Portions are transactions that wait for the disk. The aim is a minute for 36,000 units.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import asyncpg
import msgspec

from bench.figures import Figure
from mingpiao.catalog.service import load
from mingpiao.demo.ground import lay_ground
from mingpiao.identity.model import platform
from mingpiao.kernel.clock import today
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer
from mingpiao.storage.migrate import upgrade
from mingpiao.supply.service import open_year, open_year_for_units, year_openings

UNITS, KINDS = 36_000, 6
#: Days with bills of each kind in the last half year.
_DAYS = 24
_MADE = (
    """
    INSERT INTO units (uscc, name, region_code, mode, unit_type, receiving_account, receiving_bank, address, phone)
    SELECT lpad(n::text, 18, '0'), '单位' || n, (SELECT array_agg(code ORDER BY code) FROM regions
        WHERE right(code, 2) <> '00')[1 + n % (SELECT count(*) FROM regions WHERE right(code, 2) <> '00')],
        'INTERFACE', 'hospital', '', '', '', ''
    FROM generate_series(1, $1::int) AS n
    """,
    "INSERT INTO stock_limits (unit_id) SELECT unit_id FROM units",
    "INSERT INTO stocks (unit_id, kind_code) SELECT unit_id, kind FROM units CROSS JOIN unnest($1::text[]) AS kind",
    """
    INSERT INTO daily_totals (unit_id, kind_code, day, region_code, issued_count, issued_amount)
    SELECT unit_id, kind, $2::date - 7 * n, region_code, 20 + unit_id % 80, 100
    FROM units CROSS JOIN unnest($1::text[]) AS kind CROSS JOIN generate_series(1, $3::int) AS n
    """,
    "VACUUM ANALYZE",
)


async def _measured(server: EmbeddedServer, units: int) -> Figure:
    database = await Database.open(server.url, pool_size=1)
    try:
        async with database.system() as connection:
            await lay_ground(connection)
            catalog = await load(connection)
        kinds = sorted(catalog.kinds)[:KINDS]
        given: tuple[tuple[object, ...], ...] = ((units,), (), (kinds,), (kinds, today(), _DAYS), ())
        owner = await asyncpg.connect(server.url)
        try:
            for statement, values in zip(_MADE, given, strict=True):
                await owner.execute(statement, *values)
        finally:
            await owner.close()
        async with database.system() as connection:
            made = await open_year(connection, today().year + 1, 100, catalog, acting=platform("bench"))
        started = time.perf_counter()
        await open_year_for_units(database, made.year, made.run)
        seconds = time.perf_counter() - started
        async with database.system() as connection:
            (done,) = await year_openings(connection)
    finally:
        await database.close()
    if (done.state, done.units_given) != ("done", units):
        raise RuntimeError(f"{done.units_given} of {units} units got numbers")
    note = f"{units:,} units, {KINDS} kinds, {done.numbers:,} numbers; aim: below 60 s for {UNITS:,}"
    return Figure(name="open_year_s", value=round(seconds, 1), unit="s", note=note)


def figures_of(units: int) -> Iterator[Figure]:
    """The figure of so many units."""
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        server = EmbeddedServer(Path(directory) / "postgres", EmbeddedOptions(durable=True))
        server.start()
        try:
            upgrade(server.url)
            yield asyncio.run(_measured(server, units))
        finally:
            server.stop(immediate=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.years", description=__doc__)
    parser.add_argument("--units", type=int, default=UNITS)
    for figure in figures_of(parser.parse_args(arguments).units):
        print(msgspec.json.encode(figure).decode(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
