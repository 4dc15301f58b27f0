"""Makes the samples of a seed: every layout as text and as a scan, one of the two contradicting its bill."""

from collections.abc import Iterator
from itertools import islice
from random import Random

import msgspec

from bench.evidence.contradictions import contradicting, honest, possible, wrong_words
from bench.evidence.drawing import draw
from bench.evidence.layouts import LAYOUTS
from bench.evidence.paper import Layout, Paper, write
from bench.evidence.scans import scan
from bench.evidence.story import make_story
from bench.evidence.truth import CONTRADICTIONS, SCAN, TEXT, Sample


def samples(seed: int, count: int = 120, only: str = "") -> Iterator[Sample]:
    """`count` samples, the same for the same seed. Text and scan by turns, or `only` one of them.

    In every round each layout stands once as text and once as a scan, and one of the two contradicts
    its bill in one fact; facts take turns as far as the paper allows.
    """
    forms = (only,) if only else (TEXT, SCAN)
    return islice(_endless(seed, forms), count)


def _endless(seed: int, forms: tuple[str, ...]) -> Iterator[Sample]:
    order = list(LAYOUTS)
    Random(f"order:{seed}").shuffle(order)
    turn = Random(f"turn:{seed}").randrange(len(CONTRADICTIONS))
    round_number = 0
    while True:
        for place, layout in enumerate(order):
            for form in forms:
                contradicts = (place + round_number + (form == SCAN)) % 2 == 1
                wanted = CONTRADICTIONS[turn % len(CONTRADICTIONS)] if contradicts else ""
                turn += contradicts
                yield make_sample(layout, form, f"{seed}-{round_number}", wanted)
        round_number += 1


def make_sample(layout: Layout, form: str, seed: str, wanted: str = "") -> Sample:
    """One sample; with `wanted` it contradicts in that fact, or in the next that the paper allows."""
    rng = Random(f"{seed}:{layout.name}:{form}")
    story = make_story(rng, layout.kind)
    writing = rng.getrandbits(64)
    paper = write(layout, story, Random(writing))
    fact = _nearest(wanted, possible(paper.truth)) if wanted else ""
    if fact == "words":
        story = wrong_words(story, rng)
        paper = write(layout, story, Random(writing))
    bill, usage = contradicting(story, paper.truth, rng, fact) if fact else honest(story, paper.truth, rng)
    data, media_type, rotations = _file(paper, form, rng)
    return Sample(
        name=f"{layout.name}-{form}-{seed}",
        layout=layout.name,
        form=form,
        media_type=media_type,
        data=data,
        truth=msgspec.structs.replace(paper.truth, rotations=rotations),
        bill=bill,
        usage=usage,
        contradiction=fact,
    )


def _nearest(wanted: str, allowed: tuple[str, ...]) -> str:
    start = CONTRADICTIONS.index(wanted)
    return next(fact for fact in (CONTRADICTIONS * 2)[start:] if fact in allowed)


def _file(paper: Paper, form: str, rng: Random) -> tuple[bytes, str, tuple[int, ...]]:
    drawn = draw(paper, rng)
    if form == SCAN:
        return scan(drawn, rng)
    return drawn, "application/pdf", ()
