"""What telephones and owners of accounts are told."""

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.delivery.model import SmsTemplate
from mingpiao.identity.model import Account
from mingpiao.messages.service import tell_department, tell_person, tell_unit
from mingpiao.recovery.model import RecoveryPurpose

TEMPLATES = {
    RecoveryPurpose.PASSWORD: SmsTemplate(
        name="recovery_code",
        label="找回密码的验证码",
        words="{who}正在找回登录密码，验证码{code}，10分钟内有效。不是您同意办理的，请勿告诉任何人。",
    ),
    RecoveryPurpose.LOSS: SmsTemplate(
        name="loss_code",
        label="挂失的验证码",
        words="{who}正在挂失数字证书（UKey），验证码{code}，10分钟内有效。不是您同意办理的，请勿告诉任何人。",
    ),
}
DONE = {
    RecoveryPurpose.PASSWORD: SmsTemplate(
        name="password_recovered",
        label="密码已找回的提醒",
        words="您的登录密码已用短信验证码重新设置，原有登录已全部退出。不是您办理的，请立即联系票据管理员或财政部门。",
    ),
    RecoveryPurpose.LOSS: SmsTemplate(
        name="loss_reported",
        label="已挂失的提醒",
        words="您的数字证书（UKey）已挂失，开票功能已锁定，原有登录已全部退出。不是您办理的，请立即联系票据管理员或财政部门。",
    ),
}
MOBILE_CHANGED = SmsTemplate(
    name="mobile_changed",
    label="手机号码已变更的提醒",
    words="您登记的手机号码已变更，本号码不再接收验证码和提醒。不是您办理的，请立即联系票据管理员或财政部门。",
)


async def tell_owner(
    connection: AsyncConnection, account: Account, topic: str, title: str, body: str
) -> None:
    """Tell the owner of an account."""
    await tell_person(connection, account.account_id, topic, title, body, urgent=True)


async def tell_place(
    connection: AsyncConnection, account: Account, topic: str, title: str, body: str
) -> None:
    """Tell the people of an account's unit or department, who read it also when somebody else has the account."""
    if account.unit_id is not None:
        await tell_unit(connection, account.unit_id, topic, title, body, urgent=True)
    elif account.region_code is not None:
        await tell_department(connection, account.region_code, topic, title, body, urgent=True)
