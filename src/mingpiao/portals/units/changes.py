"""变更, 暂停, 恢复, 注销: a form, a page that says what follows, and then the act or its proposal."""

from collections.abc import Mapping
from datetime import date

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.approvals.service import address_of
from mingpiao.catalog.model import Catalog
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_date
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed, is_revised
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.regions import region_options
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.units.access import managed_unit, unit_crumbs
from mingpiao.portals.units.consequences import consequences
from mingpiao.portals.units.lists import MODES, UNITS
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.units.model import Unit, UnitChangeKind
from mingpiao.units.service import (
    TWO_PERSONS,
    ChangeWish,
    change_unit,
    obstacles,
    propose_change,
    refuse_closed,
    wish_problems,
    withdraw_change,
)

_GUARDS = [require_right(UNIT_MANAGE)]
_DAY = FormField(
    name="effective_on",
    label="生效日期",
    kind="date",
    required=True,
    hint="今天或以后的一天；当天零点后一分钟内生效。",
)
_UNTIL = FormField(
    name="until", label="暂停的最后一天", kind="date", hint="次日自动恢复；不填则一直暂停，直到办理恢复。"
)
_REASON = FormField(
    name="reason",
    label="原因",
    kind="textarea",
    required=True,
    hint="将留痕，单位也能看到。",
    attributes={"maxlength": 200},
)


@get("/units/{unit_id:int}/changes/{kind:str}", guards=_GUARDS)
async def change_form(
    call: NamedDependency[PageCall], unit_id: FromPath[int], kind: FromPath[str]
) -> Response[str]:
    """The form of one kind of change."""
    unit = await managed_unit(call, unit_id)
    refuse_closed(unit)
    given = {"effective_on": today().isoformat()}
    return await _change_page(call, unit, _kind(kind), given)


