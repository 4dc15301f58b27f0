"""Waste treatment, testing, purchase orders and quotations."""

from datetime import date
from decimal import Decimal
from random import Random

from bench.papers.open.accountant.base import (
    Party,
    any_day,
    bill,
    cn,
    comma_int,
    company,
    day,
    dots,
    later,
    money,
    other_unit,
    person,
    sister,
    slash,
    spaced,
    swapped,
    unit,
    upper,
)  # fmt: skip
from bench.papers.open.accountant.draw import (
    HEI,
    KAI,
    SONG,
    Word,
    overlaid,
    pen_at,
    scan,
    seal_at,
    seal_img,
    sheet_pdf,
)
from bench.papers.open.accountant.sheets import Grid
from bench.papers.tools import chrome
from bench.papers.values import Bill, Paper, Truth

WASTES = (
    ("HW08", "900-249-08", "废矿物油"), ("HW12", "900-252-12", "漆渣"), ("HW17", "336-064-17", "表面处理污泥"),
    ("HW49", "900-041-49", "废包装桶"), ("HW49", "900-039-49", "废活性炭"), ("HW06", "900-402-06", "废有机溶剂"),
    ("HW34", "900-300-34", "废酸"),
)  # fmt: skip


def waste_treatment(rng: Random) -> Paper:
    """Annual contract with a public waste centre: prices per ton, a lump sum that counts; scanned Word."""
    payer, centre = company(rng), unit(rng, "waste")
    signed = day(rng)
    starts = later(signed, rng.choice((0, 3, 10)))
    ends = later(starts, 364)
    lines = rng.sample(WASTES, rng.choice((2, 3, 4)))
    prices = [rng.choice((1800, 2600, 3200, 4500, 5200)) for _ in lines]
    tons = [Decimal(rng.choice(("0.5", "1.2", "3", "8", "15", "0.35"))) for _ in lines]
    due = [(Decimal(p) * t).quantize(Decimal("0.01")) for p, t in zip(prices, tons, strict=True)]
    total = sum(due, Decimal(0))
    carrier = f"{centre.city}{rng.choice(('捷安', '顺驰', '绿运'))}危险品运输有限公司"
    freight = Decimal(rng.choice((800, 1200, 1500)))
    number = rng.choice(
        (
            f"{centre.city}固处字（{signed.year}）第{rng.randint(20, 900)}号",
            f"WF-{signed:%Y%m}-{rng.randint(1, 99):03d}",
        )
    )
    paper = Word(SONG, 11, (2.4, 2.1), rng.choice((1.25, 1.4)))
    paper.put(
        rng.choice(("危险废物委托处置合同", "工业固体废物（危险废物）处置服务合同")),
        align="c",
        face=HEI,
        size=18,
        bold=True,
    )
    paper.put(f"合同编号：{number}", align="r", after=6)
    paper.put(f"甲　方（产废单位）：{payer.name}", bold=True)
    paper.put(f"通讯地址：{payer.address}　　联系人：{payer.contact}　{payer.mobile}")
    paper.put(f"乙　方（处置单位）：{centre.name}", bold=True)
    paper.put(f"通讯地址：{centre.address}　　联系人：{centre.contact}　{centre.phone}")
    paper.put(f"危险废物经营许可证号：{rng.randint(3300000001, 3399999999)}", after=4)
    paper.put(
        "根据《中华人民共和国固体废物污染环境防治法》等规定，甲方将生产中产生的危险废物委托乙方进行无害化集中处置，双方订立本"
        "合同。", indent=True, align="j",
    )  # fmt: skip
    paper.put("一、废物种类、数量及处置价格", face=HEI, before=3)
    rows = [("序号", "废物名称", "废物类别/代码", "计划量（吨）", "单价（元/吨）", "处置费（元）")]
    rows += [
        (str(k), w[2], f"{w[0]}\n{w[1]}", f"{t}", comma_int(p), money(d))
        for k, (w, t, p, d) in enumerate(zip(lines, tons, prices, due, strict=True), 1)
    ]
    rows.append(("", "合计", "", f"{sum(tons)}", "", money(total)))
    paper.grid(rows, (1.2, 3.6, 3.2, 2.6, 2.8, 2.8), align="cccrrr", head=True, size=10)
    paper.put("二、费用与结算", face=HEI, before=5)
    paper.put(
        f"1、本合同处置费按计划量包干，计人民币{upper(total, '整', rng.choice(('元', '圆')))}（{money(total)}元）；实际转移量"
        "超出计划量的部分，按上表单价另行结算。", indent=True, align="j",
    )  # fmt: skip
    paper.put(
        f"2、运输由{carrier}承担，运费每车次{comma_int(freight)}元由甲方与运输单位直接结算，与乙方无涉。",
        indent=True,
        align="j",
    )
    paper.put(
        f"3、甲方于合同签订后20日内将处置费汇入乙方账户。开户银行：{centre.bank}；帐号：{spaced(centre.account)}。",
        indent=True, align="j",
    )  # fmt: skip
    paper.put("三、双方义务", face=HEI, before=3)
    for k, text in enumerate((
        "甲方应按规范分类包装、张贴标签，不得混入合同以外的废物，尤其是剧毒、易爆及放射性物质。",
        "转移前甲方应在省固体废物管理信息系统内完成转移计划审批并填报电子联单。",
        "乙方应持有效许可证经营，接到甲方通知后10个工作日内安排接收，处置过程符合环保要求。",
    ), 1):  # fmt: skip
        paper.put(f"{k}、{text}", indent=True, align="j")
    paper.put(f"四、合同期限：自{cn(starts)}起至{cn(ends)}止。", face=HEI, before=3)
    paper.put("五、本合同一式肆份，甲乙双方各执壹份，其余报所在地生态环境部门备案。", face=HEI, after=12)
    paper.grid(
        ((f"甲方（盖章）：\n委托代理人：\n日　期：{any_day(rng, signed)}",
          f"乙方（盖章）：\n委托代理人：\n日　期：{any_day(rng, signed)}"),),
        (8, 8), rules=False, size=11, spacing=1.7,
    )  # fmt: skip
    pdf = paper.pdf()
    marks = seal_at(rng, pdf, "甲方（盖章）", payer.name, "合同专用章") + seal_at(
        rng, pdf, "乙方（盖章）", centre.name
    )
    marks += pen_at(rng, pdf, "委托代理人", payer.contact, 0) + pen_at(
        rng, pdf, "委托代理人", centre.contact, 1
    )
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(centre.name,), total=total, words=total, signed_on=signed,
        starts_on=starts, ends_on=ends, numbers=(number,), accounts=(centre.account,), purpose="处置费",
        also_purposes=("危险废物委托处置合同", "工业固体废物（危险废物）处置服务合同", "无害化集中处置", "危险废物委托处置"),
        also_names=(carrier, payer.contact, centre.contact),
        also_amounts=(*(Decimal(p) for p in prices), *due, freight),
    )  # fmt: skip
    item = rng.choice(("危险废物处置费", "固体废物处理费"))
    paid = later(signed, 16)
    bills = (
        bill(payer.name, centre.name, total, paid, item, unit_account=centre.account, unit_code=centre.code),
        bill(payer.name, centre.name, due[0], paid, item, used=total, wrong="usage", note="beyond the lump sum"),
        rng.choice((
            bill(carrier, centre.name, total, paid, item, wrong="payer", note="the carrier"),
            bill(payer.name, centre.name, swapped(rng, total), paid, item, wrong="amount"),
            bill(payer.name, centre.name, total, later(ends, 75), item, wrong="date", note="after the period"),
            bill(payer.name, centre.name, total, paid, item, unit_account=payer.account, wrong="account"),
        )),
    )  # fmt: skip
    return Paper(
        family="company contract", tool="LibreOffice DOCX", data=scan(rng, pdf, marks), truth=truth, bills=bills,
        form="scan",
    )  # fmt: skip


