"""A desk that has issued, and a verifier beside it."""

from pathlib import Path

import asyncpg
import msgspec
import pytest
from tests.support.province import ACTING, MASTER
from tests.support.world import World, bill_of

from mingpiao.catalog.service import CatalogStore
from mingpiao.crypto import x509
from mingpiao.issuing.model import Bill
from mingpiao.issuing.service import get_document
from mingpiao.kernel.clock import to_shanghai
from mingpiao.layout.documents import Documents
from mingpiao.layout.service import FaceShelf
from mingpiao.sealing.service import InlineSigner, PartyStore, TrustStore, certificates
from mingpiao.storage.files import FileStore
from mingpiao.verification.model import FaceQuery
from mingpiao.verification.service import VerificationLimits, Verifier

ADDRESS = "198.51.100.7"
PUZZLE_KEY = bytes(32)
LIMITS = VerificationLimits(wrong_per_bill=10, wrong_per_address=30, files_per_minute=60)


class Counter(msgspec.Struct, frozen=True, kw_only=True):
    """A verification counter with one bill issued next door."""

    world: World
    verifier: Verifier
    bill: Bill

    def query(self, **changes: object) -> FaceQuery:
        """The five facts of the bill, some changed."""
        return msgspec.structs.replace(query_of(self.bill), **changes)

    @property
    def catalog(self) -> CatalogStore:
        return CatalogStore(self.world.database, self.world.notices)

    async def xml(self) -> bytes:
        """The bill's sealed original."""
        async with self.world.database.system() as connection:
            return (await get_document(connection, self.bill.bill_id)).xml

    async def failures(self) -> dict[str, int]:
        """Wrong answers counted today, by subject."""
        rows = await self.world.database.pool.fetch("SELECT subject, failures FROM verification_failures")
        return {row["subject"]: row["failures"] for row in rows}

    async def owner(self) -> asyncpg.Connection:
        """A connection with the rights of who owns the tables, to be closed by the caller."""
        return await asyncpg.connect(self.world.database.url)

    async def checks(self) -> dict[int, int]:
        """Right answers counted, by bill."""
        rows = await self.world.database.pool.fetch("SELECT bill_id, checks FROM verification_counts")
        return {row["bill_id"]: row["checks"] for row in rows}


def query_of(bill: Bill) -> FaceQuery:
    """The five facts of a bill as its holder reads them."""
    return FaceQuery(
        code=bill.code,
        number=bill.number,
        check_code=bill.check_code,
        issued_on=to_shanghai(bill.issued_at).date(),
        amount=bill.total,
    )


def new_verifier(world: World, limits: VerificationLimits = LIMITS) -> Verifier:
    """A verifier as another process would have it."""
    catalog = CatalogStore(world.database, world.notices)
    return Verifier(
        world.database, world.notices, catalog, new_documents(world), puzzle_key=PUZZLE_KEY, limits=limits
    )


def new_documents(world: World, files: str = "memory://") -> Documents:
    """Documents of a site whose QR symbols lead to site.test."""
    return Documents(
        CatalogStore(world.database, world.notices),
        FaceShelf(world.database),
        PartyStore(world.database, world.notices),
        InlineSigner(MASTER),
        FileStore.open(files),
        "http://site.test",
        master_key=MASTER,
    )


@pytest.fixture
async def counter(world: World) -> Counter:
    hospital = world.province.hospital
    outcome = (await world.desk.issue(hospital.unit_id, [hospital.request()], acting=ACTING))[0]
    return Counter(world=world, verifier=new_verifier(world), bill=bill_of(outcome))


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """One genuine bill in its three forms, and the certificates that a check may use."""

    xml: bytes
    ofd: bytes
    pdf: bytes
    certificates: tuple[bytes, ...]

    @property
    def trust(self) -> TrustStore:
        """The authorities among the certificates as roots, and all of them as known."""
        roots = [der for der in self.certificates if x509.read(der).is_authority]
        return TrustStore(roots, self.certificates)


@pytest.fixture
async def files(counter: Counter, tmp_path: Path) -> Files:
    database = counter.world.database
    documents = new_documents(counter.world, tmp_path.as_uri())
    async with database.system() as connection:
        document = await get_document(connection, counter.bill.bill_id)
        known = tuple(await certificates(connection))
    return Files(
        xml=document.xml,
        ofd=await documents.ofd(document),
        pdf=await documents.pdf(document),
        certificates=known,
    )
