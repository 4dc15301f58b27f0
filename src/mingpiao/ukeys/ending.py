"""UKeys that end soon: their person is told, and who manages the unit; of each number of days once.

How many days ahead is a department's choice (`UKeyPolicy.told_before`).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Role
from mingpiao.identity.service import accounts_of_unit
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.kernel.codes import region_covers
from mingpiao.messages.service import tell_person
from mingpiao.storage.database import Database
from mingpiao.ukeys.model import UKey
from mingpiao.ukeys.policies import UKeyPolicy, newest_policies
from mingpiao.ukeys.store import ukey_of

_PORTION = 200
#: UKeys in use of active units and of departments, with the region whose choice holds.
_ENDING = text(
    """
SELECT ukeys.*, coalesce(ukeys.region_code, units.region_code) AS chosen_by
FROM ukeys LEFT JOIN managed_units AS units USING (unit_id)
WHERE ukeys.state = 'active' AND valid_to > :moment AND valid_to <= :before AND ukey_id > :after
    AND (unit_id IS NULL OR units.state = 'active')
ORDER BY ukey_id LIMIT :portion
"""
)


def due_days(valid_to: datetime, moment: datetime, days: Sequence[int]) -> int | None:
    """Of how many days ahead a person is to be told now: the nearest choice that has been reached, also after downtime;
    None while there is time, and after the end.
    """
    left = valid_to - moment
    reached = [each for each in days if timedelta() < left <= timedelta(days=each)]
    return min(reached, default=None)


async def tell_of_ends(database: Database) -> None:
    """Tell people whose UKeys end soon, and the managers of their units; each of a UKey's days once."""
    after, moment = 0, now()
    while True:
        async with database.system() as connection:
            policies = await newest_policies(connection)
            longest = max(day for each in (UKeyPolicy(), *policies.values()) for day in each.told_before)
            given = {
                "moment": moment,
                "before": moment + timedelta(days=longest),
                "after": after,
                "portion": _PORTION,
            }
            rows = list((await connection.execute(_ENDING, given)).mappings())
            for row in rows:
                await _tell_of(connection, row, policies, moment)
        if len(rows) < _PORTION:
            return
        after = rows[-1]["ukey_id"]


async def _tell_of(
    connection: AsyncConnection, row: RowMapping, policies: Mapping[str, UKeyPolicy], moment: datetime
) -> None:
    key = ukey_of(row)
    if key.valid_to is None:
        return
    days = due_days(key.valid_to, moment, _policy_of(row["chosen_by"], policies).told_before)
    if days is None:
        return
    day = f"{to_shanghai(key.valid_to):%Y年%-m月%-d日}"
    topic = f"ukey:{key.ukey_id}:ends:{days}"
    for account_id, link in await _told(connection, key):
        is_own = account_id == key.account_id
        await tell_person(
            connection,
            account_id,
            f"{topic}:{account_id}",
            f"{'您' if is_own else key.holder_name}的 UKey 将于{day}到期",
            f"到期后不能用它登录。{_WHAT_TO_DO if is_own and not link else _DO}",
            link=link,
            urgent=days <= 1,
        )


_DO = "请重新生成证书申请，办理新的 UKey；新的启用以前，现在的照常使用。"
_WHAT_TO_DO = "请联系票据管理员重新申请 UKey；新的启用以前，现在的照常使用。"


async def _told(connection: AsyncConnection, key: UKey) -> list[tuple[int, str]]:
    """The accounts that are told of a UKey, its own first, with the page that each is led to."""
    if key.unit_id is None:
        return [(key.account_id, f"/finance/ukeys/{key.ukey_id}")]
    link = f"/unit/ukeys/{key.ukey_id}"
    people = await accounts_of_unit(connection, key.unit_id)
    managers = {each.account_id for each in people if each.active and each.role is Role.UNIT_MANAGER}
    own = (key.account_id, link if key.account_id in managers else "")
    return [own, *((each, link) for each in sorted(managers - {key.account_id}))]


def _policy_of(region: str, policies: Mapping[str, UKeyPolicy]) -> UKeyPolicy:
    """The choice of the nearest region that has one; codes of those below are higher."""
    chosen = [each for each in policies if region_covers(each, region)]
    return policies[max(chosen)] if chosen else UKeyPolicy()
