"""Lists of applications within the connection's scope. Pages continue from a key and never count all rows."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, column, func, or_, select, table, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import (
    Application,
    ApplicationFilter,
    ApplicationState,
    CheckFilter,
    Decision,
    PastDecision,
    ReviewFilter,
)
from mingpiao.applications.store import from_row
from mingpiao.applications.tables import applications, review_decisions
from mingpiao.kernel.clock import SHANGHAI, now
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.workdays import end_of_workday
from mingpiao.storage.paging import KeyColumn, Keyset, Page

PAGE_SIZE = 30
_NEWEST_FIRST = Keyset(KeyColumn("application_id", int, True))
_OLDEST_FIRST = Keyset(KeyColumn("application_id", int))
_BY_DEADLINE = Keyset(KeyColumn("due_at", datetime), KeyColumn("application_id", int))
#: What a department still has to do, or what waits to be issued.
OPEN_REVIEWS = (ApplicationState.IN_REVIEW, ApplicationState.APPROVED)
_MOST_PAST = 20
_units = table("units", column("unit_id"), column("name"), column("uscc"))


async def list_applications(
    connection: AsyncConnection, wanted: ApplicationFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[Application]:
    """A page of a unit's applications, newest first; `after` is the `next_key` of an earlier page.

    Raises `Refusal` (`list.key_malformed`) for a key that no page gave.
    """
    return await _page(connection, select(applications).where(*_wanted(wanted)), _NEWEST_FIRST, after, limit)


async def _page(
    connection: AsyncConnection, query: Select[tuple[object, ...]], keys: Keyset, after: str, limit: int
) -> Page[Application]:
    query = query.where(keys.beyond(applications.c, after)) if after else query
    rows = await connection.execute(query.order_by(*keys.order(applications.c)).limit(limit + 1))
    return keys.page([from_row(row) for row in rows.mappings()], limit)


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
) -> Page[Application]:
    """A page of the applications that departments decide: open ones by deadline, decided ones newest first.

    `after` is the `next_key` of an earlier page; any other text raises `Refusal` (`list.key_malformed`).
    """
    query = select(applications).where(applications.c.appealed_at.is_not(None), *_for_review(wanted))
    by_deadline = wanted.state in ("open", ApplicationState.IN_REVIEW, ApplicationState.APPROVED)
    return await _page(connection, query, _BY_DEADLINE if by_deadline else _NEWEST_FIRST, after, limit)


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


async def list_checks(
    connection: AsyncConnection, wanted: CheckFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[Application]:
    """A page of what the second persons of a unit decide: what waits in the order in which it came, else newest first.

    `after` is the `next_key` of an earlier page; any other text raises `Refusal` (`list.key_malformed`).
    """
    query = select(applications).where(*_to_check(wanted))
    waiting = wanted.state == ApplicationState.AWAITS_CHECKER.value
    return await _page(connection, query, _OLDEST_FIRST if waiting else _NEWEST_FIRST, after, limit)


def _to_check(wanted: CheckFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [applications.c.unit_id == wanted.unit_id]
    if wanted.state:
        found.append(applications.c.state == wanted.state)
    else:
        given = applications.c.state.in_([ApplicationState.AWAITS_CHECKER.value])
        found.append(or_(given, applications.c.checked_at.is_not(None)))
    if wanted.state not in ("", ApplicationState.AWAITS_CHECKER.value):
        found.append(applications.c.checked_at.is_not(None))
    if wanted.kind:
        found.append(applications.c.kind_code == wanted.kind)
    if wanted.payer:
        found.append(applications.c.payer_name.contains(wanted.payer, autoescape=True))
    if wanted.sent_by_name:
        found.append(applications.c.submitted_by_name.contains(wanted.sent_by_name, autoescape=True))
    if wanted.amount_from is not None:
        found.append(applications.c.total >= wanted.amount_from)
    if wanted.amount_to is not None:
        found.append(applications.c.total <= wanted.amount_to)
    return found


async def checks_waiting(connection: AsyncConnection, unit_id: int) -> int:
    """The number of a unit's applications that wait for a second person; counts to a hundred at most."""
    return await _counted(connection, unit_id, (ApplicationState.AWAITS_CHECKER,))


async def open_count(connection: AsyncConnection, unit_id: int) -> int:
    """The number of a unit's applications that wait for the unit to act; counts to a hundred at most."""
    return await _counted(
        connection, unit_id, (ApplicationState.NEEDS_CONFIRMATION, ApplicationState.RETURNED)
    )


async def _counted(connection: AsyncConnection, unit_id: int, waiting: Sequence[ApplicationState]) -> int:
    query = (
        select(applications.c.application_id)
        .where(applications.c.unit_id == unit_id, applications.c.state.in_([each.value for each in waiting]))
        .limit(100)
    )
    return int(await connection.scalar(select(func.count()).select_from(query.subquery())) or 0)


async def count_open(connection: AsyncConnection, units: Sequence[str]) -> int:
    """How many applications of these units, by their ids as text, have not ended."""
    waiting = [each.value for each in ApplicationState if each.open]
    own = applications.c.unit_id.in_([read_whole(unit) for unit in units])
    query = select(func.count()).where(own, applications.c.state.in_(waiting))
    return int(await connection.scalar(query) or 0)


async def count_open_of_kind(connection: AsyncConnection, unit_id: int, kind_code: str) -> int:
    """How many applications of a unit for bills of a kind have not ended."""
    waiting = [each.value for each in ApplicationState if each.open]
    own = (applications.c.unit_id == unit_id, applications.c.kind_code == kind_code)
    query = select(func.count()).where(*own, applications.c.state.in_(waiting))
    return int(await connection.scalar(query) or 0)


async def open_applications(connection: AsyncConnection, unit_id: int) -> list[str]:
    """Why a unit cannot close or move now: its applications that have not ended. Empty if there are none."""
    count = await count_open(connection, [str(unit_id)])
    return [f"还有{count}件开票申请没有办结，请先办结或由单位撤回。"] if count else []


async def rules_waiting(connection: AsyncConnection) -> list[tuple[str, str]]:
    """(code, name) of each rule whose questions wait for a department's decision, in order of name."""
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
    """The number of other applications that wait for the same department with a question of the same rule.

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
    """The latest decisions about a unit's applications, newest first, without those about application `but`."""
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
