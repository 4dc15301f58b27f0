"""Reminds units of months that are to be written off: by itself shortly before the last day, and for a department."""

from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record_all
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import refuse
from mingpiao.messages.service import tell_unit
from mingpiao.storage.database import Database
from mingpiao.writeoff.months import workday_after

#: Units that one person may remind at once.
MOST_REMINDED = 1_000
#: Working days before the last one on which a unit is reminded.
_DAYS_BEFORE = 2
#: Units that are told in one transaction.
_PORTION = 200
_REMINDERS = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_DUE = text("""
SELECT unit_id, month, min(due_on) AS due_on FROM cycles
WHERE writeoff_id IS NULL AND campaign_id IS NULL AND due_on BETWEEN :today AND :last AND (unit_id, month) > (:unit_id, :month)
GROUP BY unit_id, month ORDER BY unit_id, month LIMIT :limit
""")
# One row a unit: of two that remind at once, one waits and then finds that it is done.
_REMIND = text("""
WITH behind AS (
    SELECT units.unit_id, min(cycles.month) AS oldest, min(cycles.due_on) AS due_on
    FROM listed_units AS units JOIN cycles USING (unit_id)
    WHERE units.unit_id = ANY (:ids) AND cycles.writeoff_id IS NULL AND cycles.campaign_id IS NULL
        AND starts_with(units.region_code, :prefix)
    GROUP BY 1
), reminded AS (
    INSERT INTO writeoff_reminders (unit_id, reminded_on, reminded_by_name)
    SELECT unit_id, CAST(:today AS date), CAST(:name AS text) FROM behind ORDER BY unit_id
    ON CONFLICT (unit_id) DO UPDATE
        SET reminded_on = excluded.reminded_on, reminded_by_name = excluded.reminded_by_name
        WHERE writeoff_reminders.reminded_on < excluded.reminded_on
    RETURNING unit_id
)
SELECT behind.*, reminded.unit_id IS NOT NULL AS told FROM behind LEFT JOIN reminded USING (unit_id)
ORDER BY behind.unit_id
""")


async def remind_units(database: Database) -> None:
    """Tell each unit once of each month whose last day is at most two working days ahead."""
    last = workday_after(today(), _DAYS_BEFORE)
    place = (0, today())
    while True:
        given = {
            "today": today(),
            "last": last,
            "unit_id": place[0],
            "month": place[1],
            "limit": _PORTION,
        }
        async with database.system() as connection:
            rows = list(await connection.execute(_DUE, given))
            for row in rows:
                await _remind(
                    connection,
                    row.unit_id,
                    row.month,
                    row.due_on,
                    topic=f"writeoff:due:{row.unit_id}:{row.month}:{row.due_on}",
                )
        if len(rows) < _PORTION:
            return
        place = (rows[-1].unit_id, rows[-1].month)


class Reminded(msgspec.Struct, frozen=True, kw_only=True):
    """How many units were reminded, and how many had been today already; all others have nothing open."""

    told: int
    before: int


async def urge_units(connection: AsyncConnection, unit_ids: Sequence[int], *, acting: Acting) -> Reminded:
    """Remind units of the acting department's area that have open months by a message, each once a day.

    Units elsewhere, and those with nothing open, are passed over. Raises `Refusal`: `access.denied` (403) for
    anybody but people of a department, `writeoff.remind_none` and `writeoff.remind_many` (422).
    """
    region = require_reminder(unit_ids, acting=acting)
    given = {
        "ids": sorted(set(unit_ids)),
        "prefix": region_prefix(region),
        "today": today(),
        "name": acting.name,
    }
    behind = list(await connection.execute(_REMIND, given))
    told = [each for each in behind if each.told]
    for each in told:
        topic = f"writeoff:remind:{each.unit_id}:{today()}"
        await _remind(connection, each.unit_id, each.oldest, each.due_on, topic=topic, by="财政部门提醒：")
    await record_all(connection, [_reminded(each.unit_id, each.oldest, acting=acting) for each in told])
    return Reminded(told=len(told), before=len(behind) - len(told))


def require_reminder(unit_ids: Sequence[int], *, acting: Acting) -> str:
    """The region of who reminds these units. Raises `Refusal` as `urge_units`."""
    region = acting.region_code
    if region is None or acting.role not in _REMINDERS:
        raise refuse("access.denied", "只有财政部门的人员可以提醒用票单位核销。", status=403)
    if not unit_ids:
        raise refuse("writeoff.remind_none", "请先在列表中选择要提醒的单位。", status=422)
    if len(unit_ids) > MOST_REMINDED:
        message = f"一次最多提醒{MOST_REMINDED:,}家单位，请分次选择。"
        raise refuse("writeoff.remind_many", message, status=422)
    return region


async def _remind(
    connection: AsyncConnection, unit_id: int, month: date, due_on: date, *, topic: str, by: str = ""
) -> None:
    """Tell a unit of a month, once for each topic; `by` says in the title who reminds."""
    late = due_on < today()
    stands = "已经逾期" if late else f"应在{due_on:%Y年%-m月%-d日}前核销，逾期后"
    await tell_unit(
        connection,
        unit_id,
        topic,
        f"{by}请核销{month:%Y年%-m月}的票据",
        f"{month:%Y年%-m月}的票据{stands}{'，' if late else ''}在线开票单位停止开票，接口单位停止供票。"
        "请核对到账金额并提交核销。",
        link=f"/unit/writeoff/{month:%Y-%m}",
        urgent=True,
    )


def _reminded(unit_id: int, oldest: date, *, acting: Acting) -> AuditEntry:
    return AuditEntry(
        acting=acting,
        action="writeoff:remind",
        subject=f"unit:{unit_id}",
        unit_id=unit_id,
        details={"month": f"{oldest:%Y-%m}"},
    )
