"""The desk of batches: take a sheet in, judge it, correct it, issue it in the background, and stop.

A row's business number is made from batch and row, and it is sent in the name that was kept before it was sent.
So a row that is sent again, after a crash or by two workers at once, gets its own bill again.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import Pending
from mingpiao.applications.service import Applications
from mingpiao.batches import store
from mingpiao.batches.columns import SheetColumn, columns_of, items_of_kind, with_places
from mingpiao.batches.judging import judge_rows
from mingpiao.batches.model import (
    MAX_ROWS,
    OPEN_STATES,
    BatchRow,
    BatchState,
    BillBatch,
    RowState,
    SheetRow,
)
from mingpiao.batches.notices import tell_end
from mingpiao.batches.reading import Wanted, at_columns, complete, content_of, names_of_items, read_row
from mingpiao.batches.slips import places_of
from mingpiao.batches.store import RowAnswer
from mingpiao.catalog.service import CatalogStore
from mingpiao.crypto.sm3 import sm3
from mingpiao.identity.model import Acting, AuditEntry, Role, acting_for, platform
from mingpiao.identity.service import account_state, record
from mingpiao.issuing.model import (
    Issued,
    IssueRequest,
    NeedsChecking,
    NeedsConfirmation,
    Outcome,
    Refused,
    Unresolved,
)
from mingpiao.issuing.service import Desk
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.storage.database import Database
from mingpiao.units.service import UnitDirectory

CHECK_JOB = "check_batch"
ISSUE_JOB = "issue_batch"

#: Rows that are sent to the desk together: five full trains.
PORTION = 1_000
#: A sheet of at most so many rows is judged while its page waits.
CHECKED_AT_ONCE = 1_000
#: After so long a worker judges also a short sheet: the process that should have done so was cut off.
_CHECKED_BY_NOW = timedelta(seconds=30)
#: The desk's refusals that are not about a row, so that no other row would fare better.
_HALTING = frozenset(
    {
        "bill.kind_not_allowed",
        "bill.kind_unknown",
        "numbering.out_of_stock",
        "service.clock_wrong",
        "unit.issuing_locked",
    }
)
#: A portion that got no answer is sent again after so many seconds each.
_PAUSES = (1.0, 2.0, 4.0)
_logger = logging.getLogger(__name__)

#: What becomes of a row that was sent.
_Answer = Outcome | Pending


class BatchDesk:
    """Batches of units. Its verbs that change something work in transactions of their own."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogStore,
        units: UnitDirectory,
        desk: Desk,
        applications: Applications,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._units = units
        self._desk = desk
        self._applications = applications

    # -- sheets --------------------------------------------------------------------------------------

    async def wanted(self, unit_id: int, kind_code: str) -> Wanted:
        """How sheets of a kind are read for a unit. Raises `Refusal` for a kind that has no batches."""
        catalog, profile = await self._catalog.get(), await self._units.profile(unit_id)
        kind = catalog.kinds.get(kind_code)
        if kind is None or kind.retired or kind.code not in profile.kind_codes:
            raise refuse(
                "bill.kind_not_allowed",
                "本单位不能开具该票据种类，请从列表中重新选择。",
                field="kind",
                status=404,
            )
        if kind.needs_evidence:
            message = f"开具“{kind.name}”须逐张附佐证材料，不能批量开具，请在“开具票据”中逐张开具。"
            raise refuse("batch.needs_evidence", message, field="kind", status=422)
        items = items_of_kind(profile, kind, catalog)
        return Wanted(kind=kind, columns=columns_of(kind, items), items=names_of_items(items))

    async def take_in(
        self, unit_id: int, kind_code: str, file_name: str, rows: Sequence[SheetRow], *, acting: Acting
    ) -> BillBatch:
        """Keep a sheet as a batch, and have it judged.

        Raises `Refusal`: `batch.same_sheet` (409) where the same content is a batch already (`batch_id` among the
        facts), `batch.rows` (422) for none or too many rows.
        """
        wanted = await self.wanted(unit_id, kind_code)
        _check_count(rows)
        contents = [content_of(wanted, row.cells) for row in rows]
        digest = sm3(kind_code.encode() + b"".join(contents))
        moment = now()
        async with self._database.system() as connection:
            values = {
                "unit_id": unit_id,
                "kind_code": wanted.kind.code,
                "file_name": file_name[:100],
                "digest": digest,
                "uploaded_name": acting.name,
                "moment": moment,
            }
            batch_id = (await connection.execute(_INSERT, values)).scalar_one_or_none()
            if batch_id is None:
                raise await _same_sheet(connection, unit_id, digest)
            await store.write_rows(connection, batch_id, unit_id, _completed(wanted, rows), contents)
            await record(
                connection, _entry("upload", batch_id, unit_id, acting=acting, file=file_name, rows=len(rows))
            )
            await _enqueue_check(connection, batch_id, len(rows), f"{CHECK_JOB}:{batch_id}:1")
        return await self._checked_soon(batch_id, len(rows))

    async def correct(self, batch_id: int, rows: Sequence[SheetRow], *, acting: Acting) -> BillBatch:
        """Put corrected rows in the place of those with the same numbers, and have the batch judged again.

        Raises `Refusal`: `batch.row_unknown` (422) for numbers that the batch has not or that are issued,
        `batch.row_twice` (422) for a number that several of the rows have, `batch.running` (409) while rows are being issued.
        """
        _check_count(rows)
        async with self._database.system() as connection:
            batch = await self._locked(connection, batch_id, acting=acting)
            _check_at_rest(batch)
            known = {row.row_no for row in await store.rows_in(connection, batch_id, OPEN_STATES)}
            strange = [row.row_no for row in rows if row.row_no not in known]
            if strange:
                told = "、".join(map(str, strange[:5]))
                message = f"批内行号{told}不在本批次中，或已开具，请使用从本批次下载的文件更正。"
                raise refuse("batch.row_unknown", message, field="file", status=422)
            _check_once(rows)
            wanted = await self._wanted_as_it_was(batch)
            contents = [content_of(wanted, row.cells) for row in rows]
            await store.write_rows(connection, batch_id, batch.unit_id, _completed(wanted, rows), contents)
            await record(
                connection, _entry("correct", batch_id, batch.unit_id, acting=acting, rows=len(rows))
            )
            await self._judge_again(connection, batch)
        return await self._checked_soon(batch_id, batch.open_rows)

    async def answer(
        self, batch_id: int, rule: str, reason: str, *, row_no: int | None = None, acting: Acting
    ) -> BillBatch:
        """Give the reason that a rule asks for, about one row, or about all rows that have none yet.

        Raises `Refusal`: `batch.reason_required` (422), `batch.nothing_asked` (409), `batch.running` (409).
        """
        if not 0 < len(reason) <= _LONGEST_REASON:
            message = f"请填写核实说明，最多{_LONGEST_REASON}个字。"
            raise refuse("batch.reason_required", message, field=f"reason/{rule}", status=422)
        async with self._database.system() as connection:
            batch = await self._locked(connection, batch_id, acting=acting)
            _check_at_rest(batch)
            count = await store.write_reason(connection, batch_id, rule, reason, row_no)
            if not count:
                raise refuse("batch.nothing_asked", "没有等待这项说明的行，请刷新后查看。", status=409)
            entry = _entry(
                "answer", batch_id, batch.unit_id, acting=acting, rule=rule, rows=count, reason=reason
            )
            await record(connection, entry)
            await self._judge_again(connection, batch)
        return await self._checked_soon(batch_id, batch.open_rows)

    async def drop(self, batch_id: int, row_nos: Sequence[int] | None = None, *, acting: Acting) -> bool:
        """Delete rows that are not issued, by default all; True where nothing was left and the batch went, too.

        Raises `Refusal` (`batch.running`, 409).
        """
        async with self._database.system() as connection:
            batch = await self._locked(connection, batch_id, acting=acting)
            _check_at_rest(batch)
            numbers = None if row_nos is None else list(row_nos)
            values = {"batch_id": batch_id, "row_nos": numbers}
            count = (await connection.execute(_DROP_ROWS, values)).rowcount
            await record(connection, _entry("drop", batch_id, batch.unit_id, acting=acting, rows=count))
            left = batch.rows - count
            if not left:
                await connection.execute(_DROP, {"batch_id": batch_id})
            elif batch.open_rows > count:
                await self._judge_again(connection, batch)
            else:
                await _set_state(connection, batch_id, BatchState.FINISHED)
        if left:
            await self._checked_soon(batch_id, batch.open_rows)
        return not left

    # -- judging -------------------------------------------------------------------------------------

    async def _judge_again(self, connection: AsyncConnection, batch: BillBatch) -> None:
        values = {"batch_id": batch.batch_id, "moment": now()}
        await connection.execute(_CHANGED, values)
        key = f"{CHECK_JOB}:{batch.batch_id}:{batch.version + 1}"
        await _enqueue_check(connection, batch.batch_id, batch.open_rows, key)

    async def _checked_soon(self, batch_id: int, rows: int) -> BillBatch:
        """The batch, judged at once where it is short; else a worker is about to judge it."""
        if rows <= CHECKED_AT_ONCE:
            await self.check(batch_id)
        async with self._database.system() as connection:
            return await store.get_batch(connection, batch_id)

    async def check(self, batch_id: int) -> None:
        """Judge all rows that may be changed, if nobody did since the last change. Safe to repeat."""
        async with self._database.system() as connection:
            try:
                batch = await store.get_batch(connection, batch_id)
            except Refusal:
                return  # It was deleted meanwhile.
            if batch.state is not BatchState.CHECKING:
                return
            rows = await store.rows_in(connection, batch_id, OPEN_STATES)
            same = await store.same_rows(connection, batch_id)
        verdicts = []
        if rows:
            wanted = await self._wanted_as_it_was(batch)
            name = batch.started_name or batch.uploaded_name
            verdicts = await judge_rows(
                self._desk, wanted, rows, same, name, acting=platform(CHECK_JOB, name=name)
            )
        async with self._database.system() as connection:
            now_is = await store.lock_batch(connection, batch_id)
            if now_is.state is BatchState.CHECKING and now_is.version == batch.version:
                await store.write_verdicts(connection, batch_id, verdicts)
                await _set_state(connection, batch_id, BatchState.CHECKED)

    async def _wanted_as_it_was(self, batch: BillBatch) -> Wanted:
        """How the sheet is read; a kind that was closed meanwhile is told row by row by the desk."""
        catalog, profile = await self._catalog.get(), await self._units.profile(batch.unit_id)
        kind = catalog.kinds[batch.kind]
        items = items_of_kind(profile, kind, catalog)
        return Wanted(kind=kind, columns=columns_of(kind, items), items=names_of_items(items))

    # -- issuing -------------------------------------------------------------------------------------

    async def start(
        self, batch_id: int, *, agreed: tuple[int, Decimal] | None = None, acting: Acting
    ) -> BillBatch:
        """Begin to issue the rows that nothing stands against, or go on with it.

        `agreed` are number and sum (元) of the bills that a person agreed to issue. Raises `Refusal`:
        `batch.running`, `batch.checking`, `batch.nothing_to_issue`, `batch.changed` where others are to be issued by
        now (409), `access.denied` (403).
        """
        if acting.account is None or acting.role is not Role.UNIT_HANDLER:
            raise refuse("access.denied", "只有开票人可以批量开具票据。", status=403)
        async with self._database.system() as connection:
            batch = await self._locked(connection, batch_id, acting=acting)
            if batch.state is BatchState.RUNNING:
                raise refuse("batch.running", "该批次正在开具，不必重复开始。", status=409)
            if batch.state is BatchState.CHECKING:
                raise refuse("batch.checking", "该批次正在核对，请核对完成后再开始。", status=409)
            if not batch.to_issue:
                raise refuse(
                    "batch.nothing_to_issue", "没有可以开具的行，请先更正问题或填写核实说明。", status=409
                )
            if agreed is not None and agreed != (batch.to_issue, batch.total_to_issue):
                message = "确认之后有行改动过，张数或合计与您看到的不同，请按现在的数字重新确认。"
                raise refuse("batch.changed", message, status=409)
            values = {
                "batch_id": batch_id,
                "account_id": acting.account_id,
                "name": acting.name,
                "address": acting.address,
                "point": acting.point,
                "moment": now(),
            }
            run = (await connection.execute(_START, values)).scalar_one()
            await record(
                connection, _entry("start", batch_id, batch.unit_id, acting=acting, rows=batch.to_issue)
            )
            await _enqueue_issue(connection, batch_id, run)
            return await store.get_batch(connection, batch_id)

    async def stop(self, batch_id: int, *, acting: Acting) -> BillBatch:
        """Stop issuing after the rows that are being sent. A batch that is not being issued stays as it is."""
        async with self._database.system() as connection:
            batch = await self._locked(connection, batch_id, acting=acting)
            if batch.state is BatchState.RUNNING:
                reason = f"{acting.name}停止了开具。"
                # Who stops their own batch knows it.
                own = acting.account_id == batch.started_by
                await self._halt(connection, batch, reason, quiet=own, acting=acting)
            return await store.get_batch(connection, batch_id)

    async def _halt(
        self,
        connection: AsyncConnection,
        batch: BillBatch,
        reason: str,
        *,
        quiet: bool = False,
        acting: Acting,
    ) -> None:
        await _set_state(connection, batch.batch_id, BatchState.STOPPED, reason)
        await record(connection, _entry("stop", batch.batch_id, batch.unit_id, acting=acting, reason=reason))
        if not quiet:
            await tell_end(connection, batch, stopped=reason)

    async def run(self, batch_id: int, run: int) -> None:
        """Issue the rows of a batch in the name of who started it, until none is left or it is stopped.

        Safe to repeat and to be cut off anywhere; ends where the batch was started anew meanwhile.
        """
        unanswered = 0
        while True:
            taken = await self._next_rows(batch_id, run)
            if taken is None:
                return
            batch, rows, acting = taken
            outcomes = await self._send(batch, rows, acting=acting)
            halted = await self._keep(batch, rows, outcomes, run, acting=acting)
            silent = any(isinstance(outcome, Unresolved) or _is_busy(outcome) for outcome in outcomes)
            unanswered = unanswered + 1 if silent else 0
            if halted:
                return
            if unanswered > len(_PAUSES):
                reason = "系统暂时不可用，请稍后继续。已开具的不受影响，也不会重复开具。"
                await self._halt_run(batch_id, run, reason, acting=acting)
                return
            if unanswered:
                await asyncio.sleep(_PAUSES[unanswered - 1])

    async def _next_rows(self, batch_id: int, run: int) -> tuple[BillBatch, list[BatchRow], Acting] | None:
        async with self._database.system() as connection:
            batch = await self._mine(connection, batch_id, run)
            if batch is None:
                return None
            acting = await _starter(connection, batch)
            if acting is None:
                reason = "开始本批次的账户已停用、到期或不再是开票人，请由本单位的开票人继续。"
                await self._halt(connection, batch, reason, acting=platform(ISSUE_JOB))
                return None
            rows = await store.take_rows(connection, batch_id, acting.name, PORTION)
            if rows:
                return batch, rows, acting
            await _set_state(connection, batch_id, BatchState.FINISHED)
            count = batch.count(RowState.ISSUED)
            await record(connection, _entry("finish", batch_id, batch.unit_id, acting=acting, rows=count))
            await tell_end(connection, batch)
            return None

    async def _mine(self, connection: AsyncConnection, batch_id: int, run: int) -> BillBatch | None:
        """The batch under its lock while this run is to go on; else None."""
        try:
            batch = await store.lock_batch(connection, batch_id)
        except Refusal:
            return None
        return batch if batch.state is BatchState.RUNNING and batch.run == run else None

    async def _send(self, batch: BillBatch, rows: Sequence[BatchRow], *, acting: Acting) -> list[_Answer]:
        wanted = await self._wanted_as_it_was(batch)
        requests = [read_row(wanted, row, row.handler).request for row in rows]
        # What a department returned comes back to it: one by one, and never in a batch.
        unfit = [await self._applications.must_be_seen(batch.unit_id, each) for each in requests]
        fit = [each for each, problem in zip(requests, unfit, strict=True) if problem is None]
        outcomes = await self._desk.issue(batch.unit_id, fit, acting=acting) if fit else []
        answers = iter(zip(fit, outcomes, strict=True))
        return [
            Refused(problems=(problem,))
            if problem
            else await self._checked(batch.unit_id, *next(answers), acting=acting)
            for problem in unfit
        ]

    async def _checked(
        self, unit_id: int, request: IssueRequest, outcome: Outcome, *, acting: Acting
    ) -> _Answer:
        """The outcome; a row that must be checked by a second person becomes an application."""
        if not isinstance(outcome, NeedsChecking):
            return outcome
        return await self._applications.give_to_checker(unit_id, request, outcome, acting=acting)

    async def _keep(
        self,
        batch: BillBatch,
        rows: Sequence[BatchRow],
        outcomes: Sequence[_Answer],
        run: int,
        *,
        acting: Acting,
    ) -> bool:
        """Keep the answers; True where they say that no other row would be issued now."""
        columns = (await self._wanted_as_it_was(batch)).columns
        answers = [
            answer
            for row, outcome in zip(rows, outcomes, strict=True)
            if (answer := _answer_of(row, outcome, columns)) is not None
        ]
        reason = next((told for outcome in outcomes if (told := _halting(outcome))), "")
        async with self._database.system() as connection:
            await store.write_outcomes(connection, batch.batch_id, answers)
        if reason:
            await self._halt_run(batch.batch_id, run, reason, acting=acting)
        return bool(reason)

    async def _halt_run(self, batch_id: int, run: int, reason: str, *, acting: Acting) -> None:
        async with self._database.system() as connection:
            batch = await self._mine(connection, batch_id, run)
            if batch is not None:
                await self._halt(connection, batch, reason, acting=acting)

    async def _locked(self, connection: AsyncConnection, batch_id: int, *, acting: Acting) -> BillBatch:
        batch = await store.lock_batch(connection, batch_id)
        if acting.unit_id != batch.unit_id:
            raise refuse(
                "batch.unknown", "没有找到该批次，可能已被删除，请从批量开具记录中选择。", status=404
            )
        return batch


