"""What tests of supervision share: fresh requests, counting at once, and rows of past hours."""

import itertools
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from tests.support.province import Resident
from tests.support.world import World

from mingpiao.issuing.model import IssueRequest
from mingpiao.storage.database import Database
from mingpiao.supervision.counting import SHARES, count_events

_serial = itertools.count(1)


def fresh(resident: Resident, count: int) -> list[IssueRequest]:
    """Requests of a unit that it has not sent before."""
    return [
        msgspec.structs.replace(each, business_no=f"WATCHED-{next(_serial):06d}")
        for each in resident.requests(count)
    ]


async def count_all(database: Database) -> None:
    for share in range(SHARES):
        await count_events(database, share)


async def put_hour(
    world: World,
    region: str,
    hour: datetime,
    *,
    kind: str = "0601",
    unit_type: str = "hospital",
    **measures: Any,
) -> None:
    """An hour of a region as the worker would have counted it."""
    names = ", ".join(measures)
    places = ", ".join(f"${place + 5}" for place in range(len(measures)))
    await world.value(
        f"INSERT INTO region_hours (share, region_code, unit_type, kind_code, hour, {names}) "
        f"VALUES (0, $1, $2, $3, $4, {places}) RETURNING 1",
        region,
        unit_type,
        kind,
        hour,
        *measures.values(),
    )


async def put_minute(world: World, region: str, minute: datetime, bills: int) -> None:
    """A minute of a region as the worker would have counted it."""
    await world.value(
        "INSERT INTO region_minutes (share, region_code, minute, bills, amount) VALUES (0, $1, $2, $3, $4) RETURNING 1",
        region,
        minute,
        bills,
        Decimal(bills),
    )
