"""Certificates of associations, foundations and charities."""

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

PDF, JPEG = "application/pdf", "image/jpeg"


def guild(rng: Random) -> Certificate:
    """An association's certificate on a wall, spaced labels with colons; xiaowei, turned photograph."""
    made = facts(rng, "association", (1, 4))
    made.purpose = made.purpose.replace("。", "；").rstrip("；")
    valid = validity(rng, made, "plain", "span until")
    made.say("name", "code", "person", "issuer", "purpose", "address")
    lead = "有 效 期 限：" if valid.startswith("自") else "有 效 期："
    fields = rows(
        [
            (wide("名称", "　　　") + "：", made.name),
            (wide("业务范围", "　") + "：", made.purpose),
            (wide("住所", "　　　") + "：", made.address),
            (wide("法定代表人") + "：", made.person),
            (wide("活动地域", "　") + "：", made.place),
            (wide("注册资金", "　") + "：", made.money),
            ("业务主管单位：", made.sponsor),
        ]
    )
    body = (
        "<div class=at style='left:9mm;top:9mm;width:188mm;height:275mm;border:2mm solid #a8232a'></div>"
        "<div class=at style='left:13mm;top:13mm;width:183.4mm;height:270.4mm;border:.3mm solid #c9a24a'></div>"
        + at(0, 26, "社会团体法人", "width:210mm;text-align:center;font:34pt xiaowei;letter-spacing:5pt")
        + at(0, 43, "登 记 证 书", "width:210mm;text-align:center;font:34pt xiaowei;letter-spacing:5pt")
        + at(24, 68, f"统一社会信用代码：{made.code}", "font:15pt DejaVu Sans Mono,xiaowei")
        + picture(84, 218, 47, wear.seal(rng, made.issuer))
        + at(24, 82, fields, "width:164mm")
        + at(24, 222, lead + valid, "font:16pt xiaowei")
        + at(24, 236, f"发 证 机 关：{made.issuer}", "font:16pt xiaowei")
        + at(24, 250, f"发 证 日 期：{day(made.start, 'plain')}", "font:16pt xiaowei")
        + at(0, 270, "中华人民共和国民政部制", "width:186mm;text-align:right;font:10pt xiaowei;color:#666")
    )
    size = small_or(rng, made.purpose, (17, 16, 14))
    css = (
        f"td{{padding:1.8mm 0}} .l{{width:40mm;font:15pt xiaowei;white-space:nowrap}}"
        f".v{{font:{size:.1f}pt/1.4 xiaowei}}"
    )
    page = wear.page(sheet(css, body, 210, 297, wear.guilloche(rng, "#ecc9bd")))
    turned = rng.choice((6, 8, 3))
    return certificate(made, "photograph", "xiaowei", wear.photo(rng, page, "#c9c3b6", turned), JPEG)


def guild_wide(rng: Random) -> Certificate:
    """An association's certificate in landscape, values on ruled lines, unnamed issuer over its date; scan."""
    made = facts(rng, "association", (1, 3))
    valid = validity(rng, made, "padded", "span")
    made.say("name", "code", "person", "issuer", "purpose", "address")
    lines = "".join(f"<tr><td class=l>{label}</td><td class=v><u>{value}</u></td></tr>" for label, value in [
        ("单位名称", made.name),
        ("统一社会信用代码", made.code),
        ("法定代表人", made.person),
        ("住　　所", made.address),
        ("业务范围", made.purpose),
        ("业务主管单位", made.sponsor),
        ("有效期", valid),
    ])  # fmt: skip
    replaced = wear.box_stamp(rng, ("换 发", f"{made.start:%Y.%m.%d}"), (190, 40, 40))
    body = (
        "<div class=at style='left:7mm;top:7mm;width:275mm;height:188mm;border:2.5mm solid #d8b65c'></div>"
        + picture(22, 20, 30, wear.emblem())
        + at(0, 24, TITLES[made.kind], "width:297mm;text-align:center;font:32pt huangyou;letter-spacing:4pt")
        + picture(228, 20, 40, replaced)
        + picture(196, 142, 46, wear.seal(rng, made.issuer))
        + at(32, 54, f"<table>{lines}</table>", "width:236mm")
        + at(160, 166, made.issuer, "width:100mm;text-align:center;font:16pt serif-bold")
        + at(160, 177, day(made.start, "padded"), "width:100mm;text-align:center;font:16pt serif-bold")
    )
    size = small_or(rng, made.purpose, (16, 15, 13))
    css = (
        f"td{{padding:1.6mm 0}} .l{{width:50mm;font:15pt zenhei;color:#444}} .v{{font:{size:.1f}pt serif-bold}}"
        "u{text-decoration:none;display:block;border-bottom:.3mm solid #888}"
    )
    data = tools.scanned(rng, sheet(css, body))
    return certificate(made, "scan", "serif-bold", data, PDF)


