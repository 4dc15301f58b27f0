"""What departments have in stock, and how long it lasts the units of their regions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_covers, region_prefix
from mingpiao.numbering.model import RegionStock
from mingpiao.numbering.service import left_of_areas, region_stocks
from mingpiao.supply.model import Outlook
from mingpiao.supply.outlook import outlook_of

_USED = text("""
SELECT region_code, kind_code, CAST(date_trunc('month', day) AS date) AS month,
       CAST(sum(issued_count + reversed_count) AS bigint) AS used
FROM unnest(CAST(:lows AS text[]), CAST(:highs AS text[])) AS area(low, high)
JOIN region_day_sums ON region_code BETWEEN low AND high
WHERE day >= CAST(:today AS date) - interval '19 months'
GROUP BY region_code, kind_code, month ORDER BY month
""")


class DepartmentStock(msgspec.Struct, frozen=True, kw_only=True):
    """库存 of a department in a 票据代码, and how long it lasts.

    `outlook` tells it for the units of its own region; `whole` for these and all below, with the stocks of the
    departments below as well.
    """

    stock: RegionStock
    outlook: Outlook
    whole: Outlook


async def department_stocks(
    connection: AsyncConnection, regions: Sequence[str], kinds: Mapping[str, str]
) -> list[DepartmentStock]:
    """库存 of departments within the scope, by region and code; also empty ones of the codes in `kinds` (code to kind)."""
    found = {(each.region_code, each.code): each for each in await region_stocks(connection, regions)}
    for region in regions:
        for code, kind_code in kinds.items():
            found.setdefault((region, code), _empty(region, code, kind_code))
    areas = _areas(regions)
    used = await _use_of(connection, areas)
    below = await left_of_areas(connection, areas)
    return [_outlooks(stock, used, below) for _, stock in sorted(found.items())]


def _outlooks(
    stock: RegionStock, used: Mapping[tuple[str, str], dict[date, int]], left: Mapping[tuple[str, str], int]
) -> DepartmentStock:
    """How long a stock lasts; `left` are numbers in lots by region and code, the pool's not among them."""
    region, day = stock.region_code, today()
    own = used.get((region, stock.kind_code), {})
    whole: Counter[date] = Counter()
    for (place, kind_code), months in used.items():
        if kind_code == stock.kind_code and region_covers(region, place):
            whole.update(months)
    below = sum(
        count
        for (place, code), count in left.items()
        if code == stock.code and place != region and region_covers(region, place)
    )
    return DepartmentStock(
        stock=stock,
        outlook=outlook_of(own, stock.left, day),
        whole=outlook_of(whole, stock.left + below, day),
    )


def _empty(region: str, code: str, kind_code: str) -> RegionStock:
    return RegionStock(
        region_code=region,
        kind_code=kind_code,
        code=code,
        received=0,
        passed_down=0,
        given_back=0,
        left=0,
    )


def _areas(regions: Sequence[str]) -> list[tuple[str, str]]:
    """The first and last code of each region with those below it; what lies within another one is left out."""
    prefixes = sorted({region_prefix(region) for region in regions})
    outer = [each for each in prefixes if not any(each != one and each.startswith(one) for one in prefixes)]
    return [(each.ljust(6, "0"), each.ljust(6, "9")) for each in outer]


async def _use_of(
    connection: AsyncConnection, areas: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], dict[date, int]]:
    used: dict[tuple[str, str], dict[date, int]] = {}
    given = {"lows": [low for low, _ in areas], "highs": [high for _, high in areas], "today": today()}
    for row in await connection.execute(_USED, given):
        used.setdefault((row.region_code, row.kind_code), {})[row.month] = row.used
    return used
