"""`make bench`: measure issuing, checking and drawing bills, each beside the limit of the same run.

    python -m bench [--seconds S] [--output FILE]

Client, web process, signers and PostgreSQL (fsync on) share this machine's cores. The default of four
seconds a figure takes under two minutes; absolute numbers drift with the machine, ratios hold.
"""

import argparse
import asyncio
import itertools
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import msgspec
from rich.console import Console
from rich.table import Table

from bench.figures import Figure
from bench.layout import ofd_per_second, pdf_per_second
from bench.load import App, Load, batch_call, drive, issue_calls, plain_call
from bench.rules import measure as measure_rules
from bench.site import BenchSite, Hospital, free_port
from mingpiao.demo.bills import requests, seeded
from mingpiao.demo.kinds import KINDS
from mingpiao.kernel.clock import SHANGHAI, today
from mingpiao.rules.library import library_rules
from mingpiao.sealing.ceiling import seal_ceiling_per_s
from mingpiao.storage.embedded import find_binaries

BATCH = 1_000
#: Calls are signed before the clock runs; this many a second are more than the site can answer.
_MOST_PER_S = 6_000
_CHECKED_BILLS = 2_000
_LONGEST_BATCH = 600.0
#: Characters of given names: any three make a name that no rule asks about, and 64,000 are enough for a run.
_CHARACTERS = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红建文辉力晨阳宇欣怡佳琪雨涵"
#: Rounds with and without rules by turns, so that a drift of the machine meets both.
_ROUNDS = 3


#: Bills that need files go another way: measured by `python -m bench.evidence`.
_WITH_FILES = frozenset(kind.code for kind in KINDS if kind.needs_evidence)


class Bodies:
    """Request bodies of the hospitals by turns, each with a business number of its own."""

    def __init__(self, hospitals: Sequence[Hospital]) -> None:
        self._patterns = [
            [
                pattern
                for pattern in requests(each.entry, seeded(each.entry), 500, today())
                if pattern["kind"] not in _WITH_FILES
            ]
            for each in hospitals
        ]
        self._serial = itertools.count(1)

    def take(self, hospital: int, count: int) -> list[bytes]:
        patterns = self._patterns[hospital]
        return [self._body(patterns[place % len(patterns)]) for place in range(count)]

    def _body(self, pattern: dict[str, Any]) -> bytes:
        serial = next(self._serial)
        # A payer of its own, as in life: alike bills would be asked about.
        name = pattern["payer"]["name"]
        own = (
            name[:1] + _given_name(serial) if pattern["payer"]["type"] == "1" else _given_name(serial) + name
        )
        payer = pattern["payer"] | {"name": own}
        return msgspec.json.encode(pattern | {"business_no": f"B{serial:09d}", "payer": payer})


