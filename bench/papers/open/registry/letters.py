"""Minutes, a letter about who pays for whom, a pupil's fee slip and a registration for a course."""

import io
from decimal import Decimal
from random import Random

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Mm, Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bench.papers.open.registry import common as c
from bench.papers.open.registry.offices import ALIGN, typeface
from bench.papers.tools import as_pdf, font, office, photographed, pictures, scanned, stamp, stamped, typst
from bench.papers.values import Bill, Paper, Truth


def minutes(rng: Random) -> Paper:
    """A board's minutes with three matters, one of them a gift or a payment; some are texts for discussion."""
    place = c.city(rng)
    unit = c.unit(rng, place)
    body = c.firm(rng, place, "农业发展 水务集团 国有资产经营 旅游开发 港口集团")
    when = c.day(rng)
    draft = rng.random() < 0.28
    amount = c.money(rng, 30000, 900000, 5000)
    loan, cars = c.money(rng, 1000000, 9000000, 100000), c.money(rng, 120000, 480000, 1000)
    target, item = rng.choice(
        (("购置急救转运车辆", "捐赠收入"), ("资助困难患者救治", "捐赠收入"))
        if "学" not in unit.name
        else (("建设大学生（学徒）实训岗位", "捐赠收入"), ("奖励优秀职教教师", "捐赠收入"))
    )
    number = f"〔{when.year}〕第{rng.randrange(3, 40)}次"
    people = [c.person(rng) for _ in range(6)]
    firms = [c.firm(rng, place, "汽车销售 汽车贸易").name, c.bank(rng, place.name)]
    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    face = rng.choice(("AR PL UKai CN", "Noto Sans CJK SC", "LXGW WenKai"))

    def line(text: str, size: float = 12.5, side: int | None = None, bold: bool = False) -> None:
        paragraph = paper.add_paragraph(text)
        typeface(paragraph, face, size, bold)
        paragraph.paragraph_format.line_spacing = 1.35
        paragraph.paragraph_format.space_after = Pt(3)
        if side is not None:
            paragraph.alignment = ALIGN[side]
        else:
            paragraph.paragraph_format.first_line_indent = Pt(2 * size)

    line(body.name, 18, 1, True)
    line(f"董事会会议纪要{'（讨论稿）' if draft else ''}", 16, 1, True)
    line(number, 12, 1)
    line(f"时间：{c.cn(when)}{rng.choice(('上午9:00', '下午2时30分', '下午'))}", side=0)
    line(f"地点：公司{rng.randrange(2, 12)}楼会议室", side=0)
    line(f"主持人：{body.head}　　记录：{people[5]}", side=0)
    line(f"出席：{'、'.join([body.head, *people[:4]])}；列席：{people[4]}", side=0)
    line("会议就以下事项进行了研究，纪要如下：")
    matters = [
        f"关于流动资金贷款事项。同意向{firms[1]}申请综合授信{c.wan(loan)}万元，期限一年，由财务部办理。",
        f"关于公益捐赠事项。会议听取了办公室关于{unit.name}来函情况的汇报，"
        + rng.choice(("同意以公司名义", "一致同意由公司"))
        + f"向{unit.name}捐赠人民币{c.words(amount)}（{c.wan(amount)}万元），专项用于{target}，"
        f"所需资金从{when.year}年营业外支出中列支，款项汇至该单位{unit.bank}账户（{unit.account}），取得捐赠票据后入账。",
        f"关于更新公务用车事项。同意向{firms[0]}采购新能源商务车一辆，价格不超过{c.comma(cars)}元，报国资部门备案后实施。",
    ]
    rng.shuffle(matters)
    for mark, matter in zip("一二三", matters, strict=True):
        line(f"{mark}、{matter}")
    line(
        "会议强调，上述事项由责任部门抓紧落实，并于下次会议报告进展。"
        + ("" if draft else "本纪要经全体董事审阅签字。")
    )
    if not draft:
        line(f"出席董事签字：{'　'.join([body.head, *people[:4]])}", side=0)
        picture = paper.add_paragraph()
        picture.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        picture.add_run().add_picture(io.BytesIO(c.seal_png(body.name)), width=Mm(34))
    line(f"{body.name}董事会", side=2)
    line(c.cn(when), side=2)
    line(f"分送：各董事、监事，财务部。　　　　共印{rng.randrange(8, 20)}份", 10.5, 0)
    out = io.BytesIO()
    paper.save(out)
    issued = c.later(when, rng.randrange(8, 45))
    wrong = "status" if draft else ""
    bills = [
        Bill(payer=body.name, unit=unit.name, total=amount, issued_on=issued, items=(item,), payer_code=body.code, wrong=wrong),
    ]  # fmt: skip
    if draft:
        bills.append(
            Bill(
                payer=body.name,
                unit=unit.name,
                total=amount / 2,
                issued_on=issued,
                items=(item,),
                wrong=wrong,
            )
        )
    else:
        bills += [
            Bill(payer=body.name, unit=unit.name, total=cars, issued_on=issued, items=(item,), wrong="amount",
                 note="the sum of another matter"),
            Bill(payer=body.name, unit=unit.near, total=amount, issued_on=issued, items=(item,), wrong="payee"),
        ]  # fmt: skip
    truth = Truth(
        kind="other", payers=(body.name,), payees=(unit.name,), total=amount, words=amount, signed_on=when,
        numbers=(number,), accounts=(unit.account,), purpose=target, status="draft" if draft else "",
        also_names=(*firms, body.head, *people), also_amounts=(loan, cars), also_purposes=("公益捐赠",),
    )  # fmt: skip
    return Paper(
        family="minutes",
        tool="libreoffice",
        data=office(out.getvalue(), "docx"),
        truth=truth,
        bills=tuple(bills),
    )


