"""Reading bills, within the scope of the connection."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    ARRAY,
    CHAR,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    RowMapping,
    Select,
    Text,
    TextualSelect,
    and_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
    true,
    tuple_,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.evidence.model import Claim
from mingpiao.evidence.service import bills_on
from mingpiao.issuing.model import (
    Bill,
    BillChanges,
    BillDocument,
    BillFilter,
    Supervision,
)
from mingpiao.issuing.originals import bill_of_row, sealed_bill
from mingpiao.issuing.tables import bills, business_numbers, reversals
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.codes import is_code, is_number, region_prefix
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.numbering.service import find_unit
from mingpiao.rules.model import Confirmation, Hit
from mingpiao.storage.paging import KeyColumn, Keyset, Page

MAX_PAGE = 500

_FACE_COLUMNS = [column for column in bills.columns if column.name not in ("xml", "txid")]
_RED = (
    select(reversals.c.red_id)
    .where(reversals.c.unit_id == bills.c.unit_id, reversals.c.blue_id == bills.c.bill_id)
    .scalar_subquery()
    .label("red_id")
)
#: All that `sealed_bill` needs.
_SEALED_COLUMNS = [*_FACE_COLUMNS, bills.c.xml, _RED]


def _unknown() -> Refusal:
    return refuse("bill.unknown", "没有找到该票据，请核对票据代码和号码，或您无权查看。", status=404)


async def _one(connection: AsyncConnection, query: Select[Any]) -> RowMapping:
    row: RowMapping | None = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise _unknown()
    return row


async def get_bill(connection: AsyncConnection, bill_id: int) -> Bill:
    """A bill by 票据编号, as its sealed original says; raises `Refusal` (`bill.unknown`, 404) where the scope does not see it."""
    return sealed_bill(
        await _one(connection, select(*_SEALED_COLUMNS).where(await _place(connection, bill_id)))
    )


async def get_document(connection: AsyncConnection, bill_id: int) -> BillDocument:
    """A bill with its sealed XML; raises `Refusal` (`bill.unknown`, 404)."""
    row = await _one(connection, select(*_SEALED_COLUMNS).where(await _place(connection, bill_id)))
    return BillDocument(
        bill=sealed_bill(row),
        xml=row["xml"],
        unit_key_id=row["unit_key_id"],
        supervisor_key_id=row["supervisor_key_id"],
    )


async def get_supervision(connection: AsyncConnection, unit_id: int, bill_id: int) -> Supervision | None:
    """The supervision of a bill within the scope; None when no rule hit it and it has no evidence."""
    query = text("SELECT * FROM bill_supervision WHERE unit_id = :unit_id AND bill_id = :bill_id")
    row = (await connection.execute(query, {"unit_id": unit_id, "bill_id": bill_id})).mappings().one_or_none()
    if row is None:
        return None
    return Supervision(
        findings=msgspec.convert(row["findings"], tuple[Hit, ...]),
        confirmations=msgspec.convert(row["confirmations"], tuple[Confirmation, ...]),
        evidence=tuple(row["evidence"]),
        claims=msgspec.convert(row["claims"], tuple[Claim, ...]),
        application_id=row["application_id"],
    )


async def _place(connection: AsyncConnection, bill_id: int) -> ColumnElement[bool]:
    """The condition for one bill. The key begins with the unit, which the segment of the number names."""
    code, number = divmod(bill_id, 10**10)
    unit_id = await find_unit(connection, f"{code:08d}", number)
    if unit_id is None:
        raise _unknown()
    return and_(bills.c.unit_id == unit_id, bills.c.bill_id == bill_id)


async def find_by_business_no(connection: AsyncConnection, unit_id: int, business_no: str) -> Bill:
    """The blue bill of a unit's business number; raises `Refusal` (`bill.unknown`, 404)."""
    query = select(*_SEALED_COLUMNS).join(
        business_numbers,
        and_(business_numbers.c.unit_id == bills.c.unit_id, business_numbers.c.bill_id == bills.c.bill_id),
    )
    return sealed_bill(
        await _one(
            connection,
            query.where(business_numbers.c.unit_id == unit_id, business_numbers.c.business_no == business_no),
        )
    )


