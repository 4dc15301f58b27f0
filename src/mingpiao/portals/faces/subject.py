"""制样: the faces of bill kinds are designed by the province's department."""

from mingpiao.portals.faces import designer, files, finance, lists
from mingpiao.portals.faces.rights import FACES_VIEW
from mingpiao.portals.subjects import MenuEntry, Subject

SUBJECT = Subject(
    finance=[*finance.HANDLERS, *files.HANDLERS, *designer.HANDLERS],
    lists=(lists.FACES,),
    menu=(
        MenuEntry(
            right=FACES_VIEW, place=292, label="制样", address=lists.FACES.address, icon="rubber-stamp"
        ),
    ),
)
