"""查验 for programs: the same answers and limits, as JSON."""

from collections.abc import AsyncIterator

import asyncpg
import pytest
from tests.portals.public_site import PublicSite, open_public_site
from tests.support.world import World, a_world

from mingpiao.kernel.money import plain

URL = "/api/public/verify"


world = a_world(demo=True)


@pytest.fixture
async def site(world: World) -> AsyncIterator[PublicSite]:
    async with open_public_site(world) as opened:
        yield opened


async def test_the_five_facts_by_query_and_by_body(site: PublicSite) -> None:
    first = await site.client.get(URL, params=site.face())
    assert first.status_code == 200
    answer = first.json()
    assert (answer["verdict"], answer["verdict_name"], answer["times_checked"]) == ("genuine", "真实", 1)
    assert answer["bill"]["total"] == plain(site.bill.total)
    assert answer["bill"]["state"] == "normal"
    assert answer["finance_check"] == {
        "Result": "真",
        "IsReversal": False,
        "ReversalInvoiceCode": "",
        "ReversalInvoiceNumber": "",
    }
    assert len(answer["seals"]) == 2
    assert "face" not in answer
    assert "checks" not in answer
    assert site.bill.payer.name not in first.text
    second = (await site.client.post(URL, json=site.face(depth="diagnostic"))).json()
    assert second["times_checked"] == 2
    assert second["face"]["payer"]["name"] == site.bill.payer.name
    assert {check["state"] for check in second["checks"]} == {"passed"}


async def test_the_hash_instead_of_the_check_code(site: PublicSite) -> None:
    asked = {"code": site.bill.code, "number": site.bill.number, "sm3": site.bill.sm3, "depth": "detailed"}
    answer = (await site.client.get(URL, params=asked)).json()
    assert answer["verdict"] == "genuine"
    assert answer["face"]["number"] == site.bill.number
    assert "checks" not in answer


async def test_a_wrong_fact_gives_the_bare_verdict(site: PublicSite) -> None:
    answer = (await site.client.get(URL, params=site.face(check_code="zzzzzz"))).json()
    assert set(answer) == {"verdict", "verdict_name", "message", "checked_at"}
    assert answer["verdict"] == "unknown"


async def test_malformed_facts_are_a_problem_with_fields(site: PublicSite) -> None:
    answer = await site.client.get(URL, params=site.face(code="1", amount="NaN"))
    assert (answer.status_code, answer.headers["content-type"]) == (400, "application/problem+json")
    problem = answer.json()
    assert problem["code"] == "verification.malformed"
    assert [error["field"] for error in problem["errors"]] == ["code", "amount"]


async def test_the_limit_is_a_429_with_when_to_come_back(site: PublicSite) -> None:
    await site.client.get(URL, params=site.face(check_code="zzzzzz"))
    await site.services.database.pool.execute("UPDATE verification_failures SET failures = 10")
    asked = await site.client.get(URL, params=site.face())
    assert (asked.status_code, asked.json()["code"]) == (429, "verification.puzzle_needed")
    assert asked.json()["facts"]["puzzle_picture"].startswith("data:image/png;base64,")
    in_words = (await site.client.get(URL, params=site.face(puzzle_way="words"))).json()["facts"]
    assert (in_words["puzzle_picture"], in_words["puzzle_wait"]) == ("", 15)
    await site.services.database.pool.execute("UPDATE verification_failures SET failures = 30")
    answer = await site.client.get(URL, params=site.face())
    assert answer.status_code == 429
    assert answer.json()["code"] == "verification.limit_reached"
    assert int(answer.headers["retry-after"]) > 0


async def test_bad_bodies_are_refused(site: PublicSite) -> None:
    for body in (
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"code": 1}',
        b'{"stranger": 1}',
        b'{"depth": "deep"}',
        b"\xff\xfe",
        b'{"code":"\\u0000"}',
    ):
        answer = await site.client.post(URL, content=body)
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"


async def test_a_large_body_is_refused(site: PublicSite) -> None:
    answer = await site.client.post(URL, content=b" " * 20 * 1024 * 1024)
    assert answer.status_code == 413


async def test_bad_queries_are_refused(site: PublicSite) -> None:
    queries: list[dict[str, str]] = [{"depth": "deep"}, {"stranger": "1"}, {"code": "\x00"}, {}]
    for query in queries:
        answer = await site.client.get(URL, params=query)
        assert answer.status_code == 400


async def test_no_answer_without_a_counter(site: PublicSite) -> None:
    owner = await asyncpg.connect(site.services.database.url)
    await owner.execute("REVOKE INSERT, UPDATE ON verification_failures FROM mingpiao_system")
    await owner.close()
    answer = await site.client.get(URL, params=site.face())
    assert (answer.status_code, answer.json()["code"]) == (503, "verification.unavailable")


async def test_other_methods_are_refused(site: PublicSite) -> None:
    for method in ("PUT", "DELETE", "HEAD", "OPTIONS"):
        answer = await site.client.request(method, URL)
        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")
