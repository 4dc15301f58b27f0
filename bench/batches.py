"""Sheets of 10,000 bills: how fast all rows are judged, and issued beside batches of the interface.

`python -m bench.batches [--rows 10000]` builds the site of `make bench` with all rules of the library in force. It
does the worker's jobs in a process of its own, as the worker does them, and measures calls of a thousand bills
on the same site before and after.
"""

import argparse
import asyncio
import itertools
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from sqlalchemy import text

from bench.__main__ import Bodies, issue_batch
from bench.site import BenchSite, Hospital, free_port
from mingpiao.batches.model import RowState, SheetRow
from mingpiao.batches.room import BATCH_DESK
from mingpiao.batches.service import BatchDesk, get_batch, item_label, items_of_kind, tidy_cells
from mingpiao.catalog.room import CATALOG
from mingpiao.composition import listen, open_house
from mingpiao.house.opening import DATABASE, House
from mingpiao.identity.model import Acting, Role, acting_for
from mingpiao.identity.service import create_account, random_password
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.money import plain, plain_number
from mingpiao.sealing.settings import SealingSettings
from mingpiao.settings import load
from mingpiao.units.room import UNITS

_SECONDS = 4.0


@asynccontextmanager
async def worker_of(site: BenchSite) -> AsyncIterator[House]:
    """The house as a worker opens it: it signs in its own process."""
    key = site.directory / "master.key"
    key.write_text(site.master.hex())
    key.chmod(0o600)
    settings = load({}, database_url=site.server.url, data_dir=site.directory, master_key_file=key)
    async with open_house(settings.with_room(SealingSettings(signer_processes=0))) as house:
        await house.get(BATCH_DESK)
        await listen(house)
        yield house


async def sheet_of(
    house: House, hospital: Hospital, bodies: Bodies, count: int
) -> tuple[str, list[SheetRow]]:
    """A sheet with the bills of the kind that the hospital issues most, as its program would send them."""
    requests = [msgspec.json.decode(body, type=IssueRequest) for body in bodies.take(0, 3 * count)]
    kind_code = max({each.kind for each in requests}, key=[each.kind for each in requests].count)
    catalog, profile = (
        await (await house.get(CATALOG)).get(),
        await (await house.get(UNITS)).profile(hospital.unit_id),
    )
    items = items_of_kind(profile, catalog.kinds[kind_code], catalog)
    labels = {item.code: item_label(item, items) for item in items}
    wanted = await (await house.get(BATCH_DESK)).wanted(hospital.unit_id, kind_code)
    fitting = [each for each in requests if each.kind == kind_code and len(each.items) <= 4]
    return kind_code, [
        SheetRow(row_no=number, cells=tidy_cells(wanted.columns, _cells(request, labels)))
        for number, request in enumerate(itertools.islice(itertools.cycle(fitting), count), start=2)
    ]


def _cells(request: IssueRequest, labels: dict[str, str]) -> dict[str, str]:
    cells = {
        "payer/type": "单位" if request.payer.type == "2" else "个人",
        "payer/name": request.payer.name,
        "payer/code": request.payer.code,
        "total": plain(request.total),
        "pay_mode": request.pay_mode,
        "remark": request.remark,
    }
    for place, item in enumerate(request.items):
        cells |= {
            f"items/{place}/code": labels[item.code],
            f"items/{place}/quantity": plain_number(item.quantity),
            f"items/{place}/rate": plain_number(item.rate),
        }
    return cells | {f"extension/{name}": value for name, value in request.extension.items()}


async def handler_of(house: House, hospital: Hospital) -> Acting:
    """Somebody who issues bills of the hospital."""
    async with (await house.get(DATABASE)).system() as connection:
        account = await create_account(
            connection,
            username="bench.kaipiao",
            display_name="开票员",
            role=Role.UNIT_HANDLER,
            password=random_password(),
            unit_id=hospital.unit_id,
            acting=acting_for_bench(hospital),
        )
    return acting_for(account)


def acting_for_bench(hospital: Hospital) -> Acting:
    """Who sets the bench up."""
    return Acting(actor="system:bench", name="基准测试", unit_id=hospital.unit_id)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Rows a second of the dry run, by the clock and by what this process used of a processor, bills issued a
    second, and the rows by state after the dry run.
    """

    checked: float
    checked_busy: float
    issued: float
    counts: dict[RowState, int]


async def measure(site: BenchSite, bodies: Bodies, count: int) -> Measured:
    """Judge and issue one sheet of so many rows."""
    async with worker_of(site) as house:
        hospital = site.hospitals[0]
        desk: BatchDesk = await house.get(BATCH_DESK)
        acting = await handler_of(house, hospital)
        kind, rows = await sheet_of(house, hospital, bodies, count)
        batch = await desk.take_in(hospital.unit_id, kind, "bench.xlsx", rows, acting=acting)
        database = await house.get(DATABASE)
        async with database.system() as connection:
            # A short sheet was judged already while its page waited.
            await connection.execute(text("UPDATE batches SET state = 'checking'"))
        began, busy = time.perf_counter(), time.process_time()
        await desk.check(batch.batch_id)
        checked = count / (time.perf_counter() - began)
        checked_busy = count / (time.process_time() - busy)
        async with database.system() as connection:
            counts = (await get_batch(connection, batch.batch_id)).counts
        started = await desk.start(batch.batch_id, acting=acting)
        began = time.perf_counter()
        await desk.run(batch.batch_id, started.run)
        elapsed = time.perf_counter() - began
        async with database.system() as connection:
            issued = (await get_batch(connection, batch.batch_id)).count(RowState.ISSUED)
        return Measured(checked=checked, checked_busy=checked_busy, issued=issued / elapsed, counts=counts)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.batches", description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        site = BenchSite(Path(directory), free_port())
        try:
            site.build()
            site.put_rules_in_force(True)
            bodies = Bodies(site.hospitals)
            before = issue_batch(site, bodies, _SECONDS)
            found = asyncio.run(measure(site, bodies, options.rows))
            after = issue_batch(site, bodies, _SECONDS)
        finally:
            site.stop()
    told = ", ".join(f"{state.value} {number}" for state, number in sorted(found.counts.items()))
    print(f"rows                {options.rows} ({told})")
    print(f"dry run             {found.checked:,.0f} rows/s (aim 3,000)")
    print(f"  on a free core    {found.checked_busy:,.0f} rows/s of processor time")
    print(f"issue               {found.issued:,.0f} bills/s")
    print(f"interface batches   {before:,.0f} and {after:,.0f} bills/s, before and after")


if __name__ == "__main__":
    main()
