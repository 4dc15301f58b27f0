"""What pages of departments and units show of paper alike."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.paper.model import PaperHolder, PaperHolding, PaperState, PaperStep
from mingpiao.paper.service import holdings_of, lines_of, open_parcels, party_name, unit_ids
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_columns import Badge
from mingpiao.portals.regions import home_region
from mingpiao.portals.session import PageCall
from mingpiao.units.service import names_of

COLOURS = {
    PaperState.TRANSIT: "orange",
    PaperState.STOCK: "green",
    PaperState.USED: "secondary",
    PaperState.VOID: "red",
    PaperState.LOST: "red",
    PaperState.LISTED: "orange",
    PaperState.DESTROYED: "secondary",
}


class HoldingView(msgspec.Struct, frozen=True, kw_only=True):
    """Ranges of one kind, place and state, with words for them; `lines` is how a form names them."""

    kind: str
    purpose: str
    place: str
    state: PaperState
    badge: Badge
    count: int
    ranges: tuple[str, ...]
    lines: str


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """A step with the names of who gave and who got."""

    step: PaperStep
    giver: str
    taker: str


def own_holder(call: PageCall, catalog: Catalog) -> PaperHolder:
    """The unit of the account, or its department; an administrator sees the province's."""
    account = call.session.account
    if account.unit_id is not None:
        return PaperHolder(unit_id=account.unit_id)
    return PaperHolder(home_region(account, catalog))


async def own_holdings(call: PageCall, states: Iterable[PaperState] = PaperState) -> list[HoldingView]:
    """What the account's unit or department has in these states."""
    catalog = await call.services.catalog.get()
    wanted = frozenset(states)
    async with call.reads() as connection:
        found = await holdings_of(connection, own_holder(call, catalog))
    return [_view(each, catalog) for each in found if each.state in wanted]


def _view(holding: PaperHolding, catalog: Catalog) -> HoldingView:
    store = "本单位库存" if holding.holder.unit_id is not None else "本部门库存"
    return HoldingView(
        kind=kind_name(catalog, holding.kind_code),
        purpose=holding.purpose.label,
        place=f"开票点{holding.holder.point}" if holding.holder.point else store,
        state=holding.state,
        badge=Badge(holding.state.label, COLOURS[holding.state]),
        count=holding.count,
        ranges=tuple(f"{each.code} {each.numbers}" for each in holding.ranges),
        lines=lines_of(holding.ranges),
    )


async def own_parcels(call: PageCall) -> list[StepView]:
    """What is on its way to the account's unit or department."""
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        steps = await open_parcels(connection, own_holder(call, catalog))
        units = await names_of(connection, unit_ids(steps))
    return step_views(steps, catalog, units)


def step_views(steps: Sequence[PaperStep], catalog: Catalog, units: Mapping[int, str]) -> list[StepView]:
    """Steps with names."""
    names = {code: each.name for code, each in catalog.departments.items()}
    return [
        StepView(
            step=each, giver=party_name(each.giver, names, units), taker=party_name(each.taker, names, units)
        )
        for each in steps
    ]
