"""Letters to conferences and competitions, letters from abroad, minutes that decide a sum."""

from datetime import date
from decimal import Decimal
from random import Random

from msgspec.structs import replace

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from .common import (
    account,
    bank,
    bare,
    cn,
    comma,
    company,
    day,
    later,
    people,
    person,
    phone,
    school,
    schools,
    spaced,
    wan,
    words,
)
from .drawing import Word, sealed, sheet

_FIELDS = (
    "岩土工程防灾",
    "乡村产业与共同富裕",
    "智能制造与质量控制",
    "区域水资源配置",
    "中华优秀传统文化传播",
    "生物质能源",
)


def conference_invite(rng: Random) -> Paper:
    uni, helper = schools(rng, 2)
    issued = day(rng)
    start = later(issued, rng.randrange(60, 110))
    end, early = later(start, 2), later(start, -30)
    field = rng.choice(_FIELDS)
    title = f"第{rng.choice('五六七八九')}届{field}学术研讨会"
    cheap, full, pupil = (
        Decimal(each) for each in rng.choice(((1200, 1500, 800), (1600, 2000, 1000), (980, 1280, 600)))
    )
    number_of = account(rng, 18)
    contact, chair = people(rng, 2)
    agency = company(rng, "会展服务", "会议服务").name
    society = f"{uni.region}{field[:2]}学会"
    rows = f"[类别], [{cn(early)}（含）前], [此后及现场], [普通代表], [{cheap}元], [{full}元], [在读学生], [{pupil}元], [{pupil + 200}元]"
    face = rng.choice(("Noto Serif SC", "LXGW WenKai", "Noto Sans SC"))
    tint = rng.choice(("#1f3a6e", "#7a1f2b", "#245c3a"))
    source = f"""#set page(paper: "a4", margin: (x: 2.4cm, y: 2.2cm), footer: align(center, text(8pt)[{title} 会务组]))
#set text(font: "{face}", size: 10.5pt, lang: "zh")
#set par(first-line-indent: (amount: 2em, all: true), leading: 0.9em, justify: true)
#block(width: 100%, fill: rgb("{tint}"), inset: 16pt)[#align(center)[#text(fill: white, size: 17pt)[{title}]
#linebreak() #text(fill: white, size: 12pt)[邀　请　函（第二轮通知）]]]
#par(first-line-indent: 0em)[尊敬的专家、学者：]

由{uni.name}主办、{helper.name}与{society}协办的{title}定于{cn(start)}至{cn(end)}在{uni.town}市召开。诚挚邀请您拨冗出席。

*一、会议主题*　{field}的理论前沿与工程实践

*二、会议安排*　{cn(start)}报到；次日大会报告；{cn(end)}分组交流、考察后离会。

*三、会议注册*　会务费标准如下（含资料、会议期间用餐）：

#table(columns: (1fr, 1.4fr, 1fr), align: center, stroke: {rng.choice(("0.5pt", "(y: 0.5pt)"))}, {rows})

会务费由主办单位收取并开具票据，协办单位不收取任何费用。请汇至：

#pad(left: 2em)[户　名：{uni.name} #linebreak() 开户行：{bank(rng, uni.town)} #linebreak() 账　号：{spaced(number_of)}
#linebreak() 汇款请注明“会议+姓名”。]

*四、住宿*　由{agency}协助预订酒店，费用自理，住宿费由酒店开具发票。

*五、投稿*　论文摘要请于{cn(later(issued, 30))}前发送至 conf{rng.randrange(10, 99)}\\@example.edu.cn，经大会主席{chair}教授审定。

*六、联系人*　{contact}，{phone(rng)}

#v(1em)
#align(right)[{uni.name} #linebreak() {cn(issued)}]
"""
    truth = Truth(
        kind="policy", payees=(uni.name,), signed_on=issued, starts_on=start, ends_on=end, accounts=(number_of,),
        purpose="会务费", also_names=(helper.name, society, agency, contact, chair), also_purposes=(title, "会议注册"),
        also_amounts=(cheap, full, pupil, pupil + 200),
    )  # fmt: skip
    honest = Bill(
        payer=person(rng) if rng.random() < 0.4 else company(rng, "设计研究院", "勘测设计").name, unit=uni.name, total=cheap,
        issued_on=later(early, -rng.randrange(1, 20)), items=(rng.choice(("会议费", "会务费")),), unit_account=number_of,
        note="the early fee, paid before the meeting as the letter asks; it names no payer",
    )  # fmt: skip
    return Paper(
        family="conference letter", tool="typst", data=tools.typst(source), truth=truth,
        bills=(
            honest,
            replace(honest, unit_account=account(rng, 18), wrong="account", note="another account than the letter's"),
            replace(honest, unit=helper.name, unit_account="", wrong="payee", note="who helps does not receive"),
        ),
    )  # fmt: skip


