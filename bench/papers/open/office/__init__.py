"""Papers of a prefecture's registry: notices, replies, demands, decisions, prices, minutes, drafts."""

from random import Random

from bench.papers.open.office import changes, decisions, demands, grants, replies
from bench.papers.values import Layout, Paper

_ALL: dict[str, Layout] = {
    "science-funds": grants.science_funds,
    "joint-schools": grants.joint_schools,
    "student-aid": grants.student_aid,
    "health-scan": grants.health_scan,
    "fee-notice": demands.fee_notice,
    "arrears": demands.arrears,
    "boxed-slip": demands.boxed_slip,
    "penalty": decisions.penalty,
    "expropriation": decisions.expropriation,
    "prices": decisions.prices,
    "rent-reply": replies.rent_reply,
    "gift-reply": replies.gift_reply,
    "doctored": replies.doctored,
    "minutes": replies.minutes,
    "amended": changes.amended,
    "recalled": changes.recalled,
    "revoked": changes.revoked,
    "draft": changes.draft,
    "handed-on": changes.handed_on,
}


def _apart(name: str) -> Layout:
    """The layout with random numbers of its own, so that one seed does not put all papers in one prefecture."""

    def drawn(rng: Random) -> Paper:
        return _ALL[name](Random(f"{name} {rng.getrandbits(64)}"))  # noqa: S311 - the same paper for the same seed

    return drawn


LAYOUTS: dict[str, Layout] = {name: _apart(name) for name in _ALL}
