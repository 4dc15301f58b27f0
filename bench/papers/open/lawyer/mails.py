"""E-mails printed as evidence: an answer above the quoted older letters, with other sums in them."""

from datetime import datetime, timedelta
from html import escape
from random import Random

from bench.papers.open.lawyer import base as b
from bench.papers.open.lawyer import draw as d
from bench.papers.tools import weasy
from bench.papers.values import Bill, Paper, Truth

WEEK = "一二三四五六日"


def _address(rng: Random, name: str) -> str:
    stem = "".join(rng.choices("abcdefghjklmnpqrstwxyz", k=rng.randrange(3, 8)))
    return f"{name} <{stem}{rng.randrange(1, 999)}@{b.one(rng, 'example.cn', 'mail.example.com', 'example.com.cn')}>"


def _at(day: datetime) -> str:
    return f"{day.year}年{day.month}月{day.day}日(星期{WEEK[day.weekday()]}) {day:%H:%M}"


def thread(rng: Random) -> Paper:
    """A web mail page printed by a browser: the firm accepts the second offer of a college; the first is quoted."""
    at = b.place(rng)
    firm, school = b.company(rng, b.one(rng, "edu", "ind")), b.college(rng, at)
    buyer, clerk = b.person(rng), b.person(rng)
    purpose, item = b.one(
        rng,
        ("数据标注人员短训班培训费", "培训费"),
        ("民族乐器展厅借用费", "场地租赁费"),
        ("汉藏双语教材审校服务费", "技术服务费"),
        ("暑期研学团住宿费", "住宿费"),
    )
    total = b.money(rng.randrange(21, 800) * 150)
    asked = total + b.money(rng.randrange(3, 40) * 200)
    sent = datetime.combine(b.day(rng), datetime.min.time()) + timedelta(hours=9, minutes=rng.randrange(500))
    older = sent - timedelta(days=1, hours=rng.randrange(1, 5))
    oldest = older - timedelta(days=3, minutes=77)
    acct, meal = b.account(rng), rng.randrange(30, 60)
    me, you = _address(rng, buyer), _address(rng, clerk)
    subject = f"回复：{b.one(rng, '答复', 'Re')}：关于{purpose}的报价"
    hidden = rng.random() < 0.2
    ghost = total + asked
    secret = f"<span class=ghost>双方最终确认金额为{b.comma(ghost)}元</span>" if hidden else ""
    money = b.one(
        rng, f"{b.comma(total)}元", f"￥{b.plain(total)}", f"{b.plain(total)}元（{b.words(total)}）"
    )
    words = total if "（" in money else None
    html = f"""<style>
@page {{ size: A4; margin: 1.6cm 1.5cm; @top-left {{ content: '{escape(subject[:16])}… - 企业邮箱'; font: 8pt 'Noto Sans CJK SC'; }}
 @top-right {{ content: '{sent:%Y/%m/%d} {(sent + timedelta(hours=1)):%H:%M}'; font: 8pt 'Noto Sans CJK SC'; }}
 @bottom-left {{ content: 'https://mail.example.com/cgi-bin/readmail?mailid=ZC{rng.randrange(10**9)}'; font: 7pt monospace; }}
 @bottom-right {{ content: counter(page) '/' counter(pages); font: 8pt sans-serif; }} }}
body {{ font: {b.one(rng, 10, 10.5, 11)}pt/1.65 '{b.one(rng, "Noto Sans CJK SC", "WenQuanYi Zen Hei")}'; color: #222; }}
h1 {{ font-size: 14pt; margin: 6pt 0; }} .meta {{ background: {b.one(rng, "#eef3f8", "#f4f4f4", "#fff")}; color: #555;
 border-bottom: 1px solid #ccc; padding: 5pt 8pt; font-size: 9pt; margin-bottom: 10pt; }}
.q {{ border-left: 2pt solid #9ab; padding-left: 8pt; margin: 10pt 0 0 4pt; color: #444; }} .sig {{ color: #777; font-size: 9pt; }}
.ghost {{ color: #fff; font-size: 3pt; }} hr {{ border: 0; border-top: 0.5pt solid #bbb; }}
</style>
<h1>{escape(subject)}</h1>
<div class=meta>发件人：{escape(me)}<br>时　间：{_at(sent)}<br>收件人：{escape(you)}<br>抄　送：{escape(_address(rng, b.person(rng)))}<br>
附　件：1个（开票信息.xlsx）</div>
<p>{clerk}老师，您好：</p>
<p>贵校最新报价我司已走完内部审批，同意按{money}执行，{firm}将于本周内一次性支付给{school}，款项用途为{purpose}。{secret}</p>
<p>请按以下信息开票：<br>名称：{firm}<br>税号：{b.code(rng)}</p>
<p>收到款后烦请回邮件告知，谢谢！</p>
<p class=sig>——————————<br>{buyer}　行政采购部<br>{firm}<br>手机 {b.phone(rng)}</p>
<div class=q>在 {_at(older)}，{escape(you)} 写道：
<p>{buyer[:1]}经理好，考虑到长期合作，我校可优惠，最终报价为{b.plain(total)}元，不能再低了。收款账户：{school}，{acct}，
{rng.choice(b.BANKS)}{at.short}支行。</p>
<p class=sig>{school} 合作发展处 {clerk}</p>
<div class=q>在 {_at(oldest)}，{escape(me)} 写道：
<p>贵校报价{b.plain(asked)}元超出预算，请问能否调整？另外餐费每人每天{meal}元我们自理。</p></div></div>"""
    data = weasy(html)
    truth = Truth(
        kind="other",
        payers=(firm,),
        payees=(school,),
        total=total,
        words=words,
        signed_on=sent.date(),
        accounts=(acct,),
        purpose=purpose,
        also_names=(buyer, clerk),
        also_amounts=(asked, b.money(meal)),
    )
    honest = Bill(
        payer=firm,
        unit=school,
        total=total,
        issued_on=b.later(sent.date(), rng.randrange(2, 12)),
        items=(item,),
        unit_account=acct,
    )
    wrong = [
        b.bad(honest, "amount", "the first offer, which was turned down", total=asked),
        b.bad(honest, "payer", "the person who wrote, not the firm", payer=buyer),
        b.bad(honest, "payee", "a unit of a near name", unit=b.near(rng, school)),
        b.bad(honest, "purpose", "another thing", items=("药品收入",)),
        b.bad(honest, "account", "another account", unit_account=b.account(rng)),
    ]
    if hidden:
        bills: tuple[Bill, ...] = (
            b.bad(honest, "hidden", "only white text tells this sum", total=ghost),
            wrong[2],
        )
    else:
        bills = b.some(rng, (honest,), wrong)
    return Paper(family="printed e-mails", tool="weasyprint", data=data, truth=truth, bills=bills)


