"""Papers that go to many or carry attachments: exam fees by sites, money for counties, a letter that corrects one."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.court import base, draw
from bench.papers.locked.court.regions import province
from bench.papers.values import Bill, Paper, Truth

_EXAMS = (
    "一级建造师 二级造价工程师 执业药师 注册测绘师 社会工作者 中级注册安全工程师 翻译专业 出版专业 监理工程师"
)
_SITES = "第一中学 职业技术学院 实验中学 第三中学 师范学院附属中学 技师学院 开放大学"


def exam_fees(rng: Random) -> Paper:
    """A notice on fees for an exam with a table of cities and sites, cities merged; some are drafts for comment."""
    region, sign, cities = province(rng)
    office = region + rng.choice(("人事考试中心", "人事考试院", "专业技术人员考试中心"))
    when = base.day(rng, 2023, 2026)
    exam = rng.choice(base.split(_EXAMS)) + rng.choice(("职业资格考试", "资格考试"))
    rate = rng.choice((56, 61, 65, 70, 75))
    draft = rng.random() < 0.3
    serial = "　" if draft else str(rng.randrange(3, 90))
    number = f"{sign}{'人' if sign != '内' else '蒙人'}考〔{when.year}〕{serial}号"
    account, bank = (
        base.account(rng),
        f"中国建设银行{region[:2]}省级机关支行" if region.endswith("省") else "中国银行呼和浩特市新城支行",
    )
    groups: dict[str, list[tuple[str, int, Decimal]]] = {}
    for city in rng.sample(list(cities), len(cities)):
        sites = rng.sample(base.split(_SITES), rng.choice((1, 2, 2, 3)))
        groups[city] = [
            (city + site, count := rng.randrange(90, 2600), base.yuan(count * rate)) for site in sites
        ]
    due = {city: sum((row[2] for row in rows), Decimal(0)) for city, rows in groups.items()}
    total = sum(due.values(), Decimal(0))
    heads = ("序号", "缴费单位", "考点", "报考科次", "标准<br>（元/科次）", "考点小计", "应缴考试费")
    table = f"<tr>{''.join(f'<th>{each}</th>' for each in heads)}</tr>"
    at = 0
    for city, rows in groups.items():
        for place, (site, count, each) in enumerate(rows):
            at += 1
            span = f"rowspan={len(rows)}"
            left = f"<td {span}>{city}人事考试中心</td>" if not place else ""
            right = f"<td {span} class=r>{base.comma(due[city])}</td>" if not place else ""
            table += f"<tr><td>{at}</td>{left}<td>{site}</td><td>{count}</td><td>{rate}</td><td class=r>{base.comma(each)}</td>{right}</tr>"
    table += f"<tr><td colspan=6><b>合　计</b></td><td class=r><b>{base.comma(total)}</b></td></tr>"
    title = rng.choice(
        (f"关于缴纳{when.year}年度{exam}考试费的通知", f"关于做好{when.year}年度{exam}考试费上缴工作的通知")
    )
    due_day = when + timedelta(days=20)
    head = "<div class=draft>（征求意见稿）</div>" if draft else ""
    end = (
        "<p>请于五个工作日内将修改意见反馈我单位财务科，正式文件另行印发。</p>"
        if draft
        else f"<div class=end>{draw.seal(rng, office, 'right:6mm;top:-12mm')}<p>{office}</p><p>{base.written(when)}</p></div>"
    )
    body = f"""<div class=w>{draw.letterhead(rng, office, number, rng.choice(("", "文件")))}<h1>{title}</h1>{head}
    <p class=to>各市人事考试中心：</p><p>{when.year}年度{exam}报名工作已结束。
    根据价格和财政部门核定的收费标准（每人每科{rate}元），各市代收的考试费
    应全额上缴。现将有关事项通知如下：</p><p>一、各市应缴考试费合计{base.comma(total)}元，各缴费单位应缴数额见附表。</p>
    <p>二、请于{base.written(due_day)}前汇入下列账户，并注明“{exam}费”。户名：{office}；开户行：{bank}；账号：{account}。</p>
    <p>三、到账后我单位按缴费单位开具财政电子票据，不向考点学校开票。考点学校的场租及监考劳务由各市另行结算。</p>
    <p>联系人：{base.person(rng, 0)}　电话：{base.telephone(rng)}</p>{end}
    <div class=att><p class=to>附表</p><h3>{when.year}年度{exam}考试费上缴明细表</h3>
    <p class=u>单位：元</p><table>{table}</table></div></div>"""
    face = rng.choice(("uming", "serif", "wenkai"))
    style = f"""body{{font:14pt/1.75 '{face}'}} h1,h3{{font:bold 18pt/1.4 'serif-bold';text-align:center;margin:0 0 4mm}}
    h3{{font-size:15pt}} p{{text-indent:2em;text-align:justify}} .to,.u{{text-indent:0}} .u{{text-align:right;font-size:10.5pt}}
    .draft{{text-align:center;font:15pt 'ukai';margin-bottom:4mm}} table{{width:100%}} .r{{text-align:right}} .end{{position:relative;
    margin-top:14mm;break-inside:avoid}} .end p{{text-align:right;padding-right:10mm}} .att{{break-before:page}}
    td,th{{border:.3mm solid #222;padding:1mm 1.2mm;font-size:10.5pt;line-height:1.4;text-align:center}} td.r{{text-align:right}}"""
    city = rng.choice([each for each, rows in groups.items() if len(rows) > 1] or list(groups))
    neighbour = rng.choice([each for each in groups if each != city])
    honest = Bill(
        payer=f"{city}人事考试中心",
        unit=office,
        unit_account=rng.choice(("", account)),
        total=due[city],
        issued_on=base.later(rng, when, 4, 30),
        items=(rng.choice(("考试费", "考试考务费", "专业技术人员考试费")),),
        note="one city's sum over its sites",
    )
    wrongs = [
        base.bad(honest, "amount", "another city's sum", total=due[neighbour]),
        base.bad(honest, "amount", "everything on the table", total=total),
        base.bad(honest, "payer", "a site is no payer", payer=groups[city][0][0]),
        base.bad(honest, "account", "not the account of the notice", unit_account=base.account(rng)),
        base.bad(honest, "date", "before the notice", issued_on=base.later(rng, when, -90, -30)),
        base.bad(honest, "purpose", "no rent", items=("房屋租金",)),
    ]
    if len(groups[city]) > 1:
        wrongs[1] = base.bad(honest, "amount", "only one of the city's sites", total=groups[city][0][2])
    note = "a draft for comment"
    bills = (
        (
            base.bad(honest, "status", note),
            base.bad(honest, "status", note, payer=f"{neighbour}人事考试中心", total=due[neighbour]),
        )
        if draft
        else base.held(rng, honest, wrongs)
    )
    return Paper(
        family="exam fee notice",
        tool="weasyprint",
        data=tools.weasy(draw.page(body, style)),
        truth=Truth(
            kind="policy",
            payers=tuple(f"{each}人事考试中心" for each in groups),
            payees=(office,),
            total=total,
            signed_on=None if draft else when,
            numbers=() if draft else (number,),
            accounts=(account,),
            purpose=f"{when.year}年度{exam}考试费",
            status="draft" if draft else "",
            also_names=tuple(row[0] for rows in groups.values() for row in rows),
            also_amounts=(
                *due.values(),
                *(row[2] for rows in groups.values() for row in rows),
                base.yuan(rate),
            ),
            also_purposes=("考试费", f"{exam}费", f"{exam}考试费"),
        ),
        bills=bills,
    )


_FUNDS = (
    ("地质灾害综合防治", "地质环境监测站", ("{}滑坡治理工程", "{}崩塌隐患点治理", "{}普适型监测预警点建设")),
    ("土地综合整治", "土地整理中心", ("{}高标准农田提质", "{}全域土地综合整治", "{}耕地恢复补充")),
    ("国土绿化试点示范", "国有林场", ("{}人工造林", "{}退化林修复", "{}封山育林")),
)
_SPOTS = ["龙泉镇", "三合乡", "白水镇", "大河镇", "新民乡", "双桥镇", "石门乡", "永安镇", "柏林镇"]


def _fund_rows(
    rng: Random, cities: dict[str, list[str]], tail: str, works: tuple[str, ...]
) -> tuple[str, dict[str, list[tuple[Decimal, Decimal, Decimal]]]]:
    """The rows of a table over counties with merged cities and subtotals, and each unit's rows: all, before, now."""
    kept: dict[str, list[tuple[Decimal, Decimal, Decimal]]] = {}
    made = ""
    for city, counties in cities.items():
        lines, whole, below = 0, "", [Decimal(0)] * 3
        for county in counties:
            spots = rng.sample(_SPOTS, rng.choice((1, 1, 1, 2, 3)))
            sums = [_fund(rng) for _ in spots]
            kept[county + tail] = sums
            below = [each + sum((row[at] for row in sums), Decimal(0)) for at, each in enumerate(below)]
            lines += len(spots)
            for at, (spot, row) in enumerate(zip(spots, sums, strict=True)):
                head = f"<td rowspan={len(spots)}>{county}</td><td rowspan={len(spots)}>{county + tail}</td>"
                cells = "".join(f"<td class=r>{base.wan(each)}</td>" for each in row)
                work = rng.choice(works).format(spot)
                whole += f"<tr>{'' if at else head}<td>{work}</td>{cells}<td>{'续建' if row[1] else '新建'}</td></tr>"
        made += f"<tr><td rowspan={lines + 1}>{city}</td><td colspan=3><b>小　计</b></td>"
        made += (
            "".join(f"<td class=r><b>{base.wan(each)}</b></td>" for each in below) + f"<td></td></tr>{whole}"
        )
    return made, kept


def _fund(rng: Random) -> tuple[Decimal, Decimal, Decimal]:
    whole = base.rounded(rng, 400_000, 6_000_000, 500)
    before = base.yuan((whole * Decimal(rng.choice(("0", "0.3", "0.4"))) / 100).quantize(Decimal(1)) * 100)
    return (
        whole,
        before,
        base.yuan(
            ((whole - before) * Decimal(rng.choice(("0.5", "0.6", "1"))) / 100).quantize(Decimal(1)) * 100
        ),
    )


def allocation(rng: Random) -> Paper:
    """A notice that hands out money, with a table over counties on wide pages: merged cells, subtotals, in 万."""
    region, sign, cities = province(rng)
    office = region + "自然资源厅"
    when = base.day(rng, 2023, 2026)
    topic, tail, works = rng.choice(_FUNDS)
    number = f"{sign}{'蒙' if sign == '内' else ''}自然资{rng.choice(('发', '函', '资金'))}〔{when.year}〕{rng.randrange(4, 180)}号"
    made, kept = _fund_rows(rng, cities, tail, works)
    printed = [row for rows in kept.values() for row in rows]
    sums = [sum((row[at] for row in printed), Decimal(0)) for at in range(3)]
    batch = rng.choice(("", "（第二批）", "（第一批）"))
    purpose = f"{when.year}年度{topic}补助资金"
    head = (
        "<thead><tr><th rowspan=2>市</th><th rowspan=2>县（市、区、旗）</th><th rowspan=2>承担单位</th><th rowspan=2>项目名称</th>"
        "<th colspan=3>金额（万元）</th><th rowspan=2>备注</th></tr><tr><th>核定补助</th><th>此前已拨</th><th>本次拨付</th></tr></thead>"
    )
    whole = "".join(f"<td class=r><b>{base.wan(each)}</b></td>" for each in sums)
    title = f"{office}关于下达{purpose}{batch}的通知"
    body = f"""<div class=w>{draw.letterhead(rng, office, number)}<h1>{title}</h1><p class=to>有关市、县自然资源主管部门：</p>
    <p>为支持各地做好{topic}工作，经研究，现下达{purpose}{batch}{base.wan(sums[2])}万元，由我厅直接拨付至项目承担单位（明细见附件），
    并就有关事项通知如下。</p><p>一、补助资金专项用于{topic}项目，承担单位应单独核算，不得用于人员经费和楼堂馆所建设。</p>
    <p>二、核定补助总额{base.wan(sums[0])}万元，此前已拨付{base.wan(sums[1])}万元，余款视项目进度另行拨付。</p>
    <p>三、承担单位收到资金后十个工作日内，按本次拨付数向我厅开具资金往来结算票据。</p>
    <p>附件：{when.year}年度{topic}补助资金分配表</p>
    <div class=end>{draw.seal(rng, office, "right:6mm;top:-12mm")}<p>{office}</p><p>{base.written(when)}</p></div></div>
    <section><p class=to>附件</p><h3>{when.year}年度{topic}补助资金分配表</h3><table>{head}<tr><td colspan=4><b>合　计</b></td>{whole}
    <td></td></tr>{made}</table></section>"""
    face = rng.choice(("uming", "serif"))
    style = f"""@page wide{{size:A4 landscape;margin:18mm 20mm}} body{{font:14.5pt/1.85 '{face}'}} section{{page:wide;break-before:page}}
    h1,h3{{font:bold 19pt/1.4 'serif-bold';text-align:center;margin:0 0 5mm}} h3{{font-size:16pt;margin:0 0 2mm}} table{{width:100%}}
    p{{text-indent:2em;text-align:justify}} .to{{text-indent:0}} .end{{position:relative;margin-top:16mm;break-inside:avoid}}
    .end p{{text-align:right;padding-right:10mm}} td,th{{border:.3mm solid #222;padding:1.4mm;font-size:11pt;line-height:1.35;
    text-align:center}} td.r{{text-align:right}} section p{{font:13pt 'zenhei'}}"""
    many = rng.random() < 0.35
    unit = rng.choice([each for each, row in kept.items() if (len(row) > 1) == many] or list(kept))
    mine = kept[unit]
    total, before, now = (sum((row[at] for row in mine), Decimal(0)) for at in range(3))
    honest = Bill(
        payer=office,
        unit=unit,
        total=now,
        issued_on=base.later(rng, when, 8, 40),
        items=(rng.choice((f"{topic}补助资金", f"{topic}资金", f"收到{topic}补助款")),),
        note="what the unit gets this time" + (", over its projects" if len(mine) > 1 else ""),
    )
    others = [row[2] for each, rows in kept.items() if each != unit for row in rows if row[2] != now]
    wrongs = [
        base.bad(honest, "amount", "万 read as 元", total=base.yuan(now / 10000)),
        base.bad(honest, "amount", "another county's row", total=rng.choice(others)),
        base.bad(honest, "payee", "a unit of no row", unit=next(iter(cities)) + tail),
        base.bad(honest, "payer", "not the office that pays", payer=region + "财政厅"),
        base.bad(honest, "date", "before the notice", issued_on=base.later(rng, when, -90, -20)),
        base.bad(honest, "usage", "billed before", used=now),
        base.bad(honest, "purpose", "no fee for lodging", items=("住宿费",)),
    ]
    if before and before != now:
        wrongs.append(base.bad(honest, "amount", "what was paid earlier", total=before))
    if total != now:
        wrongs.append(base.bad(honest, "amount", "all that was approved", total=total))
    return Paper(
        family="allocation table",
        tool="weasyprint",
        data=tools.weasy(draw.page(body, style)),
        truth=Truth(
            kind="policy",
            payers=(office,),
            payees=tuple(kept),
            total=sums[2],
            signed_on=when,
            numbers=(number,),
            purpose=purpose,
            also_amounts=(*(each for row in printed for each in row), *sums[:2]),
            also_purposes=(f"{topic}补助资金", f"{topic}项目", topic),
        ),
        bills=base.held(rng, honest, wrongs),
    )


_WORK = (
    (
        "测绘院",
        "不动产测绘服务费",
        ("控制测量", "房产面积实测", "宗地界址测量", "图件编制"),
        ("技术服务费", "测绘服务费"),
    ),
    (
        "地质调查中心",
        "地质灾害危险性评估费",
        ("资料收集与踏勘", "工程地质调查", "评估报告编制", "专家评审组织"),
        ("技术服务费", "评估费"),
    ),
    (
        "自然资源档案馆",
        "档案数字化加工费",
        ("档案整理", "扫描及图像处理", "目录著录", "数据挂接"),
        ("技术服务费", "档案加工费"),
    ),
)


def correcting_letter(rng: Random) -> Paper:
    """A unit's letter that corrects the sum of an earlier one, with a table and an account as attachments."""
    place = rng.choice(base.PLACES)
    tail, purpose, works, items = rng.choice(_WORK)
    unit, when = place.short + tail, base.day(rng, 2023, 2026)
    buyer = base.company(rng, place, rng.choice(("estate", "build", "trade")))
    earlier = base.later(rng, when, -45, -12)
    price = [rng.choice((8, 12, 15, 20, 26, 35, 48)) for _ in works]
    count = [rng.randrange(40, 900) for _ in works]
    sums = [base.yuan(a * b) for a, b in zip(price, count, strict=True)]
    total = sum(sums, Decimal(0))
    old = total + base.yuan(rng.choice((1_800, 3_600, 7_250, 9_400)))
    number = f"{place.stem}{rng.choice(('测函', '技函', '业函'))}〔{when.year}〕{rng.randrange(20, 90)}号"
    cited = f"{number.split('〔')[0]}〔{earlier.year}〕{rng.randrange(2, 19)}号"
    contract = f"HT{earlier.year}-{base.digits(rng, 5)}"
    account, bank = base.account(rng), base.bank(rng, place)
    head = "[序号],[工作内容],[计费单位],[单价（元）],[数量],[金额（元）]"
    cells = ",".join(
        f"[{at + 1}],[{work}],[{rng.choice(('点', '幅', '件', '百页'))}],[{a}.00],[{b}],[{base.comma(each)}]"
        for at, (work, a, b, each) in enumerate(zip(works, price, count, sums, strict=True))
    )
    rules = rng.choice(("0.6pt", "none"))
    lead = rng.choice(
        (
            f"根据我单位与贵公司签订的合同（编号：{contract}），我单位曾于{base.written(earlier)}以{cited}函请贵公司支付{purpose}"
            f"{base.comma(old)}元。经双方复核工作量，该函所列数额有误，现更正为人民币{base.comma(total)}元（大写：{base.capital(total)}），"
            f"以本函为准，{cited}函同时作废。",
            f"贵公司委托的工作（合同编号：{contract}）已通过验收。我单位前函（{cited}，{base.written(earlier)}）按暂估工作量计列"
            f"{base.comma(old)}元，现已据实核定，{purpose}应为人民币{base.capital(total)}（￥{base.comma(total)}），前函数额不再执行。",
        )
    )
    source = f"""{draw.typ_page(rng.choice(("AR PL UMing", "Noto Serif SC", "LXGW WenKai")), 14, 1.05)}
#mid(text(size: 26pt, fill: rgb("#cc1a1a"), weight: "bold", font: "Noto Serif SC")[{unit}])
#line(length: 100%, stroke: 1.5pt + rgb("#cc1a1a"))
#align(right)[{number}]
#v(4mm)
#mid(text(size: 19pt, weight: "bold", font: "Noto Serif SC")[{rng.choice(("关于更正", "关于重新核定"))}{purpose}的函])
#v(4mm)
#flat[{draw.typ(buyer)}：]

{draw.typ(lead)}

请贵公司在收到本函后十五日内将上述款项汇入我单位账户，我单位在款项到账后开具票据。此前未按前函付款的，按更正后的数额一次付清即可。

专此函达。

附件：1. {purpose}核定明细表

#h(3em)2. 收款账户信息
#v(12mm)
#align(right)[{unit}　　]
#align(right)[{base.written(when, rng.choice((0, 1)))}　　]
#v(8mm)
#flat[（联系人：{base.person(rng, 0.2)}，{base.mobile(rng)}）]
#pagebreak()
#flat[附件1]
#mid(text(size: 16pt, weight: "bold", font: "Noto Serif SC")[{purpose}核定明细表])
#set text(size: 11.5pt)
#table(columns: (auto, 1fr, auto, auto, auto, auto), stroke: {rules}, inset: 7pt, align: center + horizon,
  table.hline(), {head}, table.hline(), {cells}, table.hline(), table.cell(colspan: 5)[合计], [{base.comma(total)}], table.hline())
#v(14mm)
#flat[附件2]
#mid(text(size: 16pt, weight: "bold", font: "Noto Serif SC")[收款账户信息])
#flat[单位名称：{unit}] \n
#flat[开户银行：{bank}] \n
#flat[银行账号：{base.spaced(account)}] \n
#flat[统一社会信用代码：{(code := base.credit_code(rng, "12"))}] \n"""
    honest = Bill(
        payer=buyer,
        unit=unit,
        unit_code=code,
        unit_account=rng.choice(("", account)),
        total=total,
        issued_on=base.later(rng, when, 3, 30),
        items=(rng.choice(items),),
        note="the corrected sum",
    )
    wrongs = (
        base.bad(honest, "amount", "the sum of the letter before", total=old),
        base.bad(honest, "amount", "one row of the table", total=max(sums)),
        base.bad(honest, "account", "not the account of the attachment", unit_account=base.account(rng)),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, buyer)),
        base.bad(honest, "purpose", "no gift", items=("捐赠收入",)),
        base.bad(
            honest, "payee", "another unit", unit=place.short + "住房保障中心", unit_account="", unit_code=""
        ),
    )
    return Paper(
        family="letter with attachments",
        tool="typst",
        data=tools.typst(source),
        truth=Truth(
            **base.said("policy", buyer, unit, total, when, number=number, account=account, words=True),
            purpose=purpose,
            also_amounts=(old, *sums, *(base.yuan(each) for each in price)),
            also_numbers=(cited, contract),
        ),
        bills=(honest, wrongs[0], rng.choice(wrongs[1:])),
    )


LAYOUTS = {"exam_fees": exam_fees, "allocation": allocation, "correcting_letter": correcting_letter}
