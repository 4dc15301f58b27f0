"""Sponsors whose agreement was changed, and lists of donors in which one row is asked for."""

import io
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from bench.papers.open.society import people as of
from bench.papers.open.society.bills import change
from bench.papers.open.society.drawing import sealed
from bench.papers.tools import office, typst
from bench.papers.values import Bill, Paper, Truth

D = Decimal


def _word(face: str, size: float) -> Any:
    """An empty document of Word in this font."""
    document = docx.Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = face, Pt(size)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), face)
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(27)
    return document


def _put(document: Any, words: str, size: float = 0, middle: bool = False, indent: bool = True) -> Any:
    """One more paragraph."""
    line = document.add_paragraph()
    run = line.add_run(words)
    if size:
        run.font.size = Pt(size)
    if middle:
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    elif indent:
        line.paragraph_format.first_line_indent = Pt(22)
    line.paragraph_format.space_after = Pt(3)
    line.paragraph_format.line_spacing = 1.35
    return line


def sponsorship_amended(rng: Random) -> Paper:
    """A sponsor's agreement and its change: the sum falls after the first half was paid."""
    unit, field = of.society(rng, ("学会", "商会", "行业协会"))
    giver = of.company(rng)
    signed = of.day(rng, 2023, 2026)
    changed = signed + timedelta(days=rng.randint(30, 60))
    old, half, new = rng.choice(
        (
            (300000, 150000, 220000),
            (200000, 100000, 140000),
            (120000, 60000, 85000),
            (500000, 250000, 380000),
            (80000, 40000, 56000),
        )
    )
    rest = new - half
    due = changed + timedelta(days=rng.randint(20, 40))
    number = f"{rng.choice(('ZZ', 'HZ', 'SP'))}{signed.year}-{rng.randint(1, 60):02d}"
    name = f"{signed.year}{field}创新大会"
    before, after = rng.choice(
        (("铂金赞助商", "金牌赞助商"), ("钻石赞助", "铂金赞助"), ("首席支持单位", "特别支持单位"))
    )
    people = [of.person(rng, 0), of.person(rng)]
    document = _word(
        rng.choice(("Noto Serif CJK SC", "AR PL UMing CN", "LXGW WenKai", "Noto Sans CJK SC")), 11
    )
    _put(document, rng.choice(("赞 助 协 议", "会议赞助合作协议")), 18, True)
    _put(document, f"协议编号：{number}", indent=False).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    for words in (
        f"甲方（主办方）：{unit.name}",
        f"地址：{unit.address}",
        f"乙方（赞助方）：{giver.name}",
        f"地址：{giver.address}",
    ):
        _put(document, words, indent=False)
    for words in (
        f"鉴于甲方将举办“{name}”（以下简称“大会”），乙方愿意以赞助方式支持大会，双方达成如下协议：",
        f"1. 赞助级别与金额　乙方作为大会{before}，向甲方支付赞助费人民币{of.money(old)}元（大写：{of.upper(old)}）。",
        f"2. 支付　协议签订后10日内支付{of.money(half)}元，会前15日支付{of.money(old - half)}元。",
        f"3. 账户　{unit.name}；{unit.bank}；{unit.account}。",
        "4. 回报　甲方在主背景板、会议手册、官网体现乙方标识，提供主旨发言15分钟、展位1个、参会名额若干。",
        "5. 双方均不得以对方名义对外承诺；未经许可不得使用对方标识于本协议以外用途。",
        "6. 大会因不可抗力取消的，甲方扣除已发生费用后无息退还余款。",
        f"7. 本协议一式两份，自双方盖章之日起生效。签订日期：{of.zh(signed)}。",
    ):
        _put(document, words)
    _signs(document, people, signed)
    document.add_page_break()
    _put(document, rng.choice(("赞助协议之变更协议", "补充协议（一）")), 17, True)
    _put(document, f"编号：{number}-补1", indent=False).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _put(document, f"甲方：{unit.name}", indent=False)
    _put(document, f"乙方：{giver.name}", indent=False)
    for words in (
        f"甲乙双方于{of.zh(signed)}签订编号为{number}的协议（下称“原协议”）。因大会规模调整，经协商，就原协议作如下变更：",
        f"一、乙方的赞助级别由“{before}”变更为“{after}”，赞助费总额由{of.money(old)}元变更为{of.money(new)}元"
        f"（大写：{of.upper(new)}）。",
        f"二、双方确认乙方已支付{of.money(half)}元。余款{of.money(rest)}元由乙方于{of.zh(due)}前付清，"
        "原协议第2条关于第二笔款项的约定不再执行。",
        "三、取消主旨发言，其余回报内容不变。",
        "四、本协议与原协议不一致的，以本协议为准；未涉及的，仍按原协议执行。",
        f"五、本协议自双方盖章之日即{of.zh(changed)}起生效。",
    ):
        _put(document, words)
    _signs(document, people, changed)
    out = io.BytesIO()
    document.save(out)
    data = office(out.getvalue(), "docx")
    data = sealed(data, [(0, unit.name, "", (0.3, 0.7)), (0, giver.name, "", (0.68, 0.7))], 0.18)
    data = sealed(data, [(1, unit.name, "", (0.3, 0.56)), (1, giver.name, "", (0.68, 0.56))], 0.18)
    truth = Truth(
        kind="contract",
        payers=(giver.name,),
        payees=(unit.name,),
        total=D(new),
        instalments=(D(half), D(rest)),
        words=D(new),
        signed_on=changed,
        numbers=(f"{number}-补1",),
        accounts=(unit.account,),
        purpose="赞助费",
        also_names=tuple(people),
        also_amounts=(D(old), D(old - half)),
        also_numbers=(number,),
        also_purposes=(name, f"赞助“{name}”", before, after),
    )
    bill = Bill(
        payer=giver.name,
        unit=unit.name,
        total=D(rest),
        used=D(half),
        issued_on=due - timedelta(days=rng.randint(1, 9)),
        items=(rng.choice(("赞助费", "会议赞助收入")),),
        note="the rest after the change, after an earlier bill for the first half",
    )
    bills = (
        bill,
        change(bill, total=D(old), used=D(0), wrong="amount", note="the sum before the change"),
        change(bill, used=D(new), wrong="usage", note="earlier bills took all of it already"),
    )
    return Paper(family="sponsorship with change", tool="libreoffice", data=data, truth=truth, bills=bills)


