"""Imports rules from a file as drafts, never as rules in force. A dry run does the same and rolls it back."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.rules.comparing import RuleDifference, compare
from mingpiao.rules.drafting import create, start_version
from mingpiao.rules.model import Rule
from mingpiao.rules.store import get_rule
from mingpiao.rules.yaml_files import RuleEntry

_NOTE = "由文件导入"


class ImportOutcome(StrEnum):
    """The result for one rule of a file."""

    CREATED = "created"
    NEW_VERSION = "new_version"
    UNCHANGED = "unchanged"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    ImportOutcome.CREATED: "新建草稿",
    ImportOutcome.NEW_VERSION: "新版本草稿",
    ImportOutcome.UNCHANGED: "内容相同，跳过",
    ImportOutcome.REFUSED: "不能导入",
}


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """The report about one rule of a file: its result, in a dry run the result that it would have, and the
    reason.
    """

    entry: RuleEntry
    outcome: ImportOutcome
    version: int = 0
    differences: tuple[RuleDifference, ...] = ()
    problems: tuple[Problem, ...] = ()


async def import_rules(
    connection: AsyncConnection,
    catalog: Catalog,
    entries: Sequence[RuleEntry],
    *,
    acting: Acting,
    dry_run: bool,
) -> list[ImportReport]:
    """Import the valid rules as drafts of the acting person's department; return one report for each entry,
    in their order.

    A refused rule does not keep others from being imported. With `dry_run` nothing is written.
    """
    repeated = {code for code, count in Counter(entry.code for entry in entries).items() if count > 1}
    reports: dict[int, ImportReport] = {}
    whole = await connection.begin_nested()
    # In the order of codes: two imports at the same time wait for each other, and never in a circle.
    for entry in sorted(entries, key=lambda each: each.code):
        try:
            async with connection.begin_nested():
                reports[entry.place] = await _import_one(connection, catalog, entry, repeated, acting=acting)
        except Refusal as refusal:
            reports[entry.place] = ImportReport(
                entry=entry, outcome=ImportOutcome.REFUSED, problems=refusal.problems
            )
    if dry_run:
        await whole.rollback()
    else:
        await whole.commit()
    return [reports[entry.place] for entry in entries]


async def _import_one(
    connection: AsyncConnection,
    catalog: Catalog,
    entry: RuleEntry,
    repeated: set[str],
    *,
    acting: Acting,
) -> ImportReport:
    rule = _sound(entry, repeated)
    try:
        newest = (await get_rule(connection, rule.code)).newest
    except Refusal:
        fresh = await create(connection, catalog, rule, acting=acting, note=_NOTE)
        return ImportReport(entry=entry, outcome=ImportOutcome.CREATED, version=fresh.version)
    if newest.rule == rule:
        return ImportReport(entry=entry, outcome=ImportOutcome.UNCHANGED, version=newest.version)
    fresh = await start_version(connection, catalog, rule, acting=acting, note=_NOTE)
    changes = tuple(each for each in compare(newest.rule, rule, catalog) if each.changed)
    return ImportReport(
        entry=entry, outcome=ImportOutcome.NEW_VERSION, version=fresh.version, differences=changes
    )


def _sound(entry: RuleEntry, repeated: set[str]) -> Rule:
    """The rule of an entry. Raises `Refusal` if the entry holds none, or its code occurs twice in the file."""
    if entry.rule is None:
        raise Refusal(*entry.problems)
    if entry.code in repeated:
        message = "文件中有两条规则使用这个编码，请改正后重新导入。"
        raise Refusal(Problem(code="rule.repeated_in_file", field="code", message=message, status=422))
    return entry.rule
