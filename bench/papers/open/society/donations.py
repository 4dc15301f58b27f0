"""Agreements of donation of companies, families and foreigners, where a bill is often one stage of several."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers.open.society import people as of
from bench.papers.open.society.bills import change
from bench.papers.open.society.drawing import paragraphs, scan, seal_tag, sealed, sheet, table
from bench.papers.tools import typst, weasy
from bench.papers.values import Bill, Paper, Truth

D = Decimal


def donation_stages(rng: Random) -> Paper:
    """Three parties: a company gives, a foundation receives, a school uses it; a table of yearly stages."""
    giver, unit, school = of.company(rng), of.foundation(rng), of.university(rng)
    signed = of.day(rng, 2023, 2025)
    parts = rng.choice(
        (
            (1200000, 800000, 1000000),
            (350000, 450000, 400000),
            (2600000, 1900000, 1500000),
            (185000, 165000, 150000),
        )
    )
    total = D(sum(parts))
    days = [signed + timedelta(days=30), date(signed.year + 1, 6, 30), date(signed.year + 2, 6, 30)]
    number = f"{rng.choice(('JZ', 'JJH', 'DF'))}{signed.year}{rng.randint(11, 98):03d}"
    name = rng.choice(("“启明”奖助学金", "青年教师发展基金", "乡村医生培养计划", "数字图书馆建设项目"))
    face = rng.choice(("Noto Serif SC", "AR PL UMing CN", "LXGW WenKai"))
    stages = "".join(
        f"[第{'一二三'[i]}期], [{of.zh(days[i])}前], [{of.plain(parts[i]) if face[0] == 'L' else of.money(parts[i])}],"
        for i in range(3)
    )
    share = rng.choice((3, 5))
    aside = "丙方不直接接收甲方款项，由乙方按项目进度拨付。"
    source = f"""
#set page(paper: "a4", margin: (x: 27mm, y: 24mm), footer: align(center)[— #context counter(page).display() —])
#set text(font: "{face}", size: 11.5pt, lang: "zh")
#set par(leading: 0.95em, first-line-indent: (amount: 2em, all: true), justify: true)
#align(right)[#text(size: 9.5pt)[协议编号：{number}]]
#align(center)[#text(size: 20pt)[捐 赠 协 议 书]]
#v(3mm)
#par(first-line-indent: 0em)[甲　方（捐赠方）：{giver.name} \\ 乙　方（受赠方）：{unit.name} \\ 丙　方（受益方）：{school.name}]

为支持教育事业发展，甲方自愿向乙方捐赠资金，专项用于丙方{name}。根据《中华人民共和国慈善法》《中华人民共和国公益事业捐赠法》等，三方达成如下协议：

*一、捐赠财产* 　甲方向乙方捐赠人民币{of.upper(total)}（￥{of.money(total)}）。该捐赠为不可撤销的公益捐赠，不附带任何商业条件。

*二、捐赠方式* 　捐赠款分三期支付，每期到账后乙方向甲方开具公益事业捐赠票据：
#align(center)[#table(columns: (22%, 38%, 30%), stroke: 0.5pt, align: center,
 [期次], [到账时间], [金额（元）], {stages} [合计], [], [{of.money(total)}])]
*三、收款账户*

户　名：{unit.name}

开户行：{unit.bank}

账　号：{unit.account}

*四、捐赠用途* 　捐赠款用于丙方{name}，其中直接支出不低于总额的90%；乙方可按到账额的{share}%列支管理费用。{aside}

*五、甲方的权利和义务* 　甲方有权查询捐赠财产的使用、管理情况；甲方承诺捐赠财产来源合法，并按期足额支付。

*六、乙方的权利和义务* 　乙方应专款专用、单独核算，每年3月底前向甲方提供上一年度使用报告。

#pagebreak()
*七、丙方的权利和义务* 　丙方负责评审、公示受助名单，并保存发放凭证不少于{rng.choice(("五", "十"))}年。

*八、其他* 　未尽事宜由三方另行协商；本协议一式六份，三方各执两份，自三方签字盖章之日起生效。
#v(6mm)
#grid(columns: (1fr, 1fr, 1fr), row-gutter: 10pt, [甲方（盖章）], [乙方（盖章）], [丙方（盖章）],
 [代表：{of.person(rng)}], [代表：{of.person(rng, 0)}], [代表：{of.person(rng, 0)}],
 [{of.dotted(signed)}], [{of.dotted(signed)}], [{of.dotted(signed)}])
