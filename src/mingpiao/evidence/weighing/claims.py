"""What a bill and a file have in common, as features from which weights tell how surely they contradict."""

import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from rapidfuzz.distance import Levenshtein
from rapidfuzz.fuzz import partial_ratio

from mingpiao.evidence.comparing.files import File
from mingpiao.evidence.comparing.topics import Likeness, compare_topics, telling_phrases
from mingpiao.evidence.extraction.characters import fold, packed
from mingpiao.evidence.extraction.labels import PAYER
from mingpiao.evidence.extraction.names import (
    is_organisation,
    may_be_misread,
    nearly_same_name,
    part_of_name,
    same_name,
)
from mingpiao.evidence.model import Amount, BillFacts, Extraction, Party
from mingpiao.evidence.weighing.features import Features
from mingpiao.evidence.weighing.model import SILENT
from mingpiao.evidence.weighing.money_kinds import kinds_of, weights_of
from mingpiao.evidence.weighing.shares import place_of, share_features, standing
from mingpiao.kernel.money import in_words

_NOTHING = Decimal(0)
_STEPS = (0.1, 0.3, 0.5, 0.7, 0.9)
_PRICES = re.compile(r"(?:收费|计费|缴费|会费)标准|元 ?/ ?[生人次月天年学课]")
_STAGES = re.compile(
    r"分期|首[付期款]|尾款|余款|第[一二三四1-4][期次笔批]|预付|进度款|定金|先行|其余|剩余|余下|分[两三四2-4]次"
)


def party_features(bill: BillFacts, role: str, file: File) -> Features:
    """How well a name of the bill fits the party of this role in the file."""
    says, text, ocr = file.says, file.text, file.read_by_ocr
    name, code = (bill.payer_name, bill.payer_code) if role == PAYER else (bill.unit_name, bill.unit_code)
    own: list[Party] = []
    others: list[Party] = []
    for party in says.parties:
        same = same_name(party.name.value, name, read_by_ocr=ocr) or _coded(party, code)
        (own if same else others).append(party)
    mine, opposite = max(_role(own, role), default=0.0), max(_role(own, _other(role)), default=0.0)
    theirs = max(_role(others, role), default=0.0)
    near = [party for party in others if nearly_same_name(party.name.value, name)]
    listed = [party for party in says.parties if party.amount is not None]
    # Names alone are asked, since a list names hundreds of parties.
    within = any(part_of_name(name, party.name.value) for party in others)
    mentioned = bool(own) or file.mentions(name)
    found = {
        "bias": 1.0,
        "known": float(bool(own)),
        "mentioned": float(mentioned),
        "ocr": float(ocr),
        "near": float(bool(near)),
        "near_strong": max(_role(near, role), default=0.0),
        "near_misread": float(any(may_be_misread(party.name.value, name) for party in near)),
        "near_other": float(any(not may_be_misread(party.name.value, name) for party in near)),
        "coded": float(bool(code) and code in text),
        "nobody": float(not says.parties),
        "both_weak": float(mine < 0.3 and theirs < 0.3),
        "listed": float(len(listed) > 1),
        "own_listed": float(any(party.amount is not None for party in own)),
        "own_sum": float(any(party.amount == bill.total for party in own)),
        "prices": float(_PRICES.search(text) is not None),
        "contained": float(within),
        "person": float(not is_organisation(name)),
        f"kind:{says.kind}": 1.0,
    }
    # What sets prices names no payer; and a name that stands there, but was not made out, may be anybody.
    priced = (
        role == PAYER
        and says.kind == "policy"
        and not own
        and ((found["prices"] and found["person"]) or _calls_many(text))
    )
    # Non-tax money goes into accounts of the treasury, whoever is to issue the bill for it.
    strongest = max(others, key=lambda party: _role([party], role)[0], default=None)
    treasury = role != PAYER and mentioned and strongest and _TREASURY.search(strongest.name.value)
    found[SILENT] = float(priced or bool(treasury) or (mentioned and not own and not within))
    found["prices&person"] = found["prices"] * found["person"]
    regime = "known" if own else "mentioned" if mentioned else "near" if near else "absent"
    for told, value in (
        ("mine", mine),
        ("opposite", opposite),
        ("theirs", theirs),
        ("lead", max(0.0, mine - theirs)),
        ("lag", max(0.0, theirs - mine)),
    ):
        found |= _steps(f"{regime}&{told}", value)
    for told in ("near_misread", "near_other"):
        found[f"{told}&ocr"] = found[told] * ocr
    beside = _beside_us(bill, says.amounts, file)
    for told in (
        "stands",
        f"beside_{'payer' if role == PAYER else 'unit'}",
        f"in_line_of_{'payer' if role == PAYER else 'unit'}",
    ):
        found[f"total_{told}"] = found[f"{regime}&total_{told}"] = beside[told]
    found |= {f"{regime}&{told}": value for told, value in standing(bill, role == PAYER, file).items()}
    found[f"{regime}&own_sum"] = found["own_sum"]
    found |= {f"is:{regime}": 1.0, f"is:{regime}&{says.kind}": 1.0, f"{regime}&ocr": float(ocr)}
    found[f"{regime}&listed"] = found["listed"]
    found[f"{regime}&person"] = found["person"]
    return found | _together(regime, theirs, bill, role, file) | _stand(own, others, role)


