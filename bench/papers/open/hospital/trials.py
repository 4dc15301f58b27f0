"""A clinical trial agreement with its CRO, and a supplement that raises the number of subjects."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.open.hospital import money, paperwork, people
from bench.papers.values import Paper, Truth

_DRUGS = [
    "重组人源化抗IL-17单克隆抗体注射液",
    "盐酸替洛尼布片",
    "QX-204胶囊",
    "吸入用布替诺德混悬液",
    "注射用HR-1907",
]
_SICK = ["中重度斑块状银屑病", "晚期非小细胞肺癌", "2型糖尿病肾病", "慢性阻塞性肺疾病", "类风湿关节炎"]
_WARDS = ["皮肤科", "肿瘤内科", "肾内科", "呼吸与危重症医学科", "风湿免疫科"]


def agreement(rng: Random) -> Paper:
    """A trial agreement of several pages: sponsor pays, a CRO signs too, the hospital receives in stages."""
    where = people.place(rng)
    hospital = people.big_hospital(rng, where)
    sponsor = people.company(rng, rng.choice(("医药", "生物医药", "制药", "生物制药")))
    cro = people.company(rng, rng.choice(("医药科技", "医药研究", "临床研究服务")))
    site = rng.randrange(5)
    drug, sick, ward = _DRUGS[site], _SICK[site], _WARDS[site]
    heads = rng.choice((8, 10, 12, 15, 20, 24))
    each = money.cash(rng, 6800, 32000, 100)
    start_fee, ethics, close = (
        money.cash(rng, 8000, 20000, 500),
        Decimal(5000),
        money.cash(rng, 3000, 9000, 500),
    )
    admin = (each * heads * Decimal(rng.choice((15, 20, 25))) / 100).quantize(Decimal(1))
    subjects = each * heads
    total = start_fee + ethics + close + subjects + admin
    first = (total * Decimal(rng.choice((30, 40))) / 100).quantize(Decimal(1))
    second = (total * Decimal(40) / 100).quantize(Decimal(1))
    last = total - first - second
    signed = money.day(rng)
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    number = f"{rng.choice(('GCP', 'LCSY', 'JGB'))}-{signed.year}-{rng.randrange(7, 240):03d}"
    plan = (
        f"{rng.choice(('HR', 'QX', 'TN', 'BX'))}{rng.randrange(100, 999)}-{rng.choice(('III', '302', '201'))}"
    )
    phase = rng.choice(("Ⅱ", "Ⅲ"))
    title = f"评价{drug}治疗{sick}有效性和安全性的多中心、随机、双盲、安慰剂对照{phase}期临床试验"
    lead = people.person(rng)
    who = rng.choice(
        (("申办者", "合同研究组织", "研究机构"), ("甲方（申办方）", "丙方（CRO）", "乙方（临床试验机构）"))
    )
    a, c, b = (each_role.split("（")[0] for each_role in who)
    font = rng.choice(('"Noto Serif SC"', '"AR PL UMing CN"', '"LXGW WenKai"'))
    lines = [
        ("项目启动及立项管理费", "1", start_fee, start_fee),
        ("伦理审查费", "1", ethics, ethics),
        ("受试者观察费（含访视、检查、采血补偿）", f"{heads}", each, subjects),
        ("机构管理费（按观察费计提）", "—", None, admin),
        ("关闭中心及资料保存费", "1", close, close),
    ]
    table = "".join(
        f"[{name}],[{pieces}],[{money.comma(price) if price else '—'}],[{money.comma(sum_)}],"
        for name, pieces, price, sum_ in lines
    )
    source = f"""
#set page(paper: "a4", margin: (x: 2.6cm, y: 2.5cm), header: align(right)[#text(8pt)[方案编号：\
{plan}　版本：V1.{rng.randrange(4)}　#h(1fr)　保密文件]],
  footer: context align(center)[#text(9pt)[第 #counter(page).display() 页 共 #counter(page).final().firs\
t() 页]])
#set text(font: {font}, size: 11pt, lang: "zh")
#set par(justify: true, leading: 0.9em)
#v(2.5cm)
#align(center)[#text(24pt)[药物临床试验协议]]
#v(1cm)
合同编号：{number}

