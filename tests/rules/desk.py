"""The verbs of rules as people use them in tests."""

import msgspec
from tests.rules.people import (
    HEAD,
    OFFICER,
    was_tried,
)
from tests.support.world import World

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting
from mingpiao.messages.service import list_messages
from mingpiao.rules.model import Rule, RuleVersion
from mingpiao.rules.service import (
    RuleFilter,
    approve,
    create,
    end_trial,
    get_version,
    list_rules,
    live_versions,
    resume,
    roll_back,
    save_draft,
    send_back,
    start_version,
    submit,
    suspend,
    withdraw,
)
from mingpiao.storage.database import Database
from mingpiao.storage.scope import DepartmentScope


class RuleDesk(msgspec.Struct, frozen=True):
    """The verbs on one database, each in a transaction of its own."""

    database: Database
    catalog: Catalog

    async def create(self, content: Rule, acting: Acting = OFFICER) -> RuleVersion:
        async with self.database.system() as connection:
            return await create(connection, self.catalog, content, acting=acting)

    async def start(self, content: Rule, acting: Acting = OFFICER) -> RuleVersion:
        async with self.database.system() as connection:
            return await start_version(connection, self.catalog, content, acting=acting)

    async def save(self, content: Rule, on: RuleVersion, acting: Acting = OFFICER) -> RuleVersion:
        async with self.database.system() as connection:
            return await save_draft(
                connection, self.catalog, content, on.version, revision=on.revision, acting=acting
            )

    async def submit(self, on: RuleVersion, acting: Acting = OFFICER) -> RuleVersion:
        async with self.database.system() as connection:
            return await submit(
                connection, self.catalog, on.rule.code, on.version, revision=on.revision, acting=acting
            )

    async def approve(self, on: RuleVersion, acting: Acting = HEAD) -> RuleVersion:
        """Approve a version that was back-tested."""
        await was_tried(self.database, on.rule)
        return await self.approve_untried(on, acting)

    async def approve_untried(self, on: RuleVersion, acting: Acting = HEAD) -> RuleVersion:
        async with self.database.system() as connection:
            return await approve(
                connection, self.catalog, on.rule.code, on.version, revision=on.revision, acting=acting
            )

    async def send_back(self, on: RuleVersion, reason: str, acting: Acting = HEAD) -> RuleVersion:
        async with self.database.system() as connection:
            return await send_back(
                connection,
                self.catalog,
                on.rule.code,
                on.version,
                revision=on.revision,
                acting=acting,
                reason=reason,
            )

    async def withdraw(self, on: RuleVersion, acting: Acting = OFFICER) -> RuleVersion:
        async with self.database.system() as connection:
            return await withdraw(connection, on.rule.code, on.version, revision=on.revision, acting=acting)

    async def roll_back(self, code: str, version: int, acting: Acting = OFFICER) -> RuleVersion:
        async with self.database.system() as connection:
            return await roll_back(connection, self.catalog, code, version, acting=acting)

    async def end_trial(self, code: str, version: int, acting: Acting = OFFICER) -> RuleVersion:
        async with self.database.system() as connection:
            return await end_trial(connection, code, version, acting=acting)

    async def switch(self, code: str, on: bool, reason: str = "演练", acting: Acting = HEAD) -> None:
        verb = resume if on else suspend
        async with self.database.system() as connection:
            await verb(connection, self.catalog, code, acting=acting, reason=reason)

    async def live(self) -> dict[str, int]:
        async with self.database.system() as connection:
            _, members = await live_versions(connection)
        return {member.rule.code: member.version for member in members}

    async def make_live(self, content: Rule) -> RuleVersion:
        return await self.approve(await self.submit(await self.create(content)))

    async def version(self, code: str, number: int) -> RuleVersion:
        async with self.database.system() as connection:
            return await get_version(connection, code, number)

    async def told(self, region: str) -> list[tuple[str, str]]:
        async with self.database.system() as connection:
            return [(m.title, m.link) for m in (await list_messages(connection, 0, region)).items]

    async def trail(self, code: str) -> list[tuple[str, str]]:
        query = "SELECT actor, action FROM audit_log WHERE subject = $1 ORDER BY audit_id"
        return [
            (row["actor"], row["action"]) for row in await self.database.pool.fetch(query, f"rule:{code}")
        ]

    async def codes_seen(self, region: str, wanted: RuleFilter | None = None) -> list[str]:
        async with self.database.scoped(DepartmentScope(region)) as connection:
            return [each.code for each in (await list_rules(connection, wanted or RuleFilter())).items]


async def rule_desk_of(world: World) -> RuleDesk:
    """The verbs on a world's database."""
    return RuleDesk(world.database, await world.catalog.get())
