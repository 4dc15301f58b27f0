"""The library's rules: each hits what it is to hit and lets pass what it is to let pass."""

import re
from pathlib import Path

import msgspec
import pytest
from scripts.rules_library import BEGIN, DOCUMENT, END, tables
from tests.rules.wellformed import catalog, condition_of, covers, facts_of, loaded

from mingpiao.demo.kinds import KINDS
from mingpiao.rules.library import VIOLATIONS, LibraryRule, library, library_rules
from mingpiao.rules.model import Rule, Severity, Stage
from mingpiao.rules.service import check_rule, export_rules, judge, read_rules


def kind_of(rule: Rule, example: dict[str, object]) -> str:
    kind = str(example.get("kind", "")) or next(kind.code for kind in KINDS if covers(rule, kind.code))
    assert covers(rule, kind), f"{rule.code} does not judge {kind}"
    return kind


EXAMPLES = [
    pytest.param(entry, example, hits, id=f"{entry.rule.code}-{'hit' if hits else 'pass'}-{place}")
    for entry in library()
    for hits, examples in ((True, entry.hits), (False, entry.passes))
    for place, example in enumerate(examples)
]


@pytest.mark.parametrize(("entry", "example", "hits"), EXAMPLES)
def test_examples(entry: LibraryRule, example: dict[str, object], hits: bool) -> None:
    rule = entry.rule
    found = judge([loaded(rule)], facts_of(kind_of(rule, example), example, condition_of(rule)))
    assert [(hit.rule, hit.failed) for hit in found] == ([(rule.code, False)] if hits else [])
    for hit in found:
        assert hit.severity is rule.severity
        assert not re.search(r"[{}]", hit.message)


@pytest.mark.parametrize("kind", [kind.code for kind in KINDS])
def test_a_well_formed_bill_passes_every_rule(kind: str) -> None:
    judging = [loaded(rule) for rule in library_rules() if covers(rule, kind)]
    assert len(judging) >= 40
    hits = [hit for one in judging for hit in judge([one], facts_of(kind, {}, condition_of(one.rule)))]
    assert [(hit.rule, hit.message) for hit in hits] == []


def test_every_rule_may_be_saved_by_the_province() -> None:
    problems = {rule.code: check_rule(rule, "150000", catalog()) for rule in library_rules()}
    assert {code: found for code, found in problems.items() if found} == {}


def test_the_library_is_whole() -> None:
    rules = library_rules()
    assert len(rules) >= 45
    assert len({rule.code for rule in rules}) == len({rule.name for rule in rules}) == len(rules)
    assert all(entry.hits and entry.passes for entry in library())
    assert {entry.violation for entry in library()} == set(VIOLATIONS)
    assert len(VIOLATIONS) == 10
    for rule in rules:
        assert re.search(r"《.+》|〔\d{4}〕\d+号|GB \d+|收费标准|医疗服务价格", rule.basis), rule.code


def test_what_each_severity_says() -> None:
    """What blocks tells what to do; what asks says 请…; nothing blocks on a suspicion."""
    for rule in library_rules():
        assert rule.message.endswith("。")
        if rule.stage is Stage.MONITORING:
            assert "{watch." in rule.message, "an alert tells its numbers, and asks nobody"
        elif rule.severity is Severity.ASK:
            assert re.search(r"请.*(核实|核对|说明|补充|填写)", rule.message), rule.code
        else:
            assert "疑似" not in rule.message or rule.severity is Severity.WARN, rule.code


def test_rules_survive_export_and_reading() -> None:
    text = export_rules(library_rules())
    assert [entry.rule for entry in read_rules(text.encode())] == list(library_rules())


def test_conditions_are_kept_as_written_up_to_spaces() -> None:
    for rule in library_rules():
        again = msgspec.structs.replace(rule, condition=condition_of(rule).text)
        assert condition_of(again).text == condition_of(rule).text


def test_the_document_tells_of_the_rules_as_they_are() -> None:
    text = DOCUMENT.read_text("utf-8")
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == tables()
    named = set(re.findall(r"`([A-Z]+(?:-[A-Z]+)+)`", text))
    assert named == {rule.code for rule in library_rules()}


def test_the_readmes_and_the_changelog_tell_how_many_there_are() -> None:
    count = len(library_rules())
    for file, written in (
        ("README.md", f"library of {count}"),
        ("README.md", f"under {count} rules"),
        ("README.zh-CN.md", f"{count} 条监管规则"),
        ("README.zh-CN.md", f"规则库（{count} 条）"),
        ("CHANGELOG.md", f"library of {count} rules"),
    ):
        assert written in Path(file).read_text("utf-8"), file
