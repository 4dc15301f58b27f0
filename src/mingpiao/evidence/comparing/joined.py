"""What the files of one bill say together: one claim a topic, decided by the file that is entitled to say it.

A later supplement has the last word on what it states; what it supersedes neither supports nor refutes. A file that does
not state a thing leaves it to those that do. Two files that clearly state different things contradict each other, and
the sentence names both. Of one file alone its own claim stands as it is.
"""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from mingpiao.evidence.comparing import money, names, subject
from mingpiao.evidence.comparing.belonging import (
    Bundle,
    Lot,
    are_strangers,
)
from mingpiao.evidence.comparing.changes import NewParty, Sum, new_party, sum_of
from mingpiao.evidence.comparing.files import File, absent, worst
from mingpiao.evidence.extraction.labels import PAYER
from mingpiao.evidence.extraction.names import same_name
from mingpiao.evidence.model import BillFacts, Claim, ClaimVerdict, Usage
from mingpiao.evidence.weighing.model import Learnt
from mingpiao.kernel.money import plain

_NOTHING = Decimal(0)
_RATHER = 0.5


class Voice(NamedTuple):
    """What a file says of a topic. `named` tells that its sentence names its files already."""

    file: File
    claim: Claim
    named: bool = False

    def says(self, verdict: ClaimVerdict) -> bool:
        return self.claim.verdict is verdict


def _told(bundle: Bundle, voice: Voice, *, others: Iterable[str] = ()) -> Claim:
    """The claim that counts: its sentence says which file decides, and what is to be known of others."""
    claim = voice.claim
    if len(bundle.files) == 1:
        return claim
    named = voice.named or claim.verdict is ClaimVerdict.ABSENT
    sentence = claim.explanation if named else f"{bundle.name(voice.file)}：{claim.explanation}"
    return msgspec.structs.replace(claim, explanation="".join((sentence, *others)))


def _worst(voices: Sequence[Voice]) -> Voice:
    chosen = worst([voice.claim for voice in voices])
    return next(voice for voice in voices if voice.claim is chosen)


def _of(voices: Iterable[Voice], verdict: ClaimVerdict) -> list[Voice]:
    return [voice for voice in voices if voice.says(verdict)]


def _settle(
    bundle: Bundle, voices: Sequence[Voice], states: Callable[[Voice], bool], notes: Sequence[str] = ()
) -> Claim:
    """One claim of several: who states a thing clearly decides, and two who state it differently contradict."""
    agreeing, against = _of(voices, ClaimVerdict.AGREE), _of(voices, ClaimVerdict.CONTRADICT)
    clear = [voice for voice in agreeing if states(voice)]
    strong = [voice for voice in against if states(voice) or not clear]
    if agreeing and strong:
        return _contradicting(bundle, (clear or agreeing)[0], strong[0], notes)
    if not agreeing:
        return _told(bundle, _worst(voices), others=notes)
    chosen = (clear or agreeing)[0]
    left = [f"{bundle.name(voice.file)}没有清楚写明，以{bundle.name(chosen.file)}为准。" for voice in against]
    return _told(bundle, chosen, others=[*notes, *left, *_hints(bundle, voices)])


def _hints(bundle: Bundle, voices: Iterable[Voice]) -> list[str]:
    return [
        voice.claim.explanation if voice.named else f"{bundle.name(voice.file)}：{voice.claim.explanation}"
        for voice in _of(voices, ClaimVerdict.HINT)
    ]


def _contradicting(bundle: Bundle, one: Voice, other: Voice, notes: Sequence[str] = ()) -> Claim:
    """A contradiction between two files, of which one agrees with the bill; the places of the other come first."""
    sentence = (
        f"{bundle.name(one.file)}与票面相符，{bundle.name(other.file)}与票面不符：{other.claim.explanation}"
    )
    return msgspec.structs.replace(
        other.claim,
        explanation="".join((sentence, *notes)),
        marks=(*other.claim.marks, *one.claim.marks),
    )


# -- names -----------------------------------------------------------------------------------------


