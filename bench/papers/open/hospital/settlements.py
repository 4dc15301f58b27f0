"""Settlements: a blood station's monthly sheet, an insurance fund's statement,\
 a decision that takes money back."""

import io
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet

from bench.papers import tools
from bench.papers.open.hospital import money, paperwork, people
from bench.papers.values import Paper, Truth

_BLOOD = [
    ("悬浮红细胞", "U", 210, 40, 420),
    ("去白细胞悬浮红细胞", "U", 235, 30, 360),
    ("单采血小板", "治疗量", 1400, 2, 40),
    ("新鲜冰冻血浆", "100ml", 40, 30, 300),
    ("冷沉淀凝血因子", "U", 60, 10, 120),
    ("洗涤红细胞", "U", 290, 4, 40),
]


def blood(rng: Random) -> Paper:
    """A sheet of a spreadsheet: blood taken in a month, blood given back,\
 what is owed now and in the year."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    station = rng.choice(
        (f"{where.city}中心血站", f"{where.town}血液中心", f"{where.city}中心血站{where.county}储血点")
    )
    month = money.day(rng)
    first = month.replace(day=1)
    ends = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    made = money.later(rng, ends, 1, 8)
    lines, gross = [], Decimal(0)
    for name, unit, price, low, high in sorted(rng.sample(_BLOOD, rng.choice((4, 5, 6)))):
        pieces = rng.randrange(low, high)
        gross += price * pieces
        lines.append((name, unit, pieces, Decimal(price), Decimal(price * pieces)))
    back = Decimal(rng.choice((210, 420, 840, 1400)))
    total = gross - back
    owed = money.cash(rng, 20000, 200000, 10)
    year = total * first.month + money.cash(rng, 1000, 9000, 10)
    number = f"XZJS{first:%Y%m}-{rng.randrange(1, 60):03d}"
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    data = paperwork.sealed(
        _sheet(
            rng,
            station,
            hospital,
            (first, ends, made),
            lines,
            (gross, back, total, owed, year),
            (number, bank, account),
        ),
        [
            paperwork.Mark("供血单位（盖章）", station, 34, 4, 38),
            paperwork.Mark("用血单位（盖章）", hospital, 34, 4, 38),
        ],
    )
    fair: dict[str, Any] = {
        "payer": hospital,
        "unit": station,
        "unit_account": account,
        "items": (rng.choice(("用血费", "血液费", "临床用血收费")),),
    }
    soon = money.later(rng, made, 1, 16)
    near = hospital.replace("人民医院", "中医医院") if "人民医院" in hospital else where.county + "人民医院"
    bills = (
        paperwork.bill(fair, total, soon, "the month, after what was given back"),
        paperwork.bill(
            fair,
            rng.choice((gross, year, total + owed)),
            soon,
            "before what was given back, or the year, or with old debts that are billed already",
            "amount",
        ),
        paperwork.bill(fair, total, soon, "the other hospital of the county", "payer", payer=near),
    )
    truth = Truth(
        **paperwork.said("other", hospital, station, total, made, number=number, account=account, words=True),
        starts_on=first,
        ends_on=ends,
        purpose="临床用血费用",
        also_amounts=(gross, back, -back, owed, year, *(sum_ for each in lines for sum_ in each[3:])),
        also_purposes=("临床用血", "用血费", "用血费用", "临床用血费用结算", *(each[0] for each in lines)),
    )
    return Paper(family="blood settlement", tool="libreoffice calc", data=data, truth=truth, bills=bills)


def _sheet(
    rng: Random,
    station: str,
    hospital: str,
    days: tuple[date, date, date],
    lines: list[tuple[str, str, int, Decimal, Decimal]],
    sums: tuple[Decimal, Decimal, Decimal, Decimal, Decimal],
    ours: tuple[str, str, str],
) -> bytes:
    first, ends, made = days
    gross, back, total, owed, year = sums
    book = Workbook()
    sheet: Worksheet = book.active
    face = rng.choice(("AR PL UMing CN", "WenQuanYi Zen Hei", "Noto Sans CJK SC"))
    thin = Side(style="thin" if rng.random() < 0.7 else "hair")
    for letter, width in zip("ABCDEFG", (6, 26, 10, 11, 13, 17, 16), strict=True):
        sheet.column_dimensions[letter].width = width
    rows: list[list[object]] = [
        [f"{station}临床用血费用结算单"],
        [f"结算单号：{ours[0]}", "", "", "", f"制表日期：{made:%Y-%m-%d}"],
        [f"用血单位：{hospital}", "", "", "", f"结算期间：{first:%Y-%m-%d} 至 {ends:%Y-%m-%d}"],
        ["序号", "血液品种", "单位", "数量", "单价（元）", "金额（元）", "备注"],
    ]
    for at, (name, unit, pieces, price, sum_) in enumerate(lines):
        rows.append([at + 1, name, unit, pieces, f"{price:.2f}", money.comma(sum_), ""])
    rows += [
        ["", "小计", "", "", "", money.comma(gross), ""],
        ["", "减：退血冲减", "", "", "", f"-{money.comma(back)}", "见退血单"],
        ["", "本期应付", "", "", "", money.comma(total), ""],
    ]
    last = len(rows)
    rows += [
        [f"本期应付（大写）：{money.words(total)}"],
        [f"上期结欠 {money.comma(owed)} 元（票据已开）；本年累计用血 {money.comma(year)} 元，仅供核对。"],
        [f"收款户名：{station}　开户行：{ours[1]}　账号：{ours[2]}"],
        ["请于收到本单后15日内付款，我站到账后开具票据。"],
        [""],
        ["供血单位（盖章）：", "", "", "", "用血单位（盖章）："],
        [
            f"制表：{people.person(rng)}　复核：{people.person(rng)}",
            "",
            "",
            "",
            f"输血科：{people.person(rng)}",
        ],
    ]
    for at, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            cell = sheet.cell(at, column, value if value != "" else None)
            cell.font = Font(name=face, size=16 if at == 1 else 10.5, bold=at in (1, 4))
            if 4 <= at <= last:
                cell.border = Border(thin, thin, thin, thin)
                cell.alignment = Alignment(
                    horizontal="right" if column > 3 and at > 4 else "center", vertical="center"
                )
        sheet.row_dimensions[at].height = 32 if at == 1 else 21
    sheet.merge_cells("A1:G1")
    sheet["A1"].alignment = Alignment(horizontal="center", vertical="center")
    sheet.page_setup.orientation = rng.choice(("landscape", "portrait"))
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_options.horizontalCentered = True
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"
    out = io.BytesIO()
    book.save(out)
    return tools.office(out.getvalue(), "xlsx")


def insurance(rng: Random) -> Paper:
    """A wide statement of the fund: asked for, cut, kept back as a pledge, paid;\
 each by kind of insurance."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    end = rng.choice(("医疗保障事务中心", "医疗保障服务中心", "医疗保险管理服务中心"))
    centre = where.county + end
    other = people.place(rng)
    while other.county == where.county:
        other = people.place(rng)
    paid = money.day(rng)
    ends = paid.replace(day=1) - timedelta(days=1)
    first = ends.replace(day=1)
    kinds = rng.sample(
        [
            "职工基本医疗保险（住院）",
            "城乡居民基本医疗保险（住院）",
            "职工门诊统筹",
            "居民“两病”门诊",
            "大病保险",
            "医疗救助",
        ],
        rng.choice((3, 4, 5)),
    )
    lines, sums = [], [Decimal(0)] * 5
    for kind in kinds:
        whole = money.odd(rng, 90000, 3200000)
        asked = (whole * Decimal(rng.randint(52, 74)) / 100).quantize(Decimal("0.01"))
        cut = (asked * Decimal(rng.randint(1, 40)) / 1000).quantize(Decimal("0.01"))
        kept = ((asked - cut) * Decimal(5) / 100).quantize(Decimal("0.01"))
        now = asked - cut - kept
        values = (whole, asked, cut, kept, now)
        sums = [one + two for one, two in zip(sums, values, strict=True)]
        lines.append([kind, str(rng.randrange(40, 2600)), *(money.comma(each) for each in values)])
    total = sums[4]
    number = f"{where.code}{paid:%Y%m}{rng.randrange(10**6):06d}"
    bank = people.bank(rng, where)
    account = people.account(rng, bank)
    heads = ["结算类别", "人次", "医疗总费用", "基金申报金额", "审核扣款", "质量保证金（5%）", "本次拨付金额"]
    foot = ["合计", "", *(money.comma(each) for each in sums)]
    listing = paperwork.rows([heads, *lines, foot], right=(1, 2, 3, 4, 5, 6))
    body = f"""<h1 style="font-family:sans-bold;font-size:17pt;margin:0 0 3mm">\
\
{where.county}基本医疗保险定点医药机构费用结算单</h1>
<table style="font-size:9.5pt;margin-bottom:2mm"><tr><td>结算单号：{number}</td><td class="c">\
\
结算所属期：{first:%Y%m}（{first:%Y.%m.%d}-{ends:%Y.%m.%d}）</td><td class="e">单位：元</td></tr>
<tr><td colspan="2">定点医药机构：{hospital}（机构编码 H{where.code}{rng.randrange(10**5):05d}）</td>\
\
<td class="e">等级：{rng.choice(("二级甲等", "二级乙等", "三级乙等"))}</td></tr></table>
<table class="r" style="font-size:9.5pt">\
\
{listing}
<tr><td>本次拨付金额（大写）</td><td colspan="6">{money.words(total)}</td></tr>
<tr><td>收款账户</td><td colspan="6">户名：{hospital}　开户银行：{bank}　银行账号：{account}</td></tr>
<tr><td>说明</td><td colspan="6">1. 审核扣款明细见附表，如有异议请于10个工作日内申诉；\
\
2. 质量保证金于年度考核后清算，不随本期拨付；3. 本期款项用途：医保基金结算款。</td></tr></table>
<table style="margin-top:4mm;font-size:10pt"><tr><td>经办：{people.person(rng)}</td><td>复核：\
\
{people.person(rng)}</td><td>财务：{people.person(rng)}</td><td class="e">\
\
{rng.choice(("拨付日期", "支付日期"))}：{money.dated(rng, paid)}</td></tr>
<tr><td colspan="4" style="padding-top:5mm">拨付单位（业务专用章）：{centre}</td></tr></table>"""
    html = paperwork.page(
        body, font=rng.choice(("sans", "serif", "zenhei")), size="10pt", margin="14mm"
    ).replace("size: A4", "size: A4 landscape")
    data = paperwork.sealed(
        tools.chrome(html), [paperwork.Mark("拨付单位（业务专用章）", centre, 52, 2, 40, "业务专用章")]
    )
    fair: dict[str, Any] = {
        "payer": centre,
        "unit": hospital,
        "unit_account": account,
        "items": (rng.choice(("医保结算款", "医疗保险基金拨款", "代收代付款（医保）")),),
    }
    soon = money.later(rng, paid, 0, 9)
    bills = (
        paperwork.bill(fair, total, soon, "what was paid"),
        paperwork.bill(
            fair,
            rng.choice((sums[1], total + sums[3], sums[0])),
            soon,
            "asked for, or with the pledge that is kept back, or all costs",
            "amount",
        ),
        paperwork.bill(fair, total, soon, "the fund of another county", "payer", payer=other.county + end)
        if rng.random() < 0.5
        else paperwork.bill(
            fair, total, soon, "another account", "account", unit_account=people.account(rng, bank)
        ),
    )
    cells = tuple(Decimal(each.replace(",", "")) for line in lines for each in line[2:])
    truth = Truth(
        **paperwork.said("other", centre, hospital, total, paid, number=number, account=account, words=True),
        starts_on=first,
        ends_on=ends,
        purpose="医保基金结算款",
        also_amounts=(*sums[:4], *cells),
        also_purposes=("费用结算", "定点医药机构费用结算", "医保结算款", "医保基金结算"),
    )
    return Paper(family="insurance settlement", tool="chromium", data=data, truth=truth, bills=bills)


