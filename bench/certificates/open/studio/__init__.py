"""Certificates that a studio of print drew: many kinds of sheets, set by hand and by machine."""

from functools import wraps
from random import Random

from bench.certificates.open.studio import public, service, social
from bench.certificates.values import Certificate, CertificateLayout


def _own(layout: CertificateLayout) -> CertificateLayout:
    """The layout with random numbers of its own, so that one seed does not give every sheet the same unit."""
    name = getattr(layout, "__name__", "")

    @wraps(layout)
    def drawn(rng: Random) -> Certificate:
        rng.seed(f"studio {name} {rng.random()}")
        return layout(rng)

    return drawn


LAYOUTS: dict[str, CertificateLayout] = {
    name: _own(layout)
    for name, layout in {
        "unit_front": public.unit_front,
        "unit_duplicate": public.unit_duplicate,
        "code_sheet": public.code_sheet,
        "code_upright": public.code_upright,
        "school": service.school,
        "clinic": service.clinic,
        "guild": social.guild,
        "guild_wide": social.guild_wide,
        "fund": social.fund,
        "fund_text": social.fund_text,
        "kindness": social.kindness,
        "kindness_old": social.kindness_old,
    }.items()
}
