"""The county's certificates of associations, homes and schools, foundations and charities."""

import io
from random import Random

from bench.certificates.locked.county import sheet, wear
from bench.certificates.locked.county.facts import TITLES, county_facts, period, spelled
from bench.certificates.values import Certificate

PDF, JPEG = "application/pdf", "image/jpeg"


def society(rng: Random) -> Certificate:
    made = county_facts(rng, "association", 5)
    made.printed()
    valid = period(made, rng.choice(("span", "until_end", "open")), rng.choice(("short", "chinese")))
    form = sheet.Form(210, 290, "LXGW WenKai")
    form.rectangle(12, 14, 30, 262, '1.2pt + rgb("#a01818")', "#a01818")
    form.upright(17, 30, TITLES[made.kind], 32, 22.5, fill="#ffe9a8", font="LXGW WenKai")
    form.rectangle(45, 14, 153, 262, '1.2pt + rgb("#a01818")')
    rows = (
        ("名称", made.name, 16),
        ("统一社会信用代码", made.code, 14),
        ("业务范围", made.purpose, 44),
        ("住所", made.address, 18),
        ("法定代表人", made.representative, 14),
        ("活动地域", made.area, 14),
        ("注册资金", made.capital, 14),
        ("业务主管单位", made.leader, 14),
    )
    top = 20.0
    for label, value, height in rows:
        for place, each in enumerate(label[:6] if len(label) < 8 else "信用代码"):
            form.rectangle(49 + 6.2 * place, top, 6.2, 6.6, '0.3pt + rgb("#a01818")')
            form.text(49 + 6.2 * place, top + 1.5, each, 11, width=6.2, align="center", fill="#a01818")
        form.text(90, top + 0.4, value, sheet.fitting(value, 100, height - 2, 16), width=102)
        top += height + 3.4
    form.text(49, 206, "有效期限", 13, fill="#a01818")
    form.text(74, 206, valid, sheet.fitting(valid, 116, 7, 14), width=120)
    form.text(110, 232, "发证机关", 13, fill="#a01818")
    form.text(110, 240, made.issuer, 15.5)
    form.text(110, 250, spelled(made.first, "chinese"), 15)
    page = sheet.ground(form.picture(), rng, (240, 190, 170), 0.3)
    sheet.numbered(rng, page, made.issuer, (140, 154), 238, 45)
    seen = wear.telephone(rng, page, bend=0.0, lean=0.09, turn=6)
    data = wear.jpeg(rng, seen, rng.choice((6, 8, 3)))
    return Certificate(way="photograph", font="LXGW WenKai", data=data, truth=made.truth, media_type=JPEG)


def society_old(rng: Random) -> Certificate:
    made = county_facts(rng, "association", 3)
    made.printed()
    valid = period(made, "until_end", "short")
    form = sheet.Form(210, 297, "AR PL UKai TW")
    form.text(0, 26, "社 会 团 体", 30, width=210, align="center", gap=4)
    form.text(0, 42, "法人登记证书", 36, width=210, align="center", gap=6)
    form.text(0, 62, f"（{made.serial}）", 12, width=210, align="center")
    form.text(24, 76, f"{made.name}：", 19, width=166)
    form.text(
        24,
        92,
        "　　依照国家社会团体登记管理的规定，经审查合格，准予登记，特发此证。",
        15,
        width=164,
        leading=0.8,
    )
    rows = (
        ("团 体 名 称", made.name, 9),
        ("统一社会信用代码", made.code, 9),
        ("住　　　所", made.address, 14),
        ("法定代表人", made.representative, 9),
        ("业 务 范 围", made.purpose, 30),
        ("业务主管单位", made.leader, 9),
        ("证书有效期", valid, 9),
    )
    sheet.listed(
        form,
        rows,
        114.0,
        4.2,
        sheet.Column(24, 0.4, 14, {"width": 46}),
        sheet.Column(72, 0, 16, {"width": 116}),
    )
    form.text(112, 240, f"登记机关：{made.issuer}", 15)
    form.text(112, 252, spelled(made.first, "chinese"), 15)
    form.text(24, 272, "注：年检结论载于副本。", 11, fill="#333333")
    page = form.picture()
    sheet.press(page, sheet.seal(rng, made.issuer, force=0.42), rng.uniform(146, 160), 246, 43)
    sheet.press(page, sheet.plate(rng, ["与原件核对无异", "经办人："], (40, 50, 120), "ukai"), 56, 252, 50)
    page = wear.copier(rng, page)
    return Certificate(
        way="copy", font="AR PL UKai TW", data=wear.bound(page, 62), truth=made.truth, media_type=PDF
    )


