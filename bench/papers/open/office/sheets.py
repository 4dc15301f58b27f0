"""Letters of offices as HTML and Typst, seals under the signature, and what a registry does to a paper."""

import io
from collections.abc import Sequence
from html import escape
from random import Random
from typing import NamedTuple

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from bench.papers import tools

#: The same faces for HTML (names of `tools.FONTS`) and for Typst (family names).
FACES = {
    "serif": "Noto Serif SC",
    "ukai": "AR PL UKai CN",
    "uming": "AR PL UMing CN",
    "wenkai": "LXGW WenKai",
    "sans": "Noto Sans SC",
}


def weasy(page: str) -> bytes:
    """A page of HTML as PDF, by WeasyPrint, with the faces of `tools.FONTS` under the names `o-…`."""
    used = [name for name in tools.FONTS if f"o-{name}" in page]
    faces = "".join(
        f"@font-face {{ font-family: 'o-{name}'; src: url('{tools.font(name).as_uri()}'); }}\n"
        for name in used
    )
    return tools.weasy(f'<html lang="zh-CN"><body>{page}</body></html>', faces)


def family(face: str) -> str:
    """A face of `FACES` for a style sheet; collections of fonts by the name of their Chinese member."""
    return f"'{FACES[face]}'" if face in ("ukai", "uming") else f"'o-{face}'"


class Look(NamedTuple):
    """How an office sets its letters."""

    face: str
    size: float
    lead: float
    side: int
    head: str


def look(rng: Random, small: bool = False) -> Look:
    """One of the ways of setting a letter; `small` for papers with much text."""
    size = rng.choice([12, 12.5, 13] if small else [14, 15, 15.75, 16])
    return Look(
        rng.choice(["serif", "wenkai", "uming", "wenkai", "ukai", "serif"]),
        size,
        rng.choice([1.6, 1.75, 1.9]),
        rng.choice([22, 25, 28]),
        rng.choice(["red", "red", "letter"]),
    )


class Letter(NamedTuple):
    """What stands on a letter; paragraphs that begin with `!` are headings, with `<` raw HTML, with `~` unindented."""

    head: str
    number: str
    title: str
    to: str
    body: Sequence[str]
    signs: Sequence[str]
    when: str
    notes: Sequence[str] = ()
    copies: str = ""
    printed: str = ""
    tail: str = ""


def css(style: Look, extra: str = "") -> str:
    """The style sheet of a letter."""
    return f"""<style>
@page {{ size: A4; margin: 30mm {style.side}mm 28mm {style.side}mm;
  @bottom-center {{ content: "— " counter(page) " —"; font: 11pt o-serif; }} }}
@page wide {{ size: A4 landscape; margin: 20mm 18mm; }}
body {{ font-family: {family(style.face)}, o-serif; font-size: {style.size}pt; line-height: {style.lead}; color: #111; }}
p {{ margin: 0; text-indent: 2em; text-align: justify; overflow-wrap: anywhere; }}
p.flat {{ text-indent: 0; }}
h1 {{ font: 30pt o-serif-bold; color: #d0121b; text-align: center; margin: 6mm 0 8mm; letter-spacing: 2pt;
  line-height: 1.25; }}
h1.long {{ font-size: 22pt; letter-spacing: 0; }}
h2 {{ font: 20pt o-serif-bold; text-align: center; line-height: 1.4; margin: 9mm 4mm 7mm; }}
.no {{ text-align: center; }} .right {{ text-align: right; text-indent: 0; }}
.rule {{ border-top: 1.6pt solid #d0121b; margin: 2mm 0 0; }}
.twice {{ border-top: 2pt solid #d0121b; border-bottom: 0.6pt solid #d0121b; height: 1.2mm; }}
b {{ font-family: o-zenhei; font-weight: normal; }}
.sign {{ margin: 14mm 2em 6mm 0; text-align: right; break-inside: avoid; line-height: 1.8; }}
.foot {{ border-top: 0.8pt solid #111; border-bottom: 0.8pt solid #111; font-size: 0.85em; margin-top: 12mm;
  break-inside: avoid; }}
.foot div {{ padding: 0.5mm 2mm; }} .foot div + div {{ border-top: 0.5pt solid #111; }}
table {{ border-collapse: collapse; width: 100%; font-size: 10.5pt; line-height: 1.35; margin: 2mm 0; }}
td, th {{ border: 0.6pt solid #222; padding: 1.3mm 1.5mm; font-weight: normal; text-align: center; }}
td.n {{ text-align: right; }} td.l {{ text-align: left; }}
.sheet {{ break-before: page; }} .sheet h3 {{ font: 16pt o-serif-bold; text-align: center; margin: 3mm 0; }}
{extra}</style>"""


