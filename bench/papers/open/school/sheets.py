"""Papers that are tables above all: an allocation over schools, a settlement of courses."""

import io
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.run import Run
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from bench.papers.open.school import base as b
from bench.papers.tools import office
from bench.papers.values import Paper, Truth


def _eastern(run: Run, face: str) -> None:
    """Word takes the face of Chinese characters from an attribute of its own."""
    run.font.name = face
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)


def _paragraph(
    document: DocxDocument, text: str, size: float, *, centre: bool = False, right: bool = False, face: str
) -> None:
    made = document.add_paragraph()
    made.paragraph_format.space_after = Pt(3)
    made.paragraph_format.line_spacing = 1.35
    if centre:
        made.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif right:
        made.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    else:
        made.paragraph_format.first_line_indent = Pt(2 * size)
    run = made.add_run(text)
    run.font.size = Pt(size)
    _eastern(run, face)


def joint_split(rng: Random) -> Paper:
    """An education bureau's notice: what each school pays to the leading one, in 万元 by the head of the table."""
    _, town = b.place(rng)
    bureau = f"{town}市教育局"
    lead, *schools = b.colleges(rng, rng.choice((6, 7, 8)), town)
    shares = [Decimal(rng.randrange(320, 4200)) / 100 for _ in schools]
    grants = [Decimal(rng.randrange(100, 900)) / 100 for _ in schools]
    total = sum(shares, Decimal(0))
    signed = b.day(rng)
    due = b.after(signed, 45)
    number = f"{town[0]}教职成函〔{signed.year}〕{rng.randrange(5, 70)}号"
    purpose = rng.choice(("联合培养经费", "联合培养教学成本分担经费"))
    face = rng.choice(("AR PL UMing CN", "Noto Serif CJK SC", "AR PL UKai CN"))
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(27)
    _paragraph(document, bureau, 24, centre=True, face="Noto Serif CJK SC")
    _paragraph(document, number, 13, centre=True, face=face)
    _paragraph(
        document,
        f"关于{signed.year}年中高职贯通{purpose}分担安排的通知",
        18,
        centre=True,
        face="Noto Sans CJK SC",
    )
    _paragraph(document, "各有关职业院校：", 14, face=face)
    texts = (
        f"为保障中高职贯通联合培养工作顺利开展，经与各校协商，现将{signed.year}年度{purpose}分担方案印发给你们。"
        f"各参与学校应分担的{purpose}由{lead}（牵头学校）统一收取、统筹使用，具体金额见附件。",
        f"请各校于{b.cn(due)}前将应分担金额一次性拨付牵头学校，牵头学校收款后应及时开具财政票据。市级奖补资金由我局另行下达，不在各校分担金额之内。",
        "各校要专款专用，不得向学生摊派。执行中如有问题，请与我局职业教育与成人教育科联系。",
    )
    for text in texts:
        _paragraph(document, text, 14, face=face)
    _paragraph(document, f"附件：{purpose}分担明细表", 14, face=face)
    _paragraph(document, f"{bureau}　　", 14, right=True, face=face)
    _paragraph(document, f"{b.cn(signed)}　　　", 14, right=True, face=face)
    section = document.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Mm(297), Mm(210)
    _paragraph(document, f"附件　{purpose}分担明细表", 16, centre=True, face="Noto Sans CJK SC")
    _paragraph(document, "金额单位：万元", 10.5, right=True, face=face)
    head = ("序号", "参与学校", "联合培养学生数（人）", "应分担金额", "市级奖补（另行下达）", "备注")
    made = document.add_table(rows=1, cols=len(head))
    made.style = "Table Grid"
    made.autofit = False
    rows = [head]
    for k, (school, share, grant) in enumerate(zip(schools, shares, grants, strict=True), 1):
        rows.append(
            (
                str(k),
                school,
                str(rng.randrange(30, 260)),
                f"{share:.2f}",
                f"{grant:.2f}",
                rng.choice(("", "", "三二分段", "五年一贯制")),
            )
        )
    rows.append(("", "合　计", "", f"{total:.2f}", f"{sum(grants, Decimal(0)):.2f}", ""))
    for k, row in enumerate(rows):
        cells = made.rows[0].cells if k == 0 else made.add_row().cells
        for cell, text in zip(cells, row, strict=True):
            cell.text = text
            cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
            for run in cell.paragraphs[0].runs:
                run.font.size = Pt(11)
                _eastern(run, face)
    for cells in (row.cells for row in made.rows):
        for cell, width in zip(cells, (14, 74, 44, 36, 44, 30), strict=True):
            cell.width = Mm(width)
    out = io.BytesIO()
    document.save(out)
    mine = rng.randrange(len(schools))
    other = (mine + 1) % len(schools)
    due_sum = shares[mine] * 10000
    issued = b.after(signed, rng.randrange(4, 40))
    usual: dict[str, Any] = {"payer": schools[mine], "unit": lead, "items": ("联合培养费",)}
    fair = b.bill(usual, due_sum, issued)
    return Paper(
        family="allocation over schools",
        tool="libreoffice docx",
        data=office(out.getvalue(), "docx"),
        truth=Truth(
            kind="policy",
            payers=tuple(schools),
            payees=(lead,),
            total=total * 10000,
            signed_on=signed,
            numbers=(number,),
            purpose=purpose,
            also_names=(bureau,),
            also_amounts=tuple(each * 10000 for each in (*shares, *grants, sum(grants, Decimal(0)))),
            also_purposes=("中高职贯通联合培养", f"中高职贯通{purpose}"),
        ),
        bills=(
            fair,
            b.bill(usual, shares[other] * 10000, issued, "the next school's sum", "amount"),
            rng.choice(
                (
                    b.bill(usual, due_sum * 10, issued, "万元 made ten times too much", "amount"),
                    b.bill(
                        usual,
                        due_sum,
                        issued,
                        "a school that is not on the list",
                        "payer",
                        payer=b.college(rng),
                    ),
                )
            ),
        ),
    )


