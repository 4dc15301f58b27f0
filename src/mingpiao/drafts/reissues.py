"""按原内容重开: a reversed bill, and the new one that was issued with its content."""

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.drafts.tables import bill_forms, reissues
from mingpiao.identity.model import Account, Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.issuing.model import Bill
from mingpiao.issuing.service import find_by_business_no
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.numbering.service import hold_stocks


async def link_reissue(
    connection: AsyncConnection, account: Account, blue: Bill, business_no: str, *, acting: Acting
) -> str:
    """Link a reversed bill to the business number of the one that replaces it; returns that number.

    It is an earlier one if the account has a draft under it. Raises `Refusal` (409): `draft.reissued` if a bill was
    issued already, `draft.reissue_open` if somebody else has a draft.
    """
    values = {"unit_id": blue.unit_id, "blue_id": blue.bill_id, "business_no": business_no}
    made = await connection.execute(upsert(reissues).values(values).on_conflict_do_nothing())
    if not made.rowcount:
        # A train that issues under the earlier number has committed after this, or finds the later one in its place.
        await hold_stocks(connection, [blue.unit_id])
        own = (reissues.c.unit_id == blue.unit_id) & (reissues.c.blue_id == blue.bill_id)
        query = select(reissues.c.business_no).where(own)
        earlier: str = (await connection.execute(query)).scalar_one()
        if await _still_open(connection, account, blue.unit_id, earlier):
            return earlier
        # Whoever linked another draft in between has changed the row, which this statement then leaves alone.
        present = own & (reissues.c.business_no == earlier)
        linked = await connection.execute(update(reissues).where(present).values(business_no=business_no))
        if not linked.rowcount:
            raise _open_elsewhere()
    entry = AuditEntry(
        acting=acting,
        action="draft:reissue",
        subject=f"bill:{blue.bill_id}",
        unit_id=blue.unit_id,
        details={"business_no": business_no},
    )
    await record(connection, entry)
    return business_no


def _open_elsewhere() -> Refusal:
    return refuse("draft.reissue_open", "本单位另一位开票人正在重开这张票据，请与其联系。", status=409)


async def _still_open(connection: AsyncConnection, account: Account, unit_id: int, business_no: str) -> bool:
    """Whether the account has the earlier draft; False if it is gone without a bill."""
    draft = (bill_forms.c.unit_id == unit_id) & (bill_forms.c.business_no == business_no)
    owner = (await connection.execute(select(bill_forms.c.account_id).where(draft))).scalar_one_or_none()
    if owner is not None and owner != account.account_id:
        raise _open_elsewhere()
    bill = await _bill_of(connection, unit_id, business_no)
    if bill is not None:
        message = f"这张票据已经重开为{bill.code}-{bill.number}，请查看该票据。"
        raise refuse("draft.reissued", message, status=409)
    return owner is not None


async def _bill_of(connection: AsyncConnection, unit_id: int, business_no: str) -> Bill | None:
    try:
        return await find_by_business_no(connection, unit_id, business_no)
    except Refusal:
        return None


async def reissued_as(connection: AsyncConnection, unit_id: int, blue_id: int) -> Bill | None:
    """The bill that was issued with the content of a reversed one, or None."""
    query = select(reissues.c.business_no).where(reissues.c.unit_id == unit_id, reissues.c.blue_id == blue_id)
    business_no: str | None = (await connection.execute(query)).scalar_one_or_none()
    return await _bill_of(connection, unit_id, business_no) if business_no else None


async def reissue_of(connection: AsyncConnection, unit_id: int, business_no: str) -> int | None:
    """The 票据编号 of the reversed bill whose content a bill has, by its business number; or None."""
    query = select(reissues.c.blue_id).where(
        reissues.c.unit_id == unit_id, reissues.c.business_no == business_no
    )
    blue_id: int | None = (await connection.execute(query)).scalar_one_or_none()
    return blue_id
