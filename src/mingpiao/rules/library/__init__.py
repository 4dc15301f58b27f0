"""规则库: the supervision rules that come with the platform, each with examples of bills that it hits and lets
pass.

Beside this module is one YAML file for each theme. A file's `effective_from` holds for all its rules. A rule
has the members of `Rule`, the kind of violation that it screens for, and examples: `hit` and `pass` are lists
of changes to a well-formed bill, by field path; `kind` chooses another kind than the rule's first one.
`restates` and `follows` map problem codes of the request's own checks to fields (see `rules.model.Overlap`).
"""

from functools import cache
from importlib.resources import files
from typing import Any

import msgspec
import yaml

from mingpiao.rules.model import Overlap, Rule
from mingpiao.rules.yaml_files import SAFE_LOADER, rule_from_members

#: The ten kinds of violation by key. The pilot's documents mention ten without names: these are assumed.
VIOLATIONS = {
    "face": "票面要素缺失或填写不规范",
    "payer": "缴款人信息虚假或不实",
    "scope": "超范围使用、串用票据",
    "tariff": "超标准收费",
    "tax": "以财政票据替代税务发票",
    "donation": "捐赠附带条件或利益回报",
    "repeat": "拆分开票、重复开票",
    "reversal": "频繁冲红、冲红后改开",
    "conduct": "开票时间、年度、金额异常",
    "evidence": "佐证材料与票面不符或重复使用",
}
#: The files, one for each theme, with the theme's Chinese name.
THEMES = {
    "face": "票面填写",
    "payer": "缴款人",
    "scope": "范围与标准",
    "tax": "往来结算票据",
    "donation": "公益事业捐赠票据",
    "dues": "社会团体会费票据",
    "medical": "医疗收费票据",
    "pattern": "重复、拆分与冲红",
    "conduct": "时间、年度与金额",
    "evidence": "佐证材料",
    "writeoff": "核销",
    "monitoring": "监测预警",
}
#: Members of a rule in these files that are not members of `Rule`.
_OWN = ("violation", "restates", "follows", "hit", "pass")


class LibraryRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule of the library. `violation` is a key of VIOLATIONS; the examples are changes to a bill, by field
    path.
    """

    rule: Rule
    theme: str
    violation: str
    overlap: Overlap
    hits: tuple[dict[str, Any], ...]
    passes: tuple[dict[str, Any], ...]


@cache
def library() -> tuple[LibraryRule, ...]:
    """All rules of the library with their examples, theme by theme."""
    return tuple(entry for theme in THEMES for entry in _read(theme))


def library_rules() -> tuple[Rule, ...]:
    """All rules of the library."""
    return tuple(entry.rule for entry in library())


def overlap_of(rule: Rule) -> Overlap:
    """What a rule has in common with the request's own checks: nothing, unless its condition is that of a
    rule of the library.
    """
    return _overlaps().get((rule.code, rule.condition), Overlap())


@cache
def _overlaps() -> dict[tuple[str, str], Overlap]:
    return {(entry.rule.code, entry.rule.condition): entry.overlap for entry in library()}


def _read(theme: str) -> list[LibraryRule]:
    text = files(__package__).joinpath(f"{theme}.yaml").read_text("utf-8")
    document = yaml.load(text, Loader=SAFE_LOADER)  # noqa: S506 - a safe loader
    common = {name: value for name, value in document.items() if name != "rules"}
    return [_entry(theme, common | members) for members in document["rules"]]


def _entry(theme: str, members: dict[str, Any]) -> LibraryRule:
    return LibraryRule(
        rule=rule_from_members({name: value for name, value in members.items() if name not in _OWN}),
        theme=theme,
        violation=members["violation"],
        overlap=Overlap(
            restates=frozenset(members.get("restates", {}).items()),
            follows=frozenset(members.get("follows", {}).items()),
        ),
        hits=tuple(members["hit"]),
        passes=tuple(members["pass"]),
    )
