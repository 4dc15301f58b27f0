"""What is kept of former bills: look them up, by unit, month and number."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, RowMapping, any_, cast, func, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.former.model import (
    FormerBill,
    FormerCycle,
    FormerFilter,
    FormerItem,
    NumberGap,
    SealState,
)
from mingpiao.former.tables import former_bills, former_cycles
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.storage.paging import KeyColumn, Keyset, Page

#: Between two bills of one code and unit, more numbers than these were probably another unit's.
MOST_MISSING = 100
_COLUMNS = [former_bills.c[name] for name in FormerBill.__struct_fields__]
_NEWEST_FIRST = Keyset(KeyColumn("issued_on", date, True), KeyColumn("bill_id", int, True))

# The bill before each bill of the month, whoever's month that is: of all bills of the unit under one code. Numbers
# in between that another unit imported are not missing.
_GAPS = text("""
SELECT found.bill_id, found.before, others.count AS others FROM (
    SELECT bills.bill_id, (
        SELECT max(earlier.bill_id) FROM former_bills AS earlier
        WHERE earlier.unit_id = bills.unit_id AND earlier.bill_id < bills.bill_id
          AND earlier.bill_id >= bills.bill_id - bills.bill_id % 10000000000) AS before
    FROM former_bills AS bills
    WHERE bills.unit_id = :unit_id AND bills.issued_on >= :first AND bills.issued_on < :after
) AS found
CROSS JOIN LATERAL (
    SELECT count(*) FROM former_bills AS other
    WHERE other.bill_id > found.before AND other.bill_id < found.bill_id
) AS others
WHERE found.bill_id - found.before BETWEEN 2 AND :most AND others.count < found.bill_id - found.before - 1
ORDER BY found.bill_id
""")


async def get_former(connection: AsyncConnection, bill_id: int) -> FormerBill:
    """A former bill within the scope. Raises `Refusal` (`former.unknown`, 404)."""
    query = select(*_COLUMNS).where(former_bills.c.bill_id == bill_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise _unknown()
    return former_of(row)


def _unknown() -> Refusal:
    return refuse("former.unknown", "没有找到该历史票据，它可能已经删除，或您无权查看。", status=404)


async def former_by_id(
    connection: AsyncConnection, unit_id: int, ids: Sequence[int]
) -> dict[int, FormerBill]:
    """Some former bills of a unit by their numbers, within the scope."""
    # An array: so many single values would be more than a statement takes.
    wanted = any_(cast(list(ids), ARRAY(BigInteger)))
    query = select(*_COLUMNS).where(former_bills.c.unit_id == unit_id, former_bills.c.bill_id == wanted)
    return {row["bill_id"]: former_of(row) for row in (await connection.execute(query)).mappings()}


async def original_of(connection: AsyncConnection, bill_id: int) -> bytes | None:
    """The XML of a former bill as it came, within the scope; None for a bill of a table."""
    found: bytes | None = await connection.scalar(
        select(former_bills.c.xml).where(former_bills.c.bill_id == bill_id)
    )
    return found


async def list_former(
    connection: AsyncConnection, wanted: FormerFilter, *, after: str = "", limit: int = 50
) -> Page[FormerBill]:
    """A page of the former bills within the scope, the latest first. Raises `Refusal` (`list.key_malformed`)."""
    query = select(*_COLUMNS).where(*_conditions(wanted))
    query = query.where(_NEWEST_FIRST.beyond(former_bills.c, after)) if after else query
    rows = await connection.execute(query.order_by(*_NEWEST_FIRST.order(former_bills.c)).limit(limit + 1))
    return _NEWEST_FIRST.page([former_of(row) for row in rows.mappings()], limit)


_IN_REGION = text(
    "former_bills.unit_id IN (SELECT unit_id FROM listed_units WHERE starts_with(region_code, :prefix))"
)


def _conditions(wanted: FormerFilter) -> Iterator[ColumnElement[bool]]:
    bills = former_bills.c
    equal: Mapping[Any, Any] = {
        bills.unit_id: wanted.unit_id,
        bills.kind_code: wanted.kind_code or None,
        bills.seal: wanted.seal.value if wanted.seal else None,
    }
    for column, value in equal.items():
        if value is not None:
            yield column == value
    if wanted.first is not None:
        yield bills.issued_on >= wanted.first
    if wanted.last is not None:
        yield bills.issued_on <= wanted.last
    if wanted.number:
        yield bills.bill_id % 10_000_000_000 == (read_whole(wanted.number) or 0)
    if wanted.payer:
        yield func.starts_with(bills.payer_name, wanted.payer)
    if wanted.region_prefix:
        yield _IN_REGION.bindparams(prefix=wanted.region_prefix)  # type: ignore[misc]


def former_of(row: RowMapping) -> FormerBill:
    """A former bill from its row."""
    values = dict(row) | {
        "items": msgspec.convert(row["items"], tuple[FormerItem, ...]),
        "seal": SealState(row["seal"]),
    }
    return FormerBill(**values)


# -- months ------------------------------------------------------------------------------------------


async def former_cycles_of(
    connection: AsyncConnection, unit_id: int, month: date | None = None
) -> tuple[FormerCycle, ...]:
    """The former bills of a unit added up by month and kind, the latest month first, within the scope."""
    query = select(former_cycles).where(former_cycles.c.unit_id == unit_id)
    query = query if month is None else query.where(former_cycles.c.month == month)
    rows = await connection.execute(query.order_by(former_cycles.c.month.desc(), former_cycles.c.kind_code))
    return tuple(FormerCycle(**row) for row in rows.mappings())


async def settle_former(connection: AsyncConnection, unit_id: int, month: date, writeoff_id: int) -> None:
    """A request for write-off takes a unit's month: no bill comes in any more. The unit is locked by the caller."""
    await _set_cycles(connection, unit_id, month, writeoff_id=writeoff_id, written_off_at=None)


