"""Receipts of a rural credit union's counter, and slips of the post office with a box for each digit."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.township import draw
from bench.papers.open.township.base import (
    PLACES,
    account,
    bill,
    dashed,
    day,
    firm,
    later,
    money,
    near,
    other,
    person,
    plain,
    slipped,
    upper,
    yuan,
)
from bench.papers.values import Paper, Truth  # fmt: skip

#: Who is paid, what the note on the transfer says, the item of the bill, low and high sums.
_FOR = (
    ("水务局", "缴纳水资源费", "水资源费", 900, 160000),
    ("体育中心", "游泳馆场地租金", "场地租金", 3000, 240000),
    ("中等职业技术学校", "委托培训费", "培训费", 4000, 380000),
    ("社会福利中心", "老人托养费", "托养服务费", 1800, 30000),
    ("国有林场", "林下种植承包费", "土地承包费", 5000, 400000),
    ("文化馆", "剧场使用费", "场地租金", 800, 36000),
    ("民政局", "救灾捐款", "捐赠收入", 500, 900000),
    ("自然资源局", "不动产登记费", "不动产登记费", 80, 5500),
    ("公路养护中心", "路产损失赔偿", "路产损坏赔偿费", 600, 90000),
)


def credit_union(rng: Random) -> Paper:
    """A customer's copy from the counter of a rural credit union, printed by a needle printer and scanned."""
    place = rng.choice(PLACES)
    tail, note, item, low, high = rng.choice(_FOR)
    unit = place.county + tail
    name = firm(rng, place) if rng.random() < 0.6 else person(rng, place.people)
    total = yuan(rng, low, high) + rng.choice((Decimal(0), Decimal("0.5"), Decimal("0.26")))
    when = day(rng)
    mine, theirs = account(rng, 19), account(rng, 22)
    house = f"{place.province.removesuffix('省').removesuffix('壮族自治区').removesuffix('自治区').removesuffix('维吾尔')}农村信用社"
    branch = f"{place.county}农村信用合作联社{rng.choice(place.towns)}信用社"
    serial = f"{when:%Y%m%d}{rng.randrange(10**8):08d}"
    fee = rng.choice((Decimal("0.50"), Decimal(1), Decimal("5.50")))
    dots = f"font-family:{rng.choice(('zenhei', 'wenkai'))};color:#222;letter-spacing:0.4pt"

    def typed(text: str) -> str:
        return f"<span style='{dots}'>{text}</span>"

    if rng.random() < 0.5:
        rows = (
            f"<tr><td rowspan='3' class='s'>付款人</td><td>全称</td><td>{typed(name)}</td>"
            f"<td rowspan='3' class='s'>收款人</td><td>全称</td><td>{typed(unit)}</td></tr>"
            f"<tr><td>账号</td><td>{typed(mine)}</td><td>账号</td><td>{typed(theirs)}</td></tr>"
            f"<tr><td>开户行</td><td>{typed(branch)}</td><td>开户行</td><td>{typed(house + place.county + '联社营业部')}</td></tr>"
            f"<tr><td colspan='2'>金额（大写）</td><td colspan='2'>{typed('人民币' + upper(total))}"
            f"</td><td>小写</td><td>{typed('￥' + money(total))}</td></tr>"
            f"<tr><td colspan='2'>用途</td><td>{typed(note)}</td><td colspan='2'>手续费</td><td>{typed(money(fee))}</td></tr>"
            f"<tr><td colspan='2'>流水号</td><td>{typed(serial)}</td><td colspan='2'>交易日期</td><td>{typed(dashed(when))}</td></tr>"
        )
        table = f"<table class='g'>{rows}</table>"
    else:
        pairs = (("交易日期", dashed(when)), ("流水号", serial), ("付款户名", name),
            ("付款账号", mine), ("付款行", branch), ("收款户名", unit),
                 ("收款账号", theirs), ("收款行", f"{house}{place.county}联社营业部"), ("币种/金额", f"人民币 {money(total)}"),
                 ("大写金额", upper(total)), ("手续费", money(fee)), ("摘要", note))  # fmt: skip
        table = "<table>" + "".join(
            f"<tr><td style='width:34mm'>{a}：</td><td>{typed(b)}</td></tr>" for a, b in pairs
        )
        table += "</table>"
    body = (
        f"<p class='n' style='font-size:15pt;color:#0a6b3d;font-family:serif-bold'>{house}　<span style='font-size:13pt;color:#111'>"
        f"{rng.choice(('转账汇款回单（客户联）', '业务凭证　客户回单', '电子汇划凭证（回单）'))}</span></p>{table}"
        f"<p class='n' style='font-size:9pt'>柜员：{rng.randint(100100, 989999)}　"
        f"复核：{rng.randint(100100, 989999)}　打印次数：1　此回单不作为收款方发货依据"
        "</p>"
    )
    css = ".s { width: 7mm; text-align: center; } body { font-size: 11pt; line-height: 1.5; } .g td { padding: 4pt; }"
    pdf = tools.weasy(draw.sheet(body, css, face="uming", size="210mm 120mm", margin="9mm 12mm"))
    seal = draw.box_seal([branch[-8:], dashed(when), "业务讫章"], rng.choice(((40, 60, 170), (200, 40, 40))))
    data = draw.copied(
        rng,
        pdf,
        [(seal, (0, rng.uniform(0.74, 0.82), 0.72, 0.2))],
        rng.choice((200, 240)),
        rng.choice(("clean", "dust")),
    )
    paid = later(rng, when, 0, 15)
    wrong = near(rng, name) if len(name) < 5 else firm(rng, place)
    return Paper(
        family="bank receipt",
        tool="weasyprint",
        form="scan",
        data=data,
        truth=Truth(
            kind="transfer", payers=(name,), payees=(unit,), total=total, words=total, signed_on=when, numbers=(serial,),
            accounts=(mine, theirs), purpose=note, also_amounts=(fee,),
        ),
        bills=(
            bill(name, unit, total, paid, item, unit_account=theirs),
            bill(wrong, unit, total, paid, item, "payer", "somebody else paid", unit_account=theirs),
            bill(name, unit, total, later(rng, when, -90, -30), item, "date", "issued long before the transfer", unit_account=theirs),
        ),
    )  # fmt: skip


