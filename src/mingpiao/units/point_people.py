"""Who acts for which 开票点. An account in no point's list acts for all points of its unit, and for the unit as a whole."""

from collections.abc import Mapping

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import account_in_unit, record
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.storage.notices import notify
from mingpiao.units.model import UnitPoints
from mingpiao.units.points import points_of_unit
from mingpiao.units.store import CHANNEL, get, lock_unit, refuse_closed
from mingpiao.units.tables import point_choices, point_people


async def add_point_person(
    connection: AsyncConnection, unit_id: int, code: str, account_id: int, *, acting: Acting
) -> None:
    """Let an account of a unit act for one of its points; nothing changes where it does already.

    Raises `Refusal`: `access.denied` (403) for anybody but a manager of the unit, `unit.closed` (409),
    `point.not_of_unit` (422), and `account.unknown` (404) for an account that is none of the unit's.
    """
    await _lock_own(connection, unit_id, acting=acting)
    await _require_known(connection, unit_id, code)
    account = await account_in_unit(connection, unit_id, account_id)
    values = {"unit_id": unit_id, "point_code": code, "account_id": account_id}
    statement = insert(point_people).values(values).on_conflict_do_nothing().returning(point_people)
    if (await connection.execute(statement)).one_or_none() is not None:
        await notify(connection, CHANNEL, str(unit_id))
        await _record(connection, "issuing_point:add_person", unit_id, code, account.actor, acting=acting)


async def remove_point_person(
    connection: AsyncConnection, unit_id: int, code: str, account_id: int, *, acting: Acting
) -> None:
    """Take an account off a point's list; nothing changes where it is not on it.

    Raises `Refusal` as `add_point_person` does.
    """
    await _lock_own(connection, unit_id, acting=acting)
    account = await account_in_unit(connection, unit_id, account_id)
    columns = point_people.c
    statement = delete(point_people).where(
        columns.unit_id == unit_id, columns.point_code == code, columns.account_id == account_id
    )
    if (await connection.execute(statement.returning(columns.account_id))).one_or_none() is not None:
        await notify(connection, CHANNEL, str(unit_id))
        await _record(connection, "issuing_point:remove_person", unit_id, code, account.actor, acting=acting)


async def choose_point(connection: AsyncConnection, unit_id: int, code: str, *, acting: Acting) -> None:
    """Let a person issue for a point of their unit from now on (empty: for none, who is bound to none).

    Raises `Refusal`: `access.denied` (403) for anybody but a person of the unit, and what `require_point` raises. Who
    signed in by the UKey of a point issues for that point, whatever was chosen.
    """
    if acting.account is None or acting.unit_id != unit_id:
        raise refuse("access.denied", "开票点由本单位的人员各自选择。", status=403)
    await require_point(connection, unit_id, code, acting=acting)
    values = {"account_id": acting.account.account_id, "unit_id": unit_id, "point_code": code}
    statement = insert(point_choices).values(values)
    changed = {"point_code": statement.excluded.point_code, "chosen_at": func.now()}
    await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"],
            set_=changed,
            where=point_choices.c.point_code != statement.excluded.point_code,
        )
    )
    await notify(connection, CHANNEL, str(unit_id))
    await _record(connection, "issuing_point:choose", unit_id, code, acting.account.actor, acting=acting)


async def load_points(connection: AsyncConnection, unit_id: int) -> UnitPoints:
    """A unit's points in use, who is bound to which, and which one each has chosen."""
    bound: dict[int, set[str]] = {}
    for code, ids in (await people_of_points(connection, unit_id)).items():
        for account_id in ids:
            bound.setdefault(account_id, set()).add(code)
    chosen = select(point_choices).where(point_choices.c.unit_id == unit_id)
    return UnitPoints(
        codes={each.code: each.name for each in await points_of_unit(connection, unit_id) if each.active},
        bound={account_id: frozenset(codes) for account_id, codes in bound.items()},
        chosen={row.account_id: row.point_code for row in await connection.execute(chosen)},
    )


