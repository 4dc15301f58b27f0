"""The login and unit pages on a small province, with accounts of a charity and an office."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from html.parser import HTMLParser
from pathlib import Path

import httpx
import msgspec
from litestar import Litestar
from tests.support.apps import open_services, serve
from tests.support.office import ACTING
from tests.support.province import MASTER, Province, Resident

from mingpiao.composition import Services
from mingpiao.identity.model import Account, Role
from mingpiao.identity.service import create_account
from mingpiao.settings import load
from mingpiao.storage.database import Database

PASSWORD = "Quiet-Harbour-57"
ADDRESS = "http://site.test"


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
        elif tag == "select":
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
    """A person's browser: keeps cookies, fills forms as they came."""

    def __init__(self, app: Litestar) -> None:
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        self.client = httpx.AsyncClient(transport=transport, base_url=ADDRESS)

    async def get(self, address: str, **query: str) -> httpx.Response:
        return await self.client.get(address, params=query or None)

    async def post(self, address: str, members: Mapping[str, str], **headers: str) -> httpx.Response:
        return await self.client.post(address, data=dict(members), headers=headers)

    async def submit(self, shown: httpx.Response, address: str, **changes: str) -> httpx.Response:
        """Send the form of a page that was shown, with some members changed (`__` stands for a dash)."""
        given = {name.replace("__", "-"): value for name, value in changes.items()}
        return await self.post(address, members_of(shown.text) | given)

    async def sign_in(self, username: str, password: str = PASSWORD) -> httpx.Response:
        shown = await self.get("/login")
        return await self.submit(shown, "/login", username=username, password=password)

    async def csrf_token(self) -> str:
        found = re.search(r'name="csrf-token" content="([^"]+)"', (await self.get("/password")).text)
        assert found
        return found[1]


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """Accounts `handler`, `checker` and `manager` are the charity's, `other` is the office's handler;
    `officer` and `head` are of the province's department, `elsewhere` of one that has none of the units."""

    app: Litestar
    services: Services
    province: Province
    accounts: dict[str, Account]

    @property
    def unit(self) -> Resident:
        return self.province.charity

    def stranger(self) -> Browser:
        return Browser(self.app)

    async def browser(self, username: str) -> Browser:
        """A browser in which an account is signed in."""
        browser = Browser(self.app)
        answer = await browser.sign_in(username)
        assert answer.status_code == 303, answer.text
        return browser

    async def audit(self) -> list[tuple[str, str]]:
        """(action, subject) of the audit trail in order, without what setting up wrote."""
        rows = await self.services.database.pool.fetch(
            "SELECT action, subject FROM audit_log WHERE address <> $1 AND actor NOT LIKE 'system:%demo%' "
            "AND (action LIKE 'session:%' OR action LIKE 'account:%' OR action LIKE 'bill:%') ORDER BY audit_id",
            ACTING.address,
        )
        return [(row["action"], row["subject"]) for row in rows]


_ACCOUNTS = (
    ("handler", "开票员甲", Role.UNIT_HANDLER),
    ("checker", "复核员乙", Role.UNIT_CHECKER),
    ("manager", "管理员丙", Role.UNIT_MANAGER),
)
#: Of finance: two of the province's department, and one of a city without any unit of the small province.
_OFFICERS = (
    ("officer", "经办某", Role.DEPARTMENT_OFFICER, "150000"),
    ("head", "负责某", Role.DEPARTMENT_HEAD, "150000"),
    ("elsewhere", "外地某", Role.DEPARTMENT_OFFICER, "150900"),
)


async def make_accounts(url: str, province: Province) -> dict[str, Account]:
    """The accounts that `Site` tells of, by user name."""
    accounts: dict[str, Account] = {}
    wanted: list[tuple[str, str, Role, int | None, str | None]] = [
        (*entry, province.charity.unit_id, None) for entry in _ACCOUNTS
    ]
    wanted.append(("other", "开票员丁", Role.UNIT_HANDLER, province.office.unit_id, None))
    wanted += [(name, shown, role, None, region) for name, shown, role, region in _OFFICERS]
    database = await Database.open(url, pool_size=1)
    try:
        async with database.system() as connection:
            for username, name, role, unit_id, region_code in wanted:
                accounts[username] = await create_account(
                    connection,
                    username=username,
                    display_name=name,
                    role=role,
                    password=PASSWORD,
                    unit_id=unit_id,
                    region_code=region_code,
                    acting=ACTING,
                )
    finally:
        await database.close()
    return accounts


@asynccontextmanager
async def open_site(
    url: str, files: Path, province: Province, accounts: dict[str, Account]
) -> AsyncIterator[Site]:
    """Serve the pages on a database that has the province and the accounts."""
    key = files / "master.key"
    key.write_text(MASTER.hex())
    key.chmod(0o600)
    settings = load(
        {}, database_url=url, data_dir=files, master_key_file=key, pool_size=4, signer_processes=0, demo=True
    )
    async with open_services(settings) as services:
        app = serve(services)
        yield Site(app=app, services=services, province=province, accounts=accounts)
