"""A child of `multiprocessing` that ends itself when its parent is gone, even after `kill -9`.

The parent's end closes a pipe that the kernel watches for us; a thread waits for it, so that a busy or
hung event loop does not keep an orphan alive.
"""

import multiprocessing
import os
import signal
import threading
import time
from multiprocessing.connection import wait

#: Seconds for an orderly end before the process is ended in whatever state it is.
FAREWELL_SECONDS = 15.0


def end_with_parent() -> None:
    """From now on this process ends when its parent does; nothing in a process that no `multiprocessing` started."""
    parent = multiprocessing.parent_process()
    if parent is None:
        return

    def watch(sentinel: int) -> None:
        wait([sentinel])
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(FAREWELL_SECONDS)
        os.kill(os.getpid(), signal.SIGKILL)

    threading.Thread(target=watch, args=(parent.sentinel,), name="parent", daemon=True).start()
