"""Whether a unit's month is one that must be written off, in one place for pages, programs and the worker."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import to_shanghai, today
from mingpiao.kernel.errors import refuse
from mingpiao.writeoff.campaign_months import is_caught_up
from mingpiao.writeoff.months import last_day, month_of, next_month
from mingpiao.writeoff.policies import months_in_force

_SINCE = text("""
SELECT created_at, EXISTS (
    SELECT FROM day_sums WHERE day_sums.unit_id = units.unit_id AND day BETWEEN :first AND :last) OR EXISTS (
    SELECT FROM cycles WHERE cycles.unit_id = units.unit_id AND cycles.month = :first) AS has_bills
FROM managed_units AS units WHERE unit_id = :unit_id
""")


def require_over(month: date) -> None:
    """Raise `Refusal` (`writeoff.month_open`, 409) for a month that is not over."""
    if next_month(month) > today():
        message = f"{month:%Y年%-m月}还没有结束，请在{next_month(month):%Y年%-m月%-d日}以后核销。"
        raise refuse("writeoff.month_open", message, status=409)


async def require_closed_month(connection: AsyncConnection, unit_id: int, month: date) -> None:
    """Raise `Refusal` as `require_over` and `require_owed_month` do."""
    require_over(month)
    await require_owed_month(connection, unit_id, month)


async def require_owed_month(connection: AsyncConnection, unit_id: int, month: date) -> None:
    """Raise `Refusal` (409) unless a unit's month is one that must be written off.

    `writeoff.before_unit`: the unit was registered later and has no bills of it; `writeoff.not_in_force`:
    write-off begins later, or nowhere yet, and no campaign includes the month.
    """
    given = {"unit_id": unit_id, "first": month, "last": last_day(month)}
    unit = (await connection.execute(_SINCE, given)).one()
    since = to_shanghai(unit.created_at).date()
    if month < month_of(since) and not unit.has_bills:
        message = f"本单位于{since:%Y年%-m月%-d日}登记，{month:%Y年%-m月}没有票据，请核对月份。"
        raise refuse("writeoff.before_unit", message, status=409, since=since.isoformat())
    begins_on = await months_in_force(connection)
    if (begins_on is None or month < begins_on) and not await is_caught_up(connection, unit_id, month):
        start = "本省还没有启用核销" if begins_on is None else f"核销从{begins_on:%Y年%-m月}的票据开始"
        raise refuse("writeoff.not_in_force", f"{start}，{month:%Y年%-m月}的票据不需要核销。", status=409)
