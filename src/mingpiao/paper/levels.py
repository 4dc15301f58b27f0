"""发放 down the levels, 退回 up them, 签收 of what is on its way, and sheets of a unit's issuing points."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import refuse
from mingpiao.messages.service import settle, tell_department, tell_unit
from mingpiao.paper.batches import department_of
from mingpiao.paper.model import PaperHolder, PaperRange, PaperState, PaperWay
from mingpiao.paper.moving import (
    PLATFORM,
    WantedStep,
    checked,
    form_problems,
    move_sheets,
    problem,
)
from mingpiao.paper.ranges import parted, read_ranges
from mingpiao.paper.stopping import refuse_stopped
from mingpiao.units.service import get, lock_managed, points_of_unit, refuse_closed

IN_STOCK = frozenset({PaperState.STOCK})
_PARCELS = frozenset({PaperWay.ALLOT, PaperWay.RETURN})
_PARCEL = text("""
SELECT step_id, way, from_region, from_unit, to_region, to_unit,
    sheet_firsts(sheets) AS firsts,
    sheet_ends(sheets) AS ends,
    EXISTS (SELECT FROM paper_steps AS answer WHERE answer.answers = sent.step_id) AS is_answered
FROM paper_steps AS sent WHERE step_id = :step_id
""")
_REST_OF_REGION = text("""
SELECT state, sheet_firsts(range_agg(sheets)) AS firsts,
    sheet_ends(range_agg(sheets)) AS ends
