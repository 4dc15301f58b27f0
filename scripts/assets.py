"""Copies styles, scripts, icons and fonts from node_modules to where the product serves them.

Each comes with its licence. None of them is committed.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

_VENDOR = Path("src/mingpiao/portals/static/vendor")
_FONTS = Path("src/mingpiao/letters/fonts")
_ICONS = Path("src/mingpiao/portals/icons.txt")
_SPRITE = _VENDOR / "icons.svg"

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
    "@tabler/core/dist/css/tabler.min.css": _VENDOR / "tabler.min.css",
    "@tabler/core/dist/js/tabler.min.js": _VENDOR / "tabler.min.js",
    "htmx.org/dist/htmx.min.js": _VENDOR / "htmx.min.js",
    "echarts/dist/echarts.min.js": _VENDOR / "echarts.min.js",
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
