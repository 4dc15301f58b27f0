"""提示记录: issued bills that rules warned of, within the scope of the connection."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, and_, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.issuing.tables import bill_supervision, bills
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.codes import BillIdentity
from mingpiao.rules.model import Hit, Severity
from mingpiao.storage.paging import KeyColumn, Keyset, Page


class WarnedBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that was issued although rules warned of it; `warnings` are their hits."""

    unit_id: int
    bill_id: int
    warned_at: datetime
    kind: str
    business_no: str
    payer_name: str
    total: Decimal
    reversed: bool
    warnings: tuple[Hit, ...]

    @property
    def identity(self) -> BillIdentity:
        return BillIdentity.from_bill_id(self.bill_id)


class WarnedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which bills a list of warnings shows; days are those of issue, both inclusive (Asia/Shanghai)."""

    unit_id: int | None = None
    business_no: str = ""
    rule: str = ""
    issued_from: date | None = None
    issued_to: date | None = None


_NEWEST_FIRST = Keyset(KeyColumn("warned_at", datetime, True), KeyColumn("bill_id", int, True))


async def list_warned(
    connection: AsyncConnection, wanted: WarnedFilter, *, after: str = "", limit: int = 50
) -> Page[WarnedBill]:
    """A page of bills with warnings, newest first; `after` is the `next_key` of an earlier page.

    Raises `Refusal` (`list.key_malformed`) for a key that no page gave.
    """
    query = (
        select(
            bill_supervision.c.unit_id,
            bill_supervision.c.bill_id,
            bill_supervision.c.warned_at,
            bill_supervision.c.findings,
            bills.c.kind_code,
            bills.c.business_no,
            bills.c.payer_name,
            bills.c.total,
            bills.c.state,
        )
        .join(
            bills,
            and_(
                bills.c.unit_id == bill_supervision.c.unit_id, bills.c.bill_id == bill_supervision.c.bill_id
            ),
        )
        .where(bill_supervision.c.warned_at.is_not(None), *_conditions(wanted))
        .order_by(*_NEWEST_FIRST.order(bill_supervision.c))
        .limit(limit + 1)
    )
    if after:
        query = query.where(_NEWEST_FIRST.beyond(bill_supervision.c, after))
    rows = (await connection.execute(query)).mappings()
    return _NEWEST_FIRST.page([_from_row(row) for row in rows], limit)


def _conditions(wanted: WarnedFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    at = bill_supervision.c.warned_at
    if wanted.unit_id is not None:
        found.append(bill_supervision.c.unit_id == wanted.unit_id)
    if wanted.business_no:
        found.append(bills.c.business_no == wanted.business_no)
    if wanted.rule:
        hit = {"rule": wanted.rule, "severity": Severity.WARN.value}
        found.append(bill_supervision.c.findings.contains([hit]))
    if wanted.issued_from:
        found.append(at >= datetime.combine(wanted.issued_from, time.min, SHANGHAI))
    if wanted.issued_to:
        found.append(at < datetime.combine(wanted.issued_to, time.min, SHANGHAI) + timedelta(days=1))
    return found


def _from_row(row: RowMapping) -> WarnedBill:
    return WarnedBill(
        unit_id=row["unit_id"],
        bill_id=row["bill_id"],
        warned_at=row["warned_at"],
        kind=row["kind_code"],
        business_no=row["business_no"],
        payer_name=row["payer_name"],
        total=row["total"],
        reversed=row["state"] == "reversed",
        warnings=_warnings(row["findings"]),
    )


def _warnings(findings: Sequence[Mapping[str, Any]]) -> tuple[Hit, ...]:
    hits = msgspec.convert(findings, tuple[Hit, ...])
    return tuple(hit for hit in hits if hit.severity is Severity.WARN)


_RULES = text(
    """
SELECT finding ->> 'rule' AS code, max(finding ->> 'name') AS name
FROM (SELECT findings FROM bill_supervision WHERE warned_at IS NOT NULL ORDER BY warned_at DESC LIMIT 1000) AS latest
CROSS JOIN jsonb_array_elements(findings) AS finding
WHERE finding ->> 'severity' = 'warn' GROUP BY 1 ORDER BY 2, 1
"""
)


async def rules_that_warned(connection: AsyncConnection) -> list[tuple[str, str]]:
    """(code, name) of each rule that warned of one of the scope's latest thousand bills with warnings, by name."""
    return [(row.code, row.name) for row in await connection.execute(_RULES)]
