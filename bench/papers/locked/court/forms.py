"""Scans of forms: a notice to pay non-tax revenue, a bank's certificate, a bank's slip with boxes for digits."""

import io
from decimal import Decimal
from random import Random
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen import canvas

from bench.papers import tools
from bench.papers.locked.court import base, draw
from bench.papers.values import Bill, Paper, Truth

_ITEMS = (
    ("103044609", "不动产登记费", "件", (80, 550)),
    ("103042750", "耕地开垦费", "平方米", (18, 26, 32)),
    ("103044611", "土地复垦费", "平方米", (9, 12)),
    ("103014806", "土地闲置费", "平方米", (21, 35)),
    ("103071404", "矿业权占用费", "平方公里", (1000, 2000)),
)


def non_tax(rng: Random) -> Paper:
    """A scanned form with codes, parties, items by number and rate; on some the words are not the digits."""
    place = rng.choice(base.PLACES)
    office, when = place.bureau(), base.day(rng, 2023, 2026)
    private = rng.random() < 0.25
    who = (
        base.person(rng, 0.3)
        if private
        else base.company(rng, place, rng.choice(("mine", "estate", "trade")))
    )
    chosen = list(_ITEMS[:1]) if private else rng.sample(_ITEMS, rng.choice((1, 2, 2)))
    lines = []
    for code, name, measure, rates in chosen:
        rate = rng.choice(rates)
        count = rng.randrange(1, 9) if measure != "平方米" else rng.randrange(120, 9_000)
        lines.append((code, name, measure, count, rate, base.yuan(rate * count)))
    total = sum((line[5] for line in lines), Decimal(0))
    torn = rng.random() < 0.3
    words = base.slipped(rng, total) if torn else total
    number, code = base.digits(rng, 10), base.digits(rng, 20)
    account, own, bank = base.account(rng), base.account(rng), base.bank(rng, place)
    own, own_bank = ("", "") if private else (own, base.bank(rng, place))
    table = "".join(
        f"<tr><td>{a}</td><td colspan=2>{b}</td><td>{c}</td><td>{d}</td><td>{e:.2f}</td><td class=r>{base.comma(f)}</td></tr>"
        for a, b, c, d, e, f in lines
    )
    table += "<tr><td>&nbsp;</td><td colspan=2></td><td></td><td></td><td></td><td></td></tr>" * (
        3 - len(lines)
    )
    copy = rng.choice(("第一联　缴款人作缴款凭证", "第二联　收款银行作收入凭证", "第四联　执收单位留存"))
    clerk, head = base.people(rng, 2, 0)
    remark = rng.choice(
        ("逾期缴款按规定加收滞纳金", "缴款期限：自填制之日起10日内", "凭本通知到代理银行缴款")
    )
    body = f"""<div class=w>{draw.seal(rng, office, "right:24mm;bottom:-6mm", "收费专用章", "38mm")}
    <div class=sup>（{place.province}财政厅监制）</div><h1>{rng.choice(("非税收入一般缴款通知书", "政府非税收入缴款通知书"))}</h1>
    <div class=top><span>执收单位编码：{base.digits(rng, 9)}</span><span>填制日期：{base.written(when, rng.choice((0, 2)))}</span>
    <span class=red>No. {number}</span></div>
    <div class=top><span>执收单位名称：{office}</span><span>缴款码：{base.spaced(code)}</span></div>
    <table><colgroup><col style="width:14%"><col style="width:10%"><col style="width:27%"><col style="width:9%"><col style="width:11%">
    <col style="width:12%"><col style="width:17%"></colgroup>
    <tr><td rowspan=3 class=k>缴款人</td><td>全称</td><td class=l>{who}</td><td rowspan=3 class=k>收款人</td><td>全称</td>
    <td colspan=2 class=l>{office}</td></tr><tr><td>账号</td><td class=l>{own}</td><td>账号</td><td colspan=2 class=l>{account}</td></tr>
    <tr><td>开户银行</td><td class=l>{own_bank}</td><td>开户银行</td><td colspan=2 class=l>{bank}</td></tr>
    <tr><td>币种</td><td colspan=4 class=l>人民币　金额（大写）<b>{base.capital(words)}</b></td><td>（小写）</td>
    <td class=r><b>￥{base.comma(total)}</b></td></tr>
    <tr><td>项目编码</td><td colspan=2>收入项目名称</td><td>单位</td><td>数量</td><td>收缴标准</td><td>金额（元）</td></tr>{table}
    <tr><td colspan=4 class=sig>执收单位（盖章）<br>经办人：<i>{clerk}</i>　　复核：<i>{head}</i></td>
    <td colspan=3 class=sig>备注：{remark}</td></tr></table>
    <div class=side>{copy}</div></div>"""
    ink = rng.choice(("#1a1a1a", "#20306a", "#5a2a1a"))
    face = rng.choice(("uming", "zenhei", "serif"))
    style = f"""body{{font:10.5pt/1.5 '{face}';color:{ink}}} .w{{position:relative;padding:4mm 9mm 4mm 2mm}}
    h1{{font:bold 18pt 'serif-bold';text-align:center;margin:0 0 2mm;letter-spacing:2pt}} .top{{display:flex;
    justify-content:space-between;margin:1mm 0}} .red{{color:#c22}} .sup{{text-align:center;font-size:8pt}}
    table{{width:100%;table-layout:fixed}}
    td{{border:.3mm solid {ink};padding:1.1mm 1mm;text-align:center;word-break:break-all}} .l{{text-align:left}} td.r{{text-align:right}}
    .sig{{height:16mm;vertical-align:top;text-align:left}} i{{font:15pt 'zhimang'}}
    .side{{position:absolute;right:1mm;top:44mm;width:4.5mm;font-size:8.5pt;line-height:1.1;text-align:center}}"""
    honest = Bill(
        payer=who,
        unit=office,
        unit_account=rng.choice(("", account)),
        total=total,
        issued_on=base.later(rng, when, 0, 10),
        items=tuple(line[1] for line in lines),
        note="all rows of the form",
    )
    unlike = rng.choice([row[1] for row in _ITEMS if row[1] not in honest.items])
    wrongs = [
        base.bad(honest, "amount", "digits changed places", total=base.slipped(rng, total)),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, who)),
        base.bad(honest, "payee", "another office", unit=place.bureau("水利局"), unit_account=""),
        base.bad(honest, "account", "the account is another", unit_account=base.account(rng)),
        base.bad(honest, "date", "before the form was filled in", issued_on=base.later(rng, when, -50, -9)),
        base.bad(honest, "purpose", "an item the form does not have", items=(unlike,)),
    ]
    if len(lines) > 1:
        wrongs[0] = base.bad(honest, "amount", "one row for both items", total=lines[0][5])
    note = "words and digits of the form differ"
    bills = base.torn(honest, words, note) if torn else base.held(rng, honest, wrongs)
    return Paper(
        family="non-tax payment notice",
        tool="weasyprint",
        data=draw.worn(rng, tools.weasy(draw.page(body, style, "210mm 150mm", "8mm 9mm")), 200, 260),
        form="scan",
        truth=Truth(
            **base.said("policy", who, office, total, when, number=number),
            words=words,
            accounts=tuple(filter(None, (own, account))),
            purpose=lines[0][1],
            also_names=(clerk, head),
            also_amounts=(*(line[5] for line in lines), *(base.yuan(line[4]) for line in lines), words),
            also_numbers=(code, *(line[0] for line in lines)),
            also_purposes=tuple(line[1] for line in lines[1:]),
        ),
        bills=bills,
    )


