"""How far a province is with a campaign: what the figures cost PostgreSQL, and what keeping their sums costs.

    python -m bench.campaigns [--units N] [--months N]

Units in the counties of the demonstration's province have a cycle for each month, a third of them written off; there
are no bills behind them. Figures are processor time of all processes of PostgreSQL, the best of some runs, and each
is held against a bare scan of the same cycles in the same run, so that they can be read on a busy machine too.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import msgspec
from sqlalchemy import text

from bench.figures import Figure
from bench.processor import spent_by
from mingpiao.demo.ground import lay_ground
from mingpiao.demo.regions import PROVINCE
from mingpiao.kernel.clock import today
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer
from mingpiao.storage.migrate import upgrade
from mingpiao.storage.scope import DepartmentScope
from mingpiao.writeoff.campaign_progress import add_up_units
from mingpiao.writeoff.model import Campaign, CampaignState, CampaignUnitFilter
from mingpiao.writeoff.service import (
    campaign_sums,
    count_campaign_units,
    get_campaign,
    list_campaign_units,
    months_after,
)

UNITS, MONTHS = 36_000, 60
_FIRST = date(2021, 1, 1)
_RUNS = 3
_PORTION = 100

_MADE = (
    """
    INSERT INTO units (uscc, name, region_code, mode, unit_type, receiving_account, receiving_bank, address, phone)
    SELECT lpad(n::text, 18, '0'), '单位' || n, (SELECT array_agg(code ORDER BY code) FROM regions
        WHERE right(code, 2) <> '00')[1 + n % (SELECT count(*) FROM regions WHERE right(code, 2) <> '00')],
        CASE n % 2 WHEN 0 THEN 'ONLINE' ELSE 'INTERFACE' END, 'hospital', '', '', '', ''
    FROM generate_series(1, $1::int) AS n
    """,
    """
    INSERT INTO campaigns (region_code, name, basis, first_month, last_month, due_on, stops, opened_at, carried_revision)
    VALUES ($1, '补核销', '依据', $2, $3, $4, false, now(), 1)
    """,
    # One request stands for all that a unit has written off: what is measured reads none.
    """
    INSERT INTO writeoffs (unit_id, month, region_code, state, issued_net, received, tolerance, submitted_by,
                           submitted_by_name, submitted_at, finished_at)
    SELECT unit_id, $1, region_code, 'done', 0, 0, 0, '', '', now(), now() FROM units
    """,
    """
    INSERT INTO cycles (unit_id, month, kind_code, region_code, mode, issued_count, issued_amount, reversed_count,
                        reversed_amount, closed_at, due_on, campaign_id, writeoff_id, written_off_at)
    SELECT units.unit_id, ($1::date + make_interval(months => n))::date, '0301', units.region_code, units.mode,
           1 + units.unit_id % 900, 10 + n, n % 2, 1, now(), campaigns.due_on, campaigns.campaign_id,
           CASE WHEN n % 3 = 0 THEN asked.writeoff_id END, CASE WHEN n % 3 = 0 THEN now() END
    FROM units JOIN writeoffs AS asked USING (unit_id) CROSS JOIN campaigns
    CROSS JOIN generate_series(0, $2::int - 1) AS n
    """,
    "VACUUM ANALYZE",
)
_SCAN = text(
    "SELECT count(*), sum(issued_count), max(month) FROM cycles WHERE month BETWEEN :first AND :last"
)


class Site(msgspec.Struct, frozen=True):
    """The database that is measured."""

    server: EmbeddedServer
    database: Database
    campaign: Campaign

    def spent(self) -> float:
        """Seconds of processor time that PostgreSQL has used so far."""
        return spent_by(self.server)


async def _made(server: EmbeddedServer, database: Database, units: int, months: int) -> Site:
    async with database.system() as connection:
        await lay_ground(connection)
    due_on = today() + timedelta(days=90)
    given = (
        (units,),
        (PROVINCE, _FIRST, months_after(_FIRST, months - 1), due_on),
        (_FIRST,),
        (_FIRST, months),
        (),
    )
    owner = await asyncpg.connect(server.url)
    try:
        for statement, values in zip(_MADE, given, strict=True):
            await owner.execute(statement, *values)
        campaign_id = await owner.fetchval("SELECT campaign_id FROM campaigns")
    finally:
        await owner.close()
    async with database.system() as connection:
        return Site(server, database, await get_campaign(connection, campaign_id))


async def _best(site: Site, work: Callable[[], Awaitable[object]]) -> tuple[float, float]:
    """Processor time and seconds by the clock of the cheapest of some runs."""
    found = []
    for _ in range(_RUNS):
        spent, started = site.spent(), time.perf_counter()
        await work()
        found.append((site.spent() - spent, time.perf_counter() - started))
    return min(found)


async def measure(site: Site, units: int) -> Sequence[Figure]:
    """All figures of a site."""
    campaign = site.campaign
    span = {"first": campaign.first_month, "last": campaign.last_month}

    async def scan() -> None:
        async with site.database.scoped(DepartmentScope(PROVINCE)) as connection:
            (await connection.execute(_SCAN, span)).one()

    async def progress() -> None:
        async with site.database.scoped(DepartmentScope(PROVINCE)) as connection:
            sums = await campaign_sums(connection, campaign, PROVINCE)
        if sum(each.units for each in sums.values()) != units:
            raise RuntimeError(f"not all units are counted: {sums}")

    async def listed() -> None:
        wanted = CampaignUnitFilter(region_prefix="15", state=CampaignState.LEFT)
        async with site.database.scoped(DepartmentScope(PROVINCE)) as connection:
            await list_campaign_units(connection, campaign, wanted)

    async def tile() -> None:
        async with site.database.scoped(DepartmentScope(PROVINCE)) as connection:
            await count_campaign_units(connection, campaign, "15", most=1_000)

    async def kept() -> None:
        async with site.database.system() as connection:
            await add_up_units(connection, list(range(1, _PORTION + 1)))

    spent = site.spent()
    for start in range(1, units + 1, _PORTION):
        async with site.database.system() as connection:
            await add_up_units(connection, list(range(start, min(start + _PORTION, units + 1))))
    whole = site.spent() - spent
    bare, bare_clock = await _best(site, scan)
    figures = [
        Figure(name="campaign_all_units_s", value=round(whole, 2), unit="s", note="sums of all units, once"),
        Figure(name="cycles_scan_s", value=round(bare, 3), unit="s", note=f"{bare_clock:.2f} s by the clock"),
    ]
    for name, work, aim in (
        ("campaign_progress_s", progress, 0.5),
        ("campaign_units_s", listed, 0.5),
        ("campaign_tile_s", tile, 0.2),
        ("campaign_kept_100_units_s", kept, 0.5),
    ):
        used, clock = await _best(site, work)
        figures.append(
            Figure(
                name=name,
                value=round(used, 3),
                unit="s",
                limit=round(bare, 3),
                limit_name="bare scan of the cycles",
                aim=aim,
                note=f"{clock:.3f} s by the clock; a ratio below the aim is good",
            )
        )
    return figures


async def _measured(server: EmbeddedServer, units: int, months: int) -> Sequence[Figure]:
    database = await Database.open(server.url, pool_size=1)
    try:
        return await measure(await _made(server, database, units, months), units)
    finally:
        await database.close()


def figures_of(units: int, months: int) -> Iterator[Figure]:
    """The figures of so many units and months."""
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        server = EmbeddedServer(Path(directory) / "postgres", EmbeddedOptions(durable=True))
        server.start()
        try:
            upgrade(server.url)
            yield from asyncio.run(_measured(server, units, months))
        finally:
            server.stop(immediate=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.campaigns", description=__doc__)
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--months", type=int, default=MONTHS)
    given = parser.parse_args(arguments)
    for figure in figures_of(given.units, given.months):
        print(msgspec.json.encode(figure).decode(), figure.ratio, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
