"""The worker's part of the lake: exporting bills, merging files, and running back-tests."""

import asyncio
import logging
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from mingpiao.catalog.service import CatalogStore
from mingpiao.house.model import Handler
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Refusal
from mingpiao.lake import store
from mingpiao.lake.backtest import BackTestRun
from mingpiao.lake.catalogue import LakeCache, sweep
from mingpiao.lake.compaction import compact
from mingpiao.lake.export import Exporter
from mingpiao.lake.model import (
    BackTest,
    BackTestResult,
    BackTestState,
    Dataset,
    FoundBill,
    MonthHit,
    MonthRule,
)
from mingpiao.lake.month import judge_month, judge_rows
from mingpiao.lake.queries import PastBills
from mingpiao.rules.service import Condition, field_table, parse
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore
from mingpiao.units.service import UnitDirectory

EXPORT_JOB = "export_facts"
TIDY_JOB = "tidy_lake"
#: How often a run stores its progress and checks whether somebody stopped it.
_BEAT_SECONDS = 0.25
_logger = logging.getLogger(__name__)


async def ask_for_export(database: Database) -> None:
    """Queue an export, unless one is waiting or running."""
    async with database.system() as connection:
        await enqueue(connection, EXPORT_JOB, {}, key=EXPORT_JOB)


async def ask_for_tidying(database: Database) -> None:
    """Queue a job that merges small files and deletes files which are not in the lake."""
    async with database.system() as connection:
        await enqueue(connection, TIDY_JOB, {}, key=TIDY_JOB)


class Lake:
    """What a worker needs for the lake's jobs; `folder` is where this machine keeps copies of its files."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        catalog: CatalogStore,
        units: UnitDirectory,
        folder: Path,
    ) -> None:
        self._database = database
        self._files = files
        self._catalog = catalog
        self._folder = folder
        self.exporter = Exporter(database, files, catalog, units)
        self.cache = LakeCache(database, files, folder)

    def handlers(self) -> Sequence[Handler]:
        """Handlers of the lake's jobs. Only one back-test runs at a time, since it uses all cores."""
        return (
            Handler(name=EXPORT_JOB, work=self._export, at_once=1),
            Handler(name=TIDY_JOB, work=self._tidy, at_once=1),
            Handler(name=store.JOB, work=self._backtest, at_once=1),
        )

    async def _export(self, _payload: Mapping[str, Any]) -> None:
        await self.exporter.export()

    async def _tidy(self, _payload: Mapping[str, Any]) -> None:
        await compact(self._database, self._files)
        await sweep(self._database, self._files)

    async def _backtest(self, payload: Mapping[str, Any]) -> None:
        async with self._database.system() as connection:
            asked = await store.begin(connection, payload["backtest_id"])
        if asked is not None:
            await self.run(asked)

    async def judge_month(
        self,
        month: date,
        rules: Sequence[MonthRule],
        found: Sequence[FoundBill],
        *,
        unit_ids: Sequence[int] | None = None,
    ) -> list[MonthHit]:
        """The blue bills of a month that rules hit, as `month.judge_month` finds them in a thread.

        Bills that were committed before the call are exported first, so that none is missing.
        """
        windows = [
            need.days for each in rules for need in each.condition.history | each.condition.item_history
        ]
        await self.exporter.export()
        files = await self.cache.sync((month - timedelta(days=max(windows, default=0))).replace(day=1))
        return await asyncio.to_thread(
            judge_month, self._folder, files, month, rules, found, unit_ids=unit_ids
        )

    async def files_by_month(self, first: date) -> dict[date, dict[Dataset, list[Path]]]:
        """Local copies of the files of months (their first day) from `first` on, with all bills up to now.

        Raises OSError when they cannot be copied.
        """
        await self.exporter.export()
        found: dict[date, dict[Dataset, list[Path]]] = defaultdict(lambda: defaultdict(list))
        for dataset, paths in (await self.cache.sync(first)).items():
            for path in paths:
                # The folder of a file is its month: 2026-10.
                found[date.fromisoformat(f"{path.parent.name}-01")][dataset].append(path)
        return found

    async def judge_rows(
        self,
        month: date,
        rules: Sequence[MonthRule],
        rows: Sequence[Mapping[str, Any]],
        found: Sequence[FoundBill],
    ) -> list[MonthHit]:
        """The bills among `rows` of a month that rules hit. A row has facts by column; what it lacks is not known."""
        return await asyncio.to_thread(judge_rows, self._folder, month, rules, rows, found)

    async def run(self, asked: BackTest) -> None:
        """Run a back-test that was begun, and store its result or failure."""
        state, result, failure = BackTestState.DONE, None, ""
        try:
            result = await self._result(asked)
        except duckdb.InterruptException:
            state = BackTestState.STOPPED
        except Refusal as refusal:
            state, failure = BackTestState.FAILED, refusal.problems[0].message
        except duckdb.Error:
            _logger.exception("back-test %s failed", asked.backtest_id)
            state, failure = BackTestState.FAILED, "试算没有成功，请缩短月数或简化条件后再试。"
        except OSError:
            _logger.exception("back-test %s found no files", asked.backtest_id)
            state, failure = BackTestState.FAILED, "读取历史数据没有成功，请稍后再试。"
        async with self._database.system() as connection:
            await store.end(connection, asked.backtest_id, state, result=result, failure=failure)

    async def _result(self, asked: BackTest) -> BackTestResult:
        rule = asked.rule
        condition = parse(rule.condition, field_table(await self._catalog.get(), rule.kinds, rule.stage))
        past = PastBills(today=today(), months=asked.months, region_code=asked.region_code)
        first = past.first_needed(condition)
        files = await self.cache.sync(first)
        if not files[Dataset.BILLS]:
            await self.exporter.export()
            files = await self.cache.sync(first)
        return await self._judge(asked, condition, files, past)

    async def _judge(
        self, asked: BackTest, condition: Condition, files: dict[Dataset, list[Path]], past: PastBills
    ) -> BackTestResult:
        """Run in a thread, so that the event loop stays free: DuckDB releases the interpreter's lock."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Temporary files go to the folder of copies, which has enough space.
        with tempfile.TemporaryDirectory(prefix="work-", dir=self._folder) as folder:
            run = BackTestRun(Path(folder))
            working = asyncio.create_task(asyncio.to_thread(run.run, asked.rule, condition, files, past))
            try:
                while not (await asyncio.wait({working}, timeout=_BEAT_SECONDS))[0]:
                    async with self._database.system() as connection:
                        if not await store.advance(connection, asked.backtest_id, run.progress()):
                            run.stop()
                return await working
            finally:
                if not working.done():
                    run.stop()
                    await asyncio.wait({working})
                run.close()
