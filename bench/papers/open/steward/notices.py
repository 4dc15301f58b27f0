"""Notices and invoices in which several owners or units each bear a share."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from . import common as c


def fund_refill(rng: Random) -> Paper:
    """A wide allocation table: area, rate, share, already paid, due now, one row per firm of a building."""
    _, city, county = c.place(rng)
    fund = rng.choice((f"{county}房屋维修资金管理中心", f"{city}公共维修资金管理处"))
    firms: list[str] = []
    for trade in rng.sample(
        ("商贸", "餐饮管理", "医药连锁", "物流", "会计服务", "家居", "广告"), rng.randrange(4, 7)
    ):
        firms.append(c.company(rng, city, trade, firms))
    rate = Decimal(rng.randrange(180, 990)) / 10
    areas = [Decimal(rng.randrange(8000, 96000)) / 100 for _ in firms]
    shares = [c.cents(area * rate) for area in areas]
    paid = [Decimal(0) if rng.random() < 0.4 else Decimal(int(share / 3 / 1000) * 1000) for share in shares]
    due = [share - before for share, before in zip(shares, paid, strict=True)]
    total = sum(due, Decimal(0))
    issued = c.day(rng)
    limit = c.later(issued, 20)
    number = rng.choice(
        (
            f"维资通〔{issued.year}〕{rng.randrange(4, 90)}号",
            f"房维函〔{issued.year}〕第{rng.randrange(4, 90)}号",
        )
    )
    number_account = c.account(rng, 19)
    tower = rng.choice(("金融大厦", "商会大楼", "供销综合楼", "百货大楼"))
    caps = rng.choice(
        (
            ("序号", "业主单位", "建筑面积(㎡)", "分摊单价", "应分摊额", "已缴", "本次应缴"),
            ("No.", "产权单位", "计费面积", "标准", "分摊金额", "前期已交", "本期应交"),
        )
    )
    rows = [
        (k + 1, firm, f"{area:.2f}", f"{rate:.2f}", c.money(share), c.money(before), c.money(now))
        for k, (firm, area, share, before, now) in enumerate(
            zip(firms, areas, shares, paid, due, strict=True)
        )
    ]
    rows.append(
        (
            "",
            "合　计",
            f"{sum(areas, Decimal(0)):.2f}",
            "",
            c.money(sum(shares, Decimal(0))),
            c.money(sum(paid, Decimal(0))),
            c.money(total),
        )  # type: ignore[arg-type]
    )
    work = rng.choice(("消防系统改造", "外墙及屋面修缮", "电梯更新"))
    css = f"""@page{{size:A4 landscape;margin:16mm 20mm}}body{{font:11.5pt/1.6 {rng.choice(("serif", "sans", "ukai"))}}}
    h1{{color:#c00;font:bold 23pt serif;text-align:center;letter-spacing:5px;border-bottom:2pt solid #c00;margin:0;padding-bottom:2mm}}
    h2{{font:bold 15pt sans;text-align:center;margin:4mm 0 2mm}}p{{text-indent:2em;margin:1mm 0}}table{{width:100%;\
border-collapse:collapse;margin:2mm 0}}
    td,th{{border:.6pt solid #222;padding:1mm 2mm;font-size:10.5pt}}.n{{text-align:right}}.r{{text-align:right;position:relative;\
padding-top:4mm;line-height:1.5}}"""
    html = f"""<style>{css}</style><h1>{fund}</h1><div style="text-align:center">{number}</div>
    <h2>关于缴纳{tower}{work}分摊款的通知</h2><div>{tower}各产权单位：</div>
    <p>{tower}{work}工程已于{c.cn(c.later(issued, -24))}竣工结算。按各单位建筑面积分摊，扣除前期预缴部分后，各单位本次应缴{work}\
分摊款见下表（单位：元）。</p>
    {c.table(caps, rows)}
    <p>请于{c.cn(limit)}前将款项汇至：{fund}，开户银行：{c.bank(rng, city)}，账号：{number_account}，并注明单位名称。
    各单位单独开具票据。咨询电话：{c.phone(rng)}（{c.person(rng)}）。</p>
    <div class=r>{fund}<br>{c.cn(issued)}{c.seal(fund, width="34mm", style="position:absolute;right:2mm;top:-6mm")}</div>"""
    k = next((k for k, before in enumerate(paid) if before), 0)
    other = (k + 1) % len(firms)
    item = rng.choice(("维修资金分摊款", "代收代付款", f"{work}分摊款"))
    base = {"unit": fund, "items": (item,)}
    bills = [
        Bill(payer=firms[other], total=due[other], issued_on=c.later(issued, 11), note="its own row", **base),
        Bill(
            payer=firms[k],
            total=due[other],
            issued_on=c.later(issued, 6),
            wrong="amount",
            note="due of another row",
            **base,
        ),
    ]
    if paid[k]:
        bills.append(
            Bill(
                payer=firms[k],
                total=shares[k],
                issued_on=c.later(issued, 7),
                wrong="amount",
                note="whole share, though part was paid before",
                **base,
            )
        )
    return Paper(
        family="joint notice",
        tool="weasyprint",
        data=tools.weasy(html),
        truth=Truth(
            kind="policy",
            payers=tuple(firms),
            payees=(fund,),
            total=total,
            instalments=tuple(dict.fromkeys(due)),
            signed_on=issued,
            numbers=(number,),
            accounts=(number_account,),
            purpose=f"{work}分摊款",
            also_amounts=(
                rate,
                *areas,
                *shares,
                *(p for p in paid if p),
                sum(shares, Decimal(0)),
                sum(paid, Decimal(0)),
                sum(areas, Decimal(0)),
            ),
            also_purposes=(f"{tower}{work}分摊款", f"{tower}{work}工程"),
        ),
        bills=tuple(bills),
    )


def shared_hall(rng: Random) -> Paper:
    """An Excel sheet by which partner associations share a hall's running costs of a quarter."""
    import io

    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    _, _, county = c.place(rng)
    centre = f"{county}{rng.choice(('文化体育中心', '体育馆', '群众艺术馆'))}"
    kinds = rng.sample(
        ("羽毛球", "乒乓球", "太极拳", "书法家", "摄影家", "舞蹈家", "象棋", "门球", "音乐家"),
        rng.randrange(4, 8),
    )
    unions = [f"{county}{kind}协会" for kind in kinds]
    issued = c.day(rng)
    hours = [rng.randrange(20, 180) for _ in unions]
    price = Decimal(rng.choice((12, 15, 18, 22)))
    power = [Decimal(rng.randrange(3000, 90000)) / 100 for _ in unions]
    rent = [price * hour for hour in hours]
    off = [Decimal(int(sum_ * Decimal("0.2"))) if rng.random() < 0.5 else Decimal(0) for sum_ in rent]
    due = [a + b - x for a, b, x in zip(rent, power, off, strict=True)]
    total = sum(due, Decimal(0))
    quarter = f"{issued.year}年第{'一二三四'[(issued.month - 1) // 3]}季度"
    number_account = c.account(rng, 17)
    book = Workbook()
    sheet = book.active
    face = rng.choice(("Noto Sans CJK SC", "AR PL UMing CN", "WenQuanYi Zen Hei"))
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    heads = ("序号", "使用单位", "时数", "单价", "场地费", "水电费", "优惠减免", "实际应交", "签收")
    line = Side(style="thin")
    sheet.append([f"{centre}场馆运行费用分摊单"])
    sheet.append([f"费用期间：{quarter}　　制单日期：{issued.year}/{issued.month}/{issued.day}　　单位：元"])
    sheet.append(heads)
    for k, union in enumerate(unions):
        sheet.append(
            [
                k + 1,
                union,
                hours[k],
                float(price),
                float(rent[k]),
                float(power[k]),
                float(off[k]) or None,
                float(due[k]),
                None,
            ]
        )
    sheet.append(
        [
            "",
            "合计",
            sum(hours),
            None,
            float(sum(rent)),
            float(sum(power)),
            float(sum(off)) or None,
            float(total),
            None,
        ]
    )
    last = sheet.max_row
    sheet.append([f"合计大写：{c.words(total)}"])
    sheet.append([f"收款单位：{centre}　　开户行：{c.bank(rng, county)}　　账号：{number_account}"])
    sheet.append([f"制表：{c.person(rng)}　　　　复核：{c.person(rng)}　　　　负责人：{c.person(rng)}"])
    for row in (1, 2, last + 1, last + 2, last + 3):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=9)
    for row in sheet.iter_rows():
        for cell in row:
            cell.font = Font(name=face, size=18 if cell.row == 1 else 11, bold=cell.row in (1, 3))
            middle = cell.row in (1, 3) or cell.column in (1, 9)
            cell.alignment = Alignment(horizontal="center" if middle else None, vertical="center")
            if 3 <= cell.row <= last:
                cell.border = Border(line, line, line, line)
                if cell.column >= 4 and cell.row > 3:
                    cell.number_format = "#,##0.00"
                if cell.row == 3:
                    cell.fill = PatternFill("solid", fgColor="DDE6F3")
    for column, width in zip("ABCDEFGHI", (6, 30, 8, 9, 13, 12, 12, 14, 14), strict=True):
        sheet.column_dimensions[column].width = width
    for row in range(1, sheet.max_row + 1):
        sheet.row_dimensions[row].height = 34 if row == 1 else 23
    out = io.BytesIO()
    book.save(out)
    k, other = rng.sample(range(len(unions)), 2)
    item = rng.choice(("场地使用费", "场馆使用费"))
    return Paper(
        family="joint invoice",
        tool="xlsx/libreoffice",
        data=tools.office(out.getvalue(), "xlsx"),
        truth=Truth(
            kind="other",
            payers=tuple(unions),
            payees=(centre,),
            total=total,
            instalments=tuple(dict.fromkeys(due)),
            words=total,
            signed_on=issued,
            accounts=(number_account,),
            purpose="场馆运行费用",
            also_amounts=(
                price,
                *rent,
                *power,
                *(x for x in off if x),
                sum(rent, Decimal(0)),
                sum(power, Decimal(0)),
            ),
            also_purposes=("场馆运行费用分摊单", "场地费", "水电费"),
        ),
        bills=(
            Bill(
                payer=unions[k],
                unit=centre,
                total=due[k],
                issued_on=c.later(issued, 5),
                items=(item,),
                note="own row, net",
            ),
            Bill(
                payer=unions[k],
                unit=centre,
                total=due[other],
                issued_on=c.later(issued, 5),
                items=(item,),
                wrong="amount",
                note="another row",
            ),
            Bill(
                payer=f"{county}健身气功协会",
                unit=centre,
                total=due[k],
                issued_on=c.later(issued, 6),
                items=(item,),
                wrong="payer",
                note="not on the sheet",
            ),
        ),
    )


def lift_owners(rng: Random) -> Paper:
    """A notice on the door: owners of a stairwell share a lift, floor by floor; photographed."""
    _, _, county = c.place(rng)
    office = rng.choice(
        (
            f"{county}城关镇东街社区居民委员会",
            f"{county}既有住宅加装电梯服务中心",
            f"{county}安居物业服务中心",
        )
    )
    floors = list(range(2, rng.choice((6, 7, 8))))
    owners = c.people(rng, 2 * len(floors))
    base_price = Decimal(rng.choice((4000, 4800, 5200)))
    whole, done, rows, due = [], [], [], []
    for k, owner in enumerate(owners):
        floor = floors[k // 2]
        factor = Decimal("0.5") + Decimal("0.25") * (floor - 2)
        share = base_price * factor
        before = Decimal(1000) if rng.random() < 0.7 else Decimal(0)
        whole.append(share)
        done.append(before)
        due.append(share - before)
        rows.append(
            (
                f"{floor}0{k % 2 + 1}",
                owner,
                f"{factor}",
                c.plain(share),
                c.plain(before) if before else "—",
                c.plain(share - before),
            )
        )
    total = sum(due, Decimal(0))
    rows.append(
        ("合计", "", "", c.plain(sum(whole, Decimal(0))), c.plain(sum(done, Decimal(0))), c.plain(total))
    )
    issued = c.day(rng)
    block = f"{rng.choice(('和平里', '文化路', '纺织厂家属院'))}{rng.randrange(2, 30)}号楼{rng.randrange(1, 4)}单元"
    number_account = c.account(rng, 19)
    css = """@page{size:A4;margin:20mm 22mm}body{font:13pt/1.7 serif}h1{font:bold 21pt sans;text-align:center;margin:0 0 3mm}
    table{width:100%;border-collapse:collapse}td,th{border:1px solid #000;padding:.8mm 2mm;text-align:center;font:12pt/1.5 ukai}
    th{font-family:sans-bold}p{text-indent:2em;margin:2mm 0}.r{text-align:right;margin-top:9mm}"""
    html = f"""<style>{css}</style><h1>{rng.choice(("加装电梯费用分摊公示", "电梯加装款分摊通知"))}</h1><div>{block}各位业主：</div>
    <p>本单元加装电梯方案经业主表决通过，政府补助后自筹部分按楼层系数分摊（二层系数0.5，逐层递增0.25，基数{c.plain(base_price)}\
元）。各户加装电梯款如下：</p>
    {c.table(("房号", "户主", "系数", "应摊(元)", "已交定金", "尚需交纳"), rows)}
    <p>请于{c.cn(c.later(issued, 6))}前交至{office}账户（{c.bank(rng, county)}，{number_account}），勿交现金。</p>
    <div class=r>{office}<br>{c.cn(issued)}</div>"""
    k = rng.choice([i for i, before in enumerate(done) if before] or [0])
    free = [i for i in range(len(owners)) if due[i] not in (due[k], whole[k])]
    item = rng.choice(("代收代付款", "加装电梯分摊款"))
    base = {"unit": office, "items": (item,)}
    bills = [
        Bill(payer=owners[k], total=due[k], issued_on=c.later(issued, 3), note="row of the owner", **base),
        Bill(
            payer=c.near_person(rng, owners[k], owners),
            total=due[k],
            issued_on=c.later(issued, 3),
            wrong="payer",
            note="near name",
            **base,
        ),
    ]
    if free:
        bills.append(
            Bill(
                payer=owners[free[0]],
                total=due[k],
                issued_on=c.later(issued, 4),
                wrong="amount",
                note="sum of another floor",
                **base,
            )
        )
    return Paper(
        family="joint notice",
        tool="chromium",
        form="scan",
        data=c.scan(
            rng,
            tools.chrome(html),
            ((0, office, "", 0.8, 0.52 + 0.02 * len(owners), 0.2),),
            dpi=170,
            photo=True,
        ),
        truth=Truth(
            kind="policy",
            payers=tuple(owners),
            payees=(office,),
            total=total,
            instalments=tuple(dict.fromkeys(due)),
            signed_on=issued,
            accounts=(number_account,),
            purpose="加装电梯款",
            also_amounts=tuple(
                dict.fromkeys(
                    (base_price, Decimal(1000), *whole, sum(whole, Decimal(0)), sum(done, Decimal(0)))
                )
            ),
            also_purposes=("加装电梯费用", "电梯加装款", "加装电梯"),
        ),
        bills=tuple(bills),
    )


def consortium(rng: Random) -> Paper:
    """A letter that splits a shared instrument's yearly fee among three units in sentences."""
    _, city, _ = c.place(rng)
    house = rng.choice((f"{city}分析测试中心", f"{city}农产品质量检验研究所", f"{city}计量测试研究院"))
    units = [
        rng.choice((f"{city}第一人民医院", f"{city}中心医院")),
        rng.choice((f"{city}职业技术学院", f"{city}师范学院")),
        c.company(rng, city, rng.choice(("检测技术", "环保科技"))),
    ]
    year_fee = Decimal(rng.randrange(24, 88) * 5000)
    cuts = rng.choice(((50, 30, 20), (45, 35, 20), (40, 36, 24)))
    shares = [year_fee * cut / 100 for cut in cuts]
    credit = Decimal(rng.randrange(20, 90) * 100)
    due = [shares[0], shares[1], shares[2] - credit]
    total = sum(due, Decimal(0))
    issued = c.day(rng)
    number = f"{rng.choice(('测函', '院财函', '所发'))}〔{issued.year}〕{rng.randrange(2, 60)}号"
    number_account = c.account(rng, 16)
    start, end = issued.replace(month=1, day=1), issued.replace(month=12, day=31)
    device = rng.choice(("大型质谱仪", "电镜平台", "气候环境试验舱"))
    face = rng.choice(("AR PL UMing CN", "Noto Serif SC", "AR PL UKai"))
    source = f"""
#set page(paper: "a4", margin: (left: 30mm, right: 26mm, y: 30mm))
#set text(font: ("{face}", "Noto Serif SC"), size: 13pt, lang: "zh")
#set par(leading: 1.05em, first-line-indent: (amount: 2em, all: true))
#align(center, text(24pt, fill: rgb("#c8102e"), weight: "bold", tracking: 3pt)[{house}])
#line(length: 100%, stroke: 1.6pt + rgb("#c8102e"))
#align(right, text(12pt)[{number}])
#align(center, text(16pt, weight: "bold")[关于交纳{issued.year}年度{device}共用费的函])
#par(first-line-indent: 0em)[{units[0]}、{units[1]}、{units[2]}：]

根据四方共建协议，{device}共用费实行按年预交，本年度（{c.cn(start)}至{c.cn(end)}）核定总额为{c.wan(year_fee)}万元。依约定比例，
{units[0]}承担{cuts[0]}%，计{c.money(due[0])}元；{units[1]}承担{cuts[1]}%，计{c.money(due[1])}元；{units[2]}承担{cuts[2]}%，\
计{c.money(shares[2])}元，
因上年结余{c.money(credit)}元转抵，本次实交{c.money(due[2])}元。三家合计应交{c.money(total)}元。

请于收函后十五个工作日内汇至我单位账户。户名：{house}；开户行：{c.bank(rng, city)}；账号：{number_account}。我单位将分别开具票据。

专此函达。

#v(8mm)
#align(right)[{house}　　　\\ {rng.choice((c.cn, c.han))(issued)}　　　]
#v(4mm)
#text(10.5pt)[（联系人：{c.person(rng)}，电话：{c.phone(rng)}）]
"""
    item = rng.choice(("仪器设备共用费", "测试服务费", "大型仪器使用费"))
    base = {"unit": house, "items": (item,)}
    return Paper(
        family="joint notice",
        tool="typst",
        data=tools.typst(source),
        truth=Truth(
            kind="policy",
            payers=tuple(units),
            payees=(house,),
            total=total,
            instalments=tuple(dict.fromkeys(due)),
            signed_on=issued,
            starts_on=start,
            ends_on=end,
            numbers=(number,),
            accounts=(number_account,),
            purpose=f"{device}共用费",
            also_amounts=(year_fee, shares[2], credit),
            also_purposes=(f"{issued.year}年度{device}共用费",),
        ),
        bills=(
            Bill(
                payer=units[2],
                total=due[2],
                issued_on=c.later(issued, 13),
                note="share less last year's credit",
                **base,
            ),
            Bill(payer=units[1], total=due[1], issued_on=c.later(issued, 9), note="plain share", **base),
            Bill(
                payer=units[1],
                total=due[0],
                issued_on=c.later(issued, 9),
                wrong="amount",
                note="another unit's share",
                **base,
            ),
            Bill(
                payer=units[0],
                total=due[0],
                issued_on=c.later(issued, 9),
                wrong="purpose",
                note="something else",
                **(base | {"items": ("住宿费",)}),
            ),
        ),
    )


LAYOUTS = {
    "fund_refill": fund_refill,
    "shared_hall": shared_hall,
    "lift_owners": lift_owners,
    "consortium": consortium,
}
