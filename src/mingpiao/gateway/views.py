"""Bills in the form that programs get, and JSON answers made from values."""

from collections.abc import Iterable
from typing import Any

import msgspec
from litestar.response.base import ASGIResponse

from mingpiao.evidence.model import CLAIM_LABELS, Claim
from mingpiao.gateway.model import (
    BillView,
    DocumentLinks,
    FindingView,
    IdentityView,
    ItemView,
    PayerView,
    StandingView,
)
from mingpiao.issuing.model import Bill, BillItem, NeedsConfirmation
from mingpiao.kernel.errors import Problem
from mingpiao.kernel.money import plain, plain_number
from mingpiao.layout.service import check_address
from mingpiao.rules.model import Hit
from mingpiao.writeoff.model import BillWriteOff

BASE_PATH = "/api/v1"

# Members of a map are sorted, so that the same bill always gives the same bytes.
_encoder = msgspec.json.Encoder(order="deterministic")


def answer(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> ASGIResponse:
    """A value as a JSON response, encoded once."""
    return ASGIResponse(body=_encoder.encode(value), status_code=status, headers=headers)


def bill_path(code: str, number: str) -> str:
    """The path of a bill's resource."""
    return f"{BASE_PATH}/bills/{code}/{number}"


def bill_view(
    bill: Bill, site_url: str, warnings: Iterable[Hit] = (), writeoff: BillWriteOff | None = None
) -> BillView:
    """A bill with its addresses on the site. The same bill always looks the same.

    `warnings` are shown only once, in the answer to the call that issued it, `writeoff` where one bill is asked for.
    """
    identity = bill.identity
    documents = f"{site_url}{bill_path(identity.code, identity.number)}/document"
    return BillView(
        code=identity.code,
        number=identity.number,
        check_code=bill.check_code,
        kind=bill.kind,
        color=bill.color,
        state=bill.state,
        business_no=bill.business_no,
        issued_at=bill.issued_at,
        total=plain(bill.total),
        payer=PayerView(type=bill.payer.type, name=bill.payer.name, code=bill.payer.code),
        items=tuple(map(_item_view, bill.items)),
        extension=bill.extension,
        handler=bill.handler,
        related=None
        if bill.related is None
        else IdentityView(code=bill.related.code, number=bill.related.number),
        reason=bill.reason,
        sm3=bill.sm3,
        check_url=check_address(site_url, code=identity.code, number=identity.number, sm3=bill.sm3),
        ruleset_version=bill.ruleset_version,
        point=bill.point,
        warnings=tuple(map(finding_view, warnings)),
        documents=DocumentLinks(ofd=documents + ".ofd", pdf=documents + ".pdf", xml=documents + ".xml"),
        writeoff=_standing_view(writeoff) if writeoff and writeoff.is_told else None,
    )


def _standing_view(writeoff: BillWriteOff) -> StandingView:
    at = writeoff.written_off_at if writeoff.is_written_off else None
    return StandingView(
        state=writeoff.standing.value,
        name=writeoff.standing.label,
        written_off_on=None if at is None else at.date(),
        serial=writeoff.serial if at else "",
    )


def finding_view(hit: Hit) -> FindingView:
    """A hit in the form that programs get."""
    return FindingView(
        rule=hit.rule,
        name=hit.name,
        severity=hit.severity.value,
        message=hit.message,
        field=hit.field,
        basis=hit.basis,
    )


def confirmation_problems(outcome: NeedsConfirmation) -> list[Problem]:
    """The questions of rules as problems; the facts of the first one contain how the files compare with the
    bill.
    """
    first, *others = outcome.problems
    claims = [claim_facts(claim) for claim in outcome.claims]
    facts = first.facts | ({"claims": claims} if claims else {})
    return [msgspec.structs.replace(first, facts=facts), *others]


def claim_facts(claim: Claim) -> dict[str, Any]:
    """One comparison of files and bill in the form that programs get, with the places on the pages."""
    return {
        "name": claim.name,
        "label": CLAIM_LABELS.get(claim.name, claim.name),
        "verdict": claim.verdict.value,
        "expected": claim.expected,
        "found": claim.found,
        "explanation": claim.explanation,
        "marks": [{"evidence": mark.digest} | msgspec.structs.asdict(mark.place) for mark in claim.marks],
    }


def _item_view(item: BillItem) -> ItemView:
    return ItemView(
        code=item.code,
        name=item.name,
        unit=item.unit,
        quantity=plain_number(item.quantity),
        rate=plain_number(item.rate),
        amount=plain(item.amount),
        remark=item.remark,
    )
