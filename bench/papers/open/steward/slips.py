"""Receipts and bank slips."""

import io
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from . import common as c


def e_receipts(rng: Random) -> Paper:
    """Two electronic receipts of a bank on one sheet: the second one is an unlike payment to somebody else."""
    from reportlab.lib.colors import HexColor
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for name in ("sans", "sans-bold", "serif"):
        pdfmetrics.registerFont(TTFont(name, str(tools.font(name))))
    _, city, county = c.place(rng)
    unit = rng.choice((f"{county}文化体育中心", f"{county}书法家协会", f"{city}水产科学研究所"))
    payer = c.company(rng, city, rng.choice(("教育科技", "健身服务", "渔业", "酒店管理")))
    value = c.cents(Decimal(rng.randrange(3000, 900000)) / rng.choice((1, 10, 100)))
    value = value if value >= 100 else value + 137
    when = c.day(rng)
    use = rng.choice(("第二期培训费", "技术咨询费", "展位费", "教师培训费"))
    number = f"{when:%Y%m%d}{rng.randrange(10**9, 10**10)}"
    accounts = (c.account(rng, 19), c.account(rng, 17))
    fee = Decimal(rng.choice((5, 10, 15)))
    tint, house = rng.choice(
        (
            ("#b3202c", "中国工商银行"),
            ("#00693e", "中国农业银行"),
            ("#0f4c9c", "中国建设银行"),
            ("#7a1f2b", "江南农村商业银行"),
        )
    )
    labels = rng.choice(
        (
            ("付款人", "收款人", "户名", "账号", "开户行"),
            ("付方", "收方", "全称", "账　号", "开户机构"),
            ("汇款人", "收款方", "名称", "卡号/账号", "行名"),
        )
    )
    out = io.BytesIO()
    pen: Any = Canvas(out, pagesize=A4)
    width, height = A4

    def slip(
        top: float,
        kind: str,
        a: tuple[str, str, str],
        b: tuple[str, str, str],
        sum_: Decimal,
        why: str,
        serial: str,
    ) -> None:
        pen.setFillColor(HexColor(tint))
        pen.setFont("sans-bold", 15)
        pen.drawCentredString(width / 2, top, f"{house}　{kind}")
        pen.setFillColor(HexColor("#222222"))
        pen.setStrokeColor(HexColor(tint))
        pen.setFont("sans", 9)
        pen.drawString(50, top - 20, f"日期：{c.padded(when)}")
        pen.drawRightString(width - 50, top - 20, f"回单编号：{serial}")
        low = top - 230
        pen.rect(50, low, width - 100, 202)
        middle = width / 2
        for k in range(1, 4):
            pen.line(50, top - 28 - 27 * k, width - 50, top - 28 - 27 * k)
        pen.line(middle, top - 28, middle, top - 109)
        for x, role, who in ((50, labels[0], a), (middle, labels[1], b)):
            pen.line(x + 20, top - 28, x + 20, top - 109)
            for k, letter in enumerate(role):
                pen.drawString(x + 6, top - 48 - 17 * k, letter)
            for k in range(3):
                pen.drawString(x + 25, top - 45 - 27 * k, labels[2 + k])
                size = 9 if len(who[k]) < 18 else 7.2
                pen.setFont("serif", size)
                pen.drawString(x + 68, top - 45 - 27 * k, who[k])
                pen.setFont("sans", 9)
        pen.drawString(58, top - 128, "金额")
        pen.drawString(100, top - 128, f"人民币（大写）{c.words(sum_)}")
        pen.drawRightString(width - 58, top - 128, f"￥{c.money(sum_)}")
        pen.line(50, top - 138, width - 50, top - 138)
        pen.drawString(58, top - 155, f"{rng.choice(('摘要', '用途', '附言'))}：{why}")
        pen.drawString(
            58,
            top - 172,
            f"交易渠道：{rng.choice(('企业网银', '手机银行', '柜面'))}"
            f"　　业务种类：{rng.choice(('跨行汇款', '转账', '网上支付'))}　　手续费：{c.plain(0)}",
        )
        pen.drawString(
            58, top - 189, f"验证码：{rng.randrange(16**8):08X}　打印次数：1　本回单为交易凭证，请勿重复记账"
        )
        pen.setFillColor(HexColor("#c81e1e"))
        pen.circle(width - 115, top - 190, 30, stroke=1, fill=0)
        pen.setFont("sans", 8)
        pen.drawCentredString(width - 115, top - 188, "电子回单专用章")
        pen.setFillColor(HexColor("#222222"))

    mine = (unit, accounts[1], f"{house}{county}支行")
    slip(height - 70, "网上银行电子回单", (payer, accounts[0], c.bank(rng, city)), mine, value, use, number)
    pen.setDash(3, 3)
    pen.line(20, height / 2 + 20, width - 20, height / 2 + 20)
    pen.setDash()
    bank_fee = (f"{house}手续费收入户", c.account(rng, 16), house)
    second = f"{when:%Y%m%d}{rng.randrange(10**9, 10**10)}"
    slip(height / 2 - 30, "收费回单", mine, bank_fee, fee, "账户服务费", second)
    pen.save()
    item = {"展位费": "展位费", "技术咨询费": "技术咨询费"}.get(use, "培训费")
    base = {"payer": payer, "unit": unit, "total": value, "items": (item,)}
    return Paper(
        family="bank receipt",
        tool="reportlab",
        data=out.getvalue(),
        truth=Truth(
            kind="transfer",
            payers=(payer,),
            payees=(unit,),
            total=value,
            words=value,
            signed_on=when,
            numbers=(number,),
            accounts=accounts,
            purpose=use,
            also_names=(bank_fee[0],),
            also_amounts=(fee,),
            also_numbers=(second, bank_fee[1]),
            also_purposes=("账户服务费",),
        ),
        bills=(
            Bill(
                issued_on=c.later(when, rng.randrange(1, 16)),
                unit_account=accounts[1],
                note="some days after the payment",
                **base,
            ),
            Bill(
                issued_on=c.later(when, 2),
                wrong="amount",
                note="digits exchanged",
                **(base | {"total": c.swapped(rng, value)}),
            ),
            Bill(
                issued_on=c.later(when, 2),
                unit_account=c.account(rng, 17),
                wrong="account",
                note="the unit's account is another",
                **base,
            ),
        ),
    )


