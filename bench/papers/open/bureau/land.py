"""Land that a district lets go: the contract, the demand for a stage, and the auctioneer's confirmation."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.bureau import base
from bench.papers.values import Bill, Paper, Truth

_USES = (("居住用地", "70"), ("商务金融用地", "40"), ("工业用地", "50"), ("仓储用地", "50"))
_ITEMS = ("国有土地使用权出让收入", "土地出让价款收入", "国有土地使用权出让金")


def land_contract(rng: Random) -> Paper:
    """The contract: price, deposit that counts towards it, two stages."""
    where = base.place(rng)
    grantor = where.branch("自然资源和规划局")
    grantee, near = base.company(rng, where, rng.choice(["置业", "房地产开发", "实业"]))
    signed = base.day(rng)
    area = Decimal(rng.randrange(18_000, 92_000)) + Decimal(rng.randrange(1, 99)) / 100
    price = Decimal(rng.randrange(4_100, 38_000)) * 10_000
    deposit = price / 5
    first = price * rng.choice([5, 6]) / 10
    second = price - first
    first_end, second_end = signed + timedelta(days=30), signed + timedelta(days=rng.choice([90, 180]))
    use, years = rng.choice(_USES)
    number = f"{where.short}地出〔{signed.year}〕{rng.randrange(3, 60)}号"
    plot = f"{where.short}储{signed.year}-{rng.randrange(1, 40):02d}"
    purpose = "国有建设用地使用权出让价款"
    each = base.cents(price / area)
    stages = [
        f"（1）第一期 人民币大写{base.words(first)}（小写￥{base.money(first)}元），付款时间：{base.long(first_end)}之前。",
        f"（2）第二期 人民币大写{base.words(second)}（小写￥{base.money(second)}元），付款时间：{base.long(second_end)}之前。",
    ]
    clauses = [
        f"本合同项下出让宗地编号为{plot}，宗地总面积{area}平方米，坐落于{where.whole}"
        f"{rng.choice(['滨河大道以东、纬三路以南', '学府路与兴业街交叉口西北', '高铁站片区B-07地块'])}，规划用途为{use}。",
        f"本合同项下的国有建设用地使用权出让年期为{years}年，按交付土地之日起算。",
        f"本合同项下宗地的{purpose}为人民币大写{base.words(price)}（小写￥{base.money(price)}元），"
        f"每平方米人民币{each}元。",
        f"本合同项下宗地的定金为人民币大写{base.words(deposit)}（小写￥{base.money(deposit)}元），定金抵作土地出让价款。",
        "受让人同意按以下时间和金额分期向出让人支付国有建设用地使用权出让价款：\n\n" + "\n\n".join(stages),
        "分期支付国有建设用地使用权出让价款的，受让人在支付第二期价款时，同意按照支付第一期价款之日中国人民银行授权公布的贷款市场报价利率（LPR），"
        "向出让人支付利息。",
        "受让人不能按时支付出让价款的，自滞纳之日起，每日按迟延支付款项的1‰向出让人缴纳违约金；延期付款超过60日，经催交后仍不能支付的，"
        "出让人有权解除合同，受让人无权要求返还定金。",
    ]
    text = "\n\n".join(
        f"*第{'一二三四五六七'[k]}条* #h(0.5em) {base.typ(each_)}" for k, each_ in enumerate(clauses)
    )
    source = f"""
#set page(paper: "a4", margin: (x: 2.7cm, y: 2.4cm), footer: context align(center, text(size: 9pt, counter(page).display("— 1 —"))))
#set text(font: "Noto Serif SC", size: 11.5pt, lang: "zh")
#set par(leading: 0.95em, justify: true)
#align(right)[合同编号：{base.typ(number)}]
#v(0.6cm)
#align(center, text(size: 20pt, weight: "bold")[国有建设用地使用权出让合同])
#v(0.5cm)
本合同双方当事人：

出让人：{grantor}；

受让人：{grantee}（统一社会信用代码：{(unified := base.code(rng))}）。

根据《中华人民共和国民法典》《中华人民共和国土地管理法》等有关法律、行政法规及土地供应政策规定，双方本着平等、自愿、有偿、诚实信用的原则，订立本合同。

{text}

