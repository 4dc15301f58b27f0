"""Dues of an association, and what people print from a screen: an event's registration, e-mail, chat."""

from decimal import Decimal
from random import Random

from bench.papers.open.charity import base
from bench.papers.open.charity.base import bill, capital, cn, in_wan, money
from bench.papers.tools import as_picture, pictures, typst, weasy
from bench.papers.values import Paper, Truth


def dues(rng: Random) -> Paper:
    """A notice of yearly dues: the scale of an association, and the rank of the member it is sent to."""
    province, city, area = base.place(rng)
    field = rng.choice(("家具行业", "民办教育", "预拌混凝土", "餐饮烹饪", "女企业家", "电子商务"))
    unit = f"{rng.choice((province, city + '市'))}{field}协会"
    trade = {
        "家具行业": "家居用品",
        "民办教育": "教育咨询",
        "预拌混凝土": "建材",
        "餐饮烹饪": "餐饮管理",
        "电子商务": "网络科技",
    }
    member = (
        f"{city}{rng.choice(base.BRANDS)}{trade.get(field, '商贸')}{rng.choice(('有限公司', '有限责任公司'))}"
    )
    year = rng.randint(2023, 2026)
    sent = base.day(rng, year, year).replace(month=rng.choice((2, 3, 4, 5, 6)))
    scale = [
        Decimal(each)
        for each in rng.choice(
            (
                (50000, 20000, 8000, 3000, 1000),
                (30000, 15000, 6000, 2400, 800),
                (60000, 30000, 10000, 5000, 2000),
            )
        )
    ]
    ranks = ("会长单位", "副会长单位", "常务理事单位", "理事单位", "会员单位")
    mine = rng.randint(1, 4)
    total = scale[mine]
    until = base.after(sent, 45)
    number = f"{city}协〔{year}〕{rng.randint(2, 40)}号"
    to, branch, clerk = base.account(rng), base.bank(rng, city), base.person(rng)
    purpose = f"{year}年度会费"
    starts, ends = sent.replace(month=1, day=1), sent.replace(month=12, day=31)
    cells = ", ".join(f"[{rank}], [{each:,}]" for rank, each in zip(ranks, scale, strict=True))
    rule = rng.choice(("0.5pt", "none"))
    source = f"""#set page(paper: "a4", margin: (x: 27mm, y: 27mm))
#set text(font: "Noto Serif SC", size: 12pt, lang: "zh", region: "cn")
#set par(leading: 0.95em, first-line-indent: (amount: 2em, all: true), justify: true, spacing: 0.95em)
#align(center)[#text(size: 25pt, fill: rgb("#c8102e"), weight: "bold", tracking: 2pt)[{unit}文件]]
#align(center)[{number}]
#line(length: 100%, stroke: 1.6pt + rgb("#c8102e"))
#v(4mm)
#align(center)[#text(size: 18pt, weight: "bold")[关于缴纳{purpose}的通知]]
#par(first-line-indent: 0em)[{member}：]

根据《{unit}章程》及第{rng.choice("三四五六")}届会员代表大会审议通过的会费管理办法，现将会费缴纳事项通知如下：

一、会费标准（单位：元/年）

#align(center)[#table(columns: (60mm, 40mm), align: (left, right), stroke: {rule}, inset: 5pt, [级别], [\
标准], {cells})]

二、贵单位系本会{ranks[mine]}，应缴#underline[{purpose}]人民币{total:,}元（{capital(total)}），\
会费所属期为{cn(starts)}至{cn(ends)}。

三、请于{cn(until)}前汇至本会账户，汇款时注明单位全称。

#grid(columns: (24mm, 1fr), row-gutter: 3mm, [户#h(2em)名], [{unit}], [开户银行], [{branch}], [账#h(2em)\
号], [{to}])

四、会费票据由本会统一开具，个人代缴的，票据抬头仍为会员单位。逾期两年不缴纳的，视为自动退会。联系人：\
{clerk}，电话：{base.phone(rng, area)}、{base.phone(rng)}；地址：\
{city}市迎宾路{rng.randint(3, 260)}号商会大厦{rng.randint(4, 22)}层。

#v(10mm)
#align(right)[{base.seal_typst(unit).replace("dx: 4mm, dy: -12mm", "dx: 104mm, dy: -23mm")}{unit}\\ {base.cn_formal(sent)}]
"""
    truth = Truth(
        kind="policy", payers=(member,), payees=(unit,), total=total, words=total, signed_on=sent, starts_on=starts, ends_on=ends,
        numbers=(number,), accounts=(to,), purpose=purpose, also_names=(clerk,),
        also_amounts=tuple(each for each in scale if each != total), also_purposes=("会费",),
    )  # fmt: skip
    when = base.after(sent, rng.randint(2, 30))
    bills = (
        bill(
            member,
            unit,
            total,
            when,
            rng.choice(("会费收入", "社会团体会费")),
            unit_account=to,
            note="dues of its rank",
        ),
        bill(member, unit, scale[mine - 1], when, "会费收入", wrong="amount", note="dues of a higher rank"),
        bill(
            member,
            unit,
            total,
            when,
            "会费收入",
            unit_account=base.account(rng),
            wrong="account",
            note="another account",
        ),
        bill(member, unit, total, when, "设备租赁费", wrong="purpose", note="a hire instead of dues"),
    )
    return Paper(family="dues notice", tool="typst", data=typst(source), truth=truth, bills=bills)


