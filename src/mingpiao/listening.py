"""The server's side of a connection, for where no proxy stands before it.

uvicorn's protocol with limits: a head has a size, a number of lines and a time in which it must be whole;
a client that does not read what it asked for, or goes on sending what nobody wants any more, is let go.
The pace of bodies is `intake.py`'s.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

#: Bytes and lines of a request's head (address and headers, trailers too).
MOST_HEAD_BYTES = 64 * 1024
MOST_HEAD_LINES = 200
#: Seconds for a whole head, counted from the connection's or the head's first byte.
HEAD_SECONDS = 10.0
#: Seconds for the rest of a body that was answered before it was whole.
LINGER_SECONDS = 5.0
#: A client must read so many bytes in so many seconds of what waits for it.
STALL_SECONDS = 30.0
STALL_BYTES = 8 * 1024
#: Seconds that a connection may wait for its next request.
IDLE_SECONDS = 5

_TOO_LARGE = "Request header fields too large."


class _HeadTooLargeError(Exception):
    """A head has too many lines or bytes; the parser stops and hands it back as an error of its own."""


class GuardedProtocol(HttpToolsProtocol):
    """A connection of a client that nobody knows yet."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head."""
        super().connection_made(transport)
        self._reading_head = True
        self._unread = 0  # bytes since the parser last told of something
        self._lines = 0
        self._line_bytes = 0
        self._body_open = False
        self._too_large = False
        self._deadline: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self._unsent = 0
        self._set_deadline(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing waits any more."""
        self._clear_deadline()
        self._clear_stall()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Feed the parser so much at a time that a head without an end is noticed."""
        while data and not self.transport.is_closing():
            # The parser joins the pieces of a line again and again, so what it may hold is small.
            piece, data = data[:MOST_HEAD_BYTES], data[MOST_HEAD_BYTES:]
            self._unread += len(piece)
            super().data_received(piece)
            if self._unread > MOST_HEAD_BYTES and not self.transport.is_closing():
                self._too_large = True
                self.send_400_response(_TOO_LARGE)
                return

    def send_400_response(self, msg: str) -> None:
        """Refuse and close: 431 for a head that is too large, else 400."""
        if not self._too_large:
            super().send_400_response(msg)
            return
        body = _TOO_LARGE.encode()
        head = f"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: {len(body)}\r\n"
        kind = "content-type: text/plain; charset=utf-8\r\nconnection: close\r\n\r\n"
        self.transport.write((head + kind).encode() + body)
        self.transport.close()

    # -- what the parser tells -----------------------------------------------------------------------

    def on_message_begin(self) -> None:
        """A head begins."""
        self._reading_head, self._body_open = True, True
        self._lines = self._line_bytes = 0
        self._set_deadline(HEAD_SECONDS)
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        """Part of the address."""
        self._count(len(url), lines=0)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A line of the head, or a trailer after the body."""
        self._count(len(name) + len(value) + 4, lines=1)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._reading_head = False
        self._unread = 0
        self._clear_deadline()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Part of the body."""
        self._unread = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole."""
        self._unread = 0
        self._body_open = False
        self._clear_deadline()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """The answer is given: whoever still sends its request does not go on for long."""
        super().on_response_complete()
        if self._body_open and not self.pipeline:
            self._set_deadline(LINGER_SECONDS)

    def _count(self, size: int, *, lines: int) -> None:
        self._lines += lines
        self._line_bytes += size
        if self._lines > MOST_HEAD_LINES or self._line_bytes > MOST_HEAD_BYTES:
            self._too_large = True
            raise _HeadTooLargeError

    # -- deadlines -------------------------------------------------------------------------------------

    def _set_deadline(self, seconds: float) -> None:
        self._clear_deadline()
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _clear_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        self.transport.abort()

    # -- clients that do not read ----------------------------------------------------------------------

    def pause_writing(self) -> None:
        """More waits to be sent than should: look now and then whether the client reads."""
        super().pause_writing()
        self._watch_sending()

    def resume_writing(self) -> None:
        """The client has read."""
        self._clear_stall()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        """Nothing more is asked. An answer that is still not read keeps the connection only as long as it moves."""
        if self.transport.get_write_buffer_size():
            self._watch_sending()
        super().timeout_keep_alive_handler()

    def _watch_sending(self) -> None:
        if self._stall is None:
            self._unsent = self.transport.get_write_buffer_size()
            self._stall = self.loop.call_later(STALL_SECONDS, self._look_at_sending)

    def _look_at_sending(self) -> None:
        self._stall = None
        unsent = self.transport.get_write_buffer_size()
        if not unsent:
            return
        if unsent > self._unsent - STALL_BYTES:
            self.transport.abort()
            return
        self._watch_sending()

    def _clear_stall(self) -> None:
        if self._stall is not None:
            self._stall.cancel()
            self._stall = None


def server_options(most_connections: int) -> dict[str, Any]:
    """How uvicorn listens, beyond where."""
    return {
        "http": GuardedProtocol,
        "loop": "uvloop",
        "ws": "none",
        "limit_concurrency": most_connections,
        "timeout_keep_alive": IDLE_SECONDS,
        "timeout_graceful_shutdown": 10,
        "access_log": False,
        "server_header": False,
    }
