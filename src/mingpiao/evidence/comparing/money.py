"""Checks of money: is the bill's amount stated in the files, and have other bills used it up already?"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from mingpiao.evidence.comparing.files import File, absent, worst
from mingpiao.evidence.comparing.weighed import Certainty, doubt_about, held_against
from mingpiao.evidence.extraction.names import same_name
from mingpiao.evidence.model import Amount, BillFacts, Claim, ClaimVerdict, Extraction, LikePaper, Party
from mingpiao.evidence.weighing.model import Learnt
from mingpiao.kernel.money import in_words, plain
from mingpiao.reading.model import Found

_NOTHING = Decimal(0)
#: From this probability on an amount is taken for the limit of all bills together.
_SURELY = 0.8
#: OCR confidence of a line above which each single character is trusted.
_READ_WELL = 0.95


def amount(bill: BillFacts, file: File, learnt: Learnt) -> Claim:
    """Whether the bill's total is an amount in a file, or fits into the rest of its stated total."""
    return _weighed(bill, by_rules(bill, file), file, learnt)


def _weighed(bill: BillFacts, claim: Claim, file: File, learnt: Learnt) -> Claim:
    """The claim that rules made, held against what is likely."""
    ruled = claim.verdict is ClaimVerdict.CONTRADICT
    doubt = doubt_about("amount", bill, file, learnt, claim)
    stated = sorted(file.says.amounts, key=lambda one: -max(one.likely, one.stage, one.share))
    others = [one for one in stated if one.value != bill.total][:1]
    if doubt is Certainty.SURE and not ruled and others:
        sentence = f"票面金额为 {plain(bill.total)} 元，从材料看应为 {_listed(others)} 元，两者不一致。"
        return _claim(bill, ClaimVerdict.CONTRADICT, others, file, sentence)
    return held_against(claim, doubt, f"票面金额 {plain(bill.total)} 元是不是材料中应计的金额")


def by_rules(bill: BillFacts, file: File) -> Claim:
    """Whether one file states the bill's total, by rules alone."""
    own = _own_share(bill, file)
    stated = file.says.amounts
    if own is not None:
        return _share(bill, file, own)
    equal = [one for one in stated if one.value == bill.total and _counts(one)]
    if equal:
        return _claim(
            bill,
            ClaimVerdict.AGREE,
            equal,
            file,
            f"材料载明{_kind(equal[0])} {plain(bill.total)} 元，与票面金额一致。",
        )
    totals = file.says.totals
    if not totals:
        return absent("amount", plain(bill.total), "材料中没有识别到可比对的金额。")
    total = totals[0].value
    used = file.usage.amount if file.usage else _NOTHING
    if _by_parts(file) and used + bill.total <= total:
        sentence = f"材料载明总金额 {plain(total)} 元，此前已开具 {plain(used)} 元，本次 {plain(bill.total)} 元在剩余金额之内。"
        return _claim(bill, ClaimVerdict.AGREE, totals, file, sentence)
    sentence = f"票面金额为 {plain(bill.total)} 元，材料载明的金额为 {_listed(totals)} 元，两者不一致。"
    return _claim(bill, ClaimVerdict.CONTRADICT, totals, file, sentence)


def _counts(one: Amount) -> bool:
    return bool(one.role)


def _by_parts(file: File) -> bool:
    """Whether bills may use parts of the total that the file does not state.

    A transfer or a grant in an official document is one amount. Its total is used in parts only when an
    earlier bill has used a part already.
    """
    if file.says.kind in ("transfer", "policy"):
        return file.usage is not None and file.usage.amount > 0
    return not any(one.role == "instalment" for one in file.says.amounts)


def _kind(one: Amount) -> str:
    return {"total": "金额", "instalment": "分期金额", "deposit": "保证金"}.get(one.role, "金额")


def _listed(amounts: Iterable[Amount]) -> str:
    return "、".join(dict.fromkeys(plain(one.value) for one in amounts))


