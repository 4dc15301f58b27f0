"""Looks of the pages that the institute's offices print from HTML: ground, tables, handwriting."""

from collections.abc import Sequence
from random import Random

_HANDS = ("mashan", "mashan", "zhimang", "zhimang", "liujian")


def hand(text: str, face: str, size: float = 17) -> str:
    """A text written by hand."""
    return f'<span style="font-family:{face};font-size:{size}pt;color:#1b2a6b;line-height:1">{text}</span>'


def any_hand(rng: Random) -> str:
    """A hand; the most hurried one is rare."""
    return rng.choice(_HANDS)


def sheet(css: str, body: str, face: str = "uming", size: float = 11.5, margin: str = "20mm 22mm") -> str:
    """A page of a printed form or letter."""
    return f"""<style>@page {{ size: A4; margin: {margin} }}
body {{ font: {size}pt/1.7 {face}; margin: 0 }} p {{ margin: 2pt 0 }} h1 {{ text-align: center;
 font: bold {size + 7}pt/1.5 serif-bold; margin: 4pt 0 8pt }} table {{ border-collapse: collapse; width: 100% }}
.g td, .g th {{ border: 0.7pt solid #222; padding: 3.5pt 5pt; font-weight: normal; text-align: center }}
.r {{ text-align: right }} .c {{ text-align: center }} .g td.l {{ text-align: left }} .g td.r {{ text-align: right }}
.i {{ text-indent: 2em }} {css}</style>{body}"""


def grid(rows: Sequence[Sequence[str]], head: bool = True, kind: str = "g") -> str:
    """A table with lines."""
    lines = []
    for at, row in enumerate(rows):
        tag = "th" if head and at == 0 else "td"
        lines.append("<tr>" + "".join(f"<{tag}>{each}</{tag}>" for each in row) + "</tr>")
    return f"<table class={kind}>{''.join(lines)}</table>"
