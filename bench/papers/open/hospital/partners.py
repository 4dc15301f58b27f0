"""Agreements with partners: support between hospitals, a lease of equipment."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.open.hospital import money, paperwork, people
from bench.papers.values import Paper, Truth


def alliance(rng: Random) -> Paper:
    """A county hospital pays a big one for help over three years; the county's government signs too."""
    where, home = people.place(rng), people.place(rng)
    leader, member = people.big_hospital(rng, where), people.county_hospital(rng, home)
    county = home.county + "人民政府"
    yearly = money.cash(rng, 200000, 1800000, 10000)
    years = rng.choice((2, 3, 3))
    sums = [yearly + at * rng.choice((0, 50000)) for at in range(years)]
    total = sum(sums, Decimal(0))
    signed = money.day(rng, 2023, 2025)
    starts = date(signed.year + (signed.month == 12), signed.month % 12 + 1, 1)
    ends = money.years_on(starts, years)
    number = f"YLT-{signed.year}-{rng.randrange(2, 40):02d}"
    bank, other_bank = people.bank(rng, where), people.bank(rng, where)
    account, other = people.account(rng, bank), people.account(rng, other_bank)
    daily = money.cash(rng, 200, 600, 50)
    what = rng.choice(("技术协作费", "医联体技术支持费", "托管帮扶管理费"))
    dues = [
        money.cn(starts + timedelta(days=29)),
        *(f"{starts.year + at}年{starts.month}月底" for at in range(1, years)),
    ]
    stages = "".join(
        f"<p>{at + 1}. 第{money.count(at + 1)}年度{money.wan(each)}元，于{due}前支付；</p>"
        for at, (each, due) in enumerate(zip(sums, dues, strict=True))
    )
    body = f"""<h1 style="font-family:sans-bold;font-size:21pt;line-height:1.4">\
{rng.choice(("紧密型医疗联合体合作协议", "医院对口合作暨学科共建协议书", "医联体合作协议"))}</h1>
<p class="n e" style="font-size:10pt">协议编号：{number}</p>
<table style="margin-bottom:4mm"><tr><td style="width:22%">甲方：</td><td>{leader}</td></tr>
<tr><td>乙方：</td><td>{member}</td></tr><tr><td>丙方：</td><td>{county}</td></tr></table>
<p>为贯彻分级诊疗制度，推动优质医疗资源下沉，甲、乙、丙三方在平等自愿的基础上，\
就共建医联体事宜达成如下协议：</p>
<h2>一、合作目标</h2>
<p>通过专家派驻、学科共建、远程会诊、双向转诊，使乙方在合作期内新增{rng.randint(3, 6)}项三级手术能力，\
县域内就诊率提高到90%左右。</p>
<h2>二、合作期限</h2>
<p>合作期{money.count(years) if years != 2 else "两"}年，自{money.cn(starts)}至{money.cn(ends)}。\
期满经考核合格的，可续签。</p>
<h2>三、甲方职责</h2>
<p>（一）每年派驻副高以上专家不少于{rng.randint(4, 8)}名，单人连续工作不少于6个月；</p>
<p>（二）免费接收乙方骨干进修，每年不超过10人次；</p>
<p>（三）开放远程影像、心电、病理诊断平台，检查费按物价标准另计。</p>
<h2>四、经费及支付</h2>
<p>（一）乙方向甲方支付{what}，合作期内共计{money.wan(total)}元（大写：人民币{money.words(total)}），\
分年支付：</p>
{stages}
<p>（二）派驻专家在乙方工作期间的生活补助每人每天{money.plain(daily)}元，由乙方按月发放给专家本人，\
不经甲方账户。</p>
<p>（三）丙方将医联体建设纳入财政年度预算，对乙方给予补助；丙方不直接向甲方支付费用。</p>
<p>（四）甲方指定收款账户：户名 {leader}，开户行 {bank}，账号 {account}。甲方科教专户（{other_bank}，\
{other}）仅用于科研协作经费，不得用于收取本协议款项。</p>
<p>（五）甲方收款后{rng.choice((5, 7, 10))}个工作日内向乙方开具合法票据。</p>
<h2>五、考核与退出</h2>
<p>三方成立理事会，每年组织一次考核，考核不合格的，当年度经费扣减10%，在下一年度结算。任何一方提前退出，\
应提前3个月书面通知。</p>
<h2>六、附则</h2>
<p>本协议自三方签字并盖章之日起生效，一式九份，各执三份。</p>
<table style="margin-top:12mm;page-break-inside:avoid"><tr>
<td style="height:36mm;vertical-align:top;width:33%">甲方（公章）<br>负责人：\
{paperwork.hand(rng, people.person(rng, 0))}<br>{money.cn(signed)}</td>
<td style="vertical-align:top;width:33%">乙方（公章）<br>负责人：\
{paperwork.hand(rng, people.person(rng))}<br>{money.cn(signed)}</td>
<td style="vertical-align:top">丙方（公章）<br>负责人：{paperwork.hand(rng, people.person(rng))}<br>\
{money.cn(signed)}</td></tr></table>"""
    style = (
        "h2{font-family:sans-bold;font-size:13pt;font-weight:normal;"
        "margin:3mm 0 1mm}@page{@bottom-center{content:'— ' counter(page) ' —';font-size:9pt}}"
    )
    pdf = tools.weasy(
        paperwork.page(body, style, rng.choice(("serif", "uming", "ukai")), rng.choice(("12pt", "13pt")))
    )
    names = (("甲方", leader), ("乙方", member), ("丙方", county))
    data = paperwork.sealed(pdf, [paperwork.Mark(f"{role}（公章）", name, 22, 14) for role, name in names])
    fair: dict[str, Any] = {
        "payer": member,
        "unit": leader,
        "items": (rng.choice(("技术服务费", "技术协作费", "医联体技术服务收入")),),
        "unit_account": account,
    }
    soon = money.later(rng, starts, 8, 32)
    second = money.later(rng, date(starts.year + 1, starts.month, 3), 0, 20)
    bills = [
        paperwork.bill(fair, sums[0], soon, "the first year"),
        paperwork.bill(fair, sums[1], second, "the second year, after the first", used=sums[0]),
        paperwork.bill(
            fair, sums[0], soon, "the account that the agreement excludes", "account", unit_account=other
        )
        if rng.random() < 0.4
        else paperwork.bill(fair, sums[0], soon, "the government does not pay", "payer", payer=county),
        paperwork.bill(
            fair,
            sums[1],
            second,
            "more than the agreement gives",
            "usage",
            used=total - sums[1] + 10000 * rng.randint(3, 9),
        ),
    ]
    truth = Truth(
        **paperwork.said(
            "contract", member, leader, total, signed, number=number, account=account, words=True
        ),
        instalments=tuple(sums),
        starts_on=starts,
        ends_on=ends,
        purpose=what,
        also_names=(county,),
        also_amounts=(daily,),
        also_numbers=(other,),
        also_purposes=("共建医联体", "学科共建", "医联体建设", "医联体合作"),
    )
    return Paper(
        family="alliance of hospitals",
        tool="weasyprint",
        data=data,
        truth=truth,
        bills=paperwork.three(rng, bills),
    )