def fit_of(bill: BillFacts, role: str, file: File) -> str:
    """How a name of the bill stands in the file: in its role, in the other one, weakly, not made out, or not at all."""
    name, code = (bill.payer_name, bill.payer_code) if role == PAYER else (bill.unit_name, bill.unit_code)
    own = [
        party
        for party in file.says.parties
        if same_name(party.name.value, name, read_by_ocr=file.read_by_ocr) or _coded(party, code)
    ]
    if not own:
        return "mentioned" if file.mentions(name) else "absent"
    mine, opposite = max(_role(own, role)), max(_role(own, _other(role)))
    return "right" if mine > _HALF else "opposite" if opposite > _HALF else "weak"


def total_of(bill: BillFacts, file: File) -> str:
    """How the bill's total stands in the file."""
    used = file.usage.amount if file.usage else _NOTHING
    equal = [one for one in file.says.amounts if one.value in (bill.total, bill.total + used)]
    if not equal:
        return "absent"
    return "likely" if max(_share(one) for one in equal) > _HALF else "stated"


def _together(regime: str, theirs: float, bill: BillFacts, role: str, file: File) -> Features:
    """A name of the bill, its rival in the file, the other name, and the total, seen together."""
    other, total = fit_of(bill, _other(role), file), total_of(bill, file)
    rival = "rival" if theirs > _HALF else "open"
    return {
        f"{regime}|other:{other}": 1.0,
        f"{regime}|{rival}|other:{other}": 1.0,
        f"{regime}|{rival}|total:{total}": 1.0,
        f"{regime}|{rival}|{other}|{total}": 1.0,
    }


def _stand(own: Sequence[Party], others: Sequence[Party], role: str) -> Features:
    """What stands around the bill's own name in the file, and around its strongest rival alone."""
    mine, theirs = (
        set(max(parties, key=lambda party: _role([party], role)[0]).told if parties else ())
        for parties in (own, others)
    )
    return {f"own|{each}": 1.0 for each in mine} | {f"rather|{each}": 1.0 for each in theirs - mine}


_TREASURY = re.compile(r"非税|国库|财政[厅局部].{0,8}(?:专户|账户)|财政专户")
#: A call to whoever takes part; money that goes the other way is given to those that are named.
_TO_MANY = re.compile(
    r"公告|各(?:有关|相关|参[训会赛])?(?:单位|学校|院校|学院|企业|会员|[市县区校])|投标人|供应商|报名|参[训会赛]|考生|学员|家长"
)
_PAYING, _GIVING = (
    re.compile(r"缴纳|交纳|汇[至入]|缴[至入]|保证金|收费|缴费|报名费"),
    re.compile(r"下达|拨付|补助"),
)


def _calls_many(text: str) -> bool:
    return bool(_TO_MANY.search(text) and _PAYING.search(text) and not _GIVING.search(text))


def _role(parties: Iterable[Party], role: str) -> list[float]:
    return [party.pays if role == PAYER else party.receives for party in parties]


def _other(role: str) -> str:
    return "payee" if role == PAYER else PAYER


def _coded(party: Party, code: str) -> bool:
    return bool(code) and party.code is not None and party.code.value == code


