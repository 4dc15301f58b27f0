"""The life of a rule: drafted by one person, approved by another at the province, rolled back, suspended.

A rule's row is locked first, so that verbs on one rule follow one another. Of the department's people
only its own may write its rules; that nobody approves what they wrote the database holds as well.
"""

from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Account, Actor, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import tell_department
from mingpiao.rules.checking import check_rule, is_province
from mingpiao.rules.model import Rule, RuleVersion, VersionState
from mingpiao.rules.publishing import publish
from mingpiao.rules.rows import content_of
from mingpiao.rules.store import get_version, unknown_rule
from mingpiao.rules.tidying import tidy

MAX_NOTE = 500
_WRITERS = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_OPEN = frozenset({VersionState.DRAFT, VersionState.SUBMITTED, VersionState.RETURNED})
_EDITABLE = frozenset({VersionState.DRAFT, VersionState.RETURNED})


class _Standing(msgspec.Struct, frozen=True, kw_only=True):
    """A rule's locked row and its newest version's number and state."""

    code: str
    region_code: str
    suspended: bool
    version: int
    state: VersionState


async def create(
    connection: AsyncConnection,
    catalog: Catalog,
    rule: Rule,
    *,
    acting: Account,
    note: str = "",
    address: str = "",
) -> RuleVersion:
    """A new rule of the acting person's department, as draft version 1.

    Raises `Refusal` with all that `check_rule` finds, or `rule.code_taken` (409).
    """
    region, rule = _own_region(acting), tidy(rule)
    _require_sound(rule, region, catalog)
    fresh = await connection.execute(text(_ADD_RULE), {"code": rule.code, "region": region})
    if fresh.scalar_one_or_none() is None:
        message = f"规则编码{rule.code}已被使用，请换一个编码；要修改该规则，请打开它另起新版本。"
        raise refuse("rule.code_taken", message, field="code", status=409)
    return await _add_version(connection, rule, 1, VersionState.DRAFT, acting, note, "rule:create", address)


_ADD_RULE = (
    "INSERT INTO rules (code, region_code) VALUES (:code, :region) ON CONFLICT DO NOTHING RETURNING code"
)


async def start_version(
    connection: AsyncConnection,
    catalog: Catalog,
    rule: Rule,
    *,
    acting: Account,
    note: str = "",
    address: str = "",
) -> RuleVersion:
    """A further version of a rule that stands, as draft; what is live stays live until it is approved.

    Raises `Refusal`: `rule.version_open` (409) while one is under way, what `check_rule` finds.
    """
    standing = await _lock_own(connection, rule.code, acting)
    _require_none_open(standing)
    rule = tidy(rule)
    _require_sound(rule, standing.region_code, catalog)
    number = standing.version + 1
    return await _add_version(
        connection, rule, number, VersionState.DRAFT, acting, note, "rule:draft", address
    )


async def save_draft(
    connection: AsyncConnection,
    catalog: Catalog,
    rule: Rule,
    version: int,
    *,
    revision: int,
    acting: Account,
    note: str = "",
    address: str = "",
) -> RuleVersion:
    """Save a draft, or a returned version, which becomes a draft again.

    `revision` is the one that the person began with; when somebody saved meanwhile, `Refusal`
    (`rule.edited_meanwhile`, 409) says when and nothing is written. Else raises as `create` does.
    """
    standing = await _lock_own(connection, rule.code, acting)
    present = await get_version(connection, rule.code, version)
    if present.state not in _EDITABLE:
        raise _wrong_state(present, "修改")
    if present.revision != revision:
        raise _edited_meanwhile(present)
    rule = tidy(rule)
    _require_sound(rule, standing.region_code, catalog)
    values = {"content": content_of(rule), "note": note[:MAX_NOTE], "maker": acting.actor.label}
    await _change(connection, present, _SAVE, values)
    await _audit(connection, "rule:save", present, acting, address)
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
    acting: Account,
    address: str = "",
) -> RuleVersion:
    """Hand a draft to the province for approval, and tell it. Raises as `save_draft` does."""
    standing = await _lock_own(connection, code, acting)
    present = await get_version(connection, code, version)
    if present.state not in _EDITABLE:
        raise _wrong_state(present, "提交")
    if present.revision != revision:
        raise _edited_meanwhile(present)
    _require_sound(present.rule, standing.region_code, catalog)
    await _change(connection, present, _SUBMIT, {"maker": acting.actor.label})
    await _audit(connection, "rule:submit", present, acting, address)
    await _tell_province(connection, catalog, present, acting)
    return await get_version(connection, code, version)


_SUBMIT = """
state = 'submitted', submitted_at = now(), revision = revision + 1,
decided_by = NULL, decided_by_name = '', decided_at = NULL, decision_reason = '',
makers = CASE WHEN :maker = ANY (makers) THEN makers ELSE makers || CAST(:maker AS text) END
"""


