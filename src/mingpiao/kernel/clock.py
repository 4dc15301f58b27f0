"""Time: aware everywhere, Asia/Shanghai at the edges, UTC in the database.

All of the code asks this module for the time; `set_to` replaces its clock for a whole process.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """The present moment in Asia/Shanghai, whole seconds cut off nowhere."""
    return _read()


def today() -> date:
    """The present date in Asia/Shanghai."""
    return now().date()


def by_database(told: datetime) -> datetime:
    """The present moment as the database told it, in Asia/Shanghai; the clock's own where `set_to` holds.

    Of several machines each has a clock; what must be in one order is dated by the one that they share.
    """
    return to_shanghai(told) if _read is machine_time else now()


def machine_time() -> datetime:
    """What this machine's clock shows, in Asia/Shanghai, whatever `set_to` says."""
    return datetime.now(SHANGHAI)


_read: Callable[[], datetime] = machine_time


class StoppedClock:
    """A clock that shows one moment until it is moved."""

    def __init__(self, moment: datetime) -> None:
        self._moment = to_shanghai(moment)

    def read(self) -> datetime:
        return self._moment

    def move(self, *, days: float = 0, hours: float = 0, minutes: float = 0, seconds: float = 0) -> None:
        """Show a later moment, or an earlier one when the time given is negative."""
        self._moment += timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)

    def set(self, moment: datetime) -> None:
        """Show another moment; a naive one is refused with ValueError."""
        self._moment = to_shanghai(moment)


@contextmanager
def set_to(moment: datetime) -> Iterator[StoppedClock]:
    """Let `now` and `today` tell this moment in the whole process until the block ends or the clock is moved.

    A naive moment is refused with ValueError. The database's own clock goes on: see CONTRIBUTING.md.
    """
    global _read
    clock, before = StoppedClock(moment), _read
    _read = clock.read
    try:
        yield clock
    finally:
        _read = before


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
