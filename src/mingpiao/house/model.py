"""What a room declares about itself: the values of which `ROOM` in its `room.py` is made.

The house finds every `room.py` by itself (`house/rooms.py`). The worker, the audit page, the page of the
system's state, the settings and the desk read these values, so nothing else is edited for a new room.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, Literal, Protocol, TypeVar

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.house.opening import House
from mingpiao.storage.database import Database

Call = TypeVar("Call")


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """Work that runs by a schedule: a cron line in UTC, and its name on the page of the system's state.

    `work` may safely be repeated and interrupted.
    """

    name: str
    cron: str
    label: str
    work: Callable[[Database], Awaitable[None]]


class Purge(msgspec.Struct, frozen=True, kw_only=True):
    """A duty that deletes old rows of the room's own tables.

    `tables` maps a table to an SQL condition on the rows to delete, in which `CAST(:today AS date)` is the
    present day (Asia/Shanghai). One transaction deletes at most `portion` rows, so that no lock is held for
    long.
    """

    name: str
    cron: str
    label: str
    tables: Mapping[str, str]
    portion: int = 5_000


class Handler(msgspec.Struct, frozen=True, kw_only=True):
    """The handler of the jobs of one name.

    `at_once` is how many of them one worker does at the same time. If the work raises, it is tried `attempts`
    times in all, after a pause that begins with `pause_seconds` and doubles up to five minutes; then the job
    is kept as failed (see `jobs.queue.failed_jobs`).
    """

    name: str
    work: Callable[[dict[str, Any]], Awaitable[None]]
    at_once: int = 2
    attempts: int = 6
    pause_seconds: float = 2.0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """Work that is requested through the queue under `name`. `open` makes the worker's handler for it."""

    name: str
    label: str
    open: Callable[[House], Awaitable[Handler]]


class Lock(msgspec.Struct, frozen=True, kw_only=True):
    """A reason that may stop a unit's issuing, as it is stored on stock rows.

    `label` is shown to a department; `message` is the answer to the unit when it wants to issue.
    """

    reason: str
    label: str
    message: str


class Topic(msgspec.Struct, Generic[Call], frozen=True, eq=False):
    """An event that a room publishes for rooms above it. The room does not know who listens."""

    name: str


class Listener(msgspec.Struct, Generic[Call], frozen=True, kw_only=True):
    """A room's function that is called when a lower room publishes a topic."""

    topic: Topic[Call]
    call: Call


class ChangedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a proposed change for people: what it is about, its value now, and the proposed one.

    Rows of one thing have the same `subject`; it is empty where the whole change is about one thing.
    """

    label: str
    before: str
    after: str
    subject: str = ""


class Apply(Protocol):
    """Carries out a proposed change in the transaction that approves it, and checks it again as of now.

    Raises `Refusal` for a change that no longer fits, for example because its subject changed meanwhile
    (`approvals.service.stale`); then the proposal stays open. `acting` is the `Acting` who approves.
    """

    async def __call__(
        self, connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Any
    ) -> None: ...


async def _is_there(_connection: AsyncConnection, _key: str) -> bool:
    return True


Circle = Literal["department", "security"]


class ProposalKind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of change that one person proposes and another one decides (room `approvals`).

    `kind` is the stored word, `label` its Chinese name. `describe` tells what a payload would change now; it
    raises what `apply` raises for a payload that does not fit. `page` is the address of the subject with this
    key, or empty; `exists` tells whether it is there by now, for changes that may make something new. `among` says
    who proposes and decides: people of departments, or 安全管理员.
    """

    kind: str
    label: str
    apply: Apply
    describe: Callable[[AsyncConnection, Mapping[str, Any]], Awaitable[Sequence[ChangedRow]]]
    page: Callable[[str], str] = lambda _key: ""
    exists: Callable[[AsyncConnection, str], Awaitable[bool]] = _is_there
    among: Circle = "department"


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """What a room knows that a change in a lower room touches, for example the units that may use an item.

    `subject` is the word by which the lower room asks, `words` follow the number: "家用票单位". `count` counts
    for the given keys together; the connection sees everything.
    """

    subject: str
    words: str
    count: Callable[[AsyncConnection, Sequence[str]], Awaitable[int]]


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """All that the house needs of a room; each room fills in what it has.

    `actions` maps the actions that the room records in the audit trail (`subject:verb`) to Chinese words,
    `details` the names of their details and of the values that changed, `subjects` the kinds of things that they are about
    (`unit:17` is a `unit`). `values` maps stored values of details to Chinese words, by the
    action's subject and the detail's name.
    """

    duties: tuple[Duty, ...] = ()
    purges: tuple[Purge, ...] = ()
    jobs: tuple[Job, ...] = ()
    locks: tuple[Lock, ...] = ()
    listeners: tuple[Listener[Any], ...] = ()
    proposals: tuple[ProposalKind, ...] = ()
    affected: tuple[Affected, ...] = ()
    actions: Mapping[str, str] = {}
    details: Mapping[str, str] = {}
    subjects: Mapping[str, str] = {}
    values: Mapping[tuple[str, str], Mapping[str, str]] = {}
