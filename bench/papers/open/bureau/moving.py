"""Demolition and relocation: a household's settlement, an agreement on a public body's premises, a list of homes."""

import io
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.open.bureau import base
from bench.papers.values import Bill, Paper, Truth


def difference_sheet(rng: Random) -> Paper:
    """A printed settlement sheet filled in by hand: what a household pays for a larger home, from a scanner."""
    where = base.place(rng)
    office = where.body("房屋征收服务中心")
    head = base.person(rng)
    signed = base.day(rng)
    right, chosen = rng.choice([(72, 89), (85, 105), (96, 118), (60, 75)])
    unit = Decimal(rng.randrange(38, 72)) * 100
    price = unit * (chosen - right)
    credit = Decimal(rng.randrange(6_200, 24_000))
    total = price - credit
    number = f"{rng.randrange(1000, 9900):07d}"
    purpose = "产权调换差价款"
    hand = rng.choice(["mashan", "zhimang"])
    home = f"{rng.choice(['和顺家园', '云锦新村', '江畔雅居'])}{rng.randrange(1, 22)}幢{rng.randrange(2, 18)}0{rng.randrange(1, 5)}室"
    rows = [
        ("被征收人（户主）", head, "安置房号", home),
        ("应安置面积", f"{right} ㎡", "实选面积", f"{chosen} ㎡"),
        ("超出面积", f"{chosen - right} ㎡", "结算单价（元/㎡）", base.plain(unit)),
        ("超面积款（元）", base.plain(price), "减：装修附属物补偿（元）", base.plain(credit)),
    ]
    cells = "".join(f"<tr><th>{a}<td>{b}<th>{c}<td>{d}" for a, b, c, d in rows).replace(
        f"<td>{head}", f"<td class=k>{head}"
    )
    body = f"""<style>@page {{size:A4; margin:22mm 20mm}} body {{font:11.5pt/1.7 'uming'}} h1 {{text-align:center; font:19pt 'zenhei'}}
table {{border-collapse:collapse; width:100%}} td,th {{border:0.8pt solid #000; padding:6pt; font-weight:normal}}
td, .h {{font-family:'{hand}'; font-size:16pt; color:#1a2a6c}}
td.k, .k {{font-family:'mashan'}}
.s {{display:flex; justify-content:space-between; margin-top:8mm}}</style>
<h1>房屋征收产权调换差价结算单</h1><div style='text-align:right'>№ <span style='color:#c00'>{number}</span></div>
<div>征收实施单位：{office}</div>
<table>{cells}<tr><th>应补交{purpose}<td colspan=3>人民币 {base.words(total)}　（￥{base.plain(total)}）</table>
<p>说明：1. 被征收人凭本单到征收实施单位财务室缴纳{purpose}。2. 本单一式三联，第三联由被征收人留存。3. 上房时凭缴款票据领取钥匙。</p>
<div class=s><span>被征收人签字：<span class='h k'>{head}</span></span><span>经办人：<span class=h>{base.person(rng)}</span></span>
<span class=h>{base.long(signed) if rng.random() < 0.6 else base.dots(signed)}</span></div>"""
    data = base.sealed(rng, tools.weasy(base.joined(body)), office, (0.58, 0.6))
    bill = Bill(
        payer=head,
        unit=office,
        total=total,
        issued_on=base.later(signed, rng.randrange(0, 15)),
        items=(rng.choice(["安置房差价款", "产权调换差价款", "房屋征收安置差价收入"]),),
        remark=rng.choice(["", home]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill),
            base.honest(bill, "paid two months later", issued_on=base.later(signed, 61)),
        ],
        [
            base.wrong(bill, "amount", "the price before the credit", total=price),
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total)),
            base.wrong(bill, "payer", "a name that sounds the same", payer=base.like(head)),
            base.wrong(bill, "payee", "another office", unit=where.body("住房保障中心")),
            base.wrong(bill, "purpose", "another fund", items=("住宅专项维修资金",), remark=""),
            base.wrong(bill, "date", "two years before", issued_on=base.later(signed, -740)),
        ],
    )
    truth = Truth(
        kind="other",
        payers=(head,),
        payees=(office,),
        total=total,
        words=total,
        signed_on=signed,
        numbers=(number,),
        purpose=purpose,
        also_amounts=(unit, price, credit),
        also_purposes=("超面积款",),
    )
    return Paper(family="settlement sheet", tool="weasy", data=data, truth=truth, bills=bills, form="scan")


