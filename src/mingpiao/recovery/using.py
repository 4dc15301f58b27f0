"""Using a code: a new password, or a reported loss."""

import hmac

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.sm3 import sm3
from mingpiao.delivery.service import SmsOutbox
from mingpiao.identity.model import Account, Acting, AuditEntry, acting_for, platform
from mingpiao.identity.service import (
    account_by_id,
    mobile_of,
    record,
    recover_password,
    require_new_password,
)
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.recovery.asking import CodeSender
from mingpiao.recovery.model import RecoveryPurpose, RecoveryTicket
from mingpiao.recovery.tables import recoveries
from mingpiao.recovery.telling import DONE, tell_owner, tell_place
from mingpiao.storage.database import Database
from mingpiao.units.service import report_loss

#: A code is of no use after so many that were typed, of which the last may be right.
TRIES_ALLOWED = 5
#: Stands in no password, for rules that ask for the user name before it is known.
_NOBODY = "\0"
_FACTORS = ("sms_code",)


class Recovery:
    """What somebody does with a code who is not signed in."""

    def __init__(self, database: Database, sender: CodeSender, sms: SmsOutbox) -> None:
        self._database = database
        self._sender = sender
        self._sms = sms

    async def choose_password(
        self,
        ticket: RecoveryTicket,
        code: str,
        password: str,
        *,
        address: str,
    ) -> None:
        """Give the account that the code is for a new password; its sessions and locks end.

        Raises `Refusal`: the problems of the password, which cost no code;
        `recovery.code_wrong` (422), `recovery.code_over` (410) for a code that is used up, late or tried too often, or
        for an account that is none: these two tell nothing of it.
        """
        async with self._database.system() as connection:
            await require_new_password(connection, password, username=_NOBODY)
        account = await self._prove(ticket, code, address=address)
        async with self._database.system() as connection:
            await self._use_up(connection, ticket)
            acting = acting_for(account, address=address, factors=_FACTORS)
            await recover_password(connection, account, password, acting=acting)
            await self._tell(connection, ticket, account)

    async def report_loss(self, ticket: RecoveryTicket, code: str, *, address: str) -> Acting:
        """Report the UKey of the account lost that the code is for; who did, for what else the form asks. Raises as
        `choose_password`.
        """
        account = await self._prove(ticket, code, address=address)
        async with self._database.system() as connection:
            await self._use_up(connection, ticket)
            acting = acting_for(account, address=address, factors=_FACTORS)
            await report_loss(connection, account, "本人挂失", acting=acting)
            await self._tell(connection, ticket, account)
        return acting

    async def _prove(self, ticket: RecoveryTicket, code: str, *, address: str) -> Account:
        """The account whose code was typed. Each try is counted before it is looked at, so that of many at the same
        moment no more than five are.
        """
        counted = (
            update(recoveries)
            .where(
                recoveries.c.token_hash == sm3(ticket.token.encode()),
                recoveries.c.purpose == ticket.purpose.value,
                recoveries.c.used_at.is_(None),
                recoveries.c.tries < TRIES_ALLOWED,
                recoveries.c.expires_at > now(),
            )
            .values(tries=recoveries.c.tries + 1)
            .returning(recoveries)
        )
        async with self._database.system() as connection:
            row = (await connection.execute(counted)).mappings().one_or_none()
            if row is None:
                raise _over()
            typed = self._sender.code_hash(row["recovery_id"], "".join(filter(str.isalnum, code)))
            right = hmac.compare_digest(typed, row["code_hash"] or b"")
            account = await account_by_id(connection, row["account_id"] or 0)
            if not right:
                await self._count_wrong(
                    connection, ticket, account, row["recovery_id"], row["tries"], address=address
                )
        if not right:
            raise _wrong(TRIES_ALLOWED - row["tries"])
        if account is None or not account.active or account.is_over(today()):
            raise _over()
        return account

    async def _count_wrong(
        self,
        connection: AsyncConnection,
        ticket: RecoveryTicket,
        account: Account | None,
        recovery_id: int,
        tries: int,
        *,
        address: str,
    ) -> None:
        entry = AuditEntry(
            acting=platform("recovery", address=address),
            action="recovery:wrong_code",
            subject=account.actor if account else "account:unknown",
            unit_id=account.unit_id if account else None,
            region_code=account.region_code if account else None,
            details={"purpose": ticket.purpose.value, "failures": str(tries)},
        )
        await record(connection, entry)
        if account is not None and tries == TRIES_ALLOWED:
            await tell_owner(
                connection,
                account,
                f"recovery:{recovery_id}:wrong",
                f"为{account.display_name}（{account.username}）{ticket.purpose.label}时验证码连续输错",
                f"验证码已输错{TRIES_ALLOWED}次，已作废，账户没有变化。不是本单位人员操作的，请留意。",
            )

    async def _use_up(self, connection: AsyncConnection, ticket: RecoveryTicket) -> None:
        used = (
            update(recoveries)
            .where(
                recoveries.c.token_hash == sm3(ticket.token.encode()),
                recoveries.c.used_at.is_(None),
                recoveries.c.expires_at > now(),
            )
            .values(used_at=now())
        )
        if not (await connection.execute(used)).rowcount:
            raise _over()

    async def _tell(self, connection: AsyncConnection, ticket: RecoveryTicket, account: Account) -> None:
        done = {
            RecoveryPurpose.PASSWORD: "登录密码已用短信验证码重新设置",
            RecoveryPurpose.LOSS: "数字证书（UKey）已挂失，开票功能已锁定",
        }[ticket.purpose]
        topic = f"recovery:{sm3(ticket.token.encode()).hex()[:32]}:done"
        title = f"{account.display_name}（{account.username}）的{done}"
        body = "原有登录已全部退出。不是本人办理的，请立即联系票据管理员或财政部门。"
        await tell_owner(connection, account, topic, title, body)
        await tell_place(connection, account, f"{topic}:place", title, body)
        mobile = await mobile_of(connection, account.account_id)
        if mobile:
            await self._sms.send(connection, DONE[ticket.purpose], mobile, {})


def _over() -> Refusal:
    message = "验证码已使用、已过期或输错次数过多，请返回上一步重新申请。"
    return refuse("recovery.code_over", message, field="code", status=410)


def _wrong(left: int) -> Refusal:
    if not left:
        message = f"验证码不正确，已输错{TRIES_ALLOWED}次，该验证码作废。请返回上一步重新申请。"
        return refuse("recovery.code_wrong", message, field="code", status=422)
    message = f"验证码不正确，请核对短信后重新输入，还可以再试{left}次。"
    return refuse("recovery.code_wrong", message, field="code", status=422)
