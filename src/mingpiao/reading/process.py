"""A process that reads strangers' files for its parent, over a socket that is its stdin.

What it is fed may have been made to harm it. It holds no key and no address of the database, cannot
write files, has no network where the system lets it give that up, and is bounded in memory and
processor time; its parent kills it when it takes too long.
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

#: The largest frame to the process, a file and a little; and the largest answer.
MAX_REQUEST = 21 * 1024 * 1024
MAX_ANSWER = 48 * 1024 * 1024

_MEGABYTE = 1024 * 1024
#: Address space while text is read, and while pictures are looked at. Most of it is never touched.
TEXT_MEMORY = 1_500 * _MEGABYTE
LOOK_MEMORY = 4_096 * _MEGABYTE

_CONFINEMENT = Confinement(
    writes_files=False,
    uses_network=False,
    descriptors=128,
    memory=LOOK_MEMORY,
    # Bills are issued on the same machine; reading gives way.
    niceness=3,
)


class ReadRequest(msgspec.Struct, frozen=True, tag="read", array_like=True):
    """Read a file: its lines, or what `step`, a function named as "module:function", makes of them.

    Without `look` a file that has pages without text is not read but answered with `MustLook`. `seconds`
    bounds the processor's time.
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


class ReadingProgress(msgspec.Struct, frozen=True, tag="progress", array_like=True):
    """`done` of `pages` pages are read."""

    done: int
    pages: int


class ReaderAnswer(msgspec.Struct, frozen=True, tag="answer", array_like=True):
    """What was asked for: the step's value or the lines as JSON, or a PNG."""

    body: bytes
    peak_memory: int
    looked: bool


class MustLook(msgspec.Struct, frozen=True, tag="must_look", array_like=True):
    """`pictures` of `pages` pages have no text."""

    pages: int
    pictures: int


class Unreadable(msgspec.Struct, frozen=True, tag="unreadable", array_like=True):
    """The file cannot be read: a stable code and a Chinese sentence."""

    code: str
    message: str


class Failed(msgspec.Struct, frozen=True, tag="failed", array_like=True):
    """The process could not do it; the reason is for the log."""

    reason: str


Request = ReadRequest | PictureRequest
Message = ReadingProgress | ReaderAnswer | MustLook | Unreadable | Failed

_encoder = msgspec.msgpack.Encoder()
_requests: msgspec.msgpack.Decoder[Request] = msgspec.msgpack.Decoder(Request)


def encode(message: Request | Message) -> bytes:
    """A message as it goes between the processes."""
    return _encoder.encode(message)


def serve(parent: ParentChannel) -> None:
    """Answer requests until the parent closes its end."""

    def say(message: Message) -> None:
        parent.send(encode(message))

    parent.say_ready()
    while (body := parent.receive()) is not None:
        request = _requests.decode(body)
        # Both hold the whole file.
        del body
        answer = _answer(request, say)
        del request
        say(answer)


def _answer(request: Request, say: Any) -> Message:
    from mingpiao.reading.errors import FileUnreadable

    _bound(request)
    try:
        if isinstance(request, PictureRequest):
            return _reply(_draw(request))
        return _read(request, say)
    except FileUnreadable as reason:
        return Unreadable(reason.code, reason.message)
    except (MemoryError, RecursionError) as error:
        return Unreadable(
            "evidence.too_complex",
            f"文件内容过于复杂，超出了识别的限度（{type(error).__name__}），请另存为普通 PDF 后重新上传。",
        )
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def _read(request: ReadRequest, say: Any) -> Message:
    from mingpiao.reading.counting import count_pages
    from mingpiao.reading.lines import read_lines

    if not request.look:
        pages, pictures = count_pages(request.data, request.media_type)
        if pictures:
            return MustLook(pages, pictures)

    def tell(done: int, pages: int) -> None:
        say(ReadingProgress(done, pages))

    read = read_lines(request.data, request.media_type, tell)
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
    """A value as JSON that PostgreSQL takes: no NUL, no half of a character."""
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
    """Set limits for one request; what was used before does not count."""
    look = isinstance(request, ReadRequest) and request.look
    limit(resource.RLIMIT_AS, LOOK_MEMORY if look else max(TEXT_MEMORY, _address_space() + 512 * _MEGABYTE))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    # Text is read by one thread; pictures are looked at by as many as there are processors.
    threads = (os.cpu_count() or 1) if look else 1
    limit(resource.RLIMIT_CPU, math.ceil(usage.ru_utime + usage.ru_stime + request.seconds * threads))


def _address_space() -> int:
    """Bytes of this process's address space; 0 where the system does not tell."""
    try:
        told = Path("/proc/self/statm").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(told.split()[0]) * resource.getpagesize()


def main() -> None:
    """Entry of `python -m mingpiao.reading.process MODULE...`, started by `ReaderPool` only."""
    confine(_CONFINEMENT)
    # Loaded before the first file is read, so that none of a file's time is spent on it.
    for module in ("numpy", "PIL.Image", "mingpiao.reading.lines", *sys.argv[1:]):
        importlib.import_module(module)
    with parent_channel(most_request=MAX_REQUEST, most_answer=MAX_ANSWER) as parent:
        serve(parent)


if __name__ == "__main__":
    main()
