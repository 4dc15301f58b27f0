"""Write a set to a file, and print how many lines of each kind it has."""

import argparse
from collections import Counter
from pathlib import Path

import msgspec

from bench.statements.generator import make


def main() -> None:
    """Make the set of a seed."""
    parser = argparse.ArgumentParser(prog="python -m bench.statements", description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("file", type=Path)
    chosen = parser.parse_args()
    made = make(chosen.lines, chosen.seed)
    members = {"bills": made.bills, "lines": made.lines, "truth": made.truth}
    chosen.file.write_bytes(msgspec.json.encode(members))
    print(f"{len(made.bills)} bills, {len(made.lines)} lines, {len(made.truth)} entries of truth")
    entries = Counter(made.kinds[int(entry["receipt_id"])] for entry in made.truth)
    for kind, count in Counter(made.kinds.values()).most_common():
        print(f"{kind}: {count} lines, {entries[kind]} entries")


if __name__ == "__main__":
    main()
