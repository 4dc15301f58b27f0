"""The check of a designed face: complete, readable, nothing over anything else, long values included."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from itertools import combinations

import msgspec

from mingpiao.catalog.model import BillKind
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.money import plain
from mingpiao.layout.canvas import fit_labelled
from mingpiao.layout.composition import compose, cut_values, padded, text_of
from mingpiao.layout.display import FacePage, Text
from mingpiao.layout.fitting import fit, fit_width
from mingpiao.layout.loading import boxes, info_cell, mistakes, overlap
from mingpiao.layout.model import (
    ColumnSpec,
    FaceBox,
    FaceField,
    FaceFinding,
    FaceTemplate,
    TextSpec,
)
from mingpiao.layout.qr import check_address, symbol
from mingpiao.layout.samples import sample_face
from mingpiao.letters.service import typecase

#: What the standard asks of every bill (standards §2.5), beside title, total, QR and both seals, which every
#: template has: source → its name.
ELEMENTS: Mapping[str, str] = {
    "code": "票据代码",
    "number": "票据号码",
    "check_code": "校验码",
    "payer_name": "缴款人",
    "issue_date": "开票日期",
    "unit_name": "开票单位",
    "handler": "开票人",
}
_USUAL: Mapping[str, str] = {"payer_code": "缴款人统一社会信用代码", "checker": "复核人"}
_ITEM_ELEMENTS: Mapping[str, str] = {"name": "收款项目", "amount": "金额"}
#: The sample address is as long as those of sites are.
_ADDRESS = check_address("https://bill.example.gov.cn", code="15010125", number="0000012345", sm3="0" * 64)
#: A module of a QR symbol on paper that phones still read, and the smallest print that people do, mm.
_MIN_MODULE, _MIN_PRINT = 0.25, 1.5
_MIN_CONTRAST = 3.0
_AMOUNT = Decimal("-99999999.99")
#: Columns of figures that must not break into two lines, and the longest text of each.
_FIGURES: Mapping[str, str] = {"amount": plain(_AMOUNT), "quantity": "99999.99"}


def check_face(template: FaceTemplate, kind: BillKind) -> tuple[FaceFinding, ...]:
    """All that is wrong with a face for a kind, in the order of importance; blocking ones first.

    A template that cannot be drawn gets only the findings that say why.
    """
    return _checked(template, kind)


def is_drawable(template: FaceTemplate) -> bool:
    """Whether a template is sound enough to be drawn."""
    return not any(True for _ in _unsound(template))


@lru_cache(maxsize=64)
def _checked(template: FaceTemplate, kind: BillKind) -> tuple[FaceFinding, ...]:
    unsound = tuple(_unsound(template))
    if unsound:
        return unsound
    found = (
        *_missing(template, kind),
        *_overlaps(template),
        *_unreadable(template),
        *_narrow_columns(template),
        *_cut(template, kind),
        *_covered(template, kind),
    )
    return tuple(sorted(found, key=lambda finding: not finding.blocking))


# -- can it be drawn? -------------------------------------------------------------------------------

#: Place, value, smallest and largest: beyond them nothing sensible can be drawn.
_Range = tuple[str, float, float, float]


def _unsound(template: FaceTemplate) -> Iterator[FaceFinding]:
    for place, value, least, most in _ranges(template):
        if not least <= value <= most:
            yield FaceFinding(place=place, message=f"应在 {least:g} 与 {most:g} 之间，现为 {value:g}。")
    for place, text, longest in _texts(template):
        if len(text) > longest or not text.replace("\u3000", "").isprintable():
            yield FaceFinding(place=place, message=f"最多 {longest} 个字，且不能含控制字符。")
    for index, line in enumerate(template.lines):
        inside = min(line.x1, line.x2) >= 0 and max(line.x1, line.x2) <= template.width
        inside = inside and min(line.y1, line.y2) >= 0 and max(line.y1, line.y2) <= template.height
        if not inside:
            yield FaceFinding(place=f"lines/{index}", message="线条超出页面，请改坐标。")
    for place, message in mistakes(template.key, template):
        yield FaceFinding(place=place, message=message)


def _ranges(template: FaceTemplate) -> Iterator[_Range]:
    text, info, table, following = template.text, template.info, template.table, template.list
    yield "width", template.width, 100, 420
    yield "height", template.height, 70, 420
    yield "text/min_size", text.min_size, 1, 10
    yield "text/size", text.size, 1, 10
    yield "text/padding", text.padding, 0, 3
    yield "title/size", template.title.size, 2, 20
    yield "title/continued_size", template.title.continued_size, 2, 20
    yield "title/underline_gap", template.title.underline_gap, 0, 5
    yield "totals/height", template.totals.height, 3, 20
    yield "info/columns", info.columns, 1, 8
    yield "info/rows", info.rows, 1, 20
    yield "info/heading_width", info.heading_width, 3, 30
    yield "table/panels", table.panels, 1, 4
    yield "table/header_height", table.header_height, 3, max(3, table.box.height - 8)
    yield "list/header_height", following.header_height, 3, max(3, following.box.height - 8)
    yield "fields", len(template.fields), 0, 60
    yield "continued_fields", len(template.continued_fields), 0, 20
    yield "info/fields", len(info.fields), 0, 100
    yield "lines", len(template.lines), 0, 60
    for place, columns in (("table/columns", table.columns), ("list/columns", following.columns)):
        yield place, len(columns), 1, 12
        for index, column in enumerate(columns):
            yield f"{place}/{index}/width", column.width, 2 * text.padding + 4, 400
    for index, line in enumerate(template.lines):
        yield f"lines/{index}/thickness", line.thickness, 0.05, 2
    for index, field in enumerate(template.fields):
        if field.size is not None:
            yield f"fields/{index}/size", field.size, text.min_size, 10


def _texts(template: FaceTemplate) -> Iterator[tuple[str, str, int]]:
    title, red = template.title, template.red
    yield "name", template.name, 60
    yield "title/more_suffix", title.more_suffix, 20
    yield "title/list_suffix", title.list_suffix, 20
    yield "title/annex_suffix", title.annex_suffix, 20
    yield "totals/words_label", template.totals.words_label, 20
    yield "totals/figures_label", template.totals.figures_label, 20
    yield "info/heading", template.info.heading, 12
    yield "red/mark", red.mark, 10
    yield "red/sentence", red.sentence, 60
    for group, fields in (("fields", template.fields), ("continued_fields", template.continued_fields)):
        for index, field in enumerate(fields):
            yield f"{group}/{index}/label", field.label, 40
    for index, entry in enumerate(template.info.fields):
        yield f"info/fields/{index}/label", entry.label, 40
    for place, columns in (("table", template.table.columns), ("list", template.list.columns)):
        for index, column in enumerate(columns):
            yield f"{place}/columns/{index}/title", column.title, 20


# -- is everything there? ---------------------------------------------------------------------------


def _missing(template: FaceTemplate, kind: BillKind) -> Iterator[FaceFinding]:
    shown = {field.value for field in template.fields}
    shown |= {entry.value for entry in template.info.fields if not entry.optional}
    for source, name in ELEMENTS.items():
        if source not in shown:
            yield FaceFinding(place="fields", message=f"缺少财政电子票据的基本要素“{name}”，请添加。")
    for source, name in _USUAL.items():
        if source not in shown:
            yield FaceFinding(place="fields", message=f"没有“{name}”，多数票样列有这一项。", blocking=False)
    columns = {column.value for column in template.table.columns}
    for source, name in _ITEM_ELEMENTS.items():
        if source not in columns:
            yield FaceFinding(place="table/columns", message=f"项目表缺少基本要素“{name}”这一列，请添加。")
    if "standard" not in columns:
        yield FaceFinding(
            place="table/columns",
            message="项目表没有“标准”一列；医疗票据的全国统一式样可以不列，其他票据应列。",
            blocking=False,
        )
    every = shown | {entry.value for entry in template.info.fields}
    for field in kind.extension_fields:
        if f"extension.{field.name}" not in every and field.name != "BusinessNumber":
            yield FaceFinding(
                place="info/fields",
                message=f"没有安排其他信息“{field.label}”，有值时排在其他各项之后。",
                blocking=False,
            )


# -- is anything over anything else? ----------------------------------------------------------------

#: What stands on following pages; all else stands on the front page.
_FOLLOWING = ("title/continued_box", "continued_fields/", "list/box", "page_label")
_NAMES: Mapping[str, str] = {
    "title/box": "票据名称",
    "title/continued_box": "续页的票据名称",
    "qr": "二维码",
    "page_label": "页码",
    "table/box": "项目表",
    "totals": "合计行",
    "list/box": "续页的表",
    "red/mark_box": "红字标记",
    "red/sentence_box": "对应蓝字票据",
    "unit_seal": "单位印章",
    "supervisor_seal": "财政监制章",
    "info": "其他信息",
}
#: The supervising seal stands on the title, as it does on every bill.
_ALLOWED = ({"title/box", "supervisor_seal"},)


def part_name(template: FaceTemplate, place: str) -> str:
    """What people call the part of a face at a place."""
    group, _, rest = place.partition("/")
    if group in ("fields", "continued_fields") and rest:
        fields = template.fields if group == "fields" else template.continued_fields
        return fields[read_whole(rest.split("/")[0]) or 0].label.rstrip("：") or "无标签的栏目"
    return _NAMES.get(place, place)


def front_boxes(template: FaceTemplate) -> dict[str, FaceBox]:
    """The parts of the front page by place."""
    table = template.table.box
    found = {place: box for place, box in boxes(template) if not place.startswith(_FOLLOWING[:3])}
    found["totals"] = FaceBox(
        x=table.x, y=table.y + table.height, width=table.width, height=template.totals.height
    )
    return found


def following_boxes(template: FaceTemplate) -> dict[str, FaceBox]:
    """The parts of a following page by place."""
    return {place: box for place, box in boxes(template) if place.startswith(_FOLLOWING)}


def _overlaps(template: FaceTemplate) -> Iterator[FaceFinding]:
    allowed = [*_ALLOWED, {"info", "unit_seal"}] if template.info.clear_of_seal else _ALLOWED
    for found in (front_boxes(template), following_boxes(template)):
        for (one, first), (other, second) in combinations(found.items(), 2):
            if {one, other} not in allowed and overlap(first, second):
                yield FaceFinding(
                    place=one if one != "info" else other,
                    message=f"“{part_name(template, one)}”与“{part_name(template, other)}”重叠，请移开。",
                )


# -- can it be read? --------------------------------------------------------------------------------


def _unreadable(template: FaceTemplate) -> Iterator[FaceFinding]:
    if template.text.min_size < _MIN_PRINT:
        yield FaceFinding(
            place="text/min_size", message=f"最小字号小于 {_MIN_PRINT:g} 毫米，打印后看不清，请改大。"
        )
    drawn = symbol(_ADDRESS, template.qr)
    if drawn.size / drawn.modules < _MIN_MODULE:
        wanted = _MIN_MODULE * drawn.modules
        yield FaceFinding(place="qr", message=f"二维码太小，手机难以识读，边长至少 {wanted:.0f} 毫米。")
    for place, colour in (("ink", template.ink), ("red/colour", template.red.colour)):
        if _contrast(colour) < _MIN_CONTRAST:
            yield FaceFinding(place=place, message="颜色太浅，与白纸的对比不足 3:1，请改深。")
    yield from _cut_labels(template)


def _contrast(colour: tuple[int, int, int]) -> float:
    """Contrast to white paper by WCAG 2."""
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return 1.05 / (light + 0.05)


def _cut_labels(template: FaceTemplate) -> Iterator[FaceFinding]:
    for place, label, box, text in _labels(template):
        fitted, _ = fit_labelled(typecase(), label, "", box, text)
        if not fitted.complete:
            yield FaceFinding(place=place, message=f"标签“{label}”放不下，请加宽或缩短。")
    text = template.text
    for place, table in (("table/columns", template.table), ("list/columns", template.list)):
        for index, column in enumerate(table.columns):
            fitted = fit(
                column.title, typecase(), column.width, table.header_height, text.table_size, text.min_size
            )
            if not fitted.complete:
                yield FaceFinding(
                    place=f"{place}/{index}", message=f"列名“{column.title}”放不下，请加宽这一列。"
                )


def _labels(template: FaceTemplate) -> Iterator[tuple[str, str, FaceBox, TextSpec]]:
    def of_fields(group: str, fields: Iterable[FaceField]) -> Iterator[tuple[str, str, FaceBox, TextSpec]]:
        for index, field in enumerate(fields):
            yield f"{group}/{index}/box", field.label, field.box, text_of(template, field)

    yield from of_fields("fields", template.fields)
    yield from of_fields("continued_fields", template.continued_fields)
    for index, entry in enumerate(template.info.fields):
        cell = padded(info_cell(template, 0, 0, min(entry.span, template.info.columns)))
        yield f"info/fields/{index}", entry.label, cell, template.text
    totals, table = template.totals, template.table.box
    widths = (("words", totals.words_width), ("figures", table.width - totals.words_width))
    for name, width in widths:
        box = padded(FaceBox(x=0, y=0, width=width, height=totals.height))
        yield f"totals/{name}_label", getattr(totals, f"{name}_label"), box, template.text


# -- do long values fit? ----------------------------------------------------------------------------


def _narrow_columns(template: FaceTemplate) -> Iterator[FaceFinding]:
    for place, columns in (
        ("table/columns", template.table.columns),
        ("list/columns", template.list.columns),
    ):
        for index, column in enumerate(columns):
            longest = _FIGURES.get(column.value)
            if longest is not None and not _on_one_line(longest, column, template.text):
                yield FaceFinding(
                    place=f"{place}/{index}",
                    message=f"“{column.title}”一列太窄，{longest} 会断成两行，请加宽。",
                )


def _on_one_line(value: str, column: ColumnSpec, text: TextSpec) -> bool:
    width = column.width - 2 * text.padding
    return len(fit_width(value, typecase(), width, text.table_size, text.min_size).lines) == 1


def _cut(template: FaceTemplate, kind: BillKind) -> Iterator[FaceFinding]:
    ordinary = cut_values(sample_face(kind), template, typecase())
    longest = cut_values(sample_face(kind, longest=True), template, typecase())
    places = _places_of_labels(template)
    for label in ordinary:
        message = f"“{label}”连普通长度的内容也放不下，请加大这一栏。"
        yield FaceFinding(place=places.get(label, "info"), message=message)
    for place in ("fields", "info"):
        told = [
            label
            for label in longest
            if label not in ordinary and places.get(label, "info").startswith(place)
        ]
        if told:
            message = f"内容最长时放不下、全文会转到附页的有：{'、'.join(told)}。"
            yield FaceFinding(place=place, message=message, blocking=False)


def _places_of_labels(template: FaceTemplate) -> dict[str, str]:
    places = {field.label.rstrip("："): f"fields/{index}/box" for index, field in enumerate(template.fields)}
    for index, entry in enumerate(template.info.fields):
        places.setdefault(entry.label.rstrip("："), f"info/fields/{index}")
    return places | {"票据名称": "title/box", "对应蓝字票据": "red/sentence_box"}


# -- are the seals clear of what is read? -----------------------------------------------------------


def _covered(template: FaceTemplate, kind: BillKind) -> Iterator[FaceFinding]:
    ordinary, longest = sample_face(kind), sample_face(kind, longest=True)
    reversing = msgspec.structs.replace(
        longest,
        total=-longest.total,
        extension=longest.extension
        | {"RelatedInvoiceCode": longest.code, "RelatedInvoiceNumber": longest.number},
    )
    for face in (ordinary, longest, reversing):
        page = compose(face, template, _ADDRESS, typecase()).pages[0]
        if text := _text_under(page, template.unit_seal):
            yield FaceFinding(place="unit_seal", message=f"单位印章盖住了“{text.content[:20]}”，请移开。")
            return


def _text_under(page: FacePage, seal: FaceBox) -> Text | None:
    for text in (*page.form, *page.values):
        box = FaceBox(x=text.x, y=text.y - 0.8 * text.size, width=text.width, height=text.size)
        if overlap(box, seal):
            return text
    return None
