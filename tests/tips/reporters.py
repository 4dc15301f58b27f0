"""Somebody outside who reports a tip through the public pages, and people of departments who work on it."""

import re
from typing import Any

import httpx
from tests.support.browser import Browser, members_of
from tests.support.world import World

WORDS = "2026年11月在该单位缴费二百元，没有给票据。"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
PDF = b"%PDF-1.4\n%%EOF\n"


def told(**changes: Any) -> dict[str, Any]:
    """The members of the form as somebody fills it in."""
    typed: dict[str, Any] = {
        "kinds": ["no_bill"],
        "unit_name": "某某医院",
        "code": "",
        "number": "",
        "link": "",
        "words": WORDS,
        "contact": "",
        "website": "",
    }
    return typed | changes


async def check(browser: Browser, files: Any = None, **changes: Any) -> httpx.Response:
    """Fill the form in, with files as (name, bytes)."""
    sent = [("files", each) for each in files or [("", b"")]]
    return await browser.client.post("/tips", data=told(**changes), files=sent)


async def send(browser: Browser, shown: httpx.Response) -> httpx.Response:
    """Send what the page of the check shows."""
    return await browser.post("/tips/send", {"draft": members_of(shown.text)["draft"]})


def lookup_of(shown: httpx.Response) -> str:
    """The 查询码 on the page that confirms a tip."""
    found = re.search(r'id="lookup">([A-Z0-9-]{19})<', shown.text)
    assert found, shown.text
    return found[1]


async def report(world: World, files: Any = None, **changes: Any) -> tuple[str, int]:
    """Report a tip; its 查询码 and its number."""
    async with world.stranger() as browser:
        shown = await check(browser, files, **changes)
        assert shown.status_code == 200, shown.text
        lookup = lookup_of(await send(browser, shown))
    return lookup, await world.value("SELECT max(tip_id) FROM tips")


async def look(world: World, lookup: str) -> httpx.Response:
    """What the reporter sees."""
    async with world.stranger() as browser:
        return await browser.post("/tips/look", {"lookup": lookup})


async def act(browser: Browser, tip_id: int, verb: str, **members: str) -> httpx.Response:
    """Let an officer do something with a tip as its page shows it; `__` stands for a dash."""
    shown = await browser.get(f"/finance/tips/{tip_id}")
    assert shown.status_code == 200, shown.text
    known = members_of(shown.text)
    given = {"csrf_token": known["csrf_token"], "revision": known.get("revision", "")}
    typed = {name.replace("__", "-"): value for name, value in members.items()}
    return await browser.post(f"/finance/tips/{tip_id}/{verb}", given | typed)
