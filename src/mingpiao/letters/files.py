"""The fonts that faces are set in: where they lie, and in which order they are asked for a character.

They are open fonts (SIL OFL), fetched when the platform is built (`scripts/assets.py`).
"""

from pathlib import Path

from mingpiao.letters.model import FontFile

FOLDER = Path(__file__).parent / "fonts"


def _font(name: str, family: str, *, joined: bool = False) -> FontFile:
    return FontFile(name=name, family=family, path=FOLDER / f"{name}.ttf", joined=joined)


#: The font of the form and of nearly all values.
MAIN = _font("NotoSansSC-Regular", "Noto Sans SC")

#: Of Arabic fonts one whose letters are drawn whole, with their dots: that is what copies and searches well.
_SCRIPTS = (
    _font("NotoSans-Regular", "Noto Sans"),
    _font("NotoSansMongolian-Regular", "Noto Sans Mongolian", joined=True),
    _font("IBMPlexSansArabic-Regular", "IBM Plex Sans Arabic", joined=True),
    _font("NotoSerifTibetan-Regular", "Noto Serif Tibetan", joined=True),
    _font("NotoSansYi-Regular", "Noto Sans Yi"),
    _font("NotoSansKR-Regular", "Noto Sans KR"),
)
#: Rare Han characters come as slices of about a thousand, so that a bill opens one small file.
_SLICES = "HanaMin*.ttf"


def fallback_files() -> tuple[FontFile, ...]:
    """The fonts for what the main one lacks, first choice first."""
    slices = sorted(FOLDER.glob(_SLICES), key=lambda path: (path.name.startswith("HanaMinA"), path.name))
    return (*_SCRIPTS, *map(_slice, slices))


def _slice(path: Path) -> FontFile:
    family, _, block = path.stem.partition(".CJK-")
    return FontFile(name=f"{family}-{block.removeprefix('Unified-Ideographs-')}", family=family, path=path)
