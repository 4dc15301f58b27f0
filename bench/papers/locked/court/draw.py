"""How a clerk's papers are drawn: stamps under the letters, red letterheads, codes to scan, blanks and boxes."""

import base64
import html as markup
import io
import re
from random import Random

from PIL import Image, ImageDraw

from bench.papers import tools


def data_uri(picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def seal(rng: Random, name: str, at: str, under: str = "", width: str = "42mm", above: bool = False) -> str:
    """A stamp as an element of HTML; `at` is CSS that places it, letters stay above the ink."""
    red = rng.choice(((206, 28, 30), (222, 44, 40), (190, 30, 45), (214, 60, 66)))
    picture = tools.stamp(name, under, 420, red)
    turned = picture.rotate(rng.uniform(-14, 14), Image.Resampling.BICUBIC)
    layer = "z-index:3;opacity:.72" if above else "z-index:-1;opacity:.88"
    return f'<img src="{data_uri(turned)}" style="position:absolute;width:{width};{layer};{at}">'


def square_seal(name: str, at: str, width: str = "14mm") -> str:
    """A person's square stamp, four characters at most."""
    name = (name + "印之印")[:4] if len(name) < 4 else name[:4]
    cells = f"{name[0]}{name[1]}<br>{name[2]}{name[3]}"
    return (
        f'<div style="position:absolute;{at};border:.6mm solid #c8201e;color:#c8201e;width:{width};'
        f"text-align:center;font:bold 12pt/1.15 'xiaowei';z-index:-1;padding:.6mm 0\">{cells}</div>"
    )


def code_square(rng: Random, size: int = 29) -> str:
    """What looks like a QR code, as a data address."""
    picture = Image.new("1", (size, size), 1)
    for x in range(size):
        for y in range(size):
            picture.putpixel((x, y), rng.getrandbits(1))
    pen = ImageDraw.Draw(picture)
    for x, y in ((0, 0), (size - 7, 0), (0, size - 7)):
        pen.rectangle((x - 1, y - 1, x + 7, y + 7), fill=1)
        pen.rectangle((x, y, x + 6, y + 6), outline=0, fill=1)
        pen.rectangle((x + 2, y + 2, x + 4, y + 4), fill=0)
    return data_uri(picture.resize((size * 6, size * 6), Image.Resampling.NEAREST).convert("L"))


def code_bars(rng: Random, width: int = 190) -> str:
    """What looks like a bar code, as a data address."""
    picture = Image.new("L", (width * 2, 70), 255)
    pen, at = ImageDraw.Draw(picture), 0
    while at < width * 2 - 8:
        bar = rng.choice((2, 2, 4, 6))
        pen.rectangle((at, 0, at + bar - 1, 70), fill=0)
        at += bar + rng.choice((2, 2, 4, 6))
    return data_uri(picture)


def esc(text: str) -> str:
    return markup.escape(text)


def page(body: str, style: str = "", size: str = "A4", margin: str = "25mm 24mm") -> str:
    """A page of HTML with a style; the source's own line breaks leave no blanks between characters."""
    body = re.sub(r"\n\s*", "", body)
    return (
        f"<html lang=zh-CN><style>@page {{ size: {size}; margin: {margin}; }} body {{ margin: 0; color: #111; }} "
        f"p {{ margin: 0; }} table {{ border-collapse: collapse; }} {style}</style><body>{body}</body></html>"
    )


def letterhead(rng: Random, name: str, number: str, suffix: str = "文件") -> str:
    """A red head over a red line, with the paper's number."""
    fitting = max(22, min(38, 450 // max(10, len(name + suffix))))
    where = "center" if rng.random() < 0.6 else "left"
    star = "" if rng.random() < 0.7 else '<span style="position:relative;top:-1.2mm;color:#d2101a">★</span>'
    return (
        f"<div style=\"color:#d2101a;font:bold {fitting}pt/1.25 'serif-bold';text-align:center;"
        f'letter-spacing:1pt;margin-bottom:9mm">{name}{suffix}</div>'
        f"<div style=\"font:15pt 'uming';text-align:{where}\">{number}</div>"
        f'<div style="border-bottom:.7mm solid #d2101a;margin:1.5mm 0 9mm;text-align:center;height:1mm">{star}</div>'
    )


def rows(cells: list[list[str]], head: bool = True, classes: tuple[str, ...] = ()) -> str:
    """Rows of a table; `classes` name the columns."""
    out = []
    for at, row in enumerate(cells):
        tag = "th" if head and at == 0 else "td"
        made = "".join(
            f'<{tag} class="{classes[place] if place < len(classes) else ""}">{each}</{tag}>'
            for place, each in enumerate(row)
        )
        out.append(f"<tr>{made}</tr>")
    return "".join(out)


def worn(rng: Random, pdf: bytes, low: int = 150, high: int = 240) -> bytes:
    """A scan at some resolution."""
    return tools.scanned(rng, pdf, rng.randrange(low, high, 10))


def taken(rng: Random, pdf: bytes, dpi: int = 190) -> bytes:
    """The first page as a telephone's picture."""
    ground = rng.choice(("#6d5f50", "#8a7a64", "#3f4650", "#b59f80", "#9aa0a3"))
    first = tools.pictures(pdf, dpi)[0]
    return tools.as_picture(tools.photographed(rng, first, ground), "JPEG", rng.randrange(72, 92))


def typ(text: str) -> str:
    """Text in which Typst finds no commands."""
    for sign in "\\#$*_@<>`[]~":
        text = text.replace(sign, "\\" + sign)
    return text


def typ_page(face: str, size: float, lead: float, margin: str = "(x: 27mm, y: 28mm)", extra: str = "") -> str:
    """The head of a Typst document in Chinese."""
    return (
        f'#set page(paper: "a4", margin: {margin}{extra})\n'
        f'#set text(font: "{face}", size: {size}pt, lang: "zh", region: "cn")\n'
        f"#set par(first-line-indent: (amount: 2em, all: true), justify: true, leading: {lead}em, spacing: {lead}em)\n"
        "#let fill(body) = underline(offset: 3pt)[~#body~]\n"
        "#let mid(body) = align(center, par(first-line-indent: 0em, body))\n"
        "#let flat(body) = par(first-line-indent: 0em, body)\n"
    )
