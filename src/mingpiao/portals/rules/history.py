"""What came before on a rule's page: its trials, also in their own list, and its suspension."""

from datetime import datetime

import msgspec

from mingpiao.composition import Services
from mingpiao.identity.service import audit_trail, display_names
from mingpiao.lake.model import BackTest
from mingpiao.lake.service import BACKTEST_PAGE, list_backtests


class Trials(msgspec.Struct, frozen=True, kw_only=True):
    """A page of trials, newest first, with who asked for them; `next_key` is None at the end."""

    trials: tuple[tuple[BackTest, str], ...]
    next_key: int | None


async def trials_of(services: Services, code: str, region_code: str, *, before: int | None = None) -> Trials:
    """What a department tried of a rule, those before one when its id is given."""
    async with services.database.system() as connection:  # system: no scope reads accounts
        found = await list_backtests(connection, code, region_code=region_code, before=before)
        names = await display_names(connection, {trial.asked_by for trial in found})
    shown = found[:BACKTEST_PAGE]
    return Trials(
        trials=tuple((trial, names.get(trial.asked_by, "")) for trial in shown),
        next_key=shown[-1].backtest_id if len(found) > BACKTEST_PAGE else None,
    )


class Suspension(msgspec.Struct, frozen=True, kw_only=True):
    """Who took a rule out of use, when and why."""

    by: str
    at: datetime
    reason: str


async def suspension_of(services: Services, code: str) -> Suspension | None:
    """The latest suspension of a rule, from the audit trail."""
    async with services.database.system() as connection:  # system: no scope reads accounts
        steps = await audit_trail(connection, subject=f"rule:{code}")
        last = next((step for step in steps if step.action == "rule:suspend"), None)
        if last is None:
            return None
        names = await display_names(connection, {last.actor})
    return Suspension(by=names.get(last.actor, ""), at=last.at, reason=last.details.get("reason", ""))
