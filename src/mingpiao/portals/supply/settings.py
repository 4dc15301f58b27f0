"""申领设置: the limits of the province, which its head changes and everybody of a department may read."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.supply.parts import typed_number
from mingpiao.portals.supply.rights import SUPPLY_SETTINGS
from mingpiao.supply.model import SupplyPolicy, SupplyPolicyOf
from mingpiao.supply.service import load_supply_policy, set_supply_policy

ADDRESS = "/finance/supply/settings"
_DAYS: dict[str, str | int] = {"inputmode": "numeric", "maxlength": 2}
_FORM = PageForm(
    address=ADDRESS,
    fields=(
        FormField(
            name="months_at_most",
            label="库存上限（月）",
            required=True,
            hint="单位的库存加上发放的号码，不超过几个月的用量，1至12；超过的自动减少。",
            attributes=_DAYS,
        ),
        FormField(
            name="months_proposed",
            label="建议数量（月）",
            required=True,
            hint="平台建议单位申领几个月的用量。",
            attributes=_DAYS,
        ),
        FormField(
            name="review_above",
            label="人工审核的数量（个）",
            required=True,
            hint="一次发放超过它的，由财政部门审核。",
            attributes={"inputmode": "numeric", "maxlength": 9},
        ),
        FormField(
            name="all_written_off",
            label="核旧领新",
            kind="select",
            options=(("no", "逾期未核销的不能申领"), ("yes", "已结账的月份全部核销后才能申领")),
        ),
        FormField(
            name="by_levels",
            label="号码发放",
            kind="select",
            hint="逐级下发的，申领和即领即开从单位同级财政部门的库存发放；改之前先下发号码，库存为空的地区不能发放。",
            options=(("no", "由省级统一发放"), ("yes", "逐级下发")),
        ),
    ),
    button="保存",
    cancel="/finance/supply",
)


@get("/supply/settings", guards=[require_right(FINANCE_VIEW)])
async def settings_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The limits in force; the province's head may change them."""
    async with call.reads() as connection:
        found = await load_supply_policy(connection)
    return _page(call, found, use_kept_members(call.request) or _values(found))


def _page(
    call: PageCall, found: SupplyPolicyOf, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    account = call.session.account
    is_province = account.region_code is not None and account.region_code.endswith("0000")
    return form_page(
        call.request,
        _FORM,
        values,
        problems,
        template="supply/settings.html",
        title="申领设置",
        crumbs=[("票据申领", "/finance/supply")],
        found=found,
        may_change=is_province and allowed(account.role, SUPPLY_SETTINGS),
    )


def _values(found: SupplyPolicyOf) -> dict[str, str]:
    policy = found.policy
    return {
        "months_at_most": str(policy.months_at_most),
        "months_proposed": str(policy.months_proposed),
        "review_above": str(policy.review_above),
        "all_written_off": "yes" if policy.all_written_off else "no",
        "by_levels": "yes" if policy.by_levels else "no",
        "revision": str(found.revision),
    }


@post("/supply/settings", guards=[require_right(SUPPLY_SETTINGS)], status_code=200)
async def change_settings(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Set the limits."""
    typed = await read_form(call.request)
    policy = SupplyPolicy(
        months_at_most=typed_number(typed.get("months_at_most", "")),
        months_proposed=typed_number(typed.get("months_proposed", "")),
        review_above=typed_number(typed.get("review_above", "")),
        all_written_off=typed.get("all_written_off") == "yes",
        by_levels=typed.get("by_levels") == "yes",
    )
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            revision = typed_number(typed.get("revision", ""))
            await set_supply_policy(connection, policy, revision=revision, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        async with call.reads() as connection:
            found = await load_supply_policy(connection)
        return _page(call, found, typed, refusal.problems)
    return redirect(call.request, ADDRESS)


HANDLERS = [settings_page, change_settings]
