"""Parties named in sentences, headings and lists, without a label."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.labels import PAYEE, PAYER
from mingpiao.evidence.extraction.names import ENDINGS, is_name, is_organisation

_LETTER = r"[\u4e00-\u9fffA-Za-z0-9·&\-]"
_BRACKETED = r"\([\u4e00-\u9fff]{1,8}\)"
#: An organisation at the start of a clause. The match is not greedy, or it would include later organisations.
_ORGANISATION = rf"(?:{_LETTER}|{_BRACKETED}){{2,40}}?(?:{ENDINGS})"
_NAME = rf"(?:{_ORGANISATION}|[\u4e00-\u9fff]{{2,4}}?)"
_BEGIN = r"(?:^|(?<=[\n\t。;,:)]))(?:今|兹|现|兹证明|感谢|我单位|本单位)?"

_GIVE = "捐赠|捐助|捐款|支付|缴纳|交纳|转账|拨付|资助|汇入|赠与|捐献|付款"
_SENTENCES = tuple(
    re.compile(pattern)
    for pattern in (
        # 某基金会已收到某公司捐赠款
        rf"{_BEGIN}(?P<payee>{_ORGANISATION})?(?:已|现|今|于[^。;,\n]{{4,16}})?收到(?P<payer>{_NAME})(?:先生|女士)?(?:的)?"
        rf"(?:{_GIVE}|交来|缴来|汇来|转来|付来|交付|拨来)",
        # 某公司自愿向某基金会捐赠
        rf"{_BEGIN}(?P<payer>{_NAME})(?:先生|女士)?(?:自愿|决定|同意|已|现|拟|将|于[^。;,\n]{{4,16}})*(?:无偿)?向(?P<payee>{_ORGANISATION})(?:无偿)?(?:{_GIVE})",
        # 某某决定捐赠
        rf"{_BEGIN}(?P<payer>{_NAME})(?:先生|女士)?(?:自愿|决定|同意)(?:无偿)?(?:捐赠|捐助|捐款|捐献)",
    )
)


_YOU = "[贵你](?:单位|会|校|院|方|司|公司|局|中心|基金会|馆|所|厅|委|站)"
_TO_YOU = re.compile(rf"向{_YOU}[^。;\n]{{0,20}}?(?:{_GIVE})|(?:{_GIVE})[^。;\n]{{0,60}}?[给至]{_YOU}")
_FROM_YOU = re.compile(rf"收到{_YOU}")


class Told(NamedTuple):
    """A name in the text with its role in the sentence, and the amount of its row in a list."""

    start: int
    end: int
    role: str
    amount: Decimal | None = None


def in_sentences(flow: Flow) -> Iterator[Told]:
    """The payer and the payee named in sentences of receipts and certificates."""
    for pattern in _SENTENCES:
        for match in pattern.finditer(flow.text):
            for role in (PAYER, PAYEE):
                name = match.groupdict().get(role)
                if name and is_name(name):
                    yield Told(*match.span(role), role)
    addressee = _addressee(flow.text)
    if addressee:
        if _TO_YOU.search(flow.text):
            yield Told(*addressee, PAYEE)
        elif _FROM_YOU.search(flow.text):
            yield Told(*addressee, PAYER)


def _addressee(text: str) -> tuple[int, int] | None:
    return next(
        (match.span("names") for match in _ADDRESSEES.finditer(text) if is_name(match["names"])), None
    )


# Official documents.

_OFFICE = re.compile(
    r"^(?P<name>[\u4e00-\u9fff]{2,30}(?:厅|局|委员会|部|办公室|政府|委|署|院|中心|会|处|公司|大学|财政|基金会))(?P<file>文件)?[ \t]*"
    r"(?P<date>(?:19|20|二〇|二零)[^\n\t。,]{4,16})?$"
)
_TITLE_OFFICE = re.compile(
    r"(?:^|\n)(?P<name>[\u4e00-\u9fff]{4,40}?(?:厅|局|委员会|部|办公室|政府|委))关于[^\n]{4,80}的(?:通知|批复|函|决定|意见)"
)
_ADDRESSEES = re.compile(r"(?:^|(?<=\n)|(?<=函)|(?<=通知)|(?<=批复))(?P<names>[^\n\t:。;]{4,120}):(?=\n)")
_LIST_ROW = re.compile(r"(?:^|(?<=\n))[^\n]{6,120}(?=\n)")
_ROW_NUMBER = re.compile(r"^ ?(?:\(?\d{1,3}[.、)]|\d{1,3}\t|[一二三四五六七八九十]{1,3}、)?[\t ]*")
_SUM_ROW = re.compile(r"合 ?计|总 ?计|小 ?计")
_COLUMN_HEAD = re.compile(
    r"(?:金额|经费|资金|补助|拨款|数额)[^\n\t]{0,8}?\((?:单位:?)?(?P<unit>万元|千元|元)\)|单位:(?P<other>万元|千元|元)"
)
_PLAIN_NUMBER = re.compile(
    r"(?<![\d.])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d{1,6})?|\d+(?:\.\d{1,6})?) ?(?P<unit>万元|元)?$"
)
_SCALES = {"万元": Decimal(10_000), "千元": Decimal(1_000), "元": Decimal(1)}


def in_policy(flow: Flow) -> Iterator[Told]:
    """The parties of an official document: the office that issues it pays; addressees and listed ones receive."""
    office = _office(flow.text)
    if office:
        yield Told(*office, PAYER)
    for match in _ADDRESSEES.finditer(flow.text):
        for name in re.finditer(r"[^、,和及 ][^、, ]*", match["names"]):
            if is_organisation(name.group()) and not re.match(r"各|有关|区直|市直|直属|相关", name.group()):
                yield Told(match.start("names") + name.start(), match.start("names") + name.end(), PAYEE)
    yield from _rows(flow)


def _office(text: str) -> tuple[int, int] | None:
    """Where the issuing office is named: in the signature, else in the letterhead, else in the title."""
    rows = [(match.start(), match.group()) for match in re.finditer(r"[^\n]+", text)]
    signed: tuple[int, int] | None = None
    head: tuple[int, int] | None = None
    for index, (start, row) in enumerate(rows):
        match = _OFFICE.match(row)
        if match is None or row.endswith("印发"):
            continue
        span = start, start + match.end("name")
        dated = match["date"] or (
            index + 1 < len(rows) and re.match(r"(?:19|20|二〇|二零)\S{4,16}$", rows[index + 1][1])
        )
        if dated and not match["file"]:
            signed = span
        head = head or span
    title = _TITLE_OFFICE.search(text)
    return signed or head or (title.span("name") if title else None)


def _rows(flow: Flow) -> Iterator[Told]:
    head = _COLUMN_HEAD.search(flow.text)
    unit = (head["unit"] or head["other"]) if head else "元"
    for match in _LIST_ROW.finditer(flow.text):
        row = match.group()
        if _SUM_ROW.search(row):
            continue
        numbered = _ROW_NUMBER.match(row)
        told = _row(flow.text, match.start() + (numbered.end() if numbered else 0), match.end(), unit)
        if told:
            yield told


def _row(text: str, start: int, end: int, unit: str) -> Told | None:
    """The recipient in a row such as 序号 | 某某中学 | 1,135,000.00, or 某某中学：1,135,000.00元."""
    name = re.match(r"[^\t:\n]{4,40}", text[start:end])
    if name is None or not is_organisation(name.group().strip()):
        return None
    for cell in re.split(r"[\t:]", text[start + name.end() : end].rstrip("。;,")):
        number = _PLAIN_NUMBER.search(cell.strip())
        if number and (
            number["unit"] or "." in number["number"] or "," in number["number"] or len(number["number"]) > 2
        ):
            value = Decimal(number["number"].replace(",", "")) * _SCALES[number["unit"] or unit]
            return Told(start, start + len(name.group().rstrip()), PAYEE, value)
    return None
