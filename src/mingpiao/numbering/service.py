"""Numbering: allot segments, take numbers for a train (a batch of bills), stop a unit's issuing.

Every transaction here takes its locks in this order: stock rows by (unit, kind), then for each code the lots of
departments by region, and its number pool.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

import asyncpg
import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.house.rooms import locks as locks_by_reason
from mingpiao.identity.model import Acting, AuditEntry, ChangedValue
from mingpiao.identity.service import differences, record, record_all
from mingpiao.kernel.clock import by_database, to_shanghai, today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.numbering.holdings import find_segment as find_segment
from mingpiao.numbering.holdings import list_returned as list_returned
from mingpiao.numbering.holdings import list_segments as list_segments
from mingpiao.numbering.holdings import numbers_of_points as numbers_of_points
from mingpiao.numbering.lots import DrawnNumbers, draw, province_of, sources_of
from mingpiao.numbering.lots import hold_lots as hold_lots
from mingpiao.numbering.lots import left_of_areas as left_of_areas
from mingpiao.numbering.lots import list_moves as list_moves
from mingpiao.numbering.lots import move_numbers as move_numbers
from mingpiao.numbering.lots import region_stocks as region_stocks
from mingpiao.numbering.lots import rest_of_region as rest_of_region
from mingpiao.numbering.lots import set_flow as set_flow
from mingpiao.numbering.lots import source_of_unit as source_of_unit
from mingpiao.numbering.model import (
    PoolLevel,
    ReturnWay,
    Segment,
    Stock,
    StockLevel,
    SupplyLimit,
    UnitStanding,
)
from mingpiao.numbering.openings import add_first_segments as add_first_segments
from mingpiao.numbering.openings import lacking_first as lacking_first
from mingpiao.numbering.taking import Cursor, identities, take_along
from mingpiao.numbering.taking import PointKey as PointKey
from mingpiao.numbering.taking import take_at_points as take_at_points
from mingpiao.numbering.tracing import find_number as find_number
from mingpiao.numbering.transfers import follow_segments, open_point_stock
from mingpiao.numbering.transfers import transfer_numbers as transfer_numbers
from mingpiao.storage.database import driver_of
from mingpiao.storage.locks import NamedLock

#: The key of a stock row: unit id and code of the bill kind.
StockKey = tuple[int, str]

STOCK_LIMITS = NamedLock("stock limits")
STOCK_ROWS = NamedLock("stock rows")

# Waits for transactions that set a unit's last day or a lock, so that a new stock row has them too.
_LOCK_LIMITS = STOCK_LIMITS.statement(
    "INSERT INTO stock_limits (unit_id) VALUES (:unit_id) "
    "ON CONFLICT (unit_id) DO UPDATE SET unit_id = excluded.unit_id RETURNING supply_until, supply_until_reason"
)
# A new stock row takes over what its unit may do.
_OPEN_STOCK = text("""
INSERT INTO stocks (unit_id, kind_code, valid_until, locks, issue_until, issue_until_reason, writeoff_from,
                    lost_accounts, keyless_accounts)
SELECT unit_id, :kind_code, valid_until, locks, issue_until, issue_until_reason, writeoff_from, lost_accounts,
       keyless_accounts
FROM stock_limits WHERE unit_id = :unit_id
ON CONFLICT (unit_id, kind_code) DO UPDATE SET withdrawn = false WHERE stocks.withdrawn
RETURNING kind_code
""")
_OPEN_STOCKS = text("""
INSERT INTO stocks (unit_id, kind_code, valid_until, locks, issue_until, issue_until_reason, writeoff_from,
                    lost_accounts, keyless_accounts)
SELECT unit_id, kind_code, valid_until, locks, issue_until, issue_until_reason, writeoff_from, lost_accounts,
       keyless_accounts
FROM unnest(CAST(:units AS bigint[]), CAST(:kinds AS text[])) AS wanted(unit_id, kind_code)
JOIN stock_limits USING (unit_id)
""")
_ADD_KEYLESS = text("""
INSERT INTO stock_limits (unit_id, keyless_accounts) VALUES (:unit_id, ARRAY[CAST(:account_id AS bigint)])
ON CONFLICT (unit_id) DO UPDATE
    SET keyless_accounts = array_append(stock_limits.keyless_accounts, CAST(:account_id AS bigint))
    WHERE NOT (:account_id = ANY (stock_limits.keyless_accounts))
RETURNING unit_id
""")
_REMOVE_KEYLESS = text("""
UPDATE stock_limits SET keyless_accounts = array_remove(keyless_accounts, CAST(:account_id AS bigint))
WHERE unit_id = :unit_id AND :account_id = ANY (keyless_accounts) RETURNING unit_id
""")
_SET_ISSUE_LIMITS = text("""
INSERT INTO stock_limits (unit_id, issue_until, issue_until_reason)
SELECT * FROM unnest(CAST(:units AS bigint[]), CAST(:days AS date[]), CAST(:reasons AS text[]))
ON CONFLICT (unit_id) DO UPDATE
    SET issue_until = excluded.issue_until, issue_until_reason = excluded.issue_until_reason
    WHERE (stock_limits.issue_until, stock_limits.issue_until_reason)
        IS DISTINCT FROM (excluded.issue_until, excluded.issue_until_reason)
