"""银行流水: files of banks and payment channels, whose lines become receipts of a unit.

A file is stored as it came and read by a worker: first without effect, so that a person sees what it would add,
then for good. A line has a key made of what it says, so that a file that comes twice, or overlaps another one,
adds nothing twice; an import that is cut off goes on where it was.
"""

import asyncio
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import RowMapping, delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as insert_or_skip
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.sm3 import sm3
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.money import MAX_AMOUNT
from mingpiao.numbering.service import hold_stocks
from mingpiao.storage.database import Database
from mingpiao.writeoff.matching import plain_name
from mingpiao.writeoff.model import (
    CHANNELS,
    STATEMENT_FIELDS,
    BankStatement,
    OddRow,
    StatementColumns,
    StatementState,
)
from mingpiao.writeoff.months import month_of
from mingpiao.writeoff.receipts import counted_months
from mingpiao.writeoff.requests import refuse_strangers
from mingpiao.writeoff.statement_reading import (
    ReadStatement,
    StatementLine,
    channel_of,
    columns_to_json,
    heading_of,
    own_account,
    read_lines,
    recognise,
    shown_rows,
    signature_of,
)
from mingpiao.writeoff.tables import receipts, statement_formats, statements

READ_JOB = "read_statement"
#: A person waits for it.
_PRIORITY = 10
_PORTION = 2_000


def statement_key(unit_id: int, statement_id: int) -> str:
    """The key of a statement's file in the file store."""
    return f"statements/{unit_id}/{statement_id}"


async def add_statement(
    connection: AsyncConnection, unit_id: int, file_name: str, data: bytes, *, acting: Acting
) -> tuple[BankStatement, bool]:
    """Put a file down, to be stored under `statement_key` before the transaction ends, and have it read.

    False with the statement that is there if the unit has the same file already. Raises `Refusal`
    (`access.denied`, 403).
    """
    refuse_strangers(unit_id, acting=acting)
    digest = sm3(data)
    statement = insert_or_skip(statements).values(
        unit_id=unit_id,
        file_name=file_name[:200],
        digest=digest,
        uploaded_by_name=acting.name,
        uploaded_at=now(),
    )
    statement = statement.on_conflict_do_nothing(index_elements=["unit_id", "digest"])
    made = (await connection.execute(statement.returning(statements))).mappings().one_or_none()
    if made is None:
        query = select(statements).where(statements.c.unit_id == unit_id, statements.c.digest == digest)
        known = _statement((await connection.execute(query)).mappings().one())
        if known.state is StatementState.FAILED:
            known = await _read_again(connection, known, StatementState.READING, known.columns)
        return known, False
    found = _statement(made)
    await _record(connection, "upload", found, {"file": found.file_name}, acting=acting)
    await _enqueue(connection, found)
    return found, True


async def get_statement(connection: AsyncConnection, unit_id: int, statement_id: int) -> BankStatement:
    """A statement of a unit, within the scope. Raises `Refusal` (`writeoff.statement_unknown`, 404)."""
    query = select(statements).where(
        statements.c.statement_id == statement_id, statements.c.unit_id == unit_id
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        message = "没有找到该银行流水，请从核销页面选择。"
        raise refuse("writeoff.statement_unknown", message, status=404)
    return _statement(row)


async def list_statements(
    connection: AsyncConnection, unit_id: int, *, limit: int = 100
) -> list[BankStatement]:
    """The statements of a unit, newest first, within the scope."""
    query = (
        select(statements)
        .where(statements.c.unit_id == unit_id)
        .order_by(statements.c.statement_id.desc())
        .limit(limit)
    )
    return [_statement(row) for row in (await connection.execute(query)).mappings()]


async def choose_columns(
    connection: AsyncConnection,
    unit_id: int,
    statement_id: int,
    columns: StatementColumns,
    *,
    acting: Acting,
) -> None:
    """Say which column is which; the file is read anew, and the choice is kept for files with the same heading.

    Raises `Refusal`: `writeoff.statement_unknown` (404), `writeoff.statement_busy` (409) while it is read or
    once it is imported, `writeoff.columns_missing` (422) without day or amount.
    """
    refuse_strangers(unit_id, acting=acting)
    found = await get_statement(connection, unit_id, statement_id)
    _refuse_busy(found)
    if columns.channel and columns.channel not in CHANNELS:
        message = f"渠道应为{'、'.join(CHANNELS)}之一，请重新选择。"
        raise refuse("writeoff.columns_missing", message, field="lines_channel", status=422)
    if not columns.is_enough or not 1 <= columns.heading <= len(found.shown):
        message = "请至少指定到账日期和金额（或收入金额）所在的列，并核对表头所在的行。"
        raise refuse("writeoff.columns_missing", message, field="day", status=422)
    heading = heading_of(found.shown, columns.heading)
    values = {
        "unit_id": unit_id,
        "signature": signature_of(heading),
        "columns": columns_to_json(columns),
    }
    statement = insert_or_skip(statement_formats).values(values)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["unit_id", "signature"], set_=values)
    )
    told = {
        STATEMENT_FIELDS[name][0]: "、".join(str(place + 1) for place in places)
        for name, places in columns.columns.items()
    }
    if columns.channel:
        told["渠道（没有列明的）"] = columns.channel
    words = "；".join(f"{label} {places}" for label, places in told.items())
    await _record(connection, "columns", found, {"columns": words}, acting=acting)
    await _read_again(connection, found, StatementState.READING, columns)


