"""The process that reads files from outside for its parent, over a socket that is its stdin.

A file may be crafted to attack this process. It therefore has no keys and no address of the database, cannot
write files, gives up the network where the system supports that, and is limited in memory and processor
time. Its parent kills it when it takes too long.
"""

import contextlib
import importlib
import math
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from mingpiao.processes.confinement import Confinement, confine, limit
from mingpiao.processes.frames import ParentChannel, parent_channel
from mingpiao.reading.model import PageLines

#: The largest request, a file and a little more; and the largest answer.
MAX_REQUEST = 21 * 1024 * 1024
MAX_ANSWER = 48 * 1024 * 1024

_MEGABYTE = 1024 * 1024
#: Address space for text, and for OCR. Most of it is never used.
TEXT_MEMORY = 1_500 * _MEGABYTE
LOOK_MEMORY = 4_096 * _MEGABYTE

_CONFINEMENT = Confinement(
    writes_files=False,
    uses_network=False,
    descriptors=128,
    memory=LOOK_MEMORY,
    # Bills are issued on the same machine and have priority over reading.
    niceness=5,
)


class ReadRequest(msgspec.Struct, frozen=True, tag="read", array_like=True):
    """Read a file; the answer is its lines, or the result of `step`, a function named as "module:function".

    Without `look`, the answer to a file that has pages without text is `MustLook`. `seconds` limits the
    processor time.
    """

    data: bytes
    media_type: str
    step: str
    look: bool
    seconds: float


class PictureRequest(msgspec.Struct, frozen=True, tag="picture", array_like=True):
    """Draw a page upright, `width` pixels wide."""

    data: bytes
    media_type: str
    page: int
    width: int
    rotation: int
    seconds: float


class PingRequest(msgspec.Struct, frozen=True, tag="ping", array_like=True):
    """Say that the process answers."""

    seconds: float


class ReadingProgress(msgspec.Struct, frozen=True, tag="progress", array_like=True):
    """`done` of `pages` pages are read."""

    done: int
    pages: int


class ReaderAnswer(msgspec.Struct, frozen=True, tag="answer", array_like=True):
    """The result: the step's value or the lines as JSON, or a PNG."""

    body: bytes
    peak_memory: int
    looked: bool


class MustLook(msgspec.Struct, frozen=True, tag="must_look", array_like=True):
    """The file needs OCR: `pictures` of its `pages` pages at most have no text, or text that may not say what is shown."""

    pages: int
    pictures: int


class Unreadable(msgspec.Struct, frozen=True, tag="unreadable", array_like=True):
    """The file cannot be read: a stable code and a Chinese sentence."""

    code: str
    message: str


class Failed(msgspec.Struct, frozen=True, tag="failed", array_like=True):
    """The process failed; the reason is for the log."""

    reason: str


Request = ReadRequest | PictureRequest | PingRequest
Message = ReadingProgress | ReaderAnswer | MustLook | Unreadable | Failed

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)


def encode(message: Request | Message) -> bytes:
    """A message as bytes, as the processes exchange it."""
    return _encoder.encode(message)


def serve(parent: ParentChannel) -> None:
    """Answer requests until the parent closes its end."""

    def say(message: Message) -> None:
        parent.send(encode(message))

    parent.say_ready()
    while (body := parent.receive()) is not None:
        request = _requests.decode(body)
        # Both contain the whole file, so they are deleted before the next request is awaited.
        del body
        answer = _answer(request, say)
        del request
        say(answer)


def _answer(request: Request, say: Any) -> Message:
    from mingpiao.reading.errors import FileUnreadable, too_complex

    _bound(request)
    if isinstance(request, PingRequest):
        return _reply(b"")
    try:
        if isinstance(request, PictureRequest):
            return _reply(_draw(request))
        return _read(request, say)
    except FileUnreadable as reason:
        return Unreadable(reason.code, reason.message)
    except (MemoryError, RecursionError) as error:
        beyond = too_complex(type(error).__name__)
        return Unreadable(beyond.code, beyond.message)
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def _read(request: ReadRequest, say: Any) -> Message:
    from mingpiao.reading.counting import count_pages
    from mingpiao.reading.lines import LookNeeded, read_lines

    if not request.look:
        pages, pictures = count_pages(request.data, request.media_type)
        if pictures:
            return MustLook(pages, pictures)

    def tell(done: int, pages: int) -> None:
        say(ReadingProgress(done, pages))

    try:
        read = read_lines(request.data, request.media_type, tell, may_look=request.look)
    except LookNeeded as need:
        return MustLook(need.pages, need.pictures)
    return _reply(as_json(_function(request.step)(read) if request.step else read))


def _function(name: str) -> Callable[[tuple[PageLines, ...]], Any]:
    module, _, function = name.partition(":")
    found: Callable[[tuple[PageLines, ...]], Any] = getattr(importlib.import_module(module), function)
    return found


def _draw(request: PictureRequest) -> bytes:
    from mingpiao.reading.lines import picture

    return picture(request.data, request.media_type, request.page, request.width, request.rotation)


def _reply(body: bytes) -> Message:
    if len(body) > MAX_ANSWER - 1024:
        return Unreadable("evidence.too_much_text", "文件中的文字过多，请只上传与本次开票有关的页面。")
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return ReaderAnswer(body, usage.ru_maxrss * 1024, "onnxruntime" in sys.modules)


def as_json(value: Any) -> bytes:
    """A value as JSON that PostgreSQL accepts: without NUL and without lone surrogates."""
    with contextlib.suppress(UnicodeEncodeError):
        encoded = msgspec.json.encode(value)
        if b"\\u0000" not in encoded:
            return encoded
    return msgspec.json.encode(_plain(msgspec.to_builtins(value, builtin_types=())))


def _plain(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "").encode("utf-8", "replace").decode()
        case dict():
            return {_plain(key): _plain(member) for key, member in value.items()}
        case list() | tuple():
            return [_plain(member) for member in value]
        case _:
            return value


def _bound(request: Request) -> None:
    """Set the limits of one request; processor time that earlier requests used does not count."""
    look = isinstance(request, ReadRequest) and request.look
    limit(resource.RLIMIT_AS, LOOK_MEMORY if look else max(TEXT_MEMORY, _address_space() + 512 * _MEGABYTE))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    # One thread reads text; OCR uses as many threads as there are processors.
    threads = (os.cpu_count() or 1) if look else 1
    limit(resource.RLIMIT_CPU, math.ceil(usage.ru_utime + usage.ru_stime + request.seconds * threads))


def _address_space() -> int:
    """The size of this process's address space in bytes; 0 where the system does not report it."""
    try:
        told = Path("/proc/self/statm").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(told.split()[0]) * resource.getpagesize()


def main() -> None:
    """Entry point of `python -m mingpiao.reading.process MODULE...`, which only `ReaderPool` starts."""
    confine(_CONFINEMENT)
    # Modules are loaded before the first file, so that this time does not count for the file.
    for module in ("numpy", "PIL.Image", "mingpiao.reading.lines", *sys.argv[1:]):
        importlib.import_module(module)
    with parent_channel(most_request=MAX_REQUEST, most_answer=MAX_ANSWER) as parent:
        serve(parent)


if __name__ == "__main__":
    main()
