"""How well certificates are read: made qualifications in four layouts, clean, skewed, small, turned, photographed and scanned.

`python -m bench.qualifications [--count 40] [--seed 0]` reads them in the reading processes as the worker
does, compares every field with the truth, and prints the share that is right by field and by how the qualification
was brought. The seed is printed; the same seed makes the same qualifications.
"""

import argparse
import asyncio
import json
import time
from collections import Counter
from pathlib import Path

from tests.qualifications.files import draw, make_facts, spoiled

from mingpiao.qualifications.model import FIELD_LABELS
from mingpiao.qualifications.service import SURE, read_fields
from mingpiao.reading.service import FileUnreadable, ReaderFailed, ReaderPool

_RESULT = Path("build/bench-qualifications.json")


class Tally:
    """Right and all answers by a key, and the wrong ones to look at."""

    def __init__(self) -> None:
        self.right: Counter[str] = Counter()
        self.all: Counter[str] = Counter()
        self.unsafe = 0
        self.wrong: list[str] = []

    def count(self, keys: tuple[str, ...], right: bool) -> None:
        for key in keys:
            self.all[key] += 1
            self.right[key] += right

    def share(self, key: str) -> float:
        return self.right[key] / self.all[key] if self.all[key] else 1.0


async def measure(count: int, seed: int) -> tuple[Tally, list[float]]:
    """Read `count` qualifications one after another; the second value is seconds a qualification."""
    tally = Tally()
    seconds: list[float] = []
    async with ReaderPool(2) as pool:
        for number in range(seed, seed + count):
            facts = make_facts(number)
            drawn = draw(facts, layout=number // 5, seed=number)
            how, media_type, data = spoiled(drawn.image, number + number // 6)
            began = time.perf_counter()
            try:
                reading = read_fields(await pool.read_lines(data, media_type))
            except (FileUnreadable, ReaderFailed) as failure:
                tally.wrong.append(f"{number} {how}: {failure}")
                tally.count(("all", how), False)
                continue
            seconds.append(time.perf_counter() - began)
            truth = facts.truth()
            for name in sorted({*truth, *reading.fields}):
                found = reading.fields.get(name)
                right = reading.value(name) == truth.get(name, "")
                tally.count(("all", how, name), right)
                if not right:
                    # What is wrong and counts as sure would be taken without a person's look.
                    tally.unsafe += found is not None and found.confidence >= SURE
                    tally.wrong.append(
                        f"{number} {how} {name}: {truth.get(name, '')!r} read as {reading.value(name)!r}"
                    )
    return tally, seconds


def report(tally: Tally, seconds: list[float], seed: int) -> None:
    """Print the figures and keep them under `build`."""
    print(
        f"seed {seed}, {len(seconds)} qualifications, median {sorted(seconds)[len(seconds) // 2]:.2f} s a qualification"
    )
    ways = ("clean", "skewed", "small", "photograph", "turned", "scanned pdf")
    for key in ("all", *ways, *FIELD_LABELS):
        print(f"{FIELD_LABELS.get(key, key):<14} {tally.share(key):7.2%}  of {tally.all[key]}")
    print(f"wrong though sure: {tally.unsafe}")
    print("\n".join(tally.wrong))
    figures = {key: [tally.right[key], tally.all[key]] for key in tally.all}
    _RESULT.parent.mkdir(exist_ok=True)
    _RESULT.write_text(json.dumps({"seed": seed, "figures": figures}, ensure_ascii=False, indent=1))


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    arguments.add_argument("--count", type=int, default=40)
    arguments.add_argument("--seed", type=int, default=0)
    given = arguments.parse_args()
    tally, seconds = asyncio.run(measure(given.count, given.seed))
    report(tally, seconds, given.seed)


if __name__ == "__main__":
    main()
