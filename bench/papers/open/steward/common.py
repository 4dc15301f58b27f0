"""Names, sums, days and drawing helpers that the layouts of this hand share."""

import base64
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools

PLACES = (
    ("山西省", "晋中市", "榆社县"),
    ("内蒙古自治区", "鄂尔多斯市", "乌审旗"),
    ("内蒙古自治区", "锡林郭勒盟", "正蓝旗"),
    ("新疆维吾尔自治区", "喀什地区", "莎车县"),
    ("新疆维吾尔自治区", "阿克苏地区", "沙雅县"),
    ("江西省", "上饶市", "婺源县"),
    ("湖南省", "怀化市", "芷江侗族自治县"),
    ("云南省", "大理白族自治州", "剑川县"),
    ("浙江省", "丽水市", "缙云县"),
    ("福建省", "宁德市", "屏南县"),
    ("河南省", "信阳市", "光山县"),
    ("甘肃省", "武威市", "古浪县"),
    ("四川省", "广元市", "苍溪县"),
    ("广西壮族自治区", "百色市", "靖西市"),
    ("安徽省", "六安市", "霍山县"),
    ("辽宁省", "铁岭市", "昌图县"),
    ("黑龙江省", "黑河市", "嫩江市"),
    ("青海省", "海东市", "互助土族自治县"),
    ("河北省", "承德市", "围场满族蒙古族自治县"),
    ("山东省", "临沂市", "蒙阴县"),
    ("贵州省", "遵义市", "湄潭县"),
    ("广东省", "梅州市", "蕉岭县"),
    ("湖北省", "恩施土家族苗族自治州", "来凤县"),
    ("陕西省", "榆林市", "绥德县"),
)
FAMILY = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "建国 秀兰 志强 桂芳 海涛 雨桐 晓梅 文博 佳怡 永胜 玉珍 俊杰 子涵 立新 春燕 德明 思远 红霞 凯 颖 磊 静 鹏程 丽娟"
OTHERS = (
    "阿依古丽·买买提",
    "吐尔逊·艾合买提",
    "努尔兰·哈力克",
    "娜仁·巴特尔",
    "古丽娜尔·阿不都拉",
    "艾力·玉素甫",
    "斯琴·朝鲁",
    "热孜万·吾斯曼",
)
BRANDS = [
    "恒信",
    "瑞丰",
    "金桥",
    "长河",
    "蓝海",
    "启明",
    "华泰",
    "东升",
    "嘉禾",
    "众诚",
    "宏图",
    "天成",
    "和顺",
    "博远",
    "鼎新",
    "康宁",
    "锦绣",
    "联创",
    "安达",
    "云岭",
]
BANKS = (
    ("中国工商银行", "支行"),
    ("中国农业银行股份有限公司", "支行"),
    ("中国建设银行", "营业部"),
    ("中国银行", "支行"),
    ("交通银行", "支行"),
    ("中国邮政储蓄银行", "支行"),
    ("农村商业银行", "营业部"),
)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_SMALL = "〇一二三四五六七八九"


def place(rng: Random) -> tuple[str, str, str]:
    """A province, its city and its county."""
    return rng.choice(PLACES)


def person(rng: Random) -> str:
    """A personal name; one of ten with a dot."""
    if rng.random() < 0.1:
        return rng.choice(OTHERS)
    return rng.choice(FAMILY) + rng.choice(GIVEN.split())


def people(rng: Random, count: int) -> list[str]:
    """That many different names."""
    found: dict[str, None] = {}
    while len(found) < count:
        found[person(rng)] = None
    return list(found)


def near_person(rng: Random, name: str, taken: Sequence[str] = ()) -> str:
    """A name that differs in one place from another."""
    if "·" in name:
        head = name.split("·")[0]
        options = [head + tail for tail in ("·卡德尔", "·依明", "·苏和") if head + tail != name]
    else:
        options = [name[:-1] + end for end in "华明芬霖军琴" if end != name[-1]]
    return rng.choice([each for each in options if each not in taken])


def company(rng: Random, town: str, trade: str, taken: Sequence[str] = ()) -> str:
    """A firm's name: town, brand, trade, legal form."""
    while True:
        end = rng.choice(("有限公司", "有限公司", "有限责任公司"))
        name = town.removesuffix("地区") + rng.choice(BRANDS) + trade + end
        if name not in taken:
            return name


