"""What departments decide of a finding: true, explained or false, with the reason; a breach goes on to rectification.

Each decision names the revision that its author saw: of two officers at once the second learns that it has changed.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.analysis.model import FindingState, MonthFinding
from mingpiao.analysis.patterns import BY_CODE
from mingpiao.analysis.store import bills_of_finding, finding_of, get_finding, unknown_finding
from mingpiao.analysis.tables import analysis_findings, analysis_steps
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import refuse
from mingpiao.rules.service import required_words
from mingpiao.writeoff.model import Breach, CaseFinding
from mingpiao.writeoff.service import mark_breach, open_case

_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_BASIS = "《财政票据管理办法》（财政部令第104号）"
_ACTIONS = {
    FindingState.CONFIRMED: "finding:confirm",
    FindingState.EXPLAINED: "finding:explain",
    FindingState.FALSE: "finding:dismiss",
}
_WHAT = {
    FindingState.CONFIRMED: "核实到的情况",
    FindingState.EXPLAINED: "情况说明",
    FindingState.FALSE: "误报的理由",
}


async def decide_finding(
    connection: AsyncConnection,
    finding_id: int,
    state: FindingState,
    words: str,
    *,
    revision: int,
    acting: Acting,
) -> MonthFinding:
    """属实, 已说明 or 误报, with the reason; it counts for the pattern's precision.

    Raises `Refusal`: `finding.unknown` (404), `access.denied` (403), `finding.words_…` (422), `finding.decided` or
    `finding.changed` (409).
    """
    finding = await _of_department(connection, finding_id, acting=acting)
    said = _checked(words, _WHAT[state], "words")
    return await _decide(connection, finding, state, said, revision, 0, acting=acting)


async def find_breach(
    connection: AsyncConnection,
    finding_id: int,
    bill_ids: Sequence[int],
    breach: Breach,
    *,
    revision: int,
    acting: Acting,
) -> MonthFinding:
    """属实, and these bills of the finding are breaches, which a notice of rectification takes up as after write-off.

    `breach.amount` is of each bill, 0 for its total. Raises as `decide_finding`, `finding.bills_required` or
    `finding.bill_unknown` (422), and what `mark_breach` raises.
    """
    finding = await _of_department(connection, finding_id, acting=acting)
    chosen = sorted(set(bill_ids))
    if not chosen:
        raise refuse("finding.bills_required", "请选择违规的票据。", field="chosen", status=422)
    known = {each.bill_id for each in await bills_of_finding(connection, finding)}
    if not known.issuperset(chosen):
        raise refuse(
            "finding.bill_unknown", "所选票据不属于该发现，请刷新后重选。", field="chosen", status=422
        )
    said = _checked(breach.reason, "违规事实", "facts")
    decided = await _decide(
        connection, finding, FindingState.CONFIRMED, said, revision, len(chosen), acting=acting
    )
    cause = CaseFinding(
        rule=f"analysis:{finding.pattern}",
        version=1,
        name=BY_CODE[finding.pattern].label,
        message=finding.sentence,
        basis=_BASIS,
    )
    for bill_id in chosen:
        case = await open_case(connection, finding.unit_id, bill_id, cause, acting=acting)
        amount = breach.amount or abs(case.total)
        marked = Breach(type=breach.type, basis=breach.basis, amount=amount, reason=breach.reason)
        await mark_breach(connection, case.case_id, marked, revision=case.revision, acting=acting)
    return decided


async def _decide(
    connection: AsyncConnection,
    finding: MonthFinding,
    state: FindingState,
    words: str,
    revision: int,
    breaches: int,
    *,
    acting: Acting,
) -> MonthFinding:
    if finding.state is not FindingState.NEW:
        message = f"该发现已由{finding.decided_by_name}办结（{finding.state.label}），请刷新页面查看。"
        raise refuse("finding.decided", message, status=409, state=finding.state.value)
    changed = await connection.execute(
        update(analysis_findings)
        .where(
            analysis_findings.c.finding_id == finding.finding_id,
            analysis_findings.c.revision == revision,
            analysis_findings.c.state == FindingState.NEW.value,
        )
        .values(
            state=state.value,
            revision=revision + 1,
            words=words,
            breaches=breaches,
            decided_by=acting.actor,
            decided_by_name=acting.name,
            decided_at=now(),
        )
        .returning(analysis_findings)
    )
    row = changed.mappings().one_or_none()
    if row is None:
        message = "该发现刚刚有了变化，请刷新页面，按最新情况再办。"
        raise refuse("finding.changed", message, status=409)
    await connection.execute(
        insert(analysis_steps).values(
            finding_id=finding.finding_id,
            unit_id=finding.unit_id,
            state=state.value,
            at=now(),
            actor_name=acting.name,
            words=words,
        )
    )
    await _record(connection, finding, state, {"words": words}, breaches, acting=acting)
    return finding_of(row)


async def _of_department(connection: AsyncConnection, finding_id: int, *, acting: Acting) -> MonthFinding:
    finding = await get_finding(connection, finding_id)
    if acting.role not in _DEPARTMENT_ROLES or acting.region_code is None:
        raise refuse("access.denied", "智能分析的发现由财政部门的经办人和负责人办理。", status=403)
    if not region_covers(acting.region_code, finding.region_code):
        raise unknown_finding()
    return finding


def _checked(words: str, what: str, field: str) -> str:
    return required_words(words, what, of="finding", field=field)


async def _record(
    connection: AsyncConnection,
    finding: MonthFinding,
    state: FindingState,
    details: Mapping[str, str],
    breaches: int,
    *,
    acting: Acting,
) -> None:
    told = {"pattern": finding.label, "month": f"{finding.month:%Y-%m}"} | dict(details)
    if breaches:
        told |= {"breaches": str(breaches)}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=_ACTIONS[state],
            subject=f"finding:{finding.finding_id}",
            unit_id=finding.unit_id,
            details=told,
        ),
    )
