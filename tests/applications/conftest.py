"""A window on the small province: applications over a desk that asks what a test wants."""

import pytest
from tests.applications.window import ScriptedDesk, Window, settle_officers
from tests.support.office import Office

from mingpiao.applications.service import Applications, Reviews
from mingpiao.catalog.service import CatalogStore
from mingpiao.units.service import UnitDirectory


@pytest.fixture
async def window(office: Office) -> Window:
    """Unit and department verbs on the small province, with two officers of each department concerned."""
    desk = ScriptedDesk(office.desk)
    catalog = CatalogStore(office.database, office.notices)
    applications = Applications(
        office.database, catalog, UnitDirectory(office.database, office.notices), desk, review_days=3
    )
    return Window(
        office=office,
        desk=desk,
        applications=applications,
        reviews=Reviews(office.database, catalog, applications),
        officers=await settle_officers(office),
    )
