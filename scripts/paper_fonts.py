"""Fetches the fonts of `bench/papers/package-lock.json`, in which papers of other hands are drawn."""

import os
import subprocess
import sys

from bootstrap import ROOT, npm_in_environment, npm_on_path, trust


def main() -> None:
    npm, path = npm_on_path() or npm_in_environment()
    command = [*npm, "ci", "--prefix", str(ROOT / "bench/papers"), "--no-audit", "--no-fund", "--silent"]
    sys.exit(subprocess.run(command, env=os.environ | trust() | {"PATH": path}).returncode)


if __name__ == "__main__":
    main()