_LONGEST_REASON = 200


def _check_count(rows: Sequence[SheetRow]) -> None:
    if not 1 <= len(rows) <= MAX_ROWS:
        message = f"一个批次应有1至{MAX_ROWS:,}行，现有{len(rows):,}行，请拆分后上传。"
        raise refuse("batch.rows", message, field="file", status=422)


def _check_once(rows: Sequence[SheetRow]) -> None:
    counts = Counter(row.row_no for row in rows)
    twice = [row_no for row_no, count in counts.items() if count > 1]
    if twice:
        told = "、".join(map(str, twice[:5]))
        message = f"批内行号{told}在文件里不止一行，请每个行号只留一行后重新上传。"
        raise refuse("batch.row_twice", message, field="file", status=422)


def _check_at_rest(batch: BillBatch) -> None:
    if batch.state is BatchState.RUNNING:
        raise refuse("batch.running", "该批次正在开具，请先停止再更正。", status=409)


def _completed(wanted: Wanted, rows: Sequence[SheetRow]) -> list[SheetRow]:
    return [msgspec.structs.replace(row, cells=complete(wanted, row.cells)) for row in rows]


async def _same_sheet(connection: AsyncConnection, unit_id: int, digest: bytes) -> Refusal:
    query = text("SELECT batch_id, uploaded_at FROM batches WHERE unit_id = :unit_id AND digest = :digest")
    row = (await connection.execute(query, {"unit_id": unit_id, "digest": digest})).one()
    message = f"内容相同的文件已上传过，就是批次{row.batch_id}，没有再建新批次；请到该批次中继续办理。"
    return refuse("batch.same_sheet", message, field="file", status=409, batch_id=row.batch_id)