async def end_former(connection: AsyncConnection, unit_id: int, month: date) -> None:
    """The month that a request took is written off. The unit is locked by the caller."""
    await _set_cycles(connection, unit_id, month, written_off_at=now())


async def release_former(connection: AsyncConnection, unit_id: int, month: date) -> None:
    """A month is open again: bills may come in, and it must be asked for anew. The unit is locked by the caller."""
    await _set_cycles(connection, unit_id, month, writeoff_id=None, written_off_at=None)


async def _set_cycles(connection: AsyncConnection, unit_id: int, month: date, **values: Any) -> None:
    await connection.execute(
        update(former_cycles)
        .where(former_cycles.c.unit_id == unit_id, former_cycles.c.month == month)
        .values(**values)
    )


_REMOVE = text("""
WITH gone AS (
    DELETE FROM former_bills WHERE bill_id = ANY (CAST(:ids AS bigint[]))
    RETURNING unit_id, date_trunc('month', issued_on)::date AS month, kind_code, color, total
), sums AS (
    SELECT unit_id, month, kind_code, count(*) FILTER (WHERE color = 'blue') AS issued_count,
           coalesce(sum(total) FILTER (WHERE color = 'blue'), 0) AS issued_amount,
           count(*) FILTER (WHERE color = 'red') AS reversed_count,
           -coalesce(sum(total) FILTER (WHERE color = 'red'), 0) AS reversed_amount
    FROM gone GROUP BY 1, 2, 3
)
UPDATE former_cycles AS cycles
SET issued_count = cycles.issued_count - sums.issued_count, issued_amount = cycles.issued_amount - sums.issued_amount,
    reversed_count = cycles.reversed_count - sums.reversed_count,
    reversed_amount = cycles.reversed_amount - sums.reversed_amount
FROM sums
WHERE cycles.unit_id = sums.unit_id AND cycles.month = sums.month AND cycles.kind_code = sums.kind_code
""")
_EMPTIED = text("""
DELETE FROM former_cycles
WHERE unit_id = ANY (CAST(:units AS bigint[])) AND issued_count = 0 AND reversed_count = 0 AND writeoff_id IS NULL
""")
# A bill belongs to the month of its kind, and stays once a request has taken that.
_OF_OPEN_MONTHS = text("""
SELECT bills.unit_id, bills.bill_id, bills.total FROM former_bills AS bills JOIN former_cycles AS cycles
    ON cycles.unit_id = bills.unit_id AND cycles.month = date_trunc('month', bills.issued_on)::date
    AND cycles.kind_code = bills.kind_code
WHERE bills.import_id = :import_id AND cycles.writeoff_id IS NULL
    AND (CAST(:bill_id AS bigint) IS NULL OR bills.bill_id = :bill_id)
ORDER BY bills.bill_id
""")


