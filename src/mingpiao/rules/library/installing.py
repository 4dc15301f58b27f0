"""Installs the rules that come with the platform and approves all of them in one act."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.approval import publish
from mingpiao.rules.changes import require_province_head
from mingpiao.rules.checking import check_rule
from mingpiao.rules.library import library_rules
from mingpiao.rules.model import Rule
from mingpiao.rules.store import content_of

#: The author of the rules that come with the platform.
LIBRARY_AUTHOR = "system:rule_library"

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
    connection: AsyncConnection, catalog: Catalog, rules: Sequence[Rule], *, acting: Acting
) -> list[str]:
    """Install these library rules as the province's, approved by `acting`; return the codes that are new.

    A rule whose code exists already is left unchanged. Raises `Refusal` if a rule does not fit the base data;
    then nothing is installed.
    """
    region = f"{catalog.province}0000"
    problems = [problem for rule in rules for problem in check_rule(rule, region, catalog)]
    if problems:
        raise Refusal(*problems)
    installed = [rule.code for rule in rules if await _install(connection, rule, region, acting=acting)]
    if installed:
        await publish(connection, f"安装规则库{len(installed)}条")
    return installed


async def _install(connection: AsyncConnection, rule: Rule, region: str, *, acting: Acting) -> bool:
    fresh = await connection.execute(text(_ADD_RULE), {"code": rule.code, "region": region})
    if fresh.scalar_one_or_none() is None:
        return False
    values = {
        "code": rule.code,
        "content": content_of(rule),
        "author": LIBRARY_AUTHOR,
        "decided_by": acting.actor,
        "decided_by_name": acting.name,
    }
    await connection.execute(text(_ADD_VERSION), values)
    entry = AuditEntry(
        acting=acting,
        action="rule:install",
        subject=f"rule:{rule.code}",
        details={"version": "1", "name": rule.name},
    )
    await record(connection, entry)
    return True


async def adopt_library(connection: AsyncConnection, catalog: Catalog, *, acting: Acting) -> list[str]:
    """Install the library's rules whose codes do not exist yet, approved by a head of the province; return
    the new codes.

    Their author is the library, so that the author and the approver differ. Raises `Refusal`:
    `rule.not_approver` (403), or the problems of a rule that does not fit the base data; then nothing is
    installed.
    """
    require_province_head(catalog, "启用", acting=acting)
    return await install_library(connection, catalog, library_rules(), acting=acting)
