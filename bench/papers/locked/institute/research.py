"""Contracts with firms on research, their amendments, licences of patents and what is paid for them."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.institute.base import (
    Firm,
    House,
    Seal,
    bill,
    both,
    bound,
    changed,
    cn,
    day,
    firm,
    house,
    later,
    mix,
    money,
    person,
    plain,
    scan,
    spaced,
    swapped,
    wan,
    words,
    years_on,
)
from bench.papers.locked.institute.word import Letter, Sheet
from bench.papers.values import Bill, Paper, Truth

_ENDINGS = ("配方与工艺开发", "中试放大研究", "性能提升关键技术研发", "失效机理分析及改进")


def development(rng: Random) -> Paper:
    """A contract to develop something, on the state's model form, or a draft of it."""
    body, client = house(rng), firm(rng)
    draft = rng.random() < 0.28
    project = body.topic + rng.choice(_ENDINGS)
    total = Decimal(rng.randrange(42, 178) * 10000)
    first = total * rng.choice((30, 40)) / 100
    second = total * rng.choice((30, 40)) / 100
    stages = (first, second, total - first - second)
    signed = day(rng)
    end = years_on(signed, 2)
    number = f"{'JKF' if rng.random() < 0.5 else 'YKH'}-{signed.year}-{rng.randrange(11, 98):03d}"
    chief, other = person(rng), person(rng)
    trial = rng.randrange(6, 12)
    buyer, maker = rng.choice(
        (
            ("委托人（甲方）", "受托人（乙方）"),
            ("甲方（出资单位）", "乙方（研发单位）"),
            ("甲　　　　　方", "乙　　　　　方"),
        )
    )
    paper = Letter(rng.choice(("Noto Serif CJK SC", "AR PL UMing CN")))
    if draft:
        paper.header(f"第{rng.choice('二三')}次征求意见稿（供双方法务核改，未定稿，不作为履约依据）")
    paper.line(f"合同登记编号：{'（定稿后编）' if draft else number}", at="right")
    for _ in range(3):
        paper.line()
    paper.line("技术开发（委托）合同", 24, True, "middle")
    paper.line()
    rows = (
        f"项 目 名 称：{project}",
        f"{buyer}：{client.name}",
        f"{maker}：{body.institute}",
        f"签 订 地 点：{body.city}市",
        f"签 订 日 期：{'　　年　月　日' if draft else cn(signed)}",
        f"有 效 期 限：{'自双方盖章之日起二十四个月' if draft else cn(signed) + ' 至 ' + cn(end)}",
    )
    for each in rows:
        paper.line(each, 13)
    paper.leaf()
    opening = f"甲方为解决生产中的实际问题，委托乙方研究开发“{project}”项目，并支付研究开发经费和报酬。双方议定如下。"
    paper.line(opening, at="text")
    paper.line("一、技术目标：提交工艺文件一套、样品三批次，主要指标达到附件一的要求。", at="text")
    paper.line(f"二、项目负责人：乙方{chief}；甲方联系人：{other}。", at="text")
    paper.line(
        f"三、研究开发经费和报酬总额为人民币{words(total)}（¥{wan(total)}万元），不含甲方自行承担的中试原料费用"
        f"（估算{trial}万元，由甲方直接采购）。甲方按下表分期支付：",
        at="text",
    )
    when = (
        "合同签订后15日内",
        "中期检查通过后20日内",
        rng.choice(("验收合格并提交全部资料后", "验收意见书出具后一个月内")),
    )
    table = [("期次", "支付条件", "金额（万元）")]
    table += [
        (name, text, wan(sum_))
        for name, text, sum_ in zip(("首期", "二期", "尾款"), when, stages, strict=True)
    ]
    paper.table([*table, ("合计", "", wan(total))], (2.5, 8.5, 4))
    paper.line(f"四、收款账户　户名：{body.institute}　开户行：{body.bank}　账号：{body.account}", at="text")
    fine = Decimal(5)
    paper.line(
        f"五、甲方逾期付款的，每逾期一日按应付未付额的万分之三支付违约金，累计不超过合同总额的{fine}%。",
        at="text",
    )
    paper.line("六、知识产权：形成的专利申请权归双方共有，乙方保留发表论文的权利。", at="text")
    paper.line(
        f"七、争议由乙方所在地{body.city}市人民法院管辖。本合同一式陆份，甲乙双方各执叁份。", at="text"
    )
    paper.line()
    for side, name, man in (("甲方", client.name, other), ("乙方", body.institute, chief)):
        paper.line(f"{side}（合同专用章）：{'' if draft else name}")
        paper.line(f"委托代理人（签字）：{'' if draft else man}　　　　{'' if draft else cn(signed)}")
    bills = (
        _development_bills(rng, body, client, project, stages, signed)
        if not draft
        else both(
            rng,
            bill(
                client.name,
                body.institute,
                first,
                later(rng, signed, 3, 20),
                "技术开发费",
                remark=project,
                wrong="status",
                note="the contract is only a draft",
            ),
            "科研经费",
        )
    )
    truth = Truth(
        kind="contract",
        payers=(client.name,),
        payees=(body.institute,),
        total=total,
        instalments=stages,
        words=total,
        signed_on=None if draft else signed,
        starts_on=None if draft else signed,
        ends_on=None if draft else end,
        numbers=() if draft else (number,),
        accounts=(body.account,),
        purpose=project,
        status="draft" if draft else "",
        also_names=(body.bank, chief, other, f"{body.city}市人民法院"),
        also_amounts=(Decimal(trial * 10000),),
        also_purposes=("研究开发经费和报酬", f"研究开发“{project}”项目"),
    )
    return bound("research contract", "office", paper.pdf(), truth, bills)