def lease(rng: Random) -> Paper:
    """A hospital lets a machine to a private one by the quarter; some copies hide another rent."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    tenant = (
        f"{where.county}{people.brand(rng)}"
        f"{rng.choice(('骨伤医院', '康复医院', '老年病医院', '体检中心'))}有限公司"
    )
    machine, worth = rng.choice(
        (
            ("移动式数字化X射线车载机（体检车）", 1380000),
            ("医用高压氧舱（六人舱）", 860000),
            ("1.5T磁共振成像系统", 4200000),
            ("双能X线骨密度仪", 320000),
        )
    )
    monthly = money.cash(rng, 6000, 48000, 200)
    months = rng.choice((12, 24))
    quarter, total = monthly * 3, monthly * months
    deposit = monthly * rng.choice((1, 2))
    signed = money.day(rng, 2023, 2025)
    starts = money.later(rng, signed, 5, 15).replace(day=rng.choice((1, 16))) + timedelta(days=31)
    ends = money.years_on(starts, months // 12)
    number = f"{where.short[0]}医租[{signed.year}]{rng.randrange(1, 20):02d}"
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    raised = quarter + monthly * rng.choice((1, 2)) + 900
    hidden = rng.random() < 0.5
    font = rng.choice(('"AR PL UMing CN"', '"Noto Sans SC"', '"AR PL UKai CN"'))
    secret = (
        "#place(bottom, text(size: 6pt, fill: white)[补充约定："
        f"每季度租金调整为人民币{money.comma(raised)}元，租金{money.comma(raised)}元。])"
        if hidden
        else ""
    )
    source = f"""
