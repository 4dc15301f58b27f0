"""/finance/watches: put a unit under watch, see what it does, extend, take over, end."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import BillIdentity, region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.forms import (
    FormField,
    PageForm,
    fields_of_form,
    form_page,
    read_amount,
    read_day,
    read_form,
    read_id,
    read_query,
)
from mingpiao.portals.gates import allowed
from mingpiao.portals.list_columns import Column
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.watches.lists import WATCHES, watch_badge
from mingpiao.portals.watches.rights import WATCHES_DECIDE
from mingpiao.units.service import names_of, search
from mingpiao.watches.model import Watch, WatchEvent, WatchSource, WatchWish
from mingpiao.watches.service import (
    MAX_REASON,
    end_watch,
    events_of_watch,
    extend_watch,
    figures_of,
    get_watch,
    place_watch,
    steps_of_watch,
    take_watch,
)

LIST = WATCHES.address
_GUARDS = [require_right(WATCHES_DECIDE)]
_CRUMBS = [(WATCHES.title, LIST)]
_USUAL_DAYS = timedelta(days=90)
_USUAL_BOUND = "10000.00"
_SAID = {
    "place": "已列入重点监控，单位不会收到消息；有动态时马上告知监控人。",
    "extend": "已延长。",
    "take": "已接手，以后的动态告知您。",
    "end": "已解除。",
}
_SOURCES = tuple((each.value, each.label) for each in WatchSource)


def _form(source_id: str) -> PageForm:
    # What led here travels with the form.
    about = f"?id={source_id}" if source_id else ""
    return PageForm(
        address=f"{LIST}/new{about}",
        fields=(
            FormField(
                name="unit",
                label="用票单位",
                required=True,
                hint="单位全称或统一社会信用代码。",
                attributes={"maxlength": 100},
            ),
            FormField(name="source", label="来源", kind="select", required=True, options=_SOURCES),
            FormField(
                name="reason",
                label="原因",
                kind="textarea",
                required=True,
                hint="只有财政部门看得到。",
                attributes={"maxlength": MAX_REASON},
            ),
            FormField(
                name="last_day", label="结束日期", kind="date", required=True, hint="最长一年，可以延长一次。"
            ),
            FormField(
                name="bound",
                label="大额界限（元）",
                required=True,
                hint="单张票据达到这个金额的，马上告知监控人。",
                attributes={"inputmode": "decimal"},
            ),
        ),
        button="列入重点监控",
        cancel=LIST,
        note="从现在起生效。单位不会收到消息，也看不到任何标记；监管规则可以用“unit.watched”对重点监控的单位从严。",
    )


@get("/watches/new", guards=_GUARDS)
async def new_watch(call: NamedDependency[PageCall]) -> Response[str]:
    """The form; the pages of units, tips and cases lead here with the unit and what led to it."""
    query = read_query(call.request)
    unit_id = read_id(query.get("unit", ""), 15)
    async with call.reads() as connection:
        names = await names_of(connection, [unit_id] if unit_id is not None else [])
    source = query.get("source", "")
    values = {
        "unit": names.get(unit_id or 0, ""),
        "source": source if source in dict(_SOURCES) else WatchSource.HAND.value,
        "last_day": (today() + _USUAL_DAYS).isoformat(),
        "bound": _USUAL_BOUND,
    }
    return _form_page(call, values, query.get("id", ""))


def _form_page(
    call: PageCall, values: Mapping[str, str], source_id: str, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    number = read_id(source_id, 18)
    form = _form(str(number) if number is not None else "")
    return form_page(call.request, form, values, problems, title="列入重点监控", crumbs=_CRUMBS)


@post("/watches/new", guards=_GUARDS, status_code=200)
async def place(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Put the unit under watch."""
    members = await read_form(call.request)
    source_id = read_query(call.request).get("id", "")
    try:
        async with call.reads() as connection:
            unit_id = await _unit_named(connection, members.get("unit", ""))
        wish = WatchWish(
            unit_id=unit_id,
            source=_source(members.get("source", "")),
            source_id=read_id(source_id, 18),
            reason=members.get("reason", ""),
            last_day=_day(members),
            bound=_bound(members.get("bound", "")),
        )
        async with call.services.database.system() as connection:  # system: a verb writes
            watch = await place_watch(connection, wish, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 403:
            raise
        return _form_page(call, members, source_id, refusal.problems)
    return redirect(call.request, f"{LIST}/{watch.watch_id}?done=place")


async def _unit_named(connection: AsyncConnection, words: str) -> int:
    """The one unit within the scope that a text names. Raises `Refusal` (`watch.unit_unknown`, 422)."""
    found = (await search(connection, words=words)).items if words else ()
    exact = [each for each in found if words in (each.name, each.uscc)] or list(found)
    if len(exact) != 1:
        message = "请填写一个用票单位的全称或统一社会信用代码，且属于本地区。"
        raise refuse("watch.unit_unknown", message, field="unit", status=422)
    return exact[0].unit_id


def _source(text: str) -> WatchSource:
    if text not in dict(_SOURCES):
        raise refuse("watch.invalid", "请选择来源。", field="source", status=422)
    return WatchSource(text)


def _day(members: Mapping[str, str]) -> date:
    try:
        return read_day(members.get("last_day", ""))
    except ValueError as error:
        message = "请按“年-月-日”填写结束日期。"
        raise refuse("watch.invalid", message, field="last_day", status=422) from error


def _bound(text: str) -> Decimal:
    try:
        return read_amount(text)
    except ValueError as error:
        message = "请填写大额界限，单位为元，大于0，最多两位小数。"
        raise refuse("watch.invalid", message, field="bound", status=422) from error


@get("/watches/{watch_id:int}")
async def watch_page(call: NamedDependency[PageCall], watch_id: FromPath[int]) -> Response[str]:
    """A watch: why, until when, and what the unit did, the newest first."""
    return await _page(call, watch_id)


async def _page(
    call: PageCall,
    watch_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
    verb: str = "",
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        watch = await get_watch(connection, watch_id)
        unit = (await names_of(connection, [watch.unit_id])).get(watch.unit_id, "")
        steps = await steps_of_watch(connection, watch_id)
        key = read_query(call.request).get("after", "")
        events = await events_of_watch(connection, watch_id, after=key)
        figures = (await figures_of(connection, [watch]))[watch_id]
    account = call.session.account
    own = region_covers(account.region_code, watch.region_code) if account.region_code else False
    return page(
        call.request,
        "watches/watch.html",
        title=f"重点监控：{unit}",
        crumbs=_CRUMBS,
        watch=watch,
        unit=unit,
        department=catalog.departments[watch.region_code].name,
        badge=Column(name="state", label="状态", value=watch_badge).cell(watch),
        source=_source_address(watch),
        figures=figures,
        events=[(each, _identity(each)) for each in events.items],
        next_key=events.next_key,
        lines=[
            HistoryLine(at=each.at, what=each.kind.label, who=each.actor_name, note=each.words)
            for each in steps
        ],
        may_decide=own and allowed(account.role, WATCHES_DECIDE) and watch.is_active(today()),
        is_watcher=account.account_id == watch.watcher_id,
        typed=typed or {},
        said=_SAID.get(call.request.query_params.get("done", ""), ""),
        verb=verb,
        problems=problems,
    )


def _identity(event: WatchEvent) -> BillIdentity | None:
    return None if event.bill_id is None else BillIdentity.from_bill_id(event.bill_id)


def _source_address(watch: Watch) -> str:
    """The page of what led to a watch, or an empty text."""
    places = {
        WatchSource.TIP: "/finance/tips",
        WatchSource.EXCEPTION: "/finance/exceptions",
        WatchSource.ANALYSIS: "/finance/analysis",
    }
    known = watch.source in places and watch.source_id is not None
    return f"{places[watch.source]}/{watch.source_id}" if known else ""


@post("/watches/{watch_id:int}/{verb:str}", guards=_GUARDS, status_code=200)
async def act_on_watch(
    call: NamedDependency[PageCall], watch_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`extend`, `take` or `end`; of two people at once the second sees what the first one did."""
    members = await read_form(call.request)
    if verb not in ("extend", "take", "end"):
        raise refuse("http.404", "没有这种办理方式，请返回重点监控。", status=404)
    revision = read_id(members.get("revision", ""), 9) or 0
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await _act(connection, call, watch_id, verb, members, revision)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(call, watch_id, problems=fields_of_form(refusal, verb), typed=members, verb=verb)
    return redirect(call.request, f"{LIST}/{watch_id}?done={verb}")


async def _act(
    connection: AsyncConnection,
    call: PageCall,
    watch_id: int,
    verb: str,
    members: Mapping[str, str],
    revision: int,
) -> None:
    reason = members.get(f"{verb}-reason", "")
    if verb == "take":
        await take_watch(connection, watch_id, revision=revision, acting=call.acting)
    elif verb == "end":
        await end_watch(connection, watch_id, reason, revision=revision, acting=call.acting)
    else:
        day = _day({"last_day": members.get("extend-last_day", "")})
        await extend_watch(connection, watch_id, day, reason, revision=revision, acting=call.acting)


HANDLERS = [*list_handlers(WATCHES), new_watch, place, watch_page, act_on_watch]