def _development_bills(
    rng: Random,
    body: House,
    client: Firm,
    project: str,
    stages: tuple[Decimal, Decimal, Decimal],
    signed: date,
) -> tuple[Bill, ...]:
    first, second, last = stages
    soon, mid = later(rng, signed, 4, 25), later(rng, signed, 210, 330)
    item = rng.choice(("技术开发费", "科研经费", "横向科研项目经费"))
    honest = (
        bill(client.name, body.institute, first, soon, item, remark=project),
        bill(
            client.shorter,
            body.institute,
            second,
            mid,
            item,
            used=first,
            remark="二期款",
            note="second stage; the firm's name without its place",
        ),
        bill(
            client.name,
            body.institute,
            last,
            later(rng, signed, 540, 700),
            ("技术开发费",),
            used=first + second,
            unit_account=body.account,
        ),
    )
    wrong = (
        bill(
            client.name,
            body.institute,
            first / 10,
            soon,
            item,
            remark="首期款",
            wrong="amount",
            note="a place of the 万元 lost",
        ),
        bill(client.name, body.institute, swapped(rng, first), soon, item, remark="首期款", wrong="amount"),
        bill(client.parent, body.institute, first, soon, item, wrong="payer", note="the group of that brand"),
        bill(client.twin, body.institute, first, soon, item, wrong="payer", note="a firm of near name"),
        bill(
            client.name,
            body.institute,
            first,
            soon,
            item,
            unit_account=changed(rng, body.account),
            wrong="account",
        ),
        bill(
            client.name,
            body.institute,
            first,
            soon,
            "实验室租金",
            remark="孵化楼实验用房租金",
            wrong="purpose",
        ),
    )
    return mix(rng, honest, wrong)


