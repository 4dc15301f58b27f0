"""Checks of time and purpose: does the bill fall into the file's period, and is it for the same purpose?"""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from mingpiao.evidence.comparing.files import File, absent
from mingpiao.evidence.comparing.topics import Likeness, compare_topics, telling_phrases
from mingpiao.evidence.comparing.weighed import Certainty, doubt_about, held_against
from mingpiao.evidence.extraction.dates import days_in
from mingpiao.evidence.model import BillFacts, Claim, ClaimVerdict, Mark
from mingpiao.evidence.weighing.claims import bill_texts
from mingpiao.evidence.weighing.model import Learnt
from mingpiao.reading.model import Found

#: From this length (characters) on, a phrase does not appear in a file by chance.
_LONG_PHRASE = 5
#: From this probability on a day is taken for what it seems to be.
_SURELY = 0.8
#: Under agreements money is paid before their period begins, and settled some time after it ends.
_AGREED = ("contract", "donation")
_SETTLING = timedelta(days=31)
#: Nobody signs so long after; a scan's year was misread.
_MISREAD_YEARS = timedelta(days=700)
#: From so many days or rows on a file is a list of payments; a bill follows its payment soon.
_MANY_DAYS, _SOON = 3, timedelta(days=20)


def dates(bill: BillFacts, file: File) -> Claim:
    """Whether a file was signed before the bill was issued, and the bill lies within the file's period."""
    return _dates(bill, file) or absent("date", bill.issued_on.isoformat(), "材料中没有载明日期或期限。")


def _dates(bill: BillFacts, file: File) -> Claim | None:
    says = file.says
    signed, start, end = (_day(found) for found in (says.signed_on, says.starts_on, says.ends_on))
    on = bill.issued_on
    if signed and signed > on:
        sentence = f"材料于 {signed} 签订，晚于开票日期 {on}。"
        several = (says.kind == "transfer" or "纪要" in file.text) and _told_day(bill, file)
        misread = file.read_by_ocr and signed - on > _MISREAD_YEARS
        return _date_claim(bill, file, says.signed_on, sentence, False, unclear=several or misread)
    agreed = says.kind in _AGREED
    if end and end < on:
        sentence = f"材料的期限至 {end} 止，开票日期 {on} 已经超过。"
        settled = on - end <= _SETTLING or (agreed and _lists(file))
        return _date_claim(bill, file, says.ends_on, sentence, False, late=settled)
    if start and start > on:
        sentence = f"材料的期限自 {start} 起，开票日期 {on} 尚未开始。"
        return _date_claim(bill, file, says.starts_on, sentence, False, late=signed is not None)
    if start or end:
        return _date_claim(
            bill, file, says.starts_on or says.ends_on, f"开票日期 {on} 在材料的期限之内。", True
        )
    if signed:
        return _date_claim(bill, file, says.signed_on, f"材料于 {signed} 签订，不晚于开票日期 {on}。", True)
    return None


def _day(found: Found | None) -> date | None:
    return date.fromisoformat(found.value) if found else None


def _told_day(bill: BillFacts, file: File) -> bool:
    """Whether a file of many days, such as a statement, names one within some days before the bill."""
    days = set(days_in(file.text))
    return len(days) >= _MANY_DAYS and any(day <= bill.issued_on <= day + _SOON for day in days)


def _lists(file: File) -> bool:
    """Whether a file lists what many gave or got: its period is that of the list, and binds nobody."""
    return sum(party.amount is not None for party in file.says.parties) >= _MANY_DAYS