async def find_by_hash(connection: AsyncConnection, sm3_hex: str) -> Bill:
    """The bill whose sealed XML has this SM3 (64 hex digits); raises `Refusal` (`bill.unknown`, 404)."""
    try:
        digest = bytes.fromhex(sm3_hex)
    except ValueError as error:
        raise refuse("bill.hash_malformed", "文件摘要应为64位十六进制SM3值，请核对。", field="sm3") from error
    return sealed_bill(await _one(connection, select(*_SEALED_COLUMNS).where(bills.c.xml_sm3 == digest)))


def conditions_of(wanted: BillFilter) -> list[ColumnElement[bool]]:
    """What a filter demands of a row of `bills`."""
    found: list[ColumnElement[bool]] = []
    if wanted.issued_from:
        found.append(bills.c.issued_at >= datetime.combine(wanted.issued_from, time.min, SHANGHAI))
    if wanted.issued_to:
        end = datetime.combine(wanted.issued_to, time.min, SHANGHAI) + timedelta(days=1)
        found.append(bills.c.issued_at < end)
    if wanted.amount_from is not None:
        found.append(bills.c.total >= wanted.amount_from)
    if wanted.amount_to is not None:
        found.append(bills.c.total <= wanted.amount_to)
    if wanted.region_code:
        prefix = region_prefix(wanted.region_code)
        found.append(bills.c.region_code.between(prefix.ljust(6, "0"), prefix.ljust(6, "9")))
    if wanted.unit_id is not None:
        found.append(bills.c.unit_id == wanted.unit_id)
    for column, value in (
        (bills.c.kind_code, wanted.kind),
        (bills.c.state, wanted.state),
        (bills.c.color, wanted.color),
        (bills.c.business_no, wanted.business_no),
    ):
        if value:
            found.append(column == value)
    narrower = (_part_conditions, _number_conditions, _file_conditions, _standing_conditions)
    return found + [each for conditions in narrower for each in conditions(wanted)]


def _part_conditions(wanted: BillFilter) -> list[ColumnElement[bool]]:
    """What is found within a member of the bill."""
    found: list[ColumnElement[bool]] = []
    if wanted.payer:
        found.append(bills.c.payer_name.contains(wanted.payer, autoescape=True))
    if wanted.handler:
        found.append(bills.c.handler.contains(wanted.handler, autoescape=True))
    if wanted.pay_mode:
        found.append(bills.c.pay_mode.contains(wanted.pay_mode, autoescape=True))
    if wanted.item:
        found.append(bills.c["items"].contains([{"code": wanted.item}]))
    if wanted.number_part:
        found.append(_has_part(wanted.number_part))
    return found


def _number_conditions(wanted: BillFilter) -> list[ColumnElement[bool]]:
    """A code is one range of 票据编号; a number alone is looked for under every code."""
    code, number = wanted.code, wanted.number.zfill(10) if wanted.number else ""
    if (code and not is_code(code)) or (number and not is_number(number)):
        return [literal(False)]
    if not number:
        return [bills.c.bill_id.between(int(code + "0" * 10), int(code + "9" * 10))] if code else []
    if wanted.unit_id is None:
        return [tuple_(bills.c.unit_id, bills.c.bill_id).in_(_places_of_number(code, int(number)))]
    if code:
        return [bills.c.bill_id == int(code + number)]
    return [func.mod(bills.c.bill_id, 10**10) == int(number)]


def _has_part(digits: str) -> ColumnElement[bool]:
    """The number begins or ends with some digits."""
    number = func.mod(bills.c.bill_id, 10**10)
    left_out = 10 ** (10 - len(digits))
    return or_(
        func.mod(bills.c.bill_id, 10 ** len(digits)) == int(digits),
        number.between(int(digits) * left_out, (int(digits) + 1) * left_out - 1),
    )


def _file_conditions(wanted: BillFilter) -> list[ColumnElement[bool]]:
    place = tuple_(bills.c.unit_id, bills.c.bill_id)
    return [place.in_(bills_on(wanted.evidence))] if wanted.evidence else []


