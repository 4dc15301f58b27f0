"""Notices of trainings and examinations, lists of who paid, confirmations of payment."""

import io
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from msgspec.structs import replace

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from .common import (
    account,
    bank,
    cn,
    cn0,
    comma,
    company,
    day,
    dots,
    later,
    near_person,
    people,
    person,
    phone,
    school,
    slip,
    spaced,
    words,
)
from .drawing import Word, scan, sealed, sheet

_COURSES = (
    ("高校财务人员政府会计制度实务培训班", "各有关高校、职业院校财务部门"),
    ("职业院校“双师型”教师能力提升研修班", "各有关职业院校"),
    ("实验室危险化学品安全管理培训班", "各有关高校、科研院所"),
    ("农村供水工程运行管理人员培训班", "各县（市、区）水务局、供水单位"),
    ("无人机测绘操控员（中级）培训班", "各有关测绘、规划单位"),
    ("基层医疗机构药学人员继续教育班", "各有关医疗机构"),
)


def training_notice(rng: Random) -> Paper:
    uni = school(rng)
    host = rng.choice((uni.name, uni.college))
    course, to = rng.choice(_COURSES)
    fee = Decimal(rng.choice((980, 1280, 1580, 1680, 2180, 2600, 3200)))
    issued = day(rng)
    start = later(issued, rng.randrange(24, 50))
    end = later(start, rng.randrange(2, 6))
    number = f"{host[:2]}{rng.choice(('培', '继教', '培训'))}〔{issued.year}〕{rng.randrange(3, 80)}号"
    number_of = account(rng, 19)
    contact = person(rng)
    word = Word(rng.choice(("AR PL UMing CN", "LXGW WenKai", "Noto Serif CJK SC")), 14, 2.8)
    word.line(host, 30, "c", "Noto Serif CJK SC", True, "CC0000", space=1.8)
    word.line(number, 13, "c")
    word.line("―" * 30, 12, "c", colour="CC0000", space=1)
    word.line(f"关于举办{course}的通知", 19, "c", "Noto Sans CJK SC", False, space=2)
    word.line(f"{to}：", indent=False)
    aim = rng.choice(("为帮助从业人员准确把握最新政策和业务要求", "根据年度培训计划安排", "应各单位要求"))
    stay = "食宿可由会务组统一安排，费用自理，由入住宾馆直接收取并开具发票，学校不收取住宿费"
    charge = rng.choice(
        (f"培训费每人{fee}元（含资料、证书、场地费）", f"培训费{comma(fee)}元/人（含教材及实训耗材）")
    )
    for text in (
        f"{aim}，我校决定举办{course}。现将有关事项通知如下：",
        "一、培训内容：政策解读、案例讲解、现场教学与交流研讨，结业考核合格者颁发结业证书。",
        f"二、时间地点：{cn(start)}至{cn(end)}（{cn(later(start, -1))}报到），{uni.town}市{uni.name}继续教育中心。",
        f"三、收费标准：{charge}。{stay}。",
        f"四、缴费方式：请于{cn(later(start, -3))}前将培训费汇入以下账户，并注明单位和姓名。现场不收现金。",
        f"　　户名：{host}",
        f"　　开户行：{bank(rng, uni.town)}",
        f"　　账号：{rng.choice((spaced(number_of), number_of))}",
        f"五、联系方式：{contact}，{phone(rng)}；电子邮箱：px{rng.randrange(100, 999)}@example.edu.cn。",
        f"六、请各单位填写回执（见附件），于{cn(later(issued, 14))}前报送。",
        "附件：参训人员回执表",
    ):
        word.line(text)
    word.line("")
    word.line(host, at="r")
    word.line(cn(issued), at="r")
    word.new_page()
    word.line("附件", indent=False)
    word.line("参训人员回执表", 18, "c", "Noto Sans CJK SC")
    word.table([["单位", "姓名", "职务", "手机", "是否住宿"]] + [[""] * 5] * 5, (4.5, 2.6, 3, 3, 2.5))
    truth = Truth(
        kind="policy", payees=(host,), total=fee, signed_on=issued, starts_on=start, ends_on=end, numbers=(number,),
        accounts=(number_of,), purpose=course, also_names=(contact, uni.name), also_purposes=("培训费",),
    )  # fmt: skip
    honest = Bill(
        payer=company(rng, "供水", "测绘科技", "医药").name, unit=host, total=fee, issued_on=later(start, -rng.randrange(0, 8)),
        items=("培训费",), unit_account=number_of, note="one trainee, paid before the course as asked; the notice names no payer",
    )  # fmt: skip
    wrong_day = replace(
        honest,
        issued_on=later(issued, -rng.randrange(40, 90)),
        wrong="date",
        note="long before the notice went out",
    )
    wrong_account = replace(
        honest, unit_account=account(rng, 19), wrong="account", note="another account than the notice names"
    )
    return Paper(
        family="training notice", tool="libreoffice-docx", data=word.pdf(), truth=truth,
        bills=(honest, wrong_day, wrong_account),
    )  # fmt: skip


