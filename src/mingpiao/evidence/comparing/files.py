"""A file as the comparison sees it, and claims about several files made one."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from mingpiao.evidence.model import Claim, ClaimVerdict, Extraction, Mark, Usage
from mingpiao.reading.model import Found

#: Of several files the worst word counts: what one contradicts, another does not heal.
_ORDER = (ClaimVerdict.CONTRADICT, ClaimVerdict.AGREE, ClaimVerdict.HINT, ClaimVerdict.ABSENT)


class File(NamedTuple):
    """One file; `usage` is None when no other bill used it."""

    digest: str
    says: Extraction
    usage: Usage | None

    @property
    def read_by_ocr(self) -> bool:
        """Whether characters may be misread."""
        return any(page.method == "ocr" for page in self.says.pages)

    def marks(self, found: Iterable[Found | None]) -> tuple[Mark, ...]:
        """The places of facts of this file."""
        return tuple(
            Mark(digest=self.digest, place=place) for one in found if one is not None for place in one.places
        )


def worst(claims: Sequence[Claim]) -> Claim:
    """The claim that counts of several about the same thing; there is at least one."""
    return min(claims, key=lambda claim: _ORDER.index(claim.verdict))


def absent(name: str, expected: str, explanation: str) -> Claim:
    """A claim about a thing that the files do not state."""
    return Claim(name=name, verdict=ClaimVerdict.ABSENT, expected=expected, found="", explanation=explanation)
