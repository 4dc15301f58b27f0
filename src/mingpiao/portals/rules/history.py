"""The history on a rule's page: its back-tests, which also have a list of their own, and its suspension."""

from datetime import datetime

import msgspec

from mingpiao.composition import Services
from mingpiao.identity.model import Account
from mingpiao.identity.service import TrailQuestion, audit_trail, display_names
from mingpiao.lake.service import BACKTEST_PAGE
from mingpiao.portals.list_filters import Here
from mingpiao.portals.rules.lists import TrialRow, fetch_trials
from mingpiao.storage.paging import Page


async def trials_of(services: Services, account: Account, code: str) -> Page[TrialRow]:
    """The latest back-tests of a rule by a department."""
    catalog = await services.catalog.get()
    async with services.database.system() as connection:  # system: no scope reads the audit trail
        here = Here(
            account=account, catalog=catalog, units=services.units, connection=connection, path={"code": code}
        )
        return await fetch_trials(here, {}, "", BACKTEST_PAGE)


class Suspension(msgspec.Struct, frozen=True, kw_only=True):
    """Who suspended a rule, when and why."""

    by: str
    at: datetime
    reason: str


async def suspension_of(services: Services, code: str) -> Suspension | None:
    """The latest suspension of a rule, from the audit trail."""
    async with services.database.system() as connection:  # system: no scope reads the audit trail
        steps = (await audit_trail(connection, TrailQuestion(subjects=(f"rule:{code}",)))).items
        last = next((step for step in steps if step.action == "rule:suspend"), None)
        if last is None:
            return None
        names = await display_names(connection, {last.actor})
    return Suspension(by=names.get(last.actor, ""), at=last.at, reason=last.details.get("reason", ""))
