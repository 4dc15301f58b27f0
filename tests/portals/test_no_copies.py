"""No two templates share a block: what pages have in common is a macro."""

from collections import defaultdict
from pathlib import Path

PORTALS = Path(__file__).parents[2] / "src" / "mingpiao" / "portals"
BLOCK = 6


def blocks(text: str) -> set[tuple[str, ...]]:
    """Every run of six lines, without blank ones and imports."""
    lines = [line.strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith("{% from ")]
    return {tuple(lines[place : place + BLOCK]) for place in range(len(lines) - BLOCK + 1)}


def test_no_two_templates_share_six_lines() -> None:
    found: defaultdict[tuple[str, ...], list[str]] = defaultdict(list)
    for file in sorted(PORTALS.rglob("*.html")):
        for block in blocks(file.read_text(encoding="utf-8")):
            found[block].append(str(file.relative_to(PORTALS)))
    shared = {tuple(files): block for block, files in found.items() if len(files) > 1}
    assert shared == {}
    assert len(found) > 500, "templates were looked at"
