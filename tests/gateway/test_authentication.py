"""Who is let in: only calls that are rightly signed, in time, once, and only to their own unit."""

import asyncio
import hashlib
import hmac
import secrets

import httpx
from sqlalchemy import text
from tests.gateway.conftest import Api, build_app
from tests.support.client import problem_of
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.gateway.authentication import sign
from mingpiao.gateway.router import RESOURCES
from mingpiao.kernel.clock import now
from mingpiao.storage.embedded import EmbeddedServer
from mingpiao.units.service import APP_CHANNEL

TARGET = "/api/v1/stock"
BODY = b'{"business_no":"\xe4\xb8\x80"}'


def test_the_signature_is_hmac_sm3_over_five_lines() -> None:
    digest = hashlib.new("sm3", BODY).hexdigest()
    lines = f"POST\n/api/v1/bills?a=1\n1700000000\nabcdefghijklmnop\n{digest}".encode()
    expected = hmac.new(b"secret", lines, "sm3").hexdigest()
    assert sign("secret", "POST", "/api/v1/bills?a=1", "1700000000", "abcdefghijklmnop", BODY) == expected


async def test_nothing_is_open_without_a_signature(api: Api) -> None:
    for handler in RESOURCES:
        (path,) = handler.paths
        (method,) = handler.http_methods
        target = "/api/v1" + path.replace("{code:str}", "15060125").replace("{number:str}", "0000000001")
        target = target.replace("{business_no:path}", "A").replace("{sm3:str}", "0" * 64)
        target = target.replace("{application_id:int}", "1").replace("{digest:str}", "0" * 64)
        response = await api.http.request(method, target)
        assert problem_of(response) == (401, "auth.header_invalid", "X-Mingpiao-App"), target
        assert response.headers["www-authenticate"] == "Mingpiao-HMAC-SM3"


MALFORMED = ["", "  ", "密", "x" * 65, "ab cd ef gh ij kl mn op", "a\tb"]


async def test_a_header_that_is_missing_or_malformed(api: Api) -> None:
    for name in ("App", "Timestamp", "Nonce", "Signature"):
        for value in (None, *MALFORMED):
            headers = api.hospital.headers("GET", TARGET, b"")
            del headers[f"X-Mingpiao-{name}"]
            if value is not None:
                headers[f"X-Mingpiao-{name}"] = value
            raw = [(key.encode(), part.encode()) for key, part in headers.items()]
            response = await api.http.get(TARGET, headers=raw)
            expected = (401, "auth.header_invalid", f"X-Mingpiao-{name}")
            assert problem_of(response) == expected, (name, value)


async def test_a_timestamp_is_whole_seconds(api: Api) -> None:
    seconds = now().timestamp()
    for timestamp in ("-1", "1e9", f"{seconds:.3f}", "١٧٠٠٠٠٠٠٠٠", "2026-01-01T00:00:00Z", f" {seconds:.0f}"):
        headers = api.hospital.headers("GET", TARGET, b"", timestamp=timestamp)
        raw = [(key.encode(), part.encode()) for key, part in headers.items()]
        response = await api.http.get(TARGET, headers=raw)
        expected = (401, "auth.header_invalid", "X-Mingpiao-Timestamp")
        assert problem_of(response) == expected, timestamp
    headers = api.hospital.headers("GET", TARGET, b"", timestamp=f"{seconds * 1000:.0f}"[:12])
    response = await api.http.get(TARGET, headers=headers)
    assert problem_of(response) == (401, "auth.clock_skew", "X-Mingpiao-Timestamp")


async def test_a_header_that_comes_twice(api: Api) -> None:
    headers = [*api.hospital.headers("GET", TARGET, b"").items()]
    response = await api.http.get(TARGET, headers=[*headers, headers[1]])
    assert problem_of(response) == (401, "auth.header_invalid", "X-Mingpiao-Timestamp")


async def test_clocks_may_differ_by_five_minutes(api: Api) -> None:
    for seconds, status in [(-290, 200), (290, 200), (-310, 401), (310, 401), (-(10**9), 401)]:
        timestamp = str(int(now().timestamp()) + seconds)
        headers = api.hospital.headers("GET", TARGET, b"", timestamp=timestamp)
        response = await api.http.get(TARGET, headers=headers)
        assert response.status_code == status, seconds
        if status == 401:
            assert problem_of(response) == (401, "auth.clock_skew", "X-Mingpiao-Timestamp")
            assert abs(response.json()["facts"]["server_time"] - now().timestamp()) < 5


WRONG = (401, "auth.signature_invalid", "X-Mingpiao-Signature")


async def test_a_wrong_secret_and_an_unknown_app_look_the_same(api: Api) -> None:
    wrong = await api.http.get(TARGET, headers=api.hospital.headers("GET", TARGET, b"", secret="0" * 64))
    unknown = await api.http.get(TARGET, headers=api.hospital.headers("GET", TARGET, b"", app_id="nobody"))
    no_secret = api.hospital.headers("GET", TARGET, b"", app_id="nobody", secret="0" * 64)
    guessed = await api.http.get(TARGET, headers=no_secret)
    assert problem_of(wrong) == problem_of(unknown) == problem_of(guessed) == WRONG
    assert wrong.json() == unknown.json() == guessed.json()
    assert await _nonces(api) == 0


