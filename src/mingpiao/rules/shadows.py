"""试运行: which bills rules on trial would have hit. Written with each bill, read by departments."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import SHANGHAI, to_shanghai
from mingpiao.kernel.codes import BillIdentity
from mingpiao.rules.model import Severity
from mingpiao.storage.paging import KeyColumn, Keyset, Page

#: A trial lasts days; after so many its hits are deleted.
KEPT_DAYS = 180


class ShadowHit(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that was issued and that a rule on trial hit; `severity` is what the rule would have done."""

    unit_id: int
    bill_id: int
    code: str
    version: int
    severity: Severity
    message: str
    hit_at: datetime

    @property
    def identity(self) -> BillIdentity:
        return BillIdentity.from_bill_id(self.bill_id)


class ShadowFigure(msgspec.Struct, frozen=True, kw_only=True):
    """How many bills of how many units a version on trial hit in a period."""

    code: str
    version: int
    severity: Severity
    units: int
    bills: int
    last_at: datetime


_ADD = """
INSERT INTO shadow_hits (unit_id, bill_id, code, version, severity, message, hit_at)
SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::integer[], $5::text[], $6::text[],
                     $7::timestamptz[]) AS fresh(a, b, c, d, e, f, g)
"""


async def record_shadow_hits(connection: asyncpg.Connection, hits: Sequence[ShadowHit]) -> None:
    """Keep the hits of rules on trial, in the transaction that issues the bills."""
    if hits:
        await connection.execute(
            _ADD,
            [hit.unit_id for hit in hits],
            [hit.bill_id for hit in hits],
            [hit.code for hit in hits],
            [hit.version for hit in hits],
            [hit.severity.value for hit in hits],
            [hit.message for hit in hits],
            [hit.hit_at for hit in hits],
        )


_FIGURES = """
SELECT code, version, severity, count(DISTINCT unit_id) AS units, count(*) AS bills, max(hit_at) AS last_at
FROM shadow_hits WHERE hit_at >= :begin AND hit_at < :end AND (:code = '' OR code = :code)
GROUP BY code, version, severity ORDER BY count(*) DESC, code, version
"""


async def shadow_figures(
    connection: AsyncConnection, first: date, last: date, *, code: str = ""
) -> list[ShadowFigure]:
    """What rules on trial hit from `first` to `last`, both inclusive (Asia/Shanghai), the most frequent first."""
    period = {
        "begin": datetime.combine(first, time.min, SHANGHAI),
        "end": datetime.combine(last, time.min, SHANGHAI) + timedelta(days=1),
    }
    rows = (await connection.execute(text(_FIGURES), period | {"code": code})).mappings()
    return [
        ShadowFigure(
            **(dict(row) | {"severity": Severity(row["severity"]), "last_at": to_shanghai(row["last_at"])})
        )
        for row in rows
    ]


_NEWEST_FIRST = Keyset(KeyColumn("bill_id", int, True))
_LIST = """
SELECT unit_id, bill_id, code, version, severity, message, hit_at FROM shadow_hits
WHERE code = :code AND (:after = 0 OR bill_id < :after) ORDER BY bill_id DESC LIMIT :limit
"""


async def list_shadow_hits(
    connection: AsyncConnection, code: str, *, after: str = "", limit: int = 50
) -> Page[ShadowHit]:
    """A page of the bills that a rule on trial hit, within the scope; `after` as in other lists."""
    beyond = _NEWEST_FIRST.read(after)[0] if after else 0
    rows = await connection.execute(text(_LIST), {"code": code, "after": beyond, "limit": limit + 1})
    found = [ShadowHit(**(dict(row) | {"severity": Severity(row["severity"])})) for row in rows.mappings()]
    return _NEWEST_FIRST.page(found, limit)