def _steps(name: str, value: float) -> Features:
    """A probability as steps, so that weights may rise unevenly."""
    return {name: value} | {f"{name}>{step}": 1.0 for step in _STEPS if value > step}


def amount_features(bill: BillFacts, file: File) -> Features:
    """How well the bill's total fits the amounts of the file."""
    says, text, ocr = file.says, file.text, file.read_by_ocr
    value, used = bill.total, file.usage.amount if file.usage else _NOTHING
    equal = [one for one in says.amounts if one.value == value]
    others = [one for one in says.amounts if one.value != value]
    rows = _own_rows(bill, says, ocr)
    total = max(says.amounts, key=lambda one: one.likely, default=None)
    stages = [one.value for one in says.amounts if one.stage > 0.5]
    sure = {one.value for one in says.amounts if one.likely > _HALF}
    whole = total.value if total is not None else None
    found = {
        "bias": 1.0,
        "stated": float(bool(equal)),
        "times": min(len(equal), 4) / 4,
        "in_words": float(any(one.words for one in equal)),
        "ocr": float(ocr),
        "nothing": float(not says.amounts),
        "few": float(len({one.value for one in says.amounts}) < 3),
        "spelled": float(in_words(value).rstrip("整") in text.replace(" ", "").replace("圆", "元")),
        "used": float(used > 0),
        "rest": float(whole is not None and used > 0 and used + value == whole),
        "within": float(whole is not None and used > 0 and used + value < whole),
        "beyond": float(whole is not None and used + value > whole),
        "part": float(whole is not None and value < whole and not equal),
        "staged": float(bool(stages)),
        "speaks_of_stages": float(_STAGES.search(text) is not None),
        "sum_of_stages": float(len(stages) > 1 and _is_sum(value, stages)),
        "sum_of_likely": float(len(sure) > 1 and sum(sure) - used == value),
        "slip": float(any(_is_slip(value, one.value) for one in others if one.likely > 0.3)),
        "rival_in_words": float(any(one.words and one.likely > _HALF for one in others)),
        "percent": float(whole is not None and _is_percent(value, whole, text)),
        "period": float(whole is not None and value < whole and _is_period(value, whole, text)),
        "round_slip": float(any(one.value in (value * 10_000, value / 10_000) for one in others)),
        f"kind:{says.kind}": 1.0,
    }
    found |= _beside_us(bill, others, file) | _in_lines(bill, file)
    if found["beside_us"] and not equal and not found["round_slip"]:
        # What was not made out as an amount, but stands in the line of the payer or the unit, may well be theirs; not
        # so where these are the digits of ten thousand times as much.
        found[SILENT] = 1.0
    likely, stage = (
        max((one.likely for one in equal), default=0.0),
        max((one.stage for one in equal), default=0.0),
    )
    rival = max((one.likely for one in others), default=0.0)
    in_rows = _in_rows(value, used, rows, says)
    # The rest of the unit's own row, and several receipts for it, are told exactly and seldom: nothing is to be learnt.
    if not equal and (in_rows.get("row_rest_any") or _is_of_receipts(value, bill, file)):
        found[SILENT] = 1.0
    shares = share_features(bill, used, file)
    place = place_of(shares)
    explained = any(found[name] for name in ("rest", "sum_of_stages", "sum_of_likely")) or any(
        in_rows.get(name) for name in ("row_rest", "row_sum", "row_rest_any")
    )
    regime = ("row" if rows else "stated") if equal else "explained" if explained else "absent"
    best = max(likely, stage)
    for told, number in (
        ("likely", likely),
        ("stage", stage),
        ("rival", rival),
        ("lead", max(0.0, best - rival)),
        ("lag", max(0.0, rival - best)),
    ):
        found |= _steps(f"{regime}&{told}", number)
        if told in ("rival", "lag"):
            found |= _steps(f"{place}&{told}", number)
    found |= shares | {f"{regime}&{place}": 1.0, f"{place}&{says.kind}": 1.0}
    for name in (
        "within",
        "speaks_of_stages",
        "staged",
        "ocr",
        "used",
        "few",
        "part",
        "beyond",
        "slip",
        "spelled",
        "stands",
        "beside_us",
        "another_beside_us",
        "item_in_line",
        "deposit_in_line",
        "rival_in_words",
        "percent",
        "period",
    ):
        found[f"{regime}&{name}"] = found[name]
    found |= {f"is:{regime}": 1.0, f"is:{regime}&{says.kind}": 1.0}
    found |= in_rows | {f"{regime}&{name}": number for name, number in in_rows.items()}
    fits = {who: fit_of(bill, who, file) for who in (PAYER, _other(PAYER))}
    found |= {f"{regime}|{who}:{fit}": 1.0 for who, fit in fits.items()}
    found |= {f"{place}|{who}:{fit}": 1.0 for who, fit in fits.items()}
    return found


