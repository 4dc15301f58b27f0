"""Finds, locks and changes the rows of qualifications."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, RowMapping, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.qualifications.model import (
    Qualification,
    QualificationDifference,
    QualificationFilter,
    QualificationReading,
    QualificationState,
    QualificationType,
    Statement,
    UnitQualifications,
)
from mingpiao.qualifications.tables import qualifications
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.units.service import lock_unit

QUALIFICATIONS = NamedLock("qualifications")

PAGE_SIZE = 30
_NEWEST_FIRST = Keyset(KeyColumn("qualification_id", int, True))
_BY_END = Keyset(KeyColumn("valid_until", date), KeyColumn("qualification_id", int))
_LIKE_SPECIAL = re.compile(r"[%_\\]")
_OF_UNITS = "SELECT unit_id FROM listed_units WHERE name LIKE :pattern OR uscc = :code"
_WAITING = (QualificationState.READING, QualificationState.READ, QualificationState.SUBMITTED)


async def get(connection: AsyncConnection, qualification_id: int) -> Qualification:
    """A qualification within the connection's scope; raises `Refusal` (`qualification.unknown`, 404) outside it."""
    query = select(qualifications).where(qualifications.c.qualification_id == qualification_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise _unknown()
    return qualification_of(row)


async def lock(
    connection: AsyncConnection, qualification_id: int, *, unit_id: int | None = None
) -> Qualification:
    """A qualification, locked together with all others of its unit until the transaction ends.

    Raises `Refusal` (`qualification.unknown`, 404), also if it does not belong to `unit_id`, where given.
    """
    key = qualifications.c.qualification_id == qualification_id
    owner = await connection.scalar(select(qualifications.c.unit_id).where(key))
    if owner is None or unit_id not in (None, owner):
        raise _unknown()
    await lock_unit(connection, owner)
    row = (await connection.execute(QUALIFICATIONS.on(select(qualifications).where(key)))).mappings().one()
    return qualification_of(row)


async def change(connection: AsyncConnection, qualification: Qualification, **values: Any) -> Qualification:
    """Set columns of a locked qualification, and increase its revision."""
    changed = (
        update(qualifications)
        .where(qualifications.c.qualification_id == qualification.qualification_id)
        .values(columns_of(values) | {"revision": qualifications.c.revision + 1})
        .returning(qualifications)
    )
    return qualification_of((await connection.execute(changed)).mappings().one())


async def begin_reading(connection: AsyncConnection, qualification_id: int) -> Qualification | None:
    """Count an attempt to read a qualification; None when it does not wait to be read."""
    begun = (
        update(qualifications)
        .where(
            qualifications.c.qualification_id == qualification_id,
            qualifications.c.state == QualificationState.READING,
        )
        .values(attempts=qualifications.c.attempts + 1)
        .returning(qualifications)
    )
    row = (await connection.execute(begun)).mappings().one_or_none()
    return None if row is None else qualification_of(row)


async def unit_qualifications(connection: AsyncConnection, unit_id: int) -> UnitQualifications:
    """The state of a unit's qualifications, within the connection's scope."""
    own = qualifications.c.unit_id == unit_id
    query = (
        select(qualifications)
        .where(own, qualifications.c.state == QualificationState.ACCEPTED)
        .order_by(qualifications.c.qualification_type)
    )
    current = tuple(qualification_of(row) for row in (await connection.execute(query)).mappings())
    waiting = select(own).where(own, qualifications.c.state.in_(_WAITING)).limit(1)
    ends = [qualification.valid_until for qualification in current if qualification.valid_until is not None]
    return UnitQualifications(
        current=current,
        valid_until=min(ends, default=None),
        waiting=(await connection.execute(waiting)).first() is not None,
        revoked=None if current else await last_revoked(connection, unit_id),
    )


async def last_revoked(connection: AsyncConnection, unit_id: int) -> Qualification | None:
    """The unit's last revoked qualification, or None."""
    columns = qualifications.c
    query = (
        select(qualifications)
        .where(columns.unit_id == unit_id, columns.state == QualificationState.REVOKED)
        .order_by(columns.decided_at.desc(), columns.qualification_id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else qualification_of(row)


async def list_qualifications(
    connection: AsyncConnection, wanted: QualificationFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[Qualification]:
    """A page of the qualifications of the connection's scope, newest first; by `expires_until`, first to expire first.

    `after` is the `next_key` of an earlier page; any other text raises `Refusal` (`list.key_malformed`).
    """
    keys = _NEWEST_FIRST if wanted.expires_until is None else _BY_END
    conditions = _conditions(wanted)
    if after:
        conditions.append(keys.beyond(qualifications.c, after))
    query = select(qualifications).where(*conditions).order_by(*keys.order(qualifications.c)).limit(limit + 1)
    found = [qualification_of(row) for row in (await connection.execute(query)).mappings()]
    return keys.page(found, limit)


def _conditions(wanted: QualificationFilter) -> list[ColumnElement[bool]]:
    columns = qualifications.c
    conditions: list[ColumnElement[bool]] = []
    if wanted.unit_id is not None:
        conditions.append(columns.unit_id == wanted.unit_id)
    if wanted.state:
        conditions.append(columns.state == wanted.state)
    if wanted.qualification_type:
        conditions.append(columns.qualification_type == wanted.qualification_type)
    if wanted.region_prefix:
        low, high = wanted.region_prefix.ljust(6, "0"), wanted.region_prefix.ljust(6, "9")
        conditions.append(columns.region_code.between(low, high))
    if wanted.words:
        pattern = "%" + _LIKE_SPECIAL.sub(r"\\\g<0>", wanted.words) + "%"
        named = text(_OF_UNITS).bindparams(pattern=pattern, code=wanted.words.upper())
        conditions.append(columns.unit_id.in_(named.columns(columns.unit_id)))
    if wanted.expires_until is not None:
        conditions += [
            columns.state == QualificationState.ACCEPTED,
            columns.valid_until <= wanted.expires_until,
        ]
    return conditions


async def follow_unit(connection: AsyncConnection, unit_id: int, region_code: str) -> None:
    """Hand a unit's qualifications over to the department of the region that the unit moved to."""
    own = update(qualifications).where(qualifications.c.unit_id == unit_id)
    await connection.execute(own.values(region_code=region_code))


def _unknown() -> Refusal:
    return refuse("qualification.unknown", "没有找到该资质证书，请从列表中选择，或您无权查看。", status=404)


def qualification_of(row: RowMapping) -> Qualification:
    """A qualification from its row."""
    given: dict[str, Any] = {
        name: row[name] for name in Qualification.__struct_fields__ if name in row and name not in _CONVERTED
    }
    return Qualification(
        **given,
        qualification_type=QualificationType(row["qualification_type"])
        if row["qualification_type"]
        else None,
        digest=row["digest"].hex(),
        state=QualificationState(row["state"]),
        reading=None if row["reading"] is None else msgspec.convert(row["reading"], QualificationReading),
        stated=None if row["stated"] is None else msgspec.convert(row["stated"], Statement),
        differences=msgspec.convert(row["differences"], tuple[QualificationDifference, ...]),
    )


_CONVERTED = frozenset({"qualification_type", "digest", "state", "reading", "stated", "differences"})


def columns_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Members of a qualification as values of its columns."""
    return {
        name: msgspec.to_builtins(value) if name in ("reading", "stated", "differences") else value
        for name, value in values.items()
    }
