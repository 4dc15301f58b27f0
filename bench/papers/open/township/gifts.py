"""Gifts to towns after floods and for villages: agreements in stages, lists of donors, goods with their value."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.township import draw
from bench.papers.open.township.base import (
    PLACES,
    VILLAGES,
    account,
    bill,
    cn,
    code,
    day,
    dotted,
    firm,
    han,
    later,
    money,
    near,
    other,
    people,
    person,
    phone,
    plain_more,
    slipped,
    spaced,
    upper,
    yuan,
)
from bench.papers.values import Paper, Truth  # fmt: skip


def staged_gift(rng: Random) -> Paper:
    """A company's gift in two or three stages; the village it is for is not the one that receives."""
    place = rng.choice(PLACES)
    town = rng.choice(place.towns)
    unit = rng.choice(
        (
            f"{place.county}民政局",
            f"{place.county}{town}人民政府".replace("街道人民政府", "街道办事处"),
            f"{place.county}教育局",
        )
    )
    village = f"{place.county}{town}{rng.choice(VILLAGES)}村村民委员会"
    use = rng.choice(("村级幸福院建设", "文化活动广场建设", "校舍修缮", "安全饮水管网改造", "村道路灯亮化"))
    donor = rng.choice(
        (firm(rng), firm(rng), f"{rng.choice(PLACES).city}{place.county}商会", f"{place.city}慈善总会")
    )
    parts = [yuan(rng, 50000, 1500000, 10000) for _ in range(rng.choice((2, 3)))]
    total = sum(parts, Decimal(0))
    signed = day(rng)
    whens = [later(rng, signed, 5, 20)]
    for _ in parts[1:]:
        whens.append(later(rng, whens[-1], 120, 200))
    number = rng.choice(
        ("", f"捐字{signed.year}-{rng.randint(1, 40):02d}", f"JZ{signed.year}{rng.randint(1, 99):03d}")
    )
    to = account(rng)
    in_wan = rng.random() < 0.5
    steps = "；".join(
        f"第{'一二三'[k]}期{plain_more(part / 10000) + '万元' if in_wan else money(part) + '元'}，于{cn(each)}前到账"
        for k, (part, each) in enumerate(zip(parts, whens, strict=True))
    )
    rest = f"（大写：人民币{upper(total)}）"
    sums = f"{plain_more(total / 10000)}万元{rest}" if in_wan else f"人民币{money(total)}元{rest}"
    body = (
        f"<h1>捐 赠 协 议</h1>{f'<p class=r>协议编号：{number}</p>' if number else ''}"
        "<table style='margin-bottom:3mm'><tr><td style='width:32mm'>捐赠人（甲方）"
        f"</td><td>{donor}</td></tr><tr><td>统一代码</td><td>{code(rng)}</td></tr>"
        f"<tr><td>受赠人（乙方）</td><td>{unit}</td></tr><tr><td>受益方</td><td>{village}</td></tr></table>"
        f"<p>为支持乡村建设、弘扬扶贫济困美德，甲方自愿向乙方捐赠资金。根据《中华人民共和国公益事业捐赠法》，双方约定如下：</p>"
        f"<p class='b'>1　捐赠财产</p><p>甲方捐赠现金{sums}，定向用于{village.removesuffix('村民委员会')}{use}项目。</p>"
        f"<p class='b'>2　交付</p><p>分{'一二三'[len(parts) - 1]}期交付：{steps}。"
        f"汇入乙方账户：{spaced(to)}（{place.county}{place.bank}）。</p>"
        "<p class='b'>3　票据与公示</p><p>乙方每收到一期款项后，"
        "应在十个工作日内向甲方出具公益事业捐赠统一票据，并将使用情况向社会公示。</p>"
        "<p class='b'>4　监督</p><p>甲方有权查询捐赠资金使用情况；"
        "项目结余资金经甲方同意后可用于该村其他公益事项。乙方不得从中列支工作经费。</p>"
        "<p class='b'>5　其他</p><p>本协议自双方签字盖章之日起生效，壹式肆份，具有同等效力。</p>"
        "<div style='display:flex;justify-content:space-between;margin-top:12mm;page-break-inside:avoid'>"
        f"<div>甲方：{donor}<br>代表人：{person(rng)}<br>{cn(signed)}</div>"
        f"<div>乙方：{unit}<br>代表人：{person(rng, place.people)}<br>{cn(signed)}</div></div>"
    )
    css = "td { border-bottom: 0.5pt solid #666; }" if rng.random() < 0.5 else "body { font-size: 12.5pt; }"
    pdf = tools.weasy(draw.sheet(body, css, face=rng.choice(("serif", "wenkai", "sans")), margin="24mm 25mm"))
    pages = len(tools.pictures(pdf, 20)) - 1
    down = 0.2 if pages else 0.8
    data = draw.seal_pdf(
        pdf, [(draw.ring(donor), (pages, 0.25, down, 0.18)), (draw.ring(unit), (pages, 0.75, down, 0.18))]
    )
    item = rng.choice(("捐赠收入", "捐赠收入（货币）"))
    second = rng.random() < 0.5
    honest = (
        bill(
            donor,
            unit,
            parts[1],
            later(rng, whens[1], -3, 8),
            item,
            used=parts[0],
            note="the second stage",
            unit_account=to,
        )
        if second
        else bill(
            donor, unit, parts[0], later(rng, whens[0], -3, 8), item, note="the first stage", unit_account=to
        )
    )
    return Paper(
        family="donation agreement",
        tool="weasyprint",
        data=data,
        truth=Truth(
            kind="donation", payers=(donor,), payees=(unit,), total=total, instalments=tuple(parts), words=total, signed_on=signed,
            numbers=(number,) if number else (), accounts=(to,), purpose=f"{village.removesuffix('村民委员会')}{use}项目",
            also_names=(village,), also_purposes=(f"{use}项目", "支持乡村建设"),
        ),
        bills=(
            honest,
            bill(donor, unit, total, later(rng, whens[-1], 1, 20), item, "usage", "more than is left of the gift", used=parts[0]),
            bill(donor, village, parts[0], later(rng, whens[0], 0, 8), item, "payee", "the village benefits, but does not receive"),
        ),
    )  # fmt: skip


