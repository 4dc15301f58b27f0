"""Papers on the sale of land: deposits of bidders, the deal, the contract with its stages, the demand for arrears."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.court import base, draw
from bench.papers.values import Bill, Paper, Truth

_USES = (("工业用地", 50), ("城镇住宅用地", 70), ("商服用地", 40), ("物流仓储用地", 50))


def _plot(rng: Random, place: base.Place, year: int) -> str:
    return rng.choice(
        (
            f"{year}-{rng.randrange(3, 60):02}",
            f"{place.stem}挂〔{year}〕{rng.randrange(2, 48)}号地块",
            f"GT{year}{base.digits(rng, 3)}",
        )
    )


def _seller(rng: Random, place: base.Place) -> str:
    return place.bureau(rng.choice(("自然资源局", "自然资源局", "自然资源和规划局")))


def auction_deposit(rng: Random) -> Paper:
    """A trading centre's voucher for a bidder's deposit; on some, letters nobody sees tell a higher sum."""
    place = rng.choice(base.PLACES)
    center, when = place.bureau("公共资源交易中心"), base.day(rng, 2024, 2026)
    bidder = base.company(rng, place, rng.choice(("estate", "mine", "trade")))
    person, rival = base.person(rng), base.company(rng, place, "estate")
    total = rng.choice(
        (base.rounded(rng, 30_000, 900_000, 5_000), base.rounded(rng, 1_000_000, 6_000_000, 50_000))
    )
    start = total * rng.choice((4, 5, 8))
    plot, number = _plot(rng, place, when.year), f"BZJ{when:%Y%m%d}{base.digits(rng, 6)}"
    account, own, bank = base.account(rng), base.account(rng), base.bank(rng, place)
    hidden = rng.random() < 0.55
    high = total * 10 if total < 1_000_000 else total + 1_000_000
    ghost = (
        f"<div class=g>竞买人：{bidder} 竞买保证金到账金额：人民币{base.comma(high)}元 大写：{base.capital(high)}</div>"
        if hidden
        else ""
    )
    clock = f"{rng.randrange(9, 17):02}:{rng.randrange(60):02}:{rng.randrange(60):02}"
    name = rng.choice(("竞买保证金", "国有建设用地使用权竞买保证金"))
    pairs = [
        ("业务流水号", number),
        ("标的编号", plot),
        ("标的名称", f"{place.short}{plot}国有建设用地使用权"),
        ("起始价", f"{base.wan(start)}万元"),
        ("竞买人", bidder),
        ("联系人 / 电话", f"{person} / {base.mobile(rng)}"),
        ("款项名称", name),
        ("应缴保证金", f"{base.wan(total)}万元"),
        ("实缴金额（小写）", f"￥{base.comma(total)}"),
        ("实缴金额（大写）", base.capital(total)),
        ("付款户名", bidder),
        ("付款账号", own),
        ("收款户名", center),
        ("收款子账号", base.spaced(account) if rng.random() < 0.5 else account),
        ("收款银行", bank),
        ("到账时间", f"{base.written(when, rng.choice((3, 0)))} {clock}"),
        ("缴纳状态", "已到账（按时足额）"),
    ]
    made = "".join(f"<div class=k>{key}</div><div class=v>{value}</div>" for key, value in pairs)
    body = f"""<div class=card><header><div><b>{center}</b><br><span>保证金管理系统</span></div>
    <img src="{draw.code_square(rng)}"></header><h1>{rng.choice(("竞买保证金到账凭证", "保证金缴纳成功回执"))}</h1>
    <div class=grid>{made}</div>{ghost}<p>1. 本凭证由系统根据银行到账信息自动生成，作为资格确认依据之一。</p>
    <p>2. 未竞得的，保证金在公示结束后五个工作日内原路退还；竞得的，按出让公告约定转作出让价款。</p>
    <footer>打印时间 {base.written(when, 3)} {clock[:2]}:59　　技术支持 {base.telephone(rng)}</footer>
    {draw.seal(rng, center, "right:14mm;bottom:10mm", "电子印章", "36mm", above=True)}</div>"""
    tint = rng.choice(("#0b5fa5", "#1b7f5c", "#8b1e2d"))
    style = f"""body{{font:10.5pt/1.5 '{rng.choice(("sans", "zenhei"))}';color:#222}} .card{{position:relative;border:1px solid #ccd;
    border-top:5px solid {tint};padding:8mm 9mm}} header{{display:flex;justify-content:space-between;color:{tint}}}
    header img{{width:20mm}} header b{{font:15pt 'sans-bold'}} h1{{font:16pt 'sans-bold';text-align:center;margin:4mm 0}}
    .grid{{display:grid;grid-template-columns:42mm 1fr;border:1px solid #dde}} .k{{background:#f1f5f9;color:#556}}
    .k,.v{{padding:1.6mm 3mm;border-bottom:1px solid #dde}} p{{font-size:9pt;color:#666;margin-top:2mm}}
    .g{{color:#fff;font-size:6pt;height:3mm;overflow:hidden}} footer{{font-size:8.5pt;color:#888;margin-top:10mm}}"""
    honest = Bill(
        payer=bidder,
        unit=center,
        unit_account=rng.choice(("", account)),
        total=total,
        issued_on=base.later(rng, when, 0, 5),
        items=(rng.choice(("竞买保证金", "投标（竞买）保证金", "保证金")),),
        note="the deposit as it came in",
    )
    wrongs = [
        base.bad(honest, "amount", "the starting price instead of the deposit", total=start),
        base.bad(honest, "payer", "another bidder or a near name", payer=base.other(rng, bidder, rival)),
        base.bad(honest, "date", "before the money came", issued_on=base.later(rng, when, -30, -3)),
        base.bad(honest, "account", "not the account it came to", unit_account=base.account(rng)),
        base.bad(honest, "purpose", "a deposit is no gift", items=("捐赠收入",)),
    ]
    chosen = rng.sample(wrongs, 1 if hidden else 2)
    if hidden:
        chosen.append(base.bad(honest, "hidden", "only letters in white say this sum", total=high))
    return Paper(
        family="auction deposit",
        tool="chromium",
        data=tools.chrome(draw.page(body, style, margin="16mm 18mm")),
        truth=Truth(
            **base.said("transfer", bidder, center, total, when, number=number, words=True),
            accounts=(account, own),
            purpose=name,
            also_names=(person,),
            also_amounts=(start,),
            also_numbers=(plot,),
            also_purposes=("竞买保证金",),
        ),
        bills=(honest, *chosen),
    )


def deal_confirmation(rng: Random) -> Paper:
    """A scan of the confirmation of a deal, signed by both: price in 万, price per area, deposit, first offer."""
    place = rng.choice(base.PLACES)
    seller, center = _seller(rng, place), place.bureau("公共资源交易中心")
    when, signer, host = base.day(rng, 2023, 2026), base.person(rng, 0), base.person(rng, 0)
    private = rng.random() < 0.15
    buyer = base.person(rng, 0.3) if private else base.company(rng, place, rng.choice(("estate", "trade")))
    area = rng.randrange(3_200, 42_000)
    total = base.rounded(rng, 1_200_000, 12_000_000, 10_000)
    first, deposit = (
        total - base.rounded(rng, 50_000, 400_000, 10_000),
        base.rounded(rng, 200_000, 1_000_000, 50_000),
    )
    each = base.yuan(total / area)
    use, years = rng.choice(_USES)
    plot = _plot(rng, place, when.year)
    number = f"{place.stem}土交确〔{when.year}〕{rng.randrange(1, 90)}号"
    facts = [
        ("地块编号", plot),
        ("坐落", base.address(rng, place) + "东侧"),
        ("土地面积", f"{area}平方米"),
        ("规划用途", f"{use}（出让年限{years}年）"),
        ("起始价", f"{base.wan(first)}万元"),
        ("成交单价", f"{each}元/平方米"),
        ("成交总价", f"人民币{base.capital(total)}（小写：{base.wan(total)}万元）"),
        ("已缴竞买保证金", f"{base.wan(deposit)}万元"),
    ]
    cells = ",".join(f"[{draw.typ(a)}],[{draw.typ(b)}]" for a, b in facts)
    lead = rng.choice(
        (
            f"{base.written(when)}，{center}受{seller}委托，以网上挂牌方式公开出让下列地块的国有建设用地使用权。经竞价，"
            f"{buyer}（以下称竞得人）以最高报价竞得。现将有关事项确认如下：",
            f"在{base.written(when)}举行的国有建设用地使用权拍卖会上，{buyer}（竞得人）竞得{seller}（出让人）委托{center}"
            "组织出让的下列地块，双方对成交结果予以确认：",
        )
    )
    sort, hand = ("签字", buyer) if private else ("盖章", signer)
    source = f"""{draw.typ_page(rng.choice(("AR PL UMing", "Noto Serif SC", "LXGW WenKai")), 12.5, 0.92)}
#mid(text(size: 20pt, weight: "bold", font: "Noto Serif SC")[国有建设用地使用权成交确认书])
#v(2mm)
#align(right)[{draw.typ(number)}]
{draw.typ(lead)}
#v(1mm)
#table(columns: (36mm, 1fr), inset: 7pt, align: (center + horizon, left + horizon), stroke: 0.6pt, {cells})
一、竞得人应当自本确认书签订之日起十个工作日内，持本确认书与出让人签订《国有建设用地使用权出让合同》。\n
二、竞得人缴纳的竞买保证金自签订本确认书之日起自动转作受让地块的定金，并抵作出让价款；竞买不成功者原路退还。\n
三、出让价款由竞得人直接向{draw.typ(seller)}缴纳，不含契税及交易服务费。\n
四、竞得人拒绝签订出让合同的，所交定金不予退还，并承担相应法律责任。\n
五、本确认书一式肆份，出让人、竞得人各执壹份，交易中心存档贰份。\n
#v(6mm)
#grid(columns: (1fr, 1fr), row-gutter: 9mm, [出让人（盖章）：{draw.typ(seller)}],
[竞得人（{sort}）：{draw.typ(buyer)}], [主持人：#text(font: "Zhi Mang Xing", size: 18pt)[{host}]],
[代表（签字）：#text(font: "Liu Jian Mao Cao", size: 19pt)[{hand}]])
#v(5mm)
#align(right)[签订日期：{base.written(when, rng.choice((0, 2)))}]"""
    pages = tools.pictures(tools.typst(source), dpi := rng.randrange(160, 230, 10))
    page = tools.stamped(pages[-1], tools.stamp(seller), (0.3, rng.uniform(0.78, 0.83)), 0.2)
    if not private:
        page = tools.stamped(
            page, tools.stamp(buyer), (rng.uniform(0.66, 0.75), rng.uniform(0.78, 0.83)), 0.19
        )
    honest = Bill(
        payer=buyer,
        unit=seller,
        total=total,
        issued_on=base.later(rng, when, 5, 40),
        items=(rng.choice(("土地出让价款", "国有土地使用权出让收入", "土地出让金")),),
        note="the price of the deal",
    )
    rest = base.odd(
        honest, "the rest after the deposit became part of the price", total=total - deposit, used=deposit
    )
    wrongs = (
        base.bad(honest, "amount", "the starting price", total=first),
        base.bad(honest, "amount", "万 read as 元", total=base.yuan(total / 10000)),
        base.bad(honest, "amount", "digits changed places", total=base.slipped(rng, total)),
        base.bad(honest, "payee", "the centre ran the sale but does not receive the price", unit=center),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, buyer)),
        base.bad(honest, "usage", "all of it although the deposit was billed", used=deposit),
        base.bad(honest, "date", "issued before the sale", issued_on=base.later(rng, when, -50, -10)),
    )
    return Paper(
        family="deal confirmation",
        tool="typst",
        data=tools.scanned(rng, tools.as_pdf([*pages[:-1], page], dpi, 90), dpi),
        form="scan",
        truth=Truth(
            **base.said("contract", buyer, seller, total, when, number=number, words=True),
            purpose="出让价款",
            also_names=(center, host, signer),
            also_amounts=(first, deposit, each),
            also_numbers=(plot,),
            also_purposes=("国有建设用地使用权", "国有建设用地使用权出让", "竞买保证金"),
        ),
        bills=(honest, *([rest] if rng.random() < 0.5 else []), *rng.sample(wrongs, 2)),
    )


def _stages(rng: Random, total: Decimal) -> list[Decimal]:
    half = (total * Decimal(rng.choice(("0.5", "0.4", "0.6"))) / 1000).quantize(Decimal(1)) * 1000
    if rng.random() < 0.5:
        return [base.yuan(half), total - half]
    third = ((total - half) / 2000).quantize(Decimal(1)) * 1000
    return [base.yuan(half), base.yuan(third), total - half - third]


def land_contract(rng: Random) -> Paper:
    """The contract for land in articles with filled blanks: price, deposit, stages with their days, an account."""
    place = rng.choice(base.PLACES)
    seller, when = _seller(rng, place), base.day(rng, 2023, 2026)
    buyer, chief = base.company(rng, place, rng.choice(("estate", "trade", "mine"))), base.people(rng, 2)
    area, (use, years) = rng.randrange(4_000, 60_000), rng.choice(_USES)
    total = base.rounded(rng, 1_800_000, 12_000_000, 10_000)
    each = base.yuan(total / area)
    deposit = base.yuan((total * Decimal("0.1") / 10000).quantize(Decimal(1)) * 10000)
    stages = _stages(rng, total)
    days = [when + timedelta(days=30 + 120 * at + rng.randrange(0, 9)) for at in range(len(stages))]
    number = f"{base.digits(rng, 6)}-{when.year}-CR-{base.digits(rng, 4)}"
    watch, plot = f"{base.digits(rng, 6)}{when.year}B{base.digits(rng, 5)}", _plot(rng, place, when.year)
    account, bank = base.account(rng), base.bank(rng, place)
    code = base.credit_code(rng)
    spread, spot = base.capital(base.yuan(area)).replace("元整", ""), base.address(rng, place)
    worth, hectare = rng.randrange(2, 9) * 1000, rng.randrange(150, 400)
    listed = "\n\n".join(
        f"第{base.small_han(at + 1)}期　人民币大写#fill[{base.capital(stage)}]（小写#fill[{base.comma(stage)}]元），付款时间："
        f"#fill[{base.written(last)}]之前；"
        for at, (stage, last) in enumerate(zip(stages, days, strict=True))
    )
    source = f"""{
        draw.typ_page(
            rng.choice(("AR PL UMing", "Noto Serif SC")),
            rng.choice((12, 13)),
            1.0,
            extra=', numbering: "— 1 —"',
        )
    }
#flat[电子监管号：{watch}]
#v(18mm)
#mid(text(size: 24pt, weight: "bold", font: "Noto Serif SC")[国有建设用地使用权出让合同])
#v(6mm)
#flat[合同编号：{number}]
#flat[出让人：{draw.typ(seller)}　　通讯地址：{base.address(rng, place)}]
#flat[受让人：{draw.typ(buyer)}　　统一社会信用代码：{code}]
#flat[通讯地址：{base.address(rng, place)}　　联系电话：{base.telephone(rng)}]
#v(4mm)
#mid[*第一章　总　则*]
第一条　根据《中华人民共和国民法典》《中华人民共和国土地管理法》等法律法规，双方本着平等、自愿、有偿、诚实信用的原则，订立本合同。

第二条　出让土地的所有权属中华人民共和国，地下资源、埋藏物不属于国有建设用地使用权出让范围。

#mid[*第二章　出让土地的交付与出让价款的缴纳*]
第三条　本合同项下出让宗地编号为#fill[{draw.typ(plot)}]，宗地总面积大写#fill[{spread}]平方米
（小写#fill[{area}]平方米），坐落于#fill[{spot}]。

第四条　本合同项下出让宗地的用途为#fill[{use}]，出让年期为#fill[{
        years
    }]年，按本合同第五条约定的交付土地之日起算。

第五条　出让人同意在#fill[{
        base.written(base.later(rng, when, 60, 120))
    }]前将出让宗地交付给受让人，交付时达到“三通一平”条件。

第六条　本合同项下宗地的国有建设用地使用权出让价款为人民币大写#fill[{base.capital(total)}]（小写#fill[{
        base.comma(total)
    }]元），每平方米人民币小写#fill[{each}]元。

第七条　本合同项下宗地的定金为人民币大写#fill[{base.capital(deposit)}]（小写#fill[{
        base.comma(deposit)
    }]元），定金抵作第一期土地出让价款。

第八条　受让人同意按以下时间和金额分期向出让人支付国有建设用地使用权出让价款：

{listed}

分期支付的，受让人在支付第二期及以后各期价款时，应按照支付第一期价款之日的贷款市场报价利率向出让人另行支付利息。

第九条　上述价款汇入出让人指定账户：户名#fill[{draw.typ(seller)}]，开户银行#fill[{bank}]，账号#fill[{
        account
    }]。

#mid[*第三章　土地开发建设与利用*]
第十条　受让人应在#fill[{base.written(base.later(rng, when, 300, 420))}]前开工，固定资产投资总额不低于
人民币#fill[{worth}]万元，其中每公顷不低于#fill[{hectare}]万元。

第十一条　受让人不能按时支付出让价款的，自滞纳之日起，每日按迟延支付款项的1‰向出让人缴纳违约金；
延期付款超过60日，经催交后仍不能支付的，出让人有权解除合同，受让人无权要求返还定金。

第十二条　因执行本合同发生争议，由双方协商解决；协商不成的，依法向宗地所在地人民法院起诉。

第十三条　本合同自双方签字盖章之日起生效。本合同一式陆份，出让人执肆份，受让人执贰份。

#v(6mm)
#block(breakable: false)[#grid(columns: (1fr, 1fr), row-gutter: 7mm, [出让人（章）：{
        draw.typ(seller)
    }], [受让人（章）：{draw.typ(buyer)}],
[法定代表人（委托代理人）（签字）：#text(font: "Liu Jian Mao Cao", size: 17pt)[{
        chief[0]
    }]], [法定代表人（委托代理人）（签字）：#text(font: "Zhi Mang Xing", size: 16pt)[{chief[1]}]])
#v(5mm)
#align(center)[{base.written(when, 1)}]]"""
    item = rng.choice(("土地出让价款", "国有土地使用权出让收入", "国有建设用地使用权出让价款"))
    honest = Bill(
        payer=buyer,
        payer_code=code,
        unit=seller,
        unit_account=rng.choice(("", account)),
        total=stages[1],
        issued_on=days[1] - timedelta(days=rng.randrange(0, 15)),
        items=(item,),
        used=stages[0],
        note="the second stage after the first was billed",
    )
    first = base.odd(
        honest,
        "the first stage less the deposit, which was billed before",
        total=stages[0] - deposit,
        used=deposit,
        issued_on=days[0] - timedelta(days=3),
    )
    wrongs = (
        base.bad(honest, "usage", "the contract was used up to this stage", used=total - stages[1] + 500_000),
        base.bad(honest, "account", "not the account of the contract", unit_account=base.account(rng)),
        base.bad(honest, "payee", "the committee of a park does not sell", unit=place.short + "工业园区管理委员会",
                 unit_account=""),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, buyer)),
        base.bad(honest, "amount", "digits changed places", total=base.slipped(rng, stages[1])),
        base.bad(honest, "purpose", "not a fee for an exam", items=("考试费",)),
        base.bad(honest, "date", "before the contract was signed", used=Decimal(0), total=stages[0],
                 issued_on=base.later(rng, when, -80, -30)),
    )  # fmt: skip
    return Paper(
        family="land contract",
        tool="typst",
        data=tools.typst(source),
        truth=Truth(
            **base.said("contract", buyer, seller, total, when, number=number, account=account, words=True),
            instalments=tuple(stages),
            purpose="国有建设用地使用权出让价款",
            also_names=tuple(chief),
            also_amounts=(each, deposit),
            also_numbers=(watch, plot),
            also_purposes=("国有建设用地使用权", "土地出让价款", "出让价款"),
        ),
        bills=(honest, *([first] if rng.random() < 0.5 else []), *rng.sample(wrongs, 2)),
    )


def payment_demand(rng: Random) -> Paper:
    """A bureau's demand for what is left of a price, with a penalty for each day, in a table."""
    place = rng.choice(base.PLACES)
    seller, when = _seller(rng, place), base.day(rng, 2023, 2026)
    buyer = base.company(rng, place, "estate")
    signed = base.later(rng, when, -700, -300)
    total = base.rounded(rng, 2_000_000, 11_000_000, 10_000)
    paid = base.yuan((total * Decimal(rng.choice(("0.5", "0.6", "0.7"))) / 1000).quantize(Decimal(1)) * 1000)
    left, late = total - paid, rng.randrange(21, 160)
    fine = base.yuan(left * late / 1000)
    due = left + fine
    contract = f"{base.digits(rng, 6)}-{signed.year}-CR-{base.digits(rng, 4)}"
    number = f"{place.stem}自然资{rng.choice(('催', '函', '催缴'))}〔{when.year}〕{rng.randrange(2, 120)}号"
    account, bank = base.account(rng), base.bank(rng, place)
    paths = _demand_text(rng, (buyer, contract), (total, paid, left, fine, due), (signed, when), late)
    table = draw.rows(
        [
            ["合同约定价款", "已缴价款", "欠缴价款", f"违约金（{late}天）", "本次应缴合计"],
            [base.comma(each) for each in (total, paid, left, fine, due)],
        ]
    )
    body = f"""<div class=w>{draw.letterhead(rng, seller, number, "")}<h1>{paths[0]}</h1><p class=to>{buyer}：</p>{paths[1]}
    <p class=u>单位：元</p><table>{table}</table>{paths[2]}
    <p>缴款账户：{seller}；开户行：{bank}；账号：{account}。</p><p>联系人：{base.person(rng, 0)}，电话：{base.telephone(rng)}。</p>
    <div class=end>{draw.seal(rng, seller, "right:4mm;top:-14mm")}<p>{seller}</p><p>{base.written(when)}</p></div></div>"""
    face = rng.choice(("uming", "serif", "wenkai"))
    style = f"""body{{font:14.5pt/1.8 '{face}'}} h1{{font:bold 19pt/1.4 'serif-bold';text-align:center;margin:0 0 5mm}}
    p{{text-indent:2em;text-align:justify}} .to,.u{{text-indent:0}} .u{{text-align:right;font-size:11pt}} table{{width:100%}}
    td,th{{border:.3mm solid #222;padding:1.5mm;text-align:center;font-size:11.5pt}} .end{{position:relative;margin-top:14mm;
    break-inside:avoid}} .end p{{text-align:right;padding-right:8mm}}"""
    honest = Bill(
        payer=buyer,
        unit=seller,
        unit_account=rng.choice(("", account)),
        total=due,
        issued_on=base.later(rng, when, 2, 14),
        items=rng.choice((("土地出让价款", "违约金"), ("国有土地使用权出让收入",))),
        note="arrears and penalty as demanded",
    )
    wrongs = (
        base.bad(honest, "amount", "the price of the contract", total=total),
        base.bad(honest, "amount", "what was paid long ago", total=paid),
        base.bad(honest, "account", "not the account of the demand", unit_account=base.account(rng)),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, buyer)),
        base.bad(honest, "payee", "the bureau of housing does not sell land", unit=place.short + "住房和城乡建设局",
                 unit_account=""),
        base.bad(honest, "usage", "billed before", used=due),
    )  # fmt: skip
    return Paper(
        family="payment demand",
        tool="weasyprint",
        data=tools.weasy(draw.page(body, style)),
        truth=Truth(
            **base.said("policy", buyer, seller, due, when, number=number, account=account),
            purpose="国有建设用地使用权出让价款",
            also_amounts=(total, paid, left, fine),
            also_numbers=(contract,),
            also_purposes=("违约金", "出让价款", *(("土地出让价款",) if "土地出让" in paths[0] else ())),
        ),
        bills=base.held(rng, honest, wrongs),
    )


