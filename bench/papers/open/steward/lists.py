"""Statements of accounts and batch lists: many rows, page totals, running balances."""

import io
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from . import common as c


def _flow(rng: Random, count: int, start: date, city: str) -> list[tuple[date, str, str, Decimal, bool]]:
    """Rows of an account: day, partner, what for, sum, whether it came in. Credits are all different."""
    firms: list[str] = []
    rows: list[tuple[date, str, str, Decimal, bool]] = []
    seen: set[Decimal] = set()
    when = start
    for _ in range(count):
        when = c.later(when, rng.choice((0, 0, 1, 1, 2)))
        if rng.random() < 0.68:
            name = c.person(rng)
            if rng.random() < 0.6:
                name = c.company(
                    rng, city, rng.choice(("体育用品", "文化传播", "教育咨询", "建筑劳务")), firms
                )
                firms.append(name)
            value = Decimal(rng.randrange(400, 90000)) / rng.choice((1, 1, 2, 10))
            value = c.cents(value)
            if value in seen or any(row[1] == name for row in rows):
                continue
            seen.add(value)
            rows.append(
                (when, name, rng.choice(("场地费", "培训费", "培训费", "参赛报名费", "往来款")), value, True)
            )
        else:
            partner, what = rng.choice(
                (
                    (f"国网{city}供电公司", "电费"),
                    ("待报解预算收入", "税款"),
                    (f"{city}自来水有限责任公司", "水费"),
                    ("代发工资专户", "工资"),
                )
            )
            rows.append((when, partner, what, Decimal(rng.randrange(1000, 800000)) / 100, False))
    return rows


