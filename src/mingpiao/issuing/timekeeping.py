"""Which time a bill bears: the database's, as all machines share it, and only while it can be trusted."""

import logging
from collections.abc import Iterable
from datetime import datetime

from mingpiao.kernel.clock import by_database, machine_time, now
from mingpiao.kernel.errors import Problem
from mingpiao.numbering.model import Stock

#: Seconds by which a machine's clock may differ from the database's before the machine stops issuing.
CLOCK_LIMIT_SECONDS = 60.0

_logger = logging.getLogger(__name__)


def time_under(stocks: Iterable[Stock]) -> datetime:
    """The time at which the last of these rows was locked, to the second, in Asia/Shanghai."""
    held = [stock.held_at for stock in stocks]
    # Without a row nobody gets a number, and no bill a time.
    moment = by_database(max(held)) if held else now()
    return moment.replace(microsecond=0)


def clock_problem(stock: Stock, moment: datetime, limit: float) -> Problem | None:
    """Why no bill may be dated `moment`: this machine and the database differ, or the database went back.

    A step back within `limit` seconds is made up for by `Stock.time_of_issue`.
    """
    apart = abs((machine_time() - stock.held_at).total_seconds())
    if apart > limit:
        _logger.error("this machine's clock differs from the database's by %.0f s: nothing is issued", apart)
        return _CLOCKS_DIFFER
    back = (stock.time_of_issue(moment) - moment).total_seconds()
    if back > limit:
        _logger.error("the clock is %.0f s before the last bill of unit %d", back, stock.unit_id)
        return _WENT_BACK
    return None


_CLOCKS_DIFFER = Problem(
    code="service.clock_wrong",
    message="服务器时钟与数据库相差过大，已暂停开票，请联系系统管理员校准时间后用同一业务流水号重试。",
    status=503,
)
_WENT_BACK = Problem(
    code="service.clock_wrong",
    message="系统时间早于上一张票据的开票时间，已暂停开票，请联系系统管理员校准时间后用同一业务流水号重试。",
    status=503,
)
