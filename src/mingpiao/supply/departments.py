"""逐级下发: departments pass numbers down to those below them, and give back up what they do not need."""

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import is_code
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.messages.service import tell_department
from mingpiao.numbering.model import MoveWay, WantedMove
from mingpiao.numbering.service import (
    hold_lots,
    move_numbers,
    open_code,
    region_stocks,
    rest_of_region,
)
from mingpiao.supply.policies import load_supply_policy
from mingpiao.supply.tracing import department_name
from mingpiao.supply.watching import renew_low_stocks
from mingpiao.supply.years import codes_to_pass_down, follow_numbers

MAX_NOTE = 200
#: So many numbers go in one move at most; a 票据代码 has ten thousand million.
MAX_MOVE = 1_000_000_000
#: The numbers of what moves when a region ends begin so, and no form's do.
_REFORM = "reform-"
_DECIDING = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})


async def pass_down(
    connection: AsyncConnection,
    to_region: str,
    code: str,
    quantity: int,
    catalog: Catalog,
    *,
    request_no: str,
    note: str = "",
    acting: Acting,
) -> int:
    """下发: pass numbers of a 票据代码 to a department right below one's own; the id of the move.

    The code is the present one of a kind, or one of a later year that was opened (`codes_to_pass_down`). Units of the
    department get their first numbers of a year that was opened by themselves, once their department has them.

    The same `request_no` and content again is the same move. Raises `Refusal`: `access.denied` (403) for anybody but
    officers and heads of departments, `numbering.not_by_levels` (409) where the province gives numbers to all units
    itself, `numbering.request_no_used` and `numbering.region_short` (409), and every problem of the values (422, by
    field: `numbering.move_invalid`).
    """
    own = _own_region(acting=acting)
    if not (await load_supply_policy(connection)).policy.by_levels:
        message = "全省现由省级统一发放号码，不逐级下发；需要时由省级负责人在“申领设置”中改为逐级下发。"
        raise refuse("numbering.not_by_levels", message, status=409)
    problems: list[Problem] = []
    region = catalog.regions.get(to_region)
    if region is None or region.parent != own or (region.ended_on is not None and region.ended_on <= today()):
        problems.append(_wrong("to_region", "请选择本级直接管理的下级地区。"))
    kind_code = (await codes_to_pass_down(connection, catalog)).get(code, "")
    if not kind_code:
        problems.append(_wrong("code", "请选择在用的票据种类现行年度的代码，或者已经启用的以后年度的代码。"))
    problems += _problems(quantity, request_no, note)
    if problems:
        raise Refusal(*problems)
    await open_code(connection, code, kind_code)
    wanted = WantedMove(
        way=MoveWay.ALLOT,
        from_region=own,
        to_region=to_region,
        kind_code=kind_code,
        code=code,
        quantity=quantity,
        request_no=request_no,
        note=note.strip(),
    )
    move_id = await _move(connection, wanted, catalog, acting=acting)
    await follow_numbers(connection, to_region, code, move_id, catalog)
    return move_id


async def give_back(
    connection: AsyncConnection,
    code: str,
    quantity: int,
    catalog: Catalog,
    *,
    request_no: str,
    note: str = "",
    acting: Acting,
) -> int:
    """退回: give numbers of a 票据代码 from one's own stock back to the department above; the id of the move.

    Raises `Refusal` as `pass_down` does; the province has nobody above it (`access.denied`, 403).
    """
    own = _own_region(acting=acting)
    region = catalog.regions.get(own)
    if region is None or not region.parent:
        raise refuse("access.denied", "省级的号码就在号码池里，不需要退回。", status=403)
    problems: list[Problem] = []
    stocks = {each.code: each for each in await region_stocks(connection, [own])} if is_code(code) else {}
    if code not in stocks:
        problems.append(_wrong("code", "本部门没有这个票据代码的号码，请从库存页面选择。"))
    problems += _problems(quantity, request_no, note)
    if problems:
        raise Refusal(*problems)
    wanted = WantedMove(
        way=MoveWay.RETURN,
        from_region=own,
        to_region=region.parent,
        kind_code=stocks[code].kind_code,
        code=code,
        quantity=quantity,
        request_no=request_no,
        note=note.strip(),
    )
    return await _move(connection, wanted, catalog, acting=acting)


def _own_region(*, acting: Acting) -> str:
    if acting.role not in _DECIDING or acting.region_code is None:
        raise refuse("access.denied", "号码由财政部门下发和退回。", status=403)
    return acting.region_code


def _problems(quantity: int, request_no: str, note: str) -> list[Problem]:
    problems = []
    if not 1 <= quantity <= MAX_MOVE:
        problems.append(_wrong("quantity", f"请填写1至{MAX_MOVE:,}之间的数量。"))
    if len(note) > MAX_NOTE or unprintable(note):
        problems.append(_wrong("note", f"说明不超过{MAX_NOTE}个字，不含特殊符号。"))
    if not 1 <= len(request_no) <= 64 or unprintable(request_no) or request_no.startswith(_REFORM):
        problems.append(_wrong("request_no", "表单不完整，请从库存页面重新打开。"))
    return problems


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="numbering.move_invalid", field=field, message=message, status=422)


async def _move(connection: AsyncConnection, wanted: WantedMove, catalog: Catalog, *, acting: Acting) -> int:
    move_id, is_new = await move_numbers(connection, wanted, acting=acting)
    if is_new:
        kind = catalog.kinds[wanted.kind_code].name if wanted.kind_code in catalog.kinds else wanted.kind_code
        giver = department_name(catalog, wanted.from_region)
        verb = "下发" if wanted.way is MoveWay.ALLOT else "退回"
        await tell_department(
            connection,
            wanted.to_region,
            f"number_move:{move_id}",
            f"{giver}{verb}{kind}号码{wanted.quantity:,}个",
            f"票据代码{wanted.code}，已进入本部门的库存。{wanted.note}",
            link="/finance/supply/stock",
            by=acting.actor,
        )
        # The province's stock is its pools: nothing is low there, and its use is that of all units.
        if not wanted.to_region.endswith("0000"):
            await renew_low_stocks(connection, [wanted.to_region], catalog)
    return move_id


async def follow_region(connection: AsyncConnection, region: str, into: str, *, acting: Acting) -> None:
    """A region ended: what its department has left goes to the one that took its place."""
    for stock in await rest_of_region(connection, region):
        # Units that draw from it meanwhile leave less.
        left = sum(await hold_lots(connection, region, stock.code))
        if not left:
            continue
        wanted = WantedMove(
            way=MoveWay.REFORM,
            from_region=region,
            to_region=into,
            kind_code=stock.kind_code,
            code=stock.code,
            quantity=left,
            request_no=f"{_REFORM}{stock.code}",
        )
        await move_numbers(connection, wanted, acting=acting)
