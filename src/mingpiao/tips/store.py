"""Finds tips, and writes what happens to them. A step names the revision that its author saw."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, any_, insert, literal, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import NUMBER_SPACE, region_prefix
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import of_revisions, settle
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.tips.model import (
    OPEN_STATES,
    Tip,
    TipFile,
    TipFilter,
    TipKind,
    TipState,
    TipStep,
    TipStepKind,
)
from mingpiao.tips.tables import tip_files, tip_steps, tips

PAGE_SIZE = 50
#: Tips that a page offers to merge with.
MOST_ALIKE = 20
_NEWEST_FIRST = Keyset(KeyColumn("tip_id", int, True))
_DUE_FIRST = Keyset(KeyColumn("due_at", datetime), KeyColumn("tip_id", int))
#: What departments read; the contact itself is not among it.
_SHOWN = [each for each in tips.c if each.name not in ("code_hash", "contact", "overdue_told")]
_OPEN = tips.c.state.in_([each.value for each in OPEN_STATES])
_OWNER = text(
    "SELECT unit_id FROM number_ranges WHERE code = :code AND first_number <= :number AND last_number >= :number "
    "ORDER BY first_number DESC LIMIT 1"
)
_BILL = text(
    "SELECT state, color, issued_at, total FROM registered_bills WHERE unit_id = :unit_id AND bill_id = :bill_id"
)


class TipBill(msgspec.Struct, frozen=True, kw_only=True):
    """What departments see beside a tip of the bill that it names."""

    state: str
    color: str
    issued_at: datetime
    total: Any


async def get_tip(connection: AsyncConnection, tip_id: int) -> Tip:
    """A tip within the scope; raises `Refusal` (`tip.unknown`, 404)."""
    query = select(*_SHOWN).where(tips.c.tip_id == tip_id)
    row = (await connection.execute(query)).mappings().one_or_none() if tip_id < 2**63 else None
    if row is None:
        raise unknown()
    return tip_of(row)


async def list_tips(
    connection: AsyncConnection, wanted: TipFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[Tip]:
    """A page of the tips within the scope: the newest first, or by their deadline."""
    keyset = _DUE_FIRST if wanted.by_due else _NEWEST_FIRST
    query = select(*_SHOWN).where(*_conditions(wanted))
    query = query.where(keyset.beyond(tips.c, after)) if after else query
    rows = (await connection.execute(query.order_by(*keyset.order(tips.c)).limit(limit + 1))).mappings()
    return keyset.page([tip_of(row) for row in rows], limit)


def _conditions(wanted: TipFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.states:
        yield tips.c.state.in_([each.value for each in wanted.states])
    if wanted.kind is not None:
        yield literal(wanted.kind.value) == any_(tips.c.kinds)
    if wanted.region:
        yield tips.c.region_code.startswith(region_prefix(wanted.region), autoescape=True)
    if wanted.unit_id is not None:
        yield tips.c.unit_id == wanted.unit_id
    if wanted.tip_id is not None:
        yield tips.c.tip_id == wanted.tip_id
    if wanted.overdue:
        yield _OPEN
        yield tips.c.due_at <= now()
    if wanted.submitted_from is not None:
        yield tips.c.submitted_at >= wanted.submitted_from
    if wanted.submitted_before is not None:
        yield tips.c.submitted_at < wanted.submitted_before


async def alike_tips(connection: AsyncConnection, tip: Tip) -> list[Tip]:
    """Open tips of the same bill or unit within the scope, the oldest first: those that a tip may be merged into."""
    same = []
    if tip.bill_id is not None:
        same.append(tips.c.bill_id == tip.bill_id)
    if tip.unit_id is not None:
        same.append(tips.c.unit_id == tip.unit_id)
    if not same:
        return []
    query = select(*_SHOWN).where(or_(*same), _OPEN, tips.c.tip_id != tip.tip_id)
    rows = await connection.execute(query.order_by(tips.c.tip_id).limit(MOST_ALIKE))
    return [tip_of(row) for row in rows.mappings()]


async def merged_tips(connection: AsyncConnection, tip_id: int) -> list[Tip]:
    """The tips that were merged into one, within the scope."""
    query = select(*_SHOWN).where(tips.c.merged_into == tip_id).order_by(tips.c.tip_id)
    return [tip_of(row) for row in (await connection.execute(query)).mappings()]


async def steps_of_tip(connection: AsyncConnection, tip_id: int) -> list[TipStep]:
    """What happened to a tip, the oldest first, within the scope."""
    files: dict[int, list[TipFile]] = {}
    for row in await connection.execute(
        select(tip_files).where(tip_files.c.tip_id == tip_id).order_by(tip_files.c.file_id)
    ):
        files.setdefault(row.step_id, []).append(_file(row))
    query = select(tip_steps).where(tip_steps.c.tip_id == tip_id).order_by(tip_steps.c.step_id)
    return [
        TipStep(
            kind=TipStepKind(row.kind),
            at=row.at,
            actor_name=row.actor_name,
            words=row.words,
            note=row.note,
            files=tuple(files.get(row.step_id, ())),
        )
        for row in await connection.execute(query)
    ]


async def get_tip_file(connection: AsyncConnection, tip_id: int, file_id: int) -> TipFile:
    """A file of a tip within the scope; raises `Refusal` (`tip.file_unknown`, 404)."""
    query = select(tip_files).where(tip_files.c.tip_id == tip_id, tip_files.c.file_id == file_id)
    row = (await connection.execute(query)).one_or_none() if max(tip_id, file_id) < 2**63 else None
    if row is None:
        raise refuse("tip.file_unknown", "没有找到该附件，或您无权查看。", status=404)
    return _file(row)


async def owner_of_bill(connection: AsyncConnection, bill_id: int) -> int | None:
    """The unit that a bill's number was allotted to, or None."""
    code, number = divmod(bill_id, NUMBER_SPACE)
    found: int | None = await connection.scalar(_OWNER, {"code": f"{code:08d}", "number": number})
    return found


