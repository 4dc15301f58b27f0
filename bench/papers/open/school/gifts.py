"""Gifts of alumni, firms and friends: letters, lists, e-mails, and a sponsor's agreement."""

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers.open.school import base as b
from bench.papers.open.school import draw as d
from bench.papers.tools import chrome, typst, weasy
from bench.papers.values import Paper, Truth


def _foundation(rng: Random, town: str) -> tuple[str, str]:
    school = b.college(rng, town)
    return school, school + rng.choice(("教育发展基金会", "教育基金会", "校友会"))


def scholarship_letter(rng: Random) -> Paper:
    """A letter of a giver: so much a year for some years; students' awards are unit prices of another sort."""
    _, town = b.place(rng)
    school, fund = _foundation(rng, town)
    alone = rng.random() < 0.4
    giver = b.person(rng, far=0.3) if alone else b.company(rng)
    title = rng.choice(("励志", "晨光", "匠心", "春晖", "启明"))
    yearly, count = b.money(rng, 20000, 300000, 10000), rng.choice((2, 3, 4, 5))
    total = yearly * count
    signed = b.day(rng, 2023, 2026)
    award = Decimal(rng.choice((1000, 2000, 2500, 5000)))
    number_of = int(yearly / award)
    until = b.after(signed, 30)
    secretary = b.person(rng)
    goal = f"“{title}”奖学金"
    as_wan = rng.random() < 0.5
    stated = f"{b.wan(total)}万元" if as_wan else f"{b.comma(total)}元"
    each = f"{b.wan(yearly)}万元" if as_wan else f"{b.comma(yearly)}元"
    who = "本人系贵校校友" if alone else "我公司创立以来，吸纳了多名贵校毕业生"
    me = "本人" if alone else "我公司"
    faces = rng.choice((("AR PL UKai CN", 14), ("LXGW WenKai", 13), ("Noto Serif SC", 12)))
    date_line = rng.choice((b.cn, b.han))(signed)
    source = f"""
#set page(paper: "a4", margin: (x: 32mm, y: 34mm))
#set text(font: "{faces[0]}", size: {faces[1]}pt, lang: "zh", region: "cn")
#set par(justify: true, leading: 1.15em, spacing: 1.15em, first-line-indent: (amount: 2em, all: true))
#align(center)[#text(size: 22pt, tracking: 8pt)[{rng.choice(("捐赠函", "捐赠意向确认函", "捐资助学函"))}]]
#v(1.2em)
#par(first-line-indent: 0em)[{fund}：]

{who}，始终关心学校发展。为鼓励家境困难而学业优良的青年学子，{me}自愿向贵会捐赠人民币{b.words(total)}（{stated}），用于在{school}设立{goal}。

一、捐赠资金分{count}年到位，每年{each}。首笔{each}于{b.cn(until)}前汇入贵会账户，以后每年在同一日期前汇付。

二、{goal}每年奖励{number_of}名学生，每人{b.short(award)}元，由学校学生处评定，名单报{me}备案。结余资金滚入下一年度。

三、请贵会在每笔款项到账后向{me}开具公益事业捐赠票据。捐赠行为出于自愿，不附带任何商业回报。

专此函达，顺颂教祺！
#v(1em)
#align(right)[捐赠人：{giver}　　]
#align(right)[{date_line}　　]
#v(1.5em)
#line(length: 100%, stroke: 0.5pt)
#text(size: 0.8em)[{"通讯地址" if alone else "公司地址"}：{b.address(rng, b.place(rng)[1])}　电话：{b.phone(rng)}
#linebreak()贵会联系人：{secretary}]
"""
    first_day = b.after(signed, rng.randrange(3, 28))
    usual: dict[str, Any] = {"payer": giver, "unit": fund, "items": ("捐赠收入",)}
    return Paper(
        family="scholarship letter",
        tool="typst",
        data=typst(source),
        truth=Truth(
            **b.said("donation", giver, fund, total, signed, words=True),
            instalments=(yearly,),
            purpose=f"用于在{school}设立{goal}",
            also_names=(school, secretary),
            also_amounts=(award,),
            also_purposes=(goal, "奖学金", f"在{school}设立{goal}", "捐资助学"),
        ),
        bills=(
            b.bill(usual, yearly, first_day, "the first year's part", remark=f"{goal}首笔"),
            b.bill(
                usual,
                yearly,
                first_day,
                "the school is where the money is used; the foundation receives it",
                "payee",
                unit=school,
            ),
            rng.choice(
                (
                    b.bill(
                        usual,
                        yearly,
                        b.after(first_day, 365 * count),
                        "all years have had their bills already",
                        "usage",
                        used=total,
                    ),
                    b.bill(
                        usual,
                        yearly,
                        first_day,
                        "a gift is no fee",
                        "purpose",
                        items=(rng.choice(("学费", "培训费")),),
                    ),
                )
            ),
        ),
    )


