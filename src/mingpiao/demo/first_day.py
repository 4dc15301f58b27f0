"""The first working day: bills are issued, and some reversed, through the desk that also serves the API."""

from collections.abc import Sequence
from datetime import date

import msgspec

from mingpiao.demo.acting import ACTING
from mingpiao.demo.bills import requests, reversal_reason, seeded
from mingpiao.demo.units import DemoUnit
from mingpiao.issuing.model import (
    Issued,
    IssueRequest,
    NeedsConfirmation,
    Outcome,
    Refused,
    ReversalRequest,
)
from mingpiao.issuing.service import Desk
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.model import Confirmation

_BATCH = 50
_REASON = "已与缴款人核对，业务真实，票面内容与实际收款一致。"
#: What the desk says of work that was done before a cut: the bill was issued, or issued and reversed.
_ISSUED_BEFORE = frozenset({"bill.business_no_conflict", "bill.business_no_reversed"})
_REVERSED_BEFORE = frozenset({"bill.already_reversed"})


class IssuedDemoBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill of the demonstration, as the desk returned it."""

    request: IssueRequest
    identity: BillIdentity


def first_requests(entry: DemoUnit, count: int, on: date) -> list[IssueRequest]:
    """The first `count` requests of a unit, dated `on`."""
    return [msgspec.convert(raw, IssueRequest) for raw in requests(entry, seeded(entry), count, on)]


async def issue(desk: Desk, unit_id: int, wanted: Sequence[IssueRequest]) -> list[IssuedDemoBill]:
    """Issue bills for a unit; those that an earlier build issued, on whatever day, are left unchanged.

    Questions of rules are confirmed, as a careful handler would do. Raises `Refusal` if a bill cannot be
    issued.
    """
    outcomes = await desk.issue(unit_id, wanted, acting=ACTING)
    asked = {
        place: _confirmed(wanted[place], outcome)
        for place, outcome in enumerate(outcomes)
        if isinstance(outcome, NeedsConfirmation)
    }
    answers = await desk.issue(unit_id, list(asked.values()), acting=ACTING) if asked else []
    outcomes = list(outcomes)
    for place, answer in zip(asked, answers, strict=True):
        outcomes[place] = answer
    return [_standing(request, outcome) for request, outcome in zip(wanted, outcomes, strict=True)]


def _confirmed(request: IssueRequest, asked: NeedsConfirmation) -> IssueRequest:
    confirmations = tuple(Confirmation(rule=hit.rule, reason=_REASON) for hit in asked.hits)
    return msgspec.structs.replace(request, confirmations=confirmations)


async def reverse_some(desk: Desk, unit_id: int, bills: Sequence[IssuedDemoBill]) -> None:
    """Reverse the bills that the demonstration selects for it, unless they are reversed already.

    Raises `Refusal` if one cannot be reversed.
    """
    await reverse(desk, unit_id, [reversal for bill in bills if (reversal := _reversal(bill)) is not None])


async def reverse(desk: Desk, unit_id: int, reversals: Sequence[ReversalRequest]) -> None:
    """Reverse bills of a unit, unless they are reversed already. Raises `Refusal` if one cannot be reversed."""
    for outcome in await desk.reverse(unit_id, reversals, acting=ACTING):
        _accept(outcome, _REVERSED_BEFORE)


def batches(wanted: Sequence[IssueRequest]) -> list[Sequence[IssueRequest]]:
    """Requests in portions that are small enough for a progress bar to move."""
    return [wanted[start : start + _BATCH] for start in range(0, len(wanted), _BATCH)]


def _standing(request: IssueRequest, outcome: Outcome) -> IssuedDemoBill:
    if isinstance(outcome, Issued):
        return IssuedDemoBill(request=request, identity=outcome.bill.identity)
    facts = _accept(outcome, _ISSUED_BEFORE)
    identity = BillIdentity(code=facts["code"], number=facts["number"])
    return IssuedDemoBill(request=request, identity=identity)


def _reversal(bill: IssuedDemoBill) -> ReversalRequest | None:
    reason = reversal_reason(bill.request.business_no, bill.request.kind)
    if reason is None:
        return None
    return ReversalRequest(
        code=bill.identity.code,
        number=bill.identity.number,
        reason=reason,
        handler=bill.request.handler,
    )


def _accept(outcome: Outcome, harmless: frozenset[str]) -> dict[str, str]:
    """Raise what an outcome refuses, unless it only says that the work was done before."""
    match outcome:
        case Issued():
            return {}
        case Refused(problems=(problem,)) if problem.code in harmless:
            return problem.facts
        case _:
            raise Refusal(*outcome.problems)
