"""Trees and what lies under them: compensation for felled trees, and surveys before land is let."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.bureau import base
from bench.papers.values import Bill, Paper, Truth

_TREES = (("香樟", 18), ("法桐", 22), ("银杏", 16), ("国槐", 14), ("雪松", 20), ("垂柳", 15))


def felled_trees(rng: Random) -> Paper:
    """A notice with an attachment that reckons tree by tree; the builder's contractor is named, and pays nothing."""
    where = base.place(rng)
    issuer, centre = where.body("城市管理局"), where.body("园林绿化服务中心")
    payer, near = base.company(rng, where, rng.choice(["轨道交通建设", "水务投资", "交通建设投资"]))
    contractor = f"中铁{rng.choice('二四六七')}局集团{rng.choice(['第一', '第三', '第五'])}工程有限公司"
    issued = base.day(rng)
    number = f"{where.short}城管绿〔{issued.year}〕{rng.randrange(3, 80)}号"
    account = base.account(rng, 18)
    place = rng.choice(["珠江路", "环湖东路", "解放西路"])
    rows, trees = [], base.ZERO
    for k, (kind, wide) in enumerate(rng.sample(_TREES, 4), 1):
        count, price = rng.randrange(3, 46), Decimal(rng.randrange(9, 52)) * 100
        trees += count * price
        rows.append([str(k), kind, f"胸径{wide}cm", str(count), base.plain(price), base.plain(count * price)])
    area, rate, days = rng.randrange(200, 1900), Decimal("0.5"), rng.choice([60, 90, 120])
    lawn = base.cents(area * rate * days)
    total = trees + lawn
    rows.append(["5", "临时占用绿地", f"{area}㎡×{days}天", "", "0.5", base.plain(lawn)])
    rows.append(["", "合计", "", "", "", base.plain(total)])
    purpose = rng.choice(["城市绿化补偿费", "树木砍伐及绿地占用补偿费"])
    body = f"""<style>@page {{size:A4; margin:26mm 25mm}} body {{font:13.5pt/1.9 'ukai'}} p {{text-indent:2em; margin:2pt 0}}
.h {{color:#c8102e; text-align:center; font:24pt 'serif-bold'; border-bottom:2.5pt solid #c8102e; padding-bottom:2mm}}
h1 {{text-align:center; font:18pt 'zenhei'}} .b {{break-before:page}} .r {{text-align:right}}
table {{border-collapse:collapse; width:100%; font-size:12pt}} td,th {{border:0.7pt solid #000; padding:3pt; text-align:center}}</style>
<div class=h>{issuer}</div><div style='text-align:center'>{number}</div><h1>关于缴纳{purpose}的通知</h1>
<div>{payer}：</div>
<p>你公司报来的{place}{rng.choice(["管网改造", "快速化改造", "站点施工"])}工程（施工单位：{contractor}）砍伐树木、临时占用绿地的申请收悉。
经现场核查，同意砍伐树木并临时占用绿地{area}平方米，期限{days}天。</p>
<p>依据省物价、财政部门核定的标准，你公司应缴{purpose}{base.wan(total)}万元（大写：人民币{base.words(total)}），明细见附件。
请于接到本通知之日起{rng.choice(["7日", "10个工作日"])}内缴至{centre}。</p>
<p>户名：{centre}　账号：{base.spaced(account)}</p><p>附件：{purpose}核算表</p><br>
<div class=r>{issuer}<br>{base.characters(issued) if rng.random() < 0.5 else base.long(issued)}</div>
<div class=b>附件</div><h1>{purpose}核算表</h1><div class=r>单位：元</div>
{base.table(["序号", "名称", "规格", "数量（株）", "单价", "金额"], rows)}"""
    data = base.sealed(rng, tools.weasy(base.joined(body)), issuer, (0.74, 0.68), last=False)
    bill = Bill(
        payer=payer,
        unit=centre,
        total=total,
        issued_on=base.later(issued, rng.randrange(2, 14)),
        items=(rng.choice(["城市绿化补偿费", "绿化补偿费", "树木补偿费、绿地占用费"]),),
        unit_account=account,
        remark=rng.choice(["", f"{place}工程", number]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill),
            base.honest(bill, "a month later", issued_on=base.later(issued, 32)),
        ],
        [
            base.wrong(bill, "payer", "the contractor", payer=contractor),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payee", "the forestry bureau", unit=where.body("林业局"), unit_account=""),
            base.wrong(bill, "amount", "万元 taken as 元", total=base.cents(total / 10_000)),
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total)),
            base.wrong(bill, "account", "another account", unit_account=base.account(rng, 18)),
        ],
    )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(centre,),
        total=total,
        words=total,
        signed_on=issued,
        numbers=(number,),
        accounts=(account,),
        purpose=purpose,
        also_names=(issuer,),
        also_amounts=(
            trees,
            lawn,
            *(Decimal(row[4]) for row in rows[:-1]),
            *(Decimal(row[5]) for row in rows),
        ),
        also_purposes=("砍伐树木、临时占用绿地", "砍伐树木并临时占用绿地"),
    )
    return Paper(
        family="notice with attachment", tool="weasy", data=data, truth=truth, bills=bills, form="scan"
    )


