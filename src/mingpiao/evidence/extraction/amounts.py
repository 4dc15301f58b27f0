"""Amounts in digits and in words (大写), in 元, each with its role in the file."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from mingpiao.evidence.extraction.boxes import boxed_amounts
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.numerals import WORDS, amount_of
from mingpiao.evidence.model import Amount
from mingpiao.kernel.money import CENT, MAX_AMOUNT

TOTAL = "total"
INSTALMENT = "instalment"
DEPOSIT = "deposit"

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d{1,3}(?= \d{3})(?: ?\d{3})+(?=\.\d{2}(?!\d))|\d{1,3}(?: \d{3}){2,}|\d+)(?:\.\d{1,6})?"
_SCALE = {
    "亿元": Decimal(100_000_000),
    "百万元": Decimal(1_000_000),
    "十万元": Decimal(100_000),
    "万元": Decimal(10_000),
    "万人民币": Decimal(10_000),
    "千元": Decimal(1_000),
    "元": Decimal(1),
    "圆": Decimal(1),
}
#: 50万 without 元: money only after a word or sign that says so.
_TENS = "亿|千万|百万|十万|万|千"
_SCALE |= {"千万元": Decimal(10_000_000), "圆": Decimal(1)}
_FOREIGN_WORDS = (
    "美元|美金|美刀|港[元币]|欧元|日[元圆]|英镑|澳元|加元|新元|韩元|卢布"
    "|瑞士法郎|新?台币|澳门[元币]|新加坡元|图格里克|泰铢"
)
_FOREIGN_CODES = "USD|HKD|EUR|JPY|GBP|AUD|CAD|SGD|KRW|RUB|CHF|TWD|MOP|MNT|THB"
#: Money that is not 元, so that nothing of a bill can be compared with it.
_FOREIGN = re.compile(rf"(?:{_FOREIGN_WORDS}|{_FOREIGN_CODES})", re.IGNORECASE)
_FOREIGN_BEFORE = re.compile(
    rf"(?:(?:HK|US|A|C|S|NT|MOP)?\$|[€£₩₽฿]|(?:{_FOREIGN_WORDS})|(?:{_FOREIGN_CODES}))[ :)(]*\Z",
    re.IGNORECASE,
)
#: A number with a currency sign before it or a unit after it; without both, the words before it must say money.
_DIGITS = re.compile(
    r"(?<![A-Za-z])(?P<sign>(?:¥|RMB|CNY|人民币|小写)[ :)(]*(?:小写)?[ :)(]*[¥Y]? ?)?"
    rf"(?<![\d.,\-/第])(?P<number>{_NUMBER}) ?"
    rf"(?!(?:{_TENS})? ?(?:{_FOREIGN_WORDS}|{_FOREIGN_CODES}))"
    rf"(?:(?P<unit>{'|'.join(sorted(_SCALE, key=len, reverse=True))})(?: ?(?P<jiao>\d) ?角)?(?: ?[零〇]?(?P<fen>\d) ?分)?"
    rf"|(?:(?P<tens>{_TENS})(?![亿万千百十]))?(?!\d|,\d|\.\d|[-/:]\d|[年月日号%‰个条页份层楼室期款批次人名家项A-Za-z亿万千百十元圆]))",
    re.IGNORECASE,
)
_MONEY_LABEL = re.compile(
    r"(?:金额|价款|总价|总额|合计|总计|小计|款额|数额|经费|资金|付款额|交易额|捐赠额|汇款额|费用|租金|押金|保证金)"
    r"(?: ?\((?P<note>[^()\n]{0,12})\))?[\t :为是¥]*$"
)
_COLUMN_UNIT = re.compile(r"[(:] ?(?:单位 ?:? ?)?(?:人民币)?(万元|千元|元) ?[)\n\t]")
#: How many characters before a cell the head of its column is searched.
_TABLE_REACH = 2_500
#: 3万5千元, 1亿2000万元, 3万5000元: whole parts of falling size, two at least.
_MIXED = re.compile(
    r"(?<![\d.,\-/第])(?:(?P<yi>\d{1,4})亿)?(?:(?P<wan>\d{1,4})万)?(?:(?P<qian>\d)千)?(?:(?P<bai>\d)百)?(?P<rest>\d{1,4})?"
    r" ?[元圆]"
)
_PARTS = {"yi": 100_000_000, "wan": 10_000, "qian": 1_000, "bai": 100, "rest": 1}
#: 单位：万元 above a table, for all of its numbers.
_TABLE_UNIT = re.compile(
    rf"单位 ?: ?(?:人民币)?(?P<unit>亿元|百万元|万元|千元|元|(?:万|千)?(?:{_FOREIGN_WORDS}))"
)
_ONE_DECIMAL = re.compile(r"\.\d$")
_INTERRUPTED = re.compile(r"[壹贰叁肆伍陆柒捌玖拾佰仟万亿][^\s元圆角分整正,。;:()]\Z")
_UNIT_NOTE = re.compile(r"(?P<unit>亿元|万元|千元|元)")

_DEPOSIT = re.compile(r"保证金|押金|定金|质保金|诚意金|履约金|风险金")
_INSTALMENT = re.compile(
    r"首付|首期|首款|首次|首笔|首批|第[一二三四五六七八九十\d]+[期次笔批阶]|[一二三四五六]期|预付|进度款|中期款|尾款|余款|末期|末笔|剩余|其余"
    r"|分[期批次]|每[期年月季次批笔]|\d%|百分之|先期|前期|后期|定期支付|每半年|阶段|期次"
)
_STRONG_TOTAL = re.compile(
    r"总价|总额|总金额|合同金额|合同价|协议金额|总计|合计|共计|总费用|总租金|总经费|经费总|总款|总投资|中标价|成交价|捐赠金额|捐赠总"
    r"|转账金额|交易金额|汇款金额|付款金额|收款金额|支付金额|意向金额|大写|小写|一共|总共|共(?=[人¥ ]|$)"
)
_WEAK_TOTAL = re.compile(
    r"金额|价款|费用|资金|经费|款|捐赠|捐款|支付|拨付|下达|安排|补助|租金|价|费|转账|汇|人民币|¥|RMB"
)
_UNRELATED = re.compile(
    r"单价|每[人份台件套本张吨米平天]|违约金|滞纳金|罚款|注册资[本金]|手续费|工本费|余额|限额|起付|低于|不少于|超过|以上|以下|不足"
    r"|税额|日均|市值|赔偿|票面|年收入|利息|邮资|电子汇划费"
)
_MOST_AMOUNTS = 1_000
_REACH = 30
#: An amount in words and its repetition in digits are at most so many characters apart, within one clause.
_BESIDE = 26


class Spotted(NamedTuple):
    """An amount in the text, before its role is known."""

    start: int
    end: int
    value: Decimal
    words: bool


def spot_amounts(flow: Flow) -> list[Spotted]:
    """All amounts above zero, in the order of the file."""
    boxed = [Spotted(*one, False) for one in boxed_amounts(flow) if one.value <= MAX_AMOUNT]
    mixed = [*boxed, *_in_parts(flow.text)]
    taken = {place for one in mixed for place in range(one.start, one.end)}
    digits = (one for one in _in_digits(flow.text) if one.start not in taken)
    return sorted({*_in_words(flow.text), *mixed, *digits})[:_MOST_AMOUNTS]


def neighbours_of(text: str, spotted: Sequence[Spotted]) -> list[int | None]:
    """For each amount in words the index of the amount in digits beside it that it repeats."""
    return [_neighbour(text, index, spotted) for index in range(len(spotted))]


def amounts_of(flow: Flow) -> tuple[Amount, ...]:
    """All amounts above zero, in the order of the file. Those that equal the stated total have the role "total"."""
    spotted = spot_amounts(flow)
    neighbours = neighbours_of(flow.text, spotted)
    hints = _shared([_hint(flow.text, one) for one in spotted], neighbours)
    whole = _whole(spotted, hints)
    return tuple(
        Amount(
            value=one.value,
            role=_role(one, hint, whole),
            words=one.words,
            found=flow.found(one.start, one.end, f"{one.value:f}"),
            beside=spotted[neighbour].value if neighbour is not None else None,
        )
        for one, hint, neighbour in zip(spotted, hints, neighbours, strict=True)
    )


def _in_words(text: str) -> Iterator[Spotted]:
    for match in WORDS.finditer(text):
        value = amount_of(match.group())
        # In 捌任伍佰元 one character was misread, so the part that follows it is not the whole amount.
        if (
            value is not None
            and 0 < value <= MAX_AMOUNT
            and not _INTERRUPTED.search(text[max(0, match.start() - 2) : match.start()])
        ):
            yield Spotted(*match.span(), value.quantize(CENT), True)


def _in_parts(text: str) -> Iterator[Spotted]:
    for match in _MIXED.finditer(text):
        parts = {name: digits for name, digits in match.groupdict().items() if digits}
        value = Decimal(sum(int(digits) * _PARTS[name] for name, digits in parts.items()))
        if (
            len(parts) > 1
            and 0 < value <= MAX_AMOUNT
            and not _FOREIGN_BEFORE.search(text[: match.start()][-12:])
        ):
            yield Spotted(*match.span(), value.quantize(CENT), False)


def _in_digits(text: str) -> Iterator[Spotted]:
    for match in _DIGITS.finditer(text):
        if _FOREIGN_BEFORE.search(text[max(0, match.start("number") - 12) : match.start("number")]):
            continue
        unit = _unit_of(text, match)
        # 41.5 without a unit is probably 41.5万元, with the unit on another line or unread.
        bare = not (match["unit"] or match["tens"]) and unit == "元"
        cut_off = bare and _ONE_DECIMAL.search(match["number"])
        value = None if cut_off else _value(match["number"], unit)
        if value is not None:
            yield Spotted(match.start("number"), match.end(), value + _small_change(match), False)


def _unit_of(text: str, match: re.Match[str]) -> str:
    """The unit of a number in digits; "" when it is no amount of 元."""
    if match["unit"]:
        return match["unit"]
    unit = "元" if match["sign"] else _unit_before(text, match.start("number"))
    return f"{match['tens']}元" if match["tens"] and unit else unit


def _small_change(match: re.Match[str]) -> Decimal:
    """角 and 分 that are written after 元: 123元1角1分."""
    if match["unit"] not in ("元", "圆") or "." in match["number"]:
        return Decimal(0)
    return Decimal(int(match["jiao"] or 0) * 10 + int(match["fen"] or 0)) / 100


def _unit_before(text: str, start: int) -> str:
    """The unit of a bare number, from its label or the head of its column; "" when it is no amount of 元."""
    label = _MONEY_LABEL.search(text[max(0, start - _REACH) : start])
    if label is None or _FOREIGN.search(label["note"] or ""):
        return ""
    if note := _UNIT_NOTE.search(label["note"] or ""):
        return note["unit"]
    above = text[max(0, start - _TABLE_REACH) : start]
    if label.group().rstrip("¥").endswith("\t") and (heads := _COLUMN_UNIT.findall(above)):
        return str(heads[-1])
    units = _TABLE_UNIT.findall(above)
    unit = str(units[-1]) if units else "元"
    return "" if _FOREIGN.search(unit) else unit


def _value(number: str, unit: str) -> Decimal | None:
    if not unit or len(number) > 20:
        return None
    value = Decimal(number.replace(",", "").replace(" ", "")) * _SCALE[unit]
    if not 0 < value <= MAX_AMOUNT:
        return None
    # A number with more than two decimals is a rate or a quantity, not an amount of money.
    rounded = value.quantize(CENT)
    return rounded if rounded == value else None


def in_unit(number: str, unit: str) -> Decimal | None:
    """A number as written in a unit such as 万元, in 元; None when it is no amount."""
    return _value(number, unit)


def unit_of_table(text: str, start: int) -> str:
    """The unit that stands above a table (单位：万元), 元 without one; "" for foreign money."""
    units = _TABLE_UNIT.findall(text[max(0, start - _TABLE_REACH) : start])
    unit = str(units[-1]) if units else "元"
    return "" if _FOREIGN.search(unit) else unit


# Roles of amounts.

_STRONG = "strong"
_WEAK = "weak"
_OTHER = "other"


def _hint(text: str, one: Spotted) -> str:
    """What the words before an amount say about its role."""
    clause = re.split(r"[。;\n]", text[max(0, one.start - 2 * _REACH) : one.start])[-1]
    near = re.split(r"[,，]", clause)[-1]
    if _UNRELATED.search(near[-14:]) or re.match(r"[/以]", text[one.end : one.end + 1]):
        return _OTHER
    for hint, pattern, words in (
        (DEPOSIT, _DEPOSIT, near),
        (INSTALMENT, _INSTALMENT, _since_amount(near)),
        (_STRONG, _STRONG_TOTAL, near),
        (INSTALMENT, _INSTALMENT, _row_head(text, one.start)),
        (_STRONG, _STRONG_TOTAL, clause),
        (_WEAK, _WEAK_TOTAL, clause),
    ):
        if pattern.search(words):
            return hint
    return ""


def _since_amount(clause: str) -> str:
    """The words after the previous amount: in 首付款14.5万元、尾款5.8万元 each amount has its own words."""
    return re.split(r"\d(?:元|万元)", clause)[-1]


def _row_head(text: str, start: int) -> str:
    """The first cell of a table's row."""
    row = text[text.rfind("\n", 0, start) + 1 : start]
    return row.split("\t")[0] if "\t" in row else ""


