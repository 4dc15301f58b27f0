"""What a face is made of in words, so that two of them can be laid side by side."""

from collections.abc import Iterable

from mingpiao.house.model import ChangedRow
from mingpiao.layout.checking import following_boxes, front_boxes, part_name
from mingpiao.layout.model import ColumnSpec, FaceBox, FaceField, FaceTemplate

#: A second person looks at the drawing, too; more lines than these are counted only.
_MAX_ROWS = 60


def compare_faces(before: FaceTemplate, after: FaceTemplate) -> list[ChangedRow]:
    """The parts of a face that differ, each with what it was and what it becomes, as far as people read them."""
    rows = all_differences(before, after)
    if len(rows) > _MAX_ROWS:
        rest = ChangedRow(label="其他", before="", after=f"另有{len(rows) - _MAX_ROWS}处不同")
        return [*rows[:_MAX_ROWS], rest]
    return rows


def all_differences(before: FaceTemplate, after: FaceTemplate) -> list[ChangedRow]:
    """All parts of a face that differ."""
    old, new = _described(before), _described(after)
    return [
        ChangedRow(label=label, before=old.get(label, ""), after=new.get(label, ""))
        for label in dict.fromkeys((*old, *new))
        if old.get(label, "") != new.get(label, "")
    ]


def _described(face: FaceTemplate) -> dict[str, str]:
    text, title, info, table = face.text, face.title, face.info, face.table
    told = {
        "页面": f"{face.width:g}×{face.height:g} 毫米",
        "表单颜色": _colour(face.ink),
        "字号": f"{text.size:g}，表内{text.table_size:g}，最小{text.min_size:g}，边距{text.padding:g}",
        "票据名称字号": f"{title.size:g}，续页{title.continued_size:g}，双线间距{title.underline_gap:g}",
        "续页后缀": f"{title.more_suffix}{title.list_suffix}{title.annex_suffix}",
        "项目表": f"{table.panels}栏，表头高{table.header_height:g}",
        "项目表各列": _columns(table.columns),
        "合计行": f"{face.totals.words_label}{face.totals.words_width:g}，{face.totals.figures_label}",
        "其他信息格": f"{info.heading}，{info.columns}列{info.rows}行，标题宽{info.heading_width:g}"
        + ("，避开印章" if info.clear_of_seal else ""),
        "其他信息各项": "、".join(
            f"{entry.label.rstrip('：')}{'（占' + str(entry.span) + '列）' if entry.span > 1 else ''}"
            f"{'（有值才印）' if entry.optional else ''}"
            for entry in info.fields
        ),
        "续页表头高": f"{face.list.header_height:g}",
        "清单各列": _columns(face.list.columns),
        "红字": f"{face.red.mark}，{face.red.sentence}，{_colour(face.red.colour)}",
        "线条": "；".join(
            f"左{line.x1:g}上{line.y1:g}至左{line.x2:g}上{line.y2:g}，粗{line.thickness:g}"
            for line in face.lines
        ),
    }
    boxes = front_boxes(face) | following_boxes(face)
    told |= {
        f"{part_name(face, place)}位置": _box(box)
        for place, box in boxes.items()
        if not place.startswith(("fields/", "continued_fields/"))
    }
    return told | _fields(face.fields, "") | _fields(face.continued_fields, "续页的")


def _fields(fields: Iterable[FaceField], prefix: str) -> dict[str, str]:
    return {
        f"{prefix}{field.label.rstrip('：') or field.value}": f"{_box(field.box)}，取{field.value}"
        + (f"，字号{field.size:g}" if field.size else "")
        for field in fields
    }


def _box(box: FaceBox) -> str:
    return f"左{box.x:g}，上{box.y:g}，宽{box.width:g}，高{box.height:g}"


def _columns(columns: Iterable[ColumnSpec]) -> str:
    return "、".join(f"{column.title}{column.width:g}" for column in columns)


def _colour(colour: tuple[int, int, int]) -> str:
    return f"#{colour[0]:02x}{colour[1]:02x}{colour[2]:02x}"
