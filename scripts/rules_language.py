"""Writes the tables of fields, functions and operators in docs/rules.md from the language's own catalogue."""

import sys
from pathlib import Path

from mingpiao.rules.language import FIELDS, FUNCTIONS, FieldSpec
from mingpiao.rules.language.builder import OPERATORS
from mingpiao.rules.language.tree import SourcePlace

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "rules.md"
BEGIN = "<!-- 以下表格由 scripts/rules_language.py 生成 -->"
END = "<!-- 表格到此为止 -->"
_GROUPS = (
    ("票据", lambda field: field.place is SourcePlace.BILL and "." not in field.path),
    ("开票", lambda field: field.path.startswith("issued.")),
    ("缴款人", lambda field: field.path.startswith("payer.")),
    ("单位", lambda field: field.path.startswith("unit.")),
    ("项目合计", lambda field: field.path.startswith("items.")),
    ("逐项", lambda field: field.place is SourcePlace.ITEM),
    ("佐证材料", lambda field: field.path.startswith("evidence.")),
    ("核销", lambda field: field.path.startswith("writeoff.")),
    ("监测预警：单位的一个小时", lambda field: field.path.startswith("watch.")),
)
_HISTORY_NOTE = "天数为 1 至 366 的整数，包括今天，按北京时间的日历日计。"


def tables() -> str:
    """The part of the document that follows from the catalogue."""
    parts = ["## 字段"]
    for title, belongs in _GROUPS:
        rows = [_field_row(field) for field in FIELDS if belongs(field)]
        parts.append(
            f"### {title}\n\n| 字段 | 名称 | 类型 | 例子 | 说明 |\n| --- | --- | --- | --- | --- |\n"
            + "\n".join(rows)
        )
    parts.append("## 函数\n\n" + _function_table(history=False))
    parts.append(f"## 历史统计\n\n{_HISTORY_NOTE}\n\n" + _function_table(history=True))
    operators = "\n".join(f"| `{name}` | {label} |" for name, label in OPERATORS.items())
    parts.append(f"## 表单中的比较\n\n| 运算符 | 名称 |\n| --- | --- |\n{operators}")
    return "\n\n".join(parts)


def _field_row(field: FieldSpec) -> str:
    return f"| `{field.path}` | {field.name} | {field.kind.label} | `{field.example}` | {field.note} |"


def _function_table(*, history: bool) -> str:
    rows = [
        f"| `{each.signature}` | {each.title} | `{each.example}` | {each.note} |"
        for each in FUNCTIONS
        if each.history is history
    ]
    return "| 函数 | 名称 | 例子 | 说明 |\n| --- | --- | --- | --- |\n" + "\n".join(rows)


def written(document: str) -> str:
    """The document with its tables made anew."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def main() -> None:
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
