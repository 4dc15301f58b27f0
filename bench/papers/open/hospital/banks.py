"""Receipts of three banks: an online receipt, a telephone's voucher, a paying-in slip written by hand."""

import io
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bench.papers import tools
from bench.papers.open.hospital import money, paperwork, people
from bench.papers.values import Bill, Paper, Truth

_AIMS = {
    "药物临床试验": ("项目首付款", "GCP项目经费", "临床试验费二期"),
    "培训费": ("急救技能培训费", "基层人员培训费", "规培学员培训费"),
    "房屋租金": ("门面房2季度房租", "超市场地租金", "一楼商铺租金"),
    "技术服务费": ("检验外送技术服务费", "远程诊断服务费", "病理会诊技术服务费"),
    "捐赠收入": ("爱心捐款", "定向捐赠款", "助医捐赠"),
}


def online(rng: Random) -> Paper:
    """An online receipt with a stamp of the bank; in some the money was sent back."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    item = rng.choice(list(_AIMS))
    aim = rng.choice(_AIMS[item])
    payer = people.company(rng, rng.choice(("医药", "商贸", "医学检验所", "科技", "文化传播", "职业培训")))
    amount = money.odd(rng, 300, 480000) if rng.random() < 0.4 else money.cash(rng, 1000, 3000000, 500)
    paid = money.day(rng)
    far, near = people.bank(rng, people.place(rng)), people.bank(rng, where)
    theirs, ours = people.account(rng, far), people.account(rng, near)
    bank = _short(far)
    colour = rng.choice(("#b31b1b", "#00653b", "#0a4da2"))
    serial, receipt = (
        f"{paid:%Y%m%d}{rng.randrange(10**10):010d}",
        f"{rng.randrange(10**4):04d}-{rng.randrange(10**4):04d}-{rng.randrange(10**4):04d}",
    )
    returned = rng.random() < 0.18
    printed = money.later(rng, paid, 1, 30)
    clock = f"{rng.randrange(9, 17):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    label = rng.choice(("用途", "摘要", "附言"))
    note = (
        f"该笔款项已于{money.cn(paid + timedelta(days=1))}被收款行退回（户名账号不符），"
        f"退汇流水{rng.randrange(10**9):09d}。"
        if returned
        else ""
    )
    status = "已退汇" if returned else "交易成功"
    if rng.random() < 0.5:
        grid = f"""<tr><td rowspan="3" class="v">付款人</td><td>户　名</td><td>{payer}</td>\
