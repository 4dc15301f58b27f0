"""An office with a lake beside it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from tests.support.office import ACTING, Office, bill_of, open_office
from tests.support.province import Province

from mingpiao.catalog.service import CatalogStore
from mingpiao.issuing.model import Bill, IssueRequest, ReversalRequest
from mingpiao.lake.running import Lake
from mingpiao.storage.files import FileStore
from mingpiao.units.service import UnitDirectory


class LakeSite(msgspec.Struct, frozen=True, kw_only=True):
    office: Office
    files: FileStore
    lake: Lake
    catalog: CatalogStore

    async def issue(self, unit_id: int, requests: list[IssueRequest]) -> list[Bill]:
        return [
            bill_of(outcome) for outcome in await self.office.desk.issue(unit_id, requests, acting=ACTING)
        ]

    async def reverse(self, unit_id: int, bill: Bill) -> Bill:
        request = ReversalRequest(code=bill.code, number=bill.number, reason="开错", handler="张三")
        [outcome] = await self.office.desk.reverse(unit_id, [request], acting=ACTING)
        return bill_of(outcome)


@asynccontextmanager
async def open_lake(url: str, province: Province, folder: Path) -> AsyncIterator[LakeSite]:
    """An office whose bills go into a lake in a folder."""
    async with open_office(url, province) as office:
        files = FileStore.open((folder / "store").as_uri())
        catalog = CatalogStore(office.database, office.notices)
        units = UnitDirectory(office.database, office.notices)
        lake = Lake(office.database, files, catalog, units, folder / "cache")
        yield LakeSite(office=office, files=files, lake=lake, catalog=catalog)
