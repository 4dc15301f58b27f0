"""Streets: a permit to dig, a letter about building waste, a fine in stages, and parking let to a company."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.open.bureau import base
from bench.papers.values import Bill, Paper, Truth


def digging_permit(rng: Random) -> Paper:
    """The form on which a road's use is approved: fees reckoned, opinions and names by hand; from a scanner."""
    where = base.place(rng)
    office = where.body(rng.choice(["市政设施管理处", "市政工程管理所"]))
    payer, near = base.company(rng, where, rng.choice(["燃气", "热力", "通信工程"]))
    asked = base.day(rng)
    approved = base.later(asked, rng.randrange(3, 9))
    days, area, rate, repair = (
        rng.choice([15, 20, 30, 45]),
        rng.randrange(40, 260),
        Decimal("0.8"),
        rng.choice([280, 365, 420]),
    )
    starts = approved + timedelta(days=rng.randrange(2, 8))
    ends = starts + timedelta(days=days - 1)
    use, mend = base.cents(rate * area * days), Decimal(area * repair)
    total = use + mend
    number = f"{where.short}政占挖{approved.year}第{rng.randrange(11, 300):03d}号"
    road = rng.choice(["青年路", "人民中路", "科技大道", "桃园街"])
    purpose = rng.choice(["占用挖掘城市道路费用", "城市道路占用费及挖掘修复费"])
    hands = rng.sample(["mashan", "zhimang", "liujian"], 2)
    names = base.people(rng, 3)

    def opinion(text: str, name: str, when: date, hand: str) -> str:
        return f"<td colspan=3><span style='font-family:{hand};font-size:16pt;color:#16306b'>{text}　{name}　{base.dots(when)}</span>"

    body = f"""<style>@page {{size:A4; margin:18mm 20mm}} body {{font:11.5pt/1.6 'uming'}} h1 {{text-align:center; font:18pt 'zenhei'}}
table {{border-collapse:collapse; width:100%}} td,th {{border:0.8pt solid #000; padding:7pt 6pt; font-weight:normal}}
th {{width:21%}}</style>
<h1>{where.whole}占用、挖掘城市道路审批表</h1><div style='text-align:right'>编号：{number}</div><table>
<tr><th>申请单位<td>{payer}<th>联系人及电话<td>{base.person(rng)} {base.telephone(rng)}
<tr><th>占用挖掘位置<td>{road}{rng.choice(["与文昌路口东侧", "208号门前", "（三环至铁路桥段）"])}<th>申请日期<td>{base.long(asked)}
<tr><th>占用、挖掘面积<td>{area}平方米<th>期限<td>{base.long(starts)}至{base.long(ends)}，共{days}天
<tr><th rowspan=3>费用核定<td colspan=3>1. 道路占用费：{area}㎡×{rate}元/㎡·天×{days}天＝{base.plain(use)}元
<tr><td colspan=3>2. 挖掘修复费：{area}㎡×{repair}元/㎡＝{base.plain(mend)}元
<tr><td colspan=3>{purpose}合计：{base.money(total)}元（大写：{base.words(total)}）
<tr><th>经办人意见{opinion("经现场勘查，情况属实", names[0], base.later(asked, 1), hands[0])}
<tr><th>科室意见{opinion("拟同意，按核定费用收取", names[1], base.later(asked, 2), hands[1])}
<tr><th>领导审批{opinion("同意", names[2], approved, hands[0])}
<tr><th>备注<td colspan=3>申请单位凭本表到{office}缴清费用后领取许可证；超期占用的，另行补缴。</table>"""
    data = base.sealed(rng, tools.weasy(base.joined(body)), office, (0.78, 0.6))
    bill = Bill(
        payer=payer,
        unit=office,
        total=total,
        issued_on=base.later(approved, rng.randrange(0, 6)),
        items=("城市道路占用费、挖掘修复费",),
        remark=rng.choice(["", f"{road}管线施工", number]),
    )
    apart: dict[str, Any] = {"total": mend, "items": ("城市道路挖掘修复费",)}
    bills = base.some(
        rng,
        [
            base.honest(bill),
            base.honest(bill, "the mending alone", **apart),
            base.honest(
                bill, "the use alone, after the mending", total=use, items=("城市道路占用费",), used=mend
            ),
        ],
        [
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total)),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payee", "another office", unit=where.body("交通运输局")),
            base.wrong(bill, "purpose", "another charge", items=("污水处理费",), remark=""),
            base.wrong(bill, "date", "two years before", issued_on=base.later(asked, -750)),
        ],
    )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(office,),
        total=total,
        instalments=(use, mend),
        words=total,
        signed_on=approved,
        starts_on=starts,
        ends_on=ends,
        numbers=(number,),
        purpose=purpose,
        also_amounts=(rate, Decimal(repair)),
        also_purposes=("占用、挖掘城市道路", "道路占用费", "挖掘修复费"),
    )
    return Paper(family="approval form", tool="weasy", data=data, truth=truth, bills=bills, form="scan")


