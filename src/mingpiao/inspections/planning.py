"""制定检查计划: a query becomes an inspection, a worker draws its bills, and the bills become tasks of people."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from secrets import token_hex
from typing import Any

import msgspec
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CatalogStore
from mingpiao.identity.model import Acting, platform
from mingpiao.inspections.checking import require_query
from mingpiao.inspections.drawing import Draw, DrawnSample
from mingpiao.inspections.query import InspectionQuery
from mingpiao.inspections.questions import require_inspector
from mingpiao.inspections.store import (
    change,
    get_own,
    inspectors_of,
    people_for,
    put_down,
)
from mingpiao.inspections.tables import (
    inspection_bills,
    inspection_inspectors,
    inspection_strata,
    inspections,
)
from mingpiao.inspections.work import (
    Inspection,
    InspectionPlan,
    InspectionState,
    InspectionStepKind,
)
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.messages.service import tell_person
from mingpiao.storage.database import Database

DRAW_JOB = "draw_inspection"
MAX_NAME = 60
MAX_MINUTES = 480
MAX_INSPECTORS = 50
#: An inspection is done within this.
LONGEST = timedelta(days=366)
_DRAWING = platform(DRAW_JOB, name="系统")


class _Stopped(Exception):
    """Somebody cancelled the inspection, or another worker has drawn it."""


async def plan_inspection(
    connection: AsyncConnection,
    plan: InspectionPlan,
    catalog: Catalog,
    *,
    rules: Mapping[str, str],
    acting: Acting,
) -> int:
    """Begin an inspection; a worker draws its bills. Returns its id.

    Raises `Refusal`: `access.denied` (403), every problem of the plan (`inspection.plan_invalid`, 422), and what
    `require_query` raises.
    """
    region = require_inspector(acting=acting)
    require_query(plan.query, catalog, region, rules)
    problems = _problems(plan)
    if problems:
        raise Refusal(*problems)
    row = {
        "region_code": region,
        "name": plan.name.strip(),
        "query": msgspec.to_builtins(plan.query),
        "seed": token_hex(8),
        "state": InspectionState.DRAWING.value,
        "revision": 1,
        "minutes_each": plan.minutes_each,
        "due_on": plan.due_on,
        "planned_by": acting.account_id,
        "planned_by_name": acting.name,
        "planned_at": now(),
    }
    made = insert(inspections).values(row).returning(inspections.c.inspection_id)
    inspection_id: int = (await connection.execute(made)).scalar_one()
    await put_down(connection, inspection_id, InspectionStepKind.PLANNED, plan.name.strip(), acting=acting)
    await enqueue(connection, DRAW_JOB, {"inspection_id": inspection_id}, key=f"{DRAW_JOB}:{inspection_id}")
    return inspection_id


def _problems(plan: InspectionPlan) -> list[Problem]:
    def wrong(field: str, message: str) -> Problem:
        return Problem(code="inspection.plan_invalid", field=field, message=message, status=422)

    found = []
    if not 1 <= len(plan.name.strip()) <= MAX_NAME or unprintable(plan.name):
        found.append(wrong("name", f"请填写检查名称，1至{MAX_NAME}个普通字符。"))
    if not today() <= plan.due_on <= today() + LONGEST:
        found.append(wrong("due_on", "完成期限应在今天至一年内，请修改。"))
    if not 1 <= plan.minutes_each <= MAX_MINUTES:
        found.append(wrong("minutes_each", f"每张用时应为1至{MAX_MINUTES}分钟，请修改。"))
    return found


# -- the draw -------------------------------------------------------------------------------------------------


async def draw_inspection(database: Database, catalogs: CatalogStore, inspection_id: int) -> None:
    """Draw the bills of an inspection; nothing where that is done, or the inspection was cancelled."""
    query = select(inspections).where(
        inspections.c.inspection_id == inspection_id, inspections.c.state == InspectionState.DRAWING.value
    )
    async with database.system() as connection:
        row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return
    asked = msgspec.convert(row["query"], InspectionQuery, strict=False)

    async def step(done: int, slices: int) -> None:
        await _advance(database, inspection_id, done, slices)

    draw = Draw(
        database,
        asked,
        await catalogs.get(),
        region_code=row["region_code"],
        seed=row["seed"],
        step=step,
    )
    try:
        sample = await draw.run()
    except _Stopped:
        return
    except Refusal as refusal:
        await _end(database, inspection_id, InspectionState.FAILED, {"failure": refusal.problems[0].message})
        return
    await _keep(database, inspection_id, asked, sample)


async def _advance(database: Database, inspection_id: int, done: int, slices: int) -> None:
    statement = (
        update(inspections)
        .where(
            inspections.c.inspection_id == inspection_id, inspections.c.state == InspectionState.DRAWING.value
        )
        .values(done=done, slices=slices)
    )
    async with database.system() as connection:
        if not (await connection.execute(statement)).rowcount:
            raise _Stopped


async def _end(
    database: Database, inspection_id: int, state: InspectionState, values: dict[str, Any]
) -> None:
    statement = (
        update(inspections)
        .where(
            inspections.c.inspection_id == inspection_id, inspections.c.state == InspectionState.DRAWING.value
        )
        .values(state=state.value, revision=inspections.c.revision + 1, **values)
    )
    async with database.system() as connection:
        await connection.execute(statement)


async def _keep(database: Database, inspection_id: int, query: InspectionQuery, sample: DrawnSample) -> None:
    """Keep a sample, once: of two workers the second finds the inspection drawn."""
    values = {
        "state": InspectionState.PLANNED.value,
        "population": sum(each.bills for each in sample.strata),
        "population_amount": sum(each.amount for each in sample.strata),
        "population_units": sample.units,
        "drawn": len(sample.bills),
        "drawn_amount": sum(each.total for each in sample.bills),
        "step_amount": sample.step_amount,
        "warnings": list(_warnings(query, sample)),
    }
    statement = (
        update(inspections)
        .where(
            inspections.c.inspection_id == inspection_id, inspections.c.state == InspectionState.DRAWING.value
        )
        .values(revision=inspections.c.revision + 1, **values)
        .returning(inspections.c.planned_by, inspections.c.name)
    )
    own = {"inspection_id": inspection_id}
    async with database.system() as connection:
        row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return
        strata = [msgspec.structs.asdict(each) | own for each in sample.strata]
        await connection.execute(insert(inspection_strata), strata)
        bills = [
            msgspec.structs.asdict(each) | own | {"place": place}
            for place, each in enumerate(sample.bills, start=1)
        ]
        await connection.execute(insert(inspection_bills), bills)
        words = f"符合条件的票据{values['population']:,}张，抽出{len(bills):,}张"
        await put_down(connection, inspection_id, InspectionStepKind.DRAWN, words, acting=_DRAWING)
        await tell_person(
            connection,
            row.planned_by,
            f"inspection:drawn:{inspection_id}",
            f"“{row.name}”的样本已抽出",
            f"{words}。请查看检查计划并分派任务。",
            link=f"/finance/inspections/{inspection_id}",
        )


def _warnings(query: InspectionQuery, sample: DrawnSample) -> list[str]:
    """What whoever reads the plan must know of the sample."""
    found = []
    if sample.short:
        found.append("要抽的张数多于符合条件的票据，已全部列入检查。")
    if any(last >= today().replace(day=1) for _, last in query.periods):
        found.append("期间含有尚未结束的月份，样本是抽样当时的票据，以后开具和冲红的不在其中。")
    return found


# -- people ---------------------------------------------------------------------------------------------------


async def start_inspection(
    connection: AsyncConnection,
    inspection_id: int,
    inspectors: Sequence[int],
    *,
    revision: int,
    acting: Acting,
) -> Inspection:
    """分派检查任务: divide the bills among people, those of one unit to one person while that is fair.

    It may be done again while nobody has examined a bill. Raises `Refusal`: `inspection.unknown` (404),
    `inspection.inspectors_invalid` (422), `inspection.not_planned`, `inspection.changed` (409).
    """
    present = await get_own(connection, inspection_id, acting=acting)
    if present.state is not InspectionState.PLANNED:
        message = "任务已经分派，或样本还没有抽出，请刷新页面查看。"
        raise refuse("inspection.not_planned", message, status=409)
    known = {each.account_id: each for each in await people_for(connection, present.region_code)}
    chosen = list(dict.fromkeys(inspectors))
    if not 1 <= len(chosen) <= MAX_INSPECTORS or not known.keys() >= set(chosen):
        message = f"请选择1至{MAX_INSPECTORS}名本部门或下级部门的检查人员。"
        raise refuse("inspection.inspectors_invalid", message, field="inspectors", status=422)
    values = {"state": InspectionState.WORKING.value, "started_at": now()}
    started = await change(connection, present, values, revision=revision)
    rows = [
        {
            "inspection_id": inspection_id,
            "account_id": each,
            "name": known[each].name,
            "region_code": known[each].region_code,
            "appointed_at": now(),
        }
        for each in chosen
    ]
    await connection.execute(insert(inspection_inspectors), rows)
    await _divide(connection, inspection_id, rows)
    names = "、".join(known[each].name for each in chosen)
    await put_down(connection, inspection_id, InspectionStepKind.STARTED, names, acting=acting)
    for each in await inspectors_of(connection, inspection_id):
        await tell_person(
            connection,
            each.account_id,
            f"inspection:task:{inspection_id}:{each.account_id}",
            f"您有监督检查任务：{present.name}",
            f"需检查{each.bills}张票据，{present.due_on:%Y年%-m月%-d日}前完成。",
            link=f"/finance/inspections/{inspection_id}",
        )
    return started


async def _divide(
    connection: AsyncConnection, inspection_id: int, inspectors: Sequence[Mapping[str, Any]]
) -> None:
    drawn = inspection_bills.c
    query = select(drawn.bill_id, drawn.unit_id).where(drawn.inspection_id == inspection_id)
    rows = (await connection.execute(query.order_by(drawn.unit_id, drawn.place))).all()
    for number, inspector in enumerate(inspectors):
        first = len(rows) * number // len(inspectors)
        last = len(rows) * (number + 1) // len(inspectors)
        own = [row.bill_id for row in rows[first:last]]
        await connection.execute(
            update(inspection_bills)
            .where(drawn.inspection_id == inspection_id, drawn.bill_id.in_(own))
            .values(inspector_id=inspector["account_id"], inspector_name=inspector["name"])
        )


async def cancel_inspection(
    connection: AsyncConnection, inspection_id: int, *, revision: int, acting: Acting
) -> Inspection:
    """取消: a draw that runs stops at its next step, and nobody sees bills through this inspection any more.

    Raises `Refusal`: `inspection.unknown` (404), `inspection.ended`, `inspection.changed` (409).
    """
    present = await get_own(connection, inspection_id, acting=acting)
    if not present.is_open:
        raise refuse("inspection.ended", "该检查已经结束，请刷新页面查看。", status=409)
    values = {
        "state": InspectionState.CANCELLED.value,
        "ended_at": now(),
        "ended_by_name": acting.name,
    }
    ended = await change(connection, present, values, revision=revision)
    await put_down(connection, inspection_id, InspectionStepKind.CANCELLED, "", acting=acting)
    return ended


async def redraw(database: Database, catalogs: CatalogStore, inspection: Inspection) -> tuple[int, ...]:
    """The bills that the seed of an inspection draws now, in their order; keeps nothing.

    Raises what `Draw.run` raises.
    """

    async def step(_done: int, _slices: int) -> None:
        return None

    draw = Draw(
        database,
        inspection.query,
        await catalogs.get(),
        region_code=inspection.region_code,
        seed=inspection.seed,
        step=step,
    )
    return tuple(each.bill_id for each in (await draw.run()).bills)
