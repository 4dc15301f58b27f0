"""Papers as the procurement and research office of a county hospital and its partners meet them."""

from random import Random

from bench.papers.open.hospital import (
    banks,
    gifts,
    letters,
    partners,
    services,
    settlements,
    teaching,
    trials,
)
from bench.papers.values import Layout, Paper


def _salted(name: str, draw: Layout) -> Layout:
    """The layout with numbers of its own, so that papers of one seed do not share their people."""

    def drawn(rng: Random) -> Paper:
        return draw(Random(f"{name} {rng.getrandbits(64)}"))  # noqa: S311 - the same paper for the same seed

    return drawn


_DRAWN: dict[str, Layout] = {
    "trial_agreement": trials.agreement,
    "trial_supplement": trials.supplement,
    "equipment_gift": gifts.equipment,
    "gift_letter": gifts.letter,
    "training_notice": teaching.training,
    "study_acceptance": teaching.acceptance,
    "wall_notice": teaching.wall,
    "alliance": partners.alliance,
    "equipment_lease": partners.lease,
    "concession": services.concession,
    "staff_examination": services.examination,
    "blood_settlement": settlements.blood,
    "insurance_settlement": settlements.insurance,
    "fund_repayment": settlements.refund,
    "online_receipt": banks.online,
    "mobile_receipt": banks.mobile,
    "paying_in_slip": banks.slip,
    "minutes": letters.minutes,
    "printed_mail": letters.mail,
    "expert_letter": letters.expert,
}
LAYOUTS: dict[str, Layout] = {name: _salted(name, draw) for name, draw in _DRAWN.items()}
