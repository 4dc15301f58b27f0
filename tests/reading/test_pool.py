"""The reading processes: confined, bounded in time, replaced when they die, and none is left behind."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.evidence import hostile
from tests.support.waiting import PATIENCE_SECONDS, until

from mingpiao.evidence.service import READING_STEP
from mingpiao.reading.process import as_json
from mingpiao.reading.service import (
    FileNeedsOcr,
    FileUnreadable,
    ReaderFailed,
    ReaderLimits,
    ReaderPool,
    ReadingStep,
)

pytestmark = pytest.mark.whole

PDF = "application/pdf"
FILE = hostile.plain_pdf("An agreement between two parties")


@pytest.fixture
async def pool() -> AsyncIterator[ReaderPool]:
    async with ReaderPool(2) as opened:
        yield opened


def about(pid: int, what: str) -> str:
    return Path(f"/proc/{pid}/{what}").read_text(encoding="utf-8")


def alive(pid: int) -> bool:
    try:
        return about(pid, "stat").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


async def gone(pid: int) -> None:
    await until(lambda: not alive(pid), "it still runs")


async def test_a_process_is_used_again_and_gone_when_the_pool_closes() -> None:
    async with ReaderPool(2) as pool:
        assert pool.process_ids == ()
        seen: list[tuple[int, int]] = []
        for _ in range(3):
            read = await pool.read_file(
                FILE, PDF, READING_STEP, lambda done, pages: seen.append((done, pages))
            )
            assert "agreement between" in read.extraction.pages[0].text
            assert read.lines[0].place.page == 1
        (pid,) = pool.process_ids
    await gone(pid)
    assert seen == [(0, 1), (1, 1)] * 3


async def test_as_many_files_are_read_at_once_as_there_are_processes(pool: ReaderPool) -> None:
    files = [hostile.plain_pdf(f"File number {n} of the series") for n in range(8)]
    read = await asyncio.gather(*(pool.read_file(file, PDF, READING_STEP) for file in files))
    assert [each.extraction.pages[0].text.split()[2] for each in read] == [str(n) for n in range(8)]
    assert len(pool.process_ids) == 2


async def test_the_process_is_confined(pool: ReaderPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGPIAO_MASTER_KEY", "0" * 32)
    monkeypatch.setenv("MINGPIAO_DATABASE_URL", "postgresql://secret@/x")
    await pool.read_file(FILE, PDF, READING_STEP)
    (pid,) = pool.process_ids
    environment = await asyncio.to_thread(about, pid, "environ")
    assert "MINGPIAO" not in environment
    limits = {
        line[:26].strip(): line[26:].split()[:2]
        for line in (await asyncio.to_thread(about, pid, "limits")).splitlines()
    }
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max file size"] == ["0", "0"]
    assert int(limits["Max address space"][0]) < 2 * 1024**3
    assert int(limits["Max cpu time"][0]) < 200
    assert "NoNewPrivs:\t1" in await asyncio.to_thread(about, pid, "status")
    if os.geteuid() == 0:
        own, other = (os.stat(f"/proc/{who}/ns/net").st_ino for who in ("self", pid))  # noqa: PTH116
        assert own != other, "it has no network"


async def test_a_process_that_takes_too_long_is_killed_and_the_next_file_is_read(
    pool: ReaderPool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pool.read_file(FILE, PDF, READING_STEP)
    (pid,) = pool.process_ids
    os.kill(pid, signal.SIGSTOP)
    with monkeypatch.context() as short:
        short.setattr(pool, "_limits", ReaderLimits(text_seconds=0.5))
        with pytest.raises(ReaderFailed) as caught:
            await pool.read_file(FILE, PDF, READING_STEP)
    assert caught.value.code == "evidence.reader_timeout"
    await gone(pid)
    assert (await pool.read_file(FILE, PDF, READING_STEP)).lines


async def test_what_a_process_takes_to_start_and_waits_for_the_processor_is_not_the_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = tmp_path / "python"
    slow.write_text(f'#!/bin/sh\nsleep 5\nexec {sys.executable} "$@"\n')
    slow.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(slow))
    async with ReaderPool(1, ReaderLimits(text_seconds=1.0)) as pool:
        assert (await pool.read_file(FILE, PDF, READING_STEP)).lines
        (pid,) = pool.process_ids
        # As on a machine that has no time for it.
        os.kill(pid, signal.SIGSTOP)
        reading = asyncio.create_task(pool.read_file(FILE, PDF, READING_STEP))
        await asyncio.sleep(1.2)
        os.kill(pid, signal.SIGCONT)
        assert (await reading).lines
        assert pool.process_ids == (pid,)


async def test_a_process_that_dies_is_reported_and_replaced(pool: ReaderPool) -> None:
    await pool.read_file(FILE, PDF, READING_STEP)
    (pid,) = pool.process_ids
    os.kill(pid, signal.SIGSTOP)
    reading = asyncio.create_task(pool.read_file(FILE, PDF, READING_STEP))
    await asyncio.sleep(0.1)
    os.kill(pid, signal.SIGKILL)
    with pytest.raises(ReaderFailed) as caught:
        await reading
    assert caught.value.code == "evidence.reader_crashed"
    assert "exit code" in str(caught.value)
    assert (await pool.read_file(FILE, PDF, READING_STEP)).lines

    # One that died while it was idle is not asked.
    (pid,) = pool.process_ids
    os.kill(pid, signal.SIGKILL)
    await gone(pid)
    await asyncio.sleep(0.1)
    assert (await pool.read_file(FILE, PDF, READING_STEP)).lines


async def test_a_caller_who_gives_up_leaves_no_process_working_for_nobody(pool: ReaderPool) -> None:
    await pool.read_file(FILE, PDF, READING_STEP)
    (pid,) = pool.process_ids
    os.kill(pid, signal.SIGSTOP)
    reading = asyncio.create_task(pool.read_file(FILE, PDF, READING_STEP))
    await asyncio.sleep(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    await gone(pid)
    assert pool.process_ids == ()


async def test_a_process_is_replaced_after_some_requests() -> None:
    async with ReaderPool(1, ReaderLimits(requests=2)) as pool:
        await pool.read_file(FILE, PDF, READING_STEP)
        (pid,) = pool.process_ids
        await pool.read_file(FILE, PDF, READING_STEP)
        assert pool.process_ids == ()
        await gone(pid)


async def test_a_process_that_grew_is_replaced() -> None:
    async with ReaderPool(1, ReaderLimits(memory=1)) as pool:
        await pool.read_file(FILE, PDF, READING_STEP)
        assert pool.process_ids == ()


async def test_a_file_without_text_must_be_looked_at(pool: ReaderPool) -> None:
    with pytest.raises(FileNeedsOcr) as caught:
        await pool.read_file(hostile.blank_scan_pdf(3), PDF, READING_STEP)
    assert (caught.value.pages, caught.value.pictures) == (3, 3)


async def test_a_step_is_a_function_that_returns_what_it_says(pool: ReaderPool) -> None:
    for step in (
        ReadingStep("mingpiao.evidence.extraction:no_such_function", dict),
        ReadingStep("no_such_module:extract", dict),
        ReadingStep(READING_STEP.function, int),
    ):
        with pytest.raises(ReaderFailed) as caught:
            await pool.read_file(FILE, PDF, step)
        assert caught.value.code == "evidence.reader_crashed"
    assert (await pool.read_file(FILE, PDF, READING_STEP)).lines


async def test_the_steps_modules_are_loaded_before_the_first_file() -> None:
    async with ReaderPool(1, steps=(READING_STEP,)) as pool:
        await pool.warm()
        assert (await pool.read_file(FILE, PDF, READING_STEP)).lines
    async with ReaderPool(1, steps=(ReadingStep("no_such_module:extract", dict),)) as pool:
        with pytest.raises(ReaderFailed, match="exit code 1"):
            await pool.warm()


async def test_a_reason_travels(pool: ReaderPool) -> None:
    with pytest.raises(FileUnreadable) as caught:
        await pool.read_file(hostile.encrypted_pdf(), PDF, READING_STEP)
    assert caught.value.code == "evidence.encrypted"
    assert caught.value.message.endswith("。")


async def test_a_page_becomes_a_picture(pool: ReaderPool) -> None:
    from io import BytesIO

    from PIL import Image

    drawn = await pool.picture(FILE, PDF, 1, width=300)
    assert Image.open(BytesIO(drawn)).width == 300
    turned = await pool.picture(FILE, PDF, 1, width=300, rotation=90)
    size = Image.open(BytesIO(turned)).size
    assert size[0] > size[1]
    with pytest.raises(ReaderFailed):
        await pool.picture(FILE, PDF, 2, width=300)


_PARENT = """
import asyncio, sys
sys.path.insert(0, ".")
from tests.evidence import hostile
from mingpiao.reading.service import ReaderPool

async def main():
    pool = ReaderPool(1)
    await pool.read_lines(hostile.plain_pdf("An agreement between two parties"), "application/pdf")
    print(pool.process_ids[0], flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


@pytest.mark.parametrize("stopped", [False, True])
async def test_no_process_outlives_a_killed_parent(stopped: bool) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PARENT, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await asyncio.wait_for(parent.stdout.readline(), PATIENCE_SECONDS))
    if stopped:
        # Busy or frozen, it does not notice that its socket closed.
        os.kill(pid, signal.SIGSTOP)
    parent.kill()
    await parent.wait()
    await gone(pid)


def test_what_the_database_cannot_hold_is_left_out() -> None:
    assert (
        as_json({"a": "x\0y", "b": ["\ud800!", "票", "\\u0000"]})
        == '{"a":"xy","b":["?!","票","\\\\u0000"]}'.encode()
    )
