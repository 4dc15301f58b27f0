"""What a query finds among bills, and what is drawn of it."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from tests.inspections.drawn import drawn, this_day
from tests.support.world import BAOTOU, HOHHOT, World, a_world

from mingpiao.catalog.model import UnitType
from mingpiao.inspections.drawing import estimate
from mingpiao.inspections.model import (
    DayKind,
    EvidenceWanted,
    InspectionQuery,
    PayerType,
    RegionLevel,
    Sample,
    SampleMethod,
    Stratum,
    WantedState,
)
from mingpiao.issuing.model import Bill
from mingpiao.kernel.clock import now, to_shanghai, today
from mingpiao.kernel.errors import Refusal
from mingpiao.kernel.workdays import is_workday
from mingpiao.storage.scope import DepartmentScope
from mingpiao.writeoff.model import BillStanding

pytestmark = pytest.mark.asyncio(loop_scope="module")
spread = a_world(spread=True, scope="module")


def bills_of(world: World) -> list[Bill]:
    return [bill for bills in world.bills.values() for bill in bills]


async def found(world: World, region: str = "150000", **members: object) -> set[int]:
    query = this_day(**members)
    async with world.database.scoped(DepartmentScope(region_code=region)) as connection:
        counted = await estimate(connection, query, await world.catalog.get())
    assert counted is not None
    taken = set(await drawn(world, query, region=region)) if counted.bills else set()
    assert len(taken) == counted.bills
    return taken


async def test_a_department_finds_the_bills_of_its_area_and_no_others(spread: World) -> None:
    assert await found(spread) == {bill.bill_id for bill in bills_of(spread)}
    assert await found(spread, BAOTOU) == {bill.bill_id for bill in spread.bills[BAOTOU]}
    assert await found(spread, BAOTOU, regions=(HOHHOT,)) == set()
    assert await found(spread, regions=(BAOTOU,)) == {bill.bill_id for bill in spread.bills[BAOTOU]}
    other = {bill.bill_id for bill in bills_of(spread)} - {bill.bill_id for bill in spread.bills[BAOTOU]}
    assert await found(spread, not_regions=(BAOTOU,)) == other
    city = {bill.bill_id for region in (BAOTOU, HOHHOT) for bill in spread.bills[region]}
    assert await found(spread, levels=(RegionLevel.CITY,)) == city
    assert await found(spread, levels=(RegionLevel.PROVINCE,)) == set()
    yesterday = today() - timedelta(days=1)
    query = InspectionQuery(periods=((yesterday, yesterday),))
    with pytest.raises(Refusal, match="nothing_found"):
        await drawn(spread, query)


_HOUR = to_shanghai(now()).hour
_CONDITIONS: list[tuple[str, dict[str, object], Callable[[World, Bill], bool]]] = [
    ("type", {"unit_types": (UnitType.HOSPITAL,)}, lambda w, b: b.unit_id in _hospitals(w)),
    ("no type", {"not_unit_types": (UnitType.HOSPITAL,)}, lambda w, b: b.unit_id not in _hospitals(w)),
    ("words", {"unit_words": ("医院", "卫生")}, lambda w, b: b.unit_id in _hospitals(w)),
    ("no words", {"not_unit_words": ("医院", "卫生")}, lambda w, b: b.unit_id not in _hospitals(w)),
    ("mode", {"unit_modes": ("ONLINE",)}, lambda w, b: b.unit_id not in _hospitals(w)),
    ("watched", {"watched": True}, lambda _w, _b: False),
    ("not watched", {"watched": False}, lambda _w, _b: True),
    ("category", {"kinds": ("03",)}, lambda _w, b: b.kind.startswith("03")),
    ("kind", {"kinds": ("0301", "0601")}, lambda _w, b: b.kind in ("0301", "0601")),
    ("no kind", {"not_kinds": ("03",)}, lambda _w, b: not b.kind.startswith("03")),
    ("over", {"amount_over": Decimal(300)}, lambda _w, b: b.total > 300),
    ("most", {"amount_most": Decimal(300)}, lambda _w, b: b.total <= 300),
    ("multiple", {"amount_multiple": Decimal(100)}, lambda _w, b: b.total % 100 == 0),
    ("person", {"payer_type": PayerType.PERSON}, lambda _w, b: b.payer.type == "1"),
    ("firm", {"payer_type": PayerType.ORGANISATION}, lambda _w, b: b.payer.type == "2"),
    ("cash", {"pay_modes": ("现金",)}, lambda _w, b: "现金" in b.pay_mode),
    ("no cash", {"not_pay_modes": ("现金",)}, lambda _w, b: "现金" not in b.pay_mode),
    ("items", {"item_words": ("捐赠",)}, lambda _w, b: any("捐赠" in item.name for item in b.items)),
    ("payer", {"payer_words": ("公司",)}, lambda _w, b: "公司" in b.payer.name),
    ("normal", {"states": (WantedState.NORMAL,)}, lambda _w, _b: True),
    ("reversed", {"states": (WantedState.REVERSED, WantedState.SAME_MONTH)}, lambda _w, _b: False),
    ("exchanged", {"states": (WantedState.EXCHANGED,)}, lambda _w, _b: False),
    ("not exchanged", {"states": (WantedState.NOT_EXCHANGED,)}, lambda _w, _b: True),
    ("red", {"states": (WantedState.RED,)}, lambda _w, _b: False),
    ("no evidence", {"evidence": (EvidenceWanted.NONE,)}, lambda _w, _b: True),
    ("evidence", {"evidence": (EvidenceWanted.PRESENT,)}, lambda _w, _b: False),
    ("claims", {"evidence_claims": ("amount",)}, lambda _w, _b: False),
    ("rules", {"rules": ("TIME-NIGHT",), "severities": ("ask",)}, lambda _w, _b: False),
    ("flagged", {"flagged": True}, lambda _w, _b: False),
    ("unflagged", {"flagged": False, "overridden": False}, lambda _w, _b: True),
    ("open", {"standings": (BillStanding.OPEN,)}, lambda _w, _b: True),
    ("written off", {"standings": (BillStanding.WRITTEN_OFF, BillStanding.BREACH)}, lambda _w, _b: False),
    ("hours", {"hours": (_HOUR, (_HOUR + 2) % 24)}, lambda _w, _b: True),
    ("other hours", {"hours": ((_HOUR + 3) % 24, (_HOUR + 4) % 24)}, lambda _w, _b: False),
    ("weekday", {"weekdays": (today().isoweekday(),)}, lambda _w, _b: True),
    ("other weekday", {"weekdays": (today().isoweekday() % 7 + 1,)}, lambda _w, _b: False),
    ("workday", {"days": DayKind.WORKDAY}, lambda _w, _b: is_workday(today())),
    ("rest day", {"days": DayKind.REST_DAY}, lambda _w, _b: not is_workday(today())),
    ("month end", {"month_end_days": 15}, lambda _w, _b: (today() + timedelta(days=15)).month != today().month),
]  # fmt: skip


def _hospitals(world: World) -> set[int]:
    return {world.province.hospital.unit_id, world.province.other_hospital.unit_id}


@pytest.mark.parametrize(
    ("members", "holds"), [each[1:] for each in _CONDITIONS], ids=[each[0] for each in _CONDITIONS]
)
async def test_a_condition_finds_what_it_says(
    spread: World, members: dict[str, object], holds: Callable[[World, Bill], bool]
) -> None:
    expected = {bill.bill_id for bill in bills_of(spread) if holds(spread, bill)}
    assert await found(spread, **members) == expected


async def test_units_are_found_by_their_codes_also_with_a_new_name(spread: World) -> None:
    office = spread.residents[HOHHOT]
    own = {bill.bill_id for bill in spread.bills[HOHHOT]}
    assert await found(spread, units=(office.unit.uscc,)) == own
    assert await found(spread, not_units=(office.unit.uscc,)) == {b.bill_id for b in bills_of(spread)} - own


async def test_a_region_that_ended_finds_the_units_of_what_took_its_place(spread: World) -> None:
    catalog = await spread.catalog.get()
    regions = dict(catalog.regions)
    regions["150201"] = msgspec.structs.replace(
        regions["150203"], code="150201", ended_on=today(), successors=(BAOTOU,)
    )
    async with spread.database.scoped(DepartmentScope(region_code="150000")) as connection:
        merged = msgspec.structs.replace(catalog, regions=regions)
        counted = await estimate(connection, this_day(regions=("150201",)), merged)
    assert counted is not None
    assert (counted.bills, counted.units) == (2, 1)


@pytest.mark.parametrize(
    ("sample", "count"),
    [
        (Sample(method=SampleMethod.RANDOM, number=3), 3),
        (Sample(method=SampleMethod.RANDOM, share=Decimal("0.1")), 1),
        (Sample(method=SampleMethod.RANDOM, number=300), 8),
        (Sample(method=SampleMethod.STRATIFIED, by=Stratum.UNIT, each=1), 4),
        (Sample(method=SampleMethod.STRATIFIED, by=Stratum.UNIT, share=Decimal("0.5")), 4),
        (Sample(method=SampleMethod.STRATIFIED, by=Stratum.REGION, number=6), 6),
        (Sample(method=SampleMethod.STRATIFIED, by=Stratum.MONTH, each=2), 2),
        (Sample(method=SampleMethod.SYSTEMATIC, every=4), 2),
        (Sample(method=SampleMethod.SYSTEMATIC, number=5), 5),
        (Sample(method=SampleMethod.LARGEST, number=2), 2),
        (Sample(), 8),
    ],
)
async def test_a_sample_has_its_size_and_the_seed_draws_it_again(
    spread: World, sample: Sample, count: int
) -> None:
    query = this_day(sample=sample)
    once = await drawn(spread, query, seed="a")
    assert len(once) == len(set(once)) == count
    assert await drawn(spread, query, seed="a") == once
    known = {bill.bill_id: bill for bill in bills_of(spread)}
    assert set(once) <= known.keys()
    if sample.method is SampleMethod.LARGEST:
        assert [known[each].total for each in once] == sorted(
            (b.total for b in known.values()), reverse=True
        )[:2]
    if sample.by is Stratum.UNIT:
        assert {known[each].unit_id for each in once} == {bill.unit_id for bill in known.values()}


async def test_another_seed_draws_another_sample(spread: World) -> None:
    query = this_day(sample=Sample(method=SampleMethod.RANDOM, number=4))
    samples = {tuple(sorted(await drawn(spread, query, seed=str(seed)))) for seed in range(6)}
    assert len(samples) > 2


async def test_a_monetary_sample_meets_the_largest_bill_and_months_make_no_difference(spread: World) -> None:
    one = this_day(sample=Sample(method=SampleMethod.MONETARY, number=8))
    largest = max(bills_of(spread), key=lambda bill: bill.total)
    for seed in "abc":
        assert largest.bill_id in await drawn(spread, one, seed=seed)
    long_before = (today() - timedelta(days=70), today())
    months = msgspec.structs.replace(one, periods=(long_before,))
    assert await drawn(spread, months, seed="x") == await drawn(spread, one, seed="x")