def on_behalf(rng: Random) -> Paper:
    """A firm's letter: a person or daughter firm has paid, the bill is to name the firm; typed, stamped, scanned."""
    place = c.city(rng)
    unit = c.unit(rng, place)
    debtor = c.firm(rng, place, "幼教 护理服务 船舶修造 木业 冷链物流 装饰工程")
    agent = c.person(rng) if rng.random() < 0.5 else c.firm(rng, place, "财务咨询 企业管理").name
    paid = c.day(rng)
    when = c.later(paid, rng.randrange(1, 12))
    amount = (
        Decimal(rng.randrange(90000, 9000000)) / 100 if rng.random() < 0.5 else c.money(rng, 800, 68000, 10)
    )
    use, item = rng.choice(
        (("职工技能培训费", "培训费"), ("校内实训基地使用费", "实训基地使用费"))
        if "学" in unit.name
        else (("员工入职体检费", "体检费"), ("护理员岗前培训费", "培训费"))
    )
    short = debtor.name.removeprefix(place.name).removeprefix("市")[:2]
    number = f"{short}函字（{when.year}）{rng.randrange(1, 30):02d}号"
    flow = f"{paid:%m%d}{rng.randrange(10**7, 10**8)}"
    title, opening = rng.choice(
        (
            ("关于委托付款的说明", "兹说明如下："),
            ("代 付 款 证 明", "特此证明："),
        )
    )
    family_face = rng.choice(("AR PL UKai CN", "LXGW WenKai", "AR PL UMing CN"))
    source = f"""
#set page(paper: "a4", margin: (x: 30mm, top: 32mm, bottom: 25mm))
#set text(font: ("{family_face}", "Noto Serif SC"), size: 14pt, lang: "zh")
#set par(leading: 1.15em, first-line-indent: (amount: 2em, all: true), justify: true)
#align(center)[#text(17pt, fill: rgb("#0d3c78"))[{debtor.name}]
#v(-3mm) #line(length: 100%, stroke: 1pt + rgb("#0d3c78"))]
#align(right)[#text(11pt)[{number}]]
#align(center)[#text(20pt, weight: "bold")[{title}]]
#par(first-line-indent: 0em)[{unit.name}：]
{opening}我公司应向贵单位缴纳{use}人民币{c.comma(amount)}元（大写：{c.words(amount)}）。因我公司网银升级，
已委托{agent}于{c.cn(paid)}代为转账支付（银行流水号{flow}），汇入贵单位{unit.bank}账户（账号{unit.account}）。

上述款项系我公司支付，{agent}与贵单位之间无其他经济往来，由此产生的债权债务纠纷由我公司承担。请将票据抬头开具为我公司：

#block(inset: (left: 2em))[#set par(first-line-indent: 0em)
名称：{debtor.name}\\
纳税人识别号：{debtor.code}\\
地址、电话：{debtor.address}　{debtor.phone}\\
开户行及账号：{debtor.bank}　{debtor.account}]

本说明一式两份，贵单位与我公司各存一份。
#v(12mm)
#align(right)[{debtor.name}　　\\ {c.han(when) if rng.random() < 0.5 else c.cn(when)}　　]
#v(6mm)
经办人：{c.person(rng)}　　联系电话：{c.mobile(rng)}
"""
    page = pictures(typst(c.joined(source)), 180)[0]
    page = stamped(page, stamp(debtor.name), (rng.uniform(0.66, 0.74), rng.uniform(0.72, 0.78)), 0.2)
    data = scanned(rng, as_pdf([page], 180, 92), 180)
    issued = c.later(when, rng.randrange(1, 10))
    bills = (
        Bill(payer=debtor.name, unit=unit.name, total=amount, issued_on=issued, items=(item,), payer_code=debtor.code,
             unit_account=unit.account, note="named as the letter asks, though somebody else sent the money"),
        rng.choice((
            Bill(payer=debtor.near, unit=unit.name, total=amount, issued_on=issued, items=(item,), wrong="payer"),
            Bill(payer=debtor.name, unit=unit.name, total=amount, issued_on=issued, items=("捐赠收入",), wrong="purpose"),
            Bill(payer=debtor.name, unit=unit.name, total=amount, issued_on=issued, items=(item,),
                 unit_account=c.account(rng, len(unit.account)), wrong="account"),
        )),
    )  # fmt: skip
    truth = Truth(
        kind="policy", payers=(debtor.name,), payees=(unit.name,), total=amount, words=amount, signed_on=when,
        numbers=(number,), accounts=(unit.account, debtor.account), purpose=use, also_names=(agent,),
        also_numbers=(flow,), also_purposes=("委托付款", "代付款"),
    )  # fmt: skip
    return Paper(family="letter", tool="typst", data=data, truth=truth, bills=bills, form="scan")


