"""停用纸质票据: a unit that issues electronic bills uses no ordinary paper any more; what is left is counted and destroyed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, platform
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.errors import refuse
from mingpiao.messages.service import tell_unit
from mingpiao.paper.batches import department_of
from mingpiao.paper.model import PaperPurpose, PaperRange, PaperStop, StopSum
from mingpiao.paper.moving import checked, form_problems, purposes_of
from mingpiao.storage.database import Database
from mingpiao.units.service import lock_managed

_WORKER = platform("stop_paper")
_STOP = text("""
INSERT INTO paper_stops (unit_id, reason, made_by, made_by_name, made_at)
VALUES (:unit_id, :reason, :by, :by_name, :at) ON CONFLICT (unit_id) DO NOTHING RETURNING unit_id
""")
_IS_STOPPED = text("SELECT 1 FROM paper_stops WHERE unit_id = :unit_id")
#: Units that have ordinary paper, or have stopped it, and how far each is with ending it.
_UNITS = """
WITH ending AS (
    SELECT unit.unit_id, unit.name, unit.region_code, stop.made_at AS stopped_at, coalesce(stop.reason, '') AS reason,
        coalesce(held.left_over, 0) AS left_over, coalesce(held.void, 0) AS void, coalesce(held.destroyed, 0) AS destroyed,
        EXISTS (
            SELECT FROM paper_stocktakings AS taken
            WHERE taken.unit_id = unit.unit_id AND taken.made_at >= stop.made_at
        ) AS counted
    FROM listed_units AS unit
    LEFT JOIN paper_stops AS stop ON stop.unit_id = unit.unit_id
    LEFT JOIN (
        SELECT holding.unit_id,
            CAST(sum(sheet_count(holding.sheets)) FILTER (WHERE state IN ('transit', 'stock')) AS bigint) AS left_over,
            CAST(sum(sheet_count(holding.sheets)) FILTER (WHERE state IN ('void', 'listed')) AS bigint) AS void,
            CAST(sum(sheet_count(holding.sheets)) FILTER (WHERE state = 'destroyed') AS bigint) AS destroyed
        FROM paper_holdings AS holding
        JOIN paper_batches AS batch ON batch.batch_id = holding.batch_id
        WHERE batch.purpose = 'ordinary' AND holding.unit_id IS NOT NULL
        GROUP BY holding.unit_id
    ) AS held ON held.unit_id = unit.unit_id
    WHERE (stop.unit_id IS NOT NULL OR held.unit_id IS NOT NULL)
), staged AS (
    SELECT ending.*, CASE
        WHEN stopped_at IS NULL THEN '未停用'
        WHEN NOT counted AND left_over + void > 0 THEN '待盘点'
        WHEN left_over > 0 THEN '待核销'
        WHEN void > 0 THEN '待销毁'
        ELSE '已完成' END AS stage
    FROM ending
)
SELECT [wanted]
"""


def _of_units(wanted: str) -> TextClause:
    return text(_UNITS.replace("[wanted]", wanted))


_IN_REGION = _of_units(
    "* FROM staged WHERE region_code LIKE :prefix AND unit_id > :after ORDER BY unit_id LIMIT :limit"
)
_ONE = _of_units("* FROM staged WHERE unit_id = :unit_id")
_SUMS = _of_units("""
area.region, unit.stage, count(*) AS units, CAST(sum(unit.left_over) AS bigint) AS left_over,
    CAST(sum(unit.void) AS bigint) AS void, CAST(sum(unit.destroyed) AS bigint) AS destroyed
FROM unnest(CAST(:regions AS text[]), CAST(:prefixes AS text[])) AS area(region, prefix)
JOIN staged AS unit ON starts_with(unit.region_code, area.prefix)
GROUP BY area.region, unit.stage
""")
_LIVE = text("""
SELECT DISTINCT holding.unit_id FROM paper_holdings AS holding
JOIN paper_batches AS batch ON batch.batch_id = holding.batch_id
JOIN unit_standings AS standing ON standing.unit_id = holding.unit_id
WHERE batch.purpose = 'ordinary' AND holding.state IN ('transit', 'stock') AND NOT isempty(holding.sheets)
    AND standing.last_issued_at IS NOT NULL
    AND NOT EXISTS (SELECT FROM paper_stops AS stop WHERE stop.unit_id = holding.unit_id)
