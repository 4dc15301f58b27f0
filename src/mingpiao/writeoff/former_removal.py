"""Deleting former bills that were imported wrongly, while no request for write-off has taken their month."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
from sqlalchemy import BigInteger, any_, cast, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.former.model import FormerBill, FormerImport
from mingpiao.former.service import (
    RemovableBill,
    bills_of_open_months,
    count_of_import,
    get_former,
    own_import,
    remove_former,
    units_of_import,
)
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record_all
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import tell_unit
from mingpiao.numbering.service import hold_stocks
from mingpiao.units.service import lock_unit
from mingpiao.writeoff.campaign_progress import add_up_units
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.model import BillOrigin, CaseState
from mingpiao.writeoff.tables import exception_cases


class RemovalSums(msgspec.Struct, frozen=True, kw_only=True):
    """Bills of an import that can be deleted, with their amount (元), and those that stay."""

    bills: int
    amount: Decimal
    staying: int


async def removal_sums(connection: AsyncConnection, import_id: int) -> RemovalSums:
    """What deleting an import would delete now, within the scope."""
    found = await _removable(connection, import_id)
    return _sums(found, await count_of_import(connection, import_id))


async def is_removable(connection: AsyncConnection, bill: FormerBill) -> bool:
    """Whether a bill's month is open and no decision about it stands, within the scope."""
    return bool(await _removable(connection, bill.import_id, bill.bill_id))


async def delete_former_bill(connection: AsyncConnection, bill_id: int, *, acting: Acting) -> FormerBill:
    """Delete a former bill; it can be imported again, put right. For those who imported it.

    Raises `Refusal`: `access.denied` (403), `former.unknown` (404), `former.import_busy` (409), `former.kept` (409) once
    its month was submitted, or while a breach of it stands.
    """
    bill = await get_former(connection, bill_id)
    found = await own_import(connection, bill.import_id, acting=acting)
    await lock_unit(connection, bill.unit_id)
    await _require_unchanged(connection, found, acting=acting)
    going = await _removable(connection, bill.import_id, bill_id)
    if not going:
        # Somebody may have deleted it meanwhile.
        await get_former(connection, bill_id)
        raise _kept()
    await _remove(connection, going, acting=acting)
    await _tell(connection, "delete", found, going, acting=acting)
    return bill


async def delete_former_import(connection: AsyncConnection, import_id: int, *, acting: Acting) -> RemovalSums:
    """Delete the bills of an import whose months are open; the others stay. For those who uploaded it.

    Raises `Refusal`: `access.denied` (403), `former.import_unknown` (404), `former.import_busy` (409), `former.kept` (409)
    where none can be deleted.
    """
    found = await own_import(connection, import_id, acting=acting)
    for unit_id in await units_of_import(connection, import_id):
        await lock_unit(connection, unit_id)
    await _require_unchanged(connection, found, acting=acting)
    going = await _removable(connection, import_id)
    if not going:
        raise _kept()
    told = _sums(going, await count_of_import(connection, import_id))
    await _remove(connection, going, acting=acting)
    await _tell(connection, "delete_import", found, going, acting=acting)
    return told


async def _require_unchanged(connection: AsyncConnection, found: FormerImport, *, acting: Acting) -> None:
    """Raises `Refusal` (`former.import_busy`, 409) where the import began anew meanwhile: at work, it would bring bills
    back; if it has ended again, it is not what was to be deleted.
    """
    present = await own_import(connection, found.import_id, acting=acting)
    if present.run != found.run:
        message = "该文件刚才又核对或导入了一次，请刷新页面，看过结果再删除。"
        raise refuse("former.import_busy", message, status=409)


def _kept() -> Refusal:
    message = (
        "这些票据已经删除，所在的月份已经提交核销，或者已认定违规，不能删除。"
        "确有错误的，请财政部门在用票单位的“核销”里重新打开该月。"
    )
    return refuse("former.kept", message, status=409)


async def _removable(
    connection: AsyncConnection, import_id: int, bill_id: int | None = None
) -> list[RemovableBill]:
    """Bills of open months, without those of which a decision stands although their month was opened again."""
    found = await bills_of_open_months(connection, import_id, bill_id)
    cases = exception_cases.c
    wanted = any_(cast([each.bill_id for each in found], ARRAY(BigInteger)))
    query = select(cases.bill_id).where(
        cases.bill_id == wanted,
        cases.origin == BillOrigin.FORMER.value,
        cases.state != CaseState.CLEARED.value,
    )
    decided = set((await connection.execute(query)).scalars()) if found else set()
    return [each for each in found if each.bill_id not in decided]


def _sums(found: Sequence[RemovableBill], present: int) -> RemovalSums:
    return RemovalSums(bills=len(found), amount=_amount(found), staying=present - len(found))


async def _remove(connection: AsyncConnection, going: Sequence[RemovableBill], *, acting: Acting) -> None:
    await remove_former(connection, going)
    units = sorted({each.unit_id for each in going})
    # A campaign may have stopped what such months owed.
    await hold_stocks(connection, units)
    await update_limits(connection, units, acting=acting)
    await add_up_units(connection, units)


async def _tell(
    connection: AsyncConnection,
    verb: str,
    found: FormerImport,
    going: Sequence[RemovableBill],
    *,
    acting: Acting,
) -> None:
    """Put down for each unit what went, and tell it of what a department deleted."""
    by_unit: dict[int, list[RemovableBill]] = {}
    for each in going:
        by_unit.setdefault(each.unit_id, []).append(each)
    await record_all(
        connection,
        [_deleted(verb, found, unit_id, bills, acting=acting) for unit_id, bills in sorted(by_unit.items())],
    )
    if found.unit_id is not None:
        return
    for unit_id, bills in sorted(by_unit.items()):
        count, amount = len(bills), _amount(bills)
        await tell_unit(
            connection,
            unit_id,
            # A bill that went comes back by another import, or by another run of this one.
            f"former:deleted:{found.import_id}:{found.run}:{bills[0].bill_id}",
            f"财政部门删除了{count}份历史票据",
            f"财政部门为本单位导入的历史票据（文件“{found.file_name}”），有{count}份、{amount:.2f}元已经删除，"
            "所在月份的份数和金额随即减少。有疑问的，请联系财政部门。",
            link="/unit/former/months",
        )


def _amount(bills: Sequence[RemovableBill]) -> Decimal:
    return sum((each.total for each in bills), Decimal("0.00"))


def _deleted(
    verb: str, found: FormerImport, unit_id: int, bills: Sequence[RemovableBill], *, acting: Acting
) -> AuditEntry:
    which = {"bill": str(bills[0].bill_id)} if verb == "delete" else {"bills": str(len(bills))}
    return AuditEntry(
        acting=acting,
        action=f"former:{verb}",
        subject=f"former_import:{found.import_id}",
        unit_id=unit_id,
        details={"file": found.file_name, **which, "amount": f"{_amount(bills):.2f}"},
    )
