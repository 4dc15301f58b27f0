"""/unit/supply/points: a unit's 开票点, and who acts for each."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.identity.model import Account
from mingpiao.identity.service import accounts_of_unit
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.numbering.service import numbers_of_points
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form, read_id
from mingpiao.portals.gates import UNIT_VIEW, allowed
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import Here
from mingpiao.portals.list_model import Listing, RowAction
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.supply.returning import UNIT_SEGMENTS
from mingpiao.portals.supply.rights import UNIT_POINTS as RIGHT
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.units.model import IssuingPoint
from mingpiao.units.service import (
    add_point_person,
    choose_point,
    load_points,
    people_of_points,
    points_of_unit,
    remove_point_person,
)

ADDRESS = "/unit/supply/points"
_CRUMBS = (("首页", "/unit"), ("票据申领", "/unit/supply"))
_BY_CODE = Keyset(KeyColumn("code", str))


class PointRow(msgspec.Struct, frozen=True, kw_only=True):
    """A point, how many accounts act for it and how many numbers it has, whether the reader's bills are of it, and
    whether the reader may change that: who is bound to points issues for one of them, who signed in by the UKey of one
    (`by_ukey`) for that one.
    """

    point: IssuingPoint
    people: int
    free: int | None
    is_own: bool
    may_change: bool
    by_ukey: bool = False

    @property
    def code(self) -> str:
        return self.point.code


async def _fetch(here: Here, _wanted: Mapping[str, Any], key: str, limit: int) -> Page[PointRow]:
    unit_id = unit_of(here.account)
    first = str(_BY_CODE.read(key)[0]) if key else ""
    points = await points_of_unit(here.connection, unit_id)
    people = await people_of_points(here.connection, unit_id)
    of_unit = await load_points(here.connection, unit_id)
    free = await numbers_of_points(here.connection, unit_id)
    account_id = here.account.account_id
    own = of_unit.issued_at(account_id, here.point)
    rows = [
        PointRow(
            point=each,
            people=len(people.get(each.code, ())),
            free=sum(free[each.code].values()) if each.code in free else None,
            is_own=own == each.code,
            by_ukey=bool(here.point),
            # Who signed in by the UKey of a point has no choice.
            may_change=not here.point
            and of_unit.may_act(account_id, each.code)
            and not (own == each.code and of_unit.bound.get(account_id)),
        )
        for each in points
        if each.code > first
    ]
    return _BY_CODE.page(rows, limit)


def _state(row: PointRow) -> Badge:
    if row.is_own:
        return Badge("正在为它开票（UKey）" if row.by_ukey else "正在为它开票", "blue")
    return Badge("启用", "green") if row.point.active else Badge("停用", "secondary")


UNIT_POINTS: Listing[PointRow] = Listing(
    name="unit_points",
    address=ADDRESS,
    title="开票点",
    crumbs=_CRUMBS,
    columns=(
        Column(name="code", label="代码", kind="code", value=lambda row: row.point.code),
        Column(
            name="name",
            label="名称",
            kind="wide",
            head=True,
            value=lambda row: row.point.name,
            link=lambda row: f"{ADDRESS}/{row.point.code}",
        ),
        Column(name="people", label="人员账户", kind="count", value=lambda row: row.people or None),
        Column(name="free", label="自己的号码", kind="count", value=lambda row: row.free),
        Column(name="address", label="地址", kind="wide", phone=False, value=lambda row: row.point.address),
        Column(
            name="state",
            label="状态",
            value=_state,
        ),
    ),
    actions=(
        RowAction(
            label=lambda row: "不再为它开票" if row.is_own else "为它开票",
            spoken=lambda row: f"{'不再' if row.is_own else ''}为{row.point.name}开票",
            address=lambda _row: "/unit/supply/point",
            right=UNIT_ISSUE,
            offered=lambda row, _account: row.may_change,
            members=lambda row: {"point": "" if row.is_own else row.point.code},
        ),
    ),
    fetch=_fetch,
    empty=("还没有开票点", "单位在几个地方开票的，请同级财政部门登记开票点。"),
)


def point_field(open_points: Mapping[str, str], *, as_whole: bool, label: str = "开票点") -> FormField:
    """The choice in whose name something is asked: of points (code to name), or of the unit as a whole."""
    return FormField(
        name="point",
        label=label,
        kind="select",
        required=not as_whole,
        options=tuple((code, f"{name}（{code}）") for code, name in open_points.items()),
        empty="不区分开票点" if as_whole else "请选择",
    )


@get("/supply/points/{code:str}", guards=[require_right(UNIT_VIEW)])
async def point_page(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
    """A point with its people."""
    return await _point_page(call, code, {})


async def _point_page(
    call: PageCall, code: str, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        point = _of(await points_of_unit(connection, unit_id), code)
        ids = (await people_of_points(connection, unit_id)).get(code, ())
        free = (await numbers_of_points(connection, unit_id)).get(code, {})
    catalog = await call.services.catalog.get()
    async with call.services.database.system() as connection:  # system: no scope reads accounts
        accounts = await accounts_of_unit(connection, unit_id)
    may = allowed(call.session.account.role, RIGHT)
    address = f"{ADDRESS}/{code}/people"
    others = [each for each in accounts if each.active and each.account_id not in ids]
    form = PageForm(
        address=address,
        fields=(
            FormField(
                name="account_id",
                label="账户",
                kind="select",
                required=True,
                options=tuple((str(each.account_id), _named(each)) for each in others),
                empty="请选择",
                hint="只在一个开票点的人，开票和申领只以这个开票点的名义；不属于任何开票点的人可以办理全部。",
            ),
        ),
        button="添加人员",
        cancel=ADDRESS,
    )
    return form_page(
        call.request,
        form,
        values,
        problems,
        template="supply/point.html",
        title=point.name,
        crumbs=[*_CRUMBS, (UNIT_POINTS.title, ADDRESS)],
        point=point,
        numbers=[(kind_name(catalog, kind), f"{count:,}个") for kind, count in sorted(free.items())],
        segments=f"{UNIT_SEGMENTS.address}?point={code}",
        people=[
            (_named(each), _removal(each, address) if may else None)
            for each in accounts
            if each.account_id in ids
        ],
        may_add=may and point.active and bool(others),
    )


def _of(points: list[IssuingPoint], code: str) -> IssuingPoint:
    for each in points:
        if each.code == code:
            return each
    raise refuse("point.unknown", "没有这个开票点，请从“开票点”中选择。", status=404)


def _named(account: Account) -> str:
    return f"{account.display_name}（{account.username}，{account.role.label}）"


def _removal(account: Account, address: str) -> PageAction:
    values = {"verb": "remove", "account_id": str(account.account_id)}
    return PageAction(label="移出", address=address, values=values, about=f"移出{account.display_name}")


@post("/supply/points/{code:str}/people", guards=[require_right(RIGHT)], status_code=200)
async def change_people(
    call: NamedDependency[PageCall], code: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Add an account to a point; with `verb` remove, take it off."""
    typed = await read_form(call.request)
    change = remove_point_person if typed.get("verb") == "remove" else add_point_person
    account_id = read_id(typed.get("account_id", "")) or 0
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await change(connection, unit_of(call.session.account), code, account_id, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return await _point_page(call, code, typed, refusal.problems)
    return redirect(call.request, f"{ADDRESS}/{code}")


@post("/supply/point", guards=[require_right(UNIT_ISSUE)], status_code=200)
async def choose(call: NamedDependency[PageCall]) -> Response[bytes]:
    """Issue for a point from now on, or for none."""
    typed = await read_form(call.request)
    async with call.services.database.system() as connection:  # system: a verb writes
        unit_id = unit_of(call.session.account)
        await choose_point(connection, unit_id, typed.get("point", ""), acting=call.acting)
    return redirect(call.request, ADDRESS)


HANDLERS = [*list_handlers(UNIT_POINTS), choose, point_page, change_people]
