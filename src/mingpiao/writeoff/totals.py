"""报送合计: what a unit's own system says that it issued in a month, held against the platform's bills.

Lines name the place of issue. Bills do not know theirs, so lines are added up over places before they are compared.
"""

import hashlib
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

import msgspec
from sqlalchemy import RowMapping, bindparam, delete, select, text
from sqlalchemy.dialects.postgresql import ARRAY, BIGINT, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.money import MAX_AMOUNT, fits_places, plain
from mingpiao.kernel.text import unprintable
from mingpiao.writeoff.months import last_day, moments_of
from mingpiao.writeoff.owed import require_closed_month
from mingpiao.writeoff.receipts import settled_months
from mingpiao.writeoff.requests import refuse_strangers
from mingpiao.writeoff.tables import declared_months, declared_totals

MAX_LINES = 10_000
#: Bills that a comparison lists; a unit looks through no more.
MAX_BILLS = 10_000
_LONGEST_PLACE = 50
_MOST_COUNT = 1_000_000_000
_MOST_PROBLEMS = 50


class DeclaredLine(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's own total of a day, place, kind and charge item; an empty item: of all bills of the kind.

    Counts are bills, amounts 元; those of red bills are positive.
    """

    day: date
    place: str = ""
    kind_code: str
    item_code: str = ""
    blue_count: int
    blue_amount: Decimal
    red_count: int = 0
    red_amount: Decimal = Decimal(0)


class LineSums(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of bills and amounts in 元, blue and red apart; red amounts are positive."""

    blue_count: int
    blue_amount: Decimal
    red_count: int
    red_amount: Decimal


class TotalsDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A day, kind and charge item (empty: the whole kind) of which a unit says something else than its bills."""

    unit_id: int
    day: date
    kind_code: str
    item_code: str
    declared: LineSums
    issued: LineSums


class DeclaredMonth(msgspec.Struct, frozen=True, kw_only=True):
    """That a unit sent totals of a month: how many lines, when, and who."""

    lines: int
    declared_by_name: str
    declared_at: datetime


class DifferingBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill of the platform on a day, and of a kind and item, of which the totals differ."""

    identity: BillIdentity
    kind_code: str
    color: str
    issued_at: datetime
    total: Decimal
    business_no: str


_INSERT = text("""
INSERT INTO declared_totals (unit_id, month, day, place, kind_code, item_code,
                             blue_count, blue_amount, red_count, red_amount)
SELECT :unit_id, :month, lines.* FROM unnest(
    CAST(:days AS date[]), CAST(:places AS text[]), CAST(:kinds AS text[]), CAST(:items AS text[]),
    CAST(:blue_counts AS bigint[]), CAST(:blue_amounts AS numeric[]),
    CAST(:red_counts AS bigint[]), CAST(:red_amounts AS numeric[])) AS lines
""")
# What the unit says, by day, kind and item; of a day and kind that it gives by items, bills are added up by items
# too, of all others as a whole.
_DIFFERENCES = text("""
WITH said AS (
    SELECT unit_id, day, kind_code, item_code, sum(blue_count)::bigint AS blue_count, sum(blue_amount) AS blue_amount,
           sum(red_count)::bigint AS red_count, sum(red_amount) AS red_amount
    FROM declared_totals WHERE unit_id = ANY (:ids) AND month = :first GROUP BY 1, 2, 3, 4
), itemised AS (
    SELECT DISTINCT unit_id, day, kind_code FROM said WHERE item_code <> ''
), parts AS (
    SELECT monthly.unit_id, (monthly.issued_at AT TIME ZONE 'Asia/Shanghai')::date AS day, monthly.kind_code,
           item.code AS item_code, monthly.color, monthly.bill_id, sum(item.amount) AS amount
    FROM bills_of_months AS monthly CROSS JOIN LATERAL jsonb_to_recordset(monthly.items) AS item(code text, amount numeric)
    WHERE monthly.unit_id = ANY (:ids) AND monthly.issued_at >= :begin AND monthly.issued_at < :end
      AND EXISTS (SELECT FROM itemised WHERE itemised.unit_id = monthly.unit_id AND itemised.kind_code = monthly.kind_code
                  AND itemised.day = (monthly.issued_at AT TIME ZONE 'Asia/Shanghai')::date)
    GROUP BY 1, 2, 3, 4, 5, 6
), issued AS (
    SELECT unit_id, day, kind_code, item_code,
           count(*) FILTER (WHERE color = 'blue') AS blue_count,
           coalesce(sum(amount) FILTER (WHERE color = 'blue'), 0) AS blue_amount,
           count(*) FILTER (WHERE color = 'red') AS red_count,
           -coalesce(sum(amount) FILTER (WHERE color = 'red'), 0) AS red_amount
    FROM parts GROUP BY 1, 2, 3, 4
    UNION ALL
    SELECT unit_id, day, kind_code, '', issued_count, issued_amount, reversed_count, reversed_amount
    FROM day_sums WHERE unit_id = ANY (:ids) AND day BETWEEN :first AND :last
      AND NOT EXISTS (SELECT FROM itemised WHERE itemised.unit_id = day_sums.unit_id
                      AND itemised.day = day_sums.day AND itemised.kind_code = day_sums.kind_code)
)
SELECT unit_id, day, kind_code, item_code,
       coalesce(said.blue_count, 0) AS said_blue_count, coalesce(said.blue_amount, 0) AS said_blue_amount,
       coalesce(said.red_count, 0) AS said_red_count, coalesce(said.red_amount, 0) AS said_red_amount,
       coalesce(issued.blue_count, 0) AS blue_count, coalesce(issued.blue_amount, 0) AS blue_amount,
       coalesce(issued.red_count, 0) AS red_count, coalesce(issued.red_amount, 0) AS red_amount
FROM said FULL JOIN issued USING (unit_id, day, kind_code, item_code)
WHERE (coalesce(said.blue_count, 0), coalesce(said.blue_amount, 0), coalesce(said.red_count, 0), coalesce(said.red_amount, 0))
   <> (coalesce(issued.blue_count, 0), coalesce(issued.blue_amount, 0), coalesce(issued.red_count, 0), coalesce(issued.red_amount, 0))
ORDER BY unit_id, day, kind_code, item_code
""")
_BILLS = text("""
SELECT bill_id, kind_code, color, issued_at, total, business_no, count(*) OVER () AS found
FROM bills_of_months AS monthly
WHERE unit_id = :unit_id AND issued_at >= :begin AND issued_at < :end AND EXISTS (
    SELECT FROM unnest(CAST(:days AS date[]), CAST(:kinds AS text[]), CAST(:items AS text[])) AS wanted(day, kind, item)
    WHERE wanted.day = (monthly.issued_at AT TIME ZONE 'Asia/Shanghai')::date
      AND CAST(wanted.kind AS char(4)) = monthly.kind_code
      AND (wanted.item = '' OR monthly.items @> jsonb_build_array(jsonb_build_object('code', wanted.item))))
ORDER BY issued_at, bill_id LIMIT :limit
""")
_ABSENT = text("""
SELECT wanted.bill_id FROM unnest(:bill_ids) AS wanted(bill_id) WHERE NOT EXISTS (
    SELECT FROM bills_of_months AS monthly
    WHERE monthly.unit_id = :unit_id AND monthly.bill_id = wanted.bill_id
      AND monthly.issued_at >= :begin AND monthly.issued_at < :end)
ORDER BY wanted.bill_id
""").bindparams(bindparam("bill_ids", type_=ARRAY(BIGINT)))


async def declare_totals(
    connection: AsyncConnection,
    unit_id: int,
    month: date,
    lines: Sequence[DeclaredLine],
    *,
    catalog: Catalog,
    acting: Acting,
) -> bool:
    """Keep a unit's own totals of a month instead of all that it sent before; False if they are the same.

    Raises `Refusal`: `access.denied` (403), what `require_closed_month` raises, `writeoff.totals_invalid` (422, by
    field) and, for other totals than those that are kept, `writeoff.month_settled` (409) once the month is checked
    or written off.
    """
    refuse_strangers(unit_id, acting=acting)
    await require_closed_month(connection, unit_id, month)
    problems = line_problems(lines, month, catalog)
    if problems:
        raise Refusal(*problems)
    ordered = sorted(lines, key=_key)
    digest = _digest(ordered)
    if not await _put_month(connection, unit_id, month, len(ordered), digest, acting=acting):
        return False
    if await settled_months(connection, unit_id, [month]):
        message = f"{month:%Y年%-m月}正在核对或已经核销，报送的合计不能再改。"
        raise refuse("writeoff.month_settled", message, status=409)
    await connection.execute(
        delete(declared_totals).where(declared_totals.c.unit_id == unit_id, declared_totals.c.month == month)
    )
    await _insert(connection, unit_id, month, ordered)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="totals:declare",
            subject=f"unit:{unit_id}",
            unit_id=unit_id,
            details={"month": f"{month:%Y-%m}", "lines": str(len(ordered))},
        ),
    )
    return True


