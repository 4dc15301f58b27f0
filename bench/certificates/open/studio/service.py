"""Certificates of private non-enterprise units."""

from random import Random

from bench.certificates.open.studio import wear
from bench.certificates.open.studio.base import TITLES, at, certificate, picture, rows, sheet, small_or
from bench.certificates.open.studio.facts import day, facts, validity
from bench.certificates.values import Certificate
from bench.papers import tools


def school(rng: Random) -> Certificate:
    """A private school's certificate of two pages side by side, values written in by hand; scanned."""
    made = facts(rng, "non_enterprise", (1, 3))
    valid = validity(rng, made, "plain", "span")
    made.say("name", "code", "person", "issuer", "purpose", "address")
    size = small_or(rng, made.purpose, (19, 18, 16))
    left = rows(
        [
            ("名称", made.name),
            ("统一社会<br>信用代码", f"<span style='font:16pt DejaVu Sans Mono'>{made.code}</span>"),
            ("业务主管<br>单　　位", made.sponsor),
            ("法 定<br>代表人", made.person),
            ("开办资金", made.money),
        ]
    )
    right = rows(
        [
            ("住所", made.address),
            ("宗旨和<br>业务范围", f"<div style='height:52mm;font-size:{size:.1f}pt'>{made.purpose}</div>"),
            ("有效期", f"<span style='font-size:16pt'>{valid}</span>"),
        ]
    )
    body = (
        "<div class=at style='left:148.3mm;top:0;width:.3mm;height:210mm;background:#999'></div>"
        + at(0, 18, "民办非企业单位<br>登记证书", "width:148mm;text-align:center;font:25pt/1.3 serif-bold")
        + at(0, 46, "（法人）　正本", "width:148mm;text-align:center;font:13pt uming")
        + at(0, 188, "中华人民共和国民政部监制", "width:148mm;text-align:center;font:10pt uming")
        + at(12, 64, left, "width:126mm")
        + picture(218, 128, 45, wear.seal(rng, made.issuer))
        + at(158, 22, right, "width:128mm")
        + at(168, 152, "发证机关", "font:13pt uming")
        + at(190, 150, made.issuer, "font:18pt mashan")
        + at(168, 166, "发证日期", "font:13pt uming")
        + at(190, 164, day(made.start, "plain"), "font:18pt mashan")
    )
    css = (
        "table{width:126mm} td{border:.3mm solid #b33;padding:2.4mm;vertical-align:middle}"
        ".l{width:20mm;font:13pt uming;text-align:center} .v{font:19pt/1.25 mashan,ukai;color:#10204a}"
    )
    data = tools.scanned(rng, sheet(css, body, ground=wear.guilloche(rng, "#f0dcc0")))
    return certificate(made, "scan", "mashan", data, "application/pdf")


def clinic(rng: Random) -> Certificate:
    """A centre's certificate with labels in filled boxes and typed numerals; zenhei, photograph turned."""
    made = facts(rng, "non_enterprise", (1, 5))
    valid = validity(rng, made, "dashes", "until from_unlimited span")
    made.say("name", "code", "person", "issuer", "purpose", "address")
    size = small_or(rng, made.purpose, (15, 14, 12))
    period = ("有效期至", valid[1:]) if valid.startswith("至") else ("有效期限", valid)
    fields = rows(
        [
            ("单位名称", made.name),
            ("信用代码", f"<span class=m>{made.code}</span>"),
            ("法定代表人", made.person),
            ("住　　所", made.address),
            ("宗旨和业务范围", f"<span style='font-size:{size:.1f}pt'>{made.purpose}</span>"),
            ("业务主管单位", made.sponsor),
            ("开办资金", made.money),
            ("登记机关", made.issuer),
            (period[0], f"<span class=m>{period[1]}</span>"),
        ]
    )
    checks = wear.box_stamp(rng, ("年检合格", f"{made.start.year + 1}年度"), (170, 30, 120))
    body = (
        "<div class=at style='left:6mm;top:6mm;width:194mm;height:281mm;border:1.4mm solid #31517a'></div>"
        + picture(90, 12, 28, wear.emblem())
        + at(
            0,
            44,
            TITLES[made.kind],
            "width:210mm;text-align:center;font:27pt zenhei;letter-spacing:1pt;color:#1d3557",
        )
        + picture(84, 206, 46, wear.seal(rng, made.issuer, "登记专用章"))
        + at(18, 64, fields, "width:174mm")
        + picture(26, 244, 40, checks)
        + at(120, 260, f"颁证日期 {day(made.start, 'dashes')}", "font:12pt zenhei")
    )
    css = (
        "table{width:174mm;border-spacing:0 2mm;border-collapse:separate} td{padding:2.2mm 3mm;vertical-align:middle}"
        ".l{width:32mm;font:12.5pt zenhei;background:#31517a;color:#fff;text-align:center}"
        ".v{font:15pt/1.3 zenhei;border-bottom:.2mm solid #9ab} .m{font:15pt DejaVu Sans Mono,zenhei}"
    )
    page = wear.page(sheet(css, body, 210, 297, wear.guilloche(rng, "#c3d2e4")))
    return certificate(made, "photograph", "zenhei", wear.photo(rng, page, "#7c8a92", 8), "image/jpeg")
