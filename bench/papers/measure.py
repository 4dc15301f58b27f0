"""Draws papers of other hands, reads them, and holds what was read against the truth and the bills."""

import importlib
import pkgutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from random import Random

import msgspec

import bench.papers.locked
import bench.papers.open
from bench.evidence.matching import FIELDS
from bench.evidence.truth import Truth as FormTruth
from bench.papers.figures import Asked, Doubt, Order, PaperResult, Sentence
from bench.papers.values import Bill, Layout, Paper, Truth
from mingpiao.evidence.caution import Caution
from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.comparing.weighed import features_of
from mingpiao.evidence.comparison import by_rules, compare, weights_for
from mingpiao.evidence.extraction import extract
from mingpiao.evidence.model import BillFacts, Claim, ClaimVerdict, Extraction, Usage
from mingpiao.evidence.weighing.model import Learnt, learnt
from mingpiao.reading.lines import read_lines
from mingpiao.reading.service import FileUnreadable

_SUFFIXES = {"application/pdf": ".pdf", "image/png": ".png", "image/jpeg": ".jpg", "application/ofd": ".ofd"}


def layouts(*, locked: bool) -> dict[tuple[str, str], Layout]:
    """The layouts of the open or of the locked hands, by hand and name."""
    place = bench.papers.locked if locked else bench.papers.open
    found: dict[tuple[str, str], Layout] = {}
    for module in pkgutil.iter_modules(place.__path__):
        made = importlib.import_module(f"{place.__name__}.{module.name}").LAYOUTS
        found |= {(module.name, name): layout for name, layout in made.items()}
    return found


def orders(asked: Asked) -> list[Order]:
    """One paper of each layout that is asked for."""
    return [
        Order(hand=hand, layout=name, locked=asked.locked, family=asked.family, seed=asked.seed)
        for hand, name in layouts(locked=asked.locked)
        if not asked.hands or hand in asked.hands
    ]


def measure(asked: Sequence[Order], jobs: int, keep: Path | None) -> Iterator[PaperResult]:
    """The results in order; papers of another family than the one that is asked for are left out."""
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        for result in pool.map(_result, asked, [keep] * len(asked)):
            if result is not None:
                yield result


def draw(order: Order) -> Paper:
    """The paper of an order; the same for the same seed."""
    layout = layouts(locked=order.locked)[order.hand, order.layout]
    return layout(Random(f"{order.seed}/{order.hand}/{order.layout}"))  # noqa: S311 - the same for a seed


def _result(order: Order, keep: Path | None) -> PaperResult | None:
    paper = draw(order)
    if order.family and paper.family != order.family:
        return None
    result = judge(order, paper)
    if keep and result.sentences:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / (result.layout + _SUFFIXES[paper.media_type])).write_bytes(paper.data)
        told = {"truth": paper.truth, "bills": paper.bills, "result": result}
        (keep / (result.layout + ".json")).write_bytes(
            msgspec.json.format(msgspec.json.encode(told), indent=2)
        )
    return result


def judge(order: Order, paper: Paper) -> PaperResult:
    """Read a paper once and hold it against its truth and each of its bills."""
    started, cpu = time.perf_counter(), time.process_time()
    failure = ""
    try:
        read = extract(read_lines(paper.data, paper.media_type))
    except FileUnreadable as refusal:
        read, failure = Extraction(kind="", pages=()), str(refusal)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    truth = form_truth(paper.truth)
    tallies = {name: count(read, truth) for name, count in FIELDS.items()}
    sentences = [
        Sentence(field=name, words=f"{_wanted(name, paper.truth)} ≠ {_got(name, read)}")
        for name, tally in tallies.items()
        if tally.wrong or tally.missed
    ]
    counts = {"honest": 0, "alarmed": 0, "wrong": 0, "found": 0, "located": 0, "untold": 0}
    for bill in paper.bills:
        claims = _claims(bill, read, learnt())
        counts["untold"] += not _against(claims) and any("不能判断" in claim.explanation for claim in claims)
        sentences += _hold(bill, _against(claims), counts)
    return PaperResult(
        hand=order.hand,
        layout=f"{order.hand}-{order.layout}",
        family=paper.family,
        form=paper.form,
        tallies=tallies,
        counts=counts,
        facts=tuple(
            (bill.wrong, bill.wrong in _names(_against(_claims(bill, read, learnt()))))
            for bill in paper.bills
            if bill.wrong
        ),
        alarms=tuple(
            name
            for bill in paper.bills
            if not bill.wrong
            for name in _names(_against(_claims(bill, read, learnt())))
        ),
        doubts=tuple(doubt for bill in paper.bills for doubt in _doubts(bill, read)),
        choices={choice.value: _choice(choice, paper.bills, read) for choice in Caution},
        seconds=round(seconds, 3),
        processor=round(cpu, 3),
        pages=len(read.pages),
        failure=failure,
        sentences=tuple(sentences),
    )