_NEAR_LINES = 3
_MOST_PLACES = 40


def _beside_us(bill: BillFacts, others: Sequence[Amount], file: File) -> Features:
    """Whether the bill's total, or another amount, stands within some lines of its payer or its unit.

    A statement or a list has one line for each payment, and a page of receipts some lines. With what earlier
    bills used, the total is the whole payment.
    """
    names = {"payer": packed(bill.payer_name), "unit": packed(bill.unit_name)}
    places = {
        who: [place for place, row in enumerate(file.packed_rows) if len(name) > 1 and name in row][
            :_MOST_PLACES
        ]
        for who, name in names.items()
    }
    used = file.usage.amount if file.usage else _NOTHING
    ours = any_of(
        [*writings(bill.total, file.text), *(writings(bill.total + used, file.text) if used else ())]
    )
    told: Features = {"stands": float(any(ours.search(row) for row in file.rows))}
    for who, own in places.items():
        gap = min((_gap(place, ours, file.rows) for place in own), default=_NEAR_LINES + 1)
        told[f"beside_{who}"] = float(gap <= _NEAR_LINES)
        told[f"in_line_of_{who}"] = float(gap <= 1)
    told["beside_us"] = float(any(number for name, number in told.items() if name != "stands"))
    strong = any_of([fold(one.found.text) for one in others if max(one.likely, one.share, one.stage) > _HALF])
    own = [place for each in places.values() for place in each]
    told["another_beside_us"] = float(any(_gap(place, strong, file.rows) <= 1 for place in own))
    return told


_DEPOSIT = re.compile(r"保证金|押金|定金|质保金|诚意金")


def _in_lines(bill: BillFacts, file: File) -> Features:
    """Whether the lines in which the bill's total stands speak of its items, or of a deposit that it is not for."""
    ours = any_of(list(writings(bill.total, file.text)))
    lines = [
        row for row, plain in zip(file.rows, file.packed_rows, strict=True) if plain and ours.search(row)
    ]
    items = [packed(item) for item in bill.item_names]
    no_deposit = not any(_DEPOSIT.search(item) for item in items)
    return {
        "item_in_line": max((_shared(items, packed(line)) for line in lines), default=0.0),
        "deposit_in_line": float(bool(lines) and no_deposit and all(_DEPOSIT.search(line) for line in lines)),
    }


_PERCENT = re.compile(r"(?P<digits>\d{1,2}(?:\.\d{1,2})?) ?%|百分之(?P<words>[一二三四五六七八九十]{1,3})")
_PERIOD = re.compile(r"每(?:半?年|季|月|学期|期|次)|年租金|月租金|按[年季月期]|逐年")
_MOST_PERIODS = 36


def _is_percent(value: Decimal, whole: Decimal, text: str) -> bool:
    """Whether a value is a share of the whole that the text states in percent."""
    if not 0 < value < whole:
        return False
    told = {
        Decimal(found["digits"]) if found["digits"] else _below_hundred(found["words"])
        for found in _PERCENT.finditer(text)
    }
    return any(abs(each * whole / 100 - value) < 1 for each in told)


def _below_hundred(words: str) -> Decimal:
    """What 三十五 is worth."""
    tens, ten, ones = words.rpartition("十")
    return Decimal((_ONES.find(tens or "一") if ten else 0) * 10 + max(0, _ONES.find(ones or "〇")))


_ONES = "〇一二三四五六七八九"


def _is_period(value: Decimal, whole: Decimal, text: str) -> bool:
    """Whether a value is that of one of several equal periods."""
    times = whole / value if value else _NOTHING
    return 1 < times <= _MOST_PERIODS and times == times.to_integral_value() and bool(_PERIOD.search(text))


