"""Orders of tests, demands for calibration fees, a reply that lowers a fee, and a talk about paying."""

import html as markup
from datetime import date
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
    digits,
    dotted,
    firm,
    house,
    later,
    mix,
    money,
    person,
    plain,
    scan,
    swapped,
    words,
)
from bench.papers.locked.institute.pages import any_hand, grid, hand, sheet
from bench.papers.values import Bill, Paper, Truth

_TESTS = (
    ("硬质涂层试片", "显微硬度、附着力", 320),
    ("PE给水管", "静液压强度", 780),
    ("铝合金型材", "拉伸、化学成分", 460),
    ("橡胶密封圈", "压缩永久变形", 390),
    ("竹地板", "甲醛释放量", 650),
    ("调味酱样品", "氨基酸态氮、菌落总数", 540),
    ("处理后废水", "COD、色度、总氮", 430),
    ("印制线路板", "盐雾试验48h", 860),
)
_GAUGES = (
    ("数显卡尺", 60),
    ("电子天平（0.1mg）", 380),
    ("压力表", 45),
    ("恒温恒湿箱", 900),
    ("紫外可见分光光度计", 780),
    ("热电偶", 120),
    ("万能试验机", 1600),
    ("酸度计", 260),
    ("移液器", 110),
)


def test_order(rng: Random) -> Paper:
    """An order of tests at the counter, filled in by hand; the sum in words is sometimes written wrongly."""
    body, client = house(rng), firm(rng)
    ink = any_hand(rng)
    rows: list[tuple[str, ...]] = [("序号", "样品名称", "检验项目", "数量", "单价（元）", "金额（元）")]
    total = Decimal(0)
    prices = []
    for at, (sample, what, price) in enumerate(rng.sample(_TESTS, rng.choice((2, 3))), 1):
        count = rng.randrange(2, 7)
        total += count * price
        prices += [Decimal(price), Decimal(count * price)]
        cells = (sample, what, str(count), str(price), str(count * price))
        rows.append((str(at), *(hand(each, ink, 15) for each in cells)))
    urgent = rng.random() < 0.5
    extra = (total * 30 / 100).quantize(Decimal(1)) if urgent else Decimal(0)
    due = total + extra
    slip = rng.random() < 0.22
    said = swapped(rng, due) if slip else due
    made = day(rng)
    number = f"WT{made:%y%m%d}{rng.randrange(3, 60):03d}"
    payer = client.name
    html = sheet(
        ".g td { height: 22pt }",
        f"""<h1>委 托 检 验 协 议 书</h1><table><tr><td>受理编号：<b>{number}</b></td>
<td class=r>受理日期：{hand(dotted(made), ink, 15)}</td></tr></table>
<table class=g><tr><td>委托单位（交费）</td><td class=l colspan=3>{hand(payer, ink)}</td></tr>
<tr><td>送样人</td><td>{hand(person(rng), ink)}</td><td>电　话</td>
<td>{hand("13" + digits(rng, 9), ink, 14)}</td></tr>
<tr><td>检验机构</td><td class=l colspan=3>{body.institute}分析测试部</td></tr>
<tr><td>检验类别</td><td class=l colspan=3>☑委托检验　□仲裁检验　□认证检验</td></tr></table>
{grid(rows)}
<p>检验费合计：{hand(plain(total), ink)} 元　　加急费（检验费的30%）：
{"☑是" if urgent else "□是　☑否"}　{hand(plain(extra), ink) if urgent else "／"} 元</p>
<p>应交费用：¥ {hand(plain(due), ink)} 元　人民币（大写）：{hand(words(said), ink)}</p>
<p>报告领取：□邮寄　☑自取　　样品处理：☑检后由本机构处置</p>
<p style="font-size:9.5pt">说明：1. 费用由{body.institute}收取并出具票据；2. 委托单位对样品及资料的真实性负责；
3. 加急件自受理之日起3个工作日出具报告。</p>
<table style="margin-top:14pt"><tr><td>委托单位代表（签字）：{hand(person(rng), any_hand(rng), 20)}</td>
<td>受理人（签字）：{hand(person(rng), any_hand(rng), 20)}</td></tr></table>""",
        rng.choice(("uming", "serif")),
    )
    bills = _order_bills(rng, body, client, (total, due, said), made)
    truth = Truth(
        kind="contract",
        payers=(payer,),
        payees=(body.institute,),
        total=due,
        words=said,
        signed_on=made,
        numbers=(number,),
        purpose="检验费",
        also_names=(f"{body.institute}分析测试部",),
        also_amounts=(total, extra, *prices),
        also_purposes=("委托检验", "加急费", "应交费用", "检验费合计", "费用"),
    )
    name = f"{body.institute}分析测试部"
    stamps = (Seal(name, (0.72, 0.66), share=0.2, under="业务受理章"),)
    return scan(rng, "order of tests", "weasy", tools.weasy(html), truth, bills, stamps)


