"""Files for the demonstration's bills: uploaded like a unit's own, and read before the bill is issued."""

import asyncio
from collections.abc import Sequence
from datetime import date

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.demo.acting import ACTING
from mingpiao.demo.evidence import file_of
from mingpiao.demo.services import DemoServices
from mingpiao.evidence.service import EvidenceReader, EvidenceStore
from mingpiao.issuing.model import IssueRequest
from mingpiao.units.model import Unit


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """The file store, and the processes that read files."""

    store: EvidenceStore
    reader: EvidenceReader

    async def back(
        self, unit: Unit, requests: Sequence[IssueRequest], catalog: Catalog, on: date
    ) -> list[IssueRequest]:
        """The requests; each one of a kind that needs evidence gets a file that matches it and is read."""
        return list(await asyncio.gather(*(self._backed(unit, request, catalog, on) for request in requests)))

    async def _backed(self, unit: Unit, request: IssueRequest, catalog: Catalog, on: date) -> IssueRequest:
        if not catalog.kinds[request.kind].needs_evidence:
            return request
        backed, digest = await self.put(unit, request, request, on)
        await self.read(unit, digest)
        return backed

    async def put(
        self, unit: Unit, request: IssueRequest, described: IssueRequest, on: date
    ) -> tuple[IssueRequest, str]:
        """The request with a file that matches another one, `described`, and the file's SM3 in hex."""
        file = await asyncio.to_thread(file_of, described, unit, on)
        stored = await self.store.add(unit.unit_id, file.name, file.data, acting=ACTING)
        return msgspec.structs.replace(request, evidence=(stored.digest,)), stored.digest

    async def read(self, unit: Unit, digest: str) -> None:
        """Read a file now instead of leaving it to the worker."""
        await self.reader.read({"unit_id": unit.unit_id, "digest": digest})


def open_shelf(services: DemoServices) -> Shelf:
    """A service for evidence files on the process's own file store and reading processes."""
    reader = EvidenceReader(services.database, services.evidence, services.readers)
    return Shelf(store=services.evidence, reader=reader)
