"""The world of a test: a database of its own, what lives in it, and the whole house opened on it.

A test module says in one line what it needs, and its tests ask for it by that name:

    world = a_world()                                   # the small province with open services
    world = a_world("peopled", demo=True)               # and people who can sign in, on a demonstration's pages
    world = a_world("migrated")                         # services on empty tables
    world = a_world("training", training=True)          # the small province on a training site
    world = a_world(spread=True, scope="module")        # four regions with bills, shared by a module's tests

What else is given are settings of the product. After the test all invariants must hold of its bills.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import asyncpg
import httpx
import msgspec
import pytest
import pytest_asyncio
from litestar import Litestar
from tests.support.apps import serve
from tests.support.browser import PASSWORD, Browser
from tests.support.client import ApiClient
from tests.support.databases import Ground, Grounds
from tests.support.invariants import assert_invariants
from tests.support.province import ACTING, MASTER, Province, Resident
from tests.support.waiting import until

from mingpiao.catalog.service import CatalogStore
from mingpiao.composition import (
    GatewayServices,
    Services,
    gateway_services,
    listen,
    open_house,
    page_services,
)
from mingpiao.house.opening import NOTICES, House
from mingpiao.house.rooms import jobs
from mingpiao.identity.model import Account, Role, SignedIn
from mingpiao.identity.service import create_account, sign_in
from mingpiao.issuing.model import Bill, Issued, IssueRequest, Outcome, Refused, ReversalRequest
from mingpiao.issuing.service import Desk
from mingpiao.jobs.queue import run_jobs
from mingpiao.lake.room import LAKE
from mingpiao.lake.service import Lake
from mingpiao.portals.subjects import subject_services
from mingpiao.settings import Settings, load
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import OWNER, SUPERUSER
from mingpiao.storage.files import FileStore
from mingpiao.storage.notices import Notices
from mingpiao.units.service import UnitDirectory, create_app
from mingpiao.verification.room import VERIFIER
from mingpiao.verification.service import Verifier

#: Where the four units of the small province lie in a world that is spread.
PROVINCE, HOHHOT, BAOTOU = "150000", "150100", "150200"
XINCHENG, HUIMIN = "150102", "150103"


class World(msgspec.Struct, frozen=True, kw_only=True):
    """What a test works with. Open it by a fixture that `a_world` makes, or with `open_world`.

    `accounts` are empty but in a peopled world. `residents` and `bills`, by region, are empty but in one
    that is spread: its units lie in four regions and each has two bills, of which none is reversed.
    """

    url: str
    folder: Path
    house: House
    services: Services
    interface: GatewayServices
    notices: Notices
    lake: Lake
    verifier: Verifier
    settled: Province | None = None
    accounts: Mapping[str, Account] = {}
    residents: Mapping[str, Resident] = {}
    bills: Mapping[str, Sequence[Bill]] = {}
    tokens: dict[str, str] = msgspec.field(default_factory=dict)

    # -- the house ---------------------------------------------------------------------------------

    @property
    def database(self) -> Database:
        return self.services.database

    @property
    def desk(self) -> Desk:
        return self.services.desk

    @property
    def app(self) -> Litestar:
        """All pages, on these services until another world is asked for its pages."""
        return serve(self.services)

    @property
    def catalog(self) -> CatalogStore:
        return self.services.catalog

    @property
    def units(self) -> UnitDirectory:
        return self.services.units

    @property
    def files(self) -> FileStore:
        """Where files lie that are not in the database."""
        return FileStore.open(self.services.settings.files_address())

    @asynccontextmanager
    async def beside(self) -> AsyncIterator["World"]:
        """The same world as another process has it: with connections and memories of its own."""
        async with _open(self.url, self.folder, self.services.settings) as other:
            yield msgspec.structs.replace(
                other,
                settled=self.settled,
                accounts=self.accounts,
                residents=self.residents,
                bills=self.bills,
                tokens=self.tokens,
            )

    async def work_until(self, done: Callable[[], Awaitable[bool]]) -> None:
        """Do what the queue asks for, as the worker does, until something holds."""
        stop = asyncio.Event()
        handlers = [await job.open(self.house) for job in jobs()]
        working = asyncio.create_task(run_jobs(self.database.pool, handlers, stop))
        try:
            await until(done)
        finally:
            stop.set()
            await working

    # -- who lives there -----------------------------------------------------------------------------

    @property
    def province(self) -> Province:
        """The small province's units and its authority."""
        assert self.settled is not None, "this world has no province"
        return self.settled

    @property
    def unit(self) -> Resident:
        """The charity, an online unit: the one that `handler`, `checker` and `manager` work for."""
        return self.province.charity

    # -- bills -----------------------------------------------------------------------------------------

    async def issue(self, resident: Resident, *requests: IssueRequest) -> list[Bill]:
        """The bills of requests that must be issued."""
        outcomes = await self.desk.issue(resident.unit_id, requests, acting=ACTING)
        return [bill_of(outcome) for outcome in outcomes]

    async def reverse(self, resident: Resident, bill: Bill) -> Bill:
        """The red bill of a reversal that must succeed."""
        (outcome,) = await self.desk.reverse(resident.unit_id, [reversal_of(bill)], acting=ACTING)
        return bill_of(outcome)

    # -- people and programs -----------------------------------------------------------------------------

    def stranger(self, cookies: Mapping[str, str] | None = None) -> Browser:
        """A browser in which nobody is signed in unless it brings a cookie."""
        return Browser(self.app, cookies)

    async def browser(
        self, who: str | Role = Role.DEPARTMENT_OFFICER, *, region: str | None = None, name: str = ""
    ) -> Browser:
        """A signed-in browser: of one of the accounts by its user name, or of somebody with a role.

        Whoever has a role and region (and a user name where told) is made when first asked for; people of a unit
        belong to the office.
        """
        if isinstance(who, Role):
            name = name or f"{who.value}-{region or 'all'}"
            if name not in self.tokens:
                self.tokens[name] = await self._sign_up(name, who, region)
            return self.stranger(cookies={"mingpiao_session": self.tokens[name]})
        browser = self.stranger()
        answer = await browser.sign_in(who)
        assert answer.status_code == 303, answer.text
        return browser

    async def _sign_up(self, name: str, role: Role, region: str | None) -> str:
        async with self.database.system() as connection:
            await create_account(
                connection,
                username=name,
                display_name="测试人员",
                role=role,
                password=PASSWORD,
                unit_id=self.province.office.unit_id if role.value.startswith("unit") else None,
                region_code=region,
                acting=ACTING,
            )
        signed = await sign_in(self.database, name, PASSWORD, address="192.0.2.9")
        assert isinstance(signed, SignedIn)
        return signed.token

    async def program(self, resident: Resident, http: httpx.AsyncClient) -> ApiClient:
        """A program of a unit that calls the interface, with an app of its own."""
        async with self.database.system() as connection:
            made = await create_app(connection, resident.unit_id, "HIS", master=MASTER, acting=ACTING)
        return ApiClient(http, made.app.app_id, made.secret)

    # -- rows ----------------------------------------------------------------------------------------------

    async def rows(self, query: str, *values: Any) -> list[asyncpg.Record]:
        """Rows as they are in the database; `$1` and so on stand for the values."""
        return list(await self.database.pool.fetch(query, *values))

    async def value(self, query: str, *values: Any) -> Any:
        """The first value of the first row; None without one."""
        return await self.database.pool.fetchval(query, *values)

    async def tamper(self, statement: str, *values: Any) -> None:
        """Change what never changes, as only a superuser can who lets the triggers sleep."""
        connection = await asyncpg.connect(self.url.replace(f"//{OWNER}@", f"//{SUPERUSER}@"))
        try:
            await connection.execute("SET session_replication_role = replica")
            await connection.execute(statement, *values)
        finally:
            await connection.close()

    async def audit(self) -> list[tuple[str, str]]:
        """(action, subject) of sessions, accounts and bills in the audit trail, in order, without what
        setting up wrote.
        """
        rows = await self.rows(
            "SELECT action, subject FROM audit_log WHERE address <> $1 AND actor NOT LIKE 'system:%demo%' "
            "AND (action LIKE 'session:%' OR action LIKE 'account:%' OR action LIKE 'bill:%') ORDER BY audit_id",
            ACTING.address,
        )
        return [(row["action"], row["subject"]) for row in rows]


