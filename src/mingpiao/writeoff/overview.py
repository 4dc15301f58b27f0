"""What pages show of months: how each stands, what its bills are made of, what arrived by channel."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.writeoff.books import count_unpaid
from mingpiao.writeoff.campaigns import MOST_CAMPAIGN_MONTHS
from mingpiao.writeoff.model import WriteOffState
from mingpiao.writeoff.months import moments_of
from mingpiao.writeoff.tables import receipts

#: Months with more bills are shown by kind alone: a page is not kept waiting for the rest.
MOST_ITEMISED = 200_000
_LONGEST_LIST = 60

_MONTHS = text("""
SELECT sums.*, asked.state, coalesce(asked.exceptions, 0) AS exceptions, (
    SELECT count(*) FROM exception_cases AS cases WHERE cases.unit_id = :unit_id AND cases.month = sums.month
        AND cases.origin = 'own' AND cases.state NOT IN ('cleared', 'rectified')
) AS unsettled, (
    SELECT coalesce(sum(amount), 0) FROM receipts WHERE receipts.unit_id = :unit_id AND receipts.month = sums.month
) AS received
FROM (
    SELECT month, min(due_on) AS due_on, bool_and(writeoff_id IS NOT NULL) AS is_written_off,
           bool_or(campaign_id IS NOT NULL) AS is_catch_up,
           sum(issued_count)::bigint AS issued_count, sum(reversed_count)::bigint AS reversed_count,
           sum(issued_amount - reversed_amount) AS net
    FROM cycles WHERE unit_id = :unit_id AND (:caught_up OR campaign_id IS NULL) GROUP BY month ORDER BY month DESC LIMIT :limit
) AS sums
LEFT JOIN LATERAL (
    SELECT state, exceptions FROM writeoffs
    WHERE writeoffs.unit_id = :unit_id AND writeoffs.month = sums.month AND writeoffs.origin = 'own'
    ORDER BY writeoff_id DESC LIMIT 1
) AS asked ON true
ORDER BY sums.month DESC
""")
_LINES = text("""
SELECT kind_code, item->>'code' AS code, max(item->>'name') AS name,
       count(DISTINCT bill_id) FILTER (WHERE color = 'blue') AS issued_count,
       coalesce(sum((item->>'amount')::numeric) FILTER (WHERE color = 'blue'), 0) AS issued_amount,
       count(DISTINCT bill_id) FILTER (WHERE color = 'red') AS reversed_count,
       coalesce(sum(abs((item->>'amount')::numeric)) FILTER (WHERE color = 'red'), 0) AS reversed_amount
FROM bills_of_months, jsonb_array_elements(items) AS item
WHERE unit_id = :unit_id AND issued_at >= :begin AND issued_at < :end
GROUP BY 1, 2 ORDER BY 1, 2
""")


class MonthLine(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's closed month in a list; amounts in 元. `state` is that of its newest request, if there is one;
    `is_catch_up` is true of months of campaigns. Of the `exceptions` that were found, `unsettled` are neither
    cleared nor rectified.
    """

    month: date
    due_on: date
    is_written_off: bool
    issued_count: int
    reversed_count: int
    net: Decimal
    received: Decimal
    state: WriteOffState | None
    exceptions: int
    unsettled: int
    is_catch_up: bool

    @property
    def count(self) -> int:
        return self.issued_count + self.reversed_count

    @property
    def difference(self) -> Decimal:
        return self.net - self.received

    @property
    def is_overdue(self) -> bool:
        return not self.is_written_off and self.due_on < today()


class ItemLine(msgspec.Struct, frozen=True, kw_only=True):
    """Bills of a month with one charge item: how many, and the item's amounts in 元; those reversed are positive."""

    kind_code: str
    code: str
    name: str
    issued_count: int
    issued_amount: Decimal
    reversed_count: int
    reversed_amount: Decimal

    @property
    def net(self) -> Decimal:
        return self.issued_amount - self.reversed_amount


class ChannelSum(msgspec.Struct, frozen=True, kw_only=True):
    """What arrived for a month from one source over one channel."""

    source: str
    channel: str
    count: int
    amount: Decimal


class MonthDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What a month is made of. `lines` is None where it has more than `MOST_ITEMISED` bills.

    `unpaid` is the number of bills that a partial write-off would leave as exceptions.
    """

    lines: tuple[ItemLine, ...] | None
    channels: tuple[ChannelSum, ...]
    unpaid: int


async def unit_months(
    connection: AsyncConnection, unit_id: int, *, caught_up: bool = False
) -> list[MonthLine]:
    """The closed months of a unit, newest first, the last five years of them, within the scope.

    With `caught_up` those of campaigns too, which have a page of their own for the unit (`catch_up_of`).
    """
    limit = _LONGEST_LIST + MOST_CAMPAIGN_MONTHS if caught_up else _LONGEST_LIST
    given = {"unit_id": unit_id, "limit": limit, "caught_up": caught_up}
    return [
        MonthLine(**(dict(row) | {"state": None if row["state"] is None else WriteOffState(row["state"])}))
        for row in (await connection.execute(_MONTHS, given)).mappings()
    ]


async def month_detail(
    connection: AsyncConnection, unit_id: int, month: date, *, bills: int, most: int = MOST_ITEMISED
) -> MonthDetail:
    """What a closed month of so many bills is made of, within the scope."""
    begin, end = moments_of(month)
    lines: Sequence[ItemLine] | None = None
    if bills <= most:
        rows = await connection.execute(_LINES, {"unit_id": unit_id, "begin": begin, "end": end})
        lines = [ItemLine(**row) for row in rows.mappings()]
    return MonthDetail(
        lines=None if lines is None else tuple(lines),
        channels=await channels_of(connection, unit_id, month),
        unpaid=await count_unpaid(connection, unit_id, month),
    )


async def channels_of(connection: AsyncConnection, unit_id: int, month: date) -> tuple[ChannelSum, ...]:
    """What arrived for a month by source and channel, within the scope."""
    query = (
        select(
            receipts.c.source,
            receipts.c.channel,
            func.count().label("count"),
            func.sum(receipts.c.amount).label("amount"),
        )
        .where(receipts.c.unit_id == unit_id, receipts.c.month == month)
        .group_by(receipts.c.source, receipts.c.channel)
        .order_by(receipts.c.source, receipts.c.channel)
    )
    return tuple(ChannelSum(**row) for row in (await connection.execute(query)).mappings())
