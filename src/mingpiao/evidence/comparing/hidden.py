"""The check of text that nobody sees, or not so: it is no evidence, and a bill that it alone supports contradicts."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from mingpiao.evidence.comparing.files import File, absent, worst
from mingpiao.evidence.extraction.characters import packed
from mingpiao.evidence.model import BillFacts, Claim, ClaimVerdict, HiddenText
from mingpiao.evidence.weighing.claims import any_of, writings
from mingpiao.kernel.money import plain

NAME = "hidden"
_SHORTEST_NAME = 2


def hidden(bill: BillFacts, files: Sequence[File]) -> Claim:
    """Whether the files have text that nobody sees, and whether something of the bill stands only there."""
    claims = [_claim(bill, file, one) for file in files for one in file.says.hidden]
    if claims:
        return worst(claims)
    if not files:
        return absent(NAME, "", "没有可供查看的佐证材料。")
    return Claim(
        name=NAME,
        verdict=ClaimVerdict.AGREE,
        expected="",
        found="",
        explanation="材料中没有发现看不见的文字。",
    )


def _claim(bill: BillFacts, file: File, one: HiddenText) -> Claim:
    alone = list(_only_there(bill, file, one))
    return Claim(
        name=NAME,
        verdict=ClaimVerdict.CONTRADICT if alone else ClaimVerdict.HINT,
        expected="、".join(alone),
        found=one.found.text,
        explanation=_belied(one, alone) if one.shown else _unseen(one, alone),
        marks=file.marks([one.found]),
    )


def _unseen(one: HiddenText, alone: Sequence[str]) -> str:
    where = f"第 {one.page} 页看不见的文字"
    if alone:
        return (
            f"票面的{'、'.join(alone)}只出现在材料{where}“{one.found.text}”里，页面上没有，材料可能被改动。"
        )
    return f"材料{where}“{one.found.text}”没有作为佐证内容，请留意材料是否被改动。"


def _belied(one: HiddenText, alone: Sequence[str]) -> str:
    says = f"材料第 {one.page} 页上看到的是“{one.shown}”，文件中的文字却是“{one.found.text}”"
    if alone:
        return f"票面的{'、'.join(alone)}只与文件中的文字相符：{says}，材料可能被改动。"
    return f"{says}，已按看到的内容识别，请留意材料是否被改动。"


def _only_there(bill: BillFacts, file: File, one: HiddenText) -> Iterator[str]:
    """What of the bill stands in text that nobody sees and nowhere on the pages."""
    shown, covert = file.folded, packed(one.found.value)
    stated = any(amount.value == bill.total for amount in file.says.amounts)
    if bill.total in one.amounts and not stated and not _stands(bill.total, file):
        yield f"金额 {plain(bill.total)} 元"
    # A name that was recognised on another page may have been misread there.
    for label, name in (
        () if file.read_by_ocr else (("缴款人", bill.payer_name), ("收款单位", bill.unit_name))
    ):
        bare = packed(name)
        if len(bare) >= _SHORTEST_NAME and bare in covert and bare not in shown:
            yield f"{label}“{name}”"


def _stands(value: Decimal, file: File) -> bool:
    """Whether the pages show an amount in digits, and not only within a longer number."""
    written = any_of([*writings(value, file.text), f"{value:,.2f}".replace(",", " ")])
    return any(written.search(row) for row in file.rows)