_CAUSES = (
    ("竞买保证金", ("竞买保证金", "保证金")),
    ("耕地占补平衡指标调剂款", ("耕地指标调剂收入", "耕地占补平衡指标调剂款")),
    ("工程质量保证金", ("质量保证金", "保证金")),
    ("破产财产处置款", ("代收代付款", "破产财产处置款")),
    ("土地复垦保证金", ("土地复垦保证金", "保证金")),
)


def bank_certificate(rng: Random) -> Paper:
    """A bank's certificate that money came to a unit's account, with the balance of the account beside it."""
    place = rng.choice(base.PLACES)
    unit = rng.choice(
        (place.bureau(), place.court, place.bureau("公共资源交易中心"), place.bureau("土地储备中心"))
    )
    purpose, items = rng.choice(_CAUSES)
    who, bank, when = (
        base.company(rng, rng.choice(base.PLACES), "build"),
        base.bank(rng, place),
        base.day(rng, 2023, 2026),
    )
    total = base.rounded(rng, 80_000, 12_000_000, 500) + rng.choice((Decimal(0), Decimal(0), Decimal("0.66")))
    balance = total + base.yuan(Decimal(rng.randrange(1_000_000, 900_000_000)) / 100)
    account, own, number = (
        base.account(rng),
        base.account(rng),
        f"{rng.choice(('ZM', 'CK', 'DZ'))}{when:%Y%m}{base.digits(rng, 5)}",
    )
    clerk, chief = base.people(rng, 2, 0)
    serial = base.digits(rng, 14)
    lead = rng.choice(
        (
            f"兹证明{who}（付款账号：{own}）于{base.written(when)}通过转账方式，向{unit}在我行开立的账户（账号：{account}）汇入人民币"
            f"{base.capital(total)}（￥{base.comma(total)}），附言注明用途为“{purpose}”，业务流水号{serial}。",
            f"根据申请，我行确认：{base.written(when)}，户名为{unit}、账号为{base.spaced(account)}的账户收到{who}（账号{own}）转入的{purpose}"
            f"人民币{base.capital(total)}，小写￥{base.comma(total)}元，流水号{serial}。",
        )
    )
    face = rng.choice(("Noto Serif SC", "AR PL UMing", "AR PL UKai", "Noto Sans SC"))
    source = f"""{draw.typ_page(face, 15, 1.3, "(x: 28mm, y: 32mm)")}
#mid(text(size: 24pt, weight: "bold", font: "Noto Serif SC")[{rng.choice(("资金到账证明", "到 账 证 明", "款项收讫证明书"))}])
#v(2mm)
#align(right)[编号：{number}]
#v(5mm)
#flat[{draw.typ(unit)}：]

{draw.typ(lead)}

截至当日营业终了，该账户余额为人民币{base.comma(balance)}元。

本证明仅用于核对款项到账情况，不作为对付款人资信及其履约能力的担保，涂改、复印无效。

特此证明。
#v(20mm)
#align(right)[{bank}　　]
#align(right)[{base.written(when, rng.choice((0, 1, 2)))}　　]
#v(16mm)
#text(size: 12pt)[经办：#text(font: "Liu Jian Mao Cao", size: 18pt)[{clerk}]
　　　　复核：#text(font: "Zhi Mang Xing", size: 17pt)[{chief}]　　　　电话：{base.telephone(rng)}]"""
    dpi = rng.randrange(160, 230, 10)
    page = tools.pictures(tools.typst(source), dpi)[0]
    colour = rng.choice(((210, 30, 30), (35, 60, 160), (200, 40, 60)))
    seal = tools.stamp(bank[:22], "业务专用章", 420, colour)
    page = tools.stamped(page, seal, (rng.uniform(0.62, 0.74), rng.uniform(0.60, 0.68)), 0.21)
    if rng.random() < 0.6:
        page = tools.stamped(
            page, tools.stamp(bank[:22], "核对章", 420, colour), (rng.uniform(0.3, 0.6), 0.37), 0.16
        )
    honest = Bill(
        payer=who,
        unit=unit,
        unit_account=rng.choice(("", account)),
        total=total,
        issued_on=base.later(rng, when, 0, 15),
        items=(rng.choice(items),),
        note="what came in, as the bank certifies",
    )
    wrongs = (
        base.bad(honest, "amount", "the balance of the account", total=balance),
        base.bad(honest, "amount", "digits changed places", total=base.slipped(rng, total)),
        base.bad(honest, "account", "the payer's account", unit_account=own),
        base.bad(honest, "account", "no account of the certificate", unit_account=base.account(rng)),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, who)),
        base.bad(
            honest, "payee", "not the unit of the account", unit=place.bureau("财政局"), unit_account=""
        ),
        base.bad(honest, "date", "before the money came", issued_on=base.later(rng, when, -45, -6)),
        base.bad(honest, "purpose", "no fee for training", items=("培训费",)),
    )
    return Paper(
        family="bank certificate",
        tool="typst",
        data=tools.scanned(rng, tools.as_pdf([page], dpi, 90), dpi),
        form="scan",
        truth=Truth(
            **base.said("transfer", who, unit, total, when, number=number, words=True),
            accounts=(own, account),
            purpose=purpose,
            also_names=(bank, clerk, chief),
            also_amounts=(balance,),
            also_numbers=(serial,),
        ),
        bills=base.held(rng, honest, wrongs),
    )


