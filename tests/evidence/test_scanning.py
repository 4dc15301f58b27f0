"""The virus scanner's port against a clamd that behaves well, badly, or not at all."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.evidence import hostile
from tests.evidence.conftest import files_in
from tests.support.province import ACTING, MASTER, Province

from mingpiao.evidence.service import ClamdScanner, EvidenceStore, NoScanner, open_scanner
from mingpiao.kernel.errors import Refusal
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def clamd(answer: Answer, path: Path | None = None) -> AsyncIterator[str]:
    """A server that reads one INSTREAM command and answers it; yields its address."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            assert await reader.readexactly(10) == b"zINSTREAM\0"
            data = b""
            while size := int.from_bytes(await reader.readexactly(4), "big"):
                data += await reader.readexactly(size)
            await answer(data, writer)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    if path is not None:
        server = await asyncio.start_unix_server(serve, path)
        address = str(path)
    else:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        address = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield address
    finally:
        server.close()


def saying(text: bytes) -> Answer:
    async def answer(_data: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(text)
        await writer.drain()

    return answer


async def refused(address: str, *, patience: float = 5) -> list[tuple[str, int]]:
    with pytest.raises(Refusal) as caught:
        await ClamdScanner(address, patience=patience).find_virus(b"%PDF-")
    return [(problem.code, problem.status) for problem in caught.value.problems]


async def test_a_clean_file_arrives_whole(tmp_path: Path) -> None:
    received = b""

    async def clean(data: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal received
        received = data
        writer.write(b"stream: OK\0")
        await writer.drain()

    data = bytes(range(256)) * 4096
    async with clamd(clean) as address:
        assert await ClamdScanner(address).find_virus(data) is None
    assert received == data
    received = b""
    async with clamd(clean, tmp_path / "clamd.sock") as address:
        assert await ClamdScanner(address).find_virus(data) is None
    assert received == data


async def test_a_virus_is_named() -> None:
    async with clamd(saying(b"stream: Win.Test.EICAR_HDB-1 FOUND\0")) as address:
        assert await ClamdScanner(address).find_virus(b"x") == "Win.Test.EICAR_HDB-1"


@pytest.mark.parametrize(
    "reply",
    [
        b"INSTREAM size limit exceeded. ERROR\0",
        b"",
        b"\xff\xfe\0",
        b"stream: OK",
        b"OK\0",
        b"stream: OK FOUND ERROR\0",
        b"x" * 100_000,
    ],
    ids=["error", "silence", "garbage", "cut off", "other words", "both", "flood"],
)
async def test_an_answer_that_is_not_understood_lets_nothing_pass(reply: bytes) -> None:
    async with clamd(saying(reply)) as address:
        assert await refused(address) == [("evidence.scanner_unavailable", 503)]


async def test_a_slow_or_absent_scanner_lets_nothing_pass(tmp_path: Path) -> None:
    async def slow(_data: bytes, _writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(5)

    async with clamd(slow) as address:
        assert await refused(address, patience=0.2) == [("evidence.scanner_unavailable", 503)]
    assert await refused(address) == [("evidence.scanner_unavailable", 503)], "nobody listens any more"
    assert await refused(str(tmp_path / "none.sock")) == [("evidence.scanner_unavailable", 503)]


async def test_an_infected_or_unscanned_file_is_not_kept_and_the_try_is_on_record(
    database: Database, settled: Province, folder: Path
) -> None:
    unit = settled.charity.unit_id

    async def upload(scanner_address: str) -> str:
        files = FileStore.open(folder.as_uri())
        store = EvidenceStore(database, files, MASTER, open_scanner(scanner_address))
        with pytest.raises(Refusal) as caught:
            await store.add(unit, "a.pdf", hostile.plain_pdf(), acting=ACTING)
        return caught.value.problems[0].code

    async with clamd(saying(b"stream: Pdf.Exploit FOUND\0")) as address:
        assert await upload(address) == "evidence.infected"
    assert await upload(address) == "evidence.scanner_unavailable"
    assert files_in(folder) == []
    for table in ("evidence_files", "evidence_contents", "pgqueuer"):
        assert await database.pool.fetchval(f"SELECT count(*) FROM {table}") == 0
    row = await database.pool.fetchrow(
        "SELECT actor, unit_id, details FROM audit_log WHERE action LIKE 'evidence:%'"
    )
    assert (row["actor"], row["unit_id"], row["details"]) == (
        ACTING.actor,
        unit,
        {"name": "a.pdf", "virus": "Pdf.Exploit"},
    )


def test_no_address_is_no_scanner() -> None:
    assert isinstance(open_scanner(""), NoScanner)
