"""Files of former bills: put down, judged without effect, and taken in, by a worker that may be killed anywhere.

Each portion of a file is a transaction with its verdicts and with how far the file is done. A run that was cut
off goes on behind its last portion; of two runs at once one finds the other's portion done, and stops.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import msgspec
from sqlalchemy import RowMapping, delete, func, insert, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import CatalogStore
from mingpiao.crypto.sm3 import sm3
from mingpiao.former.intake import JudgedEntry, judge_portion, take_portion
from mingpiao.former.model import (
    EntryVerdict,
    FormerImport,
    FormerImportState,
    VerdictOutcome,
    VerdictSums,
)
from mingpiao.former.reading import ReadEntry
from mingpiao.former.seals import known_certificates
from mingpiao.former.tables import former_bills, former_imports, former_verdicts
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.storage.database import Database
from mingpiao.storage.paging import KeyColumn, Keyset, Page

READ_FORMER_JOB = "read_former"
#: Bills that are judged or taken in together.
PORTION = 1_000
#: A person waits for it.
_PRIORITY = 10
_UNIT_ROLES = frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER})
_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_NEWEST_FIRST = Keyset(KeyColumn("import_id", int, True))
_BY_PLACE = Keyset(KeyColumn("place", int))
_TAKE_PORTION = text("""
UPDATE former_imports SET done = :until
WHERE import_id = :import_id AND run = :run AND done = :done AND state IN ('reading', 'importing')
""")


def import_key(import_id: int) -> str:
    """The key of an uploaded file in the file store."""
    return f"former/{import_id}"


async def add_former_file(
    connection: AsyncConnection, file_name: str, data: bytes, *, acting: Acting
) -> tuple[FormerImport, bool]:
    """Put a file down for the actor's unit, or for the units of the actor's department, and have it judged.

    It must be stored under `import_key` before the transaction ends. False with the import that is there if the
    same file came already; unless a worker is at it, it is judged anew: what was refused then may be right now.
    Raises `Refusal`: `access.denied` (403), `former.import_busy` (409) where somebody began it at the same moment.
    """
    unit_id, region_code = _owner(acting=acting)
    digest = sm3(data)
    values = {
        "unit_id": unit_id,
        "region_code": region_code,
        "file_name": file_name[:200],
        "digest": digest,
        "uploaded_by_name": acting.name,
        "uploaded_at": now(),
    }
    statement = upsert(former_imports).values(values).on_conflict_do_nothing()
    row = (await connection.execute(statement.returning(former_imports))).mappings().one_or_none()
    if row is None:
        query = select(former_imports).where(
            former_imports.c.unit_id.is_not_distinct_from(unit_id),
            former_imports.c.region_code.is_not_distinct_from(region_code),
            former_imports.c.digest == digest,
        )
        known = _import((await connection.execute(query)).mappings().one())
        if not known.state.moving:
            await _record(connection, "judge_again", known, {"file": known.file_name}, acting=acting)
            known = await _begin(connection, known, FormerImportState.READING)
        return known, False
    made = _import(row)
    await _record(connection, "upload", made, {"file": made.file_name}, acting=acting)
    await _enqueue(connection, made)
    return made, True


def _owner(*, acting: Acting) -> tuple[int | None, str | None]:
    if acting.role in _UNIT_ROLES and acting.unit_id is not None:
        return acting.unit_id, None
    if acting.role in _DEPARTMENT_ROLES and acting.region_code is not None:
        return None, acting.region_code
    raise refuse("access.denied", "只能由用票单位的开票人、管理员或财政部门的人员导入历史票据。", status=403)


async def get_former_import(connection: AsyncConnection, import_id: int) -> FormerImport:
    """An import within the scope. Raises `Refusal` (`former.import_unknown`, 404)."""
    query = select(former_imports).where(former_imports.c.import_id == import_id)
    row = (await connection.execute(query)).mappings().one_or_none() if import_id < 2**63 else None
    if row is None:
        raise refuse("former.import_unknown", "没有找到该导入，请从列表中选择。", status=404)
    return _import(row)


async def list_former_imports(
    connection: AsyncConnection, *, after: str = "", limit: int = 50
) -> Page[FormerImport]:
    """The imports within the scope, the newest first. Raises `Refusal` (`list.key_malformed`)."""
    query = select(former_imports)
    query = query.where(_NEWEST_FIRST.beyond(former_imports.c, after)) if after else query
    rows = await connection.execute(query.order_by(*_NEWEST_FIRST.order(former_imports.c)).limit(limit + 1))
    return _NEWEST_FIRST.page([_import(row) for row in rows.mappings()], limit)


async def list_verdicts(
    connection: AsyncConnection,
    import_id: int,
    outcome: VerdictOutcome | None = None,
    *,
    noticed: bool = False,
    after: str = "",
    limit: int = 50,
) -> Page[EntryVerdict]:
    """The verdicts of an import within the scope, in the order of its file; those with a notice if `noticed`.

    Raises `Refusal` (`list.key_malformed`).
    """
    verdicts = former_verdicts.c
    query = select(*[verdicts[name] for name in EntryVerdict.__struct_fields__])
    query = query.where(verdicts.import_id == import_id)
    query = query.where(verdicts.outcome == outcome.value) if outcome else query
    query = query.where(verdicts.notice != "") if noticed else query
    query = query.where(_BY_PLACE.beyond(verdicts, after)) if after else query
    rows = await connection.execute(query.order_by(verdicts.place).limit(limit + 1))
    found = [
        EntryVerdict(**(dict(row) | {"outcome": VerdictOutcome(row["outcome"])})) for row in rows.mappings()
    ]
    return _BY_PLACE.page(found, limit)


async def verdict_sums(connection: AsyncConnection, import_id: int) -> VerdictSums:
    """How many bills of an import have which verdict so far, within the scope."""
    query = (
        select(
            former_verdicts.c.outcome,
            func.count().label("count"),
            func.sum(former_verdicts.c.total).label("amount"),
            func.count().filter(former_verdicts.c.notice != "").label("noticed"),
        )
        .where(former_verdicts.c.import_id == import_id)
        .group_by(former_verdicts.c.outcome)
    )
    rows = {row.outcome: row for row in await connection.execute(query)}
    counts: dict[str, Any] = {outcome: row[1] for outcome, row in rows.items()}
    created = rows.get(VerdictOutcome.CREATED.value)
    return VerdictSums(
        **counts, **({"amount": created.amount, "noticed": created.noticed} if created else {})
    )


async def start_former_import(connection: AsyncConnection, import_id: int, *, acting: Acting) -> None:
    """Have a judged file taken in; one that is being imported or was imported stays as it is.

    Raises `Refusal`: `access.denied` (403), `former.import_unknown` (404), `former.import_busy` (409) unless it was judged.
    """
    found = await get_former_import(connection, import_id)
    if _owner(acting=acting) != (found.unit_id, found.region_code):
        raise refuse("access.denied", "只能由上传文件的单位或财政部门导入。", status=403)
    if found.state in (FormerImportState.IMPORTING, FormerImportState.IMPORTED):
        return
    if found.state is not FormerImportState.CHECKED:
        raise refuse("former.import_busy", "文件还没有核对完，请稍候。", status=409)
    sums = await verdict_sums(connection, import_id)
    details = {"bills": str(sums.created), "amount": f"{sums.amount:.2f}"}
    await _record(connection, "import", found, details, acting=acting)
    await _begin(connection, found, FormerImportState.IMPORTING)


async def own_import(connection: AsyncConnection, import_id: int, *, acting: Acting) -> FormerImport:
    """The import, for those who uploaded it. Bills come in and go out under the lock of their unit.

    Raises `Refusal`: `access.denied` (403), `former.import_unknown` (404), `former.import_busy` (409) while it is at work.
    """
    owner = _owner(acting=acting)
    found = await get_former_import(connection, import_id)
    if owner != (found.unit_id, found.region_code):
        message = "历史票据由导入它的单位或财政部门删除，请联系导入的一方。"
        raise refuse("access.denied", message, status=403)
    if found.state.moving:
        raise refuse("former.import_busy", "正在核对或导入该文件，请稍候。", status=409)
    return found


async def _begin(connection: AsyncConnection, found: FormerImport, state: FormerImportState) -> FormerImport:
    values = {"state": state.value, "run": found.run + 1, "done": 0, "failure": "", "finished_at": None}
    begun = await connection.execute(
        update(former_imports)
        .where(former_imports.c.import_id == found.import_id, former_imports.c.run == found.run)
        .values(values)
    )
    if not begun.rowcount:
        raise refuse("former.import_busy", "正在核对或导入该文件，请稍候。", status=409)
    await connection.execute(delete(former_verdicts).where(former_verdicts.c.import_id == found.import_id))
    changed = msgspec.structs.replace(found, state=state, run=found.run + 1, done=0, failure="")
    await _enqueue(connection, changed)
    return changed


async def _enqueue(connection: AsyncConnection, found: FormerImport) -> None:
    key = f"{READ_FORMER_JOB}:{found.import_id}:{found.run}"
    await enqueue(connection, READ_FORMER_JOB, {"import_id": found.import_id}, key=key, priority=_PRIORITY)


# -- what a worker does --------------------------------------------------------------------------------


async def fail_former_import(database: Database, found: FormerImport, failure: str) -> None:
    """Put down why a file cannot be read."""
    async with database.system() as connection:
        await _set(
            connection, found, state=FormerImportState.FAILED.value, failure=failure[:500], finished_at=now()
        )


async def work_through(
    database: Database, catalog: CatalogStore, found: FormerImport, entries: Iterator[ReadEntry], count: int
) -> bool:
    """Judge a file's bills, or take them in, by the import's state; `entries` are all of the file.

    True when none is left, and the import is to be ended (`end_former_import`); False when another worker is at it.
    """
    done = found.done
    async with database.system() as connection:
        await _set(connection, found, entries=count)
        known = await known_certificates(connection)
        created = await _created(connection, found) if done else frozenset()
    # A run that was cut off knows again what stands further in front.
    seen = await asyncio.to_thread(lambda: _digests(islice(entries, done), created))
    while portion := await asyncio.to_thread(lambda: list(islice(entries, PORTION))):
        async with database.system() as connection:
            given = {
                "import_id": found.import_id,
                "run": found.run,
                "done": done,
                "until": done + len(portion),
            }
            if not (await connection.execute(_TAKE_PORTION, given)).rowcount:
                return False
            if found.state is FormerImportState.READING:
                judged = await judge_portion(connection, found, portion, await catalog.get(), seen)
            else:
                judged = await take_portion(connection, found, portion, await catalog.get(), seen, known)
            await _tell(connection, found, judged)
        done += len(portion)
    return True


async def _created(connection: AsyncConnection, found: FormerImport) -> frozenset[int]:
    """The places of the bills that can be taken in, or were, as far as the file is done."""
    query = select(former_verdicts.c.place).where(
        former_verdicts.c.import_id == found.import_id,
        former_verdicts.c.outcome == VerdictOutcome.CREATED.value,
    )
    return frozenset((await connection.execute(query)).scalars())


def _digests(entries: Iterator[ReadEntry], places: frozenset[int]) -> dict[int, bytes]:
    """The digests of the bills at these places, by number."""
    return {
        each.bill.identity.bill_id: each.bill.digest
        for each in entries
        if each.bill is not None and each.place in places
    }


async def end_former_import(database: Database, found: FormerImport) -> None:
    """Put an import to rest whose bills were all judged, or taken in.

    A file that was imported and has nothing new when it is judged again stays imported: nothing is left to confirm.
    """
    async with database.system() as connection:
        ended = FormerImportState.IMPORTED
        if found.state is FormerImportState.READING and not await _has_only_known(connection, found):
            ended = FormerImportState.CHECKED
        await _set(connection, found, state=ended.value, finished_at=now())


async def _has_only_known(connection: AsyncConnection, found: FormerImport) -> bool:
    bills = select(former_bills.c.bill_id).where(former_bills.c.import_id == found.import_id).limit(1)
    if await connection.scalar(bills) is None:
        return False
    return not (await verdict_sums(connection, found.import_id)).created


async def units_of_import(connection: AsyncConnection, import_id: int) -> list[int]:
    """The units of which an import took bills in, in their order."""
    query = select(former_bills.c.unit_id).distinct().where(former_bills.c.import_id == import_id)
    return sorted((await connection.execute(query)).scalars())


async def _tell(connection: AsyncConnection, found: FormerImport, judged: Sequence[JudgedEntry]) -> None:
    rows = [
        msgspec.structs.asdict(each.verdict)
        | {"import_id": found.import_id, "outcome": each.verdict.outcome.value, "told_at": now()}
        for each in judged
    ]
    await connection.execute(insert(former_verdicts), rows)


async def _set(connection: AsyncConnection, found: FormerImport, **values: Any) -> None:
    """Change an import, unless it was begun anew since."""
    await connection.execute(
        update(former_imports)
        .where(former_imports.c.import_id == found.import_id, former_imports.c.run == found.run)
        .values(**values)
    )


def _import(row: RowMapping) -> FormerImport:
    values: Mapping[str, Any] = dict(row) | {"state": FormerImportState(row["state"])}
    return FormerImport(**{name: values[name] for name in FormerImport.__struct_fields__})


async def _record(
    connection: AsyncConnection, verb: str, found: FormerImport, details: dict[str, str], *, acting: Acting
) -> None:
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"former:{verb}",
            subject=f"former_import:{found.import_id}",
            unit_id=found.unit_id,
            details=details,
        ),
    )
