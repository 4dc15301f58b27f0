"""The bill of a specimen: an honest one, or one that contradicts the specimen in exactly one fact."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import msgspec

from bench.evidence import wording
from bench.evidence.story import Story
from bench.evidence.topics import GIFT, Topic, other_topic
from bench.evidence.truth import CONTRACT, TRANSFER, Truth
from mingpiao.evidence.model import BillFacts, Usage

_UNUSED = Usage(amount=Decimal(0), bills=0)


def possible(truth: Truth) -> tuple[str, ...]:
    """The facts in which a bill can contradict what this specimen says."""
    checks = {
        "payer": any(role == "payer" for role, _ in truth.parties),
        "payee": any(role == "payee" for role, _ in truth.parties),
        "amount": truth.total is not None,
        "words": truth.words is not None,
        "date": truth.starts_on is not None and truth.ends_on is not None,
        "purpose": bool(truth.purpose),
        "usage": truth.total is not None and not truth.tolerated_parties,
    }
    return tuple(name for name, holds in checks.items() if holds)


def honest(story: Story, truth: Truth, rng: Random) -> tuple[BillFacts, Usage]:
    """A bill in which everything agrees: the whole amount, one stage of it, or what a stage left."""
    total, usage = _share(story, truth, rng)
    return _bill(story, truth, rng, total), usage


def contradicting(story: Story, truth: Truth, rng: Random, fact: str) -> tuple[BillFacts, Usage]:
    """A bill that is honest but for `fact`. A specimen with wrong words must be written so beforehand."""
    bill, usage = honest(story, truth, rng)
    return _CHANGES[fact](story, truth, rng, bill, usage)


def wrong_words(story: Story, rng: Random) -> Story:
    """The same story with a specimen whose words differ from its figures."""
    return msgspec.structs.replace(story, worded=_near_amount(rng, story.total))


def _share(story: Story, truth: Truth, rng: Random) -> tuple[Decimal, Usage]:
    if not truth.instalments or rng.random() < 0.25:
        return story.total, _UNUSED
    stage = rng.randrange(len(story.stages))
    before = sum(story.stages[:stage], Decimal(0))
    return story.stages[stage], Usage(amount=before, bills=stage)


def _bill(story: Story, truth: Truth, rng: Random, total: Decimal) -> BillFacts:
    topic = story.topic
    return BillFacts(
        kind=topic.kind,
        payer_name=_typed(story.payer, rng),
        payer_code="",
        unit_name=story.payee,
        unit_code="",
        unit_account=story.account if story.account in truth.accounts or not truth.accounts else "",
        total=total,
        issued_on=_honest_day(story, truth, rng),
        item_names=(rng.choice(topic.items),),
        remark=rng.choice(topic.remarks),
        extension=_extension(topic),
    )


def _typed(name: str, rng: Random) -> str:
    """A name as somebody types it: brackets of either width."""
    return name.replace("（", "(").replace("）", ")") if rng.random() < 0.3 else name


def _extension(topic: Topic) -> dict[str, str]:
    if topic.kind == GIFT:
        return {"Custom1": topic.project, "Custom2": "货币"}
    return {"Custom1": "代收款项" if topic.items[0].startswith("代收") else "其他往来"}


def _honest_day(story: Story, truth: Truth, rng: Random) -> date:
    if truth.starts_on is None or truth.ends_on is None:
        return story.signed_on + timedelta(days=rng.randrange(0, 15))
    days = (story.ends_on - story.starts_on).days
    return story.starts_on + timedelta(days=rng.randrange(0, days + 1))


# One change each.

_Change = Callable[[Story, Truth, Random, BillFacts, Usage], tuple[BillFacts, Usage]]


def _payer(story: Story, truth: Truth, rng: Random, bill: BillFacts, usage: Usage) -> tuple[BillFacts, Usage]:
    others: list[str] = [wording.company(rng), _akin(rng, story.payer)]
    if truth.kind == CONTRACT:
        others.append(story.witness)
    return msgspec.structs.replace(bill, payer_name=_other(rng, others, story.payer)), usage


def _payee(story: Story, truth: Truth, rng: Random, bill: BillFacts, usage: Usage) -> tuple[BillFacts, Usage]:
    draw = wording.charity if story.topic.kind == GIFT else wording.unit
    names = [draw(rng) for _ in range(6)]
    name = _other(rng, names, story.payee, *(name for name, _ in story.companions))
    return msgspec.structs.replace(bill, unit_name=name, unit_account=""), usage


def _amount(
    story: Story, truth: Truth, rng: Random, bill: BillFacts, usage: Usage
) -> tuple[BillFacts, Usage]:
    wrong = _near_amount(rng, bill.total)
    if truth.tolerated_parties and rng.random() < 0.4:
        wrong = next((amount for _, amount in story.companions if amount > story.total), wrong)
    if not _must_equal(truth) and wrong < bill.total:
        wrong = bill.total + (bill.total - wrong)
    if truth.instalments:
        wrong = _no_stage(story, truth, wrong)
    return msgspec.structs.replace(bill, total=wrong), usage


def _must_equal(truth: Truth) -> bool:
    """Whether a smaller bill contradicts too. Other specimens may be settled in parts, a transfer is one sum."""
    return truth.kind == TRANSFER


def _no_stage(story: Story, truth: Truth, wrong: Decimal) -> Decimal:
    """An amount that is neither a stage nor what may remain of the total: above the total."""
    return wrong if wrong > story.total else wrong + story.total


def _date(story: Story, truth: Truth, rng: Random, bill: BillFacts, usage: Usage) -> tuple[BillFacts, Usage]:
    outside = rng.choice(
        (
            story.ends_on + timedelta(days=rng.randrange(20, 300)),
            story.starts_on - timedelta(days=rng.randrange(40, 300)),
        )
    )
    return msgspec.structs.replace(bill, issued_on=outside), usage


def _purpose(
    story: Story, truth: Truth, rng: Random, bill: BillFacts, usage: Usage
) -> tuple[BillFacts, Usage]:
    topic = other_topic(rng, story.topic)
    return (
        msgspec.structs.replace(
            bill, item_names=(topic.items[0],), remark=topic.remarks[0], extension=_extension(topic)
        ),
        usage,
    )


def _usage(story: Story, truth: Truth, rng: Random, bill: BillFacts, usage: Usage) -> tuple[BillFacts, Usage]:
    """The specimen was already used so far that this bill goes beyond its total."""
    used = rng.choice((story.total, story.total, story.total - bill.total / 2))
    return bill, Usage(
        amount=max(used, story.total / 2 + 1).quantize(Decimal("0.01")), bills=rng.randrange(1, 4)
    )


def _words(story: Story, truth: Truth, rng: Random, bill: BillFacts, usage: Usage) -> tuple[BillFacts, Usage]:
    return bill, usage


_CHANGES: dict[str, _Change] = {
    "payer": _payer,
    "payee": _payee,
    "amount": _amount,
    "words": _words,
    "date": _date,
    "purpose": _purpose,
    "usage": _usage,
}


def _near_amount(rng: Random, amount: Decimal) -> Decimal:
    """An amount that is wrong as clerks are wrong: a figure changed, two exchanged, a place slipped."""
    whole = str(int(amount))
    slips: list[Decimal] = [
        amount * 10,
        amount + Decimal(rng.randrange(1, 10)) * 10 ** max(0, len(whole) - 2),
    ]
    if len(whole) > 1 and whole[0] != whole[1] and whole[1] != "0":
        exchanged = whole[1] + whole[0] + whole[2:]
        slips.append(Decimal(exchanged) + amount % 1)
    return rng.choice(slips)


def _akin(rng: Random, name: str) -> str:
    """A name like this one with another trade name in the middle."""
    if len(name) < 8:
        return wording.person(rng)
    return name.replace(name[-9:-6], wording.brand(rng)) if len(name) > 12 else wording.company(rng)


def _other(rng: Random, names: list[str], *than: str) -> str:
    return rng.choice([name for name in names if name not in than] or [wording.company(rng)])
