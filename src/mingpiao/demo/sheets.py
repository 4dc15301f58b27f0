"""Sheets of invented files: a title and lines, drawn as a PDF with text; the same sheet gives the same bytes."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from io import BytesIO

import msgspec
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from mingpiao.layout.service import FONT_PATH

_FONT = "NotoSansSC"
_MARGIN, _LEADING, _SIZE, _TITLE_SIZE = 22 * mm, 9 * mm, 11, 18


class DemoSheet(msgspec.Struct, frozen=True, kw_only=True):
    """One page; `file_name` is without an ending."""

    title: str
    file_name: str
    lines: tuple[str, ...]


def chinese_day(day: date) -> str:
    """The date in the form 2026年11月21日."""
    return f"{day.year}年{day.month}月{day.day}日"


def draw(sheet: DemoSheet) -> bytes:
    """The sheet as a PDF on A4."""
    _register_font()
    width, height = A4
    buffer = BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=1)
    canvas.setTitle(sheet.title)
    canvas.setFont(_FONT, _TITLE_SIZE)
    canvas.drawCentredString(width / 2, height - _MARGIN, sheet.title)
    canvas.setFont(_FONT, _SIZE)
    y = height - _MARGIN - 2 * _LEADING
    for line in sheet.lines:
        for part in _wrapped(line, width - 2 * _MARGIN):
            canvas.drawString(_MARGIN, y, part)
            y -= _LEADING
    canvas.save()
    return buffer.getvalue()


@cache
def _register_font() -> None:
    """Parse the font once in a process: it has ten megabytes."""
    pdfmetrics.registerFont(TTFont(_FONT, str(FONT_PATH)))


def _wrapped(line: str, width: float) -> Sequence[str]:
    parts, rest = [], line
    while rest:
        fits = len(rest)
        while pdfmetrics.stringWidth(rest[:fits], _FONT, _SIZE) > width:
            fits -= 1
        parts.append(rest[:fits])
        rest = rest[fits:]
    return parts
