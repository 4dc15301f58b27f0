"""A specimen while it is written: its blocks in order, and the truth of what they say."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from random import Random
from typing import Literal

import msgspec

from bench.evidence import wording
from bench.evidence.story import Story
from bench.evidence.truth import Truth

Align = Literal["left", "centre", "right"]


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A line or paragraph; `scale` is in parts of the specimen's letter size, `indent` (all lines) and `first` in characters."""

    text: str
    align: Align = "left"
    scale: float = 1.0
    bold: bool = False
    indent: float = 0.0
    first: float = 0.0
    colour: str = "black"
    after: float = 0.25


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    """A table; `widths` are shares of the line. Without `ruled` the cells stand without lines; `headed` prints the first row bold."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    ruled: bool = True
    scale: float = 1.0
    headed: bool = False


class Gap(msgspec.Struct, frozen=True):
    """Empty space, in lines."""

    lines: float


class Rule(msgspec.Struct, frozen=True):
    """A line across the page."""

    colour: str = "black"
    thick: float = 1.0


class Turn(msgspec.Struct, frozen=True):
    """A new page."""


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """A red round seal over what stands here; `across` from 0 (left) to 1, `up` in points."""

    name: str
    across: float
    up: float = 0.0


Block = Text | Grid | Gap | Rule | Turn | Stamp


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """How a specimen looks. `face` is the weight of the font, or "song" for letters that are not embedded."""

    face: str = "regular"
    size: float = 12.0
    leading: float = 1.6
    margin: float = 72.0
    columns: int = 1
    landscape: bool = False
    header: str = ""
    numbered: bool = True


class Sides(msgspec.Struct, frozen=True, kw_only=True):
    """What the parties are called: where they are introduced, and in the sentences after that."""

    payer: str
    payee: str
    payer_term: str
    payee_term: str


class Specimen:
    """Writes a story down. What is asked for by name is taken as written, and so becomes truth."""

    def __init__(self, story: Story, rng: Random, kind: str, style: Style) -> None:
        self.story, self.rng, self.style = story, rng, style
        self.blocks: list[Block] = []
        self.sides = Sides(payer="付款方", payee="收款方", payer_term="付款方", payee_term="收款方")
        self.date_form: Callable[[date], str] = rng.choice(wording.DATE_FORMS)
        self._truth = Truth(kind=kind)

    @property
    def truth(self) -> Truth:
        """What was written so far."""
        return self._truth

    def add(self, *blocks: Block) -> None:
        """Put blocks under what there is."""
        self.blocks.extend(blocks)

    def line(self, text: str, *, indent: float = 0.0, bold: bool = False, align: Align = "left") -> None:
        """A line or paragraph in the specimen's own size."""
        self.add(Text(text=text, indent=indent, bold=bold, align=align))

    def clause(self, text: str) -> None:
        """A paragraph that begins two characters in."""
        self.add(Text(text=text, first=2))

    def choose(self, *choices: str) -> str:
        """One of several ways to say it."""
        return self.rng.choice(choices)

    # What is written with these becomes truth.

    def payer(self) -> str:
        return self._party("payer", self.story.payer)

    def payee(self) -> str:
        return self._party("payee", self.story.payee)

    def total(self) -> str:
        """The total in figures."""
        self._know(total=self.story.total)
        return wording.digits(self.rng, self.story.total)

    def total_figures(self) -> str:
        """The total in figures, without any unit."""
        self._know(total=self.story.total)
        return wording.commas(self.story.total)

    def words(self) -> str:
        """The total in 大写."""
        self._know(words=self.story.worded)
        return wording.words(self.rng, self.story.worded)

    def both(self) -> str:
        """The total in figures and in 大写."""
        return wording.digits_and_words(self.rng, self.total(), self.words())

    def list_total(self) -> str:
        """The sum of a list of recipients, in figures; the unit's own amount is tolerated beside it."""
        self._know(
            total=self.list_sum,
            tolerated_amounts=(self.story.total, *(amount for _, amount in self.story.companions)),
        )
        return wording.digits(self.rng, self.list_sum)

    @property
    def list_sum(self) -> Decimal:
        """What all recipients of a list get, 元."""
        return self.story.total + sum((amount for _, amount in self.story.companions), Decimal(0))

    def tolerate(self, *amounts: Decimal) -> None:
        """Amounts that stand on the specimen and need not be found."""
        self._know(tolerated_amounts=(*self._truth.tolerated_amounts, *amounts))

    def stages(self) -> list[str]:
        """The parts of the total, in figures."""
        self._know(instalments=self.story.stages)
        whole = all(stage % 100 == 0 and stage >= 10_000 for stage in self.story.stages)
        if whole and self.rng.random() < 0.3:
            return [f"{wording.ten_thousands(stage)}万元" for stage in self.story.stages]
        form = self.rng.choice((wording.commas, wording.short))
        return [f"{form(stage)}元" for stage in self.story.stages]

    def recipients(self) -> list[tuple[str, Decimal]]:
        """All recipients of a list with their amounts, the unit somewhere among them."""
        rows = list(self.story.companions)
        rows.insert(self.rng.randrange(len(rows) + 1), (self.payee(), self.story.total))
        self._know(tolerated_parties=tuple(name for name, _ in rows))
        return rows

    def signed(self) -> str:
        self._know(signed_on=self.story.signed_on)
        return self.date_form(self.story.signed_on)

    def starts(self) -> str:
        self._know(starts_on=self.story.starts_on)
        return self.date_form(self.story.starts_on)

    def ends(self) -> str:
        self._know(ends_on=self.story.ends_on)
        return self.date_form(self.story.ends_on)

    def account(self) -> str:
        return self._account(self.story.account)

    def payer_account(self) -> str:
        return self._account(self.story.payer_account)

    def purpose(self) -> str:
        self._know(purpose=self.story.topic.purpose)
        return self.story.topic.purpose

    def number(self) -> str:
        """The specimen's own 文号."""
        return self._number(self.story.number)

    def basis(self) -> str:
        """The 文号 of a specimen that this one refers to."""
        return self._number(self.story.basis)

    def serial(self, pattern: str) -> str:
        """A number of a contract or receipt: each # becomes a digit."""
        text = "".join(str(self.rng.randrange(10)) if sign == "#" else sign for sign in pattern)
        self._know(tolerated_numbers=(*self._truth.tolerated_numbers, text))
        return text

    def stamp(self, name: str, *, across: float, up: float = 0.0) -> None:
        """A seal of somebody, sometimes left out."""
        if self.rng.random() < 0.85:
            self._know(sealed=True)
            self.add(Stamp(name=name, across=across, up=up))

    def _party(self, role: str, name: str) -> str:
        if (role, name) not in self._truth.parties:
            self._know(parties=(*self._truth.parties, (role, name)))
        return name

    def _account(self, account: str) -> str:
        if account not in self._truth.accounts:
            self._know(accounts=(*self._truth.accounts, account))
        return wording.grouped_account(self.rng, account)

    def _number(self, number: str) -> str:
        if number not in self._truth.document_numbers:
            self._know(document_numbers=(*self._truth.document_numbers, number))
        return number

    def _know(self, **facts: object) -> None:
        self._truth = msgspec.structs.replace(self._truth, **facts)


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """A way to write a specimen of one kind: its look, and its parts in order."""

    name: str
    kind: str
    style: Style
    parts: tuple[Callable[[Specimen], None], ...]


def write(layout: Layout, story: Story, rng: Random) -> Specimen:
    """The story written down in this layout."""
    specimen = Specimen(story, rng, layout.kind, layout.style)
    for part in layout.parts:
        part(specimen)
    return specimen


def title(*texts: str, scale: float = 1.6) -> Callable[[Specimen], None]:
    """A title, one of these."""

    def part(specimen: Specimen) -> None:
        specimen.add(Text(text=specimen.choose(*texts), align="centre", scale=scale, bold=True, after=0.8))

    return part


def grid(
    rows: Sequence[Sequence[str]],
    widths: Sequence[float],
    *,
    ruled: bool = True,
    scale: float = 1.0,
    headed: bool = False,
) -> Grid:
    """A table from any sequences."""
    return Grid(
        rows=tuple(tuple(row) for row in rows), widths=tuple(widths), ruled=ruled, scale=scale, headed=headed
    )