class RemovableBill(msgspec.Struct, frozen=True, kw_only=True):
    """A former bill whose month no request for write-off has taken."""

    unit_id: int
    bill_id: int
    total: Decimal


async def bills_of_open_months(
    connection: AsyncConnection, import_id: int, bill_id: int | None = None
) -> list[RemovableBill]:
    """The bills of an import, or one of them, whose months nobody has submitted, within the scope."""
    rows = await connection.execute(_OF_OPEN_MONTHS, {"import_id": import_id, "bill_id": bill_id})
    return [RemovableBill(**row) for row in rows.mappings()]


async def count_of_import(connection: AsyncConnection, import_id: int) -> int:
    """How many bills of an import are there now, within the scope."""
    query = select(func.count()).where(former_bills.c.import_id == import_id)
    return await connection.scalar(query) or 0


async def remove_former(connection: AsyncConnection, bills: Sequence[RemovableBill]) -> None:
    """Delete bills of open months and take them off their months' sums. Their units are locked by the caller."""
    await connection.execute(_REMOVE, {"ids": [each.bill_id for each in bills]})
    await connection.execute(_EMPTIED, {"units": sorted({each.unit_id for each in bills})})


async def number_gaps(connection: AsyncConnection, unit_id: int, first: date, after: date) -> list[NumberGap]:
    """Numbers that are missing before bills of these days (`after` not included): up to `MOST_MISSING` at a place.

    The scope must include other units: what they imported is not missing.
    """
    given = {"unit_id": unit_id, "first": first, "after": after, "most": MOST_MISSING + 1}
    return [
        NumberGap(
            bill_id=row.bill_id,
            first=BillIdentity.from_bill_id(row.before + 1),
            last=BillIdentity.from_bill_id(row.bill_id - 1),
            others=row.others,
        )
        for row in await connection.execute(_GAPS, given)
    ]


# -- what write-off asks -----------------------------------------------------------------------------

