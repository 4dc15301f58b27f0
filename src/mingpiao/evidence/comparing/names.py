"""Are the payer and the unit the parties of the paper, and is the account the unit's own."""

import re
from collections.abc import Sequence

from mingpiao.evidence.comparing.papers import Paper, absent, worst
from mingpiao.evidence.extraction.characters import fold
from mingpiao.evidence.extraction.labels import PAYEE, PAYER
from mingpiao.evidence.extraction.names import is_organisation, nearly_same_name, plain_name, same_name
from mingpiao.evidence.model import BillFacts, Claim, Party, Verdict

#: Names that a sentence lists; a notice may have hundreds of recipients.
_SHOWN = 4
_WORDS = {PAYER: ("缴款人", "付款方"), PAYEE: ("开票单位", "收款方")}


def payer(bill: BillFacts, papers: Sequence[Paper]) -> Claim:
    """Is the bill's payer the one who pays by the papers."""
    return _party(bill.payer_name, bill.payer_code, PAYER, papers)


def payee(bill: BillFacts, papers: Sequence[Paper]) -> Claim:
    """Is the unit the one who receives by the papers."""
    return _party(bill.unit_name, bill.unit_code, PAYEE, papers)


def _party(name: str, code: str, role: str, papers: Sequence[Paper]) -> Claim:
    claims = [_in_paper(name, code, role, paper) for paper in papers]
    if not claims:
        return absent(role, name, "没有可供比对的佐证材料。")
    return worst(claims)


def _in_paper(name: str, code: str, role: str, paper: Paper) -> Claim:
    ours, side = _WORDS[role]
    own = [party for party in paper.says.parties if _is(party, name, code, paper)]
    if any(party.role == role for party in own):
        return _claim(role, Verdict.AGREE, name, own, paper, f"材料载明的{side}“{_name(own)}”与{ours}一致。")
    others = [party for party in paper.says.parties if party.role == role]
    if _misread(name, others, paper):
        return _claim(
            role, Verdict.AGREE, name, others, paper, f"材料中多处出现{ours}“{name}”，一处识别有误。"
        )
    if others:
        explanation = (
            f"{ours}为“{name}”，材料载明的{side}为“{_name(others)}”，两者不一致。"
            if not own
            else f"{ours}“{name}”在材料中是另一方，材料载明的{side}为“{_name(others)}”。"
        )
        return _claim(role, Verdict.CONTRADICT, name, others, paper, explanation)
    if own:
        return _claim(role, Verdict.AGREE, name, own, paper, f"{ours}“{name}”是材料载明的当事人之一。")
    if _mentioned(name, paper):
        return _claim(role, Verdict.AGREE, name, [], paper, f"材料中提到{ours}“{name}”。")
    unclear = [
        party for party in paper.says.parties if not party.role and is_organisation(fold(party.name.value))
    ]
    if len(unclear) > 1:
        names = _name(unclear)
        return _claim(
            role, Verdict.CONTRADICT, name, unclear, paper, f"材料的当事人为{names}，其中没有{ours}“{name}”。"
        )
    return absent(role, name, f"材料中没有识别到{side}的名称。")


def _is(party: Party, name: str, code: str, paper: Paper) -> bool:
    if same_name(party.name.value, name, read_by_ocr=paper.read_by_ocr):
        return True
    return bool(code) and party.code is not None and party.code.value == code


def _misread(name: str, others: Sequence[Party], paper: Paper) -> bool:
    """Whether a scan has the name elsewhere, letter for letter, and here but for one character."""
    near = any(nearly_same_name(name, other.name.value) for other in others)
    return paper.read_by_ocr and near and _mentioned(name, paper)


def _mentioned(name: str, paper: Paper) -> bool:
    plain = plain_name(name)
    return len(plain) > 1 and any(plain in plain_name(page.text) for page in paper.says.pages)


def _name(parties: Sequence[Party]) -> str:
    names = list(dict.fromkeys(party.name.value for party in parties))
    shown = "、".join(names[:_SHOWN])
    return f"{shown}等 {len(names)} 家" if len(names) > _SHOWN else shown


def _claim(
    role: str, verdict: Verdict, expected: str, parties: Sequence[Party], paper: Paper, explanation: str
) -> Claim:
    return Claim(
        name=role,
        verdict=verdict,
        expected=expected,
        found=_name(parties),
        explanation=explanation,
        marks=paper.marks(party.name for party in parties[:_SHOWN]),
    )


def account(bill: BillFacts, papers: Sequence[Paper]) -> Claim:
    """Is the account that the papers give for the receiver the unit's."""
    own = re.sub(r"\D", "", bill.unit_account)
    if not own:
        return absent("account", "", "单位没有登记收款账号，不比对账号。")
    claims = [_account(bill, own, paper) for paper in papers]
    return worst(claims) if claims else absent("account", bill.unit_account, "没有可供比对的佐证材料。")


def _account(bill: BillFacts, own: str, paper: Paper) -> Claim:
    equal = [found for found in paper.says.accounts if found.value == own]
    receivers = [
        party.account for party in paper.says.parties if party.role == PAYEE and party.account is not None
    ]
    if equal:
        verdict, found = Verdict.AGREE, equal
        explanation = f"材料载明的收款账号 {own} 与单位登记的账号一致。"
    elif receivers:
        verdict, found = Verdict.CONTRADICT, receivers
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
        marks=paper.marks(found),
    )
