"""Money that is owed: what parties settle before a court's enforcement officer, and what a builder gives back."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.open.bureau import base
from bench.papers.values import Bill, Paper, Truth


def enforced_settlement(rng: Random) -> Paper:
    """A settlement at the court: rent owed for a public shop, in two parts; the court's own fee goes to the court."""
    where = base.place(rng)
    court = where.body("人民法院")
    creditor = where.body(rng.choice(["国有资产管理中心", "住房保障中心", "机关事务服务中心"]))
    debtor, near = base.company(rng, where, rng.choice(["餐饮管理", "健身服务", "商贸"]))
    guarantor = base.person(rng)
    signed = base.day(rng)
    case = f"（{signed.year}）皖{rng.randrange(100, 190):04d}执{rng.randrange(200, 4000)}号"
    judged = f"（{signed.year - 1}）皖{rng.randrange(100, 190):04d}民初{rng.randrange(2000, 9000)}号"
    asked = Decimal(rng.randrange(96, 520)) * 1_000 + Decimal(rng.randrange(100, 900))
    let_off = Decimal(rng.randrange(6, 30)) * 1_000 + Decimal(rng.randrange(1, 99))
    total = asked - let_off
    first = (total / 2000).to_integral_value() * 1000
    last = total - first
    fee = base.cents(asked * Decimal("0.015"))
    first_day, last_day = signed + timedelta(days=10), signed + timedelta(days=rng.choice([60, 90]))
    shop = f"{rng.choice(['中山路', '体育场路', '邮电巷'])}{rng.randrange(3, 200)}号门面房"
    purpose = f"{shop}租金及占用费"
    body = f"""<style>@page {{size:A4; margin:26mm}} body {{font:12.5pt/1.85 'uming'}} p {{text-indent:2em; margin:2pt 0}}
h1 {{text-align:center; font:21pt 'zenhei'}} .l {{text-indent:0}} u {{font-family:'mashan'; font-size:17pt;
text-decoration:none; color:#1b2455}}</style>
<h1>执行和解协议</h1><div style='text-align:right'>{case}</div>
<p class=l>申请执行人：{creditor}</p><p class=l>被执行人：{debtor}</p><p class=l>担保人：{guarantor}</p>
<p>{creditor}与{debtor}房屋租赁合同纠纷一案，{court}{judged}民事判决书已生效。执行过程中，双方自愿达成和解协议：</p>
<p>一、双方确认，被执行人按判决应付{purpose}{base.money(asked)}元；申请执行人同意免除其中{base.money(let_off)}元，
被执行人实际支付{base.money(total)}元（大写：{base.words(total)}）。</p>
<p>二、上述款项分两次支付：{base.long(first_day)}前支付{base.money(first)}元，{base.long(last_day)}前支付{base.money(last)}元，直接付至申请执行人账户。</p>
<p>三、执行费{base.money(fee)}元由被执行人负担，另行向{court}交纳。</p>
<p>四、担保人在被执行人不履行时承担连带责任。任何一期逾期，申请执行人可申请恢复执行原判决。</p><br>
<p class=l>申请执行人（章）：{creditor}　经办：<u>{base.person(rng)}</u></p>
<p class=l>被执行人（章）：{debtor}　法定代表人：<u>{base.person(rng)}</u></p>
<p class=l>担保人：<u>{guarantor}</u>　　执行员：<u>{base.person(rng)}</u></p>
<p class=l style='text-align:right'>{base.long(signed)}</p>"""
    data = base.sealed(rng, tools.weasy(base.joined(body)), creditor, (0.42, 0.72), last=False)
    bill = Bill(
        payer=debtor,
        unit=creditor,
        total=first,
        issued_on=base.later(signed, rng.randrange(3, 10)),
        items=(rng.choice(["国有资产出租收入", "行政单位国有资产出租、出借收入", "房屋租金收入"]),),
        remark=rng.choice([shop, f"{case}第一期"]),
    )
    rest: dict[str, Any] = {
        "total": last,
        "used": first,
        "issued_on": base.later(last_day, -5),
        "remark": shop,
    }
    bills = base.some(
        rng,
        [
            base.honest(bill, "the first part"),
            base.honest(bill, "the second part", **rest),
            base.honest(bill, "all at once", total=total, remark=shop),
        ],
        [
            base.wrong(bill, "amount", "the sum before some was let off", total=asked, remark=shop),
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payee", "the court", unit=court),
            base.wrong(bill, "purpose", "another charge", items=("诉讼费",), remark=""),
            base.wrong(bill, "usage", "all was billed", **{**rest, "used": total}),
        ],
    )
    truth = Truth(
        kind="contract",
        payers=(debtor,),
        payees=(creditor,),
        total=total,
        instalments=tuple(dict.fromkeys((first, last))),
        words=total,
        signed_on=signed,
        numbers=(case,),
        purpose=purpose,
        also_names=(court,),
        also_amounts=(asked, let_off, fee),
        also_numbers=(judged,),
        also_purposes=("租金及占用费", "房屋租赁合同纠纷"),
    )
    return Paper(family="court settlement", tool="weasy", data=data, truth=truth, bills=bills, form="scan")