def survey_agreement(rng: Random) -> Paper:
    """An agreement on digging for remains before land is let; some are drafts sent round for opinions."""
    where = base.place(rng)
    payer = where.body("土地储备中心")
    house = f"{where.city}{rng.choice(['文物考古研究所', '考古研究院', '文物保护考古所'])}"
    signed = base.day(rng)
    draft = rng.random() < 0.4
    area = rng.randrange(21_000, 140_000)
    rate = Decimal(rng.choice([5, 6, 7, 8]))
    total = area * rate
    first = total * 7 / 10
    last = total - first
    number = f"{where.short}考勘{signed.year}-{rng.randrange(1, 70):03d}"
    plot = rng.choice(["老机场北侧地块", "文旅新城A-12地块", "钢铁厂搬迁地块"])
    purpose = f"{plot}考古调查勘探经费"
    account = base.account(rng, 16)
    a, b = base.people(rng, 2)
    mark = rng.choice(["征求意见稿", "（草案，供讨论）"])
    look = 'size: 14pt, font: "WenQuanYi Zen Hei"'
    note = f"#place(top + left, dy: -1.2cm, plain(text({look})[{mark}]))" if draft else ""
    top = "编号：" + ("　　　　　" if draft else base.typ(number))
    day_line = f"{signed.year}年　　月　　日" if draft else base.long(signed)
    clauses = [
        f"甲方委托乙方对{plot}（面积{area}平方米）进行考古调查、勘探，乙方于进场后{rng.choice([45, 60, 75])}个工作日内提交考古勘探报告。",
        f"{purpose}按每平方米{base.plain(rate)}元计算，共计人民币{base.money(total)}元（大写：{base.words(total)}）。",
        f"付款方式：乙方进场前甲方支付70%，即{base.money(first)}元；乙方提交报告后15日内甲方付清余款{base.money(last)}元。乙方按实收金额开具财政票据。",
        "勘探中发现重要遗迹需要进行考古发掘的，发掘经费另行商定，不含在本协议经费内。",
        "甲方负责清表、临水临电和现场协调，乙方负责文物安全。",
    ]
    text = "\n\n".join(f"{'一二三四五'[k]}、{each}" for k, each in enumerate(clauses))
    source = f"""
#set page(paper: "a4", margin: 2.6cm)
#set text(font: "LXGW WenKai", size: 12pt, lang: "zh")
#set par(leading: 1em, first-line-indent: (amount: 2em, all: true))
#let plain(it) = par(first-line-indent: 0em, it)
{note}
#align(right, plain[{top}])
#align(center, text(size: 20pt, plain[考古调查勘探协议]))
#v(0.4cm)
#plain[甲方（委托单位）：{payer}]
#plain[乙方（勘探单位）：{house}]

根据《中华人民共和国文物保护法》和先考古、后出让的规定，甲乙双方协议如下：

{text}

#v(0.3cm)
#plain[乙方账户：{house}，{rng.choice(base.BANKS)}{where.city}分行，账号 {account}]
#v(0.8cm)
#grid(columns: (1fr, 1fr), row-gutter: 1.3em, column-gutter: 1em,
plain[甲方（盖章）{"" if draft else "：" + payer}], plain[乙方（盖章）{"" if draft else "：" + house}],
plain[代表人：{"" if draft else a}], plain[代表人：{"" if draft else b}], plain[{day_line}], plain[{day_line}])
"""
    bill = Bill(
        payer=payer,
        unit=house,
        total=first,
        issued_on=base.later(signed, rng.randrange(6, 30)),
        items=(rng.choice(["考古调查勘探费", "考古调查、勘探经费", "考古勘探费"]),),
        unit_account=account,
        remark=rng.choice(["首付70%", plot]),
    )
    last_bill = base.honest(
        bill, "the last part", total=last, used=first, remark="尾款", issued_on=base.later(signed, 130)
    )
    bills: tuple[Bill, ...]
    if draft:
        said = "the paper is a draft"
        bills = (base.wrong(bill, "status", said), base.wrong(last_bill, "status", said))
    else:
        bills = base.some(
            rng,
            [base.honest(bill, "the first part"), last_bill],
            [
                base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(first)),
                base.wrong(bill, "payer", "the planning branch", payer=where.branch("自然资源和规划局")),
                base.wrong(bill, "payee", "a museum", unit=f"{where.city}博物馆", unit_account=""),
                base.wrong(bill, "account", "another account", unit_account=base.account(rng, 16)),
                base.wrong(last_bill, "usage", "all was billed", used=total),
                base.wrong(bill, "date", "two years before", issued_on=base.later(signed, -780)),
            ],
        )
    truth = Truth(
        kind="contract",
        payers=(payer,),
        payees=(house,),
        total=total,
        instalments=(first, last),
        words=total,
        signed_on=None if draft else signed,
        numbers=() if draft else (number,),
        accounts=(account,),
        purpose=purpose,
        status="draft" if draft else "",
        also_amounts=(rate,),
        also_purposes=("考古调查勘探", "考古调查、勘探", "考古调查勘探经费"),
    )
    return Paper(family="survey agreement", tool="typst", data=tools.typst(source), truth=truth, bills=bills)