async def _starter(connection: AsyncConnection, batch: BillBatch) -> Acting | None:
    """Who started the batch, as long as they may issue bills of its unit."""
    if batch.started_by is None:
        return None
    state = await account_state(connection, batch.started_by)
    account = state.account
    usable = account.active and not state.over
    allowed = usable and account.role is Role.UNIT_HANDLER and account.unit_id == batch.unit_id
    if not allowed:
        return None
    return acting_for(account, address=batch.started_from, point=batch.started_at_point)


def _is_busy(outcome: _Answer) -> bool:
    return isinstance(outcome, Refused) and outcome.problems[0].code == "service.busy"


def _halting(outcome: _Answer) -> str:
    if not isinstance(outcome, Refused):
        return ""
    return next((problem.message for problem in outcome.problems if problem.code in _HALTING), "")


def _answer_of(row: BatchRow, outcome: _Answer, columns: Sequence[SheetColumn]) -> RowAnswer | None:
    """What becomes of a row that was sent; None while nobody knows."""
    match outcome:
        case Issued(bill=bill):
            return RowAnswer(
                row_no=row.row_no,
                state=RowState.ISSUED,
                bill_id=bill.bill_id,
                check_code=bill.check_code,
                issued_at=bill.issued_at,
            )
        case NeedsConfirmation(hits=hits):
            return RowAnswer(row_no=row.row_no, state=RowState.ASKED, hits=hits)
        case Pending(application=application):
            number = application.application_id
            return RowAnswer(row_no=row.row_no, state=RowState.TO_CHECKER, application_id=number)
        case Refused(problems=problems):
            return _refused(
                row, outcome, at_columns((), problems, with_places(columns, places_of(row.cells)))
            )
        case _:
            return None


