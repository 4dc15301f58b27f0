"""核销设置 of a department: its own, or those of the department above."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_date, read_typed_decimal, read_whole
from mingpiao.kernel.money import fits_places, plain_number
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.writeoff.rights import WRITEOFF_SETTINGS
from mingpiao.writeoff.model import Policy
from mingpiao.writeoff.service import load_policies, month_of, next_month, set_policy

ADDRESS = "/finance/writeoff/settings"
#: Months from which a province may choose the first.
_COMING_MONTHS = 13
_WHOLE = ("interface_workdays", "online_workdays", "rectification_months", "decision_workdays")
_NO_NUMBER, _NO_AMOUNT = -1, Decimal("-1")


class _Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a department's page shows: the policy in force, whose it is, and the revision of its own."""

    policy: Policy
    region_code: str
    owner: str
    revision: int

    @property
    def is_province(self) -> bool:
        return self.region_code.endswith("0000")

    @property
    def may_begin(self) -> bool:
        """Whether the first month may still be chosen."""
        begins_on = self.policy.begins_on
        return self.is_province and (begins_on is None or begins_on > today())


async def _load(call: PageCall) -> _Settings:
    catalog = await call.services.catalog.get()
    region = call.session.account.region_code or f"{catalog.province}0000"
    async with call.reads() as connection:
        policies = await load_policies(connection)
    found, own = policies.of(region), policies.own.get(region)
    return _Settings(
        policy=found.policy,
        region_code=region,
        owner=found.region_code,
        revision=own.revision if own else 0,
    )


def _form(settings: _Settings) -> PageForm:
    begin = _beginning(settings) if settings.may_begin else ()
    days: dict[str, str | int] = {"inputmode": "numeric", "maxlength": 2}
    return PageForm(
        address=ADDRESS,
        fields=(
            *begin,
            FormField(
                name="interface_workdays",
                label="接口单位核销期限（工作日）",
                required=True,
                hint="月末以后第几个工作日以前核销，1至22。",
                attributes=days,
            ),
            FormField(
                name="online_workdays",
                label="在线开票单位核销期限（工作日）",
                required=True,
                hint="1至22；在线开票单位另须在新月份开第一张票以前核销上月。",
                attributes=days,
            ),
            FormField(
                name="tolerance",
                label="允许差额（元）",
                required=True,
                hint="开票净额与到账相差不超过它的，不需要说明原因。",
                attributes={"inputmode": "decimal", "maxlength": 12},
            ),
            FormField(
                name="seal_share",
                label="签名抽查比例（%）",
                required=True,
                hint="1至100，每家单位至少核对一份。",
                attributes={"inputmode": "decimal", "maxlength": 6},
            ),
            FormField(
                name="rectification_months",
                label="整改期限（月）",
                required=True,
                hint="1至12。",
                attributes=days,
            ),
            FormField(
                name="decision_workdays",
                label="办理异常票据的期限（工作日）",
                required=True,
                hint="1至60；过期未办理的，告知上级财政部门。",
                attributes=days,
            ),
            FormField(
                name="breach_stops_issuing",
                label="整改逾期",
                kind="select",
                options=(("no", "只停止申领票号"), ("yes", "停止申领票号，并停止开票")),
            ),
        ),
        button="保存",
        cancel="/finance",
    )


def _beginning(settings: _Settings) -> tuple[FormField, ...]:
    month, options = month_of(today()), []
    for _ in range(_COMING_MONTHS):
        options.append((month.isoformat(), f"{month:%Y年%-m月}"))
        month = next_month(month)
    return (
        FormField(
            name="begins_on",
            label="启用月份",
            kind="select",
            empty="尚未启用" if settings.policy.begins_on is None else "",
            options=tuple(options),
            hint="从该月的票据开始核销；到了该月就不能再改。以前的票据用补核销办理。",
        ),
    )


@get("/writeoff/settings", guards=[require_right(FINANCE_VIEW)])
async def settings_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The settings in force; a head may change them."""
    settings = await _load(call)
    kept = use_kept_members(call.request)
    return await _page(call, settings, kept or _values(settings))


async def _page(
    call: PageCall, settings: _Settings, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await call.services.catalog.get()
    regions = catalog.regions
    return form_page(
        call.request,
        _form(settings),
        values,
        problems,
        template="writeoff/settings.html",
        title="核销设置",
        crumbs=[("概览", "/finance")],
        settings=settings,
        region=regions[settings.region_code].name,
        owner=regions[settings.owner].name if settings.owner in regions else "",
        may_change=allowed(call.session.account.role, WRITEOFF_SETTINGS),
    )


def _values(settings: _Settings) -> dict[str, str]:
    policy = settings.policy
    return {
        "begins_on": policy.begins_on.isoformat() if policy.begins_on else "",
        "interface_workdays": str(policy.interface_workdays),
        "online_workdays": str(policy.online_workdays),
        "tolerance": f"{policy.tolerance:.2f}",
        "seal_share": plain_number(policy.seal_share * 100),
        "rectification_months": str(policy.rectification_months),
        "decision_workdays": str(policy.decision_workdays),
        "breach_stops_issuing": "yes" if policy.breach_stops_issuing else "no",
        "revision": str(settings.revision),
    }


@post("/writeoff/settings", guards=[require_right(WRITEOFF_SETTINGS)], status_code=200)
async def change_settings(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Set the department's own settings."""
    typed = await read_form(call.request)
    settings = await _load(call)
    try:
        policy = _policy(typed, settings)
        async with call.services.database.system() as connection:  # system: a verb writes
            revision = read_whole(typed.get("revision", ""))
            given = _NO_NUMBER if revision is None else revision
            await set_policy(connection, policy, revision=given, acting=call.acting)
    except Refusal as refusal:
        return await _page(call, settings, typed, refusal.problems)
    return redirect(call.request, ADDRESS)


def _policy(typed: Mapping[str, str], settings: _Settings) -> Policy:
    """The policy that was typed; the first month that has passed stays. Raises `Refusal` for amounts too fine."""
    begins_on = settings.policy.begins_on
    if settings.may_begin:
        begins_on = read_date(typed.get("begins_on", ""))
    tolerance, share = (_number(typed.get(name, "")) for name in ("tolerance", "seal_share"))
    if not fits_places(tolerance, 2) or not fits_places(share, 2):
        field = "tolerance" if not fits_places(tolerance, 2) else "seal_share"
        message = "请填写数字，最多两位小数。"
        raise Refusal(Problem(code="writeoff.policy_invalid", field=field, message=message, status=422))
    whole = {name: _whole(typed.get(name, "")) for name in _WHOLE}
    return Policy(
        begins_on=begins_on,
        tolerance=tolerance,
        seal_share=share / 100,
        breach_stops_issuing=typed.get("breach_stops_issuing") == "yes",
        **whole,
    )


def _number(text: str) -> Decimal:
    """A typed number; the verb refuses what stands for none."""
    number = read_typed_decimal(text)
    return _NO_AMOUNT if number is None else number


def _whole(text: str) -> int:
    number = read_whole(text, 4)
    return _NO_NUMBER if number is None else number


HANDLERS = [settings_page, change_settings]
