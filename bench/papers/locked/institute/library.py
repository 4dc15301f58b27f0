"""The library's slips: a book that was lost, a search for novelty that was ordered, theses that were checked."""

import io
from datetime import date
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.institute.base import (
    Seal,
    bill,
    bound,
    changed,
    cn,
    credit_code,
    day,
    digits,
    firm,
    house,
    later,
    mix,
    money,
    near_person,
    people,
    person,
    photo,
    plain,
    swapped,
    words,
)
from bench.papers.locked.institute.pages import any_hand, hand
from bench.papers.values import Paper, Truth

_BOOKS = (
    ("聚合物流变学导论", 68),
    ("现代仪器分析手册（下）", 128),
    ("农产品加工原理", 56),
    ("膜分离技术及应用", 98),
    ("射频电路设计", 89),
    ("竹材物理学", 42),
    ("地方志资料汇编（第三辑）", 160),
)


def lost_book(rng: Random) -> Paper:
    """A small slip for a lost book, written at the desk: so many times its price and a sum for handling."""
    body = house(rng)
    reader, clerk = people(rng, 2)
    ink = any_hand(rng)
    title, price = rng.choice(_BOOKS)
    times = rng.choice((2, 3, 5))
    work = Decimal(rng.choice((5, 10)))
    price_ = Decimal(price)
    due = price_ * times + work
    late = Decimal(rng.choice((0, 0, rng.randrange(10, 60)))) / 10
    due += late
    made = day(rng)
    number = f"{rng.randrange(1000, 9999):06d}"
    late_row = f"<tr><td>逾期使用费</td><td class=l>{hand(plain(late), ink, 14)} 元</td></tr>" if late else ""
    html = f"""<style>@page {{ size: 210mm 168mm; margin: 13mm 15mm }} body {{ font: 11.5pt/1.6 uming }}
 h1 {{ font: 17pt serif-bold; text-align: center; letter-spacing: 4pt; margin: 0 }} table {{ border-collapse: collapse;
 width: 100% }} td {{ border: 0.8pt solid #246; padding: 3pt 6pt; height: 19pt }} .l {{ text-align: left }} .k {{ width: 21% }}
 .n {{ display: flex; justify-content: space-between; margin: 4pt 2pt }}</style>
<h1>图书遗失（污损）赔偿单</h1><div class=n><span>{body.library}</span><span>№ <b style="color:#b22">{number}</b></span></div>
<table><tr><td class=k>读者姓名</td><td>{hand(reader, ink)}</td></tr><tr><td>读者证号</td><td>{hand(digits(rng, 8), ink, 14)}</td></tr>
<tr><td>书　　名</td><td class=l>{hand(f"《{title}》", ink)}　定价 {hand(plain(price_), ink, 14)} 元</td></tr>
<tr><td>情　　况</td><td>☑遗失　□污损　□缺页</td></tr>
<tr><td>赔　　偿</td><td class=l>按定价的 {hand(str(times), ink, 15)} 倍计 {hand(plain(price_ * times), ink, 15)} 元，另收加工费
 {hand(plain(work), ink, 15)} 元</td></tr>{late_row}
<tr><td>实收合计</td><td class=l>￥ {hand(f"{due:.2f}", ink, 16)}　人民币 {hand(words(due), ink, 17)}</td></tr></table>
<div class=n><span>经手人：{hand(clerk, any_hand(rng), 19)}</span><span>读者签字：{hand(reader, ink, 19)}</span>
<span>{hand(cn(made), ink, 16)}</span></div>
<div style="font-size:9pt">第二联　读者留存。赔偿后原书找到的，一个月内凭票退赔偿款，加工费不退。</div>"""
    after = later(rng, made, 0, 8)
    item = rng.choice(("图书赔偿款", "赔偿收入", "图书遗失赔偿"))
    honest = (
        bill(reader, body.library, due, after, item, remark=f"《{title}》"),
        bill(reader, body.library, due, made, item),
    )
    wrong = (
        bill(reader, body.library, price_, after, item, wrong="amount", note="the price of the book alone"),
        bill(near_person(rng, reader), body.library, due, after, item, wrong="payer"),
        bill(clerk, body.library, due, after, item, wrong="payer", note="the clerk at the desk"),
        bill(reader, body.society, due, after, item, wrong="payee"),
        bill(reader, body.library, due, after, "会费", remark="个人会员会费", wrong="purpose"),
    )
    truth = Truth(
        kind="other",
        payers=(reader,),
        payees=(body.library,),
        total=due,
        words=due,
        signed_on=made,
        numbers=(number,),
        purpose="图书遗失（污损）赔偿",
        also_names=(clerk,),
        also_amounts=(price_, price_ * times, work, late, due - work),
        also_purposes=("图书遗失", "赔偿", "赔偿款", f"《{title}》"),
    )
    seals = (Seal(body.library, (0.47, 0.79), share=0.18, under="流通部"),)
    return photo(rng, "slip at the desk", "weasy", tools.weasy(html), truth, mix(rng, honest, wrong), seals)


