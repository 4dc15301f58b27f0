"""Research, tests and appraisals that a unit does for others, and what they cost."""

import io
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties

from bench.papers.open.society import people as of
from bench.papers.open.society.bills import change
from bench.papers.open.society.drawing import paragraphs, scan, seal_tag, sheet, table
from bench.papers.tools import chrome, office, weasy
from bench.papers.values import Bill, Paper, Truth

D = Decimal
TESTS = (
    ("拉伸强度", "GB/T 228.1", 180),
    ("硫含量", "GB/T 11060", 260),
    ("重金属（8项）", "GB 5009.268", 960),
    ("农药残留", "GB 23200.113", 1350),
    ("盐雾试验（96h）", "GB/T 10125", 840),
    ("金相分析", "GB/T 13298", 420),
    ("阻燃等级", "GB 8624", 2200),
    ("甲醛释放量", "GB 18580", 650),
    ("微生物限度", "药典四部", 320),
)


def testing_order(rng: Random) -> Paper:
    """An order under a framework agreement: prices of the year less a rebate; a cap for the whole year is cited."""
    unit, client = of.institute(rng), of.company(rng)
    made = of.day(rng, 2023, 2026)
    frame = f"{rng.choice(('KJ', 'FW'))}-{made.year}-{rng.randint(3, 60):03d}"
    number = f"{rng.choice(('WT', 'JC'))}{made:%Y%m%d}{rng.randint(1, 38):02d}"
    cap = D(rng.choice((200000, 300000, 500000)))
    framed = date(made.year - 1, 12, rng.randint(10, 28))
    rows = [["序号", "检测项目", "检测依据", "样品数", "单价(元)", "小计(元)"]]
    gross = D(0)
    sums: list[Decimal] = []
    chosen = rng.sample(TESTS, rng.choice((3, 4, 5)))
    for place, (name, rule, price) in enumerate(chosen, 1):
        many = rng.choice((1, 2, 3, 6, 12))
        sums.append(D(price * many))
        gross += price * many
        rows.append([str(place), name, rule, str(many), f"{price}.00", of.money(price * many)])
    rush = D(rng.choice((0, 500, 800)))
    rate = rng.choice((D("0.85"), D("0.9")))
    total = (gross * rate).quantize(D("0.01")) + rush
    sample = rng.choice(("钢筋混凝土用钢", "有机肥", "不锈钢管件", "防火涂料", "茶叶", "儿童玩具"))
    body = (
        f"<div style='display:flex;justify-content:space-between'><b style='font-size:17pt'>{unit.name}</b>"
        f"<span style='font-size:9pt'>表单编号 QR-{rng.randint(10, 40)}-03　第 3 版<br>受控</span></div>"
        f"<h1 style='font-size:19pt;margin:3mm 0'>检 测 委 托 单</h1>"
        f"<p style='text-align:right'>委托单号：<b>{number}</b></p>"
        "<table class='ruled g'>"
        f"<tr><td class='k'>委托单位</td><td colspan=3>{client.name}</td></tr>"
        f"<tr><td class='k'>地址</td><td>{client.address}</td><td class='k'>联系人/电话</td><td>{of.person(rng)} {client.phone}</td></tr>"
        f"<tr><td class='k'>样品名称</td><td>{sample}</td><td class='k'>样品状态</td><td>☑完好 □破损 □其他</td></tr>"
        f"<tr><td class='k'>付款单位</td><td>☑同委托单位 □其他：________</td>"
        f"<td class='k'>框架协议</td><td>{frame}（{of.dotted(framed)}签订）</td></tr>"
        f"<tr><td class='k'>服务类型</td><td>{'☑加急 □普通' if rush else '□加急 ☑普通'}</td>"
        f"<td class='k'>报告领取</td><td>□自取 ☑邮寄 □电子</td></tr></table>"
        f"<div style='height:3mm'></div>{table(rows)}"
        f"<table class='ruled g' style='border-top:0'><tr><td class='k'>项目小计</td><td>￥{of.money(gross)}</td>"
        f"<td class='k'>框架优惠</td><td>按{rate * 100:.0f}%计</td><td class='k'>加急费</td><td>{of.money(rush) if rush else '/'}</td></tr>"
        f"<tr><td class='k'>应付检测费</td><td colspan=5><b>￥{of.money(total)}</b>（{of.upper(total)}）</td></tr></table>"
        "<p style='font-size:9pt;margin-top:3mm'>说明：1.本委托单为框架协议项下订单，未列明事项按框架协议执行，框架协议年度累计上限"
        f"{of.money(cap)}元，超出另议；2.委托方对样品及资料真实性负责；3.检测费于出具报告前付清，"
        f"汇至 {unit.name}，{unit.bank}，账号 {unit.account}；4.样品保留30日，逾期自行处理。</p>"
        f"<table style='margin-top:7mm'><tr><td>委托人签字："
        f"<span style='font-family:zhimang;font-size:19pt'>{of.person(rng, 0)}</span></td>"
        f"<td>受理人签字：<span style='font-family:liujian;font-size:19pt'>{of.person(rng, 0)}</span></td></tr>"
        f"<tr><td>日期：{made:%Y-%m-%d}</td><td>日期：{made:%Y-%m-%d}</td></tr></table>"
    )
    css = ".k { background: #eef1f5; width: 14%; } .g td { font-size: 10pt; } th { background: #eef1f5; }"
    data = chrome(sheet(body, css, face="sans", size="10.5pt", margin="15mm 16mm"))
    truth = Truth(
        kind="contract",
        payers=(client.name,),
        payees=(unit.name,),
        total=total,
        words=total,
        signed_on=made,
        numbers=(number,),
        accounts=(unit.account,),
        purpose="检测费",
        also_names=(),
        also_amounts=(gross, cap, rush, *sums, *(D(each[2]) for each in chosen)),
        also_numbers=(frame,),
        also_purposes=("检测委托单", sample, *(each[0] for each in chosen)),
    )
    bill = Bill(
        payer=client.name,
        unit=unit.name,
        total=total,
        issued_on=of.later(rng, made, 2, 20),
        items=(rng.choice(("检测费", "检验检测费")),),
        note="the order, not the frame",
    )
    bills = (
        bill,
        change(bill, total=cap, wrong="amount", note="the cap of the framework"),
        change(bill, items=("房屋租金",), wrong="purpose", note="no rent on this paper"),
    )
    return Paper(family="testing order", tool="chromium", data=data, truth=truth, bills=bills)


