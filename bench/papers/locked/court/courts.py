"""Papers of courts on costs: notices to pay fees, judgments with shares of costs."""

from datetime import date
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.court import base, draw
from bench.papers.locked.court.word import KAI, MING, SONG, Letter
from bench.papers.values import Bill, Paper, Truth

_CAUSES = base.split(
    "买卖合同纠纷 民间借贷纠纷 建设工程施工合同纠纷 房屋租赁合同纠纷 承揽合同纠纷 物业服务合同纠纷 股权转让纠纷"
)


def fee_notice(rng: Random) -> Paper:
    """A notice to pay fees in advance: half the fee in short procedure, with a fee for preservation."""
    place = rng.choice(base.PLACES)
    court, when = place.court, base.day(rng, 2023, 2026)
    private = rng.random() < 0.45
    plaintiff = base.person(rng, 0.2) if private else base.company(rng, place)
    defendant = base.company(rng, rng.choice(base.PLACES), "build")
    claim = base.yuan(rng.randrange(60_000, 4_800_000)) + rng.choice((Decimal(0), Decimal("0.35")))
    fee = base.court_fee(claim).quantize(Decimal(1)) + Decimal("0.00")
    short = rng.random() < 0.65
    due = base.yuan(fee / 2) if short else fee
    kept = min(base.yuan(5000), base.yuan((claim * Decimal("0.005") + 520).quantize(Decimal(1))))
    total = due + kept
    number = base.case_number(rng, place, when.year)
    code = base.digits(rng, 20)
    account, bank = base.account(rng), base.bank(rng, place)
    cause = rng.choice(_CAUSES)
    days = rng.choice(("七日", "7日"))
    half = (
        "本案适用简易程序审理，依照《诉讼费用交纳办法》第十六条的规定减半交纳，"
        if short
        else "本案适用普通程序审理，"
    )
    lead = rng.choice(
        (
            f"你{'' if private else '单位'}与{defendant}{cause}一案，本院已收到起诉材料，案件标的额为人民币{base.comma(claim)}元。"
            f"按标的额计算案件受理费为{base.comma(fee)}元。{half}你{'' if private else '单位'}应预交的诉讼费用见下表：",
            f"关于原告{plaintiff}诉被告{defendant}{cause}一案（诉讼标的{base.comma(claim)}元），经计算，案件受理费全额"
            f"{base.comma(fee)}元。{half}现将应预交的费用通知如下：",
        )
    )
    table = draw.rows(
        [
            ["序号", "费用项目", "计费依据", "金额（元）", "备注"],
            ["1", "案件受理费", f"标的额 {base.comma(claim)}", base.comma(due), "减半收取" if short else ""],
            ["2", "财产保全申请费", "保全金额以裁定为准", base.comma(kept), "" if kept < 5000 else "按上限"],
            ["合计", "", f"大写：{base.capital(total)}", base.comma(total), ""],
        ]
    )
    body = f"""<div class=wrap>{draw.seal(rng, court, "right:12mm;bottom:16mm")}
    <h1>{court}</h1><h2>{rng.choice(("诉讼费用缴费通知书", "交纳诉讼费用通知书"))}</h2>
    <p class=no>{number}</p><p class=to>{plaintiff}：</p><p>{lead}</p><table class=fees>{table}</table>
    <p>请在收到本通知书次日起{days}内，通过以下任一方式交纳。逾期未交纳又未提出缓、减、免申请的，按自动撤回起诉处理。</p>
    <table class=pay><tr><td>缴款码</td><td>{base.spaced(code)}</td><td rowspan=4 class=qr>
    <img src="{draw.code_square(rng)}"><br>微信、支付宝扫码</td></tr>
    <tr><td>收款户名</td><td>{court}</td></tr><tr><td>收款账号</td><td>{account}</td></tr>
    <tr><td>开户银行</td><td>{bank}</td></tr></table>
    <p class=small>注：1. 柜面转账的，请在用途栏注明缴款码；2. 缴费后凭电子票据号向立案庭确认，电话：{base.telephone(rng)}；
    3. 案件审结后，需退还的诉讼费用退回原缴款账户。</p>
    <p class=sign>{base.written(when, rng.choice((0, 1, 2)))}</p></div>"""
    face = rng.choice(("serif", "uming", "sans"))
    style = f"""body{{font:12.5pt/1.85 '{face}'}} h1{{font:bold 20pt 'serif-bold';text-align:center;margin:0}}
    h2{{font:bold 18pt 'serif-bold';text-align:center;margin:3mm 0 4mm;letter-spacing:2pt}} .no{{text-align:right}}
    p{{text-indent:2em}} .to,.no{{text-indent:0}} table{{width:100%;margin:3mm 0}} .wrap{{position:relative}}
    td,th{{border:.3mm solid #333;padding:.6mm 2mm;text-align:center;font-size:11pt;line-height:1.6}}
    .pay td{{text-align:left}} .qr{{width:34mm;text-align:center!important;font-size:8pt!important}}
    .qr img{{width:24mm}} .small{{font-size:9.5pt;line-height:1.5}} .sign{{text-align:right;padding:14mm 10mm 22mm 0}}"""
    honest = Bill(
        payer=plaintiff,
        payer_code="" if private else base.credit_code(rng),
        unit=court,
        unit_account=account,
        total=total,
        issued_on=base.later(rng, when, 1, 7),
        items=rng.choice((("诉讼费",), ("案件受理费", "财产保全申请费"))),
        note="the fee as the notice sums it up",
    )
    wrongs = [
        base.bad(
            honest, "payer", "the defendant's or a near name", payer=base.other(rng, plaintiff, defendant)
        ),
        base.bad(honest, "account", "another account of the court", unit_account=base.account(rng)),
        base.bad(honest, "purpose", "not a court's fee", items=("培训费",)),
    ]
    if short:
        wrongs.append(base.bad(honest, "amount", "the fee before it was halved", total=fee + kept))
    return Paper(
        family="litigation fee notice",
        tool="chromium",
        data=tools.chrome(draw.page(body, style)),
        truth=Truth(
            **base.said("policy", plaintiff, court, total, when, number=number, account=account, words=True),
            purpose="诉讼费用",
            also_names=(defendant,),
            also_amounts=(claim, fee, due, kept),
            also_numbers=(code,),
            also_purposes=("案件受理费", "财产保全申请费"),
        ),
        bills=base.held(rng, honest, wrongs),
    )