async def _put_month(
    connection: AsyncConnection, unit_id: int, month: date, lines: int, digest: bytes, *, acting: Acting
) -> bool:
    """Lock the month's row with the totals' digest; False if it was there with the same one."""
    values = {
        "lines": lines,
        "digest": digest,
        "declared_by_name": acting.name,
        "declared_at": now(),
    }
    statement = insert(declared_months).values(unit_id=unit_id, month=month, **values)
    written = await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["unit_id", "month"], set_=values, where=declared_months.c.digest != digest
        ).returning(declared_months.c.lines)
    )
    return written.first() is not None


async def _insert(
    connection: AsyncConnection, unit_id: int, month: date, lines: Sequence[DeclaredLine]
) -> None:
    await connection.execute(
        _INSERT,
        {
            "unit_id": unit_id,
            "month": month,
            "days": [each.day for each in lines],
            "places": [each.place for each in lines],
            "kinds": [each.kind_code for each in lines],
            "items": [each.item_code for each in lines],
            "blue_counts": [each.blue_count for each in lines],
            "blue_amounts": [each.blue_amount for each in lines],
            "red_counts": [each.red_count for each in lines],
            "red_amounts": [each.red_amount for each in lines],
        },
    )


def _key(line: DeclaredLine) -> tuple[date, str, str, str]:
    return line.day, line.kind_code, line.item_code, line.place


