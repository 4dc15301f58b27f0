"""Approval of rules: a head of the province's department approves, returns, suspends or resumes a rule.

Approving, suspending, resuming and the end of a trial publish a new rule set. The database also refuses an approval by the person
who wrote the version.
"""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import differences, record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.messages.service import tell_department
from mingpiao.rules.changes import (
    MAX_NOTE,
    LockedRule,
    audit,
    change,
    lock_own,
    lock_rule,
    lock_submitted,
    new_state,
    require_on_trial,
    require_province_head,
    require_sound,
    tell_owner,
)
from mingpiao.rules.model import RuleVersion, VersionState
from mingpiao.rules.rulebook import CHANNEL
from mingpiao.rules.store import get_rule, get_version
from mingpiao.rules.trials import TRIAL_DAYS, require_trial
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.notices import notify


async def approve(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    version: int,
    *,
    revision: int,
    acting: Acting,
    reason: str = "",
    trial_days: int = TRIAL_DAYS,
) -> RuleVersion:
    """Approve a submitted version. It judges bills as soon as the transaction commits.

    Only a head of the province's department may approve, and not one who wrote or submitted the version
    (`rule.approver_is_maker`, 403). The version is checked against the present base data again; one that acts
    must have been tried (`rule.untried`, 409), by a back-test or for `trial_days` days.
    """
    present = await lock_submitted(connection, catalog, code, version, revision, "审核", acting=acting)
    require_sound(present.rule, present.region_code, catalog)
    await require_trial(connection, present, trial_days)
    await _decide(connection, present, VersionState.APPROVED, reason, acting=acting)
    told = new_state(present, VersionState.APPROVED)
    await audit(connection, "rule:approve", present, told, acting=acting, reason=reason)
    await tell_owner(connection, present, "已通过", reason)
    await publish(connection, f"批准{code}第{version}版")
    return await get_version(connection, code, version)


async def send_back(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    version: int,
    *,
    revision: int,
    acting: Acting,
    reason: str,
) -> RuleVersion:
    """退回: return a submitted version to its department. A reason is required."""
    if not reason.strip():
        raise refuse("rule.reason_missing", "请填写退回原因，便于起草人修改。", field="reason", status=422)
    present = await lock_submitted(connection, catalog, code, version, revision, "退回", acting=acting)
    await _decide(connection, present, VersionState.RETURNED, reason, acting=acting)
    told = new_state(present, VersionState.RETURNED)
    await audit(connection, "rule:return", present, told, acting=acting, reason=reason)
    await tell_owner(connection, present, "被退回", reason)
    return await get_version(connection, code, version)


async def _decide(
    connection: AsyncConnection, present: RuleVersion, state: VersionState, reason: str, *, acting: Acting
) -> None:
    values = {
        "state": state.value,
        "by": acting.actor,
        "name": acting.name,
        "reason": reason[:MAX_NOTE],
    }
    await change(connection, present, _DECIDE, values)


_DECIDE = """
state = :state, revision = revision + 1, decided_by = :by, decided_by_name = :name, decided_at = now(),
decision_reason = :reason
"""


async def end_trial(connection: AsyncConnection, code: str, version: int, *, acting: Acting) -> RuleVersion:
    """结束试运行: take back the version on trial; what it hit stays. The version that acts goes on.

    A trial touches no bill, so one person of the rule's own department ends it. Raises `Refusal`:
    `rule.not_own` (403), `rule.not_on_trial` (409) for any other version.
    """
    await lock_own(connection, code, acting=acting)
    summary = await get_rule(connection, code)
    require_on_trial(summary, version)
    present = await get_version(connection, code, version)
    live = summary.live_version or 0
    await connection.execute(text(_END_TRIAL), {"code": code, "live": live, "version": version})
    told = new_state(present, VersionState.WITHDRAWN)
    await audit(connection, "rule:end_trial", present, told, acting=acting)
    await publish(connection, f"结束{code}第{version}版的试运行")
    return await get_version(connection, code, version)


# Also the trials before it that this one took the place of, which would begin again else.
_END_TRIAL = """
UPDATE rule_versions SET state = 'withdrawn', revision = revision + 1
WHERE code = :code AND state = 'approved' AND version > :live AND version <= :version
"""


