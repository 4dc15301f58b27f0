"""Fees of members, stands at exhibitions, and replies to conferences."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from bench.papers.open.society import people as of
from bench.papers.open.society.bills import change
from bench.papers.open.society.drawing import paragraphs, photo, scan, seal_tag, sealed, sheet, table
from bench.papers.tools import typst, weasy
from bench.papers.values import Bill, Paper, Truth

D = Decimal
CLASSES = ("会长单位", "副会长单位", "常务理事单位", "理事单位", "会员单位")
SCALES = (
    (100000, 50000, 20000, 8000, 3000),
    (60000, 30000, 12000, 6000, 2000),
    (80000, 50000, 25000, 10000, 3500),
)


def fee_notice(rng: Random) -> Paper:
    """A notice of a society in red head to one member; the table has every class, the text says which is theirs."""
    unit, field = of.society(rng, ("行业协会", "工业协会"))
    member, year = of.company(rng), rng.randint(2023, 2026)
    scale, own = rng.choice(SCALES), rng.choice((1, 2, 3))
    fee, grade = D(scale[own]), CLASSES[own]
    issued = of.date(year, rng.choice((1, 2, 3)), rng.randint(2, 28))
    due = of.date(year, rng.choice((4, 5, 6)), 30)
    number = f"{rng.choice(('中', '国'))}{field[:1]}协字〔{year}〕{rng.randint(3, 68)}号"
    service = f"北京{field}之窗会展服务有限公司"
    mates = [of.company(rng).name for _ in range(2)]
    rows = [["会员类别", "会费标准（元/年）", "备注"]]
    for place, each in enumerate(CLASSES):
        rows.append([each, of.money(scale[place]), "含《会刊》全年" if place < 3 else ""])
    says = rng.choice(
        (
            f"经查，贵单位为我会第{rng.choice('四五六')}届理事会<b>{grade}</b>，应缴{year}年度会费，具体金额按所附标准执行。",
            f"贵单位系我会{grade}，{year}年度会费请按下表“{grade}”一档缴纳。",
        )
    )
    body = (
        f"<h1 style='color:#c00;font-size:30pt;letter-spacing:3pt;font-family:serif-bold;margin:6mm 0 4mm'>"
        f"{unit.name}文件</h1><p class='c'>{number}</p><hr style='border:0;border-top:1.6pt solid #c00'>"
        f"<h1 style='font-size:18pt;font-family:serif-bold'>关于缴纳{year}年度会费的通知</h1><p>{member.name}：</p>"
        + paragraphs(
            f"感谢贵单位多年来对我会工作的支持。根据《社会团体登记管理条例》、我会章程及{year - rng.randint(2, 4)}年"
            "会员代表大会以无记名投票方式表决通过的《会费标准及管理办法》，现将会费缴纳有关事项通知如下：",
            f"一、{says}",
            f"二、会费所属期为{year}年1月1日至{year}年12月31日，请于{of.zh(due)}前汇至以下账户，并注明“单位简称+会费”。",
            f"户　名：{unit.name}",
            f"开户行：{unit.bank}",
            f"账　号：{unit.account}",
            "三、我会收到款项后开具《社会团体会费统一票据》（电子）。连续两年不缴纳会费的，视为自动退会。",
            f"四、{service}受我会委托承办年会及展览，所收展位费、广告费与会费无关，请勿将会费汇入该公司账户。",
            f"联系人：{of.person(rng)}　{of.phone(rng)}　　邮箱：huiyuan@{rng.choice(('cgia', 'crea', 'ctpa'))}.org.cn",
        )
        + f"<p style='margin:4mm 0 1mm'>附：会费标准</p>{table(rows, widths=(34, 36, 30))}"
        f"<p class='r' style='margin-top:9mm;position:relative'>{unit.name}"
        f"{seal_tag(unit.name, style='right:4mm;top:-12mm')}</p><p class='r'>{of.zh(issued)}</p>"
        f"<p style='margin-top:8mm;font-size:10pt;border-top:.6pt solid;border-bottom:.6pt solid'>抄送：{mates[0]}、{mates[1]}</p>"
    )
    bill = Bill(
        payer=member.name,
        unit=unit.name,
        total=fee,
        issued_on=of.later(rng, issued, 9, 40),
        items=("会费",),
        unit_account=unit.account,
        note=f"the class {grade} decides",
    )
    wrong = own - 1 if rng.random() < 0.5 else own + 1
    truth = Truth(
        kind="policy",
        payers=(member.name,),
        payees=(unit.name,),
        total=fee,
        signed_on=issued,
        starts_on=of.date(year, 1, 1),
        ends_on=of.date(year, 12, 31),
        numbers=(number,),
        accounts=(unit.account,),
        purpose=f"{year}年度会费",
        also_names=(service, *mates),
        also_amounts=tuple(D(each) for each in scale),
        also_purposes=("会费", "展位费", "广告费"),
    )
    bills = (
        bill,
        change(bill, total=D(scale[wrong]), wrong="amount", note="the row of another class"),
        change(bill, unit=service, unit_account="", wrong="payee", note="the company for exhibitions"),
    )
    data = weasy(sheet(body, face="serif", size="11pt", margin="14mm 25mm"))
    return Paper(family="membership fee notice", tool="weasyprint", data=data, truth=truth, bills=bills)


def admission_form(rng: Random) -> Paper:
    """An application of a company for a high class of membership; the secretariat admits it to a lower one."""
    unit, _ = of.society(rng, ("商会", "行业协会", "学会"))
    member = of.company(rng)
    scale = rng.choice(SCALES)
    asked, got = rng.choice(((2, 3), (1, 2), (3, 4)))
    fee = D(scale[got])
    applied = of.date(rng.randint(2023, 2026), rng.randint(1, 7), rng.randint(1, 28))
    agreed = of.later(rng, applied, 8, 25)
    boss, contact, officer = of.person(rng, 0), of.person(rng), of.person(rng, 0)

    def box(place: int, ticked: int) -> str:
        return f"{'☑' if place == ticked else '□'}{CLASSES[place]}"

    asked_row = "　".join(box(place, asked) for place in range(5))
    pen = "font-family:mashan;font-size:15pt"
    cell = "padding:5pt 6pt"
    body = (
        f"<h1 style='font-size:19pt;font-family:serif-bold;margin:0 0 1mm'>{unit.name}<br>入会申请表</h1>"
        f"<p class='r'>填表日期：{of.spaced(applied)}</p><table class='ruled' style='line-height:1.5'>"
        f"<tr><td style='{cell};width:17%'>单位名称</td><td colspan='3'>{member.name}</td></tr>"
        f"<tr><td style='{cell}'>统一社会信用代码</td><td colspan='3' style='font-family:zenhei'>{member.code}</td></tr>"
        f"<tr><td style='{cell}'>通讯地址</td><td>{member.address}</td><td style='width:13%'>邮编</td>"
        f"<td>{rng.randrange(100000, 700000)}</td></tr>"
        f"<tr><td style='{cell}'>法定代表人</td><td>{boss}</td><td>电话</td><td>{member.phone}</td></tr>"
        f"<tr><td style='{cell}'>联系人</td><td>{contact}</td><td>注册资本</td><td>{rng.choice((500, 1000, 2000, 5008))}万元</td></tr>"
        f"<tr><td style='{cell}'>申请类别</td><td colspan='3'>{asked_row}</td></tr>"
        f"<tr><td style='{cell}'>单位简介</td><td colspan='3' style='height:30mm;vertical-align:top'>我公司成立于"
        f"{rng.randint(1996, 2017)}年，主要从事相关产品的研发、生产与销售，现有职工{rng.randint(36, 840)}人，"
        f"上年度营业收入{of.wan(rng.randrange(900, 9000) * 10000)}，拥有专利{rng.randint(3, 60)}项。</td></tr>"
        f"<tr><td style='{cell}'>申请单位意见</td><td colspan='3' style='height:24mm;vertical-align:bottom'>自愿加入"
        f"并遵守章程，按时缴纳会费。<div class='r'><span style='position:relative'>（盖章）"
        f"{seal_tag(member.name, '', 'right:-4mm;top:-33mm')}</span>　　　　　　　　</div></td></tr>"
        f"<tr><td style='{cell}'>秘书处<br>审核意见</td><td colspan='3' style='height:30mm'>"
        f"<span style='{pen}'>材料齐全，经会长办公会研究，同意作为{CLASSES[got]}入会，会费每年{of.plain(fee)}元。</span>"
        f"<div class='r' style='{pen};position:relative'>{officer}　{of.zh(agreed)}"
        f"{seal_tag(unit.name, '', 'right:0;top:-9mm')}</div></td></tr></table>"
        "<p style='font-size:9pt'>注：1.本表一式两份；2.随表附营业执照复印件；3.会费标准见背面，自批准之日起一个月内缴纳。</p>"
    )
    rows = [["级　别", "年度会费", "权　益"]]
    for place, each in enumerate(CLASSES):
        rows.append(
            [
                each,
                f"{scale[place]}元",
                rng.choice(("推荐任职、优先参展", "会刊、年会", "行业数据报告、培训九折")),
            ]
        )
    body += (
        f"<div class='new'></div><h1 style='font-size:16pt'>{unit.name}会费标准</h1>"
        + paragraphs("（经会员大会审议通过，按自然年度收取，当年10月后入会的减半收取次年补齐。）")
        + table(rows, widths=(26, 24, 50))
        + paragraphs(
            "缴费账户：",
            f"名　称：{unit.name}",
            f"开户银行：{unit.bank}",
            f"帐　号：{' '.join(unit.account[i : i + 4] for i in range(0, len(unit.account), 4))}",
        )
    )
    pdf = weasy(sheet(body, face=rng.choice(("uming", "serif")), size="11pt", margin="17mm 20mm"))
    data = scan(rng, pdf, [], 190)
    truth = Truth(
        kind="other",
        payers=(member.name,),
        payees=(unit.name,),
        total=fee,
        signed_on=agreed,
        accounts=(unit.account,),
        purpose="会费",
        also_names=(boss, contact, officer),
        also_amounts=tuple(D(each) for each in scale),
        also_numbers=(member.code,),
        also_purposes=("会费标准",),
    )
    bill = Bill(
        payer=member.name,
        payer_code=member.code,
        unit=unit.name,
        total=fee,
        issued_on=of.later(rng, agreed, 3, 28),
        items=("会费",),
        remark=f"{CLASSES[got]}会费",
        note="the class that was granted",
    )
    bills = (
        bill,
        change(bill, total=D(scale[asked]), remark="", wrong="amount", note="the class applied for"),
        change(
            bill, payer=of.near(rng, member.name), payer_code="", remark="", wrong="payer", note="near name"
        ),
    )
    return Paper(
        family="membership application", tool="weasyprint", data=data, form="scan", truth=truth, bills=bills
    )


def booth_contract(rng: Random) -> Paper:
    """A contract for a stand: list price, a discount for members, half due at once; an agent runs the hall."""
    unit, field = of.society(rng, ("行业协会", "商会"))
    guest, year = of.company(rng), rng.randint(2023, 2026)
    signed = of.date(year, rng.randint(1, 5), rng.randint(1, 28))
    opens = of.date(year, rng.randint(9, 11), rng.randint(1, 24))
    closes = opens + timedelta(days=2)
    area, price = rng.choice((18, 27, 36, 54, 72)), rng.choice((880, 960, 1280, 1350))
    share = rng.choice((8, 9))
    full = D(area * price)
    total = full * share / 10
    half = total / 2
    agent = f"上海{''.join(rng.sample(of.BRANDS, 2))}展览服务有限公司"
    number = f"{rng.choice(('ZW', 'EXPO', 'BZ'))}-{year}-{rng.randint(100, 999)}"
    show = f"第{rng.choice('十二三四五六七八九')}届中国国际{field}博览会"
    stand = f"{rng.choice('ABEW')}{rng.randint(1, 5)}-{rng.randint(101, 468)}"
    face = rng.choice(("Noto Serif SC", "LXGW WenKai"))
    hall = f"国家会展中心（{rng.choice(('上海', '天津'))}）{rng.randint(2, 8)}号馆"
    rest_due = opens - timedelta(days=45)
    late = "逾期未付的，甲方有权调整展位。"
    source = f"""
