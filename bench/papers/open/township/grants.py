"""Notices by which higher offices allot money to towns, schools, homes and waterworks, with their tables."""

from decimal import Decimal
from random import Random

from openpyxl.styles import Font

from bench.papers import tools
from bench.papers.open.township import draw
from bench.papers.open.township.base import (
    PLACES,
    bill,
    cn,
    day,
    han,
    later,
    money,
    other,
    person,
    plain_more,
    wan,
    yuan,
)
from bench.papers.values import Paper, Truth  # fmt: skip


def relief_notice(rng: Random) -> Paper:
    """A county's civil affairs bureau allots relief money to its towns, in 万元, by rows."""
    place = rng.choice(PLACES)
    office = f"{place.county}民政局"
    when = day(rng)
    number = f"{place.short[0]}民{rng.choice(('发', '函', '字'))}〔{when.year}〕{rng.randint(3, 96)}号"
    cited = f"{place.city[0]}财社〔{when.year}〕{rng.randint(10, 190)}号"
    names = [f"{each}人民政府" if each.endswith("镇") else f"{each}办事处" for each in place.towns]
    absent = names.pop(rng.randrange(len(names)))
    rows = [
        [yuan(rng, 60000, 900000, 100), yuan(rng, 20000, 400000, 100), yuan(rng, 5000, 90000, 100)]
        for _ in names
    ]
    sums = [sum(row, Decimal(0)) for row in rows]
    mine = rng.randrange(len(names))
    next_row = mine - 1 if mine else 1
    what = rng.choice(
        (
            f"{when.year}年困难群众救助补助资金",
            f"{when.year}年第{rng.choice('一二三四')}批困难群众基本生活救助资金",
        )
    )
    total = sum(sums, Decimal(0))
    heads = ("序号", "单位", "城乡低保", "特困供养", "临时救助", "合计")
    table = "<tr>" + "".join(f"<th>{each}</th>" for each in heads) + "</tr>"
    for place_no, (name, row, each) in enumerate(zip(names, rows, sums, strict=True), 1):
        table += f"<tr><td class='c'>{place_no}</td><td>{name}</td>" + "".join(
            f"<td class='num'>{wan(value)}</td>" for value in (*row, each)
        )
    columns = [sum((row[k] for row in rows), Decimal(0)) for k in range(3)]
    table += "<tr><td></td><td class='c'>合　计</td>" + "".join(
        f"<td class='num'>{wan(value)}</td>" for value in (*columns, total)
    )
    opening = rng.choice(
        (
            f"为切实保障困难群众基本生活，根据《{place.city}财政局关于下达困难群众救助补助资金的通知》（{cited}）精神，经研究，"
            f"现下达你单位{what}（具体金额见附件），共计{wan(total)}万元。",
            f"依据{cited}文件，结合各乡镇在册对象人数，现将{what}{wan(total)}万元予以分配下达，各单位分配数详见附件。",
        )
    )
    body = (
        draw.red_head(office, number)
        + f"<h1>{office}关于下达<br>{what}的通知</h1><p class='n'>各乡镇人民政府、街道办事处：</p><p>{opening}</p>"
        "<p class='b'>一、严格支出范围</p><p>该项资金用于城乡低保、特困人员救助供养和临时救助支出，列“20819”“20820”“20821”"
        "等相关科目，不得用于工作经费，不得列支人员福利。</p><p class='b'>二、规范发放程序</p><p>请于收到资金后10个工作日内通过"
        "“一卡通”系统发放到人，并做好公示。收款单位应当向我局开具资金往来结算票据。</p><p class='b'>三、强化监督</p>"
        f"<p>各单位应建立台账，专款专用。联系人：{person(rng)}，电话：0{rng.randint(310, 998)}-{rng.randint(2200000, 8999999)}。</p>"
        f"<p>&nbsp;</p><p class='n'>　　附件：{what}分配表</p><p>&nbsp;</p><p class='r'>{office}　　</p><p class='r'>{cn(when)}　　</p>"
        f"<div style='page-break-before:always'><p class='n b'>附件</p><h1 style='font-size:17pt'>{what}分配表</h1>"
        f"<p class='r' style='font-size:11pt'>单位：万元</p><table class='g'>{table}</table></div>"
    )
    pdf = tools.weasy(draw.sheet(body, face=rng.choice(("uming", "serif")), margin="28mm 24mm 24mm 26mm"))
    data = draw.seal_pdf(pdf, [(draw.ring(office), (0, 0.72, rng.uniform(0.86, 0.9), 0.2))])
    unit, paid = place.county + names[mine], later(rng, when, 3, 25)
    return Paper(
        family="allocation notice",
        tool="weasyprint",
        data=data,
        truth=Truth(
            kind="policy", payers=(office,), payees=(names[mine],), total=total, signed_on=when, numbers=(number,),
            purpose=what, also_names=tuple(each for each in names if each != names[mine]),
            also_amounts=(*sums, *columns, *(value for row in rows for value in row)), also_numbers=(cited,),
            also_purposes=("城乡低保、特困人员救助供养和临时救助支出",),
        ),
        bills=(
            bill(office, unit, sums[mine], paid, rng.choice(("困难群众救助补助资金", "困难群众救助资金"))),
            bill(office, unit, sums[next_row], paid, "困难群众救助补助资金", "amount", "the sum of a neighbour's row"),
            bill(office, place.county + absent, sums[mine], paid, "困难群众救助补助资金", "payee", "a town that is not in the table"),
        ),
    )  # fmt: skip


