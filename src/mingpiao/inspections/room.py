"""What the house needs of inspections."""

from collections.abc import Mapping
from typing import Any

from mingpiao.catalog.room import CATALOG
from mingpiao.house.model import Handler, Job, Room
from mingpiao.house.opening import DATABASE, House
from mingpiao.inspections.planning import DRAW_JOB, draw_inspection
from mingpiao.inspections.work import PaperVerdict


async def _open_draw(house: House) -> Handler:
    database, catalogs = await house.get(DATABASE), await house.get(CATALOG)

    async def draw(payload: Mapping[str, Any]) -> None:
        await draw_inspection(database, catalogs, payload["inspection_id"])

    return Handler(name=DRAW_JOB, work=draw, at_once=1)


ROOM = Room(
    jobs=(Job(name=DRAW_JOB, label="抽取监督检查的样本", open=_open_draw),),
    subjects={"inspection": "监督检查", "inspection_question": "检查条件"},
    actions={
        "inspection:add_file": "监督检查：上传底稿附件",
        "inspection:open_file": "监督检查：查阅底稿附件",
        "inspection:answer": "监督检查：单位说明",
        "inspection:ask": "监督检查：请单位说明",
        "inspection:breach": "监督检查：认定违规",
        "inspection:cancel": "监督检查：取消",
        "inspection:conclude": "监督检查：办结",
        "inspection:draw": "监督检查：抽出样本",
        "inspection:examine": "监督检查：填写底稿",
        "inspection:forget_question": "删除检查条件",
        "inspection:look": "监督检查：查阅票据",
        "inspection:plan": "监督检查：制定计划",
        "inspection:report": "监督检查：下载检查报告",
        "inspection:save_question": "保存检查条件",
        "inspection:start": "监督检查：分派任务",
    },
    details={
        "name": "名称",
        "words": "内容",
        "bill": "票据",
        "unit": "单位",
        "verdict": "检查结果",
        "format": "格式",
    },
    values={("inspection", "verdict"): {each.value: each.label for each in PaperVerdict}},
)
