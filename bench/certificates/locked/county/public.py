"""The county's certificates of institutions, and of codes."""

import io
from random import Random

import numpy as np
from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bench.certificates.locked.county import sheet, wear
from bench.certificates.locked.county.facts import TITLES, county_facts, period, spelled
from bench.certificates.values import Certificate
from bench.papers import tools

PDF, JPEG = "application/pdf", "image/jpeg"


def main_sheet(rng: Random) -> Certificate:
    made = county_facts(rng, "institution", 7)
    made.printed()
    valid = period(made, rng.choice(("span", "until_end")), "full")
    form = sheet.Form(297, 210, "Noto Serif SC")
    for inset, stroke in ((7, '2.4pt + rgb("#9c1f1f")'), (9.4, '0.6pt + rgb("#caa14a")')):
        form.rectangle(inset, inset, 297 - 2 * inset, 210 - 2 * inset, stroke)
    form.text(0, 40, "事 业 单 位 法 人 证 书", 33, width=297, align="center", weight="bold", fill="#8c1616")
    form.text(0, 57, "（正 本）", 15, width=297, align="center")
    form.text(24, 70, f"统一社会信用代码：{made.code}", 14)
    form.text(180, 70, f"证书编号：{made.serial}", 11, width=90, align="right", fill="#555555")
    red = "#8c1616"
    left = (
        ("名　　称", made.name),
        ("法定代表人", made.representative),
        ("经 费 来 源", made.source),
        ("开 办 资 金", made.capital),
        ("举 办 单 位", made.leader),
    )
    for row, (label, value) in enumerate(left):
        form.text(24, 82 + 17 * row, label, 11, fill=red, font="Noto Sans SC")
        form.text(24, 87.5 + 17 * row, value, sheet.fitting(value, 118, 7, 15), width=124)
        form.line(24, 95 + 17 * row, 142, 95 + 17 * row, '0.3pt + rgb("#b99")')
    form.text(154, 82, "宗旨和业务范围", 11, fill=red, font="Noto Sans SC")
    form.text(154, 87.5, made.purpose, sheet.fitting(made.purpose, 118, 36, 15), width=118)
    form.text(154, 129, "住　　所", 11, fill=red, font="Noto Sans SC")
    form.text(154, 134.5, made.address, sheet.fitting(made.address, 118, 14, 15), width=118)
    form.text(24, 172, f"有效期　{valid}", 13.5)
    form.text(154, 165, "登记管理机关", 12)
    form.text(186, 164.5, made.issuer, 14)
    form.text(186, 176, spelled(made.first, "full"), 13)
    form.text(0, 194, "国家事业单位登记管理局监制", 9, width=297, align="center", fill="#777777")
    page = sheet.ground(form.picture(), rng, (238, 170, 120), 0.35)
    sheet.crest(page, 148.5, 25, 24)
    sheet.numbered(rng, page, made.issuer, (196, 214), 170, 43)
    scan = wear.flatbed(rng, wear.aged(rng, page, 1))
    return Certificate(
        way="scan", font="Noto Serif SC", data=wear.bound(scan), truth=made.truth, media_type=PDF
    )


def _needle(rng: Random, layer: Image.Image) -> Image.Image:
    """Text as a printer with needles gives it: rows of dots in bluish ink."""
    points = 255 - np.asarray(layer, dtype=np.float32)
    down, across = np.mgrid[0 : points.shape[0], 0 : points.shape[1]]
    dots = 0.8 + 0.2 * np.sin(down * 2.1) * np.sin(across * 2.1)
    bands = 0.92 + 0.08 * np.sin(down / rng.uniform(5, 9))
    points *= (dots * bands)[..., None] * np.array([0.95, 0.9, 0.72], dtype=np.float32)
    return Image.fromarray(np.clip(255 - points, 0, 255).astype(np.uint8), "RGB")


