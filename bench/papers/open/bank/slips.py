"""Forms filled in by hand or by a till: 进账单, 电汇凭证, checks, slips of card terminals. All are scans or photographs."""

import io
from datetime import date
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.bank import base, draw
from bench.papers.values import Bill, Paper, Truth

_HEADS = "亿千百十万千百十元角分"
_HANDS = ("mashan", "zhimang", "wenkai", "ukai")


def _boxes(value: Decimal, hand: str) -> tuple[str, str]:
    heads = "".join(f"<td class=d>{head}</td>" for head in _HEADS)
    digits = "".join(f"<td class='d {hand}'>{digit}</td>" for digit in base.boxed(value))
    return heads, digits


def _css(colour: str, hand: str) -> str:
    return f"""
<style>@page {{ size: 190mm 98mm; margin: 6mm 8mm }} body {{ font: 9pt 'serif'; color: {colour} }}
h1 {{ font: 15pt 'serif-bold'; text-align: center; margin: 0; letter-spacing: 5px }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed }}
td {{ border: .7pt solid {colour}; padding: 0 1mm; height: 7.4mm; vertical-align: middle; overflow: hidden }}
.d {{ width: 4.6mm; padding: 0; text-align: center; font-size: 8pt }}
td.hw, .hw {{ font-family: '{hand}'; font-size: 12.5pt; color: #1c2a6b }} td.d.hw {{ font-size: 13pt }}
.v {{ width: 5mm; text-align: center; line-height: 1.15; padding: 0 }} .k {{ width: 15mm; text-align: center }}
.top {{ text-align: center; margin: 0 0 1mm }} .no {{ position: absolute; right: 4mm; top: 1mm }}
.side {{ position: absolute; right: -6.5mm; top: 18mm; width: 4mm; font-size: 7pt; line-height: 1.15 }}</style>"""


def _other_words(rng: Random, total: Decimal) -> Decimal:
    """Another sum that a tired hand writes in words."""
    for _ in range(20):
        made, _how = base.slip(rng, total)
        if made != total and made >= 10:
            return made
    return total + 100


def credit_form(rng: Random) -> Paper:
    """进账单 with digits in boxes, printed or written, the bank's seal over the sum."""
    payer, payee = base.company(rng), base.office(rng)
    total, when = base.money(rng, 500, 2_000_000), base.day(rng)
    differs = rng.random() < 0.25
    said = _other_words(rng, total) if differs else total
    hand = rng.choice((*_HANDS, "zenhei"))
    heads, digits = _boxes(total, "hw")
    check_number = base.serial(rng, 8)
    bank = payee.bank
    number = base.serial(rng, 8)
    phrase, items, other = base.purpose(rng)
    with_purpose = rng.random() < 0.5
    note = f"<span class=hw>{phrase}</span>" if with_purpose else ""
    html = f"""{_css(rng.choice(("#7a3b1d", "#8a1f2b", "#333")), hand)}
<div class=no>№ {number}</div><h1>{bank[: bank.index("银行") + 2]}　进账单（回单）　1</h1>
<div class=top><span class=hw>{when.year}</span> 年 <span class=hw>{when.month}</span> 月 <span class=hw>{when.day}</span> 日</div>
<table><tr><td class=v rowspan=3>出票人</td><td class=k>全　称</td><td class=hw>{payer.name}</td>
<td class=v rowspan=3>收款人</td><td class=k>全　称</td><td class=hw>{payee.name}</td></tr>
<tr><td class=k>账　号</td><td class=hw>{payer.account}</td><td class=k>账　号</td><td class=hw>{payee.account}</td></tr>
<tr><td class=k>开户银行</td><td class=hw>{payer.bank}</td><td class=k>开户银行</td><td class=hw>{payee.bank}</td></tr></table>
<table style="margin-top:-.7pt"><tr><td class=v rowspan=2>金额</td>
<td rowspan=2>人民币<br>（大写）　<span class=hw>{base.words(said)}</span></td>
{heads}</tr><tr>{digits}</tr></table>
<table style="margin-top:-.7pt"><tr><td class=k>票据种类</td><td class=hw>转账支票</td><td class=k>票据张数</td><td class=hw>1</td>
<td rowspan=3 style="text-align:center;vertical-align:bottom">开户银行签章</td></tr>
<tr><td class=k>票据号码</td><td colspan=3 class=hw>{check_number}</td></tr>
<tr><td colspan=4>{note}　　复核　　　　记账</td></tr></table><div class=side>此联是开户银行交给持票人的回单</div>"""
    page = tools.pictures(tools.weasy(html), 220)[0]
    seal = draw.cleared_seal(bank, when)
    page = draw.press(
        page, seal, (rng.uniform(0.72, 0.88), rng.uniform(0.66, 0.8)), 0.17, rng.uniform(-14, 14)
    )
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        words=said,
        signed_on=when,
        numbers=(number,),
        accounts=(payer.account, payee.account),
        purpose=phrase if with_purpose else "",
        also_names=(payer.bank, payee.bank),
        also_numbers=(check_number,),
        also_amounts=(said,) if differs else (),
    )
    case = base.Case(payer.name, payee.name, total, when, items, payee.account, other)
    facts = ["payer", "payee", "amount", "date", "usage", "account"] + (["purpose"] if with_purpose else [])
    made = base.all_wrong(rng, case, "words") if differs else base.bills(rng, case, facts)
    return Paper(
        family="credit form (进账单)",
        tool="weasyprint, scanned",
        data=draw.finish(rng, [page], 220),
        truth=truth,
        bills=made,
        form="scan",
    )