TESTS = (
    ("拉伸强度、断裂伸长率", "GB/T 1040.2"), ("耐中性盐雾（500h）", "GB/T 10125"), ("甲醛含量", "GB/T 2912.1"),
    ("可萃取重金属", "GB/T 17593.2"), ("阻燃性能（垂直燃烧）", "GB/T 2408"), ("不锈钢化学成分", "GB/T 11170"),
    ("色牢度（摩擦、汗渍）", "GB/T 3920"), ("闭口闪点", "GB/T 261"), ("金相组织检验", "GB/T 13298"),
)  # fmt: skip


def testing_form(rng: Random) -> Paper:
    """Testing commission of an institute, a form with boxes and a discount; a Chromium print."""
    payer, house = company(rng), unit(rng, "institute")
    maker = sister(rng, payer.name) if rng.random() < 0.5 else company(rng).name
    signed = day(rng)
    lines = rng.sample(TESTS, rng.choice((2, 3, 4)))
    prices = [Decimal(rng.choice((60, 125, 180, 320, 450, 800, 1350))) for _ in lines]
    counts = [rng.choice((1, 1, 2, 3, 5)) for _ in lines]
    gross = sum((p * n for p, n in zip(prices, counts, strict=True)), Decimal(0))
    rate = rng.choice((Decimal("0.85"), Decimal("0.9"), Decimal("0.75")))
    total = (gross * rate).quantize(Decimal("0.01"))
    number = f"{rng.choice(('WT', 'JC', 'W'))}{signed:%Y%m%d}{rng.randint(1, 320):04d}"
    sample = rng.choice(
        ("改性聚丙烯粒料", "不锈钢法兰", "染色针织布", "水性工业漆", "铝合金型材", "阻燃电缆料")
    )
    rows = "".join(
        f"<tr><td>{k}</td><td class=l>{t[0]}</td><td>{t[1]}</td><td class=d>{p:.2f}</td><td>{n}</td><td class=d>{p * n:.2f}</td></tr>"
        for k, (t, p, n) in enumerate(zip(lines, prices, counts, strict=True), 1)
    )
    line = rng.choice(("#000", "#2b5c8a"))
    html = f"""<style>@page{{size:A4;margin:14mm 15mm}} body{{font:10.5pt/1.5 '{rng.choice((HEI, SONG))}'}}
    h1{{font:bold 17pt '{HEI}';text-align:center;margin:1mm 0}} h2{{font-size:11pt;text-align:center;margin:0;font-weight:normal}}
    table{{border-collapse:collapse;width:100%;margin-top:-1px}} td{{border:1px solid {line};padding:1.1mm 1.6mm;text-align:center}}
    .k{{background:#eef3f7;width:15%}} .l{{text-align:left}} .d{{text-align:right}}
    small{{font-size:8.5pt;line-height:1.35;display:block}}
    .s td{{border:0;text-align:left;height:26mm;vertical-align:top;position:relative;width:50%}}</style>
    <h2>{house.name}</h2><h1>检验检测委托协议书</h1>
    <div style="display:flex;justify-content:space-between"><span>协议编号：{number}</span><span>受理日期：{slash(signed)}</span></div>
    <table><tr><td class=k>委托单位</td><td class=l colspan=3>{payer.name}</td></tr>
    <tr><td class=k>地　址</td><td class=l>{payer.address}</td><td class=k>联系人/电话</td><td>{payer.contact} {payer.mobile}</td></tr>
    <tr><td class=k>生产单位</td><td class=l>{maker}</td><td class=k>样品名称</td><td>{sample}</td></tr>
    <tr><td class=k>付款单位</td><td class=l>☑ 同委托单位　□ 同生产单位　□ 其他：＿＿＿＿</td><td class=k>服务类型</td>
    <td>☑ 普通　□ 加急（加收50%）</td></tr>
    <tr><td class=k>报告形式</td><td class=l>☑ 中文　□ 英文（每份另收200元）</td><td class=k>样品处置</td>
    <td>□ 退回　☑ 由检测方处理</td></tr></table>
    <table><tr class=k><td width=6%>序</td><td>检测项目</td><td width=20%>检测依据</td><td width=13%>单价/元</td><td width=8%>样数</td>
    <td width=14%>小计/元</td></tr>
    {rows}<tr><td colspan=5 class=d>合计（标准收费）</td><td class=d>{money(gross)}</td></tr>
    <tr><td colspan=5 class=d>优惠折扣</td><td class=d>{rate * 100:.0f}%</td></tr>
    <tr><td colspan=5 class=d><b>应收检测费</b>（人民币大写：{upper(total)}）</td><td class=d><b>{money(total)}</b></td></tr></table>
    <table><tr><td class=k>交费方式</td>
    <td class=l>☑ 银行转账　□ 现金　□ 扫码　　户名：{house.name}　开户行：{house.bank}　账号：{house.account}</td></tr>
    <tr><td class=k>完成期限</td>
    <td class=l>收样并到款后{rng.randint(5, 20)}个工作日，预计{cn(later(signed, 30))}前出具报告</td></tr></table>
    <small>委托须知：1. 委托方对样品及资料的真实性负责；2. 检测结果仅对来样负责；3. 对报告有异议的，应自收到之日起15日内提出；
    4. 中止委托的，已开展项目的费用不予退还；5. 业务咨询：{house.phone}，投诉：{house.phone[:-3]}110。</small>
    <table class=s><tr><td>委托方（签章）：<br>经办人：<span style="font:17pt '{KAI}'"><i>{payer.contact}</i></span><br>{cn(signed)}
    {seal_img(rng, payer.name, "", "left:22mm;top:-2mm")}</td>
    <td>检测方受理人：<span style="font:17pt '{KAI}'"><i>{person(rng)}</i></span><br>{cn(signed)}
    {seal_img(rng, house.name, "业务受理章", "left:26mm;top:-4mm")}</td></tr></table>"""
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(house.name,), total=total, words=total, signed_on=signed,
        numbers=(number,), accounts=(house.account,), purpose="检测费",
        also_purposes=("检验检测委托协议书", "应收检测费", "检验检测", "检验检测委托", *(t[0] for t in lines)),
        also_names=(maker, payer.contact),
        also_amounts=(gross, Decimal(200), *prices, *(p * n for p, n in zip(prices, counts, strict=True))),
    )  # fmt: skip
    item = rng.choice(("检验检测费", "委托检测费", "检测服务收入"))
    paid = later(signed, rng.randint(1, 9))
    bills = (
        bill(payer.name, house.name, total, paid, item, payer_code=payer.code),
        bill(payer.name, house.name, gross, paid, item, wrong="amount", note="before the discount"),
        bill(maker, house.name, total, paid, item, wrong="payer", note="the maker of the sample"),
    )
    return Paper(family="company contract", tool="Chromium", data=chrome(html), truth=truth, bills=bills)


