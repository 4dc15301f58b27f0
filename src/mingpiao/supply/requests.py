"""申领: a unit asks for numbers; the audit grants them in the same transaction, or says why not.

Locks: the unit, then its limits and stock rows, then the lots of its department, then the pool. So two requests of a
unit follow one another, and a request and what stops supply (a certificate revoked, a month that became overdue) do as
well.
"""

from typing import Any

import msgspec
from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.messages.service import of_revisions, settle, tell_department, tell_unit
from mingpiao.numbering.model import Segment
from mingpiao.numbering.service import allot, hold_stocks, kinds_of_unit, open_code
from mingpiao.supply.auditing import audit, stops_of
from mingpiao.supply.looking import (
    facts_of,
    find_by_number,
    get_requisition,
    open_request,
    requisition_of,
)
from mingpiao.supply.model import (
    Requisition,
    RequisitionState,
    SupplyFacts,
    SupplyFinding,
    Verdict,
    WantedNumbers,
)
from mingpiao.supply.outlook import proposal
from mingpiao.supply.tables import requisitions
from mingpiao.units.model import Unit, UnitMode
from mingpiao.units.service import (
    MAX_ALLOTMENT,
    get,
    lock_managed,
    lock_unit,
    refuse_closed,
    require_point,
)

MAX_PURPOSE = 200
MAX_REASON = 500
_LONGEST_NUMBER = 64
_ASKING_ROLES = frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER})
AUTOMATIC = "自动审核"


async def request_numbers(
    connection: AsyncConnection, unit_id: int, wanted: WantedNumbers, catalog: Catalog, *, acting: Acting
) -> Requisition:
    """Ask for numbers of a kind. What the audit grants is in the unit's stock when this transaction commits.

    The same `request_no` and content again is the same request. Raises `Refusal`: `access.denied` (403); what
    `require_point` raises of the point in whose name it is asked;
    `numbering.online_unit`, `unit.closed`, `unit.kind_not_granted` (409); `supply.request_open` (409) while another
    request of the kind waits; `supply.request_no_used` (409); `numbering.pool_empty` (409); and every problem of the
    values (422, by field: `supply.request_invalid`), among them a missing `estimate`.
    """
    _require_own(unit_id, acting=acting)
    wanted = msgspec.structs.replace(wanted, purpose=wanted.purpose.strip())
    await lock_unit(connection, unit_id)
    unit = await get(connection, unit_id)
    if is_number(wanted.request_no):
        known = await find_by_number(connection, unit_id, wanted.request_no)
        if known is not None:
            return _same(known, wanted)
    await require_point(connection, unit_id, wanted.point_code, acting=acting)
    await _require_askable(connection, unit, wanted, catalog)
    await hold_stocks(connection, [unit_id])
    code = catalog.bill_code(catalog.kinds[wanted.kind_code])
    facts = await facts_of(connection, unit_id, wanted.kind_code, code)
    _require_valid(wanted, facts)
    verdict = audit(wanted.quantity, facts)
    segment = None
    if verdict.state is RequisitionState.GRANTED:
        segment = await _allot(
            connection,
            unit_id,
            wanted.kind_code,
            verdict.quantity,
            catalog,
            point=wanted.point_code,
            acting=acting,
        )
    made = await _put_down(connection, unit_id, wanted, facts, verdict, segment, acting=acting)
    await _record(connection, "requisition:ask", made, acting=acting)
    if made.state is RequisitionState.REVIEW:
        await _tell_department(connection, unit, made, catalog, acting=acting)
    return made


def _require_own(unit_id: int, *, acting: Acting) -> None:
    """The unit's own handler or manager, its program, or the platform by a standing order."""
    is_platform = acting.account is None and acting.unit_id is None
    is_own = acting.unit_id == unit_id and acting.role in (None, *_ASKING_ROLES)
    if not (is_platform or is_own):
        raise refuse("access.denied", "申领由本单位的开票人或票据管理员办理。", status=403)


def _same(known: Requisition, wanted: WantedNumbers) -> Requisition:
    same = (known.kind_code, known.quantity, known.purpose, known.estimate, known.point_code)
    if same != (wanted.kind_code, wanted.quantity, wanted.purpose, wanted.estimate, wanted.point_code):
        raise refuse(
            "supply.request_no_used",
            f"申请编号{wanted.request_no}已用于另一次申领，请换一个编号。",
            field="request_no",
            status=409,
        )
    return known