#v(0.6cm)
#grid(columns: (1fr, 1fr), row-gutter: 1.1em, column-gutter: 2em,
[出让人（章）：{grantor}], [受让人（章）：{grantee}],
[委托代理人：{base.person(rng)}], [法定代表人：{base.person(rng)}])
#v(0.4cm)
#align(right)[{base.characters(signed) if rng.random() < 0.5 else base.long(signed)}]
"""
    bill = Bill(
        payer=grantee,
        unit=grantor,
        total=first,
        issued_on=base.later(signed, rng.randrange(4, 28)),
        items=(rng.choice(_ITEMS),),
        payer_code=unified,
        remark=rng.choice(["", f"{plot}地块第一期", number]),
    )
    rest = {
        "total": second,
        "issued_on": base.later(signed, 80),
        "remark": f"{plot}第二期价款",
        "used": first,
    }
    bills = base.some(
        rng,
        [
            base.honest(bill, "the first stage"),
            base.honest(bill, "the second stage after the first", **rest),
            base.honest(bill, "the whole price at once", total=price, remark=plot),
        ],
        [
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(first)),
            base.wrong(bill, "amount", "万元 taken as 元", total=first / 10_000),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near, payer_code=""),
            base.wrong(bill, "payee", "the reserve centre is no party", unit=where.body("土地储备中心")),
            base.wrong(bill, "purpose", "another charge", items=("城市基础设施配套费",), remark=""),
            base.wrong(bill, "usage", "the whole was billed before", **{**rest, "used": price}),
        ],
    )
    truth = Truth(
        kind="contract",
        payers=(grantee,),
        payees=(grantor,),
        total=price,
        instalments=(first, second),
        words=price,
        signed_on=signed,
        numbers=(number,),
        purpose=purpose,
        also_amounts=(deposit, each),
        also_numbers=(plot,),
        also_purposes=("土地出让价款", "国有建设用地使用权"),
    )
    return Paper(family="land contract", tool="typst", data=tools.typst(source), truth=truth, bills=bills)


def stage_demand(rng: Random) -> Paper:
    """The bureau's notice that the second stage falls due, with interest; the first is told as paid."""
    where = base.place(rng)
    office = where.branch("自然资源和规划局")
    payer, near = base.company(rng, where, rng.choice(["科技产业园", "置业", "新能源"]))
    issued = base.day(rng)
    due = issued + timedelta(days=rng.choice([10, 15]))
    price = Decimal(rng.randrange(2_600, 19_000)) * 10_000
    first = price / 2
    interest = base.cents(first * Decimal(rng.randrange(120, 180)) / 10_000)
    total = price - first + interest
    number = f"{where.short}自然资缴〔{issued.year}〕{rng.randrange(5, 90)}号"
    contract = f"{where.short}地出〔{issued.year - 1}〕{rng.randrange(3, 60)}号"
    first_day = base.day(rng, issued - timedelta(days=200), issued - timedelta(days=100))
    bank_account = base.account(rng)
    sheet = base.Word("Noto Serif CJK SC", 12)
    sheet.line(office, "center", size=20, bold=True, colour="C00000")
    sheet.line(number, "center")
    sheet.line(
        rng.choice(["土地出让价款缴款通知书", "关于缴纳土地出让价款的通知"]), "center", size=17, bold=True
    )
    sheet.line(f"{payer}：", "left")
    sheet.line(
        f"你公司于{base.long(first_day - timedelta(days=20))}与我局签订《国有建设用地使用权出让合同》（合同编号：{contract}），"
        f"合同总价款{base.wan(price)}万元。你公司已于{base.long(first_day)}缴清第一期价款{base.wan(first)}万元。"
    )
    sheet.line(
        f"按合同约定，第二期价款及利息应于{base.long(due)}前缴清。现将应缴金额通知如下："
        if rng.random() < 0.5
        else f"现第二期价款缴款期限将至，请于{base.long(due)}前缴清下列款项："
    )
    sheet.grid(
        [
            ["款项", "金额（元）", "说明"],
            ["第二期土地出让价款", base.money(price - first), "合同第十条"],
            ["分期付款利息", base.money(interest), f"LPR {Decimal(rng.randrange(300, 345)) / 100}%"],
            ["本次应缴合计", base.money(total), f"大写：{base.words(total)}"],
        ],
        [5, 4.5, 6.5],
    )
    purpose = "第二期土地出让价款及利息"
    sheet.line(f"收款单位：{office}", "left")
    sheet.line(f"开户银行：{rng.choice(base.BANKS)}{where.district}支行", "left")
    sheet.line(f"账    号：{base.spaced(bank_account)}", "left")
    sheet.line(f"缴款时请在附言栏注明“{purpose}”。逾期缴纳的，自滞纳之日起按日加收1‰违约金。")
    sheet.line("特此通知。")
    sheet.skip()
    sheet.line(office, "right")
    sheet.line(base.long(issued), "right")
    bill = Bill(
        payer=payer,
        unit=office,
        total=total,
        issued_on=base.later(issued, rng.randrange(3, 12)),
        items=(rng.choice(_ITEMS),),
        unit_account=bank_account,
        remark=rng.choice([purpose, contract]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill),
            base.honest(bill, "the price alone, the interest on another bill", total=price - first),
            base.honest(bill, "two days late", issued_on=base.later(due, 2)),
        ],
        [
            base.wrong(bill, "amount", "the whole price instead of the rest", total=price),
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total)),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "account", "money went to another account", unit_account=base.account(rng)),
            base.wrong(bill, "date", "two years before the notice", issued_on=base.later(issued, -730)),
            base.wrong(bill, "purpose", "another charge", items=("土地闲置费",), remark=""),
        ],
    )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(office,),
        total=total,
        instalments=(price - first, interest),
        words=total,
        signed_on=issued,
        numbers=(number,),
        accounts=(bank_account,),
        purpose=purpose,
        also_amounts=(price, first),
        also_numbers=(contract,),
        also_purposes=("第二期土地出让价款", "土地出让价款", "分期付款利息"),
    )
    return Paper(family="payment notice", tool="office docx", data=sheet.pdf(), truth=truth, bills=bills)


