"""Papers that outsiders send with a payment to a hospital group and a vocational school."""

from random import Random

from bench.papers.open.registry import bank, contracts, donations, letters, offices, supplements
from bench.papers.values import Layout, Paper


def _own(name: str, layout: Layout) -> Layout:
    """The layout with random numbers of its own, so that a seed gives every layout other names."""

    def draw(rng: Random) -> Paper:
        return layout(Random(f"{name} {rng.getrandbits(64)}"))  # noqa: S311 (drawing only)

    return draw


_ALL: dict[str, Layout] = {
    "donation-agreement": donations.agreement,
    "giver-form": donations.giver_form,
    "allocation": offices.allocation,
    "demand": offices.demand,
    "lease": contracts.lease,
    "trial": contracts.trial,
    "training": contracts.training,
    "sponsorship": contracts.sponsorship,
    "bank-receipt": bank.receipt,
    "bank-statement": bank.statement,
    "telephone": bank.telephone,
    "slips-on-a-sheet": bank.sheet,
    "minutes": letters.minutes,
    "on-behalf": letters.on_behalf,
    "fee-slip": letters.fee_slip,
    "registration": letters.registration,
    "new-sum": supplements.new_sum,
    "new-term": supplements.new_term,
}
LAYOUTS: dict[str, Layout] = {name: _own(name, layout) for name, layout in _ALL.items()}