async def _require_askable(
    connection: AsyncConnection, unit: Unit, wanted: WantedNumbers, catalog: Catalog
) -> None:
    refuse_closed(unit)
    if unit.mode is UnitMode.ONLINE:
        message = "在线开票单位开票时自动领取号码（即领即开），不需要申领。"
        raise refuse("numbering.online_unit", message, field="kind", status=409)
    if not await _has_kind(connection, unit.unit_id, wanted.kind_code, catalog):
        message = "本单位没有核定该票据种类，或它已停用，请联系同级财政部门。"
        raise refuse("unit.kind_not_granted", message, field="kind", status=409)
    waiting = await open_request(connection, unit.unit_id, wanted.kind_code)
    if waiting is not None:
        message = "该票据已有一次申领在等待审核，请等待结果，或先撤回它。"
        raise refuse("supply.request_open", message, status=409, requisition_id=str(waiting))


async def _has_kind(connection: AsyncConnection, unit_id: int, kind_code: str, catalog: Catalog) -> bool:
    kind = catalog.kinds.get(kind_code)
    return kind is not None and not kind.retired and kind_code in await kinds_of_unit(connection, unit_id)


def is_number(request_no: str) -> bool:
    """Whether a unit may call a request so; what is none, is looked up nowhere."""
    is_bare = request_no == request_no.strip()
    return is_bare and 1 <= len(request_no) <= _LONGEST_NUMBER and not unprintable(request_no)


def _require_valid(wanted: WantedNumbers, facts: SupplyFacts) -> None:
    problems = []
    if not 1 <= wanted.quantity <= MAX_ALLOTMENT:
        problems.append(_wrong("quantity", f"请填写1至{MAX_ALLOTMENT:,}之间的数量，需要更多时分次申领。"))
    if not 2 <= len(wanted.purpose) <= MAX_PURPOSE or unprintable(wanted.purpose):
        problems.append(_wrong("purpose", f"请写明用途，2至{MAX_PURPOSE}个字，不含特殊符号。"))
    if not is_number(wanted.request_no):
        message = f"请填写申请编号，不超过{_LONGEST_NUMBER}个字符，首尾没有空格，不含特殊符号。"
        problems.append(_wrong("request_no", message))
    if wanted.estimate is not None and not 1 <= wanted.estimate <= MAX_ALLOTMENT:
        problems.append(_wrong("estimate", f"请填写1至{MAX_ALLOTMENT:,}之间的月用量。"))
    if wanted.estimate is None and not facts.outlook.is_known:
        problems.append(_wrong("estimate", "该票据还没有用量可以参照，请填写预计每月用多少份。"))
    if problems:
        raise Refusal(*problems)


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="supply.request_invalid", field=field, message=message, status=422)


async def _allot(
    connection: AsyncConnection,
    unit_id: int,
    kind_code: str,
    quantity: int,
    catalog: Catalog,
    *,
    point: str,
    acting: Acting,
) -> Segment:
    code = catalog.bill_code(catalog.kinds[kind_code])
    await open_code(connection, code, kind_code)
    return await allot(connection, unit_id, kind_code, code, quantity, point=point, acting=acting)


async def _put_down(
    connection: AsyncConnection,
    unit_id: int,
    wanted: WantedNumbers,
    facts: SupplyFacts,
    verdict: Verdict,
    segment: Segment | None,
    *,
    acting: Acting,
) -> Requisition:
    moment = now()
    waits = verdict.state is RequisitionState.REVIEW
    values = {
        "unit_id": unit_id,
        "kind_code": wanted.kind_code,
        "quantity": wanted.quantity,
        "purpose": wanted.purpose,
        "request_no": wanted.request_no,
        "point_code": wanted.point_code,
        "estimate": wanted.estimate,
        "origin": wanted.origin.value,
        "state": verdict.state.value,
        "proposed": proposal(facts.outlook, facts.free, facts.policy),
        "free": facts.free,
        "findings": msgspec.to_builtins(verdict.findings),
        "asked_by": acting.actor,
        "asked_by_name": acting.name,
        "asked_at": moment,
        "decided_by_name": "" if waits else AUTOMATIC,
        "decided_at": None if waits else moment,
        "reason": "",
        "revision": 1,
    } | _granted(segment)
    statement = insert(requisitions).values(values).returning(requisitions)
    return requisition_of((await connection.execute(statement)).mappings().one())


