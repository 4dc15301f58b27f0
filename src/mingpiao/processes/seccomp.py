"""Seccomp: a process gives up system calls for good that no parser and no signer needs.

The filter is a small program for the kernel (classic BPF, `man 2 seccomp`), built here by hand. It refuses
what reaches other processes, other programs, the network and the kernel's rarer doors; what computes,
reads open files and uses threads goes on. A refused call fails with EPERM.
"""

import ctypes
import errno
import os
import struct
import sys

# Each by its numbers on x86_64 and on aarch64; None where there is no such call.
_REFUSED: dict[str, tuple[int, int | None]] = {
    # Connections.
    "socket": (41, 198), "socketpair": (53, 199), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "connect": (42, 203), "accept4": (288, 242),
    # Other programs and processes.
    "fork": (57, None), "vfork": (58, None), "execve": (59, 221), "execveat": (322, 281),
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kcmp": (312, 272), "pidfd_send_signal": (424, 424), "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438), "process_madvise": (440, 440), "process_mrelease": (448, 448),
    "shmget": (29, 194), "shmat": (30, 196),
    # Another identity.
    "setuid": (105, 146), "setgid": (106, 144), "setreuid": (113, 145), "setregid": (114, 143),
    "setgroups": (116, 159), "setresuid": (117, 147), "setresgid": (119, 149), "setfsuid": (122, 151),
    "setfsgid": (123, 152), "personality": (135, 92),
    # Another view of the machine.
    "pivot_root": (155, 41), "chroot": (161, 51), "mount": (165, 40), "umount2": (166, 39),
    "unshare": (272, 97), "setns": (308, 268), "open_tree": (428, 428), "move_mount": (429, 429),
    "fsopen": (430, 430), "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433),
    "mount_setattr": (442, 442), "name_to_handle_at": (303, 264), "open_by_handle_at": (304, 265),
    "mknod": (133, None), "mknodat": (259, 33),
    # io_uring opens files and connections past any filter.
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    # The kernel's rarer doors.
    "add_key": (248, 217), "request_key": (249, 218), "keyctl": (250, 219), "bpf": (321, 280),
    "perf_event_open": (298, 241), "userfaultfd": (323, 282), "init_module": (175, 105),
    "finit_module": (313, 273), "delete_module": (176, 106), "kexec_load": (246, 104),
    "kexec_file_load": (320, 294), "swapon": (167, 224), "swapoff": (168, 225), "reboot": (169, 142),
    "acct": (163, 89), "quotactl": (179, 60), "iopl": (172, None), "ioperm": (173, None),
}  # fmt: skip
#: How the kernel calls the machine, and its number of `clone`.
_MACHINES = {"x86_64": (0xC000003E, 56), "aarch64": (0xC00000B7, 220)}
_CLONE3 = 435
_CLONE_THREAD = 0x00010000
#: Calls of the x32 interface, which x86_64 has beside its own, carry this bit.
_X32 = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_CALL_AT, _MACHINE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_ALLOW = 0x7FFF0000
_KILL = 0x80000000
_FAIL = 0x00050000

_PR_SET_SECCOMP = 22
_PR_GET_SECCOMP = 21
_FILTER_MODE = 2


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def has_seccomp() -> bool:
    """Whether the running kernel filters system calls, and we know its machine."""
    if sys.platform != "linux" or os.uname().machine not in _MACHINES:
        return False
    return bool(ctypes.CDLL(None).prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) >= 0)


def refuse_calls() -> bool:
    """From now on this process and its threads have no refused call. False where the kernel cannot do it.

    Needs `no_new_privs`; to be called before the first thread starts.
    """
    if not has_seccomp():
        return False
    filter_ = _filter(os.uname().machine)
    program = _Program(len(filter_) // 8, filter_)
    return bool(ctypes.CDLL(None).prctl(_PR_SET_SECCOMP, _FILTER_MODE, ctypes.byref(program), 0, 0) == 0)


def _filter(machine: str) -> bytes:
    number, clone = _MACHINES[machine]
    place = list(_MACHINES).index(machine)
    refused = sorted({call for numbers in _REFUSED.values() if (call := numbers[place]) is not None})
    fail = _instruction(_RETURN, _FAIL | errno.EPERM)
    parts = [
        _instruction(_LOAD, _MACHINE_AT),
        _instruction(_EQUAL, number, 1, 0),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, _CALL_AT),
        _instruction(_AT_LEAST, _X32, 0, 1),
        fail,
    ]
    for call in refused:
        parts += [_instruction(_EQUAL, call, 0, 1), fail]
    parts += [
        # Its flags lie in memory, where a filter cannot look; told that there is none, libraries take `clone`.
        _instruction(_EQUAL, _CLONE3, 0, 1),
        _instruction(_RETURN, _FAIL | errno.ENOSYS),
        _instruction(_EQUAL, clone, 0, 3),
        _instruction(_LOAD, _FIRST_ARGUMENT_AT),
        _instruction(_ANY_BIT, _CLONE_THREAD, 1, 0),
        fail,
        _instruction(_RETURN, _ALLOW),
    ]
    return b"".join(parts)


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
