"""Papers of a bookkeeper of a county's culture and sports centre and of its partner associations."""

from random import Random

from bench.papers.values import Layout, Paper

from . import agreements, donations, funding, lists, notices, records, rents, settlements, slips


def _own(name: str, draw: Layout) -> Layout:
    # Layouts drawn from the same seed shall not all tell of the same town and firm.
    def drawn(rng: Random) -> Paper:
        rng.seed(f"{name}/{rng.random()}")
        return draw(rng)

    return drawn


LAYOUTS: dict[str, Layout] = {
    name: _own(name, draw)
    for part in (agreements, notices, lists, donations, settlements, funding, slips, rents, records)
    for name, draw in part.LAYOUTS.items()
}
