"""复核 at a unit of the demonstration: large donations are checked, and one of them waits."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec

from mingpiao.demo.backing import Shelf
from mingpiao.demo.cases import spare_request
from mingpiao.demo.services import DemoServices
from mingpiao.demo.units import DemoUnit
from mingpiao.identity.model import platform
from mingpiao.issuing.service import add_demand
from mingpiao.kernel.errors import Refusal
from mingpiao.units.model import Unit

_PROFILE, _KIND = "charity", "0301"
_FROM, _TOTAL = Decimal(100_000), Decimal(120_000)
#: Beyond those of the cases.
_PLACE = 40


async def bring_checks(
    services: DemoServices, shelf: Shelf, members: Sequence[tuple[Unit, DemoUnit]], on: date
) -> None:
    """Let the first unit that fits check its large donations, and send one. Safe to repeat."""
    member = next((each for each in members if each[1].profile == _PROFILE), None)
    if member is None:
        return
    unit, entry = member
    await _demand(services, unit, entry)
    like = spare_request(entry, _KIND, _PLACE, on)
    item = msgspec.structs.replace(like.items[0], quantity=Decimal(1), rate=_TOTAL, amount=_TOTAL)
    request = msgspec.structs.replace(like, items=(item,), total=_TOTAL, checker="", aux_items=())
    (request,) = await shelf.back(unit, [request], await services.catalog.get(), on)
    handler = platform("demo", name=entry.handler)
    await services.applications.submit(unit.unit_id, request, acting=handler)


async def _demand(services: DemoServices, unit: Unit, entry: DemoUnit) -> None:
    profile = await services.units.profile(unit.unit_id)
    manager = platform("demo", name=entry.manager)
    try:
        async with services.database.system() as connection:
            await add_demand(connection, profile, kind=_KIND, amount_from=_FROM, acting=manager)
    except Refusal as refusal:
        if refusal.problems[0].code != "checking_demand.exists":
            raise
