"""到账匹配: which receipts pay for which bills, found by a worker and corrected by people.

Matches are written under the stock rows' locks of the unit, which keep two writers apart; what was found before
is held against what is open then, so that nothing is matched twice.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import RowMapping, delete, insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import SHANGHAI, now, to_shanghai, today
from mingpiao.kernel.errors import refuse
from mingpiao.numbering.service import hold_stocks
from mingpiao.storage.database import Database
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.writeoff.cycles import open_months
from mingpiao.writeoff.matching import Arrival, PayableBill, ReceiptMatch, match_receipts, plain_name
from mingpiao.writeoff.model import MatchedBill, OpenBill, ReceiptLine
from mingpiao.writeoff.months import moments_of, month_of
from mingpiao.writeoff.receipts import MATCH_JOB, settled, settled_months
from mingpiao.writeoff.requests import refuse_strangers
from mingpiao.writeoff.tables import receipt_matches

#: Money may come before its bill, and bills of the month before may be paid late.
_MARGIN = timedelta(days=31)
_PORTION = 2_000
_CANDIDATES = 20
_BY_ID = Keyset(KeyColumn("receipt_id", int))
_BY_BILL = Keyset(KeyColumn("bill_id", int))

_ARRIVALS = text("""
SELECT receipt_id, receipts.amount - paid.amount AS amount, received_on, payer_name, business_no, payment_code, memo
FROM receipts CROSS JOIN LATERAL (
    SELECT coalesce(sum(matches.amount), 0) AS amount FROM receipt_matches AS matches
    WHERE matches.receipt_id = receipts.receipt_id
) AS paid
WHERE unit_id = :unit_id AND source <> 'manual' AND received_on >= :first AND receipts.amount <> paid.amount
ORDER BY receipt_id
""")
_BILLS = text("""
SELECT monthly.bill_id, monthly.total - paid.amount AS amount, monthly.issued_at, monthly.payer_name,
       monthly.business_no, CASE monthly.color WHEN 'red' THEN monthly.related_bill_id END AS reverses
FROM bills_of_months AS monthly CROSS JOIN LATERAL (
    SELECT coalesce(sum(matches.amount), 0) AS amount FROM receipt_matches AS matches
    WHERE matches.unit_id = monthly.unit_id AND matches.bill_id = monthly.bill_id
) AS paid
WHERE monthly.unit_id = :unit_id AND monthly.issued_at >= :begin AND monthly.total <> paid.amount
ORDER BY monthly.bill_id
""")
_OPEN_RECEIPTS = text("""
SELECT receipts.receipt_id AS id, receipts.amount - coalesce(sum(matches.amount), 0) AS amount
FROM receipts LEFT JOIN receipt_matches AS matches USING (receipt_id)
WHERE receipts.unit_id = :unit_id AND receipts.receipt_id = ANY (:ids) GROUP BY receipts.receipt_id
""")
_OPEN_BILLS = text("""
SELECT monthly.bill_id AS id, monthly.total - coalesce(sum(matches.amount), 0) AS amount
FROM bills_of_months AS monthly LEFT JOIN receipt_matches AS matches
    ON matches.unit_id = monthly.unit_id AND matches.bill_id = monthly.bill_id
WHERE monthly.unit_id = :unit_id AND monthly.bill_id = ANY (:ids) GROUP BY monthly.bill_id, monthly.total
""")
_LINES = """
SELECT receipts.*, coalesce(paid.amount, 0) AS matched, coalesce(paid.bills, '[]') AS bills
FROM receipts LEFT JOIN LATERAL (
    SELECT sum(matches.amount) AS amount, jsonb_agg(jsonb_build_object(
        'bill_id', matches.bill_id, 'amount', matches.amount::text, 'how', matches.how) ORDER BY matches.bill_id) AS bills
    FROM receipt_matches AS matches WHERE matches.receipt_id = receipts.receipt_id
) AS paid ON true
WHERE receipts.unit_id = :unit_id AND receipts.source <> 'manual'
"""
_OF_MONTH = text(
    _LINES
    + """
  AND receipts.month = :month AND receipts.receipt_id > :after
  AND (CAST(:state AS text) = '' OR (CAST(:state AS text) = 'open') = (receipts.amount <> coalesce(paid.amount, 0)))
  AND (CAST(:words AS text) = ''
       OR receipts.payer_name LIKE :pattern OR receipts.memo LIKE :pattern OR receipts.business_no = CAST(:words AS text))