def writings(value: Decimal, text: str) -> Iterator[str]:
    """An amount as tables and receipts write it."""
    yield f"{value:,.2f}"
    yield f"{value:.2f}"
    if value == value.to_integral_value():
        yield f"{value:,.0f}"
        yield f"{value:.0f}"
    if "万" in text:
        # The unit stands behind the number, or in the head of its table.
        yield f"{(value / 10_000).normalize():f}万"
        yield f"{(value / 10_000).normalize():f}"
        # Columns in 万元 have two places, as 13.00.
        if value % 100 == 0:
            yield f"{value / 10_000:.2f}"


def any_of(writings: Sequence[str]) -> re.Pattern[str]:
    """What finds any of these writings of amounts, and none within a longer number."""
    words = "|".join(re.escape(text) for text in list(dict.fromkeys(writings))[:_MOST_PLACES] if text)
    return re.compile(rf"(?<![\d.,\-])(?:{words})(?![\d\-]|[.,]\d| ?[万亿年月])") if words else _NEVER


_NEVER = re.compile(r"(?!)")


def _gap(place: int, written: re.Pattern[str], rows: Sequence[str]) -> int:
    """How many lines lie between a place and the nearest line where it stands; many where it is not near."""
    for gap in range(_NEAR_LINES + 1):
        for near in {place - gap, place + gap}:
            if 0 <= near < len(rows) and written.search(rows[near]):
                return gap
    return _NEAR_LINES + 1


def _own_rows(bill: BillFacts, says: Extraction, ocr: bool) -> list[Amount]:
    """The amounts in rows of a list that are the unit's, or else the payer's."""
    for name in (bill.unit_name, bill.payer_name):
        own = [one for one in says.amounts if one.owner and same_name(one.owner, name, read_by_ocr=ocr)]
        if own:
            return own
    return []


def _in_rows(value: Decimal, used: Decimal, rows: Sequence[Amount], says: Extraction) -> Features:
    """How the bill's total fits the rows of a list that are its unit's or its payer's."""
    owned = any(one.owner for one in says.amounts)
    if not rows:
        return {"list_without_us": float(owned)}
    best = max(rows, key=_share)
    owners = {one.owner for one in rows}
    equal = max((_share(one) for one in rows if one.value == value), default=0.0)
    rival = max((_share(one) for one in rows if one.value != value), default=0.0)
    counted = [one.value for one in rows if _share(one) > _HALF]
    found = {
        "row": 1.0,
        "row_best": float(best.value == value),
        "row_has": float(any(one.value == value for one in rows)),
        "row_alone": float(len({one.value for one in rows}) == 1),
        "row_rest": float(used > 0 and used + value == best.value),
        "row_rest_any": float(used > 0 and any(used + value == one.value for one in rows)),
        "row_within": float(used > 0 and used + value < best.value),
        "row_sum": float(len(counted) > 1 and value == sum(counted, _NOTHING) - used),
        "row_others": float(
            any(one.value == value and one.owner and one.owner not in owners for one in says.amounts)
        ),
        "row_below": float(value < best.value),
    }
    found["row_neither"] = float(
        not (found["row_has"] or found["row_rest"] or found["row_within"] or found["row_sum"])
    )
    return found | _steps("row_lead", max(0.0, equal - rival)) | _steps("row_lag", max(0.0, rival - equal))


def _is_of_receipts(value: Decimal, bill: BillFacts, file: File) -> bool:
    """Whether a value is what several receipts of one file, each with its amount in words, say that the unit received."""
    unit = packed(bill.unit_name)
    worded = {packed(one.found.text): one.value for one in file.says.amounts if one.words}
    if len(worded) < _FEWEST_RECEIPTS or len(unit) < _FEWEST_RECEIPTS:
        return False
    received: list[Decimal] = []
    named = False
    for row in ("".join(map(packed, cells)) for cells in file.laid):
        named = named or unit in row
        told = next((amount for words, amount in worded.items() if words in row), None)
        if told is not None:
            received += [told] if named else []
            named = False
    return len(received) >= _FEWEST_RECEIPTS and sum(received, _NOTHING) == value


_FEWEST_RECEIPTS = 2
_HALF = 0.5


def _share(one: Amount) -> float:
    return max(one.share, one.likely, one.stage)


