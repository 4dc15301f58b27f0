"""Inspections of tests: made as pages make them, and drawn as the worker does."""

from datetime import timedelta
from typing import Any

from tests.support.browser import Browser
from tests.support.world import World

from mingpiao.inspections.drawing import Draw
from mingpiao.inspections.model import InspectionQuery
from mingpiao.inspections.planning import draw_inspection
from mingpiao.kernel.clock import today

LIST = "/finance/inspections"


def this_day(**members: Any) -> InspectionQuery:
    """A query for what was issued today."""
    return InspectionQuery(periods=((today(), today()),), **members)


async def drawn(
    world: World, query: InspectionQuery, *, region: str = "150000", seed: str = "seed"
) -> list[int]:
    """The bills that a query draws, in their order."""

    async def step(_done: int, _slices: int) -> None:
        return None

    draw = Draw(world.database, query, await world.catalog.get(), region_code=region, seed=seed, step=step)
    return [each.bill_id for each in (await draw.run()).bills]


async def plan(browser: Browser, query: str, **changes: str) -> int:
    """Make a plan from the parameters of an address; returns the inspection's number. It is not drawn yet."""
    pairs = dict(each.split("=", 1) for each in query.split("&"))
    due_on = (today() + timedelta(days=10)).isoformat()
    typed = {"name": "捐赠票据专项检查", "due_on": due_on, "minutes_each": "15"} | changes
    hidden = {f"q.{name}": value for name, value in pairs.items()}
    answer = await browser.post(LIST, {"csrf_token": await browser.csrf_token()} | hidden | typed)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rpartition("/")[2])


async def planned(world: World, browser: Browser, query: str, **changes: str) -> int:
    """A plan whose sample is drawn."""
    number = await plan(browser, query, **changes)
    await draw_inspection(world.database, world.catalog, number)
    return number


async def act(browser: Browser, address: str, revision: int, **members: Any) -> Any:
    """Send one of an inspection's forms."""
    typed = {name.replace("__", "-"): value for name, value in members.items()}
    sent = {"csrf_token": await browser.csrf_token(), "revision": str(revision)} | typed
    return await browser.post(f"{LIST}/{address}", sent)
