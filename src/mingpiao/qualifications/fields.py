"""Extracts the fields of a qualification from the lines of its pages, each with its place and confidence."""

import re
from collections.abc import Iterable, Sequence

import msgspec
from rapidfuzz import fuzz

from mingpiao.kernel.codes import is_uscc
from mingpiao.kernel.text import unprintable
from mingpiao.qualifications.dates import find_days, says_unlimited
from mingpiao.qualifications.labels import label_at, without_notes
from mingpiao.qualifications.model import UNLIMITED, PageSize, QualificationReading, QualificationType
from mingpiao.reading.model import Found, LabelledValue, PageLines, PageText, TextPiece
from mingpiao.reading.service import values_of

#: Titles that identify the type of a qualification, without the country's name above them.
_TITLES = {
    QualificationType.INSTITUTION: ("事业单位法人证书",),
    QualificationType.ASSOCIATION: ("社会团体法人登记证书", "社会团体法人登记证"),
    QualificationType.NON_ENTERPRISE: (
        "民办非企业单位登记证书",
        "民办非企业单位法人登记证书",
        "民办非企业单位(法人)登记证书",
        "社会服务机构登记证书",
    ),
    QualificationType.FOUNDATION: ("基金会法人登记证书", "基金会法人登记证", "基金会登记证书"),
    QualificationType.CREDIT_CODE: ("统一社会信用代码证书",),
    QualificationType.CHARITY: (
        "慈善组织证书",
        "慈善组织登记证书",
        "慈善组织认定证书",
        "慈善组织公开募捐资格证书",
    ),
}
_TITLE_SCORE = 84.0
#: Factors that lower the confidence: misread label, value without label, corrected code.
_INEXACT = 0.97
_UNLABELLED = 0.85
_CORRECTED = 0.95
_MOST_PAGES, _MOST_LINES, _MOST_CHARACTERS = 4, 400, 400
_MOST_PLACES, _LONGEST_TEXT = 40, 2_000
_LENGTHS = {"name": 200, "representative": 50, "issuer": 200, "purpose": 2000, "address": 300}

_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{18}(?![0-9A-Za-z])")
#: Letters that no code contains (GB 32100), with the digits that OCR has taken for them.
_NOT_IN_CODES = str.maketrans("IOSZ", "1052")


def read_fields(pages: Sequence[PageLines]) -> QualificationReading:
    """The fields found on the first four pages of a qualification; data of the unit is not used."""
    pages = [_bounded(page) for page in pages[:_MOST_PAGES]]
    texts = [values_of(page, label_at) for page in pages if page.lines]
    fields = {"qualification_type": _qualification_type(texts), "code": _code(texts)}
    fields |= {name: _plain(name, texts) for name in _LENGTHS}
    fields |= _validity(texts)
    return QualificationReading(
        fields={name: found for name, found in fields.items() if found is not None},
        sheets=tuple(
            PageSize(width=page.width, height=page.height, rotation=page.rotation) for page in pages
        ),
    )


def _bounded(page: PageLines) -> PageLines:
    """A page with at most as much text as a certificate has, which limits the work for a hostile file."""
    lines = tuple(line for line in page.lines[:_MOST_LINES] if len(line.text) <= _MOST_CHARACTERS)
    return msgspec.structs.replace(page, lines=lines)


# -- which qualification ---------------------------------------------------------------------------------


def _qualification_type(texts: Iterable[PageText]) -> Found | None:
    """The type, from the title near the top in large characters, which may be on two rows."""
    best: tuple[float, QualificationType, tuple[TextPiece, ...]] | None = None
    for text in texts:
        tallest = max((row.height for row in text.rows), default=1.0)
        for rows in (*((row,) for row in text.rows), *zip(text.rows, text.rows[1:], strict=False)):
            whole = "".join(row.text for row in rows).translate(str.maketrans("（）", "()"))
            for qualification_type, titles in _TITLES.items():
                score = max(_title_score(whole, title) for title in titles)
                if score < _TITLE_SCORE:
                    continue
                rank = score + 12 * min(row.height for row in rows) / tallest - 3 * (len(rows) - 1)
                if best is None or rank > best[0]:
                    best = (rank, qualification_type, rows)
    if best is None:
        return None
    rows = best[2]
    written = "".join(row.text for row in rows)
    exact = any(title in written.replace("（", "(").replace("）", ")") for title in _TITLES[best[1]])
    return Found(
        value=best[1].value,
        text=written,
        places=tuple(place for row in rows for place in row.shown),
        confidence=min(row.confidence for row in rows) * (1.0 if exact else _CORRECTED),
    )