def wire_form(rng: Random) -> Paper:
    """电汇凭证 written by hand; the words rarely differ from the boxes."""
    payer = base.company(rng) if rng.random() < 0.7 else base.private(rng)
    gift = rng.random() < 0.4
    payee = base.charity(rng) if gift else base.office(rng)
    phrase, items, other = base.purpose(rng, gift)
    total, when = base.fitting(rng, phrase), base.day(rng)
    differs = rng.random() < 0.3
    said = _other_words(rng, total) if differs else total
    heads, digits = _boxes(total, "hw")
    bank = payer.bank[: payer.bank.index("银行") + 2]
    number = base.serial(rng, 8)
    ways = rng.choice((("☑普通", "□加急"), ("□普通", "☑加急")))
    html = f"""{_css(rng.choice(("#14417a", "#1d6a4a", "#6b1f6f")), rng.choice(("mashan", "zhimang", "wenkai")))}
<style>@page {{ size: 200mm 108mm }}</style>
<div class=no>{number}</div><h1>{bank}　电汇凭证（回单）</h1>
<div class=top>{" ".join(ways)}　　委托日期　<span class=hw>{when.year}</span> 年
<span class=hw>{when.month:02}</span> 月 <span class=hw>{when.day:02}</span> 日</div>
<table><tr><td class=v rowspan=3>汇款人</td><td class=k>全　称</td><td class=hw>{payer.name}</td>
<td class=v rowspan=3>收款人</td><td class=k>全　称</td><td class=hw>{payee.name}</td></tr>
<tr><td class=k>账　号</td><td class=hw>{payer.account}</td><td class=k>账　号</td><td class=hw>{payee.account}</td></tr>
<tr><td class=k>汇出行名称</td><td class=hw>{payer.bank}</td><td class=k>汇入行名称</td><td class=hw>{payee.bank}</td></tr></table>
<table style="margin-top:-.7pt"><tr><td class=v rowspan=2>金额</td>
<td rowspan=2>人民币<br>（大写）　<span class=hw>{base.words(said)}</span></td>
{heads}</tr><tr>{digits}</tr></table>
<table style="margin-top:-.7pt"><tr><td rowspan=2 style="vertical-align:bottom;text-align:center;height:22mm">汇出行签章</td>
<td>支付密码　<span class=hw>{base.serial(rng, 4)} {base.serial(rng, 4)} {base.serial(rng, 4)} {base.serial(rng, 4)}</span></td></tr>
<tr><td>附加信息及用途：<span class=hw>{phrase}</span><br>　　　　　　　　　　复核：　　　　记账：</td></tr></table>
<div class=side>此联汇出行给汇款人的回单</div>"""
    page = tools.pictures(tools.weasy(html), 200)[0]
    seal = draw.cleared_seal(payer.bank, when, colour=rng.choice((draw.RED, (60, 50, 140))))
    page = draw.press(
        page, seal, (rng.uniform(0.2, 0.4), rng.uniform(0.72, 0.84)), 0.17, rng.uniform(-12, 12)
    )
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        words=said,
        signed_on=when,
        numbers=(number,),
        accounts=(payer.account, payee.account),
        purpose=phrase,
        also_names=(payer.bank, payee.bank, bank),
        also_amounts=(said,) if differs else (),
    )
    case = base.Case(payer.name, payee.name, total, when, items, payee.account, other)
    made: tuple[Bill, ...] = base.all_wrong(rng, case, "words") if differs else base.bills(rng, case)
    return Paper(
        family="wire transfer form (电汇凭证)",
        tool="weasyprint, scanned",
        data=draw.finish(rng, [page], 200),
        truth=truth,
        bills=made,
        form="scan",
    )


