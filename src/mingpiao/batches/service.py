"""What pages may ask of batches."""

from mingpiao.batches.columns import (
    ITEM_PLACES,
    PROBLEMS,
    ROW_NUMBER,
    SheetColumn,
    columns_of,
    item_label,
    items_of_kind,
    with_places,
)
from mingpiao.batches.desk import BatchDesk
from mingpiao.batches.packing import ask_for_pack
from mingpiao.batches.reading import SAME_ROW, Wanted, tidy_cells
from mingpiao.batches.slips import gather, places_of, spread
from mingpiao.batches.store import (
    count_unfinished,
    get_batch,
    get_row,
    list_batches,
    list_rows,
    pack_key,
    rules_asking,
)

__all__ = [
    "ITEM_PLACES",
    "PROBLEMS",
    "ROW_NUMBER",
    "SAME_ROW",
    "BatchDesk",
    "SheetColumn",
    "Wanted",
    "ask_for_pack",
    "columns_of",
    "count_unfinished",
    "gather",
    "get_batch",
    "get_row",
    "item_label",
    "items_of_kind",
    "list_batches",
    "list_rows",
    "pack_key",
    "places_of",
    "rules_asking",
    "spread",
    "tidy_cells",
    "with_places",
]
