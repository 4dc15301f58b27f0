"""Rooms and places of the institute: laboratories let to young firms, the hall hired out, parking places."""

import io
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.locked.institute.base import (
    Seal,
    bill,
    bound,
    changed,
    cn,
    day,
    dotted,
    firm,
    house,
    later,
    mix,
    money,
    near_person,
    people,
    person,
    plain,
    scan,
    words,
    years_on,
)
from bench.papers.locked.institute.pages import any_hand, hand, sheet
from bench.papers.values import Paper, Truth


def lab_lease(rng: Random) -> Paper:
    """A laboratory let to a young firm: rent by the half-year, a deposit, a free month; three pages."""
    body, client = house(rng), firm(rng)
    area = rng.randrange(80, 360)
    rate = Decimal(rng.choice((28, 32, 36, 42)))
    half = area * rate * 6
    year_sum = half * 2
    deposit = area * rate * 2
    signed = day(rng)
    start = (signed.replace(day=1) + timedelta(days=33)).replace(day=1)
    years = rng.choice((1, 2))
    end = years_on(start, years)
    total = half * 2 * years
    number = f"{body.short[1:-1]}院租{signed:%Y%m}-{rng.randrange(1, 20):02d}"
    room = f"{rng.choice('二三五')}号科研楼{rng.randrange(3, 9)}{rng.randrange(1, 20):02d}室"
    water = rng.choice(("水电费按表计量，由物业公司按月另收", "水、电、气费用由承租人向物业公司另行交纳"))
    summed = rng.random() < 0.7
    whole = f"，租期内租金共计{money(total)}元（人民币{words(total)}）" if summed else ""
    parts = [
        f"乙方承租甲方位于{body.street}的{room}（建筑面积{area}平方米），用于研发试验，不得用于生产和住宿。",
        f"租赁期自{start:%Y年%m月%d日}起至{end:%Y年%m月%d日}止，共{years}年。期满前两个月乙方书面提出，可以续租。",
        f"租金标准为每月每平方米{plain(rate)}元，年租金{money(year_sum)}元{whole}。"
        f"每半年一付，每期{money(half)}元，于每期开始前10日付清。",
        f"签约时乙方另交履约保证金{money(deposit)}元，退租时无欠费、设施完好的，不计息退还；保证金不得抵作租金。",
        f"{water}，不在本合同租金之内。",
        f"租金、保证金均汇入甲方账户：{body.institute}，{body.bank}，{body.account}。",
    ]
    more = [
        "危险化学品须经甲方安全管理部门备案；违者甲方可解除合同，保证金不退。",
        "乙方装修方案须经甲方同意，退租时固定装修无偿归甲方。",
        "乙方不得转租、分租。乙方股权变动须书面告知甲方。",
        f"逾期付租的，按日加收应付租金的{rng.choice(('千分之一', '万分之五'))}。",
        "因城市规划调整须腾退的，甲方提前三个月通知，按实际使用天数结算租金。",
        "甲方保证房屋消防验收合格，公共通道畅通，并提供孵化服务（工商注册辅导、项目申报咨询）。",
    ]
    rng.shuffle(more)
    clauses = "".join(
        f"<h2>第{'一二三四五六七八九十'[at] if at < 10 else '十' + '一二'[at - 10]}条</h2><p class=i>{text}</p>"
        for at, text in enumerate(parts + more)
    )
    html = sheet(
        """h2 { font: 12pt zenhei; margin: 7pt 0 1pt } .cover { page-break-after: always; padding-top: 130pt;
 line-height: 2.6; font-size: 14pt } .cover h1 { font-size: 26pt; margin-bottom: 70pt }
 .s td { width: 50%; vertical-align: top; padding-top: 16pt; line-height: 2 }
 @page { @bottom-right { content: counter(page) "/" counter(pages); font: 9pt serif } }""",
        f"""<div class=cover><h1>实验用房租赁合同</h1><p>合同编号：{number}</p><p>出租人（甲方）：{body.institute}</p>
<p>承租人（乙方）：{client.name}</p><p>签约时间：{cn(signed)}</p></div>
<p>甲、乙双方就实验用房租赁事宜，经协商订立本合同。</p>{clauses}
<table class=s><tr><td>甲方（公章）：{body.institute}<br>代表：{person(rng)}<br>{cn(signed)}</td>
<td>乙方（公章）：{client.name}<br>代表：{person(rng)}<br>{cn(signed)}</td></tr></table>""",
        "serif",
        12,
        "24mm 26mm",
    )
    first = start - timedelta(days=rng.randrange(2, 12))
    second = later(rng, start, 165, 182)
    item = rng.choice(("房屋租金", "实验室租金", "国有资产有偿使用收入"))
    honest = (
        bill(client.name, body.institute, half, first, item, remark="首期租金"),
        bill(client.name, body.institute, half, second, item, used=half, note="the second half-year"),
        bill(
            client.name,
            body.institute,
            deposit,
            later(rng, signed, 1, 6),
            "履约保证金",
            note="the deposit, as such",
        ),
    )
    wrong = (
        bill(
            client.name,
            body.institute,
            deposit,
            first,
            item,
            remark="首期租金",
            wrong="amount",
            note="the deposit as rent",
        ),
        bill(client.parent, body.institute, half, first, item, wrong="payer"),
        bill(client.name, body.company, half, first, item, wrong="payee"),
        bill(
            client.name,
            body.institute,
            half,
            later(rng, end, 420, 500),
            item,
            used=half,
            wrong="date",
            note="more than a year after the lease ended",
        ),
        bill(
            client.name,
            body.institute,
            half,
            first,
            item,
            unit_account=changed(rng, body.account),
            wrong="account",
        ),
    )
    truth = Truth(
        kind="contract",
        payers=(client.name,),
        payees=(body.institute,),
        total=total if summed else None,
        instalments=(half,),
        words=total if summed else None,
        signed_on=signed,
        starts_on=start,
        ends_on=end,
        numbers=(number,),
        accounts=(body.account,),
        purpose="实验用房租赁",
        also_names=(body.bank,),
        also_amounts=(year_sum, deposit, rate),
        also_purposes=(room, "租金", "实验用房", "履约保证金", f"{body.street}的{room}"),
    )
    return bound("lease", "weasy", tools.weasy(html), truth, mix(rng, honest, wrong))


