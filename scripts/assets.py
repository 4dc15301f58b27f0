"""Copies styles, scripts, icons and fonts from node_modules to where the product serves them.

Each comes with its licence. None of them is committed. Of the stylesheet only the rules are kept that pages use;
text files are compressed once here, so that the server need not.
"""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

_STATIC = Path("src/mingpiao/portals/static")
_VENDOR = _STATIC / "vendor"
_PACKED = _STATIC / "packed"
_FONTS = Path("src/mingpiao/letters/fonts")
_ICONS = Path("src/mingpiao/portals/icons.txt")
_SPRITE = _VENDOR / "icons.svg"
#: The stylesheet as it is published, and what is left of it.
_WHOLE_SHEET = Path("node_modules/@tabler/core/dist/css/tabler.min.css")
_SHEET = _VENDOR / "tabler.min.css"
#: Where names of classes stand: templates, scripts, and Python that makes markup.
_SOURCES = (
    "src/mingpiao/portals/**/*",
    "src/mingpiao/gateway/templates/*",
    "src/mingpiao/setup/templates/**/*",
)
_SOURCE_ENDINGS = {".html", ".js", ".py", ".css"}
_WORD = re.compile(r"[A-Za-z0-9_-]+")
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_SELECTORS = re.compile(r"([^{};]+)\{")
_CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
_TEXT_ENDINGS = {".css", ".js", ".svg"}

#: Fonts of scripts: package, and the name of the file in it.
_SCRIPTS = (
    ("noto-sans-sc", "NotoSansSC"),
    ("noto-sans", "NotoSans"),
    ("noto-sans-mongolian", "NotoSansMongolian"),
    ("ibm-plex-sans-arabic", "IBMPlexSansArabic"),
    ("noto-serif-tibetan", "NotoSerifTibetan"),
    ("noto-sans-yi", "NotoSansYi"),
    ("noto-sans-kr", "NotoSansKR"),
)
#: Slices of the Hanazono font with rare Han characters: extensions B to F, and compatibility ideographs.
_RARE = ("HanaMinB.*.woff2", "HanaMinA.CJK-Compatibility-Ideographs*.woff2")
#: How many slices there are in the package that the lock file names.
_RARE_SLICES = 65

_COPIES = {
    "htmx.org/dist/htmx.min.js": _VENDOR / "htmx.min.js",
    # Lines and bars with legend and tips: what the pages draw, at two thirds of the whole library.
    "echarts/dist/echarts.common.min.js": _VENDOR / "echarts.common.min.js",
    "jsqr/dist/jsQR.js": _VENDOR / "jsQR.js",
    **{
        f"@expo-google-fonts/{package}/400Regular/{name}_400Regular.ttf": _FONTS / f"{name}-Regular.ttf"
        for package, name in _SCRIPTS
    },
    "htmx.org/LICENSE": _VENDOR / "licences/htmx.txt",
    "echarts/LICENSE": _VENDOR / "licences/echarts.txt",
    "echarts/NOTICE": _VENDOR / "licences/echarts-notice.txt",
    "jsqr/LICENSE": _VENDOR / "licences/jsqr.txt",
    "@tabler/icons/LICENSE": _VENDOR / "licences/tabler.txt",
    **{
        f"@expo-google-fonts/{package}/LICENSE_FONT": _FONTS / f"licences/{name}.txt"
        for package, name in _SCRIPTS
    },
    "hanamin/LICENSE": _FONTS / "licences/hanamin.txt",
    "hanamin/README.md": _FONTS / "licences/hanamin-origin.txt",
}


def icon_list(root: Path) -> Path:
    """The file that names the icons in use, one a line."""
    return root / _ICONS


def all_present(root: Path) -> bool:
    """Whether every file is in its place."""
    copies = all((root / target).exists() for target in (*_COPIES.values(), _SPRITE))
    return copies and len(list((root / _FONTS).glob("HanaMin*.ttf"))) == _RARE_SLICES


