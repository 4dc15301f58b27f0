"""Every page that a link leads to, for each kind of person: no error, accessible, fit for a phone."""

import re
from collections import deque
from collections.abc import Callable

import pytest
from playwright.sync_api import Page
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

_NOT_PAGES = re.compile(r"/static/|/export\.|\.(ofd|pdf|xml)$|/(ofd|pdf|xml)$|/api/v1/openapi\.json")


def page_patterns(page: Page) -> dict[str, str]:
    """Pages of this site that the page links to: a pattern of the address and one address of it."""
    links: list[str] = page.evaluate(
        "[...document.querySelectorAll('a[href]')].filter((a) => a.origin === location.origin)"
        ".map((a) => a.pathname + a.search)"
    )
    return {
        re.sub(r"\d+", "9", link.partition("?")[0]): link for link in links if not _NOT_PAGES.search(link)
    }


@pytest.mark.parametrize(
    ("login", "start", "expected"),
    [
        ("", "/", {"/", "/login"}),
        ("gongan-kaipiao", "/unit", {"/unit", "/unit/issue", "/unit/bills", "/unit/bills/9/9", "/password"}),
        ("cishan-guanli", "/unit", {"/unit/accounts", "/unit/accounts/new", "/unit/bills/9/9/reverse"}),
        ("czt-jingban", "/finance", {"/finance", "/finance/units", "/finance/units/9", "/finance/bills/9/9"}),
        ("admin", "/admin", {"/admin", "/admin/accounts", "/admin/accounts/9", "/admin/audit", "/finance"}),
    ],
    ids=["anyone", "handler", "manager", "officer", "administrator"],
)
def test_every_page_is_sound(
    visit: Callable[..., Visitor], login: str, start: str, expected: set[str]
) -> None:
    visitor = visit(login)
    seen: set[str] = set()
    waiting = deque([(start, start)])
    while waiting:
        pattern, address = waiting.popleft()
        if pattern in seen:
            continue
        seen.add(pattern)
        page = visitor.open(address)
        assert page.locator("h1").count() == 1, address
        visitor.look_closely()
        waiting.extend(page_patterns(page).items())
    assert expected <= seen
