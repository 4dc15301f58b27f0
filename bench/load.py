"""A load client that costs little: calls are signed and written out beforehand, connections are plain
sockets in one selector loop, and of an answer only its status and its length are read.
"""

import secrets
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from mingpiao.gateway.authentication import (
    APP_HEADER,
    NONCE_HEADER,
    SIGNATURE_HEADER,
    TIMESTAMP_HEADER,
    sign,
)
from mingpiao.kernel import clock

_RECEIVE_BYTES = 256 * 1024
_PATIENCE_SECONDS = 30.0


class App(msgspec.Struct, frozen=True, kw_only=True):
    """The interface app in whose name calls are made."""

    app_id: str
    secret: str


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What a load came to. Latencies are in milliseconds, `per_s` counts answers within the time measured."""

    per_s: float
    p50_ms: float
    p99_ms: float
    worst_ms: float
    answers: int
    statuses: dict[int, int]


def signed_call(app: App, host: str, method: str, target: str, body: bytes = b"") -> bytes:
    """One signed call as it goes over the wire; it is good for five minutes and for one time."""
    timestamp, nonce = str(int(clock.now().timestamp())), secrets.token_hex(16)
    signature = sign(app.secret, method, target, timestamp, nonce, body)
    head = (
        f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n"
        f"{APP_HEADER}: {app.app_id}\r\n{TIMESTAMP_HEADER}: {timestamp}\r\n"
        f"{NONCE_HEADER}: {nonce}\r\n{SIGNATURE_HEADER}: {signature}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def plain_call(host: str, method: str, target: str) -> bytes:
    """One call without signature and body."""
    return f"{method} {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


def issue_calls(app: App, host: str, bodies: Iterable[bytes]) -> list[bytes]:
    """A signed call to issue each of the bodies."""
    return [signed_call(app, host, "POST", "/api/v1/bills", body) for body in bodies]


def batch_call(app: App, host: str, bodies: Sequence[bytes]) -> bytes:
    """One signed call to issue all of the bodies."""
    return signed_call(app, host, "POST", "/api/v1/bills/batch", b'{"bills":[' + b",".join(bodies) + b"]}")


class _Connection:
    """A socket with the answer that is coming in on it."""

    __slots__ = ("received", "sent_at", "socket")

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=_PATIENCE_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""
        self.sent_at = 0.0

    def send(self, call: bytes) -> None:
        self.received = b""
        self.sent_at = time.perf_counter()
        self.socket.sendall(call)

    def receive(self) -> int | None:
        """Take what has come; the status when the answer is whole. ConnectionError when the server hung up."""
        data = self.socket.recv(_RECEIVE_BYTES)
        if not data:
            raise ConnectionError("the server closed a connection")
        self.received = self.received + data if self.received else data
        head = self.received.find(b"\r\n\r\n")
        if head < 0 or len(self.received) < head + 4 + _content_length(self.received, head):
            return None
        return int(self.received[9:12])


def _content_length(answer: bytes, head: int) -> int:
    start = answer.find(b"content-length: ", 0, head) + 16
    return int(answer[start : answer.find(b"\r\n", start)])


def drive(
    address: tuple[str, int],
    calls: Sequence[bytes],
    *,
    connections: int,
    seconds: float,
    warm_up: float = 0.0,
) -> Load:
    """Send calls, each once and one at a time on each connection, for so many seconds after a warm-up.

    Ends early when the calls run out. Answers that come after the time are waited for, not counted.
    Raises OSError when the server goes away.
    """
    waiting = iter(calls)
    opened = [_Connection(address) for _ in range(connections)]
    start = time.perf_counter() + warm_up
    end = start + seconds
    latencies: list[float] = []
    statuses: Counter[int] = Counter()
    last = start
    for finished, status, sent_at in _answers(opened, waiting, end):
        if start <= finished <= end:
            latencies.append(finished - sent_at)
            statuses[status] += 1
            last = finished
    measured = seconds if next(waiting, None) is not None else max(last - start, 1e-9)
    return _load(sorted(latencies), measured, statuses)


def _answers(
    connections: Sequence[_Connection], calls: Iterator[bytes], end: float
) -> Iterator[tuple[float, int, float]]:
    """(when, status, when the call was sent) of every answer, until the end has come and all are in."""
    with selectors.DefaultSelector() as selector:
        for connection in connections:
            if (call := next(calls, None)) is not None:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
                connection.send(call)
        while selector.get_map():
            ready = selector.select(_PATIENCE_SECONDS)
            if not ready:
                raise TimeoutError("the server does not answer")
            for key, _ in ready:
                connection = key.data
                status = connection.receive()
                if status is None:
                    continue
                now = time.perf_counter()
                yield now, status, connection.sent_at
                call = next(calls, None) if now < end else None
                if call is None:
                    selector.unregister(connection.socket)
                    connection.socket.close()
                else:
                    connection.send(call)


def _load(latencies: Sequence[float], seconds: float, statuses: Counter[int]) -> Load:
    if not latencies:
        raise ValueError("nothing was answered in time")
    return Load(
        per_s=round(len(latencies) / seconds, 1),
        p50_ms=_quantile_ms(latencies, 0.5),
        p99_ms=_quantile_ms(latencies, 0.99),
        worst_ms=round(latencies[-1] * 1000, 1),
        answers=len(latencies),
        statuses=dict(statuses),
    )


def _quantile_ms(ordered: Sequence[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000, 1)
