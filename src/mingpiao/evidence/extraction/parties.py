"""The parties of a file: who pays and who receives, with their codes and accounts."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from mingpiao.evidence.extraction.characters import fold
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.labels import PARTY_LABEL, PAYEE, PAYER, ROLE, SIDE, role_of, role_within
from mingpiao.evidence.extraction.names import ORGANISATION, is_name, is_organisation, name_after, plain_name
from mingpiao.evidence.extraction.sentences import in_policy, in_sentences
from mingpiao.evidence.extraction.sides import roles_of_sides
from mingpiao.evidence.extraction.tables import Head, heads_of, role_at
from mingpiao.evidence.model import Party
from mingpiao.reading.model import Found, PagePlace

_DEFINED = re.compile(
    r"(?P<name>[^\s,。;:()]{2,40}"
    rf"(?:\((?!以下|下称|下文|简称)[\u4e00-\u9fff]{{2,8}}\)[^\s,。;:()]{{0,20}})?) ?\( ?(?:以下|下文)?(?:均|统)?(?:简称|称)?"
    rf"(?:为|作)? ?[“\"'「]?(?P<alias>{SIDE}|{ROLE})[”\"'」]? ?\)"
)
_CODE = re.compile(
    r"(?:信用代码|机构代码|税号|纳税人识别号|信用代码证号)[^A-Z0-9\n]{0,8}(?P<code>[0-9A-HJ-NP-RTUW-Y]{18})"
)
#: Words before a name in a sentence. Names too may begin with 和 or 与 (和平医院), but not after a bracket.
_LEADING = re.compile(
    r"(?:本(?:协议|合同|备忘录|约定书|契约)?(?:是)?(?:由|系)|兹由|由|经|现|兹有|(?<=\))[与和及同]|[与和](?=[^平谐县林田静]))"
)
#: The most parties of a file; even lists of recipients have fewer.
_MOST_PARTIES = 400
#: A second name with the same role and the same first characters is the first one, badly read.
_SHARED_BEGINNING = 6
_CAME_IN = "收入|贷方|来账|入账|收款通知|转入|到账"
_WENT_OUT = "支出|借方|往账|付款通知|转出|扣款"
#: How many characters before a field its heading is searched in running text.
_LOOK_BACK = 90


class Named(NamedTuple):
    """A name in the text. `side` is 甲方 or the like when the role is not stated; `amount` is that of its row."""

    start: int
    end: int
    role: str
    side: str = ""
    amount: Decimal | None = None


def parties_of(flow: Flow, kind: str) -> tuple[Party, ...]:
    """All parties of a file of the given kind, each once, in the order of the file."""
    named = sorted({*_labelled(flow, heads_of(flow)), *_defined(flow)}, key=lambda one: one.start)
    sides = roles_of_sides(flow.text)
    parties: list[Party] = []
    for one in named:
        _join(parties, _party(flow, one, one.role or sides.get(one.side, "")))
    for told in in_policy(flow) if kind == "policy" else in_sentences(flow):
        if kind == "policy" or not any(party.role == told.role for party in parties):
            _join(
                parties, _party(flow, Named(told.start, told.end, told.role, amount=told.amount), told.role)
            )
    return tuple(_with_the_other_role(parties))


def _party(flow: Flow, one: Named, role: str) -> Party:
    return Party(
        role=role, name=flow.found(one.start, one.end), code=code_after(flow, one.end), amount=one.amount
    )


def _with_the_other_role(parties: list[Party]) -> list[Party]:
    """The parties; if one's role is known and just one other party has none, that one gets the opposite role."""
    told = {party.role for party in parties if party.role}
    unclear = [party for party in parties if not party.role]
    if len(told) != 1 or len(unclear) != 1:
        return parties
    other = PAYEE if told == {PAYER} else PAYER
    return [party if party.role else msgspec.structs.replace(party, role=other) for party in parties]


def _join(parties: list[Party], party: Party) -> None:
    """Add a party, or complete a known party of the same name. A part of a known name is no new party."""
    plain = plain_name(party.name.value)
    for index, known in enumerate(parties):
        whole = plain_name(known.name.value)
        if party.amount is not None and known.amount is not None:
            continue  # a list may have two rows for one recipient
        if whole == plain or _broke_off(plain, party, whole, known):
            parties[index] = msgspec.structs.replace(
                known,
                role=known.role or party.role,
                code=known.code or party.code,
                amount=known.amount if party.amount is None else party.amount,
            )
            return
    if len(parties) < _MOST_PARTIES:
        parties.append(party)


