"""Learn the weights of the reader from papers whose truth is known.

    python -m bench.papers.train [--seeds N] [--made N] [--check]

Draws the open hands' papers and those of `bench.evidence`, looks at every candidate that the reader sees in them,
and writes `src/mingpiao/evidence/weighing/weights.json`. With `--check` it tells how well the reader does on
families that its weights were not learnt from. Locked hands are never drawn.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import Path

import msgspec
import numpy as np
from rich.console import Console
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from bench.evidence.generator import orders as made_orders
from bench.evidence.matching import FIELDS, Tally, fold, same_purpose
from bench.evidence.truth import TEXT, Truth
from bench.papers.figures import Doubt, Order, reliability
from bench.papers.measure import layouts
from bench.papers.prepared import Held, Prepared, prepare
from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.comparing.weighed import features_of
from mingpiao.evidence.comparison import by_rules, compare
from mingpiao.evidence.extraction import extraction_of
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.model import ClaimVerdict, Extraction
from mingpiao.evidence.weighing.choosing import Survey, choose_from
from mingpiao.evidence.weighing.model import SILENT, Bounds, Learnt, Weighing, Weights

_TARGET = Path(__file__).parents[2] / "src/mingpiao/evidence/weighing/weights.json"
#: Weights that are smaller say nothing.
_LEAST = 0.02
_RARE = 2
_FOLDS = 6
#: Papers of the house's own generator count less than those of other hands.
_OWN_HOUSE, _OWN_HOUSE_CLAIMS = 0.1, 0.4


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A candidate: its features, its true role, and how much it counts."""

    features: dict[str, float]
    role: str
    weight: float


#: Strengths of what is learnt: the larger, the more single examples count.
_FACTS = 1.0
_CLAIMS = {"payer": 0.12, "payee": 0.25, "amount": 0.7, "purpose": 0.5}
#: All claims together may stop this share of the honest bills of hands that the weights do not know.
_MOST_ALARMS = 0.02
_STEPS = (*(round(0.5 + step / 100, 2) for step in range(49)), 0.985, 0.99, 0.995, 0.998)
_NEVER, _HINT = 1.01, 0.5

Examples = dict[str, list[Example]]
Labelled = Iterator[tuple[str, dict[str, float], str]]


def learn(examples: Sequence[Example], strength: float = _FACTS) -> Weights:
    """The weights of one fact or claim."""
    counts = Counter(name for each in examples for name in each.features)
    # What stands in one or two candidates alone says nothing of others.
    known = [
        {name: value for name, value in each.features.items() if counts[name] > _RARE} for each in examples
    ]
    vectors = DictVectorizer()
    table = vectors.fit_transform(known)
    model = LogisticRegression(C=strength, max_iter=300, tol=1e-3)
    model.fit(table, [each.role for each in examples], sample_weight=[each.weight for each in examples])
    columns, bias = model.coef_.T, model.intercept_
    if len(model.classes_) == 2:
        columns, bias = np.hstack([np.zeros_like(columns), columns]), np.array([0.0, model.intercept_[0]])
    kept = {
        name: tuple(round(float(weight), 3) for weight in row)
        for name, row in zip(vectors.get_feature_names_out(), columns, strict=True)
        if float(np.max(np.abs(row))) >= _LEAST
    }
    plain = kept.get("bias", (0.0,) * len(bias))
    kept["bias"] = tuple(round(float(a + b), 3) for a, b in zip(plain, bias, strict=True))
    return Weights(roles=tuple(map(str, model.classes_)), weights=kept)


# -- facts -----------------------------------------------------------------------------------------


def facts(papers: Iterable[Prepared]) -> dict[str, Weights]:
    """The weights of all facts, from these papers."""
    examples: Examples = defaultdict(list)
    for paper in papers:
        found = list(_labelled(paper))
        counts: dict[str, int] = defaultdict(int)
        for fact, _, _ in found:
            counts[fact] += 1
        whole = 1.0 if paper.of_other_hands else _OWN_HOUSE
        # A paper with many candidates, such as a long list, counts little more than one with few.
        for fact, features, role in found:
            examples[fact].append(
                Example(features=features, role=role, weight=whole * 3 / counts[fact] ** 0.5)
            )
    return {fact: learn(own) for fact, own in examples.items()}


