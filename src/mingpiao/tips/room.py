"""What the house needs of tips."""

from mingpiao.catalog.room import CATALOG
from mingpiao.catalog.service import REGION_ENDED
from mingpiao.evidence.room import EVIDENCE
from mingpiao.house.model import Duty, Listener, Purge, Room
from mingpiao.house.opening import DATABASE, MASTER_KEY, House, Service
from mingpiao.tips.intake import TipDesk
from mingpiao.tips.model import TipState
from mingpiao.tips.settings import TipSettings
from mingpiao.tips.triage import follow_ended_region, follow_moved_unit, tell_of_overdue
from mingpiao.units.service import MOVED


async def _open_desk(house: House) -> TipDesk:
    return TipDesk(
        await house.get(DATABASE),
        await house.get(CATALOG),
        await house.get(MASTER_KEY),
        await house.get(EVIDENCE),
        house.settings(TipSettings),
    )


TIP_DESK = Service(name="tip_desk", open=_open_desk)

ROOM = Room(
    duties=(
        Duty(
            name="tell_of_overdue_tips",
            cron="12 0 * * *",
            label="提醒逾期未办的群众线索",
            work=tell_of_overdue,
        ),
    ),
    purges=(
        Purge(
            name="purge_tip_counts",
            cron="29 * * * *",
            label="清理群众线索的提交次数",
            tables={"tip_counts": "day < CAST(:today AS date) - 1"},
        ),
    ),
    listeners=(
        Listener(topic=MOVED, call=follow_moved_unit),
        Listener(topic=REGION_ENDED, call=follow_ended_region),
    ),
    subjects={"inquiry": "情况问询", "region": "地区", "tip": "群众线索"},
    actions={
        "inquiry:answer": "回答情况问询",
        "tip:accept": "受理群众线索",
        "tip:add": "补充群众线索",
        "tip:ask": "要求补充群众线索",
        "tip:close": "办结群众线索",
        "tip:download": "下载群众线索的附件",
        "tip:explain": "单位说明群众线索所涉情况",
        "tip:follow_region": "群众线索随区划调整转交",
        "tip:inquire": "就群众线索请单位说明",
        "tip:merge": "合并群众线索",
        "tip:read_contact": "查看举报人联系方式",
        "tip:refuse": "不予受理群众线索",
        "tip:submit": "提交群众线索",
        "tip:take": "并入群众线索",
        "tip:transfer": "转办群众线索",
    },
    details={
        "contact": "联系方式",
        "files": "附件数",
        "name": "名称",
        "note": "内部备注",
        "region": "地区",
        "state": "状态",
        "tips": "线索数",
        "words": "内容",
    },
    values={("tip", "state"): {each.value: each.label for each in TipState}},
)