def supplement(rng: Random) -> Paper:
    """The second amendment of a contract: the sum was raised once, and now it is lowered."""
    body, client = house(rng), firm(rng)
    first_sum = Decimal(rng.randrange(38, 66) * 10000)
    raised = first_sum + rng.randrange(9, 24) * 10000
    now = raised - rng.randrange(3, 8) * 10000 - rng.choice((0, 5000))
    paid = first_sum * rng.choice((30, 50)) / 100
    rest = now - paid
    began = day(rng, 2022, 2023)
    middle = later(rng, began, 90, 150)
    signed = later(rng, middle, 90, 160)
    until = later(rng, signed, 30, 60)
    base = f"{body.short[1]}技服字〔{began.year}〕第{rng.randrange(12, 88)}号"
    number = f"{base}补二"
    subject = f"{client.brand}生产线{body.topic}工艺诊断与技术服务"
    former = client.name.replace("股份有限公司", "有限公司").replace(
        client.brand, rng.choice(("东", "新", "大")) + client.brand[0]
    )
    renamed = rng.random() < 0.6
    head = (
        f"委托方：{client.name}（原名称：{former}，{middle.year}年变更）\n\n服务方：{body.institute}\n"
        if renamed
        else ""
    )
    source = f"""
#set page(paper: "a4", margin: (x: 2.7cm, y: 2.5cm), footer: align(center)[#text(9pt)[补充协议（二）　第 1 页]])
#set text(font: ("{rng.choice(("Noto Serif SC", "LXGW WenKai"))}",), size: 11.5pt, lang: "zh")
#set par(leading: 1em, first-line-indent: (amount: 2em, all: true), justify: true)
#align(right)[#text(10pt)[编号：{number}]]
#align(center)[#text(19pt, weight: "bold")[《技术服务合同》补充协议（二）]]
#v(0.6em)
{head}
双方于{cn(began)}签订了编号为{base}的《技术服务合同》（下称原合同），合同价款 {money(first_sum)} 元；
又于{cn(middle)}签订补充协议（一），因增加测试内容将价款调增至 {money(raised)} 元。
现因委托方{rng.choice(("取消二号线的现场调试", "生产计划压缩，部分服务内容不再实施"))}，经协商一致，再作补充如下：

1. 自本协议生效起，{subject}
的合同价款由 {money(raised)} 元调整为 *{money(now)}* 元（大写：{words(now)}）。原合同及补充协议（一）中有关价款的约定不再执行。

2. 截至本协议签订日，委托方已付 {money(paid)} 元，服务方已开具票据。余款 {money(rest)} 元，委托方应于{cn(until)}前一次付清。

3. 款项仍汇入服务方账户：{body.bank}，账号 {body.account}。

4. 其余条款按原合同执行。本协议一式肆份，自双方签字盖章之日起生效。
#v(1.5em)
#grid(columns: (1fr, 1fr), row-gutter: 1em,
[委托方（章）：{client.name}], [服务方（章）：{body.institute}],
[代表：{person(rng)}], [代表：{person(rng)}],
[{cn(signed)}], [{cn(signed)}])
"""
    due = later(rng, signed, 8, 28)
    honest = (
        bill(client.name, body.institute, rest, due, "技术服务费", used=paid, remark="补充协议（二）余款"),
        bill(client.name, body.institute, rest, due, "其他服务收入", used=paid, note="general item name"),
    )
    wrong = (
        bill(
            client.name,
            body.institute,
            raised - paid,
            due,
            "技术服务费",
            used=paid,
            wrong="amount",
            note="the rest of the sum of the first amendment",
        ),
        bill(client.twin, body.institute, rest, due, "技术服务费", used=paid, wrong="payer"),
        bill(client.name, body.company, rest, due, "技术服务费", used=paid, wrong="payee"),
        bill(
            client.name,
            body.institute,
            rest,
            due,
            "技术服务费",
            used=now,
            wrong="usage",
            note="all was paid and billed before",
        ),
    )
    truth = Truth(
        kind="contract",
        payers=(client.name,),
        payees=(body.institute,),
        total=now,
        instalments=(rest,),
        words=now,
        signed_on=signed,
        numbers=(number,),
        accounts=(body.account,),
        purpose=subject,
        also_names=(body.bank, *((former,) if renamed else ())),
        also_amounts=(first_sum, raised, paid),
        also_numbers=(base,),
        also_purposes=("技术服务",),
    )
    return bound("supplement", "typst", tools.typst(source), truth, mix(rng, honest, wrong))