def post_slip(rng: Random) -> Paper:
    """A post office's remittance slip filled in by hand; sometimes its words say another sum than its boxes."""
    place = rng.choice(PLACES)
    tail, note, item = rng.choice(
        (
            ("红十字会", "救灾捐款", "捐赠收入"),
            ("特殊教育学校", "捐助贫困学生", "捐赠收入"),
            ("职业教育中心", "函授教材费", "教材费"),
            ("档案馆", "族谱复印费", "复制费"),
            ("社会福利中心", "父亲三季度托养费", "托养服务费"),
            ("人力资源考试中心", "考试报名费", "考试报名费"),
        )
    )
    unit = place.county + tail
    absent = place.county + other(rng, tail, ("红十字会", "特殊教育学校", "档案馆", "体育中心", "图书馆"))
    far = rng.choice([each for each in PLACES if each.county != place.county])
    name = person(rng, far.people)
    total = rng.choice(
        (
            yuan(rng, 40, 900, 5),
            yuan(rng, 1000, 9800, 10),
            yuan(rng, 35, 480) + Decimal("0.50"),
            Decimal("37.50"),
        )
    )
    false = rng.random() < 0.35
    said = slipped(total) if false else total
    when = day(rng)
    number = f"{rng.randrange(10**12, 10**13)}"
    face, colour = rng.choice(("zhimang", "mashan")), rng.choice(("#15266b", "#111"))

    def on(text: str, size: float = 17) -> str:
        return draw.ink(text, face, size, colour)

    def cells(text: str) -> str:
        return (
            "<table style='width:auto;display:inline-table'><tr>"
            + "".join("<td class='k'>{on(each, 14)}</td>" for each in text)
            + "</tr></table>"
        )

    letters = f"{rng.randrange(100000, 860000)}"
    body = (
        "<div style='display:flex;justify-content:space-between;color:#0a6b3d'>"
        f"<span style='font-size:15pt'>中国邮政　{rng.choice(('国内汇款单', '个人汇款凭单', '邮政汇兑　汇款收据'))}</span>"
        f"<span style='font-size:10pt'>汇票号码 {number}</span></div>"
        f"<table class='g green'><tr><td class='h'>收款人邮编</td><td>{cells(letters)}</td>"
        f"<td class='h'>汇款日期</td><td>{on(f'{when.year} 年 {when.month} 月 {when.day} 日', 15)}</td></tr>"
        f"<tr><td class='h'>收款人姓名（单位）</td><td colspan='3'>{on(unit)}</td></tr>"
        "<tr><td class='h'>收款人地址</td>"
        f"<td colspan='3'>{on(f'{place.province}{place.city}{place.county}{place.towns[0]}新华路{rng.randint(1, 99)}号', 14)}"
        "</td></tr></table>"
        "<table class='g green' style='margin-top:-0.6pt'><tr><td class='h' rowspan='2'>汇款金额</td>"
        f"<td rowspan='2' style='width:74mm'>人民币（大写）<br>{on(upper(said), 16)}</td>{draw.box_heads(8)}</tr>"
        f"<tr>{draw.boxes(total, 'mashan', 8, colour)}</tr></table>"
        f"<table class='g green' style='margin-top:-0.6pt'><tr><td class='h'>汇款人姓名</td><td>{on(name)}"
        f"</td><td class='h'>汇款人地址</td><td>{on(f'{far.city}{far.county}{far.towns[-1]}', 14)}</td></tr>"
        f"<tr><td class='h'>附言</td><td colspan='3'>{on(note, 18)}</td></tr></table>"
        f"<p class='n' style='font-size:8.5pt;color:#0a6b3d'>汇费："
        f"{plain(max(Decimal(2), (total / 100).quantize(Decimal('0.01'))))}元　　经办员：{on(person(rng), 14)}　　用户须知见背面"
        "</p>"
    )
    css = (
        ".green td { border-color: #0a6b3d; padding: 3pt; } .h { color: #0a6b3d;"
        " width: 26mm; font-size: 10pt; } body { font-size: 11pt; line-height: 1.4; }"
        f".k {{ width: 6mm; text-align: center; padding: 0 !important; }} {draw.BOX_CSS}"
    )
    pdf = tools.weasy(draw.sheet(body, css, face="uming", size="200mm 112mm", margin="8mm"))
    seal = draw.box_seal(["中国邮政", f"{far.county}", f"{when:%Y.%m.%d}"], (30, 30, 30))
    seals = [(seal, (0, 0.86, 0.85, 0.13))]
    photo = rng.random() < 0.6
    data = draw.snapped(rng, pdf, seals, 220) if photo else draw.copied(rng, pdf, seals, 220, "clean")
    paid, state = later(rng, when, 1, 15), "words" if false else ""
    said_so = "its words and its boxes differ" if false else ""
    bills = [
        bill(name, unit, total, paid, item, state, said_so),
        bill(
            name,
            unit if false else absent,
            said,
            paid,
            item,
            state or "payee",
            said_so or "the slip is for another unit",
        ),
        bill(
            name,
            unit,
            total,
            paid,
            rng.choice(("停车服务费", "房屋租金", "检测费")),
            "purpose",
            "not what the slip says",
        ),
    ]
    return Paper(
        family="post remittance",
        tool="weasyprint",
        form="scan",
        media_type="image/jpeg" if photo else "application/pdf",
        data=data,
        truth=Truth(
            kind="transfer", payers=(name,), payees=(unit,), total=total, words=said, signed_on=when, numbers=(number,), purpose=note,
        ),
        bills=tuple(bills[:2] if false else bills),
    )  # fmt: skip
