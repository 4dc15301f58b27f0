"""Paper slips, written by hand and photographed."""

from decimal import Decimal
from random import Random

from bench.papers.open.accountant.base import (
    account,
    bill,
    cn,
    company,
    day,
    dots,
    later,
    money,
    other_unit,
    person,
    sister,
    swapped,
    unit,
    upper,
)  # fmt: skip
from bench.papers.open.accountant.draw import faces
from bench.papers.tools import as_pdf, as_picture, photographed, pictures, stamp, stamped, weasy
from bench.papers.values import Bill, Paper, Truth


def _boxes(value: Decimal) -> list[str]:
    """亿 … 分, eleven boxes with ¥ before the first digit."""
    digits = f"{int(value * 100)}"
    return [""] * (10 - len(digits)) + ["¥"] + list(digits)


def paying_in_slip(rng: Random) -> Paper:
    """A bank's paying-in slip (进账单) filled in by hand, stamped, taken with a telephone."""
    payer = company(rng)
    kind, item, use = rng.choice((
        ("university", "培训费", "培训费"), ("institute", "检验检测费", "检测费"), ("centre", "场地租赁费", "场租"),
        ("association", "会费收入", "会费"), ("port", "港口服务费", "港口服务费"),
    ))  # fmt: skip
    payee = unit(rng, kind)
    paid = day(rng)
    total = Decimal(
        rng.choice((rng.randint(2, 90) * 100, rng.randint(2000, 380000), rng.randint(11, 60) * 1000))
    )
    total += Decimal(rng.choice(("0", "0", "0.50", "0.80")))
    differs = rng.random() < 0.18
    words = total + 2000 if differs else total
    hand = rng.choice(("mashan", "zhimang", "wenkai"))
    colour = rng.choice(("#18225c", "#111", "#1d3f9a"))
    house = payer.bank.split("银行")[0] + "银行"
    green = rng.choice(("#1f7a4d", "#2a6fb0", "#8a3b2e"))
    heads = "".join(f"<td class=b>{c}" for c in "亿千百十万千百十元角分")
    cells = "".join(f"<td class='b h'>{c}" for c in _boxes(total))
    number = f"{rng.randint(10000000, 99999999)}"
    sides = (("出票人", payer), ("收款人", payee))
    block = "".join(
        f"<td class=v rowspan=3>{label}<td class=k>{word}<td class=h>{value}"
        for label, word, value in ((sides[0][0], "全　称", payer.name), (sides[1][0], "全　称", payee.name))
    )
    html = f"""<style>{faces("uming", "serif-bold", "sans", hand)}
    @page{{size:215mm 105mm;margin:6mm 8mm}} body{{font:10pt 'uming';color:{green};margin:0}}
    h1{{font:15pt 'serif-bold';text-align:center;
    margin:0;letter-spacing:2mm}} table{{border-collapse:collapse;width:100%;margin-top:-.3mm}}
    td{{border:.5pt solid {green};padding:1.1mm 1.4mm}} .v{{width:5mm;text-align:center}}
    .k{{width:17mm}} .h{{font:13pt '{hand}';color:{colour}}} .a{{font-family:'{hand}','sans'}}
    .b{{width:5.4mm;text-align:center;padding:.7mm 0}}</style>
    <h1>{house} 进账单<span style="font-size:9pt;letter-spacing:0">（{rng.choice(("回单", "收账通知"))}） {rng.choice((1, 3))}</span></h1>
    <div style="text-align:center;margin:1mm 0 2mm">填写日期　<span class=h>{paid.year}</span> 年
    <span class=h>{paid.month}</span> 月 <span class=h>{paid.day}</span> 日
    　　　　　　No {number}</div>
    <table><tr>{block}<tr><td class=k>账　号<td class=h>{payer.account}<td class=k>账　号<td class=h>{payee.account}
    <tr><td class=k>开户银行<td class=h style="font-size:11pt">{payer.bank}<td class=k>开户银行
    <td class=h style="font-size:11pt">{payee.bank}</table>
    <table><tr><td rowspan=2 style="width:18mm">金　额<br>人民币<br>（大写）<td rowspan=2 class=h>{upper(words)}{heads}<tr>{cells}</table>
    <table><tr><td style="width:24mm">票据种类<td class=h>转账支票<td style="width:24mm">票据张数<td class=h>壹
    <td rowspan=2 style="width:68mm;height:20mm;vertical-align:bottom">
    开户银行签章<tr><td>用　　途<td class=h colspan=3>{use}</table>
    <div>　　复核　<span class=h>{person(rng)[:2]}</span>　　　　记账</div>"""
    page = pictures(weasy(html), 190)[0]
    seal = stamp(payer.bank[:14], "转讫", colour=rng.choice(((200, 40, 40), (60, 50, 150))))
    page = stamped(page, seal.rotate(rng.uniform(-15, 15)), (0.84, 0.78), 0.17)
    shot = photographed(rng, page, rng.choice(("#6d5f50", "#3f4a55", "#8d8377")))
    truth = Truth(
        kind="transfer", payers=(payer.name,), payees=(payee.name,), total=total, words=words, signed_on=paid, numbers=(number,),
        accounts=(payer.account, payee.account), purpose=use, also_names=(house,),
    )  # fmt: skip
    issued = later(paid, rng.randint(0, 11))
    bills: tuple[Bill, ...]
    if differs:
        bills = (
            bill(payer.name, payee.name, total, issued, item, wrong="words", note="words and boxes differ"),
            bill(payer.name, payee.name, words, issued, item, wrong="words"),
        )
    else:
        bills = (
            bill(payer.name, payee.name, total, issued, item, unit_account=payee.account),
            bill(payer.name, payee.name, rng.choice((total * 10, swapped(rng, total))), issued, item, wrong="amount",
                 note="a box too far, or digits transposed"),
            rng.choice((
                bill(payer.name, other_unit(rng, kind, payee.name), total, issued, item, wrong="payee"),
                bill(sister(rng, payer.name), payee.name, total, issued, item, wrong="payer"),
                bill(payer.name, payee.name, total, issued, item, unit_account=account(rng), wrong="account"),
                bill(payer.name, payee.name, total, later(paid, -14), item, wrong="date"),
            )),
        )  # fmt: skip
    return Paper(
        family="photographed slip", tool="WeasyPrint", data=as_picture(shot, "JPEG", rng.randint(70, 90)), truth=truth,
        bills=bills, media_type="image/jpeg", form="scan",
    )  # fmt: skip