def research_contract(rng: Random) -> Paper:
    """A contract of entrusted research over three pages, paid in three stages."""
    unit, client = of.institute(rng), of.company(rng)
    signed = of.day(rng, 2023, 2025)
    total = D(rng.choice((480000, 860000, 1250000, 95000, 2380000, 360000)))
    parts = [total * share / 10 for share in rng.choice(((4, 4, 2), (3, 5, 2), (5, 3, 2)))]
    ends = date(signed.year + rng.choice((1, 2)), rng.choice((6, 9, 12)), 30)
    subject = rng.choice(
        (
            "盐碱地改良菌剂筛选与示范",
            "高寒地区管道保温材料老化规律研究",
            "核桃青皮综合利用工艺开发",
            "尾矿库渗流监测模型研究",
            "智能节水灌溉控制算法开发",
        )
    )
    number = f"{signed.year}{rng.randrange(320000, 650000)}00{rng.randrange(1000, 9999)}"
    leader = of.person(rng, 0)
    cover = (
        f"<p>合同登记编号：{number}</p><div style='height:45mm'></div>"
        "<h1 style='font-size:28pt;letter-spacing:8pt'>技术开发合同书</h1><p class='c'>（委托开发）</p>"
        "<div style='height:35mm'></div><div style='margin-left:18mm;line-height:2.4;font-size:13pt'>"
        f"<p>项目名称：<span class='u'>{subject}</span></p>"
        f"<p>委 托 方（甲方）：<span class='u'>{client.name}</span></p>"
        f"<p>受 托 方（乙方）：<span class='u'>{unit.name}</span></p>"
        f"<p>签订时间：<span class='u'>{of.zh(signed)}</span></p>"
        f"<p>有效期限：<span class='u'>{of.zh(signed)}</span>至<span class='u'>{of.zh(ends)}</span></p></div>"
    )
    second = "<div class='new'></div>" + paragraphs(
        f"依据《中华人民共和国民法典》合同编，甲方委托乙方研究开发{subject}项目，并支付研究开发经费和报酬，乙方接受委托。",
        "第一条　本合同研究开发项目的要求如下：1.技术目标：形成成套工艺或模型并通过专家评审；2.技术内容：调研、"
        "试验、样机（样品）、中试验证；3.技术方法和路线：详见附件一《技术方案》。",
        f"第二条　乙方应于合同生效后30日内提交研究开发计划，项目负责人为{leader}。",
        f"第三条　甲方应向乙方支付研究开发经费和报酬总额为{of.upper(total)}（￥{of.money(total)}）。"
        f"其中：试验材料费{of.wan(total * 3 / 10)}，测试化验费{of.wan(total / 10)}，劳务及其他{of.wan(total * 6 / 10)}。",
        "第四条　研究开发经费由甲方<u>分期</u>支付乙方。具体支付方式和时间如下：",
        f"（1）合同签订后10个工作日内支付{of.wan(parts[0])}；",
        f"（2）提交中期报告并经甲方确认后10个工作日内支付{of.wan(parts[1])}；",
        f"（3）通过验收后10个工作日内支付{of.wan(parts[2])}。",
        f"乙方开户银行名称、地址和账号为：{unit.bank}；账号{unit.account}。",
        "第五条　本合同的变更必须由双方协商一致，并以书面形式确定。",
        "第六条　研究开发成果及知识产权归双方共有，乙方享有发表论文的权利，发表前应征得甲方同意。",
        f"第七条　甲方逾期付款的，每逾期一日按应付额的万分之{rng.choice('三五')}支付违约金；乙方未按计划完成的，"
        f"退还未使用经费并支付总额{rng.choice((5, 10))}%的违约金。",
        "第八条　双方应对本合同内容及技术资料保密，保密期限自合同终止后三年。",
    )
    third = (
        "<div class='new'></div>"
        + table(
            [
                ["", "委托方（甲方）", "受托方（乙方）"],
                [
                    "名　称",
                    f"<div style='position:relative'>{client.name}{seal_tag(client.name, '合同专用章', 'left:10mm;top:-4mm')}</div>",
                    f"<div style='position:relative'>{unit.name}{seal_tag(unit.name, '科研合同章', 'left:8mm;top:-2mm')}</div>",
                ],
                ["法定代表人<br>或委托代理人", of.person(rng), of.person(rng, 0)],
                ["地　址", client.address, unit.address],
                ["电　话", client.phone, unit.phone],
                ["信用代码", client.code, unit.code],
                ["签字日期", of.zh(signed), of.zh(signed)],
            ],
            widths=(18, 41, 41),
        )
        + (
            "<p style='margin-top:6mm'>印花税票粘贴处：</p><p style='margin-top:14mm'>登记机关审查登记栏：技术合同登记机构（印章）"
            f"　经办人：{of.person(rng, 0)}　{of.zh(signed + timedelta(days=12))}</p>"
        )
    )
    css = ".ruled td { height: 11mm; }"
    pdf = weasy(sheet(cover + second + third, css, face=rng.choice(("uming", "serif")), size="11.5pt"))
    data = scan(rng, pdf, [], 160)
    truth = Truth(
        kind="contract",
        payers=(client.name,),
        payees=(unit.name,),
        total=total,
        instalments=tuple(parts),
        words=total,
        signed_on=signed,
        starts_on=signed,
        ends_on=ends,
        numbers=(number,),
        accounts=(unit.account,),
        purpose="研究开发经费和报酬",
        also_names=(leader,),
        also_amounts=(total * 3 / 10, total / 10, total * 6 / 10),
        also_numbers=(client.code, unit.code),
        also_purposes=(subject, f"研究开发{subject}项目", "研究开发经费", "技术开发"),
    )
    bill = Bill(
        payer=client.name,
        payer_code=client.code,
        unit=unit.name,
        unit_code=unit.code,
        total=parts[1],
        used=parts[0],
        issued_on=signed + (ends - signed) * 2 // 3,
        items=(rng.choice(("技术开发费", "科研服务费")),),
        note="the second stage",
    )
    bills = (
        bill,
        change(
            bill,
            used=total - parts[2],
            wrong="usage",
            note="only the last stage is left, this is the second again",
        ),
        change(bill, items=("会费",), wrong="purpose", note="no membership here"),
    )
    return Paper(
        family="research contract", tool="weasyprint", data=data, form="scan", truth=truth, bills=bills
    )


