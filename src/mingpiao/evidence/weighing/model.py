"""Weights that were learnt from papers, and what they make of features: a probability for each role."""

import math
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from mingpiao.evidence.weighing.features import Features

#: The feature of a claim that cannot contradict, whatever the rest.
SILENT = "silent"


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """A linear model: for each role the weights of the features that it knows; others weigh nothing."""

    roles: tuple[str, ...]
    weights: dict[str, tuple[float, ...]]

    def probabilities(self, features: Features) -> dict[str, float]:
        """The probability of each role; they sum up to one."""
        sums = [0.0] * len(self.roles)
        for name, value in features.items():
            for index, weight in enumerate(self.weights.get(name, ())):
                sums[index] += weight * value
        highest = max(sums)
        odds = [math.exp(each - highest) for each in sums]
        whole = sum(odds)
        return {role: each / whole for role, each in zip(self.roles, odds, strict=True)}


Weighing = Mapping[str, Weights]
"""Weights by what they decide: a fact's candidates, or a claim."""


class Bounds(msgspec.Struct, frozen=True, kw_only=True):
    """From which doubt on a claim contradicts; below that, a doubt from `hints` on cannot tell."""

    contradicts: float
    hints: float


class Learnt(msgspec.Struct, frozen=True, kw_only=True):
    """All that was learnt. `claims` weigh how surely a bill contradicts a file, within `bounds`."""

    facts: dict[str, Weights]
    claims: dict[str, Weights]
    bounds: dict[str, Bounds]

    def doubt(self, claim: str, features: Features) -> float:
        """How surely the bill contradicts the file in this claim, 0..1; nothing where they are silent."""
        if features.get(SILENT):
            return 0.0
        return self.claims[claim].probabilities(features)["yes"]


@cache
def learnt() -> Learnt:
    """What comes with the product; `make weights` makes it."""
    data = files("mingpiao.evidence.weighing").joinpath("weights.json").read_bytes()
    return msgspec.json.decode(data, type=Learnt)