def check(rng: Random) -> Paper:
    """A check for transfer with its stub, the day in capital words, seals of the drawer; rarely unsigned."""
    payer, payee = base.company(rng), base.office(rng)
    phrase, items, other = base.purpose(rng)
    total, when = base.fitting(rng, phrase), base.day(rng)
    unsigned = rng.random() < 0.2
    number = f"{base.serial(rng, 8)} {base.serial(rng, 8)}"
    hand = rng.choice(("mashan", "zhimang", "wenkai"))
    year, month, day_words = base.capital_day(when)
    bank = payer.bank
    html = _check_page(rng, payer, payee, total, when, (year, month, day_words), phrase, number, hand)
    page = tools.pictures(tools.weasy(html), 220)[0]
    if not unsigned:
        boss = base.person(rng)
        seal = tools.stamp(payer.name, "财务专用章")
        page = draw.press(
            page, seal, (rng.uniform(0.5, 0.58), rng.uniform(0.66, 0.74)), 0.17, rng.uniform(-10, 10)
        )
        page = draw.press(
            page, draw.name_seal(boss), (rng.uniform(0.67, 0.74), rng.uniform(0.76, 0.82)), 0.06
        )
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        words=total,
        signed_on=when,
        numbers=(number,),
        accounts=(payer.account,),
        purpose=phrase,
        status="unsigned" if unsigned else "",
        also_names=(bank,),
        also_numbers=tuple(number.split()),
    )
    case = base.Case(payer.name, payee.name, total, when, items, "", other)
    facts = ("payer", "payee", "amount", "date", "purpose", "usage")
    made: tuple[Bill, ...] = base.bills(rng, case, facts)
    if unsigned:
        made = tuple(
            base.noted(bill, "the check bears no seal of its drawer")
            for bill in base.all_wrong(rng, case, "status")
        )
    picture = rng.random() < 0.5
    if not picture:
        data = draw.finish(rng, [page], 220)
    else:
        data = tools.as_picture(tools.photographed(rng, page, rng.choice(("#8c8a86", "#4d5a63", "#b29b7a"))))
    return Paper(
        family="check",
        tool="weasyprint, " + ("photographed" if picture else "scanned"),
        data=data,
        truth=truth,
        bills=made,
        media_type="image/jpeg" if picture else "application/pdf",
        form="scan",
    )


def _check_page(
    rng: Random,
    payer: base.Party,
    payee: base.Party,
    total: Decimal,
    when: date,
    said: tuple[str, str, str],
    phrase: str,
    number: str,
    hand: str,
) -> str:
    heads, digits = _boxes(total, "hw")
    bank = payer.bank[: payer.bank.index("银行") + 2]
    return f"""{_css("#3b4a5a", hand)}
<style>@page {{ size: 225mm 90mm; margin: 7mm 6mm; background: #f1efe2 }} .c {{ display: flex }}
.stub {{ width: 48mm; border-right: 1pt dashed #999; padding-right: 3mm; margin-right: 4mm; line-height: 1.75 }}
.main {{ flex: 1; line-height: 1.9 }} .main table {{ line-height: 1.1 }} h2 {{ font: 11pt 'serif-bold'; margin: 0 }}</style>
<div class=c><div class=stub><h2>{bank}<br>转账支票存根</h2>{number}<br>附加信息<br><br>
出票日期 <span class=hw>{when.year}</span>年<span class=hw>{when.month}</span>月<span class=hw>{when.day}</span>日<br>
收款人：<span class=hw>{payee.name}</span><br>金　额：<span class=hw>￥{total:.2f}</span><br>
用　途：<span class=hw>{phrase}</span><br>单位主管　　会计</div>
<div class=main><h2 style="text-align:center">{bank}　转账支票　　　{number}</h2>
<div>出票日期（大写）<span class=hw>{said[0]}</span> 年 <span class=hw>{said[1]}</span> 月 <span class=hw>{said[2]}</span> 日
　付款行名称：{payer.bank}</div><div>收款人：<span class=hw>{payee.name}</span>　　出票人账号：{payer.account}</div>
<table><tr><td rowspan=2 style="width:20mm">人民币<br>（大写）</td><td rowspan=2 class=hw>{base.words(total)}</td>{heads}</tr>
<tr>{digits}</tr></table>
<div>用途 <span class=hw>{phrase}</span>　　　　　　　密码 ________________</div>
<div>上列款项请从　　　　　　　　　　　　　　　　　　　　　行号 {base.serial(rng, 12)}</div>
<div>我账户内支付</div><div>出票人签章（{payer.name}）　　　　　　　　复核　　　　记账</div></div></div>"""


