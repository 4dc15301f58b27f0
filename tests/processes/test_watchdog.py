"""A process whose work stands still ends itself; one that says that it lives does not."""

import asyncio
import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx
from tests.support.province import MASTER
from tests.support.site import free_port
from tests.support.waiting import PATIENCE_SECONDS, until
from tests.support.world import World

from mingpiao.processes.watchdog import EXIT_CODE, Watchdog, watched_loop

#: The web process as it is served, but with less patience and an address that holds its event loop.
_BLOCKED_SITE = """
import sys, time
import uvicorn
from litestar import get
from mingpiao import app as module

@get("/hold", sync_to_thread=False)
def hold() -> None:
    time.sleep(600)

module.LOOP_SECONDS = 2.0
app = module.create_app()
app.register(hold)
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning")
"""


def test_a_process_that_hangs_ends_itself_and_says_where() -> None:
    program = (
        "import time\nfrom mingpiao.processes.watchdog import Watchdog\n"
        "with Watchdog(0.3):\n    time.sleep(600)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert ended.returncode == EXIT_CODE
    assert b"the process ends itself" in ended.stderr
    assert b"line 4 in <module>" in ended.stderr


def test_one_that_says_that_it_lives_goes_on() -> None:
    with Watchdog(1.0) as watchdog:
        for _ in range(30):
            time.sleep(0.05)
            watchdog.tell_alive()


async def test_a_loop_that_turns_goes_on_however_long_its_tasks_wait() -> None:
    async with watched_loop(1.0):
        await asyncio.sleep(1.5)


async def test_a_web_process_whose_loop_is_held_ends_itself(world: World, tmp_path: Path) -> None:
    port = free_port()
    environment = os.environ | {
        "MINGPIAO_DATABASE_URL": world.url,
        "MINGPIAO_DATA_DIR": str(tmp_path),
        "MINGPIAO_MASTER_KEY": MASTER.hex(),
        "MINGPIAO_SIGNER_PROCESSES": "0",
    }
    command = [sys.executable, "-c", _BLOCKED_SITE, str(port)]
    with (tmp_path / "log").open("wb") as log:
        site = await asyncio.to_thread(subprocess.Popen, command, env=environment, stdout=log, stderr=log)
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:

            async def serves() -> bool:
                assert site.poll() is None, (tmp_path / "log").read_text()
                try:
                    return (await http.get("/login")).status_code == 200
                except httpx.TransportError:
                    return False

            await until(serves)
            with contextlib.suppress(httpx.TransportError):
                await http.get("/hold", timeout=PATIENCE_SECONDS)
        assert await asyncio.to_thread(site.wait, PATIENCE_SECONDS) == EXIT_CODE
    finally:
        site.kill()
        site.wait()
    told = (tmp_path / "log").read_text()
    assert "the process ends itself" in told
    assert "in hold" in told