def competition_letter(rng: Random) -> Paper:
    uni = school(rng)
    host = rng.choice((uni.name, uni.college))
    issued = day(rng)
    start = later(issued, rng.randrange(40, 80))
    fee = Decimal(rng.choice((200, 300, 500, 800, 1200)))
    title = rng.choice(
        ("大学生结构设计竞赛", "职业院校护理技能大赛", "中学生机器人邀请赛", "大学生广告艺术大赛省内选拔赛")
    )
    contact = person(rng)
    number_of = account(rng, 17)
    kind = rng.choice(("征求意见稿", "草案", "讨论稿"))
    word = Word(rng.choice(("AR PL UMing CN", "AR PL UKai CN", "WenQuanYi Zen Hei")), 13, 2.8)
    if rng.random() < 0.5:
        word.line(f"（{kind}，请于{cn(later(issued, 7))}前反馈意见）", 12, "c", colour="808080")
    else:
        header = word.document.sections[0].header.paragraphs[0]
        header.text = f"{kind}　仅供内部讨论，不作为缴费依据"
    word.line(f"关于举办第{rng.randrange(3, 19)}届{title}的函", 20, "c", "Noto Sans CJK SC", space=2.2)
    word.line(f"{host}函〔{issued.year}〕　号", 12, "c")
    word.line("各参赛学校：", indent=False)
    for text in (
        f"为提高学生创新实践能力，{host}拟承办本届{title}。现将有关事项函告如下：",
        f"一、比赛时间：{cn(start)}至{cn(later(start, 2))}。",
        f"二、比赛地点：{uni.town}市{host}体育馆。",
        f"三、参赛报名费：每队{fee}元，用于赛事组织、评审和耗材；每校不超过3队。",
        f"四、拟收款账户：{host}，{bank(rng, uni.town)}，账号{number_of}。",
        "五、参赛人员往返交通及食宿费用自理，各校应为学生购买意外伤害保险。",
        f"六、组委会联系人：{contact}，{phone(rng)}。",
    ):
        word.line(text)
    word.line("")
    word.line(f"{host}（待盖章）", at="r")
    dated = rng.random() < 0.5
    word.line(cn(issued) if dated else f"{issued.year}年{issued.month}月　　日", at="r")
    truth = Truth(
        kind="policy", payees=(host,), total=fee, signed_on=issued if dated else None, starts_on=start,
        ends_on=later(start, 2), accounts=(number_of,),
        purpose="参赛报名费", status="draft", also_names=(contact,), also_purposes=(title,),
    )  # fmt: skip
    first = Bill(
        payer=school(rng).name, unit=host, total=fee, issued_on=later(issued, 25), items=("竞赛报名费",), wrong="status",
        note=f"the letter is a draft ({kind})",
    )  # fmt: skip
    second = replace(first, payer=school(rng).college, total=fee * 2, unit_account=number_of)
    return Paper(
        family="competition letter",
        tool="libreoffice-docx",
        data=word.pdf(),
        truth=truth,
        bills=(first, second),
    )


_GIVERS = (
    (
        "Harrow Vale Family Trust",
        "哈罗谷家族信托",
        "London, United Kingdom",
        "Margaret Ellison",
        "玛格丽特·埃利森",
        "GBP",
        "英镑",
        "9.13",
    ),
    (
        "Nordlicht Umwelt Stiftung",
        "北极光环境基金会",
        "Hamburg, Germany",
        "Jürgen Haas",
        "于尔根·哈斯",
        "EUR",
        "欧元",
        "7.79",
    ),
    (
        "Tanaka River Research Fund",
        "田中河川研究基金",
        "Sendai, Japan",
        "Haruko Tanaka",
        "田中春子",
        "USD",
        "美元",
        "7.18",
    ),
    (
        "Silver Creek Alumni Association Inc.",
        "银溪校友会",
        "Oakland, California, USA",
        "David Lo",
        "戴维·罗",
        "USD",
        "美元",
        "7.21",
    ),
)


