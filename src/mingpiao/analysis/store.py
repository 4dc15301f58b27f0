"""Looking up findings and ties within a scope."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.analysis.model import (
    AnalysedMonth,
    Basis,
    Evidence,
    FindingBill,
    FindingFilter,
    FindingState,
    FindingStep,
    MonthFinding,
    PatternPrecision,
    PeerDrawing,
    SeenTie,
    TieEdge,
    TieFilter,
    TieKind,
)
from mingpiao.analysis.tables import (
    analysis_findings,
    analysis_runs,
    analysis_steps,
    analysis_tie_edges,
    analysis_ties,
)
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.paging import KeyColumn, Keyset, Page

PAGE_SIZE = 50
#: Bills of a finding that its page shows, and that one breach may name.
MAX_BILLS = 50
_STRONGEST_FIRST = Keyset(KeyColumn("score", int, True), KeyColumn("finding_id", int, True))
_TIES_FIRST = Keyset(KeyColumn("score", int, True), KeyColumn("tie_id", int, True))


async def get_finding(connection: AsyncConnection, finding_id: int) -> MonthFinding:
    """A finding within the scope; raises `Refusal` (`finding.unknown`, 404)."""
    query = select(analysis_findings).where(analysis_findings.c.finding_id == finding_id)
    row = (await connection.execute(query)).mappings().one_or_none() if finding_id < 2**63 else None
    if row is None:
        raise unknown_finding()
    return finding_of(row)


def unknown_finding() -> Refusal:
    """`finding.unknown` (404)."""
    return refuse("finding.unknown", "没有找到该发现，或您无权查看。", status=404)


async def list_findings(
    connection: AsyncConnection, wanted: FindingFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[MonthFinding]:
    """A page of the findings within the scope, the strongest first."""
    columns = analysis_findings.c
    query = select(analysis_findings).where(*_conditions(wanted))
    query = query.where(_STRONGEST_FIRST.beyond(columns, after)) if after else query
    found = await connection.execute(query.order_by(*_STRONGEST_FIRST.order(columns)).limit(limit + 1))
    return _STRONGEST_FIRST.page([finding_of(row) for row in found.mappings()], limit)


def _conditions(wanted: FindingFilter) -> Iterator[ColumnElement[bool]]:
    columns = analysis_findings.c
    yield columns.standing | (columns.state != FindingState.NEW.value)
    if wanted.state is not None:
        yield columns.state == wanted.state.value
    if wanted.pattern:
        yield columns.pattern == wanted.pattern
    if wanted.basis is not None:
        yield columns.basis == wanted.basis.value
    if wanted.month is not None:
        yield columns.month == wanted.month
    if wanted.region:
        yield columns.region_code.startswith(region_prefix(wanted.region), autoescape=True)
    if wanted.unit_id is not None:
        yield columns.unit_id == wanted.unit_id


async def steps_of_finding(connection: AsyncConnection, finding_id: int) -> list[FindingStep]:
    """What was decided of a finding within the scope, oldest first."""
    steps = analysis_steps
    query = select(steps).where(steps.c.finding_id == finding_id).order_by(steps.c.step_id)
    return [
        FindingStep(state=FindingState(row.state), at=row.at, actor_name=row.actor_name, words=row.words)
        for row in await connection.execute(query)
    ]


_BILLS = text(
    """
    SELECT bill_id, kind_code, color, state, issued_at, total, payer_name FROM bills_of_months
    WHERE unit_id = :unit_id AND bill_id = ANY (:bill_ids)
    ORDER BY array_position(CAST(:bill_ids AS bigint[]), bill_id) LIMIT :limit
    """
)


async def bills_of_finding(connection: AsyncConnection, finding: MonthFinding) -> list[FindingBill]:
    """The bills that show a finding most, within the scope; at most fifty."""
    given = {"unit_id": finding.unit_id, "bill_ids": list(finding.bill_ids), "limit": MAX_BILLS}
    return [FindingBill(**row) for row in (await connection.execute(_BILLS, given)).mappings()]


async def months_analysed(connection: AsyncConnection) -> list[AnalysedMonth]:
    """The months that were analysed, the newest first; at most two years of them."""
    query = select(analysis_runs).order_by(analysis_runs.c.month.desc()).limit(24)
    return [AnalysedMonth(**row) for row in (await connection.execute(query)).mappings()]


_PRECISION = text(
    """
    SELECT pattern, count(*) AS found, count(*) FILTER (WHERE state = 'new') AS open,
           count(*) FILTER (WHERE state = 'confirmed') AS confirmed,
           count(*) FILTER (WHERE state = 'explained') AS explained, count(*) FILTER (WHERE state = 'false') AS false
    FROM analysis_findings WHERE (standing OR state <> 'new') AND month >= :since GROUP BY pattern
    """
)


async def precision_of_patterns(connection: AsyncConnection, since: date) -> dict[str, PatternPrecision]:
    """How often each pattern was right within the scope, by its code, for findings of months from one on."""
    rows = await connection.execute(_PRECISION, {"since": since})
    return {row["pattern"]: PatternPrecision(**row) for row in rows.mappings()}


def finding_of(row: RowMapping) -> MonthFinding:
    """A finding from its row."""
    return MonthFinding(
        **dict(row)
        | {
            "basis": Basis(row["basis"]),
            "state": FindingState(row["state"]),
            "evidence": msgspec.convert(row["evidence"], tuple[Evidence, ...]),
            "drawing": msgspec.convert(row["drawing"], PeerDrawing),
            "bill_ids": tuple(row["bill_ids"]),
        }
    )


# -- ties ------------------------------------------------------------------------------------------------


def _seen() -> Any:
    """Ties with what of their edges is within the scope."""
    edges = analysis_tie_edges.c
    return (
        select(
            analysis_ties,
            (analysis_ties.c.units - func.count(edges.unit_id.distinct())).label("elsewhere"),
            func.sum(edges.bills).label("bills"),
            func.sum(edges.amount).label("amount"),
        )
        .join(analysis_tie_edges, edges.tie_id == analysis_ties.c.tie_id)
        .group_by(analysis_ties.c.tie_id)
    )


async def list_ties(
    connection: AsyncConnection, wanted: TieFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[SeenTie]:
    """A page of the ties within the scope, the strongest first; their edges are asked for one by one."""
    columns, edges = analysis_ties.c, analysis_tie_edges.c
    query = _seen()
    if wanted.kind is not None:
        query = query.where(columns.kind == wanted.kind.value)
    if wanted.unit_id is not None:
        own = select(edges.tie_id).where(edges.unit_id == wanted.unit_id)
        query = query.where(columns.tie_id.in_(own))
    query = query.where(_TIES_FIRST.beyond(columns, after)) if after else query
    found = await connection.execute(query.order_by(*_TIES_FIRST.order(columns)).limit(limit + 1))
    return _TIES_FIRST.page([_tie_of(row) for row in found.mappings()], limit)


async def get_tie(connection: AsyncConnection, tie_id: int) -> SeenTie:
    """A tie with its edges within the scope; raises `Refusal` (`tie.unknown`, 404)."""
    query = _seen().where(analysis_ties.c.tie_id == tie_id)
    row = (await connection.execute(query)).mappings().one_or_none() if tie_id < 2**63 else None
    if row is None:
        raise refuse(
            "tie.unknown",
            "没有找到该关联，或您无权查看；关联每夜重新计算，请返回关联分析查看最新的。",
            status=404,
        )
    edges = analysis_tie_edges
    listed = select(edges).where(edges.c.tie_id == tie_id).order_by(edges.c.edge_no)
    own = tuple(
        TieEdge(
            unit_id=edge.unit_id,
            source=edge.source,
            target=edge.target,
            bills=edge.bills,
            amount=float(edge.amount),
        )
        for edge in await connection.execute(listed)
    )
    return msgspec.structs.replace(_tie_of(row), edges=own)


def _tie_of(row: RowMapping) -> SeenTie:
    known = {name: row[name] for name in ("tie_id", "name", "month", "units", "bills", "amount", "score")}
    return SeenTie(kind=TieKind(row["kind"]), elsewhere=max(0, row["elsewhere"]), **known)
