"""系统状态, for the administrator."""

from mingpiao.portals.gates import ADMINISTER
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.system import admin

SUBJECT = Subject(
    admin=admin.HANDLERS,
    menu=(MenuEntry(right=ADMINISTER, place=310, label="系统状态", address="/admin", icon="settings"),),
    help={"/admin": "start#系统管理员"},
)
