"""Alerts: raised once by what is counted, joined while open, decided once, muted, and tried over the past."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import asyncpg
import msgspec
import pytest
from sqlalchemy.exc import DBAPIError
from tests.rules.people import BAOTOU, OFFICER, XINCHENG, person
from tests.supervision.watching import count_all, fresh
from tests.support.locks import writing
from tests.support.rules import put_in_force, rule
from tests.support.waiting import until
from tests.support.world import HOHHOT, HUIMIN, World, a_world

from mingpiao.issuing.model import Payer
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.model import Rule, Severity, Stage
from mingpiao.rules.service import check_rule
from mingpiao.storage.database import DATABASE_AWAY
from mingpiao.supervision import judging
from mingpiao.supervision.alerts import (
    bills_of_alert,
    dismiss_alert,
    explain_alert,
    find_breach,
    get_alert,
    list_alerts,
    mute_rule,
    precision_of_rules,
    steps_of_alert,
    take_alert,
    unmute_rule,
)
from mingpiao.supervision.counting import SHARES
from mingpiao.supervision.details import look_closer, notice_silence
from mingpiao.supervision.judging import HourJudge
from mingpiao.supervision.model import Alert, AlertFilter, AlertState
from mingpiao.supervision.trials import last_watch_trial, proposed_condition, try_rule
from mingpiao.writeoff.model import Breach, CaseFilter, CaseState
from mingpiao.writeoff.service import issue_notice, list_cases

world = a_world(spread=True)

REASON = "该院当日集中补开上月住院票据，已核对住院登记。"
LOCAL = person(20, region=XINCHENG)
ELSEWHERE = person(21, region=BAOTOU)


def watch(code: str, condition: str, message: str = "本小时开票{watch.bills}份。", **members: Any) -> Rule:
    return rule(code, condition, Severity.ASK, stage=Stage.MONITORING, message=message, field="", **members)


async def judge_all(world: World, judge: HourJudge | None = None) -> None:
    await count_all(world.database)
    for share in range(SHARES):
        await (judge or HourJudge()).judge_waiting(world.database, share)


async def alerts_of(world: World, **wanted: Any) -> list[Alert]:
    async with world.database.system() as connection:
        return list((await list_alerts(connection, AlertFilter(**wanted))).items)


async def test_an_alert_tells_its_numbers_and_grows_with_its_hour(world: World) -> None:
    await put_in_force(
        world.database, watch("W-1", "watch.bills >= 3", "本小时开票{watch.bills}份，冲红{watch.reds}份。")
    )
    await judge_all(world)
    assert await alerts_of(world) == []
    resident = world.residents[XINCHENG]
    await world.issue(resident, *fresh(resident, 1))
    await judge_all(world)
    (alert,) = await alerts_of(world)
    assert (alert.unit_id, alert.region_code, alert.state) == (resident.unit_id, XINCHENG, AlertState.NEW)
    assert alert.reason == "本小时开票3份，冲红0份。"
    await world.issue(resident, *fresh(resident, 2))
    await judge_all(world)
    await judge_all(world)
    (again,) = await alerts_of(world)
    assert (again.alert_id, again.hours, again.reason) == (alert.alert_id, 1, "本小时开票5份，冲红0份。")
    told = await world.rows("SELECT region_code, body FROM messages WHERE topic LIKE 'alert:raise:%'")
    assert [tuple(row) for row in told] == [(XINCHENG, "本小时开票3份，冲红0份。")]
    async with world.database.system() as connection:
        bills = await bills_of_alert(connection, again)
    assert len(bills) == 5


@pytest.mark.parametrize("table", ["waiting_hours", "watched_hours", "alerts", "alert_hours", "messages"])
async def test_judging_that_is_killed_at_a_step_raises_one_alert(world: World, table: str) -> None:
    await put_in_force(world.database, watch("W-1", "watch.bills >= 2"))
    await count_all(world.database)
    resident = world.residents[XINCHENG]
    share = resident.unit_id % SHARES
    holder, observer = await asyncpg.connect(world.url), await asyncpg.connect(world.url)
    waiting = (
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    try:
        held = holder.transaction()
        await held.start()
        await holder.execute(writing(table))
        async with world.beside() as other:
            task = asyncio.create_task(HourJudge().judge_waiting(other.database, share))
            await until(lambda: observer.fetchval(waiting), "the judge waits at the table")
            await observer.fetchval(f"SELECT count(pg_terminate_backend(pid)) FROM ({waiting}) AS waits")
            with suppress(DBAPIError, *DATABASE_AWAY):
                await task
            assert task.exception() is not None
        await held.rollback()
    finally:
        await holder.close()
        await observer.close()
    assert await alerts_of(world) == []
    await judge_all(world)
    await judge_all(world)
    assert len(await alerts_of(world)) == 4
    assert await world.value("SELECT count(*)::int FROM messages WHERE topic LIKE 'alert:raise:%'") == 4


async def test_judges_side_by_side_raise_one_alert(world: World) -> None:
    await put_in_force(world.database, watch("W-1", "watch.bills >= 2"))
    async with world.beside() as other:
        await asyncio.gather(*(judge_all(each) for each in (world, other) for _ in range(2)))
        resident = world.residents[XINCHENG]
        for _ in range(3):
            issuing = world.issue(resident, *fresh(resident, 2))
            await asyncio.gather(issuing, *(judge_all(each) for each in (world, other)))
        await judge_all(other)
    assert len(await alerts_of(world)) == 4
    (alert,) = await alerts_of(world, unit_id=world.residents[XINCHENG].unit_id)
    assert (alert.reason, alert.hours) == ("本小时开票8份。", 1)


async def test_another_hour_joins_an_open_alert_and_makes_a_new_one_of_a_decided_one(world: World) -> None:
    await put_in_force(world.database, watch("W-1", "watch.bills >= 2"))
    await judge_all(world)
    unit_id = world.residents[XINCHENG].unit_id
    (alert,) = await alerts_of(world, unit_id=unit_id)

    async def earlier_hour(hours: int) -> None:
        await world.value(
            "INSERT INTO unit_hours (unit_id, kind_code, hour, region_code, bills) "
            "VALUES ($1, '0601', date_trunc('hour', now()) - make_interval(hours => $2), $3, 7) RETURNING 1",
            unit_id,
            hours,
            XINCHENG,
        )
        await world.value(
            "INSERT INTO waiting_hours SELECT $1, date_trunc('hour', now()) - make_interval(hours => $2) RETURNING 1",
            unit_id,
            hours,
        )
        await judge_all(world)

    await earlier_hour(2)
    (joined,) = await alerts_of(world, unit_id=unit_id)
    assert (joined.alert_id, joined.hours, joined.reason) == (alert.alert_id, 2, alert.reason)
    async with world.database.system() as connection:
        await dismiss_alert(connection, alert.alert_id, REASON, revision=joined.revision, acting=LOCAL)
    # The same hours say nothing new.
    await world.value("INSERT INTO waiting_hours SELECT unit_id, hour FROM alert_hours RETURNING 1")
    await judge_all(world)
    assert len(await alerts_of(world, unit_id=unit_id)) == 1
    await earlier_hour(3)
    found = await alerts_of(world, unit_id=unit_id)
    assert [each.state for each in found] == [AlertState.NEW, AlertState.FALSE]


async def test_two_officers_decide_and_one_learns_of_it(world: World) -> None:
    await put_in_force(world.database, watch("W-1", "watch.bills >= 2"))
    await judge_all(world)
    (alert,) = await alerts_of(world, unit_id=world.residents[XINCHENG].unit_id)

    async def decide(verb: Any) -> str:
        try:
            async with world.database.system() as connection:
                await verb(connection, alert.alert_id, REASON, revision=alert.revision, acting=LOCAL)
        except Refusal as refusal:
            return refusal.problems[0].code
        return "decided"

    outcomes = await asyncio.gather(decide(explain_alert), decide(dismiss_alert))
    assert sorted(outcomes) in (["alert.changed", "decided"], ["alert.decided", "decided"])
    assert await world.value("SELECT count(*)::int FROM alert_steps") == 1
    assert await world.value("SELECT count(*)::int FROM audit_log WHERE action LIKE 'alert:%'") == 1
    assert (
        await world.value(
            "SELECT count(*)::int FROM messages WHERE settled_at IS NOT NULL AND topic LIKE 'alert:%'"
        )
        == 1
    )


async def test_who_may_decide(world: World) -> None:
    await put_in_force(world.database, watch("W-1", "watch.bills >= 2"))
    await judge_all(world)
    (alert,) = await alerts_of(world, unit_id=world.residents[XINCHENG].unit_id)
    for acting, words, code in (
        (ELSEWHERE, REASON, "alert.unknown"),
        (LOCAL, "", "alert.words_required"),
        (LOCAL, "没问题", "alert.words_thin"),
        (LOCAL, "明" * 501, "alert.words_invalid"),
    ):
        with pytest.raises(Refusal) as refused:
            async with world.database.system() as connection:
                await explain_alert(connection, alert.alert_id, words, revision=1, acting=acting)
        assert [each.code for each in refused.value.problems] == [code]
    async with world.database.system() as connection:
        taken = await take_alert(connection, alert.alert_id, revision=1, acting=OFFICER)
        assert (taken.state, taken.taken_by_name) == (AlertState.TAKEN, OFFICER.name)
        await explain_alert(connection, alert.alert_id, REASON, revision=taken.revision, acting=LOCAL)
        steps = await steps_of_alert(connection, alert.alert_id)
    assert [each.state for each in steps] == [AlertState.TAKEN, AlertState.EXPLAINED]


async def test_a_breach_leads_to_a_notice_of_rectification(world: World) -> None:
    await put_in_force(world.database, watch("W-1", "watch.bills >= 2"))
    await judge_all(world)
    resident = world.residents[XINCHENG]
    (alert,) = await alerts_of(world, unit_id=resident.unit_id)
    breach = Breach(
        type="reversal",
        basis="《财政票据管理办法》第三条",
        amount=Decimal(0),
        reason="无故冲红后改开他人，事实清楚。",
    )
    own, foreign = world.bills[XINCHENG][0], world.bills[BAOTOU][0]
    for chosen, code in (([], "alert.none_chosen"), ([foreign.bill_id], "alert.bill_unknown")):
        with pytest.raises(Refusal) as refused:
            async with world.database.system() as connection:
                await find_breach(connection, alert.alert_id, chosen, breach, revision=1, acting=LOCAL)
        assert [each.code for each in refused.value.problems] == [code]
    async with world.database.system() as connection:
        decided = await find_breach(
            connection, alert.alert_id, [own.bill_id], breach, revision=1, acting=LOCAL
        )
        assert decided.state is AlertState.BREACH
        (case,) = (await list_cases(connection, CaseFilter(unit_id=resident.unit_id))).items
        assert (case.bill_id, case.state, case.breach_amount) == (own.bill_id, CaseState.BREACHED, own.total)
        assert (case.findings[0].rule, case.findings[0].message) == ("W-1", alert.reason)
        notice = await issue_notice(
            connection, resident.unit_id, [case.case_id], "请停止此类冲红，并说明每一份的原因。", acting=LOCAL
        )
    assert notice.unit_id == resident.unit_id


async def test_a_muted_rule_says_nothing_of_the_unit(world: World) -> None:
    await put_in_force(world.database, watch("W-1", "watch.bills >= 2"))
    await judge_all(world)
    resident = world.residents[XINCHENG]
    (alert,) = await alerts_of(world, unit_id=resident.unit_id)
    with pytest.raises(Refusal) as refused:
        async with world.database.system() as connection:
            await mute_rule(connection, alert.alert_id, today() + timedelta(days=93), REASON, acting=LOCAL)
    assert [each.field for each in refused.value.problems] == ["until"]
    async with world.database.system() as connection:
        await dismiss_alert(connection, alert.alert_id, REASON, revision=1, acting=LOCAL)
        await mute_rule(connection, alert.alert_id, today(), REASON, acting=LOCAL)
    again = "INSERT INTO waiting_hours SELECT unit_id, hour - interval '1 hour' FROM alert_hours RETURNING 1"
    await world.value("UPDATE unit_hours SET hour = hour - interval '1 hour' RETURNING 1")
    await world.value(again)
    await judge_all(world)
    assert len(await alerts_of(world, unit_id=resident.unit_id)) == 1
    async with world.database.system() as connection:
        await unmute_rule(connection, alert.alert_id, acting=LOCAL)
    await world.value(again + ", 1")
    await judge_all(world)
    assert len(await alerts_of(world, unit_id=resident.unit_id)) == 2


async def test_a_rule_that_floods_is_stopped_and_its_owner_told(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_A_DAY", 2)
    monkeypatch.setattr(judging, "PORTION", 1)
    await put_in_force(world.database, watch("W-1", "watch.bills >= 1"))
    await judge_all(world)
    assert len(await alerts_of(world)) == 2
    told = await world.rows("SELECT region_code, title FROM messages WHERE topic LIKE 'alert:flood:%'")
    assert [(row["region_code"], "已停止" in row["title"]) for row in told] == [("150000", True)]


async def test_precision_follows_from_what_officers_decide(world: World) -> None:
    await put_in_force(world.database, watch("W-1", "watch.bills >= 1"), watch("W-2", "watch.bills >= 1"))
    await judge_all(world)
    for alert in await alerts_of(world):
        async with world.database.system() as connection:
            if alert.rule_code == "W-1" and alert.region_code == BAOTOU:
                await explain_alert(connection, alert.alert_id, REASON, revision=1, acting=OFFICER)
            else:
                await dismiss_alert(connection, alert.alert_id, REASON, revision=1, acting=OFFICER)
    async with world.database.system() as connection:
        found = await precision_of_rules(connection, today() - timedelta(days=30))
    assert (found["W-1"].raised, found["W-1"].explained, found["W-1"].false) == (4, 1, 3)
    assert found["W-1"].precision is None, "four decisions tell little"


async def put_hours(world: World, unit_id: int, hour: datetime, days: range, bills: int) -> None:
    await world.value(
        "INSERT INTO unit_hours (unit_id, kind_code, hour, region_code, bills, amount) "
        "SELECT $1, '0601', $2::timestamptz - make_interval(days => back), $3, $4::bigint, $4::bigint "
        "FROM generate_series($5::int, $6::int) AS back ON CONFLICT DO NOTHING RETURNING 1",
        unit_id,
        hour,
        XINCHENG,
        bills,
        days.start,
        days.stop - 1,
    )


async def test_what_is_usual_is_the_median_of_the_same_hour(world: World) -> None:
    condition = "watch.bills > 5 * watch.usual_bills"
    message = "本小时{watch.bills}份，通常{watch.usual_bills}份。"
    await put_in_force(world.database, watch("W-1", condition, message))
    resident = world.residents[XINCHENG]
    await count_all(world.database)
    hour = await world.value("SELECT max(hour) FROM unit_hours WHERE unit_id = $1", resident.unit_id)
    # A new unit, or one of a single bill, has nothing usual: the rule does not know.
    await put_hours(world, resident.unit_id, hour, range(5, 6), 0)
    await judge_all(world)
    assert await alerts_of(world) == []
    await world.value("DELETE FROM watched_hours RETURNING 1")
    # Nor has one that issued in this hour on four days alone.
    await put_hours(world, resident.unit_id, hour, range(6, 27), 0)
    await put_hours(world, resident.unit_id, hour, range(27, 31), 1)
    await world.value("INSERT INTO waiting_hours VALUES ($1, $2) RETURNING 1", resident.unit_id, hour)
    await judge_all(world)
    assert await alerts_of(world) == []
    await world.value("DELETE FROM watched_hours RETURNING 1")
    await put_hours(world, resident.unit_id, hour, range(31, 32), 1)
    await world.value("INSERT INTO waiting_hours VALUES ($1, $2) RETURNING 1", resident.unit_id, hour)
    await judge_all(world)
    assert [each.reason for each in await alerts_of(world)] == ["本小时2份，通常0份。"]


async def test_a_closer_look_finds_alike_bills_and_payers(world: World) -> None:
    await put_in_force(
        world.database,
        watch(
            "W-1",
            "watch.alike >= 5 AND watch.payer_bills >= 5",
            "相同{watch.alike}份，缴款人{watch.payer_bills}份。",
        ),
    )
    resident = world.residents[XINCHENG]
    (request,) = fresh(resident, 1)
    for place in range(6):
        await world.issue(resident, msgspec.structs.replace(request, business_no=f"ALIKE-{place}"))
    await judge_all(world)
    assert await alerts_of(world) == []
    await look_closer(world.database)
    await judge_all(world)
    (alert,) = await alerts_of(world)
    assert alert.reason.startswith(("相同6份", "相同7份"))


@pytest.mark.parametrize(
    ("payer", "said"),
    [
        # People have namesakes, however long the name is.
        (Payer(type="1", name="额尔德尼巴特尔"), []),
        (Payer(type="2", name="演示采购有限公司", code="91150100DEC176118J"), ["缴款人在2家单位。"] * 2),
    ],
)
async def test_an_organisation_that_pays_many_units_is_noticed(
    world: World, payer: Payer, said: list[str]
) -> None:
    await put_in_force(
        world.database, watch("W-1", "watch.payer_units >= 2", "缴款人在{watch.payer_units}家单位。")
    )
    for resident in (world.residents[HUIMIN], world.residents[HOHHOT]):
        requests = [msgspec.structs.replace(each, payer=payer) for each in fresh(resident, 5)]
        await world.issue(resident, *requests)
    await judge_all(world)
    await look_closer(world.database)
    await judge_all(world)
    assert [each.reason for each in await alerts_of(world)] == said


async def test_a_busy_unit_that_falls_silent(world: World) -> None:
    await put_in_force(
        world.database, watch("W-1", "watch.silent_hours >= 2", "停{watch.silent_hours}小时。")
    )
    resident = world.residents[XINCHENG]
    present = now().replace(minute=0, second=0, microsecond=0)
    for back in (1, 2):
        await put_hours(world, resident.unit_id, present - timedelta(hours=back), range(1, 15), 30)
    await put_hours(world, resident.unit_id, present - timedelta(hours=3), range(15), 30)
    await notice_silence(world.database)
    for share in range(SHARES):
        await HourJudge().judge_waiting(world.database, share)
    assert [each.reason for each in await alerts_of(world)] == ["停2小时。"]


async def test_a_rule_is_tried_over_past_hours(world: World) -> None:
    resident = world.residents[XINCHENG]
    yesterday = now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    for days, bills in ((range(3), 10), (range(3, 6), 50)):
        await put_hours(world, resident.unit_id, yesterday, days, bills)
    content = watch("W-1", "watch.bills >= 20")
    async with world.database.system() as connection:
        trial = await try_rule(connection, content, 10, acting=LOCAL)
        found = await last_watch_trial(connection, content, XINCHENG)
        elsewhere = await try_rule(connection, content, 10, acting=ELSEWHERE)
    assert (trial.hits, trial.units, trial.hours, trial.truncated, trial.proposed) == (3, 1, 6, False, "")
    assert trial.samples[0][2] == "本小时开票50份。"
    assert found is not None
    assert (found.hits, found.units) == (3, 1)
    assert (elsewhere.hits, elsewhere.hours) == (0, 0)
    with pytest.raises(Refusal) as refused:
        async with world.database.system() as connection:
            await try_rule(connection, content, 61, acting=LOCAL)
    assert [each.code for each in refused.value.problems] == ["alert.trial_days"]


def test_a_threshold_is_proposed_for_a_rule_that_hits_too_often() -> None:
    hits = [{"watch_bills": Decimal(value)} for value in (3, 5, 5, 8, 9)]
    assert (
        proposed_condition("watch.bills >= 3 AND watch.reds > 1", hits, 2)
        == "watch.bills >= 8 AND watch.reds > 1"
    )
    assert proposed_condition("watch.bills >= 3", hits, 3) == "watch.bills >= 8"
    assert proposed_condition("watch.bills >= 3", hits, 5) == ""
    assert proposed_condition("watch.bills >= 3", hits[1:3], 1) == ""
    assert proposed_condition("watch.workday", hits, 1) == ""


async def test_a_rule_of_monitoring_asks_of_hours_alone(world: World) -> None:
    catalog = await world.catalog.get()

    def problems(content: Rule) -> list[tuple[str, str]]:
        return [(each.code, each.field) for each in check_rule(content, "150000", catalog)]

    good = watch("W-1", "watch.bills > 3 * watch.usual_bills AND unit.type = 'hospital'")
    assert problems(good) == []
    assert problems(watch("W-1", "total > 5"))[0][1] == "condition"
    assert problems(watch("W-1", "unit_count(3) > 5")) == [("rule.monitoring_history", "condition")]
    assert problems(watch("W-1", "watch.bills > 5", kinds=("0601",))) == [("rule.monitoring_scope", "kinds")]
    face = rule("F-1", "watch.bills > 5", Severity.ASK)
    assert problems(face)[0][1] == "condition"


async def test_an_unknown_alert(world: World) -> None:
    for number in (1, 2**70):
        with pytest.raises(Refusal) as refused:
            async with world.database.system() as connection:
                await get_alert(connection, number)
        assert refused.value.problems[0].code == "alert.unknown"
