"""申领设置: the limits of the province, which its head changes."""

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import differences, record
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.numbering.service import set_flow
from mingpiao.supply.model import SupplyPolicy, SupplyPolicyOf
from mingpiao.supply.tables import supply_policies

_MEMBERS = SupplyPolicy.__struct_fields__
_MOST_MONTHS = 12
_MOST_NUMBERS = 1_000_000


async def load_supply_policy(connection: AsyncConnection) -> SupplyPolicyOf:
    """The policy in force; the usual one where nobody has set any."""
    row = (await connection.execute(select(supply_policies))).mappings().one_or_none()
    if row is None:
        return SupplyPolicyOf(policy=SupplyPolicy())
    return SupplyPolicyOf(
        policy=SupplyPolicy(**{name: row[name] for name in _MEMBERS}),
        revision=row["revision"],
        changed_by_name=row["changed_by_name"],
        changed_at=row["changed_at"],
    )


async def set_supply_policy(
    connection: AsyncConnection, policy: SupplyPolicy, *, revision: int, acting: Acting
) -> None:
    """Set the province's limits. They hold for requests from now on; what was decided stays.

    Raises `Refusal`: `access.denied` (403) for anybody but the head of the province's department,
    `supply.policy_changed` (409) if `revision` is not the present one (0: none is set), and every problem of the
    values (422, by field).
    """
    region = acting.region_code
    if acting.role is not Role.DEPARTMENT_HEAD or region is None or not region.endswith("0000"):
        raise refuse("access.denied", "申领设置由省级财政部门负责人修改。", status=403)
    if problems := _problems(policy):
        raise Refusal(*problems)
    before = await load_supply_policy(connection)
    if before.revision != revision:
        raise _policy_changed()
    values = msgspec.structs.asdict(policy) | {
        "region_code": region,
        "revision": revision + 1,
        "changed_by_name": acting.name,
        "changed_at": now(),
    }
    statement = insert(supply_policies).values(values)
    written = await connection.execute(
        statement.on_conflict_do_update(
            index_elements=["region_code"], set_=values, where=supply_policies.c.revision == revision
        ).returning(supply_policies.c.revision)
    )
    if written.scalar_one_or_none() is None:
        raise _policy_changed()
    await set_flow(connection, by_levels=policy.by_levels)
    told = differences(msgspec.structs.asdict(before.policy), msgspec.structs.asdict(policy))
    await record(
        connection,
        AuditEntry(
            acting=acting, action="supply_policy:set", subject=f"region:{region}", details={}, changed=told
        ),
    )


def _policy_changed() -> Refusal:
    return refuse("supply.policy_changed", "设置已被他人修改，请刷新后重新填写。", status=409)


def _problems(policy: SupplyPolicy) -> list[Problem]:
    found = []
    if not 1 <= policy.months_at_most <= _MOST_MONTHS:
        found.append(_wrong("months_at_most", f"请填写1至{_MOST_MONTHS}之间的月数。"))
    if not 1 <= policy.months_proposed <= max(1, policy.months_at_most):
        found.append(_wrong("months_proposed", "建议的月数应在1至库存上限的月数之间。"))
    if not 1 <= policy.review_above <= _MOST_NUMBERS:
        found.append(_wrong("review_above", f"请填写1至{_MOST_NUMBERS:,}之间的数量。"))
    return found


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="supply.policy_invalid", field=field, message=message, status=422)
