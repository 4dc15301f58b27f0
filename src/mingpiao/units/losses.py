"""挂失: a person's UKey was lost. From the commit on the account issues nothing, until the loss is lifted."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.house.model import Topic
from mingpiao.house.rooms import listeners
from mingpiao.identity.model import Account, Acting
from mingpiao.identity.service import clear_lost, mark_lost
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.text import unprintable
from mingpiao.numbering.service import let_account_issue, stop_account

#: The word among `Acting.factors` of who signed in by a UKey.
_UKEY = "ukey"
_LONGEST = 200


class LossListener(Protocol):
    """Does what a loss asks of another room, in the transaction that reports it: the account's certificates are held."""

    async def __call__(
        self, connection: AsyncConnection, account_id: int, reason: str, *, acting: Acting
    ) -> object: ...


#: Somebody reported the UKey of an account lost.
LOST: Topic[LossListener] = Topic(name="units.ukey_lost")


async def report_loss(connection: AsyncConnection, account: Account, reason: str, *, acting: Acting) -> bool:
    """Let an account issue no more from this transaction's commit on, and end its sessions.

    What stops it stands on the stock rows that every train locks. The caller has seen proof that whoever reports it
    may. False where it was reported before. The connection must have system scope.
    """
    # Stock rows first, as in a train; the account's row comes last.
    if account.unit_id is not None:
        await stop_account(connection, account.unit_id, account.account_id, acting=acting)
    for hold in listeners(LOST):
        await hold(connection, account.account_id, reason, acting=acting)
    return await mark_lost(connection, account, acting=acting)


async def lift_loss(connection: AsyncConnection, account: Account, reason: str, *, acting: Acting) -> bool:
    """Let an account issue again whose UKey was found, or that has a new one; False where nothing was reported.

    Nobody lifts their own loss but by a new UKey (`ukey` among the factors of `acting`). Raises `Refusal`:
    `account.is_own` (409), `loss.reason_missing` (422).
    """
    if acting.actor == account.actor and _UKEY not in acting.factors:
        message = "不能解除自己账户的挂失，请用新UKey登录，或由票据管理员、财政部门办理。"
        raise refuse("account.is_own", message, status=409)
    reason = reason.strip()
    if not reason or len(reason) > _LONGEST or unprintable(reason):
        message = f"请写明解除挂失的原因，不超过{_LONGEST}个字，例如：UKey已找到，经本人当面确认。"
        raise refuse("loss.reason_missing", message, field="reason", status=422)
    if account.unit_id is not None:
        await let_account_issue(connection, account.unit_id, account.account_id, acting=acting)
    return await clear_lost(connection, account, reason, acting=acting)