EVENT_CSS = """
@page { size: A4; margin: 16mm 15mm; @top-left { content: "TITLE"; font: 8pt sans; color: #777; }
 @bottom-right { content: counter(page) "/" counter(pages); font: 8pt sans; } }
body { font: 10pt/1.6 sans; color: #222; } .card \
{ border: 0.6pt solid #d5dae1; border-radius: 3mm; padding: 4mm 6mm; margin-bottom: 4mm; }
h1 { font: 16pt sans-bold; margin: 0 0 2mm; } h2 \
{ font: 11pt sans-bold; color: #2f6fd0; margin: 0 0 1mm; } .ok \
{ color: #1f9d55; font-family: sans-bold; float: right; }
.kv { display: flex; } .kv b { width: 32mm; font-family: sans; font-weight: normal; color: #7a828c; } tab\
le { width: 100%; border-collapse: collapse; }
td, th { border-bottom: 0.5pt solid #e3e6ea; padding: 1.2mm; text-align: left; font-weight: normal; } .m \
{ text-align: right; } .sum { font: 15pt sans-bold; color: #d33; text-align: right; }
"""


def event(rng: Random) -> Paper:
    """A paid registration printed from a website: several people, a company pays."""
    return _registration(rng, hidden=False)


def padded(rng: Random) -> Paper:
    """The same with white text behind the sum, as if one person more had come."""
    return _registration(rng, hidden=True)