async def start_import(
    connection: AsyncConnection, unit_id: int, statement_id: int, *, sure: bool = False, acting: Acting
) -> None:
    """Have a statement's new lines become receipts; one that is being imported or was imported stays as it is.

    Raises `Refusal`: `writeoff.statement_unknown` (404), `writeoff.statement_busy` (409) unless it was read,
    `writeoff.statement_doubtful` (409) for one that looks like another unit's, unless somebody is `sure`.
    """
    refuse_strangers(unit_id, acting=acting)
    found = await get_statement(connection, unit_id, statement_id)
    if found.state in (StatementState.IMPORTING, StatementState.IMPORTED):
        return
    if found.state is not StatementState.CHECKED:
        raise refuse("writeoff.statement_busy", "文件还没有读取完，请稍候。", status=409)
    if found.doubt and not sure:
        message = f"{found.doubt}确认是本单位的流水后，请勾选确认再导入。"
        raise refuse("writeoff.statement_doubtful", message, field="sure", status=409)
    details = {"lines": str(found.fresh), "amount": f"{found.fresh_amount:.2f}"}
    await _record(connection, "import", found, details, acting=acting)
    await _read_again(connection, found, StatementState.IMPORTING, found.columns)


async def delete_statement(
    connection: AsyncConnection, unit_id: int, statement_id: int, *, acting: Acting
) -> BankStatement:
    """Delete a statement of which nothing was imported: one that cannot be read, or that should not be. Its file goes too.

    Raises `Refusal`: `access.denied` (403), `writeoff.statement_unknown` (404), `writeoff.statement_busy` (409) while it
    is read, and once anything of it was imported.
    """
    refuse_strangers(unit_id, acting=acting)
    found = await get_statement(connection, unit_id, statement_id)
    # Whoever imports holds the same rows from line to commit: what arrived is seen, and nothing arrives meanwhile.
    await hold_stocks(connection, [unit_id])
    if found.state is StatementState.IMPORTED or await connection.scalar(
        _HAS_RECEIPTS, {"statement_id": statement_id}
    ):
        message = "该文件已有到账导入，不能删除；记错的到账请在该月的核销里更正。"
        raise refuse("writeoff.statement_busy", message, status=409)
    _refuse_busy(found)
    # Somebody may have begun to import it since.
    gone = await connection.execute(
        delete(statements).where(statements.c.statement_id == statement_id, statements.c.run == found.run)
    )
    if not gone.rowcount:
        raise refuse("writeoff.statement_busy", "正在读取或导入该文件，请稍候。", status=409)
    await _record(connection, "delete", found, {"file": found.file_name}, acting=acting)
    return found


def _refuse_busy(found: BankStatement) -> None:
    if found.state.moving:
        raise refuse("writeoff.statement_busy", "正在读取或导入该文件，请稍候。", status=409)
    if found.state is StatementState.IMPORTED:
        raise refuse("writeoff.statement_busy", "该文件已经导入，不能再改。", status=409)


