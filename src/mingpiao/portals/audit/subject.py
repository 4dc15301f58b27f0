"""操作留痕: the audit trail."""

from mingpiao.portals.audit import admin, finance, lists, unit
from mingpiao.portals.audit.rights import DEPARTMENT_AUDIT, UNIT_AUDIT
from mingpiao.portals.gates import AUDIT
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=unit.HANDLERS,
    finance=finance.HANDLERS,
    admin=admin.HANDLERS,
    lists=(lists.UNIT_AUDIT_LIST, lists.DEPARTMENT_AUDIT_LIST, lists.ALL_AUDIT),
    menu=(
        MenuEntry(right=UNIT_AUDIT, place=75, label="操作留痕", address="/unit/audit", icon="shield-check"),
        MenuEntry(
            right=DEPARTMENT_AUDIT, place=305, label="操作留痕", address="/finance/audit", icon="shield-check"
        ),
        MenuEntry(right=AUDIT, place=330, label="操作留痕", address="/admin/audit", icon="shield-check"),
    ),
    help={"/admin/audit": "start#系统管理员"},
)