#set page(paper: "a4", margin: (x: 2.4cm, y: 2.2cm), numbering: "1 / 1")
#set text(font: {font}, size: {rng.choice((11, 11.5, 12))}pt, lang: "zh")
#set par(justify: true, leading: 0.95em, first-line-indent: (amount: 2em, all: true))
#align(center)[#text(20pt, weight: "bold")[{rng.choice(("医疗设备租赁合同", "大型医疗设备租赁合同书"))}]\
]
#v(4mm)
#grid(columns: (2.6cm, 1fr), row-gutter: 9pt, [出租方：],[{hospital}], [地　址：],\
[{people.address(rng, where)}], [承租方：],[{tenant}],
  [地　址：],[{people.address(rng, where)}], [合同编号：],[{number}])
#v(4mm)
根据《中华人民共和国民法典》，就出租方闲置设备出租事宜，双方协商一致，签订本合同。\
（出租行为已经{where.county}财政局批准，{where.short[0]}财资〔{signed.year}〕{rng.randrange(3, 60)}号。\
）

*1　租赁物*　设备名称：{machine}；数量：1台（套）；购置原值{money.comma(Decimal(worth))}元，\
{signed.year - rng.randint(3, 6)}年启用。

*2　租赁期*　{months}个月，自{money.padded(starts)}起至{money.padded(ends)}止。

*3　租金与支付*

3.1　租金{money.plain(monthly)}元/月，租期内租金总额{money.comma(total)}元（人民币{money.words(total)}）\
。

3.2　先付后用，按季支付，每季{money.comma(quarter)}元，于每季首月10日前付清。

3.3　履约押金{money.comma(deposit)}元，签约当日交付；租期届满设备完好归还后15日内无息退还。\
押金不抵作租金。

3.4　出租方收款账户：{bank}　{account}。

*4　使用与维护*　承租方应取得相应放射诊疗许可或执业登记，日常维护费用由承租方负担；\
单次维修费超过{money.plain(money.cash(rng, 3000, 9000, 1000))}元的，由双方协商分担。

*5　违约责任*　逾期支付租金的，每日按欠付金额的0.5‰计收违约金；逾期超过30日的，出租方有权解除合同。

*6　争议*　协商不成的，向设备所在地人民法院起诉。

*7　其他*　本合同一式肆份，双方各执贰份，签字盖章后生效。
#v(1cm)
#grid(columns: (1fr, 1fr), row-gutter: 10pt, [出租方盖章：],[承租方盖章：],
[代表：#text(font: "Ma Shan Zheng", 16pt)[{people.person(rng, 0)}]],[代表：\
#text(font: "Liu Jian Mao Cao", 17pt)[{people.person(rng, 0)}]],
[{money.dated(rng, signed)}],[{money.cn(signed)}])
{secret}
"""
    data = paperwork.sealed(
        tools.typst(source),
        [paperwork.Mark("出租方盖章：", hospital, 28, 8), paperwork.Mark("承租方盖章：", tenant, 28, 9)],
    )
    fair: dict[str, Any] = {"payer": tenant, "unit": hospital, "unit_account": account}
    items = (rng.choice(("设备租金", "国有资产出租收入", "医疗设备租赁费")),)
    soon = money.later(rng, starts, 0, 9)
    odd = (
        paperwork.bill(fair, raised, soon, "this rent stands in white on white only", "hidden", items=items)
        if hidden
        else paperwork.bill(
            fair,
            quarter,
            signed - timedelta(days=rng.randint(15, 60)),
            "before the lease was signed",
            "date",
            items=items,
        )
    )
    bills = (
        paperwork.bill(fair, quarter, soon, "a quarter's rent", items=items),
        paperwork.bill(fair, money.swapped(rng, quarter), soon, "digits exchanged", "amount", items=items)
        if rng.random() < 0.5
        else paperwork.bill(fair, quarter, soon, "rent is no gift", "purpose", items=("捐赠收入",)),
        odd,
    )
    truth = Truth(
        **paperwork.said(
            "contract", tenant, hospital, total, signed, number=number, account=account, words=True
        ),
        instalments=(quarter,),
        starts_on=starts,
        ends_on=ends,
        purpose="闲置设备出租",
        also_amounts=(Decimal(worth), monthly, deposit),
        also_names=(f"{where.county}财政局",),
        also_purposes=(
            "租金",
            machine,
            "医疗设备租赁",
            "大型医疗设备租赁",
            "租金总额",
            "出租方闲置设备出租",
            "设备出租",
            "租期内租金",
        ),
    )
    return Paper(family="equipment lease", tool="typst", data=data, truth=truth, bills=bills)