def _labelled(paper: Prepared) -> Labelled:
    seen, truth = paper.seen, paper.truth
    if truth.kind:
        yield "kind", seen.of_paper, truth.kind
    yield from _amounts(paper)
    yield from _names(seen, truth)
    yield from _dates(seen, truth)
    for account in seen.accounts:
        yield "account", account.features, "yes" if account.value in truth.accounts else "no"
    if truth.purpose:
        for phrase in seen.purposes:
            yield "purpose", phrase.features, "yes" if same_purpose(phrase.value, truth.purpose) else "no"
    # The house's own generator names all official numbers, other hands only a paper's own.
    if paper.of_other_hands:
        yield from _numbers(seen, truth)


def _amounts(paper: Prepared) -> Labelled:
    seen, truth = paper.seen, paper.truth
    columns = _columns_of_shares(paper)
    for each in seen.amounts:
        value = each.spotted.value
        if value == truth.total or (each.spotted.words and value == truth.words):
            role = "total"
        elif each.owner and each.column in columns:
            # Some authors call the rows of a list instalments too.
            role = "share"
        else:
            role = "instalment" if value in truth.instalments else "other"
        yield "amount", each.features, role


def _columns_of_shares(paper: Prepared) -> set[str]:
    """Heads of columns in which honest bills stand, in the row of their unit or payer."""
    shares = {
        (fold(name), bill.total + used)
        for bill, usage, wrong, own in paper.held
        if own and not wrong
        for name in (bill.unit_name, bill.payer_name)
        for used in (Decimal(0), usage.amount if usage else Decimal(0))
    }
    return {each.column for each in paper.seen.amounts if (fold(each.owner), each.spotted.value) in shares}


def _names(seen: Survey, truth: Truth) -> Labelled:
    roles = {fold(name): role for role, name in truth.parties}
    tolerated = {fold(name) for name in truth.tolerated_parties}
    for each in seen.names:
        name = fold(each.name)
        if name in roles or name not in tolerated:
            yield "name", each.features, roles.get(name, "other")


def _dates(seen: Survey, truth: Truth) -> Labelled:
    for fact, day in (("signed", truth.signed_on), ("starts", truth.starts_on), ("ends", truth.ends_on)):
        for each in seen.dates:
            yield fact, each.features, "yes" if day and each.value == day.isoformat() else "no"


def _numbers(seen: Survey, truth: Truth) -> Labelled:
    own = {fold(each) for each in truth.document_numbers}
    tolerated = {fold(each) for each in truth.tolerated_numbers}
    for each in seen.numbers:
        number = fold(each.value)
        if number in own or number not in tolerated:
            yield "number", each.features, "yes" if number in own else "no"


# -- claims ----------------------------------------------------------------------------------------

#: Claims that a bill which is wrong in one fact may well contradict too; they are left out of the lesson.
_RELATED = {
    "payer": ("payee",),
    "payee": ("payer", "account"),
    "amount": ("usage",),
    "usage": ("amount",),
    "words": ("amount",),
}
#: What the prepared papers do not keep, so that nothing is learnt of it, nor counted in a check.
_NO_LESSON = ("status", "hidden")


def claim_features(held: Held, read: Extraction) -> dict[str, dict[str, float]]:
    """The features of each claim that weights decide."""
    file = File("paper", read, held.usage)
    return {claim: features_of(claim, held.bill, file, by_rules(claim, held.bill, file)) for claim in _CLAIMS}


def lessons(paper: Prepared, read: Extraction) -> Iterator[tuple[str, Example]]:
    """What the bills of a paper teach about each claim."""
    whole = 1.0 if paper.of_other_hands else _OWN_HOUSE_CLAIMS
    for held in paper.held:
        if held.wrong in _NO_LESSON:
            continue
        for claim, features in claim_features(held, read).items():
            if features.get(SILENT):
                continue
            if claim in _RELATED.get(held.wrong, ()) or (not held.own and held.wrong != claim):
                continue
            role = "yes" if claim == held.wrong else "no"
            yield claim, Example(features=features, role=role, weight=whole)


