"""Messages: told once, read by each account for itself, of nobody else."""

import asyncio

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.support.province import ACTING, Province

from mingpiao.identity.model import Role
from mingpiao.identity.service import create_account
from mingpiao.kernel.errors import Refusal
from mingpiao.messages.service import (
    PAGE_SIZE,
    count_unread,
    list_messages,
    mark_read,
    open_message,
    settle,
    tell_department,
    tell_unit,
)
from mingpiao.storage.database import Database
from mingpiao.storage.scope import DepartmentScope, UnitScope

REGION = "150000"


@pytest.fixture
async def readers(database: Database, settled: Province) -> list[int]:
    """Two accounts of the charity."""
    async with database.system() as connection:
        return [
            (
                await create_account(
                    connection,
                    username=name,
                    display_name=name,
                    role=Role.UNIT_HANDLER,
                    password="Quiet-Harbour-57",
                    unit_id=settled.charity.unit_id,
                    acting=ACTING,
                )
            ).account_id
            for name in ("first", "second")
        ]


async def test_a_topic_is_told_once_even_by_many_at_a_time(database: Database, settled: Province) -> None:
    async def tell() -> bool:
        async with database.system() as connection:
            return await tell_unit(connection, settled.charity.unit_id, "a:1", "标题", "内容")

    assert sorted(await asyncio.gather(*(tell() for _ in range(4)))) == [False, False, False, True]
    assert await database.pool.fetchval("SELECT count(*) FROM messages") == 1


async def test_a_message_ends_with_its_transaction(database: Database, settled: Province) -> None:
    async def break_off() -> None:
        async with database.system() as connection:
            await tell_unit(connection, settled.charity.unit_id, "a:1", "标题", "内容")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await break_off()
    assert await database.pool.fetchval("SELECT count(*) FROM messages") == 0


async def test_each_account_reads_for_itself(
    database: Database, settled: Province, readers: list[int]
) -> None:
    unit_id = settled.charity.unit_id
    first, second = readers
    async with database.system() as connection:
        for number in range(3):
            await tell_unit(connection, unit_id, f"a:{number}", f"标题{number}", "内容", link="/unit/x")
        found = (await list_messages(connection, first, unit_id)).items
        assert [message.title for message in found] == ["标题2", "标题1", "标题0"]
        assert await open_message(connection, first, unit_id, found[1].message_id) == "/unit/x"
        assert await open_message(connection, first, unit_id, found[1].message_id) == "/unit/x"
        assert await count_unread(connection, first, unit_id) == 2
        await mark_read(connection, first, unit_id, found[1].message_id)
        read = [message.read for message in (await list_messages(connection, first, unit_id)).items]
        assert read == [False, True, True]
        assert await count_unread(connection, second, unit_id) == 3


async def test_ones_own_doing_does_not_come_and_what_is_done_needs_no_reader(
    database: Database, settled: Province, readers: list[int]
) -> None:
    author, other = readers
    async with database.system() as connection:
        await tell_department(connection, REGION, "a:1", "待审", "内容", by=f"account:{author}")
        await tell_department(connection, REGION, "a:2", "到期", "内容")
        assert [each.title for each in (await list_messages(connection, author, REGION)).items] == ["到期"]
        assert await count_unread(connection, author, REGION) == 1
        assert await count_unread(connection, other, REGION) == 2
        await settle(connection, "a:1", "a:never-told")
        assert await count_unread(connection, other, REGION) == 1
        found = (await list_messages(connection, other, REGION)).items
        assert [(each.title, each.read) for each in found] == [("到期", False), ("待审", True)]


async def test_pages_follow_without_gap(database: Database, settled: Province, readers: list[int]) -> None:
    unit_id = settled.charity.unit_id
    async with database.system() as connection:
        for number in range(PAGE_SIZE + 5):
            await tell_unit(connection, unit_id, f"a:{number}", f"{number}", "内容")
        page = await list_messages(connection, readers[0], unit_id)
        assert len(page.items) == PAGE_SIZE
        rest = await list_messages(connection, readers[0], unit_id, after=page.next_key)
    assert [message.title for message in rest.items] == ["4", "3", "2", "1", "0"]


async def test_nobody_else_reads_them(database: Database, settled: Province, readers: list[int]) -> None:
    unit_id, other = settled.charity.unit_id, settled.office.unit_id
    async with database.system() as connection:
        await tell_unit(connection, unit_id, "a:1", "给单位", "内容")
        await tell_department(connection, REGION, "a:2", "给部门", "内容")
        message_id = (await list_messages(connection, readers[0], unit_id)).items[0].message_id
        assert [m.title for m in (await list_messages(connection, readers[0], REGION)).items] == ["给部门"]
        assert (await list_messages(connection, readers[0], other)).items == ()
        for owner in (other, REGION):
            with pytest.raises(Refusal) as refusal:
                await open_message(connection, readers[0], owner, message_id)
            assert refusal.value.problems[0].code == "message.unknown"
        await mark_read(connection, readers[0], other, message_id)
        assert await count_unread(connection, readers[0], unit_id) == 1
    async with database.scoped(UnitScope(other)) as connection:
        assert await list_visible(connection) == []
    async with database.scoped(UnitScope(unit_id)) as connection:
        assert await list_visible(connection) == ["给单位"]
    async with database.scoped(DepartmentScope("150200")) as connection:
        assert await list_visible(connection) == []
    async with database.scoped(DepartmentScope(REGION)) as connection:
        assert await list_visible(connection) == ["给部门"]


async def list_visible(connection: AsyncConnection) -> list[str]:
    rows = await connection.execute(text("SELECT title FROM messages ORDER BY message_id"))
    return [row.title for row in rows]