def care_home(rng: Random) -> Certificate:
    made = county_facts(rng, "non_enterprise", 4)
    # This face has one mark for all of these.
    made.purpose = made.purpose.replace("、", "，").replace("。", "；").rstrip("；")
    made.printed()
    valid = period(made, "line", "point")
    form = sheet.Form(250, 176, "ZCOOL QingKe HuangYou|Noto Sans SC", "#fffdf4")
    form.rectangle(5, 5, 240, 166, '3pt + rgb("#2d6a4f")')
    form.rectangle(8, 8, 234, 24, "none", "#2d6a4f")
    form.text(0, 14.5, TITLES[made.kind], 27, width=250, align="center", fill="#ffffff", gap=3)
    form.text(14, 38, f"统一社会信用代码 {made.code}", 16, font="Noto Sans SC", weight="bold")
    form.text(
        150, 39, f"登记号 {made.serial}", 10.5, width=84, align="right", font="Noto Sans SC", fill="#666666"
    )
    cells = (
        (14, 50, 128, "单位名称", made.name, 11),
        (146, 50, 90, "法定代表人", made.representative, 11),
        (14, 70, 128, "住　所", made.address, 11),
        (146, 70, 90, "开办资金", made.capital, 11),
        (14, 90, 128, "宗旨和业务范围", made.purpose, 34),
        (146, 90, 90, "业务主管单位", made.leader, 11),
        (146, 110, 90, "有效期限", valid, 11),
    )
    for x, y, width, label, value, height in cells:
        form.rectangle(x, y, width, height + 7, '0.5pt + rgb("#2d6a4f")')
        form.text(x + 2, y + 1.3, label, 8.5, font="Noto Sans SC", fill="#2d6a4f")
        form.text(x + 3, y + 6.6, value, sheet.fitting(value, width - 6, height - 2, 16), width=width - 5)
    form.text(146, 139, "发证机关", 11, font="Noto Sans SC")
    form.text(166, 138, made.issuer, 15)
    form.text(146, 149, "发证日期", 11, font="Noto Sans SC")
    form.text(166, 148, spelled(made.first, "point"), 15)
    page = form.picture()
    sheet.press(page, sheet.square(made.code), 28, 152, 22)
    sheet.numbered(rng, page, made.issuer, (196, 210), 136, 42)
    scan = wear.flatbed(rng, page, grey=rng.random() < 0.5)
    out = io.BytesIO()
    scan.quantize(96).save(out, "PNG")
    return Certificate(
        way="scan",
        font="ZCOOL QingKe HuangYou",
        data=out.getvalue(),
        truth=made.truth,
        media_type="image/png",
    )


def training(rng: Random) -> Certificate:
    made = county_facts(rng, "non_enterprise", 4)
    made.printed()
    valid = period(made, rng.choice(("span", "last")), "full")
    form = sheet.Form(297, 210, "AR PL UMing|Noto Serif SC")
    form.rectangle(6, 6, 285, 198, '4pt + rgb("#c7962f")')
    form.rectangle(10, 10, 277, 190, '1pt + rgb("#c7962f")')
    hand = "Ma Shan Zheng|AR PL UKai"
    form.text(0, 40, TITLES[made.kind], 34, width=297, align="center", font=hand, gap=4, fill="#7c1414")
    form.text(0, 58, f"统一社会信用代码　{made.code}", 14, width=297, align="center", font="Noto Serif SC")
    rows = (
        ("名　　　　　称：", made.name, 10),
        ("法 定 代 表 人：", made.representative, 10),
        ("住　　　　　所：", made.address, 10),
        ("宗旨和业务范围：", made.purpose, 26),
        ("业务主管 单 位：", made.leader, 10),
        ("有 效 期 至：" if valid[0] != "自" else "有 效 期 限：", valid, 10),
    )
    looks = {"width": 184, "font": hand, "fill": "#15151f"}
    sheet.listed(
        form, rows, 72.0, 2.6, sheet.Column(34, 1, 14, {}), sheet.Column(78, -0.4, 20, looks), (178, 1)
    )
    form.text(170, 172, f"发证机关：{made.issuer}", 14)
    form.text(170, 184, f"发证日期：{spelled(made.first, 'full')}", 14)
    page = sheet.ground(form.picture(), rng, (226, 200, 130), 0.34)
    sheet.crest(page, 148.5, 25, 24, (188, 26, 30))
    sheet.press(page, sheet.seal(rng, made.issuer), rng.uniform(200, 220), 172, 44)
    sheet.press(
        page,
        sheet.plate(rng, [f"{made.first.year + 1}年检", "合　格"], (36, 80, 160), oval=True),
        58,
        182,
        34,
    )
    seen = wear.telephone(rng, page, bend=0.012, lean=0.07, turn=3.5, hand=True)
    return Certificate(
        way="photograph", font="Ma Shan Zheng", data=wear.jpeg(rng, seen), truth=made.truth, media_type=JPEG
    )