def _standing_conditions(wanted: BillFilter) -> list[ColumnElement[bool]]:
    """核销状态 as write-off tells it: by the closed month of a bill, and the few bills that are in question."""
    if not wanted.standing:
        return []
    if _is_questioned(wanted):
        return [tuple_(bills.c.unit_id, bills.c.bill_id).in_(_questioned(wanted))]
    told = _WRITTEN_OFF if wanted.standing == "written_off" else _NOT_WRITTEN_OFF
    return [literal_column(each, Boolean) for each in (told, _NOT_QUESTIONED)]


def _is_questioned(wanted: BillFilter) -> bool:
    return wanted.standing not in ("", "open", "written_off")


def finds_few(wanted: BillFilter) -> bool:
    """Whether a filter names its bills, by a number, by a file or as bills in question: however many bills its days
    have, few of them are looked at.
    """
    return bool(wanted.number or wanted.evidence) or _is_questioned(wanted)


# The closed month of a bill's kind and whether it is written off, if it is closed. Nothing after the newest month of which
# anything is written off is: a page of what is written off does not begin with the bills of the month that is not over.
_WRITTEN_OFF = """
((SELECT cycle.is_written_off FROM closed_cycles AS cycle
  WHERE cycle.unit_id = bills.unit_id AND cycle.kind_code = bills.kind_code
    AND cycle.month = CAST(date_trunc('month', bills.issued_at AT TIME ZONE 'Asia/Shanghai') AS date))
AND bills.issued_at < (SELECT (max(month) + interval '1 month') AT TIME ZONE 'Asia/Shanghai'
                       FROM closed_cycles WHERE is_written_off))
"""
# Of a month that is not closed yet the bills must be written off from the first month on.
_NOT_WRITTEN_OFF = """
(NOT coalesce(
    (SELECT cycle.is_written_off FROM closed_cycles AS cycle
     WHERE cycle.unit_id = bills.unit_id AND cycle.kind_code = bills.kind_code
       AND cycle.month = CAST(date_trunc('month', bills.issued_at AT TIME ZONE 'Asia/Shanghai') AS date)),
    (SELECT CAST(begins_on AS timestamp) AT TIME ZONE 'Asia/Shanghai' > bills.issued_at FROM writeoff_beginning),
    true))
"""
# A bill in question is neither, whether its month is written off or open again.
_NOT_QUESTIONED = """
(NOT EXISTS (
    SELECT FROM questioned_bills AS questioned
    WHERE questioned.unit_id = bills.unit_id AND questioned.bill_id = bills.bill_id))
"""


def _questioned(wanted: BillFilter) -> TextualSelect:
    """The bills that stand somewhere in question, of the months of the filter's days."""
    first, last = wanted.issued_from or date.min, wanted.issued_to or date.max
    return (
        text(
            "SELECT unit_id, bill_id FROM questioned_bills WHERE standing = :standing "
            "AND month BETWEEN date_trunc('month', CAST(:first AS date)) AND CAST(:last AS date)"
        )
        .bindparams(
            bindparam("standing", wanted.standing, Text),
            bindparam("first", first, Date),
            bindparam("last", last, Date),
        )
        .columns(bills.c.unit_id, bills.c.bill_id)
    )


def _places_of_number(code: str, number: int) -> TextualSelect:
    """The bills that may have a number, under one code or any: segments name their units, as in `_place`."""
    return (
        text(
            "SELECT unit_id, CAST(code AS bigint) * 10000000000 + :number FROM number_ranges "
            "WHERE int8range(first_number, last_number, '[]') @> CAST(:number AS bigint) "
            "AND (:code = '' OR code = CAST(:code AS char(8)))"
        )
        .bindparams(bindparam("number", number, BigInteger), bindparam("code", code, Text))
        .columns(bills.c.unit_id, bills.c.bill_id)
    )


_NEWEST_FIRST = Keyset(KeyColumn("issued_at", datetime, True), KeyColumn("bill_id", int, True))


