"""Extracts the fields of a qualification from the lines of its pages, each with its place and confidence."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from rapidfuzz import fuzz

from mingpiao.kernel.codes import is_uscc
from mingpiao.kernel.text import unprintable
from mingpiao.qualifications.dates import find_days, says_unlimited
from mingpiao.qualifications.labels import label_at, without_notes
from mingpiao.qualifications.model import UNLIMITED, PageSize, QualificationReading, QualificationType
from mingpiao.reading.model import Found, LabelledValue, PageLines, PagePlace, PageText, TextPiece
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
#: The most rows of a title.
_TITLE_ROWS = 3
#: Factors that lower the confidence: misread label, value without label, corrected code.
_INEXACT = 0.97
_UNLABELLED = 0.85
_CORRECTED = 0.95
_GUESSED = 0.75
_UNDER_A_SEAL = 0.9
#: What each character that was probably misread takes from the confidence of a text.
_MISREAD = 0.45
_MOST_PAGES, _MOST_LINES, _MOST_CHARACTERS = 4, 400, 400
_MOST_PLACES, _LONGEST_TEXT = 40, 2_000
_LENGTHS = {"name": 200, "representative": 50, "issuer": 200, "purpose": 2000, "address": 300}

#: An authority as it signs, the name of a person, and a text that is nothing but a day.
_AUTHORITY = re.compile(r"[\u4e00-\u9fff]{2,28}(?:局|厅|部|委员会|办公室|办|委)")
_PERSON = re.compile(r"[\u4e00-\u9fff]{2,4}|[\u4e00-\u9fff]{2,}(?:[·•][\u4e00-\u9fff]{2,})+")
_DAY_ONLY = re.compile(r"[0-9〇○一二三四五六七八九十年月日.\-/]{6,14}")
_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{18}(?![0-9A-Za-z])")
#: Letters that no code contains (GB 32100), with the digits that OCR has taken for them.
_NOT_IN_CODES = str.maketrans("IOSZ", "1052")


def read_fields(pages: Sequence[PageLines]) -> QualificationReading:
    """The fields found on the first four pages of a qualification; data of the unit is not used."""
    pages = [_bounded(page) for page in pages[:_MOST_PAGES]]
    texts = [values_of(page, label_at) for page in pages if page.lines]
    seals = [seal for page in pages for seal in page.seals]
    fields = {"qualification_type": _qualification_type(texts), "code": _code(texts)}
    fields |= {name: _below_seals(_plain(name, texts), seals) for name in _LENGTHS}
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


def _qualification_type(texts: Sequence[PageText]) -> Found | None:
    """The type, from the title near the top in large characters, which may be on several rows.

    The row of the code never tells the type, though a title has its words.
    """
    tallest = max((row.height for text in texts for row in text.rows), default=1.0)
    best: tuple[float, QualificationType, tuple[TextPiece, ...]] | None = None
    for rows in (rows for text in texts for rows in _title_rows(text)):
        for qualification_type, titles in _TITLES.items():
            score = max(_title_score(_joined(rows), title) for title in titles)
            if score < _TITLE_SCORE:
                continue
            height = min(row.height for row in rows)
            rank = score + 12 * height / tallest - 3 * (len(rows) - 1)
            if best is None or rank > best[0]:
                best = (rank, qualification_type, rows)
    if best is None:
        return None
    rows = best[2]
    exact = any(title in _joined(rows) for title in _TITLES[best[1]])
    return Found(
        value=best[1].value,
        text="".join(row.text for row in rows),
        places=tuple(place for row in rows for place in row.shown),
        confidence=min(row.confidence for row in rows) * (1.0 if exact else _CORRECTED),
    )


def _joined(rows: Iterable[TextPiece]) -> str:
    return "".join(row.text for row in rows).translate(str.maketrans("（）", "()"))


def _title_rows(text: PageText) -> Iterator[tuple[TextPiece, ...]]:
    """What may be a title: a row, or a cell with up to two large ones below it."""
    for row in text.rows:
        yield (row,)
    for upper in text.loose:
        rows = [upper]
        while len(rows) <= _TITLE_ROWS:
            yield tuple(rows)
            below = [cell for cell in text.loose if _goes_on_below(rows[-1], cell)]
            if not below:
                break
            rows.append(min(below, key=lambda cell: cell.place.top))


def _goes_on_below(upper: TextPiece, lower: TextPiece) -> bool:
    """Whether a cell stands directly below another one of the same size, in the middle of it or at its edge."""
    if upper.height <= 0:
        return False
    gap = (lower.place.top - upper.place.bottom) / upper.height
    alike = 0.6 <= lower.height / upper.height <= 1.6
    one, other = upper.place, lower.place
    common = min(one.right, other.right) - max(one.left, other.left)
    return (
        alike and -0.6 <= gap <= 1.2 and common >= 0.5 * min(one.right - one.left, other.right - other.left)
    )


def _title_score(text: str, title: str) -> float:
    """How well a row matches a title: 100 when it contains it. Long sentences that mention it do not count.

    One of the last two characters must be there, since other words than 证书 make a label of it.
    """
    if len(text) > len(title) + 12 or len(text) < len(title) - 2:
        return 0.0
    found = fuzz.partial_ratio_alignment(title, text)
    if found is None or not set(title[-2:]) & set(text[found.dest_start : found.dest_end + 1][-3:]):
        return 0.0
    return float(found.score)


# -- values under labels -------------------------------------------------------------------------


def _labelled(texts: Iterable[PageText], field: str) -> list[LabelledValue]:
    found = [value for text in texts for value in text.values if value.field == field and value.text]
    # The value with the clearest label comes first.
    return sorted(found, key=lambda value: (not value.exact, value.guessed))


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
            return _written(plain, value)
    if field == "issuer":
        return _signed(texts)
    return _named(texts) if field == "representative" else None


def _named(texts: Sequence[PageText]) -> Found | None:
    """A person's name among the values of a page, whose label was not read; it is never sure."""
    for text in texts:
        owned = [value.pieces[0] for value in text.values if value.pieces]
        taken = {id(piece) for value in text.values for piece in value.pieces}
        for cell in (cell for cell in text.loose if id(cell) not in taken):
            aligned = [piece for piece in owned if abs(piece.place.left - cell.place.left) <= cell.em]
            if len(aligned) >= 2 and _PERSON.fullmatch(cell.text):
                name = LabelledValue(field="representative", pieces=(cell,), guessed=True)
                return _written(cell.text, name, factor=_UNLABELLED)
    return None


