"""Fees of examinations and certificates, and proofs that they were paid."""

import io
from decimal import Decimal
from random import Random

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.properties import PageSetupProperties

from bench.papers.open.society import people as of
from bench.papers.open.society.bills import change
from bench.papers.open.society.drawing import paragraphs, photo, seal_tag, sheet, table
from bench.papers.tools import office, weasy
from bench.papers.values import Bill, Paper, Truth

D = Decimal


def center(rng: Random) -> of.Party:
    """A centre of examinations or of publishing."""
    province = rng.choice(of.CITIES)[0]
    name = rng.choice(
        (
            f"{province}{rng.choice(('人事', '卫生人才', '会计专业技术资格', '职业技能'))}考试中心",
            f"中国{rng.choice(of.FIELDS)}职业能力评价中心",
            f"{province}{rng.choice(('教育', '职业资格'))}考试院",
        )
    )
    return of.party(rng, name, "12")


def exam_settlement(rng: Random) -> Paper:
    """A settlement of exam fees between two offices; white text on it names another sum and another payer."""
    unit = center(rng)
    _, city, district, _ = rng.choice(of.CITIES)
    payer = rng.choice(
        (
            f"{city}人力资源和社会保障局",
            f"{city}{district}教育局",
            f"{city}卫生健康委员会",
            f"{city}职业技能鉴定指导中心",
        )
    )
    stranger = of.company_name(rng)
    year, half = rng.randint(2023, 2026), rng.choice(("上", "下"))
    made = of.date(year, rng.randint(5, 7) if half == "上" else 12, rng.randint(1, 28))
    number = f"考结〔{year}〕{rng.randint(3, 77)}号"
    rows = [["科目", "报考人次", "收费标准（元/人次）", "上缴标准（元/人次）", "应上缴金额（元）"]]
    total = D(0)
    rates: list[Decimal] = []
    for name in rng.sample(("法律法规", "专业综合", "案例分析", "实务操作", "公共基础", "计算机应用"), 3):
        many, price, share = (
            rng.randint(87, 2360),
            rng.choice((55, 61, 70)),
            rng.choice((D("12.50"), D("9.00"), D("15.50"))),
        )
        total += many * share
        rates += [D(price), share, many * share]
        rows.append([name, str(many), f"{price}.00", f"{share}", of.money(many * share)])
    rows.append(["合计", "—", "—", "—", of.money(total)])
    lie = total * 10
    hidden = (
        f"<p style='color:#ffffff;font-size:{rng.choice(('5pt', '9pt'))};margin:0'>付款单位：{stranger} "
        f"应上缴金额合计 {of.money(lie)} 元（{of.upper(lie)}）</p>"
    )
    body = (
        f"<h1 style='font-size:17pt;font-family:serif-bold'>{unit.name}<br>关于{year}年度{half}半年考务费结算的通知</h1>"
        f"<p class='c'>{number}</p><p>{payer}：</p>"
        + paragraphs(
            f"{year}年度{half}半年考试工作已顺利结束。根据价格主管部门核定的标准及考务合作约定，你单位代收的考试费中，"
            "应上缴我单位的考务费（命题、阅卷部分）结算如下：",
        )
        + table(rows, widths=(20, 16, 22, 22, 20))
        + hidden
        + paragraphs(
            f"请你单位于收到本通知之日起15个工作日内，将考务费{of.money(total)}元（人民币{of.upper(total)}）汇入以下账户，"
            "我单位收款后开具财政票据。",
            f"收款单位：{unit.name}",
            f"开户银行：{unit.bank}",
            f"银行账号：{unit.account}",
            f"联系电话：{of.phone(rng)}（财务科 {of.person(rng, 0)}）",
        )
        + f"<p class='r' style='position:relative;margin-top:14mm'>{unit.name}"
        f"{seal_tag(unit.name, '', 'right:6mm;top:-12mm')}</p><p class='r'>{of.zh(made)}</p>"
    )
    data = weasy(sheet(body, face="serif", size="11.5pt", margin="26mm 26mm"))
    truth = Truth(
        kind="policy",
        payers=(payer,),
        payees=(unit.name,),
        total=total,
        words=total,
        signed_on=made,
        numbers=(number,),
        accounts=(unit.account,),
        purpose="考务费",
        also_amounts=tuple(rates),
        also_purposes=("考务费（命题、阅卷部分）", f"{year}年度{half}半年考务费"),
    )
    bill = Bill(
        payer=payer,
        unit=unit.name,
        total=lie,
        issued_on=of.later(rng, made, 3, 18),
        items=("考务费",),
        wrong="hidden",
        note="only white text says this sum",
    )
    bills = (
        bill,
        change(bill, payer=stranger, total=lie, note="only white text says this payer and sum"),
    )
    return Paper(family="exam fee settlement", tool="weasyprint", data=data, truth=truth, bills=bills)


