"""/admin: the state of the system, from its counters."""

from datetime import datetime, timedelta
from decimal import Decimal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.composition import Services
from mingpiao.health import examine
from mingpiao.issuing.model import DayTotal
from mingpiao.issuing.service import day_totals
from mingpiao.kernel.clock import today
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest

_SHOWN_DAYS = 30
_ROUND_LABELS = {
    "add_up_closed_days": "汇总已结束日期的开票数据",
    "purge_nonces": "清理接口调用随机数",
    "purge_sessions": "清理已结束的登录会话",
    "purge_verification_failures": "清理过期的查验失败记录",
    "purge_heartbeats": "清理已停止的后台任务进程",
    "purge_job_log": "清理后台任务日志",
    "purge_exports": "清理过期的导出文件",
    "read_lost_evidence": "补做遗漏的佐证材料识别",
    "read_lost_qualifications": "补做遗漏的资质证书识别",
    "remind_of_expiry": "提醒资质证书到期",
    "advance_applications": "推进等待材料的开票申请",
    "remind_reviewers": "提醒待复核的申请",
}


class DutyRound(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of background work: when it was last done (None: not yet) and when it is due."""

    label: str
    last_run: datetime | None
    next_run: datetime


class PoolLevel(msgspec.Struct, frozen=True, kw_only=True):
    """How many numbers of a 票据代码 were allotted to units, and how many are left."""

    code: str
    kind_code: str
    allotted: int
    left: int


@get("/")
async def state(request: PageRequest, services: NamedDependency[Services]) -> Response[str]:
    """Database, worker, bills of today and of thirty days, numbers left, background work."""
    health = await examine(services.database)
    last = today()
    catalog = await services.catalog.get()
    async with services.database.system() as connection:
        totals = await day_totals(connection, last - timedelta(days=_SHOWN_DAYS - 1), last)
        return page(
            request,
            "system/state.html",
            title="系统状态",
            health=health,
            server_version=await connection.scalar(text("SHOW server_version")),
            size=int(await connection.scalar(text("SELECT pg_database_size(current_database())")) or 0),
            today=_add_up([total for total in totals if total.day == last]),
            month=_add_up(totals),
            shown_days=_SHOWN_DAYS,
            pools=await _pools(connection),
            kinds=catalog.kinds,
            rounds=await _rounds(connection),
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


async def _pools(connection: AsyncConnection) -> list[PoolLevel]:
    rows = await connection.execute(
        text(
            "SELECT code, kind_code, next_number - 1 AS allotted, 10000000000 - next_number AS left "
            "FROM number_pools ORDER BY code"
        )
    )
    return [PoolLevel(**row) for row in rows.mappings()]


async def _rounds(connection: AsyncConnection) -> list[DutyRound]:
    rows = await connection.execute(
        text("SELECT entrypoint, last_run, next_run FROM pgqueuer_schedules ORDER BY entrypoint")
    )
    return [
        DutyRound(
            label=_ROUND_LABELS.get(row.entrypoint, row.entrypoint),
            last_run=row.last_run,
            next_run=row.next_run,
        )
        for row in rows
    ]


HANDLERS = [state]