def waste_mail(rng: Random) -> Paper:
    """An e-mail of the waste office: the quantity was measured again; the estimate stands below it as quoted."""
    where = base.place(rng)
    office = where.body("建筑垃圾管理中心")
    payer, near = base.company(rng, where, "建筑工程")
    sent = base.day(rng)
    before = base.later(sent, -rng.randrange(8, 20))
    rate = Decimal(rng.choice([8, 12, 15]))
    guess = Decimal(rng.randrange(9_000, 42_000))
    real = guess - Decimal(rng.randrange(300, 2_400))
    former, total = guess * rate, real * rate
    site = rng.choice(["云栖雅苑二标段", "高新区标准化厂房", "第三人民医院外科楼"])
    account = base.account(rng, 19)
    purpose = f"{site}建筑垃圾处置费"
    clerk, manager = base.people(rng, 2)
    greeting = rng.choice(["工作顺利", "祝好", "顺祝商祺"])
    body = f"""<style>@page {{size:A4; margin:14mm}} body {{font:10.5pt/1.75 'sans'; color:#222}}
.h {{border-bottom:1px solid #bbb; padding-bottom:6px}}
.h div {{color:#555}} .q {{border-left:3px solid #aac; padding-left:12px; color:#556; margin-top:18px}} h3 {{margin:0 0 4px}}</style>
<div class=h><h3>回复：关于{site}渣土处置费核定的事</h3>
<div>发件人：{clerk} &lt;zhatu{rng.randrange(10, 99)}@{rng.choice(["163.com", "126.com"])}&gt;</div>
<div>时　间：{base.long(sent)} {rng.choice(["上午 9", "上午 10", "下午 3", "下午 4"])}:{rng.randrange(10, 60)}</div>
<div>收件人：{manager} &lt;{rng.randrange(10**8, 10**9)}@qq.com&gt;</div></div>
<p>{manager}经理：</p>
<p>你好！你们报来的复测资料收到了，我们昨天到现场核过。{payer}承建的{site}土方外运量按{base.plain(real)}立方米认定，
每立方米{base.plain(rate)}元，{purpose}为{base.plain(total)}元（人民币{base.words(total)}），以这次为准，上次邮件里的数作废。</p>
<p>请在{base.long(sent + timedelta(days=10))}前由公司账户转到我单位账户，不要用个人账户转，转账时写明项目名称：</p>
<p>户名：{office}<br>账号：{account}<br>开户行：{rng.choice(base.BANKS)}{where.district}支行</p>
<p>到账后我们开票据，你再来办处置证。{greeting}！</p>
<p>{clerk}<br>{office}<br>{base.telephone(rng)}</p>
<div class=q>------------------ 原始邮件 ------------------<br>
发件人：{clerk}<br>发送时间：{base.long(before)}<br>
主题：关于{site}渣土处置费核定的事
<br><br>{manager}经理：按施工图估算外运{base.plain(guess)}立方米，处置费{base.plain(former)}元，有异议请3日内报复测资料。</div>"""
    bill = Bill(
        payer=payer,
        unit=office,
        total=total,
        issued_on=base.later(sent, rng.randrange(2, 12)),
        items=(rng.choice(["建筑垃圾处置费", "城镇垃圾处理费", "建筑垃圾处理费"]),),
        unit_account=account,
        remark=rng.choice(["", site]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill),
            base.honest(bill, "a general name", items=("行政事业性收费",), remark=purpose),
            base.honest(bill, "issued five weeks later", issued_on=base.later(sent, 36)),
        ],
        [
            base.wrong(bill, "amount", "the former estimate", total=former),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payer", "the manager himself", payer=manager),
            base.wrong(bill, "account", "another account", unit_account=base.account(rng)),
            base.wrong(bill, "payee", "another office", unit=where.body("城市管理综合行政执法大队")),
            base.wrong(bill, "date", "a year and more before", issued_on=base.later(sent, -400)),
        ],
    )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(office,),
        total=total,
        words=total,
        signed_on=sent,
        accounts=(account,),
        purpose=purpose,
        also_names=(clerk, manager),
        also_amounts=(former, rate),
        also_purposes=("渣土处置费", "建筑垃圾处置费", "处置费"),
    )
    return Paper(
        family="e-mail", tool="chrome", data=tools.chrome(base.joined(body)), truth=truth, bills=bills
    )


