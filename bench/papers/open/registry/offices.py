"""Offices' papers: a notice that allots money to several units, and a hospital's demand for payment."""

import io
from decimal import Decimal
from random import Random

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from bench.papers.open.registry import common as c
from bench.papers.tools import office, weasy
from bench.papers.values import Bill, Paper, Truth

#: Sides of a paragraph as numbers.
ALIGN = (WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT)


def allocation(rng: Random) -> Paper:
    """A bureau's red-headed notice with a list of units and their sums in 万元; some are still drafts."""
    place = c.city(rng)
    bureau, mark, project, kind = rng.choice(
        (
            ("卫生健康局", "卫健", "公立医院综合改革补助资金", "hospital"),
            ("教育局", "教", "现代职业教育质量提升计划专项资金", "school"),
            ("人力资源和社会保障局", "人社", "高技能人才培训基地建设补助经费", "school"),
        )
    )
    bureau = f"{place.name}市{bureau}"
    unit = c.unit(rng, place, kind)
    names = {unit.name, unit.near}
    while len(names) < 5:
        names.add(c.unit(rng, place, kind).name)
    rows = sorted(names, key=lambda _: rng.random())
    sums = {name: c.money(rng, 80000, 2600000, 500) for name in rows}
    while len(set(sums.values())) < len(sums):
        sums = {name: c.money(rng, 80000, 2600000, 500) for name in rows}
    total = sum(sums.values(), Decimal(0))
    own = sums[unit.name]
    when = c.day(rng)
    draft = rng.random() < 0.28
    number = "" if draft else f"{place.short}{mark}〔{when.year}〕{rng.randrange(6, 188)}号"
    cited = f"{place.short}财社〔{when.year}〕{rng.randrange(3, 90)}号"
    what = f"{when.year}年{project}"
    title = f"关于下达{what}的通知"
    if rng.random() < 0.5:
        title = f"{bureau}关于拨付<br>{what}的通知"
    lines = "".join(
        f"<tr><td>{k}</td><td class=l>{name}</td><td>{rng.choice(('基础补助', '绩效奖补', '因素法分配'))}</td>"
        f"<td class=r>{c.wan(sums[name])}</td><td></td></tr>"
        for k, name in enumerate(rows, 1)
    )
    seal = "" if draft else c.seal_img(bureau, style="position:absolute;right:18mm;top:-14mm;")
    dated = "" if draft else c.cn(when)
    head = "（征求意见稿）" if draft else ""
    limit = c.later(when, rng.randrange(20, 60))
    html = f"""<style>@page {{ size: A4; margin: 27mm 26mm 26mm 28mm;
@bottom-center {{ content: '— ' counter(page) ' —' }} }}
body {{ font: 14.5pt/1.6 'uming'; text-align: justify }} p {{ text-indent: 2em; margin: 0 }}
.red {{ color: #d71920; font: 33pt 'serif-bold'; text-align: center; letter-spacing: .08em }}
.no {{ text-align: center; border-bottom: 2.5px solid #d71920; padding-bottom: 3mm; margin: 6mm 0 7mm; font-family: 'ukai' }}
h1 {{ font: 21pt/1.5 'serif-bold'; text-align: center }} table {{ border-collapse: collapse; width: 100%; font-size: 12pt }}
td, th {{ border: 1px solid #000; padding: 5px; text-align: center }} .l {{ text-align: left }}
.r {{ text-align: right }}</style>
<div class=red>{bureau}{"" if rng.random() < 0.5 else "文件"}</div>
<div class=no>{number or f"{place.short}{mark}〔{when.year}〕　　号"}</div>
<h1>{title}{head}</h1><div>各有关单位：</div>
<p>根据《{place.name}市财政局关于下达{when.year}年部门预算的通知》（{cited}），为加强资金管理，加快支出进度，经研究，
现将{what}
{c.wan(total)}万元下达给你们（分配情况见附件），并就有关事项通知如下。</p>
<p>一、本次资金由我局零余额账户直接拨付至各单位基本存款账户，
请于{limit.month}月{limit.day}日前开具收款票据送我局规划财务科。</p>
<p>二、资金实行专款专用，不得用于发放人员奖金和偿还债务。单项支出10万元以上的须经单位领导班子集体研究。</p>
<p>三、各单位应于每季度终了后10日内报送资金执行进度，当年12月底仍未形成支出的，由我局按规定收回。</p>
<p style='margin-top:8mm'>附件：{what}分配表</p>
<div style='position:relative;margin-top:15mm;text-align:right;padding-right:14mm;break-inside:avoid'>{seal}
{bureau}<br>{dated or f"{when.year}年　月　日"}</div>
<p style='font-size:12pt;text-indent:0;margin-top:10mm'>（联系人：{c.person(rng)}，电话：{c.landline(rng)}）</p>
<div style='break-before:page'>附件</div><h1 style='font-size:17pt'>{what}分配表</h1>
<div style='text-align:right;font-size:12pt'>单位：万元</div>
<table><tr><th>序号</th><th>单位名称</th><th>分配方式</th><th>金额</th><th>备注</th></tr>{lines}
<tr><td colspan=3>合　计</td><td class=r>{c.wan(total)}</td><td></td></tr></table>"""
    wrong = "status" if draft else ""
    issued = c.later(when, rng.randrange(5, 30))
    item = rng.choice(("财政补助资金", "专项补助经费"))
    bills = [Bill(payer=bureau, unit=unit.name, total=own, issued_on=issued, items=(item,), wrong=wrong)]
    if draft:
        bills.append(
            Bill(
                payer=bureau,
                unit=unit.near,
                total=sums[unit.near],
                issued_on=issued,
                items=(item,),
                wrong="status",
            )
        )
    else:
        other = next(sums[name] for name in rows if name not in (unit.name, unit.near))
        if rng.random() < 0.4:
            other = own / 10000
        bills.append(
            Bill(payer=bureau, unit=unit.name, total=other, issued_on=issued, items=(item,), wrong="amount",
                 note="the sum of another row, or 万元 taken for 元")
        )  # fmt: skip
        bills.append(
            Bill(payer=f"{place.name}市民政局", unit=unit.name, total=own, issued_on=issued, items=(item,),
                 wrong="payer", note="another bureau")
        )  # fmt: skip
    truth = Truth(
        kind="policy", payers=(bureau,), payees=tuple(rows), total=total, signed_on=None if draft else when,
        numbers=(number,) if number else (), purpose=what, status="draft" if draft else "",
        also_names=(f"{place.name}市财政局",), also_amounts=(*sums.values(), Decimal(100000)),
        also_numbers=(cited,), also_purposes=(project,),
    )  # fmt: skip
    return Paper(
        family="notice of allocation",
        tool="weasyprint",
        data=weasy(c.tight(html)),
        truth=truth,
        bills=tuple(bills),
    )