ORDER BY receipts.receipt_id LIMIT :limit
"""
)
_ONE_LINE = text(_LINES + " AND receipts.receipt_id = :receipt_id")
_OPEN_OF_MONTH = """
SELECT monthly.bill_id, monthly.kind_code, monthly.issued_at, monthly.payer_name, monthly.business_no, monthly.total,
       coalesce(paid.amount, 0) AS matched
FROM bills_of_months AS monthly LEFT JOIN LATERAL (
    SELECT sum(matches.amount) AS amount FROM receipt_matches AS matches
    WHERE matches.unit_id = monthly.unit_id AND matches.bill_id = monthly.bill_id
) AS paid ON true
WHERE monthly.unit_id = :unit_id AND monthly.issued_at >= :begin AND monthly.issued_at < :end
"""
_UNPAID = text(
    _OPEN_OF_MONTH
    + """
  AND monthly.color = 'blue' AND monthly.state = 'normal' AND monthly.total > coalesce(paid.amount, 0)
  AND monthly.bill_id > :after
  AND (CAST(:words AS text) = '' OR monthly.payer_name LIKE :pattern OR monthly.business_no = CAST(:words AS text))
ORDER BY monthly.bill_id LIMIT :limit
"""
)
_LIKELY = text(
    _OPEN_OF_MONTH
    + """
  AND monthly.total <> coalesce(paid.amount, 0) AND (monthly.total > 0) = (CAST(:amount AS numeric) > 0)
  AND (CASE WHEN CAST(:words AS text) = '' THEN
           monthly.total - coalesce(paid.amount, 0) = CAST(:amount AS numeric) OR monthly.payer_name = CAST(:payer AS text)
       ELSE monthly.payer_name LIKE :pattern OR monthly.business_no = CAST(:words AS text) OR monthly.bill_id = CAST(:number AS bigint) END)
ORDER BY (monthly.payer_name = CAST(:payer AS text)) DESC, abs(monthly.total - CAST(:amount AS numeric)), monthly.bill_id LIMIT :limit
"""
)


async def ask_for_matching(connection: AsyncConnection, unit_id: int) -> None:
    """Have a worker match what arrived for a unit. Each request is carried out: what came last is read."""
    payload = {"unit_id": unit_id}
    await enqueue(connection, MATCH_JOB, payload, key=f"{MATCH_JOB}:{unit_id}:{now().isoformat()}")


class Matcher:
    """Does the job."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def handle(self, payload: Mapping[str, Any]) -> None:
        """Match what is open of a unit."""
        await match_unit(self._database, payload["unit_id"])


async def match_unit(database: Database, unit_id: int) -> int:
    """Match receipts of a unit to its bills, as far as both are open; how many matches that were."""
    async with database.system() as connection:
        months = await open_months(connection, unit_id)
        first = min([*months, month_of(today())]) - _MARGIN
        begin = datetime.combine(first - _MARGIN, time.min, SHANGHAI)
        arrivals = [
            Arrival(**row)
            for row in (await connection.execute(_ARRIVALS, {"unit_id": unit_id, "first": first})).mappings()
        ]
        bills = [
            _payable(row)
            for row in (await connection.execute(_BILLS, {"unit_id": unit_id, "begin": begin})).mappings()
        ]
    found = await asyncio.to_thread(match_receipts, bills, arrivals)
    count = 0
    for portion in _portions(found):
        async with database.system() as connection:
            await hold_stocks(connection, [unit_id])
            count += await _write(connection, unit_id, portion)
    return count


