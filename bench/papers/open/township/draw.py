"""How papers of this office look: red heads, seals, handwriting, digit boxes, and what copiers do to them."""

import base64
import io
from decimal import Decimal
from random import Random

import numpy as np
import pikepdf
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from bench.papers import tools

#: Where a seal lies: page, middle across and down (fractions of the page), width (fraction of the page's width).
Place = tuple[int, float, float, float]


def sheet(body: str, css: str = "", face: str = "uming", size: str = "A4", margin: str = "30mm 25mm") -> str:
    """A page of HTML in the office's manner."""
    return (
        f"<html lang='zh'><head><meta charset='utf-8'><style>@page {{ size: {size}; margin: {margin}; }}"
        f"body {{ font-family: {face}, serif; font-size: 14pt; line-height: 1.75; margin: 0; }}"
        "p { margin: 0; text-indent: 2em; text-align: justify; } .n { text-indent: 0; } .r { text-align: right; }"
        ".c { text-align: center; text-indent: 0; } .b { font-family: zenhei; }"
        "table { border-collapse: collapse; width: 100%; } .g td, .g th { border: 0.6pt solid #000; padding: 2pt 4pt; }"
        ".g { font-size: 11pt; line-height: 1.35; } .num { text-align: right; } h1 { text-align: center; font-weight: normal;"
        "font-size: 21pt; font-family: serif-bold; line-height: 1.4; margin: 6mm 0 5mm; }"
        f"{css}</style></head><body>{body}</body></html>"
    )


def red_head(office: str, number: str, signer: str = "", suffix: str = "文件") -> str:
    """The head of an office's red-letter paper."""
    size = 34 if len(office) < 12 else 26 if len(office) < 16 else 21
    below = f"<div style='display:flex;justify-content:space-between'><span>{number}</span><span>签发人：{signer}</span></div>"
    return (
        f"<div style='text-align:center;color:#d11;font-family:serif-bold;font-size:{size}pt;letter-spacing:2pt;"
        f"margin-bottom:9mm'>{office}{suffix}</div>"
        + (below if signer else f"<p class='c'>{number}</p>")
        + "<div style='border-top:1.6pt solid #d11;margin:2mm 0 4mm'></div>"
    )


def hand(text: str, face: str = "zhimang", size: float = 17, colour: str = "#1b2a6b", width: str = "") -> str:
    """Handwriting on a ruled blank."""
    wide = f"display:inline-block;min-width:{width};text-indent:0;text-align:center;" if width else ""
    return (
        f"<span style='{wide}border-bottom:0.6pt solid #222;line-height:1.1;padding:0 3pt'>"
        f"<span style='font-family:{face};font-size:{size}pt;color:{colour}'>{text}</span></span>"
    )


def ink(text: str, face: str = "zhimang", size: float = 17, colour: str = "#1b2a6b") -> str:
    """Handwriting without a rule, for cells."""
    return (
        f"<span style='font-family:{face};font-size:{size}pt;color:{colour};line-height:1.05'>{text}</span>"
    )


def boxes(value: Decimal, face: str = "mashan", columns: int = 9, colour: str = "#1b2a6b") -> str:
    """One digit per box under 百十万千百十元角分, the sign before the first one."""
    digits = str(int(value * 100))
    cells = ["&nbsp;"] * (columns - len(digits) - 1) + ["¥"] * (columns > len(digits)) + list(digits)
    return "".join(
        f"<td class='box'><span style='font-family:{face};color:{colour};font-size:15pt'>{each}</span></td>"
        for each in cells
    )


def box_heads(columns: int = 9) -> str:
    return "".join(
        f"<td class='box' style='font-size:8pt'>{each}</td>" for each in "亿千百十万千百十元角分"[-columns:]
    )


BOX_CSS = ".box { width: 6.2mm; min-width: 6mm; text-align: center; padding: 1pt 0 !important; }"