def survey_supplement(rng: Random) -> Paper:
    """A supplement after tombs were found: more days, more money; what was paid is told. From a scanner."""
    where = base.place(rng)
    payer, near = base.company(rng, where, "城市建设发展")
    house = f"{where.city}{rng.choice(['文物考古研究所', '考古研究院'])}"
    signed = base.day(rng)
    former_day = base.later(signed, -rng.randrange(60, 200))
    former = Decimal(rng.randrange(36, 160)) * 10_000
    paid = former
    tombs = rng.randrange(4, 31)
    more = tombs * Decimal(rng.choice([6_500, 8_000, 12_000]))
    total = former + more
    first = more / 2
    number = f"{where.short}考发补{signed.year}-{rng.randrange(1, 40):02d}号"
    old_number = f"{where.short}考发{former_day.year}-{rng.randrange(1, 60):02d}号"
    purpose = f"{rng.choice(['学府里', '城南安置区', '生态科技城'])}项目考古发掘经费"
    sheet = base.Word("AR PL UKai CN", 13)
    sheet.line(f"编号：{number}", "right")
    sheet.line("考古发掘补充协议", "center", size=20, bold=True, face="WenQuanYi Zen Hei")
    sheet.line(f"甲方（建设单位）：{payer}", "left")
    sheet.line(f"乙方（发掘单位）：{house}", "left")
    sheet.line(
        f"双方于{base.long(former_day)}签订《考古发掘协议》（{old_number}，下称原协议），约定{purpose}{base.wan(former)}万元，甲方已全部支付。"
        f"发掘中新发现古墓葬{tombs}座，经{rng.choice(['省文物局专家组论证', '专家现场论证'])}，双方补充约定："
    )
    articles = [
        f"{purpose}增加{base.money(more)}元（大写：{base.words(more)}），增加后总额为{base.money(total)}元。",
        f"增加部分分两次支付：本协议签订后7日内付{base.money(first)}元，墓葬发掘完毕、现场移交后付{base.money(more - first)}元。",
        f"发掘工期延长至{base.long(signed + timedelta(days=rng.choice([40, 60])))}。",
        "原协议其他条款继续有效，与本协议不一致的以本协议为准。",
    ]
    for k, text in enumerate(articles):
        sheet.line(f"{k + 1}. {text}")
    sheet.skip()
    sheet.line(f"甲方（章）：{payer}　　代表：{base.person(rng)}", "left")
    sheet.line(f"乙方（章）：{house}　　代表：{base.person(rng)}", "left")
    sheet.line(f"签订日期：{base.long(signed)}", "right")
    data = base.sealed(rng, sheet.pdf(), house, (0.55, 0.52))
    bill = Bill(
        payer=payer,
        unit=house,
        total=first,
        issued_on=base.later(signed, rng.randrange(2, 14)),
        items=(rng.choice(["考古发掘费", "考古发掘经费", "考古调查、勘探、发掘经费"]),),
        remark=rng.choice(["", "增加部分第一次", number]),
        used=paid,
    )
    bills = base.some(
        rng,
        [
            base.honest(bill, "the first half of what is added"),
            base.honest(bill, "a general name", items=("事业单位服务收入",), remark=f"{purpose}增加部分"),
            base.honest(bill, "what is added, at once", total=more, remark="增加经费"),
        ],
        [
            base.wrong(bill, "usage", "the whole sum although most was billed", total=total, remark=""),
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(more)),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payee", "a bureau", unit=f"{where.city}文化和旅游局"),
            base.wrong(bill, "purpose", "another charge", items=("城市绿化补偿费",), remark=""),
            base.wrong(bill, "date", "before the first agreement", issued_on=base.later(former_day, -500)),
        ],
    )
    truth = Truth(
        kind="contract",
        payers=(payer,),
        payees=(house,),
        total=total,
        instalments=tuple(dict.fromkeys((first, more - first))),
        words=more,
        signed_on=signed,
        numbers=(number,),
        purpose=purpose,
        also_amounts=(former, more),
        also_numbers=(old_number,),
        also_purposes=("考古发掘", "考古发掘经费"),
    )
    return Paper(
        family="supplement to a survey", tool="office docx", data=data, truth=truth, bills=bills, form="scan"
    )