#set page(paper: "a4", margin: (x: 23mm, y: 21mm), numbering: "1 / 1")
#set text(font: "{face}", size: 10.5pt, lang: "zh")
#set par(leading: 0.85em, justify: true)
#align(center)[#text(size: 18pt, weight: "bold")[展位租赁合同]]
#align(right)[合同编号：{number}]
#table(columns: (22%, 78%), stroke: 0.5pt,
 [甲方（主办单位）], [{unit.name}], [地址 / 电话], [{unit.address}　{unit.phone}],
 [乙方（参展单位）], [{guest.name}], [统一社会信用代码], [{guest.code}],
 [地址 / 联系人], [{guest.address}　{of.person(rng)} {guest.phone}], [承办单位], [{agent}])
#v(4pt)
根据《中华人民共和国民法典》，甲乙双方就乙方参加#text(weight: "bold")[{show}]（以下简称“展会”）事宜，经友好协商，订立本合同。

*第一条　展会* 　时间：{of.zh(opens)}至{of.zh(closes)}；布展时间为开展前两日；地点：{hall}。

*第二条　展位及费用*
#table(columns: 6, stroke: 0.5pt, align: center,
 [展位号], [类型], [面积（㎡）], [单价（元/㎡）], [原价（元）], [会员优惠后（元）],
 [{stand}], [光地], [{area}], [{price}], [{of.money(full)}], [{of.money(total)}])
