"""What the house needs of approvals."""

from mingpiao.house.model import Room

ROOM = Room(
    actions={
        "proposal:open": "提交变更待审",
        "proposal:approve": "变更审核通过",
        "proposal:return": "退回变更",
        "proposal:withdraw": "撤回变更",
    },
    details={"kind": "事项", "title": "内容", "words": "说明"},
    subjects={"proposal": "待审变更"},
)
