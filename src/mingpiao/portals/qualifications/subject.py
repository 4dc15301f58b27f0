"""资质证书 of a unit, and their review by its department."""

from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW
from mingpiao.portals.qualifications import finance, lists, unit
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    unit=unit.HANDLERS,
    finance=finance.HANDLERS,
    lists=(lists.UNIT_QUALIFICATION_LIST, lists.FINANCE_QUALIFICATIONS),
    menu=(
        MenuEntry(
            right=UNIT_VIEW,
            place=60,
            label="资质证书",
            address="/unit/qualifications",
            icon="file-certificate",
        ),
        MenuEntry(
            right=FINANCE_VIEW,
            place=230,
            label="资质审核",
            address="/finance/qualifications",
            icon="file-certificate",
        ),
    ),
)
