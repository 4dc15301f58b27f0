"""Papers with many rows: a donor list, a notice on the wall, goods with their values, receipts on one sheet."""

import io
from datetime import date
from decimal import Decimal
from random import Random

import pypdfium2 as pdfium
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.colors import Color, black, red
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from bench.papers.open.charity import base
from bench.papers.open.charity.base import bill, capital, cn, money
from bench.papers.tools import as_picture, font, office, photographed, pictures, stamp, stamped, weasy
from bench.papers.values import Paper, Truth

SUMS = (200, 300, 500, 500, 600, 800, 1000, 1000, 1200, 2000, 3000, 5000, 6666, 10000, 20000, 50000)


def donor_list(rng: Random) -> Paper:
    """An Excel list of what former pupils gave; one row asks for a bill, the others have theirs or want none."""
    _, city, _ = base.place(rng)
    taker = f"{base.school(rng, city)}校友会"
    year = rng.randint(2023, 2026)
    opened = date(year, rng.choice((3, 4, 5, 9, 10)), rng.randint(1, 8))
    purpose = rng.choice(("校友林认捐", "九十周年校庆捐款", "“一日捐”助学活动", "老教学楼记忆墙认捐"))
    count = rng.randint(14, 24)
    names = list(dict.fromkeys(base.person(rng, 0.08) for _ in range(count * 2)))[:count]
    names[rng.randrange(4)] = f"{year - 20}届{rng.randint(1, 6)}班全体校友"
    names[4 + rng.randrange(3)] = base.company(rng, city)
    chosen = rng.randrange(6, count - 1)
    if rng.random() < 0.3:
        names[chosen] = base.company(rng, city)
    sums = [Decimal(rng.choice(SUMS)) for _ in names]
    sums[chosen] = Decimal(rng.choice((1280, 3600, 5200, 12500, 18600)))
    paid = sorted(base.after(opened, rng.randint(0, 25)) for _ in names)
    done = base.after(paid[-1], rng.randint(1, 4))
    book = Workbook()
    sheet = book.active
    sheet.title = "明细"
    thin = Side(style="thin", color="808080")
    box = Border(left=thin, right=thin, top=thin, bottom=thin)
    face = rng.choice(("AR PL UMing CN", "WenQuanYi Zen Hei"))
    sheet.merge_cells("A1:H1")
    sheet["A1"] = f"{taker}{purpose}到账明细表"
    sheet["A1"].font = Font(name="WenQuanYi Zen Hei", size=16, bold=True)
    sheet["A1"].alignment = Alignment(horizontal="center")
    sheet["A2"] = f"统计区间：{opened:%Y/%m/%d}—{paid[-1]:%Y/%m/%d}　　制表日期：{cn(done)}　　单位：元"
    sheet.append(["序号", "捐赠人", "毕业年份", "金额", "到账日期", "渠道", "票据", "备注"])
    for at, (name, amount, when) in enumerate(zip(names, sums, paid, strict=True)):
        state = "本次申请开票" if at == chosen else rng.choice(("已开", "不需要", "不需要", "已开"))
        note = rng.choice(("", "", "", "匿名公示", "代同学转")) if at != chosen else ""
        graduated = rng.randint(year - 45, year - 5) if len(name) < 5 or "·" in name else "—"
        sheet.append(
            [
                at + 1,
                name,
                graduated,
                float(amount),
                f"{when:%Y-%m-%d}",
                rng.choice(("微信", "转账", "支付宝", "现金")),
                state,
                note,
            ]
        )
    sheet.append(["", "合计", "", float(sum(sums)), "", "", "", ""])
    sheet.append(
        [
            f"制表：{base.person(rng)}　　　复核：{base.person(rng)}　　　说明：仅对标注“本次申请开票”的一笔开具捐赠票据。"
        ]
    )
    for row in sheet.iter_rows(min_row=3, max_row=count + 4):
        for cell in row:
            cell.font, cell.border = Font(name=face, size=10.5, bold=cell.row == 3), box
            cell.alignment = Alignment(horizontal="right" if cell.column == 4 and cell.row > 3 else "center")
            if cell.column == 4:
                cell.number_format = "#,##0.00"
            if cell.row == 4 + chosen:
                cell.fill = PatternFill("solid", fgColor="FFF2A8")
    for letter, width in zip("ABCDEFGH", (6, 34, 10, 13, 13, 9, 15, 11), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    out = io.BytesIO()
    book.save(out)
    others = tuple(
        dict.fromkeys(amount for amount in (*sums, sum(sums, Decimal(0))) if amount != sums[chosen])
    )
    truth = Truth(
        kind="donation", payers=(names[chosen],), payees=(taker,), total=sums[chosen], signed_on=paid[chosen], purpose=purpose,
        also_names=tuple(name for at, name in enumerate(names) if at != chosen), also_amounts=others,
    )  # fmt: skip
    neighbour = next(at for at in (chosen - 1, chosen + 1, chosen - 2, 0) if sums[at] != sums[chosen])
    when = base.after(done, rng.randint(1, 9))
    bills = (
        bill(names[chosen], taker, sums[chosen], when, "捐赠收入", note="the row that asks for a bill"),
        bill(
            names[chosen],
            taker,
            sums[neighbour],
            when,
            "捐赠收入",
            wrong="amount",
            note="the sum of another row",
        ),
        bill(
            base.near(rng, names[chosen]),
            taker,
            sums[chosen],
            when,
            "捐赠收入",
            wrong="payer",
            note="nobody of that name gave",
        ),
    )
    return Paper(
        family="donor list", tool="libreoffice", data=office(out.getvalue(), "xlsx"), truth=truth, bills=bills
    )


BOARD_CSS = """
@page { size: A4; margin: 14mm; } body { font: 12pt/1.5 wenkai; }
.frame { border: 3pt double #a11; padding: 7mm 8mm; } h1 \
{ font: 30pt xiaowei; color: #b01717; text-align: center; margin: 0; }
h2 { font: 14pt wenkai; text-align: center; margin: 1mm 0 5mm; } .cols { columns: 2; column-gap: 9mm; }
.row { border-bottom: 0.5pt dotted #888; height: 8.2mm; line-height: 8.2mm; } .row span { float: right; }
p { text-indent: 2em; margin: 2mm 0; } .end \
{ text-align: right; position: relative; margin-top: 5mm; height: 30mm; }
"""


def donor_board(rng: Random) -> Paper:
    """A notice of gifts on the wall, photographed; a pen has marked the row for which a bill is asked."""
    where = base.place(rng)
    taker = rng.choice(
        (base.foundation(rng, where), f"{where[1]}市{rng.choice(('城关', '新华', '滨河'))}街道慈善协会")
    )
    made = base.day(rng, 2023, 2026)
    count = rng.choice((20, 24, 28, 30))
    names = list(dict.fromkeys(base.person(rng, 0.1) for _ in range(count * 2)))[:count]
    for at in rng.sample(range(count), 3):
        names[at] = f"{rng.choice(base.BRANDS)}{rng.choice(('超市', '餐饮店', '幼儿园', '诊所', '五金行'))}"
    sums = [Decimal(rng.choice(SUMS[:13])) for _ in names]
    chosen = rng.randrange(count // 2 + 1, count - 2)
    names[chosen] = rng.choice(
        (
            f"{where[1]}市{rng.choice(base.BRANDS)}商贸有限公司",
            f"{names[chosen][0]}立宏",
            f"{names[chosen][0]}婉如",
        )
    )
    sums[chosen] = Decimal(rng.choice((2600, 8800, 15000, 4500)))
    purpose = rng.choice(("防汛救灾", "关爱困境儿童", "重症家庭救助", "冬衣暖心行动"))
    rows = "".join(
        f"<div class=row>{name}<span>{amount:,} 元</span></div>"
        for name, amount in zip(names, sums, strict=True)
    )
    start, end = base.after(made, -24), base.after(made, -1)
    html = f"""<style>{BOARD_CSS}</style><div class=frame><h1>\
{rng.choice(("捐款公示", "爱心捐赠芳名榜"))}</h1><h2>（{purpose}专项）</h2>
<p>{cn(start)}至{cn(end)}，{taker}共收到社会各界{purpose}捐款{len(names)}笔，合计人民币<b>\
{money(sum(sums, Decimal(0)))}</b>元。现公示如下（排名不分先后），公示期七天，\
监督电话{base.phone(rng, where[2])}。</p>
<div class=cols>{rows}</div><div class=end>{taker}<br>\
{cn(made)}{base.seal_tag(taker, width="36mm", style="right:8mm;top:-6mm")}</div></div>"""
    page = _marked(rng, weasy(html), names[chosen], 150)
    page = photographed(rng, page, rng.choice(("#7d7466", "#8c8f92", "#54473a")))
    truth = Truth(
        kind="donation", payers=(names[chosen],), payees=(taker,), total=sums[chosen], signed_on=made, purpose=f"{purpose}捐款",
        also_names=tuple(name for at, name in enumerate(names) if at != chosen),
        also_amounts=tuple(dict.fromkeys(each for each in (*sums, sum(sums, Decimal(0))) if each != sums[chosen])),
        also_purposes=(purpose, f"{purpose}专项"),
    )  # fmt: skip
    when = base.after(made, rng.randint(1, 12))
    bills = (
        bill(names[chosen], taker, sums[chosen], when, "捐赠收入", note="the marked row"),
        bill(
            names[chosen],
            taker,
            sum(sums, Decimal(0)),
            when,
            "捐赠收入",
            wrong="amount",
            note="the sum of all gifts",
        ),
        bill(
            names[chosen],
            taker,
            sums[chosen],
            when,
            "职业培训费",
            wrong="purpose",
            note="a training instead of a gift",
        ),
    )
    data = as_picture(page, "JPEG", 80)
    return Paper(
        family="donor notice",
        tool="weasyprint",
        data=data,
        truth=truth,
        bills=bills,
        media_type="image/jpeg",
        form="scan",
    )


def _marked(rng: Random, pdf: bytes, name: str, dpi: int) -> Image.Image:
    """The page with a pen's frame around the row of this name."""
    page = pictures(pdf, dpi)[0]
    with pdfium.PdfDocument(pdf) as document:
        text = document[0].get_textpage()
        found = text.search(name).get_next()
        if found is None:
            raise ValueError(f"{name} is not on the page")
        x, low, _, high = (round(each * dpi / 72) for each in text.get_charbox(found[0]))
    top, bottom = page.height - high - 12, page.height - low + 12
    left, right = x - 14, x + round(page.width * 0.39)
    pen = ImageDraw.Draw(page)
    ink = rng.choice(((30, 60, 190), (200, 40, 40)))
    corners = [
        (left - 2, top + 3),
        (right, top - 4),
        (right + 5, bottom + 2),
        (left - 6, bottom - 3),
        (left - 2, top + 3),
    ]
    pen.line(corners, fill=ink, width=4, joint="curve")
    note = ImageFont.truetype(str(font("mashan")), 42)
    pen.text(
        (page.width * 0.13, page.height * 0.92), rng.choice(("请开画框的这一笔", "只开框出的一笔")), ink, note
    )
    return page


GOODS_CSS = """
@page { size: A4 landscape; margin: 15mm 16mm; } body { font: 10.5pt/1.5 sans; }
h1 { font: 18pt sans-bold; text-align: center; margin: 0 0 2mm; } .meta \
{ display: flex; justify-content: space-between; }
table { width: 100%; border-collapse: collapse; margin: 2mm 0; } th \
{ background: #e8edf2; font-weight: normal; }
td, th { border: 0.5pt solid #555; padding: 1.4mm 1.6mm; text-align: center; } .m { text-align: right; } \
.l { text-align: left; }
p { margin: 1.5mm 0; } .sign { position: relative; display: flex; justify-content: space-between; margin-top: 7mm; height: 32mm; }
"""
GOODS = (
    ("钢琴", "立式 123型", "台", 26800), ("多媒体一体机", "86英寸", "台", 18900),
    ("学生课桌椅", "可升降", "套", 260), ("空气净化器", "CADR600", "台", 2380),
    ("图书", "少儿类", "册", 32), ("羽绒服", "儿童140-160", "件", 239),
    ("康复训练床", "电动", "张", 9600), ("笔记本电脑", "14英寸", "台", 5299),
    ("显微镜", "双目1600倍", "台", 1860), ("护理床", "三摇", "张", 3150), ("棉被", "6斤", "床", 118), ("饮水机", "步进式", "台", 4280),
)  # fmt: skip


def goods(rng: Random) -> Paper:
    """Goods with list prices and appraised values, of which the appraised sum counts."""
    where = base.place(rng)
    donor, fund = base.company(rng), base.foundation(rng, where)
    user, appraiser = base.school(rng, where[1]), f"{where[1]}{rng.choice(base.BRANDS)}资产评估有限公司"
    handed = base.day(rng, 2023, 2026)
    valued = base.after(handed, -rng.randint(8, 25))
    number = f"WZ{handed.year}{rng.randint(1, 99):04d}"
    report = f"{rng.choice('汇信华正')}评报字〔{valued.year}〕第{rng.randint(100, 999)}号"
    rows, list_sum, total = "", Decimal(0), Decimal(0)
    units: list[Decimal] = []
    for at, (what, kind, unit, price) in enumerate(rng.sample(GOODS, rng.randint(4, 7))):
        many = rng.randint(2, 9) if price > 2000 else rng.randint(10, 120)
        share = Decimal(rng.choice(("0.95", "0.9", "0.85", "0.8", "0.7")))
        value = (price * share).quantize(Decimal("0.01"))
        list_sum, total = list_sum + price * many, total + value * many
        units += [Decimal(price), value, Decimal(price * many), value * many]
        rows += (
            f"<tr><td>{at + 1}</td><td class=l>{what}</td><td>{kind}</td><td>{unit}</td><td>{many}</td><td class=m>{price:,.2f}</td>"
            f"<td class=m>{price * many:,.2f}</td><td>{share:.0%}</td>"
            f"<td class=m>{value:,.2f}</td><td class=m>{value * many:,.2f}</td></tr>"
        )
    purpose = rng.choice((f"改善{user}办学条件", f"{user}教学设备补充"))
    receiver, giver = base.person(rng), base.person(rng)
    html = f"""<style>{GOODS_CSS}</style><h1>\
{rng.choice(("捐赠物资交接及价值确认单", "实物捐赠清单（含评估价值）"))}</h1>
<div class=meta><span>单号：{number}</span><span>交接日期：{handed:%Y年%m月%d日}</span><span>金额单位：\
人民币元</span></div>
<p>捐赠单位：{donor}　　　接受单位：{fund}　　　最终使用单位：{user}</p>
<table><tr><th rowspan=2>序号<th rowspan=2>物资名称<th rowspan=2>规格型号<th rowspan=2>单位<th rowspan=2>\
数量<th colspan=2>市场价（参考）<th rowspan=2>成新率<th colspan=2>评估价</tr>
<tr><th>单价<th>金额<th>单价<th>金额</tr>{rows}<tr><td colspan=6>合计</td><td class=m>\
{money(list_sum)}</td><td></td><td></td><td class=m>{money(total)}</td></tr>
<tr><td colspan=3>捐赠价值确认（大写）</td><td colspan=7 class=l>\
人民币{capital(total)}　￥{money(total)}</td></tr></table>
<p>1. 评估价值依据{appraiser}{cn(valued)}出具的《资产评估报告》（{report}），\
双方以评估价合计作为捐赠入账及开具捐赠票据的金额。</p>
<p>2. 物资用途：{purpose}。　3. 上述物资已清点无误，质量合格，捐赠单位提供质保凭证。</p>
<div class=sign><span>捐赠单位（章）：{donor}<br>经办：{giver}</span><span>接受单位（章）：{fund}<br>\
验收：{receiver}</span>
{base.seal_tag(donor, width="33mm", style="left:30mm;top:-5mm")}\
{base.seal_tag(fund, width="33mm", style="right:12mm;top:-5mm")}</div>"""
    truth = Truth(
        kind="donation", payers=(donor,), payees=(fund,), total=total, words=total, signed_on=handed, numbers=(number,), purpose=purpose,
        also_names=(user, appraiser, receiver, giver), also_amounts=(list_sum, *dict.fromkeys(units)), also_numbers=(report,),
    )  # fmt: skip
    when = base.after(handed, rng.randint(2, 20))
    item = rng.choice(("捐赠收入（非货币）", "实物捐赠", "捐赠物资收入"))
    bills = (
        bill(donor, fund, total, when, item, note="the appraised sum"),
        bill(donor, fund, list_sum, when, item, wrong="amount", note="the list price"),
        bill(donor, user, total, when, item, wrong="payee", note="the school uses, the fund receives"),
        bill(donor, fund, total, base.after(handed, -rng.randint(30, 50)), item, wrong="date", note="before the goods were handed over"),
    )  # fmt: skip
    return Paper(family="goods donation", tool="weasyprint", data=weasy(html), truth=truth, bills=bills)


def _faces() -> None:
    for name in ("sans", "serif", "mashan", "liujian"):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, str(font(name))))


