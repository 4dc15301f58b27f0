"""角色授权: what accounts of departments and administrators may do."""

from mingpiao.portals.gates import SECURE
from mingpiao.portals.roles import admin, lists
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    admin=admin.HANDLERS,
    lists=(lists.STAFF,),
    menu=(
        MenuEntry(
            right=SECURE, place=324, label=lists.STAFF.title, address=lists.STAFF.address, icon="users"
        ),
    ),
    help={"/admin/roles": "start#安全管理员", "/admin/approvals": "start#安全管理员"},
)
