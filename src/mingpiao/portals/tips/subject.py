"""群众线索: the public form, and the pages of departments."""

from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.tips import finance, unit
from mingpiao.portals.tips.lists import TIPS
from mingpiao.portals.tips.public import create_router
from mingpiao.tips.room import TIP_DESK

SUBJECT = Subject(
    anybody=[create_router()],
    unit=unit.HANDLERS,
    finance=finance.HANDLERS,
    services={"tip_desk": TIP_DESK},
    lists=(TIPS, unit.INQUIRIES),
    menu=(
        MenuEntry(
            right=UNIT_VIEW,
            place=35,
            label=unit.INQUIRIES.title,
            address=unit.INQUIRIES.address,
            icon="help-circle",
        ),
        MenuEntry(right=FINANCE_VIEW, place=281, label=TIPS.title, address=TIPS.address, icon="alert-circle"),
    ),
    help={"/tips": "public#线索举报", TIPS.address: "finance#群众线索"},
)
