"""Invented people, firms and units of southern and north-eastern China; sums, dates and seals as papers show them."""

import base64
import io
import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers.tools import stamp

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_HAN = "〇一二三四五六七八九"
_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"

#: Cities with the short name of their offices' document numbers and a few roads.
CITIES = (
    ("江门", "江", "440700", ("港口一路", "胜利路", "白石大道")),
    ("梧州", "梧", "450400", ("西堤三路", "新兴二路", "奥奇丽路")),
    ("三明", "明", "350400", ("列东街", "江滨路", "高岩新村")),
    ("韶关", "韶", "440200", ("惠民北路", "沿江路", "芙蓉北路")),
    ("钦州", "钦", "450700", ("永福西大街", "南珠东大街", "子材西大街")),
    ("丽水", "丽", "331100", ("括苍路", "人民街", "丽青路")),
    ("丹东", "丹", "210600", ("锦山大街", "振五街", "黄海大街")),
    ("四平", "四", "220300", ("南新华大街", "英雄大街", "紫气大路")),
    ("佳木斯", "佳", "230800", ("长安路", "保卫路", "友谊路")),
    ("通辽", "通", "150500", ("科尔沁大街", "明仁大街", "霍林河大街")),
    ("白城", "白", "220800", ("海明西路", "中兴东大路", "文化东路")),
    ("牡丹江", "牡", "231000", ("太平路", "西三条路", "光华街")),
)
_SURNAMES = "陈林黄李梁吴刘谢罗邓冯蔡曾彭潘袁何苏叶卢莫覃韦农姚侯于宋孟曲丛栾佟关那裴金朴崔尹"
_GIVEN = [
    "志强",
    "秀英",
    "海燕",
    "国栋",
    "丽华",
    "伟明",
    "晓东",
    "春梅",
    "建国",
    "思远",
    "雨桐",
    "嘉怡",
    "永健",
    "佩珊",
    "振宇",
    "淑芬",
    "立新",
    "桂兰",
    "景行",
    "若曦",
    "文博",
    "凤琴",
    "少杰",
    "玉珍",
    "浩然",
    "锦泉",
    "慧敏",
    "宏伟",
    "亚楠",
    "启明",
    "昕",
    "磊",
    "倩",
    "岩",
    "瑾",
    "焕章",
    "乃文",
    "宝柱",
    "长贵",
    "燕妮",
]
_OTHERS = (
    "巴特尔·孟和",
    "其其格·乌兰",
    "阿依古丽·买买提",
    "艾力·吐尔逊",
    "那仁·巴雅尔",
    "热依汗·卡德尔",
    "哈斯·苏和",
    "古丽娜尔·艾则孜",
)
_FIRST = "恒瑞康盛润泽鼎信嘉禾锦华汇众远博安民德正源宏腾裕北辰南粤海川松江"
_SECOND = "达泰通联和诚兴隆益美创佳科健桥业丰昌祥颐"
_BANKS = (
    "中国工商银行",
    "中国建设银行",
    "中国农业银行",
    "中国银行",
    "交通银行",
    "中国邮政储蓄银行",
    "招商银行",
    "兴业银行",
)


@dataclass(frozen=True)
class City:
    name: str
    short: str
    code: str
    roads: tuple[str, ...]


@dataclass(frozen=True)
class Firm:
    """A firm with a neighbour whose name is nearly its own."""

    name: str
    near: str
    code: str
    address: str
    head: str
    phone: str
    bank: str
    account: str


def city(rng: Random) -> City:
    return City(*rng.choice(CITIES))


def person(rng: Random, other: float = 0.06) -> str:
    if rng.random() < other:
        return rng.choice(_OTHERS)
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN)


def near_person(rng: Random, name: str) -> str:
    """Another person whose name shares all but the last character."""
    return name[:-1] + rng.choice([each for each in "芳平霞军玲斌云" if each != name[-1]])


def mobile(rng: Random) -> str:
    return rng.choice(("138", "139", "186", "159", "177", "131")) + f"{rng.randrange(10**8):08d}"


def landline(rng: Random) -> str:
    return f"0{rng.choice(('750', '774', '415', '434', '454', '475', '598', '578'))}-{rng.randrange(2000000, 8999999)}"


def account(rng: Random, length: int = 0) -> str:
    length = length or rng.choice((15, 17, 19))
    return rng.choice(("20", "36", "44", "45", "62", "81")) + "".join(
        str(rng.randrange(10)) for _ in range(length - 2)
    )


def grouped(digits: str) -> str:
    return " ".join(digits[k : k + 4] for k in range(0, len(digits), 4))


def code(rng: Random, region: str, kind: str = "91") -> str:
    """A social credit code with its right check character."""
    body = kind + region + "".join(rng.choice(_CODE) for _ in range(9))
    rest = sum(_CODE.index(each) * pow(3, k, 31) for k, each in enumerate(body)) % 31
    return body + _CODE[(31 - rest) % 31]


def bank(rng: Random, town: str) -> str:
    if rng.random() < 0.2:
        return f"{town}农村商业银行股份有限公司{rng.choice(('城区', '河东', '新区'))}支行"
    return f"{rng.choice(_BANKS)}{town}{rng.choice(('分行营业部', '城东支行', '江滨支行', '开发区支行', '中山路支行'))}"