def _is_sum(value: Decimal, parts: Sequence[Decimal]) -> bool:
    distinct = list(dict.fromkeys(parts))[:8]
    return any(
        sum(distinct[start:end]) == value
        for start in range(len(distinct))
        for end in range(start + 2, len(distinct) + 1)
    )


def _is_slip(value: Decimal, other: Decimal) -> bool:
    """Whether two amounts differ as by a slip of the fingers."""
    one, two = f"{value:.2f}", f"{other:.2f}"
    return one != two and (
        Levenshtein.distance(one, two) == 1 or (len(one) == len(two) and sorted(one) == sorted(two))
    )


_FEWEST, _TELLING = 2, 4
#: Kinds of money that are about anything.
_BROAD = frozenset({"service", "loan"})
#: Items under which money of any purpose is received.
_FOR_ANYTHING = re.compile(r"往来|代收代付|暂收款|其他(?:收入|收费|款项)")
_WORD = re.compile(r"[\u4e00-\u9fff]{2}")


def bill_texts(bill: BillFacts) -> list[str]:
    """Texts of a bill that describe its purpose: items, remark, and text fields of its kind."""
    extra = [value for value in bill.extension.values() if not is_organisation(value)]
    texts = dict.fromkeys((*bill.item_names, bill.remark, *extra))
    return [text for text in texts if _WORD.search(text)]


def purpose_features(texts: Sequence[str], file: File) -> Features:
    """How well the purpose of the bill (items, remark) fits the phrases of the file."""
    says, text = file.says, file.packed
    stated = says.purpose.value if says.purpose else ""
    likeness = compare_topics(texts, stated) if stated else Likeness.UNTOLD
    phrases = telling_phrases(texts, _FEWEST)
    specific = max((len(phrase) for phrase in phrases if phrase in text), default=0)
    found = {
        "bias": 1.0,
        "stated": float(bool(stated)),
        f"likeness:{likeness.value}": 1.0,
        "closest": max((partial_ratio(each, stated) / 100 for each in texts), default=0.0) if stated else 0.0,
        "item_stands": float(any(each in text for each in texts)),
        "specific": min(specific, 8) / 8,
        "telling": float(bool(phrases)),
        "telling_absent": float(bool(phrases) and specific == 0),
        "in_text": max((partial_ratio(each, text[:6_000]) / 100 for each in texts), default=0.0),
        "sure": says.purpose.confidence if says.purpose else 0.0,
        f"kind:{says.kind}": 1.0,
    }
    found |= _of_kinds(texts, stated, file.text)
    # The bill's very words stand there, and they are no words of any bill; or it says nothing that tells money apart.
    says_little = not phrases and kinds_of(texts) <= _BROAD and found["kinds_shown"] <= found["kinds_agree"]
    says_nothing = all(_FOR_ANYTHING.search(each) for each in texts)
    found[SILENT] = float(
        says_nothing or says_little or (bool(found["item_stands"]) and specific >= _TELLING)
    )
    found |= _steps("shared", _shared(phrases, text))
    if likeness is Likeness.DIFFERENT and specific == 0:
        found["different&absent"] = 1.0
    return found


def _of_kinds(texts: Sequence[str], stated: str, text: str) -> Features:
    """Whether the file speaks of the kind of money that the bill is for."""
    ours = kinds_of(texts)
    title = text[:_TITLE]
    weights = weights_of(text[:_MOST_TEXT])
    ranked = sorted(weights, key=lambda name: weights[name], reverse=True)
    shown = kinds_of([title, stated])
    share = sum(weights.get(name, 0.0) for name in ours)
    told = {
        "kinds": float(bool(ours)),
        "kinds_shown": float(bool(shown)),
        "kinds_agree": float(bool(ours & shown)),
        "kinds_differ": float(bool(ours) and bool(shown) and not ours & shown),
        "kinds_absent": float(bool(ours) and bool(weights) and share == 0),
        "kinds_first": float(bool(ranked) and ranked[0] in ours),
        "kinds_second": float(bool(ours & set(ranked[:2]))),
    }
    if ours:
        told |= _steps("kinds_share", share)
    return told


_TITLE, _MOST_TEXT = 90, 8_000


def _shared(phrases: Sequence[str], text: str) -> float:
    pairs = {phrase[start : start + 2] for phrase in phrases for start in range(len(phrase) - 1)}
    return sum(pair in text for pair in pairs) / len(pairs) if pairs else 0.0
