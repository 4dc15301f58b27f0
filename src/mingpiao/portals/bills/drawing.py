"""The picture of a bill on a page, marked as every check marks it."""

from markupsafe import Markup

from mingpiao.composition import Services
from mingpiao.issuing.model import BillDocument, BillState


async def face_of(services: Services, document: BillDocument) -> Markup:
    """A bill's face as inline SVG; of a reversed bill with 已冲红 across it, which no document has."""
    state = document.bill.state
    mark = state.label if state is BillState.REVERSED else ""
    return Markup(await services.documents.faces(document, mark=mark))  # noqa: S704 - our own drawing, texts escaped
