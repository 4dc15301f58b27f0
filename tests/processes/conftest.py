"""A program to try things with, and whether a process still runs."""

import asyncio
import time
from pathlib import Path

import msgspec
import pytest
from tests.processes.obedient import MOST

from mingpiao.processes.confined import ConfinedProgram

ROOT = Path(__file__).parent.parent.parent

OBEDIENT = ConfinedProgram(
    module="tests.processes.obedient",
    most_request=MOST,
    most_answer=MOST,
    start_seconds=30,
    environment={"PYTHONPATH": str(ROOT)},
)


def behaving(how: str, *, start_seconds: float = 30) -> ConfinedProgram:
    """The program as `stillborn` or `never_ready`."""
    return msgspec.structs.replace(
        OBEDIENT, environment={**OBEDIENT.environment, "OBEDIENT": how}, start_seconds=start_seconds
    )


def is_alive(pid: int) -> bool:
    try:
        told = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return told.rsplit(")", 1)[1].split()[0] != "Z"


async def gone(pid: int) -> None:
    deadline = time.monotonic() + 10
    while is_alive(pid):
        assert time.monotonic() < deadline, "it still runs"
        await asyncio.sleep(0.02)


@pytest.fixture
def program() -> ConfinedProgram:
    return OBEDIENT
