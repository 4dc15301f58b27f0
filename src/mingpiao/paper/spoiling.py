"""作废 of spoilt sheets, and 遗失: lost sheets with a notice that everybody may read."""

from datetime import date
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import now, to_shanghai, today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.text import unprintable
from mingpiao.messages.service import tell_department
from mingpiao.paper.levels import IN_STOCK, holder_of
from mingpiao.paper.model import LossNotice, PaperHolder, PaperRange, PaperState, PaperWay
from mingpiao.paper.moving import WantedStep, checked, form_problems, move_sheets, problem
from mingpiao.paper.ranges import parted, read_ranges, told, written
from mingpiao.units.service import get

NOTICE_LENGTH = (10, 500)
_EARLIEST = date(2000, 1, 1)
_COLUMNS = """
SELECT step_id, holder_name, lost_on, notice, published_at, sheet_firsts(sheets) AS firsts, sheet_ends(sheets) AS ends
FROM paper_losses
"""
_NOTICES = text(f"{_COLUMNS} WHERE :before = 0 OR step_id < :before ORDER BY step_id DESC LIMIT :limit")
_OF_SHEET = text(
    f"{_COLUMNS} WHERE sheets && CAST(CAST(:sheets AS text) AS int8multirange) ORDER BY step_id DESC"
)
_PUBLISH = text("""
INSERT INTO paper_losses (step_id, holder_name, sheets, lost_on, notice, published_at)
VALUES (:step_id, :holder_name, CAST(CAST(:sheets AS text) AS int8multirange), :lost_on, :notice, :published_at)
""")


async def void_sheets(
    connection: AsyncConnection, sheets: str, *, request_no: str, note: str, acting: Acting
) -> int:
    """作废 of sheets that are in stock, of a unit's points too; they are in its store until they are destroyed. The step's id.

    Raises `Refusal`: `access.denied` (403), `paper.not_held` (409) for sheets that are not one's own or not in stock,
    `paper.request_no_used` (409), and what is wrong with the form (422), a missing reason among it.
    """
    holder = holder_of(acting=acting)
    checked(form_problems(request_no, note, needs_note="请写明作废的原因，例如：打印错位、污损。"))
    wanted = _becomes(PaperWay.VOID, PaperState.VOID, holder, read_ranges(sheets), request_no, note)
    step_id, _ = await move_sheets(connection, wanted, acting=acting)
    return step_id


def _becomes(
    way: PaperWay,
    into: PaperState,
    holder: PaperHolder,
    ranges: tuple[PaperRange, ...],
    request_no: str,
    note: str,
) -> WantedStep:
    is_loss = way is PaperWay.LOSE
    return WantedStep(
        way=way,
        ranges=ranges,
        giver=holder,
        taker=holder,
        out_of=IN_STOCK | {PaperState.VOID} if is_loss else IN_STOCK,
        into=into,
        owner=holder.owner,
        request_no=request_no,
        note=note.strip(),
        anywhere=True,
    )


async def report_loss(
    connection: AsyncConnection,
    sheets: str,
    lost_on: date | None,
    notice: str,
    catalog: Catalog,
    *,
    request_no: str,
    note: str,
    acting: Acting,
) -> int:
    """遗失 of sheets that are in stock or void: they count no more, and the notice is public from now on. The step's id.

    `lost_on` is the day, None for one that could not be read; `note` says how it happened, and is not public. Raises
    `Refusal` as `void_sheets` does.
    """
    holder = holder_of(acting=acting)
    problems = form_problems(request_no, note, needs_note="请写明遗失的经过，财政部门会看到。")
    problems += _notice_problems(lost_on, notice)
    try:
        ranges = read_ranges(sheets)
    except Refusal as refusal:
        raise Refusal(*problems, *refusal.problems) from None
    checked(problems)
    wanted = _becomes(PaperWay.LOSE, PaperState.LOST, holder, ranges, request_no, note)
    step_id, is_new = await move_sheets(connection, wanted, acting=acting)
    if is_new:
        name, region = await named_holder(connection, holder, catalog)
        given = {
            "step_id": step_id,
            "holder_name": name,
            "sheets": written(ranges),
            "lost_on": lost_on,
            "notice": notice.strip(),
            "published_at": now(),
        }
        await connection.execute(_PUBLISH, given)
        title = f"{name}报告遗失纸质票据{sum(each.count for each in ranges):,}张"
        body = f"{told(ranges)}。{note.strip()}"
        topic, link = f"paper_step:{step_id}", "/finance/paper/steps"
        await tell_department(connection, region, topic, title, body, link=link, urgent=True, by=acting.actor)
    return step_id


def _notice_problems(lost_on: date | None, notice: str) -> list[Problem]:
    problems = []
    if lost_on is None or not _EARLIEST <= lost_on <= today():
        problems.append(problem("lost_on", "请选择遗失的日期，不能晚于今天。"))
    shortest, longest = NOTICE_LENGTH
    if not shortest <= len(notice.strip()) <= longest or unprintable(notice.strip().replace("\n", "")):
        problems.append(problem("notice", f"公告内容为{shortest}至{longest}字，不含特殊符号。"))
    return problems


async def named_holder(connection: AsyncConnection, holder: PaperHolder, catalog: Catalog) -> tuple[str, str]:
    """A holder's name, and the region whose department hears of what happens to its paper."""
    if holder.unit_id is not None:
        unit = await get(connection, holder.unit_id)
        return unit.name, unit.region_code
    region = holder.region_code or ""
    above = catalog.regions[region].parent if region in catalog.regions else ""
    return (catalog.departments[region].name if region in catalog.departments else region), above or region


async def list_losses(connection: AsyncConnection, *, before: int = 0, limit: int = 50) -> list[LossNotice]:
    """遗失公告, newest first; `before` is the id of the last one that is known."""
    return [_notice(row) for row in await connection.execute(_NOTICES, {"before": before, "limit": limit})]


async def losses_of_sheet(connection: AsyncConnection, sheet: PaperRange) -> list[LossNotice]:
    """Notices that name a sheet."""
    return [_notice(row) for row in await connection.execute(_OF_SHEET, {"sheets": written([sheet])})]


def _notice(row: Row[Any]) -> LossNotice:
    return LossNotice(
        step_id=row.step_id,
        holder_name=row.holder_name,
        ranges=parted(row.firsts, row.ends),
        lost_on=row.lost_on,
        notice=row.notice,
        published_at=to_shanghai(row.published_at),
    )