def _digest(lines: Sequence[DeclaredLine]) -> bytes:
    """The same for the same totals, however they were written and ordered."""
    written = [
        [
            *map(str, _key(each)),
            each.blue_count,
            plain(each.blue_amount),
            each.red_count,
            plain(each.red_amount),
        ]
        for each in lines
    ]
    return hashlib.sha256(msgspec.json.encode(written)).digest()


def line_problems(lines: Sequence[DeclaredLine], month: date, catalog: Catalog) -> list[Problem]:
    """What is wrong with totals, by field (`lines/0/day`), the first fifty problems of them."""
    if len(lines) > MAX_LINES:
        return [_wrong("lines", f"合计不能超过{MAX_LINES:,}行，请合并，例如不分项目报送。")]
    seen: set[tuple[date, str, str, str]] = set()
    whole = {(each.day, each.kind_code) for each in lines if not each.item_code}
    found: list[Problem] = []
    for index, line in enumerate(lines):
        place = f"lines/{index}"
        if _key(line) in seen:
            found.append(_wrong(place, "同一日期、地点、票据种类和项目只能有一行，请合并。"))
        seen.add(_key(line))
        if line.item_code and (line.day, line.kind_code) in whole:
            words = "同一天同一票据种类的各行，或都写项目编码，或都不写，请统一。"
            found.append(_wrong(f"{place}/item", words))
        found += _code_problems(line, place, month, catalog)
        found += _figure_problems(line, place)
        if len(found) >= _MOST_PROBLEMS:
            break
    return found[:_MOST_PROBLEMS]


