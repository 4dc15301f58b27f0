"""Text messages: 短信记录, receipts, and 演示短信 in a demonstration."""

from mingpiao.delivery.room import SMS
from mingpiao.portals.gates import ADMINISTER
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.session import require_right
from mingpiao.portals.sms import lists
from mingpiao.portals.sms.phone import create_phone_router
from mingpiao.portals.sms.receipts import create_receipts_router
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    anybody=[create_phone_router(), create_receipts_router()],
    admin=list_handlers(lists.SMS_LIST, guards=[require_right(ADMINISTER)]),
    lists=(lists.SMS_LIST,),
    services={"sms": SMS},
    menu=(MenuEntry(right=ADMINISTER, place=335, label="短信记录", address="/admin/sms", icon="bell"),),
    help={"/admin/sms": "start#短信", "/demo/phone": "start#短信"},
)
