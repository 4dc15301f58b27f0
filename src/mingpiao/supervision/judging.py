"""Judges hours of units by the rules of monitoring, and raises alerts.

What is to be judged waits in rows that are written with the counts; verdict and row go in one transaction, so a
process that is killed leaves its hours waiting for the next one. A rule hits an hour once (`alert_hours`): judged
again as the hour goes on, it only gets the newer sentence. As long as an alert of a unit and rule is open, further
hours join it.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.journal.service import lock_mark
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.messages.service import tell_department
from mingpiao.rules.model import Severity
from mingpiao.storage.database import Database
from mingpiao.supervision.counting import SHARES, reader_of
from mingpiao.supervision.facts import facts_of_hours
from mingpiao.supervision.watchers import Watcher, Watchers

#: Hours that one transaction judges at most.
PORTION = 500
#: A version of a rule raises at most so many alerts a day; then it says nothing more, and its owner is told.
MOST_A_DAY = 500

_TAKE = text(
    """
    DELETE FROM waiting_hours WHERE (unit_id, hour) IN (
        SELECT unit_id, hour FROM waiting_hours WHERE unit_id % :shares = :share
        ORDER BY hour, unit_id LIMIT :portion
    ) RETURNING unit_id, hour
    """
)
_MUTED = text(
    "SELECT DISTINCT unit_id, rule_code FROM alert_mutes WHERE unit_id = ANY (:units) AND until >= :today"
)
_KNOWN = text(
    """
    SELECT hours.unit_id, hours.rule_code, hours.hour, hours.reason, alerts.alert_id,
           alerts.state IN ('new', 'taken') AS is_open, alerts.last_hour
    FROM alert_hours AS hours JOIN alerts USING (alert_id)
    WHERE (hours.unit_id, hours.hour) IN (
        SELECT * FROM unnest(CAST(:units AS bigint[]), CAST(:hours AS timestamptz[])))
    """
)
_FLOODS = text(
    "SELECT rule_code, rule_version FROM alert_floods WHERE day = :today AND stopped_at IS NOT NULL"
)
_RAISE = text(
    """
    INSERT INTO alerts AS known (unit_id, region_code, rule_code, rule_version, rule_name, basis, severity, reason,
                                 first_hour, last_hour, raised_at)
    VALUES (:unit_id, :region_code, :rule_code, :rule_version, :rule_name, :basis, :severity, :reason,
            :hour, :hour, :raised_at)
    ON CONFLICT (unit_id, rule_code) WHERE state IN ('new', 'taken') DO UPDATE SET
        hours = known.hours + 1, revision = known.revision + 1,
        reason = CASE WHEN excluded.last_hour >= known.last_hour THEN excluded.reason ELSE known.reason END,
        last_hour = greatest(known.last_hour, excluded.last_hour)
    RETURNING alert_id, hours = 1 AS is_fresh
    """
)
_ADD_HOUR = text(
    "INSERT INTO alert_hours (unit_id, rule_code, hour, alert_id, reason) "
    "VALUES (:unit_id, :rule_code, :hour, :alert_id, :reason)"
)
_RENEW_HOUR = text(
    "UPDATE alert_hours SET reason = :reason WHERE unit_id = :unit_id AND rule_code = :rule_code AND hour = :hour"
)
_RENEW_ALERT = text("UPDATE alerts SET reason = :reason WHERE alert_id = :alert_id AND last_hour = :hour")
_FLOOD = text(
    """
    INSERT INTO alert_floods AS known (rule_code, rule_version, day, raised, stopped_at)
    VALUES (:rule_code, :rule_version, :today, CAST(:raised AS integer),
            CASE WHEN CAST(:raised AS integer) >= CAST(:most AS integer) THEN CAST(:now AS timestamptz) END)
    ON CONFLICT (rule_code, rule_version, day) DO UPDATE SET
        raised = known.raised + excluded.raised,
        stopped_at = coalesce(known.stopped_at, CASE WHEN known.raised + excluded.raised >= CAST(:most AS integer)
                                                     THEN CAST(:now AS timestamptz) END)
    RETURNING stopped_at IS NOT NULL AS stopped, raised
    """
)


class _Verdict(NamedTuple):
    watcher: Watcher
    facts: dict[str, Any]
    sentence: str

    @property
    def key(self) -> tuple[int, str, datetime]:
        return self.facts["unit"], self.watcher.rule.code, self.facts["hour"]


class HourJudge:
    """Judges the hours that wait, for a process."""

    def __init__(self) -> None:
        self._watchers = Watchers()

    async def judge_waiting(self, database: Database, share: int) -> None:
        """Judge all hours of a share that wait."""
        while await self._judge_portion(database, share):
            pass

    async def _judge_portion(self, database: Database, share: int) -> bool:
        async with database.system() as connection:
            # The share's own mark: nobody counts or judges it meanwhile, so that neither waits for rows of the other.
            await lock_mark(connection, reader_of(share))
            given = {"share": share, "shares": SHARES, "portion": PORTION}
            hours = [(row.unit_id, row.hour) for row in await connection.execute(_TAKE, given)]
            if hours:
                watchers = await self._watchers.get(connection)
                if watchers:
                    await _judge(connection, watchers, hours)
            return len(hours) == PORTION


async def _judge(
    connection: AsyncConnection, watchers: Sequence[Watcher], hours: Sequence[tuple[int, datetime]]
) -> None:
    verdicts = [
        _Verdict(watcher, facts, watcher.sentence(facts))
        for facts in await facts_of_hours(connection, hours)
        for watcher in watchers
        if watcher.concerns(facts, to_shanghai(facts["hour"]).date()) and watcher.hits(facts)
    ]
    if verdicts:
        await _raise_all(connection, verdicts)


async def _raise_all(connection: AsyncConnection, verdicts: Sequence[_Verdict]) -> None:
    today = to_shanghai(now()).date()
    keys = [verdict.key for verdict in verdicts]
    units, hours = [key[0] for key in keys], [key[2] for key in keys]
    muted = {tuple(row) for row in await connection.execute(_MUTED, {"units": units, "today": today})}
    known = {
        (row.unit_id, row.rule_code, row.hour): row
        for row in await connection.execute(_KNOWN, {"units": units, "hours": hours})
    }
    stopped = {tuple(row) for row in await connection.execute(_FLOODS, {"today": today})}
    raised: Counter[str] = Counter()
    owners = {verdict.watcher.rule.code: verdict.watcher for verdict in verdicts}
    for verdict in verdicts:
        unit_id, code, _ = verdict.key
        if verdict.key in known:
            await _renew(connection, verdict, known[verdict.key])
        elif (unit_id, code) not in muted and (code, verdict.watcher.version) not in stopped:
            raised[code] += await _raise(connection, verdict)
    for code, count in sorted(raised.items()):
        if count:
            await _watch_flood(connection, owners[code], count, today)


async def _renew(connection: AsyncConnection, verdict: _Verdict, known: Any) -> None:
    """The hour went on: an open alert gets the newer sentence; what was decided stays as it was decided."""
    if not known.is_open or known.reason == verdict.sentence:
        return
    unit_id, code, hour = verdict.key
    given = {"unit_id": unit_id, "rule_code": code, "hour": hour, "reason": verdict.sentence}
    await connection.execute(_RENEW_HOUR, given)
    await connection.execute(
        _RENEW_ALERT, {"reason": verdict.sentence, "alert_id": known.alert_id, "hour": hour}
    )


async def _raise(connection: AsyncConnection, verdict: _Verdict) -> int:
    """Raise an alert, or join the one that is open; how many new ones that makes."""
    rule, facts = verdict.watcher.rule, verdict.facts
    unit_id, code, hour = verdict.key
    given = {
        "unit_id": unit_id,
        "region_code": facts["unit_region"],
        "rule_code": code,
        "rule_version": verdict.watcher.version,
        "rule_name": rule.name,
        "basis": rule.basis,
        "severity": rule.severity.value,
        "reason": verdict.sentence,
        "hour": hour,
        "raised_at": now(),
    }
    alert = (await connection.execute(_RAISE, given)).one()
    added = {"unit_id": unit_id, "rule_code": code, "hour": hour, "reason": verdict.sentence}
    await connection.execute(_ADD_HOUR, added | {"alert_id": alert.alert_id})
    if alert.is_fresh and rule.severity is Severity.ASK:
        await tell_department(
            connection,
            facts["unit_region"],
            topic_of(alert.alert_id),
            f"预警：{facts['unit_name']}{rule.name}",
            verdict.sentence,
            link=f"/finance/alerts/{alert.alert_id}",
        )
    return 1 if alert.is_fresh else 0


def topic_of(alert_id: int) -> str:
    """The topic of the message about an alert."""
    return f"alert:raise:{alert_id}"


async def _watch_flood(connection: AsyncConnection, watcher: Watcher, count: int, today: date) -> None:
    """Count a rule's alerts of the day; the one too many stops it for the rest of the day and tells its owner."""
    code = watcher.rule.code
    given = {"rule_code": code, "rule_version": watcher.version, "today": today, "raised": count}
    flood = (await connection.execute(_FLOOD, given | {"most": MOST_A_DAY, "now": now()})).one()
    if flood.stopped:
        await tell_department(
            connection,
            watcher.region_code,
            f"alert:flood:{code}:{watcher.version}:{today}",
            f"预警规则“{watcher.rule.name}”今天已停止",
            f"今天已发出{flood.raised}条预警，超过每天{MOST_A_DAY}条的上限，今天不再发出。请按过去的小时试算，调整条件后再用。",
            link=f"/finance/alerts/rules/{code}",
            urgent=True,
        )
