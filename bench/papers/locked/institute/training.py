"""Courses and conferences: a notice with its slip, a confirmation by mail, a commissioned course."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.institute.base import (
    Seal,
    bill,
    both,
    bound,
    changed,
    cn,
    day,
    digits,
    firm,
    han,
    house,
    later,
    mix,
    money,
    near_person,
    people,
    person,
    plain,
    scan,
    seal,
    swapped,
    words,
)
from bench.papers.locked.institute.pages import grid, sheet
from bench.papers.locked.institute.word import Letter
from bench.papers.values import Bill, Paper, Truth

_COURSES = ("内审员能力提升", "检验员上岗资格", "实验室安全管理", "标准化良好行为", "工艺工程师继续教育")


def _span(start: date, end: date) -> str:
    return f"{cn(start)}至{end.month}月{end.day}日"


def course_notice(rng: Random) -> Paper:
    """A notice of a course with the slip of who comes; in some copies the slip is not filled in."""
    body, client = house(rng), firm(rng)
    filled = rng.random() < 0.7
    fee = Decimal(rng.choice((1680, 1980, 2380, 2680, 1850)))
    issued = day(rng)
    start = later(rng, issued, 30, 50)
    end = start + timedelta(days=rng.randrange(2, 5))
    topic = f"{body.short[1:-1]}行业{rng.choice(_COURSES)}培训班"
    number = f"{body.short[1:-1]}培〔{issued.year}〕{rng.randrange(2, 40)}号"
    count = rng.choice((2, 3, 4))
    bed = rng.randrange(26, 32) * 10
    names = people(rng, count)
    total = fee * count
    rows = [("序号", "姓　名", "性别", "职务/职称", "手　机", "是否住宿")]
    for at, name in enumerate(names, 1):
        post = rng.choice(("质检科长", "工程师", "主任", "技术员", "车间主任"))
        rows.append(
            (
                str(at),
                name,
                rng.choice("男女"),
                post,
                "1" + digits(rng, 10),
                rng.choice(("单住", "合住", "否")),
            )
        )
    if not filled:
        rows = [rows[0], *[(str(at), "", "", "", "", "") for at in range(1, 5)]]
    slip = (
        f"<p>参培单位（交费单位、票据抬头）：{client.name}</p><p>纳税人识别号：{client.code}</p>{grid(rows)}"
        f"<p>培训费合计：{fee:,.0f}元/人 × {count}人 ＝ <b>{total:,.0f}元</b></p><p>汇款日期：已于报名时汇出</p>"
        if filled
        else f"<p>参培单位（交费单位、票据抬头）：</p><p>纳税人识别号：</p>{grid(rows)}<p>培训费合计：　　　　元</p>"
    )
    money_first = [
        f"培训费每人{fee:,.0f}元（含资料、场地、证书工本），由{body.centre}收取并开具票据。",
        f"食宿统一安排，费用自理，住宿标准{bed}—{bed + 60}元/间·天，由酒店另行开票。",
    ]
    if rng.random() < 0.5:
        money_first.reverse()
    html = sheet(
        """.red { color: #c4161c; text-align: center; font: bold 25pt/1.4 serif-bold; letter-spacing: 2pt }
 .line { border-top: 2pt solid #c4161c; margin: 5pt 0 14pt } .new { page-break-before: always }
 .end { text-align: right; position: relative; height: 80pt; padding: 26pt 24pt 0 0 }
 .end img { position: absolute; right: 26pt; top: 0; width: 92pt; opacity: .8 }""",
        f"""<div class=red>{body.centre}</div><p class=c>{number}</p><div class=line></div>
<h1>关于举办{topic}的通知</h1><p>各有关单位：</p>
<p class=i>为提高行业从业人员业务水平，{body.institute}委托我中心举办{topic}。现将有关事项通知如下：</p>
<p class=i>一、时间：{_span(start, end)}（{start.month}月{start.day}日上午报到）</p>
<p class=i>二、地点：{body.street}{rng.choice(("实训楼三层", "科技报告厅", "学术交流中心"))}</p>
<p class=i>三、内容：新版标准解读、案例分析、上机或实操考核。</p>
<p class=i>四、费用：1.{money_first[0]}</p><p class=i>2.{money_first[1]}</p>
<p class=i>五、请将培训费汇至：户名 {body.centre}，开户行 {body.bank}，账号 {body.account}。</p>
<p class=i>六、联系人：{person(rng)}，{body.phone}。报名回执见附件。</p>
<div class=end><img src="{seal(body.centre)}">{body.centre}<br>{han(issued)}</div>
<div class=new><p>附件</p><h1>{topic}报名回执</h1>{slip}<p class=r>（请于开班前5日回传）</p></div>""",
        rng.choice(("serif", "wenkai")),
        12,
    )
    after = later(rng, start, -6, 12)
    honest: tuple[Bill, ...]
    wrong: tuple[Bill, ...]
    if filled:
        honest = (
            bill(client.name, body.centre, total, after, "培训费", remark=topic),
            bill(
                client.name,
                body.centre,
                fee,
                after,
                "培训费",
                remark=f"学员{names[0]}，1人",
                note="for one of those on the slip",
            ),
        )
        wrong = (
            bill(client.name, body.institute, total, after, "培训费", wrong="payee", note="the institute"),
            bill(client.twin, body.centre, total, after, "培训费", wrong="payer"),
            bill(client.name, body.centre, swapped(rng, total), after, "培训费", wrong="amount"),
            bill(
                client.name,
                body.centre,
                total,
                issued - timedelta(days=rng.randrange(500, 700)),
                "培训费",
                wrong="date",
                note="long before the notice",
            ),
        )
    else:
        honest = (bill(client.name, body.centre, fee, after, "培训费", remark="1人"),)
        wrong = (
            bill(client.name, body.institute, fee, after, "培训费", remark="1人", wrong="payee"),
            bill(client.name, body.centre, swapped(rng, fee), after, "培训费", remark="1人", wrong="amount"),
        )
    truth = Truth(
        kind="policy",
        payers=(client.name,) if filled else (),
        payees=(body.centre,),
        total=total if filled else None,
        signed_on=issued,
        starts_on=start,
        ends_on=end,
        numbers=(number,),
        accounts=(body.account,),
        purpose=topic,
        also_names=(body.institute, body.bank, *(names if filled else ())),
        also_amounts=(fee, Decimal(bed), Decimal(bed + 60)),
        also_numbers=(client.code,) if filled else (),
        also_purposes=("培训费", f"关于举办{topic}"),
    )
    return bound("notice with slip", "weasy", tools.weasy(html), truth, mix(rng, honest, wrong))


def registration_mail(rng: Random) -> Paper:
    """A mail that confirms a place at a conference, as a browser prints it."""
    body, client = house(rng), firm(rng)
    year = rng.choice((2023, 2024, 2025))
    start = day(rng, year, year).replace(month=rng.randrange(5, 12), day=rng.randrange(8, 20))
    end = start + timedelta(days=2)
    sent = later(rng, start, -50, -20)
    society = body.society
    title = f"{year}年{body.province}省{body.short[1:-1]}学术年会"
    base = Decimal(rng.choice((1500, 1800, 2200)))
    extras: list[tuple[str, int]] = rng.sample(
        (("会前专题培训", 600), ("论文集", 180), ("技术参观", 260), ("同行人员餐券", 320)), 2
    )
    taken = Decimal(rng.choice((0, 200)))
    total = base + sum(Decimal(price) for _, price in extras) - taken
    member, order = person(rng), f"AM{year}{rng.randrange(100000, 999999)}"
    kept = rng.choice((100, 150))
    by_firm = rng.random() < 0.65
    payer = client.name if by_firm else member
    rows = "".join(
        f"<tr><td>{name}</td><td>1</td><td>{money(price)}</td></tr>"
        for name, price in (("注册费（普通代表）", base), *((name, Decimal(each)) for name, each in extras))
    )
    if taken:
        rows += f"<tr><td>早报名优惠</td><td></td><td>-{money(taken)}</td></tr>"
    html = f"""<style>@page {{ size: A4; margin: 14mm 15mm }} body {{ font: 13px/1.65 sans; color: #222 }}
 .s {{ color: #777; font-size: 11px; border-bottom: 1px solid #ccc; display: flex; justify-content: space-between }}
 h2 {{ font-size: 18px; margin: 10px 0 4px }} .w b {{ display: inline-block; width: 60px; color: #888; font-weight: 400 }}
 table {{ border-collapse: collapse; width: 90% }} td, th {{ padding: 6px 8px; border-bottom: 1px solid #e2e2e2;
 text-align: left }} .t td {{ font-weight: 700; font-size: 15px }} .f {{ color: #888; font-size: 11px; margin-top: 20px }}
 .b {{ background: #f3f6f4; padding: 8px 14px; margin: 12px 0 }}</style>
<div class=s><span>{sent:%Y/%m/%d} 16:{rng.randrange(10, 59)}</span><span>邮件打印</span></div>
<h2>【注册成功】{title} 订单 {order}</h2>
<div class=w><b>发件人</b>{society}年会会务组 &lt;meeting@{rng.choice(("annual", "acad"))}-conf.example&gt;<br>
<b>收件人</b>{member}<br><b>时　间</b>{sent.year}年{sent.month}月{sent.day}日</div><hr>
<p>尊敬的{member}{rng.choice(("老师", "代表", "先生/女士"))}：</p>
<p>您已成功注册“{title}”（{start:%Y.%m.%d}—{end:%m.%d}，{body.city}市）。注册明细如下，单位：元</p>
<table><tr><th>项目</th><th>数量</th><th>金额</th></tr>{rows}<tr class=t><td>应付合计</td><td></td><td>{money(total)}</td></tr></table>
<div class=b>开票抬头：{payer}<br>收费单位：{society}（会议由{body.institute}承办）<br>
缴费方式：对公汇款　{body.bank}　{body.account}<br>附言：{order}</div>
<p>注册后如需退会，请于会前10日提出，扣除{kept}元手续费后退还。同时投稿的代表，版面费另行通知。</p>
<p class=f>此邮件由会务系统发出。咨询 {body.phone} {person(rng)}</p>"""
    after = later(rng, sent, 4, 24)
    honest = (
        bill(payer, society, total, after, "会议费", remark=title),
        bill(payer, society, total, after, "会议注册费", unit_account=body.account),
    )
    wrong = [
        bill(payer, body.institute, total, after, "会议费", wrong="payee", note="who holds the conference"),
        bill(payer, society, swapped(rng, total), after, "会议费", wrong="amount"),
        bill(
            payer,
            society,
            total,
            after,
            "会费",
            remark=f"{year}年度个人会员会费",
            wrong="purpose",
            note="dues",
        ),
        bill(
            client.twin if by_firm else near_person(rng, member),
            society,
            total,
            after,
            "会议费",
            wrong="payer",
        ),
    ]
    if taken:
        note = "without what was taken off"
        wrong.append(bill(payer, society, total + taken, after, "会议费", wrong="amount", note=note))
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(society,),
        total=total,
        signed_on=sent,
        starts_on=start,
        ends_on=end,
        numbers=(order,),
        accounts=(body.account,),
        purpose=title,
        also_names=(member, body.institute, body.bank, f"{society}年会会务组"),
        also_amounts=(base, taken, Decimal(kept), *(Decimal(each) for _, each in extras)),
        also_purposes=("注册费（普通代表）", "注册费"),
    )
    return bound("mail", "chrome", tools.chrome(html), truth, mix(rng, honest, wrong))


def commissioned_course(rng: Random) -> Paper:
    """A firm has its people trained: an agreement, signed and stamped, or with empty places for both."""
    body, client = house(rng), firm(rng)
    signed_ = rng.random() > 0.28
    count, price = rng.randrange(26, 64), Decimal(rng.choice((860, 980, 1200, 1450)))
    total = count * price
    advance = Decimal(int(total * 3 / 10 / 1000) * 1000)
    rest = total - advance
    signed = day(rng)
    start = later(rng, signed, 12, 30)
    end = start + timedelta(days=rng.randrange(4, 10))
    topic = f"{rng.choice(_COURSES)}专题培训"
    number = f"PX-{signed:%Y}-{rng.randrange(3, 60):03d}"
    agent, teacher = person(rng), person(rng)
    paper = Letter(rng.choice(("Noto Serif CJK SC", "LXGW WenKai", "AR PL UKai CN")), 11.5)
    paper.line("委托培训协议", 20, True, "middle")
    paper.line(f"协议编号：{number}", at="right")
    paper.line(f"委托方：{client.name}（以下简称“公司”）")
    paper.line(f"承办方：{body.centre}（以下简称“中心”）")
    clauses = [
        f"公司委托中心为其员工举办{topic}，参训人员{count}人，名单由公司提供。",
        f"培训自{cn(start)}开始，至{cn(end)}结束，地点在公司{rng.choice(('厂区', '总部大楼', '二号会议室'))}，教室由公司提供。",
        f"培训费按每人{plain(price)}元计，合计{plain(total)}元，大写{words(total)}。实到人数少于约定的，费用不减。",
        f"协议签订后五日内公司预付{plain(advance)}元；结业考核后十日内付清其余{plain(rest)}元。",
        f"公司将款项汇入中心在{body.bank}开立的账户{body.account}，中心出具财政票据。",
        f"培训教师由中心选派，首席教师{teacher}；证书由{body.institute}颁发，中心代办，不另收费。",
        "任何一方无故终止协议的，应按培训费的10%赔偿对方。",
    ]
    for at, each in enumerate(clauses, 1):
        paper.line(f"{at}．{each}", at="text")
    paper.line()
    paper.line(f"公司（盖章）：{client.name}")
    paper.line(f"中心（盖章）：{body.centre}")
    paper.line(
        f"经办人：{agent if signed_ else '　　　　'}　　　　　　　　经办人：{teacher if signed_ else '　　　　'}"
    )
    paper.line(f"日　期：{cn(signed) if signed_ else '　　年　月　日'}")
    soon, close = later(rng, signed, 2, 9), later(rng, end, 3, 30)
    honest = (
        bill(client.name, body.centre, advance, soon, "培训费", remark="预付款"),
        bill(client.name, body.centre, rest, close, "培训费", used=advance, note="the remainder"),
        bill(client.name, body.centre, total, close, "培训费", remark=topic, note="all at once, at the end"),
    )
    wrong = (
        bill(client.name, body.institute, total, close, "培训费", wrong="payee", note="the institute"),
        bill(client.branch, body.centre, advance, soon, "培训费", remark="预付款", wrong="payer"),
        bill(
            client.name,
            body.centre,
            total,
            close,
            "培训费",
            remark="余款",
            used=advance,
            wrong="usage",
            note="the whole though the advance was billed",
        ),
        bill(
            client.name,
            body.centre,
            rest,
            close,
            "培训费",
            used=advance,
            unit_account=changed(rng, body.account),
            wrong="account",
        ),
        bill(
            client.name, body.centre, swapped(rng, advance), soon, "培训费", remark="预付款", wrong="amount"
        ),
    )
    bare = bill(
        client.name, body.centre, total, close, "培训费", wrong="status", note="neither signed nor stamped"
    )
    truth = Truth(
        kind="contract",
        payers=(client.name,),
        payees=(body.centre,),
        total=total,
        instalments=(advance, rest),
        words=total,
        signed_on=signed if signed_ else None,
        starts_on=start,
        ends_on=end,
        numbers=(number,),
        accounts=(body.account,),
        purpose=topic,
        status="" if signed_ else "unsigned",
        also_names=(body.institute, body.bank, teacher, *((agent,) if signed_ else ())),
        also_amounts=(price,),
        also_purposes=("培训费", f"其员工举办{topic}"),
    )
    place = 0.67
    seals = (Seal(client.name, (0.33, place)), Seal(body.centre, (0.72, place))) if signed_ else ()
    bills = mix(rng, honest, wrong) if signed_ else both(rng, bare, "职工培训费")
    return scan(rng, "training agreement", "office", paper.pdf(), truth, bills, seals)
