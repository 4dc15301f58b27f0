"""The rights that a confined process gives up for good when it starts. Called within that process."""

import contextlib
import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec

import mingpiao
from mingpiao.processes.landlock import landlock_version, read_only_what_is_named
from mingpiao.processes.seccomp import has_seccomp, refuse_calls

_FIRST_OTHER_DESCRIPTOR = 3
_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_KEEPCAPS = 8
_PR_SET_NO_NEW_PRIVS = 38
#: The version of the interface of `capset`, and its bit for CAP_DAC_READ_SEARCH.
_CAPABILITIES_3 = 0x20080522
_READ_ALL_FILES = 1 << 2
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
#: Users of processes that root starts are numbered from here, one each, far from those that anybody has.
_FIRST_OWN_USER = 1_500_000_000
_NOBODY = 65534

#: What programs and libraries read at any time, beside what Python is made of; nothing here is secret.
_SYSTEM_FILES = (
    "/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/etc/ssl/openssl.cnf",
    "/dev/null", "/dev/urandom", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu",
)  # fmt: skip


class Confinement(msgspec.Struct, frozen=True, kw_only=True):
    """What a process gives up in addition to what every confined process does. None leaves the system's
    limit.

    `memory` is address space in bytes, most of which a program never uses; `niceness` lets other processes of
    the machine go first. `reads` names files and directories that it may read in addition to programs and
    libraries.
    """

    writes_files: bool = True
    uses_network: bool = True
    descriptors: int | None = None
    memory: int | None = None
    processor_seconds: int | None = None
    niceness: int = 0
    reads: tuple[Path, ...] = ()


def confine(confinement: Confinement) -> None:
    """Confine this process for good.

    It dies with its parent, leaves no core dump, lets no other process of this user read its memory, gains no
    rights by starting programs, closes inherited descriptors, and gives up what `confinement` says. If the
    kernel can do it, the process reads only programs and libraries, opens no connection, starts no program and
    reaches no other process; a process that root starts gets a user of its own. Call it first, since it closes
    all descriptors except the standard ones, and before the first thread.
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


def missing_protections() -> tuple[str, ...]:
    """What the running kernel lacks of that which confines processes, to be said when a program starts."""
    found = {"Landlock": landlock_version() > 0, "seccomp": has_seccomp()}
    return tuple(name for name, there in found.items() if not there)


def _confine_on_linux(confinement: Confinement) -> None:
    libc = ctypes.CDLL(None)
    # If the system forbids it, the process keeps the parent's network; it opens no connection anyway.
    if not confinement.uses_network and libc.unshare(_CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    needed = tuple(_program_files(confinement))
    _become_somebody_else(libc, needed)
    # After the change of user, which would undo both.
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    read_only_what_is_named((*needed, *map(Path, _SYSTEM_FILES)))
    refuse_calls()


def _program_files(confinement: Confinement) -> Iterator[Path]:
    """Python, its libraries, and our own modules, wherever they are installed."""
    yield from confinement.reads
    yield Path(mingpiao.__file__).parent
    for told in {sys.prefix, sys.base_prefix, sys.exec_prefix, *sys.path}:
        if told and Path(told).exists():
            yield Path(told)


def _become_somebody_else(libc: ctypes.CDLL, needed: tuple[Path, ...]) -> None:
    """Where root starts us, take a user of one's own that has no rights.

    Where the program is installed for root alone, the right to read all files is kept, if Landlock then
    narrows it to the program's; without Landlock the process stays root.
    """
    if os.geteuid() != 0:
        return
    readable = _nobody_reads(needed)
    if not readable and not landlock_version():
        return
    libc.prctl(_PR_SET_KEEPCAPS, int(not readable), 0, 0, 0)
    for user in (_FIRST_OWN_USER + os.getpid(), _NOBODY):
        # A container may have not so many users.
        with contextlib.suppress(OSError):
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            break
    if not readable:
        only_reading = (_READ_ALL_FILES, _READ_ALL_FILES, 0, 0, 0, 0)
        libc.capset(struct.pack("=Ii", _CAPABILITIES_3, 0), struct.pack("=6I", *only_reading))


def _nobody_reads(paths: tuple[Path, ...]) -> bool:
    """Whether a user without rights reads all of these; asked as root."""
    os.seteuid(_NOBODY)
    try:
        return all(os.access(path, os.R_OK, effective_ids=True) for path in paths)
    finally:
        os.seteuid(0)
