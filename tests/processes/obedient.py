"""A confined program that does what its requests say, also what no program should."""

import ctypes
import importlib
import json
import os
import resource
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from mingpiao.processes.confinement import Confinement, confine
from mingpiao.processes.frames import ParentChannel, parent_channel

MOST = 1000


def echo(parent: ParentChannel, words: str) -> None:
    parent.send(words.encode())


def environment(parent: ParentChannel, _: str) -> None:
    parent.send(json.dumps(sorted(os.environ)).encode())


def descriptors(parent: ParentChannel, _: str) -> None:
    """Beside the three standard ones there is the listing's own."""
    parent.send(json.dumps(sorted(int(name) for name in os.listdir("/proc/self/fd"))).encode())  # noqa: PTH208


def confinement(parent: ParentChannel, _: str) -> None:
    told = {
        "core": resource.getrlimit(resource.RLIMIT_CORE),
        "files": resource.getrlimit(resource.RLIMIT_FSIZE),
        "descriptors": resource.getrlimit(resource.RLIMIT_NOFILE),
        "memory": resource.getrlimit(resource.RLIMIT_AS),
        "processor": resource.getrlimit(resource.RLIMIT_CPU),
        "niceness": os.nice(0),
        "network": Path("/proc/self/ns/net").stat().st_ino,
        "status": [line for line in Path("/proc/self/status").read_text().splitlines() if "NewPriv" in line],
    }
    parent.send(json.dumps(told).encode())


def die(_: ParentChannel, code: str) -> None:
    os._exit(int(code))


def die_within_an_answer(_: ParentChannel, __: str) -> None:
    os.write(0, (100).to_bytes(4, "big") + b"only this")
    os._exit(0)


def announce(_: ParentChannel, size: str) -> None:
    os.write(0, int(size).to_bytes(4, "big"))
    time.sleep(600)


def sleep(parent: ParentChannel, seconds: str) -> None:
    time.sleep(float(seconds))
    parent.send(b"slept")


def answer_twice(parent: ParentChannel, _: str) -> None:
    parent.send(b"once")
    parent.send(b"twice")


def forbidden(parent: ParentChannel, words: str) -> None:
    """Try all that a confined process must not, and tell what went through."""
    secret, owner, socket_path = words.split(" ")
    tries: dict[str, Callable[[], object]] = {
        "a secret file": lambda: Path(secret).read_bytes(),
        "a listing of its directory": lambda: os.listdir(Path(secret).parent),  # noqa: PTH208
        "writing": lambda: Path(secret).with_name("new").write_bytes(b""),
        "the parent's memory": lambda: Path(f"/proc/{owner}/mem").open("rb").close(),
        "the parent's environment": lambda: Path(f"/proc/{owner}/environ").read_bytes(),
        "a unix socket": lambda: socket.socket(socket.AF_UNIX).connect(socket_path),
        "a network socket": lambda: socket.socket(socket.AF_INET),
        "a pair of sockets": socket.socketpair,
        "a fork": os.fork,
        "a program": lambda: subprocess.run(["/bin/true"], check=True),
        "another program in our place": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
        "a signal": lambda: os.kill(int(owner), 0),
        "another user": lambda: os.setresuid(0, 0, 0),
        "a namespace": lambda: _called("unshare", 0x10000000),
        "ptrace": lambda: _called("ptrace", 16, int(owner), 0, 0),
        "memory of others": lambda: _called("process_vm_readv", int(owner), 0, 0, 0, 0, 0),
        "io_uring": lambda: _called("syscall", 425, 1, 0),
    }
    parent.send(json.dumps([name for name, do in tries.items() if _goes_through(do)]).encode())


def allowed(parent: ParentChannel, _: str) -> None:
    """What parsers need goes on: threads, time, modules that are loaded late."""
    done: list[str] = []
    thread = threading.Thread(target=lambda: done.append(importlib.import_module("wave").__name__))
    thread.start()
    thread.join()
    parent.send(json.dumps([*done, os.getuid()]).encode())


def _called(name: str, *arguments: int) -> None:
    if getattr(ctypes.CDLL(None, use_errno=True), name)(*arguments) == -1:
        raise OSError(ctypes.get_errno(), name)


def _goes_through(do: Callable[[], object]) -> bool:
    try:
        do()
    except OSError:
        return False
    return True


ORDERS: dict[str, Callable[[ParentChannel, str], None]] = {
    order.__name__: order
    for order in (
        echo,
        environment,
        descriptors,
        confinement,
        die,
        die_within_an_answer,
        announce,
        sleep,
        answer_twice,
        forbidden,
        allowed,
    )
}


def main() -> None:
    confine(
        Confinement(
            writes_files=False,
            uses_network=False,
            descriptors=50,
            memory=2**31,
            processor_seconds=30,
            niceness=1,
        )
    )
    with parent_channel(most_request=MOST, most_answer=MOST) as parent:
        parent.say_ready()
        while (request := parent.receive()) is not None:
            order, _, words = request.decode().partition(" ")
            ORDERS[order](parent, words)


def never_ready() -> None:
    time.sleep(600)


def stillborn() -> None:
    sys.exit(3)


if __name__ == "__main__":
    {"": main, "never_ready": never_ready, "stillborn": stillborn}[os.environ.get("OBEDIENT", "")]()
