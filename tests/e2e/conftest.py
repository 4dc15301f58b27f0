"""A real site in its own processes, and a real Chromium that visits it.

The province is the demonstration's, built through its own verbs, but with a few units and bills only.
Every page is watched: an error in its console or an answer of 400 and above that was not expected
fails the test. Pictures are kept under `build/screenshots`.
"""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, expect, sync_playwright
from sqlalchemy import text
from tests.e2e.town import Town
from tests.e2e.visitor import Visitor
from tests.support.province import MASTER
from tests.support.site import Site, free_port
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.demo import province as demo_province
from mingpiao.demo.accounts import DemoAccount
from mingpiao.demo.units import DemoUnit, demo_units
from mingpiao.sealing.service import TrustStore, certificates
from mingpiao.settings import Settings
from mingpiao.storage.database import Database

_CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
]
#: The first unit of each of these sorts; all that have accounts are among them, and one of a county.
_PROFILES = ("hospital", "charity", "association", "court", "police", "land", "university", "clinic")
_BILLS = 400
#: A month of the police that is over and was not written off.
_OPEN_MONTH = text("""
INSERT INTO cycles (unit_id, month, kind_code, region_code, mode, issued_count, issued_amount, reversed_count,
                    reversed_amount, closed_at, due_on)
SELECT unit_id, (date_trunc('month', now()) - interval '7 months')::date, '0101', region_code, mode, 12, 480.00,
       1, 40.00, now() - interval '1 month', (now() - interval '3 weeks')::date
FROM managed_units WHERE name LIKE '%公安局%'
ON CONFLICT DO NOTHING
""")
_SCREENSHOTS = Path("build/screenshots")


@pytest.fixture(scope="package")
def town() -> Iterator[Town]:
    """The province with its first bills, and the web process that serves it."""
    # The system's temporary directory keeps the database socket's path short.
    directory = Path(tempfile.mkdtemp(prefix="mingpiao-e2e-"))
    key = directory / "master.key"
    key.write_text(MASTER.hex())
    key.chmod(0o600)
    agent_port = free_port()
    given = {
        "MINGPIAO_DEMO": "true",
        "MINGPIAO_RUN_WORKER": "true",
        "MINGPIAO_UKEY_AGENT_PORT": str(agent_port),
    }
    site = Site(directory, durable=False, settings=given)
    try:
        site.prepare()
        accounts, trust = asyncio.run(_settle(site, key))
        yield Town(site, accounts, trust, agent_port)
    finally:
        site.close()
        shutil.rmtree(directory, ignore_errors=True)


async def _settle(site: Site, key: Path) -> tuple[list[DemoAccount], TrustStore]:
    settings = Settings(
        database_url=site.url, data_dir=site.directory, master_key_file=key, demo=True, port=site.port
    )
    accounts = await demo_province.build(settings, lambda *_: None, bills=_BILLS, units=_first_units())
    database = await Database.open(site.url)
    try:
        async with database.system() as connection:
            await connection.execute(_OPEN_MONTH)
            roots = await certificates(connection, "authority")
            trust = TrustStore(roots, [der for der in await certificates(connection) if der not in roots])
    finally:
        await database.close()
    site.start_web()
    await site.until_healthy()
    return accounts, trust


def _first_units() -> list[DemoUnit]:
    return [next(entry for entry in demo_units() if entry.profile == profile) for profile in _PROFILES]


# Scoped to this package: while Playwright runs, no other test could start an event loop.
@pytest.fixture(scope="package")
def playwright(town: Town) -> Iterator[Playwright]:
    """Playwright; the site stands before it starts."""
    # Playwright's own five seconds are a bet on the machine.
    expect.set_options(timeout=PATIENCE_SECONDS * 1000)
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="package")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    program = next((found for name in _CHROMIUM if (found := shutil.which(name))), None)
    if program is None:
        pytest.fail("No Chromium: run `make test-whole`.")
    # Debian's start script reads this and must not choose flags of its own.
    environment = os.environ | {"CHROMIUM_FLAGS": ""}
    opened = playwright.chromium.launch(executable_path=program, args=_ARGUMENTS, env=environment)
    yield opened
    opened.close()


@pytest.fixture
def visit(town: Town, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Visitor]]:
    """Make visitors: `visit()` a stranger, `visit("czt-jingban")` somebody who is signed in.

    Further arguments are the browser context's, like `java_script_enabled=False`.
    """
    visitors: list[Visitor] = []

    def arrive(login: str = "", **options: object) -> Visitor:
        visitor = Visitor(browser, town.site.address, **options)
        visitors.append(visitor)
        if login:
            visitor.sign_in_once(town.accounts[login], town.sessions)
        return visitor

    yield arrive
    name = request.node.name
    _SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    try:
        for place, visitor in enumerate(visitors):
            visitor.page.screenshot(path=_SCREENSHOTS / f"{name}-{place}.png", full_page=True)
            assert visitor.complaints() == []
    finally:
        for visitor in visitors:
            visitor.leave()
