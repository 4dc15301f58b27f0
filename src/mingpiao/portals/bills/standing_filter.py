"""核销状态 as a condition of lists of bills.

The few bills in question are found by their cases. What is written off and what is not are most bills: these are told
by their months, and only of days that have few enough of them to be looked through.
"""

from mingpiao.issuing.model import BillFilter
from mingpiao.issuing.service import count_bills_of_days
from mingpiao.kernel.codes import is_number
from mingpiao.kernel.errors import Problem
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.list_filters import (
    ChoiceFilter,
    DaysFilter,
    Filtered,
    Here,
    OptionsOf,
    RegionFilter,
    UnitFilter,
    Values,
)
from mingpiao.writeoff.model import BillStanding

#: More bills than this are not looked through for those that are written off, or are not.
MOST_SIFTED = 1_000_000
_BROAD = frozenset({BillStanding.OPEN.value, BillStanding.WRITTEN_OFF.value})


class StandingFilter(ChoiceFilter, frozen=True, kw_only=True):
    """核销状态 of bills: of an account's own unit, or with `of_region` of a department's."""

    name: str = "standing"
    label: str = "核销状态"
    options: OptionsOf = tuple((each.value, each.label) for each in BillStanding)
    of_region: bool = False

    async def read(self, here: Here, values: Values) -> Filtered:
        found = await super().read(here, values)
        if found.problems or values[self.name] not in _BROAD or is_number(values["number"]):
            return found
        days = (await DaysFilter(label=self.label).read(here, values)).wanted
        if not days:
            return found
        unit_id, region = await self._place(here, values)
        asked = BillFilter(
            issued_from=days["from"],
            issued_to=days["to"],
            kind=values["kind"],
            unit_id=unit_id,
            region_code=region,
        )
        if await count_bills_of_days(here.connection, asked) <= MOST_SIFTED:
            return found
        narrower = "选择用票单位、地区，或缩短日期范围" if self.of_region else "缩短日期范围"
        message = (
            f"所选日期内的票据超过{MOST_SIFTED // 10_000}万份，不能按“{BillStanding(values[self.name]).label}”逐份查找，"
            f"请{narrower}。"
        )
        wrong = Problem(code="filter.standing_broad", field=self.name, message=message, status=422)
        return Filtered(problems=(wrong,))

    async def _place(self, here: Here, values: Values) -> tuple[int | None, str]:
        """The unit and region of which bills are wanted."""
        if not self.of_region:
            return unit_of(here.account), ""
        unit = (await UnitFilter().read(here, values)).wanted
        region = (await RegionFilter().read(here, values)).wanted
        return unit.get("unit_id"), region["region"]
