"""What the house needs of rules."""

from mingpiao.house.model import Purge, Room
from mingpiao.house.opening import DATABASE, NOTICES, House, Service
from mingpiao.rules.model import RuleMode, Severity, Stage, VersionState
from mingpiao.rules.service import RuleBook
from mingpiao.rules.settings import RuleSettings
from mingpiao.rules.shadows import KEPT_DAYS


async def _open_rules(house: House) -> RuleBook:
    return RuleBook(
        await house.get(DATABASE),
        await house.get(NOTICES),
        trial_days=house.settings(RuleSettings).rule_trial_days,
    )


RULES = Service(name="rules", open=_open_rules)

ROOM = Room(
    purges=(
        Purge(
            name="purge_shadow_hits",
            cron="53 18 * * *",
            label="清理半年前的试运行命中",
            tables={"shadow_hits": f"hit_at < CAST(:today AS date) - {KEPT_DAYS}"},
        ),
    ),
    actions={
        "rule:approve": "规则审核通过",
        "rule:create": "新建规则",
        "rule:draft": "另起规则新版本",
        "rule:end_trial": "结束规则的试运行",
        "rule:export": "导出规则",
        "rule:install": "启用规则库中的规则",
        "rule:resume": "规则恢复运行",
        "rule:return": "退回规则",
        "rule:roll_back": "恢复规则的旧版本",
        "rule:save": "保存规则草稿",
        "rule:submit": "规则提交审核",
        "rule:suspend": "暂停规则",
        "rule:withdraw": "撤回规则",
    },
    details={
        "basis": "依据",
        "condition": "条件",
        "count": "条数",
        "effective_from": "生效日期",
        "effective_to": "失效日期",
        "field": "提示位置",
        "items": "收款项目",
        "kinds": "票据种类",
        "message": "提示语",
        "mode": "运行方式",
        "name": "名称",
        "note": "说明",
        "reason": "原因",
        "reasons": "常用理由",
        "regions": "地区",
        "severity": "处理方式",
        "stage": "环节",
        "state": "状态",
        "suspended": "暂停",
        "unit_types": "单位类型",
        "version": "版本",
    },
    subjects={"rule": "监管规则"},
    values={
        ("rule", "mode"): {each.value: each.label for each in RuleMode},
        ("rule", "severity"): {each.value: each.label for each in Severity},
        ("rule", "stage"): {each.value: each.label for each in Stage},
        ("rule", "state"): {each.value: each.label for each in VersionState},
    },
)