def hall_form(rng: Random) -> Paper:
    """A form for the use of the hall, filled in and signed by hand, with a deposit that is given back."""
    body, client = house(rng), firm(rng)
    ink, boss = any_hand(rng), any_hand(rng)
    used_on = day(rng)
    asked = used_on - timedelta(days=rng.randrange(6, 18))
    price = Decimal(rng.choice((1200, 1800, 2400, 3000)))
    count = rng.randrange(1, 4)
    extra = Decimal(rng.choice((0, 300, 600)))
    due = price * count + extra
    deposit = Decimal(2000)
    number = f"{asked.year}-{rng.randrange(12, 99):03d}"
    event = f"{client.brand}{rng.choice(('经销商大会', '年终总结会', '新品发布会', '员工大会'))}"
    shown = plain(extra) if extra else "0"
    html = sheet(
        ".g td { height: 24pt } .k { width: 17% } .a td { text-align: left; height: 44pt; vertical-align: top }",
        f"""<h1>科技报告厅使用审批单</h1><table><tr><td>{body.institute}后勤服务中心制</td><td class=r>编号 {number}</td></tr></table>
<table class=g><tr><td class=k>使用单位</td><td class=l colspan=3>{hand(client.name, ink)}</td></tr>
<tr><td>活动名称</td><td class=l>{hand(event, ink)}</td><td class=k>人　数</td>
<td>{hand(str(rng.randrange(60, 300)), ink)}</td></tr>
<tr><td>使用时间</td><td class=l>{hand(cn(used_on), ink)}（共 {hand(str(count), ink)} 场次）</td><td>联系人</td>
<td>{hand(person(rng), ink)}</td></tr>
<tr><td>场地费</td><td class=l colspan=3>{plain(price)} 元/场 × {hand(str(count), ink)} 场</td></tr>
<tr><td>音响、屏幕</td><td class=l colspan=3>{hand(shown, ink)} 元</td></tr>
<tr><td>应收合计</td><td class=l colspan=3>￥{hand(plain(due), ink)} 元　大写 {hand(words(due), ink)}</td></tr>
<tr><td>押　金</td><td class=l colspan=3>{plain(deposit)} 元（活动后验场无损即退，只开收条）</td></tr></table>
<table class="g a"><tr><td>使用单位签字：<br>{hand(person(rng), ink, 21)}　{hand(dotted(asked), ink, 14)}</td>
<td>后勤服务中心意见：<br>{hand("场地空闲，拟同意", boss, 18)}　{hand(person(rng), boss, 20)}</td></tr>
<tr><td>保卫处意见：<br>{hand("同意", boss, 20)}　{hand(person(rng), boss, 20)}</td>
<td>分管院领导：<br>{hand("同意，按标准收费", boss, 18)}　{hand(person(rng), boss, 20)}</td></tr></table>
<p style="font-size:9.5pt">费用于使用前一日交院财务处（收款单位：{body.institute}）。使用单位凭本单和票据入场。</p>""",
        rng.choice(("serif", "uming")),
    )
    paid = used_on - timedelta(days=rng.randrange(1, 4))
    item = rng.choice(("场地使用费", "会议场地费"))
    honest = (
        bill(client.name, body.institute, due, paid, item, remark=event),
        bill(client.name, body.institute, due, later(rng, used_on, 2, 16), item, note="after the event"),
    )
    wrong = (
        bill(
            client.name,
            body.institute,
            deposit + due,
            paid,
            item,
            wrong="amount",
            note="with the deposit",
        ),
        bill(client.twin, body.institute, due, paid, item, wrong="payer"),
        bill(client.name, body.society, due, paid, item, wrong="payee"),
        bill(client.name, body.institute, due, paid, "检测费", remark="样品检测", wrong="purpose"),
        bill(
            client.name,
            body.institute,
            due,
            later(rng, used_on, 540, 700),
            item,
            wrong="date",
            note="long after the event",
        ),
    )
    truth = Truth(
        kind="other",
        payers=(client.name,),
        payees=(body.institute,),
        total=due,
        words=due,
        signed_on=asked,
        numbers=(number,),
        purpose="场地费",
        also_names=(f"{body.institute}后勤服务中心",),
        also_amounts=(price, price * count, extra, deposit),
        also_purposes=(event, "科技报告厅使用", "科技报告厅"),
    )
    return scan(
        rng, "form of approval", "weasy", tools.weasy(html), truth, mix(rng, honest, wrong),
        (Seal(f"{body.institute}后勤服务中心", (0.68, 0.61), share=0.16), Seal(client.name, (0.27, 0.61), share=0.16)),
    )  # fmt: skip