def _whole(spotted: Sequence[Spotted], hints: Sequence[str]) -> Decimal | None:
    """The total that the file states, preferably from digits, since words only repeat them."""
    for wanted in (_STRONG, _WEAK, ""):
        for words in (False, True):
            values = [
                one.value
                for one, hint in zip(spotted, hints, strict=True)
                if hint == wanted and one.words is words
            ]
            if values:
                return values[0] if wanted else max(values)
    return None


def _role(one: Spotted, hint: str, whole: Decimal | None) -> str:
    if hint in (DEPOSIT, INSTALMENT):
        return hint
    return TOTAL if one.value == whole and hint != _OTHER else ""


def _neighbour(text: str, index: int, spotted: Sequence[Spotted]) -> int | None:
    """The index of the amount in digits that an amount in words repeats: the one before or after it."""
    one = spotted[index]
    if not one.words:
        return None
    candidates = []
    for other in (index - 1, index + 1):
        if 0 <= other < len(spotted) and not spotted[other].words:
            first, second = sorted((one, spotted[other]))
            if _close(text[first.end : second.start]):
                candidates.append((second.start - first.end, other))
    return min(candidates)[1] if candidates else None


def _shared(hints: Sequence[str], neighbours: Sequence[int | None]) -> list[str]:
    """Hints in which an amount in digits and its repetition in words share one: …元（大写：…）."""
    shared = list(hints)
    for hint, neighbour in zip(hints, neighbours, strict=True):
        if neighbour is not None and hint == _STRONG and shared[neighbour] in (_WEAK, ""):
            shared[neighbour] = _STRONG
    return shared


def _close(between: str) -> bool:
    return len(between) <= _BESIDE and not re.search(r"[。;]|其中|首|第|余|尾|保证金|另", between)