def _title_score(text: str, title: str) -> float:
    """How well a row matches a title: 100 when it contains it. Long sentences that mention it do not count."""
    if len(text) > len(title) + 12 or len(text) < len(title) - 2:
        return 0.0
    return fuzz.partial_ratio(title, text)


# -- values under labels -------------------------------------------------------------------------


def _labelled(texts: Iterable[PageText], field: str) -> list[LabelledValue]:
    found = [value for text in texts for value in text.values if value.field == field and value.text]
    # The value with the clearest label comes first.
    return sorted(found, key=lambda value: not value.pieces[0].exact)


def _plain(field: str, texts: Sequence[PageText]) -> Found | None:
    for value in _labelled(texts, field):
        written = without_notes(value.text)
        if field == "issuer":
            days = find_days(written)
            written = without_notes(written[: days[0].start]) if days else written
        plain = _printable(written)[: _LENGTHS[field]]
        if field != "purpose":
            plain = plain.strip("。")
        if plain:
            return _found(plain, value)
    return None


def _printable(text: str) -> str:
    return "".join(character for character in text if unprintable(character) is None)


def _found(value: str, source: LabelledValue, *, factor: float = 1.0) -> Found:
    exact = all(piece.exact for piece in source.pieces)
    confidence = source.confidence * factor * (1.0 if exact else _INEXACT)
    return Found(
        value=value,
        text=source.text[:_LONGEST_TEXT],
        places=source.places[:_MOST_PLACES],
        confidence=round(confidence, 4),
    )


# -- the code ------------------------------------------------------------------------------------


def _code(texts: Sequence[PageText]) -> Found | None:
    """The code with its label, else any code on the pages with a correct check digit."""
    for value in _labelled(texts, "code"):
        for written in _candidates(value.text):
            code = plain_code(written)
            return _found(code, value, factor=1.0 if code == written else _CORRECTED)
    for row in (row for text in texts for row in text.rows):
        for written in _candidates(row.text):
            code = plain_code(written)
            if is_uscc(code):
                confidence = row.confidence * _UNLABELLED
                return Found(value=code, text=written, places=row.shown, confidence=round(confidence, 4))
    return None


def _candidates(text: str) -> list[str]:
    plain = re.sub(r"[-—·.\s]", "", text)
    return [found.upper() for found in _CODE.findall(plain)]


def plain_code(written: str) -> str:
    """A code in which I, O, S and Z, which no code contains, are replaced by the digits that they resemble."""
    return written.strip().upper().translate(_NOT_IN_CODES)


# -- validity ------------------------------------------------------------------------------------


def _validity(texts: Sequence[PageText]) -> dict[str, Found | None]:
    for value in _labelled(texts, "validity"):
        found = _period(value.text, value)
        if found:
            return found
    for row in (row for text in texts for row in text.rows):
        # Without a label only a complete period counts, since qualifications contain other dates too.
        if len(find_days(row.text)) == 2 and re.search(r"[自至]", row.text):
            whole = LabelledValue(field="validity", pieces=(row,))
            return _period(row.text, whole, factor=_UNLABELLED)
    return {}


def _period(text: str, source: LabelledValue, *, factor: float = 1.0) -> dict[str, Found | None]:
    """The first and the last valid day, as in 自 … 至 …; a single day is the last one unless 自 is before it."""
    days = find_days(text)
    first, last = (days[0], days[1]) if len(days) > 1 else (None, days[0] if days else None)
    unlimited = says_unlimited(text)
    if first is None and last is not None:
        before = text[: last.start]
        begins = before.endswith(("自", "从")) or (unlimited and "至" not in before)
        if begins:
            first, last = last, None
    found: dict[str, Found | None] = {}
    if first is not None:
        found["valid_from"] = _found(first.day.isoformat(), source, factor=factor)
    if last is not None:
        found["valid_until"] = _found(last.day.isoformat(), source, factor=factor)
    elif unlimited:
        found["valid_until"] = _found(UNLIMITED, source, factor=factor)
    return found
