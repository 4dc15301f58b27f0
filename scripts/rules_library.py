"""Writes the tables of docs/rules-library.md anew from the rules themselves.

.venv/bin/python scripts/rules_library.py
"""

from collections.abc import Iterator
from pathlib import Path

from mingpiao.demo.kinds import CATEGORIES, KINDS
from mingpiao.rules.library import THEMES, VIOLATIONS, LibraryRule, library
from mingpiao.rules.model import Rule, Severity
from mingpiao.units.model import UnitType

DOCUMENT = Path("docs/rules-library.md")
BEGIN, END = "<!-- tables: begin -->", "<!-- tables: end -->"

_SHORT = {kind.code: kind.name.removeprefix("内蒙古自治区").removesuffix("（电子）") for kind in KINDS}
_SHORT |= {category.code: category.name for category in CATEGORIES}


def main() -> None:
    before, after = _around(DOCUMENT.read_text("utf-8"))
    DOCUMENT.write_text(f"{before}{tables()}{after}", "utf-8")


def _around(text: str) -> tuple[str, str]:
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return text[:begin], text[end:]


def tables() -> str:
    """What stands between the two marks of the document."""
    return "\n\n" + "\n\n".join(_sections()) + "\n\n"


def _sections() -> Iterator[str]:
    entries = library()
    counts = {severity: sum(each.rule.severity is severity for each in entries) for severity in Severity}
    shares = "，".join(f"{severity.label} {count} 条" for severity, count in counts.items())
    yield f"共 {len(entries)} 条：{shares}。"
    yield "## 十类违规情形与规则\n\n" + _violations(entries)
    for theme, title in THEMES.items():
        chosen = [each for each in entries if each.theme == theme]
        yield f"## {title}（{len(chosen)} 条）\n\n" + _rules(chosen)


def _violations(entries: tuple[LibraryRule, ...]) -> str:
    rows = ["| 序号 | 违规情形 | 规则数 | 规则 |", "| --- | --- | --- | --- |"]
    for place, (key, name) in enumerate(VIOLATIONS.items(), start=1):
        codes = [each.rule.code for each in entries if each.violation == key]
        rows.append(f"| {place} | {name} | {len(codes)} | {'、'.join(f'`{code}`' for code in codes)} |")
    return "\n".join(rows)


def _rules(entries: list[LibraryRule]) -> str:
    rows = ["| 编码 | 名称 | 处理 | 适用 | 违规情形 | 依据 |", "| --- | --- | --- | --- | --- | --- |"]
    for each in entries:
        rule = each.rule
        cells = (
            f"`{rule.code}`",
            rule.name,
            rule.severity.label,
            _scope(rule),
            VIOLATIONS[each.violation],
            rule.basis,
        )
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows)


def _scope(rule: Rule) -> str:
    kinds = "、".join(_SHORT[code] for code in rule.kinds) or "全部票种"
    types = "、".join(UnitType(code).label for code in rule.unit_types)
    return f"{kinds}（{types}）" if types else kinds


if __name__ == "__main__":
    main()