def card_slip(rng: Random) -> Paper:
    """A card terminal's slip on narrow paper, photographed; the card is masked, the payer only signs."""
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    face, hand = rng.choice(("zenhei", "sans")), rng.choice(("liujian", "zhimang"))
    for name in (face, hand):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(tools.font(name))))
    payee, signer = base.unit(rng), base.short_person(rng)
    total, when = base.money(rng, 38, 20_000), base.day(rng)
    reference, merchant = base.serial(rng, 12), f"898{base.serial(rng, 12)}"
    bank = rng.choice(base.BANKS)[0]
    masked = f"{base.card(rng)[:6]}******{base.serial(rng, 4)}"
    void = rng.random() < 0.2
    kind = "消费撤销(VOID)" if void else "消费(SALE)"
    sign = "-" if void else ""
    lines = [
        (f"商户名称：{payee}", 8), (f"商户编号：{merchant}", 8), (f"终端编号：{base.serial(rng, 8)}", 8),
        (f"操作员号：{rng.randrange(1, 9):02}", 8), (f"发卡行：{bank}", 8), (f"卡号：{masked} {rng.choice('CI')}", 9.5),
        (f"交易类型：{kind}", 10), (f"批次号：{base.serial(rng, 6)}  凭证号：{base.serial(rng, 6)}", 8),
        (f"授权码：{base.serial(rng, 6)}", 8), (f"参考号：{reference}", 8),
        (f"日期时间：{when:%Y/%m/%d} {base.clock(rng)}", 8), (f"金额：RMB {sign}{total:.2f}", 12),
    ]  # fmt: skip
    out = io.BytesIO()
    high = 128 * mm
    page = Canvas(out, pagesize=(58 * mm, high), invariant=1)
    page.setFont(face, 12)
    page.drawCentredString(
        29 * mm, high - 9 * mm, rng.choice(("银联商务 签购单", "POS 签购单", "UnionPay 银联 签购单"))
    )
    y = high - 16 * mm
    for text, size in lines:
        while pdfmetrics.stringWidth(text, face, size) > 53 * mm:
            size -= 0.25
        page.setFont(face, size)
        page.drawString(3 * mm, y, text)
        y -= (size * 0.35 + 2.3) * mm
    page.setFont(face, 7)
    page.line(3 * mm, y, 55 * mm, y)
    page.drawString(3 * mm, y - 4 * mm, "备注：")
    page.drawString(3 * mm, y - 9 * mm, "持卡人签名：")
    page.setFont(hand, 19)
    page.drawString(20 * mm, y - 15 * mm, signer)
    page.setFont(face, 6)
    page.drawString(3 * mm, y - 20 * mm, "本人确认以上交易，同意将其记入本卡账户")
    page.drawString(3 * mm, y - 24 * mm, rng.choice(("商户存根 MERCHANT COPY", "持卡人存根 CARDHOLDER COPY")))
    page.save()
    picture = tools.photographed(
        rng, tools.pictures(out.getvalue(), 300)[0], rng.choice(("#5b4636", "#2f3b44", "#9b9488"))
    )
    truth = Truth(
        kind="transfer",
        payees=(payee,),
        total=total,
        signed_on=when,
        numbers=(reference,),
        status="revoked" if void else "",
        also_names=(bank, signer),
        also_numbers=(merchant, masked),
    )
    case = base.Case(signer, payee, total, when, (rng.choice(("培训费", "考试费", "住宿费", "会议费")),))
    made = base.bills(rng, case, ("payee", "amount", "amount", "date", "usage"))
    if void:
        made = tuple(
            base.noted(bill, "the card payment was taken back")
            for bill in base.all_wrong(rng, case, "status")
        )
    return Paper(
        family="card terminal slip",
        tool="reportlab, photographed",
        data=tools.as_picture(picture),
        truth=truth,
        bills=made,
        media_type="image/jpeg",
        form="scan",
    )
