"""Changing the mobile number of an account: the number of before is told, as codes go to the new one from now on."""

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.delivery.service import SmsOutbox
from mingpiao.identity.model import Account, Acting
from mingpiao.identity.service import check_own_password, set_mobile
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal
from mingpiao.kernel.mobiles import masked_mobile, mobile_problems
from mingpiao.messages.service import tell_person
from mingpiao.recovery.telling import MOBILE_CHANGED
from mingpiao.storage.database import Database


async def change_mobile(
    connection: AsyncConnection, sms: SmsOutbox, account: Account, mobile: str, *, acting: Acting
) -> None:
    """Set the number of an account, or none; tell the number of before by SMS, and the person where somebody else did it.

    Raises `Refusal`: `mobile.invalid`.
    """
    before = await set_mobile(connection, account, mobile, acting=acting)
    if before:
        await sms.send(connection, MOBILE_CHANGED, before, {})
    if before and acting.actor != account.actor:
        await tell_person(
            connection,
            account.account_id,
            f"mobile:{account.account_id}:{now():%Y%m%d%H%M%S%f}",
            "您登记的手机号码已修改",
            f"{acting.name}把您的手机号码{f'改为{masked_mobile(mobile)}' if mobile else '删除'}。不是您同意的，请告诉系统管理员。",
            link="/mobile",
            urgent=True,
        )


async def change_own_mobile(
    database: Database, sms: SmsOutbox, account: Account, mobile: str, *, password: str, acting: Acting
) -> None:
    """Set one's own number, with one's password again: it is where a new password would be asked for.

    Raises `Refusal`: `mobile.invalid`, or what `check_own_password` raises at `password`.
    """
    problems = mobile_problems(mobile) if mobile else ()
    if problems:
        raise Refusal(*problems)
    await check_own_password(database, account, password, field="password", acting=acting)
    async with database.system() as connection:
        await change_mobile(connection, sms, account, mobile, acting=acting)
