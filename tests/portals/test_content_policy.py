"""Every page may load its own files alone, and has nothing in it that the browser would refuse to run."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from tests.support.browser import Browser
from tests.support.world import PROVINCE, World, a_world

from mingpiao.identity.model import Role
from mingpiao.web import content_policy

# Exports that are visited on the way are in the trail of applications that have no step.
site = a_world("peopled", checked=False)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: No page, but a stream that goes on for minutes: it is read by a test of its own.
STREAMS = frozenset({"/finance/monitor/feed"})
#: The only pages whose script asks the UKey agent.
WITH_AGENT = frozenset({"/login"})


class Markup(HTMLParser):
    """What the policy refuses, or what would make it useless."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given) or tag in ("object", "embed", "base"):
            self.wrong.append(f"<{tag}>")
        self.wrong += [name for name in given if name.startswith(("on", "hx-on"))]
        for name in ("src", "href", "action", "formaction"):
            value = (given.get(name) or "").strip().lower()
            foreign = value.startswith(("http:", "https:", "//")) and name == "src"
            if value.startswith(("javascript:", "vbscript:")) or foreign:
                self.wrong.append(f"{name}={value}")


def _addresses(site: World) -> Iterator[str]:
    """All addresses of pages that need no value in them."""
    for route in site.app.routes:
        methods = {name for each in getattr(route, "route_handlers", ()) for name in each.http_methods}
        needless = "{" in route.path or route.path.startswith(("/api", "/static")) or "/export." in route.path
        if "GET" in methods and not needless and route.path not in STREAMS:
            yield route.path


async def _look(browser: Browser, addresses: list[str]) -> tuple[dict[str, str], dict[str, list[str]], int]:
    """Whose policy is another one, which have markup that it refuses, and how many pages were looked at."""
    other, wrong, seen = {}, {}, 0
    for address in addresses:
        answer = await browser.get(address)
        (policy,) = answer.headers.get_list("content-security-policy")
        if policy != POLICY and address not in WITH_AGENT:
            other[address] = policy
        if answer.headers.get("content-type", "").startswith("text/html") and answer.text:
            markup = Markup()
            markup.feed(answer.text)
            seen += answer.status_code == 200
            if markup.wrong:
                wrong[address] = markup.wrong
    return other, wrong, seen


@pytest.mark.parametrize(
    ("who", "part", "at_least"),
    [
        ("manager", "/unit", 20),
        ("handler", "/unit", 10),
        (Role.DEPARTMENT_HEAD, "/finance", 20),
        (Role.ADMINISTRATOR, "/admin", 3),
        (Role.SECURITY_ADMINISTRATOR, "/admin", 4),
        (Role.AUDIT_ADMINISTRATOR, "/admin", 1),
    ],
)
async def test_every_kind_of_page_has_the_policy_and_keeps_to_it(
    site: World, who: str | Role, part: str, at_least: int
) -> None:
    region = PROVINCE if who is Role.DEPARTMENT_HEAD else None
    async with await site.browser(who, region=region) as browser:
        own = [each for each in sorted(_addresses(site)) if f"{each}/".startswith(f"{part}/")]
        other, wrong, seen = await _look(browser, [*own, "/account", "/password", "/messages"])
    assert (other, wrong) == ({}, {})
    assert seen >= at_least


async def test_pages_for_everybody_have_the_policy_and_keep_to_it(site: World) -> None:
    everybody = [each for each in sorted(_addresses(site)) if not re.match(r"/(unit|finance|admin)\b", each)]
    async with site.stranger() as stranger:
        other, wrong, seen = await _look(stranger, [*everybody, "/nowhere", "/healthz"])
    assert (other, wrong) == ({}, {})
    assert seen >= 5


async def test_only_the_page_that_signs_in_reaches_the_agent(site: World) -> None:
    async with site.stranger() as stranger:
        shown = await stranger.get("/login")
        assert shown.headers.get_list("content-security-policy") == [content_policy("http://127.0.0.1:17431")]
        again = await stranger.submit(shown, "/login", username="", password="")
        assert "connect-src 'self' http://127.0.0.1:17431;" in again.headers["content-security-policy"]
    assert content_policy() == POLICY
