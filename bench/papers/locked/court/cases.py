"""Scans from a court's files: mediation orders, receipts for execution money, costs that are given back."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.court import base, draw
from bench.papers.values import Bill, Paper, Truth

_STORIES = (
    (
        "hospital",
        "医疗服务合同纠纷",
        "医疗费",
        "被告因外伤在原告处住院治疗，出院结算后尚欠医疗费",
        ("医疗费", "住院收费"),
    ),
    (
        "school",
        "房屋租赁合同纠纷",
        "房屋租金",
        "被告承租原告临街门面房，合同到期后未付清租金，尚欠",
        ("房屋租金", "国有资产出租收入"),
    ),
    (
        "institute",
        "技术服务合同纠纷",
        "技术服务费",
        "原告依约完成技术服务并交付成果，被告未按期付款，尚欠技术服务费",
        ("技术服务费",),
    ),
)


def mediation(rng: Random) -> Paper:
    """A mediation order: a debt, what is waived of it, and stages with their days, to a public unit."""
    place = rng.choice(base.PLACES)
    sort, cause, purpose, story, items = rng.choice(_STORIES)
    unit, court, when = base.public_unit(rng, place, sort), place.court, base.day(rng, 2023, 2026)
    private = sort == "hospital"
    debtor = base.person(rng, 0.25) if private else base.company(rng, place)
    stages = [base.rounded(rng, 8_000, 90_000, 500) for _ in range(rng.choice((2, 3, 3)))]
    total = sum(stages, Decimal(0))
    waived = base.yuan(rng.randrange(900, 9_000)) + rng.choice((Decimal(0), Decimal("0.60")))
    claim, fee = total + waived, base.yuan((base.court_fee(total) / 2).quantize(Decimal(1)))
    number = base.case_number(rng, place, when.year)
    days = [when + timedelta(days=rng.randrange(20, 40) + 61 * at) for at in range(len(stages))]
    account, bank = base.account(rng), base.bank(rng, place)
    names = base.people(rng, 5)
    paid = "；".join(
        f"于{base.written(each, rng.choice((0, 0, 2)))}前支付{base.plain(stage)}元"
        for each, stage in zip(days, stages, strict=True)
    )
    deal = (
        f"一、被告{debtor}尚欠原告{unit}{purpose}{base.plain(claim)}元，原告自愿放弃其中的{base.plain(waived)}元，被告应付"
        f"{base.plain(total)}元，分{'两' if len(stages) == 2 else '三'}期付清：{paid}；款项汇入原告账户（户名：{unit}，开户行：{bank}，"
        f"账号：{account}）；",
        f"二、如被告任何一期未足额支付，原告可就全部未付款项（含已放弃的{base.plain(waived)}元）一并申请强制执行；",
        f"三、案件受理费减半收取{base.plain(fee)}元，由被告{debtor}负担，原告已预交，被告于{base.written(days[-1])}前迳付原告；",
        "四、双方就本案再无其他争议。",
    )
    who = (
        f"被告：{debtor}，{rng.choice('男女')}，{rng.randrange(1958, 1999)}年{rng.randrange(1, 13)}月生，住{base.address(rng, place)}。"
        if private
        else f"被告：{debtor}，住所地{base.address(rng, place)}。法定代表人：{names[3]}，总经理。"
    )
    text = "".join(
        f"<p>{each}</p>"
        for each in (
            f"原告：{unit}，住所地{base.address(rng, place)}。",
            f"法定代表人：{names[0]}，该单位负责人。",
            f"委托诉讼代理人：{names[1]}，该单位工作人员。",
            who,
            f"原告{unit}与被告{debtor}{cause}一案，本院于{base.written(base.later(rng, when, -60, -15))}立案后，依法适用简易程序，公开"
            "开庭进行了审理。",
            f"原告{unit}向本院提出诉讼请求：判令被告支付所欠款项{base.plain(claim)}元并承担诉讼费用。事实和理由：{story}"
            f"{base.plain(claim)}元，经多次催要未果。",
            "本案审理过程中，经本院主持调解，当事人自愿达成如下协议，请求人民法院确认：",
            *deal,
            "上述协议，不违反法律规定，本院予以确认。",
            rng.choice(
                (
                    "本调解书经各方当事人签收后，即具有法律效力。",
                    "本调解协议经各方当事人在笔录上签名或者盖章，本院予以确认后即具有法律效力。",
                )
            ),
        )
    )
    body = f"""<h1>{court}</h1><h2>民 事 调 解 书</h2><p class=no>{number}</p>{text}
    <div class=foot><p>审　判　员　　{names[2]}</p>{draw.seal(rng, court, "right:6mm;top:2mm", width="44mm")}
    <p class=d>{base.written(when, 1)}</p><p>书　记　员　　{names[4]}</p></div>"""
    face = rng.choice(("uming", "serif", "wenkai"))
    style = f"""body{{font:15pt/1.75 '{face}'}} h1{{font:bold 20pt 'serif-bold';text-align:center;margin:0}}
    h2{{font:bold 23pt 'serif-bold';text-align:center;margin:3mm 0 5mm}} .no{{text-align:right;margin-bottom:5mm}}
    p{{text-indent:2em;text-align:justify}} .no{{text-indent:0}} .foot{{position:relative;padding-top:8mm;
    break-inside:avoid}} .foot p{{text-align:right;padding-right:12mm}} .d{{margin:5mm 0}}"""
    honest = Bill(
        payer=debtor,
        unit=unit,
        unit_account=rng.choice(("", account)),
        total=stages[1],
        issued_on=days[1] - timedelta(days=rng.randrange(0, 6)),
        items=(rng.choice(items),),
        used=stages[0],
        note="the second stage after a bill for the first",
    )
    full = base.odd(honest, "all stages paid at once", total=total, used=Decimal(0))
    wrongs = (
        base.bad(honest, "amount", "what was owed before a part was waived", total=claim, used=Decimal(0)),
        base.bad(honest, "usage", "the whole sum after the first stage was billed", total=total),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, debtor)),
        base.bad(honest, "purpose", "not what was owed", items=("捐赠收入",)),
        base.bad(honest, "date", "issued before the order", issued_on=base.later(rng, when, -40, -10)),
    )
    return Paper(
        family="mediation order",
        tool="weasyprint",
        data=draw.worn(rng, tools.weasy(draw.page(body, style, margin="30mm 27mm 26mm")), 150, 190),
        form="scan",
        truth=Truth(
            **base.said("policy", debtor, unit, total, when, number=number, account=account),
            instalments=tuple(stages),
            purpose=purpose,
            also_names=(court, *names),
            also_amounts=(claim, waived, fee),
            also_purposes=(cause, "案件受理费"),
        ),
        bills=(honest, *([full] if rng.random() < 0.4 else []), *rng.sample(wrongs, 2)),
    )


def execution_receipt(rng: Random) -> Paper:
    """A court's receipt for execution money, filled in by hand and photographed; some contradict themselves."""
    place = rng.choice(base.PLACES)
    court, when = place.court, base.day(rng, 2023, 2026)
    debtor = base.person(rng, 0.3) if rng.random() < 0.5 else base.company(rng, place)
    creditor = base.company(rng, rng.choice(base.PLACES), "mine")
    agent, clerk = base.people(rng, 2, 0)
    total = rng.choice(
        (base.rounded(rng, 3_000, 900_000, 100), base.yuan(Decimal(rng.randrange(150_000, 30_000_000)) / 100))
    )
    number = base.case_number(rng, place, when.year, "执")
    slip = base.digits(rng, 8)
    torn = rng.random() < 0.3
    words = base.slipped(rng, total) if torn else total
    hand = rng.choice(("zhimang", "mashan", "wenkai"))
    part = rng.choice(("第二联　交款人收执", "第三联　财务记账", "第一联　存根"))
    cells = (
        ("案　号", number, "承办人", clerk),
        ("申请执行人", creditor, "被执行人", debtor),
        (
            "交款人",
            f"{debtor}" + (f"（经手：{agent}）" if rng.random() < 0.6 else ""),
            "交款方式",
            "银行转账",
        ),
    )
    made = "".join(
        f"<tr><td class=k>{a}</td><td class=h>{b}</td><td class=k>{c}</td><td class=h>{d}</td></tr>"
        for a, b, c, d in cells
    )
    title = rng.choice(("执行案款收款收据", "代收执行案款专用收据"))
    body = f"""<div class=slip>{draw.seal(rng, court, "right:20mm;bottom:4mm", "执行款专用章", "40mm")}
    <h1>{court}</h1><h2>{title}</h2><div class=top><span>收款日期：<b>{base.written(when, rng.choice((0, 2)))}</b></span>
    <span class=red>№ {slip}</span></div><table>{made}
    <tr><td class=k>款项名称</td><td class=h colspan=3>执行案款</td></tr>
    <tr><td class=k>金额（大写）</td><td class=h colspan=2>{base.capital(words)}</td><td class=h>￥{base.comma(total)}</td></tr>
    <tr><td class=k>备　注</td><td class=h colspan=3>{rng.choice(("一案一账号到账，待发放", "部分履行，余款续执", "自动履行"))}</td></tr>
    </table><div class=side>{part}</div><div class=end><span>收款单位（章）：{court}</span>
    <span>收款人：<b>{clerk}</b></span></div></div>"""
    style = f"""body{{font:11.5pt/1.6 'uming'}} .slip{{position:relative;padding:6mm 10mm 16mm}} h1{{font:15pt 'serif-bold';
    text-align:center;margin:0}} h2{{font:18pt 'serif-bold';text-align:center;margin:2mm 0;letter-spacing:3pt}}
    .top,.end{{display:flex;justify-content:space-between;margin:2mm 0}} .end{{margin-top:4mm}} table{{width:100%}}
    td{{border:.35mm solid #444;padding:1.3mm 2mm;height:8mm}} .k{{width:25mm;text-align:center}} .red{{color:#c22}}
    .h,b{{font:15pt/1.25 '{hand}';color:#1d2a63}} .side{{position:absolute;right:1mm;top:36mm;width:5mm;font-size:9pt;
    line-height:1.15;text-align:center}}"""
    pdf = tools.weasy(draw.page(body, style, "A5 landscape", "6mm"))
    photo = rng.random() < 0.6
    honest = Bill(
        payer=debtor,
        unit=court,
        total=total,
        issued_on=base.later(rng, when, 0, 12),
        items=(rng.choice(("执行案款", "代收代付款", "执行款")),),
        note="what the court holds for the creditor",
    )
    wrongs = (
        base.bad(honest, "payer", "the creditor did not pay", payer=creditor),
        base.bad(honest, "amount", "a digit out of place", total=base.slipped(rng, total)),
        base.bad(honest, "date", "before it was paid", issued_on=base.later(rng, when, -25, -4)),
        base.bad(honest, "purpose", "not for the court's own costs", items=("考试费",)),
        base.bad(honest, "payee", "another court", unit=place.middle_court),
    )
    note = "words and digits of the receipt differ"
    bills = base.torn(honest, words, note) if torn else base.held(rng, honest, wrongs)
    return Paper(
        family="execution receipt",
        tool="weasyprint",
        data=draw.taken(rng, pdf, 210) if photo else draw.worn(rng, pdf, 200, 260),
        media_type="image/jpeg" if photo else "application/pdf",
        form="scan",
        truth=Truth(
            **base.said("other", debtor, court, total, when, number=slip),
            words=words,
            purpose="执行案款",
            also_names=(creditor, agent, clerk),
            also_amounts=(words,) if torn else (),
            also_numbers=(number,),
        ),
        bills=bills,
    )


