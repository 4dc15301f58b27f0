"""Reading processes: started when there is something to read, killed when they take too long.

A file that must be looked at takes a second a page and half a gigabyte; one place is kept free of such
files, so that those with text never wait behind them.
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Self, TypeVar

import msgspec

from mingpiao.evidence.model import EvidenceReading, PageLines
from mingpiao.evidence.reader_process import (
    LENGTH_BYTES,
    MAX_ANSWER,
    Failed,
    Message,
    MustLook,
    PictureRequest,
    ReaderAnswer,
    ReadingProgress,
    ReadRequest,
    Request,
    Unreadable,
    frame,
)
from mingpiao.evidence.reading.errors import FileUnreadable

_logger = logging.getLogger(__name__)
_messages: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)
_MEGABYTE = 1024 * 1024
#: How long a process may take to load its libraries; some seconds on a busy machine.
_START_SECONDS = 60.0
#: How much longer than the processor works on a request it may take by the clock.
_BY_THE_CLOCK = 4

#: Told of pages that are read, and of all pages.
OnProgress = Callable[[int, int], None]
T = TypeVar("T")


class ReaderLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How long a process may work on a request, in seconds of the processor, and when it is replaced.

    Neither its start nor its waiting for the processor counts, so that a busy machine makes no file
    unreadable; by the clock it may take four times as long. Looking has `look_seconds` and
    `look_seconds_a_page` for each page without text, on each processor. A process is replaced after
    `requests` requests or once it has used `memory` bytes; one that has looked, when it was idle for
    `idle_seconds`.
    """

    text_seconds: float = 30.0
    look_seconds: float = 30.0
    look_seconds_a_page: float = 10.0
    picture_seconds: float = 15.0
    requests: int = 200
    memory: int = 1_300 * _MEGABYTE
    idle_seconds: float = 120.0


class ReaderFailed(Exception):
    """The reading process did not do it; `code` is `evidence.reader_timeout` or `evidence.reader_crashed`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


class FileNeedsOcr(Exception):
    """`pictures` of the file's `pages` pages have no text."""

    def __init__(self, pages: int, pictures: int) -> None:
        super().__init__(f"{pictures} of {pages} pages")
        self.pages = pages
        self.pictures = pictures


