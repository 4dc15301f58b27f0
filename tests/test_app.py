"""The composed application: what holds of every answer, whoever gives it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient
from tests.support.world import settings_of

from mingpiao.app import create_app


@pytest.fixture
async def client(province_url: str, tmp_path: Path) -> AsyncIterator[AsyncTestClient[Litestar]]:
    settings = settings_of(province_url, tmp_path)
    async with AsyncTestClient(create_app(settings)) as opened:
        yield opened


async def test_every_answer_carries_the_security_headers(client: AsyncTestClient[Litestar]) -> None:
    for address in ("/", "/login", "/healthz", "/nowhere", "/api/v1/nowhere", "/api/public/verify"):
        headers = (await client.get(address)).headers
        assert "script-src 'self'" in headers["content-security-policy"], address
        assert headers["x-content-type-options"] == "nosniff", address
        assert headers.get_list("content-security-policy") == [headers["content-security-policy"]], address


async def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(
    client: AsyncTestClient[Litestar],
) -> None:
    page, problem = await client.get("/nowhere"), await client.get("/api/v1/nowhere")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert (problem.status_code, problem.headers["content-type"]) == (404, "application/problem+json")
    assert problem.json()["code"] == "request.path_unknown"


async def test_a_head_is_answered_like_a_get(client: AsyncTestClient[Litestar]) -> None:
    for address, status in (("/", 200), ("/healthz", 200), ("/nowhere", 404)):
        asked, told = await client.get(address), await client.head(address)
        assert (told.status_code, asked.status_code) == (status, status)
        assert told.headers["content-type"] == asked.headers["content-type"]


async def test_what_changes_something_is_not_a_head(client: AsyncTestClient[Litestar]) -> None:
    assert (await client.head("/api/v1/bills")).status_code == 405
