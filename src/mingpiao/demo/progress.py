"""Reports how far the building of the province is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

import rich.progress
from rich.console import Console
from rich.text import Text


class DemoProgress(Protocol):
    """Called with a stage's name in Chinese, the number done and the number to do."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


class _RateColumn(rich.progress.ProgressColumn):
    def render(self, task: rich.progress.Task) -> Text:
        rate = task.finished_speed or task.speed
        return Text(f"{rate:,.0f}/秒" if rate else "")


@contextmanager
def shown_progress(console: Console) -> Iterator[DemoProgress]:
    """Draws one bar a stage, with rate and remaining time."""
    columns = (
        rich.progress.TextColumn("{task.description}"),
        rich.progress.BarColumn(),
        rich.progress.MofNCompleteColumn(),
        _RateColumn(),
        rich.progress.TextColumn("剩余"),
        rich.progress.TimeRemainingColumn(compact=True),
    )
    bars: dict[str, rich.progress.TaskID] = {}
    with rich.progress.Progress(*columns, console=console) as drawing:

        def report(stage: str, done: int, total: int) -> None:
            if stage not in bars:
                bars[stage] = drawing.add_task(stage, total=total)
            drawing.update(bars[stage], completed=done, total=total)

        yield report
