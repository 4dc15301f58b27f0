"""核销设置 are changed by the head of a department, for its area."""

from datetime import date
from decimal import Decimal

import msgspec
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.numbering.service import begin_writeoff, hold_stocks
from mingpiao.storage.locks import NamedLock
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.model import Policy
from mingpiao.writeoff.months import month_of
from mingpiao.writeoff.policies import MEMBERS, load_policies
from mingpiao.writeoff.tables import writeoff_policies

POLICIES = NamedLock("write-off policies")
_LOCK = POLICIES.statement("SELECT pg_advisory_xact_lock(hashtext('writeoff_policies'))")
_AREA = text("SELECT unit_id FROM managed_units WHERE starts_with(region_code, :prefix)")
_RUNNING = text(
    "SELECT DISTINCT unit_id FROM rectifications WHERE unit_id = ANY (:ids) AND state <> 'accepted'"
)


async def set_policy(connection: AsyncConnection, policy: Policy, *, revision: int, acting: Acting) -> None:
    """Set the policy of the acting head's region. The first day of write-off, once passed, stays as it is.

    Days by which something is due hold for what is closed or issued later; what an overdue rectification stops
    changes at once, for running notices too.

    Raises `Refusal`: `access.denied` (403), `writeoff.policy_changed` (409) if `revision` is not that of the
    region's own policy (0: it has none), and every problem of the values (422, by field).
    """
    region = acting.region_code
    if acting.role is not Role.DEPARTMENT_HEAD or region is None:
        raise refuse("access.denied", "核销设置由财政部门负责人修改。", status=403)
    await connection.execute(_LOCK.clause)
    row = (
        (await connection.execute(select(writeoff_policies).where(writeoff_policies.c.region_code == region)))
        .mappings()
        .one_or_none()
    )
    if revision != (0 if row is None else row["revision"]):
        raise refuse("writeoff.policy_changed", "设置已被他人修改，请刷新后重新填写。", status=409)
    is_province = region.endswith("0000")
    before = None if row is None else row["begins_on"]
    begins_on = policy.begins_on if is_province else None
    problems = _problems(policy) + (_beginning_problems(begins_on, before) if is_province else [])
    if problems:
        raise Refusal(*problems)
    values = msgspec.structs.asdict(msgspec.structs.replace(policy, begins_on=begins_on)) | {
        "region_code": region,
        "revision": revision + 1,
        "changed_by_name": acting.name,
        "changed_at": now(),
    }
    stops = (await load_policies(connection)).of(region).policy.breach_stops_issuing
    statement = insert(writeoff_policies).values(values)
    await connection.execute(statement.on_conflict_do_update(index_elements=["region_code"], set_=values))
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="writeoff_policy:set",
            subject=f"region:{region}",
            details={name: str(values[name] if values[name] is not None else "") for name in MEMBERS},
        ),
    )
    if is_province and begins_on != before:
        await begin_writeoff(connection, begins_on)
    if stops != policy.breach_stops_issuing:
        await _limit_area(connection, region, acting=acting)


async def _limit_area(connection: AsyncConnection, region_code: str, *, acting: Acting) -> None:
    """Write what running notices of an area stop anew.

    All units of the area are held meanwhile: a notice that is issued at the same time is either seen here, or sees
    the new policy.
    """
    area = list((await connection.execute(_AREA, {"prefix": region_prefix(region_code)})).scalars())
    await hold_stocks(connection, area)
    running = list((await connection.execute(_RUNNING, {"ids": area})).scalars())
    await update_limits(connection, running, acting=acting)


def _problems(policy: Policy) -> list[Problem]:
    found = [
        _wrong(name, "请填写1至22之间的工作日数。")
        for name in ("interface_workdays", "online_workdays")
        if not 1 <= getattr(policy, name) <= 22
    ]
    if not Decimal(0) <= policy.tolerance <= Decimal("1000000"):
        found.append(_wrong("tolerance", "允许的差额应在0至1000000元之间。"))
    if not Decimal("0.01") <= policy.seal_share <= 1:
        found.append(_wrong("seal_share", "签名抽查比例应在1%至100%之间。"))
    if not 1 <= policy.rectification_months <= 12:
        found.append(_wrong("rectification_months", "整改期限应在1至12个月之间。"))
    if not 1 <= policy.decision_workdays <= 60:
        found.append(_wrong("decision_workdays", "办理异常票据的期限应在1至60个工作日之间。"))
    return found


def _beginning_problems(begins_on: date | None, before: date | None) -> list[Problem]:
    if begins_on == before:
        return []
    if before is not None and before <= today():
        return [_wrong("begins_on", "核销已经启用，启用月份不能再改。")]
    if begins_on is None or begins_on.day != 1 or begins_on < month_of(today()):
        return [_wrong("begins_on", "请选择本月或以后的月份；以前的票据用补核销办理。")]
    return []


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="writeoff.policy_invalid", field=field, message=message, status=422)
