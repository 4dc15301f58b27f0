"""Signing in somebody who was proved elsewhere: by a key, not by a password."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.beginning import begin_session
from mingpiao.identity.model import SignedIn, Visitor
from mingpiao.identity.sessions import account_of
from mingpiao.identity.tables import accounts
from mingpiao.identity.wrong_passwords import origin_of
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import refuse


async def sign_in_proven(
    connection: AsyncConnection,
    account_id: int,
    factors: tuple[str, ...],
    *,
    visitor: Visitor,
    point: str = "",
) -> SignedIn:
    """Begin a session of an account whose person was proved by `factors`, for a 开票点 where the proof names one. Wrong
    passwords do not stand in the way.

    Raises `Refusal` (`session.account_closed`, 403) for one that is closed or over. The connection must have system
    scope.
    """
    query = select(accounts).where(accounts.c.account_id == account_id)
    account = account_of((await connection.execute(query)).mappings().one())
    if not account.active or account.is_over(today()):
        message = "该 UKey 的账户已停用或到期，请联系管理员。"
        raise refuse("session.account_closed", message, status=403)
    origin = await origin_of(connection, account_id, visitor.device, visitor.address)
    return await begin_session(connection, account, factors, visitor=visitor, origin=origin, point=point)
