"""How this hand puts papers on pages: styles, seals, handwriting, boxes, and what scanners make of them."""

import base64
import html
import io
import re
from collections.abc import Iterable, Sequence
from random import Random

from bench.papers.tools import as_pdf, photographed, pictures, scanned, stamp

STYLES = (
    "body{font-family:uming;font-size:12pt;line-height:1.75}@page{size:A4;margin:26mm 26mm 24mm}",
    "body{font-family:serif;font-size:11pt;line-height:1.7}@page{size:A4;margin:24mm 28mm}",
    "body{font-family:ukai;font-size:13pt;line-height:1.65}@page{size:A4;margin:30mm 25mm 25mm}",
    "body{font-family:Noto Sans CJK SC,sans;font-size:10.5pt;line-height:1.65}@page{size:A4;margin:22mm 24mm}",
    "body{font-family:wenkai;font-size:12pt;line-height:1.6}@page{size:A4;margin:28mm 27mm 25mm}",
)
OFFICIAL = "body{font-family:uming;font-size:14pt;line-height:1.75}@page{size:A4;margin:33mm 26mm 28mm 28mm}"

COMMON = """
h1{text-align:center;font-family:sans-bold,sans;font-size:1.5em;font-weight:normal;margin:0 0 .7em;line-height:1.4}
h2{font-family:sans-bold,sans;font-size:1.05em;font-weight:normal;margin:.7em 0 .2em}
p{margin:0;text-indent:2em;text-align:justify}
.n,.n p{text-indent:0}.r{text-align:right;text-indent:0}.c{text-align:center;text-indent:0}
b{font-family:sans-bold;font-weight:normal}
u{text-decoration:none;border-bottom:.6pt solid #111;padding:0 .5em}
table{border-collapse:collapse;width:100%}td,th{font-weight:normal;padding:3pt 5pt}
.grid td,.grid th{border:.7pt solid #000;text-align:center}.grid td.l{text-align:left}.grid td.m{text-align:right}
.thick{border:1.4pt solid #000}
.sign{margin-top:1.4em}.sign td{vertical-align:top;width:50%;padding:2pt 8pt 2pt 0}
.at{position:relative}.seal{position:absolute;z-index:-1}
.hand{font-family:mashan;font-size:1.2em;color:#1a2b6b}
.box{display:inline-block;border:.7pt solid #000;width:1.25em;height:1.45em;line-height:1.45em;text-align:center;
margin-left:-.7pt;text-indent:0}
.red{color:#c8161d}.small{font-size:.8em}
"""


def sheet(style: str, body: str, more: str = "") -> str:
    """A whole HTML page; line ends within it are not blanks."""
    body = re.sub(r"\s*\n\s*", "", body)
    return f"<html><head><meta charset='utf-8'><style>{style}{COMMON}{more}</style></head><body>{body}</body></html>"


def esc(text: str) -> str:
    """Text that may stand in HTML."""
    return html.escape(text)


def seal(rng: Random, name: str, under: str = "", place: str = "left:20mm;top:-14mm", size: int = 40) -> str:
    """A seal behind what is printed or written; it lies in the next element of class `at`."""
    picture = stamp(name, under, colour=rng.choice(((208, 32, 36), (190, 25, 40), (222, 52, 44))))
    picture = picture.rotate(rng.uniform(-14, 14))
    out = io.BytesIO()
    picture.save(out, "PNG")
    code = base64.b64encode(out.getvalue()).decode()
    return f"<img class='seal' style='{place};width:{size}mm' src='data:image/png;base64,{code}'>"


def hand(rng: Random, text: str, face: str = "", ink: str = "#1a2b6b") -> str:
    """Something written by hand."""
    face = face or rng.choice(("mashan", "zhimang"))
    return f"<span class='hand' style='font-family:{face};color:{ink}'>{esc(text)}</span>"


def boxes(digits: str, cells: int = 0, *, written: bool = True) -> str:
    """Digits in boxes, filled from the right when there are more cells."""
    filled = [""] * max(0, cells - len(digits)) + list(digits)
    style = " hand" if written else ""
    return "".join(f"<span class='box{style}'>{each or '&#8195;'}</span>" for each in filled)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "grid", widths: str = "") -> str:
    """A table; cells that start with a bar go to the right, with a less-than sign to the left."""
    columns = "".join(f"<col style='width:{each}'>" for each in widths.split()) if widths else ""
    out = [
        f"<table class='{kind}'>{columns}",
        "<tr>" + "".join(f"<th>{each}</th>" for each in head) + "</tr>",
    ]
    for row in rows:
        out.append("<tr>" + "".join(_cell(each) for each in row) + "</tr>")
    return "".join(out) + "</table>"


def _cell(text: str) -> str:
    if text.startswith("|"):
        return f"<td class='m'>{text[1:]}</td>"
    if text.startswith("<<"):
        return f"<td class='l'>{text[2:]}</td>"
    return f"<td>{text}</td>"


def clauses(items: Iterable[str], numbering: str = "article") -> str:
    """Numbered paragraphs: 第一条, 一、 or 1."""
    out = []
    for number, text in enumerate(items, 1):
        if numbering == "article":
            out.append(f"<p><b>第{numeral(number)}条</b>　{text}</p>")
        elif numbering == "comma":
            out.append(f"<p>{numeral(number)}、{text}</p>")
        else:
            out.append(f"<p>{number}．{text}</p>")
    return "".join(out)


def numeral(value: int) -> str:
    """一 … 九十九."""
    digits = "零一二三四五六七八九"
    tens, ones = divmod(value, 10)
    return ("" if not tens else "十" if tens == 1 else digits[tens] + "十") + (
        digits[ones] if ones or not tens else ""
    )


def scan(rng: Random, pdf: bytes, dpi: int = 0) -> bytes:
    """A PDF as an office's scanner gives it."""
    return scanned(rng, pdf, dpi or rng.choice((150, 170, 180, 200, 200)))


def photo(rng: Random, pdf: bytes, dpi: int = 170) -> bytes:
    """A PDF as someone photographs it page by page, bound again."""
    ground = rng.choice(("#6d5f50", "#8a8378", "#3f444a", "#b79f7f"))
    return as_pdf([photographed(rng, page, ground) for page in pictures(pdf, dpi)], dpi, 78)
