"""What other rooms may ask of write-off."""

from mingpiao.writeoff.checking import Checker
from mingpiao.writeoff.cycles import close_due_months, close_so_far, close_units, cycles_of, open_months
from mingpiao.writeoff.judging import MonthJudge
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.months import due_on, last_day, month_of, months_after, next_month
from mingpiao.writeoff.overview import MOST_ITEMISED, MonthLine, channels_of, month_detail, unit_months
from mingpiao.writeoff.papers import Papers
from mingpiao.writeoff.policies import Policies, load_policies, months_in_force, set_policy
from mingpiao.writeoff.receipts import channel_totals, record_payment, set_channel_totals
from mingpiao.writeoff.requests import (
    get_writeoff,
    month_standing,
    reason_problems,
    received_of,
    submit,
)
from mingpiao.writeoff.standing import exceptions_of, standings_of
from mingpiao.writeoff.totals import (
    MAX_BILLS,
    MAX_LINES,
    DeclaredLine,
    DeclaredMonth,
    DifferingBill,
    LineSums,
    TotalsDifference,
    absent_bills,
    compare_totals,
    declare_totals,
    declared_month,
    differing_bills,
    require_closed_month,
)

__all__ = [
    "MAX_BILLS",
    "MAX_LINES",
    "MOST_ITEMISED",
    "Checker",
    "DeclaredLine",
    "DeclaredMonth",
    "DifferingBill",
    "LineSums",
    "MonthJudge",
    "MonthLine",
    "Papers",
    "Policies",
    "TotalsDifference",
    "absent_bills",
    "channel_totals",
    "channels_of",
    "close_due_months",
    "close_so_far",
    "close_units",
    "compare_totals",
    "cycles_of",
    "declare_totals",
    "declared_month",
    "differing_bills",
    "due_on",
    "exceptions_of",
    "get_writeoff",
    "last_day",
    "load_policies",
    "month_detail",
    "month_of",
    "month_standing",
    "months_after",
    "months_in_force",
    "next_month",
    "open_months",
    "reason_problems",
    "received_of",
    "record_payment",
    "require_closed_month",
    "set_channel_totals",
    "set_policy",
    "standings_of",
    "submit",
    "unit_months",
    "update_limits",
]
