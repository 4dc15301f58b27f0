"""Reminds units of months that are due soon."""

from datetime import datetime, time

from sqlalchemy import text

from mingpiao.kernel.clock import SHANGHAI, today
from mingpiao.kernel.workdays import end_of_workday
from mingpiao.messages.service import tell_unit
from mingpiao.storage.database import Database

#: Working days before the last one on which a unit is reminded.
_DAYS_BEFORE = 2
#: Units that are told in one transaction.
_PORTION = 200
_DUE = text("""
SELECT unit_id, month, min(due_on) AS due_on FROM cycles
WHERE writeoff_id IS NULL AND due_on BETWEEN :today AND :last AND (unit_id, month) > (:unit_id, :month)
GROUP BY unit_id, month ORDER BY unit_id, month LIMIT :limit
""")


async def remind_units(database: Database) -> None:
    """Tell each unit once of each month whose last day is at most two working days ahead."""
    # The end of the day is the first moment that is too late.
    last = end_of_workday(datetime.combine(today(), time(12), SHANGHAI), _DAYS_BEFORE)
    place = (0, today())
    while True:
        given = {
            "today": today(),
            "last": today().fromordinal(last.date().toordinal() - 1),
            "unit_id": place[0],
            "month": place[1],
            "limit": _PORTION,
        }
        async with database.system() as connection:
            rows = list(await connection.execute(_DUE, given))
            for row in rows:
                await tell_unit(
                    connection,
                    row.unit_id,
                    f"writeoff:due:{row.unit_id}:{row.month}:{row.due_on}",
                    f"{row.month:%Y年%-m月}的票据请在{row.due_on:%-m月%-d日}前核销",
                    "逾期后在线开票单位停止开票，接口单位停止供票。请核对到账金额并提交核销。",
                    link=f"/unit/writeoff/{row.month:%Y-%m}",
                    urgent=True,
                )
        if len(rows) < _PORTION:
            return
        place = (rows[-1].unit_id, rows[-1].month)