<td rowspan="3" class="v">收款人</td><td>户　名</td><td>{hospital}</td></tr>
<tr><td>账　号</td><td>{theirs}</td><td>账　号</td><td>{ours}</td></tr>
<tr><td>开户银行</td><td>{far}</td><td>开户银行</td><td>{near}</td></tr>
<tr><td colspan="2">金　额</td><td colspan="4">人民币（大写）：{money.words(amount)}<br>（小写）：\
￥{money.comma(amount)}</td></tr>
<tr><td colspan="2">{label}</td><td>{aim}</td><td colspan="2">交易流水号</td><td>{serial}</td></tr>
<tr><td colspan="2">记账日期</td><td>{money.cn(paid)}</td><td colspan="2">指令状态</td><td>{status}</td>\
</tr>
<tr><td colspan="2">备　注</td><td colspan="4">{note or "手续费：0.00元（减免）"}</td></tr>"""
    else:
        pairs = [
            ("付款方户名", payer),
            ("付款方账号", theirs),
            ("付款方开户行", far),
            ("收款方户名", hospital),
            ("收款方账号", ours),
            ("收款方开户行", near),
            ("交易金额", f"CNY {money.comma(amount)}"),
            ("金额大写", money.words(amount)),
            (label, aim),
            ("交易时间", f"{paid:%Y-%m-%d} {clock}"),
            ("交易流水号", serial),
            ("业务类型", "跨行汇款（大额支付）"),
            ("手续费", "5.50 元"),
            ("交易状态", status),
            ("备注", note or "—"),
        ]
        grid = "".join(
            f"<tr><td style='width:34mm;color:#666'>{key}</td><td>{value}</td></tr>" for key, value in pairs
        )
    body = f"""<div style="display:flex;justify-content:space-between;border-bottom:2pt solid {colour};\
padding-bottom:2mm">
<span style="font-family:sans-bold;font-size:17pt;color:{colour}">{bank}</span>\
<span style="font-family:sans-bold;font-size:14pt">\
{rng.choice(("网上银行电子回单", "企业网银电子回单", "电子回单"))}</span></div>
<div style="font-size:9pt;margin:2mm 0;display:flex;justify-content:space-between"><span>电子回单号码：\
{receipt}</span><span>打印日期：{printed:%Y-%m-%d}　第 {rng.randint(1, 3)} 次打印</span></div>
<table class="r" style="font-size:10pt">{grid}</table>
<p class="n" style="font-size:8.5pt;color:#555;margin-top:3mm">重要提示：本回单不作为收款方发货依据，\
请勿重复记账。如需查验，请登录本行网站输入回单号码及验证码 \
{"".join(rng.choice("ABCDEFGHJKMNPQRSTUVWXYZ23456789") for _ in range(8))}。</p>"""
    style = (
        f".v{{width:8mm;text-align:center}} table.r td{{border:.6pt solid {colour}}} body{{line-height:1.5}}"
    )
    data = paperwork.sealed(
        tools.chrome(paperwork.page(body, style, rng.choice(("sans", "zenhei", "uming")), "11pt", "18mm")),
        [paperwork.Mark("重要提示", bank, 135, -4, 34, "电子回单专用章")],
    )
    fair: dict[str, Any] = {"payer": payer, "unit": hospital, "unit_account": ours, "items": (item,)}
    soon = money.later(rng, paid, 2, 25)
    if returned:
        bills: tuple[Bill, ...] = (
            paperwork.bill(fair, amount, soon, "the money went back", "status"),
            paperwork.bill(fair, amount, money.later(rng, paid, 30, 60), "the money went back", "status"),
        )
    else:
        bills = (
            paperwork.bill(fair, amount, soon, "issued days after the payment"),
            paperwork.bill(fair, money.swapped(rng, amount), soon, "digits exchanged", "amount")
            if rng.random() < 0.5 or amount < 20000 or amount % 10
            else paperwork.bill(fair, amount / 10, soon, "a digit lost", "amount"),
            paperwork.bill(
                fair, amount, soon, "another account", "account", unit_account=people.account(rng, near)
            )
            if rng.random() < 0.6
            else paperwork.bill(
                fair,
                amount,
                soon,
                "others received",
                "payee",
                unit=where.county + "红十字会",
                unit_account="",
            ),
        )
    truth = Truth(
        **paperwork.said("transfer", payer, hospital, amount, paid, words=True),
        numbers=(receipt, serial),
        accounts=(theirs, ours),
        purpose=aim,
        status="revoked" if returned else "",
        also_amounts=(Decimal("5.50"), Decimal(0)),
        also_names=(far, near, bank),
    )
    return Paper(family="bank receipt", tool="chromium", data=data, truth=truth, bills=bills)


def _short(branch: str) -> str:
    """The bank of a branch, without its legal form."""
    for end in ("银行", "联合社", "合作联社"):
        if end in branch:
            return branch[: branch.index(end) + len(end)]
    return branch


def mobile(rng: Random) -> Paper:
    """A person's transfer by telephone as the bank's program saves it: a small page, often a small sum."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    person = people.person(rng, 0.3)
    item, aim, amount = rng.choice(
        (
            ("病历复印费", "复印病历", Decimal(rng.choice(("37.50", "42.00", "18.60", "63.40")))),
            ("培训费", "护理员班学费", money.cash(rng, 600, 2400, 20)),
            ("考试费", "招聘考试报名", Decimal(rng.choice((50, 80, 100, 120)))),
            ("住宿费", "规培宿舍住宿费", money.cash(rng, 600, 3600, 50)),
            ("捐赠收入", "捐给儿科病房", money.odd(rng, 66, 20000)),
        )
    )
    bank = rng.choice(("中国建设银行", "中国邮政储蓄银行", "中国农业银行", "云岭农村商业银行", "交通银行"))
    mine, near = people.account(rng, bank), people.bank(rng, where)
    ours = people.account(rng, near)
    paid = money.day(rng)
    serial = f"{rng.choice(('PC', 'MB', ''))}{paid:%Y%m%d}{rng.randrange(10**9):09d}"
    balance = amount + money.odd(rng, 200, 90000)
    out = io.BytesIO()
    wide, high = 118 * mm, 168 * mm
    canvas = Canvas(out, pagesize=(wide, high))
    faces = [("hs-body", rng.choice(("sans", "wenkai"))), ("hs-head", "sans-bold")]
    for name, face in faces:
        pdfmetrics.registerFont(TTFont(name, str(tools.font(face))))
    colour = HexColor(rng.choice(("#0b5fa5", "#007a4d", "#c4122f", "#e06a00")))
    canvas.setFillColor(colour)
    canvas.rect(0, high - 22 * mm, wide, 22 * mm, stroke=0, fill=1)
    canvas.setFillColor(HexColor("#ffffff"))
    canvas.setFont("hs-head", 15)
    canvas.drawCentredString(wide / 2, high - 11 * mm, bank)
    canvas.setFont("hs-body", 9)
    canvas.drawCentredString(wide / 2, high - 17 * mm, rng.choice(("手机银行转账电子回单", "转账汇款凭证")))
    canvas.setFillColor(HexColor("#222222"))
    canvas.setFont("hs-head", 20)
    canvas.drawCentredString(wide / 2, high - 34 * mm, f"¥ {money.comma(amount)}")
    canvas.setFont("hs-body", 8.5)
    canvas.drawCentredString(wide / 2, high - 40 * mm, money.words(amount))
    clock = f"{rng.randrange(7, 22):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    lines = [
        ("付款人", person),
        ("付款账号", mine),
        ("付款银行", bank),
        ("收款人", hospital),
        ("收款账号", ours),
        ("收款银行", near),
        ("转账附言", aim),
        ("转账时间", f"{paid:%Y-%m-%d} {clock}" if rng.random() < 0.6 else f"{money.cn(paid)} {clock}"),
        ("到账方式", rng.choice(("实时到账", "普通到账（2小时内）"))),
        ("电子流水号", serial),
        ("手续费", "0.00"),
        ("交易后余额", money.comma(balance)),
    ]
    for at, (key, value) in enumerate(lines):
        y = high - (52 + at * 8) * mm
        canvas.setFont("hs-body", 9)
        canvas.setFillColor(HexColor("#777777"))
        canvas.drawString(9 * mm, y, key)
        canvas.setFillColor(HexColor("#111111"))
        canvas.drawRightString(wide - 9 * mm, y, value)
        canvas.setStrokeColor(HexColor("#dddddd"))
        canvas.line(9 * mm, y - 2.6 * mm, wide - 9 * mm, y - 2.6 * mm)
    canvas.setFont("hs-body", 7)
    canvas.setFillColor(HexColor("#888888"))
    canvas.drawCentredString(wide / 2, 8 * mm, "本回单仅表示转账指令已受理成功，以银行实际入账为准")
    canvas.save()
    data = paperwork.sealed(
        out.getvalue(), [paperwork.Mark("交易后余额", bank, 70, -4, 27, "电子回单专用章")]
    )
    fair: dict[str, Any] = {"payer": person, "unit": hospital, "items": (item,)}
    soon = money.later(rng, paid, 0, 6)
    other = person
    while other == person:
        other = people.person(rng, 1) if "·" in person else person[0] + people.person(rng, 0)[1:]
    bills = (
        paperwork.bill(fair, amount, soon, "a small sum of a person"),
        paperwork.bill(
            fair, amount, soon, "somebody else, mostly of the same family name", "payer", payer=other
        ),
        paperwork.bill(fair, amount, paid - timedelta(days=rng.randint(5, 30)), "before the payment", "date")
        if rng.random() < 0.5
        else paperwork.bill(fair, balance, soon, "what is left on the account", "amount"),
    )
    truth = Truth(
        **paperwork.said("transfer", person, hospital, amount, paid, number=serial, words=True),
        accounts=(mine, ours),
        purpose=aim,
        also_names=(bank, near),
        also_amounts=(balance, Decimal(0)),
    )
    return Paper(family="bank receipt", tool="reportlab", data=data, truth=truth, bills=bills)