def enrolment_list(rng: Random) -> Paper:
    """A list of candidates over several pages, with sums of each page, paid by the school that enrols them."""
    unit, second = center(rng), of.other(rng, center)
    while second.name == unit.name:
        second = of.other(rng, center)
    province, city, _, _ = rng.choice(of.CITIES)
    payer = rng.choice(
        (
            f"{city}{rng.choice(('育英', '卓越', '匠新'))}职业培训学校",
            f"{of.short_city(city)}职业技术学院",
            f"{province}{of.short_city(city)}技师学院",
        )
    )
    made = of.day(rng, 2023, 2026)
    many = rng.randint(58, 96)
    prices = {"初级": D("120"), "中级": D("180"), "高级": D("260")}
    book = Workbook()
    page = book.active
    page.append([f"{rng.choice(('职业技能等级认定', '专业能力水平评价'))}报名缴费汇总表"])
    page.append([f"报名单位：{payer}", "", "", f"收费单位：{unit.name}", "", ""])
    page.append([f"填报日期：{made:%Y-%m-%d}", "", "", f"缴入账号：{unit.account}（{unit.bank}）", "", ""])
    page.append(["序号", "姓名", "准考证号", "级别", "认定费（元）", "备注"])
    total, part = D(0), D(0)
    parts: list[Decimal] = []
    for place in range(1, many + 1):
        level = rng.choice(tuple(prices))
        page.append(
            [
                place,
                of.person(rng),
                f"{made:%y%m}{rng.randrange(10**5, 10**6)}",
                level,
                prices[level],
                "补考" if rng.random() < 0.05 else "",
            ]
        )
        part += prices[level]
        if place % 30 == 0 or place == many:
            page.append(["", "小　计", "", "", part, ""])
            parts.append(part)
            total, part = total + part, D(0)
    page.append(["", "总　计", "", f"{many}人", total, ""])
    page.append([f"大写：{of.upper(total)}"])
    page.append([f"说明：本次认定由{unit.name}统一组织，证书由{second.name}承印，不另收费。"])
    page.append([f"填表人：{of.person(rng, 0)}", "", "", f"审核人：{of.person(rng, 0)}"])
    _dress(page, rng.choice(("AR PL UMing CN", "Noto Sans CJK SC", "LXGW WenKai")))
    out = io.BytesIO()
    book.save(out)
    data = office(out.getvalue(), "xlsx")
    truth = Truth(
        kind="other",
        payers=(payer,),
        payees=(unit.name,),
        total=total,
        words=total,
        signed_on=made,
        accounts=(unit.account,),
        purpose="认定费",
        also_names=(second.name,),
        also_amounts=(*parts, *prices.values()),
        also_purposes=("报名缴费", "职业技能等级认定", "专业能力水平评价"),
    )
    bill = Bill(
        payer=payer,
        unit=unit.name,
        total=total,
        issued_on=of.later(rng, made, 2, 25),
        items=(rng.choice(("考试费", "职业技能认定费")),),
        unit_account=unit.account,
        note="the sum of all pages",
    )
    bills = (
        bill,
        change(bill, total=parts[0], wrong="amount", note="the sum of the first page"),
        change(bill, unit=second.name, unit_account="", wrong="payee", note="who prints the certificates"),
    )
    return Paper(family="enrolment list", tool="libreoffice", data=data, truth=truth, bills=bills)


