"""What the house needs of UKeys."""

from mingpiao.house.model import Listener, Room
from mingpiao.ukeys.model import UKeyStep
from mingpiao.ukeys.service import hold_certificates_of
from mingpiao.units.service import LOST

ROOM = Room(
    listeners=(Listener(topic=LOST, call=hold_certificates_of),),
    actions={f"ukey:{step.value}": step.label for step in UKeyStep}
    | {
        "ukey_authority:make": "建立人员证书颁发机构",
        "ukey_authority:trust": "登记受信任的 CA",
    },
    details={
        "holder": "持有人",
        "name": "名称",
        "place": "单位或部门",
        "point": "开票点",
        "reason": "原因",
        "serial": "序列号",
    },
    subjects={"ukey": "UKey", "ukey_authority": "人员证书颁发机构"},
)