def statement(rng: Random) -> Paper:
    """A bank statement of several pages with totals carried over, in and out, running balance."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for name in ("sans", "serif", "sans-bold"):
        pdfmetrics.registerFont(TTFont(name, str(tools.font(name))))
    face = rng.choice(("sans", "serif"))
    _, city, county = c.place(rng)
    holder = f"{county}{rng.choice(('文化体育中心', '老年体育协会', '体育总会'))}"
    start = c.day(rng).replace(day=1)
    rows = _flow(rng, rng.randrange(34, 58), start, city)
    number = c.account(rng, 19)
    house = c.bank(rng, county)
    end = max(row[0] for row in rows)
    signed = end
    balance = Decimal(rng.randrange(3_000_000, 30_000_000)) / 100
    opening = balance
    out = io.BytesIO()
    width, height = landscape(A4)
    pen: Any = Canvas(out, pagesize=(width, height))
    caps = rng.choice(
        (
            ("交易日期", "摘要", "对方户名", "借方发生额", "贷方发生额", "余额"),
            ("记账日", "用途", "对手方名称", "支出金额", "收入金额", "账户余额"),
        )
    )
    spots = (40, 118, 205, 520, 640, width - 40)

    def line(y: float, cells: tuple[str, ...], font: str = face, size: float = 9) -> None:
        pen.setFont(font, size)
        for k, (x, text) in enumerate(zip(spots, cells, strict=True)):
            (pen.drawRightString if k >= 3 else pen.drawString)(x, y, text)

    per = rng.choice((18, 20, 22))
    pages = [rows[k : k + per] for k in range(0, len(rows), per)]
    total_in = total_out = Decimal(0)
    extra: list[Decimal] = []
    for index, page in enumerate(pages):
        pen.setFont("sans-bold", 15)
        pen.drawCentredString(width / 2, height - 42, rng.choice(("账户交易明细", "账户交易明细")))
        pen.setFont(face, 9)
        pen.drawString(40, height - 64, f"户名：{holder}    账号：{number}    开户机构：{house}")
        pen.drawString(
            40,
            height - 78,
            f"查询区间：{start:%Y-%m-%d} 至 {end:%Y-%m-%d}    币种：人民币    上页余额：{c.money(balance)}",
        )
        pen.drawRightString(width - 40, height - 78, f"第 {index + 1} 页 / 共 {len(pages)} 页")
        pen.line(36, height - 84, width - 36, height - 84)
        line(height - 97, caps, "sans-bold")
        pen.line(36, height - 102, width - 36, height - 102)
        y = height - 117
        sum_in = sum_out = Decimal(0)
        for when, partner, what, value, credit in page:
            balance += value if credit else -value
            sum_in, sum_out = (sum_in + value, sum_out) if credit else (sum_in, sum_out + value)
            line(
                y,
                (
                    f"{when:%Y%m%d}",
                    what,
                    partner,
                    "" if credit else c.money(value),
                    c.money(value) if credit else "",
                    c.money(balance),
                ),
            )
            extra.append(balance)
            y -= 16.5
        total_in, total_out = total_in + sum_in, total_out + sum_out
        extra += [sum_in, sum_out]
        pen.line(36, y + 11, width - 36, y + 11)
        line(y - 3, ("本页合计", "", f"{len(page)}笔", c.money(sum_out), c.money(sum_in), ""), "sans-bold")
        if index == len(pages) - 1:
            line(
                y - 20,
                ("总计", "", f"{len(rows)}笔", c.money(total_out), c.money(total_in), c.money(balance)),
                "sans-bold",
            )
        pen.setFont(face, 8)
        pen.drawString(40, 24, "本明细由电子银行系统生成，仅供对账使用，重复打印无效。")
        pen.showPage()
    pen.save()
    credits = [row for row in rows if row[4]]
    payable = [row for row in credits if row[2] == "培训费"] or credits
    pick = rng.choice(payable)
    other = rng.choice([row for row in credits if row is not pick])
    items = {"场地费": "场地使用费", "培训费": "培训费", "参赛报名费": "报名费", "往来款": "往来款"}
    item = items[pick[2]]
    return Paper(
        family="bank statement",
        tool="reportlab",
        data=out.getvalue(),
        truth=Truth(
            kind="transfer",
            payers=tuple(row[1] for row in credits),
            payees=(holder,),
            instalments=tuple(row[3] for row in credits),
            starts_on=start,
            ends_on=signed,
            accounts=(number,),
            also_names=tuple(dict.fromkeys(row[1] for row in rows if not row[4])),
            also_amounts=(*(row[3] for row in rows if not row[4]), *extra, total_in, total_out, opening),
            also_purposes=tuple(dict.fromkeys(row[2] for row in rows)),
        ),
        bills=(
            Bill(
                payer=pick[1],
                unit=holder,
                total=pick[3],
                issued_on=c.later(pick[0], rng.randrange(0, 9)),
                items=(item,),
                note="a credit row",
            ),
            Bill(
                payer=pick[1],
                unit=holder,
                total=other[3],
                issued_on=c.later(end, 2),
                items=(item,),
                wrong="amount",
                note="sum of another payer's row",
            ),
            Bill(
                payer=next(x for x in c.people(rng, 90) if all(x != row[1] for row in rows)),
                unit=holder,
                total=pick[3],
                issued_on=c.later(end, 3),
                items=(item,),
                wrong="payer",
                note="no such payer",
            ),
        ),
    )


def batch_collect(rng: Random) -> Paper:
    """A bank's list of a batch collected for a unit: one row per payer, some failed."""
    _, _, county = c.place(rng)
    unit = rng.choice((f"{county}青少年活动中心", f"{county}少年儿童业余体育学校", f"{county}文化馆"))
    names = c.people(rng, rng.randrange(24, 46))
    when = c.day(rng)
    house = c.bank(rng, county)
    fees = rng.sample((280, 360, 420, 480, 560, 680, 760), 3)
    rows, good, bad = [], [], []
    for k, name in enumerate(names):
        value = Decimal(rng.choice(fees))
        failed = rng.random() < 0.1 and k > 2
        (bad if failed else good).append((name, value))
        card = c.account(rng, 19)
        rows.append(
            (
                f"{k + 1:04d}",
                name,
                f"{card[:4]}********{card[-4:]}",
                c.money(value),
                "失败-余额不足" if failed else "成功",
            )
        )
    total = sum((value for _, value in good), Decimal(0))
    asked = total + sum((value for _, value in bad), Decimal(0))
    what = rng.choice(("暑期培训费", "少儿艺术培训费", "体适能培训费"))
    batch = f"DK{when:%Y%m%d}{rng.randrange(10000, 99999)}"
    number = c.account(rng, 17)
    css = f"""@page{{size:A4;margin:14mm 15mm;@bottom-center{{content:'第' counter(page) '页'}}}}body{{font:10pt/1.5 \
{rng.choice(("sans", "zenhei"))}}}
    h1{{font-size:15pt;text-align:center;color:#0b4a8f;margin:0 0 2mm}}table.l{{width:100%;border-collapse:collapse}}.l td,.l \
th{{padding:.7mm 2mm;border-bottom:.5px solid #bbb;text-align:left}}
    .l th{{background:#0b4a8f;color:#fff}}.l td.n{{text-align:right}}.k{{width:100%;margin-bottom:2mm;background:#eef3f9}}.k \
td{{padding:.6mm 2mm}}"""
    html = f"""<style>{css}</style><h1>{house}<br>批量代收业务处理结果清单</h1>
    <table class=k><tr><td>委托单位：{unit}</td><td>入账账号：{number}</td></tr><tr><td>批次号：{batch}</td><td>\
处理日期：{when:%Y-%m-%d}</td></tr>
    <tr><td>代收项目：{what}</td><td>币种：人民币</td></tr><tr><td>提交笔数/金额：{len(rows)} / {c.money(asked)}</td><td>\
成功笔数/金额：{len(good)} / {c.money(total)}</td></tr></table>
    {c.table(("序号", "付款人户名", "付款卡号", "金额", "处理结果"), rows, "class=l")}
    <p>成功金额合计（大写）：{c.words(total)}　　柜员：{rng.randrange(1000, 9999)}　　打印日期：{c.later(when, 1):%Y-%m-%d}</p>"""
    name, value = rng.choice(good)
    base = {"unit": unit, "items": (rng.choice(("培训费", "少儿培训费")),)}
    bills = [
        Bill(payer=name, total=value, issued_on=c.later(when, 4), note="a row collected", **base),
        Bill(
            payer=name,
            total=Decimal(next(fee for fee in fees if fee != value)),
            issued_on=c.later(when, 4),
            wrong="amount",
            note="fee of other rows",
            **base,
        ),
        Bill(
            payer=name,
            total=value,
            issued_on=c.later(when, -6),
            wrong="date",
            note="before it was collected",
            **base,
        ),
    ]
    return Paper(
        family="batch list",
        tool="chromium",
        data=tools.chrome(html),
        truth=Truth(
            kind="transfer",
            payers=tuple(each for each, _ in good),
            payees=(unit,),
            total=total,
            instalments=tuple(dict.fromkeys(each for _, each in good)),
            words=total,
            signed_on=when,
            numbers=(batch,),
            accounts=(number,),
            purpose=what,
            also_names=tuple(each for each, _ in bad),
            also_amounts=tuple(dict.fromkeys((asked, *(each for _, each in bad)))),
        ),
        bills=tuple(bills),
    )


