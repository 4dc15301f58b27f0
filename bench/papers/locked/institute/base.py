"""Who stands on the institute's papers, how sums and days are told there, and how a paper is bound."""

import base64
import io
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from bench.papers import tools
from bench.papers.values import Bill, Layout, Paper, Truth

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PROVINCES = (("澜江", "澜州"), ("岭西", "桐岭"), ("淮东", "淮泽"), ("云河", "云浦"), ("苍北", "苍梧岭"))
_FIELDS = (
    ("材料科学", "材料", "高性能密封材料"),
    ("轻工业科学", "轻工", "皮革助剂"),
    ("农业机械", "农机", "丘陵山地播种机具"),
    ("食品发酵工业", "食品", "低盐酱油发酵菌种"),
    ("环境保护科学", "环科", "印染废水回用膜组件"),
    ("林业科学", "林科", "竹材防霉改性"),
    ("电子信息", "电子", "窄带射频滤波器"),
)
_BANKS = ("中国建设银行", "中国工商银行", "中国农业银行", "交通银行", "招商银行", "中信银行")
_TWINS = (
    ("锐能", "瑞能"),
    ("华砺", "华励"),
    ("凯铭", "凯明"),
    ("信嘉", "欣嘉"),
    ("泰澜", "泰兰"),
    ("德屹", "德毅"),
    ("源桥", "元桥"),
    ("博屿", "博宇"),
    ("晟业", "盛业"),
    ("君禾", "均禾"),
)
_TRADES = ("新材料", "科技", "实业", "环保科技", "智能装备", "生物科技", "工贸", "技术开发")
_SURNAMES = "谭沈陆邵汤姜柯冉项缪贺覃龚易祝戚"
_GIVEN = (
    "志远",
    "晓芸",
    "国栋",
    "玉琴",
    "一帆",
    "文博",
    "秋实",
    "建勋",
    "雅楠",
    "思齐",
    "长河",
    "月华",
    "启明",
)
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class House(msgspec.Struct, frozen=True):
    """The institute with the bodies round it; `topic` is what its researchers are known for."""

    province: str
    city: str
    field: str
    short: str
    topic: str
    institute: str
    centre: str
    library: str
    society: str
    company: str
    bank: str
    account: str
    other_account: str
    street: str
    phone: str


class Firm(msgspec.Struct, frozen=True):
    """A firm, the one with the near name, its parent and its branch, and how people call it."""

    name: str
    twin: str
    parent: str
    branch: str
    short: str
    brand: str
    shorter: str
    code: str


def own(name: str, layout: Layout) -> Layout:
    """A layout that takes its numbers from a row of its own, so that equal seeds do not give equal casts."""

    def drawn(rng: Random) -> Paper:
        return layout(Random(f"institute {name} {rng.getrandbits(64)}"))  # noqa: S311 - the same paper again

    return drawn


# -- who --------------------------------------------------------------------------------------------


def house(rng: Random) -> House:
    """An institute of some province."""
    province, city = rng.choice(_PROVINCES)
    field, short, topic = rng.choice(_FIELDS)
    institute = f"{province}省{field}研究院"
    return House(
        province=province,
        city=city,
        field=field,
        short=f"省{short}院",
        topic=topic,
        institute=institute,
        centre=f"{province}省{short}行业培训中心",
        library=f"{province}省科技文献馆",
        society=f"{province}省{short}学会",
        company=f"{province}{short}院资产经营有限公司",
        bank=f"{rng.choice(_BANKS)}{city}{rng.choice(('科苑', '学府路', '高新', '望湖'))}支行",
        account=digits(rng, rng.choice((16, 17, 19))),
        other_account=digits(rng, 17),
        street=f"{city}市{rng.choice(('学府路', '科苑街', '望湖大道', '青年东路'))}{rng.randrange(8, 290)}号",
        phone=f"0{rng.randrange(711, 799)}-{rng.randrange(3000000, 8999999)}",
    )