def village_funds_sheet(rng: Random) -> Paper:
    """A wide table from Excel: projects of villages and their money by source, in 万元."""
    place = rng.choice(PLACES)
    office = f"{place.county}{rng.choice(('农业农村局', '财政局', '发展和改革局'))}"
    when = day(rng)
    number = f"{place.short[0]}农领发〔{when.year}〕{rng.randint(2, 40)}号"
    works = ("产业路硬化项目", "冷库建设项目", "灌溉渠道维修项目", "茶园低产改造项目",
        "人居环境整治项目", "肉牛养殖小区项目", "太阳能路灯安装项目",
             "小型水源保障项目", "大棚蔬菜基地项目")  # fmt: skip
    rows, sums = [], []
    towns = [f"{place.county}{each}{'人民政府' if each.endswith('镇') else '办事处'}" for each in place.towns]
    rng.shuffle(towns)
    for place_no, (town, work) in enumerate(zip(towns, rng.sample(works, len(towns)), strict=True), 1):
        parts = [yuan(rng, 80000, 2400000, 500), yuan(rng, 20000, 500000, 500), yuan(rng, 0, 90000, 1000)]
        sums.append(sum(parts, Decimal(0)))
        cells = [f"{each / 10000:.2f}" if each else "" for each in (*parts, sums[-1])]
        rows.append([str(place_no), town, f"{when.year}年{work}", *cells, ""])
    total = sum(sums, Decimal(0))
    heads = ["序号", "项目实施单位", "项目名称", "中央资金", "省级资金", "县级配套", "小计", "备注"]
    final = ["合计", "", "", "", "", "", f"{total / 10000:.2f}", ""]
    title = f"{when.year}年财政衔接推进乡村振兴补助资金分配表"
    book, page = draw.workbook(title, landscape=True)
    face = rng.choice(("Noto Serif CJK SC", "AR PL UMing CN", "Noto Sans CJK SC"))
    page["A2"] = f"文号：{number}"
    page["G2"] = "单位：万元"
    draw.fill(page, 3, [heads, *rows, final], [7, 30, 30, 13, 13, 13, 14, 10], face, bold=(0, len(rows) + 1))
    foot = 4 + len(rows) + 2
    page.cell(foot, 1, f"拨款单位（盖章）：{office}").font = Font(name=face, size=11)
    page.cell(foot, 5, f"填表人：{person(rng)}").font = Font(name=face, size=11)
    page.cell(foot, 7, f"{cn(when)}").font = Font(name=face, size=11)
    page.cell(
        foot + 1,
        1,
        "说明：本表资金由拨款单位直接拨付至项目实施单位基本存款账户，实施单位收款后开具往来票据。",
    )
    data = draw.seal_pdf(draw.bound(book), [(draw.ring(office), (0, 0.28, rng.uniform(0.47, 0.5), 0.13))])
    mine = rng.randrange(len(rows))
    unit, amount, paid = rows[mine][1], sums[mine], later(rng, when, 4, 40)
    wrong_office = place.county + other(
        rng, office[len(place.county) :], ("水利局", "民政局", "交通运输局", "教育局")
    )
    item = rows[mine][2]
    digits = Decimal(f"{amount / 10000:.2f}")
    return Paper(
        family="allocation table",
        tool="libreoffice",
        data=data,
        truth=Truth(
            kind="policy", payers=(office,), payees=(unit,), total=total, signed_on=when, numbers=(number,),
            purpose=f"{when.year}年财政衔接推进乡村振兴补助资金", also_names=tuple(row[1] for row in rows if row[1] != unit),
            also_amounts=(*sums, *(Decimal(cell) * 10000 for row in rows for cell in row[3:6] if cell)),
            also_purposes=tuple(row[2] for row in rows),
        ),
        bills=(
            bill(office, unit, amount, paid, "财政衔接推进乡村振兴补助资金", remark=item, note="the unit's own row"),
            bill(office, unit, digits, paid, "财政衔接推进乡村振兴补助资金", "amount", "万元 taken as 元"),
            bill(wrong_office, unit, amount, paid, "财政衔接推进乡村振兴补助资金", "payer", "another bureau of the county"),
        ),
    )  # fmt: skip


