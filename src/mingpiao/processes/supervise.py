"""Starts and stops child processes in order; none outlives this process, however it ends."""

import http.client
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Protocol
from urllib.parse import urlsplit

from mingpiao.processes.guard import Guard

_STOP_SECONDS = 15.0
_TAIL_LINES = 15
_STDIN = 0
#: Ctrl-C, a request to end from outside, and the closing of the terminal all mean the same.
_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProcessError(Exception):
    """A child process did not start or ended by itself; the message contains the end of its log."""


class PortError(Exception):
    """The port cannot be used; the message says why and what to do."""


class Watched(Protocol):
    """What runs beside us and may end by itself."""

    def ended(self) -> bool:
        """Whether it runs no more."""

    def complaint(self) -> Exception:
        """What to say about it then."""


class Child:
    """A program that runs in a session of its own, and writes its output to a log file."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                list(command),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self._guard = Guard(self._process, signal.SIGTERM, whole_group=True)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ended(self) -> bool:
        """Whether the process has ended."""
        return self._process.poll() is not None

    def complaint(self) -> ProcessError:
        """The message about a child that ended by itself."""
        lines = self.log.read_text(errors="replace").splitlines()[-_TAIL_LINES:]
        told = "\n".join(lines)
        return ProcessError(
            f"{self.name}意外退出（返回码 {self._process.poll()}）。日志 {self.log}：\n{told}"
        )

    def stop(self) -> None:
        """Ask the process to end; after 15 seconds, kill it and all processes that it started."""
        if not self.ended():
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
        self._guard.dismiss()


@contextmanager
def endings_as_interrupts() -> Iterator[None]:
    """While the block runs, the first SIGINT, SIGTERM or SIGHUP raises KeyboardInterrupt; later ones are
    ignored.

    The first signal starts the orderly stop, which the others must not interrupt.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for ending in _ENDINGS:
            signal.signal(ending, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {ending: signal.signal(ending, interrupt) for ending in _ENDINGS}
    try:
        yield
    finally:
        for ending, handler in before.items():
            signal.signal(ending, handler)


def require_free_port(host: str, port: int) -> None:
    """Raise PortError if no program can listen on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError:
            raise PortError(f"没有权限使用端口 {port}。请换一个大于 1023 的端口，例如 PORT=8080。") from None
        except OSError as error:
            hint = (
                f"请关闭占用它的程序，或换一个端口，例如 make demo PORT={port + 1 if port < 65535 else 8000}"
            )
            raise PortError(f"{host}:{port} 不能使用（{error.strerror}）。{hint}") from None


def wait_until_healthy(url: str, children: Sequence[Child], *, seconds: float = 60.0) -> None:
    """Wait until GET `url` answers 200. Raises ProcessError if a child ends or the time is over."""
    deadline = time.monotonic() + seconds
    while (answer := fetch_status(url)) != 200:
        for child in children:
            if child.ended():
                raise child.complaint()
        if time.monotonic() > deadline:
            told = answer or "没有回答"
            raise ProcessError(f"{url} 在 {seconds:.0f} 秒内没有就绪（{told}）。日志：{children[0].log}")
        time.sleep(0.05)


def fetch_status(url: str, *, seconds: float = 5.0) -> int:
    """The HTTP status of GET `url`, or 0 if there is no answer."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def watch(children: Sequence[Watched]) -> None:
    """Sleep for as long as all run. Raises its complaint when one ends by itself, and KeyboardInterrupt
    when the terminal that we read from is closed (SIGHUP may go to `make` or `ssh` alone)."""
    at_a_terminal = os.isatty(_STDIN)
    while not (at_a_terminal and _is_hung_up(_STDIN)):
        for child in children:
            if child.ended():
                raise child.complaint()
        time.sleep(0.2)
    raise KeyboardInterrupt


def _is_hung_up(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, 0)
    return any(event & (select.POLLHUP | select.POLLERR) for _, event in poll.poll(0))
