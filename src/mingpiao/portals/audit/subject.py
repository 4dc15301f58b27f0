"""操作留痕: the audit trail."""

from mingpiao.portals.audit import admin, lists
from mingpiao.portals.gates import ADMINISTER
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    admin=admin.HANDLERS,
    lists=(lists.AUDIT,),
    menu=(
        MenuEntry(right=ADMINISTER, place=330, label="操作留痕", address="/admin/audit", icon="shield-check"),
    ),
    help={"/admin/audit": "start#系统管理员"},
)
