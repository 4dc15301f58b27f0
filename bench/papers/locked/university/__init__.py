"""Papers that the finance secretary of a university with a college sees."""

from random import Random

from bench.papers.values import Layout, Paper

from . import giving, meetings, money, places, research, teaching


def _apart(at: int, layout: Layout) -> Layout:
    """The layout with other draws than its neighbours have for the same seed."""

    def draw(rng: Random) -> Paper:
        for _ in range(7 * at + 1):
            rng.random()
        return layout(rng)

    return draw


_ALL: dict[str, Layout] = {
    **research.LAYOUTS,
    **teaching.LAYOUTS,
    **places.LAYOUTS,
    **giving.LAYOUTS,
    **meetings.LAYOUTS,
    **money.LAYOUTS,
}
LAYOUTS: dict[str, Layout] = {name: _apart(at, layout) for at, (name, layout) in enumerate(_ALL.items())}