RETURNING unit_id
""")
_SET_SUPPLY_LIMITS = text("""
INSERT INTO stock_limits (unit_id, supply_until, supply_until_reason)
SELECT * FROM unnest(CAST(:units AS bigint[]), CAST(:days AS date[]), CAST(:reasons AS text[]))
ON CONFLICT (unit_id) DO UPDATE
    SET supply_until = excluded.supply_until, supply_until_reason = excluded.supply_until_reason
    WHERE (stock_limits.supply_until, stock_limits.supply_until_reason)
        IS DISTINCT FROM (excluded.supply_until, excluded.supply_until_reason)
RETURNING unit_id
""")
_PASS_ISSUE_LIMITS = text("""
UPDATE stocks SET issue_until = limits.issue_until, issue_until_reason = limits.issue_until_reason
FROM stock_limits AS limits WHERE limits.unit_id = stocks.unit_id AND stocks.unit_id = ANY (:ids)
""")
_LOCK_STOCK = STOCK_ROWS.statement(
    "SELECT 1 FROM stocks WHERE unit_id = :unit_id AND kind_code = :kind_code FOR UPDATE"
)
_LOCK_STOCKS_OF_UNIT = STOCK_ROWS.statement(
    "SELECT 1 FROM stocks WHERE unit_id = :unit_id ORDER BY kind_code FOR UPDATE"
)
_HOLD_LIMITS = STOCK_LIMITS.statement(
    "SELECT 1 FROM stock_limits WHERE unit_id = ANY (:ids) ORDER BY unit_id FOR UPDATE"
)
_HOLD_STOCKS = STOCK_ROWS.statement(
    "SELECT 1 FROM stocks WHERE unit_id = ANY (:ids) ORDER BY unit_id, kind_code FOR UPDATE"
)
_HOLD_ALL_STOCKS = STOCK_ROWS.statement("SELECT 1 FROM stocks ORDER BY unit_id, kind_code FOR UPDATE")
_SET_WRITEOFF_FROM = STOCK_ROWS.statement("""
WITH held AS MATERIALIZED (
    SELECT unit_id, kind_code FROM stocks
    WHERE (unit_id, kind_code) IN (SELECT * FROM unnest(CAST(:units AS bigint[]), CAST(:kinds AS text[])))
    ORDER BY unit_id, kind_code FOR UPDATE
)
UPDATE stocks SET writeoff_from = :month FROM held
WHERE stocks.unit_id = held.unit_id AND stocks.kind_code = held.kind_code
""")
_LOCK_STOCKS = STOCK_ROWS.statement("""
WITH held AS MATERIALIZED (
    SELECT unit_id, kind_code, segment_id, code, next_number, last_number, last_issued_at, locks, valid_until,
           issue_until, issue_until_reason, writeoff_from, withdrawn, lost_accounts, keyless_accounts
    FROM stocks
    WHERE (unit_id, kind_code) IN (SELECT * FROM unnest($1::bigint[], $2::text[]))
    ORDER BY unit_id, kind_code
    FOR UPDATE
)
SELECT held.*, clock_timestamp() AS held_at FROM held
""")
_ADVANCE_STOCKS = """
UPDATE stocks SET next_number = fresh.next_number, last_issued_at = fresh.issued_at
FROM unnest($1::bigint[], $2::text[], $3::bigint[], $4::timestamptz[])
    AS fresh(unit_id, kind_code, next_number, issued_at)
WHERE stocks.unit_id = fresh.unit_id AND stocks.kind_code = fresh.kind_code
"""
_MOVE_TO_SEGMENT = """
UPDATE stocks SET segment_id = $3, code = $4, next_number = $5, last_number = $6, last_issued_at = $7
WHERE unit_id = $1 AND kind_code = $2
"""
_ADD_SEGMENT = """
INSERT INTO segments (unit_id, kind_code, code, first_number, last_number, lot_id, drawn_by_bill, point_code)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING segment_id
"""
_POOL_LEVELS = text(
    "SELECT code, kind_code, next_number - 1 AS allotted, 10000000000 - next_number AS left "
    "FROM number_pools ORDER BY code"
)
_RETURN_NUMBERS = text("""
WITH back AS (
    SELECT segments.segment_id, segments.unit_id, segments.kind_code, segments.code,
           CASE segments.state WHEN 'in_use' THEN cursors.next_number ELSE segments.first_number END AS first_number,
           segments.last_number
    FROM segments LEFT JOIN segment_cursors AS cursors
        ON cursors.unit_id = segments.unit_id AND cursors.kind_code = segments.kind_code
        AND cursors.segment_id = segments.segment_id
    WHERE segments.unit_id = :unit_id AND segments.kind_code = coalesce(CAST(:kind_code AS char(4)), segments.kind_code)
      AND segments.segment_id = coalesce(CAST(:segment_id AS bigint), segments.segment_id)
      AND (segments.state = 'in_stock' OR (segments.state = 'in_use' AND cursors.next_number <= segments.last_number))
), changed AS (
    UPDATE segments SET state = 'returned' WHERE segment_id IN (SELECT segment_id FROM back)
)
INSERT INTO returned_numbers (segment_id, unit_id, kind_code, code, first_number, last_number,
                              way, reason, made_by_name)
