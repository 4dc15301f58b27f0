"""Rules as YAML files: the round trip, files made to harm, and imports with a dry run before."""

from contextlib import suppress
from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.rules.people import CITY_OFFICER, HEAD, OFFICER, codes, rule, was_tried

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.checking import tidy
from mingpiao.rules.model import Rule, Severity, Stage, VersionState
from mingpiao.rules.service import (
    ImportOutcome,
    ImportReport,
    approve,
    export_rules,
    get_version,
    import_rules,
    live_versions,
    read_rules,
    rule_from_members,
    submit,
)
from mingpiao.rules.yaml_files import MOST_PROBLEMS
from mingpiao.storage.database import Database

FULL = rule(
    stage=Stage.EVIDENCE,
    severity=Severity.ASK,
    condition="total > 100\nAND payer.name <> '无'",
    kinds=("0601", "08"),
    regions=("150100",),
    unit_types=("hospital",),
    items=("100101",),
    effective_to=date(2027, 12, 31),
)
WRITTEN = """\
code: P-001
name: 单笔金额过大
basis: 《财政票据管理办法》
stage: evidence
severity: ask
regions: ['150100']
kinds: ['0601', '08']
unit_types: [hospital]
items: ['100101']
effective_from: 2026-01-01
effective_to: 2027-12-31
field: total
message: 合计{total}元超过限额。
condition: |-
  total > 100
  AND payer.name <> '无'
"""


def read_back(rules: list[Rule]) -> list[Rule | None]:
    return [entry.rule for entry in read_rules(export_rules(rules).encode())]


def test_a_rule_is_written_in_one_order_and_one_style() -> None:
    assert export_rules([FULL]) == WRITTEN
    assert export_rules([FULL, rule("P-002")]).count("---\n") == 1


_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
_LISTS = st.lists(
    st.sampled_from(["0601", "08", "010203", "null", "yes", "1e3", "~", "2026-01-01"]), max_size=12
).map(tuple)


@given(
    st.builds(
        Rule,
        code=_TEXTS,
        name=_TEXTS,
        basis=_TEXTS,
        stage=st.sampled_from(Stage),
        severity=st.sampled_from(Severity),
        condition=_TEXTS,
        message=_TEXTS,
        field=_TEXTS,
        regions=_LISTS,
        kinds=_LISTS,
        unit_types=_LISTS,
        items=_LISTS,
        effective_from=st.dates(),
        effective_to=st.none() | st.dates(),
    ).map(tidy)
)
@settings(max_examples=150, deadline=None)
def test_reading_gives_back_what_was_written(drawn: Rule) -> None:
    written = export_rules([drawn])
    (entry,) = read_rules(written.encode())
    assert entry.rule == drawn
    assert export_rules([entry.rule]) == written


def test_many_rules_in_one_file_come_back_in_order() -> None:
    rules = [rule(f"P-{n:03}") for n in range(100)]
    assert read_back(rules) == rules


def test_codes_stay_text_though_nobody_quoted_them() -> None:
    text = WRITTEN.replace("'0601', '08'", "0601, 08").replace("2027-12-31", "null")
    (entry,) = read_rules(text.encode())
    assert entry.rule == msgspec.structs.replace(FULL, effective_to=None)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "rule.file_empty"),
        (b"# only a comment\n", "rule.file_empty"),
        (b"code: [1, 2", "rule.file_invalid"),
        (b"code: 'P\n", "rule.file_invalid"),
        (b"\tcode: P", "rule.file_invalid"),
        (b"\xff\xfe\x00", "rule.file_encoding"),
        (b"code: A\ncode: B\n", "rule.file_invalid"),
        (b"? [a, b]\n: c\n", "rule.file_invalid"),
        (b"name: &a x\nbasis: *a\n", "rule.file_reference"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n", "rule.file_reference"),
        (b"code: !!python/object/apply:os.system ['true']\n", "rule.file_reference"),
        (b"code: !!binary aGVsbG8=\n", "rule.file_reference"),
        (b"code: " + b"[" * 5_000 + b"]" * 5_000, "rule.file_too_deep"),
        (b"x" * 1_000_001, "rule.file_too_large"),
        (b"---\ncode: A\n" * 501, "rule.file_too_many"),
    ],
)
def test_files_that_are_none_are_refused_as_a_whole(data: bytes, expected: str) -> None:
    with pytest.raises(Refusal) as caught:
        read_rules(data)
    assert codes(caught.value) == [(expected, "file")]
    assert caught.value.status == 422


