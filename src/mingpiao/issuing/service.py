"""What other rooms may ask of issuing: the desk, and reading what it issued."""

from mingpiao.issuing.desk import Desk
from mingpiao.issuing.queries import (
    find_by_business_no,
    find_by_hash,
    get_bill,
    get_document,
    list_bills,
    list_changes,
    stream_bills,
)

__all__ = [
    "Desk",
    "find_by_business_no",
    "find_by_hash",
    "get_bill",
    "get_document",
    "list_bills",
    "list_changes",
    "stream_bills",
]
