"""Taking files in: type by content, limits, names, once however often, encrypted, verified, scoped."""

import asyncio
from pathlib import Path

import msgspec
import pytest
from tests.evidence import hostile
from tests.evidence.conftest import files_in
from tests.support.province import ACTING, Province

from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.evidence.model import EvidenceState
from mingpiao.evidence.service import (
    MAX_PAGES,
    QUALIFICATION_MEDIA_TYPES,
    EvidenceStore,
    NoScanner,
    clean_name,
    enqueue_lost,
    get_evidence_files,
    is_digest,
    media_type_of,
)
from mingpiao.kernel.errors import Refusal
from mingpiao.reading import pdf
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore
from mingpiao.storage.scope import DepartmentScope, UnitScope

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
JPEG = b"\xff\xd8\xff\xe0" + bytes(64)


async def codes(awaitable: object) -> list[tuple[str, int]]:
    with pytest.raises(Refusal) as caught:
        await awaitable  # type: ignore[misc]
    return [(problem.code, problem.status) for problem in caught.value.problems]


async def test_an_upload_is_kept_once_and_asked_to_be_read_once(
    store: EvidenceStore, database: Database, settled: Province, folder: Path
) -> None:
    data = hostile.plain_pdf("Contract 1")
    unit = settled.charity.unit_id
    files = await asyncio.gather(*(store.add(unit, f"合同{n}.pdf", data, acting=ACTING) for n in range(50)))
    assert {file.digest for file in files} == {sm3_hex(data)}
    assert len({file.name for file in files}) == 1
    first = files[0]
    assert (first.state, first.size, first.media_type) == (
        EvidenceState.WAITING,
        len(data),
        "application/pdf",
    )
    assert first.uploaded_by == ACTING.actor
    count = database.pool.fetchval
    assert await count("SELECT count(*) FROM evidence_files") == 1
    assert await count("SELECT count(*) FROM evidence_contents") == 1
    assert await count("SELECT count(*) FROM audit_log WHERE action = 'evidence:upload'") == 1
    jobs = await database.pool.fetch("SELECT entrypoint, payload FROM pgqueuer")
    assert [(job["entrypoint"], msgspec.json.decode(job["payload"])) for job in jobs] == [
        ("read_evidence", {"unit_id": unit, "digest": first.digest})
    ]
    assert len(files_in(folder)) == 1, "nothing is left of the race"


async def test_the_same_file_of_two_units_is_one_file_and_two_files(
    store: EvidenceStore, database: Database, settled: Province
) -> None:
    data = hostile.plain_pdf()
    mine, theirs = settled.charity.unit_id, settled.office.unit_id
    await store.add(mine, "a.pdf", data, acting=ACTING)
    other = await store.add(theirs, "b.pdf", data, acting=ACTING)
    assert (other.unit_id, other.name) == (theirs, "b.pdf")
    assert await database.pool.fetchval("SELECT count(*) FROM evidence_contents") == 1
    assert await database.pool.fetchval("SELECT count(*) FROM evidence_files") == 2


async def test_what_is_stored_is_encrypted_and_comes_back_verified(
    store: EvidenceStore, settled: Province, folder: Path, database: Database
) -> None:
    data = hostile.plain_pdf("Very secret words")
    file = await store.add(settled.charity.unit_id, "a.pdf", data, acting=ACTING)
    assert await store.open_file(file.digest) == data
    (path,) = files_in(folder)
    kept = path.read_bytes()
    assert b"Very secret words" not in kept
    assert b"%PDF" not in kept

    path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
    assert await codes(store.open_file(file.digest)) == [("evidence.file_damaged", 503)]
    path.unlink()
    assert await codes(store.open_file(file.digest)) == [("evidence.file_damaged", 503)]
    assert await codes(store.open_file("0" * 64)) == [("evidence.not_found", 404)]
    other_key = EvidenceStore(database, FileStore.open(folder.as_uri()), MasterKey(bytes(16)), NoScanner())
    assert await codes(other_key.open_file(file.digest)) == [("crypto.master_key_wrong", 503)]


async def test_swapped_files_are_found_out(store: EvidenceStore, settled: Province, folder: Path) -> None:
    unit = settled.charity.unit_id
    one = await store.add(unit, "1.pdf", hostile.plain_pdf("one"), acting=ACTING)
    two = await store.add(unit, "2.pdf", hostile.plain_pdf("two"), acting=ACTING)
    paths = {path.name[:64]: path for path in files_in(folder)}
    first, second = paths[one.digest].read_bytes(), paths[two.digest].read_bytes()
    paths[one.digest].write_bytes(second)
    paths[two.digest].write_bytes(first)
    for file in (one, two):
        assert await codes(store.open_file(file.digest)) == [("evidence.file_damaged", 503)]


@pytest.mark.parametrize(
    ("data", "code", "status"),
    [
        (b"", "evidence.empty", 422),
        (hostile.not_a_pdf(), "evidence.not_a_pdf", 422),
        (hostile.web_page(), "evidence.not_a_pdf", 422),
        (PNG, "evidence.not_a_pdf", 422),
        (b"PK\x03\x04" + hostile.plain_pdf(), "evidence.not_a_pdf", 422),
        (b"%PDF-1.7\n" + bytes(20 * 1024 * 1024), "evidence.too_large", 413),
    ],
    ids=["empty", "program", "web page", "picture", "archive with a PDF in it", "too large"],
)
async def test_what_is_no_evidence_is_refused_and_not_kept(
    store: EvidenceStore, database: Database, settled: Province, data: bytes, code: str, status: int
) -> None:
    assert await codes(store.add(settled.charity.unit_id, "a.pdf", data, acting=ACTING)) == [(code, status)]
    assert await database.pool.fetchval("SELECT count(*) FROM evidence_files") == 0
    assert await database.pool.fetchval("SELECT count(*) FROM evidence_contents") == 0
    assert await database.pool.fetchval("SELECT count(*) FROM pgqueuer") == 0