_PLACES = "亿千百十万千百十元角分"


def _pen(
    page: Any, x: float, y: float, text: str, face: str, size: float, colour: str, middle: bool = False
) -> None:
    page.setFont(face, size)
    page.setFillColor(HexColor(colour))
    (page.drawCentredString if middle else page.drawString)(x * mm, y * mm, text)


def _boxes(page: Any, at: tuple[float, float], total: Decimal, face: str, print_face: str, ink: str) -> None:
    """A row of boxes for digits under the names of their places, ￥ before the first digit."""
    x, y = at
    page.setFillColor(HexColor("#ffffff"))
    page.rect(x * mm, y * mm, len(_PLACES) * 5.2 * mm, 13 * mm, stroke=0, fill=1)
    cents = str(int(total * 100))
    shown = ("￥" + cents).rjust(len(_PLACES))
    for place, (name, digit) in enumerate(zip(_PLACES, shown, strict=True)):
        left = x + place * 5.2
        page.setStrokeColor(HexColor(ink))
        page.setLineWidth(0.9 if place in (3, 6, 9) else 0.35)
        page.line(left * mm, y * mm, left * mm, (y + 13) * mm)
        _pen(page, left + 2.6, y + 9.3, name, print_face, 7.5, ink, True)
        if digit.strip():
            _pen(page, left + 2.6, y + 1.9, digit, face, 15, "#17245c", True)
    page.setLineWidth(0.5)
    page.rect(x * mm, y * mm, len(_PLACES) * 5.2 * mm, 13 * mm)
    page.line(x * mm, (y + 8) * mm, (x + len(_PLACES) * 5.2) * mm, (y + 8) * mm)


