"""开票点 of a unit."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import FormField, PageForm, read_form
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.units.access import managed_unit, unit_crumbs
from mingpiao.portals.units.lists import UNITS
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.units.model import IssuingPoint
from mingpiao.units.service import points_of_unit, save_point, switch_point

_GUARDS = [require_right(UNIT_MANAGE)]
_FIELDS = (
    FormField(
        name="code", label="开票点代码", required=True, hint="医疗接口的 placeCode；已有的代码会被修改。"
    ),
    FormField(name="name", label="名称", required=True, hint="例如：门诊一楼收费处。"),
    FormField(name="address", label="地址"),
    FormField(name="people", label="人员", hint="姓名，用顿号分开。"),
)


@get("/units/{unit_id:int}/points", guards=_GUARDS)
async def unit_points(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """The unit's points, and the form that adds or changes one."""
    return await _points_page(call, unit_id, {})


@post("/units/{unit_id:int}/points", guards=_GUARDS, status_code=200)
async def save_unit_point(
    call: NamedDependency[PageCall], unit_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Add or change a point; with `verb`, put it out of use or back."""
    given = await read_form(call.request)
    code = given.get("code", "")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            if given.get("verb") in ("open", "close"):
                await switch_point(connection, unit_id, code, given["verb"] == "open", acting=call.acting)
            else:
                point = IssuingPoint(
                    unit_id=unit_id,
                    code=code,
                    name=given.get("name", ""),
                    address=given.get("address", ""),
                    people=given.get("people", ""),
                )
                await save_point(connection, point, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _points_page(call, unit_id, given, refusal.problems)
    return redirect(call.request, f"{UNITS.address}/{unit_id}/points")


async def _points_page(
    call: PageCall, unit_id: int, given: dict[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    unit = await managed_unit(call, unit_id)
    async with call.reads() as connection:
        points = await points_of_unit(connection, unit_id)
    address = f"{UNITS.address}/{unit_id}/points"
    form = PageForm(address=address, fields=_FIELDS, button="保存开票点", cancel=f"{UNITS.address}/{unit_id}")
    return page(
        call.request,
        "units/points.html",
        title="开票点",
        crumbs=unit_crumbs(unit),
        unit=unit,
        rows=[(point, _action(point, address)) for point in points],
        form=form,
        values=given,
        problems=problems,
    )


def _action(point: IssuingPoint, address: str) -> PageAction:
    verb, label = ("close", "停用") if point.active else ("open", "启用")
    return PageAction(
        label=label, address=address, values={"verb": verb, "code": point.code}, about=f"{label} {point.name}"
    )


HANDLERS = [unit_points, save_unit_point]
