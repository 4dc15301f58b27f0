"""The child of test_orphans: it says that it watches, and would live for long."""

import os
import time
from pathlib import Path

from mingpiao.processes.orphans import end_with_parent


def live() -> None:
    """Sleep until ended."""
    end_with_parent()
    Path(os.environ["ORPHAN_READY"]).touch()
    time.sleep(600)