async def suspend(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    *,
    acting: Acting,
    reason: str,
) -> None:
    """暂停: suspend a rule, which judges no bill after the commit. Only a head of the province's department may
    do so; a reason is required.
    """
    await _switch(connection, catalog, code, True, reason, acting=acting)


async def resume(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    *,
    acting: Acting,
    reason: str,
) -> None:
    """恢复运行: resume a rule; its last approved version judges bills again. Requires the same as `suspend`."""
    await _switch(connection, catalog, code, False, reason, acting=acting)


def _switch_word(suspended: bool) -> str:
    return "暂停" if suspended else "恢复运行"


async def lock_for_switch(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    suspended: bool,
    reason: str,
    *,
    acting: Acting,
) -> LockedRule:
    """Lock a rule that this person may suspend now (or else resume), for a reason.

    Raises `Refusal`: what `require_province_head` and `lock_rule` raise, `rule.reason_missing` (422),
    `rule.wrong_state` (409) if it is so already.
    """
    word = _switch_word(suspended)
    require_province_head(catalog, word, acting=acting)
    if not reason.strip():
        raise refuse("rule.reason_missing", f"请填写{word}的原因。", field="reason", status=422)
    locked = await lock_rule(connection, code)
    if locked.suspended == suspended:
        raise refuse("rule.wrong_state", f"该规则已经{word}，请刷新页面查看。", status=409)
    return locked


async def _switch(
    connection: AsyncConnection,
    catalog: Catalog,
    code: str,
    suspended: bool,
    reason: str,
    *,
    acting: Acting,
) -> None:
    word = _switch_word(suspended)
    locked = await lock_for_switch(connection, catalog, code, suspended, reason, acting=acting)
    query = text("UPDATE rules SET suspended = :suspended WHERE code = :code")
    await connection.execute(query, {"code": code, "suspended": suspended})
    entry = AuditEntry(
        acting=acting,
        action="rule:suspend" if suspended else "rule:resume",
        subject=f"rule:{code}",
        details={"reason": reason[:MAX_NOTE]},
        changed=differences({"suspended": not suspended}, {"suspended": suspended}),
    )
    await record(connection, entry)
    ruleset = await publish(connection, f"{word}{code}")
    await tell_department(
        connection,
        locked.region_code,
        f"rule:switched:{code}:{ruleset}",
        f"监管规则{code}已{word}",
        f"{acting.name}：{reason[:MAX_NOTE]}",
        link=f"/finance/rules/{code}",
        by=acting.actor,
    )


RULE_PUBLICATION = NamedLock("rule publication")

# Publications run one after another, so that each sees what the one before it published.
_LOCK = RULE_PUBLICATION.statement("SELECT pg_advisory_xact_lock(hashtext('rules:publish'))")
_PUBLISH = """
INSERT INTO rule_sets (members, shadows, cause, published_at)
SELECT coalesce(jsonb_object_agg(live.code, live.acting) FILTER (WHERE acting IS NOT NULL), '{}'),
       coalesce(jsonb_object_agg(live.code, live.newest) FILTER (WHERE newest IS DISTINCT FROM acting), '{}'), :cause,
       CAST(:now AS timestamptz)
FROM (SELECT rule_versions.code, max(version) AS newest,
             max(version) FILTER (WHERE coalesce(content ->> 'mode', 'acting') = 'acting') AS acting
      FROM rule_versions JOIN rules ON rules.code = rule_versions.code
      WHERE state = 'approved' AND NOT suspended GROUP BY rule_versions.code) AS live
RETURNING ruleset_version
"""


async def publish(connection: AsyncConnection, cause: str) -> int:
    """Publish all approved rules that are not suspended as the newest rule set, and return its version.

    A version on trial does not replace the version before it, which goes on acting beside it.

    Call it last in the transaction that approves, suspends or resumes a rule. `cause` tells people why the
    set was published.
    """
    await connection.execute(_LOCK.clause)
    version = (await connection.execute(text(_PUBLISH), {"cause": cause, "now": now()})).scalar_one()
    await notify(connection, CHANNEL, str(version))
    return int(version)
