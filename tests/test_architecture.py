"""docs/architecture.md names what exists: files, names in its table of questions, and all rooms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import mingpiao

_SOURCE = Path(mingpiao.__file__).parent
_ROOT = _SOURCE.parents[1]
_TEXT = (_ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
#: Modules that every room may have; the text says what they are for.
_IN_EVERY_ROOM = {"model.py", "service.py", "tables.py", "room.py", "rights.py", "subject.py"}
_IN_EVERY_SUBJECT = {"unit.py", "finance.py", "admin.py"}


def _questions() -> Iterator[tuple[str, str, str]]:
    table = _TEXT.split("## Where to find", 1)[1].split("\n## ", 1)[0]
    for line in table.splitlines():
        if line.startswith("| ") and not line.startswith(("| question", "| ---")):
            question, files, names = (cell.strip() for cell in line.strip("|").split("|"))
            yield question, files, names


def test_every_file_in_the_text_exists() -> None:
    named = set(re.findall(r"`([\w/]+\.py)`", _TEXT)) - _IN_EVERY_ROOM - _IN_EVERY_SUBJECT
    folders = set(re.findall(r"`([\w/]+)/`", _TEXT))
    assert [
        name
        for name in sorted(named | folders)
        if not (_SOURCE / name).exists() and not (_ROOT / name).exists()
    ] == []


def test_every_note_that_the_text_links_to_exists() -> None:
    linked = re.findall(r"\]\(([\w./-]+)\)", _TEXT)
    assert [link for link in linked if not (_ROOT / "docs" / link).exists()] == []


@pytest.mark.parametrize(("question", "files", "names"), list(_questions()))
def test_an_answer_is_in_the_file_that_it_names(question: str, files: str, names: str) -> None:
    paths = re.findall(r"`([\w/]+\.py)`", files)
    code = "".join((_SOURCE / path).read_text(encoding="utf-8") for path in paths)
    answers = set(re.findall(r"`([A-Za-z_]+)`", names)) - {"MINGPIAO_REVIEW_WORKING_DAYS"}
    assert paths, question
    assert [name for name in sorted(answers) if not re.search(rf"\b{name}\b", code)] == []


def test_every_room_has_a_line() -> None:
    floors = _TEXT.split("## Rooms and floors", 1)[1].split("\n## ", 1)[0]
    rooms = {path.parent.name for path in _SOURCE.glob("*/__init__.py")}
    assert rooms - set(re.findall(r"`(\w+)`", floors)) == set()
