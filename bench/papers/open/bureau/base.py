"""What the papers of this bureau share: names, money, days, bills, and sheets for Word and Excel."""

import html
import io
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import msgspec

from bench.papers import tools
from bench.papers.values import Bill

ZERO = Decimal(0)
CENT = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"

_PLACES = (
    ("临州市", "云溪区", "云"),
    ("平川市", "望江区", "望"),
    ("宁泽市", "青坡区", "青"),
    ("安陵市", "东湖区", "东"),
    ("岚阳市", "石桥区", "石"),
    ("泽林市", "白塔区", "白"),
)
_BRANDS = ("恒泽", "中瑞", "鸿景", "远澜", "金穗", "博源", "天禾", "盛嘉", "汇通达", "锦程", "昱辉", "南岭")
_NEAR = {"恒泽": "恒择", "中瑞": "中锐", "鸿景": "弘景", "远澜": "远蓝", "金穗": "金岁", "博源": "博远",
         "天禾": "天和", "盛嘉": "盛佳", "汇通达": "汇通", "锦程": "锦诚", "昱辉": "昱晖", "南岭": "南陵"}  # fmt: skip
_SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
_GIVEN = ("建伟", "丽娟", "志明", "秀英", "国强", "晓燕", "海波", "玉兰", "俊杰", "春梅", "德胜", "雪萍", "文浩", "桂芳",
          "永刚", "静怡", "振华", "素琴", "子轩", "凤霞", "立军", "婉清", "宏", "敏", "磊")  # fmt: skip
_LIKE = {"伟": "玮", "娟": "鹃", "明": "铭", "英": "瑛", "强": "墙", "燕": "艳", "波": "博", "兰": "岚", "杰": "洁",
         "梅": "媚", "胜": "盛", "萍": "平", "浩": "皓", "芳": "方", "刚": "钢", "怡": "仪", "华": "桦", "琴": "芹",
         "轩": "宣", "霞": "侠", "军": "君", "清": "青", "宏": "洪", "敏": "闵", "磊": "雷"}  # fmt: skip
BANKS = ("中国工商银行", "中国建设银行", "中国农业银行", "交通银行", "中信银行", "招商银行", "徽商银行")


class Place(msgspec.Struct, frozen=True):
    """A district with its bodies."""

    city: str
    district: str
    short: str

    @property
    def whole(self) -> str:
        return self.city + self.district

    def body(self, name: str) -> str:
        """A body of the district by its full name."""
        return f"{self.city}{self.district}{name}"

    def branch(self, office: str) -> str:
        """The branch that an office of the city has in the district."""
        return f"{self.city}{office}{self.district.removesuffix('区')}分局"


def place(rng: Random) -> Place:
    return Place(*rng.choice(_PLACES))


def brand(rng: Random) -> str:
    return rng.choice(_BRANDS)


def company(rng: Random, where: Place, trade: str, kind: str = "有限公司") -> tuple[str, str]:
    """A company's name, and one that is nearly the same."""
    word = brand(rng)
    town = rng.choice([where.city, where.city.removesuffix("市"), where.whole])
    return f"{town}{word}{trade}{kind}", f"{town}{_NEAR[word]}{trade}{kind}"


def group_of(name: str, trade: str) -> str:
    """The name of the group that a company may belong to."""
    return name.replace(trade + "有限公司", "控股集团有限公司")


def person(rng: Random) -> str:
    return rng.choice(_SURNAMES) + rng.choice(_GIVEN)


def people(rng: Random, count: int) -> list[str]:
    """Persons of whom no two have the same name."""
    found: list[str] = []
    while len(found) < count:
        if (name := person(rng)) not in found:
            found.append(name)
    return found


def like(name: str) -> str:
    """A name that sounds like this person's."""
    return name[:-1] + _LIKE[name[-1]]


def telephone(rng: Random) -> str:
    return f"0{rng.randrange(500, 600)}-{rng.randrange(2_200_000, 8_900_000)}"


def account(rng: Random, length: int = 19) -> str:
    return rng.choice("13456") + "".join(rng.choice("0123456789") for _ in range(length - 1))


def spaced(digits: str) -> str:
    """An account in groups of four, as banks print it."""
    return " ".join(digits[k : k + 4] for k in range(0, len(digits), 4))


def code(rng: Random, first: str = "91") -> str:
    """A code as companies (91) and public bodies (11, 12) have it."""
    from_these = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    return first + "3401" + "".join(rng.choice("0123456789") for _ in range(2)) + "MA" + "".join(
        rng.choice(from_these) for _ in range(8)
    )  # fmt: skip


# -- money -------------------------------------------------------------------------------------------


def money(value: Decimal) -> str:
    return f"{value:,.2f}"


def plain(value: Decimal) -> str:
    """Figures without groups; without cents when there are none."""
    return f"{value:.0f}" if value == value.to_integral() else f"{value:.2f}"