def novelty_order(rng: Random) -> Paper:
    """An order for a search of novelty; the sum is the price of the class, and of haste."""
    body, client = house(rng), firm(rng)
    kind, price = rng.choice((("国内查新", 1200), ("国内外查新", 2400), ("国外查新", 1800)))
    points = rng.choice((0, 1, 2))
    extra = Decimal(points * 300)
    haste = Decimal(rng.choice((0, 500)))
    total = Decimal(price) + extra + haste
    made = day(rng)
    done = later(rng, made, 6, 16)
    project = f"{body.topic}{rng.choice(('关键技术研究', '集成示范', '新工艺'))}"
    number = f"CX{made.year}{rng.randrange(1000, 9999)}"
    code = credit_code(rng, "12")
    orderer, searcher = person(rng), person(rng)
    cells = [
        ("委托单位", client.name, "统一社会信用代码", client.code),
        ("联系人", orderer, "电话", "1" + digits(rng, 10)),
        ("受理机构", body.library, "机构代码", code),
        ("查新项目", project, "查新范围", kind),
        ("受理日期", f"{made:%Y-%m-%d}", "约定完成", f"{done:%Y-%m-%d}"),
    ]
    fees: list[tuple[str, ...]] = [("收费项目", "标准", "金额（元）"), (kind, f"{price}元/项", money(price))]
    if points:
        fees.append(("超出查新点", f"300元/点 × {points}", money(extra)))
    if haste:
        fees.append(("加急", "500元/项", money(haste)))
    fees.append(("合计", words(total), money(total)))
    foot = [
        f"1. 费用在取报告前付清，汇至：{body.library}，{body.bank}，账号{body.account}。",
        f"2. {'因委托单位原因撤销委托的，收取标准价的30%。' if rng.random() < 0.5 else '报告一式四份，加印每份20元。'}",
        "3. 查新结论仅对委托时提供的查新点负责。",
        f"委托单位（签章）：{client.name}　　　　受理人：{searcher}",
    ]
    after = later(rng, made, 1, 18)
    item = rng.choice(("科技查新费", "查新检索费"))
    honest = (
        bill(client.name, body.library, total, after, item, remark=project),
        bill(
            client.name,
            body.library,
            total,
            later(rng, done, 2, 30),
            "文献信息服务费",
            note="general item name",
        ),
    )
    wrong = (
        bill(client.name, body.library, swapped(rng, total), after, item, wrong="amount"),
        bill(client.twin, body.library, total, after, item, wrong="payer"),
        bill(client.name, body.institute, total, after, item, wrong="payee", note="the institute"),
        bill(client.name, body.library, total, after, item, unit_account=body.other_account, wrong="account"),
        bill(client.name, body.library, total, after, item, used=total, wrong="usage", note="billed again"),
    )
    truth = Truth(
        kind="contract",
        payers=(client.name,),
        payees=(body.library,),
        total=total,
        words=total,
        signed_on=made,
        numbers=(number,),
        accounts=(body.account,),
        purpose=project,
        also_names=(body.bank, orderer, searcher),
        also_amounts=(Decimal(price), extra, haste, Decimal(300), Decimal(500), Decimal(20)),
        also_numbers=(client.code, code),
        also_purposes=(kind, "科技查新", "查新"),
    )
    drawn = _form(f"科技查新委托单　{number}", cells, fees, foot)
    return bound("order form", "reportlab", drawn, truth, mix(rng, honest, wrong))


