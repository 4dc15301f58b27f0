"""Certificates of institutions and of credit codes."""

from random import Random

from bench.certificates.open.studio import wear
from bench.certificates.open.studio.base import (
    TITLES,
    at,
    certificate,
    picture,
    rows,
    sheet,
    small_or,
    wide,
)
from bench.certificates.open.studio.facts import day, facts, validity
from bench.certificates.values import Certificate
from bench.papers import tools

PDF = "application/pdf"


def unit_front(rng: Random) -> Certificate:
    """正本 of an institution: the title with its code on the left, fields on the right; Song, scanned."""
    made = facts(rng, "institution", (2, 7))
    valid = validity(rng, made, "padded", "span")
    made.say("name", "code", "person", "issuer", "purpose", "address")
    size = small_or(rng, made.purpose, (14, 12.5, 11))
    fields = rows(
        [
            (wide("名称", "　　"), made.name),
            ("宗 旨 和<br>业务范围", f"<span style='font-size:{size:.1f}pt'>{made.purpose}</span>"),
            (wide("住所", "　　"), made.address),
            (wide("法定代表人", " "), made.person),
            (wide("经费来源"), made.funding),
            (wide("开办资金"), made.money),
            (wide("举办单位"), made.sponsor),
        ]
    )
    body = (
        "<div class=at style='left:8mm;top:8mm;width:279mm;height:192mm;border:1.6mm double #b8862d'></div>"
        + picture(57, 24, 34, wear.emblem())
        + at(
            18, 66, TITLES[made.kind], "width:112mm;text-align:center;font:30pt serif-bold;letter-spacing:2pt"
        )
        + at(18, 86, "（正　本）", "width:112mm;text-align:center;font:17pt uming")
        + at(18, 104, "统一社会信用代码", "width:112mm;text-align:center;font:14pt zenhei")
        + at(18, 112, made.code, "width:112mm;text-align:center;font:19pt uming;letter-spacing:1pt")
        + picture(62, 128, 26, wear.code_square(f"http://search.example.cn/u?c={made.code}"))
        + at(
            18, 188, "国家事业单位登记管理局监制", "width:112mm;text-align:center;font:10pt zenhei;color:#555"
        )
        + at(142, 24, fields, "width:136mm")
        + picture(205, 142, 44, wear.seal(rng, made.issuer))
        + at(142, 160, f"有 效 期　{valid}", "font:14pt uming")
        + at(142, 173, f"登记管理机关　{made.issuer}", "font:14pt uming")
    )
    css = (
        "table{width:136mm} td{padding:0 0 4.2mm 0} .l{width:32mm;font:13.5pt sans-bold;color:#7a1f12}"
        ".v{font:14pt/1.4 uming}"
    )
    data = sheet(css, body, ground=wear.guilloche(rng))
    return certificate(made, "scan", "uming", tools.scanned(rng, data), PDF)


def unit_duplicate(rng: Random) -> Certificate:
    """副本 of an institution on a sheet of its own, all in boxes, with an annual check; Kai, copied in grey."""
    made = facts(rng, "institution", (2, 10))
    valid = validity(rng, made, "padded", "span dash")
    made.say("name", "code", "person", "issuer", "purpose", "address")
    size = small_or(rng, made.purpose, (15, 13, 12))
    fields = rows(
        [
            ("统一社会<br>信用代码", f"<span style='letter-spacing:1.5pt'>{made.code}</span>"),
            ("单位名称", made.name),
            (
                "宗旨和<br>业务范围",
                f"<div style='min-height:38mm;font-size:{size:.1f}pt'>{made.purpose}</div>",
            ),
            ("住　　所", made.address),
            ("法定代表人", made.person),
            ("经费来源", made.funding),
            ("开办资金", made.money),
            ("举办单位", made.sponsor),
            ("登记管理机关", made.issuer),
            ("有　效　期", valid),
        ]
    )
    check = wear.box_stamp(rng, (f"{made.start.year + 1}年度", "年度报告已公示"))
    body = (
        at(0, 22, TITLES[made.kind], "width:210mm;text-align:center;font:34pt ukai;letter-spacing:3pt")
        + at(0, 39, "副　本", "width:210mm;text-align:center;font:18pt ukai")
        + at(0, 39, f"编号：{made.number}", "width:188mm;text-align:right;font:10pt uming")
        + picture(122, 198, 43, wear.seal(rng, made.issuer, strength=0.5))
        + picture(136, 248, 46, check)
        + at(20, 52, fields, "width:170mm")
        + at(22, 262, "注：本证书不得涂改、转让、出借。", "font:11pt ukai")
    )
    css = (
        "table{width:170mm} td{border:.35mm solid #222;padding:2.6mm} .v{font:15pt/1.35 ukai}"
        ".l{width:30mm;font:14pt ukai;text-align:center;vertical-align:middle}"
    )
    page = wear.page(sheet(css, body, 210, 297))
    return certificate(made, "copy", "ukai", wear.copied(rng, page), PDF)


