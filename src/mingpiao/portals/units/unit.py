"""单位信息: what a unit sees of itself."""

from litestar import Response, get
from litestar.di import NamedDependency

from mingpiao.identity.service import unit_account_states
from mingpiao.issuing.model import BillFilter
from mingpiao.issuing.service import list_bills
from mingpiao.kernel.clock import today
from mingpiao.numbering.service import stock_levels
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall
from mingpiao.portals.units.changes import value_words
from mingpiao.portals.units.lists import MODES, lock_label, state_badge
from mingpiao.portals.units.steps import is_ready, unit_steps
from mingpiao.units.service import apps_of_unit, load_profile, points_of_unit, unit_history, unit_seals


@get("/profile")
async def profile_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The unit's data, kinds and stock, seal, apps, points, items and changes."""
    unit_id = unit_of(call.session.account)
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        profile = await load_profile(connection, unit_id)
        stocks = await stock_levels(connection, unit_id)
        points = await points_of_unit(connection, unit_id)
        changes = await unit_history(connection, unit_id)
        issued = await list_bills(connection, BillFilter(unit_id=unit_id), limit=1)
    async with call.services.database.system() as connection:  # system: no scope reads accounts, apps or keys
        accounts = await unit_account_states(connection, unit_id)
        apps = await apps_of_unit(connection, unit_id)
        seals = await unit_seals(connection, unit_id)
    last = today()
    seal = next((each for each in seals if each.retired_at is None), None)
    steps = unit_steps(profile, stocks, accounts, apps, seals)
    ready = is_ready(steps, has_issued=bool(issued.items))
    return page(
        call.request,
        "units/profile.html",
        title="单位信息",
        crumbs=[("首页", "/unit")],
        unit=profile.unit,
        state=state_badge(profile.unit, ready=ready),
        ready=ready,
        missing=[each.label for each in steps if not each.done],
        mode=MODES[profile.unit.mode.value],
        region=catalog.region_path(profile.unit.region_code),
        stocks=stocks,
        lock_label=lock_label,
        is_over=lambda until: until is not None and until < last,
        kind_name=lambda code: kind_name(catalog, code),
        items=sorted(
            (catalog.items[code] for code in profile.item_codes if code in catalog.items),
            key=lambda item: item.code,
        ),
        points=points,
        apps=apps,
        seal=seal,
        changes=changes,
        value_words=lambda kind, value: value_words(kind, value, catalog),
    )


HANDLERS = [profile_page]
