"""Drafting of a rule: create it, edit it, submit it to the province, withdraw it, or roll back to an earlier
version.

Each verb locks the rule's row first, so verbs on the same rule run one after another.
"""

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting
from mingpiao.kernel.errors import refuse
from mingpiao.rules.changes import (
    EDITABLE,
    MAX_NOTE,
    OPEN,
    add_version,
    audit,
    change,
    content_changes,
    edited_meanwhile,
    lock_own,
    new_state,
    own_region,
    require_none_open,
    require_on_trial,
    require_sound,
    settle_submission,
    tell_province,
    wrong_state,
)
from mingpiao.rules.checking import tidy
from mingpiao.rules.model import Rule, RuleMode, RuleVersion, VersionState
from mingpiao.rules.store import content_of, get_rule, get_version, standing_versions, versions_of


async def create(
    connection: AsyncConnection,
    catalog: Catalog,
    rule: Rule,
    *,
    acting: Acting,
    note: str = "",
) -> RuleVersion:
    """Create a rule of the acting person's department, with version 1 as a draft.

    Raises `Refusal` with all problems that `check_rule` finds, or `rule.code_taken` (409).
    """
    region, rule = own_region(acting=acting), tidy(rule)
    require_sound(rule, region, catalog)
    fresh = await connection.execute(text(_ADD_RULE), {"code": rule.code, "region": region})
    if fresh.scalar_one_or_none() is None:
        message = f"规则编码{rule.code}已被使用，请换一个编码；要修改该规则，请打开它另起新版本。"
        raise refuse("rule.code_taken", message, field="code", status=409)
    return await add_version(connection, rule, 1, VersionState.DRAFT, note, "rule:create", acting=acting)


_ADD_RULE = (
    "INSERT INTO rules (code, region_code) VALUES (:code, :region) ON CONFLICT DO NOTHING RETURNING code"
)


async def start_version(
    connection: AsyncConnection,
    catalog: Catalog,
    rule: Rule,
    *,
    acting: Acting,
    note: str = "",
) -> RuleVersion:
    """Create a further version of an existing rule, as a draft. The approved version stays in force until the
    draft is approved.

    Raises `Refusal`: `rule.version_open` (409) while another version is open, or the problems that
    `check_rule` finds.
    """
    locked = await lock_own(connection, rule.code, acting=acting)
    require_none_open(locked)
    rule = tidy(rule)
    require_sound(rule, locked.region_code, catalog)
    number = locked.version + 1
    return await add_version(connection, rule, number, VersionState.DRAFT, note, "rule:draft", acting=acting)


async def save_draft(
    connection: AsyncConnection,
    catalog: Catalog,
    rule: Rule,
    version: int,
    *,
    revision: int,
    acting: Acting,
    note: str = "",
) -> RuleVersion:
    """Save a draft. A returned version becomes a draft again.

    `revision` is the one that the person opened. If another person has saved since, raises `Refusal`
    (`rule.edited_meanwhile`, 409), which says when, and writes nothing. Also raises what `create` raises.
    """
    locked = await lock_own(connection, rule.code, acting=acting)
    present = await get_version(connection, rule.code, version)
    if present.state not in EDITABLE:
        raise wrong_state(present, "修改")
    if present.revision != revision:
        raise edited_meanwhile(present)
    rule = tidy(rule)
    require_sound(rule, locked.region_code, catalog)
    values = {"content": content_of(rule), "note": note[:MAX_NOTE], "maker": acting.actor}
    await change(connection, present, _SAVE, values)
    told = content_changes(present.rule, rule) + new_state(present, VersionState.DRAFT)
    await audit(connection, "rule:save", present, told, acting=acting)
    return await get_version(connection, rule.code, version)


_SAVE = """
state = 'draft', content = CAST(:content AS jsonb), note = :note, revision = revision + 1, saved_at = now(),
makers = CASE WHEN :maker = ANY (makers) THEN makers ELSE makers || CAST(:maker AS text) END
"""


