"""Accounts that nobody uses: who is told before they are closed, and afterwards."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.delivery.model import SmsTemplate
from mingpiao.delivery.service import SmsOutbox
from mingpiao.identity.model import platform
from mingpiao.identity.service import UnusedAccount, close_unused, warn_unused
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import to_shanghai, today
from mingpiao.messages.service import tell_department, tell_person, tell_unit
from mingpiao.storage.database import Database

UNUSED_JOB = "close_unused_accounts"
#: Of more accounts of one place than this a message has only the number.
_NAMED = 20
_ACTING = platform("unused_accounts")

GOING = SmsTemplate(
    name="account_unused",
    label="账户长期未用的提醒",
    words="您的账户{username}长期没有登录，将于{day}停用。仍需使用的，请在此之前登录一次。",
)
CLOSED = SmsTemplate(
    name="account_closed_unused",
    label="账户因长期未用停用的提醒",
    words="您的账户{username}因长期没有登录已停用。仍需使用的，请联系系统管理员启用。",
)


async def ask_to_close_unused(database: Database) -> None:
    """Request that accounts which nobody uses are announced and closed."""
    async with database.system() as connection:
        await enqueue(connection, UNUSED_JOB, {}, key=UNUSED_JOB)


class UnusedAccounts:
    """The work on accounts that nobody used for so many days; 0 is never."""

    def __init__(self, database: Database, sms: SmsOutbox, days: int) -> None:
        self._database = database
        self._sms = sms
        self._days = days

    async def work(self, _payload: Mapping[str, Any]) -> None:
        """Close what was announced long enough, then announce; portion by portion, each one whole or not at all."""
        if not self._days:
            return
        while await self._close():
            pass
        for step in (1, 0):
            while await self._warn(step):
                pass

    async def _warn(self, step: int) -> bool:
        async with self._database.system() as connection:
            found = await warn_unused(connection, self._days, step)
            for each in found:
                day = f"{to_shanghai(each.closes_at):%Y年%-m月%-d日}"
                words = {"username": each.account.username, "day": day}
                title, body = f"您的账户将于{day}停用", f"已经很久没有登录，到期停用。{_KEEP}"
                await self._tell(connection, each, GOING, words, f"{_topic(each)}:{step}", title, body)
            await _tell_places(connection, found, str(step), "长期没有登录，将停用", f"仍需使用的，{_KEEP}")
        return bool(found)

    async def _close(self) -> bool:
        async with self._database.system() as connection:
            found = await close_unused(connection, self._days, acting=_ACTING)
            for each in found:
                words = {"username": each.account.username}
                title, body = "您的账户因长期没有登录已停用", f"{_AGAIN}您看到本消息时，账户已重新启用。"
                await self._tell(connection, each, CLOSED, words, f"{_topic(each)}:closed", title, body)
            await _tell_places(connection, found, "closed", "因长期没有登录已停用", _AGAIN)
        return bool(found)

    async def _tell(
        self,
        connection: AsyncConnection,
        each: UnusedAccount,
        template: SmsTemplate,
        words: Mapping[str, str],
        topic: str,
        title: str,
        body: str,
    ) -> None:
        await tell_person(connection, each.account.account_id, topic, title, body)
        if each.mobile:
            await self._sms.send(connection, template, each.mobile, words)


_KEEP = "请本人在此之前登录一次。"
_AGAIN = "仍需使用的，请联系系统管理员，写明原因后启用。"


def _topic(each: UnusedAccount) -> str:
    return f"unused:{each.account.account_id}:{each.used_at:%Y%m%d%H%M%S}"


async def _tell_places(
    connection: AsyncConnection, found: Sequence[UnusedAccount], topic: str, what: str, then: str
) -> None:
    """Tell each unit and department of its people in one message."""
    places: dict[int | str, list[UnusedAccount]] = defaultdict(list)
    for each in found:
        place = each.account.unit_id or each.account.region_code
        if place is not None:
            places[place].append(each)
    for place, people in places.items():
        names = "、".join(f"{one.account.display_name}（{one.account.username}）" for one in people[:_NAMED])
        more = f"等{len(people)}个" if len(people) > _NAMED else ""
        title = f"{len(people)}个账户{what}"
        body = f"{names}{more}。{then}"
        key = f"unused:{topic}:{place}:{today():%Y%m%d}:{people[0].account.account_id}"
        if isinstance(place, int):
            await tell_unit(connection, place, key, title, body, link="/unit/accounts")
        else:
            await tell_department(connection, place, key, title, body)
