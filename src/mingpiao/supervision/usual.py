"""What is usual: the middle of the same hour and weekday in the eight weeks before."""

from collections.abc import Sequence

import msgspec

#: Weeks that are looked back, and how many of them there must be before anything is called usual.
WEEKS, FEWEST_WEEKS = 8, 3


class Usual(msgspec.Struct, frozen=True, kw_only=True):
    """The median, and the band in which the middle half lies; all None where too little is known."""

    low: int | None
    middle: int | None
    high: int | None


def usual_of(values: Sequence[int]) -> Usual:
    """What is usual by values of past weeks, in any order; of an even number the lower middle one."""
    if len(values) < FEWEST_WEEKS:
        return Usual(low=None, middle=None, high=None)
    ordered = sorted(values)
    edge = len(ordered) // 4
    return Usual(low=ordered[edge], middle=ordered[(len(ordered) - 1) // 2], high=ordered[-1 - edge])
