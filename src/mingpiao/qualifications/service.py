"""The functions and classes of qualifications that other rooms use."""

from mingpiao.qualifications.checks import SURE, differences, statement_problems
from mingpiao.qualifications.deciding import decide, retire, revoke, submit, withdraw
from mingpiao.qualifications.desk import READ_JOB, QualificationDesk, enqueue_unread, may_state
from mingpiao.qualifications.fields import plain_code, read_fields
from mingpiao.qualifications.reminders import REMINDERS, remind
from mingpiao.qualifications.store import (
    PAGE_SIZE,
    follow_unit,
    get,
    list_qualifications,
    unit_qualifications,
)

__all__ = [
    "PAGE_SIZE",
    "READ_JOB",
    "REMINDERS",
    "SURE",
    "QualificationDesk",
    "decide",
    "differences",
    "enqueue_unread",
    "follow_unit",
    "get",
    "list_qualifications",
    "may_state",
    "plain_code",
    "read_fields",
    "remind",
    "retire",
    "revoke",
    "statement_problems",
    "submit",
    "unit_qualifications",
    "withdraw",
]