def _portions(found: Sequence[ReceiptMatch]) -> list[list[ReceiptMatch]]:
    return [list(found[start : start + _PORTION]) for start in range(0, len(found), _PORTION)]


def _payable(row: RowMapping) -> PayableBill:
    issued_on = to_shanghai(row["issued_at"]).date()
    return PayableBill(issued_on=issued_on, **{name: row[name] for name in row if name != "issued_at"})


async def _write(connection: AsyncConnection, unit_id: int, found: Sequence[ReceiptMatch]) -> int:
    """Write matches, each as far as receipt and bill are still open."""
    receipts_open = await _open(connection, _OPEN_RECEIPTS, unit_id, {each.receipt_id for each in found})
    bills_open = await _open(connection, _OPEN_BILLS, unit_id, {each.bill_id for each in found})
    rows = []
    for each in found:
        if _fits(each.amount, receipts_open[each.receipt_id]) and _fits(
            each.amount, bills_open[each.bill_id]
        ):
            receipts_open[each.receipt_id] -= each.amount
            bills_open[each.bill_id] -= each.amount
            rows.append({"unit_id": unit_id} | msgspec.structs.asdict(each))
    if rows:
        await connection.execute(insert(receipt_matches), rows)
    return len(rows)


async def _open(connection: AsyncConnection, query: Any, unit_id: int, ids: set[int]) -> dict[int, Decimal]:
    found: dict[int, Decimal] = defaultdict(Decimal)
    rows = await connection.execute(query, {"unit_id": unit_id, "ids": sorted(ids)})
    return found | {row.id: row.amount for row in rows}


def _fits(amount: Decimal, left: Decimal) -> bool:
    return 0 < amount <= left or left <= amount < 0


# -- what people see and correct -------------------------------------------------------------------------


async def list_receipts(
    connection: AsyncConnection,
    unit_id: int,
    month: date,
    *,
    state: str = "",
    words: str = "",
    after: str = "",
    limit: int = 50,
) -> Page[ReceiptLine]:
    """What arrived for a month line by line, within the scope; `state` is open (not wholly matched) or matched.

    Raises `Refusal` (`list.key_malformed`).
    """
    given = {
        "unit_id": unit_id,
        "month": month,
        "state": state,
        "words": words,
        "pattern": _pattern(words),
        "after": _BY_ID.read(after)[0] if after else 0,
        "limit": limit + 1,
    }
    found = [_receipt(row) for row in (await connection.execute(_OF_MONTH, given)).mappings()]
    return _BY_ID.page(found, limit)


async def get_receipt(connection: AsyncConnection, unit_id: int, receipt_id: int) -> ReceiptLine:
    """A receipt of a unit, within the scope. Raises `Refusal` (`writeoff.receipt_unknown`, 404)."""
    given = {"unit_id": unit_id, "receipt_id": receipt_id}
    row = (await connection.execute(_ONE_LINE, given)).mappings().one_or_none()
    if row is None:
        raise refuse("writeoff.receipt_unknown", "没有找到该到账记录，可能已被删除。", status=404)
    return _receipt(row)


async def list_unpaid(
    connection: AsyncConnection,
    unit_id: int,
    month: date,
    *,
    words: str = "",
    after: str = "",
    limit: int = 50,
) -> Page[OpenBill]:
    """The bills of a month that receipts do not wholly pay for, within the scope.

    Raises `Refusal` (`list.key_malformed`).
    """
    begin, end = moments_of(month)
    given = {
        "unit_id": unit_id,
        "begin": begin,
        "end": end,
        "words": words,
        "pattern": _pattern(words),
        "after": _BY_BILL.read(after)[0] if after else 0,
        "limit": limit + 1,
    }
    found = [OpenBill(**row) for row in (await connection.execute(_UNPAID, given)).mappings()]
    return _BY_BILL.page(found, limit)