def paragraph(text: str) -> str:
    """A paragraph of a letter as HTML."""
    if text.startswith("<"):
        return text
    if text.startswith("!"):
        return f"<p><b>{escape(text[1:])}</b></p>"
    if text.startswith("~"):
        return f'<p class="flat">{escape(text[1:])}</p>'
    return f"<p>{escape(text)}</p>"


def html(letter: Letter, style: Look, extra: str = "") -> str:
    """A letter as HTML."""
    size = ' class="long"' if len(letter.head) > 11 else ""
    if style.head == "red":
        top = f'<h1{size}>{letter.head}</h1><div class="no">{letter.number}</div><div class="rule"></div>'
    elif style.head == "letter":
        name = letter.head.removesuffix("文件")
        top = f'<h1{size}>{name}</h1><div class="twice"></div><p class="right">{letter.number}</p>'
    else:
        top = f'<p class="right">{letter.number}</p>' if letter.number else ""
    notes = "".join(
        f"<p>{'附件：' if k == 0 else '　　　'}{str(k + 1) + '．' if len(letter.notes) > 1 else ''}{escape(note)}</p>"
        for k, note in enumerate(letter.notes)
    )
    to = f'<p class="flat">{letter.to}：</p>' if letter.to else ""
    body = "".join(paragraph(text) for text in letter.body)
    sign = "<br>".join([*letter.signs, letter.when])
    foot = ""
    if letter.printed or letter.copies:
        copies = f"<div>抄送：{letter.copies}。</div>" if letter.copies else ""
        foot = f'<div class="foot">{copies}<div>{letter.printed}</div></div>'
    return (
        f"{css(style, extra)}{top}<h2>{letter.title}</h2>{to}{body}"
        f'{"<br>" + notes if notes else ""}<div class="sign">{sign}</div>{letter.tail}{foot}'
    )


def table(
    heads: Sequence[str], rows: Sequence[Sequence[str]], left: Sequence[int] = (), right: Sequence[int] = ()
) -> str:
    """A table of HTML with its head repeated on every page."""
    top = "".join(f"<th>{cell}</th>" for cell in heads)
    lines = ""
    for row in rows:
        cells = ""
        for k, cell in enumerate(row):
            kind = "n" if k in right else "l" if k in left else ""
            cells += f'<td class="{kind}">{escape(cell)}</td>'
        lines += f"<tr>{cells}</tr>"
    return f"<table><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table>"


def typ(text: str) -> str:
    """Text for Typst's markup."""
    return "".join("\\" + sign if sign in "\\#$*_@<>`~[]=-+/\"'" else sign for sign in text)


