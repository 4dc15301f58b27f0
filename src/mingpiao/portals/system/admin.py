"""/admin: the state of the system, from its counters."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.founding.service import look_at_province
from mingpiao.house.rooms import duties
from mingpiao.issuing.model import DayTotal
from mingpiao.issuing.service import day_totals
from mingpiao.jobs.schedules import list_rounds
from mingpiao.kernel.clock import today
from mingpiao.numbering.service import pool_levels
from mingpiao.portals.gates import ADMINISTER
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, require_right

_SHOWN_DAYS = 30


class DutyRound(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of background work: when it last ran (None: not yet) and when it is due next."""

    label: str
    last_run: datetime | None
    next_run: datetime


@get("/", guards=[require_right(ADMINISTER)])
async def state(call: NamedDependency[PageCall]) -> Response[str]:
    """Database, worker, bills of today and of thirty days, numbers left, background work."""
    health = await call.services.health.examine()
    last = today()
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        totals = await day_totals(connection, last - timedelta(days=_SHOWN_DAYS - 1), last)
        server_version = await connection.scalar(text("SHOW server_version"))
        size = await connection.scalar(text("SELECT pg_database_size(current_database())"))
        pools, rounds = await pool_levels(connection), await _rounds(connection)
        findings = await look_at_province(connection, call.services.settings.master_key())
    return page(
        call.request,
        "system/state.html",
        title="系统状态",
        health=health,
        server_version=server_version,
        size=int(size or 0),
        today=_add_up([total for total in totals if total.day == last]),
        month=_add_up(totals),
        shown_days=_SHOWN_DAYS,
        pools=pools,
        kinds=catalog.kinds,
        rounds=rounds,
        # Whether a worker runs, the page says already.
        findings=[each for each in findings if each.state != "ok" and each.name != "worker"],
    )


def _add_up(totals: list[DayTotal]) -> DayTotal:
    return DayTotal(
        day=totals[-1].day if totals else today(),
        kind="",
        region_code="",
        issued_count=sum(total.issued_count for total in totals),
        issued_amount=sum((total.issued_amount for total in totals), Decimal(0)),
        reversed_count=sum(total.reversed_count for total in totals),
        reversed_amount=sum((total.reversed_amount for total in totals), Decimal(0)),
    )


async def _rounds(connection: AsyncConnection) -> list[DutyRound]:
    labels = {duty.name: duty.label for duty in duties()}
    return [
        DutyRound(label=labels.get(each.name, each.name), last_run=each.last_run, next_run=each.next_run)
        for each in await list_rounds(connection)
    ]


HANDLERS = [state]
