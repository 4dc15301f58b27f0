"""Papers flow over pages, lose nothing, and are the same every time."""

from datetime import UTC, datetime
from io import BytesIO

import pikepdf
import pypdfium2
from tests.support.province import _picture

from mingpiao.layout.model import SealPictures
from mingpiao.layout.service import Paper, PaperColumn, PaperSeal, PaperTable, signed_files, write_paper

AT = datetime(2026, 11, 30, 4, tzinfo=UTC)
PICTURES = SealPictures(unit=_picture(), supervisor=_picture())
LONG = "这是一段很长的话，" * 60


def paper(rows: int) -> Paper:
    columns = (PaperColumn(heading="序号", share=1), PaperColumn(heading="金额", share=2, align="right"))
    return Paper(
        title="整改通知书",
        serial="财票整改〔2026〕1号",
        address="某单位：",
        paragraphs=(LONG,),
        table=PaperTable(
            columns=columns,
            rows=tuple((f"第{n}行", f"{n}.00") for n in range(rows)),
            last=("合计", "9999.00"),
        ),
        closing=("请按期整改。",),
        seals=(PaperSeal(party="supervisor", name="某财政局"),),
        day="2026年11月30日",
    )


def texts(data: bytes) -> list[str]:
    with pypdfium2.PdfDocument(data) as document:
        return [page.get_textpage().get_text_bounded() for page in document]


def test_a_long_table_goes_over_pages_with_its_headings() -> None:
    data = write_paper(paper(90), PICTURES, signed_files("notice", b"<Notice/>", {}), AT)
    pages = texts(data)
    assert len(pages) == 4
    for number in range(90):
        assert sum(f"第{number}行" in page for page in pages) == 1
    assert [("序号" in page) for page in pages] == [True, True, True, True]
    whole = "".join("".join(pages).split())
    assert LONG in whole
    assert whole.index("合计") < whole.index("请按期整改。") < whole.index("某财政局")


def test_files_lie_in_it_and_it_repeats() -> None:
    files = signed_files("notice", b"<Notice/>", {"supervisor": b"signed"})
    data = write_paper(paper(1), PICTURES, files, AT)
    assert data == write_paper(paper(1), PICTURES, files, AT)
    with pikepdf.open(BytesIO(data)) as pdf:
        found = {name: pdf.attachments[name].get_file().read_bytes() for name in pdf.attachments}
    assert found == {"notice": b"<Notice/>", "notice.supervisor": b"signed"}
