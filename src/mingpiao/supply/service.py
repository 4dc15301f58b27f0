"""The functions of supply that other rooms use."""

from mingpiao.supply.departments import (
    MAX_MOVE,
    MAX_NOTE,
    give_back,
    pass_down,
)
from mingpiao.supply.looking import (
    PAGE_SIZE,
    find_by_number,
    get_requisition,
    kind_stocks,
    list_requisitions,
    open_request,
    orders_of,
)
from mingpiao.supply.orders import request_by_order, set_supply_order
from mingpiao.supply.policies import load_supply_policy, set_supply_policy
from mingpiao.supply.requests import (
    AUTOMATIC,
    MAX_PURPOSE,
    MAX_REASON,
    grant_requisition,
    refuse_requisition,
    request_numbers,
    withdraw_requisition,
)
from mingpiao.supply.returning import MAX_RETURN_REASON, get_segment, give_back_segment
from mingpiao.supply.stocks import DepartmentStock, department_stocks
from mingpiao.supply.tracing import NumberStep, NumberTrace, trace_number
from mingpiao.supply.transferring import transfer_segment
from mingpiao.supply.watching import LOW_DAYS, LowStock, low_stocks, watch_stocks
from mingpiao.supply.years import (
    OPEN_YEAR_JOB,
    YearOpening,
    codes_to_pass_down,
    do_portion,
    open_year,
    open_year_for_units,
    year_openings,
)

__all__ = [
    "AUTOMATIC",
    "LOW_DAYS",
    "MAX_MOVE",
    "MAX_NOTE",
    "MAX_PURPOSE",
    "MAX_REASON",
    "MAX_RETURN_REASON",
    "OPEN_YEAR_JOB",
    "PAGE_SIZE",
    "DepartmentStock",
    "LowStock",
    "NumberStep",
    "NumberTrace",
    "YearOpening",
    "codes_to_pass_down",
    "department_stocks",
    "do_portion",
    "find_by_number",
    "get_requisition",
    "get_segment",
    "give_back",
    "give_back_segment",
    "grant_requisition",
    "kind_stocks",
    "list_requisitions",
    "load_supply_policy",
    "low_stocks",
    "open_request",
    "open_year",
    "open_year_for_units",
    "orders_of",
    "pass_down",
    "refuse_requisition",
    "request_by_order",
    "request_numbers",
    "set_supply_order",
    "set_supply_policy",
    "trace_number",
    "transfer_segment",
    "watch_stocks",
    "withdraw_requisition",
    "year_openings",
]
