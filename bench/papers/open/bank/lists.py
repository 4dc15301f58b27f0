"""Lists: statements of account with a marked line, printouts in columns, donors of a donation platform."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.open.bank import base, draw
from bench.papers.values import Paper, Truth

_Row = tuple[date, str, base.Party, Decimal, bool]


def _canvas(face: str, size: tuple[float, float]) -> tuple[Any, io.BytesIO]:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    if face not in pdfmetrics.getRegisteredFontNames():
        pdfmetrics.registerFont(TTFont(face, str(tools.font(face)), subfontIndex=0))
    out = io.BytesIO()
    return Canvas(out, pagesize=size, invariant=1), out


def _entries(rng: Random, start: date, count: int, gift: bool) -> list[_Row]:
    """Daily life of an account: fees, interest, wages, money in and out."""
    found: list[_Row] = []
    bank = base.Party("", "", "")
    for _ in range(count):
        when = start + timedelta(days=rng.randrange(0, 30))
        kind = rng.random()
        if kind < 0.12:
            found.append(
                (
                    when,
                    rng.choice(("手续费", "对公账户维护费")),
                    bank,
                    Decimal(rng.choice((5, 10, 50))),
                    False,
                )
            )
        elif kind < 0.18:
            found.append((when, "结息", bank, base.money(rng, 20, 900), True))
        elif kind < 0.6:
            side = base.private(rng) if rng.random() < 0.3 else base.company(rng)
            text = base.purpose(rng, gift)[0]
            found.append((when, text, side, base.fitting(rng, "租"), True))
        else:
            text = rng.choice(("付货款", "电费", "水费", "办公用品款", "差旅报销", "维修款", "印刷费"))
            found.append((when, text, base.company(rng), base.money(rng, 80, 40_000), False))
    return sorted(found, key=lambda row: row[0])


def statement(rng: Random) -> Paper:
    """A statement of the account of one side, one line gone over with a marker or ringed by pen; a scan."""
    gift = rng.random() < 0.3
    payee = base.charity(rng) if gift else base.office(rng)
    payer = base.company(rng) if rng.random() < 0.75 else base.private(rng)
    phrase, items, other = base.purpose(rng, gift)
    total = base.fitting(rng, phrase)
    pays = not gift and rng.random() < 0.35
    holder, opposite = (payer, payee) if pays else (payee, payer)
    start = base.day(rng).replace(day=1)
    rows = _entries(rng, start, rng.choice((14, 17, 21)), gift)
    mark = rng.randrange(2, len(rows) - 2)
    when = rows[mark][0]
    rows[mark] = (when, phrase, opposite, total, not pays)
    bank = holder.bank[: holder.bank.index("银行") + 2]
    pdf, place, balances = _statement_page(rng, holder, rows, mark, start)
    page = tools.pictures(pdf, 200)[0]
    if rng.random() < 0.55:
        colour = rng.choice(((255, 240, 90), (170, 255, 140), (255, 190, 220)))
        page = draw.marker(page, (0.045, place - 0.012, 0.96, place + 0.008), colour)
    else:
        page = draw.ring(
            rng, page, (0.005, place - 0.026, 0.985, place + 0.018), rng.choice(("#1b3fae", "#c22", "#222"))
        )
    seal = draw.bank_seal(holder.bank, ("对账专用章", "(03)"), colour=rng.choice((draw.RED, (45, 60, 150))))
    page = draw.press(page, seal, (rng.uniform(0.68, 0.85), 0.88), 0.2, rng.uniform(-12, 12))
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        signed_on=when,
        accounts=(holder.account, opposite.account),
        purpose=phrase,
        also_names=(bank, holder.bank, *(row[2].name for row in rows if row[2].name)),
        also_amounts=(*(row[3] for row in rows), *balances),
        also_numbers=tuple(row[2].account for row in rows if row[2].account),
        also_purposes=tuple(row[1] for row in rows),
    )
    sums = [row[3] for k, row in enumerate(rows) if k != mark and row[3] > 900 and row[3] != total]
    case = base.Case(payer.name, payee.name, total, when, items, payee.account, other)
    slips = [(balances[mark], "the balance of its row")]
    if sums:
        slips.append((rng.choice(sums), "the sum of another row"))
    case = replace(case, other_amounts=tuple(slips))
    facts = ("payer", "payee", "amount", "amount", "date", "account", "usage", "purpose")
    return Paper(
        family="statement of account",
        tool="reportlab, scanned",
        data=draw.finish(rng, [page], 200),
        truth=truth,
        bills=base.bills(rng, case, facts),
        form="scan",
    )


def _statement_page(
    rng: Random, holder: base.Party, rows: list[_Row], mark: int, start: date
) -> tuple[bytes, float, list[Decimal]]:
    from reportlab.lib.units import mm
    from reportlab.pdfbase.pdfmetrics import stringWidth

    face = rng.choice(("zenhei", "sans"))
    width, high = 297 * mm, 210 * mm
    page, out = _canvas(face, (width, high))
    page.setFont(face, 16)
    page.drawCentredString(
        width / 2, high - 17 * mm, rng.choice(("单位账户对账单", "账户交易明细清单", "存款账户明细对账单"))
    )
    page.setFont(face, 8.5)
    page.drawString(14 * mm, high - 25 * mm, f"户名：{holder.name}")
    page.drawString(118 * mm, high - 25 * mm, f"账号：{holder.account}")
    page.drawString(205 * mm, high - 25 * mm, f"币种：人民币　期间：{start:%Y%m%d}-{rows[-1][0]:%Y%m%d}")
    page.drawString(14 * mm, high - 30 * mm, f"开户机构：{holder.bank}")
    page.drawString(205 * mm, high - 30 * mm, "第 1 页　共 1 页　单位：元")
    at = [14, 36, 66, 94, 122, 152, 232, 283]
    heads = ("交易日期", "摘要", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号")
    y = high - 38 * mm
    step = 5.9 * mm
    ruled = rng.random() < 0.5
    spots = [x * mm for x in at]
    page.line(spots[0], y + 4.4 * mm, spots[-1], y + 4.4 * mm)
    for k, head in enumerate(heads):
        page.drawString(spots[k] + mm, y, head)
    page.line(spots[0], y - 1.5 * mm, spots[-1], y - 1.5 * mm)
    balance, balances, place = base.money(rng, 900_000, 6_000_000), [], 0.5
    for k, (when, text, side, value, incoming) in enumerate(rows):
        y -= step
        balance += value if incoming else -value
        balances.append(balance)
        cells = (
            f"{when:%Y-%m-%d}", text, "" if incoming else base.comma(value), base.comma(value) if incoming else "",
            base.comma(balance), side.name, side.account,
        )  # fmt: skip
        for n, cell in enumerate(cells):
            size, room = 8.0, spots[n + 1] - spots[n] - 2 * mm
            while stringWidth(cell, face, size) > room:
                size -= 0.2
            page.setFont(face, size)
            if n in (2, 3, 4):
                page.drawRightString(spots[n + 1] - mm, y, cell)
            else:
                page.drawString(spots[n] + mm, y, cell)
        if ruled:
            page.setLineWidth(0.3)
            page.line(spots[0], y - 1.6 * mm, spots[-1], y - 1.6 * mm)
        if k == mark:
            place = 1 - y / high
    if ruled:
        for spot in spots:
            page.line(spot, y - 1.6 * mm, spot, high - 33.6 * mm)
    page.setFont(face, 8)
    y -= 8 * mm
    outgoing = sum((row[3] for row in rows if not row[4]), Decimal(0))
    incoming_sum = sum((row[3] for row in rows if row[4]), Decimal(0))
    page.drawString(
        14 * mm,
        y,
        f"借方合计：{base.comma(outgoing)}　　贷方合计：{base.comma(incoming_sum)}　　期末余额：{base.comma(balance)}",
    )
    page.drawString(
        14 * mm, 12 * mm, "本对账单仅供核对账务使用，如有不符请于收到之日起 15 日内向开户行提出。"
    )
    page.save()
    return out.getvalue(), place, [*balances, outgoing, incoming_sum]


def columns(rng: Random) -> Paper:
    """A line printer's voucher on blank paper: no labels, only 借 and 贷 over two columns, all as one spool."""
    payer, payee = base.company(rng), base.office(rng)
    phrase, items, other = base.purpose(rng)
    total, when = base.fitting(rng, phrase), base.day(rng)
    number = f"{base.serial(rng, 4)}{when:%m%d}{base.serial(rng, 7)}"
    teller, branch = base.serial(rng, 6), base.serial(rng, 5)
    stamp_time = (
        f"{when:%Y%m%d} {base.clock(rng).replace(':', '')}"
        if rng.random() < 0.5
        else f"{when:%Y-%m-%d} {base.clock(rng)}"
    )
    left, right = rng.choice((("借", "贷"), ("借方", "贷方"), ("付", "收")))
    from reportlab.lib.units import mm

    face = rng.choice(("uming", "zenhei", "ukai"))
    page, out = _canvas(face, (241 * mm, 140 * mm))
    write: Callable[[float, float, str, float], None] = _writer(page, face)
    write(18, 18, payee.bank[: payee.bank.index("银行") + 2] if rng.random() < 0.3 else payer.bank, 11)
    write(120, 18, stamp_time, 11)
    write(180, 18, number, 10)
    write(58, 30, left, 11)
    write(160, 30, right, 11)
    order = rng.random() < 0.5
    for k, party in enumerate((payer, payee)):
        x = 18 + 105 * k
        first, second = (party.name, party.account) if order else (party.account, party.name)
        write(x, 40, first, 11)
        write(x, 48, second, 11)
        write(x, 56, party.bank, 10)
    write(18, 70, f"人民币{base.words(total)}", 11)
    write(
        160,
        70,
        f"CNY{'*' * rng.randrange(2, 6)}{base.comma(total)}" if rng.random() < 0.5 else f"RMB {total:.2f}",
        12,
    )
    write(18, 82, phrase, 11)
    write(95, 82, rng.choice(("转账", "网银互联", "小额普通贷记")), 11)
    write(
        18,
        96,
        f"{branch}   {teller}   {base.serial(rng, 6)}   {rng.choice(('HVPS', 'BEPS', 'IBPS'))}   {rng.choice(('记', 'AUTO', '补打'))}",
        10,
    )
    write(18, 104, "-" * 96, 9)
    page.save()
    truth = Truth(
        kind="transfer",
        payers=(payer.name,),
        payees=(payee.name,),
        total=total,
        words=total,
        signed_on=when,
        numbers=(number,),
        accounts=(payer.account, payee.account),
        purpose=phrase,
        also_names=(payer.bank, payee.bank, payee.bank[: payee.bank.index("银行") + 2]),
        also_purposes=("转账",),
    )
    case = base.Case(payer.name, payee.name, total, when, items, payee.account, other)
    return Paper(
        family="printout in columns",
        tool="reportlab",
        data=out.getvalue(),
        truth=truth,
        bills=base.bills(rng, case),
    )


