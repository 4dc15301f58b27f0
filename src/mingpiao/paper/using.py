"""The next sheet of an issuing point, or a named one, for a bill that is printed on it (换开)."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.text import unprintable
from mingpiao.paper.levels import IN_STOCK
from mingpiao.paper.model import PaperHolder, PaperPurpose, PaperRange, PaperState, PaperWay
from mingpiao.paper.moving import PAPER_HOLDINGS, PLATFORM, WantedStep, checked, move_sheets, problem
from mingpiao.paper.stopping import refuse_stopped

# All that the point has of the kind is locked: who takes a sheet waits for who took the one before.
_HOLD_POINT = PAPER_HOLDINGS.statement("""
SELECT state, lower(sheets) AS first FROM paper_holdings
WHERE unit_id = :unit_id AND point = :point AND state IN ('stock', 'used')
    AND batch_id IN (SELECT batch_id FROM paper_batches WHERE kind_code = :kind_code AND purpose = :purpose)
ORDER BY holding_id FOR UPDATE
""")
_USED_FOR = text("SELECT lower(sheets) FROM paper_steps WHERE owner = :owner AND request_no = :request_no")


async def take_next_sheet(
    connection: AsyncConnection,
    unit_id: int,
    point: str,
    kind_code: str,
    *,
    reference: str,
    purpose: PaperPurpose = PaperPurpose.EXCHANGE,
    acting: Acting,
) -> BillIdentity:
    """Use the sheet with the smallest number that a point has of a kind, in the caller's transaction; its code and number.

    `reference` names the bill that is printed on it; the same reference again gives the same sheet. An empty `point`
    is the unit's own store. Raises `Refusal`: `paper.point_empty` (409) for a point without a sheet,
    `paper.form_invalid` (422) for a reference that is none, `paper.unit_stopped` (409) for ordinary paper.
    """
    _check_reference(reference)
    given = {"unit_id": unit_id, "point": point, "kind_code": kind_code, "purpose": purpose.value}
    rows = (await connection.execute(_HOLD_POINT.clause, given)).all()
    known = await connection.scalar(_USED_FOR, {"owner": f"unit:{unit_id}", "request_no": _number(reference)})
    if known is not None:
        return BillIdentity.from_bill_id(known)
    firsts = [row.first for row in rows if row.state == PaperState.STOCK.value and row.first is not None]
    if not firsts:
        message = "该开票点没有这种纸质票据，请先从本单位库存领到开票点，或向财政部门领用。"
        raise refuse("paper.point_empty", message, status=409)
    return await _use(
        connection, PaperHolder(unit_id=unit_id, point=point), min(firsts), reference, acting=acting
    )


async def take_sheet(
    connection: AsyncConnection,
    unit_id: int,
    point: str,
    sheet: BillIdentity,
    *,
    reference: str,
    acting: Acting,
) -> BillIdentity:
    """Use the named sheet of a point, as `take_next_sheet` uses the next one.

    Raises `Refusal`: `paper.not_held` (409) where the point does not have it in stock, `paper.request_no_used` (409)
    where another sheet was used for the reference, `paper.form_invalid` (422).
    """
    _check_reference(reference)
    place = PaperHolder(unit_id=unit_id, point=point)
    return await _use(connection, place, _named(sheet), reference, acting=acting)


def _named(sheet: BillIdentity) -> int:
    try:
        return sheet.bill_id
    except ValueError as error:
        message = "纸质票据代码是8位数字，号码是10位数字，前面的0也要填写。"
        raise refuse("paper.form_invalid", message, field="sheet", status=422) from error


def _check_reference(reference: str) -> None:
    if not 1 <= len(reference) <= 40 or unprintable(reference):
        checked([problem("reference", "使用纸质票据要写明对应的票据，不超过40个字。")])


def _number(reference: str) -> str:
    return f"{PLATFORM}use-{reference}"


async def _use(
    connection: AsyncConnection, place: PaperHolder, sheet: int, reference: str, *, acting: Acting
) -> BillIdentity:
    ranges = (PaperRange(sheet, sheet),)
    await refuse_stopped(connection, place.unit_id or 0, ranges)
    wanted = WantedStep(
        way=PaperWay.USE,
        ranges=ranges,
        giver=place,
        taker=place,
        out_of=IN_STOCK,
        into=PaperState.USED,
        owner=place.owner,
        request_no=_number(reference),
        reference=reference,
    )
    await move_sheets(connection, wanted, acting=acting)
    return BillIdentity.from_bill_id(sheet)
