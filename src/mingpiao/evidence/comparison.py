"""Compare a bill with what its files say: one claim for each thing, each with a sentence and its places."""

from collections.abc import Mapping

from mingpiao.evidence.comparing import money, names, subject
from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.model import BillFacts, Claim, Extraction, Usage


def compare(
    bill: BillFacts, files: Mapping[str, Extraction], usage: Mapping[str, Usage]
) -> tuple[Claim, ...]:
    """What the files, by digest, say of the bill: exactly the `CLAIM_NAMES`, once each, in that order.

    `usage` is what other bills took of each file. A fact that no file states is absent, never a contradiction.
    """
    read = [File(digest, extraction, usage.get(digest)) for digest, extraction in files.items()]
    return (
        names.payer(bill, read),
        names.payee(bill, read),
        money.amount(bill, read),
        money.words(bill, read),
        subject.dates(bill, read),
        subject.purpose(bill, read),
        money.usage(bill, read),
        names.account(bill, read),
        subject.seal(bill, read),
    )