def _newest_of_each(listing: Select[Any], region_codes: Sequence[str], count: int) -> Select[Any]:
    """The newest bills of many regions, taken from the newest bills of each region.

    The index has the bills of one region in order, but not those of many. Without this, one page of a
    province would read and sort a whole month.
    """
    place = func.unnest(cast(list(region_codes), ARRAY(Text))).table_valued("code").render_derived("place")
    # As text the column, a char(6), would have no index.
    own = listing.where(bills.c.region_code == cast(place.c.code, CHAR(6))).limit(count).lateral("own")
    return select(own).select_from(place.join(own, true())).order_by(*_NEWEST_FIRST.order(own.c)).limit(count)


async def list_bills(
    connection: AsyncConnection,
    wanted: BillFilter,
    *,
    after: str = "",
    limit: int = 50,
    region_codes: Sequence[str] = (),
) -> Page[Bill]:
    """A keyset page of bills, newest first; `after` is a former page's `next_key`.

    `region_codes`, all regions of the scope that are wanted, makes a page of many regions cheap.
    Raises `Refusal` (`list.key_malformed`) for a key that no page gave.
    """
    limit = max(1, min(limit, MAX_PAGE))
    query = select(*_FACE_COLUMNS).where(*conditions_of(wanted)).order_by(*_NEWEST_FIRST.order(bills.c))
    if after:
        query = query.where(_NEWEST_FIRST.beyond(bills.c, after))
    by_region = region_codes and wanted.unit_id is None and not finds_few(wanted)
    query = _newest_of_each(query, region_codes, limit + 1) if by_region else query.limit(limit + 1)
    found = [bill_of_row(row) for row in (await connection.execute(query)).mappings()]
    return _NEWEST_FIRST.page(found, limit)


_AS_VISIBLE = Keyset(KeyColumn("txid", int), KeyColumn("bill_id", int))


async def list_changes(
    connection: AsyncConnection, unit_id: int, *, after: str = "", limit: int = MAX_PAGE
) -> BillChanges:
    """A unit's bills in the order in which they became visible, from a mark on.

    Only bills of transactions older than every running one are given, so that nothing can appear
    later at or before the mark. Raises `Refusal` (`list.key_malformed`) for a mark that was not given.
    """
    limit = max(1, min(limit, MAX_PAGE))
    horizon = int(
        await connection.scalar(text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")) or 0
    )
    start = _AS_VISIBLE.read(after) if after else (0, 0)
    query = (
        select(*_FACE_COLUMNS, bills.c.txid)
        .where(
            bills.c.unit_id == unit_id,
            tuple_(bills.c.txid, bills.c.bill_id) > tuple_(*start),
            bills.c.txid < horizon,
        )
        .order_by(*_AS_VISIBLE.order(bills.c))
        .limit(limit + 1)
    )
    rows = (await connection.execute(query)).mappings().all()
    page = rows[:limit]
    last = (page[-1]["txid"], page[-1]["bill_id"]) if page else start
    return BillChanges(
        bills=tuple(bill_of_row(row) for row in page),
        mark=_AS_VISIBLE.write(*last),
        complete=len(rows) <= limit,
    )


class IssueWays(msgspec.Struct, frozen=True, kw_only=True):
    """Of bills that met findings or evidence: how many were issued without anybody's word, after their
    handler's, and after a department's.
    """

    direct: int
    confirmed: int
    reviewed: int


_WAYS = text(
    """
SELECT count(*) FILTER (WHERE application_id IS NULL AND confirmations = '[]') AS direct,
       count(*) FILTER (WHERE application_id IS NULL AND confirmations <> '[]') AS confirmed,
       count(*) FILTER (WHERE application_id IS NOT NULL) AS reviewed
FROM bill_supervision JOIN bills USING (unit_id, bill_id)
WHERE bills.issued_at >= :begin AND bills.issued_at < :end
"""
)


async def ways_of_issue(connection: AsyncConnection, begin: datetime, end: datetime) -> IssueWays:
    """Count the scope's bills that were issued from `begin` up to but without `end`, by their way."""
    row = (await connection.execute(_WAYS, {"begin": begin, "end": end})).mappings().one()
    return IssueWays(**row)