def _dress(page: object, face: str) -> None:
    """Lines, widths and fonts of the list."""
    thin = Side(style="thin")
    grid = Border(left=thin, right=thin, top=thin, bottom=thin)
    last: int = page.max_row  # type: ignore[attr-defined]
    for line in page.iter_rows(1, last, 1, 6):  # type: ignore[attr-defined]
        for cell in line:
            inside = 4 <= cell.row <= last - 3
            cell.font = Font(name=face, size=16 if cell.row == 1 else 10.5)
            cell.alignment = Alignment(horizontal="center" if inside or cell.row == 1 else "left")
            if inside:
                cell.border = grid
            if cell.column == 5 and inside:
                cell.number_format = "#,##0.00"
    page.merge_cells("A1:F1")  # type: ignore[attr-defined]
    for letter, width in zip("ABCDEF", (7, 22, 17, 11, 15, 30), strict=True):
        page.column_dimensions[letter].width = width  # type: ignore[attr-defined]
    page.print_title_rows = "4:4"  # type: ignore[attr-defined]
    page.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)  # type: ignore[attr-defined]
    page.page_setup.fitToHeight = 0  # type: ignore[attr-defined]
    page.page_setup.paperSize = 9  # type: ignore[attr-defined]


def payment_certificate(rng: Random) -> Paper:
    """A small proof that a person paid for a certificate or an exam, photographed."""
    unit, payer = center(rng), of.person(rng, 0.6)
    paid = of.day(rng, 2023, 2027)
    made = of.later(rng, paid, 3, 60)
    exam, fee = rng.choice(
        (
            ("补办资格证书工本费", D("37.50")),
            ("二级建造实务科目考试费", D("61.00")),
            ("护士执业资格考试报名费", D("244.00")),
            ("社会体育指导员培训考核费", D("480.00")),
            ("普通话水平测试费", D("50.00")),
        )
    )
    number = f"{paid:%Y%m%d}{rng.randrange(10**7, 10**8)}"
    clerk = of.person(rng, 0)
    agent = of.company_name(rng)
    body = (
        f"<h1 style='font-size:22pt;margin:24mm 0 10mm;letter-spacing:8pt;font-family:{rng.choice(('xiaowei', 'serif-bold'))}'>"
        "缴费证明</h1>"
        + paragraphs(
            f"兹证明 {payer}（身份证号：{rng.randrange(110000, 654300)}********{rng.randrange(1000, 9999)}）于{of.zh(paid)}"
            f"通过{rng.choice(('微信', '支付宝', '银联在线'))}向我单位缴纳{exam}人民币{of.upper(fee)}（￥{fee}），"
            f"订单号{number}。款项已到账。",
            f"该考生报名时由{agent}统一代为填报信息，费用由其本人支付，未由单位报销代垫。",
            "因原缴费页面无法打印，特出具此证明，仅供换开电子票据使用，重复复印无效。",
        )
        + f"<p class='r' style='margin-top:22mm;position:relative'>{unit.name}（章）"
        f"{seal_tag(unit.name, '财务专用章', 'right:10mm;top:-14mm', '42mm')}</p>"
        f"<p class='r'>经办：<span style='font-family:zhimang;font-size:17pt'>{clerk}</span></p><p class='r'>{of.zh(made)}</p>"
    )
    pdf = weasy(sheet(body, face=rng.choice(("serif", "uming")), size="14pt", margin="22mm 26mm"))
    data = photo(rng, pdf, [], 170, rng.choice(("#7b6a55", "#30343a", "#8b8f94")))
    truth = Truth(
        kind="other",
        payers=(payer,),
        payees=(unit.name,),
        total=fee,
        words=fee,
        signed_on=made,
        numbers=(),
        purpose=exam,
        also_names=(agent, clerk),
        also_numbers=(number,),
        also_purposes=("换开电子票据",),
    )
    bill = Bill(
        payer=payer,
        unit=unit.name,
        total=fee,
        issued_on=of.later(rng, made, 1, 12),
        items=("证书工本费" if "工本" in exam else rng.choice(("考试费", "考试考务费")),),
        note="issued long after the payment, on this proof",
    )
    far = of.other(rng, center)
    while far.name == unit.name:
        far = of.other(rng, center)
    bills = (
        bill,
        change(bill, payer=agent, wrong="payer", note="the company only filled in the form"),
        change(bill, unit=far.name, wrong="payee", note="another centre"),
    )
    return Paper(
        family="certificate of payment",
        tool="weasyprint",
        data=data,
        media_type="image/jpeg",
        form="scan",
        truth=truth,
        bills=bills,
    )
