"""The handbooks, read from Markdown once: sections with anchors, which pages link to and searches find.

Markup in the text is shown as text, never taken as markup, and links lead to other handbooks or to web addresses
only: what else a handbook refers to in the repository is no page of this site. Pictures are files of
`docs/handbook/pictures`, which the site serves itself.
"""

import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup, escape

_HERE = Path(__file__).parent
#: In the package as it is installed, or in the repository.
_PLACES = (_HERE.parents[1] / "handbook", _HERE.parents[3] / "docs" / "handbook")
#: The file of each book, by the name that it has in addresses.
FILES = {
    "start": "index.md",
    "public": "公众.md",
    "unit": "用票单位.md",
    "programs": "接口单位.md",
    "finance": "财政部门.md",
}
#: The books that a portal lists and searches, its own first; the empty name is the public pages'. No book is secret:
#: a link from one to another is followed in each portal.
BOOKS_OF = {
    "": ("public", "start", "programs"),
    "unit": ("unit", "start", "public", "programs"),
    "finance": ("finance", "start", "public"),
    "admin": ("start", "finance", "public"),
}
#: Where the site has the pictures of all books.
PICTURES = "/help/pictures"
_FOLDER = "pictures"
#: A PNG tells its width and height behind its signature, and the length and name of its first chunk.
_SIZE = slice(16, 24)
_NO_ANCHOR = re.compile(r"[^\w\u3400-\u9fff-]+")
#: Headings that begin a section of their own.
_LEVELS = {"h1": 1, "h2": 2, "h3": 3}
_EXCERPT_BEFORE = 20
_EXCERPT_LENGTH = 90


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and what stands below it; `level` is 2 or 3, and 1 for what stands before the first heading."""

    anchor: str
    title: str
    level: int
    html: Markup
    text: str


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """A handbook with its sections in order."""

    name: str
    title: str
    sections: tuple[Section, ...]

    def section(self, anchor: str) -> Section | None:
        """A section by its anchor."""
        return next((each for each in self.sections if each.anchor == anchor), None)


class HandbookHit(msgspec.Struct, frozen=True, kw_only=True):
    """A section that has all words of a search, with the text around the first one."""

    book: Book
    section: Section
    excerpt: Markup


@cache
def book(name: str) -> Book:
    """A handbook by its name in addresses. Raises KeyError for an unknown one."""
    return read_book(name, (_place() / FILES[name]).read_text(encoding="utf-8"))


@cache
def pictures() -> dict[str, bytes]:
    """The pictures (PNG) of all books by the names of their files."""
    return {each.name: each.read_bytes() for each in sorted((_place() / _FOLDER).glob("*.png"))}


def _place() -> Path:
    return next(each for each in _PLACES if each.is_dir())


def books_of(portal: str) -> tuple[Book, ...]:
    """The books that a portal shows."""
    return tuple(book(name) for name in BOOKS_OF[portal])


def anchor_of(title: str) -> str:
    """The anchor of a heading: its letters and digits, joined by dashes."""
    return _NO_ANCHOR.sub("-", title).strip("-").lower()


def read_book(name: str, text: str) -> Book:
    """A handbook from its Markdown."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse(text)
    for token in tokens:
        _adapt(token)
    title, sections = "", []
    for level, heading, body in _parts(tokens):
        if level == 1:
            title = heading
        html = Markup(parser.renderer.render(body, parser.options, {}))  # noqa: S704 - its own markup is off
        # A book's first words are found under its own title.
        sections.append(
            Section(anchor=anchor_of(heading), title=heading, level=level, html=html, text=_plain(body))
        )
    return Book(name=name, title=title, sections=tuple(sections))


def _parts(tokens: Sequence[Token]) -> Iterable[tuple[int, str, list[Token]]]:
    """The headings up to the third level: level, text, and the tokens below."""
    level, heading, body, place = 1, "", list[Token](), 0
    while place < len(tokens):
        token = tokens[place]
        if token.type == "heading_open" and token.tag in _LEVELS:
            if heading or body:
                yield level, heading, body
            level, heading, body = _LEVELS[token.tag], tokens[place + 1].content, []
            place += 3
        else:
            body.append(token)
            place += 1
    yield level, heading, body


def _adapt(token: Token) -> None:
    """Give a table the site's look, code that may be too wide for a phone a place for the keys that move it, and a
    link an address of the site.
    """
    if token.type == "table_open":
        token.attrSet("class", "table")
    elif token.type in ("fence", "code_block"):
        token.attrSet("tabindex", "0")
    for child in token.children or ():
        if child.type == "link_open":
            _lead(child)
        elif child.type == "image":
            _show(child)


def _show(image: Token) -> None:
    """Give a picture the address at which the site has it, and the size that it will take; others are not shown."""
    folder, _, name = str(image.attrGet("src") or "").partition("/")
    picture = pictures().get(name) if folder == _FOLDER else None
    image.attrs.pop("src", None)
    if picture is not None:
        width, height = struct.unpack(">II", picture[_SIZE])
        # Another picture under the same name has another address, so that browsers may keep them.
        image.attrs["src"] = f"{PICTURES}/{name}?v={zlib.crc32(picture):08x}"
        image.attrs |= {"width": width, "height": height, "loading": "lazy"}


def _lead(link: Token) -> None:
    target, _, anchor = unquote(str(link.attrGet("href") or "")).partition("#")
    names = {file: name for name, file in FILES.items()}
    if target in names:
        link.attrSet("href", f"{names[target]}#{anchor_of(anchor)}" if anchor else names[target])
    elif anchor and not target:
        link.attrSet("href", f"#{anchor_of(anchor)}")
    elif not target.startswith("https://"):
        # A link without an address is text.
        del link.attrs["href"]


def _plain(tokens: Sequence[Token]) -> str:
    inline = (token for token in tokens if token.type in ("inline", "fence", "code_block"))
    return " ".join(
        "".join(child.content for child in token.children) if token.children else token.content
        for token in inline
    )


def search(portal: str, words: str) -> list[HandbookHit]:
    """Sections of a portal's books that have every word, those with a word in their heading first."""
    wanted = words.lower().split()
    if not wanted:
        return []
    found = [
        HandbookHit(book=each, section=section, excerpt=_excerpt(section.text, wanted))
        for each in books_of(portal)
        for section in each.sections
        if all(word in f"{section.title} {section.text}".lower() for word in wanted)
    ]
    return sorted(found, key=lambda each: not any(word in each.section.title.lower() for word in wanted))


def _excerpt(text: str, wanted: Sequence[str]) -> Markup:
    places = [place for place in (text.lower().find(word) for word in wanted) if place >= 0]
    start = max(0, min(places, default=0) - _EXCERPT_BEFORE)
    piece = text[start : start + _EXCERPT_LENGTH]
    marks = re.compile("|".join(re.escape(word) for word in wanted), re.IGNORECASE)
    shown, place = escape("…" if start else ""), 0
    for hit in marks.finditer(piece):
        shown += escape(piece[place : hit.start()]) + Markup("<mark>{}</mark>").format(hit[0])
        place = hit.end()
    return shown + escape(piece[place:]) + ("…" if start + _EXCERPT_LENGTH < len(text) else "")