def fee_slip(rng: Random) -> Paper:
    """A school's slip for a pupil, three parts to the page on ruled paper, photographed."""
    place = c.city(rng)
    unit = c.unit(rng, place, "school")
    pupil, parent = c.person(rng, 0.2), c.person(rng)
    when = c.day(rng).replace(month=9, day=rng.randrange(1, 20))
    term = f"{when.year}-{when.year + 1}学年第一学期"
    major = rng.choice(("护理", "汽车运用与维修", "幼儿保育", "电子商务", "中餐烹饪", "机电技术应用"))
    rows = [
        ("学费", c.money(rng, 900, 3600, 50) if rng.random() < 0.5 else Decimal(0), "免学费学生为0"),
        ("住宿费", c.money(rng, 300, 1200, 50), "六人间"),
        ("教材费（代收）", Decimal(rng.randrange(18000, 62000)) / 100, "多退少补"),
        ("校服费（代收）", c.money(rng, 120, 460, 10), ""),
        ("体检费（代收）", Decimal("37.50"), "入学体检"),
    ]
    deposit = Decimal(100)
    total = sum((amount for _, amount, _ in rows), Decimal(0))
    number = f"No.{rng.randrange(10**6, 10**7):07d}"
    pupil_number = f"{when.year}{rng.randrange(10, 60)}{rng.randrange(1, 60):02d}"
    for name in ("zenhei", "uming", "mashan"):
        pdfmetrics.registerFont(TTFont(f"registry-{name}", str(font(name))))
    face = rng.choice(("registry-zenhei", "registry-uming"))
    out = io.BytesIO()
    pen = Canvas(out, pagesize=(210 * mm, 140 * mm))
    pen.setFont(face, 15)
    pen.drawCentredString(105 * mm, 125 * mm, f"{unit.name}学生缴费单")
    pen.setFont(face, 10)
    pen.drawRightString(192 * mm, 118 * mm, number)
    pen.drawString(18 * mm, 118 * mm, term)
    pen.drawString(
        18 * mm, 110 * mm, f"交款人（学生）：{pupil}　学号：{pupil_number}　专业：{major}　家长：{parent}"
    )
    pen.grid([x * mm for x in (18, 70, 115, 192)], [(106 - 8 * k) * mm for k in range(len(rows) + 3)])
    shown = [("收费项目", "金额（元）", "备注")]
    shown += [(name, f"{amount:.2f}", note) for name, amount, note in rows]
    shown += [("合　计", f"{total:.2f}", f"另收宿舍钥匙押金{deposit:.0f}元（另开收据）")]
    for k, row in enumerate(shown):
        for x, text in zip((20, 72, 117), row, strict=True):
            pen.drawString(x * mm, (100.5 - 8 * k) * mm, text)
    y = 100 - 8 * len(shown)
    pen.drawString(18 * mm, (y - 1) * mm, f"合计人民币（大写）：{c.words(total)}")
    for x, text in (
        (18, f"缴费日期：{c.cn(when)}"),
        (72, "收费员："),
        (115, "复核："),
        (152, "第二联　交款人留存"),
    ):
        pen.drawString(x * mm, (y - 9) * mm, text)
    pen.setFillColor("#1b3578")
    pen.setFont("registry-mashan", 15)
    pen.drawString(86 * mm, (y - 9) * mm, c.person(rng, 0))
    pen.drawString(127 * mm, (y - 9) * mm, c.person(rng, 0))
    pen.save()
    page = pictures(out.getvalue(), 200)[0]
    mark = stamp(unit.name, "收费专用章")
    page = stamped(page, mark, (rng.uniform(0.7, 0.8), rng.uniform(0.66, 0.74)), 0.17)
    data = as_pdf([photographed(rng, page, rng.choice(("#5a4a3c", "#3b4650", "#a08b70")))], 200, 80)
    issued = c.later(when, rng.randrange(0, 8))
    items = tuple(name.replace("（代收）", "") for name, amount, _ in rows if amount)
    lodging = rows[1][1]
    bills = [
        Bill(payer=pupil, unit=unit.name, total=total, issued_on=issued, items=items),
        Bill(payer=pupil, unit=unit.name, total=total + deposit, issued_on=issued, items=items, wrong="amount",
             note="with the deposit, for which there is another receipt"),
        Bill(payer=c.near_person(rng, pupil), unit=unit.name, total=total, issued_on=issued, items=items, wrong="payer"),
    ]  # fmt: skip
    if rng.random() < 0.5:
        bills[1] = Bill(payer=pupil, unit=unit.name, total=lodging, issued_on=issued, items=("住宿费",),
                        note="one row by itself")  # fmt: skip
    truth = Truth(
        kind="other", payers=(pupil,), payees=(unit.name,), total=total, words=total, signed_on=when,
        numbers=(number.removeprefix("No."),), purpose="", also_names=(parent,),
        also_amounts=(deposit, *(amount for _, amount, _ in rows)), also_numbers=(pupil_number, number),
        also_purposes=(*(name for name, _, _ in rows), *items, "学生缴费"),
    )  # fmt: skip
    return Paper(family="fee slip", tool="reportlab", data=data, truth=truth, bills=tuple(bills), form="scan")