def _given_name(serial: int) -> str:
    """A name of three characters, another for each serial number below 64,000."""
    count = len(_CHARACTERS)
    return "".join(_CHARACTERS[serial // count**place % count] for place in range(3))


def issue_single(site: BenchSite, bodies: Bodies, connections: int, seconds: float) -> Load:
    """Every connection issues one bill a call."""
    each = int(_MOST_PER_S * (seconds + 1)) // len(site.hospitals)
    calls = [
        issue_calls(_app(hospital), _host(site), bodies.take(place, each))
        for place, hospital in enumerate(site.hospitals)
    ]
    mixed = list(itertools.chain.from_iterable(zip(*calls, strict=True)))
    return _checked(drive(_address(site), mixed, connections=connections, seconds=seconds, warm_up=1.0), 201)


def issue_with_and_without_rules(site: BenchSite, bodies: Bodies, seconds: float) -> tuple[float, float]:
    """Bills a second with all rules in force and with none, medians of short rounds by turns."""
    rates: dict[bool, list[float]] = {True: [], False: []}
    for _ in range(_ROUNDS):
        for in_force in (False, True):
            site.put_rules_in_force(in_force)
            rates[in_force].append(issue_single(site, bodies, 32, seconds).per_s)
    return median(rates[True]), median(rates[False])


def issue_batch(site: BenchSite, bodies: Bodies, seconds: float) -> float:
    """Bills a second when every hospital sends calls of a thousand bills, one after another."""
    places = itertools.islice(itertools.cycle(range(len(site.hospitals))), int(seconds * 2))
    calls = [
        batch_call(_app(site.hospitals[place]), _host(site), bodies.take(place, BATCH)) for place in places
    ]
    before, started = count_bills(site), time.perf_counter()
    _checked(drive(_address(site), calls, connections=len(site.hospitals), seconds=_LONGEST_BATCH), 200)
    elapsed = time.perf_counter() - started
    # What stands in the register is what counts.
    return (count_bills(site) - before) / elapsed


def verify(site: BenchSite, seconds: float) -> Load:
    """Checks by code, number, check code, date and amount of bills that were just issued."""
    calls = list(itertools.islice(itertools.cycle(_verify_calls(site)), int(20_000 * (seconds + 1))))
    return _checked(drive(_address(site), calls, connections=64, seconds=seconds, warm_up=1.0), 200)


def _verify_calls(site: BenchSite) -> list[bytes]:
    rows = _fetch(site, "SELECT bill_id, check_code, issued_at, total FROM bills LIMIT $1", _CHECKED_BILLS)
    return [
        plain_call(
            _host(site),
            "GET",
            f"/api/public/verify?code={row['bill_id'] // 10**10:08d}&number={row['bill_id'] % 10**10:010d}"
            f"&check_code={row['check_code']}&issued_on={row['issued_at'].astimezone(SHANGHAI):%Y-%m-%d}"
            f"&amount={row['total']}",
        )
        for row in rows
    ]


def select_by_key_per_s(site: BenchSite, seconds: float) -> float:
    """pgbench's rate of selecting a bill by its primary key, prepared, on the same table."""
    unit_id, first, last = _fetch(
        site,
        "SELECT unit_id, min(bill_id) AS a, max(bill_id) AS b FROM bills GROUP BY 1 ORDER BY count(*) DESC",
    )[0]
    script = site.directory / "select.sql"
    script.write_text(
        f"\\set bill_id random({first}, {last})\n"
        f"SELECT total, check_code, issued_at, state FROM bills WHERE unit_id = {unit_id} AND bill_id = :bill_id;\n"
    )
    command = [
        *(str(find_binaries() / "pgbench"), "--no-vacuum", "--protocol=prepared", "--client=16", "--jobs=2"),
        *(f"--time={max(1, round(seconds))}", f"--file={script}", site.server.url),
    ]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return float(next(line.split()[2] for line in out.splitlines() if line.startswith("tps")))


def measure(site: BenchSite, seconds: float) -> Iterator[Figure]:
    """All figures, one after another."""
    cores = os.cpu_count() or 1
    yield Figure(name="startup_s", value=round(site.startup_s, 2), unit="s", note="web process to first page")
    ceiling = round(seal_ceiling_per_s(cores, seconds), 1)
    yield Figure(
        name="seal_ceiling_per_s",
        value=ceiling,
        unit="bills/s",
        note=f"two SM2 signatures a bill, {cores} cores",
    )
    bodies = Bodies(site.hospitals)
    by_ceiling: dict[str, Any] = {"limit": ceiling, "limit_name": "seal_ceiling_per_s", "unit": "bills/s"}
    for connections in (32, 128):
        load = issue_single(site, bodies, connections, seconds)
        note = f"p50 {load.p50_ms} ms, worst {load.worst_ms} ms"
        yield Figure(
            name=f"issue_single_per_s_{connections}", value=load.per_s, aim=0.5, note=note, **by_ceiling
        )
        yield Figure(name=f"issue_single_p99_ms_{connections}", value=load.p99_ms, unit="ms", aim=200)
    ruled, free = issue_with_and_without_rules(site, bodies, seconds / 2)
    yield Figure(
        name="issue_with_rules_per_s",
        value=ruled,
        unit="bills/s",
        limit=free,
        limit_name="the same without rules",
        aim=0.9,
        note=f"{len(library_rules())} rules in force, 32 connections, medians of {_ROUNDS} rounds by turns",
    )
    rate = round(issue_batch(site, bodies, seconds), 1)
    yield Figure(name="issue_batch_per_s", value=rate, aim=0.8, note=f"calls of {BATCH} bills", **by_ceiling)
    select = round(select_by_key_per_s(site, seconds), 1)
    yield Figure(name="select_by_key_per_s", value=select, unit="1/s", note="pgbench, prepared, 16 clients")
    load = verify(site, seconds)
    yield Figure(
        name="verify_per_s",
        value=load.per_s,
        unit="1/s",
        limit=select,
        limit_name="select_by_key_per_s",
        aim=0.25,
        note=f"p50 {load.p50_ms} ms, p99 {load.p99_ms} ms",
    )
    for name, megabytes in site.memory_mb().items():
        yield Figure(
            name=f"memory_{name}_mb", value=megabytes, unit="MB", note="proportional, after the load"
        )
    yield Figure(
        name="ofd_per_s", value=round(ofd_per_second(seconds), 1), unit="1/s", aim=250, note="one core"
    )
    yield Figure(
        name="pdf_per_s", value=round(pdf_per_second(seconds), 1), unit="1/s", aim=100, note="one core"
    )


def _app(hospital: Hospital) -> App:
    return App(app_id=hospital.app_id, secret=hospital.secret)


def _host(site: BenchSite) -> str:
    return f"127.0.0.1:{site.port}"


def _address(site: BenchSite) -> tuple[str, int]:
    return ("127.0.0.1", site.port)


def _checked(load: Load, status: int) -> Load:
    if set(load.statuses) != {status}:
        raise RuntimeError(f"answers other than {status}: {load.statuses}")
    return load


def _fetch(site: BenchSite, query: str, *values: Any) -> list[Any]:
    async def fetch() -> list[Any]:
        connection = await asyncpg.connect(site.server.url)
        try:
            return list(await connection.fetch(query, *values))
        finally:
            await connection.close()

    return asyncio.run(fetch())


def count_bills(site: BenchSite) -> int:
    return int(_fetch(site, "SELECT count(*) FROM bills")[0][0])


def _row(figure: Figure) -> tuple[str, ...]:
    ratio = "" if figure.ratio is None else f"{figure.ratio:.2f} of {figure.limit_name}"
    aim = "" if figure.aim is None else f"{figure.aim:g}"
    return (figure.name, f"{figure.value:,.1f} {figure.unit}", ratio, aim, figure.note)


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0, help="for each figure (default 4)")
    parser.add_argument("--output", type=Path, default=Path("build/bench.json"))
    options = parser.parse_args(arguments)
    console = Console(width=140)
    figures: list[Figure] = []
    table = Table("figure", "value", "ratio", "aim", "note", title="Mingpiao bench")
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        site = BenchSite(Path(directory), free_port())
        try:
            site.build()
            for figure in itertools.chain(measure(site, options.seconds), measure_rules()):
                console.print("  ".join(part for part in _row(figure) if part), highlight=False)
                table.add_row(*_row(figure))
                figures.append(figure)
        finally:
            site.stop()
    options.output.parent.mkdir(parents=True, exist_ok=True)
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "machine": platform.platform()}
    rows = [msgspec.to_builtins(figure) | {"ratio": figure.ratio} for figure in figures]
    options.output.write_text(json.dumps({"machine": machine, "figures": rows}, indent=2) + "\n")
    console.print(table)


if __name__ == "__main__":
    main(sys.argv[1:])