def _form(
    head: str, cells: list[tuple[str, str, str, str]], fees: list[tuple[str, ...]], foot: list[str]
) -> bytes:
    """A form as the library's program draws it on a canvas."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(TTFont("desk", str(tools.font("sans"))))
    out = io.BytesIO()
    page = Canvas(out, pagesize=A4)
    page.setFont("desk", 16)
    page.drawString(50, 775, head)
    page.line(50, 765, 545, 765)
    top = 740.0
    for one, two, three, four in cells:
        page.setFont("desk", 8.5)
        page.drawString(50, top, one)
        page.drawString(350, top, three)
        page.setFont("desk", 10.5)
        page.drawString(105, top, two)
        page.drawString(430, top, four)
        page.setDash(1, 2)
        page.line(50, top - 8, 545, top - 8)
        page.setDash()
        top -= 29
    top -= 8
    for at, row in enumerate(fees):
        page.setFont("desk", 9 if at == 0 else 10.5)
        page.drawString(70, top, row[0])
        page.drawString(220, top, row[1])
        page.drawRightString(530, top, row[2])
        page.line(60, top - 7, 540, top - 7)
        top -= 25
    page.setFont("desk", 9.5)
    for each in foot:
        page.drawString(50, top - 8, each)
        top -= 21
    page.save()
    return out.getvalue()


def thesis_letter(rng: Random) -> Paper:
    """A college has theses checked: the library's confirmation of pieces and price, as a web page was printed."""
    body = house(rng)
    college = f"{body.city}{rng.choice(('工学院', '职业技术学院', '师范学院'))}"
    near = college.replace(body.city, body.province)
    kinds = (
        ("硕士学位论文相似性检测", rng.randrange(40, 160), 30),
        ("本科毕业论文抽检", rng.randrange(80, 300), 12),
        ("博士论文校外送审（代寄）", rng.randrange(5, 18), 180),
    )
    chosen = rng.sample(kinds, rng.choice((2, 3)))
    sums = [Decimal(count * price) for _, count, price in chosen]
    total = sum(sums, Decimal(0))
    prepaid = Decimal(rng.choice((500, 1000)))
    rest = total - prepaid
    term = rng.choice((2023, 2024, 2025))
    made = date(term, rng.choice((5, 6)), rng.randrange(5, 28))
    number = f"LW{term}05{rng.randrange(10, 99)}"
    topic = f"{term}届毕业论文检测服务"
    rows = "".join(
        f"<tr><td>{name}</td><td>{count} 篇</td><td>{price}.00</td><td>{money(each)}</td></tr>"
        for (name, count, price), each in zip(chosen, sums, strict=True)
    )
    ask, answer = person(rng), person(rng)
    advanced = cn(date(term, 3, rng.randrange(3, 29)))
    html = f"""<style>@page {{ size: A4; margin: 16mm }} body {{ font: 13px/1.7 zenhei; color: #333 }}
 .c {{ border: 1px solid #d5dbe3; border-radius: 6px; padding: 14px 20px; margin: 10px 0 }} h3 {{ margin: 2px 0 8px;
 color: #0b4f8a; font-size: 15px }} .g {{ display: grid; grid-template-columns: 1fr 1fr; gap: 4px 24px }} label {{ color: #889;
 margin-right: 10px }} table {{ width: 100%; border-collapse: collapse }} td, th {{ border-bottom: 1px solid #e3e6ea;
 padding: 6px; text-align: left }} .p {{ text-align: right; font-size: 14px }} .p b {{ font-size: 19px; color: #c33 }}</style>
<h2 style="margin:0">费用确认函</h2><div>{topic} · 编号 {number}</div>
<div class=c><h3>双方</h3><div class=g><div><label>委托方</label>{college}</div><div><label>服务方</label>{body.library}</div>
<div><label>经办</label>{ask}</div><div><label>经办</label>{answer}</div></div></div>
<div class=c><h3>工作量（以系统导出为准）</h3><table><tr><th>服务</th><th>数量</th><th>单价/元</th><th>小计/元</th></tr>{rows}</table></div>
<div class=c><h3>结算</h3><div class=p>总额 {money(total)}　－　已收预付 {money(prepaid)}（{advanced}已开票）</div>
<div class=p>本次结清 <b>{money(rest)}</b> 元</div></div>
<div class=c><h3>汇款</h3><div class=g><div><label>户名</label>{body.library}</div><div><label>账号</label>{body.account}</div>
<div><label>开户行</label>{body.bank}</div><div><label>附言</label>{number}</div></div></div>
<p>{college}研究生处已于{cn(made)}在线确认以上篇数和费用。</p><p>{body.library}学位论文部　{made:%Y-%m-%d}</p>"""
    after = later(rng, made, 2, 30)
    item = rng.choice(("论文检测费", "文献服务费"))
    honest = (
        bill(college, body.library, rest, after, item, used=prepaid, remark="结清"),
        bill(college, body.library, rest, after, item, used=prepaid, unit_account=body.account),
    )
    wrong = (
        bill(
            college,
            body.library,
            total,
            after,
            item,
            used=prepaid,
            wrong="usage",
            note="the whole though a part was billed",
        ),
        bill(
            near, body.library, rest, after, item, used=prepaid, wrong="payer", note="a college of near name"
        ),
        bill(college, body.institute, rest, after, item, used=prepaid, wrong="payee"),
        bill(
            college,
            body.library,
            rest,
            after,
            item,
            used=prepaid,
            unit_account=changed(rng, body.account),
            wrong="account",
        ),
        bill(college, body.library, swapped(rng, rest), after, item, used=prepaid, wrong="amount"),
    )
    truth = Truth(
        kind="other",
        payers=(college,),
        payees=(body.library,),
        total=total,
        instalments=(prepaid, rest),
        signed_on=made,
        numbers=(number,),
        accounts=(body.account,),
        purpose=topic,
        also_names=(ask, answer, body.bank, f"{college}研究生处", f"{body.library}学位论文部"),
        also_amounts=(*sums, *(Decimal(price) for _, _, price in chosen)),
        also_purposes=("毕业论文检测", *(name for name, _, _ in chosen)),
    )
    return bound("confirmation", "chrome", tools.chrome(html), truth, mix(rng, honest, wrong))
