"""OFD packages from strangers (GB/T 33190): a ZIP within limits, XML without entities, pages and resources.

Elements are told by their local names, since programs write several namespaces.
"""

import posixpath
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from io import BytesIO
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from lxml import etree

from mingpiao.reading import errors

Element = etree._Element

#: As for PDFs.
MAX_PAGES = 200
_MAX_ENTRIES = 4_000
#: A page of a contract has 300 KB of XML; a tree in memory takes fifty times the bytes of tiny elements.
_MAX_XML_BYTES = 4 * 1024 * 1024
_MAX_PART_BYTES = 32 * 1024 * 1024
#: What is unfolded of one file in all, to read it once.
_MAX_TOTAL_BYTES = 192 * 1024 * 1024
_ENCRYPTED = 0x1
#: What zipfile raises on hostile bytes, besides what it says itself: versions and encryption that it does not know;
#: offsets before the beginning, and names that are no UTF-8 (ValueError); offsets beyond any memory; data that
#: ends too early, or is not deflated.
_ZIP_FAULTS = (
    BadZipFile,
    NotImplementedError,
    ValueError,
    OverflowError,
    EOFError,
    zlib.error,
)


class Box(NamedTuple):
    """A rectangle in mm, origin top left."""

    left: float
    top: float
    width: float
    height: float


class Resources(NamedTuple):
    """What objects name by ID: the paths of pictures, composite drawings, and ways of drawing."""

    pictures: dict[str, str]
    composites: dict[str, Element]
    ways: dict[str, Element]


class OfdPage(NamedTuple):
    """A page: its area, and its layers in the order in which they are drawn. `page_id` is its ID."""

    page_id: str
    area: Box
    layers: list[Element]
    resources: Resources


