"""Importing former bills: a table of 100,000 beside a bare COPY of the same rows.

    python -m bench.former [--bills N]

A unit uploads a CSV of the bills of four years. The worker's job judges it, then takes it in, as it does after a
person has pressed the button. The limit is a bare COPY of the rows that came of it, in the same portions, to a table
with the same columns, keys and indexes. Figures are processor time of this process and of all of PostgreSQL.
"""

import argparse
import asyncio
import csv
import io
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import asyncpg
import msgspec

from bench.figures import Figure
from bench.processor import spent_by
from mingpiao.catalog.service import CatalogStore
from mingpiao.demo.acting import ACTING
from mingpiao.demo.ground import admit_unit, lay_ground
from mingpiao.demo.units import demo_units
from mingpiao.former.model import FormerImportState
from mingpiao.former.service import add_former_file, get_former_import, import_key, start_former_import
from mingpiao.identity.model import Acting, Role, acting_for
from mingpiao.identity.service import create_account, random_password
from mingpiao.portals.former.jobs import FormerReader, entries_of
from mingpiao.portals.former.sheet import SHEET
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer
from mingpiao.storage.files import FileStore
from mingpiao.storage.migrate import upgrade
from mingpiao.storage.notices import Notices
from mingpiao.units.model import UnitType

BILLS = 100_000
#: The numbers of 2025 are the demonstration's own.
_FIRST, _DAYS = date(2021, 1, 1), 4 * 365
#: As many as the import takes in together.
_PORTION = 1_000


def made_table(bills: int) -> bytes:
    """A table of so many bills, in the order of their numbers and days."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(SHEET.labels)
    for place in range(bills):
        day = _FIRST + timedelta(days=place * _DAYS // bills)
        cells = {
            "code": f"150601{day:%y}",
            "number": f"{place + 1:010d}",
            "check_code": f"{place % 1_000_000:06d}",
            "issued_on": day.isoformat(),
            "payer": f"缴款人{place % 9_973}",
            "item_name": "西药费",
            "quantity": "1",
            "rate": f"{place % 900 + 1}.50",
            "amount": f"{place % 900 + 1}.50",
            "total": f"{place % 900 + 1}.50",
            "handler": "李开票",
        }
        writer.writerow([cells.get(column.name, "") for column in SHEET.columns])
    return text.getvalue().encode()


class Spent(msgspec.Struct, frozen=True):
    """Processor time and seconds by the clock."""

    processor: float
    clock: float


async def _spent(server: EmbeddedServer, work: Awaitable[object]) -> Spent:
    own, theirs, clock = time.process_time(), spent_by(server), time.perf_counter()
    await work
    return Spent(time.process_time() - own + spent_by(server) - theirs, time.perf_counter() - clock)


async def _handler(database: Database) -> Acting:
    """A handler of a hospital."""
    async with database.system() as connection:
        catalog = await lay_ground(connection)
        entry = next(each for each in demo_units() if each.unit.unit_type is UnitType.HOSPITAL)
        unit = await admit_unit(connection, entry, catalog)
        account = await create_account(
            connection,
            username="bench.kaipiao",
            display_name="开票员",
            role=Role.UNIT_HANDLER,
            password=random_password(),
            unit_id=unit.unit_id,
            acting=ACTING,
        )
    return acting_for(account)


async def measure(
    server: EmbeddedServer, database: Database, files: FileStore, bills: int
) -> Sequence[Figure]:
    """The trial, the import and the bare COPY of one table."""
    acting = await _handler(database)
    data = made_table(bills)
    async with database.system() as connection:
        found, _ = await add_former_file(connection, "四年.csv", data, acting=acting)
        await files.put(import_key(found.import_id), data)
    started = time.process_time()
    entries, count = entries_of(data, found)
    read = sum(1 for _ in entries)
    reading = time.process_time() - started
    reader = FormerReader(database, files, CatalogStore(database, Notices(server.url)))
    payload = {"import_id": found.import_id}
    trial = await _spent(server, reader.handle(payload))
    async with database.system() as connection:
        await start_former_import(connection, found.import_id, acting=acting)
    taken = await _spent(server, reader.handle(payload))
    async with database.system() as connection:
        ended = await get_former_import(connection, found.import_id)
    owner = await asyncpg.connect(server.url)
    try:
        rows = await owner.fetch("SELECT * FROM former_bills ORDER BY bill_id")
        if (ended.state, len(rows), read, count) != (FormerImportState.IMPORTED, bills, bills, bills):
            raise RuntimeError(f"{len(rows)} of {bills} bills came in: {ended.state}")
        await owner.execute("CREATE TABLE bare (LIKE former_bills INCLUDING ALL)")
        bare = await _spent(server, _copied(owner, rows))
    finally:
        await owner.close()
    limit, limit_name = round(bare.processor, 2), "bare COPY of the rows"
    return [
        Figure(name="former_read_s", value=round(reading, 2), unit="s", note=f"{len(data):,} bytes of CSV"),
        Figure(
            name="former_trial_s",
            value=round(trial.processor, 2),
            unit="s",
            note=f"{trial.clock:.1f} s by the clock; every bill judged, a verdict written for each",
            limit=limit,
            limit_name=limit_name,
        ),
        Figure(
            name="former_import_s",
            value=round(taken.processor, 2),
            unit="s",
            aim=15,
            note=f"{taken.clock:.1f} s by the clock, COPY {bare.clock:.1f}; a ratio below the aim is good",
            limit=limit,
            limit_name=limit_name,
        ),
    ]


async def _copied(owner: "asyncpg.Connection[asyncpg.Record]", rows: Sequence[asyncpg.Record]) -> None:
    for start in range(0, len(rows), _PORTION):
        async with owner.transaction():
            await owner.copy_records_to_table("bare", records=rows[start : start + _PORTION])


async def _measured(server: EmbeddedServer, folder: Path, bills: int) -> Sequence[Figure]:
    database = await Database.open(server.url, pool_size=2)
    try:
        return await measure(server, database, FileStore.open((folder / "files").as_uri()), bills)
    finally:
        await database.close()


def figures_of(bills: int) -> Iterator[Figure]:
    """The figures of so many bills."""
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        server = EmbeddedServer(Path(directory) / "postgres", EmbeddedOptions(durable=True))
        server.start()
        try:
            upgrade(server.url)
            yield from asyncio.run(_measured(server, Path(directory), bills))
        finally:
            server.stop(immediate=True)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.former", description=__doc__)
    parser.add_argument("--bills", type=int, default=BILLS)
    for figure in figures_of(parser.parse_args(arguments).bills):
        print(msgspec.json.encode(figure).decode(), figure.ratio, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