ORDER BY 1
""")
_LIVE_REASON = "本单位已开具电子票据。"


async def stop_paper(connection: AsyncConnection, unit_id: int, *, note: str, acting: Acting) -> None:
    """A unit uses no ordinary paper from now on; a unit that has stopped already is as it was.

    For its department or one above. Paper for exchange (换开) goes on. Raises `Refusal`: `access.denied` (403),
    `unit.unknown` (404), `paper.form_invalid` (422) without a reason.
    """
    department_of(acting=acting)
    checked(form_problems("stop", note, needs_note="请写明停用的原因，单位会看到。"))
    await lock_managed(connection, unit_id, acting=acting)
    await _stop(connection, unit_id, note.strip(), acting=acting)


async def _stop(connection: AsyncConnection, unit_id: int, reason: str, *, acting: Acting) -> None:
    given = {
        "unit_id": unit_id,
        "reason": reason,
        "by": acting.actor,
        "by_name": acting.name,
        "at": now(),
    }
    if (await connection.execute(_STOP, given)).scalar_one_or_none() is None:
        return
    entry = AuditEntry(
        acting=acting,
        action="paper:stop",
        subject=f"unit:{unit_id}",
        unit_id=unit_id,
        details={"reason": reason},
    )
    await record(connection, entry)
    body = f"{reason}换开专用的不受影响。请盘点剩余的传统纸质票据，作废后申请销毁，或退回财政部门。"
    await tell_unit(connection, unit_id, "paper_stop", "停用传统纸质票据", body, link="/unit/paper")


async def stop_paper_of_live_units(database: Database) -> None:
    """Units that have issued an electronic bill and still have ordinary paper stop it, each in its own transaction."""
    async with database.system() as connection:
        units = list((await connection.execute(_LIVE)).scalars())
    for unit_id in units:
        async with database.system() as connection:
            await lock_managed(connection, unit_id, acting=_WORKER)
            await _stop(connection, unit_id, _LIVE_REASON, acting=_WORKER)


async def refuse_stopped(connection: AsyncConnection, unit_id: int, ranges: Iterable[PaperRange]) -> None:
    """Raise `Refusal` (`paper.unit_stopped`, 409) where a unit that stopped shall get or use ordinary paper."""
    if await connection.scalar(_IS_STOPPED, {"unit_id": unit_id}) is None:
        return
    if PaperPurpose.ORDINARY in await purposes_of(connection, ranges):
        message = "该单位已停用传统纸质票据，只能使用换开专用的。"
        raise refuse("paper.unit_stopped", message, field="sheets", status=409)


async def stop_of(connection: AsyncConnection, unit_id: int) -> PaperStop | None:
    """How far a unit is with ending ordinary paper; None for one that never had any."""
    row = (await connection.execute(_ONE, {"unit_id": unit_id})).one_or_none()
    return _stop_value(row) if row is not None else None


async def list_stops(
    connection: AsyncConnection, *, region_prefix: str = "", after: int = 0, limit: int = 50
) -> list[PaperStop]:
    """Units within the scope that have ordinary paper or stopped it, in the order of their ids."""
    given = {"prefix": f"{region_prefix}%", "after": after, "limit": limit}
    return [_stop_value(row) for row in await connection.execute(_IN_REGION, given)]


def _stop_value(row: Row[Any]) -> PaperStop:
    return PaperStop(
        unit_id=row.unit_id,
        name=row.name,
        region_code=row.region_code,
        stopped_at=to_shanghai(row.stopped_at) if row.stopped_at else None,
        reason=row.reason,
        left=row.left_over,
        void=row.void,
        destroyed=row.destroyed,
        stage=row.stage,
    )


async def stop_sums(connection: AsyncConnection, regions: dict[str, str]) -> list[StopSum]:
    """How far the units below prefixes are, by the region that each prefix stands for, in the order of `regions`."""
    given = {"regions": list(regions), "prefixes": list(regions.values())}
    found: dict[str, list[Row[Any]]] = {region: [] for region in regions}
    for row in await connection.execute(_SUMS, given):
        found[row.region].append(row)
    return [
        StopSum(
            region_code=region,
            units=sum(row.units for row in rows),
            by_stage={row.stage: row.units for row in rows},
            left=sum(row.left_over for row in rows),
            void=sum(row.void for row in rows),
            destroyed=sum(row.destroyed for row in rows),
        )
        for region, rows in found.items()
    ]
