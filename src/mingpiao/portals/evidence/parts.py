"""The page of one file of 佐证材料, for units and departments alike."""

from typing import Any

from mingpiao.composition import Services
from mingpiao.evidence.model import ListedEvidence
from mingpiao.evidence.service import get_listed
from mingpiao.identity.model import Session
from mingpiao.issuing.model import BillFilter
from mingpiao.issuing.service import list_bills
from mingpiao.portals.evidence.files import find_file
from mingpiao.portals.session import scoped_reads

#: The number of bills on the page of a file; the list of bills has all of them.
_BILLS = 20


async def file_parts(services: Services, session: Session, unit_id: int, digest: str) -> dict[str, Any]:
    """The values for the template `evidence/file.html`. Raises `Refusal` (`evidence.not_found`, 404)."""
    async with scoped_reads(services, session.account) as connection:
        file = await find_file(connection, unit_id, digest)
        found = await list_bills(connection, BillFilter(unit_id=unit_id, evidence=digest), limit=_BILLS)
        listed = await get_listed(connection, unit_id, digest)
    pointed = file.extraction.pointed if file.extraction else ()
    return {
        "file": listed,
        "stored": file,
        "bills": found.items,
        "more_bills": bool(found.next_key),
        "pointed": [(each.label, each.found.value) for each in pointed],
    }


def uploader(file: ListedEvidence) -> str:
    """Who uploaded a file: a person's name, or the words for the unit's own system."""
    return file.uploaded_by_name or "业务系统"
