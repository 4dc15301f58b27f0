"""Rental contracts with periods and rising rents."""

from datetime import date
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

from . import common as c


def _shift(start: date, years: int) -> date:
    return date(start.year + years, start.month, start.day)


def rent_table(rng: Random) -> Paper:
    """A lease of shops of a sports centre: a table of years, unit prices, rents and days of payment."""
    _, city, county = c.place(rng)
    centre = f"{county}{rng.choice(('体育中心', '文化体育中心', '奥体中心'))}"
    tenant = rng.choice((c.company(rng, city, rng.choice(("健身管理", "餐饮", "超市连锁"))), c.person(rng)))
    start = date(rng.choice((2023, 2024)), rng.choice((3, 5, 7, 9)), 1)
    signed = c.later(start, -rng.randrange(5, 30))
    years = rng.choice((3, 4))
    end = c.later(_shift(start, years), -1)
    area = Decimal(rng.randrange(4000, 60000)) / 100
    price = Decimal(rng.choice((180, 240, 300, 366)))
    rents, prices, rows = [], [], []
    for k in range(years):
        prices.append(price)
        rent = c.cents(area * price)
        rents.append(rent)
        a, b = _shift(start, k), c.later(_shift(start, k + 1), -1)
        rows.append(
            f"[第{'一二三四'[k]}年], [{a:%Y.%m.%d}—{b:%Y.%m.%d}], [{price}], [{c.money(rent)}], [{c.cn(c.later(a, 9))}前]"
        )
        price = (price * Decimal("1.05")).quantize(Decimal("0.1"))
    total = sum(rents, Decimal(0))
    deposit = Decimal(int(rents[0] / 12 / 100) * 100 + 1000)
    number = f"租{start.year}-{rng.randrange(1, 60):02d}"
    number_account = c.account(rng, 19)
    code_ = c.code(rng)
    a, b = rng.choice((("出租方", "承租方"), ("甲方（出租人）", "乙方（承租人）")))
    what = rng.choice(("看台下商铺", "综合馆一层附属用房", "东门临街门面"))
    source = f"""
#set page(paper: "a4", margin: (x: 25mm, y: 22mm), numbering: "1 / 1")
#set text(font: ("{rng.choice(("Noto Serif SC", "Noto Sans SC", "AR PL UKai"))}", "Noto Serif SC"), size: {rng.choice((10.5, 11.5))}\
pt, lang: "zh")
#set par(leading: .95em, justify: true)
#align(center, text(20pt, weight: "bold")[房屋租赁合同])
#align(right)[合同号：{number}]
{a}：{centre} \\ {b}：{tenant} \\ {f"统一社会信用代码：{code_}" if len(tenant) > 6 and "·" not in tenant else f"联系电话：{c.phone(rng)}"}

*第一条 租赁物*　{centre}{what}，建筑面积{area}平方米，仅供合法经营使用。

*第二条 租期*　共{"三" if years == 3 else "四"}年，自{c.cn(start)}起至{c.cn(end)}止。

*第三条 租金*　首年租金单价为每平方米每年{prices[0]}元，自第二年起每年递增5%。各年度租金按年先付后用，如下表：
#table(columns: (auto, 1fr, auto, auto, auto), align: (center, center, right, right, center), inset: 6pt, stroke: \
{rng.choice(("0.5pt", "(x, y) => (top: 0.6pt, bottom: 0.6pt)"))},
table.header([年度], [{rng.choice(("起止", "租赁区间"))}], [单价(元/㎡·年)], [{rng.choice(("年租金（元）", "应付租金"))}], \
[付款期限]), {", ".join(rows)}, [合计], [], [], [{c.money(total)}], [])
租期内租金总额人民币{c.words(total)}。

*第四条 履约保证金*　签约时交纳{c.plain(deposit)}元，租期届满无违约时原额退还，不抵作租金。

*第五条 支付*　租金汇至{centre}账户：{c.bank(rng, county)}，{number_account}。水、电、物业费由承租方另行按表计付。

*第六条 违约*　逾期付租的，按日加收欠付额千分之一违约金；逾期满六十日，出租方可解除合同。

*第七条*　未尽事宜另行协商。争议由租赁物所在地人民法院管辖。本合同一式叁份。
#v(9mm)
#grid(columns: (1fr, 1fr), row-gutter: 5mm, [{a}（盖章）], [{b}（签章）], [{centre}], [{tenant}], [代表人：{c.person(rng)}], \
[签订时间：{c.cn(signed)}])
"""
    k = rng.randrange(1, years)
    base = {"unit": centre, "items": (rng.choice(("房屋租金", "国有资产出租收入", "房屋租赁费")),)}
    begin = _shift(start, k)
    used = sum(rents[:k], Decimal(0))
    return Paper(
        family="rental contract",
        tool="typst",
        data=tools.typst(source),
        truth=Truth(
            kind="contract",
            payers=(tenant,),
            payees=(centre,),
            total=total,
            instalments=tuple(rents),
            words=total,
            signed_on=signed,
            starts_on=start,
            ends_on=end,
            numbers=(number,),
            accounts=(number_account,),
            purpose="租金",
            also_amounts=(deposit, area, *prices),
            also_purposes=("年租金", "租金总额", f"{centre}{what}", "房屋租赁"),
        ),
        bills=(
            Bill(
                payer=tenant,
                total=rents[k],
                issued_on=c.later(begin, 4),
                used=used,
                note=f"rent of year {k + 1}",
                **base,
            ),
            Bill(
                payer=tenant,
                total=c.swapped(rng, rents[k], (*rents, deposit)),
                issued_on=c.later(begin, 4),
                used=used,
                wrong="amount",
                note="digits of the year's rent exchanged",
                **base,
            ),
            Bill(
                payer=tenant,
                total=rents[-1],
                issued_on=c.later(end, 260),
                used=used,
                wrong="date",
                note="long after the end of the term",
                **base,
            ),
            Bill(
                payer=c.near_person(rng, tenant)
                if len(tenant) < 5 or "·" in tenant
                else c.sibling(rng, tenant),
                total=rents[k],
                issued_on=c.later(begin, 6),
                used=used,
                wrong="payer",
                note="another tenant",
                **base,
            ),
        ),
    )