def appraisal_settlement(rng: Random) -> Paper:
    """A sheet of Excel with fees of appraisals; its sum in words differs from the digits."""
    unit = of.party(
        rng, f"{rng.choice(of.CITIES)[0]}{rng.choice(('司法鉴定', '珠宝玉石质量鉴定', '文物鉴定'))}中心", "12"
    )
    client = of.company(rng)
    made = of.day(rng, 2023, 2026)
    number = f"JD{made:%Y%m}-{rng.randint(10, 99)}"
    book = Workbook()
    page = book.active
    page.title = "结算单"
    page.append([f"{unit.name}"])
    page.append(["鉴 定 费 用 结 算 单"])
    page.append([f"委托方：{client.name}", "", "", "", f"编号：{number}"])
    page.append(["序号", "鉴定事项", "受理编号", "数量", "单价", "金额（元）"])
    prices = (
        ("笔迹鉴定", 3200),
        ("印章印文鉴定", 2600),
        ("材质鉴定", 480),
        ("年代鉴定", 1500),
        ("损伤程度鉴定", 1080),
    )
    total = D(0)
    chosen = rng.sample(prices, 4)
    amounts: list[Decimal] = []
    for place, (name, price) in enumerate(chosen, 1):
        many = rng.randint(1, 9)
        amounts.append(D(price * many))
        total += price * many
        page.append([place, name, f"{made.year}-{rng.randint(100, 900)}", many, price, price * many])
    said = rng.choice((of.swapped(total), total * 10))
    page.append(["合计", "", "", "", "", int(total)])
    page.append([f"合计人民币（大写）：{of.upper(said)}"])
    page.append([f"收款：{unit.name}　{unit.bank}　{unit.account}"])
    page.append(
        [
            f"结算日期：{made.year}/{made.month}/{made.day}",
            "",
            "",
            "",
            f"制单：{of.person(rng, 0)}　复核：{of.person(rng, 0)}",
        ]
    )
    thin = Side(style="thin")
    font = rng.choice(("AR PL UMing CN", "WenQuanYi Zen Hei", "Noto Sans CJK SC"))
    last = page.max_row
    for line in page.iter_rows(1, last, 1, 6):
        for cell in line:
            cell.font = Font(name=font, size=16 if cell.row < 3 else 11, bold=cell.row == 2)
            cell.alignment = Alignment(
                horizontal="center" if 4 <= cell.row <= 9 or cell.row < 3 else "left", vertical="center"
            )
            if 4 <= cell.row <= 10:
                cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            if cell.column > 4 and 4 < cell.row < 10:
                cell.number_format = "#,##0.00"
    for row in (1, 2, 10, 11):
        page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=6)
    for row in (3, 12):
        page.merge_cells(start_row=row, start_column=1, end_row=row, end_column=4)
        page.merge_cells(start_row=row, start_column=5, end_row=row, end_column=6)
    for letter, width in zip("ABCDEF", (7, 22, 15, 8, 13, 18), strict=True):
        page.column_dimensions[letter].width = width
    for row in range(1, last + 1):
        page.row_dimensions[row].height = 26
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    page.page_setup.paperSize = 9
    out = io.BytesIO()
    book.save(out)
    data = office(out.getvalue(), "xlsx")
    truth = Truth(
        kind="other",
        payers=(client.name,),
        payees=(unit.name,),
        total=total,
        words=said,
        signed_on=made,
        numbers=(number,),
        accounts=(unit.account,),
        purpose="鉴定费用",
        also_amounts=(*amounts, *(D(each[1]) for each in chosen)),
        also_purposes=tuple(each[0] for each in chosen),
    )
    bill = Bill(
        payer=client.name,
        unit=unit.name,
        total=total,
        issued_on=of.later(rng, made, 1, 15),
        items=("鉴定费",),
        wrong="words",
        note="the words say another sum than the digits",
    )
    bills = (bill, change(bill, total=said, note="the sum of the words, which the digits contradict"))
    return Paper(family="appraisal settlement", tool="libreoffice", data=data, truth=truth, bills=bills)


