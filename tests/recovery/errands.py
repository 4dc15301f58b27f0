"""Somebody who cannot sign in, with the telephone of the unit's manager beside them."""

import re

import httpx
from tests.support.browser import Browser, members_of
from tests.support.world import World

from mingpiao.delivery.room import SMS
from mingpiao.recovery.room import CODE_SENDER

MANAGER, HANDLER, OFFICER = "13900000001", "13900000002", "13900000003"
CHOSEN = "Calm-River-2418"


async def give_mobiles(world: World) -> None:
    """The manager, the handler and an officer have numbers; the others have none."""
    for username, mobile in (("manager", MANAGER), ("handler", HANDLER), ("officer", OFFICER)):
        await world.value("UPDATE accounts SET mobile = $2 WHERE username = $1", username, mobile)


async def work(world: World) -> None:
    """What the worker does: look for the accounts, and send what waits."""
    sender, sms = await world.house.get(CODE_SENDER), await world.house.get(SMS)
    for row in await world.rows("SELECT recovery_id FROM recoveries WHERE asked IS NOT NULL ORDER BY 1"):
        await sender.work({"recovery_id": row["recovery_id"]})
    for row in await world.rows("SELECT reference FROM sms_messages WHERE state = 'queued' ORDER BY sms_id"):
        await sms.work({"reference": row["reference"]})


async def texts(world: World, mobile: str = "") -> list[str]:
    """The texts that arrived, of one number or all, in their order."""
    rows = await world.rows(
        "SELECT words FROM sms_phone JOIN sms_messages USING (reference) WHERE $1 IN ('', sms_phone.mobile) "
        "ORDER BY sms_id",
        mobile,
    )
    return [row["words"] for row in rows]


async def code(world: World, mobile: str = MANAGER) -> str:
    """The newest code of a number."""
    found = [
        match[1] for words in await texts(world, mobile) if (match := re.search(r"验证码([0-9]{6})，", words))
    ]
    return found[-1]


def other_than(right: str, step: int = 1) -> str:
    """A code that is wrong."""
    return f"{(int(right) + step) % 1_000_000:06d}"


async def ask(browser: Browser, way: str, **given: str) -> httpx.Response:
    """Fill in who it is for; the answer leads to the page for the code, or shows what is wrong."""
    shown = await browser.get(way)
    return await browser.post(way, members_of(shown.text) | given)


async def choose(browser: Browser, typed: str, password: str = CHOSEN) -> httpx.Response:
    return await browser.post("/forgotten/code", {"code": typed, "password": password, "again": password})


async def lose(browser: Browser, typed: str) -> httpx.Response:
    return await browser.post("/loss/code", {"code": typed})
