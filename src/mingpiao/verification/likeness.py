"""Is a PDF's look the platform's own? What no signature covers is compared with the PDF made anew."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum

from mingpiao.layout.model import PdfContents
from mingpiao.layout.service import LAYOUT_RELEASE, read_pdf

#: Makes a bill's PDF as a release of the platform did.
PdfMaker = Callable[[int], Awaitable[bytes]]


class Likeness(StrEnum):
    """How a presented PDF compares with those that the platform made: byte by byte the same, the same but
    stored otherwise by other software, or another one."""

    SAME = "same"
    RESAVED = "resaved"
    FOREIGN = "foreign"


async def likeness_of(
    data: bytes, contents: PdfContents, make: PdfMaker, kept: Sequence[bytes] = ()
) -> Likeness:
    """Compare a PDF with the bill's own: those handed out before (`kept`), and one of every release made
    anew, the newest first.

    One that only a repair makes readable, or that goes on after its end, is never called alike: readers
    differ in what they show of it.
    """
    own = [*kept]
    for release in range(LAYOUT_RELEASE, 0, -1):
        if data in own:
            return Likeness.SAME
        own.append(await make(release))
    if data in own:
        return Likeness.SAME
    if contents.repaired or contents.trailing:
        return Likeness.FOREIGN
    for one in own:
        if (await asyncio.to_thread(read_pdf, one)).look == contents.look:
            return Likeness.RESAVED
    return Likeness.FOREIGN