def party(role: str, bill: BillFacts, bundle: Bundle, learnt: Learnt) -> Claim:
    """Whether the bill's payer, or the unit, has its role in the files."""
    name = bill.payer_name if role == PAYER else bill.unit_name
    if not bundle.files:
        return absent(role, name, "没有可供比对的佐证材料。")
    voices = [Voice(file, names.party(bill, role, file, learnt)) for file in bundle.files]
    notes: list[str] = []
    for lot in bundle.lots:
        change = new_party(lot, role)
        if change is None:
            continue
        notes.append(
            f"{bundle.name(lot.base)}的当事人“{change.former}”已由{bundle.name(change.by)}变更为“{change.name.value}”。"
        )
        voices = [voice for voice in voices if not change.supersedes(voice.file)]
        voices = [_after(role, bill, voice, change) for voice in voices]
    return _settle(bundle, voices, lambda voice: _states_party(role, voice), notes)


def _states_party(role: str, voice: Voice) -> bool:
    parties = voice.file.says.parties
    return any(
        party.role == role or (party.pays if role == PAYER else party.receives) >= _RATHER
        for party in parties
    )


def _after(role: str, bill: BillFacts, voice: Voice, change: NewParty) -> Voice:
    """What a file says of a party, with the new party where it is the one that changes it."""
    if voice.file.digest != change.by.digest:
        return voice
    name, code = (bill.payer_name, bill.payer_code) if role == PAYER else (bill.unit_name, bill.unit_code)
    agrees = same_name(change.name.value, name, read_by_ocr=voice.file.read_by_ocr) or (
        bool(code) and code == change.code
    )
    former = same_name(change.former, name, read_by_ocr=voice.file.read_by_ocr)
    if not agrees and not former:
        return voice
    claim = Claim(
        name=role,
        verdict=ClaimVerdict.AGREE if agrees else ClaimVerdict.CONTRADICT,
        expected=name,
        found=change.name.value,
        explanation=f"票面写的是“{name}”，变更后是“{change.name.value}”，"
        + ("两者一致。" if agrees else "两者不一致。"),
        marks=voice.file.marks([change.name]),
    )
    return Voice(voice.file, claim)


def account(bill: BillFacts, bundle: Bundle) -> Claim:
    """Whether the receiver's account in the files is the unit's; a later supplement's account takes the place of earlier ones."""
    if not bundle.files:
        return absent("account", bill.unit_account, "没有可供比对的佐证材料。")
    voices = [Voice(file, names.account(bill, file)) for file in bundle.files]
    decided = (ClaimVerdict.AGREE, ClaimVerdict.CONTRADICT)
    notes = []
    for lot in bundle.lots:
        said = {voice.file.digest for voice in voices if voice.claim.verdict in decided}
        by = next((file for file in reversed(lot.changes) if file.digest in said), None)
        if by is None or not lot.ordered:
            continue
        before = lot.before(by) & said
        if before:
            notes.append(f"{_all_of(bundle, before)}的收款账号已由{bundle.name(by)}调整，不再比对。")
        voices = [voice for voice in voices if voice.file.digest not in before]
    against, agreeing = _of(voices, ClaimVerdict.CONTRADICT), _of(voices, ClaimVerdict.AGREE)
    if against and agreeing:
        return _contradicting(bundle, agreeing[0], against[0], notes)
    return _told(bundle, _worst(voices), others=notes)


def _all_of(bundle: Bundle, digests: Iterable[str]) -> str:
    wanted = set(digests)
    return "、".join(bundle.name(file) for file in bundle.files if file.digest in wanted)


# -- days and purpose ------------------------------------------------------------------------------


def dates(bill: BillFacts, bundle: Bundle) -> Claim:
    """Whether the files were signed before the bill was issued, and it lies within their period as changed last."""
    if not bundle.files:
        return absent("date", bill.issued_on.isoformat(), "材料中没有载明日期或期限。")
    files, notes, first = list(bundle.files), [], ""
    for lot in bundle.lots:
        by = next((file for file in reversed(lot.changes) if _sets_period(bill, file)), None)
        if by is None or not lot.ordered:
            continue
        before = lot.before(by)
        if changed := {file.digest for file in files if file.digest in before and _has_period(file, by)}:
            notes.append(f"{_all_of(bundle, changed)}的期限已由{bundle.name(by)}调整，不再比对。")
            first = by.digest
        files = [_without_period(file, by) if file.digest in changed else file for file in files]
    voices = [Voice(file, subject.dates(bill, file)) for file in files]
    voices.sort(key=lambda voice: voice.file.digest != first)
    return _settle(bundle, voices, lambda _: True, notes)