async def bill_of_tip(connection: AsyncConnection, tip: Tip) -> TipBill | None:
    """The bill that a tip names, within the scope; None where there is none."""
    if tip.bill_id is None or tip.unit_id is None:
        return None
    given = {"unit_id": tip.unit_id, "bill_id": tip.bill_id}
    row = (await connection.execute(_BILL, given)).mappings().one_or_none()
    return None if row is None else TipBill(**row)


async def change_tip(
    connection: AsyncConnection, tip_id: int, values: Mapping[str, Any], *, revision: int
) -> Tip:
    """Change a tip that is open and still has the revision which its author saw.

    Raises `Refusal` (`tip.changed`, 409). What messages asked for up to then is done.
    """
    changed = (
        update(tips)
        .where(tips.c.tip_id == tip_id, tips.c.revision == revision, _OPEN)
        .values(revision=revision + 1, overdue_told=None, **values)
        .returning(*_SHOWN)
    )
    row = (await connection.execute(changed)).mappings().one_or_none()
    if row is None:
        raise refuse("tip.changed", "该线索刚才已由他人办理，请刷新页面，按最新情况再办。", status=409)
    topics = [
        each
        for step in ("new", "added", "overdue")
        for each in of_revisions(f"tip:{step}:{tip_id}", revision)
    ]
    await settle(connection, *topics)
    return tip_of(row)


async def add_tip_step(
    connection: AsyncConnection,
    tip: Tip,
    kind: TipStepKind,
    *,
    words: str = "",
    note: str = "",
    files: Sequence[TipFile] = (),
    acting: Acting,
) -> None:
    """Put a step down with its files, and record it. No unit reads this row of the audit trail: it names none."""
    made = (
        insert(tip_steps)
        .values(tip_id=tip.tip_id, kind=kind.value, at=now(), actor_name=acting.name, words=words, note=note)
        .returning(tip_steps.c.step_id)
    )
    step_id = (await connection.execute(made)).scalar_one()
    if files:
        rows = [
            {"tip_id": tip.tip_id, "step_id": step_id, "digest": each.digest, "name": each.name,
             "media_type": each.media_type, "size": each.size}
            for each in files
        ]  # fmt: skip
        await connection.execute(insert(tip_files), rows)
    details = {"state": tip.state.value, "words": words, "note": note, "files": str(len(files) or "")}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"tip:{ACTIONS[kind]}",
            subject=f"tip:{tip.tip_id}",
            region_code=tip.region_code,
            details={name: value for name, value in details.items() if value},
        ),
    )


ACTIONS = {
    TipStepKind.SUBMITTED: "submit",
    TipStepKind.ACCEPTED: "accept",
    TipStepKind.REFUSED: "refuse",
    TipStepKind.TRANSFERRED: "transfer",
    TipStepKind.ASKED: "ask",
    TipStepKind.ADDED: "add",
    TipStepKind.CLOSED: "close",
    TipStepKind.MERGED: "merge",
    TipStepKind.TOOK: "take",
    TipStepKind.INQUIRED: "inquire",
    TipStepKind.EXPLAINED: "explain",
}


def tip_of(row: RowMapping) -> Tip:
    """A tip from its row."""
    values = dict(row)
    values |= {
        "kinds": tuple(TipKind(each) for each in row["kinds"]),
        "state": TipState(row["state"]),
        "contact": values.pop("contact_masked"),
    }
    return Tip(**values)


def _file(row: Any) -> TipFile:
    return TipFile(
        file_id=row.file_id,
        digest=row.digest,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
    )


def unknown() -> Refusal:
    """`tip.unknown` (404)."""
    return refuse("tip.unknown", "没有找到该线索，或您无权查看。", status=404)
