"""The public pages on a small province with one issued bill."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
from tests.support.apps import open_services, serve
from tests.support.office import ACTING, bill_of
from tests.support.province import MASTER, Province

from mingpiao.composition import Services
from mingpiao.issuing.model import Bill, BillDocument
from mingpiao.issuing.service import get_document
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.money import plain
from mingpiao.settings import load

ADDRESS = "http://site.test"


class PublicSite(msgspec.Struct, frozen=True, kw_only=True):
    """A visitor's client, the services behind the pages, and a bill."""

    client: httpx.AsyncClient
    services: Services
    bill: Bill

    def face(self, **changes: str) -> dict[str, str]:
        """The five facts as a visitor types them, some changed."""
        bill = self.bill
        typed = {
            "code": bill.code,
            "number": bill.number,
            "check_code": bill.check_code,
            "issued_on": to_shanghai(bill.issued_at).date().isoformat(),
            "amount": plain(bill.total),
        }
        return typed | changes

    def link(self, **changes: str) -> dict[str, str]:
        """The members of the address in the QR symbol."""
        return {"c": self.bill.code, "n": self.bill.number, "h": self.bill.sm3} | changes

    async def document(self) -> BillDocument:
        """The bill with its sealed XML."""
        async with self.services.database.system() as connection:
            return await get_document(connection, self.bill.bill_id)

    async def upload(self, data: bytes, name: str = "bill.xml") -> httpx.Response:
        """Send a file as the form does."""
        return await self.client.post("/verify/file", files={"file": (name, data)})

    def secrets(self) -> list[str]:
        """What nobody may see before proving to hold the bill."""
        bill = self.bill
        return [bill.payer.name, plain(bill.total), f"{bill.total:,.2f}", bill.check_code, bill.sm3]


@asynccontextmanager
async def open_public_site(url: str, files: Path, province: Province) -> AsyncIterator[PublicSite]:
    """Serve the public pages and issue one bill."""
    key = files / "master.key"
    key.write_text(MASTER.hex())
    key.chmod(0o600)
    settings = load(
        {}, database_url=url, data_dir=files, master_key_file=key, pool_size=4, signer_processes=0, demo=True
    )
    async with open_services(settings) as services:
        app = serve(services)
        hospital = province.hospital
        outcome = (await services.desk.issue(hospital.unit_id, [hospital.request()], acting=ACTING))[0]
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as client:
            yield PublicSite(client=client, services=services, bill=bill_of(outcome))
