"""What cases and rectifications share: who may act on them, the words that people give, and their steps."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.evidence.service import MAX_FILES, get_evidence_files
from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.rules.service import required_words
from mingpiao.writeoff.model import BillOrigin, WorkStep, WorkStepKind
from mingpiao.writeoff.tables import casework_steps, exception_cases

_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_UNIT_ROLES = frozenset({Role.UNIT_MANAGER, Role.UNIT_HANDLER})


def require_department(region_code: str, missing: Refusal, *, acting: Acting) -> None:
    """Raise `Refusal`: `access.denied` (403) for anybody but people of departments, and `missing` for those of a
    department that is neither the region's own nor above it.
    """
    if acting.role not in _DEPARTMENT_ROLES or acting.region_code is None:
        raise refuse("access.denied", "异常票据和整改由财政部门的经办人和负责人办理。", status=403)
    if not region_covers(acting.region_code, region_code):
        raise missing


def require_own_unit(unit_id: int, missing: Refusal, *, acting: Acting) -> None:
    """Raise `Refusal`: `access.denied` (403) for people who do not work on a unit's bills, `missing` for another
    unit's.
    """
    if acting.role not in _UNIT_ROLES or acting.unit_id is None:
        raise refuse("access.denied", "由单位的开票人或管理员说明和整改。", status=403)
    if acting.unit_id != unit_id:
        raise missing


def checked_words(text: str, what: str, *, field: str, substantial: bool = False) -> str:
    """What a person wrote, without outer spaces; `what` names it in Chinese.

    Raises `Refusal` (422): `casework.words_required`, `casework.words_invalid`, and with `substantial`
    `casework.words_thin` for words that say nothing.
    """
    return required_words(text, what, of="casework", field=field, substantial=substantial)


async def checked_files(connection: AsyncConnection, unit_id: int, digests: Sequence[str]) -> tuple[str, ...]:
    """The files of a unit by SM3, each once. Raises `Refusal` (422): `casework.files_invalid`."""
    wanted = tuple(dict.fromkeys(digests))
    known = await get_evidence_files(connection, unit_id, wanted)
    if len(wanted) > MAX_FILES or any(each not in known for each in wanted):
        message = f"附件应是本单位上传的文件，不超过{MAX_FILES}份，请重新选择。"
        raise refuse("casework.files_invalid", message, field="evidence", status=422)
    return wanted


async def add_step(
    connection: AsyncConnection,
    unit_id: int,
    kind: WorkStepKind,
    *,
    case_id: int | None = None,
    rectification_id: int | None = None,
    words: str = "",
    day: date | None = None,
    files: Sequence[str] = (),
    acting: Acting,
) -> None:
    """Put a step of a case, or of a rectification, down."""
    await connection.execute(
        insert(casework_steps).values(
            unit_id=unit_id,
            case_id=case_id,
            rectification_id=rectification_id,
            kind=kind.value,
            at=now(),
            actor_name=acting.name,
            words=words,
            day=day,
            files=list(files),
        )
    )


async def add_steps(
    connection: AsyncConnection,
    unit_ids: Mapping[int, int],
    kind: WorkStepKind,
    *,
    of: Literal["case_id", "rectification_id"],
    words: str = "",
    acting: Acting,
) -> None:
    """Put the same step of many cases, or of many rectifications, down; `unit_ids` has the unit of each."""
    if not unit_ids:
        return
    step = insert(casework_steps).values(
        kind=kind.value, at=now(), actor_name=acting.name, words=words, files=[]
    )
    await connection.execute(step, [{of: number, "unit_id": unit} for number, unit in unit_ids.items()])


async def steps_of(
    connection: AsyncConnection, *, case_id: int | None = None, rectification_id: int | None = None
) -> list[WorkStep]:
    """The steps of a case, or of a rectification, oldest first, within the scope."""
    of_case = casework_steps.c.case_id == case_id
    of_rectification = casework_steps.c.rectification_id == rectification_id
    query = (
        select(casework_steps)
        .where(of_case if case_id is not None else of_rectification)
        .order_by(casework_steps.c.step_id)
    )
    return [_step(row) for row in await connection.execute(query)]


async def history_of_cases(connection: AsyncConnection, unit_id: int, bill_id: int) -> list[WorkStep]:
    """When a bill issued here became an exception, and all steps of its cases and notices, within the scope."""
    cases = exception_cases.c
    query = select(cases.case_id, cases.rectification_id, cases.opened_at, cases.findings).where(
        cases.unit_id == unit_id, cases.bill_id == bill_id, cases.origin == BillOrigin.OWN.value
    )
    found = list(await connection.execute(query))
    steps = [
        WorkStep(
            kind=WorkStepKind.FOUND,
            at=row.opened_at,
            actor_name="",
            words="；".join(dict.fromkeys(each["name"] for each in row.findings)),
        )
        for row in found
    ]
    notices = {row.rectification_id for row in found if row.rectification_id is not None}
    if found:
        of = casework_steps.c
        wanted = of.case_id.in_([row.case_id for row in found]) | of.rectification_id.in_(notices)
        rows = await connection.execute(select(casework_steps).where(wanted).order_by(of.step_id))
        steps += [_step(row) for row in rows]
    return steps


def _step(row: Row[Any]) -> WorkStep:
    return WorkStep(
        kind=WorkStepKind(row.kind),
        at=row.at,
        actor_name=row.actor_name,
        words=row.words,
        day=row.day,
        files=tuple(row.files),
    )