def read_with(paper: Prepared, weighing: Weighing) -> Extraction:
    """What the reader would read of a paper with these weights."""
    flow = Flow(paper.pages)
    return extraction_of(paper.pages, flow, choose_from(flow, paper.seen, weighing))


# -- all -------------------------------------------------------------------------------------------


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that was read with weights learnt from other families."""

    paper: Prepared
    read: Extraction


def hand_of(paper: Prepared) -> str:
    """Who wrote a paper; papers of the house's own generator count as of several hands, by layout."""
    return paper.name.partition("-")[0] if paper.of_other_hands else paper.family


def trials(papers: Sequence[Prepared]) -> list[Trial]:
    """Every paper read with weights that know nothing of its hand."""
    found = []
    hands = [hand_of(paper) for paper in papers]
    for learnt, left in GroupKFold(_FOLDS).split(papers, groups=hands):
        weighing = facts([papers[place] for place in learnt])
        found += [Trial(paper=papers[place], read=read_with(papers[place], weighing)) for place in left]
    return found


def claims(tried: Iterable[Trial]) -> dict[str, Weights]:
    """The weights of all claims, from papers read as they will be: with weights that do not know them."""
    examples: Examples = defaultdict(list)
    for each in tried:
        for claim, example in lessons(each.paper, each.read):
            examples[claim].append(example)
    return {claim: learn(own, _CLAIMS[claim]) for claim, own in examples.items()}


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A bill held against a paper whose family the weights do not know. `doubts` are those of its claims."""

    trial: Trial
    held: Held
    weights: dict[str, Weights]
    doubts: dict[str, float]


def judged(tried: Sequence[Trial]) -> list[Judged]:
    """The authors' bills of other hands' papers, each judged by weights of other families."""
    found: list[Judged] = []
    hands = [hand_of(each.paper) for each in tried]
    for learnt, left in GroupKFold(_FOLDS).split(tried, groups=hands):
        weights = claims([tried[place] for place in learnt])
        for trial in (tried[place] for place in left):
            for held in trial.paper.held if trial.paper.of_other_hands else ():
                if held.own:
                    features = claim_features(held, trial.read)
                    known = Learnt(facts={}, claims=weights, bounds={})
                    doubts = {claim: known.doubt(claim, each) for claim, each in features.items()}
                    found.append(Judged(trial=trial, held=held, weights=weights, doubts=doubts))
    return found


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A line on which log odds are laid."""

    slope: float
    offset: float

    def weights(self, given: Weights) -> Weights:
        """Weights whose log odds lie on the line."""
        laid = {
            name: tuple(round(weight * self.slope, 4) for weight in row)
            for name, row in given.weights.items()
        }
        no, yes = laid["bias"]
        return msgspec.structs.replace(given, weights=laid | {"bias": (no, round(yes + self.offset, 4))})

    def doubt(self, given: float) -> float:
        """A doubt laid on the line; none stays none."""
        if not given:
            return 0.0
        return float(1 / (1 + np.exp(-self.slope * np.log(given / (1 - given)) - self.offset)))


def calibrated(told: Sequence[Judged]) -> dict[str, Line]:
    """By claim the line on which log odds must be laid so that doubts are shares of wrong bills.

    Learnt weights are too sure of papers of hands that they do not know.
    """
    lines = {}
    for claim in told[0].doubts:
        known = [
            (each, weight)
            for each, weight in zip(told, _by_layout(told), strict=True)
            if 0 < each.doubts[claim] < 1 and each.held.wrong in ("", claim)
        ]
        doubts = np.array([each.doubts[claim] for each, _ in known])
        model = LogisticRegression(C=100.0)
        model.fit(
            np.log(doubts / (1 - doubts))[:, None],
            [each.held.wrong == claim for each, _ in known],
            sample_weight=[weight for _, weight in known],
        )
        lines[claim] = Line(slope=float(model.coef_[0, 0]), offset=float(model.intercept_[0]))
    return lines