def judgment(rng: Random) -> Paper:
    """A judgment of several pages on things rather than money; each side bears a share of the costs."""
    place = rng.choice(base.PLACES)
    court, when = place.court, base.day(rng, 2023, 2026)
    one, other = base.company(rng, place, "estate"), base.company(rng, place, "trade")
    chiefs = base.people(rng, 8)
    worth = base.rounded(rng, 900_000, 4_500_000, 10_000)
    fee = base.court_fee(worth)
    expert = base.rounded(rng, 6_000, 40_000, 500)
    kept = base.yuan(5000)
    costs = fee + expert + kept
    share = (costs * Decimal(rng.choice(("0.2", "0.25", "0.3", "0.15")))).quantize(Decimal(1)) + Decimal(
        "0.00"
    )
    rest = costs - share
    number, code = base.case_number(rng, place, when.year), base.credit_code(rng)
    _draw_judgment(
        paper := Letter(rng.choice((MING, SONG)), 15, 28),
        (court, number, one, other, code),
        place,
        (worth, fee, expert, kept, costs, share, rest),
        when,
        chiefs,
        rng,
    )
    honest = Bill(
        payer=other,
        payer_code=code,
        unit=court,
        total=rest,
        issued_on=base.later(rng, when, 12, 45),
        items=("诉讼费",),
        note="the defendant pays its share of the costs",
    )
    own = base.odd(
        honest, "the plaintiff's own share, kept of what it paid in advance", payer=one, total=share
    )
    wrongs = [
        base.bad(honest, "amount", "all costs instead of the defendant's share", total=costs),
        base.bad(honest, "amount", "the other side's share", total=share),
        base.bad(honest, "payee", "the court above is not the one to pay to", unit=place.middle_court),
        base.bad(
            honest, "date", "issued before judgment was given", issued_on=base.later(rng, when, -60, -20)
        ),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, other)),
    ]
    return Paper(
        family="judgment",
        tool="docx",
        data=paper.pdf(),
        truth=Truth(
            kind="policy",
            payers=(one, other),
            payees=(court,),
            total=costs,
            signed_on=when,
            numbers=(number,),
            purpose="诉讼费用",
            also_names=(*chiefs, place.middle_court),
            also_amounts=(worth, fee, expert, kept, share, rest),
            also_purposes=("案件受理费", "鉴定费", "保全申请费"),
        ),
        bills=(honest, *([own] if rng.random() < 0.5 else []), *rng.sample(wrongs, 2)),
    )