def _grid(page: Any, rows: list[list[Any]], widths: list[float], face: str, heads: int) -> None:
    """Rows on a sheet of a workbook, ruled below its first lines, one page wide."""
    from openpyxl.styles import Alignment, Border, Font, Side

    thin = Side(style="thin")
    for at, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = page.cell(at, column, value)
            cell.font = Font(name=face, size=16 if at == 1 else 11)
            cell.alignment = Alignment(
                horizontal="center" if at != 2 else "left", vertical="center", wrap_text=at > 2
            )
            if isinstance(value, float):
                cell.number_format = "#,##0.00"
                cell.alignment = Alignment(horizontal="right")
            if at > heads:
                cell.border = Border(thin, thin, thin, thin)
    for at, wide in enumerate(widths):
        page.column_dimensions["ABCDEFGHIJ"[at]].width = wide
    page.page_setup.paperSize, page.page_setup.fitToWidth, page.page_setup.fitToHeight = 9, 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_options.horizontalCentered = True


def fee_list(rng: Random) -> Paper:
    from openpyxl import Workbook

    uni = school(rng)
    host = uni.college
    made = day(rng)
    names = people(rng, rng.randrange(18, 34))
    kind, prices = rng.choice(
        (
            ("教师资格考试考前培训费", (680, 880, 1080)),
            ("育婴员职业技能培训费", (1200, 1500, 1850)),
            ("电工进网作业培训费", (760, 960, 1260)),
            ("成人高等教育学费", (2100, 2400, 2850)),
        )
    )
    sums = [Decimal(rng.choice(prices)) for _ in names]
    rows: list[list[Any]] = [
        [f"{host}{kind}收费名单"],
        [f"班级：{made.year}年第{rng.randrange(2, 9)}期　　制表日期：{made}"],
        ["序号", "姓名", "身份证后四位", "类别", "缴费金额（元）", "缴费日期", "备注"],
    ]
    paid = [later(made, -rng.randrange(2, 12)) for _ in names]
    for at, name in enumerate(names):
        tail = f"{rng.randrange(1000):03d}{rng.choice('0123456789X')}"
        label = "ABC"[prices.index(int(sums[at]))] + "类"
        note = rng.choice(("", "", "", "微信", "转账", "对公"))
        rows.append([at + 1, name, tail, label, float(sums[at]), f"{paid[at]:%Y/%m/%d}", note])
    total = sum(sums, Decimal(0))
    maker = person(rng)
    rows.append(["合计", f"{len(names)}人", "", "", float(total), "", ""])
    rows.append([f"大写：{words(total)}", "", "", "", "", "", ""])
    book = Workbook()
    page = book.active
    _grid(page, rows, [7, 22, 14, 9, 16, 14, 9], rng.choice(("AR PL UMing CN", "Noto Sans CJK SC")), 2)
    assert page is not None  # noqa: S101 - a new workbook has a sheet
    page.cell(len(rows) + 1, 1, f"制表：{maker}")
    page.cell(len(rows) + 1, 4, "审核：")
    page.merge_cells("A1:G1")
    page.merge_cells("A2:G2")
    page.merge_cells(start_row=len(rows), start_column=1, end_row=len(rows), end_column=7)
    out = io.BytesIO()
    book.save(out)
    at = rng.randrange(len(names))
    truth = Truth(
        kind="other", payers=tuple(names), payees=(host,), total=total, words=total, signed_on=made, purpose=kind,
        also_names=(maker,), also_amounts=tuple(sorted(set(sums))),
    )  # fmt: skip
    item = "学费" if kind.endswith("学费") else "培训费"
    honest = Bill(
        payer=names[at], unit=host, total=sums[at], issued_on=later(made, rng.randrange(0, 9)), items=(item,),
        note="one row of the list",
    )  # fmt: skip
    others = tuple(Decimal(price) for price in prices)
    stranger = near_person(rng, names[at], tuple(names))
    return Paper(
        family="fee list", tool="libreoffice-xlsx", data=tools.office(out.getvalue(), "xlsx"), truth=truth,
        bills=(
            honest,
            replace(honest, payer=stranger, wrong="payer", note="a name near one of the list, but not on it"),
            replace(honest, total=slip(rng, sums[at], (*others, total)), wrong="amount", note="digits changed over"),
        ),
    )  # fmt: skip


