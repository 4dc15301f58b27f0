"""UKey 设置 of a department: whether people of its online units issue by UKey alone, and when people are told of its end."""

import re
from collections.abc import Mapping, Sequence

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.ukeys.finance import BASE, CRUMBS
from mingpiao.portals.ukeys.rights import UKEY_AUTHORITIES
from mingpiao.ukeys.service import set_ukey_policy, ukey_policies, ukey_policy_in_force

ADDRESS = f"{BASE}/settings"
_CHOICES = (("no", "密码或 UKey 登录都可以开票"), ("yes", "只有 UKey 登录才能开票和冲红"))
_FORM = PageForm(
    address=ADDRESS,
    fields=(
        FormField(name="issuing", label="在线开票单位", kind="select", options=_CHOICES),
        FormField(
            name="told_before",
            label="到期前多少天提醒",
            required=True,
            hint="用顿号分开，例如：30、7、1。到时给持有人和单位的票据管理员各发一次消息。",
            attributes={"maxlength": 40},
        ),
    ),
    button="保存",
    cancel=BASE,
)
_NO_REVISION = -1


@get("/ukeys/settings", guards=[require_right(FINANCE_VIEW)])
async def settings_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The choice in force; a head may change it."""
    return await _page(call, use_kept_members(call.request))


async def _page(
    call: PageCall, typed: Mapping[str, str] | None, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await call.services.catalog.get()
    region = call.session.account.region_code or f"{catalog.province}0000"
    async with call.reads() as connection:
        found = await ukey_policy_in_force(connection, catalog.regions_upwards(region))
        own = (await ukey_policies(connection, [region])).get(region)
    chosen = "yes" if found.issuing_needs_ukey else "no"
    return form_page(
        call.request,
        _FORM,
        typed
        or {
            "issuing": chosen,
            "told_before": days_told(found.told_before),
            "revision": str(own.revision if own else 0),
        },
        problems,
        template="ukeys/settings.html",
        title="UKey 设置",
        crumbs=CRUMBS,
        found=found,
        chosen=dict(_CHOICES)[chosen],
        days=days_told(found.told_before),
        region=catalog.regions[region].name,
        owner=catalog.regions[found.region_code].name if found.region_code in catalog.regions else "",
        is_own=own is not None,
        may_change=allowed(call.session.account.role, UKEY_AUTHORITIES),
    )


def days_told(days: Sequence[int]) -> str:
    """Days as they are typed."""
    return "、".join(str(each) for each in days)


def _days(typed: str) -> list[int]:
    """The days that somebody typed; 0 for what is no number, which the verb refuses."""
    return [read_whole(each, digits=4) or 0 for each in re.split(r"[、，,\s]+", typed.strip()) if each]


@post("/ukeys/settings", guards=[require_right(UKEY_AUTHORITIES)], status_code=200)
async def change_settings(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Choose for the department's area."""
    typed = await read_form(call.request)
    revision = read_whole(typed.get("revision", ""))
    try:
        if typed.get("issuing") not in dict(_CHOICES):
            raise refuse("ukey.policy_unknown", "请选择登录方式。", field="issuing", status=422)
        async with call.services.database.system() as connection:  # system: a verb writes
            await set_ukey_policy(
                connection,
                typed["issuing"] == "yes",
                told_before=_days(typed.get("told_before", "")),
                revision=_NO_REVISION if revision is None else revision,
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return await _page(call, typed, refusal.problems)
    return redirect(call.request, ADDRESS)


HANDLERS = [settings_page, change_settings]