"""
    data = typst(source)
    data = sealed(
        data,
        [
            (1, each, "", (x, 0.25))
            for each, x in zip((giver.name, unit.name, school.name), (0.26, 0.51, 0.77), strict=True)
        ],
        0.18,
    )
    truth = Truth(
        kind="donation",
        payers=(giver.name,),
        payees=(unit.name,),
        total=total,
        instalments=tuple(D(each) for each in parts),
        words=total,
        signed_on=signed,
        numbers=(number,),
        accounts=(unit.account,),
        purpose=name,
        also_names=(school.name,),
        also_purposes=(f"专项用于丙方{name}", "捐赠", "支持教育事业发展"),
    )
    bill = Bill(
        payer=giver.name,
        unit=unit.name,
        total=D(parts[1]),
        issued_on=days[1] - timedelta(days=rng.randint(2, 25)),
        items=("捐赠收入",),
        remark="第二期捐赠款",
        used=D(parts[0]),
        note="the second stage, after the first",
    )
    bills = (
        bill,
        change(bill, unit=school.name, wrong="payee", note="the school benefits but does not receive"),
        change(bill, total=of.swapped(D(parts[1])), wrong="amount", note="digits transposed or one lost"),
    )
    return Paper(family="donation in stages", tool="typst", data=data, truth=truth, bills=bills)


def donation_family(rng: Random) -> Paper:
    """A family gives jointly in memory of a parent; the form is filled in by hand; half now, half in a year."""
    unit = (
        of.foundation(rng)
        if rng.random() < 0.5
        else of.party(rng, f"{rng.choice(of.CITIES)[1]}红十字会", "13")
    )
    surname = rng.choice("丁彭沈邵覃雷汤闫")
    family = [surname + each for each in rng.sample(of.GIVEN, 3)]
    late = surname + rng.choice(("守仁", "鹤年", "秉文", "兆祥"))
    first, second = rng.choice(
        ((30000, 20000), (60000, 40000), (150000, 150000), (8000, 12000), (280000, 120000))
    )
    total = D(first + second)
    signed = of.day(rng, 2023, 2026)
    name = rng.choice((f"{late}助学金", f"{late}大病救助专项", f"{late}纪念阅览室"))
    pen = f"<span style='font-family:{rng.choice(('mashan', 'wenkai'))};font-size:16pt;color:#16213e;border-bottom:.6pt solid #333'>&nbsp;"
    off = "&nbsp;</span>"
    number = f"{signed.year}-{rng.choice(('J', 'S'))}-{rng.randint(8, 312):04d}"
    body = (
        f"<h1 style='font-size:20pt;font-family:serif-bold;margin:0 0 2mm'>自然人捐赠协议</h1><p class='r'>编号：{number}</p>"
        f"<p>捐赠人（甲方）：{pen}{'、'.join(family)}{off}</p>"
        f"<p>身份证号码：{pen}{rng.randrange(110000, 650000)}19{rng.randint(58, 89)}********{off}（首位捐赠人）</p>"
        f"<p>联系电话：{pen}{of.phone(rng)}{off}</p><p>受赠人（乙方）：{unit.name}</p>"
        f"<p>地　　址：{unit.address}</p><div style='height:3mm'></div>"
        + paragraphs(
            f"甲方为缅怀亲人{pen}{late}{off}先生，自愿将合法所有的财产捐赠给乙方，双方经协商一致，订立本协议。",
            f"第一条　甲方共同捐赠人民币（大写）{pen}{of.upper(total)}{off}（小写：￥{pen}{of.plain(total)}{off}元）。",
            f"第二条　捐赠款分两次交付：签约当日交付{pen}{of.plain(first)}{off}元；"
            f"一年内交付余款{pen}{of.plain(second)}{off}元。",
            f"第三条　捐赠款用于设立{pen}{name}{off}，不得挪作他用；乙方每年向甲方通报使用情况。",
            "第四条　交付方式：☑银行转账　□现金　□其他。乙方收款账户信息如下：",
            f"　　　　{unit.name}／{unit.bank}／{unit.account}",
            "第五条　乙方收到每笔捐赠后，向甲方开具公益事业捐赠票据，并颁发捐赠证书；票据抬头由"
            f"甲方商定登记为{pen}{family[0]}{off}。",
            "第六条　甲方已知悉：捐赠财产交付后，除法定情形外不得要求返还。",
            "第七条　本协议一式三份，甲方执一份、乙方执两份，自双方签字（盖章）之日起生效。",
        )
        + f"<table style='margin-top:8mm'><tr><td>甲方（签字）：{pen.replace('border-bottom:.6pt solid #333', '')}"
        f"{'　'.join(family)}{off}</td><td><div style='position:relative'>乙方（盖章）："
        f"{seal_tag(unit.name, style='left:20mm;top:-10mm')}</div></td></tr><tr><td>日期：{pen}{of.zh(signed)}{off}</td>"
        f"<td>日期：{pen}{of.zh(signed)}{off}</td></tr></table>"
    )
    pdf = weasy(sheet(body, face=rng.choice(("uming", "ukai", "serif")), size="11.5pt", margin="20mm 24mm"))
    data = scan(rng, pdf, [], rng.choice((170, 200)))
    truth = Truth(
        kind="donation",
        payers=tuple(family),
        payees=(unit.name,),
        total=total,
        instalments=(D(first), D(second)),
        words=total,
        signed_on=signed,
        numbers=(number,),
        accounts=(unit.account,),
        purpose=name,
        also_names=(late,),
        also_purposes=(f"捐赠款用于设立{name}", f"设立{name}", "捐赠"),
    )
    bill = Bill(
        payer=family[0],
        unit=unit.name,
        total=D(first),
        issued_on=of.later(rng, signed, 1, 9),
        items=("捐赠收入",),
        note="the first stage; the family chose who is registered",
    )
    stranger = of.person(rng, 0)
    while stranger[0] == surname:
        stranger = of.person(rng, 0)
    bills = (
        bill,
        change(bill, payer=stranger, wrong="payer", note="nobody of this family"),
        change(
            bill,
            issued_on=signed - timedelta(days=rng.randint(40, 90)),
            wrong="date",
            note="before the signing",
        ),
    )
    return Paper(
        family="family donation", tool="weasyprint", data=data, form="scan", truth=truth, bills=bills
    )


FOREIGNERS = (
    ("Margaret E. Lindqvist", "玛格丽特·林奎斯特", "Sweden", "瑞典"),
    ("Harald Steinbrenner", "哈拉尔德·施泰因布伦纳", "Germany", "德国"),
    ("Kiyoshi Nakamura", "中村清", "Japan", "日本"),
    ("Oliver J. Thackeray", "奥利弗·萨克雷", "United Kingdom", "英国"),
    ("Priya Raghunathan", "普里娅·拉古纳坦", "Singapore", "新加坡"),
    ("Étienne Vasseur", "艾蒂安·瓦瑟尔", "France", "法国"),
)


def donation_foreign(rng: Random) -> Paper:
    """An agreement in two languages with a foreigner; the sum is fixed in renminbi, dollars only tell its worth."""
    latin, chinese, land, home = rng.choice(FOREIGNERS)
    unit = of.museum(rng) if rng.random() < 0.6 else of.foundation(rng)
    signed = of.day(rng, 2023, 2026)
    parts = [
        D(each)
        for each in rng.choice(((216000, 144000), (90000, 60000), (432000, 288000), (1080000, 720000)))
    ]
    total = sum(parts, D(0))
    dollars = (total / D("7.2")).quantize(D(1))
    first, second = signed + timedelta(days=30), signed + timedelta(days=300)
    name = rng.choice(("古籍修复", "青少年美育活动", "湿地鸟类调查", "民族服饰数字化"))
    number = f"DA-{signed.year}-{rng.randint(3, 88):02d}"
    english = {
        "古籍修复": "restoration of ancient books",
        "青少年美育活动": "aesthetic education of young people",
        "湿地鸟类调查": "survey of wetland birds",
        "民族服饰数字化": "digitisation of ethnic costumes",
    }[name]

    def long(value: date) -> str:
        return f"{value.day} {value:%B} {value.year}"

    pairs = [
        (
            f"捐赠人：{chinese}（{latin}），{home}公民，护照号 {rng.choice('CEPX')}{rng.randrange(10**7, 10**8)}",
            f"Donor: {latin}, a citizen of {land}",
        ),
        (f"受赠人：{unit.name}", "Donee: as named in the Chinese text"),
        (
            f"第一条　捐赠人自愿无偿捐赠人民币{of.money(total)}元（{of.upper(total)}），"
            f"按签约日参考汇率约合{dollars:,.0f}美元。以人民币金额为准。",
            f"Article 1. The Donor donates RMB {of.money(total)} (about USD {dollars:,.0f} for reference only). The RMB "
            "amount shall prevail.",
        ),
        (
            f"第二条　第一期人民币{of.money(parts[0])}元，于{of.zh(first)}前到账；第二期人民币{of.money(parts[1])}元，"
            f"于{of.zh(second)}前到账。每期到账后开具捐赠票据。",
            f"Article 2. First instalment RMB {of.money(parts[0])} by {long(first)}; second instalment RMB "
            f"{of.money(parts[1])} by {long(second)}.",
        ),
        (
            f"第三条　捐赠款专用于{name}项目，受赠人每半年提交一次报告。",
            f"Article 3. The donation shall be used solely for the {english}.",
        ),
        (
            f"第四条　收款账户：{unit.bank}，{unit.account}，户名同受赠人。外币汇入的，由银行结汇，汇率差由捐赠人补足。",
            "Article 4. Funds in foreign currency are converted by the bank; any shortfall is made up by the Donor.",
        ),
        (
            "第五条　受赠人依法办理境外捐赠备案手续；本协议适用中华人民共和国法律。",
            "Article 5. This Agreement is governed by the laws of the People's Republic of China.",
        ),
        (
            "第六条　本协议以中、英文书就，两种文本有歧义时以中文为准。",
            "Article 6. In case of discrepancy the Chinese text shall prevail.",
        ),
    ]
    side = rng.random() < 0.5
    if side:
        text = table([[a, b] for a, b in pairs], head=False, kind="two", widths=(50, 50))
    else:
        text = "".join(f"<p>{a}</p><p style='color:#333;margin-bottom:2mm'>{b}</p>" for a, b in pairs)
    body = (
        f"<h1 style='font-size:17pt;font-family:sans-bold;line-height:1.4'>捐赠协议<br><span style='font-size:13pt'>"
        f"DONATION AGREEMENT</span></h1><p class='r'>No. {number}</p>{text}"
        f"<table style='margin-top:10mm'><tr><td>捐赠人 Donor：<span style='font-family:liujian;font-size:18pt'>"
        f"{latin.split()[-1]}</span></td><td><div style='position:relative'>受赠人 Donee："
        f"{unit.name}（章）{seal_tag(unit.name, style='left:38mm;top:-12mm')}</div></td></tr>"
        f"<tr><td>{long(signed)}</td><td>{of.zh(signed)}</td></tr></table>"
    )
    css = ".two td { vertical-align: top; padding: 3pt 6pt; border-bottom: .4pt dotted #888; font-size: 9.5pt; }"
    data = weasy(sheet(body, css, face=rng.choice(("sans", "serif")), size="10pt", margin="20mm 20mm"))
    truth = Truth(
        kind="donation",
        payers=(chinese,),
        payees=(unit.name,),
        total=total,
        instalments=tuple(parts),
        words=total,
        signed_on=signed,
        numbers=(number,),
        accounts=(unit.account,),
        purpose=f"{name}项目",
        also_names=(latin, chinese),
        also_amounts=(dollars,),
        also_purposes=(name, f"专用于{name}项目", "捐赠"),
    )
    bill = Bill(
        payer=rng.choice((chinese, f"{chinese}（{latin}）")),
        unit=unit.name,
        total=parts[0],
        issued_on=first - timedelta(days=rng.randint(1, 12)),
        items=("捐赠收入",),
        unit_account=unit.account,
        note="the first stage, in renminbi",
    )
    rest = change(
        bill, total=parts[1], used=parts[0], issued_on=second - timedelta(days=3), note="the second stage"
    )
    bills = (
        rng.choice((bill, rest)),
        change(bill, total=dollars, wrong="amount", note="dollars taken as yuan"),
        change(bill, items=("检测费",), wrong="purpose", note="a donation is no fee for testing"),
    )
    return Paper(family="foreign donation", tool="weasyprint", data=data, truth=truth, bills=bills)
