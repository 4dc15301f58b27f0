"""Papers of a charity foundation and of a private school's alumni office."""

from functools import wraps
from random import Random

from bench.papers.open.charity import agreements, forms, lists, screens, word
from bench.papers.values import Layout, Paper


def _own(layout: Layout) -> Layout:
    """The layout with random numbers of its own, so that one seed does not give every paper the same names."""
    name = getattr(layout, "__name__", "")

    @wraps(layout)
    def drawn(rng: Random) -> Paper:
        rng.seed(f"charity {name} {rng.random()}")
        return layout(rng)

    return drawn


LAYOUTS: dict[str, Layout] = {
    name: _own(layout)
    for name, layout in {
        "tripartite": agreements.tripartite,
        "naming": agreements.naming,
        "intent": agreements.intent,
        "amendment": word.amendment,
        "draft": word.draft,
        "thanks": word.thanks,
        "sponsorship": word.sponsorship,
        "donor_list": lists.donor_list,
        "donor_board": lists.donor_board,
        "goods": lists.goods,
        "receipts": lists.receipts,
        "certificate": forms.certificate,
        "handwritten": forms.handwritten,
        "pledge": forms.pledge,
        "fee_slip": forms.fee_slip,
        "dues": screens.dues,
        "event": screens.event,
        "padded": screens.padded,
        "email": screens.email,
        "chat": screens.chat,
    }.items()
}
