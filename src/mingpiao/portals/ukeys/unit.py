"""/unit/ukeys: a unit's UKeys; its manager applies for them, fetches them and puts them on hold."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.identity.model import Account
from mingpiao.identity.service import accounts_of_unit
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.consequences import consequences_page, is_confirmed
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import FormField, form_page, read_form
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.ukeys.lists import UNIT_UKEY_LIST
from mingpiao.portals.ukeys.parts import application_form, certificate_file, ending, ukey_page
from mingpiao.portals.ukeys.rights import UNIT_UKEYS
from mingpiao.ukeys.model import UKeyState, UKeyStep
from mingpiao.ukeys.service import (
    allowed_steps,
    apply_in_unit,
    deliver_ukey,
    get_ukey,
    hold_ukey,
    revoke_ukey,
    withdraw_application,
)
from mingpiao.units.service import points_of_unit

BASE = UNIT_UKEY_LIST.address
_GUARDS = [require_right(UNIT_UKEYS)]
_CRUMBS = [("首页", "/unit"), (UNIT_UKEY_LIST.title, BASE)]
_LABELS = {
    UKeyStep.DELIVER: ("领取证书", "primary"),
    UKeyStep.WITHDRAW: ("撤回申请", ""),
    UKeyStep.HOLD: ("冻结", ""),
    UKeyStep.REVOKE: ("吊销", "danger"),
}


@get("/ukeys/new", guards=_GUARDS)
async def application(call: NamedDependency[PageCall]) -> Response[str]:
    """The form for a new UKey."""
    return await _form(call, use_kept_members(call.request) or {})


async def _form(
    call: PageCall, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        points = await points_of_unit(connection, unit_id)
    async with call.services.database.system() as connection:  # system: no scope reads accounts
        people = await accounts_of_unit(connection, unit_id)
    fields = (
        FormField(
            name="account_id",
            label="持有人",
            kind="select",
            required=True,
            options=tuple((str(each.account_id), _named(each)) for each in people if each.active),
            empty="请选择",
        ),
        FormField(
            name="point_code",
            label="开票点",
            kind="select",
            options=tuple((each.code, each.name) for each in points if each.active),
            empty="不区分开票点",
        ),
    )
    form = application_form(f"{BASE}/new", fields, BASE)
    return form_page(call.request, form, values, problems, title="申请 UKey", crumbs=_CRUMBS)


def _named(account: Account) -> str:
    return f"{account.display_name}（{account.username}，{account.role.label}）"


@post("/ukeys/new", guards=_GUARDS, status_code=200)
async def apply(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Apply for a UKey."""
    typed = await read_form(call.request)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            made = await apply_in_unit(
                connection,
                read_whole(typed.get("account_id", ""), digits=18) or 0,
                typed.get("point_code", ""),
                typed.get("request", ""),
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return await _form(call, typed, refusal.problems)
    return redirect(call.request, f"{BASE}/{made.ukey_id}")


@get("/ukeys/{ukey_id:int}", guards=_GUARDS)
async def show(call: NamedDependency[PageCall], ukey_id: FromPath[int]) -> Response[str]:
    """A UKey of the unit, and what may be done with it."""
    return await _show(call, ukey_id)


async def _show(call: PageCall, ukey_id: int, problems: tuple[Problem, ...] = ()) -> Response[str]:
    async with call.reads() as connection:
        key = await get_ukey(connection, ukey_id)
    steps = allowed_steps(key.state)
    actions = [
        PageAction(label=label, address=f"{BASE}/{ukey_id}/{step.value}", style=style)
        for step, (label, style) in _LABELS.items()
        if step in steps and not (step is UKeyStep.REVOKE and key.state is UKeyState.ISSUED)
    ]
    return await ukey_page(call, ukey_id, base=BASE, actions=actions, problems=problems)


@get("/ukeys/{ukey_id:int}/certificate", guards=_GUARDS)
async def certificate(call: NamedDependency[PageCall], ukey_id: FromPath[int]) -> Response[bytes]:
    """The certificate as a file."""
    async with call.reads() as connection:
        return certificate_file(await get_ukey(connection, ukey_id))


@post("/ukeys/{ukey_id:int}/{verb:str}", guards=_GUARDS, status_code=200)
async def change(
    call: NamedDependency[PageCall], ukey_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`deliver`, `withdraw`, `hold` or `revoke`; the last two ask once more."""
    step = next((each for each in _LABELS if each.value == verb), None)
    if step is None:
        raise refuse("http.404", "没有这种办理方式，请返回 UKey 列表。", status=404)
    typed = await read_form(call.request)
    async with call.reads() as connection:
        key = await get_ukey(connection, ukey_id)
    asks = step in (UKeyStep.HOLD, UKeyStep.REVOKE)
    if asks and not is_confirmed(typed):
        return consequences_page(call.request, ending(key, step, BASE), crumbs=_CRUMBS)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            if step is UKeyStep.DELIVER:
                await deliver_ukey(connection, ukey_id, acting=call.acting)
            elif step is UKeyStep.WITHDRAW:
                await withdraw_application(connection, ukey_id, acting=call.acting)
            else:
                end = hold_ukey if step is UKeyStep.HOLD else revoke_ukey
                await end(connection, ukey_id, typed.get("reason", ""), acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        if asks and refusal.status == 422:
            shown = ending(key, step, BASE)
            return consequences_page(
                call.request, shown, crumbs=_CRUMBS, values=typed, problems=refusal.problems
            )
        return await _show(call, ukey_id, refusal.problems)
    return redirect(call.request, f"{BASE}/{ukey_id}")


HANDLERS = [*list_handlers(UNIT_UKEY_LIST, guards=_GUARDS), application, apply, show, certificate, change]
