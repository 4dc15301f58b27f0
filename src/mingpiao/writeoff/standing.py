"""核销状态 of bills: worked out from their cycles and cases, since writing off touches no bill."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Row, TextClause, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.former.model import FormerBill
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import BillIdentity
from mingpiao.writeoff.model import (
    BillException,
    BillOrigin,
    BillStanding,
    BillWriteOff,
    CaseFinding,
    CaseState,
)
from mingpiao.writeoff.months import month_of
from mingpiao.writeoff.tables import exception_cases

# A cleared case leaves its bill as it was without it, but for the day; of several cases the newest counts.
_FIND = """
SELECT wanted.bill_id, cycles.written_off_at, writeoffs.region_code, writeoffs.writeoff_id,
       cases.case_id, cases.state, settled.at AS settled_at, [owed] AS is_owed
FROM unnest(CAST(:units AS bigint[]), CAST(:bills AS bigint[]), CAST(:kinds AS text[]), CAST(:months AS date[]))
    AS wanted(unit_id, bill_id, kind_code, month)
LEFT JOIN [months] AS cycles ON cycles.unit_id = wanted.unit_id AND cycles.month = wanted.month
    AND cycles.kind_code = CAST(wanted.kind_code AS char(4))
LEFT JOIN writeoffs ON writeoffs.writeoff_id = cycles.writeoff_id
LEFT JOIN exception_cases AS cases ON cases.unit_id = wanted.unit_id AND cases.bill_id = wanted.bill_id
    AND cases.state <> 'cleared' AND cases.origin = '[origin]'
LEFT JOIN LATERAL (
    SELECT max(coalesce(notices.accepted_at, settled.decided_at)) AS at FROM exception_cases AS settled
    LEFT JOIN rectifications AS notices USING (rectification_id)
    WHERE settled.unit_id = wanted.unit_id AND settled.bill_id = wanted.bill_id AND settled.origin = '[origin]'
      AND settled.state IN ('cleared', 'rectified')) AS settled ON true
"""


def _of(origin: BillOrigin, months: str, owed: str) -> TextClause:
    """The statement for bills of an origin: where their months are, and whether such a month is owed."""
    return text(_FIND.replace("[months]", months).replace("[owed]", owed).replace("[origin]", origin.value))


_FIND_OWN = _of(
    BillOrigin.OWN,
    "cycles",
    "cycles.month IS NOT NULL OR coalesce(wanted.month >= (SELECT min(begins_on) FROM writeoff_policies), false)",
)
_FIND_FORMER = _of(BillOrigin.FORMER, "former_months", "true")
_OF_CASE = {
    CaseState.OPEN: BillStanding.EXCEPTION,
    CaseState.ASKED: BillStanding.EXCEPTION,
    CaseState.ANSWERED: BillStanding.EXCEPTION,
    CaseState.BREACHED: BillStanding.BREACH,
    CaseState.RECTIFYING: BillStanding.RECTIFYING,
    CaseState.RECTIFIED: BillStanding.WRITTEN_OFF,
}


#: Exceptions of a month that are listed with it.
_MOST_LISTED = 1_000


async def exceptions_of(
    connection: AsyncConnection, unit_id: int, month: date, origin: BillOrigin = BillOrigin.OWN
) -> tuple[list[BillException], int]:
    """The first thousand exceptions of a unit's month, by bill, and how many there are, within the scope."""
    cases = exception_cases
    query = (
        select(
            cases.c.bill_id, cases.c.kind_code, cases.c.total, cases.c.state, cases.c.findings,
            func.count().over().label("found"),
        )
        .where(cases.c.unit_id == unit_id, cases.c.month == month, cases.c.origin == origin.value)
        .order_by(cases.c.bill_id, cases.c.case_id)
        .limit(_MOST_LISTED)
    )  # fmt: skip
    rows = list(await connection.execute(query))
    found = [
        BillException(
            identity=BillIdentity.from_bill_id(row.bill_id),
            kind_code=row.kind_code,
            total=row.total,
            state=CaseState(row.state),
            findings=msgspec.convert(row.findings, tuple[CaseFinding, ...]),
        )
        for row in rows
    ]
    return found, rows[0].found if rows else 0


async def unsettled_exceptions(
    connection: AsyncConnection, unit_id: int, month: date, origin: BillOrigin = BillOrigin.OWN
) -> int:
    """How many bills of a unit's month are exceptions that are neither cleared nor rectified, within the scope."""
    cases = exception_cases.c
    query = select(func.count()).where(
        cases.unit_id == unit_id,
        cases.month == month,
        cases.origin == origin.value,
        cases.state.not_in([CaseState.CLEARED.value, CaseState.RECTIFIED.value]),
    )
    return await connection.scalar(query) or 0


async def standings_of(
    connection: AsyncConnection, bills: Sequence[tuple[int, int, str, datetime]]
) -> dict[int, BillWriteOff]:
    """核销状态 by 票据编号 of bills (unit id, 票据编号, kind, time of issue), within the scope."""
    if not bills:
        return {}
    rows = await connection.execute(
        _FIND_OWN,
        {
            "units": [each[0] for each in bills],
            "bills": [each[1] for each in bills],
            "kinds": [each[2] for each in bills],
            "months": [month_of(to_shanghai(each[3]).date()) for each in bills],
        },
    )
    months = {each[1]: month_of(to_shanghai(each[3]).date()) for each in bills}
    return {row.bill_id: _standing(row, months[row.bill_id]) for row in rows}


async def former_standings(
    connection: AsyncConnection, bills: Sequence[FormerBill]
) -> dict[int, BillWriteOff]:
    """核销状态 by 票据编号 of former bills, within the scope."""
    if not bills:
        return {}
    rows = await connection.execute(
        _FIND_FORMER,
        {
            "units": [each.unit_id for each in bills],
            "bills": [each.bill_id for each in bills],
            "kinds": [each.kind_code for each in bills],
            "months": [each.month for each in bills],
        },
    )
    months = {each.bill_id: each.month for each in bills}
    return {row.bill_id: _standing(row, months[row.bill_id]) for row in rows}


def _standing(row: Row[Any], month: date) -> BillWriteOff:
    standing = BillStanding.WRITTEN_OFF if row.state is None else _OF_CASE[CaseState(row.state)]
    if row.written_off_at is None:
        # What a department found stands while the month is open again.
        if standing.is_questioned:
            return BillWriteOff(standing=standing, is_owed=row.is_owed, case_id=row.case_id)
        return BillWriteOff(standing=BillStanding.OPEN, is_owed=row.is_owed)
    # A bill that was held up is written off when its department settled that, unless its cycle was later.
    held_up = row.settled_at is not None and row.settled_at > row.written_off_at
    return BillWriteOff(
        standing=standing,
        is_owed=row.is_owed,
        written_off_at=to_shanghai(row.settled_at if held_up else row.written_off_at),
        held_up=held_up,
        serial=f"HX{row.region_code}{month:%Y%m}{row.writeoff_id:08d}",
        writeoff_id=row.writeoff_id,
        case_id=row.case_id,
    )
