"""A confined process from its start to its end: what it gets, what it may, and what ends it."""

import asyncio
import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest
import uvloop
from tests.processes.conftest import OBEDIENT, behaving, gone, is_alive
from tests.processes.obedient import MOST

from mingpiao.processes.confined import (
    ConfinedProcess,
    ConfinedProcessFailed,
    ConfinedProcessLate,
    ConfinedProgram,
    ask_once,
)
from mingpiao.processes.confinement import missing_protections

pytestmark = pytest.mark.whole


async def ask(process: ConfinedProcess, request: str, seconds: float = 20) -> bytes:
    async with process.within(seconds):
        await process.send(request.encode())
        return await process.receive()


async def ask_a_new_one(request: str) -> bytes:
    process = await ConfinedProcess.start(OBEDIENT)
    try:
        return await ask(process, request)
    finally:
        await process.end()
        assert process.ended
        assert not is_alive(process.pid)


async def test_it_answers_until_it_is_ended(program: ConfinedProgram) -> None:
    process = await ConfinedProcess.start(program)
    assert [await ask(process, f"echo {n}") for n in range(3)] == [b"0", b"1", b"2"]
    assert not process.ended
    await process.end()
    assert process.ended
    assert not is_alive(process.pid)


def children() -> set[int]:
    me = os.getpid()
    return {
        int(child)
        for tasks in Path(f"/proc/{me}/task").iterdir()
        for child in (tasks / "children").read_text().split()
    }


@pytest.mark.parametrize("steps", range(8))
async def test_a_start_that_is_cancelled_leaves_nothing_whenever_it_is(steps: int) -> None:
    before = children()
    starting = asyncio.ensure_future(ConfinedProcess.start(OBEDIENT))
    for _ in range(steps):
        await asyncio.sleep(0)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert children() == before


async def test_its_environment_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MINGPIAO_MASTER_KEY", "MINGPIAO_DATABASE_URL", "PGPASSWORD", "ANYTHING"):
        monkeypatch.setenv(name, "secret")
    allowed = {"PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "HOME"}
    for answer in (await ask_a_new_one("environment"), ask_once(OBEDIENT, b"environment", seconds=20)):
        assert set(json.loads(answer)) <= allowed | {"VIRTUAL_ENV"}


async def test_a_program_gets_the_variables_that_it_names(
    program: ConfinedProgram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ITS_LIBRARY", "/opt/x")
    named = ConfinedProgram(
        module="x", most_request=1, most_answer=1, passed_on=("ITS_LIBRARY", "UNSET"), environment={"A": "b"}
    )
    whole = named.whole_environment()
    assert (whole["ITS_LIBRARY"], whole["A"], "UNSET" in whole) == ("/opt/x", "b", False)


def test_it_inherits_no_descriptor() -> None:
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    try:
        for run in (asyncio.run, uvloop.run):
            assert json.loads(run(ask_a_new_one("descriptors"))) == [0, 1, 2, 3]
        assert json.loads(ask_once(OBEDIENT, b"descriptors", seconds=20)) == [0, 1, 2, 3]
    finally:
        os.close(reading)
        os.close(writing)


async def test_it_gives_up_what_it_does_not_need() -> None:
    told = json.loads(await ask_a_new_one("confinement"))
    assert told["core"] == told["files"] == [0, 0]
    assert (told["descriptors"], told["memory"], told["processor"]) == ([50, 50], [2**31, 2**31], [30, 30])
    assert told["niceness"] == os.nice(0) + 1
    assert told["status"] == ["NoNewPrivs:\t1"]
    if os.geteuid() == 0:
        own = await asyncio.to_thread(Path("/proc/self/ns/net").stat)
        assert told["network"] != own.st_ino, "it has no network"


@pytest.mark.skipif(bool(missing_protections()), reason="the kernel has no Landlock or no seccomp")
async def test_it_reaches_no_secret_no_connection_and_no_other_process(tmp_path: Path) -> None:
    secret = tmp_path / "master.key"
    secret.write_text("0" * 32)
    secret.chmod(0o644)
    path = tmp_path / "database"
    with socket.socket(socket.AF_UNIX) as database:
        database.bind(str(path))
        database.listen()
        went_through = json.loads(await ask_a_new_one(f"forbidden {secret} {os.getpid()} {path}"))
    assert went_through == []
    assert not (tmp_path / "new").exists()


async def test_what_it_needs_goes_on() -> None:
    module, user = json.loads(await ask_a_new_one("allowed"))
    assert module == "wave"
    assert (user != 0) or missing_protections()


async def test_one_that_dies_at_start_is_told_with_its_exit_code() -> None:
    with pytest.raises(ConfinedProcessFailed, match=r"obedient: IncompleteReadError.*exit code 3"):
        await ConfinedProcess.start(behaving("stillborn"))
    with pytest.raises(ConfinedProcessFailed, match="ended after 0 of 4 bytes"):
        ask_once(behaving("stillborn"), b"echo", seconds=20)


async def test_one_that_is_never_ready_is_given_up() -> None:
    with pytest.raises(ConfinedProcessLate, match=r"not done in 0\.5 s"):
        await ConfinedProcess.start(behaving("never_ready", start_seconds=0.5))
    with pytest.raises(ConfinedProcessLate, match=r"not done in 0\.5 s"):
        ask_once(behaving("never_ready"), b"echo", seconds=0.5)


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        ("die 7", "exit code 7"),
        ("die_within_an_answer", "9 bytes read on a total of 100 expected bytes"),
        (f"announce {MOST + 1}", f"a message of {MOST + 1} bytes, at most {MOST}"),
        ("announce 4294967295", "a message of 4294967295 bytes"),
    ],
)
async def test_one_that_breaks_off_is_told_and_gone(
    program: ConfinedProgram, request_: str, reason: str
) -> None:
    process = await ConfinedProcess.start(program)
    with pytest.raises(ConfinedProcessFailed, match=reason):
        await ask(process, request_)
    assert process.ended
    assert not is_alive(process.pid)
    with pytest.raises(ConfinedProcessFailed):
        ask_once(program, request_.encode(), seconds=20)


