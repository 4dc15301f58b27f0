"""Receives qualifications: stores them encrypted, and has the worker read them in a reading process."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.evidence.service import QUALIFICATION_MEDIA_TYPES, EvidenceStore, clean_name
from mingpiao.identity.model import Acting, AuditEntry, platform
from mingpiao.identity.service import differences as audited_differences
from mingpiao.identity.service import record
from mingpiao.jobs.backlog import Backlog, backlog_by
from mingpiao.jobs.queue import Payload, enqueue
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.qualifications import store
from mingpiao.qualifications.checks import differences
from mingpiao.qualifications.fields import read_fields
from mingpiao.qualifications.model import Qualification, QualificationState
from mingpiao.qualifications.tables import qualifications
from mingpiao.reading.model import PageLines
from mingpiao.reading.service import FileUnreadable, ReaderFailed
from mingpiao.storage.database import Database
from mingpiao.units.service import get as get_unit
from mingpiao.units.service import lock_unit

#: The job that reads a qualification; its payload has `qualification_id`.
READ_JOB = "read_qualification"
#: The most undecided qualifications of a unit, so that no unit fills the queue.
MAX_OPEN = 20
#: A qualification whose reading began so often without a result counts as unreadable.
MAX_ATTEMPTS = 3
PICTURE_WIDTH = 1400
_MOST_AT_ONCE = 1_000
NOTHING_READ = "qualification.nothing_read"
#: Failures of the platform itself, not caused by the file.
_OUR_FAILURES = frozenset(
    {f"qualification.{name}" for name in ("reader_timeout", "reader_crashed", "file_damaged")}
)
_WORKER = platform("read_qualification")
_KNOWN_STATES = (
    QualificationState.READING,
    QualificationState.READ,
    QualificationState.UNREADABLE,
    QualificationState.SUBMITTED,
    QualificationState.ACCEPTED,
)


class Reader(Protocol):
    """Reads and draws files in another process."""

    async def read_lines(self, data: bytes, media_type: str) -> Sequence[PageLines]:
        """The lines of all pages; raises `FileUnreadable`, `ReaderFailed`."""

    async def picture(self, data: bytes, media_type: str, page: int, *, width: int, rotation: int) -> bytes:
        """Page `page` (from 1) as a PNG; raises as `read_lines`."""


class QualificationDesk:
    """Receives qualifications and reads them."""

    def __init__(self, database: Database, files: EvidenceStore, reader: Reader) -> None:
        self._database = database
        self._files = files
        self._reader = reader

    async def upload(
        self, unit_id: int, file_name: str, data: bytes, *, acting: Acting
    ) -> tuple[Qualification, bool]:
        """Store a unit's qualification and queue its reading; for a known file, the earlier qualification and False.

        Raises `Refusal`: what `EvidenceStore.add_file` raises of the file, or `qualification.too_many_open` (409).
        """
        file = await self._files.add_file(
            data, allowed=QUALIFICATION_MEDIA_TYPES, acting=acting, unit_id=unit_id
        )
        async with self._database.system() as connection:
            unit = await get_unit(connection, unit_id)
            await lock_unit(connection, unit_id)
            known = await _find_current(connection, unit_id, file.digest)
            if known is not None:
                return await _upload_again(connection, known, acting=acting), False
            await _check_room(connection, unit_id)
            row = {
                "unit_id": unit_id,
                "region_code": unit.region_code,
                "qualification_type": "",
                "digest": bytes.fromhex(file.digest),
                "file_name": clean_name(file_name, file.media_type),
                "media_type": file.media_type,
                "state": QualificationState.READING,
                "differences": [],
                "uploaded_by": acting.actor,
                "uploaded_by_name": acting.name,
            }
            found = await connection.execute(insert(qualifications).values(row).returning(qualifications))
            qualification = store.qualification_of(found.mappings().one())
            await record_change(
                connection,
                "upload",
                qualification,
                {"file": qualification.file_name, "sm3": file.digest},
                acting=acting,
            )
            await _have_read(connection, qualification)
        return qualification, True

    async def read(self, payload: Payload) -> None:
        """The job `READ_JOB`: read a qualification that waits to be read. Safe to repeat.

        Raises `ReaderFailed` when the reading process fails, so that the job is repeated; after the third failure
        the qualification counts as unreadable.
        """
        qualification_id = int(payload["qualification_id"])
        async with self._database.system() as connection:
            qualification = await store.begin_reading(connection, qualification_id)
        if qualification is None:
            return
        values = await self._what_was_read(qualification)
        async with self._database.system() as connection:
            locked = await store.lock(connection, qualification_id)
            # Another worker may have been faster, or the unit has withdrawn it.
            if locked.state is QualificationState.READING:
                changed = await store.change(connection, locked, **values)
                details = {"state": changed.state.value, "failure": changed.failure_code}
                await record_change(connection, "read", changed, details, locked, acting=_WORKER)

    async def _what_was_read(self, qualification: Qualification) -> dict[str, Any]:
        if qualification.attempts > MAX_ATTEMPTS:
            return _unreadable(
                "reader_crashed", "识别程序多次异常退出，请另存为普通的图片或 PDF 后重新上传。"
            )
        try:
            data = await self._files.open_file(qualification.digest)
            pages = await self._reader.read_lines(data, qualification.media_type)
        except Refusal as refusal:
            return _unreadable("file_damaged", refusal.problems[0].message)
        except FileUnreadable as failure:
            return _unreadable(failure.code.removeprefix("evidence."), failure.message)
        except ReaderFailed as failure:
            if failure.code != "evidence.reader_timeout":
                raise
            return _unreadable("reader_timeout", "文件在限定的时间内没有识别完，请换一张较小的图片重新上传。")
        reading = await asyncio.to_thread(read_fields, pages)
        async with self._database.system() as connection:
            unit = await get_unit(connection, qualification.unit_id)
            revoked = await store.last_revoked(connection, qualification.unit_id)
        values = {
            "reading": reading,
            "qualification_type": reading.value("qualification_type"),
            "differences": differences(reading, None, unit, today(), None, revoked=revoked),
        }
        if reading.recognised:
            return values | {"state": QualificationState.READ}
        message = (
            "没有识别出证书的内容，请换一张清晰、完整、端正的图片重新上传，或对照原件自行填写后提交审核。"
        )
        return values | _unreadable(NOTHING_READ.removeprefix("qualification."), message)

    async def open_file(self, qualification: Qualification) -> bytes:
        """The bytes of the uploaded file."""
        return await self._files.open_file(qualification.digest)

    async def picture(self, qualification: Qualification, page: int) -> bytes:
        """Page `page` (from 1) of a qualification as an upright PNG.

        Raises `Refusal`: `qualification.no_picture` (404) for a page that does not exist or cannot be drawn.
        """
        sheets = qualification.reading.sheets if qualification.reading else ()
        if not 1 <= page <= len(sheets):
            raise _no_picture()
        data = await self._files.open_file(qualification.digest)
        rotation = sheets[page - 1].rotation
        try:
            return await self._reader.picture(
                data, qualification.media_type, page, width=PICTURE_WIDTH, rotation=rotation
            )
        except (FileUnreadable, ReaderFailed) as failure:
            raise _no_picture() from failure


def _unreadable(reason: str, message: str) -> dict[str, Any]:
    return {
        "state": QualificationState.UNREADABLE,
        "failure_code": f"qualification.{reason}",
        "failure": message,
    }


def _no_picture() -> Refusal:
    return refuse("qualification.no_picture", "这一页暂时不能显示，请下载原文件查看。", status=404)


def may_state(qualification: Qualification) -> bool:
    """Whether the unit may fill in and submit what the qualification says."""
    return qualification.state is QualificationState.READ or (
        qualification.state is QualificationState.UNREADABLE and qualification.failure_code == NOTHING_READ
    )


async def record_change(
    connection: AsyncConnection,
    verb: str,
    qualification: Qualification,
    details: dict[str, str],
    before: Qualification | None = None,
    *,
    acting: Acting,
) -> None:
    """Write the audit row of a change of a qualification, with what its state and its last day were."""
    names = ("state", "valid_until")
    old, new = (
        {name: getattr(each, name) for name in names} for each in (before or qualification, qualification)
    )
    entry = AuditEntry(
        acting=acting,
        action=f"qualification:{verb}",
        subject=f"qualification:{qualification.qualification_id}",
        unit_id=qualification.unit_id,
        details=details,
        changed=audited_differences(old, new),
    )
    await record(connection, entry)


async def _upload_again(
    connection: AsyncConnection, qualification: Qualification, *, acting: Acting
) -> Qualification:
    """Handle a second upload of a file: it is read again if the platform itself failed the first time."""
    if qualification.state is QualificationState.READING:
        await _have_read(connection, qualification)
    if (
        qualification.state is not QualificationState.UNREADABLE
        or qualification.failure_code not in _OUR_FAILURES
    ):
        return qualification
    waiting = await store.change(
        connection, qualification, state=QualificationState.READING, failure_code="", failure="", attempts=0
    )
    await record_change(connection, "read_again", waiting, {}, acting=acting)
    await _have_read(connection, waiting)
    return waiting


async def enqueue_unread(database: Database) -> None:
    """Queue the reading of qualifications that have waited for more than a minute without a job. Safe to repeat."""
    async with database.system() as connection:
        waiting = select(qualifications).where(
            qualifications.c.state == QualificationState.READING,
            qualifications.c.uploaded_at < now() - timedelta(minutes=1),
        )
        for row in (await connection.execute(waiting.limit(_MOST_AT_ONCE))).mappings().all():
            await _have_read(connection, store.qualification_of(row))


_BACKLOG = text(
    "SELECT count(*) AS waiting, min(uploaded_at) AS since FROM qualifications "
    "WHERE state = 'reading' AND starts_with(region_code, :prefix)"
)


async def unread_papers(connection: AsyncConnection, region_code: str) -> Backlog:
    """Papers of units of a region, and of all below it, that wait to be read."""
    return await backlog_by(connection, _BACKLOG, {"prefix": region_prefix(region_code)})


async def _have_read(connection: AsyncConnection, qualification: Qualification) -> None:
    payload = {"qualification_id": qualification.qualification_id}
    await enqueue(connection, READ_JOB, payload, key=f"{READ_JOB}:{qualification.qualification_id}")


async def _find_current(connection: AsyncConnection, unit_id: int, digest: str) -> Qualification | None:
    columns = qualifications.c
    query = select(qualifications).where(
        columns.unit_id == unit_id, columns.digest == bytes.fromhex(digest), columns.state.in_(_KNOWN_STATES)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else store.qualification_of(row)


async def _check_room(connection: AsyncConnection, unit_id: int) -> None:
    columns = qualifications.c
    under_way = (
        QualificationState.READING,
        QualificationState.READ,
        QualificationState.UNREADABLE,
        QualificationState.SUBMITTED,
    )
    counted = select(func.count()).where(columns.unit_id == unit_id, columns.state.in_(under_way))
    if (await connection.scalar(counted) or 0) >= MAX_OPEN:
        raise refuse(
            "qualification.too_many_open",
            f"本单位已有{MAX_OPEN}份证书等待处理，请先提交或撤回，再上传新的。",
            field="file",
            status=409,
        )
