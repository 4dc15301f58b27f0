"""The bill that a face in the making is shown with: made up, or a real one of the department's region."""

from mingpiao.catalog.model import BillKind
from mingpiao.issuing.model import BillDocument, BillFilter
from mingpiao.issuing.service import get_document, list_bills
from mingpiao.layout.service import sample_face
from mingpiao.portals.bills.access import bill_id_of
from mingpiao.portals.faces.words import Choices
from mingpiao.portals.session import PageCall
from mingpiao.sealing.model import Face
from mingpiao.sealing.service import parse_sealed

ORDINARY, LONGEST = "ordinary", "longest"
_MADE_UP: Choices = [(ORDINARY, "普通样例"), (LONGEST, "最长样例（续页、清单、附页）")]
_NEWEST = 10


async def sample_choices(call: PageCall, kind: BillKind, chosen: str) -> Choices:
    """What a face can be shown with: made-up bills, and the newest real ones of the kind."""
    async with call.reads() as connection:
        bills = (await list_bills(connection, BillFilter(kind=kind.code), limit=_NEWEST)).items
    real = [(f"{bill.code}-{bill.number}", f"票据 {bill.code} {bill.number}") for bill in bills]
    known = {value for value, _ in (*_MADE_UP, *real)}
    others = [(chosen, f"票据 {chosen.replace('-', ' ')}")] if chosen and chosen not in known else []
    return [*_MADE_UP, *real, *others]


async def document_for(call: PageCall, kind: BillKind, sample: str) -> BillDocument | None:
    """The real bill that was chosen, within what the person may see; None for a made-up one.

    Raises `Refusal` (`bill.unknown`, 404).
    """
    code, dash, number = sample.partition("-")
    if not dash:
        return None
    async with call.reads() as connection:
        document = await get_document(connection, bill_id_of(code, number))
    return document if document.bill.kind == kind.code else None


def face_for(kind: BillKind, sample: str, document: BillDocument | None) -> Face:
    """The face to draw."""
    if document is not None:
        return parse_sealed(document.xml)
    return sample_face(kind, longest=sample == LONGEST)