def patent_licence(rng: Random) -> Paper:
    """A licence of a patent for a fixed sum in two parts; a sum paid with the letter of intent counts."""
    body, client = house(rng), firm(rng)
    patent = f"ZL20{rng.randrange(15, 21)}1{rng.randrange(1000000, 9999999)}.{rng.randrange(10)}"
    name = f"一种{body.topic}{rng.choice(('的制备方法', '及其应用', '的加工装置'))}"
    total = Decimal(rng.randrange(16, 48) * 10000)
    first = (total * 60 / 100).quantize(Decimal(1))
    second = total - first
    intent = Decimal(rng.choice((10000, 20000, 30000)))
    signed = day(rng)
    years = rng.choice((3, 5))
    end = years_on(signed, years)
    number = f"XK{signed.year}{rng.randrange(100, 999)}"
    second_by = later(rng, signed, 170, 190)
    third = f"""（三）被许可方在签订意向书时交付的意向金{plain(intent)}元，自动转作第一笔许可费的一部分，不另计；"""
    order = ["许可地域：全国", f"许可期限：{years}年，自{cn(signed)}起至{cn(end)}止"]
    rng.shuffle(order)
    html = f"""
<style>@page {{ size: A4; margin: 22mm 24mm; @bottom-center {{ content: counter(page); font: 9pt uming }} }}
body {{ font: 12pt/1.75 {rng.choice(("uming", "serif", "ukai"))}; }} h1 {{ text-align: center; font-size: 20pt;
 font-family: zenhei }} p {{ margin: 2pt 0; text-indent: 2em }} .n {{ text-indent: 0 }}
 .s td {{ width: 50%; padding: 6pt 4pt; vertical-align: top }} .r {{ text-align: right }}</style>
<div class=r>合同号：{number}</div><h1>专利实施许可合同</h1>
<p class=n>许可方：{body.institute}<br>地　址：{body.street}　电话：{body.phone}</p>
<p class=n>被许可方：{client.name}<br>统一社会信用代码：{client.code}</p>
<p>许可方拥有发明专利“{name}”（专利号：{patent}），同意以普通许可方式许可被许可方实施。双方协商订立本合同。</p>
<p>第一条　{order[0]}。{order[1]}。</p>
<p>第二条　许可使用费为固定总额，人民币{words(total)}（小写：{plain(total)}元），分两笔支付：</p>
<p>（一）本合同生效后十日内付第一笔{plain(first)}元；</p><p>（二）{cn(second_by)}以前付第二笔{plain(second)}元；</p>
<p>{third}</p><p>（四）许可方不再按销售额收取提成费。</p>
<p>第三条　收款单位为许可方本身，不得付给其下属公司。账户：{body.bank}　{body.account}。</p>
<p>第四条　被许可方未经许可方书面同意，不得再许可任何第三方（含其关联公司）实施。</p>
<p>第五条　专利年费由许可方负担。专利权被宣告无效的，已付费用不予返还。</p>
<p>第六条　本合同自签字盖章之日起生效，许可方负责办理许可合同备案。</p>
<table class=s><tr><td>许可方（盖章）<br>{body.institute}<br>代表人：<span style="font-family:liujian;font-size:17pt">
{person(rng)}</span><br>{cn(signed)}</td><td>被许可方（盖章）<br>{client.name}<br>代表人：
<span style="font-family:zhimang;font-size:17pt">{person(rng)}</span><br>{cn(signed)}</td></tr></table>
"""
    soon, after = later(rng, signed, 2, 18), later(rng, second_by, -15, 12)
    honest = (
        bill(
            client.name,
            body.institute,
            first - intent,
            soon,
            "专利许可使用费",
            used=intent,
            note="the first part without what was paid with the letter of intent",
        ),
        bill(client.name, body.institute, second, after, "专利实施许可费", used=first, remark="第二笔"),
    )
    wrong = (
        bill(client.name, body.company, first - intent, soon, "专利许可使用费", used=intent, wrong="payee"),
        bill(
            client.name,
            body.institute,
            swapped(rng, second),
            after,
            "专利许可使用费",
            used=first,
            remark="第二笔",
            wrong="amount",
        ),
        bill(client.parent, body.institute, second, after, "专利许可使用费", used=first, wrong="payer"),
        bill(
            client.name,
            body.institute,
            second,
            signed - timedelta(days=rng.randrange(700, 900)),
            "专利许可使用费",
            used=first,
            wrong="date",
            note="two years before the contract",
        ),
        bill(
            client.name,
            body.institute,
            second,
            after,
            "会议费",
            used=first,
            remark="年会参会",
            wrong="purpose",
        ),
    )
    truth = Truth(
        kind="contract",
        payers=(client.name,),
        payees=(body.institute,),
        total=total,
        instalments=(first, second),
        words=total,
        signed_on=signed,
        starts_on=signed,
        ends_on=end,
        numbers=(number,),
        accounts=(body.account,),
        purpose=name,
        also_names=(body.bank,),
        also_amounts=(intent,),
        also_numbers=(patent, client.code),
        also_purposes=("许可使用费", f"发明专利“{name}”", "专利实施许可"),
    )
    seals = (Seal(body.institute, (0.3, 0.83)), Seal(client.name, (0.7, 0.84)))
    return scan(rng, "licence", "weasy", tools.weasy(html), truth, mix(rng, honest, wrong), seals)


