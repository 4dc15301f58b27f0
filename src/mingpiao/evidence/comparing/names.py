"""Checks of names: are the payer and the unit parties of the file, and is the account the unit's own?"""

import re
from collections.abc import Collection, Sequence

from rapidfuzz.distance import Levenshtein

from mingpiao.evidence.comparing.files import File, absent
from mingpiao.evidence.comparing.weighed import (
    Certainty,
    cannot_tell,
    doubt_about,
    has_probabilities,
    held_against,
)
from mingpiao.evidence.extraction.characters import fold, packed
from mingpiao.evidence.extraction.labels import PAYEE, PAYER
from mingpiao.evidence.extraction.names import is_organisation, nearly_same_name, same_name
from mingpiao.evidence.model import BillFacts, Claim, ClaimVerdict, Party
from mingpiao.evidence.weighing.model import Learnt
from mingpiao.reading.model import Found

#: How many names a sentence lists at most; an official notice may have hundreds of recipients.
_SHOWN = 4
#: From this probability on a party is taken for the receiver whose account counts.
_SURELY = 0.9
#: Weights alone contradict only where somebody else has the role rather than not.
_RATHER = 0.5
_WORDS = {PAYER: ("缴款人", "付款方"), PAYEE: ("开票单位", "收款方")}


def party(bill: BillFacts, role: str, file: File, learnt: Learnt) -> Claim:
    """Whether the bill's payer, or the unit, is the party that pays, or receives the money, according to a file."""
    return _weighed(bill, by_rules(role, bill, file), file, learnt)


def by_rules(role: str, bill: BillFacts, file: File) -> Claim:
    """Whether the bill's payer or unit has this role in one file, by rules alone."""
    name, code = (bill.payer_name, bill.payer_code) if role == PAYER else (bill.unit_name, bill.unit_code)
    return _in_file(name, code, role, file)


def _weighed(bill: BillFacts, claim: Claim, file: File, learnt: Learnt) -> Claim:
    """The claim that rules made, held against what is likely."""
    role, name = claim.name, claim.expected
    ruled = claim.verdict is ClaimVerdict.CONTRADICT
    doubt = doubt_about(role, bill, file, learnt, claim)
    ours, side = _WORDS[role]
    others = [
        party
        for party in _likeliest(role, file)
        if _likely(party, role) >= _RATHER and not _is(party, name, "", file)
    ]
    if doubt is Certainty.SURE and not ruled and others:
        sentence = f"{ours}为“{name}”，从材料看{side}是“{_name(others[:1])}”，两者不一致。"
        return _claim(role, ClaimVerdict.CONTRADICT, name, others[:1], file, sentence)
    return held_against(claim, doubt, f"{ours}“{name}”是不是材料中的{side}")


def _likeliest(role: str, file: File) -> list[Party]:
    """The parties of a file, who is likeliest to have the role first."""
    return sorted(
        (party for party in file.says.parties if _likely(party, role) > 0),
        key=lambda party: _likely(party, role),
        reverse=True,
    )


def _likely(party: Party, role: str) -> float:
    return party.pays if role == PAYER else party.receives


def _in_file(name: str, code: str, role: str, file: File) -> Claim:
    ours, side = _WORDS[role]
    own = [party for party in file.says.parties if _is(party, name, code, file)]
    if any(party.role == role for party in own):
        return _claim(
            role, ClaimVerdict.AGREE, name, own, file, f"材料载明的{side}“{_name(own)}”与{ours}一致。"
        )
    others = [party for party in file.says.parties if party.role == role]
    if _misread(name, others, file):
        return _claim(
            role, ClaimVerdict.AGREE, name, others, file, f"材料中多处出现{ours}“{name}”，一处识别有误。"
        )
    if others:
        explanation = (
            f"{ours}为“{name}”，材料载明的{side}为“{_name(others)}”，两者不一致。"
            if not own
            else f"{ours}“{name}”在材料中是另一方，材料载明的{side}为“{_name(others)}”。"
        )
        return _claim(role, ClaimVerdict.CONTRADICT, name, others, file, explanation)
    if own:
        return _claim(role, ClaimVerdict.AGREE, name, own, file, f"{ours}“{name}”是材料载明的当事人之一。")
    if file.mentions(name):
        return _claim(role, ClaimVerdict.AGREE, name, [], file, f"材料中提到{ours}“{name}”。")
    unclear = [
        party for party in file.says.parties if not party.role and is_organisation(fold(party.name.value))
    ]
    if len(unclear) > 1:
        names = _name(unclear)
        return _claim(
            role,
            ClaimVerdict.CONTRADICT,
            name,
            unclear,
            file,
            f"材料的当事人为{names}，其中没有{ours}“{name}”。",
        )
    return absent(role, name, f"材料中没有识别到{side}的名称。")


def _is(party: Party, name: str, code: str, file: File) -> bool:
    if same_name(party.name.value, name, read_by_ocr=file.read_by_ocr):
        return True
    return bool(code) and party.code is not None and party.code.value == code


