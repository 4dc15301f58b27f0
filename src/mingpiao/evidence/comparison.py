"""The comparison of a bill with its evidence files: one claim a topic, with a sentence and places in the files."""

from collections.abc import Mapping
from functools import cache

import msgspec

from mingpiao.evidence.caution import Caution
from mingpiao.evidence.comparing import joined, money, names, subject
from mingpiao.evidence.comparing.belonging import bundle_of
from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.comparing.hidden import hidden
from mingpiao.evidence.comparing.status import status
from mingpiao.evidence.extraction.labels import PAYEE, PAYER
from mingpiao.evidence.model import BillFacts, Claim, Extraction, Usage
from mingpiao.evidence.weighing.model import Bounds, Learnt, learnt


def compare(
    bill: BillFacts,
    files: Mapping[str, Extraction],
    usage: Mapping[str, Usage],
    weights: Learnt | None = None,
) -> tuple[Claim, ...]:
    """Claims of the files (by digest) about the bill: one for each of `CLAIM_NAMES`, in that order.

    `usage` says how much other bills used of each file. A fact that no file states is absent, never a
    contradiction. Sentences count the files in their order. `weights` are those that come with the product, if no
    others are given.
    """
    known = weights or learnt()
    read = [File(digest, extraction, usage.get(digest)) for digest, extraction in files.items()]
    together = bundle_of(read)
    return (
        joined.party(PAYER, bill, together, known),
        joined.party(PAYEE, bill, together, known),
        joined.amount(bill, together, known),
        money.words(bill, read),
        joined.dates(bill, together),
        joined.purpose(bill, together, known),
        joined.usage(bill, together),
        joined.account(bill, together),
        subject.seal(bill, read),
        status(read),
        hidden(bill, read),
    )


def by_rules(claim: str, bill: BillFacts, file: File) -> Claim | None:
    """What rules alone say of a claim that weights decide; None where they say nothing."""
    match claim:
        case "amount":
            return money.by_rules(bill, file)
        case "purpose":
            return subject.by_rules(bill, file)
        case _:
            return names.by_rules(claim, bill, file)


@cache
def weights_for(caution: Caution) -> Learnt:
    """The weights that come with the product, with the bounds of a choice."""
    return with_caution(learnt(), caution)


def with_caution(usual: Learnt, caution: Caution) -> Learnt:
    """Weights with the bounds of a choice: half way to certainty, or to where hints begin."""
    bounds = {claim: _bounds(caution, own) for claim, own in usual.bounds.items()}
    return msgspec.structs.replace(usual, bounds=bounds)


def _bounds(caution: Caution, usual: Bounds) -> Bounds:
    if caution is Caution.USUAL:
        return usual
    goal = 1.0 if caution is Caution.LENIENT else usual.hints
    return msgspec.structs.replace(usual, contradicts=(usual.contradicts + goal) / 2)
