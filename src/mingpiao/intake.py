"""What a request may make this process hold, and how long it may take to arrive.

Anybody may send bytes, and most of them before it is known who sends them. So bodies are counted while they
arrive: the first 64 kB of each are free, what comes beyond is taken from two budgets, one of the process
and one of its sender (an app at its network address, or a network address). Whoever finds a budget used up
is told to come again, and a body that comes too slowly is given up. Nothing here looks into a body.

`BoundedRequest` reads forms for pages: it counts a form's members before it parses them, and leaves long
forms to a thread.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any, cast
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.datastructures import FormMultiDict
from litestar.types import ASGIApp, HTTPReceiveMessage, Receive, Scope, Send
from litestar.types.empty import Empty

from mingpiao.kernel.errors import Refusal, refuse

#: Members that a form may have; the longest, a bill's with a hundred items, has about a thousand.
MOST_MEMBERS = 2_000
#: Parts that a form with files may have where its route does not say otherwise (`opt={PARTS: …}`).
MOST_PARTS = 64
PARTS = "parts"
#: Bytes of a form without files. Routes that take files or tables say their own limit.
MOST_FORM_BYTES = 512 * 1024
#: Bytes and members of a form that anybody may send: some short fields.
STRANGERS_FORM_BYTES = 16 * 1024
#: Forms that are longer are read in a thread, so that other requests go on meanwhile.
_LONG_FORM = 4 * 1024
_FORM = "application/x-www-form-urlencoded"
_FORM_WITH_FILES = "multipart/form-data"
_APP_HEADER = b"x-mingpiao-app"
_MEGABYTE = 1024 * 1024


class IntakeLimits(msgspec.Struct, frozen=True, kw_only=True):
    """How many bytes beyond `free` each body are held at a time, and how fast a body must come.

    A body has `grace_seconds`, and a second more for each `bytes_a_second` that have arrived.
    """

    free: int = 64 * 1024
    of_process: int = 256 * _MEGABYTE
    of_sender: int = 96 * _MEGABYTE
    grace_seconds: float = 10.0
    bytes_a_second: int = 32 * 1024


class Intake:
    """The budgets of one process. Wraps an ASGI application; whatever a request held is free at its end."""

    def __init__(self, limits: IntakeLimits | None = None) -> None:
        self._limits = limits or IntakeLimits()
        self._held = 0
        self._of_senders: Counter[str] = Counter()

    @property
    def held(self) -> int:
        """Bytes that all requests hold at this moment, beyond what is free."""
        return self._held

    def guard(self, handler: ASGIApp) -> ASGIApp:
        """The same application, whose bodies are counted as they arrive."""

        async def handle(scope: Scope, receive: Receive, send: Send) -> None:
            body = _Body(self, self._limits, receive, scope)
            try:
                await handler(scope, body.receive, send)
            finally:
                self.release(body.sender, body.taken)

        return handle

    def take(self, sender: str, size: int) -> None:
        """Take bytes from the budgets; raises `Refusal`: `service.crowded` (429), `service.unavailable` (503)."""
        if self._of_senders[sender] + size > self._limits.of_sender:
            raise _sender_full()
        if self._held + size > self._limits.of_process:
            raise _process_full()
        self._of_senders[sender] += size
        self._held += size

    def release(self, sender: str, size: int) -> None:
        """Give bytes back."""
        if not size:
            return
        self._held -= size
        self._of_senders[sender] -= size
        if not self._of_senders[sender]:
            del self._of_senders[sender]


class _Body:
    """One request's body on its way in."""

    __slots__ = (
        "_arrived",
        "_began",
        "_intake",
        "_limits",
        "_receive",
        "_scope",
        "_whole",
        "sender",
        "taken",
    )

    def __init__(self, intake: Intake, limits: IntakeLimits, receive: Receive, scope: Scope) -> None:
        self._intake = intake
        self._limits = limits
        self._receive = receive
        self._scope = scope
        self._arrived = 0
        self._began = 0.0
        self._whole = False
        self.sender = ""
        self.taken = 0

    async def receive(self) -> HTTPReceiveMessage:
        """The next message. Raises `Refusal` when the body is too slow, or too much for the budgets."""
        if self._whole:  # what comes now is word that the client has gone: that may take its time
            return cast(HTTPReceiveMessage, await self._receive())
        message = await self._next()
        if message["type"] != "http.request":
            self._whole = True
            return message
        self._arrived += len(message["body"])
        self._whole = not message["more_body"]
        beyond = self._arrived - self._limits.free - self.taken
        if beyond > 0:
            self.sender = self.sender or _sender_of(self._scope)
            self._intake.take(self.sender, beyond)
            self.taken += beyond
        return message

    async def _next(self) -> HTTPReceiveMessage:
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        allowed = self._limits.grace_seconds + self._arrived / self._limits.bytes_a_second
        try:
            async with asyncio.timeout_at(self._began + allowed):
                return cast(HTTPReceiveMessage, await self._receive())
        except TimeoutError:
            raise _too_slow() from None


def _sender_of(scope: Scope) -> str:
    """Who sends, as far as it can be known before anything is proven: an app counts at its address only,
    so that naming another's app takes nothing from it."""
    client = scope.get("client")
    host = client[0] if client else ""
    app = next((value for name, value in scope["headers"] if name == _APP_HEADER), b"")
    return f"{app[:64].decode('latin-1')}@{host}"


class BoundedRequest(Request[Any, Any, Any]):
    """A page's request, whose form has a number of members and never holds the event loop."""

    async def form(self) -> FormMultiDict:
        """The form, parsed once. Raises `Refusal` (`form.too_many_members`, 413)."""
        if self._form is Empty and self.content_type[0] == _FORM:
            body = await self.body()
            if body.count(b"&") >= MOST_MEMBERS:
                raise _too_many_members(MOST_MEMBERS)
            if len(body) > _LONG_FORM:
                self._form = await asyncio.to_thread(_members, body)
            else:
                self._form = _members(body)
        return await super().form()

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """The body in pieces. Of a form with files the parts are counted on the way, before the parser
        makes an object of each. Raises `Refusal` (`form.too_many_members`, 413)."""
        kind, options = self.content_type
        boundary = b"--" + options.get("boundary", "").encode()
        most = self.route_handler.opt.get(PARTS, MOST_PARTS)
        found, tail = 0, b""
        async for piece in super().stream():
            if kind == _FORM_WITH_FILES:
                found += (tail + piece).count(boundary)
                tail = (tail + piece)[1 - len(boundary) :]
                # One boundary opens each part, one more closes the last.
                if found > most + 1:
                    raise _too_many_members(most)
            yield piece


def _members(body: bytes) -> FormMultiDict:
    return FormMultiDict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def _too_many_members(most: int) -> Refusal:
    message = f"表单内容过多（超过{most}项），请分几次提交。"
    return refuse("form.too_many_members", message, status=413)


def _too_slow() -> Refusal:
    return refuse("request.too_slow", "请求发送过慢，没有收完，请检查网络后重新发送。", status=408)


def _sender_full() -> Refusal:
    message = "同时发送的数据过多，请等前面的请求得到应答后再发送。"
    return refuse("service.crowded", message, status=429, retry_after=1)


def _process_full() -> Refusal:
    return refuse("service.unavailable", "平台正在接收的数据过多，请稍后重试。", status=503)
