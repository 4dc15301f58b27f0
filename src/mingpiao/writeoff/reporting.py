"""到账 as a unit's own system reports it: single receipts, or totals by channel, each with a key of its own."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import msgspec
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.money import MAX_AMOUNT, fits_places
from mingpiao.kernel.text import unprintable
from mingpiao.numbering.service import hold_stocks
from mingpiao.writeoff.matches import ask_for_matching
from mingpiao.writeoff.owed import require_owed_month
from mingpiao.writeoff.receipts import settled, settled_months
from mingpiao.writeoff.requests import refuse_strangers
from mingpiao.writeoff.tables import receipts

MAX_RECEIPTS = 10_000
_MOST_PROBLEMS = 50
_EARLIEST = date(2000, 1, 1)
#: Longest texts, by member.
_LONGEST = {
    "entry_key": 100,
    "channel": 30,
    "payer_name": 100,
    "payer_account": 40,
    "payment_code": 50,
    "business_no": 50,
    "memo": 200,
}

_INSERT = text("""
INSERT INTO receipts (unit_id, month, source, entered_by_name, entered_at, received_on, amount, entry_key, channel,
                      payer_name, payer_account, payment_code, business_no, memo)
SELECT :unit_id, :month, 'interface', :name, :at, lines.* FROM unnest(
    CAST(:received_on AS date[]), CAST(:amount AS numeric[]), CAST(:entry_key AS text[]), CAST(:channel AS text[]),
    CAST(:payer_name AS text[]), CAST(:payer_account AS text[]), CAST(:payment_code AS text[]),
    CAST(:business_no AS text[]), CAST(:memo AS text[])) AS lines
""")


class ReportedReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Money that arrived, as a unit's system reports it; negative amounts (元) were paid back.

    `entry_key` is the unit's own name of the entry: the same key is the same entry.
    """

    entry_key: str
    received_on: date
    amount: Decimal
    channel: str = ""
    payer_name: str = ""
    payer_account: str = ""
    payment_code: str = ""
    business_no: str = ""
    memo: str = ""


async def report_receipts(
    connection: AsyncConnection,
    unit_id: int,
    month: date,
    reported: Sequence[ReportedReceipt],
    *,
    acting: Acting,
) -> int:
    """Put down what arrived for a month, all of it or nothing, and have it matched; how many entries were new.

    An entry that is there already with the same content is left as it is, also once the month is settled. Raises
    `Refusal`: `access.denied` (403), `writeoff.month_ahead` (422) for a month that has not begun, what
    `require_owed_month` raises, `writeoff.receipt_invalid` (422, by field), `writeoff.receipt_conflict` (409, by
    field) for a key with other content, `writeoff.month_settled` (409).
    """
    refuse_strangers(unit_id, acting=acting)
    if month > today():
        raise refuse("writeoff.month_ahead", f"{month:%Y年%-m月}还没有开始，不能登记到账。", status=422)
    await require_owed_month(connection, unit_id, month)
    problems = receipt_problems(reported)
    if problems:
        raise Refusal(*problems)
    # A request for write-off holds the same rows from adding up what arrived to its commit.
    await hold_stocks(connection, [unit_id])
    fresh = await _fresh(connection, unit_id, month, reported)
    if not fresh:
        return 0
    if await settled_months(connection, unit_id, [month]):
        raise settled(month)
    await _insert(connection, unit_id, month, fresh, acting=acting)
    await ask_for_matching(connection, unit_id)
    total = sum((each.amount for each in fresh), Decimal(0))
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="receipt:report",
            subject=f"unit:{unit_id}",
            unit_id=unit_id,
            details={"month": f"{month:%Y-%m}", "lines": str(len(fresh)), "received": f"{total:.2f}"},
        ),
    )
    return len(fresh)


async def _fresh(
    connection: AsyncConnection, unit_id: int, month: date, reported: Sequence[ReportedReceipt]
) -> list[ReportedReceipt]:
    """The entries that are not there yet. Raises `Refusal` for those that are there with other content."""
    columns = [receipts.c[name] for name in ReportedReceipt.__struct_fields__]
    query = select(receipts.c.month, *columns).where(
        receipts.c.unit_id == unit_id,
        receipts.c.source == "interface",
        receipts.c.entry_key.in_([each.entry_key for each in reported]),
    )
    known: dict[str, tuple[date, ReportedReceipt]] = {}
    for row in (await connection.execute(query)).mappings():
        values = dict(row)
        counted = values.pop("month")
        known[row["entry_key"]] = (counted, ReportedReceipt(**values))
    conflicts = [
        _conflict(index, each)
        for index, each in enumerate(reported)
        if each.entry_key in known and known[each.entry_key] != (month, each)
    ]
    if conflicts:
        raise Refusal(*conflicts[:_MOST_PROBLEMS])
    return [each for each in reported if each.entry_key not in known]


async def _insert(
    connection: AsyncConnection,
    unit_id: int,
    month: date,
    fresh: Sequence[ReportedReceipt],
    *,
    acting: Acting,
) -> None:
    columns = {name: [getattr(each, name) for each in fresh] for name in ReportedReceipt.__struct_fields__}
    given = {"unit_id": unit_id, "month": month, "name": acting.name, "at": now()}
    await connection.execute(_INSERT, given | columns)


def receipt_problems(reported: Sequence[ReportedReceipt]) -> list[Problem]:
    """What is wrong with entries, by field (`receipts/0/amount`), the first fifty problems of them."""
    if len(reported) > MAX_RECEIPTS:
        return [_wrong("receipts", f"一次不能超过{MAX_RECEIPTS:,}笔，请分次报送。")]
    seen: set[str] = set()
    found: list[Problem] = []
    for index, each in enumerate(reported):
        place = f"receipts/{index}"
        if each.entry_key in seen:
            found.append(_wrong(f"{place}/entry_key", "同一流水号在一次报送中只能有一笔。"))
        seen.add(each.entry_key)
        found += _problems(each, place)
        if len(found) >= _MOST_PROBLEMS:
            break
    return found[:_MOST_PROBLEMS]


def _problems(each: ReportedReceipt, place: str) -> list[Problem]:
    found: list[Problem] = []
    if not each.entry_key:
        found.append(_wrong(f"{place}/entry_key", "请填写这笔到账的流水号。"))
    amount = each.amount
    if not amount.is_finite() or not amount or abs(amount) > MAX_AMOUNT or not fits_places(amount, 2):
        found.append(_wrong(f"{place}/amount", "金额应为不等于零的数，单位为元，最多两位小数；退款填负数。"))
    if not _EARLIEST <= each.received_on <= today():
        found.append(_wrong(f"{place}/received_on", "到账日期不能晚于今天。"))
    for name, longest in _LONGEST.items():
        value = getattr(each, name)
        if len(value) > longest or unprintable(value) is not None:
            found.append(_wrong(f"{place}/{name}", f"不能超过{longest}个字，也不能含特殊符号。"))
    return found


def _conflict(index: int, each: ReportedReceipt) -> Problem:
    return Problem(
        code="writeoff.receipt_conflict",
        field=f"receipts/{index}",
        message=f"流水号{each.entry_key}已经报送过，内容不同。更正请用新的流水号报一笔相反的金额，再报正确的。",
        status=409,
    )


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="writeoff.receipt_invalid", field=field, message=message, status=422)
