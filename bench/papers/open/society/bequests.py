"""What is left by will, and goods that are given and appraised."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from bench.papers.open.society import people as of
from bench.papers.open.society.bills import change
from bench.papers.open.society.drawing import paragraphs, scan, seal_tag, sheet, table
from bench.papers.tools import weasy
from bench.papers.values import Bill, Paper, Truth

D = Decimal


def bequest(rng: Random) -> Paper:
    """A bequest agreement: a living person leaves things by will and gives money in two parts before."""
    unit, giver = of.museum(rng), of.person(rng, 0.3)
    second = of.other(rng, of.museum, unit.name)
    signed = of.day(rng, 2023, 2025)
    now, then = rng.choice(((200000, 300000), (50000, 80000), (120000, 180000), (400000, 600000)))
    total = D(now + then)
    due = signed + timedelta(days=rng.choice((180, 365)))
    lawyer, firm = (
        of.person(rng, 0),
        f"{rng.choice(of.CITIES)[0]}{''.join(rng.sample(of.BRANDS, 2))}律师事务所",
    )
    child = of.person(rng, 0)
    pieces = rng.sample(
        ("紫檀画案", "信札手稿", "油画《春山》", "木版年画", "青铜小镜", "民国课本", "碑帖拓片"), 3
    )
    rows = [["序号", "名称", "数量", "估价（元，仅供保险）"]]
    worth = [rng.randrange(8, 90) * 1000 for _ in pieces]
    for place, each in enumerate(pieces):
        rows.append([str(place + 1), each, f"{rng.randint(1, 40)}件", of.plain(worth[place])])
    number = f"{signed.year}遗赠字第{rng.randint(2, 39)}号"
    hand = "font-family:zhimang;font-size:19pt"
    body = (
        "<h1 style='font-size:21pt;letter-spacing:6pt;margin:0 0 3mm'>遗赠与捐资协议</h1>"
        f"<p class='r'>{number}</p>"
        f"<p>遗赠人（甲方）：{giver}，{rng.choice(('男', '女'))}，{rng.randint(1936, 1952)}年出生，住{of.party(rng, giver).address}</p>"
        f"<p>受赠人（乙方）：{unit.name}</p><p>遗嘱执行人（丙方）：{firm}　{lawyer}律师</p><div style='height:3mm'></div>"
        + paragraphs(
            f"甲方毕生从事收藏与研究，愿将所藏及部分积蓄捐赠国家。经甲方亲属{child}知悉并无异议，三方约定如下：",
            "一、甲方所藏下列物品，于甲方身故后由丙方按遗嘱移交乙方永久收藏：",
        )
        + table(rows, widths=(10, 36, 18, 36))
        + paragraphs(
            f"二、甲方另向乙方捐资{of.upper(total)}（{of.plain(total)}元），用于上述藏品的保护与展陈。"
            f"其中{of.wan(now)}于签约之日起十日内支付，余款{of.wan(then)}于{of.zh(due)}前支付。捐资由甲方本人账户转出。",
            f"三、乙方账户：{unit.bank}　{unit.account}。乙方按实际到账开具捐赠票据，物品移交时另行办理入藏凭证。",
            f"四、乙方如不具备保管条件，经甲方书面同意可将物品借予{second.name}展出，所有权不变，资金不随之转移。",
            f"五、丙方代甲方办理遗嘱见证、物品清点，费用由甲方另付，每次{rng.choice((800, 1200, 3000))}元。",
            "六、甲方可在生前变更或撤回遗赠部分；已支付的捐资不予返还。",
            "七、本协议一式四份，三方各执一份，公证机构存档一份，签字盖章后生效。",
        )
        + "<table style='margin-top:6mm;line-height:2.2'>"
        f"<tr><td>甲方：<span style='{hand}'>{giver}</span></td><td><div style='position:relative'>乙方：（公章）"
        f"{seal_tag(unit.name, style='left:8mm;top:-8mm')}</div></td>"
        f"<td><div style='position:relative'>丙方：<span style='{hand}'>{lawyer}</span>"
        f"{seal_tag(firm, style='left:14mm;top:-4mm')}</div></td></tr>"
        f"<tr><td colspan='3' class='r'>签订日期：{of.formal(signed)}</td></tr></table>"
    )
    pdf = weasy(sheet(body, face=rng.choice(("ukai", "wenkai", "uming")), size="12pt", margin="18mm 22mm"))
    data = scan(rng, pdf, [], rng.choice((180, 220)))
    truth = Truth(
        kind="donation",
        payers=(giver,),
        payees=(unit.name,),
        total=total,
        instalments=(D(now), D(then)),
        words=total,
        signed_on=signed,
        numbers=(number,),
        accounts=(unit.account,),
        purpose="用于上述藏品的保护与展陈",
        also_names=(second.name, firm, lawyer, child),
        also_amounts=(*(D(each) for each in worth), D(sum(worth)), D(800), D(1200), D(3000)),
        also_purposes=("藏品的保护与展陈", "捐资", "永久收藏"),
    )
    bill = Bill(
        payer=giver,
        unit=unit.name,
        total=D(now),
        issued_on=of.later(rng, signed, 2, 10),
        items=("捐赠收入",),
        remark="藏品保护捐资（首笔）",
        note="the first part",
    )
    stranger = of.person(rng, 0)
    while stranger in (giver, child, lawyer):
        stranger = of.person(rng, 0)
    bills = (
        bill,
        change(bill, payer=stranger, wrong="payer", note="not the person who gives"),
        change(bill, unit=second.name, wrong="payee", note="a museum that may only borrow"),
    )
    return Paper(family="bequest", tool="weasyprint", data=data, form="scan", truth=truth, bills=bills)


GOODS = (
    ("医用制氧机", "台", 3980),
    ("便携式彩超", "台", 86000),
    ("防寒帐篷", "顶", 460),
    ("儿童图书", "册", 26),
    ("一次性医用口罩", "箱", 320),
    ("学生课桌椅", "套", 285),
    ("净水设备", "套", 6600),
    ("羊毛被", "床", 199),
    ("救护担架", "副", 740),
    ("太阳能路灯", "盏", 1380),
)


def goods_donation(rng: Random) -> Paper:
    """Goods given: a list with market prices, and the value at which an appraiser fixed the donation."""
    unit = (
        of.party(rng, f"{rng.choice(of.CITIES)[0]}红十字会", "13")
        if rng.random() < 0.6
        else of.foundation(rng)
    )
    giver = of.company(rng)
    signed = of.day(rng, 2023, 2026)
    chosen = rng.sample(GOODS, 3)
    rows, market = [["物资名称", "规格", "单位", "数量", "市场单价", "市场价合计"]], D(0)
    sums: list[Decimal] = []
    for name, size, price in chosen:
        many = rng.choice((12, 25, 40, 60, 150, 300))
        sums.append(D(price * many))
        market += price * many
        rows.append(
            [
                name,
                rng.choice(("标准型", "JX-2", "详见清单", "B型")),
                size,
                str(many),
                of.money(price),
                of.money(price * many),
            ]
        )
    rate = rng.choice((D("0.8"), D("0.75"), D("0.9"), D("0.65")))
    worth = (market * rate).quantize(D("0.01"))
    rows.append(["合　计", "", "", "", "", of.money(market)])
    valuer = f"{rng.choice(of.CITIES)[1].removesuffix('市')}正信资产评估有限公司"
    report = f"正评报字（{signed.year}）第{rng.randint(12, 390):03d}号"
    place = rng.choice(of.CITIES)
    use = rng.choice(
        (f"{place[0]}{place[1]}防汛救灾", f"{place[1]}乡镇卫生院建设", f"{place[1]}山区学校助学")
    )
    body = (
        f"<h1 style='font-size:20pt;font-family:serif-bold'>物资捐赠协议</h1>"
        f"<p>捐赠方：{giver.name}（以下称甲方）</p><p>受赠方：{unit.name}（以下称乙方）</p>"
        + paragraphs(
            f"甲方自愿将自产或购置的下列物资无偿捐赠给乙方，定向用于{use}：",
        )
        + f"<div style='margin:2mm 0'>{table(rows, widths=(24, 15, 9, 11, 20, 21))}</div>"
        + paragraphs(
            f"1. 上表为市场零售价，不作为捐赠价值。经双方共同委托{valuer}评估（{report}），"
            f"本次捐赠物资价值确认为人民币{of.money(worth)}元（大写：{of.upper(worth)}），乙方据此开具捐赠票据。",
            f"2. 甲方负责于{of.zh(signed + timedelta(days=10))}前将物资运抵乙方指定仓库（{place[1]}{place[2]}{place[3]}），"
            f"运费约{rng.randrange(8, 60) * 100}元由甲方承担，不计入捐赠价值。",
            "3. 甲方保证物资质量合格、距保质期届满不少于六个月；乙方查验后出具收货清单。",
            "4. 乙方应按约定用途分配，接受社会监督，并在官网公示分配结果。",
            "5. 本协议自双方盖章之日起生效，一式四份，具有同等效力。",
        )
        + "<table style='margin-top:10mm;line-height:2'><tr><td><div style='position:relative'>甲方（盖章）："
        f"{seal_tag(giver.name, '', 'left:14mm;top:-8mm')}</div></td><td><div style='position:relative'>乙方（盖章）："
        f"{seal_tag(unit.name, '', 'left:16mm;top:-6mm')}</div></td></tr>"
        f"<tr><td>经办人：{of.person(rng)}</td><td>经办人：{of.person(rng)}</td></tr>"
        f"<tr><td>{of.spaced(signed)}</td><td>{of.spaced(signed)}</td></tr></table>"
    )
    pdf = weasy(sheet(body, face=rng.choice(("serif", "sans")), size="11.5pt", margin="24mm 24mm"))
    data = scan(rng, pdf, [], rng.choice((160, 200)))
    truth = Truth(
        kind="donation",
        payers=(giver.name,),
        payees=(unit.name,),
        total=worth,
        words=worth,
        signed_on=signed,
        purpose=use,
        also_names=(valuer,),
        also_amounts=(market, *sums, *(D(each[2]) for each in chosen)),
        also_numbers=(report,),
        also_purposes=(f"定向用于{use}", "物资捐赠", *(each[0] for each in chosen)),
    )
    bill = Bill(
        payer=giver.name,
        payer_code=giver.code,
        unit=unit.name,
        total=worth,
        issued_on=of.later(rng, signed, 11, 30),
        items=("非货币捐赠收入",),
        note="the value that was appraised",
    )
    bills = (
        bill,
        change(bill, total=market, wrong="amount", note="the market price does not count"),
        change(bill, items=("技术服务费",), wrong="purpose", note="a donation is no service"),
    )
    return Paper(
        family="donation of goods", tool="weasyprint", data=data, form="scan", truth=truth, bills=bills
    )
