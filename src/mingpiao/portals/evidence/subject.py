"""佐证材料: a unit's own files, and those of a department's units."""

from mingpiao.portals.evidence import finance, finance_files, lists, settings, unit, unit_files
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=[*unit_files.HANDLERS, *unit.HANDLERS],
    finance=[*settings.HANDLERS, *finance_files.HANDLERS, *finance.HANDLERS],
    lists=(lists.UNIT_EVIDENCE, lists.FINANCE_EVIDENCE),
    menu=(
        MenuEntry(right=UNIT_VIEW, place=50, label="佐证材料", address="/unit/evidence", icon="file-text"),
        MenuEntry(
            right=FINANCE_VIEW, place=250, label="佐证材料", address="/finance/evidence", icon="file-text"
        ),
        MenuEntry(
            right=FINANCE_VIEW,
            place=298,
            label="佐证比对设置",
            address=settings.ADDRESS,
            icon="adjustments-horizontal",
        ),
    ),
)