def _refund_rows(
    rng: Random, sums: tuple[Decimal, Decimal, Decimal], fields: dict[str, str], when: date, names: list[str]
) -> str:
    paid, borne, back = sums
    left = "".join(
        f"<tr><td class=k>{key}</td><td colspan=5 class=v>{value}</td></tr>" for key, value in fields.items()
    )
    money = draw.rows(
        [
            [
                "<b>预交金额</b>",
                base.comma(paid),
                "<b>应负担金额</b>",
                base.comma(borne),
                "<b>应退金额</b>",
                base.comma(back),
            ],
            ["<b>应退金额大写</b>"],
        ],
        head=False,
    ).replace(
        "<b>应退金额大写</b></td>",
        f"<b>应退金额大写</b></td><td colspan=5 class=v>人民币{base.capital(back)}</td>",
    )
    signs = "".join(
        f"<td class=k>{role}</td><td class=s>{name}<br><i>{base.written(base.later(rng, when, -6, -1), 4)}</i></td>"
        for role, name in zip(("经办人", "庭长", "主管院长"), names, strict=True)
    )
    return f"{left}{money}<tr>{signs}</tr>"


def refund(rng: Random) -> Paper:
    """A court's form by which costs that a public unit had paid in advance are given back to it."""
    place = rng.choice(base.PLACES)
    court, when = place.court, base.day(rng, 2023, 2026)
    unit = base.public_unit(rng, place)
    loser = base.company(rng, place, "build")
    paid = base.yuan(rng.randrange(2_400, 52_000)) + rng.choice((Decimal(0), Decimal("0.50")))
    borne = base.yuan((paid * Decimal(rng.choice(("0.2", "0.35", "0.5", "0.1")))).quantize(Decimal("0.1")))
    back = paid - borne
    number = base.case_number(rng, place, when.year - rng.choice((0, 0, 1)))
    account, bank = base.account(rng), base.bank(rng, place)
    names = base.people(rng, 3)
    fields = {
        "案　号": number,
        "当事人": f"原告：{unit}；被告：{loser}",
        "退费原因": rng.choice(
            (
                "胜诉退费（生效判决确定由被告负担部分）",
                "调解结案，减半收取并由双方分担",
                "撤诉减半及对方负担部分退还",
            )
        ),
        "退费单位": court,
        "收款单位": unit,
        "开户银行": bank,
        "账　号": base.spaced(account) if rng.random() < 0.4 else account,
    }
    body = f"""<div class=w>{draw.seal(rng, court, "right:10mm;bottom:6mm", "诉讼费专用章")}
    <h1>{court}</h1><h2>{rng.choice(("诉讼费用退费结算单", "退还诉讼费用审批表"))}</h2>
    <table>{_refund_rows(rng, (paid, borne, back), fields, when, names)}
    <tr><td class=k>财务部门<br>意见</td><td colspan=5 class=f>经复核，同意退还诉讼费用{base.comma(back)}元，款项已于
    {base.written(when)}由本院诉讼费专户转账退出。<p class=d>{base.written(when, rng.choice((0, 1)))}</p></td></tr></table>
    <p class=n>说明：退费以转账方式办理，不退现金；收款单位收到款项后应向本院开具收款票据。</p></div>"""
    face = rng.choice(("uming", "wenkai", "zenhei"))
    style = f"""body{{font:12.5pt/1.6 '{face}'}} h1{{font:bold 19pt 'serif-bold';text-align:center;margin:0}} .w{{position:relative}}
    h2{{font:bold 17pt 'serif-bold';text-align:center;margin:2mm 0 5mm}} table{{width:100%;table-layout:fixed}}
    td{{border:.35mm solid #222;padding:1.6mm 1.5mm;text-align:center}} .v{{text-align:left;padding-left:3mm}}
    .k{{font-weight:bold}} .s{{font:15pt/1.2 'zhimang';color:#222a55;height:17mm}} i{{font:12pt 'zhimang'}}
    .f{{text-align:left;height:36mm;vertical-align:top;padding:3mm;text-indent:2em}} .d{{text-align:right;
    padding:8mm 12mm 0 0}} .n{{font-size:10pt;padding-top:16mm}}"""
    honest = Bill(
        payer=court,
        unit=unit,
        unit_account=account,
        total=back,
        issued_on=base.later(rng, when, 0, 20),
        items=(rng.choice(("退回诉讼费", "收回诉讼费款", "诉讼费退款")),),
        note="the unit receives costs back from the court",
    )
    wrongs = (
        base.bad(honest, "amount", "what was paid in advance, not what came back", total=paid),
        base.bad(honest, "amount", "the part the unit bears", total=borne),
        base.bad(honest, "payer", "the other side did not pay this", payer=loser),
        base.bad(honest, "account", "another account of the unit", unit_account=base.account(rng)),
        base.bad(honest, "date", "before it was paid back", issued_on=base.later(rng, when, -60, -15)),
        base.bad(
            honest, "payee", "another unit of the place", unit=place.short + "红十字会", unit_account=""
        ),
    )
    return Paper(
        family="refund of costs",
        tool="weasyprint",
        data=draw.worn(rng, tools.weasy(draw.page(body, style, margin="22mm 20mm"))),
        form="scan",
        truth=Truth(
            **base.said("other", court, unit, back, when, account=account, words=True),
            purpose="退还诉讼费用",
            also_names=(loser, *names),
            also_amounts=(paid, borne),
            also_numbers=(number,),
            also_purposes=("诉讼费用", "诉讼费用退费", fields["退费原因"]),
        ),
        bills=base.held(rng, honest, wrongs),
    )


LAYOUTS = {"mediation": mediation, "execution_receipt": execution_receipt, "refund": refund}
