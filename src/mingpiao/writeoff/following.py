"""What follows units and delays: obstacles to closing, moves to another region, and what is told to the level above."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.service import department_above
from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load as load_catalog
from mingpiao.identity.model import AuditEntry, platform
from mingpiao.identity.service import record_all
from mingpiao.kernel.clock import to_shanghai, today
from mingpiao.messages.service import tell_department
from mingpiao.numbering.service import hold_stocks
from mingpiao.storage.database import Database
from mingpiao.units.service import names_of
from mingpiao.writeoff.campaign_months import carry_to_unit
from mingpiao.writeoff.casework import add_steps
from mingpiao.writeoff.model import CaseState, RectificationState, WorkStepKind
from mingpiao.writeoff.months import workday_after
from mingpiao.writeoff.policies import Policies, load_policies, months_in_force
from mingpiao.writeoff.tables import cycles, exception_cases, rectifications

_PLATFORM = platform("escalate_cases", name="系统")
_MOVING = platform("follow_unit", name="系统")
_PORTION = 500

_UNSETTLED = text("""
SELECT count(DISTINCT date_trunc('month', sums.day)) FROM day_sums AS sums
WHERE sums.unit_id = :unit_id AND sums.day >= CAST(:begins_on AS date) AND NOT EXISTS (
    SELECT FROM cycles WHERE cycles.unit_id = sums.unit_id AND cycles.kind_code = sums.kind_code
    AND cycles.month = date_trunc('month', sums.day)::date AND cycles.writeoff_id IS NOT NULL)
""")
_OPEN_WORK = text("""
SELECT (SELECT count(*) FROM exception_cases
        WHERE unit_id = :unit_id AND state IN ('open', 'asked', 'answered', 'breached')) AS cases,
       (SELECT count(*) FROM rectifications WHERE unit_id = :unit_id AND state <> 'accepted') AS notices,
       (SELECT count(DISTINCT month) FROM caught_up_cycles JOIN campaigns USING (campaign_id)
        WHERE unit_id = :unit_id AND writeoff_id IS NULL AND ended_at IS NULL) AS caught_up,
       (SELECT count(DISTINCT month) FROM former_months
        WHERE unit_id = :unit_id AND written_off_at IS NULL) AS former
""")
_WAITING = text("""
SELECT case_id AS id, unit_id, region_code, waits_since FROM exception_cases
WHERE state IN ('open', 'asked', 'answered') AND escalated_to IS NULL
  AND waits_since < CAST(:today AS date) AND case_id > :after
ORDER BY case_id LIMIT :portion
""")
_EXAMINED = text("""
SELECT rectification_id AS id, unit_id, region_code, answered_at AS waits_since FROM rectifications
WHERE state = 'answered' AND escalated_to IS NULL AND answered_at < CAST(:today AS date)
  AND rectification_id > :after