2.1　乙方系甲方会员，按原价{share}折优惠，乙方应付展位费合计人民币{of.money(total)}元（大写：{of.upper(total)}）。

2.2　特装管理费每平方米30元、施工押金{rng.choice((10000, 20000))}元由承办单位{agent}于布展前另行收取，施工押金无损退还，不在本合同价款内。

*第三条　付款* 　本合同签订后七日内，乙方支付展位费的50%即{of.money(half)}元作为定金，其余50%于{of.zh(rest_due)}前付清。{late}

*第四条　收款账户* 　户名：{unit.name}；开户行：{unit.bank}；账号：{unit.account}。

#pagebreak()
*第五条　甲方责任* 　提供展位、展会证件及会刊刊登服务；负责展馆公共区域保洁、安保；因不可抗力延期的，已付款项自动转入下届。

*第六条　乙方责任* 　展品不得侵犯第三方知识产权；不得转让展位；不得在展期结束前撤展，违者扣罚展位费的20%。

*第七条　退展* 　开展前90日书面提出的，退还已付款的50%；此后提出的，不予退还。

*第八条　争议* 　提交{rng.choice(("北京仲裁委员会", "甲方所在地人民法院"))}解决。本合同一式两份，双方盖章后生效，传真件有效。
#v(10mm)
#grid(columns: (1fr, 1fr), row-gutter: 9pt,
 [甲方（盖章）：{unit.name}], [乙方（盖章）：{guest.name}],
 [代表：{of.person(rng, 0)}], [代表：{of.person(rng, 0)}], [日期：{of.zh(signed)}], [日期：{of.zh(signed)}])