def seal_pdf(pdf: bytes, seals: list[tuple[Image.Image, Place]]) -> bytes:
    """A PDF with seals laid over its pages; the text stays text."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for seal, (number, across, down, share) in seals:
            page = document.pages[number]
            left, low, right, high = (float(each) for each in page.mediabox)
            width, height = right - left, high - low
            out, size = io.BytesIO(), share * width
            canvas = Canvas(out, pagesize=(width, height))
            faint = seal.copy()
            faint.putalpha(seal.getchannel("A").point(lambda value: round(value * 0.72)))
            x, y = across * width - size / 2, (1 - down) * height - size * seal.height / seal.width / 2
            canvas.drawImage(ImageReader(faint), x, y, size, size * seal.height / seal.width, mask="auto")
            canvas.save()
            with pikepdf.open(io.BytesIO(out.getvalue())) as over:
                page.add_overlay(over.pages[0], None)
        made = io.BytesIO()
        document.save(made)
        return made.getvalue()


def box_seal(lines: list[str], colour: tuple[int, int, int] = (40, 60, 170)) -> Image.Image:
    """A rectangular business stamp (业务讫章, 收讫) in blue or red."""
    letter = ImageFont.truetype(str(tools.font("serif-bold")), 44)
    width = max(int(letter.getlength(each)) for each in lines) + 60
    made = Image.new("RGBA", (width, 62 * len(lines) + 40))
    pen = ImageDraw.Draw(made)
    pen.rectangle((4, 4, width - 5, made.height - 5), outline=colour, width=6)
    for place, line in enumerate(lines):
        pen.text((width / 2, 50 + 62 * place), line, colour, letter, anchor="mm")
    return made


def seal_pages(
    pages: list[Image.Image], seals: list[tuple[Image.Image, Place]], rng: Random
) -> list[Image.Image]:
    """Pictures of pages with seals in ink that multiplies, each a little turned."""
    for seal, (number, across, down, share) in seals:
        page = pages[number].convert("RGB")
        turned = seal.rotate(rng.uniform(-12, 12), Image.Resampling.BICUBIC, expand=True)
        width = round(share * page.width * turned.width / seal.width)
        turned = turned.resize((width, round(width * turned.height / turned.width)), Image.Resampling.LANCZOS)
        over = Image.new("RGBA", page.size)
        over.paste(
            turned, (round(across * page.width - width / 2), round(down * page.height - turned.height / 2))
        )
        above, below = np.asarray(over, dtype=np.float32), np.asarray(page, dtype=np.float32)
        alpha = above[..., 3:] / 255 * rng.uniform(0.65, 0.9)
        mixed = below * (1 - alpha) + below * above[..., :3] / 255 * alpha
        pages[number] = Image.fromarray(mixed.astype(np.uint8), "RGB")
    return pages


def copied(
    rng: Random,
    pdf: bytes,
    seals: list[tuple[Image.Image, Place]] | None = None,
    dpi: int = 200,
    wear: str = "",
) -> bytes:
    """A PDF as the office's copier scans it: skew, dust, a dark edge, a fold or punched holes."""
    pages = seal_pages(tools.pictures(pdf, dpi), seals or [], rng)
    wear = wear or rng.choice(("fold", "holes", "clean", "edge", "dust"))
    grey = rng.random() < 0.2
    return tools.as_pdf([_worn(rng, page, wear, grey) for page in pages], dpi, rng.randrange(60, 88))


