"""Whether two files are one paper: saved anew, scanned or photographed, told by what they say and not by their bytes.

To count two papers as one stops honest bills, so it takes all of this: parties, total and day agree as far as both state
them, the words are alike, and no figure of one has another figure in its place in the other. Papers on one form
between the same parties (a framework's orders, two years of one agreement, two transfers of one day) differ in a figure
at least. Where a scan leaves that open, they are only said to resemble each other.
"""

import re
from collections import Counter
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from mingpiao.crypto.sm3 import sm3
from mingpiao.evidence.extraction.characters import fold, packed
from mingpiao.evidence.extraction.names import same_name
from mingpiao.evidence.model import Extraction
from mingpiao.kernel.money import plain

_ALIKE = 0.72
_RESEMBLING = 0.55
#: Of fewer words nothing can be told; and so many figures must stand on a paper.
_FEWEST_PAIRS = 30
_FEWEST_FIGURES = 4
_MANY_FIGURES = 8
#: The share of figures that a scan may have lost or split.
_LOST = 0.12
_SHORTEST_NUMBER = 5
#: So much of a long paper is compared by its words; figures and facts are those of all pages.
_MOST_TEXT = 30_000
_HAN = re.compile(r"[\u4e00-\u9fff]+")
_FIGURE = re.compile(r"\d{2,}")
_GROUPED = re.compile(r"(?<=\d)[ ,](?=\d{3}(?!\d))")


class Sameness(Enum):
    """Whether two files are one paper, may be, or are two."""

    SAME = "same"
    RESEMBLING = "resembling"
    DIFFERENT = "different"


class Content(NamedTuple):
    """What of a file is compared: pairs of neighbouring characters, and figures with how often they stand there.

    `whole` is a hash of all its words and figures, however they are spaced.
    """

    says: Extraction
    pairs: frozenset[str]
    figures: Counter[str]
    whole: int

    @property
    def read_by_ocr(self) -> bool:
        return self.says.read_by_ocr


def content_of(says: Extraction) -> Content:
    """What of a file is compared."""
    text = fold("\n".join(page.text for page in says.pages))
    pairs = {run[at : at + 2] for run in _HAN.findall(text[:_MOST_TEXT]) for at in range(len(run) - 1)}
    figures = Counter(_FIGURE.findall(_GROUPED.sub("", text)))
    return Content(says, frozenset(pairs), figures, _trait(f"text {packed(text)}"))


def traits_of(content: Content) -> tuple[int, ...]:
    """Marks by which another file of one paper can be found: at least one of them is the same."""
    says = content.says
    marks = [f"number {_plain_number(found.value)}" for found in says.document_numbers]
    if says.total is not None:
        total = plain(says.total)
        marks += [f"total {total} {says.signed_on.value}"] if says.signed_on else []
        marks += [f"total {total} {packed(party.name.value)}" for party in says.parties[:_MOST_PARTIES]]
    whole = [content.whole] if len(content.pairs) >= _FEWEST_PAIRS else []
    return tuple(dict.fromkeys([*map(_trait, marks), *whole]))


_MOST_PARTIES = 6


def _trait(mark: str) -> int:
    return int.from_bytes(sm3(mark.encode("utf-8", "replace"))[:8], "big", signed=True)


def compare_papers(one: Content, two: Content) -> Sameness:
    """Whether two files of one unit are one paper."""
    if min(len(one.pairs), len(two.pairs)) < _FEWEST_PAIRS:
        return Sameness.DIFFERENT
    if _facts_differ(one, two):
        return Sameness.DIFFERENT
    if one.whole == two.whole and not _days_differ(one, two):
        return Sameness.SAME
    shared = len(one.pairs & two.pairs)
    alike = shared / len(one.pairs | two.pairs) >= _ALIKE
    stated = one.says.total is not None and one.says.total == two.says.total
    parties = _parties_agree(one, two)
    one_day = not _days_differ(one, two)
    figures = _same_figures(one, two) or (stated and _figures_agree(one, two))
    if alike and parties and one_day and figures:
        return Sameness.SAME
    near = shared / min(len(one.pairs), len(two.pairs)) >= _RESEMBLING if one_day else alike
    return Sameness.RESEMBLING if stated and parties and near else Sameness.DIFFERENT


# -- facts -----------------------------------------------------------------------------------------


def _facts_differ(one: Content, two: Content) -> bool:
    """Whether a fact that both state is another one; a day or number that a scan states may have been misread."""
    first, second = one.says, two.says
    if None not in (first.total, second.total) and first.total != second.total:
        return True
    if _by_ocr(one, two):
        return False
    numbers = _numbers(first), _numbers(second)
    return _days_differ(one, two) or bool(numbers[0] and numbers[1] and not numbers[0] & numbers[1])


def _days_differ(one: Content, two: Content) -> bool:
    days = one.says.signed_on, two.says.signed_on
    return bool(days[0] and days[1] and days[0].value != days[1].value)


def _by_ocr(one: Content, two: Content) -> bool:
    """Whether one of the two was recognised, so that it may have been read wrongly."""
    return one.read_by_ocr or two.read_by_ocr


def _parties_agree(one: Content, two: Content) -> bool:
    """Whether who pays and who receives in one stands in the other too."""
    by_ocr = _by_ocr(one, two)
    return all(_share_a_party(one.says, two.says, role, by_ocr) for role in ("payer", "payee"))


def _share_a_party(one: Extraction, two: Extraction, role: str, by_ocr: bool) -> bool:
    ours, theirs = _names(one, role), _names(two, role)
    if not ours or not theirs:
        # Roles are not always made out; the name itself must stand there then.
        known = ours or theirs
        whole = packed("".join(page.text for page in (two if ours else one).pages))
        return not known or any(packed(name) in whole for name in known)
    return any(same_name(name, other, read_by_ocr=by_ocr) for name in ours for other in theirs)


def _names(says: Extraction, role: str) -> list[str]:
    return [party.name.value for party in says.parties if party.role == role][:_MOST_PARTIES]


def _numbers(says: Extraction) -> set[str]:
    plain_ones = (_plain_number(found.value) for found in says.document_numbers)
    return {number for number in plain_ones if len(number) >= _SHORTEST_NUMBER}


def _plain_number(number: str) -> str:
    return re.sub(r"[^0-9A-Za-z\u4e00-\u9fff]", "", fold(number)).upper()


# -- figures ---------------------------------------------------------------------------------------


def _same_figures(one: Content, two: Content) -> bool:
    """Whether so many figures stand on both, and all are the same, that it cannot be by chance."""
    return min(one.figures.total(), two.figures.total()) >= _MANY_FIGURES and one.figures == two.figures


def _figures_agree(one: Content, two: Content) -> bool:
    """Whether the figures of both are the same; of a scan some may be lost or split, but none is another one."""
    if min(one.figures.total(), two.figures.total()) < _FEWEST_FIGURES:
        return False
    ours, theirs = one.figures - two.figures, two.figures - one.figures
    # One program writes 6657 7183 where another writes 66577183.
    if "".join(ours.elements()) == "".join(theirs.elements()):
        return True
    if not _by_ocr(one, two):
        return False
    lost = ours.total() + theirs.total()
    return lost <= _LOST * (one.figures.total() + two.figures.total()) and not _replaced(ours, theirs)


def _replaced(ours: Iterable[str], theirs: Iterable[str]) -> bool:
    """Whether a figure has another one of its length in its place."""
    lengths = {len(figure) for figure in theirs}
    return any(len(figure) in lengths for figure in ours)
