"""What the house needs of units."""

from mingpiao.catalog.model import UnitType
from mingpiao.catalog.service import KINDS_CHANGED, REGION_ENDED
from mingpiao.house.model import Affected, Duty, Listener, Lock, Room
from mingpiao.house.opening import DATABASE, MASTER_KEY, NOTICES, House, Service
from mingpiao.units.model import UnitChangeKind
from mingpiao.units.service import (
    CLOSED,
    SUSPENDED,
    UNIT_PROPOSAL,
    AppDirectory,
    UnitDirectory,
    apply_due_changes,
    count_units_in_regions,
    count_units_with_items,
    move_units,
    open_codes,
    tell_of_accounts,
)


async def _open_units(house: House) -> UnitDirectory:
    return UnitDirectory(await house.get(DATABASE), await house.get(NOTICES))


async def _open_apps(house: House) -> AppDirectory:
    return AppDirectory(await house.get(DATABASE), await house.get(NOTICES), await house.get(MASTER_KEY))


UNITS = Service(name="units", open=_open_units)
APPS = Service(name="apps", open=_open_apps)

ROOM = Room(
    duties=(
        Duty(
            name="apply_unit_changes",
            cron="* * * * *",
            label="到期的用票单位变更生效",
            work=apply_due_changes,
        ),
    ),
    locks=(
        Lock(
            reason=SUSPENDED,
            label="财政部门已暂停用票",
            message="本单位已被财政部门暂停用票，不能开票和冲红，请联系同级财政部门。",
        ),
        Lock(
            reason=CLOSED,
            label="已注销用票资格",
            message="本单位已注销用票资格，不能开票和冲红。",
        ),
    ),
    proposals=(UNIT_PROPOSAL,),
    affected=(
        Affected(subject="charge_item", words="家用票单位", count=count_units_with_items),
        Affected(subject="region", words="家用票单位", count=count_units_in_regions),
        Affected(subject="region_reform", words="家用票单位", count=count_units_in_regions),
    ),
    listeners=(
        Listener(topic=REGION_ENDED, call=move_units),
        Listener(topic=REGION_ENDED, call=tell_of_accounts),
        Listener(topic=KINDS_CHANGED, call=open_codes),
    ),
    actions={
        "interface_app:create": "建立接口应用",
        "interface_app:renew_secret": "更换接口应用密钥",
        "interface_app:revoke": "停用接口应用",
        "issuing_point:add_person": "添加开票点人员",
        "issuing_point:choose": "选择开票点",
        "issuing_point:close": "停用开票点",
        "issuing_point:open": "启用开票点",
        "issuing_point:remove_person": "移出开票点人员",
        "issuing_point:save": "保存开票点",
        "unit:allow_items": "核定收款项目",
        "unit:amend": "修改单位信息",
        "unit:change_failed": "单位变更未能生效",
        "unit:plan_change": "安排单位变更",
        "unit:register": "登记用票单位",
        "unit:withdraw_change": "撤回单位变更",
    }
    | {f"unit:{each.verb}": f"单位{each.label}" for each in UnitChangeKind},
    details={
        "account": "账户",
        "change": "变更",
        "effective_on": "生效日期",
        "failure": "原因说明",
        "reason": "原因",
        "address": "地址",
        "format": "格式",
        "items": "收款项目",
        "items_taken": "取消的收款项目",
        "from": "变更前",
        "name": "名称",
        "people": "人员",
        "active": "启用",
        "phone": "联系电话",
        "point": "开票点",
        "receiving_account": "收款账号",
        "receiving_bank": "开户银行",
        "to": "变更后",
        "unit_type": "单位类型",
        "uscc": "统一社会信用代码",
    },
    subjects={"app": "接口应用", "unit": "用票单位"},
    values={("unit", "unit_type"): {each.value: each.label for each in UnitType}},
)
