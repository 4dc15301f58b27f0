"""到账: what arrived for a month, as a unit enters it by channel, or as payments report it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import delete, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.money import MAX_AMOUNT, fits_places
from mingpiao.numbering.service import hold_stocks
from mingpiao.writeoff.model import CHANNELS, BillOrigin, Payment, WriteOffState
from mingpiao.writeoff.months import last_day, month_of, next_month
from mingpiao.writeoff.requests import refuse_strangers
from mingpiao.writeoff.tables import receipts, writeoffs

MATCH_JOB = "match_receipts"
_MATCHED_AFTER = timedelta(minutes=5)
_SETTLED = (WriteOffState.CHECKING.value, WriteOffState.DONE.value)


async def channel_totals(connection: AsyncConnection, unit_id: int, month: date) -> dict[str, Decimal]:
    """The totals that a unit entered for a month, by channel, within the scope."""
    query = select(receipts.c.channel, receipts.c.amount).where(
        receipts.c.unit_id == unit_id, receipts.c.month == month, receipts.c.source == "manual"
    )
    return {row.channel: row.amount for row in await connection.execute(query)}


async def set_channel_totals(
    connection: AsyncConnection,
    unit_id: int,
    month: date,
    totals: Mapping[str, Decimal],
    *,
    acting: Acting,
) -> None:
    """Set what arrived in a month over each channel, in 元; channels that are not named have nothing.

    The same totals again change nothing. Raises `Refusal`: `access.denied` (403), `writeoff.month_ahead` (422)
    for a month that has not begun, `writeoff.month_settled` (409) for one that is checked or written off,
    `writeoff.receipt_invalid` (422, by channel).
    """
    refuse_strangers(unit_id, acting=acting)
    problems = [problem for name, amount in totals.items() for problem in _problems(name, amount)]
    if problems:
        raise Refusal(*problems)
    if month > today():
        raise refuse("writeoff.month_ahead", f"{month:%Y年%-m月}还没有开始，不能登记到账。", status=422)
    # A request for write-off holds the same rows from adding up what arrived to its commit.
    await hold_stocks(connection, [unit_id])
    if await settled_months(connection, unit_id, [month]):
        raise settled(month)
    before = await channel_totals(connection, unit_id, month)
    wanted = {name: amount for name, amount in totals.items() if amount}
    changed = sorted(name for name in before.keys() | wanted.keys() if before.get(name) != wanted.get(name))
    if not changed:
        return
    await connection.execute(
        delete(receipts).where(
            receipts.c.unit_id == unit_id,
            receipts.c.month == month,
            receipts.c.source == "manual",
            receipts.c.channel.in_(changed),
        )
    )
    rows = [
        _total_row(unit_id, month, name, wanted[name], acting=acting) for name in changed if name in wanted
    ]
    if rows:
        await connection.execute(insert(receipts), rows)
    told = {f"{name}": f"{before.get(name, 0):.2f} → {wanted.get(name, 0):.2f}" for name in changed}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="receipt:enter",
            subject=f"unit:{unit_id}",
            unit_id=unit_id,
            details={"month": f"{month:%Y-%m}", "channels": "；".join(f"{k} {v}" for k, v in told.items())},
        ),
    )


def _total_row(
    unit_id: int, month: date, channel: str, amount: Decimal, *, acting: Acting
) -> dict[str, object]:
    return {
        "unit_id": unit_id,
        "month": month,
        "received_on": min(last_day(month), today()),
        "amount": amount,
        "source": "manual",
        "channel": channel,
        "entry_key": f"{month:%Y-%m}:{channel}",
        "entered_by_name": acting.name,
        "entered_at": now(),
    }


def _problems(channel: str, amount: Decimal) -> list[Problem]:
    if channel not in CHANNELS:
        return [_wrong(channel, f"到账渠道应为{'、'.join(CHANNELS)}之一。")]
    if not amount.is_finite() or not fits_places(amount, 2) or abs(amount) > MAX_AMOUNT:
        return [_wrong(channel, f"{channel}的金额应为数字，单位为元，最多两位小数；退款多于收款的填负数。")]
    return []


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="writeoff.receipt_invalid", field=field, message=message, status=422)


def settled(month: date) -> Refusal:
    """The refusal to change what arrived for a month that is checked or written off."""
    message = f"{month:%Y年%-m月}正在核对或已经核销，到账记录不能再改。"
    return refuse("writeoff.month_settled", message, status=409)


async def settled_months(connection: AsyncConnection, unit_id: int, months: Sequence[date]) -> set[date]:
    """Those of some months that are checked or written off."""
    query = select(writeoffs.c.month).where(
        writeoffs.c.unit_id == unit_id,
        writeoffs.c.month.in_(months),
        writeoffs.c.state.in_(_SETTLED),
        writeoffs.c.origin == BillOrigin.OWN.value,
    )
    return set((await connection.execute(query)).scalars())


async def counted_months(connection: AsyncConnection, unit_id: int, days: Sequence[date]) -> dict[date, date]:
    """The month for which money counts that arrived on a day, by that day's month: its own month, or where that
    is checked or written off, the next that is not.
    """
    found: dict[date, date] = {}
    for month in {month_of(day) for day in days}:
        counted = month
        while await settled_months(connection, unit_id, [counted]):
            counted = next_month(counted)
        found[month] = counted
    return found


async def record_payment(
    connection: AsyncConnection, unit_id: int, payment: Payment, *, acting: Acting
) -> bool:
    """Put down a payment that a payment service reports; False if one of its serial is known already.

    It counts for the month of its day, or where that is written off, for the next that is not. Raises
    `Refusal` (`writeoff.receipt_invalid`, 422) for an amount that is none.
    """
    if not payment.serial or payment.amount == 0 or not fits_places(payment.amount, 2):
        raise refuse(
            "writeoff.receipt_invalid", "缴款记录应有流水号和不为零的金额。", field="amount", status=422
        )
    await hold_stocks(connection, [unit_id])
    months = await counted_months(connection, unit_id, [payment.received_on])
    statement = insert_or_skip(receipts).values(
        unit_id=unit_id,
        month=months[month_of(payment.received_on)],
        received_on=payment.received_on,
        amount=payment.amount,
        source="payment",
        channel=payment.channel,
        payer_name=payment.payer_name,
        payment_code=payment.payment_code,
        business_no=payment.business_no,
        entry_key=payment.serial,
        entered_by_name=acting.name,
        entered_at=now(),
    )
    known = statement.on_conflict_do_nothing(index_elements=["unit_id", "source", "entry_key"])
    receipt_id = (await connection.execute(known.returning(receipts.c.receipt_id))).scalar()
    if receipt_id is None:
        return False
    # Payments come one after another: they are matched together, a little later.
    job = {"unit_id": unit_id}
    await enqueue(connection, MATCH_JOB, job, key=f"{MATCH_JOB}:{unit_id}", delay=_MATCHED_AFTER)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="receipt:payment",
            subject=f"unit:{unit_id}",
            unit_id=unit_id,
            details={"serial": payment.serial, "amount": f"{payment.amount:.2f}"},
        ),
    )
    return True