def relief(rng: Random) -> Certificate:
    made = county_facts(rng, "foundation", 9)
    made.printed()
    valid = period(made, rng.choice(("span", "line")), rng.choice(("full", "chinese")))
    form = sheet.Form(210, 285, "AR PL UMing TW")
    form.text(
        0, 24, TITLES[made.kind], 31, width=210, align="center", font="Noto Serif SC", weight="bold", gap=3
    )
    form.line(40, 39, 170, 39, '1.4pt + rgb("#912")')
    typed = "DejaVu Sans Mono|AR PL UMing TW"
    rows = (
        ("名　　　称", made.name, 12, ""),
        ("信 用 代 码", made.code, 12, typed),
        ("类　　　型", rng.choice(("公募基金会", "非公募基金会")), 12, ""),
        ("业 务 范 围", made.purpose, 52, ""),
        ("原始基金数额", made.capital, 12, typed),
        ("法 定 代 表 人", made.representative, 12, ""),
        ("住　　　所", made.address, 18, ""),
        ("业务主管单位", made.leader, 12, ""),
        ("有 效 期", valid, 12, "" if "〇" in valid else typed),
        ("发 证 机 关", made.issuer, 12, ""),
    )
    form.grid(18, 48, [40, 134], [row[2] for row in rows], '0.7pt + rgb("#333")')
    top = 48.0
    for label, value, height, face in rows:
        form.text(18, top + height / 2 - 2.4, label, 13, width=40, align="center", font="Noto Serif SC")
        size = sheet.fitting(value, 122, height - 3, 15 if face == "" else 13)
        one = len(value) * size * 0.3528 < 120
        form.text(
            62, top + (height / 2 - 2.4 if one else 2.4), value, size, width=127, font=face, weight="bold"
        )
        top += height
    form.text(112, 230, "发证日期", 13)
    form.text(136, 230, spelled(made.first, "chinese"), 13.5)
    form.text(18, 268, "中华人民共和国民政部监制", 10, width=174, align="right", fill="#666666")
    page = sheet.ground(form.picture(), rng, (170, 195, 225), 0.34)
    sheet.numbered(rng, page, made.issuer, (116, 150), 216, 43)
    if rng.random() < 0.6:
        sheet.press(page, sheet.plate(rng, ["换　证"], (180, 30, 30)), 46, 250, 26)
    scan = wear.flatbed(rng, wear.aged(rng, page, 0), holes=True)
    return Certificate(
        way="scan", font="AR PL UMing TW", data=wear.bound(scan, 66), truth=made.truth, media_type=PDF
    )


def scholars(rng: Random) -> Certificate:
    made = county_facts(rng, "foundation", 5)
    made.printed()
    valid = period(made, "span", "full")
    form = sheet.Form(297, 210, "Noto Sans CJK TC")
    form.rectangle(0, 0, 297, 210, "none", "#f7f1e1")
    form.rectangle(148.1, 0, 0.8, 210, "none", "#b9ad90")
    form.text(0, 64, "基金会法人", 30, width=148, align="center", weight="bold", fill="#123a63", gap=4)
    form.text(0, 80, "登 记 证 书", 30, width=148, align="center", weight="bold", fill="#123a63", gap=4)
    form.text(0, 100, "（正本）", 14, width=148, align="center")
    form.text(0, 130, made.code, 17, width=148, align="center", weight="medium", gap=1)
    form.text(0, 122, "统一社会信用代码", 12, width=148, align="center")
    rows = (
        ("名称", made.name, 11),
        ("住所", made.address, 15),
        ("法定代表人", made.representative, 9),
        ("原始基金", made.capital, 9),
        ("宗旨和业务范围", made.purpose, 34),
        ("业务主管单位", made.leader, 9),
    )
    brown = sheet.Column(160, 0, 10, {"fill": "#8a6d3b"})
    sheet.listed(form, rows, 20.0, 6.5, brown, sheet.Column(160, 5, 14, {"width": 124}), (118, 3))
    form.text(160, 153, f"有效期　{valid}", 12.5)
    form.text(160, 176, made.issuer, 14.5, width=118, align="center")
    form.text(160, 186, spelled(made.first, "short"), 13, width=118, align="center")
    page = sheet.ground(form.picture(), rng, (200, 205, 225), 0.28)
    sheet.crest(page, 74, 38, 30, (176, 28, 36))
    sheet.press(page, sheet.square(f"https://zs.example.cn/{made.code}"), 74, 164, 26)
    sheet.press(page, sheet.seal(rng, made.issuer), rng.uniform(216, 232), rng.uniform(166, 176), 44)
    seen = wear.telephone(rng, page, bend=0.02, lean=0.08, turn=5)
    data = wear.jpeg(rng, seen, rng.choice((0, 6)))
    return Certificate(
        way="photograph", font="Noto Sans CJK TC", data=data, truth=made.truth, media_type=JPEG
    )