def firm(rng: Random, city: str = "") -> Firm:
    """A firm that deals with the institute."""
    brand, near = rng.choice(_TWINS)
    trade = rng.choice(_TRADES)
    place = city or rng.choice(("澜州", "宁溪", "桐岭", "海澄", "云浦", "沛丰"))
    kind = rng.choice(("有限公司", "有限公司", "股份有限公司", "有限责任公司"))
    place += rng.choice(("市", "", ""))
    return Firm(
        name=f"{place}{brand}{trade}{kind}",
        twin=f"{place}{near}{trade}{kind}",
        parent=f"{brand}控股集团有限公司",
        branch=f"{place}{brand}{trade}{kind}{rng.choice(('临港', '东湖', '新津'))}分公司",
        short=f"{brand}{trade}",
        brand=brand,
        shorter=f"{brand}{trade}{kind}",
        code=credit_code(rng, "91"),
    )


def person(rng: Random) -> str:
    """A person's name."""
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN)


def people(rng: Random, count: int) -> list[str]:
    """Different people."""
    found: list[str] = []
    while len(found) < count:
        name = person(rng)
        if name not in found:
            found.append(name)
    return found


def near_person(rng: Random, name: str, besides: Sequence[str] = ()) -> str:
    """Somebody else of the same family name, who is none of those `besides`."""
    others = [name[0] + each for each in _GIVEN]
    return rng.choice([each for each in others if each != name and each not in besides])


def digits(rng: Random, count: int) -> str:
    """A row of digits that does not begin with 0."""
    return str(rng.randrange(1, 10)) + "".join(str(rng.randrange(10)) for _ in range(count - 1))


def spaced(number: str) -> str:
    """An account as people write it, in groups of four."""
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def changed(rng: Random, number: str) -> str:
    """A number in which two neighbouring digits changed places."""
    spots = [at for at in range(1, len(number) - 1) if number[at] != number[at + 1]]
    at = rng.choice(spots)
    return number[:at] + number[at + 1] + number[at] + number[at + 2 :]


def credit_code(rng: Random, head: str) -> str:
    """A code of a body with its check character."""
    body = head + f"{rng.randrange(310000, 659000)}" + "".join(rng.choice(_CODE) for _ in range(9))
    total = sum(_CODE.index(sign) * pow(3, at, 31) for at, sign in enumerate(body))
    return body + _CODE[(31 - total % 31) % 31]


# -- sums -------------------------------------------------------------------------------------------


def money(amount: Decimal | int) -> str:
    """1,234.50."""
    return f"{Decimal(amount):,.2f}"


def plain(amount: Decimal | int) -> str:
    """1234.5 without needless zeros, with no commas."""
    text = f"{Decimal(amount):.2f}".rstrip("0").rstrip(".")
    return text or "0"


def wan(amount: Decimal | int) -> str:
    """The same in 万元, without the unit: 12.5."""
    text = f"{Decimal(amount) / 10000:.6f}".rstrip("0").rstrip(".")
    return text or "0"


def _group(number: int) -> str:
    text, gap = "", False
    for unit, size in (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1)):
        digit = number // size % 10
        if digit:
            text += ("零" if gap else "") + _DIGITS[digit] + unit
            gap = False
        elif text:
            gap = True
    return text


def words(amount: Decimal | int) -> str:
    """A sum in words."""
    cents = int(Decimal(amount) * 100)
    yuan, cents = divmod(cents, 100)
    high, low = divmod(yuan, 10000)
    text = _group(high) + "万" if high else ""
    if low:
        text += ("零" if high and low < 1000 else "") + _group(low)
    text += "元"
    if not cents:
        return text + "整"
    tens, ones = divmod(cents, 10)
    text += _DIGITS[tens] + "角" if tens else "零"
    return text + (_DIGITS[ones] + "分" if ones else "整")


def swapped(rng: Random, amount: Decimal) -> Decimal:
    """The sum with two neighbouring digits exchanged."""
    text = str(int(amount))
    spots = [at for at in range(len(text) - 1) if text[at] != text[at + 1] and (at or text[1] != "0")]
    if not spots:
        return amount * 10
    at = rng.choice(spots)
    return Decimal(text[:at] + text[at + 1] + text[at] + text[at + 2 :]) + amount % 1


# -- days -------------------------------------------------------------------------------------------


def day(rng: Random, first: int = 2023, last: int = 2025) -> date:
    """A working day."""
    found = date(first, 1, 6) + timedelta(days=rng.randrange(365 * (last - first + 1) - 20))
    return found - timedelta(days=max(0, found.weekday() - 4))


def later(rng: Random, start: date, least: int, most: int) -> date:
    """A working day so many days after another."""
    found = start + timedelta(days=rng.randrange(least, most + 1))
    return found + timedelta(days=max(0, 7 - found.weekday()) if found.weekday() > 4 else 0)


