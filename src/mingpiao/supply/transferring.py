"""调拨: a unit's manager says which of its numbers which 开票点 has."""

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.numbering.model import NumberTransfer
from mingpiao.numbering.service import hold_stocks, transfer_numbers
from mingpiao.supply.requests import is_number
from mingpiao.supply.returning import get_segment
from mingpiao.units.service import MAX_ALLOTMENT, get, lock_unit, points_of_unit, refuse_closed


async def transfer_segment(
    connection: AsyncConnection,
    unit_id: int,
    segment_id: int,
    to_point: str,
    quantity: int,
    request_no: str,
    *,
    acting: Acting,
) -> NumberTransfer:
    """Give the last `quantity` unused numbers of a unit's segment to one of its points, or to its common stock (empty).

    The same `request_no` again is the same transfer. Raises `Refusal`: `access.denied` (403) for anybody but a manager
    of the unit, `unit.closed` (409), `supply.segment_unknown` (404), `supply.transfer_invalid` (422, by field), and
    what `transfer_numbers` raises. What is at a point that is out of use may leave it, and nothing may come.
    """
    if acting.role is not Role.UNIT_MANAGER or acting.unit_id != unit_id:
        raise refuse("access.denied", "号码由本单位的票据管理员调拨。", status=403)
    await lock_unit(connection, unit_id)
    refuse_closed(await get(connection, unit_id))
    await get_segment(connection, unit_id, segment_id)
    problems = []
    points = await points_of_unit(connection, unit_id)
    if to_point and not any(each.code == to_point and each.active for each in points):
        problems.append(_wrong("to_point", "请选择本单位在用的开票点，或者单位公共库存。"))
    if not 1 <= quantity <= MAX_ALLOTMENT:
        problems.append(_wrong("quantity", f"请填写1至{MAX_ALLOTMENT:,}之间的数量。"))
    if not is_number(request_no):
        problems.append(_wrong("request_no", "这张表单不完整，请从号段列表重新打开表单。"))
    if problems:
        raise Refusal(*problems)
    await hold_stocks(connection, [unit_id])
    return await transfer_numbers(
        connection, unit_id, segment_id, to_point, quantity, request_no, acting=acting
    )


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="supply.transfer_invalid", field=field, message=message, status=422)