def registration(rng: Random) -> Paper:
    """A firm's reply to an invitation to a course: a sheet with its people, fees and the names for the bill."""
    place = c.city(rng)
    unit = c.unit(rng, place)
    home = c.city(rng)
    sender = c.firm(rng, home, "养老服务 母婴护理 检测技术 口腔医疗 教育咨询 安防工程")
    when = c.day(rng)
    start = c.later(when, rng.randrange(10, 40))
    end = c.later(start, rng.randrange(2, 9))
    price, food = c.money(rng, 600, 3200, 20), Decimal(rng.choice((180, 240, 260)))
    count = rng.randrange(2, 7)
    total = price * count
    course = rng.choice(("医院感染管理岗位培训班", "急救技能师资班") if "学" not in unit.name
                        else ("双师型教师研修班", "特种设备管理人员培训班"))  # fmt: skip
    course = f"{when.year}年第{'一二三四'[rng.randrange(4)]}期{course}"
    book = Workbook()
    page = book.active
    if page is None:
        raise ValueError("a book without a sheet")
    side = Side(style=rng.choice(("thin", "hair")))
    face = rng.choice(("WenQuanYi Zen Hei", "AR PL UMing CN"))
    people = [
        (
            c.person(rng),
            rng.choice("男女"),
            rng.choice(("主管", "护士", "教师", "技术员", "科员")),
            c.mobile(rng),
        )
        for _ in range(count)
    ]
    rows: list[list[object]] = [
        [f"{course}报名回执表"],
        ["单位名称", sender.name, "", "", "联系人", sender.head],
        ["序号", "姓名", "性别", "职务", "手机", "培训费（元）"],
        *[[k, *person, f"{price:.2f}"] for k, person in enumerate(people, 1)],
        ["费用合计", f"培训费{price:.0f}元/人×{count}人＝{total:.2f}元", "", "", "大写", c.words(total)],
        ["食宿", f"□自理　■由会务组统一安排（{food:.0f}元/天·人，费用到店自付，不含在培训费内）"],
        ["开票信息", f"名称：{sender.name}　税号：{sender.code}　开票项目：培训费"],
        ["收款信息", f"户名：{unit.name}　开户行：{unit.bank}　账号：{unit.account}"],
        ["培训时间", f"{c.cn(start)}至{c.cn(end)}，{start.month}月{start.day}日上午报到"],
        ["备注", f"请于{c.cn(c.later(start, -3))}前将本表发送至会务组邮箱，并汇款缴费。联系人：{c.person(rng)} {unit.phone}"],
    ]  # fmt: skip
    for row in rows:
        page.append(row)
    page.append(
        [
            "填表日期",
            c.dot(when) if rng.random() < 0.5 else f"{when:%Y-%m-%d}",
            "",
            "",
            "填表人",
            c.person(rng),
        ]
    )
    bottom = len(rows) + 1
    for line in page.iter_rows(min_row=1, max_row=bottom, max_col=6):
        for cell in line:
            cell.font = Font(name=face, size=10.5)
            cell.alignment = Alignment(wrap_text=True, vertical="center")
            cell.border = Border(left=side, right=side, top=side, bottom=side)
    page.merge_cells("A1:F1")
    page["A1"].font, page["A1"].alignment = (
        Font(name=face, size=15, bold=True),
        Alignment(horizontal="center"),
    )
    for row_number in (2, count + 4, bottom):
        page.merge_cells(f"B{row_number}:D{row_number}")
    for row_number in range(count + 5, bottom):
        page.merge_cells(f"B{row_number}:F{row_number}")
    for letter, width in zip("ABCDEF", (11, 14, 7, 13, 16, 24), strict=True):
        page.column_dimensions[letter].width = width
    for row_number in range(1, bottom + 1):
        page.row_dimensions[row_number].height = 34 if row_number > count + 3 or row_number == 1 else 22
    page.page_setup.paperSize = 9
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    out = io.BytesIO()
    book.save(out)
    issued = c.later(when, rng.randrange(2, 9))
    item = rng.choice(("培训费", "进修培训费"))
    bills = (
        Bill(payer=sender.name, unit=unit.name, total=total, issued_on=issued, items=(item,), payer_code=sender.code,
             unit_account=unit.account),
        Bill(payer=sender.name, unit=unit.name, total=price * (count + 1), issued_on=issued, items=(item,), wrong="amount",
             note="one more person than named"),
        rng.choice((
            Bill(payer=sender.near, unit=unit.name, total=total, issued_on=issued, items=(item,), wrong="payer"),
            Bill(payer=sender.name, unit=unit.name, total=total, issued_on=issued, items=("房屋租金",), wrong="purpose"),
            Bill(payer=sender.name, unit=unit.name, total=total, issued_on=issued, items=(item,), used=total,
                 wrong="usage", note="was billed in full before"),
        )),
    )  # fmt: skip
    truth = Truth(
        kind="other", payers=(sender.name,), payees=(unit.name,), total=total, words=total, signed_on=when,
        starts_on=start, ends_on=end, accounts=(unit.account,), purpose=course,
        also_names=tuple(person[0] for person in people), also_amounts=(price, food), also_purposes=("培训费",),
    )  # fmt: skip
    return Paper(
        family="registration",
        tool="libreoffice",
        data=office(out.getvalue(), "xlsx"),
        truth=truth,
        bills=bills,
    )