def wan(value: Decimal) -> str:
    """The figure in 万元, without zeros at its end."""
    text = f"{value / 10000:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cents(value: Decimal) -> Decimal:
    return value.quantize(CENT)


def words(value: Decimal) -> str:
    """The amount in words, as on a cheque."""
    whole, rest = divmod(int(value * 100), 100)
    said = _whole(whole) + "元"
    if not rest:
        return said + "整"
    tenth, hundredth = divmod(rest, 10)
    if not tenth:
        return f"{said}零{_DIGITS[hundredth]}分"
    return said + f"{_DIGITS[tenth]}角" + (f"{_DIGITS[hundredth]}分" if hundredth else "整")


def _whole(value: int) -> str:
    said, gap, empty = "", False, True
    for unit, name in ((10**8, "亿"), (10**4, "万"), (1, "")):
        part = value // unit % 10**4
        if not part:
            gap = gap or not empty
            continue
        said += ("零" if gap or (part < 1000 and not empty) else "") + _thousands(part) + name
        gap, empty = False, False
    return said or "零"


def _thousands(value: int) -> str:
    said, gap = "", False
    for power, name in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit = value // power % 10
        if digit:
            said += ("零" if gap else "") + _DIGITS[digit] + name
            gap = False
        else:
            gap = bool(said)
    return said


def swapped(value: Decimal) -> Decimal:
    """The same with two neighbouring digits exchanged, the first pair that differs (not the leading zero)."""
    text = list(f"{value:.2f}")
    for at in range(len(text) - 4):
        if text[at] != text[at + 1] and text[at + 1] not in ".0" and text[at] != ".":
            text[at], text[at + 1] = text[at + 1], text[at]
            return Decimal("".join(text))
    return value + 100


# -- days --------------------------------------------------------------------------------------------


def day(rng: Random, first: date = date(2024, 3, 1), last: date = date(2026, 6, 30)) -> date:
    """A working day between the two."""
    found = first + timedelta(days=rng.randrange((last - first).days))
    return found - timedelta(days=max(0, found.weekday() - 4))


def later(when: date, days: int) -> date:
    found = when + timedelta(days=days)
    return found + timedelta(days=(7 - found.weekday()) if found.weekday() > 4 else 0)


def long(when: date) -> str:
    return f"{when.year}年{when.month}月{when.day}日"


def dots(when: date) -> str:
    return f"{when.year}.{when.month}.{when.day}"


def dashes(when: date) -> str:
    return when.isoformat()


def characters(when: date) -> str:
    """二〇二五年十月八日."""
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(when.year))
    return f"{year}年{_small(when.month)}月{_small(when.day)}日"


def _small(value: int) -> str:
    tens, ones = divmod(value, 10)
    digits = "〇一二三四五六七八九"
    head = "" if not tens else ("十" if tens == 1 else digits[tens] + "十")
    return head + (digits[ones] if ones else "")


# -- bills -------------------------------------------------------------------------------------------


def honest(bill: Bill, note: str = "", **changes: Any) -> Bill:
    return msgspec.structs.replace(bill, note=note, **changes)


def wrong(bill: Bill, fact: str, note: str, **changes: Any) -> Bill:
    if fact == "payee":
        changes.setdefault("unit_account", "")  # another body has another account
    return msgspec.structs.replace(bill, wrong=fact, note=note, **changes)


def some(rng: Random, good: Sequence[Bill], bad: Sequence[Bill]) -> tuple[Bill, ...]:
    """One or two bills that fit and two that do not."""
    kept = rng.sample(list(good), min(len(good), rng.choice([1, 1, 2])))
    return (*kept, *rng.sample(list(bad), min(len(bad), 2)))


# -- sheets ------------------------------------------------------------------------------------------


def esc(text: str) -> str:
    return html.escape(text)


def joined(text: str) -> str:
    """HTML without the ends of its lines, which would stand as gaps between Chinese characters."""
    return text.replace("\n", "")


def typ(text: str) -> str:
    """Text for Typst, its marks made plain."""
    for mark in "\\#*_@$<>[]~`":
        text = text.replace(mark, "\\" + mark)
    return text


def table(head: Sequence[str], rows: Sequence[Sequence[str]], attributes: str = "") -> str:
    """A table of HTML."""
    top = "".join(f"<th>{esc(each)}</th>" for each in head)
    body = "".join("<tr>" + "".join(f"<td>{esc(each)}</td>" for each in row) + "</tr>" for row in rows)
    return (
        f"<table {attributes}><tr>{top}</tr>{body}</table>" if head else f"<table {attributes}>{body}</table>"
    )


def sealed(rng: Random, pdf: bytes, name: str, at: tuple[float, float], last: bool = True) -> bytes:
    """A paper with the office's stamp on its last page, as a scanner gives it."""
    pages = tools.pictures(pdf, 170)
    where = len(pages) - 1 if last else 0
    pages[where] = tools.stamped(pages[where], tools.stamp(name), at, 0.2)
    return tools.scanned(rng, tools.as_pdf(pages, 170, 92), 170)


