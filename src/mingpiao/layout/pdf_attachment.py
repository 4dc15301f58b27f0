"""The child process that reads a stranger's PDF: standard input a PDF, standard output the embedded XML.

Run as `python -m mingpiao.layout.pdf_attachment`. Memory and processor time are bounded, so that a
crafted file harms only this process.
"""

import resource
import sys
from io import BytesIO

EXIT_MISSING = 3
EXIT_MALFORMED = 4

_MEMORY_BYTES = 768 * 1024 * 1024
_PROCESSOR_SECONDS = 10
_MAX_XML_BYTES = 4 * 1024 * 1024
_KEYS = ("hidexml", "einvoice.xml")


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


def main() -> int:
    """Exit status: 0 with the XML, EXIT_MISSING without one, EXIT_MALFORMED when unreadable."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_PROCESSOR_SECONDS, _PROCESSOR_SECONDS))
    try:
        xml = embedded_xml(sys.stdin.buffer.read())
    except Exception:
        # A parser fed with hostile bytes may raise anything; the parent needs just this answer.
        return EXIT_MALFORMED
    if xml is None:
        return EXIT_MISSING
    sys.stdout.buffer.write(xml)
    return 0


if __name__ == "__main__":
    sys.exit(main())
