"""The answer to a request whose business number has its bill already."""

from mingpiao.issuing.digests import is_repeat
from mingpiao.issuing.model import Bill, BillState, Issued, IssueRequest, Refused
from mingpiao.issuing.register import Original
from mingpiao.kernel.errors import Problem


def answer_of_original(
    original: Original, request: IssueRequest, digest: bytes | None = None
) -> Issued | Refused:
    """The same request gets its bill again, unless that was reversed; another request is refused.

    A reversed bill is never given as a success: a program that looks at the status alone would hand it out.
    """
    if original.bill.state is BillState.REVERSED:
        return Refused(problems=(_reversed(original.bill),))
    if is_repeat(original.digest, request, digest):
        return Issued(bill=original.bill, repeated=True)
    return Refused(problems=(_conflict(original.bill),))


def same_again(original: Original | None, request: IssueRequest) -> Issued | Refused | None:
    """The answer to the same request; None where it is another one, or none stands under its number."""
    if original is None or not is_repeat(original.digest, request):
        return None
    return answer_of_original(original, request)


def _conflict(bill: Bill) -> Problem:
    return Problem(
        code="bill.business_no_conflict",
        field="business_no",
        message=f"业务流水号“{bill.business_no}”已开具过内容不同的票据，请核对原票据，或换用新的业务流水号。",
        status=409,
        facts={"code": bill.code, "number": bill.number},
    )


def _reversed(bill: Bill) -> Problem:
    facts = {"code": bill.code, "number": bill.number}
    if bill.related is not None:
        facts |= {"red_code": bill.related.code, "red_number": bill.related.number}
    return Problem(
        code="bill.business_no_reversed",
        field="business_no",
        message=f"业务流水号“{bill.business_no}”开具的票据已冲红，不能再交付；需要重新开具的，请换用新的业务流水号。",
        status=409,
        facts=facts,
    )