async def test_other_files_may_be_pictures(store: EvidenceStore) -> None:
    for data, media_type in ((PNG, "image/png"), (JPEG, "image/jpeg")):
        kept = await store.add_file(data, allowed=QUALIFICATION_MEDIA_TYPES, acting=ACTING)
        assert (kept.digest, kept.media_type, kept.size) == (sm3_hex(data), media_type, len(data))
        assert await store.open_file(kept.digest) == data
    assert await codes(store.add_file(b"GIF89a", allowed=QUALIFICATION_MEDIA_TYPES, acting=ACTING)) == [
        ("evidence.type_unknown", 422)
    ]


async def test_a_unit_sees_its_own_documents_and_a_department_those_of_its_units(
    store: EvidenceStore, database: Database, settled: Province
) -> None:
    unit = settled.charity.unit
    file = await store.add(unit.unit_id, "a.pdf", hostile.plain_pdf(), acting=ACTING)
    elsewhere = "150400" if unit.region_code[:4] != "1504" else "150200"
    seen = []
    for scope in (
        UnitScope(unit.unit_id),
        UnitScope(settled.office.unit_id),
        DepartmentScope(unit.region_code),
        DepartmentScope("150000"),
        DepartmentScope(elsewhere),
    ):
        async with database.scoped(scope) as connection:
            found = await get_evidence_files(
                connection, unit.unit_id, [file.digest, "junk", "0" * 64, file.digest.upper()]
            )
            seen.append(found)
    assert [list(found) for found in seen] == [
        [file.digest],
        [],
        [file.digest],
        [file.digest],
        [],
    ]


async def test_a_document_whose_job_was_lost_is_asked_for_again(
    store: EvidenceStore, database: Database, settled: Province
) -> None:
    file = await store.add(settled.charity.unit_id, "a.pdf", hostile.plain_pdf(), acting=ACTING)
    await enqueue_lost(database)
    assert await database.pool.fetchval("SELECT count(*) FROM pgqueuer") == 1
    await database.pool.execute("DELETE FROM pgqueuer")
    await enqueue_lost(database)
    assert await database.pool.fetchval("SELECT count(*) FROM pgqueuer") == 0, "it may still be on its way"
    await database.pool.execute("UPDATE evidence_files SET uploaded_at = now() - interval '2 minutes'")
    await enqueue_lost(database)
    await enqueue_lost(database)
    payloads = [
        msgspec.json.decode(row["payload"])
        for row in await database.pool.fetch("SELECT payload FROM pgqueuer")
    ]
    assert payloads == [{"unit_id": settled.charity.unit_id, "digest": file.digest}]


async def test_a_unit_that_brings_many_files_lets_others_go_first(
    store: EvidenceStore, database: Database, settled: Province
) -> None:
    for n in range(25):
        await store.add(settled.charity.unit_id, "a.pdf", hostile.plain_pdf(str(n)), acting=ACTING)
    last = await store.add(settled.office.unit_id, "b.pdf", hostile.plain_pdf("b"), acting=ACTING)
    rows = await database.pool.fetch("SELECT payload, priority FROM pgqueuer ORDER BY priority DESC, id")
    order = [msgspec.json.decode(row["payload"])["digest"] for row in rows]
    assert order.index(last.digest) == 9
    assert [row["priority"] for row in rows] == [0] * 10 + [-1] * 10 + [-2] * 6


async def test_a_document_that_the_platform_failed_to_read_is_read_again_when_it_is_brought_again(
    store: EvidenceStore, database: Database, settled: Province
) -> None:
    unit, data = settled.charity.unit_id, hostile.plain_pdf()
    await store.add(unit, "a.pdf", data, acting=ACTING)
    for code, again in (("evidence.damaged", False), ("evidence.reader_crashed", True)):
        await database.pool.execute(
            "UPDATE evidence_files SET state = 'unreadable', attempts = 3, failure_code = $1", code
        )
        await database.pool.execute("DELETE FROM pgqueuer")
        file = await store.add(unit, "a.pdf", data, acting=ACTING)
        assert (file.state is EvidenceState.WAITING) is again
        assert await database.pool.fetchval("SELECT count(*) FROM pgqueuer") == int(again)
    assert await database.pool.fetchval("SELECT attempts FROM evidence_files") == 0


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("合同.pdf", "合同.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\文件\\采购 合同.PDF", "采购 合同.pdf"),
        ("a\x00b\r\nc\u202efdp.exe", "a b c fdp.exe.pdf"),
        ('<script>"x"</script>.pdf', "script.pdf"),
        ("", "未命名.pdf"),
        ("... .pdf", "未命名.pdf"),
        ("长" * 300 + ".pdf", "长" * 96 + ".pdf"),
    ],
)
def test_names_are_cleaned(given: str, clean: str) -> None:
    assert clean_name(given, "application/pdf") == clean


def test_the_limit_of_pages_is_the_readers() -> None:
    assert MAX_PAGES == pdf.MAX_PAGES


def test_types_are_told_by_content() -> None:
    assert media_type_of(b"\xef\xbb\xbf\n%PDF-1.4") == "application/pdf"
    assert media_type_of(b"junk %PDF-1.4") == ""
    assert media_type_of(PNG) == "image/png"
    assert media_type_of(JPEG) == "image/jpeg"
    assert not is_digest("G" * 64)
    assert not is_digest("a" * 63)
