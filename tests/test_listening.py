"""A connection without a proxy before it: heads, half-sent requests, readers that stall, many at once."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn
from tests.support.site import free_port
from tests.support.waiting import until

from mingpiao import listening
from mingpiao.listening import MOST_HEAD_BYTES, MOST_HEAD_LINES, server_options

MOST = 16
BIG = 32 * 1024 * 1024


async def application(scope: Any, receive: Any, send: Any) -> None:
    body = b"x" * BIG if scope["path"] == "/big" else b"ok"
    if scope["path"] == "/read":
        while (await receive()).get("more_body"):
            pass
    headers = [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    for start in range(0, len(body), 65_536):
        await send({"type": "http.response.body", "body": body[start : start + 65_536], "more_body": True})
    await send({"type": "http.response.body", "body": b"", "more_body": False})


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(listening, "HEAD_SECONDS", 0.5)
    monkeypatch.setattr(listening, "LINGER_SECONDS", 0.5)
    monkeypatch.setattr(listening, "STALL_SECONDS", 0.5)
    monkeypatch.setattr(listening, "IDLE_SECONDS", 1)
    options = server_options(MOST) | {"loop": "none", "lifespan": "off", "log_level": "critical"}
    config = uvicorn.Config(application, port=(chosen := free_port()), **options)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    yield chosen
    server.should_exit = server.force_exit = True
    await serving


async def ask(port: int, sent: bytes) -> bytes:
    """All that is answered to some bytes until the connection is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(sent)
        await writer.drain()
        return await asyncio.wait_for(reader.read(-1), 30)
    except ConnectionError:
        return b""
    finally:
        writer.close()


def head(lines: int = 1, *, value: bytes = b"v", path: bytes = b"/", more: bytes = b"") -> bytes:
    return (
        b"GET " + path + b" HTTP/1.1\r\n" + b"".join(b"h%d: %s\r\n" % (i, value) for i in range(lines)) + more
    )


CLOSE = b"connection: close\r\n\r\n"


async def test_a_head_has_a_size_and_a_number_of_lines(port: int) -> None:
    assert (await ask(port, head(MOST_HEAD_LINES - 1, more=CLOSE))).startswith(b"HTTP/1.1 200")
    assert (await ask(port, head(MOST_HEAD_LINES, more=CLOSE))).startswith(b"HTTP/1.1 431")
    half = b"v" * (MOST_HEAD_BYTES // 2)
    assert (await ask(port, head(1, value=half, more=CLOSE))).startswith(b"HTTP/1.1 200")
    assert (await ask(port, head(2, value=half, more=CLOSE))).startswith(b"HTTP/1.1 431")


async def test_a_head_without_an_end_is_cut_off_long_before_it_costs(port: int) -> None:
    began = time.process_time()
    answers = [
        await ask(port, head(0, more=b"h: ") + b"v" * 4_000_000),
        await ask(port, b"GET /" + b"a" * 4_000_000),
        await ask(
            port, b"POST /read HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\nt: " + b"v" * 4_000_000
        ),
    ]
    assert all(b"431" in answer or b"400" in answer or not answer for answer in answers)
    # A parser that joined all of it piece by piece would work for minutes.
    assert time.process_time() - began < 5


async def test_half_sent_requests_and_idle_connections_are_closed(port: int) -> None:
    assert await ask(port, b"") == b""
    assert await ask(port, b"GET / HTTP/1.1\r\nho") == b""
    assert (await ask(port, b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")).startswith(b"HTTP/1.1 200")
    answered_early = await ask(port, b"POST / HTTP/1.1\r\ncontent-length: 1000000\r\n\r\nx")
    assert answered_early.startswith(b"HTTP/1.1 200")


async def test_a_reader_that_stalls_is_let_go(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    writer.write(b"GET /big HTTP/1.1\r\nhost: a\r\n\r\n")
    await reader.readexactly(100)
    await asyncio.sleep(2)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(BIG)
    writer.close()


async def test_so_many_connections_are_served_at_a_time(port: int) -> None:
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST)]
    assert (await ask(port, head(more=CLOSE))).startswith(b"HTTP/1.1 503")
    for _, writer in held:
        writer.close()

    async def served_again() -> bool:
        return (await ask(port, head(more=CLOSE))).startswith(b"HTTP/1.1 200")

    await until(served_again)