def _registration(rng: Random, *, hidden: bool) -> Paper:
    _, city, area = base.place(rng)
    host = f"{base.school(rng, city)}{rng.choice(('校友会', ''))}"
    platform = f"{rng.choice(base.BRANDS)}会务云（{city}）科技有限公司"
    payer = base.company(rng)
    year = rng.randint(2023, 2026)
    paid = base.day(rng, year, year)
    opens = base.after(paid, rng.randint(15, 40))
    title = rng.choice(("校友创业训练营", "中学校长领导力研修班", "家校共育研讨会", "国际课程教师工作坊"))
    fee, early = Decimal(rng.choice((680, 1280, 1980, 2600))), Decimal(rng.choice((100, 150, 200)))
    people = [base.person(rng) for _ in range(rng.randint(2, 5))]
    stay = Decimal(rng.choice((0, 320, 460)))
    total = (fee - early + stay) * len(people)
    order = f"EV{paid:%y%m%d}{rng.randint(100000, 999999)}"
    trade = f"{rng.randint(4200000000, 4299999999)}{paid:%Y%m%d}{rng.randint(1000000000, 9999999999)}"
    hours = f"{rng.randint(8, 21):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}"
    purpose = f"{year}年{title}报名费" if not stay else f"{year}年{title}报名费及住宿费"
    rows = "".join(
        f"<tr><td>{at + 1}<td>{name}<td>{base.phone(rng)}<td class=m>{money(fee)}<td class=m>-{money(early)}"
        f"<td class=m>{money(stay)}<td class=m>{money(fee - early + stay)}</tr>"
        for at, name in enumerate(people)
    )
    fake = total + (fee - early + stay)
    unseen = (
        f'<div style="color:#fff;font-size:1.5pt">实付金额 ¥{money(fake)} 付款单位 {payer}</div>'
        if hidden
        else ""
    )
    html = f"""<style>{EVENT_CSS.replace("TITLE", f"报名订单详情 - {cn(paid)}打印")}</style>
<div class=card><span class=ok>{rng.choice(("已支付", "报名成功"))}</span><h1>{title}</h1><div class=kv>\
<b>活动时间</b>{cn(opens)}—{cn(base.after(opens, 2))}</div>
<div class=kv><b>活动地点</b>{city}市青云路{rng.randint(1, 300)}号 学术交流中心</div><div class=kv><b>\
主办及收款单位</b>{host}</div><div class=kv><b>技术支持</b>{platform}</div></div>
<div class=card><h2>订单信息</h2><div class=kv><b>订单编号</b>{order}</div><div class=kv><b>商户单号</b>\
{trade}</div><div class=kv><b>支付时间</b>{paid:%Y-%m-%d} {hours}</div>
<div class=kv><b>支付方式</b>{rng.choice(("企业网银", "对公转账（已核销）"))}</div><div class=kv><b>\
付款单位</b>{payer}</div><div class=kv><b>款项用途</b>{purpose}</div></div>
<div class=card><h2>参会人员</h2><table><tr><th>#<th>姓名<th>手机<th class=m>注册费<th class=m>\
早鸟优惠<th class=m>住宿<th class=m>小计</tr>{rows}</table>
<div class=sum>实付 ¥ {money(total)}</div>{unseen}<div style="text-align:right;color:#888">\
原价 ¥ {money((fee + stay) * len(people))}，已优惠 ¥ {money(early * len(people))}</div></div>
<div class=card><h2>票据信息</h2><div class=kv><b>票据抬头</b>{payer}</div><div class=kv><b>\
统一信用代码</b>{base.code(rng)}</div><div class=kv><b>开票单位</b>{host}（报名结束后5个工作日内）</div>
<div class=kv><b>接收邮箱</b>fin{rng.randint(10, 999)}@example.cn</div></div><div style="color:#888;\
font-size:8.5pt">开课前七日以上申请退款的，扣除10%手续费；七日以内不予退款，可更换参会人员。咨询：\
{base.phone(rng, area)}</div>"""
    truth = Truth(
        kind="other", payers=(payer,), payees=(host,), total=total, signed_on=paid, numbers=(order,),
        purpose=purpose, also_names=(platform, *people),
        also_amounts=tuple(dict.fromkeys((fee, early, -early, stay, fee - early + stay, (fee + stay) * len(people), early * len(people)))),
        also_numbers=(trade,), also_purposes=(title,),
    )  # fmt: skip
    when = base.after(paid, rng.randint(3, 50))
    items = ("培训费", "住宿费") if stay else ("培训费",)
    bills = [
        bill(payer, host, total, when, *items, note="as paid, issued some days later"),
        bill(
            payer, host, (fee + stay) * len(people), when, *items, wrong="amount", note="without the rebate"
        ),
        bill(payer, platform, total, when, *items, wrong="payee", note="the website's maker"),
    ]
    if hidden:
        bills[1] = bill(
            payer, host, fake, when, *items, wrong="hidden", note="only invisible text has this sum"
        )
    return Paper(
        family="event registration", tool="weasyprint", data=weasy(html), truth=truth, bills=tuple(bills)
    )