def donor_list(rng: Random) -> Paper:
    """A list of those who gave for a day of the school; the bill's payer is one row, or is none of them."""
    _, town = b.place(rng)
    school, fund = _foundation(rng, town)
    signed = b.day(rng)
    number = rng.choice((7, 9, 11, 13))
    givers = b.people(rng, number - 3, far=0.2) + b.companies(rng, 3)
    rng.shuffle(givers)
    sums = [
        b.money(rng, 5000, 200000, 5000)
        if len(each) > 10 and "·" not in each
        else Decimal(rng.choice((200, 500, 666, 1000, 1200, 2000, 3000, 5000, 8800, 10000)))
        for each in givers
    ]
    total = sum(sums, Decimal(0))
    age = rng.choice((40, 50, 60, 70))
    goal = rng.choice(
        (f"建校{age}周年校史馆建设", "校友林及文化长廊修建", "困难学生关爱基金", "图书馆阅读角改造")
    )
    opened = b.after(signed, -rng.randrange(30, 90))
    rows = []
    for k, (giver, each) in enumerate(zip(givers, sums, strict=True), 1):
        klass = rng.choice(
            (
                f"{rng.randrange(80, 99)}级机电{rng.randrange(1, 4)}班",
                f"{rng.randrange(2000, 2019)}届护理",
                f"{rng.randrange(1985, 2012)}级会计",
                "校友",
            )
        )
        firm = len(giver) > 10 and "·" not in giver
        rows.append(
            (
                str(k),
                giver,
                "企业" if firm else klass,
                "|" + b.comma(each),
                b.dotted(b.after(opened, rng.randrange(2, 28))),
            )
        )
    rows.append(("", "合计", "", "|" + b.comma(total), ""))
    titles = (f"{goal}项目捐赠名单公示", f"关于{goal}项目接受捐赠情况的公示")
    head = ("序号", rng.choice(("捐赠人", "捐赠单位（个人）")), "班级/身份", "捐赠金额（元）", "到账日期")
    scanned = rng.random() < 0.5
    body = f"""
<h1>{rng.choice(titles)}</h1>
<p>{b.cn(opened)}以来，广大校友和社会各界积极响应倡议，向{fund}捐赠资金，支持{goal}项目。现将截至{b.cn(signed)}的到账捐赠公示如下
（排名不分先后），衷心感谢各位的支持！</p>
<div style='margin:.6em 0'>{d.table(head, rows, rng.choice(("grid", "grid", "lines")), "9% 41% 18% 17% 15%")}</div>
<p>捐赠资金全部用于{goal}项目，接受捐赠人监督。监督电话：{b.phone(rng, mobile=False)}。
捐赠人凭本公示名单和身份信息领取公益事业捐赠票据。</p>
<div class='at' style='margin-top:1.6em'>{d.seal(rng, fund, place="right:4mm;top:-13mm", size=40) if scanned else ""}
<p class='r'>{fund}　</p><p class='r'>{b.cn(signed)}　　</p></div>"""
    lines = ".lines th{border-bottom:1pt solid #000;border-top:1.4pt solid #000}.lines td{text-align:center}.lines td.m{text-align:right}"
    pdf = weasy(d.sheet(rng.choice(d.STYLES), body, lines))
    mine = rng.randrange(number)
    stranger = rng.choice([each for each in (*b.people(rng, 3), *b.companies(rng, 3)) if each not in givers])
    other = next(k for k in range(number) if sums[k] != sums[mine])
    issued = b.after(signed, rng.randrange(1, 25))
    usual: dict[str, Any] = {"payer": givers[mine], "unit": fund, "items": ("捐赠收入",)}
    return Paper(
        family="donor list",
        tool="weasyprint",
        form="scan" if scanned else "text",
        data=d.scan(rng, pdf) if scanned else pdf,
        truth=Truth(
            kind="donation",
            payers=tuple(givers),
            payees=(fund,),
            total=total,
            signed_on=signed,
            purpose=goal,
            also_names=(school,),
            also_amounts=tuple(sums),
            also_purposes=(f"{goal}项目", f"支持{goal}项目", f"用于{goal}项目"),
        ),
        bills=(
            b.bill(usual, sums[mine], issued, "one of many givers", remark=goal),
            b.bill(usual, sums[other], issued, "another giver's sum", "amount"),
            b.bill(usual, sums[mine], issued, "not on the list", "payer", payer=stranger),
        ),
    )