def _order_bills(
    rng: Random, body: House, client: Firm, sums: tuple[Decimal, Decimal, Decimal], made: date
) -> tuple[Bill, ...]:
    total, due, said = sums
    after = later(rng, made, 0, 12)
    if said != due:
        note = "the sum in words on the order differs from its figures"
        one = bill(client.name, body.institute, due, after, "检测费", wrong="words", note=note)
        return both(rng, one, "检验检测服务费")
    honest = [
        bill(client.name, body.institute, due, after, "检测费"),
        bill(client.name, body.institute, due, later(rng, made, 40, 75), "检验检测服务费", note="later"),
    ]
    wrong = [
        bill(client.name, body.institute, swapped(rng, due), after, "检测费", wrong="amount"),
        bill(client.twin, body.institute, due, after, "检测费", wrong="payer"),
        bill(client.name, body.institute, due, after, "会议室租金", remark="报告厅使用费", wrong="purpose"),
        bill(client.name, body.society, due, after, "检测费", wrong="payee", note="the learned society"),
    ]
    if due != total:
        note = "without the sum for haste"
        wrong.append(bill(client.name, body.institute, total, after, "检测费", wrong="amount", note=note))
    return mix(rng, honest, wrong)


def calibration_demand(rng: Random) -> Paper:
    """A demand for calibration fees with a list of gauges, sometimes cancelled because it was made anew."""
    body, client = house(rng), firm(rng)
    revoked = rng.random() < 0.25
    rows = [("证书编号", "器具名称", "台（件）", "收费标准", "金额")]
    total, sums, certificates = Decimal(0), [], []
    month = day(rng)
    for name, price in rng.sample(_GAUGES, rng.randrange(4, 7)):
        count = rng.randrange(1, 9)
        total += price * count
        sums += [Decimal(price), Decimal(price * count)]
        certificates.append(f"JZ{month:%Y}-{rng.randrange(10000, 99999)}")
        rows.append((certificates[-1], name, str(count), str(price), f"{price * count}"))
    trip = Decimal(rng.choice((0, 300, 500)))
    rate = rng.choice((90, 85, 100))
    fee = (total * rate / 100).quantize(Decimal("0.01"))
    due = fee + trip
    until = later(rng, month, 20, 30)
    number = f"JL{month:%Y%m}-{rng.randrange(10, 99)}"
    tail = f"<tr><td colspan=4 class=l>标准收费合计</td><td>{money(total)}</td></tr>"
    if rate != 100:
        tail += f"<tr><td colspan=4 class=l>协议单位优惠（按{rate}%计收）</td><td>{money(fee)}</td></tr>"
    if trip:
        tail += f"<tr><td colspan=4 class=l>下厂服务交通费</td><td>{money(trip)}</td></tr>"
    tail += f"<tr class=t><td colspan=4 class=l>应缴金额</td><td>{money(due)}</td></tr>"
    stamp_ = "作 废" if revoked else ""
    other = f"JL{month:%Y%m}-{rng.randrange(100, 199)}"
    cancelled = (
        f"<p class=v>本单器具数量有误，已作废，以重开的 {other} 号通知单为准。{cn(later(rng, month, 2, 6))}　{person(rng)}</p>"
        if revoked
        else ""
    )
    page = sheet(
        """.g td { border: 0; border-bottom: 0.6pt solid #9ab; text-align: left; padding: 4pt 6pt }
 .g th { border: 0; background: #dde7ef; text-align: left } .t td { font-weight: bold; font-size: 13pt }
 .box { border: 1pt solid #567; padding: 5pt 9pt; margin: 8pt 0 } h1 { color: #234; text-align: left }
 .v { color: #b00; font: 12pt wenkai } .z { position: absolute; top: 330px; left: 180px; color: #c01818cc;
 border: 5px solid #c01818cc; font: 74pt huangyou; padding: 0 24px; transform: rotate(-21deg) }""",
        f"""<h1>计量校准收费通知单</h1><p>单号 {number}　　填发 {month:%Y-%m-%d}</p>
<p>{client.name}：</p><p class=i>{rng.choice(("贵公司", "贵单位"))}送校的下列计量器具已完成校准，证书待领。请按下列金额缴费，
并于 {until:%Y-%m-%d} 前办理领证手续。（金额单位：元）</p>
{grid(rows)[:-8]}{tail}</table>
<p>大写：{words(due)}</p>
<div class=box>收款人 {body.institute}<br>开户行 {body.bank}<br>账　号 {body.account}<br>汇款附言请写“校准费”和单号</div>
<p>咨询 {person(rng)}　{body.phone}</p>{cancelled}<p class=r>{body.institute}计量校准中心</p>
{f"<div class=z>{stamp_}</div>" if revoked else ""}""",
        "sans",
        10.5,
    )
    paid = later(rng, month, 3, 24)
    one = bill(client.name, body.institute, due, paid, "校准费", unit_account=body.account)
    honest = (
        one,
        bill(
            client.name,
            body.institute,
            due,
            later(rng, until, 8, 30),
            "计量检定校准费",
            remark=number,
            note="paid after the day that was set",
        ),
    )
    wrong = (
        bill(
            client.name,
            body.institute,
            due,
            paid,
            "校准费",
            unit_account=changed(rng, body.account),
            wrong="account",
        ),
        bill(client.name, body.institute, swapped(rng, due), paid, "校准费", wrong="amount"),
        bill(client.branch, body.institute, due, paid, "校准费", wrong="payer", note="its branch"),
        bill(client.name, body.centre, due, paid, "校准费", wrong="payee"),
        bill(
            client.name,
            body.institute,
            due,
            paid,
            "校准费",
            used=due,
            wrong="usage",
            note="the same notice twice",
        ),
    )
    void = bill(client.name, body.institute, due, paid, "校准费", wrong="status", note="the notice is void")
    truth = Truth(
        kind="policy",
        payers=(client.name,),
        payees=(body.institute,),
        total=due,
        words=due,
        signed_on=month,
        numbers=(number,),
        accounts=(body.account,),
        purpose="校准费",
        status="revoked" if revoked else "",
        also_names=(body.bank, f"{body.institute}计量校准中心"),
        also_amounts=(total, fee, trip, *sums),
        also_numbers=(*certificates, *((other,) if revoked else ())),
        also_purposes=("计量校准收费", "计量校准"),
    )
    bills = both(rng, void, "计量检定校准费") if revoked else mix(rng, honest, wrong)
    return bound("demand for payment", "chrome", tools.chrome(page), truth, bills)


