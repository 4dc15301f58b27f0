"""UKey: certificates of persons."""

from mingpiao.house.opening import MASTER_KEY
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.ukeys import authorities, finance, lists, settings, signing_in, unit
from mingpiao.portals.ukeys.rights import UNIT_UKEYS
from mingpiao.ukeys.room import UKEY_SIGN_IN

SUBJECT = Subject(
    unit=unit.HANDLERS,
    finance=[*authorities.HANDLERS, *settings.HANDLERS, *finance.HANDLERS],
    anybody=[authorities.create_router(), signing_in.create_sign_in_router()],
    lists=(lists.UNIT_UKEY_LIST, lists.FINANCE_UKEY_LIST),
    services={"master_key": MASTER_KEY, "ukey_sign_in": UKEY_SIGN_IN},
    menu=(
        MenuEntry(right=UNIT_UKEYS, place=71, label="UKey 管理", address=unit.BASE, icon="key"),
        MenuEntry(right=FINANCE_VIEW, place=225, label="UKey 管理", address=finance.BASE, icon="key"),
    ),
)
