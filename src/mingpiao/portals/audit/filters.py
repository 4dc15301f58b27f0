"""Filters of the audit trail: actions by their words, and days that cost a bounded time."""

from collections.abc import Sequence
from datetime import timedelta

from mingpiao.identity.model import Account
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem
from mingpiao.portals.audit.wording import all_actions
from mingpiao.portals.forms import read_day
from mingpiao.portals.list_filters import DaysFilter, Filter, Filtered, Here, Input, Values

#: A whole province's trail is looked through day by day, so a question has an end.
MOST_DAYS = 92
_USUAL_DAYS = 30


class ActionFilter(Filter, frozen=True, kw_only=True):
    """All actions whose words contain a text; the verb gets them as `actions`, None without a text."""

    async def inputs(self, here: Here, values: Values) -> Sequence[Input]:
        return (Input(name=self.name, label=self.label, width=self.width, hint=self.hint),)

    async def read(self, here: Here, values: Values) -> Filtered:
        words = values[self.name]
        if not words:
            return Filtered(wanted={"actions": None})
        found = [action for action, told in all_actions().items() if words in told]
        if found:
            return Filtered(wanted={"actions": found})
        message = "没有这种操作，请换一个词，例如“停用”“审核”“导出”。"
        return Filtered(problems=(_problem("action_unknown", self.name, message),))


class TrailDays(DaysFilter, frozen=True, kw_only=True):
    """The days; at most `MOST_DAYS` of them, unless one unit or one subject is asked for."""

    async def read(self, here: Here, values: Values) -> Filtered:
        found = await super().read(here, values)
        if found.problems or is_narrow(here.account, values):
            return found
        first, last = found.wanted["from"], found.wanted["to"] or today()
        if first is not None and (last - first).days < MOST_DAYS:
            return found
        message = f"一次最多查询{MOST_DAYS}天，请缩短时间；指定用票单位或对象时不限。"
        return Filtered(problems=(_problem("days_too_many", "from", message),))


def is_narrow(account: Account, values: Values) -> bool:
    """Whether a question is answered from an index, however long ago."""
    return account.unit_id is not None or bool(values["subject"] or values.get("unit"))


def usual_trail(account: Account, values: dict[str, str]) -> dict[str, str]:
    """The last thirty days of those asked for, unless a first day is given or none is needed."""
    if values["from"] or is_narrow(account, values):
        return values
    try:
        last = read_day(values["to"]) if values["to"] else today()
    except ValueError:
        # The filter itself says what is wrong with it.
        last = today()
    return values | {"from": (last - timedelta(days=_USUAL_DAYS)).isoformat()}


def _problem(code: str, field: str, message: str) -> Problem:
    return Problem(code=f"filter.{code}", field=field, message=message, status=422)
