"""Rows of the lake, made from stored bills, with the same facts as at issue."""

from typing import Any

from mingpiao.catalog.model import Catalog
from mingpiao.evidence.model import CLAIM_NAMES
from mingpiao.issuing.service import StoredBill, StoredReversal, Who, facts_of
from mingpiao.units.model import UnitProfile


def bill_row(bill: StoredBill, profile: UnitProfile, catalog: Catalog) -> dict[str, Any]:
    """The facts of a blue bill, with the columns that history needs.

    Facts from the catalog and the unit's permissions are those of now, usually minutes after the issue.
    """
    facts = facts_of(bill.request, profile, catalog, bill.issued_at)
    evidence = {f"evidence_{name}": bill.claims.get(name) for name in CLAIM_NAMES}
    return facts | evidence | _files(bill) | _own(bill)


def reversal_row(reversal: StoredReversal) -> dict[str, Any]:
    """A red bill: what it reversed and when, and the hashes that identify the blue bill in history."""
    return {
        "unit_id": reversal.unit_id,
        "unit_region": reversal.region_code,
        "blue_bill_id": reversal.blue_bill_id,
        "blue_date": reversal.blue_issued_at.date(),
        "issued_date": reversal.issued_at.date(),
        "total": reversal.total,
        "handler": reversal.handler,
    } | _own(reversal)


def _files(bill: StoredBill) -> dict[str, Any]:
    papers = [int.from_bytes(bytes.fromhex(each)[:8], "big", signed=True) for each in bill.evidence]
    return {"evidence_count": len(papers), "evidence_papers": papers}


def _own(stored: StoredBill | StoredReversal) -> dict[str, Any]:
    subjects = stored.subjects
    return {
        "bill_id": stored.bill_id,
        "issued_at": stored.issued_at,
        "payer_subject": payer_hash(subjects.payer),
        "twin_subject": payer_hash(subjects.recast),
        "content_subject": content_hash(subjects.content),
    }


def payer_hash(who: Who) -> int:
    """A payer's hash: 32 bits from the name, then 32 from the code, which are 0 without a code."""
    name = int.from_bytes(who.bare[1:5], "big", signed=True)
    code = 0 if who.code is None else int.from_bytes(who.code[1:5], "big") or 1
    return name << 32 | code


def content_hash(subject: bytes) -> int:
    """The eight bytes after a subject's leading letter, as a number."""
    return int.from_bytes(subject[1:], "big", signed=True)
