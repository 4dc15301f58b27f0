"""Documents of a bill: made from its sealed XML when first asked for, then kept in the file store.

They can be made again at any time, byte for byte, so that losing the store loses nothing. They are kept
encrypted, since names, amounts and what somebody was treated for stand in them: each under a key of its own,
which the master key and the document's place in the store give, so that nothing more has to be kept.
"""

import asyncio
from collections.abc import Awaitable, Callable

from mingpiao.catalog.service import CatalogStore
from mingpiao.crypto import sm4
from mingpiao.crypto.keystore import MasterKey
from mingpiao.issuing.model import BillDocument
from mingpiao.layout.model import FaceTemplate, SealPictures, StampRequest
from mingpiao.layout.service import (
    LAYOUT_RELEASE,
    FaceShelf,
    designed_template,
    face_version_of,
    picture_of_seals,
    render_ofd_async,
    render_pdf,
    render_svg,
    template_for,
)
from mingpiao.sealing.model import SealingParty, StampTask
from mingpiao.sealing.service import PartyStore, Signer, parse_sealed
from mingpiao.storage.files import FileStore


class Documents:
    """OFD, PDF and SVG of bills. `check_base` is the site's address, to which the QR leads.

    A bill is drawn with the template version that its signed XML names, whatever was published since.
    """

    def __init__(
        self,
        catalog: CatalogStore,
        shelf: FaceShelf,
        parties: PartyStore,
        signer: Signer,
        files: FileStore,
        check_base: str,
        *,
        master_key: MasterKey,
    ) -> None:
        self._catalog = catalog
        self._shelf = shelf
        self._parties = parties
        self._signer = signer
        self._files = files
        self._check_base = check_base
        self._master_key = master_key

    async def ofd(self, document: BillDocument) -> bytes:
        """The bill as OFD with both seals."""
        return await self._kept(document, "ofd", self._make_ofd)

    async def pdf(self, document: BillDocument) -> bytes:
        """The bill as PDF with the XML embedded."""
        return await self._kept(document, "pdf", self._make_pdf)

    async def pdf_of_release(self, document: BillDocument, release: int) -> bytes:
        """The bill's PDF as a former release of the platform made it; nothing is kept."""
        return await self._draw_pdf(document, release)

    async def kept_pdfs(self, document: BillDocument) -> list[bytes]:
        """The PDFs of the bill that this and former releases handed out, as far as they are kept: they tell
        of files made under an address that the site no longer has."""
        keys = [_key(document, release, "pdf") for release in range(LAYOUT_RELEASE, 0, -1)]
        return [kept for kept in [await self._open(key) for key in keys] if kept is not None]

    async def faces(self, document: BillDocument, *, mark: str = "") -> str:
        """The bill as inline SVG for a web page, one `<svg>` a page, with a mark across each if wanted."""
        template = await self._template(document)
        pictures = picture_of_seals(*[party.seal for party in await self._sealed_by(document)])
        return await asyncio.to_thread(
            render_svg, document.xml, template, pictures, check_base=self._check_base, mark=mark
        )

    async def _kept(
        self, document: BillDocument, ending: str, make: Callable[[BillDocument], Awaitable[bytes]]
    ) -> bytes:
        key = _key(document, LAYOUT_RELEASE, ending)
        kept = await self._open(key)
        if kept is not None:
            return kept
        made = await make(document)
        sealed = await asyncio.to_thread(sm4.seal, self._key_of(key), made, key.encode())
        await self._files.put(key, sealed)
        return made

    async def _open(self, key: str) -> bytes | None:
        """What is kept under a key; None for nothing, and for what was changed, moved or sealed by another
        master key: it is made again."""
        sealed = await self._files.get(key)
        if sealed is None:
            return None
        return await asyncio.to_thread(sm4.unseal, self._key_of(key), sealed, key.encode())

    def _key_of(self, key: str) -> bytes:
        return self._master_key.derive(f"document\n{key}")[: sm4.KEY_BYTES]

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
        return await self._draw_pdf(document, LAYOUT_RELEASE)

    async def _draw_pdf(self, document: BillDocument, release: int) -> bytes:
        template = await self._template(document, release)
        unit, supervisor = await self._sealed_by(document)
        pictures: SealPictures = picture_of_seals(unit.seal, supervisor.seal)
        return await asyncio.to_thread(
            render_pdf, document.xml, template, pictures, check_base=self._check_base, release=release
        )

    async def _sealed_by(self, document: BillDocument) -> tuple[SealingParty, SealingParty]:
        return (
            await self._parties.by_id(document.unit_key_id),
            await self._parties.by_id(document.supervisor_key_id),
        )

    async def _template(self, document: BillDocument, release: int = LAYOUT_RELEASE) -> FaceTemplate:
        kind = (await self._catalog.get()).kinds[document.bill.kind]
        labels = {field.name: field.label for field in kind.extension_fields}
        face = parse_sealed(document.xml)
        version = face_version_of(face)
        if not kind.is_designed(version):
            return template_for(kind.template, labels, release=release)
        return designed_template(await self._shelf.get(kind.code, version), face, labels)


def _key(document: BillDocument, release: int, ending: str) -> str:
    """Where a document of a release lies in the store: those that draw differently lie apart."""
    bill = document.bill
    return f"documents/v{release}/{bill.code}/{bill.number[-3:]}/{bill.number}-{bill.sm3}.{ending}"
