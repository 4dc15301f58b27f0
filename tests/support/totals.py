"""Rows for tests of sums: regions, units and what they issued by day."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

#: unit, kind, day, region, issued count and amount, reversed count and amount
DailyRow = tuple[int, str, date, str, int, str, int, str]

_INSERT = text(
    "INSERT INTO daily_totals (unit_id, kind_code, day, region_code, issued_count, issued_amount, "
    "reversed_count, reversed_amount) VALUES (:unit, :kind, :day, :region, :issued, :amount, :reversed, :back)"
)


async def add_daily(connection: AsyncConnection, rows: Iterable[DailyRow]) -> None:
    """Write rows of `daily_totals` as the issuing train would."""
    for unit, kind, day, region, issued, amount, reversed_count, back in rows:
        await connection.execute(
            _INSERT,
            {
                "unit": unit,
                "kind": kind,
                "day": day,
                "region": region,
                "issued": issued,
                "amount": Decimal(amount),
                "reversed": reversed_count,
                "back": Decimal(back),
            },
        )
