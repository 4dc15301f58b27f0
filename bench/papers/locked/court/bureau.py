"""Papers of a natural resources bureau: fines, deposits for restoring land, fees by area and rate, compensation."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

from bench.papers import tools
from bench.papers.locked.court import base, draw
from bench.papers.locked.court.word import HEI, KAI, MING, SONG, Letter, Sheet
from bench.papers.values import Bill, Paper, Truth


def penalty(rng: Random) -> Paper:
    """A scanned decision on a fine by area and rate, with the seal over the sums; some were revoked afterwards."""
    place = rng.choice(base.PLACES)
    office = place.bureau(rng.choice(("自然资源局", "综合行政执法局", "自然资源和规划局")))
    when = base.day(rng, 2023, 2026)
    private = rng.random() < 0.4
    who = base.person(rng, 0.35) if private else base.company(rng, place, rng.choice(("mine", "build")))
    chief, village = (
        base.person(rng, 0.1),
        rng.choice(base.split("石桥村 柳树屯 东升村 白土坡村 下营子村 三官庙村")),
    )
    area = Decimal(rng.randrange(1_200, 98_000)) / 10
    rate = rng.choice((10, 15, 20, 30, 100))
    fine = base.yuan((area * rate).quantize(Decimal("0.01")))
    gain = base.yuan(rng.randrange(1_000, 90_000)) + rng.choice((Decimal(0), Decimal("0.80")))
    total = fine + gain
    number = (
        f"{place.stem}{rng.choice(('自然资罚', '执罚决', '自规罚'))}〔{when.year}〕{rng.randrange(1, 210)}号"
    )
    bank, revoked = base.bank(rng, place), rng.random() < 0.35
    gone = base.later(rng, when, 40, 90)
    you = "你" if private else "你单位"
    sheet = draw.rows(
        [
            ["处罚项目", "计算依据", "金额（元）"],
            ["罚款", f"{area}平方米×{rate}元/平方米", base.comma(fine)],
            ["没收违法所得", "销售凭证核定", base.comma(gain)],
            ["合　计", base.capital(total), base.comma(total)],
        ]
    )
    cross = (
        "<div class=x>撤　销</div><div class=note>本决定已由"
        f"{place.stem}复撤〔{gone.year}〕{rng.randrange(1, 20)}号决定撤销，不再执行。{base.written(gone, 4)}</div>"
        if revoked
        else ""
    )
    began, told = base.later(rng, when, -400, -120), base.written(base.later(rng, when, -30, -12))
    did = rng.choice(("堆放砂石料并对外销售", "建设机械停放场及加工棚", "采挖建筑用砂石"))
    dated = base.written(when, rng.choice((0, 1)))
    body = f"""<div class=w>{cross}<h1>{office}</h1><h2>行 政 处 罚 决 定 书</h2><p class=no>{number}</p>
    <p>当事人：{who}{f"，身份证号码{base.digits(rng, 6)}********{base.digits(rng, 4)}" if private else f"，法定代表人：{chief}"}，
    {"住址" if private else "住所"}：{base.address(rng, place)}。</p>
    <p>经查，{you}于{began.year}年{began.month}月起，未经批准，擅自占用{place.short}{village}集体土地{area}平方米{did}。以上事实有现场勘测
    笔录、询问笔录、土地利用现状图等证据为证。</p>
    <p>{you}的行为违反了《中华人民共和国土地管理法》第四十四条的规定。我局于{told}告知{you}拟作出处罚的内容及依法享有的权利，{you}在
    规定期限内未提出陈述、申辩。依据该法第七十七条及其实施条例第五十七条，决定处罚如下：</p>
    <p>一、责令退还非法占用的土地，限期拆除地上建筑物，恢复土地原状；</p><p>二、罚款及没收违法所得按下表执行：</p>
    <div class=m><table>{sheet}</table>{draw.seal(rng, office, f"right:{rng.randrange(0, 30)}mm;top:-4mm", width="43mm")}</div>
    <p>{you}应自收到本决定书之日起十五日内，持本决定书到{bank}缴纳上述款项（执收单位：{office}）。逾期不缴纳的，每日按罚款数额的3%
    加处罚款，加处罚款的数额不超过罚款数额。</p>
    <p>如不服本决定，可在收到之日起六十日内申请行政复议，或者六个月内向{place.court}提起行政诉讼。</p>
    <div class=end>{draw.seal(rng, office, "right:4mm;top:-13mm")}<p>{office}</p><p>{dated}</p></div></div>"""
    face = rng.choice(("uming", "wenkai", "serif"))
    style = f"""body{{font:12.5pt/1.72 '{face}'}} h1{{font:bold 19pt 'serif-bold';text-align:center;margin:0}} .w{{position:relative}}
    h2{{font:bold 21pt 'serif-bold';text-align:center;margin:3mm 0 4mm}} p{{text-indent:2em;text-align:justify}} .no{{text-indent:0;
    text-align:right}} .m{{position:relative;margin:3mm 0}} table{{width:100%}} td,th{{border:.35mm solid #222;padding:1mm 2mm;
    text-align:center;font-weight:normal}} .end{{position:relative;margin-top:16mm;break-inside:avoid}} .end p{{text-align:right;
    padding-right:10mm}} .x{{position:absolute;left:42mm;top:80mm;transform:rotate(-18deg);border:1.2mm solid #c22;color:#c22;
    font:bold 46pt 'serif-bold';padding:1mm 8mm;opacity:.75;letter-spacing:4pt}} .note{{position:absolute;left:0;top:-13mm;
    font:14pt 'mashan';color:#223}}"""
    honest = Bill(
        payer=who,
        unit=office,
        total=total,
        issued_on=base.later(rng, when, 2, 15),
        items=rng.choice((("罚款", "没收违法所得"), ("罚没收入",))),
        note="fine and gains taken, within fifteen days",
    )
    wrongs = (
        base.bad(honest, "amount", "the gains counted twice", total=total + gain),
        base.bad(honest, "amount", "digits changed places", total=base.slipped(rng, total)),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, who)),
        base.bad(honest, "payee", "another office of the place", unit=place.bureau("生态环境局")),
        base.bad(honest, "date", "issued before the decision", issued_on=base.later(rng, when, -60, -15)),
        base.bad(honest, "purpose", "a fine is no rent", items=("房屋租金",)),
    )
    after = base.bad(honest, "status", "the decision was revoked", issued_on=base.later(rng, gone, 3, 30))
    alone = base.odd(after, "the fine alone, of a decision that was revoked", total=fine, items=("罚款",))
    bills = (after, alone) if revoked else base.held(rng, honest, wrongs)
    return Paper(
        family="penalty decision",
        tool="weasyprint",
        data=draw.worn(rng, tools.weasy(draw.page(body, style)), 150, 200),
        form="scan",
        truth=Truth(
            **base.said("policy", who, office, total, when, number=number, words=True),
            purpose="罚款及没收违法所得",
            status="revoked" if revoked else "",
            also_names=(place.court, *(() if private else (chief,))),
            also_amounts=(fine, gain, base.yuan(rate)),
            also_purposes=("罚款", "没收违法所得"),
        ),
        bills=bills,
    )


