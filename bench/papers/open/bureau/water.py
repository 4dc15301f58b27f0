"""Water that runs off, and a meeting: a demand for sewage charges, and minutes that share out who pays what."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.bureau import base
from bench.papers.values import Bill, Paper, Truth


def sewage_demand(rng: Random) -> Paper:
    """A demand for months of sewage charges from a well of one's own; in some a sum is hidden in white."""
    where = base.place(rng)
    office = where.body(rng.choice(["排水管理处", "排水事务中心"]))
    payer, near = base.company(rng, where, rng.choice(["印染", "食品", "酒店管理", "洗涤服务"]))
    issued = base.day(rng)
    hides = rng.random() < 0.35
    number = f"{where.short}排水催〔{issued.year}〕{rng.randrange(1, 60)}号"
    rate = Decimal(rng.choice(["1.20", "1.40", "0.95"]))
    count = rng.choice([3, 4, 5])
    months: list[tuple[int, int]] = []
    year, month = issued.year, issued.month
    for _ in range(count):
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        months.insert(0, (year, month))
    starts = date(*months[0], 1)
    ends = date(issued.year, issued.month, 1) - timedelta(days=1)
    amounts = rng.sample(range(3_100, 19_000), count)
    dues = [base.cents(rate * each) for each in amounts]
    total = sum(dues, base.ZERO)
    account = base.account(rng, 20)
    purpose = "自备水源污水处理费"
    secret = base.cents(total * 3)
    sheet = base.Word("Noto Serif CJK SC", 12)
    sheet.line(rng.choice(["污水处理费催缴函", "催 缴 通 知 书"]), "center", size=18, bold=True)
    sheet.line(number, "center", size=11)
    sheet.line(f"{payer}：", "left")
    sheet.line(
        f"经核查，你单位使用自备井取水并向城镇排水设施排放污水，{base.long(starts)}至{base.long(ends)}期间应缴{purpose}至今未缴，明细如下："
    )
    rows = [["所属月份", "计费水量（m³）", "单价（元/m³）", "应缴金额（元）"]]
    for (at, which), volume, due in zip(months, amounts, dues, strict=True):
        rows.append([f"{at}年{which}月", str(volume), f"{rate}", base.money(due)])
    rows.append(["合计", str(sum(amounts)), "", base.money(total)])
    sheet.grid(rows, [4, 4, 4, 4])
    if hides:
        sheet.line(
            f"应缴{purpose}合计人民币{base.words(secret)}（￥{base.money(secret)}）。",
            "left",
            size=6,
            colour="FFFFFF",
        )
    sheet.line(
        f"请你单位自收到本函之日起{rng.choice([7, 10, 15])}日内，"
        f"将{purpose}{base.money(total)}元（大写：人民币{base.words(total)}）缴至下列账户。"
        "逾期不缴的，我单位将依法申请加收滞纳金并提请强制执行。"
    )
    sheet.line(f"户名：{office}", "left")
    sheet.line(f"开户银行：{rng.choice(base.BANKS)}{where.city}新区支行", "left")
    sheet.line(f"账号：{account}", "left")
    sheet.line(f"联系人：{base.person(rng)}　电话：{base.telephone(rng)}", "left")
    sheet.skip()
    sheet.line(office, "right")
    sheet.line(base.long(issued), "right")
    bill = Bill(
        payer=payer,
        unit=office,
        total=total,
        issued_on=base.later(issued, rng.randrange(2, 16)),
        items=(rng.choice(["污水处理费", "污水处理费收入"]),),
        unit_account=account,
        remark=rng.choice(["", number, f"{months[0][1]}—{months[-1][1]}月"]),
    )
    bills: tuple[Bill, ...]
    if hides:
        note = "as the white line says"
        late = base.later(issued, 40)
        bills = (
            base.wrong(bill, "hidden", note, total=secret),
            base.wrong(bill, "hidden", note, total=secret, issued_on=late, remark=number),
        )
    else:
        bills = base.some(
            rng,
            [
                base.honest(bill),
                base.honest(bill, "a general name", items=("行政事业性收费收入",), remark=number),
                base.honest(bill, "one month alone", total=dues[0], remark=f"{months[0][1]}月"),
            ],
            [
                base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total)),
                base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
                base.wrong(
                    bill, "payee", "the water company", unit=f"{where.city}供水集团有限公司", unit_account=""
                ),
                base.wrong(bill, "account", "another account", unit_account=base.account(rng, 20)),
                base.wrong(bill, "purpose", "another charge", items=("水资源费",), remark=""),
                base.wrong(bill, "date", "before these months", issued_on=base.later(starts, -500)),
            ],
        )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(office,),
        total=total,
        instalments=tuple(dues),
        words=total,
        signed_on=issued,
        starts_on=starts,
        ends_on=ends,
        numbers=(number,),
        accounts=(account,),
        purpose=purpose,
        also_amounts=(rate,),
        also_purposes=("污水处理费",),
    )
    return Paper(family="demand", tool="office docx", data=sheet.pdf(), truth=truth, bills=bills)