_BOXES = "亿千百十万千百十元角分"


def slip(rng: Random) -> Paper:
    """A photograph of a printed paying-in slip that a cashier filled in by hand, with the teller's stamp."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    short = people.brand(rng)
    payer = rng.choice(
        (
            f"{where.county}{short}医药有限公司",
            f"{where.county}{short}护理院",
            f"{where.county}卫生职业学校",
            f"{where.town}{short}建设有限公司",
        )
    )
    bank = rng.choice(
        ("中国农业银行", "中国建设银行", f"{where.county}农村信用合作联社", f"{where.town}银行")
    )
    mine, ours = people.account(rng, bank), people.account(rng, bank)
    amount = money.odd(rng, 100, 90000) if rng.random() < 0.4 else money.cash(rng, 500, 800000, 50)
    in_words = money.swapped(rng, amount) if rng.random() < 0.28 else amount
    paid = money.day(rng)
    item, aim = rng.choice(
        (
            ("房屋租金", "房租"),
            ("培训费", "实习培训费"),
            ("技术服务费", "检验技术服务费"),
            ("捐赠收入", "捐款"),
            ("保证金", "投标保证金"),
        )
    )
    serial = f"{rng.randrange(10**8):08d}"
    number = f"{rng.randrange(10**8):08d}"
    picture = Image.new("RGB", (1700, 860), rng.choice(("#fbfaf3", "#f6f9fb", "#fdf6f2")))
    pen, ink = ImageDraw.Draw(picture), rng.choice(("#1e5f8c", "#8a2b2b", "#2f6b3d"))

    def put(
        x: float,
        y: float,
        text: str,
        size: int = 26,
        face: str = "uming",
        colour: str = "",
        anchor: str = "lm",
    ) -> None:
        letter = ImageFont.truetype(str(tools.font(face)), size)
        pen.text((x, y), text, colour or ink, letter, anchor=anchor)

    script, blue = rng.choice(("zhimang", "mashan")), rng.choice(("#20306f", "#1a1a22"))
    put(850, 60, f"{bank}进账单（回单）　1", 42, anchor="mm")
    pen.line((480, 92, 1220, 92), fill=ink, width=3)
    put(850, 122, f"{paid.year} 年 {paid.month} 月 {paid.day} 日", 32, "wenkai", blue, "mm")
    put(1640, 122, f"№ {number}", 26, anchor="rm")
    pen.rectangle((60, 150, 1640, 760), outline=ink, width=3)
    for y in (220, 290, 360, 470, 545, 620):
        pen.line((60 if y in (360, 470) else 120, y, 1640, y), fill=ink, width=2)
    pen.line((850, 150, 850, 360), fill=ink, width=2)
    for x in (120, 910):
        pen.line((x, 150, x, 360), fill=ink, width=2)
    for x in (280, 1060):
        pen.line((x, 150, x, 360), fill=ink, width=2)
    for at, each in enumerate("出票人"):
        put(90, 195 + at * 60, each, 28, anchor="mm")
        put(880, 195 + at * 60, "收款人"[at], 28, anchor="mm")
    for at, (key, left, right) in enumerate(
        (("全　称", payer, hospital), ("账　号", mine, ours), ("开户银行", bank, bank))
    ):
        y = 185 + at * 70
        put(135, y, key)
        put(925, y, key)
        put(295, y, left, 34 if len(left) > 15 else 38, script if at != 1 else "wenkai", blue)
        put(1075, y, right, 34 if len(right) > 13 else 38, script if at != 1 else "wenkai", blue)
    put(75, 400, "金额　人民币")
    put(75, 440, "　　　（大写）")
    put(270, 415, money.words(in_words), 40 if len(money.words(in_words)) < 18 else 33, script, blue)
    digits = str(int(amount * 100))
    for at, unit in enumerate(_BOXES):
        x = 1112 + at * 48
        pen.line((x, 360, x, 470), fill=ink, width=2)
        put(x + 24, 380, unit, 22, anchor="mm")
        place = at - (len(_BOXES) - len(digits))
        text = digits[place] if place >= 0 else ("¥" if place == -1 else "")
        put(x + 24, 432, text, 40, "wenkai", blue, "mm")
    put(135, 508, f"票据种类　转账支票　　　票据张数　1 张　　　票据号码　{serial}")
    put(135, 584, "款项来源 / 用途")
    put(360, 584, aim, 40, script, blue)
    put(135, 690, "复核　　　　　　记账")
    put(1180, 690, "收款人开户银行签章")
    put(60, 800, "此联是开户银行交给持票人的回单", 22)
    stamp = paperwork.oblong(rng, [bank[:12], f"{paid:%Y.%m.%d}", "转讫（03）"], (200, 30, 40))
    picture = paperwork.laid(picture, stamp, (rng.uniform(0.6, 0.68), 0.78), 0.2, rng.uniform(-8, 8))
    flat = Image.new("RGB", (1860, 1060), picture.getpixel((3, 3)))
    flat.paste(picture, (80, 90))
    seen = tools.photographed(rng, flat, rng.choice(("#6d5f50", "#8a8f94", "#40382f")))
    if rng.random() < 0.5:
        data, media = tools.as_pdf([seen], 150, 84), "application/pdf"
    else:
        data, media = tools.as_picture(seen, quality=85), "image/jpeg"
    fair: dict[str, Any] = {"payer": payer, "unit": hospital, "unit_account": ours, "items": (item,)}
    soon = money.later(rng, paid, 0, 12)
    if in_words != amount:
        bills: tuple[Bill, ...] = tuple(
            paperwork.bill(fair, sum_, soon, "words and digits differ", "words")
            for sum_ in (amount, in_words)
        )
    else:
        bills = (
            paperwork.bill(fair, amount, soon, "a slip written by hand"),
            paperwork.bill(fair, money.swapped(rng, amount), soon, "digits exchanged", "amount"),
            paperwork.bill(
                fair, amount, paid - timedelta(days=rng.randint(8, 40)), "before the payment", "date"
            ),
        )
    truth = Truth(
        **paperwork.said("transfer", payer, hospital, amount, paid, number=number),
        words=in_words,
        accounts=(mine, ours),
        purpose=aim,
        also_numbers=(serial,),
        also_names=(bank,),
        also_amounts=(in_words,),
        also_purposes=("转账支票",),
    )
    return Paper(
        family="paying-in slip",
        tool="pillow",
        form="scan",
        media_type=media,
        data=data,
        truth=truth,
        bills=bills,
    )
