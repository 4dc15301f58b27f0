"""Opens services of rooms when they are first needed, and closes them together.

A room's `room.py` says how each of its services is opened: `Service(name=…, open=…)`. Whoever needs a service
asks the `House` for it. The services that it depends on are opened before it, each once for the whole
process. So a process opens only what its faces use.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import msgspec

from mingpiao.crypto.keystore import MasterKey
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore
from mingpiao.storage.notices import Notices

Opened = TypeVar("Opened", covariant=True)
Wanted = TypeVar("Wanted")
RoomSettings = TypeVar("RoomSettings", bound=msgspec.Struct)


class Service(msgspec.Struct, Generic[Opened], frozen=True, kw_only=True, eq=False):
    """Something that a process opens once. `open` is None for what the process itself provides."""

    name: str
    open: "Callable[[House], Awaitable[Opened]] | None" = None


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Where the platform is: its address as users see it, and the directory for files that are not in the
    database. `training` says that nothing here counts (演练).
    """

    url: str
    data_dir: Path
    training: bool = False


class House:
    """The services of one process. `settings` holds a value for each room that has settings."""

    def __init__(
        self, settings: Mapping[type[msgspec.Struct], msgspec.Struct], stack: AsyncExitStack
    ) -> None:
        self._settings = settings
        self._stack = stack
        self._opened: dict[Service[Any], Any] = {}
        self._opening: list[Service[Any]] = []

    def bring(self, service: Service[Wanted], value: Wanted) -> None:
        """Make `value` the instance of `service`."""
        self._opened[service] = value

    async def get(self, service: Service[Wanted]) -> Wanted:
        """The service, which is opened now if it is not open yet.

        Raises LookupError for one that nobody provided, or that depends on itself; else what opening raises.
        """
        if service not in self._opened:
            self._opened[service] = await self._open(service)
        return cast(Wanted, self._opened[service])

    async def enter(self, manager: AbstractAsyncContextManager[Wanted]) -> Wanted:
        """Enter a context manager that is left when the house closes."""
        return await self._stack.enter_async_context(manager)

    def at_close(self, close: Callable[[], Awaitable[None]]) -> None:
        """Call `close` when the house closes, before everything that was opened earlier."""
        self._stack.push_async_callback(close)

    def settings(self, kind: type[RoomSettings]) -> RoomSettings:
        """A room's settings: those that were set, else the defaults."""
        return cast(RoomSettings, self._settings.get(kind) or kind())

    async def _open(self, service: Service[Wanted]) -> Wanted:
        if service.open is None:
            raise LookupError(f"nobody brought {service.name}")
        if service in self._opening:
            raise LookupError(" needs ".join(each.name for each in (*self._opening, service)))
        self._opening.append(service)
        try:
            return await service.open(self)
        finally:
            self._opening.remove(service)


DATABASE: Service[Database] = Service(name="database")
NOTICES: Service[Notices] = Service(name="notices")
FILES: Service[FileStore] = Service(name="files")
MASTER_KEY: Service[MasterKey] = Service(name="master_key")
SITE: Service[Site] = Service(name="site")
