"""The check of a face: each shipped one passes for its kinds, and each fault is found at its part."""

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from tests.layout.face_golden import GOLDEN, golden_version
from tests.layout.samples import stand_in_pictures

from mingpiao.catalog.model import BillKind
from mingpiao.demo.kinds import KINDS
from mingpiao.layout.model import FaceBox, FaceField, FaceLine, FaceTemplate
from mingpiao.layout.service import (
    check_face,
    extract_xml_from_ofd,
    face_file,
    is_drawable,
    preview_file,
    preview_pages,
    read_face_file,
    sample_face,
    template_for,
    validate_ofd,
)
from mingpiao.sealing.model import Face
from mingpiao.sealing.service import verify_seal_signature

KIND = next(kind for kind in KINDS if kind.code == "0301")
Change = Callable[[FaceTemplate], FaceTemplate]


def face_of(kind: BillKind) -> FaceTemplate:
    return template_for(kind.template, {field.name: field.label for field in kind.extension_fields})


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_what_the_platform_brings_passes(kind: BillKind) -> None:
    assert [each for each in check_face(face_of(kind), kind) if each.blocking] == []


def _box(template: FaceTemplate, part: str, **changes: float) -> FaceTemplate:
    return replace(template, **{part: replace(getattr(template, part), **changes)})


def _field(template: FaceTemplate, source: str, **changes: object) -> FaceTemplate:
    fields = [replace(one, **changes) if one.value == source else one for one in template.fields]
    return replace(template, fields=tuple(fields))


def _columns(template: FaceTemplate, widths: tuple[float, ...]) -> FaceTemplate:
    columns = [replace(one, width=width) for one, width in zip(template.table.columns, widths, strict=True)]
    return replace(template, table=replace(template.table, columns=tuple(columns)))


def _without_column(template: FaceTemplate, source: str) -> FaceTemplate:
    gone = next(one for one in template.table.columns if one.value == source)
    kept = [one for one in template.table.columns if one.value != source]
    kept[0] = replace(kept[0], width=kept[0].width + gone.width)
    return replace(template, table=replace(template.table, columns=tuple(kept)))