SELECT segment_id, unit_id, kind_code, code, first_number, last_number, :way, :reason, :made_by_name
FROM back ORDER BY kind_code, first_number
RETURNING kind_code, code, first_number, last_number
""")
_STANDINGS = text(
    "SELECT unit_id, locks, valid_until, last_issued_at FROM unit_standings WHERE unit_id = ANY (:ids)"
)
_FREE_OF_UNITS = text("""
SELECT stocks.unit_id, stocks.kind_code, coalesce(sum(CASE segments.state
           WHEN 'in_stock' THEN segments.last_number - segments.first_number + 1
           WHEN 'in_use' THEN segments.last_number - cursors.next_number + 1 END), 0) AS free
FROM stocks LEFT JOIN segments ON segments.unit_id = stocks.unit_id AND segments.kind_code = stocks.kind_code
    AND segments.state IN ('in_stock', 'in_use')
LEFT JOIN segment_cursors AS cursors ON segments.state = 'in_use' AND cursors.unit_id = segments.unit_id
    AND cursors.kind_code = segments.kind_code AND cursors.segment_id = segments.segment_id
WHERE stocks.unit_id = ANY (:ids) AND NOT stocks.withdrawn
GROUP BY stocks.unit_id, stocks.kind_code ORDER BY stocks.unit_id, stocks.kind_code
""")
_FIND_UNIT = text(
    "SELECT unit_id FROM segments WHERE code = :code AND first_number <= :number "
    "ORDER BY first_number DESC LIMIT 1"
)


async def open_code(connection: AsyncConnection, code: str, kind_code: str) -> None:
    """Create the pool of numbers and the partition of bills of a 票据代码, where they do not exist yet."""
    await connection.execute(
        text("SELECT open_bill_code(:code, :kind_code)"), {"code": code, "kind_code": kind_code}
    )


async def open_stock(connection: AsyncConnection, unit_id: int, kind_code: str, *, acting: Acting) -> None:
    """Create a unit's stock row of a kind, with the unit's last day and locks, or open one that was withdrawn.

    Nothing changes where it is open.
    """
    await connection.execute(_LOCK_LIMITS.clause, {"unit_id": unit_id})
    result = await connection.execute(_OPEN_STOCK, {"unit_id": unit_id, "kind_code": kind_code})
    if result.scalar_one_or_none() is not None:
        await _audit(connection, "stock:open", unit_id, {"kind": kind_code}, acting=acting)


async def open_stocks(connection: AsyncConnection, keys: Sequence[StockKey], *, acting: Acting) -> None:
    """Create stock rows of units that were made in this transaction, as `open_stock` does one by one.

    Nobody else knows the units yet, so that nothing is to be locked.
    """
    if not keys:
        return
    await connection.execute(
        _OPEN_STOCKS,
        {"units": [key[0] for key in keys], "kinds": [key[1] for key in keys]},
    )
    await record_all(
        connection,
        [
            AuditEntry(
                acting=acting,
                action="stock:open",
                subject=f"unit:{unit_id}",
                unit_id=unit_id,
                details={"kind": kind_code},
            )
            for unit_id, kind_code in keys
        ],
    )


async def allot(
    connection: AsyncConnection,
    unit_id: int,
    kind_code: str,
    code: str,
    count: int,
    *,
    point: str = "",
    acting: Acting,
) -> Segment:
    """Allot the next `count` numbers of a 票据代码 to a unit, as a segment in its stock, or in that of a `point` of it.

    They come from the stock of the unit's department where numbers flow by levels, else from the province. Raises
    `Refusal`: `numbering.count_invalid`, `numbering.supply_stopped` (409) after the last day on which the unit gets
    numbers, `numbering.pool_empty` (409) when fewer numbers are left, or `numbering.region_short` (409) when the
    department has no run of so many.
    """
    if not 1 <= count <= 1_000_000_000:
        raise refuse("numbering.count_invalid", "发放数量应在1至10亿之间，请修改后重试。", field="count")
    limits = (await connection.execute(_LOCK_LIMITS.clause, {"unit_id": unit_id})).one()
    if limits.supply_until is not None and limits.supply_until < today():
        raise _supply_stopped(limits.supply_until_reason)
    # Trains lock in the same order: first the stock, then lots and the pool.
    await connection.execute(_LOCK_STOCK.clause, {"unit_id": unit_id, "kind_code": kind_code})
    driver = await driver_of(connection)
    source = (await sources_of(driver, [(unit_id, code)]))[unit_id, code]
    await open_point_stock(connection, unit_id, kind_code, point)
    segment = await _add_segment(driver, (unit_id, kind_code), code, count, source, least=count, point=point)
    if segment is None and source != province_of(code):
        raise refuse(
            "numbering.region_short",
            f"本级财政部门的库存没有连续的{count:,}个号码，请减少数量分次发放，或先由上级下发。",
            field="count",
            status=409,
        )
    if segment is None:
        raise refuse(
            "numbering.pool_empty", f"票据代码{code}的号码已不足{count}个，请联系省级财政部门。", status=409
        )
    details = {"kind": kind_code, "code": code, "first": str(segment.first), "last": str(segment.last)}
    if point:
        details["point"] = point
    await _audit(connection, "segment:allot", unit_id, details, acting=acting)
    return segment


def _supply_stopped(reason: str) -> Refusal:
    lock = locks_by_reason().get(reason)
    why = "" if lock is None else f"（{lock.label}）"
    message = f"该单位已暂停票据发放{why}，请先处理完毕再发放。"
    return refuse("numbering.supply_stopped", message, status=409, facts={"reason": reason})


async def lock_issuing(connection: AsyncConnection, unit_id: int, reason: str, *, acting: Acting) -> None:
    """Stop a unit's issuing of all kinds, also of those opened later, from this transaction's commit on.

    `reason` is the stable name of a lock. Changes nothing when the unit is locked for this reason already.
    """
    given = {"unit_id": unit_id, "reason": reason}
    fresh = await connection.execute(
        text(
            "INSERT INTO stock_limits (unit_id, locks) VALUES (:unit_id, ARRAY[CAST(:reason AS text)]) "
            "ON CONFLICT (unit_id) DO UPDATE SET locks = array_append(stock_limits.locks, :reason) "
            "WHERE NOT (:reason = ANY (stock_limits.locks)) RETURNING unit_id"
        ),
        given,
    )
    if fresh.scalar_one_or_none() is None:
        return
    await _lock_rows(connection, unit_id)
    await connection.execute(
        text("UPDATE stocks SET locks = array_append(locks, :reason) WHERE unit_id = :unit_id"), given
    )
    await _audit(connection, "stock:lock", unit_id, {"reason": reason}, acting=acting)


async def unlock_issuing(connection: AsyncConnection, unit_id: int, reason: str, *, acting: Acting) -> None:
    """Remove one reason for which a unit is locked, if there; the unit can issue again when none is left."""
    given = {"unit_id": unit_id, "reason": reason}
    held = await connection.execute(
        text(
            "UPDATE stock_limits SET locks = array_remove(locks, :reason) "
            "WHERE unit_id = :unit_id AND :reason = ANY (locks) RETURNING unit_id"
        ),
        given,
    )
    if held.scalar_one_or_none() is None:
        return
    await _lock_rows(connection, unit_id)
    await connection.execute(
        text("UPDATE stocks SET locks = array_remove(locks, :reason) WHERE unit_id = :unit_id"), given
    )
    await _audit(connection, "stock:unlock", unit_id, {"reason": reason}, acting=acting)


async def stop_account(connection: AsyncConnection, unit_id: int, account_id: int, *, acting: Acting) -> None:
    """Let an account of a unit issue no more, of any kind, from this transaction's commit on.

    Changes nothing when it is stopped already.
    """
    given = {"unit_id": unit_id, "account_id": account_id}
    fresh = await connection.execute(
        text(
            "INSERT INTO stock_limits (unit_id, lost_accounts) "
            "VALUES (:unit_id, ARRAY[CAST(:account_id AS bigint)]) ON CONFLICT (unit_id) DO UPDATE "
            "SET lost_accounts = array_append(stock_limits.lost_accounts, CAST(:account_id AS bigint)) "
            "WHERE NOT (:account_id = ANY (stock_limits.lost_accounts)) RETURNING unit_id"
        ),
        given,
    )
    if fresh.scalar_one_or_none() is not None:
        await _pass_accounts(connection, unit_id)
        await _audit(connection, "stock:stop_account", unit_id, _account(account_id), acting=acting)


async def let_account_issue(
    connection: AsyncConnection, unit_id: int, account_id: int, *, acting: Acting
) -> None:
    """Let an account issue again that `stop_account` stopped, if it did."""
    held = await connection.execute(
        text(
            "UPDATE stock_limits SET lost_accounts = array_remove(lost_accounts, CAST(:account_id AS bigint)) "
            "WHERE unit_id = :unit_id AND :account_id = ANY (lost_accounts) RETURNING unit_id"
        ),
        {"unit_id": unit_id, "account_id": account_id},
    )
    if held.scalar_one_or_none() is not None:
        await _pass_accounts(connection, unit_id)
        await _audit(connection, "stock:let_account", unit_id, _account(account_id), acting=acting)


def _account(account_id: int) -> dict[str, str]:
    return {"account": f"account:{account_id}"}


async def set_keyless(
    connection: AsyncConnection, unit_id: int, account_id: int, keyless: bool, *, acting: Acting
) -> None:
    """Note whether an account of a unit has had UKeys and has none in use: then it issues nothing where issuing needs
    a UKey, from this transaction's commit on. Changes nothing when it is noted already.
    """
    change = _ADD_KEYLESS if keyless else _REMOVE_KEYLESS
    found = await connection.execute(change, {"unit_id": unit_id, "account_id": account_id})
    if found.scalar_one_or_none() is not None:
        await _pass_accounts(connection, unit_id)
        action = "stock:no_key_in_use" if keyless else "stock:key_in_use"
        await _audit(connection, action, unit_id, _account(account_id), acting=acting)


async def _pass_accounts(connection: AsyncConnection, unit_id: int) -> None:
    await _lock_rows(connection, unit_id)
    await connection.execute(
        text(
            "UPDATE stocks SET lost_accounts = limits.lost_accounts, keyless_accounts = limits.keyless_accounts "
            "FROM stock_limits AS limits "
            "WHERE limits.unit_id = stocks.unit_id AND stocks.unit_id = :unit_id"
        ),
        {"unit_id": unit_id},
    )


async def return_numbers(connection: AsyncConnection, unit_id: int, reason: str, *, acting: Acting) -> int:
    """注销: take all unused numbers of a unit that closes back, in the order of their kinds; how many they are.

    They are given to nobody again. Lock the unit's issuing first: a unit that gives back issues no more.
    """
    await _lock_rows(connection, unit_id)
    return await _return(connection, _Returning(unit_id, ReturnWay.CLOSE, reason), acting=acting)


async def return_segment(
    connection: AsyncConnection, unit_id: int, segment_id: int, reason: str, *, acting: Acting
) -> int:
    """退回: cancel what a unit has not used of a segment; how many numbers they are, 0 where there are none.

    The unit goes on with its next segment. Lock the unit before, as every request for numbers does.
    """
    await hold_stocks(connection, [unit_id])
    wanted = _Returning(unit_id, ReturnWay.UNIT, reason, segment_id=segment_id)
    count = await _return(connection, wanted, acting=acting)
    await follow_segments(connection, unit_id)
    return count


async def withdraw_stock(
    connection: AsyncConnection, unit_id: int, kind_code: str, reason: str, *, acting: Acting
) -> int | None:
    """收回: stop a unit's issuing of one kind from this transaction's commit on, and take its unused numbers back.

    How many these are; None when the unit does not have the kind. Bills of the past can still be reversed:
    their red bills get numbers one by one. `open_stock` gives the kind back.
    """
    await _lock_rows(connection, unit_id)
    given = {"unit_id": unit_id, "kind_code": kind_code}
    done = await connection.execute(
        text(
            "UPDATE stocks SET withdrawn = true "
            "WHERE unit_id = :unit_id AND kind_code = :kind_code AND NOT withdrawn RETURNING kind_code"
        ),
        given,
    )
    if done.scalar_one_or_none() is None:
        return None
    details = {"kind": kind_code, "reason": reason}
    await _audit(connection, "stock:withdraw", unit_id, details, acting=acting)
    wanted = _Returning(unit_id, ReturnWay.WITHDRAW, reason, kind_code=kind_code)
    count = await _return(connection, wanted, acting=acting)
    await follow_segments(connection, unit_id)
    return count


class _Returning(msgspec.Struct, frozen=True):
    """What is given back of a unit: all, or that of a kind or a segment; how and why."""

    unit_id: int
    way: ReturnWay
    reason: str
    kind_code: str | None = None
    segment_id: int | None = None


async def _return(connection: AsyncConnection, wanted: _Returning, *, acting: Acting) -> int:
    given = msgspec.structs.asdict(wanted) | {"way": wanted.way.value, "made_by_name": acting.name}
    returned = list(await connection.execute(_RETURN_NUMBERS, given))
    for row in returned:
        details = {
            "kind": row.kind_code,
            "code": row.code,
            "first": str(row.first_number),
            "last": str(row.last_number),
        }
        if wanted.way is ReturnWay.UNIT:
            details["reason"] = wanted.reason
        await _audit(connection, "segment:return", wanted.unit_id, details, acting=acting)
    return sum(row.last_number - row.first_number + 1 for row in returned)


async def set_valid_until(
    connection: AsyncConnection, unit_id: int, day: date | None, *, acting: Acting
) -> None:
    """Set the last day (inclusive, Asia/Shanghai) on which a unit may issue; it applies to all kinds, also later ones.

    None removes the limit. Every request that takes its number after this transaction's commit obeys it.
    """
    given = {"unit_id": unit_id, "day": day}
    await connection.execute(_LOCK_LIMITS.clause, {"unit_id": unit_id})
    limit = text("SELECT valid_until FROM stock_limits WHERE unit_id = :unit_id")
    before = await connection.scalar(limit, {"unit_id": unit_id})
    await connection.execute(
        text(
            "INSERT INTO stock_limits (unit_id, valid_until) VALUES (:unit_id, :day) "
            "ON CONFLICT (unit_id) DO UPDATE SET valid_until = excluded.valid_until"
        ),
        given,
    )
    await _lock_rows(connection, unit_id)
    await connection.execute(
        text("UPDATE stocks SET valid_until = :day WHERE unit_id = :unit_id"),
        given,
    )
    told = differences({"day": before or "没有期限"}, {"day": day or "没有期限"})
    await _audit(connection, "stock:valid_until", unit_id, {}, told, acting=acting)


async def set_issue_limits(
    connection: AsyncConnection, limits: Mapping[int, SupplyLimit | None], *, acting: Acting
) -> None:
    """Set by unit the last day on which it may issue for a reason other than its qualifications; None removes it.

    It applies to all kinds, also later ones, from this transaction's commit on. Nothing changes where it is so.
    """
    changed = await _set_limits(connection, _SET_ISSUE_LIMITS, limits, "stock:issue_until", acting=acting)
    if changed:
        await connection.execute(_HOLD_STOCKS.clause, {"ids": changed})
        await connection.execute(_PASS_ISSUE_LIMITS, {"ids": changed})


async def set_supply_limits(
    connection: AsyncConnection, limits: Mapping[int, SupplyLimit | None], *, acting: Acting
) -> None:
    """Set by unit the last day on which it gets numbers by requisition, as `set_issue_limits` does."""
    await _set_limits(connection, _SET_SUPPLY_LIMITS, limits, "stock:supply_until", acting=acting)


async def _set_limits(
    connection: AsyncConnection,
    statement: TextClause,
    limits: Mapping[int, SupplyLimit | None],
    action: str,
    *,
    acting: Acting,
) -> list[int]:
    """The units of which a limit has changed, in their order."""
    units = sorted(limits)
    found = [limits[unit_id] for unit_id in units]
    rows = await connection.execute(
        statement,
        {
            "units": units,
            "days": [None if each is None else each.day for each in found],
            "reasons": ["" if each is None else each.reason for each in found],
        },
    )
    changed = sorted(rows.scalars())
    await record_all(
        connection,
        [
            AuditEntry(
                acting=acting,
                action=action,
                subject=f"unit:{unit_id}",
                unit_id=unit_id,
                details=_limit_details(limits[unit_id]),
            )
            for unit_id in changed
        ],
    )
    return changed


def _limit_details(limit: SupplyLimit | None) -> dict[str, str]:
    return {} if limit is None else {"last_day": limit.day.isoformat(), "reason": limit.reason}


async def begin_writeoff(connection: AsyncConnection, month: date | None) -> None:
    """Say for all units, also later ones, from which month (its first day) on bills must be written off.

    None: write-off is not in force. Meant for the time before that month is over: it replaces what
    `set_writeoff_from` wrote.
    """
    given = {"month": month}
    await connection.execute(
        text(
            "INSERT INTO writeoff_start (month) VALUES (:month) "
            "ON CONFLICT (is_row) DO UPDATE SET month = excluded.month"
        ),
        given,
    )
    await connection.execute(text("UPDATE stock_limits SET writeoff_from = :month"), given)
    await connection.execute(_HOLD_ALL_STOCKS.clause)
    await connection.execute(text("UPDATE stocks SET writeoff_from = :month"), given)


async def set_writeoff_from(
    connection: AsyncConnection, unit_ids: Sequence[int], kind_codes: Sequence[str], month: date
) -> None:
    """Say of stocks (unit and kind, pair by pair) from which month on their bills are not written off yet.

    An online unit issues no further bill of a kind while its last one is of such a month and that month is
    over.
    """
    await connection.execute(
        _SET_WRITEOFF_FROM.clause, {"units": list(unit_ids), "kinds": list(kind_codes), "month": month}
    )


async def hold_limits(connection: AsyncConnection, unit_ids: Sequence[int]) -> None:
    """Lock the limits of units, as far as they have any: who holds stock rows holds these, and no train does."""
    await connection.execute(_HOLD_LIMITS.clause, {"ids": sorted(unit_ids)})


async def hold_stocks(connection: AsyncConnection, unit_ids: Sequence[int]) -> datetime:
    """Lock the limits and all stock rows of units, and return the time after that, in Asia/Shanghai.

    No train of these units is between reading the time and its commit then: a bill whose time of issue is
    earlier is committed, and every later bill has a later one.
    """
    given = {"ids": sorted(unit_ids)}
    await hold_limits(connection, unit_ids)
    await connection.execute(_HOLD_STOCKS.clause, given)
    return by_database(await connection.scalar(text("SELECT clock_timestamp()")))


async def _lock_rows(connection: AsyncConnection, unit_id: int) -> None:
    """Lock a unit's stock rows in the order in which trains lock them."""
    await connection.execute(_LOCK_STOCKS_OF_UNIT.clause, {"unit_id": unit_id})