_DISAGREEING = text("""
SELECT coalesce(cycles.kind_code, told.kind_code) AS kind_code
FROM (SELECT * FROM former_cycles WHERE unit_id = :unit_id AND month = :first) AS cycles
FULL JOIN (
    SELECT kind_code, count(*) FILTER (WHERE color = 'blue') AS issued_count,
           coalesce(sum(total) FILTER (WHERE color = 'blue'), 0) AS issued_amount,
           count(*) FILTER (WHERE color = 'red') AS reversed_count,
           -coalesce(sum(total) FILTER (WHERE color = 'red'), 0) AS reversed_amount
    FROM former_bills WHERE unit_id = :unit_id AND issued_on >= :first AND issued_on < :after GROUP BY 1
) AS told USING (kind_code)
WHERE (cycles.issued_count, cycles.issued_amount, cycles.reversed_count, cycles.reversed_amount)
    IS DISTINCT FROM (told.issued_count, told.issued_amount, told.reversed_count, told.reversed_amount)
ORDER BY 1
""")
# A red bill names a blue one of the unit with the same amount, and no other red bill names it.
_UNPAIRED = text("""
SELECT bills.bill_id FROM former_bills AS bills
LEFT JOIN former_bills AS blue
    ON blue.unit_id = bills.unit_id AND blue.bill_id = bills.related_bill_id AND blue.color = 'blue'
WHERE bills.unit_id = :unit_id AND bills.issued_on >= :first AND bills.issued_on < :after AND bills.color = 'red'
  AND (blue.total IS DISTINCT FROM -bills.total OR blue.issued_on > bills.issued_on OR EXISTS (
      SELECT FROM former_bills AS other
      WHERE other.unit_id = bills.unit_id AND other.related_bill_id = bills.related_bill_id
        AND other.bill_id <> bills.bill_id))
UNION
SELECT bills.bill_id FROM former_bills AS bills
WHERE bills.unit_id = :unit_id AND bills.issued_on >= :first AND bills.issued_on < :after AND bills.color = 'blue'
  AND (SELECT count(*) > 1 OR bool_or(red.total <> -bills.total) FROM former_bills AS red
       WHERE red.unit_id = bills.unit_id AND red.related_bill_id = bills.bill_id)
ORDER BY 1
""")
_WRONG_SUMS = text("""
SELECT bill_id, total, (SELECT sum((item->>'amount')::numeric) FROM jsonb_array_elements(items) AS item) AS items_sum
FROM former_bills
WHERE unit_id = :unit_id AND issued_on >= :first AND issued_on < :after
  AND total <> (SELECT sum((item->>'amount')::numeric) FROM jsonb_array_elements(items) AS item)
ORDER BY bill_id
""")
_SEALS = text("""
SELECT bill_id, seal, seal_note FROM former_bills
WHERE unit_id = :unit_id AND issued_on >= :first AND issued_on < :after AND seal IN ('valid', 'broken')
ORDER BY bill_id
""")


def _given(unit_id: int, first: date, after: date) -> dict[str, Any]:
    return {"unit_id": unit_id, "first": first, "after": after}


async def former_disagreements(
    connection: AsyncConnection, unit_id: int, first: date, after: date
) -> list[str]:
    """Kinds of a unit's month whose sums are not those of its bills (days from `first` up to without `after`)."""
    return list((await connection.execute(_DISAGREEING, _given(unit_id, first, after))).scalars())


async def unpaired_former(connection: AsyncConnection, unit_id: int, first: date, after: date) -> list[int]:
    """Red bills of these days without their blue one, and blue ones that are reversed wrongly or twice."""
    return list((await connection.execute(_UNPAIRED, _given(unit_id, first, after))).scalars())


async def wrong_sums(
    connection: AsyncConnection, unit_id: int, first: date, after: date
) -> dict[int, tuple[Decimal, Decimal]]:
    """Bills of these days whose items do not add up to their total: the total and the sum, in 元."""
    rows = await connection.execute(_WRONG_SUMS, _given(unit_id, first, after))
    return {row.bill_id: (row.total, row.items_sum) for row in rows}


async def judged_seals(
    connection: AsyncConnection, unit_id: int, first: date, after: date
) -> tuple[int, list[int]]:
    """How many bills of these days have seals that were verified, and those whose seals are broken."""
    rows = list(await connection.execute(_SEALS, _given(unit_id, first, after)))
    return len(rows), [row.bill_id for row in rows if row.seal == SealState.BROKEN.value]


async def blue_former(
    connection: AsyncConnection, unit_id: int, first: date, after: date
) -> list[FormerBill]:
    """The blue bills of these days, by number."""
    bills = former_bills.c
    query = (
        select(*_COLUMNS)
        .where(bills.unit_id == unit_id, bills.issued_on >= first, bills.issued_on < after)
        .where(bills.color == "blue")
        .order_by(bills.bill_id)
    )
    return [former_of(row) for row in (await connection.execute(query)).mappings()]