@given(st.binary(max_size=200) | st.text(alphabet="ab:-[]{}&*!|>'\"#%@\n ,", max_size=80).map(str.encode))
@settings(max_examples=300, deadline=None)
def test_no_file_breaks_the_reader(data: bytes) -> None:
    entries = []
    with suppress(Refusal):
        entries = read_rules(data)
    assert all((entry.rule is None) == bool(entry.problems) for entry in entries)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"severity": "kill"}, [("rule.member_invalid", "severity")]),
        ({"stage": "never"}, [("rule.member_invalid", "stage")]),
        ({"effective_from": "yesterday"}, [("rule.member_invalid", "effective_from")]),
        ({"effective_from": None}, [("rule.member_missing", "effective_from")]),
        ({"kinds": "0601"}, [("rule.member_invalid", "kinds")]),
        ({"kinds": ["0601", ["x"]]}, [("rule.member_invalid", "kinds")]),
        ({"name": ["x"]}, [("rule.member_invalid", "name")]),
        ({"priority": "1"}, [("rule.member_unknown", "priority")]),
        ({"name": None, "basis": None}, [("rule.member_missing", "name"), ("rule.member_missing", "basis")]),
    ],
)
def test_wrong_members_are_named(changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    with pytest.raises(Refusal) as caught:
        rule_from_members(msgspec.to_builtins(FULL) | changes)
    assert codes(caught.value) == expected


def test_one_wrong_document_spoils_no_other() -> None:
    first, second, third = read_rules(f"just text\n---\n{WRITTEN}---\ncode: P-9\n".encode())
    assert [problem.code for problem in first.problems] == ["rule.file_no_rule"]
    assert second.rule == FULL
    assert (third.place, third.code, len(third.problems)) == (3, "P-9", 6)


def test_a_file_of_wrong_names_stops_at_fifty_problems() -> None:
    names = "".join(f"n{number}: x\n" for number in range(80_000))
    (entry,) = read_rules(names.encode())
    assert len(entry.problems) == MOST_PROBLEMS == 50
    assert {problem.code for problem in entry.problems} == {"rule.member_unknown"}
    many = read_rules(("---\n".join(f"a{n}: x\n" * 1 for n in range(400))).encode())
    assert [len(each.problems) for each in many[:8]] == [8, 8, 8, 8, 8, 8, 2, 1]
    assert {len(each.problems) for each in many[8:]} == {1}


async def _import(
    connection: AsyncConnection, catalog: Catalog, text: str, *, dry_run: bool = False, acting: Any = OFFICER
) -> list[ImportReport]:
    return await import_rules(connection, catalog, read_rules(text.encode()), acting=acting, dry_run=dry_run)


async def test_importing_makes_drafts_and_a_dry_run_writes_nothing(database: Database) -> None:
    file = export_rules([rule("P-001"), rule("P-002", condition="wrong >"), rule("P-003"), rule("P-003")])
    async with database.system() as connection:
        catalog = await load(connection)
        tried = await _import(connection, catalog, file, dry_run=True)
    counts = (
        "SELECT (SELECT count(*) FROM rules), (SELECT count(*) FROM audit_log WHERE action LIKE 'rule:%')"
    )
    assert tuple(await database.pool.fetchrow(counts)) == (0, 0)
    async with database.system() as connection:
        done = await _import(connection, catalog, file)
    assert done == tried
    assert [(report.entry.place, report.outcome, report.version) for report in done] == [
        (1, ImportOutcome.CREATED, 1),
        (2, ImportOutcome.REFUSED, 0),
        (3, ImportOutcome.REFUSED, 0),
        (4, ImportOutcome.REFUSED, 0),
    ]
    assert done[1].problems[0].code.startswith("rule.condition_")
    assert [problem.code for problem in done[2].problems] == ["rule.repeated_in_file"]
    async with database.system() as connection:
        assert (await get_version(connection, "P-001", 1)).state is VersionState.DRAFT
        assert await live_versions(connection) == (0, [])


async def test_importing_again_skips_what_is_alike_and_never_overwrites_a_draft(database: Database) -> None:
    async with database.system() as connection:
        catalog = await load(connection)
        await _import(connection, catalog, export_rules([rule()]))
        (again,) = await _import(connection, catalog, export_rules([rule()]))
        (changed,) = await _import(connection, catalog, export_rules([rule(name="新名称")]))
    assert again.outcome is ImportOutcome.UNCHANGED
    assert [problem.code for problem in changed.problems] == ["rule.version_open"]
    await was_tried(database, rule())
    async with database.system() as connection:
        draft = await get_version(connection, "P-001", 1)
        submitted = await submit(connection, catalog, "P-001", 1, revision=draft.revision, acting=OFFICER)
        await approve(connection, catalog, "P-001", 1, revision=submitted.revision, acting=HEAD)
        (further,) = await _import(connection, catalog, export_rules([rule(name="新名称")]))
        (foreign,) = await _import(connection, catalog, export_rules([rule(name="改")]), acting=CITY_OFFICER)
        _, live = await live_versions(connection)
    assert (further.outcome, further.version) == (ImportOutcome.NEW_VERSION, 2)
    assert [(each.label, each.after) for each in further.differences] == [("规则名称", "新名称")]
    assert [problem.code for problem in foreign.problems] == ["rule.not_own"]
    # What is live is still what was approved.
    assert [(member.rule.code, member.version, member.rule) for member in live] == [("P-001", 1, rule())]
