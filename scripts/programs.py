"""Sees to it that programs are there which tests drive: `programs.py curl openssl java chromium libatomic chinese-font`.

As root on Debian or Ubuntu what is missing is installed; otherwise says what to install and fails.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from ctypes.util import find_library
from pathlib import Path


def has_chinese_font() -> bool:
    """Whether a browser could show Chinese text."""
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    command = [lister, ":lang=zh-cn", "family"]
    return bool(subprocess.run(command, capture_output=True, text=True).stdout.strip())


def has_chromium() -> bool:
    """Whether Chromium or its like is on the path."""
    return any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))


def has_libatomic() -> bool:
    """Whether the library is there that the node inside Playwright's wheel is linked to."""
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return False
    return True


def has_paper_fonts() -> bool:
    """Whether all fonts of Debian are there that papers of other hands are drawn in (`bench/papers/tools.py`)."""
    fonts = Path("/usr/share/fonts/truetype")
    files = (
        "arphic/ukai.ttc",
        "arphic/uming.ttc",
        "wqy/wqy-zenhei.ttc",
        "lxgw-wenkai/LXGWWenKai-Regular.ttf",
    )
    return all((fonts / file).exists() for file in files)


#: What may be asked for: how to see that it is there, and the Debian packages that bring it.
PROGRAMS: dict[str, tuple[Callable[[], bool], tuple[str, ...]]] = {
    "curl": (lambda: shutil.which("curl") is not None, ("curl",)),
    "java": (lambda: shutil.which("java") is not None, ("default-jre-headless",)),
    "openssl": (lambda: shutil.which("openssl") is not None, ("openssl",)),
    "chromium": (has_chromium, ("chromium",)),
    "libatomic": (has_libatomic, ("libatomic1",)),
    "office": (lambda: shutil.which("soffice") is not None, ("libreoffice-writer", "libreoffice-calc")),
    "paper-fonts": (
        has_paper_fonts,
        ("fonts-arphic-ukai", "fonts-arphic-uming", "fonts-wqy-zenhei", "fonts-lxgw-wenkai"),
    ),
    "pango": (lambda: find_library("pango-1.0") is not None, ("libpango-1.0-0", "libpangoft2-1.0-0")),
    "chinese-font": (has_chinese_font, ("fonts-noto-cjk", "fontconfig")),
}


def main(wanted: list[str]) -> None:
    packages = missing_packages(wanted)
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        install(packages)
        packages = missing_packages(wanted)
    if packages:
        names = " ".join(packages)
        sys.exit(f"测试需要: {names}。请安装, 例如: sudo apt-get install {names}")


def missing_packages(wanted: list[str]) -> list[str]:
    """The packages that bring what is wanted and not there."""
    return [package for name in wanted if not PROGRAMS[name][0]() for package in PROGRAMS[name][1]]


def install(packages: list[str]) -> None:
    """Install Debian packages, silently unless that fails."""
    print(f"安装 {' '.join(packages)}…", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        done = subprocess.run(["apt-get", "-q", *command], env=quiet, capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