def sibling(rng: Random, name: str, taken: Sequence[str] = ()) -> str:
    """A firm of another brand, else the same name."""
    for brand in BRANDS:
        if brand in name:
            options = [name.replace(brand, other) for other in BRANDS if other != brand]
            return rng.choice([each for each in options if each not in taken])
    raise ValueError(name)


def bank(rng: Random, town: str) -> str:
    """A branch of a bank."""
    house, end = rng.choice(BANKS)
    if house.startswith("农村"):
        return f"{town}{house}股份有限公司{end}"
    return f"{house}{town}{end}"


def account(rng: Random, length: int = 19) -> str:
    """An account number."""
    return rng.choice(("62", "10", "33", "44", "15", "80")) + "".join(
        rng.choice("0123456789") for _ in range(length - 2)
    )


def spaced(number: str) -> str:
    """An account in groups of four."""
    return " ".join(number[k : k + 4] for k in range(0, len(number), 4))


def code(rng: Random, head: str = "91") -> str:
    """A unified social credit code (its form only)."""
    return (
        head
        + rng.choice(("1404", "3611", "5306", "6532"))
        + "".join(rng.choice("0123456789") for _ in range(12))
    )


def phone(rng: Random) -> str:
    """A telephone number."""
    return f"0{rng.randrange(310, 998)}-{rng.randrange(2000000, 8999999)}"


def day(rng: Random, start: date = date(2023, 3, 1), span: int = 1300) -> date:
    """A day within a span."""
    return start + timedelta(days=rng.randrange(span))


def later(start: date, days: int) -> date:
    """Some days after (or before)."""
    return start + timedelta(days=days)


def cn(when: date) -> str:
    """2024年3月5日."""
    return f"{when.year}年{when.month}月{when.day}日"


def padded(when: date) -> str:
    """2024年03月05日."""
    return f"{when.year}年{when.month:02d}月{when.day:02d}日"


def han(when: date) -> str:
    """二〇二四年三月五日."""
    year = "".join(_SMALL[int(digit)] for digit in str(when.year))
    return f"{year}年{_tens(when.month)}月{_tens(when.day)}日"


