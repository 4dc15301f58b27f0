"""Draws the bills of an inspection, month by month, so that no statement runs for long and the draw can be stopped.

The first pass counts, by stratum; the second one takes. Only what is taken is kept. A draw that was interrupted begins
anew and finds the same bills: the seed decides.
"""

from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.inspections.checking import MAX_SAMPLE
from mingpiao.inspections.conditions import WITHIN, Conditions, bounds_of, conditions_for, slices_of
from mingpiao.inspections.query import InspectionQuery, Period, SampleMethod, Stratum
from mingpiao.inspections.selecting import (
    KEY,
    fraction_of,
    hits_of,
    interval_of,
    positions_of,
    sizes_of,
    wanted_of,
)
from mingpiao.inspections.work import Estimate, StratumFigures
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import refuse
from mingpiao.storage.database import Database
from mingpiao.storage.scope import DepartmentScope

#: A statement of a draw may take so long, and one of a page.
SLICE_SECONDS = 120
_PAGE_SECONDS = 4
_STRATA: dict[Stratum | None, str] = {
    None: "''",
    Stratum.UNIT: "CAST(bills.unit_id AS text)",
    Stratum.REGION: "CAST(units.region_code AS text)",
    Stratum.KIND: "CAST(bills.kind_code AS text)",
    Stratum.UNIT_TYPE: "units.unit_type",
    Stratum.MONTH: "to_char(bills.issued_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')",
}
_FACTS = (
    "bills.bill_id, bills.unit_id, units.name AS unit_name, bills.region_code, bills.kind_code, bills.issued_at, "
    "abs(bills.total) AS total"
)


class DrawnBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that was drawn; `hits` is how often a monetary-unit sample met it."""

    bill_id: int
    unit_id: int
    unit_name: str
    region_code: str
    kind_code: str
    issued_at: Any
    total: Decimal
    stratum: str
    hits: int = 1


class DrawnSample(msgspec.Struct, frozen=True, kw_only=True):
    """What a draw took, of what; `short` tells that more was wanted of a stratum than there is."""

    bills: tuple[DrawnBill, ...]
    strata: tuple[StratumFigures, ...]
    units: int
    step_amount: Decimal | None = None
    short: bool = False


async def estimate(connection: AsyncConnection, query: InspectionQuery, catalog: Catalog) -> Estimate | None:
    """How many bills a query finds within the scope, or None where counting them takes more than a page may."""
    conditions = await conditions_for(connection, query, catalog)
    spans = slices_of(query, today())
    if not spans:
        return Estimate(bills=0, units=0, amount=Decimal(0))
    days = " OR ".join(
        f"(bills.issued_at >= :since{place} AND bills.issued_at < :until{place})"
        for place in range(len(spans))
    )
    values = {
        f"{name}{place}": moment
        for place, span in enumerate(spans)
        for name, moment in bounds_of(span).items()
    }
    counted = text(
        "SELECT count(*) AS bills, count(DISTINCT bills.unit_id) AS units, coalesce(sum(abs(bills.total)), 0) AS amount "
        f"{conditions.source} AND ({days})"
    )
    try:
        async with connection.begin_nested():
            await _limit(connection, _PAGE_SECONDS)
            row = (await connection.execute(counted, {**conditions.values, **values})).one()
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != "57014":
            raise
        return None
    return Estimate(bills=row.bills, units=row.units, amount=row.amount)


async def _limit(connection: AsyncConnection, seconds: int) -> None:
    await connection.execute(text(f"SET LOCAL statement_timeout = {seconds * 1000}"))


class Draw:
    """One draw: `step` is called after each slice with how many are done, and raises to stop it."""

    def __init__(
        self,
        database: Database,
        query: InspectionQuery,
        catalog: Catalog,
        *,
        region_code: str,
        seed: str,
        step: Callable[[int, int], Any],
    ) -> None:
        self._database, self._query, self._catalog = database, query, catalog
        self._scope, self._seed, self._step = DepartmentScope(region_code=region_code), seed, step
        self._spans: Sequence[Period] = slices_of(query, today())
        self._stratum = _STRATA[query.sample.by]
        self._done = 0
        self._values: dict[str, Any] = {}

    async def run(self) -> DrawnSample:
        """Count and take. Raises `Refusal`: `inspection.nothing_found`, `inspection.too_many` (409), and what `step` raises."""
        counts, amounts, units = await self._count()
        total = sum(counts.values())
        if not total:
            message = "没有找到符合条件的票据，请放宽条件，或确认期间和地区后重新制定。"
            raise refuse("inspection.nothing_found", message, status=409)
        sizes = sizes_of(self._query.sample, counts)
        if sum(sizes.values()) > MAX_SAMPLE:
            message = (
                f"要检查的票据有{sum(sizes.values()):,}张，一次最多{MAX_SAMPLE:,}张，请缩小范围或改为抽样。"
            )
            raise refuse("inspection.too_many", message, status=409)
        step_amount = (
            interval_of(self._query.sample, total, sum(amounts.values(), Decimal(0)))
            if self._query.sample.method is SampleMethod.MONETARY
            else None
        )
        bills = await self._take(total, sizes, step_amount)
        return DrawnSample(
            bills=tuple(bills),
            strata=tuple(_figures(counts, amounts, bills)),
            units=units,
            step_amount=step_amount,
            short=self._is_short(counts),
        )

    def _is_short(self, counts: dict[str, int]) -> bool:
        sample = self._query.sample
        if sample.each is not None:
            return any(count < sample.each for count in counts.values())
        return sample.number is not None and sum(counts.values()) < sample.number

    async def _count(self) -> tuple[dict[str, int], dict[str, Decimal], int]:
        counts: dict[str, int] = defaultdict(int)
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        units: set[int] = set()
        chosen = (
            f"SELECT {self._stratum} AS stratum, bills.unit_id, count(*) AS bills, sum(abs(bills.total)) AS amount "
            "[source] GROUP BY 1, 2"
        )
        async for rows in self._each(chosen):
            for row in rows:
                counts[row.stratum] += row.bills
                amounts[row.stratum] += row.amount
                units.add(row.unit_id)
        return dict(sorted(counts.items())), dict(amounts), len(units)

    async def _each(self, statement: str) -> AsyncIterator[Sequence[Row[Any]]]:
        """The rows of a statement for each slice, in the order of their days."""
        for span in self._spans:
            async with self._database.scoped(self._scope) as connection:
                await _limit(connection, SLICE_SECONDS)
                conditions: Conditions = await conditions_for(connection, self._query, self._catalog)
                asked = text(statement.replace("[source]", conditions.source + WITHIN))
                values = {**conditions.values, **bounds_of(span), **self._values}
                known = {name: value for name, value in values.items() if f":{name}" in asked.text}
                rows = (await connection.execute(asked, known)).all()
            yield rows
            self._done += 1
            await self._step(self._done, 2 * len(self._spans))

    async def _take(self, total: int, sizes: dict[str, int], step_amount: Decimal | None) -> list[DrawnBill]:
        method = self._query.sample.method
        if method is SampleMethod.SYSTEMATIC:
            return await self._systematic(total)
        if method is SampleMethod.MONETARY and step_amount is not None:
            return await self._monetary(step_amount)
        if method is SampleMethod.LARGEST:
            return await self._first(
                "abs(bills.total) DESC, bills.bill_id", {"": wanted_of(self._query.sample, total)}
            )
        return await self._first(KEY, sizes)

    async def _first(self, order: str, sizes: dict[str, int]) -> list[DrawnBill]:
        """The first bills of each stratum in an order: of each slice so many, then of all slices together."""
        self._values = {"seed": self._seed, "most": max(sizes.values(), default=0)}
        key = KEY if order == KEY else "NULL"
        stratum = self._stratum if order == KEY else "''"
        statement = (
            f"SELECT * FROM (SELECT {_FACTS}, {stratum} AS stratum, {key} AS draw_key, "
            f"row_number() OVER (PARTITION BY {stratum} ORDER BY {order}) AS draw_place [source]) AS ordered "
            "WHERE draw_place <= :most"
        )
        found: dict[str, list[Row[Any]]] = defaultdict(list)
        async for rows in self._each(statement):
            for row in rows:
                found[row.stratum].append(row)
        taken: list[DrawnBill] = []
        for stratum_name, rows in sorted(found.items()):
            rows.sort(key=lambda row: (-row.total, row.bill_id) if order != KEY else (bytes(row.draw_key),))
            taken += [_bill(row, stratum_name) for row in rows[: sizes.get(stratum_name, 0)]]
        return taken

    async def _systematic(self, total: int) -> list[DrawnBill]:
        places = positions_of(self._query.sample, total, self._seed)
        statement = (
            f"SELECT * FROM (SELECT {_FACTS}, '' AS stratum, "
            "row_number() OVER (ORDER BY bills.issued_at, bills.bill_id) + :before AS draw_place, "
            "count(*) OVER () AS slice_count [source]) AS ordered "
            "WHERE draw_place = ANY (CAST(:places AS bigint[])) OR draw_place = :before + slice_count ORDER BY draw_place"
        )
        wanted, taken, before = set(places), [], 0
        self._values = {"places": places, "before": 0}
        async for rows in self._each(statement):
            taken += [_bill(row, "") for row in rows if row.draw_place in wanted]
            before = rows[-1].draw_place if rows else before
            self._values = {"places": places, "before": before}
        return taken

    async def _monetary(self, step_amount: Decimal) -> list[DrawnBill]:
        start = _decimal(fraction_of(self._seed)) * step_amount
        statement = f"SELECT {_FACTS}, '' AS stratum [source] ORDER BY bills.issued_at, bills.bill_id"
        self._values, before, taken = {}, Decimal(0), []
        async for rows in self._each(statement):
            hits = hits_of([row.total for row in rows], before, step_amount, start)
            before += sum((row.total for row in rows), Decimal(0))
            taken += [_bill(row, "", count) for row, count in zip(rows, hits, strict=True) if count]
        return taken


def _decimal(value: Fraction) -> Decimal:
    return Decimal(1) * value.numerator / value.denominator


def _bill(row: Row[Any], stratum: str, hits: int = 1) -> DrawnBill:
    return DrawnBill(
        bill_id=row.bill_id,
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        region_code=row.region_code,
        kind_code=row.kind_code,
        issued_at=row.issued_at,
        total=row.total,
        stratum=stratum,
        hits=hits,
    )


def _figures(
    counts: dict[str, int], amounts: dict[str, Decimal], bills: Sequence[DrawnBill]
) -> list[StratumFigures]:
    drawn: dict[str, list[Decimal]] = defaultdict(list)
    for bill in bills:
        drawn[bill.stratum].append(bill.total)
    return [
        StratumFigures(
            stratum=key,
            bills=count,
            amount=amounts[key],
            drawn=len(drawn[key]),
            drawn_amount=sum(drawn[key], Decimal(0)),
        )
        for key, count in counts.items()
    ]
