"""首页 of a unit: today's figures, the stock of numbers, and links to other pages."""

from collections.abc import Sequence
from datetime import timedelta

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import AskedFilter, AskEnding
from mingpiao.applications.service import checks_waiting, list_asked, open_count
from mingpiao.drafts.service import count_drafts
from mingpiao.identity.model import Role
from mingpiao.identity.service import AccountState, unit_account_states
from mingpiao.issuing.model import BillFilter
from mingpiao.issuing.service import list_bills, sums_of, unit_totals
from mingpiao.kernel.clock import now, today
from mingpiao.numbering.service import stock_levels
from mingpiao.portals.accounts.rights import UNIT_ACCOUNTS
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.checking.rights import UNIT_CHECK
from mingpiao.portals.gates import allowed
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.overview.worklist import MOST
from mingpiao.portals.qualifications.parts import notice_of
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall
from mingpiao.qualifications.service import unit_qualifications
from mingpiao.units.model import UnitMode
from mingpiao.writeoff.model import (
    CaseFilter,
    CaseState,
    ExceptionCase,
    Rectification,
    RectificationFilter,
    RectificationState,
)
from mingpiao.writeoff.service import catch_up_of, list_cases, list_rectifications, unit_months, unit_stops

_LATEST = 8
#: With fewer free numbers than this an interface unit should ask for more; an online unit gets them at issue.
LOW_STOCK = 200


@get("/")
async def home(call: NamedDependency[PageCall]) -> Response[str]:
    """What happened today, and what prevents issuing."""
    unit_id = unit_of(call.session.account)
    may_check = allowed(call.session.account.role, UNIT_CHECK)
    last_week = today() - timedelta(days=7)
    async with call.reads() as connection:
        totals = await unit_totals(connection, unit_id, today(), today())
        week_ago = sums_of(await unit_totals(connection, unit_id, last_week, last_week))
        levels = await stock_levels(connection, unit_id)
        files = await unit_qualifications(connection, unit_id)
        to_handle = await open_count(connection, unit_id)
        to_check = await checks_waiting(connection, unit_id) if may_check else 0
        drafts = await count_drafts(connection, call.session.account)
        waiting = AskedFilter(unit_id=unit_id, ending=AskEnding.WAITING.value)
        asked = await list_asked(connection, waiting, limit=MOST)
        stops = await unit_stops(connection, unit_id)
        owed = [
            each
            for each in await unit_months(connection, unit_id)
            if not each.is_written_off and not each.is_overdue
        ]
        notices, more_notices = await _notices(connection, unit_id)
        questions, more_questions = await _questions(connection, unit_id)
        caught_up = [each for each in await catch_up_of(connection, unit_id) if each.campaign.is_running]
        latest = await list_bills(connection, BillFilter(unit_id=unit_id), limit=_LATEST)
    may_issue = allowed(call.session.account.role, UNIT_ISSUE)
    people = await _people(call, unit_id)
    invited = [each for each in people if each.invited and each.account.active and not each.over]
    return page(
        call.request,
        "overview/unit.html",
        title="首页",
        sums=sums_of(totals),
        week_ago=week_ago,
        levels=levels,
        notice=notice_of(files),
        to_handle=to_handle,
        to_check=to_check,
        low_stock=LOW_STOCK,
        drawn_at_issue=(await call.services.units.profile(unit_id)).unit.mode is UnitMode.ONLINE,
        today=today(),
        latest=latest.items,
        kinds=(await call.services.catalog.get()).kinds,
        may_issue=may_issue,
        asked=len(asked.items),
        more_asked=bool(asked.next_key),
        invited=invited,
        lapsed=sum(each.invited_until is None or each.invited_until <= now() for each in invited),
        lacks_handler=not latest.items and not may_issue and _lacks_handler(people),
        drafts=drafts,
        stops=stops,
        notices=notices,
        more_notices=more_notices,
        questions=questions,
        more_questions=more_questions,
        owed=owed[-1] if owed else None,
        more_owed=len(owed) - 1,
        caught_up=[each for each in caught_up if each.left],
    )


async def _notices(connection: AsyncConnection, unit_id: int) -> tuple[list[Rectification], bool]:
    """Notices that wait for the unit's report in time, those due first come first, and whether there are more."""
    wanted = RectificationFilter(unit_id=unit_id, states=(RectificationState.ISSUED,))
    found = await list_rectifications(connection, wanted, limit=MOST)
    return [each for each in found.items if each.due_on >= today()], bool(found.next_key)


async def _questions(connection: AsyncConnection, unit_id: int) -> tuple[list[ExceptionCase], bool]:
    """Exceptions of which the department asks, those due first come first, and whether there are more."""
    wanted = CaseFilter(unit_id=unit_id, states=(CaseState.ASKED,))
    found = await list_cases(connection, wanted, limit=MOST)
    return list(found.items), bool(found.next_key)


async def _people(call: PageCall, unit_id: int) -> list[AccountState]:
    """The unit's accounts, for who may manage them; for all others none."""
    if not allowed(call.session.account.role, UNIT_ACCOUNTS):
        return []
    async with call.services.database.system() as connection:  # system: no scope reads accounts
        return await unit_account_states(connection, unit_id)


def _lacks_handler(people: Sequence[AccountState]) -> bool:
    """Whether nobody of the unit can issue yet, and the reader is who may change that."""
    return bool(people) and not any(
        each.account.role is Role.UNIT_HANDLER and each.account.active for each in people
    )


HANDLERS = [home]
