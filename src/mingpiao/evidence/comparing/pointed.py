"""What a large language model adds to the comparison of a bill with its files: hints, and nothing else.

It may add a doubt beside the reader's claims, and never takes one away.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from mingpiao.evidence.extraction.characters import fold
from mingpiao.evidence.extraction.names import same_name
from mingpiao.evidence.model import (
    POINTED_FACTS,
    BillFacts,
    Claim,
    ClaimVerdict,
    Extraction,
    Mark,
    Pointed,
)
from mingpiao.kernel.money import plain


def model_claims(
    bill: BillFacts, files: Mapping[str, Extraction], claims: Iterable[Claim]
) -> tuple[Claim, ...]:
    """All that a large language model adds to the reader's `claims` about a bill and its files (by digest): hints."""
    return (*_pointed_claims(bill, files, claims), *_remark_claims(files))


def _pointed_claims(
    bill: BillFacts, files: Mapping[str, Extraction], claims: Iterable[Claim]
) -> tuple[Claim, ...]:
    """Hints where what a model pointed at differs from the bill, and the reader's claim does not say so already.

    `claims` are those of `compare` for the same bill and files (by digest).
    """
    told = {claim.name: claim.verdict for claim in claims}
    return tuple(
        claim
        for digest, says in files.items()
        for fact in POINTED_FACTS
        if (ones := [each for each in says.pointed if each.fact == fact])
        and told.get(_CLAIMS.get(fact, "")) is not ClaimVerdict.CONTRADICT
        and (claim := _difference(fact, bill, digest, ones, told))
    )


#: The reader's claim about the same fact.
_CLAIMS = {
    "payer": "payer",
    "payee": "payee",
    "total": "amount",
    "signed_on": "date",
    "account": "account",
    "status": "status",
}


def _difference(
    fact: str, bill: BillFacts, digest: str, ones: Sequence[Pointed], told: Mapping[str, ClaimVerdict]
) -> Claim | None:
    values = [each.found.value for each in ones]
    shown = "、".join(dict.fromkeys(values))
    match fact:
        case "payer" if not _among(bill.payer_name, values):
            return _hint(digest, ones, bill.payer_name, f"中的付款方是“{shown}”，与缴款人不同")
        case "payee" if not _among(bill.unit_name, values):
            return _hint(digest, ones, bill.unit_name, f"中的收款方是“{shown}”，与开票单位不同")
        case "total" if _too_much(bill, values, told):
            return _hint(digest, ones, plain(bill.total), f"中的应付金额是 {shown} 元，与票面金额不符")
        case "signed_on" if bill.issued_on.isoformat() < min(values):
            return _hint(
                digest, ones, bill.issued_on.isoformat(), f"中的签订或付款日期是{min(values)}，晚于开票日期"
            )
        case "account" if bill.unit_account and re.sub(r"\D", "", bill.unit_account) not in values:
            return _hint(digest, ones, bill.unit_account, f"中的收款账号是{shown}，与本单位登记的账号不同")
        case "status":
            return _hint(digest, ones, "", f"有“{shown}”字样，可能不是生效的文本")
    return None


def _among(name: str, values: Iterable[str]) -> bool:
    return any(same_name(fold(value), fold(name), read_by_ocr=True) for value in values)


def _too_much(bill: BillFacts, values: Iterable[str], told: Mapping[str, ClaimVerdict]) -> bool:
    """Whether the bill is above what the model takes for the sum, or another one where the reader saw none of it."""
    amounts = [Decimal(value) for value in values]
    agreed = told.get("amount") is ClaimVerdict.AGREE
    return bill.total > max(amounts) or (bill.total not in amounts and not agreed)


def _hint(digest: str, ones: Sequence[Pointed], expected: str, what: str) -> Claim:
    return Claim(
        name="model",
        verdict=ClaimVerdict.HINT,
        expected=expected,
        found="、".join(dict.fromkeys(each.found.text for each in ones)),
        explanation=f"大模型认为材料{what}，请对照材料核对。",
        marks=tuple(Mark(digest=digest, place=place) for each in ones for place in each.found.places),
        source="model",
    )


def _remark_claims(files: Mapping[str, Extraction]) -> tuple[Claim, ...]:
    """Remarks of a large language model on the files (by digest) as claims; all are hints."""
    return tuple(
        Claim(
            name="model",
            verdict=ClaimVerdict.HINT,
            expected="",
            found=remark.quote,
            explanation=remark.explanation,
            marks=tuple(Mark(digest=digest, place=place) for place in remark.places),
            source="model",
        )
        for digest, extraction in files.items()
        for remark in extraction.remarks
    )