def _sets_period(bill: BillFacts, file: File) -> bool:
    """Whether a file states a period that has begun when the bill is issued."""
    start, end = file.says.starts_on, file.says.ends_on
    return (start or end) is not None and not (start and start.value > bill.issued_on.isoformat())


def _has_period(file: File, by: File) -> bool:
    return (file.says.ends_on is not None and by.says.ends_on is not None) or (
        file.says.starts_on is not None and by.says.starts_on is not None
    )


def _without_period(file: File, by: File) -> File:
    """A file without those days of its period that another one states anew."""
    says = file.says
    start = None if by.says.starts_on else says.starts_on
    end = None if by.says.ends_on else says.ends_on
    return msgspec.structs.replace(file, says=msgspec.structs.replace(says, starts_on=start, ends_on=end))


def purpose(bill: BillFacts, bundle: Bundle, learnt: Learnt) -> Claim:
    """Whether the bill's purpose is that of the files; a file that names no purpose leaves it to others."""
    if not bundle.files:
        return absent("purpose", subject.shown(bill), "材料或票面没有写明可以比对的用途。")
    voices = [Voice(file, subject.purpose(bill, file, learnt)) for file in bundle.files]
    return _settle(bundle, voices, lambda voice: voice.file.says.purpose is not None)


# -- amounts ---------------------------------------------------------------------------------------


def amount(bill: BillFacts, bundle: Bundle, learnt: Learnt) -> Claim:
    """Whether the bill's total is what the files state together.

    One file that agrees is enough where another states the whole of which it is a part; not where the bill is above
    what an agreement states, or a receipt is for another sum.
    """
    if not bundle.files:
        return absent("amount", plain(bill.total), "没有可供比对的佐证材料。")
    voices, taken = [], set[str]()
    for lot in bundle.lots:
        joined = sum_of(lot, bill)
        if joined is not None:
            voices.append(_voice_of_lot(bill, bundle, lot, joined, learnt))
            taken |= lot.digests
    voices += [
        Voice(file, money.amount(bill, file, learnt)) for file in bundle.files if file.digest not in taken
    ]
    voices = [_foreign(bundle, voice) for voice in voices]
    return _settled_amount(bill, bundle, voices)


def _foreign(bundle: Bundle, voice: Voice) -> Voice:
    """A supplement of something that is not there neither supports nor refutes."""
    if voice.file.digest not in bundle.foreign or voice.says(ClaimVerdict.ABSENT):
        return voice
    name = bundle.name(voice.file)
    sentence = f"看不出{name}补充的是其他材料中的哪一份，或者它早于那一份，没有按它计算金额，请核对。"
    claim = msgspec.structs.replace(voice.claim, verdict=ClaimVerdict.HINT, explanation=sentence)
    return Voice(voice.file, claim, named=True)


def _settled_amount(bill: BillFacts, bundle: Bundle, voices: Sequence[Voice]) -> Claim:
    agreeing, against = _of(voices, ClaimVerdict.AGREE), _of(voices, ClaimVerdict.CONTRADICT)
    payments = bundle.payments
    summed = len(payments) > 1 and sum((_paid(file) for file in payments), _NOTHING) == bill.total
    standing = [voice for voice in against if not _is_explained(bill, bundle, voice, agreeing, summed=summed)]
    if agreeing and standing:
        return _contradicting(bundle, agreeing[0], standing[0])
    if agreeing:
        return _told(bundle, agreeing[0], others=_hints(bundle, voices))
    if summed and not standing:
        return _sum_of_payments(bill, bundle, payments)
    return _told(bundle, _worst(voices))


def _paid(file: File) -> Decimal:
    return file.says.total or _NOTHING


def _is_explained(
    bill: BillFacts, bundle: Bundle, voice: Voice, agreeing: Sequence[Voice], *, summed: bool
) -> bool:
    """Whether what contradicts is the whole of which another file states this part, or another payment."""
    if voice.file.says.kind == "transfer":
        another = any(
            each.file.says.kind == "transfer" and each.file.says.total == bill.total for each in agreeing
        )
        return summed or another
    limit = _limit(bill, bundle, voice.file)
    if limit is not None and bill.total > limit:
        return False
    return summed or any(not are_strangers(voice.file, each.file) for each in agreeing)


def _limit(bill: BillFacts, bundle: Bundle, file: File) -> Decimal | None:
    lot = bundle.lot_of(file)
    joined = sum_of(lot, bill) if lot else None
    return (
        joined.value if joined else money.stated_for(bill.unit_name, file.says, read_by_ocr=file.read_by_ocr)
    )


