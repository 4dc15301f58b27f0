"""Supplementary agreements: one that changes a sum, one that moves a term, a name and an account."""

from decimal import Decimal
from random import Random

from bench.papers.open.registry import common as c
from bench.papers.tools import as_pdf, pictures, scanned, stamp, stamped, typst, weasy
from bench.papers.values import Bill, Paper, Truth


def new_sum(rng: Random) -> Paper:
    """A service contract's sum is raised or lowered after part was paid; now and then words and digits differ."""
    place = c.city(rng)
    unit = c.unit(rng, place)
    client = c.firm(rng, c.city(rng), "软件 食品加工 医疗设备 轨道交通装备 化工 家政服务")
    old = c.money(rng, 60000, 900000, 1000)
    new = old + rng.choice((-1, 1)) * (old * rng.choice((10, 15, 20, 25)) / 100).quantize(Decimal(1))
    paid = (old * rng.choice((3, 4, 5)) / 10).quantize(Decimal("0.01"))
    rest = new - paid
    differs = rng.random() < 0.2
    spoken = new + 1000 if differs else new
    before = c.day(rng, 2023, 2025)
    when = c.later(before, rng.randrange(60, 260))
    due = c.later(when, rng.randrange(20, 60))
    work, item = rng.choice(
        (("校企合作订单班人才培养项目", "培训费"), ("智能装配实训平台联合研发项目", "技术服务费"))
        if "学" in unit.name
        else (("医疗器械临床评价技术服务项目", "技术服务费"), ("职工健康管理服务项目", "健康管理服务费"))
    )
    cited = f"{place.short}合〔{before.year}〕{rng.randrange(3, 88):02d}号"
    number = rng.choice((f"{cited}-补1", f"BC{when:%Y%m}{rng.randrange(10, 99)}"))
    reason = rng.choice(("因服务内容和工作量调整", "鉴于项目实施范围发生变化", "经双方对工作量重新核定"))
    style = rng.choice(("'uming'", "'serif'", "'ukai'"))
    names = ("委托方", "受托方") if rng.random() < 0.5 else ("甲方", "乙方")
    html = f"""<style>@page {{ size: A4; margin: 26mm 25mm }} body {{ font: 13pt/1.75 {style}; text-align: justify }}
h1 {{ text-align:center; font: 20pt 'serif-bold'; margin: 0 0 6mm }} p {{ margin: 0; text-indent: 2em }}
.f p {{ text-indent: 0 }}
table {{ width:100%; border-collapse: collapse; font-size: 11.5pt; margin: 2mm 0 }} td {{ border: 1px solid #000;
padding: 4px 8px; text-align: center }}</style>
<div style='font-size:10.5pt;text-align:right'>编号：{number}</div><h1>补充协议</h1>
<div class=f><p>{names[0]}：{client.name}</p><p>{names[1]}：{unit.name}</p></div>
<p>双方于{c.cn(before)}签订了《{work}合同》（编号：{cited}，以下简称原合同）。{reason}，经友好协商，达成如下补充协议：</p>
<p>一、原合同第三条约定的合同总价由{c.comma(old)}元变更为{c.comma(new)}元（大写：人民币{c.words(spoken)}），
原约定金额不再执行。</p>
<p>二、截至本协议签订之日，{names[0]}已支付{c.comma(paid)}元，{names[1]}已开具相应票据。</p>
<table><tr><td>项目</td><td>原合同</td><td>变更后</td></tr><tr><td>合同总价（元）</td><td>{c.comma(old)}</td>
<td>{c.comma(new)}</td></tr>
<tr><td>已付（元）</td><td colspan=2>{c.comma(paid)}</td></tr><tr><td>尚需支付（元）</td><td>{c.comma(old - paid)}</td>
<td>{c.comma(rest)}</td></tr></table>
<p>三、{names[0]}于{c.cn(due)}前一次性付清变更后的余款，{names[1]}收款账户不变，即{unit.bank}，账号{unit.account}。</p>
<p>四、原合同其余条款继续有效；本协议与原合同不一致的，以本协议为准。</p>
<p>五、本协议自双方盖章之日起生效，一式四份，双方各执两份。</p>
<div style='display:flex;margin-top:14mm' class=f><div style='width:50%'><p>{names[0]}（章）：</p>
<p>代表：<span style="font:17pt 'mashan'">{client.head}</span></p>
<p>{c.dot(when)}</p></div><div><p>{names[1]}（章）：</p><p>代表：<span style="font:17pt 'liujian'">{unit.head}</span></p>
<p>{c.dot(when)}</p></div></div>"""
    pages = pictures(weasy(c.tight(html)), 170)
    last = len(pages) - 1
    height = 0.8 if last == 0 else 0.2
    pages[last] = stamped(pages[last], stamp(client.name, "合同专用章"), (0.3, height), 0.2)
    pages[last] = stamped(pages[last], stamp(unit.name), (0.68, height + 0.01), 0.2)
    data = scanned(rng, as_pdf(pages, 170, 92), 170)
    issued = c.later(when, rng.randrange(2, 18))
    wrong = "words" if differs else ""
    bills = [
        Bill(payer=client.name, unit=unit.name, total=rest, issued_on=issued, items=(item,), used=paid, wrong=wrong,
             note="the rest of the new sum"),
    ]  # fmt: skip
    if differs:
        bills.append(
            Bill(payer=client.name, unit=unit.name, total=spoken - paid, issued_on=issued, items=(item,), used=paid,
                 wrong=wrong)
        )  # fmt: skip
    else:
        bills.append(
            Bill(payer=client.name, unit=unit.name, total=old if old > new else old - paid, issued_on=issued, items=(item,),
                 used=Decimal(0) if old > new else paid, wrong="amount",
                 note="the superseded sum")
            if old > new or rng.random() < 0.5
            else Bill(payer=client.name, unit=unit.name, total=rest, issued_on=issued, items=(item,), used=new,
                      wrong="usage", note="all of the new sum was billed before")
        )  # fmt: skip
        bills.append(
            Bill(
                payer=client.name,
                unit=unit.near,
                total=rest,
                issued_on=issued,
                items=(item,),
                used=paid,
                wrong="payee",
            )
        )
    truth = Truth(
        kind="contract", payers=(client.name,), payees=(unit.name,), total=new, instalments=(paid, rest), words=spoken,
        signed_on=when, numbers=(number,), accounts=(unit.account,), purpose=work, also_names=(client.head, unit.head),
        also_amounts=(old, old - paid, spoken, paid, rest), also_numbers=(cited,), also_purposes=(f"{work}合同",),
    )  # fmt: skip
    return Paper(
        family="supplementary agreement",
        tool="weasyprint",
        data=data,
        truth=truth,
        bills=tuple(bills),
        form="scan",
    )


