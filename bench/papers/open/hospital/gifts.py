"""A donation agreement for equipment, and the letter in which a hospital confirms money given."""

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from bench.papers import tools
from bench.papers.open.hospital import money, paperwork, people
from bench.papers.open.hospital.word import KAI, SONG, WENKAI, Word
from bench.papers.values import Paper, Truth

_GOODS = [
    ("便携式彩色多普勒超声诊断仪", "M9", 180000, 420000),
    ("无创呼吸机", "V60", 48000, 96000),
    ("全自动生化分析仪", "BS-830", 260000, 520000),
    ("新生儿黄疸治疗仪", "XHZ-90", 16000, 36000),
    ("多参数监护仪", "PM-9000", 9800, 26000),
    ("电动病床", "DC-5", 3600, 9000),
    ("除颤监护仪", "D6", 32000, 58000),
    ("输液泵", "SK-600", 4200, 8800),
    ("负压救护车", "V348", 380000, 620000),
]


def equipment(rng: Random) -> Paper:
    """An agreement by which a company gives equipment, with a list of market and of donated values."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    bureau = where.county + "卫生健康局"
    donor = rng.choice(
        (
            people.company(rng, "医疗器械"),
            people.company(rng, "能源科技"),
            people.company(rng, "建设集团", where.town),
            f"{rng.choice(('上海', '深圳', '浙江省', '江苏省'))}{people.brand(rng)}公益基金会",
        )
    )
    signed = money.day(rng)
    listed, market, total = [], Decimal(0), Decimal(0)
    for name, model, low, high in rng.sample(_GOODS, rng.choice((2, 3, 4))):
        pieces = 1 if low > 90000 else rng.randint(2, 12)
        price = money.cash(rng, low, high)
        given = (price * Decimal(rng.choice((80, 85, 90, 92))) / 100).quantize(Decimal(1))
        market, total = market + price * pieces, total + given * pieces
        listed.append((name, model, pieces, price, given, given * pieces))
    stated = money.swapped(rng, total) if rng.random() < 0.2 else total
    number = f"{rng.choice(('JZ', 'JX', 'QNYJZ'))}{signed:%Y%m}-{rng.randrange(1, 20):02d}"
    page = Word(rng.choice((SONG, KAI, WENKAI)), rng.choice((12, 12, 14)))
    page.line("医疗设备捐赠协议", align="c", size=20, bold=True)
    page.line(f"协议编号：{number}", align="e", size=10.5)
    a, b, c = rng.choice(
        (("甲方（捐赠方）", "乙方（受赠方）", "丙方（见证方）"), ("捐赠人", "受赠人", "见证单位"))
    )
    code = people.credit_code(rng, "91") if donor.endswith("公司") else people.credit_code(rng, "53")
    mine = people.credit_code(rng, "12", where)
    page.line(f"{a}：{donor}", indent=False)
    page.line(f"统一社会信用代码：{code}　　联系电话：{people.mobile(rng)}", indent=False, size=10.5)
    page.line(f"{b}：{hospital}", indent=False)
    page.line(f"统一社会信用代码：{mine}　　地址：{people.address(rng, where)}", indent=False, size=10.5)
    page.line(f"{c}：{bureau}", indent=False)
    page.line("")
    use = rng.choice(("改善基层诊疗条件", "提升急诊急救和重症救治能力", "支持县域医共体能力建设"))
    a, b, c = (each.split("（")[0] for each in (a, b, c))
    for text in (
        f"为{use}，{a}自愿向{b}捐赠医疗设备，依据《中华人民共和国公益事业捐赠法》及《卫生计生单位接受"
        "公益事业捐赠管理办法（试行）》，各方签订本协议。",
        f"第一条　{a}无偿捐赠的设备见附件《捐赠设备清单》，市场参考价合计{money.comma(market)}元，"
        "双方确认的捐赠价值为人民币"
        f"{rng.choice((money.comma(total), money.plain(total)))}元（大写：{money.words(stated)}）。"
        f"{b}以捐赠价值入账并开具公益事业捐赠统一票据。",
        f"第二条　设备应于{money.cn(signed + timedelta(days=40))}前运抵{b}指定地点，运输、"
        f"保险及安装调试费用（约{money.plain(money.cash(rng, 3000, 15000, 500))}元）由{a}承担，"
        "不计入捐赠价值。",
        f"第三条　{b}不得将受赠设备转售、出租或抵押，{a}不得附加影响公平竞争的条件，"
        "不得与采购商品（服务）挂钩。",
        f"第四条　{c}对捐赠过程予以见证，不承担捐赠财产的接收和管理责任。",
        "第五条　本协议一式四份，自各方签字盖章之日起生效。",
    ):
        page.line(text)
    page.line("")
    page.table(
        [
            [f"{a}（盖章）：", f"{b}（盖章）：", f"{c}（盖章）："],
            [
                "代表签字：" + people.person(rng),
                "代表签字：" + people.person(rng),
                "代表签字：" + people.person(rng),
            ],
            [money.cn(signed), money.cn(signed), money.cn(signed)],
        ],
        widths=[5.3, 5.3, 5.3],
        ruled=False,
    )
    page.leaf()
    page.line("附件", indent=False)
    page.line("捐赠设备清单", align="c", size=15, bold=True)
    rows = [
        [str(at + 1), name, model, str(pieces), money.comma(price), money.comma(given), money.comma(sum_)]
        for at, (name, model, pieces, price, given, sum_) in enumerate(listed)
    ]
    page.table(
        [
            ["序号", "设备名称", "型号", "数量", "市场参考单价", "捐赠单价", "捐赠价值（元）"],
            *rows,
            ["", "合计", "", "", "", "", money.comma(total)],
        ],
        widths=[1.1, 4.6, 1.9, 1.1, 2.6, 2.6, 2.8],
        size=9.5,
        right=(4, 5, 6),
    )
    data = paperwork.sealed(
        page.pdf(),
        [
            paperwork.Mark(f"{a}（盖章）", donor, 20, 12, 41),
            paperwork.Mark(f"{b}（盖章）", hospital, 22, 13),
            paperwork.Mark(f"{c}（盖章）", bureau, 20, 12),
        ],
    )
    soon = money.later(rng, signed, 25, 70)
    fair: dict[str, Any] = {
        "payer": donor,
        "unit": hospital,
        "items": (rng.choice(("捐赠收入", "公益事业捐赠", "接受捐赠（实物）")),),
        "unit_code": mine,
    }
    piece = listed[0]
    other = people.county_hospital(rng, where)
    while other == hospital:
        other = people.county_hospital(rng, where)
    bills = [
        paperwork.bill(fair, total, soon, "the donated value, after delivery", payer_code=code),
        paperwork.bill(
            fair, market if rng.random() < 0.6 else piece[4], soon, "the market value, or one piece", "amount"
        ),
        paperwork.bill(
            fair,
            total,
            soon,
            "only a witness, or another hospital of the county",
            "payee",
            unit=rng.choice((bureau, other)),
            unit_code="",
        ),
    ]
    if market == total or piece[4] == total:
        bills.pop(1)
    if stated != total:
        bills = [
            paperwork.bill(fair, sum_, soon, "words and digits differ", "words") for sum_ in (total, stated)
        ]
    truth = Truth(
        **paperwork.said("donation", donor, hospital, total, signed, number=number),
        words=stated,
        purpose=use,
        also_names=(bureau,),
        also_numbers=(code, mine),
        also_amounts=(market, stated, *(sum_ for each in listed for sum_ in each[3:])),
        also_purposes=(
            "捐赠医疗设备",
            "医疗设备捐赠",
            "医疗设备",
            "接受公益事业捐赠",
            *(each[0] for each in listed),
        ),
    )
    return Paper(
        family="donation agreement", tool="libreoffice writer", data=data, truth=truth, bills=tuple(bills)
    )


def letter(rng: Random) -> Paper:
    """A scanned letter: the hospital confirms the part of a promised sum that has come, and thanks for it."""
    where = people.place(rng)
    hospital = people.county_hospital(rng, where)
    trade = rng.choice(("置业", "水泥", "农牧", "矿业", "食品", "纺织", "光伏科技"))
    donor = people.company(rng, trade, where.town)
    promised = money.cash(rng, 200000, 3000000, 50000)
    given = (promised * Decimal(rng.choice((20, 30, 40, 50))) / 100).quantize(Decimal(1))
    rest = promised - given
    received = money.day(rng)
    written = money.later(rng, received, 1, 9)
    agreed = money.later(rng, received - timedelta(days=40), 0, 15)
    aim = rng.choice(
        (
            "门诊楼母婴室改造",
            "血液透析室扩建",
            "贫困患者医疗救助",
            "光明行白内障免费手术项目",
            "儿科病房环境改善",
        )
    )
    number = f"{where.short[0]}医函〔{written.year}〕{rng.randrange(3, 90)}号"
    cited = f"JZXY-{agreed.year}-{rng.randrange(1, 30):03d}"
    serial = f"HQ{received:%Y%m%d}{rng.randrange(10**8):08d}"
    digits = money.wan(given) + "元" if rng.random() < 0.5 else f"{money.comma(given)}元"
    first = rng.choice(
        (
            f"贵公司依据《捐赠协议》（编号：{cited}）捐赠我院“{aim}”的首期善款{digits}（大写："
            f"{money.words(given)}），已于{money.cn(received)}到达我院账户（银行流水号{serial}），"
            "特此确认。",
            f"{money.cn(received)}，我院收到贵公司首笔捐赠款人民币{digits}（{money.words(given)}），"
            f"流水号{serial}。该款按《捐赠协议》（{cited}）约定专项用于{aim}，特此函告。",
        )
    )
    body = f"""<div class="c" style="font-family:serif-bold;color:#c8161d;font-size:26pt;\
letter-spacing:3pt">{hospital}</div>
<div style="border-top:2pt solid #c8161d;border-bottom:.7pt solid #c8161d;height:1mm;margin:2mm 0 6mm">\
</div>
<p class="n e">{number}</p>
<h1 style="font-family:serif-bold">关于{rng.choice(("确认收到捐赠款的函", "接受捐赠的确认函"))}</h1>
<p class="n">{donor}：</p>
<p>{rng.choice(("贵公司心系民生、热心公益，", "承蒙贵公司对我县卫生健康事业的关心支持，", ""))}{first}</\
p>
<p>协议约定捐赠总额{money.wan(promised)}元，余款{money.comma(rest)}元请于\
{money.cn(received + timedelta(days=180))}前按协议拨付。我院将对善款专账管理、专款专用，\
并于项目完工后将使用情况书面告知贵公司。</p>
<p>公益事业捐赠票据将在本函发出后由我院财务科开具，请提供开票信息，联系人：{people.person(rng)}，电话：\
{people.phone(rng, where)}。</p>
<p>{rng.choice(("谨致谢忱！", "再次感谢贵公司的善举。", "此函。"))}</p>
<div style="margin:22mm 6mm 0 auto;width:80mm;page-break-inside:avoid" class="c">{hospital}<br>\
{rng.choice((money.cn, money.hanzi))(written)}</div>"""
    dpi = rng.choice((150, 180, 200))
    pdf = tools.weasy(
        paperwork.page(body, font=rng.choice(("ukai", "serif", "wenkai")), size=rng.choice(("13pt", "14pt")))
    )
    pages = tools.pictures(paperwork.sealed(pdf, [paperwork.Mark(hospital, hospital, 22, 4, 42)]), dpi)
    near = donor.replace("有限公司", "有限公司工会委员会").replace("有限责任公司", "有限责任公司工会委员会")
    fair: dict[str, Any] = {
        "payer": donor,
        "unit": hospital,
        "items": (rng.choice(("捐赠收入", "定向捐赠款", "社会捐赠")),),
    }
    bills = (
        paperwork.bill(fair, given, money.later(rng, written, 0, 12), "the part that came"),
        paperwork.bill(fair, promised, money.later(rng, written, 0, 12), "promised, not given", "amount"),
        paperwork.bill(
            fair,
            given,
            received - timedelta(days=rng.randint(6, 25)),
            "before the money came and before the letter",
            "date",
        )
        if rng.random() < 0.5
        else paperwork.bill(fair, given, money.later(rng, written, 1, 9), "a near name", "payer", payer=near),
    )
    truth = Truth(
        **paperwork.said("donation", donor, hospital, given, written, number=number, words=True),
        purpose=aim,
        also_numbers=(cited, serial),
        also_amounts=(promised, rest),
        also_purposes=("首期善款", "首笔捐赠款", "捐赠款", "接受捐赠"),
    )
    return paperwork.scan(rng, pages, dpi, "letter that confirms a gift", truth, bills)