def payment_confirmation(rng: Random) -> Paper:
    uni = school(rng)
    pupil, host = person(rng), uni.college
    paid = day(rng)
    term = f"{paid.year}-{paid.year + 1}学年" if paid.month > 6 else f"{paid.year - 1}-{paid.year}学年"
    lines = [
        ("学费", Decimal(rng.choice((3800, 4600, 5200, 6500)))),
        ("住宿费", Decimal(rng.choice((600, 800, 1200)))),
    ]
    if rng.random() < 0.5:
        lines.append(("教材费（代收）", Decimal(rng.choice((380, 426, 512))) + Decimal("0.60")))
    total = sum((each for _, each in lines), Decimal(0))
    order = f"{paid:%Y%m%d}{rng.randrange(10**9):09d}"
    pupil_number = f"{paid.year}{rng.randrange(10**6):06d}"
    major = rng.choice(
        ("护理", "铁道供电技术", "计算机应用技术", "酒店管理与数字化运营", "药品生产技术", "工程造价")
    )
    clock = f"{paid} {rng.randrange(8, 22):02d}:{rng.randrange(60):02d}:{rng.randrange(60):02d}"
    tint = rng.choice(("#1b6ec2", "#00796b", "#8b1e3f", "#33475b"))
    rows = "".join(
        f"<tr><td>{at}</td><td>{name}</td><td>{term}</td><td class='r'>{comma(each)}</td><td class='r'>{comma(each)}</td>"
        "<td class='r'>0.00</td></tr>"
        for at, (name, each) in enumerate(lines, 1)
    )
    body = f"""<div class='top'>{host} · 统一缴费服务平台<span>{uni.name}信息中心提供技术支持</span></div>
    <div class='card'><h2>缴费确认单</h2><div class='g'><div>学号<b>{pupil_number}</b></div><div>姓名<b>{pupil}</b></div>
    <div>专业<b>{major}</b></div><div>订单号<b>{order}</b></div><div>支付时间<b>{clock}</b></div>
    <div>支付渠道<b>{rng.choice(("微信支付", "支付宝", "建行网银", "银联云闪付"))}</b></div></div>
    <table><tr class='hd'><th>序号</th><th>收费项目</th><th>收费区间</th><th>应缴（元）</th><th>本次实缴</th><th>欠费</th></tr>
    {rows}<tr><td colspan='4'>合计（大写）{words(total)}</td><td class='r'>{comma(total)}</td><td class='r'>0.00</td></tr></table>
    <p class='ok'>✓ 缴费成功</p><p class='n s'>收款单位：{host}　　财政电子票据将于缴费后7个工作日内开具，请留意短信。</p>
    <p class='n s'>本确认单仅证明缴费事实，不作为报销凭证。打印时间：{later(paid, 1)} 10:{rng.randrange(60):02d}</p></div>"""
    more = f""".top {{ background: {tint}; color: #fff; padding: 12pt 16pt; font-size: 13pt; }}
    .top span {{ float: right; font-size: 8pt; opacity: .85; }}
    .card {{ border: 1px solid #ddd; margin: 16pt; padding: 12pt 18pt; border-radius: 6pt; box-shadow: 0 1pt 4pt #bbb; }}
    h2 {{ color: {tint}; font-size: 16pt; margin: 0 0 10pt; }} .hd {{ background: #f0f3f7; }}
    .g {{ display: grid; grid-template-columns: 1fr 1fr; gap: 6pt 20pt; margin-bottom: 12pt; color: #777; }}
    .g b {{ color: #111; font-weight: normal; margin-left: 10pt; }} td, th {{ border-color: #ccc; }}
    .ok {{ color: #2a9d3a; font-size: 15pt; text-align: center; margin: 12pt; }} .s {{ font-size: 9pt; color: #666; }}"""
    data = tools.chrome(sheet(body, rng.choice(("sans", "zenhei")), 10.5, 1.6, margin="10mm", more=more))
    truth = Truth(
        kind="transfer", payers=(pupil,), payees=(host,), total=total, words=total, signed_on=paid, numbers=(order,),
        purpose="学费", also_names=(f"{uni.name}信息中心",), also_amounts=tuple(each for _, each in lines),
        also_numbers=(pupil_number,), also_purposes=tuple(name for name, _ in lines[1:]),
    )  # fmt: skip
    honest = Bill(
        payer=pupil, unit=host, total=total, issued_on=later(paid, rng.randrange(0, 7)),
        items=tuple(name.removesuffix("（代收）") for name, _ in lines), note="all items of the confirmation",
    )  # fmt: skip
    return Paper(
        family="payment confirmation", tool="chromium", data=data, truth=truth,
        bills=(
            honest,
            replace(honest, unit=uni.name, wrong="payee", note="the college received it, not the university"),
            replace(honest, items=("捐赠收入",), wrong="purpose", note="tuition is no donation"),
        ),
    )  # fmt: skip