def paying_in(rng: Random) -> Paper:
    """A paying-in slip with boxes for digits, typed into print, stamped and scanned."""
    _, city, county = c.place(rng)
    unit = rng.choice((f"{county}体育总会", f"{county}住房公积金管理部", f"{county}全民健身中心"))
    payer = rng.choice(
        (
            c.company(rng, city, rng.choice(("房地产开发", "煤业", "运动器材"))),
            f"{county}教育局",
            f"{county}实验小学",
        )
    )
    value = c.cents(Decimal(rng.randrange(100000, 99999999)) / 100)
    when = c.day(rng)
    accounts = (c.account(rng, 16), c.account(rng, 18))
    use = {"房": "归集款"}.get(unit[len(county)], rng.choice(("赛事协办费", "场地费", "培训款")))
    number = f"{rng.randrange(10**7, 10**8)}"
    house = c.bank(rng, county)
    if "公积金" in unit:
        use = "住房公积金"
    digits = f"￥{int(value * 100)}".rjust(11)
    boxes = "".join(f"<td class=d>{x.strip()}</td>" for x in digits)
    heads = "".join(f"<td class=d>{x}</td>" for x in "亿千百十万千百十元角分")
    fill = rng.choice(("uming", "wenkai", "zenhei"))
    ink = rng.choice(("#1f2a80", "#222"))
    css = f"""@page{{size:210mm 130mm;margin:9mm 13mm}}body{{font:10pt serif;color:#7b2d12}}h1{{font:bold 15pt serif;\
text-align:center;margin:0}}table{{width:100%;border-collapse:collapse}}
    td{{border:.8pt solid #7b2d12;padding:1.2mm 1.5mm;height:6mm}}b{{font:11.5pt {fill};color:{ink}}}.d{{width:4.2mm;padding:0;\
text-align:center;font:11pt {fill};color:{ink}}}.v{{width:6mm;text-align:center}}"""
    html = f"""<style>{css}</style><h1>{house}　进账单（收账通知）　3</h1><div style="display:flex;justify-content:space-between;\
padding:1mm 0"><span></span><b>{when.year}　年　{when.month:02d}　月　{when.day:02d}　日</b><b>№ {number}</b></div>
    <table><tr><td rowspan=3 class=v>出票人</td><td style="width:19mm">全　称</td><td><b>{payer}</b></td><td rowspan=3 class=v>\
收款人</td><td style="width:19mm">全　称</td><td><b>{unit}</b></td></tr>
    <tr><td>账　号</td><td><b>{accounts[0]}</b></td><td>账　号</td><td><b>{accounts[1]}</b></td></tr><tr><td>开户银行</td><td><b>\
{c.bank(rng, city)}</b></td><td>开户银行</td><td><b>{house}</b></td></tr></table>
    <table style="margin-top:-.8pt"><tr><td rowspan=2 style="width:14mm">金额</td><td rowspan=2>人民币<br>（大写）<b>\
{c.words(value)}</b></td>{heads}</tr><tr>{boxes}</tr></table>
    <table style="margin-top:-.8pt"><tr><td style="width:22mm">票据种类</td><td style="width:30mm"><b>转账支票</b></td><td \
style="width:22mm">票据张数</td><td><b>壹</b></td><td rowspan=2 style="width:60mm;vertical-align:bottom">收款人开户银行签章</td>\
</tr>
    <tr><td>款项用途</td><td colspan=3><b>{use}</b></td></tr></table><div>此联是收款人开户银行交给收款人的收账通知</div>"""
    items = {"赛事协办费": "赛事服务费", "场地费": "场地使用费", "培训款": "培训费", "归集款": "代收代付款"}
    base = {"payer": payer, "unit": unit, "total": value, "items": (items.get(use, use),)}
    return Paper(
        family="bank slip",
        tool="weasyprint",
        form="scan",
        data=c.scan(
            rng,
            tools.weasy(html),
            ((0, house.replace("股份有限公司", ""), "转讫", 0.82, 0.76, 0.16),),
            dpi=rng.choice((200, 240)),
        ),
        truth=Truth(
            kind="transfer",
            payers=(payer,),
            payees=(unit,),
            total=value,
            words=value,
            signed_on=when,
            numbers=(number,),
            accounts=accounts,
            purpose=use,
        ),
        bills=(
            Bill(issued_on=c.later(when, 3), unit_account=accounts[1], note="after the credit", **base),
            Bill(
                issued_on=c.later(when, 3),
                wrong="payee",
                note="another unit",
                **(base | {"unit": f"{county}文学艺术界联合会"}),
            ),
            Bill(
                issued_on=c.later(when, 3),
                wrong="amount",
                note="digits exchanged",
                **(base | {"total": c.swapped(rng, value)}),
            ),
        ),
    )