def sale_confirmation(rng: Random) -> Paper:
    """The auctioneer's confirmation of a sale of land, with seals, from a scanner."""
    where = base.place(rng)
    seller, centre = where.branch("自然资源和规划局"), where.body("公共资源交易中心")
    buyer, near = base.company(rng, where, rng.choice(["物流", "置业", "智能制造"]))
    sold = base.day(rng)
    start = Decimal(rng.randrange(1_500, 9_000)) * 10_000
    price = start + Decimal(rng.randrange(2, 60)) * 500_000
    deposit = start * 3 / 10
    plot = f"{where.short}{sold.year}-挂{rng.randrange(1, 30):02d}号"
    number = f"{where.short}土拍确〔{sold.year}〕{rng.randrange(2, 45):03d}号"
    purpose = rng.choice(["国有建设用地使用权成交价款", "土地成交价款"])
    rows = [
        ["地块编号", plot, "土地用途", rng.choice(_USES)[0]],
        ["土地面积", f"{rng.randrange(12_000, 70_000)}平方米", "竞得人竞买号", f"{rng.randrange(1, 9)}号"],
        ["起始价", f"{base.wan(start)}万元", "竞买保证金", f"{base.wan(deposit)}万元"],
        ["成交价（万元）", base.wan(price), "成交价（大写）", base.words(price)],
    ]
    body = f"""
<style>@page {{size:A4; margin:24mm 25mm}} body {{font: 12.5pt/1.8 'uming'}} h1 {{text-align:center; font:21pt 'zenhei'}}
table {{border-collapse:collapse; width:100%; margin:4mm 0}} td {{border:0.8pt solid #000; padding:5pt; text-align:center}}
p {{text-indent:2em; margin:3pt 0}} .n {{text-align:right}} .s td {{border:0; text-align:left; vertical-align:top; width:50%}}</style>
<div class=n>编号：{number}</div><h1>{rng.choice(["成交确认书", "国有建设用地使用权挂牌成交确认书"])}</h1>
<p>受{seller}（以下简称出让人）委托，{centre}于{base.long(sold)}对下列地块国有建设用地使用权组织公开出让，
{buyer}以最高报价竞得，现就成交事项确认如下：</p>
{base.table([], rows)}
<p>一、竞得人已缴纳的竞买保证金在签订出让合同后自动转作受让地块的定金。</p>
<p>二、竞得人应当自本确认书签订之日起10个工作日内与出让人签订《国有建设用地使用权出让合同》，
并按合同约定向出让人缴纳{purpose}。</p>
<p>三、竞得人逾期不签订合同的，视为放弃竞得资格，竞买保证金不予退还。</p>
<p>四、本确认书一式三份，出让人、竞得人、组织方各执一份。</p><br>
<table class=s><tr><td>组织方：{centre}<br>主持人：{base.person(rng)}</td><td>竞得人：{buyer}<br>代理人：{base.person(rng)}</td></tr>
<tr><td>出让人：{seller}</td><td>{base.long(sold)}</td></tr></table>"""
    data = base.sealed(rng, tools.weasy(base.joined(body)), seller, (0.3, 0.74))
    bill = Bill(
        payer=buyer,
        unit=seller,
        total=price,
        issued_on=base.later(sold, rng.randrange(10, 50)),
        items=(rng.choice(_ITEMS),),
        remark=rng.choice([plot, f"{plot}成交价款"]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill),
            base.honest(
                bill,
                "what remains after the deposit",
                total=price - deposit,
                used=deposit,
                remark=f"{plot}余款",
            ),
        ],
        [
            base.wrong(bill, "amount", "the starting price", total=start),
            base.wrong(bill, "amount", "万元 taken as 元", total=price / 10_000),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payee", "another body of the district", unit=where.body("住房和城乡建设局")),
            base.wrong(bill, "date", "years before the sale", issued_on=base.later(sold, -800)),
        ],
    )
    truth = Truth(
        kind="contract",
        payers=(buyer,),
        payees=(seller,),
        total=price,
        words=price,
        signed_on=sold,
        numbers=(number,),
        purpose=purpose,
        also_names=(centre,),
        also_amounts=(start, deposit),
        also_numbers=(plot,),
        also_purposes=("国有建设用地使用权", "成交价款", "国有建设用地使用权成交价款", "土地成交价款"),
    )
    return Paper(family="sale confirmation", tool="weasy", data=data, truth=truth, bills=bills, form="scan")
