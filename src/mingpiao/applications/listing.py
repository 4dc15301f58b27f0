"""Lists of applications, within the scope of the connection: pages by key, never by counting."""

from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, column, func, or_, select, table, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import (
    Application,
    ApplicationFilter,
    ApplicationPage,
    ApplicationState,
    Decision,
    PastDecision,
    ReviewFilter,
)
from mingpiao.applications.store import from_row
from mingpiao.applications.tables import applications, review_decisions
from mingpiao.kernel.clock import SHANGHAI, now
from mingpiao.kernel.workdays import end_of_workday

PAGE_SIZE = 30
#: What a department still has to do, or what waits to be issued.
OPEN_REVIEWS = (ApplicationState.IN_REVIEW, ApplicationState.APPROVED)
_MOST_PAST = 20
_units = table("units", column("unit_id"), column("name"), column("uscc"))


async def list_applications(
    connection: AsyncConnection, wanted: ApplicationFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> ApplicationPage:
    """A page of a unit's applications, newest first; `after` is the key of the page before."""
    query = select(applications).where(*_wanted(wanted)).order_by(applications.c.application_id.desc())
    if key := _number(after):
        query = query.where(applications.c.application_id < key)
    found = await _fetch(connection, query, limit)
    more = len(found) > limit
    shown = found[:limit]
    return ApplicationPage(applications=tuple(shown), next_key=str(shown[-1].application_id) if more else "")


def _wanted(wanted: ApplicationFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, value in (
        ("unit_id", wanted.unit_id),
        ("state", wanted.state),
        ("kind_code", wanted.kind),
        ("business_no", wanted.business_no),
    ):
        if value:
            found.append(applications.c[name] == value)
    if wanted.payer:
        found.append(applications.c.payer_name.contains(wanted.payer, autoescape=True))
    if wanted.submitted_from:
        begin = datetime.combine(wanted.submitted_from, time.min, SHANGHAI)
        found.append(applications.c.submitted_at >= begin)
    if wanted.submitted_to:
        end = datetime.combine(wanted.submitted_to, time.min, SHANGHAI) + timedelta(days=1)
        found.append(applications.c.submitted_at < end)
    return found


async def list_reviews(
    connection: AsyncConnection, wanted: ReviewFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> ApplicationPage:
    """A page of the applications that departments of the scope decide.

    Open ones come by their deadline, the others newest first; `after` is the key of the page before.
    """
    query = select(applications).where(applications.c.appealed_at.is_not(None), *_for_review(wanted))
    by_deadline = wanted.state in ("open", ApplicationState.IN_REVIEW, ApplicationState.APPROVED)
    if by_deadline:
        query = query.order_by(applications.c.due_at, applications.c.application_id)
        if key := _due_key(after):
            query = query.where(tuple_(applications.c.due_at, applications.c.application_id) > key)
    else:
        query = query.order_by(applications.c.application_id.desc())
        if number := _number(after):
            query = query.where(applications.c.application_id < number)
    found = await _fetch(connection, query, limit)
    shown = found[:limit]
    return ApplicationPage(
        applications=tuple(shown),
        next_key=_key_of(shown[-1], by_deadline=by_deadline) if len(found) > limit else "",
    )


def _for_review(wanted: ReviewFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.state == "open":
        found.append(applications.c.state.in_([state.value for state in OPEN_REVIEWS]))
    elif wanted.state:
        found.append(applications.c.state == wanted.state)
    moment = now()
    if wanted.due:
        waiting = applications.c.state == ApplicationState.IN_REVIEW.value
        last = moment if wanted.due == "overdue" else end_of_workday(moment, 1)
        found.append(and_(waiting, applications.c.due_at <= last))
    if wanted.rule:
        found.append(applications.c.findings.contains([{"rule": wanted.rule}]))
    if wanted.unit_words:
        named = or_(
            _units.c.name.contains(wanted.unit_words, autoescape=True),
            _units.c.uscc == wanted.unit_words.upper(),
        )
        found.append(applications.c.unit_id.in_(select(_units.c.unit_id).where(named)))
    if wanted.unit_id is not None:
        found.append(applications.c.unit_id == wanted.unit_id)
    if wanted.reviewer_region:
        found.append(applications.c.reviewer_region == wanted.reviewer_region)
    if wanted.reviewer_id is not None:
        found.append(applications.c.reviewer_id == wanted.reviewer_id)
    return found


async def _fetch(
    connection: AsyncConnection, query: Select[tuple[object, ...]], limit: int
) -> list[Application]:
    rows = (await connection.execute(query.limit(limit + 1))).mappings()
    return [from_row(row) for row in rows]


def _number(key: str) -> int | None:
    return int(key) if key.isascii() and key.isdigit() and len(key) <= 18 else None


def _due_key(key: str) -> tuple[datetime, int] | None:
    due, _, number = key.partition("_")
    application_id, seconds = _number(number), _number(due)
    if application_id is None or seconds is None or seconds > 10**11:
        return None
    return datetime.fromtimestamp(seconds, SHANGHAI), application_id


def _key_of(application: Application, *, by_deadline: bool) -> str:
    if not by_deadline or application.due_at is None:
        return str(application.application_id)
    # Deadlines lie on midnights, so that whole seconds name them.
    return f"{int(application.due_at.timestamp())}_{application.application_id}"


async def open_count(connection: AsyncConnection, unit_id: int) -> int:
    """How many of a unit's applications wait for the unit to act; counts to a hundred at most."""
    waiting = (ApplicationState.NEEDS_CONFIRMATION, ApplicationState.RETURNED)
    query = (
        select(applications.c.application_id)
        .where(applications.c.unit_id == unit_id, applications.c.state.in_([each.value for each in waiting]))
        .limit(100)
    )
    return int(await connection.scalar(select(func.count()).select_from(query.subquery())) or 0)


async def rules_waiting(connection: AsyncConnection) -> list[tuple[str, str]]:
    """(code, name) of the rules whose questions wait for a decision in the scope, in order of name."""
    rows = await connection.execute(_RULES_WAITING)
    return [(row.code, row.name) for row in rows]


_RULES_WAITING = text(
    """
SELECT finding ->> 'rule' AS code, max(finding ->> 'name') AS name
FROM (SELECT findings FROM applications WHERE state = 'in_review' ORDER BY due_at LIMIT 1000) AS waiting
CROSS JOIN jsonb_array_elements(findings) AS finding
WHERE finding ->> 'severity' = 'ask' GROUP BY 1 ORDER BY 2, 1
"""
)


async def alike_count(connection: AsyncConnection, application: Application) -> int:
    """How many other applications with a question of the same rule wait for the same department.

    Counts to a hundred at most.
    """
    asked = [applications.c.findings.contains([{"rule": rule}]) for rule in sorted(application.rules)]
    if not asked:
        return 0
    query = (
        select(applications.c.application_id)
        .where(
            applications.c.state == ApplicationState.IN_REVIEW.value,
            applications.c.reviewer_region == application.reviewer_region,
            applications.c.application_id != application.application_id,
            or_(*asked),
        )
        .limit(100)
    )
    return int(await connection.scalar(select(func.count()).select_from(query.subquery())) or 0)


async def past_decisions(connection: AsyncConnection, unit_id: int, *, but: int) -> list[PastDecision]:
    """The latest decisions about a unit's applications, newest first; application `but` is left out."""
    query = (
        select(
            review_decisions.c.application_id,
            applications.c.payer_name,
            applications.c.total,
            review_decisions.c.decision,
            review_decisions.c.rules,
            review_decisions.c.decided_at,
        )
        .join(applications, applications.c.application_id == review_decisions.c.application_id)
        .where(review_decisions.c.unit_id == unit_id, review_decisions.c.application_id != but)
        .order_by(review_decisions.c.decision_id.desc())
        .limit(_MOST_PAST)
    )
    return [
        PastDecision(
            application_id=row["application_id"],
            payer_name=row["payer_name"],
            total=row["total"],
            decision=Decision(row["decision"]),
            rules=tuple(row["rules"]),
            decided_at=row["decided_at"],
        )
        for row in (await connection.execute(query)).mappings()
    ]