def receipts(rng: Random) -> Paper:
    """Three receipts on one sheet to the same payer: one cancelled, one corrected in its stead, one billed before."""
    _faces()
    _, city, _ = base.place(rng)
    unit = rng.choice(
        (
            f"{city}市{rng.choice(('青少年', '老年书画', '太极拳', '家庭教育'))}协会",
            f"{base.school(rng, city)}校友会",
        )
    )
    payer = rng.choice((base.company(rng, city), base.person(rng)))
    amount = Decimal(rng.choice((1260, 2350, 4680, 7420, 860))) + rng.choice((Decimal(0), Decimal("0.5")))
    wrong, earlier = base.swapped(amount), Decimal(rng.choice((300, 500, 600)))
    paid = base.day(rng, 2023, 2026)
    before = base.after(paid, -rng.randint(40, 90))
    start = rng.randint(120345, 885000)
    purpose = rng.choice(("少儿书法研修班学费", "暑期研学营费用", "会员技能培训班学费", "国学讲座听课费"))
    cashier = base.person(rng)
    slips = [
        (start, before, earlier, "年度会费", "已开电子票据"), (start + 41, paid, wrong, purpose, "作 废"),
        (start + 42, paid, amount, purpose, ""),
    ]  # fmt: skip
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=A4)
    for at, slip in enumerate(slips):
        _slip(canvas, 297 - 97 * (at + 1), slip, (payer, unit, cashier))
    canvas.save()
    page = pictures(out.getvalue(), 180)[0]
    for at in range(3):
        spot = (rng.uniform(0.72, 0.8), (97 * (at + 1) - 18) / 297)
        page = stamped(page, stamp(unit, "财务专用章"), spot, 0.17)
    truth = Truth(
        kind="other", payers=(payer,), payees=(unit,), total=amount, words=amount, signed_on=paid, numbers=(f"{start + 42:07d}",),
        purpose=purpose, also_names=(cashier,), also_amounts=(wrong, earlier), also_numbers=(f"{start:07d}", f"{start + 41:07d}"),
        also_purposes=("年度会费",),
    )  # fmt: skip
    when = base.after(paid, rng.randint(1, 15))
    bills = (
        bill(payer, unit, amount, when, "培训费", note="the receipt that was made out anew"),
        bill(payer, unit, wrong, when, "培训费", wrong="amount", note="the cancelled receipt"),
        bill(base.near(rng, payer), unit, amount, when, "培训费", wrong="payer", note="near name"),
    )
    data = base.worn(rng, [page], 180)
    return Paper(family="receipts", tool="reportlab", data=data, truth=truth, bills=bills, form="scan")


