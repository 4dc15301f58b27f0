"""What the house needs of inspections."""

from mingpiao.house.model import Room

ROOM = Room(
    subjects={"inspection_question": "检查条件"},
    actions={
        "inspection:save_question": "保存检查条件",
        "inspection:forget_question": "删除检查条件",
    },
    details={"name": "名称"},
)
