"""群众线索 in every state, and two units under 重点监控.

Each tip has a fixed 查询码, so that a build which was cut off finds what it has sent; steps are taken only from the
state that they begin with.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, time, timedelta
from decimal import Decimal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member, first_of_profiles, handler_of, officer_of
from mingpiao.identity.model import Acting, acting_for
from mingpiao.identity.service import find_persons
from mingpiao.kernel.clock import SHANGHAI, set_to, today
from mingpiao.tips.model import Tip, TipFilter, TipKind, TipState, TipWish
from mingpiao.tips.service import (
    TipDesk,
    accept_tip,
    answer_inquiry,
    ask_reporter,
    ask_unit,
    close_tip,
    inquiries_of_tip,
    list_tips,
    merge_tip,
    refuse_tip,
)
from mingpiao.tips.settings import TipSettings
from mingpiao.watches.model import WatchFilter, WatchSource, WatchWish
from mingpiao.watches.service import list_watches, place_watch

_ADDRESS = "192.0.2.1"
_HOUR = 10
_Work = Callable[[DemoServices, Tip, Member | None], Awaitable[None]]


class _Told(msgspec.Struct, frozen=True, kw_only=True):
    """A tip: of the first unit of a profile (empty: of none that is known), so many days ago, and its words."""

    lookup: str
    profile: str
    days: int
    kind: TipKind
    words: str
    contact: str = ""
    unit_name: str = ""


def _officer(tip: Tip) -> Acting:
    """An officer of the province, whose area has all tips."""
    return officer_of(f"{tip.region_code[:2]}0000")


async def _nothing(_services: DemoServices, _tip: Tip, _member: Member | None) -> None:
    """A tip that waits."""


async def _accept(services: DemoServices, tip: Tip, _member: Member | None) -> None:
    async with services.database.system() as connection:
        await accept_tip(
            connection,
            tip.tip_id,
            "已与单位所在地联系。",
            settings=services.settings.of(TipSettings),
            revision=tip.revision,
            acting=_officer(tip),
        )


async def _inquire(services: DemoServices, tip: Tip, member: Member | None) -> None:
    await _accept(services, tip, member)
    officer = _officer(tip)
    async with services.database.system() as connection:
        question = "请说明今年收取会费后开具票据的流程和时限。"
        due_on = today() + timedelta(days=7)
        asked = await ask_unit(
            connection, tip.tip_id, question, due_on, revision=tip.revision + 1, acting=officer
        )
        if member is not None:
            (inquiry,) = await inquiries_of_tip(connection, asked.tip_id)
            answer = "收到会费后三个工作日内开具；个别会员要求合并开具的，月末统一开具。"
            await answer_inquiry(connection, inquiry.inquiry_id, answer, acting=handler_of(member))


async def _ask(services: DemoServices, tip: Tip, _member: Member | None) -> None:
    async with services.database.system() as connection:
        await ask_reporter(
            connection,
            tip.tip_id,
            "请补充缴费的日期和付款记录。",
            revision=tip.revision,
            acting=_officer(tip),
        )


async def _refuse(services: DemoServices, tip: Tip, _member: Member | None) -> None:
    async with services.database.system() as connection:
        await refuse_tip(
            connection,
            tip.tip_id,
            "反映的是税务发票，请向税务机关反映（12366）。",
            "不属于财政票据。",
            revision=tip.revision,
            acting=_officer(tip),
        )


async def _close(services: DemoServices, tip: Tip, member: Member | None) -> None:
    await _accept(services, tip, member)
    async with services.database.system() as connection:
        await close_tip(
            connection,
            tip.tip_id,
            "经核实，该单位漏开一张票据，已补开并送达；财政部门已要求其改进开票流程。",
            "单位已书面说明。",
            revision=tip.revision + 1,
            acting=_officer(tip),
        )


async def _merge(services: DemoServices, tip: Tip, _member: Member | None) -> None:
    async with services.database.system() as connection:
        leading = await list_tips(connection, TipFilter(unit_id=tip.unit_id, states=(TipState.ACCEPTED,)))
        if leading.items:
            into = leading.items[-1].tip_id
            acting = _officer(tip)
            await merge_tip(connection, tip.tip_id, into, "", revision=tip.revision, acting=acting)


_TIPS: tuple[tuple[_Told, _Work], ...] = (
    (
        _Told(
            lookup="DEMO-BANJ-2222-AAAA",
            profile="charity",
            days=24,
            kind=TipKind.NO_BILL,
            words="上月向该单位捐款二百元，一直没有收到捐赠票据，打电话说系统忙。",
            contact="13800001234",
        ),
        _close,
    ),
    (
        _Told(
            lookup="DEMO-BUYU-3333-BBBB",
            profile="",
            days=16,
            kind=TipKind.OTHER,
            unit_name="某某超市",
            words="在超市买东西不给开发票，只给一张小票，希望管一管。",
        ),
        _refuse,
    ),
    (
        _Told(
            lookup="DEMO-YUQI-4444-CCCC",
            profile="",
            days=15,
            kind=TipKind.FAKE,
            unit_name="不清楚",
            words="有人在微信群里卖捐赠票据，说可以抵税，附了一张截图里的样子。",
        ),
        _nothing,
    ),
    (
        _Told(
            lookup="DEMO-BANL-5555-DDDD",
            profile="association",
            days=9,
            kind=TipKind.NO_BILL,
            words="今年交了会费以后，学会两个月都没有开票据，单位没法报销。",
            contact="member@example.com",
        ),
        _inquire,
    ),
    (
        _Told(
            lookup="DEMO-BING-6666-EEEE",
            profile="association",
            days=4,
            kind=TipKind.NO_BILL,
            words="我也遇到学会收会费不及时开票据的情况，前后催了三次。",
        ),
        _merge,
    ),
    (
        _Told(
            lookup="DEMO-BUCH-7777-FFFF",
            profile="hospital",
            days=3,
            kind=TipKind.OVERCHARGE,
            words="同样的检查，票据上的收费比公示的标准高，问了窗口说是系统价格。",
        ),
        _ask,
    ),
    (
        _Told(
            lookup="DEMO-DAIS-8888-GGGG",
            profile="court",
            days=1,
            kind=TipKind.AMOUNT,
            words="交款的金额和票据上的金额差了一百元，窗口说以后再补一张。",
        ),
        _nothing,
    ),
)
#: Units that are watched: by profile, with what led to it and why.
_WATCHED = (
    (
        "association",
        WatchSource.TIP,
        "多名会员反映收取会费后不及时开具票据，已请单位说明。",
        Decimal("3000.00"),
    ),
    (
        "hospital",
        WatchSource.UNUSUAL,
        "近期冲红占比明显高于该单位以往水平，需要跟踪核实。",
        Decimal("5000.00"),
    ),
)


async def bring_tips(services: DemoServices, members: Sequence[Member]) -> None:
    """Report the tips as people outside do, and let departments work on them."""
    desk = TipDesk(
        services.database,
        services.catalog,
        services.master_key,
        services.evidence,
        services.settings.of(TipSettings),
    )
    first = first_of_profiles(members)
    for told, work in _TIPS:
        if told.profile and told.profile not in first:
            continue
        member = first.get(told.profile)
        name = member[0].name if member else told.unit_name
        moment = datetime.combine(today() - timedelta(days=told.days), time(_HOUR), SHANGHAI)
        with set_to(moment):
            wish = TipWish(unit_name=name, kinds=(told.kind.value,), words=told.words, contact=told.contact)
            await desk.submit(desk.seal_draft(wish, (), lookup=told.lookup), address=_ADDRESS)
            tip = await _find(services, told.words)
        if tip.state is TipState.NEW:
            with set_to(moment + timedelta(hours=4)):
                await work(services, tip, member)


async def bring_watches(connection: AsyncConnection, members: Sequence[Member], officer: str) -> None:
    """Put two units under watch, by the officer with this user name; again, nothing."""
    (account,) = await find_persons(connection, username=officer)
    first = first_of_profiles(members)
    known = (await list_watches(connection, WatchFilter(active=None))).items
    for profile, source, reason, bound in _WATCHED:
        if profile not in first:
            continue
        unit_id = first[profile][0].unit_id
        if unit_id not in {each.unit_id for each in known}:
            wish = WatchWish(
                unit_id=unit_id,
                source=source,
                source_id=await _tip_of(connection, unit_id) if source is WatchSource.TIP else None,
                reason=reason,
                last_day=today() + timedelta(days=60),
                bound=bound,
            )
            await place_watch(connection, wish, acting=acting_for(account))


async def _tip_of(connection: AsyncConnection, unit_id: int) -> int | None:
    found = (await list_tips(connection, TipFilter(unit_id=unit_id))).items
    return found[-1].tip_id if found else None


async def _find(services: DemoServices, words: str) -> Tip:
    async with services.database.system() as connection:
        found = (await list_tips(connection, TipFilter())).items
    return next(each for each in found if each.words == words)