def parking_list(rng: Random) -> Paper:
    """The list of parking fees of a half-year: people and firms of the yard, each with its own sum."""
    body = house(rng)
    tenants = [firm(rng), firm(rng)]
    while tenants[0].brand == tenants[1].brand:
        tenants[1] = firm(rng)
    staff = people(rng, rng.randrange(4, 7))
    year = rng.choice((2023, 2024, 2025))
    half = rng.choice((1, 2))
    span = f"{year}年{'1' if half == 1 else '7'}—{'6' if half == 1 else '12'}月"
    made = date(year, 1 if half == 1 else 7, rng.randrange(3, 20))
    monthly = {"院职工": 60, "住户": 150, "入驻企业": 260}
    rows, sums, names = (
        [["序号", "车位号", "车主（单位）", "类别", "月数", "标准(元/月)", "应缴(元)"]],
        [],
        [],
    )
    owners = [(each, rng.choice(("院职工", "住户"))) for each in staff] + [
        (each.name, "入驻企业") for each in tenants
    ]
    rng.shuffle(owners)
    for at, (owner, kind) in enumerate(owners, 1):
        months = rng.choice((6, 6, 6, 5, 4, 3))
        places = rng.choice((2, 3)) if kind == "入驻企业" else 1
        due = Decimal(monthly[kind] * months * places)
        place = f"{rng.choice('ABC')}{rng.randrange(10, 60)}" + (f"等{places}个" if places > 1 else "")
        rows.append([str(at), place, owner, kind, str(months), str(monthly[kind]), plain(due)])
        sums.append(due)
        names.append(owner)
    total = sum(sums, Decimal(0))
    rows.append(["", "", "合计", "", "", "", plain(total)])
    head = f"{body.institute}院区停车位收费清单"
    notes = [
        f"收费单位：{body.institute}（后勤处代收）　　收费期间：{span}　　制表：{made:%Y-%m-%d}",
        f"缴费方式：扫码或汇款至 {body.bank} {body.account}。本期{made.month}月底前缴清，逾期取消车位。",
    ]
    at = rng.randrange(len(names))
    mine, due = names[at], sums[at]
    after = later(rng, made, 2, 16)
    item = rng.choice(("停车费", "车位使用费"))
    other = next((each for each in sums if each != due), due + 60)
    near = near_person(rng, mine, names) if len(mine) <= 4 else mine.replace("公司", "公司工会委员会")
    honest = (
        bill(mine, body.institute, due, after, item, remark=span),
        bill(names[at - 1], body.institute, sums[at - 1], after, item, note="another row with its own sum"),
    )
    wrong = (
        bill(mine, body.institute, other, after, item, wrong="amount", note="another's row"),
        bill(near, body.institute, due, after, item, wrong="payer", note="not on the list"),
        bill(mine, body.centre, due, after, item, wrong="payee"),
        bill(
            mine,
            body.institute,
            due,
            after,
            item,
            unit_account=body.other_account,
            wrong="account",
        ),
    )
    truth = Truth(
        kind="other",
        payers=tuple(names),
        payees=(body.institute,),
        total=total,
        instalments=tuple(sums),
        signed_on=made,
        accounts=(body.account,),
        purpose="院区停车位收费",
        also_names=(body.bank,),
        also_amounts=tuple(Decimal(each) for each in monthly.values()),
        also_purposes=("停车位收费", span, "院区停车位", "车位", "停车位"),
    )
    return bound("list of fees", "reportlab", _listed(head, notes, rows), truth, mix(rng, honest, wrong))


