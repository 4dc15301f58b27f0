"""Files over the interface: uploaded as they are, signed like any call, read, and nobody else's business."""

from urllib.parse import quote

import msgspec
import pytest
from tests.evidence import hostile
from tests.gateway.conftest import Api
from tests.support.client import problem_of

from mingpiao.crypto.sm3 import sm3_hex
from mingpiao.evidence.room import READERS
from mingpiao.evidence.service import MAX_BYTES, EvidenceReader

FILE = hostile.plain_pdf("An agreement between two parties about 12345.00 yuan")
PDF = {"Content-Type": "application/pdf"}


async def read_all(api: Api) -> None:
    """What a worker would do."""
    services = api.services
    reader = EvidenceReader(services.database, services.evidence, await api.world.house.get(READERS))
    for row in await services.database.pool.fetch("SELECT payload FROM pgqueuer"):
        await reader.read(msgspec.json.decode(row["payload"]))


async def test_a_file_is_taken_in_read_and_shown(api: Api) -> None:
    target = "/api/v1/evidence?name=" + quote("采购 合同.pdf")
    taken = await api.hospital.send("POST", target, FILE, **PDF)
    assert taken.status_code == 202, taken.text
    file = taken.json()
    assert file["digest"] == sm3_hex(FILE)
    assert (file["name"], file["state"], file["size"]) == ("采购 合同.pdf", "waiting", len(FILE))
    assert (file["pages"], file["extraction"], file["used_amount"]) == (0, None, "0.00")
    assert taken.headers["location"] == f"/api/v1/evidence/{file['digest']}"

    again = await api.hospital.send("POST", "/api/v1/evidence?name=other.pdf", FILE, **PDF)
    assert (again.status_code, again.json()) == (202, file)
    await read_all(api)
    shown = await api.hospital.get(taken.headers["location"])
    assert shown.status_code == 200
    read = shown.json()
    assert (read["state"], read["pages"], read["pages_done"], read["failure"]) == ("read", 1, 1, "")
    assert read["extraction"]["kind"] == "other"
    assert set(read["extraction"]) == {
        "kind", "parties", "amounts", "signed_on", "starts_on", "ends_on", "document_numbers", "accounts",
        "purpose", "seals", "notes", "pointed",
    }  # fmt: skip
    settled = await api.hospital.send("POST", target, FILE, **PDF)
    assert (settled.status_code, settled.json()) == (200, read)


async def test_another_unit_sees_neither_the_file_nor_that_there_is_one(api: Api) -> None:
    await api.hospital.send("POST", "/api/v1/evidence", FILE, **PDF)
    target = f"/api/v1/evidence/{sm3_hex(FILE)}"
    assert problem_of(await api.other.get(target)) == (404, "evidence.not_found", "")
    for wrong in ("0" * 64, "x", sm3_hex(FILE).upper()):
        response = await api.hospital.get(f"/api/v1/evidence/{wrong}")
        assert problem_of(response) == (404, "evidence.not_found", "")


@pytest.mark.parametrize(
    ("body", "headers", "expected"),
    [
        (b"", PDF, (422, "evidence.empty", "file")),
        (b"GIF89a", PDF, (422, "evidence.not_a_pdf", "file")),
        (b'{"a": 1}', {"Content-Type": "application/json"}, (415, "request.media_type", "")),
        (FILE, {"Content-Type": "multipart/form-data; boundary=x"}, (415, "request.media_type", "")),
        (b"%PDF-1.7" + bytes(MAX_BYTES), PDF, (413, "request.too_large", "")),
    ],
    ids=["empty", "not a PDF", "JSON", "a form", "too large"],
)
async def test_what_is_no_file_is_refused(
    api: Api, body: bytes, headers: dict[str, str], expected: tuple[int, str, str]
) -> None:
    response = await api.hospital.send("POST", "/api/v1/evidence", body, **headers)
    assert problem_of(response) == expected
    assert await api.services.database.pool.fetchval("SELECT count(*) FROM evidence_files") == 0


async def test_the_signature_covers_the_file_and_its_name(api: Api) -> None:
    signed = api.hospital.headers("POST", "/api/v1/evidence?name=a.pdf", FILE) | PDF
    for target, body in (
        ("/api/v1/evidence?name=b.pdf", FILE),
        ("/api/v1/evidence?name=a.pdf", FILE + b"\n"),
    ):
        response = await api.http.post(target, content=body, headers=signed)
        assert problem_of(response)[1] == "auth.signature_invalid"
    assert (
        await api.http.post("/api/v1/evidence?name=a.pdf", content=FILE, headers=signed)
    ).status_code == 202


async def test_the_largest_file_passes(api: Api) -> None:
    data = FILE + b"\n%" + bytes(MAX_BYTES - len(FILE) - 2)
    response = await api.hospital.send("POST", "/api/v1/evidence", data, **PDF)
    assert (response.status_code, response.json()["size"]) == (202, MAX_BYTES)


async def test_a_platform_whose_scanner_is_away_takes_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mingpiao.evidence.service import ClamdScanner

    monkeypatch.setattr(api.services.evidence, "_scanner", ClamdScanner("127.0.0.1:1"))
    response = await api.hospital.send("POST", "/api/v1/evidence", FILE, **PDF)
    assert problem_of(response) == (503, "evidence.scanner_unavailable", "")
    assert response.headers["retry-after"] == "1"
