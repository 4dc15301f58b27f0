"""Which section of which handbook explains a page: what its question mark opens."""

from collections.abc import Mapping
from functools import cache

from mingpiao.portals.help.books import BOOKS_OF, books_of
from mingpiao.portals.subjects import menu_entries, subjects

#: Pages that explain no page below them.
_HOMES = frozenset({"/", "/unit", "/finance", "/admin"})


@cache
def _declared() -> Mapping[str, str]:
    return {prefix: target for subject in subjects() for prefix, target in subject.help.items()}


def portal_of(path: str) -> str:
    """The portal of a page: unit, finance, admin, or an empty text for public pages."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in BOOKS_OF else ""


def help_target(path: str) -> str:
    """The book and anchor (`unit#冲红`) for a page: what its subject declares for the longest address above it, else
    the section that is called like the menu's entry or mentions it in its title; an empty text if there is none.
    """
    entries = {entry.address: _titled(portal_of(path), entry.label) for entry in menu_entries()}
    targets = {address: target for address, target in entries.items() if target} | dict(_declared())
    above = [each for each in targets if path == each or (each not in _HOMES and _is_above(each, path))]
    return targets[max(above, key=_depth)] if above else ""


def _is_above(address: str, path: str) -> bool:
    """Whether an address is that of a page or above it; `*` in it stands for any one part."""
    wanted, parts = address.split("/"), path.split("/")
    return len(wanted) <= len(parts) and all(
        each in ("*", part) for each, part in zip(wanted, parts, strict=False)
    )


def _depth(address: str) -> int:
    return address.count("/")


def _titled(portal: str, label: str) -> str:
    """The section of a portal's books that is called by a label, else the first whose title mentions it."""
    sections = [(book.name, each) for book in books_of(portal) for each in book.sections if each.level > 1]
    called = [pair for pair in sections if pair[1].title == label]
    mentioned = [pair for pair in sections if label in pair[1].title]
    return next((f"{name}#{section.anchor}" for name, section in [*called, *mentioned]), "")


def help_address(path: str) -> str:
    """The address that the question mark of a page leads to; the portal's own book if nothing is closer."""
    portal = portal_of(path)
    base = f"/{portal}/help" if portal else "/help"
    if path == base or path.startswith(base + "/"):
        return ""
    target = help_target(path)
    return f"{base}/{target or BOOKS_OF[portal][0]}"