def new_term(rng: Random) -> Paper:
    """The payer has taken a new name, the unit a new account, and the term runs on; the yearly sum stays."""
    place = c.city(rng)
    unit = c.unit(rng, place)
    firm = c.firm(rng, place, "通信 停车管理 自助售货 传媒 快递服务 洗涤服务")
    former = firm.near
    old_account = c.account(rng, len(unit.account))
    old_bank = c.bank(rng, place.name)
    yearly = c.money(rng, 12000, 380000, 400)
    before = c.day(rng, 2023, 2023)
    start = c.later(before, rng.randrange(380, 500)).replace(day=1)
    when = c.later(start, -rng.randrange(5, 40))
    years = rng.choice((1, 2))
    end = c.later(start.replace(year=start.year + years), -1)
    total = yearly * years
    half = yearly / 2
    cited = f"HT-{before.year}-{rng.randrange(10, 400):04d}"
    number = f"{cited}-B{rng.randrange(1, 4)}"
    place_text, item = rng.choice(
        (
            ("楼顶通信基站及弱电井场地", "场地租赁费"),
            ("自助设备摆放场地", "场地租赁费"),
            ("地面停车场", "房屋场地租金"),
        )
    )
    amount_text = rng.choice((f"{c.wan(yearly)}万元", f"{c.comma(yearly)}元"))
    spelled = f"合计人民币{c.words(total)}（¥{f'{total:,.2f}'.replace(',', ' ')}）"
    source = f"""
#set page(paper: "a4", margin: (x: 27mm, y: 27mm), footer: align(center)[#text(8pt)[{number}　第 #context counter(page).display() 页]])
#set text(font: ("AR PL UMing CN", "Noto Serif SC"), size: 12pt, lang: "zh")
#set par(leading: 1.05em, justify: true)
#align(center)[#text(18pt, weight: "bold")[《场地使用合同》补充协议]]
#v(5mm)
#table(columns: (33mm, 1fr), stroke: none, inset: 4pt,
[甲　　方：], [{unit.name}],
[乙　　方：], [{firm.name}（原名称：{former}）],
[协议编号：], [{number}],
[原合同编号：], [{cited}])
甲乙双方于{c.cn(before)}签订《场地使用合同》，约定乙方使用甲方{place_text}。现原合同期限届满，且双方有关信息发生变更，经协商一致，订立本补充协议。

*1　主体变更*\\
1.1　乙方名称经市场监督管理部门核准变更为“{firm.name}”，统一社会信用代码{firm.code}不变，
原合同项下权利义务由变更后的乙方承继，票据抬头按变更后的名称开具。

*2　期限*\\
2.1　使用期限顺延{"壹年" if years == 1 else "贰年"}，自{c.cn(start)}起至{c.cn(end)}止。

*3　费用*\\
3.1　{place_text}使用费仍为每年{amount_text}，本次顺延期间{spelled}。\\
3.2　乙方每半年支付一次，每次{c.comma(half)}元，于每个半年度开始后15日内付清。水电费由乙方另行据实承担。

*4　收款账户变更*\\
4.1　因甲方账户清理，原收款账户（{old_bank}，账号{old_account}）自本协议签订之日起停用。\\
4.2　变更后的收款账户：户名{unit.name}，开户行{unit.bank}，账号{unit.account}。乙方向原账户付款的，不视为履行付款义务。

*5　其他*\\
5.1　本协议为原合同组成部分，未变更的条款仍按原合同执行。\\
5.2　本协议一式四份，甲方三份，乙方一份，经双方法定代表人或授权代表签字并盖章后生效。
#v(8mm)
#block(breakable: false)[
#place(dx: 14mm, dy: -3mm, {c.seal_typst(unit.name)})
#place(dx: 92mm, dy: -2mm, {c.seal_typst(firm.name)})
#grid(columns: (1fr, 1fr), row-gutter: 8mm, [甲方（盖章）], [乙方（盖章）], [授权代表：{unit.head}], [授权代表：{firm.head}],
[{c.cn(when)}], [{c.cn(when)}])
#v(8mm)]
"""
    issued = c.later(start, rng.randrange(1, 14))
    bills = (
        Bill(payer=firm.name, unit=unit.name, total=half, issued_on=issued, items=(item,), unit_account=unit.account,
             payer_code=firm.code, note="the first half year"),
        Bill(payer=firm.name, unit=unit.name, total=half, issued_on=issued, items=(item,), unit_account=old_account,
             wrong="account", note="the account that was given up"),
        rng.choice((
            Bill(payer=firm.name, unit=unit.name, total=half, issued_on=c.later(end, rng.randrange(400, 500)),
                 items=(item,), unit_account=unit.account, wrong="date", note="more than a year after the term"),
            Bill(payer=firm.name, unit=unit.name, total=half, issued_on=issued, items=(item,), used=total,
                 unit_account=unit.account, wrong="usage"),
            Bill(payer=firm.name, unit=unit.name, total=half, issued_on=issued, items=("体检费",),
                 unit_account=unit.account, wrong="purpose"),
        )),
    )  # fmt: skip
    truth = Truth(
        kind="contract", payers=(firm.name,), payees=(unit.name,), total=total, instalments=(half,), words=total,
        signed_on=when, starts_on=start, ends_on=end, numbers=(number,), accounts=(unit.account, old_account),
        purpose=f"{place_text}使用费", also_names=(former, unit.head, firm.head), also_amounts=(yearly, half),
        also_numbers=(cited,), also_purposes=(place_text, "场地使用", "场地使用费"),
    )  # fmt: skip
    return Paper(
        family="supplementary agreement", tool="typst", data=typst(c.joined(source)), truth=truth, bills=bills
    )