def fund(rng: Random) -> Certificate:
    """A foundation's certificate with slim letters like Fangsong and days in Chinese; copied in grey."""
    made = facts(rng, "foundation", (1, 4))
    valid = validity(rng, made, "chinese", "span")
    made.say("name", "code", "person", "issuer", "purpose", "address")

    def slim(text: str, size: float = 17) -> str:
        return f"<div class=box><div class=slim style='font-size:{size:.1f}pt'>{text}</div></div>"

    fields = rows(
        [
            ("基金会名称", slim(made.name)),
            ("类　　型", slim(rng.choice(("公募", "非公募")))),
            ("宗旨和业务范围", slim(made.purpose, small_or(rng, made.purpose, (17, 16, 14)))),
            ("住　　所", slim(made.address)),
            ("法定代表人", slim(made.person)),
            ("原始基金数额", slim(made.money)),
            ("业务主管单位", slim(made.sponsor)),
            ("登 记 机 关", slim(made.issuer)),
            ("有 效 期 限", slim(valid)),
        ]
    )
    agrees = wear.box_stamp(rng, ("与原件一致", "仅供备案使用"))
    body = (
        at(0, 20, TITLES[made.kind], "width:210mm;text-align:center;font:31pt uming;letter-spacing:4pt")
        + at(0, 38, f"统一社会信用代码　{made.code}", "width:210mm;text-align:center;font:15pt uming")
        + at(0, 47, f"证书编号　{made.number}", "width:210mm;text-align:center;font:11pt uming;color:#444")
        + picture(120, 186, 46, wear.seal(rng, made.issuer, strength=0.55))
        + at(22, 58, fields, "width:168mm")
        + picture(30, 250, 54, agrees)
        + at(118, 262, f"发证日期　{day(made.start, 'chinese')}", "font:13pt uming")
    )
    css = (
        "table{width:168mm} td{padding:2.6mm 0;border-bottom:.2mm dotted #777} .l{width:40mm;font:14pt zenhei}"
        ".l{white-space:nowrap} .box{width:127mm} .slim{font-family:uming;line-height:1.4;width:148mm;"
        "transform:scaleX(.86);transform-origin:left}"
    )
    page = wear.page(sheet(css, body, 210, 297))
    return certificate(made, "copy", "uming slim", wear.copied(rng, page), PDF)


def fund_text(rng: Random) -> Certificate:
    """A foundation's certificate as an electronic licence: text, Kai, pairs side by side."""
    made = facts(rng, "foundation", (2, 10))
    valid = validity(rng, made, rng.choice(("dots", "padded")), "span dash unlimited")
    made.say("name", "code", "person", "issuer", "purpose", "address")
    size = small_or(rng, made.purpose, (15, 14, 12.5))
    cells = (
        f"<tr><td class=l>名称</td><td class=v colspan=3>{made.name}</td></tr>"
        f"<tr><td class=l>统一社会信用代码</td><td class='v c'>{made.code}</td>"
        f"<td class=l>法定代表人</td><td class=v>{made.person}</td></tr>"
        f"<tr><td class=l>住所</td><td class=v colspan=3>{made.address}</td></tr>"
        f"<tr><td class=l>注册资金</td><td class=v>{made.money}</td>"
        f"<td class=l>业务主管单位</td><td class=v>{made.sponsor}</td></tr>"
        f"<tr><td class=l>业务范围</td><td class=v colspan=3 style='height:34mm;font-size:{size:.1f}pt'>"
        f"{made.purpose}</td></tr>"
        f"<tr><td class=l>有效期限</td><td class=v colspan=3>{valid}</td></tr>"
    )
    body = (
        "<div class=at style='left:0;top:0;width:297mm;height:26mm;background:#a61c1c'></div>"
        + picture(12, 3, 20, wear.emblem())
        + at(38, 6, TITLES[made.kind], "font:26pt ukai;color:#fff;letter-spacing:3pt")
        + at(0, 10, "电子证照", "width:283mm;text-align:right;font:13pt zenhei;color:#fff")
        + picture(206, 148, 44, wear.seal(rng, made.issuer, strength=0.7))
        + at(18, 36, f"<table>{cells}</table>", "width:261mm")
        + picture(20, 160, 28, wear.code_square(f"cert:{made.code}"))
        + at(180, 170, f"发证机关：{made.issuer}", "font:14pt ukai")
        + at(180, 180, f"发证日期：{day(made.start, 'plain')}", "font:14pt ukai")
    )
    css = (
        "table{width:261mm} td{border:.2mm solid #b98;padding:2.4mm} .l{width:34mm;font:12pt ukai;color:#7a2a2a}"
        ".v{font:15pt/1.3 ukai} .c{font-family:'DejaVu Sans Mono'}"
    )
    return certificate(made, "text", "ukai", sheet(css, body), PDF)