async def pool_levels(connection: AsyncConnection) -> list[PoolLevel]:
    """The numbers allotted and left of each 票据代码, in the order of the codes."""
    rows = await connection.execute(_POOL_LEVELS)
    return [PoolLevel(**row) for row in rows.mappings()]


async def unsettled_months(connection: AsyncConnection, unit_id: int) -> dict[str, date]:
    """The months that an online unit must write off before its next bill, by kind, within the scope.

    A train decides it again, under its locks, by `Stock.unsettled_month`.
    """
    rows = await connection.execute(
        text(
            "SELECT kind_code, last_issued_at, writeoff_from FROM stocks WHERE unit_id = :unit_id "
            "AND writeoff_from IS NOT NULL AND last_issued_at IS NOT NULL ORDER BY kind_code"
        ),
        {"unit_id": unit_id},
    )
    present = today().replace(day=1)
    months = {row.kind_code: (to_shanghai(row.last_issued_at).date().replace(day=1), row) for row in rows}
    return {kind: month for kind, (month, row) in months.items() if row.writeoff_from <= month < present}


async def stock_levels(connection: AsyncConnection, unit_id: int) -> list[StockLevel]:
    """库存 of a unit by kind, within the connection's scope."""
    rows = await connection.execute(
        text(
            """
            SELECT stocks.kind_code, stocks.locks, stocks.valid_until,
                   coalesce(sum(CASE segments.state
                       WHEN 'in_stock' THEN segments.last_number - segments.first_number + 1
                       WHEN 'in_use' THEN segments.last_number - cursors.next_number + 1
                       ELSE 0 END), 0) AS free,
                   coalesce(sum(CASE segments.state
                       WHEN 'in_stock' THEN 0
                       WHEN 'in_use' THEN cursors.next_number - segments.first_number
                       WHEN 'returned' THEN returned.first_number - segments.first_number
                       ELSE segments.last_number - segments.first_number + 1 END), 0) AS used
            FROM stocks LEFT JOIN segments
                ON segments.unit_id = stocks.unit_id AND segments.kind_code = stocks.kind_code
            LEFT JOIN segment_cursors AS cursors
                ON segments.state = 'in_use' AND cursors.unit_id = segments.unit_id
                AND cursors.kind_code = segments.kind_code AND cursors.segment_id = segments.segment_id
            LEFT JOIN returned_numbers AS returned ON returned.segment_id = segments.segment_id
            WHERE stocks.unit_id = :unit_id AND NOT stocks.withdrawn
            GROUP BY stocks.unit_id, stocks.kind_code
            ORDER BY stocks.kind_code
            """
        ),
        {"unit_id": unit_id},
    )
    return [
        StockLevel(
            kind_code=row.kind_code,
            free=int(row.free),
            used=int(row.used),
            locks=tuple(row.locks),
            valid_until=row.valid_until,
        )
        for row in rows
    ]


