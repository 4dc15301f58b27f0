"""Public housing and the upkeep of buildings: a lease, a rent slip, a builder's and a buyer's payments to the fund."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.bureau import base
from bench.papers.values import Bill, Paper, Truth


def public_lease(rng: Random) -> Paper:
    """A lease of a public flat, its blanks filled in by hand, as a telephone takes it."""
    where = base.place(rng)
    office = where.body(rng.choice(["住房保障中心", "公共租赁住房管理中心"]))
    tenant, child = base.people(rng, 2)
    starts = date(rng.choice([2023, 2024]), rng.choice([1, 4, 5, 7]), 1)
    ends = date(starts.year + 1, starts.month, 1) - timedelta(days=1)
    signed = base.later(starts, -rng.randrange(3, 20))
    area = Decimal(rng.randrange(3_600, 6_000)) / 100
    monthly = Decimal(rng.randrange(180, 640))
    quarter, yearly, deposit = monthly * 3, monthly * 12, monthly * 2
    number = f"GZ{starts.year}-{rng.randrange(100, 2400):04d}"
    home = f"{rng.choice(['阳光公寓', '安居苑', '筑梦家园'])}{rng.randrange(1, 12)}栋{rng.randrange(1, 18)}0{rng.randrange(1, 9)}号"
    purpose = "公共租赁住房租金"
    clauses = [
        f"租赁期限自<u>{base.long(starts)}</u>起至<u>{base.long(ends)}</u>止。",
        f"{purpose}为每月<u>{base.plain(monthly)}</u>元，全年合计<u>{base.plain(yearly)}</u>元（大写：<u>{base.words(yearly)}</u>）。",
        f"租金按季缴纳，每季<u>{base.plain(quarter)}</u>元，承租人应于每季首月10日前缴至出租人账户。",
        f"承租人签订本合同时缴纳租赁保证金<u>{base.plain(deposit)}</u>元，合同终止且无欠费的，保证金不计息退还。",
        "承租人不得转租、出借；连续6个月以上闲置或者累计6个月拖欠租金的，出租人有权收回住房。",
    ]
    said = "".join(f"<p>第{'一二三四五六七'[k + 1]}条　{each}</p>" for k, each in enumerate(clauses))
    body = f"""<style>@page {{size:A4; margin:24mm 24mm}} body {{font:13pt/2 'uming'}} h1 {{text-align:center; font:21pt 'zenhei'}}
