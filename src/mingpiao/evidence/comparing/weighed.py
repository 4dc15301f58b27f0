"""What weights say of a claim that rules made: a contradiction must be likely, and a likely one is told.

A claim that is neither likely nor unlikely is a hint: whoever decides looks for himself. A file that was read before
weights were learnt has no probabilities, and rules alone decide.
"""

from enum import Enum

from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.model import BillFacts, Claim, ClaimVerdict, Extraction
from mingpiao.evidence.weighing.claims import amount_features, bill_texts, party_features, purpose_features
from mingpiao.evidence.weighing.features import Features
from mingpiao.evidence.weighing.model import Learnt


class Certainty(Enum):
    """Whether a bill surely contradicts a file, surely does not, or it cannot be told."""

    NONE = "none"
    SOME = "some"
    SURE = "sure"


def has_probabilities(says: Extraction) -> bool:
    """Whether a file was read with weights."""
    return any(party.pays or party.receives for party in says.parties) or any(
        amount.likely or amount.stage or amount.share for amount in says.amounts
    )


def doubt_about(claim: str, bill: BillFacts, file: File, learnt: Learnt, *, ruled: bool) -> Certainty | None:
    """What the weights say of a claim about one file; None where the file has no probabilities.

    `ruled` tells that rules see a contradiction already.
    """
    if not has_probabilities(file.says):
        return None
    doubt, bounds = learnt.doubt(claim, features_of(claim, bill, file)), learnt.bounds[claim]
    if doubt >= (bounds.supports if ruled else bounds.contradicts):
        return Certainty.SURE
    return Certainty.SOME if doubt >= bounds.hints else Certainty.NONE


def features_of(claim: str, bill: BillFacts, file: File) -> Features:
    """The features of a claim about one file."""
    match claim:
        case "payer":
            return party_features(bill.payer_name, bill.payer_code, claim, file)
        case "payee":
            return party_features(bill.unit_name, bill.unit_code, claim, file)
        case "amount":
            return amount_features(bill, file)
        case _:
            return purpose_features(bill_texts(bill), file)


def cannot_tell(claim: Claim, about: str) -> Claim:
    """A claim without effect that asks to look."""
    return Claim(
        name=claim.name,
        verdict=ClaimVerdict.HINT,
        expected=claim.expected,
        found=claim.found,
        explanation=f"不能判断{about}，请对照材料核对。",
        marks=claim.marks,
    )