def disabled_letter(rng: Random) -> Paper:
    """The federation of disabled people grants money to places of rehabilitation; a scan with a narrow table."""
    place = rng.choice(PLACES)
    office = f"{place.city}残疾人联合会"
    when = day(rng)
    number = f"{place.city[0]}残联〔{when.year}〕{rng.randint(4, 60)}号"
    units = [
        f"{place.county}特殊教育学校", f"{place.county}人民医院", f"{place.county}妇幼保健院", f"{place.county}残疾人康复服务中心",
        f"{place.county}{place.towns[1]}中心敬老院", f"{place.county}{place.towns[2]}卫生院",
    ]  # fmt: skip
    rng.shuffle(units)
    absent, units = units[-1], units[:-1]
    what = rng.choice(
        (
            f"{when.year}年残疾儿童康复救助经费",
            f"{when.year}年残疾人托养服务补贴",
            f"{when.year}年辅助器具适配补助",
        )
    )
    heads_of = [rng.randint(3, 46) for _ in units]
    rate = rng.choice((Decimal(1500), Decimal(2400), Decimal("1860.50"), Decimal(800)))
    sums = [rate * each for each in heads_of]
    total = sum(sums, Decimal(0))
    lines = "".join(
        f"<tr><td>{unit}</td><td class='c'>{count}</td><td class='num'>{money(rate)}</td><td class='num'>{money(value)}</td></tr>"
        for unit, count, value in zip(units, heads_of, sums, strict=True)
    )
    item = what[5:]
    rule = rng.choice(("g", ""))
    body = (
        draw.red_head(office, number, suffix=rng.choice(("文件", "")))
        + f"<h1>关于拨付{what}的通知</h1><p class='n'>{'、'.join(units[:2])}等有关单位：</p>"
        f"<p>根据省残联、省财政厅有关实施方案，经审核，{rng.choice(('现将', '兹将'))}{what}拨付你们（明细见下表）。"
        "请严格按规定用途使用，及时足额兑现，年底前将服务花名册报我会备案。收款后请向我会开具财政票据。</p>"
        f"<table class='{rule}' style='margin:3mm 0;font-size:12pt'><tr><th>单位名称"
        f"</th><th>人数</th><th>标准（元/人）</th><th>金额（元）</th></tr>{lines}"
        f"<tr><td class='c'>合　计</td><td class='c'>{sum(heads_of)}</td><td></td><td class='num'>{money(total)}</td></tr></table>"
        f"<p>&nbsp;</p><p class='r'>{office}　　　</p><p class='r'>{han(when)}　　　</p>"
        f"<p class='n' style='border-top:0.6pt solid;border-bottom:0.6pt solid;font-size:11pt;"
        f"margin-top:14mm'>抄送：{place.city}财政局，{place.county}残疾人联合会。"
        "</p>"
    )
    css = "th { font-weight: normal; border-bottom: 0.8pt solid; }"
    pdf = tools.weasy(draw.sheet(body, css, face="ukai" if rng.random() < 0.4 else "uming"))
    seal = (draw.ring(office), (0, 0.7, rng.uniform(0.72, 0.76) if rule else 0.7, 0.22))
    data = draw.copied(rng, pdf, [seal], dpi=rng.choice((150, 200, 240)))
    mine = rng.randrange(len(units))
    paid = later(rng, when, 5, 30)
    bad = rng.choice(("房屋租金", "体检费", "门票收入"))
    return Paper(
        family="allocation notice",
        tool="weasyprint",
        form="scan",
        data=data,
        truth=Truth(
            kind="policy", payers=(office,), payees=(units[mine],), total=total, signed_on=when, numbers=(number,), purpose=what,
            also_names=tuple(each for each in units if each != units[mine]), also_amounts=(*sums, rate),
        ),
        bills=(
            bill(office, units[mine], sums[mine], paid, item),
            bill(office, units[mine], sums[mine], paid, bad, "purpose", "not what the grant is for"),
            bill(office, absent, sums[mine], paid, item, "payee", "not among the recipients"),
        ),
    )  # fmt: skip


