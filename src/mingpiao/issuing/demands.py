"""复核规则: bills of a unit that a second person must agree to before they are issued.

The train reads them once it holds the stock rows of its units, and every change of them takes the same rows: so
from a change's commit on, no bill is issued that it forbids.
"""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.issuing.model import CheckingDemand, IssueRequest
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.money import MAX_AMOUNT, fits_places, plain
from mingpiao.numbering.service import hold_stocks
from mingpiao.units.model import UnitProfile

#: Stands for the name of who will have agreed, where rules judge a bill that nobody has agreed to yet.
TO_COME = "复核人待定"
#: A unit has no more demands than these, so that every train reads few.
MAX_DEMANDS = 100

_COLUMNS = (
    "demand_id, unit_id, coalesce(kind_code, '') AS kind, coalesce(item_code, '') AS item, amount_from, active, "
    "changed_at, changed_by_name"
)
_ACTIVE = (
    f"SELECT {_COLUMNS} FROM checking_demands "  # noqa: S608 - the columns are a constant
    "WHERE active AND unit_id = ANY ($1::bigint[]) ORDER BY demand_id"
)
_ALL = text(
    f"SELECT {_COLUMNS} FROM checking_demands "  # noqa: S608 - the columns are a constant
    "WHERE unit_id = :unit_id ORDER BY demand_id"
)
_ADD = text(
    "INSERT INTO checking_demands (unit_id, kind_code, item_code, amount_from, changed_at, changed_by, "
    "changed_by_name) "
    "VALUES (:unit_id, nullif(:kind, ''), nullif(:item, ''), CAST(:amount AS numeric), :moment, :actor, :name) "
    "ON CONFLICT DO NOTHING RETURNING demand_id"
)
_SWITCH = text(
    "UPDATE checking_demands SET active = :active, changed_at = :moment, changed_by = :actor, "
    "changed_by_name = :name "
    "WHERE unit_id = :unit_id AND demand_id = :demand_id AND active <> :active RETURNING demand_id"
)


async def demands_in_force(
    connection: asyncpg.Connection, unit_ids: Collection[int]
) -> Mapping[int, Sequence[CheckingDemand]]:
    """What units demand now, by unit; those that demand nothing are left out."""
    found: dict[int, list[CheckingDemand]] = {}
    for row in await connection.fetch(_ACTIVE, sorted(unit_ids)):
        found.setdefault(row["unit_id"], []).append(CheckingDemand(**row))
    return found


async def demands_of(connection: AsyncConnection, unit_id: int) -> list[CheckingDemand]:
    """All demands of a unit within the connection's scope, the oldest first."""
    rows = (await connection.execute(_ALL, {"unit_id": unit_id})).mappings()
    return [CheckingDemand(**row) for row in rows]


def demands_met(demands: Sequence[CheckingDemand], request: IssueRequest) -> tuple[CheckingDemand, ...]:
    """Those demands that concern a request."""
    return tuple(each for each in demands if each.active and each.concerns(request))


def as_if_checked(request: IssueRequest, demands: Sequence[CheckingDemand]) -> IssueRequest:
    """The request as rules judge it: one that must be checked, and names nobody, will bear a name when it is issued.

    So a rule that wants a 复核人 does not ask the handler for one, whom the handler may not name.
    """
    if request.checker or not demands_met(demands, request):
        return request
    return msgspec.structs.replace(request, checker=TO_COME)


def named_before(request: IssueRequest) -> tuple[Problem, ...]:
    """The problem of a request that must be checked and names somebody who has not agreed yet."""
    if not request.checker:
        return ()
    message = "本单位规定该票据须经复核人同意，复核人由平台在其同意后填写，请将复核人留空。"
    return (Problem(code="bill.checker_not_agreed", field="checker", message=message, status=422),)