class _Reader:
    """One process and the socket to it; it does one request at a time."""

    def __init__(self, process: Process, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.process = process
        self.looked = False
        self.served = 0
        self.peak_memory = 0
        self.ending: asyncio.TimerHandle | None = None
        self._ready = False
        self._reader = reader
        self._writer = writer

    async def get_ready(self) -> None:
        """Wait until the process has started. Raises as `ask`, and OSError when it takes too long."""
        if self._ready:
            return
        try:
            async with asyncio.timeout(_START_SECONDS):
                # The first thing it says is `Ready`.
                await self._hear()
        except TimeoutError as error:
            raise ConnectionError(f"not ready in {_START_SECONDS:.0f} s") from error
        self._ready = True

    async def ask(self, request: Request, on_progress: OnProgress | None) -> Message:
        """Raises OSError and the like when the process dies, msgspec.DecodeError when it talks nonsense."""
        self._writer.write(frame(request))
        await self._writer.drain()
        while True:
            message = await self._hear()
            if isinstance(message, ReaderAnswer):
                self.looked = message.looked
                self.peak_memory = message.peak_memory
            if not isinstance(message, ReadingProgress):
                self.served += 1
                return message
            if on_progress is not None:
                on_progress(message.done, message.pages)

    async def _hear(self) -> Message:
        size = int.from_bytes(await self._reader.readexactly(LENGTH_BYTES), "big")
        if size > MAX_ANSWER:
            raise ConnectionError(f"an answer of {size} bytes")
        return _messages.decode(await self._reader.readexactly(size))

    async def end(self) -> None:
        """Kill the process, whatever it does, and wait for its end."""
        if self.ending is not None:
            self.ending.cancel()
        self._writer.transport.abort()
        with contextlib.suppress(ProcessLookupError):
            self.process.kill()
        await self.process.wait()


class ReaderPool:
    """At most `processes` reading processes. Bound to the event loop that uses it."""

    def __init__(self, processes: int = 2, limits: ReaderLimits | None = None) -> None:
        self._limits = limits or ReaderLimits()
        self._places = asyncio.Semaphore(processes)
        self._looking_places = asyncio.Semaphore(max(1, processes - 1))
        self._idle: list[_Reader] = []
        self._busy: set[_Reader] = set()
        self._endings: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The processes that run now."""
        return tuple(reader.process.pid for reader in (*self._idle, *self._busy))

    async def close(self) -> None:
        """End all processes; requests at hand fail."""
        readers = [*self._idle, *self._busy]
        self._idle.clear()
        await asyncio.gather(*(reader.end() for reader in readers), *self._endings)

    async def warm(self) -> None:
        """Have a process ready for the first file."""
        async with self._places:
            if not self._idle:
                self._idle.append(await _start())

    async def read_file(
        self, data: bytes, media_type: str, on_progress: OnProgress | None = None
    ) -> EvidenceReading:
        """What a file with text says. Raises `FileUnreadable`, `FileNeedsOcr`, `ReaderFailed`."""
        body = await self._read(data, media_type, on_progress, only_lines=False)
        return _decoded(body, EvidenceReading)

    async def look_at_file(
        self, data: bytes, media_type: str, pages: int, on_progress: OnProgress | None = None
    ) -> EvidenceReading:
        """What a file of so many pages says, those without text being looked at. Raises as `read_file`."""
        body = await self._look(data, media_type, pages, on_progress, only_lines=False)
        return _decoded(body, EvidenceReading)

    async def read_lines(
        self, data: bytes, media_type: str, on_progress: OnProgress | None = None
    ) -> tuple[PageLines, ...]:
        """All pages as lines, looked at where there is no text. Raises `FileUnreadable`, `ReaderFailed`."""
        try:
            body = await self._read(data, media_type, on_progress, only_lines=True)
        except FileNeedsOcr as must:
            body = await self._look(data, media_type, must.pictures, on_progress, only_lines=True)
        return _decoded(body, tuple[PageLines, ...])

    async def picture(
        self, data: bytes, media_type: str, page: int, *, width: int, rotation: int = 0
    ) -> bytes:
        """A page from 1 as a PNG, turned by `rotation`, `width` pixels wide. Raises as `read_lines`;
        a page that is not there is `ReaderFailed`."""
        seconds = self._limits.picture_seconds
        request = PictureRequest(data, media_type, page, width, rotation, seconds)
        return await self._ask(request, seconds)

    async def _read(
        self, data: bytes, media_type: str, on_progress: OnProgress | None, *, only_lines: bool
    ) -> bytes:
        seconds = self._limits.text_seconds
        request = ReadRequest(data, media_type, only_lines, False, seconds)
        return await self._ask(request, seconds, on_progress)

    async def _look(
        self, data: bytes, media_type: str, pages: int, on_progress: OnProgress | None, *, only_lines: bool
    ) -> bytes:
        seconds = self._limits.look_seconds + pages * self._limits.look_seconds_a_page
        request = ReadRequest(data, media_type, only_lines, True, seconds)
        async with self._looking_places:
            return await self._ask(request, seconds, on_progress, looks=True)

    async def _ask(
        self,
        request: Request,
        seconds: float,
        on_progress: OnProgress | None = None,
        *,
        looks: bool = False,
    ) -> bytes:
        async with self._places, self._reader(looks=looks) as reader:
            try:
                await reader.get_ready()
                async with asyncio.timeout(seconds * _BY_THE_CLOCK):
                    message = await reader.ask(request, on_progress)
            except TimeoutError as error:
                raise _not_done_in(seconds * _BY_THE_CLOCK) from error
            except (OSError, asyncio.IncompleteReadError, msgspec.DecodeError) as error:
                await reader.end()
                code = reader.process.returncode
                if code == -signal.SIGXCPU:
                    raise _not_done_in(seconds) from error
                raise ReaderFailed("evidence.reader_crashed", f"{error!r}, exit code {code}") from error
        if isinstance(message, ReaderAnswer):
            return message.body
        raise _as_exception(message)

    @asynccontextmanager
    async def _reader(self, *, looks: bool) -> AsyncIterator[_Reader]:
        """A process for one request; it is ended unless it answered."""
        reader = self._take(looks) or await _start()
        served = reader.served
        self._busy.add(reader)
        try:
            yield reader
        finally:
            self._busy.discard(reader)
            if reader.served == served:
                await asyncio.shield(reader.end())
            else:
                self._give_back(reader)

    def _take(self, looks: bool) -> _Reader | None:
        """An idle process, of those that have looked before when it is to look again, else of the others."""
        for dead in [reader for reader in self._idle if reader.process.returncode is not None]:
            self._idle.remove(dead)
            self._end_later(dead)
        found = next((reader for reader in self._idle if reader.looked is looks), None)
        if found is None and self._idle:
            found = self._idle[0]
        if found is not None:
            self._idle.remove(found)
            if found.ending is not None:
                found.ending.cancel()
        return found

    def _give_back(self, reader: _Reader) -> None:
        if reader.served >= self._limits.requests or reader.peak_memory > self._limits.memory:
            self._end_later(reader)
            return
        self._idle.append(reader)
        if reader.looked:
            loop = asyncio.get_running_loop()
            reader.ending = loop.call_later(self._limits.idle_seconds, self._end_idle, reader)

    def _end_idle(self, reader: _Reader) -> None:
        if reader in self._idle:
            self._idle.remove(reader)
            self._end_later(reader)

    def _end_later(self, reader: _Reader) -> None:
        ending = asyncio.create_task(reader.end())
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)


def _not_done_in(seconds: float) -> ReaderFailed:
    return ReaderFailed("evidence.reader_timeout", f"not done in {seconds:.0f} s")


def _as_exception(message: Message) -> Exception:
    match message:
        case MustLook(pages=pages, pictures=pictures):
            return FileNeedsOcr(pages, pictures)
        case Unreadable(code=code, message=sentence):
            return FileUnreadable(code, sentence)
        case Failed(reason=reason):
            _logger.error("a reader failed: %s", reason)
            return ReaderFailed("evidence.reader_crashed", reason)
        case _:
            return ReaderFailed("evidence.reader_crashed", type(message).__name__)


def _decoded(body: bytes, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReaderFailed("evidence.reader_crashed", repr(error)) from error


async def _start() -> _Reader:
    ours, theirs = socket.socketpair()
    try:
        with theirs:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-P",
                "-m",
                "mingpiao.evidence.reader_process",
                stdin=theirs.fileno(),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=_environment(),
            )
    except BaseException:
        ours.close()
        raise
    reader, writer = await asyncio.open_unix_connection(sock=ours)
    return _Reader(process, reader, writer)


#: What a reading process needs to find its libraries; no address, no key, no password.
_PASSED_ON = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ", "HOME", "VIRTUAL_ENV")


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    # Many arenas of memory would use up the address space that it is allowed.
    return kept | {"MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"}