async def test_a_request_larger_than_agreed_never_leaves(program: ConfinedProgram) -> None:
    process = await ConfinedProcess.start(program)
    with pytest.raises(ConfinedProcessFailed, match=f"a message of {MOST + 1} bytes"):
        await ask(process, "x" * (MOST + 1))
    with pytest.raises(ConfinedProcessFailed, match=f"a message of {MOST + 1} bytes"):
        ask_once(program, bytes(MOST + 1), seconds=20)


async def test_one_that_hangs_is_killed_when_its_time_is_over(program: ConfinedProgram) -> None:
    process = await ConfinedProcess.start(program)
    os.kill(process.pid, signal.SIGSTOP)
    start = time.monotonic()
    with pytest.raises(ConfinedProcessLate):
        await ask(process, "echo", seconds=0.3)
    assert time.monotonic() - start >= 0.3
    assert not is_alive(process.pid)
    with pytest.raises(ConfinedProcessLate):
        ask_once(program, b"sleep 600", seconds=3)


async def test_a_caller_who_gives_up_ends_it(program: ConfinedProgram) -> None:
    process = await ConfinedProcess.start(program)
    asking = asyncio.create_task(ask(process, "sleep 600"))
    await asyncio.sleep(0.1)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not is_alive(process.pid)


async def test_a_start_that_is_given_up_leaves_no_process() -> None:
    starting = asyncio.create_task(ConfinedProcess.start(behaving("never_ready")))
    await asyncio.sleep(0.3)
    children = await asyncio.to_thread(children_named, "tests.processes.obedient")
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert len(children) == 1
    for pid in children:
        await gone(pid)


def children_named(module: str) -> list[int]:
    own = os.getpid()
    listed = Path(f"/proc/{own}/task/{own}/children").read_text().split()
    return [
        int(pid)
        for pid in listed
        if is_alive(int(pid)) and module.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