def donor_list(rng: Random) -> Paper:
    """A public list of who gave after a flood or a quake, from a web page; names alike stand near each other."""
    place = rng.choice(PLACES)
    unit = rng.choice(
        (f"{place.county}民政局", f"{place.county}红十字会", f"{place.county}{place.towns[1]}人民政府")
    )
    event = rng.choice(("“7·12”暴雨洪涝灾害", "“8·03”山洪泥石流灾害", "低温雨雪冰冻灾害", "“6·20”风雹灾害"))
    count = rng.randint(16, 38)
    donors = people(rng, count - 6, place.people)
    donors += [near(rng, donors[0]), "爱心人士", f"{place.county}供销合作社联合社机关职工"]
    donors += [firm(rng, place), firm(rng, place), f"{place.county}{place.towns[0]}商会"]
    donors = list(dict.fromkeys(donors))
    rng.shuffle(donors)
    sums = [Decimal(rng.choice((50, 100, 200, 300, 500, 520, 1000, 2000, 666))) if len(each) < 5 or "·" in each
            else yuan(rng, 5000, 300000, 500) for each in donors]  # fmt: skip
    total = sum(sums, Decimal(0))
    start = day(rng)
    when = later(rng, start, 12, 20)
    days = [later(rng, start, 0, 10) for _ in donors]
    rows = "".join(
        f"<tr><td>{k}</td><td>{who}</td><td class='num'>{money(value)}</td>"
        f"<td>{dotted(each)}</td><td>{rng.choice(('转账', '现金', '微信'))}</td></tr>"
        for k, (who, value, each) in enumerate(zip(donors, sums, days, strict=True), 1)
    )
    mine = rng.choice([k for k, each in enumerate(donors) if each != "爱心人士"])
    body = (
        f"<style>@page{{size:A4;margin:16mm}}body{{font-family:{rng.choice(('sans', 'zenhei', 'serif'))};font-size:10.5pt;color:#222}}"
        f"table{{width:100%;border-collapse:collapse}}td,th{{padding:3pt 6pt;"
        f"border:0.5pt solid #ccc}}tr:nth-child(even){{background:#f4f6f8}}"
        f".num{{text-align:right}}thead{{display:table-header-group}}h1{{font-size:17pt;text-align:center}}small{{color:#777}}</style>"
        f"<small>当前位置：首页 &gt; 政务公开 &gt; 社会救助　　来源：{unit}　发布时间：{when.isoformat()}</small>"
        f"<h1>{unit}关于{event}捐款明细的公示</h1><p>{event}发生后，社会各界踊跃捐款。截至{cn(when)}，{unit}共收到捐款{len(donors)}笔，"
        f"合计{money(total)}元，全部用于受灾群众生活救助和灾后重建。现将捐款明细公示如下（排名不分先后），如有遗漏或差错请致电{phone(rng)}。</p>"
        f"<table><thead><tr><th>序号</th><th>捐赠人</th><th>金额（元）</th><th>捐款日期</th><th>方式</th></tr></thead>{rows}"
        f"<tr><td></td><td>合计</td><td class='num'>{money(total)}</td><td></td><td></td></tr></table>"
    )
    data = tools.chrome(body)
    paid, item = later(rng, when, 0, 20), rng.choice(("捐赠收入", "救灾捐赠"))
    wrong_row = next(k for k in rng.sample(range(len(donors)), len(donors)) if sums[k] != sums[mine])
    outsider = firm(rng) if len(donors[mine]) > 5 and "·" not in donors[mine] else near(rng, donors[mine])
    if outsider in donors:
        outsider = firm(rng)
    return Paper(
        family="donor list",
        tool="chromium",
        data=data,
        truth=Truth(
            kind="donation", payers=(donors[mine],), payees=(unit,), total=total, signed_on=when,
            purpose="受灾群众生活救助和灾后重建", also_names=tuple(each for each in donors if each != donors[mine]),
            also_amounts=tuple(sums), also_purposes=(f"{event}捐款", f"{event}捐款明细"),
        ),
        bills=(
            bill(donors[mine], unit, sums[mine], paid, item),
            bill(outsider, unit, sums[mine], paid, item, "payer", "a name that is not in the list"),
            bill(donors[mine], unit, sums[wrong_row], paid, item, "amount", "the sum of another donor's row"),
        ),
    )  # fmt: skip