GOODS = (
    ("水中铅成分分析标准物质", "20mL/支", 98), ("乙醇中苯系物溶液标准样品", "1.2mL/支", 126), ("pH标准缓冲物质（套）", "3袋/套", 65),
    ("低合金钢光谱标样", "Φ38×30", 1450), ("标准粘度液", "500mL/瓶", 380), ("洛氏硬度块", "60HRC", 260), ("粒度标准物质", "5g/瓶", 720),
)  # fmt: skip


def _order_bills(
    rng: Random, sides: tuple[str, Party], sums: tuple[Decimal, Decimal], placed: date, void: bool
) -> tuple[Bill, ...]:
    (payer, house), (total, price) = sides, sums
    item = rng.choice(("标准物质销售收入", "标准样品费"))
    paid = later(placed, rng.randint(3, 14))
    if void:
        return (
            bill(payer, house.name, total, paid, item, wrong="status", note="the order is cancelled"),
            bill(payer, house.name, total, later(paid, 5), item, wrong="status"),
        )
    return (
        bill(payer, house.name, total, paid, item, unit_account=house.account),
        bill(payer, house.name, price if price != total else swapped(rng, total), paid, item, wrong="amount",
             note="a unit price, or digits transposed"),
        rng.choice((
            bill(payer, house.name, total, paid, "场地租赁费", wrong="purpose"),
            bill(payer, other_unit(rng, "institute", house.name), total, paid, item, wrong="payee"),
            bill(payer, house.name, total, later(placed, -15), item, wrong="date"),
        )),
    )  # fmt: skip


