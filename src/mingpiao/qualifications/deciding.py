"""Decisions about qualifications: a unit states what one says; the platform or the department accepts or rejects it."""

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, platform
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import settle, tell_department, tell_unit
from mingpiao.numbering.service import lock_issuing, set_valid_until, unlock_issuing
from mingpiao.qualifications import store
from mingpiao.qualifications.checks import differences, statement_problems
from mingpiao.qualifications.desk import may_state, record_change
from mingpiao.qualifications.model import (
    Qualification,
    QualificationState,
    Statement,
    UnitQualifications,
    is_plain,
)
from mingpiao.qualifications.tables import qualifications
from mingpiao.units.model import Unit
from mingpiao.units.service import get as get_unit

#: The platform as the one who accepts a qualification without differences.
PLATFORM = platform("qualifications", name="系统自动认定")
#: The reason of the lock on a unit whose last qualification was revoked.
_REVOKED = "qualification_revoked"
_REASON_LENGTH = 500


async def submit(
    connection: AsyncConnection,
    unit_id: int,
    qualification_id: int,
    stated: Statement,
    *,
    revision: int,
    acting: Acting,
) -> Qualification:
    """Submit a qualification with what it says. It is accepted at once without differences, else by the department.

    Submitting the same statement again changes nothing. Raises `Refusal`: `qualification.unknown` (404),
    `qualification.not_open` or `.changed` (409), or every reason of `checks.statement_problems` (422).
    """
    qualification = await store.lock(connection, qualification_id, unit_id=unit_id)
    if qualification.stated == stated and qualification.state in (
        QualificationState.SUBMITTED,
        QualificationState.ACCEPTED,
    ):
        return qualification
    if not may_state(qualification):
        raise _not_open(qualification)
    _check_revision(qualification, revision)
    unit = await get_unit(connection, unit_id)
    problems = statement_problems(stated, unit, today())
    if problems:
        raise Refusal(*problems)
    current = await _current(connection, unit_id, stated)
    revoked = await store.last_revoked(connection, unit_id)
    found = differences(qualification.reading, stated, unit, today(), current, revoked=revoked)
    submitted = await store.change(
        connection,
        qualification,
        state=QualificationState.SUBMITTED,
        qualification_type=stated.qualification_type,
        stated=stated,
        differences=found,
        valid_from=stated.valid_from,
        valid_until=stated.valid_until,
        submitted_at=now(),
    )
    details = {
        "type": stated.qualification_type.value,
        "differences": ",".join(sorted({each.code for each in found})),
    }
    await record_change(connection, "submit", submitted, details, qualification, acting=acting)
    if not found:
        decided = {"decided_by": PLATFORM.actor, "decided_by_name": PLATFORM.name, "decision_reason": ""}
        return await _accept(connection, submitted, decided, acting=acting)
    await _ask_department(connection, submitted, unit)
    return submitted


async def withdraw(
    connection: AsyncConnection, unit_id: int, qualification_id: int, *, acting: Acting
) -> Qualification:
    """Withdraw a qualification that is not decided yet; a second time changes nothing.

    Raises `Refusal`: `qualification.unknown` (404), `qualification.not_open` (409) after a decision.
    """
    qualification = await store.lock(connection, qualification_id, unit_id=unit_id)
    if qualification.state is QualificationState.WITHDRAWN:
        return qualification
    if not (qualification.state.open_to_unit or qualification.state is QualificationState.SUBMITTED):
        raise _not_open(qualification)
    withdrawn = await store.change(connection, qualification, state=QualificationState.WITHDRAWN)
    await record_change(connection, "withdraw", withdrawn, {}, qualification, acting=acting)
    await settle(connection, _asking_topic(qualification_id))
    return withdrawn


async def decide(
    connection: AsyncConnection,
    qualification_id: int,
    *,
    accept: bool,
    reason: str,
    revision: int,
    acting: Acting,
) -> Qualification:
    """Accept or reject a submitted qualification, as a person of the unit's department or of one above it.

    Raises `Refusal`: `qualification.unknown` (404) outside the region, `.already_decided` or `.changed`
    (409) when somebody else was faster, `.reason_missing` (422) for a rejection without one, and every
    reason that `checks.statement_problems` finds today: an expired qualification cannot be accepted.
    """
    qualification = await _lock_for(connection, qualification_id, acting=acting)
    if qualification.state is not QualificationState.SUBMITTED or qualification.stated is None:
        raise _decided(qualification)
    _check_revision(qualification, revision)
    _check_reason(reason, needed=not accept)
    decided = {"decided_by": acting.actor, "decided_by_name": acting.name, "decision_reason": reason}
    if not accept:
        return await _reject(connection, qualification, decided, acting=acting)
    problems = statement_problems(
        qualification.stated, await get_unit(connection, qualification.unit_id), today()
    )
    if problems:
        raise Refusal(*problems)
    return await _accept(connection, qualification, decided, acting=acting)


