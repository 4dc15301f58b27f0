"""What pages may ask of tips."""

from mingpiao.tips.inquiries import (
    answer_inquiry,
    ask_unit,
    get_inquiry,
    inquiries_of_tip,
    list_inquiries,
)
from mingpiao.tips.intake import TipDesk
from mingpiao.tips.store import (
    TipBill,
    alike_tips,
    bill_of_tip,
    get_tip,
    get_tip_file,
    list_tips,
    merged_tips,
    steps_of_tip,
)
from mingpiao.tips.triage import (
    accept_tip,
    ask_reporter,
    close_tip,
    merge_tip,
    read_contact,
    refuse_tip,
    transfer_tip,
)
from mingpiao.tips.wishes import MAX_FILES, MAX_WORDS, checked_wish, too_many_files

__all__ = [
    "MAX_FILES",
    "MAX_WORDS",
    "TipBill",
    "TipDesk",
    "accept_tip",
    "alike_tips",
    "answer_inquiry",
    "ask_reporter",
    "ask_unit",
    "bill_of_tip",
    "checked_wish",
    "close_tip",
    "get_inquiry",
    "get_tip",
    "get_tip_file",
    "inquiries_of_tip",
    "list_inquiries",
    "list_tips",
    "merge_tip",
    "merged_tips",
    "read_contact",
    "refuse_tip",
    "steps_of_tip",
    "too_many_files",
    "transfer_tip",
]
