"""What the house needs of supply."""

from typing import Any

from mingpiao.catalog.service import REGION_ENDED
from mingpiao.house.model import Duty, Handler, Job, Listener, Room
from mingpiao.house.opening import DATABASE, House
from mingpiao.supply.departments import follow_region
from mingpiao.supply.following import follow_move, follow_switch, undecided
from mingpiao.supply.model import RequisitionState
from mingpiao.supply.orders import request_by_order
from mingpiao.supply.watching import watch_stocks
from mingpiao.supply.years import FOLLOW_YEAR_JOB, OPEN_YEAR_JOB, give_in_region, open_year_for_units
from mingpiao.units.service import CLOSING, MOVED, SWITCHED


async def _open_opener(house: House) -> Handler:
    database = await house.get(DATABASE)

    async def work(payload: dict[str, Any]) -> None:
        await open_year_for_units(database, payload["year"], payload["run"])

    return Handler(name=OPEN_YEAR_JOB, work=work, at_once=1)


async def _open_follower(house: House) -> Handler:
    database = await house.get(DATABASE)

    async def work(payload: dict[str, Any]) -> None:
        await give_in_region(database, payload["year"], payload["region"])

    return Handler(name=FOLLOW_YEAR_JOB, work=work, at_once=1)


ROOM = Room(
    jobs=(
        Job(name=OPEN_YEAR_JOB, label="年度换码", open=_open_opener),
        Job(name=FOLLOW_YEAR_JOB, label="随下发的号码发放年度首段号码", open=_open_follower),
    ),
    duties=(
        Duty(name="request_by_order", cron="7-59/10 * * * *", label="自动申领", work=request_by_order),
        Duty(name="watch_stocks", cron="40 22 * * *", label="号码库存预警", work=watch_stocks),
    ),
    listeners=(
        Listener(topic=CLOSING, call=undecided),
        Listener(topic=MOVED, call=follow_move),
        Listener(topic=SWITCHED, call=follow_switch),
        Listener(topic=REGION_ENDED, call=follow_region),
    ),
    actions={
        "requisition:ask": "申领",
        "requisition:grant": "同意申领",
        "requisition:refuse": "不同意申领",
        "requisition:withdraw": "撤回申领",
        "supply_order:give": "开启自动申领",
        "supply_order:withdraw": "关闭自动申领",
        "supply_policy:set": "修改申领设置",
        "year:give": "发放年度首段号码",
        "year:open": "启用年度代码",
    },
    details={
        "all_written_off": "上月全部核销后才能申领",
        "approved_estimate": "核定的月用量",
        "below": "低于",
        "by_levels": "逐级下发",
        "code": "代码",
        "codes": "票据代码",
        "first": "起始号码",
        "granted": "发放数量",
        "kind": "票据种类",
        "last": "终止号码",
        "least": "最少数量",
        "months_at_most": "库存上限的月数",
        "months_proposed": "建议的月数",
        "point": "开票点",
        "purpose": "用途",
        "quantity": "申领数量",
        "reason": "原因",
        "review_above": "须审核的数量",
        "state": "状态",
        "year": "年度",
    },
    values={("requisition", "state"): {each.value: each.label for each in RequisitionState}},
    subjects={"requisition": "申领"},
)
