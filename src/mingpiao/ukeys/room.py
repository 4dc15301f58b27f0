"""What the house needs of UKeys."""

from urllib.parse import urlsplit

from mingpiao.house.model import Duty, Listener, Purge, Room
from mingpiao.house.opening import DATABASE, MASTER_KEY, SITE, House, Service
from mingpiao.ukeys.ending import tell_of_ends
from mingpiao.ukeys.model import UKeyStep
from mingpiao.ukeys.service import hold_certificates_of
from mingpiao.ukeys.signing_in import CHALLENGE_FOR, UKeySignIn
from mingpiao.units.service import LOST


async def _open_sign_in(house: House) -> UKeySignIn:
    site = urlsplit((await house.get(SITE)).url)
    origin = f"{site.scheme}://{site.netloc}".lower()
    return UKeySignIn(await house.get(DATABASE), await house.get(MASTER_KEY), origin)


UKEY_SIGN_IN = Service(name="ukey_sign_in", open=_open_sign_in)

ROOM = Room(
    duties=(Duty(name="tell_of_ukey_ends", cron="23 0 * * *", label="提醒 UKey 到期", work=tell_of_ends),),
    listeners=(Listener(topic=LOST, call=hold_certificates_of),),
    purges=(
        Purge(
            name="purge_used_challenges",
            cron="*/10 * * * *",
            label="清理用过的 UKey 登录口令",
            tables={
                # Two hours more, in case clocks differ: an expired one is refused anyway.
                "used_challenges": "used_at < now() - interval "
                f"'{CHALLENGE_FOR.total_seconds() + 7200:.0f} seconds'"
            },
        ),
    ),
    actions={f"ukey:{step.value}": step.label for step in UKeyStep}
    | {
        "ukey:sign_in_refused": "UKey 登录被拒绝",
        "ukey_policy:set": "修改 UKey 设置",
        "ukey_authority:make": "建立人员证书颁发机构",
        "ukey_authority:trust": "登记受信任的 CA",
    },
    details={
        "holder": "持有人",
        "issuing_needs_ukey": "只用 UKey 开票",
        "name": "名称",
        "place": "单位或部门",
        "point": "开票点",
        "reason": "原因",
        "serial": "序列号",
        "told_before": "到期前提醒的天数",
    },
    values={("ukey_policy", "issuing_needs_ukey"): {"yes": "是", "no": "否"}},
    subjects={"ukey": "人员 UKey", "ukey_authority": "人员证书颁发机构"},
)