async def approve(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    version: int,
    *,
    revision: int,
    acting: Account,
    reason: str = "",
    address: str = "",
) -> RuleVersion:
    """Approve a submitted version: it judges bills as soon as the transaction commits.

    Only a head of the province's department who has not written or submitted it (`rule.approver_is_maker`,
    403). What was submitted is checked against the present base data again.
    """
    present = await _lock_submitted(connection, catalog, code, version, revision, acting, "审核")
    _require_sound(present.rule, present.region_code, catalog)
    await _decide(connection, present, VersionState.APPROVED, acting, reason)
    await _audit(connection, "rule:approve", present, acting, address, reason=reason)
    await _tell_owner(connection, present, "已通过", reason)
    await publish(connection, f"批准{code}第{version}版")
    return await get_version(connection, code, version)


async def send_back(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    version: int,
    *,
    revision: int,
    acting: Account,
    reason: str,
    address: str = "",
) -> RuleVersion:
    """退回: return a submitted version to its department with a reason, which is required."""
    if not reason.strip():
        raise refuse("rule.reason_missing", "请填写退回原因，便于起草人修改。", field="reason", status=422)
    present = await _lock_submitted(connection, catalog, code, version, revision, acting, "退回")
    await _decide(connection, present, VersionState.RETURNED, acting, reason)
    await _audit(connection, "rule:return", present, acting, address, reason=reason)
    await _tell_owner(connection, present, "被退回", reason)
    return await get_version(connection, code, version)


async def withdraw(
    connection: AsyncConnection, code: str, version: int, *, revision: int, acting: Account, address: str = ""
) -> RuleVersion:
    """Take a version that is not decided back for good; its department only."""
    await _lock_own(connection, code, acting)
    present = await get_version(connection, code, version)
    if present.state not in _OPEN:
        raise _wrong_state(present, "撤回")
    if present.revision != revision:
        raise _edited_meanwhile(present)
    await _change(connection, present, "state = 'withdrawn', revision = revision + 1", {})
    await _audit(connection, "rule:withdraw", present, acting, address)
    return await get_version(connection, code, version)


async def roll_back(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    version: int,
    *,
    acting: Account,
    address: str = "",
) -> RuleVersion:
    """A new version with the content of an approved one, submitted for approval at once.

    Raises `Refusal`: `rule.version_open` (409), `rule.wrong_state` (409) when that version was never
    approved, and what `check_rule` finds: old content may name what was retired since.
    """
    standing = await _lock_own(connection, code, acting)
    _require_none_open(standing)
    old = await get_version(connection, code, version)
    if old.state is not VersionState.APPROVED:
        raise _wrong_state(old, "恢复")
    _require_sound(old.rule, standing.region_code, catalog)
    note = f"恢复第{version}版"
    fresh = await _add_version(
        connection,
        old.rule,
        standing.version + 1,
        VersionState.SUBMITTED,
        acting,
        note,
        "rule:roll_back",
        address,
    )
    await _tell_province(connection, catalog, fresh, acting)
    return fresh


async def suspend(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    *,
    acting: Account,
    reason: str,
    address: str = "",
) -> None:
    """暂停: the rule judges nothing from the commit on. A head of the province only; a reason is required."""
    await _switch(connection, catalog, code, True, acting, reason, address)


async def resume(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    *,
    acting: Account,
    reason: str,
    address: str = "",
) -> None:
    """恢复运行: the rule's last approved version judges again. As `suspend`."""
    await _switch(connection, catalog, code, False, acting, reason, address)


async def _switch(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    suspended: bool,
    acting: Account,
    reason: str,
    address: str,
) -> None:
    word = "暂停" if suspended else "恢复运行"
    _require_province_head(acting, catalog, word)
    if not reason.strip():
        raise refuse("rule.reason_missing", f"请填写{word}的原因。", field="reason", status=422)
    standing = await _lock(connection, code)
    if standing.suspended == suspended:
        raise refuse("rule.wrong_state", f"该规则已经{word}，请刷新页面查看。", status=409)
    query = text("UPDATE rules SET suspended = :suspended WHERE code = :code")
    await connection.execute(query, {"code": code, "suspended": suspended})
    entry = AuditEntry(
        actor=Actor(label=acting.actor.label, address=address),
        action="rule:suspend" if suspended else "rule:resume",
        subject=f"rule:{code}",
        details={"reason": reason[:MAX_NOTE]},
    )
    await record(connection, entry)
    ruleset = await publish(connection, f"{word}{code}")
    await tell_department(
        connection,
        standing.region_code,
        f"rule:switched:{code}:{ruleset}",
        f"监管规则{code}已{word}",
        f"{acting.display_name}：{reason[:MAX_NOTE]}",
        link=f"/finance/rules/{code}",
    )


# ---------------------------------------------------------------- who may


def _own_region(acting: Account) -> str:
    if acting.role not in _WRITERS or acting.region_code is None:
        raise refuse("rule.not_writer", "只有财政部门的经办人和负责人可以编写监管规则。", status=403)
    return acting.region_code


def _require_province_head(acting: Account, catalog: Catalog, word: str) -> None:
    region = acting.region_code
    if acting.role is not Role.DEPARTMENT_HEAD or region is None or not is_province(region, catalog):
        message = f"{word}监管规则由省级财政部门负责人办理，请联系省级财政部门。"
        raise refuse("rule.not_approver", message, status=403)