def handover_minutes(rng: Random) -> Paper:
    """Minutes on pipes handed over: the builder pays the drains' keeper in two parts; other sums are others'."""
    where = base.place(rng)
    issuer = where.body("住房和城乡建设局")
    payee = where.body(rng.choice(["排水管理处", "市政设施管护中心"]))
    payer, near = base.company(rng, where, rng.choice(["城建开发", "产业投资", "新城建设"]))
    held = base.day(rng, last=date(2025, 9, 30))
    issued = base.later(held, rng.randrange(2, 8))
    number = rng.randrange(2, 40)
    total = Decimal(rng.randrange(64, 390)) * 10_000
    first = total * rng.choice([3, 4, 5]) / 10
    last = total - first
    light, light_body = Decimal(rng.randrange(12, 50)) * 10_000, where.body("路灯管理所")
    roads = rng.choice(["科创片区6条道路", "新城西片3条道路", "职教园区周边道路"])
    purpose = f"{roads}排水管网过渡期管护费"
    chair, clerk, *others = base.people(rng, 6)
    points = [
        f"关于排水管网移交。{roads}排水管网由{payer}移交{payee}管护。过渡期两年，{purpose}共{base.wan(total)}万元，由{payer}承担，"
        f"分两次付给{payee}：管网移交清单签字后付{base.wan(first)}万元，余下{base.wan(last)}万元于{issued.year + 1}年6月底前付清。",
        f"关于路灯缺陷整改。路灯缺陷整改费用约{base.wan(light)}万元列入部门预算，由{light_body}组织实施，不向建设单位收取。",
        "关于绿化补植。由施工单位于春季自行补植，区园林部门负责验收，本次会议不再安排资金。",
    ]
    order = rng.sample(range(3), 3)
    said = "\n\n".join(f"*{'一二三'[k]}、*{points[at]}" for k, at in enumerate(order))
    no = f"{where.short}住建纪要〔{issued.year}〕{number}号"
    source = f"""
#set page(paper: "a4", margin: (x: 2.7cm, y: 2.6cm))
#set text(font: "Noto Serif SC", size: 12.5pt, lang: "zh")
#set par(leading: 1.05em, first-line-indent: (amount: 2em, all: true), justify: true)
#let plain(it) = par(first-line-indent: 0em, it)
#align(center, text(size: 26pt, weight: "bold", fill: red, tracking: 0.3em, plain[专题会议纪要]))
#align(center, plain[{no}])
#grid(columns: (2fr, 1fr), plain[{issuer}], align(right, plain[{base.long(issued)}]))
#line(length: 100%, stroke: 1.5pt + red)
#align(center, text(size: 16pt, weight: "bold", plain[{roads}设施移交有关问题会议纪要]))

{base.long(held)}，区住建局副局长{chair}主持召开会议，研究{roads}市政设施移交问题。现纪要如下：

{said}

会议要求，各单位按分工抓紧落实，{payee}收到管护费后开具票据，专款专用。

#v(0.6cm)
#plain[出席：{"、".join(others)}]
#plain[记录：{clerk}]
#line(length: 100%)
#plain[发：{payer}，{payee}，{light_body}。]
"""
    bill = Bill(
        payer=payer,
        unit=payee,
        total=first,
        issued_on=base.later(issued, rng.randrange(8, 50)),
        items=(rng.choice(["管网管护费", "排水设施管护费收入", "其他收入", "设施移交管护费"]),),
        remark=rng.choice([f"{roads}排水管网管护费", f"{roads}第一次付款"]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill, "the first part"),
            base.honest(
                bill, "the second part", total=last, used=first, issued_on=date(issued.year + 1, 5, 20)
            ),
            base.honest(bill, "all at once", total=total),
        ],
        [
            base.wrong(bill, "amount", "万元 taken as 元", total=base.cents(first / 10_000)),
            base.wrong(bill, "amount", "a sum that others pay added", total=first + light),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payee", "the lamps' keeper", unit=light_body),
            base.wrong(bill, "usage", "all was billed", used=total),
            base.wrong(bill, "purpose", "trees instead of drains", items=("城市绿化补偿费",), remark=""),
        ],
    )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(payee,),
        total=total,
        instalments=tuple(dict.fromkeys((first, last))),
        signed_on=issued,
        numbers=(no,),
        purpose=purpose,
        also_names=(issuer, light_body),
        also_amounts=(light,),
        also_purposes=("管护费", "排水管网过渡期管护费"),
    )
    return Paper(family="minutes", tool="typst", data=tools.typst(source), truth=truth, bills=bills)
