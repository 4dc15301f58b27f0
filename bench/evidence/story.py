"""Who pays whom how much for what: made up before the specimen that tells it is written."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import msgspec

from bench.evidence import wording
from bench.evidence.topics import GIFT, SETTLEMENT, Topic, draw_topic
from bench.evidence.truth import DONATION, POLICY, TRANSFER

_FIRST_DAY = date(2025, 1, 6)


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one business, amounts in 元. `worded` is what the words say, normally the total.

    `stages` are the parts in which a staged total is paid; `companions` are other recipients with their
    amounts when a notice has a list (then `total` is the unit's own amount, and the list's sum is more).
    """

    payer: str
    payee: str
    witness: str
    agency: str
    bank: str
    payer_bank: str
    total: Decimal
    worded: Decimal
    stages: tuple[Decimal, ...]
    companions: tuple[tuple[str, Decimal], ...]
    signed_on: date
    starts_on: date
    ends_on: date
    account: str
    payer_account: str
    topic: Topic
    number: str
    basis: str


def make_story(rng: Random, kind: str, *, kept_back: bool = False) -> Story:
    """A story for a specimen of this kind; with `kept_back` about a subject that was kept back."""
    topic = draw_topic(rng, _bill_kind(rng, kind), kept_back=kept_back)
    payer, payee = _parties(rng, kind, topic)
    total = wording.amount(rng)
    signed_on = _FIRST_DAY + timedelta(days=rng.randrange(640))
    starts_on = signed_on + timedelta(days=rng.choice((0, 0, 1, 5, 15, 30)))
    return Story(
        payer=payer,
        payee=payee,
        witness=wording.company(rng),
        agency=wording.company(rng),
        bank=wording.bank(rng),
        payer_bank=wording.bank(rng),
        total=total,
        worded=total,
        stages=_stages(rng, total),
        companions=tuple((wording.unit(rng), wording.amount(rng)) for _ in range(rng.randrange(3, 9))),
        signed_on=signed_on,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=rng.choice((89, 179, 364, 364, 729))),
        account=wording.account_number(rng),
        payer_account=wording.account_number(rng),
        topic=topic,
        number=wording.document_number(rng, signed_on.year),
        basis=wording.document_number(rng, signed_on.year - rng.randrange(3)),
    )


def _bill_kind(rng: Random, kind: str) -> str:
    if kind == DONATION:
        return GIFT
    return rng.choice((SETTLEMENT, GIFT)) if kind == TRANSFER else SETTLEMENT


def _parties(rng: Random, kind: str, topic: Topic) -> tuple[str, str]:
    payee = wording.charity(rng) if topic.kind == GIFT else wording.unit(rng)
    if kind == POLICY:
        return wording.office(rng), payee
    draw = rng.random()
    if draw < 0.2 and (kind in (DONATION, TRANSFER)):
        return wording.person(rng), payee
    return wording.company(rng) if draw < 0.85 else _another_unit(rng, payee), payee


def _another_unit(rng: Random, than: str) -> str:
    return next(name for name in iter(lambda: wording.unit(rng), "") if name != than)


def _stages(rng: Random, total: Decimal) -> tuple[Decimal, ...]:
    """Two to four unlike parts of a total."""
    shares = rng.choice(((30, 70), (50, 30, 20), (40, 60), (30, 40, 30), (25, 35, 25, 15), (60, 30, 10)))
    parts = [(total * share / 100).quantize(Decimal("0.01")) for share in shares[:-1]]
    return (*parts, total - sum(parts))
