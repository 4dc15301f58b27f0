"""Reading face templates: JSON files that tell only how they differ from the one they extend."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.layout.fields import AUX_SOURCES, BUSINESS_NUMBER, ITEM_SOURCES, is_face_source
from mingpiao.layout.model import ColumnSpec, FaceBox, FaceTemplate, InfoField

TEMPLATE_FOLDER = Path(__file__).parent / "templates"
#: How faces looked in release 1, so that files of that time are known again.
RELEASE_1_FOLDER = TEMPLATE_FOLDER / "release1"

#: Widths in the files are whole tenths of a millimetre; less than that is rounding.
_TOLERANCE = 0.05
_MAX_DEPTH = 8

Json = dict[str, Any]


@cache
def shipped_templates() -> Mapping[str, FaceTemplate]:
    """The templates that come with the platform, by key, read once."""
    return load_templates(TEMPLATE_FOLDER)


def load_templates(folder: Path) -> Mapping[str, FaceTemplate]:
    """All templates of a folder by key (`<key>.json`).

    Refusal `layout.template_invalid` with one problem a mistake: the file, the place and what is wrong.
    """
    sources = {path.stem: _read(path) for path in sorted(folder.glob("*.json"))}
    return {key: _build(key, sources) for key in sources}


def with_extension_fields(template: FaceTemplate, labels: Mapping[str, str]) -> FaceTemplate:
    """The template with an entry in 其他信息 for each MainExt member (name → label), labelled so.

    Entries that it lacks come before the full-width ones, where the form keeps its remarks. The member
    BusinessNumber belongs to the entry 业务流水号 (source `business_no`) where there is one.
    """
    sources = {f"extension.{name}": f"{label}：" for name, label in labels.items()}
    fields: list[InfoField] = [
        msgspec.structs.replace(field, label=sources.pop(field.value, field.label))
        for field in template.info.fields
    ]
    if any(field.value == "business_no" for field in fields):
        sources.pop(f"extension.{BUSINESS_NUMBER}", None)
    return _with_entries(template, fields, sources)


def with_carried_fields(template: FaceTemplate, labels: Mapping[str, str]) -> FaceTemplate:
    """A designed template with an entry for each MainExt member (name → label) that a bill carries and that
    its designer did not know of. What the template has itself stays as it was designed.
    """
    known = {field.value for field in template.fields} | {entry.value for entry in template.info.fields}
    if "business_no" in known:
        known.add(f"extension.{BUSINESS_NUMBER}")
    sources = {f"extension.{name}": f"{label}：" for name, label in labels.items()}
    lacking = {source: label for source, label in sources.items() if source not in known}
    return _with_entries(template, template.info.fields, lacking) if lacking else template


def _with_entries(
    template: FaceTemplate, fields: Sequence[InfoField], sources: Mapping[str, str]
) -> FaceTemplate:
    missing = [InfoField(label=label, value=source) for source, label in sources.items()]
    columns = template.info.columns
    narrow = [field for field in fields if field.span < columns]
    wide = [field for field in fields if field.span >= columns]
    info = msgspec.structs.replace(template.info, fields=(*narrow, *missing, *wide))
    return msgspec.structs.replace(template, info=info)


def _read(path: Path) -> Json:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Json)
    except msgspec.DecodeError as error:
        raise refuse(
            "layout.template_invalid",
            f"票面模板 {path.name} 不是有效的 JSON 文件（{error}），请修正后重试。",
            field=path.name,
        ) from error


def resolved(content: Json) -> Json:
    """A template's content with what it takes from a shipped template that it extends."""
    shipped = {path.stem: _read(path) for path in sorted(TEMPLATE_FOLDER.glob("*.json"))}
    # No file's name has a slash, so that no content can extend itself.
    return _resolve("/", {**shipped, "/": content})


def _build(key: str, sources: Mapping[str, Json]) -> FaceTemplate:
    merged = _resolve(key, sources)
    try:
        template = msgspec.convert(merged, FaceTemplate)
    except msgspec.ValidationError as error:
        raise refuse(
            "layout.template_invalid",
            f"票面模板 {key}.json 的内容不符合要求（{error}），请对照 base.json 修正。",
            field=key,
        ) from error
    problems = [
        Problem(
            code="layout.template_invalid", message=f"票面模板 {key}.json：{message}", field=f"{key}/{place}"
        )
        for place, message in mistakes(key, template)
    ]
    if problems:
        raise Refusal(*problems)
    return template


def _resolve(key: str, sources: Mapping[str, Json], depth: int = 0) -> Json:
    own = dict(sources[key])
    parent = own.pop("extends", None)
    if parent is None:
        return own
    if not isinstance(parent, str) or parent not in sources or depth >= _MAX_DEPTH:
        raise refuse(
            "layout.template_invalid",
            f"票面模板 {key}.json 继承的模板 {parent} 不存在或循环继承，请修正 extends。",
            field=f"{key}/extends",
        )
    return _merged(_resolve(parent, sources, depth + 1), own)


def _merged(base: Json, changes: Json) -> Json:
    """Objects are merged member by member; lists and plain values are replaced whole."""
    result = dict(base)
    for name, value in changes.items():
        old = result.get(name)
        result[name] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result