def _broke_off(plain: str, party: Party, whole: str, known: Party) -> bool:
    """Whether a name is part of a known one, for example where a signature continues on the next line."""
    if party.amount is not None or known.amount is not None:
        return False
    if whole.endswith(plain) or (whole.startswith(plain) and not is_organisation(fold(party.name.value))):
        return True
    same_part = party.role == known.role and bool(party.role)
    return same_part and plain[:_SHARED_BEGINNING] == whole[:_SHARED_BEGINNING]


def _labelled(flow: Flow, heads: Sequence[Head]) -> Iterator[Named]:
    for match in PARTY_LABEL.finditer(flow.text):
        value = _value(flow, match)
        if value is None:
            continue
        side = match["side"] or ""
        meaning = match["meaning"] or ""
        role = role_of(match["role"] or "") or role_of(meaning)
        if meaning and re.fullmatch(SIDE, meaning):
            side = meaning
        if match["bare"] and match["bare"].startswith("对方"):
            yield Named(*value, _role_of_other_side(flow.text))
            continue
        if match["bare"]:
            role = _role_of_field(flow, match.start(), value[0], heads)
            side = "" if role else _side_before(flow.text, match.start())
        yield Named(*value, role, side.replace(" ", ""))


def _value(flow: Flow, match: re.Match[str]) -> tuple[int, int] | None:
    """The name after a label: in the same cell, the next one, or the cell below."""
    text = flow.text
    position = match.end()
    while position < len(text) and text[position] in "\t :":
        position += 1
    if PARTY_LABEL.match(text, position) or flow.heads_a_table(match.start()):
        # In 付款人 | 户名 | …, the inner label is matched on its own.
        return None
    found = name_after(text, position)
    if found is not None and ":" not in match["after"] and not _alone(text, *found):
        return None
    return found


def _alone(text: str, start: int, end: int) -> bool:
    """Whether a name fills its cell. After a label without a colon, other text is a sentence: 乙方 同意."""
    return text[end : end + 1] in ("\t", "\n", "", "(") and is_name(text[start:end])


def _role_of_other_side(text: str) -> str:
    """The role of 对方 (the other side) on an account statement: the payer if money came in, else the payee."""
    came_in, went_out = (len(re.findall(words, text)) for words in (_CAME_IN, _WENT_OUT))
    return "" if came_in == went_out else PAYER if came_in > went_out else PAYEE


def _role_of_field(flow: Flow, label: int, value: int, heads: Sequence[Head]) -> str:
    label_place, value_place = _place_at(flow, label), _place_at(flow, value)
    if label_place and value_place and heads:
        role = role_at(label_place, value_place, heads)
        if role:
            return role
    return role_within(flow.text[max(0, label - _LOOK_BACK) : label])


def _place_at(flow: Flow, position: int) -> PagePlace | None:
    line = flow.line_at(position)
    return flow.straight[line] if line >= 0 else None


def _side_before(text: str, position: int) -> str:
    sides = re.findall(SIDE, text[max(0, position - _LOOK_BACK) : position])
    return sides[-1] if sides else ""


def _defined(flow: Flow) -> Iterator[Named]:
    """Names with a definition, such as 某某公司（以下简称“甲方”）."""
    for match in _DEFINED.finditer(flow.text):
        start, end = match.span("name")
        if leading := _LEADING.match(flow.text, start, end):
            start = leading.end()
        if not is_name(flow.text[start:end]) and (last := _last_organisation(flow.text, start, end)):
            start, end = last
        if is_name(flow.text[start:end]):
            alias = match["alias"]
            yield Named(
                start, end, role_of(alias), alias.replace(" ", "") if re.fullmatch(SIDE, alias) else ""
            )


def _last_organisation(text: str, start: int, end: int) -> tuple[int, int] | None:
    found = [match.span() for match in ORGANISATION.finditer(text, start, end)]
    return found[-1] if found else None


def code_after(flow: Flow, end: int) -> Found | None:
    """The 统一社会信用代码 between a name and the next party."""
    until = flow.text.find("方", end + 1, end + 160)
    match = _CODE.search(flow.text, end, until if until > 0 else end + 160)
    return flow.found(*match.span("code")) if match else None
