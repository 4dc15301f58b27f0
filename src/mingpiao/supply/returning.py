"""退回: a unit gives numbers back that it does not need. They are cancelled (注销), and its department hears of it."""

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.messages.service import tell_department
from mingpiao.numbering.model import HeldSegment, SegmentFilter
from mingpiao.numbering.service import list_segments, return_segment
from mingpiao.units.service import get, lock_unit, refuse_closed

MAX_RETURN_REASON = 200


async def give_back_segment(
    connection: AsyncConnection, unit_id: int, segment_id: int, reason: str, *, acting: Acting
) -> int:
    """Give back what a unit has not used of one of its segments, for ever; how many numbers they were.

    Raises `Refusal`: `access.denied` (403) for anybody but a manager or a program of the unit, `unit.closed` (409),
    `supply.segment_unknown` (404), `supply.segment_spent` (409) where nothing is left of it, and
    `supply.return_invalid` (422) for a reason that is none.
    """
    if acting.role not in (None, Role.UNIT_MANAGER) or acting.unit_id != unit_id:
        raise refuse("access.denied", "号码由本单位的票据管理员退回。", status=403)
    await lock_unit(connection, unit_id)
    unit = await get(connection, unit_id)
    refuse_closed(unit)
    held = await get_segment(connection, unit_id, segment_id)
    words = reason.strip()
    if not 2 <= len(words) <= MAX_RETURN_REASON or unprintable(words):
        message = f"请写明退回的原因，2至{MAX_RETURN_REASON}个字，不含特殊符号。"
        raise refuse("supply.return_invalid", message, field="reason", status=422)
    count = await return_segment(connection, unit_id, segment_id, words, acting=acting)
    if not count:
        raise _spent()
    await tell_department(
        connection,
        unit.region_code,
        f"segment_return:{segment_id}",
        f"{unit.name}退回号码{count:,}个",
        f"票据代码{held.code}，已注销，不再发放。原因：{words}",
        link=f"/finance/supply/returned?unit={unit.uscc}",
        by=acting.actor,
    )
    return count


async def get_segment(connection: AsyncConnection, unit_id: int, segment_id: int) -> HeldSegment:
    """A segment of a unit within the scope; raises `Refusal` (`supply.segment_unknown`, 404)."""
    found = await list_segments(connection, SegmentFilter(unit_id=unit_id, segment_id=segment_id), limit=1)
    if not found.items:
        raise refuse("supply.segment_unknown", "没有这个号段，请从“号段”列表中选择。", status=404)
    return found.items[0]


def _spent() -> Refusal:
    return refuse("supply.segment_spent", "这个号段已经用完或退回，没有可以退回的号码。", status=409)
