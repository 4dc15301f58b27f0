"""What the house needs of identity."""

from mingpiao.house.model import Purge, Room
from mingpiao.house.opening import DATABASE, MASTER_KEY, House, Service
from mingpiao.identity.factors import FACTOR_LABELS
from mingpiao.identity.grants import GrantWay
from mingpiao.identity.kept_forms import KEPT_FOR, OWNED_FOR, KeptForms
from mingpiao.identity.model import Role
from mingpiao.identity.second_factors import OFFERED_FOR, PENDING_FOR, SecondFactors
from mingpiao.identity.sessions import ABSOLUTE_LIMIT, IDLE_LIMIT
from mingpiao.identity.wrong_passwords import DEVICE_KNOWN_FOR, FORGOTTEN_AFTER


async def _open_kept_forms(house: House) -> KeptForms:
    return KeptForms(await house.get(DATABASE), await house.get(MASTER_KEY))


async def _open_second_factors(house: House) -> SecondFactors:
    return SecondFactors(await house.get(DATABASE), await house.get(MASTER_KEY))


KEPT_FORMS = Service(name="kept_forms", open=_open_kept_forms)
SECOND_FACTORS = Service(name="second_factors", open=_open_second_factors)

ROOM = Room(
    purges=(
        Purge(
            name="purge_sessions",
            cron="*/5 * * * *",
            label="清理已结束的登录会话、登录失败次数和保留的表单",
            tables={
                "known_networks": f"seen_at < now() - interval '{DEVICE_KNOWN_FOR.total_seconds():.0f} seconds'",
                "pending_sign_ins": f"made_at < now() - interval '{PENDING_FOR.total_seconds():.0f} seconds'",
                "totp_offers": f"made_at < now() - interval '{OFFERED_FOR.total_seconds():.0f} seconds'",
                "kept_forms": f"kept_at < now() - interval '{KEPT_FOR.total_seconds():.0f} seconds'",
                "known_devices": f"seen_at < now() - interval '{DEVICE_KNOWN_FOR.total_seconds():.0f} seconds'",
                "sign_in_failures": f"last_at < now() - interval '{FORGOTTEN_AFTER.total_seconds():.0f} seconds'",
                "form_owners": f"made_at < now() - interval '{OWNED_FOR.total_seconds():.0f} seconds'",
                "sessions": f"seen_at < now() - interval '{IDLE_LIMIT.total_seconds():.0f} seconds' "
                f"OR created_at < now() - interval '{ABSOLUTE_LIMIT.total_seconds():.0f} seconds'",
            },
        ),
    ),
    actions={
        "access:open_addresses": "在服务器上取消访问地址的限制",
        "access:set_addresses": "设置访问地址",
        "account:accept_invitation": "接受邀请，设置密码",
        "account:change_password": "修改密码",
        "account:close_unused": "长期未用，停用账户",
        "account:create": "建立账户",
        "account:disable": "停用账户",
        "account:enable": "启用账户",
        "account:factor_codes": "生成新的恢复码",
        "account:factor_enrol": "设置动态口令",
        "account:factor_offer": "开始设置动态口令",
        "account:factor_recovery": "使用恢复码",
        "account:factor_remove": "停用自己的动态口令",
        "account:factor_reset": "重置动态口令",
        "account:invite": "邀请账户本人",
        "account:lift_loss": "解除挂失",
        "account:move": "调往其他财政部门",
        "account:open_unused": "启用长期未用的账户",
        "account:recover_password": "用短信验证码找回密码",
        "account:renew_invitation": "重新邀请",
        "account:report_loss": "挂失数字证书（UKey）",
        "account:reset_password": "重置密码",
        "account:set_expiry": "设定账户有效期",
        "account:set_mobile": "修改手机号码",
        "account:unlock": "解除锁定",
        "account:withdraw_invitation": "撤回邀请",
        "password_policy:set": "设定密码策略",
        "session:end": "结束自己的一处登录",
        "session:end_others": "结束自己的其他登录",
        "session:forget_device": "不再记住浏览器",
        "session:factor_failed": "动态口令不正确",
        "session:factor_lock": "连续输错动态口令，暂停验证",
        "role:grant": "授予角色",
        "role:withdraw": "收回角色",
        "session:lock": "连续输错密码，锁定账户",
        "session:network_refused": "从不允许的网络登录",
        "session:password_right": "密码正确，等待动态口令",
        "session:prove": "再次验证身份",
        "session:refused_locked": "账户锁定期间尝试登录",
        "session:sign_in": "登录",
        "session:sign_in_failed": "登录失败",
        "session:sign_out": "退出登录",
    },
    details={
        "active": "启用",
        "browser": "浏览器",
        "classes": "字符种类",
        "count": "数量",
        "days": "期限（天）",
        "ended": "结束的登录的网络地址",
        "expires_at": "邀请有效期至",
        "factors": "验证方式",
        "format": "格式",
        "failures": "失败次数",
        "history": "不能重复的最近密码",
        "maximum_age_days": "更换周期",
        "minimum_length": "最短位数",
        "networks": "允许的网段",
        "place": "登录地点",
        "mobile": "手机号码",
        "profile": "密码要求",
        "reason": "原因",
        "region_code": "财政部门",
        "role": "角色",
        "used_at": "最近使用",
        "username": "用户名",
        "valid_until": "账户有效期至",
        "way": "授权方式",
    },
    subjects={"access": "访问地址", "account": "账户", "password_policy": "密码策略"},
    values={
        ("account", "role"): {each.value: each.label for each in Role},
        ("session", "factors"): FACTOR_LABELS,
        ("session", "place"): {"new": "第一次使用的浏览器或网络"},
        ("role", "way"): {each.value: each.label for each in GrantWay},
    },
)
