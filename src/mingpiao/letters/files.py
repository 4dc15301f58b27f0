"""The fonts of faces: the font files, and the order in which fonts are searched for a character.

They are open fonts (SIL OFL), fetched when the platform is built (`scripts/assets.py`).
"""

from pathlib import Path

from mingpiao.letters.model import FontFile

FOLDER = Path(__file__).parent / "fonts"


def _font(name: str, family: str, *, joined: bool = False) -> FontFile:
    return FontFile(name=name, family=family, path=FOLDER / f"{name}.ttf", joined=joined)


#: The font of the form and of almost all values.
MAIN = _font("NotoSansSC-Regular", "Noto Sans SC")

#: An Arabic font that draws each letter as one glyph with its dots, so that text can be copied and searched.
_SCRIPTS = (
    _font("NotoSans-Regular", "Noto Sans"),
    _font("NotoSansMongolian-Regular", "Noto Sans Mongolian", joined=True),
    _font("IBMPlexSansArabic-Regular", "IBM Plex Sans Arabic", joined=True),
    _font("NotoSerifTibetan-Regular", "Noto Serif Tibetan", joined=True),
    _font("NotoSansYi-Regular", "Noto Sans Yi"),
    _font("NotoSansKR-Regular", "Noto Sans KR"),
)
#: The fonts of which each has digits of another cut, the main font first.
WITH_DIGITS = (
    MAIN,
    *(each for each in _SCRIPTS if each.name.startswith(("NotoSans-", "IBMPlex", "NotoSerif"))),
)
#: Rare Han characters are in files of about a thousand, so that a bill opens only one small file.
_SLICES = "HanaMin*.ttf"


def fallback_files() -> tuple[FontFile, ...]:
    """The fonts for characters that the main font lacks, the first choice first."""
    slices = sorted(FOLDER.glob(_SLICES), key=lambda path: (path.name.startswith("HanaMinA"), path.name))
    return (*_SCRIPTS, *map(_slice, slices))


def _slice(path: Path) -> FontFile:
    family, _, block = path.stem.partition(".CJK-")
    return FontFile(name=f"{family}-{block.removeprefix('Unified-Ideographs-')}", family=family, path=path)
