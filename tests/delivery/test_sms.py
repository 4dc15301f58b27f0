"""Text messages: an outbox in the caller's transaction, a provider by HTTP, receipts, and a demonstration's telephone."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from tests.support.province import MASTER
from tests.support.world import World, a_world

from mingpiao.delivery.carriers import ConsoleCarrier, HttpAccess, HttpCarrier, PhoneCarrier, signature_of
from mingpiao.delivery.model import Carrier, OutgoingSms, SmsTemplate
from mingpiao.delivery.outbox import MOST_TRIES
from mingpiao.delivery.service import SmsOutbox
from mingpiao.house.rooms import rooms
from mingpiao.kernel.clock import StoppedClock, now
from mingpiao.kernel.errors import Refusal
from mingpiao.kernel.mobiles import is_mobile, masked_mobile

pytestmark = pytest.mark.asyncio(loop_scope="module")
world = a_world("migrated", scope="module", demo=True, sms_way="phone", sms_secret="receipts-7")

CODE = SmsTemplate(name="test_code", label="测试验证码", words="验证码{code}，请勿告诉他人。")
MOBILE = "13900001234"
SECRET = "receipts-7"
RECEIPTS = "/api/public/sms-receipts"


class Kept:
    """A carrier that keeps what it gets, after as many failures as it was told."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.got: list[OutgoingSms] = []

    async def carry(self, message: OutgoingSms) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.got.append(message)


def outbox(world: World, carrier: Carrier | None) -> SmsOutbox:
    return SmsOutbox(world.database, MASTER, carrier, receipt_secret=SECRET)


async def sent(sms: SmsOutbox, world: World, **more: Any) -> str:
    async with world.database.system() as connection:
        return await sms.send(connection, CODE, MOBILE, {"code": "428017"}, **more)


async def stands(world: World, reference: str) -> tuple[str, str, int, bool]:
    (row,) = await world.rows("SELECT * FROM sms_messages WHERE reference = $1", reference)
    return row["state"], row["reason"], row["tries"], row["content"] is not None


async def test_a_mobile_number_of_the_mainland() -> None:
    assert is_mobile(MOBILE)
    for wrong in (
        "",
        "12900001234",
        "1390000123",
        "139000012345",
        "+8613900001234",
        "１３９００００１２３４",
    ):
        assert not is_mobile(wrong), wrong
    assert (masked_mobile(MOBILE), masked_mobile("")) == ("139****1234", "")


async def test_a_message_leaves_after_its_transaction_and_keeps_no_text(world: World) -> None:
    carrier = Kept()
    sms = outbox(world, carrier)
    async with world.database.system() as connection:
        undone = await sms.send(connection, CODE, MOBILE, {"code": "1"})
        await connection.rollback()
    await sms.work({"reference": undone})
    assert carrier.got == []
    reference = await sent(sms, world)
    assert await stands(world, reference) == ("queued", "", 0, True)
    (row,) = await world.rows(
        "SELECT sms_messages::text AS all FROM sms_messages WHERE reference = $1", reference
    )
    assert (MOBILE in row["all"], "428017" in row["all"], "139****1234" in row["all"]) == (False, False, True)
    assert b"428017".hex() not in row["all"]
    assert await world.value("SELECT count(*) FROM pgqueuer WHERE payload::text LIKE '%428017%'") == 0
    await sms.work({"reference": reference})
    await sms.work({"reference": reference})
    (message,) = carrier.got
    assert (message.mobile, message.words) == (MOBILE, "验证码428017，请勿告诉他人。")
    assert "428017" not in repr(message)
    assert await stands(world, reference) == ("sent", "", 1, False)


async def test_a_number_that_is_none_and_a_value_that_is_missing_send_nothing(world: World) -> None:
    sms = outbox(world, Kept())
    before = await world.value("SELECT count(*) FROM sms_messages")
    async with world.database.system() as connection:
        with pytest.raises(Refusal) as refusal:
            await sms.send(connection, CODE, "010-88886666", {"code": "1"})
        with pytest.raises(KeyError):
            await sms.send(connection, CODE, MOBILE, {})
    assert refusal.value.problems[0].code == "mobile.invalid"
    assert await world.value("SELECT count(*) FROM sms_messages") == before