async def test_nothing_that_was_signed_can_be_changed(api: Api) -> None:
    signed = {"method": "POST", "target": "/api/v1/bills", "body": BODY}
    sent = [
        signed | {"target": "/api/v1/bills/batch"},
        signed | {"target": "/api/v1/bills?a=1"},
        signed | {"target": "/api/v1//bills"},
        signed | {"target": "/api/v1/bill%73"},
        signed | {"body": BODY + b" "},
        signed | {"body": b""},
    ]
    for call in sent:
        headers = api.hospital.headers("POST", "/api/v1/bills", BODY)
        response = await api.http.request(
            call["method"], call["target"], content=call["body"], headers=headers
        )
        assert problem_of(response) == WRONG or response.status_code == 404, call
    for name, value in [
        ("Timestamp", str(int(now().timestamp()) + 1)),
        ("Nonce", secrets.token_hex(16)),
        ("App", api.other.app_id),
        ("Signature", "0" * 64),
    ]:
        headers = api.hospital.headers("POST", "/api/v1/bills", BODY) | {f"X-Mingpiao-{name}": value}
        response = await api.http.post("/api/v1/bills", content=BODY, headers=headers)
        assert problem_of(response) == WRONG, name
    headers = api.hospital.headers("POST", TARGET, b"")
    assert problem_of(await api.http.get(TARGET, headers=headers)) == WRONG
    assert await api.bill_count() == 0
    assert await _nonces(api) == 0


async def test_a_signature_in_capitals_is_the_same(api: Api) -> None:
    headers = api.hospital.headers("GET", TARGET, b"")
    headers["X-Mingpiao-Signature"] = headers["X-Mingpiao-Signature"].upper()
    assert (await api.http.get(TARGET, headers=headers)).status_code == 200


REUSED = (401, "auth.nonce_reused", "X-Mingpiao-Nonce")


async def test_a_call_cannot_be_replayed(api: Api) -> None:
    headers = api.hospital.headers("GET", TARGET, b"")
    assert (await api.http.get(TARGET, headers=headers)).status_code == 200
    assert problem_of(await api.http.get(TARGET, headers=headers)) == REUSED


async def test_a_nonce_is_an_apps_own(api: Api) -> None:
    nonce = secrets.token_hex(16)
    for client in (api.hospital, api.other):
        headers = client.headers("GET", TARGET, b"", nonce=nonce)
        assert (await api.http.get(TARGET, headers=headers)).status_code == 200


async def test_of_many_replays_at_once_one_gets_through(api: Api) -> None:
    """Half of them at another process, which shares nothing but the database."""
    headers = api.hospital.headers("GET", TARGET, b"")
    transport = httpx.ASGITransport(app=build_app(api.services))
    async with httpx.AsyncClient(transport=transport, base_url="https://other.example") as elsewhere:
        calls = [http.get(TARGET, headers=headers) for http in [api.http, elsewhere] * 20]
        answers = [response.status_code for response in await asyncio.gather(*calls)]
    assert sorted(answers) == [200] + [401] * 39


async def test_calls_at_once_share_their_nonces_insert(api: Api) -> None:
    answers = await asyncio.gather(*(api.hospital.get(TARGET) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    times = await api.services.database.pool.fetch(
        "SELECT seen_at, count(*) FROM interface_nonces GROUP BY 1"
    )
    assert sum(row["count"] for row in times) == 50
    assert len(times) < 25


async def test_an_app_that_is_closed_is_shut_out_at_once(api: Api) -> None:
    assert (await api.hospital.get(TARGET)).status_code == 200
    async with api.services.database.system() as connection:
        await connection.execute(
            text("UPDATE interface_apps SET active = false WHERE app_id = :id"), {"id": api.hospital.app_id}
        )
        await connection.execute(
            text("SELECT pg_notify(:channel, :id)"), {"channel": APP_CHANNEL, "id": api.hospital.app_id}
        )
    async with asyncio.timeout(PATIENCE_SECONDS):
        response = await api.hospital.get(TARGET)
        while response.status_code == 200:
            response = await api.hospital.get(TARGET)
    assert problem_of(response) == WRONG
    assert (await api.other.get(TARGET)).status_code == 200


async def _nonces(api: Api) -> int:
    count: int = await api.services.database.pool.fetchval("SELECT count(*) FROM interface_nonces")
    return count


async def test_without_the_database_nobody_is_let_in(api: Api, cluster: EmbeddedServer) -> None:
    request = api.province.hospital.request(kind="0601")
    assert (await api.hospital.get(TARGET)).status_code == 200
    cluster.stop()
    try:
        # One app is known already, the other is not.
        for client in (api.hospital, api.other):
            response = await client.issue(request)
            assert problem_of(response) == (503, "service.unavailable", "")
            assert response.headers["retry-after"] == "1"
    finally:
        cluster.start()
    assert (await api.hospital.issue(request)).status_code == 201