def hand_receipt(rng: Random) -> Paper:
    """A receipt from a stationer's pad, filled by hand, photographed; in some drawings words and digits differ."""
    _, _, county = c.place(rng)
    unit = f"{county}{rng.choice(('围棋协会', '老年书画研究会', '业余体校', '舞蹈家协会'))}"
    payer = c.person(rng)
    value = Decimal(rng.choice((180, 260, 350, 480, 560, 720, 960, 1250, 1600, 2400)))
    differ = rng.random() < 0.4
    said = value + (200 if value < 1000 else 1000) if differ else value
    when = c.day(rng)
    use = rng.choice(("春季班学费", "国画班学费", "考级报名费", "集训食宿费"))
    number = f"{rng.randrange(1, 99999):07d}"
    cashier = c.person(rng)
    hand = rng.choice(("mashan", "zhimang"))
    colour = rng.choice(("#1b3b8b", "#222", "#7a1020"))
    css = f"""@page{{size:185mm 92mm;margin:8mm 10mm}}body{{font:13pt serif;color:#a3302b}}h1{{font:bold 20pt serif;\
text-align:center;letter-spacing:9px;margin:0;border-bottom:3px double #a3302b;width:72mm;margin:auto}}
    i{{font:normal 17pt {hand};color:{colour}}}div.b{{border:1pt solid #a3302b;padding:2mm 4mm;line-height:2.05;margin-top:1mm}}\
u{{text-decoration:none;border-bottom:.7pt solid #a3302b;padding:0 2mm}}.t{{display:flex;justify-content:space-between}}"""
    html = f"""<style>{css}</style><h1>收款收据</h1><div class=t><span>日期：<i>{when.year}</i>年<i>{when.month}</i>月<i>{when.day}\
</i>日</span><span style="font:bold 14pt sans;color:#c00">No {number}</span></div>
    <div class=b>今收到　<u><i>{payer}</i></u><br>交　来　<u><i>{use}</i></u><br>人民币（大写）<u><i>{c.words(said)}</i></u>　￥<u>\
<i>{c.plain(value)}.00</i></u><br>备注：<i>{rng.choice(("现金", "微信", "一次交清"))}</i></div>
    <div class=t style="margin-top:3mm"><span>收款单位（盖章）：{unit}</span><span>收款人：<i>{cashier}</i></span></div>"""
    items = {"春季班学费": "培训费", "国画班学费": "培训费", "考级报名费": "考级费", "集训食宿费": "食宿费"}
    base = {
        "payer": payer,
        "unit": unit,
        "total": value,
        "items": (items[use],),
        "issued_on": c.later(when, 2),
    }
    if differ:
        bills = (
            Bill(wrong="words", note="words and digits differ", **base),
            Bill(wrong="words", note="words and digits differ", **(base | {"total": said})),
        )
    else:
        bills = (
            Bill(note="plain", **base),
            Bill(wrong="payer", note="near name", **(base | {"payer": c.near_person(rng, payer)})),
            Bill(wrong="date", note="before the payment", **(base | {"issued_on": c.later(when, -9)})),
        )
    return Paper(
        family="receipt",
        tool="weasyprint",
        form="scan",
        data=c.scan(
            rng, tools.weasy(html), ((0, unit, "财务专用章", 0.36, 0.78, 0.19),), dpi=230, photo=True
        ),
        truth=Truth(
            kind="other",
            payers=(payer,),
            payees=(unit,),
            total=value,
            words=said,
            signed_on=when,
            numbers=(number,),
            purpose=use,
            also_names=(cashier,),
        ),
        bills=bills,
    )


LAYOUTS = {"e_receipts": e_receipts, "paying_in": paying_in, "hand_receipt": hand_receipt}
