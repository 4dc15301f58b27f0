"""单位信息: what a unit sees of itself."""

from litestar import Response, get
from litestar.di import NamedDependency

from mingpiao.kernel.clock import today
from mingpiao.numbering.service import stock_levels
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall
from mingpiao.portals.units.changes import value_words
from mingpiao.portals.units.lists import MODES, lock_label, state_badge
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
    async with call.services.database.system() as connection:  # system: no scope reads apps or keys
        apps = await apps_of_unit(connection, unit_id)
        seals = await unit_seals(connection, unit_id)
    last = today()
    seal = next((each for each in seals if each.retired_at is None), None)
    ready = seal is not None and bool(stocks) and bool(profile.item_codes)
    return page(
        call.request,
        "units/profile.html",
        title="单位信息",
        crumbs=[("首页", "/unit")],
        unit=profile.unit,
        state=state_badge(profile.unit, ready=ready),
        ready=ready,
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
