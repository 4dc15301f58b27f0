"""The finance pages on a small province whose four units lie in four regions, each with two bills."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
from litestar import Litestar
from tests.support.apps import open_services, serve
from tests.support.office import ACTING, bill_of
from tests.support.province import Province, Resident, settle

from mingpiao.composition import Services
from mingpiao.identity.model import Role, SignedIn
from mingpiao.identity.service import create_account, sign_in
from mingpiao.issuing.model import Bill
from mingpiao.settings import load
from mingpiao.storage.database import Database

PASSWORD = "Quiet-Harbour-57"
PROVINCE, HOHHOT, BAOTOU = "150000", "150100", "150200"
XINCHENG, HUIMIN = "150102", "150103"


class Site(msgspec.Struct, frozen=True, kw_only=True):
    """`bills` holds each unit's two bills by region; the first of 回民区 is reversed."""

    app: Litestar
    services: Services
    province: Province
    residents: dict[str, Resident]
    bills: dict[str, list[Bill]]
    tokens: dict[str, str]

    async def browser(
        self, role: Role = Role.DEPARTMENT_OFFICER, *, region: str | None = None
    ) -> httpx.AsyncClient:
        """A signed-in browser of the account of that role and region."""
        name = f"{role.value}-{region or 'all'}"
        if name not in self.tokens:
            self.tokens[name] = await self._sign_up(name, role, region)
        return self.stranger(cookies={"mingpiao_session": self.tokens[name]})

    async def _sign_up(self, name: str, role: Role, region: str | None) -> str:
        async with self.services.database.system() as connection:
            unit_id = self.residents[HOHHOT].unit_id if role.value.startswith("unit") else None
            await create_account(
                connection,
                username=name,
                display_name="测试人员",
                role=role,
                password=PASSWORD,
                unit_id=unit_id,
                region_code=region,
                acting=ACTING,
            )
        signed = await sign_in(self.services.database, name, PASSWORD, address="192.0.2.9")
        assert isinstance(signed, SignedIn)
        return signed.token

    def stranger(self, cookies: dict[str, str] | None = None) -> httpx.AsyncClient:
        """A browser that is not signed in unless it brings a cookie."""
        transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url="http://site.test", cookies=cookies or {})


@asynccontextmanager
async def open_site(database_url: str, files: Path) -> AsyncIterator[Site]:
    """Settle the province, issue its bills and serve its pages."""
    database = await Database.open(database_url, pool_size=2)
    try:
        province = await settle(database)
        residents = dict(
            zip(
                (BAOTOU, XINCHENG, HUIMIN, HOHHOT),
                (province.hospital, province.other_hospital, province.charity, province.office),
                strict=True,
            )
        )
        for region, resident in residents.items():
            await database.pool.execute(
                "UPDATE units SET region_code = $1 WHERE unit_id = $2", region, resident.unit_id
            )
    finally:
        await database.close()
    # The master key under which `settle` wraps the keys.
    key_file = files / "master.key"
    key_file.write_text(bytes(range(16)).hex())
    key_file.chmod(0o600)
    settings = load(
        {},
        database_url=database_url,
        data_dir=files,
        master_key_file=key_file,
        pool_size=4,
        signer_processes=0,
    )
    async with open_services(settings) as services:
        bills = {
            region: [
                bill_of(outcome)
                for outcome in await services.desk.issue(
                    resident.unit_id, resident.requests(2), acting=ACTING
                )
            ]
            for region, resident in residents.items()
        }
        app = serve(services)
        yield Site(app=app, services=services, province=province, residents=residents, bills=bills, tokens={})