async def people_of_points(connection: AsyncConnection, unit_id: int) -> dict[str, tuple[int, ...]]:
    """The accounts, by id, that act for each point of a unit, within the scope; points without any are left out."""
    columns = point_people.c
    query = (
        select(columns.point_code, func.array_agg(columns.account_id).label("ids"))
        .where(columns.unit_id == unit_id)
        .group_by(columns.point_code)
    )
    return {row.point_code: tuple(sorted(row.ids)) for row in await connection.execute(query)}


async def points_open_to(
    connection: AsyncConnection, unit_id: int, *, acting: Acting
) -> tuple[Mapping[str, str], bool]:
    """The points in use that somebody of a unit may act for (code to name), and whether they may act for the unit as
    a whole, which only those in no point's list may. Who signed in by the UKey of a point acts for it alone.
    """
    own = await _own_points(connection, unit_id, acting=acting)
    points = [
        each
        for each in await points_of_unit(connection, unit_id)
        if each.active and acting.point in ("", each.code)
    ]
    open_points = {each.code: each.name for each in points if not own or each.code in own}
    return open_points, not own and not acting.point


async def require_point(connection: AsyncConnection, unit_id: int, code: str, *, acting: Acting) -> None:
    """Refuse whoever may not act in the name of a unit's point; empty: of the unit as a whole.

    Raises `Refusal` at the field `point`: `point.not_of_unit` (422) for what is no point of the unit in use,
    `point.bound_by_ukey` (403) for another one than that of the UKey by which the person signed in, `point.not_yours`
    (403) where the account is in the lists of other points alone, and `point.required` (422) where such an account names
    none. Programs of the unit and the platform act for all points.
    """
    if acting.point and code != acting.point:
        raise Refusal(bound_by_ukey(acting.point))
    if code:
        await _require_known(connection, unit_id, code)
    own = await _own_points(connection, unit_id, acting=acting)
    if not own or code in own:
        return
    if not code:
        message = "您只为指定的开票点办理，请选择开票点。"
        raise refuse("point.required", message, field="point", status=422)
    message = "您不是这个开票点的人员，请选择自己的开票点，或请票据管理员在“开票点”中添加。"
    raise refuse("point.not_yours", message, field="point", status=403)


def bound_by_ukey(point: str) -> Problem:
    """What is said to whoever signed in by the UKey of a point, and names another one, or none."""
    message = f"您这次用开票点“{point}”的 UKey 登录，只能为它办理。为其他开票点办理的，请用那个开票点的 UKey 重新登录。"
    return Problem(code="point.bound_by_ukey", message=message, field="point", status=403)


async def _own_points(connection: AsyncConnection, unit_id: int, *, acting: Acting) -> frozenset[str]:
    if acting.account_id is None:
        return frozenset()
    columns = point_people.c
    query = select(columns.point_code).where(
        columns.account_id == acting.account_id, columns.unit_id == unit_id
    )
    return frozenset((await connection.execute(query)).scalars())


async def _lock_own(connection: AsyncConnection, unit_id: int, *, acting: Acting) -> None:
    if acting.role is not Role.UNIT_MANAGER or acting.unit_id != unit_id:
        raise refuse("access.denied", "开票点的人员和号段由本单位的票据管理员办理。", status=403)
    await lock_unit(connection, unit_id)
    refuse_closed(await get(connection, unit_id))


async def _require_known(connection: AsyncConnection, unit_id: int, code: str) -> None:
    points = await points_of_unit(connection, unit_id)
    if not any(each.code == code and each.active for each in points):
        raise _unknown()


def _unknown() -> Refusal:
    message = "没有这个开票点，或它已停用，请从本单位在用的开票点中选择。"
    return refuse("point.not_of_unit", message, field="point", status=422)


async def _record(
    connection: AsyncConnection, action: str, unit_id: int, code: str, account: str, *, acting: Acting
) -> None:
    entry = AuditEntry(
        acting=acting,
        action=action,
        subject=f"unit:{unit_id}",
        unit_id=unit_id,
        details={"point": code, "account": account},
    )
    await record(connection, entry)