def _worn(rng: Random, page: Image.Image, wear: str, grey: bool) -> Image.Image:
    pen, width, height = ImageDraw.Draw(page), page.width, page.height
    if wear == "holes":
        for down in (0.36, 0.64):
            x, y, r = round(0.025 * width), round(down * height), round(0.014 * width)
            pen.ellipse((x - r, y - r, x + r, y + r), fill=(70, 70, 70))
    if wear == "dust":
        for _ in range(120):
            x, y, r = rng.randrange(width), rng.randrange(height), rng.choice((1, 1, 1, 2))
            pen.ellipse((x - r, y - r, x + r, y + r), fill=(90, 90, 90))
    page = page.rotate(rng.uniform(-1.3, 1.3), Image.Resampling.BICUBIC, fillcolor=(250, 250, 248))
    if rng.random() < 0.7:
        page = page.filter(ImageFilter.GaussianBlur(rng.uniform(0.2, 0.8)))
    points = np.asarray(page, dtype=np.float64)
    if wear == "fold":
        rows = np.arange(height)[:, None, None]
        points = points * (
            1 - 0.16 * np.exp(-(((rows - height * rng.uniform(0.46, 0.54)) / (0.004 * height)) ** 2))
        )
    if wear == "edge":
        columns = np.arange(width)[None, :, None]
        points = points * (1 - 0.55 * np.exp(-columns / (0.018 * width)))
    tint = np.array([1.0, rng.uniform(0.97, 1), rng.uniform(0.92, 1)], dtype=np.float32)
    points = points * tint * rng.uniform(0.94, 1)
    points = points + np.random.default_rng(rng.getrandbits(32)).normal(0, rng.uniform(2, 8), points.shape)
    made = Image.fromarray(np.clip(points, 0, 255).astype(np.uint8), "RGB")
    return made.convert("L").convert("RGB") if grey else made


def snapped(
    rng: Random, pdf: bytes, seals: list[tuple[Image.Image, Place]] | None = None, dpi: int = 190
) -> bytes:
    """The first page as a telephone takes it, as a JPEG file."""
    page = seal_pages(tools.pictures(pdf, dpi)[:1], seals or [], rng)[0]
    ground = rng.choice(("#6d5f50", "#8a8d90", "#4a3b2e", "#b7a98f", "#39424a"))
    return tools.as_picture(tools.photographed(rng, page, ground), quality=rng.randrange(72, 90))


def picture_link(picture: Image.Image) -> str:
    """A picture inside a page of HTML."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def ring(name: str, under: str = "") -> Image.Image:
    """The round seal of an office."""
    return tools.stamp(name, under)


# -- workbooks ---------------------------------------------------------------------------------------


def workbook(
    title: str, landscape: bool = False, face: str = "Noto Serif CJK SC"
) -> tuple[Workbook, Worksheet]:
    """An empty workbook that prints on one page's width; its first row is free for the title."""
    book = Workbook()
    page = book.active
    assert isinstance(page, Worksheet)  # noqa: S101 — a new workbook has a sheet
    page.title = "Sheet1"
    page.page_setup.orientation = "landscape" if landscape else "portrait"
    page.page_setup.paperSize = 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page["A1"] = title
    page["A1"].font = Font(name=face, size=18, bold=True)
    page["A1"].alignment = Alignment(horizontal="center", vertical="center")
    page.row_dimensions[1].height = 34
    return book, page


def fill(
    page: Worksheet,
    top: int,
    rows: list[list[str]],
    widths: list[float],
    face: str,
    bold: tuple[int, ...] = (),
) -> None:
    """Rows of a ruled table from row `top` on; numbers stand to the right."""
    thin = Side(style="thin")
    for down, row in enumerate(rows):
        for across, value in enumerate(row):
            cell = page.cell(top + down, across + 1, value)
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            cell.font = Font(name=face, size=11, bold=down in bold)
            number = value.replace(",", "").replace(".", "").replace("-", "").isdigit() and across > 0
            cell.alignment = Alignment(
                horizontal="right" if number else "center", vertical="center", wrap_text=True
            )
        page.row_dimensions[top + down].height = 24 if max(len(each) for each in row) < 14 else 36
    for across, width in enumerate(widths):
        page.column_dimensions["ABCDEFGHIJKLMN"[across]].width = width
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(widths))


def bound(book: Workbook) -> bytes:
    """The workbook as PDF, by LibreOffice."""
    out = io.BytesIO()
    book.save(out)
    return tools.office(out.getvalue(), "xlsx")
