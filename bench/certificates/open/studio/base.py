"""How the studio sets a certificate: sheets of HTML by WeasyPrint."""

from random import Random

from bench.certificates.open.studio.facts import Facts
from bench.certificates.values import Certificate
from bench.papers import tools

TITLES = {
    "credit_code": "统一社会信用代码证书",
    "institution": "事业单位法人证书",
    "association": "社会团体法人登记证书",
    "non_enterprise": "民办非企业单位登记证书",
    "foundation": "基金会法人登记证书",
    "charity": "慈善组织证书",
}


def sheet(css: str, body: str, width: int = 297, height: int = 210, ground: str = "") -> bytes:
    """A sheet of so many millimetres; `ground` is a picture over all of it. `.at` is placed absolutely."""
    cover = f"<img class=ground src='{ground}'>" if ground else ""
    return tools.weasy(
        f"<style>@page {{ size: {width}mm {height}mm; margin: 0 }} body {{ margin: 0; color: #161616 }}"
        f".ground {{ position: absolute; left: 0; top: 0; width: {width}mm; height: {height}mm }}"
        ".at { position: absolute } .n { white-space: nowrap }"
        f"table {{ border-collapse: collapse }} td {{ vertical-align: top }} {css}</style>{cover}{body}"
    )


def at(left: float, top: float, inner: str, style: str = "") -> str:
    """A block that starts so many millimetres from the left and the top."""
    return f"<div class=at style='left:{left}mm;top:{top}mm;{style}'>{inner}</div>"


def picture(left: float, top: float, size: float, source: str) -> str:
    """A picture so many millimetres wide."""
    return f"<img class=at style='left:{left}mm;top:{top}mm;width:{size}mm' src='{source}'>"


def wide(label: str, gap: str = " ") -> str:
    """A label with gaps between its characters: 法 定 代 表 人."""
    return gap.join(label)


def rows(pairs: list[tuple[str, str]], kind: str = "") -> str:
    """A table of labels and values."""
    cells = "".join(f"<tr><td class=l>{label}</td><td class=v>{value}</td></tr>" for label, value in pairs)
    return f"<table class='{kind}'>{cells}</table>"


def certificate(made: Facts, way: str, font: str, data: bytes, media_type: str) -> Certificate:
    """The certificate with the truth that the layout has said."""
    made.truth["qualification_type"] = made.kind
    return Certificate(way=way, font=font, data=data, truth=dict(made.truth), media_type=media_type)


def small_or(rng: Random, purpose: str, sizes: tuple[float, float, float]) -> float:
    """A size of letters with which a purpose of this length fits its place."""
    size = sizes[0] if len(purpose) < 60 else sizes[1] if len(purpose) < 120 else sizes[2]
    return size * rng.uniform(0.97, 1.0)