class Word:
    """A Word file that grows from top to bottom, and is printed at the end."""

    def __init__(self, face: str = "Noto Serif CJK SC", size: float = 11.5) -> None:
        import docx
        from docx.shared import Cm, Pt

        self.file: Any = docx.Document()
        self.face = face
        self.size = size
        style = self.file.styles["Normal"]
        style.font.size = Pt(size)
        style.paragraph_format.line_spacing = 1.45
        style.paragraph_format.space_after = Pt(2)
        section = self.file.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.6)
        section.top_margin = section.bottom_margin = Cm(2.3)

    def _write(self, run: Any, size: float, bold: bool = False, face: str = "", colour: str = "") -> None:
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        run.font.size = Pt(size)
        run.font.bold = bold
        run.font.name = face or self.face
        run._element.rPr.rFonts.set(qn("w:eastAsia"), face or self.face)
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour)

    def line(
        self,
        text: str,
        where: str = "",
        *,
        size: float = 0,
        bold: bool = False,
        face: str = "",
        colour: str = "",
    ) -> None:
        """A paragraph: `where` is center, right, left, or "" for running text that begins two letters in."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH as SIDE
        from docx.shared import Pt

        paragraph = self.file.add_paragraph()
        if where:
            paragraph.alignment = getattr(SIDE, where.upper())
        else:
            paragraph.paragraph_format.first_line_indent = Pt(2 * (size or self.size))
        self._write(paragraph.add_run(text), size or self.size, bold, face, colour)

    def grid(self, rows: Sequence[Sequence[str]], widths: Sequence[float] = (), size: float = 0) -> None:
        """A table with lines; a cell that is "<" joins the one to its left."""
        from docx.shared import Cm

        made = self.file.add_table(rows=len(rows), cols=len(rows[0]))
        made.style = "Table Grid"
        for number, row in enumerate(rows):
            left = None
            for column, text in enumerate(row):
                cell = made.cell(number, column)
                if text == "<":
                    left = left.merge(cell) if left is not None else cell
                    continue
                left = cell
                if widths:
                    cell.width = Cm(widths[column])
                self._write(cell.paragraphs[0].add_run(text), size or self.size - 1)

    def skip(self) -> None:
        self.file.add_paragraph()

    def pdf(self) -> bytes:
        out = io.BytesIO()
        self.file.save(out)
        return tools.office(out.getvalue(), "docx")


class Sheet:
    """An Excel sheet, printed on A4."""

    def __init__(self, widths: Sequence[float], wide: bool = False, face: str = "Noto Sans CJK SC") -> None:
        import openpyxl
        from openpyxl.utils import get_column_letter

        self.book: Any = openpyxl.Workbook()
        self.page: Any = self.book.active
        self.face = face
        self.columns = len(widths)
        self.at = 0
        for number, width in enumerate(widths, 1):
            self.page.column_dimensions[get_column_letter(number)].width = width
        self.page.page_setup.orientation = "landscape" if wide else "portrait"
        self.page.page_setup.paperSize = 9
        self.page.page_setup.fitToWidth = 1
        self.page.page_setup.fitToHeight = 0
        self.page.sheet_properties.pageSetUpPr = openpyxl.worksheet.properties.PageSetupProperties(
            fitToPage=True
        )

    def title(self, text: str, size: int = 16, side: str = "center", height: float = 0) -> None:
        """A line across the whole sheet."""
        from openpyxl.styles import Alignment, Font

        self.at += 1
        self.page.merge_cells(start_row=self.at, start_column=1, end_row=self.at, end_column=self.columns)
        cell = self.page.cell(self.at, 1, text)
        cell.font = Font(name=self.face, size=size, bold=size > 13)
        cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
        self.page.row_dimensions[self.at].height = height or size * 2

    def row(
        self, cells: Sequence[str | int | float | None], bold: bool = False, form: str = "#,##0.00"
    ) -> None:
        """A row with lines around its cells; numbers are shown in `form`."""
        from openpyxl.styles import Alignment, Border, Font
        from openpyxl.styles import Side as Edge

        self.at += 1
        edge = Edge(style="thin")
        for number, value in enumerate(cells, 1):
            cell = self.page.cell(self.at, number, value)
            cell.font = Font(name=self.face, size=10, bold=bold)
            cell.border = Border(left=edge, right=edge, top=edge, bottom=edge)
            side = "right" if isinstance(value, float) else "center"
            cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
            if isinstance(value, float):
                cell.number_format = form
        self.page.row_dimensions[self.at].height = 26 if bold else 21

    def pdf(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return tools.office(out.getvalue(), "xlsx")


def own(name: str, draw: Callable[[Random], Any]) -> Callable[[Random], Any]:
    """A layout with random numbers of its own, so that two layouts with one seed do not look alike."""

    def layout(rng: Random) -> Any:
        return draw(Random(f"{name}/{rng.getrandbits(64)}"))  # noqa: S311

    layout.__name__ = name
    return layout
