"""Processor time of PostgreSQL, which tells on a busy machine what the clock does not."""

import os
from pathlib import Path

from mingpiao.storage.embedded import EmbeddedServer

_TICKS = os.sysconf("SC_CLK_TCK")


def spent_by(server: EmbeddedServer) -> float:
    """Seconds of processor time that all processes of a server have used so far, ended ones too."""
    first, *others = _with_children(server.pid or 0)
    return _seconds(first, ended=True) + sum(_seconds(pid, ended=False) for pid in others)


def _with_children(pid: int) -> list[int]:
    found = [pid]
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += _with_children(int(child))
    return found


def _seconds(pid: int, *, ended: bool) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(int(each) for each in fields[11 : 15 if ended else 13]) / _TICKS
