"""A visitor of the public pages who holds a bill."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
from tests.support.world import World

from mingpiao.composition import Services
from mingpiao.issuing.model import Bill, BillDocument
from mingpiao.issuing.service import get_document
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.money import plain


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
async def open_public_site(world: World) -> AsyncIterator[PublicSite]:
    """A visitor of a world's pages, and a bill of its hospital."""
    hospital = world.province.hospital
    (bill,) = await world.issue(hospital, hospital.request())
    async with world.stranger() as browser:
        yield PublicSite(client=browser.client, services=world.services, bill=bill)