def mistakes(key: str, template: FaceTemplate) -> Iterator[tuple[str, str]]:
    """What makes a template useless: the place of each mistake, and a Chinese sentence."""
    if template.key != key:
        yield "key", f"key 应与文件名一致，应为 {key}。"
    yield from _box_mistakes(template)
    yield from _source_mistakes(template)
    yield from _table_mistakes(template)
    if any(not 0 <= part <= 255 for part in (*template.ink, *template.red.colour)):
        yield "ink", "颜色各分量应在 0 到 255 之间。"
    if not 0 < template.text.min_size <= template.text.table_size <= template.text.size:
        yield "text", "字号应满足 0 < min_size ≤ table_size ≤ size。"
    if any(not 1 <= field.span <= template.info.columns for field in template.info.fields):
        yield "info/fields", "span 应在 1 与 info.columns 之间。"


def boxes(template: FaceTemplate) -> Iterator[tuple[str, FaceBox]]:
    """The parts of a face that have a place of their own, by their paths in the template."""
    yield "title/box", template.title.box
    yield "title/continued_box", template.title.continued_box
    yield "qr", template.qr
    yield "page_label", template.page_label
    yield "table/box", template.table.box
    yield "list/box", template.list.box
    yield "red/mark_box", template.red.mark_box
    yield "red/sentence_box", template.red.sentence_box
    yield "unit_seal", template.unit_seal
    yield "supervisor_seal", template.supervisor_seal
    for index, field in enumerate(template.fields):
        yield f"fields/{index}/box", field.box
    for index, field in enumerate(template.continued_fields):
        yield f"continued_fields/{index}/box", field.box
    yield "info", info_box(template)


def info_box(template: FaceTemplate) -> FaceBox:
    """Where 其他信息 lies: under the totals row, which lies under the table."""
    table = template.table.box
    top = table.y + table.height + template.totals.height
    return FaceBox(x=table.x, y=top, width=table.width, height=template.info.height)


def info_cell(template: FaceTemplate, row: int, column: int, span: int = 1) -> FaceBox:
    """A cell of the grid of 其他信息, `span` columns wide."""
    outer, info = info_box(template), template.info
    width = (outer.width - info.heading_width) / info.columns
    height = (outer.height - 1) / info.rows
    left = outer.x + info.heading_width + column * width
    return FaceBox(x=left, y=outer.y + 0.5 + row * height, width=width * span, height=height)


def free_columns(template: FaceTemplate, row: int) -> int:
    """How many columns of a row, from the left, lie clear of the unit's seal."""
    columns = template.info.columns
    if not template.info.clear_of_seal:
        return columns
    cells = [info_cell(template, row, column) for column in range(columns)]
    return next((place for place, cell in enumerate(cells) if overlap(cell, template.unit_seal)), columns)


def overlap(one: FaceBox, other: FaceBox) -> bool:
    """Whether two boxes have more than an edge in common."""
    return (
        one.x + _TOLERANCE < other.x + other.width
        and other.x + _TOLERANCE < one.x + one.width
        and one.y + _TOLERANCE < other.y + other.height
        and other.y + _TOLERANCE < one.y + one.height
    )


def _box_mistakes(template: FaceTemplate) -> Iterator[tuple[str, str]]:
    for place, box in boxes(template):
        inside = (
            box.x >= 0
            and box.y >= 0
            and box.width > 0
            and box.height > 0
            and box.x + box.width <= template.width + _TOLERANCE
            and box.y + box.height <= template.height + _TOLERANCE
        )
        if not inside:
            yield place, f"区域超出 {template.width:g}×{template.height:g} 毫米的页面或大小不为正。"


def _sources(template: FaceTemplate) -> Iterator[tuple[str, str, bool]]:
    """Every place that names a source, the name, and whether there is such a source."""
    for group, fields in (("fields", template.fields), ("continued_fields", template.continued_fields)):
        for index, field in enumerate(fields):
            yield f"{group}/{index}/value", field.value, is_face_source(field.value)
    for index, entry in enumerate(template.info.fields):
        yield f"info/fields/{index}/value", entry.value, is_face_source(entry.value)
    for index, column in enumerate(template.table.columns):
        yield f"table/columns/{index}/value", column.value, column.value in ITEM_SOURCES
    for index, column in enumerate(template.list.columns):
        yield f"list/columns/{index}/value", column.value, column.value in AUX_SOURCES


def _source_mistakes(template: FaceTemplate) -> Iterator[tuple[str, str]]:
    for place, name, known in _sources(template):
        if not known:
            yield place, f"未知的取值来源 {name}。"
    sentence = template.red.sentence.replace("{code}", "").replace("{number}", "")
    if "{" in sentence or "}" in sentence:
        yield "red/sentence", "只能使用 {code} 与 {number}。"


def _table_mistakes(template: FaceTemplate) -> Iterator[tuple[str, str]]:
    table = template.table
    if table.panels < 1:
        yield "table/panels", "栏数至少为 1。"
        return
    yield from _width_mistakes("table", table.columns, table.box.width / table.panels)
    yield from _width_mistakes("list", template.list.columns, template.list.box.width)
    if abs(template.list.box.width - table.box.width) > _TOLERANCE:
        yield "list/box/width", "续页的表宽应与首页相同。"
    if not 0 < template.totals.words_width < table.box.width:
        yield "totals/words_width", "应大于 0 且小于表宽。"
    if not 0 < table.header_height < table.box.height:
        yield "table/header_height", "应大于 0 且小于表高。"


def _width_mistakes(place: str, columns: tuple[ColumnSpec, ...], width: float) -> Iterator[tuple[str, str]]:
    total = sum(column.width for column in columns)
    if abs(total - width) > _TOLERANCE:
        yield f"{place}/columns", f"各列宽度之和为 {total:g} 毫米，应为 {width:g} 毫米。"
