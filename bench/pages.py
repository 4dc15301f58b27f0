"""Weigh ten pages in Chromium: bytes of a first visit, and when something is to be seen.

    make demo                            # in one terminal
    .venv/bin/python -m bench.pages      # in another; --address and --accounts for another place

Bytes are those on the wire with nothing kept, headers included. Times are of this machine and this moment.
"""

import argparse
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import msgspec
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from rich.console import Console
from rich.table import Table

from mingpiao.demo.accounts import read_accounts

#: Pages, each with the login of somebody who may see it (empty for everybody), and the kilobytes it may have.
PAGES = (
    ("/", "", 150),
    ("/?way=scan", "", 150),
    ("/login", "", 150),
    ("/unit", "gongan-kaipiao", 300),
    ("/unit/issue", "gongan-kaipiao", 300),
    ("/unit/bills", "gongan-kaipiao", 300),
    ("/finance", "czt-jingban", 300),
    ("/finance/reviews", "czt-jingban", 300),
    ("/finance/rules", "czt-jingban", 300),
    ("/admin/audit", "shenji", 300),
)
KILOBYTE = 1_000
ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--lang=zh-CN"]
_ROUNDS = 3
_FIRST_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null"


class Weight(msgspec.Struct, frozen=True):
    """What a first visit to a page fetched: bytes on the wire by address; milliseconds to its first content."""

    bytes_of: dict[str, int]
    first_paint_ms: float

    @property
    def total(self) -> int:
        return sum(self.bytes_of.values())


def weigh(page: Page, address: str, *, to_the_end: bool = True) -> Weight:
    """Open an address with an empty cache, scroll to its end if asked to, and add up what came."""
    session: CDPSession = page.context.new_cdp_session(page)
    addresses: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def sent(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = event["request"]["url"]

    def finished(event: dict[str, Any]) -> None:
        # What the page before asked for may end now; it is none of this page's.
        if event["requestId"] in addresses:
            sizes[event["requestId"]] = int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", sent)
    session.on("Network.loadingFinished", finished)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.goto(address, wait_until="networkidle")
    page.wait_for_function(_FIRST_PAINT)
    painted: float = page.evaluate(_FIRST_PAINT)
    if to_the_end:
        for chart in page.locator("[data-chart]").all():
            chart.scroll_into_view_if_needed()
        page.wait_for_load_state("networkidle")
    session.detach()
    return Weight({addresses[each]: size for each, size in sizes.items()}, painted)


def _measured(browser: Browser, address: str, passwords: dict[str, str]) -> Iterator[tuple[str, int, float]]:
    contexts = {
        login: signed_in(browser, address, login, passwords) for login in dict.fromkeys(p[1] for p in PAGES)
    }
    for path, login, _ in PAGES:
        weights = [weigh(contexts[login], path) for _ in range(_ROUNDS)]
        yield path, max(each.total for each in weights), median(each.first_paint_ms for each in weights)


def signed_in(browser: Browser, address: str, login: str, passwords: dict[str, str]) -> Page:
    page = browser.new_context(base_url=address, locale="zh-CN", reduced_motion="reduce").new_page()
    if login:
        page.goto("/login")
        page.fill("#username", login)
        page.fill("#password", passwords[login])
        page.click("button[type=submit]")
        page.wait_for_url(lambda url: "/login" not in url)
    return page


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--accounts", type=Path, default=Path("var/demo/accounts.txt"))
    options = parser.parse_args(arguments)
    passwords = {account.login: account.password for account in read_accounts(options.accounts)}
    table = Table("page", "kB on the wire", "at most", "first contentful paint, ms")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        for (path, _, most), (_, size, paint) in zip(
            PAGES, _measured(browser, options.address, passwords), strict=True
        ):
            table.add_row(path, f"{size / KILOBYTE:.0f}", str(most), f"{paint:.0f}")
        browser.close()
    Console().print(table)


if __name__ == "__main__":
    main()
