"""What becomes of a unit's open requests when the unit closes, moves, or changes its mode."""

from collections.abc import Sequence

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record_all
from mingpiao.kernel.clock import now
from mingpiao.messages.service import of_revisions, settle, tell_department
from mingpiao.supply.model import RequisitionState
from mingpiao.supply.tables import requisitions

_ONLINE = text("SELECT unit_id FROM managed_units WHERE unit_id = ANY (:ids) AND mode = 'ONLINE'")
_MOOT = "本单位已改为在线开票，开票时自动领取号码，不再需要申领。"
_OPEN = requisitions.c.state == RequisitionState.REVIEW.value


async def undecided(connection: AsyncConnection, unit_id: int) -> list[str]:
    """Why a unit cannot close now: requests that wait for a person."""
    query = select(requisitions.c.requisition_id).where(requisitions.c.unit_id == unit_id, _OPEN)
    count = len((await connection.execute(query)).all())
    return [f"还有{count}次申领等待审核，请先审核，或请单位撤回。"] if count else []


async def follow_move(connection: AsyncConnection, unit_id: int, region_code: str) -> None:
    """The department of a unit's new region decides what waits, and is told; the one before has nothing to do any more.

    It is another revision: who has the page open in the region before learns of it.
    """
    moved = await connection.execute(
        update(requisitions)
        .where(requisitions.c.unit_id == unit_id, _OPEN)
        .values(revision=requisitions.c.revision + 1)
        .returning(requisitions.c.requisition_id, requisitions.c.quantity, requisitions.c.revision)
    )
    for row in sorted(moved.all()):
        topic = f"requisition:{row.requisition_id}"
        await settle(connection, topic, *of_revisions(topic, row.revision - 1))
        await tell_department(
            connection,
            region_code,
            f"{topic}:{row.revision}",
            "划入本地区的用票单位有一次申领待审核",
            f"申领{row.quantity:,}个号码。",
            link=f"/finance/supply/{row.requisition_id}",
        )


async def follow_switch(connection: AsyncConnection, unit_ids: Sequence[int], *, acting: Acting) -> None:
    """A unit that issues online now needs no numbers: what waits is refused."""
    online = list((await connection.execute(_ONLINE, {"ids": list(unit_ids)})).scalars())
    ended = await connection.execute(
        update(requisitions)
        .where(requisitions.c.unit_id.in_(online), _OPEN)
        .values(
            state=RequisitionState.REFUSED.value,
            reason=_MOOT,
            decided_by_name=acting.name,
            decided_at=now(),
            revision=requisitions.c.revision + 1,
        )
        .returning(
            requisitions.c.requisition_id,
            requisitions.c.unit_id,
            requisitions.c.kind_code,
            requisitions.c.revision,
        )
    )
    rows = sorted(ended.all())
    for row in rows:
        topic = f"requisition:{row.requisition_id}"
        await settle(connection, topic, *of_revisions(topic, row.revision))
    await record_all(
        connection,
        [
            AuditEntry(
                acting=acting,
                action="requisition:refuse",
                subject=f"requisition:{row.requisition_id}",
                unit_id=row.unit_id,
                details={"kind": row.kind_code, "reason": _MOOT},
            )
            for row in rows
        ],
    )