def _listed(head: str, notes: list[str], rows: list[list[str]]) -> bytes:
    """A list as the yard's own program draws it."""
    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table

    pdfmetrics.registerFont(TTFont("yard", str(tools.font("wenkai"))))
    title = ParagraphStyle("t", fontName="yard", fontSize=17, leading=26, alignment=1)
    text = ParagraphStyle("p", fontName="yard", fontSize=10, leading=17, wordWrap="CJK")
    table: Any = Table(rows, colWidths=[32, 66, 178, 56, 36, 68, 60], repeatRows=1)
    table.setStyle(
        [
            ("FONT", (0, 0), (-1, -1), "yard", 9.5),
            ("GRID", (0, 0), (-1, -1), 0.4, colors.black),
            ("BACKGROUND", (0, 0), (-1, 0), colors.HexColor("#eee8d8")),
            ("ALIGN", (0, 0), (-1, -1), "CENTER"),
            ("ALIGN", (-2, 1), (-1, -1), "RIGHT"),
        ]
    )
    out = io.BytesIO()
    page = SimpleDocTemplate(out, pagesize=A4, topMargin=50, leftMargin=45, rightMargin=45)
    page.build(
        [Paragraph(head, title), Paragraph(notes[0], text), Spacer(1, 6), table, Spacer(1, 8)]
        + [Paragraph(each, text) for each in notes[1:]]
    )
    return out.getvalue()
