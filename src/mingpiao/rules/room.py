"""What the house needs of rules."""

from mingpiao.house.model import Purge, Room
from mingpiao.house.opening import DATABASE, NOTICES, House, Service
from mingpiao.rules.service import RuleBook
from mingpiao.rules.shadows import KEPT_DAYS


async def _open_rules(house: House) -> RuleBook:
    return RuleBook(await house.get(DATABASE), await house.get(NOTICES))


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
    details={"count": "条数", "name": "名称", "note": "说明", "reason": "原因", "version": "版本"},
)