def _demand_text(
    rng: Random, named: tuple[str, str], sums: tuple[Decimal, ...], days: tuple[date, date], late: int
) -> tuple[str, str, str]:
    _, contract = named
    total, paid, left, fine, due = (base.comma(each) for each in sums)
    signed, when = days
    last = when - timedelta(days=late)
    title = rng.choice(("关于催缴国有建设用地使用权出让价款的通知", "土地出让价款催缴通知书"))
    lead = (
        f"<p>你公司与我局于{base.written(signed)}签订《国有建设用地使用权出让合同》（合同编号：{contract}），约定国有建设用地使用权出让价款"
        f"{total}元，末期价款应于{base.written(last)}前付清。截至{base.written(when)}，你公司已缴纳{paid}元，尚欠{left}元，已逾期{late}天。"
        "根据合同关于迟延付款的约定，自滞纳之日起每日按迟延支付款项的1‰计收违约金。经核算，具体如下：</p>"
    )
    close = rng.choice(
        (
            f"<p>请你公司自收到本通知之日起十五日内，将上述欠缴价款及违约金共计{due}元一次性缴清。逾期未缴的，违约金继续计算，我局将依约"
            "解除合同、不予返还定金，并依法追究违约责任。</p>",
            f"<p>现要求你公司于{base.written(when + timedelta(days=15))}前足额缴纳{due}元（其中违约金{fine}元）。拒不缴纳的，我局将提请"
            "人民法院处理，并将失信信息推送信用平台。</p>",
        )
    )
    return title, lead, close


LAYOUTS = {
    "auction_deposit": auction_deposit,
    "deal_confirmation": deal_confirmation,
    "land_contract": land_contract,
    "payment_demand": payment_demand,
}
