"""The confined process that reads a stranger's PDF: its only request is a PDF, its answer the embedded XML.

Run as `python -m mingpiao.layout.pdf_attachment`. Memory and processor time are bounded, so that a
crafted file harms only this process.
"""

from io import BytesIO

import msgspec

from mingpiao.processes.confinement import Confinement, confine
from mingpiao.processes.frames import parent_channel

_MEGABYTE = 1024 * 1024
MAX_PDF_BYTES = 20 * _MEGABYTE
_MAX_XML_BYTES = 4 * _MEGABYTE
#: The largest answer: an XML and a little.
MAX_ANSWER = _MAX_XML_BYTES + 1024

_CONFINEMENT = Confinement(
    writes_files=False,
    uses_network=False,
    descriptors=128,
    memory=768 * _MEGABYTE,
    processor_seconds=10,
)
_KEYS = ("hidexml", "einvoice.xml")


class EmbeddedXml(msgspec.Struct, frozen=True, tag="found", array_like=True):
    """The embedded XML."""

    xml: bytes


class NoEmbeddedXml(msgspec.Struct, frozen=True, tag="missing", array_like=True):
    """The PDF can be read and embeds no bill."""


class MalformedPdf(msgspec.Struct, frozen=True, tag="malformed", array_like=True):
    """The PDF cannot be read within the limits."""


PdfAnswer = EmbeddedXml | NoEmbeddedXml | MalformedPdf

_answers: msgspec.msgpack.Decoder[PdfAnswer] = msgspec.msgpack.Decoder(PdfAnswer)


def decode_answer(body: bytes) -> PdfAnswer:
    """What the process answered. Raises msgspec.DecodeError."""
    return _answers.decode(body)


def embedded_xml(data: bytes) -> bytes | None:
    """The embedded file under the key `hidexml` or `einvoice.xml`, else the only XML there is, else None.

    Raises whatever pikepdf raises on malformed input, and ValueError when the XML is too large.
    """
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        names = list(pdf.attachments)
        chosen = next((key for key in _KEYS if key in names), None)
        if chosen is None:
            candidates = [name for name in names if name.casefold().endswith(".xml")]
            chosen = candidates[0] if len(candidates) == 1 else None
        if chosen is None:
            return None
        xml = pdf.attachments[chosen].get_file().read_bytes()
    if len(xml) > _MAX_XML_BYTES:
        raise ValueError("embedded file too large")
    return xml


def answer(data: bytes) -> PdfAnswer:
    """What is to be said about a PDF."""
    try:
        xml = embedded_xml(data)
    except Exception:
        # A parser fed with hostile bytes may raise anything; the parent needs just this answer.
        return MalformedPdf()
    return NoEmbeddedXml() if xml is None else EmbeddedXml(xml)


def main() -> None:
    """Entry of `python -m mingpiao.layout.pdf_attachment`, started by `extract_xml_from_pdf` only."""
    confine(_CONFINEMENT)
    with parent_channel(most_request=MAX_PDF_BYTES, most_answer=MAX_ANSWER) as parent:
        parent.say_ready()
        data = parent.receive()
        if data is not None:
            parent.send(msgspec.msgpack.encode(answer(data)))


if __name__ == "__main__":
    main()
