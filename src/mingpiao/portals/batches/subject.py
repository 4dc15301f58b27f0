"""批量开具: sheets of bills, for handlers; others of the unit look on."""

from mingpiao.batches.room import BATCH_DESK
from mingpiao.house.opening import FILES
from mingpiao.portals.batches import lists, unit
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=unit.HANDLERS,
    services={"batch_desk": BATCH_DESK, "files": FILES},
    lists=(lists.BATCHES, lists.ROWS),
    menu=(MenuEntry(right=UNIT_ISSUE, place=24, label="批量开具", address="/unit/batches", icon="table"),),
)