def restoration(rng: Random) -> Paper:
    """An agreement of three on deposits for restoring land, by years; on some nobody has signed yet."""
    place = rng.choice(base.PLACES)
    office, when = place.bureau(), base.day(rng, 2023, 2025)
    mine, bank = base.company(rng, place, "mine"), base.bank(rng, place)
    chiefs = base.people(rng, 3, 0.05)
    count = rng.choice((3, 4))
    stages = [base.rounded(rng, 60_000, 800_000, 1_000) for _ in range(count)]
    total, mu = sum(stages, Decimal(0)), rng.randrange(60, 900)
    days = [date(when.year + at, 12, 20) for at in range(count)]
    starts, ends = base.later(rng, when, 1, 10), date(when.year + count, 6, 30)
    number = rng.choice(
        (
            f"{place.stem}复垦〔{when.year}〕{rng.randrange(1, 60):02}号",
            f"FK-{when.year}-{base.digits(rng, 4)}",
        )
    )
    account, unsigned = base.account(rng), rng.random() < 0.35
    title = rng.choice(("土地复垦保证金缴存监管协议", "矿山土地复垦保证金缴存协议书"))
    letter = Letter(rng.choice((MING, SONG, KAI)), 12.5, 23, 26)
    letter.line(title, "center", size=20, font=HEI, bold=True, after=6)
    letter.line(f"协议编号：{number}", "right", after=8)
    for text in (
        f"甲方（监管方、收款方）：{office}",
        f"乙方（复垦义务人）：{mine}",
        f"丙方（开户银行）：{bank}",
    ):
        letter.line(text)
    for text in (
        f"为落实乙方生产项目损毁土地的复垦责任，根据《土地复垦条例》及经批准的复垦方案，乙方应复垦土地_{mu}_亩，三方就土地复垦保证金的"
        "缴存、使用和监管达成如下协议。",
        f"第一条　乙方应向甲方缴存土地复垦保证金总额人民币_{base.capital(total)}_（¥_{base.comma(total)}_），按年度分期缴存：",
    ):
        letter.line(text, indent=True)
    cells = [["期次", "缴存年度", "缴存截止日", "缴存金额（元）", "对应面积（亩）"]]
    cells += [
        [
            str(at + 1),
            f"{last.year}年",
            base.written(last, 3),
            base.comma(stage),
            str(mu // count if at + 1 < count else mu - mu // count * (count - 1)),
        ]
        for at, (stage, last) in enumerate(zip(stages, days, strict=True))
    ]
    letter.table([*cells, ["合计", "", "", base.comma(total), str(mu)]], (18, 30, 36, 42, 32))
    for text in (
        f"第二条　乙方将保证金汇入甲方在丙方开立的专户。户名：{office}；账号：{account}。",
        f"第三条　本协议有效期自{base.written(starts)}起至{base.written(ends)}止。",
        "第四条　乙方按方案完成阶段复垦任务并经甲方验收合格的，可申请退还相应阶段保证金的80%；未按期缴存的，甲方不予办理采矿许可延续。",
        "第五条　丙方应于每季度终了后十日内向甲方报送专户余额，未经甲方书面同意不得办理划转。",
        "第六条　乙方未履行复垦义务的，甲方可使用保证金组织代为复垦，不足部分由乙方补足。",
        f"第七条　本协议经三方{rng.choice(('签字并盖章', '法定代表人（负责人）签字并加盖公章'))}后生效，一式陆份，各执贰份。",
    ):
        letter.line(text, indent=True)
    letter.line("")
    blank = "　　　　　　　"
    for side, name, chief in zip(("甲方", "乙方", "丙方"), (office, mine, bank), chiefs, strict=True):
        letter.line(f"{side}（盖章）：{blank if unsigned else name}", before=6)
        name, signed = (blank, "　　年　　月　　日") if unsigned else (chief, base.written(when))
        letter.line(f"法定代表人（负责人）：{name}　　　签字日期：{signed}")
    item = rng.choice(("土地复垦保证金", "土地复垦费", "保证金"))
    honest = Bill(
        payer=mine,
        unit=office,
        unit_account=rng.choice(("", account)),
        total=stages[1],
        issued_on=days[1] - timedelta(days=rng.randrange(2, 60)),
        items=(item,),
        used=stages[0],
        note="the second year's deposit",
    )
    wrongs = (
        base.bad(honest, "usage", "all years were billed already", used=total),
        base.bad(honest, "payee", "the finance bureau is no party", unit=place.bureau("财政局"),
                 unit_account=""),
        base.bad(honest, "amount", "digits changed places", total=base.slipped(rng, stages[1])),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, mine)),
        base.bad(honest, "account", "not the account of the agreement", unit_account=base.account(rng)),
        base.bad(honest, "date", "after the agreement ended", issued_on=base.later(rng, ends, 40, 200)),
        base.bad(honest, "purpose", "plainly something else", items=("住宿费",)),
    )  # fmt: skip
    note = "nobody has signed the agreement"
    bills = (
        (base.bad(honest, "status", note, total=stages[0], used=Decimal(0)), base.bad(honest, "status", note))
        if unsigned
        else base.held(rng, honest, wrongs)
    )
    return Paper(
        family="restoration deposit",
        tool="docx",
        data=letter.pdf(),
        truth=Truth(
            **base.said(
                "contract",
                mine,
                office,
                total,
                None if unsigned else when,
                number=number,
                account=account,
                words=True,
            ),
            instalments=tuple(stages),
            starts_on=starts,
            ends_on=ends,
            purpose="土地复垦保证金",
            status="unsigned" if unsigned else "",
            also_names=(bank, *(() if unsigned else tuple(chiefs))),
        ),
        bills=bills,
    )