def laid(told: Sequence[Judged], lines: dict[str, Line]) -> list[Judged]:
    """Bills judged by weights and doubts that lie on these lines."""
    return [
        msgspec.structs.replace(
            each,
            weights={claim: lines[claim].weights(own) for claim, own in each.weights.items()},
            doubts={claim: lines[claim].doubt(own) for claim, own in each.doubts.items()},
        )
        for each in told
    ]


def bounds_of(told: Sequence[Judged]) -> dict[str, Bounds]:
    """From which doubts on claims contradict, so that most wrong bills are located and hardly an honest one is stopped.

    All bounds are set at one price of a stopped bill, and then lowered one by one where room is left. Each layout
    counts alike, however many of its papers were drawn.
    """
    weights = _by_layout(told)
    honest = [(each, weight) for each, weight in zip(told, weights, strict=True) if not each.held.wrong]
    wrong = [(each, weight) for each, weight in zip(told, weights, strict=True) if each.held.wrong]
    allowed = _MOST_ALARMS * sum(weight for _, weight in honest)
    bounds = dict.fromkeys(told[0].doubts, _NEVER)

    def stopped(tried: dict[str, float]) -> float:
        return sum(weight for each, weight in honest if _over(each, tried))

    def located(tried: dict[str, float]) -> float:
        return sum(
            weight
            for each, weight in wrong
            if each.doubts.get(each.held.wrong, 0.0) >= tried.get(each.held.wrong, 2.0)
        )

    # For each price of a stopped bill the best bound of each claim by itself; then of all prices that locating most.
    worth = {
        claim: {step: (located({claim: step}), stopped({claim: step})) for step in (*_STEPS, _NEVER)}
        for claim in bounds
    }
    for price in _PRICES:
        tried = {
            claim: max(steps, key=lambda step, steps=steps: steps[step][0] - price * steps[step][1])
            for claim, steps in worth.items()
        }
        if stopped(tried) <= allowed and located(tried) > located(bounds):
            bounds = tried
    while True:
        cost, gain = stopped(bounds), located(bounds)
        able: list[tuple[float, float, dict[str, float]]] = []
        for claim, bound in bounds.items():
            for step in (each for each in _STEPS if each < bound):
                tried = bounds | {claim: step}
                if (now := stopped(tried)) <= allowed and (more := located(tried) - gain) > 0:
                    able.append((more / (now - cost + _CHEAP), more, tried))
        if not able:
            return {claim: Bounds(contradicts=bound, hints=_HINT) for claim, bound in bounds.items()}
        bounds = max(able, key=lambda each: each[:2])[2]


#: How many located bills a stopped one is weighed against.
_PRICES = tuple(round(1.15**step, 2) for step in range(40))
#: What costs nothing is worth much, and the more the more it locates.
_CHEAP = 0.01


def _over(each: Judged, bounds: dict[str, float]) -> bool:
    return any(each.doubts[claim] >= bound for claim, bound in bounds.items())


def _by_layout(told: Sequence[Judged]) -> list[float]:
    """For each bill one divided by how many of its sort its layout has."""
    sorts = [(each.trial.paper.name, bool(each.held.wrong)) for each in told]
    counts = Counter(sorts)
    return [1 / counts[sort] for sort in sorts]


def check(tried: Sequence[Trial], console: Console) -> None:
    """Print fields, and claims by weights that know neither paper nor family."""
    mine = [each for each in tried if each.paper.of_other_hands]
    for field, count in FIELDS.items():
        whole = sum((count(each.read, each.paper.truth) for each in mine), Tally())
        console.print(
            f"{field:18} precision {whole.precision:.3f} recall {whole.recall:.3f} F1 {whole.f1:.3f}"
        )
    for form in ("text", "scan"):
        parts = [
            count(each.read, each.paper.truth)
            for each in mine
            if each.paper.form == form
            for count in FIELDS.values()
        ]
        console.print(f"all fields, {form}: F1 {sum(parts, Tally()).f1:.3f}")
    told = judged(tried)
    console.print(reliability("as learnt", doubts_of(told)))
    told = laid(told, calibrated(told))
    console.print(reliability("calibrated", doubts_of(told)))
    bounds = bounds_of(told)
    for claim, each in bounds.items():
        wrong = [one.doubts[claim] for one in told if one.held.wrong == claim]
        honest = [one.doubts[claim] for one in told if not one.held.wrong]
        curve = ", ".join(
            f"≥ {step}: {sum(doubt >= step for doubt in wrong)} and {sum(doubt >= step for doubt in honest)}"
            for step in _STEPS[::8]
        )
        console.print(
            f"{claim} contradicts from {each.contradicts}; "
            f"of {len(wrong)} wrong and {len(honest)} honest bills: {curve}"
        )
    for form in ("text", "scan"):
        _check_bills([each for each in told if each.trial.paper.form == form], bounds, form, console)