async def open_limits(connection: AsyncConnection, unit_ids: Sequence[int]) -> None:
    """Make the rows that hold what stops new units, so that they are found from the start."""
    await connection.execute(
        text(
            "INSERT INTO stock_limits (unit_id, writeoff_from) "
            "SELECT unit_id, (SELECT month FROM writeoff_start) FROM unnest(CAST(:ids AS bigint[])) AS fresh(unit_id) "
            "ON CONFLICT DO NOTHING"
        ),
        {"ids": list(unit_ids)},
    )


async def unit_standings(connection: AsyncConnection, unit_ids: Sequence[int]) -> dict[int, UnitStanding]:
    """What a list tells of units, by id: limits, last issue and stock by kind, within the connection's scope."""
    given = {"ids": list(unit_ids)}
    free: dict[int, dict[str, int]] = {}
    for row in await connection.execute(_FREE_OF_UNITS, given):
        free.setdefault(row.unit_id, {})[row.kind_code] = int(row.free)
    return {
        row.unit_id: UnitStanding(
            locks=tuple(row.locks),
            valid_until=row.valid_until,
            last_issued_at=row.last_issued_at,
            free=free.get(row.unit_id, {}),
        )
        for row in await connection.execute(_STANDINGS, given)
    }


async def kinds_of_unit(connection: AsyncConnection, unit_id: int) -> list[str]:
    """The kinds that a unit may issue."""
    rows = await connection.execute(
        text("SELECT kind_code FROM stocks WHERE unit_id = :unit_id AND NOT withdrawn ORDER BY kind_code"),
        {"unit_id": unit_id},
    )
    return list(rows.scalars())


