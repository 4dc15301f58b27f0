"""Face templates and the font: the shipped ones are sound, and each mistake is told with its place."""

import json
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from tests.layout.samples import outpatient

from mingpiao.kernel.errors import Refusal
from mingpiao.layout.composition import compose
from mingpiao.layout.loading import (
    RELEASE_1_FOLDER,
    TEMPLATE_FOLDER,
    free_columns,
    info_cell,
    load_templates,
    overlap,
    shipped_templates,
)
from mingpiao.layout.model import FaceBox
from mingpiao.layout.service import template_for
from mingpiao.letters.service import load_typeface, typecase


def test_shipped_templates() -> None:
    assert set(shipped_templates()) >= {
        "general",
        "outpatient",
        "inpatient",
        "donation",
        "settlement",
        "dues",
    }
    assert all((template.width, template.height) == (210, 140) for template in shipped_templates().values())


def test_a_template_tells_only_its_differences() -> None:
    templates = shipped_templates()
    assert templates["outpatient"].table.panels == 2
    assert templates["outpatient"].title == templates["base"].title
    assert templates["inpatient"].table.columns == templates["outpatient"].table.columns


def test_an_unknown_key_gets_the_general_template() -> None:
    assert template_for("no such", {}) == shipped_templates()["general"]


def written(folder: Path, changes: dict[str, Any]) -> Path:
    base = (TEMPLATE_FOLDER / "base.json").read_text(encoding="utf-8")
    (folder / "base.json").write_text(base, encoding="utf-8")
    (folder / "x.json").write_text(json.dumps({"extends": "base", "key": "x", **changes}), encoding="utf-8")
    return folder


MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "outside": ({"unit_seal": {"x": 190, "y": 100, "width": 32, "height": 32}}, "x/unit_seal", "210×140"),
    "widths": (
        {"table": {"columns": [{"title": "项目", "value": "name", "width": 100}]}},
        "x/table/columns",
        "应为 190 毫米",
    ),
    "source": (
        {"info": {"fields": [{"label": "无", "value": "nothing"}]}},
        "x/info/fields/0/value",
        "nothing",
    ),
    "colour": ({"ink": [0, 0, 256]}, "x/ink", "255"),
    "span": (
        {"info": {"fields": [{"label": "备注", "value": "remark", "span": 9}]}},
        "x/info/fields",
        "info.columns",
    ),
    "panels": ({"table": {"panels": 0}}, "x/table/panels", "至少为 1"),
    "sizes": ({"text": {"min_size": 9}}, "x/text", "min_size"),
    "sentence": ({"red": {"sentence": "{payer}"}}, "x/red/sentence", "{code}"),
    "unknown field": ({"shadow": 1}, "x", "shadow"),
    "wrong type": ({"width": "wide"}, "x", "width"),
    "no parent": ({"extends": "y"}, "x/extends", "y"),
    "itself": ({"extends": "x"}, "x/extends", "循环"),
    "key": ({"key": "z"}, "x/key", "文件名"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_told(tmp_path: Path, name: str) -> None:
    changes, place, fragment = MISTAKES[name]
    with pytest.raises(Refusal) as caught:
        load_templates(written(tmp_path, changes))
    problems = {problem.field: problem for problem in caught.value.problems}
    assert place in problems
    assert problems[place].code == "layout.template_invalid"
    assert "x.json" in problems[place].message
    assert fragment in problems[place].message


def test_broken_json_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{", encoding="utf-8")
    with pytest.raises(Refusal, match=r"bad\.json"):
        load_templates(tmp_path)


def test_a_missing_font_tells_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="make assets") as caught:
        load_typeface(tmp_path / "none.ttf")
    assert caught.value.problems[0].code == "layout.font_missing"


@pytest.mark.parametrize("key", shipped_templates())
def test_no_seal_covers_a_cell(key: str) -> None:
    """The supervising seal stands on the title, as it does on every bill; else no seal covers what is read."""
    template = shipped_templates()[key]
    cells = {f"field {field.value}": field.box for field in template.fields}
    cells |= {
        "title": template.title.box,
        "qr": template.qr,
        "page label": template.page_label,
        "table": template.table.box,
        "red mark": template.red.mark_box,
        "red sentence": template.red.sentence_box,
    }
    for row in range(template.info.rows):
        for column in range(free_columns(template, row)):
            cells[f"info {row}/{column}"] = info_cell(template, row, column)
    assert not [name for name, box in cells.items() if overlap(box, template.unit_seal)]
    assert [name for name, box in cells.items() if overlap(box, template.supervisor_seal)] == ["title"]


@pytest.mark.parametrize("key", shipped_templates())
@pytest.mark.parametrize("words", ["短", "很长的一段内容" * 12])
def test_no_text_stands_under_the_units_seal(key: str, words: str) -> None:
    template = template_for(key, {f"More{place}": f"附加信息{place}" for place in range(30)})
    face = outpatient(items=30, payer=words)
    face = replace(
        face,
        remark=words,
        supervisor_remark=words,
        handler=words[:30],
        checker=words[:30],
        extension=face.extension | {f"More{place}": words for place in range(30)},
        payer=replace(face.payer, account="1" * 30, bank=words),
        invoicing=replace(face.invoicing, name=words, receiving_account="2" * 30, receiving_bank=words),
    )
    front = compose(face, template, "https://bill.example.gov.cn", typecase()).pages[0]
    covered = [
        text.content
        for text in (*front.form, *front.values)
        if overlap(
            FaceBox(x=text.x, y=text.y - 0.8 * text.size, width=text.width, height=text.size),
            template.unit_seal,
        )
    ]
    assert covered == []


def test_the_looks_of_release_1_are_kept() -> None:
    former = load_templates(RELEASE_1_FOLDER)
    assert set(former) == set(shipped_templates())
    assert former["settlement"].unit_seal == FaceBox(x=33, y=100, width=35, height=35)
    assert not former["donation"].info.clear_of_seal
