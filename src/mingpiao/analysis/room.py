"""What the house needs of the analysis."""

from mingpiao.analysis.running import JOB
from mingpiao.analysis.service import Analyst, ask_for_analysis
from mingpiao.house.model import Duty, Handler, Job, Room
from mingpiao.house.opening import DATABASE, SITE, House, Service
from mingpiao.lake.room import LAKE


async def _open_analyst(house: House) -> Analyst:
    return Analyst(await house.get(DATABASE), await house.get(LAKE), (await house.get(SITE)).data_dir)


ANALYST = Service(name="analyst", open=_open_analyst)


async def _handler(house: House) -> Handler:
    return (await house.get(ANALYST)).handler()


ROOM = Room(
    duties=(
        Duty(
            name="analyse_months",
            cron="43 18 * * *",
            label="智能分析：分析上月的用票情况",
            work=ask_for_analysis,
        ),
    ),
    jobs=(Job(name=JOB, label="智能分析", open=_handler),),
    actions={
        "finding:confirm": "智能分析的发现认定属实",
        "finding:explain": "智能分析的发现办结为已说明",
        "finding:dismiss": "智能分析的发现办结为误报",
    },
    details={
        "pattern": "类型",
        "month": "月份",
        "words": "说明",
        "breaches": "违规票据份数",
        "state": "状态",
        "basis": "依据",
        "region": "地区",
        "unit": "用票单位",
        "kind": "类型",
    },
    subjects={"finding": "智能分析的发现", "tie": "关联"},
)