def _code_problems(line: DeclaredLine, place: str, month: date, catalog: Catalog) -> list[Problem]:
    found: list[Problem] = []
    if not month <= line.day <= last_day(month):
        found.append(_wrong(f"{place}/day", f"日期应在{month:%Y年%-m月}之内。"))
    if len(line.place) > _LONGEST_PLACE or unprintable(line.place) is not None:
        found.append(_wrong(f"{place}/place", f"地点不能超过{_LONGEST_PLACE}个字，也不能含特殊符号。"))
    if line.kind_code not in catalog.kinds:
        found.append(_wrong(f"{place}/kind", "没有这个票据种类，请按“可开具的票据种类”填写。"))
    if line.item_code and line.item_code not in catalog.items:
        found.append(_wrong(f"{place}/item", "没有这个收款项目，请按“可使用的收款项目”填写，或留空。"))
    return found


def _figure_problems(line: DeclaredLine, place: str) -> list[Problem]:
    found = [
        _wrong(f"{place}/{name}", "份数应为不小于零的整数。")
        for name in ("blue_count", "red_count")
        if not 0 <= getattr(line, name) <= _MOST_COUNT
    ]
    for name in ("blue_amount", "red_amount"):
        amount = getattr(line, name)
        if not amount.is_finite() or not 0 <= amount <= MAX_AMOUNT or not fits_places(amount, 2):
            found.append(_wrong(f"{place}/{name}", "金额应不小于零，单位为元，最多两位小数；红票也填正数。"))
    return found


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="writeoff.totals_invalid", field=field, message=message, status=422)


async def declared_month(connection: AsyncConnection, unit_id: int, month: date) -> DeclaredMonth | None:
    """Whether a unit sent totals of a month, within the scope."""
    query = select(
        declared_months.c.lines, declared_months.c.declared_by_name, declared_months.c.declared_at
    ).where(declared_months.c.unit_id == unit_id, declared_months.c.month == month)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else DeclaredMonth(**row)


async def compare_totals(
    connection: AsyncConnection, unit_ids: Sequence[int], month: date
) -> dict[int, list[TotalsDifference]]:
    """By unit, where totals of a month differ from the bills; units without any difference are left out.

    Of a unit that sent no totals, everything differs.
    """
    begin, end = moments_of(month)
    given = {"ids": list(unit_ids), "first": month, "last": last_day(month), "begin": begin, "end": end}
    found: dict[int, list[TotalsDifference]] = {}
    for row in (await connection.execute(_DIFFERENCES, given)).mappings():
        found.setdefault(row["unit_id"], []).append(_difference(row))
    return found


def _difference(row: RowMapping) -> TotalsDifference:
    names = LineSums.__struct_fields__
    return TotalsDifference(
        unit_id=row["unit_id"],
        day=row["day"],
        kind_code=row["kind_code"],
        item_code=row["item_code"],
        declared=LineSums(**{name: row[f"said_{name}"] for name in names}),
        issued=LineSums(**{name: row[name] for name in names}),
    )


async def differing_bills(
    connection: AsyncConnection,
    unit_id: int,
    month: date,
    differences: Sequence[TotalsDifference],
    limit: int = MAX_BILLS,
) -> tuple[list[DifferingBill], int]:
    """The first bills behind differences, in the order of their time, and how many there are in all."""
    begin, end = moments_of(month)
    rows = list(
        await connection.execute(
            _BILLS,
            {
                "unit_id": unit_id,
                "begin": begin,
                "end": end,
                "days": [each.day for each in differences],
                "kinds": [each.kind_code for each in differences],
                "items": [each.item_code for each in differences],
                "limit": limit,
            },
        )
    )
    bills = [
        DifferingBill(
            identity=BillIdentity.from_bill_id(row.bill_id),
            kind_code=row.kind_code,
            color=row.color,
            issued_at=to_shanghai(row.issued_at),
            total=row.total,
            business_no=row.business_no,
        )
        for row in rows
    ]
    return bills, rows[0].found if rows else 0


async def absent_bills(
    connection: AsyncConnection, unit_id: int, month: date, bills: Collection[BillIdentity]
) -> list[BillIdentity]:
    """Those of some bills that the unit did not issue in a month, by number."""
    begin, end = moments_of(month)
    given = {
        "unit_id": unit_id,
        "begin": begin,
        "end": end,
        "bill_ids": sorted({each.bill_id for each in bills}),
    }
    rows = await connection.execute(_ABSENT, given)
    return [BillIdentity.from_bill_id(bill_id) for bill_id in rows.scalars()]
