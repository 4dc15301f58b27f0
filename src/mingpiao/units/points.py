"""开票点: places of a unit where bills are issued; `placeCode` of the medical interface names one."""

import re

import msgspec
from sqlalchemy import RowMapping, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import differences, record
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.storage.notices import notify
from mingpiao.units.model import IssuingPoint
from mingpiao.units.store import CHANNEL, lock_managed, refuse_closed
from mingpiao.units.tables import issuing_points

_CODE = re.compile(r"[0-9A-Za-z_-]{1,20}")
_TEXTS = (("name", "开票点名称", 60), ("address", "地址", 200), ("people", "人员", 200))
MAX_POINTS = 500


async def save_point(connection: AsyncConnection, point: IssuingPoint, *, acting: Acting) -> None:
    """Add a point to a unit, or change the one with its code; nothing is recorded where it is as it was.

    Raises `Refusal` with every `point.*` problem, `point.too_many` (409), `unit.closed` (409), and what
    `lock_managed` raises.
    """
    if problems := _problems(point):
        raise Refusal(*problems)
    refuse_closed(await lock_managed(connection, point.unit_id, acting=acting))
    own = issuing_points.c.unit_id == point.unit_id
    found = select(issuing_points).where(own, issuing_points.c.code == point.code)
    before = (await connection.execute(found)).mappings().one_or_none()
    if before is not None and _point(before) == point:
        return
    if before is None:
        count = await connection.scalar(select(func.count()).where(own))
        if count is not None and count >= MAX_POINTS:
            raise refuse("point.too_many", f"一个单位最多{MAX_POINTS}个开票点。", field="code", status=409)
    row = {
        "unit_id": point.unit_id,
        "code": point.code,
        "name": point.name,
        "address": point.address,
        "people": point.people,
        "active": point.active,
    }
    statement = insert(issuing_points).values(row)
    changed = {name: statement.excluded[name] for name in ("name", "address", "people", "active")}
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["unit_id", "code"], set_=changed)
    )
    await notify(connection, CHANNEL, str(point.unit_id))
    old = None if before is None else _point(before)
    await _record(connection, "issuing_point:save", point, old, acting=acting)


async def switch_point(
    connection: AsyncConnection, unit_id: int, code: str, active: bool, *, acting: Acting
) -> None:
    """Put a point out of use or back. Raises `Refusal` (`point.unknown`, 404), and what `lock_managed` raises."""
    refuse_closed(await lock_managed(connection, unit_id, acting=acting))
    changed = (
        update(issuing_points)
        .where(issuing_points.c.unit_id == unit_id, issuing_points.c.code == code)
        .values(active=active)
        .returning(issuing_points)
    )
    row = (await connection.execute(changed)).mappings().one_or_none()
    if row is None:
        raise refuse("point.unknown", "没有这个开票点，请刷新页面。", status=404)
    await notify(connection, CHANNEL, str(unit_id))
    action = "issuing_point:open" if active else "issuing_point:close"
    now_so = _point(row)
    was = msgspec.structs.replace(now_so, active=not active)
    await _record(connection, action, now_so, was, acting=acting)


async def points_of_unit(connection: AsyncConnection, unit_id: int) -> list[IssuingPoint]:
    """A unit's points within the connection's scope, by code."""
    query = select(issuing_points).where(issuing_points.c.unit_id == unit_id).order_by(issuing_points.c.code)
    return [_point(row) for row in (await connection.execute(query)).mappings()]


def _problems(point: IssuingPoint) -> list[Problem]:
    problems = []
    if not _CODE.fullmatch(point.code):
        problems.append(_wrong("code", "开票点代码应为1至20位字母、数字、短横线或下划线，请修改。"))
    if not point.name:
        problems.append(_wrong("name", "请填写开票点名称。"))
    for name, label, longest in _TEXTS:
        text = getattr(point, name)
        if len(text) > longest or unprintable(text):
            problems.append(_wrong(name, f"{label}不能超过{longest}个字，也不能有特殊符号，请修改。"))
    return problems


def _wrong(field: str, message: str) -> Problem:
    return Problem(code=f"point.{field}_invalid", field=field, message=message, status=422)


def _point(row: RowMapping) -> IssuingPoint:
    return IssuingPoint(
        unit_id=row["unit_id"],
        code=row["code"],
        name=row["name"],
        address=row["address"],
        people=row["people"],
        active=row["active"],
    )


async def _record(
    connection: AsyncConnection,
    action: str,
    point: IssuingPoint,
    before: IssuingPoint | None,
    *,
    acting: Acting,
) -> None:
    names = ("name", "address", "people", "active")
    old = {name: getattr(before, name) for name in names} if before else {}
    entry = AuditEntry(
        acting=acting,
        action=action,
        subject=f"unit:{point.unit_id}",
        unit_id=point.unit_id,
        details={"point": point.code, "name": point.name, "address": point.address, "people": point.people},
        changed=differences(old, {name: getattr(point, name) for name in names}) if before else (),
    )
    await record(connection, entry)
