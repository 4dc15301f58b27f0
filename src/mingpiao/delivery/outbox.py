"""The outbox of text messages: written in the transaction that causes one, emptied by the worker afterwards.

Number and text are encrypted under the master key until the message left, and are gone then: who reads the
table, a dump or a log later finds no code. What stays for a while is when, which template, a masked number and
how it ended. A message may go out twice when a worker is killed right after it handed one over; its reference
is the same then, by which a provider tells.
"""

import hmac
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.keystore import MasterKey
from mingpiao.delivery.carriers import new_reference, signature_of
from mingpiao.delivery.model import (
    Carrier,
    OutgoingSms,
    PhoneMessage,
    SmsRow,
    SmsState,
    SmsTemplate,
    Undeliverable,
)
from mingpiao.delivery.tables import sms_messages, sms_phone
from mingpiao.jobs.backlog import Backlog, backlog_by
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.mobiles import masked_mobile, mobile_problems
from mingpiao.storage.database import Database
from mingpiao.storage.paging import KeyColumn, Keyset, Page

SEND_JOB = "send_sms"
#: A message is tried so often, with pauses that begin with `FIRST_PAUSE` and double up to five minutes.
MOST_TRIES = 6
FIRST_PAUSE = timedelta(seconds=5)
#: For which a message is of use, where the caller says nothing else.
USUALLY_USEFUL = timedelta(hours=12)
#: Times of receipts may differ so much from ours.
_RECEIPT_WINDOW = 300
_LONGEST = 500
_NO_WAY = "本平台没有接通短信"
_SHOWN_ON_PHONE = 30
_NEWEST_FIRST = Keyset(KeyColumn("sms_id", int, True))


