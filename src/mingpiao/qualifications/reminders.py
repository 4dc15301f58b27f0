"""Reminders before a qualification expires, and a message about the lock after it; each is sent once.

Nothing is locked here: after the last valid day, the train refuses bills by the date on the unit's stock row.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import now
from mingpiao.messages.service import tell_department, tell_unit
from mingpiao.qualifications import store
from mingpiao.qualifications.model import Qualification, QualificationState
from mingpiao.qualifications.tables import qualifications
from mingpiao.storage.database import Database

#: Days before the last valid day on which a unit is reminded.
REMINDERS = (60, 30, 7, 1)
_BATCH = 200
_UNITS_WITHOUT = text(
    """
    SELECT units.unit_id FROM listed_units AS units
    WHERE units.unit_id > :after
        AND NOT EXISTS (SELECT FROM qualifications
                        WHERE qualifications.unit_id = units.unit_id
                            AND state IN ('reading', 'read', 'submitted', 'accepted', 'revoked'))
        AND NOT EXISTS (SELECT FROM told_topics WHERE topic = 'qualification:none:' || units.unit_id)
    ORDER BY units.unit_id LIMIT :batch
    """
)


async def remind(database: Database, moment: datetime | None = None) -> None:
    """Send messages about qualifications that expire within 60 days or have expired, and to units without any.

    Only the latest reminder that is due is sent, also after downtime, and each only once.
    `moment` replaces the present time.
    """
    on = (moment or now()).date()
    after = 0
    while True:
        async with database.system() as connection:
            rows = await _ending(connection, on, after)
            for row in rows:
                await _tell(connection, store.qualification_of(row), str(row["unit_name"]), on)
        if len(rows) < _BATCH:
            break
        after = rows[-1]["qualification_id"]
    await _remind_units_without(database)


async def _ending(connection: AsyncConnection, on: date, after: int) -> list[RowMapping]:
    columns = qualifications.c
    name = text(
        "(SELECT name FROM listed_units AS units WHERE units.unit_id = qualifications.unit_id) AS unit_name"
    )
    query = (
        select(qualifications, name)
        .where(
            columns.state == QualificationState.ACCEPTED,
            columns.valid_until <= on + timedelta(days=max(REMINDERS)),
            columns.qualification_id > after,
        )
        .order_by(columns.qualification_id)
        .limit(_BATCH)
    )
    # A shared lock, which waits for a new qualification that is replacing this one at the same moment.
    return list((await connection.execute(store.QUALIFICATIONS.on(query, shared=True))).mappings())


async def _tell(connection: AsyncConnection, qualification: Qualification, unit_name: str, on: date) -> None:
    left = qualification.days_left(on)
    if left is None:
        return
    topic = f"qualification:{qualification.qualification_id}:{qualification.valid_until}"
    link = f"/unit/qualifications/{qualification.qualification_id}"
    if left < 0:
        title = f"{qualification.type_label}已到期，开票功能已锁定"
        body = f"{qualification.type_label}的有效期至{qualification.valid_until}。请上传换发后的证书，认定有效后立即恢复开票。"
        await tell_unit(
            connection, qualification.unit_id, f"{topic}:locked", title, body, link=link, urgent=True
        )
        await tell_department(
            connection,
            qualification.region_code,
            f"{topic}:locked:department",
            f"{unit_name}的资质证书已到期，开票功能已锁定",
            f"{qualification.type_label}的有效期至{qualification.valid_until}。",
            link=f"/finance/qualifications/{qualification.qualification_id}",
        )
        return
    nearest = min(day for day in REMINDERS if left <= day)
    title = f"{qualification.type_label}{_in_days(left)}到期"
    body = (
        f"{qualification.type_label}的有效期至{qualification.valid_until}，次日零时起开票功能将锁定。"
        "请尽快办理换证，并上传新的证书。"
    )
    await tell_unit(
        connection, qualification.unit_id, f"{topic}:{nearest}", title, body, link=link, urgent=nearest <= 7
    )


def _in_days(left: int) -> str:
    return f"还有{left}天" if left else "今天"


async def _remind_units_without(database: Database) -> None:
    after = 0
    while True:
        async with database.system() as connection:
            given = {"after": after, "batch": _BATCH}
            unit_ids = list((await connection.execute(_UNITS_WITHOUT, given)).scalars())
            for unit_id in unit_ids:
                await tell_unit(
                    connection,
                    unit_id,
                    f"qualification:none:{unit_id}",
                    "请上传本单位的资质证书",
                    "平台上还没有本单位的资质证书，目前不影响开票。请票据管理员尽快上传。",
                    link="/unit/qualifications",
                )
        if len(unit_ids) < _BATCH:
            return
        after = unit_ids[-1]
