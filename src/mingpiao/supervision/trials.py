"""Trying a rule of monitoring over past hours: what it would have raised, with sentences, and a better threshold."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.service import load as load_catalog
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import refuse
from mingpiao.rules.model import Rule, RuleTrial, Stage, TrialKind
from mingpiao.rules.service import compile_condition, field_table, hit_alike, parse
from mingpiao.supervision.facts import facts_of_hours
from mingpiao.supervision.judging import MOST_A_DAY
from mingpiao.supervision.model import WatchTrial
from mingpiao.supervision.watchers import Watcher

#: Days that a trial may look back, hours of units that it looks at, and sentences that it shows.
MAX_DAYS, MOST_HOURS, SAMPLES = 60, 10_000, 20
#: How long (milliseconds) a statement of a trial may take: a person waits for it.
_LIMIT = 20_000
#: Hours that one statement reads.
_PORTION = 1_000
#: The first threshold of a condition, which a proposal changes.
_THRESHOLD = re.compile(r"\bwatch\.(\w+)\s*(>=|>)\s*(\d+(?:\.\d+)?)")

_COUNT = text(
    "SELECT count(DISTINCT (unit_id, hour)) FROM unit_hours "
    "WHERE hour >= :since AND hour < :until AND starts_with(region_code, :prefix)"
)
#: Where there are more hours than a person waits for, every so many units are looked at, the same ones each time.
_HOURS = text(
    """
    SELECT DISTINCT unit_id, hour FROM unit_hours
    WHERE hour >= :since AND hour < :until AND starts_with(region_code, :prefix)
      AND abs(hashint8(unit_id)) % :every = 0
    ORDER BY hour DESC, unit_id LIMIT :most
    """
)
_KEEP = text(
    """
    INSERT INTO watch_trials (region_code, rule_code, rule, version, days, hours, hits, units, asked_by, ended_at)
    VALUES (:region_code, :rule_code, CAST(:rule AS jsonb), :version, :days, :hours, :hits, :units, :asked_by, :ended_at)
    RETURNING trial_id
    """
)
_LAST = text(
    "SELECT trial_id, rule, version, days, hours, hits, units, ended_at FROM watch_trials "
    "WHERE rule_code = :code AND region_code = :region_code ORDER BY trial_id DESC LIMIT 20"
)


async def try_rule(
    connection: AsyncConnection, rule: Rule, days: int, *, version: int | None = None, acting: Acting
) -> WatchTrial:
    """Judge the hours of the last `days` days in the actor's area by a rule, and keep how it went.

    Numbers of a sample are reckoned up to all units. Raises `Refusal`: `alert.trial_days`, `alert.trial_stage`
    (422), `access.denied` (403), and `rule.condition_…` for a wrong condition.
    """
    if acting.region_code is None:
        raise refuse("access.denied", "预警规则由财政部门试算。", status=403)
    if not 1 <= days <= MAX_DAYS:
        raise refuse("alert.trial_days", f"试算天数应为1至{MAX_DAYS}，请修改。", field="days", status=422)
    if rule.stage is not Stage.MONITORING:
        raise refuse("alert.trial_stage", "只有“监测预警”环节的规则按小时试算。", status=422)
    condition = parse(rule.condition, field_table(await load_catalog(connection), (), rule.stage))
    watcher = Watcher(
        rule=rule,
        version=version or 0,
        region_code=acting.region_code,
        predicate=compile_condition(condition),
    )
    await connection.execute(text(f"SET LOCAL statement_timeout = {_LIMIT}"))
    hours, every = await _hours(connection, acting.region_code, days)
    hits = [facts for facts in await _facts(connection, hours) if _is_hit(watcher, facts)]
    units = len({facts["unit_id"] for facts in hits}) * every
    kept = {
        "region_code": acting.region_code,
        "rule_code": rule.code,
        "rule": msgspec.json.encode(rule).decode(),
        "version": version,
        "days": days,
        "hours": len(hours) * every,
        "hits": len(hits) * every,
        "units": units,
        "asked_by": acting.actor,
        "ended_at": now(),
    }
    trial_id = int(await connection.scalar(_KEEP, kept) or 0)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="watch_rule:try",
            subject=f"watch_rule:{rule.code}",
            details={"days": str(days), "hits": str(kept["hits"]), "condition": rule.condition},
        ),
    )
    return WatchTrial(
        trial_id=trial_id,
        days=days,
        hours=len(hours) * every,
        hits=len(hits) * every,
        units=units,
        samples=tuple(_sample(watcher, facts) for facts in hits[:SAMPLES]),
        proposed=proposed_condition(rule.condition, hits, max(1, MOST_A_DAY * days // every)),
        truncated=every > 1,
    )


async def _hours(
    connection: AsyncConnection, region_code: str, days: int
) -> tuple[list[tuple[int, datetime]], int]:
    until = now().replace(minute=0, second=0, microsecond=0)
    span = {
        "since": until - timedelta(days=days),
        "until": until,
        "prefix": region_prefix(region_code),
    }
    count = int(await connection.scalar(_COUNT, span) or 0)
    every = max(1, -(-count // MOST_HOURS))
    rows = await connection.execute(_HOURS, span | {"every": every, "most": MOST_HOURS})
    return [(row.unit_id, row.hour) for row in rows], every


async def _facts(connection: AsyncConnection, hours: Sequence[tuple[int, datetime]]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(hours), _PORTION):
        found += await facts_of_hours(connection, hours[start : start + _PORTION])
    return sorted(found, key=lambda facts: facts["hour"], reverse=True)


def _is_hit(watcher: Watcher, facts: Mapping[str, Any]) -> bool:
    return watcher.concerns(facts, to_shanghai(now()).date()) and watcher.hits(facts)


def _sample(watcher: Watcher, facts: Mapping[str, Any]) -> tuple[int, datetime, str]:
    return facts["unit"], facts["hour"], watcher.sentence(facts)


def proposed_condition(condition: str, hits: Sequence[Mapping[str, Any]], most: int) -> str:
    """The condition with its first threshold so high that no more than `most` of the hits remain.

    Empty where there are not too many, no threshold to raise, or more than `most` that are alike in it.
    """
    found = _THRESHOLD.search(condition)
    if len(hits) <= most or found is None:
        return ""
    values = sorted((facts[f"watch_{found[1]}"] for facts in hits), reverse=True)
    # As many as may remain have at least this value; where the next one has it too, only greater ones remain.
    threshold: Decimal = values[most - 1]
    if values[most] == threshold:
        greater = [value for value in values if value > threshold]
        if not greater:
            return ""
        threshold = greater[-1]
    return f"{condition[: found.start()]}watch.{found[1]} >= {threshold:f}{condition[found.end() :]}"


async def last_watch_trial(connection: AsyncConnection, rule: Rule, region_code: str) -> RuleTrial | None:
    """The last trial over past hours, in a region, of a rule that hits the same; None without one."""
    if rule.stage is not Stage.MONITORING:
        return None
    for row in await connection.execute(_LAST, {"code": rule.code, "region_code": region_code}):
        if hit_alike(msgspec.convert(row.rule, Rule, strict=False), rule):
            return RuleTrial(
                kind=TrialKind.BACKTEST,
                version=row.version,
                hits=row.hits,
                units=row.units,
                bills=row.hours,
                months=-(-row.days // 30),
                ended_at=to_shanghai(row.ended_at),
                address=f"/finance/alerts/rules/{rule.code}",
            )
    return None