async def _lock(connection: AsyncConnection, code: str) -> _Standing:
    row = (await connection.execute(text(_LOCK_RULE), {"code": code})).mappings().one_or_none()
    if row is None:
        raise unknown_rule()
    newest = (await connection.execute(text(_NEWEST), {"code": code})).mappings().one()
    return msgspec.convert(dict(row.items()) | dict(newest.items()), _Standing)


_LOCK_RULE = "SELECT code, region_code, suspended FROM rules WHERE code = :code FOR UPDATE"
_NEWEST = "SELECT version, state FROM rule_versions WHERE code = :code ORDER BY version DESC LIMIT 1"


async def _lock_own(connection: AsyncConnection, code: str, acting: Account) -> _Standing:
    region = _own_region(acting)
    standing = await _lock(connection, code)
    if standing.region_code != region:
        message = "该规则由其他财政部门制定，您只能查看；需要更严的要求时，请另建本地区的规则。"
        raise refuse("rule.not_own", message, status=403)
    return standing


async def _lock_submitted(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    version: int,
    revision: int,
    acting: Account,
    word: str,
) -> RuleVersion:
    """A submitted version, locked, which this person may decide."""
    _require_province_head(acting, catalog, word)
    await _lock(connection, code)
    present = await get_version(connection, code, version)
    if present.state is not VersionState.SUBMITTED:
        raise _wrong_state(present, word)
    if present.revision != revision:
        raise _edited_meanwhile(present)
    if acting.actor.label in present.makers:
        message = "您参与了这一版的编写或提交，不能自己审核，请由其他负责人办理。"
        raise refuse("rule.approver_is_maker", message, status=403)
    return present


def _require_sound(rule: Rule, region: str, catalog: Catalog) -> None:
    problems = check_rule(rule, region, catalog)
    if problems:
        raise Refusal(*problems)


def _require_none_open(standing: _Standing) -> None:
    if standing.state in _OPEN:
        message = f"第{standing.version}版{standing.state.label}，请先办完或撤回，再另起新版本。"
        raise refuse("rule.version_open", message, status=409, version=standing.version)


def _wrong_state(present: RuleVersion, word: str) -> Refusal:
    message = f"第{present.version}版{present.state.label}，不能{word}，请刷新页面查看最新情况。"
    return refuse("rule.wrong_state", message, status=409, state=present.state.value)


def _edited_meanwhile(present: RuleVersion) -> Refusal:
    message = (
        f"这一版在您打开之后已被他人保存（{present.saved_at:%H:%M:%S}），您的修改没有写入。"
        "请与最新内容核对后重新办理。"
    )
    return refuse("rule.edited_meanwhile", message, status=409, revision=present.revision)


# ---------------------------------------------------------------- writing


async def _add_version(
    connection: AsyncConnection,
    rule: Rule,
    number: int,
    state: VersionState,
    acting: Account,
    note: str,
    action: str,
    address: str,
) -> RuleVersion:
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
    await _audit(connection, action, fresh, acting, address)
    return fresh


_ADD_VERSION = """
INSERT INTO rule_versions (code, version, state, content, note, author, author_name, makers, submitted_at)
VALUES (:code, :version, CAST(:state AS text), CAST(:content AS jsonb), :note, CAST(:author AS text), :author_name,
        ARRAY[CAST(:author AS text)], CASE WHEN CAST(:state AS text) = 'submitted' THEN now() END)
"""


async def _change(
    connection: AsyncConnection, present: RuleVersion, assignments: str, values: dict[str, Any]
) -> None:
    # The assignments are this module's own constants.
    query = f"UPDATE rule_versions SET {assignments} WHERE code = :code AND version = :version"  # noqa: S608
    await connection.execute(text(query), values | {"code": present.rule.code, "version": present.version})


async def _decide(
    connection: AsyncConnection, present: RuleVersion, state: VersionState, acting: Account, reason: str
) -> None:
    values = {
        "state": state.value,
        "by": acting.actor.label,
        "name": acting.display_name,
        "reason": reason[:MAX_NOTE],
    }
    await _change(connection, present, _DECIDE, values)


_DECIDE = """
state = :state, revision = revision + 1, decided_by = :by, decided_by_name = :name, decided_at = now(),
decision_reason = :reason
"""


async def _audit(
    connection: AsyncConnection,
    action: str,
    version: RuleVersion,
    acting: Account,
    address: str,
    **details: str,
) -> None:
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


async def _tell_province(
    connection: AsyncConnection, catalog: Catalog, version: RuleVersion, acting: Account
) -> None:
    department = catalog.departments[version.region_code].name
    await tell_department(
        connection,
        f"{catalog.province}0000",
        f"rule:submitted:{version.rule.code}:{version.version}:{version.revision}",
        f"监管规则待审核：{version.rule.name}",
        f"{department}{acting.display_name}提交了规则{version.rule.code}第{version.version}版。",
        link=_link(version),
    )


async def _tell_owner(connection: AsyncConnection, version: RuleVersion, outcome: str, reason: str) -> None:
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
