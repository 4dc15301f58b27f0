"""预警 in every state: units whose last hour stood out before the first day began, and what departments made of it.

Each unit's requests are its own of an hour, with a prefix of their own; a build that was cut off finds what it issued,
and decides only alerts that are new.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from random import Random

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.demo.backing import Shelf
from mingpiao.demo.bills import requests
from mingpiao.demo.first_day import issue, reverse
from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member, first_of_profiles, officer_of
from mingpiao.identity.model import Acting
from mingpiao.issuing.model import IssueRequest, ReversalRequest
from mingpiao.kernel.clock import now, set_to, to_shanghai, today
from mingpiao.supervision.model import Alert, AlertFilter, AlertState
from mingpiao.supervision.service import (
    SHARES,
    HourJudge,
    count_events,
    dismiss_alert,
    explain_alert,
    list_alerts,
    look_closer,
    mute_rule,
    take_alert,
)

#: Bills of the hour, and how many of them are reversed at once: enough for 开后即冲 and 冲红占比过高.
_ISSUED, _REVERSED = 8, 6
_QUICK = "WATCH-QUICK-REVERSALS"
_MUTED_DAYS = 30
_REASON = "缴款人信息填写有误，冲红后重新开具"


async def _leave(_connection: AsyncConnection, _alert: Alert) -> None:
    """An alert that waits."""


async def _take(connection: AsyncConnection, alert: Alert) -> None:
    await take_alert(connection, alert.alert_id, revision=alert.revision, acting=_officer(alert))


async def _explain(connection: AsyncConnection, alert: Alert) -> None:
    words = "当日收费系统升级，缴款人名称带出有误，单位发现后逐份冲红重开，已提供系统日志。"
    await explain_alert(connection, alert.alert_id, words, revision=alert.revision, acting=_officer(alert))


async def _dismiss(connection: AsyncConnection, alert: Alert) -> None:
    words = "新员工培训期间逐份练习冲红，已在当日更正，规则未区分此情形。"
    await dismiss_alert(connection, alert.alert_id, words, revision=alert.revision, acting=_officer(alert))
    until = today() + timedelta(days=_MUTED_DAYS)
    reason = "单位正在培训新员工，一个月内另行核对。"
    await mute_rule(connection, alert.alert_id, until, reason, acting=_officer(alert))


#: What becomes of the alert about quick reversals of the first unit of a profile.
_STORIES: dict[str, Callable[[AsyncConnection, Alert], Awaitable[None]]] = {
    "association": _leave,
    "university": _take,
    "charity": _explain,
    "police": _dismiss,
}


def _officer(alert: Alert) -> Acting:
    return officer_of(f"{alert.region_code[:2]}0000")


async def bring_alerts(services: DemoServices, shelf: Shelf, members: Sequence[Member]) -> None:
    """Let some units reverse most of what they issue in an hour, count and judge it, and decide about the alerts."""
    first_of = first_of_profiles(members)
    concerned = {profile: first_of[profile] for profile in _STORIES if profile in first_of}
    with set_to(_hour_before(now())):
        for member in concerned.values():
            await _stand_out(services, shelf, member)
        await _judge(services)
    stories = {unit.unit_id: _STORIES[profile] for profile, (unit, _) in concerned.items()}
    async with services.database.system() as connection:
        wanted = AlertFilter(states=(AlertState.NEW,), rule=_QUICK)
        for alert in (await list_alerts(connection, wanted)).items:
            if alert.unit_id in stories:
                await stories[alert.unit_id](connection, alert)


def _hour_before(moment: datetime) -> datetime:
    """The same minute of the hour before, if that is of the same day."""
    return moment - timedelta(hours=1) if to_shanghai(moment).hour else moment


async def _stand_out(services: DemoServices, shelf: Shelf, member: Member) -> None:
    unit, entry = member
    rng = Random(f"alerts:{entry.unit.uscc}")
    drawn = requests(entry, rng, _ISSUED, today(), prefix="YJ")
    wanted = [msgspec.convert(raw, IssueRequest) for raw in drawn]
    backed = await shelf.back(unit, wanted, await services.catalog.get(), today())
    issued = await issue(services.desk, unit.unit_id, backed)
    reversals = [
        ReversalRequest(
            code=bill.identity.code,
            number=bill.identity.number,
            reason=_REASON,
            handler=bill.request.handler,
        )
        for bill in issued[:_REVERSED]
    ]
    await reverse(services.desk, unit.unit_id, reversals)


async def _judge(services: DemoServices) -> None:
    """Do at once what the worker does every few seconds."""
    judge = HourJudge()
    for share in range(SHARES):
        await count_events(services.database, share)
    await look_closer(services.database)
    for share in range(SHARES):
        await judge.judge_waiting(services.database, share)
