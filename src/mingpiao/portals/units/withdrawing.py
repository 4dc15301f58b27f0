"""收回票据种类: the page that tells what follows, and the decision."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.applications.service import count_open_of_kind
from mingpiao.batches.service import count_unfinished
from mingpiao.catalog.model import Catalog
from mingpiao.drafts.service import count_of_unit
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.numbering.service import stock_levels
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed
from mingpiao.portals.forms import FormField, read_form
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.units.access import managed_unit, unit_crumbs
from mingpiao.portals.units.lists import UNITS
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.units.model import Unit
from mingpiao.units.service import MAX_REASON, withdraw_kind


@post("/units/{unit_id:int}/kinds/{kind:str}/withdraw", guards=[require_right(UNIT_MANAGE)], status_code=200)
async def withdraw(
    call: NamedDependency[PageCall], unit_id: FromPath[int], kind: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Ask once more with what follows; then take the kind away."""
    unit = await managed_unit(call, unit_id)
    catalog = await call.services.catalog.get()
    given = await read_form(call.request)
    if not is_confirmed(given):
        return await _question(call, unit, kind, catalog, "", ())
    reason = given.get("reason", "")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await withdraw_kind(connection, unit_id, kind, reason, catalog, acting=call.acting)
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return await _question(call, unit, kind, catalog, reason, refusal.problems)
    return redirect(call.request, f"{UNITS.address}/{unit_id}")


async def _question(
    call: PageCall, unit: Unit, kind: str, catalog: Catalog, reason: str, problems: tuple[Problem, ...]
) -> Response[str]:
    async with call.reads() as connection:
        stocks = {each.kind_code: each for each in await stock_levels(connection, unit.unit_id)}
    if kind not in stocks:
        raise refuse("unit.kind_not_granted", "该单位没有这个票据种类，可能已被收回。", status=404)
    address = f"{UNITS.address}/{unit.unit_id}"
    name = kind_name(catalog, kind)
    shown = Consequences(
        title="收回票据种类",
        facts=[("单位", unit.name), ("票据种类", name)],
        told=[
            "立即不能再开具该种类的票据：网页、接口、批量和申请的请求都被拒绝。",
            f"退回未用的号码 {stocks[kind].free:,} 个，不再发放给任何单位。",
            await _waiting(call, unit.unit_id, kind),
            "已开的票据仍然有效，可以查验、下载、核销和冲红；冲红时逐个领取号码。以后可以重新核定。",
            "单位会收到通知，其中写有收回的原因。",
        ],
        address=f"{address}/kinds/{kind}/withdraw",
        button="确认收回",
        back=f"{address}/kinds",
        fields=(
            FormField(name="reason", label="收回的原因", required=True, attributes={"maxlength": MAX_REASON}),
        ),
    )
    return consequences_page(
        call.request, shown, crumbs=unit_crumbs(unit), values={"reason": reason}, problems=problems
    )


async def _waiting(call: PageCall, unit_id: int, kind: str) -> str:
    async with call.services.database.system() as connection:  # system: no scope of departments reads drafts
        drafts = await count_of_unit(connection, unit_id, kind)
        waiting = await count_open_of_kind(connection, unit_id, kind)
        sheets = await count_unfinished(connection, unit_id, kind)
    if not drafts + waiting + sheets:
        return "没有该种类的草稿、未办结的申请和未完成的批次。"
    return f"涉及 {drafts} 份草稿、{waiting} 件未办结的申请、{sheets} 个未完成的批次，都不能再开出票据。"


HANDLERS = [withdraw]
