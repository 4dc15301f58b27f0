"""我的导出: files of long lists, for the account that requested them."""

from mingpiao.house.opening import FILES
from mingpiao.portals.exports import pages
from mingpiao.portals.gates import ADMIN_VIEW, DEPARTMENT_ROLES, UNIT_VIEW, Right
from mingpiao.portals.subjects import MenuEntry, Subject

_DEPARTMENT = Right("department", DEPARTMENT_ROLES)

SUBJECT = Subject(
    unit=pages.handlers("unit"),
    finance=pages.handlers("finance"),
    admin=pages.handlers("admin"),
    services={"files": FILES},
    lists=tuple(pages.LISTS.values()),
    menu=tuple(
        MenuEntry(right=right, place=place, label="我的导出", address=f"/{portal}/exports", icon="download")
        for portal, right, place in (
            ("unit", UNIT_VIEW, 80),
            ("finance", _DEPARTMENT, 295),
            ("admin", ADMIN_VIEW, 340),
        )
    ),
    help={"/admin/exports": "finance#我的导出"},
)