def cn(day: date) -> str:
    """2024年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def dotted(day: date) -> str:
    """2024.3.5."""
    return f"{day.year}.{day.month}.{day.day}"


def han(day: date) -> str:
    """二〇二四年三月五日."""
    signs = "〇一二三四五六七八九"

    def count(number: int) -> str:
        ten, one = divmod(number, 10)
        head = "" if not ten else ("" if ten == 1 else signs[ten]) + "十"
        return head + (signs[one] if one else "")

    return "".join(signs[int(each)] for each in str(day.year)) + f"年{count(day.month)}月{count(day.day)}日"


def years_on(start: date, years: int) -> date:
    """The last day of a period of so many years."""
    begin = start if (start.month, start.day) != (2, 29) else start.replace(day=28)
    return begin.replace(year=begin.year + years) - timedelta(days=1)


# -- bills and papers -------------------------------------------------------------------------------


def bill(
    payer: str,
    unit: str,
    total: Decimal | int,
    issued_on: date,
    items: str | tuple[str, ...],
    **more: Any,
) -> Bill:
    """A bill with one item or several."""
    rows = (items,) if isinstance(items, str) else items
    return Bill(payer=payer, unit=unit, total=Decimal(total), issued_on=issued_on, items=rows, **more)


def mix(rng: Random, honest: Sequence[Bill], wrong: Sequence[Bill]) -> tuple[Bill, ...]:
    """Two to four of the bills: one or two honest ones, the rest wrong."""
    good = rng.sample(list(honest), min(len(honest), rng.choice((1, 1, 2))))
    bad = rng.sample(list(wrong), min(len(wrong), rng.choice((1, 2, 2))))
    chosen = good + bad
    rng.shuffle(chosen)
    return tuple(chosen)


def both(rng: Random, one: Bill, item: str) -> tuple[Bill, ...]:
    """The bill, and another of the same fault that was issued some days later under another item."""
    days = timedelta(days=rng.randrange(3, 15))
    return one, msgspec.structs.replace(one, issued_on=one.issued_on + days, items=(item,))


def seal(text: str, under: str = "") -> str:
    """A stamp as an address of a picture for HTML."""
    out = io.BytesIO()
    tools.stamp(text, under).save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


class Seal(msgspec.Struct, frozen=True):
    """A stamp on a page of a scan: whose, where its middle lies, and how wide it is."""

    text: str
    at: tuple[float, float]
    page: int = 0
    share: float = 0.19
    under: str = ""


def _inked(pdf: bytes, seals: Sequence[Seal], dpi: int) -> list[Any]:
    pages = tools.pictures(pdf, dpi)
    for each in seals:
        page = each.page if each.page >= 0 else len(pages) + each.page
        pages[page] = tools.stamped(pages[page], tools.stamp(each.text, each.under), each.at, each.share)
    return pages


def bound(family: str, tool: str, pdf: bytes, truth: Truth, bills: tuple[Bill, ...]) -> Paper:
    """A paper with a text layer."""
    return Paper(family=family, tool=tool, data=pdf, truth=truth, bills=bills)


def scan(
    rng: Random,
    family: str,
    tool: str,
    pdf: bytes,
    truth: Truth,
    bills: tuple[Bill, ...],
    seals: Sequence[Seal] = (),
) -> Paper:
    """A paper that was stamped and scanned."""
    dpi = rng.choice((170, 200))
    inked = tools.as_pdf(_inked(pdf, seals, dpi), dpi, 95)
    data = tools.scanned(rng, inked, dpi)
    return Paper(family=family, tool=tool, data=data, truth=truth, bills=bills, form="scan")


def photo(
    rng: Random,
    family: str,
    tool: str,
    pdf: bytes,
    truth: Truth,
    bills: tuple[Bill, ...],
    seals: Sequence[Seal] = (),
) -> Paper:
    """A paper that was stamped and photographed with a telephone."""
    page = tools.photographed(rng, _inked(pdf, seals, 190)[0], rng.choice(("#6d5f50", "#8a8175", "#4b545c")))
    return Paper(
        family=family,
        tool=tool,
        data=tools.as_picture(page),
        truth=truth,
        bills=bills,
        media_type="image/jpeg",
        form="scan",
    )
