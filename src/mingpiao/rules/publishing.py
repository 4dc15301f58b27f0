"""Publish: put which versions are live down as a new rule set, and tell every process."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Actor, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.checking import check_rule
from mingpiao.rules.model import Rule
from mingpiao.rules.rows import content_of
from mingpiao.rules.rulebook import CHANNEL
from mingpiao.storage.notices import notify

#: Who wrote the rules that come with the platform.
LIBRARY_AUTHOR = "system:rule_library"

# Publications follow one another, so that each sees what the one before it published.
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('rules:publish'))"
_PUBLISH = """
INSERT INTO rule_sets (members, cause)
SELECT coalesce(jsonb_object_agg(live.code, live.version), '{}'), :cause
FROM (SELECT rule_versions.code, max(version) AS version
      FROM rule_versions JOIN rules ON rules.code = rule_versions.code
      WHERE state = 'approved' AND NOT suspended GROUP BY rule_versions.code) AS live
RETURNING ruleset_version
"""


async def publish(connection: AsyncConnection, cause: str) -> int:
    """Make what is approved and not suspended the newest rule set; returns its version.

    Call it last in the transaction that approved, suspended or resumed. `cause` says why, for people.
    """
    await connection.execute(text(_LOCK))
    version = (await connection.execute(text(_PUBLISH), {"cause": cause})).scalar_one()
    await notify(connection, CHANNEL, str(version))
    return int(version)


_ADD_RULE = (
    "INSERT INTO rules (code, region_code) VALUES (:code, :region) ON CONFLICT DO NOTHING RETURNING code"
)
_ADD_VERSION = """
INSERT INTO rule_versions (code, version, state, content, note, author, author_name, makers,
                           submitted_at, decided_by, decided_by_name, decided_at)
VALUES (:code, 1, 'approved', CAST(:content AS jsonb), '随平台提供的规则库', CAST(:author AS text), '规则库',
        ARRAY[CAST(:author AS text)], now(), :decided_by, :decided_by_name, now())
"""


async def install_library(
    connection: AsyncConnection, catalog: Catalog, rules: Sequence[Rule], *, acting: Actor, name: str
) -> list[str]:
    """Install rules that come with the platform as the province's, approved by `acting` (shown as `name`).

    A code that stands already is left as it is. Returns the codes that are new. Raises `Refusal` when a
    rule does not suit the base data; then nothing is installed.
    """
    region = f"{catalog.province}0000"
    problems = [problem for rule in rules for problem in check_rule(rule, region, catalog)]
    if problems:
        raise Refusal(*problems)
    installed = [
        rule.code for rule in rules if await _install(connection, rule, region, acting=acting, name=name)
    ]
    if installed:
        await publish(connection, f"安装规则库{len(installed)}条")
    return installed


async def _install(connection: AsyncConnection, rule: Rule, region: str, *, acting: Actor, name: str) -> bool:
    fresh = await connection.execute(text(_ADD_RULE), {"code": rule.code, "region": region})
    if fresh.scalar_one_or_none() is None:
        return False
    values = {
        "code": rule.code,
        "content": content_of(rule),
        "author": LIBRARY_AUTHOR,
        "decided_by": acting.label,
        "decided_by_name": name,
    }
    await connection.execute(text(_ADD_VERSION), values)
    entry = AuditEntry(
        actor=acting,
        action="rule:install",
        subject=f"rule:{rule.code}",
        details={"version": "1", "name": rule.name},
    )
    await record(connection, entry)
    return True
