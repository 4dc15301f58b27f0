"""An evidence file as the comparison uses it, and how claims about several files become one."""

import re
from collections.abc import Iterable, Sequence
from functools import cached_property

import msgspec

from mingpiao.evidence.extraction.characters import fold, packed
from mingpiao.evidence.extraction.flow import CELL, ROW
from mingpiao.evidence.extraction.names import plain_name
from mingpiao.evidence.model import Claim, ClaimVerdict, Extraction, Mark, Usage
from mingpiao.evidence.sameness import Content, content_of
from mingpiao.reading.model import Found

#: What of a name may stand at the end of a line, and within how many lines its rest: other cells may come between.
_LONG_NAME, _LEAST_PART, _REACH = 6, 2, 9
#: The worst verdict of several files counts: a contradiction in one is not undone by another.
_ORDER = (ClaimVerdict.CONTRADICT, ClaimVerdict.AGREE, ClaimVerdict.HINT, ClaimVerdict.ABSENT)


class File(msgspec.Struct, frozen=True, dict=True):
    """One file; `usage` is None when no other bill used it.

    What several claims ask of its whole text is made once, since a file may have hundreds of pages.
    """

    digest: str
    says: Extraction
    usage: Usage | None

    @cached_property
    def read_by_ocr(self) -> bool:
        """Whether any page was read by OCR, so that characters may be wrong."""
        return self.says.read_by_ocr

    @cached_property
    def text(self) -> str:
        """The text of all pages."""
        return "\n".join(page.text for page in self.says.pages)

    @cached_property
    def rows(self) -> list[str]:
        """The lines of all pages in plain characters."""
        return fold(self.text).split("\n")

    @cached_property
    def packed_rows(self) -> list[str]:
        """The same without any space."""
        return [packed(row) for row in self.rows]

    @cached_property
    def laid(self) -> list[list[str]]:
        """Paragraphs and rows of tables as people see them, each as its cells, in plain characters."""
        return [row.split(CELL) for row in (self.says.laid or fold(self.text)).split(ROW) if row]

    @cached_property
    def packed(self) -> str:
        """The text without any space, its characters as they are: so the weights of purposes learnt it."""
        return re.sub(r"\s", "", self.text)

    @cached_property
    def folded(self) -> str:
        """The text without any space, in plain characters."""
        return packed(self.text)

    @cached_property
    def plain(self) -> str:
        """The same as names are compared (`plain_name`)."""
        return plain_name(self.text)

    @cached_property
    def content(self) -> Content:
        """What is compared to tell whether another file is the same paper."""
        return content_of(self.says)

    def mentions(self, name: str) -> bool:
        """Whether a name stands anywhere in the text, in whatever writing; a single character never does.

        A name may break at the end of a cell and go on in the next line of the same cell.
        """
        wanted = plain_name(name)
        return len(wanted) > 1 and (wanted in self.plain or self._broken(wanted))

    @cached_property
    def _plain_rows(self) -> list[str]:
        return [plain_name(row) for row in self.rows]

    def _broken(self, wanted: str) -> bool:
        """Whether one line ends with the beginning of a name, and one of the next begins with its rest."""
        if len(wanted) < _LONG_NAME:
            return False
        # A last character alone is the rest of a cell only where it fills its line.
        head, rows, last = wanted[:_LEAST_PART], self._plain_rows, len(wanted) - 1
        return any(
            row.endswith(wanted[:cut])
            and any(
                each == wanted[cut:] if cut == last else each.startswith(wanted[cut:])
                for each in rows[place + 1 : place + _REACH]
            )
            for place, row in enumerate(rows)
            if head in row
            for cut in range(_LEAST_PART, last + 1)
        )

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
