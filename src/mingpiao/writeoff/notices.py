"""整改通知: breaches of a unit become one notice with a last day; and what there is to look up of notices.

A notice that is overdue stops the unit by a day on its stock rows (`limits.py`), written in the transaction that
issues, extends, returns or accepts it, so that nothing happens at midnight. Locks are taken in the order of
write-off: the unit's limits and stock rows, then its cases and notices.
"""

from collections.abc import Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import RowMapping, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load as load_catalog
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai, today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import settle, tell_unit
from mingpiao.numbering.service import hold_stocks
from mingpiao.sealing.service import Owner, find_key
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.units.service import get as get_unit
from mingpiao.writeoff.cases import BREACH_TYPES, case_of, topics_of_case
from mingpiao.writeoff.casework import (
    add_step,
    checked_words,
    require_department,
)
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.model import (
    CaseState,
    Correction,
    ExceptionCase,
    NoticeLine,
    Rectification,
    RectificationFilter,
    RectificationNotice,
    RectificationState,
    WorkStepKind,
)
from mingpiao.writeoff.months import months_after
from mingpiao.writeoff.policies import load_policies
from mingpiao.writeoff.tables import corrections, exception_cases, rectification_serials, rectifications

PAGE_SIZE = 50
MAX_BILLS = 200
_DUE_FIRST = Keyset(KeyColumn("due_on", date), KeyColumn("rectification_id", int))


# -- looking up ------------------------------------------------------------------------------------------


async def get_rectification(connection: AsyncConnection, rectification_id: int) -> Rectification:
    """A notice within the scope; raises `Refusal` (`rectification.unknown`, 404)."""
    query = select(rectifications).where(rectifications.c.rectification_id == rectification_id)
    row = (await connection.execute(query)).mappings().one_or_none() if rectification_id < 2**63 else None
    if row is None:
        raise unknown_notice()
    return rectification_of(row)


