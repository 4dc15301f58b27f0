"""Contracts: a lease, a trial of a drug, a training and a sponsorship."""

import io
from decimal import Decimal
from random import Random

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from reportlab.lib.enums import TA_CENTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from bench.papers.open.registry import common as c
from bench.papers.open.registry.offices import typeface
from bench.papers.tools import as_pdf, font, office, pictures, scanned, stamp, stamped, typst, weasy
from bench.papers.values import Bill, Paper, Truth

_CENT = Decimal("0.01")


def lease(rng: Random) -> Paper:
    """A school lets its canteen or shop for three years; rent by the quarter, a deposit beside it; scanned."""
    place = c.city(rng)
    unit = c.unit(rng, place, "school")
    tenant = c.firm(rng, place, "餐饮服务 商贸 文具用品 体育文化")
    start = c.day(rng, 2023, 2024).replace(day=1)
    years = 3
    end = c.later(start.replace(year=start.year + years), -1)
    signed = c.later(start, -rng.randrange(6, 40))
    yearly = c.money(rng, 48000, 720000, 4000)
    total, quarter = yearly * years, yearly / 4
    deposit = c.money(rng, 10000, 90000, 5000)
    area = rng.randrange(60, 900)
    number = f"{place.short}职资租{signed.year}-{rng.randrange(1, 60):02d}"
    room = rng.choice(("第二食堂一层", "学生生活超市", "体育馆附属用房"))
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    face = rng.choice(("AR PL UMing CN", "AR PL UKai CN"))

    def line(text: str, size: float = 12, centre: bool = False, bold: bool = False) -> None:
        paragraph = paper.add_paragraph(text)
        typeface(paragraph, face, size, bold)
        paragraph.paragraph_format.line_spacing = 1.5
        paragraph.paragraph_format.space_after = Pt(0)
        if centre:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER

    line(f"合同编号：{number}", 10.5)
    line("校 园 房 屋 租 赁 合 同", 20, True, True)
    line(f"出租方（甲方）：{unit.name}")
    line(f"承租方（乙方）：{tenant.name}")
    line("    经公开招租，乙方取得下列房屋承租权。双方根据国家有关规定，协商签订本合同。")
    line("一、租赁物", bold=True)
    line(
        f"    甲方将坐落于{unit.address}校内{room}（建筑面积{area}平方米，不动产权证号略）出租给乙方经营使用。"
    )
    line("二、租赁期限", bold=True)
    line(f"    租期叁年，自{c.cn(start)}起至{c.cn(end)}止。期满乙方应于10日内腾空交还。")
    line("三、租金及支付", bold=True)
    line(
        f"    1、年租金人民币{c.comma(yearly)}元，三年租金总额为人民币{c.words(total)}（¥{c.comma(total)}）。"
    )
    line(f"    2、租金按季支付，每季{c.comma(quarter)}元，乙方于每季首月10日前缴清当季租金，先付后用。")
    line(f"    3、乙方另交履约保证金{c.comma(deposit)}元，不抵作租金，合同期满无违约的无息退还。")
    line(
        f"    4、甲方收款账户：{unit.name}，{unit.bank}，{unit.account}。水电费按表另计，由乙方向供电供水单位缴纳。"
    )
    line("四、双方责任", bold=True)
    for text in (
        "1、甲方负责房屋主体结构维修，教学活动需要临时关闭校门的，提前三日告知乙方。",
        "2、乙方不得转租、分租，不得经营烟酒、彩票及其他不适宜在校内销售的商品。",
        "3、乙方应办理营业执照、食品经营许可并接受甲方日常检查，从业人员持健康证上岗。",
        f"4、乙方逾期缴纳租金的，每逾期一日按欠缴金额的万分之{rng.choice('三五八')}支付违约金；逾期超过30日，甲方有权解除合同。",
        "5、因政府征收、校园规划调整致合同不能履行的，双方互不承担违约责任，租金按实际使用天数结算。",
        "6、乙方投保公众责任险，发生食品安全、消防事故的，由乙方承担全部责任。",
    ):
        line("    " + text)
    line("五、其他", bold=True)
    line(
        "    本合同一式肆份，双方各执贰份，自双方法定代表人或授权代表签字并加盖公章之日起生效。附件：房屋平面图、安全责任书。"
    )
    line("")
    line("甲方（盖章）：                              乙方（盖章）：")
    line(f"代表：{unit.head}                                  代表：{tenant.head}")
    line(f"电话：{unit.phone}                      电话：{tenant.phone}")
    line(f"签订日期：{c.cn(signed)}")
    out = io.BytesIO()
    paper.save(out)
    pages = pictures(office(out.getvalue(), "docx"), 160)
    height = rng.uniform(0.2, 0.26)
    pages[-1] = stamped(pages[-1], stamp(unit.name), (0.3, height), 0.2)
    pages[-1] = stamped(pages[-1], stamp(tenant.name, "合同专用章"), (0.66, height), 0.2)
    bills = [
        Bill(payer=tenant.name, unit=unit.name, total=quarter, issued_on=c.later(start, rng.randrange(0, 9)),
             items=("房屋租金",), note="the first quarter"),
        Bill(payer=tenant.name, unit=unit.name, total=quarter, issued_on=c.later(start, 190), used=quarter * 2,
             items=("出租收入",), note="the third quarter, after two"),
        Bill(payer=tenant.near, unit=unit.name, total=quarter, issued_on=c.later(start, 95), items=("房屋租金",),
             used=quarter, wrong="payer", note="a firm of nearly that name"),
    ]  # fmt: skip
    if rng.random() < 0.5:
        bills[1] = Bill(payer=tenant.name, unit=unit.name, total=quarter, issued_on=c.later(end, 430),
                        items=("房屋租金",), wrong="date", note="a year after the term")  # fmt: skip
    truth = Truth(
        kind="contract", payers=(tenant.name,), payees=(unit.name,), total=total, instalments=(quarter,), words=total,
        signed_on=signed, starts_on=start, ends_on=end, numbers=(number,), accounts=(unit.account,), purpose="租金",
        also_names=(unit.head, tenant.head), also_amounts=(yearly, deposit, quarter),
        also_purposes=("校园房屋租赁合同", "校园房屋租赁", "年租金", "履约保证金", room, f"校内{room}", "出租给乙方经营使用"),
    )  # fmt: skip
    data = scanned(rng, as_pdf(pages, 160, 92), 160)
    return Paper(family="lease", tool="libreoffice", data=data, truth=truth, bills=tuple(bills), form="scan")


