"""What other rooms may ask of issuing: the desk, and reading what it issued."""

from mingpiao.issuing.checks import check_text
from mingpiao.issuing.demands import MAX_DEMANDS, add_demand, demands_met, demands_of, switch_demand
from mingpiao.issuing.desk import Desk, Forecast
from mingpiao.issuing.digests import request_digest
from mingpiao.issuing.facts import facts_of
from mingpiao.issuing.given_reasons import GivenReason, list_given_reasons
from mingpiao.issuing.history import Who
from mingpiao.issuing.integrity import UnitShare, check_share, check_these, count_findings, look_at_bill
from mingpiao.issuing.medians import CLASSES_PER_DOUBLING, FEWEST_LINES, amount_of
from mingpiao.issuing.prints import prints_of, record_prints
from mingpiao.issuing.queries import (
    find_by_business_no,
    find_by_hash,
    finds_few,
    get_bill,
    get_document,
    get_supervision,
    list_bills,
    list_changes,
    ways_of_issue,
)
from mingpiao.issuing.reports import MOST_REPORTED, Aspect, ReportLine, sums_of, unit_report
from mingpiao.issuing.stored import (
    Portion,
    StoredBill,
    StoredReversal,
    next_portion,
    stored_bills,
    stored_payers,
    stored_reversals,
)
from mingpiao.issuing.sums import MOST_LOOKED_THROUGH, count_bills_of_days, sum_bills
from mingpiao.issuing.supervision import Passed
from mingpiao.issuing.totals import add_up_closed_days, day_totals, unit_totals
from mingpiao.issuing.unusual import (
    Deviation,
    Measure,
    UnusualUnit,
    find_unusual_units,
    list_unusual_units,
)
from mingpiao.issuing.warned import WarnedBill, WarnedFilter, list_warned, rules_that_warned

__all__ = [
    "CLASSES_PER_DOUBLING",
    "FEWEST_LINES",
    "MAX_DEMANDS",
    "MOST_LOOKED_THROUGH",
    "MOST_REPORTED",
    "Aspect",
    "Desk",
    "Deviation",
    "Forecast",
    "GivenReason",
    "Measure",
    "Passed",
    "Portion",
    "ReportLine",
    "StoredBill",
    "StoredReversal",
    "UnitShare",
    "UnusualUnit",
    "WarnedBill",
    "WarnedFilter",
    "Who",
    "add_demand",
    "add_up_closed_days",
    "amount_of",
    "check_share",
    "check_text",
    "check_these",
    "count_bills_of_days",
    "count_findings",
    "day_totals",
    "demands_met",
    "demands_of",
    "facts_of",
    "find_by_business_no",
    "find_by_hash",
    "find_unusual_units",
    "finds_few",
    "get_bill",
    "get_document",
    "get_supervision",
    "list_bills",
    "list_changes",
    "list_given_reasons",
    "list_unusual_units",
    "list_warned",
    "look_at_bill",
    "next_portion",
    "prints_of",
    "record_prints",
    "request_digest",
    "rules_that_warned",
    "stored_bills",
    "stored_payers",
    "stored_reversals",
    "sum_bills",
    "sums_of",
    "switch_demand",
    "unit_report",
    "unit_totals",
    "ways_of_issue",
]
