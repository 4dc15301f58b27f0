"""检查报告: what was inspected, how it was drawn, what was found, and what that says of the whole."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from mingpiao.inspections.extrapolating import AmountEstimate, ShareEstimate, amount_of, share_of
from mingpiao.inspections.statements import UnitStatement
from mingpiao.inspections.work import InspectedBill, Inspection, PaperVerdict, StratumFigures
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import BillIdentity
from mingpiao.layout.service import Paper, PaperColumn, PaperTable

_COLUMNS = (
    PaperColumn(heading="序号", share=0.7),
    PaperColumn(heading="单位", share=3.2),
    PaperColumn(heading="票据号码", share=1.8),
    PaperColumn(heading="票面金额（元）", share=1.8, align="right"),
    PaperColumn(heading="问题金额（元）", share=1.8, align="right"),
    PaperColumn(heading="处理", share=1.3),
)


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a sample, and what it says of the population."""

    examined: int
    wrong: int
    breaches: int
    share: ShareEstimate
    amount: AmountEstimate


class ReportParts(msgspec.Struct, frozen=True, kw_only=True):
    """All that a report is made of. `present` are names of units now, by id; `fates` what became of cases, by case."""

    inspection: Inspection
    department: str
    sentence: str
    strata: Sequence[StratumFigures]
    bills: Sequence[InspectedBill]
    statements: Sequence[UnitStatement]
    inspectors: Sequence[str]
    present: Mapping[int, str]
    fates: Mapping[int, str]


def findings_of(
    inspection: Inspection, strata: Sequence[StratumFigures], bills: Sequence[InspectedBill]
) -> Findings:
    """The findings of an inspection so far."""
    method = inspection.query.sample.method
    return Findings(
        examined=sum(bill.verdict is not None for bill in bills),
        wrong=sum(bill.verdict is PaperVerdict.WRONG for bill in bills),
        breaches=sum(bill.case_id is not None for bill in bills),
        share=share_of(method, strata, bills),
        amount=amount_of(method, strata, bills, inspection.step_amount),
    )


def told_share(share: ShareEstimate) -> str:
    """The share of bills that are wrong, in a sentence."""
    if share.low is None or share.high is None:
        return f"样本中{share.looked_at}张已检查，{share.found}张有问题。{share.reason}"
    return (
        f"样本中{share.looked_at}张有{share.found}张有问题。据此推断，总体中有问题的票据约占{share.share:.2%}，"
        f"有95%的把握在{share.low:.2%}至{share.high:.2%}之间。"
    )


def told_amount(amount: AmountEstimate) -> str:
    """The amount that is wrong, in a sentence."""
    found = f"样本中有问题的金额{amount.found:,.2f}元。"
    if amount.amount is None or amount.high is None or amount.low is None:
        return found + amount.reason
    return (
        f"{found}据此推断，总体中有问题的金额约{amount.amount:,.2f}元，有95%的把握在"
        f"{amount.low:,.2f}元至{amount.high:,.2f}元之间。"
    )


def report_of(parts: ReportParts, at: datetime) -> Paper:
    """The report as a paper; units bear the name of the day of the draw, with the present one beside it."""
    inspection = parts.inspection
    found = findings_of(inspection, parts.strata, parts.bills)
    wrong = [bill for bill in parts.bills if bill.verdict is PaperVerdict.WRONG]
    return Paper(
        title="监督检查报告",
        serial=f"检查编号：{inspection.inspection_id}",
        paragraphs=tuple(_paragraphs(parts, found)),
        table=PaperTable(columns=_COLUMNS, rows=tuple(_row(bill, parts) for bill in wrong))
        if wrong
        else None,
        closing=tuple(_closing(parts)),
        day=f"{parts.department}　{to_shanghai(at):%Y年%-m月%-d日}",
    )


def _paragraphs(parts: ReportParts, found: Findings) -> list[str]:
    inspection = parts.inspection
    drawn = (
        f"二、抽样。符合条件的票据{inspection.population:,}张，{inspection.population_units:,}家单位，"
        f"金额{inspection.population_amount:,.2f}元。{inspection.query.sample.method.label}，抽出{inspection.drawn:,}张，"
        f"金额{inspection.drawn_amount:,.2f}元。随机种子{inspection.seed}，用同一种子可以重抽核对。"
    )
    return [
        f"一、检查对象。{inspection.name}：{parts.sentence}",
        drawn + "".join(inspection.warnings),
        f"三、检查情况。检查人员{'、'.join(parts.inspectors)}，已检查{found.examined:,}张，有问题{found.wrong:,}张，"
        f"认定违规{found.breaches:,}张。",
        f"四、推断。{told_share(found.share)}{told_amount(found.amount)}",
    ]


def _row(bill: InspectedBill, parts: ReportParts) -> tuple[str, ...]:
    present = parts.present.get(bill.unit_id, bill.unit_name)
    renamed = f"（现名{present}）" if present != bill.unit_name else ""
    fate = parts.fates.get(bill.case_id, "认定违规") if bill.case_id else "已提出"
    return (
        str(bill.place),
        bill.unit_name + renamed,
        BillIdentity.from_bill_id(bill.bill_id).number,
        f"{bill.total:,.2f}",
        f"{bill.wrong_amount:,.2f}",
        fate,
    )


def _closing(parts: ReportParts) -> list[str]:
    inspection = parts.inspection
    asked = len(parts.statements)
    answered = [each for each in parts.statements if each.answered_at is not None]
    told = [
        f"五、单位说明。请{asked}家单位说明，{len(answered)}家作了说明。"
        if asked
        else "五、单位说明。没有需要说明的单位。"
    ]
    told += [f"{parts.present.get(each.unit_id, '')}：{each.answer}" for each in answered]
    told.append(f"六、结论。{inspection.conclusion or '检查还没有办结。'}")
    return told