p {{margin:2pt 0; text-indent:2em}} u {{font-family:'mashan'; font-size:17pt; color:#15235e; text-underline-offset:4px; padding:0 4pt}}
.l {{text-indent:0}}</style><div style='text-align:right'>合同编号：<u>{number}</u></div>
<h1>公共租赁住房租赁合同</h1><p class=l>出租人：{office}</p>
<p class=l>承租人：<u>{tenant}</u>　　共同承租人：<u>{child}</u></p>
<p>根据《公共租赁住房管理办法》，双方就公共租赁住房租赁事宜订立本合同：</p>
<p>第一条　住房坐落于<u>{home}</u>，建筑面积<u>{area}</u>平方米。</p>{said}<br>
<p class=l>出租人（章）：{office}　　　承租人签字：<u>{tenant}</u></p>
<p class=l style='text-align:right'><u>{base.long(signed)}</u></p>"""
    page = tools.pictures(tools.weasy(base.joined(body)), 150)[0]
    page = tools.stamped(page, tools.stamp(office, "合同专用章"), (0.32, 0.8), 0.2)
    data = tools.as_picture(tools.photographed(rng, page))
    bill = Bill(
        payer=tenant,
        unit=office,
        total=quarter,
        issued_on=base.later(starts, rng.randrange(1, 12)),
        items=(rng.choice(["公共租赁住房租金收入", "公共租赁住房租金", "公租房租金"]),),
        remark=rng.choice([home, "第一季度租金", number]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill, "the first quarter"),
            base.honest(bill, "a whole year", total=yearly, remark=home),
            base.honest(
                bill, "the third quarter", issued_on=base.later(starts, 186), used=quarter * 2, remark=home
            ),
        ],
        [
            base.wrong(bill, "payer", "a name that sounds the same", payer=base.like(tenant)),
            base.wrong(bill, "payee", "another office", unit=where.body("房屋征收服务中心")),
            base.wrong(
                bill, "date", "more than a year after its end", issued_on=base.later(ends, 430), remark=home
            ),
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(yearly), remark=home),
            base.wrong(bill, "purpose", "another charge", items=("住宅专项维修资金",), remark=home),
            base.wrong(bill, "usage", "the whole year was billed", used=yearly, remark=home),
        ],
    )
    truth = Truth(
        kind="contract",
        payers=(tenant,),
        payees=(office,),
        total=yearly,
        instalments=(quarter,),
        words=yearly,
        signed_on=signed,
        starts_on=starts,
        ends_on=ends,
        numbers=(number,),
        purpose=purpose,
        also_names=(child,),
        also_amounts=(monthly, deposit),
        also_purposes=("租金", "租赁保证金"),
    )
    return Paper(
        family="public housing lease",
        tool="weasy",
        data=data,
        truth=truth,
        bills=bills,
        media_type="image/jpeg",
        form="scan",
    )


def rent_slip(rng: Random) -> Paper:
    """A slip from the program for public flats: this half-year's rent and what was left over."""
    where = base.place(rng)
    office = f"{where.whole}直管公房管理所"
    tenant = base.person(rng)
    year, half = rng.choice([2024, 2025, 2026]), rng.choice([1, 2])
    starts = date(year, 1 if half == 1 else 7, 1)
    ends = date(year, 6, 30) if half == 1 else date(year, 12, 31)
    made = base.later(starts, rng.randrange(3, 40))
    monthly = Decimal(rng.randrange(4_100, 23_000)) / 100
    current = monthly * 6
    left = base.cents(monthly * rng.choice([2, 3]) + Decimal("0.5"))
    total = current + left
    number = f"{year}{half}{rng.randrange(10_000, 99_999)}"
    account = base.account(rng, 19)
    purpose = "直管公房租金"
    home = f"{rng.choice(['前进街', '鼓楼巷', '东门大街'])}{rng.randrange(3, 140)}号{rng.randrange(1, 6)}0{rng.randrange(1, 5)}"
    rows = [
        [f"本期租金（月租{monthly:.2f}×6）", f"{starts:%Y.%m}—{ends:%Y.%m}", base.money(current)],
        ["往期欠租", f"截至{starts - timedelta(days=1)}", base.money(left)],
        ["应缴合计", "", base.money(total)],
    ]
    body = f"""<style>@page {{size:210mm 148mm; margin:10mm 14mm}} body {{font:10.5pt/1.7 'zenhei'}} h2 {{text-align:center; margin:0}}
table {{border-collapse:collapse; width:100%}} td,th {{border:1px dashed #444; padding:4px 8px}} td:last-child {{text-align:right}}
.f {{display:grid; grid-template-columns:1fr 1fr}}</style>
<h2>{purpose}缴费通知单</h2><div class=f><span>通知单号：{number}</span><span>打印日期：{made}</span>
<span>承租人：{tenant}</span><span>房屋坐落：{home}</span><span>计租起止：{base.long(starts)}至{base.long(ends)}</span>
<span>使用面积：{rng.randrange(18, 52)}㎡</span></div>
{base.table(["项目", "所属期", "金额(元)"], rows)}
<div>应缴金额（大写）：{base.words(total)}</div>
<div>收款单位：{office}　开户行：{rng.choice(base.BANKS)}{where.city}分行　账号：{account}</div>
<div>请于{base.long(made + timedelta(days=30))}前缴清；已签约代扣的，我所将于次月5日扣款。咨询电话：{base.telephone(rng)}</div>"""
    bill = Bill(
        payer=tenant,
        unit=office,
        total=total,
        issued_on=base.later(made, rng.randrange(2, 26)),
        items=(rng.choice(["直管公房租金收入", "公有房产租金", "国有资产出租收入"]),),
        unit_account=account,
        remark=rng.choice([home, f"{year}年{'上' if half == 1 else '下'}半年房租"]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill),
            base.honest(bill, "this half-year alone", total=current, remark=home),
            base.honest(bill, "what was left over alone", total=left, remark="往期欠租"),
        ],
        [
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total), remark=home),
            base.wrong(bill, "payer", "a name that sounds the same", payer=base.like(tenant)),
            base.wrong(bill, "payee", "the housing centre", unit=where.body("住房保障中心"), unit_account=""),
            base.wrong(bill, "account", "another account", unit_account=base.account(rng)),
            base.wrong(bill, "date", "two years before", issued_on=base.later(made, -760), remark=home),
        ],
    )
    truth = Truth(
        kind="policy",
        payers=(tenant,),
        payees=(office,),
        total=total,
        instalments=(current, left),
        words=total,
        signed_on=made,
        starts_on=starts,
        ends_on=ends,
        numbers=(number,),
        accounts=(account,),
        purpose=purpose,
        also_amounts=(monthly,),
        also_purposes=("本期租金", "往期欠租"),
    )
    return Paper(
        family="rent slip", tool="chrome", data=tools.chrome(base.joined(body)), truth=truth, bills=bills
    )


