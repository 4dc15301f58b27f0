"""What other rooms may ask of write-off."""

from mingpiao.writeoff.checking import Checker
from mingpiao.writeoff.cycles import close_due_months, close_so_far, close_units, cycles_of, open_months
from mingpiao.writeoff.judging import MonthJudge
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.months import due_on, last_day, month_of, months_after, next_month
from mingpiao.writeoff.papers import Papers
from mingpiao.writeoff.policies import Policies, load_policies, months_in_force, set_policy
from mingpiao.writeoff.requests import (
    get_writeoff,
    month_standing,
    reason_problems,
    received_of,
    submit,
)
from mingpiao.writeoff.standing import standings_of

__all__ = [
    "Checker",
    "MonthJudge",
    "Papers",
    "Policies",
    "close_due_months",
    "close_so_far",
    "close_units",
    "cycles_of",
    "due_on",
    "get_writeoff",
    "last_day",
    "load_policies",
    "month_of",
    "month_standing",
    "months_after",
    "months_in_force",
    "next_month",
    "open_months",
    "reason_problems",
    "received_of",
    "set_policy",
    "standings_of",
    "submit",
    "update_limits",
]
