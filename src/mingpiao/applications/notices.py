"""Messages about an application, to its unit and to the department that decides."""

from enum import StrEnum

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import Application
from mingpiao.messages.service import settle, tell_department, tell_unit
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
    """Send a message about an application; a recipient gets at most one for each revision, and the one before
    is dealt with.
    """
    await settle(connection, *_topics_before(application))
    if notice.to is Recipient.UNIT:
        await _send_to_unit(connection, application, notice)
    else:
        await _send_to_department(connection, application, notice)


def _topics_before(application: Application) -> list[str]:
    """What was told when the application came to where it was before: that is dealt with."""
    at = f"{application.application_id}:{application.revision - 1}"
    return [f"application:{at}", f"review:{at}:{application.reviewer_region or ''}"]


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