def quotation(rng: Random) -> Paper:
    """A quotation that never became an agreement: a draft, not countersigned, or long expired."""
    unit, client = of.institute(rng), of.company(rng)
    made = of.day(rng, 2023, 2026)
    ends = made + timedelta(days=30)
    state = rng.choice(("draft", "unsigned", "expired"))
    number = f"BJ-{made:%y%m%d}-{rng.randint(1, 9)}"
    name = rng.choice(("环境空气质量监测服务", "计量器具校准服务", "地基承载力检测服务"))
    rows = [["项目", "单位", "数量", "含税单价", "小计"]]
    total = D(0)
    prices: list[Decimal] = []
    for each in rng.sample(("现场采样", "实验室分析", "报告编制", "设备进出场", "人员差旅"), 4):
        many, price = rng.randint(1, 12), D(rng.randrange(12, 90) * 50)
        total += many * price
        prices += [price, many * price]
        rows.append(
            [each, rng.choice(("点次", "项", "台")), str(many), of.money(price), of.money(many * price)]
        )
    stamp = {
        "draft": "<div style='position:fixed;top:110mm;left:12mm;font-size:44pt;white-space:nowrap;z-index:-1;"
        "color:#ddd;transform:rotate(-30deg)'>内部讨论稿　未定价</div>",
        "unsigned": "",
        "expired": "",
    }[state]
    valid = {
        "draft": "本稿供内部讨论，未经批准不得对外报价。",
        "unsigned": "本报价经贵方在下方签字盖章确认后方为有效的委托依据，未经确认不作为结算依据。",
        "expired": f"本报价有效期至{of.zh(ends)}，逾期未确认自动失效，不得作为结算依据。",
    }[state]
    signs = {"draft": "（待定）", "unsigned": "＿＿＿＿＿＿＿", "expired": "＿＿＿＿＿＿＿"}[state]
    body = (
        f"{stamp}<p style='font-size:15pt;color:#0a4a7a;border-bottom:2pt solid #0a4a7a'>{unit.name}</p>"
        f"<p style='font-size:8.5pt;color:#555'>{unit.address}　{unit.phone}</p>"
        f"<h1 style='font-size:20pt;margin:6mm 0 3mm'>报 价 单</h1>"
        f"<table><tr><td>致：{client.name}</td><td class='r'>编号：{number}</td></tr>"
        f"<tr><td>项目：{name}</td><td class='r'>日期：{made:%Y/%m/%d}</td></tr></table><div style='height:3mm'></div>"
        f"{table(rows)}<p class='r' style='margin:2mm 0'>总计：<b>¥{of.money(total)}</b>　（大写）{of.upper(total)}</p>"
        + paragraphs(
            f"备注：1. {valid}",
            "2. 以上价格不含第三方租赁设备费用。",
            f"3. 付款账户：{unit.bank} {unit.account}。",
        )
        + f"<table style='margin-top:14mm;line-height:2'><tr><td>报价人：{of.person(rng, 0)}</td>"
        f"<td>客户确认（签字/盖章）：{signs}</td></tr><tr><td></td><td>确认日期：　　　年　　月　　日</td></tr></table>"
    )
    css = "th { background: #0a4a7a; color: white; } .ruled td { border: 0; border-bottom: .5pt solid #9ab; }"
    data = weasy(sheet(body, css, face="sans", size="10.5pt", margin="18mm 18mm"))
    truth = Truth(
        kind="other",
        payers=(client.name,),
        payees=(unit.name,),
        total=total,
        words=total,
        signed_on=made,
        ends_on=ends if state == "expired" else None,
        numbers=(number,),
        accounts=(unit.account,),
        purpose=name,
        status=state,
        also_amounts=tuple(prices),
    )
    bill = Bill(
        payer=client.name,
        unit=unit.name,
        total=total,
        issued_on=ends + timedelta(days=rng.randint(40, 200)),
        items=("技术服务费",),
        wrong="status",
        note=f"the quotation is {state}",
    )
    bills = (
        bill,
        change(bill, issued_on=ends + timedelta(days=rng.randint(20, 35)), unit_account=unit.account),
    )
    return Paper(family="quotation", tool="weasyprint", data=data, truth=truth, bills=bills)
