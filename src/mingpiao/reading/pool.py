"""The pool of reading processes, which are started when needed and killed when they take too long.

A file that needs OCR takes a second a page and half a gigabyte. One process is kept free of such files, so
that files with text never wait for them.
"""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from typing import Any, Generic, Self, TypeVar

import msgspec

from mingpiao.processes.confined import (
    ConfinedProcess,
    ConfinedProcessFailed,
    ConfinedProcessLate,
    ConfinedProgram,
)
from mingpiao.processes.lending_pool import LendingPool, Loan
from mingpiao.reading.errors import FileUnreadable
from mingpiao.reading.model import PageLines
from mingpiao.reading.process import (
    MAX_ANSWER,
    MAX_REQUEST,
    Failed,
    Message,
    MustLook,
    PictureRequest,
    PingRequest,
    ReaderAnswer,
    ReadingProgress,
    ReadRequest,
    Request,
    Unreadable,
    encode,
)

_logger = logging.getLogger(__name__)
_messages: msgspec.msgpack.Decoder[Message] = msgspec.msgpack.Decoder(Message)
_MEGABYTE = 1024 * 1024
#: The limit of elapsed time for a request, as a multiple of its limit of processor time.
_BY_THE_CLOCK = 4
_PING_SECONDS = 5.0
#: So many times the usual limit at most.
_MOST_PATIENCE = 3

_PROGRAM = ConfinedProgram(
    module="mingpiao.reading.process",
    # On a busy machine it takes some seconds to load the libraries.
    start_seconds=60.0,
    most_request=MAX_REQUEST,
    most_answer=MAX_ANSWER,
    # More memory arenas would use up the process's limited address space.
    environment={"MALLOC_ARENA_MAX": "2", "PYTHONDONTWRITEBYTECODE": "1"},
)
#: Kinds of processes: one that has done OCR uses much memory.
_TEXT, _LOOKING = "", "looking"

#: A function that is called with the number of pages read so far, and of all pages.
OnProgress = Callable[[int, int], None]
T = TypeVar("T")


class ReaderLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How long a process may work on a request, in seconds of processor time, and when it is replaced.

    Time to start and time spent waiting for the processor do not count, so that a busy machine makes no
    file unreadable; the elapsed time may be four times as long. OCR has `look_seconds`, and in addition
    `look_seconds_a_page` for each page without text, on each processor. A process is replaced after
    `requests` requests, or when it has used `memory` bytes; one that has done OCR also after it was idle
    for `idle_seconds`. A request waits up to `wait_seconds` for a free process: longer than the longest file
    takes, so that only a fault ends the wait.
    """

    text_seconds: float = 30.0
    look_seconds: float = 30.0
    look_seconds_a_page: float = 10.0
    picture_seconds: float = 15.0
    requests: int = 200
    memory: int = 1_300 * _MEGABYTE
    idle_seconds: float = 120.0
    wait_seconds: float = 3600.0


class ReadingStep(msgspec.Struct, Generic[T], frozen=True):
    """A function that a reading process applies to a file's lines, so that foreign text is also analysed there.

    `function` is its name as "module:function". It takes the pages (`tuple[PageLines, ...]`) and returns a
    value of the type `returns`.
    """

    function: str
    returns: type[T]

    @property
    def module(self) -> str:
        return self.function.partition(":")[0]


_LINES = ReadingStep("", tuple[PageLines, ...])


class ReaderFailed(Exception):
    """The reading process failed; `code` is `evidence.reader_timeout` or `evidence.reader_crashed`."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {reason}")
        self.code = code


class FileNeedsOcr(Exception):
    """The file needs OCR: `pictures` of its `pages` pages have no text."""

    def __init__(self, pages: int, pictures: int) -> None:
        super().__init__(f"{pictures} of {pages} pages")
        self.pages = pages
        self.pictures = pictures