def fine_in_stages(rng: Random) -> Paper:
    """A notice that allows a fine to be paid in three stages, and cites the decision by which it was laid."""
    where = base.place(rng)
    office = where.body("城市管理综合行政执法局")
    shop = rng.random() < 0.5
    payer, near = base.company(rng, where, "餐饮管理") if shop else ("", "")
    if not shop:
        payer = base.person(rng)
        near = base.like(payer)
    issued = base.day(rng)
    laid = base.later(issued, -rng.randrange(9, 15))
    third = Decimal(rng.randrange(3, 24)) * 1_000
    stages = (third + 2_000, third, third)
    total = sum(stages, base.ZERO)
    dues = [issued + timedelta(days=20 + 30 * k) for k in range(3)]
    number = f"{where.short}综执缓〔{issued.year}〕第{rng.randrange(1, 60)}号"
    decision = f"{where.short}综执罚决〔{laid.year}〕第{rng.randrange(60, 500)}号"
    deed = rng.choice(
        ["未经批准搭建建筑物", "擅自倾倒建筑垃圾", "餐厨废弃物随意倾倒", "擅自设置大型户外广告"]
    )
    purpose = f"{deed}罚款" if rng.random() < 0.5 else f"{deed}一案的罚款"
    rows = "".join(
        f"[第{'一二三'[k]}期], [{base.long(dues[k])}前], [{base.money(stages[k])}]," for k in range(3)
    )
    you = "你单位" if shop else "你"
    said = f"{base.words(total)}（￥{base.money(total)}）"
    why = rng.choice(["经营困难", "暂时无力一次缴清", "资金周转困难"])
    source = f"""
#set page(paper: "a4", margin: 2.8cm)
#set text(font: "Noto Serif SC", size: 13pt, lang: "zh")
#set par(leading: 1.1em, first-line-indent: (amount: 2em, all: true))
#let plain(it) = par(first-line-indent: 0em, it)
#align(center, text(size: 19pt, weight: "bold", plain[{office}]))
#align(center, text(size: 17pt, plain[{rng.choice(["准予分期缴纳罚款通知书", "延期（分期）缴纳罚款批准书"])}]))
#align(right, plain[{base.typ(number)}])
#plain[{"当事人" if rng.random() < 0.5 else "被处罚人"}：{payer}]

{base.long(laid)}，本机关对{you}作出{base.typ(decision)}《行政处罚决定书》，决定处以罚款人民币{said}。
{you}因{why}，于{base.long(base.later(issued, -3))}向本机关提出分期缴纳申请。

根据《中华人民共和国行政处罚法》第六十六条的规定，本机关同意{you}分三期缴纳{purpose}：

#align(center, table(columns: (5em, 10em, 9em), align: center, [期次], [缴纳期限], [金额（元）], {rows}))

到期不缴纳的，每日按罚款数额的百分之三加处罚款，加处罚款的数额不超过罚款本数。代收机构：{rng.choice(base.BANKS)}{where.district}各网点。

#v(1cm)
#align(right, plain[{office}（印章）])
#align(right, plain[{base.long(issued)}])
"""
    bill = Bill(
        payer=payer,
        unit=office,
        total=stages[0],
        issued_on=base.later(issued, rng.randrange(4, 18)),
        items=(rng.choice(["城市管理罚没收入", "城管罚没收入", "其他一般罚没收入"]),),
        remark=rng.choice(["第一期罚款", number, decision]),
    )
    bills = base.some(
        rng,
        [
            base.honest(bill, "the first stage"),
            base.honest(
                bill,
                "the last stage",
                total=stages[2],
                used=stages[0] + stages[1],
                issued_on=base.later(dues[1], 15),
                remark="第三期罚款",
            ),
            base.honest(bill, "all at once", total=total, remark=decision),
        ],
        [
            base.wrong(bill, "payer", "nearly the same name", payer=near),
            base.wrong(bill, "payee", "another office that fines", unit=where.body("市场监督管理局")),
            base.wrong(bill, "amount", "a nought too many", total=stages[0] * 10),
            base.wrong(bill, "purpose", "a fee instead of a fine", items=("城市道路占用费",), remark=""),
            base.wrong(bill, "usage", "paid in full before", used=total, remark=""),
            base.wrong(bill, "date", "before the decision, by a year", issued_on=base.later(laid, -380)),
        ],
    )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(office,),
        total=total,
        instalments=stages,
        words=total,
        signed_on=issued,
        numbers=(number,),
        purpose=purpose,
        also_numbers=(decision,),
        also_purposes=("罚款", deed, f"{deed}罚款"),
    )
    return Paper(family="fine in stages", tool="typst", data=tools.typst(source), truth=truth, bills=bills)


