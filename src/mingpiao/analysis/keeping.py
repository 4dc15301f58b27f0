"""What a run found becomes rows: each month in one transaction, so that a killed worker leaves whole months."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.analysis.judging import Standout
from mingpiao.analysis.patterns import PATTERNS
from mingpiao.analysis.tables import analysis_runs, analysis_tie_edges, analysis_ties
from mingpiao.analysis.ties import Tie
from mingpiao.kernel.clock import now

#: Findings weaker than this are not kept, and of a month no more than so many.
WEAKEST, MOST_FINDINGS = 2.0, 5_000
#: Before so many decisions a pattern's precision moves its rank only a little.
_PRIOR, _USUAL_PRECISION = 10, 0.6

_REGIONS = text("SELECT unit_id, region_code FROM listed_units WHERE unit_id = ANY (:units)")
# What somebody decided stays as it was decided; what nobody did yet is told as of the newest run.
_KEEP = text(
    """
    INSERT INTO analysis_findings AS known (unit_id, region_code, month, pattern, kind_code, basis, score, unlikely, peers,
                                            sentence, evidence, drawing, bill_ids, found_at)
    VALUES (:unit_id, :region_code, :month, :pattern, :kind_code, :basis, :score, :unlikely, :peers, :sentence,
            CAST(:evidence AS jsonb), CAST(:drawing AS jsonb), :bill_ids, :now)
    ON CONFLICT (unit_id, month, pattern) DO UPDATE SET
        region_code = excluded.region_code, kind_code = excluded.kind_code, basis = excluded.basis,
        score = excluded.score, unlikely = excluded.unlikely, peers = excluded.peers, sentence = excluded.sentence,
        evidence = excluded.evidence, drawing = excluded.drawing, bill_ids = excluded.bill_ids, standing = true,
        revision = known.revision + CAST(known.sentence <> excluded.sentence AS integer)
    WHERE known.state = 'new'
    """
)
_FALLEN = text(
    "UPDATE analysis_findings SET standing = false WHERE month = :month AND state = 'new' AND standing "
    "AND (unit_id, pattern) NOT IN (SELECT * FROM unnest(CAST(:units AS bigint[]), CAST(:patterns AS text[])))"
)
_DECIDED = text(
    "SELECT pattern, count(*) AS decided, count(*) FILTER (WHERE state = 'confirmed') AS confirmed "
    "FROM analysis_findings WHERE state <> 'new' GROUP BY pattern"
)


async def weights_of_patterns(connection: AsyncConnection) -> dict[str, float]:
    """What verdicts made of each pattern: above 1 for those that were right more often than usual."""
    found = {row.pattern: row for row in await connection.execute(_DECIDED)}
    weights = {}
    for pattern in PATTERNS:
        row = found.get(pattern.code)
        decided, confirmed = (row.decided, row.confirmed) if row else (0, 0)
        weights[pattern.code] = (
            (confirmed + _PRIOR * _USUAL_PRECISION) / (decided + _PRIOR) / _USUAL_PRECISION
        )
    return weights


async def keep_month(
    connection: AsyncConnection,
    month: date,
    units: int,
    found: Sequence[Standout],
    examples: Mapping[tuple[int, str], tuple[int, ...]],
) -> int:
    """Write the findings of a month, and return how many there are now. Repeating it changes nothing."""
    kept = [each for each in found if each.score >= WEAKEST][:MOST_FINDINGS]
    values = {"ended_at": now(), "units": units, "findings": len(kept), "left_out": len(found) - len(kept)}
    fresh = insert(analysis_runs).values(month=month, **values)
    # The row of the month comes first: a second worker waits for it and then repeats what is there.
    await connection.execute(fresh.on_conflict_do_update(index_elements=["month"], set_=values))
    regions = {
        row.unit_id: row.region_code
        for row in await connection.execute(_REGIONS, {"units": sorted({each.unit_id for each in kept})})
    }
    # In one order, so that two workers wait for each other and never in a circle.
    kept = sorted(
        (each for each in kept if each.unit_id in regions), key=lambda each: (each.unit_id, each.pattern)
    )
    rows = [_row(each, regions[each.unit_id], examples) for each in kept]
    if rows:
        await connection.execute(_KEEP, rows)
    known = {"units": [each.unit_id for each in kept], "patterns": [each.pattern for each in kept]}
    await connection.execute(_FALLEN, {"month": month} | known)
    return len(kept)


def _row(
    each: Standout, region_code: str, examples: Mapping[tuple[int, str], tuple[int, ...]]
) -> dict[str, Any]:
    return {
        "unit_id": each.unit_id,
        "region_code": region_code,
        "month": each.month,
        "pattern": each.pattern,
        "kind_code": each.kind,
        "basis": each.basis.value,
        "score": round(each.score * 100),
        "unlikely": each.unlikely,
        "peers": each.peers,
        "sentence": each.sentence,
        "evidence": msgspec.json.encode(each.evidence).decode(),
        "drawing": msgspec.json.encode(each.drawing).decode(),
        "bill_ids": list(examples.get((each.unit_id, each.pattern), ())),
        "now": now(),
    }


async def keep_ties(connection: AsyncConnection, ties: Sequence[Tie]) -> None:
    """Put these ties in the place of those before; one that goes on keeps its number."""
    moment = now()
    await connection.execute(analysis_tie_edges.delete())
    for tie in sorted(ties, key=lambda each: (each.kind, each.name)):
        values = {"month": tie.month, "units": tie.units, "score": round(tie.score * 100), "found_at": moment}
        fresh = insert(analysis_ties).values(kind=tie.kind.value, name=tie.name, **values)
        query = fresh.on_conflict_do_update(index_elements=["kind", "name"], set_=values)
        tie_id = (await connection.execute(query.returning(analysis_ties.c.tie_id))).scalar_one()
        edges = [
            {
                "tie_id": tie_id,
                "edge_no": number,
                "unit_id": edge.unit_id,
                "source": edge.source,
                "target": edge.target,
                "bills": edge.bills,
                "amount": edge.amount,
            }
            for number, edge in enumerate(tie.edges)
        ]
        await connection.execute(analysis_tie_edges.insert(), edges)
    await connection.execute(analysis_ties.delete().where(analysis_ties.c.found_at < moment))
