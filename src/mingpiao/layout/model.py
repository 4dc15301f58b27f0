"""Values of layout: face templates (data, in mm), ports, and what a check of a file finds."""

from collections.abc import Callable
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

import msgspec

from mingpiao.sealing.model import SealReport

Align = Literal["left", "center", "right"]
Party = Literal["unit", "supervisor"]
Colour = tuple[int, int, int]

#: Stamps one signature of a file: (party, bytes of Signature.xml, its absolute path, moment) →
#: SignedValue.dat. The same arguments must give the same bytes.
Stamper = Callable[["StampRequest"], bytes]
#: Checks one seal: (SignedValue.dat, bytes of Signature.xml, its absolute path) → report.
SealCheck = Callable[[bytes, bytes, str], SealReport]


class StampRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A Signature.xml (its bytes and absolute path in the package) that waits for a party's seal."""

    party: Party
    signature_xml: bytes
    path: str
    at: datetime


class SealPictures(msgspec.Struct, frozen=True, kw_only=True):
    """PNG pictures of both seals, as they stand in the SESeals."""

    unit: bytes
    supervisor: bytes


class FaceBox(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rectangle in mm; x and y are its upper left corner."""

    x: float
    y: float
    width: float
    height: float


class FaceField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A label and a value in a box; `value` names a source of `fields.py` or `extension.<MOF name>`.

    `size` of its text in mm; that of the template where it is None.
    """

    label: str
    value: str
    box: FaceBox
    size: float | None = None


class FaceLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line of the form on the front page, from one point to another, in mm."""

    x1: float
    y1: float
    x2: float
    y2: float
    thickness: float = 0.2


class TitleSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The bill's name in the middle; `suffixes` mark following pages: more items, list, full texts."""

    box: FaceBox
    size: float
    underline_gap: float
    continued_box: FaceBox
    continued_size: float
    more_suffix: str
    list_suffix: str
    annex_suffix: str


class ColumnSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table column; `value` names a source of item or list lines in `fields.py`."""

    title: str
    value: str
    width: float
    align: Align = "left"


class TableSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of items in `panels` side by side, each with the same columns."""

    box: FaceBox
    header_height: float
    panels: int = 1
    columns: tuple[ColumnSpec, ...]


class TotalsSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The row 金额合计 under the table; `words_width` is the share in mm of 大写."""

    height: float
    words_label: str
    figures_label: str
    words_width: float


class InfoField(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of 其他信息 over `span` grid columns; `optional` ones show only when they have a value."""

    label: str
    value: str
    span: int = 1
    optional: bool = False


class InfoSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """其他信息: a vertical heading and a grid with `columns` columns and `rows` rows.

    What finds no room in the grid goes to the page of full texts. `clear_of_seal`: no entry stands where
    the unit's seal does.
    """

    heading: str
    heading_width: float
    height: float
    columns: int
    rows: int
    fields: tuple[InfoField, ...]
    clear_of_seal: bool = True


class ListSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Following pages: the box of their table and the columns of the detailed list (清单)."""

    box: FaceBox
    header_height: float
    columns: tuple[ColumnSpec, ...]


class RedSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a red bill shows besides: the mark and the sentence naming the blue bill."""

    colour: Colour
    mark: str
    mark_box: FaceBox
    sentence: str
    sentence_box: FaceBox


class TextSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Text sizes in mm: wanted and smallest, and the space around text in cells."""

    size: float
    table_size: float
    min_size: float
    padding: float


class FaceTemplate(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The look of one family of bills; a bill kind names it by `key`."""

    key: str
    name: str
    width: float
    height: float
    ink: Colour
    text: TextSpec
    title: TitleSpec
    qr: FaceBox
    page_label: FaceBox
    fields: tuple[FaceField, ...]
    continued_fields: tuple[FaceField, ...]
    table: TableSpec
    totals: TotalsSpec
    info: InfoSpec
    list: ListSpec
    red: RedSpec
    unit_seal: FaceBox
    supervisor_seal: FaceBox
    lines: tuple[FaceLine, ...] = ()


class FaceState(StrEnum):
    """The state of a face version. A draft is published when a second person approves it."""

    DRAFT = "draft"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        return "已发布" if self is FaceState.PUBLISHED else "草稿"


class FaceVersion(msgspec.Struct, frozen=True, kw_only=True):
    """A designed face of a bill kind. Bills issued from `valid_from` on bear it once it is published.

    `revision` counts its changes: a form tells which one it was opened with. `makers` wrote or submitted it.
    """

    kind_code: str
    version: int
    state: FaceState
    revision: int
    template: FaceTemplate
    valid_from: date
    note: str
    author: str
    author_name: str
    makers: tuple[str, ...]
    saved_at: datetime
    published_by: str | None = None
    published_by_name: str | None = None
    published_at: datetime | None = None


class FaceFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A face version as a file for version control: whole, its members always in the same order."""

    kind: str
    version: int
    valid_from: date
    note: str = ""
    template: FaceTemplate


class FaceFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of a face found: at which part (a path in the template), and a Chinese sentence.

    A `blocking` one keeps the face from being submitted; another is for people to weigh.
    """

    place: str
    message: str
    blocking: bool = True


class FileFinding(msgspec.Struct, frozen=True, kw_only=True):
    """One defect of a file: stable code, the place (a path inside the file) and a Chinese sentence."""

    code: str
    place: str
    message: str


class PdfContents(msgspec.Struct, frozen=True, kw_only=True, tag="read"):
    """What a PDF holds. `look` is a digest of all that it shows and does, however it is stored.

    `copies`: the most embedded files of one name. `repaired`: the file is broken, readers may differ.
    `leading`, `trailing`: bytes before the PDF begins and after it ends.
    """

    xml: bytes | None
    look: str
    copies: int
    encrypted: bool
    repaired: bool
    leading: int = 0
    trailing: int = 0


class OfdReport(msgspec.Struct, frozen=True, kw_only=True):
    """What a check of an OFD found; `xml` is the attached original when it could be taken out.

    `look_intact`: pages and fonts are those that two valid seals cover, all of them and no others, whatever
    else was added or rewritten. `foreign`: it carries no fiscal bill; what it is instead, as far as known.
    """

    findings: tuple[FileFinding, ...]
    seals: tuple[SealReport, ...] = ()
    xml: bytes | None = None
    look_intact: bool = False
    foreign: str = ""

    @property
    def valid(self) -> bool:
        """No defect, and both seals are there and valid."""
        return not self.findings and len(self.seals) >= 2 and all(seal.valid for seal in self.seals)
