"""Chooses among candidates by their weights, and puts what was chosen together as a file's facts."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from itertools import accumulate
from statistics import median
from typing import NamedTuple

import msgspec

from mingpiao.evidence.extraction.dates import length_of_period
from mingpiao.evidence.extraction.flow import ROW, Flow
from mingpiao.evidence.extraction.particulars import accounts_of, kind_of, title_of
from mingpiao.evidence.extraction.parties import code_after
from mingpiao.evidence.model import Amount, Party
from mingpiao.evidence.weighing.candidates import (
    AmountCandidate,
    DateCandidate,
    NameCandidate,
    TextCandidate,
    account_candidates,
    amount_candidates,
    date_candidates,
    name_candidates,
    number_candidates,
    paper_features,
    purpose_candidates,
)
from mingpiao.evidence.weighing.features import Features, told_of
from mingpiao.evidence.weighing.mentions import mentions_of
from mingpiao.evidence.weighing.model import Weighing, Weights, learnt
from mingpiao.evidence.weighing.rules import opinion_of
from mingpiao.evidence.weighing.surroundings import Surveyor
from mingpiao.reading.model import Found, PageLines

#: From this probability on a candidate is told as a fact.
_LIKELY = 0.5
_PURPOSE, _STAGE, _END = 0.25, 0.2, 0.35
_OFFICIAL = re.compile(r"[〔\[(【〈] ?(?:19|20)\d{2}")
_DEPOSIT = re.compile(r"保证金|押金|定金|质保金|诚意金|履约金")
_MOST_PARTIES = 400
#: Of so many names of a file is kept what stands around them.
_MOST_TOLD = 200


class Survey(NamedTuple):
    """All candidates of a file."""

    kind: str
    of_paper: Features
    amounts: list[AmountCandidate]
    names: list[NameCandidate]
    dates: list[DateCandidate]
    numbers: list[TextCandidate]
    accounts: list[TextCandidate]
    purposes: list[TextCandidate]


def survey(flow: Flow, pages: Sequence[PageLines]) -> Survey:
    """Look at a file's text for all candidates."""
    kind = kind_of(tuple(pages), flow, numbered=bool(_OFFICIAL.search(flow.text)))
    surveyor = Surveyor(flow, title_of(pages[0]) if pages else "")
    mentions = mentions_of(flow)
    opinion = opinion_of(flow, kind)
    amounts = amount_candidates(flow, surveyor, kind, mentions, opinion)
    owners = {one.owner for one in amounts if one.owner}
    return Survey(
        kind=kind,
        of_paper=paper_features(flow, surveyor.title, kind),
        amounts=amounts,
        names=name_candidates(flow, surveyor, kind, mentions, opinion, owners),
        dates=date_candidates(flow, surveyor, kind, opinion),
        numbers=number_candidates(flow, surveyor, kind),
        accounts=account_candidates(flow, surveyor, kind),
        purposes=purpose_candidates(flow, surveyor, kind, opinion),
    )


class Chosen(NamedTuple):
    """The facts of a file, as `Extraction` has them."""

    kind: str
    parties: tuple[Party, ...]
    amounts: tuple[Amount, ...]
    signed_on: Found | None
    starts_on: Found | None
    ends_on: Found | None
    document_numbers: tuple[Found, ...]
    accounts: tuple[Found, ...]
    purpose: Found | None
    likely: dict[str, float]


def choose(flow: Flow, pages: Sequence[PageLines]) -> Chosen:
    """The likeliest facts of a file."""
    return choose_from(flow, survey(flow, pages), learnt().facts)


def choose_from(flow: Flow, seen: Survey, weighing: Weighing) -> Chosen:
    """The likeliest facts among these candidates by these weights."""
    signed, starts, ends, likely = _days(flow, seen.dates, weighing)
    known = _yes(flow, seen.accounts, weighing["account"])
    amounts = _amounts(flow, seen.amounts, weighing["amount"])
    accounts, parties = accounts_of(flow, _parties(flow, seen, amounts, weighing["name"]), known)
    return Chosen(
        kind=_kind(seen, weighing["kind"]),
        parties=parties,
        amounts=amounts,
        signed_on=signed,
        starts_on=starts,
        ends_on=ends,
        document_numbers=_yes(flow, seen.numbers, weighing["number"]),
        accounts=accounts,
        purpose=_purpose(flow, seen.purposes, weighing["purpose"]),
        likely=likely,
    )


def _kind(seen: Survey, weights: Weights) -> str:
    likely = weights.probabilities(seen.of_paper)
    return max(likely, key=lambda kind: likely[kind])


# -- amounts ---------------------------------------------------------------------------------------


