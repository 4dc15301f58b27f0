"""What a stranger's bytes may hold: budgets of bodies, time to arrive, members of forms."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import httpx
import pytest
from litestar import Litestar, Response, post
from litestar.exceptions import HTTPException

from mingpiao.intake import MOST_MEMBERS, MOST_PARTS, PARTS, BoundedRequest, Intake, IntakeLimits
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.session import PageRequest

SMALL = IntakeLimits(free=10, of_process=100, of_sender=60, grace_seconds=0.1, bytes_a_second=1_000_000)


def scope(app: bytes = b"", host: str = "192.0.2.1") -> dict[str, Any]:
    return {"type": "http", "headers": [(b"x-mingpiao-app", app)], "client": (host, 1)}


async def hold(intake: Intake, asked: dict[str, Any], pieces: Sequence[bytes], until: asyncio.Event) -> None:
    """A request whose body arrives and is then kept until told."""
    waiting = list(pieces)

    async def receive() -> Any:
        return {"type": "http.request", "body": waiting.pop(0), "more_body": bool(waiting)}

    async def handler(_scope: Any, given: Any, _send: Any) -> None:
        while (await given())["more_body"]:
            pass
        await until.wait()

    async def send(_message: Any) -> None:
        raise AssertionError("nothing is answered here")

    await intake.guard(handler)(asked, receive, send)  # type: ignore[arg-type]


async def test_bodies_beyond_the_budget_of_their_sender_or_of_the_process_are_refused() -> None:
    intake, until = Intake(SMALL), asyncio.Event()
    first = asyncio.create_task(hold(intake, scope(b"a"), [b"x" * 30, b"x" * 40], until))
    await asyncio.sleep(0)
    assert intake.held == 60
    with pytest.raises(Refusal) as crowded:
        await hold(intake, scope(b"a"), [b"x" * 11], until)
    assert (crowded.value.status, crowded.value.problems[0].code) == (429, "service.crowded")
    # Naming another's app from elsewhere takes nothing from it, and small bodies always pass.
    second = asyncio.create_task(hold(intake, scope(b"a", "192.0.2.2"), [b"x" * 50], until))
    small = asyncio.create_task(hold(intake, scope(b"a"), [b"x" * 10], until))
    await asyncio.sleep(0)
    with pytest.raises(Refusal) as full:
        await hold(intake, scope(b"c"), [b"x" * 11], until)
    assert (full.value.status, full.value.problems[0].code) == (503, "service.unavailable")
    until.set()
    await asyncio.gather(first, second, small)
    assert intake.held == 0


async def test_a_body_that_stops_on_its_way_is_given_up() -> None:
    async def receive() -> Any:
        await asyncio.sleep(60)

    async def handler(_scope: Any, given: Any, _send: Any) -> None:
        await given()

    with pytest.raises(Refusal) as slow:
        await Intake(SMALL).guard(handler)(scope(), receive, receive)  # type: ignore[arg-type]
    assert (slow.value.status, slow.value.problems[0].code) == (408, "request.too_slow")


@post("/form", status_code=200)
async def echo(request: PageRequest) -> dict[str, int]:
    form = await request.form()
    return {"members": len(list(form.multi_items()))}


@post("/long-form", status_code=200, opt={PARTS: 200})
async def long_echo(request: PageRequest) -> dict[str, int]:
    return {"members": len(list((await request.form()).multi_items()))}


def _told(_request: Any, error: Exception) -> Response[Any]:
    status = error.status if isinstance(error, Refusal) else getattr(error, "status_code", 500)
    return Response({}, status_code=status)


@pytest.fixture
async def forms() -> AsyncIterator[httpx.AsyncClient]:
    app = Litestar(
        [echo, long_echo],
        request_class=BoundedRequest,
        multipart_form_part_limit=MOST_MEMBERS,
        exception_handlers={Refusal: _told, HTTPException: _told},
    )
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://site") as client:
        yield client


@pytest.mark.parametrize(
    ("members", "status"), [(1, 200), (MOST_MEMBERS, 200), (MOST_MEMBERS + 1, 413), (900_000, 413)]
)
async def test_a_form_has_a_number_of_members(forms: httpx.AsyncClient, members: int, status: int) -> None:
    body = "&".join(["a=1"] * members)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await forms.post("/form", content=body, headers=headers)
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {"members": members}


async def test_a_form_in_parts_has_a_number_of_parts(forms: httpx.AsyncClient) -> None:
    """A small one where the route says nothing, its own where it does, and each part counts once."""
    for address, most in (("/form", MOST_PARTS), ("/long-form", 200)):
        for parts, status in ((1, 200), (most, 200), (most + 1, 413)):
            answer = await forms.post(address, files=[("a", (None, "1"))] * parts)
            assert answer.status_code == status, (address, parts)
            if status == 200:
                assert answer.json() == {"members": parts}


async def test_parts_that_arrive_in_pieces_are_counted_alike(forms: httpx.AsyncClient) -> None:
    part = b'--limit\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    kind = {"Content-Type": "multipart/form-data; boundary=limit"}
    for parts, status in ((MOST_PARTS, 200), (MOST_PARTS + 1, 413)):
        body = part * parts + b"--limit--\r\n"

        async def pieces(body: bytes = body) -> AsyncIterator[bytes]:
            for start in range(0, len(body), 5):
                yield body[start : start + 5]

        assert (await forms.post("/form", content=pieces(), headers=kind)).status_code == status