async def _read_again(
    connection: AsyncConnection, found: BankStatement, state: StatementState, columns: StatementColumns | None
) -> BankStatement:
    values = {
        "state": state.value,
        "run": found.run + 1,
        "columns": None if columns is None else columns_to_json(columns),
        "failure": "",
    }
    begun = await connection.execute(
        update(statements)
        .where(statements.c.statement_id == found.statement_id, statements.c.run == found.run)
        .values(values)
    )
    if not begun.rowcount:
        raise refuse("writeoff.statement_busy", "正在读取或导入该文件，请稍候。", status=409)
    changed = msgspec.structs.replace(found, state=state, run=found.run + 1, columns=columns, failure="")
    await _enqueue(connection, changed)
    return changed


async def _enqueue(connection: AsyncConnection, found: BankStatement) -> None:
    payload = {"statement_id": found.statement_id, "unit_id": found.unit_id}
    key = f"{READ_JOB}:{found.statement_id}:{found.run}"
    await enqueue(connection, READ_JOB, payload, key=key, priority=_PRIORITY)


# -- what a worker does --------------------------------------------------------------------------------


async def fail_statement(database: Database, found: BankStatement, failure: str) -> None:
    """Put down why a file cannot be read."""
    async with database.system() as connection:
        await _set(
            connection, found, state=StatementState.FAILED.value, failure=failure[:500], finished_at=now()
        )


async def check_statement(
    database: Database, found: BankStatement, rows: Sequence[Sequence[str]]
) -> BankStatement:
    """Read a file's rows without effect, and put down what importing them would add."""
    async with database.system() as connection:
        columns = found.columns or await _usual_columns(connection, found, rows)
        if not columns.is_enough:
            await _set(
                connection,
                found,
                state=StatementState.UNMAPPED.value,
                columns=columns_to_json(columns),
                shown=shown_rows(rows),
            )
            return await get_statement(connection, found.unit_id, found.statement_id)
        account, holder = own_account(rows, columns)
        read = await asyncio.to_thread(read_lines, rows, columns, account)
        fresh = await _fresh(connection, found.unit_id, read.lines)
        await _set(
            connection,
            found,
            state=StatementState.CHECKED.value,
            columns=columns_to_json(columns),
            shown=shown_rows(rows),
            account=account,
            holder=holder,
            doubt=await _doubt(connection, found.unit_id, account, holder),
            lines=len(read.lines),
            fresh=len(fresh),
            fresh_amount=_sum(fresh),
            **_counts(read),
        )
        return await get_statement(connection, found.unit_id, found.statement_id)


def _counts(read: ReadStatement) -> dict[str, Any]:
    told = [msgspec.to_builtins(each) for each in read.told]
    return {"totals": read.totals, "outgoing": read.outgoing, "odd": read.odd, "told": told}


def _sum(lines: Sequence[StatementLine]) -> Decimal:
    whole = sum((each.amount for each in lines), Decimal("0.00"))
    return min(whole, MAX_AMOUNT)


async def import_statement(database: Database, found: BankStatement, rows: Sequence[Sequence[str]]) -> None:
    """Make receipts of a file's new lines, some thousand in a transaction; a run that is cut off is repeated."""
    columns = found.columns
    if columns is None:
        return
    account, _ = own_account(rows, columns)
    read = await asyncio.to_thread(read_lines, rows, columns, account)
    for start in range(0, len(read.lines), _PORTION):
        portion = read.lines[start : start + _PORTION]
        async with database.system() as connection:
            await _take(connection, found, portion)
            await _set(connection, found, done=start + len(portion))
    async with database.system() as connection:
        await _set(connection, found, state=StatementState.IMPORTED.value, finished_at=now())


