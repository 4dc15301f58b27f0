"""Whether 甲方 or 乙方 pays, by votes: each sentence that says it has one or more votes."""

import re
from collections import Counter

from mingpiao.evidence.extraction.labels import PAYEE, PAYER, ROLE, SIDE, role_of

_PAY = "支付|缴纳|交纳|缴存|付清|付给|汇入|汇至|汇到|汇付|转入|转账|拨付|拨款|捐赠|捐助|捐献|捐出|资助|赞助|付款|缴付|交付款|打入|预付|赠与"
_FIRST = rf"(?P<first>{SIDE})"
_SECOND = rf"(?P<second>{SIDE})"
_SAME_SENTENCE = r"[^。;\n甲乙丙丁]"

#: (pattern, role of `first`, role of `second`, weight)
_PATTERNS = tuple(
    (re.compile(pattern), first, second, weight)
    for pattern, first, second, weight in (
        # 甲方向乙方支付; 由甲方于…向乙方捐赠
        (rf"{_FIRST}{_SAME_SENTENCE}{{0,50}}?[向给为] ?{_SECOND}{_SAME_SENTENCE}{{0,40}}?(?:{_PAY})", PAYER, PAYEE, 4),
        # 甲方应将款项汇入乙方账户
        (rf"{_FIRST}{_SAME_SENTENCE}{{0,70}}?(?:{_PAY}){_SAME_SENTENCE}{{0,12}}?{_SECOND}", PAYER, PAYEE, 3),
        # 甲方应支付; 甲方一次性缴纳
        (rf"{_FIRST}{_SAME_SENTENCE}{{0,40}}?(?:{_PAY})", PAYER, "", 1),
        # 乙方收到款项后; 乙方向甲方开具票据
        (rf"{_FIRST}{_SAME_SENTENCE}{{0,12}}?(?:收到|收取|收款|接受(?!甲|乙))", PAYEE, "", 2),
        (
            rf"{_FIRST}{_SAME_SENTENCE}{{0,40}}?[向为] ?{_SECOND}{_SAME_SENTENCE}{{0,12}}?"
            r"(?:开具|出具|提供)[^。;\n]{0,20}?(?:票据|发票|收据|凭证)",
            PAYEE, PAYER, 3,
        ),
        # 乙方账户信息
        (rf"{_FIRST} ?(?:的|指定|指定的|收款|银行|基本)*(?:账户|账号|帐户|帐号|户名|开户)", PAYEE, "", 1),
        (rf"(?:支付给?|付给|汇入|汇至|转入|拨付给?|捐赠给|付至|打入) ?{_FIRST}", PAYEE, "", 2),
    )
)  # fmt: skip
_MEANING = re.compile(rf"{_FIRST} ?[(/] ?(?P<meaning>{ROLE})|(?P<other>{ROLE}) ?[(/] ?(?P<second>{SIDE})")
_TOLD_OUTRIGHT = 100
#: Words for refunds and penalties, which are paid in the opposite direction.
_BACKWARDS = re.compile("退还|退回|返还|违约|赔偿|滞纳|罚")


def roles_of_sides(text: str) -> dict[str, str]:
    """The role of each side ("甲方" → "payer") as far as a plain text says it."""
    votes: Counter[tuple[str, str]] = Counter()
    for match in _MEANING.finditer(text):
        side, word = (
            (match["first"], match["meaning"]) if match["first"] else (match["second"], match["other"])
        )
        votes[_side(side), role_of(word)] += _TOLD_OUTRIGHT
    for pattern, first, second, weight in _PATTERNS:
        for match in pattern.finditer(text):
            if _BACKWARDS.search(match.group()):
                continue
            votes[_side(match["first"]), first] += weight
            if second:
                votes[_side(match["second"]), second] += weight
    return _decided(votes)


def _side(text: str) -> str:
    return text.replace(" ", "")


def _decided(votes: Counter[tuple[str, str]]) -> dict[str, str]:
    """Roles by majority. 甲方 and 乙方 have opposite roles: the side with fewer votes gets the other role."""
    balance = Counter[str]()
    for (side, role), count in votes.items():
        balance[side] += count if role == PAYER else -count
    roles = {side: PAYER if count > 0 else PAYEE for side, count in balance.items() if count}
    main = {"甲方", "乙方"}
    for side, other in (("甲方", "乙方"), ("乙方", "甲方")):
        if side in roles and other not in roles:
            roles[other] = PAYEE if roles[side] == PAYER else PAYER
    if main <= roles.keys() and roles["甲方"] == roles["乙方"]:
        stronger = max(main, key=lambda side: abs(balance[side]))
        weaker = (main - {stronger}).pop()
        roles[weaker] = PAYEE if roles[stronger] == PAYER else PAYER
    return roles
