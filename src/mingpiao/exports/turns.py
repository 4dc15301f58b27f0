"""How many exports run at a time in one process: each holds rows or a file until its last byte is sent."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from mingpiao.kernel.errors import refuse


class ExportTurns:
    """Turns of people and of the process. Nobody waits for one: whoever waits holds a connection, too."""

    def __init__(self, of_person: int, of_process: int) -> None:
        self._of_person = of_person
        self._of_process = of_process
        self._running: Counter[int] = Counter()

    @contextmanager
    def turn(self, account_id: int) -> Iterator[None]:
        """Have a turn within. Raises `Refusal`: `export.person_busy` (429), `export.process_busy` (503)."""
        if self._running[account_id] >= self._of_person:
            message = f"您有{self._of_person}个文件正在下载，请等待其中一个完成或取消后再试。"
            raise refuse("export.person_busy", message, status=429, retry_after=10)
        if self._running.total() >= self._of_process:
            message = "平台上正在下载的文件过多，请稍后再试。"
            raise refuse("export.process_busy", message, status=503, retry_after=10)
        self._running[account_id] += 1
        try:
            yield
        finally:
            self._running[account_id] -= 1
            if not self._running[account_id]:
                del self._running[account_id]