def refund(rng: Random) -> Paper:
    """A scanned decision: a hospital gives back money of the fund to its centre; the fine goes elsewhere."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    bureau, centre = (
        where.county + "医疗保障局",
        where.county + rng.choice(("医疗保障事务中心", "医疗保障服务中心")),
    )
    back = money.odd(rng, 1800, 640000)
    times = rng.choice((1, 2))
    fine = (back * times).quantize(Decimal("0.01"))
    signed = money.day(rng)
    told = money.later(rng, signed - timedelta(days=24), 0, 8)
    year = signed.year - 1
    mark = where.short[0] + "医保"
    serial = rng.randrange(2, 70)
    number = f"{mark}行决〔{signed.year}〕{serial}号"
    cited = f"{mark}告〔{told.year}〕{serial + rng.randrange(1, 9)}号"
    bank, other_bank = people.bank(rng, where), people.bank(rng, where)
    account = people.account(rng, bank)
    faults = rng.sample(
        [
            "重复收费",
            "超标准收费",
            "分解住院",
            "串换诊疗项目",
            "超限定用药",
            "将不属于医保支付范围的费用纳入结算",
        ],
        2,
    )
    body = f"""<div class="c" style="font-family:serif-bold;font-size:24pt;letter-spacing:2pt">\
{bureau}</div>
<div class="c" style="font-family:serif-bold;font-size:20pt;margin:1mm 0 3mm">\
{rng.choice(("责令退回医保基金及行政处罚决定书", "行政处理决定书"))}</div>
<p class="n c">{number}</p>
<p class="n">当事人：{hospital}</p>
<p class="n">统一社会信用代码：{people.credit_code(rng, "12", where)}　　住所：\
{people.address(rng, where)}</p>
<p class="n">法定代表人：{people.person(rng)}</p>
<p>本机关于{told.year}年{told.month}月对你单位{year}年1月1日至{year}年12月31日期间使用医疗保障基金情况进\
行了检查。经查，你单位存在{faults[0]}、{faults[1]}等问题，造成医疗保障基金损失{money.comma(back)}元。\
上述事实有检查笔录、费用明细、询问笔录等为证。本机关已送达《行政处罚事先告知书》（{cited}），\
你单位未在规定期限内提出陈述申辩。</p>
<p>依据《医疗保障基金使用监督管理条例》第三十八条，决定如下：</p>
<p>一、责令退回造成损失的医疗保障基金{money.comma(back)}元（大写：{money.words(back)}）。\
你单位应自收到本决定书之日起15日内，将上述款项退至{centre}（开户行：{bank}，账号：{account}），\
由该中心出具票据；</p>
<p>二、处造成损失金额{money.count(times)}倍的罚款{money.comma(fine)}元（大写：{money.words(fine)}），\
持本决定书到{other_bank}缴纳，上缴国库。逾期不缴纳的，每日按罚款数额的3%加处罚款；</p>
<p>三、责令立即改正违法行为，约谈有关负责人。</p>
<p>如不服本决定，可在60日内向{where.county}人民政府申请行政复议，或在六个月内向人民法院提起行政诉讼。\
</p>
<div class="c" style="width:72mm;margin:16mm 0 0 auto;page-break-inside:avoid">{bureau}<br>\
{rng.choice((money.cn, money.hanzi))(signed)}</div>
<p class="n" style="margin-top:10mm;border-top:.5pt solid #333;font-size:10pt">（本决定书一式三份：\
送达当事人、{centre}、存档各一份）</p>"""
    dpi = rng.choice((150, 200))
    pdf = tools.weasy(
        paperwork.page(
            body,
            font=rng.choice(("serif", "uming", "ukai")),
            size=rng.choice(("12pt", "12.5pt")),
            margin="20mm 24mm",
        )
    )
    pages = tools.pictures(
        paperwork.sealed(pdf, [paperwork.Mark("（本决定书一式三份", bureau, 128, -20, 42)]), dpi
    )
    stamp = paperwork.oblong(
        rng, [hospital[:12], f"收文 {signed + timedelta(days=3):%Y.%m.%d}"], (40, 60, 160)
    )
    pages[0] = paperwork.laid(pages[0], stamp, (0.82, 0.045), 0.2, rng.uniform(-6, 6))
    near = hospital.replace("人民医院", "中医医院") if "人民医院" in hospital else where.county + "人民医院"
    fair: dict[str, Any] = {
        "payer": hospital,
        "unit": centre,
        "unit_account": account,
        "items": (rng.choice(("退回医保基金", "医疗保障基金退款", "追回医保基金")),),
    }
    soon = money.later(rng, signed, 5, 15)
    bills = (
        paperwork.bill(fair, back, soon, "what goes back to the fund"),
        paperwork.bill(
            fair,
            fine + back if times == 1 or rng.random() < 0.5 else fine,
            soon,
            "the fine, or fund and fine together",
            "amount",
        ),
        paperwork.bill(
            fair, back, soon, "the bureau decides, its centre receives", "payee", unit=bureau, unit_account=""
        )
        if rng.random() < 0.5
        else paperwork.bill(fair, back, soon, "the other hospital of the county", "payer", payer=near),
    )
    truth = Truth(
        **paperwork.said(
            "policy", hospital, centre, back, signed, number=number, account=account, words=True
        ),
        purpose="退回造成损失的医疗保障基金",
        also_names=(bureau, f"{where.county}人民政府"),
        also_amounts=(fine,),
        also_numbers=(cited,),
        also_purposes=("责令退回医保基金", "退回医保基金", "医疗保障基金", "责令退回造成损失的医疗保障基金"),
    )
    return paperwork.scan(rng, pages, dpi, "decision on repayment", truth, bills)
