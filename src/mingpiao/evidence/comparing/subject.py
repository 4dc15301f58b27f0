"""Does the bill fall into the paper's time, and is it for what the paper is about."""

from collections.abc import Sequence
from datetime import date

from mingpiao.evidence.comparing.papers import Paper, absent, worst
from mingpiao.evidence.comparing.topics import topics_of
from mingpiao.evidence.model import BillFacts, Claim, Found, Mark, Verdict


def dates(bill: BillFacts, papers: Sequence[Paper]) -> Claim:
    """Was the paper signed before the bill, and is the bill within its period."""
    claims = [claim for paper in papers if (claim := _dates(bill, paper)) is not None]
    return (
        worst(claims) if claims else absent("date", bill.issued_on.isoformat(), "材料中没有载明日期或期限。")
    )


def _dates(bill: BillFacts, paper: Paper) -> Claim | None:
    says = paper.says
    signed, start, end = (_day(found) for found in (says.signed_on, says.starts_on, says.ends_on))
    on = bill.issued_on
    if signed and signed > on:
        return _date_claim(bill, paper, says.signed_on, f"材料于 {signed} 签订，晚于开票日期 {on}。", False)
    if end and end < on:
        return _date_claim(
            bill, paper, says.ends_on, f"材料的期限至 {end} 止，开票日期 {on} 已经超过。", False
        )
    if start and start > on:
        return _date_claim(
            bill, paper, says.starts_on, f"材料的期限自 {start} 起，开票日期 {on} 尚未开始。", False
        )
    if start or end:
        return _date_claim(
            bill, paper, says.starts_on or says.ends_on, f"开票日期 {on} 在材料的期限之内。", True
        )
    if signed:
        return _date_claim(bill, paper, says.signed_on, f"材料于 {signed} 签订，不晚于开票日期 {on}。", True)
    return None


def _day(found: Found | None) -> date | None:
    return date.fromisoformat(found.value) if found else None


def _date_claim(bill: BillFacts, paper: Paper, found: Found | None, sentence: str, agrees: bool) -> Claim:
    return Claim(
        name="date",
        verdict=Verdict.AGREE if agrees else Verdict.CONTRADICT,
        expected=bill.issued_on.isoformat(),
        found=found.value if found else "",
        explanation=sentence,
        marks=paper.marks([found]),
    )


def purpose(bill: BillFacts, papers: Sequence[Paper]) -> Claim:
    """Is the bill for what the paper is about; only words clearly of another class contradict."""
    items = "、".join((*bill.item_names, *filter(None, [bill.remark])))
    claims = [claim for paper in papers if (claim := _purpose(bill, items, paper)) is not None]
    return worst(claims) if claims else absent("purpose", items, "材料或票面没有写明可以比对的用途。")


def _purpose(bill: BillFacts, items: str, paper: Paper) -> Claim | None:
    stated = paper.says.purpose
    if stated is None:
        return None
    wanted, told = topics_of(items), topics_of(stated.value)
    if not wanted or not told:
        return None
    agrees = bool(wanted & told)
    return Claim(
        name="purpose",
        verdict=Verdict.AGREE if agrees else Verdict.CONTRADICT,
        expected=items,
        found=stated.value,
        explanation=f"票面项目为“{items}”，材料载明的用途为“{stated.value}”，"
        + ("两者相符。" if agrees else "不属于同一类事项。"),
        marks=paper.marks([stated]),
    )


def seal(_bill: BillFacts, papers: Sequence[Paper]) -> Claim:
    """Red seals, as a hint only: a copy may be grey, and a colour may be a logo."""
    marks = tuple(Mark(digest=paper.digest, place=place) for paper in papers for place in paper.says.seals)
    without = sum(1 for paper in papers if not paper.says.seals)
    sentence = (
        f"材料上识别到 {len(marks)} 处红色印章。"
        if marks
        else "材料上没有识别到红色印章，请核对是否为盖章件。"
    )
    if marks and without:
        sentence += f"另有 {without} 份材料没有识别到印章。"
    return Claim(
        name="seal",
        verdict=Verdict.HINT if papers else Verdict.ABSENT,
        expected="",
        found=str(len(marks)),
        explanation=sentence,
        marks=marks,
    )
