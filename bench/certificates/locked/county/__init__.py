"""Certificates of a county's offices. They are locked: whoever works on the reader does not look at them."""

from functools import wraps
from random import Random

from bench.certificates.locked.county import public, social
from bench.certificates.values import Certificate, CertificateLayout


def _own(layout: CertificateLayout) -> CertificateLayout:
    """The layout with random numbers of its own, so that one seed does not give every sheet the same unit."""
    name = getattr(layout, "__name__", "")

    @wraps(layout)
    def drawn(rng: Random) -> Certificate:
        rng.seed(f"county {name} {rng.random()}")
        return layout(rng)

    return drawn


LAYOUTS: dict[str, CertificateLayout] = {
    layout.__name__: _own(layout)
    for layout in (
        public.main_sheet,
        public.booklet,
        public.number_card,
        public.number_gold,
        social.society,
        social.society_old,
        social.care_home,
        social.training,
        social.relief,
        social.scholars,
        social.goodness,
        social.goodness_frame,
    )
}