def _refused(row: BatchRow, outcome: Refused, problems: tuple[Problem, ...]) -> RowAnswer | None:
    if _is_busy(outcome):
        return None
    if _halting(outcome):
        return RowAnswer(row_no=row.row_no, state=RowState.READY, hits=row.hits)
    return RowAnswer(row_no=row.row_no, state=RowState.WRONG, problems=problems, hits=row.hits)


async def _enqueue_issue(connection: AsyncConnection, batch_id: int, run: int) -> None:
    await enqueue(
        connection, ISSUE_JOB, {"batch_id": batch_id, "run": run}, key=f"{ISSUE_JOB}:{batch_id}:{run}"
    )


async def enqueue_moving(database: Database) -> None:
    """Request the work on batches again that nobody works on, for example because a worker failed too often."""
    async with database.system() as connection:
        for row in (await connection.execute(_MOVING)).mappings().all():
            batch_id = row["batch_id"]
            if row["state"] == BatchState.RUNNING:
                await _enqueue_issue(connection, batch_id, row["run"])
            else:
                key = f"{CHECK_JOB}:{batch_id}:{row['version']}"
                await enqueue(connection, CHECK_JOB, {"batch_id": batch_id}, key=key)


async def _enqueue_check(connection: AsyncConnection, batch_id: int, rows: int, key: str) -> None:
    """Have a worker judge the rows; a short batch only later, as the caller judges it itself at once."""
    delay = _CHECKED_BY_NOW if rows <= CHECKED_AT_ONCE else None
    await enqueue(connection, CHECK_JOB, {"batch_id": batch_id}, key=key, delay=delay)


