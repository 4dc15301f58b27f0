"""异常票据: what happens to a bill that write-off did not pass, until its department has decided.

The unit may explain it at once; the department asks the unit and hears its answer, as often as it needs to. Then
it clears the case, and the bill is written off with its cycle, or it marks a breach, which a notice of
rectification takes up (`notices.py`) unless it is withdrawn before. Each step names the revision that its author saw:
of two people at once the second learns that the case has changed.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, any_, literal, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai, today
from mingpiao.kernel.codes import BillIdentity, region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.money import MAX_AMOUNT, fits_places
from mingpiao.messages.service import of_revisions, settle, tell_department, tell_unit
from mingpiao.rules.service import VIOLATIONS
from mingpiao.storage.database import Database
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.writeoff.casework import (
    add_step,
    checked_files,
    checked_words,
    require_department,
    require_own_unit,
)
from mingpiao.writeoff.model import (
    UNDECIDED,
    BillOrigin,
    Breach,
    CaseFilter,
    CaseFinding,
    CaseReceipt,
    CaseResult,
    CaseState,
    ExceptionCase,
    WorkStepKind,
)
from mingpiao.writeoff.months import end_of
from mingpiao.writeoff.tables import exception_cases

#: Types of breaches: stored word, and its Chinese name. What rules look for, what write-off itself finds, and the rest.
BREACH_TYPES = VIOLATIONS | {"unpaid": "没有收款而开票、到账不符", "other": "其他违反财政票据管理规定的行为"}
PAGE_SIZE = 50
MAX_BASIS = 200
#: At most so many cases are decided together.
MAX_TOGETHER = 100
#: A unit has at most so many days to answer.
_LONGEST = timedelta(days=92)
_LONGEST_FIRST = Keyset(KeyColumn("waits_since", datetime), KeyColumn("case_id", int))
_RULES = text("""
SELECT finding ->> 'rule' AS code, max(finding ->> 'name') AS name
FROM (SELECT findings FROM exception_cases WHERE state IN ('open', 'asked', 'answered') ORDER BY case_id LIMIT 5000)
    AS waiting CROSS JOIN jsonb_array_elements(findings) AS finding
