"""申领 from pressing to in stock, and issuing, with a province's units and millions of segments stored.

    python -m bench.supply [--units N] [--segments N] [--requests N] [--seconds N]

Two sites as `bench.site` builds them, with interface units in the counties of the province besides, and half a year of
use of each; at one of them these have used segments behind them. There, each request is another unit's, one after the
other, each a transaction that waits for the disk. Its limit is the smallest transaction that allots: one that draws
numbers and adds a segment. Then both sites issue, by turns; hospitals have segments of 500 numbers, so that they move
on to the next one all the time. Processor time of PostgreSQL by bill tells on a busy machine what the clock does not.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import median

import msgspec

from bench.__main__ import Bodies, count_bills, issue_single
from bench.figures import Figure
from bench.processor import spent_by
from bench.province import load_province
from bench.site import BenchSite, free_port
from mingpiao.catalog.service import load
from mingpiao.identity.model import interface_app, platform
from mingpiao.numbering.service import allot
from mingpiao.storage.database import Database
from mingpiao.supply.model import RequestOrigin, RequisitionState, WantedNumbers
from mingpiao.supply.service import request_numbers

UNITS, SEGMENTS, REQUESTS, SECONDS = 36_000, 5_000_000, 200, 2.0
KIND = "0601"
_ALLOTTING = platform("bench")
_ROUNDS = 6
_OWN_SEGMENTS, _OWN_WIDTH = 60, 500


async def _timed(count: int, work: Callable[[int], Awaitable[None]]) -> list[float]:
    """Milliseconds of each of so many calls, sorted; the first ones, in which caches fill, are left out."""
    found = []
    for number in range(count + 10):
        started = time.perf_counter()
        await work(number)
        found.append(1_000 * (time.perf_counter() - started))
    return sorted(found[10:])


async def _asked(loaded: BenchSite, empty: BenchSite, units: int, segments: int, count: int) -> list[Figure]:
    database = await Database.open(loaded.server.url, pool_size=1)
    try:
        async with database.system() as connection:
            catalog = await load(connection)
        code = catalog.bill_code(catalog.kinds[KIND])
        started = time.perf_counter()
        first = await load_province(loaded.server, KIND, code, units=units, segments=segments)
        seconds = time.perf_counter() - started
        await load_province(empty.server, KIND, code, units=units, segments=0)

        async def bare(number: int) -> None:
            async with database.system() as connection:
                await allot(connection, first + units - 1 - number, KIND, code, 10, acting=_ALLOTTING)

        async def ask(number: int) -> None:
            unit_id = first + number
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
        Figure(
            name="segments_loaded_s",
            value=round(seconds, 1),
            unit="s",
            note=f"{units:,} units, {segments:,} segments stored",
        ),
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


def _issued(loaded: BenchSite, empty: BenchSite, segments: int, seconds: float) -> Iterator[Figure]:
    sites = {True: loaded, False: empty}
    bodies = {with_segments: Bodies(site.hospitals) for with_segments, site in sites.items()}
    rates: dict[bool, list[float]] = {True: [], False: []}
    costs: dict[bool, list[float]] = {True: [], False: []}
    for number in range(_ROUNDS):
        for with_segments in (False, True) if number % 2 == 0 else (True, False):
            site = sites[with_segments]
            issued, spent = count_bills(site), spent_by(site.server)
            rates[with_segments].append(issue_single(site, bodies[with_segments], 32, seconds).per_s)
            spent, issued = spent_by(site.server) - spent, count_bills(site) - issued
            costs[with_segments].append(1e6 * spent / issued)
    stored = f"{segments:,} segments stored, 32 connections, medians of {_ROUNDS} rounds by turns"
    yield Figure(
        name="issue_with_segments_per_s",
        value=round(median(rates[True])),
        unit="bills/s",
        limit=round(median(rates[False])),
        limit_name="the same without",
        aim=0.95,
        note=stored,
    )
    yield Figure(
        name="issue_with_segments_us",
        value=round(median(costs[True])),
        unit="µs",
        limit=round(median(costs[False])),
        limit_name="the same without",
        aim=1.05,
        note="processor time of PostgreSQL by bill; a ratio below the aim is good",
    )


def figures_of(units: int, segments: int, count: int, seconds: float) -> Iterator[Figure]:
    """The figures of so many units, stored segments and requests, and rounds of so many seconds."""
    with ExitStack() as stack:
        sites = []
        for _ in range(2):
            directory = stack.enter_context(tempfile.TemporaryDirectory(prefix="mingpiao-bench-"))
            site = BenchSite(Path(directory), free_port(), segments=_OWN_SEGMENTS, width=_OWN_WIDTH)
            stack.callback(site.stop)
            site.build()
            sites.append(site)
        loaded, empty = sites
        yield from asyncio.run(_asked(loaded, empty, units, segments, count))
        yield from _issued(loaded, empty, segments, seconds)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.supply", description=__doc__)
    parser.add_argument("--units", type=int, default=UNITS)
    parser.add_argument("--segments", type=int, default=SEGMENTS)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each round of issuing")
    given = parser.parse_args(arguments)
    for figure in figures_of(given.units, given.segments, given.requests, given.seconds):
        print(msgspec.json.encode(figure).decode(), figure.ratio, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
