"""Reminders of decisions: one within a working day before the deadline, one after it."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications import store
from mingpiao.applications.model import Application, ApplicationState
from mingpiao.applications.notices import reminder_topic
from mingpiao.applications.reviews import department_above
from mingpiao.applications.tables import applications
from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load as load_catalog
from mingpiao.kernel.clock import now
from mingpiao.messages.service import tell_department
from mingpiao.storage.database import Database

#: Longer than any public holiday together with the weekends before and after it.
_LONGEST_PAUSE = timedelta(days=14)
_PORTION = 500


async def remind(database: Database, moment: datetime | None = None) -> None:
    """Send a department a message about each decision that is due within a working day, or overdue.

    The department above also gets a message about an overdue decision. Each message is sent only once, so
    this is safe to repeat, also after an interrupted run.
    """
    at = moment or now()
    after = 0
    async with database.system() as connection:
        catalog = await load_catalog(connection)
    while True:
        async with database.system() as connection:
            found = await _due(connection, at, after)
            for application in found:
                await _remind_of(connection, application, at, catalog)
        if len(found) < _PORTION:
            return
        after = found[-1].application_id


async def _due(connection: AsyncConnection, at: datetime, after: int) -> list[Application]:
    query = (
        select(applications)
        .where(
            applications.c.state == ApplicationState.IN_REVIEW.value,
            applications.c.due_at < at + _LONGEST_PAUSE,
            applications.c.application_id > after,
        )
        .order_by(applications.c.application_id)
        .limit(_PORTION)
    )
    return [store.from_row(row) for row in (await connection.execute(query)).mappings()]


async def _remind_of(
    connection: AsyncConnection, application: Application, at: datetime, catalog: Catalog
) -> None:
    left = application.workdays_left(at)
    region, due = application.reviewer_region, application.due_at
    if left is None or region is None or due is None or left > 1:
        return
    above = department_above(catalog, region)
    overdue = at >= due
    told = [region, *([above] if overdue and above else [])]
    last_day = (due - timedelta(seconds=1)).astimezone(at.tzinfo).date()
    name = catalog.departments[region].name
    topic = reminder_topic(application.application_id, due, overdue=overdue)
    for place in told:
        await tell_department(
            connection,
            place,
            f"{topic}:{place}",
            "人工复核已逾期" if overdue else "人工复核即将到期",
            f"{name}办理，缴款人{application.payer_name}，金额{application.total:,.2f}元，"
            f"应于{last_day}前办结。",
            link=f"/finance/reviews/{application.application_id}",
            urgent=True,
        )