def purchase_order(rng: Random) -> Paper:
    """A purchase order to an institute out of Excel; sometimes marked void."""
    payer, house = company(rng), unit(rng, "institute")
    placed = day(rng)
    lines = rng.sample(GOODS, rng.randint(2, 5))
    counts = [rng.choice((1, 2, 3, 5, 10)) for _ in lines]
    prices = [Decimal(g[2]) + Decimal(rng.choice(("0", "0.5", "4.8"))) for g in lines]
    goods = sum((p * n for p, n in zip(prices, counts, strict=True)), Decimal(0))
    freight = Decimal(rng.choice((0, 15, 38)))
    total = goods + freight
    void = rng.random() < 0.25
    number = f"PO-{placed:%y%m}{rng.randint(100, 999)}"
    quote = f"BJ{later(placed, -6):%Y%m%d}-{rng.randint(1, 40):02d}"
    grid = Grid((6, 30, 14, 8, 12, 14, 14), rng.choice((HEI, SONG)))
    grid.line(payer.name, 26, "center", bold=True, size=15)
    grid.line("采　购　订　单", 30, "center", bold=True, size=18)
    if rng.random() < 0.6:
        grid.line("PURCHASE ORDER", 14, "center", size=9)
    for left, right in (
        (f"供方：{house.name}", f"订单号：{number}"),
        (f"联系人：{house.contact}　{house.phone}", f"下单日期：{placed.isoformat()}"),
        (f"收货地址：{payer.address}", f"贵方报价单：{quote}"),
        (f"收货人：{payer.contact}　{payer.mobile}", "币种：人民币"),
    ):
        grid.pair(left, right, "E")
    grid.row(("序号", "品名", "规格", "数量", "单价(元)", "金额(元)", "备注"), 21, bold=True, fill="D9E2EC")
    for k, (g, n, p) in enumerate(zip(lines, counts, prices, strict=True), 1):
        grid.row((k, g[0], g[1], n, p, p * n, rng.choice(("", "", "含证书", "现货"))), 21)
    if freight:
        grid.row((len(lines) + 1, "运费（冷链快递）", "", 1, freight, freight, ""), 21)
    grid.row(("合计", "", "", sum(counts), "", total, ""), 21)
    grid.line(f"合计金额（大写）：人民币{upper(total)}", bold=True)
    terms = rng.choice(("款到发货", "货到验收合格后10日内付款"))
    for text in (
        "1. 以上价格含税费及证书费，请于收到订单后3个工作日内确认并发货。",
        f"2. 付款方式：{terms}，汇入 {house.name}，{house.bank}，账号 {house.account}。",
        "3. 标准物质应在有效期内，剩余有效期不少于8个月；破损、渗漏由供方无偿更换。",
        f"4. 开票信息：{payer.name}，{payer.code}，{payer.bank} {payer.account}。",
    ):
        grid.line(text, 31 if len(text) > 46 else 19)
    grid.line("", 12)
    grid.line(f"制单：{person(rng)}　　　　审核：{person(rng)}　　　　批准：{payer.head}")
    grid.line("", 44)
    grid.pair("采购方（盖章）：", "供方确认（盖章）：", "D")
    if void:
        grid.line("", 54)
        said = rng.choice(("【本订单已取消，改由子公司另行下单】", "作　废"))
        grid.line(said, 30, "center", bold=True, size=20, color="C00000")
    pdf = sheet_pdf(grid.book)
    marks = seal_at(rng, pdf, "采购方（盖章）", payer.name, "采购专用章", share=0.17)
    marks += seal_at(rng, pdf, "供方确认", house.name, "销售业务章", share=0.17)
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(house.name,), total=total, words=total, signed_on=placed,
        numbers=(number,), also_numbers=(quote,), accounts=(house.account, payer.account),
        purpose=lines[0][0], also_purposes=("采购订单", *(g[0] for g in lines), "标准物质"),
        status="revoked" if void else "", also_names=(house.contact, payer.contact, payer.head),
        also_amounts=(*prices, *(p * n for p, n in zip(prices, counts, strict=True)), freight),
    )  # fmt: skip
    bills = _order_bills(
        rng, (payer.name, house), (total, prices[0] if counts[0] > 1 else total), placed, void
    )
    return Paper(
        family="purchase order", tool="LibreOffice XLSX", data=overlaid(pdf, marks), truth=truth, bills=bills
    )