"""
    data = sealed(
        typst(source), [(1, unit.name, "", (0.28, 0.265)), (1, guest.name, "合同专用章", (0.7, 0.265))]
    )
    bill = Bill(
        payer=guest.name,
        payer_code=guest.code,
        unit=unit.name,
        total=half,
        issued_on=of.later(rng, signed, 2, 7),
        items=("展位费",),
        unit_account=unit.account,
        note="the first half, as agreed",
    )
    far = of.party(rng, unit.name)
    bills = (
        bill,
        change(bill, total=full, wrong="amount", note="list price before the discount"),
        change(bill, unit_account=far.account, wrong="account", note="another account of the unit"),
    )
    truth = Truth(
        kind="contract",
        payers=(guest.name,),
        payees=(unit.name,),
        total=total,
        instalments=(half,),
        words=total,
        signed_on=signed,
        starts_on=opens,
        ends_on=closes,
        numbers=(number,),
        accounts=(unit.account,),
        purpose="展位费",
        also_names=(agent,),
        also_amounts=(full, D(price), D(30), D(10000), D(20000)),
        also_numbers=(guest.code, stand),
        also_purposes=(show, "展位租赁", "展位租赁合同"),
    )
    return Paper(family="exhibition contract", tool="typst", data=data, truth=truth, bills=bills)


def conference_reply(rng: Random) -> Paper:
    """A reply slip to a conference, filled in by hand and photographed on a desk."""
    unit, _ = of.society(rng, ("学会",))
    payer = of.hospital(rng)
    guests = [of.person(rng) for _ in range(rng.choice((2, 3, 4)))]
    fee = D(rng.choice((1200, 1600, 1800, 2200, 2680)))
    total = fee * len(guests)
    filled = of.day(rng, 2023, 2026)
    opens = of.later(rng, filled, 14, 40)
    closes = opens + timedelta(days=rng.choice((2, 3)))
    room = rng.choice((380, 420, 468, 520))
    pen = f"font-family:{rng.choice(('zhimang', 'mashan'))};font-size:17pt;color:#1b2a6b"
    names = "".join(
        f"<tr><td style='{pen}'>{each}</td><td style='{pen}'>{rng.choice('男女')}</td>"
        f"<td style='{pen}'>{rng.choice(('主任医师', '护士长', '副主任', '科主任', '技师'))}</td>"
        f"<td style='font-size:13pt;color:#1b2a6b'>{of.phone(rng)}</td></tr>"
        for each in guests
    )
    year = opens.year
    body = (
        f"<h1 style='font-size:17pt;font-family:sans-bold'>{unit.name}{year}年学术年会<br>参会回执</h1>"
        f"<p>会议时间：{of.zh(opens)}—{closes.month}月{closes.day}日　　地点：{of.short_city(rng.choice(of.CITIES)[1])}国际饭店</p>"
        "<table class='ruled' style='line-height:1.9'>"
        f"<tr><td style='width:20%'>单位名称<br>（票据抬头）</td><td colspan='3' style='{pen}'>{payer}</td></tr>"
        f"<tr><td>姓名</td><td>性别</td><td>职务/职称</td><td>手机</td></tr>{names}"
        f"<tr><td>会议费</td><td colspan='3'>☑ {of.plain(fee)}元/人（正式代表）　□ {of.plain(fee / 2)}元/人（在读学生）</td></tr>"
        f"<tr><td>应缴合计</td><td colspan='3'>￥<span style='{pen}'>{of.plain(total)}</span> 元，"
        f"共<span style='{pen}'> {len(guests)} </span>人</td></tr>"
        f"<tr><td>住宿</td><td colspan='3'>☑单间　□标间合住　（{room}元/间·天，费用自理，酒店前台支付并开票）</td></tr>"
        "<tr><td>缴费方式</td><td colspan='3'>☑银行汇款　□现场缴费（刷卡）</td></tr></table>"
        f"<p style='margin-top:3mm'>汇款信息　户名：{unit.name}　开户行：{unit.bank}<br>账号：{unit.account}"
        "（汇款请备注：年会+姓名）</p>"
        f"<p>请于会前10日将回执发至会务组，联系人：{of.person(rng, 0)}，{of.phone(rng)}。会务由秘书处负责，"
        "未委托任何旅行社及会议公司收费。</p>"
        f"<p class='r' style='margin-top:8mm'>填表单位（盖章）　　　　　　　　　　</p>"
        f"<p class='r' style='{pen}'>{of.dotted(filled)}　　　</p>"
    )
    pdf = weasy(sheet(body, face="sans", size="11.5pt", margin="20mm 20mm"))
    data = photo(
        rng,
        pdf,
        [(0, payer, "", (0.72, 0.72 + 0.035 * (len(guests) - 3)))],
        190,
        rng.choice(("#6d5f50", "#494e58")),
    )
    truth = Truth(
        kind="other",
        payers=(payer,),
        payees=(unit.name,),
        total=total,
        signed_on=filled,
        starts_on=opens,
        ends_on=closes,
        accounts=(unit.account,),
        purpose="会议费",
        also_names=tuple(guests),
        also_amounts=(fee, fee / 2, D(room)),
        also_purposes=("学术年会", f"{year}年学术年会", "住宿"),
    )
    bill = Bill(
        payer=payer,
        unit=unit.name,
        total=total,
        issued_on=of.later(rng, filled, 2, 10),
        items=("会议费",),
        note="all guests of the slip",
    )
    stranger = of.hospital(rng)
    while stranger == payer:
        stranger = of.hospital(rng)
    bills = (
        bill,
        change(bill, payer=stranger, wrong="payer", note="another hospital"),
        change(bill, items=("捐赠收入",), wrong="purpose", note="a fee for a conference is no donation"),
    )
    return Paper(
        family="conference reply",
        tool="weasyprint",
        data=data,
        media_type="image/jpeg",
        form="scan",
        truth=truth,
        bills=bills,
    )