def copy_all(root: Path, path: str) -> None:
    """Put every file in its place, each whole or not at all; `path` is where Node is looked for."""
    packages = root / "node_modules"
    for source, target in _COPIES.items():
        _place(root / target, (packages / source).read_bytes())
    _place(root / _SPRITE, _sprite(packages / "@tabler/icons/icons/outline", icon_list(root)).encode())
    slices = [str(file) for pattern in _RARE for file in sorted((packages / "hanamin").glob(pattern))]
    command = ["node", str(root / "scripts/unpack_fonts.mjs"), str(root / _FONTS), *slices]
    subprocess.run(command, cwd=root, env=os.environ | {"PATH": path}, check=True)


def words_in_sources(root: Path) -> set[str]:
    """All words of templates, scripts, styles and Python that may name a class, an element or an attribute."""
    files = (file for pattern in _SOURCES for file in root.glob(pattern) if file.suffix in _SOURCE_ENDINGS)
    own = (file for file in files if not {"vendor", "packed"} & set(file.parts))
    return {word for file in own for word in _WORD.findall(file.read_text(encoding="utf-8"))}


def selectors_of(sheet: str) -> set[frozenset[str]]:
    """The classes of each selector of a stylesheet."""
    heads = _SELECTORS.findall(_COMMENT.sub("", sheet))
    selectors = {selector for head in heads for selector in head.split(",")}
    return {frozenset(name.replace("\\", "") for name in _CLASS.findall(each)) for each in selectors}


def classes_of(sheet: str) -> set[str]:
    """The names of the classes that a stylesheet has rules for."""
    return {name for selector in selectors_of(sheet) for name in selector}


def whole_sheet(root: Path) -> str:
    """The stylesheet as it is published; empty if the packages are not there."""
    file = root / _WHOLE_SHEET
    return file.read_text(encoding="utf-8") if file.exists() else ""


def classes_in_use(root: Path) -> set[str]:
    """The classes of the published stylesheet's rules that may hold on a page: sources name all their classes."""
    words = words_in_sources(root)
    return {name for selector in selectors_of(whole_sheet(root)) if selector <= words for name in selector}


def text_digests(root: Path) -> dict[str, str]:
    """The SHA-256 of each static text file, by its path below `static`."""
    static = root / _STATIC
    files = [file for file in sorted(static.rglob("*")) if file.suffix in _TEXT_ENDINGS]
    return {str(file.relative_to(static)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def is_fitted(root: Path) -> bool:
    """Whether the stylesheet is there and every text file is compressed."""
    packed = root / _PACKED
    copies = [packed / f"{each}.{ending}" for each in text_digests(root).values() for ending in ("br", "gz")]
    return (root / _SHEET).exists() and all(copy.exists() for copy in copies)


def fit(root: Path, path: str) -> None:
    """Make the stylesheet of what pages use, and compress text files; `path` is where Node is looked for."""
    environment = os.environ | {"PATH": path}
    command = ["node", str(root / "scripts/styles.mjs"), str(root / _WHOLE_SHEET), str(root / _SHEET)]
    words = " ".join(sorted(words_in_sources(root)))
    subprocess.run(command, cwd=root, env=environment, input=words, text=True, check=True)
    subprocess.run(
        ["node", str(root / "scripts/pack.mjs"), str(root / _STATIC)], cwd=root, env=environment, check=True
    )


def _sprite(drawings: Path, names: Path) -> str:
    """One SVG file with a symbol for each icon: `<use href="…/icons.svg#NAME">`."""
    wanted = sorted({line.strip() for line in names.read_text().splitlines() if line.strip()})
    symbols = [_symbol(name, (drawings / f"{name}.svg").read_text()) for name in wanted]
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg">', *symbols, "</svg>", ""])


def _symbol(name: str, drawing: str) -> str:
    shapes = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)
    if shapes is None:
        raise ValueError(f"{name}.svg is no drawing")
    style = (
        'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
    )
    inner = " ".join(shapes[1].split())
    return f'<symbol id="{name}" viewBox="0 0 24 24" {style}>{inner}</symbol>'


def _place(target: Path, content: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh = target.with_name(target.name + ".new")
    fresh.write_bytes(content)
    shutil.move(fresh, target)