def certified(rng: Random) -> Paper:
    """A mail of another hospital about its visiting doctors, printed from a mail program, certified and scanned."""
    at, far = b.place(rng), b.place(rng)
    host = f"{at.city}{b.one(rng, '第一人民医院', '中心医院', '中西医结合医院')}"
    sender = f"{far.county}{b.one(rng, '人民医院', '中医医院', '妇幼保健院')}"
    writer, reader = b.person(rng), b.person(rng)
    doctors = [b.person(rng) for _ in range(rng.randrange(1, 4))]
    months, rate = b.one(rng, 3, 6, 12), b.money(rng.choice((400, 500, 600, 800)))
    total = rate * months * len(doctors)
    lodging = b.money(300 * months)
    sent = datetime.combine(b.day(rng), datetime.min.time()) + timedelta(hours=8, minutes=rng.randrange(560))
    start = b.later(sent.date(), rng.randrange(10, 30))
    end = b.later(start, 30 * months)
    purpose = f"{b.one(rng, '麻醉科', '超声科', '儿科', '重症医学科')}进修费"
    acct = b.account(rng)
    sums = b.one(rng, f"{b.comma(total)}元", f"人民币{b.words(total)}（{b.plain(total)}元）")
    words = total if "人民币" in sums else None
    face = b.one(rng, "AR PL UMing CN", "Noto Serif CJK SC", "Noto Sans CJK SC")
    html = f"""<style>@page {{ size: A4; margin: 2.2cm; }} body {{ font: 11pt/1.7 '{face}'; }}
.who {{ font-weight: bold; font-size: 13pt; border-bottom: 2.5pt solid #000; padding-bottom: 3pt; }}
table {{ margin: 6pt 0 14pt; }} td {{ padding: 0 14pt 0 0; vertical-align: top; }} .l {{ font-weight: bold; }}
.note {{ margin-top: 60pt; }}</style>
<div class=who>{reader}</div>
<table><tr><td class=l>发件人:<td>{escape(_address(rng, writer))}<tr><td class=l>发送时间:<td>{_at(sent)}
<tr><td class=l>收件人:<td>{escape(_address(rng, reader))}<tr><td class=l>主题:<td>我院选派人员{purpose}缴纳事宜
<tr><td class=l>附件:<td>选派人员名单（盖章）.pdf</table>
<p>{host}科教科{reader}主任：</p>
<p>我院（{sender}）选派{"、".join(doctors)}共{len(doctors)}人于{b.said(start)}至{b.said(end)}到贵院进修{months}个月。按贵院标准每人每月
{b.plain(rate)}元，{purpose}共{sums}，由我院统一对公转账，不由个人缴纳，请开具财政电子票据，交款人写{sender}。</p>
<p>住宿由本人自理，每人{b.plain(lodging)}元，请勿与进修费合并开票。贵院账号是否仍为{acct}？如无变化不必回复。</p>
<p>顺祝工作顺利！</p><p>{sender}医务科　{writer}<br>{b.phone(rng)}</p>
<p class=note>经核对，与邮箱原件一致。　　核对人：　　　　　　　　日期：</p>"""
    stamped = b.later(sent.date(), rng.randrange(1, 6))
    marks = [
        d.Mark(find="核对人：", hand=reader),
        d.Mark(find="日期：", hand=b.said(stamped, 3), size=18),
        d.Mark(find="与邮箱原件一致", seal=host, under=b.one(rng, "科教科", "")),
    ]
    pdf = d.marked(rng, weasy(html), marks)
    truth = Truth(
        kind="other",
        payers=(sender,),
        payees=(host,),
        total=total,
        words=words,
        signed_on=sent.date(),
        starts_on=start,
        ends_on=end,
        accounts=(acct,),
        purpose=purpose,
        also_names=(writer, reader, *doctors),
        also_amounts=(rate, lodging),
    )
    honest = Bill(
        payer=sender,
        unit=host,
        total=total,
        issued_on=b.later(start, rng.randrange(0, 6)),
        items=(b.one(rng, "进修费", "进修培训费"),),
        unit_account=acct,
    )
    wrong = [
        b.bad(honest, "payer", "one of the doctors, who do not pay", payer=doctors[0]),
        b.bad(
            honest, "amount", "with the lodging, which each pays alone", total=total + lodging * len(doctors)
        ),
        b.bad(
            honest, "payee", "a unit of a near name", unit=b.near(rng, host).replace("第一人民", "第三人民")
        ),
        b.bad(honest, "purpose", "lodging instead of training", items=("住宿费",)),
        b.bad(honest, "date", "long before the mail", issued_on=b.later(sent.date(), -75)),
    ]
    photo = rng.random() < 0.4
    return Paper(
        family="printed e-mails",
        tool="weasyprint",
        data=d.photo(rng, pdf) if photo else d.scan(rng, pdf),
        truth=truth,
        bills=b.some(rng, (honest,), wrong),
        form="scan",
    )
