"""The drawing of a face in the making: its pages with the parts that can be moved, and what the check found."""

import asyncio
from collections.abc import Callable, Mapping

import msgspec
from markupsafe import Markup

from mingpiao.catalog.model import BillKind
from mingpiao.kernel.errors import Refusal
from mingpiao.layout.model import FaceBox, FaceFinding, FaceTemplate
from mingpiao.layout.service import (
    check_face,
    following_boxes,
    front_boxes,
    is_drawable,
    part_name,
    preview_pages,
)
from mingpiao.sealing.model import Face

#: Parts whose place follows from others.
_DERIVED = frozenset({"totals", "info"})


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a page that can be moved: its path in the template, its name, where it lies (mm)."""

    place: str
    name: str
    box: FaceBox


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A page as SVG, and its parts."""

    svg: Markup
    parts: tuple[Part, ...]


class Drawing(msgspec.Struct, frozen=True, kw_only=True):
    """A face as it will be made, without sheets where it cannot be drawn, and the findings."""

    width: float
    height: float
    sheets: tuple[Sheet, ...]
    findings: tuple[FaceFinding, ...]

    @property
    def blocking(self) -> int:
        return sum(finding.blocking for finding in self.findings)


async def draw(face: Face, template: FaceTemplate, kind: BillKind) -> Drawing:
    """Draw and check a face; drawing takes some milliseconds a page, in a thread."""
    return await asyncio.to_thread(_draw, face, template, kind)


def _draw(face: Face, template: FaceTemplate, kind: BillKind) -> Drawing:
    findings = check_face(template, kind)
    pages: list[str] = []
    if is_drawable(template):
        try:
            pages = preview_pages(face, template)
        except Refusal as refusal:
            findings = (FaceFinding(place="list/box", message=refusal.problems[0].message), *findings)
    front, following = _parts(template, front_boxes), _parts(template, following_boxes)
    sheets = tuple(
        Sheet(svg=Markup(page), parts=following if index else front)  # noqa: S704 - our own drawing, texts escaped
        for index, page in enumerate(pages)
    )
    return Drawing(width=template.width, height=template.height, sheets=sheets, findings=findings)


def _parts(
    template: FaceTemplate, boxes_of: Callable[[FaceTemplate], Mapping[str, FaceBox]]
) -> tuple[Part, ...]:
    """The parts, large ones first, so that small ones lie above them and can be reached."""
    parts = [
        Part(place=place, name=part_name(template, place), box=box)
        for place, box in boxes_of(template).items()
        if place not in _DERIVED
    ]
    return tuple(sorted(parts, key=lambda part: -part.box.width * part.box.height))