_GOODS = (
    ("矿泉水（550ml×24）", "箱", 24), ("方便面", "箱", 38), ("棉被（6斤）", "床", 128), ("折叠床", "张", 165), ("彩条布", "卷", 210),
    ("消毒液（5L）", "桶", 45), ("救生衣", "件", 68), ("大米（10kg）", "袋", 52), ("食用油（5L）", "桶", 66), ("柴油发电机", "台", 4800),
    ("冲锋舟", "艘", 16800), ("雨衣", "件", 25),
)  # fmt: skip


def goods_letter(rng: Random) -> Paper:
    """A letter of acceptance and, on the next page, the goods with their value; both scanned."""
    place = rng.choice(PLACES)
    unit = rng.choice((f"{place.county}应急管理局",
        f"{place.county}{rng.choice(place.towns)}人民政府".replace("街道人民政府", "街道办事处"),
                       f"{place.county}民政局", f"{place.county}红十字会"))  # fmt: skip
    donor = firm(rng)
    lines, total, prices, counts = "", Decimal(0), [], []
    picked = rng.sample(_GOODS, rng.randint(3, 7))
    for k, (title, measure, price) in enumerate(picked, 1):
        count = rng.randint(1, 6) if price > 1000 else rng.randint(3, 60) * 10
        total += price * count
        prices += [Decimal(price), Decimal(price * count)]
        counts.append(Decimal(price * count))
        lines += (
            f"<tr><td class='c'>{k}</td><td>{title}</td><td class='c'>{measure}</td><td class='num'>{count}</td>"
            f"<td class='num'>{price}.00</td><td class='num'>{money(Decimal(price * count))}</td></tr>"
        )
    when = day(rng)
    number = f"{place.short[0]}捐接〔{when.year}〕{rng.randint(1, 99)}号"
    event = rng.choice(("抗洪抢险", "抗震救灾", "防汛救灾", "低温冰冻救灾"))
    body = (
        draw.red_head(unit, number, suffix="")
        + f"<h1>捐赠物资接收函</h1><p class='n'>{donor}：</p><p>{rng.choice(('承蒙', '感谢'))}贵公司心系灾区，向我单位捐赠{event}物资一批，"
        f"折合价值人民币{upper(total)}（￥{money(total)}），品名、数量及单价详见所附清单。我单位已于{cn(later(rng, when, -3, 0))}验收入库，"
        f"将全部用于{event}工作，并依法出具公益事业捐赠票据。</p><p>谨致谢忱！</p>"
        f"<p>&nbsp;</p><p>联系人：{person(rng, place.people)}　{phone(rng)}</p>"
        f"<p class='r'>{unit}　　</p><p class='r'>{rng.choice((cn, han))(when)}　　</p>"
        f"<div style='page-break-before:always'><p class='n'>附：</p><h1 style='font-size:17pt'>捐赠物资折价清单</h1>"
        f"<p class='n' style='font-size:11pt'>捐赠单位：{donor}　　　接收单位：{unit}"
        "</p><table class='g'><tr><th>序号</th><th>品名规格</th><th>单位</th>"
        f"<th>数量</th><th>单价（元）</th><th>金额（元）</th></tr>{lines}<tr>"
        f"<td colspan='5' class='c'>合　计</td><td class='num'>{money(total)}</td></tr></table>"
        "<p class='n' style='font-size:11pt'>价格依据：捐赠方购货发票。"
        f"　移交人：{draw.ink(person(rng), 'zhimang', 17)}　接收人：{draw.ink(person(rng, place.people), 'mashan', 17)}</p></div>"
    )
    pdf = tools.weasy(draw.sheet(body, face=rng.choice(("uming", "ukai", "serif"))))
    seals = [
        (draw.ring(unit), (0, 0.7, 0.63, 0.2)),
        (draw.ring(donor), (1, 0.28, 0.5, 0.18)),
        (draw.ring(unit), (1, 0.74, 0.52, 0.18)),
    ]
    data = draw.copied(rng, pdf, seals, rng.choice((150, 180)))
    paid = later(rng, when, 0, 12)
    item = rng.choice(("捐赠收入（物资）", "捐赠收入"))
    return Paper(
        family="goods received",
        tool="weasyprint",
        form="scan",
        data=data,
        truth=Truth(
            kind="donation", payers=(donor,), payees=(unit,), total=total, words=total, signed_on=when, numbers=(number,),
            purpose=f"{event}物资", also_amounts=tuple(prices), also_purposes=(f"{event}工作", "捐赠物资"),
        ),
        bills=(
            bill(donor, unit, total, paid, item),
            bill(donor, unit, rng.choice((slipped(total), max(counts))), paid, item, "amount", "one line's sum, or digits exchanged"),
            bill(donor, unit, total, paid, other(rng, "", ("物资销售收入", "房屋租金", "检测费")), "purpose", "sold or let, not given"),
        ),
    )  # fmt: skip
