"""Finds inspections and what belongs to them. Who may see one is said here, and nowhere else.

The tables are read as the system, since inspectors of lower departments see more in an inspection than their scope.
"""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, case, func, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.inspections.addresses import query_from
from mingpiao.inspections.tables import (
    inspection_bills,
    inspection_inspectors,
    inspection_steps,
    inspection_strata,
    inspections,
)
from mingpiao.inspections.work import (
    InspectedBill,
    Inspection,
    InspectionFilter,
    InspectionState,
    InspectionStep,
    InspectionStepKind,
    Inspector,
    PaperVerdict,
    StratumFigures,
)
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import region_covers, region_prefix
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.paging import KeyColumn, Keyset, Page

PAGE_SIZE = 50
_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_NEWEST_FIRST = Keyset(KeyColumn("inspection_id", int, True))
_IN_ORDER = Keyset(KeyColumn("place", int))
_PEOPLE = text(
    "SELECT account_id, display_name, region_code FROM department_people ORDER BY region_code, display_name, account_id"
)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of a department who may be appointed."""

    account_id: int
    name: str
    region_code: str


def unknown() -> Refusal:
    """`inspection.unknown` (404)."""
    return refuse("inspection.unknown", "没有找到该检查，或您无权查看。", status=404)


def changed() -> Refusal:
    """`inspection.changed` (409)."""
    return refuse("inspection.changed", "刚才已有他人办理，请刷新页面，按最新情况再办。", status=409)


async def get_inspection(connection: AsyncConnection, inspection_id: int, *, acting: Acting) -> Inspection:
    """An inspection that the acting person may see: of their department or one below, or of which they are an inspector
    and which has not ended. Raises `Refusal` (`inspection.unknown`, 404).
    """
    query = select(inspections).where(inspections.c.inspection_id == inspection_id)
    row = (await connection.execute(query)).mappings().one_or_none() if inspection_id < 2**63 else None
    if row is None or acting.region_code is None or acting.role not in _ROLES:
        raise unknown()
    found = _inspection(row)
    if region_covers(acting.region_code, found.region_code):
        return found
    if not found.is_open or not await is_inspector(connection, inspection_id, acting=acting):
        raise unknown()
    return found


async def get_own(connection: AsyncConnection, inspection_id: int, *, acting: Acting) -> Inspection:
    """An inspection of the acting person's own department, which alone decides in it. Raises as `get_inspection`."""
    found = await get_inspection(connection, inspection_id, acting=acting)
    if found.region_code != acting.region_code:
        raise unknown()
    return found


async def is_inspector(connection: AsyncConnection, inspection_id: int, *, acting: Acting) -> bool:
    """Whether the acting person examines bills of an inspection."""
    query = select(inspection_inspectors.c.account_id).where(
        inspection_inspectors.c.inspection_id == inspection_id,
        inspection_inspectors.c.account_id == acting.account_id,
    )
    return (await connection.execute(query)).first() is not None


async def list_inspections(
    connection: AsyncConnection,
    wanted: InspectionFilter,
    *,
    after: str = "",
    limit: int = PAGE_SIZE,
    acting: Acting,
) -> Page[Inspection]:
    """A page of the inspections that the acting person may see, the newest first."""
    mine = inspections.c.inspection_id.in_(
        select(inspection_inspectors.c.inspection_id).where(
            inspection_inspectors.c.account_id == acting.account_id
        )
    )
    below = inspections.c.region_code.startswith(region_prefix(acting.region_code or "x"), autoescape=True)
    conditions: list[ColumnElement[bool]] = [or_(below, mine & inspections.c.ended_at.is_(None))]
    if wanted.mine:
        conditions.append(mine)
    if wanted.state is not None:
        conditions.append(inspections.c.state == wanted.state.value)
    query = select(inspections).where(*conditions)
    query = query.where(_NEWEST_FIRST.beyond(inspections.c, after)) if after else query
    rows = await connection.execute(query.order_by(*_NEWEST_FIRST.order(inspections.c)).limit(limit + 1))
    return _NEWEST_FIRST.page([_inspection(row) for row in rows.mappings()], limit)


async def bills_of(
    connection: AsyncConnection,
    inspection_id: int,
    *,
    inspector_id: int | None = None,
    open_only: bool = False,
    after: str = "",
    limit: int = PAGE_SIZE,
) -> Page[InspectedBill]:
    """A page of the drawn bills of an inspection in their order."""
    columns = inspection_bills.c
    query = select(inspection_bills).where(columns.inspection_id == inspection_id)
    if inspector_id is not None:
        query = query.where(columns.inspector_id == inspector_id)
    if open_only:
        query = query.where(columns.verdict.is_(None))
    query = query.where(_IN_ORDER.beyond(columns, after)) if after else query
    rows = await connection.execute(query.order_by(*_IN_ORDER.order(columns)).limit(limit + 1))
    return _IN_ORDER.page([bill_of(row) for row in rows.mappings()], limit)


