"""Face templates and the font: the shipped ones are sound, and each mistake is told with its place."""

import json
from pathlib import Path
from typing import Any

import pytest

from mingpiao.kernel.errors import Refusal
from mingpiao.layout.loading import TEMPLATE_FOLDER, load_templates, shipped_templates
from mingpiao.layout.service import template_for
from mingpiao.letters.service import load_typeface


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
