"""核实理由: what units wrote to bills about which rules asked, where they wrote the same again and again."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import BigInteger, Column, DateTime, Text, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import now
from mingpiao.rules.service import MIN_REASON, thin_reason
from mingpiao.storage.paging import KeyColumn, Keyset, Page

#: One text for so many bills of a unit is looked at.
REPEATED_FROM = 5


class GivenReason(msgspec.Struct, frozen=True, kw_only=True):
    """One text that a unit gave as its reason, for how many bills and about which rules. `thin` says too little."""

    unit_id: int
    reason: str
    bills: int
    rules: tuple[str, ...]
    last_at: datetime
    thin: bool


_GIVEN = """
SELECT bill_supervision.unit_id, given ->> 'reason' AS reason, count(DISTINCT bill_id) AS bills,
       array_agg(DISTINCT given ->> 'rule' ORDER BY given ->> 'rule') AS rules, max(issued_at) AS last_at
FROM bill_supervision JOIN bills USING (unit_id, bill_id)
CROSS JOIN jsonb_array_elements(bill_supervision.confirmations) AS given
WHERE bill_supervision.confirmations <> '[]' AND issued_at >= :since
GROUP BY 1, 2 HAVING count(DISTINCT bill_id) >= :least OR char_length(given ->> 'reason') < :shortest
"""
_OFTEN_FIRST = Keyset(KeyColumn("bills", int, True), KeyColumn("unit_id", int), KeyColumn("reason", str))


async def list_given_reasons(
    connection: AsyncConnection, *, days: int, unit_id: int | None = None, after: str = "", limit: int = 50
) -> Page[GivenReason]:
    """A page of the reasons of the last `days` days that are thin or given for many bills, within the scope.

    `after` is the `next_key` of an earlier page; any other text raises `Refusal` (`list.key_malformed`).
    """
    counted = text(_GIVEN).bindparams(
        since=now() - timedelta(days=days), least=REPEATED_FROM, shortest=MIN_REASON
    )
    given = counted.columns(
        Column("unit_id", BigInteger),
        Column("reason", Text),
        Column("bills", BigInteger),
        Column("rules", ARRAY(Text)),
        Column("last_at", DateTime(timezone=True)),
    ).subquery("given")
    query = select(given).order_by(*_OFTEN_FIRST.order(given.c)).limit(limit + 1)
    if unit_id is not None:
        query = query.where(given.c.unit_id == unit_id)
    if after:
        query = query.where(_OFTEN_FIRST.beyond(given.c, after))
    found = [
        GivenReason(
            **(dict(row) | {"rules": tuple(row["rules"]), "thin": bool(thin_reason(row["reason"], ""))})
        )
        for row in (await connection.execute(query)).mappings()
    ]
    return _OFTEN_FIRST.page(found, limit)