class OfdFile:
    """An opened package."""

    def __init__(self, archive: ZipFile) -> None:
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        if len(entries) > _MAX_ENTRIES:
            raise errors.damaged()
        self._archive = archive
        self._entries: dict[str, ZipInfo] = {_plain(entry.filename): entry for entry in entries}
        self._left = _MAX_TOTAL_BYTES
        root = self.xml("OFD.xml")
        body = root.find("{*}DocBody")
        self._body = body if body is not None else root
        self.path = resolve(text_of(self._body, "{*}DocRoot"), "OFD.xml")
        self.document = self.xml(self.path)
        self.page_entries = self.document.findall("{*}Pages/{*}Page")

    def has(self, path: str) -> bool:
        """Whether there is such a part."""
        return path in self._entries

    def __len__(self) -> int:
        return len(self.page_entries)

    def part(self, path: str, limit: int = _MAX_PART_BYTES) -> bytes:
        """The bytes of a part. Raises `FileUnreadable` when it is missing, damaged, encrypted or too large."""
        entry = self._entries.get(path)
        if entry is None or entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise errors.damaged()
        if entry.flag_bits & _ENCRYPTED:
            raise errors.encrypted()
        try:
            with self._archive.open(entry) as stream:
                data = stream.read(limit + 1)
        except _ZIP_FAULTS as error:
            raise errors.damaged() from error
        self._left -= len(data)
        if len(data) > limit or self._left < 0:
            raise errors.too_complex()
        return data

    def xml(self, path: str) -> Element:
        """The root of an XML part. Raises `FileUnreadable` also when it is malformed or has a DTD."""
        data = self.part(path, _MAX_XML_BYTES)
        parser = etree.XMLParser(
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            root = etree.fromstring(data, parser)
        except (etree.XMLSyntaxError, ValueError) as error:
            raise errors.damaged() from error
        if root.getroottree().docinfo.internalDTD is not None:
            raise errors.damaged()
        return root

    def page(self, number: int) -> OfdPage:
        """Page `number`, from 1. Raises `FileUnreadable`."""
        entry = self.page_entries[number - 1]
        path = resolve(entry.get("BaseLoc", ""), self.path)
        page = self.xml(path)
        area = page.find("{*}Area/{*}PhysicalBox")
        if area is None:
            area = self.document.find("{*}CommonData/{*}PageArea/{*}PhysicalBox")
        resources = _joined(self._shared, self._resources(page, ("PageRes",), path))
        behind, layers, before = self._templates(page, resources)
        layers += page.findall("{*}Content/{*}Layer")
        return OfdPage(
            page_id=entry.get("ID", ""),
            area=box_of(area.text or "" if area is not None else ""),
            layers=[*behind, *sorted(layers, key=_depth), *before],
            resources=resources,
        )

    def _templates(
        self, page: Element, resources: Resources
    ) -> tuple[list[Element], list[Element], list[Element]]:
        """The layers of templates that lie behind the page's own, among them, and before them."""
        places: dict[str, list[Element]] = {"Background": [], "Body": [], "Foreground": []}
        known = {each.get("ID"): each for each in self.document.findall("{*}CommonData/{*}TemplatePage")}
        for use in page.findall("{*}Template")[:MAX_PAGES]:
            entry = known.get(use.get("TemplateID"))
            path = resolve(entry.get("BaseLoc", ""), self.path) if entry is not None else ""
            if entry is None or path not in self._entries:
                continue
            template = self.xml(path)
            order = use.get("ZOrder") or entry.get("ZOrder") or "Background"
            places.get(order, places["Background"]).extend(template.findall("{*}Content/{*}Layer"))
            own = self._resources(template, ("PageRes",), path)
            resources.pictures.update(own.pictures)
            resources.composites.update(own.composites)
            resources.ways.update(own.ways)
        return places["Background"], places["Body"], places["Foreground"]

    @cached_property
    def _shared(self) -> Resources:
        common = self.document.find("{*}CommonData")
        return self._resources(common, ("PublicRes", "DocumentRes"), self.path)

    def _resources(self, element: Element | None, names: tuple[str, ...], base: str) -> Resources:
        found = Resources({}, {}, {})
        places = (
            [] if element is None else [each for name in names for each in element.findall(f"{{*}}{name}")]
        )
        for place in places:
            path = resolve(place.text or "", base)
            if path in self._entries:
                self._take_in(found, path)
        return found

    def _take_in(self, found: Resources, path: str) -> None:
        root = self.xml(path)
        folder = resolve(root.get("BaseLoc") or ".", path)
        for media in root.iterfind("{*}MultiMedias/{*}MultiMedia"):
            location = text_of(media, "{*}MediaFile")
            # Some programs write the path from the folder of the list, and not from its BaseLoc.
            inner = resolve(location, f"{folder}/x")
            found.pictures[media.get("ID", "")] = inner if inner in self._entries else resolve(location, path)
        for unit in root.iter("{*}CompositeGraphicUnit", "{*}CompositeGraphUnit", "{*}VectorG"):
            content = unit.find("{*}Content")
            if content is not None:
                found.composites[unit.get("ID", "")] = content
        for way in root.iterfind("{*}DrawParams/{*}DrawParam"):
            found.ways[way.get("ID", "")] = way

    def seals(self) -> Iterator[tuple[str, Box]]:
        """Where electronic seals stand: the page's ID, and a box. Whether they are true is not checked here."""
        path = resolve(text_of(self._body, "{*}Signatures"), "OFD.xml")
        if path not in self._entries:
            return
        for entry in self.xml(path).findall("{*}Signature")[:MAX_PAGES]:
            place = resolve(entry.get("BaseLoc", ""), path)
            if place not in self._entries:
                continue
            for stamp in self.xml(place).findall("{*}SignedInfo/{*}StampAnnot")[:MAX_PAGES]:
                yield stamp.get("PageRef", ""), box_of(stamp.get("Boundary", ""))


@contextmanager
def open_ofd(data: bytes) -> Iterator[OfdFile]:
    """Open an OFD for a block. Raises `FileUnreadable` for other data, or when it is encrypted, damaged or too long."""
    if not data:
        raise errors.empty()
    try:
        archive = ZipFile(BytesIO(data))
    except _ZIP_FAULTS as error:
        raise errors.damaged() from error
    with archive:
        file = OfdFile(archive)
        if not file.page_entries:
            raise errors.empty()
        if len(file) > MAX_PAGES:
            raise errors.too_many_pages(len(file), MAX_PAGES)
        yield file


def _joined(first: Resources, second: Resources) -> Resources:
    return Resources(
        first.pictures | second.pictures,
        first.composites | second.composites,
        first.ways | second.ways,
    )


def _depth(layer: Element) -> int:
    return {"Background": 0, "Foreground": 2}.get(layer.get("Type", "Body"), 1)


def _plain(name: str) -> str:
    return posixpath.normpath("/" + name.replace("\\", "/")).lstrip("/")


def resolve(location: str, base_file: str) -> str:
    """The package path that a location means, seen from a file: absolute with a slash, else relative."""
    location = location.strip().replace("\\", "/")
    return _plain(
        location if location.startswith("/") else posixpath.join(posixpath.dirname(base_file), location)
    )


def text_of(element: Element, path: str) -> str:
    """The text of a descendant, or "" when it is not there."""
    return (element.findtext(path) or "").strip()


def numbers_of(text: str) -> list[float]:
    """Numbers with blanks between them. Raises `FileUnreadable` when one is none, or beyond all pages."""
    try:
        found = [float(part) for part in text.split()]
    except ValueError as error:
        raise errors.damaged() from error
    if not all(abs(number) < 1e6 for number in found):
        raise errors.damaged()
    return found


def box_of(text: str) -> Box:
    """A box as four numbers. Raises `FileUnreadable` for anything else."""
    numbers = numbers_of(text)
    if len(numbers) != 4:
        raise errors.damaged()
    return Box(*numbers)