def trial(rng: Random) -> Paper:
    """A drug's trial: the sponsor lets a service firm pay the hospital by stages."""
    place = c.city(rng)
    unit = c.unit(rng, place, "hospital")
    sponsor, payer = (
        c.firm(rng, c.city(rng), "制药 生物医药 药业"),
        c.firm(rng, c.city(rng), "医药研发 临床医学研究 医学科技"),
    )
    cases, each = rng.randrange(8, 60), c.money(rng, 6500, 32000, 100)
    start_fee = c.money(rng, 10000, 60000, 1000)
    total = cases * each + start_fee
    first = (total * Decimal("0.3")).quantize(_CENT)
    second = (total * Decimal("0.5")).quantize(_CENT)
    third = total - first - second
    signed = c.day(rng, 2023, 2025)
    drug = rng.choice(("HZ-118片", "注射用TQ032", "LN-9051胶囊", "复方岭南消肿颗粒"))
    illness = rng.choice(("2型糖尿病", "中重度斑块状银屑病", "慢性阻塞性肺疾病", "类风湿关节炎"))
    title = f"评价{drug}治疗{illness}有效性和安全性的多中心、随机、双盲Ⅲ期临床试验"
    number = f"{rng.choice(('CTA', 'GCP'))}-{signed.year}-{rng.randrange(11, 299):03d}"
    approval = f"{signed.year - 1}LP0{rng.randrange(1000, 2999)}"
    lead = c.person(rng)
    style = rng.random() < 0.5
    rule = "0.5pt" if style else "none"
    face = '"Noto Sans SC"' if style else '"AR PL UMing CN"'
    source = f"""
#set page(paper: "a4", margin: (x: 25mm, y: 24mm), header: text(8pt)[保密　{number}　版本 1.2], numbering: "1 / 1")
#set text(font: ({face}, "Noto Serif SC"), size: 10.5pt, lang: "zh")
#set par(leading: .95em, justify: true)
#set heading(numbering: "1.1")
#v(30mm)
#align(center)[#text(22pt, weight: "bold")[药物临床试验合同]
#v(10mm) #text(13pt)[项目名称：{title}]]
#v(25mm)
#grid(columns: (34mm, 1fr), row-gutter: 6mm,
[申办方（甲方）], [{sponsor.name}], [研究机构（乙方）], [{unit.name}], [合同研究组织（丙方）], [{payer.name}],
[主要研究者], [{lead}], [临床试验批件号], [{approval}], [合同编号], [{number}], [签署日期], [{c.cn0(signed)}])
#pagebreak()
= 研究内容
甲方委托乙方承担“{title}”在乙方研究中心的实施工作，计划入组{cases}例。丙方受甲方委托负责监查、数据管理及经费结算。
= 各方职责
== 甲方
提供试验用药品、研究者手册及药检报告，为受试者购买保险，承担与试验有关的损害赔偿。
== 乙方
按伦理委员会批准的方案（V2.0）开展试验，保存原始病历不少于试验结束后五年。
== 丙方
派遣合格的监查员，按本合同第3条向乙方支付费用。
= 经费与支付
== 经费构成
#table(columns: (1fr, auto, auto, auto), stroke: {rule}, align: (left, right, right, right),
[*项目*], [*单价（元）*], [*数量*], [*小计（元）*],
[受试者观察费及检查费], [{c.comma(each)}], [{cases}例], [{c.comma(cases * each)}],
[机构启动及质控费], [{c.comma(start_fee)}], [1项], [{c.comma(start_fee)}],
[*合计*], [], [], [*{c.comma(total)}*])
合同总经费为人民币{c.words(total)}（RMB {c.comma(total)}），为含税价。
== 支付方式
(1) 本合同生效后20日内，丙方支付总经费的30%，即{c.comma(first)}元；\\
(2) 入组达到半数后20日内，丙方支付总经费的50%，即{c.comma(second)}元；\\
(3) 分中心小结盖章前，丙方支付余款{c.comma(third)}元。\\
各期费用均由丙方自其账户支付，乙方向丙方开具票据，甲方不直接向乙方付款。筛选失败病例按{c.comma(Decimal(600))}元/例另行结算，以实际发生为准。
== 乙方账户
户名 {unit.name}　开户行 {unit.bank}　账号 {unit.account}
= 保密与知识产权
试验数据及成果归甲方所有，乙方发表论文须经甲方书面同意，期限自试验结束之日起算五年。
= 违约与争议
任何一方违反本合同造成损失的，应予赔偿。争议提交乙方所在地仲裁委员会仲裁。
= 生效
本合同自三方签字盖章之日起生效，至试验全部结束、费用结清之日终止。正本六份，每方两份。
#v(8mm)
#block(breakable: false)[
#place(dx: 8mm, {c.seal_typst(sponsor.name)})
#place(dx: 60mm, {c.seal_typst(unit.name, "合同专用章")}) #place(dx: 112mm, {c.seal_typst(payer.name)})
#grid(columns: (1fr, 1fr, 1fr), row-gutter: 8mm, [甲方（盖章）], [乙方（盖章）], [丙方（盖章）],
[{sponsor.head}], [{unit.head}], [{payer.head}], [{c.cn0(signed)}], [{c.cn0(signed)}], [{c.cn0(signed)}])
#v(10mm)]
"""
    item = rng.choice(("临床试验费", "科研服务费", "药物临床试验经费"))
    bills = (
        Bill(payer=payer.name, unit=unit.name, total=first, issued_on=c.later(signed, rng.randrange(8, 26)),
             items=(item,), unit_account=unit.account, note="first stage, paid by the service firm"),
        Bill(payer=payer.name, unit=unit.name, total=third, issued_on=c.later(signed, 400), items=(item,),
             used=first + second, note="the rest"),
        rng.choice((
            Bill(payer=payer.name, unit=unit.name, total=second, issued_on=c.later(signed, 300), items=(item,),
                 used=first + second, wrong="usage", note="the second stage twice"),
            Bill(payer=payer.name, unit=unit.name, total=first, issued_on=c.later(signed, 15), items=("房屋租金",),
                 wrong="purpose"),
            Bill(payer=payer.name, unit=unit.name, total=first, issued_on=c.later(signed, -20), items=(item,),
                 wrong="date", note="before signing"),
        )),
    )  # fmt: skip
    truth = Truth(
        kind="contract", payers=(payer.name,), payees=(unit.name,), total=total, instalments=(first, second, third),
        words=total, signed_on=signed, numbers=(number,), accounts=(unit.account,), purpose=title,
        also_names=(sponsor.name, lead), also_amounts=(each, start_fee, cases * each, Decimal(600)),
        also_numbers=(approval,), also_purposes=("受试者观察费及检查费", "机构启动及质控费", "药物临床试验"),
    )  # fmt: skip
    return Paper(
        family="research contract", tool="typst", data=typst(c.joined(source)), truth=truth, bills=bills
    )


