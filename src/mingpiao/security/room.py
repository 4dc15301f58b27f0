"""What the house needs of security."""

from mingpiao.delivery.room import SMS
from mingpiao.house.model import Duty, Handler, Job, Room
from mingpiao.house.opening import DATABASE, SITE, House
from mingpiao.identity.service import IdentitySettings
from mingpiao.security.policies import OLDER_PASSWORDS
from mingpiao.security.service import PASSWORD_POLICY, ROLE_CHANGE
from mingpiao.security.unused import UNUSED_JOB, UnusedAccounts, ask_to_close_unused


async def _open_unused(house: House) -> Handler:
    # Accounts of a training site are everybody's, and may rest for long.
    training = (await house.get(SITE)).training
    days = 0 if training else house.settings(IdentitySettings).unused_account_days
    unused = UnusedAccounts(await house.get(DATABASE), await house.get(SMS), days)
    return Handler(name=UNUSED_JOB, work=unused.work, at_once=1)


ROOM = Room(
    duties=(
        Duty(
            name=UNUSED_JOB,
            cron="17 22 * * *",
            label="提醒和停用长期未用的账户",
            work=ask_to_close_unused,
        ),
    ),
    jobs=(Job(name=UNUSED_JOB, label="停用长期未用的账户", open=_open_unused),),
    proposals=(ROLE_CHANGE, PASSWORD_POLICY),
    affected=(OLDER_PASSWORDS,),
)
