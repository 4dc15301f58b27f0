"""What the house needs of write-off."""

from mingpiao.catalog.room import CATALOG
from mingpiao.former.service import FORMER_CHANGED
from mingpiao.house.model import Affected, Duty, Handler, Job, Listener, Room
from mingpiao.house.opening import DATABASE, House, Service
from mingpiao.lake.room import LAKE
from mingpiao.rules.room import RULES
from mingpiao.sealing.room import PARTIES, SIGNER
from mingpiao.units.service import CLOSING, MOVED, SWITCHED
from mingpiao.writeoff.campaign_months import carry_campaigns
from mingpiao.writeoff.campaign_progress import add_up_units
from mingpiao.writeoff.campaign_reminders import remind_of_campaigns
from mingpiao.writeoff.campaigns import CAMPAIGN_CHANGE, CAMPAIGN_OPENING, count_campaign_places
from mingpiao.writeoff.checking import Checker
from mingpiao.writeoff.cycles import close_due_months
from mingpiao.writeoff.following import escalate, follow_unit, unsettled_work
from mingpiao.writeoff.granting import EXTENSION, REOPENING
from mingpiao.writeoff.judging import MonthJudge
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.matches import Matcher
from mingpiao.writeoff.orders import submit_by_order
from mingpiao.writeoff.papers import Papers
from mingpiao.writeoff.receipts import MATCH_JOB
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


async def _open_matcher(house: House) -> Handler:
    return Handler(name=MATCH_JOB, work=Matcher(await house.get(DATABASE)).handle, at_once=1)


ROOM = Room(
    duties=(
        Duty(name="close_cycles", cron="*/5 * * * *", label="月末结账", work=close_due_months),
        Duty(name="carry_campaigns", cron="*/2 * * * *", label="补核销结账", work=carry_campaigns),
        Duty(name="submit_by_order", cron="2-59/10 * * * *", label="自动核销", work=submit_by_order),
        Duty(name="remind_writeoff", cron="40 0 * * *", label="提醒核销期限", work=remind_units),
        Duty(name="remind_campaigns", cron="45 0 * * *", label="提醒补核销期限", work=remind_of_campaigns),
        Duty(name="escalate_cases", cron="23 0 * * *", label="告知上级逾期未办的异常票据", work=escalate),
    ),
    jobs=(
        Job(name=JOB, label="核销检查", open=_open_handler),
        Job(name=MATCH_JOB, label="匹配到账", open=_open_matcher),
    ),
    listeners=(
        Listener(topic=CLOSING, call=unsettled_work),
        Listener(topic=MOVED, call=follow_unit),
        Listener(topic=SWITCHED, call=update_limits),
        Listener(topic=FORMER_CHANGED, call=add_up_units),
    ),
    proposals=(EXTENSION, REOPENING, CAMPAIGN_OPENING, CAMPAIGN_CHANGE),
    affected=(Affected(subject=CAMPAIGN_OPENING.kind, words="家用票单位", count=count_campaign_places),),
    subjects={
        "campaign": "补核销专项",
        "exception": "异常票据",
        "rectification": "整改通知",
        "region": "地区",
        "statement": "银行流水",
        "writeoff": "核销申请",
    },
    actions={
        "campaign:carry": "补核销结账",
        "campaign:end": "结束补核销专项",
        "campaign:extend": "延长补核销期限",
        "campaign:open": "开展补核销专项",
        "campaign:remind": "提醒补核销",
        "cycle:close": "月末结账",
        "receipt:enter": "登记到账",
        "receipt:match": "人工匹配到账",
        "receipt:payment": "缴款到账",
        "receipt:report": "报送到账",
        "receipt:unmatch": "取消到账匹配",
        "statement:columns": "指定银行流水的列",
        "statement:delete": "删除银行流水",
        "statement:import": "导入银行流水",
        "statement:upload": "上传银行流水",
        "totals:declare": "报送核销合计",
        "writeoff:certificate": "下载核销证明",
        "exception:answer": "说明异常票据",
        "exception:ask": "要求说明异常票据",
        "exception:breach": "标记违规票据",
        "exception:clear": "解除异常票据",
        "exception:open": "因预警列为异常票据",
        "exception:withdraw": "撤回违规认定",
        "cycle:extend": "延长核销期限",
        "exception:escalate": "告知上级异常票据逾期未办",
        "rectification:escalate": "告知上级整改逾期未办",
        "writeoff:reopen": "重新打开核销",
        "rectification:accept": "通过整改",
        "rectification:download": "下载整改通知",
        "rectification:extend": "延长整改期限",
        "rectification:issue": "发出整改通知",
        "rectification:report": "报送整改情况",
        "rectification:return": "退回整改情况",
        "writeoff:fail": "核销未通过",
        "writeoff:finish": "完成核销",
        "writeoff:remind": "提醒核销",
        "writeoff:submit": "提交核销",
        "writeoff_figures:export": "导出核销情况",
        "writeoff_order:give": "开启自动核销",
        "writeoff_order:withdraw": "关闭自动核销",
        "writeoff_policy:set": "修改核销设置",
    },
    details={
        "bill": "票据编号",
        "rule": "规则",
        "from": "起始月份",
        "months": "月数",
        "name": "名称",
        "to": "截止月份",
        "bills": "票据",
        "notice": "文号",
        "decision_workdays": "办理异常票据的工作日数",
        "due_on": "期限",
        "words": "内容",
        "region": "地区",
        "begins_on": "启用月份",
        "breach_stops_issuing": "整改逾期停止开票",
        "amount": "金额",
        "channels": "各渠道金额",
        "columns": "列",
        "difference": "差额",
        "exceptions": "异常票据份数",
        "file": "文件",
        "interface_workdays": "接口单位工作日数",
        "issued": "开票金额",
        "kind": "票据种类",
        "lines": "行数",
        "month": "月份",
        "origin": "票据来源",
        "online_workdays": "在线单位工作日数",
        "payer": "付款人",
        "reason": "原因",
        "receipt": "到账记录",
        "received": "到账金额",
        "rectification_months": "整改月数",
        "reversed": "冲红金额",
        "seal_share": "签名抽查比例",
        "seals": "核对签名份数",
        "serial": "缴款流水号",
        "tolerance": "允许差额",
    },
    values={("writeoff", "origin"): {"own": "本平台", "former": "历史票据"}},
)