def water_advance(rng: Random) -> Paper:
    """Upkeep of rural waterworks: a part in advance, the rest once the works are accepted."""
    place = rng.choice(PLACES)
    office = f"{place.county}水利局"
    when = day(rng)
    number = f"{place.short[0]}水字〔{when.year}〕{rng.randint(3, 80)}号"
    share = rng.choice((50, 60, 70, 80))
    towns = rng.sample(place.towns, 4)
    suffix = rng.choice(("水务服务中心", "供水管理站", "水利工作站"))
    names = [f"{place.county}{each}{suffix}" for each in towns]
    absent = names.pop()
    full = [yuan(rng, 40000, 960000, 1000) for _ in names]
    firsts = [each * share / 100 for each in full]
    what = rng.choice(
        ("农村供水工程维修养护补助资金", "农村饮水安全巩固提升工程补助资金", "小型水库运行管护经费")
    )
    rows = ",\n".join(
        f"[{name}], [{plain_more(each / 10000)}], [{plain_more(first / 10000)}], [{plain_more((each - first) / 10000)}]"
        for name, each, first in zip(names, full, firsts, strict=True)
    )
    total, first_total = sum(full, Decimal(0)), sum(firsts, Decimal(0))
    source = f"""
#set page(paper: "a4", margin: (top: 32mm, bottom: 30mm, x: 27mm), numbering: "— 1 —")
#set text(font: ("AR PL UMing CN", "Noto Serif SC"), size: 14pt, lang: "zh")
#set par(leading: 1.05em, justify: true, first-line-indent: (amount: 2em, all: true))
#align(center, text(size: 30pt, fill: rgb("#d22"), weight: "bold", font: "Noto Serif SC")[{office}文件])
#align(center)[{number}]
#line(length: 100%, stroke: 1.4pt + rgb("#d22"))
#v(6mm)
#align(center, text(size: 20pt, font: "Noto Serif SC", weight: "bold")[关于下达{when.year}年{what}的通知])
#par(first-line-indent: 0em)[各有关单位：]
为{rng.choice(("确保农村群众用水安全", "加强水利工程日常管护"))}，经局党组研究并报县人民政府同意，现下达你单位{when.year}年{what}，\
合计{plain_more(total / 10000)}万元，其中本次预拨{plain_more(first_total / 10000)}万元，各单位额度见下表。
#set text(size: 12pt)
#figure(table(columns: (1fr, auto, auto, auto), align: (left, right, right, right), inset: 6pt,
  table.header([单位], [核定补助（万元）], [本次预拨{share}%], [验收后拨付]),
  {rows},
  [合计], [{plain_more(total / 10000)}], [{plain_more(first_total / 10000)}], [{plain_more((total - first_total) / 10000)}]))
#set text(size: 14pt)
一、预拨资金由我局于文件印发后直接支付到各单位账户；剩余{100 - share}%待工程完工并经我局组织验收合格后另行拨付，不再发文。

二、资金实行专账管理，不得截留、挪用。工程量减少的，按实清算。

三、收到每笔资金后5个工作日内开具财政票据送我局财务股（联系人：{person(rng)}）。
#v(5mm)
#align(right)[{office}#h(2em)]
#align(right)[{cn(when)}#h(2em)]
"""
    data = tools.typst(source)
    mine = rng.randrange(len(names))
    first, rest, paid = firsts[mine], full[mine] - firsts[mine], later(rng, when, 4, 30)
    far = later(rng, when, 120, 240)
    item = rng.choice((what, what.replace("补助", "")))
    return Paper(
        family="grant in stages",
        tool="typst",
        data=data,
        truth=Truth(
            kind="policy", payers=(office,), payees=(names[mine],), total=total, instalments=(first, rest), signed_on=when,
            numbers=(number,), purpose=f"{when.year}年{what}", also_names=tuple(each for each in names if each != names[mine]),
            also_amounts=(first_total, total - first_total, *full, *firsts, *(a - b for a, b in zip(full, firsts, strict=True))),
        ),
        bills=(
            bill(office, names[mine], rest, far, item, used=first, note="the rest, after the advance")
            if rng.random() < 0.5 else bill(office, names[mine], first, paid, item, note="the advance"),
            bill(office, names[mine], full[mine], far, item, "usage", "the whole again, after the advance", used=first),
            bill(office, absent, first, paid, item, "payee", "a station that is not in the table"),
        ),
    )  # fmt: skip


__all__ = ["disabled_letter", "relief_notice", "village_funds_sheet", "water_advance"]