def pledge_email(rng: Random) -> Paper:
    """An e-mail thread printed from a browser: a pledge, thanks, and a second mail that raises the pledge."""
    _, town = b.place(rng)
    _, fund = _foundation(rng, town)
    giver, officer = b.people(rng, 2, far=0.2)
    first_sum = b.money(rng, 3000, 60000, 1000)
    total = first_sum + b.money(rng, 2000, 40000, 1000)
    wrote = b.day(rng)
    answered, raised = b.after(wrote, 1), b.after(wrote, rng.randrange(2, 6))
    printed = b.after(raised, rng.randrange(1, 9))
    goal = rng.choice(
        (
            "实训中心焊接工位更新",
            "贫困生冬衣采购",
            "“技能菁英”奖助金",
            "校篮球场灯光改造",
            "母校校庆纪念广场铺装",
        )
    )
    klass = rng.choice(("94级电工2班", "2003级数控1班", "08届幼师", "1999级财会3班"))
    branch, card, budget = b.bank(rng, town), b.account(rng), b.money(rng, 200000, 900000, 10000)
    mail, office = (
        f"{rng.choice(('lao', 'sunny', 'zx', 'qin'))}{rng.randrange(70, 9999)}@example.com",
        "xiaoyou@example.edu.cn",
    )
    sum_first = rng.choice((f"{b.short(first_sum)}元", f"{b.wan(first_sum)}万元"))
    sum_last = rng.choice((f"{b.short(total)}元", f"人民币{b.comma(total)}元", f"{b.wan(total)}万元"))

    def clock(moment: date) -> str:
        return f"{b.cn(moment)} {rng.randrange(7, 23):02d}:{rng.randrange(60):02d}"

    subject = rng.choice((f"认捐：{goal}", f"关于为{goal}捐款的事", f"{klass}{giver} 认捐确认"))
    body = f"""
<div class='bar'>邮箱　—　打印邮件　<span style='float:right'>{b.dotted(printed)} 打印　第 1 页/共 1 页</span></div>
<div class='subject'>回复：回复：{subject}</div>
<div class='meta'><b>发件人：</b>{giver} &lt;{mail}&gt;<br><b>收件人：</b>{fund} &lt;{office}&gt;<br>
<b>时　间：</b>{clock(raised)}</div>
<div class='text'><p class='n'>{officer[-1]}老师好：</p><p>
看了您发来的项目预算，{rng.choice(("和爱人商量之后", "跟几位老同学聊过以后"))}我想把之前说的{sum_first}改一下，
我个人一共捐 <span>{sum_last}</span>，都用于{goal}，不用再分批了，本周内一次打到基金会账户。不需要冠名，票据抬头写我本人姓名就可以。</p>
<p class='n'>{giver}（{klass}）<br>{b.cn(raised)}</p></div>
<div class='quote'><div class='meta'>-----原始邮件-----<br>
发件人：{fund} &lt;{office}&gt;　发送时间：{clock(answered)}<br>收件人：{giver}<br>主题：回复：{subject}</div>
<p class='n'>{giver}校友：</p><p>感谢您的认捐！{goal}项目预算为{b.wan(budget)}万元，目前已筹集约六成。汇款信息如下：</p>
<p class='n'>　　户名：{fund}<br>　　开户行：{branch}<br>　　账号：{b.grouped(card)}</p>
<p>款项到账后我们会为您开具公益事业捐赠票据。　　　　联系人 {officer}　{b.phone(rng, mobile=False)}</p>
<div class='quote'><div class='meta'>-----原始邮件-----<br>发件人：{giver} &lt;{mail}&gt;　发送时间：{clock(wrote)}<br>主题：{subject}</div>
<p class='n'>各位老师：</p><p>我是{klass}的{giver}，看到母校公众号的倡议，愿意认捐{sum_first}，用于{goal}。
请告知怎么汇款。</p></div></div>"""
    style = "@page{size:A4;margin:14mm 16mm}body{font-family:Noto Sans CJK SC,sans;font-size:10pt;line-height:1.7;color:#222}"
    more = """.bar{color:#777;font-size:8.5pt;border-bottom:1px solid #ccc;padding-bottom:3pt;margin-bottom:10pt}
.subject{font-size:14pt;font-family:sans-bold;margin-bottom:6pt}.meta{background:#f3f5f8;padding:6pt 9pt;font-size:9pt;color:#444}
.text{padding:10pt 6pt 14pt}.quote{border-left:2pt solid #b9c4d6;padding:4pt 0 4pt 10pt;margin-top:10pt;color:#555}"""
    told = Truth(
        **b.said("donation", giver, fund, total, raised, account=card),
        purpose=goal,
        also_names=(officer, branch),
        also_amounts=(first_sum, budget),
        also_purposes=(f"用于{goal}", f"都用于{goal}", f"{goal}项目"),
    )
    issued = b.after(raised, rng.randrange(1, 12))
    usual: dict[str, Any] = {"payer": giver, "unit": fund, "items": ("捐赠收入",)}
    return Paper(
        family="pledge e-mail",
        tool="chromium",
        data=chrome(d.sheet(style, body, more)),
        truth=told,
        bills=(
            b.bill(usual, total, issued, unit_account=card),
            b.bill(
                usual,
                first_sum,
                issued,
                "the first pledge, which the later mail replaced",
                "amount",
                remark="一次付清",
            ),
            b.bill(usual, total, issued, "another person", "payer", payer=b.near_person(rng, giver)),
        ),
    )