async def _take(connection: AsyncConnection, found: BankStatement, lines: Sequence[StatementLine]) -> None:
    # A request for write-off holds the same rows from adding up what arrived to its commit.
    await hold_stocks(connection, [found.unit_id])
    months = await counted_months(connection, found.unit_id, [each.received_on for each in lines])
    rows = [
        {
            "unit_id": found.unit_id,
            "month": months[month_of(each.received_on)],
            "received_on": each.received_on,
            "amount": each.amount,
            "source": "statement",
            "channel": each.channel,
            "payer_name": each.payer_name,
            "payer_account": each.payer_account,
            "payment_code": each.payment_code,
            "business_no": each.business_no,
            "memo": each.memo,
            "entry_key": each.key,
            "statement_id": found.statement_id,
            "entered_by_name": found.uploaded_by_name,
            "entered_at": now(),
        }
        for each in lines
    ]
    statement = insert_or_skip(receipts)
    await connection.execute(
        statement.on_conflict_do_nothing(index_elements=["unit_id", "source", "entry_key"]), rows
    )


async def _usual_columns(
    connection: AsyncConnection, found: BankStatement, rows: Sequence[Sequence[str]]
) -> StatementColumns:
    """The columns that the unit chose for files with this heading; else as they are recognised.

    What a file's name says of its channel counts more than what was chosen for others.
    """
    columns = await _chosen_before(connection, found.unit_id, rows) or recognise(rows)
    channel = channel_of(found.file_name, ()) or columns.channel
    channel = channel or channel_of("", heading_of(rows, columns.heading))
    return msgspec.structs.replace(columns, channel=channel)


async def _chosen_before(
    connection: AsyncConnection, unit_id: int, rows: Sequence[Sequence[str]]
) -> StatementColumns | None:
    query = select(statement_formats).where(statement_formats.c.unit_id == unit_id)
    kept = {row.signature: row.columns for row in await connection.execute(query)}
    for number in range(1, len(shown_rows(rows)) + 1):
        known = kept.get(signature_of(heading_of(shown_rows(rows), number)))
        if known is not None:
            return msgspec.convert(known | {"heading": number}, StatementColumns)
    return None


_KNOWN = text(
    "SELECT entry_key FROM receipts WHERE unit_id = :unit_id AND source = 'statement' AND entry_key = ANY (:keys)"
)
# An import that was cut off may have failed after some of its lines.
_HAS_RECEIPTS = text("SELECT EXISTS (SELECT FROM receipts WHERE statement_id = :statement_id)")
_ELSEWHERE = text(
    "SELECT 1 FROM statements WHERE account = :account AND unit_id <> :unit_id AND state = 'imported' LIMIT 1"
)
_OWN_NAME = text("SELECT name FROM managed_units WHERE unit_id = :unit_id")


async def _fresh(
    connection: AsyncConnection, unit_id: int, lines: Sequence[StatementLine]
) -> list[StatementLine]:
    given = {"unit_id": unit_id, "keys": [each.key for each in lines]}
    known = set((await connection.execute(_KNOWN, given)).scalars())
    return [each for each in lines if each.key not in known]


async def _doubt(connection: AsyncConnection, unit_id: int, account: str, holder: str) -> str:
    own = await connection.scalar(_OWN_NAME, {"unit_id": unit_id}) or ""
    if holder and plain_name(holder) != plain_name(own):
        return f"文件中的户名是“{holder[:60]}”，与本单位名称不一致。"
    given = {"account": account, "unit_id": unit_id}
    if account and await connection.scalar(_ELSEWHERE, given):
        return f"账号{account}的流水曾由其他单位导入。"
    return ""


async def _set(connection: AsyncConnection, found: BankStatement, **values: Any) -> None:
    """Change a statement, unless it was read or imported anew since."""
    await connection.execute(
        update(statements)
        .where(statements.c.statement_id == found.statement_id, statements.c.run == found.run)
        .values(**values)
    )


def _statement(row: RowMapping) -> BankStatement:
    values: Mapping[str, Any] = dict(row) | {
        "state": StatementState(row["state"]),
        "columns": None if row["columns"] is None else msgspec.convert(row["columns"], StatementColumns),
        "told": msgspec.convert(row["told"], tuple[OddRow, ...]),
    }
    return BankStatement(**{name: values[name] for name in BankStatement.__struct_fields__})


async def _record(
    connection: AsyncConnection, verb: str, found: BankStatement, details: dict[str, str], *, acting: Acting
) -> None:
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"statement:{verb}",
            subject=f"statement:{found.statement_id}",
            unit_id=found.unit_id,
            details=details,
        ),
    )
