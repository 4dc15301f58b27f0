"""Opens the services of one process together, and closes them together.

Each room's `room.py` says how its services are opened; this module says which of them each face needs. The
worker's jobs and the subjects' pages name theirs themselves (`Job.open`, `Subject.services`).
"""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec

from mingpiao.applications.room import APPLICATIONS, REVIEWS
from mingpiao.applications.service import Applications, Reviews
from mingpiao.catalog.room import CATALOG
from mingpiao.catalog.service import CatalogStore
from mingpiao.evidence.room import EVIDENCE, READERS
from mingpiao.evidence.service import EvidenceStore
from mingpiao.exports.room import EXPORT_TURNS
from mingpiao.exports.service import ExportTurns
from mingpiao.founding.service import require_purpose
from mingpiao.health import HealthWatch
from mingpiao.house.opening import DATABASE, FILES, MASTER_KEY, NOTICES, SITE, House, Service, Site
from mingpiao.identity.room import KEPT_FORMS, SECOND_FACTORS
from mingpiao.identity.service import KeptForms, SecondFactors
from mingpiao.issuing.room import DESK
from mingpiao.issuing.service import Desk
from mingpiao.layout.documents import Documents
from mingpiao.layout.room import DOCUMENTS
from mingpiao.processes.confinement import missing_protections
from mingpiao.qualifications.room import QUALIFICATIONS
from mingpiao.qualifications.service import QualificationDesk
from mingpiao.reading.service import ReaderPool
from mingpiao.rules.room import RULES
from mingpiao.rules.service import RuleBook
from mingpiao.sealing.room import SIGNER
from mingpiao.settings import Settings
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore
from mingpiao.storage.notices import Notices
from mingpiao.units.room import APPS, UNITS
from mingpiao.units.service import AppDirectory, UnitDirectory

_logger = logging.getLogger(__name__)


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """The services that pages need. `own` maps names to services that only the pages of one subject need."""

    settings: Settings
    database: Database
    catalog: CatalogStore
    units: UnitDirectory
    rules: RuleBook
    desk: Desk
    applications: Applications
    reviews: Reviews
    evidence: EvidenceStore
    readers: ReaderPool
    qualifications: QualificationDesk
    documents: Documents
    kept_forms: KeptForms
    second_factors: SecondFactors
    export_turns: ExportTurns
    health: HealthWatch
    own: Mapping[str, Any] = {}


class GatewayServices(msgspec.Struct, frozen=True, kw_only=True):
    """The services that calls of programs need."""

    settings: Settings
    database: Database
    catalog: CatalogStore
    units: UnitDirectory
    apps: AppDirectory
    desk: Desk
    applications: Applications
    evidence: EvidenceStore
    documents: Documents


@asynccontextmanager
async def open_house(settings: Settings) -> AsyncIterator[House]:
    """Open a house on a migrated database. It holds only what each process has from the start; other services
    open on demand.

    Raises `Refusal` without a master key, `training.mixed` where a training site would open a real one's database
    or the reverse, OSError without a database. Call `listen` when every service is
    open.
    """
    master_key = settings.master_key()
    if missing := missing_protections():
        _logger.warning(
            "this kernel has no %s: processes that read strangers' files are confined by less",
            " and no ".join(missing),
        )
    async with AsyncExitStack() as stack:
        house = House({type(each): each for each in settings.rooms}, stack)
        house.bring(MASTER_KEY, master_key)
        house.bring(
            SITE, Site(url=settings.site_url(), data_dir=settings.data_dir, training=settings.training)
        )
        house.bring(FILES, FileStore.open(settings.files_address()))
        database = await Database.open(settings.database_url, pool_size=settings.pool_size)
        house.at_close(database.close)
        async with database.system() as connection:
            await require_purpose(connection, training=settings.training)
        house.bring(DATABASE, database)
        notices = Notices(settings.database_url)
        database.on_notice(notices.hear)
        house.at_close(notices.close)
        house.bring(NOTICES, notices)
        yield house


async def listen(house: House) -> None:
    """Start to receive notices; call it when all services that subscribe to notices are open."""
    await (await house.get(NOTICES)).start()


async def page_services(house: House, settings: Settings, own: Mapping[str, Service[Any]]) -> Services:
    """Open the services that pages need."""
    return Services(
        settings=settings,
        database=await house.get(DATABASE),
        catalog=await house.get(CATALOG),
        units=await house.get(UNITS),
        rules=await house.get(RULES),
        desk=await house.get(DESK),
        applications=await house.get(APPLICATIONS),
        reviews=await house.get(REVIEWS),
        evidence=await house.get(EVIDENCE),
        readers=await house.get(READERS),
        qualifications=await house.get(QUALIFICATIONS),
        documents=await house.get(DOCUMENTS),
        kept_forms=await house.get(KEPT_FORMS),
        second_factors=await house.get(SECOND_FACTORS),
        export_turns=await house.get(EXPORT_TURNS),
        health=HealthWatch(
            await house.get(DATABASE), await house.get(SIGNER), await house.get(READERS), settings.data_dir
        ),
        own={name: await house.get(service) for name, service in own.items()},
    )


async def gateway_services(house: House, settings: Settings) -> GatewayServices:
    """Open the services that calls of programs need."""
    return GatewayServices(
        settings=settings,
        database=await house.get(DATABASE),
        catalog=await house.get(CATALOG),
        units=await house.get(UNITS),
        apps=await house.get(APPS),
        desk=await house.get(DESK),
        applications=await house.get(APPLICATIONS),
        evidence=await house.get(EVIDENCE),
        documents=await house.get(DOCUMENTS),
    )
