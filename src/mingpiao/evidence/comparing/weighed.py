"""What weights say of a claim that rules made: a contradiction must be likely, and a likely one is told.

A claim that is neither likely nor clearly wrong is a hint: whoever decides looks for himself. A file that was read before
weights were learnt has no probabilities, and rules alone decide.
"""

from enum import Enum

from mingpiao.evidence.comparing.files import File, absent
from mingpiao.evidence.model import BillFacts, Claim, ClaimVerdict, Extraction
from mingpiao.evidence.weighing.claims import amount_features, bill_texts, party_features, purpose_features
from mingpiao.evidence.weighing.features import Features
from mingpiao.evidence.weighing.model import SILENT, Learnt

#: Below this doubt not even what rules see is told.
_CLEAR = 0.1


class Certainty(Enum):
    """How surely a bill contradicts a file: hardly at all, not likely, perhaps, or surely."""

    CLEAR = "clear"
    NONE = "none"
    SOME = "some"
    SURE = "sure"


def has_probabilities(says: Extraction) -> bool:
    """Whether a file was read with weights."""
    return any(party.pays or party.receives for party in says.parties) or any(
        amount.likely or amount.stage or amount.share for amount in says.amounts
    )


def doubt_about(
    claim: str, bill: BillFacts, file: File, learnt: Learnt, ruled: Claim | None
) -> Certainty | None:
    """What the weights say of a claim about one file; None where the file has no probabilities.

    `ruled` is what rules say of it, which is one feature among the others.
    """
    if not has_probabilities(file.says):
        return None
    features, bounds = features_of(claim, bill, file, ruled), learnt.bounds[claim]
    if features.get(SILENT):
        return Certainty.NONE
    doubt = learnt.doubt(claim, features)
    if doubt >= bounds.contradicts:
        return Certainty.SURE
    if doubt >= bounds.hints:
        return Certainty.SOME
    return Certainty.NONE if doubt >= _CLEAR else Certainty.CLEAR


def features_of(claim: str, bill: BillFacts, file: File, ruled: Claim | None) -> Features:
    """The features of a claim about one file, with what rules say of it."""
    found = _seen(claim, bill, file)
    verdict = f"rules:{ruled.verdict.value if ruled else 'silent'}"
    regimes = [name for name in found if name.startswith("is:") and "&" not in name]
    return found | {verdict: 1.0} | {f"{verdict}&{name}": 1.0 for name in regimes}


def _seen(claim: str, bill: BillFacts, file: File) -> Features:
    match claim:
        case "payer" | "payee":
            return party_features(bill, claim, file)
        case "amount":
            return amount_features(bill, file)
        case _:
            return purpose_features(bill_texts(bill), file)


def held_against(claim: Claim, doubt: Certainty | None, about: str) -> Claim:
    """A claim that rules made, where the doubt about it is not enough to contradict.

    What rules see and weights do not is a hint, or nothing where weights are clear.
    """
    ruled = claim.verdict is ClaimVerdict.CONTRADICT
    if doubt is Certainty.SOME or (doubt is Certainty.NONE and ruled):
        return cannot_tell(claim, about)
    if doubt is Certainty.CLEAR and ruled:
        return absent(claim.name, claim.expected, f"材料中没有足够的依据判断{about}。")
    return claim


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
