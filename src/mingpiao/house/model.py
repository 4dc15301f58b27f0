"""What a room tells the house about itself: the values of which `ROOM` in its `room.py` is made.

The house finds every `room.py` by itself (`house/rooms.py`): the worker, the audit page, the page of the
system's state, the settings and the desk read from there. Nothing else is edited for a new room.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Generic, TypeVar

import msgspec

from mingpiao.house.opening import House
from mingpiao.storage.database import Database

Call = TypeVar("Call")


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """Work that comes round by the clock: a cron line in UTC, and what the page of the state calls it.

    `work` is safe to repeat and safe to break off.
    """

    name: str
    cron: str
    label: str
    work: Callable[[Database], Awaitable[None]]


class Purge(msgspec.Struct, frozen=True, kw_only=True):
    """A duty that forgets rows which have served: those of the room's own tables that meet a condition.

    `tables` maps a table to an SQL condition on its rows, in which `CAST(:today AS date)` is the present day
    (Asia/Shanghai). At most `portion` rows go in one transaction, so
    that no lock is held for long.
    """

    name: str
    cron: str
    label: str
    tables: Mapping[str, str]
    portion: int = 5_000


class Handler(msgspec.Struct, frozen=True, kw_only=True):
    """Who does the jobs of a name.

    `at_once` is how many of them one worker does at the same time. Work that raises is tried again
    `attempts` times in all, after a pause that begins with `pause_seconds` and doubles, five minutes
    at most; then the job is kept as failed (see `jobs.queue.failed_jobs`).
    """

    name: str
    work: Callable[[dict[str, Any]], Awaitable[None]]
    at_once: int = 2
    attempts: int = 6
    pause_seconds: float = 2.0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work that is asked for through the queue under `name`. `open` makes the worker's handler of that name."""

    name: str
    label: str
    open: Callable[[House], Awaitable[Handler]]


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """A reason that may stop a unit's issuing, as it is stored on stock rows.

    `label` is what a department reads of it, `message` what the unit is told when it wants to issue.
    """

    reason: str
    label: str
    message: str


class Topic(msgspec.Struct, Generic[Call], frozen=True, eq=False):
    """Something that a room tells those above it. It publishes the topic; it does not know who listens."""

    name: str


class Listener(msgspec.Struct, Generic[Call], frozen=True, kw_only=True):
    """A room's call for a topic of a room below."""

    topic: Topic[Call]
    call: Call


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """All that the house needs of a room; a room states what it has.

    `actions` are the Chinese words of the audit trail for the actions that the room records
    (`subject:verb`), `details` those for the names of their details, and `values` those for details that
    hold a word of ours: by the action's subject and the detail's name.
    """

    duties: tuple[Duty, ...] = ()
    purges: tuple[Purge, ...] = ()
    jobs: tuple[Job, ...] = ()
    locks: tuple[Lock, ...] = ()
    listeners: tuple[Listener[Any], ...] = ()
    actions: Mapping[str, str] = {}
    details: Mapping[str, str] = {}
    values: Mapping[tuple[str, str], Mapping[str, str]] = {}