def _date_claim(
    bill: BillFacts,
    file: File,
    found: Found | None,
    sentence: str,
    agrees: bool,
    *,
    late: bool = False,
    unclear: bool = False,
) -> Claim:
    """A claim about a day; `late` tells that money may well move on a day like this.

    `unclear` tells that another day of the file may be meant.
    """
    told = [fact for fact in ("signed_on", "starts_on", "ends_on") if getattr(file.says, fact) is found]
    unsure = unclear or any(file.says.likely.get(fact, 1.0) < _SURELY for fact in told)
    if not agrees and unsure:
        sentence = sentence.removesuffix("。") + "；这个日期识别得不可靠，不能判断，请对照材料核对。"
        verdict = ClaimVerdict.HINT
    elif late:
        sentence = sentence.removesuffix("。") + "，请核对是否为预付款或尾款。"
        verdict = ClaimVerdict.HINT
    else:
        verdict = ClaimVerdict.AGREE if agrees else ClaimVerdict.CONTRADICT
    return Claim(
        name="date",
        verdict=verdict,
        expected=bill.issued_on.isoformat(),
        found=found.value if found else "",
        explanation=sentence,
        marks=file.marks([found]),
    )


def purpose(bill: BillFacts, file: File, learnt: Learnt) -> Claim:
    """Whether the bill's purpose is that of a file; only a clearly different purpose contradicts."""
    told = _weighed(bill, shown(bill), by_rules(bill, file), file, learnt)
    return told or absent("purpose", shown(bill), "材料或票面没有写明可以比对的用途。")


def shown(bill: BillFacts) -> str:
    """The purpose of a bill in its own words."""
    return "、".join(dict.fromkeys(bill_texts(bill)))


def by_rules(bill: BillFacts, file: File) -> Claim | None:
    """Whether the bill's purpose is that of one file, by rules alone; None where it cannot be compared."""
    texts = bill_texts(bill)
    stated = file.says.purpose
    if stated is None:
        return None
    likeness = compare_topics(texts, stated.value)
    if likeness is Likeness.DIFFERENT and _written_elsewhere(texts, file):
        likeness = Likeness.SAME
    if likeness is Likeness.UNTOLD:
        return None
    agrees = likeness is Likeness.SAME
    return Claim(
        name="purpose",
        verdict=ClaimVerdict.AGREE if agrees else ClaimVerdict.CONTRADICT,
        expected=shown(bill),
        found=stated.value,
        explanation=f"票面写明“{shown(bill)}”，材料载明的用途为“{stated.value}”，"
        + ("两者相符。" if agrees else "看不出是同一事项。"),
        marks=file.marks([stated]),
    )


def _weighed(bill: BillFacts, texts: str, claim: Claim | None, file: File, learnt: Learnt) -> Claim | None:
    """The claim that rules made, held against what is likely."""
    ruled = claim is not None and claim.verdict is ClaimVerdict.CONTRADICT
    doubt = doubt_about("purpose", bill, file, learnt, claim)
    stated = claim or absent("purpose", texts, "")
    if doubt is Certainty.SURE and not ruled:
        sentence = f"票面写明“{texts}”，材料全文没有写到这样的款项。"
        return msgspec.structs.replace(stated, verdict=ClaimVerdict.CONTRADICT, explanation=sentence)
    told = held_against(stated, doubt, f"票面写明的“{texts}”与材料载明的用途是不是同一事项")
    return claim if told is stated else told


def _written_elsewhere(texts: Sequence[str], file: File) -> bool:
    """Whether a specific phrase of the bill appears in the file outside the purpose that the file states."""
    return any(phrase in file.packed for phrase in telling_phrases(texts, _LONG_PHRASE))


def seal(_bill: BillFacts, files: Sequence[File]) -> Claim:
    """Whether the files show red seals. Only a hint: a copy may be grey, and a red shape may be a logo."""
    marks = tuple(Mark(digest=file.digest, place=place) for file in files for place in file.says.seals)
    without = sum(1 for file in files if not file.says.seals)
    sentence = (
        f"材料上识别到 {len(marks)} 处红色印章。"
        if marks
        else "材料上没有识别到红色印章，请核对是否为盖章件。"
    )
    if marks and without:
        sentence += f"另有 {without} 份材料没有识别到印章。"
    return Claim(
        name="seal",
        verdict=ClaimVerdict.HINT if files else ClaimVerdict.ABSENT,
        expected="",
        found=str(len(marks)),
        explanation=sentence,
        marks=marks,
    )