def a_world(
    ground: Ground = "settled",
    *,
    spread: bool = False,
    scope: Literal["function", "module"] = "function",
    checked: bool = True,
    **settings: Any,
) -> Any:
    """A fixture that opens such a world for each test, or one for all tests of a module.

    With `spread` its units lie in four regions and have bills. Where a test writes rows that no train wrote,
    say `checked=False`: the books do not balance then. Tests that share a world of their module need
    `pytestmark = pytest.mark.asyncio(loop_scope="module")`.
    """

    @pytest_asyncio.fixture(scope=scope, loop_scope=scope)
    async def opened(grounds: Grounds, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
        with grounds.copy(ground) as url:
            folder = tmp_path_factory.mktemp("world")
            settled = grounds.province if ground in ("settled", "peopled") else None
            settled = grounds.training if ground == "training" else settled
            accounts = grounds.accounts if ground == "peopled" else {}
            async with open_world(url, folder, settled=settled, accounts=accounts, **settings) as world:
                yield await spread_out(world) if spread else world
            if checked:
                await assert_invariants(url)

    return opened


@asynccontextmanager
async def open_world(
    url: str,
    folder: Path,
    *,
    settled: Province | None = None,
    accounts: Mapping[str, Account] | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """Open the house on a migrated database, and say what was settled there; bills are sealed in this process.

    For tests that open and close it themselves; others have `a_world`.
    """
    async with _open(url, folder, settings_of(url, folder, **settings)) as world:
        yield msgspec.structs.replace(world, settled=settled, accounts=accounts or {})


@asynccontextmanager
async def _open(url: str, folder: Path, settings: Settings) -> AsyncIterator[World]:
    async with open_house(settings) as house:
        world = World(
            url=url,
            folder=folder,
            house=house,
            services=await page_services(house, settings, subject_services()),
            interface=await gateway_services(house, settings),
            notices=await house.get(NOTICES),
            lake=await house.get(LAKE),
            verifier=await house.get(VERIFIER),
        )
        await listen(house)
        yield world


def settings_of(url: str, folder: Path, **settings: Any) -> Settings:
    """Settings of a house on a database, with the master key under which the small province's keys lie."""
    key = folder / "master.key"
    key.write_text(MASTER.hex())
    key.chmod(0o600)
    usual: dict[str, Any] = {"pool_size": 6, "signer_processes": 0, "second_factor": "none"}
    return load({}, database_url=url, data_dir=folder, master_key_file=key, **(usual | settings))


async def spread_out(world: World) -> World:
    """Let the units lie in four regions, and issue two bills of each."""
    province = world.province
    residents = {
        BAOTOU: province.hospital,
        XINCHENG: province.other_hospital,
        HUIMIN: province.charity,
        HOHHOT: province.office,
    }
    for region, resident in residents.items():
        await world.value("UPDATE units SET region_code = $1 WHERE unit_id = $2", region, resident.unit_id)
    bills = {
        region: await world.issue(resident, *resident.requests(2)) for region, resident in residents.items()
    }
    return msgspec.structs.replace(world, residents=residents, bills=bills)


def bill_of(outcome: Outcome) -> Bill:
    """The bill of an outcome that must be one."""
    assert isinstance(outcome, Issued), outcome
    return outcome.bill


def codes_of(outcome: Outcome) -> list[tuple[str, str]]:
    """(code, field) of every problem of a refusal."""
    assert isinstance(outcome, Refused), outcome
    return [(problem.code, problem.field) for problem in outcome.problems]


def reversal_of(bill: Bill) -> ReversalRequest:
    """A request to reverse a bill."""
    return ReversalRequest(code=bill.code, number=bill.number, reason="开错", handler="张三")
