"""Issuing units and their interface apps: register them, set what they may issue, look them up."""

import secrets
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import RowMapping, delete, distinct, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.keystore import MasterKey
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.codes import is_uscc
from mingpiao.kernel.errors import refuse
from mingpiao.letters.service import names_on_faces
from mingpiao.numbering.service import kinds_of_unit
from mingpiao.storage.database import Database
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.notices import Notices, notify
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.storage.remembered import Remembered
from mingpiao.units.model import InterfaceApp, Unit, UnitMode, UnitProfile, UnitType
from mingpiao.units.tables import interface_apps, unit_charge_items, units

CHANNEL = "unit_changed"
APP_CHANNEL = "interface_app_changed"
PAGE_SIZE = 50


async def register(connection: AsyncConnection, unit: Unit, *, acting: Acting) -> Unit:
    """Store a unit, or return the one that already exists under its 统一社会信用代码.

    Raises `Refusal` (`unit.uscc_invalid`) when the code's check digit is wrong, and (`text.bad_character`,
    `text.no_glyph`, 422) for a name that no face can show.
    """
    if not is_uscc(unit.uscc):
        raise refuse("unit.uscc_invalid", "统一社会信用代码不正确，请核对18位代码及校验位。", field="uscc")
    names_on_faces(("name", "单位名称", unit.name), ("receiving_bank", "收款开户行", unit.receiving_bank))
    row = msgspec.to_builtins(unit)
    row.pop("unit_id")
    statement = upsert(units).values(row).on_conflict_do_nothing(index_elements=["uscc"])
    fresh = (await connection.execute(statement.returning(units))).mappings().one_or_none()
    if fresh is None:
        found = select(units).where(units.c.uscc == unit.uscc)
        return _unit((await connection.execute(found)).mappings().one())
    stored = _unit(fresh)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="unit:register",
            subject=f"unit:{stored.unit_id}",
            unit_id=stored.unit_id,
            details={"uscc": stored.uscc, "name": stored.name},
        ),
    )
    return stored


async def allow_items(
    connection: AsyncConnection, unit_id: int, item_codes: Sequence[str], *, acting: Acting
) -> None:
    """Set the charge items that a unit may use; they replace those allowed before."""
    await connection.execute(delete(unit_charge_items).where(unit_charge_items.c.unit_id == unit_id))
    rows = [{"unit_id": unit_id, "item_code": code} for code in sorted(set(item_codes))]
    if rows:
        await connection.execute(insert(unit_charge_items), rows)
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="unit:allow_items",
            subject=f"unit:{unit_id}",
            unit_id=unit_id,
            details={"items": ",".join(sorted(set(item_codes)))[:2000]},
        ),
    )
    await notify(connection, CHANNEL, str(unit_id))


async def count_units_with_items(connection: AsyncConnection, item_codes: Sequence[str]) -> int:
    """How many units within the connection's scope may use one of these items."""
    query = select(func.count(distinct(unit_charge_items.c.unit_id)))
    found = await connection.scalar(query.where(unit_charge_items.c.item_code.in_(item_codes)))
    return int(found or 0)


async def get(connection: AsyncConnection, unit_id: int) -> Unit:
    """A unit within the connection's scope; raises `Refusal` (`unit.unknown`, 404) outside it."""
    row = (await connection.execute(select(units).where(units.c.unit_id == unit_id))).mappings().one_or_none()
    if row is None:
        raise refuse("unit.unknown", "没有找到该用票单位，或您无权查看。", status=404)
    return _unit(row)


async def lock_unit(connection: AsyncConnection, unit_id: int) -> None:
    """Lock a unit until the transaction ends, so that one transaction at a time changes, say, its qualifications."""
    await connection.execute(_LOCK_UNIT.clause, {"unit_id": unit_id})


UNITS = NamedLock("units")

_LOCK_UNIT = UNITS.statement("SELECT 1 FROM units WHERE unit_id = :unit_id FOR NO KEY UPDATE")


_ORDERS = {
    "": Keyset(KeyColumn("unit_id", int)),
    "name": Keyset(KeyColumn("name", str), KeyColumn("unit_id", int)),
}


