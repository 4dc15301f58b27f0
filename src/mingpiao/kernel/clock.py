"""Time: aware everywhere, Asia/Shanghai at the edges, UTC in the database."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment in Asia/Shanghai, whole seconds cut off nowhere."""
    return datetime.now(SHANGHAI)


def today() -> date:
    """The present date in Asia/Shanghai."""
    return now().date()


def to_shanghai(moment: datetime) -> datetime:
    """The same moment in Asia/Shanghai; a naive one is refused with ValueError."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime")
    return moment.astimezone(SHANGHAI)


def to_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a naive one is refused with ValueError."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime")
    return moment.astimezone(UTC)
