"""The steps that all changes of a rule have in common: lock the rule, check its state, then write rows, audit
and messages.
"""

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry, ChangedValue, Role
from mingpiao.identity.service import differences, record
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import of_revisions, settle, tell_department
from mingpiao.rules.checking import check_rule, is_province
from mingpiao.rules.model import Rule, RuleVersion, VersionState
from mingpiao.rules.store import RuleSummary, content_of, get_version, require_code, unknown_rule
from mingpiao.storage.locks import NamedLock

_WRITERS = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
OPEN = frozenset({VersionState.DRAFT, VersionState.SUBMITTED, VersionState.RETURNED})
EDITABLE = frozenset({VersionState.DRAFT, VersionState.RETURNED})


class LockedRule(msgspec.Struct, frozen=True, kw_only=True):
    """The row of a locked rule, with the number and state of its newest version."""

    code: str
    region_code: str
    suspended: bool
    version: int
    state: VersionState


def own_region(*, acting: Acting) -> str:
    """Return the region whose rules a person may write. Raises `Refusal` (`rule.not_writer`, 403) if there is
    none.
    """
    if acting.role not in _WRITERS or acting.region_code is None:
        raise refuse("rule.not_writer", "只有财政部门的经办人和负责人可以编写监管规则。", status=403)
    return acting.region_code


def require_province_head(catalog: Catalog, word: str, *, acting: Acting) -> None:
    """Raise `Refusal` (`rule.not_approver`, 403) unless a head of the province's department acts. `word`
    names the attempted action in the message.
    """
    region = acting.region_code
    if acting.role is not Role.DEPARTMENT_HEAD or region is None or not is_province(region, catalog):
        message = f"{word}监管规则由省级财政部门负责人办理，请联系省级财政部门。"
        raise refuse("rule.not_approver", message, status=403)


async def lock_rule(connection: AsyncConnection, code: str) -> LockedRule:
    """Lock a rule's row until the transaction ends; raises `Refusal` (`rule.unknown`, 404)."""
    require_code(code)
    row = (await connection.execute(_LOCK_RULE.clause, {"code": code})).mappings().one_or_none()
    if row is None:
        raise unknown_rule()
    newest = (await connection.execute(text(_NEWEST), {"code": code})).mappings().one()
    return msgspec.convert(dict(row.items()) | dict(newest.items()), LockedRule)


RULES = NamedLock("rules")

_LOCK_RULE = RULES.statement("SELECT code, region_code, suspended FROM rules WHERE code = :code FOR UPDATE")
_NEWEST = "SELECT version, state FROM rule_versions WHERE code = :code ORDER BY version DESC LIMIT 1"


async def lock_own(connection: AsyncConnection, code: str, *, acting: Acting) -> LockedRule:
    """Lock a rule of the acting person's own department, as `lock_rule` does. Raises `Refusal`
    (`rule.not_own`, 403).
    """
    region = own_region(acting=acting)
    locked = await lock_rule(connection, code)
    if locked.region_code != region:
        message = "该规则由其他财政部门制定，您只能查看；需要更严的要求时，请另建本地区的规则。"
        raise refuse("rule.not_own", message, status=403)
    return locked


async def lock_submitted(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    version: int,
    revision: int,
    word: str,
    *,
    acting: Acting,
) -> RuleVersion:
    """Lock a submitted version that this person may approve or return."""
    require_province_head(catalog, word, acting=acting)
    await lock_rule(connection, code)
    present = await get_version(connection, code, version)
    if present.state is not VersionState.SUBMITTED:
        raise wrong_state(present, word)
    if present.revision != revision:
        raise edited_meanwhile(present)
    if acting.actor in present.makers:
        message = "您参与了这一版的编写或提交，不能自己审核，请由其他负责人办理。"
        raise refuse("rule.approver_is_maker", message, status=403)
    return present


def require_sound(rule: Rule, region: str, catalog: Catalog) -> None:
    """Raise `Refusal` with all problems that `check_rule` finds."""
    problems = check_rule(rule, region, catalog)
    if problems:
        raise Refusal(*problems)


def require_on_trial(summary: RuleSummary, version: int) -> None:
    """Raise `Refusal` (`rule.not_on_trial`, 409) unless this version is on trial now."""
    if summary.shadow_version != version:
        message = f"第{version}版不在试运行，请刷新页面查看。"
        raise refuse("rule.not_on_trial", message, status=409)


def require_none_open(locked: LockedRule) -> None:
    """Raise `Refusal` (`rule.version_open`, 409) if a version of the rule is a draft, submitted or returned."""
    if locked.state in OPEN:
        message = f"第{locked.version}版{locked.state.label}，请先办完或撤回，再另起新版本。"
        raise refuse("rule.version_open", message, status=409, version=locked.version)