def builder_statement(rng: Random) -> Paper:
    """An Excel statement of what a builder first pays to the fund for common parts, a row for each block."""
    where = base.place(rng)
    office = f"{where.city}物业专项维修资金管理中心"
    builder, near = base.company(rng, where, "房地产开发")
    made = base.day(rng)
    estate = rng.choice(["御景湾", "书香名邸", "滨江一号", "翡翠城"]) + rng.choice(["一期", "二期", "三期"])
    number = f"WXZJ-{made.year}{rng.randrange(100, 900)}"
    account = base.account(rng, 18)
    total, dues = base.ZERO, list[Decimal]()
    blocks: list[list[str | float]] = []
    for block in range(rng.randrange(1, 4), rng.randrange(6, 9)):
        kind, rate = rng.choice([("高层（有电梯）", 80), ("多层（无电梯）", 45), ("商业", 65)])
        area = Decimal(rng.randrange(310_000, 980_000)) / 100
        due = base.cents(area * rate)
        total += due
        dues.append(due)
        blocks.append([f"{block}幢", kind, float(area), float(rate), float(due)])
    purpose = "首期住宅专项维修资金"
    sheet = base.Sheet([10, 20, 18, 18, 22])
    sheet.title(f"{estate}{purpose}交存计算表", 15)
    sheet.title(f"申报编号：{number}", 10, "right")
    sheet.title(f"交存单位：{builder}", 10, "left")
    sheet.title(f"项目名称：{estate}      申报日期：{base.long(made)}", 10, "left")
    sheet.row(["楼号", "房屋类型", "建筑面积（㎡）", "交存标准（元/㎡）", "应交金额（元）"], bold=True)
    for block_row in blocks:
        sheet.row(block_row)
    sheet.row(["合计", "", sum(float(each[2]) for each in blocks), "", float(total)], bold=True)
    sheet.title(f"应交金额合计（大写）：{base.words(total)}", 10, "left")
    sheet.title(f"专户名称：{office}      专户账号：{account}", 10, "left")
    sheet.title(
        f"说明：本表由{where.whole}物业管理科审核，开发建设单位先行代交，售房时向购房人结转。", 10, "left", 30
    )
    sheet.title(f"申报人：{base.person(rng)}      审核人：{base.person(rng)}", 10, "left")
    bill = Bill(
        payer=builder,
        unit=office,
        total=total,
        issued_on=base.later(made, rng.randrange(3, 25)),
        items=(rng.choice(["住宅专项维修资金", "物业专项维修资金", "代收维修资金"]),),
        unit_account=account,
        remark=rng.choice([estate, number]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill),
            base.honest(bill, "one block alone", total=dues[0], remark=f"{estate}{blocks[0][0]}"),
        ],
        [
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total)),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payee", "another body", unit=where.body("住房保障中心"), unit_account=""),
            base.wrong(bill, "account", "another account", unit_account=base.account(rng, 18)),
            base.wrong(bill, "purpose", "another charge", items=("防空地下室易地建设费",), remark=""),
            base.wrong(bill, "usage", "billed before", used=total),
        ],
    )
    truth = Truth(
        kind="other",
        payers=(builder,),
        payees=(office,),
        total=total,
        words=total,
        signed_on=made,
        numbers=(number,),
        accounts=(account,),
        purpose=purpose,
        also_amounts=tuple(dues),
        also_purposes=(f"{estate}{purpose}", "住宅专项维修资金"),
    )
    return Paper(family="fund statement", tool="office xlsx", data=sheet.pdf(), truth=truth, bills=bills)