def _tens(number: int) -> str:
    if number < 10:
        return _SMALL[number]
    tens = "" if number < 20 else _SMALL[number // 10]
    return tens + "十" + (_SMALL[number % 10] if number % 10 else "")


def money(value: Decimal | int) -> str:
    """1,234.00."""
    return f"{Decimal(value):,.2f}"


def plain(value: Decimal | int) -> str:
    """1234.00, or 1234 when whole."""
    value = Decimal(value)
    return f"{value:.0f}" if value == value.to_integral() else f"{value:.2f}"


def wan(value: Decimal) -> str:
    """12.35 (of 万元)."""
    return f"{(value / 10000).normalize():f}"


def cents(value: Decimal) -> Decimal:
    """Rounded to 分."""
    return Decimal(value).quantize(Decimal("0.01"))


def words(value: Decimal) -> str:
    """The amount in words, 元 onward."""
    whole, part = divmod(int(value * 100), 100)
    text, zero = "", False
    groups = []
    while whole:
        whole, group = divmod(whole, 10000)
        groups.append(group)
    for place_, group in reversed(list(enumerate(groups))):
        if group == 0:
            zero = bool(text)
            continue
        if text and group < 1000:
            zero = True
        for digit, unit in zip(f"{group:04d}", ("仟", "佰", "拾", ""), strict=True):
            if digit == "0":
                zero = bool(text)
                continue
            text += ("零" if zero and text else "") + _DIGITS[int(digit)] + unit
            zero = False
        text += ("", "万", "亿")[place_]
        zero = False
    text = (text or "零") + "元"
    if part == 0:
        return text + "整"
    jiao, fen = divmod(part, 10)
    text += (_DIGITS[jiao] + "角") if jiao else "零"
    return text + (_DIGITS[fen] + "分" if fen else "整" if jiao else "")


def swapped(rng: Random, value: Decimal, taken: Iterable[Decimal] = ()) -> Decimal:
    """A sum with two neighbouring digits exchanged; a digit changed where all are alike."""
    digits, away = list(f"{value:.2f}"), set(taken)
    spots = [k for k in range(len(digits) - 4) if digits[k] != digits[k + 1] and digits[k + 1] != "."]
    rng.shuffle(spots)
    for k in spots:
        new = [*digits[:k], digits[k + 1], digits[k], *digits[k + 2 :]]
        found = Decimal("".join(new))
        if new[0] != "0" and found not in away:
            return found
    return value + 900


# -- drawing -----------------------------------------------------------------------------------------


def seal(text: str, under: str = "", width: str = "38mm", style: str = "") -> str:
    """A stamp as an image of HTML."""
    out = io.BytesIO()
    tools.stamp(text, under).save(out, "PNG")
    data = base64.b64encode(out.getvalue()).decode()
    return f'<img style="width:{width};opacity:.82;{style}" src="data:image/png;base64,{data}">'


def table(head: Sequence[str], rows: Iterable[Sequence[object]], attributes: str = "") -> str:
    """A table of HTML; cells that look like numbers get the class n."""

    def cell(value: object) -> str:
        text = str(value)
        number = text.replace(",", "").replace(".", "").replace("-", "").isdigit()
        return f'<td class="n">{text}</td>' if number else f"<td>{text}</td>"

    top = "".join(f"<th>{each}</th>" for each in head)
    body = "".join("<tr>" + "".join(cell(value) for value in row) + "</tr>" for row in rows)
    return f"<table {attributes}><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table>"


def scan(
    rng: Random,
    pdf: bytes,
    seals: Sequence[tuple[int, str, str, float, float, float]] = (),
    dpi: int = 190,
    photo: bool = False,
) -> bytes:
    """Pages with stamps (page, name, under, x, y, share) as a scanner or telephone gives them."""
    pages = tools.pictures(pdf, dpi)
    for number, text, under, x, y, share in seals:
        ink = tools.stamp(text, under, colour=rng.choice(((210, 30, 30), (190, 40, 50))))
        ink = ink.rotate(rng.uniform(-14, 14))
        pages[number] = tools.stamped(pages[number], ink, (x, y), share)
    if photo:
        return tools.as_pdf([tools.photographed(rng, page) for page in pages], dpi, 82)
    return tools.scanned(rng, tools.as_pdf(pages, dpi, 92), dpi)


class Word:
    """A Word document, printed by LibreOffice."""

    def __init__(self, face: str = "Noto Serif CJK SC", size: float = 12, landscape: bool = False) -> None:
        from docx import Document
        from docx.shared import Cm

        self.document: Any = Document()
        self.face, self.size = face, size
        section = self.document.sections[0]
        section.page_width, section.page_height = (Cm(29.7), Cm(21.0)) if landscape else (Cm(21.0), Cm(29.7))
        section.left_margin = section.right_margin = Cm(2.6)
        section.top_margin = section.bottom_margin = Cm(2.3)

    def run(self, paragraph: Any, text: str, **looks: Any) -> None:
        """Add text in the document's face: bold, size, face, colour (hex)."""
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        run = paragraph.add_run(text)
        face = looks.get("face", self.face)
        run.font.name, run.font.size = face, Pt(looks.get("size", self.size))
        run.font.bold, run.font.underline = looks.get("bold", False), looks.get("underline", False)
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
        if "colour" in looks:
            run.font.color.rgb = RGBColor.from_string(looks["colour"])

    def say(
        self, text: str, align: str = "left", indent: bool = False, after: float = 4, **looks: Any
    ) -> Any:
        """A paragraph."""
        from docx.shared import Pt

        paragraph = self.document.add_paragraph()
        paragraph.alignment = {"left": 0, "center": 1, "right": 2}[align]
        paragraph.paragraph_format.space_after = Pt(after)
        paragraph.paragraph_format.line_spacing = looks.pop("lead", 1.35)
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(2 * self.size)
        self.run(paragraph, text, **looks)
        return paragraph

    def grid(
        self,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        style: str = "Table Grid",
        size: float = 10.5,
    ) -> Any:
        """A table; widths in centimetres."""
        from docx.shared import Cm

        made = self.document.add_table(rows=0, cols=len(widths))
        made.style = style
        made.autofit = False
        for column, width in zip(made.columns, widths, strict=True):
            column.width = Cm(width)
        for number, row in enumerate(rows):
            cells = made.add_row().cells
            for cell, value, width in zip(cells, row, widths, strict=True):
                cell.width = Cm(width)
                paragraph = cell.paragraphs[0]
                bare = value.replace(",", "").replace(".", "")
                paragraph.alignment = 2 if bare.isdigit() and number else 1 if len(value) < 12 else 0
                self.run(paragraph, value, size=size, bold=number == 0)
        self.say("", after=2)
        return made

    def pdf(self) -> bytes:
        """The document as PDF."""
        out = io.BytesIO()
        self.document.save(out)
        return tools.office(out.getvalue(), "docx")