def _draw_judgment(
    paper: Letter,
    named: tuple[str, str, str, str, str],
    place: base.Place,
    sums: tuple[Decimal, ...],
    when: date,
    chiefs: list[str],
    rng: Random,
) -> None:
    court, number, one, other, code = named
    worth, fee, expert, kept, costs, share, rest = (base.plain(each) for each in sums)
    paper.line(court, "center", size=22, font=SONG, bold=True)
    paper.line("民 事 判 决 书", "center", size=24, font=SONG, bold=True, after=10)
    paper.line(number, "right", after=8)
    signed, handed = base.day(rng, 2021, 2022), base.later(rng, when, -200, -90)
    for text in (
        f"原告：{one}，住所地{base.address(rng, place)}，统一社会信用代码{base.credit_code(rng)}。",
        f"法定代表人：{chiefs[0]}，该公司{rng.choice(('董事长', '总经理', '执行董事'))}。",
        f"委托诉讼代理人：{chiefs[1]}，{place.town}衡信律师事务所律师。",
        f"被告：{other}，住所地{base.address(rng, place)}，统一社会信用代码{code}。",
        f"法定代表人：{chiefs[2]}，该公司经理。",
        f"委托诉讼代理人：{chiefs[3]}，该公司法务。",
        f"原告{one}与被告{other}房屋租赁合同纠纷一案，本院于{base.written(handed)}立案后，依法适用普通程序，公开开庭进行了"
        f"审理。原告委托诉讼代理人{chiefs[1]}、被告委托诉讼代理人{chiefs[3]}到庭参加诉讼。本案现已审理终结。",
        "原告向本院提出诉讼请求：1.确认双方签订的《厂房租赁合同》已解除；2.判令被告腾退厂房及附属场地，并拆除擅自加建的"
        "构筑物；3.案件受理费、鉴定费、保全费由被告承担。事实和理由：被告承租期间未经许可改动承重结构，并将部分场地转租他人，"
        "经多次书面催告仍未整改，已构成根本违约。",
        f"被告辩称，合同尚在履行期内，加建部分取得过原告口头同意；转租面积不足一成，不足以解除合同。案涉房屋评估价值为{worth}元，"
        "与实际不符，不认可以此确定受理费。",
        f"本院经审理认定事实如下：{base.written(signed)}，原、被告签订《厂房租赁合同》，约定由被告承租位于"
        f"{base.address(rng, place)}的厂房两幢及场地。合同第九条约定，未经书面同意不得改建、不得转租。诉讼中，经原告申请，本院委托"
        f"{place.city}建设工程质量检测中心对承重结构改动情况进行鉴定，该中心出具鉴定意见：二层次梁存在切割，需加固处理。原告支付"
        f"鉴定费{expert}元。",
        "本院认为，依法成立的合同受法律保护。被告未经出租人书面同意改动房屋承重结构，经催告后在合理期限内未恢复原状，原告有权"
        "解除合同。原告对转租部分长期知情而未提出异议，对纠纷的发生亦有一定责任，本院在诉讼费用负担上酌情考虑。",
        "依照《中华人民共和国民法典》第五百六十三条、第七百一十五条、第七百一十六条，《中华人民共和国民事诉讼法》第六十七条规定，"
        "判决如下：",
        "一、确认原、被告签订的《厂房租赁合同》于起诉状副本送达之日解除；",
        f"二、被告{other}于本判决生效之日起三十日内将案涉厂房及场地腾空交还原告{one}，并拆除加建的构筑物；",
        "三、驳回原告的其他诉讼请求。",
        f"案件受理费{fee}元，鉴定费{expert}元，保全申请费{kept}元，诉讼费用合计{costs}元（原告已预交），由原告{one}负担{share}元，"
        f"被告{other}负担{rest}元。被告负担的部分，应自本判决生效之日起七日内向本院交纳；原告预交的{rest}元，由本院退还。",
        f"如不服本判决，可以在判决书送达之日起十五日内，向本院递交上诉状，并按照对方当事人的人数提出副本，上诉于"
        f"{place.middle_court}，并于上诉期满后七日内预交上诉案件受理费。",
    ):
        paper.line(text, indent=True)
    paper.line("", "left")
    for role, name in (("审  判  长", chiefs[4]), ("审  判  员", chiefs[5]), ("人民陪审员", chiefs[6])):
        paper.line(f"{role}    {name}　　", "right", lead=30)
    paper.line(f"{base.written(when, 1)}　　", "right", before=14, lead=32)
    paper.line("本件与原本核对无异", "left", font=KAI)
    paper.line(f"书  记  员    {chiefs[7]}　　", "right", before=6, lead=32)


LAYOUTS = {"fee_notice": fee_notice, "judgment": judgment}