def firm(rng: Random, place: City, trades: str) -> Firm:
    """A firm of one of the trades (blank-separated), at home in a city."""
    first, second, third = rng.choice(_FIRST), *rng.sample(_SECOND, 2)
    trade, suffix = (
        rng.choice(trades.split()),
        rng.choice(("有限公司", "有限公司", "有限责任公司", "股份有限公司")),
    )
    town = rng.choice((place.name, place.name + "市"))
    return Firm(
        f"{town}{first}{second}{trade}{suffix}",
        f"{town}{first}{third}{trade}{suffix}",
        code(rng, place.code),
        f"{place.name}市{rng.choice(place.roads)}{rng.randrange(2, 380)}号",
        person(rng),
        landline(rng) if rng.random() < 0.6 else mobile(rng),
        bank(rng, place.name),
        account(rng),
    )


def unit(rng: Random, place: City, kind: str = "") -> Firm:
    """A hospital of the group or a vocational school, with a sister whose name is near."""
    town = place.name + "市"
    if (kind or rng.choice(("hospital", "school"))) == "hospital":
        name, near = rng.sample(
            (
                "第二人民医院",
                "第四人民医院",
                "中医医院",
                "妇幼保健院",
                "康宁医院",
                "人民医院东院区",
                "传染病医院",
            ),
            2,
        )
    else:
        name, near = rng.sample(
            (
                "机电职业技术学校",
                "卫生职业学校",
                "第一职业技术学校",
                "现代职业技术学校",
                "农业职业技术学院",
                "交通职业学院",
            ),
            2,
        )
    return Firm(
        town + name,
        town + near,
        code(rng, place.code, "12"),
        f"{town}{rng.choice(place.roads)}{rng.randrange(2, 290)}号",
        person(rng),
        landline(rng),
        bank(rng, place.name),
        account(rng),
    )


# -- sums ------------------------------------------------------------------------------------------


def money(rng: Random, low: int, high: int, step: int = 100) -> Decimal:
    return Decimal(rng.randrange(low // step, high // step + 1) * step)


def comma(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def wan(amount: Decimal) -> str:
    return f"{(amount / 10000).normalize():f}"


def words(amount: Decimal) -> str:
    """A sum in words, as forms ask for it."""
    cents = int(amount * 100)
    whole, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    text, gap = "", False
    for unit_name, scale in (("亿", 10**8), ("万", 10**4), ("", 1)):
        group = whole // scale % 10**4
        if group == 0:
            gap = bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        part, zero = "", False
        for place, size in (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1)):
            digit = group // size % 10
            if digit:
                part += ("零" if zero and part else "") + _DIGITS[digit] + place
            zero = digit == 0
        text, gap = text + part + unit_name, False
    text = text + "元" if text else ""
    if not jiao and not fen:
        return (text or "零元") + "整"
    text += _DIGITS[jiao] + "角" if jiao else ("零" if text else "")
    return text + (_DIGITS[fen] + "分" if fen else "整")


def swapped(amount: Decimal) -> Decimal:
    """The sum with two neighbouring digits exchanged."""
    text = f"{amount:.2f}"
    for k in range(len(text) - 4):
        if text[k] != text[k + 1] and text[k + 1] != "0":
            return Decimal(text[:k] + text[k + 1] + text[k] + text[k + 2 :])
    return Decimal(text) + 900


# -- dates -----------------------------------------------------------------------------------------


def day(rng: Random, first: int = 2023, last: int = 2026) -> date:
    return date(first, 1, 8) + timedelta(days=rng.randrange(365 * (last - first + 1) - 20))


def later(start: date, days: int) -> date:
    return start + timedelta(days=days)


def cn(when: date) -> str:
    return f"{when.year}年{when.month}月{when.day}日"


def cn0(when: date) -> str:
    return f"{when.year}年{when.month:02d}月{when.day:02d}日"


def dot(when: date) -> str:
    return f"{when.year}.{when.month}.{when.day}"


def slash(when: date) -> str:
    return f"{when.year}/{when.month:02d}/{when.day:02d}"


def han(when: date) -> str:
    def count(number: int) -> str:
        tens, ones = divmod(number, 10)
        lead = "" if tens == 0 else ("十" if tens == 1 else _HAN[tens] + "十")
        return lead + (_HAN[ones] if ones else "")

    return f"{''.join(_HAN[int(c)] for c in str(when.year))}年{count(when.month)}月{count(when.day)}日"


def tight(html: str) -> str:
    """HTML without line ends, which would stand as blanks between Chinese characters."""
    return html.replace("\n", "")


def joined(source: str) -> str:
    """The same for Typst: single line ends between Chinese characters go, but not those of headings."""
    text = re.sub("^(=+ .*)$", r"\1\n", source, flags=re.MULTILINE)
    return re.sub("(?<=[\u3001-\uffef])\n(?=[\u4e00-\u9fff])", "", text)


# -- seals -----------------------------------------------------------------------------------------


def seal_png(text: str, under: str = "", size: int = 260) -> bytes:
    out = io.BytesIO()
    stamp(text, under, 420).resize((size, size)).save(out, "PNG")
    return out.getvalue()


def seal_img(text: str, under: str = "", style: str = "") -> str:
    """The seal as an `img` of a page of HTML."""
    data = base64.b64encode(seal_png(text, under)).decode()
    return f"<img style='width:36mm;height:36mm;opacity:.85;{style}' src='data:image/png;base64,{data}'>"


def seal_typst(text: str, under: str = "") -> str:
    """The seal as an expression of Typst."""
    data = ",".join(map(str, seal_png(text, under, 200)))
    return f'image(bytes(({data})), format: "png", width: 36mm)'
