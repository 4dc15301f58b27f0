"""Draws certificates of other hands, reads them as a worker does, and counts what is right."""

import importlib
import pkgutil
import unicodedata
from collections.abc import Callable, Sequence
from random import Random

import msgspec
from rich.console import Console
from rich.table import Table

import bench.certificates.locked
import bench.certificates.open
from bench.certificates.values import Certificate, CertificateLayout
from mingpiao.qualifications.model import FIELD_LABELS, QualificationReading
from mingpiao.qualifications.service import SURE, read_fields
from mingpiao.reading.lines import read_lines
from mingpiao.reading.service import FileUnreadable


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One field of one certificate: what it says, what was read, and whether nobody would be asked about it."""

    hand: str
    layout: str
    way: str
    font: str
    name: str
    wanted: str
    got: str
    sure: bool

    @property
    def right(self) -> bool:
        return _plain(self.got) == _plain(self.wanted)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def layouts(*, locked: bool) -> dict[tuple[str, str], CertificateLayout]:
    """The layouts of the open or of the locked hands, by hand and name."""
    place = bench.certificates.locked if locked else bench.certificates.open
    found: dict[tuple[str, str], CertificateLayout] = {}
    for module in pkgutil.iter_modules(place.__path__):
        made = importlib.import_module(f"{place.__name__}.{module.name}").LAYOUTS
        found |= {(module.name, name): layout for name, layout in made.items()}
    return found


def judge(locked: bool, hand: str, name: str, seed: int) -> list[Field]:
    """Every field that the certificate says, or that was read though it does not say it."""
    made = layouts(locked=locked)[hand, name](Random(f"{seed}/{hand}/{name}"))  # noqa: S311 - the same for a seed
    reading = _read(made)
    fields = sorted({*made.truth, *reading.fields} & FIELD_LABELS.keys())
    return [
        Field(
            hand=hand,
            layout=name,
            way=made.way,
            font=made.font,
            name=field,
            wanted=made.truth.get(field, ""),
            got=reading.value(field),
            sure=field in reading.fields and reading.fields[field].confidence >= SURE,
        )
        for field in fields
    ]


def _read(made: Certificate) -> QualificationReading:
    try:
        return read_fields(read_lines(made.data, made.media_type))
    except FileUnreadable:
        return QualificationReading(fields={})


def show(fields: Sequence[Field], console: Console, worst: int) -> None:
    """Print the tables, and `worst` misread fields."""
    groups: dict[str, Callable[[Field], str]] = {
        "field": lambda one: FIELD_LABELS[one.name],
        "way": lambda one: one.way,
        "font": lambda one: one.font,
        "hand": lambda one: one.hand,
    }
    for title, key in groups.items():
        table = Table(title, "fields", "right", "wrong though sure")
        for name in (*sorted({*map(key, fields)}), "all"):
            own = [one for one in fields if name in ("all", key(one))]
            right = sum(one.right for one in own)
            table.add_row(
                name,
                str(len(own)),
                f"{right / len(own):.3f}",
                str(sum(one.sure and not one.right for one in own)),
            )
        console.print(table)
    for one in [one for one in fields if not one.right][:worst]:
        told = f"{one.hand}-{one.layout} ({one.way}) {one.name}: {one.wanted!r} read as {one.got!r}"
        console.print(told + (", sure" if one.sure else ""), highlight=False, markup=False, soft_wrap=True)