def _amounts(flow: Flow, candidates: Sequence[AmountCandidate], weights: Weights) -> tuple[Amount, ...]:
    told = [weights.probabilities(each.features) for each in candidates]
    total = _likeliest_total(candidates, told)
    for place in _stages(flow, candidates, total):
        told[place]["instalment"] = max(told[place]["instalment"], _ADDED_UP)
    return tuple(
        Amount(
            value=each.spotted.value,
            role=_role(flow, each, likely, total),
            words=each.spotted.words,
            found=flow.found(each.spotted.start, each.spotted.end, f"{each.spotted.value:f}"),
            beside=candidates[each.neighbour].spotted.value if each.neighbour is not None else None,
            likely=round(likely["total"], 3),
            stage=round(likely["instalment"], 3),
            share=round(likely["share"], 3),
            owner=each.owner,
        )
        for each, likely in zip(candidates, told, strict=True)
    )


def _stages(flow: Flow, candidates: Sequence[AmountCandidate], total: Decimal | None) -> set[int]:
    """Amounts that follow one another, add up to the total, and stand where a text speaks of stages."""
    parts = [
        place
        for place, each in enumerate(candidates)
        if total is not None and not each.spotted.words and 0 < each.spotted.value < total
    ]
    found: set[int] = set()
    sums = [candidates[place].spotted.value for place in parts]
    for first in range(len(parts)):
        run = parts[first : first + _adding_up(sums[first : first + _MOST_STAGES], total or Decimal(0))]
        if len(run) < _FEWEST_STAGES:
            continue
        start, end = candidates[run[0]].spotted.start, candidates[run[-1]].spotted.end
        if end - start <= _REACH and _IN_STAGES.search(flow.text[max(0, start - _LEAD) : end + _TAIL]):
            found |= set(run)
    return found


def _adding_up(values: Sequence[Decimal], total: Decimal) -> int:
    """How many of the first values add up to the total; none where no number of them does."""
    return next((count for count, sum_of in enumerate(accumulate(values), 1) if sum_of == total), 0)


#: Stages stand so near one another, and words that tell them so near.
_FEWEST_STAGES, _MOST_STAGES, _REACH, _LEAD, _TAIL = 2, 8, 700, 60, 12
_ADDED_UP = 0.6
_IN_STAGES = re.compile(
    r"第[一二三四五六七八1-8][期次笔批年阶]|首[付期笔次]|尾款|余款|剩余|其余|余下|分[期两三四2-4][次期]?|预付|进度款|[每各逐]年|年租金|已[支缴]?付"
    r"|\b(?:balance|down payment|instal+ments?|advance|deposit)\b",
    re.IGNORECASE,
)


def _likeliest_total(
    candidates: Sequence[AmountCandidate], told: Sequence[dict[str, float]]
) -> Decimal | None:
    best: dict[Decimal, float] = {}
    for each, likely in zip(candidates, told, strict=True):
        value = each.spotted.value
        best[value] = max(likely["total"], best.get(value, 0.0))
    if not best:
        return None
    value = max(best, key=lambda each: best[each])
    return value if best[value] >= _LIKELY / 2 else None


def _side(likely: dict[str, float]) -> str:
    return "payer" if likely["payer"] > likely["payee"] else "payee"


def _role(flow: Flow, each: AmountCandidate, likely: dict[str, float], total: Decimal | None) -> str:
    if each.spotted.value == total:
        return "total"
    if likely["instalment"] >= _STAGE:
        return "instalment"
    before = flow.text[max(0, each.spotted.start - 14) : each.spotted.start]
    return "deposit" if _DEPOSIT.search(re.split(r"[,。;\n]", before)[-1]) else ""


# -- names -----------------------------------------------------------------------------------------


def _opposed(told: list[dict[str, float]]) -> None:
    """Of two names alone, both of one role, that turns which is likelier of the other."""
    if len(told) != 2 or any(likely["other"] > _LIKELY for likely in told):
        return
    sides = {_side(likely) for likely in told}
    if len(sides) > 1:
        return
    old = sides.pop()
    new = "payee" if old == "payer" else "payer"
    turned = max(told, key=lambda likely: likely[new] / (likely[old] or _LEAST))
    turned[new], turned[old] = turned[old], turned[new]


_LEAST = 1e-9


def _is_no_party(each: NameCandidate) -> bool:
    """Whether a name is that of an office that prints a paper, or permits what others agree and gives nothing."""
    prints = each.features.get("prints") and each.name.endswith("办公室")
    permits = each.features.get("author&permits") and not each.features.get("author&gives")
    return bool(prints or permits)


_FINANCE = re.compile(r"财政[厅局部]")