@post("/units/{unit_id:int}/changes/{kind:str}", guards=_GUARDS, status_code=200)
async def change(
    call: NamedDependency[PageCall], unit_id: FromPath[int], kind: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Show what follows from a change; with `confirmed`, do it, or propose it where two persons decide."""
    wanted = _kind(kind)
    unit = await managed_unit(call, unit_id)
    refuse_closed(unit)
    given = await read_form(call.request)
    if is_revised(given):
        return await _change_page(call, unit, wanted, given)
    try:
        wish = _wish(wanted, given)
        if problems := wish_problems(unit, wish):
            raise Refusal(*problems)
        if not is_confirmed(given):
            return await _check_page(call, unit, wish)
        async with call.services.database.system() as connection:  # system: a verb writes
            if wanted in TWO_PERSONS:
                proposal_id = await propose_change(connection, unit_id, wish, acting=call.acting)
                return redirect(call.request, address_of(proposal_id))
            await change_unit(connection, unit_id, wish, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _change_page(call, unit, wanted, given, refusal.problems)
    return redirect(call.request, f"{UNITS.address}/{unit_id}")


@post("/units/{unit_id:int}/planned/{change_id:int}/withdraw", guards=_GUARDS, status_code=200)
async def withdraw_planned(
    call: NamedDependency[PageCall], unit_id: FromPath[int], change_id: FromPath[int]
) -> Response[bytes]:
    """Take a planned change back."""
    async with call.services.database.system() as connection:  # system: a verb writes
        await withdraw_change(connection, unit_id, change_id, acting=call.acting)
    return redirect(call.request, f"{UNITS.address}/{unit_id}")


def _kind(text: str) -> UnitChangeKind:
    if text not in {each.value for each in UnitChangeKind}:
        raise refuse("http.404", "没有这种变更，请返回单位页面选择。", status=404)
    return UnitChangeKind(text)


def _wish(kind: UnitChangeKind, given: Mapping[str, str]) -> ChangeWish:
    day, until = (_day(given.get(name, ""), name) for name in ("effective_on", "until"))
    if day is None:
        raise _unreadable("effective_on")
    after = given.get("after", "")
    return ChangeWish(
        kind=kind,
        effective_on=day,
        until=until if kind is UnitChangeKind.SUSPEND else None,
        reason=" ".join(given.get("reason", "").split()),
        after=after.replace(" ", "").upper() if kind is UnitChangeKind.USCC else after,
    )


def _day(text: str, name: str) -> date | None:
    day = read_date(text)
    if text and day is None:
        raise _unreadable(name)
    return day


def _unreadable(name: str) -> Refusal:
    return refuse("form.date_invalid", "请填写日期，例如 2027-06-30。", field=name, status=422)


async def _change_page(
    call: PageCall,
    unit: Unit,
    kind: UnitChangeKind,
    given: Mapping[str, str],
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    catalog = await call.services.catalog.get()
    address = f"{UNITS.address}/{unit.unit_id}"
    fields = [_DAY, *([_UNTIL] if kind is UnitChangeKind.SUSPEND else []), _REASON]
    form = PageForm(
        address=f"{address}/changes/{kind.value}",
        fields=(*_value_fields(call, catalog, unit, kind), *fields),
        button="下一步：查看后果",
        cancel=address,
        once=False,
    )
    return form_page(
        call.request, form, given, problems, title=f"{kind.label}：{unit.name}", crumbs=unit_crumbs(unit)
    )


def _value_fields(
    call: PageCall, catalog: Catalog, unit: Unit, kind: UnitChangeKind
) -> tuple[FormField, ...]:
    """The field of the new value, which says the present one."""
    present = now_of(unit, kind, catalog)
    if kind is UnitChangeKind.NAME:
        return (FormField(name="after", label="新的单位名称", required=True, hint=f"现在是：{present}"),)
    if kind is UnitChangeKind.USCC:
        return (
            FormField(
                name="after",
                label="新的统一社会信用代码",
                required=True,
                hint=f"现在是：{present}",
                attributes={"maxlength": 18, "spellcheck": "false"},
            ),
        )
    if kind is UnitChangeKind.REGION:
        options = tuple(region_options(call.session.account, catalog))
        hint = f"现在是：{present}。只能迁到本部门所辖的地区。"
        return (
            FormField(
                name="after",
                label="新的所属地区",
                kind="select",
                required=True,
                empty="请选择",
                options=options,
                hint=hint,
            ),
        )
    if kind is UnitChangeKind.MODE:
        return (
            FormField(
                name="after",
                label="新的开票方式",
                kind="radios",
                required=True,
                options=tuple(MODES.items()),
                hint=f"现在是：{present}",
            ),
        )
    return ()


def now_of(unit: Unit, kind: UnitChangeKind, catalog: Catalog) -> str:
    """What a unit has now, in words, of what a kind of change concerns."""
    values = {
        UnitChangeKind.NAME: unit.name,
        UnitChangeKind.USCC: unit.uscc,
        UnitChangeKind.REGION: catalog.region_path(unit.region_code),
        UnitChangeKind.MODE: MODES[unit.mode.value],
    }
    return values.get(kind, unit.state.label)


def value_words(kind: UnitChangeKind, value: str, catalog: Catalog) -> str:
    """A stored value of a change in words."""
    if kind is UnitChangeKind.REGION and value in catalog.regions:
        return catalog.region_path(value)
    return MODES.get(value, value) if kind is UnitChangeKind.MODE else value


async def _check_page(call: PageCall, unit: Unit, wish: ChangeWish) -> Response[str]:
    catalog = await call.services.catalog.get()
    hindered: list[str] = []
    if wish.kind in (UnitChangeKind.REGION, UnitChangeKind.CLOSE):
        async with call.reads() as connection:
            hindered = await obstacles(connection, unit.unit_id, wish.kind)
    facts = [("单位", unit.name), ("变更", wish.kind.label)]
    if wish.after:
        facts += [
            ("变更前", now_of(unit, wish.kind, catalog)),
            ("变更后", value_words(wish.kind, wish.after, catalog)),
        ]
    facts += [("生效日期", wish.effective_on.isoformat()), ("原因", wish.reason)]
    two = wish.kind in TWO_PERSONS
    address = f"{UNITS.address}/{unit.unit_id}"
    shown = Consequences(
        title=f"确认{wish.kind.label}",
        facts=facts,
        told=await consequences(call, unit, wish),
        hindered=hindered,
        address=f"{address}/changes/{wish.kind.value}",
        button="提交审核" if two else f"确认{wish.kind.label}",
        back=address,
        members={
            "after": wish.after,
            "effective_on": wish.effective_on.isoformat(),
            "until": wish.until.isoformat() if wish.until else "",
            "reason": wish.reason,
        },
        revises=True,
        lead="提交后由本部门或上级部门的另一位负责人审核：" if two else "确认后：",
    )
    return consequences_page(call.request, shown, crumbs=unit_crumbs(unit))


HANDLERS = [change_form, change, withdraw_planned]
