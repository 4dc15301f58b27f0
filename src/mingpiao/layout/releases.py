"""How each release draws a face. Files of former releases are known again by drawing them as then.

A release that draws any bill otherwise than the one before counts `LAYOUT_RELEASE` up and adds its
templates and fonts here; what stood here stays.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import msgspec

from mingpiao.catalog.model import BillKind
from mingpiao.layout import loading
from mingpiao.layout.model import FaceTemplate
from mingpiao.letters.service import Typecase, main_font_alone, typecase


class Release(msgspec.Struct, frozen=True):
    """The templates and fonts that a release draws with."""

    folder: Path
    letters: Callable[[], Typecase]


RELEASES: Mapping[int, Release] = {
    1: Release(loading.RELEASE_1_FOLDER, main_font_alone),
    2: Release(loading.TEMPLATE_FOLDER, typecase),
}
LAYOUT_RELEASE = max(RELEASES)


@cache
def templates_of(release: int) -> Mapping[str, FaceTemplate]:
    """The templates of a release by key; Refusal `layout.template_invalid` names every mistake in them."""
    return loading.load_templates(RELEASES[release].folder)


def letters_of(release: int) -> Typecase:
    """The fonts of a release."""
    return RELEASES[release].letters()


def shipped_face(kind: BillKind) -> FaceTemplate:
    """The face that the platform brings for a kind, with an entry for each of its MainExt members."""
    labels = {field.name: field.label for field in kind.extension_fields}
    templates = templates_of(LAYOUT_RELEASE)
    return loading.with_extension_fields(templates.get(kind.template) or templates["general"], labels)
