"""核销设置 of departments."""

from datetime import date
from decimal import Decimal

import msgspec

from mingpiao.units.model import UnitMode


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """核销设置 of a department's area.

    Months before `begins_on` (a first day) need no write-off; None: none does. A cycle is due on the
    `interface_workdays`-th or `online_workdays`-th working day after its end. Issued and received may differ
    by `tolerance` 元. Of all seals at least the share `seal_share` is verified. A rectification has
    `rectification_months` calendar months; when it is overdue a unit gets no numbers, and with
    `breach_stops_issuing` it issues no bills either. What a department has not decided for `decision_workdays`
    working days is told to the one above.
    """

    begins_on: date | None = None
    interface_workdays: int = 5
    online_workdays: int = 5
    tolerance: Decimal = Decimal("0.00")
    seal_share: Decimal = Decimal("0.01")
    rectification_months: int = 3
    breach_stops_issuing: bool = False
    decision_workdays: int = 10

    def workdays_for(self, mode: UnitMode) -> int:
        """How many working days a unit of this mode has."""
        return self.online_workdays if mode is UnitMode.ONLINE else self.interface_workdays


class PolicyOf(msgspec.Struct, frozen=True, kw_only=True):
    """The policy that holds in a region: whose it is (empty: nobody has set one), and its revision."""

    policy: Policy
    region_code: str = ""
    revision: int = 0