def _writer(page: Any, face: str) -> Callable[[float, float, str, float], None]:
    from reportlab.lib.units import mm

    def write(x: float, y: float, text: str, size: float) -> None:
        page.setFont(face, size)
        page.drawString(x * mm, (140 - y) * mm, text)

    return write


def donors(rng: Random) -> Paper:
    """A donation platform's list for a project: donors in rows, some nameless or masked, one or two pages."""
    payee = base.fund(rng)
    count = rng.choice((18, 26, 44))
    until = base.day(rng)
    first = until - timedelta(days=rng.choice((20, 35, 60)))
    rows: list[tuple[date, str, Decimal, str]] = []
    names: set[str] = set()
    for _ in range(count):
        name = base.firm(rng) if rng.random() < 0.3 else base.person(rng)
        if name in names:
            continue
        names.add(name)
        shown = name
        if rng.random() < 0.15:
            shown = rng.choice(("爱心人士", "匿名", name[0] + "**", "爱心网友"))
        value = (
            Decimal(rng.choice((10, 20, 37.5, 50, 66, 100, 200, 500, 1000)))
            if len(name) < 6
            else base.money(rng, 500, 90_000)
        )
        when = first + timedelta(days=rng.randrange(0, (until - first).days))
        rows.append(
            (
                when,
                shown,
                value.quantize(Decimal("0.01")),
                rng.choice(("微信", "支付宝", "银行转账", "云闪付")),
            )
        )
    rows.sort(key=lambda row: row[0])
    whole = sum((row[2] for row in rows), Decimal(0))
    known = [row for row in rows if row[1] in names]
    pick = (
        rng.choice([row for row in known if len(row[1]) > 5] or known)
        if rng.random() < 0.7
        else rng.choice(known)
    )
    project = rng.choice(
        ("春蕾助学", "乡村儿童大病救助", "洪灾紧急救援", "银龄关爱食堂", "高原图书角", "孤独症儿童康复")
    )
    made_on = until + timedelta(days=1)
    number = f"JZ{made_on:%Y%m%d}{base.serial(rng, 4)}"
    wishes = ("", "", "愿孩子们健康成长", "加油！", "一点心意", "祝好")
    lines = "".join(
        f"<tr><td>{k + 1}</td><td>{row[1]}</td><td class=r>{row[2]:,.2f}</td><td>{row[0]:%Y-%m-%d}</td><td>{row[3]}</td>"
        f"<td>{rng.choice(wishes)}</td></tr>"
        for k, row in enumerate(rows)
    )
    style = rng.choice(("border: .5pt solid #888", "border-bottom: .4pt solid #ccc"))
    html = f"""
<style>@page {{ size: A4; margin: 18mm 20mm; @bottom-right {{ content: counter(page) " / " counter(pages); font: 8pt 'sans' }} }}
body {{ font: 9.5pt '{rng.choice(("sans", "wenkai", "serif"))}' }}
h1 {{ font: 15pt 'sans-bold'; text-align: center; margin-bottom: 2mm }}
table {{ width: 100%; border-collapse: collapse }} th {{ background: #fbe5d6; padding: 1.4mm; {style} }}
td {{ padding: 1.2mm 2mm; {style} }}
thead {{ display: table-header-group }} .r {{ text-align: right }}
.e {{ text-align: right; margin-top: 10mm; line-height: 1.8 }}</style>
<h1>“{project}”项目捐赠明细表</h1>
<p>受赠单位：{payee}　　统计期间：{base.chinese(first)}至{base.chinese(until)}</p><p>编号：{number}</p>
<table><thead><tr><th>序号</th><th>捐赠人</th><th>金额（元）</th><th>捐赠日期</th><th>渠道</th><th>留言</th></tr></thead>
{lines}<tr><td></td><td><b>合计</b></td><td class=r><b>{whole:,.2f}</b></td><td></td><td></td><td></td></tr></table>
<p>共 {len(rows)} 笔，合计人民币{base.words(whole)}。昵称、匿名捐赠以平台登记信息为准。</p>
<div class=e>数据来源：互联网募捐信息平台<br>制表：{base.short_person(rng)}<br>制表日期：{base.chinese(made_on)}</div>"""
    truth = Truth(
        kind="donation",
        payers=tuple(dict.fromkeys(row[1] for row in known)),
        payees=(payee,),
        total=whole,
        instalments=tuple(dict.fromkeys(row[2] for row in rows)),
        words=whole,
        signed_on=made_on,
        starts_on=first,
        ends_on=until,
        numbers=(number,),
        purpose=f"“{project}”项目捐赠",
        also_names=tuple(row[1] for row in rows if row[1] not in names),
        also_amounts=tuple(row[2] for row in rows),
        also_purposes=(project, "捐赠"),
    )
    case = base.Case(pick[1], payee, pick[2], made_on, ("捐赠收入",), "", "房屋租金")
    others = [row[2] for row in rows if row[2] > pick[2]]
    slips = ((rng.choice(others), "the sum of another donor"),) if others else ()
    case = replace(case, other_amounts=((whole, "the sum of all donors"), *slips))
    outsider = base.firm(rng)
    made = [base.honest(rng, case), base.wrong(rng, case, rng.choice(("payee", "amount", "purpose")))]
    if rng.random() < 0.5:
        made.append(
            base.noted(base.paid_by(base.wrong(rng, case, "payer"), outsider), "not among the donors")
        )
    return Paper(
        family="donation platform list",
        tool="weasyprint",
        data=tools.weasy(html),
        truth=truth,
        bills=tuple(made),
    )
