"""What the house needs of the founding."""

from mingpiao.founding.model import DUTIES
from mingpiao.house.model import Room

ROOM = Room(
    actions={
        "founding:appoint": "设置首批管理员",
        "founding:choose_starter": "选定起始数据",
        "founding:complete": "完成首次设置",
        "founding:hand_out_shares": "主密钥分发：份额交给持有人",
        "training:begin": "建立演练环境",
    },
    details={
        "fingerprint": "主密钥指纹",
        "holders": "份额持有人",
        "threshold": "恢复所需份数",
        "conductor": "主持人",
        "witness": "见证人",
        **{f"duty_{duty}": label for duty, label in DUTIES.items()},
    },
    subjects={"founding": "首次设置", "key_ceremony": "密钥仪式", "training": "演练环境"},
)
