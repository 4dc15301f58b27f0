"""The worker's part: once a night the lake's months are analysed, and what is found becomes rows."""

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.analysis.extracting import LOOK_BACK_MONTHS, before
from mingpiao.analysis.inputs import RELATIONS
from mingpiao.analysis.judging import MONTHS, Standout
from mingpiao.analysis.keeping import keep_month, keep_ties, weights_of_patterns
from mingpiao.analysis.nightly import Inputs, MonthFiles, Nightly
from mingpiao.analysis.ties import Tie
from mingpiao.house.model import Handler
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import today
from mingpiao.lake.model import Dataset
from mingpiao.lake.service import Lake
from mingpiao.storage.database import Database

JOB = "analyse_months"
#: So many closed months are judged each night: bills and reversals of the last ones may have come late.
JUDGED_MONTHS = 3
_logger = logging.getLogger(__name__)

_UNITS = text("SELECT unit_id, unit_type, region_code FROM listed_units ORDER BY unit_id")
_ASKS = text(
    "SELECT unit_id, date_trunc('month', day)::date AS month, sum(blocked)::bigint AS refused, "
    "sum(confirmed)::bigint AS overridden FROM counted_hits WHERE day >= :first GROUP BY 1, 2 ORDER BY 1, 2"
)

Judged = Mapping[date, tuple[int, Sequence[Standout], Mapping[tuple[int, str], tuple[int, ...]]]]


async def ask_for_analysis(database: Database) -> None:
    """Queue an analysis, unless one is waiting or running."""
    async with database.system() as connection:
        await enqueue(connection, JOB, {}, key=JOB)


def last_closed_month(day: date) -> date:
    """The first day of the last month that has ended: one that still goes on is not judged."""
    return before(day.replace(day=1), 1)


class Analyst:
    """Analyses the lake in a folder of this machine, which keeps what every month came to."""

    def __init__(self, database: Database, lake: Lake, folder: Path) -> None:
        self._database = database
        self._lake = lake
        self._folder = folder / "analysis"

    def handler(self) -> Handler:
        """Of the nightly job; one at a time, since it uses all the memory that it may."""
        return Handler(name=JOB, work=self._work, at_once=1)

    async def _work(self, _payload: dict[str, Any]) -> None:
        await self.analyse()

    async def analyse(self) -> None:
        """Analyse the closed months. It may be repeated, and goes on where a killed one stopped."""
        newest = last_closed_month(today())
        first = before(newest, MONTHS - 1 + LOOK_BACK_MONTHS)
        files = await self._lake.files_by_month(first)
        async with self._database.system() as connection:
            units, asks = await _rows(connection, first)
            weights = await weights_of_patterns(connection)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        own = self._folder / f"given-{uuid4().hex}"
        try:
            judged, ties = await asyncio.to_thread(self._judge, own, files, units, asks, newest, weights)
        finally:
            await asyncio.to_thread(_clear, own)
        await self._keep(judged, ties)

    def _judge(
        self,
        own: Path,
        files: Mapping[date, Mapping[Dataset, Sequence[Path]]],
        units: Sequence[Mapping[str, Any]],
        asks: Sequence[Mapping[str, Any]],
        newest: date,
        weights: Mapping[str, float],
    ) -> tuple[Judged, Sequence[Tie]]:
        own.mkdir(mode=0o700)
        inputs = Inputs(
            months={
                month: MonthFiles(
                    bills=tuple(each.get(Dataset.BILLS, ())), reversals=tuple(each.get(Dataset.REVERSALS, ()))
                )
                for month, each in files.items()
            },
            asks=write_relation(own, "asks", asks),
            units=write_relation(own, "units", units),
        )
        run = Nightly(self._folder, inputs)
        try:
            folders = run.prepare(newest)
            judged: dict[date, Any] = {}
            for month in (before(newest, back) for back in reversed(range(JUDGED_MONTHS))):
                if month in folders:
                    found = run.judge(folders, month, weights)
                    judged[month] = (len(units), found, run.examples(folders, found))
            ties = run.ties(folders, newest)
            run.sweep(folders)
            return judged, ties
        finally:
            run.close()

    async def _keep(self, judged: Judged, ties: Sequence[Tie]) -> None:
        for month, (units, found, examples) in judged.items():
            async with self._database.system() as connection:
                kept = await keep_month(connection, month, units, found, examples)
                if month == max(judged):
                    await keep_ties(connection, ties)
            _logger.info("analysed %s: %s findings kept of %s", month, kept, len(found))


async def _rows(
    connection: AsyncConnection, first: date
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    units = [dict(row) for row in (await connection.execute(_UNITS)).mappings()]
    asks = [
        dict(row) | {"month": row["month"].isoformat()}
        for row in (await connection.execute(_ASKS, {"first": first})).mappings()
    ]
    return units, asks


def write_relation(folder: Path, name: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Rows of one of the relations of `inputs.py` as a file of Parquet in a folder."""
    source, target = folder / f"{name}.json", folder / f"{name}.parquet"
    source.write_text("\n".join(json.dumps(row, default=str) for row in rows) or "\n")
    shape = ", ".join(f"'{column}': '{kind}'" for column, kind in RELATIONS[name].items())
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute(
            f"COPY (SELECT * FROM read_json('{source.as_posix()}', format = 'newline_delimited', columns = {{{shape}}})) "
            f"TO '{target.as_posix()}' (FORMAT parquet)"
        )
    source.unlink()
    return target


def _clear(folder: Path) -> None:
    for each in folder.glob("*") if folder.exists() else ():
        each.unlink()
    if folder.exists():
        folder.rmdir()
