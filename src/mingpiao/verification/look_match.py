"""Is a PDF's look the platform's own? What no signature covers is compared with the PDF made anew."""

from collections.abc import Sequence
from enum import StrEnum

from mingpiao.layout.model import PdfContents
from mingpiao.layout.service import read_pdf


class LookMatch(StrEnum):
    """How a presented PDF compares with those that the platform made: byte by byte the same, the same but
    stored otherwise by other software, another one, or nothing to compare it with."""

    SAME = "same"
    RESAVED = "resaved"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


def match_look(data: bytes, contents: PdfContents, own: Sequence[bytes]) -> LookMatch:
    """Compare a PDF with the bill's own ones, as this and former releases make them.

    One that only a repair makes readable, or that goes on after its end, is never called alike: readers
    differ in what they show of it.
    """
    if not own:
        return LookMatch.UNKNOWN
    if data in own:
        return LookMatch.SAME
    if contents.repaired or contents.trailing:
        return LookMatch.FOREIGN
    alike = any(read_pdf(one).look == contents.look for one in own)
    return LookMatch.RESAVED if alike else LookMatch.FOREIGN