def quotation(rng: Random) -> Paper:
    """An institute's quotation that the company signs back, or has not signed; scanned Chromium print."""
    payer, house = company(rng), unit(rng, rng.choice(("institute", "university")))
    quoted = day(rng)
    open_paper = rng.random() < 0.3
    works = rng.sample((
        ("起重机械定期检验", "台", 640), ("压力管道全面检验", "项", 18600),
        ("车间噪声与照度测量", "点", 85), ("三坐标测量机校准", "台", 3200),
        ("电子天平校准", "台", 180), ("压力表检定", "只", 42), ("洁净室综合性能检测", "间", 2400), ("铂铑热电偶校准", "支", 360),
    ), rng.choice((3, 4, 5)))  # fmt: skip
    counts = [rng.choice((1, 2, 4, 6, 12)) for _ in works]
    due = [Decimal(w[2] * n) for w, n in zip(works, counts, strict=True)]
    gross = sum(due, Decimal(0))
    total = (gross // 100 * 100) if gross % 100 else gross - 200
    number = f"Q{quoted:%y%m%d}{rng.choice('ABCK')}{rng.randint(1, 30):02d}"
    back = later(quoted, rng.randint(2, 12))
    rows = "".join(
        f"<tr><td>{k}<td class=l>{w[0]}<td>{w[1]}<td>{n}<td class=d>{w[2]:,}<td class=d>{d:,.0f}"
        for k, (w, n, d) in enumerate(zip(works, counts, due, strict=True), 1)
    )
    style = rng.choice(("border-bottom:1px solid #999", "border:1px solid #000"))
    html = f"""<style>@page{{size:A4;margin:20mm 18mm}} body{{font:11pt/1.6 '{rng.choice((HEI, KAI))}'}}
    table{{border-collapse:collapse;width:100%}} .q td,.q th{{{style};padding:1.4mm;text-align:center}} .q .l{{text-align:left}}
    .q .d{{text-align:right}} .b{{border-top:3px double #a33;margin:2mm 0 4mm}}
    .z td{{vertical-align:top;width:50%;padding-top:5mm}}</style>
    <div style="font-size:16pt;font-weight:bold;color:#933">{house.name}</div>
    <div style="font-size:9pt">{house.address}　电话 {house.phone}　业务受理 {house.contact}</div><div class=b></div>
    <div style="text-align:center;font-size:19pt;letter-spacing:6mm">报价单</div>
    <table><tr><td>客户名称：{payer.name}<td>报价单号：{number}<tr><td>联 系 人：{payer.contact}　{payer.mobile}
    <td>报价日期：{dots(quoted)}
    <tr><td>项　　目：检验校准服务<td>有 效 期：{rng.choice((30, 60))}天</table>
    <table class=q><tr><th>序号<th>服务内容<th>单位<th>数量<th>单价（元）<th>金额（元）{rows}
    <tr><td colspan=5 class=d>合　计<td class=d>{gross:,.0f}
    <tr><td colspan=5 class=d><b>优惠后总价</b><td class=d><b>{total:,.0f}</b></table>
    <p>优惠后总价（大写）：人民币{upper(total)}。报价含交通费及证书工本费，不含委外项目。</p>
    <p>收款单位：{house.name}<br>开户银行：{house.bank}<br>银行账号：{spaced(house.account)}</p>
    <p style="font-size:9.5pt">说明：客户在本报价单上签章回传后即视为委托成立，我方据此安排检验；
    未经签章回传的，本报价仅供参考。付款后7个工作日内开具票据。</p>
    <table class=z><tr><td>报价单位（章）：<br>报价人：{house.contact}<br>{cn(quoted)}
    <td>客户确认（签章）：<br>确认人：<br>日　期：{"　　　年　　月　　日" if open_paper else cn(back)}</table>"""
    pdf = chrome(html)
    marks = seal_at(rng, pdf, "报价单位（章）", house.name, "业务专用章")
    if not open_paper:
        marks += seal_at(rng, pdf, "客户确认（签章）", payer.name) + pen_at(rng, pdf, "确认人", payer.contact)
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(house.name,), total=total, words=total,
        signed_on=quoted if open_paper else back, numbers=(number,), accounts=(house.account,), purpose="检验校准服务",
        also_purposes=("报价单", *(w[0] for w in works)), status="unsigned" if open_paper else "",
        also_names=(house.contact, payer.contact), also_amounts=(gross, *due, *(Decimal(w[2]) for w in works)),
    )  # fmt: skip
    item, paid = rng.choice(("检验检测费", "计量校准费")), later(back, 10)
    bills: tuple[Bill, ...]
    if open_paper:
        bills = (
            bill(
                payer.name,
                house.name,
                total,
                paid,
                item,
                wrong="status",
                note="the customer has not signed back",
            ),
            bill(payer.name, house.name, total, later(paid, 9), item, wrong="status"),
        )
    else:
        bills = (
            bill(payer.name, house.name, total, paid, item, unit_account=house.account),
            bill(payer.name, house.name, max(due), paid, item, wrong="amount", note="one row only"),
            rng.choice((
                bill(sister(rng, payer.name), house.name, total, paid, item, wrong="payer"),
                bill(payer.name, house.name, total, later(quoted, -20), item, wrong="date", note="before the quotation"),
                bill(payer.name, other_unit(rng, "institute", house.name), total, paid, item, wrong="payee"),
            )),
        )  # fmt: skip
    return Paper(
        family="quotation", tool="Chromium", data=scan(rng, pdf, marks), truth=truth, bills=bills, form="scan"
    )
