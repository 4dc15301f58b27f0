"""When a field that was read counts as right: the rules of the measure, field by field.

Every function compares one specimen's extraction with its truth and gives a `Tally`. Nothing here knows how
the reading is done; it looks at the public values of `mingpiao.evidence.model` alone.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from difflib import SequenceMatcher

import msgspec

from bench.evidence.truth import Truth
from mingpiao.evidence.model import Extraction
from mingpiao.reading.model import Found


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """Right, wrongly found, and missed."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            right=self.right + other.right, wrong=self.wrong + other.wrong, missed=self.missed + other.missed
        )

    @property
    def precision(self) -> float:
        found = self.right + self.wrong
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        wanted = self.right + self.missed
        return self.right / wanted if wanted else 1.0

    @property
    def f1(self) -> float:
        """1.0 where there was nothing to find and nothing was found."""
        weight = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / weight if weight else 1.0


_BRACKETS = str.maketrans("〔〕[]【】{}﹝﹞", "()()()()()")


def fold(text: str) -> str:
    """Letters in their plain form, all brackets alike, no space: what two names may differ in."""
    plain = unicodedata.normalize("NFKC", text).translate(_BRACKETS)
    return re.sub(r"\s", "", plain).casefold()


def party(role: str) -> Callable[[Extraction, Truth], Tally]:
    """Right when name (folded) and role are equal.

    A decoy with this role is wrong; a name without a role is neither. Other recipients of a list are
    tolerated as payees.
    """

    def tally(read: Extraction, truth: Truth) -> Tally:
        wanted = {fold(name) for each, name in truth.parties if each == role}
        tolerated = {fold(name) for name in truth.tolerated_parties} if role == "payee" else set()
        found = {fold(party.name.value) for party in read.parties if party.role == role}
        return _sets(found, wanted, tolerated)

    return tally


def kind(read: Extraction, truth: Truth) -> Tally:
    """Right when equal."""
    return _one(read.kind, truth.kind)


def total(read: Extraction, truth: Truth) -> Tally:
    """Right when equal to the 分; of a list it is the stated sum of all."""
    return _one(read.total, truth.total)


def instalments(read: Extraction, truth: Truth) -> Tally:
    """Every stage's amount once; amounts of a list and of priced lines are tolerated."""
    found = {amount.value for amount in read.amounts if amount.role == "instalment"}
    return _sets(found, set(truth.instalments), set(truth.tolerated_amounts) | {truth.total})


def words(read: Extraction, truth: Truth) -> Tally:
    """Right when an amount in 大写 has the value that the words say; any other such amount is wrong."""
    found = {amount.value for amount in read.amounts if amount.words}
    return _sets(found, set() if truth.words is None else {truth.words}, set())


def day(name: str) -> Callable[[Extraction, Truth], Tally]:
    """Right when it is the same day (`value` as 2026-03-01)."""

    def tally(read: Extraction, truth: Truth) -> Tally:
        found: Found | None = getattr(read, name)
        wanted: date | None = getattr(truth, name)
        return _one(found.value if found else None, wanted.isoformat() if wanted else None)

    return tally


def document_numbers(read: Extraction, truth: Truth) -> Tally:
    """Every 文号 on the specimen, brackets folded; numbers of contracts and receipts are tolerated."""
    found = {fold(number.value) for number in read.document_numbers}
    tolerated = {fold(number) for number in truth.tolerated_numbers}
    return _sets(found, {fold(number) for number in truth.document_numbers}, tolerated)


def accounts(read: Extraction, truth: Truth) -> Tally:
    """Every bank account on the specimen, by its digits."""
    found = {re.sub(r"\D", "", fold(account.value)) for account in read.accounts}
    return _sets(found, set(truth.accounts), set())


def purpose(read: Extraction, truth: Truth) -> Tally:
    """Right when the phrase is read, alone or in a phrase of at most twice its length and ten characters.

    One character in ten may be misread; of the phrase at least three fifths must be there.
    """
    found, wanted = fold(read.purpose.value) if read.purpose else "", fold(truth.purpose)
    if not wanted or not found:
        return Tally(wrong=int(bool(found)), missed=int(bool(wanted)))
    right = int(same_purpose(found, wanted))
    return Tally(right=right, wrong=1 - right, missed=1 - right)


def same_purpose(told: str, wanted: str) -> bool:
    """Whether a phrase that was read is the wanted one by the rule of `purpose`."""
    found, wanted = fold(told), fold(wanted)
    holds = len(found) <= 2 * len(wanted) + 10 and _contains(found, wanted)
    return holds or (found in wanted and len(found) >= 0.6 * len(wanted))


def _contains(text: str, phrase: str) -> bool:
    blocks = SequenceMatcher(None, text, phrase, autojunk=False).get_matching_blocks()
    return sum(block.size for block in blocks) >= 0.9 * len(phrase)


def seal(read: Extraction, truth: Truth) -> Tally:
    """Whether there is a seal at all; left out where it cannot be told."""
    if truth.sealed is None:
        return Tally()
    found = bool(read.seals)
    return Tally(
        right=int(found and truth.sealed), wrong=int(found > truth.sealed), missed=int(found < truth.sealed)
    )


def rotation(read: Extraction, truth: Truth) -> Tally:
    """Every page of a scan by its turn."""
    if not truth.rotations:
        return Tally()
    pairs = zip((page.rotation for page in read.pages), truth.rotations, strict=False)
    right = sum(found == wanted for found, wanted in pairs)
    return Tally(right=right, wrong=len(read.pages) - right, missed=len(truth.rotations) - right)


FIELDS: dict[str, Callable[[Extraction, Truth], Tally]] = {
    "kind": kind,
    "payer": party("payer"),
    "payee": party("payee"),
    "total": total,
    "instalments": instalments,
    "words": words,
    "signed_on": day("signed_on"),
    "starts_on": day("starts_on"),
    "ends_on": day("ends_on"),
    "document_numbers": document_numbers,
    "accounts": accounts,
    "purpose": purpose,
}
#: Shown beside the fields; a seal is a hint only, and a page's turn is a means, not an end.
HINTS: dict[str, Callable[[Extraction, Truth], Tally]] = {"seal": seal, "rotation": rotation}


def _one(found: object, wanted: object) -> Tally:
    right = found is not None and found == wanted
    return Tally(
        right=int(right),
        wrong=int(found is not None and not right),
        missed=int(wanted is not None and not right),
    )


def _sets(found: Iterable[object], wanted: Iterable[object], tolerated: Iterable[object]) -> Tally:
    got, sought = set(found), set(wanted)
    return Tally(right=len(got & sought), wrong=len(got - sought - set(tolerated)), missed=len(sought - got))
