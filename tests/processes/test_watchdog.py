"""A process whose work stands still ends itself; one that says that it lives does not."""

import subprocess
import sys
import time

from mingpiao.processes.watchdog import EXIT_CODE, Watchdog


def test_a_process_that_hangs_ends_itself_and_says_where() -> None:
    program = (
        "import time\nfrom mingpiao.processes.watchdog import Watchdog\n"
        "with Watchdog(0.3):\n    time.sleep(600)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60)
    assert ended.returncode == EXIT_CODE
    assert b"the process ends itself" in ended.stderr
    assert b"line 4 in <module>" in ended.stderr


def test_one_that_says_that_it_lives_goes_on() -> None:
    with Watchdog(1.0) as watchdog:
        for _ in range(30):
            time.sleep(0.05)
            watchdog.tell_alive()
