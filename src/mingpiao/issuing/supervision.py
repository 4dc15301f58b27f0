"""Judging requests by the rules in force, within the train and before any number is taken.

The counters and files that rules ask about are read under the train's locks, and requests of the same
train that passed count already. So of two equal bills only one can pass as the first.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import asyncpg
import msgspec

from mingpiao.evidence.model import BillFacts, Claim, Usage
from mingpiao.evidence.service import EvidenceKey, compare, model_claims, weights_for
from mingpiao.issuing.demands import as_if_checked, demands_met, named_before
from mingpiao.issuing.facts import facts_of
from mingpiao.issuing.history import Present, UnitPast, read_present
from mingpiao.issuing.model import CheckingDemand, IssueRequest, NeedsChecking, NeedsConfirmation, Refused
from mingpiao.issuing.tickets import IssueTicket, Oversight
from mingpiao.rules.model import Confirmation, Fate, Hit, HitCount, HitOutcome, Severity
from mingpiao.rules.service import judge
from mingpiao.units.model import Unit


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """No rule stops the request. `findings` asked or warned; `confirmations` answer those that asked.

    `shadows` are hits of rules on trial: they are counted, and nobody is told.
    """

    findings: tuple[Hit, ...]
    confirmations: tuple[Confirmation, ...]
    claims: tuple[Claim, ...]
    shadows: tuple[Hit, ...] = ()

    @property
    def warnings(self) -> tuple[Hit, ...]:
        return tuple(hit for hit in self.findings if hit.severity is Severity.WARN)


RequestVerdict = Passed | Refused | NeedsConfirmation | NeedsChecking
#: What units demand to be checked by a second person, by unit.
Demands = Mapping[int, Sequence[CheckingDemand]]


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """What the rules say of tickets: a verdict on each in their order, and the hits to be counted."""

    verdicts: list[RequestVerdict]
    counts: list[HitCount]
    failures: list[Hit]


async def judge_train(
    connection: asyncpg.Connection,
    tickets: Sequence[IssueTicket],
    usage: Mapping[EvidenceKey, Usage],
    moment: datetime,
    demands: Demands,
) -> Judged:
    """Judge tickets in their order as bills issued at `moment`; `usage` and `demands` were read under lock."""
    present = await present_for(connection, tickets, moment)
    return judge_in_order(tickets, present, dict(usage), moment, demands, on_trial=True)


async def present_for(
    connection: asyncpg.Connection, tickets: Sequence[IssueTicket], moment: datetime
) -> Present:
    """The counters that rules ask for about these tickets, as the connection sees them."""
    needs = frozenset().union(*(ticket.oversight.rules.history for ticket in tickets))
    concerned = [(ticket.unit.unit_id, ticket.oversight.subjects) for ticket in tickets]
    return await read_present(connection, moment.date(), concerned, needs)


def judge_in_order(
    tickets: Sequence[IssueTicket],
    present: Present,
    used: dict[EvidenceKey, Usage],
    moment: datetime,
    demands: Demands,
    *,
    on_trial: bool,
) -> Judged:
    """Judge tickets one after another; those that pass are added to `present` and `used`.

    What satisfies the rules and is still to be checked by a second person counts nowhere yet.
    Rules on trial are judged only if `on_trial`: they count for bills that are issued.
    """
    judged = Judged(verdicts=[], counts=[], failures=[])
    papers = _files_by_paper(used)
    for ticket in tickets:
        request = as_if_checked(ticket.draft.request, demands.get(ticket.unit.unit_id, ()))
        hits, claims, shadows = assess(
            request, ticket.unit, ticket.oversight, present, used, moment, on_trial=on_trial
        )
        verdict = _verdict(ticket, hits, claims, shadows)
        held = _held(ticket, verdict, demands) if isinstance(verdict, Passed) else None
        judged.verdicts.append(held or verdict)
        if held is None:
            judged.counts.extend(_counts(ticket.unit.unit_id, hits, verdict))
            if isinstance(verdict, Passed):
                _let_on(ticket, present, used, papers)
        judged.failures.extend(hit for hit in (*hits, *shadows) if hit.failed)
    return judged


def _held(ticket: IssueTicket, passed: Passed, demands: Demands) -> NeedsChecking | Refused | None:
    """Why a request that satisfies the rules is not issued: its unit wants it checked, and nobody agreed to it."""
    if ticket.agreed is not None:
        return None
    met = demands_met(demands.get(ticket.unit.unit_id, ()), ticket.draft.request)
    if not met:
        return None
    if problems := named_before(ticket.draft.request):
        return Refused(problems=problems)
    return NeedsChecking(demands=met, findings=passed.findings, claims=passed.claims)


def _files_by_paper(used: Mapping[EvidenceKey, Usage]) -> dict[EvidenceKey, list[EvidenceKey]]:
    """The files of each paper, whose usage is one."""
    papers: dict[EvidenceKey, list[EvidenceKey]] = {}
    for key, usage in used.items():
        papers.setdefault(_paper_of(key, usage), []).append(key)
    return papers


def _paper_of(key: EvidenceKey, usage: Usage) -> EvidenceKey:
    return key[0], usage.paper or key[1]


def _let_on(
    ticket: IssueTicket,
    present: Present,
    used: dict[EvidenceKey, Usage],
    papers: Mapping[EvidenceKey, Sequence[EvidenceKey]],
) -> None:
    """Count a request that passed, for the requests behind it in the same train."""
    unit_id, total = ticket.unit.unit_id, ticket.draft.request.total
    present.add(unit_id, ticket.oversight.subjects, total)
    for paper in {_paper_of(key, used[key]) for key in ticket.evidence_keys}:
        for key in papers[paper]:
            before = used[key]
            used[key] = msgspec.structs.replace(before, amount=before.amount + total, bills=before.bills + 1)


def assess(
    request: IssueRequest,
    unit: Unit,
    oversight: Oversight,
    present: Present,
    usage: Mapping[EvidenceKey, Usage],
    moment: datetime,
    *,
    on_trial: bool,
) -> tuple[tuple[Hit, ...], tuple[Claim, ...], tuple[Hit, ...]]:
    """All hits on a request, how its evidence compares with it, and, if wanted, the hits of rules on trial. Pure."""
    rules = oversight.rules
    shadows = rules.shadows if on_trial else ()
    if not rules.rules and not shadows and not oversight.extractions:
        return (), (), ()
    facts = facts_of(request, oversight.profile, oversight.catalog, moment)
    claims = _claims(request, unit, oversight, usage, moment.date())
    _add_evidence(facts, oversight, claims)
    if oversight.past is not None:
        _add_history(facts, unit.unit_id, oversight, oversight.past, present)
    return judge(rules.rules, facts), claims, judge(shadows, facts)


def _claims(
    request: IssueRequest, unit: Unit, oversight: Oversight, usage: Mapping[EvidenceKey, Usage], day: date
) -> tuple[Claim, ...]:
    if not oversight.extractions:
        return ()
    bill = BillFacts(
        kind=request.kind,
        payer_name=request.payer.name,
        payer_code=request.payer.code,
        unit_name=unit.name,
        unit_code=unit.uscc,
        unit_account=unit.receiving_account,
        total=request.total,
        issued_on=day,
        item_names=tuple(
            oversight.catalog.items[item.code].name
            for item in request.items
            if item.code in oversight.catalog.items
        ),
        remark=request.remark,
        extension=request.extension,
    )
    used = {digest: usage[unit.unit_id, digest] for digest in oversight.extractions}
    claims = compare(bill, oversight.extractions, used, weights_for(oversight.caution))
    return (*claims, *model_claims(bill, oversight.extractions, claims))


def _add_evidence(facts: dict[str, Any], oversight: Oversight, claims: tuple[Claim, ...]) -> None:
    facts["evidence_count"] = len(oversight.extractions)
    for claim in claims:
        # Remarks of a language model decide nothing, so rules do not see them.
        if claim.source == "rules":
            facts[f"evidence_{claim.name}"] = claim.verdict.value


def _add_history(
    facts: dict[str, Any], unit_id: int, oversight: Oversight, past: UnitPast, present: Present
) -> None:
    facts.update(present.columns(unit_id, oversight.subjects, past, oversight.rules.history))
    for item in facts["items"]:
        for need in oversight.rules.item_history:
            item[need.column] = past.median(item["code"], need)


def _verdict(
    ticket: IssueTicket, hits: tuple[Hit, ...], claims: tuple[Claim, ...], shadows: tuple[Hit, ...]
) -> RequestVerdict:
    if any(hit.outcome is HitOutcome.VIOLATION for hit in hits):
        # Questions come along with the blocks, so that a handler corrects everything in one go.
        stopping = sorted(
            (hit for hit in hits if hit.severity is not Severity.WARN),
            key=lambda hit: hit.outcome is HitOutcome.FINDING,
        )
        return Refused(problems=tuple(hit.problem for hit in stopping))
    answered = {confirmation.rule: confirmation for confirmation in ticket.draft.request.confirmations}
    approval = ticket.oversight.approval
    asked = [hit for hit in hits if hit.severity is Severity.ASK]
    approved = approval.rules if approval else frozenset()
    if any(hit.rule not in answered and hit.rule not in approved for hit in asked):
        return NeedsConfirmation(
            hits=tuple(hit for hit in asked if hit.rule not in answered and hit.rule not in approved),
            claims=claims,
        )
    return Passed(
        findings=hits,
        confirmations=tuple(answered[hit.rule] for hit in asked if hit.rule in answered),
        claims=claims,
        shadows=tuple(hit for hit in shadows if not hit.failed),
    )


def judged_of_stop(unit_id: int, hits: tuple[Hit, ...]) -> Judged:
    """The hits to be counted of a request that was only checked: all if rules would stop it, else none."""
    if all(hit.severity is Severity.WARN for hit in hits):
        return Judged(verdicts=[], counts=[], failures=[])
    counts = _counts(unit_id, hits, NeedsConfirmation(hits=hits, claims=()))
    return Judged(verdicts=[], counts=counts, failures=[hit for hit in hits if hit.failed])


def _counts(unit_id: int, hits: tuple[Hit, ...], verdict: RequestVerdict) -> list[HitCount]:
    return [HitCount(unit_id=unit_id, rule=hit.rule, fate=_fate(hit, verdict)) for hit in hits]


def _fate(hit: Hit, verdict: RequestVerdict) -> Fate:
    if hit.severity is Severity.WARN:
        return Fate.WARNED
    if hit.outcome is HitOutcome.VIOLATION:
        return Fate.BLOCKED
    return Fate.CONFIRMED if isinstance(verdict, Passed) else Fate.ASKED