def wrong_state(present: RuleVersion, word: str) -> Refusal:
    """The refusal `rule.wrong_state` (409): the state of the version does not allow this action."""
    message = f"第{present.version}版{present.state.label}，不能{word}，请刷新页面查看最新情况。"
    return refuse("rule.wrong_state", message, status=409, state=present.state.value)


def edited_meanwhile(present: RuleVersion) -> Refusal:
    """The refusal `rule.edited_meanwhile` (409): another person saved after this one had opened the form.
    Nothing was written.
    """
    message = (
        f"这一版在您打开之后已被他人保存（{present.saved_at:%H:%M:%S}），您的修改没有写入。"
        "请与最新内容核对后重新办理。"
    )
    return refuse("rule.edited_meanwhile", message, status=409, revision=present.revision)


MAX_NOTE = 500


async def add_version(
    connection: AsyncConnection,
    rule: Rule,
    number: int,
    state: VersionState,
    note: str,
    action: str,
    *,
    acting: Acting,
) -> RuleVersion:
    """Add a version as draft or submitted, with its line in the audit trail."""
    values = {
        "code": rule.code,
        "version": number,
        "state": state.value,
        "content": content_of(rule),
        "note": note[:MAX_NOTE],
        "author": acting.actor,
        "author_name": acting.name,
    }
    await connection.execute(text(_ADD_VERSION), values)
    fresh = await get_version(connection, rule.code, number)
    await audit(connection, action, fresh, acting=acting)
    return fresh


_ADD_VERSION = """
INSERT INTO rule_versions (code, version, state, content, note, author, author_name, makers, submitted_at)
VALUES (:code, :version, CAST(:state AS text), CAST(:content AS jsonb), :note, CAST(:author AS text), :author_name,
        ARRAY[CAST(:author AS text)], CASE WHEN CAST(:state AS text) = 'submitted' THEN now() END)
"""


async def change(
    connection: AsyncConnection, present: RuleVersion, assignments: str, values: dict[str, Any]
) -> None:
    """Change columns of a version by SQL assignments; callers pass only constants of this room."""
    # Assignments are constants of this room, never text from outside.
    query = f"UPDATE rule_versions SET {assignments} WHERE code = :code AND version = :version"  # noqa: S608
    await connection.execute(text(query), values | {"code": present.rule.code, "version": present.version})


def new_state(present: RuleVersion, state: VersionState) -> tuple[ChangedValue, ...]:
    """A change of a version's state, for the audit trail."""
    return differences({"state": present.state.value}, {"state": state.value})


def content_changes(before: Rule, after: Rule) -> tuple[ChangedValue, ...]:
    """What differs between two contents of a rule, for the audit trail."""
    return differences(msgspec.to_builtins(before), msgspec.to_builtins(after))


async def audit(
    connection: AsyncConnection,
    action: str,
    version: RuleVersion,
    changed: tuple[ChangedValue, ...] = (),
    *,
    acting: Acting,
    **details: str,
) -> None:
    """Write the line of the audit trail about a version."""
    entry = AuditEntry(
        acting=acting,
        action=action,
        subject=f"rule:{version.rule.code}",
        details={
            "version": str(version.version),
            **{name: value[:MAX_NOTE] for name, value in details.items() if value},
        },
        changed=changed,
    )
    await record(connection, entry)


async def tell_province(
    connection: AsyncConnection, catalog: Catalog, version: RuleVersion, *, acting: Acting
) -> None:
    """Send the province's department the message that a version waits for approval."""
    department = catalog.departments[version.region_code].name
    await tell_department(
        connection,
        f"{catalog.province}0000",
        f"rule:submitted:{version.rule.code}:{version.version}:{version.revision}",
        f"监管规则待审核：{version.rule.name}",
        f"{department}{acting.name}提交了规则{version.rule.code}第{version.version}版。",
        link=_link(version),
        by=acting.actor,
    )


async def settle_submission(connection: AsyncConnection, version: RuleVersion) -> None:
    """A submitted version was decided or withdrawn: nobody is asked to approve it any more."""
    topic = f"rule:submitted:{version.rule.code}:{version.version}"
    await settle(connection, *of_revisions(topic, version.revision))


async def tell_owner(connection: AsyncConnection, version: RuleVersion, outcome: str, reason: str) -> None:
    """Send the drafting department the message about the decision; who decides need not be asked any more."""
    await settle_submission(connection, version)
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