def fee_reply(rng: Random) -> Paper:
    """A reply to a firm's letter: the fee of a test project is lowered."""
    body, client = house(rng), firm(rng)
    full = Decimal(rng.randrange(240, 980) * 100)
    share = rng.choice((10, 15, 20, 25))
    cut = (full * share / 100).quantize(Decimal(1))
    due = full - cut
    asked = day(rng)
    answered = later(rng, asked, 7, 20)
    until = later(rng, answered, 20, 40)
    number = f"{body.short[1:3]}函〔{answered.year}〕{rng.randrange(6, 95)}号"
    cited = f"{client.brand}函〔{asked.year}〕{rng.randrange(2, 40)}号"
    product = rng.choice(("出口批次产品", "技改线首批试制品", "库存原料", "中标工程用料"))
    subject = f"{product}质量普查检测费"
    owed = rng.randrange(3, 9)
    source = f"""
#set page(paper: "a4", margin: (top: 3.2cm, bottom: 2.6cm, x: 2.7cm))
#set text(font: "{rng.choice(("AR PL UKai", "Noto Serif SC", "LXGW WenKai"))}", size: 14pt, lang: "zh")
#set par(leading: 1.05em, first-line-indent: (amount: 2em, all: true))
#align(center)[#text(26pt, fill: rgb("#c8102e"), font: "Noto Serif SC", weight: "bold")[{body.institute}]]
#align(right)[#text(12pt)[{number}]]
#line(length: 100%, stroke: 1.4pt + rgb("#c8102e"))
#v(0.5em)
#align(center)[#text(18pt, font: "Noto Serif SC", weight: "bold")[关于{subject}减收事宜的复函]]
#v(0.4em)
#par(first-line-indent: 0em)[{client.name}：]

贵公司{cn(asked)}《关于商请减收检测费用的函》（{cited}）收悉。经院{rng.choice(("务会", "长办公会"))}研究，函复如下：

一、该批检测按收费标准核计为{plain(full)}元。鉴于贵公司为我院长期合作单位，同意减收{share}%，计{plain(cut)}元，
{subject}实收{words(due)}（{plain(due)}元）。

二、请于{cn(until)}前将款项汇至我院账户（{body.bank}，{body.account}），款到后出具票据并寄发报告。

三、本次减收仅限该批次，不作为今后收费依据；来函所提免收往年欠费{owed}000元一事，不予同意，另行结算。

特此复函。
#v(2em)
#align(right)[{body.institute}#h(2em)]
#align(right)[{cn(answered)}#h(2.6em)]
"""
    after = later(rng, answered, 6, 36)
    honest = (
        bill(client.name, body.institute, due, after, "检测费", remark=subject),
        bill(client.shorter, body.institute, due, after, "技术服务收入", note="without its place"),
    )
    wrong = (
        bill(
            client.name,
            body.institute,
            full,
            after,
            "检测费",
            wrong="amount",
            note="the sum before it was lowered",
        ),
        bill(
            client.name,
            body.institute,
            cut,
            after,
            "检测费",
            wrong="amount",
            note="the part that was let off",
        ),
        bill(client.parent, body.institute, due, after, "检测费", wrong="payer"),
        bill(
            client.name,
            body.institute,
            due,
            later(rng, answered, 700, 860),
            "检测费",
            wrong="date",
            note="two years later",
        ),
    )
    truth = Truth(
        kind="policy",
        payers=(client.name,),
        payees=(body.institute,),
        total=due,
        words=due,
        signed_on=answered,
        numbers=(number,),
        accounts=(body.account,),
        purpose=subject,
        also_names=(body.bank,),
        also_amounts=(full, cut, Decimal(owed * 1000)),
        also_numbers=(cited,),
        also_purposes=(f"关于{subject}减收事宜", "检测费用"),
    )
    seals = (Seal(body.institute, (0.7, 0.72), share=0.2),)
    return scan(rng, "letter of reply", "typst", tools.typst(source), truth, mix(rng, honest, wrong), seals)