def royalty_sheet(rng: Random) -> Paper:
    """The settlement of a year's royalties: the minimum that was paid in advance is taken off."""
    body, client = house(rng), firm(rng)
    year = rng.choice((2022, 2023, 2024))
    rate = Decimal(rng.choice((2, 3)))
    sales = [Decimal(rng.randrange(9000, 31000)) / 100 for _ in range(4)]
    royalties = [(each * 100 * rate).quantize(Decimal("0.01")) for each in sales]
    gross = sum(royalties, Decimal(0))
    advance = Decimal(rng.choice((30000, 50000, 60000)))
    net = gross - advance
    made = day(rng, year + 1, year + 1).replace(month=rng.choice((1, 2, 3)), day=rng.randrange(4, 27))
    contract = f"XK{year - 1}{rng.randrange(100, 999)}"
    number = f"TC-{year}-{rng.randrange(1, 30):02d}"
    topic = f"{body.topic}专利{year}年度实施提成费"
    sheet = Sheet((9, 17, 10, 17, 22))
    sheet.title("专利实施提成费结算单")
    sheet.line(f"结算单号：{number}　　依据合同：{contract}", "right")
    sheet.line(f"结算事项：{topic}")
    sheet.line(f"许可方（收款）：{body.institute}")
    sheet.line(f"实施单位（付款）：{client.name}")
    sheet.row(("季度", "销售收入（万元）", "提成率", "提成额（元）", "备注"), True)
    notes = ["", "", "", ""]
    notes[rng.randrange(4)] = "已扣退货"
    for at in range(4):
        sheet.row((f"{'一二三四'[at]}季度", float(sales[at]), f"{rate}%", float(royalties[at]), notes[at]))
    sheet.row(("小计", float(sum(sales)), "", float(gross), ""), True)
    sheet.row(("减", "", "", float(advance), f"{year}年初已预付保底费"))
    sheet.row(("应结", "", "", float(net), rng.choice(("本次应付", "应补付"))), True)
    sheet.line(f"本次应付人民币（大写）：{words(net)}")
    sheet.line(f"付款期限：收到本单后30日内。汇入：{body.bank}　账号 {spaced(body.account)}")
    sheet.line(f"实施单位确认（签章）：{client.name}　　财务：{person(rng)}")
    sheet.line(f"许可方经办：{person(rng)}　　制单日期：{made:%Y-%m-%d}")
    due = later(rng, made, 5, 35)
    honest = (
        bill(client.name, body.institute, net, due, "专利许可费", remark=f"{year}年提成"),
        bill(client.shorter, body.institute, net, due, "技术转让收入", note="the firm without its place"),
    )
    wrong = (
        bill(
            client.name,
            body.institute,
            gross,
            due,
            "专利许可费",
            wrong="amount",
            note="the sum before what was paid in advance",
        ),
        bill(
            client.name, body.institute, net, due, "专利许可费", used=net, wrong="usage", note="billed again"
        ),
        bill(client.branch, body.institute, net, due, "专利许可费", wrong="payer", note="its branch"),
        bill(client.name, body.centre, net, due, "专利许可费", wrong="payee"),
    )
    truth = Truth(
        kind="other",
        payers=(client.name,),
        payees=(body.institute,),
        total=net,
        words=net,
        signed_on=made,
        numbers=(number,),
        accounts=(body.account,),
        purpose=topic,
        also_names=(body.bank,),
        also_amounts=(
            gross,
            advance,
            *royalties,
            *(each * 10000 for each in sales),
            sum(sales, Decimal(0)) * 10000,
        ),
        also_numbers=(contract,),
        also_purposes=("专利实施提成费",),
    )
    return bound("settlement sheet", "office", sheet.pdf(), truth, mix(rng, honest, wrong))
