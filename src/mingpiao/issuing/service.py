"""What other rooms may ask of issuing: the desk, and reading what it issued."""

from mingpiao.issuing.desk import Desk
from mingpiao.issuing.facts import facts_of
from mingpiao.issuing.history import Who
from mingpiao.issuing.integrity import UnitShare, check_share, count_findings, look_at_bill
from mingpiao.issuing.medians import CLASSES_PER_DOUBLING, FEWEST_LINES, amount_of
from mingpiao.issuing.queries import (
    find_by_business_no,
    find_by_hash,
    get_bill,
    get_document,
    get_supervision,
    list_bills,
    list_changes,
    ways_of_issue,
)
from mingpiao.issuing.stored import (
    Portion,
    StoredBill,
    StoredReversal,
    next_portion,
    stored_bills,
    stored_reversals,
)
from mingpiao.issuing.totals import day_totals, unit_totals

__all__ = [
    "CLASSES_PER_DOUBLING",
    "FEWEST_LINES",
    "Desk",
    "Portion",
    "StoredBill",
    "StoredReversal",
    "UnitShare",
    "Who",
    "amount_of",
    "check_share",
    "count_findings",
    "day_totals",
    "facts_of",
    "find_by_business_no",
    "find_by_hash",
    "get_bill",
    "get_document",
    "get_supervision",
    "list_bills",
    "list_changes",
    "look_at_bill",
    "next_portion",
    "stored_bills",
    "stored_reversals",
    "unit_totals",
    "ways_of_issue",
]
