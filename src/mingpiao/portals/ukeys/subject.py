"""UKey: certificates of persons."""

from mingpiao.house.opening import MASTER_KEY
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject
from mingpiao.portals.ukeys import authorities, finance, lists, unit
from mingpiao.portals.ukeys.rights import UNIT_UKEYS

SUBJECT = Subject(
    unit=unit.HANDLERS,
    finance=[*authorities.HANDLERS, *finance.HANDLERS],
    anybody=[authorities.create_router()],
    lists=(lists.UNIT_UKEY_LIST, lists.FINANCE_UKEY_LIST),
    services={"master_key": MASTER_KEY},
    menu=(
        MenuEntry(right=UNIT_UKEYS, place=71, label="UKey 管理", address=unit.BASE, icon="key"),
        MenuEntry(right=FINANCE_VIEW, place=225, label="UKey 管理", address=finance.BASE, icon="key"),
    ),
)
