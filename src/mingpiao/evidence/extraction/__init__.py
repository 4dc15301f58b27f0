"""Extracts facts from the lines of a file: parties, amounts, dates, numbers, purpose. Rules give candidates and
a first opinion, weights that were learnt choose (decision 57).
"""

from collections.abc import Sequence

import msgspec

from mingpiao.evidence.extraction.amounts import spot_amounts
from mingpiao.evidence.extraction.flow import ROW, Flow
from mingpiao.evidence.extraction.status import status_of
from mingpiao.evidence.model import EvidenceReading, Extraction, HiddenText, ReadPage
from mingpiao.evidence.weighing.choosing import Chosen, choose
from mingpiao.reading.model import Found, PageLines, TextLine

#: Facts are searched in so many characters, about 60 full pages. The rest is kept as text only.
_MOST_CHARACTERS = 150_000


def read_evidence(pages: Sequence[PageLines]) -> EvidenceReading:
    """What is stored of a file: its facts, and its lines without the places of single characters."""
    lines = tuple(TextLine(text=line.text, place=line.place) for page in pages for line in page.lines)
    return EvidenceReading(extraction=extract(pages), lines=lines)


#: Fewer hidden characters are slips of a program that wrote the file.
_FEWEST_HIDDEN = 3
#: Of how many pages hidden text is kept, and of each how many places, and characters to be shown.
_MOST_HIDDEN = 20
_MOST_PLACES = 8
_EXCERPT = 60


def extract(pages: Sequence[PageLines]) -> Extraction:
    """The facts in a file's upright lines, each with its places on the pages."""
    pages = tuple(pages)
    looked_at = first_pages(pages)
    flow = Flow(looked_at)
    found = extraction_of(pages, flow, choose(flow, looked_at))
    return msgspec.structs.replace(found, status=status_of(flow, looked_at), hidden=_hidden(pages))


def extraction_of(pages: tuple[PageLines, ...], flow: Flow, chosen: Chosen) -> Extraction:
    """The facts that were chosen in a flow of the first pages, with what else is known of all."""
    return Extraction(
        kind=chosen.kind,
        pages=tuple(_page(page) for page in pages),
        laid=flow.text,
        parties=chosen.parties,
        amounts=chosen.amounts,
        signed_on=chosen.signed_on,
        starts_on=chosen.starts_on,
        ends_on=chosen.ends_on,
        document_numbers=chosen.document_numbers,
        accounts=chosen.accounts,
        purpose=chosen.purpose,
        likely=chosen.likely,
        seals=tuple(seal for page in pages for seal in page.seals),
        notes=(*_notes(len(first_pages(pages)), len(pages)), *_notes_of_besides(pages)),
    )


def first_pages(pages: tuple[PageLines, ...]) -> tuple[PageLines, ...]:
    """The pages in which facts are searched."""
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


def _notes_of_besides(pages: tuple[PageLines, ...]) -> tuple[str, ...]:
    """What the text layer says and nobody sees, or what is struck out, is no evidence; whoever decides is told of it.

    They are told of pages without any text too, since what stands there was not compared.
    """
    unseen = [page.number for page in pages if page.hidden >= _FEWEST_HIDDEN]
    struck = [page.number for page in pages if page.struck]
    belied = [page.number for page in pages if page.belied]
    silent = [page.number for page in pages if not page.lines]
    notes = {
        "文件中的文字与页面上看到的不一致，已按看到的内容识别，请留意材料是否被改动。": belied,
        "含有看不见的文字（如白色、透明、被遮盖或过小的字），没有作为佐证内容，请留意材料是否被改动。": unseen,
        "有划去的文字，没有作为佐证内容。": struck,
        "没有识别到文字；不是空白页的，请对照原件核对，其中的内容由人工填写。": silent,
    }
    return tuple(f"第 {_listed(numbers)} 页{sentence}" for sentence, numbers in notes.items() if numbers)


def _listed(numbers: Sequence[int]) -> str:
    return "、".join(map(str, numbers[:10])) + ("等" if len(numbers) > 10 else "")


def _hidden(pages: tuple[PageLines, ...]) -> tuple[HiddenText, ...]:
    belied = (_belied_of(page) for page in pages if page.belied)
    unseen = (
        _hidden_of(page, page.unseen) for page in pages if page.hidden >= _FEWEST_HIDDEN and page.unseen
    )
    return (*belied, *unseen)[:_MOST_HIDDEN]


def _belied_of(page: PageLines) -> HiddenText:
    """What the text of a page says otherwise than the page shows it."""
    hidden = _hidden_of(page, tuple(each.says for each in page.belied))
    return msgspec.structs.replace(hidden, shown=" ".join(each.shown for each in page.belied)[:_EXCERPT])


def _hidden_of(page: PageLines, lines: tuple[TextLine, ...]) -> HiddenText:
    text = " ".join(line.text for line in lines)
    flow = Flow([msgspec.structs.replace(page, lines=lines)])
    places = tuple(line.place for line in lines[:_MOST_PLACES])
    return HiddenText(
        page=page.number,
        found=Found(value=text, text=text[:_EXCERPT], places=places),
        amounts=tuple(dict.fromkeys(one.value for one in spot_amounts(flow))),
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