def _slip(
    page: Any, faces: tuple[str, str], ink: str, title: tuple[str, str, str], fields: list[tuple[str, str]]
) -> None:
    hand, print_face = faces
    bank, name, dated = title
    _pen(page, 96, 91, bank, print_face, 11, ink, True)
    _pen(page, 96, 84, name, print_face, 15, ink, True)
    _pen(page, 78, 77, dated, hand, 14, "#17245c")
    page.setStrokeColor(HexColor(ink))
    page.setLineWidth(0.6)
    page.rect(12 * mm, 24 * mm, 168 * mm, 50 * mm)
    for at, (key, value) in enumerate(fields):
        low = 66 - at * 8
        page.line(12 * mm, low * mm, (119 if at == 2 else 180) * mm, low * mm)
        _pen(page, 14, low + 2.3, key, print_face, 10, ink)
        _pen(page, 41, low + 1.9, value, hand, 15, "#17245c")
    page.line(39 * mm, 24 * mm, 39 * mm, 74 * mm)
    page.line(119 * mm, 42 * mm, 119 * mm, 58 * mm)


def boxed_slip(rng: Random) -> Paper:
    """A bank's slip for cash paid in to a unit: boxes for digits, written by hand, stamped by the teller."""
    place = rng.choice(base.PLACES)
    bank, when = base.bank(rng, place), base.day(rng, 2023, 2026)
    unit, cause, items = rng.choice(
        (
            (place.court, "诉讼费", ("诉讼费",)),
            (place.court, "执行案款", ("执行案款", "代收代付款")),
            (place.court, "罚款", ("罚没收入", "罚款")),
            (place.bureau("公共资源交易中心"), "竞买保证金", ("保证金", "竞买保证金")),
            (place.bureau("不动产登记中心"), "不动产登记费", ("不动产登记费",)),
            (place.bureau(), "土地复垦费", ("土地复垦费",)),
        )
    )
    who = base.person(rng, 0.25)
    small = cause in ("诉讼费", "不动产登记费")
    cents = rng.randrange(3_750, 900_000) if small else rng.randrange(300_000, 45_000_000)
    total = base.yuan(Decimal(cents - cents % rng.choice((1, 50, 100, 10_000))) / 100)
    account, serial = base.account(rng), base.digits(rng, 12)
    hand, ink = (
        rng.choice(("zhimang", "mashan", "wenkai")),
        rng.choice(("#1d6b3a", "#8a2d2d", "#333333", "#2b4a85")),
    )
    for name in (hand, "sans"):
        pdfmetrics.registerFont(TTFont(f"court-{name}", str(tools.font(name))))
    faces = (f"court-{hand}", "court-sans")
    page = canvas.Canvas(out := io.BytesIO(), (192 * mm, 100 * mm))
    title = rng.choice(("现金缴款单", "现金交款单（回单）"))
    fields = [
        ("收款单位", unit),
        ("账　　号", account),
        ("交 款 人", who),
        ("款项来源", cause),
        ("人民币(大写)", base.capital(total)),
    ]
    _slip(page, faces, ink, (bank, title, f"{when.year} 年 {when.month} 月 {when.day} 日"), fields)
    _boxes(page, (121, 44.5), total, *faces, ink)
    _pen(page, 14, 27.5, "备　　注", faces[1], 10, ink)
    _pen(page, 41, 27, rng.choice(("当面点清", "无", "凭通知书缴款")), faces[0], 14, "#17245c")
    _pen(page, 14, 17, f"交易流水：{serial}　　会计　　复核　　出纳　　记账", faces[1], 8.5, ink)
    page.save()
    dpi = rng.randrange(210, 290, 10)
    seal = tools.stamp(bank[:22], f"现金收讫 {when:%m.%d}", 420, rng.choice(((205, 35, 35), (40, 60, 165))))
    made = tools.stamped(
        tools.pictures(out.getvalue(), dpi)[0], seal, (rng.uniform(0.72, 0.86), rng.uniform(0.62, 0.74)), 0.16
    )
    photo = rng.random() < 0.4
    ground = rng.choice(("#75664f", "#444b52", "#a98f6c"))
    data = (
        tools.as_picture(tools.photographed(rng, made, ground), "JPEG", rng.randrange(74, 90))
        if photo
        else tools.scanned(rng, tools.as_pdf([made], dpi, 90), dpi)
    )
    honest = Bill(
        payer=who,
        unit=unit,
        unit_account=rng.choice(("", account)),
        total=total,
        issued_on=base.later(rng, when, 0, 6),
        items=(rng.choice(items),),
        note="what was paid in at the counter",
    )
    wrongs = (
        base.bad(honest, "amount", "a box too far to the left", total=total * 10),
        base.bad(honest, "amount", "digits changed places", total=base.slipped(rng, total)),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, who)),
        base.bad(honest, "payee", "another unit", unit=place.bureau("红十字会"), unit_account=""),
        base.bad(honest, "account", "the account is another", unit_account=base.account(rng)),
        base.bad(honest, "date", "before it was paid", issued_on=base.later(rng, when, -40, -5)),
        base.bad(honest, "purpose", "no gift", items=("捐赠收入",)),
    )
    return Paper(
        family="slip with boxes",
        tool="reportlab",
        data=data,
        media_type="image/jpeg" if photo else "application/pdf",
        form="scan",
        truth=Truth(
            **base.said("transfer", who, unit, total, when, account=account, words=True),
            numbers=(),
            purpose=cause,
            also_names=(bank,),
            also_numbers=(serial,),
        ),
        bills=base.held(rng, honest, wrongs),
    )


LAYOUTS = {"non_tax": non_tax, "bank_certificate": bank_certificate, "boxed_slip": boxed_slip}
