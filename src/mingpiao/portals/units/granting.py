"""核定票据种类和收款项目, 发放号码."""

from collections.abc import Iterable
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.model import BillKind, Catalog, ChargeItem
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.numbering.service import kinds_of_unit, stock_levels
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.units.access import managed_unit, unit_crumbs
from mingpiao.portals.units.lists import UNITS
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.units.model import UnitMode, UnitProfile
from mingpiao.units.service import (
    MAX_ALLOTMENT,
    USUAL_ALLOTMENT,
    allow_items,
    give_numbers,
    grant_kinds,
    load_profile,
)
from mingpiao.writeoff.model import UnitStops
from mingpiao.writeoff.service import unit_stops

_GUARDS = [require_right(UNIT_MANAGE)]


# -- kinds -----------------------------------------------------------------------------------------


@get("/units/{unit_id:int}/kinds", guards=_GUARDS)
async def kinds_form(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """All kinds in force; those that the unit has are marked and stay."""
    return await _kinds_page(call, unit_id, ())


@post("/units/{unit_id:int}/kinds", guards=_GUARDS, status_code=200)
async def set_kinds(
    call: NamedDependency[PageCall], unit_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Grant further kinds; then the items are next."""
    posted = await call.request.form()
    chosen = [str(each) for each in posted.getall("kinds", [])]
    catalog = await call.services.catalog.get()
    try:
        if not chosen:
            raise refuse("unit.no_kinds", "请至少选择一个票据种类。", field="kinds", status=422)
        async with call.services.database.system() as connection:  # system: a verb writes
            await grant_kinds(connection, unit_id, chosen, catalog, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _kinds_page(call, unit_id, chosen, refusal.problems)
    return redirect(call.request, f"{UNITS.address}/{unit_id}/items")


async def _kinds_page(
    call: PageCall, unit_id: int, chosen: Iterable[str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    unit = await managed_unit(call, unit_id)
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        granted = set(await kinds_of_unit(connection, unit_id))
    kinds = sorted((kind for kind in catalog.kinds.values() if not kind.retired), key=lambda each: each.code)
    return page(
        call.request,
        "units/kinds.html",
        title="核定票据种类",
        crumbs=unit_crumbs(unit),
        unit=unit,
        kinds=kinds,
        category=lambda kind: catalog.categories[kind.category_code].name,
        granted=granted,
        chosen=set(chosen),
        problems=problems,
    )


# -- items -----------------------------------------------------------------------------------------


class ItemGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of the unit with the items that it may carry."""

    kind: BillKind
    items: tuple[ChargeItem, ...]


@get("/units/{unit_id:int}/items", guards=_GUARDS)
async def items_form(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """The items of the unit's kinds; `?all=0601` marks all of a kind as well, `?library=school` a library's."""
    async with call.reads() as connection:
        profile = await load_profile(connection, unit_id)
    catalog = await call.services.catalog.get()
    chosen = set(profile.item_codes)
    chosen |= _marked(profile, catalog, _asked(call))
    # Ticks come back from a kept form by themselves, as they stand in its members.
    use_kept_members(call.request)
    return _items_page(call, profile, catalog, chosen)


@post("/units/{unit_id:int}/items", guards=_GUARDS, status_code=200)
async def set_items(
    call: NamedDependency[PageCall], unit_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Set the items that the unit may use; those of other kinds than shown stay as they are."""
    posted = await call.request.form()
    chosen = {str(each) for each in posted.getall("items", [])}
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        profile = await load_profile(connection, unit_id)
    shown = {each.code for group in _groups(profile, catalog) for each in group.items}
    try:
        if not chosen <= shown:
            raise refuse(
                "unit.item_unknown", "有的收款项目已停用或不属于该单位的票据种类，请重新选择。", status=422
            )
        async with call.services.database.system() as connection:  # system: a verb writes
            kept = profile.item_codes - shown
            await allow_items(connection, unit_id, sorted(chosen | kept), acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _items_page(call, profile, catalog, chosen & shown, refusal.problems)
    return redirect(call.request, f"{UNITS.address}/{unit_id}")


def _asked(call: PageCall) -> tuple[tuple[str, str], ...]:
    """The kinds and libraries that the address names, each once, in its order."""
    pairs = call.request.query_params.multi_items()
    return tuple(dict.fromkeys((name, value) for name, value in pairs if name in ("all", "library")))


def _marked(profile: UnitProfile, catalog: Catalog, asked: Iterable[tuple[str, str]]) -> set[str]:
    """The items that whole kinds and libraries bring with them, as far as the unit may have them."""
    groups = _groups(profile, catalog)
    found: set[str] = set()
    for name, value in asked:
        if name == "all":
            found |= {each.code for group in groups if group.kind.code == value for each in group.items}
        elif value in catalog.libraries:
            found |= set(catalog.libraries[value].items)
    return found & {each.code for group in groups for each in group.items}


class LibraryChoice(msgspec.Struct, frozen=True, kw_only=True):
    """A library with items for the unit: how many of them, and the address that marks them too."""

    name: str
    count: int
    address: str


def _libraries(call: PageCall, profile: UnitProfile, catalog: Catalog) -> list[LibraryChoice]:
    offered = [
        (each, _marked(profile, catalog, [("library", each.code)]))
        for each in sorted(catalog.libraries.values(), key=lambda library: library.code)
        if not each.retired
    ]
    return [
        LibraryChoice(
            name=each.name, count=len(items), address=_with_mark(call, profile, ("library", each.code))
        )
        for each, items in offered
        if items
    ]


def _with_mark(call: PageCall, profile: UnitProfile, mark: tuple[str, str]) -> str:
    """The page's address with one kind or library more."""
    marks = tuple(dict.fromkeys((*_asked(call), mark)))
    return f"{UNITS.address}/{profile.unit.unit_id}/items?{urlencode(marks)}"


def _groups(profile: UnitProfile, catalog: Catalog) -> list[ItemGroup]:
    """The items by kind; one that several of the unit's kinds may carry stands under the first."""
    groups: list[ItemGroup] = []
    seen: set[str] = set()
    for code in sorted(profile.kind_codes & catalog.kinds.keys()):
        found = [
            each
            for each in catalog.items.values()
            if code in each.kinds and not each.retired and each.code not in seen
        ]
        seen |= {each.code for each in found}
        ordered = tuple(sorted(found, key=lambda each: each.code))
        groups.append(ItemGroup(kind=catalog.kinds[code], items=ordered))
    return groups


def _items_page(
    call: PageCall,
    profile: UnitProfile,
    catalog: Catalog,
    chosen: set[str],
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    return page(
        call.request,
        "units/items.html",
        title="核定收款项目",
        crumbs=unit_crumbs(profile.unit),
        unit=profile.unit,
        groups=_groups(profile, catalog),
        libraries=_libraries(call, profile, catalog),
        mark_kind=lambda code: _with_mark(call, profile, ("all", code)),
        chosen=chosen,
        problems=problems,
    )


# -- numbers ---------------------------------------------------------------------------------------


@get("/units/{unit_id:int}/numbers", guards=_GUARDS)
async def numbers_form(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """The form that gives an interface unit numbers; what it has stands beside the kinds."""
    return await _numbers_page(call, unit_id, {"count": str(USUAL_ALLOTMENT)})


@post("/units/{unit_id:int}/numbers", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.NUMBERS))
async def give_unit_numbers(
    call: NamedDependency[PageCall], unit_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Allot a segment."""
    given = await read_form(call.request)
    catalog = await call.services.catalog.get()
    count = read_whole(given.get("count", "").replace(",", ""), digits=10) or 0
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await give_numbers(connection, unit_id, given.get("kind", ""), count, catalog, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _numbers_page(call, unit_id, given, refusal.problems)
    return redirect(call.request, f"{UNITS.address}/{unit_id}")


async def _numbers_page(
    call: PageCall, unit_id: int, given: dict[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    unit = await managed_unit(call, unit_id)
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        stocks = await stock_levels(connection, unit_id)
        stops = await unit_stops(connection, unit_id)
    if unit.mode is UnitMode.ONLINE and not problems:
        raise refuse("numbering.online_unit", "在线开票单位开票时自动领取号码，不需要发放。", status=409)
    options = tuple(
        (stock.kind_code, f"{kind_name(catalog, stock.kind_code)}（剩余 {stock.free:,} 个）")
        for stock in stocks
    )
    form = PageForm(
        address=f"{UNITS.address}/{unit_id}/numbers",
        fields=(
            FormField(
                name="kind", label="票据种类", kind="select", required=True, empty="请选择", options=options
            ),
            FormField(
                name="count",
                label="发放数量",
                required=True,
                hint=f"从省级或（逐级下发的）同级财政部门的库存取一段连续号码，每次1至{MAX_ALLOTMENT:,}个。",
                attributes={"inputmode": "numeric", "maxlength": 9},
            ),
        ),
        note=_numbers_note(stops),
        button="发放号码",
        cancel=f"{UNITS.address}/{unit_id}",
    )
    return form_page(call.request, form, given, problems, title="发放号码", crumbs=unit_crumbs(unit))


def _numbers_note(stops: UnitStops) -> str:
    """What becomes of the numbers; of a stopped unit, for what it gets none."""
    if not stops.supply:
        return "发放后立即入库；收回该票据种类或注销单位时退回未用的号码。"
    late = [f"{each.name}核销" for each in stops.months] + [each.serial for each in stops.notices]
    return f"该单位{stops.heading}（{'、'.join(late)}），已{stops.told}，全部办完后才能发放。"


HANDLERS = [kinds_form, set_kinds, items_form, set_items, numbers_form, give_unit_numbers]
