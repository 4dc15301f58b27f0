"""使用手册: the handbooks, for each portal and for everybody."""

from mingpiao.portals.gates import ADMIN_VIEW, FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.help.pages import TITLE, end_tour, handlers, public_router, tour_steps
from mingpiao.portals.routing import portal_router
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=handlers("unit"),
    finance=handlers("finance"),
    admin=handlers("admin"),
    anybody=[public_router(), portal_router("/", [tour_steps, end_tour])],
    menu=(
        MenuEntry(right=UNIT_VIEW, place=198, label=TITLE, address="/unit/help", icon="help-circle"),
        MenuEntry(right=FINANCE_VIEW, place=304, label=TITLE, address="/finance/help", icon="help-circle"),
        MenuEntry(right=ADMIN_VIEW, place=398, label="管理手册", address="/admin/help", icon="help-circle"),
    ),
)