def rent_clauses(rng: Random) -> Paper:
    """A short lease in clauses, rising each year, half a year paid at a time; scanned, several pages possible."""
    _, city, county = c.place(rng)
    owner = rng.choice((f"{county}文化馆", f"{county}体育事业发展中心", f"{city}农业科学研究院"))
    tenant = rng.choice((c.person(rng), c.company(rng, city, rng.choice(("教育培训", "摄影", "农资")))))
    start = date(rng.choice((2023, 2024, 2025)), rng.choice((2, 4, 6, 10)), 1)
    end = c.later(_shift(start, 2), -1)
    signed = c.later(start, -rng.randrange(2, 20))
    first = Decimal(rng.randrange(12, 90) * 1200)
    second = (first * Decimal("1.06")).quantize(Decimal(1))
    deposit = Decimal(rng.choice((2000, 3000, 5000)))
    half, later_half = first / 2, second / 2
    unsigned = rng.random() < 0.3
    word = c.Word(rng.choice(("AR PL UMing CN", "AR PL UKai CN", "WenQuanYi Zen Hei")), 12)
    word.say("租 赁 协 议 书", "center", size=20, bold=True, after=8)
    word.say(f"甲方：{owner}")
    word.say(f"乙方：{tenant}")
    spot = rng.choice(("二楼排练厅", "南侧车库六间", "试验基地大棚四座", "老办公楼一层"))
    texts = [
        f"甲方将{spot}出租给乙方使用，用途不得擅自改变。",
        f"租赁期限两年，即{c.padded(start)}至{c.padded(end)}。",
        f"第一年租金{c.words(first)}（{c.plain(first)}元），第二年在上年基础上递增6%，即{c.plain(second)}元。",
        rng.choice(
            (
                f"租金每半年交付一次，先交后用：第一年每次{c.plain(half)}元，第二年每次{c.plain(later_half)}元。",
                f"乙方分四次付租，第一、二次各付{c.plain(half)}元，第三、四次各付{c.plain(later_half)}元，均于每半年开始前十日内交清。",
            )
        ),
        f"乙方签约时另交押金{c.plain(deposit)}元，到期腾退后退回。",
        "水电费据实另计；房屋主体维修由甲方负责，人为损坏由乙方赔偿。",
        "乙方不得转租。一方提前解约的，应提前三十日书面告知，并支付一个月租金作为补偿。",
        "本协议一式两份，甲乙双方各执一份，双方签字盖章后生效。",
    ]
    for k, text in enumerate(texts):
        word.say(f"{'一二三四五六七八'[k]}、{text}", indent=True)
    word.say("", after=14)
    line = word.say("甲方（盖章）：　　　　　　　　　　　　乙方（签字）：")
    if not unsigned:
        word.run(
            line, c.person(rng) if len(tenant) > 9 else tenant, face="LXGW WenKai", size=16, colour="1B2A6B"
        )
    word.say(
        f"　　　　　　　　　　　　　　　　　　{c.padded(signed) if not unsigned else '　　　　年　　月　　日'}",
        "left",
    )
    seals = () if unsigned else ((0, owner, "", 0.3, 0.64, 0.2),)
    base = {"payer": tenant, "unit": owner, "items": (rng.choice(("房屋租金", "资产出租收入", "租金收入")),)}
    third = _shift(start, 1)
    if unsigned:
        bills = (
            Bill(
                total=half,
                issued_on=c.later(start, -3),
                wrong="status",
                note="neither signed nor sealed",
                **base,
            ),
            Bill(
                total=later_half,
                issued_on=c.later(third, -4),
                used=first,
                wrong="status",
                note="neither signed nor sealed",
                **base,
            ),
        )
    else:
        bills = (
            Bill(
                total=later_half,
                issued_on=c.later(third, -4),
                used=first,
                note="first half of the second year",
                **base,
            ),
            Bill(
                total=c.swapped(rng, half, (first, second, later_half, deposit)),
                issued_on=c.later(start, -1),
                wrong="amount",
                note="digits exchanged",
                **base,
            ),
            Bill(
                total=second,
                issued_on=c.later(third, 2),
                used=first + later_half,
                wrong="usage",
                note="more than what is left",
                **base,
            ),
        )
    return Paper(
        family="rental contract",
        tool="docx/libreoffice",
        form="scan",
        data=c.scan(rng, word.pdf(), seals, dpi=rng.choice((160, 200))),
        truth=Truth(
            kind="contract",
            payers=(tenant,),
            payees=(owner,),
            instalments=(half, later_half),
            words=first,
            signed_on=None if unsigned else signed,
            starts_on=start,
            ends_on=end,
            purpose="租金",
            status="unsigned" if unsigned else "",
            also_amounts=(deposit, first, second, first + second),
            also_purposes=(spot,),
        ),
        bills=bills,
    )


LAYOUTS = {"rent_table": rent_table, "rent_clauses": rent_clauses}