async def count_units_of_kinds(connection: AsyncConnection, kind_codes: Sequence[str]) -> int:
    """How many units within the connection's scope may issue one of these kinds."""
    query = text(
        "SELECT count(DISTINCT unit_id) FROM stocks WHERE kind_code = ANY (:kinds) AND NOT withdrawn"
    )
    return await connection.scalar(query, {"kinds": list(kind_codes)}) or 0


async def lock_stocks(connection: asyncpg.Connection, keys: Iterable[StockKey]) -> dict[StockKey, Stock]:
    """Lock the stock rows of a train in the order of their keys, and read them. Missing rows are left out.

    `held_at` is read once the row is locked, so trains that lock a row one after the other have rising times.
    """
    wanted = list(keys)
    rows = await connection.fetch(_LOCK_STOCKS.sql, [key[0] for key in wanted], [key[1] for key in wanted])
    stocks = [
        Stock(
            unit_id=row["unit_id"],
            kind_code=row["kind_code"],
            segment_id=row["segment_id"],
            code=row["code"] or "",
            next=row["next_number"],
            last=row["last_number"],
            held_at=row["held_at"],
            last_issued_at=row["last_issued_at"],
            locks=tuple(row["locks"]),
            valid_until=row["valid_until"],
            issue_until=row["issue_until"],
            issue_until_reason=row["issue_until_reason"],
            writeoff_from=row["writeoff_from"],
            withdrawn=row["withdrawn"],
            lost_accounts=frozenset(row["lost_accounts"]),
            keyless_accounts=frozenset(row["keyless_accounts"]),
        )
        for row in rows
    ]
    return {(stock.unit_id, stock.kind_code): stock for stock in stocks}