class _Share(NamedTuple):
    """The rows of a list in the file that name the unit as recipient or the payer: their amounts and names."""

    amounts: tuple[Decimal, ...]
    names: tuple[Found, ...]

    @property
    def total(self) -> Decimal:
        return sum(self.amounts, _NOTHING)


def _own_share(bill: BillFacts, file: File) -> _Share | None:
    unit = _share_of(bill.unit_name, file.says.parties, read_by_ocr=file.read_by_ocr)
    return unit or _share_of(bill.payer_name, file.says.parties, read_by_ocr=file.read_by_ocr)


def _share_of(name: str, parties: Iterable[Party], *, read_by_ocr: bool) -> _Share | None:
    rows = [
        (party.amount, party.name)
        for party in parties
        if party.amount is not None and same_name(party.name.value, name, read_by_ocr=read_by_ocr)
    ]
    if not rows:
        return None
    return _Share(tuple(amount for amount, _ in rows), tuple(found for _, found in rows))


def stated_for(unit_name: str, says: Extraction, *, read_by_ocr: bool) -> Decimal | None:
    """The sum of a unit's rows in the file's list, else the file's total, in 元; None when it states none."""
    share = _share_of(unit_name, says.parties, read_by_ocr=read_by_ocr)
    return share.total if share else says.total


def _share(bill: BillFacts, file: File, share: _Share) -> Claim:
    used = file.usage.amount if file.usage else _NOTHING
    agrees = bill.total in (*share.amounts, share.total) or (used > 0 and used + bill.total <= share.total)
    stated = "、".join(plain(amount) for amount in share.amounts)
    return Claim(
        name="amount",
        verdict=ClaimVerdict.AGREE if agrees else ClaimVerdict.CONTRADICT,
        expected=plain(bill.total),
        found=stated,
        explanation=f"材料给“{share.names[0].value}”列明 {stated} 元，票面金额为 {plain(bill.total)} 元，"
        + ("两者相符。" if agrees else "两者不一致。"),
        marks=file.marks(share.names),
    )


def _claim(
    bill: BillFacts, verdict: ClaimVerdict, amounts: Sequence[Amount], file: File, sentence: str
) -> Claim:
    return Claim(
        name="amount",
        verdict=verdict,
        expected=plain(bill.total),
        found=_listed(amounts),
        explanation=sentence,
        marks=file.marks(one.found for one in amounts),
    )


def words(_bill: BillFacts, files: Sequence[File]) -> Claim:
    """Whether amounts in words equal those in digits within each file; the bill is not used."""
    claims = [claim for file in files if (claim := _words(file)) is not None]
    return worst(claims) if claims else absent("words", "", "材料中没有大写金额。")


def _words(file: File) -> Claim | None:
    digits = {one.value for one in file.says.amounts if not one.words}
    written = [one for one in file.says.amounts if one.words]
    differing = [
        one
        for one in written
        if one.beside is not None
        and one.value != one.beside
        and one.value not in digits
        and not _is_cut_off(one)
        and not _may_be_misread(one, file)
        and not _digits_doubtful(one, file)
    ]
    repeated = [one for one in written if one.value in digits]
    if differing:
        first = differing[0]
        verdict, shown = ClaimVerdict.CONTRADICT, differing
        sentence = (
            f"材料中的大写金额“{first.found.text}”（{plain(first.value)} 元）"
            f"与小写金额 {plain(first.beside or _NOTHING)} 元不一致。"
        )
    elif repeated:
        verdict, shown = ClaimVerdict.AGREE, repeated
        sentence = "材料中的大写金额与小写金额一致。"
    else:
        return None
    return Claim(
        name="words",
        verdict=verdict,
        expected="",
        found="、".join(dict.fromkeys(one.found.text for one in shown)),
        explanation=sentence,
        marks=file.marks(one.found for one in shown),
    )


def _is_cut_off(one: Amount) -> bool:
    """Whether an amount in words is a beginning or an end of what the digits beside it are in words: a line broke it."""
    if one.beside is None or one.value >= one.beside:
        return False
    whole, read = (
        in_words(one.beside),
        one.found.text.replace("圆", "元").replace(" ", "").replace("正", "整"),
    )
    return whole.startswith(read) or whole.endswith(read) or f"{one.beside:.2f}".endswith(f"{one.value:.2f}")


