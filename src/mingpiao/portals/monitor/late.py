"""What is running late: work that waits for the platform's programs, by kind of work."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.delivery.service import waiting_sms
from mingpiao.evidence.service import unread_files
from mingpiao.jobs.backlog import Backlog, waiting_jobs
from mingpiao.kernel.clock import now
from mingpiao.qualifications.service import unread_papers

#: Whatever waits longer is late.
LATE_AFTER = timedelta(minutes=5)


class LateLine(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of work: what waits, since when the oldest does in words, and whether that is late."""

    name: str
    waiting: int
    since: str
    late: bool


async def late_of_area(connection: AsyncConnection, region_code: str) -> list[LateLine]:
    """The work for units of an area, within the scope of who asks."""
    return [
        _line("佐证材料识别", await unread_files(connection, region_code)),
        _line("资质证书识别", await unread_papers(connection, region_code)),
    ]


async def late_of_platform(connection: AsyncConnection) -> list[LateLine]:
    """The work that belongs to no region; the connection is the platform's own."""
    return [
        _line("短信发送", await waiting_sms(connection)),
        _line("后台任务", await waiting_jobs(connection)),
    ]


def _line(name: str, backlog: Backlog) -> LateLine:
    waited = _waited(backlog.since)
    return LateLine(
        name=name, waiting=backlog.waiting, since=_words(backlog, waited), late=waited > LATE_AFTER
    )


def _waited(since: datetime | None) -> timedelta:
    return max(now() - since, timedelta(0)) if since else timedelta(0)


def _words(backlog: Backlog, waited: timedelta) -> str:
    if not backlog.waiting:
        return "没有等待"
    minutes = int(waited / timedelta(minutes=1))
    if minutes >= 60:
        return f"最早的已等待{minutes // 60}小时{minutes % 60}分钟"
    return f"最早的已等待{minutes}分钟" if minutes else "最早的等待不足1分钟"