def goodness(rng: Random) -> Certificate:
    made = county_facts(rng, "charity", 8)
    made.printed()
    valid = period(made, rng.choice(("always", "span", "last")), "full")
    form = sheet.Form(210, 297, "Noto Serif SC")
    form.rectangle(14, 14, 182, 269, "1pt + black")
    form.text(0, 28, TITLES[made.kind], 40, width=210, align="center", weight="bold", gap=8)
    form.text(0, 50, f"编号：{made.serial}", 11, width=190, align="right")
    rows = (
        ("组 织 名 称", made.name, 12),
        ("统一社会信用代码", made.code, 10),
        ("组 织 形 式", rng.choice(("社会团体", "社会服务机构")), 10),
        ("法定代表人", made.representative, 10),
        ("住　　　所", made.address, 16),
        ("宗旨和业务范围", made.purpose, 46),
        ("业务主管单位", made.leader, 10),
        ("有效期至" if valid[0] in "12" else "有 效 期", valid, 10),
    )
    bold = sheet.Column(70, -0.5, 16, {"width": 116, "weight": "bold"})
    sheet.listed(form, rows, 64.0, 4.5, sheet.Column(24, 0, 13, {"font": "Noto Sans SC"}), bold)
    form.text(90, 238, f"发 证 机 关　{made.issuer}", 14)
    form.text(90, 250, f"发 证 日 期　{spelled(made.first, 'full')}", 14)
    page = form.picture()
    sheet.press(page, sheet.seal(rng, made.issuer, force=0.45), rng.uniform(136, 150), 240, 43)
    sheet.press(page, sheet.square(made.code), 44, 246, 24)
    page = wear.copier(rng, page, 0.94)
    data = wear.jpeg(rng, page.convert("L"), 0, (50, 74))
    return Certificate(way="copy", font="Noto Serif SC bold", data=data, truth=made.truth, media_type=JPEG)


def goodness_frame(rng: Random) -> Certificate:
    made = county_facts(rng, "charity", 3)
    made.printed()
    valid = period(made, rng.choice(("span", "until_end", "open")), "short")
    form = sheet.Form(297, 210, "LXGW WenKai Mono", "#fff8f0")
    for k in range(24):
        form.rectangle(9 + 11.7 * k, 7, 8, 3, "none", "#b5302a")
        form.rectangle(9 + 11.7 * k, 200, 8, 3, "none", "#b5302a")
    for k in range(16):
        form.rectangle(7, 11 + 11.9 * k, 3, 8, "none", "#b5302a")
        form.rectangle(287, 11 + 11.9 * k, 3, 8, "none", "#b5302a")
    form.text(0, 24, "慈 善 组 织 证 书", 36, width=297, align="center", font="ZCOOL XiaoWei", fill="#9a1f1a")
    rows = (
        ("【组织名称】", made.name, 9.5),
        ("【统一社会信用代码】", made.code, 9.5),
        ("【法定代表人】", made.representative, 9.5),
        ("【住所】", made.address, 9.5),
        ("【业务范围】", made.purpose, 26),
        ("【业务主管单位】", made.leader, 9.5),
        ("【有效期】", valid, 9.5),
    )
    red = sheet.Column(24, 0, 13, {"width": 62, "align": "right", "fill": "#9a1f1a"})
    sheet.listed(form, rows, 50.0, 3, red, sheet.Column(90, -0.3, 16, {"width": 178}), (172, 0))
    form.text(150, 168, f"登记机关：{made.issuer}", 14.5)
    form.text(150, 180, f"登记日期：{spelled(made.first, 'short')}", 14.5)
    page = sheet.ground(form.picture(), rng, (245, 205, 200), 0.3)
    sheet.crest(page, 34, 32, 22, (206, 40, 30))
    sheet.numbered(rng, page, made.issuer, (196, 212), 168, 44)
    scan = wear.flatbed(rng, page, grey=rng.random() < 0.3)
    scan = scan.resize((round(scan.width * 0.8), round(scan.height * 0.8)))
    data = wear.jpeg(rng, scan)
    return Certificate(way="scan", font="LXGW WenKai Mono", data=data, truth=made.truth, media_type=JPEG)
