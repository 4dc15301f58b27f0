"""Features of a piece of text from its surroundings: names with numbers, which weights are multiplied with."""

from collections.abc import Iterable, Iterator

from mingpiao.evidence.weighing.lexicon import topics_in
from mingpiao.evidence.weighing.surroundings import Surroundings

Features = dict[str, float]

#: Character pairs of labels and heads, so that weights may know labels that no topic names.
_SPELLED = ("label", "column", "row")
_TEXTS = ("label", "near", "part", "clause", "after", "row", "column", "section")


def features_of(around: Surroundings, kind: str) -> Features:
    """What the surroundings tell, alone and together with the paper's kind."""
    found: Features = {"bias": 1.0, f"kind:{kind}": 1.0}
    for part in _TEXTS:
        text = getattr(around, part)
        for topic in topics_in(text):
            found[f"{part}:{topic}"] = 1.0
        if not text:
            found[f"{part}:none"] = 1.0
    for part in _SPELLED:
        for pair in _pairs(getattr(around, part)):
            found[f"{part}~{pair}"] = 0.5
    for topic in topics_in(around.title):
        found[f"title:{topic}"] = 1.0
    told = [name for name in found if name.startswith(("label:", "part:", "column:"))]
    found |= {f"{name}&{kind}": 1.0 for name in told}
    found["alone"] = float(around.alone)
    found["in_table"] = float(around.in_table)
    found["first"], found["last"] = float(around.place < 0.15), float(around.place > 0.85)
    return found


def _pairs(text: str) -> Iterator[str]:
    plain = text.replace(" ", "")
    if len(plain) == 1:
        yield plain
    for start in range(len(plain) - 1):
        yield plain[start : start + 2]


def merged(parts: Iterable[tuple[str, float]]) -> Features:
    """Pairs as features; a name that comes twice keeps its larger number."""
    found: Features = {}
    for name, value in parts:
        found[name] = max(value, found.get(name, value))
    return found


_TELLING = ("label:", "part:", "column:", "row:", "section:", "side:", "head:", "how:", "name:", "opinion:")


def told_of(features: Features) -> tuple[str, ...]:
    """What stands around a candidate, by the names of its telling features."""
    return tuple(
        name
        for name, value in features.items()
        if value and name.startswith(_TELLING) and "&" not in name and not name.endswith(":none")
    )
