"""Landlock: a process gives up the file system for good but for what it names, and TCP and signals to others.

Bound by hand, for it is three system calls (Linux 5.13 and later; `man 7 landlock`). Each version of the
interface knows more rights; all that the running kernel knows are given up.
"""

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path

# The same numbers on every architecture of Linux.
_CREATE_RULESET = 444
_ADD_RULE = 445
_RESTRICT_SELF = 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_READ_FILE = 1 << 2
_READ_DIR = 1 << 3
#: How many rights on files each version of the interface knows, from version 1 on.
_FILE_RIGHTS = (13, 14, 15, 15, 16)
_TCP_SINCE = 4
_TCP = 0b11
_SCOPES_SINCE = 6
#: No abstract sockets and no signals beyond what is confined alike.
_SCOPES = 0b11


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("rights", ctypes.c_uint64), ("parent", ctypes.c_int32))


def landlock_version() -> int:
    """The version of the interface that the running kernel speaks; 0 where it has none."""
    if sys.platform != "linux":
        return 0
    version: int = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _ASK_VERSION)
    return max(0, version)


def read_only_what_is_named(paths: Iterable[Path]) -> bool:
    """From now on this process reads the named files, and those below the named directories, and opens nothing else.

    What is not there is passed over. False where the kernel cannot do it; needs `no_new_privs`.
    """
    version = landlock_version()
    if not version:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    ruleset = _Ruleset(
        files=(1 << _FILE_RIGHTS[min(version, len(_FILE_RIGHTS)) - 1]) - 1,
        network=_TCP if version >= _TCP_SINCE else 0,
        scopes=_SCOPES if version >= _SCOPES_SINCE else 0,
    )
    rules: int = libc.syscall(
        _CREATE_RULESET, ctypes.byref(ruleset), ctypes.c_size_t(_known_size(version)), 0
    )
    if rules < 0:
        return False
    try:
        for path in paths:
            _allow_reading(libc, rules, path)
        return bool(libc.syscall(_RESTRICT_SELF, rules, 0) == 0)
    finally:
        os.close(rules)


def _known_size(version: int) -> int:
    """Bytes of the ruleset that a version reads; it refuses longer ones only if they say something."""
    members = 1 + (version >= _TCP_SINCE) + (version >= _SCOPES_SINCE)
    return members * ctypes.sizeof(ctypes.c_uint64)


def _allow_reading(libc: ctypes.CDLL, rules: int, path: Path) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | _READ_DIR if path.is_dir() else _READ_FILE
        rule = _PathBeneath(rights=rights, parent=place)
        libc.syscall(_ADD_RULE, rules, _PATH_BENEATH, ctypes.byref(rule), 0)
    finally:
        os.close(place)
