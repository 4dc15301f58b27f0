"""Rules as YAML files for version control: one document for each rule, any number of documents in a file.

A file is read as a stream of events, and every scalar as text: tags, anchors and aliases are refused, so that
reading builds nothing that the file does not spell out. Written files have one order and one style.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from enum import StrEnum
from itertools import islice
from typing import Any

import msgspec
import yaml

from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_date
from mingpiao.rules.checking import tidy
from mingpiao.rules.comparing import MEMBERS
from mingpiao.rules.model import Rule, RuleMode, Severity, Stage

MAX_FILE = 1_000_000
MAX_RULES = 500
_MAX_DEPTH = 4
#: Nobody reads more; of each further rule that is wrong only the first thing is told.
MOST_PROBLEMS = 50
_LISTS = ("regions", "kinds", "unit_types", "items", "reasons")
_DATES = ("effective_from", "effective_to")
_REQUIRED = ("code", "name", "basis", "severity", "message", "condition", "effective_from")
_NOTHING = frozenset({"", "~", "null"})
SAFE_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LONGEST_FLOW_LIST = 8


class RuleEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One document of a file, counted from 1: a rule, or the reason why it is none."""

    place: int
    code: str
    rule: Rule | None = None
    problems: tuple[Problem, ...] = ()


# ---------------------------------------------------------------- writing


def export_rules(rules: Iterable[Rule]) -> str:
    """Write rules as YAML, one document each. The same rules give the same text, and `read_rules` returns
    them unchanged.
    """
    return "---\n".join(_document(rule) for rule in rules)


def _document(rule: Rule) -> str:
    values = {name: value for name, value in msgspec.structs.asdict(rule).items() if value not in ((), None)}
    values |= {"stage": rule.stage.value, "severity": rule.severity.value}
    values |= {"mode": rule.mode.value}
    if not rule.field:
        del values["field"]
    if rule.mode is RuleMode.ACTING:
        del values["mode"]
    ordered = {name: values[name] for name in MEMBERS if name in values}
    return yaml.dump(ordered, Dumper=_Writer, allow_unicode=True, sort_keys=False, width=MAX_FILE)


class _Writer(yaml.SafeDumper):
    """Lays texts of several lines out as blocks, codes in quotes, and short lists on one line."""


def _write_text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value else "'" if value.isdigit() else None
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _write_list(writer: yaml.SafeDumper, value: tuple[str, ...]) -> yaml.SequenceNode:
    return writer.represent_sequence(
        "tag:yaml.org,2002:seq", value, flow_style=len(value) <= _LONGEST_FLOW_LIST
    )


_Writer.add_representer(str, _write_text)
_Writer.add_representer(tuple, _write_list)


# ---------------------------------------------------------------- reading


def read_rules(data: bytes) -> list[RuleEntry]:
    """The documents of a file. Raises `Refusal` (`rule.file_*`, 422) for a file that is not YAML of this form
    or too large.
    """
    if len(data) > MAX_FILE:
        raise refuse("rule.file_too_large", "文件超过1MB，请分成几个文件导入。", field="file", status=422)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        message = "文件不是UTF-8编码的文本，请另存为UTF-8后重新导入。"
        raise refuse("rule.file_encoding", message, field="file", status=422) from None
    try:
        documents = list(_documents(text))
    except yaml.YAMLError as error:
        raise _not_yaml(error) from None
    if not documents:
        raise refuse("rule.file_empty", "文件中没有规则，请核对后重新导入。", field="file", status=422)
    return list(_entries(documents))


def _entries(documents: Iterable[Any]) -> Iterator[RuleEntry]:
    told = 0
    for place, document in enumerate(documents, start=1):
        entry = _entry(place, document)
        left = max(1, MOST_PROBLEMS - told)
        if len(entry.problems) > left:
            entry = msgspec.structs.replace(entry, problems=entry.problems[:left])
        told += len(entry.problems)
        yield entry


def _not_yaml(error: yaml.YAMLError) -> Refusal:
    mark = getattr(error, "problem_mark", None)
    where = f"第{mark.line + 1}行附近" if mark is not None else ""
    message = f"文件不是正确的YAML格式{where and f'（{where}）'}，请改正后重新导入。"
    return refuse("rule.file_invalid", message, field="file", status=422, line=mark.line + 1 if mark else 0)


def _documents(text: str) -> Iterator[Any]:
    events = iter(yaml.parse(text, Loader=SAFE_LOADER))
    for count, event in enumerate(_starts(events), start=1):
        if count > MAX_RULES:
            message = f"一个文件最多{MAX_RULES}条规则，请分成几个文件导入。"
            raise refuse("rule.file_too_many", message, field="file", status=422)
        document = _value(events, event, depth=1)
        if document is not None:
            yield document