def _granted(segment: Segment | None) -> dict[str, Any]:
    if segment is None:
        return {"granted": 0, "code": "", "first": None, "last": None}
    return {
        "granted": segment.last - segment.first + 1,
        "code": segment.code,
        "first": segment.first,
        "last": segment.last,
    }


# -- a person decides, or the unit takes it back -------------------------------------------------


async def grant_requisition(
    connection: AsyncConnection,
    requisition_id: int,
    quantity: int,
    catalog: Catalog,
    *,
    reason: str = "",
    estimate: int | None = None,
    revision: int,
    acting: Acting,
) -> Requisition:
    """Grant a request that waits, in whole or in part; `estimate` is the monthly use approved with it.

    What stops supply by itself, stops a person too. Raises `Refusal`: `supply.request_unknown` (404), `access.denied`
    (403), `supply.request_changed` (409) where it was decided or is another revision, `unit.kind_not_granted` (409)
    where the unit lost the kind meanwhile or it was retired, the first reason that stops supply (409),
    `numbering.pool_empty` (409), and problems of the values (422, `supply.decision_invalid`).
    """
    present, unit = await _waiting(connection, requisition_id, revision, acting=acting)
    if not await _has_kind(connection, unit.unit_id, present.kind_code, catalog):
        message = "该单位已没有核定该票据种类，或它已停用，不能发放，请写明原因后不予发放。"
        raise refuse("unit.kind_not_granted", message, status=409)
    code = catalog.bill_code(catalog.kinds[present.kind_code])
    facts = await facts_of(connection, unit.unit_id, present.kind_code, code)
    if stops := tuple(stops_of(facts)):
        raise Refusal(*(_stopped(each) for each in stops))
    problems = []
    if not 1 <= quantity <= present.quantity:
        message = f"请填写1至{present.quantity:,}之间的数量，不超过单位申领的数量。"
        problems.append(_undecidable("quantity", message))
    if 0 < quantity < present.quantity and len(reason.strip()) < 2:
        problems.append(_undecidable("reason", "发放的比申领的少，请写明原因，单位会看到。"))
    if estimate is not None and not 1 <= estimate <= MAX_ALLOTMENT:
        problems.append(_undecidable("estimate", f"请填写1至{MAX_ALLOTMENT:,}之间的月用量。"))
    if not facts.outlook.is_known and estimate is None:
        problems.append(_undecidable("estimate", "请核定该单位的月用量，以后按它自动审核。"))
    _require_sound_reason(reason, problems)
    if problems:
        raise Refusal(*problems)
    segment = await _allot(
        connection,
        unit.unit_id,
        present.kind_code,
        quantity,
        catalog,
        point=present.point_code,
        acting=acting,
    )
    values = _granted(segment) | {"approved_estimate": estimate, "reason": reason.strip()}
    done = await _end(connection, present, RequisitionState.GRANTED, values, acting=acting)
    await _record(connection, "requisition:grant", done, acting=acting)
    await _tell_unit(connection, done, catalog)
    return done


async def refuse_requisition(
    connection: AsyncConnection,
    requisition_id: int,
    reason: str,
    catalog: Catalog,
    *,
    revision: int,
    acting: Acting,
) -> Requisition:
    """Refuse a request that waits, with a reason that the unit reads.

    Raises `Refusal` as `grant_requisition` does; the reason has 2 to `MAX_REASON` characters.
    """
    present, _ = await _waiting(connection, requisition_id, revision, acting=acting)
    problems: list[Problem] = []
    if len(reason.strip()) < 2:
        problems.append(_undecidable("reason", "请写明不予发放的原因，单位会看到。"))
    _require_sound_reason(reason, problems)
    if problems:
        raise Refusal(*problems)
    done = await _end(
        connection, present, RequisitionState.REFUSED, {"reason": reason.strip()}, acting=acting
    )
    await _record(connection, "requisition:refuse", done, acting=acting)
    await _tell_unit(connection, done, catalog)
    return done


async def withdraw_requisition(
    connection: AsyncConnection, unit_id: int, requisition_id: int, *, acting: Acting
) -> Requisition:
    """Take a request back that waits; the unit does it. Raises `Refusal` as `grant_requisition` does."""
    _require_own(unit_id, acting=acting)
    await lock_unit(connection, unit_id)
    present = (await get_requisition(connection, requisition_id)).requisition
    if present.unit_id != unit_id:
        raise refuse("supply.request_unknown", "没有找到该申领，请从申领列表中打开。", status=404)
    if present.state is not RequisitionState.REVIEW:
        raise _changed()
    done = await _end(connection, present, RequisitionState.WITHDRAWN, {}, acting=acting)
    await _record(connection, "requisition:withdraw", done, acting=acting)
    return done


