"""What the house needs of the stock of paper."""

from mingpiao.catalog.service import REGION_ENDED
from mingpiao.house.model import Listener, Room
from mingpiao.paper.levels import follow_region_end, paper_left
from mingpiao.paper.model import PaperPurpose, PaperWay
from mingpiao.units.service import CLOSING

ROOM = Room(
    listeners=(
        Listener(topic=REGION_ENDED, call=follow_region_end),
        Listener(topic=CLOSING, call=paper_left),
    ),
    actions={"paper:order": "印制纸质票据"}
    | {f"paper:{each.value}": f"纸质票据{each.label}" for each in PaperWay},
    details={
        "kind": "票据种类",
        "note": "说明",
        "plan_no": "印制计划文号",
        "point": "开票点",
        "printer": "印制企业",
        "purpose": "用途",
        "quantity": "数量",
        "reference": "对应的票据",
        "sheets": "号段",
        "to": "交给",
    },
    values={("paper", "purpose"): {each.value: each.label for each in PaperPurpose}},
    subjects={"paper_batch": "印制批次", "paper_step": "纸质票据"},
)
