"""A confined process, seen from its parent: how it is started, given requests, and ended.

The process runs one of our modules, which confines itself, reports that it is ready, and then answers
requests over a socket that is its standard input. It inherits no other descriptor, and an environment without
secrets. Each wait has a limit. If a wait fails, the process is killed, for its next message could be the
answer to an earlier request.
"""

import asyncio
import contextlib
import logging
import os
import socket
import subprocess
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Self

import msgspec

from mingpiao.processes.frames import LENGTH_BYTES, announced_size, frame

_logger = logging.getLogger(__name__)

_LAST_MOMENT_SECONDS = 0.5

#: The variables that each process needs to find its libraries; no address, no key, no password.
_PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "HOME", "VIRTUAL_ENV")


class ConfinedProgram(msgspec.Struct, frozen=True, kw_only=True):
    """A module that runs as a confined process, and the limits that its parent sets.

    Message sizes are in bytes. `start_seconds` is the time until it must be ready, `stop_seconds` the time
    within which a killed one must be gone. `passed_on` names further variables of the parent's environment;
    `environment` adds variables. `shows_errors` lets it write to the parent's standard error.
    """

    module: str
    arguments: tuple[str, ...] = ()
    most_request: int
    most_answer: int
    start_seconds: float = 20.0
    stop_seconds: float = 10.0
    passed_on: tuple[str, ...] = ()
    environment: Mapping[str, str] = {}
    shows_errors: bool = False

    @property
    def command(self) -> tuple[str, ...]:
        """The command that starts it. With `-P` it imports nothing from the folder that the parent was
        started in.
        """
        return (sys.executable, "-P", "-m", self.module, *self.arguments)

    def whole_environment(self) -> dict[str, str]:
        """All its environment variables."""
        names = (*_PASSED_ON, *self.passed_on)
        return {name: os.environ[name] for name in names if name in os.environ} | dict(self.environment)

    @property
    def standard_error(self) -> int | None:
        """The destination of its standard error, in the form of `subprocess`."""
        return None if self.shows_errors else subprocess.DEVNULL


class ConfinedProcessFailed(Exception):
    """A confined process did not start, or it ended or sent a wrong message before its answer.

    `exit_code` is that of a process that has ended: a negative one is the signal that ended it. None if it is
    not known.
    """

    def __init__(self, reason: str, *, exit_code: int | None = None) -> None:
        super().__init__(reason)
        self.exit_code = exit_code


class ConfinedProcessLate(ConfinedProcessFailed):
    """A confined process did not answer in time, and was killed."""


