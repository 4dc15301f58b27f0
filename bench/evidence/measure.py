"""Reads made specimens, compares them with their bills, and counts what was right."""

import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import msgspec

from bench.evidence.generator import Order, make_sample
from bench.evidence.matching import FIELDS, HINTS, Tally
from bench.evidence.truth import Sample
from mingpiao.evidence.comparison import compare
from mingpiao.evidence.extraction import extract
from mingpiao.evidence.model import Claim, ClaimVerdict, Extraction
from mingpiao.reading.lines import read_lines
from mingpiao.reading.service import FileUnreadable

_SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg"}


class Slip(msgspec.Struct, frozen=True, kw_only=True):
    """A field that was read wrongly: what is true and what was read."""

    field: str
    wanted: str
    got: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One specimen's reading. `alarms` are claims that contradict, the planted one left out.

    `seconds` is the time of reading and comparing. A specimen that could not be read has a `failure`,
    misses every field, and finds no contradiction.
    """

    name: str
    layout: str
    form: str
    contradiction: str
    caught: bool
    alarms: tuple[str, ...]
    seconds: float
    pages: int
    tallies: dict[str, Tally]
    slips: tuple[Slip, ...]
    failure: str = ""


class Rates(msgspec.Struct, frozen=True, kw_only=True):
    """Precision, recall and F1 of a field."""

    precision: float
    recall: float
    f1: float


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one form of specimens. `found` is the share of planted contradictions whose claim contradicts.

    `false_alarms` is the share of honest bills with any contradicting claim; `strays` counts contradicting
    specimens on which another claim contradicts as well (an amount above the total is beyond its use, too).
    """

    specimens: int
    pages: int
    fields: dict[str, Rates]
    hints: dict[str, Rates]
    all_fields: Rates
    contradictions: int
    found: float
    found_by_fact: dict[str, str]
    honest: int
    false_alarms: float
    strays: int
    unread: int
    seconds_median: float
    seconds_longest: float
    seconds_a_page: float


def measure(orders: Sequence[Order], *, jobs: int = 1, keep: Path | None = None) -> Iterator[Result]:
    """The results in order. With more than one job child processes share the work.

    `keep` is a folder for the specimens that were misread, each with its truth.
    """
    if jobs == 1:
        yield from (_result(order, keep) for order in orders)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        yield from pool.map(_result, orders, [keep] * len(orders))


