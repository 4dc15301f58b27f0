"""消息 of units, departments and persons; the bell at the top of each page leads to them."""

from mingpiao.portals.messages import lists, pages
from mingpiao.portals.subjects import Subject

SUBJECT = Subject(
    unit=pages.HANDLERS,
    finance=pages.HANDLERS,
    admin=pages.HANDLERS,
    lists=tuple(lists.LISTS.values()),
    help={
        "/unit/messages": "unit#消息",
        "/finance/messages": "finance#消息",
        "/admin/messages": "start#账户安全",
    },
)
