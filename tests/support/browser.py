"""A person's browser without a screen: it keeps cookies, and fills forms as they came."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Self

import httpx
from litestar import Litestar

ADDRESS = "http://site.test"
#: Of all accounts in tests.
PASSWORD = "Quiet-Harbour-57"


class _Forms(HTMLParser):
    """Collects what a browser would send: hidden and filled fields, and the options that are selected."""

    def __init__(self) -> None:
        super().__init__()
        self.members: dict[str, str] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "input" and given.get("name"):
            if given.get("type") == "radio" and "checked" not in given:
                return
            self.members[given["name"]] = given.get("value", "")
        elif tag == "select" and given.get("name"):
            self._select = given["name"]
            self.members.setdefault(self._select, "")
        elif tag == "option" and self._select and "selected" in given:
            self.members[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = ""


def members_of(html: str) -> dict[str, str]:
    """All members of a page's forms, as they stand."""
    parser = _Forms()
    parser.feed(html)
    return parser.members


class Browser:
    """Asks pages and sends forms; `client` is what carries it, for what has no method here."""

    def __init__(self, app: Litestar, cookies: Mapping[str, str] | None = None) -> None:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        self.client = httpx.AsyncClient(transport=transport, base_url=ADDRESS, cookies=dict(cookies or {}))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.client.aclose()

    @property
    def cookies(self) -> httpx.Cookies:
        return self.client.cookies

    async def get(
        self,
        address: str,
        *,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        **query: str,
    ) -> httpx.Response:
        """Ask for a page; the query comes as `params` or by its names."""
        return await self.client.get(
            address, params={**(params or {}), **query} or None, headers=dict(headers or {})
        )

    async def post(
        self,
        address: str,
        data: Mapping[str, Any] | None = None,
        *,
        files: Any = None,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Send members of a form, and files with them; or what a script sends: JSON, or bytes as they are."""
        given = None if data is None else dict(data)
        return await self.client.post(
            address, data=given, files=files, json=json, content=content, headers=dict(headers or {})
        )

    async def submit(self, shown: httpx.Response, address: str, **changes: str) -> httpx.Response:
        """Send the form of a page that was shown, with some members changed (`__` stands for a dash)."""
        given = {name.replace("__", "-"): value for name, value in changes.items()}
        return await self.post(address, members_of(shown.text) | given)

    async def arrive(self, answer: httpx.Response) -> httpx.Response:
        """The page to which redirects lead, one after another; an answer that is no redirect is it already."""
        while answer.is_redirect:
            answer = await self.get(answer.headers["location"])
        return answer

    async def sign_in(self, username: str, password: str = PASSWORD) -> httpx.Response:
        """Sign in through the page."""
        shown = await self.get("/login")
        return await self.submit(shown, "/login", username=username, password=password)

    async def csrf_token(self) -> str:
        """The token that a signed-in person's pages carry."""
        found = re.search(r'name="csrf-token" content="([^"]+)"', (await self.get("/password")).text)
        assert found
        return found[1]