async def test_without_a_way_a_message_ends_with_that_reason(world: World) -> None:
    sms = outbox(world, None)
    assert not sms.can_send
    assert await stands(world, await sent(sms, world)) == ("failed", "本平台没有接通短信", 0, False)


async def test_what_is_of_no_use_any_more_is_not_sent(world: World, clock: StoppedClock) -> None:
    carrier = Kept()
    sms = outbox(world, carrier)
    reference = await sent(sms, world, useful_for=timedelta(minutes=10))
    clock.move(minutes=11)
    await sms.work({"reference": reference})
    assert carrier.got == []
    assert await stands(world, reference) == ("failed", "超过时限没有发出", 1, False)


async def test_it_is_tried_again_and_the_last_try_ends_it(world: World) -> None:
    carrier = Kept(*[ConnectionError("短信平台没有应答（ReadTimeout）")] * (MOST_TRIES + 1))
    sms = outbox(world, carrier)
    reference = await sent(sms, world)
    for _ in range(MOST_TRIES - 1):
        with pytest.raises(ConnectionError):
            await sms.work({"reference": reference})
    assert (await stands(world, reference))[0] == "queued"
    await sms.work({"reference": reference})
    assert await stands(world, reference) == ("failed", "短信平台没有应答（ReadTimeout）", MOST_TRIES, False)
    carrier.failures.clear()
    await sms.work({"reference": reference})
    assert carrier.got == []


def provider(answer: Callable[[httpx.Request], httpx.Response]) -> HttpCarrier:
    access = HttpAccess(
        url="https://sms.example.org/send?key=hidden",
        app="mingpiao",
        secret="shared",
        sign="财政票据",
        templates={"test_code": "SMS_1001"},
    )
    return HttpCarrier(access, httpx.MockTransport(answer))


