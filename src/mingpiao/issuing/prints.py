"""How often bills were printed: counted when a person asks for the paper, whatever the printer makes of it."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, BigInteger, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record_all
from mingpiao.issuing.model import Bill

# In the order of the key, so that two people who print the same bills never wait for each other crosswise.
_COUNT = text(
    "INSERT INTO bill_prints (unit_id, bill_id, count) "
    "SELECT unit_id, bill_id, 1 FROM unnest(:units, :bills) AS printed(unit_id, bill_id) "
    "ORDER BY unit_id, bill_id "
    "ON CONFLICT (unit_id, bill_id) DO UPDATE SET count = bill_prints.count + 1, printed_at = now() "
    "RETURNING bill_id, count AS times"
).bindparams(bindparam("units", type_=ARRAY(BigInteger)), bindparam("bills", type_=ARRAY(BigInteger)))
_FIND = text("SELECT count FROM bill_prints WHERE unit_id = :unit_id AND bill_id = :bill_id")


async def record_prints(
    connection: AsyncConnection, printed: Sequence[Bill], *, acting: Acting
) -> dict[int, int]:
    """Count one more print of each bill, with an audit row each; gives the counts by 票据编号."""
    once = {bill.bill_id: bill for bill in printed}
    values = {"units": [bill.unit_id for bill in once.values()], "bills": list(once)}
    counts = {row.bill_id: row.times for row in await connection.execute(_COUNT, values)}
    await record_all(
        connection,
        [
            AuditEntry(
                acting=acting,
                action="bill:print",
                subject=f"bill:{bill_id}",
                unit_id=bill.unit_id,
                details={"prints": str(counts[bill_id])},
            )
            for bill_id, bill in once.items()
        ],
    )
    return counts


async def prints_of(connection: AsyncConnection, bill: Bill) -> int:
    """How often a bill of the scope was printed."""
    whose = {"unit_id": bill.unit_id, "bill_id": bill.bill_id}
    return await connection.scalar(_FIND, whose) or 0
