"""Where a number is: every number has one holder at each moment, from the pool to the bill."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import to_shanghai
from mingpiao.numbering.model import MoveWay, NumberHolder, NumberPlace, NumberStage, ReturnWay
from mingpiao.numbering.transfers import transfers_of_number

_PLACE = text("""
WITH place AS (
    SELECT * FROM segments WHERE code = :code AND first_number <= :number ORDER BY first_number DESC LIMIT 1
)
SELECT place.segment_id, place.unit_id, place.kind_code, place.first_number, place.last_number, place.allotted_at,
       place.point_code,
       back.returned_at, coalesce(back.way, '') AS way, coalesce(back.reason, '') AS reason,
       CASE
           WHEN back.first_number <= :number THEN 'returned'
           WHEN place.state = 'in_stock' OR (place.state = 'in_use' AND cursors.next_number <= :number) THEN 'stock'
           ELSE 'taken'
       END AS holder
FROM place LEFT JOIN segment_cursors AS cursors USING (unit_id, kind_code, segment_id) LEFT JOIN returned_numbers AS back USING (segment_id)
WHERE place.last_number >= :number
""")
_STAGES = text("""
SELECT move.way, move.from_region, move.to_region, move.made_at, lot.first_number, lot.last_number,
       lot.next_number <= :number AS is_here
FROM number_lots AS lot JOIN number_moves AS move USING (move_id)
WHERE lot.code = :code AND :number BETWEEN lot.first_number AND lot.last_number
ORDER BY lot.lot_id
""")
_POOL = text("SELECT kind_code, next_number FROM number_pools WHERE code = :code")


async def find_number(connection: AsyncConnection, code: str, number: int) -> NumberPlace | None:
    """Where a number of a 票据代码 is, within the scope.

    None for a code that was never opened, and for a number that was allotted to a unit outside the scope.
    """
    given = {"code": code, "number": number}
    rows = list(await connection.execute(_STAGES, given))
    stages = tuple(
        NumberStage(
            way=MoveWay(row.way),
            from_region=row.from_region,
            to_region=row.to_region,
            first=row.first_number,
            last=row.last_number,
            at=to_shanghai(row.made_at),
        )
        for row in rows
    )
    row = (await connection.execute(_PLACE, given)).one_or_none()
    if row is not None:
        return NumberPlace(
            holder=NumberHolder(row.holder),
            kind_code=row.kind_code,
            unit_id=row.unit_id,
            first=row.first_number,
            last=row.last_number,
            allotted_at=to_shanghai(row.allotted_at),
            returned_at=None if row.returned_at is None else to_shanghai(row.returned_at),
            returned_why=(ReturnWay(row.way), row.reason),
            stages=stages,
            point_code=row.point_code,
            transfers=await transfers_of_number(connection, code, number),
        )
    pool = (await connection.execute(_POOL, given)).one_or_none()
    here = next((row.to_region for row in rows if row.is_here), "")
    if pool is None or (number < pool.next_number and not here):
        return None
    return NumberPlace(
        holder=NumberHolder.DEPARTMENT if here else NumberHolder.POOL,
        kind_code=pool.kind_code,
        region_code=here,
        stages=stages,
    )