class ReaderPool:
    """A pool of at most `processes` reading processes, for one event loop.

    `steps` are the functions that will be applied to files; processes load their modules when they start.
    """

    def __init__(
        self,
        processes: int = 2,
        limits: ReaderLimits | None = None,
        *,
        steps: Sequence[ReadingStep[Any]] = (),
    ) -> None:
        self._limits = limits or ReaderLimits()
        program = msgspec.structs.replace(_PROGRAM, arguments=tuple(step.module for step in steps))
        self._processes = LendingPool(program, processes, wait_seconds=self._limits.wait_seconds)
        self._looking_places = asyncio.Semaphore(max(1, processes - 1))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The ids of the processes that run now."""
        return self._processes.process_ids

    async def close(self) -> None:
        """End all processes; running requests fail."""
        await self._processes.close()

    async def warm(self) -> None:
        """Start a process before the first file arrives. Raises `ReaderFailed`."""
        try:
            await self._processes.warm()
        except ConfinedProcessFailed as error:
            raise ReaderFailed("evidence.reader_crashed", str(error)) from error

    async def check(self) -> None:
        """Return when a process that has nothing to do answers, or none has. Raises `ReaderFailed`.

        One that is busy has a limit of its own, and one that is not there is started for the next file.
        """
        if self._processes.idle:
            await self._ask(PingRequest(_PING_SECONDS), _PING_SECONDS / _BY_THE_CLOCK)

    async def read_file(
        self,
        data: bytes,
        media_type: str,
        step: ReadingStep[T],
        on_progress: OnProgress | None = None,
        *,
        patience: int = 1,
    ) -> T:
        """The result of `step` for a file with text. Raises `FileUnreadable`, `FileNeedsOcr`, `ReaderFailed`.

        It may take `patience` times as long as usual, as one that was not read in time before.
        """
        seconds = self._limits.text_seconds * min(patience, _MOST_PATIENCE)
        request = ReadRequest(data, media_type, step.function, False, seconds)
        return _decoded(await self._ask(request, seconds, on_progress), step)

    async def look_at_file(
        self,
        data: bytes,
        media_type: str,
        pages: int,
        step: ReadingStep[T],
        on_progress: OnProgress | None = None,
        *,
        patience: int = 1,
    ) -> T:
        """The result of `step` for a file of which `pages` pages need OCR. Raises as `read_file`."""
        usual = self._limits.look_seconds + pages * self._limits.look_seconds_a_page
        seconds = usual * min(patience, _MOST_PATIENCE)
        request = ReadRequest(data, media_type, step.function, True, seconds)
        async with self._looking_places:
            return _decoded(await self._ask(request, seconds, on_progress, kind=_LOOKING), step)

    async def read_lines(
        self, data: bytes, media_type: str, on_progress: OnProgress | None = None
    ) -> tuple[PageLines, ...]:
        """All pages as lines, by OCR where there is no text. Raises `FileUnreadable`, `ReaderFailed`."""
        try:
            return await self.read_file(data, media_type, _LINES, on_progress)
        except FileNeedsOcr as must:
            return await self.look_at_file(data, media_type, must.pictures, _LINES, on_progress)

    async def picture(
        self, data: bytes, media_type: str, page: int, *, width: int, rotation: int = 0
    ) -> bytes:
        """Page `page` (from 1) as a PNG, turned by `rotation` degrees, `width` pixels wide. Raises as
        `read_lines`; `ReaderFailed` also for a page that does not exist."""
        seconds = self._limits.picture_seconds
        request = PictureRequest(data, media_type, page, width, rotation, seconds)
        return await self._ask(request, seconds)

    async def _ask(
        self,
        request: Request,
        seconds: float,
        on_progress: OnProgress | None = None,
        *,
        kind: str = _TEXT,
    ) -> bytes:
        try:
            async with self._processes.lend(seconds * _BY_THE_CLOCK, kind) as loan:
                message = await _answer(loan.process, request, on_progress)
                self._settle(loan, message)
        except ConfinedProcessLate as error:
            raise ReaderFailed("evidence.reader_timeout", str(error)) from error
        except ConfinedProcessFailed as error:
            # The operating system kills a process that has used up its processor time.
            late = error.exit_code == -signal.SIGXCPU
            code = "evidence.reader_timeout" if late else "evidence.reader_crashed"
            raise ReaderFailed(code, str(error)) from error
        except msgspec.DecodeError as error:
            raise ReaderFailed("evidence.reader_crashed", str(error)) from error
        if isinstance(message, ReaderAnswer):
            return message.body
        raise _as_exception(message)

    def _settle(self, loan: Loan, message: Message) -> None:
        """Decide whether a process that has answered is kept, and for what."""
        if loan.uses + 1 >= self._limits.requests:
            loan.keep = False
        if not isinstance(message, ReaderAnswer):
            return
        if message.peak_memory > self._limits.memory:
            loan.keep = False
        if message.looked:
            loan.kind = _LOOKING
            loan.idle_seconds = self._limits.idle_seconds


async def _answer(process: ConfinedProcess, request: Request, on_progress: OnProgress | None) -> Message:
    """The process's final answer. Raises msgspec.DecodeError when it cannot be decoded."""
    await process.send(encode(request))
    while isinstance(message := _messages.decode(await process.receive()), ReadingProgress):
        if on_progress is not None:
            on_progress(message.done, message.pages)
    return message


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


def _decoded(body: bytes, step: ReadingStep[T]) -> T:
    try:
        return msgspec.json.decode(body, type=step.returns)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ReaderFailed("evidence.reader_crashed", repr(error)) from error