def settlement(rng: Random) -> Paper:
    """A settlement sheet made with Excel: courses, a deduction, what was paid in advance, and the rest."""
    _, town = b.place(rng)
    school, firm = b.college(rng, town), b.company(rng)
    signed = b.day(rng)
    rows: list[tuple[str, date, int, int, int]] = []
    start = b.after(signed, -rng.randrange(70, 120))
    for k in range(rng.choice((3, 4, 5))):
        name = rng.choice(
            (
                "安全生产管理人员培训",
                "班组长能力提升培训",
                "特种作业复训",
                "新员工入职培训",
                "质量体系内审员培训",
            )
        )
        rows.append(
            (
                f"{name}（{k + 1}期）",
                b.after(start, 12 * k),
                rng.randrange(20, 70),
                rng.choice((1, 2, 3, 5)),
                rng.choice((150, 180, 220, 280)),
            )
        )
    sums = [Decimal(heads * days * rate) for *_, heads, days, rate in rows]
    gross = sum(sums, Decimal(0))
    cut = Decimal(rng.randrange(3, 30) * 100)
    total = gross - cut
    paid = (gross * 3 / 10 // 1000 * 1000).quantize(Decimal(1))
    rest = total - paid
    number = f"JS{signed:%Y%m}{rng.randrange(1, 60):02d}"
    maker, checker, taker = b.people(rng, 3)
    book = Workbook()
    page = book.active
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = 9
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    face = rng.choice(("Noto Sans CJK SC", "AR PL UMing CN", "WenQuanYi Zen Hei"))
    thin = Side(style="thin")
    ruled = Border(left=thin, right=thin, top=thin, bottom=thin)
    lines: list[list[object]] = [
        ["培训费结算单", "", "", "", "", "", ""],
        [f"委托单位：{firm}", "", "", "", f"结算单号：{number}", "", ""],
        [f"培训单位：{school}", "", "", "", "金额单位：元", "", ""],
        ["序号", "培训班次", "开班日期", "人数", "天数", "标准（元/人·天）", "金额"],
    ]
    for k, ((name, opened, heads, days, rate), each) in enumerate(zip(rows, sums, strict=True), 1):
        lines.append([k, name, b.dotted(opened), heads, days, rate, b.comma(each)])
    lines += [
        ["", "小计", "", "", "", "", b.comma(gross)],
        ["", f"减：{rng.choice(('缺勤人员退费', '优惠减免'))}", "", "", "", "", b.comma(cut)],
        ["", "实际结算金额", "", "", "", "", b.comma(total)],
        ["", "其中：已预付", "", "", "", "", b.comma(paid)],
        ["", "本次应付余款", "", "", "", "", b.comma(rest)],
        [f"实际结算金额（大写）：{b.words(total)}", "", "", "", "", "", ""],
        [
            f"委托单位（盖章）：　　经办人：{maker}",
            "",
            "",
            "",
            f"培训单位（盖章）：　　经办人：{taker}",
            "",
            "",
        ],
        [f"复核：{checker}", "", "", "", f"结算日期：{b.cn(signed)}", "", ""],
    ]
    for line in lines:
        page.append(line)
    last = page.max_row
    for row in page.iter_rows(min_row=1, max_row=last):
        for cell in row:
            cell.font = Font(name=face, size=11)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            if 4 <= cell.row <= last - 2:
                cell.border = ruled
    page.merge_cells("A1:G1")
    page["A1"].font = Font(name=face, size=18, bold=True)
    for row in (2, 3, last - 1, last):
        page.merge_cells(f"A{row}:D{row}")
        page.merge_cells(f"E{row}:G{row}")
        page[f"A{row}"].alignment = page[f"E{row}"].alignment = Alignment(
            horizontal="left", vertical="center"
        )
    page.merge_cells(f"A{last - 2}:G{last - 2}")
    page[f"A{last - 2}"].alignment = Alignment(horizontal="left")
    # What the template's macro leaves behind, harmless and white.
    page[f"I{last}"].value = "模板版本 V2.1"
    page[f"I{last}"].font = Font(name=face, size=6, color="FFFFFF")
    for column, width in zip("ABCDEFGHI", (6, 34, 15, 9, 9, 18, 17, 2, 9), strict=True):
        page.column_dimensions[column].width = width
    for k in range(1, last + 1):
        page.row_dimensions[k].height = 30 if k == 1 else 24
    out = io.BytesIO()
    book.save(out)
    issued = b.after(signed, rng.randrange(1, 15))
    usual: dict[str, Any] = {"payer": firm, "unit": school, "items": ("培训费",)}
    return Paper(
        family="settlement sheet",
        tool="libreoffice xlsx",
        data=office(out.getvalue(), "xlsx"),
        truth=Truth(
            **b.said("other", firm, school, total, signed, number=number, words=True),
            instalments=(paid, rest),
            purpose="培训费",
            also_names=(maker, checker, taker),
            also_amounts=(gross, cut, *sums, *(Decimal(each[-1]) for each in rows)),
            also_purposes=tuple(each[0] for each in rows),
        ),
        bills=(
            b.bill(usual, rest, issued, "the rest; the advance had its own bill", used=paid),
            b.bill(
                usual,
                total,
                issued,
                "the whole sum although a bill for the advance was issued",
                "usage",
                used=paid,
            ),
            b.bill(usual, gross, issued, "the sum before the deduction", "amount"),
        ),
    )
