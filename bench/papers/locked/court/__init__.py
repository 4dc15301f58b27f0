"""A finance clerk of courts and of a natural resources bureau: fees, deposits, land money, fines, tables, forms."""

from random import Random

from bench.papers.locked.court import bureau, cases, courts, forms, land, tables
from bench.papers.values import Layout, Paper


def _apart(name: str, layout: Layout) -> Layout:
    """The layout with numbers of its own, so that papers of one seed do not share their places and names."""

    def drawn(rng: Random) -> Paper:
        rng.seed(f"{name} {rng.getrandbits(64)}")
        return layout(rng)

    return drawn


LAYOUTS: dict[str, Layout] = {
    name: _apart(name, layout)
    for part in (courts, cases, land, bureau, forms, tables)
    for name, layout in part.LAYOUTS.items()
}