async def _set_state(connection: AsyncConnection, batch_id: int, state: BatchState, reason: str = "") -> None:
    moment = now()
    values: Mapping[str, Any] = {
        "batch_id": batch_id,
        "state": state.value,
        "reason": reason,
        "moment": moment,
        "finished": moment if state is BatchState.FINISHED else None,
    }
    await connection.execute(_STATE, values)


def _entry(verb: str, batch_id: int, unit_id: int, *, acting: Acting, **details: str | int) -> AuditEntry:
    return AuditEntry(
        acting=acting,
        action=f"batch:{verb}",
        subject=f"batch:{batch_id}",
        unit_id=unit_id,
        details={name: str(value) for name, value in details.items()},
    )


_INSERT = text(
    """
INSERT INTO batches (unit_id, kind_code, file_name, digest, uploaded_name, uploaded_at, touched_at)
VALUES (:unit_id, :kind_code, :file_name, :digest, :uploaded_name, :moment, :moment)
ON CONFLICT (unit_id, digest) DO NOTHING RETURNING batch_id
"""
)
_CHANGED = text(
    """
UPDATE batches SET state = 'checking', version = version + 1, stop_reason = '', touched_at = :moment
WHERE batch_id = :batch_id
"""
)
_START = text(
    """
UPDATE batches SET state = 'running', run = run + 1, started_by = :account_id, started_name = :name,
    started_from = :address, started_at_point = :point, started_at = :moment, finished_at = NULL, stop_reason = '', touched_at = :moment
WHERE batch_id = :batch_id RETURNING run
"""
)
_STATE = text(
    """
UPDATE batches SET state = :state, stop_reason = :reason, touched_at = :moment,
    finished_at = coalesce(CAST(:finished AS timestamptz), finished_at)
WHERE batch_id = :batch_id
"""
)
_DROP_ROWS = text(
    """
DELETE FROM batch_rows
WHERE batch_id = :batch_id AND state IN ('new', 'wrong', 'asked', 'ready')
  AND (CAST(:row_nos AS integer[]) IS NULL OR row_no = ANY(CAST(:row_nos AS integer[])))
"""
)
_DROP = text("DELETE FROM batches WHERE batch_id = :batch_id")
_MOVING = text("SELECT batch_id, state, run, version FROM batches WHERE state IN ('checking', 'running')")
