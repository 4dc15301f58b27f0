"""What the house needs of applications."""

from mingpiao.applications.asked import KEPT_DAYS
from mingpiao.applications.model import ApplicationState, StepKind
from mingpiao.applications.service import (
    Applications,
    Checkers,
    ReturnedCases,
    Reviews,
    advancing,
    count_open,
    enqueue_waiting,
    open_applications,
    remind,
    wake,
)
from mingpiao.applications.settings import ReviewSettings
from mingpiao.applications.tasks import JOB
from mingpiao.catalog.room import CATALOG
from mingpiao.evidence.service import SETTLED
from mingpiao.house.model import Affected, Duty, Handler, Job, Listener, Purge, Room
from mingpiao.house.opening import DATABASE, NOTICES, House, Service
from mingpiao.issuing.room import DESK
from mingpiao.units.room import UNITS
from mingpiao.units.service import OBSTACLES


async def _open_returned(house: House) -> ReturnedCases:
    days = house.settings(ReviewSettings).returned_case_days
    return ReturnedCases(await house.get(DATABASE), await house.get(NOTICES), days=days)


async def _open_applications(house: House) -> Applications:
    return Applications(
        await house.get(DATABASE),
        await house.get(CATALOG),
        await house.get(UNITS),
        await house.get(DESK),
        returned=await house.get(RETURNED),
        review_working_days=house.settings(ReviewSettings).review_working_days,
    )


async def _open_checkers(house: House) -> Checkers:
    return Checkers(await house.get(DATABASE), await house.get(APPLICATIONS))


async def _open_reviews(house: House) -> Reviews:
    return Reviews(await house.get(DATABASE), await house.get(CATALOG), await house.get(APPLICATIONS))


RETURNED = Service(name="returned_cases", open=_open_returned)
APPLICATIONS = Service(name="applications", open=_open_applications)
CHECKERS = Service(name="checkers", open=_open_checkers)
REVIEWS = Service(name="reviews", open=_open_reviews)


async def _advance(house: House) -> Handler:
    return advancing(await house.get(APPLICATIONS))


ROOM = Room(
    duties=(
        Duty(
            name="advance_applications",
            cron="* * * * *",
            label="推进等待材料的开票申请",
            work=enqueue_waiting,
        ),
        Duty(name="remind_reviewers", cron="*/10 * * * *", label="提醒待复核的申请", work=remind),
    ),
    purges=(
        Purge(
            name="purge_asked_requests",
            cron="47 18 * * *",
            label="清理两年前的核实记录",
            tables={"asked_requests": f"asked_last_at < CAST(:today AS date) - {KEPT_DAYS}"},
        ),
    ),
    affected=(Affected(subject="qualification", words="件未办结的申请", count=count_open),),
    jobs=(Job(name=JOB, label="推进开票申请", open=_advance),),
    listeners=(Listener(topic=SETTLED, call=wake), Listener(topic=OBSTACLES, call=open_applications)),
    actions={f"application:{kind.value}": f"开票申请：{kind.label}" for kind in StepKind}
    | {
        "asked_request:ask": "开票请求需要核实",
        "asked_request:refuse": "需要核实的开票请求被拒绝",
        "review_figures:export": "导出复核统计",
    },
    details={
        "rules": "规则",
        "business_no": "业务流水号",
        "format": "格式",
        "note": "说明",
        "from": "起",
        "region": "地区",
        "state": "状态",
        "table": "表",
        "to": "止",
    },
    values={
        ("application", "state"): {each.value: each.label for each in ApplicationState},
        ("review_figures", "table"): {"departments": "按部门", "rules": "按规则"},
    },
    subjects={"application": "开票申请", "business_no": "业务流水号"},
)
