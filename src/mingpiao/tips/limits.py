"""How much strangers may send in a day: rows that count, by network and in all."""

from collections.abc import Sequence

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.sm3 import hmac_sm3
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import refuse
from mingpiao.tips.tables import tip_counts


async def count(
    connection: AsyncConnection, key: bytes, kind: str, bounds: Sequence[tuple[str, int]], times: int = 1
) -> None:
    """Count something of a kind for each (whose, how many are allowed a day), in this order.

    Raises `Refusal` (`tip.too_many`, 429) where that would be more than allowed; the caller's transaction then undoes
    what was counted. Of whose only an HMAC is kept, under a key that is not in the database.
    """
    for whose, allowed in bounds:
        if times > allowed or not await _within(connection, key, f"{kind}\n{whose}", times, allowed):
            message = "今天从您所在的网络提交或查询的次数已达上限，请明天再试，或直接向当地财政部门反映。"
            raise refuse("tip.too_many", message, status=429)


async def _within(connection: AsyncConnection, key: bytes, what: str, times: int, allowed: int) -> bool:
    kind = what.partition("\n")[0]
    row = {"kind": kind, "key_hash": hmac_sm3(key, what.encode()), "day": today(), "times": times}
    statement = insert(tip_counts).values(row)
    counted = statement.on_conflict_do_update(
        index_elements=["kind", "key_hash", "day"],
        set_={"times": tip_counts.c.times + times},
        where=tip_counts.c.times + times <= allowed,
    ).returning(tip_counts.c.times)
    return (await connection.execute(counted)).first() is not None
