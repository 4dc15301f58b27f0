"""The functions and classes of qualifications that other rooms use."""

from mingpiao.qualifications.checks import SURE, differences, statement_problems
from mingpiao.qualifications.deciding import decide, retire, submit, withdraw
from mingpiao.qualifications.desk import READ_JOB, QualificationDesk, enqueue_unread, may_state, unread_papers
from mingpiao.qualifications.fields import plain_code, read_fields
from mingpiao.qualifications.reminders import REMINDERS, remind
from mingpiao.qualifications.revoking import REVOCATION, propose_revocation
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
    "REVOCATION",
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
    "propose_revocation",
    "read_fields",
    "remind",
    "retire",
    "statement_problems",
    "submit",
    "unit_qualifications",
    "unread_papers",
    "withdraw",
]
