"""Reading the audit trail: by whom, whom it is about, what was done, where and when."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import ChangedValue
from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.codes import region_prefix
from mingpiao.storage.paging import KeyColumn, Keyset, Page

AUDIT_PAGE = 100
_ORDER = Keyset(KeyColumn("at", datetime, True), KeyColumn("audit_id", int, True))


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """One stored line of the audit trail. The names of the acting person are those of its day.

    `actor_name`, `actor_user` and `actor_role` are empty in lines of releases that did not record them.
    """

    audit_id: int
    at: datetime
    actor: str
    actor_name: str
    actor_user: str
    actor_role: str
    actor_region: str | None
    action: str
    subject: str
    unit_id: int | None
    address: str
    details: dict[str, str]
    changed: tuple[ChangedValue, ...]


class TrailQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """Which lines are wanted; what is empty does not restrict.

    `subjects` are as they are stored (`bill:<票据编号>`, `account:<id>`, …); any of them will do. `person` is part of a name, or a whole
    user name or stored actor. `region` means all below it: what its departments' people did, and what concerns
    them or its units. Days are inclusive (Asia/Shanghai).
    """

    subjects: Sequence[str] = ()
    unit_id: int | None = None
    person: str = ""
    actions: Sequence[str] | None = None
    region: str = ""
    first: date | None = None
    last: date | None = None


async def audit_trail(
    connection: AsyncConnection,
    question: TrailQuestion,
    *,
    after: str = "",
    limit: int = AUDIT_PAGE,
) -> Page[AuditRow]:
    """A page of lines within the connection's scope, newest first; `after` is the `next_key` of the page before.

    `subject`, `unit_id` and the days each have an index.
    """
    values: dict[str, Any] = {"limit": limit + 1}
    conditions = [condition for condition, given in _conditions(question) if values.update(given) is None]
    if after:
        values["at"], values["before"] = _ORDER.read(after)
        conditions.append("(at, audit_id) < (:at, :before)")
    statement = text(
        "SELECT audit_id, at, actor, actor_name, actor_user, actor_role, actor_region, action, subject, "  # noqa: S608
        "unit_id, address, details, changed FROM audit_log "
        f"WHERE {' AND '.join(conditions) or 'true'} ORDER BY at DESC, audit_id DESC LIMIT :limit"
    )
    found = await connection.execute(statement, values)
    return _ORDER.page([msgspec.convert(dict(row), AuditRow) for row in found.mappings()], limit)


_PERSON = "(actor_user = :person OR actor = :person OR position(lower(:person) IN lower(actor_name)) > 0)"
_REGION = (
    "(starts_with(actor_region, :region) OR starts_with(about_region, :region) OR unit_id IN "
    "(SELECT unit_id FROM listed_units WHERE starts_with(region_code, :region)))"
)


def _conditions(question: TrailQuestion) -> list[tuple[str, dict[str, Any]]]:
    """The SQL of what restricts, each with its parameters."""
    first, last = question.first, question.last
    possible: list[tuple[Any, str, dict[str, Any]]] = [
        (question.subjects, "subject = ANY (:subjects)", {"subjects": list(question.subjects)}),
        (question.unit_id is not None, "unit_id = :unit_id", {"unit_id": question.unit_id}),
        (question.person, _PERSON, {"person": question.person}),
        (question.actions is not None, "action = ANY (:actions)", {"actions": list(question.actions or ())}),
        (question.region, _REGION, {"region": region_prefix(question.region)}),
        (first, "at >= :first", {"first": _begin(first)} if first else {}),
        (last, "at < :beyond", {"beyond": _begin(last + timedelta(days=1))} if last else {}),
    ]
    return [(condition, given) for wanted, condition, given in possible if wanted]


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, SHANGHAI)