def _signs(document: Any, people: list[str], when: Any) -> None:
    """The block of signatures: two columns without rules."""
    document.add_paragraph()
    grid = document.add_table(rows=3, cols=2)
    texts = (
        ("甲方（盖章）：", "乙方（盖章）："),
        (f"授权代表：{people[0]}", f"授权代表：{people[1]}"),
        (of.zh(when), of.zh(when)),
    )
    for row, pair in zip(grid.rows, texts, strict=True):
        for cell, words in zip(row.cells, pair, strict=True):
            cell.text = words


def donor_list(rng: Random) -> Paper:
    """A list of donors over several pages; one row is marked as the one for which a bill is asked."""
    unit = (
        of.party(rng, f"{rng.choice(of.CITIES)[1]}红十字会", "13")
        if rng.random() < 0.5
        else of.foundation(rng)
    )
    year = rng.randint(2023, 2026)
    start = of.date(year, rng.randint(1, 10), rng.randint(1, 20))
    use = rng.choice(("抗震救灾", "防汛救灾", "“暖冬行动”", "大病儿童救助", "乡村图书角"))
    many = rng.randint(64, 110)
    mark = rng.randint(8, many - 8)
    rows: list[tuple[int, str, Decimal, Any]] = []
    used: set[str] = set()
    when = start
    while len(rows) < many:
        name = rng.choice((of.person(rng, 0.2), of.person(rng, 0.2), of.company_name(rng), of.hospital(rng)))
        if name in used:
            continue
        used.add(name)
        sum_ = D(rng.choice((50, 100, 200, 500, 666, 1000, 2000, 5200, 10000, 30000, 50000, 128000)))
        if len(rows) >= mark - 1 and rows and sum_ == rows[-1][2]:
            sum_ += 88
        when += timedelta(days=rng.choice((0, 0, 1)))
        rows.append((len(rows) + 1, name, sum_, when))
    total = sum((row[2] for row in rows), D(0))
    _, payer, mine, paid = rows[mark]
    other = rows[mark - 1][2]
    colour = rng.choice(("#fff3a0", "#d8f0c8", "#ffe0c0"))
    sign = rng.choice(("▲申请开票", "★本笔开票", "←需开票据"))
    cells = []
    for place, (number, name, sum_, day) in enumerate(rows):
        note = sign if place == mark else rng.choice(("", "", "", "微信", "现场"))
        fill = f'fill: rgb("{colour}")' if place == mark else "fill: none"
        texts = (str(number), name, of.money(sum_), f"{day.month}月{day.day}日", note)
        cells += [f"table.cell({fill})[{each}]" for each in texts]
    face = rng.choice(("Noto Serif SC", "Noto Sans SC", "AR PL UKai CN"))
    stroke = rng.choice(("0.4pt + gray", "(x: none, y: 0.3pt + gray)"))
    source = f"""
#set page(paper: "a4", margin: (x: 20mm, top: 24mm, bottom: 20mm), header: align(right)[#text(size: 8pt, fill: gray)[{unit.name}]],
 footer: align(center)[#text(size: 8.5pt)[第 #context counter(page).display() 页 共 #context counter(page).final().first() 页]])
#set text(font: "{face}", size: 9.5pt, lang: "zh")
#align(center)[#text(size: 16pt)[{unit.name}] #linebreak() #v(1mm) #text(size: 13pt)[{use}捐赠款接收明细（{year}年）]]
#v(2mm)
统计期间：{of.zh(start)}至{of.zh(when)}　　单位：元　　制表：财务部
#table(columns: (9%, 42%, 18%, 14%, 17%), stroke: {stroke}, align: (center, left, right, center, left), inset: 4.2pt,
 table.header([序号], [捐赠人], [金额], [到账日期], [备注]), {", ".join(cells)},
 table.cell(colspan: 2)[合　计], [{of.money(total)}], [], [])
#v(2mm)
收款账户：{unit.bank}　{unit.account}。制表人：{of.person(rng, 0)}　复核：{of.person(rng, 0)}
"""
    data = typst(source)
    truth = Truth(
        kind="donation",
        payers=(payer,),
        payees=(unit.name,),
        total=mine,
        signed_on=paid,
        accounts=(unit.account,),
        purpose=f"{use}捐赠款",
        also_names=tuple(row[1] for row in rows),
        also_amounts=(total, *(row[2] for row in rows)),
        also_purposes=(use, "捐赠", f"{use}捐赠款接收明细"),
    )
    bill = Bill(
        payer=payer,
        unit=unit.name,
        total=mine,
        issued_on=of.later(rng, when, 1, 25),
        items=("捐赠收入",),
        remark=use,
        note="the row that is marked",
    )
    bills = (
        bill,
        change(bill, total=other, wrong="amount", note="the sum of the row above"),
        change(bill, items=("培训费",), remark="", wrong="purpose", note="a donation is no fee for training"),
    )
    return Paper(family="donor list", tool="typst", data=data, truth=truth, bills=bills)
