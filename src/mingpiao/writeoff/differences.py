"""差额: what units gave as reasons when what arrived was not what they had issued, one by one."""

from datetime import date, datetime
from decimal import Decimal

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.writeoff.model import DIFFERENCE_REASONS

_NEWEST_FIRST = Keyset(KeyColumn("month", date, True), KeyColumn("writeoff_id", int), KeyColumn("place", int))
_FOUND = text("""
SELECT asked.month, asked.writeoff_id, given.place::integer AS place, asked.unit_id, units.name AS unit, asked.region_code,
       units.unit_type, given.reason->>'code' AS code, (given.reason->>'amount')::numeric AS amount,
       coalesce(given.reason->>'words', '') AS words, asked.submitted_by_name, asked.submitted_at
FROM writeoffs AS asked JOIN listed_units AS units USING (unit_id)
CROSS JOIN LATERAL jsonb_array_elements(asked.reasons) WITH ORDINALITY AS given(reason, place)
WHERE asked.month BETWEEN CAST(:first AS date) AND CAST(:last AS date)
    AND asked.region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
    AND asked.state = 'done' AND asked.reasons <> '[]' AND asked.origin = 'own'
    AND (CAST(:code AS text) = '' OR given.reason->>'code' = :code)
    AND (CAST(:unit_id AS bigint) IS NULL OR asked.unit_id = :unit_id)
    AND (CAST(:unit_type AS text) = '' OR units.unit_type = :unit_type)
    AND (CAST(:after_month AS date) IS NULL OR asked.month < :after_month
         OR asked.month = :after_month AND (asked.writeoff_id, given.place) > (:after_id, :after_place))
ORDER BY asked.month DESC, asked.writeoff_id, given.place LIMIT :limit
""")


class ToldDifferenceFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which reasons are asked for: months inclusive (their first days); what is empty asks for all."""

    first: date = date.min
    last: date = date.max
    code: str = ""
    region_prefix: str = ""
    unit_type: str = ""
    unit_id: int | None = None


class ToldDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A reason that a unit gave for a month: 元 that did not arrive, or, below zero, arrived beyond what was issued.

    The reasons of a month are numbered by `place`, from 1.
    """

    month: date
    writeoff_id: int
    place: int
    unit_id: int
    unit: str
    region_code: str
    unit_type: str
    code: str
    amount: Decimal
    words: str
    submitted_by_name: str
    submitted_at: datetime

    @property
    def label(self) -> str:
        return DIFFERENCE_REASONS.get(self.code, self.code)


async def list_differences(
    connection: AsyncConnection, wanted: ToldDifferenceFilter, *, after: str = "", limit: int = 50
) -> Page[ToldDifference]:
    """Reasons of months that are written off, the newest month first, within the scope: those that the figures count.

    Raises `Refusal` (`list.key_malformed`) for an `after` that no page returned.
    """
    month, writeoff_id, place = _NEWEST_FIRST.read(after) if after else (None, 0, 0)
    given = {
        "first": wanted.first,
        "last": wanted.last,
        "low": wanted.region_prefix.ljust(6, "0"),
        "high": wanted.region_prefix.ljust(6, "9"),
        "code": wanted.code,
        "unit_type": wanted.unit_type,
        "unit_id": wanted.unit_id,
        "after_month": month,
        "after_id": writeoff_id,
        "after_place": place,
        "limit": limit + 1,
    }
    rows = (await connection.execute(_FOUND, given)).mappings()
    return _NEWEST_FIRST.page([ToldDifference(**row) for row in rows], limit)
