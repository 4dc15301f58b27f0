"""核销状态 of bills: worked out from their cycles and cases, since writing off touches no bill."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import to_shanghai
from mingpiao.writeoff.model import BillStanding, BillWriteOff, CaseState
from mingpiao.writeoff.months import month_of

# A cleared case leaves its bill as it was without it; of several cases the newest counts.
_FIND = text("""
SELECT wanted.bill_id, cycles.written_off_at, writeoffs.region_code, writeoffs.writeoff_id,
       cases.case_id, cases.state,
       coalesce(wanted.month >= (SELECT min(begins_on) FROM writeoff_policies), false) AS is_owed
FROM unnest(CAST(:units AS bigint[]), CAST(:bills AS bigint[]), CAST(:kinds AS text[]), CAST(:months AS date[]))
    AS wanted(unit_id, bill_id, kind_code, month)
LEFT JOIN cycles ON cycles.unit_id = wanted.unit_id AND cycles.month = wanted.month
    AND cycles.kind_code = CAST(wanted.kind_code AS char(4))
LEFT JOIN writeoffs ON writeoffs.writeoff_id = cycles.writeoff_id
LEFT JOIN exception_cases AS cases ON cases.unit_id = wanted.unit_id AND cases.bill_id = wanted.bill_id
    AND cases.state <> 'cleared'
""")
_OF_CASE = {
    CaseState.OPEN: BillStanding.EXCEPTION,
    CaseState.ASKED: BillStanding.EXCEPTION,
    CaseState.ANSWERED: BillStanding.EXCEPTION,
    CaseState.BREACHED: BillStanding.BREACH,
    CaseState.RECTIFYING: BillStanding.RECTIFYING,
    CaseState.RECTIFIED: BillStanding.WRITTEN_OFF,
}


async def standings_of(
    connection: AsyncConnection, bills: Sequence[tuple[int, int, str, datetime]]
) -> dict[int, BillWriteOff]:
    """核销状态 by 票据编号 of bills (unit id, 票据编号, kind, time of issue), within the scope."""
    if not bills:
        return {}
    rows = await connection.execute(
        _FIND,
        {
            "units": [each[0] for each in bills],
            "bills": [each[1] for each in bills],
            "kinds": [each[2] for each in bills],
            "months": [month_of(to_shanghai(each[3]).date()) for each in bills],
        },
    )
    months = {each[1]: month_of(to_shanghai(each[3]).date()) for each in bills}
    return {row.bill_id: _standing(row, months[row.bill_id]) for row in rows}


def _standing(row: Row[Any], month: date) -> BillWriteOff:
    if row.written_off_at is None:
        return BillWriteOff(standing=BillStanding.OPEN, is_owed=row.is_owed)
    standing = BillStanding.WRITTEN_OFF if row.state is None else _OF_CASE[CaseState(row.state)]
    return BillWriteOff(
        standing=standing,
        is_owed=row.is_owed,
        written_off_at=to_shanghai(row.written_off_at),
        serial=f"HX{row.region_code}{month:%Y%m}{row.writeoff_id:08d}",
        writeoff_id=row.writeoff_id,
        case_id=row.case_id,
    )
