"""Count what a repeated bill costs at the desk, in Chromium: key presses, page loads, and the reaction to a key.

    make demo                           # in one terminal
    .venv/bin/python -m bench.desk      # in another; --address and --accounts for another place

Key presses are those beyond the bill's own data (payer, item's code, quantity). The reaction is from the press of a
key to the next painted frame, with the most rows that a bill may have; its time is of this machine and this moment.
"""

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path
from statistics import median

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.table import Table

from bench.pages import ARGUMENTS, signed_in
from mingpiao.demo.accounts import read_accounts
from mingpiao.issuing.model import MAX_ITEMS

LOGIN, KIND, ITEM = "gongan-kaipiao", "0101", "011103"
MOST_KEYS, MOST_LOADS, MOST_MS = 10, 1, 50
_KEYS = 20
_WATCH = """() => {
  window.reactions = [];
  document.addEventListener("keydown", (event) => requestAnimationFrame(() => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => window.reactions.push(performance.now() - event.timeStamp);
    port2.postMessage(null);
  }), true);
}"""
#: Saves the open form with many rows like its first one, and answers with the draft's address.
_GROW = """async ([rows, item]) => {
  const form = document.getElementById("issue-form");
  const body = new URLSearchParams([...new FormData(form)].filter(([name]) => !name.startsWith("items-")));
  for (let row = 0; row < rows; row += 1) {
    body.set(`items-${row}-search`, item);
    body.set(`items-${row}-quantity`, "1");
  }
  const answer = await fetch(form.dataset.draft, { method: "POST", body, headers: { "HX-Request": "true" } });
  return (await answer.json()).address;
}"""


class _Hands:
    """A person at the keyboard, whose presses count unless they are the bill's data."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.presses = 0

    def data(self, text: str) -> None:
        self.page.keyboard.type(text)

    def press(self, key: str) -> None:
        self.presses += 1
        self.page.keyboard.press(key)


def repeated_bill(page: Page, payer: str) -> tuple[int, int]:
    """Issue a bill of the kind of the last one. Returns key presses beyond its data, and page loads."""
    loads: list[str] = []
    page.on("domcontentloaded", lambda shown: loads.append(shown.url))
    hands = _Hands(page)
    page.goto(f"/unit/issue?kind={KIND}")
    page.wait_for_function("() => document.activeElement.id === 'payer-name'")
    hands.data(payer)
    hands.press("Enter")
    hands.data(ITEM)
    page.locator("[role=option]").wait_for()
    hands.press("Enter")
    hands.data("3")
    hands.press("Control+Enter")
    page.wait_for_url("**/unit/issue/check?**")
    page.locator("#check-form").wait_for()
    hands.press("Control+Enter")
    page.wait_for_url("**/unit/issue/done/**")
    page.locator(".face svg").wait_for()
    return hands.presses, len(loads)


def reaction(page: Page) -> list[float]:
    """Milliseconds from each of some keys to the next frame, in the last row of as many as there may be."""
    page.goto(f"/unit/issue?kind={KIND}")
    address: str = page.evaluate(_GROW, [MAX_ITEMS, ITEM])
    page.goto(address)
    page.locator(f"#items-{MAX_ITEMS - 1}-quantity").focus()
    page.evaluate(_WATCH)
    for place in range(_KEYS):
        page.keyboard.press("Backspace" if place % 2 else "1")
        page.wait_for_function("(count) => window.reactions.length === count", arg=place + 1)
    found: list[float] = page.evaluate("() => window.reactions")
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--address", default="http://127.0.0.1:8000")
    parser.add_argument("--accounts", type=Path, default=Path("var/demo/accounts.txt"))
    options = parser.parse_args(arguments)
    passwords = {account.login: account.password for account in read_accounts(options.accounts)}
    table = Table("what", "measured", "at most")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
        page = signed_in(browser, options.address, LOGIN, passwords)
        presses, loads = repeated_bill(page, "白音仓")
        times = reaction(page)
        browser.close()
    table.add_row("key presses of a repeated bill", str(presses), str(MOST_KEYS))
    table.add_row("page loads from form to face", str(loads), str(MOST_LOADS))
    table.add_row(f"reaction to a key, {MAX_ITEMS} rows, median ms", f"{median(times):.0f}", str(MOST_MS))
    table.add_row(f"reaction to a key, {MAX_ITEMS} rows, longest ms", f"{max(times):.0f}", "")
    Console().print(table)


if __name__ == "__main__":
    main()