def phone_payment(rng: Random) -> Paper:
    """What a home buyer's telephone shows after paying into the fund; it does not tell the buyer's name."""
    where = base.place(rng)
    office = where.body("住宅专项维修资金管理中心")
    paid = base.day(rng)
    total = Decimal(rng.randrange(412_000, 1_480_000)) / 100
    home = f"{rng.choice(['御景湾', '书香名邸', '翡翠城'])}{rng.randrange(1, 20)}-{rng.randrange(1, 3)}-{rng.randrange(3, 30)}01"
    purpose = f"{home}维修资金交存"
    order = f"{paid:%Y%m%d}{rng.randrange(10**13, 10**14)}"
    shop = f"WX{rng.randrange(10**9, 10**10)}"
    clock = f"{rng.randrange(8, 22)}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    rows = [
        ("当前状态", "支付成功"),
        ("商品", purpose),
        ("商户全称", office),
        ("收单机构", f"{rng.choice(base.BANKS)}股份有限公司"),
        ("支付方式", f"{rng.choice(['零钱', '建设银行储蓄卡(' + str(rng.randrange(1000, 9999)) + ')'])}"),
        ("支付时间", f"{base.long(paid)} {clock}"),
        ("交易单号", order),
        ("商户单号", shop),
    ]
    lines = "".join(f"<div class=r><span>{a}</span><b>{b}</b></div>" for a, b in rows)
    body = f"""<style>body {{margin:0; background:#ededed; font:15px/1.5 'sans'; width:390px}} .t {{background:#ededed; padding:10px 16px;
display:flex; justify-content:space-between}} .c {{background:#fff; padding:20px 18px}} .m {{text-align:center; font-size:34px}}
.r {{display:flex; gap:18px; padding:6px 0}} .r span {{color:#888; width:70px; flex:none}}
.r b {{font-weight:400; word-break:break-all}}</style>
<div class=t><span>{rng.randrange(8, 22)}:{rng.randrange(10, 60)}</span><span>5G {rng.randrange(21, 99)}%</span></div>
<div class=t><span>‹</span><span>账单详情</span><span>···</span></div>
<div class=c><div style='text-align:center'>{office}</div><div class=m>-{base.money(total)}</div>
<hr style='border:0;border-top:1px solid #eee'>{lines}</div>
<div class=c style='margin-top:10px'>账单服务<br><span style='color:#576b95'>对订单有疑惑　查看往来账单</span></div>"""
    data = tools.as_picture(tools.screen(base.joined(body), 390, 2), rng.choice(["PNG", "JPEG"]))
    bill = Bill(
        payer=base.person(rng),
        unit=office,
        total=total,
        issued_on=base.later(paid, rng.randrange(0, 8)),
        items=(rng.choice(["住宅专项维修资金", "维修资金", "代收住宅专项维修资金"]),),
        remark=rng.choice(["", home]),
    )
    bills = base.some(
        rng,
        [base.honest(bill, "the buyer's name stands nowhere")],
        [
            base.wrong(bill, "amount", "the decimal point moved", total=total * 100),
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total)),
            base.wrong(bill, "payee", "another office", unit=where.body("不动产登记中心")),
            base.wrong(bill, "date", "long before it was paid", issued_on=base.later(paid, -420)),
            base.wrong(bill, "purpose", "another charge", items=("不动产登记费",), remark=""),
        ],
    )
    truth = Truth(
        kind="transfer",
        payees=(office,),
        total=total,
        signed_on=paid,
        numbers=(order,),
        purpose=purpose,
        also_numbers=(shop,),
        also_purposes=("维修资金交存", "维修资金"),
    )
    media = "image/png" if data[:4] == b"\x89PNG" else "image/jpeg"
    return Paper(
        family="phone payment",
        tool="chrome",
        data=data,
        truth=truth,
        bills=bills,
        media_type=media,
        form="scan",
    )
