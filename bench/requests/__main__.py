"""`python -m bench.requests`: which share of the requests is read exactly, and which is silently wrong.

    python -m bench.requests [--wrong] [FILE…]

Without files, all of `open` and `locked`. `--wrong` lists what was not read exactly of files that are named, or of `open`:
what is locked is counted and never shown.
"""

import argparse
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from bench.requests.comparing import Verdict, judge
from bench.requests.vocabulary import demo_vocabulary
from mingpiao.inspections.reading import read_request

FOLDER = Path(__file__).parent


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of a file."""

    request: str
    today: date
    truth: dict[str, Any] = {}
    unclear: tuple[str, ...] = ()


class Count(msgspec.Struct, kw_only=True):
    """How the requests of a file were read."""

    requests: int = 0
    exact: int = 0
    silent: int = 0

    def add(self, verdict: Verdict) -> None:
        self.requests += 1
        self.exact += verdict.exact
        self.silent += verdict.silently_wrong


def cases_of(file: Path) -> list[Case]:
    """The lines of a file; raises `msgspec.ValidationError` for one that is malformed."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return [msgspec.json.decode(line, type=Case) for line in lines if line.strip()]


def judge_file(file: Path, console: Console, *, listed: bool) -> Count:
    """Read every request of a file; list those that were not read exactly."""
    count = Count()
    for line, case in enumerate(cases_of(file), start=1):
        verdict = judge(read_request(case.request, case.today, demo_vocabulary()), case.truth, case.unclear)
        count.add(verdict)
        if listed and not verdict.exact:
            word = "silently wrong" if verdict.silently_wrong else "not exact"
            console.print(f"{file.name}:{line} {word}: {case.request}", markup=False)
            for each in verdict.differences:
                console.print(f"    {each}", markup=False)
    return count


def measure(files: Sequence[Path], *, listed: bool = False) -> dict[str, Count]:
    """The counts of files by their place, and of all together."""
    console, total, found = Console(width=160), Count(), {}
    for file in files:
        shown = listed and "locked" not in file.parts
        count = judge_file(file, console, listed=shown)
        found[f"{file.parent.name}/{file.name}"] = count
        total.requests += count.requests
        total.exact += count.exact
        total.silent += count.silent
    return found | {"all": total}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--wrong", action="store_true", help="list what was not read exactly")
    wanted = parser.parse_args()
    files = wanted.files or sorted([*FOLDER.glob("open/*.jsonl"), *FOLDER.glob("locked/*.jsonl")])
    table = Table("file", "requests", "exact", "silently wrong")
    for name, count in measure(files, listed=wanted.wrong).items():
        shares = (f"{each / max(1, count.requests):.3f}" for each in (count.exact, count.silent))
        table.add_row(name, str(count.requests), *shares)
    Console().print(table)


if __name__ == "__main__":
    main()