class ConfinedProcess:
    """A process that is ready. It belongs to the event loop that started it."""

    def __init__(
        self,
        program: ConfinedProgram,
        process: Process,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._program = program
        self._process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, program: ConfinedProgram) -> Self:
        """Start a process and wait until it is ready. Raises ConfinedProcessFailed and then leaves no process
        behind, nor if it is cancelled.
        """
        spawning = asyncio.ensure_future(_spawn(program))
        try:
            started = cls(program, *await asyncio.shield(spawning))
        except OSError as error:
            raise ConfinedProcessFailed(f"{program.module} does not start: {error!r}") from error
        except asyncio.CancelledError:
            # A process half started could not be waited for: it is started first, and then ended.
            with contextlib.suppress(OSError):
                await cls(program, *await spawning).end()
            raise
        async with started.within(program.start_seconds):
            await started.receive()
        return started

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether it is known to have ended."""
        return self._process.returncode is not None or self._reader.at_eof()

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """Limit the time of the messages in the block; an error in the block ends the process.

        Raises ConfinedProcessLate if the time is over, ConfinedProcessFailed if the process ended or sent a
        wrong message.
        """
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError as error:
            await self.end()
            raise ConfinedProcessLate(f"{self._program.module} was not done in {seconds:g} s") from error
        except (OSError, asyncio.IncompleteReadError) as error:
            await self.end()
            code = self._process.returncode
            reason = f"{self._program.module}: {error!r}, exit code {code}"
            raise ConfinedProcessFailed(reason, exit_code=code) from error
        except BaseException:
            # A cancelled caller waits for the end too, so that no process keeps working for nobody.
            await self.end()
            raise

    async def send(self, body: bytes) -> None:
        """Send a request; call it in a `within` block. Raises OSError, of which FrameTooLarge is one."""
        self._writer.write(frame(body, self._program.most_request))
        await self._writer.drain()

    async def receive(self) -> bytes:
        """The next message; call it in a `within` block.

        Raises OSError (of which FrameTooLarge is one) or asyncio.IncompleteReadError.
        """
        head = await self._reader.readexactly(LENGTH_BYTES)
        return await self._reader.readexactly(announced_size(head, self._program.most_answer))

    def kill(self) -> None:
        """Kill the process, whatever it does. Callers that wait for a message from it get an error."""
        # Not close(), which would first wait until a frozen process has read what was sent.
        self._writer.transport.abort()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """Kill the process and wait until it is gone, within the program's `stop_seconds`.

        A caller that is cancelled meanwhile also waits: nothing of the process is left when it goes on.
        """
        ending = asyncio.ensure_future(self._end())
        try:
            await asyncio.shield(ending)
        except asyncio.CancelledError:
            await ending
            raise

    async def _end(self) -> None:
        # A process that has closed its end is about to end by itself; killing it would hide its exit code.
        if not (self._reader.at_eof() and await self._is_gone_within(_LAST_MOMENT_SECONDS)):
            self.kill()
            if not await self._is_gone_within(self._program.stop_seconds):
                # The kernel holds it, for example in a read from a dead disk; it ends when that read does.
                _logger.warning("process %d of %s does not end", self.pid, self._program.module)
        self._writer.transport.abort()

    async def _is_gone_within(self, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._process.wait()
        except TimeoutError:
            return False
        return True


async def _spawn(program: ConfinedProgram) -> tuple[Process, asyncio.StreamReader, asyncio.StreamWriter]:
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *program.command,
                stdin=theirs.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=program.standard_error,
                env=program.whole_environment(),
            )
    except BaseException:
        ours.close()
        raise
    try:
        reader, writer = await asyncio.open_unix_connection(sock=ours)
    except BaseException:
        ours.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        raise
    return process, reader, writer


def ask_once(program: ConfinedProgram, body: bytes, *, seconds: float) -> bytes:
    """Start a process for one request, return its answer, and end it. Blocks the calling thread.

    The time limit includes its start. Raises ConfinedProcessFailed.
    """
    deadline = time.monotonic() + seconds
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = subprocess.Popen(
                program.command,
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=program.standard_error,
                env=program.whole_environment(),
            )
        try:
            request = frame(body, program.most_request)
            _receive(ours, program.most_answer, deadline)
            ours.settimeout(_time_left(deadline))
            ours.sendall(request)
            return _receive(ours, program.most_answer, deadline)
        except TimeoutError as error:
            raise ConfinedProcessLate(f"{program.module} was not done in {seconds:g} s") from error
        except OSError as error:
            raise ConfinedProcessFailed(f"{program.module}: {error!r}") from error
        finally:
            process.kill()
            _wait_for_end(process, program)


def _receive(channel: socket.socket, most: int, deadline: float) -> bytes:
    size = announced_size(_receive_exactly(channel, LENGTH_BYTES, deadline), most)
    return _receive_exactly(channel, size, deadline)


def _receive_exactly(channel: socket.socket, size: int, deadline: float) -> bytes:
    received = bytearray()
    while len(received) < size:
        channel.settimeout(_time_left(deadline))
        part = channel.recv(min(size - len(received), 1 << 20))
        if not part:
            raise ConnectionError(f"it ended after {len(received)} of {size} bytes")
        received += part
    return bytes(received)


def _time_left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _wait_for_end(process: "subprocess.Popen[bytes]", program: ConfinedProgram) -> None:
    try:
        process.wait(program.stop_seconds)
    except subprocess.TimeoutExpired:
        _logger.warning("process %d of %s does not end", process.pid, program.module)