async def retire(
    connection: AsyncConnection,
    qualification_id: int,
    *,
    reason: str,
    revision: int,
    acting: Acting,
) -> Qualification:
    """End the use of a current qualification, for example of a type that the unit no longer has.

    Raises `Refusal` as `decide`, and `qualification.only_qualification` (409) for the unit's only current
    qualification, whose last day must still limit the unit.
    """
    qualification = await lock_current(connection, qualification_id, reason, revision, acting=acting)
    if len((await store.unit_qualifications(connection, qualification.unit_id)).current) == 1:
        message = "这是该单位唯一有效的证书，不能停用。请先认定新的证书；证书不应认定的，请撤销认定。"
        raise refuse("qualification.only_qualification", message, status=409)
    retired = await store.change(
        connection, qualification, state=QualificationState.RETIRED, **_decision(reason, acting=acting)
    )
    await record_change(connection, "retire", retired, {"reason": reason}, qualification, acting=acting)
    left = await _update_limits(connection, qualification.unit_id, acting=acting)
    await tell_unit(
        connection,
        qualification.unit_id,
        f"qualification:{qualification.qualification_id}:retired",
        f"{retired.type_label}已停用",
        f"原因：{reason}。{_limit(left.valid_until)}",
        link=_unit_link(qualification),
    )
    return retired


async def revoke(
    connection: AsyncConnection,
    qualification_id: int,
    *,
    reason: str,
    revision: int,
    acting: Acting,
) -> Qualification:
    """Carry out the revocation that `revoking.propose_revocation` proposed and that `acting` approves."""
    qualification = await lock_current(connection, qualification_id, reason, revision, acting=acting)
    revoked = await store.change(
        connection, qualification, state=QualificationState.REVOKED, **_decision(reason, acting=acting)
    )
    await record_change(connection, "revoke", revoked, {"reason": reason}, qualification, acting=acting)
    left = await _update_limits(connection, qualification.unit_id, acting=acting)
    title, outlook = f"{revoked.type_label}的认定已撤销", _limit(left.valid_until)
    if not left.current:
        title += "，开票功能已锁定"
        outlook = "本单位没有其他有效的证书，已不能开票。请上传有效的证书，认定有效后立即恢复。"
    await tell_unit(
        connection,
        qualification.unit_id,
        f"qualification:{qualification.qualification_id}:revoked",
        title,
        f"原因：{reason}。{outlook}",
        link=_unit_link(qualification),
        urgent=True,
    )
    return revoked


async def _update_limits(connection: AsyncConnection, unit_id: int, *, acting: Acting) -> UnitQualifications:
    """Set a unit's last day of issuing from its current qualifications; without one, lock the unit.

    Only for units that had an accepted qualification before; others are not limited.
    """
    left = await store.unit_qualifications(connection, unit_id)
    await set_valid_until(connection, unit_id, left.valid_until, acting=acting)
    if left.current:
        await unlock_issuing(connection, unit_id, _REVOKED, acting=acting)
    else:
        await lock_issuing(connection, unit_id, _REVOKED, acting=acting)
    return left


async def lock_current(
    connection: AsyncConnection, qualification_id: int, reason: str, revision: int, *, acting: Acting
) -> Qualification:
    """Lock the row of a current qualification, after checks of its state, its revision and the reason."""
    qualification = await _lock_for(connection, qualification_id, acting=acting)
    if qualification.state is not QualificationState.ACCEPTED:
        raise _decided(qualification)
    _check_revision(qualification, revision)
    _check_reason(reason, needed=True)
    return qualification


def _decision(reason: str, *, acting: Acting) -> dict[str, Any]:
    return {
        "decided_at": now(),
        "decided_by": acting.actor,
        "decided_by_name": acting.name,
        "decision_reason": reason,
    }


async def _lock_for(connection: AsyncConnection, qualification_id: int, *, acting: Acting) -> Qualification:
    qualification = await store.lock(connection, qualification_id)
    if acting.region_code is None or not region_covers(acting.region_code, qualification.region_code):
        raise refuse("qualification.unknown", "没有找到该资质证书，或您无权查看。", status=404)
    return qualification


