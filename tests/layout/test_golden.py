"""Golden pictures: faces look as they were last approved. `python -m tests.layout.goldens` renews them."""

import pytest
from PIL import Image, ImageChops
from tests.layout.goldens import CASES, FOLDER, picture

#: A pixel may differ by anti-aliasing; more than this share may not differ by more than this much.
_VISIBLE = 48
_SHARE = 0.0015


@pytest.mark.parametrize("name", CASES)
def test_the_face_looks_as_approved(name: str) -> None:
    drawn = picture(name)
    with Image.open(FOLDER / f"{name}.png") as approved:
        assert drawn.size == approved.size
        difference = ImageChops.difference(drawn, approved.convert("L"))
    histogram = difference.histogram()
    assert sum(histogram[_VISIBLE:]) <= _SHARE * drawn.width * drawn.height


def test_the_comparison_sees_a_moved_line() -> None:
    one = picture("general")
    moved = ImageChops.offset(one, 2, 0)
    histogram = ImageChops.difference(one, moved).histogram()
    assert sum(histogram[_VISIBLE:]) > _SHARE * one.width * one.height