FEES = (
    ("centre", "货车入场停车费", "停车费"), ("centre", "布展证件工本费", "证件工本费"), ("institute", "检测报告副本费", "资料复制费"),
    ("university", "学术报告厅使用费", "场地使用费"), ("port", "车辆过磅费", "过磅费"), ("association", "团体会员会费", "会费收入"),
)  # fmt: skip


def counter_slip(rng: Random) -> Paper:
    """A narrow slip of a counter (缴费通知单) for a small sum, stamped paid, photographed, bound as PDF."""
    payer = company(rng)
    kind, use, item = rng.choice(FEES)
    payee = unit(rng, kind)
    made = day(rng)
    price = Decimal(rng.choice(("7.50", "12.50", "15", "20", "37.50", "50", "125")))
    count = rng.choice((1, 2, 3, 5, 8, 12, 20))
    total = price * count if price * count >= Decimal("37.50") else Decimal("37.50")
    if total != price * count:
        price, count = Decimal("37.50"), 1
    void = rng.random() < 0.2
    copy = rng.random() < 0.4
    number = f"{made:%y%m%d}{rng.randint(1, 400):04d}"
    hand = rng.choice(("mashan", "zhimang"))
    thermal = rng.random() < 0.5
    who = f"<span style=\"font:15pt '{hand}'\">{payer.name}</span>" if not thermal else payer.name
    rows = (
        ("缴款单位", who), ("项　　目", use), ("单　　价", f"{price:.2f} 元"), ("数　　量", str(count)),
        ("金　　额", f"<b>￥{money(total)}</b>"),
        ("大　　写", upper(total)), ("缴款方式", rng.choice(("扫码", "对公转账", "现金"))), ("日　　期", rng.choice((cn, dots))(made)),
        ("经 办 人", person(rng)),
    )  # fmt: skip
    table = "".join(f"<tr><td class=k>{k}<td>{v}" for k, v in rows)
    rule = "" if thermal else "border:.6pt solid #444;"
    width = rng.choice((96, 110)) if thermal else 130
    html = f"""<style>{faces(hand, "zenhei", "serif", "ukai")}
    @page{{size:{width}mm {138 if thermal else 128}mm;margin:7mm}}
    body{{font:11pt/1.5 '{"zenhei" if thermal else rng.choice(("serif", "ukai"))}'}}
    table{{border-collapse:collapse;width:100%}} td{{{rule}padding:1mm 1.5mm;vertical-align:top}}
    .k{{width:21mm;white-space:nowrap}} h1{{font-size:15pt;text-align:center;margin:1mm}}</style>
    <div style="text-align:center">{payee.name}</div><h1>{rng.choice(("缴费通知单", "收款通知单", "缴费确认单"))}</h1>
    <div>单号：{number}{"　（补打）" if copy else ""}</div>
    {"<div>- - - - - - - - - - - - - - - - - - - -</div>" if thermal else ""}<table>{table}</table>
    <div style="font-size:9pt">凭本单到服务台换领财政票据，30日内有效。电话：{payee.phone}</div>"""
    page = pictures(weasy(html), 200)[0]
    page = stamped(page, stamp(payee.name, "收费专用章").rotate(rng.uniform(-15, 15)), (0.74, 0.76), 0.34)
    if void:
        from PIL import Image, ImageDraw, ImageFont

        from bench.papers.tools import font

        mark = Image.new("RGBA", (620, 250))
        pen = ImageDraw.Draw(mark)
        pen.rectangle((10, 10, 610, 240), outline=(190, 20, 30, 220), width=12)
        pen.text(
            (310, 122),
            "作　废",
            (190, 20, 30, 220),
            ImageFont.truetype(str(font("serif-bold")), 150),
            anchor="mm",
        )
        mark = mark.rotate(rng.uniform(12, 26), expand=True).resize(
            (round(page.width * 0.5), round(page.width * 0.28))
        )
        page.paste(mark, (round(page.width * 0.22), round(page.height * 0.5)), mark)
    shot = photographed(rng, page, rng.choice(("#6d5f50", "#50606d", "#a39a8c")))
    truth = Truth(
        kind="other", payers=(payer.name,), payees=(payee.name,), total=total, words=total, signed_on=made, numbers=(number,),
        purpose=use, also_amounts=(price,) if price != total else (), status="revoked" if void else "",
        also_purposes=("缴费通知单", "收款通知单", "缴费确认单"), also_names=(rows[-1][1],),
    )  # fmt: skip
    issued = later(made, rng.randint(0, 12))
    bills: tuple[Bill, ...]
    if void:
        bills = (
            bill(payer.name, payee.name, total, issued, item, wrong="status", note="stamped void"),
            bill(payer.name, payee.name, total, later(issued, 3), item, wrong="status"),
        )
    else:
        bills = (
            bill(payer.name, payee.name, total, issued, item),
            bill(payer.name, payee.name, price if price != total else swapped(rng, total), issued, item, wrong="amount"),
            rng.choice((
                bill(payer.name, other_unit(rng, kind, payee.name), total, issued, item, wrong="payee"),
                bill(company(rng).name, payee.name, total, issued, item, wrong="payer"),
                bill(payer.name, payee.name, total, later(made, -20), item, wrong="date"),
                bill(payer.name, payee.name, total, issued, "药品费", wrong="purpose"),
            )),
        )  # fmt: skip
    return Paper(
        family="photographed slip",
        tool="WeasyPrint",
        data=as_pdf([shot], 200, 82),
        truth=truth,
        bills=bills,
        form="scan",
    )
