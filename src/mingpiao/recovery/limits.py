"""How often somebody may ask for a code: rows that count, by what was typed, network, account, number, and in all."""

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.sm3 import hmac_sm3
from mingpiao.kernel.clock import today
from mingpiao.recovery.tables import recovery_counts


async def within(connection: AsyncConnection, key: bytes, kind: str, what: str, allowed: int) -> bool:
    """Count one more of a kind today; False, and not counted, where there were `allowed` already.

    One statement, so that of many at the same moment no more than `allowed` pass. Of what is counted only an HMAC is
    kept, under a key that is not in the database.
    """
    row = {"kind": kind, "key_hash": hmac_sm3(key, f"{kind}\n{what}".encode()), "day": today(), "times": 1}
    statement = insert(recovery_counts).values(row)
    counted = statement.on_conflict_do_update(
        index_elements=["kind", "key_hash", "day"],
        set_={"times": recovery_counts.c.times + 1},
        where=recovery_counts.c.times < allowed,
    ).returning(recovery_counts.c.times)
    return (await connection.execute(counted)).first() is not None