GROUP BY 1 ORDER BY 2, 1
""")

_BILL = text("""
SELECT bills.issued_at, bills.kind_code, bills.total, units.region_code
FROM bills_of_months AS bills JOIN managed_units AS units USING (unit_id)
WHERE bills.unit_id = :unit_id AND bills.bill_id = :bill_id
""")
_RECEIPTS = text("""
SELECT receipts.received_on, receipts.channel, receipts.payer_name, matches.amount
FROM receipt_matches AS matches JOIN receipts USING (receipt_id)
WHERE matches.unit_id = :unit_id AND matches.bill_id = :bill_id ORDER BY receipts.received_on, receipt_id
""")


# -- looking up --------------------------------------------------------------------------------------


async def get_case(connection: AsyncConnection, case_id: int) -> ExceptionCase:
    """A case within the scope; raises `Refusal` (`exception.unknown`, 404)."""
    query = select(exception_cases).where(exception_cases.c.case_id == case_id)
    row = (await connection.execute(query)).mappings().one_or_none() if case_id < 2**63 else None
    if row is None:
        raise _unknown()
    return case_of(row)


async def list_cases(
    connection: AsyncConnection, wanted: CaseFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[ExceptionCase]:
    """A page of the cases within the scope, what waits longest for its department comes first."""
    query = select(exception_cases).where(*_conditions(wanted))
    query = query.where(_LONGEST_FIRST.beyond(exception_cases.c, after)) if after else query
    found = await connection.execute(
        query.order_by(*_LONGEST_FIRST.order(exception_cases.c)).limit(limit + 1)
    )
    return _LONGEST_FIRST.page([case_of(row) for row in found.mappings()], limit)


def _conditions(wanted: CaseFilter) -> Iterator[ColumnElement[bool]]:
    cases = exception_cases.c
    if wanted.unit_id is not None:
        yield cases.unit_id == wanted.unit_id
    if wanted.states:
        yield cases.state.in_([each.value for each in wanted.states])
    if wanted.rule:
        yield literal(wanted.rule) == any_(cases.rules)
    if wanted.region_code:
        yield (cases.region_code == wanted.region_code) | (cases.escalated_to == wanted.region_code)
    if wanted.escalated:
        yield cases.escalated_to.is_not(None)
    if wanted.amount_from is not None:
        yield cases.total >= wanted.amount_from
    if wanted.amount_to is not None:
        yield cases.total <= wanted.amount_to
    if wanted.month is not None:
        yield cases.month == wanted.month
    if wanted.opened_to is not None:
        yield cases.opened_at < end_of(wanted.opened_to)


async def rules_of_cases(connection: AsyncConnection) -> list[tuple[str, str]]:
    """(code, name) of each rule whose cases within the scope are undecided, by name."""
    return [(row.code, row.name) for row in await connection.execute(_RULES)]


async def receipts_of_bill(connection: AsyncConnection, unit_id: int, bill_id: int) -> list[CaseReceipt]:
    """The money that was matched to a bill, within the scope."""
    rows = await connection.execute(_RECEIPTS, {"unit_id": unit_id, "bill_id": bill_id})
    return [CaseReceipt(**row) for row in rows.mappings()]


def case_of(row: RowMapping) -> ExceptionCase:
    """A case from its row."""
    values = dict(row) | {
        "state": CaseState(row["state"]),
        "findings": msgspec.convert(row["findings"], tuple[CaseFinding, ...]),
        "rules": tuple(row["rules"]),
        "origin": BillOrigin(row["origin"]),
    }
    return ExceptionCase(**values)


def _unknown() -> Refusal:
    return refuse("exception.unknown", "没有找到该异常票据，或您无权查看。", status=404)


# -- the department asks, the unit answers --------------------------------------------------------------


async def ask_unit(
    connection: AsyncConnection, case_id: int, question: str, due_on: date, *, revision: int, acting: Acting
) -> ExceptionCase:
    """要求说明: ask the case's unit, which has until the end of `due_on` to answer.

    Raises `Refusal`: `exception.unknown` (404), `access.denied` (403), what `checked_words` raises for
    `question`, `exception.due_invalid` (422), `exception.decided`, `exception.awaits_answer` or
    `exception.changed` (409).
    """
    case = await _of_department(connection, case_id, acting=acting)
    words = checked_words(question, "要说明的问题", field="question")
    if not today() <= due_on <= today() + _LONGEST:
        raise refuse(
            "exception.due_invalid", "说明期限应在今天至三个月内，请修改。", field="due_on", status=422
        )
    _require_undecided(case)
    if case.state is CaseState.ASKED and not _answer_is_late(case):
        raise _awaits_answer(case)
    asked = await _step(
        connection,
        case,
        WorkStepKind.ASKED,
        {"state": CaseState.ASKED.value, "asked_due_on": due_on, "waits_since": end_of(due_on)},
        words=words,
        day=due_on,
        revision=revision,
        acting=acting,
    )
    await tell_unit(
        connection,
        case.unit_id,
        f"exception:ask:{case_id}:{asked.revision}",
        f"请说明票据{_number(case)}的情况",
        f"{words} 请在{due_on:%Y年%-m月%-d日}前说明。",
        link=f"/unit/exceptions/{case_id}",
        urgent=True,
    )
    return asked


async def answer_case(
    connection: AsyncConnection,
    case_id: int,
    explanation: str,
    *,
    files: Sequence[str] = (),
    revision: int,
    acting: Acting,
) -> ExceptionCase:
    """已说明: what the unit says of a case, with files of its own (SM3): before it is asked, or as its answer.

    Late answers count too, as long as none decided. What is said unasked gives the department no more time.

    Raises `Refusal`: `exception.unknown` (404), `access.denied` (403), what `checked_words` and `checked_files`
    raise, `exception.explained` (409) for what is explained and was not asked again, `exception.decided` or
    `exception.changed` (409).
    """
    case = await get_case(connection, case_id)
    require_own_unit(case.unit_id, _unknown(), acting=acting)
    words = checked_words(explanation, "情况说明", field="explanation", substantial=True)
    digests = await checked_files(connection, case.unit_id, files)
    _require_undecided(case)
    if case.state is CaseState.ANSWERED:
        message = "已经说明过，请等待财政部门办理；要求补充说明时会发来消息。"
        raise refuse("exception.explained", message, status=409)
    waits = {"waits_since": now()} if case.state is CaseState.ASKED else {}
    answered = await _step(
        connection,
        case,
        WorkStepKind.ANSWERED,
        {"state": CaseState.ANSWERED.value, **waits},
        words=words,
        files=digests,
        revision=revision,
        acting=acting,
    )
    await tell_department(
        connection,
        case.region_code,
        f"exception:answer:{case_id}:{answered.revision}",
        f"异常票据{_number(case)}已说明",
        words,
        link=f"/finance/exceptions/{case_id}",
    )
    return answered


# -- the department decides -----------------------------------------------------------------------------


async def clear_case(
    connection: AsyncConnection, case_id: int, reason: str, *, revision: int, acting: Acting
) -> ExceptionCase:
    """解除异常: the bill is written off with its cycle. Raises as `mark_breach`, for `reason`."""
    case = await _of_department(connection, case_id, acting=acting)
    words = checked_words(reason, "解除理由", field="reason", substantial=True)
    _require_undecided(case)
    cleared = await _step(
        connection,
        case,
        WorkStepKind.CLEARED,
        _decided(CaseState.CLEARED, words, acting=acting),
        words=words,
        revision=revision,
        acting=acting,
    )
    await tell_unit(
        connection,
        case.unit_id,
        f"exception:clear:{case_id}",
        f"票据{_number(case)}已解除异常",
        f"该票据不再列为异常，随{case.month:%Y年%-m月}核销。",
        link=f"/unit/exceptions/{case_id}",
    )
    return cleared


async def clear_alike(
    database: Database, case_ids: Sequence[int], reason: str, *, acting: Acting
) -> list[CaseResult]:
    """Clear cases that the same rules found with one reason, each for itself; the result of each, in order.

    Raises `Refusal` before any is cleared: `exception.none_chosen`, `exception.too_many`, `exception.not_alike`
    (422), and what `checked_words` raises.
    """
    if not case_ids:
        raise refuse("exception.none_chosen", "请先选择要解除的异常票据。", status=422)
    if len(case_ids) > MAX_TOGETHER:
        message = f"一次最多办理{MAX_TOGETHER}份，请减少后分次办理。"
        raise refuse("exception.too_many", message, status=422)
    checked_words(reason, "解除理由", field="reason", substantial=True)
    async with database.system() as connection:
        query = select(exception_cases.c.rules).where(exception_cases.c.case_id.in_(case_ids))
        kinds = {tuple(sorted(rules)) for rules in (await connection.execute(query)).scalars()}
    if len(kinds) > 1:
        message = "只能一起解除异常原因相同的票据，请按规则筛选后再选择。"
        raise refuse("exception.not_alike", message, status=422)
    return [await _clear_one(database, case_id, reason, acting=acting) for case_id in case_ids]


async def _clear_one(database: Database, case_id: int, reason: str, *, acting: Acting) -> CaseResult:
    try:
        async with database.system() as connection:
            revision = (await get_case(connection, case_id)).revision
            case = await clear_case(connection, case_id, reason, revision=revision, acting=acting)
    except Refusal as refusal:
        return CaseResult(case_id=case_id, problem=refusal.problems[0])
    return CaseResult(case_id=case_id, case=case)


async def mark_breach(
    connection: AsyncConnection, case_id: int, breach: Breach, *, revision: int, acting: Acting
) -> ExceptionCase:
    """标记违规, to be put right by a notice of rectification.

    Raises `Refusal`: `exception.unknown` (404), `access.denied` (403), every problem of the breach
    (`exception.breach_invalid`, 422, by field), what `checked_words` raises for its reason,
    `exception.awaits_answer` while the unit has time to answer, `exception.decided` or `exception.changed` (409).
    """
    case = await _of_department(connection, case_id, acting=acting)
    reason = require_breach(case, breach)
    values = _decided(CaseState.BREACHED, reason, acting=acting) | {
        "breach_type": breach.type,
        "breach_basis": breach.basis.strip(),
        "breach_amount": breach.amount,
    }
    marked = await _step(
        connection,
        case,
        WorkStepKind.BREACHED,
        values,
        words=f"{BREACH_TYPES[breach.type]}，依据{breach.basis.strip()}，金额{breach.amount:,.2f}元。{reason}",
        revision=revision,
        acting=acting,
    )
    await tell_unit(
        connection,
        case.unit_id,
        f"exception:breach:{case_id}:{marked.revision}",
        f"票据{_number(case)}认定违规",
        f"{BREACH_TYPES[breach.type]}。财政部门将发出整改通知。",
        link=f"/unit/exceptions/{case_id}",
        urgent=True,
    )
    return marked


def require_breach(case: ExceptionCase, breach: Breach) -> str:
    """The facts of a breach that can be marked now. Raises `Refusal` as `mark_breach`, for all but the revision."""
    problems = breach_problems(breach)
    if problems:
        raise Refusal(*problems)
    reason = checked_words(breach.reason, "违规事实", field="facts", substantial=True)
    _require_undecided(case)
    if case.state is CaseState.ASKED and not _answer_is_late(case):
        raise _awaits_answer(case)
    return reason


async def withdraw_breach(
    connection: AsyncConnection, case_id: int, reason: str, *, revision: int, acting: Acting
) -> ExceptionCase:
    """撤回违规认定, while no notice names it: the case is open again, and the department has as long as at first.

    Raises `Refusal`: `exception.unknown` (404), `access.denied` (403), `exception.decided_above` (403) for what a
    department above marked, what `checked_words` raises for `reason`, `exception.not_breached` or
    `exception.changed` (409).
    """
    case = await _of_department(connection, case_id, acting=acting)
    if decided_above(case, acting.region_code):
        message = "违规由上级财政部门认定，只能由该部门或其上级撤回，请与其联系。"
        raise refuse("exception.decided_above", message, status=403)
    words = checked_words(reason, "撤回原因", field="reason", substantial=True)
    if case.state is not CaseState.BREACHED:
        message = f"该票据的状态是“{case.state.label}”，只有认定违规、还没有发出整改通知的可以撤回，请刷新页面查看。"
        raise refuse("exception.not_breached", message, status=409, state=case.state.value)
    values = {
        "state": CaseState.OPEN.value,
        "waits_since": now(),
        "escalated_to": None,
        "asked_due_on": None,
        "decided_by": None,
        "decided_by_name": "",
        "decided_at": None,
        "decided_in": None,
        "reason": "",
        "breach_type": "",
        "breach_basis": "",
        "breach_amount": None,
    }
    opened = await _step(
        connection, case, WorkStepKind.WITHDRAWN, values, words=words, revision=revision, acting=acting
    )
    await tell_unit(
        connection,
        case.unit_id,
        f"exception:withdraw:{case_id}:{opened.revision}",
        f"票据{_number(case)}的违规认定已撤回",
        f"{words} 该票据仍是异常票据，由财政部门继续审核。",
        link=f"/unit/exceptions/{case_id}",
    )
    return opened


def decided_above(case: ExceptionCase, region_code: str | None) -> bool:
    """Whether a department above that of a region decided a case; where its unit moved since, one beside it may have."""
    where = case.decided_in
    return where is not None and where != region_code and region_covers(where, region_code or "")


def breach_problems(breach: Breach) -> list[Problem]:
    """What is wrong with a breach, by the fields `breach_type`, `breach_basis` and `breach_amount`."""
    found = []
    if breach.type not in BREACH_TYPES:
        found.append(_wrong("breach_type", "请选择违规类型。"))
    if not 4 <= len(breach.basis.strip()) <= MAX_BASIS:
        found.append(_wrong("breach_basis", f"请写明依据的文件和条款，4至{MAX_BASIS}个字。"))
    if not fits_places(breach.amount, 2) or not Decimal(0) <= breach.amount <= MAX_AMOUNT:
        found.append(_wrong("breach_amount", "请填写违规金额，单位为元，最多两位小数，不能为负。"))
    return found


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="exception.breach_invalid", field=field, message=message, status=422)


# -- cases that no write-off found ------------------------------------------------------------------------


async def open_case(
    connection: AsyncConnection, unit_id: int, bill_id: int, finding: CaseFinding, *, acting: Acting
) -> ExceptionCase:
    """The undecided case of a bill issued here that a department looks into, whatever its month; a new one unless
    there is one already.

    Raises `Refusal`: `access.denied` (403), `exception.unknown` (404) for no bill of the unit within the
    department's area, `exception.decided` (409) for one whose breach is decided already.
    """
    found = (await connection.execute(_BILL, {"unit_id": unit_id, "bill_id": bill_id})).one_or_none()
    if found is None:
        raise _unknown()
    require_department(found.region_code, _unknown(), acting=acting)
    values = {
        "unit_id": unit_id,
        "bill_id": bill_id,
        "month": to_shanghai(found.issued_at).date().replace(day=1),
        "kind_code": found.kind_code,
        "region_code": found.region_code,
        "total": found.total,
        "origin": BillOrigin.OWN.value,
        "findings": [msgspec.to_builtins(finding)],
        "rules": [finding.rule],
        "opened_at": now(),
        "waits_since": now(),
    }
    statement = insert(exception_cases).values(values).on_conflict_do_nothing().returning(exception_cases)
    row = (await connection.execute(statement)).mappings().one_or_none()
    if row is not None:
        await record(
            connection,
            AuditEntry(
                acting=acting,
                action="exception:open",
                subject=f"exception:{row['case_id']}",
                unit_id=unit_id,
                details={"bill": str(bill_id), "rule": finding.rule},
            ),
        )
        return case_of(row)
    query = select(exception_cases).where(
        exception_cases.c.unit_id == unit_id,
        exception_cases.c.bill_id == bill_id,
        exception_cases.c.origin == BillOrigin.OWN.value,
        exception_cases.c.state != CaseState.CLEARED.value,
    )
    case = case_of((await connection.execute(query)).mappings().one())
    _require_undecided(case)
    return case


# -- shared ---------------------------------------------------------------------------------------------


async def _of_department(connection: AsyncConnection, case_id: int, *, acting: Acting) -> ExceptionCase:
    case = await get_case(connection, case_id)
    require_department(case.region_code, _unknown(), acting=acting)
    return case


def _require_undecided(case: ExceptionCase) -> None:
    if case.state not in UNDECIDED:
        who = f"{case.decided_by_name}已办理" if case.decided_by_name else "已办理"
        message = f"该票据的状态是“{case.state.label}”（{who}），请刷新页面查看。"
        raise refuse("exception.decided", message, status=409, state=case.state.value)


def _answer_is_late(case: ExceptionCase) -> bool:
    return case.asked_due_on is not None and case.asked_due_on < today()


def _awaits_answer(case: ExceptionCase) -> Refusal:
    until = case.asked_due_on or today()
    message = f"单位可以说明到{until:%Y年%-m月%-d日}为止，请等单位说明，或在期限过后办理；现在可以解除异常。"
    return refuse("exception.awaits_answer", message, status=409)


def _decided(state: CaseState, reason: str, *, acting: Acting) -> dict[str, Any]:
    return {
        "state": state.value,
        "reason": reason,
        "decided_by": acting.actor,
        "decided_by_name": acting.name,
        "decided_at": now(),
        "decided_in": acting.region_code,
    }


async def _step(
    connection: AsyncConnection,
    case: ExceptionCase,
    kind: WorkStepKind,
    values: dict[str, Any],
    *,
    words: str,
    day: date | None = None,
    files: Sequence[str] = (),
    revision: int,
    acting: Acting,
) -> ExceptionCase:
    """Change a case that still has the revision which its author saw, and put that down."""
    changed = await connection.execute(
        update(exception_cases)
        .where(exception_cases.c.case_id == case.case_id, exception_cases.c.revision == revision)
        .values(revision=revision + 1, **values)
        .returning(exception_cases)
    )
    row = changed.mappings().one_or_none()
    if row is None:
        message = "该票据刚才已由他人办理，请刷新页面，按最新情况再办。"
        raise refuse("exception.changed", message, status=409)
    # What earlier steps asked for, of the unit or of the department, is done by this one.
    await settle(connection, *topics_of_case(case.case_id, case.revision))
    await add_step(
        connection,
        case.unit_id,
        kind,
        case_id=case.case_id,
        words=words,
        day=day,
        files=files,
        acting=acting,
    )
    details = {"bill": str(case.bill_id), "words": words, "due_on": day.isoformat() if day else ""}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"exception:{_ACTIONS[kind]}",
            subject=f"exception:{case.case_id}",
            unit_id=case.unit_id,
            details={name: value for name, value in details.items() if value},
        ),
    )
    return case_of(row)


_ACTIONS = {
    WorkStepKind.ASKED: "ask",
    WorkStepKind.ANSWERED: "answer",
    WorkStepKind.CLEARED: "clear",
    WorkStepKind.BREACHED: "breach",
    WorkStepKind.WITHDRAWN: "withdraw",
}


def topics_of_case(case_id: int, revision: int) -> list[str]:
    """What was asked of the unit and its department about a case, and told of its breach, up to a revision."""
    steps = ("ask", "answer", "breach")
    return [topic for step in steps for topic in of_revisions(f"exception:{step}:{case_id}", revision)]


def _number(case: ExceptionCase) -> str:
    return BillIdentity.from_bill_id(case.bill_id).number