async def likely_bills(
    connection: AsyncConnection, unit_id: int, receipt: ReceiptLine, words: str = "", number: int = 0
) -> list[OpenBill]:
    """Open bills that a receipt may pay for, the likeliest first: of its payer or amount, or by words or number."""
    begin = datetime.combine(receipt.received_on - 3 * _MARGIN, time.min, SHANGHAI)
    given = {
        "unit_id": unit_id,
        "begin": begin,
        "end": begin + 6 * _MARGIN,
        "amount": receipt.open,
        "payer": receipt.payer_name,
        "words": words,
        "pattern": _pattern(words),
        "number": number,
        "limit": _CANDIDATES,
    }
    return [OpenBill(**row) for row in (await connection.execute(_LIKELY, given)).mappings()]


async def match_by_hand(
    connection: AsyncConnection, unit_id: int, receipt_id: int, bill_id: int, *, acting: Acting
) -> None:
    """A person says that a receipt pays for a bill, as far as both are open.

    Raises `Refusal`: `access.denied` (403), `writeoff.receipt_unknown` (404), `writeoff.match_impossible` (409)
    where one of the two has nothing open, or one is paid and the other paid back.
    """
    refuse_strangers(unit_id, acting=acting)
    await hold_stocks(connection, [unit_id])
    receipt = await get_receipt(connection, unit_id, receipt_id)
    left = (await _open(connection, _OPEN_BILLS, unit_id, {bill_id}))[bill_id]
    amount = min(left, receipt.open) if receipt.open > 0 else max(left, receipt.open)
    known = any(each.bill_id == bill_id for each in receipt.bills)
    if known or not amount or (left > 0) != (receipt.open > 0):
        message = "该票据或到账已经全部匹配，或者收付方向不同，不能匹配。"
        raise refuse("writeoff.match_impossible", message, status=409)
    row = {
        "receipt_id": receipt_id,
        "unit_id": unit_id,
        "bill_id": bill_id,
        "amount": amount,
        "how": "manual",
    }
    await connection.execute(insert(receipt_matches), [row])
    await _record(connection, "match", receipt, bill_id, amount, acting=acting)


async def unmatch(
    connection: AsyncConnection, unit_id: int, receipt_id: int, bill_id: int, *, acting: Acting
) -> None:
    """A person says that a receipt does not pay for a bill; where it is not matched nothing changes.

    Raises `Refusal`: `access.denied` (403), `writeoff.receipt_unknown` (404), `writeoff.month_settled` (409)
    where the receipt's month is checked or written off.
    """
    refuse_strangers(unit_id, acting=acting)
    await hold_stocks(connection, [unit_id])
    receipt = await get_receipt(connection, unit_id, receipt_id)
    if await settled_months(connection, unit_id, [receipt.month]):
        raise settled(receipt.month)
    amount = next((each.amount for each in receipt.bills if each.bill_id == bill_id), None)
    if amount is None:
        return
    await connection.execute(
        delete(receipt_matches).where(
            receipt_matches.c.receipt_id == receipt_id, receipt_matches.c.bill_id == bill_id
        )
    )
    await _record(connection, "unmatch", receipt, bill_id, amount, acting=acting)


def _pattern(words: str) -> str:
    plain = words.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{plain}%"


def _receipt(row: RowMapping) -> ReceiptLine:
    bills = msgspec.convert(row["bills"], tuple[MatchedBill, ...], strict=False)
    names = [name for name in ReceiptLine.__struct_fields__ if name != "bills"]
    return ReceiptLine(bills=bills, **{name: row[name] for name in names})


async def _record(
    connection: AsyncConnection,
    verb: str,
    receipt: ReceiptLine,
    bill_id: int,
    amount: Decimal,
    *,
    acting: Acting,
) -> None:
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"receipt:{verb}",
            subject=f"bill:{bill_id}",
            unit_id=acting.unit_id,
            details={
                "receipt": str(receipt.receipt_id),
                "payer": plain_name(receipt.payer_name),
                "amount": f"{amount:.2f}",
            },
        ),
    )
