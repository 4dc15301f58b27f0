"""Authenticates calls: an HMAC-SM3 over method, path, time, nonce and body proves which app calls.

The order matters: first the checks that cost nothing, then the app. Only for a known app the body is read and the
signature checked: an app's id is no secret, so nothing is lost if an unknown one is answered sooner. Only a call
with a valid signature uses its nonce, so nobody without a secret can make the platform write anything.
"""

import asyncio
import hmac
import re
from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request
from litestar.types import Scope

from mingpiao.composition import GatewayServices
from mingpiao.crypto.sm3 import hmac_sm3, sm3_hex
from mingpiao.gateway.nonces import NonceLedger
from mingpiao.identity.model import Acting, interface_app
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.scope import UnitScope
from mingpiao.web import client_address

CLOCK_TOLERANCE_SECONDS = 300

APP_HEADER = "X-Mingpiao-App"
TIMESTAMP_HEADER = "X-Mingpiao-Timestamp"
NONCE_HEADER = "X-Mingpiao-Nonce"
SIGNATURE_HEADER = "X-Mingpiao-Signature"

_SHAPES = {
    APP_HEADER: re.compile(rb"[A-Za-z0-9_-]{1,64}"),
    TIMESTAMP_HEADER: re.compile(rb"[0-9]{1,12}"),
    NONCE_HEADER: re.compile(rb"[A-Za-z0-9_-]{16,64}"),
    SIGNATURE_HEADER: re.compile(rb"[0-9A-Fa-f]{64}"),
}
_KEYS = [(name, name.lower().encode(), shape) for name, shape in _SHAPES.items()]
_PREFIX = b"x-mingpiao-"

#: Longer bodies are hashed in a thread, so that other calls need not wait.
_LARGE_BODY = 256 * 1024


class NonceClaim(msgspec.Struct, frozen=True):
    """The four headers of a call, not yet proven."""

    app_id: str
    timestamp: str
    nonce: str
    signature: str


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """An authenticated interface app. Its unit is the only one whose data it can read or change."""

    unit_id: int
    acting: Acting

    @property
    def scope(self) -> UnitScope:
        return UnitScope(self.unit_id)


ApiRequest = Request[None, Caller, Any]


def signed_text(method: str, target: str, timestamp: str, nonce: str, body_sm3: str) -> bytes:
    """The five lines that are signed; `target` is path with query exactly as sent."""
    return f"{method}\n{target}\n{timestamp}\n{nonce}\n{body_sm3}".encode()


def sign(secret: str, method: str, target: str, timestamp: str, nonce: str, body: bytes) -> str:
    """The signature of a call: 64 lower-case hex digits."""
    return hmac_sm3(secret.encode(), signed_text(method, target, timestamp, nonce, sm3_hex(body))).hex()


def read_claim(headers: Iterable[tuple[bytes, bytes]]) -> NonceClaim:
    """The four headers from raw ASGI headers. Raises `Refusal` (`auth.header_invalid`, 401).

    A header that occurs twice is refused, as two readers could use different ones.
    """
    found: dict[bytes, bytes] = {}
    for name, value in headers:
        if name.startswith(_PREFIX):
            found[name] = b"" if name in found else value
    values: list[str] = []
    for shown, name, shape in _KEYS:
        value = found.get(name, b"")
        if shape.fullmatch(value) is None:
            raise refuse(
                "auth.header_invalid",
                f"请求头 {shown} 缺失、重复或格式不正确，请按接口文档签名。",
                field=shown,
                status=401,
            )
        values.append(value.decode())
    return NonceClaim(*values)


def check_clock(claim: NonceClaim, seconds: float) -> None:
    """Raise `Refusal` (`auth.clock_skew`, 401) unless the call's time is within five minutes of a POSIX time."""
    if abs(seconds - int(claim.timestamp)) > CLOCK_TOLERANCE_SECONDS:
        raise refuse(
            "auth.clock_skew",
            "请求时间与平台时间相差超过5分钟，请校准服务器时钟（时间戳为 Unix 秒）后重新签名。",
            field=TIMESTAMP_HEADER,
            status=401,
            server_time=int(seconds),
        )


class Doorkeeper:
    """Authenticates calls; one for each process."""

    def __init__(self) -> None:
        self._ledger: NonceLedger | None = None

    async def admit(self, request: ApiRequest) -> None:
        """Litestar's `before_request` of every resource: puts the authenticated `Caller` into `request.auth`.

        Raises `Refusal` (401): `auth.header_invalid`, `auth.clock_skew`, `auth.signature_invalid` (also for
        an app that does not exist), `auth.nonce_reused`. Without the database no call is accepted.
        """
        claim = read_claim(request.scope["headers"])
        check_clock(claim, now().timestamp())
        services: GatewayServices = request.app.state.gateway
        credential = await services.apps.find(claim.app_id)
        if credential is None:
            raise _signature_invalid()
        await _check_signature(claim, request, await request.body(), credential.secret)
        if not await self._nonces(services).spend(claim.app_id, claim.nonce):
            raise refuse(
                "auth.nonce_reused",
                "随机数已经使用过，请为每次调用（包括重试）生成新的随机数并重新签名。",
                field=NONCE_HEADER,
                status=401,
            )
        unit_id = credential.app.unit_id
        acting = interface_app(claim.app_id, unit_id, client_address(request))
        request.scope["auth"] = Caller(unit_id=unit_id, acting=acting)

    def _nonces(self, services: GatewayServices) -> NonceLedger:
        # The services are opened after the routes are made, so the first call provides them.
        if self._ledger is None:
            self._ledger = NonceLedger(services.database)
        return self._ledger


async def _check_signature(claim: NonceClaim, request: ApiRequest, body: bytes, secret: str) -> None:
    digest = sm3_hex(body) if len(body) <= _LARGE_BODY else await asyncio.to_thread(sm3_hex, body)
    text = signed_text(request.method, target_of(request.scope), claim.timestamp, claim.nonce, digest)
    expected = hmac_sm3(secret.encode(), text).hex()
    if not hmac.compare_digest(expected, claim.signature.lower()):
        raise _signature_invalid()


def _signature_invalid() -> Refusal:
    return refuse(
        "auth.signature_invalid",
        "签名不正确，请核对应用编号、密钥和签名步骤（方法、带参数的路径、时间戳、随机数、请求体摘要）。",
        field=SIGNATURE_HEADER,
        status=401,
    )


def target_of(scope: Scope) -> str:
    """Path and query exactly as the client sent them."""
    path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    return (path + b"?" + query if query else path).decode("latin-1")