def foreign_letter(rng: Random) -> Paper:
    uni = school(rng)
    name, chinese, town, signer, signer_cn, coin, coin_cn, rate = rng.choice(_GIVERS)
    foreign = Decimal(rng.choice((5000, 8000, 12500, 20000, 36000, 60000)))
    exchange = Decimal(rate) + Decimal(rng.randrange(-9, 10)) / 100
    amount = (foreign * exchange).quantize(Decimal("0.01"))
    wrote = day(rng)
    came = later(wrote, rng.randrange(12, 30))
    aim, aim_en = rng.choice(
        (
            ("资助湿地鸟类栖息地长期观测", "the long-term observation of wetland bird habitats"),
            ("奖励学习水文学的优秀女研究生", "awards for outstanding female graduate students of hydrology"),
            ("购置手语翻译专业教学用书", "textbooks for the sign language interpreting programme"),
        )
    )
    translator = company(rng, "翻译", "语言服务").name
    months = (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    )
    english = f"{wrote.day} {months[wrote.month - 1]} {wrote.year}"
    ref = f"{''.join(each[0] for each in name.split()[:3])}/{wrote.year}/{rng.randrange(10, 400):03d}"
    face = rng.choice(("Libertinus Serif", "Noto Serif SC"))
    source = f"""#set page(paper: "a4", margin: (x: 2.8cm, y: 2.6cm))
#set text(font: ("{face}", "Noto Serif SC"), size: 11pt)
#set par(leading: 0.85em, spacing: 1.3em, justify: true)
#text(15pt)[{name}] #h(1fr) #text(9pt)[{town}]
#line(length: 100%, stroke: 0.6pt)
Our ref.: {ref} #h(1fr) {english}

The Secretary-General \\ Education Foundation, \\ People's Republic of China

Dear Sir or Madam,

We are pleased to confirm that our Board has approved a donation of *{coin} {comma(foreign)}* to your foundation. The
gift is restricted to {aim_en} at the university which your foundation serves. No goods or services are received in return.

The money will be sent by telegraphic transfer and may be settled into Chinese yuan on arrival. A donation receipt in
the name of {name} would be appreciated.

Yours faithfully,

#text(14pt, style: "italic")[{signer}]

{signer}, Chair of the Board
#pagebreak()
#set text(font: "Noto Serif SC", lang: "zh")
#align(center, text(16pt)[中文译文])
{chinese}（{name}）#h(1fr) 函号：{ref}

{uni.fund}：

本会理事会已批准向贵会捐赠{bare(foreign)}{coin_cn}（{coin} {comma(foreign)}），限定用于{uni.name}{aim}。本会不因此取得任何商品或服务。

款项将以电汇方式汇出，到账后可结汇为人民币。请以{chinese}名义开具捐赠票据。

#align(right)[{signer_cn} #linebreak() 理事会主席 #linebreak() {cn(wrote)}]
#v(1em)
#line(length: 100%, stroke: 0.4pt)
#text(9.5pt)[译者：{translator}（与原文核对无误）]
#v(1em)
#block(stroke: 0.6pt, inset: 10pt, width: 100%)[*结汇说明*（{uni.fund}财务部填写） #linebreak()
{cn(came)}收到上述{coin} {comma(foreign)}，当日结汇汇率 {exchange}，折合人民币 {comma(amount)} 元（{words(amount)}），
票据按结汇后人民币金额开具。#linebreak() 经办：{person(rng)}]
"""
    truth = Truth(
        kind="donation", payers=(chinese,), payees=(uni.fund,), total=amount, words=amount, signed_on=wrote,
        numbers=(ref,), purpose=aim, also_names=(name, translator, signer, signer_cn, uni.name), also_amounts=(foreign, exchange),
    )  # fmt: skip
    honest = Bill(
        payer=chinese, unit=uni.fund, total=amount, issued_on=later(came, rng.randrange(1, 9)), items=("捐赠收入",),
        note="in yuan as settled",
    )  # fmt: skip
    return Paper(
        family="foreign letter", tool="typst", data=tools.typst(source), truth=truth,
        bills=(
            honest,
            replace(honest, total=foreign, wrong="amount", note=f"{coin} taken as yuan"),
            replace(honest, items=("技术服务费",), wrong="purpose", note="no services are received in return"),
        ),
    )  # fmt: skip


