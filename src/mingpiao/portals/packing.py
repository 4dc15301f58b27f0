"""Smaller answers: static files as they were compressed at build time, pages as they are made.

A page may hold secrets beside words that came with the request, and the size of a compressed page tells how alike
they are. So each page gets a name of random length in its gzip header, and CSRF tokens are masked
(`portals/masks.py`); see docs/decisions.
"""

import hashlib
import mimetypes
import secrets
import struct
import zlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.datastructures import CacheControlHeader
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

STATIC_DIR = Path(__file__).parent / "static"
PACKED_DIR = STATIC_DIR / "packed"

#: The address of each static file contains a hash of its content, so a browser may keep the file for ever.
_FOR_A_YEAR = CacheControlHeader(public=True, max_age=31_536_000, immutable=True)
#: How a file may be sent, the smallest first: the encoding's name, and the ending of its copy.
_ENCODINGS = (("br", "br"), ("gzip", "gz"))
#: Below this a compressed page is hardly smaller.
_FEWEST_BYTES = 600
_LEVEL = 6
#: The noise in a page's length: a gzip header may carry a file name, which nobody reads.
_LONGEST_NAME = 96
#: RFC 1952: magic, deflate, "a name follows", no time, no hints, unknown system.
_GZIP_HEAD = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"


class StaticFile(msgspec.Struct, frozen=True):
    """One static file: its content, its type, and its compressed copies by encoding."""

    content: bytes
    media_type: str
    packed: Mapping[str, bytes]

    def best(self, accepted: frozenset[str]) -> tuple[str, bytes]:
        """The encoding (empty for none) and the bytes for a client that accepts these encodings."""
        name = next((each for each, _ in _ENCODINGS if each in accepted and each in self.packed), "")
        return name, self.packed[name] if name else self.content


@cache
def static_file(name: str) -> StaticFile | None:
    """A file below `static` by its path there; None if there is none. Read once: a process serves one release."""
    if name not in _names():
        return None
    content = (STATIC_DIR / name).read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    copies = {encoding: PACKED_DIR / f"{digest}.{ending}" for encoding, ending in _ENCODINGS}
    return StaticFile(
        content,
        mimetypes.guess_type(name)[0] or "application/octet-stream",
        {encoding: copy.read_bytes() for encoding, copy in copies.items() if copy.is_file()},
    )


@cache
def _names() -> frozenset[str]:
    """The files that are served; an address is looked up here and never made a path."""
    files = (file.relative_to(STATIC_DIR) for file in STATIC_DIR.rglob("*") if file.is_file())
    return frozenset(file.as_posix() for file in files if file.parts[0] != PACKED_DIR.name)


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with the content, so browsers may keep the file."""
    found = static_file(name)
    if found is None:
        return f"/static/{name}"
    return f"/static/{name}?v={hashlib.sha256(found.content).hexdigest()[:12]}"


@get("/static/{name:path}", cache_control=_FOR_A_YEAR, include_in_schema=False, sync_to_thread=True)
def serve_static(request: Request[Any, Any, Any], name: FromPath[str]) -> Response[bytes]:
    """A script, style or picture of the pages, as small as the browser takes it."""
    found = static_file(name.lstrip("/"))
    if found is None:
        raise NotFoundException
    encoding, content = found.best(accepted_encodings(request))
    headers = {"Vary": "Accept-Encoding"} | ({"Content-Encoding": encoding} if encoding else {})
    return Response(content, media_type=found.media_type, headers=headers)


def accepted_encodings(request: Request[Any, Any, Any]) -> frozenset[str]:
    """The encodings that a request's header names, without those that it rules out by q=0."""
    parts = [
        part.strip().lower().split(";") for part in request.headers.get("accept-encoding", "").split(",")
    ]
    return frozenset(
        name.strip() for name, *more in parts if not any(_is_zero(each.strip()) for each in more)
    )


def _is_zero(parameter: str) -> bool:
    return parameter.startswith("q=") and not parameter[2:].strip("0.")


def packed_page(request: Request[Any, Any, Any], html: str) -> tuple[bytes, dict[str, str]]:
    """A page's bytes for a request, and the headers that go with them."""
    content = html.encode()
    if len(content) < _FEWEST_BYTES or "gzip" not in accepted_encodings(request):
        return content, {}
    return _gzip_of_random_length(content), {"Content-Encoding": "gzip"}


def _gzip_of_random_length(content: bytes) -> bytes:
    name = b"x" * secrets.randbelow(_LONGEST_NAME + 1)
    deflate = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(content) + deflate.flush()
    return _GZIP_HEAD + name + b"\0" + body + struct.pack("<II", zlib.crc32(content), len(content))
