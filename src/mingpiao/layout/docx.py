"""A paper as DOCX, for people who go on writing it: title, paragraphs and the table, without seals.

Office Open XML (ISO/IEC 29500), WordprocessingML with the parts that a document needs. The same input gives the same
bytes.
"""

from collections.abc import Iterator, Sequence
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from mingpiao.layout.papers import Paper, PaperTable

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" \
ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" \
ContentType="application/xml"/><Override PartName="/word/document.xml" \
ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>"""
_RELATIONS = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" \
Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" \
Target="word/document.xml"/></Relationships>"""
_PAGE = '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1418" w:right="1418" w:bottom="1418" w:left="1418"/></w:sectPr>'
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)
#: Sizes of letters in half points: title, text, table.
_TITLE, _TEXT, _TABLE = 36, 24, 18
#: The width of the text, in twentieths of a point.
_WIDTH = 9_070
_MADE = (2026, 1, 1, 0, 0, 0)


def write_docx(paper: Paper) -> bytes:
    """A paper as DOCX."""
    body = "".join(_body(paper))
    document = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<w:document xmlns:w="{_W}"><w:body>{body}{_PAGE}</w:body></w:document>'
    )
    parts = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELATIONS,
        "word/document.xml": document,
    }
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as package:
        for name, text in parts.items():
            entry = ZipInfo(name, date_time=_MADE)
            entry.compress_type = ZIP_DEFLATED
            package.writestr(entry, text.encode())
    return output.getvalue()


def _body(paper: Paper) -> Iterator[str]:
    yield _paragraph(paper.title, size=_TITLE, align="center", bold=True)
    yield _paragraph(paper.serial, size=_TABLE, align="center")
    if paper.address:
        yield _paragraph(paper.address)
    for text in paper.paragraphs:
        yield _paragraph(text, indented=True)
    if paper.table is not None:
        yield _table(paper.table)
        yield _paragraph("")
    for text in paper.closing:
        yield _paragraph(text, indented=True)
    for seal in paper.seals:
        yield _paragraph(seal.name, align="right")
    if paper.day:
        yield _paragraph(paper.day, align="right")


def _paragraph(
    text: str, *, size: int = _TEXT, align: str = "left", bold: bool = False, indented: bool = False
) -> str:
    indent = f'<w:ind w:firstLine="{size * 20}"/>' if indented else ""
    weight = "<w:b/>" if bold else ""
    letters = f'<w:rPr><w:rFonts w:eastAsia="宋体"/>{weight}<w:sz w:val="{size}"/></w:rPr>'
    lines = '</w:t><w:br/><w:t xml:space="preserve">'.join(escape(line) for line in text.split("\n"))
    return (
        f'<w:p><w:pPr>{indent}<w:jc w:val="{align}"/></w:pPr>'
        f'<w:r>{letters}<w:t xml:space="preserve">{lines}</w:t></w:r></w:p>'
    )


def _table(table: PaperTable) -> str:
    whole = sum(column.share for column in table.columns)
    widths = [round(_WIDTH * column.share / whole) for column in table.columns]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    headings = _row([column.heading for column in table.columns], table, widths, heading=True)
    rows = "".join(_row(row, table, widths) for row in (*table.rows, *([table.last] if table.last else [])))
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{_WIDTH}" w:type="dxa"/><w:tblBorders>{_BORDERS}</w:tblBorders></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{headings}{rows}</w:tbl>"
    )


def _row(cells: Sequence[str], table: PaperTable, widths: Sequence[int], *, heading: bool = False) -> str:
    repeated = "<w:trPr><w:tblHeader/></w:trPr>" if heading else ""
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        f"{_paragraph(text, size=_TABLE, align='center' if heading else column.align, bold=heading)}</w:tc>"
        for text, column, width in zip(cells, table.columns, widths, strict=True)
    )
    return f"<w:tr>{repeated}{written}</w:tr>"
