"""Faces in the making: drawn for the designer's page, and as files that nobody can take for a bill.

A preview file is marked 样张 on every page, and sealed with keys that this process made up and nobody trusts.
"""

import asyncio
from functools import cache
from typing import Literal, NamedTuple

import msgspec

from mingpiao.crypto.keystore import MasterKey
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal
from mingpiao.kernel.money import plain
from mingpiao.layout.composition import compose
from mingpiao.layout.display import Composition, FacePage, Text
from mingpiao.layout.fitting import baseline, fit
from mingpiao.layout.model import FaceTemplate, SealPictures
from mingpiao.layout.ofd import Identity, write_ofd
from mingpiao.layout.pdf import write_pdf
from mingpiao.layout.qr import check_address
from mingpiao.layout.svg import write_pages
from mingpiao.letters.service import FONT_PATH, typecase
from mingpiao.sealing.model import Face, SealedXml, SealingParty, SealTask, StampTask
from mingpiao.sealing.service import (
    InlineSigner,
    draw_supervisor_seal,
    draw_unit_seal,
    make_demonstration_authority,
    make_sealing_key,
)

PreviewForm = Literal["ofd", "pdf"]

_MARK, _MARK_SIZE, _MARK_COLOUR = "样张　不作凭证", 16.0, (222, 222, 222)
_UNIT, _PROVINCE = "样张单位", "样张"


def preview_pages(face: Face, template: FaceTemplate) -> list[str]:
    """A face as inline SVG for the designer's page, an `<svg>` for each page, with stand-in seals."""
    return write_pages(_composition(face, template), typecase(), _pictures())


async def preview_file(face: Face, template: FaceTemplate, form: PreviewForm) -> bytes:
    """A face as a file to look at and to print, with the same look as bills will have but for the mark."""
    making = await asyncio.to_thread(_making)
    marked = msgspec.structs.replace(face, unit_seal=making.unit.mark, supervisor_seal=making.supervisor.mark)
    task = SealTask(face=marked, unit=making.unit, supervisor=making.supervisor)
    (outcome,) = await making.signer.seal([task])
    if not isinstance(outcome, SealedXml):
        raise Refusal(outcome)
    write = _ofd if form == "ofd" else _pdf
    return await asyncio.to_thread(write, marked, template, outcome.xml, making)


class _Making(NamedTuple):
    """Keys of nobody."""

    signer: InlineSigner
    unit: SealingParty
    supervisor: SealingParty


@cache
def _making() -> _Making:
    master, at = MasterKey.generate(), now()
    authority = make_demonstration_authority(master, at, _PROVINCE)
    images = (draw_unit_seal(_UNIT, FONT_PATH), draw_supervisor_seal(_PROVINCE, FONT_PATH))
    unit, supervisor = (
        make_sealing_key(
            master,
            authority,
            owner_name=_UNIT,
            province=_PROVINCE,
            seal_id=f"0000000000000{place}",
            seal_name="样张专用章",
            image=image,
            at=at,
        ).party(place)
        for place, image in enumerate(images, start=1)
    )
    return _Making(InlineSigner(master), unit, supervisor)


@cache
def _pictures() -> SealPictures:
    unit, supervisor = draw_unit_seal(_UNIT, FONT_PATH), draw_supervisor_seal(_PROVINCE, FONT_PATH)
    return SealPictures(unit=unit.data, supervisor=supervisor.data)


def _ofd(face: Face, template: FaceTemplate, xml: bytes, making: _Making) -> bytes:
    identity = Identity(
        code=face.code,
        number=face.number,
        check_code=face.check_code,
        issuer=face.invoicing.name,
        total=plain(face.total),
        issued_at=face.issued_at,
    )
    steps = write_ofd(_marked(_composition(face, template)), typecase(), xml, identity)
    try:
        request = next(steps)
        while True:
            party = making.unit if request.party == "unit" else making.supervisor
            task = StampTask(
                signature_xml=request.signature_xml, path=request.path, party=party, at=request.at
            )
            request = steps.send(making.signer.stamp_one(task))
    except StopIteration as finished:
        result: bytes = finished.value
        return result


def _pdf(face: Face, template: FaceTemplate, xml: bytes, _: _Making) -> bytes:
    composition = _marked(_composition(face, template))
    return write_pdf(composition, typecase(), _pictures(), xml, face.issued_at)


def _composition(face: Face, template: FaceTemplate) -> Composition:
    address = check_address("https://sample.invalid", code=face.code, number=face.number, sm3="0" * 64)
    return compose(face, template, address, typecase())


def _marked(composition: Composition) -> Composition:
    fitted = fit(_MARK, typecase(), composition.width, composition.height, _MARK_SIZE, 2)
    text = Text(
        (composition.width - fitted.width) / 2,
        baseline(0, composition.height, fitted.size),
        fitted.size,
        fitted.width,
        fitted.lines[0],
        _MARK_COLOUR,
    )

    def with_mark(page: FacePage) -> FacePage:
        return msgspec.structs.replace(page, form=(text, *page.form))

    return msgspec.structs.replace(composition, pages=tuple(with_mark(page) for page in composition.pages))
