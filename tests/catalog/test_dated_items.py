"""Charge items by day, type and region: what a unit may charge, and at which rate."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from tests.support.world import World, a_world

from mingpiao.catalog.model import Catalog, ChargeItem, DatedRate, EarlierName, Rate, RateKind, Region
from mingpiao.issuing.checks import BillDraft, examine
from mingpiao.issuing.facts import facts_of
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.clock import SHANGHAI, today

world = a_world()
replace = msgspec.structs.replace


def fixed(text: str) -> Rate:
    return Rate(kind=RateKind.FIXED, minimum=Decimal(text), maximum=Decimal(text))


async def setting(world: World) -> tuple[IssueRequest, ChargeItem, Catalog]:
    """A request with one item at 10 元, the item, and the catalog."""
    request = world.unit.request()
    catalog = await world.catalog.get()
    line = replace(request.items[0], quantity=Decimal(1), rate=Decimal(10), amount=Decimal(10))
    request = replace(request, items=(line,), total=Decimal(10), aux_items=(), extension={})
    item = replace(catalog.items[line.code], rate=fixed("10"))
    kind = replace(catalog.kinds[request.kind], extension_fields=(), sum_rules=())
    return request, item, replace(catalog, kinds=catalog.kinds | {kind.code: kind})


async def found(world: World, **changes: Any) -> list[tuple[str, str]]:
    """What is wrong with the request when the item is changed so."""
    request, item, catalog = await setting(world)
    catalog = replace(catalog, items=catalog.items | {item.code: replace(item, **changes)})
    outcome = examine(request, await world.units.profile(world.unit.unit_id), catalog)
    if isinstance(outcome, BillDraft):
        return []
    return [(problem.code, problem.message) for problem in outcome]


async def test_the_rate_of_the_day_counts(world: World) -> None:
    day = today()
    assert await found(world) == []
    assert await found(world, later_rates=(DatedRate(since=day + timedelta(days=1), rate=fixed("12")),)) == []
    begun = (DatedRate(since=day, rate=fixed("12")),)
    ((code, message),) = await found(world, later_rates=begun)
    assert code == "item.rate_out_of_bounds"
    assert "收费标准为12元" in message


async def test_an_item_is_charged_within_its_days_types_and_regions(world: World) -> None:
    day = today()
    unit = world.unit.unit
    for changes in (
        {"valid_from": day, "valid_until": day},
        {"unit_types": (unit.unit_type.value, "court")},
        {"regions": (f"{unit.region_code[:2]}0000",)},
        {"regions": (unit.region_code,)},
    ):
        assert await found(world, **changes) == []
    tomorrow, yesterday = day + timedelta(days=1), day - timedelta(days=1)
    for changes, code, words in (
        ({"valid_from": tomorrow}, "item.not_open", f"自{tomorrow}起才能收取"),
        ({"valid_until": yesterday}, "item.not_open", f"已于{yesterday}停止收取"),
        ({"unit_types": ("court",)}, "item.not_for_unit_type", f"不适用于{unit.unit_type.label}"),
        ({"regions": ("152900",)}, "item.not_for_region", "不适用于本单位所在地区"),
    ):
        ((found_code, message),) = await found(world, **changes)
        assert found_code == code
        assert words in message


async def test_facts_of_past_bills_have_the_rate_of_their_day(world: World) -> None:
    request, item, catalog = await setting(world)
    later = (
        DatedRate(since=date(2026, 3, 1), rate=fixed("12")),
        DatedRate(since=date(2026, 6, 1), rate=fixed("15")),
    )
    catalog = replace(catalog, items=catalog.items | {item.code: replace(item, later_rates=later)})
    profile = await world.units.profile(world.unit.unit_id)
    rates = [
        facts_of(request, profile, catalog, datetime(2026, month, day, 9, tzinfo=SHANGHAI))["items"][0][
            "rate_maximum"
        ]
        for month, day in ((2, 28), (3, 1), (5, 31), (6, 1))
    ]
    assert rates == [Decimal(10), Decimal(12), Decimal(12), Decimal(15)]


def test_a_region_has_the_name_of_the_day() -> None:
    region = Region(
        code="150102",
        name="新城新区",
        parent="150100",
        level="county",
        earlier=(
            EarlierName(name="老城区", until=date(2020, 1, 1)),
            EarlierName(name="新城区", until=date(2026, 5, 1)),
        ),
    )
    days = (date(2019, 12, 31), date(2020, 1, 1), date(2026, 4, 30), date(2026, 5, 1))
    assert [region.name_on(day) for day in days] == ["老城区", "新城区", "新城区", "新城新区"]
