"""The functions of the stock of paper that other rooms use."""

from mingpiao.paper.batches import get_batch, list_batches, order_batch, receive_batch
from mingpiao.paper.counting import list_stocktakings, take_stock
from mingpiao.paper.destroying import (
    ask_destruction,
    countersign_destruction,
    decide_destruction,
    get_destruction,
    list_destructions,
    sign_destruction,
)
from mingpiao.paper.levels import (
    allot_to_region,
    allot_to_unit,
    answer_parcel,
    move_to_point,
    return_paper,
)
from mingpiao.paper.looking import (
    StepFilter,
    get_step,
    holdings_of,
    list_steps,
    open_parcels,
    paper_counts,
    party_name,
    sheet_of,
    trace_sheet,
    unit_ids,
)
from mingpiao.paper.moving import MAX_NOTE
from mingpiao.paper.ranges import MAX_LINES, common, less, lines_of, read_ranges, told
from mingpiao.paper.spoiling import list_losses, losses_of_sheet, report_loss, void_sheets
from mingpiao.paper.stopping import list_stops, stop_of, stop_paper, stop_sums
from mingpiao.paper.using import take_next_sheet, take_sheet

__all__ = [
    "MAX_LINES",
    "MAX_NOTE",
    "StepFilter",
    "allot_to_region",
    "allot_to_unit",
    "answer_parcel",
    "ask_destruction",
    "common",
    "countersign_destruction",
    "decide_destruction",
    "get_batch",
    "get_destruction",
    "get_step",
    "holdings_of",
    "less",
    "lines_of",
    "list_batches",
    "list_destructions",
    "list_losses",
    "list_steps",
    "list_stocktakings",
    "list_stops",
    "losses_of_sheet",
    "move_to_point",
    "open_parcels",
    "order_batch",
    "paper_counts",
    "party_name",
    "read_ranges",
    "receive_batch",
    "report_loss",
    "return_paper",
    "sheet_of",
    "sign_destruction",
    "stop_of",
    "stop_paper",
    "stop_sums",
    "take_next_sheet",
    "take_sheet",
    "take_stock",
    "told",
    "trace_sheet",
    "unit_ids",
    "void_sheets",
]
