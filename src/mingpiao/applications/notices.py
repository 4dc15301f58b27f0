"""Messages about an application, to its unit and to the department that decides."""

from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import Application
from mingpiao.messages.service import of_revisions, settle, tell_department, tell_unit
from mingpiao.units.service import get as get_unit


class Recipient(StrEnum):
    """Who gets a message: the unit, or the department that decides."""

    UNIT = "unit"
    DEPARTMENT = "department"


class ApplicationNotice(msgspec.Struct, frozen=True, kw_only=True):
    """A message in Chinese. `region_code`, if set, names a department other than the one that decides."""

    to: Recipient
    title: str
    body: str = ""
    urgent: bool = False
    region_code: str = ""


def to_unit(title: str, body: str = "", *, urgent: bool = False) -> ApplicationNotice:
    """A message to the unit that submitted the application."""
    return ApplicationNotice(to=Recipient.UNIT, title=title, body=body, urgent=urgent)


def to_department(title: str, body: str = "", *, region_code: str = "") -> ApplicationNotice:
    """A message to the department that decides, or to that of a region."""
    return ApplicationNotice(to=Recipient.DEPARTMENT, title=title, body=body, region_code=region_code)


async def send(connection: AsyncConnection, application: Application, notice: ApplicationNotice) -> None:
    """Send a message about an application; a recipient gets at most one for each revision."""
    if notice.to is Recipient.UNIT:
        await _send_to_unit(connection, application, notice)
    else:
        await _send_to_department(connection, application, notice)


async def settle_before(connection: AsyncConnection, before: Application) -> None:
    """What was told until an application left the state or the department it was in `before`: that is dealt with.

    Every department that may have had it is meant: those of the unit's region and above, and the one that decides.
    """
    key, region = before.application_id, before.region_code
    places = {region, f"{region[:4]}00", f"{region[:2]}0000", before.reviewer_region or region}
    at = of_revisions(f"application:{key}", before.revision)
    reviews = of_revisions(f"review:{key}", before.revision)
    due = before.due_at
    reminders = [] if due is None else [reminder_topic(key, due, overdue=late) for late in (False, True)]
    asked = [f"{topic}:{place}" for topic in (*reviews, *reminders) for place in sorted(places)]
    await settle(connection, *at, *asked)


def reminder_topic(application_id: int, due_at: datetime, *, overdue: bool) -> str:
    """What reminders that a decision is due, or is overdue, begin with; the department's region follows."""
    return f"review-{'overdue' if overdue else 'soon'}:{application_id}:{due_at:%Y%m%d}"


async def _send_to_unit(
    connection: AsyncConnection, application: Application, notice: ApplicationNotice
) -> None:
    await tell_unit(
        connection,
        application.unit_id,
        f"application:{application.application_id}:{application.revision}",
        notice.title,
        f"{_described(application)}{notice.body}",
        link=f"/unit/applications/{application.application_id}",
        urgent=notice.urgent,
    )


async def _send_to_department(
    connection: AsyncConnection, application: Application, notice: ApplicationNotice
) -> None:
    region = notice.region_code or application.reviewer_region
    if region is None:
        return
    unit = await get_unit(connection, application.unit_id)
    await tell_department(
        connection,
        region,
        f"review:{application.application_id}:{application.revision}:{region}",
        notice.title,
        f"{unit.name}，{_described(application)}{notice.body}",
        link=f"/finance/reviews/{application.application_id}",
    )


def _described(application: Application) -> str:
    return f"缴款人{application.payer_name}，金额{application.total:,.2f}元。"
