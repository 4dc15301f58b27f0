"""OFD files: text where it stands, only what people see, pictures that show the same, and files made to harm."""

import io
import struct
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import pytest
from PIL import Image, ImageDraw, ImageFont
from tests.support.ofd import NAMESPACE, ROWS, layer, package, text, written

from mingpiao.letters.service import FONT_PATH
from mingpiao.reading.counting import count_pages
from mingpiao.reading.lines import OFD, picture, read_lines
from mingpiao.reading.model import PageLines
from mingpiao.reading.service import FileUnreadable

FALSE = "金额：¥999,999.00元"


def read(data: bytes) -> PageLines:
    (page,) = read_lines(data, OFD)
    return page


def texts(page: PageLines) -> list[str]:
    return [line.text for line in page.lines]


def reason(data: bytes) -> str:
    with pytest.raises(FileUnreadable) as refused:
        read_lines(data, OFD)
    assert refused.value.message.endswith("。")
    return refused.value.code


def test_text_is_read_where_it_stands() -> None:
    data = package(written())
    assert count_pages(data, OFD) == (1, 0)
    page = read(data)
    assert texts(page) == list(ROWS)
    assert (page.method, page.rotation, page.hidden) == ("text", 0, 0)
    assert (round(page.width), round(page.height)) == (595, 842)
    place = page.lines[1].place
    assert place.left == pytest.approx(20 / 210, abs=0.001)
    assert place.right == pytest.approx((20 + 5 * len(ROWS[1])) / 210, abs=0.001)
    assert place.top < (42 + 5) / 297 < place.bottom


def test_blocks_drawings_and_transformations_move_what_is_in_them() -> None:
    resources = (
        f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:CompositeGraphicUnits>'
        f'<ofd:CompositeGraphicUnit ID="70" Width="100" Height="20"><ofd:Content>{text(ROWS[1], x=0, y=0)}'
        "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>"
    ).encode()
    halved = text(ROWS[0], more='CTM="0.5 0 0 0.5 0 0"')
    placed = '<ofd:CompositeObject ID="6" ResourceID="70" Boundary="40 80 100 20"/>'
    data = package(
        f'<ofd:PageBlock ID="5">{halved}{placed}</ofd:PageBlock>{text(ROWS[2], y=100)}',
        parts={"Doc_0/PublicRes.xml": resources},
        common="<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>",
    )
    page = read(data)
    assert texts(page) == [ROWS[0], ROWS[1], ROWS[2]]
    assert page.lines[0].place.right == pytest.approx((20 + 2.5 * len(ROWS[0])) / 210, abs=0.001)
    assert page.lines[1].place.left == pytest.approx(40 / 210, abs=0.001)


def test_a_templates_labels_stand_before_the_values() -> None:
    data = package(
        text("内蒙古大学会计学院培训中心", x=60),
        parts={"Doc_0/Tpls/Tpl_0/Content.xml": layer(text("收款方："))},
        common='<ofd:TemplatePage ID="3" BaseLoc="Tpls/Tpl_0/Content.xml"/>',
        page='<ofd:Template TemplateID="3" ZOrder="Background"/>',
    )
    assert texts(read(data)) == ["收款方：", "内蒙古大学会计学院培训中心"]


def test_a_page_on_its_side_is_turned() -> None:
    standing = "".join(
        text(row, x=150 - 15 * place, y=20, more='CTM="0 1 -1 0 0 0"') for place, row in enumerate(ROWS)
    )
    page = read(package(standing))
    assert (texts(page), page.rotation) == (list(ROWS), 270)
    assert (round(page.width), round(page.height)) == (842, 595)


WHITE = '<ofd:FillColor Value="255 255 255"/>'
COVER = (
    '<ofd:PathObject ID="7" Boundary="0 180 210 30" Fill="true" Stroke="false"><ofd:FillColor Value="255 255 255"/>'
    "<ofd:AbbreviatedData>M 0 0 L 210 0 L 210 30 L 0 30 C</ofd:AbbreviatedData></ofd:PathObject>"
)


CLIPS = (
    '<ofd:Clips><ofd:Clip><ofd:Area><ofd:Path ID="8" Boundary="0 0 1 1">'
    "<ofd:AbbreviatedData>M 0 0 L 1 0 L 1 1 L 0 1 C</ofd:AbbreviatedData></ofd:Path></ofd:Area></ofd:Clip></ofd:Clips>"
)