async def search(
    connection: AsyncConnection,
    *,
    words: str = "",
    mode: str = "",
    region_prefix: str = "",
    order: str = "",
    after: str = "",
    limit: int = PAGE_SIZE,
) -> Page[Unit]:
    """A page of the units of the connection's scope, with their total number.

    `words` is searched in the name and the 统一社会信用代码. `order` is "name", or units come in the order in
    which they were registered. `after` is the `next_key` of an earlier page; any other text raises
    `Refusal` (`list.key_malformed`).
    """
    keys = _ORDERS[order]
    query = select(units)
    if words:
        query = query.where(or_(units.c.name.contains(words, autoescape=True), units.c.uscc == words.upper()))
    if mode:
        query = query.where(units.c.mode == mode)
    if region_prefix:
        query = query.where(units.c.region_code.startswith(region_prefix, autoescape=True))
    total = await connection.scalar(select(func.count()).select_from(query.subquery()))
    query = query.where(keys.beyond(units.c, after)) if after else query
    found = await connection.execute(query.order_by(*keys.order(units.c)).limit(limit + 1))
    return keys.page([_unit(row) for row in found.mappings()], limit, total=total)


async def names_of(connection: AsyncConnection, unit_ids: Iterable[int]) -> dict[int, str]:
    """Names of units by id; those outside the connection's scope are left out."""
    query = select(units.c.unit_id, units.c.name).where(units.c.unit_id.in_(sorted(set(unit_ids))))
    return {row.unit_id: row.name for row in await connection.execute(query)}


def _unit(row: RowMapping) -> Unit:
    values: dict[str, Any] = dict(row)
    del values["created_at"]
    values["mode"] = UnitMode(values["mode"])
    values["unit_type"] = UnitType(values["unit_type"])
    return Unit(**values)


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
    return UnitProfile(
        unit=unit,
        item_codes=frozenset((await connection.execute(items)).scalars()),
        kind_codes=frozenset(await kinds_of_unit(connection, unit_id)),
    )


class AppCredential(msgspec.Struct, frozen=True, kw_only=True):
    """An interface app with its secret as plain text, for checking signatures. It must never be logged."""

    app: InterfaceApp
    secret: str

    def __repr__(self) -> str:
        return f"AppCredential(app={self.app!r})"


async def create_app(
    connection: AsyncConnection,
    unit_id: int,
    name: str,
    *,
    app_id: str | None = None,
    master: MasterKey,
    acting: Acting,
) -> AppCredential:
    """Create an interface app of a unit. Its secret is stored encrypted; it is shown to the unit this once."""
    app_id = app_id or "app" + secrets.token_hex(8)
    secret = secrets.token_hex(32)
    row = {
        "app_id": app_id,
        "unit_id": unit_id,
        "name": name,
        "encrypted_secret": master.wrap(secret.encode(), _label(app_id)),
    }
    await connection.execute(insert(interface_apps).values(row))
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="interface_app:create",
            subject=f"app:{app_id}",
            unit_id=unit_id,
            details={"name": name},
        ),
    )
    await notify(connection, APP_CHANNEL, app_id)
    return AppCredential(app=InterfaceApp(app_id=app_id, unit_id=unit_id, name=name), secret=secret)


async def find_app(connection: AsyncConnection, app_id: str, *, master: MasterKey) -> AppCredential | None:
    """The active interface app of this id with its secret, or None.

    Raises `Refusal` (503) when the master key does not open the secret.
    """
    query = select(interface_apps).where(interface_apps.c.app_id == app_id, interface_apps.c.active)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    secret = master.unwrap(row["encrypted_secret"], _label(app_id))
    app = InterfaceApp(app_id=app_id, unit_id=row["unit_id"], name=row["name"], active=row["active"])
    return AppCredential(app=app, secret=secret.decode())


class AppDirectory:
    """The process's copy of interface apps and their secrets, each read when first asked for."""

    def __init__(self, database: Database, notices: Notices, master: MasterKey) -> None:
        self._database = database
        self._master = master
        # Ids that do not exist are remembered too, so that guessing them causes few look-ups.
        self._apps = Remembered[str, AppCredential | None](self._read)
        notices.subscribe(APP_CHANNEL, lambda payload: self._apps.forget(payload or None))

    async def find(self, app_id: str) -> AppCredential | None:
        """The active app of this id with its secret, or None; raises what `find_app` and the database raise."""
        return await self._apps.get(app_id)

    async def _read(self, app_id: str) -> AppCredential | None:
        async with self._database.system() as connection:
            return await find_app(connection, app_id, master=self._master)


def _label(app_id: str) -> str:
    return f"interface_app:{app_id}"