def _together(names: Sequence[NameCandidate], told: list[dict[str, float]]) -> None:
    """Where a finance office writes together with another office, the money is its own."""
    offices = [place for place, each in enumerate(names) if each.features["joint"]]
    finance = [place for place in offices if _FINANCE.search(names[place].name)]
    payer = max(offices, key=lambda place: told[place]["payer"], default=-1)
    if len(finance) == 1 and payer != finance[0]:
        told[payer], told[finance[0]] = told[finance[0]], told[payer]


def _alike(names: Sequence[NameCandidate], told: list[dict[str, float]], owners: Collection[str]) -> None:
    """Who stands in the rows of one list has one role: what most of them seem to be."""
    places = [place for place, each in enumerate(names) if each.name in owners]
    if len(places) < _LIST:
        return
    means = {role: median(told[place][role] for place in places) for role in told[0]}
    whole = sum(means.values())
    for place in places:
        told[place] = {role: mean / whole for role, mean in means.items()}


_LIST = 3


def _parties(flow: Flow, seen: Survey, amounts: Sequence[Amount], weights: Weights) -> tuple[Party, ...]:
    parties: list[Party] = []
    shares = _shares(flow, seen.amounts, amounts)
    names = seen.names[:_MOST_PARTIES]
    told = [weights.probabilities(each.features) for each in names]
    for place, each in enumerate(names):
        if _is_no_party(each):
            told[place] = {"payer": 0.0, "payee": 0.0, "other": 1.0}
    _together(names, told)
    _alike(names, told, shares)
    _opposed(told)
    for place, (each, likely) in enumerate(zip(names, told, strict=True)):
        role = max(likely, key=lambda name: likely[name])
        first = each.mentions[0]
        party = Party(
            role="" if role == "other" else role,
            name=flow.found(first.start, first.end),
            code=next(filter(None, (code_after(flow, one.end) for one in each.mentions)), None),
            pays=round(likely["payer"], 3),
            receives=round(likely["payee"], 3),
            told=told_of(each.features) if place < _MOST_TOLD else (),
        )
        if each.name in shares:
            parties += [msgspec.structs.replace(party, amount=amount) for amount in shares[each.name]]
        elif party.role or first.organisation:
            parties.append(party)
    return tuple(parties)


def _shares(
    flow: Flow, candidates: Sequence[AmountCandidate], amounts: Sequence[Amount]
) -> dict[str, list[Decimal]]:
    """By owner the amount that counts of each of his rows of a list."""
    rows: dict[int, list[Amount]] = defaultdict(list)
    for candidate, amount in zip(candidates, amounts, strict=True):
        if amount.owner:
            rows[flow.text.rfind(ROW, 0, candidate.spotted.start)].append(amount)
    shares: dict[str, list[Decimal]] = defaultdict(list)
    for own in rows.values():
        shares[own[0].owner].append(max((max(one.share, one.likely), one.value) for one in own)[1])
    return dict(shares)


# -- the rest --------------------------------------------------------------------------------------


def _days(
    flow: Flow, candidates: Sequence[DateCandidate], weighing: Weighing
) -> tuple[Found | None, Found | None, Found | None, dict[str, float]]:
    (signed, how_signed), (starts, how_starts), (ends, how_ends) = (
        _day(flow, candidates, weighing[fact], bound)
        for fact, bound in (("signed", _LIKELY), ("starts", _LIKELY), ("ends", _END))
    )
    if starts and not ends and (told := length_of_period(flow, starts)):
        ends, how_ends = told, how_starts
    likely = {"signed_on": how_signed, "starts_on": how_starts, "ends_on": how_ends}
    return signed, starts, ends, {fact: round(how, 3) for fact, how in likely.items() if how}


def _day(
    flow: Flow, candidates: Sequence[DateCandidate], weights: Weights, bound: float
) -> tuple[Found | None, float]:
    told = [(weights.probabilities(each.features)["yes"], each) for each in candidates]
    likely, best = max(told, key=lambda pair: pair[0], default=(0.0, None))
    return (flow.found(best.start, best.end, best.value), likely) if best and likely >= bound else (None, 0.0)


def _yes(flow: Flow, candidates: Iterable[TextCandidate], weights: Weights) -> tuple[Found, ...]:
    found: dict[str, Found] = {}
    for each in candidates:
        if weights.probabilities(each.features)["yes"] >= _LIKELY:
            found.setdefault(each.value, flow.found(each.start, each.end, each.value))
    return tuple(found.values())


def _purpose(flow: Flow, candidates: Sequence[TextCandidate], weights: Weights) -> Found | None:
    told = [(weights.probabilities(each.features)["yes"], each) for each in candidates]
    likely, best = max(told, key=lambda pair: pair[0], default=(0.0, None))
    return flow.found(best.start, best.end) if best and likely >= _PURPOSE else None