def typst_letter(letter: Letter, style: Look, tail: str = "") -> str:
    """A letter as Typst; `tail` is raw source after the signature. Paragraphs as in HTML, `<` for raw source."""
    parts = [
        f'#set page(paper: "a4", margin: (x: {style.side}mm, top: 33mm, bottom: 30mm), '
        "footer: context align(center, text(size: 11pt, [— #counter(page).display() —])))",
        f'#set text(font: ("{FACES[style.face]}", "Noto Serif SC"), size: {style.size}pt, lang: "zh", region: "cn")',
        f"#set par(leading: {style.lead - 0.75:.2f}em, spacing: {style.lead - 0.75:.2f}em, justify: true, "
        "first-line-indent: (amount: 2em, all: true))",
    ]
    red, size = 'rgb("#c8102e")', 20 if len(letter.head) > 12 else 27
    if style.head in ("red", "letter"):
        parts.append(
            f'#align(center, text(font: "Noto Serif SC", weight: "bold", size: {size}pt, fill: {red})'
            f"[{typ(letter.head)}])\n#v(4mm)"
        )
        side = "center" if style.head == "red" else "right"
        parts.append(
            f"#align({side})[{typ(letter.number)}]\n#v(-1mm)\n#line(length: 100%, stroke: 1.4pt + {red})"
        )
    elif letter.number:
        parts.append(f"#align(right)[{typ(letter.number)}]")
    parts.append(
        '#v(5mm)\n#align(center, par(first-line-indent: 0em, justify: false, text(font: "Noto Serif SC", '
        f'weight: "bold", size: 19pt)[{typ(letter.title)}]))\n#v(4mm)'
    )
    if letter.to:
        parts.append(f"#par(first-line-indent: 0em)[{typ(letter.to)}：]")
    for text in letter.body:
        if text.startswith("<"):
            parts.append(text[1:])
        elif text.startswith("!"):
            parts.append(f'#text(font: "WenQuanYi Zen Hei")[{typ(text[1:])}]')
        elif text.startswith("~"):
            parts.append(f"#par(first-line-indent: 0em)[{typ(text[1:])}]")
        else:
            parts.append(typ(text))
    for k, note in enumerate(letter.notes):
        mark = f"{k + 1}．" if len(letter.notes) > 1 else ""
        parts.append(f"{'#v(4mm)附件：' if k == 0 else '　　　'}{mark}{typ(note)}")
    sign = " \\ ".join(typ(text) for text in [*letter.signs, letter.when])
    parts.append(
        f"#v(12mm)\n#block(breakable: false, width: 100%, inset: (right: 2em), align(right)[{sign}])"
    )
    parts.append(tail)
    if letter.printed or letter.copies:
        copies = f"抄送：{typ(letter.copies)}。 #line(length: 100%, stroke: 0.5pt) " if letter.copies else ""
        parts.append(
            "#v(6mm)\n#block(breakable: false, width: 100%, stroke: (top: 0.8pt, bottom: 0.8pt), inset: (y: 2mm), "
            f"par(first-line-indent: 0em, text(size: 0.85em)[{copies}{typ(letter.printed)}]))"
        )
    return "\n\n".join(parts)


def typst_table(columns: str, heads: Sequence[str], rows: Sequence[Sequence[str]], rules: bool = True) -> str:
    """A table as Typst, with rules around each cell or only under the head."""
    cells = ", ".join(f"[{typ(cell)}]" for row in rows for cell in row)
    top = ", ".join(f"[{typ(cell)}]" for cell in heads)
    stroke = "0.5pt" if rules else "(x, y) => if y == 0 { (y: 0.9pt) } else { (bottom: 0.2pt + gray) }"
    return (
        f"#[#set par(first-line-indent: 0em, leading: 0.5em, justify: false)\n#set text(size: 10.5pt)\n"
        f"#table(columns: {columns}, stroke: {stroke}, inset: 5pt, align: center + horizon, "
        f"table.header({top}), {cells})]"
    )


def bound(*parts: bytes) -> bytes:
    """Papers one after the other in one file."""
    with pikepdf.new() as whole:
        for part in parts:
            with pikepdf.open(io.BytesIO(part)) as each:
                whole.pages.extend(each.pages)
        out = io.BytesIO()
        whole.save(out)
        return out.getvalue()


def where(pdf: bytes, text: str) -> tuple[int, float, float]:
    """Where a text stands last, but in the printer's line: page, and its middle in points from the lower left."""
    found: tuple[int, float, float] | None = None
    with pdfium.PdfDocument(pdf) as document:
        for place, page in enumerate(document):
            content = page.get_textpage()
            search = content.search(text)
            while (hit := search.get_next()) is not None:
                first, last = content.get_charbox(hit[0]), content.get_charbox(hit[0] + hit[1] - 1)
                line = content.get_text_range(hit[0], min(40, content.count_chars() - hit[0])).split("\n")[0]
                if abs(first[1] - last[1]) < 30 and "印发" not in line:
                    found = place, (first[0] + last[2]) / 2, (first[1] + first[3]) / 2
    if found is None:
        raise ValueError(f"{text} stands nowhere")
    return found


