"""Reading applications from their tables within a scope. Only `machine` writes them and their steps."""

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import Application, ApplicationState, Step, StepKind
from mingpiao.applications.tables import application_steps, applications
from mingpiao.evidence.model import Claim
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.rules.model import Hit
from mingpiao.storage.locks import NamedLock

APPLICATIONS = NamedLock("applications")

_Value = TypeVar("_Value")

#: The largest value of a bigint column.
_LARGEST_ID = 2**63 - 1


def unknown() -> Refusal:
    """The refusal for an application that does not exist or that the caller may not see."""
    return refuse("application.unknown", "没有找到该开票申请，请从列表中选择，或您无权查看。", status=404)


async def get(connection: AsyncConnection, application_id: int) -> Application:
    """An application within the connection's scope; raises `Refusal` (`application.unknown`, 404)."""
    return await _one(connection, _by_id(application_id))


async def lock(connection: AsyncConnection, application_id: int) -> Application:
    """An application that nobody else can change until the transaction ends; raises as `get`."""
    return await _one(connection, APPLICATIONS.on(_by_id(application_id)))


def _by_id(application_id: int) -> Select[Any]:
    if not 0 < application_id <= _LARGEST_ID:
        raise unknown()
    return select(applications).where(applications.c.application_id == application_id)


async def _one(connection: AsyncConnection, query: Select[Any]) -> Application:
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise unknown()
    return from_row(row)


async def newest(connection: AsyncConnection, unit_id: int, business_no: str) -> Application | None:
    """The newest application under a unit's business number; None when there is none."""
    query = (
        select(applications)
        .where(applications.c.unit_id == unit_id, applications.c.business_no == business_no)
        .order_by(applications.c.application_id.desc())
        .limit(1)
    )
    row = (await connection.execute(query)).mappings().one_or_none()
    return from_row(row) if row is not None else None


async def steps_of(connection: AsyncConnection, application_id: int) -> list[Step]:
    """The steps of an application, oldest first, within the connection's scope."""
    query = (
        select(application_steps)
        .where(application_steps.c.application_id == application_id)
        .order_by(application_steps.c.step_id)
    )
    return [
        Step(
            at=row["at"],
            actor=row["actor"],
            actor_name=row["actor_name"],
            kind=StepKind(row["step"]),
            note=row["note"],
        )
        for row in (await connection.execute(query)).mappings()
    ]


def to_columns(members: dict[str, Any]) -> dict[str, Any]:
    """Members of an application as columns of its table; a request also fills the columns copied from it."""
    values = dict(members)
    request: IssueRequest | None = values.get("request")
    if request is not None:
        values |= {
            "request": msgspec.to_builtins(request),
            "kind_code": request.kind,
            "payer_name": request.payer.name,
            "total": request.total,
        }
    for name in ("findings", "claims", "problems", "returned_request"):
        if name in values:
            values[name] = msgspec.to_builtins(values[name])
    if "held_rules" in values:
        values["held_rules"] = sorted(values["held_rules"])
    return {
        name: value.value if isinstance(value, ApplicationState) else value for name, value in values.items()
    }


def from_row(row: RowMapping) -> Application:
    """An application from a row of its table."""
    values: dict[str, Any] = {str(name): value for name, value in row.items()}
    # Only `attempts` uses the number of the attempt.
    del values["attempt"]
    values["kind"] = values.pop("kind_code")
    values["request"] = msgspec.convert(values["request"], IssueRequest)
    if values["returned_request"] is not None:
        values["returned_request"] = msgspec.convert(values["returned_request"], IssueRequest)
    values["findings"] = _convert(values["findings"], Hit)
    values["claims"] = _convert(values["claims"], Claim)
    values["problems"] = _convert(values["problems"], Problem)
    values["held_rules"] = frozenset(values["held_rules"])
    values["state"] = ApplicationState(values["state"])
    return Application(**values)


def _convert(values: Sequence[object], kind: type[_Value]) -> tuple[_Value, ...]:
    return tuple(msgspec.convert(value, kind) for value in values)