def _hold(bill: Bill, against: Sequence[Claim], counts: dict[str, int]) -> Iterator[Sentence]:
    named = _names(against)
    said = "；".join(f"{claim.name}: {claim.explanation}" for claim in against)
    if not bill.wrong:
        counts["honest"] += 1
        counts["alarmed"] += bool(named)
        if named:
            yield Sentence(field="false alarm", words=f"{said} ({bill.note})")
        return
    counts["wrong"] += 1
    counts["found"] += bool(named)
    counts["located"] += bill.wrong in named
    if bill.wrong not in named:
        yield Sentence(field="missed", words=f"{bill.wrong}: {bill.note} — {said or 'no claim contradicts'}")


def _names(claims: Sequence[Claim]) -> list[str]:
    return [claim.name for claim in claims]


def facts_of(bill: Bill) -> BillFacts:
    """A bill as the comparison has it."""
    return BillFacts(
        kind="",
        payer_name=bill.payer,
        payer_code=bill.payer_code,
        unit_name=bill.unit,
        unit_code=bill.unit_code,
        unit_account=bill.unit_account,
        total=bill.total,
        issued_on=bill.issued_on,
        item_names=bill.items,
        remark=bill.remark,
        extension={},
    )


def _usage(bill: Bill) -> Usage | None:
    return Usage(amount=bill.used, bills=1) if bill.used else None


def _claims(bill: Bill, read: Extraction, weights: Learnt) -> tuple[Claim, ...]:
    used = _usage(bill)
    return compare(facts_of(bill), {"paper": read}, {"paper": used} if used else {}, weights)


def _choice(choice: Caution, bills: Sequence[Bill], read: Extraction) -> tuple[int, int]:
    """How many wrong bills are located, and honest ones stopped, by a department of this caution."""
    told = [(bill.wrong, _names(_against(_claims(bill, read, weights_for(choice))))) for bill in bills]
    return sum(bool(wrong) and wrong in named for wrong, named in told), sum(
        not wrong and bool(named) for wrong, named in told
    )


def _doubts(bill: Bill, read: Extraction) -> Iterator[Doubt]:
    if not read.pages:
        return
    held, file = facts_of(bill), File("paper", read, _usage(bill))
    for claim in learnt().claims:
        if bill.wrong in ("", claim):
            doubt = learnt().doubt(claim, features_of(claim, held, file, by_rules(claim, held, file)))
            yield Doubt(claim=claim, doubt=doubt, wrong=bool(bill.wrong))


def _against(claims: Sequence[Claim]) -> list[Claim]:
    return [claim for claim in claims if claim.verdict is ClaimVerdict.CONTRADICT]


def form_truth(truth: Truth) -> FormTruth:
    """A truth as the rules of the measure have it."""
    return FormTruth(
        kind=truth.kind,
        parties=(
            *(("payer", name) for name in truth.payers),
            *(("payee", name) for name in truth.payees),
        ),
        total=truth.total,
        instalments=truth.instalments,
        words=truth.words,
        signed_on=truth.signed_on,
        starts_on=truth.starts_on,
        ends_on=truth.ends_on,
        document_numbers=truth.numbers,
        accounts=truth.accounts,
        purpose=truth.purpose,
        tolerated_parties=truth.also_names,
        tolerated_amounts=truth.also_amounts,
        tolerated_numbers=truth.also_numbers,
    )


def _wanted(field: str, truth: Truth) -> str:
    names = {"payer": "payers", "payee": "payees", "document_numbers": "numbers"}
    value = getattr(truth, names.get(field, field))
    return " | ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _got(field: str, read: Extraction) -> str:
    match field:
        case "payer" | "payee":
            return " | ".join(f"{party.role or '?'}:{party.name.value}" for party in read.parties[:6])
        case "total":
            return str(read.total)
        case "instalments" | "words":
            chosen = [a for a in read.amounts if (a.words if field == "words" else a.role == "instalment")]
            return " | ".join(str(amount.value) for amount in chosen)
        case "document_numbers" | "accounts":
            return " | ".join(found.value for found in getattr(read, field))
        case "kind":
            return read.kind
        case _:
            found = getattr(read, field)
            return found.value if found else "None"
