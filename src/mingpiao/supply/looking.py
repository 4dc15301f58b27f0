"""Reads what is known of a unit's supply: its use by month, its stock, what stops it, and what it asked for."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    RowMapping,
    Select,
    String,
    Text,
    column,
    select,
    table,
    text,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import SHANGHAI, today
from mingpiao.kernel.errors import refuse
from mingpiao.numbering.service import hold_lots, source_of_unit, stock_levels, unit_standings
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.supply.model import (
    KindStock,
    ListedRequisition,
    Outlook,
    RequestOrigin,
    Requisition,
    RequisitionFilter,
    RequisitionState,
    SupplyFacts,
    SupplyFinding,
    SupplyOrder,
    SupplyPolicy,
)
from mingpiao.supply.outlook import most_in_stock, outlook_of, proposal
from mingpiao.supply.policies import load_supply_policy
from mingpiao.supply.tables import requisitions, supply_orders
from mingpiao.writeoff.service import open_months, unit_stops

PAGE_SIZE = 50
_UNITS = table(
    "managed_units", column("unit_id", BigInteger), column("name", Text), column("region_code", String)
)
_NEWEST = Keyset(KeyColumn("requisition_id", int, descending=True))
# Nineteen months: six before the present one, and the same and the coming ones a year before.
_USED = text("""
SELECT kind_code, CAST(date_trunc('month', day) AS date) AS month, sum(issued_count + reversed_count) AS used
FROM day_sums WHERE unit_id = :unit_id AND day >= CAST(:today AS date) - interval '19 months'
GROUP BY kind_code, month ORDER BY month
""")
_ESTIMATES = text("""
SELECT DISTINCT ON (kind_code) kind_code, approved_estimate FROM requisitions
WHERE unit_id = :unit_id AND approved_estimate IS NOT NULL ORDER BY kind_code, requisition_id DESC
""")


async def outlooks_of(connection: AsyncConnection, unit_id: int, free: dict[str, int]) -> dict[str, Outlook]:
    """What a unit will use of each kind in `free` (numbers in stock by kind), within the scope."""
    used: dict[str, dict[date, int]] = {}
    for row in await connection.execute(_USED, {"unit_id": unit_id, "today": today()}):
        used.setdefault(row.kind_code, {})[row.month] = int(row.used)
    estimates = {
        row.kind_code: row.approved_estimate
        for row in await connection.execute(_ESTIMATES, {"unit_id": unit_id})
    }
    return {
        kind: outlook_of(used.get(kind, {}), count, today(), estimate=estimates.get(kind))
        for kind, count in free.items()
    }


async def facts_of(connection: AsyncConnection, unit_id: int, kind_code: str, code: str) -> SupplyFacts:
    """What the audit looks at; the caller holds the unit's stocks, so that it stays so until the commit.

    `code` is the 票据代码 of which numbers would be granted.
    """
    standing = (await unit_standings(connection, [unit_id]))[unit_id]
    free = standing.free.get(kind_code, 0)
    stops = await unit_stops(connection, unit_id)
    months = await open_months(connection, unit_id)
    return SupplyFacts(
        today=today(),
        policy=(await load_supply_policy(connection)).policy,
        outlook=(await outlooks_of(connection, unit_id, {kind_code: free}))[kind_code],
        free=free,
        locks=standing.locks,
        valid_until=standing.valid_until,
        open_months=tuple(f"{month:%Y年%-m月}" for month in months),
        overdue_months=tuple(month.name for month in stops.months),
        overdue_notices=tuple(notice.serial for notice in stops.notices),
        department_run=await _department_run(connection, unit_id, code),
    )


async def _department_run(connection: AsyncConnection, unit_id: int, code: str) -> int | None:
    """The longest run of numbers that the unit's department has, locked; None where the province gives them."""
    region = await source_of_unit(connection, unit_id)
    return max(await hold_lots(connection, region, code), default=0) if region else None


async def kind_stocks(connection: AsyncConnection, unit_id: int) -> list[KindStock]:
    """库存 of a unit by kind, with what may be asked for, within the scope."""
    policy = (await load_supply_policy(connection)).policy
    levels = await stock_levels(connection, unit_id)
    outlooks = await outlooks_of(connection, unit_id, {level.kind_code: level.free for level in levels})
    orders = await orders_of(connection, unit_id)
    open_ones = await _open_requests(connection, unit_id)
    return [
        KindStock(
            kind_code=level.kind_code,
            free=level.free,
            used=level.used,
            outlook=outlooks[level.kind_code],
            proposed=proposal(outlooks[level.kind_code], level.free, policy),
            limit=_limit(outlooks[level.kind_code], level.free, policy),
            order=orders.get(level.kind_code),
            open_request=open_ones.get(level.kind_code),
        )
        for level in levels
    ]