class _Receipt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a provider tells of a message that it took."""

    reference: Annotated[str, Meta(max_length=64)]
    state: Annotated[str, Meta(pattern="^(delivered|failed)$")]
    code: Annotated[str, Meta(pattern="^[A-Za-z0-9_.:-]{0,40}$")] = ""


class SmsOutbox:
    """The port for text messages: `send` for everybody who has something to say, the rest for worker and pages."""

    def __init__(
        self, database: Database, master_key: MasterKey, carrier: Carrier | None, *, receipt_secret: str = ""
    ) -> None:
        self._database = database
        self._master_key = master_key
        self._carrier = carrier
        self._receipt_secret = receipt_secret

    @property
    def can_send(self) -> bool:
        """Whether there is a way out. Without one every message ends as failed, with that reason."""
        return self._carrier is not None

    async def send(
        self,
        connection: AsyncConnection,
        template: SmsTemplate,
        mobile: str,
        values: Mapping[str, str],
        *,
        useful_for: timedelta = USUALLY_USEFUL,
    ) -> str:
        """Let a message go out once the connection's transaction is committed; its reference is returned.

        After `useful_for` it is sent no more. Raises `Refusal` (`mobile.invalid`) for what is no number, KeyError
        for a value that the template needs and does not get. The connection must have system scope.
        """
        if problems := mobile_problems(mobile):
            raise Refusal(*problems)
        message = OutgoingSms(
            reference=new_reference(),
            mobile=mobile,
            template=template.name,
            values=dict(values),
            words=template.words.format_map(dict(values))[:_LONGEST],
        )
        moment = now()
        row: dict[str, Any] = {
            "reference": message.reference,
            "template": template.name,
            "label": template.label,
            "mobile": masked_mobile(mobile),
            "content": self._closed(message) if self.can_send else None,
            "state": (SmsState.QUEUED if self.can_send else SmsState.FAILED).value,
            "reason": "" if self.can_send else _NO_WAY,
            "tries": 0,
            "useful_until": moment + useful_for,
            "queued_at": moment,
            "changed_at": moment,
        }
        await connection.execute(insert(sms_messages).values(row))
        if self.can_send:
            await enqueue(connection, SEND_JOB, {"reference": message.reference})
        return message.reference

    async def work(self, payload: dict[str, Any]) -> None:
        """Send one message, if it still waits. Raises ConnectionError to be tried again."""
        reference = str(payload["reference"])
        claimed = (
            update(sms_messages)
            .where(sms_messages.c.reference == reference, sms_messages.c.state == SmsState.QUEUED.value)
            .values(tries=sms_messages.c.tries + 1)
            .returning(sms_messages.c.content, sms_messages.c.tries, sms_messages.c.useful_until)
        )
        async with self._database.system() as connection:
            row = (await connection.execute(claimed)).one_or_none()
        if row is None:
            return
        if self._carrier is None:
            await self._end(reference, SmsState.FAILED, _NO_WAY)
        elif row.useful_until < now():
            await self._end(reference, SmsState.FAILED, "超过时限没有发出")
        else:
            await self._carry(self._carrier, reference, row.content, last=row.tries >= MOST_TRIES)

    async def _carry(self, carrier: Carrier, reference: str, content: bytes, *, last: bool) -> None:
        try:
            await carrier.carry(self._opened(content, reference))
        except (Undeliverable, Refusal) as error:
            await self._end(reference, SmsState.FAILED, _told(error))
        except Exception as error:
            if not last:
                raise
            await self._end(reference, SmsState.FAILED, _told(error))
        else:
            await self._end(reference, SmsState.SENT, "")

    async def _end(self, reference: str, state: SmsState, reason: str) -> None:
        ended = (
            update(sms_messages)
            .where(sms_messages.c.reference == reference, sms_messages.c.state == SmsState.QUEUED.value)
            .values(state=state.value, reason=reason, content=None, changed_at=now())
        )
        async with self._database.system() as connection:
            await connection.execute(ended)

    async def receive(self, body: bytes, time: str, signature: str) -> None:
        """Take a provider's receipt. The same one again changes nothing, nor does one after another end.

        Raises `Refusal`: `sms.receipt_unsigned` (401), `sms.receipt_invalid` (422), `sms.unknown` (404).
        """
        self._require_signed(body, time, signature)
        try:
            receipt = msgspec.json.decode(body, type=_Receipt)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            message = "回执应为含 reference、state（delivered 或 failed）的 JSON，请核对。"
            raise refuse("sms.receipt_invalid", message, status=422) from error
        reason = f"运营商回执：{receipt.code or '未说明原因'}" if receipt.state == "failed" else ""
        # A quick provider's receipt may come before the worker has noted that the message left.
        told = (
            update(sms_messages)
            .where(
                sms_messages.c.reference == receipt.reference,
                sms_messages.c.state.in_([SmsState.QUEUED.value, SmsState.SENT.value]),
            )
            .values(state=receipt.state, reason=reason, content=None, changed_at=now())
        )
        known = select(sms_messages.c.sms_id).where(sms_messages.c.reference == receipt.reference)
        async with self._database.system() as connection:
            if not (await connection.execute(told)).rowcount and await connection.scalar(known) is None:
                raise refuse("sms.unknown", "没有这条短信，请核对 reference。", status=404)

    def _require_signed(self, body: bytes, time: str, signature: str) -> None:
        seconds = read_whole(time, 12)
        right = signature_of(self._receipt_secret, "receipt", time, body)
        fresh = seconds is not None and abs(now().timestamp() - seconds) <= _RECEIPT_WINDOW
        same = hmac.compare_digest(right.encode(), signature.lower().encode())
        if not (self._receipt_secret and fresh and same):
            message = "回执的签名或时间不对，请核对密钥和时钟后重新发送。"
            raise refuse("sms.receipt_unsigned", message, status=401)

    def _closed(self, message: OutgoingSms) -> bytes:
        return self._master_key.wrap(msgspec.json.encode(message), _label(message.reference))

    def _opened(self, content: bytes, reference: str) -> OutgoingSms:
        return msgspec.json.decode(self._master_key.unwrap(content, _label(reference)), type=OutgoingSms)


async def list_sms(
    connection: AsyncConnection, *, state: str = "", after: str = "", limit: int = 50
) -> Page[SmsRow]:
    """A page of messages, newest first, of one state where it is given; the connection must have system scope."""
    query = select(sms_messages)
    if state:
        query = query.where(sms_messages.c.state == state)
    query = query.where(_NEWEST_FIRST.beyond(sms_messages.c, after)) if after else query
    rows = await connection.execute(query.order_by(*_NEWEST_FIRST.order(sms_messages.c)).limit(limit + 1))
    found = [
        SmsRow(
            sms_id=row["sms_id"],
            label=row["label"],
            mobile=row["mobile"],
            state=SmsState(row["state"]),
            reason=row["reason"],
            tries=row["tries"],
            queued_at=row["queued_at"],
            changed_at=row["changed_at"],
        )
        for row in rows.mappings()
    ]
    return _NEWEST_FIRST.page(found, limit)


async def messages_on_phone(connection: AsyncConnection, mobile: str = "") -> list[PhoneMessage]:
    """The newest messages of the demonstration's telephone, of one number where it is given."""
    query = select(sms_phone).order_by(sms_phone.c.arrived_at.desc(), sms_phone.c.reference)
    if mobile:
        query = query.where(sms_phone.c.mobile == mobile)
    rows = (await connection.execute(query.limit(_SHOWN_ON_PHONE))).mappings()
    return [
        PhoneMessage(mobile=row["mobile"], words=row["words"], arrived_at=row["arrived_at"]) for row in rows
    ]


_BACKLOG = text(
    "SELECT count(*) AS waiting, min(queued_at) AS since FROM sms_messages WHERE state = 'queued'"
)


async def waiting_sms(connection: AsyncConnection) -> Backlog:
    """Messages that have not gone out."""
    return await backlog_by(connection, _BACKLOG)


def _told(error: Exception) -> str:
    """The reason that is kept: that of our own errors only, as others may have anything in their text."""
    if isinstance(error, Refusal):
        return "短信内容无法解密，主密钥可能已更换"
    return str(error)[:200] if isinstance(error, Undeliverable | ConnectionError) else "发送时出错"


def _label(reference: str) -> str:
    """The associated data of the encryption: content in another message's row cannot be read."""
    return f"sms {reference}"