async def _accept(
    connection: AsyncConnection, qualification: Qualification, decided: dict[str, str], *, acting: Acting
) -> Qualification:
    """Accept a qualification, which replaces the current one of its type, and update the unit's last day."""
    columns = qualifications.c
    replaced = select(qualifications).where(
        columns.unit_id == qualification.unit_id,
        columns.qualification_type == qualification.qualification_type,
        columns.state == QualificationState.ACCEPTED,
    )
    for row in (await connection.execute(store.QUALIFICATIONS.on(replaced))).mappings().all():
        before = store.qualification_of(row)
        older = await store.change(connection, before, state=QualificationState.SUPERSEDED)
        details = {"by": f"{qualification.type_label}{qualification.qualification_id}"}
        await record_change(connection, "supersede", older, details, before, acting=acting)
    values: dict[str, Any] = {"state": QualificationState.ACCEPTED, "decided_at": now()} | decided
    accepted = await store.change(connection, qualification, **values)
    details = {
        "by": decided["decided_by_name"],
        "until": accepted.valid_until.isoformat() if accepted.valid_until else "",
    }
    await record_change(connection, "accept", accepted, details, qualification, acting=acting)
    left = await _update_limits(connection, qualification.unit_id, acting=acting)
    await settle(connection, _asking_topic(qualification.qualification_id))
    await tell_unit(
        connection,
        qualification.unit_id,
        f"qualification:{qualification.qualification_id}:accepted",
        f"{accepted.type_label}已通过",
        f"{accepted.type_label}已认定有效，有效期{_until(accepted)}。{_limit(left.valid_until)}",
        link=_unit_link(qualification),
    )
    return accepted


async def _reject(
    connection: AsyncConnection, qualification: Qualification, decided: dict[str, str], *, acting: Acting
) -> Qualification:
    rejected = await store.change(
        connection, qualification, state=QualificationState.REJECTED, decided_at=now(), **decided
    )
    await record_change(
        connection, "reject", rejected, {"reason": decided["decision_reason"]}, qualification, acting=acting
    )
    await settle(connection, _asking_topic(qualification.qualification_id))
    await tell_unit(
        connection,
        qualification.unit_id,
        f"qualification:{qualification.qualification_id}:rejected",
        f"{rejected.type_label}未通过审核",
        f"原因：{decided['decision_reason']}。请按原因更正后重新上传。",
        link=_unit_link(qualification),
        urgent=True,
    )
    return rejected


def _asking_topic(qualification_id: int) -> str:
    return f"qualification:{qualification_id}:submitted"


async def _ask_department(connection: AsyncConnection, qualification: Qualification, unit: Unit) -> None:
    await tell_department(
        connection,
        qualification.region_code,
        _asking_topic(qualification.qualification_id),
        f"{unit.name}的{qualification.type_label}等待审核",
        f"共有{len(qualification.differences)}处需要核对。",
        link=f"/finance/qualifications/{qualification.qualification_id}",
    )


async def _current(connection: AsyncConnection, unit_id: int, stated: Statement) -> Qualification | None:
    columns = qualifications.c
    query = select(qualifications).where(
        columns.unit_id == unit_id,
        columns.qualification_type == stated.qualification_type,
        columns.state == QualificationState.ACCEPTED,
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else store.qualification_of(row)


def _check_revision(qualification: Qualification, revision: int) -> None:
    if qualification.revision != revision:
        raise refuse(
            "qualification.changed", "该证书在您打开页面之后有变动，请刷新页面，核对后重新提交。", status=409
        )


def _check_reason(reason: str, *, needed: bool) -> None:
    if needed and not reason.strip():
        raise refuse("qualification.reason_missing", "请写明原因，单位会看到。", field="reason", status=422)
    if len(reason) > _REASON_LENGTH or not is_plain(reason.replace("\r", "").replace("\n", "")):
        message = f"原因不能超过{_REASON_LENGTH}个字，也不能含有表情等特殊字符，请修改。"
        raise refuse("qualification.reason_invalid", message, field="reason", status=422)


def _not_open(qualification: Qualification) -> Refusal:
    message = f"该证书的状态是“{qualification.state.label}”，不能再提交或撤回。需要更正时请重新上传。"
    return refuse("qualification.not_open", message, status=409, state=qualification.state.value)


def _decided(qualification: Qualification) -> Refusal:
    if qualification.decided_at is None:
        message = f"该证书的状态是“{qualification.state.label}”，现在不能审核，请刷新列表。"
    else:
        message = f"该证书已由{qualification.decided_by_name}处理（{qualification.state.label}），您的操作没有生效，请刷新页面。"
    return refuse("qualification.already_decided", message, status=409, state=qualification.state.value)


def _until(qualification: Qualification) -> str:
    return f"至{qualification.valid_until.isoformat()}" if qualification.valid_until else "为长期"


def _limit(day: date | None) -> str:
    if day is None:
        return "本单位的开票没有期限限制。"
    if day < today():
        return f"本单位另有证书已于{day.isoformat()}到期，换发认定以前仍不能开票。"
    return f"本单位可以开票至{day.isoformat()}（含当日）。"


def _unit_link(qualification: Qualification) -> str:
    return f"/unit/qualifications/{qualification.qualification_id}"