def returned_overpayment(rng: Random) -> Paper:
    """A builder writes that it gives back what an audit took off; who it is stands at the end alone."""
    where = base.place(rng)
    office = where.body(rng.choice(["住房和城乡建设局", "城市管理局", "重点工程建设中心"]))
    payer, near = base.company(rng, where, rng.choice(["市政工程", "建设集团", "园林景观工程"]))
    written = base.day(rng)
    project = rng.choice(
        ["背街小巷整治二期工程", "城东农贸市场改造工程", "老旧小区外墙保温项目", "江滨口袋公园工程"]
    )
    audited = Decimal(rng.randrange(2_100_000, 9_800_000)) + Decimal(rng.randrange(1, 99)) / 100
    total = Decimal(rng.randrange(41_000, 380_000)) + Decimal(rng.randrange(1, 99)) / 100
    paid = audited + total
    first = Decimal(int(total) // 2000 * 1000)
    last = total - first
    last_day = written + timedelta(days=rng.choice([30, 45, 60]))
    report = f"{where.short}审投报〔{written.year}〕{rng.randrange(3, 70)}号"
    purpose = f"{project}多付工程款"
    word = rng.choice(["退回", "退还"])
    points = [
        f"贵单位已支付我公司{project}工程款{base.money(paid)}元。",
        f"经{where.whole}审计局审计（{report}），该工程审定造价为{base.money(audited)}元，多付{base.money(total)}元。",
    ]
    table = base.table(
        ["事项", "金额（元）"],
        [
            ["累计已付工程款", base.money(paid)],
            ["审定造价", base.money(audited)],
            [f"应{word}", base.money(total)],
        ],
    )
    tell = table if rng.random() < 0.4 else "".join(f"<p>{each}</p>" for each in points)
    said = points[1] if tell is table else ""
    body = f"""<style>@page {{size:A4; margin:28mm 26mm}} body {{font:14pt/2 'wenkai'}} p {{text-indent:2em; margin:2pt 0}}
h1 {{text-align:center; font:20pt 'serif-bold'}} .r {{text-align:right}} table {{border-collapse:collapse; width:80%; margin:2mm auto}}
td,th {{border:0.7pt solid #222; padding:2pt 8pt}} td:last-child {{text-align:right}}</style>
<h1>关于{word}{purpose}的{rng.choice(["函", "承诺函"])}</h1><div>{office}：</div>
<p>贵单位{base.long(written - timedelta(days=rng.randrange(8, 20)))}来函收悉。{said}</p>{tell}
<p>对上述审计结果我公司无异议，同意向贵单位{word}{purpose}人民币{base.words(total)}（￥{base.money(total)}）。
{rng.choice(["因资金周转原因，", "经与贵单位财务科商定，", ""])}分两笔{word}：本函送达之日起5个工作日内{word}{base.money(first)}元，
余款{base.money(last)}元于{base.long(last_day)}前付清。</p>
<p>该工程质量保证金仍按合同约定执行，与本次{word}无关。请贵单位收款后出具票据。</p><br>
<div class=r>{payer}（盖章）<br>{base.long(written)}</div>
<div>联系人：{base.person(rng)}　{base.telephone(rng)}</div>"""
    bill = Bill(
        payer=payer,
        unit=office,
        total=first,
        issued_on=base.later(written, rng.randrange(2, 9)),
        items=(rng.choice(["收回多付工程款", "其他往来款项", "审计核减工程款收回"]),),
        remark=rng.choice([project, f"{project}第一笔"]),
    )
    rest: dict[str, Any] = {
        "total": last,
        "used": first,
        "issued_on": base.later(last_day, -4),
        "remark": project,
    }
    bills = base.some(
        rng,
        [
            base.honest(bill, "the first part"),
            base.honest(bill, "the second part", **rest),
            base.honest(bill, "all at once", total=total, remark=project),
        ],
        [
            base.wrong(bill, "payer", "a company of nearly the same name", payer=near),
            base.wrong(bill, "payee", "the auditors", unit=where.body("审计局")),
            base.wrong(bill, "amount", "two digits exchanged", total=base.swapped(total), remark=project),
            base.wrong(bill, "amount", "the audited price", total=audited, remark=project),
            base.wrong(bill, "usage", "all was billed", **{**rest, "used": total}),
            base.wrong(bill, "purpose", "a fine", items=("罚没收入",), remark=""),
            base.wrong(bill, "date", "two years before", issued_on=base.later(written, -720)),
        ],
    )
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(office,),
        total=total,
        instalments=(first, last),
        words=total,
        signed_on=written,
        purpose=purpose,
        also_names=(f"{where.whole}审计局",),
        also_amounts=(paid, audited),
        also_numbers=(report,),
        also_purposes=("多付工程款", f"{word}{purpose}", project),
    )
    return Paper(
        family="letter of return", tool="weasy", data=tools.weasy(base.joined(body)), truth=truth, bills=bills
    )