def _limit(outlook: Outlook, free: int, policy: SupplyPolicy) -> int | None:
    return max(0, most_in_stock(outlook, policy) - free) if outlook.is_known else None


async def orders_of(connection: AsyncConnection, unit_id: int) -> dict[str, SupplyOrder]:
    """A unit's standing orders by kind, also withdrawn ones, within the scope."""
    rows = await connection.execute(select(supply_orders).where(supply_orders.c.unit_id == unit_id))
    return {row["kind_code"]: order_of(row) for row in rows.mappings()}


def order_of(row: RowMapping) -> SupplyOrder:
    """A standing order from its row."""
    return SupplyOrder(**{name: row[name] for name in SupplyOrder.__struct_fields__})


async def _open_requests(connection: AsyncConnection, unit_id: int) -> dict[str, int]:
    query = select(requisitions.c.kind_code, requisitions.c.requisition_id).where(
        requisitions.c.unit_id == unit_id, requisitions.c.state == RequisitionState.REVIEW.value
    )
    return {row.kind_code: row.requisition_id for row in await connection.execute(query)}


async def open_request(connection: AsyncConnection, unit_id: int, kind_code: str) -> int | None:
    """The request of a unit for a kind that waits for a person, if there is one."""
    return (await _open_requests(connection, unit_id)).get(kind_code)


async def get_requisition(connection: AsyncConnection, requisition_id: int) -> ListedRequisition:
    """A requisition within the scope; raises `Refusal` (`supply.request_unknown`, 404)."""
    query = _listed().where(requisitions.c.requisition_id == requisition_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise refuse("supply.request_unknown", "没有找到该申领，请从申领列表中打开。", status=404)
    return _from_row(row)


async def find_by_number(connection: AsyncConnection, unit_id: int, request_no: str) -> Requisition | None:
    """A unit's request by its own number; None when there is none."""
    query = select(requisitions).where(
        requisitions.c.unit_id == unit_id, requisitions.c.request_no == request_no
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else requisition_of(row)


async def list_requisitions(
    connection: AsyncConnection, wanted: RequisitionFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[ListedRequisition]:
    """A page of requisitions of the scope, newest first. Raises `Refusal` (`list.key_malformed`)."""
    query = _listed()
    for condition in _conditions(wanted):
        query = query.where(condition)
    if after:
        query = query.where(_NEWEST.beyond(requisitions.c, after))
    query = query.order_by(*_NEWEST.order(requisitions.c)).limit(limit + 1)
    rows = [_from_row(row) for row in (await connection.execute(query)).mappings()]
    return _NEWEST.page(rows, limit, lambda row: (row.requisition.requisition_id,))


def _listed() -> Select[Any]:
    joined = requisitions.join(_UNITS, _UNITS.c.unit_id == requisitions.c.unit_id)
    return select(requisitions, _UNITS.c.name.label("unit_name")).select_from(joined)


def _conditions(wanted: RequisitionFilter) -> Iterator[ColumnElement[bool]]:
    columns = requisitions.c
    if wanted.unit_id is not None:
        yield columns.unit_id == wanted.unit_id
    if wanted.region_prefix:
        yield _UNITS.c.region_code.startswith(wanted.region_prefix, autoescape=True)
    if wanted.kind_code:
        yield columns.kind_code == wanted.kind_code
    if wanted.state:
        yield columns.state == wanted.state
    if wanted.asked_from is not None:
        yield columns.asked_at >= _midnight(wanted.asked_from)
    if wanted.asked_to is not None:
        yield columns.asked_at < _midnight(wanted.asked_to + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)


def _from_row(row: RowMapping) -> ListedRequisition:
    return ListedRequisition(requisition=requisition_of(row), unit_name=row["unit_name"])


def requisition_of(row: RowMapping) -> Requisition:
    """A requisition from its row."""
    values = {name: row[name] for name in Requisition.__struct_fields__}
    return Requisition(
        **values
        | {
            "origin": RequestOrigin(row["origin"]),
            "state": RequisitionState(row["state"]),
            "findings": msgspec.convert(row["findings"], tuple[SupplyFinding, ...]),
        }
    )