def email(rng: Random) -> Paper:
    """A chain of mails, newest first: a donor's sum was raised, the bill's title settled, the money has come."""
    fund, donor = base.foundation(rng, base.place(rng)), base.company(rng)
    clerk, officer = base.person(rng, 0), base.person(rng, 0.1)
    paid = base.day(rng, 2023, 2026)
    old = Decimal(rng.choice((20000, 45000, 60000, 150000)))
    total = old + Decimal(rng.choice((5000, 8000, 12500)))
    purpose = rng.choice(("“暖冬包裹”项目", "乡村小学音乐教室", "聋哑儿童听力筛查", "流动科技馆进校园"))
    affiliate = base.near(rng, donor)
    days = [
        base.after(paid, -rng.randint(8, 12)),
        base.after(paid, -rng.randint(2, 5)),
        paid,
        base.after(paid, 1),
    ]
    mails = (f"f{rng.randint(10, 99)}@example.com", f"office{rng.randint(1, 99)}@example.org")

    def mail(sender: int, day: int, subject: str, text: str) -> str:
        names, boxes = (clerk, officer), mails
        time = f"{rng.randint(9, 17)}:{rng.randint(0, 59):02d}"
        return f"""<div class=mail><div class=head><b>发件人：</b>{names[sender]} &lt;{boxes[sender]}&gt;\
<br><b>发送时间：</b>{cn(days[day])} {time}<br>
<b>收件人：</b>{names[1 - sender]} &lt;{boxes[1 - sender]}&gt;<br><b>主题：</b>{subject}</div>{text}</div>"""

    first = f"""<p>{officer}老师：</p><p>我司拟捐{in_wan(old)}支持贵会的{purpose}，款项计划由{affiliate}汇出。\
请告知账户信息及开票所需资料。</p><p>{clerk}</p>"""
    second = f"""<p>{officer}老师：</p><p>公司会议后决定把金额由{in_wan(old)}提高到{in_wan(total)}，以此封为准。\
另外，原说由关联公司{affiliate}付款，现改为由{donor}直接付，票据抬头也请写{donor}。</p>\
<p>{clerk}　财务部　{base.phone(rng)}</p>"""
    third = f"""<p>{clerk}您好：</p><p>经查，{fund}账户已于{cn(days[2])}收到{donor}捐款{money(total)}元（{capital(total)}），\
指定用于{purpose}。票据将按您提供的抬头开具，随证书一并寄出。再次感谢！</p><p>{officer}<br>{fund} 筹资部</p>"""
    subject = rng.choice(("捐款及开票事宜", "关于公司捐款", "捐赠款项沟通"))
    html = f"""<style>@page {{ size: A4; margin: 17mm 18mm 15mm;\
 @bottom-center {{ content: "https://mail.example.org/print?id={rng.randint(10**8, 10**9)}   " counter(pa\
ge) "/" counter(pages); font: 8pt sans; color: #666; }} }}
body {{ font: 10.5pt/1.7 {rng.choice(("zenhei", "sans"))}; }} .mail {{ border-left: 1.2pt solid #9ab;\
 padding-left: 4mm; margin-bottom: 5mm; }} .mail .mail {{ margin-top: 4mm; }}
.head {{ background: #f3f5f8; font-size: 9.5pt; padding: 1.5mm 2mm; margin-bottom: 2mm;\
 }} p {{ margin: 0 0 1.5mm; }}</style>
{mail(1, 3, f"答复：答复：{subject}", third)}
{mail(0, 1, f"答复：{subject}", second)}
{mail(0, 0, subject, first)}"""
    truth = Truth(
        kind="donation", payers=(donor,), payees=(fund,), total=total, words=total, signed_on=paid, purpose=purpose,
        also_names=(clerk, officer, affiliate), also_amounts=(old,), also_purposes=(f"贵会的{purpose}", subject),
    )  # fmt: skip
    when = base.after(paid, rng.randint(2, 20))
    bills = (
        bill(donor, fund, total, when, "捐赠收入", note="the sum that was raised and has come"),
        bill(donor, fund, old, when, "捐赠收入", wrong="amount", note="the sum of the first mail"),
        bill(
            affiliate,
            fund,
            total,
            when,
            "捐赠收入",
            wrong="payer",
            note="the affiliate that did not pay after all",
        ),
        bill(
            donor,
            fund,
            total,
            base.after(days[0], -30),
            "捐赠收入",
            wrong="date",
            note="before the first mail",
        ),
    )
    return Paper(family="e-mail confirmation", tool="weasyprint", data=weasy(html), truth=truth, bills=bills)


CHAT_CSS = """
@page { size: 108mm 234mm; margin: 0; background: #ededed; } body { font: 10.5pt/1.45 sans; margin: 0; }
.bar { background: #ededed; text-align: center; font: 11.5pt sans-bold; padding: 3mm 0 2.4mm; border-bottom: 0.4pt solid #d4d4d4; }
.status { display: flex; justify-content: space-between; font: 8.5pt sans; padding: 1.5mm 5mm 0; }
.time { text-align: center; color: #9a9a9a; font-size: 8pt; margin: 2.4mm 0 1.4mm; } .msg \
{ display: flex; margin: 1.6mm 3mm; align-items: flex-start; } .me { flex-direction: row-reverse; }
.face { width: 9mm; height: 9mm; border-radius: 1mm; color: #fff; text-align: center; line-height: 9mm; font-size: 10pt; flex: none; }
.say { background: #fff; border-radius: 1.4mm; padding: 1.7mm 2.6mm; margin: 0 2mm; max-width: 66mm; }
.me .say { background: #95ec69; } .pay { background: #f9a13d !important; color: #fff; width: 58mm; } .pay\
 small { border-top: 0.4pt solid #fbc383; display: block; margin-top: 1.4mm; font-size: 7.5pt; padding-top: 0.8mm; }
.sum { font-size: 14pt; }
"""


