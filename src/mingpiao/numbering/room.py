"""What the house needs of numbering."""

from mingpiao.house.model import Affected, Lock, Room
from mingpiao.numbering.service import count_units_of_kinds

ROOM = Room(
    affected=(Affected(subject="kind", words="家用票单位", count=count_units_of_kinds),),
    # Whoever locks a unit names a reason. Some reasons have no room in this program yet: other systems
    # may set them, and the unit then reads why it cannot issue.
    locks=(
        Lock(
            reason="ukey_lost",
            label="数字证书已挂失",
            message="数字证书（UKey）已挂失，开票功能已锁定，请使用新UKey登录后再开票。",
        ),
        Lock(
            reason="ukey_held",
            label="数字证书已冻结或吊销",
            message="开票人或复核人的UKey已冻结或吊销，本地区要求用UKey开票。请由财政部门解冻，"
            "或换发新UKey，用它登录后再办理。",
        ),
        Lock(
            reason="writeoff_overdue",
            label="核销逾期",
            message="本单位逾期未核销，开票功能已锁定，请先完成核销。",
        ),
        Lock(
            reason="rectification_overdue",
            label="整改逾期",
            message="本单位整改逾期未完成，开票功能已锁定，请先完成整改。整改通知所列的票据可以冲红，"
            "再“按原内容重开”（金额不超过原票据）。",
        ),
    ),
    actions={
        "numbers:allot": "下发号码",
        "numbers:reform": "号码随区划调整划转",
        "numbers:return": "退回号码到上级",
        "segment:allot": "发放号段",
        "segment:return": "退回号码",
        "segment:transfer": "调拨号码",
        "stock:issue_until": "开票期限变化",
        "stock:let_account": "恢复账户开票",
        "stock:lock": "暂停开票",
        "stock:open": "核定票据种类",
        "stock:key_in_use": "账户有了在用的UKey",
        "stock:no_key_in_use": "账户没有在用的UKey",
        "stock:stop_account": "锁定账户的开票功能",
        "stock:supply_until": "发放期限变化",
        "stock:unlock": "恢复开票",
        "stock:valid_until": "资质有效期变化",
        "stock:withdraw": "收回票据种类",
    },
    details={
        "account": "账户",
        "code": "代码",
        "day": "有效期至",
        "first": "起始号码",
        "from_point": "调出",
        "from_region": "来自地区",
        "kind": "票据种类",
        "last": "终止号码",
        "last_day": "最后一天",
        "note": "说明",
        "point": "开票点",
        "quantity": "数量",
        "reason": "原因",
        "spans": "号段",
        "to_point": "调入",
        "to_region": "交给地区",
    },
)
