"""The ways on which text messages go out: a provider by HTTP, the console, and the demonstration's telephone."""

import re
import secrets
from collections.abc import Callable, Mapping

import httpx
import msgspec
from sqlalchemy.dialects.postgresql import insert

from mingpiao.crypto.sm3 import hmac_sm3
from mingpiao.delivery.model import OutgoingSms, Undeliverable
from mingpiao.delivery.tables import sms_phone
from mingpiao.kernel.clock import now
from mingpiao.storage.database import Database

#: Answers of 4xx after which the same message may pass later.
_LATER = frozenset({408, 425, 429})
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,40}")


class HttpAccess(msgspec.Struct, frozen=True, kw_only=True):
    """Where a provider is, how it knows the platform, and what it calls our templates."""

    url: str
    app: str
    secret: str
    sign: str
    templates: Mapping[str, str] = {}
    seconds: float = 10.0

    def __repr__(self) -> str:
        return f"HttpAccess(app={self.app!r})"


def signature_of(secret: str, purpose: str, time: str, body: bytes) -> str:
    """The HMAC-SM3, in hex, over purpose (`send` or `receipt`), time and body of a message between us and a provider."""
    return hmac_sm3(secret.encode(), f"{purpose}\n{time}\n".encode() + body).hex()


class HttpCarrier:
    """Posts each message as signed JSON. Any 2xx is acceptance; a 4xx but 408, 425 and 429 is final."""

    def __init__(self, access: HttpAccess, transport: httpx.AsyncBaseTransport | None = None) -> None:
        self._access = access
        self._client = httpx.AsyncClient(
            transport=transport, timeout=access.seconds, follow_redirects=False, trust_env=False
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def carry(self, message: OutgoingSms) -> None:
        """See `Carrier`."""
        access = self._access
        body = msgspec.json.encode(
            {
                "reference": message.reference,
                "mobile": message.mobile,
                "sign": access.sign,
                "template": access.templates.get(message.template, message.template),
                "values": message.values,
                "text": message.words,
            }
        )
        time = str(int(now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Sms-App": access.app,
            "X-Sms-Time": time,
            "X-Sms-Signature": signature_of(access.secret, "send", time, body),
        }
        try:
            answer = await self._client.post(access.url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            # Without the address, which may contain a key.
            raise ConnectionError(f"短信平台没有应答（{type(error).__name__}）") from None
        if answer.is_success:
            return
        told = f"短信平台拒绝（{answer.status_code}{_code_in(answer.content)}）"
        if answer.is_client_error and answer.status_code not in _LATER:
            raise Undeliverable(told)
        raise ConnectionError(told)


def _code_in(body: bytes) -> str:
    """The error code of an answer. Nothing else is taken: an answer may repeat the text with its code."""
    try:
        told = msgspec.json.decode(body[:10_000], type=dict[str, object])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ""
    code = told.get("code")
    return f"，{code}" if isinstance(code, str) and _CODE.fullmatch(code) else ""


class ConsoleCarrier:
    """Writes messages to the console of the worker, where a developer reads them."""

    def __init__(self, sign: str, write: Callable[[str], object] = print) -> None:
        self._sign, self._write = sign, write

    async def carry(self, message: OutgoingSms) -> None:
        """See `Carrier`."""
        self._write(f"短信 {message.mobile} 【{self._sign}】{message.words}")


class PhoneCarrier:
    """Puts messages on the demonstration's telephone (演示短信)."""

    def __init__(self, database: Database, sign: str) -> None:
        self._database, self._sign = database, sign

    async def carry(self, message: OutgoingSms) -> None:
        """See `Carrier`. A message that comes twice is shown once."""
        values = {
            "reference": message.reference,
            "mobile": message.mobile,
            "words": f"【{self._sign}】{message.words}",
            "arrived_at": now(),
        }
        async with self._database.system() as connection:
            await connection.execute(insert(sms_phone).values(values).on_conflict_do_nothing())


def new_reference() -> str:
    """A name for a message that tells nothing of it."""
    return secrets.token_hex(12)