def kindness(rng: Random) -> Certificate:
    """A charity's certificate under glass: centred, values in running hand; photograph."""
    made = facts(rng, "charity", (1, 2))
    valid = validity(rng, made, "plain", "from_unlimited unlimited span")
    made.say("name", "code", "person", "issuer", "address", "purpose")
    fields = rows(
        [
            ("组织名称", made.name),
            ("法定代表人", made.person),
            ("住所", made.address),
            ("宗旨和业务范围", f"<span style='font-size:19pt'>{made.purpose}</span>"),
            ("有效期限", valid),
        ]
    )
    body = (
        "<div class=at style='left:9mm;top:9mm;width:275mm;height:188mm;border:2mm double #2b6b4a'></div>"
        + at(
            0,
            22,
            TITLES[made.kind],
            "width:297mm;text-align:center;font:44pt mashan;letter-spacing:8pt;color:#8e1b1b",
        )
        + at(0, 46, f"统一社会信用代码：{made.code}", "width:297mm;text-align:center;font:16pt zenhei")
        + picture(190, 138, 46, wear.seal(rng, made.issuer))
        + at(36, 62, fields, "width:226mm")
        + at(178, 164, f"发证机关：{made.issuer}", "font:15pt zenhei")
        + at(178, 175, day(made.start, "plain"), "font:15pt zenhei")
        + picture(38, 160, 24, wear.code_square(made.code))
    )
    css = "td{padding:2.6mm 0} .l{width:48mm;font:15pt zenhei;padding-top:4mm} .v{font:22pt/1.3 zhimang,ukai}"
    page = wear.page(sheet(css, body, ground=wear.guilloche(rng, "#bcd8c4")))
    return certificate(made, "photograph", "zhimang", wear.photo(rng, page, "#26221e"), JPEG)


def kindness_old(rng: Random) -> Certificate:
    """A charity's certificate of one flowing text block beside a band; wenkai, scanned."""
    made = facts(rng, "charity", (3, 9))
    valid = validity(rng, made, "padded", "span until")
    made.say("name", "code", "person", "issuer", "purpose", "address")
    label = "有效期" if valid.startswith("自") else "有效期限"
    size = small_or(rng, made.purpose, (15, 14, 12.5))
    blocks = "".join(
        f"<p><b>{name}</b><br><span>{value}</span></p>"
        for name, value in (
            ("慈善组织名称", made.name),
            ("统一社会信用代码", made.code),
            ("组织类型", "社会团体（具有公开募捐资格）"),
            ("法定代表人", made.person),
            ("住所", made.address),
            ("宗旨和业务范围", made.purpose),
            (label, valid),
        )
    )
    body = (
        "<div class=at style='left:0;top:0;width:46mm;height:297mm;background:#8b1a1a'></div>"
        + picture(10, 20, 26, wear.emblem())
        + at(
            14,
            60,
            "<br>".join(TITLES[made.kind]),
            "width:18mm;text-align:center;font:40pt/1.3 wenkai;color:#f3d37a",
        )
        + picture(136, 222, 46, wear.seal(rng, made.issuer))
        + at(58, 22, blocks, "width:138mm")
        + at(118, 252, f"登记机关：{made.issuer}", "font:14pt wenkai")
        + at(118, 262, f"登记日期：{day(made.start, 'padded')}", "font:14pt wenkai")
    )
    css = f"p{{margin:0 0 3mm 0}} b{{font:11pt wenkai;color:#8b1a1a}}span{{font:{size:.1f}pt/1.4 wenkai}}"
    data = tools.scanned(rng, sheet(css, body, 210, 297))
    return certificate(made, "scan", "wenkai", data, PDF)
