"""What other rooms may ask of issuing: the desk, and reading what it issued."""

from mingpiao.issuing.desk import Desk
from mingpiao.issuing.queries import (
    find_by_business_no,
    find_by_hash,
    get_bill,
    get_document,
    get_supervision,
    list_bills,
    list_changes,
    stream_bills,
)
from mingpiao.issuing.totals import day_totals, unit_totals

__all__ = [
    "Desk",
    "day_totals",
    "find_by_business_no",
    "find_by_hash",
    "get_bill",
    "get_document",
    "get_supervision",
    "list_bills",
    "list_changes",
    "stream_bills",
    "unit_totals",
]
