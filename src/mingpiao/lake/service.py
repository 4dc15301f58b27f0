"""What pages and the worker use of the lake: back-tests of rules, and jobs."""

from mingpiao.lake.catalogue import extent_of_lake
from mingpiao.lake.parquet import from_bills, from_files, quoted
from mingpiao.lake.queries import month_before
from mingpiao.lake.running import Lake, ask_for_export, ask_for_tidying
from mingpiao.lake.store import (
    BACKTEST_PAGE,
    get_backtest,
    last_trial,
    list_backtests,
    start_backtest,
    stop_backtest,
)

__all__ = [
    "BACKTEST_PAGE",
    "Lake",
    "ask_for_export",
    "ask_for_tidying",
    "extent_of_lake",
    "from_bills",
    "from_files",
    "get_backtest",
    "last_trial",
    "list_backtests",
    "month_before",
    "quoted",
    "start_backtest",
    "stop_backtest",
]
