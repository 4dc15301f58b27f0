"""Reads and locks UKeys, and takes them a step on."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.ukeys.machine import ON_THE_LIST, after
from mingpiao.ukeys.model import UKey, UKeyEvent, UKeyFilter, UKeyState, UKeyStep
from mingpiao.ukeys.tables import ukey_authorities, ukey_steps, ukeys

PAGE_SIZE = 50
#: A UKey's row: of two steps at the same moment the second sees what the first one did.
UKEYS = NamedLock("ukeys")
_LOCK = UKEYS.statement("SELECT * FROM ukeys WHERE ukey_id = :ukey_id FOR NO KEY UPDATE")
_LOCK_OF_ACCOUNT = UKEYS.statement(
    "SELECT * FROM ukeys WHERE account_id = :account_id AND state IN ('delivered', 'active', 'held') "
    "ORDER BY ukey_id FOR NO KEY UPDATE"
)
_NEWEST = Keyset(KeyColumn("ukey_id", int, descending=True))


async def get_ukey(connection: AsyncConnection, ukey_id: int) -> UKey:
    """A UKey of the connection's scope. Raises `Refusal` (`ukey.unknown`, 404)."""
    row = None
    if 0 < ukey_id < 2**63:
        found = await connection.execute(select(ukeys).where(ukeys.c.ukey_id == ukey_id))
        row = found.mappings().one_or_none()
    if row is None:
        raise unknown_ukey()
    return ukey_of(row)


def unknown_ukey() -> Refusal:
    """The refusal of a UKey that is not there, or not within reach."""
    return refuse("ukey.unknown", "没有找到该 UKey，或您无权办理。请从列表中选择。", status=404)


async def lock_ukey(connection: AsyncConnection, ukey_id: int) -> UKey:
    """A UKey, locked until the transaction ends. Raises `Refusal` (`ukey.unknown`, 404)."""
    row = (await connection.execute(_LOCK.clause, {"ukey_id": ukey_id})).mappings().one_or_none()
    if row is None:
        raise unknown_ukey()
    return ukey_of(row)


async def lock_handed_over(connection: AsyncConnection, account_id: int) -> list[UKey]:
    """The UKeys that a person has in hand, in use or not yet, locked until the transaction ends."""
    rows = await connection.execute(_LOCK_OF_ACCOUNT.clause, {"account_id": account_id})
    return [ukey_of(row) for row in rows.mappings()]


async def find_by_certificate(connection: AsyncConnection, issuer: str, serial: str) -> UKey | None:
    """The UKey of a certificate."""
    query = select(ukeys).where(ukeys.c.issuer == issuer, ukeys.c.serial == serial)
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else ukey_of(row)


async def newest_ended(connection: AsyncConnection, account_id: int) -> UKey | None:
    """An account's newest UKey that is on hold or revoked. Connection must be of system scope."""
    ended = [state.value for state in ON_THE_LIST]
    query = select(ukeys).where(ukeys.c.account_id == account_id, ukeys.c.state.in_(ended))
    row = (await connection.execute(query.order_by(ukeys.c.ukey_id.desc()).limit(1))).mappings().one_or_none()
    return None if row is None else ukey_of(row)


async def is_keyless(connection: AsyncConnection, account_id: int) -> bool:
    """Whether UKeys of an account were put on hold or revoked, and none is in use. Connection must be of system scope."""
    states = select(ukeys.c.state).where(ukeys.c.account_id == account_id)
    found = {UKeyState(state) for state in (await connection.execute(states)).scalars()}
    return bool(found & ON_THE_LIST) and UKeyState.ACTIVE not in found


async def list_ukeys(
    connection: AsyncConnection, wanted: UKeyFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[UKey]:
    """A page of UKeys of the scope, newest first. Raises `Refusal` (`list.key_malformed`)."""
    query = select(ukeys)
    for condition in _conditions(wanted):
        query = query.where(condition)
    if after:
        query = query.where(_NEWEST.beyond(ukeys.c, after))
    query = query.order_by(*_NEWEST.order(ukeys.c)).limit(limit + 1)
    rows = [ukey_of(row) for row in (await connection.execute(query)).mappings()]
    return _NEWEST.page(rows, limit, lambda each: (each.ukey_id,))


def _conditions(wanted: UKeyFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.unit_id is not None:
        yield ukeys.c.unit_id == wanted.unit_id
    if wanted.state:
        yield ukeys.c.state == wanted.state
    if wanted.words:
        yield or_(
            ukeys.c.holder_name.contains(wanted.words, autoescape=True),
            ukeys.c.place_name.contains(wanted.words, autoescape=True),
        )


async def steps_of(connection: AsyncConnection, ukey_id: int) -> list[UKeyEvent]:
    """What became of a UKey, the oldest first."""
    query = select(ukey_steps).where(ukey_steps.c.ukey_id == ukey_id).order_by(ukey_steps.c.revision)
    return [
        UKeyEvent(step=UKeyStep(row["step"]), at=row["at"], by_name=row["by_name"], note=row["note"])
        for row in (await connection.execute(query)).mappings()
    ]


async def add_ukey(connection: AsyncConnection, values: dict[str, Any], *, acting: Acting) -> UKey:
    """Store an application with its first step."""
    statement = insert(ukeys).values(values | {"state": UKeyState.REQUESTED.value, "revision": 1})
    made = ukey_of((await connection.execute(statement.returning(ukeys))).mappings().one())
    await _note(connection, made, UKeyStep.APPLY, 1, "", acting=acting)
    return made


async def advance(
    connection: AsyncConnection, key: UKey, step: UKeyStep, note: str = "", *, acting: Acting, **values: Any
) -> UKey:
    """Take a locked UKey a step on; `values` are written with it. Raises `Refusal` (`ukey.step_not_allowed`, 409)."""
    state = after(key.state, step)
    ends = state in ON_THE_LIST
    statement = (
        update(ukeys)
        .where(ukeys.c.ukey_id == key.ukey_id)
        .values(state=state.value, revision=ukeys.c.revision + 1, ended_at=now() if ends else None, **values)
        .returning(ukeys)
    )
    row = (await connection.execute(statement)).mappings().one()
    changed = ukey_of(row)
    await _note(connection, changed, step, row["revision"], note, acting=acting)
    if ends or key.state in ON_THE_LIST:
        counted = update(ukey_authorities).where(ukey_authorities.c.subject == changed.issuer)
        await connection.execute(counted.values(changes=ukey_authorities.c.changes + 1))
    return changed


async def _note(
    connection: AsyncConnection, key: UKey, step: UKeyStep, revision: int, note: str, *, acting: Acting
) -> None:
    written = {
        "ukey_id": key.ukey_id,
        "revision": revision,
        "step": step.value,
        "at": now(),
        "by_name": acting.name,
        "note": note,
    }
    await connection.execute(insert(ukey_steps).values(written))
    details = {"holder": key.holder_name, "place": key.place_name, "point": key.point_code}
    details |= {"serial": key.serial} if key.serial else {}
    details |= {"reason": note} if note else {}
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"ukey:{step.value}",
            subject=f"ukey:{key.ukey_id}",
            unit_id=key.unit_id,
            region_code=key.region_code,
            details={name: value for name, value in details.items() if value},
        ),
    )


def ukey_of(row: RowMapping) -> UKey:
    """A UKey from its row."""
    values = {name: row[name] for name in UKey.__struct_fields__}
    return UKey(**values | {"state": UKeyState(row["state"])})