项目名称：{title}

{who[0]}：#underline[{sponsor}]

　　地址：{people.address(rng, people.place(rng))}　　联系人：{people.person(rng)}　{people.mobile(rng)}

{who[1]}：#underline[{cro}]

　　联系人（CRA）：{people.person(rng)}　{people.mobile(rng)}

{who[2]}：#underline[{hospital}]

　　机构办公室：{people.phone(rng, where)}　　承担科室：{ward}　　主要研究者：{lead}

#pagebreak()
根据《中华人民共和国民法典》《药物临床试验质量管理规范》，{a}拟开展“{title}”，{c}受{a}委托负责监查，\
{b}具备承担本试验的资质，经协商一致，订立本协议。

*第一条　试验内容*

1.1 {b}按照方案（{plan}）完成合格病例#underline[ {heads} ]例，入组期预计{rng.choice((10, 12, 18))}个月；\
全国共{rng.choice((18, 26, 41))}家中心，计划入组{rng.choice((240, 360, 480))}例，各中心竞争入组。

1.2 {a}免费提供试验药物、对照药物及中心实验室检测；{a}为受试者购买保险，每例保额不低于50万元，\
累计保额不低于1000万元。

*第二条　研究费用*

2.1 按入组{heads}例计算，本中心研究经费合计人民币#underline[{money.comma(total)}]元（大写：\
{money.words(total)}），构成见下表（单位：元）。

#table(columns: (1fr, 1.6cm, 2.8cm, 3.2cm), align: (left, center, right, right), inset: 6pt,
[*项目*],[*数量*],[*单价*],[*小计*],{table}[*合计*],[],[],[*{money.comma(total)}*])

2.2 上述费用均由{a}承担并由{a}直接支付至{b}账户，{c}不承担付款义务；\
{c}代为提交的任何付款申请须经{a}书面确认。

2.3 付款安排：

（1）本协议签署后15个工作日内，支付首笔经费{money.comma(first)}元；

（2）完成半数病例入组后30日内，支付第二笔经费{money.comma(second)}元；

（3）关闭中心、完成数据清理后，按实际入组例数结算尾款，预计{money.comma(last)}元。\
筛选失败病例按每例{money.comma(each / 10)}元补偿，由{a}另行支付，不计入上述总额。

2.4 {b}在每笔款项到账后开具相应金额的票据，收款信息如下：

#block(inset: (left: 2em))[户　名：{hospital} \\ 开户行：{bank} \\ 账　号：{people.grouped(account)}]

*第三条　各方责任*

3.1 发生严重不良事件（SAE）的，{b}应在获知后24小时内报告{a}与伦理委员会；\
与试验相关的损害由{a}承担诊疗费用及相应补偿。

3.2 {c}应在稽查前5个工作日书面通知{b}。任何一方违约的，应向守约方支付违约金，\
违约金不超过本协议金额的10%。

*第四条　知识产权与保密*　试验数据归{a}所有；保密期为协议终止后5年。

*第五条　其他*　本协议自三方签字盖章之日起生效，一式六份，各执两份。未尽事宜，另行签订补充协议。

#v(0.5cm)
（以下为签署页，无正文）
#v(0.6cm)
#grid(columns: (1fr, 1fr, 1fr), gutter: 10pt,
[{who[0]}（盖章）\\ #text(9.5pt)[{sponsor}] \\ \\ 授权代表：#text(font: "Liu Jian Mao Cao",\
 17pt)[{people.person(rng, 0)}] \\ 日期：\
{money.dated(rng, signed - timedelta(days=rng.randrange(1, 6)))}],
[{who[1]}（盖章）\\ #text(9.5pt)[{cro}] \\ \\ 授权代表：#text(font: "Zhi Mang Xing",\
 17pt)[{people.person(rng, 0)}] \\ 日期：{money.cn(signed - timedelta(days=7))}],