async def take_numbers(
    connection: asyncpg.Connection,
    stocks: Mapping[StockKey, Stock],
    wanted: Mapping[StockKey, int],
    *,
    moment: datetime,
    blocks: Mapping[StockKey, tuple[str, int]],
) -> dict[StockKey, list[BillIdentity]]:
    """Take `wanted[key]` numbers from each stock that `lock_stocks` returned in this transaction.

    `blocks[key]`, where given, is the (票据代码, block size) from which a unit whose stock is empty gets
    new segments during issue (即领即开). A key gets fewer numbers than wanted when its stock runs out.
    Numbers of a segment are taken in order, without a gap.
    Their time of issue is the stock's `time_of_issue` at `moment`.
    """
    taken: dict[StockKey, list[BillIdentity]] = {}
    advanced: list[tuple[StockKey, int]] = []
    beyond = {key: blocks[key][0] for key in wanted if wanted[key] > stocks[key].free and key in blocks}
    sources = await sources_of(connection, [(key[0], code) for key, code in beyond.items()])
    # Lots and pools are locked in the order of codes and regions, whichever units want their numbers.
    for key in sorted(wanted, key=lambda key: (_place_of(key, beyond, sources), key)):
        stock = stocks[key]
        if wanted[key] <= stock.free:
            taken[key] = identities(stock.code, stock.next, wanted[key])
            advanced.append((key, stock.next + wanted[key]))
        else:
            source = sources.get((key[0], beyond.get(key, "")), "")
            taken[key] = await _take_beyond(connection, stock, wanted[key], blocks.get(key), source, moment)
    if advanced:
        await connection.execute(
            _ADVANCE_STOCKS,
            [key[0] for key, _ in advanced],
            [key[1] for key, _ in advanced],
            [number for _, number in advanced],
            [stocks[key].time_of_issue(moment) for key, _ in advanced],
        )
    return taken