async def list_rectifications(
    connection: AsyncConnection, wanted: RectificationFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[Rectification]:
    """A page of the notices within the scope, those that are due first come first."""
    query = select(rectifications)
    if wanted.unit_id is not None:
        query = query.where(rectifications.c.unit_id == wanted.unit_id)
    if wanted.states:
        query = query.where(rectifications.c.state.in_([each.value for each in wanted.states]))
    if wanted.region_code:
        own = rectifications.c.region_code == wanted.region_code
        query = query.where(own | (rectifications.c.escalated_to == wanted.region_code))
    if wanted.region_prefix:
        query = query.where(rectifications.c.region_code.startswith(wanted.region_prefix, autoescape=True))
    if wanted.escalated:
        query = query.where(rectifications.c.escalated_to.is_not(None))
    if wanted.due == "overdue":
        open_ones = rectifications.c.state != RectificationState.ACCEPTED.value
        query = query.where(open_ones, rectifications.c.due_on < today())
    query = query.where(_DUE_FIRST.beyond(rectifications.c, after)) if after else query
    found = await connection.execute(query.order_by(*_DUE_FIRST.order(rectifications.c)).limit(limit + 1))
    return _DUE_FIRST.page([rectification_of(row) for row in found.mappings()], limit)


async def breaches_of(connection: AsyncConnection, unit_id: int) -> list[ExceptionCase]:
    """The breaches of a unit for which no notice was issued yet, within the scope."""
    query = (
        select(exception_cases)
        .where(exception_cases.c.unit_id == unit_id, exception_cases.c.state == CaseState.BREACHED.value)
        .order_by(exception_cases.c.case_id)
        .limit(MAX_BILLS)
    )
    return [case_of(row) for row in (await connection.execute(query)).mappings()]


async def cases_of(connection: AsyncConnection, rectification_id: int) -> list[ExceptionCase]:
    """The cases that a notice takes up, within the scope."""
    query = (
        select(exception_cases)
        .where(exception_cases.c.rectification_id == rectification_id)
        .order_by(exception_cases.c.case_id)
    )
    return [case_of(row) for row in (await connection.execute(query)).mappings()]


async def corrections_of(connection: AsyncConnection, rectification_id: int) -> dict[int, Correction]:
    """How the bills of a notice were corrected, or why they were not, by case, within the scope, as reported."""
    query = select(corrections).where(corrections.c.rectification_id == rectification_id)
    return {
        row.case_id: Correction(
            case_id=row.case_id, red_bill_id=row.red_bill_id, new_bill_id=row.new_bill_id, reason=row.reason
        )
        for row in await connection.execute(query)
    }


async def notice_of(connection: AsyncConnection, rectification: Rectification) -> RectificationNotice:
    """What a notice says, as it was issued; whoever draws it as a document needs nothing else."""
    cases = await cases_of(connection, rectification.rectification_id)
    return RectificationNotice(
        lines=tuple(_line(case) for case in cases),
        unit_name=rectification.unit_name,
        unit_uscc=rectification.unit_code,
        department=rectification.department,
        serial=rectification.serial,
        issued_on=to_shanghai(rectification.issued_at).date(),
        due_on=rectification.first_due_on,
        demands=rectification.demands,
    )


class _Parties(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a notice that is issued now names, and with which key its department seals (None: it has none)."""

    unit_name: str
    unit_code: str
    department: str
    department_key_id: int | None


async def _parties(connection: AsyncConnection, unit_id: int, issuer_code: str) -> _Parties:
    unit, catalog = await get_unit(connection, unit_id), await load_catalog(connection)
    issuer = catalog.departments.get(issuer_code)
    return _Parties(
        unit_name=unit.name,
        unit_code=unit.uscc,
        department=issuer.name if issuer else "财政部门",
        department_key_id=await _key_of(connection, sealing_departments(catalog, issuer_code)),
    )


def sealing_departments(catalog: Catalog, region_code: str) -> list[Owner]:
    """Whose key seals for a region's department: its own, else that of the nearest above it that has one."""
    return [("department", code) for code in catalog.regions_upwards(region_code)]


async def _key_of(connection: AsyncConnection, owners: Sequence[Owner]) -> int | None:
    for owner in owners:
        key = await find_key(connection, owner)
        if key is not None:
            return key.key_id
    return None


def _line(case: ExceptionCase) -> NoticeLine:
    identity = BillIdentity.from_bill_id(case.bill_id)
    return NoticeLine(
        code=identity.code,
        number=identity.number,
        kind_code=case.kind_code,
        total=case.total,
        breach=BREACH_TYPES[case.breach_type],
        basis=case.breach_basis,
        amount=case.breach_amount or case.total * 0,
        reason=case.reason,
    )


# -- the notice ------------------------------------------------------------------------------------------


async def preview_notice(
    connection: AsyncConnection, unit_id: int, case_ids: Sequence[int], demands: str, *, acting: Acting
) -> RectificationNotice:
    """What a notice would say if it were issued today. Raises as `issue_notice`."""
    found = await _breaches(connection, unit_id, case_ids, acting=acting)
    words = checked_words(demands, "整改要求", field="demands", substantial=True)
    named = await _parties(connection, unit_id, acting.region_code or "")
    return RectificationNotice(
        lines=tuple(_line(case) for case in found),
        unit_name=named.unit_name,
        unit_uscc=named.unit_code,
        department=named.department,
        serial="",
        issued_on=today(),
        due_on=await _due_on(connection, found[0].region_code),
        demands=words,
    )


async def issue_notice(
    connection: AsyncConnection, unit_id: int, case_ids: Sequence[int], demands: str, *, acting: Acting
) -> Rectification:
    """整改通知: take up breaches of a unit (ids of their cases) and set the last day, some calendar months on.

    Raises `Refusal`: `access.denied` (403), `exception.unknown` (404), `rectification.none_chosen`,
    `rectification.too_many` (422), `rectification.case_taken` (409) for a case that is no breach of this unit or
    that another notice took up, and what `checked_words` raises for `demands`.
    """
    words = checked_words(demands, "整改要求", field="demands", substantial=True)
    # Asked before any lock is taken: who may not issue it holds nobody up.
    await _breaches(connection, unit_id, case_ids, acting=acting)
    await hold_stocks(connection, [unit_id])
    found = await _breaches(connection, unit_id, case_ids, acting=acting)
    region = found[0].region_code
    due = await _due_on(connection, region)
    values = {
        "unit_id": unit_id,
        "region_code": region,
        "issuer_code": acting.region_code,
        "year": today().year,
        "number": await _next_number(connection, acting.region_code or "", today().year),
        "demands": words,
        "issued_at": now(),
        "issued_by_name": acting.name,
        "first_due_on": due,
        "due_on": due,
        **msgspec.structs.asdict(await _parties(connection, unit_id, acting.region_code or "")),
    }
    statement = insert(rectifications).values(values).returning(rectifications)
    issued = rectification_of((await connection.execute(statement)).mappings().one())
    taken = await connection.execute(
        update(exception_cases)
        .where(
            exception_cases.c.case_id.in_([case.case_id for case in found]),
            exception_cases.c.state == CaseState.BREACHED.value,
        )
        .values(
            state=CaseState.RECTIFYING.value,
            rectification_id=issued.rectification_id,
            revision=exception_cases.c.revision + 1,
        )
    )
    if taken.rowcount != len(found):
        raise _taken()
    # The notice was what the messages about its breaches announced.
    await settle(
        connection, *(each for case in found for each in topics_of_case(case.case_id, case.revision))
    )
    bills = "、".join(str(case.bill_id) for case in found)
    await put_down(
        connection, issued, WorkStepKind.ISSUED, words, day=due, details={"bills": bills}, acting=acting
    )
    await update_limits(connection, [unit_id], acting=acting)
    await tell_unit(
        connection,
        unit_id,
        f"rectification:issue:{issued.rectification_id}",
        f"整改通知：{issued.serial}",
        f"{len(found)}份票据认定违规，请在{due:%Y年%-m月%-d日}前完成整改并报送整改情况。",
        link=f"/unit/rectifications/{issued.rectification_id}",
        urgent=True,
    )
    return issued


async def _breaches(
    connection: AsyncConnection, unit_id: int, case_ids: Sequence[int], *, acting: Acting
) -> list[ExceptionCase]:
    wanted = list(dict.fromkeys(case_ids))
    if not wanted:
        message = "请至少选择一份违规票据。"
        raise refuse("rectification.none_chosen", message, field="chosen", status=422)
    if len(wanted) > MAX_BILLS:
        message = f"一份通知最多列{MAX_BILLS}份票据，请分开发出。"
        raise refuse("rectification.too_many", message, field="chosen", status=422)
    query = (
        select(exception_cases)
        .where(exception_cases.c.case_id.in_(wanted), exception_cases.c.unit_id == unit_id)
        .order_by(exception_cases.c.case_id)
    )
    found = [case_of(row) for row in (await connection.execute(query)).mappings()]
    missing = refuse("exception.unknown", "没有找到该异常票据，或您无权查看。", status=404)
    if len(found) != len(wanted):
        raise missing
    for case in found:
        require_department(case.region_code, missing, acting=acting)
    if any(case.state is not CaseState.BREACHED for case in found):
        raise _taken()
    return found


def _taken() -> Refusal:
    message = "所选票据中有的不是违规，或已列入其他整改通知，请刷新后重新选择。"
    return refuse("rectification.case_taken", message, field="chosen", status=409)


async def _due_on(connection: AsyncConnection, region_code: str) -> date:
    policy = (await load_policies(connection)).of(region_code).policy
    return months_after(today(), policy.rectification_months)


async def _next_number(connection: AsyncConnection, region_code: str, year: int) -> int:
    """The next number of a department in a year; whoever asks later waits for this transaction's end."""
    statement = insert(rectification_serials).values(region_code=region_code, year=year, last_number=1)
    counted = statement.on_conflict_do_update(
        index_elements=["region_code", "year"],
        set_={"last_number": rectification_serials.c.last_number + 1},
    ).returning(rectification_serials.c.last_number)
    number: int = (await connection.execute(counted)).scalar_one()
    return number


# -- shared ----------------------------------------------------------------------------------------------


def unknown_notice() -> Refusal:
    """What is said of a notice that is not there, or out of scope."""
    return refuse("rectification.unknown", "没有找到该整改通知，或您无权查看。", status=404)


async def put_down(
    connection: AsyncConnection,
    present: Rectification,
    kind: WorkStepKind,
    words: str,
    *,
    day: date | None = None,
    files: Sequence[str] = (),
    details: Mapping[str, str] | None = None,
    acting: Acting,
) -> None:
    """Put a step of a notice down, for its page and in the audit trail."""
    await add_step(
        connection,
        present.unit_id,
        kind,
        rectification_id=present.rectification_id,
        words=words,
        day=day,
        files=files,
        acting=acting,
    )
    told = {"notice": present.serial, "words": words, "due_on": day.isoformat() if day else ""}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"rectification:{_ACTIONS[kind]}",
            subject=f"rectification:{present.rectification_id}",
            unit_id=present.unit_id,
            details={name: value for name, value in {**told, **(details or {})}.items() if value},
        ),
    )


_ACTIONS = {
    WorkStepKind.ISSUED: "issue",
    WorkStepKind.REPORTED: "report",
    WorkStepKind.RETURNED: "return",
    WorkStepKind.EXTENDED: "extend",
    WorkStepKind.ACCEPTED: "accept",
}


def rectification_of(row: RowMapping) -> Rectification:
    """A notice from its row."""
    return Rectification(**(dict(row) | {"state": RectificationState(row["state"])}))