_SMALL = FaceBox(x=10, y=26.6, width=13, height=5)
#: name → what is done to the face of 0301, and what must be found: place and words.
FAULTS: dict[str, tuple[Change, str, str]] = {
    "outside": (lambda face: _box(face, "qr", x=200.0), "qr", "超出"),
    "over the table": (lambda face: _box(face, "unit_seal", y=80.0), "table/box", "“单位印章”重叠"),
    "over a field": (lambda face: _box(face, "qr", y=20.0), "qr", "“票据代码”重叠"),
    "seal on text": (
        lambda face: replace(_box(face, "unit_seal", x=150.0), info=replace(face.info, clear_of_seal=False)),
        "unit_seal",
        "重叠",
    ),
    "small symbol": (lambda face: _box(face, "qr", width=8.0, height=8.0), "qr", "二维码太小"),
    "element": (
        lambda face: replace(face, fields=tuple(one for one in face.fields if one.value != "number")),
        "fields",
        "“票据号码”",
    ),
    "column": (lambda face: _without_column(face, "amount"), "table/columns", "“金额”"),
    "narrow amount": (
        lambda face: _columns(face, (94, 14, 18, 22, 12, 30)),
        "table/columns/4",
        "断成两行",
    ),
    "narrow label": (lambda face: _field(face, "payer_code", box=_SMALL), "fields/2/box", "标签"),
    "cut value": (
        lambda face: _field(face, "issue_date", box=FaceBox(x=148, y=36.6, width=19, height=2.2)),
        "fields/5/box",
        "普通长度",
    ),
    "pale": (lambda face: replace(face, ink=(220, 220, 220)), "ink", "3:1"),
    "tiny": (lambda face: replace(face, text=replace(face.text, min_size=1.2)), "text/min_size", "看不清"),
    "huge text": (lambda face: replace(face, text=replace(face.text, size=40)), "text/size", "10"),
    "no columns": (
        lambda face: replace(face, table=replace(face.table, columns=())),
        "table/columns",
        "1 与 12",
    ),
    "negative width": (
        lambda face: _columns(face, (196, -20, 18, 22, 0, 30)),
        "table/columns/1/width",
        "之间",
    ),
    "no room for a row": (
        lambda face: replace(face, list=replace(face.list, header_height=109)),
        "list/header_height",
        "之间",
    ),
    "line": (lambda face: replace(face, lines=(FaceLine(x1=0, y1=0, x2=300, y2=0),)), "lines/0", "超出"),
    "sentence": (
        lambda face: replace(face, red=replace(face.red, sentence="{code:>999999999}")),
        "red/sentence",
        "{code}",
    ),
    "open brace": (lambda face: replace(face, red=replace(face.red, sentence="{")), "red/sentence", "{code}"),
    "control character": (lambda face: _field(face, "code", label="票\u0000"), "fields/0/label", "控制字符"),
    "unknown source": (lambda face: _field(face, "code", value="nothing"), "fields/0/value", "nothing"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_found_at_its_part(name: str) -> None:
    change, place, words = FAULTS[name]
    found = check_face(change(face_of(KIND)), KIND)
    assert [each for each in found if each.blocking and each.place == place and words in each.message], found


def test_what_people_may_weigh_does_not_block() -> None:
    face = replace(face_of(KIND), fields=tuple(one for one in face_of(KIND).fields if one.value != "checker"))
    found = check_face(face, KIND)
    assert [each.place for each in found if "复核人" in each.message] == ["fields"]
    assert not [each for each in found if each.blocking]


def test_what_cannot_be_drawn_is_not_drawn() -> None:
    face = face_of(KIND)
    assert is_drawable(face)
    assert not is_drawable(replace(face, list=replace(face.list, header_height=109)))


def drawn_as(face: Face, template: FaceTemplate) -> str:
    return "".join(preview_pages(face, template))


def test_lines_and_sizes_are_drawn() -> None:
    face = _field(face_of(KIND), "code", size=4.0)
    face = replace(face, lines=(FaceLine(x1=11, y1=40, x2=99, y2=41, thickness=0.5),))
    drawn = drawn_as(sample_face(KIND), face)
    assert 'd="M11.000 40.000L99.000 41.000"' in drawn
    assert 'stroke-width="0.5"' in drawn
    assert 'font-size="4" ' in drawn
    assert drawn != drawn_as(sample_face(KIND), face_of(KIND))


def test_the_longest_bill_shows_every_kind_of_page() -> None:
    drawn = drawn_as(sample_face(KIND, longest=True), face_of(KIND))
    for suffix in ("（续页）", "（明细清单）", "（附页）"):
        assert suffix in drawn


async def test_preview_files_are_marked_and_nobody_trusts_their_seals() -> None:
    face = face_of(KIND)
    ofd = await preview_file(sample_face(KIND), face, "ofd")
    report = validate_ofd(ofd, lambda value, xml, path: verify_seal_signature(value, xml, path, []))
    assert {finding.code for finding in report.findings} == {"ofd.seal_invalid"}
    assert [seal.valid for seal in report.seals] == [False, False]
    assert sample_face(KIND).number in extract_xml_from_ofd(ofd).decode()
    pdf = await preview_file(sample_face(KIND), face, "pdf")
    assert pdf.startswith(b"%PDF")
    assert stand_in_pictures().unit not in pdf


def test_a_field_may_stand_anywhere() -> None:
    extra = FaceField(label="学校：", value="extension.School", box=FaceBox(x=10, y=132, width=50, height=4))
    face = replace(face_of(KIND), fields=(*face_of(KIND).fields, extra))
    assert [each for each in check_face(face, KIND) if each.blocking] == []


def test_a_file_has_every_member_in_one_order() -> None:
    """The approved file: `python -m tests.layout.face_golden` writes it anew after a wanted change."""
    assert face_file(golden_version()) == (GOLDEN.name, GOLDEN.read_bytes())
    assert read_face_file(GOLDEN.read_bytes(), "0301") == golden_version().template