def training(rng: Random) -> Paper:
    """A firm sends its people to a school: people times price, a first share on signing; some lie unsigned."""
    place = c.city(rng)
    unit = c.unit(rng, place, "school")
    client = c.firm(rng, place, "电子科技 汽车零部件 纺织 港务 电梯工程 水产加工")
    courses = rng.sample(
        ("低压电工作业", "叉车司机", "焊工（中级）", "安全管理人员", "数控车工", "养老护理员"), 3
    )
    people = [rng.randrange(6, 60) for _ in courses]
    prices = [c.money(rng, 380, 2600, 20) for _ in courses]
    parts = [count * price for count, price in zip(people, prices, strict=True)]
    total = sum(parts, Decimal(0))
    first = (total * Decimal("0.3")).quantize(_CENT)
    signed = c.day(rng, 2024, 2026)
    start, end = c.later(signed, rng.randrange(5, 30)), c.later(signed, rng.randrange(60, 150))
    number = f"PX{signed:%Y%m%d}-{rng.randrange(1, 9)}"
    blank = rng.random() < 0.32
    rows = "".join(
        f"<tr><td>{k}</td><td>{name}</td><td>{count}</td><td>{price:.0f}</td><td>{part:.2f}</td></tr>"
        for k, (name, count, price, part) in enumerate(zip(courses, people, prices, parts, strict=True), 1)
    )
    left, right = ("", "") if blank else (
        c.seal_img(client.name, style="position:absolute;left:22mm;top:-6mm"),
        c.seal_img(unit.name, "合同专用章", "position:absolute;left:104mm;top:-6mm"),
    )  # fmt: skip
    date_text = "　　年　　月　　日" if blank else c.dot(signed)
    made = "" if blank else f"<p>签订时间：{c.cn(signed)}　签订地点：{place.name}市</p>"
    names = ("", "") if blank else (client.head, unit.head)
    share = rng.choice(("30%", "百分之三十"))
    html = f"""<style>@page {{ size: A4; margin: 24mm 22mm;
@bottom-right {{ content: '第' counter(page) '页 共' counter(pages) '页'; font: 8pt 'sans' }} }}
body {{ font: 10.5pt/1.6 'sans' }} h1 {{ font: 19pt 'sans-bold'; text-align: center }} p {{ margin: 1.2mm 0 }}
.two {{ display: flex; gap: 8mm; background: #f2f5f8; padding: 3mm; font-size: 10pt }} .two div {{ width: 50% }}
table {{ border-collapse: collapse; width: 100%; margin: 2mm 0 }} td, th {{ border-bottom: 1px solid #7a8793;
padding: 4px; text-align: center }}
th {{ border-top: 2px solid #2c4a66; font-weight: normal; background: #e5ebf1 }} b {{ font-family: 'sans-bold' }}</style>
<div style='text-align:right;font-size:9pt'>编号 {number}</div><h1>职工委托培训合同</h1>{made}
<div class=two><div><b>甲方（委托方）</b>
<br>{client.name}<br>税号：{client.code}<br>联系人：{c.person(rng)}　{c.mobile(rng)}</div>
<div><b>乙方（培训方）</b><br>{unit.name}<br>地址：{unit.address}<br>联系人：{c.person(rng)}　{unit.phone}</div></div>
<p><b>第一条　培训内容与费用</b></p><p>甲方委托乙方为其职工开展{courses[0]}等3个工种技能培训，人数及收费标准如下：</p>
<table><tr><th>序号</th><th>工种（班次）</th><th>人数</th><th>单价（元/人）</th><th>金额（元）</th></tr>{rows}
<tr><td></td><td>合计</td><td>{sum(people)}</td><td></td><td>{total:.2f}</td></tr></table>
<p>费用合计（大写）：{c.words(total)}。上述费用含教材费、实训耗材费，不含考试鉴定费（由考试机构向学员另收）和食宿费。</p>
<p><b>第二条　培训时间、地点</b></p><p>自{c.cn(start)}至{c.cn(end)}，每周六、日授课，地点为乙方实训中心。</p>
<p><b>第三条　付款</b></p><p>合同签订后五日内甲方预付{share}，计{first:.2f}元；
培训结束并提交结业名册后十日内付清余款{total - first:.2f}元。
收款账户：{unit.name}，{unit.bank}，{c.grouped(unit.account)}。</p>
<p><b>第四条　双方责任</b></p><p>4.1 甲方负责组织学员按时到课，确因生产安排需调整的，提前3日书面通知乙方。</p>
<p>4.2 乙方选派具备相应资格的教师，保证每班不少于24课时，对考核合格者颁发结业证书。</p>
<p>4.3 实际到课人数少于约定人数的，费用不予退还，但名额可在六个月内补训。</p>
<p><b>第五条　违约责任</b></p><p>甲方逾期付款的，每日按逾期金额的0.5‰支付违约金；乙方未按约授课的，应免费补课。</p>
<p><b>第六条　附则</b></p><p>本合同经双方签字并盖章后生效，一式四份，具同等效力。未尽事宜另行签订补充协议。</p>
<div style='position:relative;margin-top:14mm;break-inside:avoid'>{left}{right}<div style='display:flex;line-height:2.2'>
<div style='width:50%'>甲方（公章）：<br>授权代表（签字）：<span style="font:15pt 'mashan'">{names[0]}</span>
<br>日期：{date_text}</div>
<div style='width:50%'>乙方（公章）：<br>授权代表（签字）：<span style="font:15pt 'zhimang'">{names[1]}</span>
<br>日期：{date_text}</div></div></div>"""
    wrong = "status" if blank else ""
    issued = c.later(signed, rng.randrange(1, 6))
    bills = [
        Bill(payer=client.name, unit=unit.name, total=first, issued_on=issued, items=("培训费",), wrong=wrong,
             payer_code=client.code, note="the first share"),
        Bill(payer=client.name, unit=unit.name, total=total - first, issued_on=c.later(end, 7), used=first,
             items=("短期培训费",), wrong=wrong, note="the rest"),
    ]  # fmt: skip
    if not blank:
        bills.append(
            Bill(payer=client.name, unit=unit.name, total=c.swapped(first), issued_on=issued, items=("培训费",),
                 wrong="amount", note="two digits exchanged")
        )  # fmt: skip
    truth = Truth(
        kind="contract", payers=(client.name,), payees=(unit.name,), total=total, instalments=(first, total - first),
        words=total, signed_on=None if blank else signed, starts_on=start, ends_on=end, numbers=(number,),
        accounts=(unit.account,), purpose=f"{courses[0]}等3个工种技能培训", status="unsigned" if blank else "",
        also_amounts=(*parts, *prices), also_purposes=("职工委托培训", *courses),
    )  # fmt: skip
    return Paper(
        family="training contract",
        tool="weasyprint",
        data=weasy(c.tight(html)),
        truth=truth,
        bills=tuple(bills),
    )


