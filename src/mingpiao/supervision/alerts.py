"""预警: looking alerts up, and what departments do with them.

An alert is taken up and decided by people of the unit's department or one above it. Each step names the revision
that its author saw: of two officers at once the second learns that the alert has changed.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, to_shanghai, today
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import settle
from mingpiao.rules.model import Severity
from mingpiao.rules.service import required_words
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.supervision.judging import topic_of
from mingpiao.supervision.model import (
    Alert,
    AlertBill,
    AlertFilter,
    AlertHour,
    AlertState,
    AlertStep,
    RulePrecision,
)
from mingpiao.supervision.tables import alert_hours, alert_mutes, alert_steps, alerts
from mingpiao.writeoff.model import Breach, CaseFinding
from mingpiao.writeoff.service import mark_breach, open_case

PAGE_SIZE = 50
#: Bills of an alert that its page shows, and that one breach may name.
MAX_BILLS = 100
#: A rule may be muted for a unit for at most so long.
LONGEST_MUTE = timedelta(days=92)
_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_NEWEST_FIRST = Keyset(KeyColumn("alert_id", int, True))


# -- looking up ------------------------------------------------------------------------------------------


async def get_alert(connection: AsyncConnection, alert_id: int) -> Alert:
    """An alert within the scope; raises `Refusal` (`alert.unknown`, 404)."""
    query = select(alerts).where(alerts.c.alert_id == alert_id)
    row = (await connection.execute(query)).mappings().one_or_none() if alert_id < 2**63 else None
    if row is None:
        raise _unknown()
    return alert_of(row)


async def list_alerts(
    connection: AsyncConnection, wanted: AlertFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[Alert]:
    """A page of the alerts within the scope, the newest first."""
    query = select(alerts).where(*_conditions(wanted))
    query = query.where(_NEWEST_FIRST.beyond(alerts.c, after)) if after else query
    found = await connection.execute(query.order_by(*_NEWEST_FIRST.order(alerts.c)).limit(limit + 1))
    return _NEWEST_FIRST.page([alert_of(row) for row in found.mappings()], limit)


def _conditions(wanted: AlertFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.states:
        yield alerts.c.state.in_([each.value for each in wanted.states])
    if wanted.rule:
        yield alerts.c.rule_code == wanted.rule
    if wanted.severity is not None:
        yield alerts.c.severity == wanted.severity.value
    if wanted.region_prefix:
        yield alerts.c.region_code.startswith(wanted.region_prefix, autoescape=True)
    if wanted.unit_id is not None:
        yield alerts.c.unit_id == wanted.unit_id


async def hours_of_alert(connection: AsyncConnection, alert_id: int) -> list[AlertHour]:
    """The hours of an alert within the scope, the newest first; at most a hundred."""
    query = (
        select(alert_hours.c.hour, alert_hours.c.reason)
        .where(alert_hours.c.alert_id == alert_id)
        .order_by(alert_hours.c.hour.desc())
        .limit(100)
    )
    return [AlertHour(hour=row.hour, reason=row.reason) for row in await connection.execute(query)]


async def steps_of_alert(connection: AsyncConnection, alert_id: int) -> list[AlertStep]:
    """What was done with an alert within the scope, oldest first."""
    query = select(alert_steps).where(alert_steps.c.alert_id == alert_id).order_by(alert_steps.c.step_id)
    return [
        AlertStep(state=AlertState(row.state), at=row.at, actor_name=row.actor_name, words=row.words)
        for row in await connection.execute(query)
    ]


_BILLS = text(
    """
    SELECT bill_id, kind_code, color, state, issued_at, total, payer_name FROM bills_of_months AS bills
    WHERE unit_id = :unit_id AND EXISTS (
        SELECT FROM unnest(CAST(:hours AS timestamptz[])) AS each(hour)
        WHERE bills.issued_at >= each.hour AND bills.issued_at < each.hour + interval '1 hour')
      AND issued_at >= :first AND issued_at < CAST(:last AS timestamptz) + interval '1 hour'
    ORDER BY issued_at DESC, bill_id DESC LIMIT :limit
    """
)


async def bills_of_alert(connection: AsyncConnection, alert: Alert) -> list[AlertBill]:
    """The bills of the hours of an alert within the scope, the newest first; at most a hundred."""
    hours = [each.hour for each in await hours_of_alert(connection, alert.alert_id)]
    given = {"unit_id": alert.unit_id, "hours": hours, "first": alert.first_hour, "last": alert.last_hour}
    rows = await connection.execute(_BILLS, given | {"limit": MAX_BILLS})
    return [AlertBill(**(dict(row) | {"total": f"{row['total']:,.2f}"})) for row in rows.mappings()]


_PRECISION = text(
    """
    SELECT rule_code, count(*) AS raised, count(*) FILTER (WHERE state IN ('new', 'taken')) AS open,
           count(*) FILTER (WHERE state = 'explained') AS explained, count(*) FILTER (WHERE state = 'false') AS false,
           count(*) FILTER (WHERE state = 'breach') AS breach
    FROM alerts WHERE raised_at >= :since GROUP BY rule_code ORDER BY rule_code
    """
)


async def precision_of_rules(connection: AsyncConnection, since: date) -> dict[str, RulePrecision]:
    """How often each rule was right within the scope, by its code, for alerts raised from a day on."""
    rows = await connection.execute(_PRECISION, {"since": since})
    return {row["rule_code"]: RulePrecision(**row) for row in rows.mappings()}


async def count_open_alerts(connection: AsyncConnection, region_prefix: str = "") -> tuple[int, int]:
    """How many alerts within the scope are open, and how many of them are important; counted up to 1,000."""
    query = (
        select(alerts.c.severity)
        .where(
            alerts.c.state.in_(["new", "taken"]),
            alerts.c.region_code.startswith(region_prefix, autoescape=True),
        )
        .limit(1_000)
    )
    found = list((await connection.execute(query)).scalars())
    return len(found), found.count(Severity.ASK.value)


async def muted_until(connection: AsyncConnection, unit_id: int, rule_code: str) -> date | None:
    """Until when a rule says nothing of a unit, within the scope; None if it speaks."""
    query = (
        select(alert_mutes.c.until)
        .where(
            alert_mutes.c.unit_id == unit_id,
            alert_mutes.c.rule_code == rule_code,
            alert_mutes.c.until >= today(),
        )
        .order_by(alert_mutes.c.until.desc())
        .limit(1)
    )
    return (await connection.execute(query)).scalar_one_or_none()


def alert_of(row: RowMapping) -> Alert:
    """An alert from its row."""
    return Alert(**(dict(row) | {"state": AlertState(row["state"]), "severity": Severity(row["severity"])}))


def _unknown() -> Refusal:
    return refuse("alert.unknown", "没有找到该预警，或您无权查看。", status=404)


# -- deciding --------------------------------------------------------------------------------------------


async def take_alert(connection: AsyncConnection, alert_id: int, *, revision: int, acting: Acting) -> Alert:
    """开始处理: somebody looks into a new alert.

    Raises `Refusal`: `alert.unknown` (404), `access.denied` (403), `alert.decided` or `alert.changed` (409).
    """
    alert = await _of_department(connection, alert_id, acting=acting)
    values = {"state": AlertState.TAKEN.value, "taken_by_name": acting.name}
    return await _step(connection, alert, AlertState.TAKEN, values, "", revision, acting=acting)


async def explain_alert(
    connection: AsyncConnection, alert_id: int, words: str, *, revision: int, acting: Acting
) -> Alert:
    """已说明: there was a good reason. Raises as `take_alert`, and `alert.words_…` (422) for the words."""
    return await _decide(connection, alert_id, AlertState.EXPLAINED, words, revision, acting=acting)


async def dismiss_alert(
    connection: AsyncConnection, alert_id: int, words: str, *, revision: int, acting: Acting
) -> Alert:
    """误报: the rule was wrong, which its precision will tell. Raises as `explain_alert`."""
    return await _decide(connection, alert_id, AlertState.FALSE, words, revision, acting=acting)


async def find_breach(
    connection: AsyncConnection,
    alert_id: int,
    bill_ids: Sequence[int],
    breach: Breach,
    *,
    revision: int,
    acting: Acting,
) -> Alert:
    """违规: these bills of the alert are breaches, which a notice of rectification takes up as after write-off.

    `breach.amount` is that of each bill, or its total where it is 0. Raises as `explain_alert`, `alert.none_chosen`,
    `alert.too_many` (422), and what `open_case` and `mark_breach` raise.
    """
    alert = await _of_department(connection, alert_id, acting=acting)
    chosen = list(dict.fromkeys(bill_ids))
    if not chosen:
        raise refuse("alert.none_chosen", "请至少选择一份违规的票据。", field="chosen", status=422)
    if len(chosen) > MAX_BILLS:
        message = f"一次最多选择{MAX_BILLS}份票据，请减少后再办。"
        raise refuse("alert.too_many", message, field="chosen", status=422)
    known = {each.bill_id for each in await bills_of_alert(connection, alert)}
    if not known.issuperset(chosen):
        raise refuse("alert.bill_unknown", "所选票据不属于该预警，请刷新后重选。", field="chosen", status=422)
    decided = await _decide(connection, alert_id, AlertState.BREACH, breach.reason, revision, acting=acting)
    finding = CaseFinding(
        rule=alert.rule_code,
        version=alert.rule_version,
        name=alert.rule_name,
        message=alert.reason,
        basis=alert.basis,
    )
    for bill_id in chosen:
        case = await open_case(connection, alert.unit_id, bill_id, finding, acting=acting)
        amount = breach.amount or abs(case.total)
        marked = Breach(type=breach.type, basis=breach.basis, amount=amount, reason=breach.reason)
        await mark_breach(connection, case.case_id, marked, revision=case.revision, acting=acting)
    return decided


async def mute_rule(
    connection: AsyncConnection, alert_id: int, until: date, reason: str, *, acting: Acting
) -> None:
    """暂不预警: the alert's rule says nothing of its unit up to and with a day.

    Raises `Refusal`: `alert.unknown` (404), `access.denied` (403), `alert.words_…`, `alert.until_invalid` (422).
    """
    alert = await _of_department(connection, alert_id, acting=acting)
    words = _checked(reason, "暂不预警的原因", "mute_reason")
    if not today() <= until <= today() + LONGEST_MUTE:
        message = "截止日期应在今天至三个月内，请修改。"
        raise refuse("alert.until_invalid", message, field="until", status=422)
    await connection.execute(
        insert(alert_mutes).values(
            unit_id=alert.unit_id,
            rule_code=alert.rule_code,
            until=until,
            reason=words,
            muted_at=now(),
            muted_by_name=acting.name,
        )
    )
    await _record(connection, alert, "mute", {"words": words, "until": until.isoformat()}, acting=acting)


async def unmute_rule(connection: AsyncConnection, alert_id: int, *, acting: Acting) -> None:
    """恢复预警: the rule speaks again from now on. Raises `Refusal` (`alert.unknown`, `access.denied`)."""
    alert = await _of_department(connection, alert_id, acting=acting)
    ended = await connection.execute(
        update(alert_mutes)
        .where(
            alert_mutes.c.unit_id == alert.unit_id,
            alert_mutes.c.rule_code == alert.rule_code,
            alert_mutes.c.until >= today(),
        )
        .values(until=today() - timedelta(days=1))
    )
    if ended.rowcount:
        await _record(connection, alert, "unmute", {}, acting=acting)


async def _decide(
    connection: AsyncConnection,
    alert_id: int,
    state: AlertState,
    words: str,
    revision: int,
    *,
    acting: Acting,
) -> Alert:
    alert = await _of_department(connection, alert_id, acting=acting)
    said = _checked(words, _WHAT[state], "facts" if state is AlertState.BREACH else "words")
    values = {
        "state": state.value,
        "words": said,
        "decided_by": acting.actor,
        "decided_by_name": acting.name,
        "decided_at": now(),
    }
    return await _step(connection, alert, state, values, said, revision, acting=acting)


_WHAT = {
    AlertState.EXPLAINED: "情况说明",
    AlertState.FALSE: "误报的理由",
    AlertState.BREACH: "违规事实",
}


async def _step(
    connection: AsyncConnection,
    alert: Alert,
    state: AlertState,
    values: Mapping[str, Any],
    words: str,
    revision: int,
    *,
    acting: Acting,
) -> Alert:
    if not alert.state.is_open:
        message = f"该预警已由{alert.decided_by_name}办结（{alert.state.label}），请刷新页面查看。"
        raise refuse("alert.decided", message, status=409, state=alert.state.value)
    changed = await connection.execute(
        update(alerts)
        .where(
            alerts.c.alert_id == alert.alert_id,
            alerts.c.revision == revision,
            alerts.c.state.in_(["new", "taken"]),
        )
        .values(revision=revision + 1, **values)
        .returning(alerts)
    )
    row = changed.mappings().one_or_none()
    if row is None:
        message = "该预警刚刚有了变化，请刷新页面，按最新情况再办。"
        raise refuse("alert.changed", message, status=409)
    await connection.execute(
        insert(alert_steps).values(
            alert_id=alert.alert_id,
            unit_id=alert.unit_id,
            state=state.value,
            at=now(),
            actor_name=acting.name,
            words=words,
        )
    )
    if not state.is_open:
        await settle(connection, topic_of(alert.alert_id))
    await _record(connection, alert, state.value, {"words": words} if words else {}, acting=acting)
    return alert_of(row)


async def _of_department(connection: AsyncConnection, alert_id: int, *, acting: Acting) -> Alert:
    alert = await get_alert(connection, alert_id)
    if acting.role not in _DEPARTMENT_ROLES or acting.region_code is None:
        raise refuse("access.denied", "预警由财政部门的经办人和负责人办理。", status=403)
    if not region_covers(acting.region_code, alert.region_code):
        raise _unknown()
    return alert


def _checked(words: str, what: str, field: str) -> str:
    return required_words(words, what, of="alert", field=field)


async def _record(
    connection: AsyncConnection, alert: Alert, verb: str, details: Mapping[str, str], *, acting: Acting
) -> None:
    told = {"rule": alert.rule_code, "hour": f"{to_shanghai(alert.last_hour):%Y-%m-%d %H时}"}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=_ACTIONS[verb],
            subject=f"alert:{alert.alert_id}",
            unit_id=alert.unit_id,
            details=told | dict(details),
        ),
    )


_ACTIONS = {
    "taken": "alert:take",
    "explained": "alert:explain",
    "false": "alert:dismiss",
    "breach": "alert:breach",
    "mute": "alert:mute",
    "unmute": "alert:unmute",
}


def hour_words(moment: datetime) -> str:
    """An hour for people: 11月25日 10时."""
    return f"{to_shanghai(moment):%-m月%-d日 %H时}"