def sponsorship(rng: Random) -> Paper:
    """A sponsor's agreement with the student union's school in which words and digits differ; every bill is wrong."""
    _, town = b.place(rng)
    school = b.college(rng, town)
    firm = b.company(rng, rng.choice(("文化传媒", "餐饮管理", "体育用品", "电子商务")))
    said = b.money(rng, 3000, 60000, 500)
    digits = rng.choice((said + 1000, said * 10, b.swapped(said)))
    signed = b.day(rng)
    held = b.after(signed, rng.randrange(10, 40))
    event = rng.choice(("第十七届“校园之星”歌手大赛", "迎新杯篮球联赛", "职业技能文化节", "五四青年文艺晚会"))
    one, two = b.people(rng, 2)
    body = f"""
<h1>{event}<br>赞助协议</h1>
<p class='n'>甲方（赞助单位）：{firm}</p><p class='n'>乙方（主办单位）：{school}（学生会承办）</p>
<p>甲方为支持乙方学生文体活动，自愿对{event}（{b.cn(held)}举办）予以赞助。双方约定如下：</p>
{
        d.clauses(
            (
                f"甲方向乙方提供活动赞助费人民币{b.words(said)}（小写：¥{b.comma(digits)}），于活动举办三日前转入乙方财务账户，由乙方统一开票，不得直接交付学生个人。",
                "甲方另提供矿泉水20箱、印有标识的纪念品300份，不折抵赞助费。",
                f"乙方在舞台背景、海报及活动秩序册中体现“赞助单位：{firm}”字样，字号不小于主办单位的三分之一。",
                "乙方不得安排学生参与甲方的推销活动。活动因故取消的，乙方应在十日内退还赞助费。",
                "本协议一式两份，双方签字盖章生效。",
            ),
            rng.choice(("comma", "dot")),
        )
    }
<table class='sign'><tr><td class='at'>{d.seal(rng, firm, place="left:14mm;top:-2mm")}甲方：{
        firm
    }<br>代表签字：{d.hand(rng, one)}<br>{b.cn(signed)}</td>
<td class='at'>{d.seal(rng, school, place="left:18mm;top:-5mm")}乙方：{school}<br>代表签字：{
        d.hand(rng, two)
    }<br>{b.cn(signed)}</td></tr></table>"""
    pdf = weasy(d.sheet(rng.choice(d.STYLES), body))
    issued = b.after(signed, rng.randrange(2, 9))
    both = "words and digits of the agreement differ"
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": ("赞助收入",)}
    return Paper(
        family="sponsor agreement",
        tool="weasyprint",
        form="scan",
        data=d.scan(rng, pdf),
        truth=Truth(
            **b.said("contract", firm, school, digits, signed),
            words=said,
            purpose="活动赞助费",
            also_names=(one, two),
            also_amounts=(said,),
            also_purposes=("赞助费", event),
        ),
        bills=(
            b.bill(usual, said, issued, both, "words"),
            b.bill(usual, digits, issued, both, "words"),
        ),
    )