def _sum_of_payments(bill: BillFacts, bundle: Bundle, payments: Sequence[File]) -> Claim:
    listed = "、".join(f"{bundle.name(file)} {plain(_paid(file))} 元" for file in payments)
    return Claim(
        name="amount",
        verdict=ClaimVerdict.AGREE,
        expected=plain(bill.total),
        found="、".join(plain(_paid(file)) for file in payments),
        explanation=f"{listed}，合计 {plain(bill.total)} 元，与票面金额一致。",
        marks=tuple(mark for file in payments for mark in file.marks(one.found for one in file.says.totals)),
    )


def _voice_of_lot(bill: BillFacts, bundle: Bundle, lot: Lot, joined: Sum, learnt: Learnt) -> Voice:
    """What an agreement and its supplements say of the bill's total together."""
    used = _used_of(lot)
    files = [_with_usage(file, used) for file in (lot.base, *lot.changes)]
    verdict, sentence = _by_sum(bill, joined, used, files)
    if verdict is None:
        return _by_its_file(bill, bundle, joined, files, learnt)
    if verdict is ClaimVerdict.CONTRADICT and not (joined.clear and lot.ordered):
        verdict, sentence = ClaimVerdict.HINT, "不能判断这样调整以后应当是多少，请对照材料核对。"
    claim = Claim(
        name="amount",
        verdict=verdict,
        expected=plain(bill.total),
        found=plain(joined.value),
        explanation=f"{_history(bundle, joined)}，{sentence}",
        marks=tuple(mark for file, found in joined.places for mark in file.marks([found])),
    )
    return Voice(joined.by, claim, named=True)


def _by_sum(
    bill: BillFacts, joined: Sum, used: Usage | None, files: Sequence[File]
) -> tuple[ClaimVerdict | None, str]:
    """What the joined sum alone says of the bill's total; None where it may be a part."""
    before = used.amount if used else _NOTHING
    total = plain(bill.total)
    if bill.total == joined.value:
        return ClaimVerdict.AGREE, "与票面金额一致。"
    if bill.total in joined.added:
        return ClaimVerdict.AGREE, f"票面金额 {total} 元是增加的部分。"
    if before and bill.total + before == joined.value:
        return ClaimVerdict.AGREE, f"此前已开具 {plain(before)} 元，本次 {total} 元是其余部分。"
    if bill.total > joined.value or (bill.total in joined.former and not _is_stage(bill, joined, files)):
        return ClaimVerdict.CONTRADICT, f"票面金额为 {total} 元，两者不一致。"
    return None, ""


def _is_stage(bill: BillFacts, joined: Sum, files: Iterable[File]) -> bool:
    """Whether an amount is that of a stage, though it is a superseded sum as well."""
    return any(
        one.value == bill.total and (one.role == "instalment" or one.stage >= _RATHER)
        for file in files
        if file.digest == joined.by.digest
        for one in file.says.amounts
    )


def _by_its_file(
    bill: BillFacts, bundle: Bundle, joined: Sum, files: Sequence[File], learnt: Learnt
) -> Voice:
    """A part of the joined sum: the file that decides, or one that states just this stage."""
    voices = [Voice(file, money.amount(bill, file, learnt)) for file in files]
    stage = [
        voice
        for voice in _of(voices, ClaimVerdict.AGREE)
        if any(one.value == bill.total for one in voice.file.says.amounts)
    ]
    own = [voice for voice in voices if voice.file.digest == joined.by.digest]
    chosen = (stage or (_of(voices, ClaimVerdict.AGREE) if joined.added else own) or own)[0]
    if joined.added and chosen.says(ClaimVerdict.CONTRADICT):
        # Of the sum of two files neither alone knows whether a part of it fits.
        chosen = Voice(
            chosen.file,
            msgspec.structs.replace(
                chosen.claim,
                verdict=ClaimVerdict.HINT,
                explanation=f"不能判断票面金额 {plain(bill.total)} 元是其中哪一部分，请对照材料核对。",
            ),
        )
    told = f"{_history(bundle, joined)}；{bundle.name(chosen.file)}：{chosen.claim.explanation}"
    return Voice(chosen.file, msgspec.structs.replace(chosen.claim, explanation=told), named=True)


