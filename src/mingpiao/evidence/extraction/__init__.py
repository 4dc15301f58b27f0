"""Extracts facts from the lines of a file: parties, amounts, dates, numbers, purpose. Rules, no trained models."""

from collections.abc import Sequence

from mingpiao.evidence.extraction.amounts import amounts_of
from mingpiao.evidence.extraction.dates import dates_of
from mingpiao.evidence.extraction.flow import ROW, Flow
from mingpiao.evidence.extraction.particulars import accounts_of, document_numbers_of, kind_of, purpose_of
from mingpiao.evidence.extraction.parties import parties_of
from mingpiao.evidence.model import EvidenceReading, Extraction, ReadPage
from mingpiao.reading.model import PageLines, TextLine

#: Facts are searched in so many characters, about 60 full pages. The rest is kept as text only.
_MOST_CHARACTERS = 150_000


def read_evidence(pages: Sequence[PageLines]) -> EvidenceReading:
    """What is stored of a file: its facts, and its lines without the places of single characters."""
    lines = tuple(TextLine(text=line.text, place=line.place) for page in pages for line in page.lines)
    return EvidenceReading(extraction=extract(pages), lines=lines)


#: Fewer hidden characters are slips of a program that wrote the file.
_FEWEST_HIDDEN = 3


def extract(pages: Sequence[PageLines]) -> Extraction:
    """The facts in a file's upright lines, each with its places on the pages."""
    pages = tuple(pages)
    looked_at = _first(pages)
    flow = Flow(looked_at)
    numbers = document_numbers_of(flow)
    kind = kind_of(pages, flow, numbered=bool(numbers))
    accounts, parties = accounts_of(flow, parties_of(flow, kind))
    dates = dates_of(flow)
    return Extraction(
        kind=kind,
        pages=tuple(_page(page) for page in pages),
        parties=parties,
        amounts=amounts_of(flow),
        signed_on=dates.signed_on,
        starts_on=dates.starts_on,
        ends_on=dates.ends_on,
        document_numbers=numbers,
        accounts=accounts,
        purpose=purpose_of(flow),
        seals=tuple(seal for page in pages for seal in page.seals),
        notes=(*_notes(len(looked_at), len(pages)), *_notes_of_hidden(pages)),
    )


def _first(pages: tuple[PageLines, ...]) -> tuple[PageLines, ...]:
    room = _MOST_CHARACTERS
    for index, page in enumerate(pages):
        room -= sum(len(line.text) for line in page.lines)
        if room < 0 and index:
            return pages[:index]
    return pages


def _notes(looked_at: int, pages: int) -> tuple[str, ...]:
    return (
        () if looked_at == pages else (f"材料文字较多，仅从前 {looked_at} 页提取要素，请人工核对其余页面。",)
    )


def _notes_of_hidden(pages: tuple[PageLines, ...]) -> tuple[str, ...]:
    """What the text layer says and nobody sees is no evidence, and whoever decides is told of it."""
    concerned = [str(page.number) for page in pages if page.hidden >= _FEWEST_HIDDEN]
    if not concerned:
        return ()
    shown = "、".join(concerned[:10]) + ("等" if len(concerned) > 10 else "")
    return (
        f"第 {shown} 页含有看不见的文字（如白色、透明、被遮盖或过小的字），没有作为佐证内容，请留意材料是否被改动。",
    )


def _page(page: PageLines) -> ReadPage:
    return ReadPage(
        number=page.number,
        width=page.width,
        height=page.height,
        rotation=page.rotation,
        method=page.method,
        text=ROW.join(line.text for line in page.lines),
    )
