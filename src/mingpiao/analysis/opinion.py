"""The second opinion: ECOD, which asks how far in the tails of all units each of a vector's values lies.

After Li, Zhao et al., “ECOD: Unsupervised Outlier Detection Using Empirical Cumulative Distribution Functions” (2022).
It knows neither the past nor what is wrong, so it names nothing and moves no rank; an officer sees whether it agrees.
"""

import numpy as np
from numpy.typing import NDArray

from mingpiao.analysis.comparing import FEWEST_PEERS, Groups, Numbers


def ecod(vectors: Numbers) -> NDArray[np.float64]:
    """A score for each row, higher for rarer ones; a missing value counts as the column's middle."""
    rows = len(vectors)
    middle = np.array(
        [np.median(column[~np.isnan(column)]) if (~np.isnan(column)).any() else 0 for column in vectors.T]
    )
    filled = np.where(np.isnan(vectors), middle, vectors).astype(np.float64)
    left, right = np.empty_like(filled), np.empty_like(filled)
    skewed = np.empty(filled.shape[1])
    for place, column in enumerate(filled.T):
        ordered = np.sort(column)
        left[:, place] = -np.log(np.searchsorted(ordered, column, side="right") / rows)
        right[:, place] = -np.log((rows - np.searchsorted(ordered, column, side="left")) / rows)
        skewed[place] = np.mean((column - column.mean()) ** 3)
    automatic = np.where(skewed < 0, left, right).sum(axis=1)
    scores: NDArray[np.float64] = np.maximum(automatic, np.maximum(left.sum(axis=1), right.sum(axis=1)))
    return scores


def unlikeliness(vectors: Numbers, groups: Groups) -> NDArray[np.int64]:
    """0 to 100 for each row: what share of its group is more usual. 0 in groups of which nothing can be said."""
    found = np.zeros(len(vectors), dtype=np.int64)
    order = np.argsort(groups, kind="stable")
    for members in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        if len(members) > FEWEST_PEERS:
            scores = ecod(vectors[members])
            below = np.searchsorted(np.sort(scores), scores, side="left")
            found[members] = np.floor(100 * below / (len(members) - 1)).astype(np.int64)
    return found