_WATERS = (
    ("开放式养殖用海", 450),
    ("围海养殖用海", 1_500),
    ("透水构筑物用海", 23_200),
    ("港池、蓄水用海", 5_600),
    ("取、排水口用海", 10_500),
    ("非透水构筑物用海", 32_400),
)


def sea_use(rng: Random) -> Paper:
    """A sheet on fees for using the sea: area by rate in rows, a reduction, what is due for this year."""
    place = rng.choice(base.COASTAL)
    office = place.bureau(rng.choice(("海洋发展局", "自然资源局", "自然资源和规划局")))
    when = base.day(rng, 2023, 2026)
    user = base.company(rng, place, "sea")
    starts = base.later(rng, when, -40, 10)
    ends = date(starts.year + 1, starts.month, min(starts.day, 28)) - timedelta(days=1)
    sorts = rng.sample(_WATERS, rng.choice((2, 3)))
    areas = [Decimal(rng.randrange(12_000, 480_000)) / 10_000 for _ in sorts]
    sums = [base.yuan(area * rate) for area, (_, rate) in zip(areas, sorts, strict=True)]
    gross = sum(sums, Decimal(0))
    share = rng.choice((0, 20, 25, 50))
    less = base.yuan(gross * share / 100)
    total = gross - less
    number = f"{place.stem}海金缴〔{when.year}〕{rng.randrange(1, 150)}号"
    permit = f"{when.year - rng.randrange(1, 5)}{place.sign}{base.digits(rng, 8)}"
    code, account = base.digits(rng, 18), base.account(rng)
    sheet = Sheet((7, 24, 15, 17, 10, 20, 17), "缴款通知", wide=rng.random() < 0.5)
    sheet.line(office, 28, "center", size=17, font=SONG, bold=True)
    sheet.line(
        rng.choice(("海域使用金缴款通知书", "海域使用金征收核定通知单")),
        30,
        "center",
        size=19,
        font=HEI,
        bold=True,
    )
    sheet.line(f"编号：{number}", 20, "right")
    sheet.line(f"{user}：", 22, size=12)
    sheet.line(
        f"　　你单位持有的海域使用权证书（证号：{permit}）项下用海，本缴费年度为{base.written(starts)}至{base.written(ends)}。"
        "经核定，你单位本年度应缴海域使用金如下，请于收到本通知之日起三十日内缴清。",
        52, size=12,
    )  # fmt: skip
    sheet.row(
        ["序号", "用海方式", "面积（公顷）", "征收标准（元/公顷·年）", "年限", "计算金额（元）", "备注"],
        32,
        bold=True,
    )
    for at, ((name, rate), area, each) in enumerate(zip(sorts, areas, sums, strict=True)):
        sheet.row([at + 1, name, f"{area:.4f}", f"{rate:,}", 1, float(each), ""], aligns="clccrr")
    sheet.row(["小计", None, f"{sum(areas):.4f}", None, None, float(gross), ""], aligns="cccccr")
    sheet.row(
        ["减免", f"按规定减免{share}%" if share else "无", None, None, None, float(less), ""], aligns="clcccr"
    )
    last = sheet.row(
        ["应缴", f"大写：{base.capital(total)}", None, None, None, float(total), "本次缴款"],
        26,
        bold=True,
        aligns="clcccr",
    )
    sheet.merge(f"B{last}:E{last}")
    sheet.line(f"执收单位：{office}　　缴款识别码：{code}", 22, box=True)
    sheet.line(f"收款账户：{office}　　账号：{account}　　开户行：{base.bank(rng, place)}", 34, box=True)
    sheet.line(
        "备注：逾期不缴的，自滞纳之日起按日加收1‰滞纳金；对核定面积有异议的，可在十日内书面申请复核。", 34
    )
    sheet.line(
        f"经办人：{base.person(rng, 0)}　　审核人：{base.person(rng, 0)}　　电话：{base.telephone(rng)}", 24
    )
    sheet.line(f"{office}　　", 26, "right", size=12)
    sheet.line(f"{base.written(when, rng.choice((0, 2)))}　　", 22, "right", size=12)
    honest = Bill(
        payer=user,
        unit=office,
        unit_account=rng.choice(("", account)),
        total=total,
        issued_on=base.later(rng, when, 3, 30),
        items=(rng.choice(("海域使用金", "海域使用金收入")),),
        note="the year's fee after the reduction",
    )
    wrongs = [
        base.bad(honest, "amount", "one row of the table", total=max(sums)),
        base.bad(honest, "payer", "a near name", payer=base.near(rng, user)),
        base.bad(honest, "date", "long before the notice", issued_on=base.later(rng, starts, -160, -60)),
        base.bad(honest, "account", "not the account of the notice", unit_account=base.account(rng)),
        base.bad(honest, "usage", "the year was billed before", used=total),
        base.bad(honest, "purpose", "no fee for training", items=("培训费",)),
    ]
    if less:
        wrongs = [base.bad(honest, "amount", "before the reduction", total=gross), *wrongs[1:]]
    return Paper(
        family="sea-use fee",
        tool="xlsx",
        data=sheet.pdf(),
        truth=Truth(
            **base.said("policy", user, office, total, when, number=number, account=account, words=True),
            starts_on=starts,
            ends_on=ends,
            purpose="海域使用金",
            also_amounts=(*sums, gross, less, *(base.yuan(rate) for _, rate in sorts)),
            also_numbers=(permit, code),
        ),
        bills=base.held(rng, honest, wrongs),
    )


