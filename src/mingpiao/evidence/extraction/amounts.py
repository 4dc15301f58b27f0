"""Amounts in digits and in 大写, in 元, each with what the paper says it is."""

import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

import msgspec

from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.numerals import WORDS, amount_of
from mingpiao.evidence.model import Amount
from mingpiao.kernel.money import MAX_AMOUNT

TOTAL = "total"
INSTALMENT = "instalment"
DEPOSIT = "deposit"

_NUMBER = r"(?:\d{1,3}(?: ?, ?\d{3})+|\d+)(?: ?\. ?\d{1,6})?"
_UNIT = "亿元|百万元|十万元|万元|千元|元|圆|万人民币"
_DIGITS = re.compile(
    rf"(?P<sign>(?:¥|RMB|CNY|人民币|小写)[ :)(]*(?:小写)?[ :)(]*¥? ?)?"
    rf"(?<![\d.,\-/第])(?P<number>{_NUMBER}) ?(?P<unit>{_UNIT})?(?![\d,]|\.\d|[年月日号%‰个条页份层楼室期款])",
    re.IGNORECASE,
)
_SCALE = {
    "亿元": Decimal(100_000_000),
    "百万元": Decimal(1_000_000),
    "十万元": Decimal(100_000),
    "万元": Decimal(10_000),
    "万人民币": Decimal(10_000),
    "千元": Decimal(1_000),
}
#: A number without 元 or ¥ is money only after one of these, in its own cell or the one before.
_MONEY_LABEL = re.compile(
    r"(?:金额|价款|总价|总额|合计|总计|小计|价税合计|款额|数额|经费|资金|付款额|交易额|捐赠额|汇款额)"
    r"(?: ?[((](?:[^()\n]{0,12})[))])?[\t :为是]*$"
)
_HEADER_UNIT = re.compile(
    r"[((] ?(?:单位 ?:? ?)?(?:人民币)? ?(?P<unit>亿元|万元|千元|元) ?[))]|单位 ?: ?(?:人民币)?(?P<other>亿元|万元|千元|元)"
)

_DEPOSIT = re.compile(r"保证金|押金|定金|质保金|诚意金|履约金|风险金")
_TOTAL = re.compile(
    r"总价|总额|总金额|合同金额|合同价|协议金额|总计|合计|共计|总费用|总租金|价税合计|总经费|经费总额|项目经费|捐赠金额|捐赠总|捐款金额"
    r"|转账金额|交易金额|汇款金额|付款金额|收款金额|金额|价款为|大写|小写|资金总|补助资金|总投资|费用为|价款|总款|中标价|成交价|人民币"
)
_INSTALMENT = re.compile(
    r"首付|首期|首款|首次|首笔|第[一二三四五六七八九十\d]+[期次笔批阶]|预付|进度款|尾款|余款|剩余|其余|余额|分期|每[期年月季次]|\d+(?:\.\d+)?%"
    r"|百分之|一次付|先期|前期|后期|中期款|定期支付|二期|三期|一期|每半年|阶段"
)
_UNRELATED = re.compile(
    r"单价|每[人份台件套本张吨米平]|元/|违约金|滞纳金|罚款|注册资[本金]|注册资产|手续费|工本费|余额|限额|起付|低于|不少于|超过|以上|以下|不足|税额|税率|日均|市值|汇率"
)
_WINDOW = 28


def amounts_of(flow: Flow) -> tuple[Amount, ...]:
    """All amounts above nothing, in the order of the paper."""
    found = sorted({*_in_words(flow), *_in_digits(flow)}, key=lambda one: (one[0], -one[1]))
    return tuple(
        Amount(
            value=value,
            role=_role(flow.text, start, end),
            words=words,
            found=flow.found(start, end, f"{value:f}"),
        )
        for start, end, value, words in found
        if Decimal(0) < value <= MAX_AMOUNT
    )


_Spotted = tuple[int, int, Decimal, bool]


def _in_words(flow: Flow) -> Iterator[_Spotted]:
    for match in WORDS.finditer(flow.text):
        value = amount_of(match.group())
        if value is not None:
            yield *match.span(), value.quantize(Decimal("0.01")), True


def _in_digits(flow: Flow) -> Iterator[_Spotted]:
    for match in _DIGITS.finditer(flow.text):
        unit = match["unit"] or ""
        if not unit and not match["sign"]:
            unit = _unit_of_bare(flow.text, match.start())
            if not unit:
                continue
        value = _value(match["number"], unit)
        if value is not None:
            yield match.start("number"), match.end(), value, False


def _value(number: str, unit: str) -> Decimal | None:
    try:
        value = Decimal(re.sub(r"[ ,]", "", number)) * _SCALE.get(unit, Decimal(1))
    except InvalidOperation:
        return None
    # More than 分 is a rate or a quantity, no amount of money.
    rounded = value.quantize(Decimal("0.01")) if value < MAX_AMOUNT else None
    return rounded if rounded == value else None


def _unit_of_bare(text: str, start: int) -> str:
    """The unit of a number that says none: from the label or the head of its column, or "" when it is no money."""
    before = text[max(0, start - _WINDOW) : start]
    label = _MONEY_LABEL.search(before)
    if label is None:
        return ""
    unit = _HEADER_UNIT.search(label.group())
    return (unit["unit"] or unit["other"]) if unit else "元"


def _role(text: str, start: int, end: int) -> str:
    before = _clause_before(text, start)
    if _UNRELATED.search(before[-12:]) or text[end : end + 2].strip().startswith(("/", "以上", "以下")):
        return ""
    found = [
        (match.start(), role)
        for role, pattern in ((INSTALMENT, _INSTALMENT), (TOTAL, _TOTAL), (DEPOSIT, _DEPOSIT))
        for match in pattern.finditer(before)
    ]
    roles = {role for _, role in found}
    # 首期租金人民币…元: what narrows goes before what names.
    return next((role for role in (DEPOSIT, INSTALMENT, TOTAL) if role in roles), "")


def _clause_before(text: str, start: int) -> str:
    window = text[max(0, start - 2 * _WINDOW) : start]
    return re.split(r"[。;\n]", window)[-1]


def with_total(amounts: tuple[Amount, ...]) -> tuple[Amount, ...]:
    """The same amounts, where the largest unnamed one is the total if none is called so."""
    if any(amount.role == TOTAL for amount in amounts):
        return amounts
    unnamed = [amount.value for amount in amounts if not amount.role]
    if not unnamed:
        return amounts
    largest = max(unnamed)
    return tuple(
        msgspec.structs.replace(amount, role=TOTAL) if not amount.role and amount.value == largest else amount
        for amount in amounts
    )
