"""What every verb on a rule ends with: its rows, its line in the trail, and word to the departments."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Account, Actor, AuditEntry
from mingpiao.identity.service import record
from mingpiao.messages.service import tell_department
from mingpiao.rules.model import Rule, RuleVersion, VersionState
from mingpiao.rules.rows import content_of
from mingpiao.rules.store import get_version

MAX_NOTE = 500


async def add_version(
    connection: AsyncConnection,
    rule: Rule,
    number: int,
    state: VersionState,
    acting: Account,
    note: str,
    action: str,
    address: str,
) -> RuleVersion:
    """Add a version as draft or submitted, with its line in the trail."""
    values = {
        "code": rule.code,
        "version": number,
        "state": state.value,
        "content": content_of(rule),
        "note": note[:MAX_NOTE],
        "author": acting.actor.label,
        "author_name": acting.display_name,
    }
    await connection.execute(text(_ADD_VERSION), values)
    fresh = await get_version(connection, rule.code, number)
    await audit(connection, action, fresh, acting, address)
    return fresh


_ADD_VERSION = """
INSERT INTO rule_versions (code, version, state, content, note, author, author_name, makers, submitted_at)
VALUES (:code, :version, CAST(:state AS text), CAST(:content AS jsonb), :note, CAST(:author AS text), :author_name,
        ARRAY[CAST(:author AS text)], CASE WHEN CAST(:state AS text) = 'submitted' THEN now() END)
"""


async def change(
    connection: AsyncConnection, present: RuleVersion, assignments: str, values: dict[str, Any]
) -> None:
    """Change a version by assignments in SQL; only constants of this room may be given."""
    # Assignments are this room's own constants.
    query = f"UPDATE rule_versions SET {assignments} WHERE code = :code AND version = :version"  # noqa: S608
    await connection.execute(text(query), values | {"code": present.rule.code, "version": present.version})


async def audit(
    connection: AsyncConnection,
    action: str,
    version: RuleVersion,
    acting: Account,
    address: str,
    **details: str,
) -> None:
    """Write the line of the trail about a version."""
    entry = AuditEntry(
        actor=Actor(label=acting.actor.label, address=address),
        action=action,
        subject=f"rule:{version.rule.code}",
        details={
            "version": str(version.version),
            **{name: value[:MAX_NOTE] for name, value in details.items() if value},
        },
    )
    await record(connection, entry)


async def tell_province(
    connection: AsyncConnection, catalog: Catalog, version: RuleVersion, acting: Account
) -> None:
    """Tell the province that a version waits for approval."""
    department = catalog.departments[version.region_code].name
    await tell_department(
        connection,
        f"{catalog.province}0000",
        f"rule:submitted:{version.rule.code}:{version.version}:{version.revision}",
        f"监管规则待审核：{version.rule.name}",
        f"{department}{acting.display_name}提交了规则{version.rule.code}第{version.version}版。",
        link=_link(version),
    )


async def tell_owner(connection: AsyncConnection, version: RuleVersion, outcome: str, reason: str) -> None:
    """Tell the drafting department what was decided."""
    body = f"规则{version.rule.code}第{version.version}版{outcome}。"
    await tell_department(
        connection,
        version.region_code,
        f"rule:decided:{version.rule.code}:{version.version}:{version.revision}",
        f"监管规则{outcome}：{version.rule.name}",
        body + (f"意见：{reason[:MAX_NOTE]}" if reason else ""),
        link=_link(version),
    )


def _link(version: RuleVersion) -> str:
    return f"/finance/rules/{version.rule.code}?version={version.version}"