[{who[2]}（盖章）\\ #text(9.5pt)[{hospital}] \\ \\ 法定代表人或代表：#text(font: "Zhi Mang Xing",\
 17pt)[{people.person(rng, 0)}] \\ 主要研究者：#text(font: "Liu Jian Mao Cao", 17pt)[{lead}] \\ 日期：\
{money.cn(signed)}])
"""
    item = rng.choice(("药物临床试验费", "临床试验服务费", "科研服务收入"))
    fair: dict[str, Any] = {"payer": sponsor, "unit": hospital, "items": (item,), "unit_account": account}
    soon = money.later(rng, signed, 12, 40)
    bills = (
        paperwork.bill(fair, first, soon, "the first instalment"),
        paperwork.bill(fair, second, money.later(rng, soon, 120, 250), "the second instalment", used=first),
        paperwork.bill(fair, first, soon, "the CRO does not pay", "payer", payer=cro),
        paperwork.bill(fair, each, soon, "the price of one subject", "amount")
        if rng.random() < 0.5
        else paperwork.bill(
            fair,
            second,
            soon + timedelta(days=300),
            "earlier bills and this one exceed the total",
            "usage",
            used=total - second + 20000,
        ),
    )
    truth = Truth(
        **paperwork.said(
            "contract", sponsor, hospital, total, signed, number=number, account=account, words=True
        ),
        instalments=(first, second, last),
        purpose=title,
        also_names=(cro, lead),
        also_numbers=(plan,),
        also_amounts=(
            start_fee,
            ethics,
            each,
            subjects,
            admin,
            close,
            each / 10,
            Decimal(500000),
            Decimal(10000000),
        ),
        also_purposes=("药物临床试验", "研究经费", "研究费用", "首笔经费", "第二笔经费", "受试者观察费"),
    )
    names = zip(who, (sponsor, cro, hospital), strict=True)
    data = paperwork.sealed(
        tools.typst(source),
        [paperwork.Mark(f"{each_role}（盖章）", name, 24, 14) for each_role, name in names],
    )
    return Paper(
        family="clinical trial agreement",
        tool="typst",
        data=data,
        truth=truth,
        bills=paperwork.three(rng, bills),
    )


def supplement(rng: Random) -> Paper:
    """A scanned supplement: more subjects, a new total in place of the old, and what is to be paid now."""
    where = people.place(rng)
    hospital = people.big_hospital(rng, where)
    town = rng.choice(("上海", "苏州", "成都", "广州", "石家庄", "连云港"))
    sponsor = people.company(rng, rng.choice(("医疗器械", "医疗科技", "生物技术")), town)
    goods = rng.choice(
        ("药物洗脱外周球囊扩张导管", "可吸收封堵器", "一次性使用脉冲电场消融导管", "膝关节假体系统")
    )
    study = f"{goods}临床试验"
    before, more = rng.choice((12, 15, 20)), rng.choice((4, 6, 8, 10))
    each = money.cash(rng, 9000, 26000, 500)
    fixed = money.cash(rng, 15000, 40000, 1000)
    old, new = each * before + fixed, each * (before + more) + fixed
    added = new - old
    first_signed = money.day(rng, 2023, 2025)
    signed = money.later(rng, first_signed, 150, 420)
    main = f"{first_signed.year}-QX-{rng.randrange(10, 99)}"
    number = rng.choice((f"{main}-补01", f"{main}（补{money.count(1)}）", f"{main}-S1"))
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    half = (added / 2).quantize(Decimal(1))
    rest = added - half
    rows = paperwork.rows(
        [
            ["条款", "原协议约定", "变更后"],
            ["入组例数", f"{before}例", f"{before + more}例"],
            [
                "研究经费总额",
                f"{money.comma(old)}元<br>（{money.words(old)}）",
                f"{money.comma(new)}元<br>（{money.words(new)}）",
            ],
            [
                "试验截止时间",
                money.cn(first_signed + timedelta(days=365)),
                money.cn(signed + timedelta(days=400)),
            ],
            ["每例观察费", f"{money.plain(each)}元/例", "不变"],
        ]
    )
    body = f"""<h1 style="font-family:sans-bold;font-size:20pt">\
{rng.choice(("医疗器械临床试验协议之补充协议", "补充协议（一）"))}</h1>
<p class="n e">编号：{number}</p>
<p class="n">甲方（申办者）：{sponsor}<br>乙方（临床试验机构）：{hospital}</p>
<p>甲乙双方于{money.cn(first_signed)}签订《{study}协议》（编号：{main}，以下称原协议）。\
因{rng.choice(("整体入组进度调整", "方案V2.0增加样本量", "部分中心退出后病例重新分配"))}，经双方协商，\
就有关事项补充约定如下：</p>
<p>一、原协议下列内容变更为：</p>
<table class="r" style="font-size:11pt;margin:2mm 0 4mm">{rows}</table>
<p>二、因入组例数增加{more}例，甲方在原协议总额之外新增支付研究经费人民币{money.comma(added)}元。\
原协议首款及二期款共{money.comma(old - each)}元甲方已付清，乙方已开具票据。</p>
<p>三、新增经费分两次支付：本补充协议生效后20日内支付{money.comma(half)}元；\
全部病例出组后支付{money.comma(rest)}元。乙方收款账户不变（开户行：{bank}；账号：{account}）。</p>
<p>四、除上述变更外，原协议其他条款继续有效；本补充协议与原协议不一致的，以本补充协议为准。</p>
<p>五、本补充协议一式四份，双方各执两份，自双方签字盖章之日起生效。</p>
<table style="margin-top:9mm"><tr><td style="width:50%;vertical-align:top">甲方（盖章）：{sponsor}<br>\
<br>代表：{paperwork.hand(rng, people.person(rng, 0))}<br>\
{money.spaced(signed - timedelta(days=4))}</td>
<td style="vertical-align:top">乙方（盖章）：{hospital}<br><br>代表：\
{paperwork.hand(rng, people.person(rng, 0))}<br>主要研究者：\
{paperwork.hand(rng, people.person(rng, 0))}<br>{money.spaced(signed)}</td></tr></table>"""
    dpi = rng.choice((150, 200, 200))
    pages = tools.pictures(tools.weasy(paperwork.page(body, font=rng.choice(("serif", "uming")))), dpi)
    end = len(pages) - 1
    low = 0.86 if end == 0 else 0.2
    pages[end] = tools.stamped(pages[end], paperwork.seal(sponsor), (rng.uniform(0.26, 0.34), low), 0.2)
    pages[end] = tools.stamped(
        pages[end], paperwork.seal(hospital), (rng.uniform(0.68, 0.74), low + 0.01), 0.2
    )
    fair: dict[str, Any] = {
        "payer": sponsor,
        "unit": hospital,
        "unit_account": account,
        "items": (rng.choice(("临床试验费", "医疗器械临床试验收入")),),
    }
    soon = money.later(rng, signed, 10, 45)
    bills = (
        paperwork.bill(fair, half, soon, "the first half of what is added"),
        paperwork.bill(fair, old, soon, "the total that was replaced", "amount", used=Decimal(0))
        if rng.random() < 0.5
        else paperwork.bill(fair, money.swapped(rng, half), soon, "digits exchanged", "amount"),
        paperwork.bill(
            fair,
            half,
            soon,
            "nothing of the kind is agreed",
            "purpose",
            items=(rng.choice(("捐赠收入", "培训费", "房屋租金")),),
        ),
    )
    truth = Truth(
        **paperwork.said(
            "contract", sponsor, hospital, new, signed, number=number, account=account, words=True
        ),
        instalments=(half, rest),
        ends_on=signed + timedelta(days=400),
        purpose=study,
        also_amounts=(old, each, added, old - each),
        also_numbers=(main,),
        also_purposes=("研究经费", "新增经费", f"{study}协议", "新增支付研究经费", "每例观察费"),
    )
    return paperwork.scan(rng, pages, dpi, "clinical trial supplement", truth, bills)
