"""The rights that a confined process gives up for good when it starts. Called within that process."""

import ctypes
import os
import resource
import signal
import sys

import msgspec

_FIRST_OTHER_DESCRIPTOR = 3
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000


class Confinement(msgspec.Struct, frozen=True, kw_only=True):
    """What a process gives up in addition to what every confined process does. None leaves the system's
    limit.

    `memory` is address space in bytes, most of which a program never uses; `niceness` lets other processes of
    the machine go first.
    """

    writes_files: bool = True
    uses_network: bool = True
    descriptors: int | None = None
    memory: int | None = None
    processor_seconds: int | None = None
    niceness: int = 0


def confine(confinement: Confinement) -> None:
    """Confine this process for good.

    It dies with its parent, leaves no core dump, lets no other process of this user read its memory, gains no
    rights by starting programs, closes inherited descriptors, and gives up what `confinement` says. Call it
    first, since it closes all descriptors except the standard ones.
    """
    # uvloop, unlike asyncio, lets a child inherit descriptors that the parent's C libraries left open.
    os.closerange(_FIRST_OTHER_DESCRIPTOR, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    # Ctrl-C reaches the whole foreground process group; the parent decides when this process ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _limit_for_good(resource.RLIMIT_CORE, 0)
    _limit_for_good(resource.RLIMIT_FSIZE, None if confinement.writes_files else 0)
    _limit_for_good(resource.RLIMIT_NOFILE, confinement.descriptors)
    _limit_for_good(resource.RLIMIT_AS, confinement.memory)
    _limit_for_good(resource.RLIMIT_CPU, confinement.processor_seconds)
    os.nice(confinement.niceness)
    if sys.platform == "linux":
        _confine_on_linux(confinement)


def limit(kind: int, most: int) -> None:
    """Lower or raise a limit of this process for a while, never above what it is confined to."""
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (_lower(most, hard), hard))


def _limit_for_good(kind: int, most: int | None) -> None:
    if most is None:
        return
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (_lower(most, hard), _lower(most, hard)))


def _lower(most: int, hard: int) -> int:
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def _confine_on_linux(confinement: Confinement) -> None:
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # If the system forbids it, the process keeps the parent's network; it opens no connection anyway.
    if not confinement.uses_network and libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