def _may_be_misread(one: Amount, file: File) -> bool:
    """Whether an amount in words differs from the digits beside it as OCR may have misread them: in one character, or in the point."""
    if one.beside is None or not file.read_by_ocr:
        return False
    # Of digits in boxes the point is easily lost or seen where none is.
    if one.value in (one.beside * 100, one.beside / 100):
        return True
    right = in_words(one.beside).rstrip("整")
    read = one.found.text.replace("圆", "元").replace(" ", "").rstrip("整正")
    return Levenshtein.distance(right, read, score_cutoff=1) <= 1 and (
        one.found.confidence < _READ_WELL or _under_a_seal(one.found, file)
    )


def _digits_doubtful(one: Amount, file: File) -> bool:
    """Whether the digits beside an amount in words were hardly read as money, on a scan."""
    beside = [each.likely for each in file.says.amounts if not each.words and each.value == one.beside]
    return file.read_by_ocr and one.likely > 0 and max(beside, default=0.0) < _SURELY


def _under_a_seal(found: Found, file: File) -> bool:
    return any(
        place.page == seal.page
        and min(place.right, seal.right) > max(place.left, seal.left)
        and min(place.bottom, seal.bottom) > max(place.top, seal.top)
        for place in found.places
        for seal in file.says.seals
    )


def _together(file: File) -> str:
    copied = file.usage is not None and file.usage.paper and file.usage.bills
    return "（包括同一份材料的其他文件）" if copied else ""


def usage(bill: BillFacts, file: File) -> Claim:
    """Whether this bill and earlier ones together use more than a file states."""
    return _usage(bill, file) or absent("usage", plain(bill.total), "材料中没有载明可累计使用的总金额。")


def resembling(bill: BillFacts, like: LikePaper) -> Claim:
    """A hint at a file that bills used, and that may be the same paper."""
    return Claim(
        name="usage",
        verdict=ClaimVerdict.HINT,
        expected=plain(bill.total),
        found=plain(like.amount),
        explanation=f"材料与用过的“{like.name}”相似（{like.bills} 张票据已使用 {plain(like.amount)} 元），"
        "不能判断是不是同一份，请核对有没有重复使用。",
    )


def _usage(bill: BillFacts, file: File) -> Claim | None:
    own = _own_share(bill, file)
    limit = own.total if own else file.says.total
    if limit is None:
        return None
    used = file.usage.amount if file.usage else _NOTHING
    bills = file.usage.bills if file.usage else 0
    beyond = used > 0 and used + bill.total > limit
    weights = [
        max(one.likely, one.share)
        for one in file.says.amounts
        if one.value == limit or (own and one.value in own.amounts)
    ]
    # A bill of just the stated amount says itself that this is the amount, and so do earlier ones that used it up.
    sure = not any(weights) or max(weights) >= _SURELY or limit in (bill.total, used)
    # Where earlier bills are beyond it already, it is hardly the amount that counts.
    sure = sure and used <= limit
    # When no other bill used the file, the claim "amount" already says that this bill is too large.
    alone_beyond = used == 0 and bill.total > limit
    totals = [one for one in file.says.totals if one.value == limit]
    return Claim(
        name="usage",
        verdict=ClaimVerdict.CONTRADICT
        if beyond and sure
        else ClaimVerdict.HINT
        if beyond
        else ClaimVerdict.HINT
        if alone_beyond
        else ClaimVerdict.AGREE,
        expected=plain(bill.total),
        found=plain(used),
        explanation=f"材料载明 {plain(limit)} 元，此前 {bills} 张票据已使用 {plain(used)} 元{_together(file)}，"
        + (
            f"加上本次 {plain(bill.total)} 元将超出。"
            if beyond
            else f"本次 {plain(bill.total)} 元" + ("超出载明的金额，见“金额”一项。" if alone_beyond else "。")
        ),
        marks=file.marks(one.found for one in totals) if beyond else (),
    )