def premises_agreement(rng: Random) -> Paper:
    """A builder pays a public body for moving it; on the second page a supplement raises the sum. From a scanner."""
    where = base.place(rng)
    house = where.body(rng.choice(["环境卫生管理所", "市政设施管理所", "园林绿化服务中心"]))
    builder, near = base.company(rng, where, "城市建设投资")
    signed = base.day(rng)
    changed = base.later(signed, rng.randrange(30, 80))
    parts = [Decimal(rng.randrange(150, 620)) * 10_000, Decimal(rng.randrange(21, 90)) * 10_000]
    moving = Decimal(rng.randrange(40, 95)) * 1_000
    former = sum(parts, moving)
    more = Decimal(rng.randrange(12, 58)) * 10_000
    total = former + more
    first = former * 4 / 10
    rest = total - first
    number = f"{where.short}征协〔{signed.year}〕{rng.randrange(10, 200)}号"
    site = rng.choice(["老汽车站片区", "胜利路沿线", "铁路货场地块"])
    purpose = f"{site}房屋征收补偿款"
    people = base.people(rng, 3)
    why = rng.choice(["配电设备漏评", "地下管沟经复核未计入原评估报告"])
    source = f"""
#set page(paper: "a4", margin: 2.6cm)
#set text(font: "AR PL UMing CN", size: 12pt, lang: "zh")
#set par(leading: 1em, first-line-indent: (amount: 2em, all: true))
#let plain(it) = par(first-line-indent: 0em, it)
#align(right, plain[协议编号：{base.typ(number)}])
#align(center, plain(text(font: "WenQuanYi Zen Hei", size: 20pt)[征收补偿协议书]))
#v(0.4cm)
#plain[征收实施方（甲方）：{builder}]
#plain[被征收单位（乙方）：{house}]

因{site}改造需要，甲方征收乙方位于该片区的管理用房及附属设施，经双方协商，达成如下协议：

一、甲方支付乙方{purpose}共计{base.wan(former)}万元，其中：房屋及装修补偿{base.wan(parts[0])}万元，设备迁移补偿{base.wan(parts[1])}万元，搬迁补助{base.wan(moving)}万元。

二、付款方式：本协议签订后10日内，甲方支付{base.wan(first)}万元；乙方腾空房屋并经验收移交后15日内，甲方支付余款。

三、乙方应于{base.long(signed + timedelta(days=90))}前腾空房屋。逾期的，每日按补偿总额的万分之三扣减。

四、乙方收款后向甲方开具合法票据。本协议自双方盖章之日起生效。

#v(0.8cm)
#grid(columns: (1fr, 1fr), row-gutter: 1.2em, column-gutter: 1em, plain[甲方（盖章）：{builder}], plain[乙方（盖章）：{house}],
plain[代表：{people[0]}], plain[代表：{people[1]}], plain[{base.long(signed)}], plain[{base.long(signed)}])
#pagebreak()
#align(center, plain(text(font: "WenQuanYi Zen Hei", size: 20pt)[补 充 协 议]))
#v(0.4cm)
#plain[甲方：{builder}]
#plain[乙方：{house}]

甲乙双方于{base.long(signed)}签订的{base.typ(number)}《征收补偿协议书》，因{why}，经{where.whole}房屋征收部门同意，补充约定如下：

一、补偿总额由原{base.wan(former)}万元调整为{base.wan(total)}万元（大写：人民币{base.words(total)}）。

二、首付款{base.wan(first)}万元已由甲方支付，余款{base.wan(rest)}万元按原协议第二条约定的时间支付。

三、其余条款不变。本补充协议与原协议具有同等效力。

#v(0.8cm)
#grid(columns: (1fr, 1fr), row-gutter: 1.2em, column-gutter: 1em, plain[甲方（盖章）：{builder}], plain[乙方（盖章）：{house}],
plain[代表：{people[0]}], plain[代表：{people[2]}], plain[{base.long(changed)}], plain[{base.long(changed)}])
"""
    data = base.sealed(rng, tools.typst(source), house, (0.68, 0.5))
    bill = Bill(
        payer=builder,
        unit=house,
        total=rest,
        issued_on=base.later(changed, rng.randrange(20, 60)),
        items=(rng.choice(["征收补偿款", "房屋征收补偿收入", "拆迁补偿款"]),),
        remark=rng.choice(["余款", f"{site}征收补偿余款"]),
        used=first,
    )
    bills = base.some(
        rng,
        [
            base.honest(bill, "the rest after the supplement"),
            base.honest(bill, "the whole sum on one bill", total=total, used=base.ZERO, remark=site),
        ],
        [
            base.wrong(
                bill, "amount", "all again, and as before the supplement", total=former, used=base.ZERO
            ),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payer", "the parent company", payer=base.group_of(builder, "城市建设投资")),
            base.wrong(bill, "payee", "another body", unit=where.body("房屋征收服务中心")),
            base.wrong(bill, "usage", "everything was billed before", used=total),
            base.wrong(bill, "purpose", "waste instead of moving", items=("城市生活垃圾处理费",), remark=""),
        ],
    )
    truth = Truth(
        kind="contract",
        payers=(builder,),
        payees=(house,),
        total=total,
        instalments=(first, rest),
        words=total,
        signed_on=changed,
        numbers=(number,),
        purpose=purpose,
        also_amounts=(former, *parts, moving),
        also_purposes=("征收补偿", "房屋征收补偿款"),
    )
    return Paper(
        family="relocation agreement with supplement",
        tool="typst",
        data=data,
        truth=truth,
        bills=bills,
        form="scan",
    )