def minutes(rng: Random) -> Paper:
    uni = school(rng)
    firm, rival = (
        company(rng, "餐饮管理", "连锁超市", "通信", "快递物流"),
        company(rng, "图书", "洗涤服务", "超市连锁"),
    )
    held = day(rng, last=date(2026, 1, 15))
    issued = later(held, rng.randrange(2, 7))
    place_of = rng.choice(("北区食堂一层西侧门面房", "学生服务中心101室", "东门临街商铺", "基站用地及机房"))
    rent = Decimal(rng.randrange(24, 420) * 500)
    other = Decimal(rng.randrange(30, 300) * 10000)
    small = Decimal(rng.randrange(12, 90) * 1000)
    start = date(issued.year + (issued.month == 12), issued.month % 12 + 1, 1)
    end = later(date(start.year + 1, start.month, 1), -1)
    number = (
        f"{uni.name[:2]}{rng.choice(('校办纪', '校长办公会纪要'))}〔{issued.year}〕{rng.randrange(2, 30)}号"
    )
    members = people(rng, 9)
    three = rng.choice(("会议听取了", "会议审议了"))
    body = f"""<p class='n c red'>{uni.name}</p><p class='n c' style='font:20pt serif'>校长办公会议纪要</p>
    <table class='x'><tr><td>{number}</td><td class='r'>{cn(issued)}</td></tr></table><hr style='border:1pt solid #c00'>
    <p>{cn(held)}，校长{members[0]}主持召开校长办公会议，研究以下事项。纪要如下：</p><p class='h'>一、关于校园信息化项目建设</p>
    <p>{three}信息中心关于数据机房改造的汇报。会议同意项目预算{wan(other)}元，由国资处按程序组织采购，纳入{held.year + 1}年预算。</p>
    <p class='h'>二、关于经营性用房出租</p><p>{three}国有资产管理处关于{place_of}公开招租结果的汇报。本次招租经公示无异议，
    {firm.name}为最高报价方，{rival.name}为第二顺位。会议决定：（一）同意将{place_of}出租给{firm.name}，
    租期一年，自{cn(start)}起至{cn(end)}止；（二）年租金为人民币{words(rent)}（¥{comma(rent)}），由{firm.name}于
    {cn(later(start, -1))}前一次缴入学校账户，学校财务处开具票据；（三）水电费按实另计；
    （四）{firm.name}放弃的，由{rival.name}依次递补。</p>
    <p class='h'>三、关于困难职工慰问</p><p>会议同意工会提出的慰问方案，慰问金总额{comma(small)}元，从福利费列支。</p>
    <p class='h'>四、其他事项</p><p>会议还研究了寒暑假值班、实验室安全检查等工作，要求各单位压实责任，按期完成整改。</p><br>
    <p class='n'>出席：{"　".join(members[:6])}</p><p class='n'>列席：{"　".join(members[6:])}</p>
    <p class='n'>记录：{person(rng)}</p><hr><p class='n' style='font-size:10pt'>发：各学院，机关各部门，{uni.college}。
    {sealed(rng, f"{uni.name}办公室", f"{uni.name}办公室", left="1em", top="-40pt")}　{cn(issued)}印发</p>"""
    more = ".red { font: 32pt 'serif-bold'; color: #c00; letter-spacing: .3em; }"
    data = tools.weasy(sheet(body, rng.choice(("serif", "uming", "wenkai")), 13, 1.7, "24mm 26mm", more=more))
    truth = Truth(
        kind="policy", payers=(firm.name,), payees=(uni.name,), total=rent, words=rent, signed_on=issued, starts_on=start,
        ends_on=end, numbers=(number,), purpose=f"{place_of}出租", also_names=(rival.name, *members, uni.college),
        also_amounts=(other, small), also_purposes=("年租金", "经营性用房出租", place_of),
    )  # fmt: skip
    honest = Bill(
        payer=firm.name, unit=uni.name, total=rent, issued_on=later(start, -rng.randrange(0, 3) + 4),
        items=(rng.choice(("房屋租金", "国有资产出租收入")),), note="the year's rent as the meeting decided",
    )  # fmt: skip
    return Paper(
        family="minutes", tool="weasyprint", data=data, truth=truth,
        bills=(
            honest,
            replace(honest, payer=rival.name, wrong="payer", note="the second bidder only follows if the first steps back"),
            replace(honest, items=("捐赠收入",), wrong="purpose", note="rent is no donation"),
        ),
    )  # fmt: skip


LAYOUTS = {
    "conference_invite": conference_invite,
    "competition_letter": competition_letter,
    "foreign_letter": foreign_letter,
    "minutes": minutes,
}
