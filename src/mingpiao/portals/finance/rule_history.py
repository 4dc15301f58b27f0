"""Earlier trials of a rule, on its page and in their own list."""

import msgspec

from mingpiao.composition import Services
from mingpiao.identity.service import display_names
from mingpiao.lake.model import BackTest
from mingpiao.lake.service import BACKTEST_PAGE, list_backtests


class Trials(msgspec.Struct, frozen=True, kw_only=True):
    """A page of trials, newest first, with who asked for them; `next_key` is None at the end."""

    trials: tuple[tuple[BackTest, str], ...]
    next_key: int | None


async def trials_of(services: Services, code: str, region_code: str, *, before: int | None = None) -> Trials:
    """What a department tried of a rule, those before one when its id is given."""
    async with services.database.system() as connection:
        found = await list_backtests(connection, code, region_code=region_code, before=before)
        names = await display_names(connection, {trial.asked_by for trial in found})
    shown = found[:BACKTEST_PAGE]
    return Trials(
        trials=tuple((trial, names.get(trial.asked_by, "")) for trial in shown),
        next_key=shown[-1].backtest_id if len(found) > BACKTEST_PAGE else None,
    )