FROM paper_holdings WHERE region_code = :region AND NOT isempty(sheets) GROUP BY state ORDER BY state
""")


def holder_of(*, acting: Acting) -> PaperHolder:
    """The department or unit that a person or program works for. Raises `Refusal` (`access.denied`, 403) for others."""
    unit_id = acting.account.unit_id if acting.account else acting.unit_id
    if unit_id is not None:
        return PaperHolder(unit_id=unit_id)
    return PaperHolder(department_of(acting=acting))


def unit_holder(*, acting: Acting) -> PaperHolder:
    """The unit that a person or program works for. Raises `Refusal` (`access.denied`, 403) for others."""
    holder = holder_of(acting=acting)
    if holder.unit_id is None:
        raise refuse("access.denied", "该操作由持有纸质票据的用票单位办理。", status=403)
    return holder


async def allot_to_region(
    connection: AsyncConnection,
    sheets: str,
    to_region: str,
    catalog: Catalog,
    *,
    request_no: str,
    note: str = "",
    acting: Acting,
) -> int:
    """发放 from one's own department to one right below; the sheets are on their way until it accepts. The step's id.

    Raises `Refusal`: `access.denied` (403), `paper.not_held` and `paper.request_no_used` (409), and what is wrong with
    the form (422): `paper.form_invalid`, `paper.ranges_…`.
    """
    own = department_of(acting=acting)
    problems = form_problems(request_no, note)
    region = catalog.regions.get(to_region)
    if region is None or region.parent != own or (region.ended_on is not None and region.ended_on <= today()):
        problems.append(problem("to_region", "请选择本级直接管理的下级地区。"))
    checked(problems)
    taker = PaperHolder(to_region)
    return await _send(
        connection, PaperWay.ALLOT, read_ranges(sheets), taker, request_no, note, acting=acting
    )


async def allot_to_unit(
    connection: AsyncConnection,
    sheets: str,
    unit_id: int,
    *,
    request_no: str,
    note: str = "",
    acting: Acting,
) -> int:
    """发放 from one's own department to a unit of its region; the sheets are on their way until it accepts. The step's id.

    Raises `Refusal` as `allot_to_region` does, and `unit.unknown` (404), `unit.closed` (409), `paper.other_region`
    (409) for a unit of another department, `paper.unit_stopped` (409) for ordinary paper where it stopped.
    """
    own = department_of(acting=acting)
    checked(form_problems(request_no, note))
    ranges = read_ranges(sheets)
    unit = await lock_managed(connection, unit_id, acting=acting)
    refuse_closed(unit)
    if unit.region_code != own:
        message = "该单位不由本部门直接管理，请先发放给它所在地区的财政部门。"
        raise refuse("paper.other_region", message, field="unit", status=409)
    await refuse_stopped(connection, unit_id, ranges)
    taker = PaperHolder(unit_id=unit_id)
    return await _send(connection, PaperWay.ALLOT, ranges, taker, request_no, note, acting=acting)


async def return_paper(
    connection: AsyncConnection,
    sheets: str,
    catalog: Catalog,
    *,
    request_no: str,
    note: str = "",
    acting: Acting,
) -> int:
    """退回 from a unit's store to its department, or from a department to the one above; the step's id.

    Raises `Refusal` as `allot_to_region` does; the province has nobody above it (`access.denied`, 403).
    """
    giver = holder_of(acting=acting)
    checked(form_problems(request_no, note, needs_note="请写明退回的原因。"))
    if giver.unit_id is not None:
        above = (await get(connection, giver.unit_id)).region_code
    else:
        region = catalog.regions.get(giver.region_code or "")
        above = region.parent or "" if region else ""
    if not above:
        raise refuse("access.denied", "省级没有上级，不需要退回。", status=403)
    taker = PaperHolder(above)
    return await _send(
        connection, PaperWay.RETURN, read_ranges(sheets), taker, request_no, note, acting=acting
    )


async def _send(
    connection: AsyncConnection,
    way: PaperWay,
    ranges: tuple[PaperRange, ...],
    taker: PaperHolder,
    request_no: str,
    note: str,
    *,
    acting: Acting,
) -> int:
    giver = holder_of(acting=acting)
    wanted = WantedStep(
        way=way,
        ranges=ranges,
        giver=giver,
        taker=taker,
        out_of=IN_STOCK,
        into=PaperState.TRANSIT,
        owner=giver.owner,
        request_no=request_no,
        note=note.strip(),
    )
    step_id, is_new = await move_sheets(connection, wanted, acting=acting)
    if is_new:
        count = sum(each.count for each in ranges)
        await _tell(
            connection, taker, step_id, f"{way.label}纸质票据{count:,}张，请清点后签收", note, acting=acting
        )
    return step_id


async def _tell(
    connection: AsyncConnection, taker: PaperHolder, step_id: int, title: str, body: str, *, acting: Acting
) -> None:
    topic = f"paper_step:{step_id}"
    told = f"{acting.name}办理。{body.strip()}"
    if taker.unit_id is not None:
        await tell_unit(connection, taker.unit_id, topic, title, told, link="/unit/paper/parcels")
    else:
        region = taker.region_code or ""
        await tell_department(
            connection, region, topic, title, told, link="/finance/paper/parcels", by=acting.actor
        )


async def answer_parcel(
    connection: AsyncConnection, step_id: int, *, accept: bool, note: str = "", acting: Acting
) -> int:
    """签收 or 拒收 of everything that a step sent to one's department or unit; the id of the answer's step.

    What is declined is in the sender's stock again. The same answer again is the same step. Raises `Refusal`:
    `paper.parcel_unknown` (404), `paper.parcel_answered` (409) after the other answer, `paper.form_invalid` (422)
    for declining without a reason.
    """
    taker = holder_of(acting=acting)
    needs = "" if accept else "请写明拒收的原因，对方会看到。"
    checked(form_problems("answer", note, needs_note=needs))
    row = (await connection.execute(_PARCEL, {"step_id": step_id})).one_or_none()
    if row is None or PaperWay(row.way) not in _PARCELS or PaperHolder(row.to_region, row.to_unit) != taker:
        raise refuse("paper.parcel_unknown", "没有这批待签收的纸质票据，请从列表中选择。", status=404)
    way = PaperWay.ACCEPT if accept else PaperWay.DECLINE
    number = f"{PLATFORM}{way.value}-{step_id}"
    sender = PaperHolder(row.from_region, row.from_unit)
    if row.is_answered and not await _is_answer(connection, taker.owner, number):
        raise refuse("paper.parcel_answered", "这批纸质票据已经签收或拒收，请刷新页面。", status=409)
    wanted = WantedStep(
        way=way,
        ranges=parted(row.firsts, row.ends),
        giver=taker,
        taker=taker if accept else sender,
        out_of=frozenset({PaperState.TRANSIT}),
        into=PaperState.STOCK,
        owner=taker.owner,
        request_no=number,
        note=note.strip(),
        answers=step_id,
    )
    answer_id, is_new = await move_sheets(connection, wanted, acting=acting)
    if is_new:
        await settle(connection, f"paper_step:{step_id}")
    if is_new and not accept:
        await _tell(
            connection, sender, answer_id, "发出的纸质票据被拒收，已回到本级库存", note, acting=acting
        )
    return answer_id


async def _is_answer(connection: AsyncConnection, owner: str, number: str) -> bool:
    query = text("SELECT 1 FROM paper_steps WHERE owner = :owner AND request_no = :number")
    return await connection.scalar(query, {"owner": owner, "number": number}) is not None


async def move_to_point(
    connection: AsyncConnection,
    sheets: str,
    point: str,
    *,
    back: bool = False,
    request_no: str,
    note: str = "",
    acting: Acting,
) -> int:
    """From a unit's store to one of its issuing points, or `back`; the step's id.

    Raises `Refusal`: `access.denied` (403), `paper.not_held` and `paper.request_no_used` (409), and what is wrong
    with the form (422), `paper.unit_stopped` (409) for ordinary paper. A point that is out of use gets nothing, and gives
    back what it has.
    """
    store = unit_holder(acting=acting)
    problems = form_problems(request_no, note)
    points = {each.code: each for each in await points_of_unit(connection, store.unit_id or 0)}
    if point not in points or not (back or points[point].active):
        problems.append(problem("point", "请选择本单位在用的开票点。"))
    checked(problems)
    ranges = read_ranges(sheets)
    if not back:
        await refuse_stopped(connection, store.unit_id or 0, ranges)
    place = PaperHolder(unit_id=store.unit_id, point=point)
    wanted = WantedStep(
        way=PaperWay.TAKE_BACK if back else PaperWay.HAND_OUT,
        ranges=ranges,
        giver=place if back else store,
        taker=store if back else place,
        out_of=IN_STOCK,
        into=PaperState.STOCK,
        owner=store.owner,
        request_no=request_no,
        note=note.strip(),
    )
    step_id, _ = await move_sheets(connection, wanted, acting=acting)
    return step_id


async def follow_region_end(connection: AsyncConnection, region: str, into: str, *, acting: Acting) -> None:
    """A region ended: what its department has goes to the one that took its place, in the state that it has."""
    for row in (await connection.execute(_REST_OF_REGION, {"region": region})).all():
        state = PaperState(row.state)
        wanted = WantedStep(
            way=PaperWay.REFORM,
            ranges=parted(row.firsts, row.ends),
            giver=PaperHolder(region),
            taker=PaperHolder(into),
            out_of=frozenset({state}),
            into=state,
            owner=f"region:{region}",
            request_no=f"{PLATFORM}reform-{region}-{state.value}",
        )
        await move_sheets(connection, wanted, acting=acting)


async def paper_left(connection: AsyncConnection, unit_id: int) -> list[str]:
    """Why a unit cannot close now: paper that it still has."""
    query = text(
        "SELECT CAST(sum(sheet_count(sheets)) AS bigint) FROM paper_holdings "
        "WHERE unit_id = :unit_id AND state IN ('transit', 'stock', 'void', 'listed')"
    )
    count: int = await connection.scalar(query, {"unit_id": unit_id}) or 0
    return [f"还有{count:,}张纸质票据没有退回或销毁，请先办理。"] if count else []