def _history(bundle: Bundle, joined: Sum) -> str:
    """How the sum came about, such as 第 1 份材料的 … 已由第 2 份材料调整为 …."""
    first, before = joined.steps[0].file, joined.steps[0].value
    sentence = f"{bundle.name(first)}载明 {plain(before)} 元"
    for step in joined.steps[1:]:
        what = (
            f"已由{bundle.name(step.file)}调整为 {plain(step.value)} 元"
            if not step.added
            else f"{bundle.name(step.file)}{'增加' if step.value > 0 else '减少'} {plain(abs(step.value))} 元"
        )
        sentence += f"，{what}"
    return sentence + (f"，合计 {plain(joined.value)} 元" if joined.steps[-1].added else "")


# -- usage -----------------------------------------------------------------------------------------


def _used_of(lot: Lot) -> Usage | None:
    """The use of an agreement with its supplements: a bill that stands on several of them used them once."""
    used = [file.usage for file in lot.files if file.usage is not None]
    return max(used, key=lambda each: each.amount) if used else None


def _with_usage(file: File, used: Usage | None) -> File:
    return msgspec.structs.replace(file, usage=used)


def usage(bill: BillFacts, bundle: Bundle) -> Claim:
    """Whether this bill and earlier ones together use more than the files state together."""
    nothing = absent("usage", plain(bill.total), "材料中没有载明可累计使用的总金额。")
    if not bundle.files:
        return nothing
    voices, taken = [], set[str]()
    for lot in bundle.lots:
        joined = sum_of(lot, bill)
        if joined is not None:
            voices.append(Voice(joined.by, _usage_of_lot(bill, bundle, lot, joined), named=True))
            taken |= lot.digests
    voices += [Voice(file, money.usage(bill, file)) for file in bundle.files if file.digest not in taken]
    voices = _of_another_payment(bill, bundle, voices)
    if not _of(voices, ClaimVerdict.CONTRADICT):
        # What may have been used already is told, whatever other files say.
        like = [
            Voice(file, money.resembling(bill, file.usage.like))
            for file in bundle.files
            if file.usage and file.usage.like
        ]
        voices = like or voices
    return _told(bundle, _worst(voices))


def _usage_of_lot(bill: BillFacts, bundle: Bundle, lot: Lot, joined: Sum) -> Claim:
    """The use of an agreement and its supplements together.

    It is not known which bills used several of them, so that more than the sum may have been used where each file
    alone does not show it: a hint.
    """
    used = [file.usage for file in lot.files if file.usage is not None and file.usage.amount > 0]
    most = max((each.amount for each in used), default=_NOTHING)
    papers = {(each.paper, each.amount, each.bills) for each in used}
    highest = sum((amount_ for _, amount_, _ in papers), _NOTHING)
    bills = max((each.bills for each in used), default=0)
    beyond = most > 0 and most + bill.total > joined.value
    sure = beyond and most <= joined.value and joined.clear and lot.ordered
    perhaps = highest > most and highest + bill.total > joined.value
    verdict = (
        ClaimVerdict.CONTRADICT
        if sure
        else ClaimVerdict.HINT
        if beyond or perhaps or bill.total > joined.value
        else ClaimVerdict.AGREE
    )
    tail = f"加上本次 {plain(bill.total)} 元将超出。" if beyond else f"本次 {plain(bill.total)} 元。"
    if perhaps and not beyond:
        tail += f"各份材料分别用过的合计 {plain(highest)} 元，请核对有没有超出。"
    return Claim(
        name="usage",
        verdict=verdict,
        expected=plain(bill.total),
        found=plain(most),
        explanation=f"{_history(bundle, joined)}；此前 {bills} 张票据已使用 {plain(most)} 元，{tail}",
        marks=tuple(mark for file, found in joined.places for mark in file.marks([found])) if beyond else (),
    )


def _of_another_payment(bill: BillFacts, bundle: Bundle, voices: Sequence[Voice]) -> list[Voice]:
    """A receipt that bills used up does not stand against the bill for another payment, whose receipt is there too."""
    payments = {file.digest for file in bundle.payments}
    free = any(
        voice.file.digest in payments and voice.says(ClaimVerdict.AGREE) and _paid(voice.file) == bill.total
        for voice in voices
    )
    return [
        Voice(voice.file, msgspec.structs.replace(voice.claim, verdict=ClaimVerdict.HINT))
        if free and voice.file.digest in payments and voice.says(ClaimVerdict.CONTRADICT)
        else voice
        for voice in voices
    ]
