"""The desk and the pages of a demonstration that is built for this run: `bench.desk` and `bench.pages`, bounded.

    .venv/bin/python -m bench.demonstration

It takes the time in which `make demo` builds its province, and about a minute more; it ends by itself. Without
Chromium it says so and measures nothing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import desk, pages
from bench.site import free_port
from mingpiao.processes.supervise import fetch_status

#: A province is built in one or two minutes; a busy machine takes several times as long, and then it is given up.
_BUILT_WITHIN = 900.0
_MEASURES: tuple[Callable[[Sequence[str]], None], ...] = (desk.main, pages.main)


def _await(web: subprocess.Popen[bytes], base: str, log: Path) -> None:
    """Wait until the demonstration answers. Raises RuntimeError when it ends before, or takes too long."""
    until = time.monotonic() + _BUILT_WITHIN
    while fetch_status(f"{base}/login") != 200:
        if web.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"the demonstration did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.5)


def main() -> None:
    if shutil.which("chromium") is None:
        print("bench.demonstration: no chromium on this machine, desk and pages are not measured")
        return
    with tempfile.TemporaryDirectory(prefix="mingpiao-bench-") as directory:
        folder, port = Path(directory), free_port()
        base, log = f"http://127.0.0.1:{port}", folder / "demo.log"
        environment = os.environ | {"MINGPIAO_DATA_DIR": directory, "PORT": str(port)}
        with log.open("wb") as out:
            web = subprocess.Popen(
                [sys.executable, "-m", "mingpiao", "demo"], env=environment, stdout=out, stderr=out
            )
        try:
            _await(web, base, log)
            for measure in _MEASURES:
                measure(["--address", base, "--accounts", str(folder / "demo" / "accounts.txt")])
        finally:
            web.terminate()
            web.wait(60)


if __name__ == "__main__":
    main()