def union_dues(rng: Random) -> Paper:
    """A sheet of membership fees handed in by units, two columns side by side, signed and scanned."""
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Border, Font, Side

    _, city, county = c.place(rng)
    society = f"{county}{rng.choice(('乒乓球运动协会', '书画院', '诗词楹联学会', '健身操协会'))}"
    firms: list[str] = [f"{county}第一中学", f"{county}人民医院", f"{county}税务局", f"{county}图书馆"]
    while len(firms) < 12:
        firms.append(c.company(rng, city, rng.choice(("商贸", "置业", "旅游", "电力安装", "农牧")), firms))
    rng.shuffle(firms)
    fees = [Decimal(rng.choice((500, 800, 1000, 1500, 2000, 3000))) for _ in firms]
    total = sum(fees, Decimal(0))
    when = c.day(rng)
    book = Workbook()
    sheet = book.active
    sheet.page_setup.paperSize = 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    title = rng.choice((f"{when.year}年度会费收缴清单", f"{when.year}年度单位会员会费缴交登记表"))
    sheet.append([society])
    sheet.append([title])
    sheet.append(["收款日期：" + c.padded(when), None, None, None, None, "金额单位：元"])
    heads = rng.choice((("序号", "会员单位", "会费"), ("编号", "缴费单位", "实缴金额")))
    sheet.append([*heads, *heads])
    half = len(firms) // 2
    for k in range(half):
        sheet.append([k + 1, firms[k], float(fees[k]), k + 1 + half, firms[k + half], float(fees[k + half])])
    sheet.append(["", "小计", float(sum(fees[:half])), "", "小计", float(sum(fees[half:]))])
    sheet.append(["总计", f"人民币{c.words(total)}　￥{c.money(total)}"])
    sheet.append([f"经收人：{c.person(rng)}　　　会计：{c.person(rng)}　　　会长：{c.person(rng)}"])
    end = sheet.max_row
    for row in (1, 2):
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=6)
    sheet.merge_cells(start_row=end - 1, start_column=2, end_row=end - 1, end_column=6)
    sheet.merge_cells(start_row=end, start_column=1, end_row=end, end_column=6)
    line = Side(style="thin")
    face = rng.choice(("AR PL UMing CN", "AR PL UKai CN", "Noto Serif CJK SC"))
    for row in sheet.iter_rows():
        for cell in row:
            cell.font = Font(name=face, size={1: 18, 2: 15}.get(cell.row, 11.5), bold=cell.row in (1, 2, 4))
            cell.alignment = Alignment(
                horizontal="center" if cell.row in (1, 2, 4) else None,
                vertical="center",
                wrap_text=cell.row > 3,
            )
            if 4 <= cell.row <= end - 1:
                cell.border = Border(line, line, line, line)
                if cell.column in (3, 6):
                    cell.number_format = "#,##0.00"
        sheet.row_dimensions[row[0].row].height = 38
    for column, width in zip("ABCDEF", (7, 27, 12, 7, 27, 12), strict=True):
        sheet.column_dimensions[column].width = width
    out = io.BytesIO()
    book.save(out)
    data = c.scan(
        rng, tools.office(out.getvalue(), "xlsx"), ((0, society, "财务专用章", 0.74, 0.6, 0.2),), dpi=200
    )
    k = rng.randrange(len(firms))
    other = next(i for i in range(len(firms)) if fees[i] != fees[k])
    base = {"unit": society, "items": ("会费",)}
    return Paper(
        family="batch list",
        tool="xlsx/libreoffice",
        form="scan",
        data=data,
        truth=Truth(
            kind="other",
            payers=tuple(firms),
            payees=(society,),
            total=total,
            instalments=tuple(dict.fromkeys(fees)),
            words=total,
            signed_on=when,
            purpose="会费",
            also_amounts=(sum(fees[:half], Decimal(0)), sum(fees[half:], Decimal(0))),
            also_purposes=(f"{when.year}年度会费",),
        ),
        bills=(
            Bill(payer=firms[k], total=fees[k], issued_on=c.later(when, 2), note="row of the member", **base),
            Bill(
                payer=firms[k],
                total=fees[other],
                issued_on=c.later(when, 2),
                wrong="amount",
                note="fee of another member",
                **base,
            ),
            Bill(
                payer=firms[k],
                unit=f"{county}象棋协会",
                total=fees[k],
                issued_on=c.later(when, 2),
                wrong="payee",
                note="another society",
                items=("会费",),
            ),
        ),
    )


