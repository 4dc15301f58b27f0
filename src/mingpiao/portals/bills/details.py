"""Parts of the page of one bill that are the same for a unit and for a department."""

from collections.abc import Iterable

from mingpiao.catalog.model import Catalog
from mingpiao.issuing.model import RELATED_FIELDS, Bill
from mingpiao.journal.model import Event
from mingpiao.portals.details import HistoryLine


def extension_of(catalog: Catalog, bill: Bill) -> list[tuple[str, str]]:
    """其他信息 of a bill as (label, value), without empty ones.

    The members of a red bill that name the blue one are left out: the page has a link to it.
    """
    kind = catalog.kinds.get(bill.kind)
    labels = {field.name: field.label for field in kind.extension_fields} if kind else {}
    return [
        (labels.get(name, name), value)
        for name, value in bill.extension.items()
        if value and name not in RELATED_FIELDS
    ]


def history_of(events: Iterable[Event]) -> list[HistoryLine]:
    """The history of a bill."""
    return [
        HistoryLine(at=event.occurred_at, what=event.type.label, note=event.facts.get("reason", ""))
        for event in events
    ]
