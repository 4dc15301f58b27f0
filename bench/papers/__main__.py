"""Measure the reader on papers of other hands.

    python -m bench.papers [--hands NAME,…] [--locked] [--family NAME] [--seed N] [--jobs N] [--note WORDS]

Draws the layouts of the open hands, or with `--locked` those of the locked ones, reads them, compares each with
its bills, and prints figures by form, field, family and hand. A locked layout is told by its figures alone.
`--note` adds the figures of layouts that were never read before to `bench/papers/first_sight.json`.
"""

import argparse
from pathlib import Path

from rich.console import Console

from bench.papers.figures import Asked, note_first_sight, show
from bench.papers.measure import measure, orders


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.papers", description=__doc__)
    parser.add_argument("--hands", default="", help="only these, separated by commas")
    parser.add_argument("--locked", action="store_true", help="the locked hands instead of the open ones")
    parser.add_argument("--family", default="")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--worst", type=int, default=12, help="how many misread papers are told (open hands only)"
    )
    parser.add_argument("--keep", type=Path, help="folder for misread papers (open hands only)")
    parser.add_argument("--note", default="", help="note the figures as the first sight, with these words")
    given = parser.parse_args()
    console = Console(width=150)
    asked = Asked(
        hands=tuple(filter(None, given.hands.split(","))),
        locked=given.locked,
        family=given.family,
        seed=given.seed,
    )
    keep = None if given.locked else given.keep
    with console.status("") as status:
        results = []
        for result in measure(orders(asked), given.jobs, keep):
            results.append(result)
            status.update(f"{len(results)} {result.layout}")
    show(results, console, 0 if given.locked else given.worst)
    if given.note:
        note_first_sight(results, given.note)


if __name__ == "__main__":
    main()
