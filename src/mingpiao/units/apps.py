"""Interface apps of units: make them, find them by their id."""

import secrets

import msgspec
from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.keystore import MasterKey
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import differences, record
from mingpiao.kernel.errors import refuse
from mingpiao.storage.database import Database
from mingpiao.storage.notices import Notices, notify
from mingpiao.storage.remembered import Remembered
from mingpiao.units.model import InterfaceApp
from mingpiao.units.store import lock_managed, refuse_closed
from mingpiao.units.tables import interface_apps

APP_CHANNEL = "interface_app_changed"


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
    """Create an interface app of a unit. Its secret is stored encrypted; it is shown to the unit this once.

    Raises `Refusal`: `unit.closed` (409), and what `lock_managed` raises.
    """
    refuse_closed(await lock_managed(connection, unit_id, acting=acting))
    app_id = app_id or "app" + secrets.token_hex(8)
    secret = secrets.token_hex(32)
    row = {
        "app_id": app_id,
        "unit_id": unit_id,
        "name": name,
        "encrypted_secret": master.wrap(secret.encode(), _label(app_id)),
    }
    await connection.execute(insert(interface_apps).values(row))
    app = InterfaceApp(app_id=app_id, unit_id=unit_id, name=name)
    await _record(connection, "interface_app:create", app, acting=acting)
    await notify(connection, APP_CHANNEL, app_id)
    return AppCredential(app=app, secret=secret)


async def find_app(connection: AsyncConnection, app_id: str, *, master: MasterKey) -> AppCredential | None:
    """The active interface app of this id with its secret, or None.

    Raises `Refusal` (503) when the master key does not open the secret.
    """
    query = select(interface_apps).where(interface_apps.c.app_id == app_id, interface_apps.c.active)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return None
    secret = master.unwrap(row["encrypted_secret"], _label(app_id))
    return AppCredential(app=_app(row), secret=secret.decode())


async def close_apps(connection: AsyncConnection, unit_id: int, *, acting: Acting) -> None:
    """Revoke all interface apps of a unit."""
    for app in await apps_of_unit(connection, unit_id):
        if app.active:
            await _revoke(connection, app, acting=acting)


async def apps_of_unit(connection: AsyncConnection, unit_id: int) -> list[InterfaceApp]:
    """All interface apps of a unit, the oldest first, without their secrets. Connection must be of system scope."""
    query = (
        select(interface_apps)
        .where(interface_apps.c.unit_id == unit_id)
        .order_by(interface_apps.c.created_at, interface_apps.c.app_id)
    )
    return [_app(row) for row in (await connection.execute(query)).mappings()]


async def revoke_app(connection: AsyncConnection, unit_id: int, app_id: str, *, acting: Acting) -> None:
    """Let an app call no more: from the commit on everywhere but in processes that miss the notice, there after
    half a minute. An app that is revoked stays so; nothing happens then. Raises `Refusal` (`app.unknown`, 404), and what
    `lock_managed` raises.
    """
    await lock_managed(connection, unit_id, acting=acting)
    app = await _find(connection, unit_id, app_id)
    if app.active:
        await _revoke(connection, app, acting=acting)


async def renew_secret(
    connection: AsyncConnection, unit_id: int, app_id: str, *, master: MasterKey, acting: Acting
) -> AppCredential:
    """Give an app a new secret, which is shown this once; the old one works no more.

    Raises `Refusal`: `app.unknown` (404), `app.revoked` (409).
    """
    await lock_managed(connection, unit_id, acting=acting)
    app = await _find(connection, unit_id, app_id)
    if not app.active:
        raise refuse("app.revoked", "该接口应用已停用，请新建一个。", status=409)
    secret = secrets.token_hex(32)
    changed = update(interface_apps).where(interface_apps.c.app_id == app_id)
    await connection.execute(changed.values(encrypted_secret=master.wrap(secret.encode(), _label(app_id))))
    await _record(connection, "interface_app:renew_secret", app, acting=acting)
    await notify(connection, APP_CHANNEL, app_id)
    return AppCredential(app=app, secret=secret)


async def _find(connection: AsyncConnection, unit_id: int, app_id: str) -> InterfaceApp:
    own = (interface_apps.c.unit_id == unit_id) & (interface_apps.c.app_id == app_id)
    row = (await connection.execute(select(interface_apps).where(own))).mappings().one_or_none()
    if row is None:
        raise refuse("app.unknown", "该单位没有这个接口应用，请刷新页面。", status=404)
    return _app(row)


def _app(row: RowMapping) -> InterfaceApp:
    return InterfaceApp(app_id=row["app_id"], unit_id=row["unit_id"], name=row["name"], active=row["active"])


async def _revoke(connection: AsyncConnection, app: InterfaceApp, *, acting: Acting) -> None:
    changed = update(interface_apps).where(interface_apps.c.app_id == app.app_id)
    await connection.execute(changed.values(active=False))
    await _record(connection, "interface_app:revoke", app, acting=acting)
    await notify(connection, APP_CHANNEL, app.app_id)


async def _record(connection: AsyncConnection, action: str, app: InterfaceApp, *, acting: Acting) -> None:
    entry = AuditEntry(
        acting=acting,
        action=action,
        subject=f"app:{app.app_id}",
        unit_id=app.unit_id,
        details={"name": app.name},
        changed=differences({"active": True}, {"active": False}) if action.endswith(":revoke") else (),
    )
    await record(connection, entry)


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
