"""Rules between values and rows."""

from typing import Any

import msgspec
from sqlalchemy import RowMapping

from mingpiao.kernel.clock import to_shanghai
from mingpiao.rules.model import Rule, RuleVersion, VersionState


def as_version(row: RowMapping) -> RuleVersion:
    """A row of `rule_versions` with its rule's `region_code`; moments in Asia/Shanghai."""
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
    """A rule as the JSON that is stored."""
    return msgspec.json.encode(rule).decode()


def plain_content(rule: Rule) -> dict[str, Any]:
    """A rule as plain values by member."""
    found: dict[str, Any] = msgspec.to_builtins(rule)
    return found
