"""Finds rules: lists of rules, one rule, its versions; and makes the values from database rows.

PostgreSQL's row-level security restricts what a department sees.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.rules.checking import is_rule_code
from mingpiao.rules.model import Rule, RuleMode, RuleVersion, Severity, Stage, VersionState
from mingpiao.storage.paging import KeyColumn, Keyset, Page

PAGE_SIZE = 50
_BY_CODE = Keyset(KeyColumn("code", str))
#: The type of the column that holds a version's rule.
_MOST_VERSIONS = 2**31 - 1


class RuleSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A rule in a list: its newest version, the version in force and the one on trial (None if there is none)."""

    newest: RuleVersion
    live_version: int | None
    shadow_version: int | None
    suspended: bool

    @property
    def code(self) -> str:
        return self.newest.rule.code


class RuleFilter(msgspec.Struct, frozen=True, kw_only=True):
    """The filter of a list of rules; None and "" do not restrict. `region_prefix` applies to the owner's
    region code.

    `state` is that of the newest version. `live` selects rules that judge bills now (True) or do not (False).
    `words` is searched for in code, name and legal basis.
    """

    state: VersionState | None = None
    live: bool | None = None
    suspended: bool | None = None
    stage: Stage | None = None
    severity: Severity | None = None
    region_prefix: str = ""
    words: str = ""


_LATEST = """
SELECT newest.*, rules.region_code, rules.suspended,
       CASE WHEN rules.suspended THEN NULL ELSE approved.version END AS live_version,
       CASE WHEN rules.suspended OR tried.version IS NOT DISTINCT FROM approved.version THEN NULL
            ELSE tried.version END AS shadow_version
FROM rules
JOIN LATERAL (SELECT * FROM rule_versions WHERE rule_versions.code = rules.code
              ORDER BY version DESC LIMIT 1) AS newest ON true
LEFT JOIN LATERAL (SELECT version FROM rule_versions
                   WHERE rule_versions.code = rules.code AND state = 'approved'
                     AND coalesce(content ->> 'mode', 'acting') = 'acting'
                   ORDER BY version DESC LIMIT 1) AS approved ON true
LEFT JOIN LATERAL (SELECT version FROM rule_versions
                   WHERE rule_versions.code = rules.code AND state = 'approved'
                   ORDER BY version DESC LIMIT 1) AS tried ON true
"""
_CONDITIONS = {
    "state": "newest.state = :state",
    "live": "((approved.version IS NOT NULL AND NOT rules.suspended) = :live)",
    "suspended": "rules.suspended = :suspended",
    "stage": "newest.content ->> 'stage' = :stage",
    "severity": "newest.content ->> 'severity' = :severity",
    "region_prefix": "starts_with(rules.region_code, :region_prefix)",
    "words": "(strpos(rules.code, upper(:words)) > 0 OR strpos(newest.content ->> 'name', :words) > 0"
    " OR strpos(newest.content ->> 'basis', :words) > 0)",
}


async def list_rules(
    connection: AsyncConnection, wanted: RuleFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[RuleSummary]:
    """One page of the rules in the connection's scope, by code; `after` is the `next_key` of the page before.

    Raises `Refusal` (`list.key_malformed`) for a key that no page returned.
    """
    given = {
        name: value
        for name, value in msgspec.to_builtins(wanted).items()
        if value is not None and value != ""
    }
    where = " AND ".join(["rules.code > :after", *(_CONDITIONS[name] for name in given)])
    query = f"{_LATEST} WHERE {where} ORDER BY rules.code LIMIT :limit"
    parameters = given | {"after": _BY_CODE.read(after)[0] if after else "", "limit": limit + 1}
    rows = (await connection.execute(text(query), parameters)).mappings()
    return _BY_CODE.page([_summary(row) for row in rows], limit)


async def get_rule(connection: AsyncConnection, code: str) -> RuleSummary:
    """A rule of the connection's scope; raises `Refusal` (`rule.unknown`, 404)."""
    require_code(code)
    query = text(f"{_LATEST} WHERE rules.code = :code")
    row = (await connection.execute(query, {"code": code})).mappings().one_or_none()
    if row is None:
        raise unknown_rule()
    return _summary(row)


async def versions_of(connection: AsyncConnection, code: str) -> list[RuleVersion]:
    """All versions of a rule that the connection's scope sees, newest first; `Refusal` (`rule.unknown`, 404)."""
    require_code(code)
    rows = (await connection.execute(text(_VERSIONS + " ORDER BY version DESC"), {"code": code})).mappings()
    found = [as_version(row) for row in rows]
    if not found:
        raise unknown_rule()
    return found


def standing_versions(versions: Sequence[RuleVersion]) -> tuple[RuleVersion | None, RuleVersion | None]:
    """Of all versions of a rule, the one that acts while the rule runs, and the one that is then on trial."""
    approved = sorted((each for each in versions if each.state is VersionState.APPROVED), key=_number)
    live = next((each for each in reversed(approved) if each.rule.mode is RuleMode.ACTING), None)
    newest = approved[-1] if approved else None
    return live, None if newest is live else newest


def _number(version: RuleVersion) -> int:
    return version.version


async def get_version(connection: AsyncConnection, code: str, version: int) -> RuleVersion:
    """One version of a rule; raises `Refusal` (`rule.unknown`, 404)."""
    require_code(code)
    if not 1 <= version <= _MOST_VERSIONS:
        raise unknown_rule()
    query = text(_VERSIONS + " AND version = :version")
    row = (await connection.execute(query, {"code": code, "version": version})).mappings().one_or_none()
    if row is None:
        raise unknown_rule()
    return as_version(row)


_VERSIONS = """
SELECT rule_versions.*, rules.region_code
FROM rule_versions JOIN rules ON rules.code = rule_versions.code
WHERE rule_versions.code = :code
"""


def require_code(code: str) -> None:
    """Raise `Refusal` (`rule.unknown`, 404) for a text that cannot be a rule's code, such as one from an
    invented address.
    """
    if not is_rule_code(code):
        raise unknown_rule()


def unknown_rule() -> Refusal:
    """The refusal `rule.unknown` (404): no such rule exists, or it belongs to another area."""
    return refuse("rule.unknown", "没有找到该监管规则或版本，或您无权查看，请从列表中选择。", status=404)


def _summary(row: RowMapping) -> RuleSummary:
    values: dict[str, Any] = dict(row)
    return RuleSummary(
        newest=as_version(row),
        live_version=values["live_version"],
        shadow_version=values["shadow_version"],
        suspended=values["suspended"],
    )


def as_version(row: RowMapping) -> RuleVersion:
    """The version in a row of `rule_versions` with its rule's `region_code`; times are in Asia/Shanghai."""
    return RuleVersion(
        rule=msgspec.convert(row["content"], Rule),
        region_code=row["region_code"],
        version=row["version"],
        state=VersionState(row["state"]),
        revision=row["revision"],
        note=row["note"],
        author=row["author"],
        author_name=row["author_name"],
        makers=tuple(row["makers"]),
        saved_at=to_shanghai(row["saved_at"]),
        submitted_at=to_shanghai(row["submitted_at"]) if row["submitted_at"] else None,
        decided_by=row["decided_by"],
        decided_by_name=row["decided_by_name"],
        decided_at=to_shanghai(row["decided_at"]) if row["decided_at"] else None,
        decision_reason=row["decision_reason"],
    )


def content_of(rule: Rule) -> str:
    """A rule as the JSON in which it is stored."""
    return msgspec.json.encode(rule).decode()
