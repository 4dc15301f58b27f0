"""What the house needs of write-off."""

from mingpiao.catalog.room import CATALOG
from mingpiao.house.model import Duty, Handler, Job, Room
from mingpiao.house.opening import DATABASE, House, Service
from mingpiao.lake.room import LAKE
from mingpiao.rules.room import RULES
from mingpiao.sealing.room import PARTIES, SIGNER
from mingpiao.writeoff.checking import Checker
from mingpiao.writeoff.cycles import close_due_months
from mingpiao.writeoff.judging import MonthJudge
from mingpiao.writeoff.papers import Papers
from mingpiao.writeoff.reminders import remind_units
from mingpiao.writeoff.requests import JOB


async def _open_checker(house: House) -> Checker:
    judge = MonthJudge(await house.get(LAKE), await house.get(RULES), await house.get(CATALOG))
    return Checker(await house.get(DATABASE), judge, await house.get(CATALOG), await house.get(PARTIES))


async def _open_papers(house: House) -> Papers:
    return Papers(await house.get(CATALOG), await house.get(PARTIES), await house.get(SIGNER))


PAPERS = Service(name="writeoff_papers", open=_open_papers)


CHECKER = Service(name="writeoff_checker", open=_open_checker)


async def _open_handler(house: House) -> Handler:
    return Handler(name=JOB, work=(await house.get(CHECKER)).handle, at_once=2)


ROOM = Room(
    duties=(
        Duty(name="close_cycles", cron="*/5 * * * *", label="月末结账", work=close_due_months),
        Duty(name="remind_writeoff", cron="40 0 * * *", label="提醒核销期限", work=remind_units),
    ),
    jobs=(Job(name=JOB, label="核销检查", open=_open_handler),),
    subjects={"region": "地区", "writeoff": "核销申请"},
    actions={
        "cycle:close": "月末结账",
        "receipt:enter": "登记到账",
        "receipt:payment": "缴款到账",
        "totals:declare": "报送核销合计",
        "writeoff:fail": "核销未通过",
        "writeoff:finish": "完成核销",
        "writeoff:remind": "提醒核销",
        "writeoff:submit": "提交核销",
        "writeoff_figures:export": "导出核销情况",
        "writeoff_policy:set": "修改核销设置",
    },
    details={
        "begins_on": "启用月份",
        "breach_stops_issuing": "整改逾期停止开票",
        "amount": "金额",
        "channels": "各渠道金额",
        "difference": "差额",
        "exceptions": "异常票据份数",
        "interface_workdays": "接口单位工作日数",
        "issued": "开票金额",
        "kind": "票据种类",
        "lines": "行数",
        "month": "月份",
        "online_workdays": "在线单位工作日数",
        "reason": "原因",
        "received": "到账金额",
        "rectification_months": "整改月数",
        "reversed": "冲红金额",
        "seal_share": "签名抽查比例",
        "seals": "核对签名份数",
        "serial": "缴款流水号",
        "tolerance": "允许差额",
    },
)