async def _waiting(
    connection: AsyncConnection, requisition_id: int, revision: int, *, acting: Acting
) -> tuple[Requisition, Unit]:
    """A request that waits, with its unit and the unit's stocks locked."""
    unit_id = (await get_requisition(connection, requisition_id)).requisition.unit_id
    if acting.role not in (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD):
        raise refuse("access.denied", "申领由财政部门审核。", status=403)
    unit = await lock_managed(connection, unit_id, acting=acting)
    refuse_closed(unit)
    await hold_stocks(connection, [unit_id])
    present = (await get_requisition(connection, requisition_id)).requisition
    if present.state is not RequisitionState.REVIEW or present.revision != revision:
        raise _changed()
    return present, unit


async def _end(
    connection: AsyncConnection,
    present: Requisition,
    state: RequisitionState,
    values: dict[str, Any],
    *,
    acting: Acting,
) -> Requisition:
    decided = {
        "state": state.value,
        "decided_by_name": acting.name,
        "decided_at": now(),
        "revision": present.revision + 1,
    }
    statement = (
        update(requisitions)
        .where(requisitions.c.requisition_id == present.requisition_id)
        .values(decided | values)
        .returning(requisitions)
    )
    done = requisition_of((await connection.execute(statement)).mappings().one())
    await settle(connection, _topic(done), *of_revisions(_topic(done), present.revision))
    return done


def _changed() -> Refusal:
    message = "该申领刚才已由他人办理或撤回，请刷新页面，按最新情况再办。"
    return refuse("supply.request_changed", message, status=409)


def _stopped(finding: SupplyFinding) -> Problem:
    return Problem(code=finding.code, message=f"该单位现在不能发放：{finding.message}", status=409)


def _undecidable(field: str, message: str) -> Problem:
    return Problem(code="supply.decision_invalid", field=field, message=message, status=422)


def _require_sound_reason(reason: str, problems: list[Problem]) -> None:
    if len(reason) > MAX_REASON or unprintable(reason):
        problems.append(_undecidable("reason", f"原因不超过{MAX_REASON}个字，不含特殊符号。"))


# -- telling -------------------------------------------------------------------------------------


def _topic(made: Requisition) -> str:
    return f"requisition:{made.requisition_id}"


async def _tell_department(
    connection: AsyncConnection, unit: Unit, made: Requisition, catalog: Catalog, *, acting: Acting
) -> None:
    await tell_department(
        connection,
        unit.region_code,
        _topic(made),
        f"{unit.name}申领{catalog.kinds[made.kind_code].name}，待审核",
        f"申领{made.quantity:,}个号码。{made.findings[-1].message}",
        link=f"/finance/supply/{made.requisition_id}",
        by=acting.actor,
    )


async def _tell_unit(connection: AsyncConnection, done: Requisition, catalog: Catalog) -> None:
    name = catalog.kinds[done.kind_code].name if done.kind_code in catalog.kinds else done.kind_code
    granted = done.state is RequisitionState.GRANTED
    title = f"{name}已发放{done.granted:,}个号码" if granted else f"申领{name}未通过"
    body = f"号码{done.code} {done.first:010d}至{done.last:010d}已入库。" if granted else ""
    await tell_unit(
        connection,
        done.unit_id,
        f"{_topic(done)}:decided",
        title,
        body + (f"说明：{done.reason}" if done.reason else ""),
        link=f"/unit/supply/{done.requisition_id}",
        urgent=not granted,
    )


async def _record(connection: AsyncConnection, action: str, made: Requisition, *, acting: Acting) -> None:
    details = {
        "kind": made.kind_code,
        "quantity": str(made.quantity),
        "state": made.state.value,
        "purpose": made.purpose,
    }
    if made.point_code:
        details["point"] = made.point_code
    if made.granted:
        details |= {
            "granted": str(made.granted),
            "code": made.code,
            "first": str(made.first),
            "last": str(made.last),
        }
    if made.approved_estimate is not None:
        details["approved_estimate"] = str(made.approved_estimate)
    if made.reason:
        details["reason"] = made.reason
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=action,
            subject=f"requisition:{made.requisition_id}",
            unit_id=made.unit_id,
            details=details,
        ),
    )