def summarise(results: Iterable[Result]) -> Summary:
    """The figures of these results, which should be of one form."""
    every = list(results)
    planted = [result for result in every if result.contradiction]
    honest = [result for result in every if not result.contradiction]
    seconds = sorted(result.seconds for result in every)
    return Summary(
        specimens=len(every),
        pages=sum(result.pages for result in every),
        fields={name: _rates(every, [name]) for name in FIELDS},
        hints={name: _rates(every, [name]) for name in HINTS},
        all_fields=_rates(every, list(FIELDS)),
        contradictions=len(planted),
        found=_share(sum(result.caught for result in planted), len(planted), 1.0),
        found_by_fact=_by_fact(planted),
        honest=len(honest),
        false_alarms=_share(sum(bool(result.alarms) for result in honest), len(honest), 0.0),
        strays=sum(bool(result.alarms) for result in planted),
        unread=sum(bool(result.failure) for result in every),
        seconds_median=round(seconds[len(seconds) // 2], 3),
        seconds_longest=round(seconds[-1], 3),
        seconds_a_page=round(sum(seconds) / max(1, sum(result.pages for result in every)), 3),
    )


def _result(order: Order, keep: Path | None) -> Result:
    sample = make_sample(order)
    result = judge(sample)
    if keep and (result.slips or result.alarms or not result.caught or result.failure):
        _keep(sample, result, keep)
    return result


def judge(sample: Sample) -> Result:
    """Read one specimen, compare it with its bill, and hold both against the truth."""
    started = time.perf_counter()
    try:
        read = extract(read_lines(sample.data, sample.media_type))
    except FileUnreadable as refusal:
        return _unread(sample, str(refusal), time.perf_counter() - started)
    claims = compare(sample.bill, {sample.name: read}, {sample.name: sample.usage})
    seconds = time.perf_counter() - started
    tallies = {name: count(read, sample.truth) for name, count in (FIELDS | HINTS).items()}
    against = _contradicting(claims)
    return Result(
        name=sample.name,
        layout=sample.layout,
        form=sample.form,
        contradiction=sample.contradiction,
        caught=not sample.contradiction or sample.contradiction in against,
        alarms=tuple(name for name in against if name != sample.contradiction),
        seconds=round(seconds, 4),
        pages=len(read.pages),
        tallies=tallies,
        slips=tuple(
            Slip(field=name, wanted=_wanted(name, sample), got=_got(name, read))
            for name, tally in tallies.items()
            if tally.wrong or tally.missed
        ),
    )


def _unread(sample: Sample, reason: str, seconds: float) -> Result:
    nothing = Extraction(kind="", pages=())
    return Result(
        name=sample.name,
        layout=sample.layout,
        form=sample.form,
        contradiction=sample.contradiction,
        caught=not sample.contradiction,
        alarms=(),
        seconds=round(seconds, 4),
        pages=0,
        tallies={name: count(nothing, sample.truth) for name, count in (FIELDS | HINTS).items()},
        slips=(),
        failure=reason,
    )


def _contradicting(claims: Iterable[Claim]) -> list[str]:
    return [claim.name for claim in claims if claim.verdict is ClaimVerdict.CONTRADICT]


def _rates(results: Iterable[Result], fields: Sequence[str]) -> Rates:
    whole = sum((result.tallies[field] for result in results for field in fields), Tally())
    return Rates(precision=round(whole.precision, 4), recall=round(whole.recall, 4), f1=round(whole.f1, 4))


def _share(part: int, whole: int, of_none: float) -> float:
    return round(part / whole, 4) if whole else of_none


def _by_fact(planted: Iterable[Result]) -> dict[str, str]:
    counts: dict[str, list[int]] = {}
    for result in planted:
        count = counts.setdefault(result.contradiction, [0, 0])
        count[0] += result.caught
        count[1] += 1
    return {fact: f"{caught}/{all_}" for fact, (caught, all_) in sorted(counts.items())}


def _wanted(field: str, sample: Sample) -> str:
    truth = sample.truth
    if field in ("payer", "payee"):
        return " | ".join(name for role, name in truth.parties if role == field)
    if field in ("seal", "rotation"):
        return str(truth.sealed if field == "seal" else truth.rotations)
    value = getattr(truth, field)
    return " | ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _got(field: str, read: Extraction) -> str:
    match field:
        case "payer" | "payee":
            return " | ".join(f"{party.role or '?'}:{party.name.value}" for party in read.parties)
        case "total":
            return str(read.total)
        case "instalments" | "words":
            chosen = [a for a in read.amounts if (a.words if field == "words" else a.role == "instalment")]
            return " | ".join(str(amount.value) for amount in chosen)
        case "signed_on" | "starts_on" | "ends_on" | "purpose":
            found = getattr(read, field)
            return found.value if found else "None"
        case "document_numbers" | "accounts":
            return " | ".join(found.value for found in getattr(read, field))
        case "seal":
            return str(bool(read.seals))
        case "rotation":
            return str(tuple(page.rotation for page in read.pages))
        case _:
            return str(getattr(read, field))


def _keep(sample: Sample, result: Result, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / (sample.name + _SUFFIXES[sample.media_type])).write_bytes(sample.data)
    facts = {
        "truth": sample.truth,
        "bill": sample.bill,
        "usage": sample.usage,
        "wear": sample.wear,
        "result": result,
    }
    text = msgspec.json.format(msgspec.json.encode(facts), indent=2)
    (folder / (sample.name + ".json")).write_bytes(text)
