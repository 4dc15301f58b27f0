"""撤销认定: one person proposes to revoke the acceptance of a qualification, another one decides (room `approvals`).

Revoking takes a unit's standing away, so one person alone cannot do it. What must not wait is stopped at once
by one person in another way, which can be taken back: 暂停用票 of the unit.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import propose, stale
from mingpiao.house.model import ChangedRow, ProposalKind
from mingpiao.identity.model import Acting
from mingpiao.qualifications import store
from mingpiao.qualifications.deciding import lock_current, revoke
from mingpiao.qualifications.model import QualificationState
from mingpiao.units.service import get as get_unit


class _Payload(msgspec.Struct, frozen=True, kw_only=True):
    qualification_id: int
    revision: int
    reason: str


async def propose_revocation(
    connection: AsyncConnection,
    qualification_id: int,
    *,
    reason: str,
    revision: int,
    acting: Acting,
) -> int:
    """Put the revocation of a current qualification down for a second person; returns the proposal's id.

    Once approved, a unit without another current qualification is locked from its next request on, until a
    person accepts one; the unit reads the reason. Raises `Refusal` as `decide`, `.reason_missing` (422)
    without a reason, and what `approvals.service.propose` raises.
    """
    qualification = await lock_current(connection, qualification_id, reason, revision, acting=acting)
    unit = await get_unit(connection, qualification.unit_id)
    payload = _Payload(qualification_id=qualification_id, revision=revision, reason=reason)
    return await propose(
        connection,
        REVOCATION,
        str(qualification_id),
        msgspec.to_builtins(payload),
        title=f"撤销{unit.name}的{qualification.type_label}",
        reason=reason,
        affects=[str(unit.unit_id)],
        acting=acting,
    )


async def _describe(connection: AsyncConnection, payload: Mapping[str, Any]) -> Sequence[ChangedRow]:
    """What would be revoked now; raises `Refusal` (`proposal.stale`) once the qualification changed."""
    given = msgspec.convert(payload, _Payload)
    qualification = await store.get(connection, given.qualification_id)
    unit = await get_unit(connection, qualification.unit_id)
    if qualification.state is not QualificationState.ACCEPTED or qualification.revision != given.revision:
        raise stale(f"“{unit.name}”的{qualification.type_label}")
    others = len((await store.unit_qualifications(connection, unit.unit_id)).current) - 1
    after = f"以其余{others}份有效证书为准" if others else "立即锁定，直到认定了新的证书"
    return [
        ChangedRow(
            label=qualification.type_label,
            before=qualification.state.label,
            after=QualificationState.REVOKED.label,
            subject=unit.name,
        ),
        ChangedRow(label="开票和冲红", before="以这份证书为准", after=after, subject=unit.name),
    ]


async def _approve(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    given = msgspec.convert(payload, _Payload)
    await revoke(
        connection, given.qualification_id, reason=given.reason, revision=given.revision, acting=acting
    )


REVOCATION = ProposalKind(
    kind="qualification",
    label="资质认定",
    describe=_describe,
    apply=_approve,
    page=lambda key: f"/finance/qualifications/{key}",
)
