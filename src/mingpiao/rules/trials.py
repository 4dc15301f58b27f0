"""Whether a version of a rule was tried before it acts: by a back-test, by 试运行, or because it acted before.

What counts is which bills are hit, so a trial of other content that hits the same bills counts as well: a
draft that was tried in the editor, or a version of which only name, message or severity changed since.
"""

from collections.abc import Awaitable, Callable

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.house.model import Topic
from mingpiao.house.rooms import listeners
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.rules.checking import tidy
from mingpiao.rules.model import Rule, RuleMode, RuleTrial, RuleVersion, TrialKind, VersionState
from mingpiao.rules.settings import RuleSettings
from mingpiao.rules.store import versions_of

#: Asks the room that runs back-tests for the last finished one of a rule, over all bills of the owner's region.
BACKTESTED: Topic[Callable[[AsyncConnection, Rule, str], Awaitable[RuleTrial | None]]] = Topic(
    name="rules.backtested"
)
TRIAL_DAYS = RuleSettings().rule_trial_days
_HIT_BY = ("condition", "stage", "regions", "kinds", "unit_types", "items")
_DAY_SECONDS = 24 * 60 * 60


def hit_alike(first: Rule, second: Rule) -> bool:
    """Whether two contents hit the same bills on a day when both are in force."""
    one, other = tidy(first), tidy(second)
    return all(getattr(one, name) == getattr(other, name) for name in _HIT_BY)


async def trials_of_version(connection: AsyncConnection, version: RuleVersion) -> list[RuleTrial]:
    """How a version was tried so far: acted before, on trial, back-tested; also a trial that is too short yet.

    The connection must have system scope.
    """
    every = await versions_of(connection, version.rule.code)
    alike = [each for each in every if hit_alike(each.rule, version.rule)]
    found = [
        RuleTrial(kind=TrialKind.ACTED, version=each.version, ended_at=each.decided_at)
        for each in alike
        if each.rule.mode is RuleMode.ACTING and each.state is VersionState.APPROVED
    ][:1]
    for each in alike:
        if each.rule.mode is RuleMode.SHADOW:
            found += await _shadowed(connection, each)
    for ask in listeners(BACKTESTED):
        if (tested := await ask(connection, version.rule, version.region_code)) is not None:
            found.append(tested)
    return found


def is_enough(trial: RuleTrial, trial_days: int) -> bool:
    """Whether a version may act after this trial."""
    return trial.kind is not TrialKind.SHADOW or trial.days >= trial_days


def untried(trial_days: int) -> Refusal:
    """The refusal `rule.untried` (409): nobody knows which bills the version will hit."""
    message = (
        "这一版还没有试过，不能通过。请先在规则页面“开始试算”，几分钟后就能看到会命中哪些票据；"
        f"或者退回，改为试运行，满{trial_days}天后再转为正式运行。"
    )
    return refuse("rule.untried", message, status=409, days=trial_days)


async def require_trial(connection: AsyncConnection, version: RuleVersion, trial_days: int) -> None:
    """Raise `Refusal` (`rule.untried`, 409) unless the version was tried, or is itself a trial."""
    if version.rule.mode is RuleMode.SHADOW:
        return
    if not any(is_enough(each, trial_days) for each in await trials_of_version(connection, version)):
        raise untried(trial_days)


# How long a version was on trial: rule sets tell it exactly, also when the rule was suspended meanwhile.
_ON_TRIAL = """
SELECT coalesce(sum(extract(epoch FROM until - published_at)), 0)::bigint AS seconds, max(until) AS ended_at
FROM (SELECT published_at, shadows ->> :code AS version,
             lead(published_at, 1, CAST(:now AS timestamptz)) OVER (ORDER BY ruleset_version) AS until
      FROM rule_sets) AS published
WHERE version = CAST(:version AS text)
"""
_SHADOW_HITS = """
SELECT count(*) AS hits, count(DISTINCT unit_id) AS units FROM shadow_hits
WHERE code = :code AND version = :version
"""


async def _shadowed(connection: AsyncConnection, version: RuleVersion) -> list[RuleTrial]:
    """The trial of a version that is, or was, on trial; nothing of one that never was."""
    code = version.rule.code
    asked = {"code": code, "version": str(version.version), "now": now()}
    ran = (await connection.execute(text(_ON_TRIAL), asked)).one()
    if ran.ended_at is None:
        return []
    counted = (await connection.execute(text(_SHADOW_HITS), {"code": code, "version": version.version})).one()
    return [
        RuleTrial(
            kind=TrialKind.SHADOW,
            version=version.version,
            days=ran.seconds // _DAY_SECONDS,
            hits=counted.hits,
            units=counted.units,
            ended_at=ran.ended_at,
            address=f"/finance/rules/{code}/shadow",
        )
    ]
