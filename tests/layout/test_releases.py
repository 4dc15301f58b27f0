"""What former releases drew is drawn again, to the last object: files in people's hands depend on it."""

import pytest
from tests.layout.goldens import ADDRESS
from tests.layout.samples import ISSUED_AT, general, outpatient, red, stand_in_pictures

from mingpiao.layout.composition import compose
from mingpiao.layout.pdf import write_pdf
from mingpiao.layout.pdf_attachment import contents
from mingpiao.layout.releases import LAYOUT_RELEASE, RELEASES, letters_of, templates_of
from mingpiao.sealing.model import Face

#: Taken from the release itself; a new release adds its own and leaves these alone.
LOOKS = {
    (1, "outpatient"): "7effe3fedcc113815f2705722e73ebcadcfff81bd1e5fb6bbe7bd10395b9ec8d",
    (1, "general"): "216ed1bd929e343b37d91f0fa0a30c006c50d508a00c0f6e0218d7949605f83c",
    (1, "inpatient"): "16e5dda2e162de019f231bfa071ebdaf3e1a032b7fbf7de905ba9dfb99f6c77f",
}
FACES = {
    "outpatient": outpatient(items=60, lines=40, payer="演示患者" * 150),
    "general": general(),
    "inpatient": red(outpatient()),
}


def look(release: int, key: str, face: Face) -> str:
    letters = letters_of(release)
    composition = compose(face, templates_of(release)[key], ADDRESS, letters)
    return contents(write_pdf(composition, letters, stand_in_pictures(), b"<x/>", ISSUED_AT)).look


@pytest.mark.parametrize(("release", "key"), LOOKS)
def test_a_former_release_is_drawn_as_it_was(release: int, key: str) -> None:
    assert look(release, key, FACES[key]) == LOOKS[release, key]


def test_releases_follow_each_other_and_look_different() -> None:
    assert list(RELEASES) == list(range(1, LAYOUT_RELEASE + 1))
    looks = [look(release, "general", general()) for release in RELEASES]
    assert len(set(looks)) == len(looks)
