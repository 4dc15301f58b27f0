"""Figures of papers of other hands: by form, field, fact, family and hand, and what first sight gave."""

import itertools
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from bench.evidence.matching import FIELDS, Tally
from mingpiao.kernel.clock import today

_FIRST_SIGHT = Path(__file__).parent / "first_sight.json"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which papers are asked for; empty members do not restrict."""

    hands: tuple[str, ...]
    locked: bool
    family: str
    seed: int


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One paper to draw and to read."""

    hand: str
    layout: str
    locked: bool
    family: str
    seed: int


class Sentence(msgspec.Struct, frozen=True, kw_only=True):
    """What went wrong with a paper."""

    field: str
    words: str


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """How surely a bill was said to contradict its paper in a claim, 0..1, and whether it is wrong in it."""

    claim: str
    doubt: float
    wrong: bool


class PaperResult(msgspec.Struct, frozen=True, kw_only=True):
    """One paper's reading: tallies by field, and counts of its bills.

    Of wrong bills `found` says that any claim contradicts, `located` that the right one does. `facts` are
    pairs (fact, located), `alarms` the claims that stop honest bills. `doubts` are of bills that are honest
    or wrong in just that claim; `choices` tell by
    how cautious a department is how many honest bills it stops and wrong ones it locates.
    `processor` is the time of this process in seconds.
    """

    hand: str
    layout: str
    family: str
    form: str
    tallies: dict[str, Tally]
    counts: dict[str, int]
    facts: tuple[tuple[str, bool], ...]
    alarms: tuple[str, ...]
    doubts: tuple[Doubt, ...]
    choices: dict[str, tuple[int, int]]
    seconds: float
    processor: float
    pages: int
    failure: str
    sentences: tuple[Sentence, ...]


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of a layout when it was read for the first time."""

    day: str
    note: str
    form: str
    f1: float
    right: int
    wrong: int
    missed: int
    counts: dict[str, int]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a group of papers scored; shares are 0..1, None where there is nothing to share."""

    papers: int
    f1: float
    found: float | None
    located: float | None
    alarms: float | None
    untold: float | None
    unread: int


