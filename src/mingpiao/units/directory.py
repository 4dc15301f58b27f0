"""The process's copy of unit profiles."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.numbering.service import kinds_of_unit
from mingpiao.storage.database import Database
from mingpiao.storage.notices import Notices
from mingpiao.storage.remembered import Remembered
from mingpiao.units.model import UnitProfile
from mingpiao.units.point_people import load_points
from mingpiao.units.store import CHANNEL, get
from mingpiao.units.tables import unit_charge_items, watch_days


class UnitDirectory:
    """The process's copy of unit profiles, each read when first asked for."""

    def __init__(self, database: Database, notices: Notices) -> None:
        self._database = database
        self._profiles = Remembered[int, UnitProfile](self._load)
        notices.subscribe(CHANNEL, self._forget)

    async def profile(self, unit_id: int) -> UnitProfile:
        """A unit with its items and kinds; raises `Refusal` (`unit.unknown`, 404)."""
        return await self._profiles.get(unit_id)

    async def _load(self, unit_id: int) -> UnitProfile:
        async with self._database.system() as connection:
            return await load_profile(connection, unit_id)

    def _forget(self, payload: str | None) -> None:
        self._profiles.forget(int(payload) if payload else None)


async def load_profile(connection: AsyncConnection, unit_id: int) -> UnitProfile:
    """A unit with its items and kinds; raises `Refusal` (`unit.unknown`, 404)."""
    unit = await get(connection, unit_id)
    items = select(unit_charge_items.c.item_code).where(unit_charge_items.c.unit_id == unit_id)
    days = select(watch_days.c.first_day, watch_days.c.last_day).where(watch_days.c.unit_id == unit_id)
    return UnitProfile(
        unit=unit,
        watched=tuple((row.first_day, row.last_day) for row in await connection.execute(days)),
        item_codes=frozenset((await connection.execute(items)).scalars()),
        kind_codes=frozenset(await kinds_of_unit(connection, unit_id)),
        points=await load_points(connection, unit_id),
    )