def sponsorship(rng: Random) -> Paper:
    """A firm backs a contest or congress; in some files white letters speak of another sum and firm."""
    place = c.city(rng)
    unit = c.unit(rng, place)
    backer = c.firm(rng, c.city(rng), "医疗器械 教育装备 体育用品 饮料 网络科技")
    when = c.day(rng, 2024, 2026)
    event_on = c.later(when, rng.randrange(25, 90))
    school = "学" in unit.name
    event = f"{when.year}年{place.name}市" + (
        rng.choice(("职业院校技能大赛", "校企合作博览会"))
        if school
        else rng.choice(("护理技能竞赛", "基层卒中防治学术年会"))
    )
    amount = c.money(rng, 20000, 400000, 5000)
    hidden = rng.random() < 0.3
    number = f"ZZ-{when:%y%m}-{rng.randrange(100, 999)}"
    for name in ("wenkai", "sans"):
        pdfmetrics.registerFont(TTFont(f"registry-{name}", str(font(name))))
    body = ParagraphStyle(
        "b", fontName="registry-wenkai", fontSize=11.5, leading=20, wordWrap="CJK", firstLineIndent=0
    )
    head = ParagraphStyle("h", parent=body, fontName="registry-sans", fontSize=12.5, spaceBefore=6)
    top = ParagraphStyle("t", parent=head, fontSize=20, leading=34, alignment=TA_CENTER)
    seats = [
        ["权益项目", "数量", "说明"],
        ["主背景板标识露出", "1处", "尺寸不小于60cm×40cm"],
        ["参会胸牌", f"{rng.randrange(4, 12)}个", "含午餐"],
        ["展位", "1个", f"市场参考价{c.comma(c.money(rng, 3000, 9000, 500))}元，包含在赞助款内"],
    ]
    table = Table(seats, colWidths=[50 * mm, 25 * mm, 80 * mm])
    table.setStyle(
        TableStyle([("FONT", (0, 0), (-1, -1), "registry-wenkai", 10), ("GRID", (0, 0), (-1, -1), 0.4, "#555555"),
                    ("BACKGROUND", (0, 0), (-1, 0), "#e8e8e8")])
    )  # fmt: skip
    reach = rng.choice(("一次性支付", "一次性向乙方支付"))
    story: list[Flowable] = [
        Paragraph("活 动 赞 助 协 议", top),
        Paragraph(f"协议号：{number}", body),
        Paragraph(f"赞助方（甲方）：{backer.name}<br/>主办方（乙方）：{unit.name}", body),
        Paragraph("一、活动", head),
        Paragraph(f"乙方定于{c.cn(event_on)}在{unit.address}举办“{event}”，甲方自愿予以赞助。", body),
        Paragraph("二、赞助款", head),
        Paragraph(
            f"甲方赞助人民币{c.words(amount)}（小写：{amount:.0f}元），用于{event}场地布置、评审及奖品支出。",
            body,
        ),
        Paragraph(
            f"甲方于{c.cn(c.later(when, 10))}前{reach}至：{unit.name}，{unit.bank}，账号{unit.account}。",
            body,
        ),
        Paragraph("三、甲方权益", head),
        table,
        Paragraph("四、承诺", head),
        Paragraph(
            "赞助不得影响评审结果，乙方不因赞助采购甲方产品。活动因不可抗力取消的，乙方扣除已发生支出后退还余款。",
            body,
        ),
        Paragraph("五、生效", head),
        Paragraph("本协议双方签章后生效，一式两份。", body),
        Spacer(1, 8 * mm),
        Paragraph(f"甲方签章：{backer.name}　　代表：{backer.head}", body),
        Paragraph(f"乙方签章：{unit.name}　　代表：{unit.head}", body),
        Paragraph(f"日期：{c.cn(when)}", body),
    ]
    false_sum, false_firm = amount + c.money(rng, 10000, 90000, 10000), backer.near
    marks = [c.seal_png(backer.name), c.seal_png(unit.name)]

    def seals(canvas: Canvas, _: SimpleDocTemplate) -> None:
        from reportlab.lib.utils import ImageReader

        if hidden:
            canvas.setFont("registry-sans", 5)
            canvas.setFillColor("#ffffff")
            text = (
                f"赞助方（甲方）：{false_firm} 甲方赞助人民币{c.words(false_sum)}（小写：{false_sum:.2f}元）"
            )
            canvas.drawString(25 * mm, 12 * mm, text)
        for k, mark in enumerate(marks):
            canvas.drawImage(
                ImageReader(io.BytesIO(mark)), (40 + 80 * k) * mm, 72 * mm, 34 * mm, 34 * mm, mask="auto"
            )

    out = io.BytesIO()
    SimpleDocTemplate(
        out, pagesize=(210 * mm, 297 * mm), leftMargin=25 * mm, rightMargin=25 * mm, topMargin=20 * mm
    ).build(story, onFirstPage=seals)
    issued = c.later(when, rng.randrange(3, 14))
    item = rng.choice(("赞助收入", "赞助费", "活动赞助款"))
    if hidden:
        bills: tuple[Bill, ...] = (
            Bill(payer=backer.name, unit=unit.name, total=false_sum, issued_on=issued, items=(item,), wrong="hidden",
                 note="only white letters state this sum"),
            Bill(payer=false_firm, unit=unit.name, total=amount, issued_on=issued, items=(item,), wrong="hidden",
                 note="only white letters name this payer"),
        )  # fmt: skip
    else:
        bills = (
            Bill(payer=backer.name, unit=unit.name, total=amount, issued_on=issued, items=(item,)),
            Bill(payer=backer.name, unit=unit.near, total=amount, issued_on=issued, items=(item,), wrong="payee"),
            Bill(payer=backer.name, unit=unit.name, total=amount / 10, issued_on=issued, items=(item,),
                 wrong="amount", note="a digit fewer"),
        )  # fmt: skip
    truth = Truth(
        kind="contract", payers=(backer.name,), payees=(unit.name,), total=amount, words=amount, signed_on=when,
        numbers=(number,), accounts=(unit.account,), purpose=f"{event}场地布置、评审及奖品支出",
        also_names=(backer.head, unit.head), also_purposes=(event, "活动赞助", f"“{event}”"),
    )  # fmt: skip
    return Paper(
        family="sponsorship contract", tool="reportlab", data=out.getvalue(), truth=truth, bills=bills
    )
