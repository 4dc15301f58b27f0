"""The verbs of 制样 as people use them in tests, each in a transaction of its own."""

from datetime import date
from typing import Any

import msgspec
from tests.rules.people import HEAD, OFFICER
from tests.support.waiting import until
from tests.support.world import World

from mingpiao.approvals.model import Proposal
from mingpiao.approvals.service import approve, reject
from mingpiao.catalog.model import BillKind, Catalog
from mingpiao.catalog.service import load
from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import today
from mingpiao.layout.model import FaceTemplate, FaceVersion
from mingpiao.layout.service import (
    discard_face,
    get_version,
    save_face,
    shipped_face,
    start_face,
    submit_face,
)


class Studio(msgspec.Struct, frozen=True):
    """Designers at work in a world."""

    world: World

    async def catalog(self) -> Catalog:
        """As the database has it now: a process hears of a change a moment later."""
        async with self.world.database.system() as connection:
            return await load(connection)

    async def kind(self, code: str) -> BillKind:
        return (await self.catalog()).kinds[code]

    async def shipped(self, code: str) -> FaceTemplate:
        return shipped_face(await self.kind(code))

    async def start(
        self, code: str, template: FaceTemplate, acting: Acting = OFFICER, **more: Any
    ) -> FaceVersion:
        catalog = await self.catalog()
        async with self.world.database.system() as connection:
            return await start_face(connection, catalog, code, template, acting=acting, **more)

    async def save(self, on: FaceVersion, acting: Acting = OFFICER, **changes: Any) -> FaceVersion:
        catalog = await self.catalog()
        given = {"valid_from": on.valid_from, "note": on.note, "revision": on.revision} | changes
        template = given.pop("template", on.template)
        async with self.world.database.system() as connection:
            return await save_face(
                connection, catalog, (on.kind_code, on.version), template, acting=acting, **given
            )

    async def submit(self, on: FaceVersion, acting: Acting = OFFICER) -> int:
        catalog = await self.catalog()
        which = (on.kind_code, on.version)
        async with self.world.database.system() as connection:
            return await submit_face(
                connection, catalog, which, revision=on.revision, reason="新式样", acting=acting
            )

    async def discard(self, on: FaceVersion, acting: Acting = OFFICER) -> None:
        catalog = await self.catalog()
        which = (on.kind_code, on.version)
        async with self.world.database.system() as connection:
            await discard_face(connection, catalog, which, revision=on.revision, acting=acting)

    async def get(self, on: FaceVersion) -> FaceVersion:
        async with self.world.database.system() as connection:
            return await get_version(connection, on.kind_code, on.version)

    async def approve(self, proposal_id: int, acting: Acting = HEAD) -> Proposal:
        async with self.world.database.system() as connection:
            return await approve(connection, proposal_id, acting=acting)

    async def reject(self, proposal_id: int, opinion: str, acting: Acting = HEAD) -> Proposal:
        async with self.world.database.system() as connection:
            return await reject(connection, proposal_id, opinion=opinion, acting=acting)

    async def published(
        self, code: str, template: FaceTemplate, valid_from: date | None = None
    ) -> FaceVersion:
        """A version that went all the way; returns when this process has heard of it."""
        draft = await self.start(code, template, valid_from=valid_from or today())
        await self.approve(await self.submit(draft))

        async def heard() -> bool:
            days = (await self.world.catalog.get()).kinds[code].template_days
            return any(day.version == draft.version for day in days)

        await until(heard)
        return await self.get(draft)


def moved(template: FaceTemplate, *, by: float = 1.0) -> FaceTemplate:
    """The template with its symbol moved to the right."""
    qr = msgspec.structs.replace(template.qr, x=template.qr.x + by)
    return msgspec.structs.replace(template, qr=qr)
