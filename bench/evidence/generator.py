"""Makes the samples of a seed: every layout as text and as a scan, one of the two contradicting its bill."""

from collections.abc import Iterator
from itertools import count, islice
from random import Random

import msgspec

from bench.evidence.contradictions import contradicting, honest, possible, wrong_words
from bench.evidence.drawing import draw
from bench.evidence.layouts import LAYOUTS
from bench.evidence.scans import scan
from bench.evidence.specimen import Specimen, write
from bench.evidence.story import make_story
from bench.evidence.topics import KEPT_BACK_FROM
from bench.evidence.truth import CONTRADICTIONS, SCAN, TEXT, Sample, Truth, Wear
from bench.evidence.turning import turn_some


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What sample to make: a layout by name, a form, a seed; with `wanted` it contradicts in that fact.

    `kept_back` asks for a subject that was kept back; `font` is the path of a TrueType font that takes the
    place of the layout's own.
    """

    layout: str
    form: str
    seed: str
    wanted: str
    kept_back: bool = False
    font: str = ""


def orders(seed: int, number: int = 120, only: str = "", font: str = "") -> Iterator[Order]:
    """`number` samples to make. Text and scan by turns, or `only` one of them.

    In every round each layout stands once as text and once as a scan, and one of the two contradicts
    its bill in one fact; facts take turns. Seeds from `KEPT_BACK_FROM` on have subjects of their own.
    """
    forms = (only,) if only else (TEXT, SCAN)
    return islice(_endless(seed, forms, font), number)


def samples(seed: int, number: int = 120, only: str = "") -> Iterator[Sample]:
    """The samples of these orders, the same for the same seed."""
    return map(make_sample, orders(seed, number, only))


def _endless(seed: int, forms: tuple[str, ...], font: str) -> Iterator[Order]:
    names = list(LAYOUTS)
    Random(f"order:{seed}").shuffle(names)
    turn = Random(f"turn:{seed}").randrange(len(CONTRADICTIONS))
    for round_number in count():
        for place, name in enumerate(names):
            for form in forms:
                contradicts = (place + round_number + (form == SCAN)) % 2 == 1
                wanted = CONTRADICTIONS[turn % len(CONTRADICTIONS)] if contradicts else ""
                turn += contradicts
                yield Order(
                    layout=name,
                    form=form,
                    seed=f"{seed}-{round_number}",
                    wanted=wanted,
                    kept_back=seed >= KEPT_BACK_FROM,
                    font=font,
                )


def make_sample(order: Order) -> Sample:
    """The sample; it contradicts in the wanted fact, or in the next that its specimen allows."""
    rng = Random(f"{order.seed}:{order.layout}:{order.form}")
    layout = LAYOUTS[order.layout]
    story = make_story(rng, layout.kind, kept_back=order.kept_back)
    writing = rng.getrandbits(64)
    specimen = write(layout, story, Random(writing))
    fact = _nearest(order.wanted, possible(specimen.truth)) if order.wanted else ""
    if fact == "words":
        story = wrong_words(story, rng)
        specimen = write(layout, story, Random(writing))
    bill, usage = (
        contradicting(story, specimen.truth, rng, fact) if fact else honest(story, specimen.truth, rng)
    )
    data, media_type, truth, wear = _file(specimen, order.form, rng, order.font)
    return Sample(
        name=f"{order.layout}-{order.form}-{order.seed}",
        layout=order.layout,
        form=order.form,
        media_type=media_type,
        data=data,
        truth=truth,
        bill=bill,
        usage=usage,
        contradiction=fact,
        wear=wear,
    )


def _nearest(wanted: str, allowed: tuple[str, ...]) -> str:
    start = CONTRADICTIONS.index(wanted)
    return next(fact for fact in (CONTRADICTIONS * 2)[start:] if fact in allowed)


def _file(specimen: Specimen, form: str, rng: Random, font: str) -> tuple[bytes, str, Truth, Wear | None]:
    if form == TEXT:
        return turn_some(draw(specimen, rng, font=font), rng), "application/pdf", specimen.truth, None
    made = scan(draw(specimen, rng, embedded=True, font=font), rng)
    sealed = None if made.wear.grey else specimen.truth.sealed
    truth = msgspec.structs.replace(specimen.truth, rotations=made.rotations, sealed=sealed)
    return made.data, made.media_type, truth, made.wear
