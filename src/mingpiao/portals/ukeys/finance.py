"""/finance/ukeys: departments issue, hold and revoke UKeys of their units and people, and apply for their own."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.consequences import consequences_page, is_confirmed
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.ukeys.lists import FINANCE_UKEY_LIST
from mingpiao.portals.ukeys.parts import application_form, certificate_file, ending, ukey_page
from mingpiao.portals.ukeys.rights import UKEYS_DECIDE
from mingpiao.settings import Settings
from mingpiao.ukeys.model import UKey, UKeyStep
from mingpiao.ukeys.service import (
    allowed_steps,
    apply_in_department,
    deliver_ukey,
    get_ukey,
    hold_ukey,
    issue_ukey,
    refuse_ukey,
    release_ukey,
    revoke_ukey,
    withdraw_application,
)

BASE = FINANCE_UKEY_LIST.address
CRUMBS = [(FINANCE_UKEY_LIST.title, BASE)]
_GUARDS = [require_right(UKEYS_DECIDE)]
_DECISIONS = {
    UKeyStep.ISSUE: ("签发证书", "primary"),
    UKeyStep.HOLD: ("冻结", ""),
    UKeyStep.REVOKE: ("吊销", "danger"),
}
_OWN = {UKeyStep.DELIVER: ("领取证书", "primary"), UKeyStep.WITHDRAW: ("撤回申请", "")}
_WITH_WORDS = {
    UKeyStep.REFUSE: ("不同意的原因", "不同意申请"),
    UKeyStep.RELEASE: ("解冻的原因", "解冻证书"),
}
_ENDS = {UKeyStep.HOLD: hold_ukey, UKeyStep.REVOKE: revoke_ukey}


@get("/ukeys/new", guards=_GUARDS)
async def application(call: NamedDependency[PageCall]) -> Response[str]:
    """The form for one's own UKey."""
    return _form(call, use_kept_members(call.request) or {})


def _form(call: PageCall, values: Mapping[str, str], problems: tuple[Problem, ...] = ()) -> Response[str]:
    form = application_form(f"{BASE}/new", (), BASE)
    return form_page(call.request, form, values, problems, title="申请自己的 UKey", crumbs=CRUMBS)


@post("/ukeys/new", guards=_GUARDS, status_code=200)
async def apply(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Apply for one's own UKey; a colleague decides."""
    typed = await read_form(call.request)
    catalog = await call.services.catalog.get()
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            made = await apply_in_department(
                connection, typed.get("request", ""), catalog, acting=call.acting
            )
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return _form(call, typed, refusal.problems)
    return redirect(call.request, f"{BASE}/{made.ukey_id}")


@get("/ukeys/{ukey_id:int}", guards=[require_right(FINANCE_VIEW)])
async def show(call: NamedDependency[PageCall], ukey_id: FromPath[int]) -> Response[str]:
    """A UKey, and what the department may do with it."""
    return await _show(call, ukey_id)


async def _show(call: PageCall, ukey_id: int, problems: tuple[Problem, ...] = ()) -> Response[str]:
    async with call.reads() as connection:
        key = await get_ukey(connection, ukey_id)
    steps = allowed_steps(key.state) if allowed(call.session.account.role, UKEYS_DECIDE) else frozenset()
    offered = _offered(call, key)
    actions = [
        PageAction(label=label, address=f"{BASE}/{ukey_id}/{step.value}", style=style)
        for step, (label, style) in offered.items()
        if step in steps
    ]
    words = [
        (f"{BASE}/{ukey_id}/{step.value}", label, button)
        for step, (label, button) in _WITH_WORDS.items()
        if step in steps and not _is_own(call, key)
    ]
    return await ukey_page(call, ukey_id, base=BASE, actions=actions, words=words, problems=problems)


def _is_own(call: PageCall, key: UKey) -> bool:
    return call.session.account.account_id in (key.account_id, key.applied_by)


def _offered(call: PageCall, key: UKey) -> Mapping[UKeyStep, tuple[str, str]]:
    if not _is_own(call, key):
        return _DECISIONS
    return _OWN | {step: told for step, told in _DECISIONS.items() if step in _ENDS}


@get("/ukeys/{ukey_id:int}/certificate", guards=[require_right(FINANCE_VIEW)])
async def certificate(call: NamedDependency[PageCall], ukey_id: FromPath[int]) -> Response[bytes]:
    """The certificate as a file."""
    async with call.reads() as connection:
        return certificate_file(await get_ukey(connection, ukey_id))


@post(
    "/ukeys/{ukey_id:int}/{verb:str}",
    guards=_GUARDS,
    status_code=200,
    opt=sensitive(Sensitive.KEYS, verb=frozenset({UKeyStep.ISSUE.value, UKeyStep.RELEASE.value})),
)
async def decide(
    call: NamedDependency[PageCall],
    ukey_id: FromPath[int],
    verb: FromPath[str],
    master_key: NamedDependency[MasterKey],
) -> Response[str] | Response[bytes]:
    """Decide of a UKey, or fetch one's own; what ends a certificate asks once more."""
    step = next((each for each in (*_DECISIONS, *_OWN, *_WITH_WORDS) if each.value == verb), None)
    if step is None:
        raise refuse("http.404", "没有这种办理方式，请返回 UKey 列表。", status=404)
    typed = await read_form(call.request)
    async with call.reads() as connection:
        key = await get_ukey(connection, ukey_id)
    if step in _ENDS and not is_confirmed(typed):
        return consequences_page(call.request, ending(key, step, BASE), crumbs=CRUMBS)
    try:
        await _carry_out(call, ukey_id, step, typed.get("reason", ""), master_key)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        if step in _ENDS and refusal.status == 422:
            shown = ending(key, step, BASE)
            return consequences_page(
                call.request, shown, crumbs=CRUMBS, values=typed, problems=refusal.problems
            )
        return await _show(call, ukey_id, refusal.problems)
    return redirect(call.request, f"{BASE}/{ukey_id}")


async def _carry_out(call: PageCall, ukey_id: int, step: UKeyStep, reason: str, master: MasterKey) -> None:
    catalog = await call.services.catalog.get()
    organization = organization_of(call.services.settings, catalog.regions[f"{catalog.province}0000"].name)
    async with call.services.database.system() as connection:  # system: a verb writes
        match step:
            case UKeyStep.ISSUE:
                await issue_ukey(connection, ukey_id, master, organization, acting=call.acting)
            case UKeyStep.DELIVER:
                await deliver_ukey(connection, ukey_id, acting=call.acting)
            case UKeyStep.WITHDRAW:
                await withdraw_application(connection, ukey_id, acting=call.acting)
            case UKeyStep.REFUSE:
                await refuse_ukey(connection, ukey_id, reason, acting=call.acting)
            case UKeyStep.RELEASE:
                await release_ukey(connection, ukey_id, reason, acting=call.acting)
            case _:
                await _ENDS[step](connection, ukey_id, reason, acting=call.acting)


def organization_of(settings: Settings, province: str) -> str:
    """In whose name the platform's own CA for persons is."""
    if settings.demo or settings.training:
        return "明票演练" if settings.training else "明票演示"
    return f"{province}财政电子票据平台"


HANDLERS = [*list_handlers(FINANCE_UKEY_LIST), application, apply, show, certificate, decide]
