"""The worker's part: answering one question after the other over copies of the lake's files."""

import asyncio
import logging
import tempfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from mingpiao.cube import store
from mingpiao.cube.asking import BLUE_MONTHS, CubeRun, Files, year_before
from mingpiao.cube.model import AskedQuestion, CubeAnswer, CubeState
from mingpiao.house.model import Handler
from mingpiao.kernel.errors import Refusal
from mingpiao.lake.service import Lake, month_before
from mingpiao.storage.database import Database

_BEAT_SECONDS = 0.25
_logger = logging.getLogger(__name__)


class CubeWorker:
    """Answers questions; `folder` is where this machine keeps temporary files."""

    def __init__(self, database: Database, lake: Lake, folder: Path) -> None:
        self._database = database
        self._lake = lake
        self._folder = folder / "cube"

    def handler(self) -> Handler:
        """Of the job; one at a time, since each may use much memory."""
        return Handler(name=store.JOB, work=self._work, at_once=1)

    async def _work(self, payload: Mapping[str, Any]) -> None:
        async with self._database.system() as connection:
            asked = await store.begin(connection, payload["question_id"])
        if asked is not None:
            await self._answer(asked)

    async def _answer(self, asked: AskedQuestion) -> None:
        state, answer, failure = CubeState.DONE, None, ""
        try:
            await self._lake.exporter.export()
            # The files are listed after this: a newer one makes alike questions be asked again, never the reverse.
            async with self._database.system() as connection:
                await store.remember_extent(connection, asked)
            answer = await self._run(asked, await self._lake.cache.sync(_first_needed(asked)))
        except duckdb.InterruptException:
            state = CubeState.STOPPED
        except Refusal as refusal:
            state, failure = CubeState.FAILED, refusal.problems[0].message
        except duckdb.Error:
            _logger.exception("question %s failed", asked.question_id)
            state, failure = CubeState.FAILED, "查询没有成功，请缩短期间或增加条件后再试。"
        except OSError:
            _logger.exception("question %s found no files", asked.question_id)
            state, failure = CubeState.FAILED, "读取历史数据没有成功，请稍后再试。"
        async with self._database.system() as connection:
            await store.end(connection, asked.question_id, state, answer=answer, failure=failure)

    async def _run(self, asked: AskedQuestion, files: Files) -> CubeAnswer:
        """Run in a thread, so that the event loop stays free: DuckDB releases the interpreter's lock."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryDirectory(prefix="work-", dir=self._folder) as folder:
            run = CubeRun(Path(folder))
            working = asyncio.create_task(asyncio.to_thread(run.answer, asked.question, files))
            try:
                while not (await asyncio.wait({working}, timeout=_BEAT_SECONDS))[0]:
                    async with self._database.system() as connection:
                        if not await store.advance(connection, asked.question_id, run.progress()):
                            run.stop()
                return await working
            finally:
                if not working.done():
                    run.stop()
                    await asyncio.wait({working})
                run.close()


def _first_needed(asked: AskedQuestion) -> date:
    """The first month of which files are read: bills that were reversed lie before their reversals."""
    first = asked.question.first
    return month_before(year_before(first) if asked.question.year_before else first, BLUE_MONTHS)
