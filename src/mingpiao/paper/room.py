"""What the house needs of the stock of paper."""

from mingpiao.catalog.service import REGION_ENDED
from mingpiao.house.model import Duty, Listener, Room
from mingpiao.paper.levels import follow_region_end, paper_left
from mingpiao.paper.model import PaperPurpose, PaperWay
from mingpiao.paper.stopping import stop_paper_of_live_units
from mingpiao.units.service import CLOSING

ROOM = Room(
    duties=(
        Duty(
            name="stop_paper",
            cron="23 18 * * *",
            label="停用已开具电子票据的单位的传统纸质票据",
            work=stop_paper_of_live_units,
        ),
    ),
    listeners=(
        Listener(topic=REGION_ENDED, call=follow_region_end),
        Listener(topic=CLOSING, call=paper_left),
    ),
    actions={
        "paper:count": "纸质票据盘点",
        "paper:order": "印制纸质票据",
        "paper:stop": "停用传统纸质票据",
        "paper_destruction:approve": "批准销毁纸质票据",
        "paper_destruction:download": "下载销毁清册",
        "paper_destruction:sign": "登记销毁并签名",
    }
    | {f"paper:{each.value}": f"纸质票据{each.label}" for each in PaperWay},
    details={
        "kind": "票据种类",
        "missing": "账上有而没有盘到",
        "note": "说明",
        "plan_no": "印制计划文号",
        "point": "开票点",
        "printer": "印制企业",
        "purpose": "用途",
        "quantity": "数量",
        "reason": "原因",
        "reference": "对应的票据",
        "sheets": "号段",
        "surplus": "盘到而账上没有",
        "to": "交给",
    },
    values={("paper", "purpose"): {each.value: each.label for each in PaperPurpose}},
    subjects={
        "paper_batch": "印制批次",
        "paper_destruction": "销毁清册",
        "paper_step": "纸质票据",
        "paper_stocktaking": "盘点",
    },
)