def parking_concession(rng: Random) -> Paper:
    """Parking bays let for three years, dearer each year; half of these agreements were never signed."""
    where = base.place(rng)
    office = where.body("城市管理局")
    payer, near = base.company(rng, where, rng.choice(["停车管理", "静态交通", "智慧停车"]))
    signed = base.day(rng, last=date(2025, 6, 30))
    unsigned = rng.random() < 0.5
    starts = date(signed.year + (signed.month == 12), signed.month % 12 + 1, 1)
    ends = date(starts.year + 3, starts.month, 1) - timedelta(days=1)
    first = Decimal(rng.randrange(66, 240)) * 10_000
    step = Decimal(rng.randrange(2, 9)) * 10_000
    years = (first, first + step, first + 2 * step)
    total, bond = sum(years, base.ZERO), first / 10
    number = f"{where.short}停特许{signed.year}-{rng.randrange(1, 20):02d}"
    purpose = rng.choice(["道路停车泊位特许经营权有偿使用费", "停车泊位特许经营费"])
    sheet = base.Word("Noto Serif CJK SC", 11.5)
    sheet.line(f"合同编号：{number}", "right")
    sheet.line("道路停车泊位特许经营协议", "center", size=18, bold=True)
    sheet.line(f"授权方（甲方）：{office}", "left")
    sheet.line(f"经营方（乙方）：{payer}", "left")
    sheet.line(
        f"甲方将{where.district}范围内{rng.randrange(420, 2600)}个道路停车泊位的特许经营权授予乙方，双方协议如下："
    )
    articles = [
        f"特许经营期限三年，自{base.long(starts)}至{base.long(ends)}。",
        f"{purpose}三年合计人民币{base.words(total)}（¥{base.money(total)}），其中：第一年{base.wan(years[0])}万元，"
        f"第二年{base.wan(years[1])}万元，第三年{base.wan(years[2])}万元。每年费用于该年度开始之日起15日内一次缴清。",
        f"本协议签订时乙方向甲方缴纳履约保证金{base.wan(bond)}万元，期满无违约的无息退还，不抵作费用。",
        "停车收费标准执行市发展改革部门定价，乙方自负盈亏，不得转让特许经营权。",
        "乙方逾期缴费超过60日的，甲方有权收回特许经营权，保证金不予退还。",
        "本协议自双方法定代表人或委托代理人签字并加盖公章之日起生效。",
    ]
    for k, text in enumerate(articles):
        sheet.line(f"{'一二三四五六'[k]}、{text}")
    sheet.skip()
    signers = ["　　　　　　", "　　　　　　"] if unsigned else base.people(rng, 2)
    when = "　　　年　　月　　日" if unsigned else base.long(signed)
    sheet.grid(
        [
            ["甲方（公章）：" + ("" if unsigned else office), "乙方（公章）：" + ("" if unsigned else payer)],
            [f"代表签字：{signers[0]}", f"代表签字：{signers[1]}"],
            [f"日期：{when}", f"日期：{when}"],
        ],
        [8, 8],
    )
    bill = Bill(
        payer=payer,
        unit=office,
        total=years[0],
        issued_on=base.later(starts, rng.randrange(1, 14)),
        items=(
            rng.choice(
                ["停车泊位特许经营权收入", "国有资源（资产）有偿使用收入", "城市道路停车泊位经营权出让收入"]
            ),
        ),
        remark=rng.choice(["第一年费用", f"{number}第一年"]),
    )
    second: dict[str, Any] = {
        "total": years[1],
        "used": years[0],
        "issued_on": base.later(starts, 370),
        "remark": "第二年费用",
    }
    bills: tuple[Bill, ...]
    if unsigned:
        note = "nobody signed or sealed the agreement"
        bills = (base.wrong(bill, "status", note), base.wrong(bill, "status", note, **second))
    else:
        bills = base.some(
            rng,
            [base.honest(bill, "the first year"), base.honest(bill, "the second year", **second)],
            [
                base.wrong(bill, "amount", "the first year and the bond", total=years[0] + bond),
                base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
                base.wrong(bill, "payee", "the traffic police", unit=f"{where.city}公安局交通警察支队"),
                base.wrong(bill, "date", "two years before", issued_on=base.later(signed, -760), remark=""),
                base.wrong(bill, "purpose", "a fine", items=("城市管理罚没收入",), remark=""),
            ],
        )
    truth = Truth(
        kind="contract",
        payers=(payer,),
        payees=(office,),
        total=total,
        instalments=years,
        words=total,
        signed_on=None if unsigned else signed,
        starts_on=starts,
        ends_on=ends,
        numbers=(number,),
        purpose=purpose,
        status="unsigned" if unsigned else "",
        also_amounts=(bond,),
        also_purposes=("道路停车泊位特许经营权", "特许经营权"),
    )
    return Paper(
        family="concession agreement", tool="office docx", data=sheet.pdf(), truth=truth, bills=bills
    )