def code_sheet(rng: Random) -> Certificate:
    """A code's certificate as the register's web site gives it: text, Hei, a code to scan."""
    made = facts(rng, "credit_code", (1, 1))
    valid = validity(rng, made, rng.choice(("padded", "dashes")), "span from_unlimited unlimited")
    made.say("name", "code", "person", "issuer", "address")
    fields = rows(
        [
            ("机构名称", made.name),
            ("机构性质", "群众团体"),
            ("机构地址", made.address),
            ("负责人", made.person),
            ("赋码机关", made.issuer),
        ]
    )
    body = (
        "<div class=at style='left:6mm;top:6mm;width:283mm;height:196mm;border:.5mm solid #b03a2e;"
        "outline:.2mm solid #b03a2e;outline-offset:-2.4mm'></div>"
        + picture(134, 13, 28, wear.emblem())
        + at(0, 46, TITLES[made.kind], "width:297mm;text-align:center;font:32pt sans-bold;color:#a31515")
        + at(0, 66, f"统一社会信用代码　<b>{made.code}</b>", "width:297mm;text-align:center;font:17pt zenhei")
        + picture(210, 128, 40, wear.seal(rng, made.issuer, "赋码专用章", 0.7))
        + at(40, 82, fields, "width:215mm")
        + picture(40, 150, 30, wear.code_square(made.code))
        + at(82, 158, f"有效期：{valid}", "font:14pt zenhei")
        + at(82, 170, f"颁发日期：{day(made.start, 'padded')}", "font:14pt zenhei")
        + at(
            0,
            188,
            "注：以上信息如发生变化，应到赋码机关更换新证。",
            "width:297mm;text-align:center;font:9.5pt zenhei;color:#666",
        )
    )
    css = "td{padding:2.4mm 0} .l{width:36mm;font:15pt zenhei;color:#a31515} .v{font:16pt sans-bold}"
    data = sheet(css, body, ground=wear.guilloche(rng, "#e9b7a5"))
    return certificate(made, "text", "sans-bold", data, PDF)


def code_upright(rng: Random) -> Certificate:
    """An older code's certificate with labels that stand upright in boxes; wenkai, photographed on a desk."""
    made = facts(rng, "credit_code", (1, 3))
    valid = validity(rng, made, "chinese", "span from_unlimited")
    made.say("name", "code", "person", "issuer", "address", "purpose")

    def upright(label: str) -> str:
        return "<br>".join(label)

    fields = rows(
        [
            (upright("名称"), made.name),
            (upright("负责人"), f"<div style='padding-top:4mm'>{made.person}</div>"),
            (upright("业务范围"), f"<div style='min-height:30mm'>{made.purpose}</div>"),
            (upright("地址"), made.address),
            (upright("有效期"), f"<div style='padding-top:4mm'>{valid}</div>"),
        ]
    )
    body = (
        "<div class=at style='left:10mm;top:10mm;width:186mm;height:273mm;border:1.2mm solid #7d6b2f'></div>"
        + picture(92, 17, 26, wear.emblem())
        + at(0, 48, TITLES[made.kind], "width:210mm;text-align:center;font:27pt mashan;letter-spacing:2pt")
        + at(0, 68, f"代码　{made.code}", "width:210mm;text-align:center;font:18pt DejaVu Sans Mono,wenkai")
        + picture(118, 212, 45, wear.seal(rng, made.issuer))
        + at(26, 84, fields, "width:158mm")
        + at(100, 240, "发证机关（盖章）", "font:14pt wenkai")
        + at(100, 249, made.issuer, "font:15pt wenkai")
        + at(100, 259, day(made.start, "chinese"), "font:15pt wenkai")
    )
    css = (
        "table{width:158mm} td{border:.3mm solid #7d6b2f;padding:2mm 3.5mm;vertical-align:middle}"
        ".l{width:8mm;font:13pt/1.15 wenkai;text-align:center;color:#5a4a12} .v{font:16pt/1.4 wenkai}"
    )
    page = wear.page(sheet(css, body, 210, 297, wear.guilloche(rng, "#cfc08a")))
    table = rng.choice(("#6d5f50", "#41474d", "#8b6b45"))
    return certificate(made, "photograph", "wenkai", wear.photo(rng, page, table), "image/jpeg")
