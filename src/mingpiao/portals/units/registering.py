"""Registering a unit, and changing its accounts, address and type."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.errors import Refusal
from mingpiao.portals.forms import form_page, read_form
from mingpiao.portals.regions import region_options
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.units.access import managed_unit, unit_crumbs
from mingpiao.portals.units.forms import amend_form, read_details, read_unit, register_form
from mingpiao.portals.units.lists import UNITS
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.units.service import amend, register

_GUARDS = [require_right(UNIT_MANAGE)]
_CRUMBS = [(UNITS.title, UNITS.address)]


@get("/units/new", guards=_GUARDS)
async def new_unit_form(call: NamedDependency[PageCall]) -> Response[str]:
    """The form for a new unit, of a few regions in the department's own unless another is chosen."""
    form = register_form(call.session.account, await call.services.catalog.get())
    field = next(each for each in form.fields if each.name == "region_code")
    # In an input that searches, a region to begin with would only have to be taken out again.
    given = {"region_code": (call.session.account.region_code or "") if field.kind == "select" else ""}
    return form_page(call.request, form, given, title="登记用票单位", crumbs=_CRUMBS)


@post("/units/new", guards=_GUARDS, status_code=200)
async def new_unit(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Register a unit and show what it still needs. Sent again, it leads to the same unit."""
    given = await read_form(call.request)
    try:
        regions = region_options(call.session.account, await call.services.catalog.get())
        unit = read_unit(given, regions)
        async with call.services.database.system() as connection:  # system: a verb writes
            stored = await register(connection, unit, acting=call.acting)
    except Refusal as refusal:
        form = register_form(call.session.account, await call.services.catalog.get())
        return form_page(call.request, form, given, refusal.problems, title="登记用票单位", crumbs=_CRUMBS)
    return redirect(call.request, f"{UNITS.address}/{stored.unit_id}")


@get("/units/{unit_id:int}/edit", guards=_GUARDS)
async def amend_unit_form(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """The form with the unit's data as it is."""
    unit = await managed_unit(call, unit_id)
    given = {
        "unit_type": unit.unit_type.value,
        "receiving_account": unit.receiving_account,
        "receiving_bank": unit.receiving_bank,
        "address": unit.address,
        "phone": unit.phone,
    }
    return form_page(call.request, amend_form(unit_id), given, title="修改单位信息", crumbs=unit_crumbs(unit))


@post("/units/{unit_id:int}/edit", guards=_GUARDS, status_code=200)
async def amend_unit(
    call: NamedDependency[PageCall], unit_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Change accounts, address, telephone and type."""
    unit = await managed_unit(call, unit_id)
    given = await read_form(call.request)
    try:
        details = read_details(given)
        async with call.services.database.system() as connection:  # system: a verb writes
            await amend(connection, unit_id, details, acting=call.acting)
    except Refusal as refusal:
        return form_page(
            call.request,
            amend_form(unit_id),
            given,
            refusal.problems,
            title="修改单位信息",
            crumbs=unit_crumbs(unit),
        )
    return redirect(call.request, f"{UNITS.address}/{unit_id}")


HANDLERS = [new_unit_form, new_unit, amend_unit_form, amend_unit]
