"""A page of its own before a decision that is hard to take back: whom or what it concerns, what follows, and
how much it touches.

The form that leads to the decision posts to the decision's own address. Without the member `confirmed` its
handler answers with this page, whose button sends the same members again with it; so nothing is decided by
one press, with or without JavaScript.
"""

from collections.abc import Mapping, Sequence

import msgspec
from litestar import Response

from mingpiao.kernel.errors import Problem
from mingpiao.portals.forms import FormField
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest

_CONFIRMED = "confirmed"


class Consequences(msgspec.Struct, frozen=True, kw_only=True):
    """What a person sees before a decision.

    `facts` name the person, unit or rule; `told` are sentences about what follows, with the numbers of the
    moment, headed by `lead`. `members` are sent again as they came; `fields` are still to be filled in.
    `hindered` are sentences why it cannot be decided now: then there is no button. `instead` is another way
    that some want at this point, as (label, address). A decision that only gives needs no `danger`.
    Where something was typed before, the page `revises`: 返回修改 sends the members back to the same address,
    whose handler shows its form with them (`is_revised`).
    """

    title: str
    facts: Sequence[tuple[str, str]]
    told: Sequence[str]
    address: str
    button: str
    back: str
    members: Mapping[str, str] = {}
    fields: tuple[FormField, ...] = ()
    lead: str = "确认后："
    hindered: Sequence[str] = ()
    instead: tuple[str, str] | None = None
    danger: bool = True
    revises: bool = False


def is_confirmed(form: Mapping[str, str]) -> bool:
    """Whether a posted form comes from the page of consequences."""
    return form.get(_CONFIRMED) == "yes"


def is_revised(form: Mapping[str, str]) -> bool:
    """Whether a person went back from the page of consequences to what was typed before it."""
    return form.get("revised") == "yes"


def consequences_page(
    request: PageRequest,
    shown: Consequences,
    *,
    crumbs: Sequence[tuple[str, str]],
    values: Mapping[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    """The page, with what was typed into its fields and the problems of a refused form."""
    return page(
        request,
        "consequences.html",
        title=shown.title,
        crumbs=crumbs,
        shown=shown,
        members={**shown.members, _CONFIRMED: "yes"},
        values=values or {},
        problems=problems,
    )
