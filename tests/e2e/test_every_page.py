"""Every page that a link leads to, for each kind of person: no error, accessible, fit for a phone."""

import re
from collections import deque
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Response
from tests.e2e.visitor import Visitor

pytestmark = pytest.mark.browser

_NOT_PAGES = re.compile(
    r"/static/|/file$|/verify/document/|/export\.|\.(xlsx|csv|zip)\b|\.(ofd|pdf|xml|pem|crl|cer)$|/(ofd|pdf|docx|xml|certificate)$|/api/v1/openapi\.json"
)
#: One rule's pages are like another's, and one file's.
_RULE_CODE = re.compile(r"(?<=/finance/rules/)[A-Z][A-Z0-9-]*")
_DIGEST = re.compile(r"(?<=/)[0-9a-f]{64}")


#: How what is between head and foot is built: its elements with what axe goes by, without any text.
_BUILD = """() => [...document.querySelectorAll("main, main *")].map((e) => [e.tagName, e.className?.baseVal ?? e.className,
  e.getAttribute("role"), e.getAttribute("type"), e.hasAttribute("aria-label"), e.hidden].join(":")).join("|")"""
#: Builds that were looked at: people of several roles see most pages alike.
_LOOKED_AT: set[str] = set()


def page_patterns(page: Page) -> dict[str, str]:
    """Pages of this site that the page links to: a pattern of the address and one address of it."""
    links: list[str] = page.evaluate(
        "[...document.querySelectorAll('a[href]')].filter((a) => a.origin === location.origin)"
        ".map((a) => a.pathname + a.search)"
    )
    return {
        re.sub(r"\d+", "9", _DIGEST.sub("SM", _RULE_CODE.sub("CODE", link.partition("?")[0]))): link
        for link in links
        if not _NOT_PAGES.search(link)
    }


# Who runs the system sees every page of departments, too.
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("login", "start", "expected"),
    [
        ("", "/", {"/", "/login"}),
        ("", "/api/v1/docs", {"/api/v1/docs"}),
        (
            "gongan-kaipiao",
            "/unit",
            {
                "/unit",
                "/unit/issue",
                "/unit/drafts",
                "/unit/bills",
                "/unit/bills/9/9",
                "/unit/applications/9",
                "/unit/evidence",
                "/password",
            },
        ),
        (
            "cishan-guanli",
            "/unit",
            {
                "/unit/accounts",
                "/unit/accounts/new",
                "/unit/demands",
                "/unit/demands/new",
                "/unit/bills/9/9/reverse",
                "/unit/evidence/SM",
            },
        ),
        ("cishan-fuhe", "/unit", {"/unit/checks", "/unit/checks/9"}),
        (
            "czt-jingban",
            "/finance",
            {
                "/finance",
                "/finance/units/9",
                "/finance/bills/9/9",
                "/finance/reviews/9",
                "/finance/reviews/figures",
                "/finance/rules/CODE",
                "/finance/rules/CODE/edit",
                "/finance/evidence",
                "/finance/evidence/9/SM",
            },
        ),
        ("admin", "/admin", {"/admin", "/admin/accounts", "/admin/accounts/9", "/finance"}),
        ("anquan", "/admin/roles", {"/admin/roles", "/admin/roles/9", "/admin/approvals"}),
        ("shenji", "/admin/audit", {"/admin/audit"}),
    ],
    ids=[
        "anyone",
        "programmer",
        "handler",
        "manager",
        "checker",
        "officer",
        "administrator",
        "security",
        "auditor",
    ],
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
        build: str = page.evaluate(_BUILD)
        # The first page of each person is looked at whatever others saw, with the menu of the role.
        if build not in _LOOKED_AT or pattern == start:
            _LOOKED_AT.add(build)
            visitor.look_closely()
        waiting.extend(page_patterns(page).items())
    assert expected <= seen


def test_styles_and_scripts_are_fetched_once(visit: Callable[..., Visitor]) -> None:
    visitor = visit("czt-jingban")
    fetched: list[Response] = []
    visitor.page.on("response", lambda answer: fetched.append(answer) if "/static/" in answer.url else None)
    visitor.open("/finance")
    visitor.page.locator("[data-chart] canvas").first.wait_for()
    addresses = {answer.url for answer in fetched}
    assert any("echarts" in address for address in addresses)
    assert all(re.search(r"\?v=[0-9a-f]{12}$", address) for address in addresses), addresses
    assert {answer.headers["cache-control"] for answer in fetched} == {"max-age=31536000, public, immutable"}
