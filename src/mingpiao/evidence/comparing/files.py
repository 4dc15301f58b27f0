"""An evidence file as the comparison uses it, and how claims about several files become one."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mingpiao.evidence.model import Claim, ClaimVerdict, Extraction, Mark, Usage
from mingpiao.reading.model import Found

#: The worst verdict of several files counts: a contradiction in one is not undone by another.
_ORDER = (ClaimVerdict.CONTRADICT, ClaimVerdict.AGREE, ClaimVerdict.HINT, ClaimVerdict.ABSENT)


class File(NamedTuple):
    """One file; `usage` is None when no other bill used it."""

    digest: str
    says: Extraction
    usage: Usage | None

    @property
    def read_by_ocr(self) -> bool:
        """Whether any page was read by OCR, so that characters may be wrong."""
        return any(page.method == "ocr" for page in self.says.pages)

    def marks(self, found: Iterable[Found | None]) -> tuple[Mark, ...]:
        """The places of the given facts in this file."""
        return tuple(
            Mark(digest=self.digest, place=place) for one in found if one is not None for place in one.places
        )


def worst(claims: Sequence[Claim]) -> Claim:
    """The claim that counts among several about the same thing; `claims` is not empty."""
    return min(claims, key=lambda claim: _ORDER.index(claim.verdict))


def absent(name: str, expected: str, explanation: str) -> Claim:
    """A claim that the files do not state something."""
    return Claim(name=name, verdict=ClaimVerdict.ABSENT, expected=expected, found="", explanation=explanation)