async def submit(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    version: int,
    *,
    revision: int,
    acting: Acting,
) -> RuleVersion:
    """Submit a draft to the province for approval, and send the province a message. Raises what `save_draft`
    raises.
    """
    locked = await lock_own(connection, code, acting=acting)
    present = await get_version(connection, code, version)
    if present.state not in EDITABLE:
        raise wrong_state(present, "提交")
    if present.revision != revision:
        raise edited_meanwhile(present)
    require_sound(present.rule, locked.region_code, catalog)
    await change(connection, present, _SUBMIT, {"maker": acting.actor})
    told = new_state(present, VersionState.SUBMITTED)
    await audit(connection, "rule:submit", present, told, acting=acting)
    await tell_province(connection, catalog, present, acting=acting)
    return await get_version(connection, code, version)


_SUBMIT = """
state = 'submitted', submitted_at = now(), revision = revision + 1,
decided_by = NULL, decided_by_name = '', decided_at = NULL, decision_reason = '',
makers = CASE WHEN :maker = ANY (makers) THEN makers ELSE makers || CAST(:maker AS text) END
"""


async def put_to_work(
    connection: AsyncConnection, catalog: Catalog, code: str, version: int, *, acting: Acting
) -> RuleVersion:
    """转为正式: submit a version that acts, with the content of the version on trial; a head approves it.

    The trial goes on until then. Raises `Refusal`: `rule.not_on_trial` (409) for any other version, and what
    `start_version` raises.
    """
    require_on_trial(await get_rule(connection, code), version)
    content = (await get_version(connection, code, version)).rule
    acts = msgspec.structs.replace(content, mode=RuleMode.ACTING)
    fresh = await start_version(
        connection, catalog, acts, acting=acting, note=f"第{version}版试运行后转为正式运行"
    )
    return await submit(connection, catalog, code, fresh.version, revision=fresh.revision, acting=acting)


async def withdraw(
    connection: AsyncConnection, code: str, version: int, *, revision: int, acting: Acting
) -> RuleVersion:
    """Withdraw a version that is not decided yet, for good. Only its own department may do so."""
    await lock_own(connection, code, acting=acting)
    present = await get_version(connection, code, version)
    if present.state not in OPEN:
        raise wrong_state(present, "撤回")
    if present.revision != revision:
        raise edited_meanwhile(present)
    await change(connection, present, "state = 'withdrawn', revision = revision + 1", {})
    await settle_submission(connection, present)
    told = new_state(present, VersionState.WITHDRAWN)
    await audit(connection, "rule:withdraw", present, told, acting=acting)
    return await get_version(connection, code, version)


async def roll_back(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    version: int,
    *,
    acting: Acting,
) -> RuleVersion:
    """Create a version with the content of an approved one, and submit it for approval at once.

    Raises `Refusal`: `rule.version_open` (409), `rule.wrong_state` (409) if that version was never approved,
    or is the one that acts or is on trial, or the problems that `check_rule` finds, for old content may name
    kinds or items that were retired since.
    """
    locked = await lock_own(connection, code, acting=acting)
    require_none_open(locked)
    old = await get_version(connection, code, version)
    if old.state is not VersionState.APPROVED:
        raise wrong_state(old, "恢复")
    if any(
        each and each.version == version for each in standing_versions(await versions_of(connection, code))
    ):
        message = f"第{version}版就是现行的版本，不需要恢复。"
        raise refuse("rule.wrong_state", message, status=409)
    require_sound(old.rule, locked.region_code, catalog)
    note = f"恢复第{version}版"
    fresh = await add_version(
        connection,
        old.rule,
        locked.version + 1,
        VersionState.SUBMITTED,
        note,
        "rule:roll_back",
        acting=acting,
    )
    await tell_province(connection, catalog, fresh, acting=acting)
    return fresh