def doubts_of(told: Sequence[Judged]) -> list[Doubt]:
    """The doubts of bills that are honest or wrong in just that claim."""
    return [
        Doubt(claim=claim, doubt=doubt, wrong=bool(each.held.wrong))
        for each in told
        for claim, doubt in each.doubts.items()
        if each.held.wrong in ("", claim)
    ]


def _made(each: Judged, bounds: dict[str, Bounds]) -> tuple[set[str], set[str]]:
    """The claims that contradict, and those that cannot tell."""
    known = Learnt(facts={}, claims=each.weights, bounds=bounds)
    usage = {"paper": each.held.usage} if each.held.usage else {}
    made = compare(each.held.bill, {"paper": each.trial.read}, usage, known)
    against = {claim.name for claim in made if claim.verdict is ClaimVerdict.CONTRADICT}
    return against, {claim.name for claim in made if "不能判断" in claim.explanation}


def _check_bills(told: Sequence[Judged], bounds: dict[str, Bounds], form: str, console: Console) -> None:
    """How many bills the whole comparison stops, rightly and wrongly."""
    counts: dict[str, int] = defaultdict(int)
    located: dict[str, list[bool]] = defaultdict(list)
    for each in told:
        if each.held.wrong in _NO_LESSON:
            continue
        against, hints = _made(each, bounds)
        side = "wrong" if each.held.wrong else "honest"
        counts[side] += 1
        counts[f"{side} stopped"] += bool(against)
        counts[f"{side} unsure"] += bool(hints) and not against
        if each.held.wrong:
            located[each.held.wrong].append(each.held.wrong in against)
        else:
            for name in against:
                counts[f"alarm: {name}"] += 1
    every = [hit for hits in located.values() for hit in hits]
    console.print(
        f"{form}: false alarms {counts['honest stopped'] / max(1, counts['honest']):.3f} of {counts['honest']}, "
        f"contradictions found {counts['wrong stopped'] / max(1, counts['wrong']):.3f} of {counts['wrong']}, "
        f"located {sum(every) / max(1, len(every)):.3f}, cannot tell {counts['honest unsure']} honest and "
        f"{counts['wrong unsure']} wrong"
    )
    console.print(
        "  located: "
        + ", ".join(f"{fact} {sum(hits)}/{len(hits)}" for fact, hits in sorted(located.items()))
        + "; alarms: "
        + ", ".join(
            f"{name[7:]} {count}" for name, count in sorted(counts.items()) if name.startswith("alarm")
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.papers.train", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="papers of each open layout")
    parser.add_argument("--scans", type=int, default=1, help="scans of each open layout that has them")
    parser.add_argument("--made", type=int, default=300, help="papers of bench.evidence")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    open_ones = [
        Order(hand=hand, layout=name, locked=False, family="", seed=100 + seed)
        for hand, name in layouts(locked=False)
        for seed in range(given.seeds)
    ]
    papers = prepare([*made_orders(4_001, given.made, TEXT, ""), *open_ones], 99 + given.scans, given.jobs)
    tried = trials(papers)
    if given.check:
        check(tried, Console(width=150))
        return
    told = judged(tried)
    lines = calibrated(told)
    learnt = Learnt(
        facts=facts(papers),
        claims={claim: lines[claim].weights(own) for claim, own in claims(tried).items()},
        bounds=bounds_of(laid(told, lines)),
    )
    _TARGET.write_bytes(msgspec.json.encode(learnt, order="sorted"))
    print(f"{_TARGET.name}: {len(papers)} papers, {_TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