def sealed(rng: Random, pdf: bytes, seals: Sequence[tuple[str, str]], under: str = "") -> bytes:
    """The PDF with round seals (name, and the text over which it lies) under the ink of its text."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for name, anchor in seals:
            place, x, y = where(pdf, anchor)
            picture = tools.stamp(
                name, under, colour=rng.choice([(210, 30, 30), (196, 20, 46), (224, 60, 52)])
            )
            picture = picture.rotate(rng.uniform(-12, 12), Image.Resampling.BICUBIC)
            picture.putalpha(picture.getchannel("A").point(lambda level: round(level * 0.85)))
            page = document.pages[place]
            width, height = (float(side) for side in page.mediabox[2:])
            size = rng.uniform(112, 124)
            out = io.BytesIO()
            pen = Canvas(out, pagesize=(width, height))
            x, y = x + rng.uniform(-14, 14), y + rng.uniform(-2, 16)
            pen.drawImage(ImageReader(picture), x - size / 2, y - size / 2, size, size, mask="auto")
            pen.save()
            with pikepdf.open(io.BytesIO(out.getvalue())) as ink:
                page.add_underlay(ink.pages[0], pikepdf.Rectangle(0, 0, width, height))
        done = io.BytesIO()
        document.save(done)
        return done.getvalue()


# -- wear --------------------------------------------------------------------------------------------


def box(
    page: Image.Image, lines: Sequence[str], at: tuple[float, float], colour: str = "#c42030"
) -> Image.Image:
    """The page with a square receipt stamp of some lines, its upper left corner at `at` (fractions)."""
    page = page.copy()
    size = round(page.width * 0.017)
    letter = ImageFont.truetype(str(tools.font("sans")), size)
    wide = max(letter.getlength(line) for line in lines) + 2 * size
    tile = Image.new("RGBA", (round(wide), round(size * 1.5 * len(lines) + size)))
    pen = ImageDraw.Draw(tile)
    pen.rectangle((2, 2, tile.width - 3, tile.height - 3), outline=colour, width=max(2, size // 10))
    for k, line in enumerate(lines):
        pen.text((tile.width / 2, size * (1.25 + 1.5 * k)), line, colour, letter, anchor="mm")
    tile = tile.rotate(2.5, Image.Resampling.BICUBIC, expand=True)
    page.paste(tile, (round(at[0] * page.width), round(at[1] * page.height)), tile)
    return page


def pencil(
    page: Image.Image, text: str, at: tuple[float, float], face: str = "liujian", share: float = 0.03
) -> Image.Image:
    """The page with a line written by hand in blue or black ink, its lower left corner at `at`."""
    page = page.copy()
    letter = ImageFont.truetype(str(tools.font(face)), round(page.width * share))
    colour = "#1d2c6b" if face == "liujian" else "#15151a"
    ImageDraw.Draw(page).text((at[0] * page.width, at[1] * page.height), text, colour, letter, anchor="ls")
    return page


def punched(page: Image.Image) -> Image.Image:
    """The page with two holes of a binder and the dark edge of a copier's lid."""
    page = page.copy()
    pen, step = ImageDraw.Draw(page), page.height / 2
    for side in (-1, 1):
        x, y, r = page.width * 0.035, step + side * page.height * 0.135, page.width * 0.014
        pen.ellipse((x - r, y - r, x + r, y + r), fill="#4a4a4a")
    pen.rectangle((0, 0, page.width, page.height * 0.004), fill="#2f2f2f")
    return page


def scan(rng: Random, pages: list[Image.Image], dpi: int) -> bytes:
    """Pictures of pages, scanned."""
    flat = tools.as_pdf(pages, dpi, 92)
    return tools.scanned(rng, flat, dpi)
