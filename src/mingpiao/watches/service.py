"""What pages may ask of watches."""

from mingpiao.watches.placing import (
    LONGEST,
    MAX_REASON,
    end_watch,
    extend_watch,
    place_watch,
    take_watch,
)
from mingpiao.watches.store import (
    events_of_watch,
    figures_of,
    get_watch,
    list_watches,
    steps_of_watch,
    watches_of_source,
)

__all__ = [
    "LONGEST",
    "MAX_REASON",
    "end_watch",
    "events_of_watch",
    "extend_watch",
    "figures_of",
    "get_watch",
    "list_watches",
    "place_watch",
    "steps_of_watch",
    "take_watch",
    "watches_of_source",
]
