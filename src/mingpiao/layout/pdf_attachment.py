"""The confined process that reads a stranger's PDF: its only request is a PDF, its answer what it holds.

Run as `python -m mingpiao.layout.pdf_attachment`. Memory and processor time are bounded, so that a
crafted file harms only this process.
"""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from io import BytesIO
from typing import Any

import msgspec

from mingpiao.layout.model import PdfContents
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
    # A stranger's file gives way to bills that are issued on the same machine.
    niceness=10,
)
_KEYS = ("hidexml", "einvoice.xml")
#: Members that tell how something is stored, not what it is, and links back.
_STORAGE = frozenset({"/Length", "/Filter", "/DecodeParms", "/Parent", "/Metadata"})
#: Members of the catalogue that say nothing about what is shown: pages are walked one by one.
_CATALOGUE = _STORAGE | {"/Pages", "/Version", "/Extensions"}
_MAX_DEPTH = 64
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


class LockedPdf(msgspec.Struct, frozen=True, tag="locked"):
    """The PDF asks for a password."""


class MalformedPdf(msgspec.Struct, frozen=True, tag="malformed"):
    """The PDF cannot be read within the limits."""


PdfAnswer = PdfContents | LockedPdf | MalformedPdf

_answers: msgspec.msgpack.Decoder[PdfAnswer] = msgspec.msgpack.Decoder(PdfAnswer)


def decode_answer(body: bytes) -> PdfAnswer:
    """What the process answered. Raises msgspec.DecodeError."""
    return _answers.decode(body)


def contents(data: bytes) -> PdfContents:
    """What the PDF holds; of several attachments the bill's own by its key, else the only XML there is.

    Raises whatever pikepdf raises on malformed input, and ValueError when the XML is too large.
    """
    import pikepdf

    with pikepdf.open(BytesIO(data)) as pdf:
        name = _chosen([*pdf.attachments])
        xml = None if name is None else pdf.attachments[name].get_file().read_bytes()
        if xml is not None and len(xml) > _MAX_XML_BYTES:
            raise ValueError("embedded file too large")
        look, copies = _look(pdf), _copies(pdf)
        return PdfContents(
            xml=xml,
            look=look,
            copies=copies,
            encrypted=pdf.is_encrypted,
            # Asked last: a broken part is found when it is read.
            repaired=bool(pdf.get_warnings()),
        )


def answer(data: bytes) -> PdfAnswer:
    """What is to be said about a PDF."""
    try:
        return contents(data)
    except Exception as error:
        # A parser fed with hostile bytes may raise anything; the parent needs just this answer.
        return LockedPdf() if type(error).__name__ == "PasswordError" else MalformedPdf()


def _chosen(names: list[str]) -> str | None:
    """The key `hidexml` or `einvoice.xml`, else the only XML there is, else None."""
    chosen = next((key for key in _KEYS if key in names), None)
    if chosen is not None:
        return chosen
    candidates = [name for name in names if name.casefold().endswith(".xml")]
    return candidates[0] if len(candidates) == 1 else None


def _copies(pdf: Any) -> int:
    """The most embedded files that share a key or a file name; readers differ in which one they take."""
    import pikepdf

    tree = pdf.Root.get("/Names", pikepdf.Dictionary()).get("/EmbeddedFiles", pikepdf.Dictionary())
    keys = Counter(str(key) for key in _keys(tree, 0))
    files = Counter(
        str(thing.get("/UF", thing.get("/F", "")))
        for thing in pdf.objects
        if isinstance(thing, pikepdf.Dictionary) and "/EF" in thing
    )
    return max([*keys.values(), *files.values()], default=0)


def _keys(node: Any, depth: int) -> Iterator[Any]:
    """The keys of a name tree, those that stand there twice too."""
    yield from list(node.get("/Names", []))[::2]
    if depth < _MAX_DEPTH:
        for child in node.get("/Kids", []):
            yield from _keys(child, depth + 1)


