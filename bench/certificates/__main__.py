"""Measure how well certificates of other hands are read.

    python -m bench.certificates [--hands NAME,…] [--locked] [--seed N] [--jobs N] [--worst N]

Draws one certificate of each layout, reads it as a worker does, and prints the share of right fields by field, way,
font and hand. A field is right when it is letter for letter what the certificate says, in the plain form of
`kernel.text`: full-width and half-width marks are alike. "Wrong though sure" counts those that nobody would be asked
to look at. A locked layout is told by its figures alone.
"""

import argparse
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from rich.console import Console

from bench.certificates.measure import Field, judge, layouts, show


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.certificates", description=__doc__)
    parser.add_argument("--hands", default="", help="only these, separated by commas")
    parser.add_argument("--locked", action="store_true", help="the locked hands instead of the open ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument(
        "--worst", type=int, default=40, help="how many misread fields are told (open hands only)"
    )
    given = parser.parse_args()
    hands = tuple(filter(None, given.hands.split(",")))
    wanted = [each for each in layouts(locked=given.locked) if not hands or each[0] in hands]
    fields: list[Field] = []
    console = Console(width=120)
    with (
        ProcessPoolExecutor(given.jobs, mp_context=get_context("spawn")) as pool,
        console.status("") as status,
    ):
        orders = [pool.submit(judge, given.locked, hand, name, given.seed) for hand, name in wanted]
        for number, order in enumerate(orders, start=1):
            fields += order.result()
            status.update(f"{number} of {len(wanted)}")
    if not fields:
        console.print("no certificate was asked for")
        return
    show(fields, console, 0 if given.locked else given.worst)


if __name__ == "__main__":
    main()