async def test_a_provider_gets_signed_json(world: World) -> None:
    asked: list[httpx.Request] = []

    def accept(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(202)

    sms = outbox(world, provider(accept))
    reference = await sent(sms, world)
    await sms.work({"reference": reference})
    (request,) = asked
    time = request.headers["X-Sms-Time"]
    assert request.headers["X-Sms-App"] == "mingpiao"
    assert request.headers["X-Sms-Signature"] == signature_of("shared", "send", time, request.content)
    assert msgspec.json.decode(request.content) == {
        "reference": reference,
        "mobile": MOBILE,
        "sign": "财政票据",
        "template": "SMS_1001",
        "values": {"code": "428017"},
        "text": "验证码428017，请勿告诉他人。",
    }
    assert (await stands(world, reference))[0] == "sent"


@pytest.mark.parametrize(
    ("status", "body", "told", "again"),
    [
        (400, b'{"code": "SIGN_WRONG"}', "短信平台拒绝（400，SIGN_WRONG）", False),
        (403, '{"code": "验证码428017"}'.encode(), "短信平台拒绝（403）", False),
        (429, b"", "短信平台拒绝（429）", True),
        (503, b"\xff{", "短信平台拒绝（503）", True),
        (302, b"", "短信平台拒绝（302）", True),
    ],
)
async def test_a_provider_that_refuses(
    world: World, status: int, body: bytes, told: str, again: bool
) -> None:
    sms = outbox(world, provider(lambda _request: httpx.Response(status, content=body)))
    reference = await sent(sms, world)
    if again:
        with pytest.raises(ConnectionError, match=told):
            await sms.work({"reference": reference})
        assert await stands(world, reference) == ("queued", "", 1, True)
    else:
        await sms.work({"reference": reference})
        assert await stands(world, reference) == ("failed", told, 1, False)


async def test_a_provider_that_is_away_tells_nothing_of_address_or_text(world: World) -> None:
    def away(_request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("cannot reach https://sms.example.org/send?key=hidden")

    sms = outbox(world, provider(away))
    reference = await sent(sms, world)
    with pytest.raises(ConnectionError) as error:
        await sms.work({"reference": reference})
    assert str(error.value) == "短信平台没有应答（ConnectError）"


async def receipt(
    world: World, body: dict[str, str], *, secret: str = SECRET, age: int = 0
) -> httpx.Response:
    content, time = msgspec.json.encode(body), str(int(now().timestamp()) - age)
    headers = {"X-Sms-Time": time, "X-Sms-Signature": signature_of(secret, "receipt", time, content)}
    async with world.stranger() as stranger:
        return await stranger.post(RECEIPTS, content=content, headers=headers)


async def test_receipts_say_how_a_message_ended(world: World) -> None:
    sms = outbox(world, Kept())
    first, second = await sent(sms, world), await sent(sms, world)
    await sms.work({"reference": first})
    # The second one's receipt is quicker than the worker.
    for reference, state in ((first, "delivered"), (second, "failed")):
        told = {"reference": reference, "state": state, "code": "MK:0001"}
        assert (await receipt(world, told)).status_code == 204
        assert (await receipt(world, told)).status_code == 204
    await sms.work({"reference": second})
    assert await stands(world, first) == ("delivered", "", 1, False)
    assert await stands(world, second) == ("failed", "运营商回执：MK:0001", 0, False)
    assert (await receipt(world, {"reference": first, "state": "failed"})).status_code == 204
    assert (await stands(world, first))[0] == "delivered"


async def test_receipts_of_others_change_nothing(world: World) -> None:
    sms = outbox(world, Kept())
    reference = await sent(sms, world)
    told = {"reference": reference, "state": "delivered"}
    assert (await receipt(world, told, secret="guessed")).status_code == 401
    assert (await receipt(world, told, secret="")).status_code == 401
    assert (await receipt(world, told, age=301)).status_code == 401
    assert (await receipt(world, told | {"state": "queued"})).status_code == 422
    assert (await receipt(world, told | {"more": "1"})).status_code == 422
    assert (await receipt(world, told | {"reference": "nobody"})).status_code == 404
    async with world.stranger() as stranger:
        assert (await stranger.post(RECEIPTS, content=b"{}")).status_code == 401
    assert (await stands(world, reference))[0] == "queued"
    with pytest.raises(Refusal) as refusal:
        await SmsOutbox(world.database, MASTER, None).receive(b"{}", str(int(now().timestamp())), "")
    assert refusal.value.problems[0].code == "sms.receipt_unsigned"


async def test_the_console_shows_what_goes_out() -> None:
    lines: list[str] = []
    message = OutgoingSms(reference="r", mobile=MOBILE, template="t", values={}, words="验证码1")
    await ConsoleCarrier("签名", lines.append).carry(message)
    assert lines == ["短信 13900001234 【签名】验证码1"]


async def test_the_telephone_of_a_demonstration(world: World) -> None:
    async with world.stranger() as stranger:
        assert "还没有短信" in (await stranger.get("/demo/phone")).text
        carrier = PhoneCarrier(world.database, "财政电子票据")
        for number, mobile in enumerate((MOBILE, MOBILE, "13700005678")):
            message = OutgoingSms(
                reference=f"phone{number // 2}{mobile}",
                mobile=mobile,
                template="t",
                values={},
                words=f"第{number}条",
            )
            await carrier.carry(message)
        page = (await stranger.get("/demo/phone")).text
        assert ("【财政电子票据】第0条" in page, "第1条" in page, "第2条" in page) == (True, False, True)
        one = (await stranger.get("/demo/phone", mobile="13700005678")).text
        assert ("第0条" in one, "第2条" in one) == (False, True)
        assert "第0条" in (await stranger.get("/demo/phone", mobile="'; DROP")).text


async def test_old_messages_are_deleted(world: World) -> None:
    sms = outbox(world, Kept())
    kept, old, useless = [await sent(sms, world) for _ in range(3)]
    await world.value(
        "UPDATE sms_messages SET queued_at = now() - interval '91 days' WHERE reference = $1", old
    )
    await world.value(
        "UPDATE sms_messages SET useful_until = now() - interval '25 hours' WHERE reference = $1", useless
    )
    (purge,) = rooms()["delivery"].purges
    for table, condition in purge.tables.items():
        await world.value(f"DELETE FROM {table} WHERE {condition}")
    left = {row["reference"] for row in await world.rows("SELECT reference FROM sms_messages")}
    assert (kept in left, old in left, useless in left) == (True, False, False)
