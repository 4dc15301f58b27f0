"""Sees to it that Chromium and a Chinese font are there for the browser tests.

As root on Debian or Ubuntu they are installed; otherwise says what to install and fails.
"""

import os
import shutil
import subprocess
import sys

_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_PACKAGES = ("chromium", "fonts-noto-cjk")


def main() -> None:
    missing = missing_packages()
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        install(missing)
        missing = missing_packages()
    if missing:
        sys.exit(
            f"浏览器测试需要: {' '.join(missing)}。请安装, 例如: sudo apt-get install {' '.join(missing)}"
        )


def missing_packages() -> list[str]:
    browser, font = _PACKAGES
    missing = [] if any(shutil.which(name) for name in _BROWSERS) else [browser]
    return missing if has_chinese_font() else [*missing, font]


def has_chinese_font() -> bool:
    lister = shutil.which("fc-list")
    if lister is None:
        return False
    return bool(
        subprocess.run([lister, ":lang=zh-cn", "family"], capture_output=True, text=True).stdout.strip()
    )


def install(packages: list[str]) -> None:
    """Install Debian packages, silently unless that fails."""
    print(f"安装 {' '.join(packages)}…", flush=True)
    quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", *packages, "fontconfig"]):
        done = subprocess.run(["apt-get", "-q", *command], env=quiet, capture_output=True, text=True)
        if done.returncode != 0:
            print(done.stdout, done.stderr, sep="\n", file=sys.stderr)


if __name__ == "__main__":
    main()
