"""What the house needs of recovery."""

from mingpiao.catalog.room import CATALOG
from mingpiao.delivery.room import SMS
from mingpiao.house.model import Handler, Job, Purge, Room
from mingpiao.house.opening import DATABASE, MASTER_KEY, House, Service
from mingpiao.recovery.asking import ASK_JOB, CodeSender
from mingpiao.recovery.model import RecoveryPurpose
from mingpiao.recovery.settings import RecoverySettings
from mingpiao.recovery.using import Recovery


async def _open_sender(house: House) -> CodeSender:
    return CodeSender(
        await house.get(DATABASE),
        await house.get(CATALOG),
        await house.get(MASTER_KEY),
        await house.get(SMS),
        house.settings(RecoverySettings),
    )


async def _open_recovery(house: House) -> Recovery:
    return Recovery(await house.get(DATABASE), await house.get(CODE_SENDER), await house.get(SMS))


CODE_SENDER = Service(name="code_sender", open=_open_sender)
RECOVERY = Service(name="recovery", open=_open_recovery)


async def _send(house: House) -> Handler:
    return Handler(name=ASK_JOB, work=(await house.get(CODE_SENDER)).work)


ROOM = Room(
    jobs=(Job(name=ASK_JOB, label="发送找回和挂失的验证码", open=_send),),
    purges=(
        Purge(
            name="purge_recoveries",
            cron="23 * * * *",
            label="清理过期的验证码和申请次数",
            tables={
                "recoveries": "asked_at < now() - interval '2 days'",
                "recovery_counts": "day < CAST(:today AS date) - 1",
            },
        ),
    ),
    actions={
        "recovery:code": "申请短信验证码",
        "recovery:limited": "验证码次数已达上限，没有发送",
        "recovery:no_mobile": "没有登记手机号码，没有发送验证码",
        "recovery:unknown": "为不存在的账户申请验证码",
        "recovery:wrong_code": "输错短信验证码",
    },
    details={"failures": "失败次数", "purpose": "用途", "username": "用户名"},
    values={("recovery", "purpose"): {each.value: each.label for each in RecoveryPurpose}},
)
