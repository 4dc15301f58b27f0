"""OFD packages for tests: rows of text on a page, and whatever else a test puts into them."""

from collections.abc import Sequence
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile

NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
ROWS = ("付款方：乌海市远航商贸有限公司", "收款方：内蒙古大学", "金额：¥12,345.60元", "用途：会计人员培训")


def text(
    row: str, *, y: float = 30.0, x: float = 20.0, size: float = 5.0, more: str = "", inner: str = ""
) -> str:
    """One text object, each character `size` mm from the one before."""
    delta = f'DeltaX="g {len(row) - 1} {size}"' if len(row) > 1 else ""
    return (
        f'<ofd:TextObject ID="9" Boundary="{x} {y} 150 8" Font="1" Size="{size}" {more}>{inner}'
        f'<ofd:TextCode X="0" Y="{size}" {delta}>{escape(row)}</ofd:TextCode></ofd:TextObject>'
    )


def written(rows: Sequence[str] = ROWS) -> str:
    """Rows below each other."""
    return "".join(text(row, y=30.0 + 12 * place) for place, row in enumerate(rows))


def package(
    *contents: str,
    parts: dict[str, bytes] | None = None,
    common: str = "",
    page: str = "",
    box: str = "0 0 210 297",
) -> bytes:
    """A package with a page for each content. `common` and `page` go into the document's and the pages' heads."""
    out = BytesIO()
    entries = "".join(
        f'<ofd:Page ID="{number}" BaseLoc="Pages/Page_{number}/Content.xml"/>'
        for number in range(len(contents))
    )
    files: dict[str, bytes] = {
        "OFD.xml": (
            f'<?xml version="1.0" encoding="UTF-8"?><ofd:OFD {NAMESPACE} DocType="OFD" Version="1.0"><ofd:DocBody>'
            "<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
            "<ofd:Signatures>Doc_0/Signs/Signatures.xml</ofd:Signatures></ofd:DocBody></ofd:OFD>"
        ).encode(),
        "Doc_0/Document.xml": (
            f"<ofd:Document {NAMESPACE}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>{box}</ofd:PhysicalBox>"
            f"</ofd:PageArea>{common}</ofd:CommonData><ofd:Pages>{entries}</ofd:Pages></ofd:Document>"
        ).encode(),
    }
    for number, content in enumerate(contents):
        files[f"Doc_0/Pages/Page_{number}/Content.xml"] = layer(content, page)
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        for name, data in (files | (parts or {})).items():
            archive.writestr(name, data)
    return out.getvalue()


def layer(content: str, head: str = "") -> bytes:
    """The XML of a page or template with one layer."""
    return (
        f'<ofd:Page {NAMESPACE}>{head}<ofd:Content><ofd:Layer ID="8">{content}</ofd:Layer></ofd:Content></ofd:Page>'
    ).encode()
