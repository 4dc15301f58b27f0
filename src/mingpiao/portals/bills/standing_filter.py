"""核销状态 as a condition of lists of bills.

The few bills in question are found by their cases. What is written off and what is not are most bills: these are told
by their months, and only of days that have few enough of them to be looked through.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mingpiao.issuing.model import BillFilter
from mingpiao.issuing.service import count_bills_of_days, finds_few
from mingpiao.kernel.errors import Problem
from mingpiao.portals.list_filters import ChoiceFilter, Here, OptionsOf
from mingpiao.writeoff.model import BillStanding

#: More bills than this are not looked through for those that are written off, or are not. Measured on 29 November 2026
#: with a million bills of one quarter, of which none fits: 6 to 8 seconds of processor time, 6 to 8 microseconds a bill.
#: So many take two seconds.
MOST_SIFTED = 300_000


class StandingFilter(ChoiceFilter, frozen=True, kw_only=True):
    """核销状态 of bills. `asked` makes the list's filter of bills; `narrower` says in words what makes it find fewer."""

    name: str = "standing"
    label: str = "核销状态"
    options: OptionsOf = tuple((each.value, each.label) for each in BillStanding)
    asked: Callable[[Here, Mapping[str, Any]], BillFilter]
    narrower: str

    async def check(self, here: Here, wanted: Mapping[str, Any]) -> tuple[Problem, ...]:
        asked = self.asked(here, wanted)
        if not asked.standing or finds_few(asked):
            return ()
        if await count_bills_of_days(here.connection, asked) <= MOST_SIFTED:
            return ()
        message = (
            f"所选日期内的票据超过{MOST_SIFTED // 10_000}万份，不能按“{self.told(asked.standing)}”逐份查找，"
            f"请{self.narrower}。"
        )
        return (Problem(code="filter.standing_broad", field=self.name, message=message, status=422),)