def typeface(paragraph: Paragraph, name: str, size: float, bold: bool = False) -> None:
    """Sets the face of all runs, for Chinese too."""
    for run in paragraph.runs:
        run.font.name, run.font.size, run.font.bold = name, Pt(size), bold
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)


def demand(rng: Random) -> Paper:
    """A unit's letter to its tenant: rent, water, power, a penalty, less what is remitted."""
    place = c.city(rng)
    unit = c.unit(rng, place)
    tenant = c.firm(rng, place, "餐饮管理 便利店连锁 眼镜 物业管理 母婴用品")
    manager = f"{place.name}市城投物业服务有限公司"
    when = c.day(rng, 2024, 2026)
    due = c.later(when, rng.choice((7, 10, 15)))
    rent = c.money(rng, 9000, 160000, 50)
    power = Decimal(rng.randrange(80000, 1900000)) / 100
    water = Decimal(rng.randrange(9000, 290000)) / 100
    late = (rent * Decimal("0.015")).quantize(Decimal("0.01"))
    gross = rent + power + water + late
    remitted = late
    paid = c.money(rng, 1000, 5000, 500)
    total = gross - remitted - paid
    quarter = (when.month - 1) // 3 + 1
    number = f"{rng.choice(('总务', '后勤', '资产'))}函〔{when.year}〕{rng.randrange(2, 60)}号"
    lease = f"ZL{when.year - 1}{rng.randrange(1, 40):03d}"
    deposit = c.money(rng, 6000, 60000, 1000)

    paper = Document()
    section = paper.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(rng.choice((25, 30)))
    section.top_margin = section.bottom_margin = Mm(18)
    face = rng.choice(("AR PL UMing CN", "Noto Serif CJK SC", "WenQuanYi Zen Hei"))

    def line(
        text: str, size: float = 12, side: int | None = None, bold: bool = False, indent: bool = True
    ) -> None:
        paragraph = paper.add_paragraph(text)
        typeface(paragraph, face, size, bold)
        paragraph.paragraph_format.line_spacing = 1.3
        paragraph.paragraph_format.space_after = Pt(2)
        if side is not None:
            paragraph.alignment = ALIGN[side]
        elif indent:
            paragraph.paragraph_format.first_line_indent = Pt(2 * size)

    line(unit.name, 18, 1, True)
    line(number, 11, 1)
    line(rng.choice(("关于催缴房屋租金及水电费的函", "缴款通知书")), 16, 1, True)
    line(f"{tenant.name}：", indent=False)
    line(
        f"贵公司承租我{'校' if '学' in unit.name else '院'}位于{unit.address}的临街商铺（合同编号{lease}，"
        f"履约保证金{c.comma(deposit)}元），"
        f"截至{c.cn(when)}，尚欠{when.year}年第{'一二三四'[quarter - 1]}季度房屋租金及水电费，明细如下："
    )
    rows = [
        ("项目", "计费说明", "金额（元）"),
        ("房屋租金", f"{when.year}年第{quarter}季度", c.comma(rent)),
        ("电费", f"{rng.randrange(900, 9000)}千瓦时", c.comma(power)),
        ("水费", f"{rng.randrange(20, 600)}吨", c.comma(water)),
        ("逾期违约金", "按应付租金的1.5%", c.comma(late)),
        ("小计", "", c.comma(gross)),
        ("减：本次免收违约金", "经院（校）务会同意", f"-{c.comma(remitted)}"),
        ("减：已预缴电费", "", f"-{c.comma(paid)}"),
        ("实际应缴合计", f"大写：{c.words(total)}", c.comma(total)),
    ]
    table = paper.add_table(rows=0, cols=3, style="Table Grid" if rng.random() < 0.7 else "Light List")
    for row in rows:
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
            typeface(cell.paragraphs[0], face, 10.5)
        table.rows[-1].cells[2].paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    line(
        f"请贵公司于{c.cn(due)}前将上述款项汇入以下账户，逾期我方将依合同约定动用履约保证金抵扣并保留解除合同的权利。"
    )
    line(f"收款单位：{unit.name}")
    line(f"开户银行：{unit.bank}")
    line(f"账　　号：{unit.account}")
    line(
        f"对账事宜请联系我方委托的{manager}{c.person(rng, 0)[0]}经理，电话{c.mobile(rng)}。该公司不代收任何款项。"
    )
    line("特此函告。")
    picture = paper.add_paragraph()
    picture.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    picture.add_run().add_picture(io.BytesIO(c.seal_png(unit.name)), width=Mm(33))
    line(unit.name, 12, 2)
    line(c.cn(when), 12, 2)
    out = io.BytesIO()
    paper.save(out)
    issued = c.later(when, rng.randrange(2, 12))
    items = rng.choice((("房屋租金", "水电费"), ("房屋租赁费", "代收水电费")))
    bills = (
        Bill(payer=tenant.name, unit=unit.name, total=total, issued_on=issued, items=items, payer_code=tenant.code,
             unit_account=unit.account),
        Bill(payer=tenant.name, unit=unit.name, total=rng.choice((gross, c.swapped(total))), issued_on=issued,
             items=items, wrong="amount", note="before what is remitted, or two digits exchanged"),
        Bill(payer=tenant.name, unit=unit.near, total=total, issued_on=issued, items=items, wrong="payee",
             note="a sister unit issues"),
    )  # fmt: skip
    truth = Truth(
        kind="policy", payers=(tenant.name,), payees=(unit.name,), total=total, words=total, signed_on=when,
        numbers=(number,), accounts=(unit.account,),
        purpose=f"{when.year}年第{'一二三四'[quarter - 1]}季度房屋租金及水电费", also_names=(manager,),
        also_amounts=(rent, power, water, late, gross, paid, deposit), also_numbers=(lease,),
        also_purposes=("房屋租金", "电费", "水费", "房屋租金及水电费"),
    )  # fmt: skip
    return Paper(
        family="demand for payment",
        tool="libreoffice",
        data=office(out.getvalue(), "docx"),
        truth=truth,
        bills=bills,
    )