async def find_unit(connection: AsyncConnection, code: str, number: int) -> int | None:
    """The unit of the segment of `code` that begins at or before `number`; None when there is no such segment.

    Only this unit can have a bill of the number. If the number lies beyond the segment's end, it was never
    allotted, and no bill has it.
    """
    found = await connection.execute(_FIND_UNIT, {"code": code, "number": number})
    unit_id: int | None = found.scalar_one_or_none()
    return unit_id


def _place_of(
    key: StockKey, codes: Mapping[StockKey, str], sources: Mapping[tuple[int, str], str]
) -> tuple[str, str]:
    code = codes.get(key, "")
    return (code, sources.get((key[0], code), ""))


async def _take_beyond(
    connection: asyncpg.Connection,
    stock: Stock,
    wanted: int,
    block: tuple[str, int] | None,
    source: str,
    moment: datetime,
) -> list[BillIdentity]:
    """Use the current segment, then the next segments in stock, then new blocks from the region `source`."""
    key = (stock.unit_id, stock.kind_code)

    async def refill(missing: int) -> bool:
        if block is None:
            return False
        count = max(missing, block[1])
        return await _add_segment(connection, key, block[0], count, source, by_bill=True) is not None

    was = Cursor(segment_id=stock.segment_id, code=stock.code, next=stock.next, last=stock.last)
    taken, cursor = await take_along(connection, (*key, ""), was, wanted, refill)
    if cursor.segment_id is not None:
        at = stock.time_of_issue(moment)
        await connection.execute(
            _MOVE_TO_SEGMENT, *key, cursor.segment_id, cursor.code, cursor.next, cursor.last, at
        )
    return taken


async def _add_segment(
    connection: asyncpg.Connection,
    key: StockKey,
    code: str,
    count: int,
    source: str,
    *,
    least: int = 1,
    by_bill: bool = False,
    point: str = "",
) -> Segment | None:
    """Allot a segment of `count` numbers of a code, from the stock of a region's department, or its pool.

    What is left of a lot may be fewer, but not fewer than `least`; None when nobody has these.
    """
    drawn: DrawnNumbers | None = await draw(connection, source, code, count, least=least)
    if drawn is None:
        return None
    segment_id = await connection.fetchval(
        _ADD_SEGMENT, *key, code, drawn.first, drawn.last, drawn.lot_id, by_bill, point
    )
    return Segment(
        segment_id=segment_id,
        unit_id=key[0],
        kind_code=key[1],
        code=code,
        first=drawn.first,
        last=drawn.last,
        state="in_stock",
    )


async def _audit(
    connection: AsyncConnection,
    action: str,
    unit_id: int,
    details: dict[str, str],
    changed: tuple[ChangedValue, ...] = (),
    *,
    acting: Acting,
) -> None:
    entry = AuditEntry(
        acting=acting,
        action=action,
        subject=f"unit:{unit_id}",
        unit_id=unit_id,
        details=details,
        changed=changed,
    )
    await record(connection, entry)