# --- what is drawn ---------------------------------------------------------------------------------


def _look(pdf: Any) -> str:
    """A digest of every page and of all that the catalogue leads to, however the file stores it."""
    digest = sha256()
    walker = _Walker()
    for token in _tokens(pdf, walker):
        # With its length, so that no two sequences of tokens are one sequence of bytes.
        digest.update(b"%d:" % len(token) + token)
    return digest.hexdigest()


def _tokens(pdf: Any, walker: "_Walker") -> Iterator[bytes]:
    for page in pdf.pages:
        yield b"page"
        for name in _INHERITED:
            yield name.encode()
            yield from walker.walk(_inherited(page, name))
        yield sha256(_drawing(page)).digest()
        yield from walker.members(page.obj, _STORAGE | {"/Contents", "/Type", *_INHERITED})
    yield from walker.members(pdf.Root, _CATALOGUE)


def _inherited(page: Any, name: str) -> Any:
    """A member of a page, or of the nearest node above it that has one."""
    node = page.obj
    for _ in range(_MAX_DEPTH):
        if name in node:
            return node[name]
        node = node.get("/Parent")
        if node is None:
            return None
    return None


def _drawing(page: Any) -> bytes:
    drawn = page.obj.get("/Contents")
    if drawn is None:
        return b""
    import pikepdf

    streams = list(drawn) if isinstance(drawn, pikepdf.Array) else [drawn]
    return b"\n".join(stream.read_bytes() for stream in streams)


class _Walker:
    """Walks objects in a fixed order; one that was met before is named by its place in that order."""

    def __init__(self) -> None:
        self._met: dict[tuple[int, int], int] = {}

    def walk(self, thing: Any) -> Iterator[bytes]:
        """The canonical form of an object and all that it leads to."""
        import pikepdf

        if isinstance(thing, pikepdf.Object) and thing.is_indirect:
            known = self._met.get(thing.objgen)
            if known is not None:
                yield b"met %d" % known
                return
            self._met[thing.objgen] = len(self._met)
        if isinstance(thing, pikepdf.Stream):
            yield b"stream " + _bytes_of(thing)
            yield from self.members(thing, _STORAGE)
        elif isinstance(thing, pikepdf.Dictionary):
            yield from self.members(thing, _STORAGE)
        elif isinstance(thing, pikepdf.Array):
            yield b"["
            for part in thing:
                yield from self.walk(part)
            yield b"]"
        else:
            yield _plain(thing)

    def members(self, thing: Any, without: frozenset[str]) -> Iterator[bytes]:
        """The members of a dictionary or stream in the order of their names."""
        yield b"<"
        for name in sorted(set(thing.keys()) - without):
            yield name.encode()
            yield from self.walk(thing[name])
        yield b">"


def _bytes_of(stream: Any) -> bytes:
    import pikepdf

    try:
        content = stream.read_bytes()
    except pikepdf.PdfError:
        content = stream.read_raw_bytes() + repr(stream.get("/Filter")).encode()
    return sha256(content).digest()


def _plain(thing: Any) -> bytes:
    import pikepdf

    if isinstance(thing, pikepdf.String):
        return b"(%s)" % bytes(thing).hex().encode()
    if isinstance(thing, bool) or thing is None:
        return repr(thing).encode()
    try:
        return b"%.5f" % float(thing)
    except (TypeError, ValueError):
        return str(thing).encode()


def main() -> None:
    """Entry of `python -m mingpiao.layout.pdf_attachment`, started by `read_pdf` only."""
    confine(_CONFINEMENT)
    with parent_channel(most_request=MAX_PDF_BYTES, most_answer=MAX_ANSWER) as parent:
        parent.say_ready()
        data = parent.receive()
        if data is not None:
            parent.send(msgspec.msgpack.encode(answer(data)))


if __name__ == "__main__":
    main()
