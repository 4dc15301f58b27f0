"""Ends a child process when its parent is gone, even after `kill -9` of the parent.

A guard is a tiny shell that reads from a pipe whose other end only the parent holds. However the parent ends,
the kernel closes that end; the guard wakes up and ends the process that it watches. PR_SET_PDEATHSIG would be
shorter, but it follows the starting *thread* and is lost when a program changes its user.
"""

import contextlib
import signal
import subprocess

# A process is identified by its number and its start time (field 22 of /proc/PID/stat), for numbers are reused.
_SCRIPT = r"""
trap '' INT TERM HUP
alive() { [ "$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)" = "$born" ]; }
born=$(sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20)
[ -n "$born" ] || exit 0
read -r _
alive "$1" || exit 0
kill -"$2" "$1"
for _ in 1 2 3 4 5 6 7 8 9 10; do alive "$1" || exit 0; sleep 0.2; done
for _ in 1 2 3 4 5 6 7 8; do alive "$1" || exit 0; sleep 1; done
kill -KILL -- "$3$1"
"""


class Guard:
    """Ends `process` when its parent is gone: first with the signal `farewell`, ten seconds later with
    SIGKILL.

    With `whole_group` SIGKILL goes to its process group, so the process must be the group's leader.
    """

    def __init__(
        self, process: "subprocess.Popen[bytes]", farewell: signal.Signals, *, whole_group: bool = False
    ) -> None:
        target = [str(process.pid), str(int(farewell)), "-" if whole_group else ""]
        self._shell = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, "mingpiao-guard", *target],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
        )

    def dismiss(self) -> None:
        """Stop the guard; call it once the process has ended."""
        self._shell.kill()
        self._shell.wait()
        if self._shell.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._shell.stdin.close()
