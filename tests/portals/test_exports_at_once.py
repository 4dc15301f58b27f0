"""Exports that nobody reads: they hold a turn of their person and of the process, and no more."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
import uvicorn
from tests.support.apps import serve
from tests.support.site import free_port
from tests.support.waiting import until
from tests.support.world import World

from mingpiao.exports.service import ExportTurns, file_key
from mingpiao.kernel.errors import Refusal
from mingpiao.listening import server_options

_SIZE = 64 * 1024 * 1024


def test_turns_are_of_a_person_and_of_the_process() -> None:
    turns = ExportTurns(2, 3)
    with turns.turn(1), turns.turn(1), turns.turn(2):
        for account, code, status in ((1, "export.person_busy", 429), (3, "export.process_busy", 503)):
            with pytest.raises(Refusal) as refusal, turns.turn(account):
                pass
            assert (refusal.value.problems[0].code, refusal.value.status) == (code, status)
    with turns.turn(3), turns.turn(1):
        pass


@pytest.fixture
async def served(site: World) -> AsyncIterator[tuple[list["Reader"], int]]:
    """The site behind a real connection: three exports at a time, two of one person."""
    people = [Reader(site, name) for name in ("manager", "handler", "checker")]
    for person in people:
        await person.sign_in()
    services = msgspec.structs.replace(site.services, export_turns=ExportTurns(2, 3))
    options = server_options(50) | {"loop": "none", "lifespan": "off", "log_level": "critical"}
    server = uvicorn.Server(uvicorn.Config(serve(services), port=(port := free_port()), **options))
    serving = asyncio.create_task(server.serve())
    await until(lambda: server.started)
    for person in people:
        person.port = port
    yield people, port
    await until(lambda: not server.server_state.connections)
    server.should_exit = server.force_exit = True
    await serving


class Reader:
    """A person who signs in, and asks for a long file of theirs without reading it."""

    port: int

    def __init__(self, site: World, name: str) -> None:
        self._site, self._name = site, name
        self._open: list[asyncio.StreamWriter] = []

    async def sign_in(self) -> None:
        browser = await self._site.browser(self._name)
        self._cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        pool = self._site.services.database.pool
        export_id = await pool.fetchval(
            "INSERT INTO exports (account_id, list, title, file_name, format, question, expires_at, state) "
            "SELECT account_id, 'unit_bills', '票据', 'a.csv', 'csv', '{}', now() + interval '1 day', 'ready' "
            "FROM accounts WHERE username = $1 RETURNING export_id",
            self._name,
        )
        await self._site.services.own["files"].put(file_key(export_id), b"x" * _SIZE)
        self._file = f"/unit/exports/{export_id}/file"

    async def ask(self, address: str) -> httpx.Response:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{self.port}", timeout=60) as http:
            return await http.get(address, headers={"Cookie": self._cookie})

    async def stall(self) -> bytes:
        """Ask for the file and read the answer's first line only."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1024)
        self._open.append(writer)
        head = f"GET {self._file} HTTP/1.1\r\nHost: site.test\r\nCookie: {self._cookie}\r\n\r\n"
        writer.write(head.encode())
        return await reader.readline()

    def leave(self) -> None:
        """Hang up on one of the answers."""
        writer = self._open.pop()
        writer.transport.abort()
        writer.close()


async def test_readers_that_stall_hold_their_turns_and_leave_the_others_theirs(
    served: tuple[list[Reader], int],
) -> None:
    manager, handler, checker = served[0]
    for _ in range(2):
        assert (await manager.stall()).startswith(b"HTTP/1.1 200")
    refused = await manager.ask("/unit/bills/export.csv")
    assert refused.status_code == 429
    assert "您有2个文件正在下载，请等待其中一个完成或取消后再试。" in refused.text
    # Pages go on, and so does another person, until the process has no turn left.
    assert (await manager.ask("/unit/bills")).status_code == 200
    assert (await handler.ask("/unit/bills/export.csv")).status_code == 200
    assert (await handler.stall()).startswith(b"HTTP/1.1 200")
    full = await checker.ask("/unit/bills/export.xlsx")
    assert full.status_code == 503
    assert "平台上正在下载的文件过多，请稍后再试。" in full.text
    manager.leave()

    async def served_again() -> bool:
        return (await checker.ask("/unit/bills/export.csv")).status_code == 200

    await until(served_again)
    assert (await manager.ask("/unit/bills/export.csv")).status_code == 200
    manager.leave()
    handler.leave()


async def test_nobody_without_a_session_takes_a_turn(served: tuple[list[Reader], int]) -> None:
    _, port = served
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        answers = [await http.get("/unit/bills/export.csv") for _ in range(4)]
    assert [answer.headers["location"].partition("?")[0] for answer in answers] == ["/login"] * 4