def compensation(rng: Random) -> Paper:
    """A list on several pages of who is compensated for land: people, a village, and one public unit."""
    place = rng.choice(base.PLACES)
    payer = place.bureau(rng.choice(("自然资源局", "土地征收事务中心", "住房和城乡建设局")))
    when = base.day(rng, 2023, 2026)
    unit = base.public_unit(rng, place, rng.choice(("school", "institute")))
    village = f"{place.short}{rng.choice(('城关镇', '河东镇', '新集镇'))}{rng.choice(('杨湾村', '大坪村', '北庄村'))}村民委员会"
    road = f"{rng.choice(('G', 'S'))}{rng.randrange(200, 600)}{place.stem}段改扩建工程"
    names = [*base.people(rng, rng.randrange(16, 26), 0.25), village]
    names.insert(rng.randrange(5, len(names) - 1), unit)
    rate = rng.choice((32_000, 38_500, 41_200, 46_800))
    sheet = Sheet((6, 30, 11, 15, 15, 15, 17, 24, 12), "兑付表")
    sheet.line(f"{road}土地征收补偿费用兑付表", 32, "center", size=17, font=HEI, bold=True)
    sheet.line(
        f"付款单位：{payer}　　　　　　　填表日期：{base.written(when, rng.choice((0, 4)))}　　　　　　　　单位：亩、元",
        22,
    )
    sheet.row(
        ["序号", "被征收人（单位）", "面积", "补偿费用", None, None, "合计", "收款账号", "签字"], bold=True
    )
    sheet.row([None, None, None, "土地补偿费", "安置补助费", "青苗及附着物"], bold=True)
    for area in ("A3:A4", "B3:B4", "C3:C4", "D3:F3", "G3:G4", "H3:H4", "I3:I4"):
        sheet.merge(area)
    sheet.repeat(1, 4)
    account = base.account(rng)
    kept: dict[str, tuple[Decimal, Decimal, Decimal, Decimal]] = {}
    for at, name in enumerate(names):
        mu = Decimal(rng.randrange(12, 940 if name in (unit, village) else 180)) / 100
        land = base.yuan(mu * rate * 4 / 10)
        settle, crops = base.yuan(mu * rate * 6 / 10), base.yuan(rng.randrange(0, 38_000))
        kept[name] = (land, settle, crops, land + settle + crops)
        shown = account if name == unit else f"62{base.digits(rng, 4)}******{base.digits(rng, 4)}"
        sheet.row([at + 1, name, f"{mu:.2f}", *map(float, kept[name]), shown, ""], 25, aligns="clcrrrrcc")
    columns = [sum((row[at] for row in kept.values()), Decimal(0)) for at in range(4)]
    sheet.row(["", "合　计", None, *map(float, columns), "", ""], 25, bold=True, aligns="cccrrrrcc")
    heads = base.people(rng, 3, 0.1)
    sheet.line("制表：{}　　　复核：{}　　　单位负责人：{}".format(*heads), 28)
    sheet.line(
        f"说明：区片综合地价为{rate}元/亩，其中土地补偿费占40%、安置补助费占60%；收款单位应向付款单位开具收款票据。",
        24,
    )
    land, settle, crops, due = kept[unit]
    neighbour = kept[names[names.index(unit) + 1]][3]
    honest = Bill(
        payer=payer,
        unit=unit,
        unit_account=rng.choice(("", account)),
        total=due,
        issued_on=base.later(rng, when, 3, 45),
        items=(rng.choice(("土地征收补偿款", "征地补偿费", "征收补偿收入")),),
        note="the public unit's row",
    )
    wrongs = (
        base.bad(honest, "amount", "the sum of the next row", total=neighbour),
        base.bad(honest, "amount", "the sum of all rows", total=columns[3]),
        base.bad(honest, "payee", "a unit that is not on the list", unit=place.short + "供销合作社联合社",
                 unit_account=""),
        base.bad(honest, "payer", "not the unit that pays", payer=place.bureau("水利局")),
        base.bad(honest, "date", "months before the list", issued_on=base.later(rng, when, -150, -60)),
        base.bad(honest, "purpose", "no gift", items=("捐赠收入",)),
    )  # fmt: skip
    return Paper(
        family="compensation list",
        tool="xlsx",
        data=sheet.pdf(),
        truth=Truth(
            kind="other",
            payers=(payer,),
            payees=tuple(names),
            total=columns[3],
            signed_on=when,
            accounts=(account,),
            purpose="土地征收补偿费用",
            also_names=tuple(heads),
            also_amounts=(*(each for row in kept.values() for each in row), *columns[:3], base.yuan(rate)),
            also_purposes=(f"{road}土地征收补偿费用", "土地补偿费", "安置补助费"),
        ),
        bills=base.held(rng, honest, wrongs),
    )


LAYOUTS = {
    "penalty": penalty,
    "restoration": restoration,
    "sea_use": sea_use,
    "compensation": compensation,
}
