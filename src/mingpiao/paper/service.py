"""The functions of the stock of paper that other rooms use."""

from mingpiao.paper.batches import get_batch, list_batches, order_batch, receive_batch
from mingpiao.paper.levels import (
    allot_to_region,
    allot_to_unit,
    answer_parcel,
    move_to_point,
    return_paper,
)
from mingpiao.paper.looking import (
    StepFilter,
    holdings_of,
    list_steps,
    open_parcels,
    paper_counts,
    party_name,
    trace_sheet,
    unit_ids,
)
from mingpiao.paper.moving import MAX_NOTE
from mingpiao.paper.ranges import MAX_LINES, less, lines_of, read_ranges, told
from mingpiao.paper.using import take_next_sheet, take_sheet

__all__ = [
    "MAX_LINES",
    "MAX_NOTE",
    "StepFilter",
    "allot_to_region",
    "allot_to_unit",
    "answer_parcel",
    "get_batch",
    "holdings_of",
    "less",
    "lines_of",
    "list_batches",
    "list_steps",
    "move_to_point",
    "open_parcels",
    "order_batch",
    "paper_counts",
    "party_name",
    "read_ranges",
    "receive_batch",
    "return_paper",
    "take_next_sheet",
    "take_sheet",
    "told",
    "trace_sheet",
    "unit_ids",
]