def booklet(rng: Random) -> Certificate:
    made = county_facts(rng, "institution", 5)
    made.printed()
    valid = period(made, "line", rng.choice(("full", "short")))
    blank, values = sheet.Form(280, 196, "AR PL UMing"), sheet.Form(280, 196, "WenQuanYi Zen Hei Mono")
    blank.text(
        0, 12, TITLES[made.kind], 21, width=140, align="center", font="Noto Serif SC", weight="bold", gap=2
    )
    blank.text(0, 23, "（副　本）", 12, width=140, align="center")
    heights = [10.0, 11.0, 40.0, 13.0, 10.0, 10.0, 10.0, 10.0, 11.0, 11.0]
    lines = (
        ("信用代码", made.code),
        ("名　　称", made.name),
        ("宗旨和业务范围", made.purpose),
        ("住　　所", made.address),
        ("法定代表人", made.representative),
        ("经费来源", made.source),
        ("开办资金", made.capital),
        ("举办单位", made.leader),
        ("有 效 期", valid),
        ("登记管理机关", made.issuer),
    )
    blank.grid(10, 34, [28, 94], heights)
    shift_x, shift_y = rng.uniform(-0.8, 2.2), rng.uniform(-1.2, 1.6)
    top = 34.0
    for (label, value), height in zip(lines, heights, strict=True):
        wrapped = "宗旨和\n业务范围" if height > 30 else label
        for row, part in enumerate(wrapped.split("\n")):
            blank.text(
                10,
                top + height / 2 - 2.2 + 6 * row - (3 if height > 30 else 0),
                part,
                11.5,
                width=28,
                align="center",
            )
        size = sheet.fitting(value, 84, height - 2.5, 12.5)
        room = 3 if len(value) * size * 0.3528 > 84 else height / 2 - 2.2
        values.text(41 + shift_x, top + room + shift_y, value, size, width=86)
        top += height
    blank.text(140, 14, "年度报告公示情况", 16, width=140, align="center")
    blank.grid(152, 28, [58, 58], [48, 48, 48], '0.4pt + rgb("#555")')
    page = sheet.ground(blank.picture(), rng, (120, 190, 160), 0.32)
    ink = np.asarray(_needle(rng, values.picture()), dtype=np.float32)
    page = Image.fromarray((np.asarray(page, dtype=np.float32) * ink / 255).astype(np.uint8), "RGB")
    for place in range(rng.randrange(1, 4)):
        year = f"{made.first.year + place}年度报告"
        mark = sheet.plate(rng, [year, "已 公 示"], rng.choice(((30, 60, 170), (190, 40, 50))), oval=True)
        sheet.press(page, mark, 181 + 58 * (place % 2), 52 + 48 * (place // 2), 44)
    sheet.press(page, sheet.seal(rng, made.issuer, force=0.6), rng.uniform(96, 106), 166, 40)
    page = wear.aged(rng, page, 1)
    seen = wear.telephone(rng, page, bend=0.025, lean=0.05, turn=4, hand=True)
    return Certificate(
        way="photograph",
        font="WenQuanYi Zen Hei Mono",
        data=wear.jpeg(rng, seen),
        truth=made.truth,
        media_type=JPEG,
    )


def number_card(rng: Random) -> Certificate:
    made = county_facts(rng, "credit_code", 1)
    made.printed("name code representative issuer address")
    form = rng.choice(("span", "open", "always"))
    valid = period(made, form, "short")
    pdfmetrics.registerFont(TTFont("county-sans", str(tools.font("sans"))))
    pdfmetrics.registerFont(TTFont("county-bold", str(tools.font("sans-bold"))))
    out = io.BytesIO()
    wide, tall = 210 * mm, 148 * mm
    canvas = Canvas(out, pagesize=(wide, tall), invariant=1)
    canvas.setTitle(TITLES[made.kind])
    canvas.setStrokeColorRGB(0.75, 0.85, 0.95)
    for k in range(60):
        canvas.setLineWidth(0.3)
        canvas.bezier(0, k * 9, wide / 3, k * 9 + 60 - k, wide * 2 / 3, k * 9 - 60 + k, wide, k * 9 - 20)
    canvas.setStrokeColorRGB(0.1, 0.3, 0.55)
    canvas.setLineWidth(2)
    canvas.roundRect(5 * mm, 5 * mm, wide - 10 * mm, tall - 10 * mm, 4 * mm)

    def write(x: float, y: float, text: str, size: float, face: str = "county-sans") -> None:
        canvas.setFont(face, size)
        canvas.drawString(x * mm, tall - y * mm, text)

    mark = sheet.seal(rng, made.issuer, str(rng.randrange(10**12, 10**13)), force=0.6)
    canvas.drawImage(ImageReader(mark), 140 * mm, 14 * mm, 40 * mm, 40 * mm, mask="auto")
    canvas.drawImage(
        ImageReader(sheet.square(made.code).convert("RGB")), 166 * mm, 100 * mm, 24 * mm, 24 * mm
    )
    canvas.setFillColorRGB(0.1, 0.25, 0.5)
    canvas.setFont("county-bold", 25)
    canvas.drawCentredString(wide / 2 - 6 * mm, tall - 26 * mm, TITLES[made.kind])
    canvas.setFillColorRGB(0.08, 0.08, 0.08)
    rows = (
        ("代　　码", made.code),
        ("机构名称", made.name),
        ("机构类型", rng.choice(("群团", "人民团体", "其他"))),
        ("负 责 人", made.representative),
        ("地　　址", made.address),
    )
    for row, (label, value) in enumerate(rows):
        write(20, 46 + 12 * row, label, 12)
        write(46, 46 + 12 * row, value, min(14, sheet.fitting(value, 112, 8, 14)), "county-bold")
    write(20, 112, f"有效期　{valid}", 12)
    write(112, 118, f"颁发单位　{made.issuer}", 12)
    write(112, 127, f"颁发日期　{spelled(made.first, 'short')}", 12)
    canvas.save()
    return Certificate(way="text", font="Noto Sans SC", data=out.getvalue(), truth=made.truth, media_type=PDF)


def number_gold(rng: Random) -> Certificate:
    made = county_facts(rng, "credit_code", 3)
    made.printed()
    form_of = rng.choice(("span", "last"))
    valid = period(made, form_of, rng.choice(("full", "chinese")))
    form = sheet.Form(297, 210, "Noto Serif CJK TC")
    form.rectangle(8, 8, 281, 194, "3pt + black")
    form.rectangle(11, 11, 275, 188, "0.5pt + black")
    form.text(0, 22, "中华人民共和国", 20, width=297, align="center", gap=3)
    form.text(0, 33, TITLES[made.kind], 31, width=297, align="center", weight="bold", gap=4)
    form.text(30, 56, "统 一 社 会 信 用 代 码", 13)
    for place, each in enumerate(made.code):
        form.rectangle(92 + 9.6 * place, 53, 9.6, 10, "0.4pt + black")
        form.text(92 + 9.6 * place, 55.6, each, 16, width=9.6, align="center")
    rows = (
        ("机 构 名 称", made.name, 10),
        ("法 定 代 表 人（负 责 人）", made.representative, 10),
        ("职 责 （业 务） 范 围", made.purpose, 32),
        ("机 构 地 址", made.address, 12),
        ("发 证 机 关", made.issuer, 10),
        ("有 效 期 至" if form_of == "last" else "有 效 期 限", valid, 10),
    )

    def dotted(end: float) -> None:
        form.line(90, end - 2.5, 268, end - 2.5, '(paint: black, thickness: 0.4pt, dash: "dotted")')

    wide = sheet.Column(92, 0, 16, {"width": 172})
    sheet.listed(form, rows, 72.0, 3.2, sheet.Column(30, 0.6, 13, {}), wide, (168, 1), dotted)
    page = form.picture()
    sheet.press(page, sheet.seal(rng, made.issuer, force=0.42), rng.uniform(134, 158), 160, 42)
    sheet.press(page, sheet.plate(rng, ["复印无效"], (60, 60, 60), "uming"), 60, 186, 36)
    page = wear.copier(rng, page, 0.9)
    return Certificate(
        way="copy", font="Noto Serif CJK TC", data=wear.bound(page, 60), truth=made.truth, media_type=PDF
    )
