"""The services with which the demonstration is built."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from mingpiao.analysis.room import ANALYST
from mingpiao.analysis.service import Analyst
from mingpiao.applications.room import APPLICATIONS
from mingpiao.applications.service import Applications
from mingpiao.batches.room import BATCH_DESK
from mingpiao.batches.service import BatchDesk
from mingpiao.catalog.room import CATALOG
from mingpiao.catalog.service import CatalogStore
from mingpiao.composition import listen, open_house
from mingpiao.crypto.keystore import MasterKey
from mingpiao.evidence.room import EVIDENCE, READERS
from mingpiao.evidence.service import EvidenceStore
from mingpiao.house.opening import DATABASE, MASTER_KEY
from mingpiao.issuing.room import DESK
from mingpiao.issuing.service import Desk
from mingpiao.reading.service import ReaderPool
from mingpiao.settings import Settings
from mingpiao.storage.database import Database
from mingpiao.units.room import UNITS
from mingpiao.units.service import UnitDirectory
from mingpiao.writeoff.room import CHECKER
from mingpiao.writeoff.service import Checker


class DemoServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services that build the demonstration's province and issue its bills."""

    settings: Settings
    master_key: MasterKey
    database: Database
    catalog: CatalogStore
    desk: Desk
    units: UnitDirectory
    applications: Applications
    batches: BatchDesk
    evidence: EvidenceStore
    readers: ReaderPool
    checker: Checker
    analyst: Analyst


@asynccontextmanager
async def open_demo_services(settings: Settings) -> AsyncIterator[DemoServices]:
    """Open the services on a migrated database; see `open_house`."""
    async with open_house(settings) as house:
        services = DemoServices(
            settings=settings,
            master_key=await house.get(MASTER_KEY),
            database=await house.get(DATABASE),
            catalog=await house.get(CATALOG),
            desk=await house.get(DESK),
            units=await house.get(UNITS),
            applications=await house.get(APPLICATIONS),
            batches=await house.get(BATCH_DESK),
            evidence=await house.get(EVIDENCE),
            readers=await house.get(READERS),
            checker=await house.get(CHECKER),
            analyst=await house.get(ANALYST),
        )
        await listen(house)
        yield services