async def all_bills(connection: AsyncConnection, inspection_id: int) -> list[InspectedBill]:
    """All drawn bills of an inspection in their order."""
    query = select(inspection_bills).where(inspection_bills.c.inspection_id == inspection_id)
    return [
        bill_of(row)
        for row in (await connection.execute(query.order_by(inspection_bills.c.place))).mappings()
    ]


async def get_paper(connection: AsyncConnection, inspection_id: int, bill_id: int) -> InspectedBill:
    """The working paper of a drawn bill. Raises `Refusal` (`inspection.bill_unknown`, 404)."""
    query = select(inspection_bills).where(
        inspection_bills.c.inspection_id == inspection_id, inspection_bills.c.bill_id == bill_id
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise refuse("inspection.bill_unknown", "这张票据不在该检查的样本里，请返回检查页面。", status=404)
    return bill_of(row)


async def strata_of(connection: AsyncConnection, inspection_id: int) -> list[StratumFigures]:
    """What was found and drawn, by stratum."""
    query = select(inspection_strata).where(inspection_strata.c.inspection_id == inspection_id)
    rows = (await connection.execute(query.order_by(inspection_strata.c.stratum))).mappings()
    return [
        StratumFigures(
            stratum=row["stratum"],
            bills=row["bills"],
            amount=row["amount"],
            drawn=row["drawn"],
            drawn_amount=row["drawn_amount"],
        )
        for row in rows
    ]


async def inspectors_of(connection: AsyncConnection, inspection_id: int) -> list[Inspector]:
    """Who examines, with how many bills are theirs and done."""
    people, drawn = inspection_inspectors.c, inspection_bills.c
    query = (
        select(
            people.account_id,
            people.name,
            people.region_code,
            func.count(drawn.bill_id).label("bills"),
            func.count(case((drawn.verdict.is_not(None), 1))).label("done"),
        )
        .select_from(
            inspection_inspectors.outerjoin(
                inspection_bills,
                (drawn.inspection_id == people.inspection_id) & (drawn.inspector_id == people.account_id),
            )
        )
        .where(people.inspection_id == inspection_id)
        .group_by(people.account_id, people.name, people.region_code)
        .order_by(people.region_code, people.account_id)
    )
    return [Inspector(**row) for row in (await connection.execute(query)).mappings()]


async def people_for(connection: AsyncConnection, region_code: str) -> list[Person]:
    """Who may be appointed by a department: its own people and those of departments below."""
    rows = await connection.execute(_PEOPLE)
    return [
        Person(account_id=row.account_id, name=row.display_name, region_code=row.region_code)
        for row in rows
        if region_covers(region_code, row.region_code)
    ]


async def steps_of_inspection(connection: AsyncConnection, inspection_id: int) -> list[InspectionStep]:
    """What was done, the oldest first."""
    query = select(inspection_steps).where(inspection_steps.c.inspection_id == inspection_id)
    rows = await connection.execute(query.order_by(inspection_steps.c.step_id))
    return [
        InspectionStep(
            kind=InspectionStepKind(row.kind), at=row.at, actor_name=row.actor_name, words=row.words
        )
        for row in rows
    ]


async def change(
    connection: AsyncConnection, present: Inspection, values: dict[str, Any], *, revision: int
) -> Inspection:
    """Change an inspection that still has the revision which its author saw. Raises `Refusal` (`inspection.changed`, 409)."""
    statement = (
        update(inspections)
        .where(inspections.c.inspection_id == present.inspection_id, inspections.c.revision == revision)
        .values(revision=revision + 1, **values)
        .returning(inspections)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is None:
        raise changed()
    return _inspection(row)


async def put_down(
    connection: AsyncConnection,
    inspection_id: int,
    kind: InspectionStepKind,
    words: str,
    *,
    details: dict[str, str] | None = None,
    acting: Acting,
) -> None:
    """A step of an inspection, in its history and in the audit trail."""
    step = {
        "inspection_id": inspection_id,
        "kind": kind.value,
        "at": now(),
        "actor_name": acting.name,
        "words": words,
    }
    await connection.execute(insert(inspection_steps).values(step))
    entry = AuditEntry(
        acting=acting,
        action=f"inspection:{_ACTIONS[kind]}",
        subject=f"inspection:{inspection_id}",
        details={"words": words, **(details or {})},
    )
    await record(connection, entry)


_ACTIONS = {
    InspectionStepKind.PLANNED: "plan",
    InspectionStepKind.DRAWN: "draw",
    InspectionStepKind.STARTED: "start",
    InspectionStepKind.ASKED: "ask",
    InspectionStepKind.ANSWERED: "answer",
    InspectionStepKind.BREACHED: "breach",
    InspectionStepKind.CONCLUDED: "conclude",
    InspectionStepKind.CANCELLED: "cancel",
}


def _inspection(row: RowMapping) -> Inspection:
    values = dict(row) | {
        "query": query_from(row["query"]),
        "state": InspectionState(row["state"]),
        "warnings": tuple(row["warnings"]),
    }
    return Inspection(**values)


def bill_of(row: RowMapping) -> InspectedBill:
    """A drawn bill from its row."""
    verdict = PaperVerdict(row["verdict"]) if row["verdict"] else None
    return InspectedBill(**dict(row) | {"verdict": verdict})
