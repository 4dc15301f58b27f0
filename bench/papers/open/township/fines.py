"""Decisions on penalties, payment orders with a box for each digit, and agreements on damage."""

from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.open.township import draw
from bench.papers.open.township.base import (
    PLACES,
    account,
    bill,
    cn,
    code,
    day,
    firm,
    han,
    identity,
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

#: Who fines: office, what was done, by which rule, low and high fine, the item of the bill, the caption's short word.
_CASES = (
    ("城市管理综合执法局", "未取得建设工程规划许可证，擅自在店铺后院搭建彩钢棚", "《中华人民共和国城乡规划法》第六十四条", 2000, 60000,
     "城市管理罚没收入", "城执罚决字"),
    ("城市管理综合执法局", "在城市道路上擅自堆放物料，且经责令拒不清理", "《城市市容和环境卫生管理条例》第三十四条", 200, 3000,
     "城市管理罚没收入", "城执罚决字"),
    ("自然资源局", "未经批准占用集体土地堆放砂石料", "《中华人民共和国土地管理法》第七十七条",
        8000, 480000, "土地管理罚没收入", "自然资罚字"),
    ("水利局", "未经批准擅自在河道管理范围内采砂", "《中华人民共和国水法》第七十二条", 10000, 300000, "水利罚没收入", "水罚决字"),
    ("农业农村局", "经营未附检疫证明的肉类产品", "《中华人民共和国动物防疫法》第一百条", 1200, 45000, "农业罚没收入", "农（动监）罚"),
    ("公安局交通警察大队", "驾驶载货汽车载物超过核定质量百分之三十以上", "《中华人民共和国道路交通安全法》第九十二条", 500, 2000,
     "交通违法罚款", "公交决字"),
)  # fmt: skip


def penalty(rng: Random) -> Paper:
    """A written decision on a penalty, with a costly hearing before it and other sums in its grounds."""
    place = rng.choice(PLACES)
    tail, deed, rule, low, high, item, short = rng.choice(_CASES)
    office = place.county + tail
    lone = "警察" in tail or rng.random() < 0.4
    name = person(rng, place.people) if lone else firm(rng, place)
    head = person(rng, place.people)
    fine = yuan(rng, low, high, 100)
    gain = yuan(rng, 300, 90000, 10)
    when = day(rng)
    number = f"{place.short[0]}{short}〔{when.year}〕第{rng.randint(3, 400)}号"
    seen = later(rng, when, -60, -20)
    to = account(rng)
    told = f"{place.short[0]}{short[:-2]}告字〔{when.year}〕第{rng.randint(3, 400)}号"
    who = (
        f"当事人：{name}，公民身份号码：{identity(rng)}"
        if lone
        else f"当事人：{name}，统一社会信用代码：{code(rng)}，法定代表人：{head}"
    )
    first = rng.choice(("2000元", "500元", "5000元"))
    source = f"""
#set page(paper: "a4", margin: (x: 28mm, y: 30mm))
#set text(font: ("{rng.choice(("AR PL UKai CN", "LXGW WenKai", "Noto Serif SC"))}", "Noto Serif SC"), size: 13.5pt, lang: "zh")
#set par(leading: 1em, justify: true, first-line-indent: (amount: 2em, all: true), spacing: 1em)
#align(center)[#text(size: 18pt, font: "Noto Serif SC", weight: "bold")[{office}]

#text(size: 23pt, font: "Noto Serif SC", weight: "bold")[{rng.choice(("行政处罚决定书", "行 政 处 罚 决 定 书"))}]]
#align(right)[{number}]

{who}。

{cn(seen)}，本机关执法人员检查时发现当事人{deed}，涉及货值约{plain(gain)}元。以上事实有现场检查笔录、照片、询问笔录等证据证实。

{cn(later(rng, seen, 5, 15))}，本机关向当事人送达了《行政处罚事先告知书》（{told}），\
当事人{rng.choice(("在法定期限内未提出陈述、申辩", "提出减轻处罚的陈述意见，本机关经复核部分采纳"))}。

本机关认为，当事人的行为违反了有关规定，依据{rule}之规定，参照裁量基准（一般情形可处{first}以上罚款），决定处罚如下：

#strong[处罚款人民币{upper(fine)}（￥{money(fine)}）。]

当事人应自收到本决定书之日起十五日内将罚款缴至{place.county}{place.bank}营业部（户名：{place.county}财政局非税收入专户，\
账号：{to}）。逾期不缴的，每日按罚款数额的百分之三加处罚款。

如不服本决定，可以自收到之日起六十日内向{place.county}人民政府申请行政复议，或者六个月内向人民法院提起行政诉讼。
#v(12mm)
#align(right)[{office}（印章）#h(1em)]
#align(right)[{rng.choice((cn, han))(when)}#h(1em)]
"""
    pdf = tools.typst(source)
    pages = len(tools.pictures(pdf, 20))
    data = draw.seal_pdf(pdf, [(draw.ring(office), (pages - 1, 0.72, 0.14 if pages > 1 else 0.86, 0.19))])
    paid = later(rng, when, 1, 15)
    wrong = near(rng, name) if lone else head
    return Paper(
        family="penalty decision",
        tool="typst",
        data=data,
        truth=Truth(
            kind="policy", payers=(name,), payees=(office,), total=fine, words=fine, signed_on=when, numbers=(number,), accounts=(to,),
            purpose="罚款", also_amounts=(gain, Decimal(first[:-1])), also_numbers=(told,),
            also_names=(head, f"{place.county}财政局", f"{place.county}财政局非税收入专户", f"{place.county}人民政府"),
            also_purposes=(deed, "处罚款"),
        ),
        bills=(
            bill(name, office, fine, paid, item),
            bill(wrong, office, fine, paid, item, "payer", "a name like it, or the head instead of the company"),
            bill(name, office, fine, paid, other(rng, "", ("停车服务费", "考试报名费", "房屋租金", "技术服务费")), "purpose", "no penalty"),
        ),
    )  # fmt: skip


_FEES = (
    ("自然资源局", "不动产登记费"), ("水利局", "水土保持补偿费"), ("农业农村局", "渔业资源增殖保护费"), ("自然资源局", "土地闲置费"),
    ("城市管理局", "城市道路占用挖掘修复费"), ("住房和城乡建设局", "防空地下室易地建设费"), ("自然资源局", "耕地开垦费"),
)  # fmt: skip


def payment_order(rng: Random) -> Paper:
    """A printed order to pay, filled in by hand, each digit in a box of its own."""
    place = rng.choice(PLACES)
    tail, what = rng.choice(_FEES)
    office = place.county + tail
    name = firm(rng, place)
    total = yuan(rng, 600, 1900000, 10) + rng.choice((Decimal(0), Decimal("0.50"), Decimal("0.08")))
    when = day(rng)
    number = f"{rng.randrange(10**9):010d}"
    to, from_account = account(rng, 19), account(rng, 17)
    face = rng.choice(("zhimang", "mashan"))
    colour = rng.choice(("#1b2a6b", "#111"))

    def on(text: str, size: float = 15) -> str:
        return draw.ink(text, face, size, colour)

    cells = "".join(
        f"<td class='box' style='width:5mm;min-width:4.6mm'>{draw.ink(each, 'mashan', 13, colour)}</td>"
        for each in to
    )
    unit_price = rng.choice(("80元/m²", "1.2元/m²", "13万元/亩", "按核定数"))
    body = (
        f"<h1 style='font-size:19pt;margin:2mm'>{place.province}非税收入缴款通知书</h1>"
        f"<p class='n' style='display:flex;justify-content:space-between;font-size:11pt'><span>填制日期："
        f"{on(str(when.year))} 年 {on(str(when.month))} 月 {on(str(when.day))} 日</span><span>№ {number}</span></p>"
        f"<table class='g'><tr><td>执收单位</td><td>{office}</td><td>缴款人</td><td>{on(name)}</td></tr>"
        f"<tr><td>收款人户名</td><td>{office}</td><td>缴款人账号</td><td>{on(from_account, 12)}</td></tr>"
        f"<tr><td>开户银行</td><td>{on(place.county + '农商行' + rng.choice(('营业部', '城关支行', '新区支行')), 13)}"
        "</td><td>联系电话</td><td></td></tr></table>"
        f"<table class='g' style='margin-top:-0.6pt'><tr><td style='width:22mm'>收款人账号</td>{cells}</tr></table>"
        f"<table class='g' style='margin-top:-0.6pt'><tr><td rowspan='2'>收入项目名称</td><td rowspan='2'>收费标准</td>"
        f"<td colspan='9' class='c'>金　　额</td></tr><tr>{draw.box_heads()}</tr>"
        f"<tr><td>{on(what)}</td><td>{unit_price}</td>{draw.boxes(total, 'mashan', 9, colour)}</tr>"
        f"<tr><td>&nbsp;</td><td></td>{'<td></td>' * 9}</tr>"
        f"<tr><td colspan='11'>金额合计（大写）：{on(upper(total), 16)}</td></tr></table>"
        f"<p class='n' style='font-size:10.5pt;display:flex;justify-content:space-between'><span>执收单位（盖章）</span>"
        f"<span>经办人：{on(person(rng))}</span><span>复核：{on(person(rng))}</span></p>"
        "<p class='n' style='font-size:9pt'>说明：1.请于15日内持本通知书到代收银行缴款。"
        "2.本通知书不作缴款凭证，缴款后凭回单换取财政票据。</p>"
    )
    pdf = tools.weasy(
        draw.sheet(
            body, draw.BOX_CSS, face=rng.choice(("uming", "serif")), size="210mm 148mm", margin="9mm 12mm"
        )
    )
    data = draw.copied(rng, pdf, [(draw.ring(office), (0, 0.22, 0.8, 0.18))], rng.choice((200, 250)), "clean")
    paid = later(rng, when, 0, 14)
    return Paper(
        family="payment order",
        tool="weasyprint",
        form="scan",
        data=data,
        truth=Truth(
            kind="policy", payers=(name,), payees=(office,), total=total, words=total, signed_on=when, numbers=(number,),
            accounts=(from_account, to), purpose=what,
        ),
        bills=(
            bill(name, office, total, paid, what, unit_account=to),
            bill(name, office, total * 10 if total < 800000 else slipped(total), paid, what, "amount", "read one box too far",
                 unit_account=to),
            bill(name, office, total, paid, what, "account", "the order names another account", unit_account=account(rng, 19)),
        ),
    )  # fmt: skip


_DAMAGE = (
    ("公路事业发展中心", "公路路产损坏赔偿", "路产损坏赔偿费", (("波形护栏板", "块", 480), ("护栏立柱",
        "根", 260), ("标志牌", "块", 1350), ("沥青路面", "㎡", 185))),
    ("园林绿化管理所", "城市绿化补偿", "绿化补偿费", (("香樟（胸径15cm）", "株", 1650), ("红叶石楠球",
        "株", 210), ("草坪", "㎡", 35), ("桂花", "株", 980))),
    ("体育中心", "体育设施损坏赔偿", "设施损坏赔偿费", (("塑胶跑道面层", "㎡", 165), ("围网",
        "米", 120), ("灯杆", "根", 3200), ("座椅", "张", 145))),
    ("水库管理所", "水利设施损坏补偿", "水利设施补偿费", (("干砌石护坡", "m³", 310), ("闸门启闭机",
        "台", 8600), ("防汛道路", "㎡", 96), ("量水标尺", "根", 150))),
)  # fmt: skip


def damage_agreement(rng: Random) -> Paper:
    """An agreement on damage with a table of pieces; now and then nobody has signed or sealed it."""
    place = rng.choice(PLACES)
    tail, what, item, pieces = rng.choice(_DAMAGE)
    office = place.county + (rng.choice(_VILLAGES) if "水库" in tail else "") + tail
    absent = place.county + rng.choice(("交通运输局", "住房和城乡建设局", "财政局", "教育局"))
    name = firm(rng, place) if rng.random() < 0.6 else person(rng, place.people)
    when, unsigned = day(rng), rng.random() < 0.25
    lines, total = "", Decimal(0)
    prices = []
    for title, unit, price in rng.sample(pieces, rng.randint(2, 4)):
        count = rng.randint(1, 2) if price > 3000 else rng.randint(2, 60)
        total += count * price
        prices += [Decimal(price), Decimal(count * price)]
        lines += (
            f"<tr><td>{title}</td><td class='c'>{unit}</td><td class='num'>{count}</td><td class='num'>{price}.00</td>"
            f"<td class='num'>{money(Decimal(count * price))}</td></tr>"
        )
    number = f"{place.short[0]}赔〔{when.year}〕{rng.randint(2, 90):03d}"
    cause = rng.choice(("驾驶车辆碰撞", "施工机械碾压", "埋设管线开挖"))
    face = rng.choice(("zhimang", "mashan"))
    blank = "<span style='display:inline-block;width:34mm;border-bottom:0.6pt solid'>&nbsp;</span>"
    sign = blank if unsigned else draw.ink(person(rng) if len(name) > 5 else name, face, 21, "#111")
    other_sign = blank if unsigned else draw.ink(person(rng), face, 20, "#111")
    dated = "　　　年　　月　　日" if unsigned else cn(when)
    body = (
        f"<h1>{what}协议书</h1><p class='r'>编号：{number}</p><p class='n'>甲方（{rng.choice(('权属单位', '受偿方'))}）：{office}</p>"
        f"<p class='n'>乙方（{rng.choice(('赔偿人', '补偿方'))}）：{name}</p>"
        f"<p>因乙方{cause}，造成甲方管养的设施受损。经现场勘验，双方依照{place.province}有关收费标准协商一致：</p>"
        "<p>（一）受损情况及费用核算如下：</p><table class='g'><tr><th>名称</th>"
        "<th>单位</th><th>数量</th><th>单价（元）</th><th>金额（元）</th></tr>"
        f"{lines}<tr><td colspan='4' class='c'>合　　计</td><td class='num'>{money(total)}</td></tr></table>"
        f"<p>（二）乙方同意一次性支付{item}人民币（大写）{upper(total)}（￥{plain(total)}），于签字之日起七日内付清。</p>"
        "<p>（三）甲方收款后开具财政票据，并自行组织修复，乙方不再承担其他责任。</p>"
        "<p>（四）本协议一式两份，双方签字盖章后生效。</p><p>&nbsp;</p>"
        f"<table><tr><td>甲方（章）</td><td>乙方（签字/章）</td></tr><tr><td>经办人：{other_sign}</td><td>{sign}</td></tr>"
        f"<tr><td>{dated}</td><td>{dated}</td></tr></table>"
    )
    pdf = tools.weasy(draw.sheet(body, face=rng.choice(("uming", "serif", "wenkai")), margin="25mm 24mm"))
    pages = len(tools.pictures(pdf, 20))
    seals = [] if unsigned else [(draw.ring(office), (pages - 1, 0.27, 0.2 if pages > 1 else 0.8, 0.19))]
    data = draw.copied(rng, pdf, seals, rng.choice((150, 200)))
    paid, state = later(rng, when, 0, 7), "status" if unsigned else ""
    note = "nobody has signed it" if unsigned else ""
    bills = [
        bill(name, office, total, paid, item, state, note),
        bill(
            name,
            office if unsigned else absent,
            total,
            paid,
            item,
            state or "payee",
            note or "not the one who is paid",
        ),
        bill(
            name,
            office,
            total,
            paid,
            item if unsigned else rng.choice(("门票收入", "培训费", "捐赠收入")),
            state or "purpose",
            note or "no damage",
        ),
    ]
    return Paper(
        family="compensation agreement",
        tool="weasyprint",
        form="scan",
        data=data,
        truth=Truth(
            kind="contract", payers=(name,), payees=(office,), total=total, words=total, signed_on=None if unsigned else when,
            numbers=(number,), purpose=item, status="unsigned" if unsigned else "", also_amounts=tuple(prices), also_purposes=(what,),
        ),
        bills=tuple(bills[:2] if unsigned else bills),
    )  # fmt: skip


_VILLAGES = ("石桥", "双龙", "青山", "龙王庙", "上坪", "红星")