def _starts(events: Iterator[yaml.Event]) -> Iterator[yaml.Event]:
    """The first event of each document's content."""
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            yield next(events)


def _value(events: Iterator[yaml.Event], event: yaml.Event, depth: int) -> Any:
    line = _line(event)
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
        message = f"第{line}行用了YAML的引用或标签，规则文件不使用这些写法，请直接写出内容。"
        raise refuse("rule.file_reference", message, field="file", status=422, line=line)
    if depth > _MAX_DEPTH:
        message = f"第{line}行嵌套过深，规则文件只有一层列表，请改正。"
        raise refuse("rule.file_too_deep", message, field="file", status=422, line=line)
    if isinstance(event, yaml.SequenceStartEvent):
        return _sequence(events, depth)
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events, depth)
    if not isinstance(event, yaml.ScalarEvent):
        raise yaml.YAMLError("a document ends in the middle")
    return None if not event.style and event.value in _NOTHING else event.value


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark is not None else 0


def _sequence(events: Iterator[yaml.Event], depth: int) -> list[Any]:
    found = []
    while not isinstance(event := next(events), yaml.SequenceEndEvent):
        found.append(_value(events, event, depth + 1))
    return found


def _mapping(events: Iterator[yaml.Event], depth: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    while not isinstance(event := next(events), yaml.MappingEndEvent):
        name = _value(events, event, depth + 1) if isinstance(event, yaml.ScalarEvent) else None
        if name is None or name in found:
            line = _line(event)
            message = f"第{line}行的名称重复或不是文本，请改正。"
            raise refuse("rule.file_invalid", message, field="file", status=422, line=line)
        found[name] = _value(events, next(events), depth + 1)
    return found


# ---------------------------------------------------------------- members


def _entry(place: int, document: Any) -> RuleEntry:
    if not isinstance(document, dict):
        message = "这一段不是规则，应写成“名称: 内容”的形式，请改正。"
        problem = Problem(code="rule.file_no_rule", message=message, status=422)
        return RuleEntry(place=place, code="", problems=(problem,))
    named = document.get("code")
    code = named if isinstance(named, str) else ""
    try:
        return RuleEntry(place=place, code=code, rule=rule_from_members(document))
    except Refusal as refusal:
        return RuleEntry(place=place, code=code[:40], problems=refusal.problems)


def rule_from_members(members: Mapping[str, Any]) -> Rule:
    """Make a rule from members as a file or a form holds them: texts, lists of texts, dates as text or date.

    Raises `Refusal` with every member that is missing, unknown or of the wrong form (`rule.member_*`).
    `check_rule` decides whether the rule fits the base data.
    """
    given = {name: value for name, value in members.items() if value is not None}
    unknown = (name for name in given if name not in MEMBERS)
    problems = [
        _problem("rule.member_unknown", name[:40], f"没有“{name[:40]}”这一项，请核对名称。")
        for name in islice(unknown, MOST_PROBLEMS)
    ]
    problems += [
        _problem("rule.member_missing", name, f"请填写{MEMBERS[name]}。")
        for name in _REQUIRED
        if name not in given
    ]
    values: dict[str, Any] = {}
    for name in MEMBERS:
        if name in given:
            try:
                values[name] = _member(name, given[name])
            except ValueError:
                problems.append(
                    _problem("rule.member_invalid", name, f"{MEMBERS[name]}{_EXPECTED[name]}，请改正。")
                )
    if problems:
        raise Refusal(*problems)
    return tidy(Rule(**values))


def _problem(code: str, field: str, message: str) -> Problem:
    return Problem(code=code, field=field, message=message, status=422)


_EXPECTED = (
    dict.fromkeys(MEMBERS, "应为文本")
    | dict.fromkeys(_LISTS, "应为编码的列表")
    | {"reasons": "应为文本的列表"}
    | dict.fromkeys(_DATES, "应为日期（如2026-01-31）")
    | {"stage": f"应为{'、'.join(Stage)}之一", "severity": f"应为{'、'.join(Severity)}之一"}
    | {"mode": f"应为{'、'.join(RuleMode)}之一"}
)


def _member(name: str, value: Any) -> Any:
    """Convert one member to its type. Raises ValueError for a wrong form."""
    if name in _LISTS:
        if not isinstance(value, (list, tuple)) or not all(isinstance(each, str) for each in value):
            raise ValueError(name)
        return tuple(value)
    if name in _DATES and isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise ValueError(name)
    if name in _DATES:
        day = read_date(value)
        if day is None:
            raise ValueError(name)
        return day
    return _CHOICES[name](value) if name in _CHOICES else value


_CHOICES: dict[str, type[StrEnum]] = {"stage": Stage, "severity": Severity, "mode": RuleMode}