def _slip(
    canvas: Canvas, low: float, slip: tuple[int, date, Decimal, str, str], who: tuple[str, str, str]
) -> None:
    number, when, amount, what, mark = slip
    payer, unit, cashier = who
    blue = Color(0.1, 0.15, 0.45)

    def put(
        x: float, y: float, text: str, face: str = "serif", size: float = 11.5, colour: Color = black
    ) -> None:
        canvas.setFillColor(colour)
        canvas.setFont(face, size)
        canvas.drawString(x * mm, (low + y) * mm, text)

    put(88, 80, "收　据", "serif", 22)
    put(158, 81, f"№ {number:07d}", "sans", 13, red)
    put(85, 72, f"{when.year} 年 {when.month} 月 {when.day} 日", "serif", 11)
    canvas.setStrokeColor(black)
    canvas.rect(20 * mm, (low + 20) * mm, 170 * mm, 48 * mm)
    for y in (56, 44, 32):
        canvas.line(20 * mm, (low + y) * mm, 190 * mm, (low + y) * mm)
    for y, head, text in (
        (60, "今收到", payer), (48, "交　来", what), (36, "人民币（大写）", capital(amount)), (24, "￥", f"{amount:,.2f}"),
    ):  # fmt: skip
        put(24, y, head)
        face = "liujian" if head == "￥" else "serif" if "·" in text else "mashan"
        put(58, y, text, face, 16, blue)
    put(100, 24, "收款方式：□现金　☑转账".replace("☑", "■"))
    put(22, 12, f"收款单位（盖章）：{unit}", "serif", 10.5)
    put(140, 12, f"收款人：{cashier}", "serif", 10.5)
    if mark:
        canvas.saveState()
        canvas.translate(105 * mm, (low + 36) * mm)
        canvas.rotate(14)
        canvas.setFillColor(red)
        canvas.setFont("sans", 30 if "废" in mark else 16)
        canvas.drawCentredString(30 * mm, 0, mark)
        canvas.restoreState()
        if "废" in mark:
            canvas.setStrokeColor(red)
            canvas.line(22 * mm, (low + 22) * mm, 188 * mm, (low + 66) * mm)
    canvas.setStrokeColor(Color(0.6, 0.6, 0.6))
    canvas.setDash(3, 3)
    canvas.line(5 * mm, (low + 2) * mm, 205 * mm, (low + 2) * mm)
    canvas.setDash()