@pytest.mark.parametrize(
    "unseen",
    [
        text(FALSE, y=190, inner=WHITE),
        text(FALSE, y=190, more='Visible="false"'),
        text(FALSE, y=190, more='Alpha="0"'),
        text(FALSE, y=190, more='Fill="false"'),
        text(FALSE, y=190, size=0.2),
        text(FALSE, y=400),
        text(FALSE, y=190) + COVER,
        text(FALSE, y=190, inner=CLIPS),
        text(FALSE, y=190).replace("150 8", "150 0.1", 1),
    ],
)
def test_text_that_nobody_sees_is_only_counted(unseen: str) -> None:
    page = read(package(written() + unseen))
    assert texts(page) == list(ROWS)
    assert page.hidden == len(FALSE)


def test_white_text_on_a_dark_ground_is_seen() -> None:
    dark = COVER.replace("255 255 255", "0 0 90")
    page = read(package(written() + dark + text(FALSE, y=190, inner=WHITE)))
    assert texts(page) == [*ROWS, FALSE]


def _photo() -> bytes:
    # A strip of a page: what is recognised costs by its area.
    image = Image.new("RGB", (1240, 472), "white")
    pen = ImageDraw.Draw(image)
    for place, row in enumerate(ROWS):
        pen.text((120, 80 + 80 * place), row, "black", ImageFont.truetype(str(FONT_PATH), 40))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def _scan(photo: bytes) -> bytes:
    media = (
        f'<ofd:Res {NAMESPACE} BaseLoc="Res"><ofd:MultiMedias><ofd:MultiMedia ID="4" Type="Image">'
        "<ofd:MediaFile>scan.png</ofd:MediaFile></ofd:MultiMedia></ofd:MultiMedias></ofd:Res>"
    ).encode()
    return package(
        '<ofd:ImageObject ID="5" ResourceID="4" Boundary="0 0 210 80" CTM="210 0 0 80 0 0"/>',
        box="0 0 210 80",
        parts={"Doc_0/DocumentRes.xml": media, "Doc_0/Res/scan.png": photo},
        common="<ofd:DocumentRes>DocumentRes.xml</ofd:DocumentRes>",
    )


def test_a_scan_within_is_looked_at() -> None:
    data = _scan(_photo())
    assert count_pages(data, OFD) == (1, 1)
    page = read(data)
    assert page.method == "ocr"
    assert texts(page)[1:3] == [ROWS[1], ROWS[2]]


def test_a_picture_that_cannot_be_decoded_is_left_out() -> None:
    assert reason(_scan(b"no picture")) == "evidence.nothing_to_read"


def test_the_picture_shows_what_was_read() -> None:
    drawn = Image.open(io.BytesIO(picture(package(written()), OFD, 1, 840, 0))).convert("L")
    assert drawn.size == (840, 1188)
    row = drawn.crop((80, 4 * 30, 80 + 20 * len(ROWS[0]), 4 * 36))
    assert min(row.tobytes()) < 80
    assert min(drawn.crop((0, 400, 840, 1188)).tobytes()) == 255
    with pytest.raises(IndexError):
        picture(package(written()), OFD, 2, 840, 0)


def test_seals_are_told_by_their_places() -> None:
    signatures = (
        f'<ofd:Signatures {NAMESPACE}><ofd:Signature ID="1" BaseLoc="Sign_0/Signature.xml"/></ofd:Signatures>'
    )
    signature = (
        f"<ofd:Signature {NAMESPACE}><ofd:SignedInfo>"
        '<ofd:StampAnnot ID="1" PageRef="0" Boundary="105 148.5 42 42"/></ofd:SignedInfo></ofd:Signature>'
    )
    page = read(
        package(
            written(),
            parts={
                "Doc_0/Signs/Signatures.xml": signatures.encode(),
                "Doc_0/Signs/Sign_0/Signature.xml": signature.encode(),
            },
        )
    )
    (seal,) = page.seals
    assert (seal.left, seal.top, seal.right) == (0.5, 0.5, 0.7)


