"""Documents of a bill: made from its sealed XML when first asked for, then kept in the file store.

They can be made again at any time, byte for byte, so that losing the store loses nothing.
"""

import asyncio
from collections.abc import Awaitable, Callable

from mingpiao.catalog.service import CatalogStore
from mingpiao.issuing.model import BillDocument
from mingpiao.layout.model import FaceTemplate, SealPictures, StampRequest
from mingpiao.layout.service import picture_of_seals, render_ofd_async, render_pdf, render_svg, template_for
from mingpiao.sealing.model import SealingParty, StampTask
from mingpiao.sealing.service import PartyStore, Signer
from mingpiao.storage.files import FileStore

#: Part of every key in the store: a release that draws differently counts it up.
LAYOUT_VERSION = 1


class Documents:
    """OFD, PDF and SVG of bills. `check_base` is the site's address, to which the QR leads."""

    def __init__(
        self, catalog: CatalogStore, parties: PartyStore, signer: Signer, files: FileStore, check_base: str
    ) -> None:
        self._catalog = catalog
        self._parties = parties
        self._signer = signer
        self._files = files
        self._check_base = check_base

    async def ofd(self, document: BillDocument) -> bytes:
        """The bill as OFD with both seals."""
        return await self._kept(document, "ofd", self._make_ofd)

    async def pdf(self, document: BillDocument) -> bytes:
        """The bill as PDF with the XML embedded."""
        return await self._kept(document, "pdf", self._make_pdf)

    async def faces(self, document: BillDocument) -> str:
        """The bill as inline SVG for a web page, one `<svg>` a page."""
        template = await self._template(document)
        pictures = picture_of_seals(*[party.seal for party in await self._sealed_by(document)])
        return await asyncio.to_thread(
            render_svg, document.xml, template, pictures, check_base=self._check_base
        )

    async def _kept(
        self, document: BillDocument, ending: str, make: Callable[[BillDocument], Awaitable[bytes]]
    ) -> bytes:
        bill = document.bill
        key = f"documents/v{LAYOUT_VERSION}/{bill.code}/{bill.number[-3:]}/{bill.number}-{bill.sm3}.{ending}"
        kept = await self._files.get(key)
        if kept is not None:
            return kept
        made = await make(document)
        await self._files.put(key, made)
        return made

    async def _make_ofd(self, document: BillDocument) -> bytes:
        unit, supervisor = await self._sealed_by(document)

        async def stamp(request: StampRequest) -> bytes:
            party = unit if request.party == "unit" else supervisor
            task = StampTask(
                signature_xml=request.signature_xml, path=request.path, party=party, at=request.at
            )
            return (await self._signer.stamp([task]))[0]

        return await render_ofd_async(
            document.xml, await self._template(document), stamp, check_base=self._check_base
        )

    async def _make_pdf(self, document: BillDocument) -> bytes:
        template = await self._template(document)
        unit, supervisor = await self._sealed_by(document)
        pictures: SealPictures = picture_of_seals(unit.seal, supervisor.seal)
        return await asyncio.to_thread(
            render_pdf, document.xml, template, pictures, check_base=self._check_base
        )

    async def _sealed_by(self, document: BillDocument) -> tuple[SealingParty, SealingParty]:
        return (
            await self._parties.by_id(document.unit_key_id),
            await self._parties.by_id(document.supervisor_key_id),
        )

    async def _template(self, document: BillDocument) -> FaceTemplate:
        kind = (await self._catalog.get()).kinds[document.bill.kind]
        return template_for(kind.template, {field.name: field.label for field in kind.extension_fields})
