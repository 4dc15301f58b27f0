"""What tests of qualifications work with: a small province, a store of files, and a reader that knows its answers."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
from tests.qualifications.files import Facts, draw
from tests.support.province import MASTER, Province
from tests.support.world import World

from mingpiao.approvals.service import approve
from mingpiao.evidence.service import EvidenceStore, NoScanner
from mingpiao.identity.model import Account, Acting, Role, acting_for
from mingpiao.kernel.clock import today
from mingpiao.qualifications.model import Qualification, QualificationType, Statement
from mingpiao.qualifications.service import QualificationDesk, get, propose_revocation, submit
from mingpiao.reading.model import PageLines
from mingpiao.storage.database import Database
from mingpiao.units.model import Unit

ACTING = acting_for(
    Account(account_id=9, username="g", display_name="管理员丙", role=Role.UNIT_MANAGER), address="192.0.2.4"
)
PICTURE = b"\x89PNG\r\n\x1a\n"


def officer(region: str, name: str = "白春梅", account_id: int = 70) -> Acting:
    account = Account(
        account_id=account_id,
        username=f"officer{account_id}",
        display_name=name,
        role=Role.DEPARTMENT_OFFICER,
        region_code=region,
    )
    return acting_for(account)


def head(region: str, name: str = "云志强", account_id: int = 90) -> Acting:
    account = Account(
        account_id=account_id,
        username=f"head{account_id}",
        display_name=name,
        role=Role.DEPARTMENT_HEAD,
        region_code=region,
    )
    return acting_for(account)


class KnownReader:
    """Answers with the lines, or the failure, that were set for a file."""

    def __init__(self) -> None:
        self.answers: dict[bytes, Sequence[PageLines] | Exception] = {}
        self.asked = 0

    async def read_lines(self, data: bytes, media_type: str) -> Sequence[PageLines]:
        self.asked += 1
        answer = self.answers[data]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def picture(self, data: bytes, media_type: str, page: int, *, width: int, rotation: int) -> bytes:
        return PICTURE


def in_order(unit: Unit) -> Facts:
    """A charity's certificate with nothing wrong in it."""
    return Facts(
        qualification_type=QualificationType.CHARITY,
        name=unit.name,
        code=unit.uscc,
        representative="乌云其木格",
        issuer="内蒙古自治区民政厅",
        valid_from=today() - timedelta(days=300),
        valid_until=today() + timedelta(days=400),
        address="新城区演示大街1号",
    )


class Bench(msgspec.Struct, frozen=True, kw_only=True):
    """The desk with the charity of the small province before it."""

    world: World
    desk: QualificationDesk
    reader: KnownReader

    @property
    def database(self) -> Database:
        return self.world.database

    @property
    def province(self) -> Province:
        return self.world.province

    @property
    def unit_id(self) -> int:
        return self.province.charity.unit_id

    def facts(self, **changes: object) -> Facts:
        """A qualification of the charity that is in order."""
        unit = self.province.charity.unit
        return msgspec.structs.replace(in_order(unit), **changes)

    def lines(self, facts: Facts, *, confidence: float = 0.99) -> list[PageLines]:
        return draw(facts, layout=0, seed=3).lines(confidence=confidence)

    async def upload(
        self, answer: Sequence[PageLines] | Exception, *, unit_id: int | None = None
    ) -> Qualification:
        """Upload a fresh file of the charity and have it read."""
        data = PICTURE + f"file {len(self.reader.answers)}".encode()
        self.reader.answers[data] = answer
        qualification, fresh = await self.desk.upload(
            unit_id or self.unit_id, "证书.png", data, acting=ACTING
        )
        assert fresh
        return await self.read(qualification)

    async def read(self, qualification: Qualification) -> Qualification:
        await self.desk.read({"qualification_id": qualification.qualification_id})
        return await self.get(qualification.qualification_id)

    async def get(self, qualification_id: int) -> Qualification:
        async with self.database.system() as connection:
            return await get(connection, qualification_id)

    async def submit(self, qualification: Qualification, stated: Statement) -> Qualification:
        async with self.database.system() as connection:
            return await submit(
                connection,
                qualification.unit_id,
                qualification.qualification_id,
                stated,
                revision=qualification.revision,
                acting=ACTING,
            )

    async def accepted(self, **changes: object) -> Qualification:
        """A qualification of the charity, brought in and accepted by the platform."""
        facts = self.facts(**changes)
        return await self.submit(await self.upload(self.lines(facts)), stated_as(facts))

    async def propose_revocation(self, qualification: Qualification, reason: str, *, acting: Acting) -> int:
        async with self.database.system() as connection:
            return await propose_revocation(
                connection,
                qualification.qualification_id,
                reason=reason,
                revision=qualification.revision,
                acting=acting,
            )

    async def revoke(
        self, qualification: Qualification, reason: str = "发证机关已撤销登记", *, by: Acting | None = None
    ) -> Qualification:
        """By two persons: an officer, or who is named, and the province's head."""
        acting = by or officer(qualification.region_code)
        proposal_id = await self.propose_revocation(qualification, reason, acting=acting)
        async with self.database.system() as connection:
            await approve(connection, proposal_id, acting=head("150000"))
        return await self.get(qualification.qualification_id)

    async def valid_days(self, unit_id: int | None = None) -> set[date | None]:
        rows = await self.database.pool.fetch(
            "SELECT valid_until FROM stocks WHERE unit_id = $1", unit_id or self.unit_id
        )
        return {row["valid_until"] for row in rows}

    async def locks(self) -> list[str]:
        """What stops the charity, the same in all its kinds."""
        rows = await self.database.pool.fetch(
            "SELECT DISTINCT locks FROM stocks WHERE unit_id = $1", self.unit_id
        )
        (row,) = rows
        return list(row["locks"])

    async def told(self) -> list[tuple[int | None, str | None, str]]:
        """(unit, region, title) of all messages in order."""
        rows = await self.database.pool.fetch(
            "SELECT unit_id, region_code, title FROM messages ORDER BY message_id"
        )
        return [(row["unit_id"], row["region_code"], row["title"]) for row in rows]

    async def audited(self) -> list[str]:
        rows = await self.database.pool.fetch(
            "SELECT action FROM audit_log WHERE action LIKE 'qualification:%' OR action = 'stock:valid_until' "
            "ORDER BY audit_id"
        )
        return [row["action"] for row in rows]


def stated_as(facts: Facts, **changes: object) -> Statement:
    """A statement that says what the qualification says."""
    members = {name: getattr(facts, name) for name in Statement.__struct_fields__}
    return Statement(**(members | changes))


def bench_of(world: World) -> Bench:
    """The desk of a world, with a reader that knows its answers."""
    reader = KnownReader()
    store = EvidenceStore(world.database, world.files, MASTER, NoScanner())
    return Bench(world=world, desk=QualificationDesk(world.database, store, reader), reader=reader)
