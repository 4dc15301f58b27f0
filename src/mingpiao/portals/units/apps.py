"""接口应用 of a unit: create one, renew its secret, revoke it."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import FormField, PageForm, read_form
from mingpiao.portals.kept import NEVER_KEPT
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.units.access import managed_unit, unit_crumbs
from mingpiao.portals.units.lists import UNITS
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.units.model import InterfaceApp, UnitMode
from mingpiao.units.service import AppCredential, apps_of_unit, create_app, renew_secret, revoke_app

_GUARDS = [require_right(UNIT_MANAGE)]
_NAME_LENGTH = 40


@get("/units/{unit_id:int}/apps", guards=_GUARDS)
async def unit_apps(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """The unit's apps, and the form for a new one."""
    return await _apps_page(call, unit_id, {})


@post("/units/{unit_id:int}/apps", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.KEYS))
async def create_unit_app(
    call: NamedDependency[PageCall], unit_id: FromPath[int], master_key: NamedDependency[MasterKey]
) -> Response[str]:
    """Create an app; its secret is shown once."""
    given = await read_form(call.request)
    unit = await managed_unit(call, unit_id)
    name = given.get("name", "")
    try:
        if unit.mode is not UnitMode.INTERFACE:
            raise refuse("app.online_unit", "在线开票单位不需要接口应用；请先变更开票方式。", status=409)
        if not name or len(name) > _NAME_LENGTH or unprintable(name):
            message = f"请填写系统名称，不超过{_NAME_LENGTH}个字，不含特殊符号。"
            raise refuse("app.name_invalid", message, field="name", status=422)
        async with call.services.database.system() as connection:  # system: no scope reads or writes apps
            made = await create_app(connection, unit_id, name, master=master_key, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _apps_page(call, unit_id, given, refusal.problems)
    return await _secret_page(call, unit_id, made)


@post(
    "/units/{unit_id:int}/apps/{app_id:str}",
    guards=_GUARDS,
    status_code=200,
    opt=NEVER_KEPT | sensitive(Sensitive.KEYS),
)
async def change_app(
    call: NamedDependency[PageCall],
    unit_id: FromPath[int],
    app_id: FromPath[str],
    master_key: NamedDependency[MasterKey],
) -> Response[str] | Response[bytes]:
    """`renew` the secret of an app, or `revoke` it."""
    verb = (await read_form(call.request)).get("verb", "")
    made = None
    async with call.services.database.system() as connection:  # system: no scope reads or writes apps
        if verb == "renew":
            made = await renew_secret(connection, unit_id, app_id, master=master_key, acting=call.acting)
        elif verb == "revoke":
            await revoke_app(connection, unit_id, app_id, acting=call.acting)
        else:
            raise refuse("http.404", "没有这种操作，请返回接口应用页面。", status=404)
    if made is not None:
        return await _secret_page(call, unit_id, made)
    return redirect(call.request, f"{UNITS.address}/{unit_id}/apps")


async def _secret_page(call: PageCall, unit_id: int, made: AppCredential) -> Response[str]:
    unit = await managed_unit(call, unit_id)
    back = f"{UNITS.address}/{unit_id}/apps"
    return page(
        call.request,
        "units/app_secret.html",
        title="接口应用密钥",
        crumbs=[*unit_crumbs(unit), ("接口应用", back)],
        made=made,
        site=call.services.settings.site_url(),
        back=back,
    )


async def _apps_page(
    call: PageCall, unit_id: int, given: dict[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    unit = await managed_unit(call, unit_id)
    async with call.services.database.system() as connection:  # system: no scope reads or writes apps
        apps = await apps_of_unit(connection, unit_id)
    address = f"{UNITS.address}/{unit_id}/apps"
    form = PageForm(
        address=address,
        fields=(FormField(name="name", label="系统名称", required=True, hint="例如：医院信息系统。"),),
        note="建立后显示一次密钥，由您通过安全途径交给单位。",
        button="建立接口应用",
        cancel=f"{UNITS.address}/{unit_id}",
    )
    return page(
        call.request,
        "units/apps.html",
        title="接口应用",
        crumbs=unit_crumbs(unit),
        unit=unit,
        rows=[(app, _actions(app, address)) for app in apps],
        form=form,
        values=given,
        problems=problems,
    )


def _actions(app: InterfaceApp, address: str) -> list[PageAction]:
    if not app.active:
        return []
    return [
        PageAction(
            label=label,
            address=f"{address}/{app.app_id}",
            values={"verb": verb},
            style=style,
            about=f"{label} {app.app_id}",
        )
        for verb, label, style in (("renew", "更换密钥", ""), ("revoke", "停用", "danger"))
    ]


HANDLERS = [unit_apps, create_unit_app, change_app]