def _misread(name: str, others: Sequence[Party], file: File) -> bool:
    """Whether OCR probably misread one character: the exact name appears elsewhere in the scanned file."""
    near = any(nearly_same_name(name, other.name.value) for other in others)
    return file.read_by_ocr and near and file.mentions(name)


def _name(parties: Sequence[Party]) -> str:
    names = list(dict.fromkeys(party.name.value for party in parties))
    shown = "、".join(names[:_SHOWN])
    return f"{shown}等 {len(names)} 家" if len(names) > _SHOWN else shown


def _claim(
    role: str, verdict: ClaimVerdict, expected: str, parties: Sequence[Party], file: File, explanation: str
) -> Claim:
    return Claim(
        name=role,
        verdict=verdict,
        expected=expected,
        found=_name(parties),
        explanation=explanation,
        marks=file.marks(party.name for party in parties[:_SHOWN]),
    )


def account(bill: BillFacts, file: File) -> Claim:
    """Whether the receiver's account in a file is the account of the unit."""
    own = re.sub(r"\D", "", bill.unit_account)
    return _account(bill, own, file) if own else absent("account", "", "单位没有登记收款账号，不比对账号。")


def _alone_and_another(own: str, file: File) -> list[Found]:
    """The one account of a file to which money is to be paid, where it is clearly not the unit's.

    That from which the payer pays is none.
    """
    paying = {party.account.value for party in file.says.parties if party.role == PAYER and party.account}
    found = [one for one in file.says.accounts if one.value not in paying]
    known = {one.value for one in found}
    clear = has_probabilities(file.says) and file.says.kind != "transfer" and len(known) == 1
    return found if clear and Levenshtein.distance(own, known.pop()) > _MISREAD else []


def _beside_the_unit(own: str, unit: str, file: File) -> list[Found]:
    """The one account that stands below or behind the unit's name, before anybody else's, where it is another.

    Receipts name both sides beside each other, so that only their 本方 tells.
    """
    wanted = packed(unit)
    rows = file.packed_rows
    others = {packed(party.name.value) for party in file.says.parties if party.role}
    others = {name for name in others if name not in wanted and wanted not in name}
    found: dict[str, Found] = {}
    for place, row in enumerate(rows):
        able = file.says.kind != "transfer" or "本方" in row + rows[max(0, place - 1)]
        if wanted and wanted in row and able:
            for one in _next_account(rows[place : place + _LINES_OF_ACCOUNT], others, file.says.accounts):
                found[one.value] = one
    clear = len(found) == 1 and has_probabilities(file.says)
    return list(found.values()) if clear and Levenshtein.distance(own, next(iter(found))) > _MISREAD else []


def _next_account(rows: Sequence[str], others: Collection[str], known: Sequence[Found]) -> list[Found]:
    """The first account in these lines, before the name of another party."""
    for number, row in enumerate(rows):
        if number and any(name in row for name in others):
            return []
        digits = row.replace("-", "")
        if here := [one for one in known if one.value in digits]:
            return here[:1]
    return []


def _same_account(found: str, own: str) -> bool:
    """Whether an account is the unit's, also where its first digits were read apart."""
    return found == own or (len(found) >= _LONG_ACCOUNT and own.endswith(found))


_LONG_ACCOUNT = 12
#: So many digits of an account may be read wrongly.
_MISREAD = 3
#: An account stands at most so many lines below its owner's name, that line included.
_LINES_OF_ACCOUNT = 4


def _account(bill: BillFacts, own: str, file: File) -> Claim:
    equal = [found for found in file.says.accounts if _same_account(found.value, own)]
    receivers = [
        party.account for party in file.says.parties if party.role == PAYEE and party.account is not None
    ]
    unsure = any(
        0 < party.receives < _SURELY for party in file.says.parties if party.role == PAYEE and party.account
    )
    alone = [] if equal else _beside_the_unit(own, bill.unit_name, file)
    if not (equal or receivers or alone):
        alone = _alone_and_another(own, file)
    if equal:
        verdict, found = ClaimVerdict.AGREE, equal
        explanation = f"材料载明的收款账号 {own} 与单位登记的账号一致。"
    elif alone:
        verdict, found = ClaimVerdict.CONTRADICT, alone
        explanation = f"单位登记的账号为 {own}，材料中能认作单位账号的只有 {found[0].value}，两者不一致。"
    elif receivers and unsure:
        return cannot_tell(
            absent("account", own, ""), f"材料中的收款账号 {receivers[0].value} 是不是单位的账号"
        )
    elif receivers:
        verdict, found = ClaimVerdict.CONTRADICT, receivers
        stated = "、".join(one.value for one in receivers)
        explanation = f"单位登记的账号为 {own}，材料载明的收款账号为 {stated}，两者不一致。"
    else:
        return absent("account", own, "材料中没有载明收款方的账号。")
    return Claim(
        name="account",
        verdict=verdict,
        expected=own,
        found="、".join(one.value for one in found),
        explanation=explanation,
        marks=file.marks(found),
    )