def homes_list(rng: Random) -> Paper:
    """A list of households that pay for more room than they had, as a billing program prints it."""
    where = base.place(rng)
    office = where.body("安置房建设管理中心")
    made = base.day(rng)
    heads = base.people(rng, rng.randrange(7, 12))
    unit = Decimal(rng.randrange(29, 58)) * 100
    estate = rng.choice(["凤鸣苑", "新河家园二期", "东篱小区"])
    extra = rng.sample([Decimal(k) / 2 for k in range(9, 59)], len(heads))
    dues = [base.cents(each * unit) for each in extra]
    total = sum(dues, base.ZERO)
    purpose = f"{estate}安置房超面积款"
    rows: list[list[str]] = [
        ["序号", "户主姓名", "房号", "超出面积(㎡)", "单价(元/㎡)", "应缴超面积款(元)", "签字"]
    ]
    for k, (head, more, due) in enumerate(zip(heads, extra, dues, strict=True), 1):
        flat = f"{rng.randrange(1, 16)}-{rng.randrange(1, 4)}-{rng.randrange(2, 12)}0{rng.randrange(1, 5)}"
        rows.append([str(k), head, flat, f"{more:.1f}", base.plain(unit), base.money(due), ""])
    rows.append(["", "合计", "", f"{sum(extra, base.ZERO):.1f}", "", base.money(total), ""])
    foot = [
        f"合计金额（大写）：人民币{base.words(total)}",
        f"注：请各户于{base.long(made + timedelta(days=20))}前到本中心缴清，凭票据办理上房手续。",
        f"{office}　　{base.long(made)}",
    ]
    top = [f"{purpose}缴纳名单", f"收款单位：{office}"]
    data = _report(top, rows, foot)
    k = rng.randrange(len(heads))
    other = (k + 1) % len(heads)
    bill = Bill(
        payer=heads[k],
        unit=office,
        total=dues[k],
        issued_on=base.later(made, rng.randrange(1, 18)),
        items=(rng.choice(["安置房超面积款", "安置房差价款", "安置房销售收入"]),),
        remark=rng.choice(["", rows[k + 1][2], f"超{extra[k]:.1f}平方米"]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill, "one household"),
            base.honest(bill, "the next household", payer=heads[other], total=dues[other], remark=""),
        ],
        [
            base.wrong(bill, "amount", "the sum of the row below", total=dues[other], remark=""),
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(dues[k])),
            base.wrong(bill, "payer", "a name that sounds the same", payer=base.like(heads[k])),
            base.wrong(bill, "payee", "another office", unit=where.body("不动产登记中心")),
            base.wrong(bill, "date", "three years before", issued_on=base.later(made, -1100)),
        ],
    )
    truth = Truth(
        kind="other",
        payers=tuple(heads),
        payees=(office,),
        total=total,
        words=total,
        signed_on=made,
        purpose=purpose,
        also_amounts=(*dues, unit),
        also_purposes=("安置房超面积款", "应缴超面积款", "超面积款"),
    )
    return Paper(family="list of households", tool="reportlab", data=data, truth=truth, bills=bills)


def _report(top: list[str], rows: list[list[str]], foot: list[str]) -> bytes:
    """Two lines, a table and what stands below, drawn by ReportLab."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    pdfmetrics.registerFont(TTFont("bureau-sans", str(tools.font("sans"))))
    big = ParagraphStyle("big", fontName="bureau-sans", fontSize=16, leading=26, alignment=1)
    small = ParagraphStyle("small", fontName="bureau-sans", fontSize=10.5, leading=18)
    grid = Table(rows, colWidths=[32, 70, 78, 82, 76, 108, 60], rowHeights=22)
    grid.setStyle([
        ("FONT", (0, 0), (-1, -1), "bureau-sans", 10),
        ("GRID", (0, 0), (-1, -1), 0.6, colors.black),
        ("ALIGN", (0, 0), (-1, -1), "CENTER"),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("BACKGROUND", (0, 0), (-1, 0), colors.Color(0.9, 0.93, 0.97)),
    ])  # fmt: skip
    out = io.BytesIO()
    story: list[Any] = [Paragraph(top[0], big), Paragraph(top[1], small), Spacer(1, 4), grid, Spacer(1, 8)]
    story += [Paragraph(each, small) for each in foot]
    SimpleDocTemplate(out, pagesize=A4, topMargin=60).build(story)
    return out.getvalue()
