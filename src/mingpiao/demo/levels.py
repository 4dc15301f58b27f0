"""逐级下发 in the demonstration: numbers in the stock of every department that has units, and one that is low."""

from collections.abc import Sequence

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.demo.regions import moved
from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import HEAD, Member, head_of
from mingpiao.identity.model import Account, Acting, Role, platform
from mingpiao.issuing.service import add_up_closed_days
from mingpiao.supply.service import load_supply_policy, pass_down, set_supply_policy, watch_stocks

#: Numbers of a kind that a city gets, of which it passes so many on to each of its counties with units.
_OF_CITY, _OF_COUNTY = 60_000, 8_000
#: A county that got a handful of the kind of its first unit.
_LOW_COUNTY, _HANDFUL = "150105", 3


async def pass_numbers_down(services: DemoServices, members: Sequence[Member]) -> None:
    """Have numbers flow by levels, and pass them down. What was done before is not done again: moves have numbers."""
    catalog = await services.catalog.get()
    province = f"{catalog.province}0000"
    async with services.database.system() as connection:
        found = await load_supply_policy(connection)
        if not found.policy.by_levels:
            policy = msgspec.structs.replace(found.policy, by_levels=True)
            await set_supply_policy(connection, policy, revision=found.revision, acting=head_of(province))
    wanted = _wanted(members, catalog)
    for region, kinds in sorted(wanted.items(), key=lambda each: (not each[0].endswith("00"), each[0])):
        giver = catalog.regions[region].parent
        acting = _head_of_city(giver) if giver != province else head_of(province)
        async with services.database.system() as connection:
            for kind in sorted(kinds):
                low = region == moved(_LOW_COUNTY, province)
                usual = _OF_CITY if region.endswith("00") else _OF_COUNTY
                await pass_down(
                    connection,
                    region,
                    catalog.bill_code(catalog.kinds[kind]),
                    _HANDFUL if low else usual,
                    catalog,
                    request_no=f"demo-{region}-{kind}",
                    note="年度首次下发",
                    acting=acting,
                )
    await add_up_closed_days(services.database)
    await watch_stocks(services.database)


def _wanted(members: Sequence[Member], catalog: Catalog) -> dict[str, set[str]]:
    """The kinds that departments below the province need: those of their units, a city's with its counties' ones."""
    wanted: dict[str, set[str]] = {}
    for unit, entry in members:
        for region in catalog.regions_upwards(unit.region_code):
            if not region.endswith("0000"):
                wanted.setdefault(region, set()).update(entry.kinds)
    return wanted


def _head_of_city(region: str) -> Acting:
    account = Account(
        account_id=0,
        username="demo-head",
        display_name=HEAD.name,
        role=Role.DEPARTMENT_HEAD,
        region_code=region,
    )
    return msgspec.structs.replace(platform("demo_head", name=HEAD.name), account=account)