def chat(rng: Random) -> Paper:
    """A screenshot of a chat: a parent pays a school's clerk in an account of the school, having misnamed the sum first."""
    _, city, _ = base.place(rng)
    unit = base.school(rng, city)
    payer, pupil = base.person(rng, 0.15), base.person(rng, 0)
    paid = base.day(rng, 2023, 2026)
    total = Decimal(rng.randrange(180, 1960, 4)) + Decimal(rng.choice(("0", "0.5")))
    said = total + Decimal(rng.choice((20, 40, 100)))
    purpose = rng.choice(("夏令营活动费", "校车服务费", "课后托管费", "春季研学费", "游泳选修课费用"))
    clerk = base.person(rng, 0)[0] + "老师"
    clock = f"{rng.randint(8, 21)}:{rng.randint(10, 59)}"
    office = rng.choice(("教务处", "财务室", "年级组"))
    colours = rng.sample(("#5b8def", "#e07a5f", "#3d9970", "#8e6bbf", "#c0913a"), 2)

    def say(mine: bool, text: str, kind: str = "") -> str:
        name = payer[0] if mine else clerk[0]
        bubble = f'<div class="say {kind}">{text}</div></div>'
        return (
            f'<div class="msg {"me" if mine else ""}"><div class=face style="background:{colours[mine]}">{name}</div>'
            + bubble
        )

    paying = f"""<span class=sum>¥{money(total)}</span><br>付款给 {unit}
<small>支付成功　{paid:%Y-%m-%d} {clock}　付款人：{payer}</small>"""
    html = f"""<style>{CHAT_CSS}</style><div class=status><span>{clock}</span><span>\
5G ▮▮▮ {rng.randint(12, 98)}%</span></div><div class=bar>{clerk}（{office}）</div>
<div class=time>{cn(base.after(paid, -1))} 19:0{rng.randint(0, 9)}</div>
{say(True, f"{clerk}好，我是{pupil}的家长{payer}，{purpose}是交{said.normalize():f}元吗？")}
{say(False, f"不是哦，减免之后是{total}元，转到学校的收款码就行，收款方显示“{unit}”")}
{say(True, rng.choice(("好的，明天转", "收到，明天上午交")))}
<div class=time>{cn(paid)} {clock}</div>
{say(True, paying, "pay")}
{say(True, rng.choice(("已付，麻烦开个票，抬头写我名字就好", "交好了，请开电子票据，写家长名字")))}
{say(False, f"财务查到了，{payer}家长，{total}元已入学校账户，票据抬头开{payer}，三天内发您手机")}
{say(True, "谢谢老师")}"""
    page = pictures(weasy(html), 220)[0]
    truth = Truth(
        kind="other", payers=(payer,), payees=(unit,), total=total, signed_on=paid, purpose=purpose,
        also_names=(pupil, clerk), also_amounts=(said,),
    )  # fmt: skip
    when = base.after(paid, rng.randint(0, 3))
    item = {
        "夏令营活动费": "活动费",
        "校车服务费": "服务性收费",
        "课后托管费": "课后服务费",
        "春季研学费": "研学活动费",
    }.get(purpose, "选修课费")
    bills = (
        bill(payer, unit, total, when, item, remark=purpose, note="as paid, the item's name is more general"),
        bill(payer, unit, said, when, item, wrong="amount", note="the sum that was asked and denied"),
        bill(base.near(rng, payer), unit, total, when, item, wrong="payer", note="near name"),
    )
    data = as_picture(page, "PNG")
    return Paper(
        family="chat confirmation",
        tool="weasyprint",
        data=data,
        truth=truth,
        bills=bills,
        media_type="image/png",
        form="scan",
    )
