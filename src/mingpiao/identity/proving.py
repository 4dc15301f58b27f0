"""Proving again who one is, before something sensitive: by a code, or by the password where there is no app."""

from datetime import timedelta

from sqlalchemy import update

from mingpiao.identity.accounts import check_own_password
from mingpiao.identity.audit import entry_of, record
from mingpiao.identity.factors import PASSWORD
from mingpiao.identity.model import Acting, Session, Visitor
from mingpiao.identity.second_factors import SecondFactors, factor_state
from mingpiao.identity.tables import sessions
from mingpiao.identity.wrong_passwords import origin_of
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.storage.database import Database

#: How long a proof counts for what is sensitive.
FRESH_FOR = timedelta(minutes=10)
#: The member of a form in which the code or password comes. What is called so is never kept or shown again.
PROOF_FIELD = "proof_secret"


def is_fresh(session: Session) -> bool:
    """Whether the person of a session proved who they are within the last ten minutes."""
    return session.proved_at > now() - FRESH_FOR


async def proves_by_code(database: Database, account_id: int) -> bool:
    """Whether an account is asked for a code; else for its password."""
    async with database.system() as connection:
        return (await factor_state(connection, account_id)).enrolled_at is not None


async def prove_again(
    database: Database,
    factors: SecondFactors,
    session: Session,
    typed: str,
    *,
    visitor: Visitor,
    acting: Acting,
) -> Problem | None:
    """Note that the person of a session was proved now, or say what is wrong with the code or password.

    Wrong ones count towards the locks of signing in.
    """
    account = session.account
    if await proves_by_code(database, account.account_id):
        async with database.system() as connection:
            origin = await origin_of(connection, account.account_id, visitor.device, visitor.address)
        proof = await factors.check(account, typed, origin=origin, acting=acting)
        if isinstance(proof, Problem):
            return Problem(code=proof.code, message=proof.message, field=PROOF_FIELD, status=proof.status)
    else:
        proof = PASSWORD
        try:
            await check_own_password(database, account, typed, field=PROOF_FIELD, acting=acting)
        except Refusal as refusal:
            return refusal.problems[0]
    async with database.system() as connection:
        proved = update(sessions).where(sessions.c.session_id == session.session_id)
        await connection.execute(proved.values(proved_at=now()))
        await record(connection, entry_of("session:prove", account, acting=acting, factors=proof))
    return None
