"""Composition: every service built once from its dependencies, opened together, closed together."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec

from mingpiao.applications.service import Applications, Reviews
from mingpiao.catalog.service import CatalogStore
from mingpiao.crypto.keystore import MasterKey
from mingpiao.evidence.service import READING_STEP, EvidenceStore, open_scanner
from mingpiao.issuing.service import Desk
from mingpiao.lake.service import Lake
from mingpiao.layout.documents import Documents
from mingpiao.qualifications.service import QualificationDesk
from mingpiao.reading.service import ReaderPool
from mingpiao.rules.service import RuleBook
from mingpiao.sealing.service import InlineSigner, PartyStore, ProcessSigner, Signer
from mingpiao.settings import Settings
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore
from mingpiao.storage.notices import Notices
from mingpiao.units.service import AppDirectory, UnitDirectory
from mingpiao.verification.service import VerificationLimits, Verifier


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """All that a face needs to serve a request."""

    settings: Settings
    master_key: MasterKey
    database: Database
    notices: Notices
    catalog: CatalogStore
    units: UnitDirectory
    apps: AppDirectory
    parties: PartyStore
    signer: Signer
    rules: RuleBook
    desk: Desk
    applications: Applications
    reviews: Reviews
    files: FileStore
    evidence: EvidenceStore
    readers: ReaderPool
    qualifications: QualificationDesk
    lake: Lake
    documents: Documents
    verifier: Verifier


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """Open everything on a migrated database. Raises `Refusal` without a master key, OSError without a database."""
    master_key = settings.master_key()
    async with AsyncExitStack() as stack:
        database = await Database.open(settings.database_url, pool_size=settings.pool_size)
        stack.push_async_callback(database.close)
        notices = Notices(settings.database_url)
        catalog = CatalogStore(database, notices)
        units = UnitDirectory(database, notices)
        apps = AppDirectory(database, notices, master_key)
        parties = PartyStore(database, notices)
        signer = await open_signer(settings, master_key)
        stack.push_async_callback(signer.close)
        rules = RuleBook(database, notices)
        desk = Desk(database, catalog, units, parties, signer, rules)
        applications = Applications(database, catalog, units, desk, review_days=settings.review_working_days)
        files = FileStore.open(settings.files_address())
        evidence = EvidenceStore(database, files, master_key, open_scanner(settings.clamd))
        # Its processes start when the first file or page is asked for.
        readers = await stack.enter_async_context(
            ReaderPool(settings.reader_processes, steps=(READING_STEP,))
        )
        lake = Lake(database, files, catalog, units, settings.data_dir)
        documents = Documents(catalog, parties, signer, files, settings.site_url())
        verifier = Verifier(
            database, notices, catalog, limits=verification_limits(settings), make_pdf=documents.pdf
        )
        await notices.start()
        stack.push_async_callback(notices.close)
        desk.start()
        stack.push_async_callback(desk.close)
        yield Services(
            settings=settings,
            master_key=master_key,
            database=database,
            notices=notices,
            catalog=catalog,
            units=units,
            apps=apps,
            parties=parties,
            signer=signer,
            rules=rules,
            desk=desk,
            applications=applications,
            reviews=Reviews(database, catalog, applications),
            files=files,
            evidence=evidence,
            readers=readers,
            qualifications=QualificationDesk(database, evidence, readers),
            lake=lake,
            documents=documents,
            verifier=verifier,
        )


async def open_signer(settings: Settings, master_key: MasterKey) -> Signer:
    """Signer processes, or one inside this process when the settings ask for none."""
    if settings.signer_processes == 0:
        return InlineSigner(master_key)
    signer = ProcessSigner(master_key, processes=settings.signer_processes)
    await signer.start()
    return signer


def verification_limits(settings: Settings) -> VerificationLimits:
    """How often a stranger may be wrong."""
    return VerificationLimits(
        wrong_per_bill=settings.wrong_checks_per_bill,
        wrong_per_address=settings.wrong_checks_per_address,
        files_per_minute=settings.checked_files_per_minute,
    )