async def add_demand(
    connection: AsyncConnection,
    profile: UnitProfile,
    *,
    kind: str = "",
    item: str = "",
    amount_from: Decimal | None = None,
    acting: Acting,
) -> CheckingDemand:
    """Let bills of a unit be checked from this transaction's commit on. What is left empty does not restrict.

    The unit's manager may do so, and the platform itself.
    Raises `Refusal`: `access.denied` (403), `checking_demand.empty`, `checking_demand.kind_unknown`,
    `checking_demand.item_unknown`, `checking_demand.amount_invalid` (422), `checking_demand.exists`,
    `checking_demand.too_many` (409).
    """
    unit_id = profile.unit.unit_id
    _check_manager(unit_id, acting=acting)
    if problems := _problems(profile, kind, item, amount_from):
        raise Refusal(*problems)
    await hold_stocks(connection, [unit_id])
    if len(await demands_of(connection, unit_id)) >= MAX_DEMANDS:
        message = f"复核规则最多{MAX_DEMANDS}条，请启用或停用已有的规则。"
        raise refuse("checking_demand.too_many", message, status=409)
    values = _stamp(unit_id, acting=acting) | {
        "kind": kind,
        "item": item,
        "amount": None if amount_from is None else plain(amount_from),
    }
    demand_id = (await connection.execute(_ADD, values)).scalar_one_or_none()
    if demand_id is None:
        message = "本单位已有内容相同的复核规则，请在列表中启用。"
        raise refuse("checking_demand.exists", message, status=409)
    return await _recorded(connection, unit_id, demand_id, "add", acting=acting)


async def switch_demand(
    connection: AsyncConnection, unit_id: int, demand_id: int, active: bool, *, acting: Acting
) -> CheckingDemand:
    """Switch a demand on or off, from this transaction's commit on; one that is so already stays as it is.

    Raises `Refusal`: `access.denied` (403), `checking_demand.unknown` (404).
    """
    _check_manager(unit_id, acting=acting)
    await hold_stocks(connection, [unit_id])
    values = _stamp(unit_id, acting=acting) | {"demand_id": demand_id, "active": active}
    changed = None
    if 0 < demand_id < 2**63:
        changed = (await connection.execute(_SWITCH, values)).scalar_one_or_none()
    if changed is not None:
        verb = "enable" if active else "disable"
        return await _recorded(connection, unit_id, demand_id, verb, acting=acting)
    return await _one(connection, unit_id, demand_id)


def _check_manager(unit_id: int, *, acting: Acting) -> None:
    is_platform = acting.account is None and acting.unit_id is None
    if not is_platform and (acting.role is not Role.UNIT_MANAGER or acting.unit_id != unit_id):
        raise refuse("access.denied", "只有本单位的票据管理员可以设置复核规则。", status=403)


def _problems(profile: UnitProfile, kind: str, item: str, amount_from: Decimal | None) -> tuple[Problem, ...]:
    found: list[Problem] = []
    if not kind and not item and amount_from is None:
        message = "请至少填写票据种类、收款项目、起点金额中的一项；全部票据都要复核的，起点金额填0。"
        found.append(_problem("checking_demand.empty", "amount_from", message))
    if kind and kind not in profile.kind_codes:
        message = "本单位不能开具该票据种类，请重新选择。"
        found.append(_problem("checking_demand.kind_unknown", "kind", message))
    if item and item not in profile.item_codes:
        message = f"本单位没有编码为“{item[:30]}”的收款项目，请核对。"
        found.append(_problem("checking_demand.item_unknown", "item", message))
    if amount_from is not None and not (
        amount_from.is_finite() and 0 <= amount_from <= MAX_AMOUNT and fits_places(amount_from, 2)
    ):
        message = "起点金额应为不小于零的数，最多两位小数，请修改。"
        found.append(_problem("checking_demand.amount_invalid", "amount_from", message))
    return tuple(found)


def _problem(code: str, field: str, message: str) -> Problem:
    return Problem(code=code, field=field, message=message, status=422)


def _stamp(unit_id: int, *, acting: Acting) -> dict[str, object]:
    return {"unit_id": unit_id, "moment": now(), "actor": acting.actor, "name": acting.name}


async def _one(connection: AsyncConnection, unit_id: int, demand_id: int) -> CheckingDemand:
    found = next(
        (each for each in await demands_of(connection, unit_id) if each.demand_id == demand_id), None
    )
    if found is None:
        raise refuse("checking_demand.unknown", "没有这条复核规则，请从列表中选择。", status=404)
    return found


async def _recorded(
    connection: AsyncConnection, unit_id: int, demand_id: int, verb: str, *, acting: Acting
) -> CheckingDemand:
    demand = await _one(connection, unit_id, demand_id)
    details = {
        "kind": demand.kind,
        "item": demand.item,
        "amount_from": "" if demand.amount_from is None else plain(demand.amount_from),
    }
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"checking_demand:{verb}",
            subject=f"checking_demand:{demand_id}",
            unit_id=unit_id,
            details={name: value for name, value in details.items() if value},
        ),
    )
    return demand
