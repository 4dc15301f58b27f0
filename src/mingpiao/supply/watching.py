"""Warns departments of stocks that will soon run out, where numbers flow by levels.

Each kind is looked at every day, and at once when its department got numbers. What is found are rows, which the overview
counts; a department is told once of each, and its message is settled when the row goes.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load
from mingpiao.kernel.clock import today
from mingpiao.messages.service import settle, tell_department
from mingpiao.storage.database import Database
from mingpiao.supply.policies import load_supply_policy
from mingpiao.supply.stocks import DepartmentStock, department_stocks

#: A stock is low when it runs out within so many days.
LOW_DAYS = 30
_STOCKS = "/finance/supply/stock"
_SEEN = text("""
INSERT INTO low_stocks (region_code, kind_code, runs_out_on)
SELECT * FROM unnest(CAST(:regions AS text[]), CAST(:kinds AS text[]), CAST(:days AS date[]))
ON CONFLICT (region_code, kind_code) DO UPDATE SET runs_out_on = excluded.runs_out_on
RETURNING low_id, region_code, kind_code, runs_out_on, xmax = 0 AS is_new
""")
_GONE = text("""
DELETE FROM low_stocks WHERE (region_code = ANY (:regions) OR :all) AND NOT (low_id = ANY (:ids)) RETURNING low_id
""")
_LOW = text("""
SELECT region_code, kind_code, runs_out_on FROM low_stocks
WHERE region_code BETWEEN :low AND :high ORDER BY runs_out_on, region_code, kind_code LIMIT :most
""")


class LowStock(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of which a department has no numbers any more from `runs_out_on` on, as its units use them."""

    region_code: str
    kind_code: str
    runs_out_on: date


async def watch_stocks(database: Database) -> None:
    """Look at the stocks of all departments; where the province gives numbers to all units there is nothing to see."""
    async with database.system() as connection:
        catalog = await load(connection)
        by_levels = (await load_supply_policy(connection)).policy.by_levels
        regions = [each.code for each in catalog.live_regions()] if by_levels else []
        await _renew(connection, regions, catalog, whole=True)


async def renew_low_stocks(connection: AsyncConnection, regions: Sequence[str], catalog: Catalog) -> None:
    """Look at the stocks of some departments again, whose numbers have just changed."""
    if (await load_supply_policy(connection)).policy.by_levels:
        await _renew(connection, regions, catalog, whole=False)


async def _renew(
    connection: AsyncConnection, regions: Sequence[str], catalog: Catalog, *, whole: bool
) -> None:
    kinds = {catalog.bill_code(each): each.code for each in catalog.kinds.values() if not each.retired}
    stocks = await department_stocks(connection, regions, kinds) if regions else []
    low = [
        (each.stock.region_code, each.stock.kind_code, day)
        for each in stocks
        if each.stock.code in kinds and (day := _runs_out_on(each)) is not None
    ]
    given = {
        "regions": [region for region, _, _ in low],
        "kinds": [kind for _, kind, _ in low],
        "days": [day for _, _, day in low],
    }
    rows = (await connection.execute(_SEEN, given)).all()
    gone = await connection.execute(
        _GONE, {"regions": list(regions), "all": whole, "ids": [row.low_id for row in rows]}
    )
    await settle(connection, *(_topic(low_id) for low_id in gone.scalars()))
    for row in rows:
        if row.is_new:
            name = catalog.kinds[row.kind_code].name
            await tell_department(
                connection,
                row.region_code,
                _topic(row.low_id),
                f"{name}号码预计{row.runs_out_on:%Y年%-m月%-d日}用完",
                f"结余不足{LOW_DAYS}天的用量。请由上级下发，或把下级多余的号码退回；用完以后本地区的单位不能领取。",
                link=_STOCKS,
            )


def _topic(low_id: int) -> str:
    return f"low_stock:{low_id}"


def _runs_out_on(found: DepartmentStock) -> date | None:
    """When the stock is not enough for the own units, or with all stocks below for all units; None for not soon."""
    days = [each.runs_out_on for each in (found.outlook, found.whole) if each.runs_out_on is not None]
    first = min(days, default=None)
    return first if first is not None and first <= today() + timedelta(days=LOW_DAYS) else None


async def low_stocks(connection: AsyncConnection, low: str, high: str, *, most: int) -> list[LowStock]:
    """Stocks that run out soon in the regions from `low` to `high` (both inclusive), the first ones first, at most so
    many, within the scope.
    """
    rows = await connection.execute(_LOW, {"low": low, "high": high, "most": most})
    return [LowStock(**row) for row in rows.mappings()]