def _signed(texts: Sequence[PageText]) -> Found | None:
    """The issuer at the end of a page without a label: an authority with nothing but a day below it."""
    cells = (cell for text in reversed(texts) for cell in reversed(text.loose))
    for cell in (cell for cell in cells if _AUTHORITY.fullmatch(cell.text)):
        dated = any(
            _DAY_ONLY.fullmatch(other.text) and _goes_on_below(cell, other)
            for text in texts
            for other in text.loose
            if other is not cell and other.shown[0].page == cell.shown[0].page
        )
        if dated:
            signature = LabelledValue(field="issuer", pieces=(cell,))
            return _written(cell.text, signature, factor=_UNLABELLED)
    return None


def _below_seals(found: Found | None, seals: Sequence[PagePlace]) -> Found | None:
    """A text, less sure where a seal lies on it, since its ink may have changed a character."""
    if found is None or not any(_touches(seal, place) for seal in seals for place in found.places):
        return found
    return msgspec.structs.replace(found, confidence=round(found.confidence * _UNDER_A_SEAL, 4))


def _touches(seal: PagePlace, place: PagePlace) -> bool:
    across = min(seal.right, place.right) - max(seal.left, place.left)
    down = min(seal.bottom, place.bottom) - max(seal.top, place.top)
    return seal.page == place.page and across > 0 and down > 0


def _printable(text: str) -> str:
    return "".join(character for character in text if unprintable(character) is None)


def _written(value: str, source: LabelledValue, *, factor: float = 1.0) -> Found:
    """A text, with less confidence the more of its characters were probably misread.

    The confidence of a line is the mean of its characters', so one misread character hardly shows in a long line.
    No check digit and no calendar finds it out, unlike in codes and days.
    """
    misread = max(piece.letters * (1 - piece.confidence) for piece in source.pieces)
    found = _found(value, source, factor=factor)
    sure = max(0.0, min(found.confidence, 1 - _MISREAD * misread))
    return msgspec.structs.replace(found, confidence=round(sure, 4))


def _found(value: str, source: LabelledValue, *, factor: float = 1.0) -> Found:
    confidence = source.confidence * factor * (1.0 if source.exact else _INEXACT)
    confidence *= _GUESSED if source.guessed else 1.0
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
            # Its check digit proves that nothing is missing and nothing too much.
            whole = msgspec.structs.replace(value, guessed=False) if is_uscc(code) else value
            return _found(code, whole, factor=1.0 if code == written else _CORRECTED)
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
        complete = len(find_days(row.text)) == 2 or says_unlimited(row.text)
        if complete and find_days(row.text) and re.search(r"[自至]", row.text):
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