def exam_notice(rng: Random) -> Paper:
    uni = school(rng)
    issued = day(rng, last=date(2026, 2, 20))
    name, papers = rng.choice(
        (
            (
                "全国计算机等级考试",
                (("一级", "103.00"), ("二级", "103.00"), ("三级", "126.00"), ("四级", "158.00")),
            ),
            ("普通话水平测试", (("在校学生", "25.00"), ("社会人员", "50.00"))),
            ("大学外语四、六级考试", (("四级笔试", "37.50"), ("六级笔试", "39.50"), ("四级口试", "50.00"))),
            (
                "高等教育自学考试实践课程考核",
                (("毕业论文", "480.00"), ("实验操作（每门）", "137.50"), ("实习报告", "210.00")),
            ),
        )
    )
    subject, price = rng.choice(papers)
    fee = Decimal(price)
    first, last = later(issued, 4), later(issued, 16)
    number = f"教务〔{issued.year}〕{rng.randrange(5, 130)}号"
    contact = person(rng)
    table = "".join(f"<tr><td>{label}</td><td>{value}</td></tr>" for label, value in papers)
    mode = rng.choice(
        (
            "登录学校缴费平台选择“考试报名费”缴纳，逾期未缴视为放弃",
            "扫描教务处公布的收款码缴费，备注学号和姓名，逾期不补报",
        )
    )
    body = f"""<p class='c red'>{uni.name}教务处</p><p class='c n'>{number}</p><hr style='border:1.2pt solid #c00'>
    <h1>关于{issued.year}年{"上" if issued.month < 7 else "下"}半年{name}<br>报名缴费的通知</h1><p class='n'>各学院、各有关考生：</p>
    <p>根据省教育考试院的统一部署，现将我校考点{name}报名缴费有关事项通知如下。</p>
    <p class='h'>一、报名对象</p><p>本校在籍学生及{uni.town}市范围内符合条件的社会考生。</p>
    <p class='h'>二、收费标准</p><p>按省发展改革委、省财政厅核定的标准收取考试报名费（单位：元/人）：</p>
    <table class='c' style='width:62%;margin:6pt auto'><tr><th>科目（类别）</th><th>标准</th></tr>{table}</table>
    <p>兼报的按各科标准累加。</p><p class='h'>三、缴费时间与方式</p><p>{cn0(first)}8:00至{cn0(last)}17:00。{mode}。</p>
    <p class='h'>四、注意事项</p><p>1. 缴费成功后不予退费；2. 票据由{uni.name}统一开具，于考前发至考生手机；3. 学校不组织、不委托任何机构
    举办考前辅导班，谨防受骗；4. 准考证打印时间另行通知。</p><p>咨询电话：{phone(rng)}（{contact}）</p><br><br>
    <p class='r'>{sealed(rng, f"{uni.name}教务处", f"{uni.name}教务处", left="2em")}</p><p class='r'>{cn0(issued)}</p>
    """
    more = ".red { font: 26pt 'serif-bold'; color: #c00; letter-spacing: .15em; text-indent: 0; margin-bottom: 6pt; }"
    face = rng.choice(("serif", "uming", "wenkai"))
    data = scan(rng, tools.weasy(sheet(body, face, 11.5, 1.65, more=more)), rng.choice((150, 200)))
    truth = Truth(
        kind="policy", payees=(uni.name,), signed_on=issued, starts_on=first, ends_on=last, numbers=(number,),
        purpose="考试报名费", also_names=(f"{uni.name}教务处", contact),
        also_amounts=tuple(Decimal(value) for _, value in papers), also_purposes=(name,),
    )  # fmt: skip
    honest = Bill(
        payer=person(rng), unit=uni.name, total=fee, issued_on=later(last, -rng.randrange(0, 8)), items=("考试报名费",),
        remark=subject, note="one subject of the table; the notice names no payer",
    )  # fmt: skip
    printed = tuple(Decimal(value) for _, value in papers)
    odd = slip(rng, fee, printed)
    return Paper(
        family="examination notice", tool="weasyprint", data=data, truth=truth, form="scan",
        bills=(
            honest,
            replace(honest, items=("培训费",), wrong="purpose", note="the school holds no courses, as the notice says"),
            replace(honest, total=odd, wrong="amount", note=f"digits changed over; notice of {dots(issued)}"),
        ),
    )  # fmt: skip


LAYOUTS = {
    "training_notice": training_notice,
    "fee_list": fee_list,
    "payment_confirmation": payment_confirmation,
    "exam_notice": exam_notice,
}
