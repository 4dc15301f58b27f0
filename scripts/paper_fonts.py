"""Fetches the fonts of `bench/papers/package-lock.json`, in which papers of other hands are drawn."""

import os
import subprocess
import sys

from bootstrap import ROOT, SetupError, make_environment, npm_in_environment, npm_on_path, trust


def main() -> None:
    command = ["ci", "--prefix", str(ROOT / "bench/papers"), "--no-audit", "--no-fund", "--silent"]
    try:
        npm, path = npm_on_path() or _npm_from_wheel()
    except SetupError as error:
        sys.exit(f"取得字体失败：{error}")
    sys.exit(subprocess.run([*npm, *command], env=os.environ | trust() | {"PATH": path}).returncode)


def _npm_from_wheel() -> tuple[list[str], str]:
    """npm of the `node` dependency group, which is there for page assets only until these are made."""
    make_environment(with_node=True)
    return npm_in_environment()


if __name__ == "__main__":
    main()