def figures(results: Sequence[PaperResult]) -> Figures:
    """The figures of some papers."""
    whole = sum((tally for result in results for tally in result.tallies.values()), Tally())
    counts = {
        name: sum(result.counts[name] for result in results)
        for name in ("honest", "alarmed", "wrong", "found", "located", "untold")
    }
    return Figures(
        papers=len(results),
        f1=whole.f1,
        found=_share(counts["found"], counts["wrong"]),
        located=_share(counts["located"], counts["wrong"]),
        alarms=_share(counts["alarmed"], counts["honest"]),
        untold=_share(counts["untold"], counts["honest"] + counts["wrong"]),
        unread=sum(bool(result.failure) for result in results),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def show(results: Sequence[PaperResult], console: Console, worst: int) -> None:
    """Print all tables, and the sentences of the worst papers."""
    if not results:
        console.print("no paper was asked for")
        return
    forms = sorted({result.form for result in results})
    console.print(_by_field(results, forms))
    for title, key in (("form", _form), ("family", _family), ("hand", _hand)):
        console.print(_grouped(title, results, key))
    console.print(_by_fact(results))
    console.print(_by_choice(results))
    console.print(reliability("doubt", [each for result in results for each in result.doubts]))
    for result in sorted(results, key=lambda each: -len(each.sentences))[:worst]:
        for sentence in result.sentences:
            console.print(
                f"{result.layout}: {sentence.field}: {sentence.words}",
                highlight=False,
                markup=False,
                soft_wrap=True,
            )


def _form(result: PaperResult) -> str:
    return result.form


def _family(result: PaperResult) -> str:
    return result.family


def _hand(result: PaperResult) -> str:
    return result.hand


def _by_field(results: Sequence[PaperResult], forms: Sequence[str]) -> Table:
    table = Table("field", *(f"{form}: {head}" for form in forms for head in ("precision", "recall", "F1")))
    for name in (*FIELDS, "all"):
        row: list[str] = []
        for form in forms:
            tallies = [
                result.tallies[field]
                for result in results
                if result.form == form
                for field in (FIELDS if name == "all" else (name,))
            ]
            whole = sum(tallies, Tally())
            row += [f"{whole.precision:.3f}", f"{whole.recall:.3f}", f"{whole.f1:.3f}"]
        table.add_row(name, *row)
    return table


def _grouped(title: str, results: Sequence[PaperResult], key: Callable[[PaperResult], str]) -> Table:
    table = Table(
        title,
        "papers",
        "F1",
        "found",
        "located",
        "false alarms",
        "cannot tell",
        "unread",
        "s a paper",
        "processor s a page",
    )
    groups = {name: [each for each in results if key(each) == name] for name in sorted({*map(key, results)})}
    if title == "form":
        groups["all"] = list(results)
    for name, group in groups.items():
        told = figures(group)
        pages = max(1, sum(each.pages for each in group))
        table.add_row(
            name,
            str(told.papers),
            f"{told.f1:.3f}",
            *(
                ("–" if share is None else f"{share:.3f}")
                for share in (told.found, told.located, told.alarms, told.untold)
            ),
            str(told.unread),
            f"{sum(each.seconds for each in group) / len(group):.2f}",
            f"{sum(each.processor for each in group) / pages:.2f}",
        )
    return table


def _by_fact(results: Sequence[PaperResult]) -> Table:
    table = Table("fact", "wrong bills", "located", "honest bills stopped")
    facts = [fact for result in results for fact in result.facts]
    alarms = Counter(name for result in results for name in result.alarms)
    for name in sorted({fact for fact, _ in facts} | set(alarms)):
        hits = [located for fact, located in facts if fact == name]
        share = f"{sum(hits) / len(hits):.3f}" if hits else "–"
        table.add_row(name, str(len(hits)), share, str(alarms[name]))
    return table


def _by_choice(results: Sequence[PaperResult]) -> Table:
    table = Table("caution", "located", "false alarms")
    wrong, honest = (max(1, sum(each.counts[side] for each in results)) for side in ("wrong", "honest"))
    for choice in results[0].choices:
        located, alarmed = (sum(each.choices[choice][side] for each in results) for side in (0, 1))
        table.add_row(choice, f"{located / wrong:.3f}", f"{alarmed / honest:.3f}")
    return table


#: Where doubts are parted for the diagram of reliability.
_PARTS = (0.0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0)


def reliability(title: str, doubts: Sequence[Doubt]) -> Table:
    """For each claim, by parts of the doubt: how many bills, the mean doubt, and the share that is wrong.

    The last column is the mean distance between the two, weighted by bills.
    """
    parts = list(itertools.pairwise(_PARTS))
    table = Table(title, *(f"{low:g} to {high:g}" for low, high in parts), "distance")
    for claim in sorted({each.claim for each in doubts}):
        row, distance = [claim], 0.0
        own = [each for each in doubts if each.claim == claim]
        for low, high in parts:
            within = [each for each in own if low <= each.doubt < high or each.doubt == high == 1]
            if not within:
                row.append("–")
                continue
            mean = sum(each.doubt for each in within) / len(within)
            wrong = sum(each.wrong for each in within) / len(within)
            distance += abs(mean - wrong) * len(within) / len(own)
            row.append(f"{len(within)}: {mean:.2f} {wrong:.2f}")
        table.add_row(*row, f"{distance:.3f}")
    return table


def note_first_sight(results: Sequence[PaperResult], note: str) -> None:
    """Keep the figures of layouts that were never noted; those that were keep what they had."""
    known = (
        msgspec.json.decode(_FIRST_SIGHT.read_bytes(), type=dict[str, Sight]) if _FIRST_SIGHT.exists() else {}
    )
    for result in results:
        whole = sum(result.tallies.values(), Tally())
        sight = Sight(
            day=today().isoformat(),
            note=note,
            form=result.form,
            f1=round(whole.f1, 3),
            right=whole.right,
            wrong=whole.wrong,
            missed=whole.missed,
            counts=result.counts,
        )
        known.setdefault(result.layout, sight)
    _FIRST_SIGHT.write_bytes(msgspec.json.format(msgspec.json.encode(known), indent=1) + b"\n")