def old_statement(rng: Random) -> Paper:
    """A statement off a printer with continuous paper: fixed pitch, credit marks, scanned."""
    _, city, county = c.place(rng)
    holder = f"{county}{rng.choice(('住房维修基金管理办公室', '公有住房售房款专户', '农业科学研究所'))}"
    if holder.endswith("专户"):
        holder = f"{county}住房资金管理中心"
    start = c.day(rng, span=1200).replace(day=1)
    rows = _flow(rng, rng.randrange(14, 20), start, city)
    number = c.account(rng, 18)
    balance = Decimal(rng.randrange(9_000_000, 90_000_000)) / 100
    opening = balance
    lines, extra = [], []
    for when, partner, what, value, credit in rows:
        balance += value if credit else -value
        extra.append(balance)
        lines.append(
            (f"{when:%y/%m/%d}", what, f"{value:.2f}", "贷" if credit else "借", f"{balance:.2f}", partner)
        )
    css = """@page{size:241mm 200mm;margin:12mm 16mm}body{font:11pt/1.35 uming;color:#333}h1{font-size:14pt;text-align:center;\
letter-spacing:6px;margin:0}
    table{width:100%;border-collapse:collapse;border-top:1px dashed #333;border-bottom:1px dashed #333;margin:2mm 0}td,\
th{padding:.3mm 1mm;font-weight:normal;text-align:left}.n{text-align:right}"""
    total_in = sum((row[3] for row in rows if row[4]), Decimal(0))
    total_out = sum((row[3] for row in rows if not row[4]), Decimal(0))
    house = c.bank(rng, county)
    html = f"""<style>{css}</style><h1>{house}客户对账单</h1><div>账户名称：{holder}　账号：{number}　币别：人民币</div>
    <div>起止日期：{start:%Y-%m-%d} — {rows[-1][0]:%Y-%m-%d}　　承前页余额：{opening:.2f}</div>
    {c.table(("日期", "摘要", "发生额", "借/贷", "余额", "对方单位"), lines)}
    <div>借方累计：{total_out:.2f}　　贷方累计：{total_in:.2f}　　期末余额：{balance:.2f}</div><div>\
会计主管：　　　　复核：{rng.randrange(100, 999)}　　记账：{rng.randrange(1000, 9999)}</div>"""
    credits = [row for row in rows if row[4]]
    pick, other = rng.sample(credits, 2)
    items = {"场地费": "场地使用费", "培训费": "培训费", "参赛报名费": "报名费", "往来款": "往来款"}
    base = {"unit": holder, "items": (items[pick[2]],)}
    return Paper(
        family="bank statement",
        tool="weasyprint",
        form="scan",
        data=c.scan(
            rng,
            tools.weasy(html),
            ((0, house.replace("股份有限公司", ""), "业务清讫", 0.8, 0.74, 0.16),),
            dpi=200,
        ),
        truth=Truth(
            kind="transfer",
            payers=tuple(row[1] for row in credits),
            payees=(holder,),
            instalments=tuple(row[3] for row in credits),
            starts_on=start,
            ends_on=rows[-1][0],
            accounts=(number,),
            also_names=tuple(dict.fromkeys(row[1] for row in rows if not row[4])),
            also_amounts=(*(row[3] for row in rows if not row[4]), *extra, total_in, total_out, opening),
            also_purposes=tuple(dict.fromkeys(row[2] for row in rows)),
        ),
        bills=(
            Bill(
                payer=pick[1],
                total=pick[3],
                issued_on=c.later(rows[-1][0], 3),
                note="a credit row, billed at the end of the month",
                **base,
            ),
            Bill(
                payer=other[1],
                total=pick[3],
                issued_on=c.later(rows[-1][0], 3),
                wrong="amount",
                note="two rows mixed up",
                **base,
            ),
        ),
    )


LAYOUTS = {
    "statement": statement,
    "batch_collect": batch_collect,
    "union_dues": union_dues,
    "old_statement": old_statement,
}
