"""Where values of a form stand, whatever its labels are called."""

from mingpiao.reading.columns import values_of
from mingpiao.reading.model import Label, PageLines, PagePlace, TextLine

#: A4, and how high a line is.
WIDTH, HEIGHT, LINE = 595.0, 842.0, 14.0


def find_label(text: str, start: int, *, forgiving: bool) -> Label | None:
    for wording in ("Name", "Town"):
        if text.startswith(wording, start):
            return Label(field=wording.lower(), length=len(wording), exact=True)
    return None


def line(text: str, left: float, top: float, width: float) -> TextLine:
    place = PagePlace(
        page=1,
        left=left / WIDTH,
        top=top / HEIGHT,
        right=(left + width) / WIDTH,
        bottom=(top + LINE) / HEIGHT,
    )
    return TextLine(text=text, place=place)


def read(*lines: TextLine) -> dict[str, str]:
    page = PageLines(number=1, width=WIDTH, height=HEIGHT, rotation=0, method="text", lines=lines)
    return {value.field: value.text for value in values_of(page, find_label).values}


def test_label_and_value_in_one_line_and_in_two() -> None:
    assert read(line("Name Ada", 60, 100, 60), line("Town", 60, 140, 28), line("Paris", 120, 140, 35)) == {
        "name": "Ada",
        "town": "Paris",
    }


def test_two_labels_in_one_row_are_parted() -> None:
    assert read(line("Name", 60, 100, 28), line("Ada", 110, 100, 21), line("Town Paris", 300, 100, 70)) == {
        "name": "Ada",
        "town": "Paris",
    }


def test_what_goes_on_below_is_joined() -> None:
    assert read(
        line("Name Ada King Countess", 60, 100, 154),
        line("of Lovelace", 102, 118, 77),
        line("Town Paris", 60, 170, 70),
    ) == {"name": "AdaKingCountessofLovelace", "town": "Paris"}


def test_a_value_under_its_label() -> None:
    assert read(line("Town", 60, 100, 28), line("Paris", 60, 120, 35)) == {"town": "Paris"}


def test_what_is_no_label_has_no_value() -> None:
    assert read(line("Ada of Paris", 60, 100, 84)) == {}