def _zip(parts: dict[str, bytes], method: int = ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", method) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def _entry(method: int, extra: bytes = b"") -> bytes:
    entry = ZipInfo("OFD.xml")
    entry.compress_type, entry.extra = method, extra
    out = io.BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr(entry, b"<OFD>%100d</OFD>" % 0)
    return out.getvalue()


def _listed(data: bytes, place: int, value: bytes) -> bytes:
    """The package with other bytes in the first entry of its list."""
    place += data.index(b"PK\x01\x02")
    return data[:place] + value + data[place + len(value) :]


#: Packages that fail in zipfile otherwise than by its own error.
ODD = {
    "a version to come": _listed(_entry(ZIP_STORED), 6, b"\xff"),
    "strong encryption": _listed(_entry(ZIP_STORED), 8, b"\x40"),
    "a name that is no UTF-8": _listed(_listed(_entry(ZIP_STORED), 8, b"\x00\x08"), 46, b"\xff"),
    "more bytes than there are": _listed(_entry(ZIP_STORED), 20, struct.pack("<LL", 10**6, 10**6)),
    "beyond all memory": _listed(_entry(ZIP_STORED, struct.pack("<HHQ", 1, 8, 2**63)), 42, b"\xff" * 4),
    "not deflated": _entry(ZIP_DEFLATED)[:37] + b"\xff" * 8 + _entry(ZIP_DEFLATED)[45:],
}

ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    f"<ofd:OFD {NAMESPACE}><ofd:DocBody><ofd:DocRoot>&b;</ofd:DocRoot></ofd:DocBody></ofd:OFD>"
).encode()
ITSELF = (
    f'<ofd:Res {NAMESPACE}><ofd:CompositeGraphicUnits><ofd:CompositeGraphicUnit ID="70"><ofd:Content>'
    + '<ofd:CompositeObject ID="6" ResourceID="70"/>' * 9
    + "</ofd:Content></ofd:CompositeGraphicUnit></ofd:CompositeGraphicUnits></ofd:Res>"
).encode()


def _drawing_itself() -> bytes:
    return package(
        '<ofd:CompositeObject ID="6" ResourceID="70"/>',
        parts={"Doc_0/PublicRes.xml": ITSELF},
        common="<ofd:PublicRes>PublicRes.xml</ofd:PublicRes>",
    )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "evidence.empty"),
        (b"PK\x03\x04 OFD.xml", "evidence.damaged"),
        (package(written())[:-40], "evidence.damaged"),
        *((data, "evidence.damaged") for data in ODD.values()),
        (_zip({"x": b""}), "evidence.damaged"),
        (_zip({"OFD.xml": b"<OFD/>"}), "evidence.damaged"),
        (_zip({"OFD.xml": ENTITIES}), "evidence.damaged"),
        (_zip({"OFD.xml": b" " * 9_000_000}), "evidence.too_complex"),
        (_zip({"OFD.xml": b"<a>" * 300_000}), "evidence.damaged"),
        (package(), "evidence.empty"),
        (package(*[""] * 201), "evidence.too_many_pages"),
        (package(written(), box="0 0 90000 90000"), "evidence.too_large_page"),
        (package(written(), box="0 0 nan 297"), "evidence.damaged"),
        (package(written(), box="0 0 1e999 297"), "evidence.damaged"),
        (package(written(), box="0 0 210"), "evidence.damaged"),
        (package(text(ROWS[0]).replace("g 14 5.0", "g x 5.0")), "evidence.damaged"),
        (package("<ofd:PageBlock>" * 60 + "</ofd:PageBlock>" * 60), "evidence.too_complex"),
        (package("<ofd:PageBlock/>" * 20_001), "evidence.too_complex"),
        (_drawing_itself(), "evidence.too_complex"),
    ],
)
def test_files_made_to_harm_are_told(data: bytes, code: str) -> None:
    assert reason(data) == code


def test_distances_beyond_the_text_cost_nothing() -> None:
    long = text(ROWS[3], y=90).replace(f"g {len(ROWS[3]) - 1} 5.0", "g 999999 5.0")
    assert texts(read(package(written(ROWS[:3]) + long))) == list(ROWS)


def test_text_beyond_the_limit_is_not_read() -> None:
    flood = "".join(text("字" * 500, y=30) for _ in range(50))
    assert sum(map(len, texts(read(package(flood))))) <= 20_000


def test_a_package_that_is_only_stored_is_read() -> None:
    with ZipFile(io.BytesIO(package(written()))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert texts(read(_zip(parts, ZIP_STORED))) == list(ROWS)