ORDER BY rectification_id LIMIT :portion
""")


async def unsettled_work(connection: AsyncConnection, unit_id: int) -> list[str]:
    """Why a unit cannot close now: months that are not written off, cases and notices that are open."""
    found = []
    begins_on = await months_in_force(connection)
    if begins_on is not None:
        given = {"unit_id": unit_id, "begins_on": begins_on}
        months = await connection.scalar(_UNSETTLED, given)
        if months:
            found.append(f"还有{months}个月份的票据没有核销，请单位停止开票，在月末结账后完成核销。")
    row = (await connection.execute(_OPEN_WORK, {"unit_id": unit_id})).one()
    if row.caught_up:
        found.append(f"还有{row.caught_up}个月份需要补核销，请单位完成后再注销。")
    if row.former:
        found.append(f"还有{row.former}个月份的历史票据没有核销，请单位完成后再注销。")
    if row.cases:
        found.append(f"还有{row.cases}份异常票据没有办结，请先办结。")
    if row.notices:
        found.append(f"还有{row.notices}份整改通知没有完成，请先完成整改。")
    return found


async def follow_unit(connection: AsyncConnection, unit_id: int, region_code: str) -> None:
    """What is open of a unit that moved belongs to the department of its new region; what was decided stays.

    What its arrears stop is written anew: campaigns and policies of the new region decide it.
    """
    # As everywhere, a unit's stock rows before its cycles.
    await hold_stocks(connection, [unit_id])
    await connection.execute(
        update(cycles)
        .where(cycles.c.unit_id == unit_id, cycles.c.writeoff_id.is_(None))
        .values(region_code=region_code)
    )
    done = (CaseState.CLEARED.value, CaseState.RECTIFIED.value)
    await connection.execute(
        update(exception_cases)
        .where(exception_cases.c.unit_id == unit_id, exception_cases.c.state.not_in(done))
        .values(region_code=region_code, revision=exception_cases.c.revision + 1, escalated_to=None)
    )
    await connection.execute(
        update(rectifications)
        .where(
            rectifications.c.unit_id == unit_id, rectifications.c.state != RectificationState.ACCEPTED.value
        )
        .values(region_code=region_code, revision=rectifications.c.revision + 1, escalated_to=None)
    )
    await carry_to_unit(connection, unit_id, region_code, anew=True, acting=_MOVING)


async def escalate(database: Database) -> None:
    """Tell the department above, once, of each case and each report that its department has not decided in time.

    Safe to repeat and to interrupt: what was told is marked in the same transaction.
    """
    async with database.system() as connection:
        catalog, policies = await load_catalog(connection), await load_policies(connection)
    for query, noun in ((_WAITING, "case"), (_EXAMINED, "notice")):
        after = 0
        while True:
            async with database.system() as connection:
                given = {"today": today(), "after": after, "portion": _PORTION}
                found = list(await connection.execute(query, given))
                late = [row for row in found if _is_late(row, policies)]
                await _tell_above(connection, late, noun, catalog)
            if len(found) < _PORTION:
                break
            after = found[-1].id


def _is_late(row: Row[Any], policies: Policies) -> bool:
    return is_past_limit(row.waits_since, policies.of(row.region_code).policy.decision_workdays)


def is_past_limit(waits_since: datetime, workdays: int) -> bool:
    """Whether a department has had so many whole working days to decide."""
    # What waits since midnight, because the unit's last day ended, waits since that day.
    since = (to_shanghai(waits_since) - timedelta(microseconds=1)).date()
    return workday_after(since, workdays) < today()


async def _tell_above(
    connection: AsyncConnection, late: Sequence[Row[Any]], noun: str, catalog: Catalog
) -> None:
    names = await names_of(connection, {row.unit_id for row in late})
    for region in sorted({row.region_code for row in late}):
        above = department_above(catalog, region)
        rows = [row for row in late if row.region_code == region]
        if above is None:
            continue
        ids = [row.id for row in rows]
        if noun == "case":
            await _mark_cases(connection, ids, above)
        else:
            await _mark_notices(connection, ids, above)
        of: Literal["case_id", "rectification_id"] = "case_id" if noun == "case" else "rectification_id"
        told = {row.id: row.unit_id for row in rows}
        await add_steps(connection, told, WorkStepKind.ESCALATED, of=of, acting=_PLATFORM)
        await record_all(connection, [_told(row, noun, above) for row in rows])
        units = "、".join(sorted({names[row.unit_id] for row in rows})[:3])
        what = "份异常票据" if noun == "case" else "份整改情况"
        place = "exceptions" if noun == "case" else "rectifications"
        department = catalog.departments[region].name if region in catalog.departments else region
        await tell_department(
            connection,
            above,
            f"escalate:{noun}:{ids[0]}:{above}",
            f"{department}有{len(rows)}{what}逾期未办",
            f"涉及{units}{'等单位' if len({row.unit_id for row in rows}) > 3 else ''}，请督促或直接办理。",
            link=f"/finance/{place}?whose=late",
            urgent=True,
        )


def _told(row: Row[Any], noun: str, above: str) -> AuditEntry:
    subject = "exception" if noun == "case" else "rectification"
    return AuditEntry(
        acting=_PLATFORM,
        action=f"{subject}:escalate",
        subject=f"{subject}:{row.id}",
        unit_id=row.unit_id,
        details={"region": above},
    )


async def _mark_cases(connection: AsyncConnection, ids: Sequence[int], above: str) -> None:
    await connection.execute(
        update(exception_cases).where(exception_cases.c.case_id.in_(ids)).values(escalated_to=above)
    )


async def _mark_notices(connection: AsyncConnection, ids: Sequence[int], above: str) -> None:
    await connection.execute(
        update(rectifications).where(rectifications.c.rectification_id.in_(ids)).values(escalated_to=above)
    )