def talk(rng: Random) -> Paper:
    """A talk in a messenger, printed by the firm's bookkeeper: what is to be paid for a test, and to whom."""
    body, client = house(rng), firm(rng)
    sample, what, _ = rng.choice(_TESTS)
    asked = Decimal(rng.randrange(32, 98) * 100)
    due = asked - rng.choice((200, 300, 500))
    when = day(rng)
    worker, keeper = person(rng), person(rng)
    purpose = f"{sample}检测费"
    lines = [
        (keeper, f"{worker[0]}老师好，我是{client.name}财务，问下我们送的{sample}检测费怎么付？"),
        (worker, f"您好，{what.split('、')[0]}那几项做完了，系统里是{plain(asked)}"),
        (keeper, rng.choice(("上次说好有优惠的呀[捂脸]", "能不能按老客户的价算？"))),
        (worker, f"我请示了主任，{purpose}按{plain(due)}元收，请公对公转账"),
        (worker, f"户名：{body.institute} 账号：{body.account} {body.bank}"),
        (keeper, "收到。抬头开我们公司全称就行，税号稍后发您"),
        (keeper, client.code),
        (worker, rng.choice(("OK 款到第二天开票", "好的，到账后开财政票据"))),
    ]
    bubbles, minute = [], rng.randrange(5, 20)
    for who, text in lines:
        minute += rng.randrange(1, 4)
        side = "m" if who == keeper else "o"
        tag = "委托方财务" if side == "m" else "检测部"
        bubbles.append(
            f"<div class={side}><i>{who[0]}</i><div><small>{who}-{tag}</small><p>{markup.escape(text)}</p></div></div>"
        )
    html = f"""<style>body {{ background: #ededed; font: 17px/1.5 sans; margin: 0; width: 520px }}
 .h {{ background: #f7f7f7; padding: 14px; text-align: center; border-bottom: 1px solid #ccc }}
 .d {{ text-align: center; color: #999; font-size: 14px; margin: 12px }}
 .m, .o {{ display: flex; margin: 12px; gap: 10px }} .m {{ flex-direction: row-reverse }}
 i {{ background: #58a; color: white; width: 42px; height: 42px; border-radius: 6px; text-align: center;
 line-height: 42px; font-style: normal; flex: none }} p {{ margin: 2px 0; padding: 9px 12px; border-radius: 7px;
 background: white; max-width: 330px }} .m p {{ background: #95ec69 }} small {{ color: #888 }}</style>
<div class=h>{client.short}送样沟通群(3)</div>
<div class=d>{cn(when)} {rng.choice(("上午", "下午"))}10:{minute:02d}</div>{"".join(bubbles)}"""
    picture = tools.screen(html, 520, 1.8)
    after = later(rng, when, 2, 15)
    honest = (
        bill(client.name, body.institute, due, after, "检测费", payer_code=client.code),
        bill(client.name, body.institute, due, after, "技术服务费", remark=purpose),
    )
    wrong = (
        bill(
            client.name,
            body.institute,
            asked,
            after,
            "检测费",
            wrong="amount",
            note="the sum before the discount",
        ),
        bill(
            keeper,
            body.institute,
            due,
            after,
            "检测费",
            wrong="payer",
            note="the bookkeeper herself and not her firm",
        ),
        bill(client.name, body.company, due, after, "检测费", wrong="payee"),
        bill(
            client.name,
            body.institute,
            due,
            after,
            "检测费",
            unit_account=body.other_account,
            wrong="account",
        ),
    )
    truth = Truth(
        kind="other",
        payers=(client.name,),
        payees=(body.institute,),
        total=due,
        signed_on=when,
        accounts=(body.account,),
        purpose=purpose,
        also_names=(worker, keeper, body.bank),
        also_amounts=(asked,),
        also_numbers=(client.code,),
        also_purposes=("检测费", f"送的{sample}检测费"),
    )
    data = tools.as_pdf([picture], 150, 88)
    return Paper(
        family="talk in a messenger",
        tool="chrome",
        data=data,
        truth=truth,
        bills=mix(rng, honest, wrong),
        form="scan",
    )
